/* geography: does progress on ImageNet reach the whole world?
 *
 *     build/geography --timm timm_results                     progress on public benchmarks, of 1,266 models
 *     build/geography --geode metadata_test_1k_final.csv --predictions resnet50.csv
 *     build/geography --geode metadata_test_1k_final.csv --features geode.npy --head vit_base.pth
 *
 * Prints progress rates and effective robustness; accuracy by region and income with intervals, and disparity by both
 * definitions; what retraining the last layer on a share of the photographs changes (features: of `embed`). Writes
 * geography.html. With no arguments: 36 models of timm's results, which are real, and a made-up world: five seconds. */
#include <stdio.h>
#include "visrob.h"

static const char about[] =
    "geography\n"
    "Does progress on ImageNet reach the whole world? Progress on benchmarks, accuracy by region, retraining "
    "of the last\n"
    "layer; writes geography.html.\n\n"
    "  geography                                             36 real models and a made-up world, built in\n"
    "  geography --timm timm_results                         progress on six public benchmarks\n"
    "  geography --geode metadata_test_1k_final.csv --predictions resnet50.csv\n"
    "  geography --geode metadata_test_1k_final.csv --features geode.npy --head vit_base.pth\n";

typedef struct options {
    const char *timm, *table, *photographs, *predictions, *features, *train, *train_features, *head;
    const char *page, *plot, *csv;
    int64_t seed, threads;
    bool top5, balanced;
} options;

static void print(const char *title, const vr_table *table) {
    printf("\n%s\n\n", title);
    vr_table_print(stdout, table);
}

static void progress(vr_arena *perm, vr_geo_report *r, const vr_benchmarks *b, const options *o) {
    vr_progress_rate *rates;
    vr_robust *robust;
    const vr_progress_opts opts = {.seed = r->seed};
    r->benchmarks = b;
    r->rate_count = vr_progress_fit(perm, &rates, b, &opts, VR_FATAL);
    r->robust_count = vr_robust_fit(perm, &robust, b, &opts, VR_FATAL);
    r->rates = rates, r->robust = robust;
    printf("%s: %lld models; rows left out: %lld of other image sizes, %lld of unknown models\n", b->path,
           (long long)b->models, (long long)b->other_sizes, (long long)b->unmatched);
    vr_table t = vr_progress_table(perm, rates, r->rate_count);
    print(vr_arena_printf(perm, "Points for a point on %s", b->benchmark[0].name), &t);
    if (o->csv) vr_table_save(&t, o->csv, VR_FATAL);
    t = vr_robust_table(perm, robust, r->robust_count);
    print("Points above ordinary models, by what models have seen", &t);
    const vr_plot plot = vr_progress_plot(perm, b);
    if (o->plot) vr_plot_save(&plot, o->plot, VR_FATAL);
}

static void regions(vr_arena *perm, vr_geo_report *r, const vr_geo_opts *opts) {
    const vr_dollar_street_hits *h = r->hits;
    printf(
        "\n%s on %s: %lld of %lld photographs; %lld without prediction, %lld without class, %lld predictions "
        "of none\n",
        r->model, r->set->path, (long long)h->rows, (long long)r->set->count, (long long)h->unpredicted,
        (long long)h->unmapped, (long long)h->unmatched);
    for (int by = 0; by < VR_GEO_BY_COUNT; by++) {
        if (r->set->by[by].count < 2) continue;
        vr_geo_measure *m = VR_NEW(perm, vr_geo_measure, 1);
        vr_geo_measure_run(perm, m, r->set, h, (vr_geo_by)by, opts);
        r->measures[by] = m;
        if (by == VR_GEO_COUNTRY || by == VR_GEO_OBJECT) continue; /* on the page */
        vr_table t = vr_geo_measure_table(perm, r->set, m);
        print(by == VR_GEO_REGION ? "Accuracy by region" : "Accuracy by income", &t);
        t = vr_geo_disparity_table(perm, r->set, m);
        print(vr_arena_printf(perm, "Disparity (p of best - worst by chance: %.4f)", m->p), &t);
    }
}

static void retrain(vr_arena *perm, vr_geo_report *r, const vr_geo_sample *train, const vr_geo_sample *test,
                    const vr_geo_head *before, const options *o, const vr_geo_opts *opts) {
    vr_geo_retrain_row *rows;
    const vr_geo_retrain_opts retraining = {.balanced = o->balanced, .measure = *opts};
    r->retrain_count = vr_geo_retrain(perm, &rows, train, test, before, &retraining, VR_FATAL);
    r->retrain = rows, r->retrain_set = test->set;
    const vr_table t = vr_geo_retrain_table(perm, test->set, rows, r->retrain_count);
    print(vr_arena_printf(perm, "The last layer trained again on %lld photographs, measured on %lld others",
                          (long long)train->count, (long long)test->count),
          &t);
}

/* Features of `embed`, joined with their photographs. */
static void join(vr_arena *perm, vr_geo_sample *sample, const vr_geo_set *set, const char *path) {
    vr_features features;
    vr_features_load(perm, &features, path, VR_FATAL);
    vr_geo_sample_join(perm, sample, set, &features, VR_FATAL);
    printf("\n%s: %lld photographs; %lld files are none, %lld photographs have no features\n", path,
           (long long)sample->count, (long long)sample->unmatched, (long long)sample->missing);
}

