/* study/robustness_page.c: the report of study/robustness as one HTML file: first the answer in four numbers, then
 * what the factors look like, then which of them break the model, from which severity on, and for which classes. */
#include "../base/os.h"
#include "../metric/accuracy.h"
#include "../report/page.h"
#include "robustness.h"
#include <math.h>
#include <string.h>

/* More classes than this would make a heat map of unreadable columns; the table and the CSV remain. */
#define VRP_ROBUSTNESS_PAGE_CLASSES 40
/* Samples are shown at most this large, so that 150 of them stay near a megabyte. */
#define VRP_ROBUSTNESS_PAGE_SAMPLE 112

/* An image as a file for the page: small ones exactly, photographs as JPEG. */
static vr_page_image vrp_robustness_page_image(vr_arena *arena, vr_image image, const char *alt) {
    if (image.width <= 64) return (vr_page_image){vr_image_format_png(arena, image), alt};
    if (image.width > VRP_ROBUSTNESS_PAGE_SAMPLE) {
        const int64_t side = VRP_ROBUSTNESS_PAGE_SAMPLE;
        image =
            vr_resize(arena, image, side, vr_max(1, side * image.height / image.width), VR_FILTER_BICUBIC);
    }
    return (vr_page_image){vr_image_format_jpeg(arena, image, 85), alt};
}

/* One image of the data set under every factor and severity. */
static bool vrp_robustness_page_samples(vr_page *page, const vr_robustness *r, const vr_model *model,
                                        const vr_dataset *data, vr_err *err) {
    static const char *const columns[] = {"clean", "1", "2", "3", "4", "5"};
    enum { COLUMNS = VR_SEVERITIES + 1 };
    vr_arena *a = page->arena;
    vr_image whole;
    const int64_t index = r->index[0];
    if (!vr_dataset_image(a, &whole, data, index, err)) return false;
    const vr_image clean = vr_preprocess_crop(a, whole, &model->preprocess);
    vr_page_image *images = VR_NEW(a, vr_page_image, r->factor_count * COLUMNS);
    const char **rows = VR_NEW(a, const char *, r->factor_count);
    const vr_rng rng = vr_rng_split(vr_rng_init(r->seed), "factors");
    for (int64_t f = 0; f < r->factor_count; f++) {
        const vr_factor factor = r->factors[f].factor;
        rows[f] = vr_factor_name(factor);
        images[f * COLUMNS] = vrp_robustness_page_image(a, clean, "the clean image");
        for (int s = 1; s <= VR_SEVERITIES; s++) {
            const vr_rng own = vr_rng_at(vr_rng_split(rng, rows[f]), (uint64_t)data->origin[index]);
            images[f * COLUMNS + s] =
                vrp_robustness_page_image(a, vr_factor_apply(a, clean, factor, s, own),
                                          vr_arena_printf(a, "%s at severity %d", rows[f], s));
        }
    }
    vr_page_section(page, "What each factor does");
    vr_page_grid(page, images, rows, columns, r->factor_count, COLUMNS,
                 vr_arena_printf(a, "%s, as the model sees it, at severities 1 to 5.", data->files[index]));
    return true;
}

static void vrp_robustness_page_ratios(vr_page *page, const vr_robustness *r) {
    vr_arena *a = page->arena;
    const char **names = VR_NEW(a, const char *, r->factor_count);
    vr_interval *ratios = VR_NEW(a, vr_interval, r->factor_count);
    for (int64_t f = 0; f < r->factor_count; f++) {
        names[f] = vr_factor_name(r->factors[f].factor);
        ratios[f] = r->factors[f].error_ratio;
    }
    const vr_plot plot = {.kind = VR_PLOT_BARS,
                          .title = "Error ratio by factor",
                          .x_label = "error ratio: (1 - accuracy under the factor) / (1 - clean accuracy)",
                          .names = names,
                          .intervals = ratios,
                          .count = r->factor_count,
                          .mark = 1,
                          .sorted = true};
    vr_page_section(page, "Which factors break it");
    vr_page_plot(page, &plot,
                 "Mean over severities 1 to 5, with 95 % bootstrap intervals over images. At the dashed "
                 "line a factor makes no more errors than clean images.");
}

static void vrp_robustness_page_curves(vr_page *page, const vr_robustness *r) {
    enum { POINTS = VR_SEVERITIES + 1 };
    static const double severity[POINTS] = {0, 1, 2, 3, 4, 5};
    vr_arena *a = page->arena;
    vr_series *series = VR_NEW(a, vr_series, r->factor_count);
    for (int64_t f = 0; f < r->factor_count; f++) {
        double *y = VR_NEW(a, double, 3 * POINTS), *low = y + POINTS, *high = low + POINTS;
        for (int s = 0; s < POINTS; s++) {
            const vr_interval at = s == 0 ? r->clean : r->factors[f].at[s - 1];
            y[s] = at.value, low[s] = at.low, high[s] = at.high;
        }
        series[f] = (vr_series){vr_factor_name(r->factors[f].factor), severity, y, low, high, POINTS};
    }
    const vr_plot plot = {.kind = VR_PLOT_PANELS,
                          .title = "Accuracy by severity",
                          .x_label = "severity (0 = clean)",
                          .y_label = "accuracy",
                          .series = series,
                          .series_count = r->factor_count,
                          .y_max = 1,
                          .percent = true};
    vr_page_section(page, "From which severity on");
    vr_page_plot(page, &plot, "Bands are 95 % bootstrap intervals.");
}

