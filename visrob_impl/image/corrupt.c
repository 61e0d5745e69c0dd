/* image/corrupt.c: ImageNet-C's corruptions. Each function implements one function of the published scripts, with its
 * constants at the top in three rows for three sizes of image: CIFAR-10-C, ImageNet-64-C, ImageNet-C. Pixels are
 * computed as floats in 0..1. */
#include "corrupt_impl.h"
#include "blur_impl.h"
#include "image_impl.h"
#include "resize.h"
#include "spatter_impl.h"
#include <math.h>
#include <string.h>

#define VRP_CORRUPT_PI 3.14159265358979323846
/* Added to a level before it is cut off: more than a sum of floats is off by, so that a flat area keeps its level. */
#define VRP_CORRUPT_TIE (1 / 8192.f)

/* One call of vrp_corrupt. */
typedef struct vrp_corrupt_job {
    vr_image out, in;
    int64_t width, height, values; /* values = width * height * 3 */
    int set, level;                /* the row of constants; severity - 1 */
    vr_rng rng;
    vr_arena *scratch;
} vrp_corrupt_job;

/* ---- pixels ---- */

static float *vrp_corrupt_floats(const vrp_corrupt_job *j) {
    float *x = vr_arena_alloc(j->scratch, j->values, sizeof *x);
    for (int64_t i = 0; i < j->values; i++) x[i] = (float)j->in.pixels[i] * (1 / 255.f);
    return x;
}

/* The level of a value, cut off as by the scripts' np.uint8. */
static uint8_t vrp_corrupt_level(float x) {
    const float v = x * 255 + VRP_CORRUPT_TIE;
    return (uint8_t)(v <= 0 ? 0 : v >= 255 ? 255 : v);
}

/* The nearest level, as ImageMagick writes it. */
static uint8_t vrp_corrupt_nearest(float x) {
    const float v = x * 255 + 0.5f;
    return (uint8_t)(v <= 0 ? 0 : v >= 255 ? 255 : v);
}

static void vrp_corrupt_store(const vrp_corrupt_job *j, const float *x) {
    for (int64_t i = 0; i < j->values; i++) j->out.pixels[i] = vrp_corrupt_level(x[i]);
}

/* ---- noise ---- */

static void vrp_corrupt_gaussian_noise(const vrp_corrupt_job *j) {
    static const float c[3][5] = {{0.04f, 0.06f, 0.08f, 0.09f, 0.10f},
                                  {0.04f, 0.08f, 0.12f, 0.15f, 0.18f},
                                  {0.08f, 0.12f, 0.18f, 0.26f, 0.38f}};
    const float deviation = c[j->set][j->level];
    float *x = vrp_corrupt_floats(j), *noise = vr_arena_alloc(j->scratch, j->values, sizeof *noise);
    vr_rng_normal_fill(noise, j->values, j->rng, 0);
    for (int64_t i = 0; i < j->values; i++) x[i] += deviation * noise[i];
    vrp_corrupt_store(j, x);
}

/* The cumulative sum of a Poisson distribution's weights over first, first+1, ..., up to six standard deviations. */
typedef struct vrp_corrupt_poisson {
    int64_t first, count;
    double *sum; /* NULL = not computed yet */
} vrp_corrupt_poisson;

/* From the mode outwards by ratios, which neither underflow nor overflow for any mean. */
static vrp_corrupt_poisson vrp_corrupt_poisson_new(double mean, vr_arena *scratch) {
    const int64_t mode = (int64_t)mean, reach = (int64_t)(6 * sqrt(mean)) + 10;
    vrp_corrupt_poisson p = {.first = vr_max(0, mode - reach)};
    p.count = mode + reach - p.first + 1;
    p.sum = vr_arena_alloc(scratch, p.count, sizeof *p.sum);
    p.sum[mode - p.first] = 1;
    for (int64_t k = mode; k > p.first; k--) p.sum[k - 1 - p.first] = p.sum[k - p.first] * ((double)k / mean);
    for (int64_t k = mode + 1; k < p.first + p.count; k++)
        p.sum[k - p.first] = p.sum[k - 1 - p.first] * (mean / (double)k);
    for (int64_t k = 1; k < p.count; k++) p.sum[k] += p.sum[k - 1];
    return p;
}

/* A Poisson number by inversion: one uniform number u in 0..1 gives one count, which increases with the mean. */
static int64_t vrp_corrupt_poisson_draw(const vrp_corrupt_poisson *p, float u) {
    const double target = (double)u * p->sum[p->count - 1];
    int64_t low = 0, high = p->count - 1;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (p->sum[middle] > target)
            high = middle;
        else
            low = middle + 1;
    }
    return p->first + low;
}

static void vrp_corrupt_shot_noise(const vrp_corrupt_job *j) {
    static const double c[3][5] = {{500, 250, 100, 75, 50}, {250, 100, 50, 30, 15}, {60, 25, 12, 5, 3}};
    const double photons = c[j->set][j->level];
    float *u = vr_arena_alloc(j->scratch, j->values, sizeof *u);
    vr_rng_uniform_fill(u, j->values, j->rng, 0);
    vrp_corrupt_poisson table[256] = {{0}};
    for (int64_t i = 0; i < j->values; i++) {
        const int v = j->in.pixels[i];
        vrp_corrupt_poisson *p = table + v;
        if (v > 0 && !p->sum) *p = vrp_corrupt_poisson_new(photons * v / 255, j->scratch);
        j->out.pixels[i] =
            v == 0 ? 0 : (uint8_t)(fmin((double)vrp_corrupt_poisson_draw(p, u[i]) / photons, 1) * 255);
    }
}

/* The lowest of the 24 bits of the draw that selects a value decides between black and white. */
static void vrp_corrupt_impulse_noise(const vrp_corrupt_job *j) {
    static const float c[3][5] = {{0.01f, 0.02f, 0.03f, 0.05f, 0.07f},
                                  {0.01f, 0.02f, 0.05f, 0.08f, 0.14f},
                                  {0.03f, 0.06f, 0.09f, 0.17f, 0.27f}};
    const float share = c[j->set][j->level];
    float *u = vr_arena_alloc(j->scratch, j->values, sizeof *u);
    vr_rng_uniform_fill(u, j->values, j->rng, 0);
    for (int64_t i = 0; i < j->values; i++) {
        const uint8_t extreme = (uint32_t)(u[i] * 0x1p24f) & 1 ? 255 : 0;
        j->out.pixels[i] = u[i] < share ? extreme : j->in.pixels[i];
    }
}

/* ---- blur ---- */

/* The taps of a lens disc whose edge is softened by a small Gaussian; returns their reach.
 * Source:  make_cifar_c.py, disk: a grid of 17 x 17 (or of the radius, above 8), blurred over 3 x 3 (or 5 x 5). The grid
 *          is mirrored at its edge, OpenCV's default: where the disc touches it, at radii 8 and 10, the weights sum to
 *          1.01, as in the published images. */
