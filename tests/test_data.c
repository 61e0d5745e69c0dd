/* tests/test_data.c: tar, IDX and CIFAR against tests/golden/formats (see make_formats.py). */
#include "test.h"
#include "../visrob_impl/format/array_impl.h"
#include "../visrob_impl/format/cifar_impl.h"
#include "../visrob_impl/format/idx_impl.h"
#include "../visrob_impl/format/tar_impl.h"

#define FORMATS "tests/golden/formats/"

TEST_ARENA(arena);

/* ---- tar ---- */

enum { BLOCK = 512 };

/* Sets the checksum of the header at `at` anew. */
static void sum(uint8_t *p, int64_t at) {
    unsigned total = 8 * ' ';
    for (int i = 0; i < BLOCK; i++) total += i >= 148 && i < 156 ? 0 : p[at + i];
    snprintf((char *)p + at + 148, 8, "%06o", total);
}

static void check_entry(const vr_tar *tar, int64_t i, const char *path, const char *content) {
    assert_string_equal(tar->entries[i].path, path);
    assert_int_equal(tar->entries[i].data.size, strlen(content));
    assert_memory_equal(tar->entries[i].data.data, content, strlen(content));
}

static void tars_of_every_form_give_paths_and_bytes(void **state) {
    (void)state;
    char lengthy[256] = "", longer[512] = "";
    for (int i = 0; i < 9; i++) {
        snprintf(lengthy + strlen(lengthy), 32, "folder%02d/", i);
        snprintf(longer + strlen(longer), 64, "a-longer-folder-name-%02d/", i);
    }
    for (int i = 0; i < 70; i++) strcat(lengthy, "n"), strcat(longer, "n");
    strcat(lengthy, ".png"), strcat(longer, ".png\xc3\xa9");
    vr_tar tar;
    assert_true(vr_tar_load(&arena, &tar, FORMATS "ustar.tar", VR_FATAL));
    assert_int_equal(tar.count, 3);
    check_entry(&tar, 0, "a.png", "./a.png");
    check_entry(&tar, 1, lengthy, lengthy);
    check_entry(&tar, 2, "hard", "./a.png");
    assert_int_equal(tar.others, 1); /* the symbolic link */
    static const char *const gnu[] = {"gnu.tar", "gnu.tar.gz"};
    for (int i = 0; i < 2; i++) {
        assert_true(vr_tar_load(&arena, &tar, vr_arena_printf(&arena, FORMATS "%s", gnu[i]), VR_FATAL));
        assert_int_equal(tar.count, 4);
        check_entry(&tar, 0, "a.png", "a.png");
        check_entry(&tar, 1, longer, longer);
        check_entry(&tar, 2, "hard", longer);
        check_entry(&tar, 3, "again", longer); /* a link to a link */
        assert_int_equal(tar.others, 2);       /* and the link to nowhere */
    }
    assert_true(vr_tar_load(&arena, &tar, FORMATS "pax.tar", VR_FATAL));
    assert_int_equal(tar.count, 5);
    check_entry(&tar, 1, longer, longer);
    check_entry(&tar, 2, "caf\xc3\xa9.png", "caf\xc3\xa9.png");
    check_entry(&tar, 3, "hard", longer);
    check_entry(&tar, 4, "again", longer);
}

static void a_hard_link_is_the_last_file_of_that_path_before_it(void **state) {
    (void)state;
    vr_bytes b =
        test_bytes(&arena, FORMATS "ustar.tar"); /* dir, ./a.png + data, long + data, hard, symbolic */
    uint8_t *p = (uint8_t *)(uintptr_t)b.data;
    const int64_t second = BLOCK + 2 * BLOCK, hard = second + 2 * BLOCK;
    memset(p + second, 0, 100), memset(p + second + 345, 0, 155);
    memcpy(p + second, "a.png", 5); /* a second a.png */
    sum(p, second);
    vr_tar tar;
    assert_true(vrp_tar_parse(&arena, &tar, b, "x.tar", VR_FATAL));
    assert_int_equal(tar.count, 2); /* the second a.png replaces the first, as where tar unpacks them */
    assert_int_equal(tar.others, 2);
    assert_string_equal(tar.entries[0].path, "a.png");
    assert_ptr_equal(tar.entries[0].data.data, p + second + BLOCK);
    assert_string_equal(tar.entries[1].path, "hard");
    assert_ptr_equal(tar.entries[1].data.data, p + second + BLOCK);
    memset(p + hard + 157, 0, 100);
    memcpy(p + hard + 157, "hard", 4); /* to itself */
    sum(p, hard);
    assert_true(vrp_tar_parse(&arena, &tar, b, "x.tar", VR_FATAL));
    assert_int_equal(tar.count, 1);
    assert_int_equal(tar.others, 3);
}

