/* tests/test_gallery.c: every kind of plot, with usual and with extreme input, at a desk's and at a phone's width. Each is
 * checked (well-formed, of the right size, no text over another or outside) and saved as SVG and PNG to
 * build/gallery/, to be looked at. */
#include "test.h"
#include "visrob_impl/report/plot_impl.h"
#include "xml.h"

TEST_ARENA(perm);
static const char note[] = "n = 10,000, seed 1, cifar10/test.tar, visrob 0.1.0";
enum { FACTORS = 25, MANY = 300, HUGE_COUNT = 20000 };

static double *uniform(int64_t n, uint64_t stream, double low, double high) {
    double *x = VR_NEW(&perm, double, n);
    for (int64_t i = 0; i < n; i++)
        x[i] = low + (high - low) * vr_rng_uniform(vr_rng_at(vr_rng_init(7), stream), i);
    return x;
}

static const char **named(int64_t n, const char *format) {
    const char **names = VR_NEW(&perm, const char *, n);
    for (int64_t i = 0; i < n; i++) names[i] = vr_arena_printf(&perm, format, (int)i);
    return names;
}

static vr_interval *intervals(int64_t n, uint64_t stream, double low, double high) {
    const double *x = uniform(n, stream, low, high);
    vr_interval *out = VR_NEW(&perm, vr_interval, n);
    for (int64_t i = 0; i < n; i++) out[i] = (vr_interval){x[i], 0.9 * x[i], 1.15 * x[i]};
    return out;
}

/* Lines that fall from 1, each to its own end, with bands. */
static vr_series *falling(int64_t n, int64_t points) {
    vr_series *out = VR_NEW(&perm, vr_series, n);
    const double *end = uniform(n, 3, 0.05, 0.95);
    const char **names = named(n, "factor %d");
    for (int64_t k = 0; k < n; k++) {
        double *x = VR_NEW(&perm, double, (4 * points)), *y = x + points, *low = y + points,
               *high = low + points;
        for (int64_t i = 0; i < points; i++) {
            const double t = points > 1 ? (double)i / (double)(points - 1) : 0;
            x[i] = 5 * t, y[i] = 1 - (1 - end[k]) * t * t;
            low[i] = y[i] - 0.05 * t, high[i] = fmin(y[i] + 0.05 * t, 1);
        }
        out[k] = (vr_series){names[k], x, y, low, high, points};
    }
    return out;
}

static vr_series *clouds(int64_t n, int64_t points) {
    vr_series *out = VR_NEW(&perm, vr_series, n);
    const char **names = named(n, "family %d");
    for (int64_t k = 0; k < n; k++) {
        double *x = uniform(points, 20 + k, 0.5, 0.9), *y = uniform(points, 40 + k, -0.06, 0.06);
        for (int64_t i = 0; i < points; i++) y[i] += 0.1 + (0.6 + 0.1 * (double)k) * x[i];
        out[k] = (vr_series){.name = names[k], .x = x, .y = y, .count = points};
    }
    return out;
}

static const double nan_ = NAN, inf_ = INFINITY;
static const double extreme[] = {1e308, -1e308, NAN, INFINITY, -INFINITY, 1e-320, 0, 3};
static const char *const extreme_names[] = {
    "largest",
    "lowest",
    "NaN",
    "infinite",
    "minus infinite",
    "tiny",
    "a name that is much longer than any room that a plot could have for it, on a phone or at a desk, or in "
    "print",
    "\xE5\x8C\x97\xE4\xBA\xAC, Z\xC3\xBCrich, S\xC3\xA3o Paulo, bad \xFF byte, <&\"'>"};

/* ---- the checks ---- */

typedef struct box {
    double x0, y0, x1, y1;
    const char *text;
} box;

static box box_of(const vrp_shape *s) {
    const double width = vrp_text_width(s->text, s->size) / 1.1; /* Helvetica's own, without the reserve */
    const double x = s->points[0] - (s->anchor == VRP_ANCHOR_END      ? width
                                     : s->anchor == VRP_ANCHOR_MIDDLE ? width / 2
                                                                      : 0);
    return (box){x, s->points[1] - 0.72 * s->size, x + width, s->points[1], s->text};
}

