/* study/dollar_street_score.c: predictions meet rows, rows meet groups. Everything is counted once per household and
 * group; accuracies are sums over those counts, and an interval is the same sums over households drawn with
 * replacement, so that a thousand resamples cost no more than a look at each image. */
#include "dollar_street_score.h"
#include "../base/log.h"
#include "../metric/labelset.h"
#include <math.h>
#include <string.h>

/* ---- a model's five best classes ---- */

/* What the released code ranked by: the softmax of each class over the images of the batch. */
static void vrp_dollar_street_over_batch(vr_tensor logits) {
    const int64_t n = logits.shape[0], classes = logits.shape[1];
    for (int64_t c = 0; c < classes; c++) {
        float high = logits.data[c], sum = 0;
        for (int64_t i = 1; i < n; i++) high = fmaxf(high, logits.data[i * classes + c]);
        for (int64_t i = 0; i < n; i++) sum += expf(logits.data[i * classes + c] - high);
        for (int64_t i = 0; i < n; i++)
            logits.data[i * classes + c] = expf(logits.data[i * classes + c] - high) / sum;
    }
}

static bool vrp_dollar_street_predict_batch(vr_arena *step, int64_t *predicted, int64_t k,
                                            const vr_model *model, const vr_crops *crops,
                                            const vr_dataset *images, const vr_dollar_street_predict_opts *o,
                                            const vr_preprocess *p, vr_err *err) {
    const vr_rng rng = vr_rng_split(vr_rng_init(o->seed), "mitigation");
    for (int64_t i = 0; o->changed && i < crops->count; i++)
        crops->images[i] = vr_factor_apply_amount(step, crops->images[i], o->factor, o->amount,
                                                  vr_rng_at(rng, (uint64_t)images->origin[crops->index[i]]));
    const vr_tensor x = vr_crops_tensor(step, crops->images, crops->count, p),
                    logits = vr_model_logits(step, model, x);
    const int64_t bad = vr_tensor_find_nonfinite(logits);
    if (bad >= 0)
        return vr_fail(err, VR_ERR_NUMERIC, "%s: the model's output for %s is not finite", images->path,
                       images->files[crops->index[bad / model->classes]]);
    if (o->published) vrp_dollar_street_over_batch(logits);
    vr_predict_top_k(predicted, logits.data, crops->count, model->classes, k, NULL, 0);
    return true;
}

bool vr_dollar_street_predict(vr_arena *perm, vr_dollar_street_predictions *out, const vr_model *model,
                              const vr_dataset *images, const vr_dollar_street_predict_opts *opts,
                              vr_err *err) {
    *out = (vr_dollar_street_predictions){0};
    const vr_dollar_street_predict_opts o = opts ? *opts : (vr_dollar_street_predict_opts){0};
    if (model->classes == 0)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: the model has no classification head", model->name);
    vr_preprocess p = model->preprocess;
    for (int c = 0; o.published && c < 3; c++) p.mean[c] = 0, p.std[c] = 1;
    const vr_arena_mark mark = vr_arena_here(perm);
    const int64_t k = vr_min(o.k > 0 ? o.k : 5, model->classes),
                  batch = vr_evaluate_batch(&o.evaluate, p.size);
    int64_t *predicted = VR_NEW(perm, int64_t, (images->count * k)), n = 0, skipped = 0;
    const char **id = VR_NEW(perm, const char *, images->count);
    vr_arena step = {0};
    vr_err own = {0};
    bool ok = true;
    vr_progress progress = vr_progress_begin(model->name, images->count, "images");
    for (int64_t first = 0; ok && first < images->count; first += batch) {
        vr_crops crops;
        const int64_t count = vr_min(batch, images->count - first);
        ok = vr_dataset_crops(&step, &crops, images, &p, first, count, &o.evaluate, &skipped, &own);
        if (ok && crops.count > 0)
            ok = vrp_dollar_street_predict_batch(&step, predicted + n * k, k, model, &crops, images, &o, &p,
                                                 &own);
        for (int64_t i = 0; ok && i < crops.count; i++) id[n++] = images->files[crops.index[i]];
        vr_progress_step(&progress, count);
        vr_arena_reset(&step);
    }
    vr_progress_end(&progress);
    vr_arena_free(&step);
    if (!ok) {
        vr_arena_rewind(perm, mark);
        return vr_err_pass(err, &own);
    }
    *out = (vr_dollar_street_predictions){
        .path = images->path, .count = n, .k = k, .id = id, .predicted = predicted};
    return true;
}

/* ---- hits ---- */

/* prediction[i] = the one that serves row i, or -1: by the row's own id, else by its image. Returns how many
 * predictions serve no row. */
