/* study/geography.h: does progress on ImageNet reach the whole world?
 *
 * Progress: tables of models by benchmarks give a slope for each benchmark. Geography: images that were taken for the
 * purpose (GeoDE, Dollar Street), the ImageNet classes that are correct for each object, and a model's predictions give
 * the accuracy by region and the disparity between regions. Retraining the last layer shows what narrows it.
 *
 *     vr_geography_set set;
 *     vr_predictions predictions;
 *     vr_geography_result result;
 *     vr_geography_load(&perm, &set, "metadata_test_1k_final.csv", VR_FATAL);
 *     vr_predictions_load(&perm, &predictions, "resnet50.csv", NULL, VR_FATAL);
 *     vr_geography_run(&perm, &result, &set, &predictions, NULL, VR_FATAL);
 *     printf("%.1f points\n", 100 * result.by[VR_GEOGRAPHY_REGION]->interval.gap.value);     // best - worst region
 *     vr_geography_print(stdout, &(vr_geography_report){.result = &result});
 *
 * Source:  Richards et al. 2023, "Does Progress On Object Recognition Benchmarks Improve Real-World Generalization?"
 *          and github.com/facebookresearch/Geographic_Generalization; Ramaswamy et al. 2023 (GeoDE); Taori et al. 2020
 *          (effective robustness). */
