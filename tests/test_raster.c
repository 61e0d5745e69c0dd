/* tests/test_raster.c: report/raster: coverage that can be worked out by hand. Ink is 1b1f24 on white. */
#include "test.h"
#include "visrob_impl/report/canvas_impl.h"

TEST_ARENA(arena);
static const vrp_colour black = VRP_COLOUR_RGB + 0x000000, red = VRP_COLOUR_RGB + 0xff0000;

static vrp_canvas canvas(double width, double height) {
    return (vrp_canvas){.arena = &arena, .width = width, .height = height};
}

static vr_image drawn(const vrp_canvas *c) { return vrp_canvas_image(&arena, c, 1); }

static uint32_t pixel(vr_image image, int64_t x, int64_t y) {
    const uint8_t *p = &image.pixels[(y * image.width + x) * 3];
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

/* How many pixels of black were laid on white in a part of the image, fractions included. */
static double ink_in(vr_image image, int64_t x0, int64_t y0, int64_t x1, int64_t y1) {
    double sum = 0;
    for (int64_t y = y0; y < y1; y++)
        for (int64_t x = x0; x < x1; x++)
            sum += 1 - (double)image.pixels[(y * image.width + x) * 3 + 1] / 255;
    return sum;
}

static double ink(vr_image image) { return ink_in(image, 0, 0, image.width, image.height); }

static void an_empty_canvas_is_white_and_has_its_size(void **state) {
    (void)state;
    vrp_canvas c = canvas(10.2, 5);
    c.margin = 2;
    const vr_image image = vrp_canvas_image(&arena, &c, 2);
    assert_int_equal(image.width, 29); /* (10.2 + 4) * 2, rounded up */
    assert_int_equal(image.height, 18);
    assert_close(ink(image), 0, 0);
}

static void rectangles_cover_parts_of_pixels(void **state) {
    (void)state;
    vrp_canvas c = canvas(8, 8);
    vrp_canvas_rect(&c, 2, 2, 3, 2, red, 1, NULL);
    vr_image image = drawn(&c);
    assert_int_equal(pixel(image, 2, 2), 0xff0000);
    assert_int_equal(pixel(image, 4, 3), 0xff0000);
    assert_int_equal(pixel(image, 1, 2), 0xffffff);
    assert_int_equal(pixel(image, 5, 3), 0xffffff);
    assert_int_equal(pixel(image, 2, 4), 0xffffff);
    c = canvas(8, 8);
    vrp_canvas_rect(&c, 1.5, 0, 2, 1, black, 1, NULL);
    vrp_canvas_rect(&c, 0, 4, 1, 1, black, 0.25, NULL);
    vrp_canvas_rect(&c, -5, 6, 100, 100, black, 1, NULL); /* cut off at the edges */
    image = drawn(&c);
    assert_int_equal(pixel(image, 1, 0), 0x808080); /* half of it */
    assert_int_equal(pixel(image, 2, 0), 0x000000);
    assert_int_equal(pixel(image, 3, 0), 0x808080);
    assert_int_equal(pixel(image, 0, 4), 0xbfbfbf);
    assert_close(ink_in(image, 0, 6, 8, 8), 16, 0);
    assert_close(ink_in(image, 0, 5, 8, 6), 0, 0);
}

static void a_margin_moves_the_shapes_and_a_scale_doubles_them(void **state) {
    (void)state;
    vrp_canvas c = canvas(4, 4);
    c.margin = 3;
    vrp_canvas_rect(&c, 1, 1, 2, 2, black, 1, NULL);
    const vr_image image = vrp_canvas_image(&arena, &c, 2);
    assert_int_equal(pixel(image, 8, 8), 0), assert_int_equal(pixel(image, 11, 11), 0);
    assert_int_equal(pixel(image, 7, 8), 0xffffff), assert_int_equal(pixel(image, 12, 11), 0xffffff);
    assert_close(ink(image), 16, 0);
}

static void lines_have_their_width(void **state) {
    (void)state;
    vrp_canvas c = canvas(40, 20);
    vrp_canvas_line(&c, 5, 10, 35, 10, 2, black, false); /* covers the rows 9 and 10 */
    vr_image image = drawn(&c);
    assert_int_equal(pixel(image, 20, 8), 0xffffff);
    assert_int_equal(pixel(image, 20, 9), 0);
    assert_int_equal(pixel(image, 20, 10), 0);
    assert_int_equal(pixel(image, 20, 11), 0xffffff);
    static const double angles[] = {0, 17, 45, 80, 90};
    for (int i = 0; i < 5; i++) {
        const double t = angles[i] * 3.14159265358979 / 180, dx = 40 * cos(t), dy = 40 * sin(t);
        c = canvas(100, 100);
        vrp_canvas_line(&c, 50.3 - dx, 50.6 - dy, 50.3 + dx, 50.6 + dy, 3, black, false);
        /* length times width and a round end; across a tilted pen the distance is no exact coverage: 1 % */
        assert_close(ink(drawn(&c)), 80 * 3 + 3.14159265 * 1.5 * 1.5, 2.5);
    }
}

static void dashes_are_four_long_and_three_apart(void **state) {
    (void)state;
    vrp_canvas c = canvas(40, 10);
    vrp_canvas_line(&c, 2, 5, 37, 5, 2, black, true);
    const vr_image image = drawn(&c);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(pixel(image, 4 + 7 * i, 5), 0);
        assert_true(ink_in(image, 7 + 7 * i, 0, 8 + 7 * i, 10) < 0.5);
    }
}

