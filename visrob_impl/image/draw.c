/* image/draw.c: shapes by coverage. Discs, rings and lines are the points closer than r to a segment, so that their coverage
 * is a ramp of one pixel over that distance; polygons sum the exact area of each pixel under their edges, row by row.
 * Rejected: supersampling, which is slower and has worse edges. Paint is a function of the position, so that textures
 * need no bitmap. */
#include "draw_impl.h"
#include "../base/par.h"
#include <math.h>
#include <string.h>

#define VRP_DRAW_PI   3.14159265358979323846
#define VRP_DRAW_TILE 512 /* columns of a polygon's row that are summed at a time, on the stack */

const char *vr_shapes_class_name(vr_shapes_class s) {
    static const char *const names[] = {
#define X(ID, name) #name,
        VR_SHAPES_CLASSES(X)
#undef X
    };
    VR_CHECK(s >= 0 && s < VR_SHAPES_COUNT, "class %d of %d", (int)s, (int)VR_SHAPES_COUNT);
    return names[s];
}

/* ---- paint ---- */

/* A paint, with all that does not depend on the pixel. */
typedef struct vrp_draw_ink {
    vr_pattern pattern;
    float a[3], b[3];     /* 0..255 */
    double along, across; /* cosine and sine of the angle, over the period */
    double period;
    uint32_t key[2];
} vrp_draw_ink;

static vrp_draw_ink vrp_draw_mix_ink(const vrp_paint *paint) {
    VR_CHECK(paint->pattern >= 0 && paint->pattern < VR_PATTERN_COUNT, "pattern %d", (int)paint->pattern);
    VR_CHECK(paint->period >= 0 && isfinite(paint->angle), "period %g, angle %g", paint->period,
             paint->angle);
    vrp_draw_ink ink = {.pattern = paint->pattern, .period = paint->period > 0 ? paint->period : 8};
    const double turn = fmod(paint->angle, 360) * (VRP_DRAW_PI / 180);
    ink.along = cos(turn) / ink.period;
    ink.across = sin(turn) / ink.period;
    for (int c = 0; c < 3; c++) ink.a[c] = 255 * paint->a[c], ink.b[c] = 255 * paint->b[c];
    if (ink.pattern == VR_PATTERN_MARBLE)
        for (uint64_t k = 0; k < 2; k++) ink.key[k] = vr_rng_u32(paint->rng, k);
    return ink;
}

static double vrp_draw_clamp01(double x) { return x < 0 ? 0 : x > 1 ? 1 : x; }

/* A number in [0,1) for a lattice point. Rejected: Philox, which is ten times slower. */
static double vrp_draw_hash(int64_t x, int64_t y, uint32_t key) {
    uint32_t h = (uint32_t)x * 0x9E3779B1u ^ (uint32_t)y * 0x85EBCA77u ^ key;
    h = (h ^ h >> 15) * 0x2C1B3C6Du;
    h = (h ^ h >> 12) * 0x297A2D39u;
    return (double)(h ^ h >> 15) * 0x1p-32;
}

/* Value noise: lattice numbers, smoothly interpolated. */
static double vrp_draw_noise(double x, double y, uint32_t key) {
    const double fx = floor(x), fy = floor(y), u = x - fx, v = y - fy;
    const int64_t i = (int64_t)fx, j = (int64_t)fy;
    const double su = u * u * (3 - 2 * u), sv = v * v * (3 - 2 * v);
    const double top = vrp_draw_hash(i, j, key) * (1 - su) + vrp_draw_hash(i + 1, j, key) * su;
    const double low = vrp_draw_hash(i, j + 1, key) * (1 - su) + vrp_draw_hash(i + 1, j + 1, key) * su;
    return top * (1 - sv) + low * sv;
}

/* 1 in the middle half of each period of u, 0 in the other, with a transition of one pixel. */
static double vrp_draw_wave(double u, double period) {
    return vrp_draw_clamp01(0.5 - (fabs(u - floor(u) - 0.5) - 0.25) * period);
}

