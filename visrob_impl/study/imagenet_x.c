/* study/imagenet_x.c: counting.
 *
 * One pass over a model's predictions adds whole numbers only (images and right answers by factor, metaclass and
 * class), so neither the order of the rows nor the number of threads changes a bit. The original joins annotations
 * and all models' predictions into one table of strings; here a model needs two arrays that the next one reuses. */
#include "imagenet_x.h"
#include "../base/os.h"
#include "../base/par.h"
#include "../metric/accuracy.h"
#include "../metric/calibration.h"
#include "../metric/prevalence.h"
#include "../tensor/distribution.h"
#include "../tensor/hypothesis.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *vr_imagenet_x_factor(int64_t factor) {
    static const char *const names[VR_IMAGENET_X_FACTORS] = {"pose",
                                                             "background",
                                                             "pattern",
                                                             "color",
                                                             "smaller",
                                                             "shape",
                                                             "partial_view",
                                                             "subcategory",
                                                             "texture",
                                                             "larger",
                                                             "darker",
                                                             "object_blocking",
                                                             "person_blocking",
                                                             "style",
                                                             "brighter",
                                                             "multiple_objects"};
    VR_CHECK(factor >= 0 && factor < VR_IMAGENET_X_FACTORS, "factor %lld of 16", (long long)factor);
    return names[factor];
}

const char *vr_imagenet_x_metaclass(int64_t metaclass) {
    static const char *const names[VR_IMAGENET_X_METACLASSES] = {
        "device",          "dog",    "commodity", "bird",           "structure", "covering",
        "wheeled_vehicle", "food",   "equipment", "insect",         "vehicle",   "furniture",
        "primate",         "vessel", "snake",     "natural_object", "other"};
    VR_CHECK(metaclass >= 0 && metaclass < VR_IMAGENET_X_METACLASSES, "metaclass %lld of 17",
             (long long)metaclass);
    return names[metaclass];
}

/* ---- scoring ---- */

/* Images and right answers of one model; the last line of the first two tables is of all images. */
typedef struct vrp_imagenet_x_tally {
    int64_t images[VR_IMAGENET_X_METACLASSES + 1], right[VR_IMAGENET_X_METACLASSES + 1];
    int64_t with[VR_IMAGENET_X_METACLASSES + 1][VR_IMAGENET_X_FACTORS];
    int64_t right_with[VR_IMAGENET_X_METACLASSES + 1][VR_IMAGENET_X_FACTORS];
    int64_t class_images[VR_IMAGENET_X_CLASSES], class_right[VR_IMAGENET_X_CLASSES];
    int64_t unlabelled;
} vrp_imagenet_x_tally;

enum { VRP_IMAGENET_X_ALL = VR_IMAGENET_X_METACLASSES };

/* 1 or 0; -1 for an image that is not scored. */
static int vrp_imagenet_x_right(const vr_imagenet_x_set *set, int64_t i, int16_t predicted,
                                const vr_imagenet_x_opts *opts) {
    if (predicted < 0) return -1;
    switch (opts->target) {
    case VR_IMAGENET_X_CLASS:
        return predicted == set->labels[i];
    case VR_IMAGENET_X_METACLASS:
        return set->metaclass[predicted] == set->metaclass[set->labels[i]];
    case VR_IMAGENET_X_REAL:
        if (set->real_at[i] == set->real_at[i + 1] && !opts->compat) return -1;
        for (int32_t k = set->real_at[i]; k < set->real_at[i + 1]; k++)
            if (set->real[k] == predicted) return 1;
        return 0;
    }
    return 0;
}

