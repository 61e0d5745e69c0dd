/* tests/test_factor.c: image/factor: the list of factors, and what the continuous ones do. */
#include "image.h"
#include "../visrob_impl/image/draw_impl.h"
#include "golden/factors.h"

/* Each pixel another colour: its own number. */
static vr_image numbered(int64_t width, int64_t height) {
    vr_image image = vr_image_new(&arena, width, height);
    for (int64_t i = 0; i < width * height; i++)
        for (int c = 0; c < 3; c++) image.pixels[3 * i + c] = (uint8_t)(i >> (8 * c));
    return image;
}

static int64_t number_at(vr_image image, int64_t x, int64_t y) {
    const uint8_t *p = image.pixels + (y * image.width + x) * 3;
    return p[0] | p[1] << 8 | p[2] << 16;
}

static vr_image applied(vr_image in, vr_factor f, double amount, uint64_t index) {
    return vr_factor_apply_amount(&arena, in, f, amount, vr_rng_at(vr_rng_init(3), index));
}

static void every_name_leads_back_to_its_factor(void **state) {
    (void)state;
    int continuous = 0;
    for (int i = 0; i < VR_FACTOR_COUNT; i++) {
        vr_factor *found;
        int64_t count;
        assert_true(vr_factors_parse(&arena, &found, &count, vr_factor_name((vr_factor)i), VR_FATAL));
        assert_int_equal(count, 1);
        assert_int_equal(found[0], i);
        assert_true(strlen(vr_factor_category(found[0])) > 3);
        continuous += vr_factor_is_continuous(found[0]);
    }
    assert_int_equal(VR_FACTOR_COUNT, 29);
    assert_int_equal(VR_FACTOR_DEFAULTS, 25);
    assert_int_equal(continuous, 10);
    assert_string_equal(vr_factor_name(VR_FACTOR_JPEG_COMPRESSION), "jpeg_compression");
    assert_string_equal(vr_factor_category(VR_FACTOR_FOG), "weather");
}

static void the_extra_corruptions_are_used_where_they_are_named(void **state) {
    (void)state;
    vr_factor *found;
    int64_t count;
    assert_true(vr_factors_parse(&arena, &found, &count, "all", VR_FATAL));
    assert_int_equal(count, 25);
    for (int64_t i = 0; i < count; i++) assert_string_not_equal(vr_factor_category(found[i]), "extra");
    assert_true(vr_factors_parse(&arena, &found, &count, "extra", VR_FATAL));
    assert_int_equal(count, 4);
    assert_int_equal(found[0], VR_FACTOR_SPECKLE_NOISE);
    assert_int_equal(found[3], VR_FACTOR_SATURATE);
    assert_true(vr_factors_parse(&arena, &found, &count, "spatter,all", VR_FATAL));
    assert_int_equal(count, 26);
}

static void an_unknown_name_is_reported_with_the_known_ones(void **state) {
    (void)state;
    vr_factor *found;
    int64_t count;
    vr_err err = {0};
    assert_false(vr_factors_parse(&arena, &found, &count, "fog,fogg", &err));
    assert_int_equal(err.code, VR_ERR_USAGE);
    assert_null(found);
    assert_message(err, "unknown factor 'fogg'");
    for (int i = 0; i < VR_FACTOR_COUNT; i++) assert_message(err, vr_factor_name((vr_factor)i));
    err = (vr_err){0};
    assert_false(vr_factors_parse(&arena, &found, &count, ",", &err));
}

static void the_amount_that_changes_nothing_changes_nothing(void **state) {
    (void)state;
    static const struct {
        vr_factor factor;
        double amount;
    } still[] = {{VR_FACTOR_BRIGHTEN, 1},    {VR_FACTOR_DARKNESS, 0},   {VR_FACTOR_HUE, 0},
                 {VR_FACTOR_HUE, 720},       {VR_FACTOR_SATURATION, 0}, {VR_FACTOR_ROTATION, 0},
                 {VR_FACTOR_ROTATION, -360}, {VR_FACTOR_SCALE, 1},      {VR_FACTOR_TRANSLATION, 0},
                 {VR_FACTOR_OCCLUSION, 0},   {VR_FACTOR_TEXTURE, 1},    {VR_FACTOR_WATERMARK, 0}};
    for (int64_t i = 0; i < COUNT(still); i++) {
        const vr_image in = pattern(37, 23), dot = pattern(1, 1);
        if (!same(applied(in, still[i].factor, still[i].amount, i), in) ||
            !same(applied(dot, still[i].factor, still[i].amount, i), dot))
            fail_msg("%s of %g is not the identity", vr_factor_name(still[i].factor), still[i].amount);
    }
}

