/* study/dollar_street_errors.c: which factors go with errors, where classes fall behind, and in what they differ. Counts
 * are taken once into small tables of class by group by factor; all that follows is arithmetic on those. */
#include "dollar_street_score.h"
#include "../metric/prevalence.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int vrp_dollar_street_by_shift(const void *a, const void *b) {
    const vr_dollar_street_association *x = (const vr_dollar_street_association *)a,
                                       *y = (const vr_dollar_street_association *)b;
    if (isnan(x->shift) || isnan(y->shift))
        if (isnan(x->shift) != isnan(y->shift)) return isnan(x->shift) ? 1 : -1;
    if (x->shift > y->shift) return -1;
    if (x->shift < y->shift) return 1;
    return (int)x->factor - (int)y->factor;
}

void vr_dollar_street_associate(vr_dollar_street_association *out, const vr_dollar_street *data,
                                const vr_dollar_street_hits *hits, vr_dollar_street_by by, int64_t group,
                                const vr_dollar_street_association_opts *opts) {
    VR_CHECK(data->factors, "%s has no factors", data->path);
    enum { F = VR_DOLLAR_STREET_FACTOR_COUNT };
    const int64_t few = !opts || opts->few == 0 ? 5 : opts->few;
    int64_t all[F] = {0}, wrong[F] = {0}, all_sum = 0, wrong_sum = 0;
    for (int64_t i = 0; i < data->count; i++) {
        if (!hits->scored[i]) continue;
        const bool in = vr_dollar_street_in_group(data, by, group, i);
        for (int f = 0; f < F; f++) {
            if (!(data->factors[i] >> f & 1)) continue;
            all[f] += in || !(opts && opts->own);
            wrong[f] += in && !hits->top5[i];
        }
    }
    for (int f = 0; f < F; f++) {
        if (all[f] <= few) all[f] = 0;
        if (wrong[f] <= few) wrong[f] = 0;
        all_sum += all[f], wrong_sum += wrong[f];
    }
    for (int f = 0; f < F; f++) {
        const double share = (double)all[f] / (double)all_sum, among = (double)wrong[f] / (double)wrong_sum;
        out[f] = (vr_dollar_street_association){(vr_dollar_street_factor)f, all[f], wrong[f], share, among,
                                                (among - share) / share};
    }
    qsort(out, F, sizeof *out, vrp_dollar_street_by_shift);
}

void vr_dollar_street_odds_ratios(vr_dollar_street_odds *out, const vr_dollar_street *data,
                                  const vr_dollar_street_hits *hits, vr_dollar_street_by by) {
    VR_CHECK(data->factors, "%s has no factors", data->path);
    enum { F = VR_DOLLAR_STREET_FACTOR_COUNT };
    const int64_t G = vr_dollar_street_groups(data, by);
    vr_arena scratch = {0};
    double *p = VR_NEW(&scratch, double, (G * F)), *adjusted = VR_NEW(&scratch, double, (G * F));
    for (int64_t k = 0; k < G * F; k++)
        out[k] = (vr_dollar_street_odds){.group = k / F, .factor = (vr_dollar_street_factor)(k % F)};
    for (int64_t i = 0; i < data->count; i++)
        for (int64_t g = 0; hits->scored[i] && g < G; g++)
            for (int f = 0; f < F && vr_dollar_street_in_group(data, by, g, i); f++) {
                vr_dollar_street_odds *o = &out[g * F + f];
                ++(hits->top5[i] ? o->right : o->wrong)[!(data->factors[i] >> f & 1)];
            }
    for (int64_t k = 0; k < G * F; k++) {
        vr_dollar_street_odds *o = &out[k];
        o->odds = vr_odds_ratio(o->wrong[0], o->wrong[1], o->right[0], o->right[1], 0);
        p[k] = o->odds.p;
    }
    vr_adjust_holm(&scratch, adjusted, p, G * F);
    for (int64_t k = 0; k < G * F; k++) out[k].holm = adjusted[k];
    vr_adjust_bh(&scratch, adjusted, p, G * F);
    for (int64_t k = 0; k < G * F; k++) out[k].bh = adjusted[k];
    vr_arena_free(&scratch);
}

