/* report/plot_bars.c: horizontal bars, so that names are read level. Many sorted bars become a curve in the middle: the
 * ends, which a reader looks for, keep their names. Rejected: turned names below upright bars. */
#include "frame.h"
#include <math.h>
#include <string.h>

enum {
    VRP_BARS_ROOM = 60,     /* up to so many have room */
    VRP_BARS_SQUEEZE = 100, /* more sorted ones are squeezed in the middle */
    VRP_BARS_TOP = 40,
    VRP_BARS_BOTTOM = 20,
    VRP_BARS_STRIPS = 240,   /* into at most so many strips */
    VRP_BARS_UNSORTED = 1000 /* more are always sorted */
};

typedef struct vrp_bars_bar {
    int64_t index; /* into names and intervals */
    double value, y, height;
    bool named, drawn;
} vrp_bars_bar;

/* Sorts bars by value, highest first, NaN last, equal ones in their order: a merge sort, so that it is stable. */
static void vrp_bars_sort(vrp_bars_bar *bars, vrp_bars_bar *scratch, int64_t n) {
    if (n < 2) return;
    const int64_t half = n / 2;
    vrp_bars_sort(bars, scratch, half);
    vrp_bars_sort(bars + half, scratch, n - half);
    memcpy(scratch, bars, (size_t)n * sizeof *bars);
    for (int64_t i = 0, a = 0, b = half; i < n; i++) {
        const bool right = b < n && (a == half || scratch[b].value > scratch[a].value ||
                                     (isnan(scratch[a].value) && !isnan(scratch[b].value)));
        bars[i] = right ? scratch[b++] : scratch[a++];
    }
}

/* Gives each bar its place below y (see the note on many bars in plot.h); returns the y below the last. */
static double vrp_bars_place(vrp_bars_bar *bars, int64_t n, bool squeezed, double y) {
    const int64_t thin = n - VRP_BARS_TOP - VRP_BARS_BOTTOM;
    const double usual = n <= VRP_BARS_ROOM ? 22 : squeezed ? 16 : vr_between(6000 / (double)n, 6, 16);
    const int64_t stride = (int64_t)ceil(13 / usual), skip = (thin + VRP_BARS_STRIPS - 1) / VRP_BARS_STRIPS;
    for (int64_t i = 0; i < n; i++) {
        const bool between = squeezed && i >= VRP_BARS_TOP && i < n - VRP_BARS_BOTTOM;
        bars[i].y = y;
        bars[i].drawn = !between || (i - VRP_BARS_TOP) % skip == 0; /* of sorted ones, a faithful sample */
        bars[i].height = between ? vr_between((double)VRP_BARS_STRIPS / (double)thin, 1, 3) : usual;
        bars[i].named = !between && i % stride == 0;
        if (bars[i].drawn) y += bars[i].height;
    }
    return y;
}

/* The axis of the bars: from zero, over values, mark and whiskers; a whisker far beyond all values does not squeeze
 * them, it leaves the frame. */
static vr_axis vrp_bars_axis(const vr_plot *p, double room) {
    double low = 0, high = 0;
    for (int64_t i = 0; i < p->count; i++) vr_axis_widen(&low, &high, p->intervals[i].value);
    vr_axis_widen(&low, &high, p->mark);
    const double least = 1.5 * low - 0.5 * high, most = 1.5 * high - 0.5 * low;
    for (int64_t i = 0; i < p->count; i++) {
        if (isfinite(p->intervals[i].low)) vr_axis_widen(&low, &high, fmax(p->intervals[i].low, least));
        if (isfinite(p->intervals[i].high)) vr_axis_widen(&low, &high, fmin(p->intervals[i].high, most));
    }
    const bool fixed = p->x_min != p->x_max;
    if (fixed) low = p->x_min, high = p->x_max;
    return vr_axis_new(low, high == low ? low + 1 : high, fixed, (int)vr_between(room / 70, 2, 8),
                       p->percent);
}

static void vrp_bars_whisker(vr_canvas *c, const vr_axis *x, const vr_interval *v, double middle,
                             double cap) {
    if (!(v->low < v->high)) return; /* NaN too */
    const double from = vr_axis_at(x, vr_between(v->low, x->min, x->max));
    const double to = vr_axis_at(x, vr_between(v->high, x->min, x->max));
    vr_canvas_line(c, from, middle, to, middle, 1.25, VR_COLOUR_INK, false);
    if (v->low >= x->min)
        vr_canvas_line(c, from, middle - cap, from, middle + cap, 1.25, VR_COLOUR_INK, false);
    if (v->high <= x->max) vr_canvas_line(c, to, middle - cap, to, middle + cap, 1.25, VR_COLOUR_INK, false);
}

static const char *vrp_bars_name(const vr_plot *p, const vrp_bars_bar *bar) {
    return p->names ? p->names[bar->index] : "";
}

