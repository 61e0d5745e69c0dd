/* tests/test_draw.c: image/draw: coverage against areas known from geometry, patterns, and the set of shapes. */
#include "test.h"
#include "../visrob_impl/image/draw_impl.h"

TEST_ARENA(arena);
static const vrp_paint white = {.a = {1, 1, 1}};

/* The sum of the coverage of what is drawn white on black. */
static double area(vr_image image) {
    int64_t sum = 0;
    for (int64_t i = 0; i < image.width * image.height; i++) sum += image.pixels[3 * i];
    return (double)sum / 255;
}

static uint8_t at(vr_image image, int64_t x, int64_t y) { return image.pixels[(y * image.width + x) * 3]; }

static void classes_have_names(void **state) {
    (void)state;
    assert_string_equal(vr_shapes_class_name(VR_SHAPES_DISC), "disc");
    assert_string_equal(vr_shapes_class_name(VR_SHAPES_ARROW), "arrow");
    assert_int_equal(VR_SHAPES_COUNT, 10);
}

static void a_polygon_covers_each_pixel_by_its_exact_area(void **state) {
    (void)state;
    vr_image image = vrp_draw_canvas(&arena, 8, 6);
    vrp_draw_polygon(image, (double[]){1.25, 1.5, 4.5, 1.5, 4.5, 3.25, 1.25, 3.25}, 4, &white);
    assert_int_equal(at(image, 1, 1), 96);  /* 0.75 * 0.5 */
    assert_int_equal(at(image, 2, 1), 128); /* 0.5 */
    assert_int_equal(at(image, 2, 2), 255);
    assert_int_equal(at(image, 4, 2), 128);
    assert_int_equal(at(image, 4, 3), 32); /* 0.5 * 0.25 */
    assert_int_equal(at(image, 5, 2), 0);
    assert_int_equal(at(image, 2, 4), 0);
    vr_image corner = vrp_draw_canvas(&arena, 3, 3); /* the diagonal halves the pixels that it crosses */
    vrp_draw_polygon(corner, (double[]){0, 0, 3, 3, 0, 3}, 3, &white);
    for (int64_t k = 0; k < 3; k++) assert_int_equal(at(corner, k, k), 128);
    assert_int_equal(at(corner, 0, 2), 255);
    assert_int_equal(at(corner, 2, 0), 0);
}

static void areas_are_those_of_geometry(void **state) {
    (void)state;
    const double pi = acos(-1);
    const double triangle[] = {20.3, 10.1, 90.7, 33.9, 41.2, 88.8};
    for (int k = 0; k < 5; k++) {
        const vr_image image = vrp_draw_canvas(&arena, 100, 100);
        double expected;
        switch (k) {
        case 0:
            vrp_draw_disc(image, 50.3, 47.9, 30, &white), expected = pi * 900;
            break;
        case 1:
            vrp_draw_ring(image, 50.3, 47.9, 20, 30, &white), expected = pi * 500;
            break;
        case 2:
            vrp_draw_line(image, 20.5, 30.25, 70.1, 61.7, 7, &white);
            expected = 7 * hypot(49.6, 31.45) + pi * 3.5 * 3.5;
            break;
        case 3:
            vrp_draw_polygon(image, triangle, 3, &white), expected = 0.5 * (70.4 * 78.7 - 23.8 * 20.9);
            break;
        default:
            vrp_draw_disc(image, 50.5, 50.5, 0.3, &white), expected = pi * 0.09;
            break;
        }
        /* levels are rounded at the edge only; a disc's soft edge is a ramp in place of the exact area */
        assert_close(area(image), expected, k == 4 ? 0.35 : 0.002 * expected);
    }
}

static void a_polygon_in_reverse_order_is_the_same(void **state) {
    (void)state;
    const vr_image a = vrp_draw_canvas(&arena, 40, 40), b = vrp_draw_canvas(&arena, 40, 40);
    vrp_draw_polygon(a, (double[]){5.5, 4, 33, 9.1, 30, 31, 18, 20, 7, 36.6}, 5, &white);
    vrp_draw_polygon(b, (double[]){7, 36.6, 18, 20, 30, 31, 33, 9.1, 5.5, 4}, 5, &white);
    for (int64_t i = 0; i < 40 * 40 * 3; i++)
        assert_close(a.pixels[i], b.pixels[i], 1); /* sums in another order */
    assert_int_equal(at(a, 18, 30), 0);            /* the notch */
    assert_int_equal(at(a, 25, 18), 255);
}

