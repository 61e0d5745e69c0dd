/* tests/test_hypothesis.c: tensor/hypothesis against scipy and statsmodels, and data without an answer. */
#include "test.h"
#include "visrob_impl/tensor/stats_impl.h"
#include "golden/statistics.h"

/* {statistic, df, p} as scipy has them. */
static void assert_test(vr_test t, const double *golden) {
    assert_relative(t.statistic, golden[0], 1e-12);
    assert_close(t.df, golden[1], 1e-12 * golden[1]);
    assert_relative(t.p, golden[2], 1e-11);
}

static void assert_none(vr_test t) { assert_true(isnan(t.statistic) && isnan(t.df) && isnan(t.p)); }

static void means_are_compared_as_scipy_compares_them(void **state) {
    (void)state;
    const int64_t *n = golden_group_size;
    assert_test(vr_welch(golden_groups, n[0], golden_groups + n[0], n[1]), golden_welch);
    assert_test(vr_alexander_govern(golden_groups, n, 3), golden_alexander_govern);
    const vr_test ab = vr_welch(golden_groups, n[0], golden_groups + n[0], n[1]),
                  ba = vr_welch(golden_groups + n[0], n[1], golden_groups, n[0]);
    assert_true(ab.statistic == -ba.statistic && ab.p == ba.p);
}

static void means_that_cannot_be_compared_have_no_p(void **state) {
    (void)state;
    const double x[6] = {1, 2, 4, 5, 5, 5}, bad[3] = {1, NAN, 2};
    assert_none(vr_welch(x, 1, x + 1, 3));
    assert_none(vr_welch(x, 3, bad, 3));
    assert_none(vr_welch(x + 3, 3, x + 3, 3)); /* no spread in either */
    assert_true(vr_welch(x, 3, x + 3, 3).p < 1);
    assert_none(vr_alexander_govern(x, (const int64_t[]){3, 3}, 2)); /* no spread in one */
    assert_none(vr_alexander_govern(x, (const int64_t[]){3, 1}, 2));
    assert_none(vr_alexander_govern(x, (const int64_t[]){3, 0}, 2));
    assert_none(vr_alexander_govern(bad, (const int64_t[]){2, 1}, 2));
}

static void tables_are_tested_as_scipy_tests_them(void **state) {
    (void)state;
    const int64_t seen[4] = {31, 14, 6, 49};
    assert_test(vr_chi2_shares(seen, (const double[]){3, 1, 1, 5}, 4), golden_shares);
}

static void tables_without_an_answer_have_no_p(void **state) {
    (void)state;
    assert_none(vr_chi2_shares((const int64_t[]){5}, (const double[]){1}, 1));
    assert_none(vr_chi2_shares((const int64_t[]){0, 0}, (const double[]){1, 1}, 2));
    assert_none(vr_chi2_shares((const int64_t[]){1, 2}, (const double[]){0, 1}, 2));
}

static void odds_ratios_are_statsmodels(void **state) {
    (void)state;
    static const int64_t tables[2][4] = {{12, 5, 7, 20}, {0, 8, 9, 3}};
    for (int i = 0; i < 2; i++) {
        const int64_t *t = tables[i];
        const double *g = golden_odds + 5 * i;
        const vr_odds o = vr_odds_ratio(t[0], t[1], t[2], t[3], 0),
                      turned = vr_odds_ratio(t[1], t[0], t[3], t[2], 0);
        assert_relative(o.value, g[0], 1e-13);
        assert_relative(o.low, g[1], 1e-12);
        assert_relative(o.high, g[2], 1e-12);
        assert_relative(o.log_se, g[3], 1e-13);
        assert_relative(o.p, g[4], 1e-11);
        assert_int_equal(o.corrected, i == 1);
        assert_relative(turned.value * o.value, 1, 1e-14);
        assert_relative(turned.high * o.low, 1, 1e-13);
    }
    const vr_odds none = vr_odds_ratio(0, 0, 3, 4, 0), wide = vr_odds_ratio(12, 5, 7, 20, 0.99);
    assert_true(isnan(none.value) && isnan(none.low) && isnan(none.p) && !none.corrected);
    assert_true(wide.low < golden_odds[1] && wide.high > golden_odds[2]);
}

static void intervals_of_proportions_are_statsmodels(void **state) {
    (void)state;
    static const int64_t k[4] = {3, 0, 7, 4000}, n[4] = {40, 7, 7, 46110};
    for (int i = 0; i < 4; i++) {
        const vr_interval w = vr_wilson(k[i], n[i], 0);
        assert_close(w.value, (double)k[i] / (double)n[i], 1e-16);
        assert_close(w.low, golden_wilson[2 * i], 1e-14);
        assert_close(w.high, golden_wilson[2 * i + 1], 1e-14);
    }
    const vr_interval none = vr_wilson(0, 0, 0);
    assert_true(isnan(none.value) && isnan(none.low) && isnan(none.high));
}

static void many_tests_are_corrected_as_statsmodels_and_scipy_do(void **state) {
    (void)state;
    enum { N = COUNT(golden_many) };
    vr_arena a = {0};
    double holm[N], bh[N], same[N];
    vr_adjust_holm(&a, holm, golden_many, N);
    vr_adjust_bh(&a, bh, golden_many, N);
    memcpy(same, golden_many, sizeof same);
    vr_adjust_holm(&a, same, same, N);
    for (int i = 0; i < N; i++) {
        assert_relative(holm[i], golden_holm[i], 1e-14);
        assert_relative(bh[i], golden_bh[i], 1e-14);
        assert_true(bh[i] <= holm[i] && same[i] == holm[i]);
    }
    double some[3] = {0.02, NAN, 0.01}; /* two tests, not three */
    vr_adjust_holm(&a, some, some, 3);
    assert_true(some[0] == 0.02 && isnan(some[1]) && some[2] == 0.02);
    vr_adjust_bh(&a, some, (const double[]){NAN, NAN, 0.5}, 3);
    assert_true(isnan(some[0]) && isnan(some[1]) && some[2] == 0.5);
    assert_int_equal(a.used, 0);
    vr_arena_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_are_compared_as_scipy_compares_them),
        cmocka_unit_test(means_that_cannot_be_compared_have_no_p),
        cmocka_unit_test(tables_are_tested_as_scipy_tests_them),
        cmocka_unit_test(tables_without_an_answer_have_no_p),
        cmocka_unit_test(odds_ratios_are_statsmodels),
        cmocka_unit_test(intervals_of_proportions_are_statsmodels),
        cmocka_unit_test(many_tests_are_corrected_as_statsmodels_and_scipy_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
