/* evaluate: how good is a model on a labelled data set, class by class, and does it know when it is wrong?
 *
 *     build/evaluate resnet20.th cifar10/test.tar --predictions out.csv
 *
 * Prints accuracy with its 95 % interval, top-5, the classes, the worst mistakes, calibration and throughput.
 * The predictions file (file_name,predicted_class,predicted_probability,label,correct,correct_top5) is what the studies
 * read. Without arguments it evaluates a small example model on drawn shapes.
 * Time on a laptop: 10,000 CIFAR images with a ResNet-20 in some 10 s. */
#include <math.h>
#include <stdio.h>
#include "visrob.h"

static const char about[] =
    "evaluate [WEIGHTS DATA]\n"
    "Measures a classifier. DATA: a folder of class folders, a .tar of one, CIFAR's binary files\n";

/* The worst `rows` classes, and what each is most often taken for. confusion: [C,C]. */
static void print_classes(vr_arena *perm, const int64_t *confusion, const char *const *names, int64_t C,
                          int64_t rows) {
    static const char *const columns[] = {"class", "images", "accuracy %", "most often taken for", "times"};
    vr_table t = vr_table_new(perm, columns, 5);
    double *accuracy = VR_NEW(perm, double, C);
    vr_class_accuracy(accuracy, confusion, C);
    for (int64_t row = 0; row < vr_min(rows, C); row++) {
        const int64_t c = vr_worst(accuracy, C);
        if (c < 0) break;
        int64_t images = 0, mistake = -1;
        for (int64_t k = 0; k < C; k++) {
            images += confusion[c * C + k];
            if (k != c && confusion[c * C + k] > (mistake < 0 ? 0 : confusion[c * C + mistake])) mistake = k;
        }
        vr_table_text(&t, names[c]);
        vr_table_number(&t, (double)images, 0);
        vr_table_number(&t, 100 * accuracy[c], 2);
        vr_table_text(&t, mistake < 0 ? "-" : names[mistake]);
        vr_table_number(&t, mistake < 0 ? 0 : (double)confusion[c * C + mistake], 0);
        accuracy[c] = NAN;
    }
    printf("\n%s classes\n", rows < C ? "The worst" : "The");
    vr_table_print(stdout, &t);
}

static void print_confusion(vr_arena *perm, const int64_t *confusion, const char *const *names, int64_t C) {
    const char **columns = VR_NEW(perm, const char *, C + 1);
    columns[0] = "label \\ predicted";
    for (int64_t c = 0; c < C; c++) columns[c + 1] = names[c];
    vr_table t = vr_table_new(perm, columns, C + 1);
    for (int64_t c = 0; c < C; c++) {
        vr_table_text(&t, names[c]);
        for (int64_t k = 0; k < C; k++) vr_table_number(&t, (double)confusion[c * C + k], 0);
    }
    printf("\nConfusion\n");
    vr_table_print(stdout, &t);
}

int main(int argc, char **argv) {
    static vr_arena perm; /* static: reachable from every exit */
    vr_program run = {0};
    const char *output = NULL;
    int64_t rows = 20;
    const vr_option options[] = {
        {"predictions", "FILE", VR_OPTION_OUTPUT, &output, "save each image's prediction as CSV"},
        {"classes", "N", VR_OPTION_INT, &rows, "rows of the table of classes, the worst first (20)"},
        VR_SUBSET_OPTION(run),
        VR_MODEL_OPTIONS(run),
        VR_DATA_OPTIONS(run),
        VR_RUN_OPTIONS(run),
    };
    const int code = vr_program_start(&run, &perm, &argc, argv, about, options,
                                      (int64_t)(sizeof options / sizeof *options));
    if (code >= 0) return code;
    if (argc == 2) return vr_program_usage("missing DATA argument after '%s'", argv[1]);
    if (argc > 3) return vr_program_usage("unexpected argument '%s'", argv[3]);

    /* load */
    vr_program_model(&run, &perm, argc > 1 ? argv[1] : NULL, VR_FATAL);
    vr_program_data(&run, &perm, argc > 1 ? argv[2] : NULL, 500, true, VR_FATAL);

    /* compute */
    vr_evaluation e;
    vr_evaluate(&perm, &e, run.model, &run.data, &run.over, VR_FATAL);
    const vr_predictions *p = &e.predictions;
    const int64_t C = e.classes;
    vr_interval accuracy;
    vr_bootstrap_rates(&perm, &accuracy, p->correct, 1, 1, p->count,
                       &(vr_bootstrap){.seed = (uint64_t)run.seed});
    int64_t *confusion = VR_NEW(&perm, int64_t, (C * C));
    vr_confusion(confusion, p->predicted, p->label, p->count, C);

    /* report */
    printf("%s on %s, %lld images", run.model->name, run.data.path, (long long)p->count);
    if (e.run.skipped) printf(" (%lld skipped)", (long long)e.run.skipped);
    if (e.unlabelled) printf(" (%lld without a label left out)", (long long)e.unlabelled);
    printf("\naccuracy %.2f %% [%.2f, %.2f]", 100 * accuracy.value, 100 * accuracy.low, 100 * accuracy.high);
    if (C > 5) printf(", top-5 %.2f %%", 100 * vr_accuracy(p->correct_top5, p->count));
    printf("\ncalibration: ECE %.2f %%, MCE %.2f %%, Brier %.4f, NLL %.4f\n", 100 * e.calibration.ece,
           100 * e.calibration.mce, e.calibration.brier, e.calibration.nll);
    print_classes(&perm, confusion, run.data.classes, C, rows);
    if (C <= 12) print_confusion(&perm, confusion, run.data.classes, C);
    if (output) vr_predictions_save(p, output, VR_FATAL);
    fprintf(stderr, "%.1f images/s with decoding, %.1f in the model, peak memory %.0f MiB\n",
            (double)p->count / e.run.seconds, (double)p->count / e.run.model_seconds,
            (double)vr_memory_peak() / (1 << 20));
    vr_arena_free(&perm);
    return 0;
}
