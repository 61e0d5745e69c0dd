/* study/imagenet_x.h: which of sixteen factors of a photograph make a classifier err (ImageNet-X).
 *
 * ImageNet-X is annotations alone: for each validation image, in what it differs from typical images of its class.
 * Joined with a model's predictions, made anywhere, they give the accuracy per factor and the error ratio.
 *
 *     vr_imagenet_x_set set;
 *     vr_imagenet_x_table table;
 *     vr_imagenet_x_load(&perm, &set, &(vr_imagenet_x_files){.annotations = "val_top.jsonl"}, VR_FATAL);
 *     vr_imagenet_x_run(&perm, &table, &set, "predictions/", NULL, VR_FATAL);
 *     printf("texture: %.2f times the errors\n", vr_imagenet_x_error_ratio(&table.rows[0], 8));
 *
 * "top" annotations name one factor an image, "multi" all that apply. Where the authors' own code differs from
 * what is here, the notes say how, and `compat` gives theirs.
 * Source:  Idrissi et al. 2022, "ImageNet-X: Understanding Model Mistakes with Factor of Variation Annotations". */
#ifndef VISROB_STUDY_IMAGENET_X_H
#define VISROB_STUDY_IMAGENET_X_H
#include "../base/arena.h"
#include "../base/error.h"
#include "../report/table.h"
#include "../tensor/stats.h"
#ifdef __cplusplus
extern "C" {
#endif

enum {
    VR_IMAGENET_X_FACTORS = 16,
    VR_IMAGENET_X_METACLASSES = 17, /* the last one is "other" */
    VR_IMAGENET_X_CLASSES = 1000,
    VR_IMAGENET_X_WORST = 100 /* worst_classes is over so many */
};

/* What counts as right. */
typedef enum vr_imagenet_x_target {
    VR_IMAGENET_X_CLASS,     /* the image's class */
    VR_IMAGENET_X_METACLASS, /* any class of the same one of 17 metaclasses */
    VR_IMAGENET_X_REAL       /* any of the image's ReaL labels (Beyer et al. 2020) */
} vr_imagenet_x_target;

/* The name of factor 0..15, in the order of the released tables: pose, background, pattern, ... */
VR_API const char *vr_imagenet_x_factor(int64_t factor);

/* The name of metaclass 0..16: device, dog, ..., other. */
VR_API const char *vr_imagenet_x_metaclass(int64_t metaclass);

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
    int64_t count;           /* images, the prototypes left out */
    const vr_bytes *names;   /* [count]; a 0 follows each */
    const int16_t *labels;   /* [count], 0..999 */
    const uint16_t *factors; /* [count]: bit f is factor f */
    int64_t prototypes;      /* lines left out */
    int64_t no_factor;       /* images on which no factor is ticked: they count in the average alone */
    const int8_t *metaclass; /* [1000], of each class; NULL without that file */
    const int32_t
        *real_at; /* [count + 1]: the labels of image i are real[real_at[i] .. real_at[i+1]-1]; or NULL */
    const int16_t *real;
    struct vr_imagenet_x_index *index, *prototype_index; /* names to numbers */
} vr_imagenet_x_set;

/* Loads annotations, and what else is named.
 * Notes:   keys are looked up by name. An image may have no factor. Text is checked, and not kept.
 * Errors:  VR_ERR_FORMAT as `path:line:column:` for a key that is missing, unknown or twice there, a class outside of
 *          0..999, a factor that is not 0 or 1, a file name that is empty or twice there, a class table without its
 *          1000 rows, a ReaL label outside of 0..999; VR_ERR_ARGUMENT where nothing is left, and where ReaL labels are
 *          wanted for an image that is not of the validation set; *set = {0}. */
VR_API bool vr_imagenet_x_load(vr_arena *arena, vr_imagenet_x_set *set, const vr_imagenet_x_files *files,
                               vr_err *err);

/* ---- predictions ---- */

/* What a predictions file and the annotations have in common. rows = joined + prototypes + unknown. */
typedef struct vr_imagenet_x_join {
    int64_t rows;
    int64_t joined;     /* rows of an annotated image */
    int64_t prototypes; /* rows of an image that was left out as a prototype */
    int64_t unknown;    /* rows of an image that is not annotated */
    int64_t missing;    /* annotated images without a row */
    int64_t unlabelled; /* joined, but not scored: no ReaL label */
} vr_imagenet_x_join;

