/* report/axis.c: ticks at 1, 2 or 5 times a power of ten, as hand-drawn charts have them. */
#include "axis.h"
#include "../base/error.h"
#include <math.h>
#include <string.h>

double vr_axis_at(const vr_axis *a, double value) {
    return a->from + (value - a->min) / (a->max - a->min) * (a->to - a->from);
}

/* 1, 2 or 5 times a power of ten, at least x. */
static double vrp_axis_nice(double x) {
    const double power = pow(10, floor(log10(x)));
    const double digit = x / power - 1e-9;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

vr_axis vr_axis_new(double low, double high, bool fixed, int ticks, bool percent) {
    const double limit = 1e300;            /* so that no difference below overflows */
    if (!(low <= high)) low = 0, high = 1; /* no data */
    low = fmin(fmax(low, -limit), limit);
    high = fmin(fmax(high, -limit), limit);
    if (fmax(-low, high) < 1 / limit) low = high = 0;
    if (high - low <= 1e-12 * fmax(fabs(low), fabs(high))) { /* equal, but for rounding */
        const double room = low == 0 ? 0.5 : 0.1 * fabs(low);
        low -= room, high += room;
    }
    vr_axis a = {.min = low, .max = high, .percent = percent};
    a.step = vrp_axis_nice((high - low) / ticks);
    if (!fixed) {
        a.min = floor(low / a.step + 1e-9) * a.step;
        a.max = ceil(high / a.step - 1e-9) * a.step;
    }
    return a;
}

const char *vr_value_fixed(vr_arena *arena, double x, int decimals, const char *unit) {
    if (isnan(x)) return "-";
    if (isinf(x)) return x > 0 ? "inf" : "\xE2\x88\x92inf";
    if (fabs(x) < 0.5 * pow(10, -decimals)) x = 0;
    return vr_arena_printf(arena, "%s%.*f%s", x < 0 ? "\xE2\x88\x92" : "", decimals, fabs(x), unit);
}

const char *vr_value_text(vr_arena *arena, double x, bool percent) {
    const char *sign = x < 0 ? "\xE2\x88\x92" : "";
    if (isfinite(x) && fabs(x) >= 1e6)
        return vr_arena_printf(arena, "%s%.3g%s", sign, percent ? 100 * fabs(x) : fabs(x),
                               percent ? " %" : "");
    if (percent) return vr_value_fixed(arena, 100 * x, 1, " %");
    if (x != 0 && fabs(x) < 1e-3) return vr_arena_printf(arena, "%s%.3g", sign, fabs(x));
    return vr_value_fixed(arena, x, fabs(x) < 10 ? 2 : fabs(x) < 100 ? 1 : 0, "");
}

const char *vr_axis_text(vr_arena *arena, const vr_axis *a, double value) {
    const double scale = a->percent ? 100 : 1, step = a->step * scale;
    if (fabs(value) >= 1e6 || step < 1e-4)
        return vr_arena_printf(arena, "%s%.4g", value < 0 ? "\xE2\x88\x92" : "", fabs(value));
    const int decimals = (int)fmax(0, -floor(log10(step) + 1e-9));
    return vr_value_fixed(arena, value * scale, decimals, a->percent ? " %" : "");
}

int64_t vr_axis_ticks(const vr_axis *a, double *first) {
    *first = ceil(a->min / a->step - 1e-9);
    return (int64_t)(floor(a->max / a->step + 1e-9) - *first) + 1;
}

const char *vr_text_shorten(vr_arena *arena, const char *s, double size, double width) {
    if (vr_text_width(s, size) <= width) return s;
    const double room = width - vr_text_width("\xE2\x80\xA6", size);
    const char *end = s;
    for (const char *next = s; *next;) {
        vr_utf8_next(&next);
        if (vr_text_width(vr_arena_string(arena, s, next - s), size) > room) break;
        end = next;
    }
    while (end > s && end[-1] == ' ') end--;
    return vr_arena_printf(arena, "%.*s\xE2\x80\xA6", (int)(end - s), s);
}

double vr_canvas_paragraph(vr_canvas *c, double x, double y, double width, double size, vr_colour colour,
                           bool bold, const char *s) {
    const double line = size * 1.35;
    while (s && *s) {
        const char *end = s;
        for (const char *next = s;;) { /* word by word, at least one */
            next += strcspn(next + (*next == ' '), " ") + (*next == ' ');
            if (end > s && vr_text_width(vr_arena_string(c->arena, s, next - s), size) > width) break;
            end = next;
            if (!*next) break;
        }
        const char *words = vr_arena_string(c->arena, s, end - s);
        vr_canvas_text(c, x, y + size, size, colour, VR_ANCHOR_START, 0, bold,
                       vr_text_shorten(c->arena, words, size, width));
        y += line;
        s = end + strspn(end, " ");
    }
    return y;
}
