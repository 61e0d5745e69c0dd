/* study/imagenet_x/stats.c: many models at once: families, augmentations, and which factors go together. */
#include "../../base/number.h"
#include "../../format/csv.h"
#include "../../tensor/distribution.h"
#include "../../tensor/hypothesis.h"
#include "../../tensor/regression.h"
#include "imagenet_x_impl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- families ---- */

/* chosen[i] = the family of row i, or -1; counts what is left out. */
static bool vrp_imagenet_x_choose(vr_arena *scratch, int64_t *chosen, vr_imagenet_x_families *out,
                                  const vr_imagenet_x_table *table, const char *path, vr_err *err) {
    vr_csv csv;
    vr_names listed = {.arena = scratch}, seen = {.arena = scratch};
    vr_label_builder family = {.arena = scratch}; /* of each listed model; out->count: none of these */
    if (!vr_csv_load(scratch, &csv, path, err)) return false;
    const int64_t model = vr_csv_column(&csv, "model", err),
                  column = model < 0 ? -1 : vr_csv_column(&csv, "family", err);
    if (column < 0) return false;
    while (vr_csv_next(&csv, err)) {
        if (!vrp_imagenet_x_key(&listed, &csv, model, "model", csv.fields[model], err)) return false;
        const char *label = vr_csv_string(scratch, &csv, column);
        int64_t k = 0;
        while (k < out->count && strcmp(out->families[k].name, label) != 0) k++;
        vr_label_builder_next(&family);
        vr_label_builder_add(&family, k);
    }
    for (int64_t i = 0; i < table->count; i++) {
        const char *name = table->rows[i].model;
        const int64_t n = (int64_t)strlen(name), at = vr_names_find(&listed, name, n), before = seen.count;
        chosen[i] = -1;
        if (table->rows[i].metaclass) continue;
        if (at < 0)
            out->unlisted++;
        else if (vr_names_add(&seen, name, n) < before)
            out->repeated++;
        else if (family.label[at] == out->count)
            out->other++;
        else
            chosen[i] = family.label[at];
    }
    return csv.ended;
}

int64_t vrp_imagenet_x_ratios(double *ratio, const vr_imagenet_x_table *table, int64_t factor,
                              const int64_t *of, int64_t k) {
    int64_t n = 0;
    for (int64_t i = 0; i < table->count; i++) {
        if (of && of[i] != k) continue;
        ratio[n] = vrp_imagenet_x_ratio(&table->rows[i], factor, 0);
        n += isfinite(ratio[n]);
    }
    return n;
}

/* Fills the families' numbers of models and, for each factor, means and the test. */
static void vrp_imagenet_x_compare(vr_arena *scratch, vr_imagenet_x_families *out,
                                   const vr_imagenet_x_table *table, const int64_t *chosen) {
    double *ratios = VR_NEW(scratch, double, table->count + 1); /* family by family */
    int64_t *n = VR_NEW(scratch, int64_t, out->count);
    for (int64_t i = 0; i < table->count; i++)
        if (chosen[i] >= 0) out->families[chosen[i]].models++, out->all.models++;
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        int64_t all = 0;
        for (int64_t k = 0; k < out->count; k++) {
            n[k] = vrp_imagenet_x_ratios(ratios + all, table, f, chosen, k);
            out->families[k].count[f] = n[k], out->families[k].ratio[f] = vr_mean(ratios + all, n[k]);
            all += n[k];
        }
        const vr_test test =
            out->count < 2 ? (vr_test){NAN, NAN, NAN} : vr_alexander_govern(ratios, n, out->count);
        out->all.count[f] = all, out->all.ratio[f] = vr_mean(ratios, all);
        out->statistic[f] = test.statistic, out->p[f] = test.p;
    }
}

