/* tests/test_packed.c: the fast layers against the readable ones, and against their own thread counts. */
#include "test.h"
#include "visrob_impl/nn/winograd_impl.h"

TEST_ARENA(arena);

static vr_tensor random_tensor(uint64_t seed, int64_t n, int64_t h, int64_t w, int64_t c) {
    vr_tensor x = vr_tensor_4d(&arena, n, h, w, c);
    vr_rng_normal_fill(x.data, vr_tensor_count(x), vr_rng_init(seed), 0);
    return x;
}
static vr_tensor random_matrix(uint64_t seed, int64_t n, int64_t c) {
    return vr_tensor_rows(random_tensor(seed, 1, 1, n, c));
}
static vr_tensor random_vector(uint64_t seed, int64_t n) {
    return vr_tensor_row(random_matrix(seed, 1, n), 0);
}

/* Both are sums of `terms` products of standard normals in another order. */
static void assert_same(vr_tensor y, vr_tensor expected, int64_t terms) {
    for (int64_t i = 0; i < vr_tensor_count(y); i++)
        assert_close(y.data[i], expected.data[i], 4e-6 * sqrt((double)terms) + 1e-6 * fabs(expected.data[i]));
}

/* The largest difference, as a share of the output's root mean square. */
static double relative_error(vr_tensor y, vr_tensor want) {
    double worst = 0, squares = 0;
    for (int64_t i = 0; i < vr_tensor_count(y); i++) {
        const double d = fabs((double)y.data[i] - want.data[i]);
        if (!(d <= worst)) worst = d; /* a NaN sticks */
        squares += (double)want.data[i] * want.data[i];
    }
    return worst / sqrt(squares / (double)vr_tensor_count(y));
}

static void a_linear_layer_agrees_with_the_reference_for_every_activation(void **state) {
    (void)state;
    static const int64_t sizes[][3] = {{1, 10, 64}, {7, 33, 5}, {197, 96, 48}, {700, 31, 20}};
    for (int s = 0; s < 4; s++)
        for (int act = VR_ACT_NONE; act <= VR_ACT_SILU; act++)
            for (int with = 0; with < 2; with++) {
                const int64_t N = sizes[s][0], O = sizes[s][1], K = sizes[s][2];
                vr_tensor x = random_matrix(1, N, K), w = random_matrix(2, O, K), b = random_vector(3, O);
                vr_tensor y = random_matrix(4, N, O), want = vr_tensor_2d(&arena, N, O);
                vr_linear layer = vr_linear_pack(&arena, w, with ? b : (vr_tensor){0});
                vr_linear_forward(want, x, w, with ? b : (vr_tensor){0});
                vr_act_forward(want, want, (vr_act)act);
                if (with)
                    for (int64_t i = 0; i < N * O; i++) want.data[i] += y.data[i];
                int64_t used = arena.used;
                vr_linear_apply(y, x, &layer, (vr_act)act, with ? y : (vr_tensor){0}, &arena); /* in place */
                assert_int_equal(arena.used, used);
                assert_same(y, want, K);
                vr_arena_reset(&arena);
            }
}

