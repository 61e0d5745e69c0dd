/* nn/attention.c: one head at a time, a block of queries at a time; the block's scores stay in L1.
 *
 * Keys and values of a head are packed into column panels; queries are read in place. The scores of a few queries and a
 * panel of keys are one tile. Tiles keep their layout: softmax runs over the pieces of a row, and the second product
 * gathers them, sixteen keys a tap, so that nothing is transposed or copied between the two.
 * Keys are padded to a multiple of sixteen; the scores of the padding become exactly 0, and its values are zeros. */
#include "packed.h"
#include "../base/par.h"
#include "gather_impl.h"
#include "kernels_impl.h"
#include <math.h>
#include <string.h>

enum {
    VRP_ATTENTION_TILES =
        4, /* tiles of queries in a block: they share one reading of a panel of keys from L2 */
    VRP_ATTENTION_LANES = 16 /* divides a panel's columns */
};

/* The memory of one thread; sizes in floats, each a multiple of 16. */
typedef struct vrp_attention_sizes {
    int64_t keys, panels, pack_k, pack_v, scores, total;
    int64_t pointers; /* of a tile of scores */
} vrp_attention_sizes;

static vrp_attention_sizes vrp_attention_plan(int64_t T, int64_t d) {
    const int64_t R = vr_gemm_gather_rows(), nr = vr_gemm_columns();
    vrp_attention_sizes r = {.panels = (T + nr - 1) / nr};
    r.keys = r.panels * nr;
    r.pack_k = (vr_gemm_packed_size(d, T) + 15) / 16 * 16;
    r.pack_v = (vr_gemm_packed_size(r.keys, d) + 15) / 16 * 16;
    r.scores = VRP_ATTENTION_TILES * R * r.keys;
    r.total = r.pack_k + r.pack_v + r.scores;
    r.pointers = r.keys / VRP_ATTENTION_LANES * R;
    return r;
}

/* Packs T rows of values as [keys, d], zero from T on. */
static void vrp_attention_pack_values(float *panels, const float *v, int64_t T, int64_t keys, int64_t d,
                                      int64_t ld) {
    const int64_t nr = vr_gemm_columns();
    for (int64_t j = 0; j < d; j += nr, panels += keys * nr) {
        const int64_t columns = vr_min(nr, d - j);
        if (columns < nr) memset(panels, 0, (size_t)(keys * nr) * sizeof(float));
        for (int64_t t = 0; t < T; t++)
            memcpy(panels + t * nr, v + t * ld + j, (size_t)columns * sizeof(float));
        memset(panels + T * nr, 0, (size_t)((keys - T) * nr) * sizeof(float));
    }
}

/* A row of scores (panels of nr keys, `step` floats apart) to exp(scale * (s - max)), 0 from key T to the end of its
 * piece of sixteen; returns the sum. Sixteen maxima and sums side by side, so that every compiler vectorizes. */
static float vrp_attention_softmax(float *s, int64_t step, int64_t T, int64_t nr, float scale) {
    enum { LANES = VRP_ATTENTION_LANES };
    float most[LANES], sums[LANES] = {0}, max = -INFINITY, sum = 0;
    for (int j = 0; j < LANES; j++) most[j] = -INFINITY;
    const int64_t last = (T - 1) / LANES * LANES, rest = T - last;
    float *end = s + last / nr * step + last % nr;
    for (int64_t j = rest; j < LANES; j++) end[j] = -INFINITY;
    for (int64_t p = 0; p < T; p += nr, s += step)
        for (int64_t c = 0; c < nr && p + c < T; c += LANES)
#pragma omp simd
            for (int j = 0; j < LANES; j++) most[j] = s[c + j] > most[j] ? s[c + j] : most[j];
    for (int j = 0; j < LANES; j++) max = most[j] > max ? most[j] : max;
    s -= (T + nr - 1) / nr * step;
    for (int64_t p = 0; p < T; p += nr, s += step)
        for (int64_t c = 0; c < nr && p + c < T; c += LANES)
#pragma omp simd
            for (int j = 0; j < LANES; j++) {
                s[c + j] = vrp_exp_fast(scale * (s[c + j] - max));
                sums[j] += s[c + j];
            }
    for (int64_t j = rest; j < LANES; j++) sums[j] -= end[j], end[j] = 0; /* e^-87 is not 0 */
    for (int j = 0; j < LANES; j++) sum += sums[j];
    return sum;
}

