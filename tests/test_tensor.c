/* tests/test_tensor.c: shapes, views, copies. */
#include "test.h"

TEST_ARENA(arena);

static vr_tensor counting(int ndim, const int64_t *shape) {
    vr_tensor x = vr_tensor_raw(&arena, ndim, shape);
    for (int64_t i = 0; i < vr_tensor_count(x); i++) x.data[i] = (float)i;
    return x;
}

/* The other order of the two dimensions; a view. */
static vr_tensor transposed(vr_tensor x) {
    vr_tensor y = x;
    y.shape[0] = x.shape[1], y.stride[0] = x.stride[1];
    y.shape[1] = x.shape[0], y.stride[1] = x.stride[0];
    return y;
}

static void a_new_tensor_is_zero_contiguous_and_padded_with_ones(void **state) {
    (void)state;
    vr_tensor x = vr_tensor_3d(&arena, 2, 3, 4);
    assert_int_equal(vr_tensor_count(x), 24);
    assert_int_equal(x.shape[3], 1);
    assert_int_equal(x.stride[0], 12);
    assert_true(vr_tensor_contiguous(x));
    for (int i = 0; i < 24; i++) assert_true(x.data[i] == 0);
    assert_int_equal(vr_tensor_count((vr_tensor){0}), 0);
}

static void views_share_the_data(void **state) {
    (void)state;
    vr_tensor x = counting(3, (int64_t[]){2, 3, 4});
    vr_tensor row = vr_tensor_row(x, 1);
    assert_true(vr_is_mat(row, 3, 4));
    assert_true(row.data[0] == 12);
    vr_tensor middle = vr_tensor_slice(x, 1, 1, 3);
    assert_int_equal(middle.shape[1], 2);
    assert_true(middle.data[0] == 4);
    assert_false(vr_tensor_contiguous(middle));
    middle.data[0] = -1;
    assert_true(x.data[4] == -1);
}

static void a_copy_of_a_strided_view_is_row_major(void **state) {
    (void)state;
    vr_tensor x = counting(2, (int64_t[]){3, 4});
    vr_tensor y = vr_tensor_copy(&arena, transposed(x));
    assert_true(vr_tensor_contiguous(y));
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 3; j++) assert_true(y.data[i * 3 + j] == (float)(j * 4 + i));
}

static void rows_are_a_matrix_of_the_last_dimension(void **state) {
    (void)state;
    vr_tensor x = counting(4, (int64_t[]){2, 3, 4, 5});
    assert_true(vr_is_mat(vr_tensor_rows(x), 24, 5));
    assert_ptr_equal(vr_tensor_rows(x).data, x.data);
    assert_true(vr_is_mat(vr_tensor_rows(vr_tensor_2d(&arena, 3, 0)), 0, 0));
}

static void nonfinite_elements_are_found_in_row_major_order(void **state) {
    (void)state;
    vr_tensor x = counting(2, (int64_t[]){3, 4});
    assert_int_equal(vr_tensor_find_nonfinite(x), -1);
    x.data[7] = NAN;
    assert_int_equal(vr_tensor_find_nonfinite(x), 7);
    assert_int_equal(vr_tensor_find_nonfinite(transposed(x)), 3 * 3 + 1);
    x.data[2] = INFINITY;
    assert_int_equal(vr_tensor_find_nonfinite(x), 2);
}

static void a_wrong_shape_stops_with_both_shapes(void **state) {
    (void)state;
    vr_tensor x = vr_tensor_2d(&arena, 2, 3), y = vr_tensor_2d(&arena, 3, 2);
    assert_panics(vr_tensor_assign(y, x), "y is [3,2,1,1] but x is [2,3,1,1]");
    assert_panics(vr_tensor_slice(x, 1, 2, 4), "slice 2:4 of 3");
    assert_panics(vr_tensor_2d(&arena, INT64_MAX, 2), "dimension 0 is ");
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, arena_free)
    const struct CMUnitTest tests[] = {
        TEST(a_new_tensor_is_zero_contiguous_and_padded_with_ones),
        TEST(views_share_the_data),
        TEST(a_copy_of_a_strided_view_is_row_major),
        TEST(rows_are_a_matrix_of_the_last_dimension),
        TEST(nonfinite_elements_are_found_in_row_major_order),
        TEST(a_wrong_shape_stops_with_both_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
