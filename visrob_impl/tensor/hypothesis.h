/* tensor/hypothesis.h: is the difference more than chance? Tests, odds ratios, intervals of proportions, and
 * corrections for multiple tests.
 *
 * A test that the data does not allow (too few values, no spread, NaN among the values) has p = NaN, never a
 * number: the notes of each say when. */
#ifndef VISROB_TENSOR_HYPOTHESIS_H
#define VISROB_TENSOR_HYPOTHESIS_H
#include "stats.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The outcome of a test: its statistic, degrees of freedom (0 where there are none) and two-sided p. */
typedef struct vr_test {
    double statistic, df, p;
} vr_test;

/* t = (mean x - mean y) / sqrt(var x / nx + var y / ny): do two samples have the same mean?
 * Notes:   variances may differ; df by Welch and Satterthwaite. All NaN for a sample of fewer than two values, a NaN
 *          value, or no spread in both samples.
 * Source:  Welch 1947; scipy.stats.ttest_ind(equal_var=False). */
VR_API vr_test vr_welch(const double *x, int64_t nx, const double *y, int64_t ny);

/* A = sum_g z_g^2: do several samples have the same mean, where variances differ?
 * Shapes:  x: the samples one after the other; n: [groups], their sizes; groups >= 2.
 * Notes:   df = groups - 1. All NaN where a sample has fewer than two values or no spread, or for a NaN value.
 * Source:  Alexander and Govern 1994; scipy.stats.alexandergovern. */
VR_API vr_test vr_alexander_govern(const double *x, const int64_t *n, int64_t groups);

/* sum (observed - expected)^2 / expected: does a histogram follow given shares?
 * Shapes:  observed: [n] counts; share: [n], each >= 0, of any positive sum: expected = total * share / sum of shares.
 * Notes:   df = n - 1. NaN for n < 2, an empty histogram or a share of 0.
 * Source:  scipy.stats.chisquare. */
VR_API vr_test vr_chi2_shares(const int64_t *observed, const double *share, int64_t n);

/* An odds ratio with its interval. */
typedef struct vr_odds {
    double value, low, high; /* (a d) / (b c) */
    double log_se;           /* standard error of its logarithm */
    double p;                /* two-sided, that it is 1 */
    bool corrected;          /* 1/2 was added to each cell */
} vr_odds;

/* (a d) / (b c) of the table [a b; c d], with Woolf's interval exp(log ratio +- z sqrt(1/a + 1/b + 1/c + 1/d)).
 * Notes:   where a cell is 0 (and only then), 1/2 is added to all four (Haldane and Anscombe) and `corrected` is set.
 *          All NaN where a row or a column sums to 0: then there are no odds. level 0 means 0.95.
 * Source:  Woolf 1955; statsmodels.stats.contingency_tables.Table2x2, of the table with 1/2 added where that is done
 *          (by itself it adds 1/2 only to the empty cell). */
VR_API vr_odds vr_odds_ratio(int64_t a, int64_t b, int64_t c, int64_t d, double level);

/* correct / n with Wilson's score interval: good for the accuracy of a small group. level 0 means 0.95.
 * Notes:   NaN for n = 0; 0 <= correct <= n (VR_CHECK).
 * Source:  Wilson 1927; statsmodels proportion_confint(method="wilson"). */
VR_API vr_interval vr_wilson(int64_t correct, int64_t n, double level);

/* Reject where adjusted[i] <= alpha: the chance of any false rejection is then at most alpha.
 * Shapes:  adjusted, p: [n]; adjusted may be p. Notes: a NaN stays NaN and is not counted as a test.
 * Source:  Holm 1979; statsmodels multipletests(method="holm"). */
VR_API void vr_adjust_holm(vr_arena *scratch, double *adjusted, const double *p, int64_t n);

/* Reject where adjusted[i] <= alpha: at most a share alpha of the rejections is then false, on average.
 * Shapes:  as vr_adjust_holm. Notes: for independent or positively dependent tests.
 * Source:  Benjamini and Hochberg 1995; scipy.stats.false_discovery_control, statsmodels "fdr_bh". */
VR_API void vr_adjust_bh(vr_arena *scratch, double *adjusted, const double *p, int64_t n);

#ifdef __cplusplus
}
#endif
#endif
