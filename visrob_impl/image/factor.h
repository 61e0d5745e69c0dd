/* image/factor.h: what an image can be put through, one factor at a time: the fifteen corruptions of
 * ImageNet-C and ten continuous factors, under one name list and one call.
 *
 *     vr_rng   noise = vr_rng_split(vr_rng_init(seed), "factors");
 *     vr_image worse = vr_factor_apply(&step, image, VR_FACTOR_FOG, 3, vr_rng_at(noise, image_index));
 *
 * The result is a function of the image, the factor, the level and the rng alone: the same bits on any number
 * of threads. All severities of one factor use the same draws, so that they differ by the severity only. */
#ifndef VISROB_IMAGE_FACTOR_H
#define VISROB_IMAGE_FACTOR_H
#include "../base/rng.h"
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* X(ID, name, category, continuous, what its level means). Corruptions have published levels 1..5; a continuous
 * factor has an amount in the unit that is named here, and a default grid of five (VR_FACTOR_GRIDS).
 * ImageNet-C's `brightness` adds to HSV's value; the continuous factor that multiplies is `brighten`. */
#define VR_FACTORS(X)                                                                                        \
    X(GAUSSIAN_NOISE, gaussian_noise, "noise", false, "standard deviation of the noise")                     \
    X(SHOT_NOISE, shot_noise, "noise", false, "photons at full white (fewer is worse)")                      \
    X(IMPULSE_NOISE, impulse_noise, "noise", false, "share of values set to black or white")                 \
    X(DEFOCUS_BLUR, defocus_blur, "blur", false, "radius of the lens's disc, pixels")                        \
    X(GLASS_BLUR, glass_blur, "blur", false, "reach and rounds of local displacement")                       \
    X(MOTION_BLUR, motion_blur, "blur", false, "length of the movement, pixels")                             \
    X(ZOOM_BLUR, zoom_blur, "blur", false, "zoom reached during the exposure")                               \
    X(SNOW, snow, "weather", false, "density and length of the flakes")                                      \
    X(FROST, frost, "weather", false, "share of ice over the image")                                         \
    X(FOG, fog, "weather", false, "thickness and roughness of the fog")                                      \
    X(BRIGHTNESS, brightness, "weather", false, "added to the value of HSV")                                 \
    X(CONTRAST, contrast, "digital", false, "share of the contrast that is left (less is worse)")            \
    X(ELASTIC_TRANSFORM, elastic_transform, "digital", false, "strength and fineness of the stretching")     \
    X(PIXELATE, pixelate, "digital", false, "side of the small image it passes through (less is worse)")     \
    X(JPEG_COMPRESSION, jpeg_compression, "digital", false, "JPEG quality (less is worse)")                  \
    X(BRIGHTEN, brighten, "light", true, "gain of the pixel values (1 = unchanged)")                         \
    X(DARKNESS, darkness, "light", true, "share of the light taken away (0 = unchanged)")                    \
    X(HUE, hue, "colour", true, "degrees around the colour circle (0 = unchanged)")                          \
    X(SATURATION, saturation, "colour", true, "share of the colour taken away (0 = unchanged, 1 = grey)")    \
    X(ROTATION, rotation, "geometry", true, "degrees, clockwise (0 = unchanged)")                            \
    X(SCALE, scale, "geometry", true, "size of the content (1 = unchanged, 0.5 = half as large)")            \
    X(TRANSLATION, translation, "geometry", true, "share of the shorter side, in a random direction")        \
    X(OCCLUSION, occlusion, "cover", true, "share of the area under a grey box at a random place")           \
    X(TEXTURE, texture, "texture", true, "patches per side, shuffled (1 = unchanged)")                       \
    X(WATERMARK, watermark, "cover", true, "opacity of white letters across the middle (0 = unchanged)")

