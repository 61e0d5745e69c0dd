/* tests/test_retrieval.c: nearest neighbours against every similarity computed in double, DINO's vote by hand. */
#include "test.h"

TEST_ARENA(arena);

static vr_tensor random_features(uint64_t seed, int64_t n, int64_t d) {
    vr_tensor x = vr_tensor_2d(&arena, n, d);
    const vr_rng rng = vr_rng_init(seed);
    for (int64_t i = 0; i < n * d; i++) x.data[i] = vr_rng_normal(rng, (uint64_t)i);
    return x;
}

static double cosine(vr_tensor a, int64_t i, vr_tensor b, int64_t j) {
    double ab = 0, aa = 0, bb = 0;
    for (int64_t d = 0; d < a.shape[1]; d++) {
        const double x = a.data[i * a.stride[0] + d * a.stride[1]],
                     y = b.data[j * b.stride[0] + d * b.stride[1]];
        ab += x * y, aa += x * x, bb += y * y;
    }
    return ab / sqrt(aa * bb);
}

static void the_nearest_rows_are_those_of_the_highest_cosine(void **state) {
    (void)state;
    static const int64_t sizes[][4] = {{1, 1, 1, 1}, {300, 70, 33, 5}, {7, 1000, 130, 20}};
    for (int64_t s = 0; s < COUNT(sizes); s++) {
        const int64_t M = sizes[s][0], N = sizes[s][1], D = sizes[s][2], k = sizes[s][3];
        vr_tensor q = random_features(1, M, D), x = random_features(2, N, D);
        int64_t *nearest = VR_NEW(&arena, int64_t, (M * k));
        float *similarity = VR_NEW(&arena, float, (M * k));
        const int64_t used = arena.used;
        assert_true(vr_nearest(nearest, similarity, q, x, k, &arena, VR_FATAL));
        assert_int_equal(arena.used, used);
        for (int64_t i = 0; i < M; i++)
            for (int64_t n = 0; n < k; n++) {
                const double here = cosine(q, i, x, nearest[i * k + n]);
                int64_t ahead = 0; /* by more than the rounding of a sum of 130 floats */
                for (int64_t j = 0; j < N; j++) ahead += cosine(q, i, x, j) > here + 1e-6;
                assert_true(ahead <= n);
                assert_close(similarity[i * k + n], here, 1e-6);
            }
    }
}

static void equal_rows_are_in_order_and_length_does_not_count(void **state) {
    (void)state;
    float rows[] = {0, 0, 3, 0, 0, 2, 30, 0}, query[] = {0.5f, 0};
    const int64_t four[] = {4, 2}, one[] = {1, 2};
    int64_t nearest[4];
    float similarity[4];
    vr_nearest(nearest, similarity, vr_tensor_view(query, 2, one), vr_tensor_view(rows, 2, four), 4, &arena,
               VR_FATAL);
    assert_int_equal(nearest[0], 1); /* [3,0] before [30,0] */
    assert_int_equal(nearest[1], 3);
    assert_int_equal(nearest[2], 0); /* a row of zeros and an orthogonal one: similarity 0 */
    assert_int_equal(nearest[3], 2);
    assert_close(similarity[1], 1, 0);
    assert_close(similarity[2], 0, 0);
}

