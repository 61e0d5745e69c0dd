/* report/frame.c: text is measured (vrp_text_width) before it is placed, so that nothing overlaps. */
#include "frame_impl.h"
#include <math.h>

vrp_colour vrp_series_colour(int64_t k) {
    return VRP_COLOUR_SERIES + (vrp_colour)(k % VRP_COLOUR_SERIES_COUNT);
}

const char *vrp_frame_tooltip(vr_arena *arena, const char *name, vr_interval x, bool percent) {
    const char *value = vrp_value_text(arena, x.value, percent);
    if (isnan(x.low) || isnan(x.high) || x.low == x.high)
        return vr_arena_printf(arena, "%s: %s", name, value);
    return vr_arena_printf(arena, "%s: %s [%s, %s]", name, value, vrp_value_text(arena, x.low, percent),
                           vrp_value_text(arena, x.high, percent));
}

double vrp_frame_head(vrp_canvas *c, const char *title, const char *subtitle, const char *remark) {
    double y = vrp_canvas_paragraph(c, 0, 2, c->width, VRP_TYPE_TITLE, VRP_COLOUR_INK, true, title);
    y = vrp_canvas_paragraph(c, 0, y, c->width, VRP_TYPE_TEXT, VRP_COLOUR_MUTED, false, subtitle);
    y = vrp_canvas_paragraph(c, 0, y, c->width, VRP_TYPE_TEXT, VRP_COLOUR_MUTED, false, remark);
    return y + (y > 2 ? 10 : 6);
}

void vrp_frame_foot(vrp_canvas *c, const char *note, double y) {
    if (note) y = vrp_canvas_paragraph(c, 0, y + 8, c->width, VRP_TYPE_SMALL, VRP_COLOUR_MUTED, false, note);
    c->height = ceil(y + 4);
}

double vrp_frame_names_width(const char *const *names, int64_t count, double size, double most) {
    double width = 0;
    for (int64_t i = 0; i < count && width < most; i++)
        if (names) width = fmax(width, vrp_text_width(names[i], size));
    return fmin(width, most);
}

double vrp_frame_x_label(vrp_canvas *c, const char *label, const vrp_axis *x, double bottom) {
    if (!label) return bottom + 18;
    const double width = vrp_text_width(label, VRP_TYPE_TEXT);
    if (width <= fabs(x->to - x->from)) {
        vrp_canvas_text(c, (x->from + x->to) / 2, bottom + 33, VRP_TYPE_TEXT, VRP_COLOUR_MUTED,
                        VRP_ANCHOR_MIDDLE, 0, false, label);
        return bottom + 37;
    }
    return vrp_canvas_paragraph(c, 0, bottom + 21, c->width, VRP_TYPE_TEXT, VRP_COLOUR_MUTED, false, label);
}

/* The part of the segment p0 p1 inside the frame (Liang and Barsky 1984), or false. */
static bool vrp_frame_clip_segment(double out[4], const double p0[2], const double p1[2],
                                   const vrp_frame *f) {
    const double low[2] = {f->x.from, f->y.to}, high[2] = {f->x.to, f->y.from};
    double t0 = 0, t1 = 1;
    for (int d = 0; d < 2; d++) {
        const double delta = p1[d] - p0[d];
        if (delta == 0) {
            if (p0[d] < low[d] || p0[d] > high[d]) return false;
            continue;
        }
        const double a = (low[d] - p0[d]) / delta, b = (high[d] - p0[d]) / delta;
        t0 = fmax(t0, fmin(a, b));
        t1 = fmin(t1, fmax(a, b));
    }
    if (t0 > t1) return false;
    for (int d = 0; d < 2; d++) {
        out[d] = p0[d] + t0 * (p1[d] - p0[d]);
        out[2 + d] = p0[d] + t1 * (p1[d] - p0[d]);
    }
    return true;
}

void vrp_frame_curve(vrp_canvas *c, const vrp_frame *f, const double *x, const double *y, int64_t count,
                     double width, vrp_colour colour, bool dashed) {
    double *out = VR_NEW(c->arena, double, (6 * count)); /* a gap and two points for each segment */
    int64_t n = 0;
    for (int64_t i = 0; i < count; i++) {
        const int64_t last = i > 0 ? i - 1 : 0; /* the first point is a segment of no length */
        const double p0[2] = {vrp_axis_at(&f->x, x[last]), vrp_axis_at(&f->y, y[last])};
        const double p1[2] = {vrp_axis_at(&f->x, x[i]), vrp_axis_at(&f->y, y[i])};
        if (!isfinite(p1[0]) || !isfinite(p1[1])) continue;
        const bool joined = isfinite(p0[0]) && isfinite(p0[1]);
        double part[4];
        if (!vrp_frame_clip_segment(part, joined ? p0 : p1, p1, f)) continue;
        if (n == 0 || out[2 * n - 2] != part[0] || out[2 * n - 1] != part[1]) {
            if (n > 0) out[2 * n] = out[2 * n + 1] = NAN, n++;
            out[2 * n] = part[0], out[2 * n + 1] = part[1], n++;
        }
        if (part[2] != part[0] || part[3] != part[1]) out[2 * n] = part[2], out[2 * n + 1] = part[3], n++;
    }
    vrp_canvas_polyline(c, out, n, width, colour, dashed);
}

void vrp_frame_straight(vrp_canvas *c, const vrp_frame *f, double slope, double intercept, double width,
                        vrp_colour colour, bool dashed) {
    const double x[2] = {f->x.min, f->x.max};
    const double y[2] = {intercept + slope * x[0], intercept + slope * x[1]};
    vrp_frame_curve(c, f, x, y, 2, width, colour, dashed);
}

double vrp_frame_legend(vrp_canvas *c, const char *const *names, int64_t count, bool points, double y) {
    double x = 0;
    for (int64_t k = 0; k < count; k++) {
        const vrp_colour colour = vrp_series_colour(k);
        const char *name = vrp_text_shorten(c->arena, names[k] ? names[k] : "", VRP_TYPE_TEXT, c->width - 24);
        const double width = 20 + vrp_text_width(name, VRP_TYPE_TEXT);
        if (x > 0 && x + width > c->width) x = 0, y += 18;
        if (points)
            vrp_canvas_circle(c, x + 6, y + 5, 4, colour, 0.9, NULL);
        else
            vrp_canvas_line(c, x, y + 5, x + 14, y + 5, 2, colour, k >= VRP_COLOUR_SERIES_COUNT);
        vrp_canvas_text(c, x + 19, y + 9, VRP_TYPE_TEXT, VRP_COLOUR_INK, VRP_ANCHOR_START, 0, false, name);
        x += width + 12;
    }
    return count > 0 ? y + 22 : y;
}

double vrp_frame_y_label(vrp_canvas *c, const char *label, double y) {
    if (!label) return y + 6;
    return vrp_canvas_paragraph(c, 0, y, c->width, VRP_TYPE_TEXT, VRP_COLOUR_MUTED, false, label) + 8;
}

void vrp_frame_draw(vrp_canvas *c, vrp_frame *f, double mark, double top, double bottom,
                    double right_margin) {
    f->x.from = vrp_axis_width(c->arena, &f->y, VRP_TYPE_SMALL) + 8;
    f->x.to = c->width - right_margin;
    f->y.from = bottom, f->y.to = top;
    vrp_axis_draw_y(c, &f->y, f->x.from, f->x.to, VRP_TYPE_SMALL);
    vrp_axis_draw_x(c, &f->x, top, bottom, VRP_TYPE_SMALL);
    vrp_axis_mark_y(c, &f->y, mark, f->x.from, f->x.to);
}