static void joins_do_not_add_up(void **state) {
    (void)state;
    vrp_canvas c = canvas(20, 20);
    const double there_and_back[] = {5, 10, 15, 10, 5, 10, 15, 10, NAN, NAN, 5, 10, 15, 10};
    vrp_canvas_polyline(&c, there_and_back, 7, 1, black, false);
    const double once = ink(drawn(&c));
    c = canvas(20, 20);
    vrp_canvas_line(&c, 5, 10, 15, 10, 1, black, false);
    assert_close(once, ink(drawn(&c)), 0);
}

static void circles_and_polygons_have_their_area(void **state) {
    (void)state;
    vrp_canvas c = canvas(60, 60);
    vrp_canvas_circle(&c, 30.3, 29.8, 20, black, 1, NULL);
    assert_close(ink(drawn(&c)), 3.14159265 * 400,
                 5); /* 0.4 %: the rim is a distance, not an exact coverage */
    const double triangle[] = {5.2, 7.1, 51.9, 20.4, 14.3, 55.5};
    c = canvas(60, 60);
    vrp_canvas_polygon(&c, triangle, 3, black, 1);
    const double area = fabs((51.9 - 5.2) * (55.5 - 7.1) - (14.3 - 5.2) * (20.4 - 7.1)) / 2;
    assert_close(ink(drawn(&c)), area, 1); /* exact but for the rounding of the rim's 150 pixels to 1/255 */
    const double turned[] = {14.3, 55.5, 51.9, 20.4, 5.2, 7.1};
    vrp_canvas d = canvas(60, 60);
    vrp_canvas_polygon(&d, turned, 3, black, 1);
    assert_memory_equal(drawn(&c).pixels, drawn(&d).pixels, 60 * 60 * 3); /* whichever way round */
}

static void what_lies_outside_is_cut_off(void **state) {
    (void)state;
    vrp_canvas c = canvas(20, 10);
    const double around[] = {-1e9, -1e9, 1e9, -1e9, 1e9, 1e9, -1e9, 1e9},
                 left[] = {-100, -100, 5, -100, 5, 100, -100, 100};
    vrp_canvas_polygon(&c, around, 4, black, 1);
    assert_close(ink(drawn(&c)), 200, 1e-9);
    c = canvas(20, 10);
    vrp_canvas_polygon(&c, left, 4, black, 1);
    assert_close(ink(drawn(&c)), 50, 1e-9);
    c = canvas(20, 10);
    vrp_canvas_circle(&c, 1e9, 5, 3, black, 1, NULL);
    vrp_canvas_rect(&c, 30, 0, 5, 5, black, 1, NULL);
    vrp_canvas_rect(&c, 0, -9, 5, 5, black, 1, NULL);
    vrp_canvas_text(&c, 500, 5, 12, black, VRP_ANCHOR_START, 0, false, "far");
    vrp_canvas_text(&c, 5, -500, 12, black, VRP_ANCHOR_START, 33, false, "far");
    assert_close(ink(drawn(&c)), 0, 0);
}

