/* nn/winograd.c: Y = A^T [ (G g G^T) . (B^T d B) ] A, summed over channels: for each of the (m+2)^2 positions of
 * the transformed tile a matrix product [tiles, C] x [C, O].
 *
 * B^T d B of all channels (V) lies as [position][tile][channel], so both transforms work on vectors of channels
 * and vr_gemm_gather reads V as it lies; channels are padded to whole vectors with zeros. Two ways, which give
 * the same bits:
 *   - Small weights, many tiles: a thread takes a block of tiles whose V stays in L2, and for one column panel at a
 *     time makes the products (P) and at once A^T P A with bias, residual and activation. The weights are read
 *     again for every block.
 *   - Else all threads go through the three steps together, for up to a few hundred tiles at a time, so that each
 *     weight is read once for all of them; V and P pass through L3. At one image the weights of the late layers
 *     are the work: 17 MB for 16 tiles in a ResNet's last stage.
 *
 * The rule of vr_winograd_choose: m = 4 up to 128 channels in or out; m = 2 above, where the weights of m = 4
 * (4 times the plain ones) would be read from memory for a handful of tiles. Below 8 channels the transforms
 * cost more than they save. F(6x6) was rejected: its constants up to 21/4 lose two digits. */
#include "winograd.h"
#include "../base/error.h"
#include "../base/par.h"
#include "../tensor/gemm.h"
#include <math.h>
#include <string.h>

enum {
#if defined(__AVX512F__)
    VRP_WINO_LANES = 16,
#else
    VRP_WINO_LANES = 8,
#endif
    VRP_WINO_V = 64 * 1024,    /* floats of a thread's V: half of L2 */
    VRP_WINO_U = 160 * 1024,   /* floats of weights that may be read again and again */
    VRP_WINO_SHARED = 1 << 20, /* floats of V and P that all threads share */
    VRP_WINO_PLACES = 36       /* positions of the largest tile */
};
#define VRP_WINO_INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define VRP_WINO_UNROLL _Pragma("unroll")
#else
#define VRP_WINO_UNROLL _Pragma("GCC unroll 8")
#endif
typedef float vrp_wino_vec __attribute__((vector_size(VRP_WINO_LANES * 4), aligned(4), may_alias));

typedef struct vrp_wino_job {
    const float *x, *u, *zeros;
    const vr_epilogue *e;
    int64_t H, W, C, O, OH, OW, pad, padded; /* padded: C to whole vectors */
    int64_t TH, TW, total;                   /* tiles of an image, of all */
    int64_t places, panels, block, rows;     /* block: of tiles; rows: those of its products */
    int64_t groups, group, first, tiles;     /* of the shared way; group: of panels */
    float *v, *products;
    int m;
} vrp_wino_job;

int vr_winograd_choose(int64_t O, int64_t C, int64_t kh, int64_t kw, vr_conv_opts opts) {
    if (kh != 3 || kw != 3 || opts.stride > 1 || opts.groups > 1 || opts.dilation > 1) return 0;
    if (C < 8 || O < 8) return 0;
    return vr_max(C, O) <= 128 ? 4 : 2;
}

static int64_t vrp_wino_padded(int64_t C) {
    return (C + VRP_WINO_LANES - 1) / VRP_WINO_LANES * VRP_WINO_LANES;
}

int64_t vr_winograd_packed_size(int m, int64_t C, int64_t O) {
    const int64_t nr = vr_gemm_columns(), panels = (O + nr - 1) / nr;
    return (m + 2) * (m + 2) * panels * nr * vrp_wino_padded(C);
}

/* ---- the three transforms of one row or column ---- */

