/* nn/gradients.c: the backward functions of nn/kernels.h. Each gradient is a loop over its own elements with one sum inside, in
 * double, rather than a loop over outputs that scatters: so that elements are independent, the bits do not depend on the
 * number of threads, and each line can be read beside its equation. */
#include "../base/error.h"
#include "../base/par.h"
#include "kernels_impl.h"
#include <math.h>

/* True for a gradient that is wanted; it has to have the shape of what it is of. */
static bool vrp_gradients_wanted(vr_tensor d, vr_tensor of) {
    VR_CHECK(!d.data || (vr_same_shape(d, of) && vr_tensor_contiguous(d)),
             "a gradient must have the shape of what it is of and be contiguous");
    return d.data != NULL;
}

/* act'(x) */
static double vrp_gradients_slope(double x, vr_act act) {
    switch (act) {
    case VR_ACT_RELU:
        return x > 0;
    case VR_ACT_GELU: /* Phi(x) + x phi(x) */
        return 0.5 * (1 + erf(x * 0.7071067811865476)) + x * 0.3989422804014327 * exp(-0.5 * x * x);
    case VR_ACT_GELU_TANH: {
        const double k = 0.7978845608028654, t = tanh(k * (x + 0.044715 * x * x * x));
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * k * (1 + 3 * 0.044715 * x * x);
    }
    case VR_ACT_QUICK_GELU:
    case VR_ACT_SILU: {
        const double k = act == VR_ACT_SILU ? 1 : 1.702, s = 1 / (1 + exp(-k * x));
        return s + k * x * s * (1 - s);
    }
    case VR_ACT_NONE:
        break;
    }
    return 1;
}

void vr_act_backward(vr_tensor dx, vr_tensor dy, vr_tensor x, vr_act act) {
    const int64_t n = vr_tensor_count(x);
    VR_CHECK(vr_same_shape(dy, x) && vr_tensor_contiguous(dy) && vr_tensor_contiguous(x),
             "dy and x must have the same shape and be contiguous");
    if (!vrp_gradients_wanted(dx, x)) return;
#pragma omp parallel for num_threads(vr_threads()) if (n > 20000)
    for (int64_t i = 0; i < n; i++) dx.data[i] += (float)(dy.data[i] * vrp_gradients_slope(x.data[i], act));
}

void vr_linear_backward(vr_tensor dx, vr_tensor dw, vr_tensor db, vr_tensor dy, vr_tensor x, vr_tensor w) {
    const int64_t N = x.shape[0], K = x.shape[1], O = w.shape[0];
    VR_CHECK(vr_is_mat(x, N, K) && vr_is_mat(w, O, K) && vr_is_mat(dy, N, O),
             "x is [%lld,%lld], w must be [O,K] and dy [N,O]", (long long)N, (long long)K);
    VR_CHECK(vr_tensor_contiguous(x) && vr_tensor_contiguous(w) && vr_tensor_contiguous(dy),
             "x, w and dy must be contiguous");
    VR_CHECK(!db.data || vr_is_vec(db, O), "db must be [%lld]", (long long)O);
    const bool wants_x = vrp_gradients_wanted(dx, x), wants_w = vrp_gradients_wanted(dw, w);
#pragma omp parallel for collapse(2) num_threads(vr_threads()) if (wants_x)
    for (int64_t i = 0; i < (wants_x ? N : 0); i++)
        for (int64_t k = 0; k < K; k++) {
            double sum = 0;
            for (int64_t o = 0; o < O; o++) sum += (double)dy.data[i * O + o] * w.data[o * K + k];
            dx.data[i * K + k] += (float)sum;
        }
#pragma omp parallel for collapse(2) num_threads(vr_threads()) if (wants_w)
    for (int64_t o = 0; o < (wants_w ? O : 0); o++)
        for (int64_t k = 0; k < K; k++) {
            double sum = 0;
            for (int64_t i = 0; i < N; i++) sum += (double)dy.data[i * O + o] * x.data[i * K + k];
            dw.data[o * K + k] += (float)sum;
        }
    for (int64_t o = 0; db.data && o < O; o++) {
        double sum = 0;
        for (int64_t i = 0; i < N; i++) sum += dy.data[i * O + o];
        db.data[o * db.stride[0]] += (float)sum;
    }
}

