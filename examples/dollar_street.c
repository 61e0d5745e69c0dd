/* dollar_street: where is a model wrong, by what a home earns, where it stands, and what its pictures are like?
 *
 *     build/dollar_street metadata.csv --predictions resnet50.json --space 1k --factors annotations.json
 *     build/dollar_street metadata.csv --weights resnet50.pth --images photos --brighten --factors annotations.json
 *     build/dollar_street metadata.csv --weights resnet50.pth --other-weights stylized.pth --images photos
 *
 * Prints accuracy by income and region with intervals over homes, the factors that go with errors, the classes that fall
 * behind, and what a mitigation changes (brighter images; another model's predictions), and writes dollar_street.html, a
 * page with filters. With no arguments it does that for a made-up street of drawn shapes: some five seconds. */
#include <stdio.h>
#include <string.h>
#include "visrob.h"

static const char about[] =
    "dollar_street [METADATA]\n"
    "Where a model is wrong, by what a home earns, where it stands and what its pictures are like; writes a "
    "page with\n"
    "filters, dollar_street.html.\n\n"
    "  dollar_street                                         a made-up street, built in\n"
    "  dollar_street metadata.csv --predictions resnet50.json --factors annotations.json\n"
    "  dollar_street metadata.csv --weights resnet50.pth --images photos --brighten\n\n"
    "METADATA: metadata.csv of dollarstreet_factors, or an annotations table\n";

typedef struct options {
    const char *predictions, *other, *factors, *map, *space, *weights, *other_weights, *images, *on, *page,
        *csv;
    int64_t seed, threads;
    bool brighten, published, quiet;
} options;

static vr_label_space space_of(const char *name) {
    static const char *const names[] = {"22k", "11k", "1k"};
    for (int i = 0; i < VR_SPACE_COUNT; i++)
        if (strcmp(names[i], name) == 0) return (vr_label_space)i;
    vr_fail(VR_FATAL, VR_ERR_ARGUMENT, "--space is 22k, 11k or 1k, not '%s'", name);
    return VR_SPACE_IN1K;
}

static void print(const char *title, const vr_table *table) {
    printf("\n%s\n\n", title);
    vr_table_print(stdout, table);
}

static void print_gaps(vr_arena *perm, const vr_dollar_street *data, const vr_dollar_street_hits *hits) {
    static const char *const names[] = {"class", "income", "images", "accuracy", "behind"};
    vr_dollar_street_gap *gaps;
    const int64_t n = vr_dollar_street_gaps(perm, &gaps, data, hits, VR_BY_INCOME, 5, true);
    if (n == 0) return; /* no class has five images in every income */
    vr_table t = vr_table_new(perm, names, 5);
    for (int64_t k = 0; k < vr_min(n, 10); k++) {
        vr_table_text(&t, data->classes[gaps[k].class_number]);
        vr_table_text(&t, vr_income_name((vr_income)gaps[k].group));
        vr_table_number(&t, (double)gaps[k].count, 0);
        vr_table_number(&t, gaps[k].accuracy, 3);
        vr_table_number(&t, gaps[k].gap, 3);
    }
    print("Classes furthest behind their best income", &t);
}

/* Where a class's pictures differ more between incomes, does its accuracy? */
static void print_quarters(vr_arena *perm, const vr_dollar_street *data, const vr_dollar_street_hits *hits) {
    vr_dollar_street_divergence *d;
    const int64_t n = vr_dollar_street_divergences(perm, &d, data, hits, VR_BY_INCOME, 0);
    if (n < 4) return;
    const vr_table t = vr_dollar_street_quartile_table(perm, d, n);
    print("Classes by how far their factors differ between two incomes", &t);
}

/* What the second model, or the change of the images, does: to all images, and to those with the factor. */
static void print_changes(vr_arena *perm, const vr_dollar_street *data, const vr_dollar_street_hits *hits,
                          const char *what, vr_dollar_street_factor factor,
                          const vr_dollar_street_opts *opts) {
    static const vr_dollar_street_by by[] = {VR_BY_INCOME, VR_BY_INCOME, VR_BY_REGION};
    for (int k = 0; k < (data->factors ? 3 : 1); k++) {
        const vr_dollar_street_factor on = k ? factor : VR_DOLLAR_STREET_FACTOR_COUNT;
        const vr_table t = vr_dollar_street_compare_table(perm, data, &hits[0], &hits[1], on, by[k], opts);
        print(vr_arena_printf(perm, k ? "%s, images with '%s' ticked" : "%s, all images", what,
                              vr_dollar_street_factor_name(factor)),
              &t);
    }
}