/* out = G in: 3 -> m + 2. */
VRP_WINO_INLINE void vrp_wino_g(vrp_wino_vec *out, const vrp_wino_vec *in, const int m) {
    const vrp_wino_vec a = in[0], b = in[1], c = in[2];
    if (m == 2) {
        out[0] = a, out[1] = 0.5f * (a + b + c), out[2] = 0.5f * (a - b + c), out[3] = c;
        return;
    }
    const vrp_wino_vec near = (a + c) * (1.0f / 6), far = a * (1.0f / 24) + c * (1.0f / 6);
    out[0] = a * 0.25f, out[1] = -near - b * (1.0f / 6), out[2] = b * (1.0f / 6) - near;
    out[3] = far + b * (1.0f / 12), out[4] = far - b * (1.0f / 12), out[5] = c;
}

/* d = B^T d: m + 2 -> m + 2. */
VRP_WINO_INLINE void vrp_wino_b(vrp_wino_vec *d, const int m) {
    if (m == 2) {
        const vrp_wino_vec d0 = d[0] - d[2], d1 = d[1] + d[2], d2 = d[2] - d[1], d3 = d[1] - d[3];
        d[0] = d0, d[1] = d1, d[2] = d2, d[3] = d3;
        return;
    }
    const vrp_wino_vec even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1], near = d[4] - d[2],
                       far = 2 * (d[3] - d[1]);
    const vrp_wino_vec first = 4 * (d[0] - d[2]) + near, last = 4 * d[1] - 5 * d[3] + d[5];
    d[0] = first, d[1] = even + odd, d[2] = even - odd, d[3] = near + far, d[4] = near - far, d[5] = last;
}

/* d = A^T d: m + 2 -> m. */
VRP_WINO_INLINE void vrp_wino_a(vrp_wino_vec *d, const int m) {
    const vrp_wino_vec sum = d[1] + d[2], difference = d[1] - d[2];
    if (m == 2) {
        d[0] += sum, d[1] = difference - d[3];
        return;
    }
    const vrp_wino_vec sum2 = d[3] + d[4], difference2 = d[3] - d[4];
    d[0] += sum + sum2, d[1] = difference + 2 * difference2;
    d[2] = sum + 4 * sum2, d[3] = difference + 8 * difference2 + d[5];
}

/* ---- weights ---- */

typedef struct vrp_wino_packing {
    float *packed;
    vr_tensor w;
    const float *scale;
    int64_t panels, padded, nr;
} vrp_wino_packing;

/* G g G^T of a few output channels o.. of one input channel; `at` is where they belong at the first place. */
VRP_WINO_INLINE void vrp_wino_pack_lanes(const vrp_wino_packing *j, float *at, int64_t o, int64_t c,
                                         const int m) {
    const int n = m + 2;
    const int64_t *stride = j->w.stride, lanes = vr_min(VRP_WINO_LANES, j->w.shape[0] - o);
    const float *w = j->w.data + o * stride[0] + c * stride[1];
    float g[9][VRP_WINO_LANES] = {{0}};
    for (int64_t l = 0; l < lanes; l++, w += stride[0]) {
        const float by = j->scale ? j->scale[o + l] : 1;
        for (int i = 0; i < 9; i++) g[i][l] = w[i / 3 * stride[2] + i % 3 * stride[3]] * by;
    }
    vrp_wino_vec rows[6][3], column[6];
    VRP_WINO_UNROLL for (int i = 0; i < 3; i++) { /* g G^T, then G of its columns */
        vrp_wino_vec in[3];
        memcpy(in, g[3 * i], sizeof in);
        vrp_wino_g(column, in, m);
        VRP_WINO_UNROLL for (int v = 0; v < n; v++) rows[v][i] = column[v];
    }
    VRP_WINO_UNROLL for (int v = 0; v < n; v++) {
        vrp_wino_g(column, rows[v], m);
        VRP_WINO_UNROLL for (int u = 0; u < n; u++) *
            (vrp_wino_vec *)(at + (u * n + v) * j->panels * j->padded * j->nr) = column[u];
    }
}