static void rotation_hue_saturation_and_scale_agree_with_scipy_and_skimage(void **state) {
    (void)state;
    for (int64_t i = 0; i < COUNT(golden_amount); i++) {
        const int64_t W = golden_size[0][0], H = golden_size[0][1];
        const vr_image out = applied(pattern(W, H), golden_amount[i].factor, golden_amount[i].amount, 0);
        for (int64_t k = 0; k < GOLDEN_PIXELS; k++)
            for (int64_t c = 0; c < 3; c++) {
                const int64_t at = kept_pixel(k, W, H);
                if (llabs((long long)out.pixels[3 * at + c] - golden_amount[i].pixels[3 * k + c]) >
                    1) /* ties */
                    fail_msg("%s of %g, pixel %lld: %d, not %d", vr_factor_name(golden_amount[i].factor),
                             golden_amount[i].amount, (long long)at, out.pixels[3 * at + c],
                             golden_amount[i].pixels[3 * k + c]);
            }
    }
}

static void light_is_a_gain(void **state) {
    (void)state;
    const vr_image in = numbered(16, 16), more = applied(in, VR_FACTOR_BRIGHTEN, 1.5, 0),
                   less = applied(in, VR_FACTOR_DARKNESS, 0.4, 0);
    for (int64_t v = 0; v < 256; v++) {
        assert_int_equal(more.pixels[3 * v], vr_min(255, (int64_t)floor((double)v * 1.5 + 0.5)));
        assert_close(less.pixels[3 * v], (double)v * 0.6, 0.5001); /* a tie goes either way */
    }
    assert_int_equal(applied(in, VR_FACTOR_DARKNESS, 1, 0).pixels[3 * 255], 0);
}

static void hue_turns_red_to_green_and_full_saturation_loss_is_grey(void **state) {
    (void)state;
    vr_image red = vr_image_new(&arena, 1, 1);
    memcpy(red.pixels, (uint8_t[]){200, 40, 40}, 3);
    assert_memory_equal(applied(red, VR_FACTOR_HUE, 120, 0).pixels, ((uint8_t[]){40, 200, 40}), 3);
    assert_memory_equal(applied(red, VR_FACTOR_HUE, -120, 0).pixels, ((uint8_t[]){40, 40, 200}), 3);
    assert_memory_equal(applied(red, VR_FACTOR_HUE, 180, 0).pixels, ((uint8_t[]){40, 200, 200}), 3);
    assert_memory_equal(applied(red, VR_FACTOR_SATURATION, 1, 0).pixels, ((uint8_t[]){88, 88, 88}),
                        3); /* 87.84 */
}

static void a_quarter_turn_is_clockwise_and_exact(void **state) {
    (void)state;
    const vr_image in = numbered(15, 15), out = applied(in, VR_FACTOR_ROTATION, 90, 0);
    for (int64_t y = 0; y < 15; y++)
        for (int64_t x = 0; x < 15; x++) assert_int_equal(number_at(out, 14 - y, x), number_at(in, x, y));
}

static void half_the_scale_is_the_mean_of_pixels_and_a_reflected_frame(void **state) {
    (void)state;
    vr_image in = vr_image_new(&arena, 8, 1);
    for (int64_t x = 0; x < 8; x++) memset(in.pixels + 3 * x, (int)(8 * x), 3);
    const vr_image out = applied(in, VR_FACTOR_SCALE, 0.5, 0);
    /* a triangle over 4 pixels, (1,3,3,1)/8, of a line of slope 8: about 2.5 and about 4.5 */
    assert_int_equal(out.pixels[3 * 3], 20);
    assert_int_equal(out.pixels[3 * 4], 36);
    /* the content ends between pixels 1 and 2 and between 5 and 6, and is reflected there */
    for (int64_t k = 0; k < 2; k++) {
        assert_int_equal(out.pixels[3 * (1 - k)], out.pixels[3 * (2 + k)]);
        assert_int_equal(out.pixels[3 * (6 + k)], out.pixels[3 * (5 - k)]);
    }
}

