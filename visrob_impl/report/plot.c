/* report/plot.c: each kind is one function that knows the width, lays its parts out from the top and sets the
 * canvas's height last. Text is measured before it is placed (vr_text_width), so nothing overlaps by luck. */
#include "plot.h"
#include "../base/os.h"
#include "axis.h"
#include <math.h>
#include <string.h>

#define VRP_PLOT_SMALL  11.0 /* font sizes, in CSS pixels */
#define VRP_PLOT_TEXT   12.0
#define VRP_PLOT_TITLE  15.0
#define VRP_PLOT_MARGIN 16.0 /* around a plot that is saved by itself */

static double vrp_plot_clamp(double x, double low, double high) { return fmin(fmax(x, low), high); }

/* Widens low..high by a finite x. */
static void vrp_plot_widen(double *low, double *high, double x) {
    if (!isfinite(x)) return;
    *low = fmin(*low, x);
    *high = fmax(*high, x);
}

/* "fog: 1.52 [1.40, 1.66]" */
static const char *vrp_plot_tooltip(vr_arena *arena, const char *name, vr_interval x, bool percent) {
    const char *value = vr_value_text(arena, x.value, percent);
    if (isnan(x.low) || isnan(x.high) || x.low == x.high)
        return vr_arena_printf(arena, "%s: %s", name, value);
    return vr_arena_printf(arena, "%s: %s [%s, %s]", name, value, vr_value_text(arena, x.low, percent),
                           vr_value_text(arena, x.high, percent));
}

static double vrp_plot_tick_width(vr_arena *arena, const vr_axis *a) {
    double first, width = 0;
    const int64_t n = vr_axis_ticks(a, &first);
    for (int64_t i = 0; i < n; i++)
        width =
            fmax(width, vr_text_width(vr_axis_text(arena, a, (first + (double)i) * a->step), VRP_PLOT_SMALL));
    return width;
}

/* Begins the canvas with title and subtitle; returns where the plot may begin. */
static double vrp_plot_head(vr_canvas *c, const vr_plot *p, const char *remark) {
    double y = 2;
    if (p->title) y = vr_canvas_paragraph(c, 0, y, c->width, VRP_PLOT_TITLE, VR_COLOUR_INK, true, p->title);
    if (p->subtitle)
        y = vr_canvas_paragraph(c, 0, y, c->width, VRP_PLOT_TEXT, VR_COLOUR_MUTED, false, p->subtitle);
    if (remark) y = vr_canvas_paragraph(c, 0, y, c->width, VRP_PLOT_TEXT, VR_COLOUR_MUTED, false, remark);
    return y + (y > 2 ? 10 : 6);
}

/* Ends the canvas below y with the note. */
static void vrp_plot_foot(vr_canvas *c, const vr_plot *p, double y) {
    if (p->note) y = vr_canvas_paragraph(c, 0, y + 8, c->width, 10.5, VR_COLOUR_MUTED, false, p->note);
    c->height = ceil(y + 4);
}

/* The widest of the names, at most `most`. */
static double vrp_plot_names_width(const char *const *names, int64_t count, double size, double most) {
    double width = 0;
    for (int64_t i = 0; i < count && width < most; i++)
        if (names) width = fmax(width, vr_text_width(names[i], size));
    return fmin(width, most);
}

/* ---- frames ---- */

static void vrp_plot_x_axis(vr_canvas *c, const vr_axis *x, double top, double bottom, bool numbers_above) {
    double first;
    const int64_t n = vr_axis_ticks(x, &first);
    for (int64_t i = 0; i < n; i++) {
        const double value = (first + (double)i) * x->step, at = vr_axis_at(x, value);
        vr_canvas_line(c, at, top, at, bottom, 1, VR_COLOUR_GRID, false);
        const char *text = vr_axis_text(c->arena, x, value);
        vr_canvas_text(c, at, bottom + 15, VRP_PLOT_SMALL, VR_COLOUR_MUTED, VR_ANCHOR_MIDDLE, 0, false, text);
        if (numbers_above)
            vr_canvas_text(c, at, top - 5, VRP_PLOT_SMALL, VR_COLOUR_MUTED, VR_ANCHOR_MIDDLE, 0, false, text);
    }
}

static void vrp_plot_y_axis(vr_canvas *c, const vr_axis *y, double left, double right, bool numbers) {
    double first;
    const int64_t n = vr_axis_ticks(y, &first);
    for (int64_t i = 0; i < n; i++) {
        const double value = (first + (double)i) * y->step, at = vr_axis_at(y, value);
        vr_canvas_line(c, left, at, right, at, 1, VR_COLOUR_GRID, false);
        if (numbers)
            vr_canvas_text(c, left - 6, at + 4, VRP_PLOT_SMALL, VR_COLOUR_MUTED, VR_ANCHOR_END, 0, false,
                           vr_axis_text(c->arena, y, value));
    }
}

/* The x label below the axis's numbers; returns the y below. */
static double vrp_plot_x_label(vr_canvas *c, const vr_plot *p, const vr_axis *x, double bottom) {
    if (!p->x_label) return bottom + 18;
    const double width = vr_text_width(p->x_label, VRP_PLOT_TEXT);
    if (width <= fabs(x->to - x->from)) {
        vr_canvas_text(c, (x->from + x->to) / 2, bottom + 33, VRP_PLOT_TEXT, VR_COLOUR_MUTED,
                       VR_ANCHOR_MIDDLE, 0, false, p->x_label);
        return bottom + 37;
    }
    return vr_canvas_paragraph(c, 0, bottom + 21, c->width, VRP_PLOT_TEXT, VR_COLOUR_MUTED, false,
                               p->x_label);
}

/* ---- bars ---- */

typedef struct vrp_plot_bar {
    int64_t index; /* into names and intervals */
    double value, y, height;
    bool named;
} vrp_plot_bar;

/* Sorts bars by value, highest first, NaN last, equal ones in their order: a merge sort, so that it is stable. */
static void vrp_plot_sort(vrp_plot_bar *bars, vrp_plot_bar *scratch, int64_t n) {
    if (n < 2) return;
    const int64_t half = n / 2;
    vrp_plot_sort(bars, scratch, half);
    vrp_plot_sort(bars + half, scratch, n - half);
    memcpy(scratch, bars, (size_t)n * sizeof *bars);
    for (int64_t i = 0, a = 0, b = half; i < n; i++) {
        const bool right = b < n && (a == half || scratch[b].value > scratch[a].value ||
                                     (isnan(scratch[a].value) && !isnan(scratch[b].value)));
        bars[i] = right ? scratch[b++] : scratch[a++];
    }
}

