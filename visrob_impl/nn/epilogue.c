/* nn/epilogue.c: loops over 16 floats at a time, so that each becomes a few vector instructions without tails. */
#include "epilogue_impl.h"
#include <math.h>

enum { VRP_EPILOGUE_STEP = 16 };

/* erf to 4e-7: x p(x^2) / q(x^2) on |x| <= 4, beyond which erf is 1 in float. A division and ten products are faster
 * than the fifteen products of a polynomial.
 * Source: the coefficients of Eigen's erf for floats. */
static inline float vrp_epilogue_erf(float x) {
    static const float a[7] = {-1.60960333262415e-02f, -2.95459980854025e-03f, -7.34990630326855e-04f,
                               -5.69250639462346e-05f, -2.10102402082508e-06f, 2.77068142495902e-08f,
                               -2.72614225801306e-10f};
    static const float b[5] = {-1.42647390514189e-02f, -7.37332916720468e-03f, -1.68282697438203e-03f,
                               -2.13374055278905e-04f, -1.45660718464996e-05f};
    const float size = fabsf(x), m = copysignf(size > 4 ? 4 : size, x), u = m * m;
    float p = a[6], q = b[4];
    p = p * u + a[5], p = p * u + a[4], p = p * u + a[3], p = p * u + a[2], p = p * u + a[1],
    p = p * u + a[0];
    q = q * u + b[3], q = q * u + b[2], q = q * u + b[1], q = q * u + b[0];
    return m * p / q;
}

/* An activation of one float; the switch of vrp_act_fast makes a loop of its own of each. */
static inline __attribute__((always_inline)) float vrp_epilogue_act(float x, const vr_act act) {
    switch (act) {
    case VR_ACT_RELU:
        return x < 0 ? 0 : x;
    case VR_ACT_GELU:
        return 0.5f * x + 0.5f * x * vrp_epilogue_erf(x * 0.70710678f);
    case VR_ACT_GELU_TANH: /* (1 + tanh z) / 2 = sigmoid(2 z) */
        return x / (1 + vrp_exp_fast(-1.59576912f * (x + 0.044715f * x * x * x)));
    case VR_ACT_QUICK_GELU:
        return x / (1 + vrp_exp_fast(-1.702f * x));
    case VR_ACT_SILU:
        return x / (1 + vrp_exp_fast(-x));
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

void vrp_act_fast(float *x, int64_t n, vr_act act) {
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

/* y = act(t + bias + residual) for one row; bias and residual may be NULL. */
static inline __attribute__((always_inline)) void vrp_epilogue_row(float *y, const float *t,
                                                                   const float *bias, const float *residual,
                                                                   const int64_t n, const vr_act act) {
    int64_t i = 0;
    for (; i + VRP_EPILOGUE_STEP <= n; i += VRP_EPILOGUE_STEP)
#pragma omp simd
        for (int64_t j = i; j < i + VRP_EPILOGUE_STEP; j++)
            y[j] = vrp_epilogue_act(t[j] + (bias ? bias[j] : 0) + (residual ? residual[j] : 0), act);
    for (; i < n; i++)
        y[i] = vrp_epilogue_act(t[i] + (bias ? bias[i] : 0) + (residual ? residual[i] : 0), act);
}

/* The rows of a tile, the residual (or none) before the activation; constant arguments make it short. */
static inline __attribute__((always_inline)) void vrp_epilogue_rows(const vrp_epilogue *e, const float *tile,
                                                                    int64_t ld, int64_t row, int64_t rows,
                                                                    const float *bias, const float *residual,
                                                                    int64_t column, const int64_t columns,
                                                                    const vr_act act) {
    float *y = e->y + row * e->ldy + column;
    for (int64_t i = 0; i < rows; i++, tile += ld, y += e->ldy) {
        vrp_epilogue_row(y, tile, bias, residual, columns, act);
        if (residual) residual += e->ld_residual;
    }
}

/* Nearly all tiles have the width of a panel and a bias. */
static inline __attribute__((always_inline)) void vrp_epilogue_tile(const vrp_epilogue *e, const float *tile,
                                                                    int64_t ld, int64_t row, int64_t rows,
                                                                    int64_t column, int64_t columns,
                                                                    const vr_act act) {
    const float *bias = e->bias ? e->bias + column : NULL,
                *residual = e->residual ? e->residual + row * e->ld_residual + column : NULL;
    if (!bias || (columns != 32 && columns != 16))
        vrp_epilogue_rows(e, tile, ld, row, rows, bias, residual, column, columns, act);
    else if (columns == 32 && residual)
        vrp_epilogue_rows(e, tile, ld, row, rows, bias, residual, column, 32, act);
    else if (columns == 32)
        vrp_epilogue_rows(e, tile, ld, row, rows, bias, NULL, column, 32, act);
    else if (residual)
        vrp_epilogue_rows(e, tile, ld, row, rows, bias, residual, column, 16, act);
    else
        vrp_epilogue_rows(e, tile, ld, row, rows, bias, NULL, column, 16, act);
}

void vrp_epilogue_apply(const vrp_epilogue *e, float *tile, int64_t ld, int64_t row, int64_t rows,
                        int64_t column, int64_t columns) {
    if (e->residual && !e->residual_before_act &&
        e->act != VR_ACT_NONE) { /* first the activation, in the tile */
        const vrp_epilogue first = {
            .bias = e->bias ? e->bias + column : NULL, .y = tile, .ldy = ld, .act = e->act};
        const vrp_epilogue second = {
            .residual = e->residual, .ld_residual = e->ld_residual, .y = e->y, .ldy = e->ldy};
        vrp_epilogue_apply(&first, tile, ld, 0, rows, 0, columns);
        vrp_epilogue_apply(&second, tile, ld, row, rows, column, columns);
        return;
    }
#define VRP_EPILOGUE_CASE(act)                                                                               \
    case act:                                                                                                \
        vrp_epilogue_tile(e, tile, ld, row, rows, column, columns, act);                                     \
        break
    switch (e->act) {
        VRP_EPILOGUE_CASE(VR_ACT_NONE);
        VRP_EPILOGUE_CASE(VR_ACT_RELU);
        VRP_EPILOGUE_CASE(VR_ACT_GELU);
        VRP_EPILOGUE_CASE(VR_ACT_GELU_TANH);
        VRP_EPILOGUE_CASE(VR_ACT_QUICK_GELU);
        VRP_EPILOGUE_CASE(VR_ACT_SILU);
    }
#undef VRP_EPILOGUE_CASE
}
