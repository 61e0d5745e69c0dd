/* nn/kernels.c: each layer as its equation: loops over outputs, one sum inside. Parallel over independent
 * outputs only, so the bits do not depend on the number of threads. Not optimized: a reference has to be easy to
 * check. */
#include "kernels_impl.h"
#include "../base/error.h"
#include "../base/par.h"
#include <math.h>

static float vrp_kernels_act(float x, vr_act act) {
    switch (act) {
    case VR_ACT_RELU:
        return x > 0 ? x : x != x ? x : 0;
    case VR_ACT_GELU:
        return 0.5f * x * (1 + erff(x * 0.70710678f));
    case VR_ACT_GELU_TANH:
        return 0.5f * x * (1 + tanhf(0.79788456f * (x + 0.044715f * x * x * x)));
    case VR_ACT_QUICK_GELU:
        return x / (1 + expf(-1.702f * x));
    case VR_ACT_SILU:
        return x / (1 + expf(-x));
    case VR_ACT_NONE:
        break;
    }
    return x;
}

void vr_act_forward(vr_tensor y, vr_tensor x, vr_act act) {
    VR_CHECK(vr_same_shape(y, x) && vr_tensor_contiguous(y) && vr_tensor_contiguous(x),
             "x and y must have the same shape and be contiguous");
    const int64_t n = vr_tensor_count(x);
#pragma omp parallel for num_threads(vr_threads()) if (n > 20000)
    for (int64_t i = 0; i < n; i++) y.data[i] = vrp_kernels_act(x.data[i], act);
}

void vr_linear_forward(vr_tensor y, vr_tensor x, vr_tensor w, vr_tensor b) {
    const int64_t N = x.shape[0], K = x.shape[1], O = w.shape[0];
    VR_CHECK(vr_is_mat(x, N, K) && vr_is_mat(w, O, K) && vr_is_mat(y, N, O),
             "x is [%lld,%lld], w [%lld,%lld], y [%lld,%lld]", (long long)N, (long long)K, (long long)O,
             (long long)w.shape[1], (long long)y.shape[0], (long long)y.shape[1]);
    VR_CHECK(!b.data || vr_is_vec(b, O), "b must be [%lld]", (long long)O);
#pragma omp parallel for collapse(2) num_threads(vr_threads())
    for (int64_t i = 0; i < N; i++)
        for (int64_t o = 0; o < O; o++) {
            float sum = b.data ? b.data[o * b.stride[0]] : 0;
            for (int64_t k = 0; k < K; k++)
                sum += x.data[i * x.stride[0] + k * x.stride[1]] * w.data[o * w.stride[0] + k * w.stride[1]];
            y.data[i * y.stride[0] + o * y.stride[1]] = sum;
        }
}

int64_t vr_conv_out_size(int64_t h, int64_t k, vr_conv_opts opts) {
    const int64_t stride = opts.stride ? opts.stride : 1, dilation = opts.dilation ? opts.dilation : 1;
    const int64_t room = h + 2 * opts.pad - dilation * (k - 1) - 1;
    return room < 0 ? 0 : room / stride + 1;
}

/* One output of a convolution, without its bias: a sum over the window and the group's channels. */
static float vrp_kernels_window(vr_tensor x, vr_tensor w, int64_t n, int64_t i, int64_t j, int64_t o,
                                int64_t c0, int64_t stride, int64_t pad, int64_t dilation) {
    float sum = 0;
    for (int64_t u = 0; u < w.shape[2]; u++)
        for (int64_t v = 0; v < w.shape[3]; v++) {
            const int64_t r = i * stride + u * dilation - pad, s = j * stride + v * dilation - pad;
            if (r < 0 || r >= x.shape[1] || s < 0 || s >= x.shape[2]) continue;
            const float *xp = x.data + n * x.stride[0] + r * x.stride[1] + s * x.stride[2] + c0 * x.stride[3];
            const float *wp = w.data + o * w.stride[0] + u * w.stride[2] + v * w.stride[3];
            for (int64_t c = 0; c < w.shape[1]; c++) sum += xp[c * x.stride[3]] * wp[c * w.stride[1]];
        }
    return sum;
}

