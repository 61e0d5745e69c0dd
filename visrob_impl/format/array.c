/* format/array.c: one row loop per element type, written once by an X macro and driven over any strides.
 *
 * Each loop exists for adjacent elements (the compiler vectorizes it) and for a stride. Elements are read by
 * memcpy, because arrays point into files, where nothing is aligned; compilers make plain loads of it. */
#include "array.h"
#include "../base/os.h"
#include "npy.h"
#include "safetensors.h"
#include "torchzip.h"
#include "zip.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    int64_t size;
    const char *name;
} vrp_array_dtypes[VR_DTYPE_COUNT] = {
#define X(name, bytes, safetensors, npy) {bytes, safetensors},
    VR_DTYPES(X)
#undef X
};

int64_t vr_dtype_size(vr_dtype dtype) {
    VR_CHECK((unsigned)dtype < VR_DTYPE_COUNT, "there is no element type %d", (int)dtype);
    return vrp_array_dtypes[dtype].size;
}

const char *vr_dtype_name(vr_dtype dtype) {
    VR_CHECK((unsigned)dtype < VR_DTYPE_COUNT, "there is no element type %d", (int)dtype);
    return vrp_array_dtypes[dtype].name;
}

int64_t vr_array_count(const vr_array *a) {
    int64_t count = 1;
    for (int d = 0; d < a->ndim; d++) count *= a->shape[d];
    return count;
}

bool vr_array_set_shape(vr_array *a, int ndim, const int64_t *shape) {
    if (ndim < 0 || ndim > VR_ARRAY_MAX_DIMS) return false;
    int64_t bytes = vr_dtype_size(a->dtype), count = 1;
    a->ndim = ndim;
    for (int d = ndim - 1; d >= 0; d--) {
        if (shape[d] < 0 || !vr_size_mul(&bytes, bytes, vr_max(shape[d], 1))) return false;
        a->shape[d] = shape[d];
        a->stride[d] = count;
        count *= vr_max(shape[d], 1);
    }
    return true;
}

void vr_array_set_fortran(vr_array *a) {
    int64_t count = 1;
    for (int d = 0; d < a->ndim; d++) {
        a->stride[d] = count;
        count *= vr_max(a->shape[d], 1);
    }
}

bool vr_array_contiguous(const vr_array *a) {
    int64_t expected = 1;
    if (vr_array_count(a) == 0) return true;
    for (int d = a->ndim - 1; d >= 0; d--) {
        if (a->shape[d] != 1 && a->stride[d] != expected) return false;
        expected *= a->shape[d];
    }
    return true;
}

/* ---- names ---- */

typedef struct vrp_array_named {
    const char *name;
    int64_t item;
} vrp_array_named;

static int vrp_array_compare(const void *a, const void *b) {
    const vrp_array_named *x = (const vrp_array_named *)a, *y = (const vrp_array_named *)b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : (x->item > y->item) - (x->item < y->item);
}

void vr_arrays_index(vr_arena *arena, vr_arrays *arrays) {
    int64_t *by_name = (int64_t *)vr_arena_alloc(arena, arrays->count, (int64_t)sizeof(int64_t));
    vr_arena_mark mark = vr_arena_here(arena);
    vrp_array_named *named = VR_NEW(arena, vrp_array_named, arrays->count);
    for (int64_t i = 0; i < arrays->count; i++) named[i] = (vrp_array_named){arrays->items[i].name, i};
    qsort(named, (size_t)arrays->count, sizeof *named, vrp_array_compare);
    for (int64_t i = 0; i < arrays->count; i++) by_name[i] = named[i].item;
    vr_arena_rewind(arena, mark);
    arrays->by_name = by_name;
}

const vr_array *vr_arrays_find(const vr_arrays *arrays, const char *name) {
    if (arrays->by_name) {
        int64_t lo = 0, hi = arrays->count;
        while (lo < hi) {
            int64_t mid = lo + (hi - lo) / 2, item = arrays->by_name[mid];
            int order = strcmp(arrays->items[item].name, name);
            if (order == 0) return &arrays->items[item];
            if (order < 0)
                lo = mid + 1;
            else
                hi = mid;
        }
    }
    for (int64_t i = 0; i < arrays->count; i++) /* no index, or one from before names were changed */
        if (strcmp(arrays->items[i].name, name) == 0) return &arrays->items[i];
    return NULL;
}

/* ---- elements ---- */

