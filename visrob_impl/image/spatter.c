/* image/spatter.c: the functions of OpenCV that make_imagenet_c.py calls one after the other, on images of one channel. */
#include "spatter_impl.h"
#include "blur_impl.h"
#include "../base/error.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct vrp_spatter {
    int64_t width, height;
    vr_arena *scratch;
} vrp_spatter;

/* vrp_border_fold, inline for positions inside. */
static inline int64_t vrp_spatter_fold(int64_t i, int64_t n, vrp_border border) {
    return i >= 0 && i < n ? i : vrp_border_fold(i, n, border);
}

/* The pixel at a place of which at most one step is beyond the edge. */
static inline int vrp_spatter_at(const uint8_t *x, const vrp_spatter *s, int64_t row, int64_t column,
                                 vrp_border border) {
    return x[vrp_spatter_fold(row, s->height, border) * s->width +
             vrp_spatter_fold(column, s->width, border)];
}

/* The gradients of the eight neighbours, by Sobel's weights. */
static void vrp_spatter_sobel(int gradient[2], const uint8_t *x, const vrp_spatter *s, int64_t i, int64_t j) {
    static const int weight[3] = {1, 2, 1};
    gradient[0] = gradient[1] = 0;
    for (int k = -1; k <= 1; k++) {
        gradient[0] += weight[k + 1] * (vrp_spatter_at(x, s, i + k, j + 1, VRP_BORDER_NEAREST) -
                                        vrp_spatter_at(x, s, i + k, j - 1, VRP_BORDER_NEAREST));
        gradient[1] += weight[k + 1] * (vrp_spatter_at(x, s, i + 1, j + k, VRP_BORDER_NEAREST) -
                                        vrp_spatter_at(x, s, i - 1, j + k, VRP_BORDER_NEAREST));
    }
}

/* True where the gradient at m is a maximum across the edge; m points into rows of `wide` values. */
static bool vrp_spatter_is_ridge(const int *m, int64_t wide, const int gradient[2]) {
    const int64_t x = abs(gradient[0]), y = (int64_t)abs(gradient[1]) << 15;
    const int64_t tan22 = x * 13573,
                  tan67 = tan22 + (x << 16); /* tangents of 22.5 and 67.5 degrees, times 2^15 */
    if (y < tan22) return m[0] > m[-1] && m[0] >= m[1];
    if (y > tan67) return m[0] > m[-wide] && m[0] >= m[wide];
    const int64_t side = (gradient[0] ^ gradient[1]) < 0 ? -1 : 1;
    return m[0] > m[-wide - side] && m[0] > m[wide + side];
}

/* edge = 1 on Canny's edges, else 0: ridges of the gradient above 50 that touch one above 150. */
static void vrp_spatter_canny(uint8_t *edge, const uint8_t *x, const vrp_spatter *s) {
    enum { LOW = 50, HIGH = 150 };
    const int64_t W = s->width, H = s->height, wide = W + 2;
    int *size = VR_NEW(s->scratch, int, (wide * (H + 2))), *gradient = VR_NEW(s->scratch, int, (2 * W * H));
    uint8_t *ridge = VR_NEW(s->scratch, uint8_t, W * H);
    int64_t *stack = VR_NEW(s->scratch, int64_t, W * H), depth = 0;
    for (int64_t k = 0; k < W * H; k++) {
        vrp_spatter_sobel(gradient + 2 * k, x, s, k / W, k % W);
        size[(k / W + 1) * wide + k % W + 1] = abs(gradient[2 * k]) + abs(gradient[2 * k + 1]);
    }
    for (int64_t k = 0; k < W * H; k++) {
        const int *m = size + (k / W + 1) * wide + k % W + 1;
        ridge[k] = m[0] > LOW && vrp_spatter_is_ridge(m, wide, gradient + 2 * k);
        if (ridge[k] && m[0] > HIGH) edge[k] = 1, stack[depth++] = k;
    }
    while (depth > 0) {
        const int64_t k = stack[--depth];
        for (int64_t i = vr_max(0, k / W - 1); i <= vr_min(H - 1, k / W + 1); i++)
            for (int64_t j = vr_max(0, k % W - 1); j <= vr_min(W - 1, k % W + 1); j++)
                if (ridge[i * W + j] && !edge[i * W + j]) edge[i * W + j] = 1, stack[depth++] = i * W + j;
    }
}

