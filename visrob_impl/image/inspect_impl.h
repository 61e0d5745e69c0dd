/* image/inspect_impl.h: what an image file declares, checked against its bytes without decoding it. */
#ifndef VISROB_IMAGE_INSPECT_IMPL_H
#define VISROB_IMAGE_INSPECT_IMPL_H
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The formats that are read. */
typedef enum vrp_image_kind {
    VRP_IMAGE_JPEG = 1,
    VRP_IMAGE_PNG,
    VRP_IMAGE_GIF,
    VRP_IMAGE_BMP,
    VRP_IMAGE_PSD,
    VRP_IMAGE_PNM,
    VRP_IMAGE_TGA
} vrp_image_kind;

/* The declared properties of an image. */
typedef struct vrp_image_info {
    vrp_image_kind kind;
    int64_t width, height; /* as stored; exchanged when shown where orientation >= 5 */
    int orientation;       /* EXIF's, 1..8; 1 = upright, also where a file has none or an invalid one */
    bool palette;          /* a PNG or TGA of indexed colours */
} vrp_image_info;

/* Reads the headers of a file and walks through its blocks: a file that is truncated, declares more pixels than its bytes
 * can hold, or has inconsistent tables is refused here, before anything is allocated.
 * Notes:   the format follows from the first bytes; TGA has no magic number and is detected by the extension .tga of
 *          `name`. Of a GIF the first frame has to be complete, of other formats the whole file. A JPEG is complete
 *          when it has its end marker and at least the minimum bits of its blocks; the checksums of a PNG are verified.
 * Errors:  VR_ERR_FORMAT naming file and byte, VR_ERR_UNSUPPORTED (arithmetic coding, 12 bits, run-length BMP, ...),
 *          VR_ERR_LIMIT for more pixels than opts allow, for a side over 65,536 or a file over 2 GB. */
VR_API bool vrp_image_inspect(vrp_image_info *info, vr_bytes file, const char *name,
                              const vr_image_opts *opts, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
