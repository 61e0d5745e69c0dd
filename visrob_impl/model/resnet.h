/* model/resnet.h: residual networks (He et al. 2016), put together from whatever their checkpoint says.
 *
 * Read from keys and shapes: basic or bottleneck blocks, their number and widths, groups (ResNeXt), the stem (3x3
 * without pooling is the CIFAR form, 7x7 with pooling the ImageNet form), the shortcuts (`downsample.` of torchvision
 * and timm, `shortcut.` of the CIFAR codes; none at all is option A: every second pixel, new channels zero), the
 * head (`fc.` or `linear.`). The stride of a bottleneck is on its 3x3 convolution, as in torchvision and timm.
 * What leaves no trace in the keys cannot be seen: timm's blur pooling (resnetblur*) reads as a plain ResNet. */
#ifndef VISROB_MODEL_RESNET_H
#define VISROB_MODEL_RESNET_H
#include "checkpoint.h"
#include "model.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Fills the model from an opened checkpoint; packed weights go to perm.
 * Errors:  VR_ERR_FORMAT naming a missing, extra or misshapen key, VR_ERR_NUMERIC for a NaN. */
VR_API bool vr_resnet_build(vr_arena *perm, vr_model *model, vr_checkpoint *c, const vr_model_opts *opts,
                            vr_err *err);

/* The same by name and with random weights, without a head: resnet20 .. resnet1202, resnet18 .. resnet152, wide_resnet50_2,
 * resnext50_32x4d, ...; false where there is none of that name.
 * Notes:   the last scale of each branch is 1/sqrt(blocks), so that the variance grows at most e-fold. */
VR_API bool vr_resnet_build_random(vr_arena *perm, vr_model *model, const char *name, vr_checkpoint *c);

#ifdef __cplusplus
}
#endif
#endif
