/* nn/winograd_impl.h: 3 x 3 convolutions of stride 1 with fewer products: F(2x2, 3x3) and F(4x4, 3x3).
 *
 * A tile of m x m outputs needs (m+2)^2 products a channel instead of 9 m^2: 2.25 times fewer for m = 2, 4 times
 * fewer for m = 4. vr_conv_apply uses it where vrp_winograd_choose is not 0. */
#ifndef VISROB_NN_WINOGRAD_IMPL_H
#define VISROB_NN_WINOGRAD_IMPL_H
#include "epilogue_impl.h"
#include "packed.h"

/* The m of F(m x m, 3 x 3) for outputs of OH x OW, or 0 where the direct algorithm needs no more products or F(m)
 * does not apply. */
VR_API int vrp_winograd_choose(const vr_conv *layer, int64_t OH, int64_t OW);

/* The number of floats of the transformed weights of F(4x4); 0 where they are too large to keep. */
VR_API int64_t vrp_winograd_weights_size(int64_t C, int64_t O);

/* Transforms packed weights of a 3 x 3 convolution: u = G w[o,c] G^T, as [position][panel][channel][column].
 * Source:  Lavin & Gray 2016, section 4. */
VR_API void vrp_winograd_weights(float *u, const float *panels, int64_t C, int64_t O);

/* y = act(conv(x) + bias + residual) by F(m x m, 3 x 3).
 * Shapes:  x: [N,H,W,C], pixels evenly apart; e->y: [N,OH,OW,O], e->residual the same or NULL.
 * Notes:   scratch is rewound. */
VR_API void vrp_winograd_run(vr_tensor x, const vr_conv *layer, int m, const vrp_epilogue *e,
                             vr_arena *scratch);

#endif