typedef struct {
    int64_t n, h, w, c, o, kh, kw, stride, pad, groups, dilation;
} conv_case;
static const conv_case convs[] = {
    {1, 9, 7, 5, 6, 3, 3, 1, 1, 1, 1},       {2, 8, 8, 16, 33, 1, 1, 1, 0, 1, 1},
    {2, 9, 8, 16, 20, 1, 1, 2, 0, 1, 1},     {1, 30, 31, 3, 8, 7, 7, 2, 3, 1, 1},
    {1, 12, 12, 8, 12, 3, 3, 2, 1, 4, 1},    {2, 6, 7, 9, 9, 3, 3, 1, 1, 9, 1},
    {1, 11, 11, 4, 4, 3, 1, 1, 2, 1, 2},     {3, 16, 16, 3, 24, 4, 4, 4, 0, 1, 1},
    {1, 5, 5, 6, 6, 3, 3, 2, 2, 6, 2},       {1, 1, 1, 3, 2, 3, 3, 1, 1, 1, 1},
    {1, 32, 32, 6, 4, 3, 3, 1, 1, 2, 1},     {2, 13, 14, 24, 40, 3, 3, 1, 1, 1, 1},
    {1, 8, 9, 130, 20, 3, 3, 1, 0, 1, 1},    {2, 9, 9, 32, 32, 3, 3, 1, 2, 1, 2},
    {5, 15, 16, 130, 100, 3, 3, 1, 1, 1, 1}, {3, 2, 2, 150, 140, 3, 3, 1, 1, 1, 1},
    {1, 7, 7, 600, 70, 1, 1, 1, 0, 1, 1},    {1, 15, 29, 32, 32, 3, 3, 1, 1, 8, 1},
    {2, 9, 30, 24, 24, 3, 3, 2, 1, 3, 1},    {1, 20, 16, 20, 20, 5, 3, 3, 2, 5, 2},
    {1, 19, 14, 70, 70, 3, 3, 1, 1, 70, 1},  {2, 5, 31, 12, 12, 3, 3, 2, 3, 6, 1},
    {1, 9, 9, 48, 48, 3, 3, 1, 1, 3, 1},     {1, 9, 9, 12, 12, 3, 3, 1, 1, 4, 1},
    {1, 33, 35, 32, 32, 3, 3, 2, 1, 2, 1},   {1, 31, 40, 16, 16, 3, 3, 2, 1, 2, 1},
    {1, 18, 17, 32, 32, 3, 3, 1, 2, 2, 2},   {1, 9, 31, 16, 16, 1, 1, 2, 0, 4, 1},
    {2, 50, 47, 16, 16, 3, 3, 3, 1, 2, 1},   {1, 4, 3, 64, 64, 3, 3, 1, 2, 2, 1},
};
enum { CONVS = COUNT(convs) };

static vr_tensor conv_output(const conv_case *s, uint64_t seed) {
    vr_conv_opts o = {s->stride, s->pad, s->groups, s->dilation};
    return random_tensor(seed, s->n, vr_conv_out_size(s->h, s->kh, o), vr_conv_out_size(s->w, s->kw, o),
                         s->o);
}

/* The same pixels, further apart. */
static vr_tensor with_gaps(vr_tensor x) {
    const vr_tensor wide = vr_tensor_4d(&arena, x.shape[0], x.shape[1], x.shape[2], x.shape[3] + 5);
    for (int64_t i = 0; i < vr_tensor_count(wide); i++) wide.data[i] = NAN;
    const vr_tensor y = vr_tensor_slice(wide, 3, 0, x.shape[3]);
    vr_tensor_assign(y, x);
    return y;
}

static void a_convolution_agrees_with_the_reference(void **state) {
    (void)state;
    for (int i = 0; i < CONVS; i++) {
        const conv_case *s = &convs[i];
        vr_conv_opts opts = {s->stride, s->pad, s->groups, s->dilation};
        vr_tensor x = random_tensor(1, s->n, s->h, s->w, s->c);
        vr_tensor w = random_tensor(2, s->o, s->c / s->groups, s->kh, s->kw), b = random_vector(3, s->o);
        vr_tensor y = conv_output(s, 4), want = conv_output(s, 4), residual = conv_output(s, 5);
        vr_conv layer = vr_conv_pack(&arena, w, b, opts);
        vr_conv_apply(y, x, &layer, residual, VR_ACT_RELU, &arena);
        vr_conv2d_forward(want, x, w, b, opts);
        for (int64_t k = 0; k < vr_tensor_count(want); k++) want.data[k] += residual.data[k];
        vr_act_forward(want, want, VR_ACT_RELU);
        const vr_tensor gapped = with_gaps(y);
        vr_conv_apply(gapped, with_gaps(x), &layer, with_gaps(residual), VR_ACT_RELU, &arena);
        assert_memory_equal(vr_tensor_copy(&arena, gapped).data, y.data,
                            (size_t)vr_tensor_count(y) * sizeof(float));
        if (vrp_winograd_choose(&layer, y.shape[1], y.shape[2]))
            assert_true(relative_error(y, want) < 1e-4);
        else
            assert_same(y, want, s->c / s->groups * s->kh * s->kw);
        vr_arena_reset(&arena);
    }
}

