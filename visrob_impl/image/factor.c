/* image/factor.c: the names of factors, and the continuous factors. Geometric factors look up the source of each pixel of
 * the result, so that no pixel is left empty; outside of the image they reflect it, because black corners would be a
 * second factor (occlusion). */
#include "factor.h"
#include "blur_impl.h"
#include "corrupt_impl.h"
#include "draw_impl.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define VRP_FACTOR_PI 3.14159265358979323846

/* ---- the list ---- */

static const struct {
    const char *name, *category, *meaning;
    bool continuous;
} vrp_factor_list[VR_FACTOR_COUNT] = {
#define X(ID, name, category, continuous, meaning) {#name, category, meaning, continuous},
    VR_FACTORS(X)
#undef X
};

static const double vrp_factor_grid[VR_FACTOR_COUNT][5] = {
#define X(ID, a, b, c, d, e) [VR_FACTOR_##ID] = {a, b, c, d, e},
    VR_FACTOR_GRIDS(X)
#undef X
};

static vr_factor vrp_factor_valid(vr_factor f) {
    VR_CHECK(f >= 0 && f < VR_FACTOR_COUNT, "factor %d of %d", (int)f, (int)VR_FACTOR_COUNT);
    return f;
}

const char *vr_factor_name(vr_factor f) { return vrp_factor_list[vrp_factor_valid(f)].name; }

const char *vr_factor_category(vr_factor f) { return vrp_factor_list[vrp_factor_valid(f)].category; }

bool vr_factor_is_continuous(vr_factor f) { return vrp_factor_list[vrp_factor_valid(f)].continuous; }

double vr_factor_amount(vr_factor f, int severity) {
    VR_CHECK(vr_factor_is_continuous(f), "%s has severities, not amounts", vr_factor_name(f));
    VR_CHECK(severity >= 1 && severity <= 5, "severity %d, not 1..5", severity);
    return vrp_factor_grid[f][severity - 1];
}

static bool vrp_factor_unknown(const char *name, int n, vr_err *err) {
    char all[400];
    int used = 0;
    for (int i = 0; i < VR_FACTOR_COUNT && used < (int)sizeof all; i++)
        used +=
            snprintf(all + used, sizeof all - (size_t)used, "%s%s", i ? ", " : "", vrp_factor_list[i].name);
    return vr_fail(err, VR_ERR_USAGE, "unknown factor '%.*s'; expected one of %s", n < 60 ? n : 60, name,
                   all);
}

static bool vrp_factor_is(const char *name, const char *from, size_t n) {
    return strlen(name) == n && memcmp(name, from, n) == 0;
}

bool vr_factors_parse(vr_arena *perm, vr_factor **factors, int64_t *count, const char *list, vr_err *err) {
    bool chosen[VR_FACTOR_COUNT] = {false};
    *factors = NULL;
    *count = 0;
    for (const char *from = list; *from;) {
        const size_t n = strcspn(from, ",");
        bool known = false;
        for (int f = 0; f < VR_FACTOR_COUNT; f++)
            if ((f < VR_FACTOR_DEFAULTS && vrp_factor_is("all", from, n)) ||
                vrp_factor_is(vrp_factor_list[f].name, from, n) ||
                vrp_factor_is(vrp_factor_list[f].category, from, n))
                known = chosen[f] = true;
        if (!known) return vrp_factor_unknown(from, (int)n, err);
        from += n + (from[n] == ',');
    }
    vr_factor *found = VR_NEW(perm, vr_factor, VR_FACTOR_COUNT);
    for (int f = 0; f < VR_FACTOR_COUNT; f++)
        if (chosen[f]) found[(*count)++] = (vr_factor)f;
    *factors = found;
    return *count > 0 || vr_fail(err, VR_ERR_USAGE, "empty list of factors");
}

/* ---- light and colour ---- */

static uint8_t vrp_factor_round(double v) { return (uint8_t)(v <= 0 ? 0 : v >= 255 ? 255 : v + 0.5); }