static int64_t vrp_corrupt_disc(vrp_tap *taps, int64_t *count, double radius, double soft) {
    enum { MOST = 12 };
    const int64_t reach = radius <= 8 ? 8 : (int64_t)radius, side = 2 * reach + 1, b = radius <= 8 ? 1 : 2;
    double disc[2 * MOST + 1][2 * MOST + 1], bell[5], sum = 0, bells = 0;
    VR_CHECK(reach <= MOST, "disc of radius %g", radius);
    for (int64_t y = 0; y < side; y++)
        for (int64_t x = 0; x < side; x++) {
            const double dx = (double)(x - reach), dy = (double)(y - reach);
            sum += disc[y][x] = dx * dx + dy * dy <= radius * radius;
        }
    for (int64_t k = -b; k <= b; k++) bells += bell[k + b] = exp(-0.5 * (double)(k * k) / (soft * soft));
    *count = 0;
    for (int64_t y = 0; y < side; y++)
        for (int64_t x = 0; x < side; x++) {
            double w = 0;
            for (int64_t v = -b; v <= b; v++)
                for (int64_t u = -b; u <= b; u++)
                    w += bell[v + b] * bell[u + b] *
                         disc[vrp_border_fold(y + v, side, VRP_BORDER_MIRROR)]
                             [vrp_border_fold(x + u, side, VRP_BORDER_MIRROR)];
            if (w > 1e-12)
                taps[(*count)++] = (vrp_tap){x - reach, y - reach, (float)(w / (sum * bells * bells))};
        }
    return reach;
}

/* Level i of the blurred image in double: a mean of nearly equal weights of five pixels is an integer too often, and 32 bits do
 * not tell on which side it is. */
static uint8_t vrp_corrupt_disc_level(const vrp_corrupt_job *j, int64_t i, const vrp_tap *taps,
                                      int64_t count) {
    const int64_t W = j->width, y = i / 3 / W, x = i / 3 % W;
    double sum = 0;
    for (int64_t k = 0; k < count; k++)
        sum += (double)taps[k].weight *
               (j->in.pixels[(vrp_border_fold(y + taps[k].dy, j->height, VRP_BORDER_MIRROR) * W +
                              vrp_border_fold(x + taps[k].dx, W, VRP_BORDER_MIRROR)) *
                                 3 +
                             i % 3] /
                255.0);
    return (uint8_t)(sum >= 1 ? 255 : sum * 255);
}

static void vrp_corrupt_defocus_blur(const vrp_corrupt_job *j) {
    static const double c[3][5][2] = {{{0.3, 0.4}, {0.4, 0.5}, {0.5, 0.6}, {1, 0.2}, {1.5, 0.1}},
                                      {{0.5, 0.6}, {1, 0.1}, {1.5, 0.1}, {2.5, 0.01}, {3, 0.1}},
                                      {{3, 0.1}, {4, 0.5}, {6, 0.5}, {8, 0.5}, {10, 0.5}}};
    const double *k = c[j->set][j->level];
    vrp_tap taps[25 * 25];
    int64_t count;
    const int64_t reach = vrp_corrupt_disc(taps, &count, k[0], k[1]);
    float *x = vrp_corrupt_floats(j), *y = vr_arena_alloc(j->scratch, j->values, sizeof *y);
    vrp_blur_taps(y, x, j->width, j->height, 3, taps, count, reach, VRP_BORDER_MIRROR, j->scratch);
    /* the weights of the script are floats, which add up to less than 1 there: a flat area loses a level */
    const bool loses = (j->set == 1 && j->level == 4) || (j->set == 2 && j->level < 3);
    for (int64_t i = 0; i < j->values && loses; i++) y[i] -= 2 * VRP_CORRUPT_TIE / 255;
    vrp_corrupt_store(j, y);
    for (int64_t i = 0; i < j->values && j->set == 0 && j->level == 3; i++) {
        const float v = y[i] * 255 + 2 * VRP_CORRUPT_TIE;
        if (v - (float)(int)v < 4 * VRP_CORRUPT_TIE)
            j->out.pixels[i] = vrp_corrupt_disc_level(j, i, taps, count);
    }
}

/* The script intends to swap a pixel with a neighbour, but numpy's rows are views, so that it copies the neighbour; the
 * published images have this effect. */
static void vrp_corrupt_glass_blur(const vrp_corrupt_job *j) {
    static const struct {
        double sigma;
        int64_t reach, rounds;
    } c[3][5] = {{{0.05, 1, 1}, {0.25, 1, 1}, {0.4, 1, 1}, {0.25, 1, 2}, {0.4, 1, 2}},
                 {{0.1, 1, 1}, {0.5, 1, 1}, {0.6, 1, 2}, {0.7, 2, 1}, {0.9, 2, 2}},
                 {{0.7, 1, 2}, {0.9, 2, 1}, {1, 2, 3}, {1.1, 3, 2}, {1.5, 4, 2}}};
    const int64_t W = j->width, H = j->height, reach = c[j->set][j->level].reach;
    const double sigma = c[j->set][j->level].sigma;
    float *x = vrp_corrupt_floats(j), *u = vr_arena_alloc(j->scratch, 2 * W * H, sizeof *u);
    vrp_blur_gaussian(x, W, H, 3, sigma, (int64_t)(4 * sigma + 0.5), VRP_BORDER_NEAREST, j->scratch);
    for (int64_t i = 0; i < j->values; i++) /* 8 bits between the steps */
        x[i] = (float)(int)(x[i] * 255 + VRP_CORRUPT_TIE) * (1 / 255.f);
    for (int64_t round = 0; round < c[j->set][j->level].rounds; round++) {
        vr_rng_uniform_fill(u, 2 * W * H, j->rng, (uint64_t)(2 * W * H * round));
        for (int64_t h = H - reach; h > reach; h--)
            for (int64_t w = W - reach; w > reach; w--) {
                const float *draw = u + 2 * (h * W + w);
                const int64_t dx = (int64_t)(draw[0] * (float)(2 * reach)) - reach;
                const int64_t dy = (int64_t)(draw[1] * (float)(2 * reach)) - reach;
                memmove(x + (h * W + w) * 3, x + ((h + dy) * W + w + dx) * 3, 3 * sizeof *x);
            }
    }
    vrp_blur_gaussian(x, W, H, 3, sigma, (int64_t)(4 * sigma + 0.5), VRP_BORDER_NEAREST, j->scratch);
    vrp_corrupt_store(j, x);
}

