/* metric/labelset.h: images with several correct labels, and predictions that go by other names.
 *
 * Dollar Street images show several objects, ReaL labels are lists, a GeoDE object is any of several ImageNet
 * classes: in each an image has a set of labels, and a prediction is correct if it is in the set.
 *
 *     vr_label_builder b = {.arena = &perm};
 *     vr_label_builder_next(&b);               // the first image
 *     vr_label_builder_add(&b, 504);
 *     vr_label_builder_add(&b, 968);
 *     vr_label_sets labels = vr_label_builder_sets(&b); */
#ifndef VISROB_METRIC_LABELSET_H
#define VISROB_METRIC_LABELSET_H
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A ragged list of whole numbers: set i is label[begin[i]] .. label[begin[i+1] - 1], in any order. begin has one entry
 * more than there are sets. Where begin is NULL, label[i] is the only number of set i; -1: the set is empty. */
typedef struct vr_label_sets {
    int64_t count; /* of sets */
    const int64_t *begin, *label;
} vr_label_sets;

/* Label sets that are being made; {.arena = &a} holds none. */
typedef struct vr_label_builder {
    vr_arena *arena;
    int64_t count, capacity, label_capacity;
    int64_t *begin, *label;
} vr_label_builder;

/* Begins the next set, which is empty. */
VR_API void vr_label_builder_next(vr_label_builder *b);

/* Adds x to the last set, unless it is there. */
VR_API void vr_label_builder_add(vr_label_builder *b, int64_t x);

/* The sets so far: a view, valid until more are added. */
VR_API vr_label_sets vr_label_builder_sets(const vr_label_builder *b);

/* The size of set i. */
VR_API int64_t vr_label_sets_size(const vr_label_sets *sets, int64_t i);

/* Is x in set i? */
VR_API bool vr_label_sets_has(const vr_label_sets *sets, int64_t i, int64_t x);

/* correct[i] = 1 where one of the k predictions of image i is in its label set.
 * Shapes:  correct: [n]; top: [rows,stride], of which the first k of each row count, 1 <= k <= stride; row: [n], the row
 *          of each image, -1 = none, or NULL: row i is image i's; labels: n sets.
 * Notes:   an image without labels, or without a row, is not correct; a negative prediction never is.
 * Source:  VISSL's and Dollar Street's hit@k; hit@k of Progress vs. geography; ReaL (Beyer et al. 2020). */
VR_API void vr_correct_sets(uint8_t *correct, const int64_t *top, const int64_t *row, int64_t n, int64_t k,
                            int64_t stride, const vr_label_sets *labels);

#ifdef __cplusplus
}
#endif
#endif
