/* report/canvas.c: shapes are kept in a list and written at the end, so that a plot can be laid out before its
 * height is known and the same list gives SVG and pixels. A colour is a role; one function knows what it is in
 * light and dark, and the style sheet is written from it. Rejected: colours only as attributes, which cannot
 * follow the reader's choice of theme. */
#include "canvas_impl.h"
#include "../base/error.h"
#include <math.h>
#include <string.h>

/* ---- colours ---- */

/* Colour a at t = 0 and b at t = 1. */
static uint32_t vrp_canvas_mix(uint32_t a, uint32_t b, double t) {
    uint32_t out = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
        const double from = (double)(a >> shift & 255), to = (double)(b >> shift & 255);
        out |= (uint32_t)lround(from + (to - from) * t) << shift;
    }
    return out;
}

/* The colour at t of 0..1 on a ramp of five equally spaced ones. */
static uint32_t vrp_canvas_ramp(const uint32_t stops[5], double t) {
    const int64_t i = vr_min((int64_t)(t * 4), 3);
    return vrp_canvas_mix(stops[i], stops[i + 1], t * 4 - (double)i);
}

uint32_t vrp_colour_rgb(vrp_colour colour, bool dark) {
    /* The dark theme's series are Okabe and Ito's too, lightened for contrast. */
    static const uint32_t roles[][2] = {
        [VRP_COLOUR_PAPER] = {0xffffff, 0x14171b},      [VRP_COLOUR_INK] = {0x1b1f24, 0xe8eaed},
        [VRP_COLOUR_MUTED] = {0x59636e, 0x9aa4af},      [VRP_COLOUR_GRID] = {0xe2e5e9, 0x2d333a},
        [VRP_COLOUR_SERIES] = {0x0072b2, 0x3f9bdc},     [VRP_COLOUR_SERIES + 1] = {0xd55e00, 0xe0650a},
        [VRP_COLOUR_SERIES + 2] = {0x009e73, 0x22b88e}, [VRP_COLOUR_SERIES + 3] = {0xe69f00, 0xe9ae2b},
        [VRP_COLOUR_SERIES + 4] = {0xcc79a7, 0xd88fb7}, [VRP_COLOUR_SERIES + 5] = {0x56b4e9, 0x8bcdf3},
        [VRP_COLOUR_SERIES + 6] = {0xf0e442, 0xf0e442}, [VRP_COLOUR_SERIES + 7] = {0x000000, 0xffffff}};
    static const uint32_t heat[2][5] = {{0xf3f6fa, 0xb5d0e8, 0x5b9fd0, 0x1b65a6, 0x082c59},
                                        {0x1c2228, 0x1d415f, 0x2a76ad, 0x6db4e6, 0xe3f2fd}};
    static const uint32_t diverging[2][5] = {{0xa63c00, 0xe9a577, 0xf3f4f5, 0x85b7dc, 0x005a92},
                                             {0xffa15e, 0x96502a, 0x22272d, 0x2a5f8a, 0x7cc4f7}};
    if (colour >= VRP_COLOUR_RGB) return colour - VRP_COLOUR_RGB;
    if (colour >= VRP_COLOUR_DIVERGING && colour < VRP_COLOUR_DIVERGING + VRP_COLOUR_DIVERGING_COUNT)
        return vrp_canvas_ramp(diverging[dark], (double)(colour - VRP_COLOUR_DIVERGING) / 32);
    if (colour >= VRP_COLOUR_HEAT && colour < VRP_COLOUR_HEAT + VRP_COLOUR_HEAT_COUNT)
        return vrp_canvas_ramp(heat[dark], (double)(colour - VRP_COLOUR_HEAT) / 31);
    VR_CHECK(colour != VRP_COLOUR_NONE && colour < VRP_COLOUR_SERIES + VRP_COLOUR_SERIES_COUNT,
             "%u is not a colour", (unsigned)colour);
    return roles[colour][dark];
}

/* The role's name in classes and properties: "p", "k", "m", "g", "0".."7", "h0".., "d0"..; "" for plain RGB. */
static void vrp_canvas_role(char name[8], vrp_colour colour) {
    static const char letters[] = "-pkmg01234567";
    name[0] = name[1] = 0;
    if (colour >= VRP_COLOUR_RGB) return;
    if (colour < VRP_COLOUR_HEAT) {
        name[0] = letters[colour];
        return;
    }
    const bool heat = colour < VRP_COLOUR_DIVERGING;
    const unsigned level = colour - (heat ? (unsigned)VRP_COLOUR_HEAT : (unsigned)VRP_COLOUR_DIVERGING);
    int n = 0;
    name[n++] = heat ? 'h' : 'd';
    if (level >= 10) name[n++] = (char)('0' + level / 10);
    name[n++] = (char)('0' + level % 10);
    name[n] = 0;
}