/* out = in with one-sided motion blur, as in ImageMagick: half a Gaussian of 2*radius+1 pixels along the angle. */
static void vrp_corrupt_motion(float *out, const float *in, int64_t width, int64_t height, int64_t channels,
                               int64_t radius, double sigma, double degrees, vr_arena *scratch) {
    const int64_t count = 2 * radius + 1;
    const double angle = degrees * (VRP_CORRUPT_PI / 180);
    vrp_tap *taps = vr_arena_alloc(scratch, count, sizeof *taps);
    double sum = 0;
    for (int64_t k = 0; k < count; k++) sum += exp(-0.5 * (double)(k * k) / (sigma * sigma));
    for (int64_t k = 0; k < count; k++) {
        taps[k].dx = (int64_t)ceil((double)k * cos(angle) - 0.5);
        taps[k].dy = (int64_t)ceil((double)k * sin(angle) - 0.5);
        taps[k].weight = (float)(exp(-0.5 * (double)(k * k) / (sigma * sigma)) / sum);
    }
    vrp_blur_taps(out, in, width, height, channels, taps, count, count, VRP_BORDER_NEAREST, scratch);
}

static void vrp_corrupt_motion_blur(const vrp_corrupt_job *j) {
    static const double c[3][5][2] = {{{6, 1}, {6, 1.5}, {6, 2}, {8, 2}, {9, 2.5}},
                                      {{10, 1}, {10, 1.5}, {10, 2}, {10, 2.5}, {12, 3}},
                                      {{10, 3}, {15, 5}, {15, 8}, {15, 12}, {20, 15}}};
    const double *k = c[j->set][j->level], angle = 90 * (double)vr_rng_uniform(j->rng, 0) - 45;
    float *x = vrp_corrupt_floats(j), *y = vr_arena_alloc(j->scratch, j->values, sizeof *y);
    vrp_corrupt_motion(y, x, j->width, j->height, 3, (int64_t)k[0], k[1], angle, j->scratch);
    for (int64_t i = 0; i < j->values; i++) j->out.pixels[i] = vrp_corrupt_nearest(y[i]);
}

/* The sources of the pixels of a line whose middle ceil(n/zoom) pixels are stretched over it: scipy.ndimage.zoom with
 * order 1, cropped to n. */
static void vrp_corrupt_zoom_line(int64_t *source, float *part, int64_t n, double zoom) {
    const int64_t kept = (int64_t)ceil((double)n / zoom), first = (n - kept) / 2;
    const int64_t wide = (int64_t)rint((double)kept * zoom), cut = (wide - n) / 2;
    const double step = wide > 1 ? (double)(kept - 1) / (double)(wide - 1) : 0;
    for (int64_t i = 0; i < n; i++) {
        const double at = (double)(i + cut) * step;
        const int64_t low = vr_clamp((int64_t)at, 0, vr_max(0, kept - 2));
        source[i] = first + low;
        part[i] = kept > 1 ? (float)(at - (double)low) : 0;
    }
}

/* out += in zoomed around its middle. */
static void vrp_corrupt_zoom_add(float *out, const float *in, int64_t width, int64_t height, int64_t channels,
                                 double zoom, vr_arena *scratch) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t row = width * channels;
    int64_t *column = vr_arena_alloc(scratch, width, sizeof *column),
            *line = vr_arena_alloc(scratch, height, sizeof *line);
    float *u = vr_arena_alloc(scratch, width, sizeof *u), *v = vr_arena_alloc(scratch, height, sizeof *v);
    vrp_corrupt_zoom_line(column, u, width, zoom);
    vrp_corrupt_zoom_line(line, v, height, zoom);
    float *wide = vr_arena_alloc(scratch, row * height,
                                 sizeof *wide); /* the rows that are kept, stretched horizontally */
    const int64_t last = vr_min(line[height - 1] + 1, height - 1), right = width > 1 ? channels : 0;
    for (int64_t y = line[0]; y <= last; y++)
        for (int64_t x = 0; x < width; x++)
            for (int64_t c = 0; c < channels; c++) {
                const float *p = in + y * row + column[x] * channels + c;
                wide[y * row + x * channels + c] = u[x] > 0 ? p[0] + (p[right] - p[0]) * u[x] : p[0];
            }
    for (int64_t y = 0; y < height; y++) {
        const float *p = wide + line[y] * row, *q = wide + vr_min(line[y] + 1, height - 1) * row;
        for (int64_t i = 0; i < row; i++) out[y * row + i] += p[i] + (q[i] - p[i]) * v[y];
    }
    vr_arena_rewind(scratch, mark);
}

static void vrp_corrupt_zoom_blur(const vrp_corrupt_job *j) {
    static const struct {
        double step;
        int count; /* of numpy.arange(1, 1.06, 0.01), which includes 1.06 by rounding */
    } c[3][5] = {{{0.01, 7}, {0.01, 12}, {0.01, 16}, {0.01, 21}, {0.01, 26}},
                 {{0.01, 7}, {0.01, 12}, {0.01, 16}, {0.01, 21}, {0.01, 26}},
                 {{0.01, 12}, {0.01, 16}, {0.02, 11}, {0.02, 13}, {0.03, 11}}};
    const int count = c[j->set][j->level].count;
    const double step =
        (1 + c[j->set][j->level].step) - 1; /* as rounded by arange: 26 * 1.25 must exceed 32.5 */
    float *x = vr_arena_alloc(j->scratch, 2 * j->values, sizeof *x), *sum = x + j->values;
    for (int64_t i = 0; i < j->values; i++) sum[i] = x[i] = (float)j->in.pixels[i] / 255;
    for (int k = 1; k < count;
         k++) /* after the image itself, in the script's order: the same floats on flat areas */
        vrp_corrupt_zoom_add(sum, x, j->width, j->height, 3, 1 + k * step, j->scratch);
    for (int64_t i = 0; i < j->values; i++) {
        const float v = (x[i] + sum[i]) / (float)(count + 1) * 255;
        j->out.pixels[i] = (uint8_t)(v >= 255 ? 255 : v);
    }
}

/* ---- weather ---- */

