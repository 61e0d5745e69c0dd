/* tests/test_canvas.c: report/canvas: the list of shapes, the SVG that it becomes, and the colours. */
#include "test.h"
#include "visrob_impl/report/canvas_impl.h"
#include "xml.h"

TEST_ARENA(arena);

static vrp_canvas canvas(void) { return (vrp_canvas){.arena = &arena, .width = 100, .height = 50}; }

static const char *svg(const vrp_canvas *c, bool standalone) {
    vr_text out = {.arena = &arena};
    vrp_canvas_svg(&out, c, standalone);
    assert_xml(out.data);
    return out.data;
}

static void shapes_become_elements_in_their_order(void **state) {
    (void)state;
    vrp_canvas c = canvas();
    vrp_canvas_rect(&c, 1, 2.5, 10, 20.25, VRP_COLOUR_SERIES, 0.5, "a & b");
    vrp_canvas_line(&c, 0, 0, 9, 9, 1.5, VRP_COLOUR_INK, true);
    vrp_canvas_circle(&c, 5, 6, 2, VRP_COLOUR_RGB + 0x123456, 1, NULL);
    vrp_canvas_text(&c, 3, 4, 12, VRP_COLOUR_MUTED, VRP_ANCHOR_END, 0, true, "<t>");
    vrp_canvas_text(&c, 3, 4, 12, VRP_COLOUR_MUTED, VRP_ANCHOR_START, -45, false, "turned");
    c.title = "T < U";
    assert_string_equal(
        svg(&c, false),
        "<svg class=\"vr\" role=\"img\" width=\"100\" height=\"50\" viewBox=\"0 0 100 50\">\n"
        "<title>T &lt; U</title>\n"
        "<rect x=\"1\" y=\"2.5\" width=\"10\" height=\"20.25\" class=\"f0\" fill-opacity=\"0.5\"><title>a "
        "&amp; b</title></rect>\n"
        "<path d=\"M0 0L9 9\" fill=\"none\" class=\"sk\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\"/>\n"
        "<circle cx=\"5\" cy=\"6\" r=\"2\" fill=\"#123456\"/>\n"
        "<text x=\"3\" y=\"4\" class=\"fm\" font-size=\"12\" font-weight=\"600\" "
        "text-anchor=\"end\">&lt;t&gt;</text>\n"
        "<text transform=\"translate(3 4) rotate(-45)\" class=\"fm\" font-size=\"12\">turned</text>\n"
        "</svg>\n");
}

static void a_standalone_svg_has_its_theme_and_its_margin(void **state) {
    (void)state;
    vrp_canvas c = canvas();
    c.margin = 16;
    c.description = "a description";
    vrp_canvas_rect(&c, 0, 0, 1, 1, VRP_COLOUR_SERIES, 1, NULL);
    const char *s = svg(&c, true);
    assert_non_null(strstr(s, "xmlns=\"http://www.w3.org/2000/svg\""));
    assert_non_null(strstr(s, "width=\"132\" height=\"82\" viewBox=\"-16 -16 132 82\""));
    assert_non_null(strstr(s, "<desc>a description</desc>"));
    assert_non_null(
        strstr(s, "<rect x=\"-16\" y=\"-16\" width=\"132\" height=\"82\" class=\"fp\" fill=\"#ffffff\"/>"));
    assert_non_null(strstr(s, "class=\"f0\" fill=\"#0072b2\"")); /* for readers without CSS */
    assert_non_null(strstr(s, "prefers-color-scheme:dark"));
    for (int i = 0; i < VRP_COLOUR_SERIES_COUNT; i++)
        assert_non_null(strstr(s, vr_arena_printf(&arena, ".vr .s%d{stroke:var(--vr-%d)}", i, i)));
    assert_non_null(strstr(s, ".vr .fh31{")), assert_non_null(strstr(s, ".vr .fd32{"));
}

static void a_line_has_gaps_where_a_point_is_not_finite(void **state) {
    (void)state;
    vrp_canvas c = canvas();
    const double points[] = {0, 0, 1, 1, NAN, 2, 3, 3, 4, INFINITY, 5, 5, 6, 6}, gaps[] = {NAN, 0, 1, NAN};
    vrp_canvas_polyline(&c, points, 7, 2, VRP_COLOUR_SERIES, false);
    vrp_canvas_polyline(&c, gaps, 2, 2, VRP_COLOUR_SERIES, false);
    vrp_canvas_polyline(&c, NULL, 0, 2, VRP_COLOUR_SERIES, false);
    const char *s = svg(&c, false);
    assert_non_null(strstr(s, "d=\"M0 0L1 1M3 3h0M5 5L6 6\"")); /* a single point is a dot */
    assert_null(strstr(s, "d=\"\""));
}

