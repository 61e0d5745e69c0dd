/* tests/test_corrupt.c: image/corrupt: the fifteen against public libraries given the same draws, then their
 * statistics. */
#include "test.h"
#include "golden/factors.h"

static vr_arena arena;

/* The picture of make_factors.py. */
static vr_image picture(int64_t width, int64_t height) {
    vr_image image = vr_image_new(&arena, width, height);
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++)
            for (int64_t c = 0; c < 3; c++)
                image.pixels[(y * width + x) * 3 + c] =
                    (uint8_t)(llabs((x * (2 + c) + y * 3) % 160 - 80) +
                              llabs((x * 5 + 400 - y * 2 + 31 * c) % 120 - 60) + 90 * ((x / 11 + y / 8) % 2));
    return image;
}

static vr_image flat(int64_t width, int64_t height, int value) {
    vr_image image = vr_image_new(&arena, width, height);
    memset(image.pixels, value, (size_t)(width * height * 3));
    return image;
}

static vr_rng image_rng(uint64_t index) {
    return vr_rng_at(vr_rng_split(vr_rng_init(2024), "factors"), index);
}

/* The place of the k-th of the pixels that make_factors.py kept. */
static int64_t kept(int64_t k, int64_t width, int64_t height) {
    const int64_t corner[] = {0, width - 1, (height - 1) * width, height * width - 1};
    return k < 4 ? corner[k] : ((k - 4) * 7919 + 13) % (width * height);
}

static int64_t worst_difference(vr_image image, const uint8_t *golden) {
    int64_t worst = 0;
    for (int64_t k = 0; k < GOLDEN_PIXELS; k++)
        for (int64_t c = 0; c < 3; c++)
            worst = vr_max(worst, llabs((long long)image.pixels[kept(k, image.width, image.height) * 3 + c] -
                                        golden[3 * k + c]));
    return worst;
}

