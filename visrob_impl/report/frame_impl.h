/* report/frame_impl.h: what the kinds of report/plot share: head and foot, a frame with its axes, curves that are clipped
 * to it, legends. */
#ifndef VISROB_REPORT_FRAME_IMPL_H
#define VISROB_REPORT_FRAME_IMPL_H
#include "../tensor/stats.h"
#include "axis_impl.h"

/* Font sizes, in CSS pixels. */
enum { VRP_TYPE_SMALL = 11, VRP_TYPE_TEXT = 12, VRP_TYPE_TITLE = 15 };

/* A frame's axes; y.from is the bottom. Data outside of it is clipped. */
typedef struct vrp_frame {
    vrp_axis x, y;
} vrp_frame;

/* x, but at least low and at most high; low for NaN. */
static inline VR_UNUSED double vrp_between(double x, double low, double high) {
    return x > low ? (x < high ? x : high) : low;
}

/* The colour of series k: after the eighth they begin again. */
VR_API vrp_colour vrp_series_colour(int64_t k);

/* "fog: 1.52 [1.40, 1.66]". */
VR_API const char *vrp_frame_tooltip(vr_arena *arena, const char *name, vr_interval x, bool percent);

/* The largest width of the names, at most `most`; names may be NULL. */
VR_API double vrp_frame_names_width(const char *const *names, int64_t count, double size, double most);

/* Begins the canvas with a title, a subtitle and a remark, each of which may be NULL; returns the y below. */
VR_API double vrp_frame_head(vrp_canvas *c, const char *title, const char *subtitle, const char *remark);

/* Ends the canvas below y with a note (or NULL). */
VR_API void vrp_frame_foot(vrp_canvas *c, const char *note, double y);

/* A row of swatches and names that breaks at the width, dashed from the ninth line on; returns the y below. */
VR_API double vrp_frame_legend(vrp_canvas *c, const char *const *names, int64_t count, bool points, double y);

/* The label (or NULL) below an x axis's numbers; returns the y below. */
VR_API double vrp_frame_x_label(vrp_canvas *c, const char *label, const vrp_axis *x, double bottom);

/* The y label (or NULL), horizontal, at the frame's top left; returns the y below. */
VR_API double vrp_frame_y_label(vrp_canvas *c, const char *label, double y);

/* A frame of the canvas's width between top and bottom, its axes, and a dashed line at y = mark; sets from and to. */
VR_API void vrp_frame_draw(vrp_canvas *c, vrp_frame *f, double mark, double top, double bottom,
                           double right_margin);

/* Draws a line through points, clipped to the frame; one that is not finite is a gap. Shapes: x, y: [count]. */
VR_API void vrp_frame_curve(vrp_canvas *c, const vrp_frame *f, const double *x, const double *y,
                            int64_t count, double width, vrp_colour colour, bool dashed);

/* Draws y = intercept + slope x over the frame's width. */
VR_API void vrp_frame_straight(vrp_canvas *c, const vrp_frame *f, double slope, double intercept,
                               double width, vrp_colour colour, bool dashed);

#endif
