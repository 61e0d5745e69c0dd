/* study/over.h: one pass of a model over a data set, batch by batch: decode and crop, transform, normalize, run, take.
 *
 * Every study that shows a model images does it through here; what it does with a batch is its `take`.
 *
 * Start from study/embed.c, whose take copies features: some twenty lines. */
#ifndef VISROB_STUDY_OVER_H
#define VISROB_STUDY_OVER_H
#include "../image/dataset.h"
#include "../model/model.h"
#ifdef __cplusplus
extern "C" {
#endif

/* All zero is the default. */
typedef struct vr_over_opts {
    int64_t batch;          /* images at a time; 0: 256 of 32 x 32 and 8 of 224 x 224, by area between */
    bool skip_bad;          /* leave out an image that cannot be decoded; else it is an error */
    const uint8_t *compete; /* [classes]: which classes compete, the others' logits become -inf; NULL: all */
} vr_over_opts;

/* A model, and a data set whose labels are numbered as its classes (vr_dataset_match). */
typedef struct vr_subject {
    const vr_model *model;
    vr_dataset data;
    const uint8_t *compete; /* as in vr_over_opts */
} vr_subject;

/* Images of a data set as a model sees them. */
typedef struct vr_batch {
    vr_image *images; /* [count], the model's input size, transformed, before normalization */
    int64_t *index;   /* [count], their numbers in the data set */
    int64_t count;
    int64_t model; /* whose output it is: 0, or 1 + the number of another one */
} vr_batch;

/* What is done on the way; all but take may be zero. */
typedef struct vr_over {
    int64_t passes; /* how often each batch is shown, decoded once; 0: once */
    const vr_subject
        *others; /* further models that are shown the same images; only normalization may differ (VR_CHECK) */
    int64_t other_count;
    int64_t first;                   /* the images before it are left out */
    bool features;                   /* the model's features in place of logits */
    const vr_preprocess *preprocess; /* in place of the model's */
    const char *name;                /* for the progress line; NULL: the model's name */
    /* Changes image number `index` between crop and normalization; runs on all threads, the result lives in scratch. */
    vr_image (*transform)(vr_arena *scratch, const void *context, int64_t pass, vr_image image,
                          int64_t index);
    /* Takes the logits or features [batch->count,..] of a batch; false ends the run. */
    bool (*take)(void *context, int64_t pass, const vr_batch *batch, vr_tensor out, vr_err *err);
    void *context;
} vr_over;

/* What a run took. */
typedef struct vr_over_result {
    int64_t skipped;               /* images that could not be decoded */
    double seconds, model_seconds; /* in all, and of them in the model */
} vr_over_result;

/* Shows the model every image of the data set. result and opts may be NULL. Progress goes to stderr.
 * Notes:   decoding and transforms run on all threads, an image each, then the model on all threads; the result has the
 *          same bits for any number of threads and any batch.
 * Errors:  the decoder's, naming the data set and the file, unless opts->skip_bad; VR_ERR_NUMERIC naming the first image
 *          whose output is not finite; VR_ERR_ARGUMENT where no image could be decoded, or logits are asked of a model
 *          without a head; what take returns. */
VR_API bool vr_over_run(vr_over_result *result, const vr_over *over, const vr_model *model,
                        const vr_dataset *data, const vr_over_opts *opts, vr_err *err);

/* Numbers the data set's labels as the model numbers its classes.
 * Notes:   by name: each folder is one of the model's labels, as it is written or else with case, "_" and " " alike; or,
 *          for a model of 1,000 classes, an id of ImageNet-1k's (n01440764): so do ImageNet-R, -A and Imagenette run as
 *          they come. Where no name is known, folders that are numbers ("0", "10", "007") are the numbers of the model's
 *          classes, which count from 0, or from 1 where they are 1 to the number of classes. Else, where there are as
 *          many classes on both sides, the sorted folders are the model's classes in order. vr_log says which of these
 *          was assumed. A data set without labels is fine.
 * Errors:  VR_ERR_ARGUMENT naming the first class that the model does not have, a name of several of its classes, a
 *          number of two folders. */
VR_API bool vr_dataset_match(vr_arena *perm, vr_dataset *data, const vr_model *model, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
