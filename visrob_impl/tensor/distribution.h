/* tensor/distribution.h: the normal distribution and the p of Student's t.
 *
 * Relative error at most 1e-12, mostly 1e-14, in both tails down to 1e-300; degrees of freedom are 0.1 .. 1e6 and
 * need not be whole (beyond, digits are lost slowly), |t| is at most 1e150. NaN in gives NaN out; so does a
 * parameter that is not > 0, or a p outside 0..1. t with df = infinity is the normal distribution. */
#ifndef VISROB_TENSOR_DISTRIBUTION_H
#define VISROB_TENSOR_DISTRIBUTION_H
#include "../base/base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* P(X <= x) of the standard normal distribution. Source: scipy.stats.norm.cdf. */
VR_API double vr_normal_cdf(double x);
/* The x with P(X <= x) = p; -infinity at 0, infinity at 1. Source: scipy.stats.norm.ppf. */
VR_API double vr_normal_quantile(double p);

/* P(|X| > |t|) of Student's t: the two-sided p. Source: 2 scipy.stats.t.sf(|t|). */
VR_API double vr_t_two_sided(double t, double df);

#ifdef __cplusplus
}
#endif
#endif