static int64_t vrp_dollar_street_serve(vr_arena *scratch, int64_t *prediction, const vr_dollar_street *data,
                                       const vr_dollar_street_predictions *p) {
    int64_t *row = VR_NEW(scratch, int64_t, p->count),
            *of_image = VR_NEW(scratch, int64_t, data->image_count);
    vr_dollar_street_find(row, data, p->id, p->count);
    for (int64_t i = 0; i < data->image_count; i++) of_image[i] = -1;
    for (int64_t i = 0; i < data->count; i++) prediction[i] = -1;
    int64_t unmatched = 0;
    for (int64_t j = 0; j < p->count; j++) {
        if (row[j] < 0) {
            unmatched++;
            continue;
        }
        if (strcmp(data->id[row[j]], p->id[j]) == 0) prediction[row[j]] = j;
        if (of_image[data->image[row[j]]] < 0) of_image[data->image[row[j]]] = j;
    }
    for (int64_t i = 0; i < data->count; i++)
        if (prediction[i] < 0) prediction[i] = of_image[data->image[i]];
    return unmatched;
}

bool vr_dollar_street_score(vr_arena *perm, vr_dollar_street_hits *hits, const vr_dollar_street *data,
                            const vr_dollar_street_predictions *p, const vr_lists *targets, vr_err *err) {
    *hits = (vr_dollar_street_hits){.count = data->count, .k = targets ? vr_min(5, p->k) : 5};
    if (targets && !p->predicted)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: it has hits, but no class numbers to compare", p->path);
    if (!targets && !(p->top1 && p->top5))
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: it has no acc1 and acc5", p->path);
    vr_arena scratch = {0};
    const int64_t n = data->count;
    uint8_t *scored = VR_NEW(perm, uint8_t, n), *top1 = VR_NEW(perm, uint8_t, n),
            *top5 = VR_NEW(perm, uint8_t, n);
    int64_t *prediction = VR_NEW(&scratch, int64_t, n);
    const vr_label_sets right = {targets ? targets->begin : NULL, targets ? targets->id : NULL, n};
    hits->unmatched = vrp_dollar_street_serve(&scratch, prediction, data, p);
    for (int64_t i = 0; i < n; i++) {
        const int64_t j = prediction[i];
        const bool mapped = !targets || targets->begin[i + 1] > targets->begin[i];
        hits->unmapped += !mapped;
        hits->unpredicted += mapped && j < 0;
        if (!mapped || j < 0) continue;
        scored[i] = 1;
        hits->rows++;
        if (!targets) {
            top1[i] = p->top1[j], top5[i] = p->top5[j];
            continue;
        }
        for (int64_t r = 0; r < hits->k; r++)
            if (vr_label_sets_has(&right, i, p->predicted[j * p->k + r])) top5[i] = 1, top1[i] |= r == 0;
    }
    vr_arena_free(&scratch);
    hits->scored = scored, hits->top1 = top1, hits->top5 = top5;
    if (hits->rows > 0) return true;
    const int64_t unmapped = hits->unmapped, unpredicted = hits->unpredicted;
    *hits = (vr_dollar_street_hits){0};
    return vr_fail(err, VR_ERR_ARGUMENT,
                   "no row of %s is scored by %s: %lld have no prediction, %lld no class that is right",
                   data->path, p->path, (long long)unpredicted, (long long)unmapped);
}

vr_dollar_street_hits vr_dollar_street_hits_per_image(vr_arena *perm, const vr_dollar_street *data,
                                                      const vr_dollar_street_hits *hits, bool any) {
    vr_dollar_street_hits out = *hits;
    const int64_t n = data->count;
    uint8_t *scored = VR_NEW(perm, uint8_t, n), *top1 = VR_NEW(perm, uint8_t, n),
            *top5 = VR_NEW(perm, uint8_t, n);
    vr_arena scratch = {0};
    int64_t *first = VR_NEW(&scratch, int64_t, data->image_count);
    for (int64_t i = 0; i < data->image_count; i++) first[i] = -1;
    out.rows = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!hits->scored[i]) continue;
        int64_t *f = &first[data->image[i]];
        const bool fresh = *f < 0;
        if (fresh) *f = i, scored[i] = 1, out.rows++;
        if (fresh || any) {
            top1[*f] |= hits->top1[i];
            top5[*f] |= hits->top5[i];
        }
    }
    vr_arena_free(&scratch);
    out.scored = scored, out.top1 = top1, out.top5 = top5;
    return out;
}

/* ---- groups ---- */

