/* metric/disparity.c: groups are few (regions, factors, countries), so the plain formulas do. */
#include "disparity.h"
#include "../base/error.h"
#include "../tensor/stats.h"
#include <math.h>

vr_disparity vr_disparity_of(const double *value, int64_t n) {
    vr_disparity d = {0, -1, -1, NAN, NAN, NAN, NAN, NAN};
    double sum = 0, squares = 0, apart = 0;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(value[i])) continue;
        d.count++;
        sum += value[i];
        if (d.best < 0 || value[i] > value[d.best]) d.best = i;
        if (d.worst < 0 || value[i] < value[d.worst]) d.worst = i;
    }
    if (d.count == 0) return d;
    const double count = (double)d.count;
    d.mean = sum / count;
    d.gap = value[d.best] - value[d.worst];
    d.ratio = value[d.best] / value[d.worst];
    for (int64_t i = 0; i < n; i++) {
        if (isnan(value[i])) continue;
        squares += (value[i] - d.mean) * (value[i] - d.mean);
        for (int64_t j = 0; j < i; j++)
            if (!isnan(value[j])) apart += 2 * fabs(value[i] - value[j]);
    }
    if (d.count > 1) d.std = sqrt(squares / (count - 1));
    d.gini = apart / (2 * count * count * d.mean);
    return d;
}

double vr_quantile_gap(vr_arena *scratch, const double *value, int64_t n, double q) {
    VR_CHECK(q > 0 && q <= 0.5, "the quantile %g is outside 0..1/2", q);
    const vr_arena_mark mark = vr_arena_here(scratch);
    double *sorted = VR_NEW(scratch, double, n), low = 0, high = 0;
    int64_t m = 0, lows = 0, highs = 0;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(value[i])) sorted[m++] = value[i];
    vr_sort(sorted, m);
    const double bottom = vr_quantile_sorted(sorted, m, q), top = vr_quantile_sorted(sorted, m, 1 - q);
    for (int64_t i = 0; i < m; i++) {
        if (sorted[i] < bottom) low += sorted[i], lows++;
        if (sorted[i] > top) high += sorted[i], highs++;
    }
    vr_arena_rewind(scratch, mark);
    return high / (double)highs - low / (double)lows; /* 0/0 where an end is empty */
}
