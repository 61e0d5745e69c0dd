/* tensor/hypothesis.c: each test as its formula. The permutation test counts all relabellings where they are few and
 * draws them where they are many; a draw depends only on its number, and counts are whole numbers, so that the
 * number of threads changes nothing. */
#include "hypothesis.h"
#include "../base/error.h"
#include "../base/par.h"
#include "../base/rng.h"
#include "distribution_impl.h"
#include "stats_impl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const vr_test vrp_hypothesis_none = {NAN, NAN, NAN};

static double vrp_hypothesis_level(double level) {
    VR_CHECK(level >= 0 && level < 1, "level %g", level);
    return level == 0 ? 0.95 : level;
}

/* ---- means ---- */

/* mean and variance / n of a sample; false where they are not defined. Equal values have a variance of exactly 0,
 * which the rounding of their mean could hide. */
static bool vrp_hypothesis_moments(const double *x, int64_t n, double *mean, double *se2) {
    bool equal = true;
    for (int64_t i = 1; i < n && equal; i++) equal = x[i] == x[0];
    const double std = equal && n > 1 ? 0 * x[0] : vrp_std(x, n);
    *mean = vr_mean(x, n);
    *se2 = std * std / (double)n;
    return isfinite(*se2);
}

vr_test vr_welch(const double *x, int64_t nx, const double *y, int64_t ny) {
    double mx, my, vx, vy;
    if (!vrp_hypothesis_moments(x, nx, &mx, &vx) || !vrp_hypothesis_moments(y, ny, &my, &vy) || vx + vy == 0)
        return vrp_hypothesis_none;
    const double v = vx + vy, px = vx / v, py = vy / v, t = (mx - my) / sqrt(v),
                 df = 1 / (px * px / (double)(nx - 1) + py * py / (double)(ny - 1));
    return (vr_test){t, df, vr_t_two_sided(t, df)};
}

vr_test vr_alexander_govern(const double *x, const int64_t *n, int64_t groups) {
    VR_CHECK(groups >= 2, "%lld groups", (long long)groups);
    double weights = 0, centre = 0, a_total = 0, mean, se2;
    const double *at = x;
    for (int64_t g = 0; g < groups; at += n[g++]) {
        if (!vrp_hypothesis_moments(at, n[g], &mean, &se2) || se2 == 0) return vrp_hypothesis_none;
        weights += 1 / se2;
        centre += mean / se2;
    }
    centre /= weights;
    at = x;
    for (int64_t g = 0; g < groups; at += n[g++]) {
        vrp_hypothesis_moments(at, n[g], &mean, &se2);
        const double t = (mean - centre) / sqrt(se2), v = (double)(n[g] - 1), a = v - 0.5, b = 48 * a * a,
                     c = sqrt(a * log1p(t * t / v)), c3 = c * c * c, c4 = c3 * c, c5 = c4 * c,
                     c7 = c5 * c * c;
        const double z = c + (c3 + 3 * c) / b -
                         (4 * c7 + 33 * c5 + 240 * c3 + 855 * c) / (10 * b * b + 8 * b * c4 + 1000 * b);
        a_total += z * z;
    }
    return (vr_test){a_total, (double)(groups - 1), vrp_chi2_sf(a_total, (double)(groups - 1))};
}

/* ---- counts ---- */

vr_test vr_chi2_table(double *expected, const int64_t *counts, int64_t rows, int64_t columns, bool yates) {
    VR_CHECK(rows >= 1 && columns >= 1, "a table of %lld x %lld", (long long)rows, (long long)columns);
    const double df = (double)(rows - 1) * (double)(columns - 1);
    double total = 0, sum = 0;
    for (int64_t i = 0; i < rows * columns; i++) {
        VR_CHECK(counts[i] >= 0, "cell %lld has the count %lld", (long long)i, (long long)counts[i]);
        total += (double)counts[i];
    }
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
            double row = 0, column = 0;
            for (int64_t k = 0; k < columns; k++) row += (double)counts[i * columns + k];
            for (int64_t k = 0; k < rows; k++) column += (double)counts[k * columns + j];
            const double e = total > 0 ? row * column / total : NAN;
            double d = fabs((double)counts[i * columns + j] - e);
            if (yates && df == 1) d -= fmin(0.5, d);
            sum += d * d / e; /* 0/0 where a row or column is empty: NaN from here on */
            if (expected) expected[i * columns + j] = e;
        }
    if (df == 0 || isnan(sum)) return vrp_hypothesis_none;
    return (vr_test){sum, df, vrp_chi2_sf(sum, df)};
}

