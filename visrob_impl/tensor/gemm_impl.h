/* tensor/gemm_impl.h: the micro-kernel of packed panels, for tests and benchmarks. */
#ifndef VISROB_TENSOR_GEMM_IMPL_H
#define VISROB_TENSOR_GEMM_IMPL_H
#include "gemm.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The name of the micro-kernel in use, for reports: "BLIS zen3", "C vectors". */
VR_API const char *vrp_gemm_kernel(void);

/* Rows of a packed panel of the left operand, at most 16. */
VR_API int64_t vrp_gemm_rows(void);

/* tile[i][j] = sum_k a[k][i] b[k][j] for one packed panel of each. Shapes: tile: [rows,columns], 64-byte aligned. */
VR_API void vrp_gemm_tile(float *tile, const float *a, const float *b, int64_t K);

#ifdef __cplusplus
}
#endif
#endif
