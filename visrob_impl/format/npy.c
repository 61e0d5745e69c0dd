/* format/npy.c: a magic number, a header that is a Python dictionary, the elements; npz is a zip of such.
 *
 * The header is read by a parser of exactly what numpy.lib.format writes: three keys in any order, a type, True or
 * False, a tuple of whole numbers. Anything else names its byte. */
#include "npy.h"
#include "../base/os.h"
#include "zip.h"
#include <stdio.h>
#include <string.h>

#define VRP_UNPACKED_MAX ((int64_t)4 << 30)
#define VRP_HEADER_MAX   512 /* what is written: with 8 dimensions at most 128 + 8 * 22 */

typedef struct vrp_npy_reader {
    const uint8_t *begin, *p, *end; /* of the header */
    const char *path;
    vr_err *err;
    /* what it says */
    char descr[32];
    bool fortran;
    int ndim;
    int64_t shape[VR_ARRAY_MAX_DIMS];
} vrp_npy_reader;

/* ---- the header ---- */

static bool vrp_npy_wrong(const vrp_npy_reader *r, const char *fault) {
    return vr_fail(r->err, VR_ERR_FORMAT, "%s: byte %lld: %s", r->path, (long long)(r->p - r->begin), fault);
}

static void vrp_npy_space(vrp_npy_reader *r) {
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\n')) r->p++;
}

/* True, and past it, where `what` comes next. */
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
    if (quote != '\'' && quote != '"') return vrp_npy_wrong(r, "text in quotes is wanted");
    const uint8_t *from = r->p + 1, *to = (const uint8_t *)memchr(from, quote, (size_t)(r->end - from));
    if (!to || to - from >= size || memchr(from, 0, (size_t)(to - from)))
        return vrp_npy_wrong(r, "a text without its end");
    memcpy(out, from, (size_t)(to - from));
    out[to - from] = 0;
    r->p = to + 1;
    return true;
}

static bool vrp_npy_shape(vrp_npy_reader *r) {
    if (!vrp_npy_next(r, "(")) return vrp_npy_wrong(r, "a tuple is wanted");
    for (r->ndim = 0; !vrp_npy_next(r, ")"); r->ndim++) {
        if (r->ndim > 0 && !vrp_npy_next(r, ",")) return vrp_npy_wrong(r, "a ',' or ')' is wanted");
        if (r->ndim > 0 && vrp_npy_next(r, ")")) return true;
        vrp_npy_space(r);
        const uint8_t *from = r->p;
        int64_t n = 0;
        for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++)
            if (!vr_size_mul(&n, n, 10) || !vr_size_add(&n, n, *r->p - '0'))
                return vrp_npy_wrong(r, "a size beyond 2^63");
        if (r->p == from) return vrp_npy_wrong(r, "a size is wanted");
        if (r->p < r->end && *r->p == 'L') r->p++; /* Python 2 */
        if (r->ndim == VR_ARRAY_MAX_DIMS)
            return vr_fail(r->err, VR_ERR_UNSUPPORTED, "%s: has more than 8 dimensions", r->path);
        r->shape[r->ndim] = n;
    }
    return true;
}

static bool vrp_npy_header(vrp_npy_reader *r) {
    bool descr = false, order = false, shape = false;
    if (!vrp_npy_next(r, "{")) return vrp_npy_wrong(r, "a '{' is wanted");
    while (!vrp_npy_next(r, "}")) {
        char key[32];
        if ((descr || order || shape) && !vrp_npy_next(r, ","))
            return vrp_npy_wrong(r, "a ',' or '}' is wanted");
        if (vrp_npy_next(r, "}")) break;
        if (!vrp_npy_text(r, key, sizeof key)) return false;
        if (!vrp_npy_next(r, ":")) return vrp_npy_wrong(r, "a ':' is wanted");
        if (strcmp(key, "descr") == 0 && !descr) {
            descr = true;
            vrp_npy_space(r);
            if (r->p < r->end && *r->p == '[')
                return vr_fail(r->err, VR_ERR_UNSUPPORTED, "%s: its elements are structures", r->path);
            if (!vrp_npy_text(r, r->descr, sizeof r->descr)) return false;
        } else if (strcmp(key, "fortran_order") == 0 && !order) {
            order = true;
            r->fortran = vrp_npy_next(r, "True");
            if (!r->fortran && !vrp_npy_next(r, "False")) return vrp_npy_wrong(r, "True or False is wanted");
        } else if (strcmp(key, "shape") == 0 && !shape) {
            shape = true;
            if (!vrp_npy_shape(r)) return false;
        } else
            return vrp_npy_wrong(r, "a key that an npy file does not have, or has once");
    }
    vrp_npy_space(r);
    if (r->p < r->end) return vrp_npy_wrong(r, "something follows the header's dictionary");
    return (descr && order && shape) || vrp_npy_wrong(r, "the header lacks descr, fortran_order or shape");
}

