/* imagenet_x: which of sixteen factors of a photograph make a classifier err?
 *
 *     build/evaluate resnet50.pth val/ --predictions resnet50.csv            # or any program that writes such a file
 *     build/imagenet_x --annotations imagenet_x_val_top_factor.jsonl --predictions resnet50.csv --report report.html
 *     build/imagenet_x results/top --families model_types.csv                # the released tables of accuracies
 *
 * Prints the error ratio of each factor: how many times more errors a model makes on images with the factor than on
 * images at large. ImageNet-X has annotations only; its images are ImageNet's. Predictions are files of
 * file_name,predicted_class[,predicted_probability], one a model, in any order.
 * With no argument: the four models of the paper's repository, from counts of right answers that were recovered from
 * its released tables. Time: 0.1 s for four models and 46,110 images. */
#include <stdio.h>
#include <string.h>
#include "visrob.h"

static const char about[] =
    "imagenet_x [TABLE|FOLDER ...]\n"
    "How many times more errors a classifier makes where a factor of the photograph (texture, pose, light) "
    "is unusual.\n\n"
    "  imagenet_x                                                   the paper's four models, built in\n"
    "  imagenet_x --annotations val_top.jsonl --predictions my.csv  your model; my.csv has the columns "
    "file_name,\n"
    "                                                               predicted_class[,predicted_probability]\n"
    "  imagenet_x results/top --families model_types.csv            released tables of accuracies\n\n"
    "ImageNet-X is annotations alone: its images are those of ImageNet.\n";

/* The table as text: whole where it fits a screen, else what most want to know of each model. */
static void print_ratios(vr_arena *arena, const vr_imagenet_x_table *table, int64_t min_images) {
    if (table->count <= 8) {
        const vr_table t = vr_imagenet_x_ratio_table(arena, table, min_images);
        vr_table_print(stdout, &t);
        return;
    }
    static const char *const names[] = {"model", "accuracy", "worst factor", "error ratio"};
    vr_table t = vr_table_new(arena, names, 4);
    for (int64_t m = 0; m < table->count; m++) {
        const vr_imagenet_x_row *row = &table->rows[m];
        const int64_t f = vr_imagenet_x_worst(row, min_images);
        vr_table_text(&t, row->model);
        vr_table_number(&t, row->average, 4);
        vr_table_text(&t, f < 0 ? "-" : vr_imagenet_x_factor(f));
        vr_table_interval(&t, f < 0 ? (vr_interval){0} : vr_imagenet_x_error_ratio_interval(row, f), 3);
    }
    vr_table_print(stdout, &t);
}

/* What did not find its other half. */
static void print_joins(const vr_imagenet_x_table *table) {
    for (int64_t m = 0; m < table->count; m++) {
        const vr_imagenet_x_join j = table->rows[m].join;
        if (j.unknown + j.missing + j.unlabelled + j.prototypes > 0)
            fprintf(stderr,
                    "%s: %lld predictions; left out: %lld of prototypes, %lld without annotations, %lld "
                    "without a ReaL "
                    "label; %lld annotated images have no prediction\n",
                    table->rows[m].model, (long long)j.rows, (long long)j.prototypes, (long long)j.unknown,
                    (long long)j.unlabelled, (long long)j.missing);
    }
    if (table->passed_over > 0)
        fprintf(stderr, "%lld other files passed over\n", (long long)table->passed_over);
}

