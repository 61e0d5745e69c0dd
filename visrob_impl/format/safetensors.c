/* format/safetensors.c: the header's length in 8 bytes, the header in JSON, the elements. */
#include "safetensors_impl.h"
#include "../base/os.h"
#include "array_impl.h"
#include "json_impl.h"
#include <stdlib.h>
#include <string.h>

#define VRP_HEADER_MAX 100000000 /* the reference's limit */

typedef struct vrp_safetensors_reader {
    vr_arena *arena;
    const vr_json_doc *doc;
    vr_bytes data; /* the bytes after the header */
    vr_err *err;
} vrp_safetensors_reader;

/* ---- reading ---- */

static bool vrp_safetensors_dtype(vr_dtype *dtype, const char *name) {
    for (int d = 0; d < VR_DTYPE_COUNT; d++)
        if (strcmp(vrp_dtype_name((vr_dtype)d), name) == 0) {
            *dtype = (vr_dtype)d;
            return true;
        }
    return false;
}

/* One "name": {"dtype": .., "shape": [..], "data_offsets": [from, to]}. */
static bool vrp_safetensors_entry(const vrp_safetensors_reader *r, vr_array *a, const vr_json *key) {
    const vr_json *v = vr_json_value(key);
    const vr_json *dtype = vrp_json_want(r->doc, v, "dtype", VR_JSON_STRING, r->err);
    const vr_json *shape = dtype ? vrp_json_want(r->doc, v, "shape", VR_JSON_ARRAY, r->err) : NULL;
    const vr_json *place = shape ? vrp_json_want(r->doc, v, "data_offsets", VR_JSON_ARRAY, r->err) : NULL;
    if (!place) return false;
    if (v->count != 3) /* a duplicate too */
        return vr_json_fail(r->doc, v, r->err, "'%.100s': unknown or duplicate key", key->string);
    *a = (vr_array){.name = vr_arena_string(r->arena, key->string, key->count)};
    if (strlen(a->name) != key->count) return vr_json_fail(r->doc, key, r->err, "a name with a zero byte");
    if (!vrp_safetensors_dtype(&a->dtype, dtype->string))
        return vr_fail(r->err, VR_ERR_UNSUPPORTED, "%s: '%s': unsupported element type '%.32s'", r->doc->path,
                       a->name, dtype->string);
    if (shape->count > VR_ARRAY_MAX_DIMS)
        return vr_fail(r->err, VR_ERR_UNSUPPORTED, "%s: '%s': unsupported: more than 8 dimensions",
                       r->doc->path, a->name);
    int64_t sizes[VR_ARRAY_MAX_DIMS];
    int ndim = 0;
    for (const vr_json *n = vr_json_first(shape); n; n = vr_json_next(shape, n))
        sizes[ndim++] = n->type == VR_JSON_INT ? n->integer : -1;
    if (!vrp_array_set_shape(a, ndim, sizes))
        return vr_json_fail(r->doc, shape, r->err, "'%.100s': invalid shape", a->name);
    const int64_t bytes = vr_array_count(a) * vr_dtype_size(a->dtype);
    const vr_json *from = vr_json_first(place), *to = from ? vr_json_next(place, from) : NULL;
    if (place->count != 2 || from->type != VR_JSON_INT || to->type != VR_JSON_INT || from->integer < 0 ||
        to->integer < from->integer || to->integer > r->data.size)
        return vr_json_fail(r->doc, place, r->err,
                            "'%.100s': data_offsets are not in the %lld bytes after the header", a->name,
                            (long long)r->data.size);
    if (to->integer - from->integer != bytes)
        return vr_json_fail(r->doc, place, r->err,
                            "'%.100s': its shape needs %lld bytes, data_offsets give %lld", a->name,
                            (long long)bytes, (long long)(to->integer - from->integer));
    a->data = r->data.data + from->integer;
    return true;
}

static bool vrp_safetensors_metadata(const vrp_safetensors_reader *r, vr_arrays *out, const vr_json *v) {
    if (v->type == VR_JSON_NULL) return true; /* as Rust's serde writes none */
    if (v->type != VR_JSON_OBJECT)
        return vr_json_fail(r->doc, v, r->err, "expected an object for __metadata__");
    out->meta_keys = VR_NEW(r->arena, const char *, v->count);
    out->meta_values = VR_NEW(r->arena, const char *, v->count);
    for (const vr_json *k = vr_json_first(v); k; k = vr_json_next(v, k)) {
        const vr_json *text = vr_json_value(k);
        if (text->type != VR_JSON_STRING || strlen(text->string) != text->count ||
            strlen(k->string) != k->count)
            return vr_json_fail(r->doc, text, r->err, "expected a string in __metadata__");
        out->meta_keys[out->meta_count] = vr_arena_string(r->arena, k->string, k->count);
        out->meta_values[out->meta_count++] = vr_arena_string(r->arena, text->string, text->count);
    }
    return true;
}