static vr_dollar_street_factor factor_of(const char *name) {
    for (int f = 0; f < VR_DOLLAR_STREET_FACTOR_COUNT; f++)
        if (strcmp(vr_dollar_street_factor_name((vr_dollar_street_factor)f), name) == 0)
            return (vr_dollar_street_factor)f;
    vr_fail(VR_FATAL, VR_ERR_ARGUMENT, "--on: '%s' is none of the 16 factors (texture, darker, pose, ...)",
            name);
    return VR_DOLLAR_STREET_TEXTURE;
}

/* What is missing from the command line, or contradicts itself; NULL where nothing does. */
static const char *wrong_with(const options *o, int argc) {
    if (argc != 2) return argc > 2 ? "one METADATA file is wanted" : "a METADATA file is wanted";
    if (o->predictions && o->weights) return "--predictions or --weights, not both";
    if ((o->weights || o->other_weights) && !o->images) return "weights want --images FOLDER as well";
    if (!o->predictions && !o->weights) return "METADATA wants --predictions, or --weights and --images";
    if (!!o->other + !!o->other_weights + o->brighten > 1)
        return "one of --other, --other-weights and --brighten";
    return o->brighten && !o->weights ? "--brighten wants --weights of the model to run" : NULL;
}

int main(int argc, char **argv) {
    options o = {.space = "1k", .page = "dollar_street.html"};
    const vr_option list[] = {
        {"predictions", "FILE", VR_OPTION_TEXT, &o.predictions, "what a model says: CSV or JSON"},
        {"other", "FILE", VR_OPTION_TEXT, &o.other, "a second model's, compared with the first"},
        {"factors", "FILE", VR_OPTION_TEXT, &o.factors, "the factor annotations: CSV or JSON"},
        {"space", "NAME", VR_OPTION_TEXT, &o.space, "what class numbers mean: 22k, 11k, 1k (1k)"},
        {"class-map", "FILE", VR_OPTION_TEXT, &o.map, "in place of the built-in map of classes"},
        {"weights", "FILE", VR_OPTION_TEXT, &o.weights, "a model to run on --images"},
        {"other-weights", "FILE", VR_OPTION_TEXT, &o.other_weights, "a second model to run, as --other"},
        {"images", "FOLDER", VR_OPTION_TEXT, &o.images, "the photographs, for --weights and the page"},
        {"brighten", NULL, VR_OPTION_FLAG, &o.brighten, "run the model on images twice as bright, too"},
        {"on", "FACTOR", VR_OPTION_TEXT, &o.on,
         "compare where it is ticked (texture; with --brighten darker)"},
        {"published", NULL, VR_OPTION_FLAG, &o.published, "the released code's scores, with its faults"},
        {"report", "FILE", VR_OPTION_OUTPUT, &o.page, "the page to write (dollar_street.html)"},
        {"csv", "FILE", VR_OPTION_OUTPUT, &o.csv, "a table of region by income to write"},
        {"seed", "N", VR_OPTION_INT, &o.seed, "of the intervals (0)"},
        {"threads", "N", VR_OPTION_INT, &o.threads, "threads (the physical cores)"},
        {"quiet", NULL, VR_OPTION_FLAG, &o.quiet, "no progress on stderr"},
    };
    vr_arena perm = {0};
    const char *command = vr_args_text(&perm, argc, argv);
    const int code = vr_args_parse(&argc, argv, about, list, (int64_t)(sizeof list / sizeof *list));
    if (code >= 0) return vr_arena_free(&perm), code;
    const bool example = argc == 1 && !o.predictions && !o.weights;
    const vr_dollar_street_factor factor = o.on                    ? factor_of(o.on)
                                           : o.brighten || example ? VR_DOLLAR_STREET_DARKER
                                                                   : VR_DOLLAR_STREET_TEXTURE;
    const char *wrong = example ? NULL : wrong_with(&o, argc);
    if (wrong) return fprintf(stderr, "dollar_street: %s; see --help\n", wrong), vr_arena_free(&perm), 2;
    vr_threads_set((int)o.threads);
    vr_progress_quiet(o.quiet);

    /* load */
    vr_dollar_street data, metadata;
    vr_dataset images = {0};
    vr_lists targets;
    vr_model *model = NULL;
    if (example) {
        vr_dollar_street_example(&perm, &data, &images, &targets, 1);
        model = vr_dollar_street_example_model(&perm, 1, VR_FATAL);
    } else {
        vr_class_map map;
        vr_dollar_street_load(&perm, &data, argv[1], NULL, VR_FATAL);
        metadata = data;
        if (o.factors) vr_dollar_street_load(&perm, &data, o.factors, &metadata, VR_FATAL);
        if (o.on && !data.factors)
            vr_fail(VR_FATAL, VR_ERR_ARGUMENT, "--on %s: %s has no factors; --factors FILE", o.on, data.path);
        vr_class_map_load(&perm, &map, o.map, VR_FATAL);
        vr_dollar_street_targets(&perm, &targets, &data, &map, space_of(o.space), o.published, VR_FATAL);
        if (o.images) vr_dataset_open(&perm, &images, o.images, NULL, VR_FATAL);
        if (o.weights) model = vr_model_load(&perm, o.weights, NULL, VR_FATAL);
    }

    /* compute: a model of ten classes is right with its first, others with one of five */
    const bool brighten = o.brighten || (example && !o.other);
    const char *names[2] = {o.predictions ? o.predictions
                            : o.weights   ? o.weights
                                          : "resnet18",
                            brighten  ? "on brighter images"
                            : o.other ? o.other
                                      : o.other_weights};
    vr_dollar_street_hits hits[2];
    const vr_dollar_street_model models[2] = {{names[0], &hits[0]}, {names[1], &hits[1]}};
    const int64_t count = names[1] ? 2 : 1;
    for (int64_t m = 0; m < count; m++) {
        const char *file = m ? o.other : o.predictions;
        vr_dollar_street_predictions p;
        const vr_dollar_street_predict_opts opts = {.changed = m > 0 && brighten,
                                                    .factor = VR_FACTOR_BRIGHTEN,
                                                    .amount = 2,
                                                    .published = o.published,
                                                    .k = example ? 1 : 5,
                                                    .seed = (uint64_t)o.seed};
        if (m && o.other_weights) model = vr_model_load(&perm, o.other_weights, NULL, VR_FATAL);
        if (file)
            vr_dollar_street_predictions_load(&perm, &p, file, VR_FATAL);
        else
            vr_dollar_street_predict(&perm, &p, model, &images, &opts, VR_FATAL);
        vr_dollar_street_score(&perm, &hits[m], &data, &p, p.predicted ? &targets : NULL, VR_FATAL);
    }

    /* report */
    const vr_dollar_street_opts intervals = {.seed = (uint64_t)o.seed};
    printf("%s on %s: %lld of %lld rows scored, %lld homes\n", names[0], data.path, (long long)hits[0].rows,
           (long long)data.count, (long long)data.household_count);
    const vr_dollar_street_hits images_once = vr_dollar_street_hits_per_image(&perm, &data, &hits[0], false);
    vr_table t = vr_dollar_street_accuracy_table(&perm, &data, &images_once, VR_BY_INCOME, &intervals);
    print("Accuracy by income, with 95 % intervals over homes", &t);
    t = vr_dollar_street_accuracy_table(&perm, &data, &images_once, VR_BY_REGION, &intervals);
    print("By region", &t);
    t = vr_dollar_street_accuracy_table(&perm, &data, &images_once, VR_BY_QUARTER, &intervals);
    print("By quarter of the homes", &t);
    if (data.factors) {
        t = vr_dollar_street_association_table(&perm, &data, &hits[0], VR_BY_INCOME, 5, NULL);
        print(
            "Factors among errors more often than among all images (shift), and their odds within the income",
            &t);
    }
    print_gaps(&perm, &data, &hits[0]);
    if (data.factors) print_quarters(&perm, &data, &hits[0]);
    if (count == 2) print_changes(&perm, &data, hits, names[1], factor, &intervals);
    t = vr_dollar_street_accuracy_table(&perm, &data, &images_once, VR_BY_REGION_INCOME, &intervals);
    if (o.csv) vr_table_save(&t, o.csv, VR_FATAL);
    const vr_dollar_street_page_opts page = {
        .title = vr_arena_printf(&perm, "Dollar Street: %s", names[0]),
        .note =
            example ? "A made-up street: drawn shapes stand for photographs, and no country is meant." : NULL,
        .command = command,
        .images = images.count > 0 ? &images : NULL,
        .intervals = intervals};
    vr_dollar_street_page_save(&data, models, count, &page, o.page, VR_FATAL);
    fprintf(stderr, "%s is written\n", o.page);
    vr_arena_free(&perm);
    return 0;
}
