/* tensor/linalg.h: dense linear algebra in double, where single precision would lose the answer. */
#ifndef VISROB_TENSOR_LINALG_H
#define VISROB_TENSOR_LINALG_H
#include "tensor.h"
#include "../base/error.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Solves A X = B for a symmetric positive definite A, by Cholesky's A = L L^T.
 * Shapes:  a: [n,n] row-major, of which the lower triangle is read and overwritten with L; b: [n,m] row-major,
 *          overwritten with X.
 * Notes:   the same bits for any number of threads. For a ridge regression A = X^T X + lambda I.
 * Errors:  VR_ERR_NUMERIC naming the row where A is not positive definite (or not finite); b is then zeroed. */
VR_API bool vr_solve_spd(double *a, double *b, int64_t n, int64_t m, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
