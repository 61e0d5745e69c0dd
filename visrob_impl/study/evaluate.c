/* study/evaluate.c: decoding runs on all threads, an image each; then the model runs on all threads, a batch at a
 * time. Rejected: a pipeline of decoders and model side by side, which on few cores only divides the caches. */
#include "evaluate.h"
#include "../base/log.h"
#include "../base/os.h"
#include "../base/par.h"
#include "../base/text.h"
#include "../format/csv.h"
#include "../metric/accuracy.h"
#include "../model/labels.h"
#include "../nn/kernels.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Names are equal up to case, with "_" for " ". */
static bool vrp_evaluate_same_name(const char *a, const char *b) {
    for (; *a && *b; a++, b++) {
        const char x = *a == '_' ? ' ' : *a, y = *b == '_' ? ' ' : *b;
        if (tolower((unsigned char)x) != tolower((unsigned char)y)) return false;
    }
    return *a == *b;
}

/* The model's class of a folder's name: one of its labels, or a WordNet id of ImageNet-1k's; -1 = none. */
static int64_t vrp_evaluate_class(const vr_model *model, const char *name) {
    if (model->labels)
        for (int64_t k = 0; k < model->classes; k++)
            if (vrp_evaluate_same_name(name, model->labels[k])) return k;
    return model->classes == 1000 ? vr_labels_wordnet(name) : -1;
}

bool vr_dataset_match(vr_arena *perm, vr_dataset *data, const vr_model *model, vr_err *err) {
    if (data->class_count == 0) return true;
    int64_t *number = VR_NEW(perm, int64_t, data->class_count);
    int64_t known = 0, unknown = -1;
    for (int64_t c = data->class_count - 1; c >= 0; c--) {
        number[c] = vrp_evaluate_class(model, data->classes[c]);
        if (number[c] < 0)
            unknown = c;
        else
            known++;
    }
    if (known == 0 && data->class_count == model->classes) return true;
    if (unknown >= 0)
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%s: it has %lld classes and the model %lld, and '%s' is not the name of one of the "
                       "model's classes (labels can be given with --labels)",
                       data->path, (long long)data->class_count, (long long)model->classes,
                       data->classes[unknown]);
    int64_t *labels = VR_NEW(perm, int64_t, data->count);
    for (int64_t i = 0; i < data->count; i++) labels[i] = data->labels[i] < 0 ? -1 : number[data->labels[i]];
    data->labels = labels;
    if (model->labels) data->classes = model->labels, data->class_count = model->classes;
    return true;
}

uint8_t *vr_dataset_present(vr_arena *perm, const vr_dataset *data, int64_t classes) {
    uint8_t *present = VR_NEW(perm, uint8_t, classes);
    for (int64_t i = 0; i < data->count; i++)
        if (data->labels[i] >= 0 && data->labels[i] < classes) present[data->labels[i]] = 1;
    return present;
}

void vr_logits_restrict(vr_tensor logits, const uint8_t *compete) {
    VR_CHECK(logits.ndim == 2, "%d dimensions", logits.ndim);
    for (int64_t i = 0; compete && i < logits.shape[0]; i++)
        for (int64_t c = 0; c < logits.shape[1]; c++)
            if (!compete[c]) logits.data[i * logits.stride[0] + c * logits.stride[1]] = -INFINITY;
}

int64_t vr_evaluate_batch(const vr_evaluate_opts *opts, int64_t size) {
    if (opts && opts->batch > 0) return opts->batch;
    return vr_clamp(8 * 224 * 224 / (size * size), 1, 256);
}

bool vr_dataset_crops(vr_arena *step, vr_crops *crops, const vr_dataset *data, const vr_preprocess *p,
                      int64_t first, int64_t count, const vr_evaluate_opts *opts, int64_t *skipped,
                      vr_err *err) {
    *crops = (vr_crops){0};
    vr_image *images = VR_NEW(step, vr_image, count);
    vr_err *faults = VR_NEW(step, vr_err, count);
    int64_t *index = VR_NEW(step, int64_t, count);
    for (int64_t i = 0; i < count; i++) images[i] = vr_image_new(step, p->size, p->size);
#pragma omp parallel num_threads(vr_threads())
    {
        vr_arena own = {0};
#pragma omp for schedule(dynamic)
        for (int64_t i = 0; i < count; i++) {
            vr_image whole;
            if (vr_dataset_image(&own, &whole, data, first + i, &faults[i])) {
                const vr_image crop = vr_preprocess_crop(&own, whole, p);
                memcpy(images[i].pixels, crop.pixels, (size_t)(p->size * p->size * 3));
            }
            vr_arena_reset(&own);
        }
        vr_arena_free(&own);
    }
    int64_t good = 0;
    for (int64_t i = 0; i < count; i++) {
        if (faults[i].code != VR_OK && !(opts && opts->skip_bad)) return vr_err_pass(err, &faults[i]);
        if (faults[i].code != VR_OK) {
            ++*skipped;
            vr_log("skipped: %s", faults[i].msg);
            continue;
        }
        images[good] = images[i];
        index[good++] = first + i;
    }
    *crops = (vr_crops){.images = images, .index = index, .count = good};
    return true;
}