/* Half to single by moving the exponent; a subnormal is made by a subtraction that is exact. Integer and normal
 * numbers only, so a program that flushes subnormals to zero gets the same. */
static inline float vrp_array_half(uint16_t h) {
    const uint32_t exponent = 0x0f800000u, bias = 112u << 23;
    uint32_t bits = (uint32_t)(h & 0x7fffu) << 13, e = bits & exponent;
    uint32_t normal = bits + bias + (e == exponent ? bias : 0), subnormal = bits + bias + (1u << 23);
    float f, least;
    const uint32_t least_bits = bias + (1u << 23);
    memcpy(&f, &subnormal, 4);
    memcpy(&least, &least_bits, 4);
    f -= least;
    memcpy(&subnormal, &f, 4);
    bits = (e == 0 ? subnormal : normal) | (uint32_t)(h & 0x8000u) << 16;
    memcpy(&f, &bits, 4);
    return f;
}

static inline float vrp_array_bf16(uint16_t h) {
    uint32_t bits = (uint32_t)h << 16;
    float f;
    memcpy(&f, &bits, 4);
    return f;
}

/*   name  C type    to f32             to i64 */
#define VRP_ELEMENTS(X)                                                                                      \
    X(F32, float, v, 0)                                                                                      \
    X(F64, double, (float)v, 0)                                                                              \
    X(F16, uint16_t, vrp_array_half(v), 0)                                                                   \
    X(BF16, uint16_t, vrp_array_bf16(v), 0)                                                                  \
    X(I8, int8_t, (float)v, v) X(U8, uint8_t, (float)v, v) X(I16, int16_t, (float)v, v)                      \
        X(U16, uint16_t, (float)v, v) X(I32, int32_t, (float)v, v) X(U32, uint32_t, (float)v, v)             \
            X(I64, int64_t, (float)v, v) X(U64, uint64_t, (float)v, (int64_t)v)                              \
                X(BOOL, uint8_t, v ? 1.0f : 0.0f, v ? 1 : 0)

#define VRP_ROW(name, type, out_type, value)                                                                 \
    static void name(void *to, const uint8_t *from, int64_t n, int64_t stride) {                             \
        out_type *out = (out_type *)to;                                                                      \
        type v;                                                                                              \
        if (stride == 1)                                                                                     \
            for (int64_t i = 0; i < n; i++) {                                                                \
                memcpy(&v, from + i * (int64_t)sizeof v, sizeof v);                                          \
                out[i] = value;                                                                              \
            }                                                                                                \
        else                                                                                                 \
            for (int64_t i = 0; i < n; i++) {                                                                \
                memcpy(&v, from + i * stride * (int64_t)sizeof v, sizeof v);                                 \
                out[i] = value;                                                                              \
            }                                                                                                \
    }
