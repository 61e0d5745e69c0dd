/* study/dollar_street/score.c: predictions meet rows, rows meet groups; which factors go with errors, where classes fall
 * behind, and in what they differ. Counts are taken once into small tables of class by group by factor; all that follows
 * is arithmetic on those. */
#include "../income_impl.h"
#include "../class_map_impl.h"
#include "../../metric/accuracy.h"
#include "../../metric/prevalence.h"
#include "dollar_street_impl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VRP_DOLLAR_STREET_F = VR_DOLLAR_STREET_FACTOR_COUNT, VRP_DOLLAR_STREET_LEAST = 5 };

/* ---- which classes are correct ---- */

bool vr_dollar_street_targets(vr_arena *perm, vr_label_sets *targets, const vr_dollar_street *data,
                              const vr_class_map *map, bool published, vr_err *err) {
    *targets = (vr_label_sets){0};
    vr_arena scratch = {0};
    int64_t *entry = VR_NEW(&scratch, int64_t, data->class_count);
    for (int64_t c = 0; c < data->class_count; c++) {
        entry[c] = vrp_class_map_find(map, data->classes[c]);
        if (entry[c] < 0) {
            vr_arena_free(&scratch);
            return vr_fail(err, VR_ERR_ARGUMENT, "%s: class '%.100s' is not in the class map", data->path,
                           data->classes[c]);
        }
        if (published && strchr(data->classes[c], '_')) entry[c] = -1;
    }
    vr_label_builder sets = {.arena = perm};
    for (int64_t i = 0; i < data->count; i++) {
        vr_label_builder_next(&sets);
        for (int64_t l = data->labels.begin[i]; l < data->labels.begin[i + 1]; l++) {
            const int64_t e = entry[data->labels.label[l]];
            for (int64_t j = e < 0 ? 0 : map->ids.begin[e]; e >= 0 && j < map->ids.begin[e + 1]; j++)
                vr_label_builder_add(&sets, map->ids.label[j]);
        }
    }
    vr_arena_free(&scratch);
    *targets = vr_label_builder_sets(&sets);
    return true;
}

/* ---- a model's best classes ---- */

/* What is being filled, and how. */
typedef struct vrp_dollar_street_predict {
    const vr_dollar_street_predict_opts *opts;
    const vr_dataset *images;
    vr_rng rng;
    int64_t count, k, *predicted;
    vr_bytes *image;
} vrp_dollar_street_predict;

static vr_image vrp_dollar_street_change(vr_arena *scratch, const void *context, int64_t pass, vr_image image,
                                         int64_t index) {
    const vrp_dollar_street_predict *p = (const vrp_dollar_street_predict *)context;
    (void)pass;
    return vr_factor_apply_amount(scratch, image, p->opts->factor, p->opts->amount,
                                  vr_rng_at(p->rng, (uint64_t)p->images->origin[index]));
}

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

static bool vrp_dollar_street_take(void *context, int64_t pass, const vr_batch *batch, vr_tensor logits,
                                   vr_err *err) {
    vrp_dollar_street_predict *p = (vrp_dollar_street_predict *)context;
    (void)pass, (void)err;
    if (p->opts->published) vrp_dollar_street_over_batch(logits);
    vr_predict_top_k(p->predicted + p->count * p->k, logits.data, batch->count, logits.shape[1], p->k);
    for (int64_t i = 0; i < batch->count; i++) {
        const char *file = p->images->files[batch->index[i]];
        p->image[p->count++] = (vr_bytes){(const uint8_t *)file, (int64_t)strlen(file)};
    }
    return true;
}

