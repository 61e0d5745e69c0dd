/* study/geography/score.c: predictions meet images; accuracy by group and the gaps between groups are metric/group's. */
#include "geography_impl.h"
#include <math.h>

bool vrp_geography_score(vr_arena *perm, vr_scores *scores, const vr_geography_set *set,
                         const vr_predictions *predictions, vr_err *err) {
    vr_arena scratch = {0};
    vr_err own = {0}; /* VR_FATAL may not leave the scratch arena behind */
    int64_t *prediction = VR_NEW(&scratch, int64_t, set->count);
    *scores = (vr_scores){0};
    const bool ok = vr_predictions_join(prediction, predictions, &set->index, set->count, set->path, &own) &&
                    vr_predictions_score(perm, scores, predictions, prediction, &set->labels, &own);
    vr_arena_free(&scratch);
    return ok || vr_err_pass(err, &own);
}

/* The pair of groups that the options name, or the usual one. */
static void vrp_geography_pair(vr_geography_measure *m, const vr_groups *groups, const vr_geography_opts *o) {
    const bool income = m->by == VR_GEOGRAPHY_INCOME, region = m->by == VR_GEOGRAPHY_REGION;
    const char *high = o->high  ? o->high
                       : region ? "Europe"
                                : NULL,
               *low = o->low   ? o->low
                      : region ? "Africa"
                               : NULL;
    m->high = high ? vr_groups_find(groups, high) : income ? groups->count - 1 : -1;
    m->low = low ? vr_groups_find(groups, low) : income ? 0 : -1;
    if (m->high < 0 || m->low < 0) m->high = m->low = -1;
}

void vrp_geography_measure(vr_arena *perm, vr_geography_measure *out, const vr_geography_set *set,
                           const vr_scores *scores, vr_geography_by by, const vr_geography_opts *opts) {
    static const double quantiles[] = {0.05, 0.1, 0.25};
    const vr_geography_opts o = opts ? *opts : (vr_geography_opts){0};
    const vr_groups *groups = &set->by[by];
    const uint8_t *correct = o.top5 ? scores->correct_top5 : scores->correct;
    const int64_t G = groups->count, n = set->count;
    VR_CHECK(G > 0 && scores->count == n, "%s has no such groups, or %lld scores for %lld images", set->path,
             (long long)scores->count, (long long)n);
    vr_geography_measure m = {.by = by,
                              .top5 = o.top5,
                              .permutations = o.resamples > 0 ? o.resamples : 1000,
                              .group_count = G,
                              .groups = VR_NEW(perm, vr_group, G),
                              .balanced = VR_NEW(perm, double, G)};
    vrp_geography_pair(&m, groups, &o);
    vr_group_accuracy(m.groups, groups, correct, scores->scored, n);
    vr_group_bootstrap(perm, &m.interval, groups, correct, scores->scored, n,
                       &(vr_group_opts){.bootstrap = {.resamples = o.resamples, .seed = o.seed},
                                        .cluster = set->household,
                                        .high = vr_max(m.high, 0),
                                        .low = vr_max(m.low, 0),
                                        .permutations = m.permutations});
    m.objects =
        vr_group_balanced(m.balanced, groups, &set->by[VR_GEOGRAPHY_OBJECT], correct, scores->scored, n);
    vr_arena scratch = {0};
    double *accuracy = VR_NEW(&scratch, double, G);
    for (int64_t g = 0; g < G; g++) {
        accuracy[g] = m.groups[g].accuracy;
        m.all.count += m.groups[g].count, m.all.correct += m.groups[g].correct;
    }
    m.all.accuracy = m.interval.all.value;
    m.disparity = vr_disparity_of(accuracy, G);
    for (int k = 0; k < 3; k++) m.quantile_gap[k] = vr_quantile_gap(&scratch, accuracy, G, quantiles[k]);
    m.balanced_gap = vr_disparity_of(m.balanced, G).gap;
    m.balanced_pair = m.high >= 0 ? m.balanced[m.high] - m.balanced[m.low] : NAN;
    vr_arena_free(&scratch);
    *out = m;
}

bool vr_geography_run(vr_arena *perm, vr_geography_result *out, const vr_geography_set *set,
                      const vr_predictions *predictions, const vr_geography_opts *opts, vr_err *err) {
    *out = (vr_geography_result){0};
    vr_geography_result r = {.set = set, .model = predictions->path};
    if (!vrp_geography_score(perm, &r.scores, set, predictions, err)) return false;
    for (int by = 0; by < VR_GEOGRAPHY_BY_COUNT; by++) {
        if (set->by[by].count < 2) continue;
        r.by[by] = VR_NEW(perm, vr_geography_measure, 1);
        vrp_geography_measure(perm, r.by[by], set, &r.scores, (vr_geography_by)by, opts);
    }
    *out = r;
    return true;
}

void vrp_geography_cross(vr_group *cells, const vr_geography_set *set, const vr_scores *scores, bool top5,
                         vr_geography_by rows, vr_geography_by columns) {
    const vr_groups *a = &set->by[rows], *b = &set->by[columns];
    vr_arena scratch = {0};
    int64_t *cell = VR_NEW(&scratch, int64_t, set->count);
    for (int64_t i = 0; i < set->count; i++) cell[i] = a->of[i] * b->count + b->of[i];
    const vr_groups pairs = {.count = a->count * b->count, .of = cell};
    vr_group_accuracy(cells, &pairs, top5 ? scores->correct_top5 : scores->correct, scores->scored,
                      set->count);
    vr_arena_free(&scratch);
}
