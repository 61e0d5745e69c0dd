/* image/codec.c: image/jpeg, image/bmp and image/gif read these formats, stb PNG, PSD, PNM and TGA; files that stb would
 * decode wrongly are refused before (image/inspect).
 *
 * stb's buffers come from malloc and are freed when a function returns; pixels are copied once, into the arena. Its
 * failure reason is thread-local and its flags are never set here, so that any number of threads may decode at once. */
#include "image_impl.h"
#include "../base/os.h"
#include "../base/stb.h"
#include "../base/text.h"
#include "bmp_impl.h"
#include "gif_impl.h"
#include "inspect_impl.h"
#include "jpeg_impl.h"

/* Images of more pixels than this are decoded by one thread at a time: a decoder needs up to 16 bytes a pixel. */
enum { VRP_CODEC_LARGE = 1 << 24 };

/* out = the stored image turned upright: pixel (x,y) of out is pixel first + x*dx + y*dy of the stored image.
 * orientation: as in EXIF, 1..8. */
static void vrp_codec_turn(vr_image out, vr_image in, int orientation) {
    const int64_t w = in.width, last_x = w - 1, last_y = (in.height - 1) * w;
    const struct {
        int64_t first, dx, dy;
    } walk[9] = {{0},
                 {0, 1, w},
                 {last_x, -1, w},
                 {last_x + last_y, -1, -w},
                 {last_y, 1, -w},
                 {0, w, 1},
                 {last_y, -w, 1},
                 {last_x + last_y, -w, -1},
                 {last_x, w, -1}};
    const int64_t dx = walk[orientation].dx * 3, dy = walk[orientation].dy * 3;
    uint8_t *to = out.pixels;
    for (int64_t y = 0; y < out.height; y++) {
        const uint8_t *from = in.pixels + walk[orientation].first * 3 + y * dy;
        for (int64_t x = 0; x < out.width; x++, to += 3, from += dx)
            to[0] = from[0], to[1] = from[1], to[2] = from[2];
    }
}

/* A copy of a PNG of indexed colours for stb: its palette continues with black up to 256 entries, as in Pillow, because stb
 * looks up indices beyond the palette in uninitialized memory. What is neither header, palette nor data is left out. */
static vr_bytes vrp_codec_pad_png(vr_arena *arena, vr_bytes png) {
    static const char *const kept[] = {"IHDR", "PLTE", "IDAT", "IEND"};
    enum { PALETTE = 768 };
    uint8_t *to = (uint8_t *)vr_arena_zeroed(arena, png.size + PALETTE, 1), *start = to;
    memcpy(to, png.data, 8);
    to += 8;
    for (const uint8_t *from = png.data + 8; from < png.data + png.size;) {
        const int64_t n = (int64_t)from[0] << 24 | from[1] << 16 | from[2] << 8 | from[3];
        bool keep = false;
        for (int k = 0; k < 4; k++) keep = keep || memcmp(from + 4, kept[k], 4) == 0;
        if (keep) memcpy(to, from, (size_t)(8 + n));
        if (memcmp(from + 4, "PLTE", 4) == 0) to[2] = PALETTE >> 8, to[3] = 0, to += PALETTE - n;
        if (keep) to += 12 + n; /* stb does not read the checksums */
        from += 12 + n;
        if (memcmp(from - 8 - n, "IEND", 4) == 0) break;
    }
    return (vr_bytes){start, to - start};
}

/* The same of a TGA, whose palette may also begin later than at index 0. */
static vr_bytes vrp_codec_pad_tga(vr_arena *arena, vr_bytes tga) {
    enum { HEADER = 18, COLOURS = 256 };
    const uint8_t *p = tga.data;
    const int64_t first = p[3] | p[4] << 8, count = p[5] | p[6] << 8, unit = p[7] / 8;
    const int64_t head = HEADER + p[0], rest = tga.size - head - count * unit;
    uint8_t *out = (uint8_t *)vr_arena_zeroed(arena, head + COLOURS * unit + rest, 1);
    memcpy(out, p, (size_t)head);
    out[3] = out[4] = out[5] = 0, out[6] = COLOURS >> 8;
    memcpy(out + head + first * unit, p + head, (size_t)(count * unit));
    memcpy(out + head + COLOURS * unit, p + head + count * unit, (size_t)rest);
    return (vr_bytes){out, head + COLOURS * unit + rest};
}

/* Decodes with stb. */
static bool vrp_codec_decode_stb(vr_image image, vr_bytes file, const vrp_image_info *info, const char *name,
                                 vr_arena *scratch, vr_err *err) {
    int width = 0, height = 0, channels = 0;
    if (info->palette)
        file = (info->kind == VRP_IMAGE_PNG ? vrp_codec_pad_png : vrp_codec_pad_tga)(scratch, file);
    stbi_uc *pixels = stbi_load_from_memory(file.data, (int)file.size, &width, &height, &channels, 3);
    if (!pixels) return vr_fail(err, VR_ERR_FORMAT, "%s: cannot decode: %s", name, stbi_failure_reason());
    const bool as_declared = width == image.width && height == image.height;
    if (as_declared) memcpy(image.pixels, pixels, (size_t)(image.width * image.height * 3));
    stbi_image_free(pixels);
    return as_declared ||
           vr_fail(err, VR_ERR_FORMAT, "%s: decoded %d x %d pixels, the header declares %lld x %lld", name,
                   width, height, (long long)image.width, (long long)image.height);
}

