/* tests/test_arrays.c: safetensors, npy, npz, zip and gzip against tests/golden/checkpoints (see make_checkpoints.py), the
 * writers byte for byte against the references, and the conversion of every element type. */
#include "checkpoints.h"
#include "../visrob_impl/format/array_impl.h"
#include "../visrob_impl/format/npy_impl.h"
#include "../visrob_impl/format/safetensors_impl.h"
#include "../visrob_impl/format/zip_impl.h"

static void assert_same_bytes(const char *path, vr_bytes want) {
    const vr_bytes got = test_bytes(&arena, "%s", path);
    assert_int_equal(got.size, want.size);
    assert_memory_equal(got.data, want.data, (size_t)want.size);
}

/* ---- element types ---- */

static void every_element_type_becomes_f32_and_integers(void **state) {
    (void)state;
    static const struct {
        vr_dtype dtype;
        uint8_t bytes[16];
        float f[2];
        int64_t i[2];
    } cases[] = {
        {VR_F32, {0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc1}, {1, -10}, {0, 0}},
        {VR_F64, {0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0x24, 0xc0}, {1, -10}, {0, 0}},
        {VR_F16, {0x00, 0x3c, 0x01, 0x80}, {1, -0x1p-24f}, {0, 0}},
        {VR_BF16, {0x80, 0x3f, 0x20, 0xc1}, {1, -10}, {0, 0}},
        {VR_I8, {1, 0x80}, {1, -128}, {1, -128}},
        {VR_U8, {1, 0x80}, {1, 128}, {1, 128}},
        {VR_I16, {1, 0, 0, 0x80}, {1, -32768}, {1, -32768}},
        {VR_U16, {1, 0, 0, 0x80}, {1, 32768}, {1, 32768}},
        {VR_I32, {1, 0, 0, 0, 0, 0, 0, 0x80}, {1, -0x1p31f}, {1, INT32_MIN}},
        {VR_U32, {1, 0, 0, 0, 0, 0, 0, 0x80}, {1, 0x1p31f}, {1, (int64_t)1 << 31}},
        {VR_I64, {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80}, {1, -0x1p63f}, {1, INT64_MIN}},
        {VR_U64, {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40}, {1, 0x1p62f}, {1, (int64_t)1 << 62}},
        {VR_BOOL, {1, 0}, {1, 0}, {1, 0}},
    };
    assert_int_equal(COUNT(cases), VR_DTYPE_COUNT);
    for (int k = 0; k < VR_DTYPE_COUNT; k++) {
        const int64_t size = vr_dtype_size(cases[k].dtype), shape = 2;
        uint8_t odd[40] = {0}; /* unaligned, and with a gap between the elements */
        memcpy(odd + 1, cases[k].bytes, (size_t)size);
        memcpy(odd + 1 + 2 * size, cases[k].bytes + size, (size_t)size);
        vr_array a = {.name = "a", .data = odd + 1, .dtype = cases[k].dtype};
        assert_true(vrp_array_set_shape(&a, 1, &shape));
        a.stride[0] = 2;
        float f[2];
        int64_t whole[2];
        uint8_t bytes[16];
        vr_err err = {0};
        vrp_array_to_f32(f, &a);
        assert_true(f[0] == cases[k].f[0] && f[1] == cases[k].f[1]);
        vrp_array_to_bytes(bytes, &a);
        assert_memory_equal(bytes, cases[k].bytes, (size_t)(2 * size));
        const bool is_whole = cases[k].dtype > VR_BF16;
        assert_int_equal(vr_array_to_i64(whole, &a, &err), is_whole);
        if (is_whole)
            assert_true(whole[0] == cases[k].i[0] && whole[1] == cases[k].i[1]);
        else
            assert_message(err, "'a': expected integers, found elements of type ");
    }
    const uint64_t beyond = UINT64_MAX;
    const vr_array a = {.name = "a", .data = &beyond, .dtype = VR_U64};
    int64_t whole;
    vr_err err = {0};
    assert_false(vr_array_to_i64(&whole, &a, &err));
    assert_message(err, "element 0: 18446744073709551615 does not fit");
}