/* Column panel p, places as vr_gemm_pack makes them: [place][panel][channel][column]. */
VRP_WINO_INLINE void vrp_wino_pack_panel(const vrp_wino_packing *j, int64_t p, const int m) {
    const int64_t O = j->w.shape[0], C = j->w.shape[1], nr = j->nr, places = (m + 2) * (m + 2);
    float *panel = j->packed + p * j->padded * nr;
    for (int64_t at = 0; at < places; at++)
        if (C < j->padded || O < (p + 1) * nr)
            memset(panel + at * j->panels * j->padded * nr, 0, (size_t)(j->padded * nr) * sizeof(float));
    for (int64_t c = 0; c < C; c++)
        for (int64_t o = p * nr; o < vr_min(O, (p + 1) * nr); o += VRP_WINO_LANES)
            vrp_wino_pack_lanes(j, panel + c * nr + o - p * nr, o, c, m);
}

static void vrp_wino_pack_two(const void *context, int64_t p, int thread) {
    (void)thread;
    vrp_wino_pack_panel((const vrp_wino_packing *)context, p, 2);
}

static void vrp_wino_pack_four(const void *context, int64_t p, int thread) {
    (void)thread;
    vrp_wino_pack_panel((const vrp_wino_packing *)context, p, 4);
}

void vr_winograd_pack(float *packed, int m, vr_tensor w, const float *scale) {
    const int64_t nr = vr_gemm_columns(), panels = (w.shape[0] + nr - 1) / nr;
    const vrp_wino_packing job = {packed, w, scale, panels, vrp_wino_padded(w.shape[1]), nr};
    vr_parallel(panels, m == 2 ? vrp_wino_pack_two : vrp_wino_pack_four, &job);
}

/* ---- one tile in, one tile out ---- */

/* B^T d B of one vector of channels. Inside the image the pixels lie `row` and `column` floats apart; else each has its
 * pointer. Fewer lanes: the last channels. */
VRP_WINO_INLINE void vrp_wino_in_lanes(float *v, int64_t step, const float *x, int64_t row, int64_t column,
                                       const float *const *pixel, int64_t c, int64_t lanes, const int m) {
    const int n = m + 2;
    vrp_wino_vec d[6][6];
    VRP_WINO_UNROLL for (int j = 0; j < n; j++) {
        vrp_wino_vec line[6];
        VRP_WINO_UNROLL for (int i = 0; i < n; i++) {
            const float *at = (pixel ? pixel[i * n + j] : x + i * row + j * column) + c;
            if (lanes == VRP_WINO_LANES)
                line[i] = *(const vrp_wino_vec *)at;
            else {
                line[i] = (vrp_wino_vec){0};
                memcpy(&line[i], at, (size_t)lanes * sizeof(float));
            }
        }
        vrp_wino_b(line, m);
        VRP_WINO_UNROLL for (int i = 0; i < n; i++) d[i][j] = line[i];
    }
    VRP_WINO_UNROLL for (int i = 0; i < n; i++) {
        vrp_wino_b(d[i], m);
        VRP_WINO_UNROLL for (int j = 0; j < n; j++) * (vrp_wino_vec *)(v + (i * n + j) * step + c) = d[i][j];
    }
}