/* right[i]: of each image, as vrp_imagenet_x_right. */
static void vrp_imagenet_x_count(vrp_imagenet_x_tally *t, int8_t *right, const vr_imagenet_x_set *set,
                                 const vr_imagenet_x_predictions *p, const vr_imagenet_x_opts *opts) {
    memset(t, 0, sizeof *t);
    for (int64_t i = 0; i < set->count; i++) {
        const int hit = vrp_imagenet_x_right(set, i, p->predicted[i], opts);
        right[i] = (int8_t)hit;
        if (hit < 0) {
            t->unlabelled += p->predicted[i] >= 0;
            continue;
        }
        const int16_t label = set->labels[i];
        const int g = set->metaclass ? set->metaclass[label] : 0;
        t->images[g]++, t->right[g] += hit;
        t->class_images[label]++, t->class_right[label] += hit;
        for (unsigned bits = set->factors[i]; bits; bits &= bits - 1) {
            const int f = __builtin_ctz(bits);
            t->with[g][f]++, t->right_with[g][f] += hit;
        }
    }
    for (int g = 0; g < VRP_IMAGENET_X_ALL; g++) {
        t->images[VRP_IMAGENET_X_ALL] += t->images[g], t->right[VRP_IMAGENET_X_ALL] += t->right[g];
        for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
            t->with[VRP_IMAGENET_X_ALL][f] += t->with[g][f];
            t->right_with[VRP_IMAGENET_X_ALL][f] += t->right_with[g][f];
        }
    }
}

static double vrp_imagenet_x_share(int64_t part, int64_t whole) {
    return whole > 0 ? (double)part / (double)whole : (double)NAN;
}

static double vrp_imagenet_x_lowest(const double *accuracy) {
    const int64_t worst = vr_worst(accuracy, VR_IMAGENET_X_FACTORS);
    return worst < 0 ? (double)NAN : accuracy[worst];
}

typedef struct vrp_imagenet_x_class {
    int64_t right, images, number;
} vrp_imagenet_x_class;

/* By accuracy, compared as fractions, then by number. */
static int vrp_imagenet_x_by_accuracy(const void *a, const void *b) {
    const vrp_imagenet_x_class *x = (const vrp_imagenet_x_class *)a, *y = (const vrp_imagenet_x_class *)b;
    const int64_t l = x->right * y->images, r = y->right * x->images;
    return l != r ? (l > r) - (l < r) : (x->number > y->number) - (x->number < y->number);
}

static double vrp_imagenet_x_worst_classes(const vrp_imagenet_x_tally *t) {
    vrp_imagenet_x_class c[VR_IMAGENET_X_CLASSES];
    int64_t n = 0, right = 0, images = 0;
    for (int64_t k = 0; k < VR_IMAGENET_X_CLASSES; k++)
        if (t->class_images[k] > 0) c[n++] = (vrp_imagenet_x_class){t->class_right[k], t->class_images[k], k};
    qsort(c, (size_t)n, sizeof *c, vrp_imagenet_x_by_accuracy);
    for (int64_t k = 0; k < vr_min(n, VR_IMAGENET_X_WORST); k++) right += c[k].right, images += c[k].images;
    return vrp_imagenet_x_share(right, images);
}

/* The row of line g of the tally. */
static vr_imagenet_x_row vrp_imagenet_x_row_of(const vrp_imagenet_x_tally *t, int g, const char *model,
                                               bool compat) {
    vr_imagenet_x_row row = {.model = model,
                             .metaclass = g < VRP_IMAGENET_X_ALL ? vr_imagenet_x_metaclass(g) : NULL,
                             .n = t->images[g],
                             .average = vrp_imagenet_x_share(t->right[g], t->images[g]),
                             .worst_classes = (double)NAN,
                             .ece = (double)NAN};
    const bool lost = compat && g < VRP_IMAGENET_X_ALL && t->right[g] == 0;
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        row.count[f] = t->with[g][f];
        row.accuracy[f] = lost ? (double)NAN : vrp_imagenet_x_share(t->right_with[g][f], t->with[g][f]);
        row.factor_ece[f] = (double)NAN;
    }
    row.worst_factor = vrp_imagenet_x_lowest(row.accuracy);
    return row;
}

/* The calibration error over the scored images with all bits of `factors`. */
static double vrp_imagenet_x_ece(vr_arena *scratch, const vr_imagenet_x_set *set, const float *probability,
                                 const int8_t *right, unsigned factors) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    float *confidence = (float *)vr_arena_alloc(scratch, set->count, (int64_t)sizeof *confidence);
    uint8_t *correct = (uint8_t *)vr_arena_alloc(scratch, set->count, 1);
    int64_t n = 0;
    for (int64_t i = 0; i < set->count; i++)
        if (right[i] >= 0 && (set->factors[i] & factors) == factors)
            confidence[n] = probability[i], correct[n++] = (uint8_t)right[i];
    vr_reliability_bin bins[VR_CALIBRATION_BINS];
    vr_reliability(bins, VR_CALIBRATION_BINS, confidence, correct, n);
    vr_arena_rewind(scratch, mark);
    return vr_ece(bins, VR_CALIBRATION_BINS);
}

