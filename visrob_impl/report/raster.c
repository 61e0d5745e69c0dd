/* report/raster.c: a canvas as pixels. Every shape becomes a mask of coverage, 0..1 per pixel, and is then blended:
 * areas by the signed area that each edge cuts from each pixel, which is exact; lines, circles and letters by the
 * distance from the pixel's centre to the pen's path, which is exact along straight edges and gives round ends and
 * joins. Rejected: sampling several points per pixel, which is slower and less smooth. */
#include "canvas_impl.h"
#include "../base/error.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VRP_RASTER_REGULAR 0.085 /* the pen's width over the font size */
#define VRP_RASTER_BOLD    0.125

/* Coverage of the pixels left..left+width-1, top..top+height-1 of the image. */
typedef struct vrp_raster_mask {
    float *coverage;
    int64_t left, top, width, height;
} vrp_raster_mask;

/* An empty mask over a box, as much of it as lies in the image; width or height 0 where nothing does. */
static vrp_raster_mask vrp_raster_mask_new(vr_arena *scratch, vr_image image, double x0, double y0, double x1,
                                           double y1) {
    const double w = (double)image.width, h = (double)image.height;
    vrp_raster_mask m = {.left = (int64_t)floor(fmin(fmax(x0, 0), w)),
                         .top = (int64_t)floor(fmin(fmax(y0, 0), h))};
    m.width = vr_max(0, (int64_t)ceil(fmin(fmax(x1, 0), w)) - m.left);
    m.height = vr_max(0, (int64_t)ceil(fmin(fmax(y1, 0), h)) - m.top);
    m.coverage = VR_NEW(scratch, float, (m.width * m.height));
    return m;
}

/* Blends a colour into the image where the mask covers it. */
static void vrp_raster_blend(vr_image image, const vrp_raster_mask *m, vrp_colour colour, double alpha) {
    const uint32_t rgb = vrp_colour_rgb(colour, false);
    for (int64_t y = 0; y < m->height; y++) {
        uint8_t *p = &image.pixels[((m->top + y) * image.width + m->left) * 3];
        for (int64_t x = 0; x < m->width; x++, p += 3) {
            const float a = m->coverage[y * m->width + x] * (float)alpha;
            if (a <= 0) continue;
            for (int c = 0; c < 3; c++) {
                const float paint = (float)(rgb >> (16 - 8 * c) & 255);
                p[c] = (uint8_t)lrintf((float)p[c] + (paint - (float)p[c]) * a);
            }
        }
    }
}

/* ---- the pen ---- */

/* The share of a pixel that a straight pen of radius r covers at a distance d from its middle. */
static double vrp_raster_pen(double d, double r) { return fmax(0, fmin(d + r, 0.5) - fmax(d - r, -0.5)); }

/* Draws one segment into the mask; where it meets another the larger coverage stays, so joins do not add up. */
static void vrp_raster_segment(vrp_raster_mask *m, const double p[2], const double q[2], double r) {
    const double dx = q[0] - p[0], dy = q[1] - p[1], square = dx * dx + dy * dy, reach = r + 1;
    const int64_t x0 = vr_max(m->left, (int64_t)floor(fmax(fmin(p[0], q[0]) - reach, -1)));
    const int64_t x1 = vr_min(m->left + m->width, (int64_t)ceil(fmin(fmax(p[0], q[0]) + reach, 1e9)));
    const int64_t y0 = vr_max(m->top, (int64_t)floor(fmax(fmin(p[1], q[1]) - reach, -1)));
    const int64_t y1 = vr_min(m->top + m->height, (int64_t)ceil(fmin(fmax(p[1], q[1]) + reach, 1e9)));
    for (int64_t y = y0; y < y1; y++) {
        for (int64_t x = x0; x < x1; x++) {
            const double cx = (double)x + 0.5 - p[0], cy = (double)y + 0.5 - p[1];
            const double t = square > 0 ? fmin(fmax((cx * dx + cy * dy) / square, 0), 1) : 0;
            const double ex = cx - t * dx, ey = cy - t * dy, d2 = ex * ex + ey * ey;
            if (d2 >= reach * reach) continue;
            float *at = &m->coverage[(y - m->top) * m->width + x - m->left];
            *at = fmaxf(*at, (float)vrp_raster_pen(sqrt(d2), r));
        }
    }
}