vr_table vr_dollar_street_association_table(vr_arena *arena, const vr_dollar_street *data,
                                            const vr_dollar_street_hits *hits, vr_dollar_street_by by,
                                            int64_t most, const vr_dollar_street_association_opts *opts) {
    static const char *const names[] = {"group", "factor",     "wrong",  "among errors", "baseline",
                                        "shift", "odds ratio", "p Holm", "p BH"};
    enum { F = VR_DOLLAR_STREET_FACTOR_COUNT };
    const int64_t G = vr_dollar_street_groups(data, by);
    vr_dollar_street_odds *odds = VR_NEW(arena, vr_dollar_street_odds, (G * F));
    vr_dollar_street_odds_ratios(odds, data, hits, by);
    vr_table t = vr_table_new(arena, names, (int64_t)(sizeof names / sizeof *names));
    for (int64_t g = 0; g < G; g++) {
        vr_dollar_street_association a[F];
        vr_dollar_street_associate(a, data, hits, by, g, opts);
        for (int64_t k = 0; k < vr_min(most, F) && a[k].shift > 0; k++) {
            const vr_dollar_street_odds *o = &odds[g * F + (int64_t)a[k].factor];
            vr_table_text(&t, vr_dollar_street_group_name(arena, data, by, g));
            vr_table_text(&t, vr_dollar_street_factor_name(a[k].factor));
            vr_table_number(&t, (double)a[k].wrong, 0);
            vr_table_number(&t, a[k].share_wrong, 3);
            vr_table_number(&t, a[k].share, 3);
            vr_table_number(&t, a[k].shift, 2);
            vr_table_interval(&t, (vr_interval){o->odds.value, o->odds.low, o->odds.high}, 2);
            vr_table_digits(&t, o->holm, 2);
            vr_table_digits(&t, o->bh, 2);
        }
    }
    return t;
}

vr_test vr_dollar_street_chi_square(const vr_dollar_street_association *a, int64_t k) {
    int64_t wrong[VR_DOLLAR_STREET_FACTOR_COUNT], n = 0;
    double share[VR_DOLLAR_STREET_FACTOR_COUNT];
    VR_CHECK(k >= 0 && k <= VR_DOLLAR_STREET_FACTOR_COUNT, "the first %lld factors", (long long)k);
    for (int64_t f = 0; f < k; f++)
        if (a[f].ticks > 0) wrong[n] = a[f].wrong, share[n++] = (double)a[f].ticks;
    return vr_chi2_shares(wrong, share, n);
}

/* ---- classes by groups ---- */

/* count, top5: [classes,groups]; ticks: [classes,groups,16]. */
typedef struct vrp_dollar_street_cells {
    int64_t classes, groups, *count, *top5, *ticks;
} vrp_dollar_street_cells;

static vrp_dollar_street_cells vrp_dollar_street_cells_of(vr_arena *scratch, const vr_dollar_street *data,
                                                          const vr_dollar_street_hits *hits,
                                                          vr_dollar_street_by by) {
    VR_CHECK(by == VR_BY_INCOME || by == VR_BY_REGION, "gaps are by income or by region");
    enum { F = VR_DOLLAR_STREET_FACTOR_COUNT };
    const int64_t C = data->class_count, G = vr_dollar_street_groups(data, by);
    vrp_dollar_street_cells cells = {C, G, VR_NEW(scratch, int64_t, (C * G)),
                                     VR_NEW(scratch, int64_t, (C * G)),
                                     VR_NEW(scratch, int64_t, (C * G * F))};
    for (int64_t i = 0; i < data->count; i++) {
        if (!hits->scored[i]) continue;
        const int64_t g = by == VR_BY_INCOME ? data->bucket[i] : data->region[i];
        for (int64_t l = data->labels.begin[i]; l < data->labels.begin[i + 1]; l++) {
            const int64_t at = data->labels.id[l] * G + g;
            cells.count[at]++;
            cells.top5[at] += hits->top5[i];
            for (int f = 0; data->factors && f < F; f++) cells.ticks[at * F + f] += data->factors[i] >> f & 1;
        }
    }
    return cells;
}

static int vrp_dollar_street_by_gap(const void *a, const void *b) {
    const vr_dollar_street_gap *x = (const vr_dollar_street_gap *)a, *y = (const vr_dollar_street_gap *)b;
    if (x->gap != y->gap) return x->gap > y->gap ? -1 : 1;
    if (x->class_number != y->class_number) return x->class_number < y->class_number ? -1 : 1;
    return (x->group > y->group) - (x->group < y->group);
}

int64_t vr_dollar_street_gaps(vr_arena *perm, vr_dollar_street_gap **out, const vr_dollar_street *data,
                              const vr_dollar_street_hits *hits, vr_dollar_street_by by, int64_t least,
                              bool whole) {
    vr_arena scratch = {0};
    const vrp_dollar_street_cells cells = vrp_dollar_street_cells_of(&scratch, data, hits, by);
    *out = VR_NEW(perm, vr_dollar_street_gap, (cells.classes * cells.groups));
    int64_t n = 0;
    for (int64_t c = 0; c < cells.classes; c++) {
        double best = -1;
        int64_t full = 0;
        for (int64_t g = 0; g < cells.groups; g++) {
            const int64_t at = c * cells.groups + g;
            if (cells.count[at] < vr_max(1, least)) continue;
            full++;
            best = fmax(best, (double)cells.top5[at] / (double)cells.count[at]);
        }
        for (int64_t g = 0; g < cells.groups && (!whole || full == cells.groups); g++) {
            const int64_t at = c * cells.groups + g;
            if (cells.count[at] < vr_max(1, least)) continue;
            const double accuracy = (double)cells.top5[at] / (double)cells.count[at];
            (*out)[n++] = (vr_dollar_street_gap){c, g, cells.count[at], accuracy, best - accuracy};
        }
    }
    qsort(*out, (size_t)n, sizeof **out, vrp_dollar_street_by_gap);
    vr_arena_free(&scratch);
    return n;
}