/* Gives each bar its place below y (see the note on many bars in plot.h); returns the y below the last. */
static double vrp_plot_place_bars(vrp_plot_bar *bars, int64_t n, bool sorted, double y) {
    enum { ROOM = 60, SQUEEZE = 100, TOP = 40, BOTTOM = 20 };
    const bool squeezed = sorted && n > SQUEEZE;
    const int64_t thin = n - TOP - BOTTOM;
    const double usual = n <= ROOM ? 22 : squeezed ? 16 : vrp_plot_clamp(6000 / (double)n, 1, 16);
    const int64_t stride = (int64_t)ceil(13 / usual);
    for (int64_t i = 0; i < n; i++) {
        const bool between = squeezed && i >= TOP && i < n - BOTTOM;
        bars[i].y = y;
        bars[i].height = between ? vrp_plot_clamp(240 / (double)thin, 1, 3) : usual;
        bars[i].named = !between && i % stride == 0;
        y += bars[i].height;
    }
    return y;
}

/* The axis of the bars: from zero, over values, mark and whiskers; a whisker far beyond all values does not squeeze
 * them, it leaves the frame. */
static vr_axis vrp_plot_bars_axis(const vr_plot *p, double room) {
    double low = 0, high = 0;
    for (int64_t i = 0; i < p->count; i++) vrp_plot_widen(&low, &high, p->intervals[i].value);
    if (p->mark != 0) vrp_plot_widen(&low, &high, p->mark);
    const double least = 1.5 * low - 0.5 * high, most = 1.5 * high - 0.5 * low;
    for (int64_t i = 0; i < p->count; i++) {
        if (isfinite(p->intervals[i].low)) vrp_plot_widen(&low, &high, fmax(p->intervals[i].low, least));
        if (isfinite(p->intervals[i].high)) vrp_plot_widen(&low, &high, fmin(p->intervals[i].high, most));
    }
    const bool fixed = p->x_min != p->x_max;
    if (fixed) low = p->x_min, high = p->x_max;
    return vr_axis_new(low, high == low ? low + 1 : high, fixed, (int)vrp_plot_clamp(room / 70, 2, 8),
                       p->percent);
}

/* One bar with its whisker, name and value. */
static void vrp_plot_bar_draw(vr_canvas *c, const vr_plot *p, const vr_axis *x, const vrp_plot_bar *bar,
                              double size, double label_width) {
    const vr_interval v = p->intervals[bar->index];
    const char *name = p->names ? p->names[bar->index] : "";
    const double middle = bar->y + bar->height / 2,
                 thick = bar->height < 6 ? bar->height : bar->height * 0.64;
    const double zero = vr_axis_at(x, vrp_plot_clamp(0, x->min, x->max));
    if (!isnan(v.value)) {
        const double end = vr_axis_at(x, vrp_plot_clamp(v.value, x->min, x->max));
        vr_canvas_rect(c, fmin(zero, end), middle - thick / 2, fabs(end - zero), thick, VR_COLOUR_SERIES,
                       vrp_plot_tooltip(c->arena, name, v, p->percent));
    }
    if (bar->height >= 10 && v.low < v.high) { /* false for NaN */
        const double from = vr_axis_at(x, vrp_plot_clamp(v.low, x->min, x->max));
        const double to = vr_axis_at(x, vrp_plot_clamp(v.high, x->min, x->max));
        const double cap = bar->height * 0.14;
        vr_canvas_line(c, from, middle, to, middle, 1.25, VR_COLOUR_INK, false);
        if (v.low >= x->min)
            vr_canvas_line(c, from, middle - cap, from, middle + cap, 1.25, VR_COLOUR_INK, false);
        if (v.high <= x->max)
            vr_canvas_line(c, to, middle - cap, to, middle + cap, 1.25, VR_COLOUR_INK, false);
    }
    if (!bar->named) return;
    vr_canvas_text(c, label_width, middle + size * 0.36, size, VR_COLOUR_INK, VR_ANCHOR_END, 0, false,
                   vr_text_shorten(c->arena, name, size, label_width));
    vr_canvas_text(c, c->width, middle + size * 0.36, size, VR_COLOUR_MUTED, VR_ANCHOR_END, 0, false,
                   vr_value_text(c->arena, v.value, p->percent));
}

static void vrp_plot_bars(vr_canvas *c, const vr_plot *p) {
    vr_arena *a = c->arena;
    const int64_t n = p->count;
    const double size = n <= 60 ? VRP_PLOT_TEXT : VRP_PLOT_SMALL;
    vrp_plot_bar *bars = VR_NEW(a, vrp_plot_bar, n);
    double value_width = 0;
    for (int64_t i = 0; i < n; i++) {
        bars[i] = (vrp_plot_bar){.index = i, .value = p->intervals[i].value};
        value_width = fmax(value_width, vr_text_width(vr_value_text(a, bars[i].value, p->percent), size));
    }
    if (p->sorted) vrp_plot_sort(bars, VR_NEW(a, vrp_plot_bar, n), n);
    double label_width = vrp_plot_names_width(p->names, n, size, 0.42 * c->width);
    double top = vrp_plot_head(c, p, NULL) + (n > 40 ? 16 : 0);
    const double bottom = vrp_plot_place_bars(bars, n, p->sorted, top);
    const int64_t thin = p->sorted && n > 100 ? n - 60 : 0;
    const char *between = NULL;
    if (thin > 0) {
        between = vr_arena_printf(a, "%lld more", (long long)thin);
        label_width = fmax(label_width, vr_text_width(between, size));
    }
    const double left = label_width + 8, right = c->width - value_width - 10;
    vr_axis x = vrp_plot_bars_axis(p, right - left);
    x.from = left, x.to = right;
    vrp_plot_x_axis(c, &x, top, bottom, n > 40);
    for (int64_t i = 0; i < n; i++) vrp_plot_bar_draw(c, p, &x, &bars[i], size, label_width);
    if (between)
        vr_canvas_text(c, label_width, (bars[40].y + bars[n - 20].y) / 2 + size * 0.36, size, VR_COLOUR_MUTED,
                       VR_ANCHOR_END, 0, false, between);
    if (x.min <= 0 && 0 <= x.max)
        vr_canvas_line(c, vr_axis_at(&x, 0), top, vr_axis_at(&x, 0), bottom, 1, VR_COLOUR_MUTED, false);
    if (p->mark != 0 && p->mark >= x.min && p->mark <= x.max)
        vr_canvas_line(c, vr_axis_at(&x, p->mark), top, vr_axis_at(&x, p->mark), bottom, 1.25, VR_COLOUR_INK,
                       true);
    if (n > 0)
        c->description = vr_arena_printf(
            a, "Bar chart of %lld values. %s%s; %s.", (long long)n, p->sorted ? "Highest: " : "First: ",
            vrp_plot_tooltip(a, p->names ? p->names[bars[0].index] : "", p->intervals[bars[0].index],
                             p->percent),
            vr_arena_printf(a, "%s%s", p->sorted ? "lowest: " : "last: ",
                            vrp_plot_tooltip(a, p->names ? p->names[bars[n - 1].index] : "",
                                             p->intervals[bars[n - 1].index], p->percent)));
    vrp_plot_foot(c, p, vrp_plot_x_label(c, p, &x, bottom));
}

