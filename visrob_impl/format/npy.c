/* format/npy.c: a magic number, a header that is a Python dictionary, the elements; npz is a zip of npy files.
 *
 * The header parser accepts exactly what numpy.lib.format writes: three keys in any order, a type, True or False, a tuple
 * of integers. */
#include "npy_impl.h"
#include "../base/os.h"
#include "array_impl.h"
#include "zip_impl.h"
#include <stdio.h>
#include <string.h>

#define VRP_UNPACKED_MAX ((int64_t)4 << 30)
#define VRP_HEADER_MAX   512 /* when writing: at most 128 + 8 * 22 bytes with 8 dimensions */

typedef struct vrp_npy_reader {
    const uint8_t *begin, *p, *end; /* of the header */
    const char *path;
    vr_err *err;
    /* its contents */
    char descr[32];
    bool fortran;
    int ndim;
    int64_t shape[VR_ARRAY_MAX_DIMS];
} vrp_npy_reader;

/* ---- the header ---- */

static bool vrp_npy_error(const vrp_npy_reader *r, const char *error) {
    return vr_fail(r->err, VR_ERR_FORMAT, "%s: byte %lld: %s", r->path, (long long)(r->p - r->begin), error);
}

static void vrp_npy_space(vrp_npy_reader *r) {
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\n')) r->p++;
}

/* Skips `what` and returns true where it comes next. */
static bool vrp_npy_next(vrp_npy_reader *r, const char *what) {
    const size_t n = strlen(what);
    vrp_npy_space(r);
    if ((size_t)(r->end - r->p) < n || memcmp(r->p, what, n) != 0) return false;
    r->p += n;
    return true;
}

static bool vrp_npy_text(vrp_npy_reader *r, char *out, int64_t size) {
    vrp_npy_space(r);
    const uint8_t quote = r->p < r->end ? *r->p : 0;
    if (quote != '\'' && quote != '"') return vrp_npy_error(r, "expected a quoted string");
    const uint8_t *from = r->p + 1, *to = (const uint8_t *)memchr(from, quote, (size_t)(r->end - from));
    if (!to || to - from >= size || memchr(from, 0, (size_t)(to - from)))
        return vrp_npy_error(r, "unterminated string");
    memcpy(out, from, (size_t)(to - from));
    out[to - from] = 0;
    r->p = to + 1;
    return true;
}

static bool vrp_npy_shape(vrp_npy_reader *r) {
    if (!vrp_npy_next(r, "(")) return vrp_npy_error(r, "expected a tuple");
    for (r->ndim = 0; !vrp_npy_next(r, ")"); r->ndim++) {
        if (r->ndim > 0 && !vrp_npy_next(r, ",")) return vrp_npy_error(r, "expected ',' or ')'");
        if (r->ndim > 0 && vrp_npy_next(r, ")")) return true;
        vrp_npy_space(r);
        const uint8_t *from = r->p;
        int64_t n = 0;
        for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++)
            if (!vr_size_mul(&n, n, 10) || !vr_size_add(&n, n, *r->p - '0'))
                return vrp_npy_error(r, "size out of range");
        if (r->p == from) return vrp_npy_error(r, "expected a size");
        if (r->p < r->end && *r->p == 'L') r->p++; /* Python 2 */
        if (r->ndim == VR_ARRAY_MAX_DIMS)
            return vr_fail(r->err, VR_ERR_UNSUPPORTED, "%s: unsupported: more than 8 dimensions", r->path);
        r->shape[r->ndim] = n;
    }
    return true;
}

static bool vrp_npy_header(vrp_npy_reader *r) {
    bool descr = false, order = false, shape = false;
    if (!vrp_npy_next(r, "{")) return vrp_npy_error(r, "expected '{'");
    while (!vrp_npy_next(r, "}")) {
        char key[32];
        if ((descr || order || shape) && !vrp_npy_next(r, ","))
            return vrp_npy_error(r, "expected ',' or '}'");
        if (vrp_npy_next(r, "}")) break;
        if (!vrp_npy_text(r, key, sizeof key)) return false;
        if (!vrp_npy_next(r, ":")) return vrp_npy_error(r, "expected ':'");
        if (strcmp(key, "descr") == 0 && !descr) {
            descr = true;
            vrp_npy_space(r);
            if (r->p < r->end && *r->p == '[')
                return vr_fail(r->err, VR_ERR_UNSUPPORTED, "%s: unsupported: structured elements", r->path);
            if (!vrp_npy_text(r, r->descr, sizeof r->descr)) return false;
        } else if (strcmp(key, "fortran_order") == 0 && !order) {
            order = true;
            r->fortran = vrp_npy_next(r, "True");
            if (!r->fortran && !vrp_npy_next(r, "False")) return vrp_npy_error(r, "expected True or False");
        } else if (strcmp(key, "shape") == 0 && !shape) {
            shape = true;
            if (!vrp_npy_shape(r)) return false;
        } else
            return vrp_npy_error(r, "unknown or duplicate key");
    }
    vrp_npy_space(r);
    if (r->p < r->end) return vrp_npy_error(r, "unexpected text after the header's dictionary");
    return (descr && order && shape) || vrp_npy_error(r, "missing key: descr, fortran_order or shape");
}

