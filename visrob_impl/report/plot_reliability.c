/* report/plot_reliability.c: accuracy against confidence, with the gap drawn as an area, and the images below it. */
#include "plot_impl.h"
#include <math.h>

/* Where a bin's bars begin and how wide they are: a pixel is left between two that are wide. */
static double vrp_reliability_width(double *left, const vr_reliability_bin *b, const vrp_axis *x) {
    const double from = vrp_axis_at(x, b->low), to = vrp_axis_at(x, b->high), gap = to - from > 6 ? 1 : 0;
    *left = from + gap;
    return to - from - 2 * gap;
}

/* One bin: up to the lower of accuracy and confidence, and the gap to the higher. */
static void vrp_reliability_draw(vrp_canvas *c, const vr_reliability_bin *b, const vrp_frame *f) {
    if (b->count == 0) return;
    double left;
    const double width = vrp_reliability_width(&left, b, &f->x);
    const bool over = b->confidence > b->accuracy;
    const double low = vrp_axis_at(&f->y, fmin(b->accuracy, b->confidence));
    const double high = vrp_axis_at(&f->y, fmax(b->accuracy, b->confidence));
    const char *text = vr_arena_printf(
        c->arena, "confidence %s, accuracy %s, %lld image%s", vrp_value_text(c->arena, b->confidence, true),
        vrp_value_text(c->arena, b->accuracy, true), (long long)b->count, vr_plural(b->count));
    vrp_canvas_rect(c, left, low, width, f->y.from - low, VRP_COLOUR_SERIES, 1, text);
    vrp_canvas_rect(c, left, high, width, low - high, VRP_COLOUR_SERIES + (over ? 1 : 2), 0.6, text);
}

/* The number of images of each bar, on the same x axis. */
static void vrp_reliability_counts(vrp_canvas *c, const vr_plot *p, const vrp_axis *x, double top,
                                   double bottom) {
    int64_t most = 1, images = 0;
    for (int64_t i = 0; i < p->count; i++) {
        most = vr_max(most, p->bins[i].count);
        images += p->bins[i].count;
    }
    vrp_axis y = vrp_axis_new(0, (double)most, true, 2, false);
    y.from = bottom, y.to = top;
    vrp_axis_draw_y(c, &y, x->from, x->to, VRP_TYPE_SMALL);
    for (int64_t i = 0; i < p->count; i++) {
        double left;
        const double width = vrp_reliability_width(&left, &p->bins[i], x);
        const double high = vrp_axis_at(&y, (double)p->bins[i].count);
        vrp_canvas_rect(
            c, left, high, width, bottom - high, VRP_COLOUR_MUTED, 1,
            vr_arena_printf(c->arena, "%lld of %lld images", (long long)p->bins[i].count, (long long)images));
    }
}

void vrp_plot_draw_reliability(vrp_canvas *c, const vr_plot *p) {
    vr_arena *a = c->arena;
    const char *remark = vr_arena_printf(
        a, "expected calibration error %s, maximum %s", vrp_value_text(a, vr_ece(p->bins, p->count), true),
        vrp_value_text(a, vr_max_calibration_error(p->bins, p->count), true));
    static const char *const names[] = {"accuracy", "less than the confidence", "more than the confidence"};
    double y = vrp_frame_legend(c, names, 3, true, vrp_frame_head(c, p->title, p->subtitle, remark)) + 6;
    y = vrp_frame_y_label(c, p->y_label, y);
    vrp_frame f = {vrp_axis_new(0, 1, true, 5, true), vrp_axis_new(0, 1, true, 5, true)};
    const double side = fmin(c->width - 60, 400), bottom = y + side;
    vrp_frame_draw(c, &f, 0, y, bottom, c->width - 60 - side + 16);
    for (int64_t i = 0; i < p->count; i++) vrp_reliability_draw(c, &p->bins[i], &f);
    vrp_frame_straight(c, &f, 1, 0, 1.5, VRP_COLOUR_INK, true);
    const double last = bottom + 84;
    vrp_reliability_counts(c, p, &f.x, bottom + 30, last);
    vrp_canvas_text(
        c, (f.x.from + f.x.to) / 2, last + 17, VRP_TYPE_TEXT, VRP_COLOUR_MUTED, VRP_ANCHOR_MIDDLE, 0, false,
        vr_arena_printf(a, "%s, and the number of images", p->x_label ? p->x_label : "confidence"));
    c->description = vr_arena_printf(a, "Reliability diagram: %s.", remark);
    vrp_frame_foot(c, p->note, last + 20);
}
