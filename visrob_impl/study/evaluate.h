/* study/evaluate.h: how good is a model on a labelled data set, and does it know when it is wrong?
 *
 *     vr_evaluation e;
 *     vr_evaluate(&perm, &e, model, &data, NULL, VR_FATAL);
 *     printf("%.2f %%\n", 100 * vr_accuracy(e.predictions.correct, e.predictions.count)); */
#ifndef VISROB_STUDY_EVALUATE_H
#define VISROB_STUDY_EVALUATE_H
#include "../metric/calibration.h"
#include "../report/table.h"
#include "corruption.h"
#include "over.h"
#include "predictions.h"
#ifdef __cplusplus
extern "C" {
#endif

/* What a model says of each image that has a label and could be decoded. */
typedef struct vr_evaluation {
    const char *model;          /* its name, or what the caller puts here, for tables */
    const char *const *labels;  /* [classes], of the data set */
    vr_predictions predictions; /* with all fields; k = 1 */
    const int64_t *index;       /* [predictions.count], the images' numbers in the data set */
    int64_t classes, unlabelled;
    vr_corruptions corruptions; /* of images that are corrupted already */
    const double *baseline; /* [VR_FACTOR_COUNT]: errors, which the caller may put here, for CE; or NULL */
    vr_calibration calibration;
    vr_reliability_bin bins[VR_CALIBRATION_BINS];
    vr_over_result run;
} vr_evaluation;

/* Runs the model over all labelled images. opts may be NULL. Progress goes to stderr.
 * Errors:  as vr_over_run; VR_ERR_ARGUMENT where no image has a label, and where corrupted images are not the same under each
 *          corruption and severity, or one is left out; *out = {0}. */
VR_API bool vr_evaluate(vr_arena *perm, vr_evaluation *out, const vr_model *model, const vr_dataset *data,
                        const vr_over_opts *opts, vr_err *err);

/* model, images, accuracy, and of several models the difference from the first one's accuracy, paired by image; top-5 of more
 * than five classes; ECE. All in percent, with bootstrap intervals. Of corrupted images (e->corruptions, of more than one cell) a row a corruption:
 * accuracy over its severities and at each, CE = error / baseline's; of several models ("A", "B", ...) accuracies, differences
 * and CE. The last row is the mean over those of ImageNet-C's fifteen that there are; its CE is the mCE.
 * Notes:   all models have seen the same images (VR_CHECK). opts may be NULL. */
VR_API vr_table vr_evaluation_table(vr_arena *arena, const vr_evaluation *evaluations, int64_t count,
                                    const vr_bootstrap *opts);

/* Prints the classes with the lowest accuracies, at most `rows` of them, and, of up to twelve classes, the confusions. */
VR_API void vr_evaluation_print(FILE *file, const vr_evaluation *e, int64_t rows);

#ifdef __cplusplus
}
#endif
#endif