static void translation_moves_by_its_share_in_any_direction(void **state) {
    (void)state;
    const vr_image in = numbered(60, 40);
    int quadrants = 0;
    for (uint64_t k = 0; k < 32; k++) {
        const vr_image out = applied(in, VR_FACTOR_TRANSLATION, 0.2, k);
        const int64_t from = number_at(out, 30, 20), dx = 30 - from % 60, dy = 20 - from / 60;
        assert_close(hypot((double)dx, (double)dy), 0.2 * 40, 0.7072); /* each component is rounded */
        assert_int_equal(number_at(out, 31, 21), from + 61);
        quadrants |= 1 << ((dx > 0) + 2 * (dy > 0));
    }
    assert_int_equal(quadrants, 15);
    applied(in, VR_FACTOR_TRANSLATION, 1e300, 0); /* a whole number of reflections */
    applied(in, VR_FACTOR_TRANSLATION, -7.3, 0);
}

static void occlusion_covers_its_share_within_the_frame(void **state) {
    (void)state;
    vr_image in = vrp_draw_canvas(&arena, 90, 60);
    bool moves = false;
    int64_t first = -1;
    for (uint64_t k = 0; k < 20; k++) {
        const double share = 0.05 * (double)(k + 1);
        const vr_image out = applied(in, VR_FACTOR_OCCLUSION, share, k);
        int64_t covered = 0, at = -1;
        for (int64_t i = 0; i < 90 * 60; i++) {
            covered += out.pixels[3 * i] == 128;
            if (at < 0 && out.pixels[3 * i] == 128) at = i;
        }
        assert_close((double)covered, share * 90 * 60, 45); /* half a row of the widest box */
        moves |= first >= 0 && at != first;
        first = at;
    }
    assert_true(moves);
}

static void texture_moves_every_patch_and_loses_none(void **state) {
    (void)state;
    const vr_image in = numbered(48, 36);
    for (uint64_t k = 0; k < 10; k++)
        for (int64_t n = 2; n <= 6; n++) {
            if (48 % n || 36 % n) continue;
            const vr_image out = applied(in, VR_FACTOR_TEXTURE, (double)n, k);
            bool seen[48 * 36] = {false};
            for (int64_t y = 0; y < 36; y++)
                for (int64_t x = 0; x < 48; x++) {
                    const int64_t from = number_at(out, x, y), fx = from % 48, fy = from / 48;
                    assert_false(seen[from]);
                    seen[from] = true;
                    assert_true(fx / (48 / n) != x / (48 / n) || fy / (36 / n) != y / (36 / n));
                    assert_true(fx % (48 / n) == x % (48 / n) && fy % (36 / n) == y % (36 / n));
                }
        }
    const vr_image odd = applied(pattern(31, 17), VR_FACTOR_TEXTURE, 7, 0); /* patches of unequal size */
    assert_int_equal(odd.width, 31);
}

static void the_watermark_only_lightens_and_lies_across_the_middle(void **state) {
    (void)state;
    const vr_image in = pattern(100, 80), out = applied(in, VR_FACTOR_WATERMARK, 0.5, 0);
    int64_t columns = 0, whitest = 0;
    for (int64_t x = 0; x < 100; x++) {
        bool touched = false;
        for (int64_t y = 0; y < 80; y++)
            for (int c = 0; c < 3; c++) {
                const int64_t i = (y * 100 + x) * 3 + c;
                assert_true(out.pixels[i] >= in.pixels[i]);
                if (out.pixels[i] == in.pixels[i]) continue;
                assert_in_range(y, 20, 60);
                touched = true;
                whitest += out.pixels[i] == (uint8_t)(in.pixels[i] + (255 - in.pixels[i]) * 0.5 + 0.5);
            }
        columns += touched;
    }
    assert_in_range(columns, 60, 95);
    assert_in_range(whitest, 2000, 24000); /* values under the full stroke; the rest of the letters is edge */
    assert_true(same(applied(in, VR_FACTOR_WATERMARK, 0.5, 1), out)); /* the same letters on each image */
}

