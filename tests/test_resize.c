/* tests/test_resize.c: image/resize against Pillow and torchvision: a drawn pattern, real images, crops. */
#include "image.h"
#include "../visrob_impl/image/resize_impl.h"
#include "golden/resize.h"

static const vr_filter filters[] = {VR_FILTER_BILINEAR, VR_FILTER_BICUBIC, VR_FILTER_NEAREST, VR_FILTER_BOX};

static void every_pixel_is_pillows(void **state) {
    (void)state;
    for (int64_t i = 0; i < COUNT(golden_pixels); i++) {
        const int64_t w = golden_pixels[i].width, h = golden_pixels[i].height;
        const vr_image out = vr_image_resize(&arena, pattern(40, 30), w, h, golden_pixels[i].filter);
        for (int64_t k = 0; k < w * h * 3; k++) assert_int_equal(out.pixels[k], golden_pixels[i].pixels[k]);
    }
}

static void up_down_and_across_every_filter_gives_pillows_bits(void **state) {
    (void)state;
    for (int64_t i = 0; i < COUNT(golden_resize); i++)
        for (int f = 0; f < 4; f++) {
            const vr_image out = vr_image_resize(&arena, pattern(40, 30), golden_resize[i].width,
                                                 golden_resize[i].height, filters[f]);
            if (crc(out) != golden_resize[i].crc[f])
                fail_msg("filter %d to %d x %d differs from Pillow", f, golden_resize[i].width,
                         golden_resize[i].height);
        }
}

static void resized_crop_is_torchvisions_and_looks_at_nothing_outside(void **state) {
    (void)state;
    for (int64_t i = 0; i < COUNT(golden_crop); i++) {
        const vr_image in = pattern(40, 30), noisy = vr_image_copy(&arena, in);
        const vrp_rect r = golden_crop[i].rect;
        const vr_image out = vrp_image_resize_crop(&arena, in, r, golden_crop[i].width, golden_crop[i].height,
                                                   golden_crop[i].filter);
        assert_int_equal(crc(out), golden_crop[i].crc);
        for (int64_t y = 0; y < 30; y++)
            for (int64_t x = 0; x < 40; x++)
                if (x < r.x || x >= r.x + r.width || y < r.y || y >= r.y + r.height)
                    memset(noisy.pixels + (y * 40 + x) * 3, 255, 3);
        assert_int_equal(crc(vrp_image_resize_crop(&arena, noisy, r, golden_crop[i].width,
                                                   golden_crop[i].height, golden_crop[i].filter)),
                         golden_crop[i].crc);
    }
}

static void resize_and_centre_crop_have_torchvisions_sides_and_offsets(void **state) {
    (void)state;
    for (int64_t i = 0; i < COUNT(golden_preprocess); i++) {
        const vr_preprocess p = {.resize = golden_preprocess[i].resize,
                                 .size = golden_preprocess[i].size,
                                 .filter = golden_preprocess[i].filter};
        const vr_image in = pattern(golden_preprocess[i].width, golden_preprocess[i].height);
        if (crc(vr_preprocess_crop(&arena, in, &p)) != golden_preprocess[i].crc)
            fail_msg("%lld x %lld to %lld, crop %lld, filter %d differs from torchvision",
                     (long long)in.width, (long long)in.height, (long long)p.resize, (long long)p.size,
                     (int)p.filter);
        int64_t w = in.width, h = in.height;
        vr_resize_shorter(&w, &h, p.resize);
        const vr_image whole = vr_image_resize(&arena, in, w, h, p.filter);
        assert_int_equal(crc(vr_image_crop_centre(&arena, whole, p.size, p.size)), golden_preprocess[i].crc);
    }
}

static void the_shorter_side_becomes_the_size_and_the_longer_is_floored(void **state) {
    (void)state;
    static const int64_t cases[][5] = {{500, 375, 256, 341, 256}, {375, 500, 256, 256, 341},
                                       {256, 256, 224, 224, 224}, {1, 1000, 1, 1, 1000},
                                       {3, 2, 1, 1, 1},           {65536, 1, 8, 524288, 8},
                                       {600, 400, 232, 348, 232}};
    for (int64_t i = 0; i < COUNT(cases); i++) {
        int64_t w = cases[i][0], h = cases[i][1];
        vr_resize_shorter(&w, &h, cases[i][2]);
        assert_int_equal(w, cases[i][3]);
        assert_int_equal(h, cases[i][4]);
    }
}