static const char *const vrp_npy_codes[VR_DTYPE_COUNT] = {
#define X(name, bytes, safetensors, npy) npy,
    VR_DTYPES(X)
#undef X
};

/* "<f4" and the like; *swap where it is big endian. */
static bool vrp_npy_dtype(const vrp_npy_reader *r, vr_dtype *dtype, bool *swap) {
    const char order = r->descr[0];
    for (int d = 0; d < VR_DTYPE_COUNT; d++)
        if (vrp_npy_codes[d][0] && strcmp(r->descr + (order != 0), vrp_npy_codes[d] + 1) == 0 &&
            (order == '<' || order == '>' || order == '=' || order == '|')) {
            *dtype = (vr_dtype)d;
            *swap = order == '>' && vr_dtype_size(*dtype) > 1;
            return true;
        }
    return vr_fail(r->err, VR_ERR_UNSUPPORTED, "%s: its elements are of type '%s', which is not read",
                   r->path, r->descr);
}

static const void *vrp_npy_swapped(vr_arena *arena, const uint8_t *from, int64_t count, int64_t size) {
    uint8_t *to = (uint8_t *)vr_arena_alloc(arena, count, size);
    for (int64_t i = 0; i < count; i++)
        for (int64_t k = 0; k < size; k++) to[i * size + k] = from[i * size + size - 1 - k];
    return to;
}

bool vr_npy_parse(vr_arena *arena, vr_array *out, vr_bytes b, const char *path, vr_err *err) {
    *out = (vr_array){0};
    if (b.size < 10 || memcmp(b.data, "\x93NUMPY", 6) != 0)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte 0: not an npy file, or one that is cut off", path);
    const int version = b.data[6];
    if (version < 1 || version > 3)
        return vr_fail(err, VR_ERR_UNSUPPORTED, "%s: byte 6: npy version %d; 1 to 3 are read", path, version);
    const int64_t from = version == 1 ? 10 : 12;
    int64_t length = b.data[8] | b.data[9] << 8;
    if (version > 1 && b.size >= 12) length |= (int64_t)b.data[10] << 16 | (int64_t)b.data[11] << 24;
    if (length > b.size - from)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte 8: declares a header of %lld bytes; the file has %lld",
                       path, (long long)length, (long long)b.size);
    vrp_npy_reader r = {
        .begin = b.data, .p = b.data + from, .end = b.data + from + length, .path = path, .err = err};
    vr_array a = {.name = ""};
    bool swap = false;
    if (!vrp_npy_header(&r) || !vrp_npy_dtype(&r, &a.dtype, &swap)) return false;
    if (!vr_array_set_shape(&a, r.ndim, r.shape))
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: a shape that cannot be", path, (long long)from);
    const int64_t count = vr_array_count(&a), size = vr_dtype_size(a.dtype), there = b.size - from - length;
    if (count * size != there)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: its shape needs %lld bytes, %lld are there", path,
                       (long long)(from + length), (long long)(count * size), (long long)there);
    a.data = swap ? vrp_npy_swapped(arena, r.end, count, size) : r.end;
    if (r.fortran) vr_array_set_fortran(&a);
    *out = a;
    return true;
}

bool vr_npy_load(vr_arena *arena, vr_array *out, const char *path, vr_err *err) {
    *out = (vr_array){0};
    vr_arena_mark mark = vr_arena_here(arena);
    vr_bytes b;
    if (!vr_file_map(arena, &b, path, err)) return false;
    if (vr_npy_parse(arena, out, b, path, err)) return true;
    vr_arena_rewind(arena, mark);
    return false;
}

/* ---- npz ---- */

static bool vrp_npz_read(vr_arena *arena, vr_arrays *out, const vr_zip *zip, vr_err *err) {
    int64_t unpacked = 0;
    out->items = VR_NEW(arena, vr_array, zip->count);
    for (int64_t i = 0; i < zip->count; i++) {
        const vr_zip_entry *e = &zip->entries[i];
        const int64_t name = (int64_t)strlen(e->name) - 4;
        vr_bytes b;
        if (!vr_path_has_suffix(e->name, ".npy"))
            return vr_fail(err, VR_ERR_FORMAT, "%s: '%s' is not an npy file", zip->path, e->name);
        if (e->method != 0 && e->size > VRP_UNPACKED_MAX - unpacked)
            return vr_fail(err, VR_ERR_LIMIT, "%s: '%s': over 4 GiB to unpack", zip->path, e->name);
        if (e->method != 0) unpacked += e->size;
        if (!vr_zip_read(arena, &b, zip, e, VRP_UNPACKED_MAX, err)) return false;
        char *inner = vr_arena_printf(arena, "%s: %.200s", zip->path, e->name);
        if (!vr_npy_parse(arena, &out->items[i], b, inner, err)) return false;
        out->items[i].name = vr_arena_string(arena, e->name, name);
    }
    out->count = zip->count;
    vr_arrays_index(arena, out);
    return true;
}

