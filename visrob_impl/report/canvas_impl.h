/* report/canvas_impl.h: a drawing as a list of shapes, written as SVG or as pixels.
 *
 * Plots are drawn on it. Lengths are CSS pixels from the top left; colours are roles of a theme, so that one
 * drawing suits a light and a dark background. */
#ifndef VISROB_REPORT_CANVAS_IMPL_H
#define VISROB_REPORT_CANVAS_IMPL_H
#include "../base/text.h"
#include "../image/image.h"
#include "font_impl.h"

/* A colour: one of the roles, or VRP_COLOUR_RGB + 0xRRGGBB where the colour itself is data (heat maps). */
typedef uint32_t vrp_colour;
enum {
    VRP_COLOUR_NONE = 0,
    VRP_COLOUR_PAPER,
    VRP_COLOUR_INK,
    VRP_COLOUR_MUTED,
    VRP_COLOUR_GRID,
    VRP_COLOUR_SERIES, /* + 0..7: Okabe and Ito's palette, which colour-blind readers can tell apart */
    VRP_COLOUR_SERIES_COUNT = 8,
    VRP_COLOUR_HEAT = 16, /* + 0..31: from paper-like to ink-like */
    VRP_COLOUR_HEAT_COUNT = 32,
    VRP_COLOUR_DIVERGING = 64, /* + 0..32: vermillion, neutral at 16, blue */
    VRP_COLOUR_DIVERGING_COUNT = 33,
    VRP_COLOUR_RGB = 0x1000000
};

typedef enum vrp_shape_kind {
    VRP_SHAPE_RECT,
    VRP_SHAPE_LINE,
    VRP_SHAPE_CIRCLE,
    VRP_SHAPE_TEXT,
    VRP_SHAPE_CELLS
} vrp_shape_kind;

/* Which part of a text is at its point. */
typedef enum vrp_anchor { VRP_ANCHOR_START, VRP_ANCHOR_MIDDLE, VRP_ANCHOR_END } vrp_anchor;

/* One shape. Rectangle and cells: points = corner, size. Line: `count` points, with gaps where a coordinate is not
 * finite; the area inside them where it has a fill. Circle: centre. Text: baseline point. */
typedef struct vrp_shape {
    vrp_shape_kind kind;
    vrp_colour fill, stroke;
    double *points; /* x0 y0 x1 y1 ... */
    int64_t count;
    double size; /* stroke width, radius, or font size */
    double alpha;
    double turn; /* text: degrees, clockwise */
    vrp_anchor anchor;
    bool dashed, bold;
    const char *text;        /* the text; of other shapes the tooltip, or NULL */
    const vrp_colour *cells; /* [rows,columns] */
    int64_t rows, columns;
} vrp_shape;

/* {.arena = &a, .width = w, .height = h} is an empty canvas. title and description are for screen readers. */
typedef struct vrp_canvas {
    vr_arena *arena;
    double width, height;
    double margin; /* empty space around a standalone SVG and around pixels */
    const char *title, *description;
    vrp_shape *shapes;
    int64_t count, capacity;
} vrp_canvas;

/* A colour as 0xRRGGBB in the light or the dark theme. Errors: VRP_COLOUR_NONE is a bug (VR_CHECK). */
VR_API uint32_t vrp_colour_rgb(vrp_colour colour, bool dark);

/* Adds a filled rectangle with an opacity; tooltip may be NULL.
 * Notes:   as in all functions below: texts are copied, bytes that are not UTF-8 and control characters become
 *          U+FFFD; a shape with a coordinate that is not finite, or without an area, is not added; coordinates are cut
 *          to +-1e6. */
VR_API void vrp_canvas_rect(vrp_canvas *c, double x, double y, double w, double h, vrp_colour fill,
                            double alpha, const char *tooltip);

/* Adds a straight line. */
VR_API void vrp_canvas_line(vrp_canvas *c, double x0, double y0, double x1, double y1, double width,
                            vrp_colour stroke, bool dashed);

/* Adds a line through points (x0 y0 x1 y1 ...), which are copied; `count` points.
 * Notes:   a point that is not finite is a gap. */
VR_API void vrp_canvas_polyline(vrp_canvas *c, const double *points, int64_t count, double width,
                                vrp_colour stroke, bool dashed);

/* Adds the filled area inside points, which are copied and all finite (VR_CHECK), with an opacity. */
VR_API void vrp_canvas_polygon(vrp_canvas *c, const double *points, int64_t count, vrp_colour fill,
                               double alpha);

/* Adds a filled circle; tooltip may be NULL. */
VR_API void vrp_canvas_circle(vrp_canvas *c, double x, double y, double radius, vrp_colour fill, double alpha,
                              const char *tooltip);

/* Adds a text whose baseline starts, centres or ends at (x,y); turn is in degrees, clockwise. */
VR_API void vrp_canvas_text(vrp_canvas *c, double x, double y, double size, vrp_colour fill,
                            vrp_anchor anchor, double turn, bool bold, const char *s);

/* Adds a grid of equal cells that fill a rectangle, as one shape: for maps of thousands of cells.
 * Shapes:  cells: [rows,columns], row-major, copied. */
VR_API void vrp_canvas_cells(vrp_canvas *c, double x, double y, double w, double h, const vrp_colour *cells,
                             int64_t rows, int64_t columns);

/* The width of one character, as in vrp_text_width. */
VR_API double vrp_character_width(uint32_t character, double size);

/* The width of a text at a font size: an upper estimate, a tenth above Helvetica's widths. */
VR_API double vrp_text_width(const char *s, double size);

/* Writes the drawing as <svg>, its title and description first.
 * Notes:   standalone adds the XML namespace, the theme, a background, and the light theme's colours as plain
 *          attributes for readers that know no CSS; without it, report/page's style sheet applies. */
VR_API void vrp_canvas_svg(vr_text *out, const vrp_canvas *c, bool standalone);

/* Writes the theme as CSS rules: custom properties for light and dark, and the classes that the SVG uses. */
VR_API void vrp_canvas_css(vr_text *out);

/* Draws the canvas into pixels, anti-aliased, on white; scale 2 gives twice the width and height.
 * Notes:   the light theme; text is set in report/font; a character that the font lacks is a box. */
VR_API vr_image vrp_canvas_image(vr_arena *arena, const vrp_canvas *c, double scale);

#endif
