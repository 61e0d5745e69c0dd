/* study/robustness/score.c: images are decoded once and pass through all factors while they are in memory; every cell (a
 * factor at a severity) is measured on the same images, so the intervals of its error ratio are paired.
 *
 * What is kept per image and cell is a byte (correct or not), the prediction's probability and whether it is the
 * clean image's prediction; everything reported follows from these. */
#include "../../metric/accuracy.h"
#include "../../metric/group.h"
#include "../../nn/kernels.h"
#include "../robustness.h"
#include <math.h>
#include <string.h>

/* Cell 0 is clean, cell 1 + f*5 + s is factor f at severity s + 1. Arrays of cells are [cells,capacity] during the run and
 * [cells,count] after it. */
typedef struct vrp_robustness_run {
    const vr_dataset *data;
    const vr_factor *factors;
    int64_t factor_count, cells, classes, capacity, count;
    vr_rng rng;
    uint8_t *correct, *consistent;
    float *probability;
    int64_t *label, *clean, *index;
} vrp_robustness_run;

/* ---- the run ---- */

/* An image in a cell; each image has its own random numbers, the same at all severities. */
static vr_image vrp_robustness_transform(vr_arena *scratch, const void *context, int64_t cell, vr_image image,
                                         int64_t index) {
    const vrp_robustness_run *run = (const vrp_robustness_run *)context;
    if (cell == 0) return image;
    const vr_factor factor = run->factors[(cell - 1) / VR_SEVERITIES];
    const vr_rng rng =
        vr_rng_at(vr_rng_split(run->rng, vr_factor_name(factor)), (uint64_t)run->data->origin[index]);
    return vr_factor_apply(scratch, image, factor, (int)((cell - 1) % VR_SEVERITIES) + 1, rng);
}

static bool vrp_robustness_take(void *context, int64_t cell, const vr_batch *batch, vr_tensor logits,
                                vr_err *err) {
    (void)err;
    vrp_robustness_run *run = (vrp_robustness_run *)context;
    const int64_t n = batch->count, first = run->count, at = cell * run->capacity + first;
    vr_arena scratch = {0};
    int64_t *predicted = VR_NEW(&scratch, int64_t, n);
    for (int64_t i = 0; cell == 0 && i < n; i++) {
        run->index[first + i] = batch->index[i];
        run->label[first + i] = run->data->labels[batch->index[i]];
    }
    vr_softmax_forward(logits, logits);
    vr_confidence(run->probability + at, predicted, logits.data, n, run->classes);
    if (cell == 0) memcpy(run->clean + first, predicted, (size_t)n * sizeof *predicted);
    vr_correct(run->correct + at, predicted, run->label + first, n);
    vr_correct(run->consistent + at, predicted, run->clean + first, n);
    if (cell == run->cells - 1) run->count += n;
    vr_arena_free(&scratch);
    return true;
}

static void vrp_robustness_begin(vr_arena *perm, vrp_robustness_run *run, uint64_t seed) {
    if (!run->factors) {
        vr_factor *all = VR_NEW(perm, vr_factor, VR_FACTOR_DEFAULTS);
        for (int f = 0; f < VR_FACTOR_DEFAULTS; f++) all[f] = (vr_factor)f;
        run->factors = all;
        run->factor_count = VR_FACTOR_DEFAULTS;
    }
    run->cells = 1 + run->factor_count * VR_SEVERITIES;
    const int64_t n = run->capacity, size = run->cells * n;
    run->rng = vr_rng_split(vr_rng_init(seed), "factors");
    run->correct = VR_NEW(perm, uint8_t, size), run->consistent = VR_NEW(perm, uint8_t, size);
    run->probability = VR_NEW(perm, float, size);
    run->label = VR_NEW(perm, int64_t, n), run->clean = VR_NEW(perm, int64_t, n),
    run->index = VR_NEW(perm, int64_t, n);
}

/* Closes the gaps that skipped images left between cells. */
static void vrp_robustness_end(vrp_robustness_run *run) {
    const int64_t n = run->count;
    for (int64_t c = 1; n < run->capacity && c < run->cells; c++) {
        memmove(run->correct + c * n, run->correct + c * run->capacity, (size_t)n);
        memmove(run->consistent + c * n, run->consistent + c * run->capacity, (size_t)n);
        memmove(run->probability + c * n, run->probability + c * run->capacity,
                (size_t)n * sizeof *run->probability);
    }
}

/* ---- what follows from it ---- */

/* accuracy[c] of `cells` cells beginning at `cell`, over their images of class c; NaN without. */
static double *vrp_robustness_classes(vr_arena *perm, const vrp_robustness_run *run, int64_t cell,
                                      int64_t cells) {
    const vr_groups classes = {.count = run->classes, .of = run->label};
    vr_arena scratch = {0};
    vr_group *by = VR_NEW(&scratch, vr_group, run->classes);
    double *accuracy = VR_NEW(perm, double, run->classes);
    for (int64_t k = 0; k < cells; k++) {
        vr_group_accuracy(by, &classes, run->correct + (cell + k) * run->count, NULL, run->count);
        for (int64_t c = 0; c < run->classes; c++) accuracy[c] += by[c].accuracy / (double)cells;
    }
    vr_arena_free(&scratch);
    return accuracy;
}

