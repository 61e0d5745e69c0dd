/* study/predictions_impl.h: what studies need of study/predictions beside its public part. */
#ifndef VISROB_STUDY_PREDICTIONS_IMPL_H
#define VISROB_STUDY_PREDICTIONS_IMPL_H
#include "predictions.h"

/* vr_image_index_add of a name that has no 0 behind it. Returns the image that has the name: an earlier one keeps it. */
VR_API int64_t vrp_image_index_add(vr_image_index *index, vr_bytes name, int64_t image);

/* How many images and predictions are not scored. */
static inline VR_UNUSED int64_t vrp_join_left_out(const vr_join *j) {
    return j->missing + j->extra + j->unlabelled + j->excluded;
}

#endif