int main(int argc, char **argv) {
    options o = {.page = "geography.html"};
    const vr_option list[] = {
        {"timm", "FOLDER", VR_OPTION_TEXT, &o.timm, "timm's results-*.csv"},
        {"table", "FILE", VR_OPTION_TEXT, &o.table, "in its place: model, and a column for each benchmark"},
        {"geode", "FILE", VR_OPTION_TEXT, &o.photographs, "GeoDE's metadata"},
        {"dollar-street", "FILE", VR_OPTION_TEXT, &o.photographs,
         "or Dollar Street: a split, or metadata.csv"},
        {"predictions", "FILE", VR_OPTION_TEXT, &o.predictions, "what a model says of them"},
        {"features", "FILE", VR_OPTION_TEXT, &o.features, "of `embed`: retrain on half of them"},
        {"train", "FILE", VR_OPTION_TEXT, &o.train, "retrain on these photographs"},
        {"train-features", "FILE", VR_OPTION_TEXT, &o.train_features, "and their features"},
        {"head", "WEIGHTS", VR_OPTION_TEXT, &o.head, "the model whose features they are, for `before`"},
        {"top5", NULL, VR_OPTION_FLAG, &o.top5, "one of five predictions has to be right"},
        {"balanced", NULL, VR_OPTION_FLAG, &o.balanced, "retrain on as many photographs of each region"},
        {"report", "FILE", VR_OPTION_OUTPUT, &o.page, "the page to write (geography.html)"},
        {"plot", "FILE", VR_OPTION_OUTPUT, &o.plot, "the plot of progress to write: .svg, .png"},
        {"csv", "FILE", VR_OPTION_OUTPUT, &o.csv, "the table of rates to write"},
        {"seed", "N", VR_OPTION_INT, &o.seed, "of intervals and shares (0)"},
        {"threads", "N", VR_OPTION_INT, &o.threads, "threads (the physical cores)"},
    };
    vr_arena perm = {0};
    vr_text command = {.arena = &perm};
    for (int i = 0; i < argc; i++) vr_text_printf(&command, "%s%s", i ? " " : "", argv[i]);
    const int code = vr_args_parse(&argc, argv, about, list, (int64_t)(sizeof list / sizeof *list));
    if (code >= 0) return vr_arena_free(&perm), code;
    const bool asked = o.predictions || o.features, example = !o.timm && !o.table && !o.photographs;
    const char *wrong =
        argc > 1 ? vr_arena_printf(&perm, "what is '%s'? files go behind options, as --geode FILE", argv[1])
        : o.photographs && !asked       ? "photographs want --predictions or --features as well"
        : asked && !o.photographs       ? "predictions and features want --geode or --dollar-street as well"
        : !o.train != !o.train_features ? "--train and --train-features go together"
        : o.train && !o.features        ? "--train wants --features of what to test on"
                                        : NULL;
    if (wrong) return fprintf(stderr, "geography: %s; see --help\n", wrong), vr_arena_free(&perm), 2;
    vr_threads_set((int)o.threads);
    vr_geo_report r = {.command = command.data, .seed = (uint64_t)o.seed, .model = o.predictions};
    const vr_geo_opts opts = {.top5 = o.top5, .seed = r.seed};
    vr_benchmarks benchmarks;
    vr_geo_set set, train_set;
    vr_geo_sample train, test;
    vr_geo_world world;
    vr_dollar_street_hits hits;
    vr_geo_head before = {0};

    if (o.timm) vr_timm_results_load(&perm, &benchmarks, o.timm, VR_FATAL);
    if (o.table) vr_benchmarks_load(&perm, &benchmarks, o.table, VR_FATAL);
    if (example) vr_benchmarks_example(&perm, &benchmarks);
    if (o.timm || o.table || example) progress(&perm, &r, &benchmarks, &o);
    if (o.photographs) vr_geo_set_load(&perm, &set, o.photographs, VR_FATAL);
    if (o.predictions) {
        vr_dollar_street_predictions p;
        vr_dollar_street_predictions_load(&perm, &p, o.predictions, VR_FATAL);
        vr_geo_score(&perm, &hits, &set, &p, VR_FATAL);
        r.set = &set, r.hits = &hits;
        regions(&perm, &r, &opts);
    }
    if (o.features) {
        join(&perm, &test, &set, o.features);
        if (o.train) {
            vr_geo_set_load(&perm, &train_set, o.train, VR_FATAL);
            join(&perm, &train, &train_set, o.train_features);
        } else {
            const vr_geo_sample all = test;
            vr_geo_split(&perm, &train, &test, &all, 0.5, r.seed);
        }
        if (o.head) before.layer = vr_model_load(&perm, o.head, NULL, VR_FATAL)->head;
        retrain(&perm, &r, &train, &test, before.layer.out ? &before : NULL, &o, &opts);
    }
    if (example) {
        r.note = "The accuracies are real, of 36 models; the world is made up, and no region is meant.";
        vr_geo_world_example(&perm, &world, 1, VR_FATAL);
        vr_geo_head_score(&perm, &hits, &world.test, &world.before, VR_FATAL);
        r.set = &world.test_set, r.hits = &hits, r.model = "a model of a made-up web";
        regions(&perm, &r, &opts);
        retrain(&perm, &r, &world.train, &world.test, &world.before, &o, &opts);
    }
    vr_geo_page_save(&r, o.page, VR_FATAL);
    fprintf(stderr, "%s is written\n", o.page);
    vr_arena_free(&perm);
    return 0;
}
