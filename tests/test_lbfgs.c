/* tests/test_lbfgs.c: tensor/lbfgs on functions whose minimum is known, at the edge of where a function is defined, and
 * where there is no minimum to be had. The probe on top of it is tested against scikit-learn in test_probe. */
#include "test.h"

TEST_ARENA(arena);

/* sum 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2: a bent valley, the minimum 0 at (1, ..., 1). */
static double rosenbrock(void *context, double *gradient, const double *x, int64_t n) {
    double f = 0;
    ++*(int64_t *)context;
    memset(gradient, 0, (size_t)n * sizeof *gradient);
    for (int64_t i = 0; i + 1 < n; i++) {
        const double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
        f += 100 * a * a + b * b;
        gradient[i] += -400 * a * x[i] - 2 * b;
        gradient[i + 1] += 200 * a;
    }
    return f;
}

static void rosenbrocks_function_is_minimized(void **state) {
    (void)state;
    enum { N = 10 };
    double x[N], again[N];
    int64_t calls = 0;
    vr_lbfgs_result r;
    for (int i = 0; i < N; i++) x[i] = again[i] = i % 2 ? 1 : -1.2; /* the usual start */
    assert_true(vr_lbfgs(&arena, &r, x, N, rosenbrock, &calls, NULL, VR_FATAL));
    assert_true(r.converged && r.gradient <= 1e-6);
    for (int i = 0; i < N; i++) assert_close(x[i], 1, 1e-6);
    assert_close(r.value, 0, 1e-11);
    assert_int_equal(calls, r.evaluations);
    assert_true(r.iterations < 120); /* scipy.optimize.minimize(method="L-BFGS-B") takes 75 */
    vr_lbfgs(&arena, NULL, again, N, rosenbrock, &calls, NULL, VR_FATAL);
    assert_memory_equal(x, again, sizeof x);
    assert_int_equal(arena.used, 0);
}

/* sum s[i] (x[i] - i)^2 / 2 with s from 1 to 1e3. */
static double bowl(void *context, double *gradient, const double *x, int64_t n) {
    (void)context;
    double f = 0;
    for (int64_t i = 0; i < n; i++) {
        const double s = pow(10, 3.0 * (double)i / (double)(n - 1)), d = x[i] - (double)i;
        f += s * d * d / 2;
        gradient[i] = s * d;
    }
    return f;
}

static void a_bowl_a_thousand_times_steeper_one_way_is_solved(void **state) {
    (void)state;
    enum { N = 20 };
    double x[N] = {0};
    vr_lbfgs_result r;
    assert_true(vr_lbfgs(&arena, &r, x, N, bowl, NULL, NULL, VR_FATAL));
    assert_true(r.converged);
    for (int i = 0; i < N; i++) assert_close(x[i], i, 1e-6); /* |gradient| <= 1e-6, s >= 1 */
    vr_lbfgs_result none;
    assert_true(vr_lbfgs(&arena, &none, x, N, bowl, NULL, NULL, VR_FATAL)); /* at the minimum already */
    assert_true(none.converged && none.iterations == 0 && none.evaluations == 1);
}

/* x - log x: a minimum of 1 at 1; left of 0 it is not defined. */
static double barrier(void *context, double *gradient, const double *x, int64_t n) {
    (void)context, (void)n;
    gradient[0] = 1 - 1 / x[0];
    return x[0] - log(x[0]);
}

static void a_step_out_of_where_f_is_defined_is_shortened(void **state) {
    (void)state;
    vr_lbfgs_result r;
    double x = 40; /* the first step has the length of the gradient or goes far beyond 0 later */
    assert_true(vr_lbfgs(&arena, &r, &x, 1, barrier, NULL, NULL, VR_FATAL));
    assert_true(r.converged);
    assert_close(x, 1, 1e-5);
    assert_close(r.value, 1, 1e-10);
    vr_err err = {0};
    x = -1;
    assert_false(vr_lbfgs(&arena, &r, &x, 1, barrier, NULL, NULL, &err));
    assert_int_equal(err.code, VR_ERR_NUMERIC);
    assert_true(x == -1);
}

static double slope(void *context, double *gradient, const double *x, int64_t n) {
    (void)context, (void)n;
    gradient[0] = -1;
    return -x[0];
}

static void where_there_is_no_minimum_the_best_point_is_kept(void **state) {
    (void)state;
    vr_lbfgs_result r;
    int64_t calls = 0;
    double x = 0, start[2] = {-1.2, 1}, f = 0;
    assert_true(vr_lbfgs(&arena, &r, &x, 1, slope, NULL, &(vr_lbfgs_options){.iterations = 5}, VR_FATAL));
    assert_true(!r.converged && x > 0 && r.value == -x);
    assert_true(
        vr_lbfgs(&arena, &r, start, 2, rosenbrock, &calls, &(vr_lbfgs_options){.iterations = 3}, VR_FATAL));
    assert_true(!r.converged && r.iterations == 3);
    double gradient[2];
    f = rosenbrock(&calls, gradient, start, 2);
    assert_true(f == r.value && f < 24.2); /* less than at the start */
    assert_true(
        vr_lbfgs(&arena, &r, start, 2, rosenbrock, &calls, &(vr_lbfgs_options){.decrease = 1e-3}, VR_FATAL));
    assert_true(r.converged && r.gradient > 1e-6); /* stopped by the decrease, and not by the gradient */
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, arena_free)
    const struct CMUnitTest tests[] = {
        TEST(rosenbrocks_function_is_minimized),
        TEST(a_bowl_a_thousand_times_steeper_one_way_is_solved),
        TEST(a_step_out_of_where_f_is_defined_is_shortened),
        TEST(where_there_is_no_minimum_the_best_point_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
