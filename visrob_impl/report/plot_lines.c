/* report/plot_lines.c: lines, in one frame or in one each, and clouds of points. */
#include "plot_impl.h"
#include <math.h>

/* Clips a polygon at one edge of the frame (Sutherland and Hodgman 1974): it removes the side
 * where sign * (coordinate d - edge) > 0. Returns the number of corners that are left. */
static int64_t vrp_lines_clip_edge(double *out, const double *in, int64_t n, int d, double edge,
                                   double sign) {
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        const double *a = &in[2 * i], *b = &in[2 * ((i + 1) % n)];
        const double over_a = sign * (a[d] - edge), over_b = sign * (b[d] - edge);
        if (over_a <= 0) {
            out[2 * count] = a[0];
            out[2 * count++ + 1] = a[1];
        }
        if ((over_a > 0) == (over_b > 0)) continue;
        const double t = over_a / (over_a - over_b);
        out[2 * count] = a[0] + t * (b[0] - a[0]);
        out[2 * count++ + 1] = a[1] + t * (b[1] - a[1]);
    }
    return count;
}

/* The band between low and high over the points from..to-1 of a series, all of them finite. */
static void vrp_lines_band_run(vrp_canvas *c, const vr_series *s, int64_t from, int64_t to,
                               const vrp_frame *f, vrp_colour colour) {
    int64_t n = 2 * (to - from);
    /* An edge makes at most two corners where it takes one away: 1.5 as many, and 1.5^4 < 6. */
    double *a = VR_NEW(c->arena, double, (24 * n)), *b = a + 12 * n;
    for (int64_t i = 0; i < to - from; i++) {
        const int64_t up = from + i, down = to - 1 - i;
        a[2 * i] = vrp_axis_at(&f->x, s->x[up]);
        a[2 * i + 1] = vrp_axis_at(&f->y, s->high[up]);
        a[n + 2 * i] = vrp_axis_at(&f->x, s->x[down]);
        a[n + 2 * i + 1] = vrp_axis_at(&f->y, s->low[down]);
    }
    n = vrp_lines_clip_edge(b, a, n, 0, f->x.from, -1);
    n = vrp_lines_clip_edge(a, b, n, 0, f->x.to, 1);
    n = vrp_lines_clip_edge(b, a, n, 1, f->y.to, -1);
    n = vrp_lines_clip_edge(a, b, n, 1, f->y.from, 1);
    if (n >= 3) vrp_canvas_polygon(c, a, n, colour, 0.18);
}

static void vrp_lines_band(vrp_canvas *c, const vr_series *s, const vrp_frame *f, vrp_colour colour) {
    if (!s->low || !s->high) return;
    for (int64_t i = 0, from = 0; i <= s->count; i++) {
        if (i < s->count && isfinite(s->x[i]) && isfinite(s->y[i]) && isfinite(s->low[i]) &&
            isfinite(s->high[i]))
            continue;
        if (i - from >= 2) vrp_lines_band_run(c, s, from, i, f, colour);
        from = i + 1;
    }
}

/* A cloud of more points shows so many of them, evenly chosen: a browser has to hold each. */
enum { VRP_LINES_CLOUD = 2000 };

/* The points of a series as circles, each with its own tooltip where there are few. */
static void vrp_lines_points(vrp_canvas *c, const vr_plot *p, const vr_series *s, const vrp_frame *f,
                             double radius, vrp_colour colour, double alpha, const char *const *names) {
    const int64_t drawn = p->kind == VR_PLOT_SCATTER ? vr_min(s->count, VRP_LINES_CLOUD) : s->count;
    const bool tooltips = drawn <= 2000;
    for (int64_t k = 0; k < drawn; k++) {
        const int64_t i = k * s->count / drawn;
        const bool inside =
            s->x[i] >= f->x.min && s->x[i] <= f->x.max && s->y[i] >= f->y.min && s->y[i] <= f->y.max;
        if (!inside) continue; /* NaN is not inside either */
        const char *text = NULL;
        if (tooltips) {
            const vr_interval y = {s->y[i], s->low ? s->low[i] : NAN, s->high ? s->high[i] : NAN};
            const char *x = vrp_value_text(c->arena, s->x[i], f->x.percent);
            if (p->kind != VR_PLOT_SCATTER) x = vrp_axis_text(c->arena, &f->x, s->x[i]);
            const char *name = names ? names[i] : s->name;
            text = vrp_frame_tooltip(c->arena, name ? vr_arena_printf(c->arena, "%s, %s", name, x) : x, y,
                                     f->y.percent);
        }
        vrp_canvas_circle(c, vrp_axis_at(&f->x, s->x[i]), vrp_axis_at(&f->y, s->y[i]), radius, colour, alpha,
                          text);
    }
}

