/* tests/test_probe.c: ridge probes against scikit-learn, their two forms against each other, and singular systems. */
#include "test.h"

TEST_ARENA(arena);

static const struct {
    int64_t n, d;
    double w[36], b[3];
} golden[] = {
    /* Printed by golden/make_probe.py. */
    {40,
     6,
     {-0.000342920195, -0.13068503, 0.0537074875, 0.0128672627, -0.11959952, 0.02160059, 0.0431158343,
      0.0720572143, -0.107964735, 0.092493547, 0.0125033667, 0.0464691245, -0.0427729141, 0.0586278158,
      0.0542572473, -0.10536081, 0.107096154, -0.0680697145},
     {0.512033937, 0.164641574, 0.323324489}},
    {7,
     12,
     {0.139043113,   0.0717301108,  0.0270940439,  0.0273961661,  -0.11333247,  -0.102176265,
      0.36602456,    0.23490968,    0.0457992478,  -0.208998313,  -0.120008087, -0.169477555,
      0.274352299,   -0.0598495248, 0.0434523901,  -0.0391831653, 0.077058319,  -0.0388663516,
      -0.276422752,  -0.0519694389, -0.0575115341, 0.100235008,   -0.18377422,  0.181304427,
      -0.413395413,  -0.0118805861, -0.070546434,  0.0117869992,  0.0362741508, 0.141042616,
      -0.0896018076, -0.182940241,  0.0117122863,  0.108763305,   0.303782307,  -0.0118268724},
     {0.705770657, -0.0243565166, 0.31858586}},
};

static vr_tensor golden_features(int64_t n, int64_t d) {
    vr_tensor x = vr_tensor_2d(&arena, n, d);
    for (int64_t i = 0; i < n * d; i++) x.data[i] = (float)sin(0.37 * (double)(i % 101) * (double)(i % 101));
    return x;
}

static int64_t *golden_labels(int64_t n) {
    int64_t *labels = VR_NEW(&arena, int64_t, n);
    for (int64_t i = 0; i < n; i++) labels[i] = i * i / 2 % 3;
    return labels;
}

static void both_forms_give_scikit_learns_coefficients(void **state) {
    (void)state;
    for (int g = 0; g < 2; g++) { /* more images than features, and fewer */
        const int64_t D = golden[g].d;
        vr_tensor w = vr_tensor_2d(&arena, 3, D), b = vr_tensor_1d(&arena, 3),
                  x = golden_features(golden[g].n, D);
        const int64_t *labels = golden_labels(golden[g].n), used = arena.used;
        assert_true(vr_probe_ridge(w, b, x, labels, 0.05, &arena, VR_FATAL));
        assert_int_equal(arena.used, used);
        for (int64_t i = 0; i < 3 * D; i++)
            assert_close(w.data[i], golden[g].w[i], 1e-6); /* f32 of numbers below 1 */
        for (int i = 0; i < 3; i++) assert_close(b.data[i], golden[g].b[i], 1e-6);
    }
}

static void the_gradient_vanishes_at_the_solution(void **state) {
    (void)state;
    static const int64_t sizes[][2] = {{300, 70}, {61, 133}};
    for (int s = 0; s < 2; s++) {
        const int64_t N = sizes[s][0], D = sizes[s][1], C = 4;
        vr_tensor x = vr_tensor_2d(&arena, N, D), w = vr_tensor_2d(&arena, C, D), b = vr_tensor_1d(&arena, C);
        int64_t *labels = VR_NEW(&arena, int64_t, N);
        vr_rng_normal_fill(x.data, N * D, vr_rng_init(5), 0);
        for (int64_t n = 0; n < N; n++) labels[n] = vr_rng_below(vr_rng_init(6), (uint64_t)n, C);
        const double lambda = 0.1;
        assert_true(vr_probe_ridge(w, b, x, labels, lambda, &arena, VR_FATAL));
        for (int64_t c = 0; c < C; c++) { /* F^T (F w + b - y) + lambda N w = 0 and its sum over images = 0 */
            double *r = VR_NEW(&arena, double, N), total = 0;
            for (int64_t n = 0; n < N; n++) {
                r[n] = b.data[c] - (labels[n] == c);
                for (int64_t d = 0; d < D; d++) r[n] += (double)x.data[n * D + d] * w.data[c * D + d];
                total += r[n];
            }
            assert_close(total, 0, 1e-4);
            for (int64_t d = 0; d < D; d++) {
                double g = lambda * (double)N * w.data[c * D + d];
                for (int64_t n = 0; n < N; n++) g += (double)x.data[n * D + d] * r[n];
                assert_close(g, 0, 1e-4); /* sums of 300 products with weights rounded to float */
            }
        }
    }
}