static void vrp_corrupt_snow(const vrp_corrupt_job *j) {
    static const float c[3][5][7] = {{{0.1f, 0.2f, 1, 0.6f, 8, 3, 0.95f},
                                      {0.1f, 0.2f, 1, 0.5f, 10, 4, 0.9f},
                                      {0.15f, 0.3f, 1.75f, 0.55f, 10, 4, 0.9f},
                                      {0.25f, 0.3f, 2.25f, 0.6f, 12, 6, 0.85f},
                                      {0.3f, 0.3f, 1.25f, 0.65f, 14, 12, 0.8f}},
                                     {{0.1f, 0.2f, 1, 0.6f, 8, 3, 0.8f},
                                      {0.1f, 0.2f, 1, 0.5f, 10, 4, 0.8f},
                                      {0.15f, 0.3f, 1.75f, 0.55f, 10, 4, 0.7f},
                                      {0.25f, 0.3f, 2.25f, 0.6f, 12, 6, 0.65f},
                                      {0.3f, 0.3f, 1.25f, 0.65f, 14, 12, 0.6f}},
                                     {{0.1f, 0.3f, 3, 0.5f, 10, 4, 0.8f},
                                      {0.2f, 0.3f, 2, 0.5f, 12, 4, 0.7f},
                                      {0.55f, 0.3f, 4, 0.9f, 12, 8, 0.7f},
                                      {0.55f, 0.3f, 4.5f, 0.85f, 12, 8, 0.65f},
                                      {0.55f, 0.3f, 2.5f, 0.85f, 12, 12, 0.55f}}};
    /* mean and standard deviation of the noise, zoom, threshold, radius and sigma of the motion, share of the image */
    const float *k = c[j->set][j->level];
    const int64_t W = j->width, H = j->height, n = W * H;
    float *x = vrp_corrupt_floats(j), *noise = vr_arena_alloc(j->scratch, n, sizeof *noise);
    float *flakes = VR_NEW(j->scratch, float, n);
    vr_rng_normal_fill(noise, n, j->rng, 0);
    for (int64_t i = 0; i < n; i++) noise[i] = k[0] + k[1] * noise[i];
    vrp_corrupt_zoom_add(flakes, noise, W, H, 1, k[2], j->scratch);
    for (int64_t i = 0; i < n; i++) /* 8 bits before the motion and after it */
        flakes[i] = flakes[i] < k[3] ? 0 : (float)vrp_corrupt_level(flakes[i]) * (1 / 255.f);
    const double angle = -135 + 90 * (double)vr_rng_uniform(vr_rng_split(j->rng, "wind"), 0);
    vrp_corrupt_motion(noise, flakes, W, H, 1, (int64_t)k[4], k[5], angle, j->scratch);
    for (int64_t i = 0; i < n; i++) noise[i] = (float)vrp_corrupt_nearest(noise[i]) * (1 / 255.f);
    for (int64_t i = 0; i < n; i++) {
        const float *p = x + 3 * i, white = 1.5f * (0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2]) + 0.5f;
        const float flake = noise[i] + noise[n - 1 - i]; /* the layer, and the layer rotated by 180 degrees */
        for (int c3 = 0; c3 < 3; c3++)
            j->out.pixels[3 * i + c3] =
                vrp_corrupt_level(k[6] * p[c3] + (1 - k[6]) * fmaxf(p[c3], white) + flake);
    }
}

/* A periodic fractal height map of size x size (a power of two) in 0..1, by the diamond-square algorithm: the middle of
 * four known points is their mean plus a random part, which decreases by `decay` at each finer step.
 * Source:  make_cifar_c.py, plasma_fractal (the random part is uniform of +- wibble squared, as there). */
static float *vrp_corrupt_plasma(int64_t size, double decay, vr_rng rng, vr_arena *scratch) {
    float *map = vr_arena_alloc(scratch, size * size, sizeof *map),
          *u = vr_arena_alloc(scratch, size * size, sizeof *u);
    vr_rng_uniform_fill(u, size * size, rng, 0);
    const int64_t mask = size - 1;
    map[0] = 0;
    double wibble = 100;
    for (int64_t step = size; step >= 2; step /= 2, wibble /= decay) {
        const int64_t half = step / 2;
        const float reach = (float)(wibble * wibble);
        for (int64_t y = half; y < size; y += step) /* squares: from the corners */
            for (int64_t x = half; x < size; x += step) {
                const int64_t l = x - half, r = (x + half) & mask, t = (y - half) * size,
                              b = ((y + half) & mask) * size;
                map[y * size + x] = (map[t + l] + map[t + r] + map[b + l] + map[b + r]) / 4 +
                                    reach * (2 * u[y * size + x] - 1);
            }
        for (int64_t y = 0; y < size; y += half) /* diamonds: from the sides */
            for (int64_t x = y / half % 2 ? 0 : half; x < size; x += step) {
                const int64_t l = (x - half) & mask, r = (x + half) & mask;
                const int64_t t = ((y - half) & mask) * size, b = ((y + half) & mask) * size;
                map[y * size + x] = (map[t + x] + map[b + x] + map[y * size + l] + map[y * size + r]) / 4 +
                                    reach * (2 * u[y * size + x] - 1);
            }
    }
    float low = map[0], high = map[0];
    for (int64_t i = 0; i < size * size; i++) low = fminf(low, map[i]), high = fmaxf(high, map[i]);
    const float scale = high > low ? 1 / (high - low) : 0;
    for (int64_t i = 0; i < size * size; i++) map[i] = (map[i] - low) * scale;
    return map;
}

/* The smallest power of two that covers the image. */
static int64_t vrp_corrupt_map_size(const vrp_corrupt_job *j) {
    int64_t size = 2;
    while (size < vr_max(j->width, j->height)) size *= 2;
    return size;
}

static void vrp_corrupt_fog(const vrp_corrupt_job *j) {
    static const double c[3][5][2] = {{{0.2, 3}, {0.5, 3}, {0.75, 2.5}, {1, 2}, {1.5, 1.75}},
                                      {{0.4, 3}, {0.7, 3}, {1, 2.5}, {1.5, 2}, {2, 1.75}},
                                      {{1.5, 2}, {2, 2}, {2.5, 1.7}, {2.5, 1.5}, {3, 1.4}}};
    const double *k = c[j->set][j->level];
    const int64_t size = vrp_corrupt_map_size(j);
    const float *plasma = vrp_corrupt_plasma(size, k[1], j->rng, j->scratch), density = (float)k[0];
    float *x = vrp_corrupt_floats(j), most = 0;
    for (int64_t i = 0; i < j->values; i++) most = fmaxf(most, x[i]);
    for (int64_t i = 0; i < j->values; i++) {
        const int64_t at = i / 3 / j->width * size + i / 3 % j->width;
        x[i] = (x[i] + density * plasma[at]) * (most / (most + density));
    }
    vrp_corrupt_store(j, x);
}

/* ---- frost: drawn ice instead of the script's photographs ---- */

/* Uniform numbers in the order of their use. */
typedef struct vrp_corrupt_dice {
    vr_rng rng;
    uint64_t next;
    float block[64];
} vrp_corrupt_dice;

static double vrp_corrupt_throw(vrp_corrupt_dice *d, double low, double high) {
    if (d->next % 64 == 0) vr_rng_uniform_fill(d->block, 64, d->rng, d->next);
    return low + (high - low) * (double)d->block[d->next++ % 64];
}

/* The height of the ice at each pixel; `scale`: pixels of the image per pixel of a photograph of ImageNet-C. */
typedef struct vrp_corrupt_ice {
    float *height;
    int64_t width, rows;
    double scale;
    vrp_corrupt_dice *dice;
} vrp_corrupt_ice;

/* Raises the ice along a line from height `from` at (x0,y0) to height `to` at (x1,y1), with edges soft by a pixel. The
 * scripts shrink their photographs without averaging, so that fine ice stays bright on small images: no ridge is
 * narrower than 0.7 pixels. */
