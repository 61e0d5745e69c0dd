/* nn/packed.h: the same layers, fast: weights packed once at load, epilogues fused, threads inside.
 *
 *     vr_tensor w = vr_tensor_2d(&step, 256, 64), b = vr_tensor_1d(&step, 256);
 *     vr_linear fc = vr_linear_pack(&perm, w, b);
 *     vr_tensor x = vr_tensor_2d(&step, 8, 64), y = vr_tensor_2d(&step, 8, 256);
 *     vr_linear_apply(y, x, &fc, VR_ACT_GELU, (vr_tensor){0}, &step);
 *
 * A residual and an activation are arguments in the order in which they are applied: vr_linear_apply(.., act,
 * residual, ..) is act(..) + residual, vr_conv_apply(.., residual, act, ..) is act(.. + residual).
 * The results agree with nn/kernels.h to rounding and have the same bits for any number of threads. */
#ifndef VISROB_NN_PACKED_H
#define VISROB_NN_PACKED_H
#include "kernels.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A packed linear layer. */
typedef struct vr_linear {
    int64_t in, out;
    const float *panels; /* the weights in the order of the micro-kernel */
    const float *bias;   /* [out] or NULL */
} vr_linear;

/* A packed convolution. */
typedef struct vr_conv {
    int64_t in, out, kh, kw;
    vr_conv_opts opts;     /* defaults filled in: no zero but pad */
    const float *panels;   /* the weights in the order of the micro-kernel, one group after the other */
    const float *winograd; /* the weights of F(4x4) or NULL */
    const float *bias;     /* [out] or NULL */
} vr_conv;

/* The scale and shift of a layer norm. Shapes: w, b: [C]. */
typedef struct vr_norm {
    vr_tensor w, b;
} vr_norm;

/* Packs w (and copies b) into the arena; w is not needed afterwards.
 * Shapes:  w: [O,K], any strides; b: [O] or {0}. */
VR_API vr_linear vr_linear_pack(vr_arena *perm, vr_tensor w, vr_tensor b);

/* y = act(x w^T + b) + residual.
 * Shapes:  y, residual: [N,O]; x: [N,K]; residual may be {0} or y itself.
 * Notes:   scratch is rewound. */
VR_API void vr_linear_apply(vr_tensor y, vr_tensor x, const vr_linear *layer, vr_act act, vr_tensor residual,
                            vr_arena *scratch);

/* y = act(layernorm(x) w^T + b).
 * Shapes:  y: [N,O]; x: [N,K]. Notes: y and x must not overlap. scratch is rewound. */
VR_API void vr_linear_apply_norm(vr_tensor y, vr_tensor x, const vr_norm *norm, float eps,
                                 const vr_linear *layer, vr_act act, vr_arena *scratch);

/* y = layernorm(x), as vr_layernorm_forward. Notes: y may be x. */
VR_API void vr_layernorm_apply(vr_tensor y, vr_tensor x, const vr_norm *norm, float eps);

/* Packs a convolution. Shapes: w: [O,C/groups,KH,KW]; b: [O] or {0}. */
VR_API vr_conv vr_conv_pack(vr_arena *perm, vr_tensor w, vr_tensor b, vr_conv_opts opts);

/* Packs a convolution followed by a batch-norm: w' = w * gamma/sqrt(var+eps), b' = beta - mean * gamma/sqrt(var+eps).
 * Shapes:  w as above; the other four [O]. */
VR_API vr_conv vr_conv_pack_batchnorm(vr_arena *perm, vr_tensor w, vr_conv_opts opts, vr_tensor mean,
                                      vr_tensor var, vr_tensor gamma, vr_tensor beta, float eps);

/* y = act(conv(x) + residual).
 * Shapes:  y, residual: [N,OH,OW,O]; x: [N,H,W,C]; residual may be {0} or y itself.
 * Notes:   channels are contiguous, pixels may have gaps between them (vr_pixels_view). scratch is rewound. */
VR_API void vr_conv_apply(vr_tensor y, vr_tensor x, const vr_conv *layer, vr_tensor residual, vr_act act,
                          vr_arena *scratch);

/* y = the largest of each k x k window, as vr_maxpool2d_forward. Notes: pixels may have gaps between them. */
VR_API void vr_maxpool2d_apply(vr_tensor y, vr_tensor x, int64_t k, int64_t stride, int64_t pad);

/* y = the mean over all pixels, as vr_global_avgpool_forward. Notes: pixels may have gaps between them. */
VR_API void vr_global_avgpool_apply(vr_tensor y, vr_tensor x);

/* y = softmax(q k^T / sqrt(D/heads)) v, as vr_attention_forward. Notes: scratch is rewound. */
VR_API void vr_attention_apply(vr_tensor y, vr_tensor qkv, int64_t heads, vr_arena *scratch);

/* An uninitialised [rows,columns] whose rows are not a power of two apart, so that a dozen of them, read side by
 * side, do not compete for the same lines of L1. */
VR_API vr_tensor vr_rows_new(vr_arena *arena, int64_t rows, int64_t columns);

/* The same for pixels: floats from pixel to pixel of C channels. */
VR_API int64_t vr_pixel_stride(int64_t C);

/* [N,H,W,C] with that stride, in the caller's N*H*W * vr_pixel_stride(C) floats. */
VR_API vr_tensor vr_pixels_view(float *data, int64_t N, int64_t H, int64_t W, int64_t C);

#ifdef __cplusplus
}
#endif
#endif
