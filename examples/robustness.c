/* robustness: how, where and why does this model break?
 *
 *     build/robustness resnet20.th cifar10/test.tar
 *
 * Shows the model the same images under 25 factors (ImageNet-C's fifteen corruptions and ten continuous factors:
 * light, colour, geometry, texture, cover), each at five severities. Prints accuracy, drop and error ratio with
 * 95 % intervals, and writes robustness.csv and report.html, a page that opens anywhere.
 * With no arguments it does that to a small model made on the spot and 400 drawn shapes: half a minute.
 * Time on a laptop: 126 passes over the images; `--limit 1000` is enough for a first look. */
#include <stdio.h>
#include "visrob.h"

static const char about[] =
    "robustness [WEIGHTS DATA]\n"
    "Measures a classifier under every factor and severity; writes report.html and robustness.csv.\n"
    "DATA: a folder of class folders, a .tar of one, CIFAR's binary files\n";

static vr_arena perm; /* reachable from every exit */

int main(int argc, char **argv) {
    const char *list = "all", *labels = NULL, *normalize = NULL;
    const char *page = "report.html", *csv = "robustness.csv", *plot = NULL;
    int64_t limit = 0, seed = 0, threads = 0;
    bool quiet = false, subset = false;
    vr_model_opts model_opts = {0};
    vr_robustness_opts opts = {0};
    const vr_option options[] = {
        {"factors", "LIST", VR_OPTION_TEXT, &list, "names or categories, as noise,fog,hue (all)"},
        {"subset", NULL, VR_OPTION_FLAG, &subset,
         "only the data set's classes compete, as on ImageNet-A and -R"},
        {"limit", "N", VR_OPTION_INT, &limit, "only N images, chosen at random"},
        {"seed", "N", VR_OPTION_INT, &seed, "of the choice, the factors and the intervals (0)"},
        {"report", "FILE", VR_OPTION_OUTPUT, &page, "the page to write (report.html)"},
        {"csv", "FILE", VR_OPTION_OUTPUT, &csv, "the table to write (robustness.csv)"},
        {"plot", "FILE", VR_OPTION_OUTPUT, &plot, "also the error ratios as a figure, .svg or .png"},
        {"labels", "FILE", VR_OPTION_TEXT, &labels, "the model's class names, one a line"},
        {"batch", "N", VR_OPTION_INT, &opts.evaluate.batch, "images at a time"},
        {"image-size", "N", VR_OPTION_INT, &model_opts.image_size, "the side of the model's input"},
        {"normalize", "NAME", VR_OPTION_TEXT, &normalize,
         "imagenet, half, clip or m,m,m,s,s,s (the model's own)"},
        {"heads", "N", VR_OPTION_INT, &model_opts.heads, "attention heads, where they are not width / 64"},
        {"skip-bad", NULL, VR_OPTION_FLAG, &opts.evaluate.skip_bad,
         "leave out images that cannot be decoded"},
        {"threads", "N", VR_OPTION_INT, &threads, "threads (the physical cores)"},
        {"quiet", NULL, VR_OPTION_FLAG, &quiet, "no progress on stderr"},
    };
    const char *command = vr_args_text(&perm, argc, argv);
    int code = vr_args_parse(&argc, argv, about, options, (int64_t)(sizeof options / sizeof *options));
    if (code >= 0) return code;
    if (argc != 1 && argc != 3)
        return fprintf(stderr, "robustness: WEIGHTS and DATA are wanted; see --help\n"), 2;
    if (normalize) vr_model_normalization(model_opts.mean, model_opts.std, normalize, VR_FATAL);
    vr_threads_set((int)threads);
    vr_progress_quiet(quiet);

    /* load */
    vr_factor *factors;
    vr_factors_parse(&perm, &factors, &opts.factor_count, list, VR_FATAL);
    opts.factors = factors;
    opts.seed = (uint64_t)seed;
    vr_model *model = argc > 1 ? vr_model_load(&perm, argv[1], &model_opts, VR_FATAL)
                               : vr_model_shapes(&perm, 0, 1, VR_FATAL);
    if (labels) model->labels = vr_labels_load(&perm, labels, model->classes, VR_FATAL);
    vr_dataset data;
    if (argc > 1)
        vr_dataset_open(&perm, &data, argv[2], NULL, VR_FATAL);
    else
        vr_dataset_shapes(&perm, &data, 400, model->preprocess.size, vr_rng_init(2));
    vr_dataset_match(&perm, &data, model, VR_FATAL);
    if (subset) opts.evaluate.compete = vr_dataset_present(&perm, &data, model->classes);
    vr_dataset_limit(&perm, &data, limit, vr_rng_init((uint64_t)seed));

    /* compute */
    vr_robustness r;
    vr_robustness_run(&perm, &r, model, &data, &opts, VR_FATAL);

    /* report */
    printf("%s on %s, %lld images", model->name, data.path, (long long)r.count);
    if (r.skipped) printf(" (%lld skipped)", (long long)r.skipped);
    printf("\n\n");
    vr_table table = vr_robustness_table(&perm, &r), cells = vr_robustness_cells(&perm, &r);
    vr_table_print(stdout, &table);
    printf("\nWorst factor: %s (error ratio %.2f).", vr_factor_name(r.factors[r.worst].factor),
           r.factors[r.worst].error_ratio.value);
    if (r.mean_corruption_error == r.mean_corruption_error) /* no NaN: at least one of ImageNet-C's was run */
        printf(" Mean corruption error: %.2f %%, relative %.2f %%.", 100 * r.mean_corruption_error,
               100 * r.relative_corruption_error);
    printf("\n");
    vr_robustness_page_save(&r, model, &data, command, page, VR_FATAL);
    vr_table_save(&cells, csv, VR_FATAL);
    const vr_plot figure = vr_robustness_plot(&perm, &r, model, &data);
    if (plot) vr_plot_save(&figure, plot, VR_FATAL);
    fprintf(stderr, "%s and %s are written; %.1f s, peak memory %.0f MiB\n", page, csv, r.seconds,
            (double)vr_memory_peak() / (1 << 20));
    vr_arena_free(&perm);
    return 0;
}
