/* nn/packed.c: linear layers (products with an epilogue on each finished tile), layer norm and the poolings.
 * Convolutions are in convolution.c and winograd.c, attention in attention.c. */
#include "packed.h"
#include "../base/error.h"
#include "../base/par.h"
#include "../tensor/gemm.h"
#include "gather_impl.h"
#include "kernels_impl.h"
#include <math.h>
#include <string.h>

/* ---- layer norm ---- */

enum { VRP_PACKED_ROWS = 8 };

typedef struct vrp_packed_norm {
    const float *x, *w, *b;
    float *y;
    int64_t ldx, ldy, N, C;
    float eps;
} vrp_packed_norm;

static void vrp_packed_moments(float *mean, float *rstd, const float *x, int64_t C, float eps) {
    float sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t c = 0; c < C; c++) sum += x[c];
    const float mu = sum / (float)C;
#pragma omp simd reduction(+ : squares)
    for (int64_t c = 0; c < C; c++) squares += (x[c] - mu) * (x[c] - mu);
    *mean = mu;
    *rstd = 1 / sqrtf(squares / (float)C + eps);
}

static void vrp_packed_scale(float *y, const float *x, float mean, float rstd, const float *w, const float *b,
                             int64_t n) {
#pragma omp simd
    for (int64_t c = 0; c < n; c++) y[c] = (x[c] - mean) * rstd * w[c] + b[c];
}

/* A few rows a piece: a single row takes less time than its share of the loop over threads. */
static void vrp_packed_norm_rows(const void *context, int64_t piece, int thread) {
    const vrp_packed_norm *n = (const vrp_packed_norm *)context;
    (void)thread;
    for (int64_t i = piece * VRP_PACKED_ROWS; i < vr_min((piece + 1) * VRP_PACKED_ROWS, n->N); i++) {
        const float *x = n->x + i * n->ldx;
        float mean, rstd;
        vrp_packed_moments(&mean, &rstd, x, n->C, n->eps);
        vrp_packed_scale(n->y + i * n->ldy, x, mean, rstd, n->w, n->b, n->C);
    }
}

void vr_layernorm_apply(vr_tensor y, vr_tensor x, const vr_norm *norm, float eps) {
    const int64_t N = x.shape[0], C = x.shape[1];
    VR_CHECK(x.ndim == 2 && vr_same_shape(x, y) && x.stride[1] == 1 && y.stride[1] == 1,
             "x and y must be [N,C], with contiguous rows");
    VR_CHECK(vr_is_vec(norm->w, C) && vr_is_vec(norm->b, C) && norm->w.stride[0] == 1 &&
                 norm->b.stride[0] == 1,
             "the norm's w and b must be [C=%lld], contiguous", (long long)C);
    const vrp_packed_norm job = {.x = x.data,
                                 .w = norm->w.data,
                                 .b = norm->b.data,
                                 .y = y.data,
                                 .ldx = x.stride[0],
                                 .ldy = y.stride[0],
                                 .N = N,
                                 .C = C,
                                 .eps = eps};
    vr_parallel((N + VRP_PACKED_ROWS - 1) / VRP_PACKED_ROWS, vrp_packed_norm_rows, &job);
}

/* ---- linear layers ---- */

typedef struct vrp_packed_linear {
    const float *x;
    int64_t ldx, K;
    vrp_epilogue epilogue;
} vrp_packed_linear;

static void vrp_packed_fill(const void *context, float *panel, int64_t row, int64_t rows) {
    const vrp_packed_linear *p = (const vrp_packed_linear *)context;
    vr_gemm_pack_rows(panel, p->x + row * p->ldx, rows, p->K, p->ldx);
}

static void vrp_packed_finish(const void *context, float *tile, int64_t row, int64_t rows, int64_t column,
                              int64_t columns) {
    const vrp_packed_linear *p = (const vrp_packed_linear *)context;
    vrp_epilogue_apply(&p->epilogue, tile, vr_gemm_columns(), row, rows, column, columns);
}

vr_linear vr_linear_pack(vr_arena *perm, vr_tensor w, vr_tensor b) {
    VR_CHECK(w.ndim == 2, "w must be [O,K]");
    const int64_t O = w.shape[0], K = w.shape[1];
    VR_CHECK(!b.data || vr_is_vec(b, O), "the bias must be [%lld]", (long long)O);
    float *panels = (float *)vr_arena_alloc(perm, vr_gemm_packed_size(K, O), sizeof(float));
    vr_gemm_pack(panels, w.data, K, O, w.stride[1], w.stride[0]);
    return (vr_linear){
        .in = K, .out = O, .panels = panels, .bias = b.data ? vr_tensor_copy(perm, b).data : NULL};
}

