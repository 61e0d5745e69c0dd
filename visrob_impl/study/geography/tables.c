/* study/geography/tables.c: what was measured as tables, printed in the order of the method. */
#include "../../base/log.h"
#include "../../model/labels.h"
#include "geography_impl.h"
#include <math.h>
#include <stdlib.h>

static const char *const vrp_geography_by_names[VR_GEOGRAPHY_BY_COUNT] = {"region", "country", "object",
                                                                          "income"};

static vr_interval vrp_geography_points_of(vr_interval x) {
    return (vr_interval){100 * x.value, 100 * x.low, 100 * x.high};
}

/* ---- accuracy and disparity ---- */

/* A row of each group, and one of all. */
static void vrp_geography_accuracy_rows(vr_table *t, const char *grouping, const vr_geography_set *set,
                                        const vr_geography_measure *m) {
    for (int64_t g = 0; g <= m->group_count; g++) {
        const bool all = g == m->group_count;
        const vr_group *group = all ? &m->all : &m->groups[g];
        if (grouping) vr_table_text(t, grouping);
        vr_table_text(t, all ? "all" : set->by[m->by].names[g]);
        vr_table_number(t, (double)group->count, 0);
        vr_table_number(t, (double)group->correct, 0);
        vr_table_interval(t, all ? m->interval.all : m->interval.accuracy[g], 4);
        vr_table_number(t, all ? NAN : m->balanced[g], 4);
    }
}

vr_table vrp_geography_accuracy_table(vr_arena *arena, const vr_geography_set *set,
                                      const vr_geography_measure *m) {
    const char *const names[] = {vrp_geography_by_names[m->by], "images", "correct",
                                 m->top5 ? "top-5" : "top-1", "balanced"};
    vr_table t = vr_table_new(arena, names, 5);
    vrp_geography_accuracy_rows(&t, NULL, set, m);
    return t;
}

static void vrp_geography_gap_row(vr_table *t, const char *name, const char *between, vr_interval gap,
                                  double balanced) {
    vr_table_text(t, name);
    vr_table_text(t, between);
    vr_table_interval(t, gap, 4);
    vr_table_number(t, balanced, 4);
}

vr_table vrp_geography_disparity_table(vr_arena *arena, const vr_geography_set *set,
                                       const vr_geography_measure *m) {
    static const char *const names[] = {"disparity", "between", "gap", "balanced"};
    static const char *const tails[] = {"best 5 % - worst 5 %", "best 10 % - worst 10 %",
                                        "best 25 % - worst 25 %"};
    const char *const *group = set->by[m->by].names;
    const vr_disparity *d = &m->disparity;
    vr_table t = vr_table_new(arena, names, 4);
    vrp_geography_gap_row(&t, "best - worst",
                          d->best < 0 ? "-"
                                      : vr_arena_printf(arena, "%s - %s", group[d->best], group[d->worst]),
                          m->interval.gap, m->balanced_gap);
    if (m->high >= 0)
        vrp_geography_gap_row(&t, "named pair",
                              vr_arena_printf(arena, "%s - %s", group[m->high], group[m->low]),
                              m->interval.pair, m->balanced_pair);
    for (int k = 0; m->by == VR_GEOGRAPHY_COUNTRY && k < 3; k++)
        vrp_geography_gap_row(&t, "percentile gap", tails[k], (vr_interval){m->quantile_gap[k], NAN, NAN},
                              NAN);
    return t;
}

/* ---- the class map as a set uses it ---- */

/* The image of each object with the fewest labels, so that another object's are not among them; -1: none has any. */
static int64_t *vrp_geography_typical(vr_arena *arena, const vr_geography_set *set) {
    const vr_groups *objects = &set->by[VR_GEOGRAPHY_OBJECT];
    int64_t *image = VR_NEW(arena, int64_t, objects->count);
    for (int64_t o = 0; o < objects->count; o++) image[o] = -1;
    for (int64_t i = 0; i < set->count; i++) {
        int64_t *best = &image[objects->of[i]];
        const int64_t n = vr_label_sets_size(&set->labels, i);
        if (n > 0 && (*best < 0 || n < vr_label_sets_size(&set->labels, *best))) *best = i;
    }
    return image;
}

