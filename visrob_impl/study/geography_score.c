/* study/geography_score.c: accuracy by region and the gap between regions.
 *
 * A resample draws homes (or photographs) with replacement and measures everything on what it drew, so that the interval
 * of a gap is that of two accuracies on the same draw. The largest gap of several groups is above 0 even where groups
 * make no difference; that is what the permutation test is for. */
#include "../base/par.h"
#include "../metric/group.h"
#include "geography.h"
#include <math.h>
#include <string.h>

/* The scored photographs by home: those of home h are at[begin[h]] .. at[begin[h+1] - 1]. */
typedef struct vrp_geo_homes {
    int64_t count, n;
    int64_t *begin, *group; /* [count+1]; [n], the group of each scored photograph */
    uint8_t *hit;           /* [n] */
} vrp_geo_homes;

static const uint8_t *vrp_geo_top(const vr_dollar_street_hits *hits, bool top5) {
    return top5 ? hits->top5 : hits->top1;
}

static vrp_geo_homes vrp_geo_by_home(vr_arena *scratch, const vr_geo_set *set,
                                     const vr_dollar_street_hits *hits, vr_geo_by by, bool top5) {
    const uint8_t *hit = vrp_geo_top(hits, top5);
    const int64_t homes = set->household ? set->household_count : set->count;
    int64_t *begin = VR_NEW(scratch, int64_t, homes + 1), *fill = VR_NEW(scratch, int64_t, homes + 1);
    vrp_geo_homes h = {.n = hits->rows,
                       .begin = begin,
                       .group = VR_NEW(scratch, int64_t, hits->rows),
                       .hit = VR_NEW(scratch, uint8_t, hits->rows)};
    for (int64_t i = 0; i < set->count; i++)
        if (hits->scored[i]) fill[set->household ? set->household[i] : i]++;
    for (int64_t k = 0; k < homes; k++) { /* homes without a scored photograph are not drawn */
        const int64_t n = fill[k];
        fill[k] = begin[h.count];
        if (n > 0) begin[h.count + 1] = begin[h.count] + n, h.count++;
    }
    for (int64_t i = 0; i < set->count; i++) {
        if (!hits->scored[i]) continue;
        const int64_t at = fill[set->household ? set->household[i] : i]++;
        h.group[at] = set->by[by].of[i];
        h.hit[at] = hit[i];
    }
    return h;
}

/* out[0..G) = accuracy of each group, out[G] of all, out[G+1] best - worst, out[G+2] of the pair; NaN where empty. */
static void vrp_geo_rates(double *out, const int64_t *right, const int64_t *count, int64_t G, int64_t high,
                          int64_t low) {
    int64_t all = 0, all_right = 0;
    double best = -1, worst = 2;
    for (int64_t g = 0; g < G; g++) {
        out[g] = count[g] > 0 ? (double)right[g] / (double)count[g] : NAN;
        all += count[g], all_right += right[g];
        if (count[g] > 0) best = fmax(best, out[g]), worst = fmin(worst, out[g]);
    }
    out[G] = all > 0 ? (double)all_right / (double)all : NAN;
    out[G + 1] = all > 0 ? best - worst : NAN;
    out[G + 2] = high >= 0 && low >= 0 ? out[high] - out[low] : NAN;
}

/* What a resample is measured by. */
typedef struct vrp_geo_draw {
    const vrp_geo_homes *homes;
    int64_t G, high, low;
} vrp_geo_draw;

/* vrp_geo_rates of the photographs of m homes. */
static void vrp_geo_statistics(const void *context, double *values, const int64_t *index, int64_t m) {
    const vrp_geo_draw *d = (const vrp_geo_draw *)context;
    const vrp_geo_homes *h = d->homes;
    vr_arena own = {0};
    int64_t *count = VR_NEW(&own, int64_t, (2 * d->G)), *right = count + d->G;
    for (int64_t j = 0; j < m; j++)
        for (int64_t i = h->begin[index[j]]; i < h->begin[index[j] + 1]; i++)
            count[h->group[i]]++, right[h->group[i]] += h->hit[i];
    vrp_geo_rates(values, right, count, d->G, d->high, d->low);
    vr_arena_free(&own);
}