static bool vrp_imagenet_x_can_score(const vr_imagenet_x_set *set, const vr_imagenet_x_predictions *p,
                                     const vr_imagenet_x_opts *opts, bool by_metaclass, vr_err *err) {
    if ((by_metaclass || opts->target == VR_IMAGENET_X_METACLASS) && !set->metaclass)
        return vr_fail(err, VR_ERR_ARGUMENT, "metaclasses want the table of classes to metaclasses");
    if (opts->target == VR_IMAGENET_X_REAL && !set->real)
        return vr_fail(err, VR_ERR_ARGUMENT, "ReaL accuracy wants the file of ReaL labels");
    if (opts->calibration && !p->probability)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: calibration wants a column predicted_probability",
                       p->model);
    return true;
}

bool vr_imagenet_x_score(vr_imagenet_x_row *row, vr_imagenet_x_row *metaclasses, const vr_imagenet_x_set *set,
                         const vr_imagenet_x_predictions *p, const vr_imagenet_x_opts *opts, vr_err *err) {
    static const vr_imagenet_x_opts none = {0};
    if (!opts) opts = &none;
    *row = (vr_imagenet_x_row){0};
    if (!vrp_imagenet_x_can_score(set, p, opts, metaclasses != NULL, err)) return false;
    vr_arena scratch = {0};
    vrp_imagenet_x_tally *t = VR_NEW(&scratch, vrp_imagenet_x_tally, 1);
    int8_t *right = (int8_t *)vr_arena_alloc(&scratch, set->count, 1);
    vrp_imagenet_x_count(t, right, set, p, opts);
    *row = vrp_imagenet_x_row_of(t, VRP_IMAGENET_X_ALL, p->model, opts->compat);
    row->worst_classes = vrp_imagenet_x_worst_classes(t);
    row->join = p->join;
    row->join.unlabelled = t->unlabelled;
    for (int g = 0; metaclasses && g < VR_IMAGENET_X_METACLASSES; g++)
        metaclasses[g] = vrp_imagenet_x_row_of(t, g, p->model, opts->compat);
    if (opts->calibration) {
        row->ece = vrp_imagenet_x_ece(&scratch, set, p->probability, right, 0);
        for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++)
            row->factor_ece[f] = vrp_imagenet_x_ece(&scratch, set, p->probability, right, 1u << f);
    }
    vr_arena_free(&scratch);
    return true;
}

/* ---- many models ---- */

/* The predictions files of a path: itself, or the .csv files of a folder. */
static bool vrp_imagenet_x_list(vr_arena *arena, const char ***paths, int64_t *count, int64_t *passed_over,
                                const char *path, vr_err *err) {
    const char **names;
    int64_t n;
    *count = *passed_over = 0;
    if (!vr_path_is_dir(path)) {
        *paths = VR_NEW(arena, const char *, 1);
        (*paths)[(*count)++] = vr_arena_string(arena, path, (int64_t)strlen(path));
        return true;
    }
    if (!vr_dir_list(arena, &names, &n, path, err)) return false;
    *paths = VR_NEW(arena, const char *, n);
    for (int64_t i = 0; i < n; i++) {
        const char *file = vr_arena_printf(arena, "%s/%s", path, names[i]);
        if (names[i][0] != '.' && vr_path_has_suffix(names[i], ".csv") && !vr_path_is_dir(file))
            (*paths)[(*count)++] = file;
        else
            ++*passed_over;
    }
    return *count > 0 ||
           vr_fail(err, VR_ERR_ARGUMENT, "%s: there is no .csv file of predictions in this folder", path);
}

