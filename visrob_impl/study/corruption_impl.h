/* study/corruption_impl.h: severities, cells and baselines. */
#ifndef VISROB_STUDY_CORRUPTION_IMPL_H
#define VISROB_STUDY_CORRUPTION_IMPL_H
#include "corruption.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Reads "3" or "1,3,5", each once, in ascending order; NULL: all five.
 * Errors:  VR_ERR_USAGE for anything else. */
VR_API bool vrp_severities_parse(int severity[VR_SEVERITIES], int64_t *count, const char *list, vr_err *err);

/* "severities 1 to 5", "severity 3", "severities 1, 3 and 5". */
VR_API const char *vrp_severities_text(vr_arena *arena, const int *severity, int64_t count);

/* Finds the cells of a data set by the paths of its images.
 * Errors:  VR_ERR_ARGUMENT naming an image that is in no cell where others are, and cells that have not the same images. */
VR_API bool vrp_corruptions_find(vr_arena *perm, vr_corruptions *out, const vr_dataset *data, vr_err *err);

/* The error of a baseline model under each corruption, a fraction averaged over severities, NaN where it is not known:
 * "alexnet", or a CSV with the columns `corruption` and `error`, in per cent.
 * Errors:  vr_csv_load's; VR_ERR_FORMAT for an unknown or repeated corruption and an error that is not above 0 and at most 100.
 * Source:  AlexNet on ImageNet-C: github.com/hendrycks/robustness. */
VR_API const double *vrp_baseline_load(vr_arena *perm, const char *name, vr_err *err);

/* Errors over corruptions. Shapes: factors, accuracy: [n], accuracy a mean over severities; baseline: [VR_FACTOR_COUNT] or
 * NULL. */
VR_API vr_corruption_errors vrp_corruption_errors(const vr_factor *factors, const double *accuracy, int64_t n,
                                                  double clean, const double *baseline);

/* "A", "B", ...: the models in tables of several. */
VR_API const char *vrp_model_letter(vr_arena *arena, int64_t m);

/* True for ImageNet-C's fifteen. */
VR_API bool vrp_corruption_counts(vr_factor factor);

#ifdef __cplusplus
}
#endif
#endif
