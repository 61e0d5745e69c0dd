/* tests/test_calibration.c: metric/calibration against scikit-learn, Guo et al.'s formula, and by hand. */
#include "test.h"
#include "golden/metrics.h"

static vr_calibration calibrate(vr_reliability_bin *bins, const float *p, const int64_t *labels, int64_t n,
                                int64_t C) {
    float confidence[GOLDEN_N];
    int64_t predicted[GOLDEN_N];
    uint8_t correct[GOLDEN_N];
    vr_confidence(confidence, predicted, p, n, C);
    vr_correct(correct, predicted, labels, n);
    vr_reliability(bins, VR_CALIBRATION_BINS, confidence, correct, n);
    return (vr_calibration){vr_ece(bins, VR_CALIBRATION_BINS),
                            vr_max_calibration_error(bins, VR_CALIBRATION_BINS), vr_brier(p, labels, n, C),
                            vr_nll(p, labels, n, C)};
}

static void the_four_numbers_agree_with_their_references(void **state) {
    (void)state;
    vr_reliability_bin bins[VR_CALIBRATION_BINS];
    const vr_calibration c = calibrate(bins, golden_p, golden_labels, GOLDEN_N, GOLDEN_C);
    assert_close(c.ece, golden_ece, 1e-13); /* sums of 240 doubles in another order */
    assert_close(c.mce, golden_mce, 1e-13);
    assert_close(c.brier, golden_brier, 1e-6); /* sklearn computes it in float32 */
    assert_close(c.nll, golden_nll, 1e-6);
    int64_t images = 0;
    for (int b = 0; b < VR_CALIBRATION_BINS; b++) images += bins[b].count;
    assert_int_equal(images, GOLDEN_N);
    assert_true(bins[VR_CALIBRATION_BINS - 1].count >= 2); /* confidence 1 is in the last bin */
}

static void an_edge_belongs_to_the_bin_below_it(void **state) {
    (void)state;
    const float confidence[6] = {0, 0.25f, 0.5f, 0.5000001f, 0.75f, 1};
    const uint8_t correct[6] = {0, 0, 1, 1, 1, 1};
    vr_reliability_bin bins[4];
    vr_reliability(bins, 4, confidence, correct, 6);
    const int64_t counts[4] = {2, 1, 2, 1};
    for (int b = 0; b < 4; b++) assert_int_equal(bins[b].count, counts[b]);
    assert_close(bins[0].confidence, 0.125, 1e-15);
    assert_close(bins[1].accuracy, 1, 0);
    for (int b = 0; b < 15; b++) { /* each edge b/15 as a double, rounded to float */
        const float edge = (float)(b / 15.0);
        vr_reliability_bin one[15];
        vr_reliability(one, 15, &edge, correct, 1);
        const int in = (double)edge > b / 15.0 ? b : b > 0 ? b - 1 : 0;
        assert_int_equal(one[in].count, 1);
    }
}

static void a_calibrated_model_has_no_error_and_a_certain_wrong_one_the_largest(void **state) {
    (void)state;
    const float certain[4] = {1, 0, 1, 0};
    const int64_t correct[2] = {0, 0}, wrong[2] = {1, 1};
    vr_reliability_bin bins[VR_CALIBRATION_BINS];
    vr_calibration c = calibrate(bins, certain, correct, 2, 2);
    assert_true(c.ece == 0 && c.mce == 0 && c.brier == 0 && c.nll == 0);
    c = calibrate(bins, certain, wrong, 2, 2);
    assert_true(c.ece == 1 && c.mce == 1 && c.brier == 2);
    assert_close(c.nll, 23 * log(2), 1e-12);
    const float half[8] = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f};
    c = calibrate(bins, half, (const int64_t[]){0, 1, 0, 1}, 4, 2);
    assert_close(c.ece, 0, 1e-15);
    assert_close(c.brier, 0.5, 1e-15);
    assert_close(c.nll, log(2), 1e-12);
    c = calibrate(bins, half, correct, 0, 2);
    assert_true(isnan(c.ece) && isnan(c.mce) && isnan(c.brier) && isnan(c.nll));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_four_numbers_agree_with_their_references),
        cmocka_unit_test(an_edge_belongs_to_the_bin_below_it),
        cmocka_unit_test(a_calibrated_model_has_no_error_and_a_certain_wrong_one_the_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
