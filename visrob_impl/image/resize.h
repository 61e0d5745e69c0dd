/* image/resize.h: antialiased resizing as Pillow does it, and the crops of torchvision. */
#ifndef VISROB_IMAGE_RESIZE_H
#define VISROB_IMAGE_RESIZE_H
#include "../tensor/tensor.h"
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef enum vr_filter { VR_FILTER_BILINEAR = 0, VR_FILTER_BICUBIC, VR_FILTER_NEAREST, VR_FILTER_BOX } vr_filter;

/* How a photograph becomes a model's input: resize the shorter side, cut the centre, normalize. */
typedef struct vr_preprocess {
    int64_t resize;      /* the shorter side after resizing; 0 = no resizing (the image has the right size) */
    int64_t size;        /* the side of the centre crop = the model's input */
    vr_filter filter;
    float mean[3], std[3]; /* of values 0..1 */
} vr_preprocess;

/* out[i,j,c] = (pixel/255 - mean[c]) / std[c] of the resized, centre-cropped image.
 * Shapes:  out: [size,size,3].
 * Notes:   resize, crop and normalisation are one pass: only the rows and columns of the crop are computed.
 * Source:  torchvision Resize(int), CenterCrop, ToTensor, Normalize (its rounding of sizes and offsets too). */
VR_API void vr_preprocess_apply(vr_tensor out, vr_image in, const vr_preprocess *p, vr_arena *scratch);

/* The resized, centre-cropped 8-bit image alone: [size,size], where factors (image/factor.h) are applied.
 * Notes:   vr_preprocess_normalize of it is vr_preprocess_apply. */
VR_API vr_image vr_preprocess_crop(vr_arena *arena, vr_image in, const vr_preprocess *p);

/* out[i,j,c] = (pixel/255 - mean[c]) / std[c]. Shapes: out: [size,size,3]; in: size x size. */
VR_API void vr_preprocess_normalize(vr_tensor out, vr_image in, const vr_preprocess *p);

/* x[n] = vr_preprocess_apply of images[n], on all threads. Shapes: x: [N,size,size,3]; images: [N]. scratch is rewound. */
VR_API void vr_preprocess_batch(vr_tensor x, const vr_image *images, const vr_preprocess *p, vr_arena *scratch);

/* A resized copy of width x height.
 * Notes:   antialiased on the way down. Source: PIL.Image.resize with the filter of that name, bit for bit but for 1 level. */
VR_API vr_image vr_resize(vr_arena *arena, vr_image in, int64_t width, int64_t height, vr_filter filter);

#ifdef __cplusplus
}
#endif
#endif
