/* image/colour.h: colour: grey, HSV, jitter, blur, solarize.
 *
 * Two worlds meet here. On floats, HSV as skimage and colorsys have it, for what is computed with real numbers
 * (image/corrupt). On 8-bit images, the transforms of training, level by level as Pillow and torchvision do them. */
#ifndef VISROB_IMAGE_COLOUR_H
#define VISROB_IMAGE_COLOUR_H
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* hsv = the hue (share of a turn, [0,1)), saturation and value of rgb; all of 0..1. hsv may be rgb.
 *     v = max(rgb), s = (max - min) / max, h = the place on the colour circle; black has s = 0, greys have h = 0
 * Source:  Smith 1978, "Color gamut transform pairs"; agrees with colorsys.rgb_to_hsv and skimage.color.rgb2hsv. */
VR_API void vr_rgb_to_hsv(float hsv[3], const float rgb[3]);

/* The inverse of vr_rgb_to_hsv; h of any finite value is taken as a turn. rgb may be hsv.
 * Source:  agrees with colorsys.hsv_to_rgb and skimage.color.hsv2rgb. */
VR_API void vr_hsv_to_rgb(float rgb[3], const float hsv[3]);

#ifdef __cplusplus
}
#endif
#endif
