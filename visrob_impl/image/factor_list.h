/* image/factor_list.h: the factors, by name. */
#ifndef VISROB_IMAGE_FACTOR_LIST_H
#define VISROB_IMAGE_FACTOR_LIST_H

/* X(ID, name, category, continuous, meaning of its level). Corruptions have published levels 1..5; a continuous factor
 * has an amount in the unit given here, and a default grid of five (VR_FACTOR_GRIDS).
 * ImageNet-C's `brightness` adds to HSV's value; the continuous factor that multiplies is `brighten`. "extra": the four
 * corruptions that ImageNet-C publishes beside the fifteen, which are used where they are named. */
#define VR_FACTORS(X)                                                                                        \
    X(GAUSSIAN_NOISE, gaussian_noise, "noise", false, "standard deviation of the noise")                     \
    X(SHOT_NOISE, shot_noise, "noise", false, "photons at full white (lower is worse)")                      \
    X(IMPULSE_NOISE, impulse_noise, "noise", false, "share of values set to black or white")                 \
    X(DEFOCUS_BLUR, defocus_blur, "blur", false, "radius of the lens disc, pixels")                          \
    X(GLASS_BLUR, glass_blur, "blur", false, "reach and rounds of local displacement")                       \
    X(MOTION_BLUR, motion_blur, "blur", false, "length of the motion, pixels")                               \
    X(ZOOM_BLUR, zoom_blur, "blur", false, "zoom reached during the exposure")                               \
    X(SNOW, snow, "weather", false, "density and length of the flakes")                                      \
    X(FROST, frost, "weather", false, "share of ice over the image")                                         \
    X(FOG, fog, "weather", false, "density and roughness of the fog")                                        \
    X(BRIGHTNESS, brightness, "weather", false, "added to the value of HSV")                                 \
    X(CONTRAST, contrast, "digital", false, "share of the contrast that is kept (lower is worse)")           \
    X(ELASTIC_TRANSFORM, elastic_transform, "digital", false, "strength and fineness of the stretching")     \
    X(PIXELATE, pixelate, "digital", false, "relative size of the intermediate image (lower is worse)")      \
    X(JPEG_COMPRESSION, jpeg_compression, "digital", false, "JPEG quality (lower is worse)")                 \
    X(BRIGHTEN, brighten, "light", true, "gain of the pixel values (1 = unchanged)")                         \
    X(DARKNESS, darkness, "light", true, "share of the light removed (0 = unchanged)")                       \
    X(HUE, hue, "colour", true, "degrees around the colour circle (0 = unchanged)")                          \
    X(SATURATION, saturation, "colour", true, "share of the colour removed (0 = unchanged, 1 = grey)")       \
    X(ROTATION, rotation, "geometry", true, "degrees, clockwise (0 = unchanged)")                            \
    X(SCALE, scale, "geometry", true, "size of the content (1 = unchanged, 0.5 = half as large)")            \
    X(TRANSLATION, translation, "geometry", true, "share of the shorter side, in a random direction")        \
    X(OCCLUSION, occlusion, "cover", true, "share of the area under a grey box at a random place")           \
    X(TEXTURE, texture, "texture", true, "patches per side, shuffled (1 = unchanged)")                       \
    X(WATERMARK, watermark, "cover", true, "opacity of white letters across the middle (0 = unchanged)")     \
    X(SPECKLE_NOISE, speckle_noise, "extra", false,                                                          \
      "standard deviation of the noise, relative to the value")                                              \
    X(GAUSSIAN_BLUR, gaussian_blur, "extra", false, "standard deviation of the blur, pixels")                \
    X(SPATTER, spatter, "extra", false, "size and opacity of drops of water, then of mud")                   \
    X(SATURATE, saturate, "extra", false, "share of HSV's saturation, then what is added to it")

/* X(ID, five amounts): severities 1..5 of the continuous factors. */
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
        VR_FACTOR_COUNT,
    VR_FACTOR_DEFAULTS = VR_FACTOR_SPECKLE_NOISE /* the factors before the extra ones: "all" */
} vr_factor;
#endif
