/* image/resize.h: antialiased resizing as Pillow does it, and the crops of torchvision. */
#ifndef VISROB_IMAGE_RESIZE_H
#define VISROB_IMAGE_RESIZE_H
#include "../tensor/tensor.h"
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef enum vr_filter {
    VR_FILTER_BILINEAR = 0,
    VR_FILTER_BICUBIC,
    VR_FILTER_NEAREST,
    VR_FILTER_BOX
} vr_filter;

/* How a photograph becomes a model's input: resize the shorter side, cut the centre, normalize. */
typedef struct vr_preprocess {
    int64_t resize; /* the shorter side after resizing; 0 = no resizing (the image has the right size) */
    int64_t size;   /* the side of the centre crop = the model's input */
    vr_filter filter;
    float mean[3], std[3]; /* of values 0..1; std 0 = 1, so that zeros leave the values in 0..1 */
} vr_preprocess;

/* A rectangle of whole pixels. */
typedef struct vr_rect {
    int64_t x, y, width, height;
} vr_rect;

/* out[i,j,c] = (pixel/255 - mean[c]) / std[c] of the resized, centre-cropped image.
 * Shapes:  out: [size,size,3], contiguous.
 * Notes:   resize, crop and normalisation are one pass: only the rows and columns of the crop are computed, and
 *          are the bits of resizing first and cropping then. Where the resized image is smaller than the crop it is
 *          surrounded by black, as CenterCrop does. scratch is rewound.
 * Source:  torchvision Resize(int), CenterCrop, ToTensor, Normalize on PIL images, bit for bit: the longer side is
 *          floor(resize * long / short), the crop's offset is rounded half to even. */
VR_API void vr_preprocess_apply(vr_tensor out, vr_image in, const vr_preprocess *p, vr_arena *scratch);

/* The resized, centre-cropped 8-bit image alone: [size,size], where factors (image/factor.h) are applied.
 * Notes:   vr_preprocess_normalize of it is vr_preprocess_apply. */
VR_API vr_image vr_preprocess_crop(vr_arena *arena, vr_image in, const vr_preprocess *p);

/* out[i,j,c] = (pixel/255 - mean[c]) / std[c]. Shapes: out: [size,size,3], contiguous; in: size x size. */
VR_API void vr_preprocess_normalize(vr_tensor out, vr_image in, const vr_preprocess *p);

/* x[n] = vr_preprocess_apply of images[n], on all threads. Shapes: x: [N,size,size,3]; images: [N]. scratch is rewound. */
VR_API void vr_preprocess_batch(vr_tensor x, const vr_image *images, const vr_preprocess *p,
                                vr_arena *scratch);

/* A resized copy of width x height.
 * Notes:   antialiased on the way down; NEAREST is not filtered at all.
 * Source:  PIL.Image.resize of Pillow 13 with the filter of that name (BICUBIC: a = -0.5), bit for bit. Up to version
 *          12 Pillow differs where the height loses more than twice as many pixels as the width: it always resized
 *          the rows first. */
VR_API vr_image vr_resize(vr_arena *arena, vr_image in, int64_t width, int64_t height, vr_filter filter);

/* A resized copy of what lies in the rectangle; nothing outside of it is looked at.
 * Source:  torchvision.transforms.functional.resized_crop on PIL images (crop, then resize), bit for bit. */
VR_API vr_image vr_resize_crop(vr_arena *arena, vr_image in, vr_rect crop, int64_t width, int64_t height,
                               vr_filter filter);

/* The size of an image whose shorter side becomes `side`, in *width and *height.
 * Source:  torchvision Resize(int): the longer side is floor(side * long / short), at least 1. */
VR_API void vr_resize_shorter(int64_t *width, int64_t *height, int64_t side);

/* A copy of the centre of in, surrounded by black where in is smaller.
 * Source:  torchvision CenterCrop: the offset is (in - size) / 2, rounded half to even. */
VR_API vr_image vr_crop_centre(vr_arena *arena, vr_image in, int64_t width, int64_t height);

/* A copy of the rectangle, which has to lie inside. */
VR_API vr_image vr_crop(vr_arena *arena, vr_image in, vr_rect rect);

#ifdef __cplusplus
}
#endif
#endif
