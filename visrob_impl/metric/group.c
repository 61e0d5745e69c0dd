/* metric/group.c: groups are numbers, so that a group may be anything: a factor, a region, or class times background.
 *
 * The bootstrap lays the scored rows out by cluster once; a resample then adds up whole clusters. Everything is
 * measured on the same draw, so that the interval of a gap is that of two accuracies of one draw. */
#include "group.h"
#include "../base/error.h"
#include "../base/names.h"
#include "../base/par.h"
#include "../base/rng.h"
#include "accuracy.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- groups ---- */

static int vrp_group_by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

vr_groups vr_groups_of_names(vr_arena *perm, const char *const *name, int64_t n) {
    vr_arena scratch = {0};
    vr_names table = {.arena = perm};
    int64_t *of = VR_NEW(perm, int64_t, n);
    for (int64_t i = 0; i < n; i++)
        of[i] = name[i] ? vr_names_add(&table, name[i], (int64_t)strlen(name[i])) : -1;
    const char **sorted = VR_NEW(perm, const char *, table.count);
    int64_t *place = VR_NEW(&scratch, int64_t, table.count);
    for (int64_t g = 0; g < table.count; g++) sorted[g] = vr_names_at(&table, g);
    qsort(sorted, (size_t)table.count, sizeof *sorted, vrp_group_by_name);
    for (int64_t g = 0; g < table.count; g++)
        place[vr_names_find(&table, sorted[g], (int64_t)strlen(sorted[g]))] = g;
    for (int64_t i = 0; i < n; i++)
        if (of[i] >= 0) of[i] = place[of[i]];
    vr_arena_free(&scratch);
    return (vr_groups){.count = table.count, .names = sorted, .of = of};
}

int64_t vr_groups_find(const vr_groups *groups, const char *name) {
    for (int64_t g = 0; g < groups->count; g++)
        if (strcmp(groups->names[g], name) == 0) return g;
    return -1;
}

int64_t vr_groups_row(const int64_t **of, const vr_groups *groups, int64_t i) {
    if (groups->of) {
        VR_CHECK(groups->of[i] >= -1 && groups->of[i] < groups->count, "row %lld is in group %lld of %lld",
                 (long long)i, (long long)groups->of[i], (long long)groups->count);
        *of = groups->of + i;
        return groups->of[i] >= 0;
    }
    *of = groups->sets.label + groups->sets.begin[i];
    return groups->sets.begin[i + 1] - groups->sets.begin[i];
}

bool vr_groups_has(const vr_groups *groups, int64_t i, int64_t group) {
    const int64_t *of, n = vr_groups_row(&of, groups, i);
    for (int64_t k = 0; k < n; k++)
        if (of[k] == group) return true;
    return false;
}

/* ---- accuracy ---- */

void vr_group_accuracy(vr_group *out, const vr_groups *groups, const uint8_t *correct, const uint8_t *scored,
                       int64_t n) {
    for (int64_t g = 0; g < groups->count; g++) out[g] = (vr_group){0};
    for (int64_t i = 0; i < n; i++) {
        if (scored && !scored[i]) continue;
        const int64_t *of, in = vr_groups_row(&of, groups, i);
        for (int64_t k = 0; k < in; k++) {
            out[of[k]].count++;
            out[of[k]].correct += correct[i];
        }
    }
    for (int64_t g = 0; g < groups->count; g++)
        out[g].accuracy = out[g].count > 0 ? (double)out[g].correct / (double)out[g].count : NAN;
}

/* The scored rows, to be drawn. */
typedef struct vrp_group_ratio {
    const vr_groups *groups;
    const uint8_t *correct;
    const int64_t *row;
} vrp_group_ratio;

