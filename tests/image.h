/* tests/image.h: images and their comparison, for the tests of visrob_impl/image. */
#ifndef VISROB_TESTS_IMAGE_H
#define VISROB_TESTS_IMAGE_H
#include "test.h"
#include "golden/pattern.h"

TEST_ARENA(arena);

static inline vr_image pattern(int64_t width, int64_t height) {
    return golden_pattern(&arena, width, height);
}

static inline uint32_t crc(vr_image image) {
    return vr_crc32(0, image.pixels, image.width * image.height * 3);
}

static inline bool same(vr_image a, vr_image b) {
    return a.width == b.width && a.height == b.height &&
           memcmp(a.pixels, b.pixels, (size_t)(a.width * a.height * 3)) == 0;
}

/* The index of the k-th of the pixels that the scripts of tests/golden keep: the four corners, then some in between. */
static inline int64_t kept_pixel(int64_t k, int64_t width, int64_t height) {
    const int64_t corner[] = {0, width - 1, (height - 1) * width, height * width - 1};
    return k < 4 ? corner[k] : ((k - 4) * 7919 + 13) % (width * height);
}
#endif
