/* report/plot_bars.c: horizontal bars, or dots of ratios, so that names are horizontal. Many sorted bars become a curve in the middle: both
 * ends keep their names. Rejected: rotated names below vertical bars. */
#include "plot_impl.h"
#include <math.h>
#include <string.h>

enum {
    VRP_BARS_ROOM = 60,     /* up to so many are spaced normally */
    VRP_BARS_SQUEEZE = 100, /* of more sorted ones those in the middle are thin lines */
    VRP_BARS_TOP = 40,
    VRP_BARS_BOTTOM = 20,
    VRP_BARS_STRIPS = 240,   /* at most so many */
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
        const bool second = b < n && (a == half || scratch[b].value > scratch[a].value ||
                                      (isnan(scratch[a].value) && !isnan(scratch[b].value)));
        bars[i] = second ? scratch[b++] : scratch[a++];
    }
}

/* Gives each bar its place below y (see the note on many bars in plot.h); returns the y below the last. */
static double vrp_bars_place(vrp_bars_bar *bars, int64_t n, bool squeezed, double y) {
    const int64_t thin = n - VRP_BARS_TOP - VRP_BARS_BOTTOM;
    const double usual = n <= VRP_BARS_ROOM ? 22 : squeezed ? 16 : vrp_between(6000 / (double)n, 6, 16);
    const int64_t stride = (int64_t)ceil(13 / usual), skip = (thin + VRP_BARS_STRIPS - 1) / VRP_BARS_STRIPS;
    for (int64_t i = 0; i < n; i++) {
        const bool between = squeezed && i >= VRP_BARS_TOP && i < n - VRP_BARS_BOTTOM;
        bars[i].y = y;
        bars[i].drawn = !between || (i - VRP_BARS_TOP) % skip == 0; /* of sorted ones, an even sample */
        bars[i].height = between ? vrp_between((double)VRP_BARS_STRIPS / (double)thin, 1, 3) : usual;
        bars[i].named = !between && i % stride == 0;
        if (bars[i].drawn) y += bars[i].height;
    }
    return y;
}

/* Where a value stands on the axis. */
static double vrp_bars_at(const vr_plot *p, double value) { return p->ratio ? log2(value) : value; }

static vr_interval vrp_bars_interval(const vr_plot *p, int64_t i) {
    const vr_interval v = p->intervals[i];
    return (vr_interval){vrp_bars_at(p, v.value), vrp_bars_at(p, v.low), vrp_bars_at(p, v.high)};
}

/* The axis of the bars: from zero, over values, mark and whiskers; a whisker far beyond all values is
 * clipped, so that it does not compress them. */
static vrp_axis vrp_bars_axis(const vr_plot *p, double room) {
    double low = 0, high = 0;
    for (int64_t i = 0; i < p->count; i++) vrp_axis_widen(&low, &high, vrp_bars_interval(p, i).value);
    vrp_axis_widen(&low, &high, p->ratio ? 0 : p->mark);
    const double least = 1.5 * low - 0.5 * high, most = 1.5 * high - 0.5 * low;
    for (int64_t i = 0; i < p->count; i++) {
        const vr_interval v = vrp_bars_interval(p, i);
        if (isfinite(v.low)) vrp_axis_widen(&low, &high, fmax(v.low, least));
        if (isfinite(v.high)) vrp_axis_widen(&low, &high, fmin(v.high, most));
    }
    const bool fixed = p->x_min != p->x_max;
    if (fixed) low = vrp_bars_at(p, p->x_min), high = vrp_bars_at(p, p->x_max);
    vrp_axis x =
        vrp_axis_new(low, high == low ? low + 1 : high, fixed, (int)vrp_between(room / 70, 2, 8), p->percent);
    x.powers = p->ratio;
    if (p->ratio && high - low <= 6) x.step = fmin(x.step, 1); /* halves and doubles are always named */
    return x;
}

static void vrp_bars_whisker(vrp_canvas *c, const vrp_axis *x, const vr_interval *v, double middle,
                             double cap) {
    if (!(v->low < v->high)) return; /* NaN too */
    const double from = vrp_axis_at(x, vrp_between(v->low, x->min, x->max));
    const double to = vrp_axis_at(x, vrp_between(v->high, x->min, x->max));
    vrp_canvas_line(c, from, middle, to, middle, 1.25, VRP_COLOUR_INK, false);
    if (v->low >= x->min)
        vrp_canvas_line(c, from, middle - cap, from, middle + cap, 1.25, VRP_COLOUR_INK, false);
    if (v->high <= x->max)
        vrp_canvas_line(c, to, middle - cap, to, middle + cap, 1.25, VRP_COLOUR_INK, false);
}

static const char *vrp_bars_name(const vr_plot *p, const vrp_bars_bar *bar) {
    return p->names ? p->names[bar->index] : "";
}

