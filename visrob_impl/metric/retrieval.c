/* metric/retrieval.c: rows of length 1, a product of a block of queries with all of them, and the best k of each row of it:
 * the whole matrix of similarities is never there. Rejected: an index (trees, graphs), which is approximate, and slower
 * than a product up to millions of rows of hundreds of features. */
#include "retrieval.h"
#include "../base/par.h"
#include "../tensor/gemm.h"
#include "accuracy.h"
#include <math.h>
#include <string.h>

enum { VRP_RETRIEVAL_BLOCK = 1 << 24, VRP_RETRIEVAL_ROWS = 256 }; /* similarities held; queries at a time */

/* The rows of x divided by their lengths, contiguous. */
static bool vrp_retrieval_unit(vr_arena *scratch, float **unit, vr_tensor x, const char *name, vr_err *err) {
    const int64_t N = x.shape[0], D = x.shape[1];
    vr_tensor y = vr_tensor_copy(scratch, x);
    const int64_t bad = vr_tensor_find_nonfinite(y);
    *unit = y.data;
    if (bad >= 0)
        return vr_fail(err, VR_ERR_NUMERIC, "feature %lld of row %lld of %s is %g", (long long)(bad % D),
                       (long long)(bad / D), name, (double)y.data[bad]);
    for (int64_t i = 0; i < N; i++) {
        double squares = 0;
        float *row = y.data + i * D;
        for (int64_t d = 0; d < D; d++) squares += (double)row[d] * (double)row[d];
        const double scale = squares > 0 ? 1 / sqrt(squares) : 0;
        for (int64_t d = 0; d < D; d++) row[d] = (float)((double)row[d] * scale);
    }
    return true;
}

/* A block of queries, their similarities with all rows of x, and the best of them. */
typedef struct vrp_retrieval_block {
    const float *query;
    float *product; /* [rows,N] */
    int64_t D, N, k;
    int64_t *nearest;
    float *similarity;
} vrp_retrieval_block;

static void vrp_retrieval_fill(const void *context, float *panel, int64_t row, int64_t rows) {
    const vrp_retrieval_block *b = (const vrp_retrieval_block *)context;
    vr_gemm_pack_rows(panel, b->query + row * b->D, rows, b->D, b->D);
}

static void vrp_retrieval_finish(const void *context, float *tile, int64_t row, int64_t rows, int64_t column,
                                 int64_t columns) {
    const vrp_retrieval_block *b = (const vrp_retrieval_block *)context;
    for (int64_t i = 0; i < rows; i++)
        memcpy(b->product + (row + i) * b->N + column, tile + i * vr_gemm_columns(),
               (size_t)columns * sizeof *tile);
}

static void vrp_retrieval_best(const void *context, int64_t i, int thread) {
    const vrp_retrieval_block *b = (const vrp_retrieval_block *)context;
    const float *row = b->product + i * b->N;
    int64_t *nearest = b->nearest + i * b->k;
    (void)thread;
    vr_predict_top_k(nearest, row, 1, b->N, b->k);
    for (int64_t n = 0; b->similarity && n < b->k; n++) b->similarity[i * b->k + n] = row[nearest[n]];
}

bool vr_nearest(int64_t *nearest, float *similarity, vr_tensor query, vr_tensor x, int64_t k,
                vr_arena *scratch, vr_err *err) {
    const int64_t M = query.shape[0], N = x.shape[0], D = x.shape[1];
    VR_CHECK(vr_is_mat(query, M, D) && vr_is_mat(x, N, D), "query is [%lld,%lld] but x is [%lld,%lld]",
             (long long)M, (long long)query.shape[1], (long long)N, (long long)D);
    VR_CHECK(k >= 1 && k <= N, "the nearest %lld of %lld rows", (long long)k, (long long)N);
    memset(nearest, 0, (size_t)(M * k) * sizeof *nearest);
    if (similarity) memset(similarity, 0, (size_t)(M * k) * sizeof *similarity);
    const vr_arena_mark mark = vr_arena_here(scratch);
    float *rows, *queries;
    const bool ok = vrp_retrieval_unit(scratch, &rows, x, "x", err) &&
                    vrp_retrieval_unit(scratch, &queries, query, "query", err);
    if (ok) {
        const int64_t step = vr_clamp(VRP_RETRIEVAL_BLOCK / N, 1, VRP_RETRIEVAL_ROWS);
        float *panels = (float *)vr_arena_alloc(scratch, vr_gemm_packed_size(D, N), sizeof *panels);
        float *product = (float *)vr_arena_alloc(scratch, vr_min(step, M) * N, sizeof *product);
        vr_gemm_pack(panels, rows, D, N, 1, D);
        for (int64_t i = 0; i < M; i += step) {
            const vrp_retrieval_block block = {.query = queries + i * D,
                                               .product = product,
                                               .D = D,
                                               .N = N,
                                               .k = k,
                                               .nearest = nearest + i * k,
                                               .similarity = similarity ? similarity + i * k : NULL};
            const vr_gemm_job job = {.M = vr_min(step, M - i),
                                     .N = N,
                                     .K = D,
                                     .panels = panels,
                                     .fill = vrp_retrieval_fill,
                                     .finish = vrp_retrieval_finish,
                                     .context = &block};
            vr_gemm_run(&job, scratch);
            vr_parallel(job.M, vrp_retrieval_best, &block);
        }
    }
    vr_arena_rewind(scratch, mark);
    return ok;
}

bool vr_knn_classify(vr_tensor votes, vr_tensor query, vr_tensor x, const int64_t *labels,
                     const vr_knn *options, vr_arena *scratch, vr_err *err) {
    const int64_t M = query.shape[0], N = x.shape[0], C = votes.shape[1];
    VR_CHECK(vr_is_mat(votes, M, C) && vr_tensor_contiguous(votes), "votes must be [M=%lld,classes]",
             (long long)M);
    const vr_knn o = options ? *options : (vr_knn){0};
    const double T = o.temperature == 0 ? 0.07 : o.temperature;
    const int64_t k = vr_min(o.k == 0 ? 20 : o.k, N);
    memset(votes.data, 0, (size_t)(M * C) * sizeof *votes.data);
    if (k < 1 || !(T > 0))
        return vr_fail(err, VR_ERR_ARGUMENT, "%lld neighbours, temperature %g: expected both above 0",
                       (long long)k, T);
    for (int64_t n = 0; n < N; n++)
        if (labels[n] < 0 || labels[n] >= C)
            return vr_fail(err, VR_ERR_ARGUMENT, "label %lld of row %lld, with %lld classes",
                           (long long)labels[n], (long long)n, (long long)C);
    const vr_arena_mark mark = vr_arena_here(scratch);
    int64_t *nearest = (int64_t *)vr_arena_alloc(scratch, M * k, sizeof *nearest);
    float *similarity = (float *)vr_arena_alloc(scratch, M * k, sizeof *similarity);
    const bool ok = vr_nearest(nearest, similarity, query, x, k, scratch, err);
    for (int64_t i = 0; ok && i < M; i++) {
        const float *s = similarity + i * k; /* s[0] is the highest: its weight is 1, whatever T is */
        double sum = 0;
        for (int64_t n = 0; n < k; n++) sum += exp((double)(s[n] - s[0]) / T);
        for (int64_t n = 0; n < k; n++)
            votes.data[i * C + labels[nearest[i * k + n]]] += (float)(exp((double)(s[n] - s[0]) / T) / sum);
    }
    vr_arena_rewind(scratch, mark);
    return ok;
}
