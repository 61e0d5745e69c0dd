/* study/imagenet_x_page.c: the tables of a study on ImageNet-X, and its report as one HTML file: first which factors
 * make the models err, then where (metaclasses), then what the annotations themselves say. */
#include "../metric/prevalence.h"
#include "../report/page.h"
#include "../tensor/hypothesis.h"
#include "imagenet_x.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More models than this are rows of a table, and have no chart of their own. */
#define VRP_IMAGENET_X_FEW 8

/* ---- tables ---- */

/* The error ratio; NaN of fewer than min_images. */
static double vrp_imagenet_x_shown(const vr_imagenet_x_row *row, int64_t f, int64_t min_images) {
    return row->count[f] > 0 && row->count[f] < min_images ? (double)NAN : vr_imagenet_x_error_ratio(row, f);
}

/* An accuracy over n images with Wilson's 95 % interval; without one where n is not known. */
static vr_interval vrp_imagenet_x_interval(double accuracy, int64_t images) {
    if (images <= 0 || isnan(accuracy)) return (vr_interval){accuracy, (double)NAN, (double)NAN};
    return vr_wilson((int64_t)rint(accuracy * (double)images), images, 0);
}

static double vrp_imagenet_x_images(int64_t n) { return n > 0 ? (double)n : (double)NAN; }

/* A few models: a row a factor. */
static vr_table vrp_imagenet_x_by_factor(vr_arena *arena, const vr_imagenet_x_table *table,
                                         int64_t min_images) {
    const char *names[2 + VRP_IMAGENET_X_FEW] = {"factor", "images"};
    for (int64_t m = 1; m < table->count; m++) /* of files with other images each */
        if (memcmp(table->rows[m].count, table->rows[0].count, sizeof table->rows[0].count) != 0)
            names[1] = vr_arena_printf(arena, "images, %s", table->rows[0].model);
    for (int64_t m = 0; m < table->count; m++) names[2 + m] = table->rows[m].model;
    vr_table t = vr_table_new(arena, names, 2 + table->count);
    for (int64_t f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        vr_table_text(&t, vr_imagenet_x_factor(f));
        vr_table_number(&t, vrp_imagenet_x_images(table->rows[0].count[f]), 0);
        for (int64_t m = 0; m < table->count; m++)
            vr_table_digits(&t, vrp_imagenet_x_shown(&table->rows[m], f, min_images), 6);
    }
    return t;
}

vr_table vr_imagenet_x_ratio_table(vr_arena *arena, const vr_imagenet_x_table *table, int64_t min_images) {
    if (table->count <= VRP_IMAGENET_X_FEW) return vrp_imagenet_x_by_factor(arena, table, min_images);
    const char *names[2 + VR_IMAGENET_X_FACTORS] = {"model", "accuracy"};
    for (int64_t f = 0; f < VR_IMAGENET_X_FACTORS; f++) names[2 + f] = vr_imagenet_x_factor(f);
    vr_table t = vr_table_new(arena, names, 2 + VR_IMAGENET_X_FACTORS);
    for (int64_t m = 0; m < table->count; m++) {
        vr_table_text(&t, table->rows[m].model);
        vr_table_number(&t, table->rows[m].average, 4);
        for (int64_t f = 0; f < VR_IMAGENET_X_FACTORS; f++)
            vr_table_digits(&t, vrp_imagenet_x_shown(&table->rows[m], f, min_images), 6);
    }
    return t;
}