/* out = the distance to the next edge, at most `most`: steps of the knight, the king and the rook, in 16 fractional bits. */
static void vrp_spatter_distance(float *out, const uint8_t *edge, const vrp_spatter *s, float most) {
    enum {
        SIDE = 65536,
        DIAGONAL = 91750,
        KNIGHT = 143976,
        FAR = INT32_MAX >> 2,
        PAD = 2
    }; /* 1, 1.4, 2.1969 */
    static const struct {
        int row, column, step;
    } past[8] = {{-2, -1, KNIGHT}, {-2, 1, KNIGHT},   {-1, -2, KNIGHT}, {-1, -1, DIAGONAL},
                 {-1, 0, SIDE},    {-1, 1, DIAGONAL}, {-1, 2, KNIGHT},  {0, -1, SIDE}};
    const int64_t W = s->width, H = s->height, wide = W + 2 * PAD;
    int *d = VR_NEW(s->scratch, int, (wide * (H + 2 * PAD)));
    for (int64_t k = 0; k < wide * (H + 2 * PAD); k++) d[k] = FAR;
    for (int pass = 0; pass < 2; pass++) /* from the upper left, then from the lower right */
        for (int64_t n = 0; n < W * H; n++) {
            const int64_t k = pass ? W * H - 1 - n : n;
            int *here = d + (k / W + PAD) * wide + k % W + PAD;
            if (edge[k]) here[0] = 0;
            for (int p = 0; p < 8 && !edge[k]; p++) {
                const int64_t back = past[p].row * wide + past[p].column;
                here[0] = (int)vr_min(here[0], here[pass ? -back : back] + past[p].step);
            }
        }
    for (int64_t k = 0; k < W * H; k++) {
        const float distance = (float)d[(k / W + PAD) * wide + k % W + PAD] * (1 / 65536.f);
        out[k] = distance < most ? distance : most;
    }
}

/* out = x with equally frequent levels. */
static void vrp_spatter_equalize(uint8_t *x, const vrp_spatter *s) {
    const int64_t n = s->width * s->height;
    int64_t count[256] = {0}, sum = 0;
    for (int64_t k = 0; k < n; k++) count[x[k]]++;
    int first = 0;
    while (count[first] == 0) first++;
    if (count[first] == n) return;
    const float scale = 255.f / (float)(n - count[first]);
    uint8_t map[256] = {0};
    for (int v = first + 1; v < 256; v++) {
        sum += count[v];
        map[v] = (uint8_t)vr_clamp((int64_t)rintf((float)sum * scale), 0, 255);
    }
    for (int64_t k = 0; k < n; k++) x[k] = map[x[k]];
}

/* out[k] = the sum of the neighbours of x, by weights. */
static void vrp_spatter_filter(int *out, const uint8_t *x, const vrp_spatter *s, const int weight[3][3]) {
    for (int64_t k = 0; k < s->width * s->height; k++) {
        out[k] = 0;
        for (int i = -1; i <= 1; i++)
            for (int j = -1; j <= 1; j++)
                out[k] += weight[i + 1][j + 1] *
                          vrp_spatter_at(x, s, k / s->width + i, k % s->width + j, VRP_BORDER_MIRROR);
    }
}

void vrp_spatter_water(float *x, int64_t width, int64_t height, vr_arena *scratch) {
    static const int relief[3][3] = {{-2, -1, 0}, {-1, 1, 1}, {0, 1, 2}},
                     even[3][3] = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}};
    const vr_arena_mark mark = vr_arena_here(scratch);
    const vrp_spatter s = {width, height, scratch};
    const int64_t n = width * height;
    uint8_t *level = VR_NEW(scratch, uint8_t, n), *edge = VR_NEW(scratch, uint8_t, n);
    float *distance = VR_NEW(scratch, float, n), most = 0;
    int *sum = VR_NEW(scratch, int, n);
    for (int64_t k = 0; k < n; k++) level[k] = (uint8_t)x[k];
    vrp_spatter_canny(edge, level, &s);
    vrp_spatter_distance(distance, edge, &s, 20);
    for (int64_t k = 0; k < n; k++) {
        double around = 0;
        for (int i = -1; i <= 1; i++)
            for (int j = -1; j <= 1; j++)
                around +=
                    (double)distance[vrp_spatter_fold(k / width + i, height, VRP_BORDER_MIRROR) * width +
                                     vrp_spatter_fold(k % width + j, width, VRP_BORDER_MIRROR)];
        level[k] = (uint8_t)(float)(around * (1 / 9.0));
    }
    vrp_spatter_equalize(level, &s);
    vrp_spatter_filter(sum, level, &s, relief);
    for (int64_t k = 0; k < n; k++) level[k] = (uint8_t)vr_clamp(sum[k], 0, 255);
    vrp_spatter_filter(sum, level, &s, even);
    for (int64_t k = 0; k < n; k++) {
        x[k] *= (float)((2 * sum[k] + 9) / 18);
        most = fmaxf(most, x[k]);
    }
    for (int64_t k = 0; k < n && most > 0; k++) x[k] /= most;
    vr_arena_rewind(scratch, mark);
}
