/* report/axis.c: ticks at 1, 2 or 5 times a power of ten. */
#include "axis_impl.h"
#include "../base/error.h"
#include <math.h>
#include <string.h>

double vrp_axis_at(const vrp_axis *a, double value) {
    const double far = 1e6; /* outside of every canvas, and finite in later arithmetic */
    if (!isfinite(value)) return NAN;
    return fmin(fmax(a->from + (value - a->min) / (a->max - a->min) * (a->to - a->from), -far), far);
}

/* 1, 2 or 5 times a power of ten, at least x. */
static double vrp_axis_nice(double x) {
    const double power = pow(10, floor(log10(x)));
    const double digit = x / power - 1e-9;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

void vrp_axis_widen(double *low, double *high, double x) {
    if (!isfinite(x)) return;
    *low = fmin(*low, x);
    *high = fmax(*high, x);
}

vrp_axis vrp_axis_new(double low, double high, bool fixed, int ticks, bool percent) {
    const double limit = 1e300;            /* so that no difference below overflows */
    if (!(low <= high)) low = 0, high = 1; /* no data */
    low = fmin(fmax(low, -limit), limit);
    high = fmin(fmax(high, -limit), limit);
    if (fmax(-low, high) < 1 / limit) low = high = 0;
    if (high - low <= 1e-12 * fmax(fabs(low), fabs(high))) { /* equal, but for rounding */
        const double room = low == 0 ? 0.5 : 0.1 * fabs(low);
        low -= room, high += room;
    }
    vrp_axis a = {.min = low, .max = high, .percent = percent};
    a.step = vrp_axis_nice((high - low) / ticks);
    if (!fixed) {
        a.min = floor(low / a.step + 1e-9) * a.step;
        a.max = ceil(high / a.step - 1e-9) * a.step;
    }
    return a;
}

const char *vrp_value_fixed(vr_arena *arena, double x, int decimals, const char *unit) {
    if (isnan(x)) return "-";
    if (isinf(x)) return x > 0 ? "inf" : "\xE2\x88\x92inf";
    if (fabs(x) < 0.5 * pow(10, -decimals)) x = 0;
    return vr_arena_printf(arena, "%s%.*f%s", x < 0 ? "\xE2\x88\x92" : "", decimals, fabs(x), unit);
}

const char *vrp_value_text(vr_arena *arena, double x, bool percent) {
    const char *sign = x < 0 ? "\xE2\x88\x92" : "";
    if (isfinite(x) && fabs(x) >= 1e6)
        return vr_arena_printf(arena, "%s%.3g%s", sign, percent ? 100 * fabs(x) : fabs(x),
                               percent ? " %" : "");
    if (percent) return vrp_value_fixed(arena, 100 * x, 1, " %");
    if (x != 0 && fabs(x) < 1e-3) return vr_arena_printf(arena, "%s%.3g", sign, fabs(x));
    return vrp_value_fixed(arena, x, fabs(x) < 10 ? 2 : fabs(x) < 100 ? 1 : 0, "");
}

const char *vrp_axis_text(vr_arena *arena, const vrp_axis *a, double value) {
    if (a->powers)
        return vr_arena_printf(arena, "%.*g", a->step < 0.1 ? 4 : a->step < 0.5 ? 3 : 2, exp2(value));
    const double scale = a->percent ? 100 : 1, step = a->step * scale, shown = value * scale;
    const char *unit = a->percent ? " %" : "";
    const double largest = fmax(fabs(a->min), fabs(a->max)) * scale;
    if (largest < 1e6 && step >= 1e-4)
        return vrp_value_fixed(arena, shown, (int)fmax(0, -floor(log10(step) + 1e-9)), unit);
    if (fabs(shown) < 0.5 * step) return vr_arena_printf(arena, "0%s", unit);
    const int digits = (int)fmin(fmax(1 + ceil(log10(largest / step)), 3), 15); /* neighbours differ */
    return vr_arena_printf(arena, "%s%.*g%s", shown < 0 ? "\xE2\x88\x92" : "", digits, fabs(shown), unit);
}

int64_t vrp_axis_ticks(const vrp_axis *a, double *first) {
    *first = ceil(a->min / a->step - 1e-9);
    return (int64_t)(floor(a->max / a->step + 1e-9) - *first) + 1;
}

double vrp_axis_width(vr_arena *arena, const vrp_axis *a, double size) {
    double first, width = 0;
    const int64_t n = vrp_axis_ticks(a, &first);
    for (int64_t i = 0; i < n; i++)
        width = fmax(width, vrp_text_width(vrp_axis_text(arena, a, (first + (double)i) * a->step), size));
    return width;
}

void vrp_axis_draw_x(vrp_canvas *c, const vrp_axis *x, double top, double bottom, double size) {
    double first;
    const int64_t n = vrp_axis_ticks(x, &first);
    for (int64_t i = 0; i < n; i++) {
        const double value = (first + (double)i) * x->step, at = vrp_axis_at(x, value);
        if (top < bottom) vrp_canvas_line(c, at, top, at, bottom, 1, VRP_COLOUR_GRID, false);
        vrp_canvas_text(c, at, bottom + size + 4, size, VRP_COLOUR_MUTED, VRP_ANCHOR_MIDDLE, 0, false,
                        vrp_axis_text(c->arena, x, value));
    }
}

void vrp_axis_draw_y(vrp_canvas *c, const vrp_axis *y, double left, double right, double size) {
    double first;
    const int64_t n = vrp_axis_ticks(y, &first);
    for (int64_t i = 0; i < n; i++) {
        const double value = (first + (double)i) * y->step, at = vrp_axis_at(y, value);
        vrp_canvas_line(c, left, at, right, at, 1, VRP_COLOUR_GRID, false);
        if (size > 0)
            vrp_canvas_text(c, left - 6, at + 4, size, VRP_COLOUR_MUTED, VRP_ANCHOR_END, 0, false,
                            vrp_axis_text(c->arena, y, value));
    }
}

void vrp_axis_mark_y(vrp_canvas *c, const vrp_axis *y, double mark, double left, double right) {
    if (mark != 0 && mark >= y->min && mark <= y->max)
        vrp_canvas_line(c, left, vrp_axis_at(y, mark), right, vrp_axis_at(y, mark), 1.25, VRP_COLOUR_INK,
                        true);
}

const char *vrp_text_shorten(vr_arena *arena, const char *s, double size, double width) {
    static const char dots[] = "\xE2\x80\xA6";
    const double room = width - vrp_text_width(dots, size);
    double wide = 0;
    const char *end = s; /* of what fits before the ellipsis */
    for (const char *next = s; *next;) {
        wide += vrp_character_width(vrp_utf8_next(&next), size);
        if (wide > width) {
            while (end > s && end[-1] == ' ') end--;
            return vr_arena_printf(arena, "%s%s", vr_arena_string(arena, s, end - s), dots);
        }
        if (wide <= room) end = next;
    }
    return s;
}

double vrp_canvas_paragraph(vrp_canvas *c, double x, double y, double width, double size, vrp_colour colour,
                            bool bold, const char *s) {
    while (s && *s) {
        double wide = 0;
        const char *end = NULL; /* of the words that fit, at least one */
        for (const char *next = s; !end || wide <= width;) {
            if (!*next || *next == ' ') end = next;
            if (!*next) break;
            wide += vrp_character_width(vrp_utf8_next(&next), size);
        }
        vrp_canvas_text(c, x, y + size, size, colour, VRP_ANCHOR_START, 0, bold,
                        vrp_text_shorten(c->arena, vr_arena_string(c->arena, s, end - s), size, width));
        y += size * 1.35;
        s = end + strspn(end, " ");
    }
    return y;
}