static void a_vote_is_weighted_by_similarity_as_in_dino(void **state) {
    (void)state;
    float rows[] = {1, 0, 0.8f, 0.6f, 0.6f, 0.8f, -1, 0}, query[] = {1, 0};
    const int64_t four[] = {4, 2}, one[] = {1, 2}, labels[] = {0, 1, 1, 1};
    const vr_tensor x = vr_tensor_view(rows, 2, four), q = vr_tensor_view(query, 2, one);
    vr_tensor votes = vr_tensor_2d(&arena, 1, 2);
    assert_true(vr_knn_classify(votes, q, x, labels, &(vr_knn){.k = 3}, &arena, VR_FATAL));
    const double e[] = {exp(1 / 0.07), exp(0.8 / 0.07), exp(0.6 / 0.07)};
    assert_close(votes.data[0], e[0] / (e[0] + e[1] + e[2]), 1e-6);
    assert_close(votes.data[1], (e[1] + e[2]) / (e[0] + e[1] + e[2]), 1e-6);
    assert_true(vr_knn_classify(votes, q, x, labels, &(vr_knn){3, INFINITY}, &arena, VR_FATAL));
    assert_close(votes.data[0], 1 / 3.0, 1e-6); /* one vote each: the other class wins */
    assert_close(votes.data[1], 2 / 3.0, 1e-6);
    assert_true(vr_knn_classify(votes, q, x, labels, &(vr_knn){.temperature = 1e-30}, &arena, VR_FATAL));
    assert_close(votes.data[0], 1, 0); /* no overflow: the nearest alone */
}

static void what_cannot_be_compared_is_an_error(void **state) {
    (void)state;
    vr_tensor x = random_features(3, 5, 4), q = random_features(4, 2, 4), votes = vr_tensor_2d(&arena, 2, 3);
    int64_t labels[] = {0, 1, 2, 0, 1}, nearest[10];
    float similarity[10];
    vr_err err = {0};
    assert_false(vr_knn_classify(votes, q, x, labels, &(vr_knn){.temperature = -1}, &arena, &err));
    assert_int_equal(err.code, VR_ERR_ARGUMENT);
    err = (vr_err){0};
    assert_false(vr_knn_classify(votes, q, x, labels, &(vr_knn){.k = -1}, &arena, &err));
    assert_int_equal(err.code, VR_ERR_ARGUMENT);
    labels[3] = 3, err = (vr_err){0};
    assert_false(vr_knn_classify(votes, q, x, labels, NULL, &arena, &err));
    assert_message(err, "label 3 of row 3, with 3 classes");
    labels[3] = 0, err = (vr_err){0}, x.data[9] = NAN;
    assert_false(vr_knn_classify(votes, q, x, labels, NULL, &arena, &err));
    assert_message(err, "feature 1 of row 2 of x is");
    for (int i = 0; i < 6; i++) assert_close(votes.data[i], 0, 0);
    err = (vr_err){0}, nearest[3] = 7;
    assert_false(vr_nearest(nearest, similarity, x, q, 2, &arena, &err));
    assert_int_equal(err.code, VR_ERR_NUMERIC);
    assert_int_equal(nearest[3], 0);
    assert_panics(vr_nearest(nearest, similarity, q, q, 3, &arena, VR_FATAL), "the nearest 3 of 2 rows");
}

static void threads_and_strides_change_no_bit(void **state) {
    (void)state;
    vr_tensor q = random_features(5, 600, 40), x = random_features(6, 900, 40);
    static int64_t first[600 * 9], other[600 * 9];
    static float s_first[600 * 9], s_other[600 * 9];
    for_threads (n) {
        vr_nearest(n == 1 ? first : other, n == 1 ? s_first : s_other, q, x, 9, &arena, VR_FATAL);
        if (n > 1) {
            assert_memory_equal(first, other, sizeof first);
            assert_memory_equal(s_first, s_other, sizeof s_first);
        }
    }
    vr_tensor wide = vr_tensor_2d(&arena, 900, 50), part = vr_tensor_slice(wide, 1, 5, 45);
    vr_tensor_assign(part, x);
    vr_nearest(other, s_other, q, part, 9, &arena, VR_FATAL);
    assert_memory_equal(first, other, sizeof first);
    assert_memory_equal(s_first, s_other, sizeof s_first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_rows_are_those_of_the_highest_cosine),
        cmocka_unit_test(equal_rows_are_in_order_and_length_does_not_count),
        cmocka_unit_test(a_vote_is_weighted_by_similarity_as_in_dino),
        cmocka_unit_test(what_cannot_be_compared_is_an_error),
        cmocka_unit_test(threads_and_strides_change_no_bit),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
