/* tests/test_augment.c: image/augment: torchvision's crops and jitter given the same draws, and what is drawn. */
#include "image.h"
#include "../visrob_impl/image/augment_impl.h"
#include "golden/colour.h"

static vr_rng draws(uint64_t index) { return vr_rng_at(vr_rng_init(7), index); }

static void the_part_is_torchvisions_for_the_same_draws(void **state) {
    (void)state;
    for (int64_t i = 0; i < COUNT(golden_part); i++) {
        const vrp_rect want = golden_part[i].part;
        const vrp_rect part = vrp_view_part(golden_part[i].width, golden_part[i].height, golden_part[i].area,
                                            golden_part[i].ratio, draws(golden_part[i].index));
        if (memcmp(&part, &want, sizeof part) != 0)
            fail_msg("case %d: %dx%d at (%d,%d), not %dx%d at (%d,%d)", (int)i, (int)part.width,
                     (int)part.height, (int)part.x, (int)part.y, (int)want.width, (int)want.height,
                     (int)want.x, (int)want.y);
    }
}

static void the_jitter_is_torchvisions_for_the_same_draws(void **state) {
    (void)state;
    for (int64_t i = 0; i < COUNT(golden_jitter); i++) {
        const vr_view_opts opts = {.brightness = golden_jitter[i].brightness,
                                   .contrast = golden_jitter[i].contrast,
                                   .saturation = golden_jitter[i].saturation,
                                   .hue = golden_jitter[i].hue};
        const vr_image image = pattern(40, 30);
        vrp_view_jitter(image, &opts, draws(golden_jitter[i].index));
        if (crc(image) != golden_jitter[i].crc) fail_msg("case %d", (int)i);
    }
}

/* A part is always inside and has an area and ratio in the given ranges, up to rounding. */
static void parts_fill_their_ranges_and_stay_inside(void **state) {
    (void)state;
    static const double area[2] = {0.2, 0.6}, ratio[2] = {0.75, 4.0 / 3};
    double low = 1, high = 0;
    int corners = 0;
    for (uint64_t i = 0; i < 2000; i++) {
        const vrp_rect p = vrp_view_part(300, 200, area, ratio, draws(i));
        assert_true(p.x >= 0 && p.y >= 0 && p.x + p.width <= 300 && p.y + p.height <= 200);
        const double share = (double)(p.width * p.height) / (300 * 200);
        low = fmin(low, share), high = fmax(high, share);
        assert_close((double)p.width / (double)p.height, 1.04, 0.31);
        corners |= (p.x == 0) | (p.y == 0) << 1 | (p.x + p.width == 300) << 2 | (p.y + p.height == 200) << 3;
    }
    assert_close(low, 0.2, 0.01);
    assert_close(high, 0.6, 0.01);
    assert_int_equal(corners, 15); /* every edge is reached */
}

static void a_view_is_its_part_and_then_each_step_that_is_certain(void **state) {
    (void)state;
    const vr_image in = pattern(90, 70);
    const vr_view_opts plain = {.size = 32, .filter = VR_FILTER_BICUBIC};
    const double area[2] = {0.08, 1}, ratio[2] = {3.0 / 4, 4.0 / 3};
    const vr_rng rng = draws(5);
    const vrp_rect part = vrp_view_part(90, 70, area, ratio, vr_rng_split(rng, "part"));
    const vr_image want = vrp_image_resize_crop(&arena, in, part, 32, 32, VR_FILTER_BICUBIC);
    assert_true(same(vr_view(&arena, in, &plain, rng), want));
    vr_view_opts opts = plain;
    opts.flip = 1, opts.grey = 1, opts.solarize = 1;
    vr_image_flip(want), vr_image_grey(want), vr_image_solarize(want, 128);
    assert_true(same(vr_view(&arena, in, &opts, rng), want));
    opts = plain;
    opts.blur = 1, opts.blur_sigma[0] = opts.blur_sigma[1] = 1.5;
    const vr_image soft = vrp_image_resize_crop(&arena, in, part, 32, 32, VR_FILTER_BICUBIC);
    vr_image_blur(soft, 1.5, 3, &arena);
    assert_true(same(vr_view(&arena, in, &opts, rng), soft));
    assert_int_equal(vr_view(&arena, in, &(vr_view_opts){0}, rng).width, 224);
}

/* How often of 1,000 a view differs from one without the step. */
static int64_t changes(const vr_view_opts *with, const vr_view_opts *without) {
    const vr_image in = pattern(24, 24);
    int64_t n = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        const vr_arena_mark mark = vr_arena_here(&arena);
        n += !same(vr_view(&arena, in, with, draws(i)), vr_view(&arena, in, without, draws(i)));
        vr_arena_rewind(&arena, mark);
    }
    return n;
}

static void each_step_happens_with_its_probability(void **state) {
    (void)state;
    const vr_view_opts plain = {.size = 16};
    vr_view_opts flip = plain, jitter = plain, grey = plain, blur = plain, solarize = plain;
    flip.flip = 0.5, grey.grey = 0.2, blur.blur = 0.5, solarize.solarize = 0.1;
    blur.size = 40; /* a kernel of 5: at 16 pixels it is one pixel, which changes nothing */
    vr_view_opts wide = plain;
    wide.size = 40;
    jitter.jitter = 0.8, jitter.brightness = jitter.contrast = 0.4, jitter.hue = 0.1;
    assert_close(changes(&flip, &plain), 500, 64); /* four deviations of a binomial */
    assert_close(changes(&jitter, &plain), 800, 51);
    assert_close(changes(&grey, &plain), 200, 51);
    assert_close(changes(&blur, &wide), 500, 80); /* the softest of 0.1 pixels change nothing */
    assert_close(changes(&solarize, &plain), 100, 38);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_part_is_torchvisions_for_the_same_draws),
        cmocka_unit_test(the_jitter_is_torchvisions_for_the_same_draws),
        cmocka_unit_test(parts_fill_their_ranges_and_stay_inside),
        cmocka_unit_test(a_view_is_its_part_and_then_each_step_that_is_certain),
        cmocka_unit_test(each_step_happens_with_its_probability),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