/* metaclass and ece: with these columns. */
static vr_table vrp_imagenet_x_cells(vr_arena *arena, const vr_imagenet_x_row *rows, int64_t count,
                                     int64_t min_images, bool metaclass, bool ece) {
    const char *names[9] = {"model"};
    static const char *const more[] = {"factor",      "images",     "accuracy",
                                       "error ratio", "rest ratio", "error shift"};
    int64_t columns = 1;
    if (metaclass) names[columns++] = "metaclass";
    for (int k = 0; k < 6; k++) names[columns++] = more[k];
    if (ece) names[columns++] = "ece";
    vr_table t = vr_table_new(arena, names, columns);
    for (int64_t i = 0; i < count; i++) {
        const vr_imagenet_x_row *row = &rows[i];
        double shift[VR_IMAGENET_X_FACTORS];
        vr_imagenet_x_shift(shift, row);
        for (int f = -1; f < VR_IMAGENET_X_FACTORS; f++) {
            const bool all = f < 0;
            const double accuracy = all ? row->average : row->accuracy[f];
            const int64_t images = all ? row->n : row->count[f];
            if (images < min_images && (images > 0 || isnan(accuracy))) continue;
            vr_table_text(&t, row->model);
            if (metaclass) vr_table_text(&t, row->metaclass ? row->metaclass : "");
            vr_table_text(&t, all ? "(all)" : vr_imagenet_x_factor(f));
            vr_table_number(&t, vrp_imagenet_x_images(images), 0);
            vr_table_interval(&t, vrp_imagenet_x_interval(accuracy, images), 4);
            vr_table_interval(
                &t, all ? (vr_interval){1, NAN, NAN} : vr_imagenet_x_error_ratio_interval(row, f), 3);
            vr_table_number(&t, all ? (double)NAN : vr_imagenet_x_rest_ratio(row, f), 3);
            vr_table_number(&t, all ? (double)NAN : shift[f], 4);
            if (ece) vr_table_number(&t, all ? row->ece : row->factor_ece[f], 4);
        }
    }
    return t;
}

vr_table vr_imagenet_x_cells(vr_arena *arena, const vr_imagenet_x_row *rows, int64_t count,
                             int64_t min_images) {
    return vrp_imagenet_x_cells(arena, rows, count, min_images, true,
                                true); /* programs want the same columns always */
}

/* Has any row a calibration error? */
static bool vrp_imagenet_x_calibrated(const vr_imagenet_x_row *rows, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        if (!isnan(rows[i].ece)) return true;
    return false;
}

