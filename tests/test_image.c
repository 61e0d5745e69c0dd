/* tests/test_image.c: image/image and image/inspect: every kind of file against Pillow's pixels, EXIF, files that are inconsistent or end
 * too soon, and writing. */
#include "image.h"
#include "../visrob_impl/image/image_impl.h"
#include "../visrob_impl/image/inspect_impl.h"
#include "golden/images.h"

#define IMAGES "tests/golden/images/"
/* ---- what is read ---- */

static void every_kind_of_png_and_jpeg_has_pillows_pixels(void **state) {
    (void)state;
    for (int64_t i = 0; i < COUNT(golden_images); i++) {
        vr_image image;
        assert_true(vrp_image_parse(&arena, &image, test_bytes(&arena, IMAGES "%s", golden_images[i].name),
                                    "x", VR_FATAL));
        assert_int_equal(image.width, golden_images[i].width);
        assert_int_equal(image.height, golden_images[i].height);
        if (crc(image) != golden_images[i].crc) fail_msg("%s differs from Pillow", golden_images[i].name);
    }
}

static void sixteen_bits_keep_the_high_eight_and_alpha_is_dropped(void **state) {
    (void)state;
    static const char *const names[] = {"rgb16.png", "rgba16.png"};
    for (int i = 0; i < 2; i++) { /* the pattern of make_images.py at (0,0) and (1,0), worked by hand */
        vr_image image;
        assert_true(
            vrp_image_parse(&arena, &image, test_bytes(&arena, IMAGES "%s", names[i]), "x", VR_FATAL));
        assert_memory_equal(image.pixels, ((uint8_t[]){100, 91, 122, 93, 93, 123}), 6);
    }
    vr_image grey;
    assert_true(vrp_image_parse(&arena, &grey, test_bytes(&arena, IMAGES "grey_alpha16.png"), "x", VR_FATAL));
    assert_memory_equal(grey.pixels, ((uint8_t[]){100, 100, 100, 93, 93, 93}), 6);
}

static void every_kind_of_file_is_detected_with_its_size(void **state) {
    (void)state;
    static const struct {
        const char *path;
        vrp_image_kind kind;
        int64_t width, height;
    } files[] = {{IMAGES "s420.jpg", VRP_IMAGE_JPEG, 61, 47},
                 {IMAGES "grey_alpha16.png", VRP_IMAGE_PNG, 7, 5},
                 {"tests/golden/formats/frames.gif", VRP_IMAGE_GIF, 11, 9},
                 {"tests/golden/formats/rgb.bmp", VRP_IMAGE_BMP, 11, 9},
                 {"tests/golden/formats/rgb.ppm", VRP_IMAGE_PNM, 11, 9},
                 {"tests/golden/formats/rgb.tga", VRP_IMAGE_TGA, 11, 9}};
    for (int64_t i = 0; i < COUNT(files); i++) {
        const vr_bytes b = test_bytes(&arena, "%s", files[i].path);
        vrp_image_info info;
        vr_image image;
        assert_true(vrp_image_inspect(&info, b, files[i].path, VR_FATAL));
        assert_int_equal(info.kind, files[i].kind);
        assert_int_equal(info.width, files[i].width);
        assert_int_equal(info.height, files[i].height);
        assert_int_equal(info.orientation, 1);
        assert_true(vr_image_load(&arena, &image, files[i].path, VR_FATAL));
        if (info.width != 11) continue; /* make_formats.py's pattern: 20 x, 25 y, xy */
        const uint8_t *p = image.pixels + (3 * 11 + 4) * 3;
        static const uint8_t want[] = {80, 75, 12};
        for (int c = 0; c < 3; c++)
            assert_close(p[c], want[c], info.kind == VRP_IMAGE_GIF ? 40 : 0); /* palette */
    }
}

/* ---- EXIF ---- */