/* ---- convolution ---- */

/* A convolution's sizes, defaults filled in; per: channels of a group, out: its outputs. */
typedef struct vrp_gradients_conv {
    int64_t N, H, W, C, OH, OW, O, KH, KW, per, out, stride, pad, dilation;
} vrp_gradients_conv;

static vrp_gradients_conv vrp_gradients_conv_of(vr_tensor dy, vr_tensor x, vr_tensor w, vr_conv_opts opts) {
    const int64_t groups = opts.groups ? opts.groups : 1, O = w.shape[0];
    VR_CHECK(x.ndim == 4 && w.ndim == 4 && dy.ndim == 4 && vr_tensor_contiguous(x) &&
                 vr_tensor_contiguous(w) && vr_tensor_contiguous(dy),
             "x, w and dy must have four dimensions and be contiguous");
    VR_CHECK(w.shape[1] * groups == x.shape[3] && O % groups == 0,
             "%lld input channels, %lld a group, %lld groups, %lld outputs", (long long)x.shape[3],
             (long long)w.shape[1], (long long)groups, (long long)O);
    const vrp_gradients_conv g = {.N = x.shape[0],
                                  .H = x.shape[1],
                                  .W = x.shape[2],
                                  .C = x.shape[3],
                                  .OH = vr_conv_out_size(x.shape[1], w.shape[2], opts),
                                  .OW = vr_conv_out_size(x.shape[2], w.shape[3], opts),
                                  .O = O,
                                  .KH = w.shape[2],
                                  .KW = w.shape[3],
                                  .per = w.shape[1],
                                  .out = O / groups,
                                  .stride = opts.stride ? opts.stride : 1,
                                  .pad = opts.pad,
                                  .dilation = opts.dilation ? opts.dilation : 1};
    VR_CHECK(dy.shape[0] == g.N && dy.shape[1] == g.OH && dy.shape[2] == g.OW && dy.shape[3] == O,
             "dy must be [%lld,%lld,%lld,%lld]", (long long)g.N, (long long)g.OH, (long long)g.OW,
             (long long)O);
    return g;
}

/* The output that sees input `at` through element u of the window, or -1. */
static int64_t vrp_gradients_output(const vrp_gradients_conv *g, int64_t at, int64_t u, int64_t outputs) {
    const int64_t i = at + g->pad - u * g->dilation;
    return i >= 0 && i % g->stride == 0 && i / g->stride < outputs ? i / g->stride : -1;
}

/* The gradient of one pixel's channel c. */
static double vrp_gradients_pixel(const vrp_gradients_conv *g, const float *dy, const float *w, int64_t r,
                                  int64_t s, int64_t c) {
    const int64_t first = c / g->per * g->out;
    double sum = 0;
    for (int64_t u = 0; u < g->KH; u++)
        for (int64_t v = 0; v < g->KW; v++) {
            const int64_t i = vrp_gradients_output(g, r, u, g->OH), j = vrp_gradients_output(g, s, v, g->OW);
            for (int64_t o = first; i >= 0 && j >= 0 && o < first + g->out; o++)
                sum += (double)dy[(i * g->OW + j) * g->O + o] *
                       w[((o * g->per + c % g->per) * g->KH + u) * g->KW + v];
        }
    return sum;
}

/* The gradient of one weight. */
static double vrp_gradients_weight(const vrp_gradients_conv *g, const float *dy, const float *x, int64_t o,
                                   int64_t c, int64_t u, int64_t v) {
    const int64_t channel = o / g->out * g->per + c;
    double sum = 0;
    for (int64_t n = 0; n < g->N; n++)
        for (int64_t i = 0; i < g->OH; i++)
            for (int64_t j = 0; j < g->OW; j++) {
                const int64_t r = i * g->stride + u * g->dilation - g->pad,
                              s = j * g->stride + v * g->dilation - g->pad;
                if (r < 0 || r >= g->H || s < 0 || s >= g->W) continue;
                sum += (double)dy[((n * g->OH + i) * g->OW + j) * g->O + o] *
                       x[((n * g->H + r) * g->W + s) * g->C + channel];
            }
    return sum;
}

