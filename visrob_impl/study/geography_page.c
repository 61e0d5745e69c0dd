/* study/geography_page.c: the page of study/geography: what progress on ImageNet is worth elsewhere, who is above the line,
 * how far the regions are apart, and what a retrained last layer changes. */
#include "geography_page.h"
#include "../report/page.h"
#include <math.h>
#include <string.h>

vr_plot vr_progress_plot(vr_arena *arena, const vr_benchmarks *b) {
    enum { MOST = VR_PLOT_COLOURS };
    vr_series *series = VR_NEW(arena, vr_series, MOST);
    const char **names = VR_NEW(arena, const char *, MOST * b->models);
    int64_t n = 0;
    for (int64_t k = 0; k < b->count && n < MOST; k++) {
        const vr_benchmark *of = &b->benchmark[k];
        if (of->base != 0 || of->gap) continue;
        for (int64_t m = 0; m < b->models; m++) names[n * b->models + m] = b->model[m];
        series[n++] =
            (vr_series){.name = of->name, .x = b->benchmark[0].value, .y = of->value, .count = b->models};
    }
    return (vr_plot){
        .kind = VR_PLOT_SCATTER,
        .title = vr_arena_printf(arena, "Progress elsewhere for progress on %s", b->benchmark[0].name),
        .subtitle = vr_arena_printf(arena, "%lld models; lines are least squares, the number is the rate",
                                    (long long)b->models),
        .x_label = vr_arena_printf(arena, "top-1 accuracy on %s", b->benchmark[0].name),
        .y_label = "top-1 accuracy",
        .series = series,
        .series_count = n,
        .point_names = names,
        .percent = true,
        .fit = true,
        .diagonal = true};
}

/* ---- progress ---- */

static void vrp_geo_page_rates(vr_page *page, const vr_geo_report *r) {
    vr_arena *a = page->arena;
    const char **names = VR_NEW(a, const char *, r->rate_count);
    vr_interval *rates = VR_NEW(a, vr_interval, r->rate_count);
    for (int64_t k = 0; k < r->rate_count; k++) names[k] = r->rates[k].name, rates[k] = r->rates[k].rate;
    const vr_plot bars = {
        .kind = VR_PLOT_BARS,
        .title = "Progress rate",
        .x_label = vr_arena_printf(a, "points for one point on %s", r->benchmarks->benchmark[0].name),
        .names = names,
        .intervals = rates,
        .count = r->rate_count,
        .mark = 1};
    vr_page_section(page, "What a point on ImageNet is worth elsewhere");
    const vr_plot scatter = vr_progress_plot(a, r->benchmarks);
    vr_page_plot(page, &scatter,
                 "A point is a model; touch it for its name. On the dashed line both accuracies are equal.");
    vr_page_plot(
        page, &bars,
        "Slope of accuracy on accuracy over models, with its 95 % interval. At the dashed line a benchmark "
        "moves as fast as ImageNet.");
    const vr_table table = vr_progress_table(a, r->rates, r->rate_count);
    vr_page_table(page, &table,
                  "Rate: slope, with Student's 95 % interval; better half: among the models above the median "
                  "on ImageNet, as the clouds bend. Errors: slope of log error on log error; at 1 "
                  "the same share of the "
                  "errors goes, whatever head-room there is. Progress gap: the rate of the first benchmark "
                  "over this one's; "
                  "above 1 this one gains less (bootstrap over models).");
}