/* The share of colour b at a position. */
static double vrp_draw_share(const vrp_draw_ink *ink, double x, double y) {
    const double u = x * ink->along + y * ink->across, v = y * ink->along - x * ink->across;
    switch (ink->pattern) {
    case VR_PATTERN_STRIPES:
        return vrp_draw_wave(u, ink->period);
    case VR_PATTERN_CHECKS: {
        const double s = vrp_draw_wave(u, ink->period), t = vrp_draw_wave(v, ink->period);
        return s + t - 2 * s * t;
    }
    case VR_PATTERN_DOTS: {
        const double du = u - floor(u) - 0.5, dv = v - floor(v) - 0.5;
        return vrp_draw_clamp01(0.5 - (sqrt(du * du + dv * dv) - 0.3) * ink->period);
    }
    case VR_PATTERN_WAVES:
        return vrp_draw_wave(u + 0.25 * sin(VRP_DRAW_PI * v), ink->period);
    case VR_PATTERN_MARBLE: {
        double turbulence = 0;
        for (int octave = 0, f = 1; octave < 3; octave++, f *= 2)
            turbulence += vrp_draw_noise(u * f, v * f, ink->key[0] + ink->key[1] * (uint32_t)octave) / f;
        return 0.5 + 0.5 * sin(2 * VRP_DRAW_PI * (0.4 * u + 1.1 * turbulence));
    }
    default:
        return 0; /* plain */
    }
}

/* Blends a share of ink into pixel (x,y). */
static void vrp_draw_blend(vr_image image, int64_t x, int64_t y, const vrp_draw_ink *ink, double cover) {
    uint8_t *p = image.pixels + (y * image.width + x) * 3;
    const float b = (float)vrp_draw_share(ink, (double)x + 0.5, (double)y + 0.5), k = (float)cover;
    for (int c = 0; c < 3; c++) {
        const float paint = ink->a[c] + (ink->b[c] - ink->a[c]) * b;
        const float v = (float)p[c] + (paint - (float)p[c]) * k;
        p[c] = (uint8_t)(v <= 0 ? 0 : v >= 255 ? 255 : v + 0.5f);
    }
}

/* ---- shapes ---- */

vr_image vrp_draw_canvas(vr_arena *arena, int64_t width, int64_t height) {
    const vr_image image = vr_image_new(arena, width, height);
    memset(image.pixels, 0, (size_t)(width * height * 3));
    return image;
}

void vrp_draw_fill(vr_image image, const vrp_paint *paint) {
    const vrp_draw_ink ink = vrp_draw_mix_ink(paint);
    for (int64_t y = 0; y < image.height; y++)
        for (int64_t x = 0; x < image.width; x++) vrp_draw_blend(image, x, y, &ink, 1);
}

/* A coordinate as a column or row, clamped to 0 .. n. */
static int64_t vrp_draw_cell(double x, int64_t n) { return x <= 0 ? 0 : x >= (double)n ? n : (int64_t)x; }

