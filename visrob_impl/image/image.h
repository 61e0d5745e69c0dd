/* image/image.h: 8-bit RGB images and their files.
 *
 *     vr_image image;
 *     vr_image_load(&perm, &image, "cat.jpg", VR_FATAL);
 *     vr_image_save(image, "cat.png", VR_FATAL);
 */
#ifndef VISROB_IMAGE_IMAGE_H
#define VISROB_IMAGE_IMAGE_H
#include "../base/arena.h"
#include "../base/error.h"
#ifdef __cplusplus
extern "C" {
#endif

/* pixels[(y*width + x)*3 + c], c = red, green, blue; contiguous, 0..255. {0} is no image. */
typedef struct vr_image {
    uint8_t *pixels;
    int64_t width, height;
} vr_image;

/* The most pixels of an image; a file that declares more is refused before anything is allocated. */
enum { VR_IMAGE_MAX_PIXELS = 1 << 28 };

/* A new image, uninitialized. */
VR_API vr_image vr_image_new(vr_arena *arena, int64_t width, int64_t height);

/* A copy in the arena. */
VR_API vr_image vr_image_copy(vr_arena *arena, vr_image in);

/* Images side by side on white, so many in a row, with gap pixels between them: one row is a strip (columns = count).
 * Shapes:  images: [count], count, columns >= 1; every cell is as wide as the widest image and as high as the highest, and a
 *          smaller one stands in its middle.
 * Errors:  none; more than VR_IMAGE_MAX_PIXELS are a bug in the caller (VR_CHECK). */
VR_API vr_image vr_image_grid(vr_arena *arena, const vr_image *images, int64_t count, int64_t columns,
                              int64_t gap);

/* Decodes a JPEG, PNG, BMP, GIF (its first frame), TGA, PSD or PNM file.
 * Notes:   grey becomes R = G = B; alpha is dropped, as in PIL's convert("RGB"); of 16 bits the high 8 are kept; a JPEG
 *          is turned by its EXIF orientation, and CMYK becomes RGB. Threads may decode at the same time.
 * Errors:  VR_ERR_IO naming the path, VR_ERR_FORMAT naming file and byte, VR_ERR_UNSUPPORTED, VR_ERR_LIMIT for more than
 *          VR_IMAGE_MAX_PIXELS; *image = {0}.
 * Source:  agrees with Pillow's Image.open(...).convert("RGB") bit for bit for JPEG (through libjpeg-turbo) and all but
 *          its 16-bit PNG, with ImageOps.exif_transpose for JPEG. */
VR_API bool vr_image_load(vr_arena *arena, vr_image *image, const char *path, vr_err *err);

/* The image as a PNG file in the arena. */
VR_API vr_bytes vr_image_format_png(vr_arena *arena, vr_image image);

/* The image as a JPEG file in the arena: sequential, quality 1..100; up to 90 with chroma subsampling 4:2:0.
 * Notes:   a side has at most 65,535 pixels (VR_CHECK).
 * Source:  byte for byte what Pillow's save(..., quality=quality) writes through libjpeg-turbo, with subsampling=0 above
 *          quality 90. */
VR_API vr_bytes vr_image_format_jpeg(vr_arena *arena, vr_image image, int quality);

/* Saves an image; the format follows from the extension: .png, .jpg, .jpeg (quality 95) or .bmp.
 * Errors:  VR_ERR_ARGUMENT for another extension, VR_ERR_IO naming the path. */
VR_API bool vr_image_save(vr_image image, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
