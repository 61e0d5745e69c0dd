/* study/robustness/score.c: images are decoded once and pass through all factors while they are in memory, and all models
 * with the same crop are shown them; every cell (a factor at a severity) is measured on the same images, so the intervals
 * of its error ratio, and of the difference of two models, are paired.
 *
 * What is kept per model, image and cell is a byte (correct or not), the prediction's probability and whether it is the
 * clean image's prediction; everything reported follows from these. */
#include "../../base/log.h"
#include "../../metric/accuracy.h"
#include "../../metric/group.h"
#include "../../nn/kernels.h"
#include "../corruption_impl.h"
#include "../over_impl.h"
#include "robustness_impl.h"
#include <math.h>
#include <string.h>

/* ---- the run ---- */

/* An image in a cell; each image has its own random numbers, the same at all severities. */
static vr_image vrp_robustness_transform(vr_arena *scratch, const void *context, int64_t cell, vr_image image,
                                         int64_t index) {
    const vrp_robustness_run *run = (const vrp_robustness_run *)context;
    if (cell == 0) return image;
    const vr_factor factor = vrp_robustness_factor(run, cell);
    const int64_t origin = run->models->subject->data.origin[index];
    const vr_rng rng = vr_rng_at(vr_rng_split(run->rng, vr_factor_name(factor)), (uint64_t)origin);
    return vr_factor_apply(scratch, image, factor, vrp_robustness_severity(run, cell), rng);
}

static bool vrp_robustness_take(void *context, int64_t cell, const vr_batch *batch, vr_tensor logits,
                                vr_err *err) {
    vrp_robustness_run *run = (vrp_robustness_run *)context;
    const vrp_robustness_model *m = &run->models[run->group[batch->model]];
    const int64_t n = batch->count, first = run->count, at = cell * run->capacity + first;
    vr_arena scratch = {0};
    int64_t *predicted = VR_NEW(&scratch, int64_t, n);
    for (int64_t i = 0; cell == 0 && i < n; i++) {
        run->index[first + i] = batch->index[i];
        m->label[first + i] = m->subject->data.labels[batch->index[i]];
    }
    vr_softmax_forward(logits, logits);
    vr_confidence(m->probability + at, predicted, logits.data, n, m->subject->model->classes);
    if (cell == 0) memcpy(m->clean + first, predicted, (size_t)n * sizeof *predicted);
    vr_correct(m->correct + at, predicted, m->label + first, n);
    vr_correct(m->consistent + at, predicted, m->clean + first, n);
    vr_arena_free(&scratch);
    if (run->group[batch->model] == 0 && !vrp_robustness_images_save(run, cell, batch, err)) return false;
    if (cell < run->cells - 1 || batch->model < run->group_count - 1) return true;
    const bool ok = vrp_resume_write(run, n, err);
    run->count += n;
    return ok;
}