/* blocks.jpg with an APP1 segment inserted after its first two bytes. */
static vr_bytes with_exif(const uint8_t *exif, int64_t n) {
    const vr_bytes base = test_bytes(&arena, IMAGES "blocks.jpg");
    uint8_t *p = (uint8_t *)vr_arena_alloc(&arena, base.size + 4 + n, 1);
    memcpy(p, base.data, 2);
    p[2] = 0xFF, p[3] = 0xE1, p[4] = (uint8_t)((n + 2) >> 8), p[5] = (uint8_t)(n + 2);
    memcpy(p + 6, exif, (size_t)n);
    memcpy(p + 6 + n, base.data + 2, (size_t)(base.size - 2));
    return (vr_bytes){p, base.size + 4 + n};
}

enum { EXIF = 32, IFD = 16, VALUE = 26 }; /* bytes of the segment, of its first entry, of its value */

/* "Exif", a TIFF header, and one entry: orientation, of type SHORT, once. */
static void exif_segment(uint8_t p[EXIF], int orientation, bool little) {
    static const uint8_t big[EXIF] = {'E', 'x',  'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
                                      1,   0x12, 0,   3,   0, 0, 0,   1,   0, 0,  0, 0, 0, 0, 0, 0};
    static const uint8_t small[EXIF] = {'E',  'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0,
                                        0x12, 1,   3,   0,   1, 0, 0,   0,   0,  0, 0, 0, 0, 0, 0, 0};
    memcpy(p, little ? small : big, EXIF);
    p[IFD + 8 + (little ? 0 : 1)] = (uint8_t)orientation;
}

/* The six blocks of the pattern, in the order of golden_upright. */
static void check_upright(vr_image image, int orientation) {
    assert_int_equal(image.width, 8 * golden_upright[orientation].width);
    assert_int_equal(image.height, 8 * golden_upright[orientation].height);
    for (int64_t y = 0; y < image.height; y++)
        for (int64_t x = 0; x < image.width; x++) {
            const int block =
                golden_upright[orientation].pixels[y / 8 * golden_upright[orientation].width + x / 8];
            assert_close(image.pixels[(y * image.width + x) * 3 + 1], 40 * block, 1);
        }
}

static void all_eight_orientations_in_both_byte_orders_stand_upright(void **state) {
    (void)state;
    for (int k = 1; k <= 8; k++)
        for (int little = 0; little < 2; little++) {
            uint8_t exif[EXIF];
            exif_segment(exif, k, little);
            vr_image image;
            vrp_image_info info;
            assert_true(vrp_image_inspect(&info, with_exif(exif, EXIF), "x", VR_FATAL));
            assert_int_equal(info.orientation, k);
            assert_true(vrp_image_parse(&arena, &image, with_exif(exif, EXIF), "x", VR_FATAL));
            check_upright(image, k);
        }
}

static void a_broken_exif_leaves_the_image_as_it_is(void **state) {
    (void)state;
    static const struct {
        int at;
        uint8_t value;
    } breaks[] = {{0, 'X'},        {6, 'X'},     {7, 'I'},        {9, 43},      {10, 0x7f},
                  {10, 0xff},      {13, 200},    {IFD + 1, 0x13}, {IFD + 3, 4}, {IFD + 7, 2},
                  {IFD + 4, 0xff}, {IFD + 8, 1}, {IFD + 9, 0},    {IFD + 9, 9}, {IFD + 9, 255}};
    for (int64_t i = 0; i < COUNT(breaks); i++) {
        uint8_t exif[EXIF];
        vr_image image;
        exif_segment(exif, 6, false);
        exif[breaks[i].at] = breaks[i].value;
        assert_true(vrp_image_parse(&arena, &image, with_exif(exif, EXIF), "x", VR_FATAL));
        check_upright(image, 1);
    }
    for (int64_t n = 0; n <= EXIF; n++) { /* cut anywhere: turned from the entry's last byte on */
        uint8_t exif[EXIF];
        vr_image image;
        exif_segment(exif, 6, false);
        assert_true(vrp_image_parse(&arena, &image, with_exif(exif, n), "x", VR_FATAL));
        check_upright(image, n >= 28 ? 6 : 1);
    }
    uint8_t exif[EXIF]; /* 65,535 entries are declared, one is there */
    vr_image image;
    exif_segment(exif, 6, false);
    exif[14] = exif[15] = 0xff;
    assert_true(vrp_image_parse(&arena, &image, with_exif(exif, EXIF), "x", VR_FATAL));
    check_upright(image, 6);
}

