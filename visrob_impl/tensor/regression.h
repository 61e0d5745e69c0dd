/* tensor/regression.h: straight lines and polynomials, with their uncertainty. */
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

#ifdef __cplusplus
}
#endif
#endif
