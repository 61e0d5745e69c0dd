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

vr_table vr_dollar_street_association_table(vr_arena *arena, const vr_dollar_street *data,
                                            const vr_dollar_street_hits *hits, vr_dollar_street_by by,
                                            int64_t most, const vr_dollar_street_association_opts *opts) {
    static const char *const names[] = {"group", "factor", "wrong", "among errors", "baseline", "shift"};
    vr_table t = vr_table_new(arena, names, 6);
    for (int64_t g = 0; g < vr_dollar_street_groups(data, by); g++) {
        vr_dollar_street_association a[VR_DOLLAR_STREET_FACTOR_COUNT];
        vr_dollar_street_associate(a, data, hits, by, g, opts);
        for (int64_t k = 0; k < vr_min(most, VR_DOLLAR_STREET_FACTOR_COUNT) && a[k].shift > 0; k++) {
            vr_table_text(&t, vr_dollar_street_group_name(arena, data, by, g));
            vr_table_text(&t, vr_dollar_street_factor_name(a[k].factor));
            vr_table_number(&t, (double)a[k].wrong, 0);
            vr_table_number(&t, a[k].share_wrong, 3);
            vr_table_number(&t, a[k].share, 3);
            vr_table_number(&t, a[k].shift, 2);
        }
    }
    return t;
}

double vr_dollar_street_chi_square(const vr_dollar_street_association *a, int64_t k, int64_t *freedom) {
    double ticks = 0, wrong = 0, sum = 0;
    int64_t n = 0;
    for (int64_t f = 0; f < k; f++)
        if (a[f].ticks > 0) n++, ticks += (double)a[f].ticks, wrong += (double)a[f].wrong;
    if (freedom) *freedom = n > 1 ? n - 1 : 0;
    if (n < 2 || wrong == 0) return NAN;
    for (int64_t f = 0; f < k; f++) {
        if (a[f].ticks == 0) continue;
        const double expected = wrong * (double)a[f].ticks / ticks, d = (double)a[f].wrong - expected;
        sum += d * d / expected;
    }
    return sum;
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
    vrp_dollar_street_cells cells = {C, G, VR_NEW(scratch, int64_t, C * G), VR_NEW(scratch, int64_t, C * G),
                                     VR_NEW(scratch, int64_t, C * G * F)};
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
    *out = VR_NEW(perm, vr_dollar_street_gap, cells.classes * cells.groups);
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
    bool *good = VR_NEW(&scratch, bool, cells.classes *G);
    for (int64_t at = 0; at < cells.classes * G; at++) {
        int64_t ticks = 0;
        for (int f = 0; f < F; f++) ticks += cells.ticks[at * F + f];
        good[at] = cells.count[at] >= (least > 0 ? least : 5) && ticks > 0;
    }
    *out = VR_NEW(perm, vr_dollar_street_divergence, cells.classes * G * (G - 1) / 2);
    int64_t n = 0;
    for (int64_t c = 0; c < cells.classes; c++)
        for (int64_t a = 0; a < G; a++)
            for (int64_t b = a + 1; b < G; b++)
                if (good[c * G + a] && good[c * G + b])
                    (*out)[n++] = vrp_dollar_street_diverge(&cells, c, a, b);
    vr_arena_free(&scratch);
    return n;
}
