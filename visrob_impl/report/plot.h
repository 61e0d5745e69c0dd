/* report/plot.h: bars, lines, scatter plots, heat maps and reliability diagrams, as SVG (for light and dark themes) or PNG.
 *
 * A plot is one options struct; a field that is zero has its default (size, axes, colours).
 *
 *     const char *const factor[] = {"fog", "hue"};
 *     const vr_interval ratio[] = {{1.52, 1.40, 1.66}, {1.05, 0.98, 1.13}};
 *     vr_plot p = {.kind = VR_PLOT_BARS, .title = "Error ratio by factor", .x_label = "error ratio",
 *                  .names = factor, .intervals = ratio, .count = 2, .mark = 1};
 *     vr_plot_save(&p, "ratio.svg", VR_FATAL);
 */
#ifndef VISROB_REPORT_PLOT_H
#define VISROB_REPORT_PLOT_H
#include "../base/error.h"
#include "../base/base.h"
#include "../metric/calibration.h"
#include "../tensor/stats.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The kinds, and the fields that each reads in addition to titles, labels, note, width and axes.
 *
 * Large inputs stay readable. Bars: up to 60 are spaced normally, more are closer, and from 460 on not every one has its
 * name; over 100 sorted ones keep the names of the 40 highest and 20 lowest,
 * and those between become at most 240 thin lines, evenly chosen; over 1000 are always sorted. Lines: more than 16
 * become panels. Scatter plots: a series of more than 2000 points shows 2000 of them, evenly chosen, and the subtitle says
 * so; its line is of all. Heat maps: cells of less than 3 pixels are averaged with their neighbours, and the subtitle says
 * so. A name that is too long ends in an ellipsis. */
typedef enum vr_plot_kind {
    VR_PLOT_BARS,  /* names, intervals, count: horizontal bars; low == high or NaN: no whisker; ratio: dots */
    VR_PLOT_LINES, /* series, series_count: lines in one frame, with bands where a series has low, high */
    VR_PLOT_PANELS,  /* as lines, but each series in a small frame of its own, all with the same axes */
    VR_PLOT_SCATTER, /* series, series_count: points; fit, diagonal, point_names */
    VR_PLOT_HEAT,    /* values [rows,columns], names (rows), column_names */
    VR_PLOT_CONFUSION, /* values: counts [true class, predicted class], names; the colour is the share of the row */
    VR_PLOT_RELIABILITY /* bins, count: accuracy against confidence, and how many images */
} vr_plot_kind;

/* More series than these begin the colours again. */
enum { VR_PLOT_COLOURS = 8 };

/* One line or cloud: x, y: [count]; low, high: [count] or NULL; a NaN in y is a gap. */
typedef struct vr_series {
    const char *name;
    const double *x, *y, *low, *high;
    int64_t count;
} vr_series;

/* What to plot. The arrays are the caller's and are only read. */
typedef struct vr_plot {
    vr_plot_kind kind;
    const char *title, *subtitle, *x_label, *y_label;
    const char *note; /* small, at the bottom: where the numbers come from, as vr_page_note writes it */
    const char *const *names;
    const vr_interval *intervals;
    const vr_series *series;
    const vr_reliability_bin *bins;
    const double *values;
    const char *const *column_names;
    const char *const *point_names; /* scatter: for tooltips; the points of all series in turn; or NULL */
    int64_t count, series_count, rows, columns;
    double x_min, x_max, y_min, y_max; /* min == max: from the data; heat: y is the range of the colours */
    double mark;                       /* a dashed line at this value (bars: x; others: y); 0 = none */
    bool percent;                      /* values are fractions, shown as percent (of a scatter: both axes) */
    bool sorted;                       /* bars: highest first */
    bool ratio;    /* bars, heat: values are ratios: distances and colours are of their logarithms, from 1 */
    bool fit;      /* scatter: each series' least-squares line; its slope is in the legend */
    bool diagonal; /* scatter: the dashed line y = x */
    double width;  /* 0 = 720 (reliability: 460); the height follows from the content */
} vr_plot;

/* Saves the plot; the path's ending decides: .svg or .png (at twice the size).
 * Notes:   NaN is drawn as a gap or an empty cell, and so is an infinite point of a line or cloud; an infinite bar
 *          ends at the frame, with its value beside it.
 * Errors:  VR_ERR_ARGUMENT for another ending, VR_ERR_LIMIT for a .png of more than VR_IMAGE_MAX_PIXELS, VR_ERR_IO
 *          naming the path. */
VR_API bool vr_plot_save(const vr_plot *plot, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