/* The benchmark on which web-trained models are furthest above the line, coloured by what was seen. */
static void vrp_geo_page_robust_scatter(vr_page *page, const vr_geo_report *r) {
    vr_arena *a = page->arena;
    const vr_benchmarks *b = r->benchmarks;
    int64_t most = -1;
    for (int64_t k = 0; k < r->robust_count; k++)
        if (isfinite(r->robust[k].mean[VR_PRETRAINING_WEB].value) &&
            (most < 0 ||
             r->robust[k].mean[VR_PRETRAINING_WEB].value > r->robust[most].mean[VR_PRETRAINING_WEB].value))
            most = k;
    if (most < 0) return;
    const vr_benchmark *of = &b->benchmark[r->robust[most].benchmark];
    vr_series series[VR_PRETRAINING_COUNT];
    const char **names = VR_NEW(a, const char *, b->models);
    int64_t n = 0;
    for (int p = 0; p < VR_PRETRAINING_COUNT; p++) {
        double *x = VR_NEW(a, double, b->models), *y = VR_NEW(a, double, b->models);
        series[p] = (vr_series){.name = vr_pretraining_name((vr_pretraining)p), .x = x, .y = y};
        for (int64_t m = 0; m < b->models; m++) {
            if ((int)b->pretraining[m] != p || !isfinite(of->value[m])) continue;
            x[series[p].count] = b->benchmark[of->base].value[m];
            y[series[p].count++] = of->value[m];
            names[n++] = b->model[m];
        }
    }
    const vr_plot plot = {.kind = VR_PLOT_SCATTER,
                          .title = vr_arena_printf(a, "%s by what a model has seen", of->name),
                          .x_label = vr_arena_printf(a, "top-1 accuracy on %s", b->benchmark[of->base].name),
                          .y_label = vr_arena_printf(a, "on %s", of->name),
                          .series = series,
                          .series_count = VR_PRETRAINING_COUNT,
                          .point_names = names,
                          .percent = true};
    vr_page_plot(page, &plot,
                 "The benchmark on which models that have seen the web are furthest above the others.");
}

static void vrp_geo_page_robust(vr_page *page, const vr_geo_report *r) {
    vr_page_section(page, "Who is above the line");
    vr_page_text(
        page,
        "Effective robustness is accuracy above that of ordinary models, which saw ImageNet-1k alone, of the "
        "same "
        "ImageNet accuracy (a straight line on logit axes). What a model has seen is read off its name.");
    vrp_geo_page_robust_scatter(page, r);
    const vr_table table = vr_robust_table(page->arena, r->robust, r->robust_count);
    vr_page_table(page, &table, "Mean effective robustness in points, with bootstrap intervals over models.");
    const vr_table models =
        vr_robust_models_table(page->arena, r->benchmarks, r->robust, r->robust_count, 20);
    vr_page_table(page, &models, "The models that are furthest above, in points.");
}

/* ---- geography ---- */

static void vrp_geo_page_heat(vr_page *page, const vr_geo_report *r, vr_geo_by rows, vr_geo_by columns,
                              const char *title) {
    const vr_geo_groups *a = &r->set->by[rows], *b = &r->set->by[columns];
    vr_group *cells = VR_NEW(page->arena, vr_group, (a->count * b->count));
    double *values = VR_NEW(page->arena, double, (a->count * b->count));
    vr_geo_cross(cells, r->set, r->hits, r->measures[VR_GEO_REGION]->top5, rows, columns);
    for (int64_t i = 0; i < a->count * b->count; i++) values[i] = cells[i].accuracy;
    const vr_plot plot = {.kind = VR_PLOT_HEAT,
                          .title = title,
                          .names = a->names,
                          .column_names = b->names,
                          .values = values,
                          .rows = a->count,
                          .columns = b->count,
                          .y_max = 1,
                          .percent = true};
    vr_page_plot(page, &plot, NULL);
}

static void vrp_geo_page_by(vr_page *page, const vr_geo_report *r, vr_geo_by by) {
    static const char *const titles[] = {"Accuracy by region", "Accuracy by country", "Accuracy by object",
                                         "Accuracy by income"};
    const vr_geo_measure *m = r->measures[by];
    vr_interval *bars = VR_NEW(page->arena, vr_interval, m->group_count);
    for (int64_t g = 0; g < m->group_count; g++) bars[g] = m->groups[g].accuracy;
    const vr_plot plot = {.kind = VR_PLOT_BARS,
                          .title = titles[by],
                          .x_label = m->top5 ? "top-5 accuracy" : "top-1 accuracy",
                          .names = r->set->by[by].names,
                          .intervals = bars,
                          .count = m->group_count,
                          .mark = m->all.accuracy.value,
                          .percent = true,
                          .sorted = by != VR_GEO_INCOME};
    vr_page_plot(page, &plot,
                 r->set->household ? "95 % bootstrap intervals over homes. Dashed: all photographs."
                                   : "95 % bootstrap intervals over photographs. Dashed: all of them.");
    if (by == VR_GEO_COUNTRY || by == VR_GEO_OBJECT) return;
    const vr_table gaps = vr_geo_disparity_table(page->arena, r->set, m),
                   table = vr_geo_measure_table(page->arena, r->set, m);
    vr_page_table(
        page, &gaps,
        vr_arena_printf(page->arena,
                        "Disparity by both definitions. So large a gap between best and worst has p = "
                        "%.4f if groups made no difference (permutation test).",
                        m->p));
    vr_page_table(
        page, &table,
        vr_arena_printf(
            page->arena,
            "Balanced: the mean over the %lld objects that every group has, as the mix of objects differs.",
            (long long)m->objects));
}

