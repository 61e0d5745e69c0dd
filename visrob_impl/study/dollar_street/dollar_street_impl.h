/* study/dollar_street/dollar_street_impl.h: the measures behind the tables of Dollar Street. */
#ifndef VISROB_STUDY_DOLLAR_STREET_IMPL_H
#define VISROB_STUDY_DOLLAR_STREET_IMPL_H
#include "../../tensor/hypothesis.h"
#include "../dollar_street.h"
#ifdef __cplusplus
extern "C" {
#endif

/* vr_dollar_street_load of a text in memory; `path` is for messages. What begins with "{" is JSON. */
VR_API bool vrp_dollar_street_parse(vr_arena *perm, vr_dollar_street *out, vr_bytes text, const char *path,
                                    const vr_dollar_street *metadata, vr_err *err);

/* The names of the data: number i < image_count is image i; number image_count + r is row r by its own id. */
VR_API vr_image_index vrp_dollar_street_index(vr_arena *arena, const vr_dollar_street *data);

/* How rows are grouped. */
typedef enum vrp_dollar_street_by {
    VRP_DOLLAR_STREET_BY_ALL,
    VRP_DOLLAR_STREET_BY_INCOME,
    VRP_DOLLAR_STREET_BY_REGION,
    VRP_DOLLAR_STREET_BY_REGION_INCOME,
    VRP_DOLLAR_STREET_BY_COUNTRY,
    VRP_DOLLAR_STREET_BY_CLASS,  /* a row is in each of its classes */
    VRP_DOLLAR_STREET_BY_FACTOR, /* and in each of its factors */
    VRP_DOLLAR_STREET_BY_QUARTER /* of the households by income: of one size, as the three buckets are not */
} vrp_dollar_street_by;

/* The rows in groups, for vr_group_accuracy and vr_group_bootstrap; count = 0 for factors that the data does not have.
 * Notes:   images of one household resemble each other: bootstrap with opts.cluster = data->household. */
VR_API vr_groups vrp_dollar_street_groups(vr_arena *perm, const vr_dollar_street *data,
                                          vrp_dollar_street_by by);

/* One row an image: its first task's score. Other rows are not scored. */
VR_API vr_scores vrp_dollar_street_per_image(vr_arena *perm, const vr_dollar_street *data,
                                             const vr_scores *scores);

/* group, images, top-1, top-k with intervals over households. opts may be NULL. */
VR_API vr_table vrp_dollar_street_accuracy_table(vr_arena *arena, const vr_dollar_street *data,
                                                 const vr_scores *scores, vrp_dollar_street_by by,
                                                 const vr_bootstrap *opts);

/* "3 rows that the annotator could not rate ... are left out."; NULL where none was. */
VR_API const char *vrp_dollar_street_left_out(vr_arena *arena, const vr_dollar_street *data);

/* "58 of 300 rows scored, of 40 of 287 households". */
VR_API const char *vrp_dollar_street_scored(vr_arena *arena, const vr_dollar_street *data,
                                            const vr_scores *scores);

/* What the rows are: "images", or "rows" where an image has several (a row is an image with one of its classes). */
VR_API const char *vrp_dollar_street_unit(const vr_dollar_street *data);

/* One factor among the errors of a group. */
typedef struct vrp_dollar_street_association {
    vr_dollar_street_factor factor;
    int64_t ticks, wrong;             /* rows with the factor: of the baseline; wrong ones of the group */
    double share, share_wrong, shift; /* of all ticks; share_wrong / share - 1: "+1.0x" is twice as often */
} vrp_dollar_street_association;

/* out[f] = how much more often each factor is ticked among the wrong rows of a group than in the baseline, highest shift
 * first, NaN (no ticks) last. Shapes: out: [VR_DOLLAR_STREET_FACTOR_COUNT].
 * Notes:   the baseline is all rows, and a count of at most 5 is taken as 0: the published definition. It mixes what a
 *          group's images are like with what goes with its errors. */
VR_API void vrp_dollar_street_associate(vrp_dollar_street_association *out, const vr_dollar_street *data,
                                        const vr_scores *scores, const vr_groups *groups, int64_t group);

/* Are the first k factors of an association ticked among errors as often as in the baseline? vr_chi2_shares of the k counts.
 * Notes:   factors without ticks do not count; NaN where fewer than two are left, or nothing is wrong.
 * Source:  explain_model_errors of dollarstreet_factors, with k = 5. */
VR_API vr_test vrp_dollar_street_chi_square(const vrp_dollar_street_association *a, int64_t k);

/* Is a group's wrong row likelier to have a factor than its correct row? */
typedef struct vrp_dollar_street_odds {
    int64_t group;
    vr_dollar_street_factor factor;
    int64_t wrong[2], correct[2]; /* scored rows of the group: with the factor, without it */
    vr_odds odds;                 /* wrong[0] correct[1] / (wrong[1] correct[0]) */
    double holm, bh;              /* odds.p corrected for all groups and factors */
} vrp_dollar_street_odds;

/* Odds ratios of every group and factor. Shapes: out: [groups->count, VR_DOLLAR_STREET_FACTOR_COUNT].
 * Notes:   NaN where a group has no wrong or no correct row, or all or none with the factor; such are not counted as tests. */
VR_API void vrp_dollar_street_odds_ratios(vrp_dollar_street_odds *out, const vr_dollar_street *data,
                                          const vr_scores *scores, const vr_groups *groups);

/* A class in a group, and how far it is below the class's best group. */
typedef struct vrp_dollar_street_gap {
    int64_t class_number, group, count;
    double accuracy, gap; /* top-5 */
} vrp_dollar_street_gap;

/* The cells of class by group with at least `least` scored rows, largest gap first; returns how many there are.
 * Notes:   `whole` leaves out classes that lack a group or have one with fewer rows. */
VR_API int64_t vrp_dollar_street_gaps(vr_arena *perm, vrp_dollar_street_gap **out,
                                      const vr_dollar_street *data, const vr_scores *scores,
                                      const vr_groups *groups, int64_t least, bool whole);

/* How a class differs between two groups. */
typedef struct vrp_dollar_street_divergence {
    int64_t class_number, group[2];
    double distance;    /* Jensen-Shannon, of the shares of factors */
    double accuracy[2]; /* top-5 */
} vrp_dollar_street_divergence;

/* Every class and pair of groups that both have five scored rows and a factor ticked, in the order of classes and groups;
 * returns how many there are. */
VR_API int64_t vrp_dollar_street_divergences(vr_arena *perm, vrp_dollar_street_divergence **out,
                                             const vr_dollar_street *data, const vr_scores *scores,
                                             const vr_groups *groups);

/* A quarter of the divergences, by their distance. */
typedef struct vrp_dollar_street_quartile {
    double low, high; /* distances */
    int64_t pairs;
    double gap; /* mean of |accuracy[0] - accuracy[1]| */
} vrp_dollar_street_quartile;

/* out[4]: quarters of d[n] by distance. Notes: the limits are quantiles (linear); with n = 0 they are NaN. */
VR_API void vrp_dollar_street_quartiles(vrp_dollar_street_quartile *out,
                                        const vrp_dollar_street_divergence *d, int64_t n);

/* The factors that are ticked more often among the errors (top-5) of a group than in the baseline, at most `most` a group:
 * group, factor, wrong rows with it, share w(f) / sum w among errors and c(f) / sum c in the baseline, shift (the first by
 * the second, less 1), and the odds ratio of being wrong with the factor to without it among the group's own rows, with
 * its p after Holm and after Benjamini and Hochberg, for all groups and factors.
 * Notes:   the data has factors (else VR_CHECK). Unlike shifts, odds ratios do not mix what a group's images are like with
 *          what goes with its errors. They take rows as independent; a household gives several, so that their intervals
 *          are rather too narrow.
 * Source:  Gustafson et al. 2023, section 4 ("error ratio"; it is a shift) and their explain_model_errors. */
VR_API vr_table vrp_dollar_street_association_table(vr_arena *arena, const vr_dollar_street *data,
                                                    const vr_scores *scores, vrp_dollar_street_by by,
                                                    int64_t most);

/* group, images, top-5 accuracy before and after, and their paired difference with its interval over households, on the
 * rows that both scored and that have `factor` (VR_DOLLAR_STREET_FACTOR_COUNT: on all). opts may be NULL. */
VR_API vr_table vrp_dollar_street_compare_table(vr_arena *arena, const vr_dollar_street *data,
                                                const vr_scores *before, const vr_scores *after,
                                                vr_dollar_street_factor factor, vrp_dollar_street_by by,
                                                const vr_bootstrap *opts);

/* The `most` classes that are furthest behind their best group: class, group, images, top-5 accuracy, how far behind.
 * Notes:   of classes with five scored rows or more in every group. by is BY_INCOME or BY_REGION. */
VR_API vr_table vrp_dollar_street_gap_table(vr_arena *arena, const vr_dollar_street *data,
                                            const vr_scores *scores, vrp_dollar_street_by by, int64_t most);

/* Where the factors of a class differ more between two groups, does its accuracy? Pairs of groups of a class in quarters
 * by the Jensen-Shannon distance of their factors: quarter, distance from, to, pairs, mean gap in accuracy.
 * Notes:   of groups with five scored rows and a factor ticked; no rows for fewer than four pairs. A distance on a limit is
 *          in the lower quarter. by is BY_INCOME or BY_REGION; the data has factors (else VR_CHECK).
 * Source:  Gustafson et al. 2023, quartile figure (there a limit belongs to both of its quarters). */
VR_API vr_table vrp_dollar_street_quartile_table(vr_arena *arena, const vr_dollar_street *data,
                                                 const vr_scores *scores, vrp_dollar_street_by by);

/* "texture". */
VR_API const char *vrp_dollar_street_factor_name(vr_dollar_street_factor f);

/* "Africa", "Asia", "Europe" or "The Americas". */
VR_API const char *vrp_dollar_street_region_name(vr_dollar_street_region region);

#ifdef __cplusplus
}
#endif
#endif