/* No level text leaves the canvas or touches another. */
static void assert_readable(const vrp_canvas *c, const char *name) {
    box *boxes = VR_NEW(&perm, box, c->count);
    int64_t n = 0;
    for (int64_t i = 0; i < c->count; i++) {
        if (c->shapes[i].kind != VRP_SHAPE_TEXT || c->shapes[i].turn != 0) continue;
        const box b = box_of(&c->shapes[i]);
        if (!(b.x0 >= -16 && b.x1 <= c->width + 16 && b.y0 >= -16 && b.y1 <= c->height + 16))
            fail_msg("%s: '%s' at %.0f..%.0f, %.0f..%.0f leaves the canvas of %.0f x %.0f", name, b.text,
                     b.x0, b.x1, b.y0, b.y1, c->width, c->height);
        for (int64_t k = 0; k < n; k++)
            if (fmin(b.x1, boxes[k].x1) > fmax(b.x0, boxes[k].x0) &&
                fmin(b.y1, boxes[k].y1) > fmax(b.y0, boxes[k].y0))
                fail_msg("%s: '%s' lies over '%s'", name, b.text, boxes[k].text);
        boxes[n++] = b;
    }
}

static void show(const char *name, vr_plot plot) {
    if (!plot.title) plot.title = "A title that describes the plot";
    plot.note = note;
    for (int phone = 0; phone < 2; phone++) {
        const vr_arena_mark mark = vr_arena_here(&perm);
        plot.width = phone ? 328 : 0;
        const vrp_canvas c = vrp_plot_draw(&perm, &plot);
        assert_true(c.height > 20 && c.height < 20000);
        assert_readable(&c, name);
        vr_text svg = {.arena = &perm};
        vrp_plot_svg(&svg, &plot);
        assert_xml(svg.data);
        assert_non_null(strstr(svg.data, note + 20)); /* every figure names the source of its numbers */
        const char *path = vr_arena_printf(&perm, "build/gallery/%s%s", name, phone ? "_phone" : "");
        test_write_text(vr_arena_printf(&perm, "%s.svg", path), svg.data);
        vr_image image;
        if (!phone &&
            c.height < 2500) { /* a PNG of a phone's or of a very tall plot shows nothing that is new */
            const char *png = vr_arena_printf(&perm, "%s.png", path);
            vr_plot_save(&plot, png, VR_FATAL);
            vr_image_load(&perm, &image, png, NULL, VR_FATAL);
        } else {
            vrp_canvas with_margin = c;
            with_margin.margin = 16;
            image = vrp_canvas_image(&perm, &with_margin, 2);
        }
        assert_int_equal(image.width, 2 * (c.width + 32));
        assert_int_equal(image.height, 2 * (c.height + 32));
        vr_arena_rewind(&perm, mark);
    }
}

/* ---- the plots ---- */

