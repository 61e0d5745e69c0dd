/* image/colour.h: the colour transforms of augmentation on 8-bit images, bit for bit as in Pillow and torchvision.
 *
 *     vr_image image = vr_image_new(&perm, 32, 32);
 *     vr_image_grey(image);
 *     vr_image_brightness(image, 1.5);
 *     vr_image_blur(image, 1.0, 5, &scratch);
 *
 * All work in place; luma is PIL's convert("L"), 0.299 R + 0.587 G + 0.114 B. The factors of image/factor.h compute
 * similar transforms in floating point, with rounding instead of truncation. */
#ifndef VISROB_IMAGE_COLOUR_H
#define VISROB_IMAGE_COLOUR_H
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* v = factor * v, clipped at 255; factor >= 0, 1 is the identity.
 * Source:  torchvision adjust_brightness = PIL.ImageEnhance.Brightness, bit for bit. */
VR_API void vr_image_brightness(vr_image image, double factor);

/* v = mean + factor * (v - mean), where mean is the rounded mean of the luma; factor >= 0, 1 is the identity.
 * Source:  torchvision adjust_contrast = PIL.ImageEnhance.Contrast, bit for bit. */
VR_API void vr_image_contrast(vr_image image, double factor);

/* v = luma + factor * (v - luma) for each pixel; factor >= 0: 0 is grey, 1 the identity.
 * Source:  torchvision adjust_saturation = PIL.ImageEnhance.Color, bit for bit. */
VR_API void vr_image_saturation(vr_image image, double factor);

/* Shifts the hue by a fraction of the colour circle, -0.5 .. 0.5.
 * Notes:   converts to HSV of 8 bits per channel, so that even a shift of 0 changes colours by a few levels.
 * Source:  torchvision adjust_hue on PIL images, bit for bit. */
VR_API void vr_image_hue(vr_image image, double turns);

/* R = G = B = luma. Source: torchvision Grayscale(3), bit for bit. */
VR_API void vr_image_grey(vr_image image);

/* v = 255 - v where v >= threshold. Source: torchvision solarize = PIL.ImageOps.solarize, bit for bit. */
VR_API void vr_image_solarize(vr_image image, int threshold);

/* Gaussian blur of standard deviation sigma > 0 over size x size pixels (odd), with mirrored edges.
 * Notes:   scratch is rewound.
 * Source:  torchvision gaussian_blur, within one level: the order of the sums differs. */
VR_API void vr_image_blur(vr_image image, double sigma, int64_t size, vr_arena *scratch);

/* Exchanges left and right. Source: torchvision hflip. */
VR_API void vr_image_flip(vr_image image);

#ifdef __cplusplus
}
#endif
#endif