void vr_conv2d_backward(vr_tensor dx, vr_tensor dw, vr_tensor db, vr_tensor dy, vr_tensor x, vr_tensor w,
                        vr_conv_opts opts) {
    const vrp_gradients_conv g = vrp_gradients_conv_of(dy, x, w, opts);
    const bool wants_x = vrp_gradients_wanted(dx, x), wants_w = vrp_gradients_wanted(dw, w);
    VR_CHECK(!db.data || vr_is_vec(db, g.O), "db must be [%lld]", (long long)g.O);
    const int64_t pixels = g.H * g.W, taps = g.KH * g.KW, outputs = g.OH * g.OW;
#pragma omp parallel for collapse(2) num_threads(vr_threads()) if (wants_x)
    for (int64_t n = 0; n < (wants_x ? g.N : 0); n++)
        for (int64_t p = 0; p < pixels; p++)
            for (int64_t c = 0; c < g.C; c++)
                dx.data[(n * pixels + p) * g.C + c] +=
                    (float)vrp_gradients_pixel(&g, dy.data + n * outputs * g.O, w.data, p / g.W, p % g.W, c);
#pragma omp parallel for collapse(2) num_threads(vr_threads()) if (wants_w)
    for (int64_t o = 0; o < (wants_w ? g.O : 0); o++)
        for (int64_t c = 0; c < g.per; c++)
            for (int64_t t = 0; t < taps; t++)
                dw.data[(o * g.per + c) * taps + t] +=
                    (float)vrp_gradients_weight(&g, dy.data, x.data, o, c, t / g.KW, t % g.KW);
    for (int64_t o = 0; db.data && o < g.O; o++) {
        double sum = 0;
        for (int64_t p = 0; p < g.N * outputs; p++) sum += dy.data[p * g.O + o];
        db.data[o * db.stride[0]] += (float)sum;
    }
}

/* ---- norms ---- */

/* dw[c] += sum over rows of dy (x - mean) rstd and db[c] += sum of dy; mean and rstd are of rows, or of columns. */
static void vrp_gradients_affine(vr_tensor dw, vr_tensor db, const float *dy, const float *x, vr_tensor mean,
                                 vr_tensor rstd, bool of_rows, int64_t rows, int64_t C) {
#pragma omp parallel for num_threads(vr_threads()) if (rows * C > 20000)
    for (int64_t c = 0; c < C; c++) {
        double scaled = 0, plain = 0;
        for (int64_t i = 0; i < rows; i++) {
            const int64_t at = of_rows ? i : c;
            const double h = ((double)x[i * C + c] - mean.data[at]) * rstd.data[at];
            scaled += dy[i * C + c] * h;
            plain += dy[i * C + c];
        }
        if (dw.data) dw.data[c] += (float)scaled;
        if (db.data) db.data[c] += (float)plain;
    }
}

void vr_layernorm_backward(vr_tensor dx, vr_tensor dw, vr_tensor db, vr_tensor dy, vr_tensor x, vr_tensor w,
                           vr_tensor mean, vr_tensor rstd) {
    const int64_t N = x.shape[0], C = x.shape[1];
    VR_CHECK(vr_is_mat(x, N, C) && vr_is_mat(dy, N, C) && vr_tensor_contiguous(x) && vr_tensor_contiguous(dy),
             "x and dy must be [N,C], contiguous");
    VR_CHECK(vr_is_vec(w, C) && vr_is_vec(mean, N) && vr_is_vec(rstd, N), "w must be [C], mean and rstd [N]");
    const bool wants_x = vrp_gradients_wanted(dx, x);
    vrp_gradients_wanted(dw, w), vrp_gradients_wanted(db, w);
    vrp_gradients_affine(dw, db, dy.data, x.data, mean, rstd, true, N, C);
#pragma omp parallel for num_threads(vr_threads()) if (N * C > 20000)
    for (int64_t i = 0; i < (wants_x ? N : 0); i++) {
        const float *xi = x.data + i * C, *dyi = dy.data + i * C;
        const double mu = mean.data[i], r = rstd.data[i];
        double g = 0, gh = 0;
        for (int64_t c = 0; c < C; c++) {
            const double gc = (double)dyi[c] * w.data[c];
            g += gc;
            gh += gc * (xi[c] - mu) * r;
        }
        for (int64_t c = 0; c < C; c++)
            dx.data[i * C + c] +=
                (float)(r * ((double)dyi[c] * w.data[c] - g / (double)C - (xi[c] - mu) * r * gh / (double)C));
    }
}