static void vrp_group_ratio_resample(const void *context, double *values, const int64_t *index, int64_t m) {
    const vrp_group_ratio *r = (const vrp_group_ratio *)context;
    const int64_t G = r->groups->count;
    vr_arena own = {0};
    int64_t *count = VR_NEW(&own, int64_t, 2 * G), *right = count + G, all = 0;
    for (int64_t j = 0; j < m; j++) {
        const int64_t i = r->row[index[j]];
        const int64_t *of, in = vr_groups_row(&of, r->groups, i);
        all += r->correct[i];
        for (int64_t k = 0; k < in; k++) count[of[k]]++, right[of[k]] += r->correct[i];
    }
    for (int64_t g = 0; g < G; g++)
        values[g] = count[g] > 0 && all < m
                        ? vr_error_ratio((double)right[g] / (double)count[g], (double)all / (double)m)
                        : NAN;
    vr_arena_free(&own);
}

void vr_group_error_ratios(vr_arena *scratch, vr_interval *out, const vr_groups *groups,
                           const uint8_t *correct, const uint8_t *scored, int64_t n,
                           const vr_bootstrap *options) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    int64_t *row = VR_NEW(scratch, int64_t, n), m = 0;
    for (int64_t i = 0; i < n; i++)
        if (!scored || scored[i]) row[m++] = i;
    const vrp_group_ratio r = {groups, correct, row};
    vr_bootstrap_statistics(scratch, out, groups->count, vrp_group_ratio_resample, &r, m, options);
    vr_arena_rewind(scratch, mark);
}

int64_t vr_group_best(const vr_group *groups, int64_t count) {
    int64_t best = -1;
    for (int64_t g = 0; g < count; g++)
        if (groups[g].count > 0 && (best < 0 || groups[g].accuracy > groups[best].accuracy)) best = g;
    return best;
}

int64_t vr_group_balanced(double *balanced, const vr_groups *groups, const vr_groups *strata,
                          const uint8_t *correct, const uint8_t *scored, int64_t n) {
    const int64_t G = groups->count, S = strata->count;
    vr_arena scratch = {0};
    vr_group *cells = VR_NEW(&scratch, vr_group, (G * S));
    bool *has_rows = VR_NEW(&scratch, bool, G);
    for (int64_t i = 0; i < n; i++) {
        if (scored && !scored[i]) continue;
        const int64_t *of, *in, groups_of_row = vr_groups_row(&of, groups, i),
                                strata_of_row = vr_groups_row(&in, strata, i);
        for (int64_t a = 0; a < groups_of_row; a++) {
            has_rows[of[a]] = true;
            for (int64_t b = 0; b < strata_of_row; b++) {
                cells[of[a] * S + in[b]].count++;
                cells[of[a] * S + in[b]].correct += correct[i];
            }
        }
    }
    int64_t common = 0;
    for (int64_t g = 0; g < G; g++) balanced[g] = 0;
    for (int64_t s = 0; s < S; s++) {
        bool in_all = true;
        for (int64_t g = 0; g < G; g++) in_all = in_all && (!has_rows[g] || cells[g * S + s].count > 0);
        common += in_all;
        for (int64_t g = 0; in_all && g < G; g++)
            if (has_rows[g]) balanced[g] += (double)cells[g * S + s].correct / (double)cells[g * S + s].count;
    }
    for (int64_t g = 0; g < G; g++)
        balanced[g] = has_rows[g] && common > 0 ? balanced[g] / (double)common : NAN;
    vr_arena_free(&scratch);
    return common;
}

/* ---- bootstrap ---- */

/* Rows of one cluster in one group: how many, and the sum of their values. */
typedef struct vrp_group_cell {
    int32_t group, count, sum;
} vrp_group_cell;

/* The scored rows that are in a group, by cluster: those of cluster c are row[begin[c]] .. row[begin[c+1] - 1], and what
 * they add to the groups is cell[cells[c]] .. cell[cells[c+1] - 1], of which the first is for all rows (group G). */
typedef struct vrp_group_rows {
    const vr_groups *groups;
    const uint8_t *correct, *before;
    int64_t clusters, n, high, low;
    int64_t *begin, *row, *cells;
    vrp_group_cell *cell;
} vrp_group_rows;

