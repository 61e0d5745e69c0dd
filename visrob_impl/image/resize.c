/* image/resize.c: two passes of weighted sums, as in Pillow's Resample.c: along the rows to 8 bits, then along the
 * columns. Weights are fixed-point numbers with 22 fractional bits, so that every sum is exact, does not depend on its
 * order, and the vector loops below agree with Pillow bit for bit.
 *
 * The two passes are interleaved: an input row is resampled when an output row first needs it, into a ring of as many
 * rows as the filter has taps. There is no intermediate image, rows and columns outside of a crop are not computed, and
 * the work area stays in the first-level cache. Nearest neighbour is a filter of one weight, a crop an offset of the
 * first output.
 * Rejected: 16-bit weights (pillow-simd), a fifth faster in the row pass but off by one level in places. */
#include "resize_impl.h"
#include "../base/error.h"
#include "../base/par.h"
#include <math.h>
#include <string.h>

#define VRP_FIXED_BITS 22
#define VRP_FIXED_HALF (1 << (VRP_FIXED_BITS - 1))

/* Eight lanes: two pixels of (red, green, blue, unused). */
typedef int32_t vrp_resize_vec __attribute__((vector_size(32), may_alias));

/* A part of an image: rows are `stride` bytes apart. */
typedef struct {
    const uint8_t *pixels;
    int64_t width, height, stride;
} vrp_resize_view;

/* The outputs from .. from+count-1 of one axis. */
typedef struct {
    int64_t in, out, from, count;
    vr_filter filter;
} vrp_resize_span;

/* output i = sum over k < taps[i] of weights[i * stride + k] * input[first[i] + k]; weights are 0 from taps[i] on */
typedef struct {
    int64_t count, stride;
    int32_t *first, *taps, *weights;
} vrp_resize_axis;

typedef struct {
    vrp_resize_view in;
    vrp_resize_axis x, y;
    int64_t left, right;       /* the range of input columns that are used */
    vrp_resize_vec *pairs;     /* x.weights, each in the four lanes of its pixel */
    vrp_resize_vec *widened;   /* one input row as pairs of pixels of four 32-bit lanes */
    int32_t *sums;             /* one output row */
    uint8_t *ring;             /* resampled rows: input row r is at r % y.stride */
    int64_t ring_stride, next; /* rows before `next` are resampled */
    bool columns_first;        /* the columns are summed first; ring is then one row of the input's width */
} vrp_resize_job;

/* Prevents contraction to an FMA, which would round differently from Pillow. */
static double vrp_resize_rounded(double x) {
    volatile double y = x;
    return y;
}

static double vrp_resize_support(vr_filter f) {
    switch (f) {
    case VR_FILTER_BILINEAR:
        return 1.0;
    case VR_FILTER_BICUBIC:
        return 2.0;
    case VR_FILTER_BOX:
        return 0.5;
    case VR_FILTER_NEAREST:
        return 0.5;
    }
    vr_panic(__FILE__, __LINE__, "filter", "%d is not a vr_filter", (int)f);
}

static double vrp_resize_weight(vr_filter f, double x) {
    if (f == VR_FILTER_BOX) return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
    x = fabs(x);
    if (f == VR_FILTER_BILINEAR) return x < 1.0 ? 1.0 - x : 0.0;
    const double a = -0.5;
    if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
    if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
    return 0.0;
}

/* An even upper bound of the taps of one output: two pixels are processed at a time. */
static int64_t vrp_resize_stride(const vrp_resize_span *s) {
    if (s->filter == VR_FILTER_NEAREST || s->in == s->out) return 2;
    const double scale = (double)s->in / (double)s->out;
    const int64_t most = (int64_t)ceil(vrp_resize_support(s->filter) * fmax(scale, 1.0)) * 2 + 1;
    return (vr_min(most, s->in) + 1) / 2 * 2;
}

