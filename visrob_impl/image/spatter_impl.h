/* image/spatter_impl.h: drops of water for the corruption spatter. */
#ifndef VISROB_IMAGE_SPATTER_IMPL_H
#define VISROB_IMAGE_SPATTER_IMPL_H
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* x = how much light the water at each pixel adds, 0..1: drops with a bright rim on one side.
 * Shapes:  x: [height,width]; before the call, the levels 0..255 of the liquid, 0 = dry.
 * Notes:   all 0 where nothing is wet. scratch is rewound.
 * Source:  make_imagenet_c.py, spatter; agrees with OpenCV's Canny (50, 150), distanceTransform (L2, 5 x 5), blur,
 *          equalizeHist and filter2D on these data. */
VR_API void vrp_spatter_water(float *x, int64_t width, int64_t height, vr_arena *scratch);

#ifdef __cplusplus
}
#endif
#endif