int64_t vr_dollar_street_groups(const vr_dollar_street *data, vr_dollar_street_by by) {
    switch (by) {
    case VR_BY_ALL:
        return 1;
    case VR_BY_INCOME:
        return VR_INCOME_COUNT;
    case VR_BY_REGION:
        return VR_DOLLAR_STREET_REGION_COUNT;
    case VR_BY_REGION_INCOME:
        return VR_DOLLAR_STREET_REGION_COUNT * VR_INCOME_COUNT;
    case VR_BY_COUNTRY:
        return data->country_count;
    case VR_BY_CLASS:
        return data->class_count;
    case VR_BY_FACTOR:
        return VR_DOLLAR_STREET_FACTOR_COUNT;
    case VR_BY_QUARTER:
        return 4;
    }
    VR_CHECK(false, "no grouping has the number %d", (int)by);
    return 0;
}

const char *vr_dollar_street_group_name(vr_arena *arena, const vr_dollar_street *data, vr_dollar_street_by by,
                                        int64_t group) {
    VR_CHECK(group >= 0 && group < vr_dollar_street_groups(data, by), "group %lld", (long long)group);
    switch (by) {
    case VR_BY_ALL:
        return "all";
    case VR_BY_INCOME:
        return vr_income_name((vr_income)group);
    case VR_BY_REGION:
        return vr_dollar_street_region_name((vr_dollar_street_region)group);
    case VR_BY_COUNTRY:
        return data->countries[group];
    case VR_BY_CLASS:
        return data->classes[group];
    case VR_BY_FACTOR:
        return vr_dollar_street_factor_name((vr_dollar_street_factor)group);
    case VR_BY_QUARTER:
        return vr_arena_printf(arena, "$%.0f to %.0f", data->quarters[group], data->quarters[group + 1]);
    case VR_BY_REGION_INCOME:
        break;
    }
    return vr_arena_printf(arena, "%s, %s",
                           vr_dollar_street_region_name((vr_dollar_street_region)(group / VR_INCOME_COUNT)),
                           vr_income_name((vr_income)(group % VR_INCOME_COUNT)));
}

bool vr_dollar_street_in_group(const vr_dollar_street *data, vr_dollar_street_by by, int64_t group,
                               int64_t i) {
    switch (by) {
    case VR_BY_ALL:
        return true;
    case VR_BY_INCOME:
        return data->bucket[i] == group;
    case VR_BY_REGION:
        return data->region[i] == group;
    case VR_BY_REGION_INCOME:
        return data->region[i] * VR_INCOME_COUNT + data->bucket[i] == group;
    case VR_BY_COUNTRY:
        return data->country[i] == group;
    case VR_BY_FACTOR:
        return data->factors && (data->factors[i] >> group & 1);
    case VR_BY_QUARTER:
        return data->quarter[i] == group;
    case VR_BY_CLASS:
        break;
    }
    for (int64_t l = data->labels.begin[i]; l < data->labels.begin[i + 1]; l++)
        if (data->labels.id[l] == group) return true;
    return false;
}

/* ---- counts per household, and intervals over households ---- */

/* out[g] = sum_h top[g,h] / sum_h below[g,h] with its bootstrap interval over homes.
 * Shapes:  out: [groups]; top, below: [groups,households]. */
static void vrp_dollar_street_intervals(vr_arena *scratch, vr_interval *out, const double *top,
                                        const double *below, int64_t groups, int64_t households,
                                        const vr_dollar_street_opts *opts) {
    const vr_bootstrap bootstrap = {.resamples = opts ? opts->resamples : 0, .seed = opts ? opts->seed : 0};
    for (int64_t g = 0; g < groups; g++)
        out[g] =
            vr_bootstrap_ratio(scratch, top + g * households, below + g * households, households, &bootstrap);
}

void vr_dollar_street_accuracies(vr_dollar_street_accuracy *out, const vr_dollar_street *data,
                                 const vr_dollar_street_hits *hits, vr_dollar_street_by by,
                                 const vr_dollar_street_opts *opts) {
    VR_CHECK(hits->count == data->count, "hits of %lld rows for %lld", (long long)hits->count,
             (long long)data->count);
    vr_arena scratch = {0};
    const int64_t G = vr_dollar_street_groups(data, by), H = data->household_count;
    double *below = VR_NEW(&scratch, double, (G * H)), *one = VR_NEW(&scratch, double, (G * H)),
           *five = VR_NEW(&scratch, double, (G * H));
    for (int64_t i = 0; i < data->count; i++)
        for (int64_t g = 0; hits->scored[i] && g < G; g++)
            if (vr_dollar_street_in_group(data, by, g, i)) {
                const int64_t at = g * H + data->household[i];
                below[at]++, one[at] += hits->top1[i], five[at] += hits->top5[i];
            }
    vr_interval *a1 = VR_NEW(&scratch, vr_interval, G), *a5 = VR_NEW(&scratch, vr_interval, G);
    vrp_dollar_street_intervals(&scratch, a1, one, below, G, H, opts);
    vrp_dollar_street_intervals(&scratch, a5, five, below, G, H, opts);
    for (int64_t g = 0; g < G; g++) {
        out[g] = (vr_dollar_street_accuracy){.accuracy1 = a1[g], .accuracy5 = a5[g]};
        for (int64_t h = 0; h < H; h++) {
            out[g].count += (int64_t)below[g * H + h];
            out[g].top1 += (int64_t)one[g * H + h];
            out[g].top5 += (int64_t)five[g * H + h];
        }
    }
    vr_arena_free(&scratch);
}