/* All 65,536 halves against the definition: sign, 5 bits of exponent, 10 of fraction. */
static void every_half_is_exact(void **state) {
    (void)state;
    for (uint32_t h = 0; h < 65536; h++) {
        const uint16_t bits = (uint16_t)h;
        const vr_array a = {.name = "h", .data = &bits, .dtype = VR_F16};
        const int e = h >> 10 & 31, m = h & 1023;
        float x;
        vrp_array_to_f32(&x, &a);
        const double want = e == 31 ? (m ? NAN : INFINITY) : e ? ldexp(1024 + m, e - 25) : ldexp(m, -24);
        if (isnan(want))
            assert_true(isnan(x));
        else
            assert_true((double)x == (h & 0x8000 ? -want : want) && !signbit(x) == !(h & 0x8000));
    }
}

static void a_nan_or_infinity_is_named_by_array_and_index(void **state) {
    (void)state;
    float x[6] = {0, 1, 2, 3, NAN, 5};
    const int64_t shape[2] = {2, 3};
    vr_array a = {.name = "layer.weight", .data = x, .dtype = VR_F32};
    vr_tensor t;
    vr_err err = {0};
    assert_true(vrp_array_set_shape(&a, 2, shape));
    assert_false(vr_array_tensor(&arena, &t, &a, &err));
    assert_int_equal(err.code, VR_ERR_NUMERIC);
    assert_string_equal(err.msg, "'layer.weight': element [1,1] is NaN");
    x[4] = -INFINITY;
    err = (vr_err){0};
    assert_false(vr_array_tensor(&arena, &t, &a, &err));
    assert_message(err, "[1,1] is -infinity");
    x[4] = 4;
    assert_true(vr_array_tensor(&arena, &t, &a, &err));
    assert_ptr_equal(t.data, x); /* a view */
    a.ndim = 5;
    err = (vr_err){0};
    assert_false(vr_array_tensor(&arena, &t, &a, &err));
    assert_message(err, "unsupported: 5 dimensions");
}

static void a_shape_that_overflows_is_none(void **state) {
    (void)state;
    vr_array a = {.name = "", .dtype = VR_F32};
    const int64_t huge[3] = {(int64_t)1 << 31, (int64_t)1 << 31, 0}, negative = -1,
                  ok[2] = {0, (int64_t)1 << 60};
    assert_false(vrp_array_set_shape(&a, 3, huge)); /* also where a 0 makes it empty */
    assert_false(vrp_array_set_shape(&a, 1, &negative));
    assert_false(vrp_array_set_shape(&a, 9, huge));
    assert_true(vrp_array_set_shape(&a, 2, ok));
    assert_int_equal(vr_array_count(&a), 0);
}

/* ---- safetensors ---- */

static void safetensors_are_read_and_written_byte_for_byte(void **state) {
    (void)state;
    static const char *const files[] = {"all.safetensors", "plain.safetensors"};
    for (int i = 0; i < 2; i++) {
        vr_arrays all;
        const vr_bytes b = test_bytes(&arena, CHECKPOINTS "%s", files[i]);
        assert_true(vrp_safetensors_parse(&arena, &all, b, files[i], VR_FATAL));
        const char *path = test_tmp("copy.safetensors");
        assert_true(vrp_safetensors_save(path, &all, VR_FATAL));
        assert_same_bytes(path, b);
    }
    vr_arrays all;
    assert_true(vr_arrays_load(&arena, &all, CHECKPOINTS "all.safetensors", VR_FATAL));
    assert_int_equal(all.count, 13);
    assert_string_equal(all.meta_keys[0], "format");
    assert_string_equal(all.meta_values[0], "pt");
    const vr_array *a = array_named(&all, "b.f32");
    assert_int_equal(a->ndim, 3);
    assert_true(((const float *)a->data)[23] == 5.75f);
    assert_int_equal(array_named(&all, "a.f32")->ndim, 0);
    assert_non_null(array_named(&all, "caf\xc3\xa9 \"q\"/\n"));
    assert_int_equal(vr_array_count(array_named(&all, "none")), 0);
}