/* Draws a segment as dashes 4 long and 3 apart; *along is the length of the line so far. */
static void vrp_raster_dashes(vrp_raster_mask *m, const double p[2], const double q[2], double r,
                              double scale, double *along) {
    const double dash = 4 * scale, period = 7 * scale, dx = q[0] - p[0], dy = q[1] - p[1],
                 length = hypot(dx, dy);
    for (double at = -fmod(*along, period); at < length; at += period) {
        const double from = fmax(at, 0), to = fmin(at + dash, length);
        if (to <= from) continue;
        const double a[2] = {p[0] + dx * from / length, p[1] + dy * from / length};
        const double b[2] = {p[0] + dx * to / length, p[1] + dy * to / length};
        vrp_raster_segment(m, a, b, r);
    }
    *along += length;
}

/* ---- areas ---- */

/* Adds what lies to the right of one edge, in mask coordinates: rows of m->width + 2 differences, summed later. */
static void vrp_raster_edge(float *sums, int64_t stride, double x0, double y0, double x1, double y1) {
    if (y0 == y1) return;
    const double direction = y0 < y1 ? 1 : -1;
    if (y0 > y1) {
        const double x = x0, y = y0;
        x0 = x1, y0 = y1, x1 = x, y1 = y;
    }
    const double slope = (x1 - x0) / (y1 - y0);
    for (int64_t row = (int64_t)floor(y0); (double)row < y1; row++) {
        const double from = fmax((double)row, y0), to = fmin((double)row + 1, y1);
        const double xa = x0 + (from - y0) * slope, xb = x0 + (to - y0) * slope;
        const double left = fmin(xa, xb), right = fmax(xa, xb);
        for (int64_t i = (int64_t)floor(left); i == (int64_t)floor(left) || (double)i < right; i++) {
            const double a = fmax(left, (double)i), b = fmin(right, (double)i + 1);
            const double share = right > left ? (b - a) / (right - left) : 1;
            const double cut = direction * (to - from) * share, middle = (a + b) / 2 - (double)i;
            sums[row * stride + i] += (float)(cut * (1 - middle));
            sums[row * stride + i + 1] += (float)(cut * middle);
        }
    }
}

/* Adds an edge of which only a part may lie in the mask. Above and below nothing counts; beyond the sides only on
 * which side it is, so there the edge is replaced by its shadow on the side. */
static void vrp_raster_clipped_edge(float *sums, const vrp_raster_mask *m, const double p[2],
                                    const double q[2]) {
    const double w = (double)m->width, h = (double)m->height, dx = q[0] - p[0], dy = q[1] - p[1];
    if (dy == 0) return;
    const double at_top = fmin(fmax(-p[1] / dy, 0), 1), at_bottom = fmin(fmax((h - p[1]) / dy, 0), 1);
    const double first = fmin(at_top, at_bottom), last = fmax(at_top, at_bottom);
    double cut[4] = {first, first, last, last}; /* where it crosses the sides, in between */
    if (dx != 0) {
        const double at_left = fmin(fmax(-p[0] / dx, first), last);
        const double at_right = fmin(fmax((w - p[0]) / dx, first), last);
        cut[1] = fmin(at_left, at_right);
        cut[2] = fmax(at_left, at_right);
    }
    for (int i = 0; i < 3; i++)
        vrp_raster_edge(sums, m->width + 2, fmin(fmax(p[0] + cut[i] * dx, 0), w),
                        fmin(fmax(p[1] + cut[i] * dy, 0), h), fmin(fmax(p[0] + cut[i + 1] * dx, 0), w),
                        fmin(fmax(p[1] + cut[i + 1] * dy, 0), h));
}