/* Pillow accumulates the step instead of multiplying, so that the sum has to begin at output 0. */
static void vrp_resize_nearest(vrp_resize_axis *a, const vrp_resize_span *s) {
    const double scale = (double)s->in / (double)s->out;
    double at = scale * 0.5;
    for (int64_t i = 0; i < s->from + s->count; i++, at += scale) {
        if (i < s->from) continue;
        const int64_t k = i - s->from;
        a->first[k] = (int32_t)vr_min((int64_t)at, s->in - 1);
        a->taps[k] = 1;
        a->weights[k * a->stride] = 1 << VRP_FIXED_BITS;
        a->weights[k * a->stride + 1] = 0;
    }
}

static void vrp_resize_filtered(vrp_resize_axis *a, const vrp_resize_span *s, double *w) {
    const double scale = (double)s->in / (double)s->out, widening = fmax(scale, 1.0);
    const double support = vrp_resize_rounded(vrp_resize_support(s->filter) * widening),
                 narrow = 1.0 / widening;
    for (int64_t i = 0; i < a->count; i++) {
        const double centre = vrp_resize_rounded(((double)(s->from + i) + 0.5) * scale);
        const int64_t first = vr_max((int64_t)(centre - support + 0.5), 0);
        const int64_t taps = vr_min((int64_t)(centre + support + 0.5), s->in) - first;
        double total = 0;
        for (int64_t k = 0; k < taps; k++) {
            const double x = vrp_resize_rounded(((double)(k + first) - centre + 0.5) * narrow);
            total += w[k] = vrp_resize_rounded(vrp_resize_weight(s->filter, x));
        }
        int32_t *out = a->weights + i * a->stride;
        memset(out, 0, (size_t)a->stride * sizeof *out);
        for (int64_t k = 0; k < taps; k++) {
            const double share =
                vrp_resize_rounded((total != 0 ? w[k] / total : w[k]) * (1 << VRP_FIXED_BITS));
            out[k] = (int32_t)(share < 0 ? share - 0.5 : share + 0.5);
        }
        a->first[i] = (int32_t)first;
        a->taps[i] = (int32_t)taps;
    }
}

/* Allocates `bytes` from *memory, or only counts them where *memory is NULL. */
static void *vrp_resize_take(uint8_t **memory, int64_t *used, int64_t bytes) {
    void *p = *memory ? *memory + *used : NULL;
    *used += (bytes + 63) / 64 * 64;
    return p;
}

static vrp_resize_axis vrp_resize_axis_init(const vrp_resize_span *s, uint8_t **memory, int64_t *used) {
    vrp_resize_axis a = {.count = s->count, .stride = vrp_resize_stride(s)};
    a.first = (int32_t *)vrp_resize_take(memory, used, a.count * 4);
    a.taps = (int32_t *)vrp_resize_take(memory, used, a.count * 4);
    a.weights = (int32_t *)vrp_resize_take(memory, used, a.count * a.stride * 4);
    double *w = (double *)vrp_resize_take(memory, used, a.stride * 8);
    if (!*memory) return a;
    if (s->filter == VR_FILTER_NEAREST || s->in == s->out)
        vrp_resize_nearest(&a, s);
    else
        vrp_resize_filtered(&a, s, w);
    return a;
}

/* Since version 13 Pillow sums the columns first where more than twice as many rows as columns are removed; the two orders
 * round and clip differently. */
static bool vrp_resize_columns_first(const vrp_resize_span *x, const vrp_resize_span *y) {
    const int64_t rows = y->in - y->out, columns = x->in - x->out;
    return rows > 0 && rows > 2 * columns;
}