static void vrp_geo_page_set(vr_page *page, const vr_geo_report *r) {
    vr_page_section(page,
                    vr_arena_printf(page->arena, "%s: %s", r->set->name, r->model ? r->model : "a model"));
    vr_page_text(page,
                 "%lld of %lld photographs are scored; %lld have no prediction, %lld no class in ImageNet; "
                 "%lld predictions are of "
                 "no photograph here.",
                 (long long)r->hits->rows, (long long)r->set->count, (long long)r->hits->unpredicted,
                 (long long)r->hits->unmapped, (long long)r->hits->unmatched);
    for (int by = 0; by < VR_GEO_BY_COUNT; by++)
        if (r->measures[by]) vrp_geo_page_by(page, r, (vr_geo_by)by);
    if (!r->measures[VR_GEO_REGION]) return;
    if (r->measures[VR_GEO_INCOME])
        vrp_geo_page_heat(page, r, VR_GEO_REGION, VR_GEO_INCOME, "Accuracy by region and income");
    vrp_geo_page_heat(page, r, VR_GEO_OBJECT, VR_GEO_REGION, "Accuracy by object and region");
    vr_page_fold(page, "Which ImageNet classes count as right");
    const vr_table map = vr_geo_map_table(page->arena, r->set);
    vr_page_table(page, &map, "Objects that share classes cannot be told apart by a hit.");
    vr_page_fold(page, NULL);
}

/* ---- the last layer ---- */

static void vrp_geo_page_retrain(vr_page *page, const vr_geo_report *r) {
    vr_arena *a = page->arena;
    const vr_geo_groups *region = &r->retrain_set->by[VR_GEO_REGION];
    const int64_t n = r->retrain_count;
    vr_series *series = VR_NEW(a, vr_series, region->count + 1), gap[2];
    double *share = VR_NEW(a, double, n);
    for (int64_t k = 0; k < n; k++) share[k] = r->retrain[k].share;
    for (int64_t g = 0; g < region->count; g++) {
        double *y = VR_NEW(a, double, n);
        for (int64_t k = 0; k < n; k++) y[k] = r->retrain[k].measure.groups[g].accuracy.value;
        series[g] = (vr_series){.name = region->names[g], .x = share, .y = y, .count = n};
    }
    static const char *const names[] = {"best - worst", "named pair"};
    for (int j = 0; j < 2; j++) {
        double *y = VR_NEW(a, double, (3 * n)), *low = y + n, *high = low + n;
        for (int64_t k = 0; k < n; k++) {
            const vr_interval x = j ? r->retrain[k].measure.pair : r->retrain[k].measure.spread;
            y[k] = x.value, low[k] = x.low, high[k] = x.high;
        }
        gap[j] = (vr_series){names[j], share, y, low, high, n};
    }
    const vr_geo_measure *first = &r->retrain[0].measure;
    if (first->high >= 0)
        gap[1].name = vr_arena_printf(a, "%s - %s", region->names[first->high], region->names[first->low]);
    const char *const x_label = "share of the curated photographs; 0: the layer as it was";
    const vr_plot lines = {.kind = VR_PLOT_LINES,
                           .title = "Accuracy by region",
                           .x_label = x_label,
                           .y_label = "accuracy",
                           .series = series,
                           .series_count = region->count,
                           .percent = true},
                  gaps = {.kind = VR_PLOT_LINES,
                          .title = "Disparity",
                          .x_label = x_label,
                          .y_label = "difference of accuracies",
                          .series = gap,
                          .series_count = first->high >= 0 ? 2 : 1,
                          .percent = true};
    vr_page_section(page, "The last layer, trained again on curated photographs");
    vr_page_plot(page, &lines, "Measured on other photographs than those trained on.");
    vr_page_plot(page, &gaps, "Bands are 95 % bootstrap intervals.");
    const vr_table table = vr_geo_retrain_table(a, r->retrain_set, r->retrain, n);
    vr_page_table(page, &table, NULL);
}