/* One level: ours is float and the references are double, so that a tie can round the other way. */
#define CHECK_SIZE(index)                                                                                    \
    for (size_t i = 0; i < sizeof golden_corrupt_##index / sizeof *golden_corrupt_##index; i++)              \
        for (int severity = 1; severity <= 5; severity++) {                                                  \
            const vr_factor f = golden_corrupt_##index[i].factor;                                            \
            const vr_image in = picture(golden_size[index][0], golden_size[index][1]);                       \
            const vr_image out = vr_factor_apply(&arena, in, f, severity, image_rng(17));                    \
            const int64_t d = worst_difference(out, golden_corrupt_##index[i].pixels[severity - 1]);         \
            if (d > 1)                                                                                       \
                fail_msg("%s %d on %lld x %lld: %lld levels off", vr_factor_name(f), severity,               \
                         (long long)in.width, (long long)in.height, (long long)d);                           \
        }

static void cifar_size_agrees_with_scipy_skimage_opencv_pillow_and_imagemagick(void **state) {
    (void)state;
    CHECK_SIZE(0)
}

static void imagenet_64_size_agrees_with_the_same(void **state) {
    (void)state;
    CHECK_SIZE(1)
}

static void imagenet_size_agrees_with_the_same(void **state) {
    (void)state;
    CHECK_SIZE(2)
}

typedef struct moments {
    double mean, variance;
} moments;

static moments of(vr_image image) {
    const int64_t n = image.width * image.height * 3;
    double sum = 0, square = 0;
    for (int64_t i = 0; i < n; i++) sum += image.pixels[i];
    for (int64_t i = 0; i < n; i++) square += pow(image.pixels[i] - sum / (double)n, 2);
    return (moments){sum / (double)n, square / (double)n};
}

static void gaussian_noise_has_its_deviation_on_middle_grey(void **state) {
    (void)state;
    const moments m =
        of(vr_factor_apply(&arena, flat(256, 256, 128), VR_FACTOR_GAUSSIAN_NOISE, 1, image_rng(0)));
    const double n = 256 * 256 * 3, sd = 0.08 * 255; /* 128 is 6 deviations from either end */
    assert_close(m.mean, 128, 4 * sd / sqrt(n));
    assert_close(sqrt(m.variance - 1 / 12.0), sd,
                 4 * sd / sqrt(2 * n)); /* rounding adds 1/12; four standard errors */
}

static void shot_noise_counts_photons_whose_variance_is_their_mean(void **state) {
    (void)state;
    static const double photons[5] = {500, 250, 100, 75, 50};
    for (int severity = 1; severity <= 5; severity++) {
        const vr_image in = flat(48, 400, 102); /* 0.4 of full white; the sum of many CIFAR images */
        const moments m = of(vr_factor_apply(&arena, in, VR_FACTOR_SHOT_NOISE, severity, image_rng(1)));
        const double n = 48 * 400 * 3, c = photons[severity - 1], variance = 0.4 / c * 255 * 255;
        assert_close(m.mean, 102, 4 * sqrt(variance / n));
        /* the variance of a Poisson variance is (2 + 1/mean) v^2 / n; rounding has a deviation of 0.29 levels, and may
         * go with the count, since a photon is near to a whole number of levels */
        const double error = variance * sqrt((2 + 1 / (0.4 * c)) / n);
        assert_close(m.variance, variance, 4 * error + 2 * 0.29 * sqrt(variance) + 1 / 12.0);
    }
    const vr_image black = vr_factor_apply(&arena, flat(20, 20, 0), VR_FACTOR_SHOT_NOISE, 5, image_rng(1));
    assert_int_equal(of(black).mean, 0);
}

static void impulse_noise_hits_its_share_half_white_half_black(void **state) {
    (void)state;
    static const double share[5] = {0.03, 0.06, 0.09, 0.17, 0.27};
    const int64_t n = 256 * 256 * 3;
    vr_image before = {0};
    for (int severity = 1; severity <= 5; severity++) {
        const vr_image out =
            vr_factor_apply(&arena, flat(256, 256, 100), VR_FACTOR_IMPULSE_NOISE, severity, image_rng(2));
        int64_t white = 0, black = 0;
        for (int64_t i = 0; i < n; i++) {
            white += out.pixels[i] == 255, black += out.pixels[i] == 0;
            assert_true(out.pixels[i] == 255 || out.pixels[i] == 0 || out.pixels[i] == 100);
            if (before.pixels && before.pixels[i] != 100) assert_int_equal(out.pixels[i], before.pixels[i]);
        }
        const double p = share[severity - 1];
        assert_close((double)(white + black) / (double)n, p, 4 * sqrt(p * (1 - p) / (double)n));
        assert_close((double)white, (double)black, 4 * sqrt((double)(white + black)));
        before = out;
    }
}

/* Mean absolute difference from the clean picture, over eight images. */
static double distance(vr_factor f, int severity, int64_t side) {
    int64_t sum = 0;
    for (uint64_t k = 0; k < 8; k++) {
        vr_image in;
        vr_draw_shapes_set(&arena, &in, NULL, (int64_t)k, 1, side, vr_rng_init(5));
        const vr_image out = vr_factor_apply(&arena, in, f, severity, image_rng(k));
        for (int64_t i = 0; i < side * side * 3; i++) sum += llabs((long long)in.pixels[i] - out.pixels[i]);
    }
    return (double)sum / (double)(8 * side * side * 3);
}

/* The published levels themselves go back and forth for four: glass (0.4 once, then 0.25 twice), elastic (strong
 * and coarse, then weak and fine), snow (larger flakes but fewer) and frost (which also dims, so that a dark picture
 * comes back). Motion blur of (6,2) and (8,2) is nearly one. */
static void a_higher_severity_is_further_from_the_clean_image(void **state) {
    (void)state;
    static const int64_t sides[3] = {32, 64, 176};
    for (int s = 0; s < 3; s++)
        for (int f = 0; f < VR_FACTOR_COUNT; f++) {
            const bool published_so = f == VR_FACTOR_GLASS_BLUR || f == VR_FACTOR_ELASTIC_TRANSFORM ||
                                      f == VR_FACTOR_SNOW || f == VR_FACTOR_FROST;
            double last = 0;
            for (int severity = 1; severity <= 5; severity++) {
                const double d = distance((vr_factor)f, severity, sides[s]);
                vr_arena_reset(&arena);
                const double least = published_so ? 0.3 : f == VR_FACTOR_MOTION_BLUR ? 0.99 * last : last;
                if (!(d > least))
                    fail_msg("%s at %lld pixels: severity %d is %g from the clean image, the one before %g",
                             vr_factor_name((vr_factor)f), (long long)sides[s], severity, d, last);
                last = d;
            }
            if (!(last > distance((vr_factor)f, 1, sides[s])) && f != VR_FACTOR_ELASTIC_TRANSFORM)
                fail_msg("%s: 5 is not worse than 1", vr_factor_name((vr_factor)f));
        }
}

/* All factors and severities of `count` images, one after the other. */
static uint8_t *everything(int threads, int64_t count, int64_t side) {
    const int64_t bytes = side * side * 3, each = VR_FACTOR_COUNT * 5;
    uint8_t *all = vr_arena_alloc(&arena, count * each * bytes, 1);
    vr_image *in = vr_arena_alloc(&arena, count, sizeof *in);
    vr_draw_shapes_set(&arena, in, NULL, 0, count, side, vr_rng_init(8));
    vr_threads_set(threads);
#pragma omp parallel for schedule(dynamic) num_threads(vr_threads())
    for (int64_t k = 0; k < count * each; k++) {
        vr_arena own = {0};
        const vr_image out = vr_factor_apply(&own, in[k / each], (vr_factor)(k % each / 5), (int)(k % 5) + 1,
                                             image_rng((uint64_t)(k / each)));
        memcpy(all + k * bytes, out.pixels, (size_t)bytes);
        vr_arena_free(&own);
    }
    vr_threads_set(0);
    return all;
}

static void the_bits_are_the_same_for_1_2_3_and_7_threads(void **state) {
    (void)state;
    for (int64_t side = 32; side <= 160; side += 64) { /* one of each set of constants */
        const int64_t count = side < 100 ? 3 : 1, bytes = count * VR_FACTOR_COUNT * 5 * side * side * 3;
        const uint8_t *one = everything(1, count, side);
        for (int i = 0; i < 3; i++)
            assert_memory_equal(everything((int[]){2, 3, 7}[i], count, side), one, (size_t)bytes);
        vr_arena_reset(&arena);
    }
}

static void another_image_has_other_draws_and_the_same_image_the_same(void **state) {
    (void)state;
    const vr_image in = picture(32, 32);
    static const vr_factor random[] = {
        VR_FACTOR_GAUSSIAN_NOISE, VR_FACTOR_SHOT_NOISE,  VR_FACTOR_IMPULSE_NOISE,
        VR_FACTOR_GLASS_BLUR,     VR_FACTOR_MOTION_BLUR, VR_FACTOR_SNOW,
        VR_FACTOR_FROST,          VR_FACTOR_FOG,         VR_FACTOR_ELASTIC_TRANSFORM};
    for (size_t i = 0; i < sizeof random / sizeof *random; i++) {
        const vr_image a = vr_factor_apply(&arena, in, random[i], 3, image_rng(1));
        const vr_image b = vr_factor_apply(&arena, in, random[i], 3, image_rng(2));
        assert_memory_not_equal(a.pixels, b.pixels, 32 * 32 * 3);
        assert_memory_equal(a.pixels, vr_factor_apply(&arena, in, random[i], 3, image_rng(1)).pixels,
                            32 * 32 * 3);
    }
}

static void any_size_works_and_only_the_result_stays_in_the_arena(void **state) {
    (void)state;
    static const int64_t size[][2] = {{1, 1},   {1, 7},   {7, 1},   {2, 2},    {3, 5},
                                      {16, 16}, {300, 1}, {1, 300}, {49, 400}, {171, 163}};
    for (size_t k = 0; k < sizeof size / sizeof *size; k++)
        for (int f = 0; f < VR_FACTOR_COUNT; f++)
            for (int severity = 1; severity <= 5; severity++) {
                vr_arena_reset(&arena);
                const vr_image in = picture(size[k][0], size[k][1]);
                const int64_t before = arena.used;
                vr_image_new(&arena, in.width, in.height);
                const int64_t price = arena.used - before;
                const vr_image out = vr_factor_apply(&arena, in, (vr_factor)f, severity, image_rng(k));
                assert_int_equal(out.width, in.width);
                assert_int_equal(out.height, in.height);
                assert_int_equal(arena.used - before, 2 * price);
            }
}

static void the_input_is_left_alone(void **state) {
    (void)state;
    const vr_image in = picture(40, 33), copy = vr_image_copy(&arena, in);
    for (int f = 0; f < VR_FACTOR_COUNT; f++) {
        const vr_image out = vr_factor_apply(&arena, in, (vr_factor)f, 5, image_rng(4));
        assert_memory_equal(in.pixels, copy.pixels, 40 * 33 * 3);
        assert_memory_not_equal(out.pixels, in.pixels, 40 * 33 * 3);
    }
}

static void contrast_keeps_the_mean_and_blur_keeps_a_flat_image(void **state) {
    (void)state;
    const vr_image in = picture(64, 64);
    assert_close(of(vr_factor_apply(&arena, in, VR_FACTOR_CONTRAST, 2, image_rng(0))).mean, of(in).mean, 0.5);
    static const vr_factor still[] = {
        VR_FACTOR_DEFOCUS_BLUR, VR_FACTOR_GLASS_BLUR,        VR_FACTOR_MOTION_BLUR, VR_FACTOR_ZOOM_BLUR,
        VR_FACTOR_CONTRAST,     VR_FACTOR_ELASTIC_TRANSFORM, VR_FACTOR_PIXELATE};
    for (size_t i = 0; i < sizeof still / sizeof *still; i++)
        for (int severity = 1; severity <= 5; severity++) {
            const vr_image out =
                vr_factor_apply(&arena, flat(180, 170, 77), still[i], severity, image_rng(0));
            for (int64_t k = 0; k < 180 * 170 * 3;
                 k++) /* the script's disc of radius 8 or 10 weighs 1 % too much */
                assert_in_range(out.pixels[k], 77,
                                still[i] == VR_FACTOR_DEFOCUS_BLUR && severity > 3 ? 78 : 77);
        }
}

/* Of the six photographs that it stands in for, the mean is 0.35 to 0.81 and the deviation 0.08 to 0.17. */
static void frost_is_as_bright_and_as_varied_as_photographs_of_ice(void **state) {
    (void)state;
    static const int64_t sides[3] = {32, 64, 224};
    static const double share[3] = {0.45, 0.55, 0.75};
    for (int s = 0; s < 3; s++)
        for (uint64_t k = 0; k < 6; k++) {
            const vr_image ice =
                vr_factor_apply(&arena, flat(sides[s], sides[s], 0), VR_FACTOR_FROST, 5, image_rng(k));
            const moments m = of(ice);
            assert_close(m.mean / 255 / share[s], 0.58, 0.23);
            assert_close(sqrt(m.variance) / 255 / share[s], 0.125, 0.06);
        }
}

static int empty_arena(void **state) {
    (void)state;
    vr_arena_free(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cifar_size_agrees_with_scipy_skimage_opencv_pillow_and_imagemagick),
        cmocka_unit_test(imagenet_64_size_agrees_with_the_same),
        cmocka_unit_test(imagenet_size_agrees_with_the_same),
        cmocka_unit_test(gaussian_noise_has_its_deviation_on_middle_grey),
        cmocka_unit_test(shot_noise_counts_photons_whose_variance_is_their_mean),
        cmocka_unit_test(impulse_noise_hits_its_share_half_white_half_black),
        cmocka_unit_test(a_higher_severity_is_further_from_the_clean_image),
        cmocka_unit_test(the_bits_are_the_same_for_1_2_3_and_7_threads),
        cmocka_unit_test(another_image_has_other_draws_and_the_same_image_the_same),
        cmocka_unit_test(any_size_works_and_only_the_result_stays_in_the_arena),
        cmocka_unit_test(the_input_is_left_alone),
        cmocka_unit_test(contrast_keeps_the_mean_and_blur_keeps_a_flat_image),
        cmocka_unit_test(frost_is_as_bright_and_as_varied_as_photographs_of_ice),
    };
    return cmocka_run_group_tests(tests, NULL, empty_arena);
}
