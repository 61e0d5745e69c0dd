/* image/blur.c: a blur of any shape is a list of taps (offset, weight), summed over a copy of the image that is extended by
 * the border, so that the inner loop has no edges. A Gaussian is two such sums of one line each.
 * Rejected: products of Fourier transforms, which are no faster at these radii and wrap around at the edges. */
#include "blur_impl.h"
#include "../base/error.h"
#include <math.h>
#include <string.h>

/* Values of a row summed in registers at a time: six vectors; rows of 96 (CIFAR) and 672 values are multiples of it. */
#define VRP_BLUR_LANES 48

typedef float vrp_blur_vec __attribute__((vector_size(32)));

int64_t vrp_border_fold(int64_t i, int64_t n, vrp_border border) {
    if (i >= 0 && i < n) return i;
    if (border == VRP_BORDER_NEAREST) return i < 0 ? 0 : n - 1;
    const int64_t twice = border == VRP_BORDER_MIRROR ? 0 : 1, period = n + n - 2 + 2 * twice;
    if (period == 0) return 0; /* a single pixel */
    i %= period;
    if (i < 0) i += period;
    return i < n ? i : period - i - twice;
}

/* vrp_border_fold, inline for positions inside. */
static inline int64_t vrp_blur_fold(int64_t i, int64_t n, vrp_border border) {
    return i >= 0 && i < n ? i : vrp_border_fold(i, n, border);
}

/* wide = a row extended by `reach` pixels on both sides. */
static void vrp_blur_widen(float *wide, const float *row, int64_t width, int64_t channels, int64_t reach,
                           vrp_border border) {
    memcpy(wide + reach * channels, row, (size_t)(width * channels) * sizeof *wide);
    for (int64_t k = 0; k < reach; k++)
        for (int64_t c = 0; c < channels; c++) {
            wide[k * channels + c] = row[vrp_blur_fold(k - reach, width, border) * channels + c];
            wide[(reach + width + k) * channels + c] =
                row[vrp_blur_fold(width + k, width, border) * channels + c];
        }
}

/* out[i] = sum over k of weight[k] * in[offset[k] + i] for i < n; reads up to VRP_BLUR_LANES values beyond. */
static void vrp_blur_sum(float *out, const float *in, const int64_t *offset, const float *weight,
                         int64_t count, int64_t n) {
    enum { VECTORS = VRP_BLUR_LANES / 8 };
    for (int64_t i = 0; i < n; i += VRP_BLUR_LANES) {
        vrp_blur_vec sum[VECTORS] = {{0}};
        for (int64_t k = 0; k < count; k++) {
            const float *p = in + offset[k] + i;
            vrp_blur_vec x[VECTORS];
            memcpy(x, p, sizeof x);
            for (int l = 0; l < VECTORS; l++) sum[l] += weight[k] * x[l];
        }
        memcpy(out + i, sum, (size_t)vr_min(VRP_BLUR_LANES, n - i) * sizeof *out);
    }
}

void vrp_blur_taps(float *out, const float *in, int64_t width, int64_t height, int64_t channels,
                   const vrp_tap *taps, int64_t count, int64_t reach, vrp_border border, vr_arena *scratch) {
    VR_CHECK(width >= 1 && height >= 1 && reach >= 0, "%lld x %lld, reach %lld", (long long)width,
             (long long)height, (long long)reach);
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t row = width * channels, stride = row + 2 * reach * channels, rows = height + 2 * reach;
    float *wide = vr_arena_alloc(scratch, stride * rows + VRP_BLUR_LANES, sizeof *wide);
    float *weight = vr_arena_alloc(scratch, count, sizeof *weight);
    int64_t *offset = vr_arena_alloc(scratch, count, sizeof *offset);
    for (int64_t k = 0; k < count; k++) {
        VR_CHECK(taps[k].dx >= -reach && taps[k].dx <= reach && taps[k].dy >= -reach && taps[k].dy <= reach,
                 "tap (%lld,%lld) beyond %lld", (long long)taps[k].dx, (long long)taps[k].dy,
                 (long long)reach);
        offset[k] = (reach + taps[k].dy) * stride + (reach + taps[k].dx) * channels;
        weight[k] = taps[k].weight;
    }
    for (int64_t y = 0; y < rows; y++)
        vrp_blur_widen(wide + y * stride, in + vrp_blur_fold(y - reach, height, border) * row, width,
                       channels, reach, border);
    memset(wide + stride * rows, 0, VRP_BLUR_LANES * sizeof *wide);
    for (int64_t y = 0; y < height; y++)
        vrp_blur_sum(out + y * row, wide + y * stride, offset, weight, count, row);
    vr_arena_rewind(scratch, mark);
}

