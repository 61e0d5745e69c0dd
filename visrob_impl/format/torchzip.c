/* format/torchzip.c: a checkpoint is a pickle that refers to storages, and the storages.
 *
 * There are two containers: a zip with data.pkl and data/KEY (since PyTorch 1.6), and the legacy one of four pickles
 * (magic number, version, machine, tree), the list of keys and the storages one after the other. The same code walks
 * the tree twice, once to count and check sizes and once to fill what was counted, so that malicious sharing (a list of
 * ten times a list of ten times ...) is detected before memory is allocated.
 * Every name in the pickle has to be in the table below, which says what it does. */
#include "torchzip_impl.h"
#include "../base/text.h"
#include "array_impl.h"
#include "json.h"
#include "pickle_impl.h"
#include "zip_impl.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define VRP_DEPTH        100
#define VRP_NAME         1024
#define VRP_REPEATED_MAX ((int64_t)1 << 28)
#define VRP_UNPACKED_MAX ((int64_t)4 << 30)

/* ---- the names that a checkpoint may contain ---- */

typedef enum vrp_torch_role {
    VRP_FOREIGN,
    VRP_TENSOR,    /* (storage, offset, size, stride, ...) */
    VRP_TENSOR_AS, /* the same; the seventh argument is the element type */
    VRP_FROM_TYPE, /* (function, type, arguments, state) */
    VRP_FIRST,     /* its first argument: a parameter, a size, a set */
    VRP_MAP,       /* its items, and those of a dictionary or of pairs in its first argument */
    VRP_STATE,     /* its state, a dictionary */
    VRP_WORD,      /* its first argument as text: a device, a numpy type */
    VRP_PATH,      /* its arguments, joined by '/' */
    VRP_ENCODE,    /* (text, "latin1"): bytes, in pickles for Python 2 */
    VRP_SCALAR,    /* (numpy type, bytes) */
    VRP_NDARRAY,   /* state (version, shape, numpy type, Fortran order, bytes) */
    VRP_STORAGE,   /* elements of `dtype` */
    VRP_DTYPE,     /* the element type itself */
    VRP_PAST,      /* a value beside the weights that is not needed: "datetime.date(...)" */
    VRP_QUANTIZED, /* of a quantized model */
    VRP_NAME_ONLY  /* may be referred to, not called */
} vrp_torch_role;

enum { VRP_UNTYPED = -1, VRP_UNREAD = -2 }; /* in place of a vr_dtype */

typedef struct vrp_torch_global {
    const char *name;
    vrp_torch_role role;
    int dtype;
} vrp_torch_global;

#define VRP_STORED(storage, type, dtype)                                                                     \
    {"torch " storage "Storage", VRP_STORAGE, dtype}, {"torch.cuda " storage "Storage", VRP_STORAGE, dtype}, \
        {"torch " type, VRP_DTYPE, dtype},

static const vrp_torch_global vrp_torch_globals[] = {
    {"torch._utils _rebuild_tensor_v2", VRP_TENSOR, 0},
    {"torch._utils _rebuild_tensor", VRP_TENSOR, 0},
    {"torch._utils _rebuild_tensor_v3", VRP_TENSOR_AS, 0},
    {"torch._utils _rebuild_parameter", VRP_FIRST, 0},
    {"torch._utils _rebuild_parameter_with_state", VRP_FIRST, 0},
    {"torch._tensor _rebuild_from_type_v2", VRP_FROM_TYPE, 0},
    {"collections OrderedDict", VRP_MAP, 0},
    {"collections defaultdict", VRP_MAP, 0},
    {"collections Counter", VRP_MAP, 0},
    {"builtins dict", VRP_MAP, 0},
    {"__builtin__ dict", VRP_MAP, 0},
    {"torch Size", VRP_FIRST, 0},
    {"builtins set", VRP_FIRST, 0},
    {"__builtin__ set", VRP_FIRST, 0},
    {"builtins list", VRP_FIRST, 0},
    {"__builtin__ list", VRP_FIRST, 0},
    {"argparse Namespace", VRP_STATE, 0},
    {"types SimpleNamespace", VRP_STATE, 0},
    {"torch device", VRP_WORD, 0},
    {"numpy dtype", VRP_WORD, 0},
    {"pathlib PosixPath", VRP_PATH, 0},
    {"pathlib WindowsPath", VRP_PATH, 0},
    {"pathlib._local PosixPath", VRP_PATH, 0},
    {"pathlib._local WindowsPath", VRP_PATH, 0},
    {"pathlib PurePosixPath", VRP_PATH, 0},
    {"pathlib PureWindowsPath", VRP_PATH, 0},
    {"datetime datetime", VRP_PAST, 0},
    {"datetime date", VRP_PAST, 0},
    {"datetime time", VRP_PAST, 0},
    {"datetime timedelta", VRP_PAST, 0},
    {"datetime timezone", VRP_PAST, 0},
    {"builtins complex", VRP_PAST, 0},
    {"__builtin__ complex", VRP_PAST, 0},
    {"builtins bytearray", VRP_PAST, 0},
    {"__builtin__ bytearray", VRP_PAST, 0},
    {"builtins slice", VRP_PAST, 0},
    {"__builtin__ slice", VRP_PAST, 0},
    {"builtins range", VRP_PAST, 0},
    {"__builtin__ xrange", VRP_PAST, 0},
    {"builtins frozenset", VRP_FIRST, 0},
    {"__builtin__ frozenset", VRP_FIRST, 0},
    {"builtins tuple", VRP_FIRST, 0},
    {"__builtin__ tuple", VRP_FIRST, 0},
    {"decimal Decimal", VRP_PAST, 0},
    {"fractions Fraction", VRP_PAST, 0},
    {"torch._utils _rebuild_qtensor", VRP_QUANTIZED, 0},
    {"torch QInt8Storage", VRP_QUANTIZED, 0},
    {"torch QUInt8Storage", VRP_QUANTIZED, 0},
    {"torch QInt32Storage", VRP_QUANTIZED, 0},
    {"torch QUInt4x2Storage", VRP_QUANTIZED, 0},
    {"torch per_tensor_affine", VRP_QUANTIZED, 0},
    {"torch per_channel_affine", VRP_QUANTIZED, 0},
    {"torch qint8", VRP_QUANTIZED, 0},
    {"torch quint8", VRP_QUANTIZED, 0},
    {"_codecs encode", VRP_ENCODE, 0},
    {"numpy.core.multiarray scalar", VRP_SCALAR, 0},
    {"numpy._core.multiarray scalar", VRP_SCALAR, 0},
    {"numpy.core.multiarray _reconstruct", VRP_NDARRAY, 0},
    {"numpy._core.multiarray _reconstruct", VRP_NDARRAY, 0},
    {"numpy ndarray", VRP_NAME_ONLY, 0},
    {"torch Tensor", VRP_NAME_ONLY, 0},
    {"torch.nn.parameter Parameter", VRP_NAME_ONLY, 0},
    {"torch.nn.parameter Buffer", VRP_NAME_ONLY, 0},
    {"builtins int", VRP_NAME_ONLY, 0},
    {"builtins float", VRP_NAME_ONLY, 0},
    {"builtins str", VRP_NAME_ONLY, 0},
    {"builtins bool", VRP_NAME_ONLY, 0},
    {"__builtin__ int", VRP_NAME_ONLY, 0},
    {"__builtin__ long", VRP_NAME_ONLY, 0},
    {"__builtin__ float", VRP_NAME_ONLY, 0},
    {"__builtin__ str", VRP_NAME_ONLY, 0},
    {"__builtin__ bool", VRP_NAME_ONLY, 0},
    VRP_STORED("Float", "float32", VR_F32) VRP_STORED("Half", "float16", VR_F16)
        VRP_STORED("BFloat16", "bfloat16", VR_BF16) VRP_STORED("Double", "float64", VR_F64) VRP_STORED(
            "Long", "int64", VR_I64) VRP_STORED("Int", "int32", VR_I32) VRP_STORED("Short", "int16", VR_I16)
            VRP_STORED("Char", "int8", VR_I8) VRP_STORED("Byte", "uint8", VR_U8)
                VRP_STORED("Bool", "bool", VR_BOOL) VRP_STORED("ComplexFloat", "complex64", VRP_UNREAD)
                    VRP_STORED("ComplexDouble", "complex128", VRP_UNREAD){"torch uint16", VRP_DTYPE, VR_U16},
    {"torch uint32", VRP_DTYPE, VR_U32},
    {"torch uint64", VRP_DTYPE, VR_U64},
    {"torch float8_e4m3fn", VRP_DTYPE, VRP_UNREAD},
    {"torch float8_e5m2", VRP_DTYPE, VRP_UNREAD},
    {"torch.storage UntypedStorage", VRP_STORAGE, VRP_UNTYPED},
    {"torch.storage TypedStorage", VRP_STORAGE, VRP_UNTYPED},
};

