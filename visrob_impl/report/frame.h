/* report/frame.h: what the kinds of report/plot share: head and foot, a frame with its axes, curves that are cut off at
 * it, legends. Each kind is one function below, in a file of its own. */
#ifndef VISROB_REPORT_FRAME_H
#define VISROB_REPORT_FRAME_H
#include "axis.h"
#include "plot.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Sizes of type, in CSS pixels. */
enum { VR_TYPE_SMALL = 11, VR_TYPE_TEXT = 12, VR_TYPE_TITLE = 15 };

/* A frame's axes; y.from is the bottom. Data outside of it are cut off at its edge. */
typedef struct vr_frame {
    vr_axis x, y;
} vr_frame;

/* x, but at least low and at most high; low for NaN. */
static inline VR_UNUSED double vr_between(double x, double low, double high) {
    return x > low ? (x < high ? x : high) : low;
}

/* Widens low..high by x where x is finite. */
VR_API void vr_axis_widen(double *low, double *high, double x);

/* The colour of series k: after the eighth they begin again. */
VR_API vr_colour vr_series_colour(int64_t k);

/* "fog: 1.52 [1.40, 1.66]". */
VR_API const char *vr_plot_tooltip(vr_arena *arena, const char *name, vr_interval x, bool percent);

/* The widest of the names, at most `most`; names may be NULL. */
VR_API double vr_plot_names_width(const char *const *names, int64_t count, double size, double most);

/* Begins the canvas with title, subtitle and a remark of the plot's own (or NULL); returns where the rest may begin. */
VR_API double vr_plot_head(vr_canvas *c, const vr_plot *p, const char *remark);

/* Ends the canvas below y with the note. */
VR_API void vr_plot_foot(vr_canvas *c, const vr_plot *p, double y);

/* A row of swatches and names that breaks at the width, dashed from the ninth line on; returns the y below. */
VR_API double vr_plot_legend(vr_canvas *c, const char *const *names, int64_t count, bool points, double y);

/* The label (or NULL) below an x axis's numbers; returns the y below. */
VR_API double vr_plot_x_label(vr_canvas *c, const char *label, const vr_axis *x, double bottom);

/* The y label (or NULL), level, at the frame's top left: nobody has to turn the head. Returns the y below. */
VR_API double vr_plot_y_label(vr_canvas *c, const char *label, double y);

/* A frame of the canvas's width between top and bottom, its axes, and the plot's mark; from and to are set. */
VR_API void vr_frame_draw(vr_canvas *c, vr_frame *f, double mark, double top, double bottom,
                          double right_margin);

/* Draws a line through points, cut off at the frame; one that is not finite is a gap. Shapes: x, y: [count]. */
VR_API void vr_frame_curve(vr_canvas *c, const vr_frame *f, const double *x, const double *y, int64_t count,
                           double width, vr_colour colour, bool dashed);

/* Draws y = intercept + slope x over the frame's width. */
VR_API void vr_frame_straight(vr_canvas *c, const vr_frame *f, double slope, double intercept, double width,
                              vr_colour colour, bool dashed);

/* Draws bars (report/plot_bars.c). */
VR_API void vr_plot_draw_bars(vr_canvas *c, const vr_plot *p);

/* Draws lines in one frame (report/plot_lines.c). */
VR_API void vr_plot_draw_lines(vr_canvas *c, const vr_plot *p);

/* Draws a frame for each line (report/plot_lines.c). */
VR_API void vr_plot_draw_panels(vr_canvas *c, const vr_plot *p);

/* Draws clouds of points (report/plot_lines.c). */
VR_API void vr_plot_draw_scatter(vr_canvas *c, const vr_plot *p);

/* Draws a heat map or a confusion matrix (report/plot_heat.c). */
VR_API void vr_plot_draw_heat(vr_canvas *c, const vr_plot *p);

/* Draws a reliability diagram (report/plot_reliability.c). */
VR_API void vr_plot_draw_reliability(vr_canvas *c, const vr_plot *p);

#ifdef __cplusplus
}
#endif
#endif
