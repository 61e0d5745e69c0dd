/* nn/attention.c: one head at a time, a few queries at a time: their scores live in L1 between the two products. */
#include "packed.h"
#include "../base/error.h"
#include "../base/par.h"
#include "../tensor/gemm.h"
#include "epilogue.h"
#include <math.h>
#include <string.h>

/* Scores to probabilities, in place: exp(scale * (s - max)) for the first n of a row; returns their sum. */
static float vrp_attention_softmax(float *s, int64_t n, float scale) {
    float most[16], max = -INFINITY,
                    sum = 0; /* sixteen running maxima: a loop that every compiler vectorizes */
    int64_t full = n / 16 * 16;
    for (int j = 0; j < 16; j++) most[j] = -INFINITY;
    for (int64_t t = 0; t < full; t += 16)
        for (int j = 0; j < 16; j++) most[j] = s[t + j] > most[j] ? s[t + j] : most[j];
    for (int j = 0; j < 16; j++) max = most[j] > max ? most[j] : max;
    for (int64_t t = full; t < n; t++) max = s[t] > max ? s[t] : max;
#pragma omp simd reduction(+ : sum)
    for (int64_t t = 0; t < n; t++) {
        s[t] = vr_exp_fast(scale * (s[t] - max));
        sum += s[t];
    }
    return sum;
}

/* One head of one image. work: see vr_attention_apply. */
static void vrp_attention_head(float *y, const float *q, int64_t T, int64_t D, int64_t d, float *work) {
    const int64_t mr = vr_gemm_rows(), nr = vr_gemm_columns(), ld = 3 * D, keys = (T + nr - 1) / nr * nr;
    float *k = work, *v = k + vr_gemm_packed_size(d, T), *scores = v + vr_gemm_packed_size(T, d);
    float *query = scores + mr * keys, *weights = query + (mr * d + 15) / 16 * 16;
    const float scale = 1 / sqrtf((float)d);
    _Alignas(64) float tile[16 * 32];
    vr_gemm_pack(k, q + D, d, T, 1, ld);
    vr_gemm_pack(v, q + 2 * D, T, d, ld, 1);
    for (int64_t t = 0; t < T; t += mr) {
        const int64_t rows = vr_min(mr, T - t);
        float sum[16];
        vr_gemm_pack_rows(query, q + t * ld, rows, d, ld);
        for (int64_t j = 0; j < keys; j += nr) {
            vr_gemm_tile(tile, query, k + j * d, d);
            for (int64_t i = 0; i < rows; i++)
                memcpy(scores + i * keys + j, tile + i * nr, (size_t)nr * sizeof(float));
        }
        for (int64_t i = 0; i < rows; i++) sum[i] = vrp_attention_softmax(scores + i * keys, T, scale);
        vr_gemm_pack_rows(weights, scores, rows, T, keys);
        for (int64_t j = 0; j < d; j += nr) {
            vr_gemm_tile(tile, weights, v + j * T, T);
            for (int64_t i = 0; i < rows; i++)
                for (int64_t c = 0; c < vr_min(nr, d - j); c++)
                    y[(t + i) * D + j + c] = tile[i * nr + c] / sum[i];
        }
    }
}

void vr_attention_apply(vr_tensor y, vr_tensor qkv, int64_t heads, vr_arena *scratch) {
    const int64_t N = y.shape[0], T = y.shape[1], D = y.shape[2];
    VR_CHECK(heads >= 1 && D % heads == 0, "%lld channels do not divide into %lld heads", (long long)D,
             (long long)heads);
    VR_CHECK(y.ndim == 3 && qkv.ndim == 3 && qkv.shape[0] == N && qkv.shape[1] == T &&
                 qkv.shape[2] == 3 * D && vr_tensor_contiguous(y) && vr_tensor_contiguous(qkv),
             "y must be [N,T,D] and qkv [N,T,3D], without gaps");
    const int64_t d = D / heads, mr = vr_gemm_rows(), nr = vr_gemm_columns();
    const vr_arena_mark mark = vr_arena_here(scratch);
    /* Packed keys and values, a block of scores, the packed queries and the packed weights, per thread. */
    const int64_t each = vr_gemm_packed_size(d, T) + vr_gemm_packed_size(T, d) +
                         mr * ((T + nr - 1) / nr * nr) + (mr * d + 15) / 16 * 16 + (mr * T + 15) / 16 * 16;
    const int threads = N * heads * T * T * d < 100000 ? 1 : vr_threads();
    float *work = (float *)vr_arena_alloc(scratch, threads * ((each + 15) / 16 * 16), sizeof(float));
#pragma omp parallel for num_threads(threads) schedule(dynamic) if (threads > 1)
    for (int64_t i = 0; i < N * heads; i++) {
        const int64_t n = i / heads, h = i % heads;
        vrp_attention_head(y.data + n * T * D + h * d, qkv.data + n * T * 3 * D + h * d, T, D, d,
                           work + vr_thread_index() * ((each + 15) / 16 * 16));
    }
    vr_arena_rewind(scratch, mark);
}