static const char *const vrp_npy_codes[VR_DTYPE_COUNT] = {
#define X(name, bytes, safetensors, npy) npy,
    VR_DTYPES(X)
#undef X
};

/* "<f4" and the like; *swap for big-endian elements. */
static bool vrp_npy_dtype(const vrp_npy_reader *r, vr_dtype *dtype, bool *swap) {
    const char order = r->descr[0];
    for (int d = 0; d < VR_DTYPE_COUNT; d++)
        if (vrp_npy_codes[d][0] && strcmp(r->descr + (order != 0), vrp_npy_codes[d] + 1) == 0 &&
            (order == '<' || order == '>' || order == '=' || order == '|')) {
            *dtype = (vr_dtype)d;
            *swap = order == '>' && vr_dtype_size(*dtype) > 1;
            return true;
        }
    return vr_fail(r->err, VR_ERR_UNSUPPORTED, "%s: unsupported element type '%s'", r->path, r->descr);
}

bool vrp_npy_parse(vr_arena *arena, vr_array *out, vr_bytes b, const char *path, vr_err *err) {
    *out = (vr_array){0};
    if (b.size < 10 || memcmp(b.data, "\x93NUMPY", 6) != 0)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte 0: not an npy file, or truncated", path);
    const int version = b.data[6];
    if (version < 1 || version > 3)
        return vr_fail(err, VR_ERR_UNSUPPORTED, "%s: byte 6: unsupported npy version %d", path, version);
    const int64_t from = version == 1 ? 10 : 12;
    int64_t length = b.data[8] | b.data[9] << 8;
    if (version > 1 && b.size >= 12) length |= (int64_t)b.data[10] << 16 | (int64_t)b.data[11] << 24;
    if (length > b.size - from)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte 8: declares a header of %lld bytes, the file has %lld",
                       path, (long long)length, (long long)b.size);
    vrp_npy_reader r = {
        .begin = b.data, .p = b.data + from, .end = b.data + from + length, .path = path, .err = err};
    vr_array a = {.name = ""};
    bool swap = false;
    if (!vrp_npy_header(&r) || !vrp_npy_dtype(&r, &a.dtype, &swap)) return false;
    if (!vrp_array_set_shape(&a, r.ndim, r.shape))
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: invalid shape", path, (long long)from);
    const int64_t count = vr_array_count(&a), size = vr_dtype_size(a.dtype), there = b.size - from - length;
    if (count * size != there)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: expected %lld bytes for its shape, found %lld",
                       path, (long long)(from + length), (long long)(count * size), (long long)there);
    a.data = swap ? vrp_array_swapped(arena, r.end, count, size) : r.end;
    if (r.fortran) vrp_array_set_fortran(&a);
    *out = a;
    return true;
}

bool vr_npy_load(vr_arena *arena, vr_array *out, const char *path, vr_err *err) {
    *out = (vr_array){0};
    vr_arena_mark mark = vr_arena_here(arena);
    vr_bytes b;
    if (!vr_file_map(arena, &b, path, err)) return false;
    if (vrp_npy_parse(arena, out, b, path, err)) return true;
    vr_arena_rewind(arena, mark);
    return false;
}

/* ---- npz ---- */

/* Weights hardly shrink: what grows more than 64-fold is a small file that asks for much memory. */
static int64_t vrp_npz_limit(const vrp_zip *zip) {
    return vr_min(VRP_UNPACKED_MAX, ((int64_t)256 << 20) + 64 * zip->file.size);
}