/* The share of R deals of the hits to photographs (and the one that happened) whose spread is as large. */
static double vrp_geo_chance(const vrp_geo_homes *h, int64_t G, double spread, int64_t R, vr_rng rng) {
    int64_t as_large = 0;
#pragma omp parallel num_threads(vr_threads())
    {
        vr_arena own = {0};
        int64_t *count = VR_NEW(&own, int64_t, (2 * G)), *right = count + G;
        uint8_t *hit = VR_NEW(&own, uint8_t, h->n);
        double *rates = VR_NEW(&own, double, G + 3);
        for (int64_t i = 0; i < h->n; i++) count[h->group[i]]++;
#pragma omp for schedule(static) reduction(+ : as_large)
        for (int64_t r = 0; r < R; r++) {
            const vr_rng draw = vr_rng_at(rng, (uint64_t)r);
            memcpy(hit, h->hit, (size_t)h->n);
            memset(right, 0, (size_t)G * sizeof *right);
            for (int64_t i = h->n - 1; i >= 0; i--) { /* Fisher-Yates */
                const int64_t j = vr_rng_below(draw, (uint64_t)i, i + 1);
                const uint8_t x = hit[j];
                hit[j] = hit[i];
                right[h->group[i]] += x;
            }
            vrp_geo_rates(rates, right, count, G, -1, -1);
            as_large += rates[G + 1] >= spread - 1e-12;
        }
        vr_arena_free(&own);
    }
    return (double)(1 + as_large) / (double)(1 + R);
}

/* groups[g].balanced over the objects that every group with photographs has; returns how many these are. */
static int64_t vrp_geo_balance(vr_arena *scratch, vr_geo_accuracy *groups, const vr_geo_set *set,
                               const vr_dollar_street_hits *hits, vr_geo_by by, bool top5) {
    const int64_t G = set->by[by].count, O = set->by[VR_GEO_OBJECT].count;
    vr_group *cells = VR_NEW(scratch, vr_group, (G * O));
    vr_geo_cross(cells, set, hits, top5, by, VR_GEO_OBJECT);
    int64_t common = 0;
    double *sum = VR_NEW(scratch, double, G);
    for (int64_t o = 0; o < O; o++) {
        bool whole = true;
        for (int64_t g = 0; g < G; g++) whole = whole && (groups[g].count == 0 || cells[g * O + o].count > 0);
        common += whole;
        for (int64_t g = 0; whole && g < G; g++)
            if (groups[g].count > 0) sum[g] += cells[g * O + o].accuracy;
    }
    for (int64_t g = 0; g < G; g++)
        groups[g].balanced = groups[g].count > 0 && common > 0 ? sum[g] / (double)common : NAN;
    return common;
}

static int64_t vrp_geo_group(const vr_geo_groups *groups, const char *name) {
    for (int64_t g = 0; g < groups->count; g++)
        if (strcmp(groups->names[g], name) == 0) return g;
    return -1;
}

/* The pair that the options name, or the one that is usual. */
static void vrp_geo_pair(vr_geo_measure *m, const vr_geo_groups *groups, const vr_geo_opts *o) {
    const bool income = m->by == VR_GEO_INCOME, region = m->by == VR_GEO_REGION;
    m->high = o->high  ? vrp_geo_group(groups, o->high)
              : region ? vrp_geo_group(groups, "Europe")
              : income ? groups->count - 1
                       : -1;
    m->low = o->low   ? vrp_geo_group(groups, o->low)
             : region ? vrp_geo_group(groups, "Africa")
             : income ? 0
                      : -1;
    if (m->high < 0 || m->low < 0) m->high = m->low = -1;
}

void vr_geo_measure_run(vr_arena *perm, vr_geo_measure *out, const vr_geo_set *set,
                        const vr_dollar_street_hits *hits, vr_geo_by by, const vr_geo_opts *opts) {
    const vr_geo_opts o = opts ? *opts : (vr_geo_opts){0};
    const vr_geo_groups *groups = &set->by[by];
    const int64_t G = groups->count, R = o.resamples > 0 ? o.resamples : 1000;
    VR_CHECK(G > 0 && hits->count == set->count, "%s has no such groups, or %lld hits for %lld photographs",
             set->path, (long long)hits->count, (long long)set->count);
    vr_arena scratch = {0};
    vr_geo_measure m = {.by = by, .top5 = o.top5, .resamples = R, .seed = o.seed, .group_count = G};
    m.groups = VR_NEW(perm, vr_geo_accuracy, G);
    vrp_geo_pair(&m, groups, &o);
    const vrp_geo_homes h = vrp_geo_by_home(&scratch, set, hits, by, o.top5);
    int64_t *count = VR_NEW(&scratch, int64_t, (2 * G)), *right = count + G;
    double *rates = VR_NEW(&scratch, double, G);
    vr_interval *intervals = VR_NEW(&scratch, vr_interval, G + 3);
    for (int64_t i = 0; i < h.n; i++) count[h.group[i]]++, right[h.group[i]] += h.hit[i];
    const vrp_geo_draw draw = {&h, G, m.high, m.low};
    const vr_bootstrap bootstrap = {.resamples = R, .seed = o.seed};
    vr_bootstrap_statistics(&scratch, intervals, G + 3, vrp_geo_statistics, &draw, h.count, &bootstrap);
    for (int64_t g = 0; g < G; g++) {
        m.groups[g] = (vr_geo_accuracy){count[g], right[g], intervals[g], NAN};
        m.all.count += count[g], m.all.correct += right[g];
        rates[g] = intervals[g].value;
    }
    m.all.accuracy = intervals[G], m.spread = intervals[G + 1], m.pair = intervals[G + 2];
    m.objects = vrp_geo_balance(&scratch, m.groups, set, hits, by, o.top5);
    m.disparity = vr_disparity_of(rates, G);
    for (int64_t g = 0; g < G; g++) rates[g] = m.groups[g].balanced;
    m.balanced_spread = vr_disparity_of(rates, G).gap;
    m.all.balanced = NAN;
    m.balanced_pair = m.high >= 0 ? m.groups[m.high].balanced - m.groups[m.low].balanced : NAN;
    m.normalised = m.high >= 0 ? m.pair.value / m.groups[m.high].accuracy.value : NAN;
    m.p = h.n > 0
              ? vrp_geo_chance(&h, G, m.spread.value, R,
                               vr_rng_split(vr_rng_split(vr_rng_init(o.seed), "geography"), "permutation"))
              : NAN;
    vr_arena_free(&scratch);
    *out = m;
}

