/* study/over.c: decoding runs on all threads, an image each; then the model runs on all threads, a batch at a time.
 * Rejected: a pipeline of decoders and model side by side, which on few cores only divides the caches. */
#include "over_impl.h"
#include "../base/log.h"
#include "../base/names.h"
#include "../base/number.h"
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

enum { VRP_OVER_UNKNOWN = -1, VRP_OVER_SEVERAL = -2 };

/* Names to classes; a name that several classes have is VRP_OVER_SEVERAL. */
typedef struct vrp_over_labels {
    vr_names names;
    int64_t *of;
} vrp_over_labels;

static void vrp_over_add(vrp_over_labels *l, const char *name, int64_t k) {
    const int64_t count = l->names.count, at = vr_names_add(&l->names, name, (int64_t)strlen(name));
    l->of[at] = at == count ? k : VRP_OVER_SEVERAL;
}

static int64_t vrp_over_find(const vrp_over_labels *l, const char *name) {
    const int64_t at = vr_names_find(&l->names, name, (int64_t)strlen(name));
    return at >= 0 ? l->of[at] : VRP_OVER_UNKNOWN;
}

/* number[c] = the model's class of the data set's class c: one of its labels, as it is written before up to case, or an id
 * of ImageNet-1k's. */
static void vrp_over_by_name(vr_arena *scratch, int64_t *number, const vr_dataset *data,
                             const vr_model *model) {
    vrp_over_labels exact = {{.arena = scratch}, VR_NEW(scratch, int64_t, model->classes)},
                    plain = {{.arena = scratch}, VR_NEW(scratch, int64_t, model->classes)};
    for (int64_t k = 0; model->labels && k < model->classes; k++) {
        vrp_over_add(&exact, model->labels[k], k);
        vrp_over_add(&plain, vrp_over_plain(scratch, model->labels[k]), k);
    }
    for (int64_t c = 0; c < data->class_count; c++) {
        number[c] = vrp_over_find(&exact, data->classes[c]);
        if (number[c] == VRP_OVER_UNKNOWN)
            number[c] = vrp_over_find(&plain, vrp_over_plain(scratch, data->classes[c]));
        if (number[c] == VRP_OVER_UNKNOWN && model->classes == 1000)
            number[c] = vr_labels_wordnet(data->classes[c]);
    }
}

/* number[c] = the number that class c's name is, less `from`: 1 where names count from 1 to the number of classes. False
 * where a name is no number. */
static bool vrp_over_by_number(int64_t *number, int64_t *from, const vr_dataset *data,
                               const vr_model *model) {
    int64_t least = INT64_MAX, most = -1;
    for (int64_t c = 0; c < data->class_count; c++) {
        const char *name = data->classes[c];
        if (*name < '0' || *name > '9' || !vr_number_int(&number[c], name, (int64_t)strlen(name)))
            return false;
        least = vr_min(least, number[c]), most = vr_max(most, number[c]);
    }
    *from = least == 1 && most == model->classes && data->class_count == model->classes;
    for (int64_t c = 0; c < data->class_count; c++) number[c] -= *from;
    return true;
}

/* Classes of the data set that are no class of the model, or one that another one is: an error. */
static bool vrp_over_refuse(const int64_t *number, const vr_dataset *data, const vr_model *model,
                            bool numbers, vr_err *err) {
    const char *why = "is not the name of one of the model's classes (--labels names them)";
    int64_t bad = -1;
    for (int64_t c = 0; c < data->class_count && bad < 0; c++) {
        if (number[c] >= 0 && number[c] < model->classes) continue;
        bad = c;
        if (number[c] == VRP_OVER_SEVERAL) why = "is the name of several of the model's classes";
        if (numbers) why = "is not the number of one of the model's classes";
    }
    for (int64_t c = 0; numbers && c < data->class_count && bad < 0; c++)
        for (int64_t d = 0; d < c && bad < 0; d++)
            if (number[d] == number[c]) bad = c, why = "is the number of another folder too";
    return bad < 0 ||
           vr_fail(err, VR_ERR_ARGUMENT, "%s: the data set has %lld classes and the model %lld, and '%s' %s",
                   data->path, (long long)data->class_count, (long long)model->classes, data->classes[bad],
                   why);
}

/* The names of the model's classes: its labels; where it has none, the data set's, and numbers for others. */
static const char *const *vrp_over_names(vr_arena *perm, const int64_t *number, const vr_dataset *data,
                                         const vr_model *model) {
    if (model->labels) return model->labels;
    const char **names = VR_NEW(perm, const char *, model->classes);
    for (int64_t c = 0; c < data->class_count; c++) names[number[c]] = data->classes[c];
    for (int64_t k = 0; k < model->classes; k++)
        if (!names[k]) names[k] = vr_arena_printf(perm, "%lld", (long long)k);
    return names;
}

