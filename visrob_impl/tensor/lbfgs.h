/* tensor/lbfgs.h: the minimum of a smooth function of many numbers. */
#ifndef VISROB_TENSOR_LBFGS_H
#define VISROB_TENSOR_LBFGS_H
#include "../base/arena.h"
#include "../base/error.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Returns f(x) and fills gradient[n]. Where it gives the same bits for the same x, so does vr_lbfgs. */
typedef double (*vr_objective)(void *context, double *gradient, const double *x, int64_t n);

/* All zero is the default. */
typedef struct vr_lbfgs_options {
    int64_t memory;     /* 10: the last steps that are kept */
    int64_t iterations; /* 1000 */
    double gradient;    /* 1e-6: stop where the largest |gradient[i]| is at most this */
    double decrease;    /* stop where f decreases by less than this times max(|f|, 1); 0: no such test */
} vr_lbfgs_options;

/* The end of a minimization. */
typedef struct vr_lbfgs_result {
    double value, gradient; /* f and its largest |gradient[i]| */
    int64_t iterations, evaluations;
    bool converged; /* false: the iterations or the digits ended before; x is the best point found */
} vr_lbfgs_result;

/* Minimizes f, starting at x, which is overwritten with the best point found.
 * Shapes:  x: [n]. result may be NULL; options NULL = all zero; scratch is rewound.
 * Notes:   limited-memory BFGS; the line search meets the strong Wolfe conditions (1e-4, 0.9). Not to
 *          converge is not an error: see result.
 * Errors:  VR_ERR_NUMERIC where f or its gradient is not finite at the start; x is then unchanged. Where a trial step
 *          gives such a value, the step is shortened.
 * Source:  Nocedal and Wright 2006, algorithms 7.4, 7.5, 3.5 and 3.6. */
VR_API bool vr_lbfgs(vr_arena *scratch, vr_lbfgs_result *result, double *x, int64_t n, vr_objective f,
                     void *context, const vr_lbfgs_options *options, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