static void vrp_corrupt_ridge(const vrp_corrupt_ice *ice, double x0, double y0, double x1, double y1,
                              double wide, double from, double to) {
    const double half = fmax(0.5 * wide * ice->scale, 0.35), reach = half + 1, thin = fmin(1, 2 * half);
    const double dx = x1 - x0, dy = y1 - y0, length2 = fmax(dx * dx + dy * dy, 1e-9);
    const double ux = dx / length2, uy = dy / length2;
    const int64_t left = vr_max(0, (int64_t)(fmin(x0, x1) - reach)),
                  top = vr_max(0, (int64_t)(fmin(y0, y1) - reach));
    const int64_t right = vr_min(ice->width, (int64_t)(fmax(x0, x1) + reach + 1));
    const int64_t bottom = vr_min(ice->rows, (int64_t)(fmax(y0, y1) + reach + 1));
    for (int64_t y = top; y < bottom; y++)
        for (int64_t x = left; x < right; x++) {
            const double px = (double)x + 0.5 - x0, py = (double)y + 0.5 - y0;
            const double share = px * ux + py * uy, t = share < 0 ? 0 : share > 1 ? 1 : share;
            const double ex = px - t * dx, ey = py - t * dy;
            const double square = ex * ex + ey * ey;
            if (square >= (half + 0.5) * (half + 0.5)) continue;
            const double cover = half + 0.5 - sqrt(square);
            const float high = (float)(thin * (cover < 1 ? cover : 1) * (from + (to - from) * t));
            float *h = ice->height + y * ice->width + x;
            if (high > *h) *h = high;
        }
}

/* A frond: a curved stem of short pieces, each with barbs on both sides that become shorter towards the tip. */
static void vrp_corrupt_frond(const vrp_corrupt_ice *ice, double x, double y, double angle, double length) {
    const double bend = vrp_corrupt_throw(ice->dice, -0.06, 0.06),
                 lean = vrp_corrupt_throw(ice->dice, 0.45, 0.95);
    const double bushy = vrp_corrupt_throw(ice->dice, 0.2, 0.5),
                 bright = vrp_corrupt_throw(ice->dice, 0.35, 0.95);
    const int64_t pieces = (int64_t)(length / fmax(3.2, 1.2 / ice->scale)) + 2; /* not finer than the image */
    const double step = length * ice->scale / (double)pieces;
    for (int64_t k = 0; k < pieces; k++) {
        const double t = (double)k / (double)pieces, tip = bright * (1 - 0.5 * t);
        const double nx = x + step * cos(angle), ny = y + step * sin(angle);
        vrp_corrupt_ridge(ice, x, y, nx, ny, 1.6 * (1 - t) + 0.8, tip, tip);
        for (int side = -1; side <= 1; side += 2) {
            const double turn = angle + side * lean + vrp_corrupt_throw(ice->dice, -0.15, 0.15);
            const double barb =
                length * ice->scale * bushy * (1 - t) * vrp_corrupt_throw(ice->dice, 0.45, 1.1);
            const double high = tip * vrp_corrupt_throw(ice->dice, 0.55, 1);
            vrp_corrupt_ridge(ice, nx, ny, nx + barb * cos(turn), ny + barb * sin(turn), 1.6, high,
                              0.3 * high);
        }
        x = nx, y = ny;
        angle += bend;
    }
}

/* Ice over the whole image: short needles, which small images show as grain (vrp_corrupt_light), then fans of fronds, more
 * small ones than large ones. */
static void vrp_corrupt_grow(const vrp_corrupt_ice *ice) {
    const double W = (double)ice->width, H = (double)ice->rows, s = ice->scale, margin = 30 * s;
    const double area = (W + 2 * margin) * (H + 2 * margin) / (s * s),
                 lay = vrp_corrupt_throw(ice->dice, 0, 6.28);
    for (int64_t k = 0, needles = s < 1 ? 0 : (int64_t)(area / (60 / s)); k < needles; k++) {
        const double x = vrp_corrupt_throw(ice->dice, -margin, W + margin);
        const double y = vrp_corrupt_throw(ice->dice, -margin, H + margin);
        const double angle = lay + vrp_corrupt_throw(ice->dice, -1.6, 1.6);
        const double length = s * vrp_corrupt_throw(ice->dice, 3, 14),
                     high = vrp_corrupt_throw(ice->dice, 0.08, 0.3);
        vrp_corrupt_ridge(ice, x, y, x + length * cos(angle), y + length * sin(angle), 1.4, high, 0.3 * high);
    }
    for (int64_t k = 0, fans = (int64_t)(area / (500 + 450 / s)) + 1; k < fans; k++) {
        const double x = vrp_corrupt_throw(ice->dice, -margin, W + margin);
        const double y = vrp_corrupt_throw(ice->dice, -margin, H + margin);
        const double first = lay + vrp_corrupt_throw(ice->dice, -2, 2),
                     size = vrp_corrupt_throw(ice->dice, 0, 1);
        const int fronds = 2 + (int)vrp_corrupt_throw(ice->dice, 0, 4);
        for (int f = 0; f < fronds; f++)
            vrp_corrupt_frond(ice, x, y, first + 0.6 * f + vrp_corrupt_throw(ice->dice, -0.2, 0.2),
                              (12 + 4 / s + 64 * size * size) * vrp_corrupt_throw(ice->dice, 0.6, 1.1));
    }
}

/* 1 / the standard deviation of n values, whose mean is *mean. */
static float vrp_corrupt_spread(float *mean, const float *x, int64_t n) {
    double sum = 0, square = 0;
#pragma omp simd reduction(+ : sum, square)
    for (int64_t i = 0; i < n; i++) sum += (double)x[i], square += (double)x[i] * (double)x[i];
    *mean = (float)(sum / (double)n);
    return (float)(1 / sqrt(fmax(square / (double)n - (sum / (double)n) * (sum / (double)n), 1e-12)));
}

/* light = the relief of the ice, lit from the upper left, on mist of varying density, and grain that only small images
 * show, because the scripts shrink their photographs without averaging. */
static void vrp_corrupt_light(const vrp_corrupt_job *j, float *light, const float *height) {
    static const float grain[3] = {0.75f, 0.6f, 0}; /* relative to the relief */
    const int64_t W = j->width, H = j->height, n = W * H, size = vrp_corrupt_map_size(j);
    const float *plasma = vrp_corrupt_plasma(size, 1.5, vr_rng_split(j->rng, "mist"), j->scratch);
    for (int64_t y = 0; y < H; y++) {
        const float *before = height + vr_max(0, y - 1) * W, *h = height + y * W, *mist = plasma + y * size;
        light[y * W] = mist[0] + 2 * h[0] - before[0];
        for (int64_t x = 1; x < W; x++) light[y * W + x] = mist[x] + 2 * h[x] - before[x - 1];
    }
    if (grain[j->set] == 0) return;
    float mean, *u = vr_arena_alloc(j->scratch, n, sizeof *u);
    const float width = grain[j->set] * 3.4641f / vrp_corrupt_spread(&mean, light, n);
    vr_rng_uniform_fill(u, n, vr_rng_split(j->rng, "grain"), 0);
    for (int64_t i = 0; i < n; i++) light[i] += width * (u[i] - 0.5f);
}

/* The dimmed image plus a share of ice, which has the statistics of the script's photographs: mean, how it differs between
 * crops, standard deviation and tint of one of five, of which two are the same. */
