/* study/imagenet_x/score.c: counting.
 *
 * One pass over a model's predictions adds integers (images and correct predictions by class, factor, metaclass, and
 * factor within a metaclass), so that neither the order of the rows nor the number of threads changes a bit. The original
 * joins annotations and all models' predictions into one table of strings; here a model needs a few arrays, which the
 * next one reuses. */
#include "../../base/log.h"
#include "../../base/par.h"
#include "../../metric/accuracy.h"
#include "../../metric/calibration.h"
#include "../../metric/prevalence.h"
#include "../../tensor/distribution.h"
#include "../../tensor/hypothesis.h"
#include "imagenet_x_impl.h"
#include <math.h>
#include <string.h>

/* ---- one model ---- */

/* Images and correct predictions of one model by class, and by factor (and, last, of all images) within each metaclass;
 * without a table of metaclasses all in the first one. All other counts are sums of these. */
typedef struct vrp_imagenet_x_tally {
    vr_group classes[VR_IMAGENET_X_CLASSES];
    vr_group by[VR_IMAGENET_X_METACLASSES][VR_IMAGENET_X_FACTORS + 1];
} vrp_imagenet_x_tally;

static inline void vrp_imagenet_x_sum(vr_group *to, int64_t count, int64_t correct) {
    to->count += count, to->correct += correct;
}

/* What vr_group_accuracy does, without a list of groups for each image. */
static void vrp_imagenet_x_count(vrp_imagenet_x_tally *t, const vr_imagenet_x_set *set,
                                 const vr_scores *scores) {
    for (int64_t i = 0; i < set->count; i++) {
        if (!scores->scored[i]) continue;
        const int64_t label = set->labels[i], correct = scores->correct[i];
        vr_group *by = t->by[set->metaclass ? set->metaclass[label] : 0];
        vrp_imagenet_x_sum(&t->classes[label], 1, correct);
        vrp_imagenet_x_sum(&by[VR_IMAGENET_X_FACTORS], 1, correct);
        for (unsigned bits = set->factors[i]; bits; bits &= bits - 1)
            vrp_imagenet_x_sum(&by[__builtin_ctz(bits)], 1, correct);
    }
}

static double vrp_imagenet_x_share(vr_group g) {
    return g.count > 0 ? (double)g.correct / (double)g.count : (double)NAN;
}

vr_imagenet_x_row vrp_imagenet_x_row_of(const char *model, const vr_group *by) {
    const vr_group all = by[VR_IMAGENET_X_FACTORS];
    vr_imagenet_x_row row = {.model = model,
                             .n = all.count,
                             .average = vrp_imagenet_x_share(all),
                             .worst_classes = (double)NAN,
                             .ece = (double)NAN};
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        row.count[f] = by[f].count;
        row.accuracy[f] = vrp_imagenet_x_share(by[f]);
        row.factor_ece[f] = (double)NAN;
    }
    const int64_t worst = vr_worst(row.accuracy, VR_IMAGENET_X_FACTORS);
    row.worst_factor = worst < 0 ? (double)NAN : row.accuracy[worst];
    return row;
}

/* The accuracy over the images of the worst classes, by accuracy, compared as fractions, then by number. */
static double vrp_imagenet_x_worst_classes(const vr_group *classes) {
    const vr_group *worst[VR_IMAGENET_X_WORST];
    int64_t n = 0;
    vr_group all = {0};
    for (const vr_group *c = classes; c < classes + VR_IMAGENET_X_CLASSES; c++) {
        int64_t at = n < VR_IMAGENET_X_WORST ? n : VR_IMAGENET_X_WORST;
        for (; at > 0 && c->correct * worst[at - 1]->count < worst[at - 1]->correct * c->count; at--)
            if (at < VR_IMAGENET_X_WORST) worst[at] = worst[at - 1];
        if (at == VR_IMAGENET_X_WORST || c->count == 0) continue;
        worst[at] = c;
        if (n < VR_IMAGENET_X_WORST) n++;
    }
    for (int64_t k = 0; k < n; k++) vrp_imagenet_x_sum(&all, worst[k]->count, worst[k]->correct);
    return vrp_imagenet_x_share(all);
}

