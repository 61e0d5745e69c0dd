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

#ifdef __cplusplus
}
#endif
#endif
