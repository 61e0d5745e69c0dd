/* study/imagenet_x.h: which of sixteen factors of an image make a classifier err (ImageNet-X).
 *
 * ImageNet-X consists of annotations: for each validation image, in what it differs from typical images of its class.
 * Joined with a model's predictions they give the accuracy by factor and the error ratio.
 *
 *     vr_imagenet_x_set set;
 *     vr_imagenet_x_table table;
 *     vr_imagenet_x_load(&perm, &set, &(vr_imagenet_x_files){.annotations = "val_top.jsonl"}, VR_FATAL);
 *     vr_imagenet_x_run(&perm, &table, &set, "predictions/", NULL, VR_FATAL);
 *     vr_interval ratio = vr_imagenet_x_error_ratio(&table.rows[0], VR_IMAGENET_X_TEXTURE);
 *     printf("texture: %.2f times the errors\n", ratio.value);
 *
 * "top" annotations name one factor per image, "multi" all that apply. Where the authors' code differs from what is
 * implemented here, the notes tell how, and `compat` gives theirs.
 * Source:  Idrissi et al. 2022, "ImageNet-X: Understanding Model Mistakes with Factor of Variation Annotations". */
#ifndef VISROB_STUDY_IMAGENET_X_H
#define VISROB_STUDY_IMAGENET_X_H
#include "../base/arena.h"
#include "../base/error.h"
#include "../metric/group.h"
#include "../report/table.h"
#include "predictions.h"
#ifdef __cplusplus
extern "C" {
#endif

/* X(ID, name): the factors, in the order of the released tables. */
#define VR_IMAGENET_X_FACTOR_LIST(X)                                                                         \
    X(POSE, pose)                                                                                            \
    X(BACKGROUND, background)                                                                                \
    X(PATTERN, pattern)                                                                                      \
    X(COLOR, color)                                                                                          \
    X(SMALLER, smaller)                                                                                      \
    X(SHAPE, shape)                                                                                          \
    X(PARTIAL_VIEW, partial_view)                                                                            \
    X(SUBCATEGORY, subcategory)                                                                              \
    X(TEXTURE, texture)                                                                                      \
    X(LARGER, larger)                                                                                        \
    X(DARKER, darker)                                                                                        \
    X(OBJECT_BLOCKING, object_blocking)                                                                      \
    X(PERSON_BLOCKING, person_blocking)                                                                      \
    X(STYLE, style)                                                                                          \
    X(BRIGHTER, brighter)                                                                                    \
    X(MULTIPLE_OBJECTS, multiple_objects)

enum {
#define X(ID, name) VR_IMAGENET_X_##ID,
    VR_IMAGENET_X_FACTOR_LIST(X)
#undef X
        VR_IMAGENET_X_FACTORS,      /* how many there are: 16 */
    VR_IMAGENET_X_METACLASSES = 17, /* the last one is "other" */
    VR_IMAGENET_X_CLASSES = 1000,
    VR_IMAGENET_X_WORST = 100 /* worst_classes is over so many */
};

/* Which predictions are correct. */
typedef enum vr_imagenet_x_target {
    VR_IMAGENET_X_CLASS,     /* the image's class */
    VR_IMAGENET_X_METACLASS, /* any class of the same metaclass, of 17 */
    VR_IMAGENET_X_REAL       /* any of the image's ReaL labels (Beyer et al. 2020) */
} vr_imagenet_x_target;

/* The name of factor 0..15: pose, background, pattern, ... */
VR_API const char *vr_imagenet_x_factor(int64_t factor);

/* "class", "metaclass" or "real". Errors: VR_ERR_USAGE for another name. */
VR_API bool vr_imagenet_x_target_parse(vr_imagenet_x_target *target, const char *name, vr_err *err);

/* ---- the annotations ---- */

/* The files to load; all but annotations may be NULL. */
typedef struct vr_imagenet_x_files {
    const char *annotations; /* imagenet_x_{train,val}_{top,multi}_factor.jsonl */
    const char *prototypes;  /* prototypical_paths.csv: these images are left out */
    const char *metaclasses; /* imagenet_1k_classes_to_100_metaclasses.csv */
    const char *real;        /* imagenet_real_labels.jsonl */
} vr_imagenet_x_files;

/* Annotated images, in the order of the file. */
typedef struct vr_imagenet_x_set {
    const char *path;
    int64_t count;            /* images, without the prototypes */
    const int64_t *labels;    /* [count], 0..999 */
    const uint16_t *factors;  /* [count]: bit f is factor f */
    int64_t prototypes;       /* images left out as prototypes */
    int64_t no_factor;        /* images without a factor: they count only in the average */
    const int64_t *metaclass; /* [1000], of each class; NULL without that file */
    vr_label_sets real;       /* the ReaL labels of each image; count is 0 without that file */
    vr_image_index images;    /* names to images; prototypes have the numbers from `count` on */
} vr_imagenet_x_set;

/* Loads annotations, and the other files that are named.
 * Notes:   keys are found by name. An image may have no factor. Texts are validated, and not kept.
 * Errors:  VR_ERR_FORMAT as `path:line:column:` for a key that is missing, unknown or duplicate, a class outside 0..999,
 *          a factor that is not 0 or 1, a file name that is empty or duplicate, a class table without its 1000 rows, a
 *          ReaL label outside 0..999; VR_ERR_ARGUMENT where no image is left, and for an image without an entry in the
 *          file of ReaL labels; *set = {0}. */
VR_API bool vr_imagenet_x_load(vr_arena *perm, vr_imagenet_x_set *set, const vr_imagenet_x_files *files,
                               vr_err *err);

/* ---- accuracies ---- */

/* One row of a table of accuracies: of a model, or of a model within a metaclass. */
typedef struct vr_imagenet_x_row {
    const char *model, *metaclass;          /* metaclass NULL: all images */
    double accuracy[VR_IMAGENET_X_FACTORS]; /* NaN without images */
    double average;                         /* over all images */
    double worst_factor;                    /* the lowest accuracy */
    double worst_classes;                   /* over the images of the 100 worst classes; NaN: unknown */
    int64_t count[VR_IMAGENET_X_FACTORS];   /* images behind each accuracy; 0 with an accuracy: unknown */
    int64_t n;                              /* images behind the average; 0: unknown */
    double ece, factor_ece[VR_IMAGENET_X_FACTORS]; /* calibration error, 15 bins; NaN where not computed */
    vr_join join;                                  /* prototypes are its excluded images */
} vr_imagenet_x_row;

/* Files of folders that were not read: how many, and the first ones' names. */
typedef struct vr_imagenet_x_others {
    int64_t count;
    const char *names;
} vr_imagenet_x_others;

/* A table of accuracies. */
typedef struct vr_imagenet_x_table {
    vr_imagenet_x_row *rows;
    int64_t count;
    vr_imagenet_x_row *metaclasses; /* [17 * count], metaclass by metaclass; NULL where not computed */
    vr_imagenet_x_others
        other_tables; /* released tables, each with what it is of: another target, metaclasses */
    vr_imagenet_x_others other_files;
    const char *path, *kind[3]; /* private: the last released table, and what all of them are of */
} vr_imagenet_x_table;

/* All zero is the default. */
typedef struct vr_imagenet_x_opts {
    vr_imagenet_x_target target;
    bool by_metaclass; /* also by metaclass */
    bool calibration;  /* also ece and factor_ece */
    bool
        human; /* vr_imagenet_x_run adds a row "human": the original labels, which only ReaL labels can contradict */
    bool
        compat; /* as the original: images without a ReaL label count as wrong (else they are left out), and a model
                  * without a correct prediction in a metaclass has accuracy NaN (else 0) for each factor there */
} vr_imagenet_x_opts;

/* Loads and scores a file of predictions, or each .csv of a folder, sorted by name, on all threads.
 * Notes:   accuracy[f] = correct among the images with factor f / images with factor f. worst_classes: classes are
 *          ordered by accuracy, then number (the original's sort leaves ties to chance), and the mean is over images.
 *          opts may be NULL. A model's name is the file's without its ending. Each thread holds one file at a time, so that memory does
 *          not grow with the number of files except for the rows. A folder's other files are in other_files, released
 *          tables in other_tables.
 * Errors:  as vr_predictions_load, vr_predictions_score, of the first file that fails; VR_ERR_ARGUMENT for a folder
 *          without predictions, and where the target, metaclasses or calibration need a file or a field of the
 *          predictions that is missing; *table = {0}. */
VR_API bool vr_imagenet_x_run(vr_arena *perm, vr_imagenet_x_table *table, const vr_imagenet_x_set *set,
                              const char *path, const vr_imagenet_x_opts *opts, vr_err *err);

/* ---- released tables of accuracies ---- */

/* Loads model[,metaclass],pose,...,worst_factor,average[,worst_100_classes], the form of the released tables. Of a folder,
 * all of them in it and below it that have this target and are not by metaclass: `class/accuracies_per_factor.csv`
 * or `accuracies_per_factor.class.csv`, sorted by path; or, if the folder itself holds accuracies_per_factor.csv, that.
 * The others are in other_tables, by name, with what they are of.
 * Notes:   appends to the table. An empty field is NaN. The numbers of images are recovered for all rows: for each factor
 *          the smallest count for which every model's accuracy is, to the last bit, an integer over it. Few models may
 *          share a divisor; the count is then a divisor of the true one, and intervals are too wide, never too narrow.
 *          A factor without such a count up to 100,000 has count 0.
 * Errors:  VR_ERR_FORMAT as `path:line:column:` for an unknown column, an accuracy outside 0..1, a duplicate model (or
 *          model and metaclass); VR_ERR_ARGUMENT for a folder without a table; for a table whose path names another target,
 *          where metaclass or real is asked for (class takes any); and for tables of different kinds: top and multi
 *          annotations, targets, by metaclass and not (annotations and target as far as the path names them). */
VR_API bool vr_imagenet_x_table_load(vr_arena *perm, vr_imagenet_x_table *table, const char *path,
                                     vr_imagenet_x_target target, vr_err *err);

/* Saves the rows in that form, with the digits that read back as the same numbers: what was loaded is saved byte for
 * byte. Errors: VR_ERR_IO naming the path. */
VR_API bool vr_imagenet_x_table_save(const vr_imagenet_x_row *rows, int64_t count, const char *path,
                                     vr_err *err);

/* The four models of the paper's repository (DINO, ResNet50, SimCLR, ViT) on the validation set, top factor, class
 * labels: images and correct predictions, recovered from the released accuracies. Needs no data.
 * Source:  results/val/top_factor/base/class of facebookresearch/imagenetx at 6403d41; the counts are facts. */
VR_API vr_imagenet_x_table vr_imagenet_x_example(vr_arena *perm);

/* ---- the error ratio ---- */

/* (1 - accuracy[factor]) / (1 - average), by Bayes P(factor | wrong) / P(factor), with its 95 % interval by the delta method
 * on its logarithm over images, which share the errors.
 * Notes:   value is NaN for a factor without images, +infinity or NaN for a model that is never wrong. low and high are NaN
 *          where the counts are unknown, or there is no ratio. Without an error in the factor low is 0 and high takes
 *          the upper end of Wilson's interval.
 * Source:  Idrissi et al. 2022, section 3; the interval as Katz et al. 1978 for the risk ratio of separate groups;
 *          here the factor's images are among all. */
VR_API vr_interval vr_imagenet_x_error_ratio(const vr_imagenet_x_row *row, int64_t factor);

/* ---- many models ---- */

/* The models of one family. ratio[f] is the mean of their error ratios, each model counting once; NaN without models.
 * count[f] models have a finite one. */
typedef struct vr_imagenet_x_family {
    const char *name;
    int64_t models, count[VR_IMAGENET_X_FACTORS];
    double ratio[VR_IMAGENET_X_FACTORS];
} vr_imagenet_x_family;

/* Families side by side. */
typedef struct vr_imagenet_x_families {
    vr_imagenet_x_family all;       /* over the models of all these families */
    vr_imagenet_x_family *families; /* [count], in the order asked for */
    int64_t count;
    double statistic[VR_IMAGENET_X_FACTORS],
        p[VR_IMAGENET_X_FACTORS]; /* do the families differ? Alexander-Govern */
    int64_t repeated;             /* rows of a model that an earlier row has: the first one counts */
    int64_t other;                /* models of other families */
    int64_t unlisted;             /* models that are not in the catalogue */
} vr_imagenet_x_families;

/* Groups the table's models by a catalogue, a CSV of model,family.
 * Notes:   names: [count] families, or NULL for those of the paper's figure, in its order: "Supervised on more data",
 *          "Supervised on ImageNet-1K", "Self-supervised", "Robustness intervention". statistic and p are NaN for a
 *          factor in which a family has fewer than two models, or models that all agree.
 * Errors:  VR_ERR_FORMAT as `path:line:column:` for a duplicate model in the catalogue; VR_ERR_ARGUMENT where no model
 *          is of any of the families.
 * Source:  Idrissi et al. 2022, figure 4; scipy.stats.alexandergovern. */
VR_API bool vr_imagenet_x_families_find(vr_arena *perm, vr_imagenet_x_families *out,
                                        const vr_imagenet_x_table *table, const char *catalogue,
                                        const char *const *names, int64_t count, vr_err *err);

/* What one augmentation does to one factor. */
typedef struct vr_imagenet_x_effect {
    double low,
        high; /* the two strengths at which a cubic fit of the error ratio is lowest and highest, in order */
    int64_t low_count, high_count; /* models at each */
    double low_mean, high_mean;    /* their mean error ratios */
    double t, p;                   /* Welch's test of low against high: t > 0 where the ratio falls */
} vr_imagenet_x_effect;

/* An augmentation over all factors. */
typedef struct vr_imagenet_x_effects {
    vr_imagenet_x_effect factors[VR_IMAGENET_X_FACTORS];
    int64_t models, levels;
    int64_t few;   /* models left out, of strengths with four models or fewer */
    int64_t other; /* models whose name contains no strength */
} vr_imagenet_x_effects;

/* Does an augmentation that helps on one factor hurt on another?
 * Notes:   models are named as in the released tables, `eval_resnet50_crop8.0_wd1e-05_color50.0_id1662124509`; kind is
 *          "crop", "color" or "smoothing", and the strength the number behind it, for crop 100 minus that number.
 * Errors:  VR_ERR_ARGUMENT where fewer than four strengths have more than four models each.
 * Source:  Idrissi et al. 2022, figure 6. */
VR_API bool vr_imagenet_x_augmentation(vr_imagenet_x_effects *out, const vr_imagenet_x_table *table,
                                       const char *kind, vr_err *err);

/* ---- tables, text and the page ---- */

/* One row a model and factor: images, accuracy and error ratio with their 95 % intervals (Wilson's; the delta method's), the
 * ratio to the errors in all other images, the shift (how much more often the factor is annotated on wrong images than
 * on all), calibration error: for other programs (CSV). */
VR_API vr_table vr_imagenet_x_cells(vr_arena *perm, const vr_imagenet_x_row *rows, int64_t count);

/* What a report shows; all but table and data may be NULL. */
typedef struct vr_imagenet_x_report {
    const vr_imagenet_x_table *table;
    const vr_imagenet_x_set *set; /* for the annotations themselves */
    const vr_imagenet_x_families *families;
    const vr_imagenet_x_effects *effects;
    const char *augmentation; /* which one effects are of */
    const char *data;         /* what the numbers come from */
    const char *command;
    int64_t min_images; /* the ratio of fewer images is not shown */
} vr_imagenet_x_report;

/* Prints the report as text: of more than 8 models only accuracy and worst factor of each. What was left out is a
 * line each on stderr: predictions, images and files. */
VR_API void vr_imagenet_x_print(FILE *file, const vr_imagenet_x_report *report);

/* Saves the report as one HTML file. Errors: VR_ERR_IO naming the path. */
VR_API bool vr_imagenet_x_page_save(const vr_imagenet_x_report *report, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
