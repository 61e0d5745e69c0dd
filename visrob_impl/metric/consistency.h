/* metric/consistency.h: do two runs, or two models, say the same, and are they wrong together? */
#ifndef VISROB_METRIC_CONSISTENCY_H
#define VISROB_METRIC_CONSISTENCY_H
#include "../base/base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The share of images with the same prediction in a and b; NaN for n = 0. */
VR_API double vr_agreement(const int64_t *a, const int64_t *b, int64_t n);

/* The mean over all pairs of runs of their agreement: consistency under views, seeds or severities.
 * Shapes:  predicted: [runs,n]. Notes: NaN for fewer than two runs or n = 0. */
VR_API double vr_consistency(const int64_t *predicted, int64_t runs, int64_t n);

/* The share of neighbouring frames whose predictions differ: the flip probability.
 * Shapes:  predicted: [videos,frames]. Notes: NaN without a pair of frames.
 * Source:  Hendrycks and Dietterich 2019, section 4.2 (for the perturbations that are not noise). */
VR_API double vr_flip_rate(const int64_t *predicted, int64_t videos, int64_t frames);

/* (observed - expected) / (1 - expected) of "both right or both wrong": kappa, 0 where errors meet by chance, 1 where
 * they are the same, NaN where chance alone makes them the same (both always right) or n = 0.
 * Source:  Geirhos et al. 2020, "Beyond accuracy"; sklearn.metrics.cohen_kappa_score. */
VR_API double vr_error_consistency(const uint8_t *correct_a, const uint8_t *correct_b, int64_t n);

#ifdef __cplusplus
}
#endif
#endif
