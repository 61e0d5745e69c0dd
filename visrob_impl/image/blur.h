/* image/blur.h: sums over neighbouring pixels of float images, and what lies beyond an image's edge. */
#ifndef VISROB_IMAGE_BLUR_H
#define VISROB_IMAGE_BLUR_H
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* How a line of pixels 0 1 2 ... goes on beyond its ends. */
typedef enum vr_border {
    VR_BORDER_REFLECT = 0, /* 1 0 | 0 1 2: scipy's reflect, numpy's symmetric */
    VR_BORDER_MIRROR,      /* 2 1 | 0 1 2: scipy's mirror, torch's and numpy's reflect, OpenCV's default */
    VR_BORDER_NEAREST      /* 0 0 | 0 1 2 */
} vr_border;

/* The pixel of a line of n >= 1 that stands for place i, which may be any number. */
VR_API int64_t vr_border_fold(int64_t i, int64_t n, vr_border border);

/* One term of vr_blur_taps: weight times the pixel dx to the right and dy below. */
typedef struct vr_tap {
    int64_t dx, dy;
    float weight;
} vr_tap;

/* out[y,x,c] = sum over k of taps[k].weight * in[y + taps[k].dy, x + taps[k].dx, c]
 * Shapes:  out, in: [height,width,channels]; taps: [count].
 * Notes:   no tap may reach further than `reach` to any side. out is not in. scratch is rewound.
 * Source:  agrees with scipy.ndimage.correlate. */
VR_API void vr_blur_taps(float *out, const float *in, int64_t width, int64_t height, int64_t channels,
                         const vr_tap *taps, int64_t count, int64_t reach, vr_border border,
                         vr_arena *scratch);

/* x = x under a Gaussian of deviation sigma (pixels) that is cut off beyond `radius` pixels and has sum 1.
 * Shapes:  x: [height,width,channels].
 * Notes:   radius 0 leaves x as it is; sigma > 0. scratch is rewound.
 * Source:  agrees with scipy.ndimage.gaussian_filter, whose radius is (int)(truncate * sigma + 0.5). */
VR_API void vr_blur_gaussian(float *x, int64_t width, int64_t height, int64_t channels, double sigma,
                             int64_t radius, vr_border border, vr_arena *scratch);

/* rgb = the bilinear mix of the four pixels about (x,y), where whole numbers are the pixels' centres.
 * Shapes:  pixels: [height,width,3].
 * Notes:   x and y may be any finite numbers.
 * Source:  agrees with scipy.ndimage.map_coordinates, order=1. */
VR_API void vr_sample_bilinear(float rgb[3], const float *pixels, int64_t width, int64_t height, double x,
                               double y, vr_border border);

#ifdef __cplusplus
}
#endif
#endif
