/* image/jpeg_impl.h: the JPEG decoder and encoder. */
#ifndef VISROB_IMAGE_JPEG_IMPL_H
#define VISROB_IMAGE_JPEG_IMPL_H
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Decodes a JPEG that passed vrp_image_inspect, into an image of the size found by it.
 * Notes:   as it is stored: the EXIF orientation is left to the caller. Huffman-coded, sequential or progressive, 8 bits,
 *          of 1 (grey), 3 (YCbCr or RGB) or 4 components (CMYK or YCCK, with Adobe's inverted inks). scratch is
 *          rewound.
 * Errors:  VR_ERR_FORMAT naming file and byte (corrupt or truncated data), VR_ERR_UNSUPPORTED for sampling factors that
 *          do not divide the largest; the pixels are undefined then.
 * Source:  ITU-T T.81; agrees with libjpeg-turbo's defaults (accurate integer IDCT, smooth upsampling), and so with
 *          Pillow, bit for bit. */
VR_API bool vrp_jpeg_decode(vr_image image, vr_bytes file, const char *name, vr_arena *scratch, vr_err *err);

/* vr_image_format_jpeg. */
VR_API vr_bytes vrp_jpeg_encode(vr_arena *arena, vr_image image, int quality);

#ifdef __cplusplus
}
#endif
#endif