/* The row of one metaclass; of all images for -1. */
static vr_imagenet_x_row vrp_imagenet_x_row_from(const vrp_imagenet_x_tally *t, int64_t metaclass,
                                                 const char *model, bool compat) {
    vr_group by[VR_IMAGENET_X_FACTORS + 1] = {{0}};
    for (int64_t g = 0; g < VR_IMAGENET_X_METACLASSES; g++)
        for (int64_t f = 0; f <= VR_IMAGENET_X_FACTORS && (metaclass < 0 || metaclass == g); f++)
            vrp_imagenet_x_sum(&by[f], t->by[g][f].count, t->by[g][f].correct);
    vr_imagenet_x_row row = vrp_imagenet_x_row_of(model, by);
    if (metaclass < 0) return row;
    row.metaclass = vrp_imagenet_x_metaclasses()[metaclass];
    if (!compat || by[VR_IMAGENET_X_FACTORS].correct > 0) return row;
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) row.accuracy[f] = (double)NAN;
    row.worst_factor = (double)NAN;
    return row;
}

static bool vrp_imagenet_x_can_score(const vr_imagenet_x_set *set, const vr_predictions *p,
                                     const vr_imagenet_x_opts *opts, vr_err *err) {
    if ((opts->by_metaclass || opts->target == VR_IMAGENET_X_METACLASS) && !set->metaclass)
        return vr_fail(err, VR_ERR_ARGUMENT, "metaclasses need the table of classes to metaclasses");
    if (opts->target == VR_IMAGENET_X_REAL && set->real.count == 0)
        return vr_fail(err, VR_ERR_ARGUMENT, "the target 'real' needs the file of ReaL labels");
    if (opts->target != VR_IMAGENET_X_CLASS && !p->predicted)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: this target needs predicted_class", p->path);
    if (opts->calibration && !p->probability)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: calibration needs predicted_probability", p->path);
    return true;
}

/* map[x[i]] for n classes. */
static const int64_t *vrp_imagenet_x_mapped(vr_arena *scratch, const int64_t *x, int64_t n,
                                            const int64_t *map) {
    int64_t *mapped = VR_NEW(scratch, int64_t, n);
    for (int64_t i = 0; i < n; i++) mapped[i] = map[x[i]];
    return mapped;
}

/* The labels that are correct for each image; of the target VR_IMAGENET_X_METACLASS they are metaclasses, and so become the
 * predictions. */
static vr_label_sets vrp_imagenet_x_targets(vr_arena *scratch, vr_predictions *p,
                                            const vr_imagenet_x_set *set, const vr_imagenet_x_opts *opts) {
    vr_label_sets labels = {.count = set->count, .label = set->labels};
    if (opts->target == VR_IMAGENET_X_METACLASS) {
        labels.label = vrp_imagenet_x_mapped(scratch, set->labels, set->count, set->metaclass);
        p->predicted = vrp_imagenet_x_mapped(scratch, p->predicted, p->count * p->k, set->metaclass);
    }
    if (opts->target != VR_IMAGENET_X_REAL) return labels;
    if (!opts->compat) return set->real;
    vr_label_builder b = {.arena = scratch};
    for (int64_t i = 0; i < set->count; i++) {
        vr_label_builder_next(&b);
        for (int64_t k = set->real.begin[i]; k < set->real.begin[i + 1]; k++)
            vr_label_builder_add(&b, set->real.label[k]);
        if (vr_label_sets_size(&set->real, i) == 0) vr_label_builder_add(&b, -1); /* always wrong */
    }
    return vr_label_builder_sets(&b);
}

/* The calibration error over the scored images with all bits of `factors`. */
static double vrp_imagenet_x_ece(vr_arena *scratch, const vr_imagenet_x_set *set, const vr_predictions *p,
                                 const int64_t *prediction, const vr_scores *scores, unsigned factors) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    float *confidence = VR_NEW(scratch, float, set->count);
    uint8_t *correct = VR_NEW(scratch, uint8_t, set->count);
    int64_t n = 0;
    for (int64_t i = 0; i < set->count; i++)
        if (scores->scored[i] && (set->factors[i] & factors) == factors)
            confidence[n] = p->probability[prediction[i]], correct[n++] = scores->correct[i];
    vr_reliability_bin bins[VR_CALIBRATION_BINS];
    vr_reliability(bins, VR_CALIBRATION_BINS, confidence, correct, n);
    vr_arena_rewind(scratch, mark);
    return vr_ece(bins, VR_CALIBRATION_BINS);
}

