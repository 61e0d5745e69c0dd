/* image/image.c: the pixels of an image. */
#include "image.h"
#include <string.h>

vr_image vr_image_new(vr_arena *arena, int64_t width, int64_t height) {
    VR_CHECK(width > 0 && height > 0 && width <= VR_IMAGE_MAX_PIXELS / height, "%lld x %lld pixels",
             (long long)width, (long long)height);
    return (vr_image){
        .pixels = (uint8_t *)vr_arena_alloc(arena, width * height, 3), .width = width, .height = height};
}

vr_image vr_image_copy(vr_arena *arena, vr_image in) {
    const vr_image out = vr_image_new(arena, in.width, in.height);
    memcpy(out.pixels, in.pixels, (size_t)(in.width * in.height * 3));
    return out;
}

vr_image vr_image_grid(vr_arena *arena, const vr_image *images, int64_t count, int64_t columns, int64_t gap) {
    VR_CHECK(count >= 1 && columns >= 1 && gap >= 0, "%lld images in %lld columns, %lld pixels apart",
             (long long)count, (long long)columns, (long long)gap);
    int64_t w = 1, h = 1;
    for (int64_t i = 0; i < count; i++) w = vr_max(w, images[i].width), h = vr_max(h, images[i].height);
    columns = vr_min(columns, count);
    const vr_image out =
        vr_image_new(arena, columns * (w + gap) - gap, (count + columns - 1) / columns * (h + gap) - gap);
    memset(out.pixels, 255, (size_t)(out.width * out.height * 3));
    for (int64_t i = 0; i < count; i++) {
        const vr_image in = images[i];
        const int64_t x = i % columns * (w + gap) + (w - in.width) / 2,
                      y = i / columns * (h + gap) + (h - in.height) / 2;
        for (int64_t row = 0; row < in.height; row++)
            memcpy(out.pixels + ((y + row) * out.width + x) * 3, in.pixels + row * in.width * 3,
                   (size_t)(in.width * 3));
    }
    return out;
}
