/* tests/test_evaluate.c: models over data sets, on the drawn shapes. */
#include "test.h"
#include "../visrob_impl/study/shapes_impl.h"
#include "../visrob_impl/study/corruption_impl.h"
#include "../visrob_impl/study/over_impl.h"

TEST_ARENA(perm);
static vr_model *model;
static vr_dataset data;

static int begin(void **state) {
    (void)state;
    vr_progress_quiet(true);
    model = vrp_model_shapes(&perm, 2000, 1, VR_FATAL);
    vr_dataset_shapes(&perm, &data, 60, model->preprocess.size, vr_rng_init(2));
    return 0;
}
static void the_example_model_is_better_than_chance(void **state) {
    (void)state;
    vr_evaluation e;
    vr_dataset more;
    vr_dataset_shapes(&perm, &more, 300, model->preprocess.size, vr_rng_init(2));
    assert_true(vr_evaluate(&perm, &e, model, &more, NULL, VR_FATAL));
    const vr_predictions p = e.predictions;
    assert_int_equal(p.count, 300);
    assert_true(vr_accuracy(p.correct, p.count) >
                0.15); /* chance is 0.1; random features are no more than that */
    assert_true(vr_accuracy(p.correct_top5, p.count) >= vr_accuracy(p.correct, p.count));
}

static void several_models_are_compared_on_the_same_images(void **state) {
    (void)state;
    vr_evaluation e[2];
    vr_model *other = vrp_model_shapes(&perm, 300, 7, VR_FATAL);
    assert_true(vr_evaluate(&perm, &e[0], model, &data, NULL, VR_FATAL));
    assert_true(vr_evaluate(&perm, &e[1], other, &data, NULL, VR_FATAL));
    const vr_table t = vr_evaluation_table(&perm, e, 2, NULL);
    assert_int_equal(vr_table_rows(&t), 2);
    assert_int_equal(t.columns, 6); /* model, images, accuracy, difference, top-5, ECE */
    const double first = t.cells[2].number.value, second = t.cells[6 + 2].number.value;
    const vr_interval difference = t.cells[6 + 3].number;
    assert_float_equal(first, 100 * vr_accuracy(e[0].predictions.correct, 60), 1e-9);
    assert_float_equal(difference.value, second - first, 1e-9);
    assert_true(difference.low <= difference.value && difference.value <= difference.high);
    const vr_interval same =
        vr_evaluation_table(&perm, (vr_evaluation[]){e[0], e[0]}, 2, NULL).cells[9].number;
    assert_true(same.value == 0 && same.low == 0 && same.high == 0); /* paired: no spread */
}

static void batches_and_threads_change_no_bit(void **state) {
    (void)state;
    vr_evaluation whole, single;
    assert_true(vr_evaluate(&perm, &whole, model, &data, NULL, VR_FATAL));
    for_threads (threads) {
        assert_true(vr_evaluate(&perm, &single, model, &data, &(vr_over_opts){.batch = 7}, VR_FATAL));
        assert_memory_equal(whole.predictions.probability, single.predictions.probability,
                            60 * sizeof(float));
        assert_memory_equal(whole.predictions.predicted, single.predictions.predicted, 60 * sizeof(int64_t));
        assert_memory_equal(&whole.calibration.ece, &single.calibration.ece, sizeof(double));
    }
}

