/* metric/calibration.h: does a model that says 80 % mean it? */
#ifndef VISROB_METRIC_CALIBRATION_H
#define VISROB_METRIC_CALIBRATION_H
#include "../base/base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The usual number of equal-width bins. */
enum { VR_CALIBRATION_BINS = 15 };

/* The images whose confidence is in (low, high]; the first bin holds 0 too. Empty: confidence, accuracy NaN. */
typedef struct vr_reliability_bin {
    double low, high;
    int64_t count;
    double confidence, accuracy; /* means over the bin */
} vr_reliability_bin;

/* The four usual numbers at once. */
typedef struct vr_calibration {
    double ece, mce, brier, nll;
} vr_calibration;

/* confidence[i] = the highest probability of image i, and predicted[i] its class; either may be NULL.
 * Shapes:  confidence, predicted: [n]; probability: [n,classes].
 * Notes:   the lowest class number wins a tie, a NaN never wins; a row of NaN gives confidence NaN. */
VR_API void vr_confidence(float *confidence, int64_t *predicted, const float *probability, int64_t n,
                          int64_t classes);

/* Sorts images into bin_count bins of equal width over [0,1] by confidence.
 * Shapes:  bins: [bin_count], filled; confidence, correct: [n]. Every confidence is in [0,1] (VR_CHECK).
 * Source:  Guo et al. 2017, section 2. */
VR_API void vr_reliability(vr_reliability_bin *bins, int64_t bin_count, const float *confidence,
                           const uint8_t *correct, int64_t n);

/* Expected calibration error: sum_b count_b/n |accuracy_b - confidence_b|; NaN without images.
 * Source:  Guo et al. 2017, eq. 3; torchmetrics' CalibrationError(norm="l1") but for confidences exactly on an
 *          edge (there the bins are [low, high)). */
VR_API double vr_ece(const vr_reliability_bin *bins, int64_t bin_count);

/* Maximum calibration error: max_b |accuracy_b - confidence_b| over bins with images; NaN without images.
 * Source:  Guo et al. 2017, eq. 5. */
VR_API double vr_max_calibration_error(const vr_reliability_bin *bins, int64_t bin_count);

/* mean_i sum_c (probability[i,c] - [c = label_i])^2, 0..2.
 * Source:  Brier 1950; sklearn.metrics.brier_score_loss with scale_by_half=False. */
VR_API double vr_brier(const float *probability, const int64_t *labels, int64_t n, int64_t classes);

/* mean_i -log(probability[i,label_i]), in nats.
 * Notes:   a probability is raised to at least 2^-23 first, so that one certain mistake costs 15.9, not infinity.
 * Source:  sklearn.metrics.log_loss on float32 probabilities. */
VR_API double vr_nll(const float *probability, const int64_t *labels, int64_t n, int64_t classes);

#ifdef __cplusplus
}
#endif
#endif
