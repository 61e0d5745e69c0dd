/* study/imagenet_x/page.c: the report as one HTML file: first which factors make the models err, then where
 * (metaclasses), then the annotations themselves. */
#include "../../metric/prevalence.h"
#include "../../report/page.h"
#include "imagenet_x_impl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Factors, then metaclasses. */
static const char *const *vrp_imagenet_x_names(vr_arena *arena) {
    const char **names = VR_NEW(arena, const char *, VRP_IMAGENET_X_LABELS);
    for (int64_t i = 0; i < VRP_IMAGENET_X_LABELS; i++)
        names[i] = i < VR_IMAGENET_X_FACTORS ? vr_imagenet_x_factor(i)
                                             : vrp_imagenet_x_metaclass(i - VR_IMAGENET_X_FACTORS);
    return names;
}

/* Cells of shifts and correlations around 0 or, of error ratios, around 1. */
static void vrp_imagenet_x_heat(vr_page *page, const char *title, const char *caption, bool ratio,
                                const double *values, const char *const *rows, int64_t row_count,
                                const char *const *columns, int64_t column_count) {
    const vr_plot plot = {.kind = VR_PLOT_HEAT,
                          .title = title,
                          .values = values,
                          .ratio = ratio,
                          .names = rows,
                          .column_names = columns,
                          .rows = row_count,
                          .columns = column_count};
    vr_page_plot(page, &plot, caption);
}

/* Bars of values[16], with the factors' names. */
static void vrp_imagenet_x_bars(vr_page *page, const char *title, const char *x_label, const char *caption,
                                const double *values, bool percent) {
    vr_interval *bars = VR_NEW(page->arena, vr_interval, VR_IMAGENET_X_FACTORS);
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++)
        bars[f] = (vr_interval){values[f], (double)NAN, (double)NAN};
    const vr_plot plot = {.kind = VR_PLOT_BARS,
                          .title = title,
                          .x_label = x_label,
                          .names = vrp_imagenet_x_names(page->arena),
                          .intervals = bars,
                          .count = VR_IMAGENET_X_FACTORS,
                          .percent = percent,
                          .sorted = true};
    vr_page_plot(page, &plot, caption);
}

