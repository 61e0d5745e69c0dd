/* tests/test_plot.c: report/axis and report/plot: ticks and texts, what each kind draws for numbers known by hand, and
 * colours at known places of the PNG. How they look is tests/test_gallery.c's. */
#include "test.h"
#include "../visrob_impl/format/json_impl.h"
#include "../visrob_impl/report/plot_impl.h"

TEST_ARENA(arena);

static vrp_canvas drawn(const vr_plot *p) { return vrp_plot_draw(&arena, p); }

/* The number of shapes of a kind and a fill, and the i-th of them. */
static const vrp_shape *shape(const vrp_canvas *c, vrp_shape_kind kind, vrp_colour fill, int64_t i,
                              int64_t *count) {
    const vrp_shape *found = NULL;
    int64_t n = 0;
    for (int64_t k = 0; k < c->count; k++)
        if (c->shapes[k].kind == kind && c->shapes[k].fill == fill && n++ == i) found = &c->shapes[k];
    if (count) *count = n;
    return found;
}

static const vrp_shape *text(const vrp_canvas *c, const char *s) {
    for (int64_t k = 0; k < c->count; k++)
        if (c->shapes[k].kind == VRP_SHAPE_TEXT && strcmp(c->shapes[k].text, s) == 0) return &c->shapes[k];
    return NULL;
}