/* The frame's axes from the data of all series, or as the plot fixes them; from and to are not set yet. */
static vrp_frame vrp_lines_frame(const vr_plot *p, int x_ticks, int y_ticks) {
    double x0 = INFINITY, x1 = -INFINITY, y0 = INFINITY, y1 = -INFINITY;
    for (int64_t k = 0; k < p->series_count; k++) {
        const vr_series *s = &p->series[k];
        for (int64_t i = 0; i < s->count; i++) {
            if (!isfinite(s->x[i])) continue;
            vrp_axis_widen(&x0, &x1, s->x[i]);
            vrp_axis_widen(&y0, &y1, s->y[i]);
            if (s->low) vrp_axis_widen(&y0, &y1, s->low[i]);
            if (s->high) vrp_axis_widen(&y0, &y1, s->high[i]);
        }
    }
    if (p->mark != 0) vrp_axis_widen(&y0, &y1, p->mark);
    const bool scatter = p->kind == VR_PLOT_SCATTER, x_fixed = p->x_min != p->x_max,
               y_fixed = p->y_min != p->y_max;
    if (x_fixed) x0 = p->x_min, x1 = p->x_max;
    if (y_fixed) y0 = p->y_min, y1 = p->y_max;
    return (vrp_frame){vrp_axis_new(x0, x1, x_fixed || !scatter, x_ticks, scatter && p->percent),
                       vrp_axis_new(y0, y1, y_fixed, y_ticks, p->percent)};
}

/* The last point of a series that is finite, or -1. */
static int64_t vrp_lines_last(const vr_series *s) {
    int64_t i = s->count - 1;
    while (i >= 0 && !(isfinite(s->x[i]) && isfinite(s->y[i]))) i--;
    return i;
}

/* Where a line's name stands, and the height at which the line ends. */
typedef struct vrp_lines_label {
    int64_t series;
    double y, end;
} vrp_lines_label;

/* Names beside the ends of the lines, moved apart so that none covers another; a thin line connects a moved one. */
static void vrp_lines_end_labels(vrp_canvas *c, const vr_plot *p, const vrp_frame *f, double width) {
    const double line = 15;
    vrp_lines_label *labels = VR_NEW(c->arena, vrp_lines_label, p->series_count);
    int64_t count = 0;
    for (int64_t k = 0; k < p->series_count; k++) {
        const int64_t last = vrp_lines_last(&p->series[k]);
        if (last < 0) continue; /* no finite point: no line to name */
        const double y = vrp_axis_at(&f->y, vrp_between(p->series[k].y[last], f->y.min, f->y.max));
        int64_t at = count++; /* from the top down */
        for (; at > 0 && labels[at - 1].y > y; at--) labels[at] = labels[at - 1];
        labels[at] = (vrp_lines_label){k, y, y};
    }
    for (int64_t i = 1; i < count; i++) labels[i].y = fmax(labels[i].y, labels[i - 1].y + line);
    double most = f->y.from + 4;
    for (int64_t i = count - 1; i >= 0; i--, most -= line) labels[i].y = fmin(labels[i].y, most);
    for (int64_t i = 0; i < count; i++) {
        const vr_series *s = &p->series[labels[i].series];
        vrp_canvas_line(c, f->x.to + 3, labels[i].end, f->x.to + 13, labels[i].y, 1,
                        vrp_series_colour(labels[i].series), false);
        vrp_canvas_text(c, f->x.to + 17, labels[i].y + 4, VRP_TYPE_TEXT, VRP_COLOUR_INK, VRP_ANCHOR_START, 0,
                        false, vrp_text_shorten(c->arena, s->name ? s->name : "", VRP_TYPE_TEXT, width));
    }
}

static const char *const *vrp_lines_series_names(vr_arena *arena, const vr_plot *p) {
    const char **names = VR_NEW(arena, const char *, p->series_count);
    for (int64_t k = 0; k < p->series_count; k++) names[k] = p->series[k].name ? p->series[k].name : "";
    return names;
}

