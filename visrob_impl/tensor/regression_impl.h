/* tensor/regression_impl.h: what Spearman's correlation is made of. */
#ifndef VISROB_TENSOR_REGRESSION_IMPL_H
#define VISROB_TENSOR_REGRESSION_IMPL_H
#include "regression.h"

/* Pearson's correlation.
 * Notes:   NaN for n < 2, a value that is not finite, or no spread in x or y. For n = 2, p = 1: any two points are on a
 *          line.
 * Source:  scipy.stats.pearsonr. */
VR_API vr_correlation vrp_pearson(const double *x, const double *y, int64_t n);

/* rank[i] = 1 .. n, equal values have the mean of their ranks; where a value is NaN, all ranks are.
 * Source:  scipy.stats.rankdata(nan_policy="propagate"). */
VR_API void vrp_rank(vr_arena *scratch, double *rank, const double *x, int64_t n);

#endif
