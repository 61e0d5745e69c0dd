/* tests/test_kernels.c: the readable layers against PyTorch's values (golden/make_kernels.py) and by hand. */
#include "test.h"
#include "golden/kernels.inc"

TEST_ARENA(arena);

/* Element i is sin(0.7 i + seed), as in the script. */
static vr_tensor formula(double seed, int ndim, int64_t a, int64_t b, int64_t c, int64_t d) {
    const int64_t shape[4] = {a, b, c, d};
    vr_tensor x = vr_tensor_raw(&arena, ndim, shape);
    for (int64_t i = 0; i < vr_tensor_count(x); i++) x.data[i] = (float)sin(0.7 * (double)i + seed);
    return x;
}

static void assert_golden(vr_tensor y, const float *golden, size_t bytes) {
    assert_int_equal(vr_tensor_count(y), bytes / sizeof(float));
    for (int64_t i = 0; i < vr_tensor_count(y); i++)
        assert_close(y.data[i], golden[i], 2e-6 + 2e-6 * fabs(golden[i]));
}
#define assert_is_golden(y, name) assert_golden(y, golden_##name, sizeof golden_##name)

static vr_tensor images(void) { return formula(1, 4, 2, 6, 5, 4); }
static vr_tensor rows(void) {
    vr_tensor x = formula(2, 2, 3, 8, 0, 0);
    for (int i = 0; i < 24; i++) x.data[i] *= 3;
    return x;
}

static void linear_and_convolution_agree_with_pytorch(void **state) {
    (void)state;
    vr_tensor none = {0}, y = vr_tensor_2d(&arena, 3, 5);
    vr_linear_forward(y, rows(), formula(4, 2, 5, 8, 0, 0), formula(5, 1, 5, 0, 0, 0));
    assert_is_golden(y, linear);
    y = vr_tensor_4d(&arena, 2, 3, 3, 6);
    vr_conv2d_forward(y, images(), formula(4, 4, 6, 4, 3, 3), formula(5, 1, 6, 0, 0, 0),
                      (vr_conv_opts){.stride = 2, .pad = 1});
    assert_is_golden(y, conv);
    y = vr_tensor_4d(&arena, 2, 8, 5, 4);
    vr_conv2d_forward(y, images(), formula(4, 4, 4, 2, 2, 3), none,
                      (vr_conv_opts){.pad = 2, .dilation = 2, .groups = 2});
    assert_is_golden(y, conv_groups);
}

static void norms_and_softmax_agree_with_pytorch(void **state) {
    (void)state;
    vr_tensor y = vr_tensor_2d(&arena, 3, 8), mean = vr_tensor_1d(&arena, 3), rstd = vr_tensor_1d(&arena, 3);
    vr_layernorm_forward(y, mean, rstd, rows(), formula(4, 1, 8, 0, 0, 0), formula(5, 1, 8, 0, 0, 0), 1e-5f);
    assert_is_golden(y, layernorm);
    double sum = 0;
    for (int c = 0; c < 8; c++) sum += rows().data[8 + c];
    assert_close(mean.data[1], sum / 8, 1e-6);
    y = rows();
    vr_softmax_forward(y, y); /* in place */
    assert_is_golden(y, softmax);
    vr_tensor var = formula(5, 1, 4, 0, 0, 0), x = images();
    for (int c = 0; c < 4; c++) var.data[c] = var.data[c] * var.data[c] + 0.5f;
    vr_batchnorm_forward(x, x, formula(4, 1, 4, 0, 0, 0), var, formula(6, 1, 4, 0, 0, 0),
                         formula(7, 1, 4, 0, 0, 0), 1e-5f);
    assert_is_golden(x, batchnorm);
}

static void attention_and_pooling_agree_with_pytorch(void **state) {
    (void)state;
    vr_tensor y = vr_tensor_3d(&arena, 2, 5, 6), qkv = formula(3, 3, 2, 5, 18, 0);
    vr_attention_forward(y, qkv, 2);
    assert_is_golden(y, attention);
    vr_attention_apply(y, qkv, 2, &arena);
    assert_is_golden(y, attention);
    y = vr_tensor_4d(&arena, 2, 3, 3, 4);
    vr_maxpool2d_forward(y, images(), 3, 2, 1);
    assert_is_golden(y, maxpool);
    vr_avgpool2d_forward(y, images(), 3, 2, 1);
    assert_is_golden(y, avgpool);
    y = vr_tensor_2d(&arena, 2, 4);
    vr_global_avgpool_forward(y, images());
    assert_is_golden(y, global_avgpool);
}

static void activations_agree_with_pytorch(void **state) {
    (void)state;
    const struct {
        vr_act act;
        const float *golden;
    } cases[] = {{VR_ACT_RELU, golden_relu},
                 {VR_ACT_GELU, golden_gelu},
                 {VR_ACT_GELU_TANH, golden_gelu_tanh},
                 {VR_ACT_QUICK_GELU, golden_quick_gelu},
                 {VR_ACT_SILU, golden_silu}};
    for (int i = 0; i < 5; i++) {
        vr_tensor y = rows();
        vr_act_forward(y, y, cases[i].act);
        assert_golden(y, cases[i].golden, 24 * sizeof(float));
    }
}

static void the_fast_activations_stay_close_over_the_whole_range_and_keep_nan(void **state) {
    (void)state;
    enum { N = 4001 };
    vr_tensor x = vr_tensor_2d(&arena, N, 1), one = vr_tensor_2d(&arena, 1, 1),
              y = vr_tensor_2d(&arena, N, 1);
    for (int i = 0; i < N; i++) x.data[i] = (float)(i - N / 2) * 0.05f; /* -100 .. 100 */
    one.data[0] = 1;
    vr_linear same = vr_linear_pack(&arena, one, (vr_tensor){0});
    for (int act = VR_ACT_RELU; act <= VR_ACT_SILU; act++) {
        vr_tensor want = vr_tensor_2d(&arena, N, 1);
        vr_act_forward(want, x, (vr_act)act);
        vr_linear_apply(y, x, &same, (vr_act)act, (vr_tensor){0}, &arena);
        for (int i = 0; i < N; i++) assert_close(y.data[i], want.data[i], 1e-6 + 5e-7 * fabs(want.data[i]));
        vr_tensor nan = vr_tensor_2d(&arena, 1, 1), out = vr_tensor_2d(&arena, 1, 1);
        nan.data[0] = NAN;
        vr_linear_apply(out, nan, &same, (vr_act)act, (vr_tensor){0}, &arena);
        assert_true(isnan(out.data[0]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_and_convolution_agree_with_pytorch),
        cmocka_unit_test(norms_and_softmax_agree_with_pytorch),
        cmocka_unit_test(attention_and_pooling_agree_with_pytorch),
        cmocka_unit_test(activations_agree_with_pytorch),
        cmocka_unit_test(the_fast_activations_stay_close_over_the_whole_range_and_keep_nan),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
