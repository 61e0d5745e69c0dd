/* nn/winograd.c: Y = A^T [ (G g G^T) . (B^T d B) ] A, summed over channels: for each of the (m+2)^2 positions of
 * the transformed tile a matrix product [tiles, C] x [C, O].
 *
 * Everything for a block of tiles stays in cache: B^T d B of all its channels (V), then for a few column panels
 * at a time the products (P) and at once A^T P A with bias, residual and activation, written to y. V lies as
 * [position][tile][channel], so both transforms work on vectors of channels and vr_gemm_gather reads V as it
 * lies. Channels are padded to a multiple of 8 with zeros.
 *
 * The work: many tiles: each thread takes blocks of its own. Few tiles (one image, late layers): all threads
 * transform all tiles first, then share the column panels, so that each weight is read once.
 *
 * The rule of vr_winograd_choose: m = 4 up to 128 channels in or out; m = 2 above, where the weights of m = 4
 * (4 times the plain ones) would be read from memory for a handful of tiles. Below 8 channels the transforms
 * cost more than they save. F(6x6) was rejected: its constants up to 21/4 lose two digits. */
#include "winograd.h"
#include "../base/error.h"
#include "../base/par.h"
#include "../tensor/gemm.h"
#include <string.h>

enum {
    VRP_WINO_LANES = 8,
    VRP_WINO_V = 64 * 1024, /* floats of a block's V: half of L2 */
    VRP_WINO_P = 32 * 1024, /* floats of its products */
    VRP_WINO_PLACES = 36    /* positions of the largest tile */
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
    int64_t N, H, W, C, O, OH, OW, TH, TW, pad,
        padded; /* TH x TW tiles an image; padded: C to whole vectors */
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
    const int64_t nr = vr_gemm_columns();
    return (m + 2) * (m + 2) * (O + nr - 1) / nr * nr * vrp_wino_padded(C);
}

/* ---- the three transforms of one row or column ---- */

/* out = G in: 3 -> m + 2. */
VRP_WINO_INLINE void vrp_wino_g(float *out, float a, float b, float c, const int m) {
    if (m == 2) {
        out[0] = a, out[1] = 0.5f * (a + b + c), out[2] = 0.5f * (a - b + c), out[3] = c;
        return;
    }
    out[0] = a / 4, out[1] = -(a + b + c) / 6, out[2] = -(a - b + c) / 6;
    out[3] = a / 24 + b / 12 + c / 6, out[4] = a / 24 - b / 12 + c / 6, out[5] = c;
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

void vr_winograd_pack(float *packed, int m, vr_tensor w, const float *scale) {
    const int64_t O = w.shape[0], C = w.shape[1], nr = vr_gemm_columns(), padded = vrp_wino_padded(C);
    const int64_t panels = (O + nr - 1) / nr, n = m + 2;
    memset(packed, 0, (size_t)vr_winograd_packed_size(m, C, O) * sizeof(float));
#pragma omp parallel for num_threads(vr_threads()) if (O * C > 5000)
    for (int64_t p = 0; p < panels; p++)
        for (int64_t c = 0; c < C; c++)
            for (int64_t o = p * nr; o < vr_min(O, (p + 1) * nr); o++) {
                const float *g = w.data + o * w.stride[0] + c * w.stride[1], by = scale ? scale[o] : 1;
                float rows[3][6], column[6]; /* g G^T, then G of its columns */
                for (int i = 0; i < 3; i++) {
                    const float *gi = g + i * w.stride[2];
                    const float a = gi[0] * by, b = gi[w.stride[3]] * by, d = gi[2 * w.stride[3]] * by;
                    if (m == 2)
                        vrp_wino_g(rows[i], a, b, d, 2);
                    else
                        vrp_wino_g(rows[i], a, b, d, 4);
                }
                for (int64_t j = 0; j < n; j++) {
                    if (m == 2)
                        vrp_wino_g(column, rows[0][j], rows[1][j], rows[2][j], 2);
                    else
                        vrp_wino_g(column, rows[0][j], rows[1][j], rows[2][j], 4);
                    for (int64_t i = 0; i < n; i++)
                        packed[((p * n * n + i * n + j) * padded + c) * nr + o - p * nr] = column[i];
                }
            }
}

/* ---- one tile in, one tile out ---- */

/* v[position][.. channels ..] = B^T d B of tile `index`; positions are `step` floats apart. */
VRP_WINO_INLINE void vrp_wino_in(const vrp_wino_job *job, float *v, int64_t step, int64_t index,
                                 const int m) {
    const int n = m + 2;
    const int64_t image = index / (job->TH * job->TW), top = index / job->TW % job->TH * m - job->pad,
                  left = index % job->TW * m - job->pad;
    const float *pixel[VRP_WINO_PLACES];
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            const int64_t r = top + i, s = left + j;
            const bool seen = r >= 0 && r < job->H && s >= 0 && s < job->W;
            pixel[i * n + j] = seen ? job->x + ((image * job->H + r) * job->W + s) * job->C : job->zeros;
        }
    for (int64_t c = 0; c < job->C; c += VRP_WINO_LANES) {
        vrp_wino_vec d[6][6];
        const bool whole = c + VRP_WINO_LANES <= job->C;
        VRP_WINO_UNROLL for (int j = 0; j < n; j++) {
            vrp_wino_vec line[6];
            VRP_WINO_UNROLL for (int i = 0; i < n; i++) if (whole) line[i] =
                *(const vrp_wino_vec *)(pixel[i * n + j] + c);
            else {
                line[i] = (vrp_wino_vec){0};
                memcpy(&line[i], pixel[i * n + j] + c, (size_t)(job->C - c) * sizeof(float));
            }
            vrp_wino_b(line, m);
            VRP_WINO_UNROLL for (int i = 0; i < n; i++) d[i][j] = line[i];
        }
        VRP_WINO_UNROLL for (int i = 0; i < n; i++) {
            vrp_wino_b(d[i], m);
            VRP_WINO_UNROLL for (int j = 0; j < n; j++) * (vrp_wino_vec *)(v + (i * n + j) * step + c) =
                d[i][j];
        }
    }
}

