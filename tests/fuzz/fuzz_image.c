/* tests/fuzz/fuzz_image.c: images: what vrp_image_inspect lets through is decoded, unless it has over a million pixels. A PNG
 * is read as it comes, and once more with right checksums, which a fuzzer does not find by itself but an attacker does;
 * all other files also as a TGA. */
#include "fuzz.h"
#include "../../visrob_impl/image/image_impl.h"
#include "../../visrob_impl/image/inspect_impl.h"

static void fuzz_image_repair(uint8_t *p, int64_t n) {
    for (int64_t at = 8; n - at >= 12;) {
        const int64_t size = (int64_t)p[at] << 24 | p[at + 1] << 16 | p[at + 2] << 8 | p[at + 3];
        if (size > n - at - 12) return;
        const uint32_t crc = vr_crc32(0, p + at + 4, size + 4);
        for (int i = 0; i < 4; i++) p[at + 8 + size + i] = (uint8_t)(crc >> (24 - 8 * i));
        at += 12 + size;
    }
}

static bool fuzz_image_read(vr_arena *arena, vr_bytes file, const char *name, vr_err *err) {
    vrp_image_info info;
    vr_image image;
    if (!vrp_image_inspect(&info, file, name, NULL, err)) return false;
    FUZZ_CHECK(info.width > 0 && info.height > 0 && info.orientation >= 1 && info.orientation <= 8);
    if (info.width * info.height > 1 << 20) return true;
    if (!vrp_image_parse(arena, &image, file, name, NULL, err)) return false;
    const bool turned = info.orientation >= 5;
    FUZZ_CHECK(image.width == (turned ? info.height : info.width));
    FUZZ_CHECK(image.height == (turned ? info.width : info.height));
    volatile uint8_t sum = 0;
    for (int64_t i = 0; i < 3 * image.width * image.height; i++) sum = (uint8_t)(sum + image.pixels[i]);
    return true;
}

FUZZ_TARGET(image) {
    vr_err ignored = {0};
    const vr_arena_mark mark = vr_arena_here(arena);
    if (file.size > 8 && file.data[0] == 0x89) {
        uint8_t *copy = (uint8_t *)vr_arena_alloc(arena, file.size, 1);
        memcpy(copy, file.data, (size_t)file.size);
        fuzz_image_repair(copy, file.size);
        fuzz_image_read(arena, (vr_bytes){copy, file.size}, "x", &ignored);
    } else {
        fuzz_image_read(arena, file, "x.tga", &ignored); /* which only its name tells */
    }
    vr_arena_rewind(arena, mark);
    return fuzz_image_read(arena, file, "x", err);
}