/* True where the sets of two images have a label in common. */
static bool vrp_geography_share_labels(const vr_label_sets *labels, int64_t a, int64_t b) {
    bool shared = false;
    for (int64_t l = labels->begin[a]; l < labels->begin[a + 1]; l++)
        shared = shared || vr_label_sets_has(labels, b, labels->label[l]);
    return shared;
}

vr_table vrp_geography_map_table(vr_arena *arena, const vr_geography_set *set) {
    static const char *const names[] = {"object", "images", "ImageNet classes", "shares classes with"};
    const vr_groups *objects = &set->by[VR_GEOGRAPHY_OBJECT];
    const vr_label_sets *labels = &set->labels;
    vr_table t = vr_table_new(arena, names, 4);
    int64_t *count = VR_NEW(arena, int64_t, objects->count), *image = vrp_geography_typical(arena, set);
    for (int64_t i = 0; i < set->count; i++) count[objects->of[i]]++;
    for (int64_t o = 0; o < objects->count; o++) {
        vr_text words = {.arena = arena}, others = {.arena = arena};
        for (int64_t l = image[o] < 0 ? 0 : labels->begin[image[o]];
             image[o] >= 0 && l < labels->begin[image[o] + 1]; l++)
            vr_text_printf(&words, "%s%s", words.size ? ", " : "", vr_labels_imagenet()[labels->label[l]]);
        for (int64_t other = 0; other < objects->count; other++)
            if (other != o && image[o] >= 0 && image[other] >= 0 &&
                vrp_geography_share_labels(labels, image[o], image[other]))
                vr_text_printf(&others, "%s%s", others.size ? ", " : "", objects->names[other]);
        vr_table_text(&t, objects->names[o]);
        vr_table_number(&t, (double)count[o], 0);
        vr_table_text(&t, words.size ? words.data : "-");
        vr_table_text(&t, others.size ? others.data : "-");
    }
    return t;
}

/* ---- progress ---- */

vr_table vrp_geography_rate_table(vr_arena *arena, const vr_geography_progress *p) {
    static const char *const names[] = {"benchmark", "models", "mean %", "rate",   "better half",
                                        "intercept", "r2",     "p",      "errors", "progress gap"};
    vr_table t = vr_table_new(arena, names, 10);
    for (int64_t k = 0; k < p->rate_count; k++) {
        const vr_geography_rate *r = &p->rate[k];
        vr_table_text(&t, r->name);
        vr_table_number(&t, (double)r->n, 0);
        vr_table_number(&t, 100 * r->mean, 1);
        vr_table_interval(&t, r->rate, 3);
        vr_table_interval(&t, r->top, 2);
        vr_table_number(&t, r->line.intercept, 3);
        vr_table_number(&t, r->line.r2, 3);
        vr_table_p(&t, r->line.p);
        vr_table_number(&t, r->headroom, 2);
        vr_table_interval(&t, r->lag, 2);
    }
    return t;
}

vr_table vrp_geography_effective_table(vr_arena *arena, const vr_geography_progress *p) {
    enum { N = VR_GEOGRAPHY_PRETRAINING_COUNT };
    const char *names[3 + 2 * N] = {"benchmark", "logit slope", "r2"};
    for (int g = 0; g < N; g++) {
        names[3 + 2 * g] = vrp_geography_pretraining_name((vr_geography_pretraining)g);
        names[4 + 2 * g] = vr_arena_printf(arena, "models, %s", names[3 + 2 * g]);
    }
    vr_table t = vr_table_new(arena, names, 3 + 2 * N);
    for (int64_t k = 0; k < p->effective_count; k++) {
        vr_table_text(&t, p->effective[k].name);
        vr_table_number(&t, p->effective[k].trend.line.slope, 2);
        vr_table_number(&t, p->effective[k].trend.line.r2, 3);
        for (int g = 0; g < N; g++) {
            vr_table_interval(&t, vrp_geography_points_of(p->effective[k].mean[g]), 1);
            vr_table_number(&t, (double)p->effective[k].n[g], 0);
        }
    }
    return t;
}

