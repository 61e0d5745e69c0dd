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

/* A catalogue's models, with the family of each; -1: another family than those asked for. */
typedef struct vrp_imagenet_x_catalogue {
    vr_names models;
    int64_t *family, *line, capacity;
} vrp_imagenet_x_catalogue;

static bool vrp_imagenet_x_catalogue_load(vr_arena *scratch, vrp_imagenet_x_catalogue *c, const char *path,
                                          const char *const *names, int64_t count, vr_err *err) {
    vr_csv csv;
    if (!vr_csv_load(scratch, &csv, path, err)) return false;
    const int64_t model = vr_csv_column(&csv, "model", err);
    const int64_t family = model < 0 ? -1 : vr_csv_column(&csv, "family", err);
    if (family < 0) return false;
    c->models.arena = scratch;
    while (vr_csv_next(&csv, err)) {
        const vr_bytes name = csv.fields[model];
        const int64_t n = c->models.count, at = vr_names_add(&c->models, (const char *)name.data, name.size);
        if (at < n)
            return vr_csv_fail(&csv, model, err, "duplicate model '%.*s' (first at line %lld)",
                               (int)vr_min(name.size, 200), (const char *)name.data, (long long)c->line[at]);
        if (n == c->capacity) {
            c->capacity = vr_max(512, 2 * n);
            int64_t *more = VR_NEW(scratch, int64_t, 2 * c->capacity);
            if (n > 0) memcpy(more, c->family, (size_t)n * sizeof *more);
            if (n > 0) memcpy(more + c->capacity, c->line, (size_t)n * sizeof *more);
            c->family = more, c->line = more + c->capacity;
        }
        const char *label = vr_csv_string(scratch, &csv, family);
        int64_t k = 0;
        while (k < count && strcmp(names[k], label) != 0) k++;
        c->family[n] = k < count ? k : -1;
        c->line[n] = csv.line;
    }
    return csv.ended;
}

/* chosen[i]: the family of row i, or -1; counts what is left out. */
static void vrp_imagenet_x_choose(vr_arena *scratch, int64_t *chosen, vr_imagenet_x_families *out,
                                  const vr_imagenet_x_table *table, const vrp_imagenet_x_catalogue *c) {
    bool *taken = VR_NEW(scratch, bool, c->models.count);
    for (int64_t i = 0; i < table->count; i++) {
        const char *model = table->rows[i].model;
        chosen[i] = -1;
        if (table->rows[i].metaclass) continue;
        const int64_t at = vr_names_find(&c->models, model, (int64_t)strlen(model));
        if (at < 0)
            out->unlisted++;
        else if (taken[at])
            out->repeated++;
        else {
            taken[at] = true;
            chosen[i] = c->family[at];
            out->other += chosen[i] < 0;
        }
    }
}

/* The finite error ratios of factor f in one family: their number. */
static int64_t vrp_imagenet_x_ratios(double *ratios, const vr_imagenet_x_table *table, const int64_t *chosen,
                                     int family, int f) {
    int64_t n = 0;
    for (int64_t i = 0; i < table->count; i++) {
        if (chosen[i] < 0 || (family >= 0 && chosen[i] != family)) continue;
        const double ratio = vr_imagenet_x_error_ratio(&table->rows[i], f);
        if (isfinite(ratio)) ratios[n++] = ratio;
    }
    return n;
}

/* Do families 0 .. count-1 differ in factor f? NaN for fewer than two families. ratios: [rows of the table], scratch. */
static vr_test vrp_imagenet_x_differ(vr_arena *scratch, double *ratios, const vr_imagenet_x_table *table,
                                     const int64_t *chosen, int64_t count, int f) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    int64_t *n = VR_NEW(scratch, int64_t, count), at = 0;
    for (int k = 0; k < count; k++) at += n[k] = vrp_imagenet_x_ratios(ratios + at, table, chosen, k, f);
    const vr_test test = count < 2 ? (vr_test){NAN, NAN, NAN} : vr_alexander_govern(ratios, n, count);
    vr_arena_rewind(scratch, mark);
    return test;
}

/* Family k of the table, -1: all that are chosen. */
static void vrp_imagenet_x_family_fill(vr_imagenet_x_family *family, double *scratch,
                                       const vr_imagenet_x_table *table, const int64_t *chosen, int k) {
    for (int64_t i = 0; i < table->count; i++) family->models += chosen[i] >= 0 && (k < 0 || chosen[i] == k);
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        family->count[f] = vrp_imagenet_x_ratios(scratch, table, chosen, k, f);
        family->ratio[f] = vr_mean(scratch, family->count[f]);
    }
}

