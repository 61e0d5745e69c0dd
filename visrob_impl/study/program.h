/* study/program.h: what the programs in examples/ have in common: options, opening of a model and a data set.
 *
 *     vr_program run = {0};
 *     const vr_option options[] = {VR_MODEL_OPTIONS(run), VR_DATA_OPTIONS(run), VR_RUN_OPTIONS(run)};
 *     const int64_t count = sizeof options / sizeof *options;
 */
#ifndef VISROB_STUDY_PROGRAM_H
#define VISROB_STUDY_PROGRAM_H
#include "../base/args.h"
#include "../report/plot.h"
#include "../report/table.h"
#include "corruption.h"
#include "over.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The common options with their defaults, and what is opened by them. All zero to begin with. */
typedef struct vr_program {
    const char *command; /* the whole command line, for a report that says how it was made */
    const char *labels, *normalize, *json, *severity, *baseline;
    vr_model_opts model_opts;
    vr_over_opts over;
    vr_image_opts image;
    int64_t limit, seed, threads;
    bool subset, quiet, spreadsheet;
    const double *baseline_errors; /* [VR_FACTOR_COUNT] of --baseline, or NULL */
    vr_model *model;
    vr_dataset data;
    vr_corruptions corruptions; /* of data */
} vr_program;

/* Rows of a table of options: of the model, of the data set, of every run. */
#define VR_MODEL_OPTIONS(p)                                                                                  \
    {"model", "NAME", VR_OPTION_TEXT, &(p).model_opts.model,                                                 \
     "timm's or torchvision's name of the model, or KEY=VALUE,... (heads, eps, act, pool, output_stride, "   \
     "...)"},                                                                                                \
        {"prefix", "KEY", VR_OPTION_TEXT, &(p).model_opts.prefix, "the part of the file that is the model"}, \
        {"heads", "N", VR_OPTION_INT, &(p).model_opts.heads, "attention heads"},                             \
        {"activation", "NAME", VR_OPTION_TEXT, &(p).model_opts.activation,                                   \
         "gelu, gelu_tanh, quick_gelu (OpenAI's CLIP), relu or silu"},                                       \
        {"labels", "FILE", VR_OPTION_TEXT, &(p).labels, "the model's class names, one a line"},              \
        {"image-size", "N", VR_OPTION_INT, &(p).model_opts.image_size, "the side of the model's input"},     \
        {"crop", "RATIO", VR_OPTION_TEXT, &(p).model_opts.crop, "image-size / resized shorter side"},        \
        {"filter", "NAME", VR_OPTION_TEXT, &(p).model_opts.filter, "bilinear, bicubic, nearest or box"}, {   \
        "normalize", "NAME", VR_OPTION_TEXT, &(p).normalize,                                                 \
            "imagenet, half, clip or m,m,m,s,s,s (the model's own)"                                          \
    }
#define VR_IMAGE_OPTIONS(p)                                                                                  \
    {"max-pixels", "N", VR_OPTION_INT, &(p).image.max_pixels, "refuse larger images (67108864)"}, {          \
        "ignore-exif", NULL, VR_OPTION_FLAG, &(p).image.ignore_exif,                                         \
            "do not turn images by their EXIF orientation, as torchvision"                                   \
    }
#define VR_DATA_OPTIONS(p)                                                                                   \
    VR_IMAGE_OPTIONS(p), {"limit", "N", VR_OPTION_INT, &(p).limit, "only N images, chosen at random"},       \
        {"batch", "N", VR_OPTION_INT, &(p).over.batch, "images at a time"}, {                                \
        "skip-bad", NULL, VR_OPTION_FLAG, &(p).over.skip_bad, "leave out images that cannot be decoded"      \
    }
#define VR_SUBSET_OPTION(p)                                                                                  \
    {                                                                                                        \
        "subset", NULL, VR_OPTION_FLAG, &(p).subset,                                                         \
            "only the data set's classes compete, as on ImageNet-A and -R"                                   \
    }
#define VR_CORRUPTION_OPTIONS(p)                                                                             \
    {"severity", "LIST", VR_OPTION_TEXT, &(p).severity, "only these severities, as 3 or 1,3,5"}, {           \
        "baseline", "FILE", VR_OPTION_TEXT, &(p).baseline,                                                   \
            "print mCE: errors divided by those in a CSV corruption,error (per cent), or by alexnet's"       \
    }
#define VR_JSON_OPTION(p)                                                                                    \
    { "json", "FILE", VR_OPTION_OUTPUT, &(p).json, "the same table as JSON, an object a row" }
#define VR_REPORT_OPTIONS(p)                                                                                 \
    {"threads", "N", VR_OPTION_INT, &(p).threads, "threads (the physical cores)"},                           \
        {"spreadsheet", NULL, VR_OPTION_FLAG, &(p).spreadsheet,                                              \
         "CSV with ' before names that begin with = + - @"},                                                 \
    {                                                                                                        \
        "quiet", NULL, VR_OPTION_FLAG, &(p).quiet, "no progress on stderr"                                   \
    }
#define VR_RUN_OPTIONS(p)                                                                                    \
    {"seed", "N", VR_OPTION_INT, &(p).seed, "seed of random choices, transforms and intervals (0)"},         \
        VR_REPORT_OPTIONS(p)

/* Parses the command line and sets threads, progress and normalization. Returns -1 to go on, else the exit code
 * (vr_args_parse): 1 where --baseline cannot be read; 2 also for an invalid --severity, numbers beyond any use (--threads, --image-size, --batch), an unknown --normalize and an
 * ending of a --csv, --json or --plot that no writer has. */
VR_API int vr_program_start(vr_program *p, vr_arena *perm, int *argc, char **argv, const char *about,
                            const vr_option *options, int64_t count);

/* True where an option of the model or of its run over the images was given. */
VR_API bool vr_program_runs(const vr_program *p);

/* Prints "error: ... (see --help)" to stderr and returns 2, the exit code of a wrong command line. */
VR_API int vr_program_usage(const char *fmt, ...) VR_PRINTF(1, 2);

/* Loads p->model from a checkpoint with the options of the model; path NULL: the example model (study/shapes.c).
 * Errors:  vr_model_load's, vr_model_normalization's, vr_labels_load's. */
VR_API bool vr_program_model(vr_program *p, vr_arena *perm, const char *path, vr_err *err);

/* Opens p->data; path NULL: so many drawn shapes. With `match` its labels are numbered as the model's classes
 * (vr_dataset_match) and --subset applies; corrupted images (vr_corruptions) are those of --severity, and where they have the
 * size of the model's input it does not resize any, unless --crop says so. A line on stderr says what was left out and assumed.
 * Errors:  vr_dataset_open's and vr_dataset_match's; VR_ERR_ARGUMENT for corrupted images that are not the same in each cell. */
VR_API bool vr_program_data(vr_program *p, vr_arena *perm, const char *path, int64_t shapes, bool match,
                            vr_err *err);

/* Saves the table (also as --json) and the figure where their paths are not NULL, and prints "wrote page.html, table.csv" to
 * stderr; page, if not NULL, is there already.
 * Errors:  VR_ERR_IO naming the path. */
VR_API bool vr_program_save(const vr_program *p, const char *page, const vr_table *table, const char *csv,
                            const vr_plot *figure, const char *plot, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
