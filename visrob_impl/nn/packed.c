/* nn/packed.c: layers as products of packed panels (tensor/gemm.h), everything else done on the finished tile.
 *
 * A convolution is the same product: only the function that fills the left panel differs, gathering windows
 * straight into it, so that the unfolded image (im2col) never exists as a whole. Groups are one product each;
 * a depthwise convolution is a loop over channels, which no matrix product would speed up. Attention is one
 * head at a time, a few queries at a time: their scores live in L1 between the two products. */
#include "packed.h"
#include "../base/error.h"
#include "../base/par.h"
#include "../tensor/gemm.h"
#include <math.h>
#include <string.h>

/* exp to about 2 ulp, in operations that vectorize: 2^n by the exponent's bits, e^r by a polynomial on
 * |r| <= ln(2)/2 (Cephes' expf). Below -87 it stays at e^-87, about 1e-38. NaN stays NaN. */
static inline float vrp_packed_exp(float x) {
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    const float shifted = x * 1.44269504f + 12582912.0f, n = shifted - 12582912.0f;
    const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1;
    union {
        float f;
        uint32_t u;
    } bits = {.f = shifted}, two;
    two.u = (bits.u + 127u) << 23;
    return p * two.f;
}

/* erf to 2e-7 absolute (Abramowitz & Stegun 7.1.26). */
static inline float vrp_packed_erf(float x) {
    const float a = fabsf(x), t = 1 / (1 + 0.3275911f * a);
    const float p =
        ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t + 0.254829592f) * t;
    return copysignf(1 - p * vrp_packed_exp(-a * a), x);
}

static void vrp_packed_act(float *x, int64_t n, vr_act act) {
    switch (act) {
    case VR_ACT_NONE:
        break;
    case VR_ACT_RELU:
#pragma omp simd
        for (int64_t i = 0; i < n; i++) x[i] = x[i] < 0 ? 0 : x[i];
        break;
    case VR_ACT_GELU:
#pragma omp simd
        for (int64_t i = 0; i < n; i++) x[i] = 0.5f * x[i] * (1 + vrp_packed_erf(x[i] * 0.70710678f));
        break;
    case VR_ACT_GELU_TANH: /* (1 + tanh z) / 2 = sigmoid(2 z) */
#pragma omp simd
        for (int64_t i = 0; i < n; i++)
            x[i] /= 1 + vrp_packed_exp(-1.59576912f * (x[i] + 0.044715f * x[i] * x[i] * x[i]));
        break;
    case VR_ACT_QUICK_GELU:
#pragma omp simd
        for (int64_t i = 0; i < n; i++) x[i] /= 1 + vrp_packed_exp(-1.702f * x[i]);
        break;
    case VR_ACT_SILU:
#pragma omp simd
        for (int64_t i = 0; i < n; i++) x[i] /= 1 + vrp_packed_exp(-x[i]);
        break;
    }
}

/* What the two ends of a product need to know: of a linear layer, or of one group of a convolution. */
typedef struct vrp_packed_product {
    const float *x, *bias, *residual; /* x: the first channel of the group */
    float *y;
    int64_t ldx, ldy, ld_residual;
    vr_act act;
    bool residual_first; /* act(xW + b + residual), else act(xW + b) + residual */
    int64_t H, W, OH, OW, C, K, KH, KW;
    vr_conv_opts opts;
} vrp_packed_product;

static void vrp_packed_finish(const void *context, const float *tile, int64_t row, int64_t rows,
                              int64_t column, int64_t columns) {
    const vrp_packed_product *p = (const vrp_packed_product *)context;
    const int64_t nr = vr_gemm_columns();
    for (int64_t i = 0; i < rows; i++) {
        float line[32];
        const float *residual = p->residual ? p->residual + (row + i) * p->ld_residual + column : NULL;
        const float *bias = p->bias ? p->bias + column : NULL;
        for (int64_t j = 0; j < columns; j++) line[j] = tile[i * nr + j];
        if (bias)
            for (int64_t j = 0; j < columns; j++) line[j] += bias[j];
        if (residual && p->residual_first)
            for (int64_t j = 0; j < columns; j++) line[j] += residual[j];
        vrp_packed_act(line, columns, p->act);
        if (residual && !p->residual_first)
            for (int64_t j = 0; j < columns; j++) line[j] += residual[j];
        memcpy(p->y + (row + i) * p->ldy + column, line, (size_t)columns * sizeof(float));
    }
}

