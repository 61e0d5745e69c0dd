/* tests/test_examples.c: every program as a user starts it: without arguments, with --help, with wrong ones, and on
 * real data. What is printed on an embedded default is compared with examples/expected/. */
#include "program.h"

static char programs[512]; /* the folder of the built examples, beside that of the tests */

/* Runs a shell line in the folder of temporary files; stdout and stderr go to *out and *said. Returns the exit code. */
static int run(vr_arena *a, const char **out, const char **said, const char *fmt, ...) {
    char line[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    static char o[256], e[256]; /* test_tmp's own turn over */
    if (!o[0])
        snprintf(o, sizeof o, "%s", test_tmp("stdout")), snprintf(e, sizeof e, "%s", test_tmp("stderr"));
    const char *command = vr_arena_printf(a, "{ %s ; } >%s 2>%s", line, o, e);
    const int status = system(command);
    *out = (const char *)test_bytes(a, "%s", o).data;
    *said = (const char *)test_bytes(a, "%s", e).data;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static const char *expected(vr_arena *a, const char *name) {
    return (const char *)test_bytes(a, "examples/expected/%s.txt", name).data;
}

/* The programs are the same; the model that they make on the spot takes minutes there. */
static void skip_under_asan(void) {
#ifdef __SANITIZE_ADDRESS__
    test_skip("the model of drawn shapes takes minutes under asan");
#endif
}

static const char *const names[] = {"classify", "embed", "evaluate", "robustness"};
enum { PROGRAMS = sizeof names / sizeof *names };

static void every_program_explains_itself(void **state) {
    (void)state;
    vr_arena a = {0};
    for (int i = 0; i < PROGRAMS; i++) {
        const char *out, *said;
        assert_int_equal(run(&a, &out, &said, "%s/%s --help", programs, names[i]), 0);
        assert_non_null(strstr(out, names[i]));
        assert_non_null(strstr(out, "--threads"));
        assert_int_equal(run(&a, &out, &said, "%s/%s --nonsense", programs, names[i]), 2);
        assert_non_null(strstr(said, "--nonsense"));
        assert_int_equal(run(&a, &out, &said, "%s/%s only-one", programs, names[i]), 2);
    }
    vr_arena_free(&a);
}

static void a_missing_or_wrong_file_is_named_and_nothing_is_written(void **state) {
    (void)state;
    vr_arena a = {0};
    const char *out, *said, *text = test_tmp("text.pth"), *page = test_tmp("none.html");
    vr_file_write(text, "this is no checkpoint\n", 22, VR_FATAL);
    for (int i = 0; i < PROGRAMS; i++) {
        assert_int_equal(run(&a, &out, &said, "%s/%s /nowhere/model.pth x.jpg", programs, names[i]), 1);
        assert_non_null(strstr(said, "/nowhere/model.pth"));
        assert_string_equal(out, "");
        assert_int_equal(run(&a, &out, &said, "%s/%s %s x.jpg", programs, names[i], text), 1);
        assert_non_null(strstr(said, text));
    }
    assert_int_equal(run(&a, &out, &said, "%s/robustness --report %s --factors fgo", programs, page), 1);
    assert_non_null(strstr(said, "fgo"));
    assert_false(vr_path_exists(page));
    vr_arena_free(&a);
}

/* What stands for a model, or for the data, and what is said of it. */
static void every_kind_of_wrong_file_is_called_what_it_is(void **state) {
    (void)state;
    static const char *const good = "tests/golden/models/cifar_a.th", *const image =
                                                                          "tests/golden/formats/rgb.png";
    vr_arena a = {0};
    vr_bytes b;
    char folder[256], empty[256], text[256], cut[256], tar[256];
    snprintf(folder, sizeof folder, "%s", test_tmp("wrong_folder")),
        snprintf(empty, sizeof empty, "%s", test_tmp("empty.png"));
    snprintf(text, sizeof text, "%s", test_tmp("wrong.png")),
        snprintf(cut, sizeof cut, "%s", test_tmp("cut.th"));
    snprintf(tar, sizeof tar, "%s", test_tmp("cut.tar"));
    test_mkdir(folder);
    vr_file_write(empty, "", 0, VR_FATAL);
    vr_file_write(text, "a text\n", 7, VR_FATAL);
    vr_file_read(&a, &b, good, VR_FATAL);
    vr_file_write(cut, b.data, b.size - 100, VR_FATAL);
    vr_file_read(&a, &b, "tests/golden/formats/gnu.tar", VR_FATAL);
    vr_file_write(tar, b.data, 1000, VR_FATAL);
    const struct {
        const char *model, *data, *said;
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
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int k = 0; k < PROGRAMS; k++) {
            const char *out, *said;
            const int code =
                run(&a, &out, &said, "%s/%s %s %s", programs, names[k], cases[i].model, cases[i].data);
            if (code != 1 || out[0] || !strstr(said, cases[i].said) ||
                strchr(said, '\n') != said + strlen(said) - 1)
                fail_msg("%s %s %s: code %d, '%s', '%s'", names[k], cases[i].model, cases[i].data, code, out,
                         said);
        }
    vr_arena_free(&a);
}

static void without_arguments_they_run_on_drawn_shapes(void **state) {
    (void)state;
    skip_under_asan();
    vr_arena a = {0};
    const char *out, *said;
    const char *npy = test_tmp("f.npy"), *page = test_tmp("report.html"), *csv = test_tmp("robustness.csv");
    assert_int_equal(run(&a, &out, &said, "%s/classify --top 3", programs), 0);
    assert_same_text(out, expected(&a, "classify"), 1.0, 0);
    assert_int_equal(run(&a, &out, &said, "%s/evaluate --limit 200 --quiet", programs), 0);
    assert_same_text(out, expected(&a, "evaluate"), 5.0, 0);
    assert_int_equal(run(&a, &out, &said, "%s/embed --limit 20 -o %s --quiet", programs, npy), 0);
    vr_arrays arrays;
    vr_arrays_load(&a, &arrays, npy, VR_FATAL);
    assert_int_equal(arrays.count, 1);
    assert_int_equal(arrays.items[0].shape[0], 20);
    assert_int_equal(run(&a, &out, &said,
                         "%s/robustness --factors fog,hue,contrast --limit 100 --quiet --report %s --csv %s",
                         programs, page, csv),
                     0);
    assert_same_text(out, expected(&a, "robustness"), 5.0, 0);
    vr_bytes html;
    vr_file_read(&a, &html, page, VR_FATAL);
    assert_non_null(strstr((const char *)html.data, "<!DOCTYPE html>"));
    assert_non_null(strstr((const char *)html.data, "Which factors break it"));
    assert_null(strstr((const char *)html.data, "src=\"http"));
    vr_arena_free(&a);
}

/* Drawn shapes in CIFAR-10's binary form: with tests/golden/models/cifar_a.th a run of milliseconds. */
static const char *drawn(vr_arena *a, int64_t count) {
    enum { PIXELS = 32 * 32 };
    vr_dataset data;
    vr_dataset_shapes(a, &data, count, 32, vr_rng_init(3));
    uint8_t *records = VR_NEW(a, uint8_t, (count * (1 + 3 * PIXELS))), *record = records;
    for (int64_t i = 0; i < count; i++, record += 1 + 3 * PIXELS) {
        vr_image image;
        vr_dataset_image(a, &image, &data, i, VR_FATAL);
        record[0] = (uint8_t)data.labels[i];
        for (int k = 0; k < 3 * PIXELS; k++) record[1 + k % 3 * PIXELS + k / 3] = image.pixels[k];
    }
    const char *path = test_tmp("drawn.bin");
    vr_file_write(path, records, record - records, VR_FATAL);
    return path;
}

static void a_report_that_cannot_be_written_is_an_error(void **state) {
    (void)state;
    vr_arena a = {0};
    const char *out, *said, *csv = test_tmp("r.csv"), *page = test_tmp("r.html");
    const char *command = vr_arena_printf(
        &a, "%s/robustness tests/golden/models/cifar_a.th %s --factors hue --quiet", programs, drawn(&a, 20));
    assert_int_equal(run(&a, &out, &said, "%s/embed -o /nowhere/f.npy", programs), 1);
    assert_string_equal(strrchr(said, '/'),
                        "/f.npy: cannot write: No such file or directory\n"); /* and no model was made */
    assert_int_equal(run(&a, &out, &said, "%s --csv /dev/full --report %s", command, page), 1);
    assert_non_null(strstr(said, "/dev/full"));
    assert_int_equal(run(&a, &out, &said, "%s --csv %s --report /dev/full", command, csv), 1);
    assert_non_null(strstr(said, "/dev/full"));
    assert_int_equal(run(&a, &out, &said, "%s --csv %s --report %s", command, csv, page), 0);
    vr_arena_free(&a);
}

static void the_threads_change_no_bit_of_a_report(void **state) {
    (void)state;
    vr_arena a = {0};
    const char *data = drawn(&a, 100), *csv = test_tmp("t.csv"), *page = test_tmp("t.html"), *said,
               *first = NULL;
    for_threads (threads) {
        const char *out;
        assert_int_equal(run(&a, &out, &said,
                             "%s/robustness tests/golden/models/cifar_a.th %s --threads %d --quiet "
                             "--factors glass_blur,snow --csv %s --report %s && cat %s",
                             programs, data, threads, csv, page, csv),
                         0);
        if (!first) first = out;
        assert_string_equal(out, first);
    }
    vr_arena_free(&a);
}

static void a_real_checkpoint_on_real_images_is_as_good_as_in_pytorch(void **state) {
    (void)state;
    const char *weights = test_data("weights/resnet20-12fca82f.th"), *tar = test_data("cifar10/test.tar");
    vr_arena a = {0};
    const char *out, *said, *csv = test_tmp("p.csv");
    assert_int_equal(
        run(&a, &out, &said, "%s/evaluate %s %s --quiet --predictions %s", programs, weights, tar, csv), 0);
    const char *accuracy = strstr(out, "accuracy ");
    assert_non_null(accuracy);
    assert_close(atof(accuracy + 9), 81.03,
                 0.011); /* PyTorch's, with Pillow's decoder; one image of 10,000 */
    vr_arena_free(&a);
}

static void data_scripts_fetch_checks_what_came(void **state) {
    (void)state;
    vr_arena a = {0};
    const char *out, *said, *mirror = test_tmp("mirror"), *to = test_tmp("to");
    if (run(&a, &out, &said, "python3 -c 'import hashlib, tarfile, urllib.request'") !=
        0) { /* not in python3-minimal */
        printf("SKIP: python3 with its standard library is not installed\n");
        skip();
    }
    test_mkdir(mirror);
    const char *file = vr_arena_printf(&a, "%s/resnet20-12fca82f.th", mirror);
    vr_file_write(file, "not those weights", 17, VR_FATAL);
    const char *command = vr_arena_printf(
        &a, "python3 data_scripts/fetch.py resnet20_cifar10 --to %s --from file://%s", to, mirror);
    assert_int_equal(run(&a, &out, &said, "%s", command), 1);
    assert_non_null(strstr(said, "12fca82f"));
    assert_false(vr_path_exists(vr_arena_printf(&a, "%s/resnet20-12fca82f.th", to)));
    const char *weights = test_data("weights/resnet20-12fca82f.th");
    assert_int_equal(run(&a, &out, &said, "cp %s %s && %s", weights, file, command), 0);
    assert_non_null(strstr(out, "/resnet20-12fca82f.th"));
    vr_arena_free(&a);
}

int main(int argc, char **argv) {
    (void)argc;
    const char *slash = strrchr(argv[0], '/');
    snprintf(programs, sizeof programs, "%.*s/..", slash ? (int)(slash - argv[0]) : 1, slash ? argv[0] : ".");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_program_explains_itself),
        cmocka_unit_test(a_missing_or_wrong_file_is_named_and_nothing_is_written),
        cmocka_unit_test(every_kind_of_wrong_file_is_called_what_it_is),
        cmocka_unit_test(without_arguments_they_run_on_drawn_shapes),
        cmocka_unit_test(a_report_that_cannot_be_written_is_an_error),
        cmocka_unit_test(the_threads_change_no_bit_of_a_report),
        cmocka_unit_test(a_real_checkpoint_on_real_images_is_as_good_as_in_pytorch),
        cmocka_unit_test(data_scripts_fetch_checks_what_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