/* X(ID, five amounts): what severities 1..5 of the continuous factors are. */
#define VR_FACTOR_GRIDS(X)                                                                                   \
    X(BRIGHTEN, 1.2, 1.4, 1.7, 2.1, 2.6)                                                                     \
    X(DARKNESS, 0.2, 0.4, 0.55, 0.7, 0.85)                                                                   \
    X(HUE, 20, 45, 80, 120, 180)                                                                             \
    X(SATURATION, 0.2, 0.4, 0.6, 0.8, 1.0)                                                                   \
    X(ROTATION, 5, 10, 20, 30, 45)                                                                           \
    X(SCALE, 0.9, 0.8, 0.7, 0.6, 0.5)                                                                        \
    X(TRANSLATION, 0.05, 0.1, 0.15, 0.2, 0.3)                                                                \
    X(OCCLUSION, 0.05, 0.1, 0.2, 0.3, 0.5)                                                                   \
    X(TEXTURE, 2, 3, 4, 6, 8)                                                                                \
    X(WATERMARK, 0.15, 0.3, 0.45, 0.6, 0.8)

typedef enum vr_factor {
#define X(ID, name, category, continuous, level) VR_FACTOR_##ID,
    VR_FACTORS(X)
#undef X
        VR_FACTOR_COUNT
} vr_factor;

/* "gaussian_noise": the name in ImageNet-C's tables, and of this project's factors. */
VR_API const char *vr_factor_name(vr_factor f);

/* "noise", "blur", "weather", "digital", "light", "colour", "geometry", "cover" or "texture". */
VR_API const char *vr_factor_category(vr_factor f);

/* What the factor's level means, with its unit, as a phrase for a table or a plot's axis. */
VR_API const char *vr_factor_level_meaning(vr_factor f);

/* True where the factor has an amount (vr_factor_apply_amount), false for ImageNet-C's corruptions. */
VR_API bool vr_factor_is_continuous(vr_factor f);

/* The amount that a severity 1..5 of a continuous factor stands for (VR_FACTOR_GRIDS). */
VR_API double vr_factor_amount(vr_factor f, int severity);

/* *f = the factor of this name.
 * Errors:  VR_ERR_ARGUMENT naming what was asked for and listing what there is; *f is left alone. */
VR_API bool vr_factor_parse(vr_factor *f, const char *name, vr_err *err);

/* Returns the image under factor f at severity 1..5.
 * Notes:   the result has the size of `in`, lies in the arena, and is all that stays there. rng names the image:
 *          vr_rng_at(split, index). Corruptions use ImageNet-C's constants by the shorter side s of the image:
 *          CIFAR-10-C's where s <= 48, ImageNet-64-C's where 48 < s < 160, ImageNet-C's from 160 up; they are
 *          pixels and are not scaled further, so crop a photograph to the model's input first. hue and rotation
 *          take the grid's amount with a random sign.
 * Source:  Hendrycks and Dietterich 2019, "Benchmarking neural network robustness to common corruptions and
 *          perturbations", and its make_{cifar,imagenet_64,imagenet}_c.py. Results are rounded to the nearest
 *          level (the scripts cut off); pixelate and jpeg_compression are Pillow's bits. Frost's photographs are
 *          replaced by drawn ice. */
VR_API vr_image vr_factor_apply(vr_arena *arena, vr_image in, vr_factor f, int severity, vr_rng rng);

/* Returns the image under an amount of a continuous factor, in the unit of VR_FACTORS.
 * Notes:   brighten >= 0; darkness, occlusion, watermark in [0,1]; saturation <= 1 (below 0 adds colour); hue and
 *          rotation any finite angle; scale > 0; translation any finite share; texture a whole number >= 1, at
 *          most the shorter side. What moves out of the frame is filled by reflection. An amount out of its range,
 *          and a factor without amounts, are bugs (VR_CHECK). */
VR_API vr_image vr_factor_apply_amount(vr_arena *arena, vr_image in, vr_factor f, double amount, vr_rng rng);

#ifdef __cplusplus
}
#endif
#endif