static void vrp_packed_fill_rows(const void *context, float *panel, int64_t row, int64_t rows) {
    const vrp_packed_product *p = (const vrp_packed_product *)context;
    vr_gemm_pack_rows(panel, p->x + row * p->ldx, rows, p->K, p->ldx);
}

/* Rows are output pixels, columns window positions times channels. */
static void vrp_packed_fill_windows(const void *context, float *panel, int64_t row, int64_t rows) {
    const vrp_packed_product *p = (const vrp_packed_product *)context;
    const int64_t mr = vr_gemm_rows();
    int64_t image[16], top[16], left[16];
    for (int64_t i = 0; i < rows; i++) {
        const int64_t pixel = row + i;
        image[i] = pixel / (p->OH * p->OW) * p->H;
        top[i] = pixel / p->OW % p->OH * p->opts.stride - p->opts.pad;
        left[i] = pixel % p->OW * p->opts.stride - p->opts.pad;
    }
    if (rows < mr) memset(panel, 0, (size_t)(mr * p->K) * sizeof(float));
    for (int64_t u = 0; u < p->KH; u++)
        for (int64_t v = 0; v < p->KW; v++, panel += mr * p->C)
            for (int64_t i = 0; i < rows; i++) {
                const int64_t r = top[i] + u * p->opts.dilation, s = left[i] + v * p->opts.dilation;
                if (r < 0 || r >= p->H || s < 0 || s >= p->W) {
                    for (int64_t c = 0; c < p->C; c++) panel[c * mr + i] = 0;
                    continue;
                }
                const float *x = p->x + ((image[i] + r) * p->W + s) * p->ldx;
                for (int64_t c = 0; c < p->C; c++) panel[c * mr + i] = x[c];
            }
}

static float *vrp_packed_bias(vr_arena *perm, vr_tensor b, int64_t O) {
    VR_CHECK(!b.data || vr_is_vec(b, O), "the bias must be [%lld]", (long long)O);
    return b.data ? vr_tensor_copy(perm, b).data : NULL;
}

vr_linear vr_linear_pack(vr_arena *perm, vr_tensor w, vr_tensor b) {
    VR_CHECK(w.ndim == 2, "w must be [O,K]");
    const int64_t O = w.shape[0], K = w.shape[1];
    float *panels = (float *)vr_arena_alloc(perm, vr_gemm_packed_size(K, O), sizeof(float));
    vr_gemm_pack(panels, w.data, K, O, w.stride[1], w.stride[0]);
    return (vr_linear){.in = K, .out = O, .panels = panels, .bias = vrp_packed_bias(perm, b, O)};
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
    const vrp_packed_product p = {.x = x.data,
                                  .bias = layer->bias,
                                  .residual = residual.data,
                                  .y = y.data,
                                  .ldx = x.stride[0],
                                  .ldy = y.stride[0],
                                  .ld_residual = residual.stride[0],
                                  .act = act,
                                  .K = layer->in};
    const vr_gemm_job job = {N, layer->out, layer->in, layer->panels, vrp_packed_fill_rows, vrp_packed_finish,
                             &p};
    vr_gemm_run(&job, scratch);
}

static bool vrp_packed_depthwise(const vr_conv *c) {
    return c->opts.groups > 1 && c->opts.groups == c->in && c->in == c->out;
}