/* Fills the points at a distance between `inner` and `outer` from the segment (x0,y0)-(x1,y1). */
static void vrp_draw_round(vr_image image, double x0, double y0, double x1, double y1, double inner,
                           double outer, const vrp_paint *paint) {
    VR_CHECK(isfinite(x0) && isfinite(y0) && isfinite(x1) && isfinite(y1) && inner <= outer &&
                 isfinite(outer),
             "(%g,%g) (%g,%g), radii %g and %g", x0, y0, x1, y1, inner, outer);
    if (!(outer > 0)) return;
    const vrp_draw_ink ink = vrp_draw_mix_ink(paint);
    const double dx = x1 - x0, dy = y1 - y0, length2 = dx * dx + dy * dy, reach = outer + 1;
    const double thin =
        vrp_draw_clamp01(outer - (inner > 0 ? inner : -outer)); /* thinner than a pixel: paler */
    const int64_t left = vrp_draw_cell(fmin(x0, x1) - reach, image.width);
    const int64_t right = vrp_draw_cell(fmax(x0, x1) + reach + 1, image.width);
    const int64_t top = vrp_draw_cell(fmin(y0, y1) - reach, image.height);
    const int64_t bottom = vrp_draw_cell(fmax(y0, y1) + reach + 1, image.height);
    for (int64_t y = top; y < bottom; y++)
        for (int64_t x = left; x < right; x++) {
            const double px = (double)x + 0.5 - x0, py = (double)y + 0.5 - y0;
            const double t = length2 > 0 ? vrp_draw_clamp01((px * dx + py * dy) / length2) : 0;
            const double ex = px - t * dx, ey = py - t * dy, d = sqrt(ex * ex + ey * ey);
            double cover = vrp_draw_clamp01(outer - d + 0.5);
            if (inner > 0) cover = fmin(cover, vrp_draw_clamp01(d - inner + 0.5));
            if (cover > 0) vrp_draw_blend(image, x, y, &ink, fmin(cover, thin));
        }
}

void vrp_draw_disc(vr_image image, double cx, double cy, double radius, const vrp_paint *paint) {
    vrp_draw_round(image, cx, cy, cx, cy, 0, radius, paint);
}

void vrp_draw_ring(vr_image image, double cx, double cy, double inner, double outer, const vrp_paint *paint) {
    vrp_draw_round(image, cx, cy, cx, cy, inner, outer, paint);
}

void vrp_draw_line(vr_image image, double x0, double y0, double x1, double y1, double width,
                   const vrp_paint *paint) {
    vrp_draw_round(image, x0, y0, x1, y1, 0, width / 2, paint);
}

/* Adds an edge from column xa to xb that rises by dy within one row. The running sum of area[i] is then the part of pixel
 * i to the right of all edges; edges left of column 0 cover the whole row. */
static void vrp_draw_edge(double *area, int64_t columns, double xa, double xb, double dy) {
    if (xa > xb) {
        const double t = xa;
        xa = xb, xb = t;
    }
    if (xa >= (double)columns) return;
    if (xb <= 0) {
        area[0] += dy;
        return;
    }
    const double slope = xb > xa ? dy / (xb - xa) : 0;
    if (xa < 0) {
        area[0] += slope * -xa;
        dy -= slope * -xa;
        xa = 0;
    }
    for (int64_t i = (int64_t)xa; i < columns && (double)i <= xb; i++) {
        const double l = fmax(xa, (double)i), r = fmin(xb, (double)(i + 1));
        const double rise = xb > xa ? slope * (r - l) : dy;
        const double covered = rise * ((double)(i + 1) - 0.5 * (l + r));
        area[i] += covered;
        area[i + 1] += rise - covered;
        if (xb <= xa) break;
    }
}

/* area = that of row y under all edges, in the columns left .. left+columns-1. */
static void vrp_draw_row(double *area, int64_t left, int64_t columns, int64_t y, const double *xy,
                         int64_t n) {
    memset(area, 0, (size_t)(columns + 1) * sizeof *area);
    for (int64_t k = 0; k < n; k++) {
        const double *p = xy + 2 * k, *q = xy + 2 * ((k + 1) % n);
        const double ya = p[1] - (double)y, yb = q[1] - (double)y; /* the row is 0..1 */
        if (!(fmax(ya, yb) > 0 && fmin(ya, yb) < 1)) continue;
        const double ca = vrp_draw_clamp01(ya), cb = vrp_draw_clamp01(yb), run = (q[0] - p[0]) / (yb - ya);
        if (ca == cb) continue;
        vrp_draw_edge(area, columns, p[0] + (ca - ya) * run - (double)left,
                      p[0] + (cb - ya) * run - (double)left, cb - ca);
    }
}

