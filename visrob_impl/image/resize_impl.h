/* image/resize_impl.h: resized parts of an image. */
#ifndef VISROB_IMAGE_RESIZE_IMPL_H
#define VISROB_IMAGE_RESIZE_IMPL_H
#include "resize.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A rectangle in pixels. */
typedef struct vrp_rect {
    int64_t x, y, width, height;
} vrp_rect;

/* A resized copy of the rectangle, which has to lie inside of the image; pixels outside of it are not used.
 * Source:  torchvision.transforms.functional.resized_crop on PIL images (crop, then resize), bit for bit. */
VR_API vr_image vrp_image_resize_crop(vr_arena *arena, vr_image in, vrp_rect crop, int64_t width,
                                      int64_t height, vr_filter filter);

#ifdef __cplusplus
}
#endif
#endif