static void winograd_takes_the_fewest_products_for_the_size(void **state) {
    (void)state;
    static const int sizes[][3] = {{1, 1, 0}, {2, 2, 2}, {1, 8, 2}, {3, 3, 4},
                                   {4, 4, 4}, {5, 5, 2}, {7, 7, 4}, {56, 56, 4}};
    const vr_tensor w = random_tensor(1, 8, 8, 3, 3);
    const vr_conv plain = vr_conv_pack(&arena, w, (vr_tensor){0}, (vr_conv_opts){.pad = 1}),
                  strided = vr_conv_pack(&arena, w, (vr_tensor){0}, (vr_conv_opts){.pad = 1, .stride = 2}),
                  narrow =
                      vr_conv_pack(&arena, random_tensor(1, 8, 7, 3, 3), (vr_tensor){0}, (vr_conv_opts){0});
    for (int64_t i = 0; i < COUNT(sizes); i++)
        assert_int_equal(vrp_winograd_choose(&plain, sizes[i][0], sizes[i][1]), sizes[i][2]);
    assert_int_equal(vrp_winograd_choose(&strided, 56, 56), 0);
    assert_int_equal(vrp_winograd_choose(&narrow, 56, 56), 0);
}

static void an_image_gives_the_same_bits_by_itself_and_in_a_batch(void **state) {
    (void)state;
    static const int64_t sizes[][3] = {{7, 96, 64},  {4, 160, 40}, {14, 128, 48},
                                       {2, 200, 70}, {9, 16, 16},  {1, 64, 64}};
    for (int64_t i = 0; i < COUNT(sizes); i++) {
        const int64_t H = sizes[i][0], C = sizes[i][1], O = sizes[i][2];
        const vr_tensor x = random_tensor(1, 5, H, H, C), w = random_tensor(2, O, C, 3, 3);
        const vr_conv layer = vr_conv_pack(&arena, w, (vr_tensor){0}, (vr_conv_opts){.pad = 1});
        const vr_tensor y = vr_tensor_4d(&arena, 5, H, H, O), single = vr_tensor_4d(&arena, 1, H, H, O);
        vr_conv_apply(y, x, &layer, (vr_tensor){0}, VR_ACT_RELU, &arena);
        for (int64_t n = 0; n < 5; n++) {
            vr_conv_apply(single, vr_tensor_slice(x, 0, n, n + 1), &layer, (vr_tensor){0}, VR_ACT_RELU,
                          &arena);
            assert_memory_equal(single.data, y.data + n * y.stride[0], (size_t)y.stride[0] * sizeof(float));
        }
        vr_arena_reset(&arena);
    }
}

static void winograd_stays_within_1e_4_of_the_outputs_scale(void **state) {
    (void)state;
    static const int64_t sizes[][6] = {/* N, H, W, C, O, pad */
                                       {1, 6, 6, 8, 8, 1},    {2, 13, 9, 21, 19, 1}, {1, 8, 8, 16, 40, 0},
                                       {1, 3, 3, 9, 10, 2},   {3, 1, 1, 8, 16, 1},   {1, 56, 57, 64, 33, 1},
                                       {2, 7, 7, 512, 48, 1}, {9, 32, 32, 16, 16, 1}};
    for (int s = 0; s < 8; s++)
        for (int m = 2; m <= 4; m += 2)
            for (int act = VR_ACT_NONE; act <= VR_ACT_GELU; act++) {
                const int64_t N = sizes[s][0], C = sizes[s][3], O = sizes[s][4], pad = sizes[s][5];
                const int64_t OH = sizes[s][1] + 2 * pad - 2, OW = sizes[s][2] + 2 * pad - 2;
                vr_tensor x = random_tensor(1, N, sizes[s][1], sizes[s][2], C),
                          w = random_tensor(2, O, C, 3, 3), b = random_vector(3, O);
                vr_tensor y = random_tensor(4, N, OH, OW, O), want = random_tensor(4, N, OH, OW, O),
                          residual = random_tensor(5, N, OH, OW, O);
                const vr_conv layer = vr_conv_pack(&arena, w, b, (vr_conv_opts){.pad = pad});
                const vrp_epilogue e = {.bias = b.data,
                                        .residual = act ? residual.data : NULL,
                                        .y = y.data,
                                        .ldy = O,
                                        .ld_residual = O,
                                        .act = (vr_act)act,
                                        .residual_before_act = true};
                vrp_winograd_run(x, &layer, m, &e, &arena);
                vr_conv2d_forward(want, x, w, b, (vr_conv_opts){.pad = pad});
                for (int64_t i = 0; act && i < vr_tensor_count(want); i++) want.data[i] += residual.data[i];
                vr_act_forward(want, want, (vr_act)act);
                /* Measured: 1.1e-5 for m = 2 (the sum over 512 channels itself), 3.8e-5 for m = 4. */
                assert_true(relative_error(y, want) < (m == 2 ? 3e-5 : 1e-4));
                vr_arena_reset(&arena);
            }
}