static void cells_leave_no_seam(void **state) {
    (void)state;
    vrp_colour cells[7 * 3];
    for (int i = 0; i < 21; i++) cells[i] = i == 10 ? (vrp_colour)VRP_COLOUR_NONE : black;
    vrp_canvas c = canvas(50, 30);
    vrp_canvas_cells(&c, 3.3, 2.7, 40, 20, cells, 3, 7);
    const vr_image image = drawn(&c);
    int64_t open = 0;
    for (int64_t y = 3; y < 23; y++)
        for (int64_t x = 3; x < 43; x++) {
            assert_true(pixel(image, x, y) == 0 || pixel(image, x, y) == 0xffffff);
            open += pixel(image, x, y) != 0;
        }
    assert_true(open >= 5 * 6 && open <= 6 * 7); /* the one empty cell */
    assert_close(ink(image) + (double)open, 800, 0);
}

/* ---- letters ---- */

static vr_image text(const char *s, vrp_anchor anchor, double turn, bool bold) {
    vrp_canvas c = canvas(200, 200);
    vrp_canvas_text(&c, 100, 100, 20, black, anchor, turn, bold, s);
    return drawn(&c);
}

static void letters_stand_on_the_baseline_and_reach_the_cap_height(void **state) {
    (void)state;
    const vr_image h = text("H", VRP_ANCHOR_START, 0, false), x = text("x", VRP_ANCHOR_START, 0, false),
                   g = text("g", VRP_ANCHOR_START, 0, false);
    assert_true(ink_in(h, 0, 99, 200, 100) > 1);
    assert_close(ink_in(h, 0, 100, 200, 200), 0, 0);
    assert_true(ink_in(h, 0, 86, 200, 87) > 1); /* 72 % of 20 is 14 pixels */
    assert_close(ink_in(h, 0, 0, 200, 86), 0, 0);
    assert_close(ink_in(x, 0, 0, 200, 90), 0, 0); /* 52 %: 10 */
    assert_true(ink_in(g, 0, 100, 200, 105) > 3);
    assert_close(ink_in(g, 0, 105, 200, 200), 0, 0);
    assert_close(ink_in(h, 0, 0, 100, 200), 0, 0);        /* nothing to the left of where it starts */
    assert_close(ink_in(h, 100 + 15, 0, 200, 200), 0, 0); /* nor beyond its advance of 14.44 */
    assert_true(ink(text("H", VRP_ANCHOR_START, 0, true)) > 1.3 * ink(h)); /* bold */
    assert_close(ink(text("  ", VRP_ANCHOR_START, 0, false)), 0, 0);
}

static void texts_are_anchored_and_turned(void **state) {
    (void)state;
    const vr_image start = text("HH", VRP_ANCHOR_START, 0, false), end = text("HH", VRP_ANCHOR_END, 0, false),
                   middle = text("HH", VRP_ANCHOR_MIDDLE, 0, false);
    assert_close(ink_in(end, 100, 0, 200, 200), 0, 0);
    assert_close(ink_in(start, 0, 0, 100, 200), 0, 0);
    assert_close(ink_in(middle, 0, 0, 100, 200), ink_in(middle, 100, 0, 200, 200), 0.5);
    const vr_image down = text("HH", VRP_ANCHOR_START, 90, false),
                   up = text("HH", VRP_ANCHOR_START, -90, false);
    assert_close(ink_in(down, 0, 0, 200, 99), 0, 0.01);
    assert_close(ink_in(up, 0, 101, 200, 200), 0, 0.01);
    assert_close(ink(down), ink(up), 0.02 * ink(up));
}

