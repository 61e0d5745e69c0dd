/* nn/gather_impl.h: products whose left operand is read in place: the windows of an image, or the rows of a matrix. */
#ifndef VISROB_NN_GATHER_IMPL_H
#define VISROB_NN_GATHER_IMPL_H
#include "../base/arena.h"
#include "../tensor/gemm.h"
#include "epilogue_impl.h"

/* Floats of a vector. */
#if defined(__AVX512F__)
enum { VRP_LANES = 16 };
#else
enum { VRP_LANES = 8 };
#endif

/* True for [N,H,W,C] whose channels are contiguous and whose pixels are all x.stride[2] floats apart. */
VR_API bool vrp_pixels_even(vr_tensor x);

/* A batch of images as windows read it. */
typedef struct vrp_gather_image {
    const float *x, *zeros; /* zeros: what a pixel outside is, one row of a window long */
    int64_t H, W, ld;       /* ld: floats from pixel to pixel */
} vrp_gather_image;

/* Pixel (i,j) of the image that starts at `image`, or zeros outside. */
static inline VR_UNUSED const float *vrp_gather_pixel(const vrp_gather_image *g, const float *image,
                                                      int64_t i, int64_t j) {
    const bool inside = i >= 0 && i < g->H && j >= 0 && j < g->W;
    return inside ? image + (i * g->W + j) * g->ld : g->zeros;
}

/* tile (+)= x times one panel of weights, for `count` rows of K floats that are ld apart; as vr_gemm_gather with one
 * tap. */
static inline VR_UNUSED void vrp_gather_tile(float *tile, const float *x, int64_t ld, int64_t count,
                                             int64_t K, const float *panel, int64_t columns, bool add) {
    const float *rows[16];
    for (int64_t i = 0; i < count; i++) rows[i] = x + i * ld;
    vr_gemm_gather(tile, rows, count, 1, K, panel, columns, add);
}

/* Windows of KH x KW pixels of C channels, times packed weights [KH*KW*C, O]. */
typedef struct vrp_gather_job {
    vrp_gather_image image;
    const float *panels; /* of vr_gemm_pack */
    int64_t N, OH, OW, C, O;
    int64_t KH, KW, stride, dilation, pad;
    vrp_epilogue epilogue; /* y, residual: [N*OH*OW, O] */
} vrp_gather_job;

/* Computes the product, on vr_threads() threads. Notes: scratch is rewound. */
VR_API void vrp_gather_windows(const vrp_gather_job *job, vr_arena *scratch);

/* y = epilogue(x w) for x: [rows, K], rows ld floats apart, and packed w: [K, O]: windows of one pixel.
 * Notes:   for machines where vr_gemm_gathers(); scratch is rewound. */
VR_API void vrp_gather_rows(const vrp_epilogue *e, const float *x, int64_t ld, int64_t rows,
                            const float *panels, int64_t K, int64_t O, vr_arena *scratch);

#endif
