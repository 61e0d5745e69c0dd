/* model/resnet_impl.h: builds residual networks; model.h says what is read from a checkpoint. */
#ifndef VISROB_MODEL_RESNET_IMPL_H
#define VISROB_MODEL_RESNET_IMPL_H
#include "checkpoint_impl.h"
#include "model.h"

/* Fills the model from an opened checkpoint; packed weights go to perm.
 * Errors:  VR_ERR_FORMAT naming a missing, unexpected or misshapen key, VR_ERR_NUMERIC for a NaN. */
VR_API bool vrp_resnet_build(vr_arena *perm, vr_model *model, vrp_checkpoint *c, vrp_facts *f,
                             const vr_model_opts *opts, vr_err *err);

/* The same by name and with random weights, without a head: resnet20 .. resnet1202, resnet18 .. resnet152,
 * wide_resnet50_2, resnext50_32x4d, ...; false for an unknown name.
 * Notes:   the last scale of each branch is 1/sqrt(blocks), so that the variance grows at most e-fold. */
VR_API bool vrp_resnet_build_random(vr_arena *perm, vr_model *model, const char *name, vrp_checkpoint *c,
                                    vrp_facts *f);

#endif