static vrp_torch_global vrp_torch_find(vrp_pickle_value v) {
    if (v.kind == VRP_PICKLE_GLOBAL)
        for (size_t i = 0; i < sizeof vrp_torch_globals / sizeof *vrp_torch_globals; i++)
            if (vrp_pickle_is(v, vrp_torch_globals[i].name)) return vrp_torch_globals[i];
    return (vrp_torch_global){.name = "", .role = VRP_FOREIGN};
}

/* ---- the reader ---- */

/* A storage of the legacy container. */
typedef struct vrp_torch_storage {
    vrp_pickle_value key;
    const uint8_t *data;
    int64_t size, numel;
    int dtype;
} vrp_torch_storage;

typedef struct vrp_torch_reader {
    vr_arena *arena, scratch;
    const char *path, *where; /* messages name `where` and base + the byte of the pickle */
    int64_t base;
    bool is_zip;
    vrp_zip zip;
    const char *folder; /* in the zip, with its '/' */
    vr_bytes *unpacked; /* by entry of the zip: the deflated ones that were read */
    int64_t unpacked_size;
    vrp_torch_storage *storages; /* of the legacy container, by number of their key */
    vr_names storage_names;
    /* the walk */
    bool filling;
    int depth;
    char name[VRP_NAME];
    int64_t name_size;
    int64_t work, work_max; /* steps and bytes of the walk so far, and at most */
    int64_t text_size;
    char *text;
    vr_arrays out;
    vr_err *err;
} vrp_torch_reader;

static bool vrp_torch_fail(vrp_torch_reader *r, vr_err_code code, vrp_pickle_value v, const char *what) {
    return vr_fail(r->err, code, "%s: byte %lld: '%s': %s", r->where, (long long)(r->base + v.at), r->name,
                   what);
}

/* ---- parts of values ---- */

static bool vrp_torch_is_bytes(vrp_pickle_value v) {
    return v.kind == VRP_PICKLE_TEXT || v.kind == VRP_PICKLE_BYTES;
}

static int64_t vrp_torch_arg_count(vrp_pickle_value object) { return object.node->args.node->count; }
static vrp_pickle_value vrp_torch_arg(vrp_pickle_value object, int64_t i) {
    if (object.kind != VRP_PICKLE_OBJECT || i >= vrp_torch_arg_count(object))
        return (vrp_pickle_value){.at = object.at};
    return object.node->args.node->items[i];
}

/* The i-th item of a tuple or list, or NONE. */
static vrp_pickle_value vrp_torch_item(vrp_pickle_value v, int64_t i) {
    if ((v.kind != VRP_PICKLE_TUPLE && v.kind != VRP_PICKLE_LIST) || i >= v.node->count)
        return (vrp_pickle_value){.at = v.at};
    return v.node->items[i];
}

