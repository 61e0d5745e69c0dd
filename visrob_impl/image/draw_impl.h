/* image/draw_impl.h: anti-aliased shapes with textured paint, and the images of vr_dataset_shapes.
 *
 * x points right and y down, pixel (i,j) covers [i,i+1] x [j,j+1]; edges are one pixel soft; shapes are clipped to the
 * image. */
#ifndef VISROB_IMAGE_DRAW_IMPL_H
#define VISROB_IMAGE_DRAW_IMPL_H
#include "draw.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The filling of a shape: two colours (RGB, 0..1) in a pattern. {.a = {1,0,0}} is plain red. */
typedef struct vrp_paint {
    vr_pattern pattern;
    float a[3], b[3];
    double period; /* pixels between two stripes, checks or dots; 0 = 8 */
    double angle;  /* of the pattern, degrees clockwise */
    vr_rng rng;    /* the grain of VR_PATTERN_MARBLE */
} vrp_paint;

/* A new black image. */
VR_API vr_image vrp_draw_canvas(vr_arena *arena, int64_t width, int64_t height);

/* Fills the whole image. */
VR_API void vrp_draw_fill(vr_image image, const vrp_paint *paint);

/* Fills a disc. */
VR_API void vrp_draw_disc(vr_image image, double cx, double cy, double radius, const vrp_paint *paint);

/* Fills the area between two concentric circles. */
VR_API void vrp_draw_ring(vr_image image, double cx, double cy, double inner, double outer,
                          const vrp_paint *paint);

/* Fills a simple polygon of n >= 3 corners xy = {x0,y0, x1,y1, ...}. */
VR_API void vrp_draw_polygon(vr_image image, const double *xy, int64_t n, const vrp_paint *paint);

/* Draws a line of this width with round ends. */
VR_API void vrp_draw_line(vr_image image, double x0, double y0, double x1, double y1, double width,
                          const vrp_paint *paint);

/* images[i], factors[i] = the images first .. first+count-1 of the set of that rng: 10 classes in turn (class = index
 * modulo 10), all other factors independent of the class.
 * Notes:   image i depends on (rng, i) only; the images lie in the arena; factors may be NULL; size >= 16. */
VR_API void vrp_shapes_set(vr_arena *arena, vr_image *images, vr_shapes_factors *factors, int64_t first,
                           int64_t count, int64_t size, vr_rng rng);

#ifdef __cplusplus
}
#endif
#endif
