/* tests/test_image.c: image/image and image/inspect: every kind of file against Pillow's pixels, EXIF, files that are inconsistent or end
 * too soon, and writing. */
#include "image.h"
#include "../visrob_impl/image/image_impl.h"
#include "../visrob_impl/image/inspect_impl.h"
#include "golden/images.h"

#define IMAGES "tests/golden/images/"
/* ---- what is read ---- */

static void every_kind_of_file_has_pillows_pixels(void **state) {
    (void)state;
    for (int64_t i = 0; i < COUNT(golden_images); i++) {
        vr_image image;
        assert_true(vrp_image_parse(&arena, &image, test_bytes(&arena, IMAGES "%s", golden_images[i].name),
                                    golden_images[i].name, NULL, VR_FATAL));
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
            vrp_image_parse(&arena, &image, test_bytes(&arena, IMAGES "%s", names[i]), "x", NULL, VR_FATAL));
        assert_memory_equal(image.pixels, ((uint8_t[]){100, 91, 122, 93, 93, 123}), 6);
    }
    vr_image grey;
    assert_true(
        vrp_image_parse(&arena, &grey, test_bytes(&arena, IMAGES "grey_alpha16.png"), "x", NULL, VR_FATAL));
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
        assert_true(vrp_image_inspect(&info, b, files[i].path, NULL, VR_FATAL));
        assert_int_equal(info.kind, files[i].kind);
        assert_int_equal(info.width, files[i].width);
        assert_int_equal(info.height, files[i].height);
        assert_int_equal(info.orientation, 1);
        assert_true(vr_image_load(&arena, &image, files[i].path, NULL, VR_FATAL));
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
            assert_true(vrp_image_inspect(&info, with_exif(exif, EXIF), "x", NULL, VR_FATAL));
            assert_int_equal(info.orientation, k);
            assert_true(vrp_image_parse(&arena, &image, with_exif(exif, EXIF), "x", NULL, VR_FATAL));
            check_upright(image, k);
        }
}

static void a_broken_exif_leaves_the_image_as_it_is(void **state) {
    (void)state;
    static const struct {
        int at;
        uint8_t value;
    } breaks[] = {{0, 'X'},        {6, 'X'},     {7, 'I'},        {9, 43},      {10, 0x7f},
                  {10, 0xff},      {13, 200},    {IFD + 1, 0x13}, {IFD + 3, 4}, {IFD + 7, 0},
                  {IFD + 4, 0xff}, {IFD + 8, 1}, {IFD + 9, 0},    {IFD + 9, 9}, {IFD + 9, 255}};
    for (int64_t i = 0; i < COUNT(breaks); i++) {
        uint8_t exif[EXIF];
        vr_image image;
        exif_segment(exif, 6, false);
        exif[breaks[i].at] = breaks[i].value;
        assert_true(vrp_image_parse(&arena, &image, with_exif(exif, EXIF), "x", NULL, VR_FATAL));
        check_upright(image, 1);
    }
    for (int64_t n = 0; n <= EXIF; n++) { /* cut anywhere: turned from the entry's last byte on */
        uint8_t exif[EXIF];
        vr_image image;
        exif_segment(exif, 6, false);
        assert_true(vrp_image_parse(&arena, &image, with_exif(exif, n), "x", NULL, VR_FATAL));
        check_upright(image, n >= 28 ? 6 : 1);
    }
    uint8_t exif[EXIF]; /* 65,535 entries are declared, one is there */
    vr_image image;
    exif_segment(exif, 6, false);
    exif[14] = exif[15] = 0xff;
    assert_true(vrp_image_parse(&arena, &image, with_exif(exif, EXIF), "x", NULL, VR_FATAL));
    check_upright(image, 6);
}

/* blocks.jpg with segments APP1 of these bytes. */
static void check_segments(const vr_bytes *segments, int64_t count, int orientation) {
    vr_bytes file = test_bytes(&arena, IMAGES "blocks.jpg");
    for (int64_t i = count - 1; i >= 0; i--) {
        uint8_t *p = (uint8_t *)vr_arena_alloc(&arena, file.size + 4 + segments[i].size, 1);
        const uint8_t head[6] = {
            0xFF, 0xD8, 0xFF, 0xE1, (uint8_t)((segments[i].size + 2) >> 8), (uint8_t)(segments[i].size + 2)};
        memcpy(p, head, sizeof head);
        memcpy(p + 6, segments[i].data, (size_t)segments[i].size);
        memcpy(p + 6 + segments[i].size, file.data + 2, (size_t)(file.size - 2));
        file = (vr_bytes){p, file.size + 4 + segments[i].size};
    }
    vr_image image;
    assert_true(vrp_image_parse(&arena, &image, file, "x", NULL, VR_FATAL));
    check_upright(image, orientation);
    assert_true(vrp_image_parse(&arena, &image, file, "x", &(vr_image_opts){.ignore_exif = true}, VR_FATAL));
    check_upright(image, 1); /* torchvision's way */
}