static void a_folded_batchnorm_is_a_batchnorm(void **state) {
    (void)state;
    /* 1, 2, 6: plain, grouped, depthwise */
    for (int64_t groups = 1; groups <= 6; groups += groups == 1 ? 1 : 4) {
        vr_conv_opts opts = {.stride = 1, .pad = 1, .groups = groups};
        vr_tensor x = random_tensor(1, 2, 5, 6, 6), w = random_tensor(2, 6, 6 / groups, 3, 3);
        vr_tensor mean = random_vector(3, 6), var = random_vector(4, 6);
        vr_tensor gamma = random_vector(5, 6), beta = random_vector(6, 6);
        for (int c = 0; c < 6; c++) var.data[c] = 0.3f + var.data[c] * var.data[c];
        vr_tensor y = random_tensor(7, 2, 5, 6, 6), want = random_tensor(7, 2, 5, 6, 6);
        vr_conv layer = vr_conv_pack_batchnorm(&arena, w, opts, mean, var, gamma, beta, 1e-5f);
        vr_conv_apply(y, x, &layer, (vr_tensor){0}, VR_ACT_NONE, &arena);
        vr_conv2d_forward(want, x, w, (vr_tensor){0}, opts);
        vr_batchnorm_forward(want, want, mean, var, gamma, beta, 1e-5f);
        assert_same(y, want, 54);
    }
}

static void attention_agrees_with_the_reference(void **state) {
    (void)state;
    static const int64_t sizes[][4] = {{1, 1, 4, 1}, {2, 5, 12, 3}, {1, 33, 64, 2}, {2, 197, 80, 2}};
    for (int s = 0; s < 4; s++) {
        const int64_t N = sizes[s][0], T = sizes[s][1], D = sizes[s][2];
        vr_tensor qkv = vr_tensor_3d(&arena, N, T, 3 * D), y = vr_tensor_3d(&arena, N, T, D),
                  want = vr_tensor_3d(&arena, N, T, D);
        vr_rng_normal_fill(qkv.data, vr_tensor_count(qkv), vr_rng_init(1), 0);
        vr_attention_apply(y, qkv, sizes[s][3], &arena);
        vr_attention_forward(want, qkv, sizes[s][3]);
        assert_same(y, want, 4);
    }
}

