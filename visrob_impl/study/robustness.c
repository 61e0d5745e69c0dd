/* study/robustness.c: images are decoded once and pass through all factors while they are in memory; every cell
 * (a factor at a severity) is judged on the same images, so the intervals of its error ratio are paired.
 *
 * What is kept per image and cell is a byte (right or wrong), the prediction's confidence and whether it is the
 * clean image's prediction; everything reported follows from these. */
#include "robustness.h"
#include "../base/log.h"
#include "../base/os.h"
#include "../base/par.h"
#include "../metric/accuracy.h"
#include "../nn/kernels.h"
#include "../report/page.h"
#include <math.h>
#include <string.h>

/* hits and confidence: [cells][n]; cell 0 is clean, cell 1 + f*5 + s is factor f at severity s + 1. */
typedef struct vrp_robustness_run {
    const vr_model *model;
    const vr_dataset *data;
    const vr_factor *factors;
    const uint8_t *compete;
    int64_t factor_count, capacity, count, skipped;
    vr_rng rng;
    uint8_t *hits, *same;
    float *confidence;
    int64_t *labels, *clean, *index;
    vr_err *err;
} vrp_robustness_run;

/* Judges one cell of a batch: images -> logits -> hits, confidence and agreement with the clean prediction. */
static bool vrp_robustness_judge(vrp_robustness_run *run, vr_arena *step, const vr_image *images, int64_t n,
                                 int64_t cell) {
    const int64_t at = cell * run->capacity + run->count, classes = run->model->classes;
    const vr_tensor x = vr_crops_tensor(step, images, n, &run->model->preprocess);
    const vr_tensor logits = vr_model_logits(step, run->model, x);
    const int64_t bad = vr_tensor_find_nonfinite(logits);
    if (bad >= 0)
        return vr_fail(run->err, VR_ERR_NUMERIC, "%s: the model's output for %s is not finite",
                       run->data->path, run->data->files[run->index[run->count + bad / classes]]);
    vr_logits_restrict(logits, run->compete);
    vr_softmax_forward(logits, logits);
    int64_t *predicted = VR_NEW(step, int64_t, n);
    vr_confidence(run->confidence + at, predicted, logits.data, n, classes);
    vr_correct(run->hits + at, predicted, run->labels + run->count, n);
    if (cell == 0) memcpy(run->clean + run->count, predicted, (size_t)n * sizeof *predicted);
    for (int64_t i = 0; i < n; i++) run->same[at + i] = predicted[i] == run->clean[run->count + i];
    return true;
}

/* out[i] = images[i] under a factor; each image its own random numbers, the same at all severities. */
static void vrp_robustness_apply(const vrp_robustness_run *run, vr_image *out, const vr_image *images,
                                 int64_t n, vr_factor factor, int severity) {
#pragma omp parallel num_threads(vr_threads())
    {
        vr_arena own = {0};
#pragma omp for schedule(dynamic)
        for (int64_t i = 0; i < n; i++) {
            const uint64_t number = (uint64_t)run->data->origin[run->index[run->count + i]];
            const vr_rng rng = vr_rng_at(vr_rng_split(run->rng, vr_factor_name(factor)), number);
            const vr_image worse = vr_factor_apply(&own, images[i], factor, severity, rng);
            memcpy(out[i].pixels, worse.pixels, (size_t)(worse.width * worse.height * 3));
            vr_arena_reset(&own);
        }
        vr_arena_free(&own);
    }
}

static bool vrp_robustness_batch(vrp_robustness_run *run, vr_arena *step, const vr_crops *crops,
                                 vr_progress *progress) {
    const int64_t n = crops->count, size = run->model->preprocess.size;
    vr_image *worse = VR_NEW(step, vr_image, n);
    for (int64_t i = 0; i < n; i++) {
        worse[i] = vr_image_new(step, size, size);
        run->index[run->count + i] = crops->index[i];
        run->labels[run->count + i] = run->data->labels[crops->index[i]];
    }
    for (int64_t cell = 0; cell <= run->factor_count * VR_SEVERITIES; cell++) {
        const vr_arena_mark mark = vr_arena_here(step);
        if (cell > 0)
            vrp_robustness_apply(run, worse, crops->images, n, run->factors[(cell - 1) / VR_SEVERITIES],
                                 (int)((cell - 1) % VR_SEVERITIES) + 1);
        if (!vrp_robustness_judge(run, step, cell > 0 ? worse : crops->images, n, cell)) return false;
        vr_arena_rewind(step, mark);
        vr_progress_step(progress, n);
    }
    run->count += n;
    return true;
}