#ifndef VISROB_STUDY_GEOGRAPHY_H
#define VISROB_STUDY_GEOGRAPHY_H
#include "../metric/disparity.h"
#include "../metric/effective.h"
#include "../metric/group.h"
#include "../model/probe.h"
#include "../report/plot.h"
#include "../report/table.h"
#include "embed.h"
#include "predictions.h"
#ifdef __cplusplus
extern "C" {
#endif

/* All zero: top-1, 1000 resamples, seed 0. */
typedef struct vr_geography_opts {
    bool top5;
    int64_t resamples;
    uint64_t seed;
    const char *high, *low; /* groups to compare; NULL: Europe and Africa, the last and first income group */
    const char *standard;   /* the benchmark whose rate is divided by the others'; NULL: the second one */
} vr_geography_opts;

/* ---- images ---- */

/* How images are grouped. */
typedef enum vr_geography_by {
    VR_GEOGRAPHY_REGION,
    VR_GEOGRAPHY_COUNTRY,
    VR_GEOGRAPHY_OBJECT, /* GeoDE's objects, the first topic or class of Dollar Street */
    VR_GEOGRAPHY_INCOME, /* Dollar Street only: q1..q4, or low, medium, high */
    VR_GEOGRAPHY_BY_COUNT
} vr_geography_by;

/* Images as columns. Arrays are [count]. */
typedef struct vr_geography_set {
    const char *name, *path; /* "GeoDE", "Dollar Street" */
    int64_t count;
    const char *const *id, *const *file;
    vr_groups by[VR_GEOGRAPHY_BY_COUNT]; /* count = 0 where the file does not tell */
    const int64_t *household;            /* images of one household share it; NULL: not known */
    int64_t household_count;
    vr_label_sets labels; /* the classes of ImageNet-1k that are correct */
    vr_image_index index; /* by id, path, and last part of the path */
    int64_t remapped;     /* images whose classes in the file are not those of the built-in class map */
} vr_geography_set;

/* Loads images with their groups and labels, from one of
 *     GeoDE's metadata   file_path, object, region, ip_country; and 1k_index, object_index, id where there
 *     Dollar Street, a split as MLCommons publishes it   imageRelPath, topics, Region (or region.id), country.name; and
 *                        id, Income_Group, income, imagenet_synset_id (or imagenet_sysnet_id) where there
 *     Dollar Street's metadata.csv   url, country, region, income, label
 * Notes:   other columns are not read. Without a column of classes the built-in map gives them; an image of several topics
 *          or classes has those of each. Without an id the path is it. Households are pairs of country and income.
 * Errors:  VR_ERR_FORMAT as `path:line:column:`: an object, class, region or income group that is unknown, an income that is
 *          not positive, an ImageNet class outside 0..999, an object_index that is not the object's, an empty name, two
 *          rows of one id; *set = {0}. */
VR_API bool vr_geography_load(vr_arena *perm, vr_geography_set *set, const char *path, vr_err *err);

/* ---- accuracy by group ---- */

/* Accuracy by group, and how far apart the groups are. Arrays are [group_count]. */
typedef struct vr_geography_measure {
    vr_geography_by by;
    bool top5;
    int64_t group_count;
    vr_group *groups, all;
    vr_group_summary
        interval; /* of accuracies, gap and pair, over households where they are known, else images; p */
    int64_t permutations; /* that the p is of */
    double *balanced;     /* accuracy, the mean over the `objects` that every group has */
    int64_t objects;
    vr_disparity disparity; /* of the groups' accuracies; its gap is interval.gap.value */
    double balanced_gap, balanced_pair;
    int64_t high, low;      /* interval.pair is of these; -1: none */
    double quantile_gap[3]; /* vr_quantile_gap of the accuracies at q = 0.05, 0.1, 0.25 */
} vr_geography_measure;

/* A model's predictions of a set, scored and measured by every grouping. */
typedef struct vr_geography_result {
    const vr_geography_set *set;
    const char *model; /* the predictions' path */
    vr_scores scores;
    vr_geography_measure *by[VR_GEOGRAPHY_BY_COUNT]; /* NULL: the set has no such groups, or one group only */
} vr_geography_result;

/* Scores predictions (the class is one of the image's labels) and measures accuracy and disparity by every grouping.
 * Notes:   opts may be NULL. The same bits for any number of threads.
 * Errors:  vr_predictions_join's and vr_predictions_score's; *out = {0}.
 * Source:  Richards et al. 2023: disparity is best - worst region, or Europe - Africa; the country percentile gap. */
VR_API bool vr_geography_run(vr_arena *perm, vr_geography_result *out, const vr_geography_set *set,
                             const vr_predictions *predictions, const vr_geography_opts *opts, vr_err *err);

/* ---- progress on benchmarks ---- */

/* What a model was trained on before its last training, as its timm name tells. */
typedef enum vr_geography_pretraining {
    VR_GEOGRAPHY_IN1K,  /* ImageNet-1k only */
    VR_GEOGRAPHY_IN21K, /* larger ImageNets: 12k, 21k, 22k, and Baidu's 4 million images of it */
    VR_GEOGRAPHY_WEB,   /* hundreds of millions of images: LAION, WebLI, OpenAI's, Instagram's, JFT */
    VR_GEOGRAPHY_PRETRAINING_COUNT
} vr_geography_pretraining;

/* One benchmark: a fraction for each model, NaN where it was not measured. */
typedef struct vr_geography_benchmark {
    const char *name;
    const double *value; /* [models] */
    bool gap;            /* a difference of accuracies (-1..1), not an accuracy (0..1) */
    int64_t base;        /* the benchmark that it is compared with; -1: it is such a base itself */
} vr_geography_benchmark;

/* Models by benchmarks. */
typedef struct vr_geography_benchmarks {
    const char *path;
    int64_t models, count;
    const char *const *model;                    /* [models] */
    const vr_geography_pretraining *pretraining; /* [models] */
    const vr_geography_benchmark *benchmark;     /* [count]; the first is ImageNet, or what stands for it */
    int64_t other_sizes; /* rows left out: the same weights at another image size, lower in the list */
    int64_t unknown;     /* rows left out: of models or sizes that results-imagenet.csv does not have */
} vr_geography_benchmarks;

/* Loads models by benchmarks: from a folder timm's results, from a file any table.
 *     folder   results-imagenet.csv, and those of -V2, -ReaL, -R, -Sketch, -A that are there: top-1; one row for each set of
 *              weights, at the image size that is first in results-imagenet.csv (the best one). With *-clean.csv there are
 *              ImageNet-R and -A once more, "same classes": against ImageNet on their 200 classes.
 *     table    CSV with a row a model: a column "model" (or "Model"), the others numbers; an empty field is not measured.
 *              Fractions; a file with any number above 2 is in percent. Columns as the paper's code names them,
 *              "geode-africa_test_accuracy1", give two gaps more: "geode best - worst", "geode europe - africa".
 * Errors:  VR_ERR_IO; VR_ERR_FORMAT as `path:line:column:`: a number below 0 or above 100, an image size that is not
 *          positive, two rows of one model (and size); a highest number between 1 and 2, which is neither; *out = {0}.
 * Source:  github.com/huggingface/pytorch-image-models, results/. */
VR_API bool vr_geography_benchmarks_load(vr_arena *perm, vr_geography_benchmarks *out, const char *path,
                                         vr_err *err);

/* Progress rate: how accuracy on one benchmark moves with that on its base, ImageNet. */
typedef struct vr_geography_rate {
    const char *name;
    int64_t benchmark, n; /* n: models that have both */
    bool gap;             /* of a gap: a positive rate says that it grows */
    double mean;
    vr_line line;     /* least squares */
    vr_interval rate; /* the slope with its 95 % interval (Student's t) */
    vr_interval top;  /* the slope of the better half of the models, by the base */
    double
        headroom; /* slope of ln(1 - accuracy) on that of the base: 1 = the same share of the errors goes */
    vr_interval lag; /* progress gap: rate(standard) / rate(this), bootstrap over models that have all */
} vr_geography_rate;

/* Effective robustness: accuracy above what an ordinary model of the same ImageNet accuracy has. */
typedef struct vr_geography_effective {
    const char *name;
    int64_t benchmark;
    vr_trend trend; /* of models of ImageNet-1k only (of all, where these are fewer than ten), logit axes */
    double *above;  /* [models], NaN where not measured, or where an accuracy is 0 or 1 */
    int64_t n[VR_GEOGRAPHY_PRETRAINING_COUNT];        /* models */
    vr_interval mean[VR_GEOGRAPHY_PRETRAINING_COUNT]; /* of `above`, bootstrap over models */
} vr_geography_effective;

/* Every benchmark that has a base. */
typedef struct vr_geography_progress {
    const vr_geography_benchmarks *benchmarks;
    int64_t rate_count, effective_count; /* gaps have no effective robustness */
    vr_geography_rate *rate;
    vr_geography_effective *effective;
} vr_geography_progress;

/* Fits progress rates and effective robustness.
 * Notes:   opts may be NULL. The same bits for any number of threads.
 * Errors:  VR_ERR_ARGUMENT where there is no second benchmark, none of the name opts->standard, or fewer than three models to
 *          one of them; vr_trend_fit's; *out = {0}.
 * Source:  Richards et al. 2023 (progress rate, progress gap); Taori et al. 2020 (effective robustness). */
VR_API bool vr_geography_progress_fit(vr_arena *perm, vr_geography_progress *out,
                                      const vr_geography_benchmarks *benchmarks,
                                      const vr_geography_opts *opts, vr_err *err);

/* ---- retraining the last layer ---- */

/* Images of a set with their features: row i of x is of image number[i] of the set. */
typedef struct vr_geography_sample {
    const vr_geography_set *set;
    int64_t count;
    const int64_t *number; /* [count], ascending */
    vr_tensor x;           /* [count,width] */
    vr_join join;          /* images without features are missing, features of other images extra */
} vr_geography_sample;

/* Joins the images of a set with features (vr_features_load) by name, as predictions; the features are copied.
 * Errors:  as vr_predictions_join; *out = {0}. */
VR_API bool vr_geography_sample_join(vr_arena *perm, vr_geography_sample *out, const vr_geography_set *set,
                                     const vr_features *features, vr_err *err);

/* Splits a sample at random: `share` of it to train, the rest to test. Images of one household stay together. */
VR_API void vr_geography_split(vr_arena *perm, vr_geography_sample *train, vr_geography_sample *test,
                               const vr_geography_sample *sample, double share, uint64_t seed);

/* A classifier of features: scores = x w^T + b; score c is of ImageNet class classes[c] (NULL: of class c). */
typedef struct vr_geography_head {
    vr_linear layer;
    const int64_t *classes;
} vr_geography_head;

enum { VR_GEOGRAPHY_SHARES_MAX = 16 };

/* All zero: shares 0.1, 0.25, 0.5, 1 of the training images, C = 1, top-1 by region, seed 0. */
typedef struct vr_geography_retrain_opts {
    double shares[VR_GEOGRAPHY_SHARES_MAX]; /* each in (0,1] */
    int64_t share_count;
    double c;
    bool balanced; /* as many images of each region: as many as the smallest region has */
    vr_geography_opts measure;
} vr_geography_retrain_opts;

/* The test images as one head classifies them. */
typedef struct vr_geography_retrain_row {
    double share;            /* of the training images; 0: the head before retraining */
    int64_t images, classes; /* trained on; 0 where share = 0 */
    vr_lbfgs_result training;
    vr_geography_measure measure;
} vr_geography_retrain_row;

/* A row for each share. */
typedef struct vr_geography_retraining {
    const vr_geography_set *set; /* of the test images */
    int64_t train, test, row_count;
    vr_geography_retrain_row *rows;
} vr_geography_retraining;

/* Trains the last layer on each share of the training images and measures it on the test images by region. A smaller
 * share's images are among a larger one's.
 * Notes:   `before` (may be NULL) is the head before; its row comes first. Training is multinomial logistic regression
 *          (vr_probe_logistic) of standardized features on the first label of each image; images without a label are
 *          left out, and a class without training images is not predicted. opts may be NULL. The same bits for any number
 *          of threads.
 * Errors:  VR_ERR_ARGUMENT for a share that is not in (0,1], widths that differ, fewer than two classes;
 *          vr_probe_logistic's and vr_predictions_score's; *out = {0}.
 * Source:  Richards et al. 2023, section 6. The released code switches gradients off and cannot train; this is the method
 *          as the paper describes it, on features. */
VR_API bool vr_geography_retrain(vr_arena *perm, vr_geography_retraining *out,
                                 const vr_geography_sample *train, const vr_geography_sample *test,
                                 const vr_geography_head *before, const vr_geography_retrain_opts *opts,
                                 vr_err *err);

/* ---- report ---- */

/* What was measured; what is NULL is left out. */
typedef struct vr_geography_report {
    const vr_geography_progress *progress;
    const vr_geography_result *result;
    const vr_geography_retraining *retraining;
    const char *note; /* comes first on the page */
    const char *command;
    uint64_t seed;
} vr_geography_report;

/* Prints the tables: rates and effective robustness; accuracy and disparity by region and income, the disparity between
 * countries; retraining. */
VR_API void vr_geography_print(FILE *file, const vr_geography_report *report);

/* The report's first part as one table, for other programs: rates, else accuracy by every grouping, else retraining. */
VR_API vr_table vr_geography_table(vr_arena *arena, const vr_geography_report *report);

/* The report's first part as one plot, for vr_plot_save: benchmarks against ImageNet with their least-squares lines, else
 * accuracy by region, else accuracy by region and share. The plot points into the arena and the report.
 * Notes:   gaps and benchmarks on other classes are left out; of more than eight benchmarks the first eight are shown. */
VR_API vr_plot vr_geography_plot(vr_arena *arena, const vr_geography_report *report);

/* Saves the page. Errors: VR_ERR_IO naming the path. */
VR_API bool vr_geography_page_save(const vr_geography_report *report, const char *path, vr_err *err);

/* ---- an example without a download ---- */

/* Thirty-six models and five benchmarks of timm's results: rows at even places of results-imagenet.csv.
 * Source:  facts of github.com/huggingface/pytorch-image-models (Apache-2.0), results/. */
VR_API void vr_geography_benchmarks_example(vr_arena *perm, vr_geography_benchmarks *out);

/* A synthetic world: features of twelve objects around a point of the object, which each region shifts in its own way, the
 * more so the less of it there is on the web. No region is meant. */
typedef struct vr_geography_world {
    vr_geography_set train_set, test_set;
    vr_geography_sample train, test; /* from all regions alike */
    vr_geography_head before;        /* trained on a web that is mostly European and American */
    vr_predictions predictions;      /* of test_set by `before` */
} vr_geography_world;

/* Makes that world. Samples point into *out: do not copy it. Errors: vr_geography_retrain's. */
VR_API bool vr_geography_world_example(vr_arena *perm, vr_geography_world *out, uint64_t seed, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