/* The next role after one, in the enum's order; 0 after the last. */
static vrp_colour vrp_canvas_next_role(vrp_colour c) {
    c++;
    if (c == VRP_COLOUR_SERIES + VRP_COLOUR_SERIES_COUNT) return VRP_COLOUR_HEAT;
    if (c == VRP_COLOUR_HEAT + VRP_COLOUR_HEAT_COUNT) return VRP_COLOUR_DIVERGING;
    return c == VRP_COLOUR_DIVERGING + VRP_COLOUR_DIVERGING_COUNT ? (vrp_colour)VRP_COLOUR_NONE : c;
}

void vrp_canvas_css(vr_text *out) {
    char role[8];
    for (int dark = 0; dark < 2; dark++) {
        vr_text_add(out, dark ? "@media screen and (prefers-color-scheme:dark){:root{" : ":root{");
        for (vrp_colour c = VRP_COLOUR_PAPER; c; c = vrp_canvas_next_role(c)) {
            vrp_canvas_role(role, c);
            vr_text_printf(out, "--vr-%s:#%06x;", role, (unsigned)vrp_colour_rgb(c, dark));
        }
        vr_text_add(out, dark ? "}}\n" : "}\n");
    }
    for (vrp_colour c = VRP_COLOUR_PAPER; c; c = vrp_canvas_next_role(c)) {
        vrp_canvas_role(role, c);
        vr_text_printf(out, ".vr .f%s{fill:var(--vr-%s)}", role, role);
        if (c < VRP_COLOUR_HEAT) vr_text_printf(out, ".vr .s%s{stroke:var(--vr-%s)}", role, role);
    }
    vr_text_add(out, "\n.vr text{font-family:Helvetica,Arial,sans-serif;font-variant-numeric:tabular-nums;"
                     "white-space:pre}\n"
                     ".vr [stroke-width]{stroke-linecap:round;stroke-linejoin:round}\n");
}

/* ---- the list ---- */

/* A copy of s in which every byte is UTF-8 and a character that XML allows. */
static const char *vrp_canvas_clean(vr_arena *arena, const char *s) {
    if (!s) return NULL;
    vr_text out = {.arena = arena};
    vr_text_add(&out, "");
    while (*s) {
        const char *from = s;
        const uint32_t c = vrp_utf8_next(&s);
        if (c == 0xFFFD || c < 0x20 || (c >= 0x7F && c < 0xA0) || (c & 0xFFFE) == 0xFFFE)
            vr_text_add(&out, c == '\t' || c == '\n' ? " " : "\xEF\xBF\xBD");
        else
            vr_text_bytes(&out, from, s - from);
    }
    return out.data;
}

static bool vrp_canvas_finite(const double *x, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(x[i])) return false;
    return true;
}

/* Appends a shape with copies of its points and text. */
static void vrp_canvas_add(vrp_canvas *c, vrp_shape shape, const double *points, int64_t count) {
    VR_CHECK(c->arena != NULL, "a canvas needs an arena");
    if (!(shape.size >= 0 && shape.size <= 1e6) || !isfinite(shape.turn)) return;
    if (c->count == c->capacity) {
        const int64_t capacity = vr_max(64, 2 * c->capacity);
        vrp_shape *shapes = VR_NEW(c->arena, vrp_shape, capacity);
        if (c->count > 0) memcpy(shapes, c->shapes, (size_t)c->count * sizeof *shapes);
        c->shapes = shapes;
        c->capacity = capacity;
    }
    const double far = 1e6; /* outside of every canvas; dashes to infinity would never end */
    shape.points = VR_NEW(c->arena, double, (2 * count));
    for (int64_t i = 0; i < 2 * count; i++)
        shape.points[i] = isfinite(points[i]) ? fmin(fmax(points[i], -far), far) : NAN;
    shape.count = count;
    shape.text = vrp_canvas_clean(c->arena, shape.text);
    c->shapes[c->count++] = shape;
}

void vrp_canvas_rect(vrp_canvas *c, double x, double y, double w, double h, vrp_colour fill, double alpha,
                     const char *tooltip) {
    const double points[] = {x, y, w, h};
    if (!vrp_canvas_finite(points, 4) || w <= 0 || h <= 0) return;
    vrp_canvas_add(c, (vrp_shape){.kind = VRP_SHAPE_RECT, .fill = fill, .alpha = alpha, .text = tooltip},
                   points, 2);
}

