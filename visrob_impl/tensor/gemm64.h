/* tensor/gemm64.h: a matrix product in double, for sums that single precision would lose: gradients of a convex fit. */
#ifndef VISROB_TENSOR_GEMM64_H
#define VISROB_TENSOR_GEMM64_H
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A matrix in float or in double: element (i,j) is at [i * row + j * column] of the one that is not NULL. */
typedef struct vr_operand {
    const double *f64;
    const float *f32;
    int64_t row, column;
} vr_operand;

/* y = a b, products and sums in double.
 * Shapes:  y: [M,N] row-major; a: [M,K]; b: [K,N].
 * Notes:   the same bits for any number of threads. Threads divide the rows of y: of a product and its
 *          transpose, compute the one with the larger M. scratch is rewound. */
VR_API void vr_matmul_f64(double *y, vr_operand a, vr_operand b, int64_t M, int64_t N, int64_t K,
                          vr_arena *scratch);

#ifdef __cplusplus
}
#endif
#endif
