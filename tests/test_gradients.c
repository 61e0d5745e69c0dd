/* tests/test_gradients.c: the backward functions of nn/kernels against PyTorch's autograd (golden/make_gradients.py), against
 * finite differences for shapes of their own, and for what all of them promise: they add, and they leave out what is not
 * wanted. */
#include "test.h"
#include "golden/gradients.inc"

TEST_ARENA(arena);

/* Element i is scale * sin(0.7 i + seed), as in the script. */
static vr_tensor formula(double seed, double scale, int ndim, int64_t a, int64_t b, int64_t c, int64_t d) {
    const int64_t shape[4] = {a, b, c, d};
    vr_tensor x = vr_tensor_raw(&arena, ndim, shape);
    for (int64_t i = 0; i < vr_tensor_count(x); i++) x.data[i] = (float)(scale * sin(0.7 * (double)i + seed));
    return x;
}

static vr_tensor images(void) { return formula(1, 1, 4, 2, 6, 5, 4); }
static vr_tensor rows(void) { return formula(2, 3, 2, 3, 8, 0, 0); }

/* A gradient that holds ones already, to see that functions add to it. */
static vr_tensor ones(vr_tensor of) {
    vr_tensor d = vr_tensor_copy(&arena, of);
    for (int64_t i = 0; i < vr_tensor_count(d); i++) d.data[i] = 1;
    return d;
}

static void assert_golden(vr_tensor d, const float *golden, size_t bytes, double ones_added) {
    assert_int_equal(vr_tensor_count(d), bytes / sizeof(float));
    for (int64_t i = 0; i < vr_tensor_count(d); i++)
        assert_close(d.data[i] - ones_added, golden[i], 3e-6 + 3e-6 * fabs(golden[i]));
}
#define assert_gradient(d, name) assert_golden(d, golden_##name, sizeof golden_##name, 1)

static void linear_and_convolution_agree_with_autograd(void **state) {
    (void)state;
    vr_tensor x = rows(), w = formula(4, 1, 2, 5, 8, 0, 0), b = formula(5, 1, 1, 5, 0, 0, 0);
    vr_tensor dx = ones(x), dw = ones(w), db = ones(b);
    vr_linear_backward(dx, dw, db, formula(9, 1, 2, 3, 5, 0, 0), x, w);
    assert_gradient(dx, linear_dx), assert_gradient(dw, linear_dw), assert_gradient(db, linear_db);
    x = images(), w = formula(4, 1, 4, 6, 4, 3, 3), b = formula(5, 1, 1, 6, 0, 0, 0);
    dx = ones(x), dw = ones(w), db = ones(b);
    vr_conv2d_backward(dx, dw, db, formula(9, 1, 4, 2, 3, 3, 6), x, w, (vr_conv_opts){.stride = 2, .pad = 1});
    assert_gradient(dx, conv_dx), assert_gradient(dw, conv_dw), assert_gradient(db, conv_db);
    w = formula(4, 1, 4, 4, 2, 2, 3);
    dx = ones(x), dw = ones(w);
    vr_conv2d_backward(dx, dw, (vr_tensor){0}, formula(9, 1, 4, 2, 8, 5, 4), x, w,
                       (vr_conv_opts){.pad = 2, .dilation = 2, .groups = 2});
    assert_gradient(dx, conv_groups_dx), assert_gradient(dw, conv_groups_dw);
}

