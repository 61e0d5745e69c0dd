/* imagenet_x: which of sixteen factors of an image make a classifier err?
 *
 *     build/evaluate resnet50.pth val/ --predictions resnet50.csv            # or any program that writes such a file
 *     build/imagenet_x --annotations imagenet_x_val_top_factor.jsonl --predictions resnet50.csv --report report.html
 *     build/imagenet_x results/top --families model_types.csv                # the released tables of accuracies
 *
 * Prints the error ratio of each factor: how many times more errors a model makes on images with the factor than on all
 * images. ImageNet-X has annotations only; its images are ImageNet's. Predictions are files of
 * file_name,predicted_class[,predicted_probability], one a model, in any order, or any form that vr_predictions_load reads.
 * With no argument: the four models of the paper's repository, from counts of correct predictions that were recovered
 * from its released tables. Time: 0.1 s for four models and 46,110 images. */
#include <stdio.h>
#include "visrob.h"

static const char about[] =
    "imagenet_x [TABLE|FOLDER ...]\n"
    "How many times more errors a classifier makes where a factor of the image (texture, pose, light) is "
    "unusual.\n\n"
    "  imagenet_x                                                   the paper's four models, built in\n"
    "  imagenet_x --annotations val_top.jsonl --predictions my.csv  your model; my.csv has the columns "
    "file_name,\n"
    "                                                               predicted_class[,predicted_probability]\n"
    "  imagenet_x results/top --families model_types.csv            released tables of accuracies\n\n"
    "ImageNet-X consists of annotations: its images are those of ImageNet.\n";

static vr_arena perm; /* reachable from every exit */

int main(int argc, char **argv) {
    vr_program run = {0};
    const char *predictions = NULL, *target = NULL, *families = NULL, *augmentation = NULL;
    const char *page = NULL, *csv = NULL, *accuracies = NULL, *by_metaclass = NULL;
    int64_t min_images = 1;
    vr_imagenet_x_files files = {0};
    vr_imagenet_x_opts opts = {0};
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
        {"calibration", NULL, VR_OPTION_FLAG, &opts.calibration, "calibration errors by factor, in --csv"},
        {"compat", NULL, VR_OPTION_FLAG, &opts.compat,
         "the original's treatment of images without ReaL labels"},
        {"families", "FILE", VR_OPTION_TEXT, &families, "mean ratios by family, from a CSV of model,family"},
        {"augmentation", "NAME", VR_OPTION_TEXT, &augmentation, "the effect of crop, color or smoothing"},
        {"min-images", "N", VR_OPTION_INT, &min_images, "no ratio of fewer images (1)"},
        {"csv", "FILE", VR_OPTION_OUTPUT, &csv, "all numbers, with intervals"},
        {"accuracies", "FILE", VR_OPTION_OUTPUT, &accuracies,
         "accuracies in the form of the released tables"},
        {"by-metaclass", "FILE", VR_OPTION_OUTPUT, &by_metaclass, "the same by metaclass"},
        {"report", "FILE", VR_OPTION_OUTPUT, &page, "a page with charts"},
        {"threads", "N", VR_OPTION_INT, &run.threads, "threads (the physical cores)"},
    };
    vr_err wrong = {0};
    int code = vr_program_start(&run, &perm, &argc, argv, about, options, sizeof options / sizeof *options);
    if (code >= 0) return code;
    if (!predictions != !files.annotations)
        return vr_program_usage("--annotations FILE and --predictions PATH need each other");
    if (predictions && argc > 1)
        return vr_program_usage("unexpected argument '%s' with --predictions", argv[1]);
    if (!predictions &&
        (files.prototypes || files.metaclasses || files.real || opts.calibration || opts.compat))
        return vr_program_usage(
            "--prototypes, --metaclasses, --real, --calibration and --compat need --predictions");
    if (target && !predictions && argc == 1)
        return vr_program_usage("--target needs --predictions or released tables");
    if (by_metaclass && !files.metaclasses)
        return vr_program_usage("--by-metaclass needs --metaclasses and --predictions");
    if (target && !vr_imagenet_x_target_parse(&opts.target, target, &wrong))
        return vr_program_usage("--target: %s", wrong.msg);

    /* load and compute */
    vr_imagenet_x_set set;
    vr_imagenet_x_table table = {0};
    vr_imagenet_x_families by_family;
    vr_imagenet_x_effects effects;
    vr_imagenet_x_report report = {.table = &table, .command = run.command, .min_images = min_images};
    if (predictions) {
        opts.by_metaclass = files.metaclasses != NULL;
        opts.human = opts.target == VR_IMAGENET_X_REAL;
        vr_imagenet_x_load(&perm, &set, &files, VR_FATAL);
        vr_imagenet_x_run(&perm, &table, &set, predictions, &opts, VR_FATAL);
        report.set = &set;
        report.data = vr_arena_printf(&perm, "%s on %s", predictions, files.annotations);
    } else if (argc > 1) {
        for (int i = 1; i < argc; i++)
            vr_imagenet_x_table_load(&perm, &table, argv[i], opts.target, VR_FATAL);
        report.data = vr_arena_printf(&perm, "accuracies of %s%s", argv[1], argc > 2 ? ", ..." : "");
    } else {
        table = vr_imagenet_x_example(&perm);
        report.data = "counts recovered from the paper's released tables (validation, top factor, class)";
    }
    if (families) {
        vr_imagenet_x_families_find(&perm, &by_family, &table, families, NULL, 0, VR_FATAL);
        report.families = &by_family;
    }
    if (augmentation) {
        vr_imagenet_x_augmentation(&effects, &table, augmentation, VR_FATAL);
        report.effects = &effects, report.augmentation = augmentation;
    }

    /* report */
    const vr_table cells = csv ? vr_imagenet_x_cells(&perm, table.rows, table.count) : (vr_table){0};
    if (csv) vr_table_save(&cells, csv, VR_FATAL);
    if (accuracies) vr_imagenet_x_table_save(table.rows, table.count, accuracies, VR_FATAL);
    if (by_metaclass)
        vr_imagenet_x_table_save(table.metaclasses, VR_IMAGENET_X_METACLASSES * table.count, by_metaclass,
                                 VR_FATAL);
    if (page) vr_imagenet_x_page_save(&report, page, VR_FATAL);
    vr_imagenet_x_print(stdout, &report);
    vr_imagenet_x_print_join(&table);
    vr_arena_free(&perm);
    return 0;
}