static vrp_group_rows vrp_group_by_cluster(vr_arena *scratch, const vr_groups *groups, const uint8_t *scored,
                                           int64_t n, const int64_t *cluster) {
    int64_t clusters = cluster ? 0 : n;
    for (int64_t i = 0; cluster && i < n; i++) {
        VR_CHECK(cluster[i] >= 0 && cluster[i] < INT32_MAX, "row %lld is in cluster %lld", (long long)i,
                 (long long)cluster[i]);
        clusters = vr_max(clusters, cluster[i] + 1);
    }
    int64_t *fill = VR_NEW(scratch, int64_t, clusters + 1);
    bool *in = VR_NEW(scratch, bool, n);
    vrp_group_rows r = {.groups = groups, .begin = VR_NEW(scratch, int64_t, clusters + 1)};
    for (int64_t i = 0; i < n; i++) {
        const int64_t *of;
        in[i] = (!scored || scored[i]) && vr_groups_row(&of, groups, i) > 0;
        fill[cluster ? cluster[i] : i] += in[i];
        r.n += in[i];
    }
    for (int64_t c = 0; c < clusters; c++) { /* clusters without a scored row are not drawn */
        const int64_t rows = fill[c];
        fill[c] = r.begin[r.clusters];
        if (rows > 0) r.begin[r.clusters + 1] = r.begin[r.clusters] + rows, r.clusters++;
    }
    r.row = VR_NEW(scratch, int64_t, r.n);
    for (int64_t i = 0; i < n; i++)
        if (in[i]) r.row[fill[cluster ? cluster[i] : i]++] = i;
    return r;
}

/* Fills the cells: a resample then costs a look at each cluster, not at each row. */
static void vrp_group_tally(vr_arena *scratch, vrp_group_rows *r) {
    const int64_t G = r->groups->count, *of;
    int64_t most = r->clusters, n = 0;
    for (int64_t k = 0; k < r->n; k++) most += vr_groups_row(&of, r->groups, r->row[k]);
    r->cells = VR_NEW(scratch, int64_t, r->clusters + 1);
    r->cell = VR_NEW(scratch, vrp_group_cell, most);
    int64_t *place = VR_NEW(scratch, int64_t, G); /* of the group's last cell */
    for (int64_t c = 0; c < r->clusters; c++) {
        vrp_group_cell *all = &r->cell[r->cells[c] = n++];
        all->group = (int32_t)G;
        for (int64_t at = r->begin[c]; at < r->begin[c + 1]; at++) {
            const int64_t i = r->row[at], in = vr_groups_row(&of, r->groups, i);
            const int32_t value = r->correct[i] - (r->before ? r->before[i] : 0);
            all->count++, all->sum += value;
            for (int64_t k = 0; k < in; k++) {
                if (place[of[k]] <= r->cells[c]) r->cell[place[of[k]] = n++].group = (int32_t)of[k];
                vrp_group_cell *cell = &r->cell[place[of[k]]];
                cell->count++, cell->sum += value;
            }
        }
    }
    r->cells[r->clusters] = n;
}

/* out[0..G) = the value of each group, out[G] of all rows, out[G+1] best - worst, out[G+2] of the pair; NaN where empty. */
static void vrp_group_values(double *out, const int64_t *sum, const int64_t *count, const vrp_group_rows *r) {
    const int64_t G = r->groups->count;
    double best = -INFINITY, worst = INFINITY;
    for (int64_t g = 0; g <= G; g++) {
        out[g] = count[g] > 0 ? (double)sum[g] / (double)count[g] : NAN;
        if (g < G && count[g] > 0) best = fmax(best, out[g]), worst = fmin(worst, out[g]);
    }
    out[G + 1] = count[G] > 0 ? best - worst : NAN;
    out[G + 2] = r->high != r->low ? out[r->high] - out[r->low] : NAN;
}