/* Decodes a file as it is stored. */
static bool vrp_codec_decode(vr_image image, vr_bytes file, const vrp_image_info *info, const char *name,
                             vr_arena *scratch, vr_err *err) {
    switch (info->kind) {
    case VRP_IMAGE_JPEG:
        return vrp_jpeg_decode(image, file, name, scratch, err);
    case VRP_IMAGE_BMP:
        return vrp_bmp_decode(image, file, name, err);
    case VRP_IMAGE_GIF:
        return vrp_gif_decode(image, file, name, scratch, err);
    default:
        return vrp_codec_decode_stb(image, file, info, name, scratch, err);
    }
}

/* Decodes a file that was inspected, and turns it upright; the memory of the arena after the image is scratch. */
static bool vrp_codec_upright(vr_arena *arena, vr_image *image, vr_bytes file, const vrp_image_info *info,
                              const char *name, vr_err *err) {
    const vr_arena_mark before = vr_arena_here(arena);
    const bool across = info->orientation >= 5, turned = info->orientation != 1;
    const vr_image out =
        vr_image_new(arena, across ? info->height : info->width, across ? info->width : info->height);
    const vr_arena_mark after = vr_arena_here(arena);
    const vr_image stored = turned ? vr_image_new(arena, info->width, info->height) : out;
    const bool ok = vrp_codec_decode(stored, file, info, name, arena, err);
    if (ok && turned) vrp_codec_turn(out, stored, info->orientation);
    if (ok) *image = out;
    vr_arena_rewind(arena, ok ? after : before);
    return ok;
}

bool vrp_image_parse(vr_arena *arena, vr_image *image, vr_bytes file, const char *name,
                     const vr_image_opts *opts, vr_err *err) {
    *image = (vr_image){0};
    vrp_image_info info;
    if (!vrp_image_inspect(&info, file, name, opts, err)) return false;
    if (info.width * info.height <= VRP_CODEC_LARGE)
        return vrp_codec_upright(arena, image, file, &info, name, err);
    bool ok;
#pragma omp critical(vrp_codec_large)
    ok = vrp_codec_upright(arena, image, file, &info, name, err);
    return ok;
}

bool vr_image_load(vr_arena *arena, vr_image *image, const char *path, const vr_image_opts *opts,
                   vr_err *err) {
    *image = (vr_image){0};
    vr_arena file_arena = {0}; /* the file is freed, the pixels stay */
    vr_bytes file;
    const bool ok =
        vr_file_read(&file_arena, &file, path, err) && vrp_image_parse(arena, image, file, path, opts, err);
    vr_arena_free(&file_arena);
    return ok;
}

static void vrp_codec_append(void *text, void *bytes, int n) { vr_text_bytes((vr_text *)text, bytes, n); }

static vr_bytes vrp_codec_written(const vr_text *t, int ok, const char *kind) {
    VR_CHECK(ok, "out of memory while writing a %s", kind);
    return (vr_bytes){.data = (const uint8_t *)t->data, .size = t->size};
}

vr_bytes vr_image_format_png(vr_arena *arena, vr_image image) {
    vr_text t = {.arena = arena};
    const int w = (int)image.width, h = (int)image.height;
    return vrp_codec_written(&t, stbi_write_png_to_func(vrp_codec_append, &t, w, h, 3, image.pixels, w * 3),
                             "PNG");
}

static vr_bytes vrp_codec_format_bmp(vr_arena *arena, vr_image image) {
    vr_text t = {.arena = arena};
    const int w = (int)image.width, h = (int)image.height;
    return vrp_codec_written(&t, stbi_write_bmp_to_func(vrp_codec_append, &t, w, h, 3, image.pixels), "BMP");
}

vr_bytes vr_image_format_jpeg(vr_arena *arena, vr_image image, int quality) {
    return vrp_jpeg_encode(arena, image, quality);
}

bool vr_image_save(vr_image image, const char *path, vr_err *err) {
    vr_arena scratch = {0};
    vr_bytes file = {0};
    if (vr_path_has_suffix(path, ".png"))
        file = vr_image_format_png(&scratch, image);
    else if (vr_path_has_suffix(path, ".jpg") || vr_path_has_suffix(path, ".jpeg"))
        file = vr_image_format_jpeg(&scratch, image, 95);
    else if (vr_path_has_suffix(path, ".bmp"))
        file = vrp_codec_format_bmp(&scratch, image);
    const bool ok = file.size > 0
                        ? vr_file_write(path, file.data, file.size, err)
                        : vr_fail(err, VR_ERR_ARGUMENT,
                                  "%s: unsupported file extension; expected .png, .jpg, .jpeg or .bmp", path);
    vr_arena_free(&scratch);
    return ok;
}
