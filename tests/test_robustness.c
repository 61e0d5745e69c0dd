/* tests/test_robustness.c: the main job against the same numbers put together by hand. */
#include "test.h"
#include "../visrob_impl/study/shapes_impl.h"

TEST_ARENA(perm);
static vr_model *model;
static vr_dataset data;
enum { N = 40 };

static int begin(void **state) {
    (void)state;
    vr_progress_quiet(true);
    model = vrp_model_shapes(&perm, 1000, 1, VR_FATAL);
    vr_dataset_shapes(&perm, &data, N, model->preprocess.size, vr_rng_init(2));
    return 0;
}
/* Accuracy of the model on images under a factor, one image at a time and with public functions only. */
static double by_hand(vr_factor factor, int severity, uint64_t seed, int64_t class, double *of_class) {
    vr_rng rng = vr_rng_split(vr_rng_split(vr_rng_init(seed), "factors"), vr_factor_name(factor));
    int64_t correct = 0, correct_of_class = 0, of = 0;
    for (int64_t i = 0; i < N; i++) {
        vr_image image;
        vr_dataset_image(&perm, &image, &data, i, VR_FATAL);
        image = vr_preprocess_crop(&perm, image, &model->preprocess);
        image = vr_factor_apply(&perm, image, factor, severity, vr_rng_at(rng, (uint64_t)data.origin[i]));
        vr_tensor x = vr_tensor_4d(&perm, 1, image.height, image.width, 3);
        vr_preprocess_normalize(vr_tensor_row(x, 0), image, &model->preprocess);
        vr_tensor logits = vr_model_logits(&perm, model, x);
        int64_t predicted;
        vr_predict_top_k(&predicted, logits.data, 1, model->classes, 1);
        correct += predicted == data.labels[i];
        of += data.labels[i] == class;
        correct_of_class += data.labels[i] == class && predicted == class;
    }
    *of_class = (double)correct_of_class / (double)of;
    return (double)correct / N;
}

static void every_number_is_the_one_made_by_hand(void **state) {
    (void)state;
    const vr_factor factors[] = {VR_FACTOR_ROTATION, VR_FACTOR_CONTRAST};
    vr_robustness r;
    assert_true(vr_robustness_run(&perm, &r, model, &data,
                                  &(vr_robustness_opts){.factors = factors, .factor_count = 2, .seed = 5},
                                  VR_FATAL));
    assert_int_equal(r.count, N);
    assert_int_equal(r.factor_count, 2);
    vr_evaluation e;
    vr_evaluate(&perm, &e, model, &data, NULL, VR_FATAL);
    assert_close(r.clean.value, vr_accuracy(e.predictions.correct, N), 1e-12);
    assert_close(r.clean_ece, e.calibration.ece, 1e-12);
    for (int f = 0; f < 2; f++) {
        double mean = 0, of_class = 0;
        for (int s = 1; s <= VR_SEVERITIES; s++) {
            double one, accuracy = by_hand(factors[f], s, 5, 3, &one);
            assert_close(r.factors[f].at[s - 1].value, accuracy, 1e-12);
            mean += accuracy / VR_SEVERITIES;
            of_class += one / VR_SEVERITIES;
        }
        assert_close(r.factors[f].accuracy.value, mean, 1e-12);
        assert_close(r.factors[f].class_accuracy[3], of_class, 1e-12);
        assert_close(r.factors[f].error_ratio.value, vr_error_ratio(mean, r.clean.value), 1e-12);
        assert_true(r.factors[f].error_ratio.low <= r.factors[f].error_ratio.value);
        assert_true(r.factors[f].error_ratio.value <= r.factors[f].error_ratio.high);
    }
    assert_close(r.mean_corruption_error, 1 - r.factors[1].accuracy.value,
                 1e-12); /* rotation is no corruption */
    assert_int_equal(r.worst, r.factors[0].accuracy.value <= r.factors[1].accuracy.value ? 0 : 1);
}