static void bars(void **state) {
    (void)state;
    show("bars", (vr_plot){.kind = VR_PLOT_BARS,
                           .subtitle = "With 95 % intervals, sorted; 1 is marked",
                           .x_label = "error ratio",
                           .names = named(FACTORS, "factor %d"),
                           .intervals = intervals(FACTORS, 1, 0.8, 3.5),
                           .count = FACTORS,
                           .mark = 1,
                           .sorted = true});
    show("bars_percent", (vr_plot){.kind = VR_PLOT_BARS,
                                   .names = named(5, "group %d"),
                                   .intervals = intervals(5, 2, 0.1, 0.8),
                                   .count = 5,
                                   .percent = true});
    show("bars_negative", (vr_plot){.kind = VR_PLOT_BARS,
                                    .x_label = "difference",
                                    .names = named(12, "class %d"),
                                    .intervals = intervals(12, 3, -2, 2),
                                    .count = 12,
                                    .sorted = true});
    const vr_interval *many = intervals(HUGE_COUNT, 1, 0, 1);
    const char **names = named(HUGE_COUNT, "class number %d");
    show("bars_300_sorted", (vr_plot){.kind = VR_PLOT_BARS,
                                      .x_label = "accuracy",
                                      .names = names,
                                      .intervals = many,
                                      .count = MANY,
                                      .sorted = true,
                                      .percent = true});
    show("bars_300", (vr_plot){.kind = VR_PLOT_BARS,
                               .x_label = "accuracy",
                               .names = names,
                               .intervals = many,
                               .count = MANY,
                               .percent = true});
    show("bars_1000", (vr_plot){.kind = VR_PLOT_BARS, .names = names, .intervals = many, .count = 1000});
    show("bars_20000",
         (vr_plot){.kind = VR_PLOT_BARS, .names = names, .intervals = many, .count = HUGE_COUNT});
}

static void bars_of_extreme_values(void **state) {
    (void)state;
    vr_interval x[8];
    for (int i = 0; i < 8; i++) x[i] = (vr_interval){extreme[i], -inf_, inf_};
    show("bars_extreme", (vr_plot){.kind = VR_PLOT_BARS,
                                   .x_label = extreme_names[6],
                                   .names = extreme_names,
                                   .intervals = x,
                                   .count = 8,
                                   .sorted = true,
                                   .mark = 1e200});
    show("bars_small_range",
         (vr_plot){.kind = VR_PLOT_BARS, .names = extreme_names + 5, .intervals = x + 5, .count = 3});
    for (int i = 0; i < 8; i++) x[i] = (vr_interval){nan_, nan_, nan_};
    show("bars_nan",
         (vr_plot){.kind = VR_PLOT_BARS, .names = extreme_names, .intervals = x, .count = 8, .sorted = true});
    for (int i = 0; i < 8; i++) x[i] = (vr_interval){2, 2, 2};
    show("bars_equal", (vr_plot){.kind = VR_PLOT_BARS, .names = extreme_names, .intervals = x, .count = 8});
    show("bars_one", (vr_plot){.kind = VR_PLOT_BARS, .names = extreme_names, .intervals = x, .count = 1});
    show("bars_nameless", (vr_plot){.kind = VR_PLOT_BARS, .intervals = x, .count = 8});
    show("bars_empty", (vr_plot){.kind = VR_PLOT_BARS, .x_label = "error ratio", .sorted = true});
}

static void lines(void **state) {
    (void)state;
    const vr_plot plot = {.kind = VR_PLOT_LINES,
                          .x_label = "severity",
                          .y_label = "accuracy",
                          .series = falling(6, 6),
                          .series_count = 6,
                          .y_max = 1,
                          .percent = true};
    show("lines", plot);
    show("lines_one", (vr_plot){.kind = VR_PLOT_LINES,
                                .series = falling(1, 400),
                                .series_count = 1,
                                .x_label = "step",
                                .y_label = "loss",
                                .mark = 0.5});
    show("lines_16",
         (vr_plot){
             .kind = VR_PLOT_LINES, .series = falling(16, 6), .series_count = 16, .y_label = "accuracy"});
    show("lines_40", (vr_plot){.kind = VR_PLOT_LINES,
                               .series = falling(40, 6),
                               .series_count = 40,
                               .y_label = "accuracy",
                               .x_label = "severity",
                               .percent = true});
    show("lines_cut", (vr_plot){.kind = VR_PLOT_LINES,
                                .series = falling(3, 30),
                                .series_count = 3,
                                .x_min = 1,
                                .x_max = 4,
                                .y_min = 0.5,
                                .y_max = 0.9});
    vr_plot panels = plot;
    panels.kind = VR_PLOT_PANELS, panels.series = falling(FACTORS, 6), panels.series_count = FACTORS;
    show("panels", panels);
}

