/* study/imagenet_x/imagenet_x_impl.h: what the files of this study share. */
#ifndef VISROB_STUDY_IMAGENET_X_IMPL_H
#define VISROB_STUDY_IMAGENET_X_IMPL_H
#include "../../format/csv.h"
#include "../imagenet_x.h"
#include "../predictions_impl.h"

enum { VRP_IMAGENET_X_LABELS = VR_IMAGENET_X_FACTORS + VR_IMAGENET_X_METACLASSES };

/* More models than this are rows of a table, and have no chart of their own. */
enum { VRP_IMAGENET_X_FEW = 8 };

/* The names of the factors, then of the metaclasses: [VRP_IMAGENET_X_LABELS]. */
VR_API const char *const *vrp_imagenet_x_names(void);

/* The names of the metaclasses: device, dog, ..., other. */
VR_API const char *const *vrp_imagenet_x_metaclasses(void);

/* Which of the names is the text of n bytes; -1: none. */
VR_API int64_t vrp_imagenet_x_find(const char *const *names, int64_t count, const char *name, int64_t n);

/* Adds the key of the current row; a key's value is its line. Errors: VR_ERR_FORMAT for a key of an earlier row, naming both
 * lines; `what` it is. */
VR_API bool vrp_imagenet_x_key(vr_names *keys, const vr_csv *csv, int64_t column, const char *what,
                               vr_bytes key, vr_err *err);

/* The row of the factors' groups and, last, that of all images: by: [17]; nothing else is known. */
VR_API vr_imagenet_x_row vrp_imagenet_x_row_of(const char *model, const vr_group *by);

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

/* The factor of the highest error ratio among those with at least min_images (or an unknown count); -1: none. */
VR_API int64_t vrp_imagenet_x_worst(const vr_imagenet_x_row *row, int64_t min_images);

/* ratio[n] = the finite error ratios of a factor, of the rows with of[i] = k, or, where `of` is NULL, of all; returns n. */
VR_API int64_t vrp_imagenet_x_ratios(double *ratio, const vr_imagenet_x_table *table, int64_t factor,
                                     const int64_t *of, int64_t k);

/* What vr_imagenet_x_cells gives, for rows of at least min_images; not whole: without columns that no row has. */
VR_API vr_table vrp_imagenet_x_cells(vr_arena *arena, const vr_imagenet_x_row *rows, int64_t count,
                                     int64_t min_images, bool whole);

/* One row a factor: error ratios of at most 8 models, six digits as in the paper's repository. The ratio of fewer than
 * min_images images is not shown. */
VR_API vr_table vrp_imagenet_x_by_factor(vr_arena *arena, const vr_imagenet_x_table *table,
                                         int64_t min_images);

/* One row a model: the error ratios of all factors, or of the worst one with its interval. */
VR_API vr_table vrp_imagenet_x_by_model(vr_arena *arena, const vr_imagenet_x_table *table, int64_t min_images,
                                        bool worst);

/* One row a factor, from the one that the augmentation helps most to the one that it hurts most. */
VR_API vr_table vrp_imagenet_x_effect_table(vr_arena *perm, const vr_imagenet_x_effects *effects);

/* One row a factor, most errors first: the mean error ratio of each family, and whether they differ. */
VR_API vr_table vrp_imagenet_x_family_table(vr_arena *perm, const vr_imagenet_x_families *families);

/* What the numbers come from, and the kind of tables: "accuracies of results/top (top, class)". */
VR_API const char *vrp_imagenet_x_data_text(vr_arena *arena, const vr_imagenet_x_report *report);

/* Lists the files that a path stands for: itself or, of a folder, predictions or a target's tables. Others are counted in *t.
 * Errors:  VR_ERR_ARGUMENT for a folder without such a file, naming the others. */
VR_API bool vrp_imagenet_x_list(vr_arena *perm, vr_names *paths, vr_imagenet_x_table *t, const char *path,
                                const vr_imagenet_x_target *target, vr_err *err);

/* "2 tables: a.csv (by metaclass), b.csv (--target real); 1 other file: README": what was not read; NULL: nothing. */
VR_API const char *vrp_imagenet_x_others_text(vr_arena *arena, const vr_imagenet_x_table *table);

#endif
