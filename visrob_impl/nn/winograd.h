/* nn/winograd.h: 3 x 3 convolutions of stride 1 with fewer products: F(2x2, 3x3) and F(4x4, 3x3).
 *
 * A tile of m x m outputs needs (m+2)^2 products a channel instead of 9 m^2: 2.25 times fewer for m = 2, 4 times
 * fewer for m = 4. nn/packed.h uses it by itself where vr_winograd_choose says so. */
#ifndef VISROB_NN_WINOGRAD_H
#define VISROB_NN_WINOGRAD_H
#include "epilogue.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The m of F(m x m, 3 x 3) for a convolution of that geometry, or 0 where it does not apply or does not pay.
 * Shapes:  w: [O,C/groups,KH,KW]. Notes: the rule and its reasons are in winograd.c. */
VR_API int vr_winograd_choose(int64_t O, int64_t C, int64_t kh, int64_t kw, vr_conv_opts opts);

/* The number of floats of the transformed weights. */
VR_API int64_t vr_winograd_packed_size(int m, int64_t C, int64_t O);

/* Transforms and packs the weights: G (scale[o] w[o,c]) G^T, in panels for vr_gemm_gather.
 * Shapes:  w: [O,C,3,3], any strides; scale: [O] or NULL.
 * Source:  Lavin & Gray 2016, section 4. */
VR_API void vr_winograd_pack(float *packed, int m, vr_tensor w, const float *scale);

/* y = epilogue(conv(x)) with zeros `pad` wide around x.
 * Shapes:  x: [N,H,W,C] contiguous; e->y: [N,H+2pad-2,W+2pad-2,O] contiguous, e->residual the same or NULL, and
 *          taken before the activation. Notes: scratch is rewound. */
VR_API void vr_winograd_run(vr_tensor x, const float *packed, int m, int64_t O, int64_t pad,
                            const vr_epilogue *e, vr_arena *scratch);

#ifdef __cplusplus
}
#endif
#endif
