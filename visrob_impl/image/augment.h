/* image/augment.h: the random views of training: a part of the image, flipped, its colours jittered, blurred, solarized.
 *
 *     const vr_view_opts simclr = {.flip = 0.5, .jitter = 0.8, .brightness = 0.8, .contrast = 0.8, .saturation = 0.8,
 *                                  .hue = 0.2, .grey = 0.2, .blur = 0.5};
 *     vr_image view = vr_view(&step, image, &simclr, vr_rng_at(vr_rng_at(views, image_index), epoch));
 *
 * A view is a function of the image, the options and the rng alone. */
#ifndef VISROB_IMAGE_AUGMENT_H
#define VISROB_IMAGE_AUGMENT_H
#include "../base/rng.h"
#include "image.h"
#include "resize.h"
#ifdef __cplusplus
extern "C" {
#endif

/* How a view is made, in this order. All zero is a random part at 224 pixels and nothing else. */
typedef struct vr_view_opts {
    int64_t size;      /* the view's side; 0 = 224 */
    double area[2];    /* the share of the image's area that is kept, from .. to; 0,0 = 0.08 .. 1 */
    double ratio[2];   /* width / height of that part; 0,0 = 3/4 .. 4/3 */
    vr_filter filter;  /* of the resizing */
    double flip;       /* the probability that left and right are exchanged */
    double jitter;     /* the probability of the next four, in a random order: */
    double brightness; /* factors of 1 - b .. 1 + b, at least 0 */
    double contrast;
    double saturation;
    double hue;           /* turns of -h .. h, h <= 0.5 */
    double grey;          /* the probability of becoming grey */
    double blur;          /* the probability of a Gaussian blur, over size / 10 pixels made odd, */
    double blur_sigma[2]; /* of a deviation, in pixels, from .. to; 0,0 = 0.1 .. 2 */
    double solarize;      /* the probability that values from 128 on are inverted */
} vr_view_opts;

/* A random part of an image of width x height: ten tries at an area and a ratio, then the largest centred part of an
 * allowed ratio.
 * Notes:   area and ratio are from .. to, as in vr_view_opts, without their defaults.
 * Source:  torchvision RandomResizedCrop.get_params; agrees with it for the same draws. */
VR_API vr_rect vr_view_part(int64_t width, int64_t height, const double area[2], const double ratio[2],
                            vr_rng rng);

/* Changes brightness, contrast, saturation and hue in a random order, by random factors of opts' ranges. In place.
 * Notes:   a range of 0 leaves its step out; opts->jitter is not looked at: the jitter is certain.
 * Source:  torchvision ColorJitter on PIL images; agrees with it bit for bit for the same draws. */
VR_API void vr_view_jitter(vr_image image, const vr_view_opts *opts, vr_rng rng);

/* A random view of an image, [size,size].
 * Source:  Chen et al. 2020, "A simple framework for contrastive learning of visual representations", appendix A; Grill
 *          et al. 2020 (BYOL), appendix B, for solarize and the order; the parts are torchvision's. */
VR_API vr_image vr_view(vr_arena *arena, vr_image in, const vr_view_opts *opts, vr_rng rng);

#ifdef __cplusplus
}
#endif
#endif