void vr_conv2d_forward(vr_tensor y, vr_tensor x, vr_tensor w, vr_tensor b, vr_conv_opts opts) {
    const int64_t stride = opts.stride ? opts.stride : 1, dilation = opts.dilation ? opts.dilation : 1;
    const int64_t groups = opts.groups ? opts.groups : 1, pad = opts.pad, O = w.shape[0];
    const int64_t OH = vr_conv_out_size(x.shape[1], w.shape[2], opts),
                  OW = vr_conv_out_size(x.shape[2], w.shape[3], opts);
    VR_CHECK(x.ndim == 4 && w.ndim == 4 && y.ndim == 4, "x, w and y must have four dimensions");
    VR_CHECK(w.shape[1] * groups == x.shape[3] && O % groups == 0,
             "%lld input channels, %lld a group, %lld groups, %lld outputs", (long long)x.shape[3],
             (long long)w.shape[1], (long long)groups, (long long)O);
    VR_CHECK(y.shape[0] == x.shape[0] && y.shape[1] == OH && y.shape[2] == OW && y.shape[3] == O,
             "y must be [%lld,%lld,%lld,%lld]", (long long)x.shape[0], (long long)OH, (long long)OW,
             (long long)O);
    VR_CHECK(!b.data || vr_is_vec(b, O), "b must be [%lld]", (long long)O);
#pragma omp parallel for collapse(2) num_threads(vr_threads())
    for (int64_t n = 0; n < x.shape[0]; n++)
        for (int64_t i = 0; i < OH; i++)
            for (int64_t j = 0; j < OW; j++)
                for (int64_t o = 0; o < O; o++) {
                    const int64_t c0 = o / (O / groups) * w.shape[1];
                    y.data[n * y.stride[0] + i * y.stride[1] + j * y.stride[2] + o * y.stride[3]] =
                        vrp_kernels_window(x, w, n, i, j, o, c0, stride, pad, dilation) +
                        (b.data ? b.data[o * b.stride[0]] : 0);
                }
}

void vr_layernorm_forward(vr_tensor y, vr_tensor mean, vr_tensor rstd, vr_tensor x, vr_tensor w, vr_tensor b,
                          float eps) {
    const int64_t N = x.shape[0], C = x.shape[1];
    VR_CHECK(vr_is_mat(x, N, C) && vr_is_mat(y, N, C) && vr_is_vec(w, C) && vr_is_vec(b, C),
             "x and y must be [N,C], w and b [C=%lld]", (long long)C);
    VR_CHECK(x.stride[1] == 1 && y.stride[1] == 1 && w.stride[0] == 1 && b.stride[0] == 1,
             "rows must be contiguous");
    VR_CHECK((!mean.data || vr_is_vec(mean, N)) && (!rstd.data || vr_is_vec(rstd, N)),
             "mean and rstd must be [N]");
#pragma omp parallel for num_threads(vr_threads()) if (N * C > 20000)
    for (int64_t i = 0; i < N; i++) {
        const float *xi = x.data + i * x.stride[0];
        float *yi = y.data + i * y.stride[0], sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
        for (int64_t c = 0; c < C; c++) sum += xi[c];
        const float mu = sum / (float)C;
#pragma omp simd reduction(+ : squares)
        for (int64_t c = 0; c < C; c++) squares += (xi[c] - mu) * (xi[c] - mu);
        const float r = 1 / sqrtf(squares / (float)C + eps);
#pragma omp simd
        for (int64_t c = 0; c < C; c++) yi[c] = (xi[c] - mu) * r * w.data[c] + b.data[c];
        if (mean.data) mean.data[i * mean.stride[0]] = mu;
        if (rstd.data) rstd.data[i * rstd.stride[0]] = r;
    }
}