static void what_lies_outside_is_left_out(void **state) {
    (void)state;
    const vr_image image = vrp_draw_canvas(&arena, 1030, 5); /* wider than what a polygon sums at once */
    vrp_draw_polygon(image, (double[]){-1e12, -1e12, 1e12, -1e12, 1e12, 1e12, -1e12, 1e12}, 4, &white);
    assert_close(area(image), 1030 * 5, 0);
    memset(image.pixels, 0, 1030 * 5 * 3);
    vrp_draw_polygon(image, (double[]){-50, 1, 700.5, 1, 700.5, 3, -50, 3}, 4, &white);
    assert_close(area(image), 700.5 * 2, 0.01);
    vrp_draw_disc(image, -1e15, 2, 1e3, &white);
    vrp_draw_disc(image, 1e300, 1e300, 5, &white);
    vrp_draw_line(image, 0, -20, 1e6, -20, 3, &white);
    vrp_draw_polygon(image, (double[]){-9, -9, -3, -9, -3, 90}, 3, &white);
    vrp_draw_ring(image, 500, 2, 3000, 4000, &white); /* inside of the hole */
    vrp_draw_disc(image, 5, 2, 0, &white);
    assert_close(area(image), 700.5 * 2, 0.01);
}

static void patterns_repeat_by_their_period_and_turn(void **state) {
    (void)state;
    vrp_paint paint = {.pattern = VR_PATTERN_STRIPES, .b = {1, 1, 1}, .period = 8};
    const vr_image image = vrp_draw_canvas(&arena, 64, 64), turned = vrp_draw_canvas(&arena, 64, 64);
    for (int p = VR_PATTERN_STRIPES; p < VR_PATTERN_COUNT; p++) {
        paint.pattern = (vr_pattern)p;
        paint.angle = 0;
        vrp_draw_fill(image, &paint);
        int64_t light = 0, dark = 0;
        for (int64_t y = 0; y < 48; y++)
            for (int64_t x = 0; x < 48; x++) {
                light += at(image, x, y) > 200, dark += at(image, x, y) < 55;
                if (p == VR_PATTERN_MARBLE) continue;
                assert_close(at(image, x, y), at(image, x + 8, y), 1);
                assert_close(at(image, x, y), at(image, x, y + (p == VR_PATTERN_WAVES ? 16 : 8)), 1);
            }
        assert_true(light > 48 * 48 / 8 && dark > 48 * 48 / 8); /* both colours are seen */
        paint.angle = 90;
        vrp_draw_fill(turned, &paint); /* clockwise: what ran right runs down, and what ran down runs left */
        if (p != VR_PATTERN_MARBLE)
            for (int64_t y = 0; y < 48; y++)
                for (int64_t x = 1; x < 48; x++) assert_close(at(turned, 64 - 1 - x, y), at(image, y, x), 1);
    }
    const vrp_paint red = {.a = {1, 0.5f, 0}};
    vrp_draw_fill(image, &red);
    assert_memory_equal(image.pixels, ((uint8_t[]){255, 128, 0}), 3);
}

static void an_image_depends_on_the_set_and_its_index_only(void **state) {
    (void)state;
    vr_image one[24], two[24];
    vr_shapes_factors f[24], g[24];
    vrp_shapes_set(&arena, one, f, 0, 24, 48, vr_rng_init(1));
    vrp_shapes_set(&arena, two, g, 17, 5, 48, vr_rng_init(1));
    for (int i = 0; i < 5; i++) {
        assert_memory_equal(two[i].pixels, one[17 + i].pixels, 48 * 48 * 3);
        assert_int_equal(g[i].shape, (17 + i) % 10);
        assert_close(g[i].hue, f[17 + i].hue, 0);
    }
    vrp_shapes_set(&arena, two, NULL, 0, 1, 48, vr_rng_init(2));
    assert_memory_not_equal(two[0].pixels, one[0].pixels, 48 * 48 * 3);
    for_threads (threads) {
        vrp_shapes_set(&arena, two, NULL, 0, 24, 48, vr_rng_init(1));
        for (int i = 0; i < 24; i++) assert_memory_equal(two[i].pixels, one[i].pixels, 48 * 48 * 3);
    }
}

