/* study/predictions_impl.h: images by name, as every study joins predictions with them. */
#ifndef VISROB_STUDY_PREDICTIONS_IMPL_H
#define VISROB_STUDY_PREDICTIONS_IMPL_H
#include "predictions.h"
#ifdef __cplusplus
extern "C" {
#endif

/* vr_predictions_load of a text in memory (CSV or JSON) that stays there; `path` is for messages. */
VR_API bool vrp_predictions_parse(vr_arena *perm, vr_predictions *p, vr_bytes text, const char *path,
                                  const vr_predictions_opts *opts, vr_err *err);

/* vr_image_index_add of a name that has no 0 behind it. Returns the image that has the name: an earlier one keeps it. */
VR_API int64_t vrp_image_index_add(vr_image_index *index, vr_bytes name, int64_t image);

/* The image of a name of n bytes, by the rule of vr_image_index; -1 where there is none. Threads may look up at once. */
VR_API int64_t vrp_image_index_find(const vr_image_index *index, const char *name, int64_t n);

/* How many images and predictions are not scored. */
static inline VR_UNUSED int64_t vrp_join_left_out(const vr_join *j) {
    return j->missing + j->extra + j->unlabelled + j->excluded;
}

#ifdef __cplusplus
}
#endif
#endif
