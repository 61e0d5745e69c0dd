/* tests/test_vit.c: vision transformers of every dialect against PyTorch, at their own and at other image sizes. */
#include "golden/model_case.h"
#include "visrob_impl/model/vit_impl.h"

static void every_dialect_gives_pytorchs_numbers(void **state) {
    (void)state;
    int seen = 0;
    for (int64_t i = 0; i < COUNT(golden_models); i++)
        if (strstr(golden_models[i].name, "patch")) check_golden(&golden_models[i]), seen++;
    assert_int_equal(seen, 17);
}

static void bits_do_not_depend_on_threads_nor_results_on_the_batch(void **state) {
    (void)state;
    check_threads_and_batches("vit_timm.safetensors", 24);
    check_threads_and_batches("deit_distilled.pth", 24);
    check_threads_and_batches("dinov2_giant_reg.safetensors", 32);
    check_threads_and_batches("vit_gap.safetensors", 24);
}

static void the_preprocessing_follows_the_dialect(void **state) {
    (void)state;
    static const struct {
        const char *file;
        int64_t image_size, size, resize;
        vr_filter filter;
        float mean;
    } all[] = {
        {"vit_timm.safetensors", 0, 24, 26, VR_FILTER_BICUBIC, 0.5f},
        {"vit_timm.safetensors", 224, 224, 248, VR_FILTER_BICUBIC, 0.5f},
        {"vit_timm.safetensors", 384, 384, 384, VR_FILTER_BICUBIC, 0.5f},
        {"vit_torchvision.safetensors", 224, 224, 256, VR_FILTER_BILINEAR, 0.485f},
        {"deit_distilled.pth", 224, 224, 256, VR_FILTER_BICUBIC, 0.485f},
        {"dinov2.safetensors", 0, 224, 256, VR_FILTER_BICUBIC, 0.485f},
        {"vit_clip.safetensors", 224, 224, 248, VR_FILTER_BICUBIC, 0.48145466f},
    };
    for (int64_t i = 0; i < COUNT(all); i++) {
        vr_arena perm = {0};
        const vr_model_opts opts = {.heads = 2, .image_size = all[i].image_size};
        const vr_model *model = vr_model_load(&perm, model_path(all[i].file), &opts, VR_FATAL);
        assert_int_equal(model->preprocess.size, all[i].size);
        assert_int_equal(model->preprocess.resize, all[i].resize);
        assert_int_equal(model->preprocess.filter, all[i].filter);
        assert_close(model->preprocess.mean[0], all[i].mean, 0);
        vr_arena_free(&perm);
    }
}

static void normalization_has_names_or_six_numbers(void **state) {
    (void)state;
    float mean[3], std[3];
    assert_true(vr_model_normalization(mean, std, "half", VR_FATAL));
    assert_true(mean[0] == 0.5f && mean[2] == 0.5f && std[0] == 0.5f);
    assert_true(vr_model_normalization(mean, std, "imagenet", VR_FATAL));
    assert_true(mean[1] == 0.456f && std[2] == 0.225f);
    assert_true(vr_model_normalization(mean, std, "0,.1,-2,1,2e0,3", VR_FATAL));
    assert_true(mean[0] == 0 && mean[1] == 0.1f && mean[2] == -2 && std[0] == 1 && std[1] == 2 &&
                std[2] == 3);
    static const char *const wrong[] = {"",
                                        "Half",
                                        "1,2,3",
                                        "1,2,3,4,5",
                                        "1,2,3,4,5,6,",
                                        "1,2,3,4,5,6,7",
                                        "1,2,3,0,1,1",
                                        "1,2,3,-1,1,1",
                                        "nan,0,0,1,1,1",
                                        "0,0,0,inf,1,1",
                                        "0,0,0,1,1,x",
                                        ",,,,,",
                                        "0, 0,0,1,1,1"};
    for (int64_t i = 0; i < COUNT(wrong); i++) {
        vr_err err = {0};
        if (vr_model_normalization(mean, std, wrong[i], &err)) fail_msg("'%s' is accepted", wrong[i]);
        assert_int_equal(err.code, VR_ERR_USAGE);
        assert_true(mean[1] == 0.1f && std[2] == 3);
    }
    vr_arena perm = {0};
    vr_model_opts opts = {.heads = 2};
    assert_true(vr_model_normalization(opts.mean, opts.std, "none", VR_FATAL));
    const vr_model *model = vr_model_load(&perm, model_path("vit_timm.safetensors"), &opts, VR_FATAL);
    assert_true(model->preprocess.mean[0] == 0 && model->preprocess.std[0] == 1);
    vr_arena_free(&perm);
}

