/* metric/prevalence.h: which factors do images have, and which are over-represented where a model fails?
 *
 * Counts of images that have a factor become shares (which sum to 1 over the factors), and shares become shifts against
 * a base. */
#ifndef VISROB_METRIC_PREVALENCE_H
#define VISROB_METRIC_PREVALENCE_H
#include "../base/base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* share[f] = count[f] / sum of count: the prevalence, which sums to 1; NaN without ticks.
 * Source:  class Prevalence of ImageNet-X. */
VR_API void vr_prevalence(double *share, const int64_t *count, int64_t factors);

/* shift[f] = (share[f] - base_share[f]) / base_share[f]: how much more common is a factor here than in the base?
 * Shapes:  shift: [factors]; count, base: [factors] counts.
 * Notes:   0.5 means one and a half times as common, -1 never seen. NaN where the base has none of it, or without
 *          ticks (ImageNet-X writes 0 there).
 * Source:  ImageNet-X, prevalence shift and misclassification shift; the "error ratio" of Gustafson et al. 2023. */
VR_API void vr_prevalence_shift(double *shift, const int64_t *count, const int64_t *base, int64_t factors);

/* sqrt(sum (p ln(p/m) + q ln(q/m)) / 2) with m = (p+q)/2 of the shares p and q: 0 alike .. sqrt(ln 2) disjoint.
 * Notes:   NaN where either has no ticks.
 * Source:  scipy.spatial.distance.jensenshannon. */
VR_API double vr_jensen_shannon(const int64_t *a, const int64_t *b, int64_t factors);

#ifdef __cplusplus
}
#endif
#endif