bool vr_dollar_street_predict(vr_arena *perm, vr_predictions *out, const vr_model *model,
                              const vr_dataset *images, const vr_dollar_street_predict_opts *opts,
                              vr_err *err) {
    *out = (vr_predictions){0};
    const vr_dollar_street_predict_opts o = opts ? *opts : (vr_dollar_street_predict_opts){0};
    if (o.classes > 0 && model->classes != o.classes)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: expected a model of %lld classes, found %lld", model->name,
                       (long long)o.classes, (long long)model->classes);
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_preprocess plain = model->preprocess;
    for (int c = 0; c < 3; c++) plain.mean[c] = 0, plain.std[c] = 1;
    vrp_dollar_street_predict p = {.opts = &o,
                                   .images = images,
                                   .rng = vr_rng_split(vr_rng_init(o.seed), "mitigation"),
                                   .k = vr_min(o.k > 0 ? o.k : 5, model->classes)};
    p.predicted = VR_NEW(perm, int64_t, (images->count * p.k));
    p.image = VR_NEW(perm, vr_bytes, images->count);
    const vr_over over = {.preprocess = o.published ? &plain : NULL,
                          .transform = o.changed ? vrp_dollar_street_change : NULL,
                          .take = vrp_dollar_street_take,
                          .context = &p};
    if (!vr_over_run(NULL, &over, model, images, &o.over, err)) {
        vr_arena_rewind(perm, mark);
        return false;
    }
    *out = (vr_predictions){
        .path = images->path, .count = p.count, .k = p.k, .image = p.image, .predicted = p.predicted};
    return true;
}

/* ---- scores ---- */

bool vr_dollar_street_score(vr_arena *perm, vr_scores *out, const vr_dollar_street *data,
                            const vr_predictions *p, const vr_label_sets *targets, vr_err *err) {
    VR_CHECK(targets || !p->predicted, "%s has classes, and there are no targets", p->path);
    *out = (vr_scores){0};
    if (!p->image && data->matched)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: predictions of %s need the images' names", p->path,
                       data->path);
    vr_arena scratch = {0};
    const int64_t n = data->count, images = data->image_count;
    const vr_image_index index = vrp_dollar_street_index(&scratch, data);
    int64_t *of_name = VR_NEW(&scratch, int64_t, images + n), *of_row = VR_NEW(&scratch, int64_t, n);
    vr_err own = {0};
    bool ok = p->image ? vr_predictions_join(of_name, p, &index, images + n, data->path, &own)
                       : vr_predictions_join(of_row, p, &index, n, data->path, &own);
    for (int64_t i = 0; ok && p->image && i < n; i++)
        of_row[i] = of_name[images + i] >= 0 ? of_name[images + i] : of_name[data->image[i]];
    ok = ok && vr_predictions_score(perm, out, p, of_row, p->predicted ? targets : &data->labels, &own);
    vr_arena_free(&scratch);
    return ok || vr_err_pass(err, &own);
}

vr_scores vrp_dollar_street_per_image(vr_arena *perm, const vr_dollar_street *data, const vr_scores *scores) {
    uint8_t *scored = VR_NEW(perm, uint8_t, data->count);
    vr_arena scratch = {0};
    bool *seen = VR_NEW(&scratch, bool, data->image_count);
    vr_scores out = *scores;
    out.join.scored = 0;
    for (int64_t i = 0; i < data->count; i++) {
        if (!scores->scored[i] || seen[data->image[i]]) continue;
        seen[data->image[i]] = true;
        scored[i] = 1;
        out.join.scored++;
    }
    vr_arena_free(&scratch);
    out.scored = scored;
    return out;
}

/* ---- groups ---- */

static vr_groups vrp_dollar_street_by_factor(vr_arena *perm, const vr_dollar_street *data) {
    const char **names = VR_NEW(perm, const char *, VRP_DOLLAR_STREET_F);
    for (int f = 0; f < VRP_DOLLAR_STREET_F; f++)
        names[f] = vrp_dollar_street_factor_name((vr_dollar_street_factor)f);
    vr_label_builder sets = {.arena = perm};
    for (int64_t i = 0; i < data->count; i++) {
        vr_label_builder_next(&sets);
        for (int f = 0; f < VRP_DOLLAR_STREET_F; f++)
            if (data->factors[i] >> f & 1) vr_label_builder_add(&sets, f);
    }
    return (vr_groups){.count = VRP_DOLLAR_STREET_F, .names = names, .sets = vr_label_builder_sets(&sets)};
}

