/* tests/test_regression.c: tensor/regression against scipy, statsmodels and numpy, and what has no line. */
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
    const vr_interval slope = vr_line_slope(&l, 0.9), at = vr_line_at(&l, 1.25, 0.9),
                      seen = vr_line_observation(&l, 1.25, 0.9);
    const double more[8] = {l.sigma, slope.low, slope.high, at.value, at.low, at.high, seen.low, seen.high};
    for (int i = 0; i < 8; i++) assert_relative(more[i], golden_line_more[i], 1e-11);
    assert_true(slope.value == l.slope && seen.value == at.value);
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

static void a_linear_model_is_statsmodels(void **state) {
    (void)state;
    vr_arena perm = {0};
    vr_ols fit;
    assert_true(vr_fit_ols(&perm, &fit, golden_x3, golden_y, N, 3, 0, VR_FATAL));
    for (int k = 0; k < 4;
         k++) { /* columns of 1e4 +- 1 and of 1e-3: 1e-9 is what is left of 1e-16 for the intercept */
        const vr_coefficient c = fit.coefficient[k];
        const double got[6] = {c.value, c.se, c.t, c.p, c.low, c.high}, *g = golden_ols + 6 * k;
        for (int i = 0; i < 6; i++) assert_relative(got[i], g[i], 1e-8);
        assert_relative(sqrt(fit.covariance[k * 4 + k]), c.se, 1e-15);
        for (int j = 0; j < k; j++) assert_true(fit.covariance[k * 4 + j] == fit.covariance[j * 4 + k]);
    }
    const double got[5] = {fit.r2, fit.adjusted_r2, fit.sigma, fit.f, fit.f_p};
    for (int i = 0; i < 5; i++) assert_relative(got[i], golden_ols_fit[i], 1e-9);
    const double x[3] = {0.5, 1e4 + 0.25, -0.5e-3};
    const vr_interval at = vr_ols_at(&fit, x), seen = vr_ols_observation(&fit, x);
    const double there[5] = {at.value, at.low, at.high, seen.low, seen.high};
    for (int i = 0; i < 5; i++) assert_relative(there[i], golden_ols_at[i], 1e-7);
    assert_true(fit.df == N - 4 && fit.level == 0.95);
    vr_arena_free(&perm);
}

static void a_model_of_one_column_is_the_line_and_of_none_the_mean(void **state) {
    (void)state;
    vr_arena perm = {0};
    vr_ols one, none;
    double x[N];
    first_column(x);
    const vr_line l = vr_fit_line(x, golden_y, N);
    vr_fit_ols(&perm, &one, x, golden_y, N, 1, 0, VR_FATAL);
    assert_relative(one.coefficient[1].value, l.slope, 1e-13);
    assert_relative(one.coefficient[1].p, l.p, 1e-9);
    assert_relative(one.f, l.t * l.t, 1e-11);
    vr_fit_ols(&perm, &none, NULL, golden_y, N, 0, 0, VR_FATAL);
    assert_relative(none.coefficient[0].value, vr_mean(golden_y, N), 1e-13);
    assert_relative(none.coefficient[0].se, vr_std(golden_y, N) / sqrt(N), 1e-13);
    assert_true(isnan(none.f) && isnan(none.f_p));
    vr_arena_free(&perm);
}

static void assert_no_model(const double *x, const double *y, int64_t n, int64_t columns, vr_err_code code,
                            const char *message) {
    vr_arena perm = {0};
    vr_ols fit;
    vr_err err = {0};
    assert_false(vr_fit_ols(&perm, &fit, x, y, n, columns, 0, &err));
    assert_int_equal(err.code, code);
    assert_message(err, message);
    assert_null(fit.coefficient);
    assert_int_equal(perm.used, 0);
    vr_arena_free(&perm);
}

static void what_has_no_linear_model_is_named(void **state) {
    (void)state;
    const double x[12] = {1, 2, 7, 4, 3, 7, 9, 5, 7, 2, 8, 7}, y[4] = {1, 2, 3, 5};
    const double twice[10] = {1, 2, 2, 4, 3, 6, 4, 8, 7, 14}, y5[5] = {1, 2, 3, 5, 4};
    double bad[12];
    assert_no_model(x, y, 3, 2, VR_ERR_ARGUMENT, "3 rows are too few for 3 coefficients");
    assert_no_model(twice, y5, 5, 2, VR_ERR_NUMERIC, "column 1 of x is a combination");
    const double constant[4] = {7, 7, 7, 7};
    assert_no_model(constant, y, 4, 1, VR_ERR_NUMERIC, "column 0 of x is a combination");
    memcpy(bad, x, sizeof bad);
    bad[7] = NAN;
    assert_no_model(bad, y5, 5, 2, VR_ERR_NUMERIC, "x of row 3, column 1, is nan");
    assert_no_model(x, (const double[]){1, INFINITY, 0, 0}, 4, 2, VR_ERR_NUMERIC, "y of row 1");
}