/* scale: [O] or NULL, multiplied into the weights. */
static vr_conv vrp_packed_conv(vr_arena *perm, vr_tensor w, float *bias, const float *scale,
                               vr_conv_opts opts) {
    if (opts.stride == 0) opts.stride = 1;
    if (opts.groups == 0) opts.groups = 1;
    if (opts.dilation == 0) opts.dilation = 1;
    VR_CHECK(w.ndim == 4 && opts.groups >= 1 && w.shape[0] % opts.groups == 0, "%lld outputs in %lld groups",
             (long long)w.shape[0], (long long)opts.groups);
    VR_CHECK(opts.stride >= 1 && opts.dilation >= 1 && opts.pad >= 0,
             "stride, dilation or padding out of range");
    const int64_t O = w.shape[0], C = w.shape[1], KH = w.shape[2], KW = w.shape[3], K = KH * KW * C;
    vr_conv conv = {.in = C * opts.groups, .out = O, .kh = KH, .kw = KW, .opts = opts, .bias = bias};
    const bool depthwise = vrp_packed_depthwise(&conv);
    const int64_t Og = O / opts.groups, each = vr_gemm_packed_size(K, Og);
    float *packed = (float *)vr_arena_alloc(perm, depthwise ? O * K : opts.groups * each, sizeof(float));
    /* The weights in the order of the gathered windows, [O][u][v][c] (depthwise: [u][v][o]), behind the result. */
    const vr_arena_mark mark = vr_arena_here(perm);
    float *order = depthwise ? packed : (float *)vr_arena_alloc(perm, O * K, sizeof(float));
    const int64_t step_o = depthwise ? 1 : K, step_k = depthwise ? O : 1;
#pragma omp parallel for num_threads(vr_threads()) if (O * K > 50000)
    for (int64_t o = 0; o < O; o++)
        for (int64_t c = 0; c < C; c++)
            for (int64_t u = 0; u < KH; u++)
                for (int64_t v = 0; v < KW; v++)
                    order[o * step_o + ((u * KW + v) * C + c) * step_k] =
                        w.data[o * w.stride[0] + c * w.stride[1] + u * w.stride[2] + v * w.stride[3]] *
                        (scale ? scale[o] : 1);
    if (!depthwise)
        for (int64_t g = 0; g < opts.groups; g++)
            vr_gemm_pack(packed + g * each, order + g * Og * K, K, Og, 1, K);
    vr_arena_rewind(perm, mark);
    if (opts.groups == 1)
        conv.gemm = (vr_linear){.in = K, .out = O, .panels = packed, .bias = bias};
    else
        conv.w = packed;
    return conv;
}

vr_conv vr_conv_pack(vr_arena *perm, vr_tensor w, vr_tensor b, vr_conv_opts opts) {
    return vrp_packed_conv(perm, w, vrp_packed_bias(perm, b, w.shape[0]), NULL, opts);
}

vr_conv vr_conv_pack_batchnorm(vr_arena *perm, vr_tensor w, vr_conv_opts opts, vr_tensor mean, vr_tensor var,
                               vr_tensor gamma, vr_tensor beta, float eps) {
    const int64_t O = w.shape[0];
    VR_CHECK(vr_is_vec(mean, O) && vr_is_vec(var, O) && vr_is_vec(gamma, O) && vr_is_vec(beta, O),
             "mean, var, gamma and beta must be [%lld]", (long long)O);
    float *bias = (float *)vr_arena_alloc(perm, 2 * O, sizeof(float)), *scale = bias + O;
    for (int64_t o = 0; o < O; o++) {
        scale[o] = gamma.data[o * gamma.stride[0]] / sqrtf(var.data[o * var.stride[0]] + eps);
        bias[o] = beta.data[o * beta.stride[0]] - mean.data[o * mean.stride[0]] * scale[o];
    }
    return vrp_packed_conv(perm, w, bias, scale, opts);
}

int64_t vr_conv_out_size(int64_t h, int64_t k, vr_conv_opts opts) {
    const int64_t stride = opts.stride ? opts.stride : 1, dilation = opts.dilation ? opts.dilation : 1;
    const int64_t room = h + 2 * opts.pad - dilation * (k - 1) - 1;
    return room < 0 ? 0 : room / stride + 1;
}