/* Groups by region, by bucket, by both, or one of all rows. */
static vr_groups vrp_dollar_street_by_cell(vr_arena *perm, const vr_dollar_street *data, bool region,
                                           bool bucket) {
    const int64_t R = region ? VR_DOLLAR_STREET_REGION_COUNT : 1, B = bucket ? VRP_INCOME_COUNT : 1;
    const char **names = VR_NEW(perm, const char *, (R * B));
    int64_t *of = VR_NEW(perm, int64_t, data->count);
    for (int64_t g = 0; g < R * B; g++) {
        const char *r = vrp_dollar_street_region_name((vr_dollar_street_region)(g / B)),
                   *b = vrp_income_name((vrp_income)(g % B));
        names[g] = region && bucket ? vr_arena_printf(perm, "%s, %s", r, b) : region ? r : bucket ? b : "all";
    }
    for (int64_t i = 0; i < data->count; i++)
        of[i] = (region ? data->region[i] : 0) * B + (bucket ? data->bucket[i] : 0);
    return (vr_groups){.count = R * B, .names = names, .of = of};
}

/* Groups by the quarter of the households. */
static vr_groups vrp_dollar_street_by_quarter(vr_arena *perm, const vr_dollar_street *data) {
    const char **names = VR_NEW(perm, const char *, 4);
    for (int q = 0; q < 4; q++)
        names[q] = vr_arena_printf(perm, "$%.0f to %.0f", data->quarters[q], data->quarters[q + 1]);
    return (vr_groups){.count = 4, .names = names, .of = data->quarter};
}

vr_groups vrp_dollar_street_groups(vr_arena *perm, const vr_dollar_street *data, vrp_dollar_street_by by) {
    const bool both = by == VRP_DOLLAR_STREET_BY_REGION_INCOME;
    switch (by) {
    case VRP_DOLLAR_STREET_BY_COUNTRY:
        return (vr_groups){.count = data->country_count, .names = data->countries, .of = data->country};
    case VRP_DOLLAR_STREET_BY_CLASS:
        return (vr_groups){.count = data->class_count, .names = data->classes, .sets = data->labels};
    case VRP_DOLLAR_STREET_BY_FACTOR:
        return data->factors ? vrp_dollar_street_by_factor(perm, data) : (vr_groups){0};
    case VRP_DOLLAR_STREET_BY_QUARTER:
        return vrp_dollar_street_by_quarter(perm, data);
    default:
        return vrp_dollar_street_by_cell(perm, data, both || by == VRP_DOLLAR_STREET_BY_REGION,
                                         both || by == VRP_DOLLAR_STREET_BY_INCOME);
    }
}

/* ---- factors among errors ---- */

static int vrp_dollar_street_by_shift(const void *a, const void *b) {
    const vrp_dollar_street_association *x = (const vrp_dollar_street_association *)a,
                                        *y = (const vrp_dollar_street_association *)b;
    if (isnan(x->shift) != isnan(y->shift)) return isnan(x->shift) ? 1 : -1;
    if (x->shift > y->shift) return -1;
    if (x->shift < y->shift) return 1;
    return (int)x->factor - (int)y->factor;
}

void vrp_dollar_street_associate(vrp_dollar_street_association *out, const vr_dollar_street *data,
                                 const vr_scores *scores, const vr_groups *groups, int64_t group) {
    VR_CHECK(data->factors, "%s has no factors", data->path);
    enum { F = VRP_DOLLAR_STREET_F, FEW = 5 };
    int64_t all[F] = {0}, wrong[F] = {0};
    for (int64_t i = 0; i < data->count; i++) {
        if (!scores->scored[i]) continue;
        const bool in = vr_groups_has(groups, i, group);
        for (int f = 0; f < F; f++) {
            if (!(data->factors[i] >> f & 1)) continue;
            all[f]++;
            wrong[f] += in && !scores->correct_top5[i];
        }
    }
    for (int f = 0; f < F; f++) {
        if (all[f] <= FEW) all[f] = 0;
        if (wrong[f] <= FEW) wrong[f] = 0;
    }
    double share[F], among[F], shift[F];
    vr_prevalence(share, all, F);
    vr_prevalence(among, wrong, F);
    vr_prevalence_shift(shift, wrong, all, F);
    for (int f = 0; f < F; f++)
        out[f] = (vrp_dollar_street_association){
            (vr_dollar_street_factor)f, all[f], wrong[f], share[f], among[f], shift[f]};
    qsort(out, F, sizeof *out, vrp_dollar_street_by_shift);
}

