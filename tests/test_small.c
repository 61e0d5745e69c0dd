/* tests/test_small.c: the small programs in examples/small as a student starts them. */
#include "program.h"

TEST_ARENA(arena);

static const char *const model = "tests/golden/models/cifar_a.th", *const photo =
                                                                       "tests/golden/formats/rgb.png";

/* What a program prints; its exit code has to be this. */
static const char *run(int expected, const char *fmt, ...) {
    char line[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    int code;
    const char *out = shell(&arena, &code, "%s/small/%s 2>&1", programs(), line);
    if (code != expected) fail_msg("%s: exit code %d\n%s", line, code, out);
    return out;
}

static void each_says_how_it_is_started(void **state) {
    (void)state;
    static const char *const names[] = {"classify", "top5", "knn", "by_group", "strip", "bars"};
    for (int64_t i = 0; i < COUNT(names); i++) assert_non_null(strstr(run(2, "%s", names[i]), names[i]));
}

static void classify_prints_the_class_that_top5_has_first(void **state) {
    (void)state;
    const char *one = run(0, "classify %s %s %s", model, photo, photo),
               *five = run(0, "top5 %s %s", model, photo);
    char first[100];
    assert_int_equal(sscanf(five, "%*f %% class %*d %99s", first), 1);
    assert_int_equal(test_times(five, "%"), 5);
    assert_int_equal(test_times(one, photo), 2);
    assert_int_equal(test_times(one, first), 2);
    double sum = 0, p;
    int read = 0;
    for (const char *s = five; sscanf(s, "%lf %%%n", &p, &read) == 1; s = strchr(s, '\n') + 1) sum += p;
    assert_true(sum > 50 && sum <= 100.03); /* the five best of ten */
}

/* A folder of two classes, red and green, of three images each. */
static const char *colours(const char *name) {
    const char *root = test_tmp(name);
    test_mkdir(root);
    vr_image image = vr_image_new(&arena, 32, 32);
    for (int c = 0; c < 2; c++) {
        test_mkdir(vr_arena_printf(&arena, "%s/%s", root, c ? "red" : "green"));
        for (int i = 0; i < 3; i++) {
            for (int64_t k = 0; k < 32 * 32 * 3; k++)
                image.pixels[k] = k % 3 == 1 - c ? 255 : (uint8_t)(9 * i);
            vr_image_save(image, vr_arena_printf(&arena, "%s/%s/%d.png", root, c ? "red" : "green", i),
                          VR_FATAL);
        }
    }
    return root;
}

static void knn_tells_red_from_green(void **state) {
    (void)state;
    const char *train = colours("train"), *test = colours("test");
    assert_non_null(strstr(run(0, "knn %s %s %s", model, train, test), "100.00 % of 6 images right"));
    /* The test folder has one class only, which is another number there. */
    assert_non_null(strstr(run(0, "knn %s %s %s/red/..", model, train, test), "100.00 % of 6 images right"));
    run(0, "strip %s/red/0.png hue %s/green/0.png && rm -r %s/green", test, test, test);
    assert_non_null(strstr(run(0, "knn %s %s %s", model, train, test), "100.00 % of 3 images right"));
    assert_non_null(strstr(run(1, "knn %s %s/red %s", model, train, test), "label -1"));
    assert_non_null(strstr(run(0, "knn %s %s %s/red", model, train, test), "of 0 images"));
}

static void a_strip_is_a_png_of_six_images(void **state) {
    (void)state;
    const char *out = test_tmp("strip.png");
    vr_image in, strip;
    run(0, "strip %s fog %s", photo, out);
    vr_image_load(&arena, &in, photo, NULL, VR_FATAL);
    vr_image_load(&arena, &strip, out, NULL, VR_FATAL);
    assert_int_equal(strip.width, 6 * in.width + 5 * 4);
    assert_int_equal(strip.height, in.height);
    for (int64_t y = 0; y < in.height; y++)
        assert_memory_equal(strip.pixels + y * strip.width * 3, in.pixels + y * in.width * 3, in.width * 3);
    assert_non_null(strstr(run(2, "strip %s fgo %s", photo, out), "fgo"));
}

static void error_ratios_of_groups_become_bars(void **state) {
    (void)state;
    const char *p = test_tmp("p.csv"), *groups = test_tmp("groups.csv"), *plot = test_tmp("bars.svg");
    test_write_text(p, "file_name,correct,region\na,1,Asia\nb,0,Asia\nc,1,Europe\nd,1,Europe\n");
    const char *out = run(0, "by_group %s region %s", p, groups);
    assert_non_null(strstr(out, "Asia"));
    assert_non_null(strstr(out, "2.000"));
    assert_non_null(strstr(test_text(&arena, "%s", groups), "region,images,accuracy,error ratio"));
    run(0, "bars %s region 'error ratio' %s", groups, plot);
    const char *svg = test_text(&arena, "%s", plot);
    assert_non_null(strstr(svg, "Asia"));
    assert_non_null(strstr(svg, "Europe"));
    assert_non_null(strstr(run(1, "bars %s region ratio %s", groups, plot), "ratio"));
}

static void the_readmes_exercise_on_jpeg_has_these_numbers(void **state) {
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    test_skip("10,000 images take minutes under asan");
#endif
    const char *weights = test_data("weights/resnet20-12fca82f.th"), *tar = test_data("cifar10/test.tar"),
               *p = test_tmp("jpeg.csv"), *groups = test_tmp("jpeg_classes.csv");
    run(0, "../evaluate %s %s --quiet --predictions %s", weights, tar, p);
    const char *row = strstr(run(0, "by_group %s label %s", p, groups), "\n2 ");
    double images, accuracy, ratio, low, high;
    assert_non_null(row);
    assert_int_equal(sscanf(row, " 2 %lf %lf %lf [%lf, %lf]", &images, &accuracy, &ratio, &low, &high), 5);
    assert_close(images, 1000, 0);
    assert_close(accuracy, 0.68,
                 0.002); /* another processor's products may move an image or two across a border */
    assert_close(ratio, 1.69, 0.02);
    assert_close(low, 1.55, 0.02);
    assert_close(high, 1.83, 0.02);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_says_how_it_is_started),
        cmocka_unit_test(classify_prints_the_class_that_top5_has_first),
        cmocka_unit_test(knn_tells_red_from_green),
        cmocka_unit_test(a_strip_is_a_png_of_six_images),
        cmocka_unit_test(error_ratios_of_groups_become_bars),
        cmocka_unit_test(the_readmes_exercise_on_jpeg_has_these_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