static void lines_of_extreme_values(void **state) {
    (void)state;
    const double x[] = {0, 1, 2, 3, 4, 5, 6, 7}, gaps[] = {nan_, 1, nan_, 2, 3, nan_, inf_, 2},
                 equal[8] = {0};
    vr_series s[3] = {{extreme_names[7], x, extreme, NULL, NULL, 8},
                      {"gaps", x, gaps, gaps, gaps, 8},
                      {NULL, equal, equal, NULL, NULL, 8}};
    const vr_plot plot = {
        .kind = VR_PLOT_LINES, .x_label = "x", .y_label = extreme_names[6], .series_count = 1};
    for (int kind = VR_PLOT_LINES; kind <= VR_PLOT_SCATTER; kind++) {
        static const char *const kinds[] = {"lines", "panels", "scatter"};
        const char *k = kinds[kind - VR_PLOT_LINES];
        vr_plot p = plot;
        p.kind = kind, p.fit = p.diagonal = true;
        p.series = s, p.series_count = 3;
        show(vr_arena_printf(&perm, "%s_extreme", k), p);
        p.series = s + 1, p.series_count = 1;
        show(vr_arena_printf(&perm, "%s_gaps", k), p);
        p.series = s + 2;
        show(vr_arena_printf(&perm, "%s_equal", k), p);
        vr_series one = {"one", x + 3, gaps + 3, NULL, NULL, 1}, none = {"none", NULL, NULL, NULL, NULL, 0};
        p.series = &one;
        show(vr_arena_printf(&perm, "%s_one_point", k), p);
        p.series = &none;
        show(vr_arena_printf(&perm, "%s_no_point", k), p);
        p.series_count = 0;
        show(vr_arena_printf(&perm, "%s_empty", k), p);
    }
}

static void scatter(void **state) {
    (void)state;
    show("scatter", (vr_plot){.kind = VR_PLOT_SCATTER,
                              .x_label = "accuracy on ImageNet",
                              .y_label = "accuracy on ImageNet-V2",
                              .series = clouds(3, 60),
                              .series_count = 3,
                              .fit = true,
                              .diagonal = true,
                              .percent = true});
    show("scatter_5000",
         (vr_plot){.kind = VR_PLOT_SCATTER, .series = clouds(1, 5000), .series_count = 1, .fit = true});
    show("scatter_12_families",
         (vr_plot){.kind = VR_PLOT_SCATTER, .series = clouds(12, 10), .series_count = 12});
}

static void heat(void **state) {
    (void)state;
    const double *share = uniform(1200 * 1200, 5, 0, 1), *signed_ = uniform(64, 6, -3, 5);
    show("heat", (vr_plot){.kind = VR_PLOT_HEAT,
                           .values = share,
                           .names = named(25, "factor %d"),
                           .column_names = named(10, "class %d"),
                           .rows = 25,
                           .columns = 10,
                           .percent = true});
    show("heat_diverging", (vr_plot){.kind = VR_PLOT_HEAT,
                                     .values = signed_,
                                     .names = named(8, "row %d"),
                                     .column_names = named(8, "%d"),
                                     .rows = 8,
                                     .columns = 8,
                                     .x_label = "column",
                                     .y_label = "row"});
    show("heat_1200", (vr_plot){.kind = VR_PLOT_HEAT,
                                .values = share,
                                .names = named(1200, "row %d"),
                                .column_names = named(1200, "column %d"),
                                .rows = 1200,
                                .columns = 1200});
    show("heat_wide", (vr_plot){.kind = VR_PLOT_HEAT,
                                .values = share,
                                .names = named(3, "row %d"),
                                .column_names = named(400, "column %d"),
                                .rows = 3,
                                .columns = 400});
    show("heat_tall", (vr_plot){.kind = VR_PLOT_HEAT,
                                .values = share,
                                .names = named(1000, "row %d"),
                                .column_names = named(4, "column %d"),
                                .rows = 1000,
                                .columns = 4});
    show("heat_extreme", (vr_plot){.kind = VR_PLOT_HEAT,
                                   .values = extreme,
                                   .names = extreme_names,
                                   .column_names = extreme_names + 4,
                                   .rows = 2,
                                   .columns = 4,
                                   .x_label = extreme_names[6],
                                   .y_label = extreme_names[7]});
    const double equal[4] = {2, 2, 2, 2}, none[4] = {nan_, nan_, nan_, nan_};
    show("heat_equal", (vr_plot){.kind = VR_PLOT_HEAT, .values = equal, .rows = 2, .columns = 2});
    show("heat_nan",
         (vr_plot){.kind = VR_PLOT_HEAT, .values = none, .names = extreme_names, .rows = 2, .columns = 2});
    show("heat_one", (vr_plot){.kind = VR_PLOT_HEAT,
                               .values = equal,
                               .names = extreme_names,
                               .column_names = extreme_names,
                               .rows = 1,
                               .columns = 1});
    show("heat_empty", (vr_plot){.kind = VR_PLOT_HEAT});
}

