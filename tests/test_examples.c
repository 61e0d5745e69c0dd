/* tests/test_examples.c: every program as a user starts it: without arguments, with --help, with wrong ones, and on
 * real data. What is printed on an embedded default is compared with examples/expected/. */
#include "program.h"

TEST_ARENA(arena);

/* What a shell line prints to stdout and to stderr; returns its exit code. */
static int run(const char **out, const char **errors, const char *fmt, ...) {
    char line[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    int code;
    *out = shell(&arena, &code, "{ %s ; } 2>%s", line, test_tmp("stderr"));
    *errors = test_text(&arena, "%s", test_tmp("stderr"));
    return code;
}

static const char *expected(const char *name) { return test_text(&arena, "examples/expected/%s.txt", name); }

/* The programs are the same; the model that they make on the spot takes minutes there. */
static void skip_under_asan(void) {
#ifdef __SANITIZE_ADDRESS__
    test_skip("the model of drawn shapes takes minutes under asan");
#endif
}

static const char *const names[] = {"classify", "embed", "evaluate", "robustness"};
enum { PROGRAMS = COUNT(names) };

static void every_program_explains_itself(void **state) {
    (void)state;
    for (int i = 0; i < PROGRAMS; i++) {
        const char *out, *errors;
        assert_int_equal(run(&out, &errors, "%s/%s --help", programs(), names[i]), 0);
        assert_non_null(strstr(out, names[i]));
        assert_non_null(strstr(out, "--threads"));
        assert_int_equal(run(&out, &errors, "%s/%s --nonsense", programs(), names[i]), 2);
        assert_non_null(strstr(errors, "--nonsense"));
        assert_int_equal(run(&out, &errors, "%s/%s only-one", programs(), names[i]), 2);
    }
}

static void a_missing_or_wrong_file_is_named_and_nothing_is_written(void **state) {
    (void)state;
    const char *out, *errors, *text = test_tmp("text.pth"), *page = test_tmp("none.html");
    test_write_text(text, "this is no checkpoint\n");
    for (int i = 0; i < PROGRAMS; i++) {
        assert_int_equal(run(&out, &errors, "%s/%s /nowhere/model.pth x.jpg", programs(), names[i]), 1);
        assert_non_null(strstr(errors, "/nowhere/model.pth"));
        assert_string_equal(out, "");
        assert_int_equal(run(&out, &errors, "%s/%s %s x.jpg", programs(), names[i], text), 1);
        assert_non_null(strstr(errors, text));
    }
    assert_int_equal(run(&out, &errors, "%s/robustness --report %s --factors fgo", programs(), page), 2);
    assert_non_null(strstr(errors, "fgo"));
    assert_false(vr_path_exists(page));
}

/* A file given as the model or as the data, and the message about it. */
static void every_kind_of_wrong_file_is_named(void **state) {
    (void)state;
    static const char *const good = "tests/golden/models/cifar_a.th", *const image =
                                                                          "tests/golden/formats/rgb.png";
    const char *folder = test_tmp("wrong_folder"), *empty = test_tmp("empty.png"),
               *text = test_tmp("wrong.png"), *cut = test_tmp("cut.th"), *tar = test_tmp("cut.tar");
    test_mkdir(folder);
    test_write_text(empty, "");
    test_write_text(text, "a text\n");
    const vr_bytes whole = test_bytes(&arena, "%s", good);
    test_write(cut, whole.data, whole.size - 100);
    test_write(tar, test_bytes(&arena, "tests/golden/formats/gnu.tar").data, 1000);
    const struct {
        const char *model, *data, *message;
    } cases[] = {
        {folder, image, ": expected a file, found a directory"},
        {empty, image, "empty.png: byte 0: empty file"},
        {text, image, "wrong.png: byte 0: unknown format; expected safetensors"},
        {cut, image, "cut.th: byte "},
        {"tests/golden/checkpoints/foreign.pt", image, "unsupported class or function __main__.Config"},
        {good, "/nowhere/images", "/nowhere/images: "},
        {good, empty, "empty.png: "},
        {good, text, "wrong.png: "},
        {good, tar, "cut.tar: "},
        {good, folder, "wrong_folder: "},
    };
    for (int64_t i = 0; i < COUNT(cases); i++)
        for (int k = 0; k < PROGRAMS; k++) {
            const char *out, *errors;
            const int code =
                run(&out, &errors, "%s/%s %s %s", programs(), names[k], cases[i].model, cases[i].data);
            const char *error =
                strstr(errors, "error: "); /* the last line; one before it says what is assumed */
            if (code != 1 || out[0] || !error || !strstr(error, cases[i].message) ||
                strchr(error, '\n') != error + strlen(error) - 1)
                fail_msg("%s %s %s: code %d, '%s', '%s'", names[k], cases[i].model, cases[i].data, code, out,
                         errors);
        }
}

static void without_arguments_they_run_on_drawn_shapes(void **state) {
    (void)state;
    skip_under_asan();
    const char *out, *errors;
    const char *npy = test_tmp("f.npy"), *page = test_tmp("report.html"), *csv = test_tmp("robustness.csv");
    assert_int_equal(run(&out, &errors, "%s/classify --top 3", programs()), 0);
    assert_same_text(out, expected("classify"), 1.0, 0);
    assert_int_equal(run(&out, &errors, "%s/evaluate --limit 200 --quiet", programs()), 0);
    assert_same_text(out, expected("evaluate"), 5.0, 0);
    assert_int_equal(run(&out, &errors, "%s/embed --limit 20 -o %s --quiet", programs(), npy), 0);
    vr_arrays arrays;
    vr_arrays_load(&arena, &arrays, npy, VR_FATAL);
    assert_int_equal(arrays.count, 1);
    assert_int_equal(arrays.items[0].shape[0], 20);
    assert_int_equal(run(&out, &errors,
                         "%s/robustness --factors fog,hue,contrast --limit 100 --quiet --report %s --csv %s",
                         programs(), page, csv),
                     0);
    assert_same_text(out, expected("robustness"), 5.0, 0);
    const char *html = test_text(&arena, "%s", page);
    assert_non_null(strstr(html, "<!DOCTYPE html>"));
    assert_non_null(strstr(html, "Which factors break it"));
    assert_null(strstr(html, "src=\"http"));
}

/* Drawn shapes in CIFAR-10's binary form: with tests/golden/models/cifar_a.th a run of milliseconds. */
static const char *drawn(int64_t count) {
    enum { PIXELS = 32 * 32 };
    vr_dataset data;
    vr_dataset_shapes(&arena, &data, count, 32, vr_rng_init(3));
    uint8_t *records = VR_NEW(&arena, uint8_t, (count * (1 + 3 * PIXELS))), *record = records;
    for (int64_t i = 0; i < count; i++, record += 1 + 3 * PIXELS) {
        vr_image image;
        vr_dataset_image(&arena, &image, &data, i, VR_FATAL);
        record[0] = (uint8_t)data.labels[i];
        for (int k = 0; k < 3 * PIXELS; k++) record[1 + k % 3 * PIXELS + k / 3] = image.pixels[k];
    }
    const char *path = test_tmp("drawn.bin");
    test_write(path, records, record - records);
    return path;
}

static void a_report_that_cannot_be_written_is_an_error(void **state) {
    (void)state;
    const char *out, *errors, *csv = test_tmp("r.csv"), *page = test_tmp("r.html");
    const char *command =
        vr_arena_printf(&arena, "%s/robustness tests/golden/models/cifar_a.th %s --factors hue --quiet",
                        programs(), drawn(20));
    assert_int_equal(run(&out, &errors, "%s/embed -o /nowhere/f.npy", programs()), 1);
    assert_string_equal(strrchr(errors, '/'),
                        "/f.npy: cannot write: No such file or directory\n"); /* and no model was made */
    const char *full = test_tmp("full.csv");
    assert_int_equal(symlink("/dev/full", full), 0);
    assert_int_equal(run(&out, &errors, "%s --csv %s --report %s", command, full, page), 1);
    assert_non_null(strstr(errors, "full.csv: cannot write: No space left on device"));
    assert_int_equal(run(&out, &errors, "%s --csv %s --report /dev/full", command, csv), 1);
    assert_non_null(strstr(errors, "/dev/full"));
    assert_int_equal(run(&out, &errors, "%s --csv %s --report %s", command, csv, page), 0);
}

static void the_threads_change_no_bit_of_a_report(void **state) {
    (void)state;
    const char *data = drawn(100), *csv = test_tmp("t.csv"), *page = test_tmp("t.html"), *errors,
               *first = NULL;
    for_threads (threads) {
        const char *out;
        assert_int_equal(run(&out, &errors,
                             "%s/robustness tests/golden/models/cifar_a.th %s --threads %d --quiet "
                             "--factors glass_blur,snow --csv %s --report %s && cat %s",
                             programs(), data, threads, csv, page, csv),
                         0);
        if (!first) first = out;
        assert_string_equal(out, first);
    }
}

static void corrupted_images_that_are_saved_are_evaluated_to_the_same_accuracies(void **state) {
    (void)state;
    const char *out, *errors, *model = "tests/golden/models/cifar_a.th", *csv = test_tmp("s.csv"),
                              *page = test_tmp("s.html"), *folder = test_tmp("saved"), *data = drawn(30);
    const char *rest = vr_arena_printf(&arena, "--factors fog,hue --quiet --csv %s --report %s", csv, page);
    for (int npy = 0; npy < 2; npy++) {
        const char *images = vr_arena_printf(&arena, "%s%d", folder, npy);
        const char *command = vr_arena_printf(&arena, "%s/robustness %s %s %s --save-images %s %s",
                                              programs(), model, data, rest, images, npy ? "--npy" : "");
        assert_int_equal(run(&out, &errors, "%s", command), 0);
        const char *fog = strstr(out, "\nfog "), *end = strchr(fog + 1, ']');
        fog = vr_arena_string(&arena, fog + 5, end - fog - 5); /* "  43.33 [30.00, 56.67" */
        assert_int_equal(run(&out, &errors, "%s/evaluate %s %s --quiet", programs(), model, images), 0);
        assert_non_null(strstr(out, "\ncorruption"));
        fog += strspn(fog, " ");
        assert_non_null(strstr(out, vr_arena_string(&arena, fog, (int64_t)strcspn(fog, " "))));
        assert_non_null(strstr(errors, "taken as 30 images, each under 10 pairs"));
        assert_int_equal(run(&out, &errors, "%s", command), 1); /* the folder is not empty any more */
        assert_non_null(strstr(errors, "expected a new or an empty folder"));
        assert_int_equal(run(&out, &errors, "%s/robustness %s %s", programs(), model, images), 2);
        assert_non_null(strstr(errors, "is corrupted already: `evaluate` measures it"));
        assert_int_equal(run(&out, &errors, "%s/evaluate %s %s --severity 3", programs(), model, data), 2);
        assert_non_null(strstr(errors, "--severity and --baseline need corrupted images"));
        if (npy) continue;
        assert_int_equal(run(&out, &errors, "rm -r %s/hue/4 && %s/evaluate %s %s --quiet", images, programs(),
                             model, images),
                         0);
        assert_non_null(strstr(errors, "not every corruption is there at every severity"));
    }
}

static void several_models_share_one_table_and_one_page(void **state) {
    (void)state;
    const char *out, *errors, *csv = test_tmp("m.csv"), *page = test_tmp("m.html"), *svg = test_tmp("m.svg"),
                              *models = "tests/golden/models/cifar_a.th tests/golden/models/cifar_a.th";
    const char *command = vr_arena_printf(
        &arena, "%s/robustness %s %s --factors fog,hue --severity 2 --quiet --csv %s --report %s --plot %s",
        programs(), models, drawn(30), csv, page, svg);
    assert_int_equal(run(&out, &errors, "%s", command), 0);
    assert_non_null(
        strstr(out, "A: tests/golden/models/cifar_a.th\nB: tests/golden/models/cifar_a.th\nModels on "));
    assert_non_null(strstr(out, ", 30 images, severity 2\n"));
    assert_non_null(strstr(out, "A accuracy %"));
    assert_int_equal(test_times(out, "Worst factor: "), 2);
    assert_int_equal(test_times(test_text(&arena, "%s", csv), "\n"), 1 + 2 * 3);
    assert_non_null(strstr(test_text(&arena, "%s", page), "Robustness of 2 models"));
    assert_non_null(strstr(test_text(&arena, "%s", svg), "Accuracy by factor and model"));
}

static void a_real_checkpoint_on_real_images_is_as_good_as_in_pytorch(void **state) {
    (void)state;
    const char *weights = test_data("weights/resnet20-12fca82f.th"), *tar = test_data("cifar10/test.tar");
    const char *out, *errors, *csv = test_tmp("p.csv");
    assert_int_equal(
        run(&out, &errors, "%s/evaluate %s %s --quiet --predictions %s", programs(), weights, tar, csv), 0);
    const char *accuracy = strstr(out, "accuracy ");
    assert_non_null(accuracy);
    assert_close(atof(accuracy + 9), 81.03,
                 0.011); /* PyTorch's, with Pillow's decoder; one image of 10,000 */
}

static void data_scripts_fetch_verifies_its_download(void **state) {
    (void)state;
    const char *out, *errors, *mirror = test_tmp("mirror"), *to = test_tmp("to");
    const char *modules = "python3 -c 'import hashlib, tarfile, urllib.request'"; /* not in python3-minimal */
    if (run(&out, &errors, "%s", modules) != 0)
        test_skip("python3 with its standard library is not installed");
    test_mkdir(mirror);
    const char *file = vr_arena_printf(&arena, "%s/resnet20-12fca82f.th", mirror);
    test_write_text(file, "not those weights");
    const char *command = vr_arena_printf(
        &arena, "python3 data_scripts/fetch.py resnet20_cifar10 --to %s --from file://%s", to, mirror);
    assert_int_equal(run(&out, &errors, "%s", command), 1);
    assert_non_null(strstr(errors, "12fca82f"));
    assert_false(vr_path_exists(vr_arena_printf(&arena, "%s/resnet20-12fca82f.th", to)));
    const char *weights = test_data("weights/resnet20-12fca82f.th");
    assert_int_equal(run(&out, &errors, "cp %s %s && %s", weights, file, command), 0);
    assert_non_null(strstr(out, "/resnet20-12fca82f.th"));
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, arena_free)
    const struct CMUnitTest tests[] = {
        TEST(every_program_explains_itself),
        TEST(a_missing_or_wrong_file_is_named_and_nothing_is_written),
        TEST(every_kind_of_wrong_file_is_named),
        TEST(without_arguments_they_run_on_drawn_shapes),
        TEST(a_report_that_cannot_be_written_is_an_error),
        TEST(the_threads_change_no_bit_of_a_report),
        TEST(corrupted_images_that_are_saved_are_evaluated_to_the_same_accuracies),
        TEST(several_models_share_one_table_and_one_page),
        TEST(a_real_checkpoint_on_real_images_is_as_good_as_in_pytorch),
        TEST(data_scripts_fetch_verifies_its_download),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
