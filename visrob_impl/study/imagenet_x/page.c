/* study/imagenet_x/page.c: the report as one HTML file: first which factors make the models err, then where
 * (metaclasses), then the annotations themselves. */
#include "../../metric/prevalence.h"
#include "../../report/page.h"
#include "imagenet_x_impl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A heat map; its columns are the factors where it has no others. */
static void vrp_imagenet_x_heat(vr_page *page, vr_plot plot, const char *caption) {
    plot.kind = VR_PLOT_HEAT;
    if (!plot.column_names) plot.column_names = vrp_imagenet_x_names(), plot.columns = VR_IMAGENET_X_FACTORS;
    vr_page_plot(page, &plot, caption);
}

/* Bars of values[16], the highest first. */
static void vrp_imagenet_x_bars(vr_page *page, vr_plot plot, const double *values, const char *caption) {
    vr_interval bars[VR_IMAGENET_X_FACTORS];
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++)
        bars[f] = (vr_interval){values[f], (double)NAN, (double)NAN};
    plot.kind = VR_PLOT_BARS, plot.sorted = true;
    plot.names = vrp_imagenet_x_names(), plot.intervals = bars, plot.count = VR_IMAGENET_X_FACTORS;
    vr_page_plot(page, &plot, caption);
}

/* The highest of all error ratios. */
static void vrp_imagenet_x_page_lead(vr_page *page, const vr_imagenet_x_report *r) {
    vr_arena *a = page->arena;
    const vr_imagenet_x_table *t = r->table;
    const vr_imagenet_x_row *row = NULL;
    vr_interval ratio = {0};
    int64_t factor = -1, n = 1;
    for (int64_t m = 0; m < t->count; m++) {
        const int64_t f = vrp_imagenet_x_worst(&t->rows[m], r->min_images);
        if (f < 0 || (row && !(vrp_imagenet_x_ratio(&t->rows[m], f, 0) > ratio.value))) continue;
        row = &t->rows[m], factor = f, ratio = vr_imagenet_x_error_ratio(row, f);
    }
    const char *values[3] = {vr_arena_printf(a, "%lld", (long long)t->count)},
               *labels[3] = {"models", "highest error ratio", "its factor"};
    if (t->count == 1)
        labels[0] = "accuracy", values[0] = vr_arena_printf(a, "%.1f %%", 100 * t->rows[0].average);
    if (row) {
        values[n++] = vr_arena_printf(a, "%.2f", ratio.value);
        values[n++] = vr_imagenet_x_factor(factor);
        vr_page_lead(
            page, "%s makes %.2f times as many errors on images with the factor '%s' as on all images%s",
            vrp_imagenet_x_row_name(a, row), ratio.value, vr_imagenet_x_factor(factor),
            isnan(ratio.low) ? "."
                             : vr_arena_printf(a, " (%lld images; 95 %% interval %.2f to %.2f).",
                                               (long long)row->count[factor], ratio.low, ratio.high));
    }
    vr_page_figures(page, values, labels, n);
}

/* What was left out, of the model with the most. */
static void vrp_imagenet_x_page_left_out(vr_page *page, const vr_imagenet_x_table *t) {
    const vr_imagenet_x_row *most = &t->rows[0];
    for (int64_t m = 1; m < t->count; m++)
        if (vrp_join_left_out(&t->rows[m].join) > vrp_join_left_out(&most->join)) most = &t->rows[m];
    if (vrp_join_left_out(&most->join) > 0)
        vr_page_text(page, "%s%s: %s.", t->count > 1 ? "Most is left out of " : "", most->model,
                     vr_join_text(page->arena, &most->join));
}

/* One model's ratios, as dots. */
static void vrp_imagenet_x_page_ratios(vr_page *page, const vr_imagenet_x_row *row, int64_t min_images) {
    vr_arena *a = page->arena;
    const char *names[VR_IMAGENET_X_FACTORS];
    vr_interval ratios[VR_IMAGENET_X_FACTORS];
    int64_t n = 0;
    for (int64_t f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        if (isnan(vrp_imagenet_x_ratio(row, f, min_images))) continue;
        names[n] = vr_imagenet_x_factor(f);
        if (row->count[f] > 0) names[n] = vr_arena_printf(a, "%s (%lld)", names[n], (long long)row->count[f]);
        ratios[n++] = vr_imagenet_x_error_ratio(row, f);
    }
    if (n == 0) return;
    const vr_plot plot = {
        .kind = VR_PLOT_BARS,
        .title = vr_arena_printf(a, "%s: error ratio by factor", vrp_imagenet_x_row_name(a, row)),
        .x_label = "error ratio: (1 - accuracy under the factor) / (1 - accuracy)",
        .names = names,
        .intervals = ratios,
        .count = n,
        .ratio = true,
        .sorted = true};
    vr_page_plot(page, &plot,
                 "In brackets the images with the factor; lines are 95 % intervals, where counts are "
                 "known. At the dashed line there are no more errors with the factor than on all images.");
}