static void norms_agree_with_autograd(void **state) {
    (void)state;
    vr_tensor x = rows(), w = formula(4, 1, 1, 8, 0, 0, 0), b = formula(5, 1, 1, 8, 0, 0, 0),
              y = vr_tensor_2d(&arena, 3, 8), mean = vr_tensor_1d(&arena, 3), rstd = vr_tensor_1d(&arena, 3);
    vr_layernorm_forward(y, mean, rstd, x, w, b, 1e-5f);
    vr_tensor dx = ones(x), dw = ones(w), db = ones(b);
    vr_layernorm_backward(dx, dw, db, formula(9, 1, 2, 3, 8, 0, 0), x, w, mean, rstd);
    assert_gradient(dx, layernorm_dx), assert_gradient(dw, layernorm_dw), assert_gradient(db, layernorm_db);
    x = images(), w = formula(6, 1, 1, 4, 0, 0, 0), b = formula(7, 1, 1, 4, 0, 0, 0);
    y = vr_tensor_4d(&arena, 2, 6, 5, 4), mean = vr_tensor_1d(&arena, 4), rstd = vr_tensor_1d(&arena, 4);
    vr_batchnorm_train_forward(y, mean, rstd, x, w, b, 1e-5f);
    assert_golden(y, golden_batchnorm_y, sizeof golden_batchnorm_y, 0);
    dx = ones(x), dw = ones(w), db = ones(b);
    vr_batchnorm_train_backward(dx, dw, db, formula(9, 1, 4, 2, 6, 5, 4), x, w, mean, rstd);
    assert_gradient(dx, batchnorm_dx), assert_gradient(dw, batchnorm_dw), assert_gradient(db, batchnorm_db);
}

static void softmax_and_cross_entropy_agree_with_autograd(void **state) {
    (void)state;
    vr_tensor x = rows(), y = vr_tensor_2d(&arena, 3, 8), dx = ones(x);
    vr_softmax_forward(y, x);
    vr_softmax_backward(dx, formula(9, 1, 2, 3, 8, 0, 0), y);
    assert_gradient(dx, softmax_dx);
    vr_tensor t = formula(3, 1, 2, 3, 8, 0, 0), loss = vr_tensor_1d(&arena, 3);
    vr_softmax_forward(t, t);
    vr_cross_entropy_forward(loss, x, t);
    assert_golden(loss, golden_cross_entropy_y, sizeof golden_cross_entropy_y, 0);
    dx = ones(x);
    vr_cross_entropy_backward(dx, formula(9, 1, 1, 3, 0, 0, 0), x, t);
    assert_gradient(dx, cross_entropy_dx);
}

static void a_class_that_is_not_meant_may_have_an_infinite_logit(void **state) {
    (void)state;
    vr_tensor x = vr_tensor_2d(&arena, 1, 3), t = vr_tensor_2d(&arena, 1, 3), loss = vr_tensor_1d(&arena, 1);
    x.data[0] = 1000, x.data[1] = 999, x.data[2] = -INFINITY, t.data[0] = 1;
    vr_cross_entropy_forward(loss, x, t);
    assert_close(loss.data[0], log1p(exp(-1)), 1e-6);
    vr_tensor dx = vr_tensor_2d(&arena, 1, 3), one = vr_tensor_1d(&arena, 1);
    one.data[0] = 1;
    vr_cross_entropy_backward(dx, one, x, t);
    assert_close(dx.data[1], 1 / (1 + exp(1)), 1e-6);
    assert_close(dx.data[2], 0, 0);
}

static void attention_and_pooling_agree_with_autograd(void **state) {
    (void)state;
    vr_tensor qkv = formula(3, 1, 3, 2, 5, 18, 0), dqkv = ones(qkv);
    vr_attention_backward(dqkv, formula(9, 1, 3, 2, 5, 6, 0), qkv, 2);
    assert_gradient(dqkv, attention_dx);
    vr_tensor x = images(), dx = ones(x), dy = formula(9, 1, 4, 2, 3, 3, 4);
    vr_maxpool2d_backward(dx, dy, x, 3, 2, 1);
    assert_gradient(dx, maxpool_dx);
    dx = ones(x);
    vr_avgpool2d_backward(dx, dy, 3, 2, 1);
    assert_gradient(dx, avgpool_dx);
    dx = ones(x);
    vr_global_avgpool_backward(dx, formula(9, 1, 2, 2, 4, 0, 0));
    assert_gradient(dx, global_avgpool_dx);
}

