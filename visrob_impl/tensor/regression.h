/* tensor/regression.h: straight lines, polynomials, and rank correlations, with their uncertainty. */
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
    double r, r2; /* Pearson's correlation and its square */
    double t, p;  /* of slope = 0, two-sided, n - 2 degrees of freedom */
    double sigma; /* standard deviation of the residuals, n - 2 in the denominator */
} vr_line;

/* Fits a line to n points.
 * Notes:   all NaN for n < 2, a NaN or infinite value, or no spread in x. With n = 2 the line is exact and its errors
 *          and p are NaN. Without spread in y: slope 0, r and p NaN, r2 NaN.
 * Source:  scipy.stats.linregress. */
VR_API vr_line vr_fit_line(const double *x, const double *y, int64_t n);

/* The slope with its interval; level 0 means 0.95. Source: statsmodels OLS.conf_int. */
VR_API vr_interval vr_line_slope(const vr_line *line, double level);

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

/* A correlation of n pairs with its two-sided p, that it is 0. */
typedef struct vr_correlation {
    int64_t n;
    double r, p;
} vr_correlation;

/* Spearman's rank correlation, ties with average ranks; p from t with n - 2 degrees of freedom.
 * Notes:   NaN for n < 2, a NaN value, or no spread in x or y. For n = 2, p = 1: any two points are on a line.
 * Source:  scipy.stats.spearmanr. */
VR_API vr_correlation vr_spearman(vr_arena *scratch, const double *x, const double *y, int64_t n);

/* Spearman's correlation of every pair of columns.
 * Shapes:  r, p: [columns,columns], filled, p may be NULL; x: [columns,n], one column after the other.
 * Notes:   each column is ranked once. The diagonal is r = 1, p = 0; rows of a constant column are NaN, diagonal too.
 * Source:  scipy.stats.spearmanr(axis=1). */
VR_API void vr_spearman_matrix(vr_arena *scratch, double *r, double *p, const double *x, int64_t columns,
                               int64_t n);

#ifdef __cplusplus
}
#endif
#endif