/* order[16]: factors from the highest value to the lowest; NaN last. */
static void vrp_imagenet_x_order(int *order, const double *value) {
    for (int i = 0; i < VR_IMAGENET_X_FACTORS; i++) {
        int at = i;
        for (;
             at > 0 && (value[i] > value[order[at - 1]] || (isnan(value[order[at - 1]]) && !isnan(value[i])));
             at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

vr_table vr_imagenet_x_family_table(vr_arena *arena, const vr_imagenet_x_families *x) {
    const char **names = VR_NEW(arena, const char *, x->count + 4);
    names[0] = "factor";
    names[1] = vr_arena_printf(arena, "all (%lld)", (long long)x->all.models);
    for (int64_t i = 0; i < x->count; i++)
        names[2 + i] =
            vr_arena_printf(arena, "%s (%lld)", x->families[i].name, (long long)x->families[i].models);
    names[2 + x->count] = "A", names[3 + x->count] = "p";
    vr_table t = vr_table_new(arena, names, x->count + 4);
    int order[VR_IMAGENET_X_FACTORS];
    vrp_imagenet_x_order(order, x->all.ratio);
    for (int i = 0; i < VR_IMAGENET_X_FACTORS; i++) {
        const int f = order[i];
        vr_table_text(&t, vr_imagenet_x_factor(f));
        vr_table_number(&t, x->all.ratio[f], 4);
        for (int64_t k = 0; k < x->count; k++) vr_table_number(&t, x->families[k].ratio[f], 4);
        vr_table_number(&t, x->statistic[f], 4);
        vr_table_digits(&t, x->p[f], 2);
    }
    return t;
}

vr_table vr_imagenet_x_effect_table(vr_arena *arena, const vr_imagenet_x_effects *x) {
    static const char *const names[] = {"factor",      "t",           "p",          "from strength",
                                        "ratio there", "to strength", "ratio at it"};
    vr_table t = vr_table_new(arena, names, (int64_t)(sizeof names / sizeof *names));
    double value[VR_IMAGENET_X_FACTORS];
    int order[VR_IMAGENET_X_FACTORS];
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) value[f] = x->factors[f].t;
    vrp_imagenet_x_order(order, value);
    for (int i = 0; i < VR_IMAGENET_X_FACTORS; i++) {
        const vr_imagenet_x_effect *e = &x->factors[order[i]];
        vr_table_text(&t, vr_imagenet_x_factor(order[i]));
        vr_table_number(&t, e->t, 4);
        vr_table_digits(&t, e->p, 2);
        vr_table_number(&t, e->low, 1);
        vr_table_number(&t, e->low_mean, 4);
        vr_table_number(&t, e->high, 1);
        vr_table_number(&t, e->high_mean, 4);
    }
    return t;
}

/* ---- the page ---- */

static const char *const *vrp_imagenet_x_names(vr_arena *arena, int64_t labels) {
    const char **names = VR_NEW(arena, const char *, labels);
    for (int64_t i = 0; i < labels; i++)
        names[i] = i < VR_IMAGENET_X_FACTORS ? vr_imagenet_x_factor(i)
                                             : vr_imagenet_x_metaclass(i - VR_IMAGENET_X_FACTORS);
    return names;
}

/* What a reader wants to know first: the highest of all error ratios. */
static void vrp_imagenet_x_page_lead(vr_page *page, const vr_imagenet_x_report *r) {
    vr_arena *a = page->arena;
    const vr_imagenet_x_table *t = r->table;
    const vr_imagenet_x_row *row = NULL;
    int64_t factor = -1;
    for (int64_t m = 0; m < t->count; m++) {
        const int64_t f = vr_imagenet_x_worst(&t->rows[m], r->min_images);
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
        const vr_interval ratio = vr_imagenet_x_error_ratio_interval(row, factor);
        labels[n] = "highest error ratio", values[n++] = vr_arena_printf(a, "%.2f", ratio.value);
        labels[n] = "its factor", values[n++] = vr_imagenet_x_factor(factor);
        vr_page_lead(
            page, "%s makes %.2f times as many errors on images with the factor '%s' as on all images%s",
            row->model, ratio.value, vr_imagenet_x_factor(factor),
            isnan(ratio.low) ? "."
                             : vr_arena_printf(a, " (%lld images; 95 %% interval %.2f to %.2f).",
                                               (long long)row->count[factor], ratio.low, ratio.high));
    }
    vr_page_figures(page, values, labels, n);
}

/* What was left out, and why. */
static void vrp_imagenet_x_page_joins(vr_page *page, const vr_imagenet_x_report *r) {
    vr_imagenet_x_join most = {0};
    for (int64_t m = 0; m < r->table->count; m++) {
        const vr_imagenet_x_join j = r->table->rows[m].join;
        most.prototypes = vr_max(most.prototypes, j.prototypes);
        most.unknown = vr_max(most.unknown, j.unknown);
        most.missing = vr_max(most.missing, j.missing);
        most.unlabelled = vr_max(most.unlabelled, j.unlabelled);
    }
    if (most.prototypes + most.unknown + most.missing + most.unlabelled > 0)
        vr_page_text(
            page,
            "Left out, at most, in one model: %lld predictions for prototypes, %lld for images without "
            "annotations, %lld annotated images without a prediction, %lld images without a ReaL label.",
            (long long)most.prototypes, (long long)most.unknown, (long long)most.missing,
            (long long)most.unlabelled);
    if (r->table->passed_over > 0)
        vr_page_text(page, "%lld other files in the folders were passed over.",
                     (long long)r->table->passed_over);
}

static void vrp_imagenet_x_page_bars(vr_page *page, const vr_imagenet_x_row *row, int64_t min_images) {
    vr_arena *a = page->arena;
    const char **names = VR_NEW(a, const char *, VR_IMAGENET_X_FACTORS);
    vr_interval *ratios = VR_NEW(a, vr_interval, VR_IMAGENET_X_FACTORS);
    int64_t n = 0;
    for (int64_t f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        if (isnan(vrp_imagenet_x_shown(row, f, min_images))) continue;
        names[n] = row->count[f] > 0
                       ? vr_arena_printf(a, "%s (%lld)", vr_imagenet_x_factor(f), (long long)row->count[f])
                       : vr_imagenet_x_factor(f);
        ratios[n++] = vr_imagenet_x_error_ratio_interval(row, f);
    }
    if (n == 0) return;
    const vr_plot plot = {.kind = VR_PLOT_BARS,
                          .title = vr_arena_printf(a, "%s: error ratio by factor", row->model),
                          .x_label = "error ratio: (1 - accuracy under the factor) / (1 - accuracy)",
                          .names = names,
                          .intervals = ratios,
                          .count = n,
                          .mark = 1,
                          .sorted = true};
    vr_page_plot(page, &plot,
                 "In brackets the images with the factor; whiskers are 95 % intervals, where counts are "
                 "known. At the dashed line the factor brings no more errors than images have at large.");
}

/* Error ratios as cells: factors by models, or factors by metaclasses of one model. */
static void vrp_imagenet_x_page_heat(vr_page *page, const vr_imagenet_x_row *rows, int64_t count,
                                     int64_t step, const char *title, const char *caption,
                                     int64_t min_images) {
    vr_arena *a = page->arena;
    double *values = VR_NEW(a, double, (VR_IMAGENET_X_FACTORS * count));
    const char **names = VR_NEW(a, const char *, count);
    for (int64_t i = 0; i < count; i++) {
        const vr_imagenet_x_row *row = &rows[i * step];
        names[i] = row->metaclass ? row->metaclass : row->model;
        for (int64_t f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
            const double ratio = vrp_imagenet_x_shown(row, f, min_images);
            values[i * VR_IMAGENET_X_FACTORS + f] = isfinite(ratio) ? ratio : (double)NAN;
        }
    }
    const vr_plot plot = {.kind = VR_PLOT_HEAT,
                          .title = title,
                          .values = values,
                          .names = names,
                          .column_names = vrp_imagenet_x_names(a, VR_IMAGENET_X_FACTORS),
                          .rows = count,
                          .columns = VR_IMAGENET_X_FACTORS};
    vr_page_plot(page, &plot, caption);
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
    for (int64_t m = 0; m < t->count; m++) rows[m].model = vrp_imagenet_x_short(page->arena, rows[m].model);
    vrp_imagenet_x_page_heat(
        page, rows, t->count, 1, "Error ratio by model and factor",
        few ? "Darker is worse on a light page, lighter on a dark one; 1 is no worse than at large."
            : "From the most accurate model at the top to the least accurate one.",
        min_images);
}

/* Many models: accuracy under the hardest factors and the easiest one against accuracy at large. */
static void vrp_imagenet_x_page_scatter(vr_page *page, const vr_imagenet_x_table *t) {
    enum { SERIES = 4 };
    vr_arena *a = page->arena;
    double mean[VR_IMAGENET_X_FACTORS], *ratio = VR_NEW(a, double, t->count),
                                        *x = VR_NEW(a, double, t->count);
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
            y[m] = t->rows[m].accuracy[f], names[s * t->count + m] = t->rows[m].model;
        series[s] = (vr_series){.name = vr_imagenet_x_factor(f), .x = x, .y = y, .count = t->count};
    }
    const vr_plot plot = {.kind = VR_PLOT_SCATTER,
                          .title = "Accuracy under a factor and at large",
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
                             true, false); /* calibration is of all images alone */
    vr_page_table(page, &cells, "Accuracy and error ratio in each metaclass.");
}

static void vrp_imagenet_x_page_families(vr_page *page, const vr_imagenet_x_families *x) {
    if (!x) return;
    vr_arena *a = page->arena;
    double *values = VR_NEW(a, double, (x->count * VR_IMAGENET_X_FACTORS));
    const char **names = VR_NEW(a, const char *, x->count);
    int order[VR_IMAGENET_X_FACTORS];
    vrp_imagenet_x_order(order, x->all.ratio);
    const char **columns = VR_NEW(a, const char *, VR_IMAGENET_X_FACTORS);
    for (int i = 0; i < VR_IMAGENET_X_FACTORS; i++) columns[i] = vr_imagenet_x_factor(order[i]);
    for (int64_t k = 0; k < x->count; k++) {
        names[k] = x->families[k].name;
        for (int i = 0; i < VR_IMAGENET_X_FACTORS; i++)
            values[k * VR_IMAGENET_X_FACTORS + i] = x->families[k].ratio[order[i]];
    }
    const vr_plot plot = {.kind = VR_PLOT_HEAT,
                          .title = "Mean error ratio by family and factor",
                          .values = values,
                          .names = names,
                          .column_names = columns,
                          .rows = x->count,
                          .columns = VR_IMAGENET_X_FACTORS};
    vr_page_section(page, "Families of models");
    vr_page_plot(page, &plot, "Each model counts once.");
    const vr_table table = vr_imagenet_x_family_table(a, x);
    vr_page_table(page, &table, "A: Alexander-Govern's test of whether the families differ, and its p.");
    vr_page_text(
        page,
        "%lld models of other families and %lld that the catalogue does not name are left out; %lld rows "
        "repeat a model of an earlier row.",
        (long long)x->other, (long long)x->unlisted, (long long)x->repeated);
}

static void vrp_imagenet_x_page_effects(vr_page *page, const vr_imagenet_x_report *r) {
    if (!r->effects) return;
    vr_arena *a = page->arena;
    const char **names = VR_NEW(a, const char *, VR_IMAGENET_X_FACTORS);
    vr_interval *t = VR_NEW(a, vr_interval, VR_IMAGENET_X_FACTORS);
    for (int64_t f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        names[f] = vr_imagenet_x_factor(f);
        t[f] = (vr_interval){r->effects->factors[f].t, (double)NAN, (double)NAN};
    }
    const vr_plot plot = {.kind = VR_PLOT_BARS,
                          .title = vr_arena_printf(a, "What %s does to each factor", r->augmentation),
                          .x_label = "Welch's t: right of 0 the error ratio falls as the strength grows",
                          .names = names,
                          .intervals = t,
                          .count = VR_IMAGENET_X_FACTORS,
                          .sorted = true};
    vr_page_section(page, "What the augmentation does");
    vr_page_plot(page, &plot, "Between the two strengths at which a cubic fit is highest and lowest.");
    const vr_table table = vr_imagenet_x_effect_table(a, r->effects);
    vr_page_table(page, &table, "Mean error ratios at the lower and the higher of the two strengths.");
    vr_page_text(
        page,
        "%lld models at %lld strengths; %lld of strengths with four models or fewer, and %lld whose name "
        "tells no strength, are left out.",
        (long long)r->effects->models, (long long)r->effects->levels, (long long)r->effects->thin,
        (long long)r->effects->other);
}

/* Of which metaclass a factor is ticked more often than at large. */
static void vrp_imagenet_x_page_prevalence(vr_page *page, const vr_imagenet_x_set *set, const int64_t *all) {
    enum { F = VR_IMAGENET_X_FACTORS, G = VR_IMAGENET_X_METACLASSES };
    vr_arena *a = page->arena;
    double *values = VR_NEW(a, double, (G * F));
    for (int g = 0; g < G; g++) {
        int64_t counts[F];
        vr_imagenet_x_counts(counts, set, g);
        vr_prevalence_shift(values + g * F, counts, all, F);
    }
    const vr_plot plot = {.kind = VR_PLOT_HEAT,
                          .title = "Prevalence shift by metaclass and factor",
                          .values = values,
                          .names = vrp_imagenet_x_names(a, VR_IMAGENET_X_LABELS) + F,
                          .column_names = vrp_imagenet_x_names(a, F),
                          .rows = G,
                          .columns = F};
    vr_page_plot(
        page, &plot,
        "(the factor's share of the metaclass's ticks - its share of all ticks) / its share of all ticks.");
}

/* What the annotations are, and which go together. */
static void vrp_imagenet_x_page_set(vr_page *page, const vr_imagenet_x_set *set) {
    if (!set) return;
    vr_arena *a = page->arena;
    vr_interval *share = VR_NEW(a, vr_interval, VR_IMAGENET_X_FACTORS);
    int64_t counts[VR_IMAGENET_X_FACTORS];
    vr_imagenet_x_counts(counts, set, -1);
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++)
        share[f] = (vr_interval){(double)counts[f] / (double)set->count, (double)NAN, (double)NAN};
    const int64_t labels = set->metaclass ? VR_IMAGENET_X_LABELS : VR_IMAGENET_X_FACTORS;
    const char *const *names = vrp_imagenet_x_names(a, labels);
    const vr_plot bars = {.kind = VR_PLOT_BARS,
                          .title = "Images with each factor",
                          .x_label = "share of the images",
                          .names = names,
                          .intervals = share,
                          .count = VR_IMAGENET_X_FACTORS,
                          .percent = true,
                          .sorted = true};
    double *rho = VR_NEW(a, double, (2 * VR_IMAGENET_X_LABELS * VR_IMAGENET_X_LABELS));
    double *p = rho + VR_IMAGENET_X_LABELS * VR_IMAGENET_X_LABELS,
           *values = VR_NEW(a, double, (labels * labels));
    vr_imagenet_x_spearman(rho, p, set, false);
    for (int64_t i = 0; i < labels; i++)
        for (int64_t j = 0; j < labels; j++) {
            const int64_t at = i * VR_IMAGENET_X_LABELS + j;
            values[i * labels + j] = i != j && p[at] <= 0.01 ? rho[at] : (double)NAN;
        }
    const vr_plot heat = {.kind = VR_PLOT_HEAT,
                          .title = "Which factors go together",
                          .values = values,
                          .names = names,
                          .column_names = names,
                          .rows = labels,
                          .columns = labels};
    vr_page_section(page, "The annotations");
    vr_page_text(page, "%lld images; %lld prototypes are left out; on %lld images no factor is ticked.",
                 (long long)set->count, (long long)set->prototypes, (long long)set->no_factor);
    vr_page_plot(page, &bars, NULL);
    if (set->metaclass) vrp_imagenet_x_page_prevalence(page, set, counts);
    vr_page_plot(page, &heat, "Spearman's rho between what is ticked; only cells with p <= 0.01.");
}

