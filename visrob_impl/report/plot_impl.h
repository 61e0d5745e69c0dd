/* report/plot_impl.h: plots on a canvas. Each kind is one function in a file of its own. */
#ifndef VISROB_REPORT_PLOT_IMPL_H
#define VISROB_REPORT_PLOT_IMPL_H
#include "frame_impl.h"
#include "plot.h"

/* Draws the plot on a new canvas in the arena.
 * Notes:   NaN is drawn as a gap or an empty cell, and so is an infinite point of a line or cloud; an infinite bar
 *          ends at the frame, with its value beside it. */
VR_API vrp_canvas vrp_plot_draw(vr_arena *arena, const vr_plot *plot);

/* Writes the plot as a standalone SVG document. */
VR_API void vrp_plot_svg(vr_text *out, const vr_plot *plot);

/* The ordinary least-squares line y = intercept + slope x through the points of which both x and y are finite.
 * Notes:   false, and both NaN, where fewer than two different x are left, or their squares overflow. */
VR_API bool vrp_series_fit(double *slope, double *intercept, const vr_series *series);

/* Draws bars (report/plot_bars.c). */
VR_API void vrp_plot_draw_bars(vrp_canvas *c, const vr_plot *p);

/* Draws lines in one frame (report/plot_lines.c). */
VR_API void vrp_plot_draw_lines(vrp_canvas *c, const vr_plot *p);

/* Draws a frame for each line (report/plot_lines.c). */
VR_API void vrp_plot_draw_panels(vrp_canvas *c, const vr_plot *p);

/* Draws clouds of points (report/plot_lines.c). */
VR_API void vrp_plot_draw_scatter(vrp_canvas *c, const vr_plot *p);

/* Draws a heat map or a confusion matrix (report/plot_heat.c). */
VR_API void vrp_plot_draw_heat(vrp_canvas *c, const vr_plot *p);

/* Draws a reliability diagram (report/plot_reliability.c). */
VR_API void vrp_plot_draw_reliability(vrp_canvas *c, const vr_plot *p);

#endif