static void every_character_of_ascii_and_latin_1_has_its_own_drawing(void **state) {
    (void)state;
    const vr_image box = text("\xE5\x8C\x97", VRP_ANCHOR_START, 0, false);
    assert_true(ink(box) > 40); /* a character that the font lacks is a box */
    for (uint32_t c = 0x21; c < 0x100; c++) {
        if (c >= 0x7F && c <= 0xA0) continue;
        const char s[3] = {c < 0x80 ? (char)c : (char)(0xC0 | c >> 6), c < 0x80 ? 0 : (char)(0x80 | (c & 63)),
                           0};
        if (!vrp_font_strokes(c)) {
            if (c >= 0xC0) fail_msg("U+%04X has no drawing", (unsigned)c);
            continue;
        }
        const vr_image image = text(s, VRP_ANCHOR_START, 0, false);
        if (!(ink(image) > 1)) fail_msg("U+%04X leaves no ink", (unsigned)c);
        const double advance =
            fmax(vrp_font_advance(c) / 50.0, 8); /* a narrow letter's accent is wider than it */
        double x, y;
        const char *accent = vrp_font_accent(c, &x, &y);
        assert_true(accent ? c >= 0xC0 && accent[0] == 'M' : true);
        /* at 20 pixels */
        if (!(ink_in(image, 0, 0, 98, 200) == 0 && ink_in(image, 102 + (int64_t)advance, 0, 200, 200) == 0))
            fail_msg("U+%04X leaves its advance of %g", (unsigned)c, advance);
    }
}

static void utf_8_is_read_as_the_standard_says(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        uint32_t first;
        int64_t length;
    } cases[] = {{"A", 'A', 1},
                 {"\xC3\xA9", 0xE9, 2},
                 {"\xE2\x82\xAC", 0x20AC, 3},
                 {"\xF0\x9F\x90\xB1", 0x1F431, 4},
                 {"\xC0\x80", 0xFFFD, 1},
                 {"\xC1\xBF", 0xFFFD, 1},
                 {"\xE0\x80\x80", 0xFFFD, 1},
                 {"\xED\xA0\x80", 0xFFFD, 1},
                 {"\xF0\x80\x80\x80", 0xFFFD, 1},
                 {"\xF4\x90\x80\x80", 0xFFFD, 1},
                 {"\xF5\x80\x80\x80", 0xFFFD, 1},
                 {"\x80", 0xFFFD, 1},
                 {"\xE2\x82", 0xFFFD, 1},
                 {"\xC3", 0xFFFD, 1},
                 {"\xF4\x8F\xBF\xBF", 0x10FFFF, 4}};
    for (int64_t i = 0; i < COUNT(cases); i++) {
        const char *s = cases[i].bytes;
        assert_int_equal(vrp_utf8_next(&s), cases[i].first);
        assert_int_equal(s - cases[i].bytes, cases[i].length);
    }
    const char *end = "";
    assert_int_equal(vrp_utf8_next(&end), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_canvas_is_white_and_has_its_size),
        cmocka_unit_test(rectangles_cover_parts_of_pixels),
        cmocka_unit_test(a_margin_moves_the_shapes_and_a_scale_doubles_them),
        cmocka_unit_test(lines_have_their_width),
        cmocka_unit_test(dashes_are_four_long_and_three_apart),
        cmocka_unit_test(joins_do_not_add_up),
        cmocka_unit_test(circles_and_polygons_have_their_area),
        cmocka_unit_test(what_lies_outside_is_cut_off),
        cmocka_unit_test(cells_leave_no_seam),
        cmocka_unit_test(letters_stand_on_the_baseline_and_reach_the_cap_height),
        cmocka_unit_test(texts_are_anchored_and_turned),
        cmocka_unit_test(every_character_of_ascii_and_latin_1_has_its_own_drawing),
        cmocka_unit_test(utf_8_is_read_as_the_standard_says),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
