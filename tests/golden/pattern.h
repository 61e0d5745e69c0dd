/* tests/golden/pattern.h: the pattern of draws.py, computed in integers, so that Python and C have the same one. */
#ifndef VISROB_TESTS_PATTERN_H
#define VISROB_TESTS_PATTERN_H
#include "../../visrob.h"

static inline vr_image golden_pattern(vr_arena *arena, int64_t width, int64_t height) {
    const vr_image image = vr_image_new(arena, width, height);
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++)
            for (int64_t c = 0; c < 3; c++)
                image.pixels[(y * width + x) * 3 + c] =
                    (uint8_t)(llabs((x * (2 + c) + y * 3) % 160 - 80) +
                              llabs((x * 5 + 400 - y * 2 + 31 * c) % 120 - 60) + 90 * ((x / 11 + y / 8) % 2));
    return image;
}
#endif