void vr_geo_cross(vr_group *cells, const vr_geo_set *set, const vr_dollar_street_hits *hits, bool top5,
                  vr_geo_by rows, vr_geo_by columns) {
    const vr_geo_groups *a = &set->by[rows], *b = &set->by[columns];
    VR_CHECK(a->count > 0 && b->count > 0, "%s has no such groups", set->path);
    vr_arena scratch = {0};
    int64_t *cell = VR_NEW(&scratch, int64_t, set->count);
    for (int64_t i = 0; i < set->count; i++) cell[i] = hits->scored[i] ? a->of[i] * b->count + b->of[i] : -1;
    vr_group_accuracy(cells, vrp_geo_top(hits, top5), cell, set->count, a->count * b->count);
    vr_arena_free(&scratch);
}

double vr_geo_country_gap(const vr_geo_set *set, const vr_dollar_street_hits *hits, bool top5, double q) {
    const int64_t C = set->by[VR_GEO_COUNTRY].count;
    vr_arena scratch = {0};
    vr_group *groups = VR_NEW(&scratch, vr_group, C);
    int64_t *of = VR_NEW(&scratch, int64_t, set->count);
    double *accuracy = VR_NEW(&scratch, double, C);
    for (int64_t i = 0; i < set->count; i++) of[i] = hits->scored[i] ? set->by[VR_GEO_COUNTRY].of[i] : -1;
    vr_group_accuracy(groups, vrp_geo_top(hits, top5), of, set->count, C);
    for (int64_t c = 0; c < C; c++) accuracy[c] = groups[c].accuracy;
    const double gap = vr_quantile_gap(&scratch, accuracy, C, q);
    vr_arena_free(&scratch);
    return gap;
}

vr_table vr_geo_measure_table(vr_arena *arena, const vr_geo_set *set, const vr_geo_measure *m) {
    static const char *const by[] = {"region", "country", "object", "income"};
    const char *const names[] = {by[m->by], "images", "right", m->top5 ? "top-5" : "top-1", "balanced"};
    vr_table t = vr_table_new(arena, names, 5);
    for (int64_t g = 0; g <= m->group_count; g++) {
        const vr_geo_accuracy *a = g < m->group_count ? &m->groups[g] : &m->all;
        vr_table_text(&t, g < m->group_count ? set->by[m->by].names[g] : "all");
        vr_table_number(&t, (double)a->count, 0);
        vr_table_number(&t, (double)a->correct, 0);
        vr_table_interval(&t, a->accuracy, 4);
        vr_table_number(&t, a->balanced, 4);
    }
    return t;
}

vr_table vr_geo_disparity_table(vr_arena *arena, const vr_geo_set *set, const vr_geo_measure *m) {
    static const char *const names[] = {"disparity", "between", "gap", "balanced"};
    const char *const *group = set->by[m->by].names;
    vr_table t = vr_table_new(arena, names, 4);
    vr_table_text(&t, "best - worst");
    const vr_disparity *d = &m->disparity;
    vr_table_text(&t, d->best < 0 ? "-" : vr_arena_printf(arena, "%s - %s", group[d->best], group[d->worst]));
    vr_table_interval(&t, m->spread, 4);
    vr_table_number(&t, m->balanced_spread, 4);
    if (m->high < 0) return t;
    vr_table_text(&t, "named pair");
    vr_table_text(&t, vr_arena_printf(arena, "%s - %s", group[m->high], group[m->low]));
    vr_table_interval(&t, m->pair, 4);
    vr_table_number(&t, m->balanced_pair, 4);
    return t;
}