/* Queries t0 .. t0+count-1 of one head against its packed keys and values. */
static void vrp_attention_block(float *y, const float *q, int64_t count, int64_t T, int64_t D, int64_t d,
                                const vrp_attention_sizes *sizes, const float *k, const float *v,
                                float *scores, const float **pointers) {
    enum { LANES = VRP_ATTENTION_LANES };
    const int64_t R = vr_gemm_gather_rows(), nr = vr_gemm_columns(), each = R * sizes->keys,
                  pieces = (T + LANES - 1) / LANES;
    const float scale = 1 / sqrtf((float)d);
    float sum[VRP_ATTENTION_TILES * 16];
    _Alignas(64) float tile[16 * 32];
    for (int64_t p = 0; p < sizes->panels; p++)
        for (int64_t t = 0; t < count; t += R) {
            const int64_t rows = vr_min(R, count - t);
            vrp_gather_tile(scores + t / R * each + p * R * nr, q + t * 3 * D, 3 * D, rows, d, k + p * nr * d,
                            T - p * nr, false);
        }
    for (int64_t t = 0; t < count; t++)
        sum[t] = vrp_attention_softmax(scores + t / R * each + t % R * nr, R * nr, T, nr, scale);
    for (int64_t j = 0; j < d; j += nr)
        for (int64_t t = 0; t < count; t += R) {
            const int64_t rows = vr_min(R, count - t), columns = vr_min(nr, d - j);
            for (int64_t p = 0; p < pieces; p++) {
                const float *piece = scores + t / R * each + p * LANES / nr * R * nr + p * LANES % nr;
                for (int64_t i = 0; i < rows; i++) pointers[p * R + i] = piece + i * nr;
            }
            vr_gemm_gather(tile, pointers, rows, pieces, LANES, v + j * sizes->keys, columns, false);
            for (int64_t i = 0; i < rows; i++) {
                const float by = 1 / sum[t + i];
                for (int64_t c = 0; c < columns; c++) y[(t + i) * D + j + c] = tile[i * nr + c] * by;
            }
        }
}

typedef struct vrp_attention_job {
    float *y, *work;
    const float *qkv, **pointers;
    int64_t T, D, d, heads, parts;
    vrp_attention_sizes sizes;
} vrp_attention_job;

/* Part of the queries of one head; i counts the parts of all heads of all images. */
static void vrp_attention_head(const void *context, int64_t i, int thread) {
    const vrp_attention_job *job = (const vrp_attention_job *)context;
    const vrp_attention_sizes *sizes = &job->sizes;
    const int64_t T = job->T, D = job->D, d = job->d, part = i % job->parts, n = i / job->parts / job->heads,
                  h = i / job->parts % job->heads, end = (part + 1) * T / job->parts,
                  block = VRP_ATTENTION_TILES * vr_gemm_gather_rows();
    const float *q = job->qkv + n * T * 3 * D + h * d;
    float *out = job->y + n * T * D + h * d;
    float *k = job->work + thread * sizes->total, *v = k + sizes->pack_k, *scores = v + sizes->pack_v;
    vr_gemm_pack(k, q + D, d, T, 1, 3 * D);
    vrp_attention_pack_values(v, q + 2 * D, T, sizes->keys, d, 3 * D);
    for (int64_t t = part * T / job->parts; t < end; t += block)
        vrp_attention_block(out + t * D, q + t * 3 * D, vr_min(block, end - t), T, D, d, sizes, k, v, scores,
                            job->pointers + thread * sizes->pointers);
}

void vr_attention_apply(vr_tensor y, vr_tensor qkv, int64_t heads, vr_arena *scratch) {
    const int64_t N = y.shape[0], T = y.shape[1], D = y.shape[2];
    vrp_attention_check(y, qkv, heads);
    if (N * T * D == 0) return;
    vrp_attention_job job = {.y = y.data, .qkv = qkv.data, .T = T, .D = D, .d = D / heads, .heads = heads};
    job.sizes = vrp_attention_plan(T, job.d);
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int threads = vr_threads();
    job.work = (float *)vr_arena_alloc(scratch, threads * job.sizes.total, sizeof(float));
    job.pointers = (const float **)vr_arena_alloc(scratch, threads * job.sizes.pointers, sizeof(float *));
    job.parts =
        N * heads % threads != 0 && N * heads < 8 * threads ? threads : 1; /* three heads on two threads */
    vr_parallel(N * heads * job.parts, vrp_attention_head, &job);
    vr_arena_rewind(scratch, mark);
}
