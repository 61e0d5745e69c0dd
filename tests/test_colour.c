/* tests/test_colour.c: image/colour and image/blur against Pillow, torchvision, and values worked by hand. */
#include "image.h"
#include "../visrob_impl/image/blur_impl.h"
#include "../visrob_impl/image/resize_impl.h"
#include "golden/colour.h"

/* The pattern of make_colour.py: 2^18 colours from all over the cube. */
static vr_image palette(void) {
    const vr_image image = vr_image_new(&arena, 512, 512);
    for (int i = 0; i < 1 << 18; i++) {
        image.pixels[3 * i] = (uint8_t)((i & 63) * 4 + (i >> 12 & 3));
        image.pixels[3 * i + 1] = (uint8_t)((i >> 6 & 63) * 4 + (i & 3));
        image.pixels[3 * i + 2] = (uint8_t)((i >> 12) * 4 + (i >> 6 & 3));
    }
    return image;
}

static void change(vr_image image, const char *name, double amount) {
    if (strcmp(name, "brightness") == 0) vr_image_brightness(image, amount);
    if (strcmp(name, "contrast") == 0) vr_image_contrast(image, amount);
    if (strcmp(name, "saturation") == 0) vr_image_saturation(image, amount);
    if (strcmp(name, "hue") == 0) vr_image_hue(image, amount);
    if (strcmp(name, "solarize") == 0) vr_image_solarize(image, (int)amount);
    if (strcmp(name, "grey") == 0) vr_image_grey(image);
    if (strcmp(name, "flip") == 0) vr_image_flip(image);
}

static void every_colour_is_changed_to_pillows_bits(void **state) {
    (void)state;
    for (int64_t i = 0; i < COUNT(golden_colour); i++) {
        const vr_image image = palette();
        change(image, golden_colour[i].name, golden_colour[i].amount);
        if (crc(image) != golden_colour[i].crc)
            fail_msg("%s by %g differs from Pillow", golden_colour[i].name, golden_colour[i].amount);
        vr_arena_reset(&arena);
    }
}

static void the_blur_is_torchvisions_within_a_level(void **state) {
    (void)state;
    for (int64_t i = 0; i < COUNT(golden_blur); i++) {
        const vr_image image = pattern(40, 30);
        vr_image_blur(image, golden_blur[i].sigma, golden_blur[i].size, &arena);
        int64_t off = 0;
        for (int64_t k = 0; k < 32; k++)
            for (int64_t c = 0; c < 3; c++) {
                const int64_t at = kept_pixel(k, 40, 30);
                const int64_t d = image.pixels[3 * at + c] - golden_blur[i].pixels[3 * k + c];
                if (llabs(d) > 1)
                    fail_msg("kernel %d, pixel %d: %d off", golden_blur[i].size, (int)at, (int)d);
                off += d != 0;
            }
        assert_in_range(off, 0, 2); /* of 96: where a sum ends near a half */
    }
}

static void a_line_is_flipped_and_a_single_pixel_stays(void **state) {
    (void)state;
    for (int64_t w = 1; w <= 6; w++) {
        const vr_image in = pattern(w, 2), out = vr_image_copy(&arena, in);
        vr_image_flip(out);
        for (int64_t y = 0; y < 2; y++)
            for (int64_t x = 0; x < w; x++)
                assert_memory_equal(out.pixels + (y * w + x) * 3, in.pixels + (y * w + w - 1 - x) * 3, 3);
    }
}

static void each_rule_of_a_border_holds_at_any_distance(void **state) {
    (void)state;
    static const int64_t want[3][12] = {{2, 3, 3, 2, 1, 0, 0, 1, 2, 3, 3, 2},  /* reflect, from -6 */
                                        {0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1},  /* mirror */
                                        {0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 3}}; /* nearest */
    static const vrp_border border[3] = {VRP_BORDER_REFLECT, VRP_BORDER_MIRROR, VRP_BORDER_NEAREST};
    for (int b = 0; b < 3; b++)
        for (int64_t i = 0; i < 12; i++) assert_int_equal(vrp_border_fold(i - 6, 4, border[b]), want[b][i]);
    for (int b = 0; b < 3; b++)
        for (int64_t i = -9; i < 9; i++) assert_int_equal(vrp_border_fold(i, 1, border[b]), 0);
    assert_int_equal(vrp_border_fold(8000000000001, 4, VRP_BORDER_REFLECT), 1);
}

static void taps_shift_and_a_gaussian_keeps_the_sum_of_a_line(void **state) {
    (void)state;
    const float in[6] = {1, 2, 3, 4, 5, 6};
    float out[6], line[64] = {0};
    const vrp_tap taps[2] = {{1, 0, 2}, {-1, 0, 10}};
    vrp_blur_taps(out, in, 3, 2, 1, taps, 2, 1, VRP_BORDER_NEAREST, &arena);
    static const float want[6] = {14, 16, 26, 50, 52, 62}; /* 2 * right + 10 * left */
    for (int i = 0; i < 6; i++) assert_close(out[i], want[i], 0);
    line[30] = 1;
    vrp_blur_gaussian(line, 64, 1, 1, 1.5, 6, VRP_BORDER_REFLECT, &arena);
    double sum = 0;
    for (int i = 0; i < 64; i++) sum += line[i];
    assert_close(sum, 1, 1e-6);
    assert_close(line[32] / line[30], exp(-0.5 * 4 / 2.25), 1e-6);
    assert_close(line[24], line[36], 0);
    assert_close(line[23], 0, 0); /* cut off beyond 6 */
}

static void an_impossible_amount_is_a_bug(void **state) {
    (void)state;
    const vr_image image = pattern(8, 6);
    static const struct {
        const char *name;
        double amount;
    } bad[] = {
        {"brightness", -0.1}, {"contrast", NAN}, {"saturation", INFINITY}, {"hue", 0.51}, {"hue", NAN}};
    for (volatile int64_t i = 0; i < COUNT(bad); i++)
        assert_panics(change(image, bad[i].name, bad[i].amount), "invalid ");
    assert_panics(vr_image_blur(image, 0, 3, &arena), "sigma 0");
    assert_panics(vr_image_blur(image, 1, 4, &arena), "invalid kernel size 4");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_colour_is_changed_to_pillows_bits),
        cmocka_unit_test(the_blur_is_torchvisions_within_a_level),
        cmocka_unit_test(a_line_is_flipped_and_a_single_pixel_stays),
        cmocka_unit_test(each_rule_of_a_border_holds_at_any_distance),
        cmocka_unit_test(taps_shift_and_a_gaussian_keeps_the_sum_of_a_line),
        cmocka_unit_test(an_impossible_amount_is_a_bug),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
