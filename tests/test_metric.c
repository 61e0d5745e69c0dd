/* tests/test_metric.c: label sets, prevalence, disparity and effective robustness, against scipy and
 * scikit-learn and by hand. metric/accuracy, group and calibration have tests of their own. */
#include "test.h"
#include "golden/metrics.h"
#include "golden/statistics.h"

/* ---- label sets ---- */

static void the_best_k_classes_hold_the_label_where_scikit_learn_says_so(void **state) {
    (void)state;
    int64_t top[GOLDEN_N * GOLDEN_C], begin[GOLDEN_N + 1];
    uint8_t correct[GOLDEN_N], same[GOLDEN_N];
    for (int i = 0; i <= GOLDEN_N; i++) begin[i] = i; /* sets of one label: the ordinary top-k */
    const vr_label_sets labels = {.count = GOLDEN_N, .begin = begin, .label = golden_labels};
    vr_predict_top_k(top, golden_p, GOLDEN_N, GOLDEN_C, GOLDEN_C);
    for (int i = 0; i < GOLDEN_N; i++) assert_int_equal(top[i * GOLDEN_C], golden_predicted[i]);
    for (int k = 1; k <= GOLDEN_C; k++) {
        vr_correct_sets(correct, top, NULL, GOLDEN_N, k, GOLDEN_C, &labels);
        vr_correct_top_k(same, golden_p, golden_labels, GOLDEN_N, GOLDEN_C, k);
        assert_memory_equal(correct, same, GOLDEN_N);
        if (k < GOLDEN_C) assert_close(vr_accuracy(correct + 2, GOLDEN_N - 2), golden_top[k - 1], 1e-15);
    }
}

static void ties_and_nan_have_their_place(void **state) {
    (void)state;
    const float scores[2][4] = {{1, 3, 3, NAN}, {NAN, 0, INFINITY, -INFINITY}};
    int64_t top[8];
    vr_predict_top_k(top, &scores[0][0], 2, 4, 4);
    assert_memory_equal(top, ((int64_t[]){1, 2, 0, 3, 2, 1, 3, 0}), sizeof top);
}

static void any_label_of_the_set_is_correct_and_none_is_not(void **state) {
    (void)state;
    /* images 0: {3,5}; 1: {}; 2: {7}; 3: {1} */
    const int64_t sizes[4] = {2, 0, 1, 1}, label[5] = {3, 5, 7, 1};
    const int64_t top[12] = {0, 5, 3, 3, 5, 7, 7, 0, 0, -1, 2, 1};
    vr_arena arena = {0};
    vr_label_builder builder = {.arena = &arena};
    for (int i = 0, at = 0; i < 4; i++) {
        vr_label_builder_next(&builder);
        for (int k = 0; k < sizes[i]; k++) vr_label_builder_add(&builder, label[at++]);
        if (sizes[i] > 0) vr_label_builder_add(&builder, label[at - 1]); /* there already */
    }
    const vr_label_sets sets = vr_label_builder_sets(&builder);
    uint8_t correct[4];
    for (int i = 0; i < 4; i++) assert_int_equal(vr_label_sets_size(&sets, i), sizes[i]);
    assert_memory_equal(sets.label, label, 4 * sizeof *label);
    assert_true(vr_label_sets_has(&sets, 0, 5) && !vr_label_sets_has(&sets, 0, 7) &&
                !vr_label_sets_has(&sets, 1, 3));
    vr_correct_sets(correct, top, NULL, 4, 1, 3, &sets);
    assert_memory_equal(correct, ((uint8_t[]){0, 0, 1, 0}), 4);
    vr_correct_sets(correct, top, NULL, 4, 2, 3, &sets);
    assert_memory_equal(correct, ((uint8_t[]){1, 0, 1, 0}), 4);
    vr_correct_sets(correct, top, NULL, 4, 3, 3, &sets);
    assert_memory_equal(correct, ((uint8_t[]){1, 0, 1, 1}), 4);
    const int64_t row[4] = {1, 0, -1, 3}; /* the rows of other images, and none */
    vr_correct_sets(correct, top, row, 4, 1, 3, &sets);
    assert_memory_equal(correct, ((uint8_t[]){1, 0, 0, 0}), 4);
    const int64_t one_each[4] = {0, 3, -1, -1};
    const vr_label_sets ones = {.count = 4, .label = one_each}; /* -1: no label */
    assert_int_equal(vr_label_sets_size(&ones, 1), 1);
    assert_int_equal(vr_label_sets_size(&ones, 2), 0);
    assert_true(vr_label_sets_has(&ones, 1, 3) && !vr_label_sets_has(&ones, 2, -1));
    vr_correct_sets(correct, top, NULL, 4, 1, 3, &ones);
    assert_memory_equal(correct, ((uint8_t[]){1, 1, 0, 0}), 4);
    for (int64_t i = 0; i < 1000; i++) { /* it grows */
        vr_label_builder_next(&builder);
        for (int64_t k = 0; k < i % 5; k++) vr_label_builder_add(&builder, i + k);
    }
    const vr_label_sets many = vr_label_builder_sets(&builder);
    assert_int_equal(many.count, 1004);
    for (int64_t i = 0; i < 1000; i++) {
        assert_int_equal(vr_label_sets_size(&many, 4 + i), i % 5);
        assert_int_equal(vr_label_sets_has(&many, 4 + i, i), i % 5 > 0);
    }
    vr_arena_free(&arena);
}