static void the_seed_decides_and_nothing_else(void **state) {
    (void)state;
    const vr_factor noise = VR_FACTOR_GAUSSIAN_NOISE;
    vr_robustness_opts o = {.factors = &noise, .factor_count = 1, .seed = 3};
    vr_robustness a, b;
    vr_text text[2] = {{.arena = &perm}, {.arena = &perm}};
    const int threads = vr_threads();
    assert_true(vr_robustness_run(&perm, &a, model, &data, &o, VR_FATAL));
    o.over.batch = 7;
    vr_threads_set(3);
    assert_true(vr_robustness_run(&perm, &b, model, &data, &o, VR_FATAL));
    vr_threads_set(threads);
    vr_table t = vr_robustness_cells(&perm, &a), u = vr_robustness_cells(&perm, &b);
    vr_table_format(&text[0], &t, VR_TABLE_CSV);
    vr_table_format(&text[1], &u, VR_TABLE_CSV);
    assert_string_equal(text[0].data, text[1].data);
}

static void the_extra_corruptions_are_measured_but_not_in_the_mean(void **state) {
    (void)state;
    const vr_factor factors[] = {VR_FACTOR_FOG, VR_FACTOR_SATURATE, VR_FACTOR_SPECKLE_NOISE};
    vr_robustness r;
    vr_robustness_run(&perm, &r, model, &data, &(vr_robustness_opts){.factors = factors, .factor_count = 3},
                      VR_FATAL);
    assert_int_equal(r.factor_count, 3);
    assert_close(r.mean_corruption_error, 1 - r.factors[0].accuracy.value, 1e-12);
    vr_robustness_run(&perm, &r, model, &data,
                      &(vr_robustness_opts){.factors = factors + 1, .factor_count = 2}, VR_FATAL);
    assert_true(isnan(r.mean_corruption_error));
}

/* A subset sees what the whole set sees: an image's draws hang on its place in the data set, not in the run. */
static void a_sample_of_images_sees_the_same_factors(void **state) {
    (void)state;
    vr_dataset few = data;
    vr_dataset_limit(&perm, &few, 10, vr_rng_init(9));
    assert_int_equal(few.count, 10);
    assert_true(few.origin[9] >= 9);
    for (int64_t i = 0; i < 10; i++) assert_string_equal(few.files[i], data.files[few.origin[i]]);
}

static void factors_are_chosen_by_name_and_category(void **state) {
    (void)state;
    vr_factor *factors;
    int64_t count;
    assert_true(vr_factors_parse(&perm, &factors, &count, "noise,hue", VR_FATAL));
    assert_int_equal(count, 4);
    assert_int_equal(factors[0], VR_FACTOR_GAUSSIAN_NOISE);
    assert_int_equal(factors[3], VR_FACTOR_HUE);
    assert_true(vr_factors_parse(&perm, &factors, &count, "all", VR_FATAL));
    assert_int_equal(count, VR_FACTOR_DEFAULTS);
    vr_err err = {0};
    assert_false(vr_factors_parse(&perm, &factors, &count, "fgo", &err));
    assert_message(err, "fgo");
    assert_message(err, "fog");
    err = (vr_err){0};
    assert_false(vr_factors_parse(&perm, &factors, &count, "", &err));
    assert_int_equal(err.code, VR_ERR_USAGE);
}

static void images_without_labels_are_named(void **state) {
    (void)state;
    vr_dataset set = data;
    int64_t *labels = VR_NEW(&perm, int64_t, N);
    for (int i = 0; i < N; i++) labels[i] = i == 4 ? -1 : data.labels[i];
    set.labels = labels;
    vr_robustness r;
    vr_err err = {0};
    assert_false(vr_robustness_run(&perm, &r, model, &set, NULL, &err));
    assert_int_equal(err.code, VR_ERR_ARGUMENT);
    assert_message(err, data.files[4]);
    assert_null(r.factors);
}

static void the_page_holds_every_factor_and_number(void **state) {
    (void)state;
    const vr_factor factors[] = {VR_FACTOR_FROST, VR_FACTOR_WATERMARK};
    vr_robustness r;
    vr_robustness_run(&perm, &r, model, &data, &(vr_robustness_opts){.factors = factors, .factor_count = 2},
                      VR_FATAL);
    const char *path = test_tmp("report.html");
    assert_true(vr_robustness_page_save(&r, model, &data, "robustness --factors fog", path, VR_FATAL));
    const char *html = test_text(&perm, "%s", path);
    assert_non_null(strstr(html, "watermark"));
    assert_non_null(strstr(html, "Frost is procedural"));
    assert_non_null(strstr(html, "robustness --factors fog"));
    assert_non_null(strstr(html, vr_arena_printf(&perm, "%.2f", r.factors[0].error_ratio.value)));
    assert_null(strstr(html, "nan"));
    /* the grid, and a strip with the clean image */
    assert_int_equal(test_times(html, "data:image/"), 2 * (VR_SEVERITIES + 1) + 3);
    vr_err err = {0};
    assert_false(vr_robustness_page_save(&r, model, &data, NULL, "/nowhere/report.html", &err));
    assert_message(err, "/nowhere/report.html");
}

