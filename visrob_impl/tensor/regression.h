/* tensor/regression.h: straight lines, linear models, polynomials, and correlations, with their uncertainty.
 *
 * A line through two numbers per model (accuracy here against accuracy there) needs no memory: vr_fit_line returns
 * it by value. vr_fit_ols is the general case, with an intercept and any number of columns. */
#ifndef VISROB_TENSOR_REGRESSION_H
#define VISROB_TENSOR_REGRESSION_H
#include "stats.h"
#include "../base/error.h"
#ifdef __cplusplus
extern "C" {
#endif

/* y = intercept + slope x, by least squares. */
typedef struct vr_line {
    int64_t n;
    double slope, intercept, slope_se, intercept_se;
    double r, r2;          /* Pearson's correlation and its square */
    double t, p;           /* of slope = 0, two-sided, n - 2 degrees of freedom */
    double sigma;          /* standard deviation of the residuals, n - 2 below */
    double mean_x, sum_xx; /* sum (x - mean_x)^2 */
} vr_line;

/* Fits a line to n points.
 * Notes:   all NaN for n < 2, a NaN or infinite value, or no spread in x. With n = 2 the line is exact and its errors
 *          and p are NaN. Without spread in y: slope 0, r and p NaN, r2 NaN.
 * Source:  scipy.stats.linregress. */
VR_API vr_line vr_fit_line(const double *x, const double *y, int64_t n);

/* The slope with its interval; level 0 means 0.95. Source: statsmodels OLS.conf_int. */
VR_API vr_interval vr_line_slope(const vr_line *line, double level);

/* The line at x, with the interval of the line itself; level 0 means 0.95.
 * Source:  statsmodels get_prediction(...).summary_frame: mean, mean_ci_lower, mean_ci_upper. */
VR_API vr_interval vr_line_at(const vr_line *line, double x, double level);

/* The line at x, with the interval in which one new observation falls. Source: as above, obs_ci_lower, obs_ci_upper. */
VR_API vr_interval vr_line_observation(const vr_line *line, double x, double level);

/* One coefficient of a linear model. */
typedef struct vr_coefficient {
    double value, se, t, p; /* p two-sided, that it is 0 */
    double low, high;       /* at the level of the fit */
} vr_coefficient;

/* y = c[0] + c[1] x_1 + ... + c[columns] x_columns, by least squares. */
typedef struct vr_ols {
    int64_t n, columns;
    vr_coefficient *coefficient; /* [columns + 1], the intercept first */
    double *covariance;          /* [columns + 1, columns + 1], of the coefficients */
    double r2, adjusted_r2, sigma;
    double f, f_p;    /* of all slopes = 0; NaN without columns */
    double df, level; /* n - columns - 1 */
} vr_ols;

/* Fits a linear model with intercept.
 * Shapes:  x: [n,columns] row-major; y: [n]; n > columns + 1; columns may be 0. level 0 means 0.95.
 * Notes:   by Householder QR of the scaled columns. fit lives in perm. Without spread in y r2 and f are NaN.
 * Errors:  VR_ERR_ARGUMENT for too few rows; VR_ERR_NUMERIC naming a value that is not finite, or the column that is a
 *          combination of those before it (a constant column is one of the intercept). fit is then zero.
 * Source:  statsmodels.api.OLS(y, add_constant(x)). */
VR_API bool vr_fit_ols(vr_arena *perm, vr_ols *fit, const double *x, const double *y, int64_t n,
                       int64_t columns, double level, vr_err *err);

/* The model at x[columns], with the interval of the mean; at the level of the fit. Source: as vr_line_at. */
VR_API vr_interval vr_ols_at(const vr_ols *fit, const double *x);

/* The model at x[columns], with the interval of one new observation. Source: as vr_line_observation. */
VR_API vr_interval vr_ols_observation(const vr_ols *fit, const double *x);

enum { VR_POLYNOMIAL_MAX = 12 };

/* y = sum_k c[k] u^k with u = (x - centre) / scale, which is in -1..1 over the data. */
typedef struct vr_polynomial {
    int64_t degree;
    double centre, scale, c[VR_POLYNOMIAL_MAX + 1];
    double rss; /* sum of squared residuals */
} vr_polynomial;

/* Fits a polynomial of the given degree, 0..VR_POLYNOMIAL_MAX, by least squares.
 * Errors:  VR_ERR_ARGUMENT for another degree or n <= degree; VR_ERR_NUMERIC naming a value that is not finite, or for
 *          no more than `degree` different x. fit is then zero.
 * Source:  numpy.polynomial.Polynomial.fit. */
VR_API bool vr_fit_polynomial(vr_arena *scratch, vr_polynomial *fit, const double *x, const double *y,
                              int64_t n, int64_t degree, vr_err *err);

/* The polynomial at x. */
VR_API double vr_polynomial_at(const vr_polynomial *fit, double x);

/* power[k] = the coefficient of x^k, k = 0..degree: as numpy.polyfit's, reversed. */
VR_API void vr_polynomial_powers(const vr_polynomial *fit, double *power);

/* A correlation of n pairs with its two-sided p, that it is 0. */
typedef struct vr_correlation {
    int64_t n;
    double r, p;
} vr_correlation;

/* Pearson's correlation.
 * Notes:   NaN for n < 2, a value that is not finite, or no spread in x or y. For n = 2, p = 1: any two points are on a
 *          line.
 * Source:  scipy.stats.pearsonr. */
VR_API vr_correlation vr_pearson(const double *x, const double *y, int64_t n);

/* Spearman's rank correlation, ties with average ranks; p from t with n - 2 degrees of freedom.
 * Notes:   as vr_pearson, but infinities are values like others.
 * Source:  scipy.stats.spearmanr. */
VR_API vr_correlation vr_spearman(vr_arena *scratch, const double *x, const double *y, int64_t n);

/* Spearman's correlation of every pair of columns.
 * Shapes:  r, p: [columns,columns], filled, p may be NULL; x: [columns,n], one column after the other.
 * Notes:   each column is ranked once. The diagonal is r = 1, p = 0; rows of a constant column are NaN, diagonal too.
 * Source:  scipy.stats.spearmanr(axis=1). */
VR_API void vr_spearman_matrix(vr_arena *scratch, double *r, double *p, const double *x, int64_t columns,
                               int64_t n);

/* The interval of Pearson's correlation by Fisher's z; level 0 means 0.95; NaN ends for n < 4.
 * Source:  scipy.stats.pearsonr(...).confidence_interval. */
VR_API vr_interval vr_correlation_interval(vr_correlation correlation, double level);

/* rank[i] = 1 .. n, equal values share the average of theirs; where a value is NaN, all ranks are.
 * Source:  scipy.stats.rankdata(nan_policy="propagate"). */
VR_API void vr_rank(vr_arena *scratch, double *rank, const double *x, int64_t n);

#ifdef __cplusplus
}
#endif
#endif
