/* image/corrupt.h: ImageNet-C's fifteen corruptions, below the one call of image/factor.h that everybody uses. */
#ifndef VISROB_IMAGE_CORRUPT_H
#define VISROB_IMAGE_CORRUPT_H
#include "../base/rng.h"
#include "factor.h"
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* out = `in` under one of the fifteen corruptions, at severity 1..5, into pixels that are there already.
 * Notes:   out and in have one size and do not overlap; scratch is rewound. A continuous factor is a bug
 *          (VR_CHECK). What vr_factor_apply says of rng and of the constants holds here.
 * Source:  Hendrycks and Dietterich 2019; the constants of make_cifar_c.py, make_imagenet_64_c.py and
 *          make_imagenet_c.py in github.com/hendrycks/robustness. */
VR_API void vr_corrupt(vr_image out, vr_image in, vr_factor f, int severity, vr_rng rng, vr_arena *scratch);

/* How vr_sample_bilinear goes on beyond the edge: 2 1 0 | 0 1 2 (scipy's reflect) or 2 1 | 0 1 2 (its mirror). */
typedef enum vr_border { VR_BORDER_REFLECT = 0, VR_BORDER_MIRROR } vr_border;

/* rgb = the bilinear mix of the four pixels about (x,y), where whole numbers are the pixels' centres.
 * Shapes:  pixels: [height,width,3].
 * Notes:   x and y may be any finite numbers.
 * Source:  agrees with scipy.ndimage.map_coordinates, order=1. */
VR_API void vr_sample_bilinear(float rgb[3], const float *pixels, int64_t width, int64_t height, double x,
                               double y, vr_border border);

#ifdef __cplusplus
}
#endif
#endif