/* Raw bytes: BYTES, a str of Python 2, or text encoded as latin1 (each character one byte). */
static bool vrp_torch_bytes(vrp_torch_reader *r, vr_arena *arena, vr_bytes *out, vrp_pickle_value v) {
    if (vrp_torch_is_bytes(v)) {
        *out = (vr_bytes){.data = (const uint8_t *)v.text, .size = v.bytes};
        return true;
    }
    vrp_pickle_value text = vrp_torch_arg(v, 0);
    if (v.kind != VRP_PICKLE_OBJECT || vrp_torch_find(v.node->callable).role != VRP_ENCODE ||
        text.kind != VRP_PICKLE_TEXT || !vrp_pickle_is(vrp_torch_arg(v, 1), "latin1"))
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "expected bytes");
    r->work += text.bytes;
    uint8_t *data = (uint8_t *)vr_arena_alloc(arena, text.bytes, 1);
    int64_t n = 0;
    for (int32_t i = 0; i < text.bytes; i++) {
        uint8_t c = (uint8_t)text.text[i];
        if (c >= 0x80) { /* U+0080 .. U+00FF are C2/C3 and one more */
            if ((c != 0xc2 && c != 0xc3) || i + 1 == text.bytes || ((uint8_t)text.text[i + 1] & 0xc0) != 0x80)
                return vrp_torch_fail(r, VR_ERR_FORMAT, v, "text that is not latin1");
            c = (uint8_t)(c << 6 | ((uint8_t)text.text[++i] & 0x3f));
        }
        data[n++] = c;
    }
    *out = (vr_bytes){.data = data, .size = n};
    return true;
}

/* The element type of numpy.dtype("f8", False, True) with its state (3, "<", ...). */
static bool vrp_torch_numpy_dtype(vrp_torch_reader *r, vr_dtype *dtype, vrp_pickle_value v) {
    static const char *const codes[VR_DTYPE_COUNT] = {
#define X(name, bytes, safetensors, npy) npy,
        VR_DTYPES(X)
#undef X
    };
    vrp_pickle_value code = vrp_torch_arg(v, 0);
    if (v.kind != VRP_PICKLE_OBJECT || vrp_torch_find(v.node->callable).role != VRP_WORD ||
        code.kind != VRP_PICKLE_TEXT)
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "expected a numpy type");
    bool big = vrp_pickle_is(vrp_torch_item(v.node->state, 1), ">");
    for (int d = 0; d < VR_DTYPE_COUNT && !big; d++)
        if (codes[d][0] && vrp_pickle_is(code, codes[d] + 1)) {
            *dtype = (vr_dtype)d;
            return true;
        }
    return vrp_torch_fail(r, VR_ERR_UNSUPPORTED, v, "unsupported numpy type");
}

/* ---- storages ---- */

/* A persistent id: ("storage", class, key, place, number of elements[, view]). */
static bool vrp_torch_storage_id(vrp_torch_reader *r, vrp_torch_storage *s, vrp_pickle_value v) {
    *s = (vrp_torch_storage){0};
    vrp_pickle_value id = v.kind == VRP_PICKLE_PERSISTENT ? v.node->items[0] : v;
    vrp_torch_global class = vrp_torch_find(vrp_torch_item(id, 1));
    vrp_pickle_value numel = vrp_torch_item(id, 4);
    s->key = vrp_torch_item(id, 2);
    s->dtype = class.dtype;
    s->numel = numel.integer;
    if (v.kind != VRP_PICKLE_PERSISTENT || !vrp_pickle_is(vrp_torch_item(id, 0), "storage") ||
        class.role != VRP_STORAGE || s->key.kind != VRP_PICKLE_TEXT ||
        memchr(s->key.text, 0, (size_t)s->key.bytes) || s->key.bytes > 255 || numel.kind != VRP_PICKLE_INT ||
        s->numel < 0)
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "malformed storage");
    if (s->dtype == VRP_UNREAD)
        s->size = -1;
    else if (!vr_size_mul(&s->size, s->numel,
                          s->dtype == VRP_UNTYPED ? 1 : vr_dtype_size((vr_dtype)s->dtype)))
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "storage of more than 2^63 bytes");
    return true;
}

/* Finds the bytes of s->key in the zip. */
static bool vrp_torch_from_zip(vrp_torch_reader *r, vrp_torch_storage *s, vrp_pickle_value v) {
    char name[VRP_NAME];
    snprintf(name, sizeof name, "%sdata/%.*s", r->folder, (int)s->key.bytes, s->key.text);
    const vrp_zip_entry *e = vrp_zip_find(&r->zip, name);
    if (!e) return vrp_torch_fail(r, VR_ERR_FORMAT, v, "missing storage");
    if (e->size != s->size)
        return vr_fail(r->err, VR_ERR_FORMAT,
                       "%s: byte %lld: '%s': expected a storage of %lld bytes, '%s' has %lld", r->where,
                       (long long)(r->base + v.at), r->name, (long long)s->size, name, (long long)e->size);
    s->data = r->zip.file.data + e->at;
    if (e->method == 0) return true; /* not read here: a weight is read when it is first used */
    vr_bytes *unpacked = &r->unpacked[e - r->zip.entries];
    if (!unpacked->data) {
        if (e->size > VRP_UNPACKED_MAX - r->unpacked_size)
            return vr_fail(r->err, VR_ERR_LIMIT, "%s: '%s': over 4 GiB to decompress", r->path, r->name);
        r->unpacked_size += e->size;
        if (!vrp_zip_read(r->arena, unpacked, &r->zip, e, e->size, r->err)) return false;
    }
    s->data = unpacked->data;
    return true;
}

/* Finds the bytes of s->key among the storages of the legacy container; a view begins inside of its storage. */
static bool vrp_torch_from_list(vrp_torch_reader *r, vrp_torch_storage *s, vrp_pickle_value v) {
    const int64_t number = vr_names_find(&r->storage_names, s->key.text, s->key.bytes);
    const vrp_torch_storage *found = number >= 0 ? &r->storages[number] : NULL;
    if (!found || !found->data) return vrp_torch_fail(r, VR_ERR_FORMAT, v, "missing storage");
    if (found->size != s->size || found->dtype != s->dtype)
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "storage with two different sizes");
    s->data = found->data;
    vrp_pickle_value view = vrp_torch_item(v.node->items[0], 5), offset = vrp_torch_item(view, 1),
                     numel = vrp_torch_item(view, 2);
    if (view.kind == VRP_PICKLE_NONE) return true;
    if (offset.kind != VRP_PICKLE_INT || numel.kind != VRP_PICKLE_INT || offset.integer < 0 ||
        numel.integer < 0 || offset.integer > s->numel || numel.integer > s->numel - offset.integer)
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "view outside of its storage");
    int64_t size = s->numel > 0 ? s->size / s->numel : 0;
    s->data += offset.integer * size;
    s->size = numel.integer * size;
    s->numel = numel.integer;
    return true;
}