bool vr_npz_parse(vr_arena *arena, vr_arrays *arrays, vr_bytes bytes, const char *path, vr_err *err) {
    *arrays = (vr_arrays){0};
    vr_arena scratch = {0};
    vr_arena_mark mark = vr_arena_here(arena);
    vr_zip zip;
    vr_arrays out = {.path = vr_arena_string(arena, path, (int64_t)strlen(path))};
    bool ok = vr_zip_parse(&scratch, &zip, bytes, path, err) && vrp_npz_read(arena, &out, &zip, err);
    if (ok)
        *arrays = out;
    else
        vr_arena_rewind(arena, mark);
    vr_arena_free(&scratch);
    return ok;
}

bool vr_npz_load(vr_arena *arena, vr_arrays *arrays, const char *path, vr_err *err) {
    *arrays = (vr_arrays){0};
    vr_arena_mark mark = vr_arena_here(arena);
    vr_bytes b;
    if (!vr_file_map(arena, &b, path, err)) return false;
    if (vr_npz_parse(arena, arrays, b, path, err)) return true;
    vr_arena_rewind(arena, mark);
    return false;
}

/* ---- writing ---- */

/* Everything before the elements; returns its size. numpy leaves room for the first size to grow to 21 digits, and fills
 * up to 64 bytes. */
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

static int64_t vrp_npy_format_size(const vr_array *a) {
    uint8_t header[VRP_HEADER_MAX];
    return vrp_npy_format_header(header, a) + vr_array_count(a) * vr_dtype_size(a->dtype);
}

static void vrp_npy_fill(void *to, int64_t size, const void *context) {
    uint8_t header[VRP_HEADER_MAX];
    const vr_array *a = (const vr_array *)context;
    const int64_t n = vrp_npy_format_header(header, a);
    VR_CHECK(size == vrp_npy_format_size(a), "an array that changes while it is written");
    memcpy(to, header, (size_t)n);
    vr_array_to_bytes((uint8_t *)to + n, a);
}

static bool vrp_npy_has_code(const vr_array *a, const char *path, vr_err *err) {
    if (vrp_npy_codes[a->dtype][0]) return true;
    return vr_fail(err, VR_ERR_ARGUMENT, "%s: '%s' is %s, which numpy does not have", path, a->name,
                   vr_dtype_name(a->dtype));
}

bool vr_npy_save(const char *path, const vr_array *a, vr_err *err) {
    if (!vrp_npy_has_code(a, path, err)) return false;
    vr_arena scratch = {0};
    const int64_t size = vrp_npy_format_size(a);
    void *data = vr_arena_alloc(&scratch, size, 1);
    vrp_npy_fill(data, size, a);
    bool ok = vr_file_write(path, data, size, err);
    vr_arena_free(&scratch);
    return ok;
}

bool vr_npz_save(const char *path, const vr_arrays *arrays, vr_err *err) {
    vr_arena scratch = {0};
    vr_arrays named = *arrays;
    vr_arrays_index(&scratch, &named);
    vr_zip_item *items = VR_NEW(&scratch, vr_zip_item, arrays->count);
    bool ok = true;
    for (int64_t i = 0; ok && i < arrays->count; i++) {
        const vr_array *a = &arrays->items[i], *b = &arrays->items[named.by_name[i]];
        ok = vrp_npy_has_code(a, path, err);
        if (ok && i > 0 && strcmp(b->name, arrays->items[named.by_name[i - 1]].name) == 0)
            ok = vr_fail(err, VR_ERR_ARGUMENT, "%s: '%s' is there twice", path, b->name);
        if (ok)
            items[i] = (vr_zip_item){.name = vr_arena_printf(&scratch, "%s.npy", a->name),
                                     .size = vrp_npy_format_size(a),
                                     .fill = vrp_npy_fill,
                                     .context = a};
    }
    if (ok) {
        const vr_bytes b = vr_zip_format(&scratch, items, arrays->count);
        ok = vr_file_write(path, b.data, b.size, err);
    }
    vr_arena_free(&scratch);
    return ok;
}

#undef VRP_UNPACKED_MAX
#undef VRP_HEADER_MAX
