/* tensor/regression.c: least squares by Householder QR of [1, x] with columns scaled to length 1.
 *
 * QR works on the columns themselves, the normal equations on their squares, which would halve the digits: a cubic in
 * raw x loses them all. A line has a closed form in centred sums and needs no matrix. Everything is small (models,
 * not images), so nothing here is parallel. */
#include "regression.h"
#include "distribution.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double vrp_regression_level(double level) {
    VR_CHECK(level >= 0 && level < 1, "level %g", level);
    return level == 0 ? 0.95 : level;
}

static vr_interval vrp_regression_interval(double value, double se, double df, double level) {
    const double half = vr_t_quantile(0.5 + level / 2, df) * se;
    return (vr_interval){value, value - half, value + half};
}

/* Sums of squares and products about the means; sums of equal values are exactly 0 and not their means' rounding. */
typedef struct vrp_regression_sums {
    double mean_x, mean_y, xx, yy, xy;
    bool defined; /* n >= 2, all finite */
} vrp_regression_sums;

static vrp_regression_sums vrp_regression_sum(const double *x, const double *y, int64_t n) {
    vrp_regression_sums s = {vr_mean(x, n), vr_mean(y, n), 0, 0, 0, n >= 2};
    bool same_x = true, same_y = true;
    for (int64_t i = 0; i < n; i++) {
        const double dx = x[i] - s.mean_x, dy = y[i] - s.mean_y;
        s.xx += dx * dx;
        s.yy += dy * dy;
        s.xy += dx * dy;
        same_x = same_x && x[i] == x[0];
        same_y = same_y && y[i] == y[0];
        s.defined = s.defined && isfinite(x[i]) && isfinite(y[i]);
    }
    if (same_x) s.xx = s.xy = 0;
    if (same_y) s.yy = s.xy = 0;
    return s;
}

/* Pearson's r of the sums, which are not 0. The root of the product is exact where x and y are alike; where the product
 * would leave the range of a double, the product of the roots has to do. */
static double vrp_regression_r(const vrp_regression_sums *s) {
    const double product = s->xx * s->yy;
    const double r = isnormal(product) ? s->xy / sqrt(product) : s->xy / sqrt(s->xx) / sqrt(s->yy);
    return fmax(-1, fmin(1, r));
}

/* ---- a line ---- */

