/* study/over.c: decoding runs on all threads, an image each; then the model runs on all threads, a batch at a time.
 * Rejected: a pipeline of decoders and model side by side, which on few cores only divides the caches. */
#include "over.h"
#include "../base/log.h"
#include "../base/names.h"
#include "../base/os.h"
#include "../base/par.h"
#include "../model/labels.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

/* ---- labels ---- */

/* "Golden_Retriever" -> "golden retriever": names are equal up to case, with "_" for " ". */
static const char *vrp_over_plain(vr_arena *scratch, const char *name) {
    char *plain = vr_arena_string(scratch, name, (int64_t)strlen(name));
    for (char *s = plain; *s; s++) *s = *s == '_' ? ' ' : (char)tolower((unsigned char)*s);
    return plain;
}

/* number[c] = the model's class of the data set's class c: one of its labels, or an id of ImageNet-1k's; -1 = none. */
static void vrp_over_classes(vr_arena *scratch, int64_t *number, const vr_dataset *data,
                             const vr_model *model) {
    vr_names labels = {.arena = scratch};
    int64_t *of = VR_NEW(scratch, int64_t, model->classes);
    for (int64_t k = 0; model->labels && k < model->classes; k++) {
        const char *plain = vrp_over_plain(scratch, model->labels[k]);
        const int64_t count = labels.count, at = vr_names_add(&labels, plain, (int64_t)strlen(plain));
        if (at == count) of[at] = k; /* of two labels of one name the first one counts */
    }
    for (int64_t c = 0; c < data->class_count; c++) {
        const char *plain = vrp_over_plain(scratch, data->classes[c]);
        const int64_t at = vr_names_find(&labels, plain, (int64_t)strlen(plain));
        number[c] = at >= 0 ? of[at] : model->classes == 1000 ? vr_labels_wordnet(data->classes[c]) : -1;
    }
}

bool vr_dataset_match(vr_arena *perm, vr_dataset *data, const vr_model *model, vr_err *err) {
    if (data->class_count == 0) return true;
    vr_arena scratch = {0};
    int64_t *number = VR_NEW(&scratch, int64_t, data->class_count), known = 0, unknown = -1;
    vrp_over_classes(&scratch, number, data, model);
    for (int64_t c = 0; c < data->class_count; c++) {
        known += number[c] >= 0;
        if (number[c] < 0 && unknown < 0) unknown = c;
    }
    const bool in_order = known == 0 && data->class_count == model->classes;
    if (!in_order && unknown < 0) {
        int64_t *labels = VR_NEW(perm, int64_t, data->count);
        for (int64_t i = 0; i < data->count; i++)
            labels[i] = data->labels[i] < 0 ? -1 : number[data->labels[i]];
        data->labels = labels;
        if (model->labels) data->classes = model->labels, data->class_count = model->classes;
    }
    vr_arena_free(&scratch);
    if (in_order && model->labels)
        vr_log("%s: no class has a name of the model's: class i in sorted order, '%s' first, is taken as the "
               "model's class i",
               data->path, data->classes[0]);
    if (in_order || unknown < 0) return true;
    return vr_fail(
        err, VR_ERR_ARGUMENT,
        "%s: the data set has %lld classes and the model %lld, and '%s' is not the name of one of the "
        "model's classes (--labels names them)",
        data->path, (long long)data->class_count, (long long)model->classes, data->classes[unknown]);
}

uint8_t *vr_dataset_present(vr_arena *perm, const vr_dataset *data, int64_t classes) {
    uint8_t *present = VR_NEW(perm, uint8_t, classes);
    for (int64_t i = 0; i < data->count; i++)
        if (data->labels[i] >= 0 && data->labels[i] < classes) present[data->labels[i]] = 1;
    return present;
}

/* ---- a batch ---- */

/* A run in progress. */
typedef struct vrp_over_run {
    const vr_over *over;
    const vr_model *model;
    const vr_dataset *data;
    const vr_preprocess *preprocess;
    vr_over_opts opts;
    vr_over_result result;
    vr_progress progress;
    int64_t shown;
} vrp_over_run;

/* Decodes, resizes and crops images first .. first+count-1. */
static bool vrp_over_decode(vr_arena *step, vr_batch *batch, vrp_over_run *run, int64_t first, int64_t count,
                            vr_err *err) {
    const vr_preprocess *p = run->preprocess;
    vr_err *errors = VR_NEW(step, vr_err, count);
    *batch = (vr_batch){.images = VR_NEW(step, vr_image, count), .index = VR_NEW(step, int64_t, count)};
    for (int64_t i = 0; i < count; i++) batch->images[i] = vr_image_new(step, p->size, p->size);
#pragma omp parallel num_threads(vr_threads())
    {
        vr_arena own = {0};
#pragma omp for schedule(dynamic)
        for (int64_t i = 0; i < count; i++) {
            vr_image whole;
            if (vr_dataset_image(&own, &whole, run->data, first + i, &errors[i])) {
                const vr_image crop = vr_preprocess_crop(&own, whole, p);
                memcpy(batch->images[i].pixels, crop.pixels, (size_t)(p->size * p->size * 3));
            }
            vr_arena_reset(&own);
        }
        vr_arena_free(&own);
    }
    for (int64_t i = 0; i < count; i++) {
        if (errors[i].code != VR_OK && !run->opts.skip_bad) return vr_err_pass(err, &errors[i]);
        if (errors[i].code != VR_OK) {
            run->result.skipped++;
            vr_log("skipped: %s", errors[i].msg);
            continue;
        }
        batch->images[batch->count] = batch->images[i];
        batch->index[batch->count++] = first + i;
    }
    return true;
}