/* Orientation k as a number of this type of TIFF and count, at the entry or behind it. */
static vr_bytes exif_typed(int orientation, int type, int bytes, int count) {
    uint8_t *p = VR_NEW(&arena, uint8_t, 80);
    exif_segment(p, 0, false);
    p[IFD + 3] = (uint8_t)type, p[IFD + 7] = (uint8_t)count;
    if (bytes * count > 4) p[IFD + 11] = 30;
    p[bytes * count > 4 ? 6 + 30 + bytes - 1 : IFD + 8 + bytes - 1] = (uint8_t)orientation;
    if (type == 5 || type == 10) p[6 + 30 + 3] = (uint8_t)orientation, p[6 + 30 + 7] = 1;
    return (vr_bytes){p, 80};
}

static void an_orientation_of_any_type_of_integer_turns(void **state) {
    (void)state;
    enum { BYTE = 1, TEXT, SHORT, LONG, RATIONAL, SIGNED_BYTE, SIGNED_SHORT = 8, SIGNED_LONG, FLOAT = 11 };
    for (int k = 1; k <= 8; k++) {
        const vr_bytes turned[] = {exif_typed(k, SHORT, 2, 1),        exif_typed(k, LONG, 4, 1),
                                   exif_typed(k, SHORT, 2, 2),        exif_typed(k, SHORT, 2, 3),
                                   exif_typed(k, LONG, 4, 2),         exif_typed(k, SIGNED_BYTE, 1, 1),
                                   exif_typed(k, SIGNED_SHORT, 2, 1), exif_typed(k, SIGNED_LONG, 4, 1),
                                   exif_typed(k, RATIONAL, 8, 1)};
        for (int64_t i = 0; i < COUNT(turned); i++) check_segments(&turned[i], 1, k);
    }
    const vr_bytes not_turned[] = {exif_typed(6, BYTE, 1, 1), exif_typed('6', TEXT, 1, 1),
                                   exif_typed(6, FLOAT, 4, 1), exif_typed(6, 99, 4, 1),
                                   exif_typed(9, LONG, 4, 1)};
    for (int64_t i = 0; i < COUNT(not_turned); i++) check_segments(&not_turned[i], 1, 1);
}

static void exif_may_be_divided_between_segments(void **state) {
    (void)state;
    const vr_bytes whole = exif_typed(6, 3, 2, 3);
    for (int64_t cut = 6; cut <= whole.size; cut++) {
        uint8_t *rest = (uint8_t *)vr_arena_alloc(&arena, 6 + whole.size, 1);
        memcpy(rest, "Exif\0\0", 6);
        memcpy(rest + 6, whole.data + cut, (size_t)(whole.size - cut));
        check_segments((vr_bytes[]){{whole.data, cut}, {rest, 6 + whole.size - cut}}, 2, 6);
    }
    /* the second of two complete ones is behind the end of the first */
    check_segments((vr_bytes[]){exif_typed(3, 3, 2, 1), exif_typed(6, 3, 2, 1)}, 2, 3);
    vr_bytes many[17];
    for (int i = 0; i < 17; i++) many[i] = exif_typed(3, 3, 2, 1);
    check_segments(many, 16, 3);
}

static vr_bytes xmp(const char *text) {
    static const char head[] = "http://ns.adobe.com/xap/1.0/";
    const size_t n = strlen(text);
    uint8_t *p = (uint8_t *)vr_arena_alloc(&arena, (int64_t)(sizeof head + n), 1);
    memcpy(p, head, sizeof head);
    memcpy(p + sizeof head, text, n);
    return (vr_bytes){p, (int64_t)(sizeof head + n)};
}