/* ---- inconsistent files ---- */

static void put32(uint8_t *p, uint32_t v) {
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* A PNG of a header of this size and 40 bytes of data, with correct checksums. */
static vr_bytes png(uint32_t width, uint32_t height) {
    uint8_t *p = VR_NEW(&arena, uint8_t, 200);
    memcpy(p, "\x89PNG\r\n\x1a\n\0\0\0\15IHDR", 16);
    put32(p + 16, width), put32(p + 20, height);
    memcpy(p + 24, "\10\2\0\0\0", 5);
    put32(p + 29, vr_crc32(0, p + 12, 17));
    put32(p + 33, 40), memcpy(p + 37, "IDAT", 4);
    put32(p + 81, vr_crc32(0, p + 37, 44));
    memcpy(p + 89, "IEND", 4);
    put32(p + 93, vr_crc32(0, p + 89, 4));
    return (vr_bytes){p, 97};
}

static void a_header_of_a_huge_image_is_refused_before_anything_is_allocated(void **state) {
    (void)state;
    static const struct {
        uint32_t width, height;
        vr_err_code code;
        const char *why;
    } giants[] = {{100000, 100000, VR_ERR_LIMIT,
                   "big.png: byte 16: declares 100000 x 100000 pixels; at most 65536 a side and "
                   "268435456 in all are supported"},
                  {65537, 1, VR_ERR_LIMIT, "declares 65537 x 1 pixels"},
                  {65536, 65536, VR_ERR_LIMIT, "declares 65536 x 65536 pixels"},
                  {0xffffffff, 0xffffffff, VR_ERR_LIMIT, "4294967295 x 4294967295"},
                  {16000, 16000, VR_ERR_FORMAT, "40 bytes of data cannot hold 16000 x 16000 pixels"},
                  {0, 5, VR_ERR_FORMAT, "image without pixels"}};
    for (int64_t i = 0; i < COUNT(giants); i++) {
        const vr_bytes b = png(giants[i].width, giants[i].height);
        vr_arena own = {0};
        vr_image image;
        vr_err err = {0};
        const int64_t memory = vr_memory_peak();
        assert_false(vrp_image_parse(&own, &image, b, "big.png", &err));
        assert_int_equal(err.code, giants[i].code);
        assert_message(err, giants[i].why);
        assert_null(image.pixels);
        assert_int_equal(own.peak, 0);
        assert_in_range(vr_memory_peak() - memory, 0, 1 << 20);
    }
}

static void a_jpeg_with_a_huge_frame_is_refused(void **state) {
    (void)state;
    const vr_bytes b = test_bytes(&arena, IMAGES "s420.jpg");
    uint8_t *p = (uint8_t *)(uintptr_t)b.data; /* FF C0, length, bits, height, width */
    while (p[0] != 0xFF || p[1] != 0xC0) p++;
    vr_image image;
    vr_err err = {0};
    memset(p + 5, 0xff, 4);
    assert_false(vrp_image_parse(&arena, &image, b, "big.jpg", &err));
    assert_int_equal(err.code, VR_ERR_LIMIT);
    assert_message(err, "declares 65535 x 65535 pixels");
    memset(p + 5, 0x20, 4); /* 8224 x 8224 of less than a bit each block */
    err = (vr_err){0};
    assert_false(vrp_image_parse(&arena, &image, b, "big.jpg", &err));
    assert_int_equal(err.code, VR_ERR_FORMAT);
    assert_message(err, "bytes of data cannot hold 8224 x 8224 pixels");
}

/* The first place of a marker in a file. */
static uint8_t *marker(vr_bytes file, uint8_t which) {
    uint8_t *p = (uint8_t *)(uintptr_t)file.data;
    while (p[0] != 0xFF || p[1] != which) p++;
    return p;
}

/* `name` with one byte changed, `at` bytes after a marker, is refused. */
static void jpeg_fault(const char *name, uint8_t which, int64_t at, uint8_t value, vr_err_code code,
                       const char *why) {
    const vr_bytes b = test_bytes(&arena, IMAGES "%s", name);
    vr_image image;
    vr_err err = {0};
    const int64_t used = arena.used;
    marker(b, which)[at] = value;
    if (vrp_image_parse(&arena, &image, b, "x.jpg", &err)) fail_msg("%s is read in spite of %s", name, why);
    assert_message(err, "x.jpg: byte ");
    assert_message(err, why);
    assert_int_equal(err.code, code);
    assert_null(image.pixels);
    assert_int_equal(arena.used, used);
}

static void a_jpeg_with_inconsistent_segments_is_refused(void **state) {
    (void)state;
    enum { FRAME = 0xC0, PROGRESSIVE = 0xC2, CODES = 0xC4, TABLE = 0xDB, SCAN = 0xDA, RESTART = 0xD2 };
    jpeg_fault("s420.jpg", FRAME, 4, 12, VR_ERR_UNSUPPORTED, "unsupported: JPEG with other than 8 bits");
    jpeg_fault("s420.jpg", FRAME, 9, 2, VR_ERR_FORMAT, "expected 1, 3 or 4 components");
    jpeg_fault("s420.jpg", FRAME, 11, 0x52, VR_ERR_FORMAT, "sampling factor out of range 1..4");
    jpeg_fault("s420.jpg", FRAME, 12, 4, VR_ERR_FORMAT, "quantization table out of range 0..3");
    jpeg_fault("s420.jpg", FRAME, 12, 3, VR_ERR_FORMAT, "scan with an undefined table");
    jpeg_fault("s420.jpg", FRAME, 14, 0x31, VR_ERR_UNSUPPORTED, "unsupported sampling factors 2 of 3");
    jpeg_fault("s420.jpg", CODES, 4, 0x24, VR_ERR_FORMAT, "Huffman table out of range 0..3");
    jpeg_fault("s420.jpg", CODES, 20, 200, VR_ERR_FORMAT, "truncated Huffman table");
    jpeg_fault("s420.jpg", TABLE, 4, 7, VR_ERR_FORMAT, "quantization table out of range 0..3");
    jpeg_fault("s420.jpg", TABLE, 4, 0x10, VR_ERR_FORMAT, "truncated quantization table");
    jpeg_fault("s420.jpg", SCAN, 5, 9, VR_ERR_FORMAT, "scan of an unknown component");
    jpeg_fault("s420.jpg", SCAN, 4, 2, VR_ERR_FORMAT, "invalid length of the scan header");
    jpeg_fault("restarts.jpg", RESTART, 1, 0xD6, VR_ERR_FORMAT, "missing restart marker");
    jpeg_fault("restarts.jpg", RESTART, 1, 0x00, VR_ERR_FORMAT, "restart");
    jpeg_fault("progressive420.jpg", SCAN, 12, 1, VR_ERR_FORMAT, "invalid spectral selection");
    jpeg_fault("progressive420.jpg", SCAN, 13, 0x0E, VR_ERR_FORMAT, "invalid spectral selection");
    vr_image image;
    vr_err err = {0};
    vr_bytes b = test_bytes(&arena, IMAGES "s420.jpg");
    marker(b, CODES)[5] = 2, marker(b, CODES)[7] = 3; /* two codes of one bit leave none for the others */
    assert_false(vrp_image_parse(&arena, &image, b, "x.jpg", &err));
    assert_message(err, "Huffman table with too many codes");
    b = test_bytes(&arena, IMAGES "s444.jpg");
    uint8_t *data = marker(b, SCAN) + 14; /* 500 bytes are removed; the structure stays complete */
    memmove(data, data + 500, (size_t)(b.data + b.size - data - 500));
    b.size -= 500;
    err = (vr_err){0};
    assert_false(vrp_image_parse(&arena, &image, b, "x.jpg", &err));
    assert_message(err, "corrupt or truncated scan");
}

/* Nothing is left of a file that ends at any byte, and the message names it. */
static void check_prefixes(const char *name, vr_bytes b) {
    for (int64_t n = 0; n < b.size; n++) {
        vr_arena own = {0};
        vr_image image;
        vr_err err = {0};
        uint8_t *cut = test_block(b.data, n);
        if (vrp_image_parse(&own, &image, (vr_bytes){cut, n}, name, &err))
            fail_msg("%s can be read with %d of its %d bytes", name, (int)n, (int)b.size);
        assert_true(err.code == VR_ERR_FORMAT);
        assert_message(err, name);
        assert_null(image.pixels);
        assert_int_equal(own.used, 0);
        vr_arena_free(&own);
        free(cut);
    }
}

static void a_file_cut_at_any_byte_is_an_error_that_names_it(void **state) {
    (void)state;
    for (int64_t i = 0; i < COUNT(golden_images); i++)
        check_prefixes(golden_images[i].name, test_bytes(&arena, IMAGES "%s", golden_images[i].name));
    static const char *const others[] = {"rgb.bmp", "rgb.ppm",
                                         "rgb.tga"}; /* of a GIF, the first frame is enough */
    for (int64_t i = 0; i < COUNT(others); i++) {
        vr_bytes b = test_bytes(&arena, "tests/golden/formats/%s", others[i]);
        if (i == 2) b.size -= 26; /* TGA's footer, which is optional */
        check_prefixes(others[i], b);
    }
}

static void a_file_that_is_not_an_image_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        int64_t n;
        const char *why;
    } bad[] = {{"", 0, "x.png: byte 0: empty file"},
               {"hello", 5, "x.png: byte 0: unknown format; expected JPEG, PNG, GIF, BMP, PSD or PNM"},
               {"\xFF\xD8\xFF\xD9", 4, "JPEG without an image"},
               {"\xFF\xD8\xFF\xC9\0\4ab\xFF\xD9", 10, "lossless, hierarchical or arithmetic-coded"},
               {"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82", 20, "expected exactly one header chunk"},
               {"P6 2 2 65535 ", 13, "unsupported: PNM with a maximum value other than 255"},
               {"P6 a", 4, "expected a number"}};
    for (int64_t i = 0; i < COUNT(bad); i++) {
        vr_image image;
        vr_err err = {0};
        assert_false(vrp_image_parse(&arena, &image, (vr_bytes){(const uint8_t *)bad[i].bytes, bad[i].n},
                                     "x.png", &err));
        assert_message(err, bad[i].why);
    }
    vr_image image;
    vr_err err = {0};
    assert_false(vr_image_load(&arena, &image, "/nowhere/a.png", &err));
    assert_int_equal(err.code, VR_ERR_IO);
    assert_message(err, "/nowhere/a.png");
    assert_null(image.pixels);
}

