/* study/class_map_impl.h: the maps that the studies of Dollar Street and GeoDE share. */
#ifndef VISROB_STUDY_CLASS_MAP_IMPL_H
#define VISROB_STUDY_CLASS_MAP_IMPL_H
#include "class_map.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The number of the class of that name; -1 where there is none. */
VR_API int64_t vrp_class_map_find(const vr_class_map *map, const char *name);

/* The 40 objects of GeoDE; the numbers are GeoDE's object_index.
 * Notes:   six have no class in ImageNet-1k: hairbrush_comb, spices, stall, toothbrush, toothpaste_toothpowder, tree.
 * Source:  Geographic_Generalization, datasets/geode.py. */
VR_API void vrp_class_map_geode(vr_arena *perm, vr_class_map *map);

/* The 96 topics of Dollar Street (as MLCommons and Kaggle publish it) that have a class in ImageNet-1k, in lower case.
 * Source:  Geographic_Generalization, datasets/dollarstreet.py. */
VR_API void vrp_class_map_dollar_street_topics(vr_arena *perm, vr_class_map *map);

#ifdef __cplusplus
}
#endif
#endif
