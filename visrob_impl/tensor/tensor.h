/* tensor/tensor.h: a fat pointer to floats, passed by value.
 *
 * A tensor owns nothing: its data is in the arena it was made in, or in a mapped file. Dimensions beyond
 * ndim have shape 1. Strides count elements. Views share the data; a copy is always an explicit call.
 *
 *     vr_tensor x = vr_tensor_2d(&step, 32, 768);       // zeroed
 *     vr_tensor row = vr_tensor_row(x, 3);              // [768], no copy
 */
#ifndef VISROB_TENSOR_TENSOR_H
#define VISROB_TENSOR_TENSOR_H
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* {0} is "no tensor": data NULL, ndim 0. */
typedef struct vr_tensor {
    float *data;
    int64_t shape[4], stride[4];
    int ndim;
} vr_tensor;

/* Makes a zeroed [n]. Errors: here and below, a negative size or out of memory is a panic. */
VR_API vr_tensor vr_tensor_1d(vr_arena *arena, int64_t n);
/* Makes a zeroed [rows,cols]. */
VR_API vr_tensor vr_tensor_2d(vr_arena *arena, int64_t rows, int64_t cols);
/* Makes a zeroed [a,b,c]. */
VR_API vr_tensor vr_tensor_3d(vr_arena *arena, int64_t a, int64_t b, int64_t c);
/* Makes a zeroed [a,b,c,d]; images are [N,H,W,C]. */
VR_API vr_tensor vr_tensor_4d(vr_arena *arena, int64_t a, int64_t b, int64_t c, int64_t d);

/* Makes a tensor of 1 to 4 dimensions that is not initialised: for outputs that are filled completely. */
VR_API vr_tensor vr_tensor_raw(vr_arena *arena, int ndim, const int64_t *shape);

/* The caller's floats as a contiguous tensor of 1 to 4 dimensions; no copy. */
VR_API vr_tensor vr_tensor_view(float *data, int ndim, const int64_t *shape);

/* A contiguous copy in the arena. */
VR_API vr_tensor vr_tensor_copy(vr_arena *arena, vr_tensor x);

/* Copies the elements of x into y. Shapes: equal. Notes: y and x do not overlap. */
VR_API void vr_tensor_assign(vr_tensor y, vr_tensor x);

/* The number of elements. */
VR_API int64_t vr_tensor_count(vr_tensor x);

/* True where the elements are in row-major order without gaps. */
VR_API bool vr_tensor_contiguous(vr_tensor x);

/* Contiguous x as [rows, last size]: [N,T,C] becomes [N*T,C]; a view. */
VR_API vr_tensor vr_tensor_rows(vr_tensor x);

/* x[i] along the first dimension, one dimension less; a view. */
VR_API vr_tensor vr_tensor_row(vr_tensor x, int64_t i);

/* x[..., from:to, ...] along one dimension; a view. */
VR_API vr_tensor vr_tensor_slice(vr_tensor x, int dim, int64_t from, int64_t to);

/* True for a tensor of exactly this shape: [n]. */
VR_API bool vr_is_vec(vr_tensor x, int64_t n);
/* True for [rows,cols]. */
VR_API bool vr_is_mat(vr_tensor x, int64_t rows, int64_t cols);
/* True where the two shapes are equal. */
VR_API bool vr_same_shape(vr_tensor x, vr_tensor y);

/* The index of the first element that is NaN or infinite, or -1. */
VR_API int64_t vr_tensor_find_nonfinite(vr_tensor x);

#ifdef __cplusplus
}
#endif
#endif
