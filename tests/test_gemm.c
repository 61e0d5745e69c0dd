/* tests/test_gemm.c: the micro-kernels, BLIS's or the portable one, against the sum they stand for. */
#include "test.h"
#include "visrob_impl/tensor/gemm_impl.h"

/* Values whose sums of products are exact in float: small integers. */
static void fill(float *x, int64_t n, int seed) {
    for (int64_t i = 0; i < n; i++) x[i] = (float)((i * 7 + seed) % 11 - 5);
}

static void the_packed_tile_is_the_sum_for_every_depth(void **state) {
    (void)state;
    vr_arena a = {0};
    const int64_t mr = vrp_gemm_rows(), nr = vr_gemm_columns();
    printf("micro-kernel: %s, %d x %d\n", vrp_gemm_kernel(), (int)mr, (int)nr);
    assert_true(mr >= 1 && mr <= 16 && nr >= 1 && nr <= 32);
    for (int64_t K = 0; K < 40; K++) {
        float *left = VR_NEW(&a, float, (K * mr + mr)), *right = VR_NEW(&a, float, (K * nr + nr)),
              *tile = VR_NEW(&a, float, (mr * nr + 16));
        fill(left, K * mr, 1), fill(right, K * nr, 2);
        for (int64_t i = 0; i < mr * nr + 16; i++) tile[i] = NAN; /* what was there must not matter */
        vrp_gemm_tile(tile, left, right, K);
        for (int64_t i = 0; i < mr; i++)
            for (int64_t j = 0; j < nr; j++) {
                float sum = 0;
                for (int64_t k = 0; k < K; k++) sum += left[k * mr + i] * right[k * nr + j];
                assert_true(tile[i * nr + j] == sum);
            }
        for (int64_t i = 0; i < 16; i++) assert_true(isnan(tile[mr * nr + i])); /* nothing beyond the tile */
        vr_arena_reset(&a);
    }
    vr_arena_free(&a);
}

static void the_gathered_tile_is_the_sum_for_every_count_of_rows(void **state) {
    (void)state;
    vr_arena a = {0};
    enum { TAPS = 3, RUN = 5 };
    const int64_t R = vr_gemm_gather_rows(), nr = vr_gemm_columns();
    float *x = VR_NEW(&a, float, 400), *right = VR_NEW(&a, float, (TAPS * RUN * nr)),
          *tile = VR_NEW(&a, float, (R * nr));
    fill(x, 400, 3), fill(right, TAPS * RUN * nr, 4);
    const float *rows[TAPS * 16];
    for (int64_t count = 1; count <= R; count++)
        for (int64_t columns = 1; columns <= nr; columns += nr / 4) {
            for (int64_t i = 0; i < TAPS * R; i++) rows[i] = i % R < count ? x + i * 13 % 390 : NULL;
            for (int64_t i = 0; i < R * nr; i++) tile[i] = 77;
            vr_gemm_gather(tile, rows, count, 1, RUN, right, columns, false);
            vr_gemm_gather(tile, rows + R, count, TAPS - 1, RUN, right + RUN * nr, columns,
                           true); /* goes on */
            for (int64_t i = 0; i < R; i++)
                for (int64_t j = 0; j < nr; j++) {
                    float sum = 0;
                    for (int64_t t = 0; t < TAPS && i < count; t++)
                        for (int64_t k = 0; k < RUN; k++)
                            sum += rows[t * R + i][k] * right[(t * RUN + k) * nr + j];
                    if (j < columns || i >= count) assert_true(tile[i * nr + j] == (i < count ? sum : 77));
                }
        }
    vr_arena_free(&a);
}

static void packing_rows_interleaves_them_and_fills_with_zeros(void **state) {
    (void)state;
    vr_arena a = {0};
    const int64_t mr = vrp_gemm_rows();
    for (int64_t K = 1; K < 140; K += 23)
        for (int64_t rows = 1; rows <= mr; rows++) {
            const int64_t stride = K + 3;
            float *x = VR_NEW(&a, float, (rows * stride)), *panel = VR_NEW(&a, float, (mr * K));
            for (int64_t i = 0; i < rows * stride; i++) x[i] = (float)(i + 1);
            for (int64_t i = 0; i < mr * K; i++) panel[i] = NAN;
            vr_gemm_pack_rows(panel, x, rows, K, stride);
            for (int64_t k = 0; k < K; k++)
                for (int64_t i = 0; i < mr; i++)
                    assert_true(panel[k * mr + i] == (i < rows ? x[i * stride + k] : 0));
            vr_arena_reset(&a);
        }
    vr_arena_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_packed_tile_is_the_sum_for_every_depth),
        cmocka_unit_test(the_gathered_tile_is_the_sum_for_every_count_of_rows),
        cmocka_unit_test(packing_rows_interleaves_them_and_fills_with_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