static void paths_of_a_tar_are_what_they_lead_to_and_never_above_the_top(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"./././a.png", "a.png"},     {"cat/./a.png", "cat/a.png"}, {"../cat/a.png", "cat/a.png"},
        {"/cat//a.png", "cat/a.png"}, {"a/../b/c.png", "b/c.png"},  {"a/b/../../../c.png", "c.png"},
        {"..a/.b/c..", "..a/.b/c.."}, {".../a", ".../a"},           {"a/..b/c", "a/..b/c"}};
    for (int64_t i = 0; i < COUNT(cases); i++) {
        vr_bytes b = test_bytes(&arena, FORMATS "ustar.tar");
        uint8_t *p = (uint8_t *)(uintptr_t)b.data + BLOCK;
        memset(p, 0, 100), memset(p + 345, 0, 155);
        memcpy(p, cases[i][0], strlen(cases[i][0]));
        sum(p - BLOCK, BLOCK);
        vr_tar tar;
        assert_true(vrp_tar_parse(&arena, &tar, b, "x.tar", VR_FATAL));
        assert_string_equal(tar.entries[0].path, cases[i][1]);
    }
}

static void a_compressed_tar_is_refused_by_its_compression(void **state) {
    (void)state;
    static const char *const cases[][3] = {{"\xFD\x37zXZ", "xz", "unxz"},
                                           {"BZh91AY&SY", "bzip2", "bunzip2"},
                                           {"\x28\xB5\x2F\xFD", "zstd", "unzstd"},
                                           {"PK\x03\x04", "zip", "unzip"}};
    for (int64_t i = 0; i < COUNT(cases); i++) {
        const char *path = test_tmp("packed.tar");
        vr_tar tar;
        vr_err err = {0};
        test_write_text(path, cases[i][0]);
        assert_false(vr_tar_load(&arena, &tar, path, &err));
        assert_int_equal(err.code, VR_ERR_UNSUPPORTED);
        assert_message(err, vr_arena_printf(&arena, "packed.tar: unsupported: %s in place of gzip (%s",
                                            cases[i][1], cases[i][2]));
    }
}

/* ustar.tar with `bytes` put at `at` (of the header of ./a.png; its checksum anew where `resum`) is refused. */
static void tar_fault(int64_t at, const void *bytes, size_t n, bool resum, const char *why) {
    vr_bytes b = test_bytes(&arena, FORMATS "ustar.tar");
    uint8_t *p = (uint8_t *)(uintptr_t)b.data;
    memcpy(p + BLOCK + at, bytes, n);
    if (resum) sum(p, BLOCK);
    vr_tar tar;
    vr_err err = {0};
    const int64_t used = arena.used;
    assert_false(vrp_tar_parse(&arena, &tar, b, "x.tar", &err));
    assert_message(err, why);
    assert_null(tar.entries);
    assert_int_equal(arena.used, used);
}