/* The page of an invented measurement: n factors with these error ratios, the first the worst. */
static const char *page_of(const double *ratios, int64_t n, double clean) {
    vr_robustness r = {
        .count = N, .classes = model->classes, .factor_count = n, .seed = 4, .mean_corruption_error = NAN};
    r.clean = (vr_interval){clean, clean - 0.1, clean};
    r.clean_class_accuracy = VR_NEW(&perm, double, r.classes);
    r.factors = VR_NEW(&perm, vr_robustness_factor, n);
    r.index = VR_NEW(&perm, int64_t, 1);
    for (int64_t f = 0; f < n; f++) {
        r.factors[f] = (vr_robustness_factor){.factor = (vr_factor)f,
                                              .error_ratio = {ratios[f], ratios[f] - 0.25, ratios[f] + 0.25}};
        r.factors[f].class_accuracy = VR_NEW(&perm, double, r.classes);
    }
    const char *path = test_tmp("invented.html");
    assert_true(vr_robustness_page_save(&r, model, &data, NULL, path, VR_FATAL));
    return test_text(&perm, "%s", path);
}

static void the_answer_stands_first_and_in_words(void **state) {
    (void)state;
    const double ratios[] = {3, 1.25, 2, 1.5, 2.5}, inf[] = {INFINITY, NAN}, below[] = {0.75, 0.5};
    const char *html = page_of(ratios, 5, 0.8);
    assert_non_null(strstr(
        html, "It breaks most under gaussian noise: there it makes 3.00 times as many errors as on clean "
              "images (2.75 to 3.25). Next: glass blur (2.50) and impulse noise (2.00); shot noise does "
              "least (1.25).</p>"));
    assert_true(strstr(html, "<b>glass blur</b>") <
                strstr(html, "<b>shot noise</b>")); /* the strip: the worst first */
    assert_non_null(strstr(page_of(ratios, 3, 0.8),
                           "(2.75 to 3.25). Next: impulse noise (2.00); shot noise does least (1.25).</p>"));
    assert_non_null(strstr(page_of(ratios, 2, 0.8), "(2.75 to 3.25). Next: shot noise (1.25).</p>"));
    assert_non_null(strstr(page_of(ratios, 1, 0.8), "(2.75 to 3.25).</p>"));
    html = page_of(inf, 2, 1); /* no clean error, so no ratio */
    assert_non_null(
        strstr(html, "It breaks most under gaussian noise: accuracy is 0.0 %, and 100.0 % on clean images."));
    assert_null(strstr(html, ">inf\xC3\x97"));
    assert_non_null(
        strstr(page_of(below, 2, 0.8),
               "No factor makes it worse: the highest error ratio is 0.75, under gaussian noise."));
}

static void the_figure_states_where_it_comes_from(void **state) {
    (void)state;
    const vr_factor factors[] = {VR_FACTOR_HUE, VR_FACTOR_FOG};
    vr_robustness r;
    vr_robustness_run(&perm, &r, model, &data,
                      &(vr_robustness_opts){.factors = factors, .factor_count = 2, .seed = 9}, VR_FATAL);
    const vr_plot plot = vr_robustness_plot(&perm, &r, model, &data);
    assert_int_equal(plot.count, 2);
    assert_close(plot.intervals[1].value, r.factors[1].error_ratio.value, 0);
    assert_string_equal(plot.names[0], "hue");
    assert_non_null(strstr(plot.note, "n = 40, seed 9, shapes, visrob "));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_is_the_one_made_by_hand),
        cmocka_unit_test(the_seed_decides_and_nothing_else),
        cmocka_unit_test(a_sample_of_images_sees_the_same_factors),
        cmocka_unit_test(factors_are_chosen_by_name_and_category),
        cmocka_unit_test(the_extra_corruptions_are_measured_but_not_in_the_mean),
        cmocka_unit_test(images_without_labels_are_named),
        cmocka_unit_test(the_page_holds_every_factor_and_number),
        cmocka_unit_test(the_answer_stands_first_and_in_words),
        cmocka_unit_test(the_figure_states_where_it_comes_from),
    };
    return cmocka_run_group_tests(tests, begin, perm_free);
}
