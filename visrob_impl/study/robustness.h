/* study/robustness.h: how, where and why models break: the same images under every factor and severity.
 *
 *     vr_subject subject = {.model = model, .data = data};
 *     vr_robustness r;
 *     vr_robustness_run(&perm, &r, &subject, 1, NULL, VR_FATAL);
 *     vr_table t = vr_robustness_table(&perm, &r, 1);
 *     vr_table_print(stdout, &t);
 *     vr_robustness_page_save(&r, 1, NULL, "report.html", VR_FATAL);
 */
#ifndef VISROB_STUDY_ROBUSTNESS_H
#define VISROB_STUDY_ROBUSTNESS_H
#include "../metric/calibration.h"
#include "../report/plot.h"
#include "../report/table.h"
#include "corruption.h"
#include "over.h"
#ifdef __cplusplus
extern "C" {
#endif

/* All zero is the default: every factor at every severity, seed 0. */
typedef struct vr_robustness_opts {
    const vr_factor *factors; /* [factor_count]; NULL = all */
    int64_t factor_count;
    const char *severities; /* "3" or "1,3,5": only these; NULL = 1 to 5 */
    uint64_t seed;
    const double *baseline; /* [VR_FACTOR_COUNT]: errors of a baseline, for corruption errors; or NULL */
    const char *images;     /* a folder to save the corrupted images in, or NULL */
    bool npy;               /* as CIFAR-10-C's arrays, in place of ImageNet-C's folders */
    const char
        *resume; /* a file of finished batches: kept up to date, and taken over where it exists; or NULL */
    vr_over_opts over; /* without compete, which is each subject's own */
} vr_robustness_opts;

/* What one factor does to one model. Intervals are 95 % bootstrap intervals over images. */
typedef struct vr_robustness_factor {
    vr_factor factor;
    vr_interval accuracy;          /* over all severities that were run */
    vr_interval error_ratio;       /* (1 - accuracy) / (1 - clean), paired with the clean images */
    vr_interval difference;        /* accuracy - the first model's, paired; NaN of the first */
    vr_interval at[VR_SEVERITIES]; /* accuracy at each severity that was run */
    double ece;                    /* calibration error over all severities */
    double consistency;            /* share of predictions that are the clean image's */
    double *class_accuracy;        /* [classes], NaN for a class without images */
} vr_robustness_factor;

/* The whole measurement of one model. */
typedef struct vr_robustness {
    const char *name; /* the model's, or what the caller puts here, for tables */
    vr_subject subject;
    int64_t count, skipped, factor_count, severity_count;
    int severity[VR_SEVERITIES]; /* [severity_count], ascending */
    uint64_t seed;
    const double *baseline;
    vr_interval clean, clean_difference;
    double clean_ece, *clean_class_accuracy; /* [classes] */
    double mean;                             /* accuracy over all factors */
    vr_interval mean_difference;
    vr_robustness_factor *factors; /* [factor_count] */
    vr_corruption_errors errors;   /* over ImageNet-C's corruptions that were run */
    int64_t worst;                 /* the factor with the lowest accuracy */
    double seconds;
    const int64_t *index; /* [count]: the images, by their number in the data set */
} vr_robustness;

/* Measures models on every labelled image, clean and under each factor at each severity.
 * Shapes:  out, subjects: [count], with the same images.
 * Notes:   factors are applied to the 8-bit crop that a model sees, before its own normalization; models with the same crop
 *          are shown the same images, which are corrupted once, and vr_log says where crops differ. The result is a
 *          function of the models, the images, the factors and the seed. The mean error over corruptions is the unnormalised mean
 *          over corruptions and severities, as for CIFAR-10-C. With opts->images what the first model is shown is saved:
 *          as CORRUPTION/SEVERITY/CLASS/NAME.png, CLASS being the folder of the image in the data set, or with opts->npy
 *          as CORRUPTION.npy, u8 [5*N,H,W,3], severities one after another, and labels.npy, i64 [5*N], the labels as the first model
 *          numbers them. A run that was interrupted goes on with the same opts->resume, and has the same result, bit for bit; the file
 *          says which weights, options, labels, images (names, and pixels of sixteen), factors, severities and seed it is of, and
 *          another run is refused with the line that differs. opts may be NULL. Progress goes to stderr.
 * Errors:  as vr_over_run; VR_ERR_ARGUMENT naming an image without a label, a folder opts->images that is not empty, two images
 *          of one name; VR_ERR_IO; VR_ERR_USAGE for opts->severities.
 * Source:  Hendrycks and Dietterich 2019 (corruptions, mCE); Idrissi et al. 2022 (error ratio). */
VR_API bool vr_robustness_run(vr_arena *perm, vr_robustness *out, const vr_subject *subjects, int64_t count,
                              const vr_robustness_opts *opts, vr_err *err);

/* One row a factor, in the order they were run: accuracy, drop, error ratio, accuracy at each severity, ECE; of several models
 * accuracy and error ratio of each ("A", "B", ...), and the differences in accuracy from the first. Shapes: r: [count]. */
VR_API vr_table vr_robustness_table(vr_arena *arena, const vr_robustness *r, int64_t count);

/* One row a factor and severity, of each model in turn, with levels and intervals: for other programs (CSV). */
VR_API vr_table vr_robustness_cells(vr_arena *arena, const vr_robustness *r, int64_t count);

/* For vr_plot_save: the error ratios as bars, with their intervals, the highest first; of several models accuracy by factor
 * and model as a heat map. */
VR_API vr_plot vr_robustness_plot(vr_arena *arena, const vr_robustness *r, int64_t count);

/* Saves the report: one HTML file with the answer in words, what each factor does to an image, error ratios, severity
 * curves, classes and the table. command may be NULL.
 * Errors:  VR_ERR_IO naming the path, and the decoder's for the sample image. */
VR_API bool vr_robustness_page_save(const vr_robustness *r, int64_t count, const char *command,
                                    const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
