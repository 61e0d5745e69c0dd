/* study/dollar_street/page.c: Dollar Street as columns of a dashboard, and its tables below. */
#include "../income_impl.h"
#include "../predictions_impl.h"
#include "../../base/log.h"
#include "../../report/dashboard.h"
#include "../../report/page.h"
#include "dollar_street_impl.h"
#include <math.h>
#include <string.h>

/* The last part of each row's name, without the size that the published names begin with. */
static const char *const *vrp_dollar_street_page_names(vr_arena *arena, const vr_dollar_street *data) {
    const char **names = VR_NEW(arena, const char *, data->count);
    for (int64_t i = 0; i < data->count; i++) {
        const char *slash = strrchr(data->id[i], '/'), *name = slash && slash[1] ? slash + 1 : data->id[i];
        names[i] = strncmp(name, "480x480-", 8) == 0 ? name + 8 : name;
    }
    return names;
}

/* The number in `images` of each row's image, the first file of its name; -1 for none. */
static const int64_t *vrp_dollar_street_page_images(vr_arena *arena, const vr_dollar_street *data,
                                                    const vr_dataset *images) {
    vr_arena scratch = {0};
    const vr_image_index index = vrp_dollar_street_index(&scratch, data);
    int64_t *file = VR_NEW(&scratch, int64_t, data->image_count), *out = VR_NEW(arena, int64_t, data->count),
            found = 0;
    for (int64_t k = 0; k < data->image_count; k++) file[k] = -1;
    for (int64_t i = 0; i < images->count; i++) {
        int64_t at = vrp_image_index_find(&index, images->files[i], (int64_t)strlen(images->files[i]));
        if (at >= data->image_count) at = data->image[at - data->image_count]; /* a row's own id */
        if (at >= 0 && file[at] < 0) file[at] = i, found++;
    }
    if (images->count > 0 && found == 0) vr_log("%s: no image of %s was found", images->path, data->path);
    for (int64_t i = 0; i < data->count; i++) out[i] = file[data->image[i]];
    vr_arena_free(&scratch);
    return out;
}

static void vrp_dollar_street_page_dashboard(vr_page *page, const vr_dollar_street *data,
                                             const vr_dollar_street_model *models, int64_t model_count,
                                             const vr_dollar_street_page_opts *o) {
    const char *incomes[VRP_INCOME_COUNT], *regions[VR_DOLLAR_STREET_REGION_COUNT],
        *factors[VR_DOLLAR_STREET_FACTOR_COUNT];
    for (int k = 0; k < VRP_INCOME_COUNT; k++) incomes[k] = vrp_income_name((vrp_income)k);
    for (int k = 0; k < VR_DOLLAR_STREET_REGION_COUNT; k++)
        regions[k] = vrp_dollar_street_region_name((vr_dollar_street_region)k);
    for (int k = 0; k < VR_DOLLAR_STREET_FACTOR_COUNT; k++)
        factors[k] = vrp_dollar_street_factor_name((vr_dollar_street_factor)k);
    const vr_dashboard_column columns[] = {{"income", "Income of the household", VR_DASHBOARD_BOXES, incomes,
                                            VRP_INCOME_COUNT, NULL, data->bucket, true},
                                           {"region", "Region", VR_DASHBOARD_BOXES, regions,
                                            VR_DOLLAR_STREET_REGION_COUNT, NULL, data->region, true},
                                           {"country", "Country", VR_DASHBOARD_LIST, data->countries,
                                            data->country_count, NULL, data->country, false},
                                           {"class", "Class", VR_DASHBOARD_RANKED, data->classes,
                                            data->class_count, data->labels.begin, data->labels.label,
                                            false}};
    const double limits[] = {exp(4.5), exp(7.5)}; /* vrp_income */
    const vr_dashboard_number income = {
        .name = "income",
        .note = "Households in groups from poor to rich, in dollars a month; the band is the interval.",
        .of = data->income,
        .log = true,
        .before = "$",
        .limits = limits,
        .parts = incomes,
        .limit_count = 2};
    vr_dashboard_model *shown = VR_NEW(page->arena, vr_dashboard_model, model_count);
    for (int64_t m = 0; m < model_count; m++)
        shown[m] = (vr_dashboard_model){models[m].name, models[m].scores.scored, models[m].scores.correct,
                                        models[m].scores.correct_top5};
    uint32_t *factor = VR_NEW(page->arena, uint32_t, data->count);
    for (int64_t i = 0; data->factors && i < data->count; i++) factor[i] = data->factors[i];
    const vr_dashboard d = {.rows = data->count,
                            .names = vrp_dollar_street_page_names(page->arena, data),
                            .models = shown,
                            .model_count = model_count,
                            .top_k = models[0].scores.k,
                            .columns = columns,
                            .column_count = 4,
                            .numbers = &income,
                            .number_count = 1,
                            .factors = factors,
                            .factor = factor,
                            .factor_count = data->factors ? VR_DOLLAR_STREET_FACTOR_COUNT : 0,
                            .cluster = data->household,
                            .cluster_name = "household",
                            .of = vrp_dollar_street_unit(data),
                            .images = o->images,
                            .image = o->images ? vrp_dollar_street_page_images(page->arena, data, o->images)
                                               : NULL,
                            .image_limit = o->image_limit};
    vr_page_dashboard(page, &d);
}