vr_line vr_fit_line(const double *x, const double *y, int64_t n) {
    const vrp_regression_sums s = vrp_regression_sum(x, y, n);
    if (!s.defined || s.xx == 0) return (vr_line){n, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    vr_line line = {.n = n, .slope = s.xy / s.xx, .mean_x = s.mean_x, .sum_xx = s.xx};
    const double df = (double)(n - 2);
    line.intercept = s.mean_y - line.slope * s.mean_x;
    line.r = s.yy == 0 ? NAN : vrp_regression_r(&s);
    line.r2 = line.r * line.r;
    double rss = 0; /* from the residuals themselves: 1 - r^2 has lost its digits where the fit is good */
    for (int64_t i = 0; i < n; i++) {
        const double e = y[i] - s.mean_y - line.slope * (x[i] - s.mean_x);
        rss += e * e;
    }
    line.sigma = n > 2 ? sqrt(rss / df) : NAN;
    line.slope_se = line.sigma / sqrt(s.xx);
    line.intercept_se = line.sigma * sqrt(1 / (double)n + s.mean_x * s.mean_x / s.xx);
    line.t = s.yy == 0 ? NAN : line.slope / line.slope_se;
    line.p = vr_t_two_sided(line.t, df);
    return line;
}

vr_interval vr_line_slope(const vr_line *line, double level) {
    return vrp_regression_interval(line->slope, line->slope_se, (double)(line->n - 2),
                                   vrp_regression_level(level));
}

static vr_interval vrp_regression_line(const vr_line *line, double x, double level, double own) {
    const double d = x - line->mean_x,
                 se = line->sigma * sqrt(own + 1 / (double)line->n + d * d / line->sum_xx);
    return vrp_regression_interval(line->intercept + line->slope * x, se, (double)(line->n - 2),
                                   vrp_regression_level(level));
}

vr_interval vr_line_at(const vr_line *line, double x, double level) {
    return vrp_regression_line(line, x, level, 0);
}

vr_interval vr_line_observation(const vr_line *line, double x, double level) {
    return vrp_regression_line(line, x, level, 1);
}

/* ---- QR ---- */

/* a [n,m] column after column, n >= m, becomes R (upper triangle, diagonal in `diagonal`) and the Householder vectors;
 * b [n] becomes Q^T b. Columns have length 1. Returns the first column that is a combination of those before it, or m. */
static int64_t vrp_regression_qr(double *a, double *diagonal, double *b, int64_t n, int64_t m) {
    for (int64_t k = 0; k < m; k++) {
        double *v = a + k * n, squares = 0;
        for (int64_t i = k; i < n; i++) squares += v[i] * v[i];
        if (!(squares > 1e-26)) return k; /* of 1: thirteen of sixteen digits have cancelled */
        diagonal[k] = v[k] > 0 ? -sqrt(squares) : sqrt(squares);
        v[k] -= diagonal[k];
        const double scale = -1 / (diagonal[k] * v[k]); /* 2 / |v|^2 */
        for (int64_t j = k + 1; j <= m; j++) {
            double *c = j < m ? a + j * n : b, dot = 0;
            for (int64_t i = k; i < n; i++) dot += v[i] * c[i];
            for (int64_t i = k; i < n; i++) c[i] -= dot * scale * v[i];
        }
    }
    return m;
}

/* x = R^-1 x in place. */
static void vrp_regression_back(double *x, const double *a, const double *diagonal, int64_t n, int64_t m) {
    for (int64_t k = m - 1; k >= 0; k--) {
        for (int64_t j = k + 1; j < m; j++) x[k] -= a[j * n + k] * x[j];
        x[k] /= diagonal[k];
    }
}

/* Scales each column to length 1; length[] keeps what it was. A zero column stays. */
static void vrp_regression_scale(double *a, double *length, int64_t n, int64_t m) {
    for (int64_t k = 0; k < m; k++) {
        double most = 0, squares = 0;
        for (int64_t i = 0; i < n; i++) most = fmax(most, fabs(a[k * n + i]));
        if (most == 0) most = 1;
        for (int64_t i = 0; i < n; i++) squares += a[k * n + i] / most * (a[k * n + i] / most);
        length[k] = squares > 0 ? most * sqrt(squares) : 1;
        for (int64_t i = 0; i < n; i++) a[k * n + i] /= length[k];
    }
}

static bool vrp_regression_finite(const double *x, int64_t n, int64_t columns, const char *name,
                                  vr_err *err) {
    for (int64_t i = 0; i < n * columns; i++)
        if (!isfinite(x[i]))
            return vr_fail(err, VR_ERR_NUMERIC, "%s of row %lld, column %lld, is %g", name,
                           (long long)(i / columns), (long long)(i % columns), x[i]);
    return true;
}

/* ---- a linear model ---- */

/* covariance = sigma^2 R^-1 R^-T, then undoes the scaling. */
static void vrp_regression_covariance(vr_ols *fit, const double *a, const double *diagonal,
                                      const double *length, vr_arena *scratch) {
    const int64_t m = fit->columns + 1, n = fit->n;
    double *inverse = VR_NEW(scratch, double, (m * m)); /* row k: column k of R^-1 */
    for (int64_t k = 0; k < m; k++) {
        inverse[k * m + k] = 1;
        vrp_regression_back(inverse + k * m, a, diagonal, n, m);
    }
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < m; j++) {
            double sum = 0;
            for (int64_t k = vr_max(i, j); k < m; k++) sum += inverse[k * m + i] * inverse[k * m + j];
            fit->covariance[i * m + j] = fit->sigma * fit->sigma * sum / (length[i] * length[j]);
        }
}

/* What is left of y, and how much of its spread that is. */
static void vrp_regression_quality(vr_ols *fit, const double *x, const double *y) {
    const int64_t n = fit->n, k = fit->columns;
    const vrp_regression_sums s = vrp_regression_sum(y, y, n);
    double rss = 0;
    for (int64_t i = 0; i < n; i++) {
        double e = y[i] - fit->coefficient[0].value;
        for (int64_t c = 0; c < k; c++) e -= fit->coefficient[c + 1].value * x[i * k + c];
        rss += e * e;
    }
    fit->sigma = sqrt(rss / fit->df);
    fit->r2 = s.yy > 0 ? 1 - rss / s.yy : NAN;
    fit->adjusted_r2 = 1 - (1 - fit->r2) * (double)(n - 1) / fit->df;
    fit->f = k > 0 && s.yy > 0 ? fmax(s.yy - rss, 0) / (double)k / (rss / fit->df) : NAN;
    fit->f_p = k > 0 ? vr_f_sf(fit->f, (double)k, fit->df) : NAN;
}

