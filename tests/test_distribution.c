/* tests/test_distribution.c: the distributions against mpmath and scipy, into both tails. */
#include "test.h"
#include "visrob_impl/tensor/distribution_impl.h"
#include "golden/statistics.h"

/* The relative error of y; 1e-12 is what the header documents. */
static void check(double *worst, double y, double golden, const double *row, const char *name) {
    const double error = fabs(y / golden - 1);
    if (!(error <= 1e-12)) fail_msg("%s at %g (%g): off by %g of %g", name, row[0], row[1], error, golden);
    *worst = fmax(*worst, error);
}

static void both_tails_agree_with_mpmath(void **state) {
    (void)state;
    double normal = 0, t = 0, chi2 = 0;
    for (int64_t i = 0; i < GOLDEN_NORMAL_ROWS; i++) { /* x, -, -, cdf, sf */
        const double *r = golden_normal + 5 * i;
        check(&normal, vr_normal_cdf(r[0]), r[3], r, "normal cdf");
        check(&normal, vrp_normal_sf(r[0]), r[4], r, "normal sf");
    }
    for (int64_t i = 0; i < GOLDEN_T_ROWS; i++) {
        const double *r = golden_t + 5 * i;
        check(&t, vr_t_two_sided(r[0], r[1]), 2 * fmin(r[3], r[4]), r, "t");
    }
    for (int64_t i = 0; i < GOLDEN_CHI2_ROWS; i++) {
        const double *r = golden_chi2 + 5 * i;
        check(&chi2, vrp_chi2_sf(r[0], r[1]), r[4], r, "chi-square");
    }
    print_message("relative error at most: normal %.1e, t %.1e, chi-square %.1e\n", normal, t, chi2);
}

static void quantiles_agree_with_scipy(void **state) {
    (void)state;
    for (int64_t k = 0; k < COUNT(golden_quantile_p); k++) { /* scipy's own are good to about 1e-13 */
        const double p = golden_quantile_p[k];
        if (p == 0.5)
            assert_true(vr_normal_quantile(p) == 0 && vrp_t_quantile(p, 4.5) == 0);
        else
            assert_relative(vr_normal_quantile(p), golden_normal_quantile[k], 1e-14);
        if (k >= 2 && p != 0.5) assert_relative(vrp_t_quantile(p, 4.5), golden_t_quantile[k - 2], 1e-12);
    }
}

static void a_quantile_is_the_inverse_of_the_cdf_everywhere(void **state) {
    (void)state;
    const double p[] = {1e-290, 1e-50, 1e-9, 0.01, 0.3, 0.49999, 0.5, 0.50000001, 0.7, 0.99, 0.9999999};
    for (int64_t k = 0; k < COUNT(p); k++) {
        assert_relative(vr_normal_cdf(vr_normal_quantile(p[k])), p[k], 1e-12);
        const double tail = vr_t_two_sided(vrp_t_quantile(p[k], 7.5), 7.5) / 2;
        assert_relative(tail, fmin(p[k], 1 - p[k]), 1e-12);
    }
    assert_relative(vr_normal_quantile(0.5 + 0x1p-40), 0x1p-40 * 2.5066282746310002, 1e-14); /* sqrt(2 pi) */
    assert_relative(vrp_t_quantile(0.75, 1), 1, 1e-14);                                      /* Cauchy */
}

static void ends_of_the_range_and_invalid_arguments_have_stated_results(void **state) {
    (void)state;
    assert_true(vr_normal_quantile(0) == -INFINITY && vr_normal_quantile(1) == INFINITY);
    assert_true(vrp_t_quantile(0, 3) == -INFINITY && vrp_t_quantile(1, 3) == INFINITY);
    assert_true(vr_normal_cdf(-INFINITY) == 0 && vr_normal_cdf(INFINITY) == 1 && isnan(vr_normal_cdf(NAN)));
    assert_true(vr_t_two_sided(-INFINITY, 3) == 0 && vr_t_two_sided(INFINITY, 3) == 0 &&
                vr_t_two_sided(0, 3) == 1);
    assert_true(vrp_chi2_sf(0, 3) == 1 && vrp_chi2_sf(-1, 3) == 1 && vrp_chi2_sf(INFINITY, 3) == 0);
    assert_true(isnan(vr_t_two_sided(1, 0)) && isnan(vr_t_two_sided(1, -2)) &&
                isnan(vr_t_two_sided(NAN, 3)) && isnan(vr_t_two_sided(1, NAN)));
    assert_true(isnan(vrp_chi2_sf(1, 0)) && isnan(vrp_chi2_sf(NAN, 1)));
    assert_true(isnan(vr_normal_quantile(1.1)) && isnan(vrp_t_quantile(-0.1, 3)) &&
                isnan(vrp_t_quantile(NAN, 3)) && isnan(vrp_t_quantile(0.7, 0)));
    assert_relative(vr_t_two_sided(1.96, INFINITY), 2 * vrp_normal_sf(1.96), 1e-15);
    assert_relative(vrp_t_quantile(0.975, INFINITY), vr_normal_quantile(0.975), 1e-15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_tails_agree_with_mpmath),
        cmocka_unit_test(quantiles_agree_with_scipy),
        cmocka_unit_test(a_quantile_is_the_inverse_of_the_cdf_everywhere),
        cmocka_unit_test(ends_of_the_range_and_invalid_arguments_have_stated_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