/* One class in two groups. */
static vr_dollar_street_divergence vrp_dollar_street_diverge(const vrp_dollar_street_cells *cells, int64_t c,
                                                             int64_t a, int64_t b) {
    enum { F = VR_DOLLAR_STREET_FACTOR_COUNT };
    const int64_t at[2] = {c * cells->groups + a, c * cells->groups + b};
    double p[2][F], sum[2] = {0, 0}, far[F];
    for (int k = 0; k < 2; k++)
        for (int f = 0; f < F; f++) sum[k] += p[k][f] = (double)cells->ticks[at[k] * F + f];
    vr_dollar_street_divergence d = {
        .class_number = c,
        .group = {a, b},
        .distance = vr_jensen_shannon(cells->ticks + at[0] * F, cells->ticks + at[1] * F, F)};
    for (int f = 0; f < F; f++) far[f] = fabs(p[0][f] / sum[0] - p[1][f] / sum[1]);
    for (int k = 0; k < 2; k++) d.accuracy[k] = (double)cells->top5[at[k]] / (double)cells->count[at[k]];
    for (int k = 0; k < 3; k++) {
        int most = 0;
        for (int f = 1; f < F; f++)
            if (far[f] > far[most]) most = f;
        d.distinct[k] = (vr_dollar_street_factor)most;
        far[most] = -1;
    }
    return d;
}

int64_t vr_dollar_street_divergences(vr_arena *perm, vr_dollar_street_divergence **out,
                                     const vr_dollar_street *data, const vr_dollar_street_hits *hits,
                                     vr_dollar_street_by by, int64_t least) {
    VR_CHECK(data->factors, "%s has no factors", data->path);
    enum { F = VR_DOLLAR_STREET_FACTOR_COUNT };
    vr_arena scratch = {0};
    const vrp_dollar_street_cells cells = vrp_dollar_street_cells_of(&scratch, data, hits, by);
    const int64_t G = cells.groups;
    bool *good = VR_NEW(&scratch, bool, (cells.classes * G));
    for (int64_t at = 0; at < cells.classes * G; at++) {
        int64_t ticks = 0;
        for (int f = 0; f < F; f++) ticks += cells.ticks[at * F + f];
        good[at] = cells.count[at] >= (least > 0 ? least : 5) && ticks > 0;
    }
    *out = VR_NEW(perm, vr_dollar_street_divergence, (cells.classes * G * (G - 1)) / 2);
    int64_t n = 0;
    for (int64_t c = 0; c < cells.classes; c++)
        for (int64_t a = 0; a < G; a++)
            for (int64_t b = a + 1; b < G; b++)
                if (good[c * G + a] && good[c * G + b])
                    (*out)[n++] = vrp_dollar_street_diverge(&cells, c, a, b);
    vr_arena_free(&scratch);
    return n;
}

void vr_dollar_street_quartiles(vr_dollar_street_quartile *out, const vr_dollar_street_divergence *d,
                                int64_t n) {
    vr_arena scratch = {0};
    double *distance = VR_NEW(&scratch, double, n);
    for (int64_t i = 0; i < n; i++) distance[i] = d[i].distance;
    vr_sort(distance, n);
    for (int q = 0; q < 4; q++)
        out[q] = (vr_dollar_street_quartile){.low = vr_quantile_sorted(distance, n, 0.25 * q),
                                             .high = vr_quantile_sorted(distance, n, 0.25 * (q + 1))};
    for (int64_t i = 0; i < n; i++) {
        int q = 0;
        while (q < 3 && d[i].distance > out[q].high) q++;
        out[q].pairs++;
        out[q].gap += fabs(d[i].accuracy[0] - d[i].accuracy[1]);
    }
    for (int q = 0; q < 4; q++) out[q].gap /= (double)out[q].pairs;
    vr_arena_free(&scratch);
}

vr_table vr_dollar_street_quartile_table(vr_arena *arena, const vr_dollar_street_divergence *d, int64_t n) {
    static const char *const names[] = {"quarter", "distance from", "to", "pairs", "gap in accuracy"};
    vr_dollar_street_quartile q[4];
    vr_dollar_street_quartiles(q, d, n);
    vr_table t = vr_table_new(arena, names, 5);
    for (int k = 0; k < 4; k++) {
        vr_table_number(&t, k + 1, 0);
        vr_table_number(&t, q[k].low, 3);
        vr_table_number(&t, q[k].high, 3);
        vr_table_number(&t, (double)q[k].pairs, 0);
        vr_table_number(&t, q[k].gap, 3);
    }
    return t;
}
