/* model/labels.h: names of classes: ImageNet-1k's, or from a file. */
#ifndef VISROB_MODEL_LABELS_H
#define VISROB_MODEL_LABELS_H
#include "../base/arena.h"
#include "../base/error.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The 1000 names of ImageNet-1k's classes, in the order of their WordNet ids.
 * Source:  torchvision.models._meta._IMAGENET_CATEGORIES (BSD-3-Clause). */
VR_API const char *const *vr_labels_imagenet(void);

/* The class of ImageNet-1k of a WordNet id: "n01440764" -> 0; -1 for any other.
 * Source:  the synsets of ILSVRC 2012, sorted, as torchvision and timm number them. */
VR_API int64_t vr_labels_wordnet(const char *id);

/* `count` names from a file with one name a line (UTF-8; LF, CRLF or CR; empty lines at the end allowed):
 *
 *     model->labels = vr_labels_load(&perm, "labels.txt", model->classes, VR_FATAL);
 *
 * Errors:  NULL with VR_ERR_IO naming the path; VR_ERR_FORMAT naming an empty line, or another number of names. */
VR_API const char *const *vr_labels_load(vr_arena *perm, const char *path, int64_t count, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
