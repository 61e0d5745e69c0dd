/* study/dollar_street.h: images of households all over the world: where is a model wrong, by income, region and factor;
 * which factors go with its errors; and what does a mitigation change?
 *
 *     vr_dollar_street data;
 *     vr_class_map map;
 *     vr_label_sets targets;
 *     vr_predictions p;
 *     vr_dollar_street_model model = {.name = "ResNet-50"};
 *     vr_dollar_street_load(&perm, &data, "metadata.csv", NULL, VR_FATAL);
 *     vr_class_map_dollar_street(&perm, &map, NULL, VR_LABELS_IN1K, VR_FATAL);
 *     vr_dollar_street_targets(&perm, &targets, &data, &map, false, VR_FATAL);
 *     vr_predictions_load(&perm, &p, "resnet50.json", NULL, VR_FATAL);
 *     vr_dollar_street_score(&perm, &model.scores, &data, &p, &targets, VR_FATAL);
 *     vr_table t = vr_dollar_street_table(&perm, &data, &model, NULL);
 *
 * Source:  Gustafson et al. 2023, "Pinpointing why object recognition performance degrades across income levels and
 *          geographies" (arXiv 2304.05391), and github.com/facebookresearch/dollarstreet_factors. */
#ifndef VISROB_STUDY_DOLLAR_STREET_H
#define VISROB_STUDY_DOLLAR_STREET_H
#include "../image/factor.h"
#include "../metric/group.h"
#include "../report/table.h"
#include "class_map.h"
#include "over.h"
#include "predictions.h"
#ifdef __cplusplus
extern "C" {
#endif

/* ---- the data ---- */

/* X(ID, name): the factors in which an image differs from its class's prototypes, as an annotator ticked them, in the
 * order of the published annotations. */
#define VR_DOLLAR_STREET_FACTORS(X)                                                                          \
    X(MULTIPLE_OBJECTS, multiple_objects)                                                                    \
    X(BACKGROUND, background)                                                                                \
    X(COLOR, color)                                                                                          \
    X(BRIGHTER, brighter)                                                                                    \
    X(DARKER, darker)                                                                                        \
    X(STYLE, style)                                                                                          \
    X(LARGER, larger)                                                                                        \
    X(SMALLER, smaller)                                                                                      \
    X(OBJECT_BLOCKING, object_blocking)                                                                      \
    X(PERSON_BLOCKING, person_blocking)                                                                      \
    X(PARTIAL_VIEW, partial_view)                                                                            \
    X(PATTERN, pattern)                                                                                      \
    X(POSE, pose)                                                                                            \
    X(SHAPE, shape)                                                                                          \
    X(SUBCATEGORY, subcategory)                                                                              \
    X(TEXTURE, texture)

typedef enum vr_dollar_street_factor {
#define X(ID, name) VR_DOLLAR_STREET_##ID,
    VR_DOLLAR_STREET_FACTORS(X)
#undef X
        VR_DOLLAR_STREET_FACTOR_COUNT
} vr_dollar_street_factor;

typedef enum vr_dollar_street_region {
    VR_DOLLAR_STREET_AFRICA,
    VR_DOLLAR_STREET_ASIA,
    VR_DOLLAR_STREET_EUROPE,
    VR_DOLLAR_STREET_AMERICAS,
    VR_DOLLAR_STREET_REGION_COUNT
} vr_dollar_street_region;

/* Rows as columns. A row is an image (metadata) or a task, an image with one of its classes (annotations). Arrays are
 * [count]; those that the file does not have are NULL, and their label sets have no begin. */
typedef struct vr_dollar_street {
    const char *path;
    int64_t count;
    const char *const *id;  /* the name of the row: the task's, or the url */
    const char *const *url; /* of the image */
    const int64_t *image;   /* the image's number: rows of one image share it */
    int64_t image_count;
    const char *const *countries; /* [country_count], sorted bytewise, as classes are */
    int64_t country_count;
    const int64_t *country;             /* a number of `countries` */
    const int64_t *region;              /* a vr_dollar_street_region */
    const double *income;               /* US dollars a month, at purchasing power parity */
    const int64_t *bucket;              /* a vrp_income: the file's, else that of the income */
    const double *latitude, *longitude; /* degrees */
    const int64_t *household;           /* the number of the pair (country, income), in that order */
    int64_t household_count;
    const int64_t *quarter; /* 0..3: the quarter of the households by income */
    double quarters[5];     /* their limits: the least income, three quartiles of the households', the most */
    const char *const *classes; /* [class_count] */
    int64_t class_count;
    vr_label_sets labels; /* numbers of `classes`, in the order of the file */
    vr_label_sets targets_22k,
        targets_11k;           /* the file's own ids: "sin21k_targets", "sin21k_targets_alibaba" */
    const uint16_t *factors;   /* bit f is vr_dollar_street_factor f */
    const char *const *reason; /* the annotator's "justification"; an element may be NULL */
    const char *const *word;   /* and "one_word" */
    int64_t unrated;           /* rows left out: the annotator could not rate the image */
    bool matched;              /* rows were looked up in `metadata`, whose order theirs need not be */
    int64_t unmatched;         /* rows left out: their image is not in `metadata` */
    int64_t rebucketed;        /* rows whose bucket in the file is not that of their income */
} vr_dollar_street;

/* The factor of that name. Errors: VR_ERR_USAGE listing the names. */
VR_API bool vr_dollar_street_factor_parse(vr_dollar_street_factor *f, const char *name, vr_err *err);

/* Loads a table of Dollar Street, whichever it is:
 *     metadata.csv             url, country, region, income, label; lat, lng, sin21k_* where there
 *     annotations.json         pandas' orient="split": the factors, class, url, region, income, ...
 *     DollarStreetFactors.csv  the factors with a nameless first column of ids
 * Notes:   columns are found by name and others are not read. Country, region, income, place and labels that a table
 *          lacks are taken from `metadata` (NULL, or out itself) by the image: url, image_id, full_image_id or the row's id.
 *          Rows with can_i_rate_this_job = "no" are left out and counted, as are rows whose image is not in metadata.
 *          Blanks in class names become "_".
 * Errors:  VR_ERR_FORMAT with line and column: a region that is none of the four, an income that is not positive, a
 *          factor that is neither 0 nor 1, an id outside of its range, two rows of one id, a missing column. */
VR_API bool vr_dollar_street_load(vr_arena *perm, vr_dollar_street *out, const char *path,
                                  const vr_dollar_street *metadata, vr_err *err);

/* targets of row i = the union of the model's classes for its classes; empty where the model has none of them.
 * Notes:   published = true gives what the released filter gave: a class whose name has two words has no list, as
 *          'dish_racks' was compared with 'dish racks'.
 * Errors:  VR_ERR_ARGUMENT naming a class that the map does not have. */
VR_API bool vr_dollar_street_targets(vr_arena *perm, vr_label_sets *targets, const vr_dollar_street *data,
                                     const vr_class_map *map, bool published, vr_err *err);

/* ---- predictions and groups ---- */

/* How a model is shown the images. All zero: as it was trained, one image as good as another. */
typedef struct vr_dollar_street_predict_opts {
    bool changed; /* put each image through `factor` first, after the crop */
    vr_factor
        factor; /* a continuous one; VR_FACTOR_BRIGHTEN with amount 2 is the published brightness study */
    double amount;
    bool
        published; /* as the released code: values 0..1 without mean and deviation, and scores that are a softmax
                       over the images of a batch, so that an image's classes are ranked against other images */
    int64_t k;     /* how many classes, best first; 0 = 5 */
    int64_t classes; /* a model of another number of classes is an error (VR_ERR_ARGUMENT); 0: any */
    uint64_t seed;
    vr_over_opts over;
} vr_dollar_street_predict_opts;

/* The k best classes of every image of a data set. opts may be NULL. Errors: as vr_over_run. */
VR_API bool vr_dollar_street_predict(vr_arena *perm, vr_predictions *out, const vr_model *model,
                                     const vr_dataset *images, const vr_dollar_street_predict_opts *opts,
                                     vr_err *err);

/* Scores the rows: vr_predictions_score, where a prediction serves all rows of its image unless a row's own id has one.
 * Notes:   images are found by url or by what the published code calls image_id, the last part without "480x480-" and
 *          "-". The file's own correct and correct_top5 count where p has no classes; targets may then be NULL.
 * Errors:  as vr_predictions_join and vr_predictions_score. */
VR_API bool vr_dollar_street_score(vr_arena *perm, vr_scores *out, const vr_dollar_street *data,
                                   const vr_predictions *p, const vr_label_sets *targets, vr_err *err);

/* ---- tables ---- */

/* A model's scores under its name. */
typedef struct vr_dollar_street_model {
    const char *name;
    vr_scores scores;
} vr_dollar_street_model;

/* region and income, images (each once), top-1, top-k with intervals over households: for other programs (CSV). opts may be
 * NULL. */
VR_API vr_table vr_dollar_street_table(vr_arena *arena, const vr_dollar_street *data,
                                       const vr_dollar_street_model *model, const vr_bootstrap *opts);

/* Prints the study of the first model: accuracy by income, region and quarter (an image once), factors among errors,
 * gaps, quarters; and, where there is a second model, what it changes, on all images and on those with `factor`. */
VR_API void vr_dollar_street_print(FILE *file, const vr_dollar_street *data,
                                   const vr_dollar_street_model *models, int64_t model_count,
                                   vr_dollar_street_factor factor, const vr_bootstrap *opts);

/* ---- the page ---- */

/* All zero: no images. */
typedef struct vr_dollar_street_page_opts {
    const char *title;        /* NULL: "Dollar Street" */
    const char *note;         /* a paragraph below the title, or NULL */
    const char *command;      /* the command that made the page, or NULL */
    const vr_dataset *images; /* found by name as predictions are; NULL = none */
    int64_t image_limit;      /* the most images that are put into the page; 0 = 600 */
    vr_bootstrap intervals;   /* of the tables */
} vr_dollar_street_page_opts;

/* Saves a page with filters by income, region, country, class and factor, and charts that follow them; what it does is
 * described at vr_page_dashboard. opts may be NULL. Errors: VR_ERR_IO naming the path. */
VR_API bool vr_dollar_street_page_save(const vr_dollar_street *data, const vr_dollar_street_model *models,
                                       int64_t model_count, const vr_dollar_street_page_opts *opts,
                                       const char *path, vr_err *err);

/* ---- an example ---- */

/* Made-up data that needs no download: 48 households in four regions, with ten drawn shapes each. The poorer the
 * household, the likelier an image is darker, blocked or of another texture; the images are drawn that way, so that a
 * model's errors are its own.
 * Notes:   targets are the classes' numbers in vr_dollar_street_example_model. */
VR_API void vr_dollar_street_example(vr_arena *perm, vr_dollar_street *data, vr_dataset *images,
                                     vr_label_sets *targets, uint64_t seed);

/* A small model for that data: a random ResNet with a ridge probe on 1,200 images of rich households. A second or two.
 * Errors:  VR_ERR_NUMERIC where the probe has no solution. */
VR_API vr_model *vr_dollar_street_example_model(vr_arena *perm, uint64_t seed, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
