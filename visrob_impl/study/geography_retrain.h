/* study/geography_retrain.h: the last layer trained again on photographs of the whole world: what becomes of the disparity?
 *
 *     vr_features f;
 *     vr_geo_sample all, train, test;
 *     vr_features_load(&perm, &f, "geode.npy", VR_FATAL);              // of `embed`
 *     vr_geo_sample_join(&perm, &all, &set, &f, VR_FATAL);
 *     vr_geo_split(&perm, &train, &test, &all, 0.5, 0);
 *     vr_geo_retrain_row *rows;
 *     int64_t n = vr_geo_retrain(&perm, &rows, &train, &test, NULL, NULL, VR_FATAL);
 *
 * Source:  Richards et al. 2023, section 6 (last-layer retraining). The released code cannot have trained: its forward pass
 *          switches gradients off for backbone and layer. This is the method that the paper describes, on features. */
#ifndef VISROB_STUDY_GEOGRAPHY_RETRAIN_H
#define VISROB_STUDY_GEOGRAPHY_RETRAIN_H
#include "../model/probe.h"
#include "geography.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Features of files: row i of x is of file[i]. */
typedef struct vr_features {
    const char *path;
    vr_tensor x; /* [count,width] */
    const char *const *file;
} vr_features;

/* Loads what `embed` writes: an npy of [count,width] and, beside it, a csv of row,file_name.
 * Errors:  VR_ERR_FORMAT where the array is not [count,width], the csv has another count, or a row out of its place;
 *          VR_ERR_NUMERIC for a number that is not finite; *out = {0}. */
VR_API bool vr_features_load(vr_arena *perm, vr_features *out, const char *path, vr_err *err);

/* Photographs of a set with their features: row i of x is of photograph number[i]. */
typedef struct vr_geo_sample {
    const vr_geo_set *set;
    int64_t count;
    const int64_t *number; /* [count], upwards */
    vr_tensor x;           /* [count,width] */
    int64_t unmatched;     /* features of files that are no photographs of the set */
    int64_t missing;       /* photographs without features */
} vr_geo_sample;

/* Finds each file's photograph, as vr_geo_find does; the features are copied.
 * Errors:  VR_ERR_ARGUMENT where no file is a photograph of the set; VR_ERR_FORMAT where two are one photograph. */
VR_API bool vr_geo_sample_join(vr_arena *perm, vr_geo_sample *out, const vr_geo_set *set,
                               const vr_features *features, vr_err *err);

/* Deals a sample into two: `share` of it to train, the rest to test. Photographs of one home go the same way. */
VR_API void vr_geo_split(vr_arena *perm, vr_geo_sample *train, vr_geo_sample *test,
                         const vr_geo_sample *sample, double share, uint64_t seed);

/* A classifier of features: scores = x w^T + b; score c is of ImageNet class classes[c] (NULL: of class c). */
typedef struct vr_geo_head {
    vr_linear layer;
    const int64_t *classes;
} vr_geo_head;

/* Scores the sample with a head: its photographs' hits; the set's others are not scored. Errors: as vr_geo_score. */
VR_API bool vr_geo_head_score(vr_arena *perm, vr_dollar_street_hits *hits, const vr_geo_sample *sample,
                              const vr_geo_head *head, vr_err *err);

/* Trains a head: multinomial logistic regression with an L2 penalty (vr_probe_logistic) on the first class of each
 * photograph's list.
 * Notes:   features are shifted and scaled by the training features' mean and standard deviation (and that is folded into
 *          the layer); photographs without a class are left out. c = 0 means 1. The classes are those of the training
 *          photographs: what is not among them cannot be predicted.
 * Errors:  VR_ERR_ARGUMENT for fewer than two classes; vr_probe_logistic's. */
VR_API bool vr_geo_head_train(vr_arena *perm, vr_geo_head *head, vr_lbfgs_result *result,
                              const vr_geo_sample *train, double c, vr_err *err);

enum { VR_GEO_SHARES_MAX = 16 };

/* All zero: shares .1, .25, .5, 1 of the training photographs, C = 1, seed 0, disparities of top-1 by region. */
typedef struct vr_geo_retrain_opts {
    double shares[VR_GEO_SHARES_MAX]; /* each in (0,1] */
    int64_t share_count;
    double c;
    bool balanced; /* as many photographs of each region, as many as the smallest region gives */
    vr_geo_opts measure;
} vr_geo_retrain_opts;

/* The test photographs as one head sees them. */
typedef struct vr_geo_retrain_row {
    double share;             /* of the training photographs; 0: the head as it was */
    int64_t images, classes;  /* trained on; 0 where share = 0 */
    vr_lbfgs_result training; /* how far it got */
    vr_geo_measure measure;
} vr_geo_retrain_row;

/* Retrains on each share and measures on test. A smaller share's photographs are among a larger one's.
 * Notes:   `before` (may be NULL) is the head as it was; its row comes first. Returns the number of rows, -1 after an
 *          error. The same bits on any number of threads. opts may be NULL.
 * Errors:  VR_ERR_ARGUMENT for a share that is not in (0,1] or widths that differ; vr_geo_head_train's, _score's. */
VR_API int64_t vr_geo_retrain(vr_arena *perm, vr_geo_retrain_row **rows, const vr_geo_sample *train,
                              const vr_geo_sample *test, const vr_geo_head *before,
                              const vr_geo_retrain_opts *opts, vr_err *err);

/* The rows as a table: trained on, images, accuracy, both disparities, accuracy of each region. */
VR_API vr_table vr_geo_retrain_table(vr_arena *arena, const vr_geo_set *set, const vr_geo_retrain_row *rows,
                                     int64_t count);

/* A made-up world to try everything on: photographs of twelve objects as points around the object's own, which each region
 * shifts in its own way, the more so the less of it there is on the web. train and test are from all regions alike;
 * `before` was trained on a web that is mostly European and American. No region is meant. */
typedef struct vr_geo_world {
    vr_geo_set train_set, test_set;
    vr_geo_sample train, test;
    vr_geo_head before;
} vr_geo_world;

/* Makes that world. Samples point into *out: do not copy it. Errors: none but a bug's. */
VR_API bool vr_geo_world_example(vr_arena *perm, vr_geo_world *out, uint64_t seed, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