/* ---- prevalence ---- */

static void shares_and_shifts_are_those_counted_by_hand(void **state) {
    (void)state;
    const int64_t all[3] = {3, 1, 0}, few[3] = {1, 1, 0};
    double share[3], shift[3];
    vr_prevalence(share, all, 3);
    assert_true(share[0] == 0.75 && share[1] == 0.25 && share[2] == 0);
    vr_prevalence_shift(shift, few, all, 3);
    assert_close(shift[0], 0.5 / 0.75 - 1, 1e-15);
    assert_close(shift[1], 1, 1e-15);
    assert_true(isnan(shift[2])); /* the base has none of it */
    vr_prevalence_shift(shift, all, all, 3);
    assert_true(shift[0] == 0 && shift[1] == 0);
    const int64_t none[3] = {0};
    vr_prevalence(share, none, 3);
    vr_prevalence_shift(shift, none, all, 3);
    for (int f = 0; f < 3; f++) assert_true(isnan(share[f]) && isnan(shift[f]));
}

static void distances_of_shares_are_scipys(void **state) {
    (void)state;
    const int64_t apart[2][3] = {{1, 0, 0}, {0, 2, 3}}, none[3] = {0};
    assert_relative(vr_jensen_shannon(golden_counts, golden_counts + 4, 4), golden_jensen_shannon[0], 1e-13);
    assert_relative(vr_jensen_shannon(golden_counts + 4, golden_counts, 4), golden_jensen_shannon[0], 1e-13);
    assert_relative(vr_jensen_shannon(apart[0], apart[1], 3), golden_jensen_shannon[1],
                    1e-15); /* sqrt(ln 2) */
    assert_true(vr_jensen_shannon(golden_counts, golden_counts, 4) == 0);
    assert_true(isnan(vr_jensen_shannon(apart[0], none, 3)));
}

/* ---- disparity ---- */

static void the_spread_of_groups_is_numpys(void **state) {
    (void)state;
    enum { N = COUNT(golden_regions) };
    double with_gap[N + 2] = {NAN};
    memcpy(with_gap + 1, golden_regions, sizeof golden_regions);
    with_gap[N + 1] = NAN; /* groups without images */
    const vr_disparity d = vr_disparity_of(golden_regions, N), same = vr_disparity_of(with_gap, N + 2);
    const double got[5] = {d.gap, d.ratio, d.mean, d.std, d.gini},
                 again[5] = {same.gap, same.ratio, same.mean, same.std, same.gini};
    for (int k = 0; k < 5; k++) assert_relative(got[k], golden_disparity[k], 1e-13);
    assert_memory_equal(got, again, sizeof got);
    assert_int_equal(d.count, N);
    assert_int_equal(same.count, N);
    assert_int_equal(same.best, d.best + 1);
    assert_int_equal(same.worst, d.worst + 1);
    assert_true(golden_regions[d.best] - golden_regions[d.worst] == d.gap);
    vr_arena scratch = {0};
    for (int k = 0; k < 3; k++) {
        static const double q[3] = {0.05, 0.1, 0.25};
        assert_close(vr_quantile_gap(&scratch, golden_regions, N, q[k]), golden_quantile_gap[k], 1e-14);
        assert_close(vr_quantile_gap(&scratch, with_gap, N + 2, q[k]), golden_quantile_gap[k], 1e-14);
    }
    assert_true(isnan(vr_quantile_gap(&scratch, (const double[]){1, 1, 1}, 3, 0.25)));
    assert_int_equal(scratch.used, 0);
    vr_arena_free(&scratch);
}

