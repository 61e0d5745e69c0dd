/* tensor/distribution_impl.h: tails and quantiles that the tests and intervals of this room need; as distribution.h. */
#ifndef VISROB_TENSOR_DISTRIBUTION_IMPL_H
#define VISROB_TENSOR_DISTRIBUTION_IMPL_H
#include "distribution.h"

/* P(X > x) of the standard normal distribution, computed directly and not as 1 - cdf. Source: scipy.stats.norm.sf. */
VR_API double vrp_normal_sf(double x);

/* The t with P(X <= t) = p. Source: scipy.stats.t.ppf. */
VR_API double vrp_t_quantile(double p, double df);

/* P(X > x) of chi-square, computed directly. Source: scipy.stats.chi2.sf. */
VR_API double vrp_chi2_sf(double x, double df);

#endif
