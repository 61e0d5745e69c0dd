/* study/geography_retrain.c: features meet photographs, heads are trained on a share of them and measured on others. */
#include "geography_retrain.h"
#include "../base/os.h"
#include "../format/csv.h"
#include "../format/npy.h"
#include "../metric/labelset.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- features ---- */

/* "a/features.npy" -> "a/features.csv" */
static const char *vrp_retrain_index_path(vr_arena *arena, const char *path) {
    const int64_t n = (int64_t)strlen(path) - (vr_path_has_suffix(path, ".npy") ? 4 : 0);
    return vr_arena_printf(arena, "%.*s.csv", (int)n, path);
}

static bool vrp_retrain_index(vr_arena *perm, vr_arena *scratch, const char **file, int64_t count,
                              const char *path, vr_err *err) {
    vr_csv csv;
    if (!vr_csv_load(scratch, &csv, path, err)) return false;
    const int64_t row = vr_csv_column(&csv, "row", err),
                  name = row < 0 ? -1 : vr_csv_column(&csv, "file_name", err);
    if (name < 0) return false;
    while (vr_csv_next(&csv, err)) {
        int64_t i;
        if (!vr_csv_int(&i, &csv, row, err)) return false;
        if (i != csv.row || i >= count)
            return vr_csv_fail(&csv, row, err, "row %lld, where %lld of %lld is wanted", (long long)i,
                               (long long)csv.row, (long long)count);
        file[i] = vr_csv_string(perm, &csv, name);
        if (!*file[i] || strlen(file[i]) != (size_t)csv.fields[name].size)
            return vr_csv_fail(&csv, name, err, "the file has no name");
    }
    if (!csv.ended) return false;
    return csv.row + 1 == count ||
           vr_fail(err, VR_ERR_FORMAT, "%s: %lld rows, but there are features of %lld", path,
                   (long long)csv.row + 1, (long long)count);
}

static bool vrp_retrain_load(vr_arena *perm, vr_arena *scratch, vr_features *out, const char *path,
                             vr_err *err) {
    vr_array a;
    if (!vr_npy_load(perm, &a, path, err)) return false;
    if (a.ndim != 2 || a.shape[0] < 1 || a.shape[1] < 1)
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: features are [count,width], this has %d dimensions or no rows", path, a.ndim);
    if (!vr_array_tensor(perm, &out->x, &a, err)) return vr_err_context(err, "%s: ", path);
    const char **file = VR_NEW(perm, const char *, a.shape[0]);
    out->path = vr_arena_string(perm, path, (int64_t)strlen(path));
    out->file = file;
    return vrp_retrain_index(perm, scratch, file, a.shape[0], vrp_retrain_index_path(scratch, path), err);
}

