/* tests/test_resnet.c: residual networks against PyTorch, and against a real checkpoint. */
#include "golden/model_case.h"
#include "../visrob_impl/format/array_impl.h"

static void every_form_gives_pytorchs_numbers(void **state) {
    (void)state;
    int seen = 0;
    for (int64_t i = 0; i < COUNT(golden_models); i++)
        if (!strstr(golden_models[i].name, "patch")) check_golden(&golden_models[i]), seen++;
    assert_int_equal(seen, 7);
}

static void bits_do_not_depend_on_threads_nor_results_on_the_batch(void **state) {
    (void)state;
    check_threads_and_batches("cifar_a.th", 32);
    check_threads_and_batches("resnet_basic.safetensors", 64);
    check_threads_and_batches("resnext.safetensors", 64);
}

static void a_real_resnet20_gives_pytorchs_logits_on_real_images(void **state) {
    (void)state;
    const char *weights = test_data("weights/resnet20-12fca82f.th");
    const char *pixels = test_data("../golden/cifar10_200_u8.npy"),
               *expected = test_data("../golden/cifar10_200_resnet20_logits.npy");
    vr_arena perm = {0};
    vr_model *model = vr_model_load(&perm, weights, NULL, VR_FATAL);
    assert_string_equal(model->name, "resnet20");
    assert_int_equal(model->classes, 10);
    assert_string_equal(model->labels[3], "cat");
    assert_int_equal(model->preprocess.size, 32);
    assert_int_equal(model->preprocess.resize, 0);
    vr_arrays u8, logits;
    assert_true(vr_arrays_load(&perm, &u8, pixels, VR_FATAL) &&
                vr_arrays_load(&perm, &logits, expected, VR_FATAL));
    vr_tensor x = vr_tensor_4d(&perm, 200, 32, 32, 3), y;
    vrp_array_to_f32(x.data, &u8.items[0]);
    for (int64_t i = 0; i < vr_tensor_count(x); i++)
        x.data[i] = (x.data[i] / 255 - model->preprocess.mean[i % 3]) / model->preprocess.std[i % 3];
    assert_true(vr_array_tensor(&perm, &y, &logits.items[0], VR_FATAL));
    const vr_tensor seen = vr_model_logits(&perm, model, x);
    /* Logits reach 38: 1e-4 is 3e-6 of that, float's own rounding over 20 layers. */
    for (int64_t i = 0; i < 2000; i++) assert_close(seen.data[i], y.data[i], 1e-4);
    vr_arena_free(&perm);
}

static void a_published_name_gives_random_features_that_a_seed_fixes(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t features;
    } all[] = {{"resnet20", 64},
               {"resnet110", 64},
               {"resnet18", 512},
               {"resnet50", 2048},
               {"resnext50_32x4d", 2048}};
    for (int64_t i = 0; i < COUNT(all); i++) {
        vr_arena perm = {0}, step = {0};
        vr_model *a = vr_model_random(&perm, all[i].name, 1, VR_FATAL),
                 *b = vr_model_random(&perm, all[i].name, 1, VR_FATAL);
        vr_model *c = vr_model_random(&perm, all[i].name, 2, VR_FATAL);
        assert_string_equal(a->name, all[i].name);
        assert_int_equal(a->features, all[i].features);
        assert_int_equal(a->classes, 0);
        const vr_tensor x = sine_images(&step, 1, 32, 32);
        const vr_tensor ya = vr_model_features(&step, a, x), yb = vr_model_features(&step, b, x);
        const vr_tensor yc = vr_model_features(&step, c, x);
        assert_memory_equal(ya.data, yb.data, ya.shape[1] * sizeof(float));
        assert_memory_not_equal(ya.data, yc.data, ya.shape[1] * sizeof(float));
        double squares = 0;
        for (int64_t k = 0; k < ya.shape[1]; k++) squares += (double)ya.data[k] * ya.data[k];
        squares /= (double)ya.shape[1];
        if (!(squares > 1e-3 && squares < 1e3))
            fail_msg("%s: features of mean square %g", all[i].name, squares);
        vr_arena_free(&step);
        vr_arena_free(&perm);
    }
    vr_err err = {0};
    vr_arena perm = {0};
    assert_null(vr_model_random(&perm, "resnet19", 1, &err));
    assert_int_equal(err.code, VR_ERR_ARGUMENT);
    assert_message(err, "resnet19");
    assert_int_equal(perm.used, 0);
    vr_arena_free(&perm);
}

static void a_step_needs_a_few_maps_and_gives_them_back(void **state) {
    (void)state;
    vr_arena perm = {0}, step = {0};
    const vr_model *model = vr_model_random(&perm, "resnet50", 1, VR_FATAL);
    const vr_tensor x = sine_images(&perm, 1, 224, 224);
    const vr_tensor y = vr_model_features(&step, model, x);
    assert_true(step.used - 2048 * 4 < 256);
    /* In and out of a block, 3.2 MB each, inside it and its shortcut as much again; packed rows of the products. */
    if (!(step.peak < 48e6)) fail_msg("the peak is %.1f MB", (double)step.peak / 1e6);
    assert_int_equal(y.shape[1], 2048);
    vr_arena_free(&step);
    vr_arena_free(&perm);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_gives_pytorchs_numbers),
        cmocka_unit_test(bits_do_not_depend_on_threads_nor_results_on_the_batch),
        cmocka_unit_test(a_real_resnet20_gives_pytorchs_logits_on_real_images),
        cmocka_unit_test(a_published_name_gives_random_features_that_a_seed_fixes),
        cmocka_unit_test(a_step_needs_a_few_maps_and_gives_them_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
