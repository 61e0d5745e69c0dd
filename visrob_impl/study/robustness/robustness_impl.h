/* study/robustness/robustness_impl.h: a run in progress, and the files that it writes on the way. */
#ifndef VISROB_STUDY_ROBUSTNESS_IMPL_H
#define VISROB_STUDY_ROBUSTNESS_IMPL_H
#include "../robustness.h"
#include <stdio.h>
#ifdef __cplusplus
extern "C" {
#endif

/* What a model made of the images: [cells,capacity] during the run, [cells,count] after it, and [capacity]. */
typedef struct vrp_robustness_model {
    const vr_subject *subject;
    uint8_t *correct, *consistent;
    float *probability;
    int64_t *label, *clean;
} vrp_robustness_model;

/* Cell 0 is clean, cell 1 + f*severities + s is factor f at severity[s]. The models of `group` share their crops and are
 * shown the images at present. */
typedef struct vrp_robustness_run {
    const vr_factor *factors;
    int64_t factor_count, cells, severities, capacity, count;
    int severity[VR_SEVERITIES];
    vr_rng rng;
    vrp_robustness_model *models;
    int64_t model_count, *group, group_count, *index;
    struct vrp_robustness_images *images; /* NULL: not saved */
    FILE *log;                            /* of finished batches; NULL: not kept */
    const char *path;                     /* of it */
    vr_bytes finished;                    /* what it held at the beginning */
    int64_t read;                         /* where its next block begins */
} vrp_robustness_run;

/* Prepares the folder of images, before the work: names, folders, files. Does nothing without opts->images.
 * Errors:  VR_ERR_IO; VR_ERR_ARGUMENT for a folder that is not empty, two images of one name, an array without all severities. */
VR_API bool vrp_robustness_images_open(vr_arena *perm, vrp_robustness_run *run,
                                       const vr_robustness_opts *opts, vr_err *err);

/* Saves a batch of a cell. Errors: VR_ERR_IO naming the file. */
VR_API bool vrp_robustness_images_save(vrp_robustness_run *run, int64_t cell, const vr_batch *batch,
                                       vr_err *err);

/* Closes the files; what could not be written is an error. */
VR_API bool vrp_robustness_images_close(vrp_robustness_run *run, vr_err *err);

/* Opens the file of finished batches. Does nothing without opts->resume.
 * Errors:  VR_ERR_IO; VR_ERR_FORMAT for another file; VR_ERR_ARGUMENT with the line that differs, for results of another run. */
VR_API bool vrp_resume_open(vr_arena *perm, vrp_robustness_run *run, const vr_robustness_opts *opts,
                            vr_err *err);

/* Takes over what the group has finished: run->count images. */
VR_API bool vrp_resume_read(vrp_robustness_run *run, vr_err *err);

/* Appends the batch of n images after the first run->count. */
VR_API bool vrp_resume_write(vrp_robustness_run *run, int64_t n, vr_err *err);

/* The factor and the severity of a cell, not 0. */
static inline VR_UNUSED vr_factor vrp_robustness_factor(const vrp_robustness_run *run, int64_t cell) {
    return run->factors[(cell - 1) / run->severities];
}
static inline VR_UNUSED int vrp_robustness_severity(const vrp_robustness_run *run, int64_t cell) {
    return run->severity[(cell - 1) % run->severities];
}

#ifdef __cplusplus
}
#endif
#endif