static void the_numbers_are_those_of_the_probabilities(void **state) {
    (void)state;
    vr_evaluation e;
    assert_true(vr_evaluate(&perm, &e, model, &data, NULL, VR_FATAL));
    const int64_t size = model->preprocess.size;
    vr_tensor x = vr_tensor_4d(&perm, 60, size, size, 3);
    for (int64_t i = 0; i < 60; i++) {
        vr_image image;
        vr_dataset_image(&perm, &image, &data, i, VR_FATAL);
        vr_preprocess_apply(vr_tensor_row(x, i), image, &model->preprocess, &perm);
    }
    vr_tensor p = vr_model_logits(&perm, model, x);
    vr_softmax_forward(p, p);
    float confidence[60];
    int64_t predicted[60];
    uint8_t correct[60];
    vr_reliability_bin bins[VR_CALIBRATION_BINS];
    vr_confidence(confidence, predicted, p.data, 60, model->classes);
    vr_correct(correct, predicted, data.labels, 60);
    vr_reliability(bins, VR_CALIBRATION_BINS, confidence, correct, 60);
    assert_close(e.calibration.ece, vr_ece(bins, VR_CALIBRATION_BINS), 1e-12);
    assert_close(e.calibration.mce, vr_max_calibration_error(bins, VR_CALIBRATION_BINS), 1e-12);
    assert_close(e.calibration.brier, vr_brier(p.data, data.labels, 60, model->classes),
                 1e-12); /* sums of batches in another order */
    assert_close(e.calibration.nll, vr_nll(p.data, data.labels, 60, model->classes), 1e-12);
}

static void labels_are_matched_by_name_or_by_order(void **state) {
    (void)state;
    static const char *const two[] = {"HEART", "no_such"}, *const good[] = {"HEART", "ring"};
    static const char *const files[] = {"a", "b", "c"};
    const int64_t labels[] = {0, 1, -1}, origin[] = {0, 1, 2};
    vr_dataset small = {.path = "small",
                        .files = files,
                        .labels = labels,
                        .count = 3,
                        .classes = two,
                        .class_count = 2,
                        .origin = origin};
    vr_err err = {0};
    assert_false(vr_dataset_match(&perm, &small, model, &err));
    assert_int_equal(err.code, VR_ERR_ARGUMENT);
    assert_message(err, "small");
    assert_message(err, "no_such");
    small.classes = good;
    assert_true(vr_dataset_match(&perm, &small, model, VR_FATAL));
    assert_int_equal(small.labels[0], VR_SHAPES_HEART);
    assert_int_equal(small.labels[1], VR_SHAPES_RING);
    assert_int_equal(small.labels[2], -1);
    assert_int_equal(small.class_count, VR_SHAPES_COUNT);
}

/* The classes that folders of these names are taken as; NULL where they are refused, with a message that has `why`. */
static const int64_t *matched(const char *const *names, int64_t count, const char *const *labels,
                              int64_t classes, const char *why) {
    int64_t *own = VR_NEW(&perm, int64_t, count);
    for (int64_t c = 0; c < count; c++) own[c] = c;
    const vr_model some = {.classes = classes, .labels = labels};
    vr_dataset set = {.path = "s", .count = count, .labels = own, .classes = names, .class_count = count};
    vr_err err = {0};
    if (vr_dataset_match(&perm, &set, &some, &err)) {
        for (int64_t c = 0; !labels && set.class_count == classes && c < count; c++)
            assert_string_equal(set.classes[set.labels[c]], names[c]);
        return set.labels;
    }
    assert_non_null(why);
    assert_message(err, why);
    return NULL;
}