static bool vrp_robustness_begin(vr_arena *perm, vrp_robustness_run *run, const vr_subject *subjects,
                                 const vr_robustness_opts *o, vr_err *err) {
    for (int64_t m = 0; m < run->model_count; m++) {
        const vr_dataset *data = &subjects[m].data;
        const int64_t classes = subjects[m].model->classes;
        for (int64_t i = 0; classes > 0 && i < data->count; i++)
            if (data->labels[i] < 0 || data->labels[i] >= classes)
                return vr_fail(err, VR_ERR_ARGUMENT, "%s: %s has no label: folders name the classes",
                               data->path, data->files[i]);
    }
    if (!vrp_severities_parse(run->severity, &run->severities, o->severities, err)) return false;
    run->factors = o->factors, run->factor_count = o->factor_count;
    if (!run->factors) {
        vr_factor *all = VR_NEW(perm, vr_factor, VR_FACTOR_DEFAULTS);
        for (int f = 0; f < VR_FACTOR_DEFAULTS; f++) all[f] = (vr_factor)f;
        run->factors = all;
        run->factor_count = VR_FACTOR_DEFAULTS;
    }
    if (o->baseline && run->severities < VR_SEVERITIES)
        return vr_fail(err, VR_ERR_ARGUMENT, "corruption errors are over all five severities");
    for (int64_t f = 0; o->baseline && f < run->factor_count; f++)
        if (vrp_corruption_counts(run->factors[f]) && isnan(o->baseline[run->factors[f]]))
            return vr_fail(err, VR_ERR_ARGUMENT, "the baseline has no error under '%s'",
                           vr_factor_name(run->factors[f]));
    run->cells = 1 + run->factor_count * run->severities;
    run->rng = vr_rng_split(vr_rng_init(o->seed), "factors");
    const int64_t n = run->capacity = subjects->data.count, size = run->cells * n;
    run->index = VR_NEW(perm, int64_t, n), run->group = VR_NEW(perm, int64_t, run->model_count);
    run->models = VR_NEW(perm, vrp_robustness_model, run->model_count);
    for (int64_t m = 0; m < run->model_count; m++)
        run->models[m] = (vrp_robustness_model){.subject = &subjects[m],
                                                .correct = VR_NEW(perm, uint8_t, size),
                                                .consistent = VR_NEW(perm, uint8_t, size),
                                                .probability = VR_NEW(perm, float, size),
                                                .label = VR_NEW(perm, int64_t, n),
                                                .clean = VR_NEW(perm, int64_t, n)};
    return vrp_resume_open(perm, run, o, err) && vrp_robustness_images_open(perm, run, o, err);
}

/* The first model with the crop of model m. */
static int64_t vrp_robustness_leader(const vrp_robustness_run *run, int64_t m) {
    const vr_preprocess *p = &run->models[m].subject->model->preprocess;
    for (int64_t k = 0; k < m; k++)
        if (vrp_over_same_crop(p, &run->models[k].subject->model->preprocess)) return k;
    return m;
}

/* Shows the images to all models with the crop of `leader`; *result is added to. */
static bool vrp_robustness_show(vr_arena *perm, vrp_robustness_run *run, int64_t leader, vr_over_opts opts,
                                vr_over_result *result, vr_err *err) {
    const vr_subject *first = run->models[leader].subject;
    const vr_preprocess *p = &first->model->preprocess;
    vr_subject *others = VR_NEW(perm, vr_subject, run->model_count);
    run->count = run->group_count = 0;
    for (int64_t m = leader; m < run->model_count; m++) {
        if (vrp_robustness_leader(run, m) != leader) continue;
        if (m > leader) others[run->group_count - 1] = *run->models[m].subject;
        run->group[run->group_count++] = m;
    }
    if (run->group_count < run->model_count)
        vr_log("crops differ: %lld of %lld models, %s first, are shown crops of their own, %lld x %lld of "
               "images "
               "resized to %lld",
               (long long)run->group_count, (long long)run->model_count,
               first->model->path ? first->model->path : first->model->name, (long long)p->size,
               (long long)p->size, (long long)p->resize);
    if (!vrp_resume_read(run, err)) return false;
    const int64_t before = run->count, next = before > 0 ? run->index[before - 1] + 1 : 0;
    const vr_over over = {.name = "robustness",
                          .first = next,
                          .passes = run->cells,
                          .others = others,
                          .other_count = run->group_count - 1,
                          .transform = vrp_robustness_transform,
                          .take = vrp_robustness_take,
                          .context = run};
    vr_over_result own = {0};
    opts.compete = first->compete;
    if (next < run->capacity && !vr_over_run(&own, &over, first->model, &first->data, &opts, err))
        return false;
    result->seconds += own.seconds, result->skipped = own.skipped + next - before;
    return true;
}