static int vrp_safetensors_by_place(const void *a, const void *b) {
    const vr_array *x = *(const vr_array *const *)a, *y = *(const vr_array *const *)b;
    const uint8_t *p = (const uint8_t *)x->data, *q = (const uint8_t *)y->data;
    if (p != q) return p < q ? -1 : 1;
    return (vr_array_count(x) > 0) - (vr_array_count(y) > 0); /* empty ones first */
}

/* No gap, no overlap, no bytes left over, no duplicate name. */
static bool vrp_safetensors_check(const vrp_safetensors_reader *r, vr_arrays *out) {
    const uint8_t *at = r->data.data;
    const char *path = r->doc->path;
    const int64_t repeated = vrp_arrays_repeated(out);
    if (repeated >= 0)
        return vr_fail(r->err, VR_ERR_FORMAT, "%s: duplicate tensor '%s'", path, out->items[repeated].name);
    vr_arena_mark mark = vr_arena_here(r->arena);
    const vr_array **order = VR_NEW(r->arena, const vr_array *, out->count);
    for (int64_t i = 0; i < out->count; i++) order[i] = &out->items[i];
    qsort(order, (size_t)out->count, sizeof *order, vrp_safetensors_by_place);
    const int64_t header =
        r->data.data - (const uint8_t *)r->doc->text.data + 8; /* bytes of the file before the data */
    for (int64_t i = 0; i < out->count; i++) {
        if (order[i]->data != at)
            return vr_fail(r->err, VR_ERR_FORMAT, "%s: byte %lld: '%s' begins %s", path,
                           (long long)(header + ((const uint8_t *)order[i]->data - r->data.data)),
                           order[i]->name,
                           (const uint8_t *)order[i]->data > at ? "after a gap" : "inside of another tensor");
        at += vr_array_count(order[i]) * vr_dtype_size(order[i]->dtype);
    }
    vr_arena_rewind(r->arena, mark);
    const int64_t left = r->data.size - (at - r->data.data);
    if (left == 0) return true;
    return vr_fail(r->err, VR_ERR_FORMAT, "%s: byte %lld: %lld bytes follow the last tensor", path,
                   (long long)(header + (at - r->data.data)), (long long)left);
}

static bool vrp_safetensors_read(const vrp_safetensors_reader *r, vr_arrays *out) {
    const vr_json *root = r->doc->root;
    if (root->type != VR_JSON_OBJECT) return vr_json_fail(r->doc, root, r->err, "expected an object");
    out->items = VR_NEW(r->arena, vr_array, root->count);
    bool has_metadata = false;
    for (const vr_json *k = vr_json_first(root); k; k = vr_json_next(root, k)) {
        if (strcmp(k->string, "__metadata__") != 0) {
            if (!vrp_safetensors_entry(r, &out->items[out->count++], k)) return false;
            continue;
        }
        if (has_metadata) return vr_json_fail(r->doc, k, r->err, "duplicate key '__metadata__'");
        has_metadata = true;
        if (!vrp_safetensors_metadata(r, out, vr_json_value(k))) return false;
    }
    return vrp_safetensors_check(r, out);
}

bool vrp_safetensors_parse(vr_arena *arena, vr_arrays *arrays, vr_bytes bytes, const char *path,
                           vr_err *err) {
    *arrays = (vr_arrays){0};
    uint64_t n = 0;
    if (bytes.size < 8)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: unexpected end of file", path,
                       (long long)bytes.size);
    for (int i = 7; i >= 0; i--) n = n << 8 | bytes.data[i];
    if (n > VRP_HEADER_MAX || (int64_t)n > bytes.size - 8)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte 0: declares a header of %llu bytes, the file has %lld",
                       path, (unsigned long long)n, (long long)bytes.size);
    if (n == 0 || bytes.data[8] != '{')
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte 8: not a safetensors header", path);
    vr_arena scratch = {0};
    vr_arena_mark mark = vr_arena_here(arena);
    vr_json_doc doc;
    vr_arrays out = {.path = vr_arena_string(arena, path, (int64_t)strlen(path))};
    const vr_bytes header = {.data = bytes.data + 8, .size = (int64_t)n};
    const vrp_safetensors_reader r = {.arena = arena,
                                      .doc = &doc,
                                      .data = {.data = header.data + n, .size = bytes.size - 8 - (int64_t)n},
                                      .err = err};
    bool ok = vr_json_parse(&scratch, &doc, header, path, err) && vrp_safetensors_read(&r, &out);
    if (ok)
        *arrays = out;
    else
        vr_arena_rewind(arena, mark);
    vr_arena_free(&scratch);
    return ok;
}

