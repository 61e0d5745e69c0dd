/* tensor/linalg.c: Cholesky in the left-looking order, one column of L at a time: below the pivot each row is
 * one dot product of two contiguous rows, so the rows are divided among the threads and every sum keeps its
 * order. No pivoting: Cholesky's factorization of a positive definite matrix is stable without it. */
#include "linalg.h"
#include "../base/par.h"
#include <math.h>
#include <string.h>

static double vrp_linalg_dot(const double *x, const double *y, int64_t n) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t k = 0; k < n; k++) sum += x[k] * y[k];
    return sum;
}

/* One right-hand side, its elements `stride` apart: L z = b, then L^T x = z. */
static void vrp_linalg_substitute(const double *l, double *b, int64_t n, int64_t stride) {
    for (int64_t i = 0; i < n; i++) {
        double sum = b[i * stride];
        for (int64_t k = 0; k < i; k++) sum -= l[i * n + k] * b[k * stride];
        b[i * stride] = sum / l[i * n + i];
    }
    for (int64_t i = n - 1; i >= 0; i--) {
        const double x = b[i * stride] /= l[i * n + i];
        for (int64_t k = 0; k < i; k++) b[k * stride] -= l[i * n + k] * x;
    }
}

bool vr_solve_spd(double *a, double *b, int64_t n, int64_t m, vr_err *err) {
    VR_CHECK(n >= 0 && m >= 0 && (n == 0 || a) && (n * m == 0 || b), "a must be [n,n] and b [n,m]");
    for (int64_t j = 0; j < n; j++) {
        double *aj = a + j * n;
        const double pivot = aj[j] - vrp_linalg_dot(aj, aj, j);
        if (!(pivot > 0) || !isfinite(pivot)) {
            memset(b, 0, (size_t)(n * m) * sizeof(double));
            return vr_fail(err, VR_ERR_NUMERIC,
                           "the matrix is not positive definite: pivot %lld of %lld is %g", (long long)j,
                           (long long)n, pivot);
        }
        aj[j] = sqrt(pivot);
#pragma omp parallel for num_threads(vr_threads()) if ((n - j) * j > 50000)
        for (int64_t i = j + 1; i < n; i++)
            a[i * n + j] = (a[i * n + j] - vrp_linalg_dot(a + i * n, aj, j)) / aj[j];
    }
#pragma omp parallel for num_threads(vr_threads()) if (n * n * m > 50000)
    for (int64_t c = 0; c < m; c++) vrp_linalg_substitute(a, b + c, n, m);
    return true;
}