/* One line where a class was not matched by a name of its own. */
static void vrp_over_said(vr_arena *scratch, const int64_t *number, const vr_dataset *data,
                          const vr_model *model, bool by_number, int64_t from) {
    int64_t *of = VR_NEW(scratch, int64_t, model->classes);
    if (by_number)
        vr_log("%s: the names of the classes are numbers, '%s' for one: they are taken as the numbers of the "
               "model's classes%s",
               data->path, data->classes[0], from ? ", counted from 1" : "");
    for (int64_t c = 0; c < data->class_count; c++) {
        if (of[number[c]]) {
            vr_log("%s: '%s' and '%s' are both taken as the model's class %lld", data->path,
                   data->classes[of[number[c]] - 1], data->classes[c], (long long)number[c]);
            return;
        }
        of[number[c]] = c + 1;
    }
}

bool vr_dataset_match(vr_arena *perm, vr_dataset *data, const vr_model *model, vr_err *err) {
    if (data->class_count == 0) return true;
    vr_arena scratch = {0};
    vr_err own = {0}; /* VR_FATAL may not leave the scratch arena behind */
    int64_t *number = VR_NEW(&scratch, int64_t, data->class_count), known = 0, from = 0;
    vrp_over_by_name(&scratch, number, data, model);
    for (int64_t c = 0; c < data->class_count; c++) known += number[c] != VRP_OVER_UNKNOWN;
    bool by_number = false;
    if (known == 0) {
        by_number = vrp_over_by_number(number, &from, data, model);
        if (!by_number && data->class_count == model->classes) {
            vr_log("%s: %s: class i in sorted order, '%s' first, is taken as the model's class i", data->path,
                   model->labels ? "no class has a name of the model's" : "the model's classes have no names",
                   data->classes[0]);
            vr_arena_free(&scratch);
            return true;
        }
        for (int64_t c = 0; !by_number && c < data->class_count; c++) number[c] = VRP_OVER_UNKNOWN;
    }
    if (vrp_over_refuse(number, data, model, by_number, &own)) {
        vrp_over_said(&scratch, number, data, model, by_number, from);
        int64_t *labels = VR_NEW(perm, int64_t, data->count);
        for (int64_t i = 0; i < data->count; i++)
            labels[i] = data->labels[i] < 0 ? -1 : number[data->labels[i]];
        data->labels = labels;
        data->classes = vrp_over_names(perm, number, data, model), data->class_count = model->classes;
    }
    vr_arena_free(&scratch);
    return own.code == VR_OK || vr_err_pass(err, &own);
}

uint8_t *vrp_dataset_present(vr_arena *perm, const vr_dataset *data, int64_t classes) {
    uint8_t *present = VR_NEW(perm, uint8_t, classes);
    for (int64_t i = 0; i < data->count; i++)
        if (data->labels[i] >= 0 && data->labels[i] < classes) present[data->labels[i]] = 1;
    return present;
}

