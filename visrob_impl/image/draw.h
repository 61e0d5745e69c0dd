/* image/draw.h: drawn shapes with known factors, for examples and tests without a download.
 *
 *     const vr_shapes_factors factors = {.shape = VR_SHAPES_STAR, .shape_texture = VR_PATTERN_STRIPES, .hue = 30,
 *                                        .size = 0.3f, .x = 0.5f, .y = 0.5f, .light = 1};
 *     vr_image image = vr_image_new(&perm, 64, 64);
 *     vr_shapes_image(image, &factors, vr_rng_init(1));
 */
#ifndef VISROB_IMAGE_DRAW_H
#define VISROB_IMAGE_DRAW_H
#include "../base/rng.h"
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The pattern of a surface. */
typedef enum vr_pattern {
    VR_PATTERN_PLAIN,
    VR_PATTERN_STRIPES,
    VR_PATTERN_CHECKS,
    VR_PATTERN_DOTS,
    VR_PATTERN_WAVES,
    VR_PATTERN_MARBLE,
    VR_PATTERN_COUNT
} vr_pattern;

/* X(ID, name): the classes of the shapes. */
#define VR_SHAPES_CLASSES(X)                                                                                 \
    X(DISC, disc)                                                                                            \
    X(RING, ring)                                                                                            \
    X(TRIANGLE, triangle)                                                                                    \
    X(SQUARE, square)                                                                                        \
    X(HEXAGON, hexagon)                                                                                      \
    X(STAR, star)                                                                                            \
    X(CROSS, cross)                                                                                          \
    X(CRESCENT, crescent)                                                                                    \
    X(HEART, heart)                                                                                          \
    X(ARROW, arrow)

typedef enum vr_shapes_class {
#define X(ID, name) VR_SHAPES_##ID,
    VR_SHAPES_CLASSES(X)
#undef X
        VR_SHAPES_COUNT
} vr_shapes_class;

/* The label and the factors of one image; the ranges are those of vr_dataset_shapes. */
typedef struct vr_shapes_factors {
    vr_shapes_class shape;
    vr_pattern shape_texture, background_texture;
    float hue;      /* of the shape, degrees 0..360 */
    float size;     /* radius relative to the image's side, 0.2..0.36 */
    float x, y;     /* centre relative to the side, 0.36..0.64 */
    float rotation; /* degrees clockwise, -30..30 */
    float light;    /* gain of the lighting, 0.55..1.15 */
} vr_shapes_factors;

/* "disc": the name of the class. */
VR_API const char *vr_shapes_class_name(vr_shapes_class s);

/* Draws the factors on a square image; rng determines the grain and the colours of the background. */
VR_API void vr_shapes_image(vr_image image, const vr_shapes_factors *factors, vr_rng rng);

#ifdef __cplusplus
}
#endif
#endif