/* A file of that header, followed by `data` zeros. */
static void safetensors_fault(const char *header, int64_t data, const char *why) {
    vr_text t = {.arena = &arena};
    const uint64_t n = strlen(header);
    vr_text_bytes(&t, &n, 8);
    vr_text_add(&t, header);
    for (int64_t i = 0; i < data; i++) vr_text_bytes(&t, "", 1);
    const int64_t used = arena.used;
    vr_arrays all;
    vr_err err = {0};
    const bool ok = vrp_safetensors_parse(&arena, &all, (vr_bytes){(uint8_t *)t.data, t.size}, "x.st", &err);
    assert_int_equal(ok, why == NULL);
    if (ok) return;
    assert_message(err, why);
    assert_int_equal(arena.used, used);
}

static void an_inconsistent_safetensors_header_is_refused(void **state) {
    (void)state;
#define A(dtype, shape, place)                                                                               \
    "{\"a\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" place "}}"
    safetensors_fault(A("F32", "[2]", "[0,8]"), 8, NULL);
    safetensors_fault("{}", 0, NULL);
    safetensors_fault("{}", 1, "x.st: byte 10: 1 bytes follow the last tensor");
    safetensors_fault(A("F32", "[2]", "[0,8]"), 9, "byte 70: 1 bytes follow the last tensor");
    safetensors_fault(A("F32", "[2]", "[0,8]"), 7,
                      "'a': data_offsets are not in the 7 bytes after the header");
    safetensors_fault(A("F32", "[3]", "[0,8]"), 8,
                      "x.st:1:48: 'a': its shape needs 12 bytes, data_offsets give 8");
    safetensors_fault(A("F32", "[2]", "[8,0]"), 8, "data_offsets are not in");
    safetensors_fault(A("F32", "[2]", "[-8,0]"), 8, "data_offsets are not in");
    safetensors_fault(A("F32", "[2]", "[0,8,8]"), 8, "data_offsets are not in");
    safetensors_fault(A("F32", "[2]", "[0.0,8]"), 8, "data_offsets are not in");
    safetensors_fault(A("F32", "[-2]", "[0,8]"), 8, "invalid shape");
    safetensors_fault(A("F32", "[2.0]", "[0,8]"), 8, "invalid shape");
    safetensors_fault(A("F32", "[4611686018427387904,4]", "[0,8]"), 8, "invalid shape");
    safetensors_fault(A("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4, "more than 8 dimensions");
    safetensors_fault(A("F8_E4M3", "[2]", "[0,2]"), 2, "'a': unsupported element type 'F8_E4M3'");
    safetensors_fault("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8,
                      "x.st:1:6: missing key \"data_offsets\"");
    safetensors_fault("{\"a\":{\"dtype\":4,\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
                      "\"dtype\": expected a string, found an integer");
    safetensors_fault("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"dtype\":\"U8\"}}", 8,
                      "'a': unknown or duplicate key");
    safetensors_fault("{\"a\":[]}", 0, "x.st:1:6:");
    safetensors_fault("{\"__metadata__\":{\"a\":1}}", 0, "x.st:1:22: expected a string in __metadata__");
    safetensors_fault("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "duplicate key '__metadata__'");
#define B(name, place) "\"" name "\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":" place "}"
    safetensors_fault("{" B("a", "[0,4]") "," B("b", "[4,8]") "}", 8, NULL);
    safetensors_fault("{" B("a", "[0,4]") "," B("a", "[4,8]") "}", 8, "duplicate tensor 'a'");
    safetensors_fault("{" B("a", "[0,4]") "," B("b", "[3,7]") "}", 7, "'b' begins inside of another tensor");
    safetensors_fault("{" B("a", "[0,4]") "," B("b", "[5,9]") "}", 9, "'b' begins after a gap");
    safetensors_fault("{" B("a\\u0000b", "[0,4]") "}", 4, "a name with a zero byte");
    vr_arrays all;
    vr_err err = {0};
    assert_false(vrp_safetensors_parse(
        &arena, &all, (vr_bytes){(const uint8_t *)"\xff\xff\xff\xff\xff\xff\xff\xff{", 9}, "x.st", &err));
    assert_message(err, "byte 0: declares a header of 18446744073709551615 bytes");
    err = (vr_err){0};
    assert_false(vr_arrays_load(&arena, &all, CHECKPOINTS "f8.safetensors", &err));
    assert_message(err, "'eight': unsupported element type 'F8_E4M3'");
}

/* The eight bytes of the length may look like the magic numbers of other formats. */
static void a_safetensors_file_is_detected_whatever_its_length_looks_like(void **state) {
    (void)state;
    static const int64_t lengths[] = {128, 384, 0x4b50, 0x3c, 0x80};
    for (int i = 0; i < 5; i++) {
        const float x[2] = {1, 2};
        vr_text t = {.arena = &arena};
        vr_text_bytes(&t, &lengths[i], 8);
        vr_text_add(&t, A("F32", "[2]", "[0,8]"));
        while (t.size < 8 + lengths[i]) vr_text_add(&t, " ");
        vr_text_bytes(&t, x, 8);
        if (t.size != 16 + lengths[i]) continue; /* 60 is too short for this header */
        const char *path = test_tmp("length.safetensors");
        test_write(path, t.data, t.size);
        vr_arrays all;
        assert_true(vr_arrays_load(&arena, &all, path, VR_FATAL));
        assert_int_equal(all.count, 1);
    }
#undef A
#undef B
}

static void a_duplicate_name_is_not_written(void **state) {
    (void)state;
    float x = 1;
    vr_array items[2] = {{.name = "a", .data = &x}, {.name = "a", .data = &x}};
    const vr_arrays all = {.items = items, .count = 2};
    vr_err err = {0};
    vr_bytes out;
    assert_false(vrp_safetensors_format(&arena, &out, &all, &err));
    assert_int_equal(err.code, VR_ERR_ARGUMENT);
    items[0].name = "b", items[0].dtype = VR_BF16;
    err = (vr_err){0};
    assert_false(vr_npy_save(test_tmp("bf16.npy"), &items[0], &err));
    assert_message(err, "'b' is BF16, which numpy does not have");
    items[0].name = "\xff";
    err = (vr_err){0};
    assert_false(vrp_safetensors_format(&arena, &out, &all, &err));
}

/* ---- npy and npz ---- */

static void npy_files_of_every_kind_are_read(void **state) {
    (void)state;
    static const char *const six[] = {"c.npy", "fortran.npy", "big.npy", "version2.npy", "version3.npy"};
    for (int i = 0; i < 5; i++) {
        vr_array a;
        float x[6];
        assert_true(vr_npy_load(&arena, &a, vr_arena_printf(&arena, CHECKPOINTS "%s", six[i]), VR_FATAL));
        assert_int_equal(a.ndim, 2);
        assert_int_equal(a.dtype, i == 1 ? VR_F64 : VR_F32);
        assert_int_equal(a.stride[0], i == 1 ? 1 : 3);
        vrp_array_to_f32(x, &a);
        for (int k = 0; k < 6; k++) assert_true(x[k] == (float)k);
    }
    vr_arrays all;
    int64_t n;
    assert_true(vr_arrays_load(&arena, &all, CHECKPOINTS "scalar.npy", VR_FATAL));
    assert_int_equal(all.items[0].ndim, 0);
    assert_true(vr_array_to_i64(&n, &all.items[0], VR_FATAL));
    assert_int_equal(n, -9);
    assert_true(vr_arrays_load(&arena, &all, CHECKPOINTS "bool.npy", VR_FATAL));
    assert_int_equal(all.items[0].dtype, VR_BOOL);
    static const char *const refused[][2] = {
        {"text.npy", "'<U2'"}, {"struct.npy", "unsupported: structured elements"}, {"complex.npy", "'<c16'"}};
    for (int i = 0; i < 3; i++) {
        vr_err err = {0};
        assert_false(
            vr_arrays_load(&arena, &all, vr_arena_printf(&arena, CHECKPOINTS "%s", refused[i][0]), &err));
        assert_int_equal(err.code, VR_ERR_UNSUPPORTED);
        assert_message(err, refused[i][1]);
    }
}

static void npy_fault(const char *header, int64_t data, const char *why) {
    vr_text t = {.arena = &arena};
    const uint16_t n = (uint16_t)strlen(header);
    vr_text_bytes(&t, "\x93NUMPY\1\0", 8);
    vr_text_bytes(&t, &n, 2);
    vr_text_add(&t, header);
    for (int64_t i = 0; i < data; i++) vr_text_bytes(&t, "", 1);
    vr_array a;
    vr_err err = {0};
    const bool ok = vrp_npy_parse(&arena, &a, (vr_bytes){(uint8_t *)t.data, t.size}, "x.npy", &err);
    assert_int_equal(ok, why == NULL);
    if (!ok) assert_message(err, why);
}

static void an_inconsistent_npy_header_is_refused(void **state) {
    (void)state;
#define N(descr, order, shape) "{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }\n"
    npy_fault(N("'<f4'", "False", "(2,)"), 8, NULL);
    npy_fault("{\"shape\":(2L,),\"descr\":\"<f4\",\"fortran_order\":True}", 8,
              NULL); /* any order; Python 2 */
    npy_fault(N("'<f4'", "False", "(2,)"), 9, "x.npy: byte 68: expected 8 bytes for its shape, found 9");
    npy_fault(N("'<f4'", "False", "(-2,)"), 8, "x.npy: byte 61: expected a size");
    npy_fault(N("'<f4'", "False", "(2"), 8, "byte 64: expected a size");
    npy_fault(N("'<f4'", "False", "(2 3)"), 8, "byte 63: expected ',' or ')'");
    npy_fault(N("'<f4'", "False", "2"), 8, "expected a tuple");
    npy_fault(N("'<f4'", "Maybe", "(2,)"), 8, "expected True or False");
    npy_fault(N("'<f4", "False", "(2,)"), 8, "expected ',' or '}'");
    npy_fault(N("'<f4'", "False", "(4611686018427387904, 4)"), 8, "invalid shape");
    npy_fault(N("'<f4'", "False", "(99999999999999999999,)"), 8, "size out of range");
    npy_fault(N("'<f4'", "False", "(1,1,1,1,1,1,1,1,1)"), 4, "more than 8 dimensions");
    npy_fault(N("'|O'", "False", "(2,)"), 8, "unsupported element type '|O'");
    npy_fault(N("''", "False", "(2,)"), 8, "unsupported element type ''");
    npy_fault("{'descr': '<f4', 'fortran_order': False}", 4, "missing key: descr, fortran_order or shape");
    npy_fault("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}", 4,
              "unknown or duplicate key");
    npy_fault(N("'<f4'", "False", "()") "x", 4, "unexpected text after the header's dictionary");
#undef N
}

static void npy_files_are_written_byte_for_byte_and_npz_files_read(void **state) {
    (void)state;
    static const char *const files[] = {"c.npy", "bool.npy", "half.npy", "scalar.npy"};
    for (int i = 0; i < 4; i++) {
        vr_array a;
        const char *path = test_tmp("copy.npy");
        assert_true(vr_npy_load(&arena, &a, vr_arena_printf(&arena, CHECKPOINTS "%s", files[i]), VR_FATAL));
        assert_true(vr_npy_save(path, &a, VR_FATAL));
        assert_same_bytes(path, test_bytes(&arena, CHECKPOINTS "%s", files[i]));
    }
    vr_arrays all;
    static const char *const npz[] = {"stored.npz", "deflated.npz"};
    for (int i = 0; i < 2; i++) {
        assert_true(
            vr_arrays_load(&arena, &all, vr_arena_printf(&arena, CHECKPOINTS "%s", npz[i]), VR_FATAL));
        assert_int_equal(all.count, 2);
        assert_int_equal(array_named(&all, "x")->shape[1], 3);
        vr_arrays again;
        const vr_bytes b = test_bytes(&arena, CHECKPOINTS "%s", npz[i]);
        assert_true(vrp_npz_parse(&arena, &again, b, npz[i], VR_FATAL));
        for (int k = 0; k < 2; k++) {
            assert_string_equal(again.items[k].name, all.items[k].name);
            const int64_t bytes = vr_array_count(&all.items[k]) * vr_dtype_size(all.items[k].dtype);
            assert_memory_equal(again.items[k].data, all.items[k].data, (size_t)bytes);
        }
    }
}

/* ---- zip and gzip ---- */

static void zip64_and_gzip_are_decompressed_and_verified(void **state) {
    (void)state;
    vrp_zip zip;
    vr_bytes b;
    assert_true(
        vrp_zip_parse(&arena, &zip, test_bytes(&arena, CHECKPOINTS "zip64.zip"), "zip64.zip", VR_FATAL));
    assert_int_equal(zip.count, 2);
    assert_true(vrp_zip_read(&arena, &b, &zip, vrp_zip_find(&zip, "folder/long.txt"), 1000, VR_FATAL));
    assert_int_equal(b.size, 1000);
    for (int i = 0; i < 1000; i++) assert_int_equal(b.data[i], '0' + i % 10);
    assert_true(
        vrp_zip_read(&arena, &b, &zip, vrp_zip_find(&zip, "short.txt"), 0, VR_FATAL)); /* no limit on views */
    assert_memory_equal(b.data, "a file that is stored", 21);
    assert_null(vrp_zip_find(&zip, "short.tx"));
    static const char *const gz[] = {"plain.gz", "named.gz"};
    for (int i = 0; i < 2; i++) {
        assert_true(
            vrp_gunzip(&arena, &b, test_bytes(&arena, CHECKPOINTS "%s", gz[i]), 1000, gz[i], VR_FATAL));
        assert_int_equal(b.size, 1000);
        vr_err err = {0};
        assert_false(vrp_gunzip(&arena, &b, test_bytes(&arena, CHECKPOINTS "%s", gz[i]), 999, gz[i], &err));
        assert_int_equal(err.code, VR_ERR_LIMIT);
        assert_message(err, "decompresses to 1000 bytes, the limit is 999");
    }
    assert_int_equal(vr_crc32(0, "123456789", 9), 0xcbf43926u); /* the check value of CRC-32 */
    assert_int_equal(vr_crc32(vr_crc32(0, "1234", 4), "56789", 5), 0xcbf43926u);
}

/* One deflated entry "b" that declares `size` bytes. */
static vr_bytes bomb(const uint8_t *packed, uint32_t packed_size, uint32_t size, uint32_t crc) {
    vr_text t = {.arena = &arena};
    const uint16_t facts[] = {20, 0, 8, 0, 0x21};
    const uint32_t sizes[] = {crc, packed_size, size};
    const uint16_t lengths[] = {1, 0};
    vr_text_bytes(&t, "PK\3\4", 4);
    for (int directory = 0; directory < 2; directory++) {
        if (directory) vr_text_bytes(&t, "PK\1\2\24\0", 6);
        vr_text_bytes(&t, facts, 10);
        vr_text_bytes(&t, sizes, 12);
        vr_text_bytes(&t, lengths, 4);
        if (directory) vr_text_bytes(&t, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 14);
        vr_text_bytes(&t, "b", 1);
        if (!directory) vr_text_bytes(&t, packed, packed_size);
    }
    const uint32_t at[] = {47, 31 + packed_size};
    vr_text_bytes(&t, "PK\5\6\0\0\0\0\1\0\1\0", 12);
    vr_text_bytes(&t, at, 8);
    vr_text_bytes(&t, "\0", 2);
    return (vr_bytes){(uint8_t *)t.data, t.size};
}

static void a_zip_bomb_is_refused_before_it_takes_memory(void **state) {
    (void)state;
    /* 1,000 zeros: one literal, then matches of 258; made by Python's zlib */
    static const uint8_t zeros[] = {0x63, 0x60, 0x18, 0x05, 0xa3, 0x60, 0x14, 0x0c, 0x77, 0x00, 0x00};
    vrp_zip zip;
    vr_bytes b;
    vr_err err = {0};
    uint8_t thousand[1000] = {0};
    const uint32_t crc = vr_crc32(0, thousand, 1000);
    assert_true(vrp_zip_parse(&arena, &zip, bomb(zeros, sizeof zeros, 1000, crc), "x.zip", VR_FATAL));
    assert_true(vrp_zip_read(&arena, &b, &zip, &zip.entries[0], 1000, VR_FATAL));
    assert_memory_equal(b.data, thousand, 1000);
    assert_false(vrp_zip_read(&arena, &b, &zip, &zip.entries[0], 999, &err));
    assert_int_equal(err.code, VR_ERR_LIMIT);
    assert_message(err, "x.zip: 'b': decompresses to 1000 bytes, the limit is 999");
    /* It declares more than it has, more than deflate can pack, and less than it has. */
    static const struct {
        uint32_t size;
        const char *why;
    } wrong[] = {{1001, "does not decompress to the declared 1001 bytes"},
                 {0xfffffffe, "more than 11 compressed bytes can hold"},
                 {999, "does not decompress to the declared 999 bytes"}};
    for (int i = 0; i < 3; i++) {
        assert_true(
            vrp_zip_parse(&arena, &zip, bomb(zeros, sizeof zeros, wrong[i].size, crc), "x.zip", VR_FATAL));
        const int64_t used = arena.used;
        err = (vr_err){0};
        assert_false(vrp_zip_read(&arena, &b, &zip, &zip.entries[0], INT64_MAX, &err));
        assert_message(err, wrong[i].why);
        assert_int_equal(arena.used, used);
    }
    assert_true(vrp_zip_parse(&arena, &zip, bomb(zeros, sizeof zeros, 1000, crc ^ 1), "x.zip", VR_FATAL));
    err = (vr_err){0};
    assert_false(vrp_zip_read(&arena, &b, &zip, &zip.entries[0], 1000, &err));
    assert_message(err, "byte 31: checksum mismatch in 'b'");
    assert_true(arena.peak < 1 << 20);
}

static void zips_whose_entries_overlap_or_repeat_are_refused(void **state) {
    (void)state;
    const zip_item items[] = {{"a.npy", "abc", 3}, {"b.npy", "def", 3}};
    vr_bytes b = zip_of(items, 2);
    uint8_t *p = (uint8_t *)(uintptr_t)b.data;
    vrp_zip zip;
    vr_err err = {0};
    assert_true(vrp_zip_parse(&arena, &zip, b, "x.zip", VR_FATAL));
    const int64_t second = zip.entries[1].at - 35, directory = zip.entries[1].at + 3;
    p[second + 30] = p[directory + 51 + 46] = 'a'; /* the second is named a.npy too */
    assert_false(vrp_zip_parse(&arena, &zip, b, "x.zip", &err));
    assert_message(err, "duplicate entry 'a.npy'");
    p[second + 30] = p[directory + 51 + 46] = 'b';
    p[directory + 20] = p[directory + 24] = 20; /* the first declares bytes of the second */
    err = (vr_err){0};
    assert_false(vrp_zip_parse(&arena, &zip, b, "x.zip", &err));
    assert_message(err, "'b.npy' overlaps another entry");
    p[directory + 51 + 8] = 1;
    err = (vr_err){0};
    assert_false(vrp_zip_parse(&arena, &zip, b, "x.zip", &err));
    assert_message(err, "unsupported: 'b.npy' is encrypted");
}

static void a_file_of_another_format_is_named(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"", "byte 0: empty file"},
        {"Hello, this is a text file.\n",
         "byte 0: unknown format; expected safetensors, PyTorch, npz or npy"},
        {"<!DOCTYPE html>", "an HTML page, not an array file"},
        {"version https://git-lfs.github.com/spec/v1\n", "a git-lfs pointer"},
        {"PK\3\4 and then nothing", "no zip directory: truncated"},
        {"\x80\x02N.", "not one of torch.save"},
        {"\x93NUMPY\1", "not an npy file, or truncated"},
    };
    for (int64_t i = 0; i < COUNT(cases); i++) {
        vr_arrays all;
        vr_err err = {0};
        const char *path = test_tmp("weights.pth");
        test_write_text(path, cases[i][0]);
        assert_false(vr_arrays_load(&arena, &all, path, &err));
        assert_message(err, path);
        assert_message(err, cases[i][1]);
        assert_null(all.items);
        assert_int_equal(arena.used, 0);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, arena_free)
    const struct CMUnitTest tests[] = {
        TEST(every_element_type_becomes_f32_and_integers),
        TEST(every_half_is_exact),
        TEST(a_nan_or_infinity_is_named_by_array_and_index),
        TEST(a_shape_that_overflows_is_none),
        TEST(safetensors_are_read_and_written_byte_for_byte),
        TEST(an_inconsistent_safetensors_header_is_refused),
        TEST(a_safetensors_file_is_detected_whatever_its_length_looks_like),
        TEST(a_duplicate_name_is_not_written),
        TEST(npy_files_of_every_kind_are_read),
        TEST(an_inconsistent_npy_header_is_refused),
        TEST(npy_files_are_written_byte_for_byte_and_npz_files_read),
        TEST(zip64_and_gzip_are_decompressed_and_verified),
        TEST(a_zip_bomb_is_refused_before_it_takes_memory),
        TEST(zips_whose_entries_overlap_or_repeat_are_refused),
        TEST(a_file_of_another_format_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