/* One bar, or dot of a ratio, with its whisker, name and value. */
static void vrp_bars_draw(vrp_canvas *c, const vr_plot *p, const vrp_axis *x, const vrp_bars_bar *bar,
                          double size, double label_width) {
    const vr_interval shown = p->intervals[bar->index], v = vrp_bars_interval(p, bar->index);
    const double middle = bar->y + bar->height / 2, baseline = middle + size * 0.36;
    const double thickness = bar->height < 6 ? bar->height : bar->height * 0.64;
    const double zero = vrp_axis_at(x, vrp_between(0, x->min, x->max));
    const double end = isnan(v.value) ? NAN : vrp_axis_at(x, vrp_between(v.value, x->min, x->max));
    const char *tooltip = vrp_frame_tooltip(c->arena, vrp_bars_name(p, bar), shown, p->percent);
    if (!isnan(end) && !p->ratio)
        vrp_canvas_rect(c, fmin(zero, end), middle - thickness / 2, fabs(end - zero), thickness,
                        VRP_COLOUR_SERIES, 1, tooltip);
    if (bar->height >= 10) vrp_bars_whisker(c, x, &v, middle, bar->height * 0.14);
    if (!isnan(end) && p->ratio)
        vrp_canvas_circle(c, end, middle, fmin(4.5, thickness / 2), VRP_COLOUR_SERIES, 1, tooltip);
    if (!bar->named) return;
    vrp_canvas_text(c, label_width, baseline, size, VRP_COLOUR_INK, VRP_ANCHOR_END, 0, false,
                    vrp_text_shorten(c->arena, vrp_bars_name(p, bar), size, label_width));
    vrp_canvas_text(c, c->width, baseline, size, VRP_COLOUR_MUTED, VRP_ANCHOR_END, 0, false,
                    vrp_value_text(c->arena, shown.value, p->percent));
}

/* The bars in words, for screen readers. */
static const char *vrp_bars_description(vr_arena *a, const vr_plot *p, const vrp_bars_bar *bars,
                                        bool sorted) {
    const int64_t n = p->count;
    if (n == 0) return "Bar chart without values.";
    const vrp_bars_bar *ends[2] = {&bars[0], &bars[n - 1]};
    const char *value[2];
    for (int k = 0; k < 2; k++)
        value[k] = vrp_frame_tooltip(a, vrp_bars_name(p, ends[k]), p->intervals[ends[k]->index], p->percent);
    return vr_arena_printf(a, "Bar chart of %lld values. %s: %s; %s: %s.", (long long)n,
                           sorted ? "Highest" : "First", value[0], sorted ? "lowest" : "last", value[1]);
}

void vrp_plot_draw_bars(vrp_canvas *c, const vr_plot *p) {
    vr_arena *a = c->arena;
    const int64_t n = p->count;
    const bool sorted = p->sorted || n > VRP_BARS_UNSORTED, squeezed = sorted && n > VRP_BARS_SQUEEZE;
    const double size = n <= VRP_BARS_ROOM ? VRP_TYPE_TEXT : VRP_TYPE_SMALL;
    vrp_bars_bar *bars = VR_NEW(a, vrp_bars_bar, n);
    double value_width = 0;
    for (int64_t i = 0; i < n; i++) {
        bars[i] = (vrp_bars_bar){.index = i, .value = p->intervals[i].value};
        value_width = fmax(value_width, vrp_text_width(vrp_value_text(a, bars[i].value, p->percent), size));
    }
    if (sorted) vrp_bars_sort(bars, VR_NEW(a, vrp_bars_bar, n), n);
    const char *between = NULL;
    if (squeezed) between = vr_arena_printf(a, "%lld more", (long long)(n - VRP_BARS_TOP - VRP_BARS_BOTTOM));
    const double label_width = fmax(vrp_frame_names_width(p->names, n, size, 0.42 * c->width),
                                    vrp_frame_names_width(&between, squeezed, size, c->width));
    const bool tall = n > 40;
    const double top = vrp_frame_head(c, p->title, p->subtitle, NULL) + (tall ? 16 : 0);
    const double bottom = vrp_bars_place(bars, n, squeezed, top);
    vrp_axis x = vrp_bars_axis(p, c->width - label_width - value_width - 18);
    x.from = label_width + 8, x.to = c->width - value_width - 10;
    vrp_axis_draw_x(c, &x, top, bottom, VRP_TYPE_SMALL);
    if (tall) vrp_axis_draw_x(c, &x, top - 20, top - 20, VRP_TYPE_SMALL); /* the numbers above too */
    for (int64_t i = 0; i < n; i++)
        if (bars[i].drawn) vrp_bars_draw(c, p, &x, &bars[i], size, label_width);
    if (between)
        vrp_canvas_text(c, label_width,
                        (bars[VRP_BARS_TOP].y + bars[n - VRP_BARS_BOTTOM].y + size * 0.72) / 2, size,
                        VRP_COLOUR_MUTED, VRP_ANCHOR_END, 0, false, between);
    if (x.min <= 0 && 0 <= x.max) /* of ratios this is 1 */
        vrp_canvas_line(c, vrp_axis_at(&x, 0), top, vrp_axis_at(&x, 0), bottom, p->ratio ? 1.25 : 1,
                        p->ratio ? VRP_COLOUR_INK : VRP_COLOUR_MUTED, p->ratio);
    if (p->mark != 0 && !p->ratio && p->mark >= x.min && p->mark <= x.max)
        vrp_canvas_line(c, vrp_axis_at(&x, p->mark), top, vrp_axis_at(&x, p->mark), bottom, 1.25,
                        VRP_COLOUR_INK, true);
    c->description = vrp_bars_description(a, p, bars, sorted);
    vrp_frame_foot(c, p->note, vrp_frame_x_label(c, p->x_label, &x, bottom));
}
