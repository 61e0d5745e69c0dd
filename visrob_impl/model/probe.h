/* model/probe.h: a linear classifier on top of frozen features, in closed form. */
#ifndef VISROB_MODEL_PROBE_H
#define VISROB_MODEL_PROBE_H
#include "model.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Ridge regression of one-hot labels on features: minimizes |F W^T + b - Y|^2 + lambda N |W|^2, the bias not penalized.
 * With F and Y centred, W^T = (F^T F + lambda N I)^-1 F^T Y, or F^T (F F^T + lambda N I)^-1 Y where N < D.
 * Shapes:  w: [classes,D]; b: [classes]; features: [N,D], N >= 1; labels: [N], each 0..classes-1.
 * Notes:   in double; the same bits for any number of threads; lambda >= 0 (with 0 the features have to have full rank).
 * Errors:  VR_ERR_NUMERIC naming a feature that is not finite, or for a singular system; VR_ERR_ARGUMENT naming a label
 *          out of range. w and b are then zero.
 * Source:  Hoerl & Kennard 1970; agrees with sklearn.linear_model.Ridge(alpha = lambda N) on one-hot labels. */
VR_API bool vr_probe_ridge(vr_tensor w, vr_tensor b, vr_tensor features, const int64_t *labels, double lambda,
                           vr_arena *scratch, vr_err *err);

/* Gives a model a new classification head.
 * Shapes:  w: [classes,features]; b: [classes] or {0}; labels: [classes] names or NULL; the names have to live on. */
VR_API void vr_model_set_head(vr_arena *perm, vr_model *model, vr_tensor w, vr_tensor b,
                              const char *const *labels);

#ifdef __cplusplus
}
#endif
#endif
