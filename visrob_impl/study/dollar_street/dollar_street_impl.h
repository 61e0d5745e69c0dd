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

/* One factor among the errors of a group. */
typedef struct vrp_dollar_street_association {
    vr_dollar_street_factor factor;
    int64_t ticks, wrong;             /* rows with the factor: of the baseline; wrong ones of the group */
    double share, share_wrong, shift; /* of all ticks; share_wrong / share - 1: "+1.0x" is twice as often */
} vrp_dollar_street_association;

/* out[f] = how much more often each factor is ticked among the wrong rows of a group than in the baseline, highest shift
 * first, NaN (no ticks) last. Shapes: out: [VR_DOLLAR_STREET_FACTOR_COUNT]. */
VR_API void vrp_dollar_street_associate(vrp_dollar_street_association *out, const vr_dollar_street *data,
                                        const vr_scores *scores, const vr_groups *groups, int64_t group,
                                        const vr_dollar_street_association_opts *opts);

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

#ifdef __cplusplus
}
#endif
#endif