bool vr_features_load(vr_arena *perm, vr_features *out, const char *path, vr_err *err) {
    *out = (vr_features){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_arena scratch = {0};
    vr_err own = {0}; /* VR_FATAL may not leave the scratch arena behind */
    const bool ok = vrp_retrain_load(perm, &scratch, out, path, &own);
    vr_arena_free(&scratch);
    if (ok) return true;
    vr_arena_rewind(perm, mark);
    *out = (vr_features){0};
    return vr_err_pass(err, &own);
}

/* ---- samples ---- */

/* The rows of x whose photograph is number[i], in that order; from[i] is the row. */
static vr_tensor vrp_retrain_rows(vr_arena *perm, vr_tensor x, const int64_t *from, int64_t count) {
    const vr_tensor y = vr_tensor_2d(perm, count, x.shape[1]);
    for (int64_t i = 0; i < count; i++) vr_tensor_assign(vr_tensor_row(y, i), vr_tensor_row(x, from[i]));
    return y;
}

bool vr_geo_sample_join(vr_arena *perm, vr_geo_sample *out, const vr_geo_set *set,
                        const vr_features *features, vr_err *err) {
    *out = (vr_geo_sample){.set = set};
    const int64_t n = features->x.shape[0];
    vr_arena scratch = {0};
    int64_t *photograph = VR_NEW(&scratch, int64_t, n), *of = VR_NEW(&scratch, int64_t, set->count),
            twice = -1;
    vr_geo_find(photograph, set, features->file, n);
    for (int64_t i = 0; i < set->count; i++) of[i] = -1;
    for (int64_t i = 0; i < n; i++) {
        out->unmatched += photograph[i] < 0;
        if (photograph[i] < 0) continue;
        if (of[photograph[i]] >= 0 && twice < 0) twice = photograph[i];
        of[photograph[i]] = i;
    }
    if (twice >= 0 || out->unmatched == n) {
        vr_arena_free(&scratch);
        const vr_geo_sample none = {0};
        *out = none;
        if (twice >= 0)
            return vr_fail(err, VR_ERR_FORMAT, "%s: two rows are of '%.200s'", features->path,
                           set->id[twice]);
        return vr_fail(err, VR_ERR_ARGUMENT, "%s names no photograph of %s", features->path, set->path);
    }
    int64_t *number = VR_NEW(perm, int64_t, set->count), *from = VR_NEW(&scratch, int64_t, set->count);
    for (int64_t i = 0; i < set->count; i++)
        if (of[i] >= 0) from[out->count] = of[i], number[out->count++] = i;
    out->number = number;
    out->missing = set->count - out->count;
    out->x = vrp_retrain_rows(perm, features->x, from, out->count);
    vr_arena_free(&scratch);
    return true;
}

/* The rows of a sample for which keep[i] is `wanted`. */
static vr_geo_sample vrp_retrain_take(vr_arena *perm, const vr_geo_sample *sample, const bool *keep,
                                      bool wanted) {
    vr_arena scratch = {0};
    vr_geo_sample out = {.set = sample->set};
    int64_t *number = VR_NEW(perm, int64_t, sample->count), *from = VR_NEW(&scratch, int64_t, sample->count);
    for (int64_t i = 0; i < sample->count; i++)
        if (keep[i] == wanted) from[out.count] = i, number[out.count++] = sample->number[i];
    out.number = number;
    out.x = vrp_retrain_rows(perm, sample->x, from, out.count);
    vr_arena_free(&scratch);
    return out;
}

void vr_geo_split(vr_arena *perm, vr_geo_sample *train, vr_geo_sample *test, const vr_geo_sample *sample,
                  double share, uint64_t seed) {
    const vr_geo_set *set = sample->set;
    const int64_t homes = set->household ? set->household_count : set->count;
    vr_arena scratch = {0};
    int64_t *order = VR_NEW(&scratch, int64_t, homes), first = llround(share * (double)homes);
    bool *chosen = VR_NEW(&scratch, bool, homes), *keep = VR_NEW(&scratch, bool, sample->count);
    vr_rng_permutation(order, homes, vr_rng_split(vr_rng_init(seed), "split"));
    for (int64_t k = 0; k < homes && k < first; k++) chosen[order[k]] = true;
    for (int64_t i = 0; i < sample->count; i++)
        keep[i] = chosen[set->household ? set->household[sample->number[i]] : sample->number[i]];
    *train = vrp_retrain_take(perm, sample, keep, true);
    *test = vrp_retrain_take(perm, sample, keep, false);
    vr_arena_free(&scratch);
}

/* ---- heads ---- */

bool vr_geo_head_score(vr_arena *perm, vr_dollar_street_hits *hits, const vr_geo_sample *sample,
                       const vr_geo_head *head, vr_err *err) {
    const int64_t n = sample->count, C = head->layer.out, k = vr_min(5, C);
    vr_arena scratch = {0};
    const vr_tensor scores = vr_tensor_2d(&scratch, n, C);
    if (n > 0) vr_linear_apply(scores, sample->x, &head->layer, VR_ACT_NONE, (vr_tensor){0}, &scratch);
    int64_t *predicted = VR_NEW(&scratch, int64_t, (n * k));
    const char **id = VR_NEW(&scratch, const char *, n);
    vr_predict_top_k(predicted, scores.data, n, C, k, NULL, 0);
    for (int64_t i = 0; head->classes && i < n * k; i++) predicted[i] = head->classes[predicted[i]];
    for (int64_t i = 0; i < n; i++) id[i] = sample->set->id[sample->number[i]];
    const vr_dollar_street_predictions p = {
        .path = "the head's predictions", .count = n, .k = k, .id = id, .predicted = predicted};
    vr_err own = {0};
    const bool ok = vr_geo_score(perm, hits, sample->set, &p, &own);
    vr_arena_free(&scratch);
    return ok || vr_err_pass(err, &own);
}

static int vrp_retrain_by_number(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* label[i] = the place of photograph i's first class among the classes there are; -1: it has none. Returns how many. */
static int64_t vrp_retrain_labels(vr_arena *perm, const int64_t **classes, int64_t *label,
                                  const vr_geo_sample *train) {
    const vr_lists *lists = &train->set->labels;
    int64_t *all = VR_NEW(perm, int64_t, train->count), n = 0, C = 0;
    for (int64_t i = 0; i < train->count; i++) {
        const int64_t at = lists->begin[train->number[i]];
        label[i] = at < lists->begin[train->number[i] + 1] ? lists->id[at] : -1;
        if (label[i] >= 0) all[n++] = label[i];
    }
    qsort(all, (size_t)n, sizeof *all, vrp_retrain_by_number);
    for (int64_t i = 0; i < n; i++)
        if (C == 0 || all[C - 1] != all[i]) all[C++] = all[i];
    for (int64_t i = 0; i < train->count; i++) {
        if (label[i] < 0) continue;
        const int64_t *at =
            (const int64_t *)bsearch(&label[i], all, (size_t)C, sizeof *all, vrp_retrain_by_number);
        label[i] = at - all;
    }
    *classes = all;
    return C;
}

/* Shifts and scales the columns of x to mean 0 and deviation 1; a constant column becomes 0. */
static void vrp_retrain_standardise(vr_tensor x, double *mean, double *scale) {
    const int64_t n = x.shape[0], D = x.shape[1];
    for (int64_t d = 0; d < D; d++) {
        double sum = 0, squares = 0;
        for (int64_t i = 0; i < n; i++) sum += (double)x.data[i * D + d];
        mean[d] = sum / (double)n;
        for (int64_t i = 0; i < n; i++) {
            const double u = (double)x.data[i * D + d] - mean[d];
            squares += u * u;
        }
        const double deviation = sqrt(squares / (double)n);
        scale[d] = deviation > 0 ? 1 / deviation : 0;
        for (int64_t i = 0; i < n; i++)
            x.data[i * D + d] = (float)(((double)x.data[i * D + d] - mean[d]) * scale[d]);
    }
}

bool vr_geo_head_train(vr_arena *perm, vr_geo_head *head, vr_lbfgs_result *result, const vr_geo_sample *train,
                       double c, vr_err *err) {
    *head = (vr_geo_head){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_arena scratch = {0};
    const int64_t D = train->x.shape[1];
    int64_t *label = VR_NEW(&scratch, int64_t, train->count), *from = VR_NEW(&scratch, int64_t, train->count),
            n = 0;
    const int64_t C = vrp_retrain_labels(perm, &head->classes, label, train);
    for (int64_t i = 0; i < train->count; i++)
        if (label[i] >= 0) label[n] = label[i], from[n++] = i;
    vr_err own = {0};
    bool ok = C >= 2 ||
              vr_fail(&own, VR_ERR_ARGUMENT, "%s: the training photographs have %lld classes, two are needed",
                      train->set->path, (long long)C);
    if (ok) {
        const vr_tensor x = vrp_retrain_rows(&scratch, train->x, from, n), w = vr_tensor_2d(&scratch, C, D),
                        b = vr_tensor_1d(&scratch, C);
        double *mean = VR_NEW(&scratch, double, D), *scale = VR_NEW(&scratch, double, D);
        vrp_retrain_standardise(x, mean, scale);
        ok = vr_probe_logistic(w, b, result, x, label, &(vr_logistic){.c = c > 0 ? c : 1}, &scratch, &own);
        for (int64_t k = 0; k < C; k++) { /* w ((x - mean) scale) + b = (w scale) x + (b - w scale mean) */
            double bias = (double)b.data[k];
            for (int64_t d = 0; d < D; d++) {
                const double v = (double)w.data[k * D + d] * scale[d];
                bias -= v * mean[d];
                w.data[k * D + d] = (float)v;
            }
            b.data[k] = (float)bias;
        }
        if (ok) head->layer = vr_linear_pack(perm, w, b);
    }
    vr_arena_free(&scratch);
    if (ok) return true;
    vr_arena_rewind(perm, mark);
    *head = (vr_geo_head){0};
    return vr_err_pass(err, &own);
}

/* ---- shares ---- */

/* rank[i] = the share from which on photograph i of the sample is trained on (above 1: never). */
static void vrp_retrain_rank(vr_arena *scratch, double *rank, const vr_geo_sample *train, bool balanced,
                             uint64_t seed) {
    const vr_geo_groups *region = &train->set->by[VR_GEO_REGION];
    const int64_t n = train->count, G = region->count;
    int64_t *order = VR_NEW(scratch, int64_t, n), *count = VR_NEW(scratch, int64_t, G),
            *seen = VR_NEW(scratch, int64_t, G);
    vr_rng_permutation(order, n, vr_rng_split(vr_rng_init(seed), "share"));
    int64_t fewest = n;
    for (int64_t i = 0; i < n; i++) count[region->of[train->number[i]]]++;
    for (int64_t g = 0; g < G; g++)
        if (count[g] > 0) fewest = vr_min(fewest, count[g]);
    for (int64_t k = 0; k < n; k++) {
        const int64_t g = region->of[train->number[order[k]]];
        rank[order[k]] = balanced ? (double)++seen[g] / (double)fewest : (double)(k + 1) / (double)n;
    }
}

static bool vrp_retrain_share(vr_arena *perm, vr_geo_retrain_row *row, const vr_geo_sample *train,
                              const vr_geo_sample *test, const double *rank, const vr_geo_retrain_opts *o,
                              vr_err *err) {
    vr_arena scratch = {0};
    bool *keep = VR_NEW(&scratch, bool, train->count);
    for (int64_t i = 0; i < train->count; i++) keep[i] = rank[i] <= row->share + 1e-9;
    const vr_geo_sample part = vrp_retrain_take(&scratch, train, keep, true);
    vr_geo_head head;
    vr_dollar_street_hits hits;
    vr_err own = {0};
    const bool ok = vr_geo_head_train(&scratch, &head, &row->training, &part, o->c, &own) &&
                    vr_geo_head_score(&scratch, &hits, test, &head, &own);
    if (ok) {
        row->images = part.count;
        row->classes = head.layer.out;
        vr_geo_measure_run(perm, &row->measure, test->set, &hits, VR_GEO_REGION, &o->measure);
    }
    vr_arena_free(&scratch);
    return ok || vr_err_pass(err, &own);
}

int64_t vr_geo_retrain(vr_arena *perm, vr_geo_retrain_row **rows, const vr_geo_sample *train,
                       const vr_geo_sample *test, const vr_geo_head *before, const vr_geo_retrain_opts *opts,
                       vr_err *err) {
    vr_geo_retrain_opts o = opts ? *opts : (vr_geo_retrain_opts){0};
    if (o.share_count == 0) {
        static const double usual[] = {0.1, 0.25, 0.5, 1};
        memcpy(o.shares, usual, sizeof usual);
        o.share_count = sizeof usual / sizeof *usual;
    }
    VR_CHECK(o.share_count <= VR_GEO_SHARES_MAX, "%lld shares", (long long)o.share_count);
    *rows = NULL;
    for (int64_t k = 0; k < o.share_count; k++)
        if (!(o.shares[k] > 0 && o.shares[k] <= 1))
            return vr_fail(err, VR_ERR_ARGUMENT, "a share of %g is not in (0,1]", o.shares[k]) ? 0 : -1;
    const int64_t D = train->x.shape[1];
    if (test->x.shape[1] != D || (before && before->layer.in != D))
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%lld training features, %lld test features, and the head has %lld", (long long)D,
                       (long long)test->x.shape[1], (long long)(before ? before->layer.in : D))
                   ? 0
                   : -1;
    vr_geo_retrain_row *out = VR_NEW(perm, vr_geo_retrain_row, o.share_count + 1);
    vr_arena scratch = {0};
    double *rank = VR_NEW(&scratch, double, train->count);
    vrp_retrain_rank(&scratch, rank, train, o.balanced, o.measure.seed);
    vr_err own = {0};
    vr_dollar_street_hits hits;
    int64_t n = 0;
    bool ok = true;
    if (before && (ok = vr_geo_head_score(&scratch, &hits, test, before, &own)) != false)
        vr_geo_measure_run(perm, &out[n++].measure, test->set, &hits, VR_GEO_REGION, &o.measure);
    for (int64_t k = 0; ok && k < o.share_count; k++) {
        out[n] = (vr_geo_retrain_row){.share = o.shares[k]};
        ok = vrp_retrain_share(perm, &out[n++], train, test, rank, &o, &own);
    }
    vr_arena_free(&scratch);
    if (!ok) {
        vr_err_pass(err, &own);
        return -1;
    }
    *rows = out;
    return n;
}

vr_table vr_geo_retrain_table(vr_arena *arena, const vr_geo_set *set, const vr_geo_retrain_row *rows,
                              int64_t count) {
    const vr_geo_groups *region = &set->by[VR_GEO_REGION];
    const char **names = VR_NEW(arena, const char *, 5 + region->count);
    const vr_geo_measure *first = count > 0 ? &rows[0].measure : NULL;
    names[0] = "last layer", names[1] = "images", names[2] = "accuracy", names[3] = "best - worst";
    names[4] = first && first->high >= 0
                   ? vr_arena_printf(arena, "%s - %s", region->names[first->high], region->names[first->low])
                   : "named pair";
    for (int64_t g = 0; g < region->count; g++) names[5 + g] = region->names[g];
    vr_table t = vr_table_new(arena, names, 5 + region->count);
    for (int64_t k = 0; k < count; k++) {
        const vr_geo_measure *m = &rows[k].measure;
        vr_table_text(&t, rows[k].share > 0 ? vr_arena_printf(arena, "%g %% of curated", 100 * rows[k].share)
                                            : "before");
        vr_table_number(&t, rows[k].share > 0 ? (double)rows[k].images : NAN, 0);
        vr_table_interval(&t, m->all.accuracy, 3);
        vr_table_interval(&t, m->spread, 3);
        vr_table_interval(&t, m->pair, 3);
        for (int64_t g = 0; g < region->count; g++) vr_table_number(&t, m->groups[g].accuracy.value, 3);
    }
    return t;
}
