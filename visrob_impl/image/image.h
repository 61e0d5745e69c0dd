/* image/image.h: 8-bit RGB images, read and written through stb. */
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

#ifdef __cplusplus
}
#endif
#endif