static void folders_that_are_numbers_are_the_numbers_of_classes(void **state) {
    (void)state;
    static const char *const
        twelve[] = {"0", "1", "10", "11", "2", "3", "4", "5", "6", "7", "8", "9"},
        *const padded[] = {"000", "001", "010"}, *const some[] = {"11", "3"}, *const first[] = {"1", "10",
                                                                                                "2", "3",
                                                                                                "4", "5",
                                                                                                "6", "7",
                                                                                                "8", "9"},
        *const beyond[] = {"0", "12"}, *const twice[] = {"01", "1"}, *const letters[] = {"c0", "c1", "c10"},
        *const mixed[] = {"0", "x"}, *const labels[] = {"10", "2", "1"}, *const named[] = {"1", "10", "2"};
    const int64_t *of = matched(twelve, 12, NULL, 12, NULL);
    for (int c = 0; c < 12; c++) assert_int_equal(of[c], atoi(twelve[c]));
    of = matched(padded, 3, NULL, 12, NULL);
    assert_int_equal(of[2], 10);
    of = matched(some, 2, NULL, 12, NULL); /* a part of the classes */
    assert_int_equal(of[0], 11);
    assert_int_equal(of[1], 3);
    of = matched(first, 10, NULL, 10, NULL); /* counted from 1 */
    for (int c = 0; c < 10; c++) assert_int_equal(of[c], atoi(first[c]) - 1);
    assert_null(matched(beyond, 2, NULL, 12, "'12' is not the number of one"));
    assert_null(matched(twice, 2, NULL, 12, "'1' is the number of another folder"));
    assert_null(matched(mixed, 2, NULL, 12, "'0' is not the name"));
    of = matched(letters, 3, NULL, 3, NULL); /* in sorted order */
    assert_int_equal(of[2], 2);
    of = matched(named, 3, labels, 3, NULL); /* names come first */
    assert_int_equal(of[0], 2);
    assert_int_equal(of[1], 0);
}

static void names_match_as_they_are_written_before_they_match_without_case(void **state) {
    (void)state;
    static const char *const labels[] = {"Crane", "crane", "Drake"}, *const both[] = {"Crane", "crane"},
                             *const other[] = {"CRANE"}, *const two[] = {"Drake", "drake"};
    const int64_t *of = matched(both, 2, labels, 3, NULL);
    assert_int_equal(of[0], 0);
    assert_int_equal(of[1], 1);
    assert_null(matched(other, 1, labels, 3, "'CRANE' is the name of several"));
    of = matched(two, 2, labels, 3, NULL);
    assert_int_equal(of[0], 2);
    assert_int_equal(of[1], 2);
}

static void classes_are_matched_by_name_by_wordnet_id_or_in_order(void **state) {
    (void)state;
    int64_t labels[] = {0, 1};
    static const char *const turned[] = {"ship", "dog"}, *const own[] = {"a", "b"},
                             *const mixed[] = {"a", "dog"}, *const names[] = {"dog", "ship"},
                             *const ids[] = {"n15075141", "n01440764"};
    vr_model two = {.classes = 2, .labels = names};
    vr_dataset set = {.path = "s", .count = 2, .labels = labels, .classes = turned, .class_count = 2};
    vr_err err = {0};
    assert_true(vr_dataset_match(&perm, &set, &two, VR_FATAL)); /* as many as the model, in another order */
    assert_int_equal(set.labels[0], 1);
    assert_int_equal(set.labels[1], 0);
    assert_string_equal(set.classes[0], "dog");
    set.labels = labels, set.classes = own;
    assert_true(vr_dataset_match(&perm, &set, &two, VR_FATAL));
    assert_int_equal(set.labels[0], 0);
    assert_string_equal(set.classes[0], "a");
    set.classes = mixed;
    assert_false(vr_dataset_match(&perm, &set, &two, &err));
    assert_message(err, "'a' is not the name");
    const vr_model thousand = {.classes = 1000, .labels = vr_labels_imagenet()};
    set.classes = ids;
    assert_true(vr_dataset_match(&perm, &set, &thousand, VR_FATAL));
    assert_int_equal(set.labels[0], 999);
    assert_int_equal(set.labels[1], 0);
    assert_string_equal(set.classes[999], "toilet tissue");
    assert_int_equal(vr_labels_wordnet("n02979186"), 482); /* cassette player, of Imagenette */
    static const char *const none[] = {"",          "n",          "n0144076", "n01440765",
                                       "x01440764", "n014407640", "n-1440764"};
    for (int64_t i = 0; i < COUNT(none); i++) assert_int_equal(vr_labels_wordnet(none[i]), -1);
}

