/* tests/test_accuracy.c: metric/accuracy against scikit-learn and by hand. */
#include "test.h"
#include "golden/metrics.h"

static void predictions_and_confusion_agree_with_sklearn(void **state) {
    (void)state;
    int64_t predicted[GOLDEN_N], counts[GOLDEN_C * GOLDEN_C];
    uint8_t correct[GOLDEN_N];
    double recall[GOLDEN_C];
    vr_predict_top_k(predicted, golden_p, GOLDEN_N, GOLDEN_C, 1);
    assert_memory_equal(predicted, golden_predicted, sizeof predicted);
    vr_correct(correct, predicted, golden_labels, GOLDEN_N);
    assert_close(vr_accuracy(correct, GOLDEN_N), golden_accuracy, 1e-15);
    vr_confusion(counts, predicted, golden_labels, GOLDEN_N, GOLDEN_C);
    assert_memory_equal(counts, golden_confusion, sizeof counts);
    vr_class_accuracy(recall, counts, GOLDEN_C);
    for (int c = 0; c < GOLDEN_C; c++) assert_close(recall[c], golden_recall[c], 1e-15);
    int64_t worst = vr_worst(recall, GOLDEN_C);
    for (int c = 0; c < GOLDEN_C; c++) assert_true(recall[worst] <= golden_recall[c]);
}

static void top_k_agrees_with_sklearn_and_top_1_with_the_prediction(void **state) {
    (void)state;
    uint8_t correct[GOLDEN_N], top1[GOLDEN_N];
    for (int k = 1; k < GOLDEN_C; k++) { /* images 0 and 1 have ties, where sklearn takes the higher class */
        vr_correct_top_k(correct, golden_p + 2 * GOLDEN_C, golden_labels + 2, GOLDEN_N - 2, GOLDEN_C, k);
        assert_close(vr_accuracy(correct, GOLDEN_N - 2), golden_top[k - 1], 1e-15);
    }
    vr_correct(correct, golden_predicted, golden_labels, GOLDEN_N);
    vr_correct_top_k(top1, golden_p, golden_labels, GOLDEN_N, GOLDEN_C, 1);
    assert_memory_equal(correct, top1, GOLDEN_N);
    vr_correct_top_k(correct, golden_p, golden_labels, GOLDEN_N, GOLDEN_C, GOLDEN_C);
    assert_true(vr_accuracy(correct, GOLDEN_N) == 1);
}

static void a_tie_goes_to_the_lower_class_and_nan_is_never_correct(void **state) {
    (void)state;
    const float scores[4][3] = {{1, 1, 1}, {NAN, 0, NAN}, {NAN, NAN, NAN}, {5, NAN, 1}};
    int64_t predicted[4];
    vr_predict_top_k(predicted, &scores[0][0], 4, 3, 1);
    assert_int_equal(predicted[0], 0);
    assert_int_equal(predicted[1], 1);
    assert_int_equal(predicted[2], 0);
    assert_int_equal(predicted[3], 0);
    uint8_t correct[4];
    vr_correct_top_k(correct, &scores[0][0], (const int64_t[]){1, 0, 0, 0}, 4, 3, 1);
    for (int i = 0; i < 4; i++) assert_int_equal(correct[i], 0);
    vr_correct_top_k(correct, &scores[0][0], (const int64_t[]){1, 0, 0, 0}, 4, 3, 2);
    assert_int_equal(correct[0], 1); /* second of three equals */
    assert_int_equal(correct[1], 0);
    assert_int_equal(correct[2], 0);
    assert_int_equal(correct[3], 1); /* only the NaN is ahead */
}

static void what_has_no_images_is_nan_and_is_never_the_worst(void **state) {
    (void)state;
    assert_true(isnan(vr_accuracy(NULL, 0)));
    int64_t counts[4];
    double accuracy[2];
    vr_confusion(counts, (const int64_t[]){0, 1}, (const int64_t[]){0, 0}, 2, 2);
    vr_class_accuracy(accuracy, counts, 2);
    assert_close(accuracy[0], 0.5, 0);
    assert_true(isnan(accuracy[1]));
    assert_int_equal(vr_worst(accuracy, 2), 0);
    assert_int_equal(vr_worst(accuracy + 1, 1), -1);
}

static void error_ratios_follow_their_formula_to_the_edges(void **state) {
    (void)state;
    assert_close(vr_error_ratio(0.7, 0.9), 3, 1e-12);
    assert_close(vr_error_ratio(0.95, 0.9), 0.5, 1e-12);
    assert_true(vr_error_ratio(0.5, 1) == INFINITY);
    assert_true(isnan(vr_error_ratio(1, 1)));
}

static void mce_is_the_mean_of_ratios_of_sums(void **state) {
    (void)state;
    const double error[4] = {0.2, 0.4, 0.1, 0.3}, baseline[4] = {0.5, 0.7, 0.4, 0.4};
    assert_close(vr_mce(error, baseline, 2, 2), (0.6 / 1.2 + 0.4 / 0.8) / 2, 1e-15);
    assert_close(vr_mce(baseline, baseline, 2, 2), 1, 1e-15);
    assert_close(vr_mce(error, NULL, 2, 2), 0.25, 1e-15);
    assert_true(isnan(vr_mce(error, NULL, 0, 2)));
}

static void a_label_outside_the_classes_is_a_bug(void **state) {
    (void)state;
    int64_t counts[4];
    for (volatile int64_t bad = -1; bad <= 2; bad += 3) {
        const int64_t label = bad, zero = 0;
        assert_panics(vr_confusion(counts, &zero, &label, 1, 2), "image 0: label");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predictions_and_confusion_agree_with_sklearn),
        cmocka_unit_test(top_k_agrees_with_sklearn_and_top_1_with_the_prediction),
        cmocka_unit_test(a_tie_goes_to_the_lower_class_and_nan_is_never_correct),
        cmocka_unit_test(what_has_no_images_is_nan_and_is_never_the_worst),
        cmocka_unit_test(error_ratios_follow_their_formula_to_the_edges),
        cmocka_unit_test(mce_is_the_mean_of_ratios_of_sums),
        cmocka_unit_test(a_label_outside_the_classes_is_a_bug),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
