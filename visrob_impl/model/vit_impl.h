/* model/vit_impl.h: builds vision transformers; model.h says what is read from a checkpoint, and the rules. */
#ifndef VISROB_MODEL_VIT_IMPL_H
#define VISROB_MODEL_VIT_IMPL_H
#include "checkpoint_impl.h"
#include "model.h"

/* Fills the model from an opened checkpoint; packed weights go to perm.
 * Errors:  VR_ERR_FORMAT naming a missing, unexpected or misshapen key, VR_ERR_NUMERIC for a NaN, VR_ERR_ARGUMENT where
 *          opts->heads or opts->image_size is needed or does not divide. */
VR_API bool vrp_vit_build(vr_arena *perm, vr_model *model, vrp_checkpoint *c, vrp_facts *f,
                          const vr_model_opts *opts, vr_err *err);

/* The same by name and with random weights, without a head: vit_base_patch16_224, vit_small_patch14_dinov2,
 * vit_large_patch14_reg4_dinov2, ...; false for an unknown name. */
VR_API bool vrp_vit_build_random(vr_arena *perm, vr_model *model, const char *name, vrp_checkpoint *c,
                                 vrp_facts *f);

/* Position embeddings for another grid: bicubic interpolation of [h,w,D] to [H,W,D]. */
typedef struct vrp_position_rule {
    bool
        antialias; /* Keys' a = -0.5 and a wider kernel when the grid shrinks; else a = -0.75 and four taps */
    bool align_corners; /* the corner positions are unchanged */
    float offset;       /* DINO: the scale is (H + offset)/h */
} vrp_position_rule;

/* y = x at another resolution by the rule.
 * Shapes:  y: [H,W,D]; x: [h,w,D], both contiguous. Notes: scratch is rewound.
 * Source:  agrees with torch.nn.functional.interpolate(mode="bicubic"), with scale_factor where offset > 0. */
VR_API void vrp_position_resize(vr_tensor y, vr_tensor x, vrp_position_rule rule, vr_arena *scratch);

#endif
