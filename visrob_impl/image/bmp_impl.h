/* image/bmp_impl.h: the BMP decoder. */
#ifndef VISROB_IMAGE_BMP_IMPL_H
#define VISROB_IMAGE_BMP_IMPL_H
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The header of a BMP file. */
typedef struct vrp_bmp {
    int64_t width, height, offset, stride; /* offset: of the pixels in the file; stride: bytes a row */
    bool from_top;
    int bits;                /* of a pixel: 1, 4, 8, 16, 24 or 32 */
    int shift[3], most[3];   /* of 16 bits and more: where red, green and blue lie, and their largest value */
    uint8_t palette[256][3]; /* of 8 bits and fewer: all 256 entries */
} vrp_bmp;

/* Reads the header and the palette, and checks that the pixels are there; their number is for the caller to check.
 * Notes:   headers of OS/2 (12 and 64 bytes) and Windows (40, 52, 56, 108, 124); entries that the palette does not have
 *          are black, but grey of their own level where the palette is 0, 1, 2, ..., as in Pillow.
 * Errors:  VR_ERR_FORMAT naming file and byte; VR_ERR_UNSUPPORTED for run-length or otherwise compressed files, unusual
 *          bit fields, and grey palettes that Pillow misreads. */
VR_API bool vrp_bmp_open(vrp_bmp *bmp, vr_bytes file, const char *name, vr_err *err);

/* Decodes a BMP that passed vrp_image_inspect, into an image of the size found by it.
 * Source:  agrees with Pillow's convert("RGB") bit for bit. */
VR_API bool vrp_bmp_decode(vr_image image, vr_bytes file, const char *name, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
