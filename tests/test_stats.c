/* tests/test_stats.c: tensor/stats against numpy and scipy, and the bootstrap's promises. */
#include "test.h"
#include "visrob_impl/tensor/stats_impl.h"
#include "golden/metrics.h"
#include "golden/statistics.h"

TEST_ARENA(arena);

enum { COUNT_X = COUNT(golden_x), COUNT_CLEAN = sizeof golden_clean };

static void mean_deviation_and_quantiles_agree_with_numpy(void **state) {
    (void)state;
    double x[COUNT_X];
    memcpy(x, golden_x, sizeof x);
    assert_close(vr_mean(x, COUNT_X), golden_x_mean, 1e-14);
    assert_close(vrp_std(x, COUNT_X), golden_x_std, 1e-14);
    vr_sort(x, COUNT_X);
    for (int64_t k = 0; k < COUNT(golden_q); k++)
        assert_close(vr_quantile_sorted(x, COUNT_X, golden_q[k]), golden_quantile[k], 1e-13);
    assert_true(isnan(vr_mean(x, 0)) && isnan(vrp_std(x, 1)) && isnan(vr_quantile_sorted(x, 0, 0.5)));
    assert_true(vr_quantile_sorted(x, 1, 0.3) == x[0]);
    double odd[4] = {NAN, INFINITY, -1, INFINITY};
    vr_sort(odd, 4);
    assert_true(odd[0] == -1 && odd[2] == INFINITY && isnan(odd[3]));
    assert_true(vr_quantile_sorted(odd, 3, 0.75) == INFINITY); /* not infinity - infinity */
}

static void a_long_sum_keeps_its_digits(void **state) {
    (void)state;
    enum { N = 1000000 };
    double *x = VR_NEW(&arena, double, N);
    for (int i = 0; i < N; i++) x[i] = 0.1;
    assert_close(vr_mean(x, N), 0.1, 1e-15); /* log2(n) roundings; a plain loop is off by 1e-12 */
}

/* 100,000 resamples against scipy's: the ends differ by the noise of a percentile, well below 1 % of the width. */
static void intervals_agree_with_scipy(void **state) {
    (void)state;
    const vr_bootstrap many = {.resamples = 100000, .seed = 3};
    vr_interval m = vr_bootstrap_mean(&arena, golden_x, COUNT_X, &many);
    assert_close(m.value, golden_x_mean, 1e-14);
    double tol = 0.015 * (golden_x_ends[1] - golden_x_ends[0]);
    assert_close(m.low, golden_x_ends[0], tol);
    assert_close(m.high, golden_x_ends[1], tol);
    vr_interval r;
    vr_bootstrap_error_ratios(&arena, &r, golden_fog, 1, golden_clean, 1, COUNT_CLEAN, &many);
    assert_close(r.value, golden_ratio, 1e-14);
    tol = 0.015 * (golden_ratio_ends[1] - golden_ratio_ends[0]);
    assert_close(r.low, golden_ratio_ends[0], tol);
    assert_close(r.high, golden_ratio_ends[1], tol);
    vr_bootstrap_rates(&arena, &r, golden_fog, 1, 1, COUNT_CLEAN, &many);
    assert_close(r.low, golden_rate_ends[0], 1.01 / COUNT_CLEAN); /* rates move in steps of 1/n */
    assert_close(r.high, golden_rate_ends[1], 1.01 / COUNT_CLEAN);
    assert_int_equal(arena.used, 0);
}

static double deviation(const void *context, const int64_t *index, int64_t m) {
    const double *x = (const double *)context;
    double drawn[64];
    for (int64_t i = 0; i < m; i++) drawn[i] = x[index[i]];
    return vrp_std(drawn, m);
}

static void assert_ends(vr_interval got, const double *ends) {
    const double tol = 0.02 * (ends[1] - ends[0]);
    assert_close(got.low, ends[0], tol);
    assert_close(got.high, ends[1], tol);
}

/* 100,000 resamples against scipy's 200,000: as above; skewed values, of which the percentile ends are off by more. */
static void accelerated_intervals_agree_with_scipy(void **state) {
    (void)state;
    enum { N = COUNT(golden_bca_x) };
    const vr_bootstrap bca = {.resamples = 100000, .seed = 3, .bca = true},
                       plain = {.resamples = 100000, .seed = 3};
    assert_ends(vr_bootstrap_mean(&arena, golden_bca_x, N, &bca), golden_bca_mean);
    const vr_interval s = vr_bootstrap_statistic(&arena, deviation, golden_bca_x, N, &bca),
                      p = vr_bootstrap_statistic(&arena, deviation, golden_bca_x, N, &plain);
    assert_ends(s, golden_bca_std);
    assert_close(s.value, vrp_std(golden_bca_x, N), 1e-15);
    assert_true(golden_bca_std[1] - p.high > 0.1 * (golden_bca_std[1] - golden_bca_std[0]));
    const double same[5] = {2, 2, 2, 2, 2}; /* all values alike: no interval is defined */
    const vr_interval none = vr_bootstrap_mean(&arena, same, 5, &bca);
    assert_true(none.value == 2 && isnan(none.low) && isnan(none.high));
    assert_int_equal(arena.used, 0);
}