vr_table vr_dollar_street_accuracy_table(vr_arena *arena, const vr_dollar_street *data,
                                         const vr_dollar_street_hits *hits, vr_dollar_street_by by,
                                         const vr_dollar_street_opts *opts) {
    static const char *const firsts[] = {"images",  "income", "region", "region, income",
                                         "country", "class",  "factor", "income a month"};
    const bool both = hits->k > 1; /* with one prediction an image, top-1 is all there is */
    const char *names[] = {firsts[by], "images", "top-1",
                           vr_arena_printf(arena, "top-%lld", (long long)hits->k)};
    vr_table t = vr_table_new(arena, names, both ? 4 : 3);
    const int64_t G = vr_dollar_street_groups(data, by);
    vr_dollar_street_accuracy *a = VR_NEW(arena, vr_dollar_street_accuracy, G);
    vr_dollar_street_accuracies(a, data, hits, by, opts);
    for (int64_t g = 0; g < G; g++) {
        vr_table_text(&t, vr_dollar_street_group_name(arena, data, by, g));
        vr_table_number(&t, (double)a[g].count, 0);
        vr_table_interval(&t, a[g].accuracy1, 3);
        if (both) vr_table_interval(&t, a[g].accuracy5, 3);
    }
    return t;
}

void vr_dollar_street_compare(vr_dollar_street_change *out, const vr_dollar_street *data,
                              const vr_dollar_street_hits *before, const vr_dollar_street_hits *after,
                              vr_dollar_street_factor factor, vr_dollar_street_by by,
                              const vr_dollar_street_opts *opts) {
    VR_CHECK(factor == VR_DOLLAR_STREET_FACTOR_COUNT || data->factors, "%s has no factors", data->path);
    vr_arena scratch = {0};
    const int64_t G = vr_dollar_street_groups(data, by), H = data->household_count;
    double *below = VR_NEW(&scratch, double, (G * H)), *gain = VR_NEW(&scratch, double, (G * H));
    int64_t *was = VR_NEW(&scratch, int64_t, G);
    for (int64_t i = 0; i < data->count; i++) {
        if (!before->scored[i] || !after->scored[i]) continue;
        if (factor != VR_DOLLAR_STREET_FACTOR_COUNT && !(data->factors[i] >> factor & 1)) continue;
        for (int64_t g = 0; g < G; g++) {
            if (!vr_dollar_street_in_group(data, by, g, i)) continue;
            below[g * H + data->household[i]]++;
            gain[g * H + data->household[i]] += after->top5[i] - before->top5[i];
            was[g] += before->top5[i];
        }
    }
    vr_interval *difference = VR_NEW(&scratch, vr_interval, G);
    vrp_dollar_street_intervals(&scratch, difference, gain, below, G, H, opts);
    for (int64_t g = 0; g < G; g++) {
        out[g] = (vr_dollar_street_change){.difference = difference[g]};
        double more = 0;
        for (int64_t h = 0; h < H; h++) out[g].count += (int64_t)below[g * H + h], more += gain[g * H + h];
        out[g].before = (double)was[g] / (double)out[g].count;
        out[g].after = ((double)was[g] + more) / (double)out[g].count;
    }
    vr_arena_free(&scratch);
}

vr_table vr_dollar_street_compare_table(vr_arena *arena, const vr_dollar_street *data,
                                        const vr_dollar_street_hits *before,
                                        const vr_dollar_street_hits *after, vr_dollar_street_factor factor,
                                        vr_dollar_street_by by, const vr_dollar_street_opts *opts) {
    static const char *const names[] = {"group", "images", "before", "after", "difference"};
    vr_table t = vr_table_new(arena, names, 5);
    const int64_t G = vr_dollar_street_groups(data, by);
    vr_dollar_street_change *c = VR_NEW(arena, vr_dollar_street_change, G);
    vr_dollar_street_compare(c, data, before, after, factor, by, opts);
    for (int64_t g = 0; g < G; g++) {
        vr_table_text(&t, vr_dollar_street_group_name(arena, data, by, g));
        vr_table_number(&t, (double)c[g].count, 0);
        vr_table_number(&t, c[g].before, 3);
        vr_table_number(&t, c[g].after, 3);
        vr_table_interval(&t, c[g].difference, 3);
    }
    return t;
}
