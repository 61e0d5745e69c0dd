/* image/corrupt_impl.h: ImageNet-C's fifteen corruptions and its four extra ones, which vr_factor_apply calls. */
#ifndef VISROB_IMAGE_CORRUPT_IMPL_H
#define VISROB_IMAGE_CORRUPT_IMPL_H
#include "../base/rng.h"
#include "factor_list.h"
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* out = `in` changed by corruption f at severity 1..5.
 * Notes:   out and in have the same size and do not overlap; scratch is rewound. rng and constants are those of
 *          vr_factor_apply. f is not a continuous factor.
 * Source:  Hendrycks and Dietterich 2019; the constants of make_cifar_c.py, make_imagenet_64_c.py and
 *          make_imagenet_c.py in github.com/hendrycks/robustness. */
VR_API void vrp_corrupt(vr_image out, vr_image in, vr_factor f, int severity, vr_rng rng, vr_arena *scratch);

#ifdef __cplusplus
}
#endif
#endif
