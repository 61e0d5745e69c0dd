/* study/robustness/page.c: the report of study/robustness as one HTML file: first the answer in four numbers, then
 * what the factors look like, then which of them break the model, from which severity on, and for which classes. */
#include "../../base/os.h"
#include "../../metric/accuracy.h"
#include "../../report/page.h"
#include "../corruption_impl.h"
#include "robustness_impl.h"
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
        image = vr_image_resize(arena, image, side, vr_max(1, side * image.height / image.width),
                                VR_FILTER_BICUBIC);
    }
    return (vr_page_image){vr_image_format_jpeg(arena, image, 85), alt};
}

/* "gaussian noise": the name as prose has it. */
static const char *vrp_robustness_page_name(vr_arena *arena, vr_factor factor) {
    const char *name = vr_factor_name(factor);
    char *out = (char *)vr_arena_alloc(arena, (int64_t)strlen(name) + 1, 1);
    for (int64_t i = 0; (out[i] = name[i] == '_' ? ' ' : name[i]) != 0;) i++;
    return out;
}

static const char **vrp_robustness_page_names(vr_arena *arena, const vr_robustness *r) {
    const char **names = VR_NEW(arena, const char *, r->factor_count);
    for (int64_t f = 0; f < r->factor_count; f++)
        names[f] = vrp_robustness_page_name(arena, r->factors[f].factor);
    return names;
}

/* The factors' numbers from the highest error ratio to the lowest; equal and unknown ones in their order. */
static int64_t *vrp_robustness_page_order(vr_arena *arena, const vr_robustness *r) {
    int64_t *order = VR_NEW(arena, int64_t, r->factor_count);
    for (int64_t f = 0; f < r->factor_count; f++) {
        const double ratio = r->factors[f].error_ratio.value;
        int64_t at = f;
        for (; at > 0 && (ratio > r->factors[order[at - 1]].error_ratio.value ||
                          (isnan(r->factors[order[at - 1]].error_ratio.value) && !isnan(ratio)));
             at--)
            order[at] = order[at - 1];
        order[at] = f;
    }
    return order;
}

/* One image of the data set: first under each factor at one severity, the worst factor first, then, folded away, at
 * every severity. */
static bool vrp_robustness_page_samples(vr_page *page, const vr_robustness *r, bool alone, vr_err *err) {
    vr_arena *a = page->arena;
    const vr_dataset *data = &r->subject.data;
    const int64_t S = r->severity_count, shown = S / 2, across = S + 1;
    const char *columns[VR_SEVERITIES + 1] = {"clean"};
    for (int64_t s = 0; s < S; s++) columns[s + 1] = vr_arena_printf(a, "%d", r->severity[s]);
    const int64_t n = r->factor_count, index = r->index[0], *order = vrp_robustness_page_order(a, r);
    vr_image whole;
    if (!vr_dataset_image(a, &whole, data, index, err)) return false;
    const vr_image clean = vr_preprocess_crop(a, whole, &r->subject.model->preprocess);
    vr_page_image *images = VR_NEW(a, vr_page_image, (n * across)), *strip = VR_NEW(a, vr_page_image, n + 1);
    const char **rows = VR_NEW(a, const char *, 2 * (n + 1)), **values = rows + n + 1;
    const vr_rng rng = vr_rng_split(vr_rng_init(r->seed), "factors");
    rows[0] = "clean", strip[0] = vrp_robustness_page_image(a, clean, "the clean image");
    values[0] = vr_arena_printf(a, "%.1f %%", 100 * r->clean.value);
    for (int64_t i = 0; i < n; i++) {
        const vr_robustness_factor *f = &r->factors[order[i]];
        rows[i + 1] = vrp_robustness_page_name(a, f->factor);
        images[i * across] = strip[0];
        for (int64_t s = 0; s < S; s++) {
            const vr_rng own =
                vr_rng_at(vr_rng_split(rng, vr_factor_name(f->factor)), (uint64_t)data->origin[index]);
            images[i * across + s + 1] = vrp_robustness_page_image(
                a, vr_factor_apply(a, clean, f->factor, r->severity[s], own),
                vr_arena_printf(a, "%s at severity %d", rows[i + 1], r->severity[s]));
        }
        strip[i + 1] = images[i * across + shown + 1];
        values[i + 1] = vr_arena_printf(a, "%.1f %%", 100 * f->at[shown].value);
    }
    vr_page_section(page, "What each factor does");
    vr_page_strip(
        page, strip, rows, values, n + 1,
        vr_arena_printf(a,
                        "Image %s, as %s sees it, at severity %d of 5, the worst factor first. Below each: "
                        "how many of all images are still classified correctly%s.",
                        data->files[index], alone ? "the model" : "model A", r->severity[shown],
                        alone ? "" : " by model A"));
    for (int64_t f = 0; f < n; f++)
        if (r->factors[f].factor == VR_FACTOR_FROST)
            vr_page_text(
                page, "Frost is procedural: drawn with the statistics of ImageNet-C's photographs of ice.");
    vr_page_fold(page, S == VR_SEVERITIES
                           ? "All five severities"
                           : vr_arena_printf(a, "All %s", vrp_severities_text(a, r->severity, S)));
    vr_page_grid(page, images, rows + 1, columns, n, across, NULL);
    vr_page_fold(page, NULL);
    return true;
}