/* ---- results ---- */

/* A copy of n bytes and a 0 in the pool of texts; in the counting pass only their size is counted. */
static const char *vrp_torch_text(vrp_torch_reader *r, const char *s, int64_t n) {
    r->work += n;
    r->text_size += n + 1;
    if (!r->filling) return NULL;
    char *to = r->text + r->text_size - n - 1;
    memcpy(to, s, (size_t)n);
    to[n] = 0;
    return to;
}

static bool vrp_torch_meta(vrp_torch_reader *r, vrp_pickle_value v, const char *s, int64_t n) {
    if (memchr(s, 0, (size_t)n)) return vrp_torch_fail(r, VR_ERR_FORMAT, v, "text with a zero byte");
    const char *key = vrp_torch_text(r, r->name, r->name_size), *value = vrp_torch_text(r, s, n);
    r->work += 8;
    int64_t i = r->out.meta_count++;
    if (r->filling) r->out.meta_keys[i] = key, r->out.meta_values[i] = value;
    return true;
}

static bool vrp_torch_meta_text(vrp_torch_reader *r, vrp_pickle_value v, const char *s) {
    return vrp_torch_meta(r, v, s, (int64_t)strlen(s));
}

/* The fewest digits that read back as the same number, with a point in any locale. */
static void vrp_torch_float_text(vrp_torch_reader *r, char *out, size_t room, double x) {
    const vr_arena_mark mark = vr_arena_here(&r->scratch);
    vr_text t = {.arena = &r->scratch};
    if (isfinite(x)) vr_json_real(&t, x);
    snprintf(out, room, "%s", isfinite(x) ? t.data : isnan(x) ? "nan" : x > 0 ? "inf" : "-inf");
    vr_arena_rewind(&r->scratch, mark);
}

static bool vrp_torch_meta_float(vrp_torch_reader *r, vrp_pickle_value v, double x) {
    char s[40];
    vrp_torch_float_text(r, s, sizeof s, x);
    return vrp_torch_meta_text(r, v, s);
}

static bool vrp_torch_meta_int(vrp_torch_reader *r, vrp_pickle_value v, int64_t i) {
    char s[32];
    snprintf(s, sizeof s, "%lld", (long long)i);
    return vrp_torch_meta_text(r, v, s);
}

/* An integer of more than 64 bits, in hexadecimal. */
static bool vrp_torch_meta_long(vrp_torch_reader *r, vrp_pickle_value v) {
    char s[2 + 2 * 64 + 1] = "0x";
    if (v.bytes > 64)
        return vrp_torch_fail(r, VR_ERR_UNSUPPORTED, v, "unsupported: integer of more than 512 bits");
    for (int32_t i = 0; i < v.bytes; i++)
        snprintf(s + 2 + 2 * i, 3, "%02x", (unsigned)(uint8_t)v.text[v.bytes - 1 - i]);
    return vrp_torch_meta_text(r, v, s);
}

static void vrp_torch_array(vrp_torch_reader *r, vr_array a) {
    a.name = vrp_torch_text(r, r->name, r->name_size);
    r->work += 32; /* a vr_array is larger than its name */
    int64_t i = r->out.count++;
    if (r->filling) r->out.items[i] = a;
}

/* ---- tensors ---- */

/* Reads size and stride; the last element has to lie in the storage's `numel` elements. */
static bool vrp_torch_shape(vrp_torch_reader *r, vr_array *a, vrp_pickle_value v, int64_t offset,
                            int64_t numel) {
    vrp_pickle_value size = vrp_torch_arg(v, 2), stride = vrp_torch_arg(v, 3);
    if (size.kind != VRP_PICKLE_TUPLE || stride.kind != VRP_PICKLE_TUPLE ||
        size.node->count != stride.node->count)
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "expected a shape");
    if (size.node->count > VR_ARRAY_MAX_DIMS)
        return vrp_torch_fail(r, VR_ERR_UNSUPPORTED, v, "unsupported: more than 8 dimensions");
    int64_t sizes[VR_ARRAY_MAX_DIMS] = {0}, last = offset;
    const int ndim = (int)size.node->count;
    for (int d = 0; d < ndim; d++) {
        vrp_pickle_value n = size.node->items[d], step = stride.node->items[d];
        sizes[d] =
            n.kind == VRP_PICKLE_INT && step.kind == VRP_PICKLE_INT && step.integer >= 0 ? n.integer : -1;
    }
    if (!vrp_array_set_shape(a, ndim, sizes))
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "invalid size or stride");
    const int64_t count = vr_array_count(a);
    bool fits = true;
    for (int d = 0; d < ndim; d++) {
        int64_t reach = 0;
        a->stride[d] = stride.node->items[d].integer;
        fits = fits && vr_size_mul(&reach, vr_max(sizes[d] - 1, 0), a->stride[d]) &&
               vr_size_add(&last, last, reach);
    }
    if (!fits || (count > 0 && last >= numel))
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "ends beyond its storage");
    if (count > vr_max(numel, VRP_REPEATED_MAX))
        return vrp_torch_fail(r, VR_ERR_LIMIT, v, "repeats its storage to over 2^28 elements");
    return true;
}

static bool vrp_torch_tensor(vrp_torch_reader *r, vrp_pickle_value v, bool typed) {
    if (!r->filling) {
        vrp_torch_array(r, (vr_array){0});
        return true;
    }
    vrp_torch_storage s;
    vrp_pickle_value id = vrp_torch_arg(v, 0), offset = vrp_torch_arg(v, 1);
    if (!vrp_torch_storage_id(r, &s, id)) return false;
    vrp_torch_global type = vrp_torch_find(vrp_torch_arg(v, 6));
    if (typed && type.role != VRP_DTYPE)
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "expected an element type");
    const int dtype = typed ? type.dtype : s.dtype;
    if (dtype < 0 || s.size < 0) return vrp_torch_fail(r, VR_ERR_UNSUPPORTED, v, "unsupported element type");
    if (r->is_zip ? !vrp_torch_from_zip(r, &s, id) : !vrp_torch_from_list(r, &s, id)) return false;
    vr_array a = {.dtype = (vr_dtype)dtype};
    const int64_t size = vr_dtype_size(a.dtype);
    if (offset.kind != VRP_PICKLE_INT || offset.integer < 0 || offset.integer > s.size / size)
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "begins beyond its storage");
    if (!vrp_torch_shape(r, &a, v, offset.integer, s.size / size)) return false;
    a.data = s.data + offset.integer * size;
    vrp_torch_array(r, a);
    return true;
}