vr_test vrp_dollar_street_chi_square(const vrp_dollar_street_association *a, int64_t k) {
    int64_t wrong[VRP_DOLLAR_STREET_F], n = 0;
    double share[VRP_DOLLAR_STREET_F];
    VR_CHECK(k >= 0 && k <= VRP_DOLLAR_STREET_F, "the first %lld factors", (long long)k);
    for (int64_t f = 0; f < k; f++)
        if (a[f].ticks > 0) wrong[n] = a[f].wrong, share[n++] = (double)a[f].ticks;
    return vr_chi2_shares(wrong, share, n);
}

void vrp_dollar_street_odds_ratios(vrp_dollar_street_odds *out, const vr_dollar_street *data,
                                   const vr_scores *scores, const vr_groups *groups) {
    VR_CHECK(data->factors, "%s has no factors", data->path);
    enum { F = VRP_DOLLAR_STREET_F };
    const int64_t n = groups->count * F;
    vr_arena scratch = {0};
    double *p = VR_NEW(&scratch, double, n), *adjusted = VR_NEW(&scratch, double, n);
    for (int64_t k = 0; k < n; k++)
        out[k] = (vrp_dollar_street_odds){.group = k / F, .factor = (vr_dollar_street_factor)(k % F)};
    for (int64_t i = 0; i < data->count; i++) {
        const int64_t *of, in = scores->scored[i] ? vr_groups_row(&of, groups, i) : 0;
        for (int64_t k = 0; k < in; k++)
            for (int f = 0; f < F; f++) {
                vrp_dollar_street_odds *o = &out[of[k] * F + f];
                ++(scores->correct_top5[i] ? o->correct : o->wrong)[!(data->factors[i] >> f & 1)];
            }
    }
    for (int64_t k = 0; k < n; k++) {
        vrp_dollar_street_odds *o = &out[k];
        o->odds = vr_odds_ratio(o->wrong[0], o->wrong[1], o->correct[0], o->correct[1], 0);
        p[k] = o->odds.p;
    }
    vr_adjust_holm(&scratch, adjusted, p, n);
    for (int64_t k = 0; k < n; k++) out[k].holm = adjusted[k];
    vr_adjust_bh(&scratch, adjusted, p, n);
    for (int64_t k = 0; k < n; k++) out[k].bh = adjusted[k];
    vr_arena_free(&scratch);
}

/* ---- classes by groups ---- */

/* Each class in each group as a group of rows: number class * groups->count + group. */
static vr_groups vrp_dollar_street_cells(vr_arena *scratch, const vr_dollar_street *data,
                                         const vr_groups *groups) {
    vr_label_builder sets = {.arena = scratch};
    for (int64_t i = 0; i < data->count; i++) {
        const int64_t *of, in = vr_groups_row(&of, groups, i);
        vr_label_builder_next(&sets);
        for (int64_t l = data->labels.begin[i]; l < data->labels.begin[i + 1]; l++)
            for (int64_t k = 0; k < in; k++)
                vr_label_builder_add(&sets, data->labels.label[l] * groups->count + of[k]);
    }
    return (vr_groups){.count = data->class_count * groups->count, .sets = vr_label_builder_sets(&sets)};
}

/* The accuracies of the cells; those with fewer than `least` rows are as if they had none. */
static vr_group *vrp_dollar_street_cell_accuracy(vr_arena *scratch, const vr_groups *cells,
                                                 const vr_scores *scores, int64_t least) {
    vr_group *cell = VR_NEW(scratch, vr_group, cells->count);
    vr_group_accuracy(cell, cells, scores->correct_top5, scores->scored, scores->count);
    for (int64_t k = 0; k < cells->count; k++)
        if (cell[k].count < least) cell[k].count = 0;
    return cell;
}