static void confusion(void **state) {
    (void)state;
    for (int64_t n = 10; n <= 300; n = n == 10 ? 100 : n + 200) {
        double *counts = uniform(n * n, 8, 0, 1);
        for (int64_t i = 0; i < n * n; i++)
            counts[i] = floor(i % (n + 1) == 0 ? 80 + 20 * counts[i] : 8 * counts[i] * counts[i] * counts[i]);
        show(vr_arena_printf(&perm, "confusion_%d", (int)n), (vr_plot){.kind = VR_PLOT_CONFUSION,
                                                                       .values = counts,
                                                                       .names = named(n, "class %d"),
                                                                       .rows = n,
                                                                       .columns = n});
    }
    const double counts[] = {3, 0, 0, 0, 0, 0, nan_, inf_, 1e7};
    show("confusion_extreme", (vr_plot){.kind = VR_PLOT_CONFUSION,
                                        .values = counts,
                                        .names = extreme_names + 5,
                                        .rows = 3,
                                        .columns = 3});
    show("confusion_empty", (vr_plot){.kind = VR_PLOT_CONFUSION});
}

static void reliability(void **state) {
    (void)state;
    enum { N = 4000 };
    float *confidence = VR_NEW(&perm, float, N);
    uint8_t *correct = VR_NEW(&perm, uint8_t, N);
    const double *u = uniform(2 * N, 9, 0, 1);
    for (int64_t i = 0; i < N; i++)
        confidence[i] = (float)sqrt(u[i]), correct[i] = u[N + i] < 0.1 + 0.75 * confidence[i];
    static const int64_t sizes[] = {15, 1, 300};
    for (int k = 0; k < 3; k++) {
        vr_reliability_bin *bins = VR_NEW(&perm, vr_reliability_bin, sizes[k]);
        vr_reliability(bins, sizes[k], confidence, correct, N);
        show(vr_arena_printf(&perm, "reliability_%d", (int)sizes[k]),
             (vr_plot){.kind = VR_PLOT_RELIABILITY, .bins = bins, .count = sizes[k]});
    }
    vr_reliability_bin bins[15];
    vr_reliability(bins, 15, confidence, correct, 1);
    show("reliability_one_image", (vr_plot){.kind = VR_PLOT_RELIABILITY, .bins = bins, .count = 15});
    vr_reliability(bins, 15, confidence, correct, 0);
    show("reliability_no_image", (vr_plot){.kind = VR_PLOT_RELIABILITY, .bins = bins, .count = 15});
    show("reliability_empty", (vr_plot){.kind = VR_PLOT_RELIABILITY});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars),      cmocka_unit_test(bars_of_extreme_values),
        cmocka_unit_test(lines),     cmocka_unit_test(lines_of_extreme_values),
        cmocka_unit_test(scatter),   cmocka_unit_test(heat),
        cmocka_unit_test(confusion), cmocka_unit_test(reliability),
    };
    return cmocka_run_group_tests(tests, test_gallery, perm_free);
}