bool vr_imagenet_x_families_find(vr_arena *perm, vr_imagenet_x_families *out,
                                 const vr_imagenet_x_table *table, const char *catalogue,
                                 const char *const *names, int64_t count, vr_err *err) {
    static const char *const figure[] = {"Supervised on more data", "Supervised on ImageNet-1K",
                                         "Self-supervised", "Robustness intervention"};
    if (!names) names = figure, count = 4;
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_arena scratch = {0};
    vr_err own = {0};
    *out = (vr_imagenet_x_families){
        .all = {.name = "all"}, .families = VR_NEW(perm, vr_imagenet_x_family, count), .count = count};
    for (int64_t k = 0; k < count; k++)
        out->families[k].name = vr_arena_string(perm, names[k], (int64_t)strlen(names[k]));
    int64_t *chosen = VR_NEW(&scratch, int64_t, table->count);
    if (vrp_imagenet_x_choose(&scratch, chosen, out, table, catalogue, &own)) {
        vrp_imagenet_x_compare(&scratch, out, table, chosen);
        if (out->all.models == 0)
            vr_fail(&own, VR_ERR_ARGUMENT, "%s: no family of the table's %lld models", catalogue,
                    (long long)table->count);
    }
    vr_arena_free(&scratch);
    if (own.code == VR_OK) return true;
    *out = (vr_imagenet_x_families){0};
    vr_arena_rewind(perm, mark);
    return vr_err_pass(err, &own);
}

/* ---- augmentations ---- */

/* A model: its strength, and its row. */
typedef struct vrp_imagenet_x_trained {
    double strength;
    int64_t row;
} vrp_imagenet_x_trained;

static int vrp_imagenet_x_by_strength(const void *a, const void *b) {
    const vrp_imagenet_x_trained *x = (const vrp_imagenet_x_trained *)a,
                                 *y = (const vrp_imagenet_x_trained *)b;
    return x->strength != y->strength ? (x->strength > y->strength) - (x->strength < y->strength)
                                      : (x->row > y->row) - (x->row < y->row);
}

/* The number behind "_crop" in "eval_resnet50_crop8.0_wd...". */
static bool vrp_imagenet_x_strength(double *strength, const char *model, const char *kind) {
    const size_t n = strlen(kind);
    for (const char *at = strstr(model, kind); at; at = strstr(at + 1, kind)) {
        const char *number = at + n;
        const int64_t digits = (int64_t)strspn(number, "0123456789.");
        if (at > model && at[-1] == '_' && digits > 0 && vr_number_double(strength, number, digits)) {
            if (strcmp(kind, "crop") == 0) *strength = 100 - *strength;
            return true;
        }
    }
    return false;
}

/* Leaves out the strengths of four models or fewer: strength l is that of the models begin[l]..begin[l+1]-1. Returns how many
 * strengths there are. */
static int64_t vrp_imagenet_x_levels(int64_t *begin, vrp_imagenet_x_trained *models, int64_t n) {
    int64_t levels = 0;
    begin[0] = 0;
    for (int64_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && models[to].strength == models[from].strength; to++) {}
        if (to - from <= 4) continue;
        memmove(models + begin[levels], models + from, (size_t)(to - from) * sizeof *models);
        begin[levels + 1] = begin[levels] + to - from;
        levels++;
    }
    return levels;
}

/* The two strengths between which a factor's cubic fit falls or climbs most, and Welch's test between their models, whose
 * strengths and ratios are x and y. */
static bool vrp_imagenet_x_effect(vr_arena *scratch, vr_imagenet_x_effect *e, const double *x,
                                  const double *y, const int64_t *begin, int64_t levels, vr_err *err) {
    vr_polynomial cubic;
    if (!vr_fit_polynomial(scratch, &cubic, x, y, begin[levels], 3, err)) return false;
    int64_t least = 0, most = 0;
    for (int64_t l = 1; l < levels; l++) {
        const double fit = vr_polynomial_at(&cubic, x[begin[l]]);
        if (fit < vr_polynomial_at(&cubic, x[begin[least]])) least = l;
        if (fit > vr_polynomial_at(&cubic, x[begin[most]])) most = l;
    }
    const int64_t low = vr_min(least, most), high = vr_max(least, most), a = begin[low], b = begin[high];
    e->low = x[a], e->low_count = begin[low + 1] - a, e->low_mean = vr_mean(y + a, e->low_count);
    e->high = x[b], e->high_count = begin[high + 1] - b, e->high_mean = vr_mean(y + b, e->high_count);
    const vr_test welch = vr_welch(y + a, e->low_count, y + b, e->high_count);
    e->t = welch.statistic, e->p = welch.p;
    return true;
}