vr_test vr_chi2_shares(const int64_t *observed, const double *share, int64_t n) {
    double total = 0, shares = 0, sum = 0;
    for (int64_t i = 0; i < n; i++) {
        VR_CHECK(observed[i] >= 0 && !(share[i] < 0), "count %lld, share %g", (long long)observed[i],
                 share[i]);
        total += (double)observed[i];
        shares += share[i];
    }
    for (int64_t i = 0; i < n; i++) {
        const double e = total * share[i] / shares, d = (double)observed[i] - e;
        sum += e > 0 ? d * d / e : NAN;
    }
    if (n < 2 || isnan(sum)) return vrp_hypothesis_none;
    return (vr_test){sum, (double)(n - 1), vrp_chi2_sf(sum, (double)(n - 1))};
}

vr_odds vr_odds_ratio(int64_t a, int64_t b, int64_t c, int64_t d, double level) {
    VR_CHECK(a >= 0 && b >= 0 && c >= 0 && d >= 0, "a count is negative: %lld %lld %lld %lld", (long long)a,
             (long long)b, (long long)c, (long long)d);
    const double z = vr_normal_quantile(0.5 + vrp_hypothesis_level(level) / 2);
    if (a + b == 0 || c + d == 0 || a + c == 0 || b + d == 0)
        return (vr_odds){NAN, NAN, NAN, NAN, NAN, false};
    const bool corrected = a == 0 || b == 0 || c == 0 || d == 0;
    const double h = corrected ? 0.5 : 0, A = (double)a + h, B = (double)b + h, C = (double)c + h,
                 D = (double)d + h;
    const double value = A * D / (B * C), se = sqrt(1 / A + 1 / B + 1 / C + 1 / D), log_value = log(value);
    return (vr_odds){value,
                     exp(log_value - z * se),
                     exp(log_value + z * se),
                     se,
                     2 * vrp_normal_sf(fabs(log_value) / se),
                     corrected};
}

vr_interval vr_wilson(int64_t correct, int64_t n, double level) {
    VR_CHECK(correct >= 0 && correct <= n, "%lld correct of %lld", (long long)correct, (long long)n);
    const double z = vr_normal_quantile(0.5 + vrp_hypothesis_level(level) / 2), N = (double)n;
    if (n == 0) return (vr_interval){NAN, NAN, NAN};
    const double p = (double)correct / N, below = 1 + z * z / N, centre = (p + z * z / (2 * N)) / below,
                 half = z * sqrt(p * (1 - p) / N + z * z / (4 * N * N)) / below;
    return (vr_interval){p, correct == 0 ? 0 : centre - half, correct == n ? 1 : centre + half};
}

/* ---- permutations ---- */

static double vrp_hypothesis_difference(const void *context, const double *x, int64_t nx, const double *y,
                                        int64_t ny) {
    (void)context;
    return vr_mean(x, nx) - vr_mean(y, ny);
}

/* The number of relabellings, at most limit + 1. */
static int64_t vrp_hypothesis_relabellings(int64_t nx, int64_t ny, bool paired, int64_t limit) {
    double count = 1;
    if (paired)
        for (int64_t i = 0; i < nx && count <= (double)limit; i++) count *= 2;
    else
        for (int64_t i = 1; i <= vr_min(nx, ny) && count <= (double)limit; i++)
            count = count * (double)(nx + ny + 1 - i) / (double)i; /* a whole number at each step */
    return count <= (double)limit ? (int64_t)count : limit + 1;
}

/* chosen[0..nx-1] = the r-th choice of nx of n items, in lexicographic order. */
static void vrp_hypothesis_choose(int64_t *chosen, int64_t r, int64_t nx, int64_t n) {
    int64_t item = 0;
    for (int64_t k = 0; k < nx; k++, item++)
        for (;; item++) {
            /* how many choices have `item` in place k: (n-item-1) over (nx-k-1); r is small, so they are too */
            double with = 1;
            for (int64_t i = 1; i <= nx - k - 1; i++)
                with = with * (double)(n - item - (nx - k - 1) - 1 + i) / (double)i;
            if ((double)r < with) {
                chosen[k] = item;
                break;
            }
            r -= (int64_t)with;
        }
}

/* The r-th relabelling of pooled (x first, then y) into out; choice: [nx] scratch. */
static void vrp_hypothesis_relabel(double *out, int64_t *choice, const double *pooled, int64_t nx, int64_t ny,
                                   bool paired, bool all, int64_t r, uint64_t seed) {
    const int64_t n = nx + ny;
    const vr_rng rng = vr_rng_at(vr_rng_split(vr_rng_init(seed), "permutation"), (uint64_t)r);
    memcpy(out, pooled, (size_t)n * sizeof *out);
    if (paired) {
        for (int64_t i = 0; i < nx; i++)
            if (all ? r >> i & 1 : vr_rng_u32(rng, (uint64_t)i) & 1)
                out[i] = pooled[nx + i], out[nx + i] = pooled[i];
    } else if (all) {
        int64_t left = 0, right = nx;
        vrp_hypothesis_choose(choice, r, nx, n);
        for (int64_t i = 0; i < n; i++)
            if (left < nx && choice[left] == i)
                out[left++] = pooled[i];
            else
                out[right++] = pooled[i];
    } else
        for (int64_t i = 0; i < nx; i++) { /* the first nx of a Fisher-Yates shuffle */
            const int64_t j = i + vr_rng_below(rng, (uint64_t)i, n - i);
            const double t = out[i];
            out[i] = out[j];
            out[j] = t;
        }
}