static uint32_t pixel(vr_image image, double x, double y) { /* of a canvas at scale 2 with the margin of 16 */
    const uint8_t *p = &image.pixels[((int64_t)(2 * (y + 16)) * image.width + (int64_t)(2 * (x + 16))) * 3];
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static vr_image saved(const vr_plot *p) {
    vr_image image;
    const char *path = test_tmp("plot.png");
    vr_plot_save(p, path, VR_FATAL);
    vr_image_load(&arena, &image, path, NULL, VR_FATAL);
    return image;
}

/* ---- axes and texts ---- */

static const char *ticks(double low, double high, bool fixed, int n, bool percent) {
    const vrp_axis a = vrp_axis_new(low, high, fixed, n, percent);
    vr_text out = {.arena = &arena};
    double first;
    const int64_t count = vrp_axis_ticks(&a, &first);
    assert_true(count >= 1 && count < 20);
    for (int64_t i = 0; i < count; i++)
        vr_text_printf(&out, "%s%s", i ? " " : "", vrp_axis_text(&arena, &a, (first + (double)i) * a.step));
    return out.data;
}

#define MINUS "\xE2\x88\x92"

static void ticks_are_round_and_differ(void **state) {
    (void)state;
    assert_string_equal(ticks(0, 3.4, false, 4, false), "0 1 2 3 4");
    assert_string_equal(ticks(0.12, 0.87, false, 5, true), "0 % 20 % 40 % 60 % 80 % 100 %");
    assert_string_equal(ticks(0.12, 0.87, true, 4, false), "0.2 0.4 0.6 0.8");
    assert_string_equal(ticks(-1.5, 1.5, false, 3, false), MINUS "2 " MINUS "1 0 1 2");
    assert_string_equal(ticks(5, 5, false, 4, false), "4.5 5.0 5.5"); /* equal: moved apart */
    assert_string_equal(ticks(0, 0, false, 2, false), MINUS "0.5 0.0 0.5");
    assert_string_equal(ticks(NAN, NAN, false, 2, false), "0.0 0.5 1.0");            /* no data */
    assert_string_equal(ticks(INFINITY, -INFINITY, false, 2, false), "0.0 0.5 1.0"); /* nor here */
    assert_string_equal(ticks(0, 2e9, false, 2, false), "0 1e+09 2e+09");
    assert_string_equal(ticks(0, 4e-7, false, 2, false), "0 2e"
                                                         "-07 4e-07");
    assert_string_equal(ticks(1e7, 1e7 + 4, true, 4, false), "10000000 10000001 10000002 10000003 10000004");
    assert_string_equal(ticks(0, 5e5, false, 5, true), "0 % 1e+07 % 2e+07 % 3e+07 % 4e+07 % 5e+07 %");
    assert_string_equal(ticks(-1e308, 1e308, false, 2, false), MINUS "1e+300 0 1e+300");
}

static void numbers_read_as_people_write_them(void **state) {
    (void)state;
    static const struct {
        double x;
        bool percent;
        const char *text;
    } cases[] = {{1.523, false, "1.52"},
                 {12.345, false, "12.3"},
                 {123.4, false, "123"},
                 {0, false, "0.00"},
                 {-0.0001, false, MINUS "0.0001"},
                 {2e7, false, "2e+07"},
                 {-2.5, false, MINUS "2.50"},
                 {0.7132, true, "71.3 %"},
                 {-0.00001, true, "0.0 %"},
                 {NAN, true, "-"},
                 {INFINITY, false, "inf"},
                 {-INFINITY, true, MINUS "inf"},
                 {1e300, true, "1e+302 %"}};
    for (int64_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(vrp_value_text(&arena, cases[i].x, cases[i].percent), cases[i].text);
    assert_string_equal(vrp_value_fixed(&arena, -0.04, 1, " s"), "0.0 s");
}

static void long_texts_are_cut_between_characters_and_broken_between_words(void **state) {
    (void)state;
    const char *name = "Z\xC3\xBCrich \xE5\x8C\x97\xE4\xBA\xAC";
    const double whole = vrp_text_width(name, 12);
    assert_string_equal(vrp_text_shorten(&arena, name, 12, whole), name);
    for (double width = whole - 0.01; width > 14; width -= 1) {
        const char *s = vrp_text_shorten(&arena, name, 12, width);
        assert_true(vrp_text_width(s, 12) <= width);
        assert_string_equal(s + strlen(s) - 3, "\xE2\x80\xA6");
        assert_true(vrp_json_is_utf8(s));
    }
    assert_string_equal(vrp_text_shorten(&arena, "abc", 12, 1), "\xE2\x80\xA6");
    char *huge = VR_NEW(&arena, char, 1000001);
    memset(huge, 'x', 1000000); /* a megabyte: at once */
    assert_true(strlen(vrp_text_shorten(&arena, huge, 12, 100)) < 30);
    vrp_canvas c = {.arena = &arena, .width = 100, .height = 100};
    const double y = vrp_canvas_paragraph(&c, 0, 10, 60, 10, VRP_COLOUR_INK, false,
                                          "one two three averyveryverylongword  end");
    assert_int_equal(c.count, 4);
    assert_string_equal(c.shapes[0].text, "one two");
    assert_string_equal(c.shapes[1].text, "three");
    assert_string_equal(c.shapes[2].text + strlen(c.shapes[2].text) - 3, "\xE2\x80\xA6");
    assert_string_equal(c.shapes[3].text, "end");
    assert_close(y, 10 + 4 * 13.5, 1e-9);
    assert_close(vrp_canvas_paragraph(&c, 0, 7, 60, 10, VRP_COLOUR_INK, false, NULL), 7, 0);
}

/* ---- bars ---- */

static void bars_are_as_long_as_their_values(void **state) {
    (void)state;
    const char *const names[] = {"a", "b", "none", "c"};
    const vr_interval x[] = {{1, 0.5, 1.5}, {4, 4, 4}, {NAN, NAN, NAN}, {2, 1, 3}};
    const vr_plot p = {.kind = VR_PLOT_BARS,
                       .title = "T",
                       .names = names,
                       .intervals = x,
                       .count = 4,
                       .mark = 1,
                       .sorted = true};
    const vrp_canvas c = drawn(&p);
    int64_t n;
    const vrp_shape *first = shape(&c, VRP_SHAPE_RECT, VRP_COLOUR_SERIES, 0, &n),
                    *second = shape(&c, VRP_SHAPE_RECT, VRP_COLOUR_SERIES, 1, NULL),
                    *third = shape(&c, VRP_SHAPE_RECT, VRP_COLOUR_SERIES, 2, NULL);
    assert_int_equal(n, 3); /* NaN has no bar */
    assert_close(first->points[2], 2 * second->points[2], 1e-9);
    assert_close(first->points[2], 4 * third->points[2], 1e-9);
    assert_string_equal(first->text, "b: 4.00");
    assert_string_equal(second->text, "c: 2.00 [1.00, 3.00]");
    assert_true(text(&c, "a")->points[1] < text(&c, "none")->points[1]); /* NaN is last, and named */
    assert_non_null(text(&c, "-"));
    assert_string_equal(c.description, "Bar chart of 4 values. Highest: b: 4.00; lowest: none: -.");
    const vr_image image = saved(&p);
    const double middle = first->points[1] + first->points[3] / 2;
    assert_int_equal(pixel(image, first->points[0] + 0.9 * first->points[2], middle), 0x0072b2);
    assert_int_equal(pixel(image, first->points[0] + first->points[2] + 2, middle), 0xffffff);
    assert_int_equal(
        pixel(image, third->points[0] + third->points[2] + 6, third->points[1] + third->points[3] / 2),
        0x1b1f24); /* its whisker */
}

static void three_hundred_bars_keep_the_names_of_the_ends(void **state) {
    (void)state;
    static vr_interval x[5000];
    static const char *names[5000];
    for (int i = 0; i < 5000; i++)
        x[i] = (vr_interval){(i * 7919 % 5000) / 5000.0, NAN, NAN},
        names[i] = vr_arena_printf(&arena, "c%d", i);
    for (int k = 0; k < 2; k++) {
        const int64_t count = k ? 5000 : 300;
        const vr_plot p = {.kind = VR_PLOT_BARS,
                           .names = names,
                           .intervals = x,
                           .count = count,
                           .sorted = count == 300}; /* 5000 are sorted anyway */
        const vrp_canvas c = drawn(&p);
        int64_t named = 0, bars;
        for (int64_t i = 0; i < c.count; i++)
            named += c.shapes[i].kind == VRP_SHAPE_TEXT && c.shapes[i].text[0] == 'c';
        assert_int_equal(named, 60);
        assert_non_null(text(&c, vr_arena_printf(&arena, "%d more", (int)count - 60)));
        double last = INFINITY;
        shape(&c, VRP_SHAPE_RECT, VRP_COLOUR_SERIES, 0, &bars);
        assert_true(bars >= 250 && bars <= 300);
        for (int64_t i = 0; i < bars; i++) {
            const vrp_shape *s = shape(&c, VRP_SHAPE_RECT, VRP_COLOUR_SERIES, i, NULL);
            assert_true(s->points[2] <= last);
            last = s->points[2];
        }
        assert_true(c.height < 1400);
    }
}

static void infinite_bars_end_at_the_frame_and_are_labelled(void **state) {
    (void)state;
    const vr_interval x[] = {{INFINITY, 2, INFINITY}, {2, NAN, NAN}, {-INFINITY, NAN, NAN}};
    const vr_plot p = {.kind = VR_PLOT_BARS, .intervals = x, .count = 3, .x_min = -4, .x_max = 4};
    const vrp_canvas c = drawn(&p);
    const vrp_shape *up = shape(&c, VRP_SHAPE_RECT, VRP_COLOUR_SERIES, 0, NULL),
                    *two = shape(&c, VRP_SHAPE_RECT, VRP_COLOUR_SERIES, 1, NULL),
                    *down = shape(&c, VRP_SHAPE_RECT, VRP_COLOUR_SERIES, 2, NULL);
    assert_close(up->points[2], 2 * two->points[2], 1e-9);
    assert_close(down->points[2], up->points[2], 1e-9);
    assert_non_null(text(&c, "inf")), assert_non_null(text(&c, MINUS "inf"));
}

/* ---- lines and clouds ---- */

static void a_fit_is_the_least_squares_line(void **state) {
    (void)state;
    double slope, intercept;
    const double x[] = {0, 1, 2, NAN, 4}, y[] = {1, 3, 5, 100, INFINITY}, z[] = {1, 2, 2, 0, 0},
                 same[] = {2, 2, 2, 2, 2}, huge[] = {1e200, -1e200, 0, 0, 0};
    assert_true(vrp_series_fit(&slope, &intercept, &(vr_series){.x = x, .y = y, .count = 5}));
    assert_close(slope, 2, 1e-15);
    assert_close(intercept, 1, 1e-15);
    assert_true(
        vrp_series_fit(&slope, &intercept, &(vr_series){.x = x, .y = z, .count = 3})); /* by hand: 1/2, 7/6 */
    assert_close(slope, 0.5, 1e-15);
    assert_close(intercept, 7.0 / 6, 1e-15);
    const vr_series none[] = {{.x = same, .y = y, .count = 3},
                              {.x = x, .y = y, .count = 1},
                              {.x = x, .y = y, .count = 0},
                              {.x = huge, .y = y, .count = 3}};
    for (int i = 0; i < 4; i++) {
        assert_false(vrp_series_fit(&slope, &intercept, &none[i]));
        assert_true(isnan(slope) && isnan(intercept));
    }
}

static void a_line_is_cut_at_the_frame_and_broken_at_gaps(void **state) {
    (void)state;
    const double x[] = {0, 1, 2, 3, 4}, y[] = {0, 40, NAN, 10, 10};
    const vr_series s = {.name = "s", .x = x, .y = y, .count = 5};
    const vr_plot p = {.kind = VR_PLOT_LINES, .series = &s, .series_count = 1, .y_min = 0, .y_max = 20};
    const vrp_canvas c = drawn(&p);
    const vrp_shape *line = NULL;
    for (int64_t i = 0; i < c.count; i++)
        if (c.shapes[i].kind == VRP_SHAPE_LINE && c.shapes[i].stroke == VRP_COLOUR_SERIES)
            line = &c.shapes[i];
    assert_int_equal(line->count, 5);
    const vrp_shape *low = text(&c, "0"),
                    *high = text(&c, "20"); /* the y axis's numbers, 4 above their lines */
    const double x_step = (text(&c, "4.0")->points[0] - text(&c, "0.0")->points[0]) / 4;
    assert_close(line->points[1], low->points[1] - 4, 1e-9);
    assert_close(line->points[3], high->points[1] - 4, 1e-9);          /* cut where y = 20, */
    assert_close(line->points[2] - line->points[0], x_step / 2, 1e-9); /* half-way to the second point */
    assert_true(isnan(line->points[4]));                               /* a gap */
    assert_close(line->points[6], line->points[0] + 3 * x_step, 1e-9);
    int64_t circles;
    assert_string_equal(shape(&c, VRP_SHAPE_CIRCLE, VRP_COLOUR_SERIES, 0, &circles)->text, "s, 0.0: 0.00");
    assert_int_equal(circles, 3); /* neither the gap nor the point outside */
}

static void more_lines_than_colours_become_panels(void **state) {
    (void)state;
    static const double x[] = {0, 1}, y[] = {0, 1};
    vr_series s[17];
    for (int i = 0; i < 17; i++)
        s[i] = (vr_series){.name = vr_arena_printf(&arena, "s%d", i), .x = x, .y = y, .count = 2};
    vr_text texts[2] = {{.arena = &arena}, {.arena = &arena}};
    vr_plot p = {.kind = VR_PLOT_LINES, .series = s, .series_count = 17};
    vrp_plot_svg(&texts[0], &p);
    p.kind = VR_PLOT_PANELS;
    vrp_plot_svg(&texts[1], &p);
    assert_string_equal(texts[0].data, texts[1].data);
    p.kind = VR_PLOT_LINES, p.series_count = 16;
    const vrp_canvas c = drawn(&p);
    double last = -INFINITY; /* all ends are at one place: the names stand below each other all the same */
    for (int i = 0; i < 16; i++) {
        const double at = text(&c, s[i].name)->points[1];
        for (int k = 0; k < i; k++) assert_true(fabs(text(&c, s[k].name)->points[1] - at) > 14.9);
        last = fmax(last, at);
    }
    assert_true(last < c.height);
}

/* ---- maps ---- */

static void a_heat_map_leaves_nan_open_and_centres_its_colours(void **state) {
    (void)state;
    const double v[] = {-2, 0, 4, NAN, INFINITY, -INFINITY};
    const vr_plot p = {.kind = VR_PLOT_HEAT, .values = v, .rows = 2, .columns = 3};
    const vrp_canvas c = drawn(&p);
    const vrp_colour middle = VRP_COLOUR_DIVERGING + 16;
    int64_t cells = 0;
    for (int64_t i = 0; i < c.count; i++) cells += c.shapes[i].kind == VRP_SHAPE_RECT;
    assert_int_equal(cells, 5);
    assert_string_equal(shape(&c, VRP_SHAPE_RECT, middle, 0, NULL)->text, ": 0.00");
    assert_string_equal(shape(&c, VRP_SHAPE_RECT, middle - 8, 0, NULL)->text,
                        ": " MINUS "2.00"); /* half of the way to -4 */
    int64_t blue, red;
    shape(&c, VRP_SHAPE_RECT, middle + 16, 0, &blue), shape(&c, VRP_SHAPE_RECT, middle - 16, 0, &red);
    assert_int_equal(blue, 2), assert_int_equal(red, 1);
    const vrp_shape *two = shape(&c, VRP_SHAPE_RECT, middle + 16, 0, NULL);
    assert_int_equal(pixel(saved(&p), two->points[0] + 3, two->points[1] + 3), 0x005a92);
}

static void means_of_neighbours_stand_for_cells_too_small_to_see(void **state) {
    (void)state;
    enum { N = 1000 };
    double *v = VR_NEW(&arena, double, (N * N));
    for (int64_t i = 0; i < N * N; i++) v[i] = i / N < N / 2 ? 0 : 1;
    const vr_plot p = {.kind = VR_PLOT_HEAT, .title = "T", .values = v, .rows = N, .columns = N};
    const vrp_canvas c = drawn(&p);
    assert_non_null(text(&c, "each cell is the mean of 5\xC3\x97"
                             "5")); /* 720 / 5 = 3.6 pixels */
    const vrp_shape *cells = shape(&c, VRP_SHAPE_CELLS, VRP_COLOUR_NONE, 0, NULL);
    assert_int_equal(cells->rows, 200);
    assert_int_equal(cells->cells[99 * 200], VRP_COLOUR_HEAT);
    assert_int_equal(cells->cells[100 * 200 + 199], VRP_COLOUR_HEAT + 31);
}

static void a_confusion_matrix_shows_counts_in_the_colour_of_their_share(void **state) {
    (void)state;
    const char *const names[] = {"cat", "dog"};
    const double counts[] = {90, 10, 1, 3};
    const vr_plot p = {.kind = VR_PLOT_CONFUSION, .values = counts, .names = names, .rows = 2, .columns = 2};
    const vrp_canvas c = drawn(&p);
    assert_non_null(text(&c, "90")), assert_non_null(text(&c, "3")), assert_non_null(text(&c, "true class")),
        assert_non_null(text(&c, "predicted class"));
    assert_string_equal(shape(&c, VRP_SHAPE_RECT, VRP_COLOUR_HEAT + 28, 0, NULL)->text,
                        "cat, predicted cat: 90, 90.0 %"); /* 0.9 * 31 */
    assert_string_equal(shape(&c, VRP_SHAPE_RECT, VRP_COLOUR_HEAT + 23, 0, NULL)->text,
                        "dog, predicted dog: 3, 75.0 %");
    assert_string_equal(shape(&c, VRP_SHAPE_RECT, VRP_COLOUR_HEAT + 8, 0, NULL)->text,
                        "dog, predicted cat: 1, 25.0 %");
}

static void a_reliability_diagram_draws_the_gap_and_states_the_error(void **state) {
    (void)state;
    const vr_reliability_bin bins[] = {{0, 0.5, 0, NAN, NAN}, {0.5, 1, 10, 0.9, 0.6}};
    const vr_plot p = {.kind = VR_PLOT_RELIABILITY, .bins = bins, .count = 2};
    const vrp_canvas c = drawn(&p);
    assert_non_null(text(&c, "expected calibration error 30.0 %, maximum 30.0 %"));
    int64_t n;
    const vrp_shape *bar = shape(&c, VRP_SHAPE_RECT, VRP_COLOUR_SERIES, 0, &n),
                    *gap = shape(&c, VRP_SHAPE_RECT, VRP_COLOUR_SERIES + 1, 0, NULL);
    assert_int_equal(n, 1);
    assert_close(gap->points[3] / bar->points[3], 0.5, 1e-9); /* 0.3 over 0.6 */
    assert_string_equal(bar->text, "confidence 90.0 %, accuracy 60.0 %, 10 images");
    assert_int_equal(pixel(saved(&p), bar->points[0] + 5, bar->points[1] + 20), 0x0072b2);
}

/* ---- saving ---- */

static void the_file_extension_chooses_the_format_and_a_failure_is_an_error(void **state) {
    (void)state;
    const vr_interval x = {1, NAN, NAN};
    vr_plot p = {.kind = VR_PLOT_BARS, .intervals = &x, .count = 1};
    vr_err err = {0};
    assert_false(vr_plot_save(&p, "a.gif", &err));
    assert_int_equal(err.code, VR_ERR_ARGUMENT);
    assert_message(err, "a.gif");
    static const char *const paths[] = {"/nonexistent/a.svg", "/nonexistent/a.png"};
    for (int i = 0; i < 2; i++) {
        err = (vr_err){0};
        assert_false(vr_plot_save(&p, paths[i], &err));
        assert_int_equal(err.code, VR_ERR_IO);
        assert_message(err, paths[i]);
    }
    const double y[] = {0};
    const vr_series s = {.x = y, .y = y, .count = 1};
    vr_series *many = VR_NEW(&arena, vr_series, 4000);
    for (int i = 0; i < 4000; i++) many[i] = s;
    p = (vr_plot){.kind = VR_PLOT_PANELS, .series = many, .series_count = 4000, .width = 240};
    err = (vr_err){0};
    assert_false(vr_plot_save(&p, test_tmp("tall.png"), &err)); /* 500,000 pixels tall */
    assert_int_equal(err.code, VR_ERR_LIMIT);
    assert_true(vr_plot_save(&p, test_tmp("tall.svg"), VR_FATAL));
}

static void a_cloud_of_very_many_points_draws_some_and_says_so(void **state) {
    (void)state;
    enum { N = 100000 };
    vr_arena own = {0};
    double *x = VR_NEW(&own, double, N), *y = VR_NEW(&own, double, N);
    for (int64_t i = 0; i < N; i++) x[i] = (double)i / N, y[i] = i % 7 ? 0.5 * x[i] : 0.5 * x[i] + 0.1;
    const vr_series all = {.name = "models", .x = x, .y = y, .count = N},
                    few = {.x = x, .y = y, .count = 2000};
    vr_plot plot = {.kind = VR_PLOT_SCATTER, .series = &all, .series_count = 1, .fit = true};
    vr_text svg = {.arena = &own};
    vrp_canvas c = vrp_plot_draw(&own, &plot);
    vrp_canvas_svg(&svg, &c, false);
    assert_non_null(strstr(svg.data, "2000 of 100000 points are drawn, evenly chosen"));
    assert_non_null(strstr(svg.data, "slope 0.50")); /* of all */
    assert_true(svg.size < 1000000);
    plot.series = &few;
    svg = (vr_text){.arena = &own};
    c = vrp_plot_draw(&own, &plot);
    vrp_canvas_svg(&svg, &c, false);
    assert_null(strstr(svg.data, "are drawn"));
    vr_arena_free(&own);
}

static void ratios_are_dots_around_1_at_the_distance_of_their_logarithms(void **state) {
    (void)state;
    const vr_interval ratios[] = {
        {2, 1, 4}, {0.5, NAN, NAN}, {1, NAN, NAN}, {0, NAN, NAN}, {INFINITY, NAN, NAN}};
    const char *const names[] = {"a", "b", "c", "d", "e"};
    const vr_plot p = {
        .kind = VR_PLOT_BARS, .names = names, .intervals = ratios, .count = 5, .mark = 1, .ratio = true};
    const vrp_canvas c = drawn(&p);
    const vrp_shape *dot[5];
    int64_t count;
    for (int64_t i = 0; i < 5; i++) dot[i] = shape(&c, VRP_SHAPE_CIRCLE, VRP_COLOUR_SERIES, i, &count);
    assert_int_equal(count, 5);
    const double two = dot[0]->points[0], half = dot[1]->points[0], one = dot[2]->points[0];
    assert_true(two > one && one > half);
    assert_true(fabs((two - one) - (one - half)) < 1e-9);
    assert_true(dot[3]->points[0] <= half && dot[4]->points[0] >= two); /* at the frame's ends */
    assert_non_null(text(&c, "0.5"));
    assert_non_null(text(&c, "1"));
    assert_non_null(text(&c, "4"));
    vr_plot phone = p; /* narrow, with ends of its own */
    phone.width = 300, phone.x_min = 0.35, phone.x_max = 2.9;
    const vrp_canvas small = drawn(&phone);
    assert_non_null(text(&small, "0.5"));
    assert_non_null(text(&small, "2"));
}

static void a_heat_map_of_ratios_is_neutral_at_1(void **state) {
    (void)state;
    const double v[] = {1, 2, 4, 0.5};
    const vr_plot p = {.kind = VR_PLOT_HEAT, .values = v, .rows = 2, .columns = 2, .ratio = true};
    const vrp_canvas c = drawn(&p);
    const vrp_colour middle = VRP_COLOUR_DIVERGING + 16;
    assert_string_equal(shape(&c, VRP_SHAPE_RECT, middle, 0, NULL)->text, ": 1.00");
    assert_string_equal(shape(&c, VRP_SHAPE_RECT, middle + 8, 0, NULL)->text, ": 2.00");
    assert_string_equal(shape(&c, VRP_SHAPE_RECT, middle + 16, 0, NULL)->text, ": 4.00");
    assert_string_equal(shape(&c, VRP_SHAPE_RECT, middle - 8, 0, NULL)->text, ": 0.50");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round_and_differ),
        cmocka_unit_test(numbers_read_as_people_write_them),
        cmocka_unit_test(long_texts_are_cut_between_characters_and_broken_between_words),
        cmocka_unit_test(bars_are_as_long_as_their_values),
        cmocka_unit_test(three_hundred_bars_keep_the_names_of_the_ends),
        cmocka_unit_test(infinite_bars_end_at_the_frame_and_are_labelled),
        cmocka_unit_test(a_fit_is_the_least_squares_line),
        cmocka_unit_test(a_line_is_cut_at_the_frame_and_broken_at_gaps),
        cmocka_unit_test(more_lines_than_colours_become_panels),
        cmocka_unit_test(a_heat_map_leaves_nan_open_and_centres_its_colours),
        cmocka_unit_test(means_of_neighbours_stand_for_cells_too_small_to_see),
        cmocka_unit_test(a_confusion_matrix_shows_counts_in_the_colour_of_their_share),
        cmocka_unit_test(a_reliability_diagram_draws_the_gap_and_states_the_error),
        cmocka_unit_test(the_file_extension_chooses_the_format_and_a_failure_is_an_error),
        cmocka_unit_test(a_cloud_of_very_many_points_draws_some_and_says_so),
        cmocka_unit_test(ratios_are_dots_around_1_at_the_distance_of_their_logarithms),
        cmocka_unit_test(a_heat_map_of_ratios_is_neutral_at_1),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