bool vr_fit_ols(vr_arena *perm, vr_ols *fit, const double *x, const double *y, int64_t n, int64_t columns,
                double level, vr_err *err) {
    VR_CHECK(n >= 0 && columns >= 0, "%lld rows, %lld columns", (long long)n, (long long)columns);
    const int64_t m = columns + 1;
    *fit = (vr_ols){0};
    if (n <= m)
        return vr_fail(err, VR_ERR_ARGUMENT, "%lld rows are too few for %lld coefficients and their errors",
                       (long long)n, (long long)m);
    if (!vrp_regression_finite(x, n, columns, "x", err) || !vrp_regression_finite(y, n, 1, "y", err))
        return false;
    const vr_arena_mark start = vr_arena_here(perm);
    vr_ols out = {.n = n, .columns = columns, .df = (double)(n - m), .level = vrp_regression_level(level)};
    out.coefficient = VR_NEW(perm, vr_coefficient, m);
    out.covariance = VR_NEW(perm, double, (m * m));
    const vr_arena_mark mark = vr_arena_here(perm);
    double *a = VR_NEW(perm, double, (n * m)), *b = VR_NEW(perm, double, n),
           *length = VR_NEW(perm, double, m), *diagonal = VR_NEW(perm, double, m);
    for (int64_t i = 0; i < n; i++) {
        a[i] = 1;
        b[i] = y[i];
        for (int64_t k = 0; k < columns; k++) a[(k + 1) * n + i] = x[i * columns + k];
    }
    vrp_regression_scale(a, length, n, m);
    const int64_t rank = vrp_regression_qr(a, diagonal, b, n, m);
    if (rank < m) {
        vr_arena_rewind(perm, start);
        return vr_fail(err, VR_ERR_NUMERIC,
                       "column %lld of x is a combination of the intercept and the columns before it",
                       (long long)(rank - 1));
    }
    vrp_regression_back(b, a, diagonal, n, m);
    for (int64_t k = 0; k < m; k++) out.coefficient[k].value = b[k] / length[k];
    vrp_regression_quality(&out, x, y);
    vrp_regression_covariance(&out, a, diagonal, length, perm);
    vr_arena_rewind(perm, mark);
    for (int64_t k = 0; k < m; k++) {
        vr_coefficient *c = &out.coefficient[k];
        c->se = sqrt(out.covariance[k * m + k]);
        c->t = c->value / c->se;
        c->p = vr_t_two_sided(c->t, out.df);
        const vr_interval i = vrp_regression_interval(c->value, c->se, out.df, out.level);
        c->low = i.low;
        c->high = i.high;
    }
    *fit = out;
    return true;
}

static vr_interval vrp_regression_ols(const vr_ols *fit, const double *x, double own) {
    const int64_t m = fit->columns + 1;
    double value = 0, variance = own * fit->sigma * fit->sigma;
    for (int64_t i = 0; i < m; i++) {
        const double xi = i > 0 ? x[i - 1] : 1;
        value += fit->coefficient[i].value * xi;
        for (int64_t j = 0; j < m; j++) variance += fit->covariance[i * m + j] * xi * (j > 0 ? x[j - 1] : 1);
    }
    return vrp_regression_interval(value, sqrt(variance), fit->df, fit->level);
}

vr_interval vr_ols_at(const vr_ols *fit, const double *x) { return vrp_regression_ols(fit, x, 0); }
vr_interval vr_ols_observation(const vr_ols *fit, const double *x) { return vrp_regression_ols(fit, x, 1); }

/* ---- a polynomial ---- */

bool vr_fit_polynomial(vr_arena *scratch, vr_polynomial *fit, const double *x, const double *y, int64_t n,
                       int64_t degree, vr_err *err) {
    *fit = (vr_polynomial){0};
    if (degree < 0 || degree > VR_POLYNOMIAL_MAX || n <= degree)
        return vr_fail(err, VR_ERR_ARGUMENT, "a polynomial of degree %lld through %lld points",
                       (long long)degree, (long long)n);
    if (!vrp_regression_finite(x, n, 1, "x", err) || !vrp_regression_finite(y, n, 1, "y", err)) return false;
    const int64_t m = degree + 1;
    double low = x[0], high = x[0];
    for (int64_t i = 0; i < n; i++) low = fmin(low, x[i]), high = fmax(high, x[i]);
    vr_polynomial out = {
        .degree = degree, .centre = low / 2 + high / 2, .scale = high > low ? high / 2 - low / 2 : 1};
    const vr_arena_mark mark = vr_arena_here(scratch);
    double *a = VR_NEW(scratch, double, (n * m)), *b = VR_NEW(scratch, double, n),
           *length = VR_NEW(scratch, double, m), *diagonal = VR_NEW(scratch, double, m);
    for (int64_t i = 0; i < n; i++) {
        const double u = (x[i] - out.centre) / out.scale;
        double power = 1;
        b[i] = y[i];
        for (int64_t k = 0; k < m; k++, power *= u) a[k * n + i] = power;
    }
    vrp_regression_scale(a, length, n, m);
    bool ok = vrp_regression_qr(a, diagonal, b, n, m) == m;
    if (ok) {
        for (int64_t i = m; i < n; i++) out.rss += b[i] * b[i];
        vrp_regression_back(b, a, diagonal, n, m);
        for (int64_t k = 0; k < m; k++) out.c[k] = b[k] / length[k];
        *fit = out;
    } else
        vr_fail(err, VR_ERR_NUMERIC, "a polynomial of degree %lld needs %lld different x", (long long)degree,
                (long long)m);
    vr_arena_rewind(scratch, mark);
    return ok;
}