/* Error ratios as cells: factors by models, or factors by metaclasses of one model; rows are `step` apart. */
static void vrp_imagenet_x_page_heat(vr_page *page, const vr_imagenet_x_row *rows, int64_t count,
                                     int64_t step, const char *title, const char *caption,
                                     int64_t min_images) {
    double *values = VR_NEW(page->arena, double, (VR_IMAGENET_X_FACTORS * count));
    const char **names = VR_NEW(page->arena, const char *, count);
    for (int64_t i = 0; i < count; i++) {
        const vr_imagenet_x_row *row = &rows[i * step];
        names[i] = row->metaclass ? row->metaclass : row->model;
        for (int64_t f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
            const double ratio = vrp_imagenet_x_ratio(row, f, min_images);
            values[i * VR_IMAGENET_X_FACTORS + f] = isfinite(ratio) ? ratio : (double)NAN;
        }
    }
    vrp_imagenet_x_heat(
        page, (vr_plot){.title = title, .ratio = true, .values = values, .names = names, .rows = count},
        caption);
}

/* A name of which both ends can be read: "eval_resnet50_crop8.0_wd1e-05_id1662124509" as "eval_resnet5...1662124509". */
static const char *vrp_imagenet_x_short(vr_arena *arena, const char *name) {
    const size_t n = strlen(name);
    if (n <= 28) return name;
    for (size_t i = 0; i < n; i++)
        if (name[i] & 0x80) return name; /* no character is cut in two */
    return vr_arena_printf(arena, "%.12s...%s", name, name + n - 13);
}

static int vrp_imagenet_x_by_average(const void *a, const void *b) {
    const vr_imagenet_x_row *x = (const vr_imagenet_x_row *)a, *y = (const vr_imagenet_x_row *)b;
    return x->average != y->average ? (x->average < y->average) - (x->average > y->average)
                                    : strcmp(x->model, y->model);
}

/* The models' error ratios as cells; many models folded, from the most accurate one down. */
static void vrp_imagenet_x_page_models(vr_page *page, const vr_imagenet_x_table *t, int64_t min_images) {
    const bool few = t->count <= VRP_IMAGENET_X_FEW;
    vr_imagenet_x_row *rows = VR_NEW(page->arena, vr_imagenet_x_row, t->count);
    memcpy(rows, t->rows, (size_t)t->count * sizeof *rows);
    if (!few) qsort(rows, (size_t)t->count, sizeof *rows, vrp_imagenet_x_by_average);
    for (int64_t m = 0; m < t->count; m++) {
        rows[m].model = vrp_imagenet_x_short(page->arena, vrp_imagenet_x_row_name(page->arena, &rows[m]));
        rows[m].metaclass = NULL;
    }
    if (!few) vr_page_fold(page, vr_arena_printf(page->arena, "All %lld models", (long long)t->count));
    vrp_imagenet_x_page_heat(page, rows, t->count, 1, "Error ratio by model and factor",
                             few ? "1 is as on all images."
                                 : "From the most accurate model at the top to the least accurate one.",
                             min_images);
    if (!few) vr_page_fold(page, NULL);
}

/* Many models: accuracy under the hardest factors and the easiest one against accuracy on all images. */
static void vrp_imagenet_x_page_scatter(vr_page *page, const vr_imagenet_x_table *t) {
    enum { SERIES = 4 };
    vr_arena *a = page->arena;
    double mean[VR_IMAGENET_X_FACTORS], *x = VR_NEW(a, double, t->count);
    const char **names = VR_NEW(a, const char *, SERIES * t->count);
    int order[VR_IMAGENET_X_FACTORS], last = VR_IMAGENET_X_FACTORS - 1;
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++)
        mean[f] = vr_mean(x, vrp_imagenet_x_ratios(x, t, f, NULL, 0));
    vrp_imagenet_x_order(order, mean);
    while (last > SERIES && isnan(mean[order[last]])) last--;
    vr_series series[SERIES];
    for (int64_t m = 0; m < t->count; m++) x[m] = t->rows[m].average;
    for (int s = 0; s < SERIES; s++) {
        const int f = order[s + 1 < SERIES ? s : last];
        double *y = VR_NEW(a, double, t->count);
        for (int64_t m = 0; m < t->count; m++)
            y[m] = t->rows[m].accuracy[f], names[s * t->count + m] = vrp_imagenet_x_row_name(a, &t->rows[m]);
        series[s] = (vr_series){.name = vr_imagenet_x_factor(f), .x = x, .y = y, .count = t->count};
    }
    const vr_plot plot = {.kind = VR_PLOT_SCATTER,
                          .title = "Accuracy under a factor and on all images",
                          .x_label = "accuracy",
                          .y_label = "accuracy under the factor",
                          .series = series,
                          .series_count = SERIES,
                          .point_names = names,
                          .percent = true,
                          .fit = true,
                          .diagonal = true};
    vr_page_plot(
        page, &plot,
        "A point a model. The three factors with the highest mean error ratio, and the one with the lowest.");
}