static void vrp_corrupt_frost(const vrp_corrupt_job *j) {
    static const float c[3][5][2] = {{{1, 0.2f}, {1, 0.3f}, {0.9f, 0.4f}, {0.85f, 0.4f}, {0.75f, 0.45f}},
                                     {{1, 0.3f}, {0.9f, 0.4f}, {0.8f, 0.45f}, {0.75f, 0.5f}, {0.7f, 0.55f}},
                                     {{1, 0.4f}, {0.8f, 0.6f}, {0.7f, 0.7f}, {0.65f, 0.7f}, {0.6f, 0.75f}}};
    static const double scale[3] = {0.2, 0.3, 1}; /* by which the scripts shrink their photographs */
    static const struct {
        float mean, spread, deviation, tint[3];
        float sign; /* -1: bright, with dark lines */
    } photo[5] = {{129, 10, 15, {-53, 18, 35}, 1},
                  {204, 7, 19, {-6, -2, 8}, -1},
                  {204, 7, 19, {-6, -2, 8}, -1},
                  {159, 8, 26, {-14, 0, 14}, 1},
                  {113, 13, 34, {-12, 0, 12}, 1}};
    const float keep = c[j->set][j->level][0], share = c[j->set][j->level][1];
    const int64_t W = j->width, H = j->height;
    vrp_corrupt_dice dice = {.rng = vr_rng_split(j->rng, "crystals")};
    const int kind = (int)vrp_corrupt_throw(&dice, 0, 5);
    const float mean = photo[kind].mean + photo[kind].spread * (float)vrp_corrupt_throw(&dice, -1.7, 1.7);
    vrp_corrupt_ice ice = {VR_NEW(j->scratch, float, (W * H)), W, H, scale[j->set], &dice};
    vrp_corrupt_grow(&ice);
    float *light = vr_arena_alloc(j->scratch, W * H, sizeof *light), middle;
    vrp_corrupt_light(j, light, ice.height);
    const float gain = photo[kind].sign * photo[kind].deviation * vrp_corrupt_spread(&middle, light, W * H);
    for (int64_t i = 0; i < W * H; i++)
        for (int k = 0; k < 3; k++) {
            const float level = mean + gain * (light[i] - middle) + photo[kind].tint[k];
            const float frost = level < 0 ? 0 : level > 255 ? 255 : level;
            j->out.pixels[3 * i + k] =
                vrp_corrupt_level((keep * (float)j->in.pixels[3 * i + k] + share * frost) * (1 / 255.f));
        }
}

/* A pixel whose saturation and value in HSV become s * gain + add and v + more: the arithmetic of scikit-image's rgb2hsv and
 * hsv2rgb in double, because exact integers are frequent and a last bit decides whether one is cut off to the level below.
 * volatile: no product is joined with a sum. */
static void vrp_corrupt_hsv(uint8_t out[3], const uint8_t in[3], double gain, double add, double more) {
    const double r = in[0] / 255.0, g = in[1] / 255.0, b = in[2] / 255.0;
    const double high = r > g ? (r > b ? r : b) : (g > b ? g : b),
                 low = r < g ? (r < b ? r : b) : (g < b ? g : b);
    const double delta = high - low;
    double h = 0;
    if (delta > 0)
        h = (b == high ? 4 + (r - g) / delta : g == high ? 2 + (b - r) / delta : (g - b) / delta) / 6;
    if (h < 0) h += 1;
    const volatile double scaled = (delta > 0 ? delta / high : 0) * gain, sixth = h * 6;
    const double s = fmin(fmax(scaled + add, 0), 1), v = fmin(high + more, 1);
    const int sector = (int)sixth;
    const double f = sixth - sector;
    const volatile double fs = f * s, gs = (1 - f) * s;
    const double p = v * (1 - s), q = v * (1 - fs), t = v * (1 - gs);
    const double rgb[6][3] = {{v, t, p}, {q, v, p}, {p, v, t}, {p, q, v}, {t, p, v}, {v, p, q}};
    for (int k = 0; k < 3; k++) out[k] = (uint8_t)(fmin(rgb[sector % 6][k], 1) * 255);
}

/* Adding to HSV's value at constant hue and saturation is one gain for all three channels; black becomes grey. Where a
 * level is near an integer, the last bits decide. */
static void vrp_corrupt_brightness(const vrp_corrupt_job *j) {
    static const double c[3][5] = {
        {0.05, 0.1, 0.15, 0.2, 0.3}, {0.1, 0.2, 0.3, 0.4, 0.5}, {0.1, 0.2, 0.3, 0.4, 0.5}};
#define NEAR 5e-4f
    const double more = c[j->set][j->level];
    float gain[256];
    uint8_t value[256];
    for (int v = 0; v < 256; v++) {
        gain[v] = v > 0 ? (float)(fmin(v / 255.0 + more, 1) * 255 / v) : 0;
        value[v] = (uint8_t)(fmin(v / 255.0 + more, 1) * 255);
    }
    for (int64_t i = 0; i < j->values; i += 3) {
        const uint8_t *p = j->in.pixels + i,
                      high = p[0] > p[1] ? (p[0] > p[2] ? p[0] : p[2]) : (p[1] > p[2] ? p[1] : p[2]);
        const float k = gain[high];
        uint8_t *out = j->out.pixels + i;
        bool near = false;
        for (int n = 0; n < 3; n++) {
            const float v = (float)p[n] * k + NEAR;
            const int level = (int)v;
            near |= p[n] != high && v - (float)level < 2 * NEAR;
            out[n] = p[n] == high ? value[high] : (uint8_t)level;
        }
        if (near) vrp_corrupt_hsv(out, p, 1, 0, more);
    }
#undef NEAR
}

/* ---- digital ---- */

static void vrp_corrupt_contrast(const vrp_corrupt_job *j) {
    static const double c[3][5] = {
        {0.75, 0.5, 0.4, 0.3, 0.15}, {0.4, 0.3, 0.2, 0.1, 0.05}, {0.4, 0.3, 0.2, 0.1, 0.05}};
    const double left = c[j->set][j->level];
    for (int k = 0; k < 3; k++) {
        int64_t sum = 0;
        for (int64_t i = k; i < j->values; i += 3) sum += j->in.pixels[i];
        const double mean = (double)sum / 255 / (double)(j->values / 3);
        uint8_t map[256];
        for (int v = 0; v < 256; v++) {
            const double x = (v / 255.0 - mean) * left + mean;
            map[v] = (uint8_t)((x < 0 ? 0 : x > 1 ? 1 : x) * 255);
        }
        for (int64_t i = k; i < j->values; i += 3) j->out.pixels[i] = map[j->in.pixels[i]];
    }
}

/* x = x under the affine map that moves three points around the middle by up to `reach` pixels in each direction; the
 * identity where the points are nearly on a line, which happens below 16 pixels only. */