vr_tensor vr_crops_tensor(vr_arena *step, const vr_image *images, int64_t count, const vr_preprocess *p) {
    const int64_t shape[4] = {count, p->size, p->size, 3};
    vr_tensor x = vr_tensor_raw(step, 4, shape);
#pragma omp parallel for num_threads(vr_threads())
    for (int64_t i = 0; i < count; i++) vr_preprocess_normalize(vr_tensor_row(x, i), images[i], p);
    return x;
}

/* What a pass over the data set does with a batch of images that the model has seen. */
typedef bool (*vrp_evaluate_take)(void *context, const vr_crops *crops, vr_tensor out, vr_err *err);

static bool vrp_evaluate_pass(const vr_model *model, const vr_dataset *data, const vr_evaluate_opts *opts,
                              vr_tensor (*forward)(vr_arena *, const vr_model *, vr_tensor),
                              vrp_evaluate_take take, void *context, int64_t *skipped, double *model_seconds,
                              vr_err *err) {
    const vr_preprocess *p = &model->preprocess;
    const int64_t batch = vr_evaluate_batch(opts, p->size);
    vr_arena step = {0};
    vr_progress progress = vr_progress_begin(model->name, data->count, "images");
    bool ok = true;
    for (int64_t first = 0; ok && first < data->count; first += batch) {
        vr_crops crops;
        const int64_t count = vr_min(batch, data->count - first);
        ok = vr_dataset_crops(&step, &crops, data, p, first, count, opts, skipped, err);
        if (ok && crops.count > 0) {
            const vr_tensor x = vr_crops_tensor(&step, crops.images, crops.count, p);
            const double start = vr_time();
            const vr_tensor out = forward(&step, model, x);
            *model_seconds += vr_time() - start;
            const int64_t bad = vr_tensor_find_nonfinite(out);
            ok = bad < 0 ? take(context, &crops, out, err)
                         : vr_fail(err, VR_ERR_NUMERIC, "%s: the model's output for %s is not finite",
                                   data->path, data->files[crops.index[bad / out.shape[1]]]);
        }
        vr_progress_step(&progress, count);
        vr_arena_reset(&step);
    }
    vr_progress_end(&progress);
    vr_arena_free(&step);
    return ok;
}

typedef struct vrp_evaluate_sums {
    vr_predictions *out;
    const vr_dataset *data;
    const uint8_t *compete;
    double brier, nll;
} vrp_evaluate_sums;

static bool vrp_evaluate_take_logits(void *context, const vr_crops *crops, vr_tensor logits, vr_err *err) {
    (void)err;
    vrp_evaluate_sums *sums = (vrp_evaluate_sums *)context;
    vr_predictions *p = sums->out;
    const int64_t n = crops->count, at = p->count;
    vr_logits_restrict(logits, sums->compete);
    vr_softmax_forward(logits, logits);
    for (int64_t i = 0; i < n; i++) {
        p->index[at + i] = crops->index[i];
        p->labels[at + i] = sums->data->labels[crops->index[i]];
    }
    vr_confidence(p->confidence + at, p->predicted + at, logits.data, n, p->classes);
    vr_correct(p->correct + at, p->predicted + at, p->labels + at, n);
    vr_correct_top_k(p->correct_top5 + at, logits.data, p->labels + at, n, p->classes, vr_min(5, p->classes));
    sums->brier += (double)n * vr_brier(logits.data, p->labels + at, n, p->classes);
    sums->nll += (double)n * vr_nll(logits.data, p->labels + at, n, p->classes);
    p->count += n;
    return true;
}

/* The labelled images of a data set, as a data set. */
static vr_dataset vrp_evaluate_labelled(vr_arena *perm, const vr_dataset *data, int64_t **kept) {
    vr_dataset out = *data;
    const char **files = VR_NEW(perm, const char *, data->count);
    int64_t *labels = VR_NEW(perm, int64_t, data->count), *origin = VR_NEW(perm, int64_t, data->count);
    *kept = VR_NEW(perm, int64_t, data->count);
    out.count = 0;
    for (int64_t i = 0; i < data->count; i++) {
        if (data->labels[i] < 0) continue;
        files[out.count] = data->files[i];
        labels[out.count] = data->labels[i];
        origin[out.count] = data->origin[i];
        (*kept)[out.count++] = i;
    }
    out.files = files, out.labels = labels, out.origin = origin;
    return out;
}

