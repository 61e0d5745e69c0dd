/* nn/epilogue.c: loops over 16 floats at a time, so that each becomes a few vector instructions without tails. */
#include "epilogue.h"
#include <math.h>

enum { VRP_EPILOGUE_STEP = 16 };

/* erf to 2e-7: x times a polynomial in x^2 on |x| <= 3.92, beyond which erf is 1 in float. In the variable
 * u = 2 x^2 / 3.92^2 - 1 every coefficient is small, so nothing cancels (fitted by Lawson's iteration). */
static inline float vrp_epilogue_erf(float x) {
    static const float c[16] = {3.607368171e-01f, -1.801086366e-01f, 1.340842694e-01f, -1.091784984e-01f,
                                9.060230851e-02f, -7.403016835e-02f, 5.835850537e-02f, -4.337469488e-02f,
                                2.982080914e-02f, -2.018040046e-02f, 1.400493551e-02f, -7.372005377e-03f,
                                2.087087138e-03f, -1.618648646e-03f, 2.045777394e-03f, -7.754258695e-04f};
    const float a = fabsf(x), m = a > 3.92f ? 3.92f : a, u = m * m * 0.13015410f - 1;
    float p = c[15];
    p = p * u + c[14], p = p * u + c[13], p = p * u + c[12], p = p * u + c[11], p = p * u + c[10];
    p = p * u + c[9], p = p * u + c[8], p = p * u + c[7], p = p * u + c[6], p = p * u + c[5];
    p = p * u + c[4], p = p * u + c[3], p = p * u + c[2], p = p * u + c[1], p = p * u + c[0];
    return copysignf(m * p, x);
}

/* One activation as a function of one float; the switch of vr_act_fast turns each into its own loop. */
static inline __attribute__((always_inline)) float vrp_epilogue_act(float x, const vr_act act) {
    switch (act) {
    case VR_ACT_RELU:
        return x < 0 ? 0 : x;
    case VR_ACT_GELU:
        return 0.5f * x + 0.5f * x * vrp_epilogue_erf(x * 0.70710678f);
    case VR_ACT_GELU_TANH: /* (1 + tanh z) / 2 = sigmoid(2 z) */
        return x / (1 + vr_exp_fast(-1.59576912f * (x + 0.044715f * x * x * x)));
    case VR_ACT_QUICK_GELU:
        return x / (1 + vr_exp_fast(-1.702f * x));
    case VR_ACT_SILU:
        return x / (1 + vr_exp_fast(-x));
    case VR_ACT_NONE:
        break;
    }
    return x;
}

static inline __attribute__((always_inline)) void vrp_epilogue_loop(float *x, int64_t n, const vr_act act) {
    int64_t i = 0;
    for (; i + VRP_EPILOGUE_STEP <= n; i += VRP_EPILOGUE_STEP)
#pragma omp simd
        for (int64_t j = i; j < i + VRP_EPILOGUE_STEP; j++) x[j] = vrp_epilogue_act(x[j], act);
    for (; i < n; i++) x[i] = vrp_epilogue_act(x[i], act);
}

void vr_act_fast(float *x, int64_t n, vr_act act) {
    switch (act) {
    case VR_ACT_NONE:
        break;
    case VR_ACT_RELU:
        vrp_epilogue_loop(x, n, VR_ACT_RELU);
        break;
    case VR_ACT_GELU:
        vrp_epilogue_loop(x, n, VR_ACT_GELU);
        break;
    case VR_ACT_GELU_TANH:
        vrp_epilogue_loop(x, n, VR_ACT_GELU_TANH);
        break;
    case VR_ACT_QUICK_GELU:
        vrp_epilogue_loop(x, n, VR_ACT_QUICK_GELU);
        break;
    case VR_ACT_SILU:
        vrp_epilogue_loop(x, n, VR_ACT_SILU);
        break;
    }
}