static void vrp_imagenet_x_page_metaclasses(vr_page *page, const vr_imagenet_x_report *r) {
    const vr_imagenet_x_table *t = r->table;
    if (!t->metaclasses || t->count > VRP_IMAGENET_X_FEW) return;
    const int64_t min_images = vr_max(r->min_images, 10);
    vr_page_section(page, "By metaclass");
    vr_page_text(page, "Fewer than %lld images have no cell and no row.", (long long)min_images);
    for (int64_t m = 0; m < t->count; m++)
        vrp_imagenet_x_page_heat(
            page, t->metaclasses + m, VR_IMAGENET_X_METACLASSES, t->count,
            vr_arena_printf(page->arena, "%s: error ratio by metaclass and factor", t->rows[m].model),
            "Each ratio is to the metaclass's own errors.", min_images);
    const vr_table cells = vrp_imagenet_x_cells(page->arena, t->metaclasses,
                                                VR_IMAGENET_X_METACLASSES * t->count, min_images, false);
    vr_page_table(page, &cells, "Accuracy and error ratio in each metaclass.");
}

static void vrp_imagenet_x_page_families(vr_page *page, const vr_imagenet_x_families *x) {
    if (!x) return;
    vr_arena *a = page->arena;
    double *values = VR_NEW(a, double, (x->count * VR_IMAGENET_X_FACTORS));
    const char **names = VR_NEW(a, const char *, x->count), *columns[VR_IMAGENET_X_FACTORS];
    int order[VR_IMAGENET_X_FACTORS];
    vrp_imagenet_x_order(order, x->all.ratio);
    for (int64_t i = 0; i < x->count * VR_IMAGENET_X_FACTORS; i++) {
        const int64_t k = i / VR_IMAGENET_X_FACTORS, c = i % VR_IMAGENET_X_FACTORS;
        names[k] = x->families[k].name;
        columns[c] = vr_imagenet_x_factor(order[c]);
        values[i] = x->families[k].ratio[order[c]];
    }
    vr_page_section(page, "Families of models");
    vrp_imagenet_x_heat(page,
                        (vr_plot){.title = "Mean error ratio by family and factor",
                                  .ratio = true,
                                  .values = values,
                                  .names = names,
                                  .rows = x->count,
                                  .column_names = columns,
                                  .columns = VR_IMAGENET_X_FACTORS},
                        "Each model counts once.");
    const vr_table table = vrp_imagenet_x_family_table(a, x);
    vr_page_table(page, &table, "A: Alexander-Govern's test of whether the families differ, and its p.");
    vr_page_text(
        page,
        "%lld models of other families and %lld that are not in the catalogue are left out; %lld rows "
        "repeat a model of an earlier row.",
        (long long)x->other, (long long)x->unlisted, (long long)x->repeated);
}

static void vrp_imagenet_x_page_effects(vr_page *page, const vr_imagenet_x_report *r) {
    const vr_imagenet_x_effects *e = r->effects;
    if (!e) return;
    double t[VR_IMAGENET_X_FACTORS];
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) t[f] = e->factors[f].t;
    vr_page_section(page, "What the augmentation does");
    vrp_imagenet_x_bars(
        page,
        (vr_plot){.title = vr_arena_printf(page->arena, "What %s does to each factor", r->augmentation),
                  .x_label = "Welch's t: right of 0 the error ratio falls as the strength grows"},
        t, "Between the two strengths at which a cubic fit is highest and lowest.");
    const vr_table table = vrp_imagenet_x_effect_table(page->arena, e);
    vr_page_table(page, &table, "Mean error ratios at the lower and the higher of the two strengths.");
    vr_page_text(
        page,
        "%lld models at %lld strengths; %lld of strengths with four models or fewer, and %lld without a "
        "strength in their name, are left out.",
        (long long)e->models, (long long)e->levels, (long long)e->few, (long long)e->other);
}

