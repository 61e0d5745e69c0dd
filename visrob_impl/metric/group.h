/* metric/group.h: accuracy per group of images (a factor, a region, a class with a background). */
#ifndef VISROB_METRIC_GROUP_H
#define VISROB_METRIC_GROUP_H
#include "../base/base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* One group. accuracy = correct / count, NaN for an empty group. */
typedef struct vr_group {
    int64_t count, correct;
    double accuracy;
} vr_group;

/* Fills groups[group_count] from correct[i] (0 or 1) of the images whose group is group[i].
 * Shapes:  groups: [group_count]; correct, group: [n].
 * Notes:   group -1 means "in none" and is left out; any other number outside 0..group_count-1 is a bug
 *          (VR_CHECK). */
VR_API void vr_group_accuracy(vr_group *groups, const uint8_t *correct, const int64_t *group, int64_t n,
                              int64_t group_count);

/* The index of the group with the lowest accuracy among those with images; -1 where there is none. */
VR_API int64_t vr_group_worst(const vr_group *groups, int64_t group_count);

/* The index of the group with the highest accuracy among those with images; -1 where there is none. */
VR_API int64_t vr_group_best(const vr_group *groups, int64_t group_count);

/* sum_g weight[g] accuracy[g] / sum_g weight[g] over the groups that have images.
 * Notes:   weight NULL weighs all groups alike; with the groups' shares of the training set it is the adjusted
 *          average accuracy of Sagawa et al. 2020. NaN where no group has images. */
VR_API double vr_group_mean(const vr_group *groups, const double *weight, int64_t group_count);

#ifdef __cplusplus
}
#endif
#endif
