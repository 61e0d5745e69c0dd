/* format/idx.c: four bytes say what is in it, four more for each dimension how many, then the elements. */
#include "idx.h"
#include "../base/os.h"
#include "zip.h"
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

/* The elements in this machine's order of bytes. */
static const void *vrp_idx_turned(vr_arena *arena, const uint8_t *from, int64_t count, int64_t size) {
    const uint16_t probe = 1;
    if (size == 1 || *(const uint8_t *)&probe == 0) return from;
    uint8_t *to = (uint8_t *)vr_arena_alloc(arena, count, size);
    for (int64_t i = 0; i < count; i++)
        for (int64_t k = 0; k < size; k++) to[i * size + k] = from[i * size + size - 1 - k];
    return to;
}

static bool vrp_idx_plain(vr_arena *arena, vr_array *array, vr_bytes file, const char *name, vr_err *err) {
    const uint8_t *p = file.data;
    if (file.size < 4 || p[0] || p[1])
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: byte 0: not an IDX file: it begins with two zeros, a type and a count", name);
    vr_array a = {.name = "", .dtype = vrp_idx_dtype(p[2]), .ndim = p[3]};
    if (a.dtype == VR_DTYPE_COUNT)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte 2: %d is no type of IDX", name, p[2]);
    if (a.ndim < 1 || a.ndim > VR_ARRAY_MAX_DIMS)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte 3: %d dimensions, 1 to %d are read", name, a.ndim,
                       VR_ARRAY_MAX_DIMS);
    const int64_t begin = 4 + 4 * a.ndim, size = vr_dtype_size(a.dtype);
    if (file.size < begin)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: the file is cut short: %d sizes are wanted", name,
                       (long long)file.size, a.ndim);
    int64_t bytes = size, shape[VR_ARRAY_MAX_DIMS];
    bool fits = true;
    for (int d = 0; d < a.ndim; d++) {
        const uint8_t *q = p + 4 + 4 * d;
        shape[d] = (int64_t)q[0] << 24 | q[1] << 16 | q[2] << 8 | q[3];
        fits = fits && vr_size_mul(&bytes, bytes, shape[d]);
    }
    if (!fits || bytes != file.size - begin)
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: byte %lld: %lld bytes of elements follow, but the sizes ask for %s%lld", name,
                       (long long)begin, (long long)(file.size - begin), fits ? "" : "more than ",
                       (long long)(fits ? bytes : INT64_MAX));
    if (!vr_array_set_shape(&a, a.ndim, shape))
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte 4: a shape that cannot be", name);
    a.data = vrp_idx_turned(arena, p + begin, bytes / size, size);
    *array = a;
    return true;
}

bool vr_idx_parse(vr_arena *arena, vr_array *array, vr_bytes file, const char *name, vr_err *err) {
    *array = (vr_array){0};
    const vr_arena_mark mark = vr_arena_here(arena);
    bool ok = true;
    if (file.size >= 2 && file.data[0] == 0x1f && file.data[1] == 0x8b)
        ok = vr_gunzip(arena, &file, file, INT32_MAX, name, err);
    if (ok && vrp_idx_plain(arena, array, file, name, err)) return true;
    vr_arena_rewind(arena, mark);
    return false;
}

bool vr_idx_load(vr_arena *arena, vr_array *array, const char *path, vr_err *err) {
    *array = (vr_array){0};
    const vr_arena_mark mark = vr_arena_here(arena);
    vr_bytes file;
    if (vr_file_map(arena, &file, path, err) && vr_idx_parse(arena, array, file, path, err)) return true;
    vr_arena_rewind(arena, mark);
    return false;
}

#undef VRP_IDX_TYPES
