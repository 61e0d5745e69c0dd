/* model/vit.h: vision transformers (Dosovitskiy et al. 2021), put together from whatever their checkpoint says.
 *
 * Read from keys and shapes: width, depth, patch, MLP or SwiGLU, layer scale, biases, the class, distillation and
 * register tokens, the grid of the position embedding, the norms. What leaves no trace there follows these rules:
 *
 *   heads    3, 6, 12, 16, 16, 16, 24, 16 for the widths 192, 384, 768, 1024, 1280, 1408, 1536, 1664, else width/64;
 *            opts->heads overrides
 *   eps      1e-6; 1e-5 with a norm before the blocks (CLIP)
 *   features the class token after the last norm; the class and the distillation token side by side (DeiT); the mean of
 *            the patch tokens where there is a `fc_norm.` (timm's avg, MAE fine-tuned) or no class token
 *
 *   dialect      how it is told                      normalization   resize, filter     other image sizes: positions by
 *   torchvision  `conv_proj.`                        ImageNet        256/224 bilinear   bicubic, corners aligned
 *   clip         `norm_pre.`                         CLIP            1/0.9 bicubic      antialiased bicubic (timm)
 *   dinov2       `register_tokens`, or layer scale   ImageNet        256/224 bicubic    bicubic, scale (grid + 0.1)/old;
 *                and `mask_token`                                                       antialiased with registers
 *   deit         `dist_token`, or a head below       ImageNet        256/224 bicubic    bicubic
 *                `model.` (mae: with `fc_norm.`)
 *   dino         no head, or a projector             ImageNet        256/224 bicubic    bicubic, scale (grid + 0.1)/old
 *   timm         the rest                            0.5 / 0.5, with 1/0.9 bicubic, 1   antialiased bicubic
 *                                                    layer scale     from 384 on
 *                                                    ImageNet
 *
 * The image size is the position embedding's grid times the patch; 224 for dinov2, as in its repository's evaluations. */
#ifndef VISROB_MODEL_VIT_H
#define VISROB_MODEL_VIT_H
#include "checkpoint.h"
#include "model.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Fills the model from an opened checkpoint; packed weights go to perm.
 * Errors:  VR_ERR_FORMAT naming a missing, extra or misshapen key, VR_ERR_NUMERIC for a NaN, VR_ERR_ARGUMENT where
 *          opts->heads or opts->image_size is needed or does not divide. */
VR_API bool vr_vit_build(vr_arena *perm, vr_model *model, vr_checkpoint *c, const vr_model_opts *opts,
                         vr_err *err);

/* The same by name and with random weights, without a head: vit_base_patch16_224, vit_small_patch14_dinov2,
 * vit_large_patch14_reg4_dinov2, ...; false where there is none of that name. */
VR_API bool vr_vit_build_random(vr_arena *perm, vr_model *model, const char *name, vr_checkpoint *c);

/* Position embeddings for another grid: bicubic interpolation of [h,w,D] to [H,W,D]. */
typedef struct vr_position_rule {
    bool antialias;     /* Keys' a = -0.5 and a wider kernel on the way down; else a = -0.75 and four taps */
    bool align_corners; /* the corner positions stay where they are */
    float offset;       /* DINO: the scale is (H + offset)/h */
} vr_position_rule;

/* y = x at another resolution by the rule.
 * Shapes:  y: [H,W,D]; x: [h,w,D], both contiguous. scratch is rewound.
 * Source:  agrees with torch.nn.functional.interpolate(mode="bicubic"), with scale_factor where offset > 0. */
VR_API void vr_position_resize(vr_tensor y, vr_tensor x, vr_position_rule rule, vr_arena *scratch);

#ifdef __cplusplus
}
#endif
#endif