static void vrp_raster_polygon(vr_arena *scratch, vr_image image, const vrp_shape *s, double scale) {
    double box[4] = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (int64_t i = 0; i < 2 * s->count; i++) {
        box[i % 2] = fmin(box[i % 2], s->points[i] * scale);
        box[2 + i % 2] = fmax(box[2 + i % 2], s->points[i] * scale);
    }
    if (s->count < 3) return;
    vrp_raster_mask m = vrp_raster_mask_new(scratch, image, box[0], box[1], box[2], box[3]);
    if (m.width == 0 || m.height == 0) return;
    const int64_t stride = m.width + 2;
    float *sums = VR_NEW(scratch, float, (stride * m.height));
    for (int64_t i = 0; i < s->count; i++) {
        const double *p = &s->points[2 * i], *q = &s->points[2 * ((i + 1) % s->count)];
        const double from[2] = {p[0] * scale - (double)m.left, p[1] * scale - (double)m.top};
        const double to[2] = {q[0] * scale - (double)m.left, q[1] * scale - (double)m.top};
        vrp_raster_clipped_edge(sums, &m, from, to);
    }
    for (int64_t y = 0; y < m.height; y++) {
        float sum = 0;
        for (int64_t x = 0; x < m.width; x++) {
            sum += sums[y * stride + x];
            m.coverage[y * m.width + x] = fminf(fabsf(sum), 1);
        }
    }
    vrp_raster_blend(image, &m, s->fill, s->alpha);
}

/* The part of pixel i that lies in from..to. */
static float vrp_raster_overlap(int64_t i, double from, double to) {
    return (float)fmax(0, fmin(to, (double)i + 1) - fmax(from, (double)i));
}

static void vrp_raster_rect(vr_arena *scratch, vr_image image, double x0, double y0, double x1, double y1,
                            vrp_colour fill, double alpha) {
    vrp_raster_mask m = vrp_raster_mask_new(scratch, image, x0, y0, x1, y1);
    for (int64_t y = 0; y < m.height; y++)
        for (int64_t x = 0; x < m.width; x++)
            m.coverage[y * m.width + x] =
                vrp_raster_overlap(m.left + x, x0, x1) * vrp_raster_overlap(m.top + y, y0, y1);
    vrp_raster_blend(image, &m, fill, alpha);
}

/* ---- shapes ---- */

static void vrp_raster_line(vr_arena *scratch, vr_image image, const vrp_shape *s, double scale) {
    const double r = s->size * scale / 2, infinite = INFINITY;
    double box[4] = {infinite, infinite, -infinite, -infinite}, along = 0;
    for (int64_t i = 0; i < s->count; i++) {
        const double *p = &s->points[2 * i];
        if (!isfinite(p[0]) || !isfinite(p[1])) continue;
        for (int d = 0; d < 2; d++) {
            box[d] = fmin(box[d], p[d] * scale - r - 1);
            box[2 + d] = fmax(box[2 + d], p[d] * scale + r + 1);
        }
    }
    if (!(box[0] <= box[2])) return; /* nothing but gaps */
    vrp_raster_mask m = vrp_raster_mask_new(scratch, image, box[0], box[1], box[2], box[3]);
    for (int64_t i = 0; i < s->count; i++) {
        const double *p = &s->points[2 * (i > 0 ? i - 1 : 0)], *q = &s->points[2 * i];
        if (!isfinite(q[0]) || !isfinite(q[1])) continue;
        if (!isfinite(p[0]) || !isfinite(p[1])) p = q; /* a dot, unless another point follows */
        const double from[2] = {p[0] * scale, p[1] * scale}, to[2] = {q[0] * scale, q[1] * scale};
        if (s->dashed)
            vrp_raster_dashes(&m, from, to, r, scale, &along);
        else
            vrp_raster_segment(&m, from, to, r);
    }
    vrp_raster_blend(image, &m, s->stroke, s->alpha);
}

static void vrp_raster_circle(vr_arena *scratch, vr_image image, const vrp_shape *s, double scale) {
    const double x = s->points[0] * scale, y = s->points[1] * scale, r = s->size * scale;
    vrp_raster_mask m = vrp_raster_mask_new(scratch, image, x - r - 1, y - r - 1, x + r + 1, y + r + 1);
    vrp_raster_segment(&m, (const double[2]){x, y}, (const double[2]){x, y}, r);
    vrp_raster_blend(image, &m, s->fill, s->alpha);
}

