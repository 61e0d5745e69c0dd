/* study/geography/page.c: plots, and the page: what progress on ImageNet is worth elsewhere, which models are above the line,
 * how far the regions are apart, and what a retrained last layer changes. */
#include "../../report/page.h"
#include "geography_impl.h"
#include <math.h>
#include <string.h>

/* ---- plots ---- */

static vr_plot vrp_geography_progress_plot(vr_arena *arena, const vr_geography_benchmarks *b) {
    enum { MOST = VR_PLOT_COLOURS };
    vr_series *series = VR_NEW(arena, vr_series, MOST);
    const char **names = VR_NEW(arena, const char *, (MOST * b->models));
    int64_t n = 0;
    for (int64_t k = 0; k < b->count && n < MOST; k++) {
        const vr_geography_benchmark *of = &b->benchmark[k];
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

static vr_plot vrp_geography_accuracy_plot(const vr_geography_set *set, const vr_geography_measure *m) {
    static const char *const titles[] = {"Accuracy by region", "Accuracy by country", "Accuracy by object",
                                         "Accuracy by income"};
    return (vr_plot){.kind = VR_PLOT_BARS,
                     .title = titles[m->by],
                     .x_label = m->top5 ? "top-5 accuracy" : "top-1 accuracy",
                     .names = set->by[m->by].names,
                     .intervals = m->interval.accuracy,
                     .count = m->group_count,
                     .mark = m->all.accuracy,
                     .percent = true,
                     .sorted = m->by != VR_GEOGRAPHY_INCOME};
}

static const char vrp_geography_share_label[] = "share of the training images; 0: the layer before";

static vr_plot vrp_geography_retrain_plot(vr_arena *a, const vr_geography_retraining *r) {
    const vr_groups *region = &r->set->by[VR_GEOGRAPHY_REGION];
    vr_series *series = VR_NEW(a, vr_series, region->count);
    double *share = VR_NEW(a, double, r->row_count);
    for (int64_t k = 0; k < r->row_count; k++) share[k] = r->rows[k].share;
    for (int64_t g = 0; g < region->count; g++) {
        double *y = VR_NEW(a, double, r->row_count);
        for (int64_t k = 0; k < r->row_count; k++) y[k] = r->rows[k].measure.groups[g].accuracy;
        series[g] = (vr_series){.name = region->names[g], .x = share, .y = y, .count = r->row_count};
    }
    return (vr_plot){.kind = VR_PLOT_LINES,
                     .title = "Accuracy by region",
                     .x_label = vrp_geography_share_label,
                     .y_label = "accuracy",
                     .series = series,
                     .series_count = region->count,
                     .percent = true};
}

static vr_plot vrp_geography_gap_plot(vr_arena *a, const vr_geography_retraining *r) {
    const vr_geography_measure *first = &r->rows[0].measure;
    const char *const *region = r->set->by[VR_GEOGRAPHY_REGION].names;
    vr_series *gap = VR_NEW(a, vr_series, 2);
    double *share = VR_NEW(a, double, r->row_count);
    for (int64_t k = 0; k < r->row_count; k++) share[k] = r->rows[k].share;
    for (int j = 0; j < 2; j++) {
        double *y = VR_NEW(a, double, (3 * r->row_count)), *low = y + r->row_count,
               *high = low + r->row_count;
        for (int64_t k = 0; k < r->row_count; k++) {
            const vr_group_summary *of = &r->rows[k].measure.interval;
            const vr_interval x = j ? of->pair : of->gap;
            y[k] = x.value, low[k] = x.low, high[k] = x.high;
        }
        gap[j] = (vr_series){"best - worst", share, y, low, high, r->row_count};
    }
    if (first->high >= 0)
        gap[1].name = vr_arena_printf(a, "%s - %s", region[first->high], region[first->low]);
    return (vr_plot){.kind = VR_PLOT_LINES,
                     .title = "Disparity",
                     .x_label = vrp_geography_share_label,
                     .y_label = "difference of accuracies",
                     .series = gap,
                     .series_count = first->high >= 0 ? 2 : 1,
                     .percent = true};
}

vr_plot vr_geography_plot(vr_arena *arena, const vr_geography_report *report) {
    VR_CHECK(report->progress || report->result || report->retraining, "an empty report");
    if (report->progress) return vrp_geography_progress_plot(arena, report->progress->benchmarks);
    if (!report->result) return vrp_geography_retrain_plot(arena, report->retraining);
    const vr_geography_result *r = report->result;
    VR_CHECK(r->by[VR_GEOGRAPHY_REGION], "%s has one region only", r->set->path);
    vr_plot plot = vrp_geography_accuracy_plot(r->set, r->by[VR_GEOGRAPHY_REGION]);
    plot.subtitle = vr_arena_printf(arena, "%s on %s", r->model, r->set->name);
    plot.note = vr_page_note(arena, &(vr_page_info){.n = r->scores.join.scored,
                                                    .seed = report->seed,
                                                    .data = r->set->path,
                                                    .build = VR_BUILD});
    return plot;
}

/* ---- progress ---- */

static void vrp_geography_page_rates(vr_page *page, const vr_geography_progress *p) {
    vr_arena *a = page->arena;
    const char **names = VR_NEW(a, const char *, p->rate_count);
    vr_interval *rates = VR_NEW(a, vr_interval, p->rate_count);
    for (int64_t k = 0; k < p->rate_count; k++) names[k] = p->rate[k].name, rates[k] = p->rate[k].rate;
    const vr_plot scatter = vrp_geography_progress_plot(a, p->benchmarks),
                  bars = {.kind = VR_PLOT_BARS,
                          .title = "Progress rate",
                          .x_label = vr_arena_printf(a, "points for one point on %s",
                                                     p->benchmarks->benchmark[0].name),
                          .names = names,
                          .intervals = rates,
                          .count = p->rate_count,
                          .mark = 1};
    const vr_table table = vrp_geography_rate_table(a, p);
    vr_page_section(page, "What a point on ImageNet is worth elsewhere");
    vr_page_plot(page, &scatter,
                 "A point is a model; touch it for its name. On the dashed line both accuracies are equal.");
    vr_page_plot(
        page, &bars,
        "Slope of accuracy on accuracy over models, with its 95 % interval. At the dashed line a benchmark "
        "moves as fast as ImageNet.");
    vr_page_table(page, &table,
                  "Rate: slope, with Student's 95 % interval; better half: among the models above the median "
                  "on ImageNet, as the clouds bend. Errors: slope of log error on log error; at 1 the same "
                  "share of the errors goes, whatever headroom there is. Progress gap: the rate of the first "
                  "benchmark over this one's; above 1 this one gains less (bootstrap over models).");
}

/* The benchmark on which web-trained models are furthest above the line, coloured by pretraining. */
static void vrp_geography_page_pretraining(vr_page *page, const vr_geography_progress *p) {
    vr_arena *a = page->arena;
    const vr_geography_benchmarks *b = p->benchmarks;
    const vr_geography_effective *most = NULL;
    for (int64_t k = 0; k < p->effective_count; k++) {
        const double mean = p->effective[k].mean[VR_GEOGRAPHY_WEB].value;
        if (isfinite(mean) && (!most || mean > most->mean[VR_GEOGRAPHY_WEB].value)) most = &p->effective[k];
    }
    if (!most) return;
    const vr_geography_benchmark *of = &b->benchmark[most->benchmark];
    vr_series series[VR_GEOGRAPHY_PRETRAINING_COUNT];
    const char **names = VR_NEW(a, const char *, b->models);
    int64_t n = 0;
    for (int g = 0; g < VR_GEOGRAPHY_PRETRAINING_COUNT; g++) {
        double *x = VR_NEW(a, double, b->models), *y = VR_NEW(a, double, b->models);
        series[g] =
            (vr_series){.name = vrp_geography_pretraining_name((vr_geography_pretraining)g), .x = x, .y = y};
        for (int64_t m = 0; m < b->models; m++) {
            if ((int)b->pretraining[m] != g || !isfinite(of->value[m])) continue;
            x[series[g].count] = b->benchmark[of->base].value[m];
            y[series[g].count++] = of->value[m];
            names[n++] = b->model[m];
        }
    }
    const vr_plot plot = {.kind = VR_PLOT_SCATTER,
                          .title = vr_arena_printf(a, "%s by pretraining", of->name),
                          .x_label = vr_arena_printf(a, "top-1 accuracy on %s", b->benchmark[of->base].name),
                          .y_label = vr_arena_printf(a, "on %s", of->name),
                          .series = series,
                          .series_count = VR_GEOGRAPHY_PRETRAINING_COUNT,
                          .point_names = names,
                          .percent = true};
    vr_page_plot(page, &plot, "The benchmark on which web-trained models are furthest above the others.");
}

static void vrp_geography_page_effective(vr_page *page, const vr_geography_progress *p) {
    const vr_table table = vrp_geography_effective_table(page->arena, p),
                   models = vrp_geography_models_table(page->arena, p, 20);
    vr_page_section(page, "Which models are above the line");
    vr_page_text(
        page,
        "Effective robustness is accuracy above that of ordinary models, trained on ImageNet-1k only, of "
        "the same ImageNet accuracy (a straight line on logit axes). Pretraining is read off a "
        "model's name.");
    vrp_geography_page_pretraining(page, p);
    vr_page_table(page, &table, "Mean effective robustness in points, with bootstrap intervals over models.");
    vr_page_table(page, &models, "The models that are furthest above, in points.");
}

/* ---- geography ---- */

static void vrp_geography_page_heat(vr_page *page, const vr_geography_result *r, vr_geography_by rows,
                                    vr_geography_by columns, const char *title) {
    const vr_groups *a = &r->set->by[rows], *b = &r->set->by[columns];
    vr_group *cells = VR_NEW(page->arena, vr_group, (a->count * b->count));
    double *values = VR_NEW(page->arena, double, (a->count * b->count));
    vrp_geography_cross(cells, r->set, &r->scores, r->by[VR_GEOGRAPHY_REGION]->top5, rows, columns);
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

static void vrp_geography_page_by(vr_page *page, const vr_geography_result *r,
                                  const vr_geography_measure *m) {
    vr_arena *a = page->arena;
    const vr_plot plot = vrp_geography_accuracy_plot(r->set, m);
    vr_page_plot(page, &plot,
                 vr_arena_printf(a, "95 %% bootstrap intervals over %s. Dashed: all images.",
                                 r->set->household ? "households" : "images"));
    if (m->by == VR_GEOGRAPHY_OBJECT) return;
    const vr_table gaps = vrp_geography_disparity_table(a, r->set, m);
    const char *relative =
        m->high < 0 ? ""
                    : vr_arena_printf(a, " %s - %s is %.1f %% of %s's accuracy.",
                                      r->set->by[m->by].names[m->high], r->set->by[m->by].names[m->low],
                                      100 * m->interval.pair.value / m->groups[m->high].accuracy,
                                      r->set->by[m->by].names[m->high]);
    const char *ratio = isfinite(m->disparity.ratio) ? vr_arena_printf(a, "%.2f", m->disparity.ratio)
                                                     : "not defined, as the worst is 0";
    vr_page_table(
        page, &gaps,
        vr_arena_printf(a,
                        "Disparity. So large a gap between best and worst has p = %.4f if groups made no "
                        "difference (%lld permutations). Best / worst: %s; Gini coefficient %.3f.%s",
                        m->interval.p, (long long)m->permutations, ratio, m->disparity.gini, relative));
    if (m->by == VR_GEOGRAPHY_COUNTRY) return;
    const vr_table table = vrp_geography_accuracy_table(a, r->set, m);
    vr_page_table(
        page, &table,
        vr_arena_printf(a,
                        "Balanced: the mean over the %lld objects that every group has, as the mix of "
                        "objects differs.",
                        (long long)m->objects));
}

static void vrp_geography_page_result(vr_page *page, const vr_geography_result *r) {
    vr_page_section(page, vr_arena_printf(page->arena, "%s: %s", r->set->name, r->model));
    vr_page_text(page, "%s.", vr_join_text(page->arena, &r->scores.join));
    if (r->set->remapped > 0)
        vr_page_text(page, "%lld images list other ImageNet classes than the built-in class map.",
                     (long long)r->set->remapped);
    for (int by = 0; by < VR_GEOGRAPHY_BY_COUNT; by++)
        if (r->by[by]) vrp_geography_page_by(page, r, r->by[by]);
    if (!r->by[VR_GEOGRAPHY_REGION]) return;
    if (r->by[VR_GEOGRAPHY_INCOME])
        vrp_geography_page_heat(page, r, VR_GEOGRAPHY_REGION, VR_GEOGRAPHY_INCOME,
                                "Accuracy by region and income");
    vrp_geography_page_heat(page, r, VR_GEOGRAPHY_OBJECT, VR_GEOGRAPHY_REGION,
                            "Accuracy by object and region");
    vr_page_fold(page, "Which ImageNet classes count as correct");
    const vr_table map = vrp_geography_map_table(page->arena, r->set);
    vr_page_table(page, &map, "Objects that share classes cannot be told apart by a correct prediction.");
    vr_page_fold(page, NULL);
}

static void vrp_geography_page_retrain(vr_page *page, const vr_geography_retraining *r) {
    const vr_plot lines = vrp_geography_retrain_plot(page->arena, r),
                  gaps = vrp_geography_gap_plot(page->arena, r);
    const vr_table table = vrp_geography_retrain_table(page->arena, r);
    vr_page_section(page, "The last layer, retrained");
    vr_page_plot(page, &lines, "Measured on other images than those trained on.");
    vr_page_plot(page, &gaps, "Bands are 95 % bootstrap intervals.");
    vr_page_table(page, &table, NULL);
}

/* ---- the page ---- */

static void vrp_geography_page_lead(vr_page *page, const vr_geography_report *report) {
    const vr_geography_progress *p = report->progress;
    const vr_geography_result *r = report->result;
    const vr_geography_effective *low = NULL, *high = NULL;
    for (int64_t k = 0; p && k < p->effective_count; k++) {
        const vr_geography_effective *e = &p->effective[k];
        if (p->benchmarks->benchmark[e->benchmark].base != 0) continue;
        if (!low || e->trend.line.slope < low->trend.line.slope) low = e;
        if (!high || e->trend.line.slope > high->trend.line.slope) high = e;
    }
    if (low && high && low != high)
        vr_page_lead(
            page,
            "Where the odds of a correct answer on %s double, they grow %.1f times on %s and %.1f times "
            "on %s (slopes %.2f and %.2f on logit axes).",
            p->benchmarks->benchmark[0].name, exp2(high->trend.line.slope), high->name,
            exp2(low->trend.line.slope), low->name, high->trend.line.slope, low->trend.line.slope);
    const vr_geography_measure *m = r ? r->by[VR_GEOGRAPHY_REGION] : NULL;
    if (m && m->disparity.best >= 0)
        vr_page_lead(page, "%s: %.1f %% correct in %s, %.1f %% in %s.", r->set->name,
                     100 * m->groups[m->disparity.best].accuracy,
                     r->set->by[VR_GEOGRAPHY_REGION].names[m->disparity.best],
                     100 * m->groups[m->disparity.worst].accuracy,
                     r->set->by[VR_GEOGRAPHY_REGION].names[m->disparity.worst]);
    const vr_geography_retraining *t = report->retraining;
    if (t && t->row_count > 1 && t->rows[0].share <= 0)
        vr_page_lead(page,
                     "Retraining the last layer changes the gap between regions from %.1f to %.1f points.",
                     100 * t->rows[0].measure.interval.gap.value,
                     100 * t->rows[t->row_count - 1].measure.interval.gap.value);
}

/* What the parts of the page come from: "36 models of timm_results; 1,800 images of metadata.csv". */
static const char *vrp_geography_page_data(vr_arena *arena, const vr_geography_report *r) {
    vr_text out = {.arena = arena};
    vr_text_add(&out, "");
    if (r->progress) {
        const vr_geography_benchmarks *b = r->progress->benchmarks;
        vr_text_printf(&out, "%lld models of %s", (long long)b->models, b->path);
    }
    if (r->result)
        vr_text_printf(&out, "%s%lld images of %s", out.size ? "; " : "",
                       (long long)r->result->scores.join.scored, r->result->set->path);
    if (r->retraining)
        vr_text_printf(&out, "%sretraining tested on %lld images of %s", out.size ? "; " : "",
                       (long long)r->retraining->rows[0].measure.all.count, r->retraining->set->path);
    return out.data;
}

bool vr_geography_page_save(const vr_geography_report *r, const char *path, vr_err *err) {
    vr_arena arena = {0};
    vr_page page =
        vr_page_new(&arena, &(vr_page_info){.title = "Progress and geography",
                                            .subtitle = "Does progress on ImageNet reach the whole world?",
                                            .seed = r->seed,
                                            .data = vrp_geography_page_data(&arena, r),
                                            .model = r->result ? r->result->model : NULL,
                                            .build = VR_BUILD,
                                            .command = r->command});
    vrp_geography_page_lead(&page, r);
    if (r->note) vr_page_text(&page, "%s", r->note);
    if (r->progress) {
        vrp_geography_page_rates(&page, r->progress);
        vrp_geography_page_effective(&page, r->progress);
    }
    if (r->result) vrp_geography_page_result(&page, r->result);
    if (r->retraining) vrp_geography_page_retrain(&page, r->retraining);
    const bool ok = vr_page_save(&page, path, err);
    vr_arena_free(&arena);
    return ok;
}