/* Writes up to 8 channels of one output pixel. */
VRP_WINO_INLINE void vrp_wino_store(const vr_epilogue *e, vrp_wino_vec out, int64_t at, int64_t o,
                                    int64_t lanes) {
    float *y = e->y + at;
    if (lanes == VRP_WINO_LANES) {
        if (e->residual) out += *(const vrp_wino_vec *)(e->residual + at);
        if (e->act == VR_ACT_RELU)
            VRP_WINO_UNROLL for (int l = 0; l < VRP_WINO_LANES; l++) out[l] = out[l] < 0 ? 0 : out[l];
        *(vrp_wino_vec *)y = out;
    } else
        for (int64_t l = 0; l < lanes; l++) {
            const float sum = out[l] + (e->residual ? e->residual[at + l] : 0);
            y[l] = e->act == VR_ACT_RELU && sum < 0 ? 0 : sum;
        }
    if (e->act > VR_ACT_RELU) vr_act_fast(y, lanes, e->act);
    (void)o;
}

/* y = epilogue(A^T P A) for tile `index` and the `lanes` channels from o on. */
VRP_WINO_INLINE void vrp_wino_out(const vrp_wino_job *job, const float *p, int64_t step, int64_t index,
                                  int64_t o, const int m) {
    const int n = m + 2;
    const int64_t image = index / (job->TH * job->TW), top = index / job->TW % job->TH * m,
                  left = index % job->TW * m, lanes = vr_min(VRP_WINO_LANES, job->O - o);
    vrp_wino_vec d[4][6], bias = {0};
    if (job->e->bias) memcpy(&bias, job->e->bias + o, (size_t)lanes * sizeof(float));
    VRP_WINO_UNROLL for (int j = 0; j < n; j++) {
        vrp_wino_vec line[6];
        VRP_WINO_UNROLL for (int i = 0; i < n; i++) line[i] = *(const vrp_wino_vec *)(p + (i * n + j) * step);
        vrp_wino_a(line, m);
        VRP_WINO_UNROLL for (int i = 0; i < m; i++) d[i][j] = line[i];
    }
    for (int i = 0; i < m && top + i < job->OH; i++) {
        vrp_wino_a(d[i], m);
        for (int j = 0; j < m && left + j < job->OW; j++)
            vrp_wino_store(job->e, d[i][j] + bias,
                           ((image * job->OH + top + i) * job->OW + left + j) * job->O + o, o, lanes);
    }
}

