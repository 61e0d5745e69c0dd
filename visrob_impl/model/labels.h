/* model/labels.h: the names of ImageNet-1k's and CIFAR-10's classes. */
#ifndef VISROB_MODEL_LABELS_H
#define VISROB_MODEL_LABELS_H
#include "../base/base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The 1000 names of ImageNet-1k's classes, in the order of their WordNet ids.
 * Source:  torchvision.models._meta._IMAGENET_CATEGORIES (BSD-3-Clause). */
VR_API const char *const *vr_labels_imagenet(void);

/* The ten names of CIFAR-10's classes. Source: batches.meta.txt of CIFAR-10. */
VR_API const char *const *vr_labels_cifar10(void);

#ifdef __cplusplus
}
#endif
#endif