void vr_batchnorm_forward(vr_tensor y, vr_tensor x, vr_tensor mean, vr_tensor var, vr_tensor w, vr_tensor b,
                          float eps) {
    const int64_t C = x.shape[3], rows = C ? vr_tensor_count(x) / C : 0;
    VR_CHECK(x.ndim == 4 && vr_same_shape(y, x) && vr_tensor_contiguous(x) && vr_tensor_contiguous(y),
             "x and y must be [N,H,W,C], contiguous");
    VR_CHECK(vr_is_vec(mean, C) && vr_is_vec(var, C) && vr_is_vec(w, C) && vr_is_vec(b, C),
             "mean, var, w and b must be [C=%lld]", (long long)C);
#pragma omp parallel for num_threads(vr_threads()) if (rows * C > 20000)
    for (int64_t i = 0; i < rows; i++)
        for (int64_t c = 0; c < C; c++)
            y.data[i * C + c] = (x.data[i * C + c] - mean.data[c * mean.stride[0]]) /
                                    sqrtf(var.data[c * var.stride[0]] + eps) * w.data[c * w.stride[0]] +
                                b.data[c * b.stride[0]];
}

void vr_softmax_forward(vr_tensor y, vr_tensor x) {
    const int64_t N = x.shape[0], C = x.shape[1];
    VR_CHECK(vr_is_mat(x, N, C) && vr_is_mat(y, N, C) && x.stride[1] == 1 && y.stride[1] == 1,
             "x and y must be [N,C] with contiguous rows");
#pragma omp parallel for num_threads(vr_threads()) if (N * C > 20000)
    for (int64_t i = 0; i < N; i++) {
        const float *xi = x.data + i * x.stride[0];
        float *yi = y.data + i * y.stride[0], max = -INFINITY, sum = 0;
        for (int64_t c = 0; c < C; c++) max = fmaxf(max, xi[c]);
        for (int64_t c = 0; c < C; c++) sum += yi[c] = expf(xi[c] - max);
        for (int64_t c = 0; c < C; c++) yi[c] /= sum;
    }
}

/* One query of one head. The scores are computed twice, for their largest and for the sums, so that they need no
 * memory. */
static void vrp_kernels_query(float *y, const float *q, const float *k, const float *v, int64_t T,
                              int64_t row, int64_t d) {
    const float scale = 1 / sqrtf((float)d);
    float max = -INFINITY, sum = 0;
    for (int64_t c = 0; c < d; c++) y[c] = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int64_t t = 0; t < T; t++) {
            float s = 0;
            for (int64_t c = 0; c < d; c++) s += q[c] * k[t * row + c];
            s *= scale;
            if (pass == 0) {
                max = fmaxf(max, s);
                continue;
            }
            const float p = expf(s - max);
            sum += p;
            for (int64_t c = 0; c < d; c++) y[c] += p * v[t * row + c];
        }
    for (int64_t c = 0; c < d; c++) y[c] /= sum;
}

void vrp_attention_check(vr_tensor y, vr_tensor qkv, int64_t heads) {
    const int64_t N = y.shape[0], T = y.shape[1], D = y.shape[2];
    VR_CHECK(heads >= 1 && D % heads == 0, "%lld channels do not divide into %lld heads", (long long)D,
             (long long)heads);
    VR_CHECK(y.ndim == 3 && qkv.ndim == 3 && qkv.shape[0] == N && qkv.shape[1] == T &&
                 qkv.shape[2] == 3 * D && vr_tensor_contiguous(y) && vr_tensor_contiguous(qkv),
             "y must be [N,T,D] and qkv [N,T,3D], contiguous");
}

void vr_attention_forward(vr_tensor y, vr_tensor qkv, int64_t heads) {
    const int64_t N = y.shape[0], T = y.shape[1], D = y.shape[2];
    vrp_attention_check(y, qkv, heads);
    const int64_t d = D / heads;
#pragma omp parallel for collapse(3) num_threads(vr_threads())
    for (int64_t n = 0; n < N; n++)
        for (int64_t h = 0; h < heads; h++)
            for (int64_t t = 0; t < T; t++) {
                const float *base = qkv.data + n * T * 3 * D + h * d;
                vrp_kernels_query(y.data + (n * T + t) * D + h * d, base + t * 3 * D, base + D, base + 2 * D,
                                  T, 3 * D, d);
            }
}