static void norms_and_poolings_agree_with_the_reference(void **state) {
    (void)state;
    static const int64_t sizes[][3] = {{1, 10, 64}, {7, 33, 5}, {197, 96, 130}, {700, 31, 20}};
    for (int s = 0; s < 4; s++) {
        const int64_t N = sizes[s][0], O = sizes[s][1], K = sizes[s][2];
        const vr_tensor x = random_matrix(1, N, K), w = random_matrix(2, O, K), b = random_vector(3, O);
        const vr_norm norm = {random_vector(4, K), random_vector(5, K)};
        vr_tensor h = vr_tensor_2d(&arena, N, K), want = vr_tensor_2d(&arena, N, O),
                  y = vr_tensor_2d(&arena, N, O);
        vr_layernorm_forward(h, (vr_tensor){0}, (vr_tensor){0}, x, norm.w, norm.b, 1e-6f);
        vr_linear_forward(want, h, w, b);
        const vr_linear layer = vr_linear_pack(&arena, w, b);
        vr_linear_apply_norm(y, x, &norm, 1e-6f, &layer, VR_ACT_NONE, &arena);
        assert_same(y, want, 2 * K);
        vr_tensor z = vr_tensor_copy(&arena, x);
        vr_layernorm_apply(z, z, &norm, 1e-6f);
        assert_same(z, h, 1);
    }
    vr_tensor x = random_tensor(6, 3, 11, 8, 20);
    x.data[77] = NAN;
    vr_tensor y = vr_tensor_4d(&arena, 3, 6, 4, 20), want = vr_tensor_4d(&arena, 3, 6, 4, 20);
    vr_maxpool2d_apply(y, x, 3, 2, 1);
    vr_maxpool2d_forward(want, x, 3, 2, 1);
    assert_memory_equal(y.data, want.data, (size_t)vr_tensor_count(y) * sizeof(float));
    vr_tensor mean = vr_tensor_2d(&arena, 3, 20), expected = vr_tensor_2d(&arena, 3, 20);
    vr_global_avgpool_apply(mean, random_tensor(7, 3, 11, 8, 20));
    vr_global_avgpool_forward(expected, random_tensor(7, 3, 11, 8, 20));
    assert_same(mean, expected, 1);
}

static void every_layer_has_the_same_bits_for_any_number_of_threads(void **state) {
    (void)state;
    float *first[3 + CONVS] = {0};
    for_threads (threads) {
        for (int which = 0; which < 2; which++) { /* few rows, many rows */
            const int64_t N = which ? 1500 : 197;
            vr_tensor x = random_matrix(1, N, 96), w = random_matrix(2, 200, 96),
                      y = vr_tensor_2d(&arena, N, 200);
            vr_linear layer = vr_linear_pack(&arena, w, (vr_tensor){0});
            vr_linear_apply(y, x, &layer, VR_ACT_GELU, (vr_tensor){0}, &arena);
            if (threads == 1) first[which] = y.data;
            assert_memory_equal(first[which], y.data, vr_tensor_count(y) * sizeof(float));
        }
        vr_tensor qkv = vr_tensor_3d(&arena, 2, 50, 3 * 64), y = vr_tensor_3d(&arena, 2, 50, 64);
        vr_rng_normal_fill(qkv.data, vr_tensor_count(qkv), vr_rng_init(1), 0);
        vr_attention_apply(y, qkv, 4, &arena);
        if (threads == 1) first[2] = y.data;
        assert_memory_equal(first[2], y.data, vr_tensor_count(y) * sizeof(float));
        for (int i = 0; i < CONVS; i++) {
            const conv_case *s = &convs[i];
            vr_conv_opts opts = {s->stride, s->pad, s->groups, s->dilation};
            vr_tensor x = random_tensor(1, s->n, s->h, s->w, s->c);
            vr_conv layer = vr_conv_pack(&arena, random_tensor(2, s->o, s->c / s->groups, s->kh, s->kw),
                                         (vr_tensor){0}, opts);
            vr_tensor out = conv_output(s, 3);
            vr_conv_apply(out, x, &layer, (vr_tensor){0}, VR_ACT_NONE, &arena);
            if (threads == 1) first[3 + i] = out.data;
            assert_memory_equal(first[3 + i], out.data, vr_tensor_count(out) * sizeof(float));
        }
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, arena_free)
    const struct CMUnitTest tests[] = {
        TEST(a_linear_layer_agrees_with_the_reference_for_every_activation),
        TEST(a_convolution_agrees_with_the_reference),
        TEST(winograd_takes_the_fewest_products_for_the_size),
        TEST(an_image_gives_the_same_bits_by_itself_and_in_a_batch),
        TEST(winograd_stays_within_1e_4_of_the_outputs_scale),
        TEST(a_folded_batchnorm_is_a_batchnorm),
        TEST(attention_agrees_with_the_reference),
        TEST(norms_and_poolings_agree_with_the_reference),
        TEST(every_layer_has_the_same_bits_for_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
