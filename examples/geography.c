/* geography: does progress on ImageNet reach the whole world?
 *
 *     build/geography --timm timm_results                              progress on public benchmarks, 1,266 models
 *     build/geography --geode metadata_test_1k_final.csv --predictions resnet50.csv
 *     build/geography --dollar-street test.csv --predictions resnet50.csv
 *     build/geography --geode metadata.csv --features geode.npy --head vit_base.pth
 *
 * Prints progress rates and effective robustness; accuracy by region (income, country) with intervals, and disparity by
 * both definitions; what retraining the last layer on a share of the photographs changes (features: of `embed`). Writes
 * geography.html. With no arguments: 36 models of timm's results, which are real, and a made-up world: some five seconds. */
#include <stdio.h>
#include <string.h>
#include "visrob.h"

static const char about[] =
    "geography\n"
    "Progress on benchmarks, accuracy by region, retraining of the last layer; writes geography.html\n";

typedef struct options {
    const char *timm, *table, *geode, *street, *predictions, *features, *train, *train_features, *head, *page,
        *plot, *csv;
    int64_t seed, threads;
    bool top5, balanced;
} options;

static void print(const char *title, const vr_table *table) {
    printf("\n%s\n\n", title);
    vr_table_print(stdout, table);
}

static void progress(vr_arena *perm, vr_geo_report *r, const options *o, bool example) {
    vr_benchmarks *b = VR_NEW(perm, vr_benchmarks, 1);
    vr_progress_rate *rates;
    vr_robust *robust;
    if (o->timm)
        vr_timm_results_load(perm, b, o->timm, VR_FATAL);
    else if (o->table)
        vr_benchmarks_load(perm, b, o->table, VR_FATAL);
    else if (example)
        vr_benchmarks_example(perm, b);
    else
        return;
    const vr_progress_opts opts = {.seed = r->seed};
    r->benchmarks = b;
    r->rate_count = vr_progress_fit(perm, &rates, b, &opts, VR_FATAL);
    r->robust_count = vr_robust_fit(perm, &robust, b, &opts, VR_FATAL);
    r->rates = rates, r->robust = robust;
    printf("%s: %lld models", b->path, (long long)b->models);
    if (b->other_sizes) printf(", %lld rows of other image sizes left out", (long long)b->other_sizes);
    if (b->unmatched) printf(", %lld rows of other models left out", (long long)b->unmatched);
    printf("\n");
    vr_table t = vr_progress_table(perm, rates, r->rate_count);
    print(vr_arena_printf(perm, "Points for a point on %s: rate with 95 %% interval", b->benchmark[0].name),
          &t);
    if (o->csv) vr_table_save(&t, o->csv, VR_FATAL);
    t = vr_robust_table(perm, robust, r->robust_count);
    print("Points above ordinary models, by what models have seen", &t);
    const vr_plot plot = vr_progress_plot(perm, b);
    if (o->plot) vr_plot_save(&plot, o->plot, VR_FATAL);
}

/* Photographs: GeoDE's metadata, a split of Dollar Street, or its metadata.csv. */
static void photographs(vr_arena *perm, vr_geo_set *set, const char *path, bool geode) {
    vr_csv csv;
    if (geode) {
        vr_geode_load(perm, set, path, VR_FATAL);
        return;
    }
    vr_csv_load(perm, &csv, path, VR_FATAL);
    if (vr_csv_find(&csv, "topics") >= 0) {
        vr_dollar_street_split_load(perm, set, path, VR_FATAL);
        return;
    }
    vr_dollar_street *data = VR_NEW(perm, vr_dollar_street, 1);
    vr_class_map map;
    vr_lists targets;
    vr_dollar_street_load(perm, data, path, NULL, VR_FATAL);
    vr_class_map_load(perm, &map, NULL, VR_FATAL);
    vr_dollar_street_targets(perm, &targets, data, &map, VR_SPACE_IN1K, false, VR_FATAL);
    *set = vr_geo_from_dollar_street(perm, data, &targets);
}

static void regions(vr_arena *perm, vr_geo_report *r, const vr_geo_opts *opts) {
    static const char *const titles[] = {"Accuracy by region", "By country", "By object", "By income"};
    printf("\n%s on %s: %lld of %lld photographs scored; %lld without prediction, %lld without class; %lld "
           "predictions of none\n",
           r->model, r->set->path, (long long)r->hits->rows, (long long)r->set->count,
           (long long)r->hits->unpredicted, (long long)r->hits->unmapped, (long long)r->hits->unmatched);
    for (int by = 0; by < VR_GEO_BY_COUNT; by++) {
        if (r->set->by[by].count == 0) continue;
        vr_geo_measure *m = VR_NEW(perm, vr_geo_measure, 1);
        vr_geo_measure_run(perm, m, r->set, r->hits, (vr_geo_by)by, opts);
        r->measures[by] = m;
        if (by == VR_GEO_COUNTRY || by == VR_GEO_OBJECT) continue; /* on the page */
        vr_table t = vr_geo_measure_table(perm, r->set, m);
        print(titles[by], &t);
        t = vr_geo_disparity_table(perm, r->set, m);
        print(vr_arena_printf(perm, "Disparity (p of best - worst by chance: %.4f)", m->p), &t);
    }
}