static double vrp_robustness_ece(const vrp_robustness_run *run, int64_t cell, int64_t cells) {
    vr_reliability_bin bins[VR_CALIBRATION_BINS];
    const int64_t at = cell * run->count;
    vr_reliability(bins, VR_CALIBRATION_BINS, run->probability + at, run->correct + at, cells * run->count);
    return vr_ece(bins, VR_CALIBRATION_BINS);
}

static void vrp_robustness_factors(vr_arena *perm, vr_robustness *r, const vrp_robustness_run *run) {
    const int64_t n = run->count, F = run->factor_count;
    vr_arena scratch = {0};
    uint8_t *sums = VR_NEW(&scratch, uint8_t, (F * n)); /* over a factor's severities, 0..5 an image */
    vr_interval *cells = VR_NEW(&scratch, vr_interval, run->cells), *means = VR_NEW(&scratch, vr_interval, F),
                *ratios = VR_NEW(&scratch, vr_interval, F);
    for (int64_t f = 0; f < F; f++)
        for (int64_t s = 0; s < VR_SEVERITIES; s++)
            for (int64_t i = 0; i < n; i++)
                sums[f * n + i] += run->correct[(1 + f * VR_SEVERITIES + s) * n + i];
    const vr_bootstrap options = {.seed = r->seed};
    vr_bootstrap_rates(&scratch, cells, run->correct, 1, run->cells, n, &options);
    vr_bootstrap_rates(&scratch, means, sums, VR_SEVERITIES, F, n, &options);
    vr_bootstrap_error_ratios(&scratch, ratios, sums, VR_SEVERITIES, run->correct, F, n, &options);
    r->clean = cells[0];
    for (int64_t f = 0; f < F; f++) {
        const int64_t cell = 1 + f * VR_SEVERITIES;
        vr_robustness_factor *out = &r->factors[f];
        *out =
            (vr_robustness_factor){.factor = run->factors[f],
                                   .accuracy = means[f],
                                   .error_ratio = ratios[f],
                                   .ece = vrp_robustness_ece(run, cell, VR_SEVERITIES),
                                   .consistency = vr_accuracy(run->consistent + cell * n, n * VR_SEVERITIES),
                                   .class_accuracy = vrp_robustness_classes(perm, run, cell, VR_SEVERITIES)};
        memcpy(out->at, cells + cell, sizeof out->at);
    }
    vr_arena_free(&scratch);
}

/* The mean corruption errors over ImageNet-C's corruptions, and the worst factor. */
static void vrp_robustness_summary(vr_robustness *r) {
    double errors[VR_FACTOR_COUNT * VR_SEVERITIES];
    int64_t corruptions = 0;
    r->worst = -1;
    for (int64_t f = 0; f < r->factor_count; f++) {
        const vr_robustness_factor *x = &r->factors[f];
        if (r->worst < 0 || x->accuracy.value < r->factors[r->worst].accuracy.value) r->worst = f;
        if (vr_factor_is_continuous(x->factor) || x->factor >= VR_FACTOR_DEFAULTS) continue; /* the fifteen */
        if (corruptions == VR_FACTOR_COUNT) continue;
        for (int s = 0; s < VR_SEVERITIES; s++) errors[corruptions * VR_SEVERITIES + s] = 1 - x->at[s].value;
        corruptions++;
    }
    r->mean_corruption_error = vr_mce(errors, NULL, corruptions, VR_SEVERITIES);
    r->relative_corruption_error =
        vr_relative_mce(errors, 1 - r->clean.value, NULL, 0, corruptions, VR_SEVERITIES);
}

bool vr_robustness_run(vr_arena *perm, vr_robustness *out, const vr_model *model, const vr_dataset *data,
                       const vr_robustness_opts *opts, vr_err *err) {
    *out = (vr_robustness){0};
    const vr_robustness_opts o = opts ? *opts : (vr_robustness_opts){0};
    for (int64_t i = 0; model->classes > 0 && i < data->count; i++)
        if (data->labels[i] < 0 || data->labels[i] >= model->classes)
            return vr_fail(err, VR_ERR_ARGUMENT, "%s: %s has no label: folders name the classes", data->path,
                           data->files[i]);
    const vr_arena_mark mark = vr_arena_here(perm);
    vrp_robustness_run run = {.data = data,
                              .factors = o.factors,
                              .factor_count = o.factor_count,
                              .classes = model->classes,
                              .capacity = data->count};
    vrp_robustness_begin(perm, &run, o.seed);
    const vr_over over = {.name = "robustness",
                          .passes = run.cells,
                          .transform = vrp_robustness_transform,
                          .take = vrp_robustness_take,
                          .context = &run};
    vr_over_result result;
    if (!vr_over_run(&result, &over, model, data, &o.over, err)) {
        vr_arena_rewind(perm, mark);
        return false;
    }
    vrp_robustness_end(&run);
    vr_robustness r = {.count = run.count,
                       .skipped = result.skipped,
                       .classes = model->classes,
                       .factor_count = run.factor_count,
                       .seed = o.seed,
                       .clean_ece = vrp_robustness_ece(&run, 0, 1),
                       .clean_class_accuracy = vrp_robustness_classes(perm, &run, 0, 1),
                       .factors = VR_NEW(perm, vr_robustness_factor, run.factor_count),
                       .index = run.index,
                       .seconds = result.seconds};
    vrp_robustness_factors(perm, &r, &run);
    vrp_robustness_summary(&r);
    *out = r;
    return true;
}
