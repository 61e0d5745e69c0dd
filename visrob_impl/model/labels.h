/* model/labels.h: the names of a model's classes: ImageNet-1k's, CIFAR-10's, or from a file. */
#ifndef VISROB_MODEL_LABELS_H
#define VISROB_MODEL_LABELS_H
#include "model.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The 1000 names of ImageNet-1k's classes, in the order of their WordNet ids.
 * Source:  torchvision.models._meta._IMAGENET_CATEGORIES (BSD-3-Clause). */
VR_API const char *const *vr_labels_imagenet(void);

/* The class of ImageNet-1k of a WordNet id: "n01440764" -> 0; -1 where it is none of the thousand.
 * Source:  the synsets of ILSVRC 2012, sorted, as torchvision and timm number them. */
VR_API int64_t vr_labels_wordnet(const char *id);

/* Names the classes of a model from a file with one name a line (LF or CRLF, empty lines at the end allowed).
 * Errors:  VR_ERR_IO naming the path; VR_ERR_FORMAT naming the line where a name is missing, or both counts where they
 *          are not the model's; the model keeps the names it had. */
VR_API bool vr_model_labels_load(vr_arena *perm, vr_model *model, const char *path, vr_err *err);

/* The ten names of CIFAR-10's classes. Source: batches.meta.txt of CIFAR-10. */
VR_API const char *const *vr_labels_cifar10(void);

#ifdef __cplusplus
}
#endif
#endif
