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

#ifdef __cplusplus
}
#endif
#endif