static void xmps_orientation_counts_where_exif_has_none(void **state) {
    (void)state;
    uint8_t *other = VR_NEW(&arena, uint8_t, 80);
    memcpy(other, exif_typed(6, 3, 2, 1).data, 80);
    other[IFD + 1] = 0x31; /* another tag */
    check_segments((vr_bytes[]){xmp("<rdf:Description tiff:Orientation=\"6\"/>")}, 1, 6);
    check_segments((vr_bytes[]){xmp("<tiff:Orientation>8</tiff:Orientation>")}, 1, 8);
    check_segments((vr_bytes[]){xmp("tiff:Orientation=\"x\" tiff:Orientation=\"3\" tiff:Orientation=\"6\"")},
                   1, 3);
    check_segments((vr_bytes[]){xmp("tiff:Orientation=\"3\""), xmp("tiff:Orientation=\"6\"")}, 2, 6);
    check_segments((vr_bytes[]){xmp("tiff:Orientation=\"6\""), {other, 80}}, 2, 6);
    check_segments((vr_bytes[]){exif_typed(3, 3, 2, 1), xmp("tiff:Orientation=\"6\"")}, 2, 3);
    check_segments((vr_bytes[]){exif_typed(0, 3, 2, 1), xmp("tiff:Orientation=\"6\"")}, 2, 1);
    check_segments((vr_bytes[]){xmp("tiff:Orientation=\"9\"")}, 1, 1);
    check_segments((vr_bytes[]){xmp("tiff:Orientation")}, 1, 1);
    check_segments((vr_bytes[]){xmp("tiff:Orientation=\"")}, 1, 1);
}

/* index4.png with a chunk behind its header. */
static vr_bytes png_with(const char *type, const uint8_t *data, int64_t n) {
    enum { HEADER = 33 };
    const vr_bytes base = test_bytes(&arena, IMAGES "index4.png");
    uint8_t *p = (uint8_t *)vr_arena_alloc(&arena, base.size + 12 + n, 1), *chunk = p + HEADER;
    memcpy(p, base.data, HEADER);
    for (int i = 0; i < 4; i++) chunk[i] = (uint8_t)(n >> (24 - 8 * i));
    memcpy(chunk + 4, type, 4);
    memcpy(chunk + 8, data, (size_t)n);
    const uint32_t sum = vr_crc32(0, chunk + 4, 4 + n);
    for (int i = 0; i < 4; i++) chunk[8 + n + i] = (uint8_t)(sum >> (24 - 8 * i));
    memcpy(chunk + 12 + n, base.data + HEADER, (size_t)(base.size - HEADER));
    return (vr_bytes){p, base.size + 12 + n};
}

static void a_png_is_turned_too(void **state) {
    (void)state;
    static const uint8_t packet[] = "XML:com.adobe.xmp\0\0\0\0\0<tiff:Orientation>6</tiff:Orientation>";
    const vr_bytes exif = exif_typed(6, 3, 2, 1), base = test_bytes(&arena, IMAGES "index4.png");
    const vr_bytes files[] = {png_with("eXIf", exif.data + 6, exif.size - 6),
                              png_with("iTXt", packet, sizeof packet - 1)};
    vr_image upright, image;
    assert_true(vrp_image_parse(&arena, &upright, base, "x", NULL, VR_FATAL));
    for (int i = 0; i < 2; i++) {
        assert_true(
            vrp_image_parse(&arena, &image, files[i], "x", &(vr_image_opts){.ignore_exif = true}, VR_FATAL));
        assert_true(same(image, upright));
        assert_true(vrp_image_parse(&arena, &image, files[i], "x", NULL, VR_FATAL));
        assert_int_equal(image.width, upright.height);
        assert_int_equal(image.height, upright.width);
        for (int64_t y = 0; y < image.height; y++) /* a quarter turn clockwise */
            for (int64_t x = 0; x < image.width; x++)
                assert_memory_equal(image.pixels + (y * image.width + x) * 3,
                                    upright.pixels + ((upright.height - 1 - x) * upright.width + y) * 3, 3);
    }
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
                   "big.png: byte 16: declares 100000 x 100000 pixels; the limit is 65536 a side and "
                   "67108864 in all (--max-pixels, up to 268435456)"},
                  {65537, 1, VR_ERR_LIMIT, "declares 65537 x 1 pixels"},
                  {65536, 65536, VR_ERR_LIMIT, "declares 65536 x 65536 pixels"},
                  {0xffffffff, 0xffffffff, VR_ERR_LIMIT, "4294967295 x 4294967295"},
                  {8193, 8192, VR_ERR_LIMIT, "declares 8193 x 8192 pixels"},
                  {8192, 8192, VR_ERR_FORMAT, "40 bytes of data cannot hold 8192 x 8192 pixels"},
                  {0, 5, VR_ERR_FORMAT, "image without pixels"}};
    for (int64_t i = 0; i < COUNT(giants); i++) {
        const vr_bytes b = png(giants[i].width, giants[i].height);
        vr_arena own = {0};
        vr_image image;
        vr_err err = {0};
        const int64_t memory = vr_memory_peak();
        assert_false(vrp_image_parse(&own, &image, b, "big.png", NULL, &err));
        assert_int_equal(err.code, giants[i].code);
        assert_message(err, giants[i].why);
        assert_null(image.pixels);
        assert_int_equal(own.peak, 0);
        assert_in_range(vr_memory_peak() - memory, 0, 1 << 20);
    }
}

