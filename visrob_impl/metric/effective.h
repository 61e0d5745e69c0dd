/* metric/effective.h: effective robustness: how far above the line on which ordinary models lie is this one?
 *
 *     vr_trend trend;
 *     vr_trend_fit(&trend, clean, shifted, models, VR_SPACE_LOGIT, &scratch, VR_FATAL); // ordinary ones
 *     double rho = vr_effective_robustness(&trend, my_clean, my_shifted);        // > 0: more robust than they */
#ifndef VISROB_METRIC_EFFECTIVE_H
#define VISROB_METRIC_EFFECTIVE_H
#include "../tensor/regression.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The axes on which the line is straight. */
typedef enum vr_space {
    VR_SPACE_LINEAR, /* a */
    VR_SPACE_LOGIT,  /* ln(a / (1-a)) */
    VR_SPACE_PROBIT  /* the normal quantile of a */
} vr_space;

/* accuracy on shifted images = beta(accuracy on clean ones); line is in the space's own axes. */
typedef struct vr_trend {
    vr_space space;
    vr_line line;
} vr_trend;

/* An accuracy in the space's axis: infinite at 0 and 1 but for VR_SPACE_LINEAR, NaN outside 0..1. */
VR_API double vr_space_of(vr_space space, double accuracy);

/* Back from the space's axis to an accuracy. */
VR_API double vr_space_back(vr_space space, double x);

/* Fits beta to n ordinary models; accuracies are fractions.
 * Errors:  VR_ERR_ARGUMENT for n < 2 or no spread in clean; VR_ERR_NUMERIC naming a model whose accuracy is not in
 *          0..1, or is 0 or 1 where the space has no place for it. trend's line is then all zero.
 * Source:  Taori et al. 2020, section 3 (logit axes); Miller et al. 2021 (probit axes); scipy.stats.linregress of
 *          scipy.special.logit or scipy.stats.norm.ppf. */
VR_API bool vr_trend_fit(vr_trend *trend, const double *clean, const double *shifted, int64_t n,
                         vr_space space, vr_arena *scratch, vr_err *err);

/* beta(clean): the accuracy on shifted images that an ordinary model of this clean accuracy has. */
VR_API double vr_trend_at(const vr_trend *trend, double clean);

/* rho = shifted - beta(clean), in accuracy. Source: Taori et al. 2020, eq. 1. */
VR_API double vr_effective_robustness(const vr_trend *trend, double clean, double shifted);

#ifdef __cplusplus
}
#endif
#endif
