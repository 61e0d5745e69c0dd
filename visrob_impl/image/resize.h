/* image/resize.h: resizing as in Pillow, crops and preprocessing as in torchvision.
 *
 *     const vr_preprocess imagenet = {.resize = 256, .size = 224, .filter = VR_FILTER_BILINEAR,
 *                                     .mean = {0.485f, 0.456f, 0.406f}, .std = {0.229f, 0.224f, 0.225f}};
 *     vr_image image;
 *     vr_image_load(&perm, &image, "cat.jpg", NULL, VR_FATAL);
 *     vr_tensor x = vr_tensor_3d(&perm, 224, 224, 3);
 *     vr_preprocess_apply(x, image, &imagenet, &scratch);
 */
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

/* How an image becomes a model's input: resize the shorter side, crop the centre, normalize. */
typedef struct vr_preprocess {
    int64_t resize; /* the shorter side after resizing; 0 = no resizing */
    int64_t size;   /* the side of the centre crop, the model's input */
    vr_filter filter;
    bool squash;           /* both sides become `resize`, whatever the image's proportions */
    float mean[3], std[3]; /* of values in 0..1; a std of 0 is read as 1 */
} vr_preprocess;

/* out[i,j,c] = (pixel/255 - mean[c]) / std[c] of the resized, centre-cropped image.
 * Shapes:  out: [size,size,3], contiguous.
 * Notes:   resizing, crop and normalization are one pass that computes only the rows and columns of the crop, with the
 *          same bits as the three steps. Where the resized image is smaller than the crop it is padded with black, as
 *          CenterCrop does. scratch is rewound.
 * Source:  torchvision Resize(int), CenterCrop, ToTensor, Normalize on PIL images, bit for bit: the longer side is
 *          floor(resize * long / short), the crop's offset is rounded half to even. */
VR_API void vr_preprocess_apply(vr_tensor out, vr_image in, const vr_preprocess *p, vr_arena *scratch);

/* The resized, centre-cropped 8-bit image, [size,size], to which factors (image/factor.h) are applied.
 * Notes:   followed by vr_preprocess_normalize it is vr_preprocess_apply. */
VR_API vr_image vr_preprocess_crop(vr_arena *arena, vr_image in, const vr_preprocess *p);

/* out[i,j,c] = (pixel/255 - mean[c]) / std[c]. Shapes: out: [size,size,3], contiguous; in: size x size. */
VR_API void vr_preprocess_normalize(vr_tensor out, vr_image in, const vr_preprocess *p);

/* x[n] = vr_preprocess_apply of images[n], on all threads. Shapes: x: [N,size,size,3]; images: [N]. scratch is rewound. */
VR_API void vr_preprocess_batch(vr_tensor x, const vr_image *images, const vr_preprocess *p,
                                vr_arena *scratch);

/* A copy resized to width x height.
 * Notes:   downscaling is antialiased; NEAREST is not filtered.
 * Source:  PIL.Image.resize of Pillow 13 with the filter of that name (BICUBIC: a = -0.5), bit for bit. Up to version
 *          12 Pillow differs where the height loses more than twice as many pixels as the width, since it always
 *          resized the rows first. */
VR_API vr_image vr_image_resize(vr_arena *arena, vr_image in, int64_t width, int64_t height,
                                vr_filter filter);

/* *width, *height = the size of an image whose shorter side becomes `side`.
 * Source:  torchvision Resize(int): the longer side is floor(side * long / short), at least 1. */
VR_API void vr_resize_shorter(int64_t *width, int64_t *height, int64_t side);

/* A copy of the centre of in, padded with black where in is smaller.
 * Source:  torchvision CenterCrop: the offset is (in - size) / 2, rounded half to even. */
VR_API vr_image vr_image_crop_centre(vr_arena *arena, vr_image in, int64_t width, int64_t height);

#ifdef __cplusplus
}
#endif
#endif