/* A numpy scalar as metadata. */
static bool vrp_torch_scalar(vrp_torch_reader *r, vrp_pickle_value v) {
    vr_dtype dtype;
    vr_bytes b;
    if (!vrp_torch_numpy_dtype(r, &dtype, vrp_torch_arg(v, 0))) return false;
    if (!vrp_torch_bytes(r, &r->scratch, &b, vrp_torch_arg(v, 1))) return false;
    if (b.size != vr_dtype_size(dtype))
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "scalar of the wrong size");
    const vr_array a = {.data = b.data, .dtype = dtype};
    double x;
    float f;
    int64_t i;
    if (dtype == VR_F64) return memcpy(&x, b.data, sizeof x), vrp_torch_meta_float(r, v, x);
    if (dtype == VR_F32 || dtype == VR_F16)
        return vrp_array_to_f32(&f, &a), vrp_torch_meta_float(r, v, (double)f);
    vr_err overflow = {0};
    if (!vr_array_to_i64(&i, &a, &overflow)) return vrp_torch_fail(r, VR_ERR_UNSUPPORTED, v, "over 2^63-1");
    if (dtype == VR_BOOL) return vrp_torch_meta_text(r, v, i ? "True" : "False");
    return vrp_torch_meta_int(r, v, i);
}

static bool vrp_torch_ndarray(vrp_torch_reader *r, vrp_pickle_value v) {
    if (!r->filling) {
        vrp_torch_array(r, (vr_array){0});
        return true;
    }
    vrp_pickle_value state = v.node->state, shape = vrp_torch_item(state, 1),
                     fortran = vrp_torch_item(state, 3);
    vr_array a = {0};
    vr_bytes b;
    if (shape.kind != VRP_PICKLE_TUPLE || fortran.kind != VRP_PICKLE_BOOL)
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "expected a shape");
    if (shape.node->count > VR_ARRAY_MAX_DIMS)
        return vrp_torch_fail(r, VR_ERR_UNSUPPORTED, v, "unsupported: more than 8 dimensions");
    if (!vrp_torch_numpy_dtype(r, &a.dtype, vrp_torch_item(state, 2))) return false;
    if (!vrp_torch_bytes(r, r->arena, &b, vrp_torch_item(state, 4))) return false;
    a.data = b.data;
    const int ndim = (int)shape.node->count;
    int64_t sizes[VR_ARRAY_MAX_DIMS];
    for (int d = 0; d < ndim; d++)
        sizes[d] = shape.node->items[d].kind == VRP_PICKLE_INT ? shape.node->items[d].integer : -1;
    if (!vrp_array_set_shape(&a, ndim, sizes) || vr_array_count(&a) * vr_dtype_size(a.dtype) != b.size)
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "shape and bytes differ in size");
    if (fortran.integer) vrp_array_set_fortran(&a);
    vrp_torch_array(r, a);
    return true;
}

/* ---- the walk ---- */

static bool vrp_torch_walk(vrp_torch_reader *r, vrp_pickle_value v);

/* Walks v under the current name, a dot and s. */
static bool vrp_torch_under(vrp_torch_reader *r, vrp_pickle_value v, const char *s, int64_t n) {
    const int64_t before = r->name_size;
    if (n + 2 > VRP_NAME - before) return vrp_torch_fail(r, VR_ERR_LIMIT, v, "key of more than 1,023 bytes");
    if (memchr(s, 0, (size_t)n)) return vrp_torch_fail(r, VR_ERR_FORMAT, v, "key with a zero byte");
    if (before > 0) r->name[r->name_size++] = '.';
    memcpy(r->name + r->name_size, s, (size_t)n);
    r->name_size += n;
    r->name[r->name_size] = 0;
    bool ok = vrp_torch_walk(r, v);
    r->name_size = before;
    r->name[before] = 0;
    return ok;
}

static bool vrp_torch_sequence(vrp_torch_reader *r, const vrp_pickle_node *n) {
    for (int64_t i = 0; i < n->count; i++) {
        char s[24];
        int length = snprintf(s, sizeof s, "%lld", (long long)i);
        if (!vrp_torch_under(r, n->items[i], s, length)) return false;
    }
    return true;
}

static bool vrp_torch_pair(vrp_torch_reader *r, vrp_pickle_value key, vrp_pickle_value value) {
    char s[32];
    switch (key.kind) {
    case VRP_PICKLE_TEXT:
    case VRP_PICKLE_BYTES:
        return vrp_torch_under(r, value, key.text, key.bytes);
    case VRP_PICKLE_INT:
        snprintf(s, sizeof s, "%lld", (long long)key.integer);
        break;
    case VRP_PICKLE_BOOL:
        snprintf(s, sizeof s, "%s", key.integer ? "True" : "False");
        break;
    case VRP_PICKLE_FLOAT:
        vrp_torch_float_text(r, s, sizeof s, key.number);
        break;
    case VRP_PICKLE_NONE:
        snprintf(s, sizeof s, "None");
        break;
    default:
        return vrp_torch_fail(r, VR_ERR_UNSUPPORTED, key,
                              "unsupported: key that is neither text nor a number");
    }
    return vrp_torch_under(r, value, s, (int64_t)strlen(s));
}

static bool vrp_torch_pairs(vrp_torch_reader *r, const vrp_pickle_node *n) {
    for (int64_t i = 0; i + 1 < n->count; i += 2)
        if (!vrp_torch_pair(r, n->items[i], n->items[i + 1])) return false;
    return true;
}