static void activations_agree_with_autograd(void **state) {
    (void)state;
    const struct {
        vr_act act;
        const float *golden;
    } cases[] = {{VR_ACT_RELU, golden_relu_dx},
                 {VR_ACT_GELU, golden_gelu_dx},
                 {VR_ACT_GELU_TANH, golden_gelu_tanh_dx},
                 {VR_ACT_QUICK_GELU, golden_quick_gelu_dx},
                 {VR_ACT_SILU, golden_silu_dx}};
    for (int i = 0; i < 5; i++) {
        vr_tensor dx = ones(rows());
        vr_act_backward(dx, formula(9, 1, 2, 3, 8, 0, 0), rows(), cases[i].act);
        assert_golden(dx, cases[i].golden, 24 * sizeof(float), 1);
    }
    vr_tensor dx = ones(rows());
    vr_act_backward(dx, formula(9, 1, 2, 3, 8, 0, 0), rows(), VR_ACT_NONE);
    assert_close(dx.data[5], 1 + sin(0.7 * 5 + 9), 1e-6);
}

/* ---- finite differences: the loss is sum dy y ---- */

static struct {
    vr_tensor x, w, b, y, dy;
    vr_conv_opts conv;
    int64_t heads;
} c;

static double loss_of(void (*forward)(void)) {
    double sum = 0;
    forward();
    for (int64_t i = 0; i < vr_tensor_count(c.y); i++) sum += (double)c.y.data[i] * c.dy.data[i];
    return sum;
}

/* d is the gradient of x. The step is large, as losses are sums of floats: their rounding over the step is some 1e-5. */
static void assert_slopes(vr_tensor d, vr_tensor x, void (*forward)(void)) {
    for (int64_t i = 0; i < vr_tensor_count(x); i++) {
        const float at = x.data[i], h = 1.f / 64;
        x.data[i] = at + h;
        const double up = loss_of(forward);
        x.data[i] = at - h;
        const double down = loss_of(forward);
        x.data[i] = at;
        assert_close(d.data[i], (up - down) / (2 * (double)h), 2e-3 * (1 + fabs((double)d.data[i])));
    }
}

static void conv_forward(void) { vr_conv2d_forward(c.y, c.x, c.w, c.b, c.conv); }
static void attention_forward(void) { vr_attention_forward(c.y, c.x, c.heads); }
static void batchnorm_forward(void) {
    vr_batchnorm_train_forward(c.y, vr_tensor_1d(&arena, 3), vr_tensor_1d(&arena, 3), c.x, c.w, c.b, 1e-3f);
}