static void bits_do_not_depend_on_threads(void **state) {
    (void)state;
    for (int form = 0; form < 2; form++) {
        const int64_t N = form ? 90 : 200, D = form ? 150 : 75;
        vr_tensor x = vr_tensor_2d(&arena, N, D), w = vr_tensor_2d(&arena, 3, D), b = vr_tensor_1d(&arena, 3),
                  first = {0};
        vr_rng_normal_fill(x.data, N * D, vr_rng_init(5), 0);
        for_threads (threads) {
            assert_true(vr_probe_ridge(w, b, x, golden_labels(N), 0.01, &arena, VR_FATAL));
            if (threads == 1) first = vr_tensor_copy(&arena, w);
            assert_memory_equal(first.data, w.data, 3 * D * sizeof(float));
        }
    }
}

static void what_cannot_be_solved_is_named_and_leaves_zeros(void **state) {
    (void)state;
    vr_tensor x = golden_features(40, 6), w = vr_tensor_2d(&arena, 3, 6), b = vr_tensor_1d(&arena, 3);
    int64_t *labels = golden_labels(40);
    vr_err err = {0};
    for (int which = 0; which < 3; which++) {
        err = (vr_err){0};
        for (int i = 0; i < 18; i++) w.data[i] = 1;
        b.data[1] = 1;
        if (which == 0) x.data[6 * 5 + 2] = NAN;
        if (which == 1) x.data[6 * 5 + 2] = 0, labels[7] = 3;
        if (which == 2) { /* a constant feature, centred, is zero */
            labels[7] = 0;
            for (int n = 0; n < 40; n++) x.data[6 * n] = 1;
        }
        assert_false(vr_probe_ridge(w, b, x, labels, 0, &arena, &err));
        assert_int_equal(err.code, which == 1 ? VR_ERR_ARGUMENT : VR_ERR_NUMERIC);
        assert_message(err, which == 0 ? "image 5: feature 2 is not finite"
                            : which == 1
                                ? "image 7: expected a label of 0..2, found 3"
                                : "ridge regression with lambda 0: the matrix is not positive definite");
        for (int i = 0; i < 18; i++) assert_close(w.data[i], 0, 0);
        for (int i = 0; i < 3; i++) assert_close(b.data[i], 0, 0);
    }
}

static void a_probe_becomes_a_models_head(void **state) {
    (void)state;
    vr_arena perm = {0}, step = {0};
    static const char *const names[] = {"cup", "hat"};
    vr_model *model = vr_model_random(&perm, "resnet20", 3, VR_FATAL);
    vr_tensor x = vr_tensor_4d(&step, 24, 32, 32, 3); /* bright and dark noise */
    vr_rng_normal_fill(x.data, vr_tensor_count(x), vr_rng_init(1), 0);
    int64_t labels[24];
    for (int64_t n = 0; n < 24; n++) {
        labels[n] = n % 2;
        for (int64_t i = 0; i < 32 * 32 * 3; i++) x.data[n * 32 * 32 * 3 + i] += n % 2 ? 1 : -1;
    }
    const vr_tensor features = vr_model_features(&step, model, x);
    vr_tensor w = vr_tensor_2d(&step, 2, model->features), b = vr_tensor_1d(&step, 2);
    assert_true(vr_probe_ridge(w, b, features, labels, 1e-3, &step, VR_FATAL));
    vr_model_set_head(&perm, model, w, b, names);
    assert_int_equal(model->classes, 2);
    assert_string_equal(model->labels[1], "hat");
    const vr_tensor logits = vr_model_logits(&step, model, x);
    for (int64_t n = 0; n < 24; n++) {
        assert_true(logits.data[2 * n + labels[n]] > logits.data[2 * n + 1 - labels[n]]);
        double want = b.data[1];
        for (int64_t d = 0; d < model->features; d++)
            want += features.data[n * model->features + d] * w.data[model->features + d];
        assert_close(logits.data[2 * n + 1], want, 1e-4);
    }
    vr_arena_free(&step);
    vr_arena_free(&perm);
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, arena_free)
    const struct CMUnitTest tests[] = {
        TEST(both_forms_give_scikit_learns_coefficients),
        TEST(the_gradient_vanishes_at_the_solution),
        TEST(bits_do_not_depend_on_threads),
        TEST(what_cannot_be_solved_is_named_and_leaves_zeros),
        TEST(a_probe_becomes_a_models_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