void vrp_blur_gaussian(float *x, int64_t width, int64_t height, int64_t channels, double sigma,
                       int64_t radius, vrp_border border, vr_arena *scratch) {
    VR_CHECK(sigma > 0 && radius >= 0, "sigma %g, radius %lld", sigma, (long long)radius);
    if (radius == 0) return;
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t count = 2 * radius + 1, row = width * channels;
    float *weight = vr_arena_alloc(scratch, count, sizeof *weight);
    int64_t *offset = vr_arena_alloc(scratch, count, sizeof *offset);
    double total = 0;
    for (int64_t k = -radius; k <= radius; k++) total += exp(-0.5 * (double)(k * k) / (sigma * sigma));
    for (int64_t k = -radius; k <= radius; k++) {
        weight[k + radius] = (float)(exp(-0.5 * (double)(k * k) / (sigma * sigma)) / total);
        offset[k + radius] = (k + radius) * channels;
    }
    float *down = vr_arena_alloc(scratch, row * height, sizeof *down);
    for (int64_t y = 0; y < height; y++) {
        float *restrict out = down + y * row;
        memset(out, 0, (size_t)row * sizeof *out);
        for (int64_t k = -radius; k <= radius; k++) {
            const float *restrict p = x + vrp_blur_fold(y + k, height, border) * row, w = weight[k + radius];
            for (int64_t i = 0; i < row; i++) out[i] += w * p[i];
        }
    }
    float *line = VR_NEW(scratch, float, row + 2 * radius * channels + VRP_BLUR_LANES);
    for (int64_t y = 0; y < height; y++) {
        vrp_blur_widen(line, down + y * row, width, channels, radius, border);
        vrp_blur_sum(x + y * row, line, offset, weight, count, row);
    }
    vr_arena_rewind(scratch, mark);
}

void vrp_sample_bilinear(float rgb[3], const float *pixels, int64_t width, int64_t height, double x, double y,
                         vrp_border border) {
    if (!(fabs(x) < 1e15)) x = fmod(x, 4 * (double)width * (double)vr_max(1, width - 1)); /* whole periods */
    if (!(fabs(y) < 1e15)) y = fmod(y, 4 * (double)height * (double)vr_max(1, height - 1));
    const double fx = floor(x), fy = floor(y);
    const float u = (float)(x - fx), v = (float)(y - fy);
    const int64_t i = (int64_t)fx, j = (int64_t)fy;
    const int64_t x0 = vrp_blur_fold(i, width, border) * 3, x1 = vrp_blur_fold(i + 1, width, border) * 3;
    const float *top = pixels + vrp_blur_fold(j, height, border) * width * 3;
    const float *low = pixels + vrp_blur_fold(j + 1, height, border) * width * 3;
    for (int c = 0; c < 3; c++) {
        const float a = top[x0 + c] + (top[x1 + c] - top[x0 + c]) * u;
        const float b = low[x0 + c] + (low[x1 + c] - low[x0 + c]) * u;
        rgb[c] = a + (b - a) * v;
    }
}

#undef VRP_BLUR_LANES
