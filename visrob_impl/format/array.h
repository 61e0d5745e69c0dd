/* format/array.h: named arrays of any element type, as checkpoints and data files hold them.
 *
 * safetensors, PyTorch checkpoints and npy/npz all read into this one form. An array is a view of bytes that
 * are usually a mapped file; numbers become f32 at the door, by vr_array_tensor. */
#ifndef VISROB_FORMAT_ARRAY_H
#define VISROB_FORMAT_ARRAY_H
#include "../base/error.h"
#include "../tensor/tensor.h"
#ifdef __cplusplus
extern "C" {
#endif

/*   name    bytes, safetensors, npy (little endian; bfloat16 has no npy code) */
#define VR_DTYPES(X)                                                                                         \
    X(F32, 4, "F32", "<f4")                                                                                  \
    X(F64, 8, "F64", "<f8")                                                                                  \
    X(F16, 2, "F16", "<f2")                                                                                  \
    X(BF16, 2, "BF16", "")                                                                                   \
    X(I8, 1, "I8", "|i1")                                                                                    \
    X(U8, 1, "U8", "|u1") X(I16, 2, "I16", "<i2") X(U16, 2, "U16", "<u2") X(I32, 4, "I32", "<i4")            \
        X(U32, 4, "U32", "<u4") X(I64, 8, "I64", "<i8") X(U64, 8, "U64", "<u8") X(BOOL, 1, "BOOL", "|b1")

typedef enum vr_dtype {
#define X(name, bytes, safetensors, npy) VR_##name,
    VR_DTYPES(X)
#undef X
        VR_DTYPE_COUNT
} vr_dtype;

enum { VR_ARRAY_MAX_DIMS = 8 };

/* One array. data may be unaligned (it points into a file); a scalar has ndim 0 and count 1. */
typedef struct vr_array {
    const char *name; /* "" where the format has no names */
    const void *data;
    vr_dtype dtype;
    int ndim;
    int64_t shape[VR_ARRAY_MAX_DIMS],
        stride[VR_ARRAY_MAX_DIMS]; /* in elements; PyTorch's may be transposed */
} vr_array;

/* All arrays of a file, in the file's order, and its text metadata. */
typedef struct vr_arrays {
    const char *path;
    vr_array *items;
    int64_t count;
    const int64_t
        *by_name; /* the items' numbers in order of name; NULL: vr_arrays_find looks at one by one */
    const char **meta_keys, **meta_values; /* safetensors' __metadata__; a .pth's other numbers and strings */
    int64_t meta_count;
    vr_bytes file; /* the mapped file that arrays may point into; {0} where there is none */
} vr_arrays;

/* Reads a checkpoint or an array file; what it is follows from its first bytes: safetensors, PyTorch (zip or old
 * pickle), npz, npy. The file stays mapped as long as the arena lives; arrays point into it where they can.
 * Notes:   the keys of nested dictionaries are joined by dots: "state_dict.module.conv1.weight".
 * Errors:  VR_ERR_IO, VR_ERR_FORMAT, VR_ERR_UNSUPPORTED naming path and byte; *arrays = {0}. */
VR_API bool vr_arrays_load(vr_arena *arena, vr_arrays *arrays, const char *path, vr_err *err);

/* Bytes of one element. */
VR_API int64_t vr_dtype_size(vr_dtype dtype);

/* "F32", "BF16", ... */
VR_API const char *vr_dtype_name(vr_dtype dtype);

/* Sets shape and row-major strides, for an element type that is set already.
 * Notes:   false for more than 8 dimensions, a negative size, or a product beyond 2^63-1 bytes; a size of 0 counts as 1 in
 *          it, so that no part of the product overflows later either. */
VR_API bool vr_array_set_shape(vr_array *a, int ndim, const int64_t *shape);

/* Makes the strides those of column-major (Fortran) order; the shape is set already. */
VR_API void vr_array_set_fortran(vr_array *a);

/* The number of elements. */
VR_API int64_t vr_array_count(const vr_array *a);

/* True where the elements lie in row-major order without gaps. */
VR_API bool vr_array_contiguous(const vr_array *a);

/* Fills arrays->by_name, so that vr_arrays_find need not look at every item. Every reader here calls it.
 * Notes:   call it again after a change of names; a search stays right without, it only takes longer. */
VR_API void vr_arrays_index(vr_arena *arena, vr_arrays *arrays);

/* The array of that name, or NULL.
 * Notes:   two of one name (only a nested .pth can have them) give one of the two. */
VR_API const vr_array *vr_arrays_find(const vr_arrays *arrays, const char *name);

/* Converts all elements to f32, in row-major order, into out[count].
 * Notes:   f64 and 64-bit integers are rounded to nearest; half and bfloat16 are exact, subnormals included. */
VR_API void vr_array_to_f32(float *out, const vr_array *a);

/* Converts all elements to i64, in row-major order, into out[count]; a bool gives 0 or 1.
 * Errors:  VR_ERR_FORMAT for a floating-point array or a u64 beyond 2^63-1. */
VR_API bool vr_array_to_i64(int64_t *out, const vr_array *a, vr_err *err);

/* Copies all elements as they are, in row-major order, into out[count * size of one]. */
VR_API void vr_array_to_bytes(void *out, const vr_array *a);

/* A tensor as an array of that name, for the writers; a view. */
VR_API vr_array vr_array_of(const char *name, vr_tensor x);

/* The array as a tensor: a view without copy where it is aligned f32 (strides kept), else a converted copy.
 * Notes:   a scalar becomes [1]. The view is of read-only memory when the file is mapped.
 * Errors:  VR_ERR_UNSUPPORTED for more than 4 dimensions, VR_ERR_NUMERIC naming array and index for a NaN or
 *          infinity. */
VR_API bool vr_array_tensor(vr_arena *arena, vr_tensor *out, const vr_array *a, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
