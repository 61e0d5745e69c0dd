/* image/blur_impl.h: weighted sums over neighbouring pixels of float images, and the extension beyond their edges. */
#ifndef VISROB_IMAGE_BLUR_IMPL_H
#define VISROB_IMAGE_BLUR_IMPL_H
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The extension of a line of pixels 0 1 2 ... beyond its ends. */
typedef enum vrp_border {
    VRP_BORDER_REFLECT = 0, /* 1 0 | 0 1 2: scipy's reflect, numpy's symmetric */
    VRP_BORDER_MIRROR,      /* 2 1 | 0 1 2: scipy's mirror, torch's and numpy's reflect, OpenCV's default */
    VRP_BORDER_NEAREST      /* 0 0 | 0 1 2 */
} vrp_border;

/* The index in 0 .. n-1 of the pixel at position i of the extended line; i may be any number, n >= 1. */
VR_API int64_t vrp_border_fold(int64_t i, int64_t n, vrp_border border);

/* One term of vrp_blur_taps: weight times the pixel dx to the right and dy below. */
typedef struct vrp_tap {
    int64_t dx, dy;
    float weight;
} vrp_tap;

/* out[y,x,c] = sum over k of taps[k].weight * in[y + taps[k].dy, x + taps[k].dx, c]
 * Shapes:  out, in: [height,width,channels]; taps: [count].
 * Notes:   |dx|, |dy| <= reach. out must not be in. scratch is rewound.
 * Source:  agrees with scipy.ndimage.correlate. */
VR_API void vrp_blur_taps(float *out, const float *in, int64_t width, int64_t height, int64_t channels,
                          const vrp_tap *taps, int64_t count, int64_t reach, vrp_border border,
                          vr_arena *scratch);

/* x = x blurred by a Gaussian of standard deviation sigma (pixels), truncated at `radius` pixels, of sum 1.
 * Shapes:  x: [height,width,channels].
 * Notes:   radius 0 does not change x; sigma > 0. scratch is rewound.
 * Source:  agrees with scipy.ndimage.gaussian_filter, whose radius is (int)(truncate * sigma + 0.5). */
VR_API void vrp_blur_gaussian(float *x, int64_t width, int64_t height, int64_t channels, double sigma,
                              int64_t radius, vrp_border border, vr_arena *scratch);

/* rgb = the bilinear interpolation of the four pixels around (x,y), with the pixels' centres at integers.
 * Shapes:  pixels: [height,width,3].
 * Notes:   x and y may be any finite numbers.
 * Source:  agrees with scipy.ndimage.map_coordinates, order=1. */
VR_API void vrp_sample_bilinear(float rgb[3], const float *pixels, int64_t width, int64_t height, double x,
                                double y, vrp_border border);

#ifdef __cplusplus
}
#endif
#endif
