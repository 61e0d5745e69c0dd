/* tensor/regression.c: a polynomial by Householder QR of its powers, the columns scaled to length 1; a line by its
 * closed form in centred sums.
 *
 * QR works on the columns themselves. The normal equations work on their squares, which would halve the digits: a
 * cubic in unscaled x loses them all. Everything is small (models, not images), so nothing here is parallel. */
#include "regression.h"
#include "distribution_impl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double vrp_regression_level(double level) {
    VR_CHECK(level >= 0 && level < 1, "level %g", level);
    return level == 0 ? 0.95 : level;
}

static vr_interval vrp_regression_interval(double value, double se, double df, double level) {
    const double half = vrp_t_quantile(0.5 + level / 2, df) * se;
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

/* Pearson's r of the sums, which are not 0. The root of the product is exact where x and y are equal; where the product
 * is outside the range of a double, the product of the roots replaces it. */
static double vrp_regression_r(const vrp_regression_sums *s) {
    const double product = s->xx * s->yy;
    const double r = isnormal(product) ? s->xy / sqrt(product) : s->xy / sqrt(s->xx) / sqrt(s->yy);
    return fmax(-1, fmin(1, r));
}

/* ---- a line ---- */

vr_line vr_fit_line(const double *x, const double *y, int64_t n) {
    const vrp_regression_sums s = vrp_regression_sum(x, y, n);
    if (!s.defined || s.xx == 0) return (vr_line){n, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    vr_line line = {.n = n, .slope = s.xy / s.xx};
    const double df = (double)(n - 2);
    line.intercept = s.mean_y - line.slope * s.mean_x;
    line.r = s.yy == 0 ? NAN : vrp_regression_r(&s);
    line.r2 = line.r * line.r;
    double rss = 0; /* from the residuals: 1 - r^2 has lost its digits where the fit is good */
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

/* ---- QR ---- */

/* a [n,m] column after column, n >= m, becomes R (upper triangle, diagonal in `diagonal`) and the Householder vectors;
 * b [n] becomes Q^T b. Columns have length 1. Returns the first column that is a combination of those before it, or
 * m. */
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

/* Scales each column to length 1; length[] is its length before. A zero column stays. */
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

static bool vrp_regression_finite(const double *x, int64_t n, const char *name, vr_err *err) {
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return vr_fail(err, VR_ERR_NUMERIC, "%s[%lld]: expected a finite number, found %g", name,
                           (long long)i, x[i]);
    return true;
}

/* ---- a polynomial ---- */

bool vr_fit_polynomial(vr_arena *scratch, vr_polynomial *fit, const double *x, const double *y, int64_t n,
                       int64_t degree, vr_err *err) {
    *fit = (vr_polynomial){0};
    if (degree < 0 || degree > VR_POLYNOMIAL_MAX || n <= degree)
        return vr_fail(err, VR_ERR_ARGUMENT, "cannot fit a polynomial of degree %lld to %lld points",
                       (long long)degree, (long long)n);
    if (!vrp_regression_finite(x, n, "x", err) || !vrp_regression_finite(y, n, "y", err)) return false;
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