double vr_polynomial_at(const vr_polynomial *fit, double x) {
    const double u = (x - fit->centre) / fit->scale;
    double y = 0;
    for (int64_t k = fit->degree; k >= 0; k--) y = y * u + fit->c[k];
    return y;
}

void vr_polynomial_powers(const vr_polynomial *fit, double *power) {
    /* Horner's rule on polynomials: power = power * (x - centre) / scale + c[k]. */
    const double one = 1 / fit->scale, zero = -fit->centre / fit->scale;
    memset(power, 0, (size_t)(fit->degree + 1) * sizeof *power);
    for (int64_t k = fit->degree; k >= 0; k--) {
        for (int64_t j = fit->degree; j > 0; j--) power[j] = power[j] * zero + power[j - 1] * one;
        power[0] = power[0] * zero + fit->c[k];
    }
}

/* ---- correlations ---- */

static vr_correlation vrp_regression_correlation(const vrp_regression_sums *s, int64_t n) {
    if (!s->defined || s->xx == 0 || s->yy == 0) return (vr_correlation){n, NAN, NAN};
    const double r = vrp_regression_r(s);
    if (n == 2) return (vr_correlation){n, r, 1};
    const double df = (double)(n - 2), t = r * sqrt(df / ((1 - r) * (1 + r)));
    return (vr_correlation){n, r, vr_t_two_sided(t, df)};
}

vr_correlation vr_pearson(const double *x, const double *y, int64_t n) {
    const vrp_regression_sums s = vrp_regression_sum(x, y, n);
    return vrp_regression_correlation(&s, n);
}

typedef struct vrp_regression_item {
    double value;
    int64_t at;
} vrp_regression_item;

static int vrp_regression_compare(const void *a, const void *b) {
    const double x = ((const vrp_regression_item *)a)->value, y = ((const vrp_regression_item *)b)->value;
    return (x > y) - (x < y);
}

void vr_rank(vr_arena *scratch, double *rank, const double *x, int64_t n) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    vrp_regression_item *item = VR_NEW(scratch, vrp_regression_item, n);
    bool defined = true;
    for (int64_t i = 0; i < n; i++) {
        item[i] = (vrp_regression_item){x[i], i};
        defined = defined && !isnan(x[i]);
    }
    if (defined && n > 1) qsort(item, (size_t)n, sizeof *item, vrp_regression_compare);
    for (int64_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && item[end].value == item[i].value; end++) {}
        for (int64_t k = i; k < end; k++) rank[item[k].at] = defined ? (double)(i + 1 + end) / 2 : NAN;
    }
    vr_arena_rewind(scratch, mark);
}

vr_correlation vr_spearman(vr_arena *scratch, const double *x, const double *y, int64_t n) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    double *rx = VR_NEW(scratch, double, n), *ry = VR_NEW(scratch, double, n);
    vr_rank(scratch, rx, x, n);
    vr_rank(scratch, ry, y, n);
    const vr_correlation c = vr_pearson(rx, ry, n);
    vr_arena_rewind(scratch, mark);
    return c;
}

void vr_spearman_matrix(vr_arena *scratch, double *r, double *p, const double *x, int64_t columns,
                        int64_t n) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    double *rank = VR_NEW(scratch, double, (columns * n));
    for (int64_t c = 0; c < columns; c++) vr_rank(scratch, rank + c * n, x + c * n, n);
    for (int64_t a = 0; a < columns; a++)
        for (int64_t b = 0; b <= a; b++) {
            const vr_correlation c = vr_pearson(rank + a * n, rank + b * n, n);
            r[a * columns + b] = r[b * columns + a] = c.r;
            if (p) p[a * columns + b] = p[b * columns + a] = c.p;
        }
    vr_arena_rewind(scratch, mark);
}

vr_interval vr_correlation_interval(vr_correlation c, double level) {
    const double half = vr_normal_quantile(0.5 + vrp_regression_level(level) / 2) / sqrt((double)(c.n - 3));
    if (c.n < 4 || isnan(c.r)) return (vr_interval){c.r, NAN, NAN};
    return (vr_interval){c.r, tanh(atanh(c.r) - half), tanh(atanh(c.r) + half)};
}