static void cells_are_runs_of_one_path_a_colour(void **state) {
    (void)state;
    vrp_canvas c = canvas();
    const vrp_colour a = VRP_COLOUR_HEAT, b = VRP_COLOUR_HEAT + 31, o = VRP_COLOUR_NONE,
                     cells[] = {a, a, b, o, b, b};
    vrp_canvas_cells(&c, 10, 20, 30, 40, cells, 2, 3);
    const char *s = svg(&c, false);
    assert_non_null(
        strstr(s, "translate(10 20) scale(10 20)\">\n<path d=\"M0 0h2v1h-2z\" class=\"fh0\"/>\n<path d=\"M2 "
                  "0h1v1h-1zM1 1h2v1h-2z\" class=\"fh31\"/>\n</g>"));
}

static void what_cannot_be_drawn_is_not_added(void **state) {
    (void)state;
    vrp_canvas c = canvas();
    const double bad[] = {NAN, INFINITY, -INFINITY};
    const vrp_colour cell = VRP_COLOUR_HEAT;
    for (int i = 0; i < 3; i++) {
        vrp_canvas_rect(&c, bad[i], 0, 1, 1, VRP_COLOUR_INK, 1, NULL);
        vrp_canvas_rect(&c, 0, 0, 1, bad[i], VRP_COLOUR_INK, 1, NULL);
        vrp_canvas_line(&c, 0, bad[i], 1, 1, 1, VRP_COLOUR_INK, false);
        vrp_canvas_line(&c, 0, 0, 1, 1, bad[i], VRP_COLOUR_INK, false);
        vrp_canvas_circle(&c, 0, 0, bad[i], VRP_COLOUR_INK, 1, NULL);
        vrp_canvas_text(&c, bad[i], 0, 12, VRP_COLOUR_INK, VRP_ANCHOR_START, 0, false, "t");
        vrp_canvas_text(&c, 0, 0, 12, VRP_COLOUR_INK, VRP_ANCHOR_START, bad[i], false, "t");
        vrp_canvas_cells(&c, 0, 0, bad[i], 1, &cell, 1, 1);
    }
    vrp_canvas_rect(&c, 0, 0, 0, 1, VRP_COLOUR_INK, 1,
                    NULL); /* no area; a negative width is an error in SVG */
    vrp_canvas_rect(&c, 0, 0, 1, -1, VRP_COLOUR_INK, 1, NULL);
    vrp_canvas_text(&c, 0, 0, 12, VRP_COLOUR_INK, VRP_ANCHOR_START, 0, false, "");
    vrp_canvas_cells(&c, 0, 0, 1, 1, &cell, 0, 1);
    assert_int_equal(c.count, 0);
    vrp_canvas_line(&c, -1e308, 0, 1e308, 2, 1, VRP_COLOUR_INK, true);
    assert_non_null(strstr(svg(&c, false), "d=\"M-1000000 0L1000000 2\""));
    assert_int_equal(vrp_canvas_image(&arena, &c, 1).width, 100); /* and its dashes end */
}

static void bytes_that_are_no_text_are_shown_as_such(void **state) {
    (void)state;
    vrp_canvas c = canvas();
    vrp_canvas_text(&c, 0, 9, 9, VRP_COLOUR_INK, VRP_ANCHOR_START, 0, false,
                    "a\xFF\xC3(\x01\n\xEF\xBF\xBE\xED\xA0\x80z \xE5\x8C\x97");
    c.title = "bad \xC0\x80 title\x02";
    const char *s = svg(&c, false); /* each of the three bytes of a surrogate by itself */
    assert_non_null(strstr(s, ">a\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD "
                              "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz \xE5\x8C\x97</text>"));
    assert_non_null(strstr(s, "<title>bad \xEF\xBF\xBD\xEF\xBF\xBD title\xEF\xBF\xBD</title>"));
}

static void the_canvas_keeps_copies(void **state) {
    (void)state;
    vrp_canvas c = canvas();
    char text[] = "before";
    double points[] = {1, 1, 2, 2};
    vrp_canvas_text(&c, 0, 0, 9, VRP_COLOUR_INK, VRP_ANCHOR_START, 0, false, text);
    vrp_canvas_polyline(&c, points, 2, 1, VRP_COLOUR_INK, false);
    memcpy(text, "after!", 6), points[0] = 99;
    for (int i = 0; i < 1000; i++) vrp_canvas_rect(&c, i, 0, 1, 1, VRP_COLOUR_INK, 1, NULL);
    const char *s = svg(&c, false);
    assert_non_null(strstr(s, ">before<")), assert_non_null(strstr(s, "M1 1L2 2")),
        assert_non_null(strstr(s, "<rect x=\"999\""));
}

/* ---- colours ---- */