static void vrp_factor_gain(vr_image out, vr_image in, double gain) {
    uint8_t map[256];
    for (int v = 0; v < 256; v++) map[v] = vrp_factor_round(v * gain);
    for (int64_t i = 0; i < in.width * in.height * 3; i++) out.pixels[i] = map[in.pixels[i]];
}

/* Blends with the grey of the same luma (Rec. 601, as PIL's convert("L")). */
static void vrp_factor_saturation(vr_image out, vr_image in, double taken) {
    const float keep = (float)(1 - taken);
    for (int64_t i = 0; i < in.width * in.height * 3; i += 3) {
        const uint8_t *p = in.pixels + i;
        const float grey = 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2];
        for (int c = 0; c < 3; c++) out.pixels[i + c] = vrp_factor_round(grey + ((float)p[c] - grey) * keep);
    }
}

/* Rotates HSV's hue at constant saturation and value: the largest and the smallest channel values stay. */
static void vrp_factor_hue(vr_image out, vr_image in, double degrees) {
    const float turn = (float)(fmod(degrees, 360) / 60); /* in sixths of the circle */
    for (int64_t i = 0; i < in.width * in.height * 3; i += 3) {
        const float r = in.pixels[i], g = in.pixels[i + 1], b = in.pixels[i + 2];
        const float high = fmaxf(r, fmaxf(g, b)), low = fminf(r, fminf(g, b)), chroma = high - low;
        float hue = 0;
        if (chroma > 0)
            hue = high == r ? (g - b) / chroma : high == g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
        for (int c = 0; c < 3; c++) {
            const float k0 = hue + turn + (float)(5 - 2 * c), k = k0 - 6 * floorf(k0 * (1 / 6.f));
            out.pixels[i + c] = vrp_factor_round(high - chroma * fmaxf(0, fminf(1, fminf(k, 4 - k))));
        }
    }
}

/* ---- geometry ---- */

static void vrp_factor_rotation(vr_image out, vr_image in, double degrees, vr_arena *scratch) {
    const int64_t W = in.width, H = in.height;
    float *pixels = vr_arena_alloc(scratch, W * H * 3, sizeof *pixels);
    for (int64_t i = 0; i < W * H * 3; i++) pixels[i] = in.pixels[i];
    const double angle = fmod(degrees, 360) * (VRP_FACTOR_PI / 180), c = cos(angle), s = sin(angle);
    const double cx = 0.5 * (double)(W - 1), cy = 0.5 * (double)(H - 1);
    for (int64_t y = 0; y < H; y++)
        for (int64_t x = 0; x < W; x++) {
            const double dx = (double)x - cx, dy = (double)y - cy;
            float rgb[3];
            vrp_sample_bilinear(rgb, pixels, W, H, cx + c * dx + s * dy, cy - s * dx + c * dy,
                                VRP_BORDER_REFLECT);
            for (int k = 0; k < 3; k++) out.pixels[(y * W + x) * 3 + k] = vrp_factor_round(rgb[k]);
        }
}

/* The sources of each of n pixels when a line is scaled around its middle: `taps` neighbours, weighted by a triangle one
 * pixel of the coarser grid wide, so that shrinking averages. */
typedef struct vrp_factor_line {
    int64_t taps;
    int64_t *source; /* [n,taps] */
    float *weight;   /* [n,taps] */
} vrp_factor_line;