/* Lays out a job in `memory`; with memory NULL nothing is written. Returns the number of bytes. */
static int64_t vrp_resize_begin(vrp_resize_job *job, vrp_resize_view in, const vrp_resize_span *x,
                                const vrp_resize_span *y, uint8_t *memory) {
    VR_CHECK(in.width > 0 && in.height > 0 && in.width < INT32_MAX / 8 && in.height < INT32_MAX / 8,
             "cannot resize an image of %lld x %lld", (long long)in.width, (long long)in.height);
    VR_CHECK(x->out > 0 && y->out > 0 && x->out < INT32_MAX / 8 && y->out < INT32_MAX / 8,
             "cannot resize an image to %lld x %lld", (long long)x->out, (long long)y->out);
    int64_t used = 0;
    *job = (vrp_resize_job){.in = in, .columns_first = vrp_resize_columns_first(x, y)};
    job->x = vrp_resize_axis_init(x, &memory, &used);
    job->y = vrp_resize_axis_init(y, &memory, &used);
    const int64_t width = job->columns_first ? in.width : x->count; /* of a row between the passes */
    job->ring_stride = (width * 3 + 63) / 64 * 64;
    job->pairs = (vrp_resize_vec *)vrp_resize_take(&memory, &used, x->count * job->x.stride * 16);
    job->widened = (vrp_resize_vec *)vrp_resize_take(&memory, &used, (in.width + job->x.stride) * 16);
    job->sums = (int32_t *)vrp_resize_take(&memory, &used, width * 3 * 4);
    job->ring = (uint8_t *)vrp_resize_take(&memory, &used,
                                           job->ring_stride * (job->columns_first ? 1 : job->y.stride));
    if (!memory) return used;
    job->left = in.width;
    for (int64_t i = 0; i < job->x.count; i++) {
        job->left = vr_min(job->left, job->x.first[i]);
        job->right = vr_max(job->right, job->x.first[i] + job->x.taps[i]);
    }
    int32_t *lanes = (int32_t *)job->pairs;
    for (int64_t k = 0; k < x->count * job->x.stride; k++)
        for (int c = 0; c < 4; c++) lanes[k * 4 + c] = job->x.weights[k];
    memset(job->widened, 0, (size_t)(in.width + job->x.stride) * 16);
    return used;
}

/* Two taps with all their channels in one multiplication; the last step adds the two halves and clips. Four bytes are
 * written, the last of which the next pixel overwrites, so that the last pixel of a row is handled separately. */
static inline void vrp_resize_pixel(uint8_t *out, size_t bytes, const int32_t *px, const vrp_resize_vec *w,
                                    int64_t pairs) {
    typedef int32_t half __attribute__((vector_size(16)));
    typedef uint8_t levels __attribute__((vector_size(4)));
    vrp_resize_vec sum = {VRP_FIXED_HALF, VRP_FIXED_HALF, VRP_FIXED_HALF, VRP_FIXED_HALF};
    for (int64_t k = 0; k < pairs; k++) {
        vrp_resize_vec two;
        memcpy(&two, px + k * 8, sizeof two);
        sum += two * w[k];
    }
    half parts[2];
    memcpy(parts, &sum, sizeof parts);
    half v = (parts[0] + parts[1]) >> VRP_FIXED_BITS;
    v &= ~(v >> 31);                 /* below 0: 0 */
    v = (v | (255 - v) >> 31) & 255; /* above 255: 255 */
    const levels level = __builtin_convertvector(v, levels);
    memcpy(out, &level, bytes);
}

/* Resamples one input row along x. */
static void vrp_resize_row(const vrp_resize_job *job, uint8_t *restrict out, const uint8_t *restrict row) {
    int32_t *restrict wide = (int32_t *)job->widened;
    for (int64_t i = job->left; i < job->right; i++)
        for (int c = 0; c < 3; c++) wide[i * 4 + c] = row[i * 3 + c];
    const int64_t pairs = job->x.stride / 2, last = job->x.count - 1;
    const vrp_resize_vec *w = job->pairs;
    for (int64_t i = 0; i < last; i++, w += pairs) {
        const int32_t *px = wide + job->x.first[i] * 4;
        if (pairs == 2) /* scales between 1/2 and 1, the most frequent case */
            vrp_resize_pixel(out + i * 3, 4, px, w, 2);
        else
            vrp_resize_pixel(out + i * 3, 4, px, w, pairs);
    }
    vrp_resize_pixel(out + last * 3, 3, wide + job->x.first[last] * 4, w, pairs);
}

