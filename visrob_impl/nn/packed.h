/* nn/packed.h: the same layers, fast: weights packed once at load, epilogues fused, threads inside.
 *
 *     vr_linear fc = vr_linear_pack(&perm, w, b);
 *     vr_linear_apply(y, x, &fc, VR_ACT_GELU, (vr_tensor){0}, &step);
 *
 * The results agree with nn/kernels.h to rounding and have the same bits for any number of threads. */
#ifndef VISROB_NN_PACKED_H
#define VISROB_NN_PACKED_H
#include "kernels.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A linear layer ready for use; the fields are for reading. */
typedef struct vr_linear {
    int64_t in, out;
    const float *panels; /* the weights in the micro-kernel's own order */
    const float *bias;   /* [out] or NULL */
} vr_linear;

/* A convolution ready for use. */
typedef struct vr_conv {
    int64_t in, out, kh, kw;
    vr_conv_opts opts;  /* no zero left in it: the defaults are filled in */
    vr_linear gemm;     /* [out, kh*kw*in/groups] for groups = 1 */
    const float *w;     /* for groups > 1: one packed product a group */
    const float *ready; /* few channels, 3 x 3: the weights of F(4x4) as well (nn/winograd.h) */
    const float *bias;
} vr_conv;

/* Packs w (and copies b) into the arena; w is not needed afterwards.
 * Shapes:  w: [O,K], any strides; b: [O] or {0}. */
VR_API vr_linear vr_linear_pack(vr_arena *perm, vr_tensor w, vr_tensor b);

/* y = act(x w^T + b) + residual.
 * Shapes:  y, residual: [N,O]; x: [N,K]; residual may be {0} or y itself.
 * Notes:   for a ResNet the order is act(x w^T + b + residual): see vr_conv_apply. scratch is rewound. */
VR_API void vr_linear_apply(vr_tensor y, vr_tensor x, const vr_linear *layer, vr_act act, vr_tensor residual,
                            vr_arena *scratch);

/* Room for [rows, columns] whose rows do not lie a power of two apart: a dozen of them, read side by side, would claim the
 * same lines of L1 (K = 3072: 90 % of the FMA peak instead of 97). The values are arbitrary. */
VR_API vr_tensor vr_rows_new(vr_arena *arena, int64_t rows, int64_t columns);

/* The same for pixels: floats from pixel to pixel of C channels. */
VR_API int64_t vr_pixel_stride(int64_t C);
/* [N,H,W,C] whose pixels lie so, in the caller's N*H*W * vr_pixel_stride(C) floats. */
VR_API vr_tensor vr_pixels_view(float *data, int64_t N, int64_t H, int64_t W, int64_t C);
/* Whether x is [N,H,W,C] with contiguous channels and all pixels x.stride[2] floats apart. */
VR_API bool vr_pixels_even(vr_tensor x);

/* The scale and shift of a layer norm. Shapes: w, b: [C]. */
typedef struct vr_norm {
    vr_tensor w, b;
} vr_norm;

/* y = act(layernorm(x) w^T + b).
 * Shapes:  y: [N,O]; x: [N,K]. Notes: y and x must not overlap. scratch is rewound. */
VR_API void vr_linear_apply_norm(vr_tensor y, vr_tensor x, const vr_norm *norm, float eps,
                                 const vr_linear *layer, vr_act act, vr_arena *scratch);

/* vr_layernorm_forward. Notes: y may be x. */
VR_API void vr_layernorm_apply(vr_tensor y, vr_tensor x, const vr_norm *norm, float eps);

/* Packs a convolution. Shapes: w: [O,C/groups,KH,KW]; b: [O] or {0}. */
VR_API vr_conv vr_conv_pack(vr_arena *perm, vr_tensor w, vr_tensor b, vr_conv_opts opts);

/* Packs a convolution with the batch-norm behind it folded in: w' = w * g/sqrt(var+eps), b' = beta - mean * g/sqrt(var+eps).
 * Shapes:  w as above; the other four [O]. */
VR_API vr_conv vr_conv_pack_batchnorm(vr_arena *perm, vr_tensor w, vr_conv_opts opts, vr_tensor mean,
                                      vr_tensor var, vr_tensor gamma, vr_tensor beta, float eps);

/* The output's height for an input of height h (the same rule gives the width). */
VR_API int64_t vr_conv_out_size(int64_t h, int64_t k, vr_conv_opts opts);

/* y = act(conv(x) + residual).
 * Shapes:  y, residual: [N,OH,OW,O]; x: [N,H,W,C]; residual may be {0} or y itself.
 * Notes:   channels are contiguous, pixels may lie further apart (vr_pixels_view). scratch is rewound. */
VR_API void vr_conv_apply(vr_tensor y, vr_tensor x, const vr_conv *layer, vr_act act, vr_tensor residual,
                          vr_arena *scratch);

/* vr_maxpool2d_forward. */
VR_API void vr_maxpool2d_apply(vr_tensor y, vr_tensor x, int64_t k, int64_t stride, int64_t pad);

/* vr_global_avgpool_forward. */
VR_API void vr_global_avgpool_apply(vr_tensor y, vr_tensor x);

/* vr_attention_forward, blocked so that the scores of a block of queries stay in cache. */
VR_API void vr_attention_apply(vr_tensor y, vr_tensor qkv, int64_t heads, vr_arena *scratch);

#ifdef __cplusplus
}
#endif
#endif