static void factors_are_in_their_ranges_and_independent_of_the_class(void **state) {
    (void)state;
    enum { N = 4000 };
    vr_image *images = vr_arena_alloc(&arena, N, sizeof *images);
    vr_shapes_factors *f = vr_arena_alloc(&arena, N, sizeof *f);
    vrp_shapes_set(&arena, images, f, 0, N, 16, vr_rng_init(4));
    double hue[10] = {0}, size[10] = {0};
    int64_t texture[VR_PATTERN_COUNT] = {0}, background[VR_PATTERN_COUNT] = {0};
    for (int i = 0; i < N; i++) {
        assert_int_equal(f[i].shape, i % 10);
        assert_true(f[i].hue >= 0 && f[i].hue < 360 && f[i].size >= 0.2f && f[i].size <= 0.36f);
        assert_true(f[i].x >= 0.36f && f[i].x <= 0.64f && f[i].y >= 0.36f && f[i].y <= 0.64f);
        assert_true(fabs(f[i].rotation) <= 30 && f[i].light >= 0.55f && f[i].light <= 1.15f);
        hue[i % 10] += f[i].hue / (N / 10.0), size[i % 10] += f[i].size / (N / 10.0);
        texture[f[i].shape_texture]++, background[f[i].background_texture]++;
    }
    for (int c = 0; c < 10; c++) { /* four standard errors of a uniform mean of 400 */
        assert_close(hue[c], 180, 4 * 360 / sqrt(12 * N / 10.0));
        assert_close(size[c], 0.28, 4 * 0.16 / sqrt(12 * N / 10.0));
    }
    for (int p = 0; p < VR_PATTERN_COUNT; p++) {
        assert_close((double)texture[p], N / 6.0, 4 * sqrt(N / 6.0));
        assert_close((double)background[p], N / 6.0, 4 * sqrt(N / 6.0));
    }
}

/* The mean colour of a square around a point, clipped to the image. */
static void colour_of(double rgb[3], vr_image image, double x, double y, double half) {
    int64_t n = 0;
    rgb[0] = rgb[1] = rgb[2] = 0;
    for (int64_t j = 0; j < image.height; j++)
        for (int64_t i = 0; i < image.width; i++) {
            if (fabs((double)i + 0.5 - x) > half || fabs((double)j + 0.5 - y) > half) continue;
            for (int c = 0; c < 3; c++) rgb[c] += image.pixels[(j * image.width + i) * 3 + c];
            n++;
        }
    for (int c = 0; c < 3; c++) rgb[c] /= (double)n;
}

static void the_shape_stands_out_from_its_background_where_the_factors_say(void **state) {
    (void)state;
    enum { N = 600, SIDE = 64 };
    vr_image images[N];
    vr_shapes_factors f[N];
    vrp_shapes_set(&arena, images, f, 0, N, SIDE, vr_rng_init(11));
    for (int i = 0; i < N; i++) {
        if (f[i].shape == VR_SHAPES_RING || f[i].shape == VR_SHAPES_CRESCENT)
            continue; /* hollow in the middle */
        double in[3], out[3];
        colour_of(in, images[i], f[i].x * SIDE, f[i].y * SIDE, 0.25 * f[i].size * SIDE);
        colour_of(out, images[i], f[i].x < 0.5f ? SIDE - 5 : 5, f[i].y < 0.5f ? SIDE - 5 : 5, 4.5);
        const double distance =
            sqrt(pow(in[0] - out[0], 2) + pow(in[1] - out[1], 2) + pow(in[2] - out[2], 2));
        if (!(distance > 30))
            fail_msg("image %d: the shape is only %g levels from its background", i, distance);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_have_names),
        cmocka_unit_test(a_polygon_covers_each_pixel_by_its_exact_area),
        cmocka_unit_test(areas_are_those_of_geometry),
        cmocka_unit_test(a_polygon_in_reverse_order_is_the_same),
        cmocka_unit_test(what_lies_outside_is_left_out),
        cmocka_unit_test(patterns_repeat_by_their_period_and_turn),
        cmocka_unit_test(an_image_depends_on_the_set_and_its_index_only),
        cmocka_unit_test(factors_are_in_their_ranges_and_independent_of_the_class),
        cmocka_unit_test(the_shape_stands_out_from_its_background_where_the_factors_say),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