static void gradients_are_the_slopes_of_the_loss(void **state) {
    (void)state;
    static const vr_conv_opts geometries[] = {{.stride = 1, .pad = 1},
                                              {.stride = 3, .pad = 2, .dilation = 2},
                                              {.stride = 2, .groups = 3, .pad = 1},
                                              {.groups = 6, .dilation = 3, .pad = 3}};
    for (int g = 0; g < 4; g++) {
        c.conv = geometries[g];
        const int64_t groups = c.conv.groups ? c.conv.groups : 1, OH = vr_conv_out_size(7, 3, c.conv),
                      OW = vr_conv_out_size(6, 2, c.conv);
        c.x = formula(1, 1, 4, 2, 7, 6, 6), c.w = formula(2, 1, 4, 6, 6 / groups, 3, 2);
        c.b = formula(3, 1, 1, 6, 0, 0, 0), c.dy = formula(9, 1, 4, 2, OH, OW, 6);
        c.y = vr_tensor_4d(&arena, 2, OH, OW, 6);
        vr_tensor dx = vr_tensor_4d(&arena, 2, 7, 6, 6), dw = vr_tensor_4d(&arena, 6, 6 / groups, 3, 2),
                  db = vr_tensor_1d(&arena, 6);
        vr_conv2d_backward(dx, dw, db, c.dy, c.x, c.w, c.conv);
        assert_slopes(dx, c.x, conv_forward), assert_slopes(dw, c.w, conv_forward);
        assert_slopes(db, c.b, conv_forward);
    }
    c.heads = 3, c.x = formula(1, 1, 3, 2, 4, 27, 0), c.y = vr_tensor_3d(&arena, 2, 4, 9);
    c.dy = formula(9, 1, 3, 2, 4, 9, 0);
    vr_tensor dqkv = vr_tensor_3d(&arena, 2, 4, 27);
    vr_attention_backward(dqkv, c.dy, c.x, 3);
    assert_slopes(dqkv, c.x, attention_forward);
    c.x = formula(1, 2, 4, 3, 2, 2, 3), c.w = formula(2, 1, 1, 3, 0, 0, 0),
    c.b = formula(3, 1, 1, 3, 0, 0, 0);
    c.y = vr_tensor_4d(&arena, 3, 2, 2, 3), c.dy = formula(9, 1, 4, 3, 2, 2, 3);
    vr_tensor mean = vr_tensor_1d(&arena, 3), rstd = vr_tensor_1d(&arena, 3),
              dx = vr_tensor_4d(&arena, 3, 2, 2, 3), dw = vr_tensor_1d(&arena, 3),
              db = vr_tensor_1d(&arena, 3);
    vr_batchnorm_train_forward(c.y, mean, rstd, c.x, c.w, c.b, 1e-3f);
    vr_batchnorm_train_backward(dx, dw, db, c.dy, c.x, c.w, mean, rstd);
    assert_slopes(dx, c.x, batchnorm_forward), assert_slopes(dw, c.w, batchnorm_forward);
    assert_slopes(db, c.b, batchnorm_forward);
}

static void the_bits_do_not_depend_on_the_number_of_threads(void **state) {
    (void)state;
    vr_tensor x = formula(1, 1, 4, 2, 12, 10, 12), w = formula(2, 1, 4, 12, 12, 3, 3),
              dy = formula(9, 1, 4, 2, 12, 10, 12), gamma = formula(3, 1, 1, 12, 0, 0, 0),
              mean = vr_tensor_1d(&arena, 12), rstd = vr_tensor_1d(&arena, 12),
              y = vr_tensor_4d(&arena, 2, 12, 10, 12), first[4];
    for (int threads = 1; threads <= 3; threads++) {
        vr_tensor d[4];
        for (int k = 0; k < 4; k++)
            d[k] = k == 1 ? vr_tensor_4d(&arena, 12, 12, 3, 3) : vr_tensor_4d(&arena, 2, 12, 10, 12);
        vr_threads_set(threads);
        vr_conv2d_backward(d[0], d[1], (vr_tensor){0}, dy, x, w, (vr_conv_opts){.pad = 1});
        vr_batchnorm_train_forward(y, mean, rstd, x, gamma, gamma, 1e-5f);
        vr_batchnorm_train_backward(d[2], (vr_tensor){0}, (vr_tensor){0}, dy, x, gamma, mean, rstd);
        vr_maxpool2d_backward(d[3], dy, x, 3, 1, 1);
        for (int k = 0; k < 4; k++) {
            if (threads == 1) first[k] = d[k];
            assert_memory_equal(d[k].data, first[k].data, (size_t)vr_tensor_count(d[k]) * sizeof(float));
        }
    }
    vr_threads_set(0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_and_convolution_agree_with_autograd),
        cmocka_unit_test(norms_agree_with_autograd),
        cmocka_unit_test(softmax_and_cross_entropy_agree_with_autograd),
        cmocka_unit_test(a_class_that_is_not_meant_may_have_an_infinite_logit),
        cmocka_unit_test(attention_and_pooling_agree_with_autograd),
        cmocka_unit_test(activations_agree_with_autograd),
        cmocka_unit_test(gradients_are_the_slopes_of_the_loss),
        cmocka_unit_test(the_bits_do_not_depend_on_the_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