/* Fills the rows of model m. */
static bool vrp_imagenet_x_score(vr_arena *scratch, vr_imagenet_x_table *t, int64_t m,
                                 const vr_imagenet_x_set *set, vr_predictions *p,
                                 const vr_imagenet_x_opts *opts, vr_err *err) {
    vr_imagenet_x_row *row = &t->rows[m];
    const char *model = row->model;
    const int64_t all = set->images.whole.count, images = p->image ? all : set->count;
    int64_t *prediction = (int64_t *)vr_arena_alloc(scratch, all, sizeof *prediction);
    if (!vrp_imagenet_x_can_score(set, p, opts, err)) return false;
    const vr_label_sets labels = vrp_imagenet_x_targets(scratch, p, set, opts);
    vr_scores scores;
    if (!vr_predictions_join(prediction, p, &set->images, images, set->path, err) ||
        !vr_predictions_score(scratch, &scores, p, prediction, &labels, err))
        return false;
    vrp_imagenet_x_tally tally;
    memset(&tally, 0, sizeof tally);
    vrp_imagenet_x_count(&tally, set, &scores);
    *row = vrp_imagenet_x_row_from(&tally, -1, model, false);
    row->worst_classes = vrp_imagenet_x_worst_classes(tally.classes);
    row->join = scores.join;
    for (int64_t i = set->count; i < images; i++) row->join.excluded += prediction[i] >= 0;
    row->join.extra -= row->join.excluded;
    for (int64_t g = 0; opts->by_metaclass && g < VR_IMAGENET_X_METACLASSES; g++)
        t->metaclasses[g * t->count + m] = vrp_imagenet_x_row_from(&tally, g, model, opts->compat);
    if (!opts->calibration) return true;
    row->ece = vrp_imagenet_x_ece(scratch, set, p, prediction, &scores, 0);
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++)
        row->factor_ece[f] = vrp_imagenet_x_ece(scratch, set, p, prediction, &scores, 1u << f);
    return true;
}

/* ---- many models ---- */

/* "models/ViT.csv" -> "ViT" */
static const char *vrp_imagenet_x_model(vr_arena *perm, const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    return vr_arena_string(perm, name, dot && dot > name ? dot - name : (int64_t)strlen(name));
}

/* The original labels, with probability 1. */
static vr_predictions vrp_imagenet_x_human(vr_arena *scratch, const vr_imagenet_x_set *set) {
    float *one = VR_NEW(scratch, float, set->count);
    for (int64_t i = 0; i < set->count; i++) one[i] = 1;
    return (vr_predictions){
        .path = set->path, .count = set->count, .k = 1, .predicted = set->labels, .probability = one};
}

/* Fills the rows of the table: of the files, then "human". */
static bool vrp_imagenet_x_run(vr_imagenet_x_table *t, const vr_imagenet_x_set *set, const vr_names *paths,
                               const vr_imagenet_x_opts *opts, vr_err *err) {
    static const vr_predictions_opts classes = {.classes = VR_IMAGENET_X_CLASSES, .joined = true};
    int64_t first = t->count; /* the file that fails */
    const bool many = t->count > VRP_IMAGENET_X_FEW;
    vr_progress progress = many ? vr_progress_begin("score", t->count, "models") : (vr_progress){0};
#pragma omp parallel num_threads((int)vr_min(t->count, vr_threads()))
    {
        vr_arena own = {0};
        vr_arena_alloc(&own, 4 << 20, 1); /* one block, of huge pages, for what 50,000 predictions need */
        vr_arena_reset(&own);
#pragma omp for schedule(dynamic)
        for (int64_t i = 0; i < t->count; i++) {
            const bool human = i == paths->count;
            vr_predictions p;
            vr_err e = {0};
            if (human) p = vrp_imagenet_x_human(&own, set);
            if (human || vr_predictions_load(&own, &p, vr_names_at(paths, i), &classes, &e))
                vrp_imagenet_x_score(&own, t, i, set, &p, opts, &e);
#pragma omp critical(vrp_imagenet_x_run)
            {
                if (e.code != VR_OK && i < first) *err = e, first = i;
                if (many) vr_progress_step(&progress, 1);
            }
            vr_arena_reset(&own);
        }
        vr_arena_free(&own);
    }
    if (many) vr_progress_end(&progress);
    return err->code == VR_OK;
}