static void only_the_classes_that_compete_are_predicted(void **state) {
    (void)state;
    vr_evaluation e;
    vr_predictions all, some;
    uint8_t *compete = vrp_dataset_present(&perm, &data, model->classes);
    for (int64_t c = 0; c < model->classes; c++) assert_int_equal(compete[c], 1);
    assert_true(vr_evaluate(&perm, &e, model, &data, &(vr_over_opts){.compete = compete}, VR_FATAL));
    all = e.predictions;
    assert_true(vr_evaluate(&perm, &e, model, &data, NULL, VR_FATAL));
    some = e.predictions;
    assert_memory_equal(all.probability, some.probability, (size_t)all.count * sizeof(float));
    int64_t first = 0, others = 0;
    for (int64_t i = 0; i < all.count; i++) others += all.predicted[i] > 1;
    assert_true(others > 0);
    vr_dataset two = data; /* an image each of the classes 0 and 1 */
    two.count = 2;
    compete = vrp_dataset_present(&perm, &two, model->classes);
    assert_true(vr_evaluate(&perm, &e, model, &data, &(vr_over_opts){.compete = compete}, VR_FATAL));
    some = e.predictions;
    for (int64_t i = 0; i < some.count; i++) {
        assert_true(some.predicted[i] <= 1 && some.probability[i] >= 0.5f);
        if (all.predicted[i] <= 1) assert_int_equal(some.predicted[i], all.predicted[i]);
        first += some.predicted[i] == 0;
    }
    assert_true(first > 0 && first < some.count);
    const vr_factor contrast = VR_FACTOR_CONTRAST;
    vr_robustness r;
    assert_true(vr_robustness_run(&perm, &r, &(vr_subject){.model = model, .data = two, .compete = compete},
                                  1, &(vr_robustness_opts){.factors = &contrast, .factor_count = 1},
                                  VR_FATAL));
    assert_true(r.clean.value == (some.correct[0] + some.correct[1]) / 2.0);
}

static void a_folder_with_a_bad_image_is_an_error_or_a_counted_skip(void **state) {
    (void)state;
    const char *folder = test_tmp("images");
    test_mkdir(folder);
    for (int c = 0; c < 2; c++) {
        const char *class = vr_arena_printf(&perm, "%s/%s", folder, c ? "ring" : "heart");
        test_mkdir(class);
        for (int i = 0; i < 3; i++) {
            vr_image image;
            vr_dataset_image(&perm, &image, &data, i, VR_FATAL);
            vr_image_save(image, vr_arena_printf(&perm, "%s/%d.png", class, i), VR_FATAL);
        }
    }
    test_write_text(vr_arena_printf(&perm, "%s/ring/1.png", folder), "\x89PNG\r\n\x1a\nbroken");
    vr_dataset set;
    vr_dataset_open(&perm, &set, folder, NULL, VR_FATAL);
    vr_dataset_match(&perm, &set, model, VR_FATAL);
    vr_evaluation e;
    vr_err err = {0};
    assert_false(vr_evaluate(&perm, &e, model, &set, NULL, &err));
    assert_message(err, "ring/1.png");
    assert_int_equal(e.predictions.count, 0);
    fflush(stderr);
    assert_true(vr_evaluate(&perm, &e, model, &set, &(vr_over_opts){.skip_bad = true}, VR_FATAL));
    assert_int_equal(e.predictions.count, 5);
    assert_int_equal(e.run.skipped, 1);
    for (int64_t i = 0; i < e.predictions.count; i++)
        assert_null(strstr(set.files[e.index[i]], "ring/1.png"));
}