bool vr_imagenet_x_run(vr_arena *arena, vr_imagenet_x_table *table, const vr_imagenet_x_set *set,
                       const char *path, const vr_imagenet_x_opts *opts, vr_err *err) {
    *table = (vr_imagenet_x_table){0};
    const vr_arena_mark mark = vr_arena_here(arena);
    const char **paths;
    vr_imagenet_x_table t = {0};
    if (!vrp_imagenet_x_list(arena, &paths, &t.count, &t.passed_over, path, err)) return false;
    const int64_t n = t.count, G = VR_IMAGENET_X_METACLASSES;
    const int64_t rows = n + (opts && opts->human);
    const bool by_metaclass = opts && opts->by_metaclass;
    t.rows = VR_NEW(arena, vr_imagenet_x_row, rows);
    if (by_metaclass) t.metaclasses = VR_NEW(arena, vr_imagenet_x_row, (rows * G));
    char(*models)[256] =
        (char(*)[256])vr_arena_zeroed(arena, n, 256); /* NAME_MAX + 1: outlives the thread's arena */
    vr_err first = {0};
    int64_t first_at = n;
#pragma omp parallel num_threads((int)vr_min(n, vr_threads()))
    {
        vr_arena own = {0};
#pragma omp for schedule(dynamic)
        for (int64_t i = 0; i < n; i++) {
            vr_imagenet_x_predictions p;
            vr_imagenet_x_row by[VR_IMAGENET_X_METACLASSES];
            vr_err e = {0};
            if (vr_imagenet_x_predictions_load(&own, &p, set, paths[i], &e)) {
                strncpy(models[i], p.model, sizeof models[i] - 1);
                p.model = models[i];
                vr_imagenet_x_score(&t.rows[i], by_metaclass ? by : NULL, set, &p, opts, &e);
            }
            for (int64_t g = 0; by_metaclass && e.code == VR_OK && g < G; g++)
                t.metaclasses[g * rows + i] = by[g];
            if (e.code != VR_OK) {
#pragma omp critical(vrp_imagenet_x_run)
                if (i < first_at) first = e, first_at = i;
            }
            vr_arena_reset(&own);
        }
        vr_arena_free(&own);
    }
    if (first_at == n && opts && opts->human) {
        const vr_imagenet_x_predictions p = vr_imagenet_x_human(arena, set);
        vr_imagenet_x_row by[VR_IMAGENET_X_METACLASSES];
        if (!vr_imagenet_x_score(&t.rows[n], by_metaclass ? by : NULL, set, &p, opts, &first)) first_at = -1;
        for (int64_t g = 0; by_metaclass && first_at == n && g < G; g++) t.metaclasses[g * rows + n] = by[g];
    }
    if (first_at == n) {
        t.count = rows;
        *table = t;
        return true;
    }
    vr_arena_rewind(arena, mark);
    return vr_err_pass(err, &first);
}

/* ---- what a row says ---- */

double vr_imagenet_x_error_ratio(const vr_imagenet_x_row *row, int64_t factor) {
    VR_CHECK(factor >= 0 && factor < VR_IMAGENET_X_FACTORS, "factor %lld of 16", (long long)factor);
    return vr_error_ratio(row->accuracy[factor], row->average);
}

/* Wrong images behind a row's accuracies, which have known counts. */
static double vrp_imagenet_x_wrong(double accuracy, int64_t count) {
    return (double)count - rint(accuracy * (double)count);
}

vr_interval vr_imagenet_x_error_ratio_interval(const vr_imagenet_x_row *row, int64_t factor) {
    const double ratio = vr_imagenet_x_error_ratio(row, factor);
    vr_interval out = {ratio, (double)NAN, (double)NAN};
    const double n = (double)row->n, n_f = (double)row->count[factor];
    if (!(n > 0 && n_f > 0) || !isfinite(ratio)) return out;
    const double w = vrp_imagenet_x_wrong(row->average, row->n),
                 w_f = vrp_imagenet_x_wrong(row->accuracy[factor], row->count[factor]);
    if (w_f == 0) {
        out.low = 0;
        out.high = vr_wilson(0, row->count[factor], 0).high / (w / n);
        return out;
    }
    /* log(w_f/n_f) - log(w/n), as a function of four cells that are each Poisson: errors and right answers with the
     * factor, errors and right answers without it. */
    const double a = 1 / w_f - 1 / n_f - 1 / w + 1 / n, b = 1 / n - 1 / n_f, c = 1 / n - 1 / w, d = 1 / n;
    const double variance =
        w_f * a * a + (n_f - w_f) * b * b + (w - w_f) * c * c + (n - n_f - w + w_f) * d * d;
    const double half = vr_normal_quantile(0.975) * sqrt(variance);
    out.low = ratio * exp(-half);
    out.high = ratio * exp(half);
    return out;
}