static bool vrp_robustness_pass(vrp_robustness_run *run, const vr_evaluate_opts *opts) {
    const vr_preprocess *p = &run->model->preprocess;
    const int64_t batch = vr_evaluate_batch(opts, p->size), cells = 1 + run->factor_count * VR_SEVERITIES;
    vr_arena step = {0};
    vr_progress progress = vr_progress_begin("robustness", run->data->count * cells, "images");
    bool ok = true;
    for (int64_t first = 0; ok && first < run->data->count; first += batch) {
        vr_crops crops;
        ok = vr_dataset_crops(&step, &crops, run->data, p, first, vr_min(batch, run->data->count - first),
                              opts, &run->skipped, run->err) &&
             (crops.count == 0 || vrp_robustness_batch(run, &step, &crops, &progress));
        vr_arena_reset(&step);
    }
    vr_progress_end(&progress);
    vr_arena_free(&step);
    return ok && (run->count > 0 ||
                  vr_fail(run->err, VR_ERR_ARGUMENT, "%s: not one image could be read", run->data->path));
}

/* accuracy[c] of `cells` cells beginning at `cell`, over their images of class c. */
static double *vrp_robustness_classes(vr_arena *perm, const vrp_robustness_run *run, int64_t cell,
                                      int64_t cells) {
    const int64_t classes = run->model->classes;
    int64_t *seen = VR_NEW(perm, int64_t, classes);
    double *accuracy = VR_NEW(perm, double, classes);
    for (int64_t c = 0; c < cells; c++)
        for (int64_t i = 0; i < run->count; i++) {
            seen[run->labels[i]]++;
            accuracy[run->labels[i]] += run->hits[(cell + c) * run->capacity + i];
        }
    for (int64_t c = 0; c < classes; c++) accuracy[c] = seen[c] > 0 ? accuracy[c] / (double)seen[c] : NAN;
    return accuracy;
}

static double vrp_robustness_ece(const vrp_robustness_run *run, int64_t cell, int64_t cells) {
    vr_reliability_bin all[VR_CALIBRATION_BINS], bins[VR_CALIBRATION_BINS];
    memset(all, 0, sizeof all);
    for (int64_t c = cell; c < cell + cells; c++) { /* sums of the cells' bins, then means again */
        vr_reliability(bins, VR_CALIBRATION_BINS, run->confidence + c * run->capacity,
                       run->hits + c * run->capacity, run->count);
        for (int b = 0; b < VR_CALIBRATION_BINS; b++) {
            if (bins[b].count == 0) continue;
            all[b].count += bins[b].count;
            all[b].accuracy += (double)bins[b].count * bins[b].accuracy;
            all[b].confidence += (double)bins[b].count * bins[b].confidence;
        }
    }
    for (int b = 0; b < VR_CALIBRATION_BINS; b++) {
        all[b].accuracy /= (double)all[b].count;
        all[b].confidence /= (double)all[b].count;
    }
    return vr_ece(all, VR_CALIBRATION_BINS);
}

/* hits without gaps between cells, [cells,count], and per factor the sum over its severities, 0..5 an image. */
static void vrp_robustness_pack(const vrp_robustness_run *run, uint8_t *cells, uint8_t *sums) {
    const int64_t n = run->count;
    for (int64_t c = 0; c <= run->factor_count * VR_SEVERITIES; c++)
        memcpy(cells + c * n, run->hits + c * run->capacity, (size_t)n);
    for (int64_t f = 0; f < run->factor_count; f++)
        for (int64_t s = 0; s < VR_SEVERITIES; s++)
            for (int64_t i = 0; i < n; i++) sums[f * n + i] += cells[(1 + f * VR_SEVERITIES + s) * n + i];
}

