/* format/array_impl.h: shapes and elements of arrays, for the readers and writers. */
#ifndef VISROB_FORMAT_ARRAY_IMPL_H
#define VISROB_FORMAT_ARRAY_IMPL_H
#include "array.h"
#ifdef __cplusplus
extern "C" {
#endif

/* "F32", "BF16", ... */
VR_API const char *vrp_dtype_name(vr_dtype dtype);

/* Sets shape and row-major strides; the element type is set already.
 * Notes:   false for more than 8 dimensions, a negative size, or a product of over 2^63-1 bytes, in which a size of 0
 *          counts as 1, so that no partial product overflows either. */
VR_API bool vrp_array_set_shape(vr_array *a, int ndim, const int64_t *shape);

/* Makes the strides those of column-major (Fortran) order; the shape is set already. */
VR_API void vrp_array_set_fortran(vr_array *a);

/* The index of the first array whose name occurs before it, or -1. */
VR_API int64_t vrp_arrays_repeated(const vr_arrays *arrays);

/* Converts all elements to f32, in row-major order, into out[count]. */
VR_API void vrp_array_to_f32(float *out, const vr_array *a);

/* Copies all elements, in row-major order, into out[count * size of an element]. */
VR_API void vrp_array_to_bytes(void *out, const vr_array *a);

/* A copy of count elements of `size` bytes in the opposite byte order. */
VR_API const void *vrp_array_swapped(vr_arena *arena, const uint8_t *from, int64_t count, int64_t size);

#ifdef __cplusplus
}
#endif
#endif