/* OrderedDict([[key, value], ...]) of Python 2, Counter({...}), defaultdict(function, {...}), and their items. */
static bool vrp_torch_map(vrp_torch_reader *r, vrp_pickle_value v) {
    for (int64_t k = 0; k < vrp_torch_arg_count(v); k++) {
        vrp_pickle_value arg = vrp_torch_arg(v, k);
        r->work++;
        if (arg.kind == VRP_PICKLE_GLOBAL || arg.kind == VRP_PICKLE_NONE)
            continue; /* defaultdict's function */
        if (arg.kind == VRP_PICKLE_DICT) {
            if (!vrp_torch_pairs(r, arg.node)) return false;
            continue;
        }
        if (arg.kind != VRP_PICKLE_LIST)
            return vrp_torch_fail(r, VR_ERR_FORMAT, v, "expected a dictionary of pairs");
        for (int64_t i = 0; i < arg.node->count; i++) {
            vrp_pickle_value pair = arg.node->items[i];
            if ((pair.kind != VRP_PICKLE_LIST && pair.kind != VRP_PICKLE_TUPLE) || pair.node->count != 2)
                return vrp_torch_fail(r, VR_ERR_FORMAT, v, "expected a dictionary of pairs");
            if (!vrp_torch_pair(r, pair.node->items[0], pair.node->items[1])) return false;
        }
    }
    return vrp_torch_pairs(r, v.node);
}

static bool vrp_torch_path(vrp_torch_reader *r, vrp_pickle_value v) {
    vr_text t = {.arena = &r->scratch};
    for (int64_t i = 0; i < vrp_torch_arg_count(v); i++) {
        vrp_pickle_value part = vrp_torch_arg(v, i);
        if (part.kind != VRP_PICKLE_TEXT)
            return vrp_torch_fail(r, VR_ERR_FORMAT, v, "expected a path of strings");
        if (i > 0 && t.size > 0 && t.data[t.size - 1] != '/') vr_text_add(&t, "/");
        vr_text_bytes(&t, part.text, part.bytes);
        r->work += part.bytes + 1;
    }
    return vrp_torch_meta(r, v, t.size > 0 ? t.data : ".", vr_max(t.size, 1));
}

/* torch._tensor._rebuild_from_type_v2(function, type, arguments, state): the function's object. */
static bool vrp_torch_from_type(vrp_torch_reader *r, vrp_pickle_value v) {
    vrp_pickle_value function = vrp_torch_arg(v, 0), args = vrp_torch_arg(v, 2);
    if (function.kind != VRP_PICKLE_GLOBAL || args.kind != VRP_PICKLE_TUPLE)
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "tensor without arguments");
    vrp_pickle_node node = {.callable = function, .args = args};
    return vrp_torch_walk(r, (vrp_pickle_value){.kind = VRP_PICKLE_OBJECT, .at = v.at, .node = &node});
}

/* "module.name" of a name. */
static void vrp_torch_dotted(char name[VRP_NAME], vrp_pickle_value g) {
    snprintf(name, VRP_NAME, "%.*s", (int)g.bytes, g.text);
    for (char *c = name; *c; c++)
        if (*c == ' ') *c = '.';
}

static bool vrp_torch_foreign(vrp_torch_reader *r, vrp_pickle_value g) {
    char name[VRP_NAME];
    vrp_torch_dotted(name, g);
    return vr_fail(r->err, VR_ERR_UNSUPPORTED,
                   "%s: byte %lld: unsupported class or function %.256s in the pickle; nothing was "
                   "executed (in Python: "
                   "torch.save(model.state_dict(), path) saves only tensors)",
                   r->where, (long long)(r->base + g.at), name);
}

static bool vrp_torch_past(vrp_torch_reader *r, vrp_pickle_value v) {
    char name[VRP_NAME];
    vrp_torch_dotted(name, v.node->callable);
    return vrp_torch_meta_text(r, v, name);
}

static bool vrp_torch_object(vrp_torch_reader *r, vrp_pickle_value v) {
    vrp_pickle_value first = vrp_torch_arg(v, 0), second = vrp_torch_arg(v, 1), state = v.node->state;
    vr_bytes b;
    char s[48];
    r->work += 16; /* for the search in the table of names */
    switch (vrp_torch_find(v.node->callable).role) {
    case VRP_TENSOR:
        return vrp_torch_tensor(r, v, false);
    case VRP_TENSOR_AS:
        return vrp_torch_tensor(r, v, true);
    case VRP_FROM_TYPE:
        return vrp_torch_from_type(r, v);
    case VRP_FIRST:
        return vrp_torch_arg_count(v) == 0 || vrp_torch_walk(r, first);
    case VRP_MAP:
        return vrp_torch_map(r, v);
    case VRP_STATE:
        if (state.kind == VRP_PICKLE_DICT) return vrp_torch_pairs(r, state.node);
        return state.kind == VRP_PICKLE_NONE ||
               vrp_torch_fail(r, VR_ERR_FORMAT, v, "expected a dictionary as state");
    case VRP_WORD:
        if (first.kind != VRP_PICKLE_TEXT) return vrp_torch_fail(r, VR_ERR_FORMAT, v, "expected a name");
        if (second.kind == VRP_PICKLE_INT && vrp_pickle_is(v.node->callable, "torch device")) {
            snprintf(s, sizeof s, "%.*s:%lld", (int)vr_min(first.bytes, 20), first.text,
                     (long long)second.integer);
            return vrp_torch_meta_text(r, v, s);
        }
        return vrp_torch_meta(r, v, first.text, first.bytes);
    case VRP_PATH:
        return vrp_torch_path(r, v);
    case VRP_SCALAR:
        return vrp_torch_scalar(r, v);
    case VRP_NDARRAY:
        return vrp_torch_ndarray(r, v);
    case VRP_PAST:
        return vrp_torch_past(r, v);
    case VRP_FOREIGN: /* one number or string: a member of an Enum */
        if (vrp_torch_arg_count(v) == 1 && vrp_pickle_scalar(first) && state.kind == VRP_PICKLE_NONE &&
            v.node->count == 0)
            return vrp_torch_walk(r, first);
        return vrp_torch_foreign(r, v.node->callable);
    case VRP_ENCODE:
        if (!vrp_torch_bytes(r, &r->scratch, &b, v)) return false;
        snprintf(s, sizeof s, "%lld bytes", (long long)b.size);
        return vrp_torch_meta_text(r, v, s);
    default:
        return vrp_torch_fail(r, VR_ERR_FORMAT, v, "call of a name that is not a function");
    }
}