void vrp_draw_polygon(vr_image image, const double *xy, int64_t n, const vrp_paint *paint) {
    VR_CHECK(n >= 3, "polygon with %lld corners", (long long)n);
    double x0 = xy[0], x1 = xy[0], y0 = xy[1], y1 = xy[1];
    for (int64_t k = 0; k < n; k++) {
        VR_CHECK(isfinite(xy[2 * k]) && isfinite(xy[2 * k + 1]), "corner %lld is (%g,%g)", (long long)k,
                 xy[2 * k], xy[2 * k + 1]);
        x0 = fmin(x0, xy[2 * k]), x1 = fmax(x1, xy[2 * k]);
        y0 = fmin(y0, xy[2 * k + 1]), y1 = fmax(y1, xy[2 * k + 1]);
    }
    const vrp_draw_ink ink = vrp_draw_mix_ink(paint);
    const int64_t right = vrp_draw_cell(x1 + 1, image.width), bottom = vrp_draw_cell(y1 + 1, image.height);
    double area[VRP_DRAW_TILE + 1];
    for (int64_t left = vrp_draw_cell(x0, image.width); left < right; left += VRP_DRAW_TILE) {
        const int64_t columns = vr_min(VRP_DRAW_TILE, right - left);
        for (int64_t y = vrp_draw_cell(y0, image.height); y < bottom; y++) {
            vrp_draw_row(area, left, columns, y, xy, n);
            double sum = 0;
            for (int64_t i = 0; i < columns; i++) {
                sum += area[i];
                const double cover = fmin(fabs(sum), 1);
                if (cover > 1e-6)
                    vrp_draw_blend(image, left + i, y, &ink, cover); /* more than a rounding error */
            }
        }
    }
}

/* ---- the set of shapes ---- */

enum { VRP_DRAW_MAX_CORNERS = 96 };

/* count points of the arc around (cx,0) from angle a to b (degrees; 0 = right, 90 = down). */
static int64_t vrp_draw_arc(double *xy, int64_t n, int64_t count, double cx, double radius, double a,
                            double b) {
    for (int64_t k = 0; k < count; k++) {
        const double t = (a + (b - a) * (double)k / (double)(count - 1)) * (VRP_DRAW_PI / 180);
        xy[2 * (n + k)] = cx + radius * cos(t);
        xy[2 * (n + k) + 1] = radius * sin(t);
    }
    return n + count;
}

/* The upright outline of a class around the origin, of a radius of about 1; returns the number of corners, 0 for disc and
 * ring. */