int main(int argc, char **argv) {
    const char *predictions = NULL, *target = "class", *families = NULL, *augmentation = NULL, *page = NULL,
               *csv = NULL, *accuracies = NULL, *by_metaclass = NULL;
    int64_t threads = 0, min_images = 1;
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
        {"target", "NAME", VR_OPTION_TEXT, &target, "what is right: class, metaclass or real; default class"},
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
        {"threads", "N", VR_OPTION_INT, &threads, "threads (the physical cores)"},
    };
    static vr_arena perm; /* static: in reach until the end, whichever return is taken */
    const char *command = vr_args_text(&perm, argc, argv);
    int code = vr_args_parse(&argc, argv, about, options, (int64_t)(sizeof options / sizeof *options));
    if (code >= 0) return code;
    const char *wrong =
        files.annotations && !predictions   ? "--annotations FILE wants --predictions PATH as well"
        : predictions && !files.annotations ? "--predictions PATH wants --annotations FILE as well"
        : predictions && argc > 1           ? "either predictions or tables, not both"
                                            : NULL;
    if (wrong) return fprintf(stderr, "imagenet_x: %s; see --help\n", wrong), 2;
    opts.target = strcmp(target, "real") == 0        ? VR_IMAGENET_X_REAL
                  : strcmp(target, "metaclass") == 0 ? VR_IMAGENET_X_METACLASS
                                                     : VR_IMAGENET_X_CLASS;
    if (opts.target == VR_IMAGENET_X_CLASS && strcmp(target, "class") != 0)
        return fprintf(stderr, "imagenet_x: --target %s: class, metaclass or real is wanted\n", target), 2;
    vr_threads_set((int)threads);

    /* load and compute */
    vr_imagenet_x_set set;
    vr_imagenet_x_table table = {0};
    const char *data = "counts recovered from the paper's released tables (validation, top factor, class)";
    if (predictions) {
        opts.by_metaclass = files.metaclasses != NULL;
        opts.human = opts.target == VR_IMAGENET_X_REAL;
        vr_imagenet_x_load(&perm, &set, &files, VR_FATAL);
        vr_imagenet_x_run(&perm, &table, &set, predictions, &opts, VR_FATAL);
        data = vr_arena_printf(&perm, "%s on %s", predictions, files.annotations);
    } else if (argc > 1) {
        for (int i = 1; i < argc; i++)
            vr_imagenet_x_table_load(&perm, &table, argv[i], opts.target, VR_FATAL);
        vr_imagenet_x_recover(table.rows, table.count);
        data = vr_arena_printf(&perm, "accuracies of %s%s", argv[1], argc > 2 ? ", ..." : "");
    } else
        table = vr_imagenet_x_example(&perm);
    vr_imagenet_x_families by_family;
    vr_imagenet_x_effects effects;
    if (families) vr_imagenet_x_families_find(&perm, &by_family, &table, families, NULL, 0, VR_FATAL);
    if (augmentation) vr_imagenet_x_augmentation(&effects, &table, augmentation, VR_FATAL);

    /* report */
    printf("Error ratios, %s\n\n", data);
    print_ratios(&perm, &table, min_images);
    printf("\n2 means twice as many errors with the factor as on all images.\n");
    vr_table family_table = families ? vr_imagenet_x_family_table(&perm, &by_family) : (vr_table){0};
    vr_table effect_table = augmentation ? vr_imagenet_x_effect_table(&perm, &effects) : (vr_table){0};
    if (families) printf("\nMean error ratios by family\n\n"), vr_table_print(stdout, &family_table);
    if (augmentation) printf("\nWhat %s does\n\n", augmentation), vr_table_print(stdout, &effect_table);
    print_joins(&table);
    const vr_table cells = csv ? vr_imagenet_x_cells(&perm, table.rows, table.count, 0) : (vr_table){0};
    if (csv) vr_table_save(&cells, csv, VR_FATAL);
    if (accuracies) vr_imagenet_x_table_save(table.rows, table.count, accuracies, VR_FATAL);
    if (by_metaclass && !table.metaclasses)
        return fprintf(stderr, "imagenet_x: --by-metaclass wants --metaclasses and --predictions\n"), 2;
    if (by_metaclass) vr_imagenet_x_table_save(table.metaclasses, 17 * table.count, by_metaclass, VR_FATAL);
    const vr_imagenet_x_report report = {&table,
                                         predictions ? &set : NULL,
                                         families ? &by_family : NULL,
                                         augmentation ? &effects : NULL,
                                         augmentation,
                                         data,
                                         command,
                                         min_images};
    if (page) vr_imagenet_x_page_save(&report, page, VR_FATAL);
    vr_arena_free(&perm);
    return 0;
}
