/* image/augment_impl.h: the random steps of a view. */
#ifndef VISROB_IMAGE_AUGMENT_IMPL_H
#define VISROB_IMAGE_AUGMENT_IMPL_H
#include "augment.h"
#include "resize_impl.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A random rectangle in an image of width x height: ten tries at an area and a ratio, then the largest centred one of an
 * allowed ratio.
 * Notes:   area and ratio are ranges as in vr_view_opts, without defaults.
 * Source:  torchvision RandomResizedCrop.get_params; agrees with it for the same draws. */
VR_API vrp_rect vrp_view_part(int64_t width, int64_t height, const double area[2], const double ratio[2],
                              vr_rng rng);

/* Changes brightness, contrast, saturation and hue in a random order, by random factors in opts' ranges. In place.
 * Notes:   a range of 0 skips its step; opts->jitter is ignored.
 * Source:  torchvision ColorJitter on PIL images; agrees with it bit for bit for the same draws. */
VR_API void vrp_view_jitter(vr_image image, const vr_view_opts *opts, vr_rng rng);

#ifdef __cplusplus
}
#endif
#endif
