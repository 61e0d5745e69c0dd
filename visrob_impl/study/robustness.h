/* study/robustness.h: how, where and why a model breaks: the same images under every factor and severity.
 *
 *     vr_robustness r;
 *     vr_robustness_run(&perm, &r, model, &data, NULL, VR_FATAL);
 *     vr_table t = vr_robustness_table(&perm, &r);
 *     vr_table_print(stdout, &t);
 *     vr_robustness_page_save(&r, model, &data, NULL, "report.html", VR_FATAL);
 */
#ifndef VISROB_STUDY_ROBUSTNESS_H
#define VISROB_STUDY_ROBUSTNESS_H
#include "../image/factor.h"
#include "../metric/calibration.h"
#include "../report/plot.h"
#include "../report/table.h"
#include "over.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { VR_SEVERITIES = 5 };

/* All zero is the default: every factor, seed 0. */
typedef struct vr_robustness_opts {
    const vr_factor *factors; /* [factor_count]; NULL = all */
    int64_t factor_count;
    uint64_t seed;
    vr_over_opts over;
} vr_robustness_opts;

/* What one factor does. Intervals are 95 % bootstrap intervals over images. */
typedef struct vr_robustness_factor {
    vr_factor factor;
    vr_interval accuracy;          /* over all severities */
    vr_interval error_ratio;       /* (1 - accuracy) / (1 - clean), paired with the clean images */
    vr_interval at[VR_SEVERITIES]; /* accuracy at severities 1..5 */
    double ece;                    /* calibration error over all severities */
    double consistency;            /* share of predictions that are the clean image's */
    double *class_accuracy;        /* [classes], NaN for a class without images */
} vr_robustness_factor;

/* The whole measurement. */
typedef struct vr_robustness {
    int64_t count, skipped, classes, factor_count;
    uint64_t seed;
    vr_interval clean;
    double clean_ece, *clean_class_accuracy; /* [classes] */
    vr_robustness_factor *factors;           /* [factor_count] */
    double mean_corruption_error,
        relative_corruption_error; /* over ImageNet-C's corruptions that were run; NaN without */
    int64_t worst;                 /* the factor with the highest error ratio */
    double seconds;
    const int64_t *index; /* [count]: the images, by their number in the data set */
} vr_robustness;

/* Measures the model on every labelled image, clean and under each factor at each severity.
 * Notes:   factors are applied to the 8-bit crop that the model sees, before normalisation. The result is a function
 *          of the model, the images, the factors and the seed. mean_corruption_error is the unnormalised mean of the
 *          errors over corruptions and severities, as for CIFAR-10-C; relative_corruption_error is that minus the
 *          clean error. opts may be NULL. Progress goes to stderr.
 * Errors:  as vr_over_run; VR_ERR_ARGUMENT naming an image without a label.
 * Source:  Hendrycks and Dietterich 2019 (corruptions, mCE); Idrissi et al. 2022 (error ratio). */
VR_API bool vr_robustness_run(vr_arena *perm, vr_robustness *out, const vr_model *model,
                              const vr_dataset *data, const vr_robustness_opts *opts, vr_err *err);

/* One row a factor, in the order they were run: accuracy, drop, error ratio, accuracy at each severity, ECE. */
VR_API vr_table vr_robustness_table(vr_arena *arena, const vr_robustness *r);

/* One row a factor and severity, with levels and intervals: for other programs (CSV). */
VR_API vr_table vr_robustness_cells(vr_arena *arena, const vr_robustness *r);

/* The error ratios as bars, with their intervals, the highest first: for vr_plot_save. */
VR_API vr_plot vr_robustness_plot(vr_arena *arena, const vr_robustness *r, const vr_model *model,
                                  const vr_dataset *data);

/* Saves the report: one HTML file with the answer in words, what each factor does to an image, error ratios, severity
 * curves, classes and the table. command may be NULL.
 * Errors:  VR_ERR_IO naming the path, and the decoder's for the sample image. */
VR_API bool vr_robustness_page_save(const vr_robustness *r, const vr_model *model, const vr_dataset *data,
                                    const char *command, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