static void an_inconsistent_tar_header_is_refused(void **state) {
    (void)state;
    tar_fault(0, "b", 1, false, "x.tar: byte 512: not a tar header: checksum mismatch");
    tar_fault(148, "xxxxxxx", 7, false, "checksum mismatch");
    tar_fault(124, "0000000000z", 11, true, "x.tar: byte 636: invalid size");
    tar_fault(124, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfc", 12, true, "invalid size");
    tar_fault(124, "\x80\x40\0\0\0\0\0\0\0\0\0\0", 12, true, "invalid size");
    tar_fault(124, "77777777777", 11, true,
              "byte 512: unexpected end of file: expected 8589934591 bytes of data, found 3584");
    tar_fault(124, "\x80\0\0\0\x3f\xff\xff\xff\xff\xff\xff\xff", 12, true,
              "expected 4611686018427387903 bytes of data");
    tar_fault(156, "S", 1, true, "byte 512: unsupported: sparse file or multi-volume archive");
    tar_fault(156, "M", 1, true, "unsupported: sparse file or multi-volume archive");
    tar_fault(0, "\0", 1, true, "byte 512: file without a name");
    tar_fault(156, "x", 1, true, "byte 1024: invalid length of a pax record");
    static const struct {
        const char *record, *why;
    } pax[] = {
        {"7 path=", "invalid length of a pax record"},
        {"5 ab\n", "pax record without '='"},
        {"7 path=\n", "invalid length of a pax record"},
        {"8 path=\n", "empty path"},
        {"8 size=\n", "invalid size"},
        {"10 size=x\n", "invalid size"},
        {"30 size=999999999999999999999\n", "invalid size"},
        {"22 GNU.sparse.major=1\n", "byte 1024: unsupported: sparse file"},
        {"99999999999999999999 path=a\n", "invalid length of a pax record"},
    };
    for (int64_t i = 0; i < COUNT(pax); i++) {
        vr_bytes b = test_bytes(&arena, FORMATS "ustar.tar");
        uint8_t *p = (uint8_t *)(uintptr_t)b.data;
        p[BLOCK + 156] = 'x';
        snprintf((char *)p + BLOCK + 124, 12, "%011o", (unsigned)strlen(pax[i].record));
        memcpy(p + 2 * BLOCK, pax[i].record, strlen(pax[i].record));
        sum(p, BLOCK);
        vr_tar tar;
        vr_err err = {0};
        assert_false(vrp_tar_parse(&arena, &tar, b, "x.tar", &err));
        assert_message(err, pax[i].why);
    }
}

static void a_tar_cut_anywhere_before_its_end_mark_is_refused(void **state) {
    (void)state;
    static const char *const names[] = {"ustar.tar", "gnu.tar", "pax.tar"};
    for (int i = 0; i < 3; i++) {
        const vr_bytes b = test_bytes(&arena, FORMATS "%s", names[i]);
        for (int64_t n = 0; n < b.size; n++) {
            vr_tar tar;
            vr_err err = {0};
            const bool whole = n >= b.size - BLOCK; /* one block of zeros is enough */
            if (vrp_tar_parse(&arena, &tar, (vr_bytes){b.data, n}, "x.tar", &err) != whole)
                fail_msg("%s with %d of %d bytes", names[i], (int)n, (int)b.size);
        }
    }
}

/* ---- IDX ---- */

static void idx_of_every_type_is_read(void **state) {
    (void)state;
    static const struct {
        const char *name;
        vr_dtype dtype;
    } files[] = {{"u8.idx", VR_U8},   {"u8.idx.gz", VR_U8}, {"i8.idx", VR_I8},  {"i16.idx", VR_I16},
                 {"i32.idx", VR_I32}, {"f32.idx", VR_F32},  {"f64.idx", VR_F64}};
    for (int i = 0; i < 7; i++) {
        vr_array a;
        float x[12];
        assert_true(vr_idx_load(&arena, &a, vr_arena_printf(&arena, FORMATS "%s", files[i].name), VR_FATAL));
        assert_int_equal(a.dtype, files[i].dtype);
        assert_int_equal(a.ndim, 3);
        assert_int_equal(a.shape[0], 3);
        assert_int_equal(a.stride[0], 4);
        vrp_array_to_f32(x, &a);
        for (int k = 0; k < 12; k++) assert_true(x[k] == (float)(3 * k - (a.dtype == VR_U8 ? 0 : 5)));
    }
}

#define IDX(bytes, why) idx_fault(bytes, sizeof(bytes) - 1, why)
static void idx_fault(const char *bytes, size_t n, const char *why) {
    vr_array a;
    vr_err err = {0};
    const bool ok = vrp_idx_parse(&arena, &a, (vr_bytes){(const uint8_t *)bytes, (int64_t)n}, "x.idx", &err);
    assert_int_equal(ok, why == NULL);
    if (!ok) assert_message(err, why);
}

static void an_inconsistent_idx_header_is_refused(void **state) {
    (void)state;
    IDX("\0\0\x08\1\0\0\0\2ab", NULL);
    IDX("\0\0\x08\1\0\0\0\0", NULL);
    IDX("\0\0\x08\1\0\0\0\2a", "x.idx: byte 8: expected 2 bytes of elements, found 1");
    IDX("\0\0\x08\1\0\0\0\2abc", "byte 8: expected 2 bytes of elements, found 3");
    IDX("\1\0\x08\1\0\0\0\2ab", "byte 0: not an IDX file");
    IDX("\0\0\x0a\1\0\0\0\2ab", "byte 2: unknown element type 10");
    IDX("\0\0\x08\0", "byte 3: expected 1 to 8 dimensions, found 0");
    IDX("\0\0\x08\x09", "byte 3: expected 1 to 8 dimensions, found 9");
    IDX("\0\0\x08\2\0\0\0\2ab", "byte 10: unexpected end of file in the sizes of 2 dimensions");
    IDX("\0\0\x0e\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "expected more than");
    IDX("\0\0\x0e\3\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
        "byte 4: invalid shape"); /* empty, yet too large */
    IDX("\x1f\x8b\x08", "byte 0: not a gzip file, or truncated");
}

static void mnists_own_labels_are_read(void **state) {
    (void)state;
    vr_array a;
    assert_true(vr_idx_load(&arena, &a, test_data("idx/t10k-labels-idx1-ubyte.gz"), VR_FATAL));
    assert_int_equal(vr_array_count(&a), 10000);
    static const uint8_t first[] = {7, 2, 1, 0, 4, 1, 4, 9, 5, 9};
    assert_memory_equal(a.data, first, 10);
}

/* ---- CIFAR ---- */

static void cifar_10_and_100_are_distinguished_by_size_and_labels(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        vr_cifar c;
        uint8_t rgb[3072];
        assert_true(vr_cifar_load(&arena, &c, k ? FORMATS "cifar100.bin" : FORMATS "cifar10.bin", VR_FATAL));
        assert_int_equal(c.count, 2);
        assert_int_equal(c.class_count, k ? 100 : 10);
        assert_int_equal(vr_cifar_label(&c, 0), k ? 57 : 3);
        assert_int_equal(vr_cifar_label(&c, 1), k ? 99 : 9);
        assert_string_equal(c.classes[9], "9");
        vr_cifar_pixels(rgb, &c, 1);
        for (int i = 0; i < 1024; i++)
            for (int plane = 0; plane < 3; plane++)
                assert_int_equal(rgb[3 * i + plane], (7 * (plane * 1024 + i) + 13) & 255);
    }
}

static void a_cifar_file_of_another_size_or_label_is_refused(void **state) {
    (void)state;
    const vr_bytes b = test_bytes(&arena, FORMATS "cifar10.bin");
    uint8_t *p = (uint8_t *)(uintptr_t)b.data;
    vr_cifar c;
    for (int64_t n = 0; n < b.size; n++) {
        vr_err err = {0};
        const bool record = n == 3073 || n == 3074; /* of CIFAR-10; of CIFAR-100, whose labels these may be */
        assert_int_equal(vrp_cifar_parse(&arena, &c, (vr_bytes){p, n}, "x.bin", &err), record);
        if (!record) assert_message(err, "the size is not a multiple of CIFAR-10's records");
    }
    vr_err err = {0};
    p[3073] = 10;
    assert_false(vrp_cifar_parse(&arena, &c, b, "x.bin", &err));
    assert_message(err, "x.bin: byte 3073: label 10 out of range");
    const vr_bytes h = test_bytes(&arena, FORMATS "cifar100.bin");
    p = (uint8_t *)(uintptr_t)h.data;
    p[1] = 100;
    err = (vr_err){0};
    assert_false(vrp_cifar_parse(&arena, &c, h, "x.bin", &err));
    assert_message(err, "byte 1: label 100 out of range");
    p[1] = 99, p[3074] = 20;
    err = (vr_err){0};
    assert_false(vrp_cifar_parse(&arena, &c, h, "x.bin", &err));
    assert_message(err, "byte 3074: label 20 out of range");
}

static void cifars_names_come_from_the_file_beside_it(void **state) {
    (void)state;
    const vr_bytes b = test_bytes(&arena, FORMATS "cifar10.bin");
    const char *path = test_tmp("data_batch_1.bin");
    vr_cifar c;
    vr_err err = {0};
    test_write(path, b.data, b.size);
    test_write_text(test_tmp("batches.meta.txt"), "a\r\nb\nc\nd\ne\nf\ng\nh\ni\ntruck\n\n");
    assert_true(vr_cifar_load(&arena, &c, path, VR_FATAL));
    assert_string_equal(c.classes[0], "a");
    assert_string_equal(c.classes[9], "truck");
    test_write_text(test_tmp("batches.meta.txt"), "\xEF\xBB\xBFz\nb\nc\nd\ne\nf\ng\nh\ni\ntruck\n");
    assert_true(vr_cifar_load(&arena, &c, path, VR_FATAL));
    assert_string_equal(c.classes[0], "z");
    test_write_text(test_tmp("batches.meta.txt"), "a\nb\n");
    assert_false(vr_cifar_load(&arena, &c, path, &err));
    assert_message(err, "batches.meta.txt: expected 10 names, found 2");
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, arena_free)
    const struct CMUnitTest tests[] = {
        TEST(tars_of_every_form_give_paths_and_bytes),
        TEST(a_hard_link_is_the_last_file_of_that_path_before_it),
        TEST(paths_of_a_tar_are_what_they_lead_to_and_never_above_the_top),
        TEST(a_compressed_tar_is_refused_by_its_compression),
        TEST(an_inconsistent_tar_header_is_refused),
        TEST(a_tar_cut_anywhere_before_its_end_mark_is_refused),
        TEST(idx_of_every_type_is_read),
        TEST(an_inconsistent_idx_header_is_refused),
        TEST(mnists_own_labels_are_read),
        TEST(cifar_10_and_100_are_distinguished_by_size_and_labels),
        TEST(a_cifar_file_of_another_size_or_label_is_refused),
        TEST(cifars_names_come_from_the_file_beside_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
