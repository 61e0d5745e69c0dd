/* study/geography/geography_impl.h: what the parts of study/geography share. */
#ifndef VISROB_STUDY_GEOGRAPHY_IMPL_H
#define VISROB_STUDY_GEOGRAPHY_IMPL_H
#include "../../format/csv.h"
#include "../geography.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { VRP_GEOGRAPHY_CLASSES = 1000 };

/* ---- data ---- */

/* vr_geography_load of a text in memory; `path` is for messages. */
VR_API bool vrp_geography_parse(vr_arena *perm, vr_geography_set *set, vr_bytes text, const char *path,
                                vr_err *err);

/* The field as a string that is not empty and has no zero byte; else NULL, and VR_ERR_FORMAT. */
VR_API const char *vrp_geography_name(vr_arena *arena, const vr_csv *csv, int64_t column, vr_err *err);

/* As many rows as the rest of the text can have. */
VR_API int64_t vrp_geography_rows(const vr_csv *csv);

/* ---- score ---- */

/* Joins and scores predictions of a set. Errors: vr_predictions_join's and vr_predictions_score's. */
VR_API bool vrp_geography_score(vr_arena *perm, vr_scores *scores, const vr_geography_set *set,
                                const vr_predictions *predictions, vr_err *err);

/* Measures scored images by one grouping, which the set has to have. opts may be NULL. */
VR_API void vrp_geography_measure(vr_arena *perm, vr_geography_measure *out, const vr_geography_set *set,
                                  const vr_scores *scores, vr_geography_by by, const vr_geography_opts *opts);

/* cells[a,b] = the scored images in group a of `rows` and b of `columns`. */
VR_API void vrp_geography_cross(vr_group *cells, const vr_geography_set *set, const vr_scores *scores,
                                bool top5, vr_geography_by rows, vr_geography_by columns);

/* ---- progress ---- */

/* "ImageNet-1k", "ImageNet-21k", "web". */
VR_API const char *vrp_geography_pretraining_name(vr_geography_pretraining p);

/* By the tag of a timm name: "vit_base_patch16_clip_224.laion2b_ft_in12k_in1k" is of the web.
 * Notes:   a name without a tag that tells more is of ImageNet-1k; what a distillation's teacher was trained on is not told. */
VR_API vr_geography_pretraining vrp_geography_pretraining_of(const char *timm_name);

/* vr_geography_benchmarks_load of a table in memory. */
VR_API bool vrp_geography_benchmarks_parse(vr_arena *perm, vr_geography_benchmarks *out, vr_bytes text,
                                           const char *path, vr_err *err);

/* The number of a benchmark of that name, or -1. */
VR_API int64_t vrp_geography_benchmark_find(const vr_geography_benchmarks *b, const char *name);

/* ---- retrain ---- */

/* A head's predictions of the images of a sample, at most five classes each; `path` names it. */
VR_API void vrp_geography_head_predict(vr_arena *perm, vr_predictions *out, const vr_geography_sample *sample,
                                       const vr_geography_head *head, const char *path);

/* Trains a head as vr_geography_retrain does. result may be NULL; c = 0 means 1. Standardization is folded into the layer. */
VR_API bool vrp_geography_head_train(vr_arena *perm, vr_geography_head *head, vr_lbfgs_result *result,
                                     const vr_geography_sample *train, double c, vr_err *err);

/* ---- tables ---- */

/* Group, images, correct, accuracy with interval, balanced accuracy. */
VR_API vr_table vrp_geography_accuracy_table(vr_arena *arena, const vr_geography_set *set,
                                             const vr_geography_measure *m);

/* A row a definition: which groups, gap with interval, balanced gap. */
VR_API vr_table vrp_geography_disparity_table(vr_arena *arena, const vr_geography_set *set,
                                              const vr_geography_measure *m);

/* The classes that count for each object, and the objects that share some of them. */
VR_API vr_table vrp_geography_map_table(vr_arena *arena, const vr_geography_set *set);

/* Progress rates, a row a benchmark. */
VR_API vr_table vrp_geography_rate_table(vr_arena *arena, const vr_geography_progress *p);

/* Effective robustness by pretraining, in points. */
VR_API vr_table vrp_geography_effective_table(vr_arena *arena, const vr_geography_progress *p);

/* The `most` models with the highest mean effective robustness over the benchmarks they have. */
VR_API vr_table vrp_geography_models_table(vr_arena *arena, const vr_geography_progress *p, int64_t most);

/* A row a share: images, accuracy, both disparities, accuracy of each region. */
VR_API vr_table vrp_geography_retrain_table(vr_arena *arena, const vr_geography_retraining *r);

#ifdef __cplusplus
}
#endif
#endif
