/* imagenet_x: which of sixteen factors of an image make a classifier err?
 *
 *     build/evaluate resnet50.pth val/ --predictions resnet50.csv            # or any program that writes such a file
 *     build/imagenet_x --annotations imagenet_x_val_top_factor.jsonl --predictions resnet50.csv --report report.html
 *     build/imagenet_x results/top --families model_types.csv                # the released tables of accuracies
 *
 * Prints the error ratio of each factor: how many times more errors a model makes on images with the factor than on all
 * images. ImageNet-X has annotations only; its images are ImageNet's. Predictions are files of
 * file_name,predicted_class[,predicted_probability], one a model, in any order.
 * Without arguments: the four models of the paper's repository, from counts of correct predictions that were recovered
 * from its released tables. Time: 0.1 s for four models and 46,110 images. */
#include <stdio.h>
#include "visrob.h"

static const char about[] =
    "imagenet_x [TABLE|FOLDER ...]\n"
    "How many times more errors a classifier makes where a factor of the image (texture, pose, light) is "
    "unusual.\n\n"
    "  imagenet_x                                                   the paper's four models, built in\n"
    "  imagenet_x --annotations val_top.jsonl --predictions my.csv  your model; my.csv has the columns\n"
    "                                                               file_name,predicted_class[,"
    "predicted_probability]\n"
    "  imagenet_x results/top --families model_types.csv            released tables of accuracies\n\n"
    "ImageNet-X consists of annotations: its images are those of ImageNet.\n";

static vr_arena perm; /* reachable from every exit */
static const char *predictions, *target, *families, *augmentation, *page, *csv, *accuracies, *by_metaclass;
static vr_program run;
static vr_imagenet_x_files files;
static vr_imagenet_x_opts opts;

/* An option that lacks another one, or has nothing to apply to. */
static const char *wrong_options(bool tables) {
    if (!predictions != !files.annotations) return "--annotations and --predictions go together";
    if (predictions && tables) return "either --predictions or released tables";
    if (!predictions &&
        (files.prototypes || files.metaclasses || files.real || opts.calibration || opts.compat))
        return "--prototypes, --metaclasses, --real, --calibration and --compat need --predictions";
    if (target && !predictions && !tables) return "--target needs --predictions or released tables";
    if (opts.calibration && !csv && !run.json && !page)
        return "--calibration needs --csv, --json or --report";
    if (files.real && opts.target != VR_IMAGENET_X_REAL) return "--real needs --target real";
    return by_metaclass && !files.metaclasses ? "--by-metaclass needs --metaclasses" : NULL;
}

int main(int argc, char **argv) {
    int64_t min_images = 1;
    const vr_option options[] = {
        {"annotations", "FILE", VR_OPTION_TEXT, &files.annotations,
         "imagenet_x_val_{top,multi}_factor.jsonl"},
        {"predictions", "PATH", VR_OPTION_TEXT, &predictions,
         "a model's predictions, or a folder of many models'"},
        {"prototypes", "FILE", VR_OPTION_TEXT, &files.prototypes,
         "prototypical_paths.csv: images to leave out"},
        {"metaclasses", "FILE", VR_OPTION_TEXT, &files.metaclasses, "the table of classes to metaclasses"},
        {"real", "FILE", VR_OPTION_TEXT, &files.real, "imagenet_real_labels.jsonl"},
        {"target", "NAME", VR_OPTION_TEXT, &target, "what is correct: class, metaclass or real (class)"},
        {"calibration", NULL, VR_OPTION_FLAG, &opts.calibration, "calibration errors by factor"},
        {"compat", NULL, VR_OPTION_FLAG, &opts.compat,
         "the original's treatment of images without ReaL labels"},
        {"families", "FILE", VR_OPTION_TEXT, &families, "mean ratios by family, from a CSV of model,family"},
        {"augmentation", "NAME", VR_OPTION_TEXT, &augmentation, "the effect of crop, color or smoothing"},
        {"min-images", "N", VR_OPTION_INT, &min_images, "no ratio of fewer images (1)"},
        {"csv", "FILE", VR_OPTION_OUTPUT, &csv, "all numbers, with intervals"},
        VR_JSON_OPTION(run),
        {"accuracies", "FILE", VR_OPTION_OUTPUT, &accuracies,
         "accuracies in the form of the released tables"},
        {"by-metaclass", "FILE", VR_OPTION_OUTPUT, &by_metaclass, "the same by metaclass"},
        {"o,report", "FILE", VR_OPTION_OUTPUT, &page, "a page with charts"},
        VR_REPORT_OPTIONS(run)};
    const int code = vr_program_start(&run, &perm, &argc, argv, about, options,
                                      (int64_t)(sizeof options / sizeof *options));
    if (code >= 0) return code;
    vr_err err = {0};
    if (target && !vr_imagenet_x_target_parse(&opts.target, target, &err))
        return vr_program_usage("--target: %s", err.msg);
    const char *wrong = wrong_options(argc > 1);
    if (wrong) return vr_program_usage("%s", wrong);

    /* load and compute */
    vr_imagenet_x_set set;
    vr_imagenet_x_table table = {0};
    vr_imagenet_x_families by_family;
    vr_imagenet_x_effects effects;
    vr_imagenet_x_report report = {.table = &table,
                                   .set = predictions ? &set : NULL,
                                   .families = families ? &by_family : NULL,
                                   .effects = augmentation ? &effects : NULL,
                                   .augmentation = augmentation,
                                   .command = run.command,
                                   .min_images = min_images};
    if (predictions) {
        opts.by_metaclass = files.metaclasses != NULL;
        opts.human = opts.target == VR_IMAGENET_X_REAL;
        vr_imagenet_x_load(&perm, &set, &files, VR_FATAL);
        vr_imagenet_x_run(&perm, &table, &set, predictions, &opts, VR_FATAL);
        report.data = vr_arena_printf(&perm, "%s on %s", predictions, files.annotations);
    } else if (argc > 1) {
        for (int i = 1; i < argc; i++)
            vr_imagenet_x_table_load(&perm, &table, argv[i], opts.target, VR_FATAL);
        report.data = vr_arena_printf(&perm, "accuracies of %s%s", argv[1], argc > 2 ? ", ..." : "");
    } else {
        table = vr_imagenet_x_example(&perm);
        report.data = "counts recovered from the paper's released tables (validation, top factor, class)";
    }
    if (families) vr_imagenet_x_families_find(&perm, &by_family, &table, families, NULL, 0, VR_FATAL);
    if (augmentation) vr_imagenet_x_augmentation(&effects, &table, augmentation, VR_FATAL);

    /* report */
    const vr_table cells =
        csv || run.json ? vr_imagenet_x_cells(&perm, table.rows, table.count) : (vr_table){0};
    if (accuracies) vr_imagenet_x_table_save(table.rows, table.count, accuracies, VR_FATAL);
    if (by_metaclass) vr_imagenet_x_table_save(table.metaclasses, 17 * table.count, by_metaclass, VR_FATAL);
    if (page) vr_imagenet_x_page_save(&report, page, VR_FATAL);
    vr_program_save(&run, page, &cells, csv, NULL, NULL, VR_FATAL);
    vr_imagenet_x_print(stdout, &report);
    vr_arena_free(&perm);
    return 0;
}