static void predictions_are_saved_and_read_back(void **state) {
    (void)state;
    vr_evaluation e;
    vr_predictions back;
    assert_true(vr_evaluate(&perm, &e, model, &data, NULL, VR_FATAL));
    const char *path = test_tmp("p.csv");
    assert_true(vr_predictions_save(&e.predictions, path, VR_FATAL));
    assert_true(vr_predictions_load(&perm, &back, path, &(vr_predictions_opts){.classes = 10}, VR_FATAL));
    assert_int_equal(back.count, 60);
    assert_memory_equal(back.predicted, e.predictions.predicted, 60 * sizeof(int64_t));
    assert_memory_equal(back.label, data.labels, 60 * sizeof(int64_t));
    assert_memory_equal(back.correct, e.predictions.correct, 60);
    assert_memory_equal(back.correct_top5, e.predictions.correct_top5, 60);
    assert_memory_equal(back.probability, e.predictions.probability, 60 * sizeof(float));
    assert_int_equal(back.image[7].size, strlen(data.files[7]));
}

static void features_come_in_the_order_of_the_data_set_and_are_read_back(void **state) {
    (void)state;
    vr_features f, back;
    assert_true(vr_embed(&perm, &f, model, &data, &(vr_over_opts){.batch = 16}, VR_FATAL));
    assert_true(vr_is_mat(f.x, 60, model->features));
    vr_image image;
    vr_dataset_image(&perm, &image, &data, 37, VR_FATAL);
    vr_tensor x = vr_tensor_4d(&perm, 1, model->preprocess.size, model->preprocess.size, 3);
    vr_preprocess_apply(vr_tensor_row(x, 0), image, &model->preprocess, &perm);
    const vr_tensor one = vr_model_features(&perm, model, x);
    assert_int_equal(f.index[37], 37);
    for (int64_t d = 0; d < model->features; d++)
        assert_close(f.x.data[37 * f.x.stride[0] + d], one.data[d], 1e-5 * (1 + fabs(one.data[d])));
    const char *path = test_tmp("features.npy");
    assert_true(vr_features_save(&f, &data, path, VR_FATAL));
    assert_true(vr_features_load(&perm, &back, path, VR_FATAL));
    assert_true(vr_is_mat(back.x, 60, model->features));
    for (int64_t i = 0; i < 60; i++) {
        assert_memory_equal(back.x.data + i * back.x.stride[0], f.x.data + i * f.x.stride[0],
                            (size_t)model->features * sizeof(float));
        assert_string_equal(back.image[i], data.files[i]);
    }
}

/* The images under fog and hue as files in both layouts, and what the model makes of them. */
static const char *corrupted(vr_robustness *r, bool npy) {
    const vr_factor factors[] = {VR_FACTOR_FOG, VR_FACTOR_HUE};
    vr_subject s = {.model = model, .data = data};
    const char *folder = test_tmp(npy ? "cifar-10-c" : "imagenet-c");
    assert_true(vr_robustness_run(
        &perm, r, &s, 1,
        &(vr_robustness_opts){.factors = factors, .factor_count = 2, .images = folder, .npy = npy},
        VR_FATAL));
    return folder;
}