/* Accuracy by factor, clean first, and model. */
static vr_plot vrp_robustness_heat(vr_arena *a, const vr_robustness *r, int64_t count) {
    const int64_t rows = r->factor_count + 1;
    double *values = VR_NEW(a, double, (rows * count));
    const char **names = VR_NEW(a, const char *, rows), **columns = VR_NEW(a, const char *, count);
    names[0] = "(clean)";
    memcpy(names + 1, vrp_robustness_page_names(a, r), (size_t)r->factor_count * sizeof *names);
    for (int64_t m = 0; m < count; m++) {
        columns[m] = vrp_model_letter(a, m);
        values[m] = r[m].clean.value;
        for (int64_t f = 0; f < r->factor_count; f++)
            values[(f + 1) * count + m] = r[m].factors[f].accuracy.value;
    }
    return (vr_plot){.kind = VR_PLOT_HEAT,
                     .title = "Accuracy by factor and model",
                     .values = values,
                     .names = names,
                     .column_names = columns,
                     .rows = rows,
                     .columns = count,
                     .percent = true};
}

vr_plot vr_robustness_plot(vr_arena *arena, const vr_robustness *r, int64_t count) {
    vr_interval *ratios = VR_NEW(arena, vr_interval, r->factor_count);
    for (int64_t f = 0; f < r->factor_count; f++) ratios[f] = r->factors[f].error_ratio;
    vr_plot plot = {
        .kind = VR_PLOT_BARS,
        .title = "Error ratio by factor",
        .subtitle = vr_arena_printf(arena, "%s, %.1f %% correct on clean images", r->subject.model->name,
                                    100 * r->clean.value),
        .x_label =
            "error ratio: (1 \xE2\x88\x92 accuracy under the factor) / (1 \xE2\x88\x92 clean accuracy)",
        .names = vrp_robustness_page_names(arena, r),
        .intervals = ratios,
        .count = r->factor_count,
        .ratio = true,
        .sorted = true};
    if (count > 1) {
        plot = vrp_robustness_heat(arena, r, count);
        vr_text models = {.arena = arena};
        for (int64_t m = 0; m < count; m++)
            vr_text_printf(&models, "%s%s: %s", m ? ", " : "", vrp_model_letter(arena, m), r[m].name);
        plot.subtitle = models.data;
    }
    if (r->severity_count < VR_SEVERITIES)
        plot.subtitle = vr_arena_printf(arena, "%s, %s", plot.subtitle,
                                        vrp_severities_text(arena, r->severity, r->severity_count));
    plot.note = vr_page_note(
        arena,
        &(vr_page_info){.n = r->count, .seed = r->seed, .data = r->subject.data.path, .build = VR_BUILD});
    return plot;
}

