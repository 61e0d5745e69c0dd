/* image/image.h: 8-bit RGB images, from files and to files. */
#ifndef VISROB_IMAGE_IMAGE_H
#define VISROB_IMAGE_IMAGE_H
#include "../base/arena.h"
#include "../base/error.h"
#ifdef __cplusplus
extern "C" {
#endif

/* pixels[(y*width + x)*3 + c], c = red, green, blue; contiguous, 0..255. {0} is "no image". */
typedef struct vr_image {
    uint8_t *pixels;
    int64_t width, height;
} vr_image;

/* The most pixels that a file may declare; more is VR_ERR_LIMIT before anything is allocated. */
enum { VR_IMAGE_MAX_PIXELS = 1 << 28 };

/* A new image, not initialised. */
VR_API vr_image vr_image_new(vr_arena *arena, int64_t width, int64_t height);

/* A copy in the arena. */
VR_API vr_image vr_image_copy(vr_arena *arena, vr_image in);

/* Decodes a JPEG, PNG, BMP, GIF (its first frame), TGA, PSD or PNM file that is in memory.
 * Notes:   grey becomes R = G = B; alpha is dropped, as PIL's convert("RGB") does; of 16 bits the high 8 stay; a
 *          JPEG is turned as its EXIF orientation says, and CMYK becomes RGB. name is for messages. Safe to call from many threads.
 * Source:  agrees with Pillow's Image.open(...).convert("RGB") bit for bit for JPEG (through libjpeg-turbo) and all but its
 *          16-bit PNG, with ImageOps.exif_transpose for JPEG.
 * Errors:  VR_ERR_FORMAT naming file and cause, VR_ERR_LIMIT for more than VR_IMAGE_MAX_PIXELS; *image = {0}. */
VR_API bool vr_image_parse(vr_arena *arena, vr_image *image, vr_bytes file, const char *name, vr_err *err);

/* vr_image_parse of a file. Errors: VR_ERR_IO naming the path, and vr_image_parse's. */
VR_API bool vr_image_load(vr_arena *arena, vr_image *image, const char *path, vr_err *err);

/* The image as a PNG file in the arena. */
VR_API vr_bytes vr_image_format_png(vr_arena *arena, vr_image image);

/* The image as a JPEG file in the arena: sequential, quality 1..100; up to 90 colour has half the resolution both ways.
 * Source:  byte for byte what Pillow's save(..., quality=quality) writes through libjpeg-turbo, with subsampling=0 above
 *          quality 90. A side has at most 65,535 pixels (VR_CHECK). */
VR_API vr_bytes vr_image_format_jpeg(vr_arena *arena, vr_image image, int quality);

/* Saves an image; the path's ending says how: .png, .jpg, .jpeg (quality 95) or .bmp.
 * Errors:  VR_ERR_ARGUMENT for another ending, VR_ERR_IO naming the path. */
VR_API bool vr_image_save(vr_image image, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