void vrp_canvas_line(vrp_canvas *c, double x0, double y0, double x1, double y1, double width,
                     vrp_colour stroke, bool dashed) {
    const double points[] = {x0, y0, x1, y1};
    if (!vrp_canvas_finite(points, 4)) return;
    vrp_canvas_add(
        c, (vrp_shape){.kind = VRP_SHAPE_LINE, .stroke = stroke, .size = width, .alpha = 1, .dashed = dashed},
        points, 2);
}

void vrp_canvas_polyline(vrp_canvas *c, const double *points, int64_t count, double width, vrp_colour stroke,
                         bool dashed) {
    vrp_canvas_add(
        c, (vrp_shape){.kind = VRP_SHAPE_LINE, .stroke = stroke, .size = width, .alpha = 1, .dashed = dashed},
        points, count);
}

void vrp_canvas_polygon(vrp_canvas *c, const double *points, int64_t count, vrp_colour fill, double alpha) {
    VR_CHECK(vrp_canvas_finite(points, 2 * count),
             "a polygon with a corner that is not finite has no inside");
    vrp_canvas_add(c, (vrp_shape){.kind = VRP_SHAPE_LINE, .fill = fill, .alpha = alpha}, points, count);
}

void vrp_canvas_circle(vrp_canvas *c, double x, double y, double radius, vrp_colour fill, double alpha,
                       const char *tooltip) {
    const double points[] = {x, y};
    if (!vrp_canvas_finite(points, 2)) return;
    vrp_canvas_add(
        c,
        (vrp_shape){.kind = VRP_SHAPE_CIRCLE, .fill = fill, .size = radius, .alpha = alpha, .text = tooltip},
        points, 1);
}

void vrp_canvas_text(vrp_canvas *c, double x, double y, double size, vrp_colour fill, vrp_anchor anchor,
                     double turn, bool bold, const char *s) {
    const double points[] = {x, y};
    VR_CHECK(s != NULL, "the text is NULL");
    if (!vrp_canvas_finite(points, 2) || !*s) return;
    vrp_canvas_add(c,
                   (vrp_shape){.kind = VRP_SHAPE_TEXT,
                               .fill = fill,
                               .size = size,
                               .alpha = 1,
                               .turn = turn,
                               .anchor = anchor,
                               .bold = bold,
                               .text = s},
                   points, 1);
}

void vrp_canvas_cells(vrp_canvas *c, double x, double y, double w, double h, const vrp_colour *cells,
                      int64_t rows, int64_t columns) {
    const double points[] = {x, y, w, h};
    VR_CHECK(rows >= 0 && columns >= 0, "%lld x %lld cells", (long long)rows, (long long)columns);
    if (!vrp_canvas_finite(points, 4) || w <= 0 || h <= 0 || rows == 0 || columns == 0) return;
    vrp_colour *copy = (vrp_colour *)vr_arena_alloc(c->arena, rows * columns, sizeof *copy);
    memcpy(copy, cells, (size_t)(rows * columns) * sizeof *copy);
    vrp_canvas_add(
        c, (vrp_shape){.kind = VRP_SHAPE_CELLS, .alpha = 1, .cells = copy, .rows = rows, .columns = columns},
        points, 2);
}

double vrp_character_width(uint32_t character, double size) {
    return 1.1 * size * (double)vrp_font_advance(character) / 1000;
}

double vrp_text_width(const char *s, double size) {
    double width = 0;
    while (*s) width += vrp_character_width(vrp_utf8_next(&s), size);
    return width;
}

/* ---- SVG ---- */

/* A length with up to two decimals, without trailing zeros and whatever the locale. */
static void vrp_canvas_number(vr_text *out, double x) {
    const int64_t hundredths = llround(x * 100); /* exact: vrp_canvas_add limits x to 1e6 */
    const int64_t size = hundredths < 0 ? -hundredths : hundredths;
    vr_text_printf(out, "%s%lld", hundredths < 0 ? "-" : "", (long long)(size / 100));
    if (size % 10)
        vr_text_printf(out, ".%02lld", (long long)(size % 100));
    else if (size % 100)
        vr_text_printf(out, ".%lld", (long long)(size % 100 / 10));
}

static void vrp_canvas_attribute(vr_text *out, const char *name, double x) {
    vr_text_printf(out, " %s=\"", name);
    vrp_canvas_number(out, x);
    vr_text_add(out, "\"");
}