static void retrain(vr_arena *perm, vr_geo_report *r, const vr_geo_sample *train, const vr_geo_sample *test,
                    const vr_geo_head *before, const options *o, const vr_geo_opts *opts) {
    vr_geo_retrain_row *rows;
    const vr_geo_retrain_opts retraining = {.balanced = o->balanced, .measure = *opts};
    r->retrain_count = vr_geo_retrain(perm, &rows, train, test, before, &retraining, VR_FATAL);
    r->retrain = rows;
    r->retrain_set = test->set;
    const vr_table t = vr_geo_retrain_table(perm, test->set, rows, r->retrain_count);
    print(vr_arena_printf(perm,
                          "The last layer trained again on %lld photographs, measured on %lld others of %s",
                          (long long)train->count, (long long)test->count, test->set->path),
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
        {"table", "FILE", VR_OPTION_TEXT, &o.table, "in its place: model and a column for each benchmark"},
        {"geode", "FILE", VR_OPTION_TEXT, &o.geode, "GeoDE's metadata"},
        {"dollar-street", "FILE", VR_OPTION_TEXT, &o.street, "a split of Dollar Street, or its metadata.csv"},
        {"predictions", "FILE", VR_OPTION_TEXT, &o.predictions,
         "what a model says: id,predictions or of `evaluate`"},
        {"features", "FILE", VR_OPTION_TEXT, &o.features,
         "of `embed`: retrain the last layer on half of the photographs"},
        {"train", "FILE", VR_OPTION_TEXT, &o.train, "retrain on these photographs: a split of Dollar Street"},
        {"train-features", "FILE", VR_OPTION_TEXT, &o.train_features, "and their features"},
        {"head", "WEIGHTS", VR_OPTION_TEXT, &o.head, "the model whose features these are, for `before`"},
        {"top5", NULL, VR_OPTION_FLAG, &o.top5, "one of five predictions has to be right"},
        {"balanced", NULL, VR_OPTION_FLAG, &o.balanced, "retrain on as many photographs of each region"},
        {"report", "FILE", VR_OPTION_TEXT, &o.page, "the page to write (geography.html)"},
        {"plot", "FILE", VR_OPTION_TEXT, &o.plot, "the plot of progress to write: .svg, .png"},
        {"csv", "FILE", VR_OPTION_TEXT, &o.csv, "the table of rates to write"},
        {"seed", "N", VR_OPTION_INT, &o.seed, "of intervals and shares (0)"},
        {"threads", "N", VR_OPTION_INT, &o.threads, "threads (the physical cores)"},
    };
    vr_arena perm = {0};
    vr_text command = {.arena = &perm};
    for (int i = 0; i < argc; i++) vr_text_printf(&command, "%s%s", i ? " " : "", argv[i]);
    const int code = vr_args_parse(&argc, argv, about, list, (int64_t)(sizeof list / sizeof *list));
    if (code >= 0) return vr_arena_free(&perm), code;
    const bool world = o.geode || o.street, example = !o.timm && !o.table && !world;
    if (argc > 1 || (world && !o.predictions && !o.features) || (!world && (o.predictions || o.features)) ||
        (o.geode && o.street) || !o.train != !o.train_features || (o.train && !o.features))
        return fprintf(
                   stderr,
                   "geography: --geode or --dollar-street go with --predictions or --features; see --help\n"),
               vr_arena_free(&perm), 2;
    vr_threads_set((int)o.threads);
    vr_geo_report r = {.command = command.data, .seed = (uint64_t)o.seed, .model = o.predictions};
    const vr_geo_opts opts = {.top5 = o.top5, .seed = r.seed};
    vr_geo_set set, train_set;
    vr_dollar_street_hits hits;

    progress(&perm, &r, &o, example);
    if (world) photographs(&perm, &set, o.geode ? o.geode : o.street, o.geode);
    if (o.predictions) {
        vr_dollar_street_predictions p;
        vr_dollar_street_predictions_load(&perm, &p, o.predictions, VR_FATAL);
        vr_geo_score(&perm, &hits, &set, &p, VR_FATAL);
        r.set = &set, r.hits = &hits;
        regions(&perm, &r, &opts);
    }
    if (o.features) {
        vr_geo_sample all, train, test;
        join(&perm, &all, &set, o.features);
        test = all;
        if (o.train) {
            photographs(&perm, &train_set, o.train, false);
            join(&perm, &train, &train_set, o.train_features);
        } else
            vr_geo_split(&perm, &train, &test, &all, 0.5, r.seed);
        vr_model *model = o.head ? vr_model_load(&perm, o.head, NULL, VR_FATAL) : NULL;
        const vr_geo_head before = {.layer = model ? model->head : (vr_linear){0}};
        retrain(&perm, &r, &train, &test, model && model->classes ? &before : NULL, &o, &opts);
    }
    vr_geo_world made_up;
    if (example) {
        r.note = "The accuracies are real, of 36 models; the world is made up, and no region is meant.";
        vr_geo_world_example(&perm, &made_up, 1, VR_FATAL);
        vr_geo_head_score(&perm, &hits, &made_up.test, &made_up.before, VR_FATAL);
        r.set = &made_up.test_set, r.hits = &hits, r.model = "a model of a made-up web";
        regions(&perm, &r, &opts);
        retrain(&perm, &r, &made_up.train, &made_up.test, &made_up.before, &o, &opts);
    }
    vr_geo_page_save(&r, o.page, VR_FATAL);
    fprintf(stderr, "%s is written\n", o.page);
    vr_arena_free(&perm);
    return 0;
}