/* "severities 1 to 5", in sentences. */
static const char *vrp_robustness_page_severities(vr_arena *arena, const vr_robustness *r) {
    return vrp_severities_text(arena, r->severity, r->severity_count);
}

static void vrp_robustness_page_ratios(vr_page *page, const vr_robustness *r) {
    vr_plot plot = vr_robustness_plot(page->arena, r, 1);
    plot.subtitle = NULL; /* the page has said it */
    vr_page_section(page, "Which factors break it");
    vr_page_plot(page, &plot,
                 vr_arena_printf(page->arena,
                                 "Mean over %s, with 95 %% bootstrap intervals over images. At the dashed "
                                 "line a factor makes no more errors than clean images.",
                                 vrp_robustness_page_severities(page->arena, r)));
}

static void vrp_robustness_page_curves(vr_page *page, const vr_robustness *r) {
    vr_arena *a = page->arena;
    const int64_t points = r->severity_count + 1;
    double *severity = VR_NEW(a, double, points);
    for (int64_t s = 1; s < points; s++) severity[s] = r->severity[s - 1];
    vr_series *series = VR_NEW(a, vr_series, r->factor_count);
    const int64_t *order = vrp_robustness_page_order(a, r);
    for (int64_t i = 0; i < r->factor_count; i++) {
        const vr_robustness_factor *f = &r->factors[order[i]];
        double *y = VR_NEW(a, double, (3 * points)), *low = y + points, *high = low + points;
        for (int64_t s = 0; s < points; s++) {
            const vr_interval at = s == 0 ? r->clean : f->at[s - 1];
            y[s] = at.value, low[s] = at.low, high[s] = at.high;
        }
        series[i] = (vr_series){vrp_robustness_page_name(a, f->factor), severity, y, low, high, points};
    }
    const vr_plot plot = {.kind = VR_PLOT_PANELS,
                          .title = "Accuracy by severity",
                          .x_label = "severity (0 = clean)",
                          .y_label = "accuracy",
                          .series = series,
                          .series_count = r->factor_count,
                          .percent = true};
    vr_page_section(page, "From which severity on");
    vr_page_plot(page, &plot, "The worst factor first. Bands are 95 % bootstrap intervals.");
}

static void vrp_robustness_page_classes(vr_page *page, const vr_robustness *r) {
    const vr_model *model = r->subject.model;
    const vr_dataset *data = &r->subject.data;
    if (model->classes > VRP_ROBUSTNESS_PAGE_CLASSES) return;
    vr_arena *a = page->arena;
    const int64_t C = model->classes, rows = r->factor_count + 1;
    double *values = VR_NEW(a, double, (rows * C));
    const char **names = VR_NEW(a, const char *, rows), **columns = VR_NEW(a, const char *, C);
    const char *const *labels = data->class_count == C ? data->classes : model->labels;
    for (int64_t c = 0; c < C; c++)
        columns[c] = labels ? labels[c] : vr_arena_printf(a, "%lld", (long long)c);
    names[0] = "(clean)";
    memcpy(values, r->clean_class_accuracy, (size_t)C * sizeof *values);
    for (int64_t f = 0; f < r->factor_count; f++) {
        names[f + 1] = vrp_robustness_page_name(a, r->factors[f].factor);
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
            vrp_robustness_page_name(a, r->factors[r->worst].factor), columns[worst],
            100 * r->factors[r->worst].class_accuracy[worst], 100 * r->clean_class_accuracy[worst]);
    vr_page_plot(page, &plot, vr_arena_printf(a, "Mean over %s.", vrp_robustness_page_severities(a, r)));
}