/* The colour as a class, and as an attribute where there is no role or the reader may know no CSS: a rule of the
 * style sheet is stronger than an attribute. */
static void vrp_canvas_paint(vr_text *out, vrp_colour colour, bool stroke, bool standalone) {
    char role[8];
    vrp_canvas_role(role, colour);
    if (role[0]) vr_text_printf(out, " class=\"%c%s\"", stroke ? 's' : 'f', role);
    if (!role[0] || standalone)
        vr_text_printf(out, " %s=\"#%06x\"", stroke ? "stroke" : "fill",
                       (unsigned)vrp_colour_rgb(colour, false));
}

/* Ends an element; a tooltip becomes its <title>. */
static void vrp_canvas_end(vr_text *out, const char *name, const char *tooltip) {
    if (!tooltip) {
        vr_text_add(out, "/>\n");
        return;
    }
    vr_text_add(out, "><title>");
    vr_text_html(out, tooltip);
    vr_text_printf(out, "</title></%s>\n", name);
}

static void vrp_canvas_svg_line(vr_text *out, const vrp_shape *s, bool standalone) {
    const int64_t start = out->size;
    int64_t drawn = 0;
    bool pen = false;
    vr_text_add(out, "<path d=\"");
    for (int64_t i = 0; i < s->count; i++) {
        const bool here = vrp_canvas_finite(&s->points[2 * i], 2);
        /* A point between two gaps is a move without a line, which draws nothing: it becomes a dot of no length. */
        const bool isolated =
            here && !pen && (i + 1 == s->count || !vrp_canvas_finite(&s->points[2 * i + 2], 2));
        if (here) {
            vr_text_add(out, pen ? "L" : "M");
            vrp_canvas_number(out, s->points[2 * i]);
            vr_text_add(out, " ");
            vrp_canvas_number(out, s->points[2 * i + 1]);
            if (isolated) vr_text_add(out, "h0");
            drawn++;
        }
        pen = here;
    }
    if (drawn == 0) { /* nothing but gaps */
        out->size = start;
        out->data[start] = 0;
        return;
    }
    vr_text_add(out, s->fill ? "Z\"" : "\"");
    if (s->fill) {
        vrp_canvas_paint(out, s->fill, false, standalone);
        if (s->alpha < 1) vrp_canvas_attribute(out, "fill-opacity", s->alpha);
    } else {
        vr_text_add(out, " fill=\"none\"");
        vrp_canvas_paint(out, s->stroke, true, standalone);
        vrp_canvas_attribute(out, "stroke-width", s->size);
        if (s->dashed) vr_text_add(out, " stroke-dasharray=\"4 3\"");
    }
    vrp_canvas_end(out, "path", s->text);
}

static void vrp_canvas_svg_text(vr_text *out, const vrp_shape *s, bool standalone) {
    static const char *const anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
    vr_text_add(out, "<text");
    if (s->turn == 0) {
        vrp_canvas_attribute(out, "x", s->points[0]);
        vrp_canvas_attribute(out, "y", s->points[1]);
    } else {
        vr_text_add(out, " transform=\"translate(");
        vrp_canvas_number(out, s->points[0]);
        vr_text_add(out, " ");
        vrp_canvas_number(out, s->points[1]);
        vr_text_add(out, ") rotate(");
        vrp_canvas_number(out, s->turn);
        vr_text_add(out, ")\"");
    }
    vrp_canvas_paint(out, s->fill, false, standalone);
    vrp_canvas_attribute(out, "font-size", s->size);
    if (s->bold) vr_text_add(out, " font-weight=\"600\"");
    vr_text_add(out, anchors[s->anchor]);
    vr_text_add(out, ">");
    vr_text_html(out, s->text);
    vr_text_add(out, "</text>\n");
}

/* One path per colour, of horizontal runs in units of cells: a map of 40,000 cells stays small and can follow the
 * theme, which an embedded image could not. */
