/* image/jpeg.h: the JPEG decoder below vr_image_parse. */
#ifndef VISROB_IMAGE_JPEG_H
#define VISROB_IMAGE_JPEG_H
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Decodes a JPEG that vr_image_inspect has let pass, into an image of the size that it told of.
 * Notes:   as it is stored: turning it as EXIF says is left to the caller. Huffman-coded, sequential or progressive, 8 bits, of 1
 *          (grey), 3 (YCbCr or RGB) or 4 components (CMYK or YCCK, with Adobe's inverted inks). scratch is rewound.
 * Errors:  VR_ERR_FORMAT naming file and byte (data that is damaged or ends too soon), VR_ERR_UNSUPPORTED for sampling
 *          factors that do not divide the largest; the pixels are undefined then.
 * Source:  ITU-T T.81; agrees with libjpeg-turbo's defaults (its accurate integer IDCT and its smooth upsampling), and
 *          so with Pillow, bit for bit. */
VR_API bool vr_jpeg_decode(vr_image image, vr_bytes file, const char *name, vr_arena *scratch, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