void vrp_pool_check(vr_tensor y, vr_tensor x, int64_t k, int64_t stride, int64_t pad) {
    VR_CHECK(k >= 1 && stride >= 1 && pad >= 0 && 2 * pad <= k, "a window of %lld, stride %lld, padding %lld",
             (long long)k, (long long)stride, (long long)pad);
    const int64_t OH = (x.shape[1] + 2 * pad - k) / stride + 1, OW = (x.shape[2] + 2 * pad - k) / stride + 1;
    VR_CHECK(x.ndim == 4 && y.ndim == 4 && y.shape[0] == x.shape[0] && y.shape[1] == OH && y.shape[2] == OW &&
                 y.shape[3] == x.shape[3],
             "y must be [%lld,%lld,%lld,%lld]", (long long)x.shape[0], (long long)OH, (long long)OW,
             (long long)x.shape[3]);
}

/* Both poolings: one row of windows, all channels of a window at a time. */
static void vrp_kernels_pool(vr_tensor y, vr_tensor x, int64_t k, int64_t stride, int64_t pad, bool largest) {
    vrp_pool_check(y, x, k, stride, pad);
    VR_CHECK(vr_tensor_contiguous(x) && vr_tensor_contiguous(y), "x and y must be contiguous");
    const int64_t N = x.shape[0], H = x.shape[1], W = x.shape[2], C = x.shape[3], OH = y.shape[1],
                  OW = y.shape[2];
#pragma omp parallel for num_threads(vr_threads()) if (N * OH * OW * C > 20000)
    for (int64_t ni = 0; ni < N * OH; ni++)
        for (int64_t j = 0; j < OW; j++) {
            const int64_t n = ni / OH, top = ni % OH * stride - pad, left = j * stride - pad;
            float *out = y.data + (ni * OW + j) * C;
            for (int64_t c = 0; c < C; c++) out[c] = largest ? -INFINITY : 0;
            for (int64_t r = vr_max(top, 0); r < vr_min(top + k, H); r++)
                for (int64_t s = vr_max(left, 0); s < vr_min(left + k, W); s++) {
                    const float *in = x.data + ((n * H + r) * W + s) * C;
                    if (largest) /* a NaN stays, as it compares false */
                        for (int64_t c = 0; c < C; c++)
                            out[c] = in[c] <= out[c] ? out[c] : out[c] != out[c] ? out[c] : in[c];
                    else
                        for (int64_t c = 0; c < C; c++) out[c] += in[c];
                }
            if (!largest)
                for (int64_t c = 0; c < C; c++) out[c] /= (float)(k * k);
        }
}

void vr_maxpool2d_forward(vr_tensor y, vr_tensor x, int64_t k, int64_t stride, int64_t pad) {
    vrp_kernels_pool(y, x, k, stride, pad, true);
}

void vr_avgpool2d_forward(vr_tensor y, vr_tensor x, int64_t k, int64_t stride, int64_t pad) {
    vrp_kernels_pool(y, x, k, stride, pad, false);
}

void vr_global_avgpool_forward(vr_tensor y, vr_tensor x) {
    const int64_t N = x.shape[0], P = x.shape[1] * x.shape[2], C = x.shape[3];
    VR_CHECK(x.ndim == 4 && vr_tensor_contiguous(x) && vr_is_mat(y, N, C) && vr_tensor_contiguous(y),
             "x must be [N,H,W,C] and y [N,C], contiguous");
#pragma omp parallel for num_threads(vr_threads()) if (N * P * C > 20000)
    for (int64_t n = 0; n < N; n++) {
        float *out = y.data + n * C;
        for (int64_t c = 0; c < C; c++) out[c] = 0;
        for (int64_t p = 0; p < P; p++)
            for (int64_t c = 0; c < C; c++) out[c] += x.data[(n * P + p) * C + c];
        for (int64_t c = 0; c < C; c++) out[c] /= (float)P;
    }
}