#define X(name, type, f32, i64)                                                                              \
    VRP_ROW(vrp_array_f32_##name, type, float, f32)                                                          \
    VRP_ROW(vrp_array_i64_##name, type, int64_t, i64)
VRP_ELEMENTS(X)
#undef X

typedef void vrp_array_row(void *to, const uint8_t *from, int64_t n, int64_t stride);

/* Calls `row` over all rows of a in row-major order; one call where the elements are adjacent. */
static void vrp_array_walk(void *out, int64_t out_size, const vr_array *a, vrp_array_row *row) {
    int64_t count = vr_array_count(a), size = vr_dtype_size(a->dtype), at[VR_ARRAY_MAX_DIMS] = {0};
    const uint8_t *from = (const uint8_t *)a->data;
    if (count == 0) return;
    if (vr_array_contiguous(a)) {
        row(out, from, count, 1);
        return;
    }
    const int last = a->ndim - 1;
    const int64_t n = a->shape[last];
    for (uint8_t *to = (uint8_t *)out;; to += n * out_size) {
        row(to, from, n, a->stride[last]);
        int d = last - 1;
        for (; d >= 0; d--) { /* an odometer over the outer dimensions */
            from += a->stride[d] * size;
            if (++at[d] < a->shape[d]) break;
            from -= a->stride[d] * a->shape[d] * size;
            at[d] = 0;
        }
        if (d < 0) return;
    }
}

#define X(bytes) VRP_ROW(vrp_array_copy_##bytes, vrp_array_bytes_##bytes, vrp_array_bytes_##bytes, v)
typedef uint8_t vrp_array_bytes_1;
typedef uint16_t vrp_array_bytes_2;
typedef uint32_t vrp_array_bytes_4;
typedef uint64_t vrp_array_bytes_8;
X(1)
X(2)
X(4)
X(8)
#undef X

void vr_array_to_f32(float *out, const vr_array *a) {
    static vrp_array_row *const rows[VR_DTYPE_COUNT] = {
#define X(name, type, f32, i64) [VR_##name] = vrp_array_f32_##name,
        VRP_ELEMENTS(X)
#undef X
    };
    vr_dtype_size(a->dtype); /* checks it */
    vrp_array_walk(out, (int64_t)sizeof *out, a, rows[a->dtype]);
}

bool vr_array_to_i64(int64_t *out, const vr_array *a, vr_err *err) {
    static vrp_array_row *const rows[VR_DTYPE_COUNT] = {
#define X(name, type, f32, i64) [VR_##name] = vrp_array_i64_##name,
        VRP_ELEMENTS(X)
#undef X
    };
    if (a->dtype == VR_F32 || a->dtype == VR_F64 || a->dtype == VR_F16 || a->dtype == VR_BF16)
        return vr_fail(err, VR_ERR_FORMAT, "'%s': whole numbers are wanted, its elements are %s", a->name,
                       vr_dtype_name(a->dtype));
    vr_dtype_size(a->dtype);
    vrp_array_walk(out, (int64_t)sizeof *out, a, rows[a->dtype]);
    if (a->dtype == VR_U64)
        for (int64_t i = 0; i < vr_array_count(a); i++)
            if (out[i] < 0)
                return vr_fail(err, VR_ERR_FORMAT, "'%s': element %lld is %llu, beyond 64 bits with a sign",
                               a->name, (long long)i, (unsigned long long)out[i]);
    return true;
}

void vr_array_to_bytes(void *out, const vr_array *a) {
    const int64_t size = vr_dtype_size(a->dtype);
    if (vr_array_contiguous(a)) {
        if (vr_array_count(a) > 0) memcpy(out, a->data, (size_t)(vr_array_count(a) * size));
        return;
    }
    vrp_array_walk(out, size, a,
                   size == 1   ? vrp_array_copy_1
                   : size == 2 ? vrp_array_copy_2
                   : size == 4 ? vrp_array_copy_4
                               : vrp_array_copy_8);
}

/* ---- tensors ---- */

vr_array vr_array_of(const char *name, vr_tensor x) {
    vr_array a = {.name = name, .data = x.data, .dtype = VR_F32, .ndim = x.ndim};
    for (int d = 0; d < x.ndim; d++) a.shape[d] = x.shape[d], a.stride[d] = x.stride[d];
    return a;
}

/* True where all n floats are finite: a block at a time, without a branch inside, so that it runs at the speed
 * of memory. */
static bool vrp_array_finite(const float *x, int64_t n) {
    enum { BLOCK = 4096 };
    for (int64_t from = 0; from < n; from += BLOCK) {
        uint32_t bad = 0;
        int64_t to = vr_min(n, from + BLOCK);
        for (int64_t i = from; i < to; i++) {
            uint32_t bits;
            memcpy(&bits, x + i, 4);
            bad |= (bits & 0x7f800000u) == 0x7f800000u;
        }
        if (bad) return false;
    }
    return true;
}

static bool vrp_array_nonfinite(const vr_array *a, vr_tensor x, vr_err *err) {
    if (vr_tensor_contiguous(x) && vrp_array_finite(x.data, vr_tensor_count(x))) return true;
    int64_t i = vr_tensor_find_nonfinite(x), at[4];
    if (i < 0) return true;
    int64_t rest = i;
    const float *value = x.data;
    for (int d = 3; d >= 0; d--) {
        at[d] = rest % x.shape[d];
        rest /= x.shape[d];
        value += at[d] * x.stride[d];
    }
    char where[96] = "";
    for (int d = 0, n = 0; d < x.ndim; d++)
        n += snprintf(where + n, sizeof where - (size_t)n, "%s%lld", d ? "," : "", (long long)at[d]);
    return vr_fail(err, VR_ERR_NUMERIC, "'%s': element [%s] is %s", a->name, where,
                   isnan(*value) ? "NaN"
                   : *value > 0  ? "infinity"
                                 : "-infinity");
}

bool vr_array_tensor(vr_arena *arena, vr_tensor *out, const vr_array *a, vr_err *err) {
    *out = (vr_tensor){0};
    if (a->ndim > 4)
        return vr_fail(err, VR_ERR_UNSUPPORTED, "'%s': has %d dimensions, a tensor has at most 4", a->name,
                       a->ndim);
    const int64_t one = 1;
    const int64_t *shape = a->ndim > 0 ? a->shape : &one;
    vr_arena_mark mark = vr_arena_here(arena);
    vr_tensor x;
    if (a->dtype == VR_F32 && (uintptr_t)a->data % sizeof(float) == 0) {
        x = vr_tensor_view((float *)(uintptr_t)a->data, (int)vr_max(a->ndim, 1), shape);
        for (int d = 0; d < a->ndim; d++) x.stride[d] = a->stride[d];
    } else {
        x = vr_tensor_raw(arena, (int)vr_max(a->ndim, 1), shape);
        vr_array_to_f32(x.data, a);
    }
    if (!vrp_array_nonfinite(a, x, err)) {
        vr_arena_rewind(arena, mark);
        return false;
    }
    *out = x;
    return true;
}

/* ---- files ---- */

static bool vrp_array_starts(vr_bytes b, const char *with, int64_t n) {
    return b.size >= n && memcmp(b.data, with, (size_t)n) == 0;
}

static bool vrp_array_parse_zip(vr_arena *arena, vr_arrays *arrays, vr_bytes b, const char *path,
                                vr_err *err) {
    vr_arena scratch = {0};
    vr_zip zip;
    bool ok = vr_zip_parse(&scratch, &zip, b, path, err), npz = ok;
    for (int64_t i = 0; ok && i < zip.count; i++)
        npz = npz && vr_path_has_suffix(zip.entries[i].name, ".npy");
    vr_arena_free(&scratch);
    if (!ok) return false;
    return npz ? vr_npz_parse(arena, arrays, b, path, err) : vr_torch_parse(arena, arrays, b, path, err);
}

/* True for a header in JSON behind a length that the file can hold. Asked before the marks of the others, since the length
 * may begin like any of them: 80 00 (128 bytes) looks like a pickle, "PK" (19,280) like a zip. */
static bool vrp_array_is_safetensors(vr_bytes b) {
    uint64_t n = 0;
    if (b.size < 9 || b.data[8] != '{') return false;
    for (int i = 7; i >= 0; i--) n = n << 8 | b.data[i];
    return n <= (uint64_t)b.size - 8;
}

static bool vrp_array_parse(vr_arena *arena, vr_arrays *arrays, vr_bytes b, const char *path, vr_err *err) {
    if (vrp_array_is_safetensors(b)) return vr_safetensors_parse(arena, arrays, b, path, err);
    if (vrp_array_starts(b, "\x93NUMPY", 6)) {
        arrays->items = VR_NEW(arena, vr_array, 1);
        if (!vr_npy_parse(arena, arrays->items, b, path, err)) return false;
        arrays->path = vr_arena_string(arena, path, (int64_t)strlen(path));
        arrays->count = 1;
        return true;
    }
    if (vrp_array_starts(b, "PK", 2)) return vrp_array_parse_zip(arena, arrays, b, path, err);
    if (vrp_array_starts(b, "\x80", 1) && b.size >= 2 && b.data[1] <= 5)
        return vr_torch_parse(arena, arrays, b, path, err);
    if (b.size >= 9 && b.data[8] == '{') /* cut off: it says how */
        return vr_safetensors_parse(arena, arrays, b, path, err);
    if (vrp_array_starts(b, "version https://git-lfs", 23))
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: is a git-lfs pointer, not the file itself; run `git lfs pull`", path);
    if (b.size > 0 && b.data[0] == '<')
        return vr_fail(err, VR_ERR_FORMAT, "%s: starts with '<': a web page, not the file it was to be",
                       path);
    if (b.size == 0) return vr_fail(err, VR_ERR_FORMAT, "%s: byte 0: the file is empty", path);
    return vr_fail(err, VR_ERR_FORMAT, "%s: byte 0: neither safetensors nor a PyTorch, npz or npy file",
                   path);
}

bool vr_arrays_load(vr_arena *arena, vr_arrays *arrays, const char *path, vr_err *err) {
    *arrays = (vr_arrays){0};
    vr_arena_mark mark = vr_arena_here(arena);
    vr_bytes b;
    if (!vr_file_map(arena, &b, path, err)) return false;
    if (vrp_array_parse(arena, arrays, b, path, err)) {
        arrays->file = b;
        return true;
    }
    *arrays = (vr_arrays){0};
    vr_arena_rewind(arena, mark);
    return false;
}

#undef VRP_ELEMENTS
#undef VRP_ROW