/* A bug (VR_CHECK) unless x is [N,H,W,C] and the others are [C], all contiguous; returns the number of pixels. */
static int64_t vrp_gradients_pixels(vr_tensor x, vr_tensor w, vr_tensor mean, vr_tensor rstd) {
    const int64_t C = x.shape[3];
    VR_CHECK(x.ndim == 4 && C > 0 && vr_tensor_contiguous(x), "x must be [N,H,W,C], contiguous");
    VR_CHECK(vr_is_vec(w, C) && vr_is_vec(mean, C) && vr_is_vec(rstd, C), "w, mean and rstd must be [C=%lld]",
             (long long)C);
    return vr_tensor_count(x) / C;
}

void vr_batchnorm_train_forward(vr_tensor y, vr_tensor mean, vr_tensor rstd, vr_tensor x, vr_tensor w,
                                vr_tensor b, float eps) {
    const int64_t n = vrp_gradients_pixels(x, w, mean, rstd), C = x.shape[3];
    VR_CHECK(vr_same_shape(y, x) && vr_tensor_contiguous(y) && vr_is_vec(b, C),
             "y must have the shape of x, and b be [C=%lld]", (long long)C);
    VR_CHECK(n > 0, "no pixels");
#pragma omp parallel for num_threads(vr_threads()) if (n * C > 20000)
    for (int64_t c = 0; c < C; c++) {
        double sum = 0, squares = 0;
        for (int64_t i = 0; i < n; i++) sum += x.data[i * C + c];
        const double mu = sum / (double)n;
        for (int64_t i = 0; i < n; i++) squares += (x.data[i * C + c] - mu) * (x.data[i * C + c] - mu);
        const double r = 1 / sqrt(squares / (double)n + (double)eps);
        mean.data[c] = (float)mu, rstd.data[c] = (float)r;
        for (int64_t i = 0; i < n; i++)
            y.data[i * C + c] = (float)((x.data[i * C + c] - mu) * r * w.data[c] + b.data[c]);
    }
}

void vr_batchnorm_train_backward(vr_tensor dx, vr_tensor dw, vr_tensor db, vr_tensor dy, vr_tensor x,
                                 vr_tensor w, vr_tensor mean, vr_tensor rstd) {
    const int64_t n = vrp_gradients_pixels(x, w, mean, rstd), C = x.shape[3];
    VR_CHECK(vr_same_shape(dy, x) && vr_tensor_contiguous(dy), "dy must have the shape of x, contiguous");
    const bool wants_x = vrp_gradients_wanted(dx, x);
    vrp_gradients_wanted(dw, w), vrp_gradients_wanted(db, w);
    vrp_gradients_affine(dw, db, dy.data, x.data, mean, rstd, false, n, C);
#pragma omp parallel for num_threads(vr_threads()) if (n * C > 20000)
    for (int64_t c = 0; c < (wants_x ? C : 0); c++) {
        const double mu = mean.data[c], r = rstd.data[c];
        double g = 0, gh = 0;
        for (int64_t i = 0; i < n; i++) {
            g += dy.data[i * C + c];
            gh += dy.data[i * C + c] * (x.data[i * C + c] - mu) * r;
        }
        for (int64_t i = 0; i < n; i++)
            dx.data[i * C + c] +=
                (float)(w.data[c] * r *
                        (dy.data[i * C + c] - g / (double)n - (x.data[i * C + c] - mu) * r * gh / (double)n));
    }
}

/* ---- softmax, cross-entropy ---- */

void vr_softmax_backward(vr_tensor dx, vr_tensor dy, vr_tensor y) {
    const int64_t N = y.shape[0], C = y.shape[1];
    VR_CHECK(vr_is_mat(y, N, C) && vr_is_mat(dy, N, C) && vr_tensor_contiguous(y) && vr_tensor_contiguous(dy),
             "y and dy must be [N,C], contiguous");
    if (!vrp_gradients_wanted(dx, y)) return;
#pragma omp parallel for num_threads(vr_threads()) if (N * C > 20000)
    for (int64_t i = 0; i < N; i++) {
        double sum = 0;
        for (int64_t c = 0; c < C; c++) sum += (double)dy.data[i * C + c] * y.data[i * C + c];
        for (int64_t c = 0; c < C; c++)
            dx.data[i * C + c] += (float)(y.data[i * C + c] * (dy.data[i * C + c] - sum));
    }
}