static int64_t vrp_draw_outline(double *xy, vr_shapes_class shape) {
    static const double triangle[] = {0, -1.05, 1.05, 0.8, -1.05, 0.8};
    static const double square[] = {-0.85, -0.85, 0.85, -0.85, 0.85, 0.85, -0.85, 0.85};
    static const double cross[] = {-0.32, -1, 0.32,  -1, 0.32,  -0.32, 1,  -0.32, 1,  0.32,  0.32,  0.32,
                                   0.32,  1,  -0.32, 1,  -0.32, 0.32,  -1, 0.32,  -1, -0.32, -0.32, -0.32};
    static const double arrow[] = {0, -1.05, 0.85, 0, 0.32, 0, 0.32, 1, -0.32, 1, -0.32, 0, -0.85, 0};
    int64_t n = 0;
    switch (shape) {
    case VR_SHAPES_TRIANGLE:
        return memcpy(xy, triangle, sizeof triangle), 3;
    case VR_SHAPES_SQUARE:
        return memcpy(xy, square, sizeof square), 4;
    case VR_SHAPES_CROSS:
        return memcpy(xy, cross, sizeof cross), 12;
    case VR_SHAPES_ARROW:
        return memcpy(xy, arrow, sizeof arrow), 7;
    case VR_SHAPES_HEXAGON:
        for (; n < 6; n++)
            xy[2 * n] = sin(VRP_DRAW_PI / 3 * (double)n), xy[2 * n + 1] = -cos(VRP_DRAW_PI / 3 * (double)n);
        return n;
    case VR_SHAPES_STAR:
        for (; n < 10; n++) {
            const double r = n % 2 ? 0.45 : 1.12;
            xy[2 * n] = r * sin(VRP_DRAW_PI / 5 * (double)n);
            xy[2 * n + 1] = -r * cos(VRP_DRAW_PI / 5 * (double)n);
        }
        return n;
    case VR_SHAPES_CRESCENT: /* the unit disc without the disc of radius 0.8 around (0.45,0): they intersect at x = 0.625 */
        n = vrp_draw_arc(xy, n, 48, 0, 1, 51.3178, 308.6822);
        n = vrp_draw_arc(xy, n, 48, 0.45, 0.8, 282.6353, 77.3647);
        for (int64_t k = 0; k < n; k++) xy[2 * k] += 0.2; /* centre it */
        return n;
    case VR_SHAPES_HEART:
        for (; n < 64; n++) {
            const double t = VRP_DRAW_PI / 32 * (double)n, s = sin(t);
            xy[2 * n] = 1.05 * s * s * s;
            xy[2 * n + 1] = -(13 * cos(t) - 5 * cos(2 * t) - 2 * cos(3 * t) - cos(4 * t) + 2.5) * (1.05 / 16);
        }
        return n;
    default:
        return 0; /* disc and ring */
    }
}

/* rgb of hue (degrees), saturation and value. */
static void vrp_draw_hsv(float rgb[3], double hue, double saturation, double value) {
    for (int c = 0; c < 3; c++) {
        const double k = fmod(5 - 2 * c + hue / 60 + 12, 6); /* red, green, blue: n = 5, 3, 1 */
        rgb[c] = (float)(value - value * saturation * vrp_draw_clamp01(fmin(k, 4 - k)));
    }
}

/* Mixes in white until the colour has at least this luma: a pure blue has no contrast to a dark background. */
static void vrp_draw_lighten(float rgb[3], float least) {
    const float luma = 0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2];
    if (luma >= least) return;
    const float white = (least - luma) / (1 - luma);
    for (int c = 0; c < 3; c++) rgb[c] += white * (1 - rgb[c]);
}

/* The background is dull, with a hue at least 75 degrees from the shape's, so that the shape is always visible. */
static vrp_paint vrp_draw_background(const vr_shapes_factors *f, double side, vr_rng rng) {
    float u[6];
    vr_rng_uniform_fill(u, 6, rng, 0);
    vrp_paint paint = {.pattern = f->background_texture, .rng = vr_rng_split(rng, "grain")};
    const double hue = fmod(f->hue + 75 + 210 * u[0], 360), value = 0.25 + 0.25 * u[1];
    vrp_draw_hsv(paint.a, hue, 0.2 + 0.3 * u[2], value);
    vrp_draw_hsv(paint.b, hue + 40 * u[3] - 20, 0.15 + 0.2 * u[2], value + 0.18);
    paint.period = side * (0.12 + 0.1 * u[4]);
    paint.angle = 180 * u[5];
    return paint;
}

static vrp_paint vrp_draw_surface(const vr_shapes_factors *f, double radius, vr_rng rng) {
    float u[3];
    vr_rng_uniform_fill(u, 3, rng, 0);
    vrp_paint paint = {.pattern = f->shape_texture, .rng = vr_rng_split(rng, "grain")};
    vrp_draw_hsv(paint.a, f->hue, 0.75, 0.98);
    vrp_draw_hsv(paint.b, f->hue + 30 * u[0] - 15, 0.8, 0.68);
    vrp_draw_lighten(paint.a, 0.45f);
    vrp_draw_lighten(paint.b, 0.3f);
    paint.period = radius * (0.4 + 0.25 * u[1]);
    paint.angle = f->rotation + 180 * u[2];
    return paint;
}

