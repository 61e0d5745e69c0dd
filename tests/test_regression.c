/* tests/test_regression.c: tensor/regression against scipy, statsmodels and numpy, and points without a line. */
#include "test.h"
#include "golden/statistics.h"

enum { N = 30, TIES = 40 };

static void first_column(double *x) {
    for (int i = 0; i < N; i++) x[i] = golden_x3[3 * i];
}

static void a_line_is_scipys_with_statsmodels_intervals(void **state) {
    (void)state;
    double x[N];
    first_column(x);
    const vr_line l = vr_fit_line(x, golden_y, N);
    const double got[6] = {l.slope, l.intercept, l.slope_se, l.intercept_se, l.r, l.p};
    for (int i = 0; i < 6; i++)
        assert_relative(got[i], golden_line[i], 1e-10); /* p is to a high power of the rest */
    assert_relative(l.r2, l.r * l.r, 1e-15);
    assert_relative(l.t, l.slope / l.slope_se, 1e-15);
    const vr_interval slope = vr_line_slope(&l, 0.9);
    const double more[3] = {l.sigma, slope.low, slope.high};
    for (int i = 0; i < 3; i++) assert_relative(more[i], golden_line_more[i], 1e-11);
    assert_true(slope.value == l.slope);
}

static void lines_that_are_not_there_are_nan(void **state) {
    (void)state;
    const double x[3] = {1, 1, 1}, y[3] = {0.1, 0.1, 0.1}, up[3] = {1, 2, 3}, bad[3] = {1, INFINITY, 2};
    assert_true(isnan(vr_fit_line(x, up, 3).slope) && isnan(vr_fit_line(up, up, 1).slope));
    assert_true(isnan(vr_fit_line(up, bad, 3).slope) && isnan(vr_fit_line(bad, up, 3).slope));
    const vr_line flat = vr_fit_line(up, y, 3), two = vr_fit_line(up, up, 2), exact = vr_fit_line(up, up, 3);
    assert_true(flat.slope == 0 && isnan(flat.r) && isnan(flat.r2) && isnan(flat.p));
    assert_true(two.slope == 1 && two.intercept == 0 && isnan(two.slope_se) && isnan(two.p));
    assert_true(exact.slope == 1 && exact.r == 1 && exact.p == 0 && exact.sigma == 0);
    assert_true(isnan(vr_line_slope(&two, 0).low));
}

static void a_cubic_is_numpys(void **state) {
    (void)state;
    vr_arena scratch = {0};
    vr_polynomial p;
    vr_err err = {0};
    double u[N], rss = 0;
    for (int i = 0; i < N; i++) u[i] = 92.0 * i / (N - 1);
    assert_true(vr_fit_polynomial(&scratch, &p, u, golden_cubic_y, N, 3, VR_FATAL));
    for (int k = 0; k < 4; k++) assert_relative(p.c[k], golden_cubic[k], 1e-11);
    for (int i = 0; i < N; i++) {
        const double z = u[i] / 46 - 1, y = vr_polynomial_at(&p, u[i]), e = golden_cubic_y[i] - y;
        assert_close(p.c[0] + z * (p.c[1] + z * (p.c[2] + z * p.c[3])), y, 1e-13);
        rss += e * e;
    }
    assert_relative(p.rss, rss, 1e-10);
    assert_true(vr_fit_polynomial(&scratch, &p, u, golden_cubic_y, N, 0, VR_FATAL));
    assert_relative(p.c[0], vr_mean(golden_cubic_y, N), 1e-13);
    assert_false(vr_fit_polynomial(&scratch, &p, u, golden_cubic_y, 3, 3, &err));
    assert_int_equal(err.code, VR_ERR_ARGUMENT);
    err = (vr_err){0};
    assert_false(vr_fit_polynomial(&scratch, &p, (const double[]){1, 1, NAN, 2, 1}, u, 5, 2, &err));
    assert_int_equal(err.code, VR_ERR_NUMERIC);
    assert_message(err, "x[2]: expected a finite number, found nan");
    err = (vr_err){0};
    assert_false(vr_fit_polynomial(&scratch, &p, (const double[]){1, 1, 2, 2, 1}, u, 5, 2, &err));
    assert_int_equal(err.code, VR_ERR_NUMERIC);
    assert_message(err, "needs 3 different x");
    assert_true(p.degree == 0 && p.c[0] == 0);
    assert_int_equal(scratch.used, 0);
    vr_arena_free(&scratch);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_scipys_with_statsmodels_intervals),
        cmocka_unit_test(lines_that_are_not_there_are_nan),
        cmocka_unit_test(a_cubic_is_numpys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
