/* tests/test_distribution.c: five distributions against mpmath and scipy, into both tails. */
#include "test.h"
#include "golden/statistics.h"

static double normal_cdf(double x, double a, double b) {
    (void)a, (void)b;
    return vr_normal_cdf(x);
}
static double normal_sf(double x, double a, double b) {
    (void)a, (void)b;
    return vr_normal_sf(x);
}
static double t_cdf(double x, double df, double b) {
    (void)b;
    return vr_t_cdf(x, df);
}
static double t_sf(double x, double df, double b) {
    (void)b;
    return vr_t_sf(x, df);
}
static double chi2_cdf(double x, double df, double b) {
    (void)b;
    return vr_chi2_cdf(x, df);
}
static double chi2_sf(double x, double df, double b) {
    (void)b;
    return vr_chi2_sf(x, df);
}

typedef double (*distribution)(double x, double a, double b);

static void check(const double (*row)[5], int64_t rows, distribution cdf, distribution sf, const char *name) {
    double worst = 0;
    for (int64_t i = 0; i < rows; i++) {
        const double *r = row[i], c = fabs(cdf(r[0], r[1], r[2]) / r[3] - 1),
                     s = fabs(sf(r[0], r[1], r[2]) / r[4] - 1);
        if (!(c <= 1e-12 && s <= 1e-12)) /* what the header promises */
            fail_msg("%s at %g (%g, %g): cdf off by %g of %g, sf by %g of %g", name, r[0], r[1], r[2], c,
                     r[3], s, r[4]);
        worst = fmax(worst, fmax(c, s));
    }
    print_message("%s: %lld places, relative error at most %.1e\n", name, (long long)rows, worst);
}

static void both_tails_agree_with_mpmath(void **state) {
    (void)state;
    check((const double(*)[5])golden_normal, GOLDEN_NORMAL_ROWS, normal_cdf, normal_sf, "normal");
    check((const double(*)[5])golden_t, GOLDEN_T_ROWS, t_cdf, t_sf, "t");
    check((const double(*)[5])golden_chi2, GOLDEN_CHI2_ROWS, chi2_cdf, chi2_sf, "chi-square");
    check((const double(*)[5])golden_f, GOLDEN_F_ROWS, vr_f_cdf, vr_f_sf, "F");
    check((const double(*)[5])golden_beta, GOLDEN_BETA_ROWS, vr_beta_cdf, vr_beta_sf, "beta");
    for (int64_t i = 0; i < GOLDEN_CHI2_ROWS; i++) {
        const double *r = golden_chi2 + 5 * i;
        assert_true(vr_gamma_lower(r[1] / 2, r[0] / 2) == vr_chi2_cdf(r[0], r[1]));
        assert_true(vr_gamma_upper(r[1] / 2, r[0] / 2) == vr_chi2_sf(r[0], r[1]));
    }
}

static void quantiles_agree_with_scipy(void **state) {
    (void)state;
    enum { COUNT = sizeof golden_quantile_p / sizeof *golden_quantile_p };
    for (int k = 0; k < COUNT; k++) { /* scipy's own are good to about 1e-13 */
        const double p = golden_quantile_p[k];
        if (p == 0.5)
            assert_true(vr_normal_quantile(p) == 0 && vr_t_quantile(p, 4.5) == 0);
        else
            assert_relative(vr_normal_quantile(p), golden_normal_quantile[k], 1e-14);
        if (k >= 2 && p != 0.5) assert_relative(vr_t_quantile(p, 4.5), golden_t_quantile[k - 2], 1e-12);
        if (k < 1) continue;
        assert_relative(vr_chi2_quantile(p, 6.5), golden_chi2_quantile[k - 1], 1e-12);
        assert_relative(vr_f_quantile(p, 3, 17), golden_f_quantile[k - 1], 1e-12);
        assert_relative(vr_beta_quantile(p, 2.5, 8), golden_beta_quantile[k - 1], 1e-12);
    }
}

