/* study/geography/retrain.c: features meet images; heads are trained on a share of them and measured on others. */
#include "../../metric/accuracy.h"
#include "../embed_impl.h"
#include "geography_impl.h"
#include <math.h>
#include <string.h>

/* ---- samples ---- */

/* The rows from[0..count) of x. */
static vr_tensor vrp_geography_gather_rows(vr_arena *perm, vr_tensor x, const int64_t *from, int64_t count) {
    const vr_tensor y = vr_tensor_2d(perm, count, x.shape[1]);
    for (int64_t i = 0; i < count; i++) vr_tensor_assign(vr_tensor_row(y, i), vr_tensor_row(x, from[i]));
    return y;
}

bool vr_geography_sample_join(vr_arena *perm, vr_geography_sample *out, const vr_geography_set *set,
                              const vr_features *features, vr_err *err) {
    *out = (vr_geography_sample){0};
    const int64_t n = features->x.shape[0];
    vr_arena scratch = {0};
    vr_err own = {0}; /* VR_FATAL may not leave the scratch arena behind */
    vr_bytes *image = VR_NEW(&scratch, vr_bytes, n);
    int64_t *line = VR_NEW(&scratch, int64_t, n), *row = VR_NEW(&scratch, int64_t, set->count);
    for (int64_t i = 0; i < n; i++) {
        image[i] = (vr_bytes){(const uint8_t *)features->image[i], (int64_t)strlen(features->image[i])};
        line[i] = i + 2; /* of the index, whose first line is the names of columns */
    }
    const vr_predictions rows = {
        .path = vrp_features_index(&scratch, features->path), .count = n, .image = image, .line = line};
    if (!vr_predictions_join(row, &rows, &set->index, set->count, set->path, &own)) {
        vr_arena_free(&scratch);
        return vr_err_pass(err, &own);
    }
    int64_t *number = VR_NEW(perm, int64_t, set->count), count = 0;
    for (int64_t i = 0; i < set->count; i++)
        if (row[i] >= 0) row[count] = row[i], number[count++] = i;
    *out =
        (vr_geography_sample){.set = set,
                              .count = count,
                              .number = number,
                              .x = vrp_geography_gather_rows(perm, features->x, row, count),
                              .join = {.scored = count, .missing = set->count - count, .extra = n - count}};
    vr_arena_free(&scratch);
    return true;
}

/* The rows of a sample for which keep[i] is `value`. */
static vr_geography_sample vrp_geography_part(vr_arena *perm, const vr_geography_sample *sample,
                                              const bool *keep, bool value) {
    vr_arena scratch = {0};
    vr_geography_sample out = {.set = sample->set};
    int64_t *number = VR_NEW(perm, int64_t, sample->count), *from = VR_NEW(&scratch, int64_t, sample->count);
    for (int64_t i = 0; i < sample->count; i++)
        if (keep[i] == value) from[out.count] = i, number[out.count++] = sample->number[i];
    out.number = number;
    out.x = vrp_geography_gather_rows(perm, sample->x, from, out.count);
    vr_arena_free(&scratch);
    return out;
}

void vr_geography_split(vr_arena *perm, vr_geography_sample *train, vr_geography_sample *test,
                        const vr_geography_sample *sample, double share, uint64_t seed) {
    const vr_geography_set *set = sample->set;
    const int64_t n = set->household ? set->household_count : set->count;
    vr_arena scratch = {0};
    int64_t *order = VR_NEW(&scratch, int64_t, n), first = llround(share * (double)n);
    bool *chosen = VR_NEW(&scratch, bool, n), *keep = VR_NEW(&scratch, bool, sample->count);
    vr_rng_permutation(order, n, vr_rng_split(vr_rng_init(seed), "split"));
    for (int64_t k = 0; k < n && k < first; k++) chosen[order[k]] = true;
    for (int64_t i = 0; i < sample->count; i++)
        keep[i] = chosen[set->household ? set->household[sample->number[i]] : sample->number[i]];
    *train = vrp_geography_part(perm, sample, keep, true);
    *test = vrp_geography_part(perm, sample, keep, false);
    vr_arena_free(&scratch);
}

/* ---- heads ---- */