/* log(sum exp) of a row; *high = its largest element. */
static double vrp_gradients_log_sum(const float *x, int64_t C, double *high) {
    double sum = 0;
    *high = -INFINITY;
    for (int64_t c = 0; c < C; c++) *high = fmax(*high, x[c]);
    for (int64_t c = 0; c < C; c++) sum += exp(x[c] - *high);
    return *high + log(sum);
}

static void vrp_gradients_targets(vr_tensor loss, vr_tensor x, vr_tensor t) {
    const int64_t N = x.shape[0], C = x.shape[1];
    VR_CHECK(vr_is_mat(x, N, C) && vr_is_mat(t, N, C) && vr_is_vec(loss, N) && vr_tensor_contiguous(x) &&
                 vr_tensor_contiguous(t),
             "x and t must be [N,C], contiguous, and the loss [N]");
}

void vr_cross_entropy_forward(vr_tensor loss, vr_tensor x, vr_tensor t) {
    vrp_gradients_targets(loss, x, t);
    const int64_t N = x.shape[0], C = x.shape[1];
#pragma omp parallel for num_threads(vr_threads()) if (N * C > 20000)
    for (int64_t i = 0; i < N; i++) {
        double high, value = vrp_gradients_log_sum(x.data + i * C, C, &high);
        for (int64_t c = 0; c < C; c++) /* an infinite logit of a class that is not meant is no loss */
            if (t.data[i * C + c] != 0) value -= (double)t.data[i * C + c] * x.data[i * C + c];
        loss.data[i * loss.stride[0]] = (float)value;
    }
}

void vr_cross_entropy_backward(vr_tensor dx, vr_tensor dloss, vr_tensor x, vr_tensor t) {
    vrp_gradients_targets(dloss, x, t);
    const int64_t N = x.shape[0], C = x.shape[1];
    if (!vrp_gradients_wanted(dx, x)) return;
#pragma omp parallel for num_threads(vr_threads()) if (N * C > 20000)
    for (int64_t i = 0; i < N; i++) {
        double high;
        const double whole = vrp_gradients_log_sum(x.data + i * C, C, &high),
                     d = dloss.data[i * dloss.stride[0]];
        for (int64_t c = 0; c < C; c++)
            dx.data[i * C + c] += (float)(d * (exp(x.data[i * C + c] - whole) - t.data[i * C + c]));
    }
}

/* ---- attention ---- */

/* One head of one image: rows of 3D floats from q, k and v on, of D in dy. p: scratch [T,T]. */
static void vrp_gradients_head(const float *qkv, float *dqkv, const float *dy, double *p, int64_t T,
                               int64_t D, int64_t d) {
    const int64_t row = 3 * D;
    const double scale = 1 / sqrt((double)d);
    for (int64_t t = 0; t < T; t++) {
        double high = -INFINITY, sum = 0, product = 0;
        for (int64_t u = 0; u < T; u++) {
            double s = 0;
            for (int64_t c = 0; c < d; c++) s += (double)qkv[t * row + c] * qkv[u * row + D + c];
            p[t * T + u] = s * scale;
            high = fmax(high, s * scale);
        }
        for (int64_t u = 0; u < T; u++) sum += p[t * T + u] = exp(p[t * T + u] - high);
        for (int64_t u = 0; u < T; u++) p[t * T + u] /= sum;
        for (int64_t u = 0; u < T; u++) /* dy[t].y[t], as y[t] = sum_u p[t,u] v[u] */
            for (int64_t c = 0; c < d; c++)
                product += p[t * T + u] * qkv[u * row + 2 * D + c] * dy[t * D + c];
        for (int64_t u = 0; u < T; u++) {
            double dot = 0;
            for (int64_t c = 0; c < d; c++) {
                dot += (double)dy[t * D + c] * qkv[u * row + 2 * D + c];
                dqkv[u * row + 2 * D + c] += (float)(p[t * T + u] * dy[t * D + c]);
            }
            p[t * T + u] *= (dot - product) * scale; /* now g times the scale */
        }
    }
    for (int64_t t = 0; t < T; t++)
        for (int64_t c = 0; c < d; c++) {
            double dq = 0, dk = 0;
            for (int64_t u = 0; u < T; u++) {
                dq += p[t * T + u] * qkv[u * row + D + c];
                dk += p[u * T + t] * qkv[u * row + c];
            }
            dqkv[t * row + c] += (float)dq;
            dqkv[t * row + D + c] += (float)dk;
        }
}