static int vrp_dollar_street_by_gap(const void *a, const void *b) {
    const vrp_dollar_street_gap *x = (const vrp_dollar_street_gap *)a, *y = (const vrp_dollar_street_gap *)b;
    if (x->gap != y->gap) return x->gap > y->gap ? -1 : 1;
    if (x->class_number != y->class_number) return x->class_number < y->class_number ? -1 : 1;
    return (x->group > y->group) - (x->group < y->group);
}

int64_t vrp_dollar_street_gaps(vr_arena *perm, vrp_dollar_street_gap **out, const vr_dollar_street *data,
                               const vr_scores *scores, const vr_groups *groups, int64_t least, bool whole) {
    vr_arena scratch = {0};
    const int64_t G = groups->count;
    const vr_groups cells = vrp_dollar_street_cells(&scratch, data, groups);
    const vr_group *cell = vrp_dollar_street_cell_accuracy(&scratch, &cells, scores, least);
    *out = VR_NEW(perm, vrp_dollar_street_gap, cells.count);
    int64_t n = 0;
    for (int64_t c = 0; c < data->class_count; c++, cell += G) {
        const int64_t best = vr_group_best(cell, G);
        bool all = true;
        for (int64_t g = 0; g < G; g++) all = all && cell[g].count > 0;
        for (int64_t g = 0; g < G && (all || !whole); g++)
            if (cell[g].count > 0)
                (*out)[n++] = (vrp_dollar_street_gap){c, g, cell[g].count, cell[g].accuracy,
                                                      cell[best].accuracy - cell[g].accuracy};
    }
    qsort(*out, (size_t)n, sizeof **out, vrp_dollar_street_by_gap);
    vr_arena_free(&scratch);
    return n;
}

int64_t vrp_dollar_street_divergences(vr_arena *perm, vrp_dollar_street_divergence **out,
                                      const vr_dollar_street *data, const vr_scores *scores,
                                      const vr_groups *groups) {
    VR_CHECK(data->factors, "%s has no factors", data->path);
    enum { F = VRP_DOLLAR_STREET_F };
    vr_arena scratch = {0};
    const int64_t G = groups->count;
    const vr_groups cells = vrp_dollar_street_cells(&scratch, data, groups);
    const vr_group *cell = vrp_dollar_street_cell_accuracy(&scratch, &cells, scores, VRP_DOLLAR_STREET_LEAST);
    int64_t *ticks = VR_NEW(&scratch, int64_t, (cells.count * F)), n = 0;
    for (int64_t i = 0; i < data->count; i++) {
        const int64_t *of, in = scores->scored[i] ? vr_groups_row(&of, &cells, i) : 0;
        for (int64_t k = 0; k < in; k++)
            for (int f = 0; f < F; f++) ticks[of[k] * F + f] += data->factors[i] >> f & 1;
    }
    *out = VR_NEW(perm, vrp_dollar_street_divergence, (cells.count * (G - 1) / 2));
    for (int64_t c = 0; c < data->class_count; c++)
        for (int64_t a = c * G; a < (c + 1) * G; a++)
            for (int64_t b = a + 1; b < (c + 1) * G; b++) {
                const double distance = vr_jensen_shannon(ticks + a * F, ticks + b * F, F);
                if (cell[a].count > 0 && cell[b].count > 0 && !isnan(distance)) /* NaN: no ticks */
                    (*out)[n++] = (vrp_dollar_street_divergence){
                        c, {a % G, b % G}, distance, {cell[a].accuracy, cell[b].accuracy}};
            }
    vr_arena_free(&scratch);
    return n;
}

void vrp_dollar_street_quartiles(vrp_dollar_street_quartile *out, const vrp_dollar_street_divergence *d,
                                 int64_t n) {
    vr_arena scratch = {0};
    double *distance = VR_NEW(&scratch, double, n);
    for (int64_t i = 0; i < n; i++) distance[i] = d[i].distance;
    vr_sort(distance, n);
    for (int q = 0; q < 4; q++)
        out[q] = (vrp_dollar_street_quartile){.low = vr_quantile_sorted(distance, n, 0.25 * q),
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