/* The values of the rows of m clusters. */
static void vrp_group_resample(const void *context, double *values, const int64_t *index, int64_t m) {
    const vrp_group_rows *r = (const vrp_group_rows *)context;
    const int64_t G = r->groups->count;
    vr_arena own = {0};
    int64_t *count = VR_NEW(&own, int64_t, 2 * (G + 1)), *sum = count + G + 1;
    for (int64_t j = 0; j < m; j++)
        for (int64_t at = r->cells[index[j]]; at < r->cells[index[j] + 1]; at++) {
            const vrp_group_cell cell = r->cell[at];
            count[cell.group] += cell.count, sum[cell.group] += cell.sum;
        }
    vrp_group_values(values, sum, count, r);
    vr_arena_free(&own);
}

/* The share of R permutations of `correct` among the rows (and the one that happened) with a gap as large. */
static double vrp_group_permute(const vrp_group_rows *r, double gap, int64_t R, vr_rng rng) {
    const int64_t G = r->groups->count;
    int64_t as_large = 0;
#pragma omp parallel num_threads(vr_threads())
    {
        vr_arena own = {0};
        int64_t *count = VR_NEW(&own, int64_t, 2 * (G + 1)), *sum = count + G + 1;
        uint8_t *correct = VR_NEW(&own, uint8_t, r->n);
        double *values = VR_NEW(&own, double, G + 3);
        for (int64_t i = 0; i < r->n; i++) count[r->groups->of[r->row[i]]]++, count[G]++;
#pragma omp for schedule(static) reduction(+ : as_large)
        for (int64_t p = 0; p < R; p++) {
            const vr_rng draw = vr_rng_at(rng, (uint64_t)p);
            for (int64_t i = 0; i < r->n; i++) correct[i] = r->correct[r->row[i]];
            memset(sum, 0, (size_t)G * sizeof *sum);
            for (int64_t i = r->n - 1; i >= 0; i--) { /* Fisher-Yates */
                const int64_t j = vr_rng_below(draw, (uint64_t)i, i + 1);
                const uint8_t x = correct[j];
                correct[j] = correct[i];
                sum[r->groups->of[r->row[i]]] += x;
            }
            vrp_group_values(values, sum, count, r);
            as_large += values[G + 1] >= gap - 1e-12;
        }
        vr_arena_free(&own);
    }
    return (double)(1 + as_large) / (double)(1 + R);
}

void vr_group_bootstrap(vr_arena *perm, vr_group_summary *out, const vr_groups *groups,
                        const uint8_t *correct, const uint8_t *scored, int64_t n, const vr_group_opts *opts) {
    const vr_group_opts o = opts ? *opts : (vr_group_opts){0};
    const int64_t G = groups->count;
    VR_CHECK(G > 0 && o.high >= 0 && o.high < G && o.low >= 0 && o.low < G,
             "%lld groups, a pair of %lld and %lld", (long long)G, (long long)o.high, (long long)o.low);
    *out = (vr_group_summary){.accuracy = VR_NEW(perm, vr_interval, G), .p = NAN};
    vr_arena scratch = {0};
    vrp_group_rows r = vrp_group_by_cluster(&scratch, groups, scored, n, o.cluster);
    r.correct = correct, r.before = o.before, r.high = o.high, r.low = o.low;
    vrp_group_tally(&scratch, &r);
    vr_interval *values = VR_NEW(&scratch, vr_interval, G + 3);
    vr_bootstrap_statistics(&scratch, values, G + 3, vrp_group_resample, &r, r.clusters, &o.bootstrap);
    memcpy(out->accuracy, values, (size_t)G * sizeof *values);
    out->all = values[G], out->gap = values[G + 1], out->pair = values[G + 2];
    if (o.permutations > 0 && r.n > 0 && groups->of && !o.before)
        out->p = vrp_group_permute(&r, out->gap.value, o.permutations,
                                   vr_rng_split(vr_rng_init(o.bootstrap.seed), "permutation"));
    vr_arena_free(&scratch);
}