static void a_cubic_is_numpys(void **state) {
    (void)state;
    vr_arena scratch = {0};
    vr_polynomial p;
    vr_err err = {0};
    double u[N], power[4], rss = 0;
    for (int i = 0; i < N; i++) u[i] = 92.0 * i / (N - 1);
    assert_true(vr_fit_polynomial(&scratch, &p, u, golden_cubic_y, N, 3, VR_FATAL));
    vr_polynomial_powers(&p, power);
    for (int k = 0; k < 4; k++) {
        assert_relative(p.c[k], golden_cubic[k], 1e-11);
        assert_relative(power[k], golden_cubic_powers[k], 1e-11);
    }
    for (int i = 0; i < N; i++) {
        const double y = vr_polynomial_at(&p, u[i]), e = golden_cubic_y[i] - y;
        assert_close(power[0] + u[i] * (power[1] + u[i] * (power[2] + u[i] * power[3])), y, 1e-11);
        rss += e * e;
    }
    assert_relative(p.rss, rss, 1e-10);
    assert_true(vr_fit_polynomial(&scratch, &p, u, golden_cubic_y, N, 0, VR_FATAL));
    assert_relative(p.c[0], vr_mean(golden_cubic_y, N), 1e-13);
    assert_false(vr_fit_polynomial(&scratch, &p, u, golden_cubic_y, 3, 3, &err));
    assert_int_equal(err.code, VR_ERR_ARGUMENT);
    err = (vr_err){0};
    assert_false(vr_fit_polynomial(&scratch, &p, (const double[]){1, 1, 2, 2, 1}, u, 5, 2, &err));
    assert_int_equal(err.code, VR_ERR_NUMERIC);
    assert_message(err, "needs 3 different x");
    assert_true(p.degree == 0 && p.c[0] == 0);
    assert_int_equal(scratch.used, 0);
    vr_arena_free(&scratch);
}

static void correlations_are_scipys(void **state) {
    (void)state;
    vr_arena scratch = {0};
    const double *x = golden_ties, *y = golden_ties + TIES;
    const vr_correlation pearson = vr_pearson(x, y, TIES), spearman = vr_spearman(&scratch, x, y, TIES);
    const vr_interval i = vr_correlation_interval(pearson, 0);
    assert_relative(pearson.r, golden_pearson[0], 1e-13);
    assert_relative(pearson.p, golden_pearson[1], 1e-11);
    assert_relative(i.low, golden_pearson[2], 1e-12);
    assert_relative(i.high, golden_pearson[3], 1e-12);
    assert_relative(spearman.r, golden_spearman[0], 1e-13);
    assert_relative(spearman.p, golden_spearman[1], 1e-11);
    double r[16], p[16], rank[TIES];
    vr_spearman_matrix(&scratch, r, p, golden_ties, 4, TIES);
    for (int k = 0; k < 16; k++) {
        assert_close(r[k], golden_spearman_r[k], 1e-13);
        if (k % 5 == 0)
            assert_true(r[k] == 1 && p[k] == 0); /* scipy's own are rounded: 4.9e-299 */
        else
            assert_relative(p[k], golden_spearman_p[k], 1e-11);
    }
    vr_rank(&scratch, rank, x, TIES);
    assert_memory_equal(rank, golden_rank, sizeof rank);
    assert_int_equal(scratch.used, 0);
    vr_arena_free(&scratch);
}

static void correlations_at_the_edges_have_stated_results(void **state) {
    (void)state;
    vr_arena scratch = {0};
    const double up[4] = {1, 2, 3, 4}, flat[4] = {7, 7, 7, 7}, far[4] = {1, 2, 3, INFINITY},
                 bad[4] = {1, NAN, 3, 4};
    assert_true(isnan(vr_pearson(up, flat, 4).r) && isnan(vr_pearson(up, up, 1).r) &&
                isnan(vr_pearson(up, far, 4).r));
    assert_true(vr_pearson(up, up, 2).r == 1 && vr_pearson(up, up, 2).p == 1 && vr_pearson(up, up, 4).p == 0);
    assert_true(vr_spearman(&scratch, up, far, 4).r == 1 && isnan(vr_spearman(&scratch, up, bad, 4).r));
    double rank[4], r[4], p[4];
    vr_rank(&scratch, rank, bad, 4);
    for (int i = 0; i < 4; i++) assert_true(isnan(rank[i]));
    double columns[8];
    memcpy(columns, up, sizeof up);
    memcpy(columns + 4, flat, sizeof flat);
    vr_spearman_matrix(&scratch, r, p, columns, 2, 4);
    assert_true(r[0] == 1 && p[0] == 0 && isnan(r[1]) && isnan(r[3]) && isnan(p[3]));
    assert_true(isnan(vr_correlation_interval((vr_correlation){3, 0.5, 0.1}, 0).low));
    vr_arena_free(&scratch);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_scipys_with_statsmodels_intervals),
        cmocka_unit_test(lines_that_are_not_there_are_nan),
        cmocka_unit_test(a_linear_model_is_statsmodels),
        cmocka_unit_test(a_model_of_one_column_is_the_line_and_of_none_the_mean),
        cmocka_unit_test(what_has_no_linear_model_is_named),
        cmocka_unit_test(a_cubic_is_numpys),
        cmocka_unit_test(correlations_are_scipys),
        cmocka_unit_test(correlations_at_the_edges_have_stated_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
