/* study/class_map.h: which classes of a model count as correct for a class of a data set.
 *
 *     vr_class_map map;
 *     vr_class_map_dollar_street(&perm, &map, NULL, VR_LABELS_IN1K, VR_FATAL);
 *     for (int64_t c = 0; c < map.count; c++)
 *         if (vr_label_sets_has(&map.ids, c, 504)) printf("a coffee mug is correct for %s\n", map.names[c]);
 */
#ifndef VISROB_STUDY_CLASS_MAP_H
#define VISROB_STUDY_CLASS_MAP_H
#include "../base/error.h"
#include "../metric/labelset.h"
#ifdef __cplusplus
extern "C" {
#endif

/* What a model's class numbers mean. */
typedef enum vr_label_space {
    VR_LABELS_IN22K, /* 108 classes of ImageNet-21k: ViT, Mixer, ResNet50, BEiT */
    VR_LABELS_IN11K, /* 99 of them, for the MIIL models of 11,221 classes */
    VR_LABELS_IN1K,  /* ImageNet-1k: the mitigation study */
    VR_LABEL_SPACES
} vr_label_space;

/* Class i of the data set is names[i]; the model's classes ids of set i count as correct for it. */
typedef struct vr_class_map {
    int64_t count, classes;   /* of the data set; of the model, whose class numbers are below it */
    const char *const *names; /* [count], sorted bytewise */
    vr_label_sets ids;        /* [count]; a set may be empty: no class of the model is this */
} vr_class_map;

/* "22k", "11k" or "1k". Errors: VR_ERR_USAGE for another name. */
VR_API bool vr_label_space_parse(vr_label_space *space, const char *name, vr_err *err);

/* Dollar Street's map, read from dollarstreet_class,images,sin21k_ids,sin21k_alibaba_ids,imagenet1k_ids, with blanks between
 * the ids; path NULL is the published map of 84 classes, which is built in.
 * Errors:  VR_ERR_FORMAT with line and column: classes that are not sorted, a duplicate, an id beyond the space.
 * Source:  dollarstreet_factors: metadata.csv's targets per class, and the 1k lists of its mitigation study. */
VR_API bool vr_class_map_dollar_street(vr_arena *perm, vr_class_map *map, const char *path,
                                       vr_label_space space, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
