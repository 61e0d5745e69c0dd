/* study/imagenet_x/imagenet_x_impl.h: what the files of this study share. */
#ifndef VISROB_STUDY_IMAGENET_X_IMPL_H
#define VISROB_STUDY_IMAGENET_X_IMPL_H
#include "../../format/csv.h"
#include "../imagenet_x.h"

enum { VRP_IMAGENET_X_LABELS = VR_IMAGENET_X_FACTORS + VR_IMAGENET_X_METACLASSES };

/* More models than this are rows of a table, and have no chart of their own. */
enum { VRP_IMAGENET_X_FEW = 8 };

/* The keys of a CSV's rows; {.names.arena = &a} is empty. */
typedef struct vrp_imagenet_x_keys {
    vr_names names;
    int64_t *line, capacity;
} vrp_imagenet_x_keys;

/* Adds the key of the current row. Errors: VR_ERR_FORMAT for a key of an earlier row, naming both lines; `what` it is. */
VR_API bool vrp_imagenet_x_key(vrp_imagenet_x_keys *keys, const vr_csv *csv, int64_t column, const char *what,
                               vr_bytes key, vr_err *err);

/* The name of metaclass 0..16: device, dog, ..., other. */
VR_API const char *vrp_imagenet_x_metaclass(int64_t metaclass);

/* The error ratio with its 95 % interval, by the delta method on its logarithm over images, which share the errors.
 * Notes:   low and high are NaN where the counts are unknown, or there is no ratio. Without an error in the factor low
 *          is 0 and high takes the upper end of Wilson's interval.
 * Source:  as Katz et al. 1978 for the risk ratio of separate groups; here the factor's images are among all. */
VR_API vr_interval vrp_imagenet_x_error_ratio_interval(const vr_imagenet_x_row *row, int64_t factor);

/* The factor of the highest error ratio among those with at least min_images (or an unknown count); -1: none. */
VR_API int64_t vrp_imagenet_x_worst(const vr_imagenet_x_row *row, int64_t min_images);

/* The metaclass of that name; -1 where there is none. */
VR_API int64_t vrp_imagenet_x_metaclass_find(vr_bytes name);

/* A row with accuracies count/correct of `by`[16] and of all n images; nothing else is known. */
VR_API vr_imagenet_x_row vrp_imagenet_x_row_of(const char *model, const vr_group *by, int64_t correct,
                                               int64_t n);

/* Finds the numbers of images behind released accuracies; sets count and n of all rows. */
VR_API void vrp_imagenet_x_recover(vr_imagenet_x_row *rows, int64_t count);

/* The errors in the factor over those in all other images: what the error ratio would be if the factor's images did not
 * count in both. NaN where counts are unknown, or nothing is wrong elsewhere. */
VR_API double vrp_imagenet_x_rest_ratio(const vr_imagenet_x_row *row, int64_t factor);

/* shift[f] = (share of f among the factors of wrong images - its share among all) / its share among all.
 * Shapes:  shift: [16]; the row's counts have to be known.
 * Notes:   NaN for a factor without images and where nothing is wrong (the original has 0). With one factor per image
 *          it is nearly the error ratio - 1.
 * Source:  the original's misclassification shift. */
VR_API void vrp_imagenet_x_shift(double *shift, const vr_imagenet_x_row *row);

/* both[i][j] = the images with the labels i and j, on the diagonal those with i: 16 factors, then 17 metaclasses. */
VR_API void vrp_imagenet_x_together(int64_t (*both)[VRP_IMAGENET_X_LABELS], const vr_imagenet_x_set *set);

/* Spearman's rho of each two labels over n images, and its two-sided p.
 * Notes:   an image has a label or not, so that rho is the phi coefficient of the counts: ranking whole columns
 *          takes 200 times as long. NaN for a label that all images or none have (there the original
 *          stops), and p of two images. The diagonal is 1, with p 0.
 * Source:  scipy.stats.spearmanr. */
VR_API void vrp_imagenet_x_spearman(double (*rho)[VRP_IMAGENET_X_LABELS], double (*p)[VRP_IMAGENET_X_LABELS],
                                    int64_t (*both)[VRP_IMAGENET_X_LABELS], int64_t n);

/* order[16]: factors from the highest value to the lowest; NaN last. */
VR_API void vrp_imagenet_x_order(int *order, const double *value);

/* "ViT", or "ViT, dog" for a row of a metaclass. */
VR_API const char *vrp_imagenet_x_row_name(vr_arena *arena, const vr_imagenet_x_row *row);

/* The error ratio; NaN of fewer than min_images. */
VR_API double vrp_imagenet_x_ratio(const vr_imagenet_x_row *row, int64_t factor, int64_t min_images);

/* What vr_imagenet_x_cells gives, with or without these columns, for rows of at least min_images. */
VR_API vr_table vrp_imagenet_x_cells(vr_arena *arena, const vr_imagenet_x_row *rows, int64_t count,
                                     int64_t min_images, bool metaclass, bool ece);

/* What was left out of a row, as a sentence; NULL where nothing was. */
VR_API const char *vrp_imagenet_x_join_text(vr_arena *arena, const vr_imagenet_x_row *row);

/* One row a factor, from the one that the augmentation helps most to the one that it hurts most. */
VR_API vr_table vrp_imagenet_x_effect_table(vr_arena *perm, const vr_imagenet_x_effects *effects);

/* One row a factor, most errors first: the mean error ratio of each family, and whether they differ. */
VR_API vr_table vrp_imagenet_x_family_table(vr_arena *perm, const vr_imagenet_x_families *families);

/* Error ratios, six digits as in the paper's repository: one row a factor where there are at most 8 models, else one row a
 * model. The ratio of fewer than min_images images is not shown. */
VR_API vr_table vrp_imagenet_x_ratio_table(vr_arena *perm, const vr_imagenet_x_table *table,
                                           int64_t min_images);

#endif