void vrp_plot_draw_lines(vrp_canvas *c, const vr_plot *p) {
    const int64_t n = p->series_count;
    const char *const *names = vrp_lines_series_names(c->arena, p);
    const double name_width = n > 1 ? vrp_frame_names_width(names, n, VRP_TYPE_TEXT, 0.3 * c->width) : 0;
    const bool beside = n > 1 && c->width >= 500;
    double y = vrp_frame_head(c, p->title, p->subtitle, NULL);
    if (n > 1 && !beside) y = vrp_frame_legend(c, names, n, false, y) + 4;
    y = vrp_frame_y_label(c, p->y_label, y);
    vrp_frame f = vrp_lines_frame(p, (int)vrp_between(c->width / 80, 3, 9), 6);
    const double bottom = y + vrp_between(c->width * 0.42, 200, 320);
    vrp_frame_draw(c, &f, p->mark, y, bottom, beside ? name_width + 22 : 12);
    for (int64_t k = 0; k < n; k++) vrp_lines_band(c, &p->series[k], &f, vrp_series_colour(k));
    for (int64_t k = 0; k < n; k++) {
        const vrp_colour colour = vrp_series_colour(k);
        const vr_series *s = &p->series[k];
        vrp_frame_curve(c, &f, s->x, s->y, s->count, 2, colour, k >= VRP_COLOUR_SERIES_COUNT);
        if (s->count <= 60) vrp_lines_points(c, p, s, &f, 2.75, colour, 1, NULL);
    }
    if (beside) vrp_lines_end_labels(c, p, &f, name_width);
    c->description = vr_arena_printf(c->arena, "Line chart of %lld series.", (long long)n);
    vrp_frame_foot(c, p->note, vrp_frame_x_label(c, p->x_label, &f.x, bottom));
}

/* One small frame: name and last value above, band, line and points inside. */
static void vrp_lines_panel(vrp_canvas *c, const vr_plot *p, const vr_series *s, const vrp_frame *f) {
    const double left = f->x.from, right = f->x.to, above = f->y.to - 7;
    const int64_t last = vrp_lines_last(s);
    const char *value = last < 0     ? "-"
                        : p->percent ? vrp_value_fixed(c->arena, 100 * s->y[last], 0, " %")
                                     : vrp_value_text(c->arena, s->y[last], false);
    const double value_width = vrp_text_width(value, 10.5);
    vrp_canvas_text(
        c, left, above, 11.5, VRP_COLOUR_INK, VRP_ANCHOR_START, 0, true,
        vrp_text_shorten(c->arena, s->name ? s->name : "", 11.5 * 1.06, right - left - value_width - 4));
    vrp_canvas_text(c, right, above, 10.5, VRP_COLOUR_MUTED, VRP_ANCHOR_END, 0, false, value);
    vrp_axis_mark_y(c, &f->y, p->mark, left, right);
    vrp_lines_band(c, s, f, VRP_COLOUR_SERIES);
    vrp_frame_curve(c, f, s->x, s->y, s->count, 1.75, VRP_COLOUR_SERIES, false);
    if (s->count <= 30) vrp_lines_points(c, p, s, f, 2.25, VRP_COLOUR_SERIES, 1, NULL);
}

void vrp_plot_draw_panels(vrp_canvas *c, const vr_plot *p) {
    enum { GAP = 14, LEAST = 118, NAME = 32, AXIS = 20 };
    const int64_t n = p->series_count;
    double y = vrp_frame_y_label(c, p->y_label, vrp_frame_head(c, p->title, p->subtitle, NULL)) - 12;
    vrp_frame f = vrp_lines_frame(p, 5, 4);
    const double left = vrp_axis_width(c->arena, &f.y, VRP_TYPE_SMALL) + 8, room = c->width - left - 8;
    const int64_t most = vr_clamp((int64_t)((room + GAP) / (LEAST + GAP)), 1, vr_max(n, 1));
    const int64_t rows = (n + most - 1) / most,
                  columns = rows > 0 ? (n + rows - 1) / rows : 1; /* rows about equal */
    const double width = fmin((room - GAP * (double)(columns - 1)) / (double)columns, 240);
    const double height = vrp_between(width * 0.62, 64, 120);
    for (int64_t k = 0; k < n; k++) {
        const double x0 = left + (width + GAP) * (double)(k % columns);
        const double y0 = y + (height + NAME) * (double)(k / columns) + NAME;
        f.x.from = x0, f.x.to = x0 + width;
        f.y.from = y0 + height, f.y.to = y0;
        vrp_axis_draw_y(c, &f.y, x0, x0 + width, k % columns == 0 ? VRP_TYPE_SMALL : 0);
        if (k + columns >= n) /* the last panel of its column has the numbers */
            vrp_axis_draw_x(c, &f.x, y0 + height, y0 + height, 10.5);
        vrp_lines_panel(c, p, &p->series[k], &f);
    }
    y += (height + NAME) * (double)rows + AXIS;
    if (p->x_label)
        y = vrp_canvas_paragraph(c, left, y - 2, room, VRP_TYPE_TEXT, VRP_COLOUR_MUTED, false, p->x_label);
    c->description = vr_arena_printf(c->arena, "%lld small line charts with the same axes.", (long long)n);
    vrp_frame_foot(c, p->note, y);
}