/* Cells begin and end on whole pixels, so that no seam shows between them. */
static void vrp_raster_cells(vr_arena *scratch, vr_image image, const vrp_shape *s, double scale) {
    const double w = s->points[2] * scale / (double)s->columns, h = s->points[3] * scale / (double)s->rows;
    for (int64_t i = 0; i < s->rows * s->columns; i++) {
        if (s->cells[i] == VRP_COLOUR_NONE) continue;
        const vr_arena_mark mark = vr_arena_here(scratch);
        const double x = s->points[0] * scale + w * (double)(i % s->columns);
        const double y = s->points[1] * scale + h * (double)(i / s->columns);
        vrp_raster_rect(scratch, image, round(x), round(y), round(x + w), round(y + h), s->cells[i],
                        s->alpha);
        vr_arena_rewind(scratch, mark);
    }
}

/* ---- letters ---- */

/* How a glyph's hundredths of the font size become pixels. */
typedef struct vrp_raster_type {
    double size, r; /* font size and the pen's radius, in pixels */
    double x_height,
        cap_height; /* whole pixels where the text is horizontal, so that tops and bottoms of letters are sharp */
    double x, y, cosine, sine; /* the pen's place, and the turn */
} vrp_raster_type;

/* Height above the baseline, adjusted so that the pen's OUTER edge meets baseline, x-height and cap height. */
static double vrp_raster_height(const vrp_raster_type *t, double y) {
    const double x_line = VRP_FONT_X_HEIGHT, cap_line = VRP_FONT_CAP_HEIGHT;
    if (y <= 0) return t->r + y * t->size / 100;
    if (y >= cap_line) return t->cap_height - t->r + (y - cap_line) * t->size / 100;
    if (y <= x_line) return t->r + y / x_line * (t->x_height - 2 * t->r);
    return t->x_height - t->r + (y - x_line) / (cap_line - x_line) * (t->cap_height - t->x_height);
}

static void vrp_raster_place(double out[2], const vrp_raster_type *t, const double p[2]) {
    const double x = p[0] * t->size / 100, y = -vrp_raster_height(t, p[1]);
    out[0] = t->x + x * t->cosine - y * t->sine;
    out[1] = t->y + x * t->sine + y * t->cosine;
}

/* A number of a glyph's path: digits with a sign, no more. */
static double vrp_raster_number(const char **s) {
    while (**s == ' ') ++*s;
    char *end;
    const long value = strtol(*s, &end, 10);
    *s = end;
    return (double)value;
}

/* Draws a path of M, L and C, moved by (dx,dy); a curve becomes short straight lines. */
static void vrp_raster_strokes(vrp_raster_mask *m, const vrp_raster_type *t, const char *path, double dx,
                               double dy) {
    enum { PIECES = 10 };
    double at[2] = {0, 0}, from[2], to[2];
    while (*path) {
        const char command = *path++;
        double p[6];
        for (int i = 0; i < (command == 'C' ? 6 : 2); i++)
            p[i] = vrp_raster_number(&path) + (i % 2 == 0 ? dx : dy);
        const int pieces = command == 'C' ? PIECES : command == 'L' ? 1 : 0;
        vrp_raster_place(from, t, at);
        for (int k = 1; k <= pieces; k++) {
            const double v = (double)k / pieces, u = 1 - v;
            double q[2] = {p[0], p[1]};
            for (int d = 0; d < 2 && command == 'C'; d++)
                q[d] = u * u * u * at[d] + 3 * u * u * v * p[d] + 3 * u * v * v * p[2 + d] +
                       v * v * v * p[4 + d];
            vrp_raster_place(to, t, q);
            vrp_raster_segment(m, from, to, t->r);
            from[0] = to[0], from[1] = to[1];
        }
        at[0] = p[command == 'C' ? 4 : 0];
        at[1] = p[command == 'C' ? 5 : 1];
    }
}

/* Draws one letter and moves the pen on. */
static void vrp_raster_letter(vr_arena *scratch, vr_image image, vrp_raster_type *t, uint32_t c,
                              double advance, vrp_colour fill) {
    const char *path = vrp_font_strokes(c);
    if (!path) path = c >= 0x2E80 ? "M12 0L12 72L88 72L88 0L12 0" : "M10 0L10 72L50 72L50 0L10 0";
    const double reach = 1.3 * t->size + 2;
    vrp_raster_mask m =
        vrp_raster_mask_new(scratch, image, t->x - reach, t->y - reach, t->x + reach, t->y + reach);
    vrp_raster_strokes(&m, t, path, 0, 0);
    double x, y;
    const char *accent = vrp_font_accent(c, &x, &y);
    if (accent) vrp_raster_strokes(&m, t, accent, x, y);
    vrp_raster_blend(image, &m, fill, 1);
    t->x += advance * t->cosine;
    t->y += advance * t->sine;
}