static void corrupted_images_are_measured_under_each_corruption_and_severity(void **state) {
    (void)state;
    vr_robustness r;
    for (int npy = 0; npy < 2; npy++) {
        const char *folder = corrupted(&r, npy);
        if (!npy) { /* as ImageNet-C is published */
            test_mkdir(vr_arena_printf(&perm, "%s/weather", folder));
            assert_int_equal(rename(vr_arena_printf(&perm, "%s/fog", folder),
                                    vr_arena_printf(&perm, "%s/weather/fog", folder)),
                             0);
        }
        vr_program p = {.model = model};
        vr_evaluation e[2];
        assert_true(vr_program_data(&p, &perm, folder, 0, true, VR_FATAL));
        assert_int_equal(p.corruptions.count, 10);
        assert_int_equal(p.corruptions.images, 60);
        assert_true(vr_evaluate(&perm, &e[0], model, &p.data, NULL, VR_FATAL));
        double baseline[VR_FACTOR_COUNT] = {[VR_FACTOR_FOG] = 0.5, [VR_FACTOR_HUE] = 0.25};
        e[0].baseline = baseline;
        vr_table t = vr_evaluation_table(&perm, e, 1, NULL);
        assert_int_equal(t.columns, 1 + 1 + VR_SEVERITIES + 1);
        assert_int_equal(vr_table_rows(&t), 3); /* fog, hue, the mean of fog alone */
        for (int f = 0; f < 2; f++) {
            const vr_cell *row = t.cells + f * t.columns;
            assert_string_equal(row[0].text, vr_factor_name(r.factors[f].factor));
            assert_close(row[1].number.value, 100 * r.factors[f].accuracy.value, 1e-9);
            for (int s = 0; s < VR_SEVERITIES; s++)
                assert_close(row[2 + s].number.value, 100 * r.factors[f].at[s].value, 1e-9);
            assert_close(row[7].number.value, 100 * (1 - r.factors[f].accuracy.value) / (f ? 0.25 : 0.5),
                         1e-9);
        }
        assert_close(t.cells[2 * t.columns + 7].number.value, t.cells[7].number.value, 1e-9);
        e[1] = e[0];
        t = vr_evaluation_table(&perm, e, 2, NULL); /* A, B, B - A, CE of both */
        assert_int_equal(t.columns, 6);
        assert_true(t.cells[3].number.low == 0 && t.cells[3].number.high == 0);
        p = (vr_program){.model = model, .severity = "5,2", .limit = 7};
        assert_true(vr_program_data(&p, &perm, folder, 0, true, VR_FATAL));
        assert_int_equal(p.data.count, 2 * 2 * 7);
        assert_int_equal(p.corruptions.images, 7);
        for (int64_t i = 0; i < p.data.count; i++) { /* the same images in each cell */
            assert_non_null(strstr(p.data.files[i], i / 7 % 2 ? "/5/" : "/2/"));
            assert_string_equal(strrchr(p.data.files[i], '/'), strrchr(p.data.files[i % 7], '/'));
        }
        const char *one = vr_arena_printf(&perm, npy ? "%s/hue.npy" : "%s/hue/3", folder);
        p = (vr_program){.model = model};
        assert_true(vr_program_data(&p, &perm, one, 0, true, VR_FATAL));
        assert_int_equal(p.corruptions.count, npy ? 5 : 1);
        vr_err err = {0};
        p = (vr_program){.model = model, .severity = "4"};
        assert_true(npy || !vr_program_data(&p, &perm, one, 0, true, &err));
        if (!npy) assert_message(err, "no images at severity 4");
    }
}

static void corrupted_images_that_are_not_the_same_in_each_cell_are_an_error(void **state) {
    (void)state;
    static const char *const fewer[] = {"fog/1/a/1.png", "fog/1/a/2.png", "fog/2/a/1.png"},
                             *const more[] = {"fog/1/a/1.png", "fog/2/a/1.png", "fog/2/a/2.png"},
                             *const others[] = {"fog/1/a/1.png", "fog/2/a/2.png"},
                             *const twice[] = {"x/fog/1/a/1.png", "x/fog/2/a/1.png", "y/fog/1/a/1.png"},
                             *const outside[] = {"fog/1/a/1.png", "fogg/1/a/1.png"},
                             *const none[] = {"fogg/1/a/1.png", "a/fog/1.png", "snow/6/a/1.png"};
    static const struct {
        const char *const *files;
        int64_t count;
        const char *why;
    } sets[] = {
        {fewer, 3, "fog at severity 2 lacks images that fog at severity 1 has"},
        {more, 3, "fog at severity 1 and fog at severity 2 have not the same images: 'fog/2/a/2.png'"},
        {others, 2, "have not the same images"},
        {twice, 3, "fog is in several folders at severity 1"},
        {outside, 2, "'fogg/1/a/1.png' is not below CORRUPTION/SEVERITY/"},
        {none, 3, NULL}};
    for (int64_t i = 0; i < COUNT(sets); i++) {
        const vr_dataset set = {.path = "s", .files = sets[i].files, .count = sets[i].count};
        vr_corruptions c;
        vr_err err = {0};
        assert_true(vrp_corruptions_find(&perm, &c, &set, &err) == !sets[i].why);
        assert_int_equal(c.count, 0);
        if (sets[i].why) assert_message(err, sets[i].why);
    }
}