/* ---- scatter ---- */

bool vrp_series_fit(double *slope, double *intercept, const vr_series *s) {
    double n = 0, mean_x = 0, mean_y = 0, sxx = 0, sxy = 0;
    for (int64_t i = 0; i < s->count; i++) { /* Welford's update: one pass, no cancellation */
        if (!isfinite(s->x[i]) || !isfinite(s->y[i])) continue;
        const double dx = s->x[i] - mean_x;
        n += 1;
        mean_x += dx / n;
        mean_y += (s->y[i] - mean_y) / n;
        sxx += dx * (s->x[i] - mean_x);
        sxy += dx * (s->y[i] - mean_y);
    }
    const bool ok = sxx > 0 && isfinite(sxx) && isfinite(sxy);
    *slope = ok ? sxy / sxx : NAN;
    *intercept = ok ? mean_y - *slope * mean_x : NAN;
    return ok;
}

void vrp_plot_draw_scatter(vrp_canvas *c, const vr_plot *p) {
    const int64_t n = p->series_count;
    int64_t points = 0, drawn = 0;
    const char **names = VR_NEW(c->arena, const char *, n), *subtitle = p->subtitle;
    double *lines = VR_NEW(c->arena, double, (2 * n));
    for (int64_t k = 0; k < n; k++) {
        const vr_series *s = &p->series[k];
        points += s->count;
        drawn += vr_min(s->count, VRP_LINES_CLOUD);
        names[k] = s->name ? s->name : "";
        if (p->fit && vrp_series_fit(&lines[2 * k], &lines[2 * k + 1], s))
            names[k] = vr_arena_printf(c->arena, "%s%sslope %s", names[k], s->name ? ", " : "",
                                       vrp_value_fixed(c->arena, lines[2 * k], 2, ""));
    }
    if (drawn < points)
        subtitle = vr_arena_printf(c->arena, "%s%s%lld of %lld points are drawn, evenly chosen",
                                   subtitle ? subtitle : "", subtitle ? "; " : "", (long long)drawn,
                                   (long long)points);
    double y = vrp_frame_head(c, p->title, subtitle, NULL);
    if (n > 1 || (n == 1 && p->fit)) y = vrp_frame_legend(c, names, n, true, y) + 4;
    y = vrp_frame_y_label(c, p->y_label, y);
    vrp_frame f = vrp_lines_frame(p, (int)vrp_between(c->width / 80, 3, 9), 6);
    const double bottom = y + vrp_between(c->width * 0.6, 240, 420);
    vrp_frame_draw(c, &f, p->mark, y, bottom, 12);
    if (p->diagonal) vrp_frame_straight(c, &f, 1, 0, 1.25, VRP_COLOUR_MUTED, true);
    const double radius = points > 1000 ? 2 : points > 200 ? 2.75 : 3.5;
    const char *const *point_names = p->point_names;
    for (int64_t k = 0; k < n; k++) {
        const vrp_colour colour = vrp_series_colour(k);
        vrp_lines_points(c, p, &p->series[k], &f, radius, colour, points > 1000 ? 0.4 : 0.7, point_names);
        if (point_names) point_names += p->series[k].count;
    }
    for (int64_t k = 0; k < n && p->fit; k++)
        vrp_frame_straight(c, &f, lines[2 * k], lines[2 * k + 1], 2, vrp_series_colour(k), false);
    c->description = vr_arena_printf(c->arena, "Scatter plot of %lld points.", (long long)points);
    vrp_frame_foot(c, p->note, vrp_frame_x_label(c, p->x_label, &f.x, bottom));
}