static void normalization_is_torchvisions_on_any_number_of_threads(void **state) {
    (void)state;
    const vr_preprocess still = {
        .size = 30, .mean = {0.485f, 0.456f, 0.406f}, .std = {0.229f, 0.224f, 0.225f}};
    const vr_image left =
        vrp_image_resize_crop(&arena, pattern(40, 30), (vrp_rect){0, 0, 30, 30}, 30, 30, VR_FILTER_BOX);
    vr_tensor x = vr_tensor_3d(&arena, 30, 30, 3);
    vr_preprocess_normalize(x, left, &still);
    for (int64_t i = 0; i < COUNT(golden_normalized); i++)
        assert_close(x.data[i], golden_normalized[i], 3e-7);
    const vr_preprocess zero = {.size = 30};
    vr_preprocess_normalize(x, left, &zero);
    assert_close(x.data[7], left.pixels[7] / 255.0, 1e-7);

    vr_preprocess p = still;
    p.resize = 33;
    vr_image images[9];
    for (int64_t i = 0; i < 9; i++) images[i] = pattern(20 + 9 * i, 70 - 5 * i);
    vr_tensor one = vr_tensor_4d(&arena, 9, 30, 30, 3), many = vr_tensor_4d(&arena, 9, 30, 30, 3);
    vr_preprocess_batch(one, images, &p, &arena);
    for (int64_t i = 0; i < 9; i++) { /* the one-pass form is the two steps one after the other */
        vr_preprocess_normalize(x, vr_preprocess_crop(&arena, images[i], &p), &p);
        assert_memory_equal(vr_tensor_row(one, i).data, x.data, 30 * 30 * 3 * sizeof(float));
        vr_preprocess_apply(x, images[i], &p, &arena);
        assert_memory_equal(vr_tensor_row(one, i).data, x.data, 30 * 30 * 3 * sizeof(float));
    }
    for_threads (threads) {
        memset(many.data, 0, 9 * 30 * 30 * 3 * sizeof(float));
        vr_preprocess_batch(many, images, &p, &arena);
        assert_memory_equal(one.data, many.data, 9 * 30 * 30 * 3 * sizeof(float));
    }
}

static void real_images_are_decoded_and_resized_to_pillows_bits(void **state) {
    (void)state;
    test_data("photos");
    for (int64_t i = 0; i < COUNT(golden_photo); i++) {
        char name[64];
        snprintf(name, sizeof name, "photos/%s", golden_photo[i].name);
        vr_image in;
        vr_image_load(&arena, &in, test_data(name), NULL, VR_FATAL);
        assert_int_equal(crc(in), golden_photo[i].decoded);
        const int64_t w = in.width, h = in.height;
        for (int f = 0; f < 2; f++) {
            const vr_preprocess p = {.resize = 256, .size = 224, .filter = filters[f]};
            const struct {
                vr_image out;
                uint32_t crc;
            } cases[] = {{vr_image_resize(&arena, in, w / 2, h / 2, filters[f]), golden_photo[i].half[f]},
                         {vr_image_resize(&arena, in, w / 5, h / 5, filters[f]), golden_photo[i].fifth[f]},
                         {vr_image_resize(&arena, in, w * 2, h * 2, filters[f]), golden_photo[i].twice[f]},
                         {vr_image_resize(&arena, in, w + 13, h / 7, filters[f]), golden_photo[i].odd[f]},
                         {vr_preprocess_crop(&arena, in, &p), golden_photo[i].crop[f]}};
            for (int64_t k = 0; k < COUNT(cases); k++)
                if (crc(cases[k].out) != cases[k].crc)
                    fail_msg("%s to %lld x %lld, filter %d, differs from Pillow", name,
                             (long long)cases[k].out.width, (long long)cases[k].out.height, f);
        }
        vr_arena_reset(&arena);
    }
}

static void a_rectangle_outside_and_a_size_of_nothing_are_bugs(void **state) {
    (void)state;
    const vr_image in = pattern(8, 6);
    static const vrp_rect bad[] = {{-1, 0, 2, 2}, {0, 0, 9, 1}, {7, 0, 2, 1},
                                   {0, 5, 1, 2},  {0, 0, 0, 1}, {INT64_MAX, 0, 1, 1}};
    for (volatile int64_t i = 0; i < COUNT(bad); i++)
        assert_panics(vrp_image_resize_crop(&arena, in, bad[i], 4, 4, VR_FILTER_BOX),
                      "is not inside of the image of 8 x 6");
    static const int64_t sizes[][2] = {{0, 4}, {4, -1}, {INT64_MAX / 2, 3}};
    for (volatile int64_t i = 0; i < COUNT(sizes); i++)
        assert_panics(vr_image_resize(&arena, in, sizes[i][0], sizes[i][1], VR_FILTER_BICUBIC), "pixels");
}

static void only_the_result_stays_in_the_arena(void **state) {
    (void)state;
    const vr_image in = pattern(40, 30);
    const int64_t before = arena.used;
    vr_image_new(&arena, 64, 48);
    const int64_t price = arena.used - before;
    vr_image_resize(&arena, in, 64, 48, VR_FILTER_BICUBIC);
    assert_int_equal(arena.used - before, 2 * price);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pixel_is_pillows),
        cmocka_unit_test(up_down_and_across_every_filter_gives_pillows_bits),
        cmocka_unit_test(resized_crop_is_torchvisions_and_looks_at_nothing_outside),
        cmocka_unit_test(resize_and_centre_crop_have_torchvisions_sides_and_offsets),
        cmocka_unit_test(the_shorter_side_becomes_the_size_and_the_longer_is_floored),
        cmocka_unit_test(normalization_is_torchvisions_on_any_number_of_threads),
        cmocka_unit_test(real_images_are_decoded_and_resized_to_pillows_bits),
        cmocka_unit_test(a_rectangle_outside_and_a_size_of_nothing_are_bugs),
        cmocka_unit_test(only_the_result_stays_in_the_arena),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
