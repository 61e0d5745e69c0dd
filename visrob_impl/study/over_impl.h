/* study/over_impl.h: which classes compete, which models can share images. */
#ifndef VISROB_STUDY_OVER_IMPL_H
#define VISROB_STUDY_OVER_IMPL_H
#include "over.h"
#ifdef __cplusplus
extern "C" {
#endif

/* present[c] = 1 where an image has the label c, else 0, for `classes` classes: as opts.compete this is the protocol of
 * ImageNet-A and ImageNet-R, where only the 200 classes of the data set compete. */
VR_API uint8_t *vrp_dataset_present(vr_arena *perm, const vr_dataset *data, int64_t classes);

/* Keeps n images (all where n >= their number or n <= 0): a random sample without replacement, in the same order, the same
 * images in each of `cells` equal parts. */
VR_API void vrp_dataset_limit(vr_arena *perm, vr_dataset *data, int64_t n, int64_t cells, vr_rng rng);

/* True where both models are shown the same crop of an image: at most normalization differs. */
VR_API bool vrp_over_same_crop(const vr_preprocess *a, const vr_preprocess *b);

#ifdef __cplusplus
}
#endif
#endif
