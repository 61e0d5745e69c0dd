/* tensor/lbfgs.h: the minimum of a smooth function of many numbers. */
#ifndef VISROB_TENSOR_LBFGS_H
#define VISROB_TENSOR_LBFGS_H
#include "../base/arena.h"
#include "../base/error.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Returns f(x) and fills gradient[n]. Same bits for the same x, please: the minimiser adds nothing random. */
typedef double (*vr_objective)(void *context, double *gradient, const double *x, int64_t n);

/* All zero is the default. */
typedef struct vr_lbfgs_options {
    int64_t memory;     /* 10: pairs of steps remembered */
    int64_t iterations; /* 1000 */
    double gradient;    /* 1e-6: done where the largest |gradient[i]| is at most this */
    double decrease;    /* 0: done where f falls by less than this times max(|f|, 1); 0 = not asked */
} vr_lbfgs_options;

/* What was reached. */
typedef struct vr_lbfgs_result {
    double value, gradient; /* f and its largest |gradient[i]| */
    int64_t iterations, evaluations;
    bool
        converged; /* false: out of iterations, or rounding allows no further step; x is the best point seen */
} vr_lbfgs_result;

/* Minimises f from x on, which is overwritten with the best point.
 * Shapes:  x: [n]. result may be NULL; options NULL = all zero; scratch is rewound.
 * Notes:   limited-memory BFGS; the line search meets the strong Wolfe conditions (1e-4, 0.9). Deterministic.
 *          Not having converged is not an error: look at result.
 * Errors:  VR_ERR_NUMERIC where f or its gradient is not finite at the start; x is then as it was. Where a trial step
 *          gives such a value, the step is shortened.
 * Source:  Nocedal and Wright 2006, algorithms 7.4, 7.5, 3.5 and 3.6. */
VR_API bool vr_lbfgs(vr_arena *scratch, vr_lbfgs_result *result, double *x, int64_t n, vr_objective f,
                     void *context, const vr_lbfgs_options *options, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