double vr_imagenet_x_rest_ratio(const vr_imagenet_x_row *row, int64_t factor) {
    const int64_t n_f = row->count[factor], rest = row->n - n_f;
    if (n_f <= 0 || rest <= 0 || isnan(row->accuracy[factor])) return (double)NAN;
    const double w_f = vrp_imagenet_x_wrong(row->accuracy[factor], n_f),
                 w_rest = vrp_imagenet_x_wrong(row->average, row->n) - w_f;
    return w_rest > 0 ? w_f / (double)n_f / (w_rest / (double)rest) : (double)NAN;
}

int64_t vr_imagenet_x_worst(const vr_imagenet_x_row *row, int64_t min_images) {
    int64_t worst = -1;
    double most = 0;
    for (int64_t f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        const double ratio = vr_imagenet_x_error_ratio(row, f);
        if (isnan(ratio) || (row->count[f] > 0 && row->count[f] < min_images)) continue;
        if (worst < 0 || ratio > most) worst = f, most = ratio;
    }
    return worst;
}

void vr_imagenet_x_shift(double *shift, const vr_imagenet_x_row *row) {
    int64_t wrong[VR_IMAGENET_X_FACTORS];
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++)
        wrong[f] = row->count[f] > 0 ? (int64_t)vrp_imagenet_x_wrong(row->accuracy[f], row->count[f]) : 0;
    vr_prevalence_shift(shift, wrong, row->count, VR_IMAGENET_X_FACTORS);
}

void vr_imagenet_x_counts(int64_t *counts, const vr_imagenet_x_set *set, int64_t metaclass) {
    VR_CHECK(metaclass < 0 || set->metaclass, "the set was loaded without its metaclasses");
    memset(counts, 0, VR_IMAGENET_X_FACTORS * sizeof *counts);
    for (int64_t i = 0; i < set->count; i++) {
        if (metaclass >= 0 && set->metaclass[set->labels[i]] != metaclass) continue;
        for (unsigned bits = set->factors[i]; bits; bits &= bits - 1) counts[__builtin_ctz(bits)]++;
    }
}

vr_imagenet_x_table vr_imagenet_x_example(vr_arena *arena) {
    enum { MODELS = 4, N = 46110 };
    static const char *const names[MODELS] = {"DINO", "ResNet50", "SimCLR", "ViT"};
    static const int64_t all[MODELS] = {34780, 34430, 30620, 35394},
                         images[VR_IMAGENET_X_FACTORS] = {15064, 14751, 5972, 6150, 1450, 679, 638, 585,
                                                          282,   150,   122,  78,   60,   43,  44,  40},
                         right[MODELS][VR_IMAGENET_X_FACTORS] = {
                             {12376, 10880, 4611, 4370, 900, 405, 461, 304, 133, 104, 78, 41, 30, 25, 34, 26},
                             {12413, 10485, 4805, 4298, 900, 379, 455, 273, 111, 100, 69, 40, 27, 22, 31, 20},
                             {11147, 9366, 4144, 3837, 699, 343, 421, 267, 87, 99, 76, 32, 19, 26, 31, 24},
                             {12471, 11011, 4775, 4504, 896, 436, 502, 311, 148, 105, 70, 42, 33, 27, 36,
                              25}};
    vr_imagenet_x_table t = {.rows = VR_NEW(arena, vr_imagenet_x_row, MODELS), .count = MODELS};
    for (int m = 0; m < MODELS; m++) {
        vr_imagenet_x_row *row = &t.rows[m];
        *row = (vr_imagenet_x_row){.model = names[m],
                                   .n = N,
                                   .average = vrp_imagenet_x_share(all[m], N),
                                   .worst_classes = (double)NAN,
                                   .ece = (double)NAN,
                                   .join = {.rows = N, .joined = N}};
        for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
            row->count[f] = images[f];
            row->accuracy[f] = vrp_imagenet_x_share(right[m][f], images[f]);
            row->factor_ece[f] = (double)NAN;
        }
        row->worst_factor = vrp_imagenet_x_lowest(row->accuracy);
    }
    return t;
}