/* One bar with its whisker, name and value. */
static void vrp_bars_draw(vr_canvas *c, const vr_plot *p, const vr_axis *x, const vrp_bars_bar *bar,
                          double size, double label_width) {
    const vr_interval v = p->intervals[bar->index];
    const double middle = bar->y + bar->height / 2, baseline = middle + size * 0.36;
    const double thick = bar->height < 6 ? bar->height : bar->height * 0.64;
    const double zero = vr_axis_at(x, vr_between(0, x->min, x->max));
    if (!isnan(v.value)) {
        const double end = vr_axis_at(x, vr_between(v.value, x->min, x->max));
        vr_canvas_rect(c, fmin(zero, end), middle - thick / 2, fabs(end - zero), thick, VR_COLOUR_SERIES, 1,
                       vr_plot_tooltip(c->arena, vrp_bars_name(p, bar), v, p->percent));
    }
    if (bar->height >= 10) vrp_bars_whisker(c, x, &v, middle, bar->height * 0.14);
    if (!bar->named) return;
    vr_canvas_text(c, label_width, baseline, size, VR_COLOUR_INK, VR_ANCHOR_END, 0, false,
                   vr_text_shorten(c->arena, vrp_bars_name(p, bar), size, label_width));
    vr_canvas_text(c, c->width, baseline, size, VR_COLOUR_MUTED, VR_ANCHOR_END, 0, false,
                   vr_value_text(c->arena, v.value, p->percent));
}

/* What is read to those who cannot see the bars. */
static const char *vrp_bars_description(vr_arena *a, const vr_plot *p, const vrp_bars_bar *bars,
                                        bool sorted) {
    const int64_t n = p->count;
    if (n == 0) return "Bar chart without values.";
    const vrp_bars_bar *ends[2] = {&bars[0], &bars[n - 1]};
    const char *said[2];
    for (int k = 0; k < 2; k++)
        said[k] = vr_plot_tooltip(a, vrp_bars_name(p, ends[k]), p->intervals[ends[k]->index], p->percent);
    return vr_arena_printf(a, "Bar chart of %lld values. %s: %s; %s: %s.", (long long)n,
                           sorted ? "Highest" : "First", said[0], sorted ? "lowest" : "last", said[1]);
}

void vr_plot_draw_bars(vr_canvas *c, const vr_plot *p) {
    vr_arena *a = c->arena;
    const int64_t n = p->count;
    const bool sorted = p->sorted || n > VRP_BARS_UNSORTED, squeezed = sorted && n > VRP_BARS_SQUEEZE;
    const double size = n <= VRP_BARS_ROOM ? VR_TYPE_TEXT : VR_TYPE_SMALL;
    vrp_bars_bar *bars = VR_NEW(a, vrp_bars_bar, n);
    double value_width = 0;
    for (int64_t i = 0; i < n; i++) {
        bars[i] = (vrp_bars_bar){.index = i, .value = p->intervals[i].value};
        value_width = fmax(value_width, vr_text_width(vr_value_text(a, bars[i].value, p->percent), size));
    }
    if (sorted) vrp_bars_sort(bars, VR_NEW(a, vrp_bars_bar, n), n);
    const char *between = NULL;
    if (squeezed) between = vr_arena_printf(a, "%lld more", (long long)(n - VRP_BARS_TOP - VRP_BARS_BOTTOM));
    const double label_width = fmax(vr_plot_names_width(p->names, n, size, 0.42 * c->width),
                                    vr_plot_names_width(&between, squeezed, size, c->width));
    const bool tall = n > 40;
    const double top = vr_plot_head(c, p, NULL) + (tall ? 16 : 0);
    const double bottom = vrp_bars_place(bars, n, squeezed, top);
    vr_axis x = vrp_bars_axis(p, c->width - label_width - value_width - 18);
    x.from = label_width + 8, x.to = c->width - value_width - 10;
    vr_axis_draw_x(c, &x, top, bottom, VR_TYPE_SMALL);
    if (tall) vr_axis_draw_x(c, &x, top - 20, top - 20, VR_TYPE_SMALL); /* the numbers above too */
    for (int64_t i = 0; i < n; i++)
        if (bars[i].drawn) vrp_bars_draw(c, p, &x, &bars[i], size, label_width);
    if (between)
        vr_canvas_text(c, label_width, (bars[VRP_BARS_TOP].y + bars[n - VRP_BARS_BOTTOM].y + size * 0.72) / 2,
                       size, VR_COLOUR_MUTED, VR_ANCHOR_END, 0, false, between);
    if (x.min <= 0 && 0 <= x.max)
        vr_canvas_line(c, vr_axis_at(&x, 0), top, vr_axis_at(&x, 0), bottom, 1, VR_COLOUR_MUTED, false);
    if (p->mark != 0 && p->mark >= x.min && p->mark <= x.max)
        vr_canvas_line(c, vr_axis_at(&x, p->mark), top, vr_axis_at(&x, p->mark), bottom, 1.25, VR_COLOUR_INK,
                       true);
    c->description = vrp_bars_description(a, p, bars, sorted);
    vr_plot_foot(c, p, vr_plot_x_label(c, p->x_label, &x, bottom));
}
