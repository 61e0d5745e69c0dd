/* model/pool_impl.h: the poolings that replace strides, and attention pooling. */
#ifndef VISROB_MODEL_POOL_IMPL_H
#define VISROB_MODEL_POOL_IMPL_H
#include "checkpoint_impl.h"

/* y = the mean of each 2 x 2 window two pixels apart, or of the part of it that is inside of x.
 * Shapes:  y: [N,OH,OW,C] with OH = H/2 or (H+1)/2; x: [N,H,W,C]; pixels may have gaps between them.
 * Source:  torch.nn.AvgPool2d(2, 2), with ceil_mode=True and count_include_pad=False where H is odd. */
VR_API void vrp_pool_average(vr_tensor y, vr_tensor x);

/* y = x blurred by (1 2 1)/4 in both directions, every second pixel; the border is mirrored.
 * Shapes:  y: [N,(H-1)/2+1,(W-1)/2+1,C]; x: [N,H,W,C], at least 2 x 2. Source: timm.layers.BlurPool2d. */
VR_API void vrp_pool_blur(vr_tensor y, vr_tensor x);

/* CLIP's attention pooling: the mean of all pixels asks all pixels. */
typedef struct vrp_pool_attention {
    int64_t grid, width, heads;
    vr_tensor position; /* [1 + grid * grid, width] */
    vr_linear qkv, proj;
} vrp_pool_attention;

/* Packs the keys below `attnpool.` of an image of `width` channels; *out = the features' width. */
VR_API bool vrp_pool_attention_pack(vr_arena *perm, vrp_pool_attention *p, int64_t *out, vrp_checkpoint *c,
                                    int64_t width, vr_err *err);

/* Shapes: y: [N,out]; x: [N,grid,grid,width]. Source: AttentionPool2d of OpenAI's CLIP. */
VR_API void vrp_pool_attention_apply(vr_tensor y, vr_tensor x, const vrp_pool_attention *p,
                                     vr_arena *scratch);

/* SigLIP's attention pooling: a learned query asks all tokens; a residual MLP follows. */
typedef struct vrp_pool_map {
    int64_t width, heads, hidden;
    vr_tensor query; /* [width], projected */
    vr_linear kv, proj, fc1, fc2;
    vr_norm norm;
} vrp_pool_map;

/* Packs the keys below `attn_pool.`. */
VR_API bool vrp_pool_map_pack(vr_arena *perm, vrp_pool_map *p, vrp_checkpoint *c, int64_t width,
                              int64_t heads, vr_err *err);

/* The first `prefix` tokens are not asked. Shapes: y: [N,width]; x: [N,T,width].
 * Source:  timm.layers.AttentionPoolLatent; transformers' SiglipMultiheadAttentionPoolingHead. */
VR_API void vrp_pool_map_apply(vr_tensor y, vr_tensor x, int64_t prefix, const vrp_pool_map *p, float eps,
                               vr_act act, vr_arena *scratch);

#endif