static void the_limit_of_pixels_can_be_changed(void **state) {
    (void)state;
    static const struct {
        int64_t most;
        uint32_t width, height;
        const char *why;
    } cases[] = {{100, 10, 11, "declares 10 x 11 pixels; the limit is 65536 a side and 100 in all"},
                 {110, 10, 11, "cannot decode"},
                 {1 << 28, 16384, 16384, "cannot hold 16384 x 16384"},
                 {INT64_MAX, 16384, 16385,
                  "declares 16384 x 16385 pixels; the limit is 65536 a side and 268435456 in all"}};
    for (int64_t i = 0; i < COUNT(cases); i++) {
        vr_image image;
        vr_err err = {0};
        const vr_image_opts opts = {.max_pixels = cases[i].most};
        assert_false(vrp_image_parse(&arena, &image, png(cases[i].width, cases[i].height), "x", &opts, &err));
        assert_message(err, cases[i].why);
    }
}

static void a_data_set_reads_its_files_by_its_options(void **state) {
    (void)state;
    vr_dataset data;
    vr_image upright, stored, image;
    vr_err err = {0};
    assert_true(vr_dataset_open(&arena, &data, "tests/golden/formats/turned.jpg", NULL, VR_FATAL));
    assert_true(vr_dataset_image(&arena, &upright, &data, 0, VR_FATAL));
    data.decode.ignore_exif = true;
    assert_true(vr_dataset_image(&arena, &stored, &data, 0, VR_FATAL));
    assert_int_equal(stored.width, upright.height);
    assert_false(same(stored, upright));
    data.decode.max_pixels = 10;
    assert_false(vr_dataset_image(&arena, &image, &data, 0, &err));
    assert_int_equal(err.code, VR_ERR_LIMIT);
    assert_message(err, "turned.jpg");
}

/* Above 2^24 pixels threads wait for each other. */
static void large_images_can_be_read_by_several_threads(void **state) {
    (void)state;
    enum { W = 4128, H = 4096, STRIDE = W / 8, HEAD = 62 };
    uint8_t *file = VR_NEW(&arena, uint8_t, HEAD + STRIDE * H);
    const uint8_t head[HEAD] = {'B',      'M',      [10] = HEAD, [14] = 40, [18] = W & 255,
                                W >> 8,   [22] = 0, H >> 8,      [26] = 1,  [28] = 1,
                                [54] = 1, 2,        3,           0,         4,
                                5,        6};
    memcpy(file, head, HEAD);
    memset(file + HEAD, 0x55, STRIDE * H);
    int wrong = 0;
#pragma omp parallel for num_threads(3) reduction(+ : wrong)
    for (int k = 0; k < 3; k++) {
        vr_arena own = {0};
        vr_image image;
        vr_err err = {0};
        wrong += !vrp_image_parse(&own, &image, (vr_bytes){file, HEAD + STRIDE * H}, "x.bmp", NULL, &err) ||
                 image.width != W || memcmp(image.pixels + 3 * (W * H - 2), "\3\2\1\6\5\4", 6) != 0;
        vr_arena_free(&own);
    }
    assert_int_equal(wrong, 0);
}