/* A model and its mean effective robustness. */
typedef struct vrp_geography_model_rank {
    double mean;
    int64_t model;
} vrp_geography_model_rank;

static int vrp_geography_by_mean(const void *a, const void *b) {
    const vrp_geography_model_rank *x = (const vrp_geography_model_rank *)a,
                                   *y = (const vrp_geography_model_rank *)b;
    if (x->mean != y->mean) return x->mean > y->mean ? -1 : 1;
    return (x->model > y->model) - (x->model < y->model);
}

vr_table vrp_geography_models_table(vr_arena *arena, const vr_geography_progress *p, int64_t most) {
    const vr_geography_benchmarks *b = p->benchmarks;
    const int64_t count = p->effective_count;
    const char **names = VR_NEW(arena, const char *, count + 4);
    names[0] = "model", names[1] = "pretraining", names[3] = "mean above";
    names[2] = vr_arena_printf(arena, "%s %%", b->benchmark[0].name);
    for (int64_t k = 0; k < count; k++) names[4 + k] = p->effective[k].name;
    vr_table t = vr_table_new(arena, names, count + 4);
    vrp_geography_model_rank *rank = VR_NEW(arena, vrp_geography_model_rank, b->models);
    int64_t n = 0;
    for (int64_t m = 0; m < b->models; m++) {
        double sum = 0;
        int64_t on = 0;
        for (int64_t k = 0; k < count; k++)
            if (isfinite(p->effective[k].above[m])) sum += p->effective[k].above[m], on++;
        if (on > 0) rank[n++] = (vrp_geography_model_rank){sum / (double)on, m};
    }
    qsort(rank, (size_t)n, sizeof *rank, vrp_geography_by_mean);
    for (int64_t i = 0; i < vr_min(n, most); i++) {
        const int64_t m = rank[i].model;
        vr_table_text(&t, b->model[m]);
        vr_table_text(&t, vrp_geography_pretraining_name(b->pretraining[m]));
        vr_table_number(&t, 100 * b->benchmark[0].value[m], 1);
        vr_table_number(&t, 100 * rank[i].mean, 1);
        for (int64_t k = 0; k < count; k++) vr_table_number(&t, 100 * p->effective[k].above[m], 1);
    }
    return t;
}

/* ---- retraining ---- */

vr_table vrp_geography_retrain_table(vr_arena *arena, const vr_geography_retraining *r) {
    const vr_groups *region = &r->set->by[VR_GEOGRAPHY_REGION];
    const char **names = VR_NEW(arena, const char *, 5 + region->count);
    const vr_geography_measure *first = &r->rows[0].measure;
    names[0] = "last layer", names[1] = "images", names[2] = "accuracy", names[3] = "best - worst";
    names[4] = first->high >= 0
                   ? vr_arena_printf(arena, "%s - %s", region->names[first->high], region->names[first->low])
                   : "named pair";
    for (int64_t g = 0; g < region->count; g++) names[5 + g] = region->names[g];
    vr_table t = vr_table_new(arena, names, 5 + region->count);
    for (int64_t k = 0; k < r->row_count; k++) {
        const vr_geography_retrain_row *row = &r->rows[k];
        const vr_geography_measure *m = &row->measure;
        vr_table_text(&t, row->share > 0 ? vr_arena_printf(arena, "%g %% of training", 100 * row->share)
                                         : "before");
        vr_table_number(&t, row->share > 0 ? (double)row->images : NAN, 0);
        vr_table_interval(&t, m->interval.all, 3);
        vr_table_interval(&t, m->interval.gap, 3);
        vr_table_interval(&t, m->interval.pair, 3);
        for (int64_t g = 0; g < region->count; g++) vr_table_number(&t, m->groups[g].accuracy, 3);
    }
    return t;
}

