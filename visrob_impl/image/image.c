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