void vr_shapes_image(vr_image image, const vr_shapes_factors *factors, vr_rng rng) {
    const vr_shapes_factors f = *factors;
    VR_CHECK(image.width == image.height && image.width >= 1, "expected a square image, found %lld x %lld",
             (long long)image.width, (long long)image.height);
    VR_CHECK(f.shape >= 0 && f.shape < VR_SHAPES_COUNT && f.light >= 0, "class %d, light %g", (int)f.shape,
             (double)f.light);
    const double side = (double)image.width, radius = f.size * side, cx = f.x * side, cy = f.y * side;
    const vrp_paint back = vrp_draw_background(&f, side, vr_rng_split(rng, "background"));
    const vrp_paint front = vrp_draw_surface(&f, radius, vr_rng_split(rng, "surface"));
    vrp_draw_fill(image, &back);
    double xy[2 * VRP_DRAW_MAX_CORNERS];
    const int64_t n = vrp_draw_outline(xy, f.shape);
    const double turn = f.rotation * (VRP_DRAW_PI / 180), c = radius * cos(turn), s = radius * sin(turn);
    for (int64_t k = 0; k < n; k++) {
        const double x = xy[2 * k], y = xy[2 * k + 1];
        xy[2 * k] = cx + c * x - s * y;
        xy[2 * k + 1] = cy + s * x + c * y;
    }
    if (f.shape == VR_SHAPES_DISC)
        vrp_draw_disc(image, cx, cy, radius, &front);
    else if (f.shape == VR_SHAPES_RING)
        vrp_draw_ring(image, cx, cy, 0.55 * radius, radius, &front);
    else
        vrp_draw_polygon(image, xy, n, &front);
    for (int64_t k = 0; k < image.width * image.height * 3; k++) {
        const float v = (float)image.pixels[k] * f.light;
        image.pixels[k] = (uint8_t)(v >= 255 ? 255 : v + 0.5f);
    }
}

static vr_shapes_factors vrp_draw_factors(int64_t index, vr_rng rng) {
    float u[6];
    vr_rng_uniform_fill(u, 6, rng, 0);
    vr_shapes_factors f = {.shape = (vr_shapes_class)(index % VR_SHAPES_COUNT)};
    f.shape_texture = (vr_pattern)vr_rng_below(rng, 8, VR_PATTERN_COUNT);
    f.background_texture = (vr_pattern)vr_rng_below(rng, 9, VR_PATTERN_COUNT);
    f.hue = 360 * u[0];
    f.size = 0.2f + 0.16f * u[1];
    f.x = 0.36f + 0.28f * u[2];
    f.y = 0.36f + 0.28f * u[3];
    f.rotation = 60 * u[4] - 30;
    f.light = 0.55f + 0.6f * u[5];
    return f;
}

void vrp_shapes_set(vr_arena *arena, vr_image *images, vr_shapes_factors *factors, int64_t first,
                    int64_t count, int64_t size, vr_rng rng) {
    VR_CHECK(first >= 0 && count >= 0 && size >= 16, "first = %lld, count = %lld, size = %lld",
             (long long)first, (long long)count, (long long)size);
    for (int64_t i = 0; i < count; i++) images[i] = vrp_draw_canvas(arena, size, size);
#pragma omp parallel for schedule(dynamic, 16) num_threads(vr_threads()) /* images are independent */
    for (int64_t i = 0; i < count; i++) {
        const vr_rng own = vr_rng_at(rng, (uint64_t)(first + i));
        const vr_shapes_factors f = vrp_draw_factors(first + i, vr_rng_split(own, "factors"));
        vr_shapes_image(images[i], &f, own);
        if (factors) factors[i] = f;
    }
}

#undef VRP_DRAW_PI
#undef VRP_DRAW_TILE