/* ---- the page ---- */

static void vrp_geo_page_lead(vr_page *page, const vr_geo_report *r) {
    if (r->rates) {
        const vr_progress_rate *low = NULL, *high = NULL;
        for (int64_t k = 0; k < r->rate_count; k++) {
            if (r->rates[k].gap || r->benchmarks->benchmark[r->rates[k].benchmark].base != 0) continue;
            if (!low || r->rates[k].rate.value < low->rate.value) low = &r->rates[k];
            if (!high || r->rates[k].rate.value > high->rate.value) high = &r->rates[k];
        }
        if (low && high && low != high)
            vr_page_lead(page, "A point on %s comes with %.2f points on %s and %.2f on %s.",
                         r->benchmarks->benchmark[0].name, high->rate.value, high->name, low->rate.value,
                         low->name);
    }
    const vr_geo_measure *m = r->measures[VR_GEO_REGION];
    if (m && m->disparity.best >= 0)
        vr_page_lead(page, "%s: %.1f %% right in %s, %.1f %% in %s.", r->set->name,
                     100 * m->groups[m->disparity.best].accuracy.value,
                     r->set->by[VR_GEO_REGION].names[m->disparity.best],
                     100 * m->groups[m->disparity.worst].accuracy.value,
                     r->set->by[VR_GEO_REGION].names[m->disparity.worst]);
    if (r->retrain_count > 1 && r->retrain[0].share <= 0) {
        const vr_geo_measure *before = &r->retrain[0].measure,
                             *after = &r->retrain[r->retrain_count - 1].measure;
        vr_page_lead(
            page, "With the last layer trained again the gap between regions goes from %.1f to %.1f points.",
            100 * before->spread.value, 100 * after->spread.value);
    }
}

/* What the figures from here on come from; of the last part it is what the page says of itself. */
static void vrp_geo_page_from(vr_page *page, int64_t n, const char *of, const char *data) {
    page->info.n = n, page->info.of = of, page->info.data = data;
}

bool vr_geo_page_save(const vr_geo_report *r, const char *path, vr_err *err) {
    vr_arena arena = {0};
    vr_page page =
        vr_page_new(&arena, &(vr_page_info){.title = "Progress and geography",
                                            .subtitle = "Does progress on ImageNet reach the whole world?",
                                            .seed = r->seed,
                                            .data = "no data",
                                            .model = r->model,
                                            .build = VR_BUILD,
                                            .command = r->command});
    vr_text data = {.arena = &arena};
    vrp_geo_page_lead(&page, r);
    if (r->note) vr_page_text(&page, "%s", r->note);
    if (r->benchmarks) {
        vrp_geo_page_from(&page, r->benchmarks->models, "models", r->benchmarks->path);
        if (r->rates) vrp_geo_page_rates(&page, r);
        if (r->robust) vrp_geo_page_robust(&page, r);
        vr_text_add(&data, r->benchmarks->path);
    }
    if (r->set) {
        vrp_geo_page_from(&page, r->hits->rows, "photographs", r->set->path);
        vrp_geo_page_set(&page, r);
        vr_text_printf(&data, "%s%s", data.size ? "; " : "", r->set->path);
    }
    if (r->retrain_count > 0) {
        vrp_geo_page_from(&page, r->retrain[0].measure.all.count, "photographs", r->retrain_set->path);
        vrp_geo_page_retrain(&page, r);
        if (r->retrain_set != r->set)
            vr_text_printf(&data, "%s%s", data.size ? "; " : "", r->retrain_set->path);
    }
    if (data.size) page.info.data = data.data;
    const bool ok = vr_page_save(&page, path, err);
    vr_arena_free(&arena);
    return ok;
}
