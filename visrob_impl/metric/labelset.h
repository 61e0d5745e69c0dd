/* metric/labelset.h: right or wrong where an image has several right answers, or answers go by other names.
 *
 * Dollar Street images show several objects, ReaL labels are lists, a GeoDE object is any of several ImageNet
 * classes: in each an image has a set of right labels, and a prediction hits if it is in the set. */
#ifndef VISROB_METRIC_LABELSET_H
#define VISROB_METRIC_LABELSET_H
#include "../base/base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Set i is label[offset[i]] .. label[offset[i+1] - 1], in any order; offset has one entry more than there are sets.
 * Doubles in a set do no harm. */
typedef struct vr_label_sets {
    const int64_t *offset, *label;
    int64_t count; /* of sets */
} vr_label_sets;

/* Is x in set i? */
VR_API bool vr_label_sets_has(const vr_label_sets *sets, int64_t i, int64_t x);

/* How many sets are empty: images that no prediction can hit (3,163 of ImageNet's 50,000 have no ReaL label). */
VR_API int64_t vr_label_sets_empty(const vr_label_sets *sets);

/* top[i,0..k-1] = the k classes with the highest scores of image i, best first.
 * Shapes:  top: [n,k]; scores: [n,classes]; among: [count] class numbers, upwards, to which the choice is restricted
 *          (ImageNet-A's 200), or NULL for all; 1 <= k <= number of classes to choose from.
 * Notes:   the lowest class number wins a tie, NaN comes last: k = 1 agrees with vr_predict.
 * Source:  torch.topk, but for ties and NaN; sklearn.metrics.top_k_accuracy_score of one label an image. */
VR_API void vr_predict_top_k(int64_t *top, const float *scores, int64_t n, int64_t classes, int64_t k,
                             const int64_t *among, int64_t count);

/* correct[i] = 1 where one of the k predictions of image i is in its label set.
 * Shapes:  correct: [n]; top: [n,stride], of which the first k of each row count, 1 <= k <= stride; labels: n sets.
 * Notes:   names, if not NULL, says what a predicted class is called: set c holds the labels that class c stands for,
 *          and the prediction hits if any of them is in the image's set (a class beyond names.count stands for none).
 *          An image without labels is wrong (vr_label_sets_empty counts them); a negative prediction hits nothing.
 * Source:  VISSL's and Dollar Street's hit@k; hit@k of Progress vs. geography; ReaL (Beyer et al. 2020). */
VR_API void vr_correct_sets(uint8_t *correct, const int64_t *top, int64_t n, int64_t k, int64_t stride,
                            const vr_label_sets *labels, const vr_label_sets *names);

/* correct[i] = 1 where map[p] == map[labels[i]] for one of the k predictions p of image i: right up to metaclass.
 * Shapes:  as vr_correct_sets; labels: [n]; map: [classes]. -1 in map stands for nothing and is never right.
 * Notes:   labels and predictions are in 0..classes-1 (VR_CHECK). */
VR_API void vr_correct_mapped(uint8_t *correct, const int64_t *top, int64_t n, int64_t k, int64_t stride,
                              const int64_t *labels, const int64_t *map, int64_t classes);

#ifdef __cplusplus
}
#endif
#endif