/* ---- a block of tiles ---- */

static void vrp_wino_transform(const vrp_wino_job *job, float *v, int64_t step, int64_t first, int64_t t0,
                               int64_t t1) {
    for (int64_t t = t0; t < t1; t++)
        if (job->m == 2)
            vrp_wino_in(job, v + t * job->padded, step, first + t, 2);
        else
            vrp_wino_in(job, v + t * job->padded, step, first + t, 4);
}

/* Multiplies V of `tiles` tiles by column panels p0..p1, a few at a time, and writes the outputs. */
static void vrp_wino_multiply(const vrp_wino_job *job, const float *v, float *products, int64_t first,
                              int64_t tiles, int64_t p0, int64_t p1) {
    const int64_t R = vr_gemm_gather_rows(), nr = vr_gemm_columns(), K = job->padded;
    const int64_t places = (job->m + 2) * (job->m + 2), rows = (tiles + R - 1) / R * R, step = rows * nr;
    for (int64_t p = p0; p < p1; p++) {
        for (int64_t at = 0; at < places; at++)
            for (int64_t t = 0; t < tiles; t += R) {
                const float *pointers[16];
                for (int64_t i = 0; i < R; i++) pointers[i] = v + (at * tiles + t + i) * K;
                vr_gemm_gather(products + at * step + t * nr, pointers, vr_min(R, tiles - t), 1, K,
                               job->u + (p * places + at) * K * nr);
            }
        for (int64_t t = 0; t < tiles; t++)
            for (int64_t j = 0; j < nr && p * nr + j < job->O; j += VRP_WINO_LANES)
                if (job->m == 2)
                    vrp_wino_out(job, products + t * nr + j, step, first + t, p * nr + j, 2);
                else
                    vrp_wino_out(job, products + t * nr + j, step, first + t, p * nr + j, 4);
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
    const vrp_wino_job job = {.x = x.data,
                              .u = packed,
                              .zeros = VR_NEW(scratch, float, C),
                              .e = e,
                              .N = N,
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
                              .m = m};
    const int64_t R = vr_gemm_gather_rows(), nr = vr_gemm_columns(), panels = (O + nr - 1) / nr;
    const int64_t total = N * job.TH * job.TW, places = (m + 2) * (m + 2);
    const int threads = (double)total * (double)(places * C * O) < 100e3 ? 1 : vr_threads();
    const bool shared = threads > 1 && total < 8 * R * threads;
    const int64_t fit = vr_max(R, VRP_WINO_V / (places * job.padded) / R * R);
    const int64_t block = shared ? total : vr_min(fit, (total + threads - 1) / threads);
    const int64_t each_v = block * places * job.padded, each_p = (block + R - 1) / R * R * places * nr;
    float *v = (float *)vr_arena_alloc(scratch, each_v * (shared ? 1 : threads), sizeof(float));
    float *p = (float *)vr_arena_alloc(scratch, each_p * threads, sizeof(float));
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
        const int64_t me = threads > 1 ? vr_thread_index() : 0;
        if (shared) {
#pragma omp for
            for (int64_t t = 0; t < total; t++) vrp_wino_transform(&job, v, total * job.padded, 0, t, t + 1);
#pragma omp for schedule(dynamic)
            for (int64_t q = 0; q < panels; q++)
                vrp_wino_multiply(&job, v, p + me * each_p, 0, total, q, q + 1);
        } else {
#pragma omp for schedule(dynamic)
            for (int64_t t = 0; t < total; t += block) {
                const int64_t tiles = vr_min(block, total - t);
                float *mine = v + me * each_v;
                vrp_wino_transform(&job, mine, tiles * job.padded, t, 0, tiles);
                vrp_wino_multiply(&job, mine, p + me * each_p, t, tiles, 0, panels);
            }
        }
    }
    vr_arena_rewind(scratch, mark);
}

#undef VRP_WINO_INLINE
#undef VRP_WINO_UNROLL