void vrp_geography_head_predict(vr_arena *perm, vr_predictions *out, const vr_geography_sample *sample,
                                const vr_geography_head *head, const char *path) {
    const int64_t n = sample->count, C = head->layer.out, k = vr_min(5, C);
    int64_t *predicted = VR_NEW(perm, int64_t, (n * k));
    vr_bytes *image = VR_NEW(perm, vr_bytes, n);
    vr_arena scratch = {0};
    const vr_tensor scores = vr_tensor_2d(&scratch, n, C);
    if (n > 0) vr_linear_apply(scores, sample->x, &head->layer, VR_ACT_NONE, (vr_tensor){0}, &scratch);
    vr_predict_top_k(predicted, scores.data, n, C, k);
    vr_arena_free(&scratch);
    for (int64_t i = 0; head->classes && i < n * k; i++) predicted[i] = head->classes[predicted[i]];
    for (int64_t i = 0; i < n; i++) {
        const char *id = sample->set->id[sample->number[i]];
        image[i] = (vr_bytes){(const uint8_t *)id, (int64_t)strlen(id)};
    }
    *out = (vr_predictions){.path = path, .count = n, .k = k, .image = image, .predicted = predicted};
}

/* label[i] = the place of image i's first label among the labels there are; -1: it has none. Returns how many. */
static int64_t vrp_geography_train_labels(vr_arena *perm, const int64_t **classes, int64_t *label,
                                          const vr_geography_sample *train) {
    const vr_label_sets *sets = &train->set->labels;
    int64_t place[VRP_GEOGRAPHY_CLASSES] = {0}, *all = VR_NEW(perm, int64_t, VRP_GEOGRAPHY_CLASSES), C = 0;
    for (int64_t i = 0; i < train->count; i++) {
        const int64_t at = train->number[i];
        label[i] = vr_label_sets_size(sets, at) > 0 ? sets->label[sets->begin[at]] : -1;
        VR_CHECK(label[i] < VRP_GEOGRAPHY_CLASSES, "label %lld", (long long)label[i]);
        if (label[i] >= 0) place[label[i]] = 1;
    }
    for (int64_t c = 0; c < VRP_GEOGRAPHY_CLASSES; c++)
        if (place[c]) place[c] = C, all[C++] = c;
    for (int64_t i = 0; i < train->count; i++)
        if (label[i] >= 0) label[i] = place[label[i]];
    *classes = all;
    return C;
}

/* Shifts and scales the columns of x to mean 0 and deviation 1; a constant column becomes 0. */
static void vrp_geography_standardize(vr_tensor x, double *mean, double *scale) {
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

/* w ((x - mean) scale) + b = (w scale) x + (b - w scale mean) */
static void vrp_geography_fold(vr_tensor w, vr_tensor b, const double *mean, const double *scale) {
    const int64_t C = w.shape[0], D = w.shape[1];
    for (int64_t k = 0; k < C; k++) {
        double bias = (double)b.data[k];
        for (int64_t d = 0; d < D; d++) {
            const double v = (double)w.data[k * D + d] * scale[d];
            bias -= v * mean[d];
            w.data[k * D + d] = (float)v;
        }
        b.data[k] = (float)bias;
    }
}

static bool vrp_geography_head_fit(vr_arena *perm, vr_arena *scratch, vr_geography_head *head,
                                   vr_lbfgs_result *result, const vr_geography_sample *train, double c,
                                   vr_err *err) {
    int64_t *label = VR_NEW(scratch, int64_t, train->count), *from = VR_NEW(scratch, int64_t, train->count),
            n = 0;
    const int64_t D = train->x.shape[1], C = vrp_geography_train_labels(perm, &head->classes, label, train);
    for (int64_t i = 0; i < train->count; i++)
        if (label[i] >= 0) label[n] = label[i], from[n++] = i;
    if (C < 2)
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%s: expected two classes or more in the training images, found %lld",
                       train->set->path, (long long)C);
    const vr_tensor x = vrp_geography_gather_rows(scratch, train->x, from, n),
                    w = vr_tensor_2d(scratch, C, D), b = vr_tensor_1d(scratch, C);
    double *mean = VR_NEW(scratch, double, D), *scale = VR_NEW(scratch, double, D);
    vrp_geography_standardize(x, mean, scale);
    if (!vr_probe_logistic(w, b, result, x, label, &(vr_logistic){.c = c > 0 ? c : 1}, scratch, err))
        return false;
    vrp_geography_fold(w, b, mean, scale);
    head->layer = vr_linear_pack(perm, w, b);
    return true;
}

