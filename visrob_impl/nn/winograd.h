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

/* The m of F(m x m, 3 x 3) for outputs of OH x OW, or 0 where the direct way needs no more products or F(m) does not
 * apply. */
VR_API int vr_winograd_choose(const vr_conv *layer, int64_t OH, int64_t OW);

/* The number of floats of the transformed weights of F(4x4), where it pays to keep them: else 0. */
VR_API int64_t vr_winograd_ready_size(int64_t C, int64_t O);

/* Transforms packed weights of a 3 x 3 convolution: G w[o,c] G^T, as [position][panel][channel][column].
 * Source:  Lavin & Gray 2016, section 4. */
VR_API void vr_winograd_ready(float *ready, const float *panels, int64_t C, int64_t O);

/* y = epilogue(conv(x)) by F(m x m, 3 x 3).
 * Shapes:  x: [N,H,W,C], even pixels; e->y: [N,OH,OW,O], e->residual the same or NULL, and taken before the activation.
 * Notes:   scratch is rewound. */
VR_API void vr_winograd_run(vr_tensor x, const vr_conv *layer, int m, const vr_epilogue *e,
                            vr_arena *scratch);

#ifdef __cplusplus
}
#endif
#endif