/* How common the factors are, and which go together. */
static void vrp_imagenet_x_page_set(vr_page *page, const vr_imagenet_x_set *set) {
    if (!set) return;
    enum { F = VR_IMAGENET_X_FACTORS, G = VR_IMAGENET_X_METACLASSES, L = VRP_IMAGENET_X_LABELS };
    const char *const *names = vrp_imagenet_x_names();
    const int64_t labels = set->metaclass ? L : F;
    int64_t both[L][L], all[F];
    double share[F], rho[L][L], p[L][L], shift[G * F], shown[L * L];
    vrp_imagenet_x_together(both, set);
    vrp_imagenet_x_spearman(rho, p, both, set->count);
    for (int f = 0; f < F; f++) all[f] = both[f][f], share[f] = (double)all[f] / (double)set->count;
    for (int g = 0; g < G; g++) vr_prevalence_shift(shift + g * F, both[F + g], all, F);
    for (int64_t i = 0; i < labels * labels; i++) {
        const int64_t a = i / labels, b = i % labels;
        shown[i] = a != b && p[a][b] <= 0.01 ? rho[a][b] : (double)NAN;
    }
    vr_page_section(page, "The annotations");
    vr_page_text(page, "%lld images; %lld prototypes are left out; %lld images have no factor.",
                 (long long)set->count, (long long)set->prototypes, (long long)set->no_factor);
    vrp_imagenet_x_bars(
        page,
        (vr_plot){.title = "Images with each factor", .x_label = "share of the images", .percent = true},
        share, NULL);
    if (set->metaclass)
        vrp_imagenet_x_heat(
            page,
            (vr_plot){.title = "Prevalence shift by metaclass and factor",
                      .values = shift,
                      .names = names + F,
                      .rows = G},
            "(the factor's share of the metaclass's annotations - its share of all) / its share of all.");
    vrp_imagenet_x_heat(page,
                        (vr_plot){.title = "Which factors go together",
                                  .values = shown,
                                  .names = names,
                                  .rows = labels,
                                  .column_names = names,
                                  .columns = labels},
                        "Spearman's rho between annotations; only cells with p <= 0.01.");
}

/* A table of all numbers: of few models each cell, of many their ratios. */
static void vrp_imagenet_x_page_numbers(vr_page *page, const vr_imagenet_x_report *r) {
    const vr_imagenet_x_table *t = r->table;
    const bool few = t->count <= VRP_IMAGENET_X_FEW;
    const vr_table table = few ? vrp_imagenet_x_cells(page->arena, t->rows, t->count, r->min_images, false)
                               : vrp_imagenet_x_by_model(page->arena, t, r->min_images, false);
    const bool ece = strcmp(table.names[table.columns - 1], "ece") == 0;
    vr_page_section(page, "All numbers");
    vr_page_table(page, &table,
                  vr_arena_printf(
                      page->arena, "Error ratio: errors with the factor over errors on all images.%s%s",
                      few ? " Rest ratio: over errors in all other images. Error shift: how much more common "
                            "the factor is among wrong images."
                          : "",
                      ece ? " ECE: expected calibration error, 15 bins." : ""));
}

bool vr_imagenet_x_page_save(const vr_imagenet_x_report *r, const char *path, vr_err *err) {
    vr_arena arena = {0};
    const vr_imagenet_x_table *t = r->table;
    VR_CHECK(t && t->count > 0 && r->data, "a report needs a table of models, and what it comes from");
    vr_page page =
        vr_page_new(&arena, &(vr_page_info){.title = "Errors by factor: ImageNet-X",
                                            .subtitle = "Which factors of an image make a model err",
                                            .n = t->rows[0].n,
                                            .data = vrp_imagenet_x_data_text(&arena, r),
                                            .model = t->count == 1 ? t->rows[0].model : NULL,
                                            .build = VR_BUILD,
                                            .command = r->command});
    vrp_imagenet_x_page_lead(&page, r);
    vrp_imagenet_x_page_left_out(&page, t);
    vrp_imagenet_x_page_families(&page, r->families);
    vr_page_section(&page, "Error ratios");
    if (t->count <= VRP_IMAGENET_X_FEW)
        for (int64_t m = 0; m < t->count; m++) vrp_imagenet_x_page_ratios(&page, &t->rows[m], r->min_images);
    else
        vrp_imagenet_x_page_scatter(&page, t);
    if (t->count > 1) vrp_imagenet_x_page_models(&page, t, r->min_images);
    vrp_imagenet_x_page_effects(&page, r);
    vrp_imagenet_x_page_metaclasses(&page, r);
    vrp_imagenet_x_page_set(&page, r->set);
    vrp_imagenet_x_page_numbers(&page, r);
    const bool ok = vr_page_save(&page, path, err);
    vr_arena_free(&arena);
    return ok;
}