/* The answer: a few numbers, and the worst factors in words. */
static void vrp_robustness_page_answer(vr_page *page, const vr_robustness *r) {
    vr_arena *a = page->arena;
    const int64_t *order = vrp_robustness_page_order(a, r), n = r->factor_count;
    const vr_robustness_factor *worst = &r->factors[r->worst], *least = &r->factors[order[n - 1]];
    const char *name = vrp_robustness_page_name(a, worst->factor);
    const bool ratios = isfinite(worst->error_ratio.value);
    const char *values[4] = {
        vr_arena_printf(a, "%.1f %%", 100 * r->clean.value),
        vr_arena_printf(a, "%.1f %%", 100 * worst->accuracy.value),
        ratios ? vr_arena_printf(a, "%.2f\xC3\x97", worst->error_ratio.value) : "-",
        vr_arena_printf(a, "%.1f %%", 100 * r->errors.mean),
    };
    const char *const labels[4] = {vr_arena_printf(a, "correct on clean images, 95 %% interval %.1f to %.1f",
                                                   100 * r->clean.low, 100 * r->clean.high),
                                   vr_arena_printf(a, "correct under %s, the worst factor", name),
                                   "as many errors there as on clean images",
                                   "mean error under ImageNet-C's corruptions, not divided by a baseline"};
    vr_page_figures(page, values, labels, isnan(r->errors.mean) ? 3 : 4);
    if (!ratios) {
        vr_page_lead(page, "It breaks most under %s: accuracy is %s, and %s on clean images.", name,
                     values[1], values[0]);
        return;
    }
    if (worst->error_ratio.value <= 1) {
        vr_page_lead(page, "No factor makes it worse: the highest error ratio is %.2f, under %s.",
                     worst->error_ratio.value, name);
        return;
    }
    vr_text next = {.arena = a};
    vr_text_add(&next, "");
    const int64_t named = n < 3 ? n - 1 : vr_min(n - 2, 2); /* the least one comes after these */
    for (int64_t i = 1; i <= named; i++)
        vr_text_printf(&next, "%s%s (%.2f)", i == 1 ? " Next: " : " and ",
                       vrp_robustness_page_name(a, r->factors[order[i]].factor),
                       r->factors[order[i]].error_ratio.value);
    if (n >= 3)
        vr_text_printf(&next, "; %s does least (%.2f)", vrp_robustness_page_name(a, least->factor),
                       least->error_ratio.value);
    if (n >= 2) vr_text_add(&next, ".");
    vr_page_lead(page,
                 "It breaks most under %s: there it makes %.2f times as many errors as on clean images (%.2f "
                 "to %.2f).%s",
                 name, worst->error_ratio.value, worst->error_ratio.low, worst->error_ratio.high, next.data);
}

/* ---- several models ---- */

/* Mean accuracy over all factors, by severity, a line a model. */
static void vrp_robustness_page_lines(vr_page *page, const vr_robustness *r, int64_t count) {
    vr_arena *a = page->arena;
    const int64_t points = r->severity_count + 1;
    double *severity = VR_NEW(a, double, points);
    vr_series *series = VR_NEW(a, vr_series, count);
    for (int64_t s = 1; s < points; s++) severity[s] = r->severity[s - 1];
    for (int64_t m = 0; m < count; m++) {
        double *y = VR_NEW(a, double, points);
        y[0] = r[m].clean.value;
        for (int64_t s = 1; s < points; s++)
            for (int64_t f = 0; f < r->factor_count; f++)
                y[s] += r[m].factors[f].at[s - 1].value / (double)r->factor_count;
        series[m] = (vr_series){vrp_model_letter(a, m), severity, y, NULL, NULL, points};
    }
    const vr_plot plot = {.kind = VR_PLOT_LINES,
                          .title = "Accuracy by severity",
                          .x_label = "severity (0 = clean)",
                          .y_label = "accuracy",
                          .series = series,
                          .series_count = count,
                          .percent = true};
    vr_page_section(page, "From which severity on");
    vr_page_plot(page, &plot, "The mean over all factors.");
}