static void mean_and_deviation(const void *context, double *values, const int64_t *index, int64_t m) {
    const double *x = (const double *)context;
    values[0] = deviation(context, index, m);
    values[1] = 0;
    for (int64_t i = 0; i < m; i++) values[1] += x[index[i]] / (double)m;
    values[2] = NAN;
}

static void several_statistics_of_one_draw_are_those_of_each(void **state) {
    (void)state;
    enum { N = COUNT(golden_bca_x) };
    for (int bca = 0; bca < 2; bca++) {
        const vr_bootstrap o = {.resamples = 500, .seed = 5, .bca = bca};
        vr_interval three[3], first[3];
        for_threads (threads) {
            vr_bootstrap_statistics(&arena, three, 3, mean_and_deviation, golden_bca_x, N, &o);
            if (threads == 1) memcpy(first, three, sizeof first);
            assert_memory_equal(first, three, sizeof first);
        }
        const vr_interval one = vr_bootstrap_statistic(&arena, deviation, golden_bca_x, N, &o),
                          mean = vr_bootstrap_mean(&arena, golden_bca_x, N, &o);
        assert_memory_equal(&three[0], &one, sizeof one);
        assert_close(three[1].value, mean.value, 1e-14);
        assert_close(three[1].low, mean.low,
                     1e-9); /* the same draws, other roundings; bca's levels differ a little more */
        assert_close(three[1].high, mean.high, 1e-9);
        assert_true(isnan(three[2].value) && isnan(three[2].low));
    }
    vr_interval none;
    vr_bootstrap_statistics(&arena, &none, 1, mean_and_deviation, NULL, 0, NULL);
    assert_true(isnan(none.value) && isnan(none.high));
    assert_int_equal(arena.used, 0);
}

static void resamples_are_shared_paired_and_the_same_for_any_number_of_threads(void **state) {
    (void)state;
    enum { N = 1003, CELLS = 5 };
    uint8_t *correct = VR_NEW(&arena, uint8_t, (CELLS * N)), *clean = correct;
    for (int i = 0; i < CELLS * N; i++) correct[i] = vr_rng_uniform(vr_rng_init(5), (uint64_t)i) < 0.7f;
    double *x = VR_NEW(&arena, double, N);
    for (int i = 0; i < N; i++) x[i] = correct[i] ? 0.1 : 0.3 * i;
    vr_interval first[3][CELLS], now[3][CELLS];
    for_threads (threads) {
        memset(now, 0, sizeof now);
        vr_bootstrap_rates(&arena, now[0], correct, 1, CELLS, N, NULL);
        vr_bootstrap_error_ratios(&arena, now[1], correct, 1, clean, CELLS, N, NULL);
        now[2][0] = vr_bootstrap_mean(&arena, x, N, NULL);
        if (threads == 1) memcpy(first, now, sizeof now);
        assert_memory_equal(first, now, sizeof now);
    }
    /* cell 0 is the clean one: paired with itself it has no spread at all */
    assert_true(now[1][0].value == 1 && now[1][0].low == 1 && now[1][0].high == 1);
    assert_true(now[1][1].low < now[1][1].high);
    /* a cell gives the same by itself as among others, and another seed gives another interval */
    vr_interval single, other;
    vr_bootstrap_rates(&arena, &single, correct + 3 * N, 1, 1, N, NULL);
    assert_memory_equal(&single, &now[0][3], sizeof single);
    vr_bootstrap_rates(&arena, &other, correct + 3 * N, 1, 1, N,
                       &(vr_bootstrap){.seed = 1, .resamples = 999});
    assert_true(memcmp(&single, &other, sizeof single) != 0);
}