/* The images of a batch as they are in this pass, normalized. Shapes: -> [count,size,size,3]. */
static vr_tensor vrp_over_input(vr_arena *step, const vr_batch *batch, const vrp_over_run *run,
                                int64_t pass) {
    const vr_preprocess *p = run->preprocess;
    const vr_over *over = run->over;
    const int64_t shape[4] = {batch->count, p->size, p->size, 3};
    const vr_tensor x = vr_tensor_raw(step, 4, shape);
#pragma omp parallel num_threads(vr_threads())
    {
        vr_arena own = {0};
#pragma omp for schedule(dynamic)
        for (int64_t i = 0; i < batch->count; i++) {
            vr_image image = batch->images[i];
            if (over->transform) image = over->transform(&own, over->context, pass, image, batch->index[i]);
            vr_preprocess_normalize(vr_tensor_row(x, i), image, p);
            vr_arena_reset(&own);
        }
        vr_arena_free(&own);
    }
    return x;
}

static void vrp_over_restrict(vr_tensor logits, const uint8_t *compete) {
    for (int64_t i = 0; i < logits.shape[0]; i++)
        for (int64_t c = 0; c < logits.shape[1]; c++)
            if (!compete[c]) logits.data[i * logits.stride[0] + c * logits.stride[1]] = -INFINITY;
}

static bool vrp_over_show(vr_arena *step, vrp_over_run *run, const vr_batch *batch, int64_t pass,
                          vr_err *err) {
    const vr_over *over = run->over;
    const vr_tensor x = vrp_over_input(step, batch, run, pass);
    const double start = vr_time();
    const vr_tensor out =
        over->features ? vr_model_features(step, run->model, x) : vr_model_logits(step, run->model, x);
    run->result.model_seconds += vr_time() - start;
    const int64_t bad = vr_tensor_find_nonfinite(out);
    if (bad >= 0)
        return vr_fail(err, VR_ERR_NUMERIC, "%s: the model's output for %s is not finite", run->data->path,
                       run->data->files[batch->index[bad / out.shape[1]]]);
    if (run->opts.compete && !over->features) vrp_over_restrict(out, run->opts.compete);
    return over->take(over->context, pass, batch, out, err);
}

static bool vrp_over_batch(vr_arena *step, vrp_over_run *run, int64_t first, int64_t count, vr_err *err) {
    const int64_t passes = vr_max(1, run->over->passes);
    vr_batch batch;
    if (!vrp_over_decode(step, &batch, run, first, count, err)) return false;
    for (int64_t pass = 0; batch.count > 0 && pass < passes; pass++) {
        const vr_arena_mark mark = vr_arena_here(step);
        if (!vrp_over_show(step, run, &batch, pass, err)) return false;
        vr_arena_rewind(step, mark);
        vr_progress_step(&run->progress, count);
    }
    run->shown += batch.count;
    return true;
}

bool vr_over_run(vr_over_result *result, const vr_over *over, const vr_model *model, const vr_dataset *data,
                 const vr_over_opts *opts, vr_err *err) {
    VR_CHECK(over->take != NULL, "nobody takes the output");
    if (result) *result = (vr_over_result){0};
    if (model->classes == 0 && !over->features)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: the model has no classification head",
                       model->path ? model->path : model->name);
    vrp_over_run run = {.over = over, .model = model, .data = data};
    run.preprocess = over->preprocess ? over->preprocess : &model->preprocess;
    if (opts) run.opts = *opts;
    const int64_t size = run.preprocess->size, batch = run.opts.batch > 0
                                                           ? run.opts.batch
                                                           : vr_clamp(8 * 224 * 224 / (size * size), 1, 256);
    run.progress = vr_progress_begin(over->name ? over->name : model->name,
                                     data->count * vr_max(1, over->passes), "images");
    const double start = vr_time();
    vr_arena step = {0};
    vr_err own = {0}; /* VR_FATAL may not leave the step arena behind */
    bool ok = true;
    for (int64_t first = 0; ok && first < data->count; first += batch) {
        ok = vrp_over_batch(&step, &run, first, vr_min(batch, data->count - first), &own);
        vr_arena_reset(&step);
    }
    if (ok) vr_progress_end(&run.progress);
    vr_arena_free(&step);
    if (ok && run.shown == 0)
        ok = vr_fail(&own, VR_ERR_ARGUMENT, "%s: no image could be decoded", data->path);
    if (!ok) return vr_err_pass(err, &own);
    run.result.seconds = vr_time() - start;
    if (result) *result = run.result;
    return true;
}
