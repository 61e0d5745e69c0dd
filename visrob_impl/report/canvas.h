/* report/canvas.h: a drawing as a list of shapes, which becomes SVG or pixels.
 *
 * report/plot draws on it. Lengths are CSS pixels from the top left; colours are roles of a theme, so that one
 * drawing is right on white and on black. */
#ifndef VISROB_REPORT_CANVAS_H
#define VISROB_REPORT_CANVAS_H
#include "../base/text.h"
#include "../image/image.h"
#include "font.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A colour: one of the roles, or VR_COLOUR_RGB + 0xRRGGBB where the colour itself is data (heat maps). */
typedef uint32_t vr_colour;
enum {
    VR_COLOUR_NONE = 0,
    VR_COLOUR_PAPER,
    VR_COLOUR_INK,
    VR_COLOUR_MUTED,
    VR_COLOUR_GRID,
    VR_COLOUR_SERIES, /* + 0..7: Okabe and Ito's palette, which colour-blind readers can tell apart */
    VR_COLOUR_SERIES_COUNT = 8,
    VR_COLOUR_HEAT = 16, /* + 0..31: from paper-like to ink-like */
    VR_COLOUR_HEAT_COUNT = 32,
    VR_COLOUR_DIVERGING = 64, /* + 0..32: vermillion, neutral at 16, blue */
    VR_COLOUR_DIVERGING_COUNT = 33,
    VR_COLOUR_RGB = 0x1000000
};

typedef enum vr_shape_kind {
    VR_SHAPE_RECT,
    VR_SHAPE_LINE,
    VR_SHAPE_CIRCLE,
    VR_SHAPE_TEXT,
    VR_SHAPE_CELLS
} vr_shape_kind;

/* How a text lies to its point. */
typedef enum vr_anchor { VR_ANCHOR_START, VR_ANCHOR_MIDDLE, VR_ANCHOR_END } vr_anchor;

/* One shape. Rectangle and cells: points = corner, size. Line: `count` points, with gaps where a coordinate is not
 * finite; the area inside them where it has a fill. Circle: centre. Text: baseline point. */
typedef struct vr_shape {
    vr_shape_kind kind;
    vr_colour fill, stroke;
    double *points; /* x0 y0 x1 y1 ... */
    int64_t count;
    double size; /* stroke width, radius, or font size */
    double alpha;
    double turn; /* text: degrees, clockwise */
    vr_anchor anchor;
    bool dashed, bold;
    const char *text;       /* the text; of other shapes the tooltip, or NULL */
    const vr_colour *cells; /* [rows,columns] */
    int64_t rows, columns;
} vr_shape;

/* {.arena = &a, .width = w, .height = h} is an empty canvas. title and description are read to the blind. */
typedef struct vr_canvas {
    vr_arena *arena;
    double width, height;
    double margin; /* empty room around a drawing that stands alone: in SVG where standalone, and in pixels */
    const char *title, *description;
    vr_shape *shapes;
    int64_t count, capacity;
} vr_canvas;

/* A colour as 0xRRGGBB in the light or the dark theme; VR_COLOUR_NONE is a bug. */
VR_API uint32_t vr_colour_rgb(vr_colour colour, bool dark);

/* Adds a filled rectangle with an opacity; tooltip may be NULL.
 * Notes:   here as in the following: texts are copied, bytes that are not UTF-8 and control characters become
 *          U+FFFD; a shape with a coordinate that is not finite, or without an area, is not added; coordinates are cut
 *          to +-1e6. */
VR_API void vr_canvas_rect(vr_canvas *c, double x, double y, double w, double h, vr_colour fill, double alpha,
                           const char *tooltip);

/* Adds a straight line. */
VR_API void vr_canvas_line(vr_canvas *c, double x0, double y0, double x1, double y1, double width,
                           vr_colour stroke, bool dashed);

/* Adds a line through points (x0 y0 x1 y1 ...), which are copied; `count` points.
 * Notes:   a point that is not finite is a gap. */
VR_API void vr_canvas_polyline(vr_canvas *c, const double *points, int64_t count, double width,
                               vr_colour stroke, bool dashed);

/* Adds the filled area inside points, which are copied and all finite (VR_CHECK), with an opacity. */
VR_API void vr_canvas_polygon(vr_canvas *c, const double *points, int64_t count, vr_colour fill,
                              double alpha);

/* Adds a filled circle; tooltip may be NULL. */
VR_API void vr_canvas_circle(vr_canvas *c, double x, double y, double radius, vr_colour fill, double alpha,
                             const char *tooltip);

/* Adds a text whose baseline starts, centres or ends at (x,y); turn is in degrees, clockwise. */
VR_API void vr_canvas_text(vr_canvas *c, double x, double y, double size, vr_colour fill, vr_anchor anchor,
                           double turn, bool bold, const char *s);

/* Adds a grid of equal cells that fill a rectangle, as one shape: for maps of thousands of cells.
 * Shapes:  cells: [rows,columns], row-major, copied. */
VR_API void vr_canvas_cells(vr_canvas *c, double x, double y, double w, double h, const vr_colour *cells,
                            int64_t rows, int64_t columns);

/* The width of one character, as in vr_text_width. */
VR_API double vr_character_width(uint32_t character, double size);

/* The width of a text at a font size: an upper estimate, a tenth above Helvetica's widths. */
VR_API double vr_text_width(const char *s, double size);

/* Writes the drawing as <svg>, its title and description first.
 * Notes:   standalone adds the XML namespace, the theme, a background, and the light theme's colours as plain
 *          attributes for readers that know no CSS; without it, report/page's style sheet rules. */
VR_API void vr_canvas_svg(vr_text *out, const vr_canvas *c, bool standalone);

/* Writes the theme as CSS rules: custom properties for light and dark, and the classes that the SVG uses. */
VR_API void vr_canvas_css(vr_text *out);

/* Draws the canvas into pixels, anti-aliased, on white; scale 2 gives twice the width and height.
 * Notes:   the light theme; text is set in report/font, a character that it lacks as a box. */
VR_API vr_image vr_canvas_image(vr_arena *arena, const vr_canvas *c, double scale);

#ifdef __cplusplus
}
#endif
#endif
