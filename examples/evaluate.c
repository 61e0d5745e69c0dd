/* evaluate: how good is a model on a labelled data set, class by class, and does it know when it is wrong?
 *
 *     build/evaluate resnet20.th cifar10/test.tar --predictions out.csv
 *     build/evaluate resnet20.th resnet56.th cifar10/test.tar             # side by side, with paired differences
 *     build/evaluate resnet20.th CIFAR-10-C                                # a row a corruption
 *
 * Prints accuracy with its 95 % interval, top-5, the classes, the worst mistakes, calibration and throughput; of several
 * models one table. The predictions file (file_name,predicted_class,predicted_probability,label,correct,correct_top5) is
 * what the studies read. Without arguments it evaluates a small example model on drawn shapes.
 * Time on a laptop: 10,000 CIFAR images with a ResNet-20 in some 10 s. */
#include <stdio.h>
#include "visrob.h"

static const char about[] =
    "evaluate [WEIGHTS... DATA]\n"
    "Measures one classifier, or compares several on the same images. DATA: a folder "
    "of class folders, a .tar of\n"
    "one, CIFAR's binary files; ImageNet-C's folders or CIFAR-10-C's arrays: a row a corruption\n";

static vr_arena perm; /* reachable from every exit */

static void print_one(const vr_program *run, const vr_evaluation *e, int64_t rows,
                      const vr_bootstrap *intervals) {
    const vr_predictions *p = &e->predictions;
    vr_interval accuracy;
    vr_bootstrap_rates(&perm, &accuracy, p->correct, 1, 1, p->count, intervals);
    vr_print(stdout, "%s on %s, %lld image%s", run->model->name, run->data.path, (long long)p->count,
             vr_plural(p->count));
    if (e->run.skipped) vr_print(stdout, " (%lld skipped)", (long long)e->run.skipped);
    if (e->unlabelled) vr_print(stdout, " (%lld without a label left out)", (long long)e->unlabelled);
    vr_print(stdout, "\naccuracy %.2f %% [%.2f, %.2f]", 100 * accuracy.value, 100 * accuracy.low,
             100 * accuracy.high);
    if (e->classes > 5) vr_print(stdout, ", top-5 %.2f %%", 100 * vr_accuracy(p->correct_top5, p->count));
    vr_print(stdout, "\ncalibration: ECE %.2f %%, MCE %.2f %%, Brier %.4f, NLL %.4f\n",
             100 * e->calibration.ece, 100 * e->calibration.mce, e->calibration.brier, e->calibration.nll);
    vr_evaluation_print(stdout, e, rows);
}

int main(int argc, char **argv) {
    vr_program run = {0};
    const char *output = NULL, *csv = NULL;
    int64_t rows = 20;
    const vr_option options[] = {
        {"o,predictions", "FILE", VR_OPTION_OUTPUT, &output,
         "save each image's prediction as CSV (of one model)"},
        {"classes", "N", VR_OPTION_INT, &rows, "rows of the table of classes, the worst first (20)"},
        {"csv", "FILE", VR_OPTION_OUTPUT, &csv, "the table of models or corruptions, one row each"},
        VR_CORRUPTION_OPTIONS(run),
        VR_JSON_OPTION(run),
        VR_SUBSET_OPTION(run),
        VR_MODEL_OPTIONS(run),
        VR_DATA_OPTIONS(run),
        VR_RUN_OPTIONS(run),
    };
    const int code = vr_program_start(&run, &perm, &argc, argv, about, options,
                                      (int64_t)(sizeof options / sizeof *options));
    if (code >= 0) return code;
    if (argc == 2) return vr_program_usage("missing DATA argument after '%s'", argv[1]);
    if (argc > 3 && output) return vr_program_usage("--predictions needs one model, found %d", argc - 2);

    /* load and compute: argv[1 .. argc-2] are the models */
    const int count = argc > 2 ? argc - 2 : 1;
    vr_evaluation *e = VR_NEW(&perm, vr_evaluation, count);
    for (int m = 0; m < count; m++) {
        vr_program_model(&run, &perm, argc > 1 ? argv[m + 1] : NULL, VR_FATAL);
        vr_program_data(&run, &perm, argc > 1 ? argv[argc - 1] : NULL, 500, true, VR_FATAL);
        if ((run.severity || run.baseline) && run.corruptions.count == 0)
            return vr_program_usage("--severity and --baseline need corrupted images, which %s has not",
                                    run.data.path);
        if (count > 26 && run.corruptions.count > 1) return vr_program_usage("expected at most 26 models");
        vr_evaluate(&perm, &e[m], run.model, &run.data, &run.over, VR_FATAL);
        if (count > 1) e[m].model = argv[m + 1];
        e[m].baseline = run.baseline_errors;
    }

    /* report */
    const vr_bootstrap intervals = {.seed = (uint64_t)run.seed};
    const vr_table table = vr_evaluation_table(&perm, e, count, &intervals);
    if (output) vr_predictions_save(&e->predictions, output, VR_FATAL);
    vr_program_save(&run, NULL, &table, csv, NULL, NULL, VR_FATAL);
    if (count == 1) print_one(&run, e, rows, &intervals);
    if (count > 1)
        vr_print(stdout, "%d models on %s; difference: from the first, paired by image\n", count,
                 run.data.path);
    for (int m = 0; count > 1 && run.corruptions.count > 1 && m < count; m++)
        vr_print(stdout, "%c: %s\n", 'A' + m, e[m].model);
    if (count > 1 || run.corruptions.count > 1) {
        vr_print(stdout, "\n");
        vr_table_print(stdout, &table);
    }
    if (run.baseline) vr_print(stdout, "CE: error / the baseline's; its mean is mCE\n");
    const double images = (double)e[count - 1].predictions.count;
    fprintf(stderr, "%.1f images/s with decoding, %.1f in the model, peak memory %.0f MiB\n",
            images / e[count - 1].run.seconds, images / e[count - 1].run.model_seconds,
            (double)vr_memory_peak() / (1 << 20));
    vr_arena_free(&perm);
    return 0;
}
