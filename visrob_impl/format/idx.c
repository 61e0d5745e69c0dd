/* format/idx.c: four bytes for type and dimensions, four for the size of each dimension, the elements. */
#include "idx_impl.h"
#include "../base/os.h"
#include "array_impl.h"
#include "zip_impl.h"
#include <string.h>

/* X(code, dtype) */
#define VRP_IDX_TYPES(X) X(0x08, U8) X(0x09, I8) X(0x0B, I16) X(0x0C, I32) X(0x0D, F32) X(0x0E, F64)

/* The dtype of IDX's code, or VR_DTYPE_COUNT. */
static vr_dtype vrp_idx_dtype(int code) {
    switch (code) {
#define X(number, dtype)                                                                                     \
    case number:                                                                                             \
        return VR_##dtype;
        VRP_IDX_TYPES(X)
#undef X
    default:
        return VR_DTYPE_COUNT;
    }
}

static bool vrp_idx_plain(vr_arena *arena, vr_array *array, vr_bytes file, const char *name, vr_err *err) {
    const uint8_t *p = file.data;
    if (file.size < 4 || p[0] || p[1])
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte 0: not an IDX file", name);
    vr_array a = {.name = "", .dtype = vrp_idx_dtype(p[2]), .ndim = p[3]};
    if (a.dtype == VR_DTYPE_COUNT)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte 2: unknown element type %d", name, p[2]);
    if (a.ndim < 1 || a.ndim > VR_ARRAY_MAX_DIMS)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte 3: expected 1 to %d dimensions, found %d", name,
                       VR_ARRAY_MAX_DIMS, a.ndim);
    const int64_t begin = 4 + 4 * a.ndim, size = vr_dtype_size(a.dtype);
    if (file.size < begin)
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: byte %lld: unexpected end of file in the sizes of %d dimensions", name,
                       (long long)file.size, a.ndim);
    int64_t bytes = size, shape[VR_ARRAY_MAX_DIMS];
    bool fits = true;
    for (int d = 0; d < a.ndim; d++) {
        const uint8_t *q = p + 4 + 4 * d;
        shape[d] = (int64_t)q[0] << 24 | q[1] << 16 | q[2] << 8 | q[3];
        fits = fits && vr_size_mul(&bytes, bytes, shape[d]);
    }
    if (!fits || bytes != file.size - begin)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: expected %s%lld bytes of elements, found %lld",
                       name, (long long)begin, fits ? "" : "more than ",
                       (long long)(fits ? bytes : INT64_MAX), (long long)(file.size - begin));
    if (!vrp_array_set_shape(&a, a.ndim, shape))
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte 4: invalid shape", name);
    const uint16_t one = 1; /* IDX is big endian */
    const bool swap = size > 1 && *(const uint8_t *)&one == 1;
    a.data = swap ? vrp_array_swapped(arena, p + begin, bytes / size, size) : p + begin;
    *array = a;
    return true;
}

bool vrp_idx_parse(vr_arena *arena, vr_array *array, vr_bytes file, const char *name, vr_err *err) {
    *array = (vr_array){0};
    const vr_arena_mark mark = vr_arena_here(arena);
    bool ok = true;
    if (file.size >= 2 && file.data[0] == 0x1f && file.data[1] == 0x8b)
        ok = vrp_gunzip(arena, &file, file, INT32_MAX, name, err);
    if (ok && vrp_idx_plain(arena, array, file, name, err)) return true;
    vr_arena_rewind(arena, mark);
    return false;
}

bool vr_idx_load(vr_arena *arena, vr_array *array, const char *path, vr_err *err) {
    *array = (vr_array){0};
    const vr_arena_mark mark = vr_arena_here(arena);
    vr_bytes file;
    if (vr_file_map(arena, &file, path, err) && vrp_idx_parse(arena, array, file, path, err)) return true;
    vr_arena_rewind(arena, mark);
    return false;
}

#undef VRP_IDX_TYPES
