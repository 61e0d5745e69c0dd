/* image/gif_impl.h: the decoder of a GIF's first frame. */
#ifndef VISROB_IMAGE_GIF_IMPL_H
#define VISROB_IMAGE_GIF_IMPL_H
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A GIF up to its first frame. */
typedef struct vrp_gif {
    int64_t width, height;      /* of the screen, which is enlarged to contain the frame */
    int64_t x, y, across, down; /* the frame on it */
    int64_t data;               /* the byte of the frame's first block of data */
    int bits, clear;            /* of a symbol; the index around the frame */
    bool interlaced;
    uint8_t palette[256][3];
} vrp_gif;

/* Reads the headers up to the first frame, and checks that its data are there; the number of pixels is for the caller to
 * check.
 * Errors:  VR_ERR_FORMAT naming file and byte. */
VR_API bool vrp_gif_open(vrp_gif *gif, vr_bytes file, const char *name, vr_err *err);

/* Decodes the first frame of a GIF that passed vrp_image_inspect, into an image of the size found by it.
 * Notes:   around the frame lies the colour of the transparent index, or of index 0; transparent pixels keep the
 *          palette's colour. scratch is rewound.
 * Errors:  VR_ERR_FORMAT naming file and byte, where the data are corrupt or fewer than the pixels; the image is undefined
 *          then.
 * Source:  agrees with Pillow's convert("RGB") bit for bit. */
VR_API bool vrp_gif_decode(vr_image image, vr_bytes file, const char *name, vr_arena *scratch, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