vr_test vr_permutation_test(vr_arena *scratch, const double *x, int64_t nx, const double *y, int64_t ny,
                            const vr_permutation *options) {
    vr_permutation o = options ? *options : (vr_permutation){0};
    if (o.resamples == 0) o.resamples = 9999;
    if (!o.statistic) o.statistic = vrp_hypothesis_difference;
    VR_CHECK(nx >= 0 && ny >= 0 && o.resamples > 0 && (!o.paired || nx == ny), "samples of %lld and %lld",
             (long long)nx, (long long)ny);
    if (nx == 0 || ny == 0) return vrp_hypothesis_none;
    const double observed = o.statistic(o.context, x, nx, y, ny), rounding = fabs(observed) * 100 * 0x1p-52;
    if (isnan(observed)) return vrp_hypothesis_none;
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t n = nx + ny, few = vrp_hypothesis_relabellings(nx, ny, o.paired, o.resamples);
    const bool all = few <= o.resamples;
    const int64_t R = all ? few : o.resamples;
    const int threads = vr_threads();
    double *pooled = VR_NEW(scratch, double, n), *buffer = VR_NEW(scratch, double, (n * threads));
    int64_t *choices = VR_NEW(scratch, int64_t, (nx * threads)), less = 0, greater = 0;
    memcpy(pooled, x, (size_t)nx * sizeof *x);
    memcpy(pooled + nx, y, (size_t)ny * sizeof *y);
#pragma omp parallel for num_threads(threads) reduction(+ : less, greater) /* whole numbers: any order */
    for (int64_t r = 0; r < R; r++) {
        double *values = buffer + vr_thread_index() * n;
        vrp_hypothesis_relabel(values, choices + vr_thread_index() * nx, pooled, nx, ny, o.paired, all, r,
                               o.seed);
        const double s = o.statistic(o.context, values, nx, values + nx, ny);
        less += s <= observed + rounding;
        greater += s >= observed - rounding;
    }
    vr_arena_rewind(scratch, mark);
    const double one = all ? 0 : 1, p = ((double)vr_min(less, greater) + one) / ((double)R + one);
    return (vr_test){observed, 0, fmin(1, 2 * p)};
}

/* ---- many tests ---- */

typedef struct vrp_hypothesis_p {
    double p;
    int64_t at;
} vrp_hypothesis_p;

static int vrp_hypothesis_compare(const void *a, const void *b) {
    const vrp_hypothesis_p *x = (const vrp_hypothesis_p *)a, *y = (const vrp_hypothesis_p *)b;
    return x->p != y->p ? (x->p > y->p) - (x->p < y->p) : (x->at > y->at) - (x->at < y->at);
}

/* The defined p, smallest first; NaN is passed on. Returns their number. */
static int64_t vrp_hypothesis_sort(vrp_hypothesis_p *sorted, double *adjusted, const double *p, int64_t n) {
    int64_t m = 0;
    for (int64_t i = 0; i < n; i++) {
        VR_CHECK(!(p[i] < 0 || p[i] > 1), "p[%lld] = %g", (long long)i, p[i]);
        if (isnan(p[i]))
            adjusted[i] = NAN;
        else
            sorted[m++] = (vrp_hypothesis_p){p[i], i};
    }
    qsort(sorted, (size_t)m, sizeof *sorted, vrp_hypothesis_compare);
    return m;
}

void vr_adjust_holm(vr_arena *scratch, double *adjusted, const double *p, int64_t n) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    vrp_hypothesis_p *sorted = VR_NEW(scratch, vrp_hypothesis_p, n);
    const int64_t m = vrp_hypothesis_sort(sorted, adjusted, p, n);
    double most = 0;
    for (int64_t k = 0; k < m; k++) {
        most = fmax(most, (double)(m - k) * sorted[k].p);
        adjusted[sorted[k].at] = fmin(1, most);
    }
    vr_arena_rewind(scratch, mark);
}

void vr_adjust_bh(vr_arena *scratch, double *adjusted, const double *p, int64_t n) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    vrp_hypothesis_p *sorted = VR_NEW(scratch, vrp_hypothesis_p, n);
    const int64_t m = vrp_hypothesis_sort(sorted, adjusted, p, n);
    double least = 1;
    for (int64_t k = m - 1; k >= 0; k--)
        adjusted[sorted[k].at] = least = fmin(least, (double)m / (double)(k + 1) * sorted[k].p);
    vr_arena_rewind(scratch, mark);
}
