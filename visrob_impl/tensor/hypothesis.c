/* tensor/hypothesis.c: each test as its formula. The permutation test counts all relabellings where they are few and
 * draws them where they are many; a draw depends only on its number, and counts are whole numbers, so that the
 * number of threads changes nothing. */
#include "hypothesis.h"
#include "../base/error.h"
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