static void positions_resized_at_load_are_those_resized_for_a_batch(void **state) {
    (void)state;
    vr_arena perm = {0};
    const vr_model_opts small = {.heads = 2}, large = {.heads = 2, .image_size = 40};
    const vr_model *a = vr_model_load(&perm, model_path("dino.pth"), &small, VR_FATAL);
    const vr_model *b = vr_model_load(&perm, model_path("dino.pth"), &large, VR_FATAL);
    const vr_tensor x = sine_images(&perm, 1, 40, 40), y = vr_model_features(&perm, a, x),
                    z = vr_model_features(&perm, b, x);
    assert_memory_equal(y.data, z.data, 16 * sizeof(float));
    vr_arena_free(&perm);
}

static void resizing_positions_keeps_a_constant_and_the_aligned_corners(void **state) {
    (void)state;
    vr_arena a = {0};
    static const vrp_position_rule rules[] = {
        {.antialias = true}, {.align_corners = true}, {.offset = 0.1f}, {0}};
    for (int r = 0; r < 4; r++)
        for (int64_t n = 1; n < 12; n++) {
            vr_tensor x = vr_tensor_3d(&a, 5, 5, 2), y = vr_tensor_3d(&a, n, 12 - n, 2);
            for (int64_t i = 0; i < 50; i++) x.data[i] = i % 2 ? 3 : (float)i;
            const int64_t used = a.used;
            vrp_position_resize(y, x, rules[r], &a);
            assert_int_equal(a.used, used);
            for (int64_t i = 1; i < vr_tensor_count(y); i += 2)
                assert_close(y.data[i], 3, 1e-5); /* weights sum to 1 */
            if (rules[r].align_corners && n > 1 && n < 11) {
                assert_close(y.data[0], 0, 1e-5);
                assert_close(y.data[vr_tensor_count(y) - 2], 48, 1e-5);
            }
        }
    vr_arena_free(&a);
}

static void impossible_heads_and_image_sizes_are_named(void **state) {
    (void)state;
    static const struct {
        vr_model_opts opts;
        const char *message;
    } all[] = {{{0}, "set the option heads"},
               {{.heads = 3}, "does not divide into 3 heads"},
               {{.heads = 2, .image_size = 30}, "the image size 30 is not a multiple of the patch size"}};
    for (int64_t i = 0; i < COUNT(all); i++) {
        vr_arena perm = {0};
        vr_err err = {0};
        assert_null(vr_model_load(&perm, model_path("vit_timm.safetensors"), &all[i].opts, &err));
        assert_int_equal(err.code, VR_ERR_ARGUMENT);
        assert_message(err, all[i].message);
        assert_int_equal(perm.used, 0);
        vr_arena_free(&perm);
    }
}

static void a_published_name_gives_random_features(void **state) {
    (void)state;
    static const struct {
        const char *name, *read;
        int64_t features, side;
    } all[] = {{"vit_tiny_patch16_224", "vit_tiny_patch16_224", 192, 224},
               {"vit_small_patch14_dinov2", "vit_small_patch14_dinov2", 384, 28},
               {"vit_small_patch14_reg4_dinov2", "vit_small_patch14_reg4_dinov2", 384, 28}};
    for (int64_t i = 0; i < COUNT(all); i++) {
        vr_arena perm = {0};
        const vr_model *m = vr_model_random(&perm, all[i].name, 1, VR_FATAL);
        assert_string_equal(m->name, all[i].read);
        assert_int_equal(m->features, all[i].features);
        const vr_tensor y = vr_model_features(&perm, m, sine_images(&perm, 2, all[i].side, all[i].side));
        assert_int_equal(vr_tensor_find_nonfinite(y), -1);
        double squares = 0; /* after a layer norm */
        for (int64_t k = 0; k < y.shape[1]; k++) squares += (double)y.data[k] * y.data[k];
        assert_close(squares / (double)y.shape[1], 1, 1e-3);
        vr_arena_free(&perm);
    }
    static const char *const none[] = {"vit_base_patch16",      "vit_base_patch16_225",
                                       "vit_vast_patch16_224",  "vit_base_patch0_224",
                                       "vit_base_patch16_224x", "vit_base_patch16_reg4_224"};
    for (int64_t i = 0; i < COUNT(none); i++) {
        vr_arena perm = {0};
        vr_err err = {0};
        assert_null(vr_model_random(&perm, none[i], 1, &err));
        assert_int_equal(err.code, VR_ERR_ARGUMENT);
        vr_arena_free(&perm);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dialect_gives_pytorchs_numbers),
        cmocka_unit_test(bits_do_not_depend_on_threads_nor_results_on_the_batch),
        cmocka_unit_test(the_preprocessing_follows_the_dialect),
        cmocka_unit_test(normalization_has_names_or_six_numbers),
        cmocka_unit_test(positions_resized_at_load_are_those_resized_for_a_batch),
        cmocka_unit_test(resizing_positions_keeps_a_constant_and_the_aligned_corners),
        cmocka_unit_test(impossible_heads_and_image_sizes_are_named),
        cmocka_unit_test(a_published_name_gives_random_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