bool vr_imagenet_x_page_save(const vr_imagenet_x_report *r, const char *path, vr_err *err) {
    vr_arena arena = {0};
    const vr_imagenet_x_table *t = r->table;
    VR_CHECK(t && t->count > 0 && r->data, "a report wants a table of models, and what it comes from");
    vr_page page =
        vr_page_new(&arena, &(vr_page_info){.title = "Errors by factor: ImageNet-X",
                                            .subtitle = "Which factors of a photograph make a model err",
                                            .n = t->rows[0].n,
                                            .data = r->data,
                                            .model = t->count == 1 ? t->rows[0].model : NULL,
                                            .build = VR_BUILD,
                                            .command = r->command});
    vrp_imagenet_x_page_lead(&page, r);
    vrp_imagenet_x_page_joins(&page, r);
    vr_page_section(&page, "Error ratios");
    if (t->count <= VRP_IMAGENET_X_FEW)
        for (int64_t m = 0; m < t->count; m++) vrp_imagenet_x_page_bars(&page, &t->rows[m], r->min_images);
    if (t->count > VRP_IMAGENET_X_FEW) vrp_imagenet_x_page_scatter(&page, t);
    if (t->count > 1) vrp_imagenet_x_page_models(&page, t, r->min_images);
    vrp_imagenet_x_page_families(&page, r->families);
    vrp_imagenet_x_page_effects(&page, r);
    vrp_imagenet_x_page_metaclasses(&page, r);
    vrp_imagenet_x_page_set(&page, r->set);
    const bool ece = vrp_imagenet_x_calibrated(t->rows, t->count);
    const vr_table table = t->count <= VRP_IMAGENET_X_FEW
                               ? vrp_imagenet_x_cells(&arena, t->rows, t->count, r->min_images, false, ece)
                               : vr_imagenet_x_ratio_table(&arena, t, r->min_images);
    vr_page_section(&page, "All numbers");
    vr_page_table(
        &page, &table,
        t->count > VRP_IMAGENET_X_FEW
            ? "Error ratio: errors with the factor over errors at large."
            : vr_arena_printf(
                  &arena,
                  "Error ratio: errors with the factor over errors at large. Rest ratio: over errors "
                  "in all other images. Error shift: how much more often the factor is ticked on "
                  "wrong images.%s",
                  ece ? " ECE: expected calibration error, 15 bins." : ""));
    const bool ok = vr_page_save(&page, path, err);
    vr_arena_free(&arena);
    return ok;
}

#undef VRP_IMAGENET_X_FEW