/* v[place][.. channels ..] = B^T d B of tile `index`; places are `step` floats apart. */
VRP_WINO_INLINE void vrp_wino_in(const vrp_wino_job *job, float *v, int64_t step, int64_t index,
                                 const int m) {
    const int n = m + 2;
    const int64_t C = job->C, row = job->W * C, image = index / (job->TH * job->TW);
    const int64_t top = index / job->TW % job->TH * m - job->pad, left = index % job->TW * m - job->pad;
    const float *x = job->x + image * job->H * row, *pixel[VRP_WINO_PLACES];
    int64_t c = 0;
    if (top >= 0 && left >= 0 && top + n <= job->H && left + n <= job->W) {
        x += top * row + left * C;
        for (; c + VRP_WINO_LANES <= C; c += VRP_WINO_LANES)
            vrp_wino_in_lanes(v, step, x, row, C, NULL, c, VRP_WINO_LANES, m);
        if (c < C) vrp_wino_in_lanes(v, step, x, row, C, NULL, c, C - c, m);
        return;
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            const int64_t r = top + i, s = left + j;
            const bool seen = r >= 0 && r < job->H && s >= 0 && s < job->W;
            pixel[i * n + j] = seen ? x + r * row + s * C : job->zeros;
        }
    for (; c + VRP_WINO_LANES <= C; c += VRP_WINO_LANES)
        vrp_wino_in_lanes(v, step, NULL, 0, 0, pixel, c, VRP_WINO_LANES, m);
    if (c < C) vrp_wino_in_lanes(v, step, NULL, 0, 0, pixel, c, C - c, m);
}

/* y = act(sum + residual) for a vector of channels; `least` is 0 for a ReLU, else -infinity. A NaN stays. */
VRP_WINO_INLINE void vrp_wino_store(float *y, const float *residual, vrp_wino_vec *sum, const vrp_wino_vec *least) {
    typedef int32_t bits __attribute__((vector_size(VRP_WINO_LANES * 4)));
    if (residual) *sum += *(const vrp_wino_vec *)residual;
    const bits low = (bits)(*sum < *least);
    *(vrp_wino_vec *)y = (vrp_wino_vec)(((bits)*least & low) | ((bits)*sum & ~low));
}

/* The same for fewer channels, and for the activations that need a call. */
static void
vrp_wino_store_some(const vr_epilogue *e, int64_t at, const vrp_wino_vec *sum,
                    int64_t lanes) { /* by address: without AVX a vector argument changes the ABI */
    float out[VRP_WINO_LANES];
    memcpy(out, sum, sizeof out);
    for (int64_t l = 0; l < lanes; l++) out[l] += e->residual ? e->residual[at + l] : 0;
    vr_act_fast(out, lanes, e->act);
    memcpy(e->y + at, out, (size_t)lanes * sizeof(float));
}

/* y = epilogue(A^T P A) for tile `index` and the `lanes` channels from o on. */
VRP_WINO_INLINE void vrp_wino_out(const vrp_wino_job *job, const float *p, int64_t step, int64_t index,
                                  int64_t o, const int m) {
    const int n = m + 2;
    const vr_epilogue *e = job->e;
    const int64_t image = index / (job->TH * job->TW), top = index / job->TW % job->TH * m,
                  left = index % job->TW * m, lanes = vr_min(VRP_WINO_LANES, job->O - o);
    const int64_t row = job->OW * job->O, first = (image * job->OH + top) * row + left * job->O + o;
    vrp_wino_vec d[4][6], bias = {0}, least = {0};
    const float low = e->act == VR_ACT_RELU ? 0 : -INFINITY;
    VRP_WINO_UNROLL for (int l = 0; l < VRP_WINO_LANES; l++) least[l] = low;
    if (e->bias) memcpy(&bias, e->bias + o, (size_t)lanes * sizeof(float));
    VRP_WINO_UNROLL for (int j = 0; j < n; j++) {
        vrp_wino_vec line[6];
        VRP_WINO_UNROLL for (int i = 0; i < n; i++) line[i] = *(const vrp_wino_vec *)(p + (i * n + j) * step);
        vrp_wino_a(line, m);
        VRP_WINO_UNROLL for (int i = 0; i < m; i++) d[i][j] = line[i];
    }
    if (lanes == VRP_WINO_LANES && e->act <= VR_ACT_RELU && top + m <= job->OH && left + m <= job->OW) {
        float *y = e->y + first;
        const float *residual = e->residual ? e->residual + first : NULL;
        VRP_WINO_UNROLL for (int i = 0; i < m; i++) {
            vrp_wino_a(d[i], m);
            VRP_WINO_UNROLL for (int j = 0; j < m; j++) {
                const int64_t at = i * row + j * job->O;
                vrp_wino_vec sum = d[i][j] + bias;
                vrp_wino_store(y + at, residual ? residual + at : NULL, &sum, &least);
            }
        }
        return;
    }
    for (int i = 0; i < m && top + i < job->OH; i++) {
        vrp_wino_a(d[i], m);
        for (int j = 0; j < m && left + j < job->OW; j++) {
            const vrp_wino_vec sum = d[i][j] + bias;
            vrp_wino_store_some(e, first + i * row + j * job->O, &sum, lanes);
        }
    }
}