static void a_jpeg_with_a_huge_frame_is_refused(void **state) {
    (void)state;
    const vr_bytes b = test_bytes(&arena, IMAGES "s420.jpg");
    uint8_t *p = (uint8_t *)(uintptr_t)b.data; /* FF C0, length, bits, height, width */
    while (p[0] != 0xFF || p[1] != 0xC0) p++;
    vr_image image;
    vr_err err = {0};
    memset(p + 5, 0xff, 4);
    assert_false(vrp_image_parse(&arena, &image, b, "big.jpg", NULL, &err));
    assert_int_equal(err.code, VR_ERR_LIMIT);
    assert_message(err, "declares 65535 x 65535 pixels");
    memset(p + 5, 0x1f, 4); /* 7967 x 7967 of less than a bit each block */
    err = (vr_err){0};
    assert_false(vrp_image_parse(&arena, &image, b, "big.jpg", NULL, &err));
    assert_int_equal(err.code, VR_ERR_FORMAT);
    assert_message(err, "bytes of data cannot hold 7967 x 7967 pixels");
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
    if (vrp_image_parse(&arena, &image, b, "x.jpg", NULL, &err))
        fail_msg("%s is read in spite of %s", name, why);
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
    assert_false(vrp_image_parse(&arena, &image, b, "x.jpg", NULL, &err));
    assert_message(err, "Huffman table with too many codes");
    b = test_bytes(&arena, IMAGES "progressive444.jpg");
    uint8_t *last = marker(b, SCAN) + 1, *cut = last; /* without the last scan, which refines a bit */
    while (last = (uint8_t *)memchr(last, 0xFF, (size_t)(b.data + b.size - 1 - last)), last)
        if (*++last == CODES || (*last == SCAN && cut[0] != CODES)) cut = last;
    cut[0] = 0xD9;
    err = (vr_err){0};
    assert_false(vrp_image_parse(&arena, &image, (vr_bytes){b.data, cut + 1 - b.data}, "x.jpg", NULL, &err));
    assert_message(err, "unsupported: progressive JPEG without its last scans");
    b = test_bytes(&arena, IMAGES "s444.jpg");
    uint8_t *data = marker(b, SCAN) + 14; /* 500 bytes are removed; the structure stays complete */
    memmove(data, data + 500, (size_t)(b.data + b.size - data - 500));
    b.size -= 500;
    err = (vr_err){0};
    assert_false(vrp_image_parse(&arena, &image, b, "x.jpg", NULL, &err));
    assert_message(err, "corrupt or truncated scan");
}