/* A depthwise convolution: each channel its own window. */
static void vrp_packed_conv_depthwise(const vrp_packed_product *p, const float *w, int64_t N) {
    const int64_t C = p->ldx;
#pragma omp parallel for num_threads(vr_threads())
    for (int64_t row = 0; row < N * p->OH; row++)
        for (int64_t j = 0; j < p->OW; j++) {
            const int64_t pixel = row * p->OW + j;
            float *y = p->y + pixel * C;
            for (int64_t c = 0; c < C; c++) y[c] = p->bias ? p->bias[c] : 0;
            for (int64_t u = 0; u < p->KH; u++)
                for (int64_t v = 0; v < p->KW; v++) {
                    const int64_t r = row % p->OH * p->opts.stride + u * p->opts.dilation - p->opts.pad;
                    const int64_t s = j * p->opts.stride + v * p->opts.dilation - p->opts.pad;
                    if (r < 0 || r >= p->H || s < 0 || s >= p->W) continue;
                    const float *x = p->x + ((row / p->OH * p->H + r) * p->W + s) * C;
                    const float *wk = w + (u * p->KW + v) * C;
                    for (int64_t c = 0; c < C; c++) y[c] += x[c] * wk[c];
                }
            if (p->residual)
                for (int64_t c = 0; c < C; c++) y[c] += p->residual[pixel * C + c];
            vrp_packed_act(y, C, p->act);
        }
}

void vr_conv_apply(vr_tensor y, vr_tensor x, const vr_conv *layer, vr_act act, vr_tensor residual,
                   vr_arena *scratch) {
    const int64_t N = x.shape[0], H = x.shape[1], W = x.shape[2], G = layer->opts.groups;
    const int64_t OH = vr_conv_out_size(H, layer->kh, layer->opts),
                  OW = vr_conv_out_size(W, layer->kw, layer->opts);
    VR_CHECK(x.ndim == 4 && x.shape[3] == layer->in && vr_tensor_contiguous(x),
             "x must be [N,H,W,%lld] without gaps", (long long)layer->in);
    VR_CHECK(y.ndim == 4 && y.shape[0] == N && y.shape[1] == OH && y.shape[2] == OW &&
                 y.shape[3] == layer->out && vr_tensor_contiguous(y),
             "y must be [%lld,%lld,%lld,%lld] without gaps", (long long)N, (long long)OH, (long long)OW,
             (long long)layer->out);
    VR_CHECK(!residual.data || (vr_same_shape(residual, y) && vr_tensor_contiguous(residual)),
             "residual must have y's shape, without gaps");
    const int64_t C = layer->in / G, O = layer->out / G, K = layer->kh * layer->kw * C;
    vrp_packed_product p = {.x = x.data,
                            .bias = layer->bias,
                            .residual = residual.data,
                            .y = y.data,
                            .ldx = layer->in,
                            .ldy = layer->out,
                            .ld_residual = layer->out,
                            .act = act,
                            .residual_first = true,
                            .H = H,
                            .W = W,
                            .OH = OH,
                            .OW = OW,
                            .C = C,
                            .K = K,
                            .KH = layer->kh,
                            .KW = layer->kw,
                            .opts = layer->opts};
    if (vrp_packed_depthwise(layer)) {
        vrp_packed_conv_depthwise(&p, layer->w, N);
        return;
    }
    const bool plain = layer->kh == 1 && layer->kw == 1 && layer->opts.stride == 1 && layer->opts.pad == 0;
    for (int64_t g = 0; g < G; g++) {
        const float *panels = G == 1 ? layer->gemm.panels : layer->w + g * vr_gemm_packed_size(K, O);
        const vr_gemm_job job = {
            N * OH * OW,       O, K, panels, plain ? vrp_packed_fill_rows : vrp_packed_fill_windows,
            vrp_packed_finish, &p};
        vr_gemm_run(&job, scratch);
        p.x += C, p.y += O;
        if (p.bias) p.bias += O;
        if (p.residual) p.residual += O;
    }
}

/* Scores to probabilities, in place: exp(scale * (s - max)) for the first n of a row; returns their sum. */
static float vrp_packed_softmax(float *s, int64_t n, float scale) {
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
        s[t] = vrp_packed_exp(scale * (s[t] - max));
        sum += s[t];
    }
    return sum;
}

/* One head of one image. work: see vr_attention_apply. */
static void vrp_packed_head(float *y, const float *q, int64_t T, int64_t D, int64_t d, float *work) {
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
        for (int64_t i = 0; i < rows; i++) sum[i] = vrp_packed_softmax(scores + i * keys, T, scale);
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
        vrp_packed_head(y.data + n * T * D + h * d, qkv.data + n * T * 3 * D + h * d, T, D, d,
                        work + vr_thread_index() * ((each + 15) / 16 * 16));
    }
    vr_arena_rewind(scratch, mark);
}