static void the_spread_at_the_edges_has_stated_results(void **state) {
    (void)state;
    const double none[2] = {NAN, NAN}, one[1] = {0.4}, zero[2] = {0, 0}, all_for_one[4] = {0, 0, 0, 1};
    vr_disparity d = vr_disparity_of(none, 2);
    assert_true(d.count == 0 && d.best == -1 && d.worst == -1 && isnan(d.gap) && isnan(d.gini));
    d = vr_disparity_of(one, 1);
    assert_true(d.gap == 0 && d.ratio == 1 && d.gini == 0 && isnan(d.std) && d.best == 0 && d.worst == 0);
    d = vr_disparity_of(zero, 2);
    assert_true(d.gap == 0 && isnan(d.ratio) && isnan(d.gini) && d.worst == 0);
    d = vr_disparity_of(all_for_one, 4);
    assert_true(d.ratio == INFINITY && d.best == 3);
    assert_close(d.gini, 0.75, 1e-15); /* 1 - 1/n, the most there is */
}

/* ---- effective robustness ---- */

static void trends_on_three_scales_are_scipys_lines(void **state) {
    (void)state;
    enum { N = COUNT(golden_clean_accuracy) };
    vr_arena scratch = {0};
    for (int s = 0; s < 3; s++) {
        vr_trend t;
        assert_true(vr_trend_fit(&t, golden_clean_accuracy, golden_shifted_accuracy, N, (vr_axis_scale)s,
                                 &scratch, VR_FATAL));
        const double got[4] = {t.line.slope, t.line.intercept, t.line.r2,
                               vr_effective_robustness(&t, 0.8, 0.7)};
        for (int k = 0; k < 4; k++) assert_relative(got[k], golden_effective[4 * s + k], 1e-11);
    }
    assert_int_equal(scratch.used, 0);
    vr_arena_free(&scratch);
}

static void accuracies_without_a_place_on_the_axes_are_named(void **state) {
    (void)state;
    vr_arena scratch = {0};
    vr_trend t;
    const double x[3] = {0.5, 0.6, 1}, y[3] = {0.2, 0.3, 0.4};
    const struct {
        double x[3], y[3];
        int64_t n;
        vr_axis_scale scale;
        const char *message;
    } bad[] = {{{0.5, 0.6, 1}, {0.2, 0.3, 0.4}, 3, VR_SCALE_LOGIT, "model 2 has the accuracies 1 and 0.4"},
               {{0.5, 0.6, 0.7}, {0.2, 0, 0.4}, 3, VR_SCALE_PROBIT, "model 1"},
               {{0.5, 60, 0.7}, {0.2, 0.1, 0.4}, 3, VR_SCALE_LINEAR, "not in 0..1"},
               {{0.5, NAN, 0.7}, {0.2, 0.1, 0.4}, 3, VR_SCALE_LINEAR, "not in 0..1"},
               {{0.5, 0.5, 0.5}, {0.2, 0.1, 0.4}, 3, VR_SCALE_LOGIT, "of the same clean accuracy"},
               {{0.5, 0.5, 0.5}, {0.2, 0.1, 0.4}, 1, VR_SCALE_LOGIT, "no line through 1 models"}};
    for (int64_t i = 0; i < COUNT(bad); i++) {
        vr_err err = {0};
        assert_false(vr_trend_fit(&t, bad[i].x, bad[i].y, bad[i].n, bad[i].scale, &scratch, &err));
        assert_message(err, bad[i].message);
        assert_true(t.line.n == 0 && t.line.slope == 0);
    }
    assert_true(vr_trend_fit(&t, x, y, 3, VR_SCALE_LINEAR, &scratch, VR_FATAL));
    vr_arena_free(&scratch);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_k_classes_hold_the_label_where_scikit_learn_says_so),
        cmocka_unit_test(ties_and_nan_have_their_place),
        cmocka_unit_test(any_label_of_the_set_is_correct_and_none_is_not),
        cmocka_unit_test(shares_and_shifts_are_those_counted_by_hand),
        cmocka_unit_test(distances_of_shares_are_scipys),
        cmocka_unit_test(the_spread_of_groups_is_numpys),
        cmocka_unit_test(the_spread_at_the_edges_has_stated_results),
        cmocka_unit_test(trends_on_three_scales_are_scipys_lines),
        cmocka_unit_test(accuracies_without_a_place_on_the_axes_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
