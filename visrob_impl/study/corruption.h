/* study/corruption.h: data sets of corrupted images, and the errors under corruptions in one number. */
#ifndef VISROB_STUDY_CORRUPTION_H
#define VISROB_STUDY_CORRUPTION_H
#include "../image/dataset.h"
#include "../image/factor.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The cells (a corruption at a severity) of a data set: image c*images + i is image i in cell c.
 *
 *     ImageNet-C    [group/]CORRUPTION/SEVERITY/CLASS/IMAGE, as published and as `robustness --save-images` writes it;
 *                   CORRUPTION and SEVERITY may be in the path of the data set itself
 *     CIFAR-10-C    CORRUPTION.npy and labels.npy (image/dataset.h) */
typedef struct vr_corruptions {
    int64_t count, images; /* 0: no such data set */
    vr_factor *factor;     /* [count] */
    int *severity;         /* [count], 1..5 */
} vr_corruptions;

/* Errors over those of ImageNet-C's fifteen corruptions that were measured, as fractions; NaN without. */
typedef struct vr_corruption_errors {
    int64_t count;         /* how many of the fifteen */
    double mean, relative; /* the plain mean of their errors; minus the clean error */
    double
        mce; /* the mean of error / baseline's error: NaN without a baseline, or without all five severities */
} vr_corruption_errors;

#ifdef __cplusplus
}
#endif
#endif