static double linear(uint32_t rgb, int channel) {
    const double v = (double)(rgb >> (16 - 8 * channel) & 255) / 255;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t rgb) {
    return 0.2126 * linear(rgb, 0) + 0.7152 * linear(rgb, 1) + 0.0722 * linear(rgb, 2);
}

/* Contrast as WCAG 2 defines it: 4.5 is enough for text, 7 for small text. */
static double contrast(uint32_t a, uint32_t b) {
    const double x = luminance(a) + 0.05, y = luminance(b) + 0.05;
    return fmax(x, y) / fmin(x, y);
}

/* CIE 1976 L*a*b* of a colour as a reader sees it whose cones of one kind are missing (Machado et al. 2009, severity 1). */
static void seen(double lab[3], uint32_t rgb, const double m[9]) {
    double c[3], xyz[3];
    for (int i = 0; i < 3; i++)
        c[i] = fmin(
            fmax(m[3 * i] * linear(rgb, 0) + m[3 * i + 1] * linear(rgb, 1) + m[3 * i + 2] * linear(rgb, 2),
                 0),
            1);
    xyz[0] = (0.4124 * c[0] + 0.3576 * c[1] + 0.1805 * c[2]) / 0.9505,
    xyz[1] = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
    xyz[2] = (0.0193 * c[0] + 0.1192 * c[1] + 0.9505 * c[2]) / 1.089;
    for (int i = 0; i < 3; i++) xyz[i] = xyz[i] > 0.008856 ? cbrt(xyz[i]) : 7.787 * xyz[i] + 16.0 / 116;
    lab[0] = 116 * xyz[1] - 16, lab[1] = 500 * (xyz[0] - xyz[1]), lab[2] = 200 * (xyz[1] - xyz[2]);
}

static void colour_blind_readers_tell_the_series_apart(void **state) {
    (void)state;
    static const double eyes[4][9] = {
        {1, 0, 0, 0, 1, 0, 0, 0, 1},
        {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
        {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
        {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900}};
    for (int dark = 0; dark < 2; dark++)
        for (int eye = 0; eye < 4; eye++)
            for (int i = 0; i < VRP_COLOUR_SERIES_COUNT; i++)
                for (int j = 0; j < i; j++) {
                    double a[3], b[3];
                    seen(a, vrp_colour_rgb(VRP_COLOUR_SERIES + i, dark), eyes[eye]);
                    seen(b, vrp_colour_rgb(VRP_COLOUR_SERIES + j, dark), eyes[eye]);
                    const double distance =
                        sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) +
                             (a[2] - b[2]) * (a[2] - b[2]));
                    /* 2.3 is just noticeable side by side; apart on a plot, five times that */
                    if (!(distance > 11.5))
                        fail_msg("theme %d, eye %d: series %d and %d are %.1f apart", dark, eye, i, j,
                                 distance);
                }
}

static void text_stands_out_and_ramps_only_rise(void **state) {
    (void)state;
    for (int dark = 0; dark < 2; dark++) {
        const uint32_t paper = vrp_colour_rgb(VRP_COLOUR_PAPER, dark);
        assert_true(contrast(vrp_colour_rgb(VRP_COLOUR_INK, dark), paper) > 12);
        assert_true(contrast(vrp_colour_rgb(VRP_COLOUR_MUTED, dark), paper) > 4.5);
        for (int i = 1; i < VRP_COLOUR_HEAT_COUNT; i++)
            assert_true(contrast(vrp_colour_rgb(VRP_COLOUR_HEAT + i, dark), paper) >
                        contrast(vrp_colour_rgb(VRP_COLOUR_HEAT + i - 1, dark), paper));
        for (int i = 1; i <= 16; i++) { /* both arms lead away from the middle */
            assert_true(contrast(vrp_colour_rgb(VRP_COLOUR_DIVERGING + 16 + i, dark), paper) >
                        contrast(vrp_colour_rgb(VRP_COLOUR_DIVERGING + 15 + i, dark), paper));
            assert_true(contrast(vrp_colour_rgb(VRP_COLOUR_DIVERGING + 16 - i, dark), paper) >
                        contrast(vrp_colour_rgb(VRP_COLOUR_DIVERGING + 17 - i, dark), paper));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_become_elements_in_their_order),
        cmocka_unit_test(a_standalone_svg_has_its_theme_and_its_margin),
        cmocka_unit_test(a_line_has_gaps_where_a_point_is_not_finite),
        cmocka_unit_test(cells_are_runs_of_one_path_a_colour),
        cmocka_unit_test(what_cannot_be_drawn_is_not_added),
        cmocka_unit_test(bytes_that_are_no_text_are_shown_as_such),
        cmocka_unit_test(the_canvas_keeps_copies),
        cmocka_unit_test(colour_blind_readers_tell_the_series_apart),
        cmocka_unit_test(text_stands_out_and_ramps_only_rise),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
