/* study/dollar_street_score.h: which images of Dollar Street a model gets right, by income, region and factor; which
 * factors go with its errors; and what a mitigation changes.
 *
 *     vr_class_map map;
 *     vr_lists targets;
 *     vr_dollar_street_predictions p;
 *     vr_dollar_street_hits hits;
 *     vr_class_map_load(&perm, &map, NULL, VR_FATAL);
 *     vr_dollar_street_targets(&perm, &targets, &data, &map, VR_SPACE_IN1K, false, VR_FATAL);
 *     vr_dollar_street_predictions_load(&perm, &p, "predictions.json", VR_FATAL);
 *     vr_dollar_street_score(&perm, &hits, &data, &p, &targets, VR_FATAL);
 *     vr_table t = vr_dollar_street_accuracy_table(&perm, &data, &hits, VR_BY_INCOME, NULL);
 */
#ifndef VISROB_STUDY_DOLLAR_STREET_SCORE_H
#define VISROB_STUDY_DOLLAR_STREET_SCORE_H
#include "../image/factor.h"
#include "../report/table.h"
#include "../tensor/hypothesis.h"
#include "dollar_street.h"
#include "evaluate.h"
#ifdef __cplusplus
extern "C" {
#endif

/* What a model's class numbers mean. */
typedef enum vr_label_space {
    VR_SPACE_IN22K, /* 108 classes of ImageNet-21k: ViT, Mixer, ResNet50, BEiT */
    VR_SPACE_IN11K, /* 99 of them, for the MIIL models of 11,221 classes */
    VR_SPACE_IN1K,  /* ImageNet-1k: the mitigation study */
    VR_SPACE_COUNT
} vr_label_space;

/* For each class of Dollar Street the class numbers that count as right. */
typedef struct vr_class_map {
    int64_t count;
    const char *const *names; /* [count], sorted bytewise */
    vr_lists ids[VR_SPACE_COUNT];
} vr_class_map;

/* Loads dollarstreet_class,images,sin21k_ids,sin21k_alibaba_ids,imagenet1k_ids, lists with blanks between the ids; path
 * NULL is the published map of 84 classes, which is built in.
 * Errors:  VR_ERR_FORMAT with line and column; two lines of one class.
 * Source:  dollarstreet_factors: metadata.csv's targets per class, and the 1k lists of its mitigation study. */
VR_API bool vr_class_map_load(vr_arena *perm, vr_class_map *map, const char *path, vr_err *err);

/* targets of row i = the union of the lists of its classes; empty where no class of the row has any: not scored.
 * Notes:   published = true gives what the released filter gave: a class whose name has two words has no list, as
 *          'dish_racks' was compared with 'dish racks'.
 * Errors:  VR_ERR_ARGUMENT naming a class that the map does not have. */
VR_API bool vr_dollar_street_targets(vr_arena *perm, vr_lists *targets, const vr_dollar_street *data,
                                     const vr_class_map *map, vr_label_space space, bool published,
                                     vr_err *err);

/* What a model says, or whether it was right, for each image that it was shown. */
typedef struct vr_dollar_street_predictions {
    const char *path;
    int64_t count, k;
    const char *const *id;      /* [count]: a url, a task's id, a file's name */
    const int64_t *predicted;   /* [count,k], best first; NULL where the file has only hits */
    const uint8_t *top1, *top5; /* [count]; NULL where the file has none */
} vr_dollar_street_predictions;

/* Loads predictions, whichever they are:
 *     <Class>_results.csv     ID, Prediction_Indices ("4|18|34|27|73"), acc5, acc1
 *     acc_per_img/<model>.csv url, acc1, acc5
 *     <mitigation>.json       {id: {"pred_indices": [[5 numbers]], ...}}
 *     of `evaluate`           file_name, predicted_class
 *     *_predictions.csv       id, predictions ("[4, 18, 34, 27, 73]"): Geographic_Generalization's
 * Errors:  VR_ERR_FORMAT with line and column; rows with different numbers of predictions; two rows of one id. */
VR_API bool vr_dollar_street_predictions_load(vr_arena *perm, vr_dollar_street_predictions *out,
                                              const char *path, vr_err *err);

/* The same of a text in memory; what begins with "{" is JSON. */
VR_API bool vr_dollar_street_predictions_parse(vr_arena *perm, vr_dollar_street_predictions *out,
                                               vr_bytes text, const char *path, vr_err *err);

/* How a model is shown the images. All zero: as it was trained, one image as good as another. */
typedef struct vr_dollar_street_predict_opts {
    bool changed; /* put each image through `factor` first, after the crop */
    vr_factor
        factor; /* a continuous one; VR_FACTOR_BRIGHTEN with amount 2 is the published brightness study */
    double amount;
    bool
        published; /* what the released code did: values 0..1 without mean and deviation, and scores that are a
                       softmax over the images of a batch, so that an image's classes are ranked against other images */
    int64_t k;     /* how many classes, best first; 0 = 5 */
    uint64_t seed;
    vr_evaluate_opts evaluate;
} vr_dollar_street_predict_opts;

/* The best classes of every image of a data set. opts may be NULL. Errors: as vr_evaluate. */
VR_API bool vr_dollar_street_predict(vr_arena *perm, vr_dollar_street_predictions *out, const vr_model *model,
                                     const vr_dataset *images, const vr_dollar_street_predict_opts *opts,
                                     vr_err *err);

/* What is right, row by row, and what became of the rest. Arrays are [count] = the data's. */
typedef struct vr_dollar_street_hits {
    int64_t count;
    const uint8_t *scored;         /* 0: the row has no prediction, or no target */
    const uint8_t *top1, *top5;    /* 0 or 1; 0 where it is not scored */
    int64_t k;                     /* how many predictions "top5" had at hand, at most 5 */
    int64_t rows;                  /* scored rows */
    int64_t unpredicted, unmapped; /* rows without prediction; rows without target */
    int64_t unmatched;             /* predictions whose image is not in the data */
} vr_dollar_street_hits;

/* top-k is right where any of the first k predictions is a target of the row. targets NULL takes the file's acc1, acc5.
 * Notes:   a prediction serves all rows of its image, unless a row's own id has one.
 * Errors:  VR_ERR_ARGUMENT where no row is scored, naming both files. */
VR_API bool vr_dollar_street_score(vr_arena *perm, vr_dollar_street_hits *hits, const vr_dollar_street *data,
                                   const vr_dollar_street_predictions *predictions, const vr_lists *targets,
                                   vr_err *err);

/* One row an image: its first task's hit, or, with `any`, whether any task is right. The other rows are not scored. */
VR_API vr_dollar_street_hits vr_dollar_street_hits_per_image(vr_arena *perm, const vr_dollar_street *data,
                                                             const vr_dollar_street_hits *hits, bool any);

/* How rows are grouped. A row is in one income, region, country; in each of its classes; in each of its factors. */
typedef enum vr_dollar_street_by {
    VR_BY_ALL,
    VR_BY_INCOME,
    VR_BY_REGION,
    VR_BY_REGION_INCOME,
    VR_BY_COUNTRY,
    VR_BY_CLASS,
    VR_BY_FACTOR,
    VR_BY_QUARTER /* of the homes, by income: of one size, where the three buckets are not */
} vr_dollar_street_by;

/* The number of groups. */
VR_API int64_t vr_dollar_street_groups(const vr_dollar_street *data, vr_dollar_street_by by);

/* "Africa, low": what a group is called. */
VR_API const char *vr_dollar_street_group_name(vr_arena *arena, const vr_dollar_street *data,
                                               vr_dollar_street_by by, int64_t group);

/* True where row i is in that group. */
VR_API bool vr_dollar_street_in_group(const vr_dollar_street *data, vr_dollar_street_by by, int64_t group,
                                      int64_t i);

/* Rows, hits and accuracy of one group, with an interval. */
typedef struct vr_dollar_street_accuracy {
    int64_t count, top1, top5;
    vr_interval accuracy1, accuracy5; /* NaN for an empty group */
} vr_dollar_street_accuracy;

/* All zero: 1000 resamples, seed 0. */
typedef struct vr_dollar_street_opts {
    int64_t resamples;
    uint64_t seed;
} vr_dollar_street_opts;

/* out[g] = accuracy of the scored rows of each group.
 * Shapes:  out: [vr_dollar_street_groups].
 * Notes:   intervals are 95 % percentile-bootstrap intervals over households: photographs of one home resemble each
 *          other, and intervals over images would be too narrow. A resample in which a group is empty is left out.
 *          opts may be NULL; the same bits on any number of threads. */
VR_API void vr_dollar_street_accuracies(vr_dollar_street_accuracy *out, const vr_dollar_street *data,
                                        const vr_dollar_street_hits *hits, vr_dollar_street_by by,
                                        const vr_dollar_street_opts *opts);

/* The same as a table: group, images, top-1, top-k. */
VR_API vr_table vr_dollar_street_accuracy_table(vr_arena *arena, const vr_dollar_street *data,
                                                const vr_dollar_street_hits *hits, vr_dollar_street_by by,
                                                const vr_dollar_street_opts *opts);

/* One factor among the errors of a group. */
typedef struct vr_dollar_street_association {
    vr_dollar_street_factor factor;
    int64_t ticks, wrong;      /* rows with the factor: of the baseline; of them wrong ones in the group */
    double share, share_wrong; /* of all ticks */
    double shift;              /* share_wrong / share - 1: "+1.0x" is twice as often among errors */
} vr_dollar_street_association;

/* All zero is the published definition. */
typedef struct vr_dollar_street_association_opts {
    int64_t few; /* a count of at most this is taken as 0; 0 = 5, -1 = no such rule */
    bool
        own; /* compare with the group's own rows, not with all: the default mixes what a group's images are like
                    with what goes with its errors */
} vr_dollar_street_association_opts;

/* out[f] = how much more often each factor is ticked among the rows of a group that are wrong (top-5) than among the
 * scored rows of the whole data, highest first, NaN (no ticks) last:
 *     shift(f) = (w(f) / sum w - c(f) / sum c) / (c(f) / sum c)
 * Shapes:  out: [VR_DOLLAR_STREET_FACTOR_COUNT].
 * Notes:   the data has factors (else VR_CHECK). opts may be NULL.
 * Source:  Gustafson et al. 2023, section 4 ("error ratio"; it is a shift) and their explain_model_errors. */
VR_API void vr_dollar_street_associate(vr_dollar_street_association *out, const vr_dollar_street *data,
                                       const vr_dollar_street_hits *hits, vr_dollar_street_by by,
                                       int64_t group, const vr_dollar_street_association_opts *opts);

/* Is a group's wrong row likelier to have a factor than its right row? */
typedef struct vr_dollar_street_odds {
    int64_t group;
    vr_dollar_street_factor factor;
    int64_t wrong[2], right[2]; /* scored rows of the group: with the factor, without it */
    vr_odds odds;               /* wrong[0] right[1] / (wrong[1] right[0]), its 95 % interval, and p */
    double holm, bh;            /* odds.p corrected for all groups and factors that were asked */
} vr_dollar_street_odds;

/* Odds ratios of every group and factor, of a group's rows alone: unlike the shift, they do not mix what a group's images
 * are like with what goes with its errors.
 * Shapes:  out: [vr_dollar_street_groups, VR_DOLLAR_STREET_FACTOR_COUNT].
 * Notes:   right is top-5. NaN where a group has no wrong or no right row, or all or none with the factor; such are not
 *          counted as tests. Rows are taken as independent; a home gives several, so that intervals are rather too narrow.
 * Source:  vr_odds_ratio, vr_adjust_holm and vr_adjust_bh: statsmodels' Table2x2 and multipletests. */
VR_API void vr_dollar_street_odds_ratios(vr_dollar_street_odds *out, const vr_dollar_street *data,
                                         const vr_dollar_street_hits *hits, vr_dollar_street_by by);

/* The factors of each group as a table: group, factor, wrong ones with it, its share among errors and in the baseline,
 * shift, odds ratio, p after Holm and after Benjamini and Hochberg; at most `most` a group, and those only that are
 * among its errors more often than in the baseline. */
VR_API vr_table vr_dollar_street_association_table(vr_arena *arena, const vr_dollar_street *data,
                                                   const vr_dollar_street_hits *hits, vr_dollar_street_by by,
                                                   int64_t most,
                                                   const vr_dollar_street_association_opts *opts);

/* Are the first k factors of an association ticked among errors as often as among all? vr_chi2_shares of the k counts.
 * Notes:   factors without ticks are passed over; NaN where fewer than two are left, or nothing is wrong.
 * Source:  explain_model_errors of dollarstreet_factors, with k = 5. */
VR_API vr_test vr_dollar_street_chi_square(const vr_dollar_street_association *a, int64_t k);

/* A class in a group, and how far it is below the class's best group. */
typedef struct vr_dollar_street_gap {
    int64_t class_number, group, count;
    double accuracy, gap; /* top-5 */
} vr_dollar_street_gap;

/* The cells of class by group with at least `least` scored rows, largest gap first; returns how many there are.
 * Notes:   `whole` leaves out classes that lack a group or have one with fewer rows. by is INCOME or REGION. */
VR_API int64_t vr_dollar_street_gaps(vr_arena *perm, vr_dollar_street_gap **out, const vr_dollar_street *data,
                                     const vr_dollar_street_hits *hits, vr_dollar_street_by by, int64_t least,
                                     bool whole);

/* How a class differs between two groups. */
typedef struct vr_dollar_street_divergence {
    int64_t class_number, group[2];
    double distance;                     /* Jensen-Shannon, of the shares of factors */
    double accuracy[2];                  /* top-5 */
    vr_dollar_street_factor distinct[3]; /* the factors with the largest |p - q| */
} vr_dollar_street_divergence;

/* Every class and pair of groups that both have at least `least` (0 = 5) scored rows and a factor ticked, in the order of
 * classes and groups; returns how many there are. by is INCOME or REGION. */
VR_API int64_t vr_dollar_street_divergences(vr_arena *perm, vr_dollar_street_divergence **out,
                                            const vr_dollar_street *data, const vr_dollar_street_hits *hits,
                                            vr_dollar_street_by by, int64_t least);

/* A quarter of the divergences, by their distance. */
typedef struct vr_dollar_street_quartile {
    double low, high; /* distances */
    int64_t pairs;
    double gap; /* mean of |accuracy[0] - accuracy[1]| */
} vr_dollar_street_quartile;

/* Where a class's factors differ more between groups, does its accuracy differ more? out[4]: quarters of d[n] by distance.
 * Notes:   the limits are quantiles (linear), and a distance on a limit is in the lower quarter. With n = 0 limits are NaN.
 * Source:  Gustafson et al. 2023, quartile figure (there a limit belongs to both of its quarters). */
VR_API void vr_dollar_street_quartiles(vr_dollar_street_quartile *out, const vr_dollar_street_divergence *d,
                                       int64_t n);

/* The same as a table: distance from, to, pairs of groups, mean gap in accuracy. */
VR_API vr_table vr_dollar_street_quartile_table(vr_arena *arena, const vr_dollar_street_divergence *d,
                                                int64_t n);

/* What a mitigation does to the rows of one group that have a factor. */
typedef struct vr_dollar_street_change {
    int64_t count; /* rows that both scored */
    double before, after;
    vr_interval difference; /* after - before, paired, over households as in vr_dollar_street_accuracies */
} vr_dollar_street_change;

/* out[g] = top-5 accuracy before and after on the rows with `factor` (VR_DOLLAR_STREET_FACTOR_COUNT: on all).
 * Shapes:  out: [vr_dollar_street_groups]. opts may be NULL. */
VR_API void vr_dollar_street_compare(vr_dollar_street_change *out, const vr_dollar_street *data,
                                     const vr_dollar_street_hits *before, const vr_dollar_street_hits *after,
                                     vr_dollar_street_factor factor, vr_dollar_street_by by,
                                     const vr_dollar_street_opts *opts);

/* The same as a table: group, images, before, after, difference. */
VR_API vr_table vr_dollar_street_compare_table(vr_arena *arena, const vr_dollar_street *data,
                                               const vr_dollar_street_hits *before,
                                               const vr_dollar_street_hits *after,
                                               vr_dollar_street_factor factor, vr_dollar_street_by by,
                                               const vr_dollar_street_opts *opts);

/* A made-up street that needs no download: 48 homes in four regions, with ten drawn shapes each in place of photographs.
 * The poorer the home, the likelier a picture is darker, blocked or of another texture; the pictures are really drawn
 * that way, so that a model's errors are its own.
 * Notes:   targets are the classes' numbers in vr_dollar_street_example_model. */
VR_API void vr_dollar_street_example(vr_arena *perm, vr_dollar_street *data, vr_dataset *images,
                                     vr_lists *targets, uint64_t seed);

/* A small model for that street: a random ResNet with a ridge probe on 1,200 pictures of rich homes. A second or two.
 * Errors:  VR_ERR_NUMERIC where the probe has no solution. */
VR_API vr_model *vr_dollar_street_example_model(vr_arena *perm, uint64_t seed, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