static void vrp_canvas_svg_cells(vr_text *out, const vrp_shape *s, bool standalone) {
    vr_text_add(out, "<g shape-rendering=\"crispEdges\" transform=\"translate(");
    vrp_canvas_number(out, s->points[0]);
    vr_text_add(out, " ");
    vrp_canvas_number(out, s->points[1]);
    vr_text_add(out, ") scale(");
    vr_text_number(out, s->points[2] / (double)s->columns, 9);
    vr_text_add(out, " ");
    vr_text_number(out, s->points[3] / (double)s->rows, 9);
    vr_text_add(out, ")\">\n");
    const int64_t n = s->rows * s->columns;
    uint32_t above = 0; /* colours up to here are written; 0 is VRP_COLOUR_NONE, an empty cell */
    for (;;) {
        uint32_t colour = UINT32_MAX;
        for (int64_t i = 0; i < n; i++)
            if (s->cells[i] > above && s->cells[i] < colour) colour = s->cells[i];
        if (colour == UINT32_MAX) break;
        vr_text_add(out, "<path d=\"");
        for (int64_t i = 0, run; i < n; i += run) {
            const int64_t x = i % s->columns;
            for (run = 1; x + run < s->columns && s->cells[i + run] == s->cells[i];) run++;
            if (s->cells[i] == colour)
                vr_text_printf(out, "M%lld %lldh%lldv1h-%lldz", (long long)x, (long long)(i / s->columns),
                               (long long)run, (long long)run);
        }
        vr_text_add(out, "\"");
        vrp_canvas_paint(out, colour, false, standalone);
        vr_text_add(out, "/>\n");
        above = colour;
    }
    vr_text_add(out, "</g>\n");
}

static void vrp_canvas_svg_shape(vr_text *out, const vrp_shape *s, bool standalone) {
    switch (s->kind) {
    case VRP_SHAPE_RECT:
        vr_text_add(out, "<rect");
        vrp_canvas_attribute(out, "x", s->points[0]);
        vrp_canvas_attribute(out, "y", s->points[1]);
        vrp_canvas_attribute(out, "width", s->points[2]);
        vrp_canvas_attribute(out, "height", s->points[3]);
        vrp_canvas_paint(out, s->fill, false, standalone);
        if (s->alpha < 1) vrp_canvas_attribute(out, "fill-opacity", s->alpha);
        vrp_canvas_end(out, "rect", s->text);
        break;
    case VRP_SHAPE_CIRCLE:
        vr_text_add(out, "<circle");
        vrp_canvas_attribute(out, "cx", s->points[0]);
        vrp_canvas_attribute(out, "cy", s->points[1]);
        vrp_canvas_attribute(out, "r", s->size);
        vrp_canvas_paint(out, s->fill, false, standalone);
        if (s->alpha < 1) vrp_canvas_attribute(out, "fill-opacity", s->alpha);
        vrp_canvas_end(out, "circle", s->text);
        break;
    case VRP_SHAPE_LINE:
        vrp_canvas_svg_line(out, s, standalone);
        break;
    case VRP_SHAPE_TEXT:
        vrp_canvas_svg_text(out, s, standalone);
        break;
    case VRP_SHAPE_CELLS:
        vrp_canvas_svg_cells(out, s, standalone);
        break;
    }
}

void vrp_canvas_svg(vr_text *out, const vrp_canvas *c, bool standalone) {
    vr_text_add(out, "<svg class=\"vr\" role=\"img\"");
    if (standalone)
        vr_text_add(out, " xmlns=\"http://www.w3.org/2000/svg\" font-family=\"Helvetica,Arial,sans-serif\"");
    const double margin = standalone ? c->margin : 0;
    double box[] = {-margin, -margin, c->width + 2 * margin, c->height + 2 * margin};
    vrp_canvas_attribute(out, "width", box[2]);
    vrp_canvas_attribute(out, "height", box[3]);
    for (int i = 0; i < 4; i++) {
        vr_text_add(out, i == 0 ? " viewBox=\"" : " ");
        vrp_canvas_number(out, box[i]);
    }
    vr_text_add(out, "\">\n");
    if (c->title) {
        vr_text_add(out, "<title>");
        vr_text_html(out, vrp_canvas_clean(out->arena, c->title));
        vr_text_add(out, "</title>\n");
    }
    if (c->description) {
        vr_text_add(out, "<desc>");
        vr_text_html(out, vrp_canvas_clean(out->arena, c->description));
        vr_text_add(out, "</desc>\n");
    }
    if (standalone) {
        vr_text_add(out, "<style>\n");
        vrp_canvas_css(out);
        vr_text_add(out, "</style>\n");
        vrp_canvas_svg_shape(
            out, &(vrp_shape){.kind = VRP_SHAPE_RECT, .fill = VRP_COLOUR_PAPER, .points = box, .alpha = 1},
            true);
    }
    for (int64_t i = 0; i < c->count; i++) vrp_canvas_svg_shape(out, &c->shapes[i], standalone);
    vr_text_add(out, "</svg>\n");
}
