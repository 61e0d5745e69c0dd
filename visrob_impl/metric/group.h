/* metric/group.h: accuracy by group (income, region, factor, class, class x background) and how far apart groups are.
 *
 *     const char *const names[] = {"Africa", "Asia"};
 *     const int64_t region[] = {0, 1, 1, 0};                    // of each image; -1 = in none
 *     const uint8_t correct[] = {0, 1, 1, 1};
 *     vr_groups regions = {.count = 2, .names = names, .of = region};
 *     vr_group by[2];
 *     vr_group_accuracy(by, &regions, correct, NULL, 4);
 *     printf("best: %s\n", names[vr_group_best(by, 2)]); */
#ifndef VISROB_METRIC_GROUP_H
#define VISROB_METRIC_GROUP_H
#include "../tensor/stats.h"
#include "labelset.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Rows (images) in groups: `of` where each is in one at most, else `sets`. */
typedef struct vr_groups {
    int64_t count;            /* 0: this grouping is not known */
    const char *const *names; /* [count] */
    const int64_t *of;        /* [rows]: the group of each row, -1 = in none */
    vr_label_sets sets;       /* where of is NULL: [rows], the groups of each row */
} vr_groups;

/* One group. accuracy = correct / count, NaN for an empty group. */
typedef struct vr_group {
    int64_t count, correct;
    double accuracy;
} vr_group;

/* Makes groups of equal names: the names sorted bytewise, `of` their numbers.
 * Shapes:  name: [n], copied; NULL = in none. */
VR_API vr_groups vr_groups_of_names(vr_arena *perm, const char *const *name, int64_t n);

/* The number of the group of that name; -1 where there is none. */
VR_API int64_t vr_groups_find(const vr_groups *groups, const char *name);

/* True where row i is in the group. */
VR_API bool vr_groups_has(const vr_groups *groups, int64_t i, int64_t group);

/* The groups of row i: returns how many there are, *of points to their numbers. */
VR_API int64_t vr_groups_row(const int64_t **of, const vr_groups *groups, int64_t i);

/* Counts the rows of each group and those that are correct.
 * Shapes:  out: [groups->count]; correct: [n] of 0 or 1; scored: [n], rows with 0 do not count, or NULL. */
VR_API void vr_group_accuracy(vr_group *out, const vr_groups *groups, const uint8_t *correct,
                              const uint8_t *scored, int64_t n);

/* The index of the group with the highest accuracy among those with rows, the first of equals; -1 where there is none. */
VR_API int64_t vr_group_best(const vr_group *groups, int64_t count);

/* balanced[g] = the mean over strata of the accuracy of group g in the stratum: what differs in the mix of strata
 * (the objects that are photographed in a region) does not count. The balanced accuracy of all is that of one group.
 * Shapes:  balanced: [groups->count], NaN for an empty group; correct, scored: [n], scored may be NULL.
 * Notes:   over the strata that every group with rows has; returns how many these are (0: all NaN).
 * Source:  with classes as strata sklearn.metrics.balanced_accuracy_score. */
VR_API int64_t vr_group_balanced(double *balanced, const vr_groups *groups, const vr_groups *strata,
                                 const uint8_t *correct, const uint8_t *scored, int64_t n);

/* out[g] = (1 - accuracy of group g) / (1 - accuracy of all scored rows), with its bootstrap interval: how many times more
 * errors a group has than the whole, its error ratio.
 * Shapes:  out: [groups->count]; correct, scored: [n]; scored may be NULL. options NULL = all zero.
 * Notes:   NaN for an empty group, and where there are no errors at all. Rows in no group count in the whole. A resample
 *          draws rows, the same ones for the group and the whole. scratch is rewound.
 * Source:  error ratio of ImageNet-X (Idrissi et al. 2022), section 3. */
VR_API void vr_group_error_ratios(vr_arena *scratch, vr_interval *out, const vr_groups *groups,
                                  const uint8_t *correct, const uint8_t *scored, int64_t n,
                                  const vr_bootstrap *options);

/* All zero: 1000 resamples of single rows, 95 % intervals, seed 0. */
typedef struct vr_group_opts {
    vr_bootstrap bootstrap;
    const int64_t
        *cluster; /* [n]: rows of one cluster (a household) are drawn together; NULL: each by itself */
    const uint8_t *before; /* [n]: measure the paired difference correct - before in place of the accuracy */
    int64_t high, low;     /* a pair of groups to compare; the same number: none */
    int64_t permutations;  /* of the test of the gap; 0: none */
} vr_group_opts;

/* Accuracy of each group and how far apart groups are, with percentile-bootstrap intervals over clusters. */
typedef struct vr_group_summary {
    vr_interval *accuracy; /* [groups->count], NaN for an empty group */
    vr_interval all;       /* of all rows that are in a group */
    vr_interval gap;       /* best - worst of the groups with rows, chosen anew in each resample */
    vr_interval pair;      /* accuracy of `high` - of `low`; NaN without */
    double p; /* of so large a gap if groups made no difference; NaN where it was not asked for */
} vr_group_summary;

/* Measures the scored rows of `groups`.
 * Shapes:  correct, scored: [n]; scored may be NULL. opts may be NULL.
 * Notes:   clusters without a scored row are not drawn; a resample in which a group is empty is left out of its interval.
 *          A gap is never below 0, so that its interval says how large it is, and p (permutation test: `correct` is
 *          permuted among the rows) whether it could be chance; p does not know of clusters, and is NaN where rows are
 *          in several groups. The same bits for any number of threads.
 * Source:  Efron 1979; Phipson and Smyth 2010: p = (1 + number as large) / (1 + permutations). */
VR_API void vr_group_bootstrap(vr_arena *perm, vr_group_summary *out, const vr_groups *groups,
                               const uint8_t *correct, const uint8_t *scored, int64_t n,
                               const vr_group_opts *opts);

#ifdef __cplusplus
}
#endif
#endif