bool vrp_geography_head_train(vr_arena *perm, vr_geography_head *head, vr_lbfgs_result *result,
                              const vr_geography_sample *train, double c, vr_err *err) {
    *head = (vr_geography_head){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_arena scratch = {0};
    vr_err own = {0};
    const bool ok = vrp_geography_head_fit(perm, &scratch, head, result, train, c, &own);
    vr_arena_free(&scratch);
    if (ok) return true;
    vr_arena_rewind(perm, mark);
    *head = (vr_geography_head){0};
    return vr_err_pass(err, &own);
}

/* ---- shares ---- */

/* rank[i] = the share from which on image i of the sample is trained on (above 1: never). */
static void vrp_geography_rank(vr_arena *scratch, double *rank, const vr_geography_sample *train,
                               bool balanced, uint64_t seed) {
    const vr_groups *region = &train->set->by[VR_GEOGRAPHY_REGION];
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

/* Measures a head on the test images. */
static bool vrp_geography_head_measure(vr_arena *perm, vr_geography_measure *m,
                                       const vr_geography_sample *test, const vr_geography_head *head,
                                       const vr_geography_opts *opts, vr_err *err) {
    vr_arena scratch = {0};
    vr_predictions p;
    vr_scores scores;
    vrp_geography_head_predict(&scratch, &p, test, head, "the head's predictions");
    const bool ok = vrp_geography_score(&scratch, &scores, test->set, &p, err);
    if (ok) vrp_geography_measure(perm, m, test->set, &scores, VR_GEOGRAPHY_REGION, opts);
    vr_arena_free(&scratch);
    return ok;
}

static bool vrp_geography_share(vr_arena *perm, vr_geography_retrain_row *row,
                                const vr_geography_sample *train, const vr_geography_sample *test,
                                const double *rank, const vr_geography_retrain_opts *o, vr_err *err) {
    vr_arena scratch = {0};
    bool *keep = VR_NEW(&scratch, bool, train->count);
    for (int64_t i = 0; i < train->count; i++) keep[i] = rank[i] <= row->share + 1e-9;
    const vr_geography_sample part = vrp_geography_part(&scratch, train, keep, true);
    vr_geography_head head;
    const bool ok = vrp_geography_head_train(&scratch, &head, &row->training, &part, o->c, err) &&
                    vrp_geography_head_measure(perm, &row->measure, test, &head, &o->measure, err);
    row->images = part.count, row->classes = head.layer.out;
    vr_arena_free(&scratch);
    return ok;
}

bool vr_geography_retrain(vr_arena *perm, vr_geography_retraining *out, const vr_geography_sample *train,
                          const vr_geography_sample *test, const vr_geography_head *before,
                          const vr_geography_retrain_opts *opts, vr_err *err) {
    static const double usual[] = {0.1, 0.25, 0.5, 1};
    vr_geography_retrain_opts o = opts ? *opts : (vr_geography_retrain_opts){0};
    if (o.share_count == 0) {
        memcpy(o.shares, usual, sizeof usual);
        o.share_count = sizeof usual / sizeof *usual;
    }
    VR_CHECK(o.share_count <= VR_GEOGRAPHY_SHARES_MAX, "%lld shares", (long long)o.share_count);
    *out = (vr_geography_retraining){0};
    for (int64_t k = 0; k < o.share_count; k++)
        if (!(o.shares[k] > 0 && o.shares[k] <= 1))
            return vr_fail(err, VR_ERR_ARGUMENT, "expected a share in (0,1], found %g", o.shares[k]);
    const int64_t D = train->x.shape[1];
    if (test->x.shape[1] != D || (before && before->layer.in != D))
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%lld training features, %lld test features and a head of %lld: expected equal widths",
                       (long long)D, (long long)test->x.shape[1], (long long)(before ? before->layer.in : D));
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_geography_retraining r = {.set = test->set, .train = train->count, .test = test->count};
    r.rows = VR_NEW(perm, vr_geography_retrain_row, o.share_count + 1);
    vr_arena scratch = {0};
    vr_err own = {0};
    double *rank = VR_NEW(&scratch, double, train->count);
    vrp_geography_rank(&scratch, rank, train, o.balanced, o.measure.seed);
    bool ok = !before || vrp_geography_head_measure(perm, &r.rows[r.row_count++].measure, test, before,
                                                    &o.measure, &own);
    for (int64_t k = 0; ok && k < o.share_count; k++) {
        r.rows[r.row_count].share = o.shares[k];
        ok = vrp_geography_share(perm, &r.rows[r.row_count++], train, test, rank, &o, &own);
    }
    vr_arena_free(&scratch);
    if (ok)
        *out = r;
    else
        vr_arena_rewind(perm, mark);
    return ok || vr_err_pass(err, &own);
}