static void vrp_raster_text(vr_arena *scratch, vr_image image, const vrp_shape *s, double scale) {
    const double size = s->size * scale, pi = 3.14159265358979323846;
    const double spacing = s->bold ? 0.03 : 0, weight = s->bold ? VRP_RASTER_BOLD : VRP_RASTER_REGULAR;
    vrp_raster_type t = {.size = size,
                         .r = fmax(0.5, weight * size / 2),
                         .x_height = size * VRP_FONT_X_HEIGHT / 100,
                         .cap_height = size * VRP_FONT_CAP_HEIGHT / 100,
                         .x = s->points[0] * scale,
                         .y = s->points[1] * scale,
                         .cosine = cos(s->turn * pi / 180),
                         .sine = sin(s->turn * pi / 180)};
    if (s->turn == 0) {
        t.x_height = round(t.x_height);
        t.cap_height = round(t.cap_height);
        t.y = round(t.y);
    }
    double length = 0;
    for (const char *p = s->text; *p;)
        length += (vrp_font_advance(vrp_utf8_next(&p)) / 1000.0 + spacing) * size;
    const double back = s->anchor == VRP_ANCHOR_END      ? length
                        : s->anchor == VRP_ANCHOR_MIDDLE ? length / 2
                                                         : 0;
    t.x -= back * t.cosine;
    t.y -= back * t.sine;
    for (const char *p = s->text; *p;) {
        const uint32_t c = vrp_utf8_next(&p);
        const vr_arena_mark mark = vr_arena_here(scratch);
        vrp_raster_letter(scratch, image, &t, c, (vrp_font_advance(c) / 1000.0 + spacing) * size, s->fill);
        vr_arena_rewind(scratch, mark);
    }
}

static void vrp_raster_shape(vr_arena *scratch, vr_image image, const vrp_shape *s, double scale) {
    const double *p = s->points;
    switch (s->kind) {
    case VRP_SHAPE_RECT:
        vrp_raster_rect(scratch, image, p[0] * scale, p[1] * scale, (p[0] + p[2]) * scale,
                        (p[1] + p[3]) * scale, s->fill, s->alpha);
        break;
    case VRP_SHAPE_LINE:
        if (s->fill)
            vrp_raster_polygon(scratch, image, s, scale);
        else
            vrp_raster_line(scratch, image, s, scale);
        break;
    case VRP_SHAPE_CIRCLE:
        vrp_raster_circle(scratch, image, s, scale);
        break;
    case VRP_SHAPE_TEXT:
        vrp_raster_text(scratch, image, s, scale);
        break;
    case VRP_SHAPE_CELLS:
        vrp_raster_cells(scratch, image, s, scale);
        break;
    }
}

vr_image vrp_canvas_image(vr_arena *arena, const vrp_canvas *c, double scale) {
    const double width = c->width + 2 * c->margin, height = c->height + 2 * c->margin;
    VR_CHECK(scale > 0 && width > 0 && height > 0, "a canvas of %g x %g at scale %g", width, height, scale);
    const vr_image image = vr_image_new(arena, (int64_t)ceil(width * scale), (int64_t)ceil(height * scale));
    memset(image.pixels, 255, (size_t)(image.width * image.height * 3));
    for (int64_t i = 0; i < c->count; i++) {
        const vr_arena_mark mark = vr_arena_here(arena);
        vrp_shape s = c->shapes[i];
        const bool sized =
            s.kind == VRP_SHAPE_RECT || s.kind == VRP_SHAPE_CELLS; /* the second point is a size */
        s.points = VR_NEW(arena, double, (2 * s.count));
        for (int64_t k = 0; k < 2 * s.count; k++)
            s.points[k] = c->shapes[i].points[k] + (sized && k >= 2 ? 0 : c->margin);
        vrp_raster_shape(arena, image, &s, scale);
        vr_arena_rewind(arena, mark);
    }
    return image;
}

#undef VRP_RASTER_REGULAR
#undef VRP_RASTER_BOLD