/* ---- writing ---- */

static void a_jpeg_is_written_as_pillow_writes_it_to_the_byte(void **state) {
    (void)state;
    for (int64_t i = 0; i < COUNT(golden_written); i++) {
        const vr_image image = pattern(golden_written[i].width, golden_written[i].height);
        const vr_bytes out = vr_image_format_jpeg(&arena, image, golden_written[i].quality);
        if (vr_crc32(0, out.data, out.size) != golden_written[i].crc)
            fail_msg("%d x %d at quality %d differs", golden_written[i].width, golden_written[i].height,
                     golden_written[i].quality);
    }
}

static void what_is_saved_is_read_again(void **state) {
    (void)state;
    vr_image in, out;
    assert_true(vrp_image_parse(&arena, &in, test_bytes(&arena, IMAGES "s444.jpg"), "x", VR_FATAL));
    static const char *const names[] = {"a.png", "b.bmp", "c.jpg", "d.JPEG"};
    for (int i = 0; i < 4; i++) {
        const char *path = test_tmp(names[i]);
        assert_true(vr_image_save(in, path, VR_FATAL));
        assert_true(vr_image_load(&arena, &out, path, VR_FATAL));
        assert_int_equal(out.width, 61);
        int64_t sum = 0;
        for (int64_t k = 0; k < 61 * 47 * 3; k++) sum += llabs((long long)in.pixels[k] - out.pixels[k]);
        if (i < 2) assert_int_equal(sum, 0);
        assert_in_range(sum / (61 * 47 * 3), 0, 3); /* quality 95 */
    }
    vr_err err = {0};
    assert_false(vr_image_save(in, test_tmp("a.webp"), &err));
    assert_int_equal(err.code, VR_ERR_ARGUMENT);
    assert_message(err, "a.webp: unsupported file extension; expected .png, .jpg, .jpeg or .bmp");
    err = (vr_err){0};
    assert_false(vr_image_save(in, "/nowhere/a.png", &err));
    assert_int_equal(err.code, VR_ERR_IO);
}

