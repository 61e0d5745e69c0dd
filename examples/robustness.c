/* robustness: how, where and why do models break?
 *
 *     build/robustness resnet20.th cifar10/test.tar
 *     build/robustness resnet20.th resnet56.th cifar10/test.tar           # side by side, with paired differences
 *     build/robustness resnet20.th cifar10/test.tar --save-images cifar10-c --npy
 *
 * Shows the models the same images under 25 factors (ImageNet-C's fifteen corruptions and ten continuous factors:
 * light, colour, geometry, texture, cover; `--factors all,extra` adds ImageNet-C's four extra corruptions, which are not
 * in the mean), each at five severities. Prints accuracy, drop and error ratio with
 * 95 % intervals, and writes robustness.csv and report.html, a page that opens anywhere.
 * Without arguments it does that to a small example model and 400 drawn shapes: half a minute.
 * Time on a laptop: 126 passes over the images; `--limit 1000` is enough for a first look. */
#include <stdio.h>
#include "visrob.h"

static const char about[] =
    "robustness [WEIGHTS... DATA]\n"
    "Measures classifiers under every factor and severity; writes report.html and robustness.csv.\n"
    "DATA: a folder of class folders, a .tar of one, CIFAR's binary files\n";

static vr_arena perm; /* reachable from every exit */

/* What is said below the table of a model, which is `before`. */
static void print_summary(const vr_robustness *r, const char *before) {
    vr_print(stdout, "\n%sWorst factor: %s (error ratio %.2f).", before,
             vr_factor_name(r->factors[r->worst].factor), r->factors[r->worst].error_ratio.value);
    if (r->errors.count > 0)
        vr_print(stdout, " Mean error under ImageNet-C's corruptions: %.2f %%%s, relative %.2f %%.",
                 100 * r->errors.mean, r->baseline ? "" : " (no baseline)", 100 * r->errors.relative);
    if (r->baseline && r->errors.count > 0)
        vr_print(stdout, " mCE: %.1f %% (%d of 15 corruptions).", 100 * r->errors.mce, (int)r->errors.count);
    vr_print(stdout, "\n");
}

static void print_all(const vr_robustness *r, int count, const vr_table *table) {
    if (count == 1) vr_print(stdout, "%s", r->name);
    for (int m = 0; count > 1 && m < count; m++) vr_print(stdout, "%c: %s\n", 'A' + m, r[m].name);
    vr_print(stdout, "%s on %s, %lld image%s", count == 1 ? "" : "Models", r->subject.data.path,
             (long long)r->count, vr_plural(r->count));
    if (r->skipped) vr_print(stdout, " (%lld skipped)", (long long)r->skipped);
    for (int64_t s = 0; r->severity_count < VR_SEVERITIES && s < r->severity_count; s++)
        vr_print(stdout, "%s%d",
                 s                        ? ", "
                 : r->severity_count == 1 ? ", severity "
                                          : ", severities ",
                 r->severity[s]);
    vr_print(stdout, "\n\n");
    vr_table_print(stdout, table);
    for (int m = 0; m < count; m++)
        print_summary(&r[m], count > 1 ? vr_arena_printf(&perm, "%c: ", 'A' + m) : "");
    for (int64_t f = 0; f < r->factor_count; f++)
        if (r->factors[f].factor == VR_FACTOR_FROST)
            vr_print(stdout,
                     "Frost is procedural: drawn with the statistics of ImageNet-C's photographs of ice.\n");
}

int main(int argc, char **argv) {
    vr_program run = {0};
    vr_robustness_opts opts = {0};
    const char *list = "all", *page = "report.html", *csv = "robustness.csv", *plot = NULL;
    const vr_option options[] = {
        {"factors", "LIST", VR_OPTION_TEXT, &list,
         "names or categories, as noise,fog,hue (all); extra: four more"},
        VR_CORRUPTION_OPTIONS(run),
        {"o,report", "FILE", VR_OPTION_OUTPUT, &page, "the page to write (report.html)"},
        {"csv", "FILE", VR_OPTION_OUTPUT, &csv, "the table to write (robustness.csv)"},
        VR_JSON_OPTION(run),
        {"plot", "FILE", VR_OPTION_OUTPUT, &plot,
         "also a figure: error ratios, of several models accuracies"},
        {"save-images", "DIR", VR_OPTION_TEXT, &opts.images,
         "the corrupted images, as CORRUPTION/SEVERITY/CLASS/NAME.png"},
        {"npy", NULL, VR_OPTION_FLAG, &opts.npy,
         "these as CIFAR-10-C's arrays, CORRUPTION.npy and labels.npy"},
        {"resume", "FILE", VR_OPTION_OUTPUT, &opts.resume, "keep finished images in FILE, and go on from it"},
        VR_SUBSET_OPTION(run),
        VR_MODEL_OPTIONS(run),
        VR_DATA_OPTIONS(run),
        VR_RUN_OPTIONS(run),
    };
    const int code = vr_program_start(&run, &perm, &argc, argv, about, options,
                                      (int64_t)(sizeof options / sizeof *options));
    if (code >= 0) return code;
    if (argc == 2) return vr_program_usage("missing DATA argument after '%s'", argv[1]);
    if (argc > 2 + 26) return vr_program_usage("expected at most 26 models");
    if (opts.npy && !opts.images) return vr_program_usage("--npy needs --save-images");

    /* load: argv[1 .. argc-2] are the models */
    vr_factor *factors;
    vr_factors_parse(&perm, &factors, &opts.factor_count, list, VR_FATAL);
    const int count = argc > 2 ? argc - 2 : 1;
    vr_subject *subjects = VR_NEW(&perm, vr_subject, count);
    for (int m = 0; m < count; m++) {
        vr_program_model(&run, &perm, argc > 1 ? argv[m + 1] : NULL, VR_FATAL);
        vr_program_data(&run, &perm, argc > 1 ? argv[argc - 1] : NULL, 400, true, VR_FATAL);
        subjects[m] = (vr_subject){.model = run.model, .data = run.data, .compete = run.over.compete};
    }
    if (run.corruptions.count > 0)
        return vr_program_usage("%s is corrupted already: `evaluate` measures it", run.data.path);
    opts.factors = factors;
    opts.seed = (uint64_t)run.seed;
    opts.severities = run.severity, opts.baseline = run.baseline_errors;
    opts.over = run.over;

    /* compute */
    vr_robustness *r = VR_NEW(&perm, vr_robustness, count);
    vr_robustness_run(&perm, r, subjects, count, &opts, VR_FATAL);
    for (int m = 0; count > 1 && m < count; m++) r[m].name = argv[m + 1];

    /* report: files first, so that `| head` loses none */
    const vr_table table = vr_robustness_table(&perm, r, count), cells = vr_robustness_cells(&perm, r, count);
    vr_robustness_page_save(r, count, run.command, page, VR_FATAL);
    const vr_plot figure = vr_robustness_plot(&perm, r, count);
    vr_program_save(&run, page, &cells, csv, &figure, plot, VR_FATAL);
    print_all(r, count, &table);
    fprintf(stderr, "%.1f s, peak memory %.0f MiB\n", r->seconds, (double)vr_memory_peak() / (1 << 20));
    vr_arena_free(&perm);
    return 0;
}
