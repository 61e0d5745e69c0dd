/* model/probe.h: a linear classifier on top of frozen features: ridge in closed form, and logistic regression. */
#ifndef VISROB_MODEL_PROBE_H
#define VISROB_MODEL_PROBE_H
#include "model.h"
#include "../tensor/lbfgs.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Ridge regression of one-hot labels on features: minimizes |F W^T + b - Y|^2 + lambda N |W|^2, the bias not penalized.
 * With F and Y centred, W^T = (F^T F + lambda N I)^-1 F^T Y, or F^T (F F^T + lambda N I)^-1 Y where N < D.
 * Shapes:  w: [classes,D]; b: [classes]; features: [N,D], N >= 1; labels: [N], each 0..classes-1.
 * Notes:   in double; the same bits for any number of threads; lambda >= 0 (with 0 the features have to have full
 *          rank).
 * Errors:  VR_ERR_NUMERIC naming a feature that is not finite, or for a singular system; VR_ERR_ARGUMENT naming a label
 *          out of range. w and b are then zero.
 * Source:  Hoerl & Kennard 1970; agrees with sklearn.linear_model.Ridge(alpha = lambda N) on one-hot labels. */
VR_API bool vr_probe_ridge(vr_tensor w, vr_tensor b, vr_tensor features, const int64_t *labels, double lambda,
                           vr_arena *scratch, vr_err *err);

/* All zero is the default. */
typedef struct vr_logistic {
    double c;           /* 1: the inverse of the penalty's strength, scikit-learn's C */
    int64_t iterations; /* at most 1000 */
    double tolerance;   /* 1e-7: of the largest entry of the gradient of the objective divided by N */
} vr_logistic;

/* L2-penalized multinomial logistic regression: minimizes  C sum_n -log softmax(W f_n + b)[y_n] + |W|^2 / 2,  the bias
 * not penalized.
 * Shapes:  w: [classes,D]; b: [classes], classes >= 2; features: [N,D], any strides, N >= 1; labels: [N].
 * Notes:   L-BFGS from zero, in double; the same bits for any number of threads. Rows of w (and b) sum to zero over
 *          the classes. With 2 classes the penalty is |W|^2, so that row 1 - row 0 is scikit-learn's single row. A
 *          class without images is allowed, but its bias decreases without bound and slowly: leave it out. Features of
 *          very different scales converge slowly: standardise them. result may be NULL; it tells whether the fit
 *          converged; options NULL = all zero; scratch is rewound.
 * Errors:  VR_ERR_NUMERIC naming a feature that is not finite; VR_ERR_ARGUMENT naming a label out of range, or for
 *          c or tolerance that is negative or NaN. w and b are then zero.
 * Source:  sklearn.linear_model.LogisticRegression(C=c, solver="lbfgs"): coef_ and intercept_ to 1e-4. */
VR_API bool vr_probe_logistic(vr_tensor w, vr_tensor b, vr_lbfgs_result *result, vr_tensor features,
                              const int64_t *labels, const vr_logistic *options, vr_arena *scratch,
                              vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
