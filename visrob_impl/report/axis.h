/* report/axis.h: the parts that every plot is made of: an axis with its ticks, numbers as people read them, and text
 * that keeps to its room. */
#ifndef VISROB_REPORT_AXIS_H
#define VISROB_REPORT_AXIS_H
#include "canvas.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Values min..max lie at from..to on the canvas, with a tick at each multiple of step. */
typedef struct vr_axis {
    double min, max, step, from, to;
    bool percent; /* values are fractions, shown as percent */
} vr_axis;

/* An axis over the data low..high with about so many ticks, `from` and `to` still 0.
 * Notes:   fixed: exactly these ends, else widened to the next ticks. low > high or NaN (no data): 0..1; equal ends
 *          are moved apart. Ends are cut to +-1e300. */
VR_API vr_axis vr_axis_new(double low, double high, bool fixed, int ticks, bool percent);

/* Where a value lies on the canvas: within a million pixels, NaN for one that is not finite. */
VR_API double vr_axis_at(const vr_axis *axis, double value);

/* How many ticks there are; *first is the first one's value in steps: tick i is at (*first + i) * step. */
VR_API int64_t vr_axis_ticks(const vr_axis *axis, double *first);

/* The text of a tick, with as many decimals as the step needs. */
VR_API const char *vr_axis_text(vr_arena *arena, const vr_axis *axis, double value);

/* The widest of the ticks' texts. */
VR_API double vr_axis_width(vr_arena *arena, const vr_axis *axis, double size);

/* Draws the x axis's lines from top to bottom (none where these are equal) and its numbers below. */
VR_API void vr_axis_draw_x(vr_canvas *c, const vr_axis *x, double top, double bottom, double size);

/* Draws the y axis's lines from left to right and, unless size is 0, its numbers beside them. */
VR_API void vr_axis_draw_y(vr_canvas *c, const vr_axis *y, double left, double right, double size);

/* Draws a dashed line at a value of the y axis; none at 0 and outside of the axis. */
VR_API void vr_axis_mark_y(vr_canvas *c, const vr_axis *y, double mark, double left, double right);

/* x with so many decimals, a unit behind it, a true minus sign and no negative zero; "-" for NaN, "inf". */
VR_API const char *vr_value_fixed(vr_arena *arena, double x, int decimals, const char *unit);

/* A number as people read it: three or four digits, or "71.3 %". */
VR_API const char *vr_value_text(vr_arena *arena, double x, bool percent);

/* The text, or as much of it as fits a width, with an ellipsis. */
VR_API const char *vr_text_shorten(vr_arena *arena, const char *s, double size, double width);

/* Sets a text in lines of at most this width, the first baseline one line below y; returns the y below the last.
 * Notes:   a word that is wider ends in an ellipsis; NULL and "" take no room. */
VR_API double vr_canvas_paragraph(vr_canvas *c, double x, double y, double width, double size,
                                  vr_colour colour, bool bold, const char *s);

#ifdef __cplusplus
}
#endif
#endif
