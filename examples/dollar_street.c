/* dollar_street: where is a model wrong, by the income and region of a household, and by what its images are like?
 *
 *     build/dollar_street metadata.csv --predictions resnet50.json --space 1k --factors annotations.json
 *     build/dollar_street metadata.csv --weights resnet50.pth --images images --brighten --factors annotations.json
 *
 * Prints accuracy by income and region with intervals over households, the factors that go with errors, the classes that
 * fall behind, and what a mitigation changes (brighter images, another model); writes dollar_street.html, a page with
 * filters. With no arguments it does that for made-up data, drawn shapes: some five seconds. */
#include "visrob.h"

static const char about[] =
    "dollar_street [METADATA]\n"
    "Where a model is wrong, by income, region and factors of images; writes dollar_street.html.\n"
    "METADATA: metadata.csv of dollarstreet_factors, or an annotations table; without it made-up data\n";

static struct {
    const char *predictions, *other, *factors, *map, *space, *weights, *weights2, *images, *on, *page, *csv;
    bool brighten, published;
} o = {.space = "1k", .page = "dollar_street.html"};
static vr_program run;

static const vr_option options[] = {
    {"predictions", "FILE", VR_OPTION_TEXT, &o.predictions, "a model's predictions"},
    {"other", "FILE", VR_OPTION_TEXT, &o.other, "a second model's, compared with the first"},
    {"factors", "FILE", VR_OPTION_TEXT, &o.factors, "the factor annotations: CSV or JSON"},
    {"space", "NAME", VR_OPTION_TEXT, &o.space, "what class numbers mean: 22k, 11k, 1k (1k)"},
    {"class-map", "FILE", VR_OPTION_TEXT, &o.map, "in place of the built-in map of classes"},
    {"weights", "FILE", VR_OPTION_TEXT, &o.weights, "a model to run on --images"},
    {"other-weights", "FILE", VR_OPTION_TEXT, &o.weights2, "a second model to run, as --other"},
    {"images", "FOLDER", VR_OPTION_TEXT, &o.images, "the images, for --weights and the page"},
    {"brighten", NULL, VR_OPTION_FLAG, &o.brighten, "run the model on images twice as bright, too"},
    {"on", "FACTOR", VR_OPTION_TEXT, &o.on, "compare where it is ticked (texture; --brighten: darker)"},
    {"published", NULL, VR_OPTION_FLAG, &o.published, "the released code's scores, with its bugs"},
    {"o,report", "FILE", VR_OPTION_OUTPUT, &o.page, "the page to write (dollar_street.html)"},
    {"csv", "FILE", VR_OPTION_OUTPUT, &o.csv, "a table of region by income to write"},
    VR_JSON_OPTION(run),
    VR_MODEL_OPTIONS(run),
    VR_DATA_OPTIONS(run),
    VR_RUN_OPTIONS(run)};

/* What does not go together on the command line; NULL where all does. */
static const char *conflict(int files) {
    const int models = !!o.predictions + !!o.weights, others = !!o.other + !!o.weights2 + o.brighten;
    const bool any = models + others > o.brighten || o.factors || o.map || o.images || o.published;
    if (files == 0) return any ? "missing METADATA argument" : NULL;
    if (files > 1) return "expected one METADATA file";
    if (models != 1) return "expected either --predictions, or --weights and --images";
    if (others > 1) return "expected one of --other, --other-weights and --brighten";
    if (o.brighten && !o.weights) return "--brighten needs --weights";
    if ((o.weights || o.weights2) && !o.images) return "weights need --images";
    if (!o.weights && !o.weights2 && vr_program_runs(&run)) return "options of a model's run need --weights";
    return o.on && others == 0 ? "--on needs --other, --other-weights or --brighten" : NULL;
}

int main(int argc, char **argv) {
    static vr_arena perm; /* reachable from every exit */
    const int code = vr_program_start(&run, &perm, &argc, argv, about, options,
                                      (int64_t)(sizeof options / sizeof *options));
    if (code >= 0) return code;
    if (conflict(argc - 1)) return vr_program_usage("%s", conflict(argc - 1));
    const bool example = argc == 1;
    o.brighten = o.brighten || example;
    vr_dollar_street_factor factor = o.brighten ? VR_DOLLAR_STREET_DARKER : VR_DOLLAR_STREET_TEXTURE;
    if (o.on) vr_dollar_street_factor_parse(&factor, o.on, VR_FATAL);

    /* load */
    vr_dollar_street data;
    vr_label_sets targets;
    vr_class_map map = {0};
    if (example) {
        vr_dollar_street_example(&perm, &data, &run.data, &targets, 1);
        run.model = vr_dollar_street_example_model(&perm, 1, VR_FATAL);
    } else {
        vr_label_space space;
        vr_label_space_parse(&space, o.space, VR_FATAL);
        vr_dollar_street_load(&perm, &data, argv[1], NULL, VR_FATAL);
        if (o.factors) vr_dollar_street_load(&perm, &data, o.factors, &data, VR_FATAL);
        if ((o.on || o.factors) && !data.factors)
            return vr_program_usage("%s: expected columns of the 16 factors (--on, --factors)", data.path);
        vr_class_map_dollar_street(&perm, &map, o.map, space, VR_FATAL);
        vr_dollar_street_targets(&perm, &targets, &data, &map, o.published, VR_FATAL);
        if (o.images) vr_program_data(&run, &perm, o.images, 0, false, VR_FATAL);
        if (o.weights) vr_program_model(&run, &perm, o.weights, VR_FATAL);
    }

    /* compute */
    const char *second = o.brighten ? "on brighter images" : o.other ? o.other : o.weights2;
    const char *first = example ? run.model->name : o.weights ? o.weights : o.predictions;
    vr_dollar_street_model models[2] = {{.name = first}, {.name = second}};
    const int count = second ? 2 : 1;
    for (int m = 0; m < count; m++) {
        const char *file = m ? o.other : o.predictions;
        vr_dollar_street_predict_opts how = {
            .changed = m == 1 && o.brighten, .factor = VR_FACTOR_BRIGHTEN, .amount = 2, .over = run.over};
        how.published = o.published, how.k = example ? 1 : 5, how.classes = o.map ? 0 : map.classes;
        vr_predictions p;
        if (m == 1 && o.weights2) vr_program_model(&run, &perm, o.weights2, VR_FATAL);
        if (file)
            vr_predictions_load(&perm, &p, file, &(vr_predictions_opts){.classes = map.classes}, VR_FATAL);
        else
            vr_dollar_street_predict(&perm, &p, run.model, &run.data, &how, VR_FATAL);
        vr_dollar_street_score(&perm, &models[m].scores, &data, &p, &targets, VR_FATAL);
        vr_log("%s: %s", models[m].name, vr_join_text(&perm, &models[m].scores.join));
    }

    /* report */
    const vr_bootstrap intervals = {.seed = (uint64_t)run.seed};
    const vr_table cells = vr_dollar_street_table(&perm, &data, &models[0], &intervals);
    const vr_dollar_street_page_opts page = {
        .title = vr_arena_printf(&perm, "Dollar Street: %s", models[0].name),
        .note = example ? "Made-up data: drawn shapes, and no real country is described." : NULL,
        .command = run.command,
        .images = run.data.count > 0 ? &run.data : NULL,
        .intervals = intervals};
    vr_dollar_street_page_save(&data, models, count, &page, o.page, VR_FATAL);
    vr_program_save(&run, o.page, &cells, o.csv, NULL, NULL, VR_FATAL);
    vr_dollar_street_print(stdout, &data, models, count, factor, &intervals);
    return 0;
}