/* The highest of all error ratios. */
static void vrp_imagenet_x_page_lead(vr_page *page, const vr_imagenet_x_report *r) {
    vr_arena *a = page->arena;
    const vr_imagenet_x_table *t = r->table;
    const vr_imagenet_x_row *row = NULL;
    int64_t factor = -1;
    for (int64_t m = 0; m < t->count; m++) {
        const int64_t f = vrp_imagenet_x_worst(&t->rows[m], r->min_images);
        if (f >= 0 &&
            (!row || vr_imagenet_x_error_ratio(&t->rows[m], f) > vr_imagenet_x_error_ratio(row, factor)))
            row = &t->rows[m], factor = f;
    }
    const char *values[3], *labels[3];
    int64_t n = 0;
    if (t->count == 1)
        labels[n] = "accuracy", values[n++] = vr_arena_printf(a, "%.1f %%", 100 * t->rows[0].average);
    else
        labels[n] = "models", values[n++] = vr_arena_printf(a, "%lld", (long long)t->count);
    if (row) {
        const vr_interval ratio = vrp_imagenet_x_error_ratio_interval(row, factor);
        labels[n] = "highest error ratio", values[n++] = vr_arena_printf(a, "%.2f", ratio.value);
        labels[n] = "its factor", values[n++] = vr_imagenet_x_factor(factor);
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
static void vrp_imagenet_x_page_joins(vr_page *page, const vr_imagenet_x_table *t) {
    const vr_imagenet_x_row *most = NULL;
    int64_t left_out = 0;
    for (int64_t m = 0; m < t->count; m++) {
        const vr_join j = t->rows[m].join;
        const int64_t n = j.missing + j.extra + j.unlabelled + t->rows[m].prototypes;
        if (n > left_out) left_out = n, most = &t->rows[m];
    }
    if (most)
        vr_page_text(page, "%s%s: %s.", t->count > 1 ? "Most is left out of " : "", most->model,
                     vrp_imagenet_x_join_text(page->arena, most));
    if (t->other_tables + t->other_files > 0)
        vr_page_text(page,
                     "Not read: %lld tables of another target (--target) or by metaclass, %lld other files.",
                     (long long)t->other_tables, (long long)t->other_files);
}

static void vrp_imagenet_x_page_ratios(vr_page *page, const vr_imagenet_x_row *row, int64_t min_images) {
    vr_arena *a = page->arena;
    const char **names = VR_NEW(a, const char *, VR_IMAGENET_X_FACTORS);
    vr_interval *ratios = VR_NEW(a, vr_interval, VR_IMAGENET_X_FACTORS);
    int64_t n = 0;
    for (int64_t f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        if (isnan(vrp_imagenet_x_ratio(row, f, min_images))) continue;
        names[n] = vr_imagenet_x_factor(f);
        if (row->count[f] > 0) names[n] = vr_arena_printf(a, "%s (%lld)", names[n], (long long)row->count[f]);
        ratios[n++] = vrp_imagenet_x_error_ratio_interval(row, f);
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

/* Error ratios as cells: factors by models, or factors by metaclasses of one model. */
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
    vrp_imagenet_x_heat(page, title, caption, true, values, names, count, vrp_imagenet_x_names(page->arena),
                        VR_IMAGENET_X_FACTORS);
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

/* The models' error ratios as cells; many models from the most accurate one down. */
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
    double mean[VR_IMAGENET_X_FACTORS];
    double *ratio = VR_NEW(a, double, t->count), *x = VR_NEW(a, double, t->count);
    const char **names = VR_NEW(a, const char *, SERIES * t->count);
    int order[VR_IMAGENET_X_FACTORS];
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        int64_t n = 0;
        for (int64_t m = 0; m < t->count; m++) {
            ratio[n] = vr_imagenet_x_error_ratio(&t->rows[m], f);
            n += isfinite(ratio[n]);
        }
        mean[f] = vr_mean(ratio, n);
    }
    vrp_imagenet_x_order(order, mean);
    int last = VR_IMAGENET_X_FACTORS - 1;
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
    const vr_table cells =
        vrp_imagenet_x_cells(page->arena, t->metaclasses, VR_IMAGENET_X_METACLASSES * t->count, min_images,
                             true, false); /* calibration is only of all images */
    vr_page_table(page, &cells, "Accuracy and error ratio in each metaclass.");
}

static void vrp_imagenet_x_page_families(vr_page *page, const vr_imagenet_x_families *x) {
    if (!x) return;
    vr_arena *a = page->arena;
    double *values = VR_NEW(a, double, (x->count * VR_IMAGENET_X_FACTORS));
    const char **names = VR_NEW(a, const char *, x->count),
               **columns = VR_NEW(a, const char *, VR_IMAGENET_X_FACTORS);
    int order[VR_IMAGENET_X_FACTORS];
    vrp_imagenet_x_order(order, x->all.ratio);
    for (int64_t k = 0; k < x->count; k++) {
        names[k] = x->families[k].name;
        for (int i = 0; i < VR_IMAGENET_X_FACTORS; i++) {
            columns[i] = vr_imagenet_x_factor(order[i]);
            values[k * VR_IMAGENET_X_FACTORS + i] = x->families[k].ratio[order[i]];
        }
    }
    vr_page_section(page, "Families of models");
    vrp_imagenet_x_heat(page, "Mean error ratio by family and factor", "Each model counts once.", true,
                        values, names, x->count, columns, VR_IMAGENET_X_FACTORS);
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
    vrp_imagenet_x_bars(page, vr_arena_printf(page->arena, "What %s does to each factor", r->augmentation),
                        "Welch's t: right of 0 the error ratio falls as the strength grows",
                        "Between the two strengths at which a cubic fit is highest and lowest.", t, false);
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
    const char *const *names = vrp_imagenet_x_names(page->arena);
    const int64_t labels = set->metaclass ? VRP_IMAGENET_X_LABELS : VR_IMAGENET_X_FACTORS;
    int64_t both[VRP_IMAGENET_X_LABELS][VRP_IMAGENET_X_LABELS], all[VR_IMAGENET_X_FACTORS];
    double share[VR_IMAGENET_X_FACTORS], rho[VRP_IMAGENET_X_LABELS][VRP_IMAGENET_X_LABELS],
        p[VRP_IMAGENET_X_LABELS][VRP_IMAGENET_X_LABELS],
        *shift = VR_NEW(page->arena, double, (VR_IMAGENET_X_METACLASSES * VR_IMAGENET_X_FACTORS)),
        *shown = VR_NEW(page->arena, double, (labels * labels));
    vrp_imagenet_x_together(both, set);
    vrp_imagenet_x_spearman(rho, p, both, set->count);
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++)
        all[f] = both[f][f], share[f] = (double)all[f] / (double)set->count;
    for (int g = 0; g < VR_IMAGENET_X_METACLASSES; g++)
        vr_prevalence_shift(shift + g * VR_IMAGENET_X_FACTORS, both[VR_IMAGENET_X_FACTORS + g], all,
                            VR_IMAGENET_X_FACTORS);
    for (int64_t i = 0; i < labels; i++)
        for (int64_t j = 0; j < labels; j++)
            shown[i * labels + j] = i != j && p[i][j] <= 0.01 ? rho[i][j] : (double)NAN;
    vr_page_section(page, "The annotations");
    vr_page_text(page, "%lld images; %lld prototypes are left out; %lld images have no factor.",
                 (long long)set->count, (long long)set->prototypes, (long long)set->no_factor);
    vrp_imagenet_x_bars(page, "Images with each factor", "share of the images", NULL, share, true);
    if (set->metaclass)
        vrp_imagenet_x_heat(
            page, "Prevalence shift by metaclass and factor",
            "(the factor's share of the metaclass's annotations - its share of all) / its share of all.",
            false, shift, names + VR_IMAGENET_X_FACTORS, VR_IMAGENET_X_METACLASSES, names,
            VR_IMAGENET_X_FACTORS);
    vrp_imagenet_x_heat(page, "Which factors go together",
                        "Spearman's rho between annotations; only cells with p <= 0.01.", false, shown, names,
                        labels, names, labels);
}

/* Has any row a calibration error? */
static bool vrp_imagenet_x_calibrated(const vr_imagenet_x_row *rows, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        if (!isnan(rows[i].ece)) return true;
    return false;
}

bool vr_imagenet_x_page_save(const vr_imagenet_x_report *r, const char *path, vr_err *err) {
    vr_arena arena = {0};
    const vr_imagenet_x_table *t = r->table;
    VR_CHECK(t && t->count > 0 && r->data, "a report needs a table of models, and what it comes from");
    vr_page page =
        vr_page_new(&arena, &(vr_page_info){.title = "Errors by factor: ImageNet-X",
                                            .subtitle = "Which factors of an image make a model err",
                                            .n = t->rows[0].n,
                                            .data = r->data,
                                            .model = t->count == 1 ? t->rows[0].model : NULL,
                                            .build = VR_BUILD,
                                            .command = r->command});
    vrp_imagenet_x_page_lead(&page, r);
    vrp_imagenet_x_page_joins(&page, t);
    vrp_imagenet_x_page_families(&page, r->families);
    vr_page_section(&page, "Error ratios");
    if (t->count <= VRP_IMAGENET_X_FEW)
        for (int64_t m = 0; m < t->count; m++) vrp_imagenet_x_page_ratios(&page, &t->rows[m], r->min_images);
    if (t->count > VRP_IMAGENET_X_FEW) vrp_imagenet_x_page_scatter(&page, t);
    if (t->count > 1) vrp_imagenet_x_page_models(&page, t, r->min_images);
    vrp_imagenet_x_page_effects(&page, r);
    vrp_imagenet_x_page_metaclasses(&page, r);
    vrp_imagenet_x_page_set(&page, r->set);
    const bool ece = vrp_imagenet_x_calibrated(t->rows, t->count);
    const vr_table table = t->count <= VRP_IMAGENET_X_FEW
                               ? vrp_imagenet_x_cells(&arena, t->rows, t->count, r->min_images, false, ece)
                               : vrp_imagenet_x_ratio_table(&arena, t, r->min_images);
    vr_page_section(&page, "All numbers");
    vr_page_table(
        &page, &table,
        t->count > VRP_IMAGENET_X_FEW
            ? "Error ratio: errors with the factor over errors on all images."
            : vr_arena_printf(
                  &arena,
                  "Error ratio: errors with the factor over errors on all images. Rest ratio: over errors "
                  "in all other images. Error shift: how much more common the factor is among "
                  "wrong images.%s",
                  ece ? " ECE: expected calibration error, 15 bins." : ""));
    const bool ok = vr_page_save(&page, path, err);
    vr_arena_free(&arena);
    return ok;
}