static void five_severities_in_one_cell_are_the_mean_of_the_five(void **state) {
    (void)state;
    enum { N = 500 };
    uint8_t each[5][N], sum[N] = {0}, clean[N];
    double mean = 0;
    for (int i = 0; i < N; i++) clean[i] = i % 10 != 0;
    for (int s = 0; s < 5; s++)
        for (int i = 0; i < N; i++) {
            each[s][i] = vr_rng_uniform(vr_rng_init(8), (uint64_t)(s * N + i)) > 0.1f * (float)(s + 1);
            sum[i] = (uint8_t)(sum[i] + each[s][i]);
        }
    vr_interval five[5], whole, ratio;
    vr_bootstrap_rates(&arena, five, &each[0][0], 1, 5, N, NULL);
    for (int s = 0; s < 5; s++) mean += five[s].value / 5;
    vr_bootstrap_rates(&arena, &whole, sum, 5, 1, N, NULL);
    assert_close(whole.value, mean, 1e-15);
    assert_true(whole.high - whole.low < five[0].high - five[0].low + five[4].high - five[4].low);
    vr_bootstrap_error_ratios(&arena, &ratio, sum, 5, clean, 1, N, NULL);
    assert_close(ratio.value, (1 - mean) / 0.1, 1e-12);
    assert_true(ratio.low < ratio.value && ratio.value < ratio.high);
}

static void coverage_is_what_the_level_says(void **state) {
    (void)state;
    enum { N = 200, TRIALS = 400 };
    int covered = 0;
    for (int t = 0; t < TRIALS; t++) {
        uint8_t correct[N];
        for (int i = 0; i < N; i++)
            correct[i] = vr_rng_uniform(vr_rng_at(vr_rng_init(11), (uint64_t)t), (uint64_t)i) < 0.6f;
        vr_interval r;
        vr_bootstrap_rates(&arena, &r, correct, 1, 1, N,
                           &(vr_bootstrap){.resamples = 400, .level = 0.9, .seed = (uint64_t)t});
        covered += r.low <= 0.6 && 0.6 <= r.high;
    }
    assert_close(covered / (double)TRIALS, 0.9, 0.06); /* four standard errors of a binomial(400, 0.9) */
}

static void no_clean_error_gives_infinity_and_no_images_give_nan(void **state) {
    (void)state;
    const uint8_t clean[4] = {1, 1, 1, 1}, correct[8] = {1, 1, 1, 0, 1, 1, 1, 1};
    vr_interval r[2];
    vr_bootstrap_error_ratios(&arena, r, correct, 1, clean, 2, 4, NULL);
    assert_true(r[0].value == INFINITY && r[0].high == INFINITY);
    assert_true(isnan(r[1].value) && isnan(r[1].low) && isnan(r[1].high));
    vr_bootstrap_rates(&arena, r, correct, 1, 2, 0, NULL);
    assert_true(isnan(r[0].value) && isnan(r[0].low) && isnan(r[1].high));
    r[0] = vr_bootstrap_mean(&arena, NULL, 0, NULL);
    assert_true(isnan(r[0].value) && isnan(r[0].low));
    vr_bootstrap_rates(&arena, r, correct, 1, 1, 1, NULL);
    assert_true(r[0].value == 1 && r[0].low == 1 && r[0].high == 1);
}

/* Of very many values random parts are resampled. Sorted values would give too narrow an interval if every so-many-th were a
 * part, and too wide a one if neighbours were. */
static void the_mean_of_very_many_values_has_the_normal_interval(void **state) {
    (void)state;
    enum { N = 200000 };
    double *x = VR_NEW(&arena, double, N), sum = 0, squares = 0;
    for (int64_t i = 0; i < N; i++) {
        x[i] = exp(3.0 * (double)i / N);
        sum += x[i], squares += x[i] * x[i];
    }
    const double mean = sum / N, half = 1.959964 * sqrt((squares / N - mean * mean) / N);
    for (int bca = 0; bca < 2; bca++) {
        const vr_interval m =
            vr_bootstrap_mean(&arena, x, N, &(vr_bootstrap){.resamples = 4000, .seed = 3, .bca = bca});
        assert_true(fabs(m.value - mean) < 1e-9);
        assert_true(fabs((m.high - m.low) / (2 * half) - 1) < 0.05);
        assert_true(fabs((m.high + m.low) / 2 - mean) < 0.1 * half);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, arena_free)
    const struct CMUnitTest tests[] = {
        TEST(mean_deviation_and_quantiles_agree_with_numpy),
        TEST(a_long_sum_keeps_its_digits),
        TEST(intervals_agree_with_scipy),
        TEST(accelerated_intervals_agree_with_scipy),
        TEST(several_statistics_of_one_draw_are_those_of_each),
        TEST(resamples_are_shared_paired_and_the_same_for_any_number_of_threads),
        TEST(five_severities_in_one_cell_are_the_mean_of_the_five),
        TEST(coverage_is_what_the_level_says),
        TEST(no_clean_error_gives_infinity_and_no_images_give_nan),
        TEST(the_mean_of_very_many_values_has_the_normal_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
