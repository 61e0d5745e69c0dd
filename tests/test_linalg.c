/* tests/test_linalg.c: systems with a known answer. */
#include "test.h"

static void a_small_system_has_its_hand_worked_answer(void **state) {
    (void)state;
    /* A = L L^T with L = [2 0 0; 6 1 0; -8 5 3] (a textbook's example), x = (1, 2, 3) */
    double a[9] = {4, 12, -16, 12, 37, -43, -16, -43, 98}, b[3] = {-20, -43, 192};
    assert_true(vr_solve_spd(a, b, 3, 1, VR_FATAL));
    for (int i = 0; i < 3; i++) assert_close(b[i], i + 1, 1e-12);
    assert_close(a[0], 2, 1e-15);
    assert_close(a[3], 6, 1e-15);
    assert_close(a[8], 3, 1e-13);
}

static void a_large_system_is_solved_with_the_same_bits_for_any_number_of_threads(void **state) {
    (void)state;
    enum { N = 500, M = 3 };
    vr_arena arena = {0};
    vr_rng rng = vr_rng_init(5);
    double *first = NULL;
    for_threads (threads) {
        double *a = VR_NEW(&arena, double, (N * N)), *b = VR_NEW(&arena, double, (N * M));
        for (int i = 0; i < N; i++)
            for (int j = 0; j <= i; j++)
                a[i * N + j] = a[j * N + i] = i == j ? 2.0 * N : vr_rng_normal(rng, i * N + j);
        for (int i = 0; i < N; i++)
            for (int c = 0; c < M; c++)
                for (int k = 0; k < N; k++) b[i * M + c] += a[i * N + k] * (k + c); /* X[k][c] = k + c */
        assert_true(vr_solve_spd(a, b, N, M, VR_FATAL));
        for (int i = 0; i < N * M; i++) assert_close(b[i], i / M + i % M, 1e-9);
        if (!first) first = b;
        assert_memory_equal(first, b, N * M * sizeof *b);
    }
    vr_arena_free(&arena);
}

static void a_matrix_that_is_not_positive_definite_is_an_error(void **state) {
    (void)state;
    double a[4] = {1, 2, 2, 1}, b[2] = {1, 1};
    vr_err err = {0};
    assert_false(vr_solve_spd(a, b, 2, 1, &err));
    assert_int_equal(err.code, VR_ERR_NUMERIC);
    assert_message(err, "pivot 1 of 2 is -3");
    assert_true(b[0] == 0 && b[1] == 0);
    double nan[1] = {NAN}, c[1] = {1};
    err = (vr_err){0};
    assert_false(vr_solve_spd(nan, c, 1, 1, &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_system_has_its_hand_worked_answer),
        cmocka_unit_test(a_large_system_is_solved_with_the_same_bits_for_any_number_of_threads),
        cmocka_unit_test(a_matrix_that_is_not_positive_definite_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
