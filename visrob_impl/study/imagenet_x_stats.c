/* study/imagenet_x_stats.c: many models at once: families, augmentations, and which factors go together. */
#include "../base/number.h"
#include "../format/csv.h"
#include "../tensor/distribution.h"
#include "../tensor/hypothesis.h"
#include "../tensor/regression.h"
#include "imagenet_x.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- families ---- */

/* A line of the catalogue. */
typedef struct vrp_imagenet_x_entry {
    const char *model;
    int64_t line;
    int family; /* -1: not asked for */
    bool taken; /* a row of the table has it */
} vrp_imagenet_x_entry;

typedef struct vrp_imagenet_x_catalogue {
    vrp_imagenet_x_entry *entries; /* sorted by model */
    int64_t count;
} vrp_imagenet_x_catalogue;

static int vrp_imagenet_x_by_model(const void *a, const void *b) {
    const vrp_imagenet_x_entry *x = (const vrp_imagenet_x_entry *)a, *y = (const vrp_imagenet_x_entry *)b;
    const int order = strcmp(x->model, y->model);
    return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static bool vrp_imagenet_x_catalogue_load(vr_arena *scratch, vrp_imagenet_x_catalogue *c, const char *path,
                                          const char *const *names, int64_t count, vr_err *err) {
    vr_csv csv;
    vr_err own = {0};
    int64_t capacity = 0;
    if (!vr_csv_load(scratch, &csv, path, err)) return false;
    const int64_t model = vr_csv_column(&csv, "model", err);
    const int64_t family = model < 0 ? -1 : vr_csv_column(&csv, "family", err);
    if (family < 0) return false;
    while (vr_csv_next(&csv, &own)) {
        if (c->count == capacity) {
            capacity = vr_max(512, 2 * capacity);
            vrp_imagenet_x_entry *more = VR_NEW(scratch, vrp_imagenet_x_entry, capacity);
            if (c->count > 0) memcpy(more, c->entries, (size_t)c->count * sizeof *more);
            c->entries = more;
        }
        const char *name = vr_csv_string(scratch, &csv, family);
        int k = 0;
        while (k < count && strcmp(names[k], name) != 0) k++;
        c->entries[c->count++] = (vrp_imagenet_x_entry){
            .model = vr_csv_string(scratch, &csv, model), .line = csv.line, .family = k < count ? k : -1};
    }
    if (own.code != VR_OK) return vr_err_pass(err, &own);
    if (c->count > 0) qsort(c->entries, (size_t)c->count, sizeof *c->entries, vrp_imagenet_x_by_model);
    for (int64_t i = 1; i < c->count; i++)
        if (strcmp(c->entries[i].model, c->entries[i - 1].model) == 0)
            return vr_fail(
                err, VR_ERR_FORMAT, "%s:%lld:1: the model '%.200s' is twice there: on line %lld too", path,
                (long long)c->entries[i].line, c->entries[i].model, (long long)c->entries[i - 1].line);
    return true;
}

/* chosen[i]: the family of row i, or -1; counts what is left out. */
static void vrp_imagenet_x_choose(int *chosen, vr_imagenet_x_families *out, const vr_imagenet_x_table *table,
                                  vrp_imagenet_x_catalogue *c) {
    for (int64_t i = 0; i < table->count; i++) {
        chosen[i] = -1;
        if (table->rows[i].metaclass) continue;
        const vrp_imagenet_x_entry key = {.model = table->rows[i].model};
        int64_t low = 0, high = c->count; /* the first entry that is not below the key */
        while (low < high) {
            const int64_t middle = low + (high - low) / 2;
            if (strcmp(c->entries[middle].model, key.model) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        vrp_imagenet_x_entry *e =
            low < c->count && strcmp(c->entries[low].model, key.model) == 0 ? &c->entries[low] : NULL;
        out->unlisted += !e;
        out->repeated += e && e->taken;
        out->other += e && !e->taken && e->family < 0;
        if (e && !e->taken) chosen[i] = e->family;
        if (e) e->taken = true;
    }
}

/* The finite error ratios of factor f in one family: their number. */
static int64_t vrp_imagenet_x_ratios(double *ratios, const vr_imagenet_x_table *table, const int *chosen,
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
                                     const int *chosen, int64_t count, int f) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    int64_t *n = VR_NEW(scratch, int64_t, count), at = 0;
    for (int k = 0; k < count; k++) at += n[k] = vrp_imagenet_x_ratios(ratios + at, table, chosen, k, f);
    const vr_test test = count < 2 ? (vr_test){NAN, NAN, NAN} : vr_alexander_govern(ratios, n, count);
    vr_arena_rewind(scratch, mark);
    return test;
}

/* Family k of the table, -1: all that are chosen. */
static void vrp_imagenet_x_family_fill(vr_imagenet_x_family *family, double *scratch,
                                       const vr_imagenet_x_table *table, const int *chosen, int k) {
    for (int64_t i = 0; i < table->count; i++) family->models += chosen[i] >= 0 && (k < 0 || chosen[i] == k);
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        family->count[f] = vrp_imagenet_x_ratios(scratch, table, chosen, k, f);
        family->ratio[f] = vr_mean(scratch, family->count[f]);
    }
}

bool vr_imagenet_x_families_find(vr_arena *arena, vr_imagenet_x_families *out,
                                 const vr_imagenet_x_table *table, const char *catalogue,
                                 const char *const *names, int64_t count, vr_err *err) {
    static const char *const figure[] = {"Supervised on more data", "Supervised on ImageNet-1K",
                                         "Self-supervised", "Robustness intervention"};
    *out = (vr_imagenet_x_families){0};
    if (!names) names = figure, count = 4;
    const vr_arena_mark mark = vr_arena_here(arena);
    vr_arena scratch = {0};
    vr_err own = {0};
    vrp_imagenet_x_catalogue c = {0};
    vr_imagenet_x_families x = {
        .all = {.name = "all"}, .families = VR_NEW(arena, vr_imagenet_x_family, count), .count = count};
    bool ok = vrp_imagenet_x_catalogue_load(&scratch, &c, catalogue, names, count, &own);
    if (ok) {
        int *chosen = VR_NEW(&scratch, int, table->count);
        double *ratios = VR_NEW(&scratch, double, table->count);
        vrp_imagenet_x_choose(chosen, &x, table, &c);
        vrp_imagenet_x_family_fill(&x.all, ratios, table, chosen, -1);
        for (int k = 0; k < count; k++) {
            x.families[k].name = vr_arena_string(arena, names[k], (int64_t)strlen(names[k]));
            vrp_imagenet_x_family_fill(&x.families[k], ratios, table, chosen, k);
        }
        for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
            const vr_test test = vrp_imagenet_x_differ(&scratch, ratios, table, chosen, count, f);
            x.statistic[f] = test.statistic, x.p[f] = test.p;
        }
        ok =
            x.all.models > 0 || vr_fail(&own, VR_ERR_ARGUMENT,
                                        "%s: it names none of the table's %lld models in one of the families",
                                        catalogue, (long long)table->count);
    }
    vr_arena_free(&scratch);
    if (ok)
        *out = x;
    else
        vr_arena_rewind(arena, mark);
    return ok || vr_err_pass(err, &own);
}