static bool vrp_npz_read(vr_arena *arena, vr_arrays *out, const vrp_zip *zip, vr_err *err) {
    int64_t unpacked = 0;
    const int64_t limit = vrp_npz_limit(zip);
    out->items = VR_NEW(arena, vr_array, zip->count);
    for (int64_t i = 0; i < zip->count; i++) {
        const vrp_zip_entry *e = &zip->entries[i];
        const int64_t name = (int64_t)strlen(e->name) - 4;
        vr_bytes b;
        if (!vr_path_has_suffix(e->name, ".npy"))
            return vr_fail(err, VR_ERR_FORMAT, "%s: '%s' is not an npy file", zip->path, e->name);
        if (e->method != 0 && e->size > limit - unpacked)
            return vr_fail(err, VR_ERR_LIMIT,
                           "%s: '%s': over %lld MiB to decompress from a file of %lld bytes", zip->path,
                           e->name, (long long)(limit >> 20), (long long)zip->file.size);
        if (e->method != 0) unpacked += e->size;
        if (!vrp_zip_read(arena, &b, zip, e, VRP_UNPACKED_MAX, err)) return false;
        char *inner = vr_arena_printf(arena, "%s: %.200s", zip->path, e->name);
        if (!vrp_npy_parse(arena, &out->items[i], b, inner, err)) return false;
        out->items[i].name = vr_arena_string(arena, e->name, name);
    }
    out->count = zip->count;
    return true;
}

bool vrp_npz_parse(vr_arena *arena, vr_arrays *arrays, vr_bytes bytes, const char *path, vr_err *err) {
    *arrays = (vr_arrays){0};
    vr_arena scratch = {0};
    vr_arena_mark mark = vr_arena_here(arena);
    vrp_zip zip;
    vr_arrays out = {.path = vr_arena_string(arena, path, (int64_t)strlen(path))};
    bool ok = vrp_zip_parse(&scratch, &zip, bytes, path, err) && vrp_npz_read(arena, &out, &zip, err);
    if (ok)
        *arrays = out;
    else
        vr_arena_rewind(arena, mark);
    vr_arena_free(&scratch);
    return ok;
}

/* ---- writing ---- */

/* All bytes before the elements; returns their number. numpy reserves 21 digits for the first size and pads the header to
 * a multiple of 64 bytes. */
static int64_t vrp_npy_format_header(uint8_t out[VRP_HEADER_MAX], const vr_array *a) {
    char s[VRP_HEADER_MAX];
    int n =
        snprintf(s, sizeof s, "{'descr': '%s', 'fortran_order': False, 'shape': (", vrp_npy_codes[a->dtype]);
    int first = 0;
    for (int d = 0; d < a->ndim; d++) {
        int digits =
            snprintf(s + n, sizeof s - (size_t)n, "%s%lld", d > 0 ? ", " : "", (long long)a->shape[d]);
        if (d == 0) first = digits;
        n += digits;
    }
    n += snprintf(s + n, sizeof s - (size_t)n, "%s), }", a->ndim == 1 ? "," : "");
    if (a->ndim > 0) n += snprintf(s + n, sizeof s - (size_t)n, "%*s", 21 - first, "");
    const int64_t total = (10 + n + 1 + 63) / 64 * 64;
    memset(out, ' ', (size_t)total);
    memcpy(out, "\x93NUMPY\x01\x00", 8);
    out[8] = (uint8_t)(total - 10);
    out[9] = (uint8_t)((total - 10) >> 8);
    memcpy(out + 10, s, (size_t)n);
    out[total - 1] = '\n';
    return total;
}

bool vr_npy_save(const char *path, const vr_array *a, vr_err *err) {
    if (!vrp_npy_codes[a->dtype][0])
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: '%s' is %s, which numpy does not have", path, a->name,
                       vrp_dtype_name(a->dtype));
    uint8_t header[VRP_HEADER_MAX];
    const int64_t n = vrp_npy_format_header(header, a), size = vr_array_count(a) * vr_dtype_size(a->dtype);
    vr_arena scratch = {0};
    uint8_t *data = (uint8_t *)vr_arena_alloc(&scratch, n + size, 1);
    memcpy(data, header, (size_t)n);
    vrp_array_to_bytes(data + n, a);
    const bool ok = vr_file_write(path, data, n + size, err);
    vr_arena_free(&scratch);
    return ok;
}

#undef VRP_UNPACKED_MAX
#undef VRP_HEADER_MAX