bool vr_evaluate(vr_arena *perm, vr_predictions *out, const vr_model *model, const vr_dataset *data,
                 const vr_evaluate_opts *opts, vr_err *err) {
    *out = (vr_predictions){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    int64_t *kept;
    const vr_dataset labelled = vrp_evaluate_labelled(perm, data, &kept);
    if (labelled.count == 0 || model->classes == 0) {
        vr_arena_rewind(perm, mark);
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: %s", data->path,
                       model->classes == 0 ? "the model has no classification head"
                                           : "no image has a label: folders name the classes");
    }
    const int64_t n = labelled.count;
    vr_predictions p = {.classes = model->classes,
                        .index = VR_NEW(perm, int64_t, n),
                        .labels = VR_NEW(perm, int64_t, n),
                        .predicted = VR_NEW(perm, int64_t, n),
                        .confidence = VR_NEW(perm, float, n),
                        .correct = VR_NEW(perm, uint8_t, n),
                        .correct_top5 = VR_NEW(perm, uint8_t, n)};
    vrp_evaluate_sums sums = {&p, &labelled, opts ? opts->compete : NULL, 0, 0};
    const double start = vr_time();
    if (!vrp_evaluate_pass(model, &labelled, opts, vr_model_logits, vrp_evaluate_take_logits, &sums,
                           &p.skipped, &p.model_seconds, err)) {
        vr_arena_rewind(perm, mark);
        return false;
    }
    p.seconds = vr_time() - start;
    for (int64_t i = 0; i < p.count; i++) p.index[i] = kept[p.index[i]];
    vr_reliability(p.bins, VR_CALIBRATION_BINS, p.confidence, p.correct, p.count);
    p.calibration = (vr_calibration){.ece = vr_ece(p.bins, VR_CALIBRATION_BINS),
                                     .mce = vr_max_calibration_error(p.bins, VR_CALIBRATION_BINS),
                                     .brier = sums.brier / (double)p.count,
                                     .nll = sums.nll / (double)p.count};
    *out = p;
    return true;
}

typedef struct vrp_evaluate_rows {
    vr_tensor features;
    int64_t *index, count;
} vrp_evaluate_rows;

static bool vrp_evaluate_take_features(void *context, const vr_crops *crops, vr_tensor out, vr_err *err) {
    (void)err;
    vrp_evaluate_rows *rows = (vrp_evaluate_rows *)context;
    vr_tensor_assign(vr_tensor_slice(rows->features, 0, rows->count, rows->count + crops->count), out);
    memcpy(rows->index + rows->count, crops->index, (size_t)crops->count * sizeof *crops->index);
    rows->count += crops->count;
    return true;
}

bool vr_embed(vr_arena *perm, vr_tensor *features, int64_t **index, const vr_model *model,
              const vr_dataset *data, const vr_evaluate_opts *opts, vr_err *err) {
    *features = (vr_tensor){0};
    *index = NULL;
    const vr_arena_mark mark = vr_arena_here(perm);
    vrp_evaluate_rows rows = {.features = vr_tensor_2d(perm, data->count, model->features),
                              .index = VR_NEW(perm, int64_t, data->count)};
    int64_t skipped = 0;
    double seconds = 0;
    if (!vrp_evaluate_pass(model, data, opts, vr_model_features, vrp_evaluate_take_features, &rows, &skipped,
                           &seconds, err)) {
        vr_arena_rewind(perm, mark);
        return false;
    }
    *features = vr_tensor_slice(rows.features, 0, 0, rows.count);
    *index = rows.index;
    return true;
}

static const char *vrp_evaluate_base(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int vrp_evaluate_compare(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* True where no two images have the same last part of the path. */
static bool vrp_evaluate_unique(vr_arena *scratch, const vr_dataset *data) {
    const char **names = VR_NEW(scratch, const char *, data->count);
    for (int64_t i = 0; i < data->count; i++) names[i] = vrp_evaluate_base(data->files[i]);
    qsort(names, (size_t)data->count, sizeof *names, vrp_evaluate_compare);
    for (int64_t i = 1; i < data->count; i++)
        if (strcmp(names[i - 1], names[i]) == 0) return false;
    return true;
}

bool vr_predictions_save(const vr_predictions *p, const vr_dataset *data, const char *path, vr_err *err) {
    vr_arena arena = {0};
    const bool unique = vrp_evaluate_unique(&arena, data);
    vr_text text = {.arena = &arena};
    vr_text_add(&text, "file_name,predicted_class,predicted_probability\n");
    for (int64_t i = 0; i < p->count; i++) {
        const char *file = data->files[p->index[i]];
        vr_csv_field(&text, unique ? vrp_evaluate_base(file) : file);
        vr_text_printf(&text, ",%lld,%.9g\n", (long long)p->predicted[i], (double)p->confidence[i]);
    }
    const bool ok = vr_file_write(path, text.data, text.size, err);
    vr_arena_free(&arena);
    return ok;
}
