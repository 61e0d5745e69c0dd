/* robustness: how, where and why does this model break?
 *
 *     build/robustness resnet20.th cifar10/test.tar
 *
 * Shows the model the same images under 25 factors (ImageNet-C's fifteen corruptions and ten continuous factors:
 * light, colour, geometry, texture, cover; `--factors all,extra` adds ImageNet-C's four extra corruptions, which are not
 * in the mean), each at five severities. Prints accuracy, drop and error ratio with
 * 95 % intervals, and writes robustness.csv and report.html, a page that opens anywhere.
 * Without arguments it does that to a small example model and 400 drawn shapes: half a minute.
 * Time on a laptop: 126 passes over the images; `--limit 1000` is enough for a first look. */
#include <stdio.h>
#include "visrob.h"

static const char about[] =
    "robustness [WEIGHTS DATA]\n"
    "Measures a classifier under every factor and severity; writes report.html and robustness.csv.\n"
    "DATA: a folder of class folders, a .tar of one, CIFAR's binary files\n";

int main(int argc, char **argv) {
    static vr_arena perm; /* static: reachable from every exit */
    vr_program run = {0};
    const char *list = "all", *page = "report.html", *csv = "robustness.csv", *plot = NULL;
    const vr_option options[] = {
        {"factors", "LIST", VR_OPTION_TEXT, &list,
         "names or categories, as noise,fog,hue (all); extra: four more"},
        {"o,report", "FILE", VR_OPTION_OUTPUT, &page, "the page to write (report.html)"},
        {"csv", "FILE", VR_OPTION_OUTPUT, &csv, "the table to write (robustness.csv)"},
        VR_JSON_OPTION(run),
        {"plot", "FILE", VR_OPTION_OUTPUT, &plot, "also the error ratios as a figure, .svg or .png"},
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
    vr_factor *factors;
    vr_robustness_opts opts = {.seed = (uint64_t)run.seed};
    vr_factors_parse(&perm, &factors, &opts.factor_count, list, VR_FATAL);
    vr_program_model(&run, &perm, argc > 1 ? argv[1] : NULL, VR_FATAL);
    vr_program_data(&run, &perm, argc > 1 ? argv[2] : NULL, 400, true, VR_FATAL);
    opts.factors = factors;
    opts.over = run.over;

    /* compute */
    vr_robustness r;
    vr_robustness_run(&perm, &r, run.model, &run.data, &opts, VR_FATAL);

    /* report: files first, so that `| head` loses none */
    const vr_table table = vr_robustness_table(&perm, &r), cells = vr_robustness_cells(&perm, &r);
    vr_robustness_page_save(&r, run.model, &run.data, run.command, page, VR_FATAL);
    const vr_plot figure = vr_robustness_plot(&perm, &r, run.model, &run.data);
    vr_program_save(&run, page, &cells, csv, &figure, plot, VR_FATAL);
    printf("%s on %s, %lld image%s", run.model->name, run.data.path, (long long)r.count, vr_plural(r.count));
    if (r.skipped) printf(" (%lld skipped)", (long long)r.skipped);
    printf("\n\n");
    vr_table_print(stdout, &table);
    printf("\nWorst factor: %s (error ratio %.2f).", vr_factor_name(r.factors[r.worst].factor),
           r.factors[r.worst].error_ratio.value);
    if (r.mean_corruption_error == r.mean_corruption_error) /* no NaN: at least one of ImageNet-C's was run */
        printf(" Mean error under ImageNet-C's corruptions: %.2f %% (no baseline), relative %.2f %%.",
               100 * r.mean_corruption_error, 100 * r.relative_corruption_error);
    printf("\n");
    for (int64_t f = 0; f < opts.factor_count; f++)
        if (factors[f] == VR_FACTOR_FROST)
            printf("Frost is procedural: drawn with the statistics of ImageNet-C's photographs of ice.\n");
    fprintf(stderr, "%.1f s, peak memory %.0f MiB\n", r.seconds, (double)vr_memory_peak() / (1 << 20));
    vr_arena_free(&perm);
    return 0;
}