static void a_severity_is_its_amount_with_a_random_sign_where_one_is_free(void **state) {
    (void)state;
    const vr_image in = pattern(32, 32);
    for (int i = 0; i < VR_FACTOR_COUNT; i++) {
        const vr_factor f = (vr_factor)i;
        if (!vr_factor_is_continuous(f)) continue;
        int plus = 0, minus = 0;
        for (uint64_t k = 0; k < 16; k++) {
            const vr_rng rng = vr_rng_at(vr_rng_init(9), k);
            const vr_image out = vr_factor_apply(&arena, in, f, 2, rng);
            const double amount = vr_factor_amount(f, 2);
            const bool same_as_plus = same(out, vr_factor_apply_amount(&arena, in, f, amount, rng));
            plus += same_as_plus;
            if (f == VR_FACTOR_HUE || f == VR_FACTOR_ROTATION)
                minus += same(out, vr_factor_apply_amount(&arena, in, f, -amount, rng));
        }
        assert_int_equal(plus + minus, 16);
        if (f == VR_FACTOR_HUE || f == VR_FACTOR_ROTATION)
            assert_true(plus >= 2 && minus >= 2);
        else
            assert_int_equal(plus, 16);
    }
    assert_close(vr_factor_amount(VR_FACTOR_SCALE, 5), 0.5, 0);
}

static void an_amount_out_of_its_range_is_a_bug_that_names_it(void **state) {
    (void)state;
    static const struct {
        vr_factor factor;
        double amount;
    } bad[] = {{VR_FACTOR_BRIGHTEN, -0.1}, {VR_FACTOR_DARKNESS, 1.01},  {VR_FACTOR_OCCLUSION, -0.1},
               {VR_FACTOR_WATERMARK, 2},   {VR_FACTOR_SATURATION, 1.5}, {VR_FACTOR_SCALE, 0},
               {VR_FACTOR_SCALE, 1e9},     {VR_FACTOR_TEXTURE, 2.5},    {VR_FACTOR_TEXTURE, 0},
               {VR_FACTOR_TEXTURE, 17},    {VR_FACTOR_HUE, INFINITY},   {VR_FACTOR_ROTATION, NAN},
               {VR_FACTOR_FOG, 1}};
    const vr_image in = pattern(16, 20);
    for (volatile int64_t i = 0; i < COUNT(bad); i++)
        assert_panics(applied(in, bad[i].factor, bad[i].amount, 0), vr_factor_name(bad[i].factor));
    for (volatile int severity = 0; severity <= 6; severity += 6)
        assert_panics(vr_factor_apply(&arena, in, VR_FACTOR_FOG, severity, vr_rng_init(0)), "severity");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_leads_back_to_its_factor),
        cmocka_unit_test(the_extra_corruptions_are_used_where_they_are_named),
        cmocka_unit_test(an_unknown_name_is_reported_with_the_known_ones),
        cmocka_unit_test(the_amount_that_changes_nothing_changes_nothing),
        cmocka_unit_test(rotation_hue_saturation_and_scale_agree_with_scipy_and_skimage),
        cmocka_unit_test(light_is_a_gain),
        cmocka_unit_test(hue_turns_red_to_green_and_full_saturation_loss_is_grey),
        cmocka_unit_test(a_quarter_turn_is_clockwise_and_exact),
        cmocka_unit_test(half_the_scale_is_the_mean_of_pixels_and_a_reflected_frame),
        cmocka_unit_test(translation_moves_by_its_share_in_any_direction),
        cmocka_unit_test(occlusion_covers_its_share_within_the_frame),
        cmocka_unit_test(texture_moves_every_patch_and_loses_none),
        cmocka_unit_test(the_watermark_only_lightens_and_lies_across_the_middle),
        cmocka_unit_test(a_severity_is_its_amount_with_a_random_sign_where_one_is_free),
        cmocka_unit_test(an_amount_out_of_its_range_is_a_bug_that_names_it),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