/* One model's predictions, in the order of the set. */
typedef struct vr_imagenet_x_predictions {
    const char *model;        /* the file's name without its ending */
    const int16_t *predicted; /* [set->count]; -1: there is no row */
    const float
        *probability; /* [set->count], NaN where there is no row; NULL where the file has no such column */
    vr_imagenet_x_join join;
} vr_imagenet_x_predictions;

/* Loads file_name,predicted_class[,predicted_probability], in any order of rows and columns.
 * Notes:   other columns are passed over; images that only one side has are counted in join. (The original refuses
 *          any other order than its own.)
 * Errors:  VR_ERR_FORMAT as `path:line:column:` for a class outside of 0..999, a probability outside of 0..1, a file
 *          name that is twice there; VR_ERR_ARGUMENT where no row is of an annotated image; *p = {0}. */
VR_API bool vr_imagenet_x_predictions_load(vr_arena *arena, vr_imagenet_x_predictions *p,
                                           const vr_imagenet_x_set *set, const char *path, vr_err *err);

/* Predictions in memory, as if loaded: the original labels with probability 1, the "human" of the released tables.
 * Notes:   of use with ReaL labels only: by its own labels it is always right. */
VR_API vr_imagenet_x_predictions vr_imagenet_x_human(vr_arena *arena, const vr_imagenet_x_set *set);

/* ---- accuracies ---- */

/* One line of a table of accuracies: of a model, or of a model within a metaclass. */
typedef struct vr_imagenet_x_row {
    const char *model, *metaclass;          /* metaclass NULL: all images */
    double accuracy[VR_IMAGENET_X_FACTORS]; /* NaN without images */
    double average;                         /* over all images */
    double worst_factor;                    /* the lowest accuracy */
    double worst_classes;                   /* over the images of the 100 worst classes; NaN: not known */
    int64_t count[VR_IMAGENET_X_FACTORS];   /* images behind each accuracy; 0 with an accuracy: not known */
    int64_t n;                              /* images behind the average; 0: not known */
    double ece, factor_ece[VR_IMAGENET_X_FACTORS]; /* calibration error, 15 bins; NaN where not asked for */
    vr_imagenet_x_join join;
} vr_imagenet_x_row;

/* A table of accuracies. */
typedef struct vr_imagenet_x_table {
    vr_imagenet_x_row *rows;
    int64_t count;
    vr_imagenet_x_row *metaclasses; /* [17 * count], metaclass by metaclass; NULL where not asked for */
    int64_t passed_over;            /* files of the folder that are no predictions */
} vr_imagenet_x_table;

/* All zero is the default. */
typedef struct vr_imagenet_x_opts {
    vr_imagenet_x_target target;
    bool by_metaclass; /* a table for each metaclass too */
    bool calibration;  /* ece and factor_ece too */
    bool human;        /* a last row "human" in vr_imagenet_x_run: vr_imagenet_x_human */
    bool compat; /* as the original: images without any ReaL label count as wrong (else they are left out); a
                        * metaclass in which a model has no right answer has NaN (else 0) for each factor */
} vr_imagenet_x_opts;

/* Scores one model's predictions: *row, and metaclasses[17] unless it is NULL.
 * Notes:   accuracy[f] = right among the images with factor f / images with factor f. worst_classes: classes are
 *          ordered by accuracy, then number (the original's sort leaves ties to chance), and the mean is over images.
 *          opts may be NULL. The model's name is not copied.
 * Errors:  VR_ERR_ARGUMENT where the target, or metaclasses, or calibration need a file or column that is not there. */
VR_API bool vr_imagenet_x_score(vr_imagenet_x_row *row, vr_imagenet_x_row *metaclasses,
                                const vr_imagenet_x_set *set, const vr_imagenet_x_predictions *p,
                                const vr_imagenet_x_opts *opts, vr_err *err);

/* Loads and scores a predictions file, or each .csv of a folder, sorted by name, on all threads.
 * Notes:   files are read one at a time by each thread, so memory does not grow with their number but for the rows.
 *          Files that do not end in .csv are counted in passed_over.
 * Errors:  as vr_imagenet_x_predictions_load and vr_imagenet_x_score, of the first file that fails; VR_ERR_ARGUMENT
 *          for a folder without predictions; *table = {0}. */
