/* tensor/stats_impl.h: what the tests of this room need of stats.c. */
#ifndef VISROB_TENSOR_STATS_IMPL_H
#define VISROB_TENSOR_STATS_IMPL_H
#include "stats.h"

/* The standard deviation of x[n], n - 1 in the denominator; NaN for n < 2. Source: numpy.std(ddof=1). */
VR_API double vrp_std(const double *x, int64_t n);

#endif
