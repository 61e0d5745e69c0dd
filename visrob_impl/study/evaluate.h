/* study/evaluate.h: a model over a data set, batch by batch, and the predictions file that other programs read.
 *
 *     vr_predictions p;
 *     vr_evaluate(&perm, &p, model, &data, NULL, VR_FATAL);
 *     printf("%.2f %%\n", 100 * vr_accuracy(p.correct, p.count)); */
#ifndef VISROB_STUDY_EVALUATE_H
#define VISROB_STUDY_EVALUATE_H
#include "../image/dataset.h"
#include "../metric/calibration.h"
#include "../model/model.h"
#ifdef __cplusplus
extern "C" {
#endif

/* All zero is the default. */
typedef struct vr_evaluate_opts {
    int64_t batch;          /* images at a time; 0: 256 of 32 x 32 and 8 of 224 x 224, by area between */
    bool skip_bad;          /* leave out an image that cannot be decoded; else it is an error */
    const uint8_t *compete; /* [classes of the model]: which it may choose from; NULL: all */
} vr_evaluate_opts;

/* A batch of a data set as the model wants to see it. */
typedef struct vr_crops {
    vr_image *images; /* [count], the model's input size */
    int64_t *index;   /* [count], their numbers in the data set */
    int64_t count;
} vr_crops;

/* What a model says of each image. Arrays are [count]; images without a label, or skipped ones, are left out. */
typedef struct vr_predictions {
    int64_t count, classes, skipped;
    int64_t *index; /* the image's number in the data set */
    int64_t *labels, *predicted;
    float *confidence; /* the probability of the predicted class */
    uint8_t *correct, *correct_top5;
    vr_calibration calibration;
    vr_reliability_bin bins[VR_CALIBRATION_BINS];
    double seconds, model_seconds; /* in all, and of them in the model */
} vr_predictions;

/* Numbers the data set's labels as the model numbers its classes.
 * Notes:   by name: each folder is one of the model's labels (case, "_" and " " alike) or, for a model of 1,000
 *          classes, an id of ImageNet-1k's (n01440764): so do ImageNet-R, -A and Imagenette run as they come. Where no name is known and there are as many
 *          classes on both sides, the sorted folders are the model's classes in order. A data set without labels is fine.
 * Errors:  VR_ERR_ARGUMENT naming the first class that the model does not have. */
VR_API bool vr_dataset_match(vr_arena *perm, vr_dataset *data, const vr_model *model, vr_err *err);

/* present[c] = 1 where an image has the label c, else 0, for `classes` classes: as opts.compete this is the protocol of
 * ImageNet-A and ImageNet-R, whose 200 classes compete alone. */
VR_API uint8_t *vr_dataset_present(vr_arena *perm, const vr_dataset *data, int64_t classes);

/* Scores of classes that do not compete become -inf. Shapes: logits: [N,classes]; compete: [classes] or NULL: nothing is done. */
VR_API void vr_logits_restrict(vr_tensor logits, const uint8_t *compete);

/* The batch size that vr_evaluate_opts describes, for images of this side. */
VR_API int64_t vr_evaluate_batch(const vr_evaluate_opts *opts, int64_t size);

/* Decodes, resizes and crops images first .. first+count-1 on all threads; *skipped grows by those left out.
 * Errors:  the decoder's, naming the data set and the file, where opts does not skip; crops->count = 0. */
VR_API bool vr_dataset_crops(vr_arena *step, vr_crops *crops, const vr_dataset *data, const vr_preprocess *p,
                             int64_t first, int64_t count, const vr_evaluate_opts *opts, int64_t *skipped,
                             vr_err *err);

/* The images of a batch, normalized. Shapes: -> [count,size,size,3]. */
VR_API vr_tensor vr_crops_tensor(vr_arena *step, const vr_image *images, int64_t count,
                                 const vr_preprocess *p);

/* Runs the model over all labelled images. opts may be NULL. Progress goes to stderr.
 * Errors:  vr_dataset_crops', VR_ERR_ARGUMENT where no image has a label, VR_ERR_NUMERIC naming the first image
 *          whose logits are not finite; *out = {0}. */
VR_API bool vr_evaluate(vr_arena *perm, vr_predictions *out, const vr_model *model, const vr_dataset *data,
                        const vr_evaluate_opts *opts, vr_err *err);

/* Features of all images in the data set's order. Shapes: *features: [count,model->features]; index: [count], the
 * images' numbers in the data set. Errors: as vr_evaluate. */
VR_API bool vr_embed(vr_arena *perm, vr_tensor *features, int64_t **index, const vr_model *model,
                     const vr_dataset *data, const vr_evaluate_opts *opts, vr_err *err);

/* Saves file_name,predicted_class,predicted_probability: the form that ImageNet-X's and this project's tools read.
 * Notes:   file_name is the last part of the path where that is unique in the data set, else the path in it;
 *          predicted_class is a number, from 0.
 * Errors:  VR_ERR_IO naming the path. */
VR_API bool vr_predictions_save(const vr_predictions *p, const vr_dataset *data, const char *path,
                                vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
