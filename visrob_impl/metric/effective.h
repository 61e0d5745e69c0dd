/* metric/effective.h: effective robustness: how far above the line of ordinary models is this one?
 *
 *     const double clean[] = {0.70, 0.75, 0.80}, shifted[] = {0.40, 0.46, 0.53};     // of ordinary models
 *     vr_trend trend;
 *     vr_trend_fit(&trend, clean, shifted, 3, VR_SCALE_LOGIT, &scratch, VR_FATAL);
 *     double rho = vr_effective_robustness(&trend, 0.78, 0.60);                      // > 0: more robust than they are */
#ifndef VISROB_METRIC_EFFECTIVE_H
#define VISROB_METRIC_EFFECTIVE_H
#include "../tensor/regression.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The axes on which the line is straight. */
typedef enum vr_axis_scale {
    VR_SCALE_LINEAR, /* a */
    VR_SCALE_LOGIT,  /* ln(a / (1-a)) */
    VR_SCALE_PROBIT  /* the normal quantile of a */
} vr_axis_scale;

/* accuracy on shifted images = beta(accuracy on clean ones), a line on axes of that scale. */
typedef struct vr_trend {
    vr_axis_scale scale;
    vr_line line;
} vr_trend;

/* Fits beta to n ordinary models; accuracies are fractions.
 * Errors:  VR_ERR_ARGUMENT for n < 2 or no spread in clean; VR_ERR_NUMERIC naming a model whose accuracy is not in
 *          0..1, or is 0 or 1 where that is infinite on the scale. trend's line is then all zero.
 * Source:  Taori et al. 2020, section 3 (logit axes); Miller et al. 2021 (probit axes); scipy.stats.linregress of
 *          scipy.special.logit or scipy.stats.norm.ppf. */
VR_API bool vr_trend_fit(vr_trend *trend, const double *clean, const double *shifted, int64_t n,
                         vr_axis_scale scale, vr_arena *scratch, vr_err *err);

/* rho = shifted - beta(clean), in accuracy. Source: Taori et al. 2020, eq. 1. */
VR_API double vr_effective_robustness(const vr_trend *trend, double clean, double shifted);

#ifdef __cplusplus
}
#endif
#endif
