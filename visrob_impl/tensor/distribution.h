/* tensor/distribution.h: the normal, Student's t, chi-square, F and beta distributions.
 *
 * _cdf is P(X <= x), _sf is P(X > x) computed as it is and not as 1 - cdf (so a p of 1e-200 is right), _quantile is
 * the x at which the cdf is p. Relative error at most 1e-12, mostly 1e-14, in both tails down to 1e-300; degrees of
 * freedom are 0.1 .. 1e6 and need not be whole (beyond, digits go slowly), |t| is at most 1e150. NaN in gives NaN out;
 * so does a parameter that is not > 0, or a p outside 0..1. t with df = infinity is the normal distribution. */
#ifndef VISROB_TENSOR_DISTRIBUTION_H
#define VISROB_TENSOR_DISTRIBUTION_H
#include "../base/base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* P(X <= x) of the standard normal distribution. Source: scipy.stats.norm.cdf. */
VR_API double vr_normal_cdf(double x);
/* P(X > x) of the standard normal distribution. Source: scipy.stats.norm.sf. */
VR_API double vr_normal_sf(double x);
/* The x with P(X <= x) = p; -infinity at 0, infinity at 1. Source: scipy.stats.norm.ppf. */
VR_API double vr_normal_quantile(double p);

/* P(X <= t) of Student's t. Source: scipy.stats.t.cdf. */
VR_API double vr_t_cdf(double t, double df);
/* P(X > t) of Student's t. Source: scipy.stats.t.sf. */
VR_API double vr_t_sf(double t, double df);
/* P(|X| > |t|) of Student's t: the two-sided p. Source: 2 scipy.stats.t.sf(|t|). */
VR_API double vr_t_two_sided(double t, double df);
/* The t with P(X <= t) = p. Source: scipy.stats.t.ppf. */
VR_API double vr_t_quantile(double p, double df);

/* P(X <= x) of chi-square. Source: scipy.stats.chi2.cdf. */
VR_API double vr_chi2_cdf(double x, double df);
/* P(X > x) of chi-square. Source: scipy.stats.chi2.sf. */
VR_API double vr_chi2_sf(double x, double df);
/* The x with P(X <= x) = p. Source: scipy.stats.chi2.ppf. */
VR_API double vr_chi2_quantile(double p, double df);

/* P(X <= x) of F with df1 (above) and df2 (below). Source: scipy.stats.f.cdf. */
VR_API double vr_f_cdf(double x, double df1, double df2);
/* P(X > x) of F. Source: scipy.stats.f.sf. */
VR_API double vr_f_sf(double x, double df1, double df2);
/* The x with P(X <= x) = p. Source: scipy.stats.f.ppf. */
VR_API double vr_f_quantile(double p, double df1, double df2);

/* P(X <= x) of the beta distribution: the regularised incomplete beta function I_x(a,b).
 * Source:  scipy.special.betainc. */
VR_API double vr_beta_cdf(double x, double a, double b);
/* P(X > x) of the beta distribution. Source: scipy.special.betaincc. */
VR_API double vr_beta_sf(double x, double a, double b);
/* The x with P(X <= x) = p. Source: scipy.special.betaincinv. */
VR_API double vr_beta_quantile(double p, double a, double b);

/* The regularised incomplete gamma function, lower: P(a,x). Source: scipy.special.gammainc. */
VR_API double vr_gamma_lower(double a, double x);
/* The regularised incomplete gamma function, upper: Q(a,x) = 1 - P(a,x). Source: scipy.special.gammaincc. */
VR_API double vr_gamma_upper(double a, double x);

#ifdef __cplusplus
}
#endif
#endif