static float *vrp_corrupt_affine(const vrp_corrupt_job *j, float *x, double reach) {
    const int64_t W = j->width, H = j->height, square = vr_min(W, H) / 3;
    float u[6];
    vr_rng_uniform_fill(u, 6, vr_rng_split(j->rng, "affine"), 0);
    const double q = (double)square, mx = (double)(W / 2), my = (double)(H / 2);
    const double from[3][2] = {{mx + q, my + q}, {mx + q, my - q}, {mx - q, my - q}};
    double to[3][2];
    for (int k = 0; k < 6; k++) to[k / 2][k % 2] = from[k / 2][k % 2] + reach * (2 * (double)u[k] - 1);
    const double ax = to[1][0] - to[0][0], ay = to[1][1] - to[0][1], bx = to[2][0] - to[0][0],
                 by = to[2][1] - to[0][1];
    const double area = ax * by - ay * bx; /* -4 q^2 for the identity */
    if (square == 0 || !(fabs(area) > 0.1 * 4 * q * q)) return x;
    /* the inverse map; the sides of the first triangle are (0,-2q) and (-2q,-2q) */
    const double xx = (2 * q * ay) / area, xy = -(2 * q * ax) / area;
    const double yx = (2 * q * ay - 2 * q * by) / area, yy = (2 * q * bx - 2 * q * ax) / area;
    float *out = vr_arena_alloc(j->scratch, j->values, sizeof *out);
    for (int64_t y = 0; y < H; y++)
        for (int64_t i = 0; i < W; i++) {
            const double dx = (double)i - to[0][0], dy = (double)y - to[0][1];
            vrp_sample_bilinear(out + (y * W + i) * 3, x, W, H, from[0][0] + xx * dx + xy * dy,
                                from[0][1] + yx * dx + yy * dy, VRP_BORDER_MIRROR);
        }
    return out;
}

static void vrp_corrupt_elastic_transform(const vrp_corrupt_job *j) {
    /* strength and sigma of the displacement, reach of the affine part, relative to 32, 64 and 244 pixels */
    static const double side[3] = {32, 64, 244};
    static const double c[3][5][3] = {
        {{0, 0, 0.08}, {0.05, 0.2, 0.07}, {0.08, 0.06, 0.06}, {0.1, 0.04, 0.05}, {0.1, 0.03, 0.03}},
        {{0, 0, 0.08}, {0.05, 0.3, 0.06}, {0.1, 0.08, 0.06}, {0.1, 0.03, 0.03}, {0.16, 0.03, 0.02}},
        {{2, 0.7, 0.1}, {2, 0.08, 0.2}, {0.05, 0.01, 0.02}, {0.07, 0.01, 0.02}, {0.12, 0.01, 0.02}}};
    const double strength = side[j->set] * c[j->set][j->level][0],
                 sigma = side[j->set] * c[j->set][j->level][1];
    const int64_t W = j->width, H = j->height, n = W * H;
    const float *x = vrp_corrupt_affine(j, vrp_corrupt_floats(j), side[j->set] * c[j->set][j->level][2]);
    if (strength == 0) {
        vrp_corrupt_store(j, x);
        return;
    }
    float *move[2];
    for (int k = 0; k < 2; k++) {
        move[k] = vr_arena_alloc(j->scratch, n, sizeof **move);
        vr_rng_uniform_fill(move[k], n, vr_rng_split(j->rng, k ? "down" : "right"), 0);
        for (int64_t i = 0; i < n; i++) move[k][i] = 2 * move[k][i] - 1;
        vrp_blur_gaussian(move[k], W, H, 1, sigma, (int64_t)(3 * sigma + 0.5), VRP_BORDER_REFLECT,
                          j->scratch);
    }
    for (int64_t i = 0; i < n; i++) {
        float rgb[3];
        vrp_sample_bilinear(rgb, x, W, H, (double)(i % W) + strength * (double)move[0][i],
                            (double)(i / W) + strength * (double)move[1][i], VRP_BORDER_REFLECT);
        for (int k = 0; k < 3; k++) j->out.pixels[3 * i + k] = vrp_corrupt_level(rgb[k]);
    }
}

static void vrp_corrupt_pixelate(const vrp_corrupt_job *j) {
    static const double c[3][5] = {
        {0.95, 0.9, 0.85, 0.75, 0.65}, {0.9, 0.8, 0.7, 0.6, 0.5}, {0.6, 0.5, 0.4, 0.3, 0.25}};
    const double share = c[j->set][j->level];
    const int64_t w = vr_max(1, (int64_t)((double)j->width * share)),
                  h = vr_max(1, (int64_t)((double)j->height * share));
    const vr_image few = vr_image_resize(j->scratch, j->in, w, h, VR_FILTER_BOX);
    const vr_image many = vr_image_resize(j->scratch, few, j->width, j->height, VR_FILTER_BOX);
    memcpy(j->out.pixels, many.pixels, (size_t)j->values);
}

static void vrp_corrupt_jpeg_compression(const vrp_corrupt_job *j) {
    static const int c[3][5] = {{80, 65, 58, 50, 40}, {65, 58, 50, 40, 25}, {25, 18, 15, 10, 7}};
    vr_err err = {0};
    vr_image image;
    const vr_bytes file = vr_image_format_jpeg(j->scratch, j->in, c[j->set][j->level]);
    const bool read = vrp_image_parse(j->scratch, &image, file, "jpeg_compression", NULL, &err);
    VR_CHECK(read && image.width == j->width && image.height == j->height,
             "cannot decode a JPEG of visrob: %s", err.msg);
    memcpy(j->out.pixels, image.pixels, (size_t)j->values);
}

/* ---- the four extra ones, which no mean includes ---- */

static void vrp_corrupt_speckle_noise(const vrp_corrupt_job *j) {
    static const float c[3][5] = {{0.06f, 0.1f, 0.12f, 0.16f, 0.2f},
                                  {0.15f, 0.2f, 0.25f, 0.3f, 0.35f},
                                  {0.15f, 0.2f, 0.35f, 0.45f, 0.6f}};
    const float deviation = c[j->set][j->level];
    float *x = vrp_corrupt_floats(j), *noise = vr_arena_alloc(j->scratch, j->values, sizeof *noise);
    vr_rng_normal_fill(noise, j->values, j->rng, 0);
    for (int64_t i = 0; i < j->values; i++) x[i] += x[i] * (deviation * noise[i]);
    vrp_corrupt_store(j, x);
}

static void vrp_corrupt_gaussian_blur(const vrp_corrupt_job *j) {
    static const double c[3][5] = {{0.4, 0.6, 0.7, 0.8, 1}, {0.5, 0.75, 1, 1.25, 1.5}, {1, 2, 3, 4, 6}};
    const double sigma = c[j->set][j->level];
    float *x = vrp_corrupt_floats(j);
    vrp_blur_gaussian(x, j->width, j->height, 3, sigma, (int64_t)(4 * sigma + 0.5), VRP_BORDER_NEAREST,
                      j->scratch);
    vrp_corrupt_store(j, x);
}