bool vr_imagenet_x_run(vr_arena *perm, vr_imagenet_x_table *table, const vr_imagenet_x_set *set,
                       const char *path, const vr_imagenet_x_opts *opts, vr_err *err) {
    static const vr_imagenet_x_opts defaults = {0};
    if (!opts) opts = &defaults;
    *table = (vr_imagenet_x_table){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_names paths = {.arena = perm};
    vr_imagenet_x_table t = {0};
    vr_err own = {0};
    if (vrp_imagenet_x_list(perm, &paths, &t, path, NULL, &own)) {
        t.count = paths.count + opts->human;
        t.rows = VR_NEW(perm, vr_imagenet_x_row, t.count);
        if (opts->by_metaclass)
            t.metaclasses = VR_NEW(perm, vr_imagenet_x_row, (t.count * VR_IMAGENET_X_METACLASSES));
        for (int64_t i = 0; i < t.count; i++)
            t.rows[i].model = i < paths.count ? vrp_imagenet_x_model(perm, vr_names_at(&paths, i)) : "human";
        if (vrp_imagenet_x_run(&t, set, &paths, opts, &own)) {
            *table = t;
            return true;
        }
    }
    vr_arena_rewind(perm, mark);
    return vr_err_pass(err, &own);
}

/* ---- the error ratio ---- */

/* Wrong images behind a row's accuracies, which have known counts. */
static double vrp_imagenet_x_wrong(double accuracy, int64_t count) {
    return (double)count - rint(accuracy * (double)count);
}

vr_interval vr_imagenet_x_error_ratio(const vr_imagenet_x_row *row, int64_t factor) {
    const double ratio = vrp_imagenet_x_ratio(row, factor, 0);
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
    /* log(w_f/n_f) - log(w/n), as a function of four cells that are each Poisson: errors and correct predictions with
     * the factor, errors and correct predictions without it. */
    const double a = 1 / w_f - 1 / n_f - 1 / w + 1 / n, b = 1 / n - 1 / n_f, c = 1 / n - 1 / w, d = 1 / n;
    const double variance =
        w_f * a * a + (n_f - w_f) * b * b + (w - w_f) * c * c + (n - n_f - w + w_f) * d * d;
    const double half = vr_normal_quantile(0.975) * sqrt(variance);
    out.low = ratio * exp(-half);
    out.high = ratio * exp(half);
    return out;
}

double vrp_imagenet_x_ratio(const vr_imagenet_x_row *row, int64_t factor, int64_t min_images) {
    VR_CHECK(factor >= 0 && factor < VR_IMAGENET_X_FACTORS, "factor %lld of 16", (long long)factor);
    const int64_t n = row->count[factor];
    return n > 0 && n < min_images ? (double)NAN : vr_error_ratio(row->accuracy[factor], row->average);
}

double vrp_imagenet_x_rest_ratio(const vr_imagenet_x_row *row, int64_t factor) {
    const int64_t n_f = row->count[factor], rest = row->n - n_f;
    if (n_f <= 0 || rest <= 0 || isnan(row->accuracy[factor])) return (double)NAN;
    const double w_f = vrp_imagenet_x_wrong(row->accuracy[factor], n_f),
                 w_rest = vrp_imagenet_x_wrong(row->average, row->n) - w_f;
    return w_rest > 0 ? w_f / (double)n_f / (w_rest / (double)rest) : (double)NAN;
}

int64_t vrp_imagenet_x_worst(const vr_imagenet_x_row *row, int64_t min_images) {
    double x[VR_IMAGENET_X_FACTORS];
    for (int64_t f = 0; f < VR_IMAGENET_X_FACTORS; f++) x[f] = -vrp_imagenet_x_ratio(row, f, min_images);
    return vr_worst(x, VR_IMAGENET_X_FACTORS);
}

void vrp_imagenet_x_shift(double *shift, const vr_imagenet_x_row *row) {
    int64_t wrong[VR_IMAGENET_X_FACTORS];
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++)
        wrong[f] = row->count[f] > 0 ? (int64_t)vrp_imagenet_x_wrong(row->accuracy[f], row->count[f]) : 0;
    vr_prevalence_shift(shift, wrong, row->count, VR_IMAGENET_X_FACTORS);
}
