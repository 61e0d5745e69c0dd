/* study/geography_progress.h: does progress on ImageNet carry over? Many models, many benchmarks, one slope each.
 *
 *     vr_benchmarks b;
 *     vr_progress_rate *rate;
 *     vr_timm_results_load(&perm, &b, "timm_results", VR_FATAL);
 *     const int64_t n = vr_progress_fit(&perm, &rate, &b, NULL, VR_FATAL);
 *     printf("%s: %.2f points per point on ImageNet\n", rate[0].name, rate[0].rate.value);
 *
 * Source:  Richards et al. 2023 (progress rate, progress gap); Taori et al. 2020 (effective robustness). */
#ifndef VISROB_STUDY_GEOGRAPHY_PROGRESS_H
#define VISROB_STUDY_GEOGRAPHY_PROGRESS_H
#include "../metric/effective.h"
#include "../report/table.h"
#include "geography.h"
#ifdef __cplusplus
extern "C" {
#endif

/* What a model has seen before its last training, by the data that its name tells. */
typedef enum vr_pretraining {
    VR_PRETRAINING_IN1K, /* ImageNet-1k alone */
    VR_PRETRAINING_IN21K, /* larger ImageNets: 12k, 21k, 22k, and Baidu's selection of 4 million images of it */
    VR_PRETRAINING_WEB, /* images of the web by the hundred million: LAION, WebLI, OpenAI's, Instagram's, JFT */
    VR_PRETRAINING_COUNT
} vr_pretraining;

/* "ImageNet-1k", "ImageNet-21k", "web". */
VR_API const char *vr_pretraining_name(vr_pretraining p);

/* By the tag of a timm name: "vit_base_patch16_clip_224.laion2b_ft_in12k_in1k" is of the web.
 * Notes:   a name without a tag that tells of more is ImageNet-1k's; what a distillation's teacher has seen is not told. */
VR_API vr_pretraining vr_pretraining_of(const char *timm_name);

/* One benchmark: a fraction for each model, NaN where it was not measured. */
typedef struct vr_benchmark {
    const char *name;
    const double *value; /* [models] */
    bool gap;            /* a difference of accuracies (-1..1), not an accuracy (0..1) */
    int64_t base; /* the number of the benchmark that it is compared with; -1: it is such a base itself */
} vr_benchmark;

/* Models by benchmarks. */
typedef struct vr_benchmarks {
    const char *path;
    int64_t models, count;
    const char *const *model;          /* [models] */
    const vr_pretraining *pretraining; /* [models] */
    const vr_benchmark
        *benchmark;      /* [count]; the first is ImageNet, or what else the others are compared with */
    int64_t other_sizes; /* rows left out: the same weights at another image size, lower in the list */
    int64_t
        unmatched; /* rows left out: of a model, or a size of it, that results-imagenet.csv does not have */
} vr_benchmarks;

/* Loads timm's results: results-imagenet.csv of a folder, and those of -V2, -ReaL, -R, -Sketch, -A that are there, and those
 * of ImageNet-A and -R once more, "same classes": against ImageNet on their 200 classes alone (*-clean.csv).
 * Notes:   top-1. One row for each set of weights: the image size that is first in results-imagenet.csv, which is the
 *          best one; rows of one model are not independent.
 * Errors:  VR_ERR_IO; VR_ERR_FORMAT with line and column: an accuracy outside of 0..100, two rows of one model and size. */
VR_API bool vr_timm_results_load(vr_arena *perm, vr_benchmarks *out, const char *folder, vr_err *err);

/* Loads a table with a row for each model: a column "model" (or "Model"), all others numbers; a nameless one is passed
 * over.
 * Notes:   an empty field is "not measured". Fractions; a file with any number above 2 is in percent. Where columns are
 *          named as the paper's code names them, "geode-africa_test_accuracy1", gaps between the regions are added as
 *          benchmarks: "geode best - worst" and "geode europe - africa" (top-1).
 * Errors:  VR_ERR_FORMAT with line and column: a number below 0 or above 100, two rows of one model; a highest
 *          number between 1 and 2, which is neither. */
VR_API bool vr_benchmarks_load(vr_arena *perm, vr_benchmarks *out, const char *path, vr_err *err);

/* vr_benchmarks_load of a text in memory. */
VR_API bool vr_benchmarks_parse(vr_arena *perm, vr_benchmarks *out, vr_bytes text, const char *path,
                                vr_err *err);

/* Adds a benchmark to b, by the models' names.
 * Shapes:  model, value: [n]. Notes: returns how many of the n names b has; others are left out. */
VR_API int64_t vr_benchmarks_add(vr_arena *perm, vr_benchmarks *b, const char *name, bool gap,
                                 const char *const *model, const double *value, int64_t n);

/* The number of a benchmark of that name, or -1. */
VR_API int64_t vr_benchmarks_find(const vr_benchmarks *b, const char *name);

/* All zero: 1000 resamples, seed 0, the second benchmark as the standard one. */
typedef struct vr_progress_opts {
    int64_t resamples;
    uint64_t seed;
    const char *standard; /* the benchmark whose rate is divided by the others' */
} vr_progress_opts;

/* How accuracy on one benchmark moves with that on its base, ImageNet. */
typedef struct vr_progress_rate {
    const char *name;
    int64_t benchmark, n; /* n: models that both were measured of */
    bool gap;             /* a disparity: a positive rate says that it grows */
    double mean;
    vr_line line;     /* least squares: slope, intercept, r, r2, p */
    vr_interval rate; /* the slope with its 95 % interval (Student's t) */
    vr_interval
        top; /* the slope among the better half of the models, by the base: where r2 is low, lines bend */
    double
        headroom; /* slope of ln(1 - accuracy) on that of the first: 1 = the same share of the errors goes */
    vr_interval lag; /* progress gap: rate(standard) / rate(this), bootstrap over models */
} vr_progress_rate;

/* Fits every benchmark that has a base; returns how many.
 * Notes:   lag is over the models that all of them were measured of. The same bits on any number of threads. opts may be
 *          NULL.
 * Errors:  returns -1: VR_ERR_ARGUMENT where there is no second benchmark, none of that name, or fewer than three
 *          models to one of them. */
VR_API int64_t vr_progress_fit(vr_arena *perm, vr_progress_rate **out, const vr_benchmarks *b,
                               const vr_progress_opts *opts, vr_err *err);

/* The rates as a table. */
VR_API vr_table vr_progress_table(vr_arena *arena, const vr_progress_rate *rates, int64_t count);

/* Effective robustness: accuracy above what an ordinary model of the same ImageNet accuracy has. */
typedef struct vr_robust {
    const char *name;
    int64_t benchmark;
    vr_trend trend;                         /* of the ordinary models, logit axes */
    double *above;                          /* [models], NaN where not measured */
    int64_t n[VR_PRETRAINING_COUNT];        /* models */
    vr_interval mean[VR_PRETRAINING_COUNT]; /* of `above`, with a bootstrap interval over models */
} vr_robust;

/* Ordinary models are those that saw ImageNet-1k alone; where there are fewer than ten of them, all. Gaps and accuracies of
 * 0 or 1 have no place on a logit axis and are left out. Returns how many benchmarks. opts may be NULL.
 * Errors:  as vr_progress_fit. */
VR_API int64_t vr_robust_fit(vr_arena *perm, vr_robust **out, const vr_benchmarks *b,
                             const vr_progress_opts *opts, vr_err *err);

/* Effective robustness by what models have seen, in points. */
VR_API vr_table vr_robust_table(vr_arena *arena, const vr_robust *robust, int64_t count);

/* The `most` models with the highest mean over the benchmarks they were measured on, and their values. */
VR_API vr_table vr_robust_models_table(vr_arena *arena, const vr_benchmarks *b, const vr_robust *robust,
                                       int64_t count, int64_t most);

/* Thirty-six models and five benchmarks of timm's results, to try everything on without a download: rows at even places of
 * results-imagenet.csv.
 * Source:  facts of github.com/huggingface/pytorch-image-models (Apache-2.0), results/. */
VR_API void vr_benchmarks_example(vr_arena *perm, vr_benchmarks *out);

#ifdef __cplusplus
}
#endif
#endif