void vr_attention_backward(vr_tensor dqkv, vr_tensor dy, vr_tensor qkv, int64_t heads) {
    const int64_t N = dy.shape[0], T = dy.shape[1], D = dy.shape[2];
    vrp_attention_check(dy, qkv, heads);
    if (!vrp_gradients_wanted(dqkv, qkv)) return;
    const int64_t d = D / heads;
#pragma omp parallel num_threads(vr_threads())
    {
        vr_arena own = {0};
        double *p = VR_NEW(&own, double, (T * T));
#pragma omp for collapse(2)
        for (int64_t n = 0; n < N; n++)
            for (int64_t h = 0; h < heads; h++)
                vrp_gradients_head(qkv.data + n * T * 3 * D + h * d, dqkv.data + n * T * 3 * D + h * d,
                                   dy.data + n * T * D + h * d, p, T, D, d);
        vr_arena_free(&own);
    }
}

/* ---- pooling ---- */

/* Adds each window's dy to its largest pixel, or an equal part to all; images are independent. */
static void vrp_gradients_pool(vr_tensor dx, vr_tensor dy, const float *x, int64_t k, int64_t stride,
                               int64_t pad) {
    vrp_pool_check(dy, dx, k, stride, pad);
    VR_CHECK(vr_tensor_contiguous(dx) && vr_tensor_contiguous(dy), "dx and dy must be contiguous");
    const int64_t H = dx.shape[1], W = dx.shape[2], C = dx.shape[3], OH = dy.shape[1], OW = dy.shape[2];
#pragma omp parallel for collapse(2) num_threads(vr_threads())
    for (int64_t n = 0; n < dx.shape[0]; n++)
        for (int64_t c = 0; c < C; c++)
            for (int64_t p = 0; p < OH * OW; p++) {
                const int64_t top = p / OW * stride - pad, left = p % OW * stride - pad;
                const float d = dy.data[(n * OH * OW + p) * C + c];
                int64_t best = -1;
                for (int64_t r = vr_max(top, 0); r < vr_min(top + k, H); r++)
                    for (int64_t s = vr_max(left, 0); s < vr_min(left + k, W); s++) {
                        const int64_t at = ((n * H + r) * W + s) * C + c;
                        if (!x) dx.data[at] += d / (float)(k * k);
                        if (x && (best < 0 || x[at] > x[best] || (x[at] != x[at] && x[best] == x[best])))
                            best = at;
                    }
                if (best >= 0) dx.data[best] += d;
            }
}

void vr_maxpool2d_backward(vr_tensor dx, vr_tensor dy, vr_tensor x, int64_t k, int64_t stride, int64_t pad) {
    VR_CHECK(vr_tensor_contiguous(x), "x must be contiguous");
    if (vrp_gradients_wanted(dx, x)) vrp_gradients_pool(dx, dy, x.data, k, stride, pad);
}

void vr_avgpool2d_backward(vr_tensor dx, vr_tensor dy, int64_t k, int64_t stride, int64_t pad) {
    vrp_gradients_pool(dx, dy, NULL, k, stride, pad);
}

void vr_global_avgpool_backward(vr_tensor dx, vr_tensor dy) {
    const int64_t N = dx.shape[0], P = dx.shape[1] * dx.shape[2], C = dx.shape[3];
    VR_CHECK(dx.ndim == 4 && vr_tensor_contiguous(dx) && vr_is_mat(dy, N, C) && vr_tensor_contiguous(dy),
             "dx must be [N,H,W,C] and dy [N,C], contiguous");
#pragma omp parallel for num_threads(vr_threads()) if (N * P * C > 20000)
    for (int64_t i = 0; i < N * P; i++)
        for (int64_t c = 0; c < C; c++) dx.data[i * C + c] += dy.data[i / P * C + c] / (float)P;
}
