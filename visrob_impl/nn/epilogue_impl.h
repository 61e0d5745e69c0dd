/* nn/epilogue_impl.h: what is done to a finished tile of a product while it is in L1: bias, residual, activation.
 *
 * The activations are those of vr_act_forward (nn/kernels.h) in additions and products only, so that they vectorize;
 * they agree with it to 1e-6. */
#ifndef VISROB_NN_EPILOGUE_IMPL_H
#define VISROB_NN_EPILOGUE_IMPL_H
#include "kernels.h"

/* y = act(tile + bias) + residual, as a linear layer of a transformer; with residual_before_act
 * y = act(tile + bias + residual), as a convolution of a residual network. */
typedef struct vrp_epilogue {
    const float *bias;     /* [columns of the product] or NULL */
    const float *residual; /* NULL, y itself, or elsewhere */
    float *y;
    int64_t ld_residual, ldy; /* floats from row to row */
    vr_act act;
    bool residual_before_act;
} vrp_epilogue;

/* exp to about 2 ulp, in operations that vectorize: 2^n by the exponent's bits, e^r by a polynomial on
 * |r| <= ln(2)/2.
 * Notes:   below -87 it stays at e^-87, about 1e-38; from 88 on n stays at 127, so that it stays finite as long
 *          as the polynomial does. NaN stays NaN. The upper limit is a comparison of integers: with gcc 12, two
 *          comparisons of floats take as long as the polynomial.
 * Source:  the polynomial of Cephes' expf. */
static inline VR_UNUSED float vrp_exp_fast(float x) {
    x = x < -87.0f ? -87.0f : x;
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
        int32_t i;
        uint32_t u;
    } bits, two;
    bits.f = shifted;
    const int32_t exponent = bits.i - 0x4B400000 + 127; /* 0x4B400000 is 12582912.0f */
    two.u = (uint32_t)(exponent < 254 ? exponent : 254) << 23;
    return p * two.f;
}

/* x = act(x) for n floats, in place. */
VR_API void vrp_act_fast(float *x, int64_t n, vr_act act);

/* Writes a tile of rows x columns at (row, column) of y; the tile's rows are ld floats apart, and it is overwritten. */
VR_API void vrp_epilogue_apply(const vrp_epilogue *e, float *tile, int64_t ld, int64_t row, int64_t rows,
                               int64_t column, int64_t columns);

#endif