/* Closes the gaps that skipped images left between cells. */
static void vrp_robustness_end(vrp_robustness_run *run) {
    const int64_t n = run->count;
    for (int64_t m = 0; n < run->capacity && m < run->model_count; m++)
        for (int64_t c = 1; c < run->cells; c++) {
            const vrp_robustness_model *x = &run->models[m];
            memmove(x->correct + c * n, x->correct + c * run->capacity, (size_t)n);
            memmove(x->consistent + c * n, x->consistent + c * run->capacity, (size_t)n);
            memmove(x->probability + c * n, x->probability + c * run->capacity,
                    (size_t)n * sizeof *x->probability);
        }
}

/* ---- what follows from it ---- */

/* accuracy[c] of `cells` cells beginning at `cell`, over their images of class c; NaN without. */
static double *vrp_robustness_classes(vr_arena *perm, const vrp_robustness_run *run,
                                      const vrp_robustness_model *m, int64_t cell, int64_t cells) {
    const vr_groups classes = {.count = m->subject->model->classes, .of = m->label};
    vr_arena scratch = {0};
    vr_group *by = VR_NEW(&scratch, vr_group, classes.count);
    double *accuracy = VR_NEW(perm, double, classes.count);
    for (int64_t k = 0; k < cells; k++) {
        vr_group_accuracy(by, &classes, m->correct + (cell + k) * run->count, NULL, run->count);
        for (int64_t c = 0; c < classes.count; c++) accuracy[c] += by[c].accuracy / (double)cells;
    }
    vr_arena_free(&scratch);
    return accuracy;
}

static double vrp_robustness_ece(const vrp_robustness_run *run, const vrp_robustness_model *m, int64_t cell,
                                 int64_t cells) {
    vr_reliability_bin bins[VR_CALIBRATION_BINS];
    const int64_t at = cell * run->count;
    vr_reliability(bins, VR_CALIBRATION_BINS, m->probability + at, m->correct + at, cells * run->count);
    return vr_ece(bins, VR_CALIBRATION_BINS);
}

/* The accuracy of model m over those cells, less that of the first one's, paired by image. NaN of the first. */
static vr_interval vrp_robustness_difference(const vrp_robustness_run *run, int64_t m, int64_t cell,
                                             int64_t cells, uint64_t seed) {
    if (m == 0) return (vr_interval){(double)NAN, (double)NAN, (double)NAN};
    vr_arena scratch = {0};
    const int64_t n = run->count;
    const uint8_t *own = run->models[m].correct + cell * n, *first = run->models->correct + cell * n;
    double *d = VR_NEW(&scratch, double, n);
    for (int64_t k = 0; k < cells; k++)
        for (int64_t i = 0; i < n; i++) d[i] += (own[k * n + i] - first[k * n + i]) / (double)cells;
    const vr_interval difference = vr_bootstrap_mean(&scratch, d, n, &(vr_bootstrap){.seed = seed});
    vr_arena_free(&scratch);
    return difference;
}

static void vrp_robustness_factors(vr_arena *perm, vr_robustness *r, const vrp_robustness_run *run,
                                   int64_t k) {
    const vrp_robustness_model *m = &run->models[k];
    const int64_t n = run->count, F = run->factor_count, S = run->severities;
    vr_arena scratch = {0};
    uint8_t *sums = VR_NEW(&scratch, uint8_t, (F * n)); /* over a factor's severities, 0..S an image */
    vr_interval *cells = VR_NEW(&scratch, vr_interval, run->cells), *means = VR_NEW(&scratch, vr_interval, F),
                *ratios = VR_NEW(&scratch, vr_interval, F);
    for (int64_t f = 0; f < F; f++)
        for (int64_t s = 0; s < S; s++)
            for (int64_t i = 0; i < n; i++) sums[f * n + i] += m->correct[(1 + f * S + s) * n + i];
    const vr_bootstrap options = {.seed = r->seed};
    vr_bootstrap_rates(&scratch, cells, m->correct, 1, run->cells, n, &options);
    vr_bootstrap_rates(&scratch, means, sums, S, F, n, &options);
    vr_bootstrap_error_ratios(&scratch, ratios, sums, S, m->correct, F, n, &options);
    r->clean = cells[0];
    for (int64_t f = 0; f < F; f++) {
        const int64_t cell = 1 + f * S;
        vr_robustness_factor *out = &r->factors[f];
        *out = (vr_robustness_factor){.factor = run->factors[f],
                                      .accuracy = means[f],
                                      .error_ratio = ratios[f],
                                      .difference = vrp_robustness_difference(run, k, cell, S, r->seed),
                                      .ece = vrp_robustness_ece(run, m, cell, S),
                                      .consistency = vr_accuracy(m->consistent + cell * n, n * S),
                                      .class_accuracy = vrp_robustness_classes(perm, run, m, cell, S)};
        memcpy(out->at, cells + cell, (size_t)S * sizeof *out->at);
        if (out->accuracy.value < r->factors[r->worst].accuracy.value) r->worst = f;
    }
    vr_arena_free(&scratch);
}

