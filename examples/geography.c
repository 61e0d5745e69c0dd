/* geography: does progress on ImageNet reach the whole world?
 *
 *     build/geography --geode metadata_test_1k_final.csv --predictions resnet50.csv      (more: --help)
 *
 * Prints progress on benchmarks; accuracy and disparity by region and income; what retraining the last layer changes.
 * Without arguments: 36 models of timm's results, which are real, and a synthetic world: five seconds on a laptop. */
#include "visrob.h"

static const char about[] =
    "geography\n"
    "Progress on benchmarks, accuracy by region, retraining of the last layer; writes geography.html.\n\n"
    "  geography --timm timm_results                         progress on six public benchmarks\n"
    "  geography --geode metadata_test_1k_final.csv --predictions resnet50.csv\n"
    "  geography --geode metadata_test_1k_final.csv --features geode.npy --head vit_base.pth\n";

static vr_arena perm; /* reachable from every exit */
static const char *models, *images, *predicted, *features, *head, *curated, *curated_x; /* input files */
static vr_geography_opts opts;
static vr_geography_retrain_opts retrain;
static const vr_predictions_opts imagenet = {.classes = 1000};

/* The images of a set that have features. */
static void load_sample(vr_geography_sample *sample, const vr_geography_set *set, const char *path) {
    vr_features x;
    vr_features_load(&perm, &x, path, VR_FATAL);
    vr_geography_sample_join(&perm, sample, set, &x, VR_FATAL);
    fprintf(stderr, "%s: %s\n", path, vr_join_text(&perm, &sample->join));
}

/* An option that lacks another one, or has nothing to apply to. */
static const char *wrong_options(bool example) {
    if (!images != !(predicted || features))
        return "--geode and --dollar-street go with --predictions or --features";
    if (!features && (curated || head)) return "--train and --head need --features";
    if (!curated != !curated_x) return "--train and --train-features go together";
    if (opts.top5 && !images && !example) return "--top5 needs --predictions or --features";
    return retrain.balanced && !features && !example ? "--balanced needs --features" : NULL;
}

int main(int argc, char **argv) {
    vr_program run = {0};
    const char *page = "geography.html", *plot = NULL, *csv = NULL;
    const vr_option options[] = {
        {"timm", "FOLDER", VR_OPTION_TEXT, &models, "timm's results-*.csv"},
        {"table", "FILE", VR_OPTION_TEXT, &models, "or a table: model, and a column for each benchmark"},
        {"geode", "FILE", VR_OPTION_TEXT, &images, "GeoDE's metadata"},
        {"dollar-street", "FILE", VR_OPTION_TEXT, &images, "or Dollar Street: a split, or metadata.csv"},
        {"predictions", "FILE", VR_OPTION_TEXT, &predicted, "a model's predictions of these images"},
        {"features", "FILE", VR_OPTION_TEXT, &features, "their features (`embed`): retrain on half"},
        {"train", "FILE", VR_OPTION_TEXT, &curated, "retrain on these images"},
        {"train-features", "FILE", VR_OPTION_TEXT, &curated_x, "and their features"},
        {"head", "WEIGHTS", VR_OPTION_TEXT, &head, "the model whose features they are, as it was"},
        {"top5", NULL, VR_OPTION_FLAG, &opts.top5, "top-5 accuracy"},
        {"balanced", NULL, VR_OPTION_FLAG, &retrain.balanced, "retrain on as many of each region"},
        {"o,report", "FILE", VR_OPTION_OUTPUT, &page, "the page to write (geography.html)"},
        {"plot", "FILE", VR_OPTION_OUTPUT, &plot, "the first part's plot to write: .svg, .png"},
        {"csv", "FILE", VR_OPTION_OUTPUT, &csv, "the first part's table to write"},
        VR_JSON_OPTION(run),
        VR_RUN_OPTIONS(run)};
    const int code = vr_program_start(&run, &perm, &argc, argv, about, options,
                                      (int64_t)(sizeof options / sizeof *options));
    if (code >= 0) return code;
    if (argc > 1) return vr_program_usage("unexpected argument '%s'", argv[1]);
    const bool example = !models && !images;
    if (wrong_options(example)) return vr_program_usage("%s", wrong_options(example));
    opts.seed = (uint64_t)run.seed, retrain.measure = opts;

    /* load */
    vr_geography_benchmarks benchmarks;
    vr_geography_set set, curated_set;
    vr_geography_sample train, test;
    vr_geography_head before = {0};
    vr_predictions predictions;
    vr_geography_world world;
    if (models) vr_geography_benchmarks_load(&perm, &benchmarks, models, VR_FATAL);
    if (images) vr_geography_load(&perm, &set, images, VR_FATAL);
    if (predicted) vr_predictions_load(&perm, &predictions, predicted, &imagenet, VR_FATAL);
    if (head) before.layer = vr_model_load(&perm, head, NULL, VR_FATAL)->head;
    if (features) load_sample(&test, &set, features);
    if (curated) {
        vr_geography_load(&perm, &curated_set, curated, VR_FATAL);
        load_sample(&train, &curated_set, curated_x);
    } else if (features) {
        const vr_geography_sample all = test;
        vr_geography_split(&perm, &train, &test, &all, 0.5, opts.seed);
    }
    if (example) {
        vr_geography_benchmarks_example(&perm, &benchmarks);
        vr_geography_world_example(&perm, &world, 1, VR_FATAL);
        set = world.test_set, predictions = world.predictions;
        train = world.train, test = world.test, before = world.before;
    }

    /* compute */
    vr_geography_progress progress;
    vr_geography_result result;
    vr_geography_retraining retraining;
    const vr_geography_report report = {
        .progress = models || example ? &progress : NULL,
        .result = predicted || example ? &result : NULL,
        .retraining = features || example ? &retraining : NULL,
        .note = example ? "The accuracies are real, of 36 models; the world is synthetic." : NULL,
        .command = run.command,
        .seed = opts.seed};
    if (report.progress) vr_geography_progress_fit(&perm, &progress, &benchmarks, &opts, VR_FATAL);
    if (report.result) vr_geography_run(&perm, &result, &set, &predictions, &opts, VR_FATAL);
    const vr_geography_head *old = head || example ? &before : NULL;
    if (report.retraining) vr_geography_retrain(&perm, &retraining, &train, &test, old, &retrain, VR_FATAL);

    /* report */
    if (report.result) fprintf(stderr, "%s\n", vr_join_text(&perm, &result.scores.join));
    vr_geography_page_save(&report, page, VR_FATAL);
    const vr_table table = vr_geography_table(&perm, &report);
    const vr_plot figure = vr_geography_plot(&perm, &report);
    vr_program_save(&run, page, &table, csv, &figure, plot, VR_FATAL);
    vr_geography_print(stdout, &report);
    return 0;
}
