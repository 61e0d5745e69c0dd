/* image/inspect.h: what an image file declares, checked against the bytes that are there, without decoding it. */
#ifndef VISROB_IMAGE_INSPECT_H
#define VISROB_IMAGE_INSPECT_H
#include "../base/error.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The kinds of files that are read. */
typedef enum vr_image_kind {
    VR_IMAGE_JPEG = 1,
    VR_IMAGE_PNG,
    VR_IMAGE_GIF,
    VR_IMAGE_BMP,
    VR_IMAGE_PSD,
    VR_IMAGE_PNM,
    VR_IMAGE_TGA
} vr_image_kind;

/* What is known of an image before its pixels are. */
typedef struct vr_image_info {
    vr_image_kind kind;
    int64_t width, height; /* as stored; exchanged on screen where orientation >= 5 */
    int orientation;       /* EXIF's, 1..8; 1 = upright, and where a JPEG says nothing or nonsense */
} vr_image_info;

/* Reads what the file says of itself and walks through its blocks: a file that was cut short, that declares more
 * pixels than its bytes can hold, or whose tables do not fit is refused here, before anything is allocated.
 * Notes:   the kind follows from the first bytes; TGA has no mark of its own and goes by the ending .tga of `name`.
 *          Of a GIF the first frame has to be whole, of the others the whole file. A JPEG is whole when it reaches its
 *          end mark and has at least the fewest bits that so many blocks can take; a PNG's checksums have to be right.
 * Errors:  VR_ERR_FORMAT naming file and byte, VR_ERR_UNSUPPORTED (arithmetic coding, 12 bits, run-length BMP, ...),
 *          VR_ERR_LIMIT for more than VR_IMAGE_MAX_PIXELS, for a side over 65,536 or a file over 2 GB. */
VR_API bool vr_image_inspect(vr_image_info *info, vr_bytes file, const char *name, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