static vrp_factor_line vrp_factor_scale_line(int64_t n, double scale, vr_arena *scratch) {
    const double reach = fmax(1, 1 / scale), middle = 0.5 * (double)n;
    vrp_factor_line line = {.taps = 2 * (int64_t)ceil(reach) + 1};
    line.source = vr_arena_alloc(scratch, n * line.taps, sizeof *line.source);
    line.weight = vr_arena_alloc(scratch, n * line.taps, sizeof *line.weight);
    for (int64_t i = 0; i < n; i++) {
        const double at = ((double)i + 0.5 - middle) / scale + middle - 0.5;
        const int64_t first = (int64_t)floor(at) - (int64_t)ceil(reach) + 1;
        double sum = 0;
        for (int64_t t = 0; t < line.taps; t++) sum += fmax(0, 1 - fabs((double)(first + t) - at) / reach);
        for (int64_t t = 0; t < line.taps; t++) {
            line.source[i * line.taps + t] = vrp_border_fold(first + t, n, VRP_BORDER_REFLECT);
            line.weight[i * line.taps + t] =
                (float)(fmax(0, 1 - fabs((double)(first + t) - at) / reach) / sum);
        }
    }
    return line;
}

static void vrp_factor_scale(vr_image out, vr_image in, double scale, vr_arena *scratch) {
    const int64_t W = in.width, H = in.height;
    const vrp_factor_line across = vrp_factor_scale_line(W, scale, scratch);
    const vrp_factor_line down = vrp_factor_scale_line(H, scale, scratch);
    float *wide = VR_NEW(scratch, float, (W * H * 3)), *row = vr_arena_alloc(scratch, W * 3, sizeof *row);
    for (int64_t y = 0; y < H; y++)
        for (int64_t x = 0; x < W; x++)
            for (int64_t t = 0; t < across.taps; t++) {
                const float w = across.weight[x * across.taps + t];
                const uint8_t *p = in.pixels + (y * W + across.source[x * across.taps + t]) * 3;
                for (int c = 0; c < 3; c++) wide[(y * W + x) * 3 + c] += w * (float)p[c];
            }
    for (int64_t y = 0; y < H; y++) {
        memset(row, 0, (size_t)(W * 3) * sizeof *row);
        for (int64_t t = 0; t < down.taps; t++) {
            const float w = down.weight[y * down.taps + t];
            const float *p = wide + down.source[y * down.taps + t] * W * 3;
            for (int64_t i = 0; i < W * 3; i++) row[i] += w * p[i];
        }
        for (int64_t i = 0; i < W * 3; i++) out.pixels[y * W * 3 + i] = vrp_factor_round(row[i]);
    }
}

/* By whole pixels: a fraction would blur, which is another factor. */
static void vrp_factor_translation(vr_image out, vr_image in, double share, vr_rng rng) {
    const int64_t W = in.width, H = in.height;
    const double angle = 2 * VRP_FACTOR_PI * vr_rng_uniform(rng, 0), step = share * (double)vr_min(W, H);
    const int64_t dx = (int64_t)fmod(rint(step * cos(angle)), (double)(2 * W));
    const int64_t dy = (int64_t)fmod(rint(step * sin(angle)), (double)(2 * H));
    for (int64_t y = 0; y < H; y++)
        for (int64_t x = 0; x < W; x++)
            memcpy(out.pixels + (y * W + x) * 3,
                   in.pixels + (vrp_border_fold(y - dy, H, VRP_BORDER_REFLECT) * W +
                                vrp_border_fold(x - dx, W, VRP_BORDER_REFLECT)) *
                                   3,
                   3);
}

/* ---- occlusion, texture, watermark ---- */

/* A box with the image's aspect ratio: the nearest width, then the height nearest to the area. */
static void vrp_factor_occlusion(vr_image out, vr_image in, double share, vr_rng rng) {
    const int64_t W = in.width, H = in.height;
    const double area = share * (double)W * (double)H;
    if (area < 0.5) return; /* less than half a pixel */
    const int64_t w = vr_clamp((int64_t)rint((double)W * sqrt(share)), 1, W);
    const int64_t h = vr_clamp((int64_t)rint(area / (double)w), 1, H);
    const int64_t left = (int64_t)(vr_rng_uniform(rng, 0) * (float)(W - w + 1));
    const int64_t top = (int64_t)(vr_rng_uniform(rng, 1) * (float)(H - h + 1));
    for (int64_t y = top; y < top + h; y++) memset(out.pixels + (y * W + left) * 3, 128, (size_t)(w * 3));
}