void vrp_dataset_limit(vr_arena *perm, vr_dataset *data, int64_t n, int64_t cells, vr_rng rng) {
    const int64_t images = data->count / cells;
    if (n <= 0 || n >= images) return;
    vr_arena scratch = {0};
    int64_t *order = VR_NEW(&scratch, int64_t, images);
    bool *kept = VR_NEW(&scratch, bool, data->count);
    vr_rng_permutation(order, images, rng);
    for (int64_t c = 0; c < cells; c++)
        for (int64_t i = 0; i < n; i++) kept[c * images + order[i]] = true;
    vr_dataset_keep(perm, data, kept);
    vr_arena_free(&scratch);
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

/* The images of a batch as they are in this pass. */
static vr_batch vrp_over_transform(vr_arena *step, const vr_batch *batch, const vrp_over_run *run,
                                   int64_t pass) {
    const vr_over *over = run->over;
    const int64_t size = run->preprocess->size;
    vr_batch out = *batch;
    if (!over->transform) return out;
    out.images = VR_NEW(step, vr_image, batch->count);
    for (int64_t i = 0; i < batch->count; i++) out.images[i] = vr_image_new(step, size, size);
#pragma omp parallel num_threads(vr_threads())
    {
        vr_arena own = {0};
#pragma omp for schedule(dynamic)
        for (int64_t i = 0; i < batch->count; i++) {
            const vr_image image =
                over->transform(&own, over->context, pass, batch->images[i], batch->index[i]);
            memcpy(out.images[i].pixels, image.pixels, (size_t)(size * size * 3));
            vr_arena_reset(&own);
        }
        vr_arena_free(&own);
    }
    return out;
}

/* Normalized images. Shapes: -> [count,size,size,3]. */
static vr_tensor vrp_over_input(vr_arena *step, const vr_batch *batch, const vr_preprocess *p) {
    const int64_t shape[4] = {batch->count, p->size, p->size, 3};
    const vr_tensor x = vr_tensor_raw(step, 4, shape);
#pragma omp parallel for schedule(dynamic) num_threads(vr_threads())
    for (int64_t i = 0; i < batch->count; i++)
        vr_preprocess_normalize(vr_tensor_row(x, i), batch->images[i], p);
    return x;
}

bool vrp_over_same_crop(const vr_preprocess *a, const vr_preprocess *b) {
    return a->size == b->size && a->resize == b->resize && a->filter == b->filter && a->squash == b->squash;
}

static void vrp_over_restrict(vr_tensor logits, const uint8_t *compete) {
    for (int64_t i = 0; i < logits.shape[0]; i++)
        for (int64_t c = 0; c < logits.shape[1]; c++)
            if (!compete[c]) logits.data[i * logits.stride[0] + c * logits.stride[1]] = -INFINITY;
}

/* Shows a batch to the model of number batch->model. */
static bool vrp_over_show(vr_arena *step, vrp_over_run *run, const vr_batch *batch, int64_t pass,
                          vr_err *err) {
    const vr_over *over = run->over;
    const vr_subject *other = batch->model > 0 ? &over->others[batch->model - 1] : NULL;
    const vr_model *model = other ? other->model : run->model;
    const uint8_t *compete = other ? other->compete : run->opts.compete;
    const vr_tensor x = vrp_over_input(step, batch, other ? &model->preprocess : run->preprocess);
    const double start = vr_time();
    const vr_tensor out =
        over->features ? vr_model_features(step, model, x) : vr_model_logits(step, model, x);
    run->result.model_seconds += vr_time() - start;
    const int64_t bad = vr_tensor_find_nonfinite(out);
    if (bad >= 0)
        return vr_fail(err, VR_ERR_NUMERIC, "%s: the output of %s for %s is not finite", run->data->path,
                       model->path ? model->path : model->name,
                       run->data->files[batch->index[bad / out.shape[1]]]);
    if (compete && !over->features) vrp_over_restrict(out, compete);
    return over->take(over->context, pass, batch, out, err);
}

static bool vrp_over_batch(vr_arena *step, vrp_over_run *run, int64_t first, int64_t count, vr_err *err) {
    const int64_t passes = vr_max(1, run->over->passes);
    vr_batch batch;
    if (!vrp_over_decode(step, &batch, run, first, count, err)) return false;
    for (int64_t pass = 0; batch.count > 0 && pass < passes; pass++) {
        const vr_arena_mark mark = vr_arena_here(step);
        vr_batch shown = vrp_over_transform(step, &batch, run, pass);
        for (; shown.model <= run->over->other_count; shown.model++) {
            const vr_arena_mark input = vr_arena_here(step);
            if (!vrp_over_show(step, run, &shown, pass, err)) return false;
            vr_arena_rewind(step, input);
            vr_progress_step(&run->progress, count);
        }
        vr_arena_rewind(step, mark);
    }
    run->shown += batch.count;
    return true;
}

bool vr_over_run(vr_over_result *result, const vr_over *over, const vr_model *model, const vr_dataset *data,
                 const vr_over_opts *opts, vr_err *err) {
    VR_CHECK(over->take != NULL, "nobody takes the output");
    if (result) *result = (vr_over_result){0};
    vrp_over_run run = {.over = over, .model = model, .data = data};
    run.preprocess = over->preprocess ? over->preprocess : &model->preprocess;
    for (int64_t m = 0; m <= over->other_count; m++) {
        const vr_model *each = m ? over->others[m - 1].model : model;
        VR_CHECK(m == 0 || vrp_over_same_crop(run.preprocess, &each->preprocess), "%s is shown other crops",
                 each->name);
        if (each->classes == 0 && !over->features)
            return vr_fail(err, VR_ERR_ARGUMENT, "%s: the model has no classification head",
                           each->path ? each->path : each->name);
    }
    if (opts) run.opts = *opts;
    const int64_t size = run.preprocess->size, batch = run.opts.batch > 0
                                                           ? run.opts.batch
                                                           : vr_clamp(8 * 224 * 224 / (size * size), 1, 256);
    run.progress = vr_progress_begin(
        over->name ? over->name : model->name,
        (data->count - over->first) * vr_max(1, over->passes) * (1 + over->other_count), "images");
    const double start = vr_time();
    vr_arena step = {0};
    vr_err own = {0}; /* VR_FATAL may not leave the step arena behind */
    bool ok = true;
    for (int64_t first = over->first; ok && first < data->count; first += batch) {
        ok = vrp_over_batch(&step, &run, first, vr_min(batch, data->count - first), &own);
        vr_arena_reset(&step);
    }
    if (ok) vr_progress_end(&run.progress);
    vr_arena_free(&step);
    if (ok && run.shown == 0 && over->first == 0)
        ok = vr_fail(&own, VR_ERR_ARGUMENT, "%s: no image could be decoded", data->path);
    if (!ok) return vr_err_pass(err, &own);
    run.result.seconds = vr_time() - start;
    if (result) *result = run.result;
    return true;
}