/* The red value of a pixel. */
static int red(vr_image image, int64_t x, int64_t y) { return image.pixels[(y * image.width + x) * 3]; }

static void a_grid_holds_every_image_in_the_middle_of_its_cell(void **state) {
    (void)state;
    vr_image images[3] = {vr_image_new(&arena, 4, 2), vr_image_new(&arena, 2, 2), vr_image_new(&arena, 4, 4)};
    for (int i = 0; i < 3; i++)
        memset(images[i].pixels, 10 * (i + 1), (size_t)(images[i].width * images[i].height * 3));
    vr_image grid = vr_image_grid(&arena, images, 3, 2, 1); /* cells of 4 x 4: two and one */
    assert_int_equal(grid.width, 9);
    assert_int_equal(grid.height, 9);
    int64_t count[4] = {0};
    for (int64_t k = 0; k < 81; k++) {
        const int r = red(grid, k % 9, k / 9);
        count[r == 255 ? 0 : r / 10]++;
    }
    assert_int_equal(count[1], 8);
    assert_int_equal(count[2], 4);
    assert_int_equal(count[3], 16);
    assert_int_equal(red(grid, 0, 1), 10); /* one white row above */
    assert_int_equal(red(grid, 6, 1), 20);
    assert_int_equal(red(grid, 0, 5), 30);
    assert_int_equal(red(grid, 4, 1), 255); /* the gap */
    grid = vr_image_grid(&arena, images, 3, 100, 0);
    assert_int_equal(grid.width, 12); /* no more columns than images */
    assert_int_equal(grid.height, 4);
    assert_panics(vr_image_grid(&arena, images, 0, 1, 0), "0 images");
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, arena_free)
    const struct CMUnitTest tests[] = {
        TEST(every_kind_of_png_and_jpeg_has_pillows_pixels),
        TEST(sixteen_bits_keep_the_high_eight_and_alpha_is_dropped),
        TEST(a_jpeg_is_written_as_pillow_writes_it_to_the_byte),
        TEST(every_kind_of_file_is_detected_with_its_size),
        TEST(all_eight_orientations_in_both_byte_orders_stand_upright),
        TEST(a_broken_exif_leaves_the_image_as_it_is),
        TEST(a_header_of_a_huge_image_is_refused_before_anything_is_allocated),
        TEST(a_jpeg_with_a_huge_frame_is_refused),
        TEST(a_jpeg_with_inconsistent_segments_is_refused),
        TEST(a_file_cut_at_any_byte_is_an_error_that_names_it),
        TEST(a_file_that_is_not_an_image_is_refused),
        TEST(what_is_saved_is_read_again),
        TEST(a_grid_holds_every_image_in_the_middle_of_its_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