/* The patches are permuted by one random cycle, so that each of them moves. Where the side is not a multiple of n the
 * patches differ by a pixel; the last row or column is then repeated or dropped. */
static void vrp_factor_texture(vr_image out, vr_image in, int64_t n, vr_rng rng, vr_arena *scratch) {
    const int64_t W = in.width, H = in.height;
    int64_t *from = vr_arena_alloc(scratch, n * n, sizeof *from);
    for (int64_t k = 0; k < n * n; k++) from[k] = k;
    for (int64_t k = n * n - 1; k > 0; k--) { /* Sattolo: swap with an earlier one, never with itself */
        const int64_t j = vr_rng_below(rng, (uint64_t)k, k), t = from[k];
        from[k] = from[j];
        from[j] = t;
    }
    for (int64_t k = 0; k < n * n; k++) {
        const int64_t i = k / n, j = k % n, si = from[k] / n, sj = from[k] % n;
        const int64_t sy = si * H / n, sx = sj * W / n, sh = (si + 1) * H / n - sy,
                      sw = (sj + 1) * W / n - sx;
        for (int64_t y = i * H / n; y < (i + 1) * H / n; y++)
            for (int64_t x = j * W / n; x < (j + 1) * W / n; x++) {
                const int64_t fy = sy + vr_min(y - i * H / n, sh - 1),
                              fx = sx + vr_min(x - j * W / n, sw - 1);
                memcpy(out.pixels + (y * W + x) * 3, in.pixels + (fy * W + fx) * 3, 3);
            }
    }
}

/* The word MARK as strokes: polylines in a box of 1 x 1, y down. */
static const struct {
    int letter, corners;
    float xy[16];
} vrp_factor_strokes[] = {
    {0, 5, {0, 1, 0, 0, 0.5f, 0.7f, 1, 0, 1, 1}}, /* M */
    {1, 3, {0, 1, 0.5f, 0, 1, 1}},                /* A, and its bar */
    {1, 2, {0.2f, 0.64f, 0.8f, 0.64f}},
    {2, 7, {0, 1, 0, 0, 0.65f, 0, 0.93f, 0.12f, 0.93f, 0.4f, 0.65f, 0.52f, 0, 0.52f}}, /* R, and its leg */
    {2, 2, {0.5f, 0.52f, 1, 1}},
    {3, 2, {0, 0, 0, 1}}, /* K */
    {3, 3, {1, 0, 0.06f, 0.56f, 1, 1}},
};

/* Four letters over the middle 88 % of the width; the white on black drawing is the mask of the opacity. */
static void vrp_factor_watermark(vr_image out, vr_image in, double opacity, vr_arena *scratch) {
    const vr_image mask = vrp_draw_canvas(scratch, in.width, in.height);
    const vrp_paint white = {.a = {1, 1, 1}};
    const double W = (double)in.width, H = (double)in.height, pitch = 0.235 * W, wide = 0.165 * W;
    const double high = fmin(0.3 * H, 0.34 * W), stroke = fmax(0.036 * W, 1), top = 0.5 * (H - high);
    const double left = 0.5 * (W - 3 * pitch - wide);
    for (size_t k = 0; k < sizeof vrp_factor_strokes / sizeof *vrp_factor_strokes; k++)
        for (int i = 0; i + 1 < vrp_factor_strokes[k].corners; i++) {
            const float *p = vrp_factor_strokes[k].xy + 2 * i;
            const double x = left + pitch * vrp_factor_strokes[k].letter;
            vrp_draw_line(mask, x + wide * p[0], top + high * p[1], x + wide * p[2], top + high * p[3],
                          stroke, &white);
        }
    for (int64_t i = 0; i < in.width * in.height * 3; i++)
        out.pixels[i] =
            vrp_factor_round(in.pixels[i] + (255 - in.pixels[i]) * opacity * mask.pixels[i] / 255);
}

