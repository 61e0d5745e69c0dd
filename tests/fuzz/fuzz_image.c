/* tests/fuzz/fuzz_image.c: images: what vr_image_inspect lets through is decoded, unless it has over a million pixels. */
#include "fuzz.h"

FUZZ_TARGET(image) {
    vr_image_info info;
    vr_image image;
    if (!vr_image_inspect(&info, file, "x", err)) return false;
    FUZZ_CHECK(info.width > 0 && info.height > 0 && info.orientation >= 1 && info.orientation <= 8);
    if (info.width * info.height > 1 << 20) return true;
    if (!vr_image_parse(arena, &image, file, "x", err)) return false;
    const bool turned = info.orientation >= 5;
    FUZZ_CHECK(image.width == (turned ? info.height : info.width) && image.height == (turned ? info.width : info.height));
    volatile uint8_t sum = 0;
    for (int64_t i = 0; i < 3 * image.width * image.height; i++) sum = (uint8_t)(sum + image.pixels[i]);
    return true;
}
