/* image/draw.h: anti-aliased shapes with textured paint, and the procedural picture set of the demo. */
#ifndef VISROB_IMAGE_DRAW_H
#define VISROB_IMAGE_DRAW_H
#include "../base/rng.h"
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* X(ID, name): how a surface looks. */
#define VR_PATTERNS(X)                                                                                       \
    X(PLAIN, plain)                                                                                          \
    X(STRIPES, stripes)                                                                                      \
    X(CHECKS, checks)                                                                                        \
    X(DOTS, dots)                                                                                            \
    X(WAVES, waves)                                                                                          \
    X(MARBLE, marble)

typedef enum vr_pattern {
#define X(ID, name) VR_PATTERN_##ID,
    VR_PATTERNS(X)
#undef X
        VR_PATTERN_COUNT
} vr_pattern;

/* X(ID, name): the classes of the picture set. */
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

/* What a shape is filled with: two colours (RGB, 0..1) in a pattern. {.a = {1,0,0}} is plain red. */
typedef struct vr_paint {
    vr_pattern pattern;
    float a[3], b[3];
    double period; /* pixels from one stripe, check or dot to the next; 0 = 8 */
    double angle;  /* degrees by which the pattern is turned, clockwise */
    vr_rng rng;    /* the grain of VR_PATTERN_MARBLE */
} vr_paint;

/* What is known of one picture of the set: its label and its factors. */
typedef struct vr_shapes_factors {
    vr_shapes_class shape;
    vr_pattern shape_texture, background_texture;
    float hue;      /* of the shape, degrees 0..360 */
    float size;     /* radius as a share of the picture's side, 0.2..0.36 */
    float x, y;     /* centre as a share of the side, 0.36..0.64 */
    float rotation; /* degrees clockwise, -30..30 */
    float light;    /* gain of the lighting, 0.55..1.15 */
} vr_shapes_factors;

/* "plain": the pattern's name. */
VR_API const char *vr_pattern_name(vr_pattern p);

/* "disc": the class's name. */
VR_API const char *vr_shapes_class_name(vr_shapes_class s);

/* A new black image. */
VR_API vr_image vr_draw_canvas(vr_arena *arena, int64_t width, int64_t height);

/* Fills the whole image. */
VR_API void vr_draw_fill(vr_image image, const vr_paint *paint);

/* Fills a disc. Notes: in all of draw, x runs right and y down, and pixel (i,j) covers [i,i+1] x [j,j+1]; edges
 * are one pixel soft; what lies outside of the image is left out. */
VR_API void vr_draw_disc(vr_image image, double cx, double cy, double radius, const vr_paint *paint);

/* Fills what lies between two circles about one centre. */
VR_API void vr_draw_ring(vr_image image, double cx, double cy, double inner, double outer,
                         const vr_paint *paint);

/* Fills a simple polygon of n >= 3 corners xy = {x0,y0, x1,y1, ...}. */
VR_API void vr_draw_polygon(vr_image image, const double *xy, int64_t n, const vr_paint *paint);

/* Fills a star of `points` >= 2 points between two radii, the first point up, turned clockwise by `angle` degrees. */
VR_API void vr_draw_star(vr_image image, double cx, double cy, double inner, double outer, int points,
                         double angle, const vr_paint *paint);

/* Draws a line of this width with round ends. */
VR_API void vr_draw_line(vr_image image, double x0, double y0, double x1, double y1, double width,
                         const vr_paint *paint);

/* Draws the picture that the factors describe on a square image; rng is the grain and the background's colours. */
VR_API void vr_draw_shapes_picture(vr_image image, const vr_shapes_factors *factors, vr_rng rng);

/* images[i], factors[i] = the pictures first .. first+count-1 of the set that rng names: 10 classes in turn
 * (class = index modulo 10), all other factors drawn independently of the class.
 * Notes:   picture i depends on (rng, i) only; the images lie in the arena; factors may be NULL.
 *          64 is a good size; at least 16. */
VR_API void vr_draw_shapes_set(vr_arena *arena, vr_image *images, vr_shapes_factors *factors, int64_t first,
                               int64_t count, int64_t size, vr_rng rng);

#ifdef __cplusplus
}
#endif
#endif