/* The numbers of all rows, which need no script; accuracies count an image once, as the printed ones do. */
static void vrp_dollar_street_page_tables(vr_page *page, const vr_dollar_street *data,
                                          const vr_dollar_street_model *models, int64_t model_count,
                                          const vr_dollar_street_page_opts *o) {
    static const vrp_dollar_street_by by[] = {VRP_DOLLAR_STREET_BY_INCOME, VRP_DOLLAR_STREET_BY_REGION};
    vr_arena *a = page->arena;
    vr_page_fold(page, "All images, as tables");
    for (int64_t m = 0; m < model_count; m++)
        for (int k = 0; k < 2; k++) {
            const vr_scores once = vrp_dollar_street_per_image(a, data, &models[m].scores);
            const vr_table t = vrp_dollar_street_accuracy_table(a, data, &once, by[k], &o->intervals);
            vr_page_table(page, &t,
                          vr_arena_printf(a,
                                          "%s: accuracy, an image once, with 95 %% bootstrap intervals over "
                                          "households.",
                                          models[m].name));
        }
    for (int64_t m = 0; data->factors && m < model_count; m++) {
        const vr_table t = vrp_dollar_street_association_table(
            a, data, &models[m].scores, VRP_DOLLAR_STREET_BY_INCOME, VR_DOLLAR_STREET_FACTOR_COUNT);
        vr_page_table(
            page, &t,
            vr_arena_printf(
                a,
                "%s: factors among errors. Shift: how much more often a factor is present among the wrong "
                "%s of an income than among all %s. Odds ratio: of being wrong with the factor to "
                "without it, within the income; 1 is no difference. p Holm and p BH: its p, corrected for "
                "all "
                "incomes and factors by Holm's and by Benjamini and Hochberg's method.",
                models[m].name, vrp_dollar_street_unit(data), vrp_dollar_street_unit(data)));
    }
    vr_page_fold(page, NULL);
}

/* What the numbers leave out. */
static void vrp_dollar_street_page_left_out(vr_page *page, const vr_dollar_street *data,
                                            const vr_dollar_street_model *models, int64_t model_count) {
    const char *left_out = vrp_dollar_street_left_out(page->arena, data);
    if (left_out) vr_page_text(page, "%s", left_out);
    for (int64_t m = 0; m < model_count; m++)
        vr_page_text(page, "%s: %s; %s.", models[m].name,
                     vrp_dollar_street_scored(page->arena, data, &models[m].scores),
                     vr_join_text(page->arena, &models[m].scores.join));
}

bool vr_dollar_street_page_save(const vr_dollar_street *data, const vr_dollar_street_model *models,
                                int64_t model_count, const vr_dollar_street_page_opts *opts, const char *path,
                                vr_err *err) {
    VR_CHECK(model_count >= 1, "a page shows at least one model");
    for (int64_t m = 0; m < model_count; m++)
        VR_CHECK(models[m].scores.count == data->count, "%s has scores of other data", models[m].name);
    const vr_dollar_street_page_opts o = opts ? *opts : (vr_dollar_street_page_opts){0};
    vr_arena arena = {0};
    const char *names = models[0].name;
    for (int64_t m = 1; m < model_count; m++)
        names = vr_arena_printf(&arena, "%s, %s", names, models[m].name);
    vr_page page = vr_page_new(
        &arena,
        &(vr_page_info){.title = o.title ? o.title : "Dollar Street",
                        .subtitle = vr_arena_printf(
                            &arena,
                            "Where a model is wrong, by household income and region: %lld households in "
                            "%lld countries.",
                            (long long)data->household_count, (long long)data->country_count),
                        .n = data->count,
                        .of = vrp_dollar_street_unit(data),
                        .seed = o.intervals.seed,
                        .data = data->path,
                        .model = names,
                        .build = VR_BUILD,
                        .command = o.command});
    if (o.note) vr_page_text(&page, "%s", o.note);
    if (data->image_count < data->count)
        vr_page_text(&page, "A row is an image with one of its classes: %lld rows of %lld images.",
                     (long long)data->count, (long long)data->image_count);
    vrp_dollar_street_page_dashboard(&page, data, models, model_count, &o);
    vrp_dollar_street_page_tables(&page, data, models, model_count, &o);
    vrp_dollar_street_page_left_out(&page, data, models, model_count);
    const bool ok = vr_page_save(&page, path, err);
    vr_arena_free(&arena);
    return ok;
}
