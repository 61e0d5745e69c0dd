/* model/probe.h: a linear classifier on top of frozen features, in closed form. */
#ifndef VISROB_MODEL_PROBE_H
#define VISROB_MODEL_PROBE_H
#include "model.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Ridge regression of one-hot labels on features: minimizes |F W^T + b - Y|^2 + lambda n |W|^2, the bias not penalized.
 * Shapes:  w: [classes,D]; b: [classes]; features: [N,D]; labels: [N].
 * Errors:  VR_ERR_NUMERIC where the features are not finite. */
VR_API bool vr_probe_ridge(vr_tensor w, vr_tensor b, vr_tensor features, const int64_t *labels, double lambda,
                           vr_arena *scratch, vr_err *err);

/* Gives a model a new classification head. Shapes: w: [classes,features]; b: [classes]; labels: [classes] or NULL, kept. */
VR_API void vr_model_set_head(vr_arena *perm, vr_model *model, vr_tensor w, vr_tensor b,
                              const char *const *labels);

#ifdef __cplusplus
}
#endif
#endif