static void corrupted_images_of_the_models_size_are_not_resized(void **state) {
    (void)state;
    vr_robustness r;
    vr_model *larger = vrp_model_shapes(&perm, 300, 1, VR_FATAL);
    const char *folder = vr_arena_printf(&perm, "%s/hue/3", test_tmp("imagenet-c"));
    if (!vr_path_exists(folder)) corrupted(&r, false);
    const int64_t size = larger->preprocess.size, resize = larger->preprocess.resize = size + 8;
    vr_program p = {.model = larger, .model_opts.crop = "0.8"};
    assert_true(vr_program_data(&p, &perm, folder, 0, true, VR_FATAL));
    assert_int_equal(larger->preprocess.resize, resize); /* it was asked for */
    p.model_opts.crop = NULL;
    assert_true(vr_program_data(&p, &perm, folder, 0, true, VR_FATAL));
    assert_int_equal(larger->preprocess.resize, 0);
}

static void labels_are_read_from_a_file(void **state) {
    (void)state;
    const char *path = test_tmp("labels.txt");
    test_write_text(path, "a\r\nb\nc\nd\ne\nf\ng\nh\ni\nj j\n\n");
    const char *const *labels = vr_labels_load(&perm, path, 10, VR_FATAL);
    assert_string_equal(labels[0], "a");
    assert_string_equal(labels[9], "j j");
    test_write_text(path, "\xEF\xBB\xBF"
                          "a\rb\r");
    labels = vr_labels_load(&perm, path, 2, VR_FATAL);
    assert_string_equal(labels[0], "a");
    assert_string_equal(labels[1], "b");
    vr_err err = {0};
    test_write(path,
               "\xFF\xFE"
               "a",
               4);
    assert_null(vr_labels_load(&perm, path, 1, &err));
    assert_message(err, "labels.txt: expected text in UTF-8, found UTF-16");
    err = (vr_err){0};
    test_write_text(path, "a\n\nc\n");
    assert_null(vr_labels_load(&perm, path, 10, &err));
    assert_message(err, "labels.txt:2:1: expected a class name, found an empty line");
    err = (vr_err){0};
    test_write_text(path, "a\nb\nc\n");
    assert_null(vr_labels_load(&perm, path, 10, &err));
    assert_message(err, "expected 10 class names, found 3");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_model_is_better_than_chance),
        cmocka_unit_test(several_models_are_compared_on_the_same_images),
        cmocka_unit_test(batches_and_threads_change_no_bit),
        cmocka_unit_test(the_numbers_are_those_of_the_probabilities),
        cmocka_unit_test(labels_are_matched_by_name_or_by_order),
        cmocka_unit_test(folders_that_are_numbers_are_the_numbers_of_classes),
        cmocka_unit_test(names_match_as_they_are_written_before_they_match_without_case),
        cmocka_unit_test(classes_are_matched_by_name_by_wordnet_id_or_in_order),
        cmocka_unit_test(only_the_classes_that_compete_are_predicted),
        cmocka_unit_test(a_folder_with_a_bad_image_is_an_error_or_a_counted_skip),
        cmocka_unit_test(predictions_are_saved_and_read_back),
        cmocka_unit_test(features_come_in_the_order_of_the_data_set_and_are_read_back),
        cmocka_unit_test(corrupted_images_are_measured_under_each_corruption_and_severity),
        cmocka_unit_test(corrupted_images_that_are_not_the_same_in_each_cell_are_an_error),
        cmocka_unit_test(corrupted_images_of_the_models_size_are_not_resized),
        cmocka_unit_test(labels_are_read_from_a_file),
    };
    return cmocka_run_group_tests(tests, begin, perm_free);
}