/* out[j] = the weighted sum of `taps` rows; row k is at rows + (first + k) % period * stride. */
static void vrp_resize_column(uint8_t *restrict out, int32_t *restrict sums, int64_t n, const uint8_t *rows,
                              int64_t stride, int64_t first, int64_t period, const int32_t *weights,
                              int64_t taps) {
    for (int64_t j = 0; j < n; j++) sums[j] = VRP_FIXED_HALF;
    for (int64_t k = 0; k < taps; k++) {
        const uint8_t *restrict row = rows + (first + k) % period * stride;
        const int32_t w = weights[k];
#pragma omp simd
        for (int64_t j = 0; j < n; j++) sums[j] += row[j] * w;
    }
#pragma omp simd
    for (int64_t j = 0; j < n; j++) {
        const int32_t level = sums[j] >> VRP_FIXED_BITS;
        out[j] = (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
    }
}

/* Writes output row i, count pixels of 3 bytes; i must increase from call to call. */
static void vrp_resize_next(vrp_resize_job *job, uint8_t *out, int64_t i) {
    const vrp_resize_axis *y = &job->y;
    const int64_t first = y->first[i], taps = y->taps[i];
    const int32_t *weights = y->weights + i * y->stride;
    const vrp_resize_view *in = &job->in;
    if (job->columns_first) {
        vrp_resize_column(job->ring + job->left * 3, job->sums, (job->right - job->left) * 3,
                          in->pixels + job->left * 3, in->stride, first, in->height, weights, taps);
        vrp_resize_row(job, out, job->ring);
        return;
    }
    for (int64_t r = vr_max(job->next, first); r < first + taps; r++)
        vrp_resize_row(job, job->ring + r % y->stride * job->ring_stride, in->pixels + r * in->stride);
    job->next = vr_max(job->next, first + taps);
    vrp_resize_column(out, job->sums, job->x.count * 3, job->ring, job->ring_stride, first, y->stride,
                      weights, taps);
}

static vrp_resize_view vrp_resize_view_of(vr_image in, vrp_rect r) {
    VR_CHECK(in.pixels && r.x >= 0 && r.y >= 0 && r.width > 0 && r.height > 0 && r.width <= in.width - r.x &&
                 r.height <= in.height - r.y,
             "the rectangle of %lld x %lld at (%lld,%lld) is not inside of the image of %lld x %lld",
             (long long)r.width, (long long)r.height, (long long)r.x, (long long)r.y, (long long)in.width,
             (long long)in.height);
    return (vrp_resize_view){in.pixels + (r.y * in.width + r.x) * 3, r.width, r.height, in.width * 3};
}

vr_image vrp_image_resize_crop(vr_arena *arena, vr_image in, vrp_rect crop, int64_t width, int64_t height,
                               vr_filter filter) {
    const vrp_resize_view view = vrp_resize_view_of(in, crop);
    const vrp_resize_span x = {crop.width, width, 0, width, filter};
    const vrp_resize_span y = {crop.height, height, 0, height, filter};
    vr_image out = vr_image_new(arena, width, height);
    const vr_arena_mark mark = vr_arena_here(arena);
    vrp_resize_job job;
    const int64_t bytes = vrp_resize_begin(&job, view, &x, &y, NULL);
    vrp_resize_begin(&job, view, &x, &y, (uint8_t *)vr_arena_alloc(arena, bytes, 1));
    for (int64_t i = 0; i < height; i++) vrp_resize_next(&job, out.pixels + i * width * 3, i);
    vr_arena_rewind(arena, mark);
    return out;
}

vr_image vr_image_resize(vr_arena *arena, vr_image in, int64_t width, int64_t height, vr_filter filter) {
    return vrp_image_resize_crop(arena, in, (vrp_rect){0, 0, in.width, in.height}, width, height, filter);
}

void vr_resize_shorter(int64_t *width, int64_t *height, int64_t side) {
    const int64_t w = *width, h = *height;
    VR_CHECK(w > 0 && h > 0 && side > 0 && vr_max(w, h) <= INT64_MAX / side, "%lld x %lld to side %lld",
             (long long)w, (long long)h, (long long)side);
    *width = w <= h ? side : side * w / h;
    *height = w <= h ? side * h / w : side;
}

/* One axis of a centre crop: `count` values are copied from `from` to `to`; the rest of the crop is black. */
typedef struct {
    int64_t from, to, count;
} vrp_crop_axis;

static vrp_crop_axis vrp_crop_centre(int64_t in, int64_t size) {
    if (in < size) return (vrp_crop_axis){0, (size - in) / 2, in};
    const int64_t twice = in - size, half = twice / 2;
    return (vrp_crop_axis){twice % 2 ? half + half % 2 : half, 0, size}; /* Python's round(): half to even */
}

vr_image vr_image_crop_centre(vr_arena *arena, vr_image in, int64_t width, int64_t height) {
    VR_CHECK(in.pixels && in.width > 0 && in.height > 0, "no image");
    vr_image out = vr_image_new(arena, width, height);
    const vrp_crop_axis x = vrp_crop_centre(in.width, width), y = vrp_crop_centre(in.height, height);
    if (x.count < width || y.count < height) memset(out.pixels, 0, (size_t)(width * height * 3));
    for (int64_t i = 0; i < y.count; i++)
        memcpy(out.pixels + ((y.to + i) * width + x.to) * 3,
               in.pixels + ((y.from + i) * in.width + x.from) * 3, (size_t)x.count * 3);
    return out;
}

/* The crop of one image, and the spans of its resizing. */
typedef struct {
    vrp_resize_view in;
    vrp_crop_axis x, y;
    vrp_resize_span span_x, span_y;
} vrp_preprocess_plan;

static vrp_preprocess_plan vrp_preprocess_plan_of(vr_image in, const vr_preprocess *p) {
    VR_CHECK(p->size > 0 && p->resize >= 0, "the crop is %lld, after resizing to %lld", (long long)p->size,
             (long long)p->resize);
    vrp_preprocess_plan plan = {.in = vrp_resize_view_of(in, (vrp_rect){0, 0, in.width, in.height})};
    int64_t width = in.width, height = in.height;
    if (p->resize > 0 && p->squash)
        width = height = p->resize;
    else if (p->resize > 0)
        vr_resize_shorter(&width, &height, p->resize);
    plan.x = vrp_crop_centre(width, p->size);
    plan.y = vrp_crop_centre(height, p->size);
    plan.span_x = (vrp_resize_span){in.width, width, plan.x.from, plan.x.count, p->filter};
    plan.span_y = (vrp_resize_span){in.height, height, plan.y.from, plan.y.count, p->filter};
    return plan;
}

vr_image vr_preprocess_crop(vr_arena *arena, vr_image in, const vr_preprocess *p) {
    const vrp_preprocess_plan plan = vrp_preprocess_plan_of(in, p);
    vr_image out = vr_image_new(arena, p->size, p->size);
    if (plan.x.count < p->size || plan.y.count < p->size)
        memset(out.pixels, 0, (size_t)(p->size * p->size * 3));
    const vr_arena_mark mark = vr_arena_here(arena);
    vrp_resize_job job;
    const int64_t bytes = vrp_resize_begin(&job, plan.in, &plan.span_x, &plan.span_y, NULL);
    vrp_resize_begin(&job, plan.in, &plan.span_x, &plan.span_y, (uint8_t *)vr_arena_alloc(arena, bytes, 1));
    for (int64_t i = 0; i < plan.y.count; i++)
        vrp_resize_next(&job, out.pixels + ((plan.y.to + i) * p->size + plan.x.to) * 3, i);
    vr_arena_rewind(arena, mark);
    return out;
}

/* table[c][v] = (v/255 - mean[c]) / std[c], computed per level instead of per pixel. */
typedef float vrp_preprocess_table[3][256];

static void vrp_preprocess_tabulate(vrp_preprocess_table table, const vr_preprocess *p) {
    for (int c = 0; c < 3; c++) {
        const float std = p->std[c] != 0 ? p->std[c] : 1;
        for (int v = 0; v < 256; v++) table[c][v] = ((float)v / 255.0f - p->mean[c]) / std;
    }
}

static void vrp_preprocess_row(float *restrict out, const uint8_t *restrict in, int64_t n,
                               vrp_preprocess_table table) {
    for (int64_t i = 0; i < n; i++)
        for (int c = 0; c < 3; c++) out[i * 3 + c] = table[c][in[i * 3 + c]];
}

static int64_t vrp_preprocess_bytes(vr_image in, const vr_preprocess *p) {
    const vrp_preprocess_plan plan = vrp_preprocess_plan_of(in, p);
    vrp_resize_job job;
    return vrp_resize_begin(&job, plan.in, &plan.span_x, &plan.span_y, NULL) + (p->size * 3 + 63) / 64 * 64;
}

/* out is [size,size,3]; memory is vrp_preprocess_bytes of scratch. */
static void vrp_preprocess_one(float *out, vr_image in, const vr_preprocess *p, vrp_preprocess_table table,
                               uint8_t *memory) {
    const vrp_preprocess_plan plan = vrp_preprocess_plan_of(in, p);
    const int64_t size = p->size, right = plan.x.to + plan.x.count;
    uint8_t *row = memory;
    vrp_resize_job job;
    vrp_resize_begin(&job, plan.in, &plan.span_x, &plan.span_y, memory + (size * 3 + 63) / 64 * 64);
    memset(row, 0, (size_t)size * 3);
    for (int64_t i = 0; i < size; i++) {
        float *to = out + i * size * 3;
        const int64_t from = i - plan.y.to;
        const bool inside = from >= 0 && from < plan.y.count;
        if (inside)
            vrp_resize_next(&job, row + plan.x.to * 3, from);
        else if (from == plan.y.count)
            memset(row, 0, (size_t)right * 3);
        vrp_preprocess_row(to, row, size, table);
    }
}

void vr_preprocess_batch(vr_tensor x, const vr_image *images, const vr_preprocess *p, vr_arena *scratch) {
    const int64_t N = x.shape[0], size = p->size;
    VR_CHECK(x.ndim == 4 && x.shape[1] == size && x.shape[2] == size && x.shape[3] == 3 &&
                 vr_tensor_contiguous(x),
             "x is [%lld,%lld,%lld,%lld], not [N,%lld,%lld,3]", (long long)N, (long long)x.shape[1],
             (long long)x.shape[2], (long long)x.shape[3], (long long)size, (long long)size);
    const vr_arena_mark mark = vr_arena_here(scratch);
    int64_t bytes = 0;
    for (int64_t n = 0; n < N; n++) bytes = vr_max(bytes, vrp_preprocess_bytes(images[n], p));
    const int threads = (int)vr_clamp(N, 1, vr_threads());
    uint8_t *memory = (uint8_t *)vr_arena_alloc(scratch, bytes, threads);
    vrp_preprocess_table table;
    vrp_preprocess_tabulate(table, p);
#pragma omp parallel for schedule(dynamic) num_threads(threads) /* images are independent */
    for (int64_t n = 0; n < N; n++)
        vrp_preprocess_one(x.data + n * size * size * 3, images[n], p, table,
                           memory + vr_thread_index() * bytes);
    vr_arena_rewind(scratch, mark);
}

void vr_preprocess_apply(vr_tensor out, vr_image in, const vr_preprocess *p, vr_arena *scratch) {
    VR_CHECK(out.ndim == 3 && vr_tensor_contiguous(out), "out has to be [size,size,3], contiguous");
    const int64_t shape[4] = {1, out.shape[0], out.shape[1], out.shape[2]};
    vr_preprocess_batch(vr_tensor_view(out.data, 4, shape), &in, p, scratch);
}

void vr_preprocess_normalize(vr_tensor out, vr_image in, const vr_preprocess *p) {
    VR_CHECK(in.pixels && in.width == p->size && in.height == p->size,
             "the image is %lld x %lld, not %lld x %lld", (long long)in.width, (long long)in.height,
             (long long)p->size, (long long)p->size);
    VR_CHECK(out.ndim == 3 && out.shape[0] == p->size && out.shape[1] == p->size && out.shape[2] == 3 &&
                 vr_tensor_contiguous(out),
             "out is [%lld,%lld,%lld], not [size,size,3]", (long long)out.shape[0], (long long)out.shape[1],
             (long long)out.shape[2]);
    vrp_preprocess_table table;
    vrp_preprocess_tabulate(table, p);
    vrp_preprocess_row(out.data, in.pixels, p->size * p->size, table);
}

#undef VRP_FIXED_BITS
#undef VRP_FIXED_HALF