/* Everything that is reported of model k. */
static vr_robustness vrp_robustness_of(vr_arena *perm, const vrp_robustness_run *run, int64_t k,
                                       const vr_robustness_opts *o, const vr_over_result *result) {
    const vrp_robustness_model *m = &run->models[k];
    vr_robustness r = {.name = m->subject->model->name,
                       .subject = *m->subject,
                       .count = run->count,
                       .skipped = result->skipped,
                       .factor_count = run->factor_count,
                       .severity_count = run->severities,
                       .seed = o->seed,
                       .baseline = o->baseline,
                       .clean_ece = vrp_robustness_ece(run, m, 0, 1),
                       .clean_class_accuracy = vrp_robustness_classes(perm, run, m, 0, 1),
                       .clean_difference = vrp_robustness_difference(run, k, 0, 1, o->seed),
                       .mean_difference = vrp_robustness_difference(run, k, 1, run->cells - 1, o->seed),
                       .factors = VR_NEW(perm, vr_robustness_factor, run->factor_count),
                       .index = run->index,
                       .seconds = result->seconds};
    memcpy(r.severity, run->severity, sizeof r.severity);
    vrp_robustness_factors(perm, &r, run, k);
    double *accuracy = VR_NEW(perm, double, run->factor_count);
    for (int64_t f = 0; f < run->factor_count; f++) accuracy[f] = r.factors[f].accuracy.value;
    r.mean = vr_mean(accuracy, run->factor_count);
    r.errors = vrp_corruption_errors(run->factors, accuracy, run->factor_count, r.clean.value, o->baseline);
    return r;
}

bool vr_robustness_run(vr_arena *perm, vr_robustness *out, const vr_subject *subjects, int64_t count,
                       const vr_robustness_opts *opts, vr_err *err) {
    VR_CHECK(count >= 1, "%lld models", (long long)count);
    for (int64_t m = 0; m < count; m++) out[m] = (vr_robustness){0};
    const vr_robustness_opts o = opts ? *opts : (vr_robustness_opts){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vrp_robustness_run run = {.model_count = count};
    vr_over_result result = {0};
    vr_err own = {0};
    bool ok = vrp_robustness_begin(perm, &run, subjects, &o, &own);
    for (int64_t m = 0; ok && m < count; m++)
        if (vrp_robustness_leader(&run, m) == m)
            ok = vrp_robustness_show(perm, &run, m, o.over, &result, &own);
    ok = vrp_robustness_images_close(&run, &own) && ok;
    if (run.log && fclose(run.log) != 0) ok = vr_fail(&own, VR_ERR_IO, "%s: cannot write", o.resume);
    if (!ok) {
        vr_arena_rewind(perm, mark);
        return vr_err_pass(err, &own);
    }
    vrp_robustness_end(&run);
    for (int64_t m = 0; m < count; m++) out[m] = vrp_robustness_of(perm, &run, m, &o, &result);
    return true;
}
