/* image/image.h: 8-bit RGB images and their files.
 *
 *     vr_image image;
 *     vr_image_load(&perm, &image, "cat.jpg", NULL, VR_FATAL);
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

enum {
    VR_IMAGE_PIXELS =
        1 << 26, /* the most pixels that are read of a file, unless an option says otherwise: 8192 x 8192 */
    VR_IMAGE_MAX_PIXELS = 1 << 28 /* the most pixels of any image */
};

/* How a file is read. All zero is the default. */
typedef struct vr_image_opts {
    int64_t
        max_pixels; /* a file that declares more is refused before its pixels are allocated; 0: VR_IMAGE_PIXELS */
    bool
        ignore_exif; /* pixels as they are stored, as torchvision reads them; else turned as the camera was held */
} vr_image_opts;

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
 * Notes:   grey becomes R = G = B; alpha is dropped, as in PIL's convert("RGB"); of 16 bits the high 8 are kept; JPEG and
 *          PNG are turned by the orientation of EXIF or XMP, and CMYK becomes RGB. Threads may decode at the same time;
 *          images of more than 2^24 pixels are decoded one after the other. opts may be NULL.
 * Errors:  VR_ERR_IO naming the path, VR_ERR_FORMAT naming file and byte, VR_ERR_UNSUPPORTED for forms whose pixels would not
 *          be Pillow's, VR_ERR_LIMIT for more than opts->max_pixels; *image = {0}.
 * Source:  agrees with Pillow's ImageOps.exif_transpose(Image.open(...)).convert("RGB") bit for bit (JPEG through
 *          libjpeg-turbo) where the file is not damaged, but for 16-bit grey PNG, which Pillow cuts off at 255, and for
 *          the orientation in compressed texts of a PNG, which is not read. */
VR_API bool vr_image_load(vr_arena *arena, vr_image *image, const char *path, const vr_image_opts *opts,
                          vr_err *err);

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