static void a_quantile_is_the_inverse_of_the_cdf_everywhere(void **state) {
    (void)state;
    const double p[] = {1e-290, 1e-50, 1e-9, 0.01, 0.3, 0.49999, 0.5, 0.50000001, 0.7, 0.99, 0.9999999};
    for (size_t k = 0; k < sizeof p / sizeof *p; k++) {
        assert_relative(vr_normal_cdf(vr_normal_quantile(p[k])), p[k], 1e-12);
        assert_relative(vr_t_cdf(vr_t_quantile(p[k], 7.5), 7.5), p[k], 1e-12);
        assert_relative(vr_chi2_cdf(vr_chi2_quantile(p[k], 11), 11), p[k], 1e-12);
        assert_relative(vr_f_cdf(vr_f_quantile(p[k], 4, 9), 4, 9), p[k], 1e-12);
        assert_relative(vr_beta_cdf(vr_beta_quantile(p[k], 3, 2), 3, 2), p[k], 1e-12);
    }
    assert_relative(vr_normal_quantile(0.5 + 0x1p-40), 0x1p-40 * 2.5066282746310002, 1e-14); /* sqrt(2 pi) */
    assert_relative(vr_t_quantile(0.75, 1), 1, 1e-14);                                       /* Cauchy */
}

static void ends_of_the_range_and_nonsense_have_stated_results(void **state) {
    (void)state;
    assert_true(vr_normal_quantile(0) == -INFINITY && vr_normal_quantile(1) == INFINITY);
    assert_true(vr_t_quantile(0, 3) == -INFINITY && vr_t_quantile(1, 3) == INFINITY);
    assert_true(vr_chi2_quantile(0, 3) == 0 && vr_chi2_quantile(1, 3) == INFINITY);
    assert_true(vr_beta_quantile(0, 2, 2) == 0 && vr_beta_quantile(1, 2, 2) == 1);
    assert_true(vr_normal_cdf(-INFINITY) == 0 && vr_normal_cdf(INFINITY) == 1 && isnan(vr_normal_cdf(NAN)));
    assert_true(vr_t_cdf(-INFINITY, 3) == 0 && vr_t_sf(INFINITY, 3) == 0 && vr_t_cdf(0, 3) == 0.5);
    assert_true(vr_chi2_cdf(0, 3) == 0 && vr_chi2_cdf(-1, 3) == 0 && vr_chi2_sf(INFINITY, 3) == 0);
    assert_true(vr_f_cdf(-1, 3, 4) == 0 && vr_f_cdf(INFINITY, 3, 4) == 1 && vr_f_sf(INFINITY, 3, 4) == 0);
    assert_true(vr_beta_cdf(-1, 2, 3) == 0 && vr_beta_cdf(2, 2, 3) == 1);
    assert_true(isnan(vr_t_cdf(1, 0)) && isnan(vr_t_cdf(1, -2)) && isnan(vr_t_cdf(NAN, 3)) &&
                isnan(vr_t_cdf(1, NAN)));
    assert_true(isnan(vr_chi2_sf(1, 0)) && isnan(vr_chi2_sf(NAN, 1)) && isnan(vr_f_sf(1, 0, 3)) &&
                isnan(vr_f_sf(NAN, 1, 3)));
    assert_true(isnan(vr_normal_quantile(1.1)) && isnan(vr_t_quantile(-0.1, 3)) &&
                isnan(vr_chi2_quantile(NAN, 3)));
    assert_true(isnan(vr_t_quantile(0.7, 0)) && isnan(vr_chi2_quantile(0.7, -1)) &&
                isnan(vr_beta_quantile(0.2, 0, 1)));
    assert_relative(vr_t_two_sided(1.96, INFINITY), 2 * vr_normal_sf(1.96), 1e-15);
    assert_relative(vr_t_quantile(0.975, INFINITY), vr_normal_quantile(0.975), 1e-15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_tails_agree_with_mpmath),
        cmocka_unit_test(quantiles_agree_with_scipy),
        cmocka_unit_test(a_quantile_is_the_inverse_of_the_cdf_everywhere),
        cmocka_unit_test(ends_of_the_range_and_nonsense_have_stated_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