static void vrp_robustness_intervals(vr_arena *perm, vr_robustness *r, const vrp_robustness_run *run) {
    const int64_t n = run->count, F = run->factor_count, cell_count = 1 + F * VR_SEVERITIES;
    vr_arena scratch = {0};
    uint8_t *cells = VR_NEW(&scratch, uint8_t, (cell_count * n)), *sums = VR_NEW(&scratch, uint8_t, (F * n));
    vr_interval *rates = VR_NEW(&scratch, vr_interval, cell_count), *means = VR_NEW(&scratch, vr_interval, F),
                *ratios = VR_NEW(&scratch, vr_interval, F);
    const vr_bootstrap options = {.seed = r->seed};
    vrp_robustness_pack(run, cells, sums);
    vr_bootstrap_rates(&scratch, rates, cells, 1, cell_count, n, &options);
    vr_bootstrap_rates(&scratch, means, sums, VR_SEVERITIES, F, n, &options);
    vr_bootstrap_error_ratios(&scratch, ratios, sums, VR_SEVERITIES, cells, F, n, &options);
    r->clean = rates[0];
    for (int64_t f = 0; f < F; f++) {
        const int64_t cell = 1 + f * VR_SEVERITIES;
        vr_robustness_factor *out = &r->factors[f];
        *out =
            (vr_robustness_factor){.factor = run->factors[f],
                                   .accuracy = means[f],
                                   .error_ratio = ratios[f],
                                   .ece = vrp_robustness_ece(run, cell, VR_SEVERITIES),
                                   .class_accuracy = vrp_robustness_classes(perm, run, cell, VR_SEVERITIES)};
        memcpy(out->at, rates + cell, sizeof out->at);
        int64_t same = 0;
        for (int64_t c = cell; c < cell + VR_SEVERITIES; c++)
            for (int64_t i = 0; i < n; i++) same += run->same[c * run->capacity + i];
        out->consistency = (double)same / (double)(n * VR_SEVERITIES);
    }
    vr_arena_free(&scratch);
}

/* The mean corruption errors, and the worst factor. */
static void vrp_robustness_summary(vr_robustness *r) {
    double sum = 0;
    int64_t corruptions = 0;
    r->worst = -1;
    for (int64_t f = 0; f < r->factor_count; f++) {
        const vr_robustness_factor *factor = &r->factors[f];
        if (!vr_factor_is_continuous(factor->factor)) sum += 1 - factor->accuracy.value, corruptions++;
        if (r->worst < 0 || factor->accuracy.value < r->factors[r->worst].accuracy.value) r->worst = f;
    }
    r->mean_corruption_error = corruptions > 0 ? sum / (double)corruptions : NAN;
    r->relative_corruption_error = r->mean_corruption_error - (1 - r->clean.value);
}

static void vrp_robustness_begin(vr_arena *perm, vrp_robustness_run *run, const vr_robustness_opts *o) {
    if (!run->factors) {
        vr_factor *all = VR_NEW(perm, vr_factor, VR_FACTOR_COUNT);
        for (int f = 0; f < VR_FACTOR_COUNT; f++) all[f] = (vr_factor)f;
        run->factors = all;
        run->factor_count = VR_FACTOR_COUNT;
    }
    const int64_t n = run->capacity, cells = 1 + run->factor_count * VR_SEVERITIES;
    run->rng = vr_rng_split(vr_rng_init(o->seed), "factors");
    run->hits = VR_NEW(perm, uint8_t, (cells * n));
    run->same = VR_NEW(perm, uint8_t, (cells * n));
    run->confidence = VR_NEW(perm, float, (cells * n));
    run->labels = VR_NEW(perm, int64_t, n);
    run->clean = VR_NEW(perm, int64_t, n);
    run->index = VR_NEW(perm, int64_t, n);
}