/* ---- augmentations ---- */

/* A model of the study: its strength, and its row. */
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
static int64_t vrp_imagenet_x_thick(vrp_imagenet_x_trained *models, int64_t n, int64_t *levels) {
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
    x.models = vrp_imagenet_x_thick(models, n, &x.levels);
    x.thin = n - x.models;
    bool ok = x.levels >= 4 ||
              vr_fail(err, VR_ERR_ARGUMENT,
                      "%lld strengths of '%s' have more than four models each, of %lld models that name "
                      "one; a cubic wants at least four",
                      (long long)x.levels, kind, (long long)n);
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

void vr_imagenet_x_spearman(double *rho, double *p, const vr_imagenet_x_set *set, bool compat) {
    enum { L = VR_IMAGENET_X_LABELS };
    int64_t both[L][L] = {{0}}; /* images with label i and label j; on the diagonal, with i */
    const double n = (double)set->count;
    for (int64_t i = 0; i < set->count; i++) {
        int has[L], count = 0;
        for (unsigned bits = set->factors[i]; bits; bits &= bits - 1) has[count++] = __builtin_ctz(bits);
        if (set->metaclass) has[count++] = VR_IMAGENET_X_FACTORS + set->metaclass[set->labels[i]];
        for (int a = 0; a < count; a++)
            for (int b = 0; b < count; b++) both[has[a]][has[b]]++;
    }
    for (int i = 0; i < L; i++)
        for (int j = 0; j < L; j++) {
            const double a = (double)both[i][i], b = (double)both[j][j];
            const double spread = sqrt(a * (n - a)) * sqrt(b * (n - b));
            double r = spread > 0 ? (n * (double)both[i][j] - a * b) / spread : (double)NAN;
            if (i == j && spread > 0) r = compat ? 0 : 1;
            rho[i * L + j] = r;
            p[i * L + j] = i == j && spread > 0 ? 0 : vr_t_two_sided(r * sqrt((n - 2) / (1 - r * r)), n - 2);
        }
}