/* ---- tiles first .. first + tiles - 1 ---- */

/* V of the t-th tile of those that start at `first`; places are `step` floats apart. */
static void vrp_wino_transform(const vrp_wino_job *job, float *v, int64_t step, int64_t first, int64_t t) {
    if (job->m == 2)
        vrp_wino_in(job, v + t * job->padded, step, first + t, 2);
    else
        vrp_wino_in(job, v + t * job->padded, step, first + t, 4);
}

/* products[tile][column] = V of one place times one column panel. */
static void vrp_wino_multiply(const vrp_wino_job *job, float *products, const float *v, int64_t tiles,
                              int64_t place, int64_t p) {
    const int64_t R = vr_gemm_gather_rows(), nr = vr_gemm_columns(), K = job->padded;
    const float *u = job->u + (place * job->panels + p) * K * nr;
    for (int64_t t = 0; t < tiles; t += R) {
        const float *pointers[16];
        for (int64_t i = 0; i < R; i++) pointers[i] = v + (place * tiles + t + i) * K;
        vr_gemm_gather(products + t * nr, pointers, vr_min(R, tiles - t), 1, K, u, job->O - p * nr);
    }
}

/* The outputs of column panel p of the t-th tile; its products' places are `step` floats apart. */
static void vrp_wino_inverse(const vrp_wino_job *job, const float *products, int64_t step, int64_t index,
                             int64_t p) {
    const int64_t nr = vr_gemm_columns();
    for (int64_t j = 0; j < nr && p * nr + j < job->O; j += VRP_WINO_LANES)
        if (job->m == 2)
            vrp_wino_out(job, products + j, step, index, p * nr + j, 2);
        else
            vrp_wino_out(job, products + j, step, index, p * nr + j, 4);
}

/* ---- each thread its own blocks ---- */

static void vrp_wino_block(const void *context, int64_t i, int thread) {
    const vrp_wino_job *job = (const vrp_wino_job *)context;
    const int64_t first = i * job->block, tiles = vr_min(job->block, job->total - first),
                  nr = vr_gemm_columns(), step = job->rows * nr;
    float *v = job->v + thread * job->block * job->places * job->padded;
    float *products = job->products + thread * step * job->places;
    for (int64_t t = 0; t < tiles; t++) vrp_wino_transform(job, v, tiles * job->padded, first, t);
    for (int64_t p = 0; p < job->panels; p++) {
        for (int64_t place = 0; place < job->places; place++)
            vrp_wino_multiply(job, products + place * step, v, tiles, place, p);
        for (int64_t t = 0; t < tiles; t++) vrp_wino_inverse(job, products + t * nr, step, first + t, p);
    }
}

/* ---- all threads one block, in three steps ---- */

static void vrp_wino_shared_in(const void *context, int64_t t, int thread) {
    const vrp_wino_job *job = (const vrp_wino_job *)context;
    (void)thread;
    vrp_wino_transform(job, job->v, job->tiles * job->padded, job->first, t);
}

static void vrp_wino_shared_multiply(const void *context, int64_t i, int thread) {
    const vrp_wino_job *job = (const vrp_wino_job *)context;
    const int64_t place = i / job->groups, g = i % job->groups, step = job->rows * vr_gemm_columns();
    (void)thread;
    for (int64_t p = g * job->group; p < vr_min((g + 1) * job->group, job->panels); p++)
        vrp_wino_multiply(job, job->products + (place * job->panels + p) * step, job->v, job->tiles, place,
                          p);
}