/* The answer about several models: the mean accuracies, and how far each is from the first. */
static void vrp_robustness_page_compared(vr_page *page, const vr_robustness *r, int64_t count) {
    vr_arena *a = page->arena;
    vr_text lead = {.arena = a};
    vr_text_printf(&lead, "Under all factors A is right on %.1f %% of the images.", 100 * r->mean);
    for (int64_t m = 1; m < count; m++) {
        const vr_interval d = r[m].mean_difference;
        vr_text_printf(&lead, " %s: %.1f %%, %.1f points %s (%.1f to %.1f)%s.", vrp_model_letter(a, m),
                       100 * r[m].mean, 100 * fabs(d.value), d.value < 0 ? "less" : "more",
                       100 * (d.value < 0 ? -d.high : d.low), 100 * (d.value < 0 ? -d.low : d.high),
                       d.low <= 0 && d.high >= 0 ? ", which may be chance" : "");
    }
    vr_page_lead(page, "%s", lead.data);
    for (int64_t m = 0; m < count; m++)
        vr_page_text(page, "%s: %s, %.1f %% correct on clean images.", vrp_model_letter(a, m), r[m].name,
                     100 * r[m].clean.value);
}

static bool vrp_robustness_page_fill(vr_page *page, const vr_robustness *r, int64_t count, vr_err *err) {
    vr_arena *a = page->arena;
    const bool alone = count == 1;
    if (alone)
        vrp_robustness_page_answer(page, r);
    else
        vrp_robustness_page_compared(page, r, count);
    if (r->skipped > 0)
        vr_page_text(page, "%lld image%s could not be decoded and %s left out.", (long long)r->skipped,
                     vr_plural(r->skipped), r->skipped == 1 ? "is" : "are");
    if (!vrp_robustness_page_samples(page, r, alone, err)) return false;
    if (alone) {
        vrp_robustness_page_ratios(page, r);
        vrp_robustness_page_curves(page, r);
        vrp_robustness_page_classes(page, r);
    } else {
        const vr_plot heat = vrp_robustness_heat(a, r, count);
        vr_page_section(page, "Which factors break which model");
        vr_page_plot(page, &heat, vr_arena_printf(a, "Mean over %s.", vrp_robustness_page_severities(a, r)));
        vrp_robustness_page_lines(page, r, count);
    }
    const vr_table table = vr_robustness_table(a, r, count);
    vr_page_section(page, "All numbers");
    vr_page_table(
        page, &table,
        vr_arena_printf(a, "Accuracy is the mean over %s. %s",
                        r->severity_count == VR_SEVERITIES ? "severities"
                                                           : vrp_robustness_page_severities(a, r),
                        alone ? "Drop is in percentage points from clean. ECE: 15 bins. Consistency: how "
                                "often the prediction is the one of the clean image."
                              : "Differences are in percentage points, paired by image."));
    return true;
}

bool vr_robustness_page_save(const vr_robustness *r, int64_t count, const char *command, const char *path,
                             vr_err *err) {
    vr_arena arena = {0};
    const char *model = r->subject.model->name;
    const vr_page_info info = {
        .title = count == 1 ? vr_arena_printf(&arena, "Robustness of %s", model)
                            : vr_arena_printf(&arena, "Robustness of %lld models", (long long)count),
        .subtitle =
            count == 1 ? "How, where and why this model breaks" : "How, where and why these models break",
        .n = r->count,
        .seed = r->seed,
        .data = r->subject.data.path,
        .model = count == 1 ? model : NULL,
        .build = VR_BUILD,
        .command = command};
    vr_page page = vr_page_new(&arena, &info);
    vr_err own = {0};
    const bool ok = vrp_robustness_page_fill(&page, r, count, &own) && vr_page_save(&page, path, &own);
    vr_arena_free(&arena);
    return ok || vr_err_pass(err, &own);
}

#undef VRP_ROBUSTNESS_PAGE_CLASSES
#undef VRP_ROBUSTNESS_PAGE_SAMPLE
