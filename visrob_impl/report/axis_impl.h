/* report/axis_impl.h: the parts of every plot: an axis with its ticks, formatted numbers, and text that is shortened or
 * wrapped to a width. */
#ifndef VISROB_REPORT_AXIS_IMPL_H
#define VISROB_REPORT_AXIS_IMPL_H
#include "canvas_impl.h"

/* Values min..max lie at from..to on the canvas, with a tick at each multiple of step. */
typedef struct vrp_axis {
    double min, max, step, from, to;
    bool percent; /* values are fractions, shown as percent */
    bool powers;  /* values are logarithms to base 2, shown as the powers */
} vrp_axis;

/* An axis over the data low..high with about so many ticks, `from` and `to` still 0.
 * Notes:   fixed: exactly these ends, else widened to the next ticks. low > high or NaN (no data): 0..1; equal ends
 *          are moved apart. Ends are cut to +-1e300. */
VR_API vrp_axis vrp_axis_new(double low, double high, bool fixed, int ticks, bool percent);

/* Widens low..high by x where x is finite. */
VR_API void vrp_axis_widen(double *low, double *high, double x);

/* Where a value lies on the canvas: within a million pixels, NaN for one that is not finite. */
VR_API double vrp_axis_at(const vrp_axis *axis, double value);

/* The number of ticks; *first is the first one's value in steps: tick i is at (*first + i) * step. */
VR_API int64_t vrp_axis_ticks(const vrp_axis *axis, double *first);

/* The text of a tick, with as many decimals as the step needs. */
VR_API const char *vrp_axis_text(vr_arena *arena, const vrp_axis *axis, double value);

/* The widest of the ticks' texts. */
VR_API double vrp_axis_width(vr_arena *arena, const vrp_axis *axis, double size);

/* Draws the x axis's lines from top to bottom (none where these are equal) and its numbers below. */
VR_API void vrp_axis_draw_x(vrp_canvas *c, const vrp_axis *x, double top, double bottom, double size);

/* Draws the y axis's lines from left to right and, unless size is 0, its numbers beside them. */
VR_API void vrp_axis_draw_y(vrp_canvas *c, const vrp_axis *y, double left, double right, double size);

/* Draws a dashed line at a value of the y axis; none at 0 and outside of the axis. */
VR_API void vrp_axis_mark_y(vrp_canvas *c, const vrp_axis *y, double mark, double left, double right);

/* x with so many decimals, a unit behind it, a true minus sign and no negative zero; "-" for NaN, "inf". */
VR_API const char *vrp_value_fixed(vr_arena *arena, double x, int decimals, const char *unit);

/* A number with three or four digits, or "71.3 %". */
VR_API const char *vrp_value_text(vr_arena *arena, double x, bool percent);

/* The text, or as much of it as fits a width, with an ellipsis. */
VR_API const char *vrp_text_shorten(vr_arena *arena, const char *s, double size, double width);

/* Sets a text in lines of at most this width, the first baseline one line below y; returns the y below the last.
 * Notes:   a word that is wider ends in an ellipsis; NULL and "" take no space. */
VR_API double vrp_canvas_paragraph(vrp_canvas *c, double x, double y, double width, double size,
                                   vrp_colour colour, bool bold, const char *s);

#endif