bool vr_imagenet_x_augmentation(vr_imagenet_x_effects *out, const vr_imagenet_x_table *table,
                                const char *kind, vr_err *err) {
    *out = (vr_imagenet_x_effects){0};
    vr_arena scratch = {0};
    vr_imagenet_x_effects x = {0};
    vrp_imagenet_x_trained *models = VR_NEW(&scratch, vrp_imagenet_x_trained, table->count);
    int64_t n = 0, *begin = VR_NEW(&scratch, int64_t, table->count + 1);
    for (int64_t i = 0; i < table->count; i++)
        if (!table->rows[i].metaclass &&
            vrp_imagenet_x_strength(&models[n].strength, table->rows[i].model, kind))
            models[n++].row = i;
    if (n > 0) qsort(models, (size_t)n, sizeof *models, vrp_imagenet_x_by_strength);
    x.levels = vrp_imagenet_x_levels(begin, models, n);
    x.models = begin[x.levels], x.few = n - x.models, x.other = table->count - n;
    bool ok =
        x.levels >= 4 ||
        vr_fail(err, VR_ERR_ARGUMENT,
                "expected four strengths of '%s' with more than four models each, found %lld among %lld "
                "models with a strength in their name",
                kind, (long long)x.levels, (long long)n);
    double *strength = VR_NEW(&scratch, double, x.models), *ratio = VR_NEW(&scratch, double, x.models);
    for (int f = 0; ok && f < VR_IMAGENET_X_FACTORS; f++) {
        for (int64_t i = 0; i < x.models; i++) {
            const vr_imagenet_x_row *row = &table->rows[models[i].row];
            strength[i] = models[i].strength;
            ratio[i] = vrp_imagenet_x_ratio(row, f, 0);
            if (ok && !isfinite(ratio[i]))
                ok = vr_fail(err, VR_ERR_NUMERIC, "%s has no error ratio for %s", row->model,
                             vr_imagenet_x_factor(f));
        }
        ok = ok && vrp_imagenet_x_effect(&scratch, &x.factors[f], strength, ratio, begin, x.levels, err);
    }
    vr_arena_free(&scratch);
    if (ok) *out = x;
    return ok;
}

/* ---- which factors go together ---- */

void vrp_imagenet_x_together(int64_t (*both)[VRP_IMAGENET_X_LABELS], const vr_imagenet_x_set *set) {
    memset(both, 0, VRP_IMAGENET_X_LABELS * sizeof *both);
    for (int64_t i = 0; i < set->count; i++) {
        int64_t has[VRP_IMAGENET_X_LABELS], count = 0;
        for (unsigned bits = set->factors[i]; bits; bits &= bits - 1) has[count++] = __builtin_ctz(bits);
        if (set->metaclass) has[count++] = VR_IMAGENET_X_FACTORS + set->metaclass[set->labels[i]];
        for (int64_t a = 0; a < count; a++)
            for (int64_t b = 0; b < count; b++) both[has[a]][has[b]]++;
    }
}

void vrp_imagenet_x_spearman(double (*rho)[VRP_IMAGENET_X_LABELS], double (*p)[VRP_IMAGENET_X_LABELS],
                             int64_t (*both)[VRP_IMAGENET_X_LABELS], int64_t n) {
    const double N = (double)n;
    for (int i = 0; i < VRP_IMAGENET_X_LABELS; i++)
        for (int j = 0; j < VRP_IMAGENET_X_LABELS; j++) {
            const double a = (double)both[i][i], b = (double)both[j][j],
                         spread = sqrt(a * (N - a)) * sqrt(b * (N - b));
            const double r = !(spread > 0) ? (double)NAN
                             : i == j      ? 1
                                           : (N * (double)both[i][j] - a * b) / spread;
            rho[i][j] = r;
            p[i][j] = n < 3    ? (double)NAN
                      : r == 1 ? 0
                               : vr_t_two_sided(r * sqrt((N - 2) / (1 - r * r)), N - 2);
        }
}
