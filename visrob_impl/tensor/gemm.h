/* tensor/gemm.h: matrix products on packed operands.
 *
 * The right operand (weights) is packed once into panels of vr_gemm_columns() columns. The left one is packed into
 * panels of a few rows, or read in place (vr_gemm_gather). A micro-kernel multiplies a few rows by one panel and
 * keeps the whole sum over K in registers. What happens to a finished tile (bias, activation, residual) is the
 * caller's function. */
#ifndef VISROB_TENSOR_GEMM_H
#define VISROB_TENSOR_GEMM_H
#include "tensor.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Columns of a panel and of a tile, at most 32. */
VR_API int64_t vr_gemm_columns(void);

/* The number of floats of the packed form of a [K,N] right operand. */
VR_API int64_t vr_gemm_packed_size(int64_t K, int64_t N);

/* Packs b into panels: panels[p][k][j] = b[k * stride_k + (p*NR + j) * stride_n], 0 beyond N.
 * Notes:   panels must be 64-byte aligned; runs on vr_threads() threads unless called inside a parallel loop. */
VR_API void vr_gemm_pack(float *panels, const float *b, int64_t K, int64_t N, int64_t stride_k,
                         int64_t stride_n);

/* Packs the rows that vr_gemm_job's fill is asked for: panel[k][i] = a[i * stride + k], 0 for i >= rows. */
VR_API void vr_gemm_pack_rows(float *panel, const float *a, int64_t rows, int64_t K, int64_t stride);

/* The most rows of one vr_gemm_gather, at most 16. */
VR_API int64_t vr_gemm_gather_rows(void);

/* True where vr_gemm_gather is as fast as vr_gemm_run: the compiler may use the processor's vectors (AVX, NEON). The
 * layers then never pack their inputs. */
VR_API bool vr_gemm_gathers(void);

/* tile[i][j] (+)= sum over taps t and k < run of rows[t*R + i][k] * b[t*run + k][j], for i < count and
 * R = vr_gemm_gather_rows(): the left operand is read in place, one pointer for each row and tap.
 * Shapes:  tile: [rows,vr_gemm_columns()], 64-byte aligned; b: one panel of vr_gemm_pack.
 * Notes:   a convolution's window is a few taps of contiguous channels, so that nothing is packed or unfolded.
 *          Columns from `columns` on are arbitrary; half a panel or less takes half the time.
 *          Each output is one sum in the order of t and k; with `add` it continues from the tile's values, as if
 *          both calls were one. */
VR_API void vr_gemm_gather(float *tile, const float *const *rows, int64_t count, int64_t taps, int64_t run,
                           const float *b, int64_t columns, bool add);

/* A product, its left operand and its result given by functions, which are called from many threads at once. */
typedef struct vr_gemm_job {
    int64_t M, N, K;
    const float *panels; /* of vr_gemm_pack */
    /* Fills panel[k][i] with rows row .. row+rows-1 of the left operand, 0 beyond them. */
    void (*fill)(const void *context, float *panel, int64_t row, int64_t rows);
    /* Takes (and may change) the finished tile of rows x columns at (row, column); its rows are vr_gemm_columns()
     * floats apart. */
    void (*finish)(const void *context, float *tile, int64_t row, int64_t rows, int64_t column,
                   int64_t columns);
    const void *context;
} vr_gemm_job;

/* Runs a product on vr_threads() threads.
 * Notes:   each output is one sum in the order of k, whatever the number of threads. scratch is rewound. */
VR_API void vr_gemm_run(const vr_gemm_job *job, vr_arena *scratch);

#ifdef __cplusplus
}
#endif
#endif
