/* metric/disparity.h: how far apart are the groups? */
#ifndef VISROB_METRIC_DISPARITY_H
#define VISROB_METRIC_DISPARITY_H
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The spread of one number per group (the accuracy of each region). */
typedef struct vr_disparity {
    int64_t count;       /* groups with a number */
    int64_t best, worst; /* their indices, the first of equals; -1 where count = 0 */
    double gap;          /* best - worst: the geographic disparity */
    double ratio;        /* best / worst; infinite where the worst is 0, NaN where both are */
    double mean, std;    /* std with count - 1 below: NaN for one group */
    double gini; /* sum_ij |x_i - x_j| / (2 count^2 mean): 0 all alike .. near 1; NaN where the mean is 0 */
} vr_disparity;

/* The spread of value[n]; a NaN (an empty group) is left out. Without numbers all is NaN and the indices -1.
 * Source:  Progress vs. geography (disparity = best - worst region); gini as Gini 1912, without correction for n; numpy's
 *          ptp, mean and std(ddof=1). */
VR_API vr_disparity vr_disparity_of(const double *value, int64_t n);

/* mean of the values strictly above the (1-q)-quantile - mean of those strictly below the q-quantile, 0 < q <= 1/2.
 * Notes:   NaN is left out; NaN where either end is empty.
 * Source:  country percentile gap of Progress vs. geography; numpy.quantile. */
VR_API double vr_quantile_gap(vr_arena *scratch, const double *value, int64_t n, double q);

#ifdef __cplusplus
}
#endif
#endif