bool vr_imagenet_x_families_find(vr_arena *perm, vr_imagenet_x_families *out,
                                 const vr_imagenet_x_table *table, const char *catalogue,
                                 const char *const *names, int64_t count, vr_err *err) {
    static const char *const figure[] = {"Supervised on more data", "Supervised on ImageNet-1K",
                                         "Self-supervised", "Robustness intervention"};
    *out = (vr_imagenet_x_families){0};
    if (!names) names = figure, count = 4;
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_arena scratch = {0};
    vr_err own = {0};
    vrp_imagenet_x_catalogue c = {0};
    vr_imagenet_x_families x = {
        .all = {.name = "all"}, .families = VR_NEW(perm, vr_imagenet_x_family, count), .count = count};
    bool ok = vrp_imagenet_x_catalogue_load(&scratch, &c, catalogue, names, count, &own);
    if (ok) {
        int64_t *chosen = VR_NEW(&scratch, int64_t, table->count);
        double *ratios = VR_NEW(&scratch, double, table->count);
        vrp_imagenet_x_choose(&scratch, chosen, &x, table, &c);
        vrp_imagenet_x_family_fill(&x.all, ratios, table, chosen, -1);
        for (int k = 0; k < count; k++) {
            x.families[k].name = vr_arena_string(perm, names[k], (int64_t)strlen(names[k]));
            vrp_imagenet_x_family_fill(&x.families[k], ratios, table, chosen, k);
        }
        for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
            const vr_test test = vrp_imagenet_x_differ(&scratch, ratios, table, chosen, count, f);
            x.statistic[f] = test.statistic, x.p[f] = test.p;
        }
        ok = x.all.models > 0 || vr_fail(&own, VR_ERR_ARGUMENT, "%s: no family of the table's %lld models",
                                         catalogue, (long long)table->count);
    }
    vr_arena_free(&scratch);
    if (ok)
        *out = x;
    else
        vr_arena_rewind(perm, mark);
    return ok || vr_err_pass(err, &own);
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

/* Leaves out the strengths of four models or fewer; returns how many models are left, and counts the strengths. */
static int64_t vrp_imagenet_x_levels(vrp_imagenet_x_trained *models, int64_t n, int64_t *levels) {
    int64_t kept = 0;
    *levels = 0;
    for (int64_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && models[to].strength == models[from].strength; to++) {}
        if (to - from <= 4) continue;
        ++*levels;
        for (int64_t i = from; i < to; i++) models[kept++] = models[i];
    }
    return kept;
}

/* The ratios of the models from `first` on that have its strength. */
static int64_t vrp_imagenet_x_level(const double **y, const double *ratios, const double *x, int64_t n,
                                    int64_t first) {
    int64_t count = 0;
    while (first > 0 && x[first - 1] == x[first]) first--;
    while (first + count < n && x[first + count] == x[first]) count++;
    *y = ratios + first;
    return count;
}

/* The two strengths between which a factor's cubic fit falls or climbs most, and Welch's test between their models. */
static bool vrp_imagenet_x_effect(vr_arena *scratch, vr_imagenet_x_effect *e, const double *x,
                                  const double *y, int64_t n, vr_err *err) {
    vr_polynomial cubic;
    if (!vr_fit_polynomial(scratch, &cubic, x, y, n, 3, err)) return false;
    int64_t least = 0, most = 0;
    for (int64_t i = 1; i < n; i++) {
        const double fit = vr_polynomial_at(&cubic, x[i]);
        if (fit < vr_polynomial_at(&cubic, x[least])) least = i;
        if (fit > vr_polynomial_at(&cubic, x[most])) most = i;
    }
    const int64_t first = x[least] < x[most] ? least : most, second = first == least ? most : least;
    const double *y1, *y2;
    e->low = x[first], e->high = x[second];
    e->low_count = vrp_imagenet_x_level(&y1, y, x, n, first);
    e->high_count = vrp_imagenet_x_level(&y2, y, x, n, second);
    e->low_mean = vr_mean(y1, e->low_count), e->high_mean = vr_mean(y2, e->high_count);
    const vr_test welch = vr_welch(y1, e->low_count, y2, e->high_count);
    e->t = welch.statistic, e->p = welch.p;
    return true;
}

bool vr_imagenet_x_augmentation(vr_imagenet_x_effects *out, const vr_imagenet_x_table *table,
                                const char *kind, vr_err *err) {
    *out = (vr_imagenet_x_effects){0};
    vr_arena scratch = {0};
    vr_imagenet_x_effects x = {0};
    vrp_imagenet_x_trained *models = VR_NEW(&scratch, vrp_imagenet_x_trained, table->count);
    int64_t n = 0;
    for (int64_t i = 0; i < table->count; i++) {
        if (!table->rows[i].metaclass &&
            vrp_imagenet_x_strength(&models[n].strength, table->rows[i].model, kind))
            models[n++].row = i;
        else
            x.other++;
    }
    if (n > 0) qsort(models, (size_t)n, sizeof *models, vrp_imagenet_x_by_strength);
    x.models = vrp_imagenet_x_levels(models, n, &x.levels);
    x.few = n - x.models;
    bool ok =
        x.levels >= 4 ||
        vr_fail(err, VR_ERR_ARGUMENT,
                "expected four strengths of '%s' with more than four models each, found %lld among %lld "
                "models with a strength in their name",
                kind, (long long)x.levels, (long long)n);
    double *strength = VR_NEW(&scratch, double, x.models), *ratio = VR_NEW(&scratch, double, x.models);
    for (int f = 0; ok && f < VR_IMAGENET_X_FACTORS; f++) {
        for (int64_t i = 0; i < x.models; i++) {
            strength[i] = models[i].strength;
            ratio[i] = vr_imagenet_x_error_ratio(&table->rows[models[i].row], f);
            if (ok && !isfinite(ratio[i]))
                ok = vr_fail(err, VR_ERR_NUMERIC, "%s has no error ratio for %s",
                             table->rows[models[i].row].model, vr_imagenet_x_factor(f));
        }
        ok = ok && vrp_imagenet_x_effect(&scratch, &x.factors[f], strength, ratio, x.models, err);
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
            p[i][j] = r == 1 ? 0 : vr_t_two_sided(r * sqrt((N - 2) / (1 - r * r)), N - 2);
        }
}
