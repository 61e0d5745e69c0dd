/* image/colour.h: the colour transforms of training on 8-bit images, level by level as Pillow and torchvision do them.
 *
 * All work in place. Float-valued relatives, which round instead of cutting off, are factors (image/factor.h). */
#ifndef VISROB_IMAGE_COLOUR_H
#define VISROB_IMAGE_COLOUR_H
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The luma of one pixel: 0.299 R + 0.587 G + 0.114 B, rounded. Source: PIL's convert("L"), bit for bit. */
VR_API uint8_t vr_luma(const uint8_t rgb[3]);

/* v = factor * v, cut at 255; factor >= 0, 1 changes nothing.
 * Source:  torchvision adjust_brightness = PIL.ImageEnhance.Brightness, bit for bit. */
VR_API void vr_image_brightness(vr_image image, double factor);

/* v = mean + factor * (v - mean), where mean is that of the luma, rounded; factor >= 0, 1 changes nothing.
 * Source:  torchvision adjust_contrast = PIL.ImageEnhance.Contrast, bit for bit. */
VR_API void vr_image_contrast(vr_image image, double factor);

/* v = luma + factor * (v - luma) for each pixel; factor >= 0: 0 is grey, 1 changes nothing.
 * Source:  torchvision adjust_saturation = PIL.ImageEnhance.Color, bit for bit. */
VR_API void vr_image_saturation(vr_image image, double factor);

/* Turns the hue by a share of the colour circle, -0.5 .. 0.5.
 * Notes:   goes through HSV of 8 bits each, so that even a turn of 0 moves colours by a few levels.
 * Source:  torchvision adjust_hue on PIL images, bit for bit. */
VR_API void vr_image_hue(vr_image image, double turns);

/* R = G = B = luma. Source: torchvision Grayscale(3), bit for bit. */
VR_API void vr_image_grey(vr_image image);

/* v = 255 - v where v >= threshold. Source: torchvision solarize = PIL.ImageOps.solarize, bit for bit. */
VR_API void vr_image_solarize(vr_image image, int threshold);

/* A Gaussian of deviation sigma over size x size pixels (odd), the image mirrored at its edges.
 * Notes:   sigma > 0. scratch is rewound.
 * Source:  torchvision gaussian_blur, within a level: sums are of another order. */
VR_API void vr_image_blur(vr_image image, double sigma, int64_t size, vr_arena *scratch);

/* Exchanges left and right. Source: torchvision hflip. */
VR_API void vr_image_flip(vr_image image);

#ifdef __cplusplus
}
#endif
#endif
