/* image/colour.c: Pillow's arithmetic: a blend in single precision that truncates, HSV of 8 bits per channel. Both are
 * reproduced exactly, so that a model sees the pixel values it was trained on. */
#include "colour.h"
#include "blur_impl.h"
#include <math.h>
#include <string.h>

/* PIL's convert("L"), bit for bit. */
static uint8_t vrp_colour_luma(const uint8_t rgb[3]) {
    return (uint8_t)((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16);
}

/* Prevents contraction to an FMA, which would round differently from Pillow. */
static float vrp_colour_rounded(float x) {
    volatile float y = x;
    return y;
}

static uint8_t vrp_colour_level(float v) { return (uint8_t)(v <= 0 ? 0 : v >= 255 ? 255 : v); }

/* from + factor * (to - from), truncated and clipped: PIL.Image.blend. */
static uint8_t vrp_colour_blend(int from, int to, float factor) {
    return vrp_colour_level((float)from + vrp_colour_rounded(factor * (float)(to - from)));
}

static float vrp_colour_factor(double factor) {
    VR_CHECK(factor >= 0 && isfinite(factor), "invalid factor %g", factor);
    return (float)factor;
}

/* Blends every value with one level. */
static void vrp_colour_towards(vr_image image, int level, float factor) {
    uint8_t map[256];
    for (int v = 0; v < 256; v++) map[v] = vrp_colour_blend(level, v, factor);
    for (int64_t i = 0; i < image.width * image.height * 3; i++) image.pixels[i] = map[image.pixels[i]];
}

void vr_image_brightness(vr_image image, double factor) {
    vrp_colour_towards(image, 0, vrp_colour_factor(factor));
}

void vr_image_contrast(vr_image image, double factor) {
    const int64_t n = image.width * image.height;
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++) sum += vrp_colour_luma(image.pixels + 3 * i);
    vrp_colour_towards(image, (int)((double)sum / (double)n + 0.5), vrp_colour_factor(factor));
}

void vr_image_saturation(vr_image image, double factor) {
    const float f = vrp_colour_factor(factor);
    float step[511]; /* f times a difference of -255 .. 255 */
    for (int d = -255; d <= 255; d++) step[d + 255] = f * (float)d;
    for (int64_t i = 0; i < image.width * image.height; i++) {
        uint8_t *p = image.pixels + 3 * i;
        const int grey = vrp_colour_luma(p);
        for (int c = 0; c < 3; c++) p[c] = vrp_colour_level((float)grey + step[p[c] - grey + 255]);
    }
}

/* Pillow's convert("HSV") and back, with the hue shifted in between. */
static void vrp_colour_turn(uint8_t rgb[3], uint8_t by) {
    const int r = rgb[0], g = rgb[1], b = rgb[2];
    const int high = r > g ? (r > b ? r : b) : g > b ? g : b, low = r < g ? (r < b ? r : b) : g < b ? g : b;
    if (high == low) return; /* grey: no saturation */
    const float chroma = (float)(high - low), saturation = chroma / (float)high;
    const float rc = (float)(high - r) / chroma, gc = (float)(high - g) / chroma,
                bc = (float)(high - b) / chroma;
    const float sixths = high == r   ? bc - gc
                         : high == g ? (float)(2.0 + (double)rc - (double)bc)
                                     : (float)(4.0 + (double)gc - (double)rc);
    const float hue = (float)fmod((double)sixths / 6.0 + 1.0, 1.0);
    const uint8_t h = (uint8_t)((int)((double)hue * 255.0) + by), s = (uint8_t)((double)saturation * 255.0);
    if (s == 0) {
        memset(rgb, high, 3);
        return;
    }
    const int sector = (int)((double)h * 6.0 / 255.0);
    const float part = (float)((double)h * 6.0 / 255.0 - (double)sector), fs = (float)((double)s / 255.0);
    const uint8_t v = (uint8_t)high;
    const uint8_t p = (uint8_t)round((double)v * (1.0 - (double)fs));
    const uint8_t q = (uint8_t)round((double)v * (1.0 - (double)vrp_colour_rounded(fs * part)));
    const uint8_t t = (uint8_t)round((double)v * (1.0 - (double)fs * (1.0 - (double)part)));
    const uint8_t out[6][3] = {{v, t, p}, {q, v, p}, {p, v, t}, {p, q, v}, {t, p, v}, {v, p, q}};
    memcpy(rgb, out[sector % 6], 3);
}

void vr_image_hue(vr_image image, double turns) {
    VR_CHECK(turns >= -0.5 && turns <= 0.5, "invalid hue shift %g", turns);
    const uint8_t by = (uint8_t)(int)(turns * 255);
    for (int64_t i = 0; i < image.width * image.height; i++) vrp_colour_turn(image.pixels + 3 * i, by);
}

void vr_image_grey(vr_image image) {
    for (int64_t i = 0; i < image.width * image.height; i++)
        memset(image.pixels + 3 * i, vrp_colour_luma(image.pixels + 3 * i), 3);
}

void vr_image_solarize(vr_image image, int threshold) {
    for (int64_t i = 0; i < image.width * image.height * 3; i++)
        if (image.pixels[i] >= threshold) image.pixels[i] = (uint8_t)(255 - image.pixels[i]);
}

void vr_image_blur(vr_image image, double sigma, int64_t size, vr_arena *scratch) {
    VR_CHECK(size >= 1 && size % 2 == 1, "invalid kernel size %lld", (long long)size);
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t n = image.width * image.height * 3;
    float *x = vr_arena_alloc(scratch, n, sizeof *x);
    for (int64_t i = 0; i < n; i++) x[i] = image.pixels[i];
    vrp_blur_gaussian(x, image.width, image.height, 3, sigma, size / 2, VRP_BORDER_MIRROR, scratch);
    for (int64_t i = 0; i < n; i++) image.pixels[i] = (uint8_t)fminf(x[i] + 0.5f, 255);
    vr_arena_rewind(scratch, mark);
}

void vr_image_flip(vr_image image) {
    for (int64_t y = 0; y < image.height; y++) {
        uint8_t *left = image.pixels + y * image.width * 3, *right = left + (image.width - 1) * 3;
        for (; left < right; left += 3, right -= 3)
            for (int c = 0; c < 3; c++) {
                const uint8_t t = left[c];
                left[c] = right[c];
                right[c] = t;
            }
    }
}
