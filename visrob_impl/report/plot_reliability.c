/* report/plot_reliability.c: accuracy against confidence, with the gap drawn as an area, and the images below it. */
#include "frame.h"
#include <math.h>

/* Where a bin's bars begin and how wide they are: a pixel is left between two, where there is one to spare. */
static double vrp_reliability_width(double *left, const vr_reliability_bin *b, const vr_axis *x) {
    const double from = vr_axis_at(x, b->low), to = vr_axis_at(x, b->high), gap = to - from > 6 ? 1 : 0;
    *left = from + gap;
    return to - from - 2 * gap;
}

/* One bin: up to the lower of accuracy and confidence, and the gap to the higher. */
static void vrp_reliability_draw(vr_canvas *c, const vr_reliability_bin *b, const vr_frame *f) {
    if (b->count == 0) return;
    double left;
    const double width = vrp_reliability_width(&left, b, &f->x);
    const bool over = b->confidence > b->accuracy;
    const double low = vr_axis_at(&f->y, fmin(b->accuracy, b->confidence));
    const double high = vr_axis_at(&f->y, fmax(b->accuracy, b->confidence));
    const char *text = vr_arena_printf(c->arena, "confidence %s, accuracy %s, %lld images",
                                       vr_value_text(c->arena, b->confidence, true),
                                       vr_value_text(c->arena, b->accuracy, true), (long long)b->count);
    vr_canvas_rect(c, left, low, width, f->y.from - low, VR_COLOUR_SERIES, 1, text);
    vr_canvas_rect(c, left, high, width, low - high, VR_COLOUR_SERIES + (over ? 1 : 2), 0.6, text);
}

/* How many images stand behind each bar, on the same x axis. */
static void vrp_reliability_counts(vr_canvas *c, const vr_plot *p, const vr_axis *x, double top,
                                   double bottom) {
    int64_t most = 1, images = 0;
    for (int64_t i = 0; i < p->count; i++) {
        most = vr_max(most, p->bins[i].count);
        images += p->bins[i].count;
    }
    vr_axis y = vr_axis_new(0, (double)most, true, 2, false);
    y.from = bottom, y.to = top;
    vr_axis_draw_y(c, &y, x->from, x->to, VR_TYPE_SMALL);
    for (int64_t i = 0; i < p->count; i++) {
        double left;
        const double width = vrp_reliability_width(&left, &p->bins[i], x);
        const double high = vr_axis_at(&y, (double)p->bins[i].count);
        vr_canvas_rect(
            c, left, high, width, bottom - high, VR_COLOUR_MUTED, 1,
            vr_arena_printf(c->arena, "%lld of %lld images", (long long)p->bins[i].count, (long long)images));
    }
}

void vr_plot_draw_reliability(vr_canvas *c, const vr_plot *p) {
    vr_arena *a = c->arena;
    const char *remark = vr_arena_printf(a, "expected calibration error %s, maximum %s",
                                         vr_value_text(a, vr_ece(p->bins, p->count), true),
                                         vr_value_text(a, vr_max_calibration_error(p->bins, p->count), true));
    static const char *const names[] = {"accuracy", "less than the confidence", "more than the confidence"};
    double y = vr_plot_legend(c, names, 3, true, vr_plot_head(c, p, remark)) + 6;
    y = vr_plot_y_label(c, p->y_label, y);
    vr_frame f = {vr_axis_new(0, 1, true, 5, true), vr_axis_new(0, 1, true, 5, true)};
    const double side = fmin(c->width - 60, 400), bottom = y + side;
    vr_frame_draw(c, &f, 0, y, bottom, c->width - 60 - side + 16);
    for (int64_t i = 0; i < p->count; i++) vrp_reliability_draw(c, &p->bins[i], &f);
    vr_frame_straight(c, &f, 1, 0, 1.5, VR_COLOUR_INK, true);
    const double last = bottom + 84;
    vrp_reliability_counts(c, p, &f.x, bottom + 30, last);
    vr_canvas_text(
        c, (f.x.from + f.x.to) / 2, last + 17, VR_TYPE_TEXT, VR_COLOUR_MUTED, VR_ANCHOR_MIDDLE, 0, false,
        vr_arena_printf(a, "%s, and the number of images", p->x_label ? p->x_label : "confidence"));
    c->description = vr_arena_printf(a, "Reliability diagram: %s.", remark);
    vr_plot_foot(c, p, last + 20);
}