VR_API bool vr_imagenet_x_run(vr_arena *arena, vr_imagenet_x_table *table, const vr_imagenet_x_set *set,
                              const char *path, const vr_imagenet_x_opts *opts, vr_err *err);

/* ---- released tables of accuracies ---- */

/* Loads model[,metaclass],pose,...,worst_factor,average[,worst_100_classes], the form of the released tables. Of a folder,
 * all of them in it and below it that have this target and are not by metaclass: `class/accuracies_per_factor.csv`
 * or `accuracies_per_factor.class.csv`, sorted by path; or, if the folder itself holds accuracies_per_factor.csv, that.
 * Notes:   appends to the table. An empty field is NaN. Only count and n stay unknown: vr_imagenet_x_recover.
 * Errors:  VR_ERR_FORMAT as `path:line:column:` for an unknown column, an accuracy outside of 0..1, a model (or a
 *          model and metaclass) that is twice there; VR_ERR_ARGUMENT for a folder without a table. */
VR_API bool vr_imagenet_x_table_load(vr_arena *arena, vr_imagenet_x_table *table, const char *path,
                                     vr_imagenet_x_target target, vr_err *err);

/* Saves the rows in that form, with the digits that read back as the same numbers: what was loaded is saved byte for
 * byte. Errors: VR_ERR_IO naming the path. */
VR_API bool vr_imagenet_x_table_save(const vr_imagenet_x_row *rows, int64_t count, const char *path,
                                     vr_err *err);

/* Finds the numbers of images behind released accuracies: for each factor the smallest count for which every
 * model's accuracy is, to the last bit, a whole number of images over it; sets count and n of all rows.
 * Notes:   rows (of one metaclass, where they have one) have to be of the same images: one target, top or multi. Few models can have a common divisor, and
 *          what is found is then a divisor of the true number: intervals come out too wide, never too narrow. A
 *          factor for which no count up to 100,000 fits stays 0. */
VR_API void vr_imagenet_x_recover(vr_imagenet_x_row *rows, int64_t count);

/* ---- what a row says ---- */

/* (1 - accuracy[factor]) / (1 - average); by Bayes P(factor | wrong) / P(factor).
 * Notes:   NaN for a factor without images; +infinity or NaN for a model that is never wrong.
 * Source:  Idrissi et al. 2022, section 3. */
VR_API double vr_imagenet_x_error_ratio(const vr_imagenet_x_row *row, int64_t factor);

/* The error ratio with its 95 % interval, by the delta method on its logarithm over images, which share the errors.
 * Notes:   low and high are NaN where the counts are not known, or there is no ratio. Without an error in the factor
 *          low is 0 and high takes the upper end of Wilson's interval. On a few images it is wide, as it should be.
 * Source:  as Katz et al. 1978 for the risk ratio of separate groups; here the factor's images are among all. */
VR_API vr_interval vr_imagenet_x_error_ratio_interval(const vr_imagenet_x_row *row, int64_t factor);

/* The errors in the factor over those in all other images: what the error ratio would be if the factor's images did not
 * count in both. NaN where counts are not known, or nothing is wrong elsewhere. */
VR_API double vr_imagenet_x_rest_ratio(const vr_imagenet_x_row *row, int64_t factor);

/* The factor of the highest error ratio among those with at least min_images; -1 where there is none.
 * Notes:   factors whose counts are not known pass. */
VR_API int64_t vr_imagenet_x_worst(const vr_imagenet_x_row *row, int64_t min_images);

/* shift[f] = (share of f among the wrong images' ticks - its share among all ticks) / its share among all ticks.
 * Shapes:  shift: [16]; the row's counts have to be known.
 * Notes:   NaN for a factor without images and where nothing is wrong (the original has 0). With one factor an image
 *          it is nearly the error ratio less 1.
 * Source:  the original's misclassification shift. */
VR_API void vr_imagenet_x_shift(double *shift, const vr_imagenet_x_row *row);

/* counts[f] = images with factor f of that metaclass; -1: of all. vr_prevalence makes shares of them. */
VR_API void vr_imagenet_x_counts(int64_t *counts, const vr_imagenet_x_set *set, int64_t metaclass);

/* The four models of the paper's repository (DINO, ResNet50, SimCLR, ViT) on the validation set, top factor, class
 * labels: images and right answers, recovered from the released accuracies. What the program shows without data.
 * Source:  results/val/top_factor/base/class of facebookresearch/imagenetx at 6403d41; the counts are facts. */