static void vrp_wino_shared_out(const void *context, int64_t t, int thread) {
    const vrp_wino_job *job = (const vrp_wino_job *)context;
    const int64_t nr = vr_gemm_columns();
    (void)thread;
    for (int64_t p = 0; p < job->panels; p++)
        vrp_wino_inverse(job, job->products + (p * job->rows + t) * nr, job->panels * job->rows * nr,
                         job->first + t, p);
}

static void vrp_wino_shared(vrp_wino_job *job) {
    for (job->first = 0; job->first < job->total; job->first += job->block) {
        job->tiles = vr_min(job->block, job->total - job->first);
        vr_parallel(job->tiles, vrp_wino_shared_in, job);
        vr_parallel(job->places * job->groups, vrp_wino_shared_multiply, job);
        vr_parallel(job->tiles, vrp_wino_shared_out, job);
    }
}

void vr_winograd_run(vr_tensor x, const float *packed, int m, int64_t O, int64_t pad, const vr_epilogue *e,
                     vr_arena *scratch) {
    const int64_t N = x.shape[0], H = x.shape[1], W = x.shape[2], C = x.shape[3], OH = H + 2 * pad - 2,
                  OW = W + 2 * pad - 2;
    VR_CHECK((m == 2 || m == 4) && (e->residual_first || !e->residual),
             "m = 2 or 4, the residual before the activation");
    if (N == 0 || OH <= 0 || OW <= 0) return;
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t R = vr_gemm_gather_rows(), nr = vr_gemm_columns(), threads = vr_threads();
    vrp_wino_job job = {.x = x.data,
                        .u = packed,
                        .zeros = VR_NEW(scratch, float, C),
                        .e = e,
                        .H = H,
                        .W = W,
                        .C = C,
                        .O = O,
                        .OH = OH,
                        .OW = OW,
                        .TH = (OH + m - 1) / m,
                        .TW = (OW + m - 1) / m,
                        .pad = pad,
                        .padded = vrp_wino_padded(C),
                        .m = m,
                        .places = (m + 2) * (m + 2),
                        .panels = (O + nr - 1) / nr};
    job.total = N * job.TH * job.TW;
    const bool shared = job.places * job.padded * O > VRP_WINO_U || (threads > 1 && job.total < 8 * threads);
    const int64_t fit = shared ? VRP_WINO_SHARED / (job.places * (job.padded + job.panels * nr))
                               : VRP_WINO_V / (job.places * job.padded);
    job.block = vr_max(R, fit / R * R);
    if (!shared && threads > 1) { /* blocks of one size, up to three a thread */
        const int64_t blocks = threads * vr_clamp(job.total / (2 * R * threads), 1, 3);
        job.block = vr_min(job.block, (job.total + blocks - 1) / blocks);
    }
    job.block = vr_min(job.block, job.total);
    job.rows = (job.block + R - 1) / R * R;
    job.groups = vr_clamp(8 * threads / job.places, 1, job.panels);
    job.group = (job.panels + job.groups - 1) / job.groups;
    const int64_t copies = shared ? 1 : threads, columns = shared ? job.panels * nr : nr;
    job.v = (float *)vr_arena_alloc(scratch, copies * job.block * job.places * job.padded, sizeof(float));
    job.products = (float *)vr_arena_alloc(scratch, copies * job.rows * job.places * columns, sizeof(float));
    if (shared)
        vrp_wino_shared(&job);
    else
        vr_parallel((job.total + job.block - 1) / job.block, vrp_wino_block, &job);
    vr_arena_rewind(scratch, mark);
}

#undef VRP_WINO_INLINE
#undef VRP_WINO_UNROLL