void vr_linear_apply(vr_tensor y, vr_tensor x, const vr_linear *layer, vr_act act, vr_tensor residual,
                     vr_arena *scratch) {
    const int64_t N = x.shape[0];
    VR_CHECK(vr_is_mat(x, N, layer->in) && vr_is_mat(y, N, layer->out) && x.stride[1] == 1 &&
                 y.stride[1] == 1,
             "x is [%lld,%lld], y [%lld,%lld], the layer %lld -> %lld", (long long)N, (long long)x.shape[1],
             (long long)y.shape[0], (long long)y.shape[1], (long long)layer->in, (long long)layer->out);
    VR_CHECK(!residual.data || (vr_is_mat(residual, N, layer->out) && residual.stride[1] == 1),
             "residual must have y's shape");
    const vrp_packed_linear p = {.x = x.data,
                                 .ldx = x.stride[0],
                                 .K = layer->in,
                                 .epilogue = {.bias = layer->bias,
                                              .residual = residual.data,
                                              .ld_residual = residual.stride[0],
                                              .y = y.data,
                                              .ldy = y.stride[0],
                                              .act = act}};
    const vr_gemm_job job = {N, layer->out, layer->in, layer->panels, vrp_packed_fill, vrp_packed_finish, &p};
    if (vr_gemm_gathers())
        vrp_gather_rows(&p.epilogue, x.data, x.stride[0], N, layer->panels, layer->in, layer->out, scratch);
    else
        vr_gemm_run(&job, scratch);
}

void vr_linear_apply_norm(vr_tensor y, vr_tensor x, const vr_norm *norm, float eps, const vr_linear *layer,
                          vr_act act, vr_arena *scratch) {
    VR_CHECK(x.ndim == 2, "x must be [N,K]");
    const vr_arena_mark mark = vr_arena_here(scratch);
    const vr_tensor normed = vr_rows_new(scratch, x.shape[0], x.shape[1]);
    vr_layernorm_apply(normed, x, norm, eps);
    vr_linear_apply(y, normed, layer, act, (vr_tensor){0}, scratch);
    vr_arena_rewind(scratch, mark);
}

vr_tensor vr_rows_new(vr_arena *arena, int64_t rows, int64_t columns) {
    const int64_t shape[2] = {rows, vr_pixel_stride(columns)};
    const vr_tensor padded = vr_tensor_raw(arena, 2, shape);
    return vr_tensor_slice(padded, 1, 0, columns);
}

int64_t vr_pixel_stride(int64_t C) { return C % 512 == 0 ? C + 16 : C; }

vr_tensor vr_pixels_view(float *data, int64_t N, int64_t H, int64_t W, int64_t C) {
    const int64_t shape[4] = {N, H, W, vr_pixel_stride(C)};
    return vr_tensor_slice(vr_tensor_view(data, 4, shape), 3, 0, C);
}

/* ---- poolings ---- */

typedef struct vrp_packed_pool {
    vr_tensor y, x;
    int64_t k, stride, pad;
} vrp_packed_pool;

/* One row of windows; a NaN stays, as it compares false. */
static void vrp_packed_maxpool_row(const void *context, int64_t row, int thread) {
    const vrp_packed_pool *p = (const vrp_packed_pool *)context;
    const int64_t H = p->x.shape[1], W = p->x.shape[2], C = p->x.shape[3], OH = p->y.shape[1],
                  OW = p->y.shape[2], ldx = p->x.stride[2], ldy = p->y.stride[2];
    const int64_t top = row % OH * p->stride - p->pad;
    const float *image = p->x.data + row / OH * H * W * ldx;
    (void)thread;
    for (int64_t j = 0; j < OW; j++) {
        const int64_t left = j * p->stride - p->pad;
        float *out = p->y.data + (row * OW + j) * ldy;
        for (int64_t c = 0; c < C; c++) out[c] = -INFINITY;
        for (int64_t r = vr_max(top, 0); r < vr_min(top + p->k, H); r++)
            for (int64_t s = vr_max(left, 0); s < vr_min(left + p->k, W); s++) {
                const float *in = image + (r * W + s) * ldx;
#pragma omp simd
                for (int64_t c = 0; c < C; c++) out[c] = in[c] <= out[c] || out[c] != out[c] ? out[c] : in[c];
            }
    }
}

void vr_maxpool2d_apply(vr_tensor y, vr_tensor x, int64_t k, int64_t stride, int64_t pad) {
    vrp_pool_check(y, x, k, stride, pad);
    VR_CHECK(vrp_pixels_even(x) && vrp_pixels_even(y), "the pixels of x and y must be evenly apart");
    const vrp_packed_pool job = {y, x, k, stride, pad};
    vr_parallel(y.shape[0] * y.shape[1], vrp_packed_maxpool_row, &job);
}

static void vrp_packed_mean(const void *context, int64_t n, int thread) {
    const vrp_packed_pool *p = (const vrp_packed_pool *)context;
    const int64_t P = p->x.shape[1] * p->x.shape[2], C = p->x.shape[3];
    float *out = p->y.data + n * C;
    (void)thread;
    memset(out, 0, (size_t)C * sizeof(float));
    for (int64_t i = 0; i < P; i++)
#pragma omp simd
        for (int64_t c = 0; c < C; c++) out[c] += p->x.data[(n * P + i) * p->x.stride[2] + c];
    for (int64_t c = 0; c < C; c++) out[c] /= (float)P;
}

void vr_global_avgpool_apply(vr_tensor y, vr_tensor x) {
    VR_CHECK(vrp_pixels_even(x) && vr_is_mat(y, x.shape[0], x.shape[3]) && vr_tensor_contiguous(y),
             "x must be [N,H,W,C], its pixels evenly apart, and y [N,C] contiguous");
    const vrp_packed_pool job = {.y = y, .x = x};
    vr_parallel(x.shape[0], vrp_packed_mean, &job);
}