/* ---- writing ---- */

/* The reference sorts by its list of types, from the end, then by name. */
static int vrp_safetensors_rank(vr_dtype dtype) {
    static const vr_dtype order[] = {VR_U64, VR_I64, VR_F64, VR_F32, VR_U32, VR_I32, VR_BF16,
                                     VR_F16, VR_U16, VR_I16, VR_I8,  VR_U8,  VR_BOOL};
    int rank = 0;
    while (rank < VR_DTYPE_COUNT && order[rank] != dtype) rank++;
    return rank;
}

static int vrp_safetensors_by_type(const void *a, const void *b) {
    const vr_array *x = *(const vr_array *const *)a, *y = *(const vr_array *const *)b;
    int order = vrp_safetensors_rank(x->dtype) - vrp_safetensors_rank(y->dtype);
    return order != 0 ? order : strcmp(x->name, y->name);
}

static void vrp_safetensors_header(vr_text *t, const vr_arrays *arrays, const vr_array *const *order) {
    vr_text_add(t, "{");
    if (arrays->meta_count > 0) vr_text_add(t, "\"__metadata__\":{");
    for (int64_t i = 0; i < arrays->meta_count; i++) {
        if (i > 0) vr_text_add(t, ",");
        vr_json_string(t, arrays->meta_keys[i]);
        vr_text_add(t, ":");
        vr_json_string(t, arrays->meta_values[i]);
    }
    if (arrays->meta_count > 0) vr_text_add(t, arrays->count > 0 ? "}," : "}");
    int64_t at = 0;
    for (int64_t i = 0; i < arrays->count; i++) {
        const vr_array *a = order[i];
        const int64_t from = at;
        at += vr_array_count(a) * vr_dtype_size(a->dtype);
        if (i > 0) vr_text_add(t, ",");
        vr_json_string(t, a->name);
        vr_text_printf(t, ":{\"dtype\":\"%s\",\"shape\":[", vrp_dtype_name(a->dtype));
        for (int d = 0; d < a->ndim; d++)
            vr_text_printf(t, "%s%lld", d > 0 ? "," : "", (long long)a->shape[d]);
        vr_text_printf(t, "],\"data_offsets\":[%lld,%lld]}", (long long)from, (long long)at);
    }
    vr_text_add(t, "}");
    while (t->size % 8 != 0) vr_text_add(t, " ");
}

bool vrp_safetensors_format(vr_arena *arena, vr_bytes *out, const vr_arrays *arrays, vr_err *err) {
    *out = (vr_bytes){0};
    vr_arena scratch = {0};
    const vr_array **order = VR_NEW(&scratch, const vr_array *, arrays->count);
    const int64_t repeated = vrp_arrays_repeated(arrays);
    const char *bad = repeated >= 0 ? arrays->items[repeated].name : NULL;
    int64_t size = 0;
    for (int64_t i = 0; i < arrays->count && !bad; i++) {
        const vr_array *a = order[i] = &arrays->items[i];
        size += vr_array_count(a) * vr_dtype_size(a->dtype);
        if (strcmp(a->name, "__metadata__") == 0 || !vrp_json_is_utf8(a->name)) bad = a->name;
    }
    if (bad) {
        vr_fail(err, VR_ERR_ARGUMENT, "'%s': the name is a duplicate, reserved or not UTF-8", bad);
        vr_arena_free(&scratch);
        return false;
    }
    qsort(order, (size_t)arrays->count, sizeof *order, vrp_safetensors_by_type);
    vr_text header = {.arena = &scratch};
    vrp_safetensors_header(&header, arrays, order);
    uint8_t *data = (uint8_t *)vr_arena_alloc(arena, 8 + header.size + size, 1), *p = data;
    for (int i = 0; i < 8; i++) *p++ = (uint8_t)((uint64_t)header.size >> 8 * i);
    memcpy(p, header.data, (size_t)header.size);
    p += header.size;
    for (int64_t i = 0; i < arrays->count; i++) {
        vrp_array_to_bytes(p, order[i]);
        p += vr_array_count(order[i]) * vr_dtype_size(order[i]->dtype);
    }
    *out = (vr_bytes){.data = data, .size = p - data};
    vr_arena_free(&scratch);
    return true;
}

bool vrp_safetensors_save(const char *path, const vr_arrays *arrays, vr_err *err) {
    vr_arena scratch = {0};
    vr_bytes bytes;
    bool ok = vrp_safetensors_format(&scratch, &bytes, arrays, err) &&
              vr_file_write(path, bytes.data, bytes.size, err);
    vr_arena_free(&scratch);
    return ok;
}

#undef VRP_HEADER_MAX