static bool vrp_torch_value(vrp_torch_reader *r, vrp_pickle_value v) {
    char s[VRP_NAME];
    switch (v.kind) {
    case VRP_PICKLE_NONE:
        return vrp_torch_meta_text(r, v, "None");
    case VRP_PICKLE_BOOL:
        return vrp_torch_meta_text(r, v, v.integer ? "True" : "False");
    case VRP_PICKLE_INT:
        return vrp_torch_meta_int(r, v, v.integer);
    case VRP_PICKLE_LONG:
        return vrp_torch_meta_long(r, v);
    case VRP_PICKLE_FLOAT:
        return vrp_torch_meta_float(r, v, v.number);
    case VRP_PICKLE_TEXT:
        return vrp_torch_meta(r, v, v.text, v.bytes);
    case VRP_PICKLE_BYTES:
        snprintf(s, sizeof s, "%lld bytes", (long long)v.bytes);
        return vrp_torch_meta_text(r, v, s);
    case VRP_PICKLE_LIST:
    case VRP_PICKLE_TUPLE:
    case VRP_PICKLE_SET:
        return vrp_torch_sequence(r, v.node);
    case VRP_PICKLE_DICT:
        return vrp_torch_pairs(r, v.node);
    case VRP_PICKLE_GLOBAL: {
        int n = snprintf(s, sizeof s, "%.*s", (int)v.bytes, v.text);
        for (char *c = s; *c; c++)
            if (*c == ' ') *c = '.';
        return vrp_torch_meta(r, v, s, n);
    }
    case VRP_PICKLE_OBJECT:
        return vrp_torch_object(r, v);
    case VRP_PICKLE_PERSISTENT:
        return vrp_torch_fail(r, VR_ERR_UNSUPPORTED, v, "unsupported: storage without a tensor");
    case VRP_PICKLE_MARK:
        break;
    }
    return vrp_torch_fail(r, VR_ERR_FORMAT, v, "not a value");
}

static bool vrp_torch_walk(vrp_torch_reader *r, vrp_pickle_value v) {
    if (++r->work > r->work_max)
        return vr_fail(r->err, VR_ERR_LIMIT, "%s: byte %lld: shared values multiply to more than %lld steps",
                       r->where, (long long)(r->base + v.at), (long long)r->work_max);
    if (r->depth == VRP_DEPTH) return vrp_torch_fail(r, VR_ERR_LIMIT, v, "nested more than 100 deep");
    r->depth++;
    bool ok = vrp_torch_value(r, v);
    r->depth--;
    return ok;
}

/* Whether an unknown name was called as a member of an Enum is; any other use of it is found by the walk. */
static bool vrp_torch_plain(const vrp_pickle *p, vrp_pickle_value g) {
    for (int64_t i = 0; i < p->plain_count; i++)
        if (p->plain[i].at == g.at) return true;
    return false;
}

static bool vrp_torch_check_globals(vrp_torch_reader *r, const vrp_pickle *p) {
    for (int64_t i = 0; i < p->global_count; i++) {
        const vrp_torch_role role = vrp_torch_find(p->globals[i]).role;
        if (role == VRP_QUANTIZED)
            return vr_fail(r->err, VR_ERR_UNSUPPORTED,
                           "%s: byte %lld: unsupported: a quantized model; save it before it is quantized",
                           r->where, (long long)(r->base + p->globals[i].at));
        if (role == VRP_FOREIGN && !vrp_torch_plain(p, p->globals[i]))
            return vrp_torch_foreign(r, p->globals[i]);
    }
    return true;
}

/* Turns the tree into arrays and metadata: counts, allocates, fills. */
static bool vrp_torch_read_tree(vrp_torch_reader *r, const vrp_pickle *p) {
    if (!vrp_torch_check_globals(r, p)) return false;
    r->work_max = ((int64_t)1 << 20) + 64 * p->size;
    if (!vrp_torch_walk(r, p->root)) return false;
    vr_arena *a = r->arena;
    vr_arrays out = {.items = VR_NEW(a, vr_array, r->out.count)};
    out.meta_keys = VR_NEW(a, const char *, r->out.meta_count);
    out.meta_values = VR_NEW(a, const char *, r->out.meta_count);
    out.path = vr_arena_string(a, r->path, (int64_t)strlen(r->path));
    r->text = (char *)vr_arena_alloc(a, r->text_size, 1);
    r->out = out;
    r->filling = true;
    r->work = r->text_size = 0;
    return vrp_torch_walk(r, p->root);
}

/* ---- the two containers ---- */

static bool vrp_torch_read_zip(vrp_torch_reader *r, vr_bytes file) {
    if (!vrp_zip_parse(&r->scratch, &r->zip, file, r->path, r->err)) return false;
    const vrp_zip_entry *pickle = NULL;
    for (int64_t i = 0; i < r->zip.count; i++) {
        const char *name = r->zip.entries[i].name, *slash = strchr(name, '/');
        if (!slash) continue;
        if (strcmp(slash, "/constants.pkl") == 0 || strncmp(slash, "/code/", 6) == 0)
            return vr_fail(r->err, VR_ERR_UNSUPPORTED,
                           "%s: unsupported: a TorchScript archive; in Python: "
                           "torch.save(torch.jit.load(path).state_dict(), \"weights.pth\")",
                           r->path);
        if (strcmp(slash, "/data.pkl") != 0) continue;
        if (pickle)
            return vr_fail(r->err, VR_ERR_FORMAT, "%s: byte %lld: two pickles, '%.256s' and '%.256s'",
                           r->path, (long long)r->zip.entries[i].at, pickle->name, name);
        pickle = &r->zip.entries[i];
    }
    if (!pickle)
        return vr_fail(r->err, VR_ERR_FORMAT, "%s: not a checkpoint: a zip file without data.pkl", r->path);
    if (strlen(pickle->name) > 512)
        return vr_fail(r->err, VR_ERR_LIMIT, "%s: directory name of more than 512 bytes", r->path);
    r->folder =
        vr_arena_string(&r->scratch, pickle->name, (int64_t)(strlen(pickle->name) - strlen("data.pkl")));
    r->unpacked = VR_NEW(&r->scratch, vr_bytes, r->zip.count);
    const vrp_zip_entry *order =
        vrp_zip_find(&r->zip, vr_arena_printf(&r->scratch, "%sbyteorder", r->folder));
    vr_bytes b;
    if (order) {
        if (!vrp_zip_read(&r->scratch, &b, &r->zip, order, 64, r->err)) return false;
        if (b.size != 6 || memcmp(b.data, "little", 6) != 0)
            return vr_fail(r->err, VR_ERR_UNSUPPORTED, "%s: unsupported: written on a big-endian machine",
                           r->path);
    }
    if (!vrp_zip_read(&r->scratch, &b, &r->zip, pickle, VRP_UNPACKED_MAX, r->err)) return false;
    if (pickle->method == 0)
        r->base = pickle->at;
    else
        r->where = vr_arena_printf(&r->scratch, "%s: %s", r->path, pickle->name);
    vrp_pickle p;
    return vrp_pickle_parse(&r->scratch, &p, b, r->where, r->base, r->err) && vrp_torch_read_tree(r, &p);
}