/* y = act(t + bias + residual) for one row, act = none or ReLU; bias and residual may be NULL. */
static inline __attribute__((always_inline)) void vrp_epilogue_row(float *y, const float *t,
                                                                   const float *bias, const float *residual,
                                                                   int64_t n, const vr_act act) {
    int64_t i = 0;
    for (; i + VRP_EPILOGUE_STEP <= n; i += VRP_EPILOGUE_STEP) {
        if (bias && residual)
#pragma omp simd
            for (int64_t j = i; j < i + VRP_EPILOGUE_STEP; j++)
                y[j] = vrp_epilogue_act(t[j] + bias[j] + residual[j], act);
        else if (bias)
#pragma omp simd
            for (int64_t j = i; j < i + VRP_EPILOGUE_STEP; j++) y[j] = vrp_epilogue_act(t[j] + bias[j], act);
        else
#pragma omp simd
            for (int64_t j = i; j < i + VRP_EPILOGUE_STEP; j++)
                y[j] = vrp_epilogue_act(residual ? t[j] + residual[j] : t[j], act);
    }
    for (; i < n; i++)
        y[i] = vrp_epilogue_act(t[i] + (bias ? bias[i] : 0) + (residual ? residual[i] : 0), act);
}

/* The common case, a whole tile of 16 columns with a bias, perhaps a residual, perhaps a ReLU: nothing is asked
 * inside. `least` is 0 for a ReLU, else -infinity; a NaN stays. */
static void vrp_epilogue_whole(const vr_epilogue *e, const float *tile, int64_t row, int64_t rows,
                               int64_t column) {
    typedef float vec __attribute__((vector_size(32), aligned(4), may_alias));
    typedef int32_t bits __attribute__((vector_size(32)));
    const float low = e->act == VR_ACT_RELU ? 0 : -INFINITY, *residual = e->residual;
    const vec bias0 = *(const vec *)(e->bias + column), bias1 = *(const vec *)(e->bias + column + 8);
    const vec least = {low, low, low, low, low, low, low, low};
    float *y = e->y + row * e->ldy + column;
    if (residual) residual += row * e->ld_residual + column;
    for (int64_t i = 0; i < rows; i++, y += e->ldy, tile += VRP_EPILOGUE_STEP) {
        vec sum0 = *(const vec *)tile + bias0, sum1 = *(const vec *)(tile + 8) + bias1;
        if (residual) {
            sum0 += *(const vec *)residual, sum1 += *(const vec *)(residual + 8);
            residual += e->ld_residual;
        }
        const bits below0 = (bits)(sum0 < least), below1 = (bits)(sum1 < least);
        *(vec *)y = (vec)(((bits)least & below0) | ((bits)sum0 & ~below0));
        *(vec *)(y + 8) = (vec)(((bits)least & below1) | ((bits)sum1 & ~below1));
    }
}

void vr_epilogue_apply(const vr_epilogue *e, float *tile, int64_t ld, int64_t row, int64_t rows,
                       int64_t column, int64_t columns) {
    const float *bias = e->bias ? e->bias + column : NULL;
    const bool before = e->residual && e->residual_first, after = e->residual && !e->residual_first;
    const bool simple = e->act == VR_ACT_NONE || (e->act == VR_ACT_RELU && !after);
    if (simple && e->bias && columns == VRP_EPILOGUE_STEP && ld == VRP_EPILOGUE_STEP) {
        vrp_epilogue_whole(e, tile, row, rows, column);
        return;
    }
    if (!simple) { /* the activation needs a pass of its own, over the tile */
        for (int64_t i = 0; i < rows; i++) {
            const float *residual = before ? e->residual + (row + i) * e->ld_residual + column : NULL;
            vrp_epilogue_row(tile + i * ld, tile + i * ld, bias, residual, columns, VR_ACT_NONE);
        }
        vr_act_fast(tile, (rows - 1) * ld + columns, e->act);
        bias = NULL;
    }
    for (int64_t i = 0; i < rows; i++) {
        float *y = e->y + (row + i) * e->ldy + column;
        const float *residual =
            (simple ? e->residual != NULL : after) ? e->residual + (row + i) * e->ld_residual + column : NULL;
        if (simple && e->act == VR_ACT_RELU)
            vrp_epilogue_row(y, tile + i * ld, bias, residual, columns, VR_ACT_RELU);
        else
            vrp_epilogue_row(y, tile + i * ld, bias, residual, columns, VR_ACT_NONE);
    }
}