bool vr_robustness_run(vr_arena *perm, vr_robustness *out, const vr_model *model, const vr_dataset *data,
                       const vr_robustness_opts *opts, vr_err *err) {
    *out = (vr_robustness){0};
    const vr_robustness_opts o = opts ? *opts : (vr_robustness_opts){0};
    if (model->classes == 0)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: the model has no classification head", model->name);
    for (int64_t i = 0; i < data->count; i++)
        if (data->labels[i] < 0 || data->labels[i] >= model->classes)
            return vr_fail(err, VR_ERR_ARGUMENT, "%s: %s has no label: folders name the classes", data->path,
                           data->files[i]);
    const double start = vr_time();
    const vr_arena_mark mark = vr_arena_here(perm);
    vrp_robustness_run run = {.model = model,
                              .data = data,
                              .factors = o.factors,
                              .factor_count = o.factor_count,
                              .compete = o.evaluate.compete,
                              .capacity = data->count,
                              .err = err};
    vrp_robustness_begin(perm, &run, &o);
    if (!vrp_robustness_pass(&run, &o.evaluate)) {
        vr_arena_rewind(perm, mark);
        return false;
    }
    vr_robustness r = {.count = run.count,
                       .skipped = run.skipped,
                       .classes = model->classes,
                       .factor_count = run.factor_count,
                       .seed = o.seed,
                       .clean_ece = vrp_robustness_ece(&run, 0, 1),
                       .clean_class_accuracy = vrp_robustness_classes(perm, &run, 0, 1),
                       .factors = VR_NEW(perm, vr_robustness_factor, run.factor_count),
                       .index = run.index};
    vrp_robustness_intervals(perm, &r, &run);
    vrp_robustness_summary(&r);
    r.seconds = vr_time() - start;
    *out = r;
    return true;
}

vr_table vr_robustness_table(vr_arena *arena, const vr_robustness *r) {
    static const char *const names[] = {"factor", "accuracy %", "drop", "error ratio", "sev. 1",       "2",
                                        "3",      "4",          "5",    "ECE %",       "consistency %"};
    vr_table t = vr_table_new(arena, names, (int64_t)(sizeof names / sizeof *names));
    vr_table_text(&t, "(clean)");
    vr_table_interval(&t, (vr_interval){100 * r->clean.value, 100 * r->clean.low, 100 * r->clean.high}, 2);
    vr_table_number(&t, 0, 2);
    vr_table_interval(&t, (vr_interval){1, NAN, NAN}, 2);
    for (int s = 0; s < VR_SEVERITIES; s++) vr_table_number(&t, NAN, 1);
    vr_table_number(&t, 100 * r->clean_ece, 1);
    vr_table_number(&t, 100, 1);
    for (int64_t f = 0; f < r->factor_count; f++) {
        const vr_robustness_factor *x = &r->factors[f];
        vr_table_text(&t, vr_factor_name(x->factor));
        vr_table_interval(
            &t, (vr_interval){100 * x->accuracy.value, 100 * x->accuracy.low, 100 * x->accuracy.high}, 2);
        vr_table_number(&t, 100 * (r->clean.value - x->accuracy.value), 2);
        vr_table_interval(&t, x->error_ratio, 2);
        for (int s = 0; s < VR_SEVERITIES; s++) vr_table_number(&t, 100 * x->at[s].value, 1);
        vr_table_number(&t, 100 * x->ece, 1);
        vr_table_number(&t, 100 * x->consistency, 1);
    }
    return t;
}

vr_table vr_robustness_cells(vr_arena *arena, const vr_robustness *r) {
    static const char *const names[] = {"factor", "category", "severity", "amount",
                                        "n",      "accuracy", "drop",     "error_ratio"};
    vr_table t = vr_table_new(arena, names, (int64_t)(sizeof names / sizeof *names));
    vr_table_text(&t, "clean");
    vr_table_text(&t, "clean");
    vr_table_number(&t, 0, 0);
    vr_table_number(&t, NAN, 3);
    vr_table_number(&t, (double)r->count, 0);
    vr_table_interval(&t, r->clean, 6);
    vr_table_number(&t, 0, 6);
    vr_table_number(&t, 1, 6);
    for (int64_t f = 0; f < r->factor_count; f++)
        for (int s = 0; s < VR_SEVERITIES; s++) {
            const vr_robustness_factor *x = &r->factors[f];
            const bool continuous = vr_factor_is_continuous(x->factor);
            vr_table_text(&t, vr_factor_name(x->factor));
            vr_table_text(&t, vr_factor_category(x->factor));
            vr_table_number(&t, s + 1, 0);
            vr_table_number(&t, continuous ? vr_factor_amount(x->factor, s + 1) : NAN, 3);
            vr_table_number(&t, (double)r->count, 0);
            vr_table_interval(&t, x->at[s], 6);
            vr_table_number(&t, r->clean.value - x->at[s].value, 6);
            vr_table_number(&t, vr_error_ratio(x->at[s].value, r->clean.value), 6);
        }
    return t;
}
