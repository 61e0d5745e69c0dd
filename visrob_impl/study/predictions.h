/* study/predictions.h: what a model predicted, made by any program, joined with the images of a data set by name.
 *
 *     vr_predictions p;
 *     vr_image_index images = {.arena = &perm};
 *     vr_scores scores;
 *     vr_label_builder labels = {.arena = &perm};
 *     for (int64_t i = 0; i < data.count; i++) {
 *         vr_image_index_add(&images, data.files[i], i);
 *         vr_label_builder_next(&labels);
 *         vr_label_builder_add(&labels, data.labels[i]);
 *     }
 *     int64_t *prediction = VR_NEW(&perm, int64_t, data.count);
 *     vr_label_sets sets = vr_label_builder_sets(&labels);
 *     vr_predictions_load(&perm, &p, "resnet50.csv", NULL, VR_FATAL);
 *     vr_predictions_join(prediction, &p, &images, data.count, data.path, VR_FATAL);
 *     vr_predictions_score(&perm, &scores, &p, prediction, &sets, VR_FATAL);
 *     printf("%lld of %lld\n", (long long)scores.join.scored, (long long)data.count);
 *
 * Names meet in one way everywhere: a prediction is of the image of exactly that name, else of the one whose name has the
 * same last part without an image's ending ("val/a.JPEG" and "a"), where only one image has it. Two predictions of one image
 * are an error; images and predictions without a partner are counted (vr_join). */
#ifndef VISROB_STUDY_PREDICTIONS_H
#define VISROB_STUDY_PREDICTIONS_H
#include "../base/error.h"
#include "../base/names.h"
#include "../metric/labelset.h"
#ifdef __cplusplus
extern "C" {
#endif

/* One row an image. Arrays are [count]; those that the file does not have are NULL. */
typedef struct vr_predictions {
    const char *path; /* the file, or the data set that a model was run on: for messages */
    int64_t count, k;
    const vr_bytes *image;    /* path, file name, url or id; NULL: row i is the i-th image of the data set */
    const int64_t *line;      /* of the file, for messages */
    const int64_t *predicted; /* [count,k] classes, best first */
    const float *probability; /* of the first one */
    const int64_t *label;     /* -1: none; of several, the first */
    int64_t several;          /* rows that list more than one label */
    const uint8_t *correct, *correct_top5;
} vr_predictions;

/* All zero: classes may be any number. */
typedef struct vr_predictions_opts {
    int64_t classes; /* a class of this number or above is an error; 0: no limit */
    int64_t k;       /* of logits: how many classes; 0: 5 */
    bool
        joined; /* vr_predictions_join follows, which finds two rows of one image too: they are not looked for twice */
} vr_predictions_opts;

/* Loads predictions, whichever their form:
 *     CSV         a column of names: file_name, file_path, path, image, url, id, ID or filename; and at least one of
 *                 predicted_class, Prediction_Indices ("4|18|34"), predictions ("[4, 18, 34]"); or correct (acc1) and
 *                 correct_top5 (acc5), 0/1 or True/False; and, where there, predicted_probability (0..1) and label (of
 *                 several, "14,55", the first).
 *                 A file without names of columns is file_name,predicted_class[,predicted_probability[,label]].
 *     JSON lines  an object a line with the same keys; predicted_class may be an array
 *     JSON        an array of such objects, or {name: {"pred_indices": [..]}}
 *     .npy        whole numbers [N] or [N,k], classes; or floating-point numbers [N,classes], logits: row i is image i
 * Notes:   other columns are not read. opts may be NULL.
 * Errors:  VR_ERR_FORMAT as `path:line:column:` for a class that is negative or beyond opts->classes, a probability outside
 *          0..1, rows with different numbers of classes, an empty name, two rows of one name (both lines are named), no
 *          rows; VR_ERR_NUMERIC for a logit that is NaN; *p = {0}. */
VR_API bool vr_predictions_load(vr_arena *perm, vr_predictions *p, const char *path,
                                const vr_predictions_opts *opts, vr_err *err);

/* Saves file_name,predicted_class,predicted_probability,label,correct,correct_top5, as far as p has them: file_name is
 * the last part of the name where that is unique, else the whole; classes count from 0.
 * Errors:  VR_ERR_IO naming the path. */
VR_API bool vr_predictions_save(const vr_predictions *p, const char *path, vr_err *err);

/* ---- images by name ---- */

/* The images of a data set by their names; {.arena = &a} is empty. An image may have several names. */
typedef struct vr_image_index {
    vr_arena *arena;
    const char *const
        *strip;     /* texts that are taken out of the last parts of names, NULL at the end; or NULL */
    vr_names whole; /* names as they are; their values are the images */
    int64_t ending; /* size of the first name's ending */
    bool plain;     /* all names are without folders and have that ending */
    struct vr_image_parts *parts;
} vr_image_index;

/* Adds a name of an image; of two images that have the same whole name the first one keeps it. */
VR_API void vr_image_index_add(vr_image_index *index, const char *name, int64_t image);

/* ---- predictions meet images ---- */

/* How predictions and the images of a data set meet. */
typedef struct vr_join {
    int64_t scored;     /* images with a prediction and a label */
    int64_t missing;    /* images without a prediction */
    int64_t extra;      /* predictions of other images */
    int64_t unlabelled; /* images with a prediction and without a label */
    int64_t excluded;   /* predictions of images that a study leaves out, which are not in extra */
} vr_join;

/* "46110 scored; 3890 predictions of unknown images": the counts that are not 0, for every program's output. */
VR_API const char *vr_join_text(vr_arena *arena, const vr_join *join);

/* prediction[i] = the row of p that is of image i; -1 where there is none. Returns false after an error.
 * Shapes:  prediction: [images]; the index holds numbers below `images`.
 * Errors:  VR_ERR_FORMAT for two predictions of one image, naming both lines; VR_ERR_ARGUMENT where no prediction is of
 *          any image, or p has no names and another count: the message names p's file and `data`. */
VR_API bool vr_predictions_join(int64_t *prediction, const vr_predictions *p, const vr_image_index *index,
                                int64_t images, const char *data, vr_err *err);

/* What a model gets right, image by image. Arrays are [count]. */
typedef struct vr_scores {
    int64_t count;
    int64_t k;                             /* how many classes correct_top5 is of, at most 5 */
    const uint8_t *scored;                 /* 0: the image has no prediction, or no label */
    const uint8_t *correct, *correct_top5; /* 0 where it is not scored */
    vr_join join;
} vr_scores;

/* correct where the first class is one of the image's labels, correct_top5 where any of the first five is.
 * Shapes:  prediction: [labels->count] (vr_predictions_join).
 * Notes:   labels tell how many images there are; where p has no classes, its own correct and correct_top5 count for
 *          the images that have labels. join.extra is p->count less the predictions used.
 * Errors:  VR_ERR_ARGUMENT where no image is scored. */
VR_API bool vr_predictions_score(vr_arena *perm, vr_scores *out, const vr_predictions *p,
                                 const int64_t *prediction, const vr_label_sets *labels, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