/* Where no drop falls on the image it stays as it is; the script divides zero by zero there. */
static void vrp_corrupt_spatter(const vrp_corrupt_job *j) {
    static const double c[3][5][5] = {{{0.62, 0.1, 0.7, 0.7, 0.5},
                                       {0.65, 0.1, 0.8, 0.7, 0.5},
                                       {0.65, 0.3, 1, 0.69, 0.5},
                                       {0.65, 0.1, 0.7, 0.69, 0.6},
                                       {0.65, 0.1, 0.5, 0.68, 0.6}},
                                      {{0.62, 0.1, 0.7, 0.7, 0.6},
                                       {0.65, 0.1, 0.8, 0.7, 0.6},
                                       {0.65, 0.3, 1, 0.69, 0.6},
                                       {0.65, 0.1, 0.7, 0.68, 0.6},
                                       {0.65, 0.1, 0.5, 0.67, 0.6}},
                                      {{0.65, 0.3, 4, 0.69, 0.6},
                                       {0.65, 0.3, 3, 0.68, 0.6},
                                       {0.65, 0.3, 2, 0.68, 0.5},
                                       {0.65, 0.3, 1, 0.65, 1.5},
                                       {0.67, 0.4, 1, 0.65, 1.5}}};
    static const float water[3] = {175 / 255.f, 238 / 255.f, 238 / 255.f},
                       mud[3] = {63 / 255.f, 42 / 255.f, 20 / 255.f};
    /* mean, standard deviation and blur of the liquid, its threshold, and the strength of water or the blur of mud */
    const double *k = c[j->set][j->level];
    const bool muddy = j->level >= 3;
    const int64_t W = j->width, H = j->height, n = W * H;
    const float *x = vrp_corrupt_floats(j);
    float *liquid = vr_arena_alloc(j->scratch, n, sizeof *liquid);
    vr_rng_normal_fill(liquid, n, j->rng, 0);
    for (int64_t i = 0; i < n; i++) liquid[i] = (float)(k[0] + k[1] * (double)liquid[i]);
    vrp_blur_gaussian(liquid, W, H, 1, k[2], (int64_t)(4 * k[2] + 0.5), VRP_BORDER_NEAREST, j->scratch);
    if (muddy) {
        for (int64_t i = 0; i < n; i++) liquid[i] = liquid[i] > (float)k[3] ? 1 : 0;
        vrp_blur_gaussian(liquid, W, H, 1, k[4], (int64_t)(4 * k[4] + 0.5), VRP_BORDER_NEAREST, j->scratch);
    } else {
        for (int64_t i = 0; i < n; i++) /* in 8 bits, which wrap around */
            liquid[i] = liquid[i] < (float)k[3] ? 0 : (float)((int)(liquid[i] * 255) & 255);
        vrp_spatter_water(liquid, W, H, j->scratch);
    }
    for (int64_t i = 0; i < n; i++) {
        const float m = muddy ? (liquid[i] < 0.8f ? 0 : liquid[i]) : liquid[i] * (float)k[4];
        for (int c3 = 0; c3 < 3; c3++)
            j->out.pixels[3 * i + c3] = vrp_corrupt_level(muddy ? x[3 * i + c3] * (1 - m) + mud[c3] * m
                                                                : x[3 * i + c3] + water[c3] * m);
    }
}

static void vrp_corrupt_saturate(const vrp_corrupt_job *j) {
    static const double c[3][5][2] = {{{0.3, 0}, {0.1, 0}, {1.5, 0}, {2, 0.1}, {2.5, 0.2}},
                                      {{0.3, 0}, {0.1, 0}, {2, 0}, {5, 0.1}, {30, 0.2}},
                                      {{0.3, 0}, {0.1, 0}, {2, 0}, {5, 0.1}, {20, 0.2}}};
    for (int64_t i = 0; i < j->values; i += 3)
        vrp_corrupt_hsv(j->out.pixels + i, j->in.pixels + i, c[j->set][j->level][0], c[j->set][j->level][1],
                        0);
}

/* ---- the call ---- */

void vrp_corrupt(vr_image out, vr_image in, vr_factor f, int severity, vr_rng rng, vr_arena *scratch) {
    static void (*const corruption[])(const vrp_corrupt_job *) = {
        [VR_FACTOR_GAUSSIAN_NOISE] = vrp_corrupt_gaussian_noise,
        [VR_FACTOR_SHOT_NOISE] = vrp_corrupt_shot_noise,
        [VR_FACTOR_IMPULSE_NOISE] = vrp_corrupt_impulse_noise,
        [VR_FACTOR_DEFOCUS_BLUR] = vrp_corrupt_defocus_blur,
        [VR_FACTOR_GLASS_BLUR] = vrp_corrupt_glass_blur,
        [VR_FACTOR_MOTION_BLUR] = vrp_corrupt_motion_blur,
        [VR_FACTOR_ZOOM_BLUR] = vrp_corrupt_zoom_blur,
        [VR_FACTOR_SNOW] = vrp_corrupt_snow,
        [VR_FACTOR_FROST] = vrp_corrupt_frost,
        [VR_FACTOR_FOG] = vrp_corrupt_fog,
        [VR_FACTOR_BRIGHTNESS] = vrp_corrupt_brightness,
        [VR_FACTOR_CONTRAST] = vrp_corrupt_contrast,
        [VR_FACTOR_ELASTIC_TRANSFORM] = vrp_corrupt_elastic_transform,
        [VR_FACTOR_PIXELATE] = vrp_corrupt_pixelate,
        [VR_FACTOR_JPEG_COMPRESSION] = vrp_corrupt_jpeg_compression,
        [VR_FACTOR_SPECKLE_NOISE] = vrp_corrupt_speckle_noise,
        [VR_FACTOR_GAUSSIAN_BLUR] = vrp_corrupt_gaussian_blur,
        [VR_FACTOR_SPATTER] = vrp_corrupt_spatter,
        [VR_FACTOR_SATURATE] = vrp_corrupt_saturate,
    };
    VR_CHECK((size_t)f < sizeof corruption / sizeof *corruption && corruption[f],
             "factor %d is not a corruption", (int)f);
    VR_CHECK(in.width >= 1 && in.height >= 1, "an image of %lld x %lld", (long long)in.width,
             (long long)in.height);
    const int64_t side = vr_min(in.width, in.height);
    const vrp_corrupt_job job = {.out = out,
                                 .in = in,
                                 .width = in.width,
                                 .height = in.height,
                                 .values = in.width * in.height * 3,
                                 .set = side <= 48   ? 0
                                        : side < 160 ? 1
                                                     : 2,
                                 .level = severity - 1,
                                 .rng = rng,
                                 .scratch = scratch};
    const vr_arena_mark mark = vr_arena_here(scratch);
    corruption[f](&job);
    vr_arena_rewind(scratch, mark);
}

#undef VRP_CORRUPT_PI
#undef VRP_CORRUPT_TIE