/* ---- application ---- */

/* The documented range of each amount. */
static bool vrp_factor_in_range(vr_factor f, double amount, vr_image in) {
    switch (f) {
    case VR_FACTOR_BRIGHTEN:
        return amount >= 0;
    case VR_FACTOR_DARKNESS:
    case VR_FACTOR_OCCLUSION:
    case VR_FACTOR_WATERMARK:
        return amount >= 0 && amount <= 1;
    case VR_FACTOR_SATURATION:
        return amount <= 1;
    case VR_FACTOR_SCALE:
        return amount >= 0.01 && amount <= 100;
    case VR_FACTOR_TEXTURE:
        return amount >= 1 && amount <= (double)vr_min(in.width, in.height) && amount == floor(amount);
    default:
        return true;
    }
}

vr_image vr_factor_apply_amount(vr_arena *arena, vr_image in, vr_factor f, double amount, vr_rng rng) {
    VR_CHECK(vr_factor_is_continuous(f), "%s has severities, not amounts", vr_factor_name(f));
    VR_CHECK(isfinite(amount) && vrp_factor_in_range(f, amount, in), "%s of %g (%s)", vr_factor_name(f),
             amount, vrp_factor_list[f].meaning);
    const vr_image out = vr_image_copy(arena, in);
    const vr_arena_mark mark = vr_arena_here(arena);
    rng = vr_rng_split(rng, vr_factor_name(f));
    switch (f) {
    case VR_FACTOR_BRIGHTEN:
        vrp_factor_gain(out, in, amount);
        break;
    case VR_FACTOR_DARKNESS:
        vrp_factor_gain(out, in, 1 - amount);
        break;
    case VR_FACTOR_HUE:
        vrp_factor_hue(out, in, amount);
        break;
    case VR_FACTOR_SATURATION:
        vrp_factor_saturation(out, in, amount);
        break;
    case VR_FACTOR_ROTATION:
        vrp_factor_rotation(out, in, amount, arena);
        break;
    case VR_FACTOR_SCALE:
        vrp_factor_scale(out, in, amount, arena);
        break;
    case VR_FACTOR_TRANSLATION:
        vrp_factor_translation(out, in, amount, rng);
        break;
    case VR_FACTOR_OCCLUSION:
        vrp_factor_occlusion(out, in, amount, rng);
        break;
    case VR_FACTOR_TEXTURE:
        vrp_factor_texture(out, in, (int64_t)amount, rng, arena);
        break;
    default:
        vrp_factor_watermark(out, in, amount, arena);
        break;
    }
    vr_arena_rewind(arena, mark);
    return out;
}

vr_image vr_factor_apply(vr_arena *arena, vr_image in, vr_factor f, int severity, vr_rng rng) {
    VR_CHECK(severity >= 1 && severity <= 5, "severity %d, not 1..5", severity);
    if (vr_factor_is_continuous(f)) {
        double amount = vr_factor_amount(f, severity);
        if (f == VR_FACTOR_HUE || f == VR_FACTOR_ROTATION)
            amount = vr_rng_u32(vr_rng_split(vr_rng_split(rng, vr_factor_name(f)), "sign"), 0) & 1 ? -amount
                                                                                                   : amount;
        if (f == VR_FACTOR_TEXTURE) amount = fmin(amount, (double)vr_min(in.width, in.height));
        return vr_factor_apply_amount(arena, in, f, amount, rng);
    }
    const vr_image out = vr_image_new(arena, in.width, in.height);
    const vr_arena_mark mark = vr_arena_here(arena);
    vrp_corrupt(out, in, f, severity, vr_rng_split(rng, vr_factor_name(f)), arena);
    vr_arena_rewind(arena, mark);
    return out;
}

#undef VRP_FACTOR_PI
