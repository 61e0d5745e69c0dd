/* tests/test_robustness.c: the main job against the same numbers put together by hand. */
#include "test.h"
#include "../visrob_impl/study/corruption_impl.h"
#include "../visrob_impl/study/over_impl.h"
#include "../visrob_impl/study/shapes_impl.h"

TEST_ARENA(perm);
static vr_model *model;
static vr_dataset data;
static vr_subject subject, tiny; /* tiny: a run of milliseconds */
enum { N = 40 };

static vr_model *golden(const char *name) {
    return vr_model_load(&perm, vr_arena_printf(&perm, "tests/golden/models/%s", name), NULL, VR_FATAL);
}

static int begin(void **state) {
    (void)state;
    vr_progress_quiet(true);
    model = vrp_model_shapes(&perm, 1000, 1, VR_FATAL);
    vr_dataset_shapes(&perm, &data, N, model->preprocess.size, vr_rng_init(2));
    subject = (vr_subject){.model = model, .data = data};
    tiny = (vr_subject){.model = golden("cifar_a.th"), .data = data};
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
    assert_true(vr_robustness_run(&perm, &r, &subject, 1,
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
    assert_close(r.errors.mean, 1 - r.factors[1].accuracy.value, 1e-12); /* rotation is no corruption */
    assert_int_equal(r.worst, r.factors[0].accuracy.value <= r.factors[1].accuracy.value ? 0 : 1);
}

static void the_seed_decides_and_nothing_else(void **state) {
    (void)state;
    const vr_factor noise = VR_FACTOR_GAUSSIAN_NOISE;
    vr_robustness_opts o = {.factors = &noise, .factor_count = 1, .seed = 3};
    vr_robustness a, b;
    vr_text text[2] = {{.arena = &perm}, {.arena = &perm}};
    const int threads = vr_threads();
    assert_true(vr_robustness_run(&perm, &a, &subject, 1, &o, VR_FATAL));
    o.over.batch = 7;
    vr_threads_set(3);
    assert_true(vr_robustness_run(&perm, &b, &subject, 1, &o, VR_FATAL));
    vr_threads_set(threads);
    vr_table t = vr_robustness_cells(&perm, &a, 1), u = vr_robustness_cells(&perm, &b, 1);
    vr_table_format(&text[0], &t, VR_TABLE_CSV);
    vr_table_format(&text[1], &u, VR_TABLE_CSV);
    assert_string_equal(text[0].data, text[1].data);
}

static void the_extra_corruptions_are_measured_but_not_in_the_mean(void **state) {
    (void)state;
    const vr_factor factors[] = {VR_FACTOR_FOG, VR_FACTOR_SATURATE, VR_FACTOR_SPECKLE_NOISE};
    vr_robustness r;
    vr_robustness_run(&perm, &r, &subject, 1, &(vr_robustness_opts){.factors = factors, .factor_count = 3},
                      VR_FATAL);
    assert_int_equal(r.factor_count, 3);
    assert_close(r.errors.mean, 1 - r.factors[0].accuracy.value, 1e-12);
    vr_robustness_run(&perm, &r, &subject, 1,
                      &(vr_robustness_opts){.factors = factors + 1, .factor_count = 2}, VR_FATAL);
    assert_true(isnan(r.errors.mean));
}

/* A subset sees what the whole set sees: an image's draws hang on its place in the data set, not in the run. */
static void a_sample_of_images_sees_the_same_factors(void **state) {
    (void)state;
    vr_dataset few = data;
    vrp_dataset_limit(&perm, &few, 10, 1, vr_rng_init(9));
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
    vr_subject set = subject;
    int64_t *labels = VR_NEW(&perm, int64_t, N);
    for (int i = 0; i < N; i++) labels[i] = i == 4 ? -1 : data.labels[i];
    set.data.labels = labels;
    vr_robustness r;
    vr_err err = {0};
    assert_false(vr_robustness_run(&perm, &r, &set, 1, NULL, &err));
    assert_int_equal(err.code, VR_ERR_ARGUMENT);
    assert_message(err, data.files[4]);
    assert_null(r.factors);
}

static void the_page_holds_every_factor_and_number(void **state) {
    (void)state;
    const vr_factor factors[] = {VR_FACTOR_FROST, VR_FACTOR_WATERMARK};
    vr_robustness r;
    vr_robustness_run(&perm, &r, &subject, 1, &(vr_robustness_opts){.factors = factors, .factor_count = 2},
                      VR_FATAL);
    const char *path = test_tmp("report.html");
    assert_true(vr_robustness_page_save(&r, 1, "robustness --factors fog", path, VR_FATAL));
    const char *html = test_text(&perm, "%s", path);
    assert_non_null(strstr(html, "watermark"));
    assert_non_null(strstr(html, "Frost is procedural"));
    assert_non_null(strstr(html, "robustness --factors fog"));
    assert_non_null(strstr(html, vr_arena_printf(&perm, "%.2f", r.factors[0].error_ratio.value)));
    assert_null(strstr(html, "nan"));
    /* the grid, and a strip with the clean image */
    assert_int_equal(test_times(html, "data:image/"), 2 * (VR_SEVERITIES + 1) + 3);
    vr_err err = {0};
    assert_false(vr_robustness_page_save(&r, 1, NULL, "/nowhere/report.html", &err));
    assert_message(err, "/nowhere/report.html");
}

/* The page of an invented measurement: n factors with these error ratios, the first the worst. */
static const char *page_of(const double *ratios, int64_t n, double clean) {
    vr_robustness r = {.subject = subject,
                       .count = N,
                       .factor_count = n,
                       .severity_count = VR_SEVERITIES,
                       .severity = {1, 2, 3, 4, 5},
                       .seed = 4,
                       .errors.mean = NAN};
    r.clean = (vr_interval){clean, clean - 0.1, clean};
    r.clean_class_accuracy = VR_NEW(&perm, double, model->classes);
    r.factors = VR_NEW(&perm, vr_robustness_factor, n);
    r.index = VR_NEW(&perm, int64_t, 1);
    for (int64_t f = 0; f < n; f++) {
        r.factors[f] = (vr_robustness_factor){.factor = (vr_factor)f,
                                              .error_ratio = {ratios[f], ratios[f] - 0.25, ratios[f] + 0.25}};
        r.factors[f].class_accuracy = VR_NEW(&perm, double, model->classes);
    }
    const char *path = test_tmp("invented.html");
    assert_true(vr_robustness_page_save(&r, 1, NULL, path, VR_FATAL));
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
    vr_robustness_run(&perm, &r, &subject, 1,
                      &(vr_robustness_opts){.factors = factors, .factor_count = 2, .seed = 9}, VR_FATAL);
    const vr_plot plot = vr_robustness_plot(&perm, &r, 1);
    assert_int_equal(plot.count, 2);
    assert_close(plot.intervals[1].value, r.factors[1].error_ratio.value, 0);
    assert_string_equal(plot.names[0], "hue");
    assert_non_null(strstr(plot.note, "n = 40, seed 9, shapes, visrob "));
}

static void several_models_see_the_same_corrupted_images(void **state) {
    (void)state;
    const vr_factor factors[] = {VR_FACTOR_GAUSSIAN_NOISE, VR_FACTOR_HUE};
    const vr_robustness_opts o = {.factors = factors, .factor_count = 2, .seed = 3};
    vr_model *other = golden("cifar_b.safetensors"), *larger = golden("cifar_a.th");
    other->preprocess.mean[0] += 0.1f;                       /* a normalization of its own */
    larger->preprocess.resize = larger->preprocess.size + 8; /* a crop of its own */
    const vr_subject subjects[] = {tiny, {.model = other, .data = data}, {.model = larger, .data = data}};
    vr_robustness all[3], alone;
    assert_true(vr_robustness_run(&perm, all, subjects, 3, &o, VR_FATAL));
    for (int m = 0; m < 3; m++) { /* each as if it were alone */
        assert_true(vr_robustness_run(&perm, &alone, &subjects[m], 1, &o, VR_FATAL));
        vr_text text[2] = {{.arena = &perm}, {.arena = &perm}};
        vr_table t = vr_robustness_cells(&perm, &all[m], 1), u = vr_robustness_cells(&perm, &alone, 1);
        vr_table_format(&text[0], &t, VR_TABLE_CSV);
        vr_table_format(&text[1], &u, VR_TABLE_CSV);
        assert_string_equal(text[0].data, text[1].data);
    }
    for (int f = 0; f < 2; f++) {
        const vr_interval d = all[1].factors[f].difference;
        assert_close(d.value, all[1].factors[f].accuracy.value - all[0].factors[f].accuracy.value, 1e-12);
        assert_true(d.low <= d.value && d.value <= d.high);
    }
    const vr_subject twice[] = {tiny, tiny}; /* paired: no spread */
    assert_true(vr_robustness_run(&perm, all, twice, 2, &o, VR_FATAL));
    const vr_interval none = all[1].factors[0].difference;
    assert_true(none.value == 0 && none.low == 0 && none.high == 0);
    assert_true(all[1].mean_difference.low == 0 && all[1].mean_difference.high == 0);
    all[0].name = "first", all[1].name = "second";
    const char *path = test_tmp("two.html");
    const vr_table t = vr_robustness_table(&perm, all, 2), cells = vr_robustness_cells(&perm, all, 2);
    assert_int_equal(t.columns, 1 + 2 + 1 + 2);
    assert_int_equal(vr_table_rows(&cells), 2 * (1 + 2 * VR_SEVERITIES));
    assert_string_equal(cells.cells[cells.columns * 11].text, "second");
    assert_true(vr_robustness_page_save(all, 2, NULL, path, VR_FATAL));
    const char *html = test_text(&perm, "%s", path);
    assert_non_null(strstr(html, "B: second"));
    assert_non_null(strstr(html, "0.0 points more (0.0 to 0.0), which may be chance"));
    assert_null(strstr(html, "nan"));
}

static void only_the_severities_that_are_asked_for_are_run(void **state) {
    (void)state;
    const vr_factor factor = VR_FACTOR_CONTRAST;
    vr_robustness_opts o = {.factors = &factor, .factor_count = 1};
    vr_robustness all, some;
    assert_true(vr_robustness_run(&perm, &all, &tiny, 1, &o, VR_FATAL));
    o.severities = "5,2";
    assert_true(vr_robustness_run(&perm, &some, &tiny, 1, &o, VR_FATAL));
    assert_int_equal(some.severity_count, 2);
    assert_close(some.factors->at[0].value, all.factors->at[1].value, 0);
    assert_close(some.factors->at[1].value, all.factors->at[4].value, 0);
    assert_close(some.factors->accuracy.value, (all.factors->at[1].value + all.factors->at[4].value) / 2,
                 1e-12);
    const vr_table t = vr_robustness_table(&perm, &some, 1), cells = vr_robustness_cells(&perm, &some, 1);
    assert_string_equal(t.names[4], "sev. 2");
    assert_string_equal(t.names[5], "5");
    assert_int_equal(vr_table_rows(&cells), 3);
    assert_true(cells.cells[2 * cells.columns + 2].number.value == 5);
    const char *path = test_tmp("severities.html");
    assert_true(vr_robustness_page_save(&some, 1, NULL, path, VR_FATAL));
    assert_non_null(strstr(test_text(&perm, "%s", path), "Mean over severities 2 and 5"));
    assert_null(strstr(test_text(&perm, "%s", path), "severities 1 to 5"));
    static const char *const wrong[] = {"", "0", "6", "3,", "3,3", "1-3", "12", "a"};
    for (int64_t i = 0; i < COUNT(wrong); i++) {
        vr_err err = {0};
        o.severities = wrong[i];
        assert_false(vr_robustness_run(&perm, &some, &tiny, 1, &o, &err));
        assert_int_equal(err.code, VR_ERR_USAGE);
    }
}

/* The data set in a folder: its images, classes as it names them, in a folder above. */
static const char *saved_shapes(void) {
    const char *folder = test_tmp("shapes");
    test_mkdir(folder);
    test_mkdir(vr_arena_printf(&perm, "%s/test", folder));
    for (int i = 0; i < 12; i++) {
        vr_image image;
        vr_dataset_image(&perm, &image, &data, i, VR_FATAL);
        const char *class_ = vr_arena_printf(&perm, "%s/test/%s", folder, data.classes[data.labels[i]]);
        test_mkdir(class_);
        assert_true(vr_image_save(image, vr_arena_printf(&perm, "%s/%d.bmp", class_, i), VR_FATAL));
    }
    return folder;
}

static void the_corrupted_images_are_saved_in_the_published_layouts(void **state) {
    (void)state;
    vr_subject s = {.model = model};
    vr_dataset_open(&perm, &s.data, saved_shapes(), NULL, VR_FATAL);
    vr_dataset_match(&perm, &s.data, model, VR_FATAL);
    const vr_factor factors[] = {VR_FACTOR_FOG, VR_FACTOR_HUE};
    vr_robustness_opts o = {
        .factors = factors, .factor_count = 2, .images = test_tmp("c"), .severities = "1,4"};
    vr_robustness r;
    assert_true(vr_robustness_run(&perm, &r, &s, 1, &o, VR_FATAL));
    vr_dataset cell;
    vr_evaluation e;
    assert_true(vr_dataset_open(&perm, &cell, vr_arena_printf(&perm, "%s/hue/4", o.images), NULL, VR_FATAL));
    assert_true(vr_dataset_match(&perm, &cell, model, VR_FATAL));
    assert_int_equal(cell.count, 12);
    assert_non_null(strchr(cell.files[0], '/'));
    assert_null(strstr(cell.files[0], "test")); /* CLASS/NAME.png, as torchvision's ImageFolder reads it */
    assert_true(vr_evaluate(&perm, &e, model, &cell, NULL, VR_FATAL));
    assert_close(vr_accuracy(e.predictions.correct, 12), r.factors[1].at[1].value, 0);
    vr_err err = {0};
    assert_false(vr_robustness_run(&perm, &r, &s, 1, &o, &err));
    assert_message(err, "expected a new or an empty folder, found 'fog' in it");
    err = (vr_err){0};
    o.images = test_tmp("arrays"), o.npy = true;
    assert_false(vr_robustness_run(&perm, &r, &s, 1, &o, &err));
    assert_message(err, "all five severities");
    o.severities = NULL, o.over.batch = 5;
    assert_true(vr_robustness_run(&perm, &r, &s, 1, &o, VR_FATAL));
    vr_array x, labels;
    const int64_t size = model->preprocess.size;
    assert_true(vr_npy_load(&perm, &x, vr_arena_printf(&perm, "%s/fog.npy", o.images), VR_FATAL));
    assert_true(vr_npy_load(&perm, &labels, vr_arena_printf(&perm, "%s/labels.npy", o.images), VR_FATAL));
    assert_true(x.dtype == VR_U8 && x.ndim == 4 && x.shape[0] == 60 && x.shape[1] == size && x.shape[3] == 3);
    const vr_rng rng = vr_rng_split(vr_rng_split(vr_rng_init(0), "factors"), "fog");
    for (int64_t i = 0; i < 60; i++) {
        assert_int_equal(((const int64_t *)labels.data)[i], s.data.labels[i % 12]);
        vr_image image;
        vr_dataset_image(&perm, &image, &s.data, i % 12, VR_FATAL);
        image = vr_preprocess_crop(&perm, image, &model->preprocess);
        image = vr_factor_apply(&perm, image, VR_FACTOR_FOG, (int)(i / 12) + 1,
                                vr_rng_at(rng, (uint64_t)s.data.origin[i % 12]));
        assert_memory_equal(image.pixels, (const uint8_t *)x.data + i * size * size * 3,
                            (size_t)(size * size * 3));
    }
}

static void saved_images_keep_the_folder_that_is_their_class(void **state) {
    (void)state;
    static const char *const files[] = {"val/n1/images/1.JPEG", "images/2.JPEG", "00003", "a/b/x.y.png"},
                             *const saved[] = {"n1/images/1", "ring/2", "ring/00003", "b/x.y"};
    static const char *const classes[] = {"heart", "ring"};
    const int64_t labels[] = {1, 1, 1, 0};
    const vr_factor hue = VR_FACTOR_HUE;
    vr_subject s = tiny;
    s.data.files = files, s.data.count = 4, s.data.labels = labels, s.data.classes = classes,
    s.data.class_count = 2;
    vr_robustness_opts o = {
        .factors = &hue, .factor_count = 1, .severities = "2", .images = test_tmp("names")};
    vr_robustness r;
    assert_true(vr_robustness_run(&perm, &r, &s, 1, &o, VR_FATAL));
    for (int i = 0; i < 4; i++) {
        vr_image image;
        const char *path = vr_arena_printf(&perm, "%s/hue/2/%s.png", o.images, saved[i]);
        assert_true(vr_image_load(&perm, &image, path, NULL, VR_FATAL));
    }
}

static void two_images_that_would_have_one_name_are_named(void **state) {
    (void)state;
    static const char *const files[] = {"a/1.jpg", "a/1.png"};
    vr_subject s = tiny;
    s.data.files = files, s.data.count = 2;
    vr_robustness r;
    vr_err err = {0};
    assert_false(
        vr_robustness_run(&perm, &r, &s, 1, &(vr_robustness_opts){.images = test_tmp("twice")}, &err));
    assert_message(err, "a/1.png and another image would both be saved as a/1.png");
}

static void the_mean_corruption_error_is_divided_by_the_baseline(void **state) {
    (void)state;
    const vr_factor factors[] = {VR_FACTOR_FOG, VR_FACTOR_CONTRAST, VR_FACTOR_HUE};
    vr_robustness_opts o = {.factors = factors, .factor_count = 3};
    vr_robustness r;
    const double *alexnet = vrp_baseline_load(&perm, "alexnet", VR_FATAL);
    assert_close(alexnet[VR_FACTOR_GAUSSIAN_NOISE], 0.886428, 0);
    assert_close(alexnet[VR_FACTOR_JPEG_COMPRESSION], 0.6065, 0);
    assert_true(isnan(alexnet[VR_FACTOR_HUE]));
    assert_true(vr_robustness_run(&perm, &r, &tiny, 1, &o, VR_FATAL));
    assert_true(isnan(r.errors.mce));
    const char *path = test_tmp("baseline.csv");
    test_write_text(path, "corruption,error\nfog,80\ncontrast,50\n");
    o.baseline = vrp_baseline_load(&perm, path, VR_FATAL);
    assert_true(vr_robustness_run(&perm, &r, &tiny, 1, &o, VR_FATAL));
    const double fog = 1 - r.factors[0].accuracy.value, contrast = 1 - r.factors[1].accuracy.value;
    assert_close(r.errors.mce, (fog / 0.8 + contrast / 0.5) / 2, 1e-12);
    assert_close(r.errors.mean, (fog + contrast) / 2, 1e-12);
    assert_int_equal(r.errors.count, 2);
    const vr_table t = vr_robustness_table(&perm, &r, 1);
    assert_string_equal(t.names[t.columns - 1], "CE %");
    assert_close(t.cells[2 * t.columns - 1].number.value, 100 * fog / 0.8, 1e-9);
    static const char *const wrong[][2] = {
        {"corruption,error\nfogg,80\n", ":2:1: 'fogg' is no corruption"},
        {"corruption,error\nfog,80\nfog,80\n", ":3:1: 'fog' is named twice"},
        {"corruption,error\nfog,0\n", ":2:5: expected an error in per cent"},
        {"name,error\nfog,0\n", "corruption"}};
    for (int64_t i = 0; i < COUNT(wrong); i++) {
        vr_err err = {0};
        test_write_text(path, wrong[i][0]);
        assert_null(vrp_baseline_load(&perm, path, &err));
        assert_message(err, wrong[i][1]);
    }
    vr_err err = {0};
    test_write_text(path, "corruption,error\nfog,80\n");
    o.baseline = vrp_baseline_load(&perm, path, VR_FATAL);
    assert_false(vr_robustness_run(&perm, &r, &tiny, 1, &o, &err));
    assert_message(err, "no error under 'contrast'");
}

/* All numbers of some models as CSV. */
static const char *csv_of(const vr_robustness *r, int64_t count) {
    vr_text text = {.arena = &perm};
    for (int64_t m = 0; m < count; m++) {
        const vr_table cells = vr_robustness_cells(&perm, &r[m], 1), t = vr_robustness_table(&perm, &r[m], 1);
        vr_table_format(&text, &cells, VR_TABLE_CSV);
        vr_table_format(&text, &t, VR_TABLE_CSV);
    }
    return text.data;
}

static void an_interrupted_run_goes_on_with_the_same_result(void **state) {
    (void)state;
    const vr_factor factors[] = {VR_FACTOR_GAUSSIAN_NOISE, VR_FACTOR_HUE};
    vr_model *other = golden("cifar_a.th");
    other->preprocess.resize = other->preprocess.size + 8; /* a pass of its own */
    const vr_subject subjects[] = {tiny, {.model = other, .data = data}};
    vr_robustness_opts o = {.factors = factors, .factor_count = 2, .severities = "1,3", .over.batch = 7};
    vr_robustness r[2];
    assert_true(vr_robustness_run(&perm, r, subjects, 2, &o, VR_FATAL));
    const char *whole = csv_of(r, 2);
    o.resume = test_tmp("resume");
    assert_true(vr_robustness_run(&perm, r, subjects, 2, &o, VR_FATAL));
    assert_string_equal(csv_of(r, 2), whole);
    const vr_bytes file = test_bytes(&perm, "%s", o.resume);
    const int64_t key =
        (const char *)memmem(file.data, (size_t)file.size, "\n\n", 2) + 2 - (const char *)file.data;
    const int64_t block = 24 + 7 * (8 + 5 * 6), group = 5 * block + 24 + 5 * (8 + 5 * 6);
    assert_int_equal(file.size, key + 2 * group);
    const int64_t cuts[] = {0,
                            key,
                            key + 3,
                            key + block,
                            key + block + 40,
                            key + group - 1,
                            key + group,
                            key + group + block + 9};
    for (int64_t i = 0; i < COUNT(cuts); i++) {
        test_write(o.resume, file.data, cuts[i]);
        o.over.batch = i % 2 ? 7 : 11; /* batches may differ */
        assert_true(vr_robustness_run(&perm, r, subjects, 2, &o, VR_FATAL));
        assert_string_equal(csv_of(r, 2), whole);
        assert_true(vr_robustness_run(&perm, r, subjects, 2, &o, VR_FATAL)); /* from the file alone */
        assert_string_equal(csv_of(r, 2), whole);
    }
    uint8_t *turned = test_block(file.data, file.size);
    vr_err err = {0};
    for (int64_t at = key + 16; at < key + group; at += 97) { /* a bit of a hash, of results, or of a head */
        turned[at] ^= 4;
        test_write(o.resume, turned, file.size);
        turned[at] ^= 4;
        err = (vr_err){0};
        if (vr_robustness_run(&perm, r, subjects, 2, &o, &err)) /* a head that says less is read as cut off */
            assert_string_equal(csv_of(r, 2), whole);
        else
            assert_int_equal(err.code, VR_ERR_FORMAT);
    }
    turned[key + 24 + 7 * 8] ^= 1; /* whether an image was correct */
    test_write(o.resume, turned, file.size);
    err = (vr_err){0};
    assert_false(vr_robustness_run(&perm, r, subjects, 2, &o, &err));
    assert_message(err, "damaged results");
    memset(turned + key + 8, 0x7F, 8); /* a number of images that cannot be */
    test_write(o.resume, turned, file.size);
    err = (vr_err){0};
    assert_false(vr_robustness_run(&perm, r, subjects, 2, &o, &err));
    assert_message(err, "expected at most 40 images");
    free(turned);
    test_write(o.resume, file.data, key - 20);
    err = (vr_err){0};
    assert_false(vr_robustness_run(&perm, r, subjects, 2, &o, &err));
    assert_message(err, "it holds results of");
    assert_null(r[0].factors);
}

static void results_of_another_run_are_refused_with_what_differs(void **state) {
    (void)state;
    const vr_factor factors[] = {VR_FACTOR_HUE, VR_FACTOR_BRIGHTEN};
    const vr_robustness_opts o = {
        .factors = factors, .factor_count = 1, .severities = "3", .resume = test_tmp("resume2")};
    vr_robustness r[2];
    assert_true(vr_robustness_run(&perm, r, &tiny, 1, &o, VR_FATAL));
    vr_model *model2 = golden("cifar_b.safetensors");
    vr_dataset few = data;
    vrp_dataset_limit(&perm, &few, 39, 1, vr_rng_init(9));
    uint8_t compete[10] = {1, 1};
    vr_subject other[] = {tiny, tiny};
    for (int k = 0; k < 8; k++) {
        static const char *const why[] = {"'seed 0', but this run is 'seed 1'",
                                          "'factors hue', but this run is 'factors brighten'",
                                          "'severities 3', but this run is 'severities 4'",
                                          "'images 40, none",
                                          "'images 40, none skipped",
                                          "'model 1: resnet",
                                          "'model 1: resnet",
                                          "but this run is 'model 2: resnet"};
        vr_robustness_opts p = o;
        vr_err err = {0};
        other[0] = tiny;
        if (k == 0) p.seed = 1;
        if (k == 1) p.factors++;
        if (k == 2) p.severities = "4";
        if (k == 3) other->data = few;
        if (k == 4) p.over.skip_bad = true;
        if (k == 5) other->model = model2;
        if (k == 6) other->compete = compete;
        assert_false(vr_robustness_run(&perm, r, other, k == 7 ? 2 : 1, &p, &err));
        assert_message(err, why[k]);
    }
    vr_err err = {0};
    test_write_text(o.resume, "factor,accuracy\nfog,1\n");
    assert_false(vr_robustness_run(&perm, r, &tiny, 1, &o, &err));
    assert_message(err, "expected a file that --resume wrote");
    assert_string_equal(test_text(&perm, "%s", o.resume), "factor,accuracy\nfog,1\n"); /* and left as it is */
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
        cmocka_unit_test(several_models_see_the_same_corrupted_images),
        cmocka_unit_test(only_the_severities_that_are_asked_for_are_run),
        cmocka_unit_test(the_corrupted_images_are_saved_in_the_published_layouts),
        cmocka_unit_test(saved_images_keep_the_folder_that_is_their_class),
        cmocka_unit_test(two_images_that_would_have_one_name_are_named),
        cmocka_unit_test(the_mean_corruption_error_is_divided_by_the_baseline),
        cmocka_unit_test(an_interrupted_run_goes_on_with_the_same_result),
        cmocka_unit_test(results_of_another_run_are_refused_with_what_differs),
    };
    return cmocka_run_group_tests(tests, begin, perm_free);
}