/* Nothing is left of a file that ends at any byte, and the message names it. */
static void check_prefixes(const char *name, vr_bytes b) {
    for (int64_t n = 0; n < b.size; n++) {
        vr_arena own = {0};
        vr_image image;
        vr_err err = {0};
        uint8_t *cut = test_block(b.data, n);
        if (vrp_image_parse(&own, &image, (vr_bytes){cut, n}, name, NULL, &err))
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
    for (int64_t i = 0; i < COUNT(golden_images); i++) {
        vr_bytes b = test_bytes(&arena, IMAGES "%s", golden_images[i].name);
        if (vr_path_has_suffix(golden_images[i].name, ".gif"))
            b.size--; /* its end marker, behind the first frame */
        check_prefixes(golden_images[i].name, b);
    }
    static const char *const others[] = {"rgb.bmp", "rgb.ppm", "rgb.tga"};
    for (int64_t i = 0; i < COUNT(others); i++) {
        vr_bytes b = test_bytes(&arena, "tests/golden/formats/%s", others[i]);
        if (i == 2) b.size -= 26; /* TGA's footer, which is optional */
        check_prefixes(others[i], b);
    }
}

/* A file, changed in one byte, is refused, and the message says why. */
static void check_refused(const char *name, int64_t at, uint8_t value, const char *why) {
    const vr_bytes b = test_bytes(&arena, "%s", name);
    vr_image image;
    vr_err err = {0};
    ((uint8_t *)(uintptr_t)b.data)[at] = value;
    if (vrp_image_parse(&arena, &image, b, name, NULL, &err))
        fail_msg("%s is read in spite of %s", name, why);
    assert_message(err, why);
    assert_null(image.pixels);
}

static void forms_whose_pixels_would_not_be_pillows_are_refused(void **state) {
    (void)state;
    check_refused(IMAGES "grey_8.bmp", 46, 1, "unsupported: BMP with a grey palette of another depth");
    check_refused(IMAGES "few_8.bmp", 47, 2, "unsupported: BMP with more than 256 colours");
    check_refused(IMAGES "few_8.bmp", 30, 1, "unsupported: compressed BMP");
    check_refused(IMAGES "bits565.bmp", 54, 0x0F, "unsupported: BMP with unusual bit fields");
    check_refused(IMAGES "v2.bmp", 14, 53, "unsupported: BMP with a header of 53 bytes");
    check_refused(IMAGES "v2.bmp", 28, 23, "unsupported: BMP of this number of bits");
    check_refused(IMAGES "few.tga", 17, 0x30, "unsupported: TGA stored from right to left");
    check_refused(IMAGES "few.tga", 16, 16, "unsupported: TGA of this number of bits");
    check_refused(IMAGES "few.tga", 3, 255, "unsupported: TGA without a palette of up to 256 colours");
    check_refused(IMAGES "index4.png", 36, 14, "checksum mismatch");
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
               {"P6 a", 4, "expected a number"},
               {"P6 1 1 255abc", 13, "expected a space, then the pixels"},
               {"P1 1 1 1", 8, "unsupported: PNM of kind P1, bits as text"},
               {"P2 1 1 255 1", 12, "unsupported: PNM of kind P2, grey as text"},
               {"P3 1 1 255 1 1 1", 16, "unsupported: PNM of kind P3, colours as text"},
               {"P4 1 1 a", 8, "unsupported: PNM of kind P4, bits"},
               {"P7\nWIDTH 1", 10, "unsupported: PAM"},
               {"PF 1 1 -1", 9, "unsupported: PFM, real numbers"},
               {"8BPS\0\1\0\0\0\0\0\0\0\4\0\0\0\1\0\0\0\1\0\10\0\3", 26,
                "unsupported: PSD of other than RGB in 8 bits without alpha"},
               {"8BPS\0\1\0\0\0\0\0\0\0\3\0\0\0\1\0\0\0\1\0\20\0\3", 26,
                "unsupported: PSD of other than RGB in 8 bits without alpha"},
               {"GIF89a\5\0\5\0\0\0\0,\0\0\0\0\1\0\1\0\0\11\0", 25, "symbols of other than 1 to 8 bits"},
               {"GIF89a\5\0\5\0\0\0\0,\0\0\0\0\0\0\1\0\0\2\0", 25, "image without pixels"},
               {"GIF89a\5\0\5\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\0", 25, "the data end before the last pixel"},
               {"GIF89a\5\0\5\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1\74\0", 27, "invalid code"}};
    for (int64_t i = 0; i < COUNT(bad); i++) {
        vr_image image;
        vr_err err = {0};
        assert_false(vrp_image_parse(&arena, &image, (vr_bytes){(const uint8_t *)bad[i].bytes, bad[i].n},
                                     "x.png", NULL, &err));
        assert_message(err, bad[i].why);
    }
    vr_image image;
    vr_err err = {0};
    assert_false(vr_image_load(&arena, &image, "/nowhere/a.png", NULL, &err));
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
    assert_true(vrp_image_parse(&arena, &in, test_bytes(&arena, IMAGES "s444.jpg"), "x", NULL, VR_FATAL));
    static const char *const names[] = {"a.png", "b.bmp", "c.jpg", "d.JPEG"};
    for (int i = 0; i < 4; i++) {
        const char *path = test_tmp(names[i]);
        assert_true(vr_image_save(in, path, VR_FATAL));
        assert_true(vr_image_load(&arena, &out, path, NULL, VR_FATAL));
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
        TEST(every_kind_of_file_has_pillows_pixels),
        TEST(sixteen_bits_keep_the_high_eight_and_alpha_is_dropped),
        TEST(a_jpeg_is_written_as_pillow_writes_it_to_the_byte),
        TEST(every_kind_of_file_is_detected_with_its_size),
        TEST(all_eight_orientations_in_both_byte_orders_stand_upright),
        TEST(a_broken_exif_leaves_the_image_as_it_is),
        TEST(an_orientation_of_any_type_of_integer_turns),
        TEST(exif_may_be_divided_between_segments),
        TEST(xmps_orientation_counts_where_exif_has_none),
        TEST(a_png_is_turned_too),
        TEST(a_header_of_a_huge_image_is_refused_before_anything_is_allocated),
        TEST(the_limit_of_pixels_can_be_changed),
        TEST(a_data_set_reads_its_files_by_its_options),
        TEST(large_images_can_be_read_by_several_threads),
        TEST(a_jpeg_with_a_huge_frame_is_refused),
        TEST(a_jpeg_with_inconsistent_segments_is_refused),
        TEST(a_file_cut_at_any_byte_is_an_error_that_names_it),
        TEST(forms_whose_pixels_would_not_be_pillows_are_refused),
        TEST(a_file_that_is_not_an_image_is_refused),
        TEST(what_is_saved_is_read_again),
        TEST(a_grid_holds_every_image_in_the_middle_of_its_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