VR_API vr_imagenet_x_table vr_imagenet_x_example(vr_arena *arena);

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
    int64_t other;                /* models of families that were not asked for */
    int64_t unlisted;             /* models that the catalogue does not name */
} vr_imagenet_x_families;

/* Groups the table's models by a catalogue, a CSV of model,family.
 * Notes:   names: [count] families, or NULL for those of the paper's figure, in its order: "Supervised on more data",
 *          "Supervised on ImageNet-1K", "Self-supervised", "Robustness intervention". statistic and p are NaN for a
 *          factor in which a family has fewer than two models, or models that all agree.
 * Errors:  VR_ERR_FORMAT as `path:line:column:` for a model that is twice in the catalogue; VR_ERR_ARGUMENT where no
 *          model is of any of the families.
 * Source:  Idrissi et al. 2022, figure 4; scipy.stats.alexandergovern. */
VR_API bool vr_imagenet_x_families_find(vr_arena *arena, vr_imagenet_x_families *out,
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
    int64_t thin;  /* models left out, of strengths with four models or fewer */
    int64_t other; /* models whose name tells no strength */
} vr_imagenet_x_effects;

/* Does an augmentation that helps on one factor hurt on another?
 * Notes:   models are named as in the released tables, `eval_resnet50_crop8.0_wd1e-05_color50.0_id1662124509`; kind is
 *          "crop", "color" or "smoothing", and the strength the number behind it, for crop 100 less that.
 * Errors:  VR_ERR_ARGUMENT where fewer than four strengths have more than four models each.
 * Source:  Idrissi et al. 2022, figure 6. */
VR_API bool vr_imagenet_x_augmentation(vr_imagenet_x_effects *out, const vr_imagenet_x_table *table,
                                       const char *kind, vr_err *err);

enum { VR_IMAGENET_X_LABELS = VR_IMAGENET_X_FACTORS + VR_IMAGENET_X_METACLASSES };

/* Spearman's rho of each two of the 16 factors and 17 metaclasses over the images, and its two-sided p.
 * Shapes:  rho, p: [33,33]: factors, then metaclasses.
 * Notes:   both are 0 or 1 for an image, so rho is the phi coefficient, from counts alone. NaN for a label that all
 *          images or none have (there the original stops). The diagonal is 1, with p 0 (compat: rho 0 too). Without
 *          metaclasses their rows and columns are NaN.
 * Source:  scipy.stats.spearmanr. */
VR_API void vr_imagenet_x_spearman(double *rho, double *p, const vr_imagenet_x_set *set, bool compat);

/* ---- tables and the page ---- */

/* Error ratios, six digits as in the paper's repository: one row a factor where there are at most 8 models, else one row a
 * model. The ratio of fewer than min_images images is not shown. */
VR_API vr_table vr_imagenet_x_ratio_table(vr_arena *arena, const vr_imagenet_x_table *table,
                                          int64_t min_images);

/* One row a model and factor: images, accuracy and error ratio with their 95 % intervals (Wilson's; the delta method's), the ratio to all other images,
 * the shift, calibration error: for other programs (CSV). Factors with fewer than min_images images are left out,
 * unless their counts are not known. */
VR_API vr_table vr_imagenet_x_cells(vr_arena *arena, const vr_imagenet_x_row *rows, int64_t count,
                                    int64_t min_images);

/* One row a factor, most errors first: the mean error ratio of each family, and whether they differ. */
VR_API vr_table vr_imagenet_x_family_table(vr_arena *arena, const vr_imagenet_x_families *families);

/* One row a factor, from the one that the augmentation helps most to the one that it hurts most. */
VR_API vr_table vr_imagenet_x_effect_table(vr_arena *arena, const vr_imagenet_x_effects *effects);

/* What a report shows; all but table and data may be NULL. */
typedef struct vr_imagenet_x_report {
    const vr_imagenet_x_table *table;
    const vr_imagenet_x_set *set; /* what the factors are, and go with */
    const vr_imagenet_x_families *families;
    const vr_imagenet_x_effects *effects;
    const char *augmentation; /* what effects are of */
    const char *data;         /* what the numbers come from */
    const char *command;
    int64_t min_images; /* no ratio is shown of fewer images */
} vr_imagenet_x_report;

/* Saves the report as one HTML file. Errors: VR_ERR_IO naming the path. */
VR_API bool vr_imagenet_x_page_save(const vr_imagenet_x_report *report, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