/* The storages of the legacy container: for each key the number of elements (8 bytes) and the elements. */
static bool vrp_torch_read_storages(vrp_torch_reader *r, vr_bytes file, int64_t at, const vrp_pickle *tree,
                                    vrp_pickle_value keys) {
    r->storages = VR_NEW(&r->scratch, vrp_torch_storage, tree->persistent_count);
    r->storage_names.arena = &r->scratch;
    for (int64_t i = 0; i < tree->persistent_count; i++) {
        vrp_torch_storage s;
        if (!vrp_torch_storage_id(r, &s, tree->persistents[i])) return false;
        const int64_t before = r->storage_names.count; /* one storage may be named more than once */
        const int64_t number = vr_names_add(&r->storage_names, s.key.text, s.key.bytes);
        if (number == before) r->storages[number] = s;
    }
    if (keys.kind != VRP_PICKLE_LIST)
        return vr_fail(r->err, VR_ERR_FORMAT, "%s: byte %lld: expected a list of storages", r->path,
                       (long long)at);
    for (int64_t i = 0; i < keys.node->count; i++) {
        const vrp_pickle_value key = keys.node->items[i];
        const int64_t number =
            key.kind == VRP_PICKLE_TEXT ? vr_names_find(&r->storage_names, key.text, key.bytes) : -1;
        vrp_torch_storage *s = number >= 0 ? &r->storages[number] : NULL;
        if (!s || s->data)
            return vr_fail(r->err, VR_ERR_FORMAT,
                           "%s: byte %lld: storage %lld does not belong to a tensor, or is a duplicate",
                           r->path, (long long)at, (long long)i);
        if (s->size < 0)
            return vr_fail(r->err, VR_ERR_UNSUPPORTED,
                           "%s: byte %lld: storage '%.*s': unsupported element type", r->path, (long long)at,
                           (int)s->key.bytes, s->key.text);
        int64_t numel = 0;
        if (file.size - at >= 8) memcpy(&numel, file.data + at, 8); /* little endian */
        if (file.size - at < 8 || numel != s->numel || s->size > file.size - at - 8)
            return vr_fail(r->err, VR_ERR_FORMAT,
                           "%s: byte %lld: storage '%.*s': expected %lld bytes, the file has %lld", r->path,
                           (long long)at, (int)s->key.bytes, s->key.text, (long long)s->size,
                           (long long)vr_max(file.size - at - 8, 0));
        s->data = file.data + at + 8;
        at += 8 + s->size;
    }
    return true;
}

static bool vrp_torch_read_legacy(vrp_torch_reader *r, vr_bytes file) {
    static const char magic[] = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
    vrp_pickle p[5]; /* magic number, version, machine, tree, keys */
    int64_t at = 0, tree_at = 0;
    for (int k = 0; k < 5; k++) {
        const vr_bytes rest = {.data = file.data + at, .size = file.size - at};
        if (!vrp_pickle_parse(&r->scratch, &p[k], rest, r->path, at, r->err)) return false;
        const vrp_pickle_value root = p[k].root;
        if (k == 0 && (root.kind != VRP_PICKLE_LONG || root.bytes != 10 || memcmp(root.text, magic, 10) != 0))
            return vr_fail(r->err, VR_ERR_FORMAT, "%s: byte 0: a pickle, but not one of torch.save", r->path);
        if (k == 1 && (root.kind != VRP_PICKLE_INT || root.integer != 1001))
            return vr_fail(r->err, VR_ERR_UNSUPPORTED, "%s: byte %lld: unsupported version; expected 1001",
                           r->path, (long long)at);
        for (int64_t i = 0; k == 2 && root.kind == VRP_PICKLE_DICT && i < root.node->count; i += 2)
            if (vrp_pickle_is(root.node->items[i], "little_endian") && !root.node->items[i + 1].integer)
                return vr_fail(r->err, VR_ERR_UNSUPPORTED, "%s: unsupported: written on a big-endian machine",
                               r->path);
        if (k == 3) tree_at = at;
        at += p[k].size;
    }
    r->base = tree_at;
    return vrp_torch_check_globals(r, &p[3]) && vrp_torch_read_storages(r, file, at, &p[3], p[4].root) &&
           vrp_torch_read_tree(r, &p[3]);
}

bool vrp_torch_parse(vr_arena *arena, vr_arrays *arrays, vr_bytes bytes, const char *path, vr_err *err) {
    *arrays = (vr_arrays){0};
    vr_arena_mark mark = vr_arena_here(arena);
    vrp_torch_reader r = {.arena = arena, .path = path, .where = path, .err = err};
    r.is_zip = bytes.size >= 2 && memcmp(bytes.data, "PK", 2) == 0;
    bool ok = r.is_zip ? vrp_torch_read_zip(&r, bytes) : vrp_torch_read_legacy(&r, bytes);
    if (ok)
        *arrays = r.out;
    else
        vr_arena_rewind(arena, mark);
    vr_arena_free(&r.scratch);
    return ok;
}

#undef VRP_DEPTH
#undef VRP_NAME
#undef VRP_REPEATED_MAX
#undef VRP_UNPACKED_MAX
#undef VRP_STORED