/* ---- the report ---- */

vr_table vr_geography_table(vr_arena *arena, const vr_geography_report *report) {
    VR_CHECK(report->progress || report->result || report->retraining, "an empty report");
    if (report->progress) return vrp_geography_rate_table(arena, report->progress);
    if (!report->result) return vrp_geography_retrain_table(arena, report->retraining);
    const vr_geography_result *r = report->result;
    const vr_geography_measure *first = r->by[VR_GEOGRAPHY_REGION];
    const char *const names[] = {
        "by", "group", "images", "correct", first && first->top5 ? "top-5" : "top-1", "balanced"};
    vr_table t = vr_table_new(arena, names, 6);
    for (int by = 0; by < VR_GEOGRAPHY_BY_COUNT; by++)
        if (r->by[by]) vrp_geography_accuracy_rows(&t, vrp_geography_by_names[by], r->set, r->by[by]);
    return t;
}

static void vrp_geography_print_table(FILE *file, const char *title, const vr_table *t) {
    vr_print(file, "\n%s\n\n", title);
    vr_table_print(file, t);
}

static void vrp_geography_print_progress(FILE *file, vr_arena *a, const vr_geography_progress *p) {
    const vr_geography_benchmarks *b = p->benchmarks;
    vr_print(file, "%s: %lld models; rows left out: %lld of other image sizes, %lld of unknown models\n",
             b->path, (long long)b->models, (long long)b->other_sizes, (long long)b->unknown);
    vr_table t = vrp_geography_rate_table(a, p);
    vrp_geography_print_table(file, vr_arena_printf(a, "Points for a point on %s", b->benchmark[0].name), &t);
    t = vrp_geography_effective_table(a, p);
    vrp_geography_print_table(file, "Points above ordinary models, by pretraining", &t);
}

static void vrp_geography_print_result(FILE *file, vr_arena *a, const vr_geography_result *r) {
    vr_print(file, "%s on %s: %lld of %lld images\n", r->model, r->set->path,
             (long long)r->scores.join.scored, (long long)r->set->count);
    for (int by = 0; by < VR_GEOGRAPHY_BY_COUNT; by++) {
        const vr_geography_measure *m = r->by[by];
        if (!m || by == VR_GEOGRAPHY_OBJECT) continue; /* on the page */
        vr_table t = vrp_geography_accuracy_table(a, r->set, m);
        if (by != VR_GEOGRAPHY_COUNTRY)
            vrp_geography_print_table(file, vr_arena_printf(a, "Accuracy by %s", vrp_geography_by_names[by]),
                                      &t);
        t = vrp_geography_disparity_table(a, r->set, m);
        vrp_geography_print_table(
            file,
            vr_arena_printf(a, "Disparity by %s (p of best - worst by chance: %.4f, of %lld permutations)",
                            vrp_geography_by_names[by], m->interval.p, (long long)m->permutations),
            &t);
    }
}

void vr_geography_print(FILE *file, const vr_geography_report *report) {
    vr_arena arena = {0};
    if (report->progress) vrp_geography_print_progress(file, &arena, report->progress);
    if (report->progress && report->result) fputs("\n", file);
    if (report->result) vrp_geography_print_result(file, &arena, report->result);
    if (report->retraining) {
        const vr_geography_retraining *r = report->retraining;
        const vr_table t = vrp_geography_retrain_table(&arena, r);
        vrp_geography_print_table(
            file,
            vr_arena_printf(&arena, "The last layer retrained on %lld images, tested on %lld others",
                            (long long)r->train, (long long)r->test),
            &t);
    }
    vr_arena_free(&arena);
}
