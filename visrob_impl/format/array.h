/* format/array.h: named arrays of any element type, as checkpoints and data files hold them.
 *
 * All formats are read into this form. An array is a view of bytes, usually of a mapped file; vr_array_tensor converts
 * it to an f32 tensor.
 *
 *     vr_arrays arrays;
 *     vr_arrays_load(&perm, &arrays, "resnet50.safetensors", VR_FATAL);
 *     for (int64_t i = 0; i < arrays.count; i++) {
 *         vr_tensor x;
 *         vr_array_tensor(&perm, &x, &arrays.items[i], VR_FATAL);
 *         printf("%s: %lld elements\n", arrays.items[i].name, (long long)vr_tensor_count(x));
 *     }
 */
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
    X(U8, 1, "U8", "|u1")                                                                                    \
    X(I16, 2, "I16", "<i2")                                                                                  \
    X(U16, 2, "U16", "<u2")                                                                                  \
    X(I32, 4, "I32", "<i4")                                                                                  \
    X(U32, 4, "U32", "<u4") X(I64, 8, "I64", "<i8") X(U64, 8, "U64", "<u8") X(BOOL, 1, "BOOL", "|b1")

typedef enum vr_dtype {
#define X(name, bytes, safetensors, npy) VR_##name,
    VR_DTYPES(X)
#undef X
        VR_DTYPE_COUNT
} vr_dtype;

enum { VR_ARRAY_MAX_DIMS = 8 };

/* One array. data may be unaligned; a scalar has ndim 0 and one element. */
typedef struct vr_array {
    const char *name; /* "" where the format has no names */
    const void *data;
    vr_dtype dtype;
    int ndim;
    int64_t shape[VR_ARRAY_MAX_DIMS], stride[VR_ARRAY_MAX_DIMS]; /* strides in elements */
} vr_array;

/* All arrays of a file, in the file's order, and its text metadata. */
typedef struct vr_arrays {
    const char *path;
    vr_array *items;
    int64_t count;
    const char **meta_keys,
        **meta_values; /* safetensors' __metadata__; numbers and strings of a PyTorch file */
    int64_t meta_count;
    vr_bytes file; /* the mapped file, or {0} */
} vr_arrays;

/* The size of one element in bytes. */
VR_API int64_t vr_dtype_size(vr_dtype dtype);

/* The number of elements. */
VR_API int64_t vr_array_count(const vr_array *a);

/* True where the elements lie in row-major order without gaps. */
VR_API bool vr_array_contiguous(const vr_array *a);

/* Converts all elements to i64, in row-major order, into out[count]; a bool gives 0 or 1.
 * Errors:  VR_ERR_FORMAT for a floating-point array or a u64 above 2^63-1. */
VR_API bool vr_array_to_i64(int64_t *out, const vr_array *a, vr_err *err);

/* A tensor as an array of that name, for the writers: a view. */
VR_API vr_array vr_array_of(const char *name, vr_tensor x);

/* The array as a tensor: a view where it is aligned f32 (strides are kept), else a converted copy.
 * Notes:   a scalar becomes [1]. A view of a mapped file is read-only memory. f64 and 64-bit integers are rounded to
 *          nearest; half and bfloat16 are exact.
 * Errors:  VR_ERR_UNSUPPORTED for more than 4 dimensions, VR_ERR_NUMERIC naming array and index for a NaN or
 *          infinity. */
VR_API bool vr_array_tensor(vr_arena *arena, vr_tensor *out, const vr_array *a, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