static void vrp_robustness_page_classes(vr_page *page, const vr_robustness *r, const vr_model *model,
                                        const vr_dataset *data) {
    if (r->classes > VRP_ROBUSTNESS_PAGE_CLASSES) return;
    vr_arena *a = page->arena;
    const int64_t C = r->classes, rows = r->factor_count + 1;
    double *values = VR_NEW(a, double, rows *C);
    const char **names = VR_NEW(a, const char *, rows), **columns = VR_NEW(a, const char *, C);
    const char *const *labels = data->class_count == C ? data->classes : model->labels;
    for (int64_t c = 0; c < C; c++)
        columns[c] = labels ? labels[c] : vr_arena_printf(a, "%lld", (long long)c);
    names[0] = "(clean)";
    memcpy(values, r->clean_class_accuracy, (size_t)C * sizeof *values);
    for (int64_t f = 0; f < r->factor_count; f++) {
        names[f + 1] = vr_factor_name(r->factors[f].factor);
        memcpy(values + (f + 1) * C, r->factors[f].class_accuracy, (size_t)C * sizeof *values);
    }
    const vr_plot plot = {.kind = VR_PLOT_HEAT,
                          .title = "Accuracy by factor and class",
                          .values = values,
                          .names = names,
                          .column_names = columns,
                          .rows = rows,
                          .columns = C,
                          .percent = true};
    const int64_t worst = vr_worst(r->factors[r->worst].class_accuracy, C);
    vr_page_section(page, "Which classes break");
    if (worst >= 0)
        vr_page_text(
            page, "Under %s, the worst factor, the worst class is %s: %.1f %%, from %.1f %% on clean images.",
            vr_factor_name(r->factors[r->worst].factor), columns[worst],
            100 * r->factors[r->worst].class_accuracy[worst], 100 * r->clean_class_accuracy[worst]);
    vr_page_plot(page, &plot, "Mean over severities 1 to 5.");
}

static void vrp_robustness_page_figures(vr_page *page, const vr_robustness *r) {
    vr_arena *a = page->arena;
    const vr_robustness_factor *worst = &r->factors[r->worst];
    const bool corruptions = !isnan(r->mean_corruption_error);
    const char *values[4] = {vr_arena_printf(a, "%.1f %%", 100 * r->clean.value),
                             vr_factor_name(worst->factor),
                             vr_arena_printf(a, "%.2f", worst->error_ratio.value),
                             vr_arena_printf(a, "%.1f %%", 100 * r->mean_corruption_error)};
    const char *const labels[4] = {"accuracy on clean images", "worst factor", "its error ratio",
                                   "mean corruption error"};
    vr_page_figures(page, values, labels, corruptions ? 4 : 3);
}

bool vr_robustness_page_save(const vr_robustness *r, const vr_model *model, const vr_dataset *data,
                             const char *command, const char *path, vr_err *err) {
    vr_arena arena = {0};
    vr_page page =
        vr_page_new(&arena, &(vr_page_info){.title = vr_arena_printf(&arena, "Robustness of %s", model->name),
                                            .subtitle = "How, where and why this model breaks",
                                            .n = r->count,
                                            .seed = r->seed,
                                            .data = data->path,
                                            .model = model->name,
                                            .build = VR_BUILD,
                                            .command = command});
    vrp_robustness_page_figures(&page, r);
    if (r->skipped > 0)
        vr_page_text(&page, "%lld images could not be decoded and are left out.", (long long)r->skipped);
    bool ok = vrp_robustness_page_samples(&page, r, model, data, err);
    if (ok) {
        vrp_robustness_page_ratios(&page, r);
        vrp_robustness_page_curves(&page, r);
        vrp_robustness_page_classes(&page, r, model, data);
        const vr_table table = vr_robustness_table(&arena, r);
        vr_page_section(&page, "All numbers");
        vr_page_table(
            &page, &table,
            "Accuracy is the mean over severities. Drop is in percentage points from clean. ECE: 15 bins. "
            "Consistency: how often the prediction is the one of the clean image.");
        ok = vr_page_save(&page, path, err);
    }
    vr_arena_free(&arena);
    return ok;
}

#undef VRP_ROBUSTNESS_PAGE_CLASSES
#undef VRP_ROBUSTNESS_PAGE_SAMPLE
