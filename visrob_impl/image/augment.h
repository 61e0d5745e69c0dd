/* image/augment.h: the random views of self-supervised training: a random crop, flipped, jittered, blurred, solarized.
 *
 *     const vr_view_opts simclr = {.flip = 0.5, .jitter = 0.8, .brightness = 0.8, .contrast = 0.8, .saturation = 0.8,
 *                                  .hue = 0.2, .grey = 0.2, .blur = 0.5};
 *     const int64_t epoch = 0, index = 17;
 *     vr_dataset data;
 *     vr_dataset_shapes(&perm, &data, 1000, 64, vr_rng_init(1));
 *     vr_image image;
 *     vr_dataset_image(&step, &image, &data, index, VR_FATAL);
 *     vr_rng rng = vr_rng_at(vr_rng_at(vr_rng_split(vr_rng_init(42), "views"), index), epoch);
 *     vr_image first = vr_view(&step, image, &simclr, vr_rng_at(rng, 0));
 *     vr_image second = vr_view(&step, image, &simclr, vr_rng_at(rng, 1));
 *     vr_image_save(first, "first.png", VR_FATAL), vr_image_save(second, "second.png", VR_FATAL);
 *
 * A view depends only on the image, the options and the rng. For augmentations of your own use the steps of a view:
 * vr_image_copy, vr_image_resize, vr_image_crop_centre, vr_image_flip, vr_image_brightness, vr_image_contrast,
 * vr_image_saturation, vr_image_hue, vr_image_grey, vr_image_blur, vr_image_solarize, which agree with torchvision; then
 * vr_preprocess_crop, vr_preprocess_normalize or vr_preprocess_batch for the model's input. vr_dataset_images decodes a
 * batch on all threads. vr_factor_apply and vr_factor_apply_amount are the corruptions of image/factor.h. */
#ifndef VISROB_IMAGE_AUGMENT_H
#define VISROB_IMAGE_AUGMENT_H
#include "../base/rng.h"
#include "image.h"
#include "resize.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The steps of a view, in this order. All zero is a random crop at 224 pixels without other steps. */
typedef struct vr_view_opts {
    int64_t size;      /* the view's side; 0 = 224 */
    double area[2];    /* the range of the crop's share of the image's area; 0,0 = 0.08 .. 1 */
    double ratio[2];   /* the range of the crop's width / height; 0,0 = 3/4 .. 4/3 */
    vr_filter filter;  /* of the resizing */
    double flip;       /* the probability of a horizontal flip */
    double jitter;     /* the probability of the next four, in a random order: */
    double brightness; /* factors in 1 - b .. 1 + b, at least 0 */
    double contrast;
    double saturation;
    double hue;           /* shifts in -h .. h, h <= 0.5 */
    double grey;          /* the probability of conversion to grey */
    double blur;          /* the probability of a Gaussian blur, over size / 10 pixels rounded to odd, */
    double blur_sigma[2]; /* with a standard deviation in this range, in pixels; 0,0 = 0.1 .. 2 */
    double solarize;      /* the probability of solarization at threshold 128 */
} vr_view_opts;

/* A random view of an image: [size,size], in the arena.
 * Source:  Chen et al. 2020, "A simple framework for contrastive learning of visual representations", appendix A; Grill
 *          et al. 2020 (BYOL), appendix B, for solarize and the order; the steps are torchvision's. */
VR_API vr_image vr_view(vr_arena *arena, vr_image in, const vr_view_opts *opts, vr_rng rng);

#ifdef __cplusplus
}
#endif
#endif