/* ---- lines ---- */

/* A frame's axes; data outside of it are cut off at its edge. */
typedef struct vrp_plot_frame {
    vr_axis x, y; /* y.from is the bottom */
} vrp_plot_frame;

/* The part of the segment p0 p1 inside the frame (Liang and Barsky 1984), or false. */
static bool vrp_plot_clip_segment(double out[4], const double p0[2], const double p1[2],
                                  const vrp_plot_frame *f) {
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

/* Cuts off what of a polygon lies beyond one edge of the frame (Sutherland and Hodgman 1974): the side where
 * sign * (coordinate d - edge) > 0. Returns how many corners are left; out has room for 2 n. */
static int64_t vrp_plot_clip_edge(double *out, const double *in, int64_t n, int d, double edge, double sign) {
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
static void vrp_plot_band_run(vr_canvas *c, const vr_series *s, int64_t from, int64_t to,
                              const vrp_plot_frame *f, vr_colour colour) {
    int64_t n = 2 * (to - from);
    double *a = VR_NEW(c->arena, double, 32 * (n + 1)), *b = a + 16 * (n + 1); /* each edge at most doubles */
    for (int64_t i = 0; i < to - from; i++) {
        const int64_t up = from + i, down = to - 1 - i;
        a[2 * i] = vr_axis_at(&f->x, s->x[up]);
        a[2 * i + 1] = vr_axis_at(&f->y, s->high[up]);
        a[n + 2 * i] = vr_axis_at(&f->x, s->x[down]);
        a[n + 2 * i + 1] = vr_axis_at(&f->y, s->low[down]);
    }
    n = vrp_plot_clip_edge(b, a, n, 0, f->x.from, -1);
    n = vrp_plot_clip_edge(a, b, n, 0, f->x.to, 1);
    n = vrp_plot_clip_edge(b, a, n, 1, f->y.to, -1);
    n = vrp_plot_clip_edge(a, b, n, 1, f->y.from, 1);
    if (n >= 3) vr_canvas_polygon(c, a, n, colour, 0.18);
}

static void vrp_plot_band(vr_canvas *c, const vr_series *s, const vrp_plot_frame *f, vr_colour colour) {
    if (!s->low || !s->high) return;
    for (int64_t i = 0, from = 0; i <= s->count; i++) {
        if (i < s->count && isfinite(s->x[i]) && isfinite(s->y[i]) && isfinite(s->low[i]) &&
            isfinite(s->high[i]))
            continue;
        if (i - from >= 2) vrp_plot_band_run(c, s, from, i, f, colour);
        from = i + 1;
    }
}

/* The line through a series' points, cut off at the frame. */
static void vrp_plot_curve(vr_canvas *c, const vr_series *s, const vrp_plot_frame *f, double width,
                           vr_colour colour, bool dashed) {
    double *out = VR_NEW(c->arena, double, 6 * (s->count + 1));
    int64_t n = 0;
    for (int64_t i = 0; i < s->count; i++) {
        const int64_t last =
            i > 0 ? i - 1 : 0; /* the first point is a segment of no length: it may be alone */
        const double p0[2] = {vr_axis_at(&f->x, s->x[last]), vr_axis_at(&f->y, s->y[last])};
        const double p1[2] = {vr_axis_at(&f->x, s->x[i]), vr_axis_at(&f->y, s->y[i])};
        if (!isfinite(p1[0]) || !isfinite(p1[1])) continue;
        const bool joined = isfinite(p0[0]) && isfinite(p0[1]);
        double part[4];
        if (!vrp_plot_clip_segment(part, joined ? p0 : p1, p1, f)) continue;
        if (n == 0 || out[2 * n - 2] != part[0] || out[2 * n - 1] != part[1]) {
            if (n > 0) out[2 * n] = out[2 * n + 1] = NAN, n++;
            out[2 * n] = part[0], out[2 * n + 1] = part[1], n++;
        }
        if (part[2] != part[0] || part[3] != part[1]) out[2 * n] = part[2], out[2 * n + 1] = part[3], n++;
    }
    vr_canvas_polyline(c, out, n, width, colour);
    c->shapes[c->count - 1].dashed = dashed;
}

/* The points of a series as circles, each with its own tooltip where there are few. */
static void vrp_plot_points(vr_canvas *c, const vr_plot *p, const vr_series *s, const vrp_plot_frame *f,
                            double radius, vr_colour colour, double alpha, const char *const *names) {
    const bool told = s->count <= 2000;
    for (int64_t i = 0; i < s->count; i++) {
        const bool inside =
            s->x[i] >= f->x.min && s->x[i] <= f->x.max && s->y[i] >= f->y.min && s->y[i] <= f->y.max;
        if (!inside) continue; /* NaN is not inside either */
        const char *text = NULL;
        if (told) {
            const vr_interval y = {s->y[i], s->low ? s->low[i] : NAN, s->high ? s->high[i] : NAN};
            const char *x = vr_value_text(c->arena, s->x[i], f->x.percent);
            if (p->kind != VR_PLOT_SCATTER) x = vr_axis_text(c->arena, &f->x, s->x[i]);
            const char *name = names ? names[i] : s->name;
            text = vrp_plot_tooltip(c->arena, name ? vr_arena_printf(c->arena, "%s, %s", name, x) : x, y,
                                    f->y.percent);
        }
        vr_canvas_circle(c, vr_axis_at(&f->x, s->x[i]), vr_axis_at(&f->y, s->y[i]), radius, colour, alpha,
                         text);
    }
}

/* The frame's axes from the data of all series, or as the plot fixes them; from and to are still open. */
static vrp_plot_frame vrp_plot_frame_new(const vr_plot *p, int x_ticks, int y_ticks) {
    double x0 = INFINITY, x1 = -INFINITY, y0 = INFINITY, y1 = -INFINITY;
    for (int64_t k = 0; k < p->series_count; k++) {
        const vr_series *s = &p->series[k];
        for (int64_t i = 0; i < s->count; i++) {
            if (!isfinite(s->x[i])) continue;
            vrp_plot_widen(&x0, &x1, s->x[i]);
            vrp_plot_widen(&y0, &y1, s->y[i]);
            if (s->low) vrp_plot_widen(&y0, &y1, s->low[i]);
            if (s->high) vrp_plot_widen(&y0, &y1, s->high[i]);
        }
    }
    if (p->mark != 0) vrp_plot_widen(&y0, &y1, p->mark);
    const bool scatter = p->kind == VR_PLOT_SCATTER, x_fixed = p->x_min != p->x_max,
               y_fixed = p->y_min != p->y_max;
    if (x_fixed) x0 = p->x_min, x1 = p->x_max;
    if (y_fixed) y0 = p->y_min, y1 = p->y_max;
    return (vrp_plot_frame){vr_axis_new(x0, x1, x_fixed || !scatter, x_ticks, scatter && p->percent),
                            vr_axis_new(y0, y1, y_fixed, y_ticks, p->percent)};
}

/* A row of swatches and names that breaks at the width; returns the y below. Dashed from the ninth on, as lines. */
static double vrp_plot_legend(vr_canvas *c, const char *const *names, int64_t count, bool points, double y) {
    double x = 0;
    for (int64_t k = 0; k < count; k++) {
        const vr_colour colour = VR_COLOUR_SERIES + (vr_colour)(k % VR_COLOUR_SERIES_COUNT);
        const char *name = vr_text_shorten(c->arena, names[k] ? names[k] : "", VRP_PLOT_TEXT, c->width - 24);
        const double width = 20 + vr_text_width(name, VRP_PLOT_TEXT);
        if (x > 0 && x + width > c->width) x = 0, y += 18;
        if (points)
            vr_canvas_circle(c, x + 6, y + 5, 4, colour, 0.9, NULL);
        else
            vr_canvas_line(c, x, y + 5, x + 14, y + 5, 2, colour, k >= VR_COLOUR_SERIES_COUNT);
        vr_canvas_text(c, x + 19, y + 9, VRP_PLOT_TEXT, VR_COLOUR_INK, VR_ANCHOR_START, 0, false, name);
        x += width + 12;
    }
    return count > 0 ? y + 22 : y;
}

/* The last point of a series that is finite, or -1. */
static int64_t vrp_plot_last(const vr_series *s) {
    int64_t i = s->count - 1;
    while (i >= 0 && !(isfinite(s->x[i]) && isfinite(s->y[i]))) i--;
    return i;
}

/* Names beside the ends of the lines, moved apart so that none covers another; a thin lead joins a moved one. */
static void vrp_plot_end_labels(vr_canvas *c, const vr_plot *p, const vrp_plot_frame *f, double width) {
    const double line = 15;
    const int64_t n = p->series_count;
    vrp_plot_bar *labels = VR_NEW(c->arena, vrp_plot_bar, n);
    int64_t count = 0;
    for (int64_t k = 0; k < n; k++) {
        const int64_t i = vrp_plot_last(&p->series[k]);
        if (i < 0) continue; /* no finite point: no line to name */
        const double y = vr_axis_at(&f->y, vrp_plot_clamp(p->series[k].y[i], f->y.min, f->y.max));
        labels[count++] = (vrp_plot_bar){.index = k, .value = -y, .y = y, .height = y};
    }
    vrp_plot_sort(labels, VR_NEW(c->arena, vrp_plot_bar, n), count);
    for (int64_t i = 1; i < count; i++) labels[i].y = fmax(labels[i].y, labels[i - 1].y + line);
    double most = f->y.from + 4;
    for (int64_t i = count - 1; i >= 0; i--, most -= line) labels[i].y = fmin(labels[i].y, most);
    for (int64_t i = 0; i < count; i++) {
        const int64_t k = labels[i].index;
        const vr_colour colour = VR_COLOUR_SERIES + (vr_colour)(k % VR_COLOUR_SERIES_COUNT);
        const double x = f->x.to;
        vr_canvas_line(c, x + 3, labels[i].height, x + 13, labels[i].y, 1, colour, false);
        vr_canvas_text(
            c, x + 17, labels[i].y + 4, VRP_PLOT_TEXT, VR_COLOUR_INK, VR_ANCHOR_START, 0, false,
            vr_text_shorten(c->arena, p->series[k].name ? p->series[k].name : "", VRP_PLOT_TEXT, width));
    }
}

/* The y label, level, at the frame's top left: nobody has to turn the head. */
static double vrp_plot_y_label(vr_canvas *c, const vr_plot *p, double y) {
    if (!p->y_label) return y + 6;
    return vr_canvas_paragraph(c, 0, y, c->width, VRP_PLOT_TEXT, VR_COLOUR_MUTED, false, p->y_label) + 8;
}

/* Places a frame of the plot's width below y and draws its axes; returns its bottom. */
static double vrp_plot_frame_draw(vr_canvas *c, const vr_plot *p, vrp_plot_frame *f, double top,
                                  double height, double right_margin) {
    const double left = vrp_plot_tick_width(c->arena, &f->y) + 8;
    f->x.from = left, f->x.to = c->width - right_margin;
    f->y.from = top + height, f->y.to = top;
    vrp_plot_y_axis(c, &f->y, left, f->x.to, true);
    vrp_plot_x_axis(c, &f->x, top, top + height, false);
    if (p->mark != 0 && p->mark >= f->y.min && p->mark <= f->y.max)
        vr_canvas_line(c, left, vr_axis_at(&f->y, p->mark), f->x.to, vr_axis_at(&f->y, p->mark), 1.25,
                       VR_COLOUR_INK, true);
    return top + height;
}

static const char *const *vrp_plot_series_names(vr_arena *arena, const vr_plot *p) {
    const char **names = VR_NEW(arena, const char *, p->series_count);
    for (int64_t k = 0; k < p->series_count; k++) names[k] = p->series[k].name ? p->series[k].name : "";
    return names;
}

static void vrp_plot_lines(vr_canvas *c, const vr_plot *p) {
    const int64_t n = p->series_count;
    const char *const *names = vrp_plot_series_names(c->arena, p);
    const double name_width = n > 1 ? vrp_plot_names_width(names, n, VRP_PLOT_TEXT, 0.3 * c->width) : 0;
    const bool beside = n > 1 && c->width >= 500;
    double y = vrp_plot_head(c, p, NULL);
    if (n > 1 && !beside) y = vrp_plot_legend(c, names, n, false, y) + 4;
    y = vrp_plot_y_label(c, p, y);
    vrp_plot_frame f = vrp_plot_frame_new(p, (int)vrp_plot_clamp(c->width / 80, 3, 9), 6);
    const double height = vrp_plot_clamp(c->width * 0.42, 200, 320);
    const double bottom = vrp_plot_frame_draw(c, p, &f, y, height, beside ? name_width + 22 : 12);
    for (int64_t k = 0; k < n; k++)
        vrp_plot_band(c, &p->series[k], &f, VR_COLOUR_SERIES + (vr_colour)(k % VR_COLOUR_SERIES_COUNT));
    for (int64_t k = 0; k < n; k++) {
        const vr_colour colour = VR_COLOUR_SERIES + (vr_colour)(k % VR_COLOUR_SERIES_COUNT);
        vrp_plot_curve(c, &p->series[k], &f, 2, colour, k >= VR_COLOUR_SERIES_COUNT);
        if (p->series[k].count <= 60) vrp_plot_points(c, p, &p->series[k], &f, 2.75, colour, 1, NULL);
    }
    if (beside) vrp_plot_end_labels(c, p, &f, name_width);
    c->description = vr_arena_printf(c->arena, "Line chart of %lld series.", (long long)n);
    vrp_plot_foot(c, p, vrp_plot_x_label(c, p, &f.x, bottom));
}

/* One small frame: name and last value above, band, line and points inside. */
static void vrp_plot_panel(vr_canvas *c, const vr_plot *p, const vr_series *s, const vrp_plot_frame *f) {
    const double left = f->x.from, right = f->x.to, above = f->y.to - 7;
    const int64_t last = vrp_plot_last(s);
    const char *value = last < 0     ? "-"
                        : p->percent ? vr_value_fixed(c->arena, 100 * s->y[last], 0, " %")
                                     : vr_value_text(c->arena, s->y[last], false);
    const double value_width = vr_text_width(value, 10.5);
    vr_canvas_text(
        c, left, above, 11.5, VR_COLOUR_INK, VR_ANCHOR_START, 0, true,
        vr_text_shorten(c->arena, s->name ? s->name : "", 11.5 * 1.06, right - left - value_width - 4));
    vr_canvas_text(c, right, above, 10.5, VR_COLOUR_MUTED, VR_ANCHOR_END, 0, false, value);
    if (p->mark != 0 && p->mark >= f->y.min && p->mark <= f->y.max)
        vr_canvas_line(c, left, vr_axis_at(&f->y, p->mark), right, vr_axis_at(&f->y, p->mark), 1,
                       VR_COLOUR_INK, true);
    vrp_plot_band(c, s, f, VR_COLOUR_SERIES);
    vrp_plot_curve(c, s, f, 1.75, VR_COLOUR_SERIES, false);
    if (s->count <= 30) vrp_plot_points(c, p, s, f, 2.25, VR_COLOUR_SERIES, 1, NULL);
}

static void vrp_plot_panels(vr_canvas *c, const vr_plot *p) {
    enum { GAP = 14, LEAST = 112, NAME = 32, AXIS = 20 };
    const int64_t n = p->series_count;
    double y = vrp_plot_y_label(c, p, vrp_plot_head(c, p, NULL)) - 12;
    vrp_plot_frame f = vrp_plot_frame_new(p, 3, 3);
    const double left = vrp_plot_tick_width(c->arena, &f.y) + 8, room = c->width - left - 8;
    const int64_t columns = vr_clamp((int64_t)((room + GAP) / (LEAST + GAP)), 1, vr_max(n, 1));
    const int64_t rows = (n + columns - 1) / columns;
    const double width = fmin((room - GAP * (double)(columns - 1)) / (double)columns, 240);
    const double height = vrp_plot_clamp(width * 0.62, 64, 120);
    for (int64_t k = 0; k < n; k++) {
        const double x0 = left + (width + GAP) * (double)(k % columns);
        const double y0 = y + (height + NAME) * (double)(k / columns) + NAME;
        f.x.from = x0, f.x.to = x0 + width;
        f.y.from = y0 + height, f.y.to = y0;
        vrp_plot_y_axis(c, &f.y, x0, x0 + width, k % columns == 0);
        if (k + columns >= n) { /* the last panel of its column carries the numbers */
            double first;
            const int64_t ticks = vr_axis_ticks(&f.x, &first);
            for (int64_t i = 0; i < ticks; i++) {
                const double value = (first + (double)i) * f.x.step;
                vr_canvas_text(c, vr_axis_at(&f.x, value), y0 + height + 14, 10.5, VR_COLOUR_MUTED,
                               VR_ANCHOR_MIDDLE, 0, false, vr_axis_text(c->arena, &f.x, value));
            }
        }
        vrp_plot_panel(c, p, &p->series[k], &f);
    }
    y += (height + NAME) * (double)rows + AXIS;
    if (p->x_label)
        y = vr_canvas_paragraph(c, left, y - 2, room, VRP_PLOT_TEXT, VR_COLOUR_MUTED, false, p->x_label);
    c->description = vr_arena_printf(c->arena, "%lld small line charts with the same axes.", (long long)n);
    vrp_plot_foot(c, p, y);
}

/* ---- scatter ---- */

bool vr_series_fit(double *slope, double *intercept, const vr_series *s) {
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
    const bool ok = sxx > 0;
    *slope = ok ? sxy / sxx : NAN;
    *intercept = ok ? mean_y - *slope * mean_x : NAN;
    return ok;
}

/* A straight line over the frame's width, cut off at its edges. */
static void vrp_plot_straight(vr_canvas *c, const vrp_plot_frame *f, double slope, double intercept,
                              double width, vr_colour colour, bool dashed) {
    const double x[2] = {f->x.min, f->x.max};
    const double y[2] = {intercept + slope * x[0], intercept + slope * x[1]};
    vrp_plot_curve(c, &(vr_series){.x = x, .y = y, .count = 2}, f, width, colour, dashed);
}

static void vrp_plot_scatter(vr_canvas *c, const vr_plot *p) {
    const int64_t n = p->series_count;
    int64_t points = 0;
    const char **names = VR_NEW(c->arena, const char *, n);
    double *lines = VR_NEW(c->arena, double, 2 * n);
    for (int64_t k = 0; k < n; k++) {
        const vr_series *s = &p->series[k];
        points += s->count;
        names[k] = s->name ? s->name : "";
        if (p->fit && vr_series_fit(&lines[2 * k], &lines[2 * k + 1], s))
            names[k] = vr_arena_printf(c->arena, "%s%sslope %s", names[k], s->name ? ", " : "",
                                       vr_value_fixed(c->arena, lines[2 * k], 2, ""));
    }
    double y = vrp_plot_head(c, p, NULL);
    if (n > 1 || (n == 1 && p->fit)) y = vrp_plot_legend(c, names, n, true, y) + 4;
    y = vrp_plot_y_label(c, p, y);
    vrp_plot_frame f = vrp_plot_frame_new(p, (int)vrp_plot_clamp(c->width / 80, 3, 9), 6);
    const double bottom = vrp_plot_frame_draw(c, p, &f, y, vrp_plot_clamp(c->width * 0.6, 240, 420), 12);
    if (p->diagonal) vrp_plot_straight(c, &f, 1, 0, 1.25, VR_COLOUR_MUTED, true);
    const double radius = points > 1000 ? 2 : points > 200 ? 2.75 : 3.5;
    const char *const *point_names = p->point_names;
    for (int64_t k = 0; k < n; k++) {
        const vr_colour colour = VR_COLOUR_SERIES + (vr_colour)(k % VR_COLOUR_SERIES_COUNT);
        vrp_plot_points(c, p, &p->series[k], &f, radius, colour, points > 1000 ? 0.4 : 0.7, point_names);
        if (point_names) point_names += p->series[k].count;
    }
    for (int64_t k = 0; k < n && p->fit; k++)
        vrp_plot_straight(c, &f, lines[2 * k], lines[2 * k + 1], 2,
                          VR_COLOUR_SERIES + (vr_colour)(k % VR_COLOUR_SERIES_COUNT), false);
    c->description = vr_arena_printf(c->arena, "Scatter plot of %lld points.", (long long)points);
    vrp_plot_foot(c, p, vrp_plot_x_label(c, p, &f.x, bottom));
}

/* ---- reliability ---- */

/* One bin: up to the lower of accuracy and confidence, and the gap to the higher. */
static void vrp_plot_bin(vr_canvas *c, const vr_reliability_bin *b, const vrp_plot_frame *f) {
    if (b->count == 0) return;
    const double left = vr_axis_at(&f->x, b->low) + 1, width = vr_axis_at(&f->x, b->high) - 1 - left;
    const bool over = b->confidence > b->accuracy;
    const double low = vr_axis_at(&f->y, fmin(b->accuracy, b->confidence));
    const double high = vr_axis_at(&f->y, fmax(b->accuracy, b->confidence));
    const char *text = vr_arena_printf(c->arena, "confidence %s, accuracy %s, %lld images",
                                       vr_value_text(c->arena, b->confidence, true),
                                       vr_value_text(c->arena, b->accuracy, true), (long long)b->count);
    vr_canvas_rect(c, left, low, width, f->y.from - low, VR_COLOUR_SERIES, text);
    vr_canvas_rect(c, left, high, width, low - high, VR_COLOUR_SERIES + (over ? 1 : 2), text);
    c->shapes[c->count - 1].alpha = 0.6;
}

static void vrp_plot_reliability(vr_canvas *c, const vr_plot *p) {
    vr_arena *a = c->arena;
    int64_t most = 0, images = 0;
    for (int64_t i = 0; i < p->count; i++) {
        most = vr_max(most, p->bins[i].count);
        images += p->bins[i].count;
    }
    const char *remark = vr_arena_printf(a, "expected calibration error %s, maximum %s",
                                         vr_value_text(a, vr_ece(p->bins, p->count), true),
                                         vr_value_text(a, vr_max_calibration_error(p->bins, p->count), true));
    static const char *const names[] = {"accuracy", "less than the confidence", "more than the confidence"};
    double y = vrp_plot_legend(c, names, 3, true, vrp_plot_head(c, p, remark)) + 6;
    vrp_plot_frame f = {vr_axis_new(0, 1, true, 5, true), vr_axis_new(0, 1, true, 5, true)};
    vr_plot labels = *p;
    labels.mark = 0;
    labels.x_label = p->x_label ? p->x_label : "confidence";
    const double side = fmin(c->width - 60, 400);
    const double bottom = vrp_plot_frame_draw(c, &labels, &f, y, side, c->width - 60 - side + 16);
    for (int64_t i = 0; i < p->count; i++) vrp_plot_bin(c, &p->bins[i], &f);
    vrp_plot_straight(c, &f, 1, 0, 1.5, VR_COLOUR_INK, true);
    /* below, on the same x axis: how many images stand behind each bar */
    const double low = bottom + 30, height = 54;
    vrp_plot_frame g = {f.x, vr_axis_new(0, most > 0 ? (double)most : 1, true, 2, false)};
    g.y.from = low + height, g.y.to = low;
    vrp_plot_y_axis(c, &g.y, f.x.from, f.x.to, true);
    for (int64_t i = 0; i < p->count; i++) {
        const vr_reliability_bin *b = &p->bins[i];
        const double left = vr_axis_at(&f.x, b->low) + 1, top = vr_axis_at(&g.y, (double)b->count);
        if (b->count > 0)
            vr_canvas_rect(c, left, top, vr_axis_at(&f.x, b->high) - 1 - left, g.y.from - top,
                           VR_COLOUR_MUTED,
                           vr_arena_printf(a, "%lld of %lld images", (long long)b->count, (long long)images));
    }
    vr_canvas_text(c, (f.x.from + f.x.to) / 2, low + height + 17, VRP_PLOT_TEXT, VR_COLOUR_MUTED,
                   VR_ANCHOR_MIDDLE, 0, false,
                   vr_arena_printf(a, "%s, and the number of images", labels.x_label));
    c->description = vr_arena_printf(a, "Reliability diagram of %lld images: %s.", (long long)images, remark);
    vrp_plot_foot(c, p, low + height + 20);
}

/* ---- heat maps ---- */

/* A heat map's measures: `pool` neighbours are averaged into one of rows x columns cells of w x h pixels. */
typedef struct vrp_plot_map {
    const double *values;
    int64_t rows, columns, pool_rows, pool_columns;
    double left, top, w, h, low, high;
    bool diverging;
} vrp_plot_map;

/* Averages blocks of neighbours; NaN is left out of the mean. */
static void vrp_plot_pool(vr_arena *arena, vrp_plot_map *m, int64_t rows, int64_t columns) {
    double *out = VR_NEW(arena, double, m->rows * m->columns);
    for (int64_t r = 0; r < m->rows; r++) {
        for (int64_t k = 0; k < m->columns; k++) {
            double sum = 0, n = 0;
            for (int64_t i = r * m->pool_rows; i < vr_min(rows, (r + 1) * m->pool_rows); i++)
                for (int64_t j = k * m->pool_columns; j < vr_min(columns, (k + 1) * m->pool_columns); j++)
                    if (!isnan(m->values[i * columns + j])) sum += m->values[i * columns + j], n += 1;
            out[r * m->columns + k] = n > 0 ? sum / n : NAN;
        }
    }
    m->values = out;
}

static void vrp_plot_map_range(vrp_plot_map *m, const vr_plot *p) {
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < m->rows * m->columns; i++) vrp_plot_widen(&low, &high, m->values[i]);
    if (!(low <= high)) low = 0, high = 1;
    if (p->y_min != p->y_max) {
        low = p->y_min, high = p->y_max;
    } else if (low >= 0) { /* zero is where the light end belongs, and 100 % the dark end of a share */
        low = low < 0.5 * high || p->percent ? 0 : low;
        high = p->percent && high > 0.5 && high <= 1 ? 1 : high;
    }
    m->diverging = low < 0 && high > 0;
    if (m->diverging) high = fmax(-low, high), low = -high;
    if (low == high) high = low + 1;
    m->low = low, m->high = high;
}

static vr_colour vrp_plot_map_colour(const vrp_plot_map *m, double value) {
    if (isnan(value)) return VR_COLOUR_NONE;
    const double t = vrp_plot_clamp((value - m->low) / (m->high - m->low), 0, 1);
    return m->diverging ? VR_COLOUR_DIVERGING + (vr_colour)lround(t * (VR_COLOUR_DIVERGING_COUNT - 1))
                        : VR_COLOUR_HEAT + (vr_colour)lround(t * (VR_COLOUR_HEAT_COUNT - 1));
}

/* Ink on cells near the paper's colour, paper on those near the ink's. */
static vr_colour vrp_plot_map_ink(vr_colour cell) {
    if (cell >= VR_COLOUR_DIVERGING)
        return cell <= VR_COLOUR_DIVERGING + 6 || cell >= VR_COLOUR_DIVERGING + 26 ? VR_COLOUR_PAPER
                                                                                   : VR_COLOUR_INK;
    return cell >= VR_COLOUR_HEAT + 18 ? VR_COLOUR_PAPER : VR_COLOUR_INK;
}

/* What stands in a cell: percent without the sign, whole numbers without decimals. */
static const char *vrp_plot_cell_text(vr_arena *arena, double x, bool percent) {
    if (percent) return vr_value_fixed(arena, 100 * x, 0, "");
    return fabs(x) < 1e6 && x == floor(x) ? vr_value_fixed(arena, x, 0, "") : vr_value_text(arena, x, false);
}

/* One cell with its tooltip, and its number where text is not NULL; an empty one is left open. */
static void vrp_plot_cell(vr_canvas *c, const vr_plot *p, const vrp_plot_map *m, int64_t i,
                          const char *text) {
    const int64_t row = i / m->columns, column = i % m->columns;
    const vr_colour colour = vrp_plot_map_colour(m, m->values[i]);
    if (colour == VR_COLOUR_NONE) return;
    const double gap = m->w >= 10 && m->h >= 10 ? 1 : 0;
    const double x = m->left + m->w * (double)column, y = m->top + m->h * (double)row;
    const char *of = p->names && m->pool_rows == 1 ? p->names[row] : NULL;
    const char *at = p->column_names && m->pool_columns == 1 ? p->column_names[column] : NULL;
    const char *name = vr_arena_printf(c->arena, "%s%s%s", of ? of : "", of && at ? ", " : "", at ? at : "");
    vr_canvas_rect(c, x, y, m->w - gap, m->h - gap, colour,
                   vrp_plot_tooltip(c->arena, name, (vr_interval){m->values[i], NAN, NAN}, p->percent));
    if (text)
        vr_canvas_text(c, x + (m->w - gap) / 2, y + (m->h - gap) / 2 + 3.8, 10.5,
                       strcmp(text, "0") == 0 ? VR_COLOUR_MUTED : vrp_plot_map_ink(colour), VR_ANCHOR_MIDDLE,
                       0, false, text);
}

/* Few cells: a rectangle each, with numbers where all of them fit. Many: one shape. */
static void vrp_plot_map_cells(vr_canvas *c, const vr_plot *p, const vrp_plot_map *m) {
    enum { FEW = 2500 };
    const int64_t n = m->rows * m->columns;
    if (n > FEW) {
        vr_colour *cells = VR_NEW(c->arena, vr_colour, n);
        for (int64_t i = 0; i < n; i++) cells[i] = vrp_plot_map_colour(m, m->values[i]);
        vr_canvas_cells(c, m->left, m->top, m->w * (double)m->columns, m->h * (double)m->rows, cells, m->rows,
                        m->columns);
        return;
    }
    double widest = 0;
    const char **texts = VR_NEW(c->arena, const char *, n);
    for (int64_t i = 0; i < n; i++) {
        texts[i] = vrp_plot_cell_text(c->arena, m->values[i], p->percent);
        widest = fmax(widest, vr_text_width(texts[i], 10.5));
    }
    const bool numbers = widest <= m->w - 2 && m->h >= 14;
    for (int64_t i = 0; i < n; i++) vrp_plot_cell(c, p, m, i, numbers ? texts[i] : NULL);
}

/* An end of the scale of colours: no decimals where it is a whole number. */
static const char *vrp_plot_end_text(vr_arena *arena, double x, bool percent) {
    const double shown = percent ? 100 * x : x;
    if (fabs(shown) < 1e6 && shown == floor(shown))
        return vr_value_fixed(arena, shown, 0, percent ? " %" : "");
    return vr_value_text(arena, x, percent);
}

/* The scale of colours, below the map's left end, which a phone shows first; returns the y below. */
static double vrp_plot_map_scale(vr_canvas *c, const vr_plot *p, const vrp_plot_map *m, double y) {
    const int levels = m->diverging ? VR_COLOUR_DIVERGING_COUNT : VR_COLOUR_HEAT_COUNT;
    const vr_colour first = m->diverging ? VR_COLOUR_DIVERGING : VR_COLOUR_HEAT;
    vr_colour cells[VR_COLOUR_DIVERGING_COUNT];
    for (int i = 0; i < levels; i++) cells[i] = first + (vr_colour)i;
    const double width = 128;
    const char *low = vrp_plot_end_text(c->arena, m->low, p->percent);
    const char *high = vrp_plot_end_text(c->arena, m->high, p->percent);
    const double x = fmax(m->left, vr_text_width(low, VRP_PLOT_SMALL) + 6);
    vr_canvas_cells(c, x, y, width, 10, cells, 1, levels);
    vr_canvas_text(c, x - 6, y + 9, VRP_PLOT_SMALL, VR_COLOUR_MUTED, VR_ANCHOR_END, 0, false, low);
    vr_canvas_text(c, x + width + 6, y + 9, VRP_PLOT_SMALL, VR_COLOUR_MUTED, VR_ANCHOR_START, 0, false, high);
    return y + 14;
}

/* Names of rows at the left and of columns above, thinned where they would touch; turned by turn degrees. */
static void vrp_plot_map_names(vr_canvas *c, const vr_plot *p, const vrp_plot_map *m, double turn,
                               double name_width) {
    const int64_t row_stride = (int64_t)ceil(12 / m->h),
                  column_stride = turn == 0 ? 1 : (int64_t)ceil(13 / m->w);
    for (int64_t r = 0; p->names && r < m->rows; r += row_stride)
        vr_canvas_text(c, m->left - 6, m->top + m->h * ((double)r + 0.5) + 3.8, VRP_PLOT_SMALL, VR_COLOUR_INK,
                       VR_ANCHOR_END, 0, false,
                       vr_text_shorten(c->arena, p->names[r * m->pool_rows], VRP_PLOT_SMALL, m->left - 6));
    for (int64_t k = 0; p->column_names && k < m->columns; k += column_stride) {
        const double x = m->left + m->w * ((double)k + 0.5) + (turn == 0 ? 0 : turn == -45 ? 1 : 4);
        vr_canvas_text(
            c, x, m->top - 6, VRP_PLOT_SMALL, VR_COLOUR_INK, turn == 0 ? VR_ANCHOR_MIDDLE : VR_ANCHOR_START,
            turn, false,
            vr_text_shorten(c->arena, p->column_names[k * m->pool_columns], VRP_PLOT_SMALL, name_width));
    }
}

/* Chooses cells and the blocks that are averaged into them; returns how column names are turned. */
static double vrp_plot_map_place(vrp_plot_map *m, const vr_plot *p, double width, double name_width) {
    enum { LEAST = 3 }; /* pixels of a cell that can be seen */
    const bool square = p->rows == p->columns;
    double room = width - m->left, turn = 0;
    const double cell = room / (double)vr_max(p->columns, 1), most = square ? 52 : 80;
    if (name_width > fmin(cell, most) - 3) turn = cell >= 16 ? -45 : -90;
    if (turn == -45) room -= fmax(0, 0.75 * name_width - cell / 2); /* the last name leans out to the right */
    m->pool_columns = vr_max(1, (int64_t)ceil(LEAST * (double)p->columns / room - 1e-9));
    m->pool_rows = square ? m->pool_columns : vr_max(1, (int64_t)ceil((double)p->rows / 400));
    m->rows = (p->rows + m->pool_rows - 1) / m->pool_rows;
    m->columns = (p->columns + m->pool_columns - 1) / m->pool_columns;
    m->w = fmin(room / (double)vr_max(m->columns, 1), most);
    m->h = square ? m->w : m->rows <= 60 ? vrp_plot_clamp(m->w, 16, 24) : fmax(LEAST, 1200 / (double)m->rows);
    return turn;
}

static void vrp_plot_heat(vr_canvas *c, const vr_plot *p) {
    vrp_plot_map m = {.values = p->values};
    const double label = vrp_plot_names_width(p->names, p->rows, VRP_PLOT_SMALL, 0.3 * c->width);
    const double widest = vrp_plot_names_width(p->column_names, p->columns, VRP_PLOT_SMALL, 110);
    m.left = label > 0 ? label + 6 : 0;
    const double turn = vrp_plot_map_place(&m, p, c->width, widest);
    const char *remark = NULL;
    if (m.pool_rows > 1 || m.pool_columns > 1) {
        vrp_plot_pool(c->arena, &m, p->rows, p->columns);
        remark = vr_arena_printf(c->arena, "each cell is the mean of %lld\xC3\x97%lld",
                                 (long long)m.pool_rows, (long long)m.pool_columns);
    }
    vrp_plot_map_range(&m, p);
    double y = vrp_plot_head(c, p, remark);
    if (p->y_label)
        y = vr_canvas_paragraph(c, 0, y, c->width, VRP_PLOT_TEXT, VR_COLOUR_MUTED, false, p->y_label) + 4;
    const double names = turn == 0 ? 14 : turn == -45 ? 0.71 * widest + 10 : widest + 4;
    m.top = y + (widest == 0 ? 0 : names + 4);
    vrp_plot_map_names(c, p, &m, turn, 110);
    vrp_plot_map_cells(c, p, &m);
    y = m.top + m.h * (double)m.rows;
    if (p->x_label) {
        vr_canvas_text(c, m.left + m.w * (double)m.columns / 2, y + 17, VRP_PLOT_TEXT, VR_COLOUR_MUTED,
                       VR_ANCHOR_MIDDLE, 0, false, p->x_label);
        y += 20;
    }
    c->description = vr_arena_printf(c->arena, "Heat map of %lld rows and %lld columns, from %s to %s.",
                                     (long long)p->rows, (long long)p->columns,
                                     vrp_plot_end_text(c->arena, m.low, p->percent),
                                     vrp_plot_end_text(c->arena, m.high, p->percent));
    vrp_plot_foot(c, p, vrp_plot_map_scale(c, p, &m, y + 12));
}

/* ---- the doors ---- */

vr_canvas vr_plot_draw(vr_arena *arena, const vr_plot *p) {
    enum { LINES = 2 * VR_COLOUR_SERIES_COUNT }; /* more cannot be told apart in one frame */
    VR_CHECK(p->width == 0 || p->width >= 240, "a plot of %g pixels leaves no room for its labels", p->width);
    VR_CHECK(p->count >= 0 && p->series_count >= 0 && p->rows >= 0 && p->columns >= 0,
             "sizes are not negative");
    vr_canvas c = {.arena = arena, .title = p->title};
    c.width = p->width > 0 ? p->width : p->kind == VR_PLOT_RELIABILITY ? 460 : 720;
    switch (p->kind) {
    case VR_PLOT_BARS:
        vrp_plot_bars(&c, p);
        break;
    case VR_PLOT_LINES:
        if (p->series_count <= LINES)
            vrp_plot_lines(&c, p);
        else
            vrp_plot_panels(&c, p);
        break;
    case VR_PLOT_PANELS:
        vrp_plot_panels(&c, p);
        break;
    case VR_PLOT_SCATTER:
        vrp_plot_scatter(&c, p);
        break;
    case VR_PLOT_HEAT:
        vrp_plot_heat(&c, p);
        break;
    case VR_PLOT_RELIABILITY:
        vrp_plot_reliability(&c, p);
        break;
    }
    return c;
}

void vr_plot_svg(vr_text *out, const vr_plot *plot) {
    vr_canvas c = vr_plot_draw(out->arena, plot);
    c.margin = VRP_PLOT_MARGIN;
    vr_canvas_svg(out, &c, true);
}

bool vr_plot_save(const vr_plot *plot, const char *path, vr_err *err) {
    const bool png = vr_path_has_suffix(path, ".png");
    if (!png && !vr_path_has_suffix(path, ".svg"))
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: a plot is saved as .svg or .png", path);
    vr_arena scratch = {0};
    bool ok;
    if (png) {
        vr_canvas c = vr_plot_draw(&scratch, plot);
        c.margin = VRP_PLOT_MARGIN;
        ok = vr_image_save(vr_canvas_image(&scratch, &c, 2), path, err);
    } else {
        vr_text svg = {.arena = &scratch};
        vr_plot_svg(&svg, plot);
        ok = vr_file_write(path, svg.data, svg.size, err);
    }
    vr_arena_free(&scratch);
    return ok;
}

#undef VRP_PLOT_SMALL
#undef VRP_PLOT_TEXT
#undef VRP_PLOT_TITLE
#undef VRP_PLOT_MARGIN
