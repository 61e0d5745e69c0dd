/* report/canvas.h: a drawing as a list of shapes, which becomes SVG or pixels.
 *
 * report/plot draws on it. Lengths are CSS pixels from the top left; colours are roles of a theme, so that one
 * drawing is right on white and on black. */
#ifndef VISROB_REPORT_CANVAS_H
#define VISROB_REPORT_CANVAS_H
#include "../base/text.h"
#include "../image/image.h"
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
    VR_COLOUR_RGB = 0x1000000
};

typedef enum vr_shape_kind { VR_SHAPE_RECT, VR_SHAPE_LINE, VR_SHAPE_CIRCLE, VR_SHAPE_TEXT } vr_shape_kind;

/* How a text lies to its point. */
typedef enum vr_anchor { VR_ANCHOR_START, VR_ANCHOR_MIDDLE, VR_ANCHOR_END } vr_anchor;

/* One shape. Rectangle: points = corner, size. Line: `count` points. Circle: centre. Text: baseline point. */
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
    const char *text; /* the text; of other shapes the tooltip, or NULL */
} vr_shape;

/* {.arena = &a, .width = w, .height = h} is an empty canvas. title and description are read to the blind. */
typedef struct vr_canvas {
    vr_arena *arena;
    double width, height;
    const char *title, *description;
    vr_shape *shapes;
    int64_t count, capacity;
} vr_canvas;

/* Adds a filled rectangle; tooltip may be NULL. Texts are copied everywhere here. */
VR_API void vr_canvas_rect(vr_canvas *c, double x, double y, double w, double h, vr_colour fill,
                           const char *tooltip);

/* Adds a straight line. */
VR_API void vr_canvas_line(vr_canvas *c, double x0, double y0, double x1, double y1, double width,
                           vr_colour stroke, bool dashed);

/* Adds a line through points (x0 y0 x1 y1 ...), which are copied; `count` points. */
VR_API void vr_canvas_polyline(vr_canvas *c, const double *points, int64_t count, double width,
                               vr_colour stroke);

/* Adds the filled area inside points, which are copied, with an opacity. */
VR_API void vr_canvas_polygon(vr_canvas *c, const double *points, int64_t count, vr_colour fill,
                              double alpha);

/* Adds a filled circle; tooltip may be NULL. */
VR_API void vr_canvas_circle(vr_canvas *c, double x, double y, double radius, vr_colour fill, double alpha,
                             const char *tooltip);

/* Adds a text whose baseline starts, centres or ends at (x,y); turn is in degrees, clockwise. */
VR_API void vr_canvas_text(vr_canvas *c, double x, double y, double size, vr_colour fill, vr_anchor anchor,
                           double turn, bool bold, const char *s);

/* The width of a text at a font size: an upper estimate from Helvetica's widths. */
VR_API double vr_text_width(const char *s, double size);

/* Writes the drawing as <svg>. standalone adds the XML namespace and the theme: without it, report/page's. */
VR_API void vr_canvas_svg(vr_text *out, const vr_canvas *c, bool standalone);

/* The theme as CSS rules: custom properties for light and dark, and the classes that the SVG uses. */
VR_API const char *vr_canvas_css(void);

/* Draws the canvas into pixels, anti-aliased, on white; scale 2 gives twice the width and height.
 * Notes:   text is set in a built-in stroke font; characters beyond ASCII are shown as a box, but for - and x. */
VR_API vr_image vr_canvas_image(vr_arena *arena, const vr_canvas *c, double scale);

#ifdef __cplusplus
}
#endif
#endif
