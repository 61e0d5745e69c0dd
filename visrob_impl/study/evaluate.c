/* study/evaluate.c: each batch's probabilities become a row an image, and sums of what needs the whole distribution. */
#include "evaluate.h"
#include "../metric/accuracy.h"
#include "../nn/kernels.h"
#include <string.h>

/* What is being filled. */
typedef struct vrp_evaluate {
    const vr_dataset *data;
    int64_t count, classes;
    vr_bytes *image;
    int64_t *index, *label, *predicted;
    float *probability;
    uint8_t *correct, *correct_top5;
    double brier, nll;
} vrp_evaluate;

static bool vrp_evaluate_take(void *context, int64_t pass, const vr_batch *batch, vr_tensor logits,
                              vr_err *err) {
    (void)pass, (void)err;
    vrp_evaluate *e = (vrp_evaluate *)context;
    const int64_t n = batch->count, at = e->count, C = e->classes;
    for (int64_t i = 0; i < n; i++) {
        const char *file = e->data->files[batch->index[i]];
        e->image[at + i] = (vr_bytes){(const uint8_t *)file, (int64_t)strlen(file)};
        e->label[at + i] = e->data->labels[batch->index[i]];
        e->index[at + i] = batch->index[i];
    }
    vr_softmax_forward(logits, logits);
    vr_confidence(e->probability + at, e->predicted + at, logits.data, n, C);
    vr_correct(e->correct + at, e->predicted + at, e->label + at, n);
    vr_correct_top_k(e->correct_top5 + at, logits.data, e->label + at, n, C, vr_min(5, C));
    e->brier += (double)n * vr_brier(logits.data, e->label + at, n, C);
    e->nll += (double)n * vr_nll(logits.data, e->label + at, n, C);
    e->count += n;
    return true;
}

/* The labelled images of a data set, as a data set; kept: their numbers in it. */
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

bool vr_evaluate(vr_arena *perm, vr_evaluation *out, const vr_model *model, const vr_dataset *data,
                 const vr_over_opts *opts, vr_err *err) {
    *out = (vr_evaluation){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    int64_t *kept;
    const vr_dataset labelled = vrp_evaluate_labelled(perm, data, &kept);
    const int64_t n = labelled.count;
    vrp_evaluate e = {.data = &labelled, .classes = model->classes};
    e.image = VR_NEW(perm, vr_bytes, n);
    e.index = VR_NEW(perm, int64_t, n), e.label = VR_NEW(perm, int64_t, n),
    e.predicted = VR_NEW(perm, int64_t, n);
    e.probability = VR_NEW(perm, float, n);
    e.correct = VR_NEW(perm, uint8_t, n), e.correct_top5 = VR_NEW(perm, uint8_t, n);
    vr_evaluation r = {.classes = model->classes, .index = e.index, .unlabelled = data->count - n};
    const vr_over over = {.take = vrp_evaluate_take, .context = &e};
    const bool ok =
        n > 0 || model->classes == 0
            ? vr_over_run(&r.run, &over, model, &labelled, opts, err)
            : vr_fail(err, VR_ERR_ARGUMENT, "%s: no image has a label: folders name the classes", data->path);
    if (!ok) {
        vr_arena_rewind(perm, mark);
        return false;
    }
    for (int64_t i = 0; i < e.count; i++) e.index[i] = kept[e.index[i]];
    r.predictions = (vr_predictions){.path = data->path,
                                     .count = e.count,
                                     .k = 1,
                                     .image = e.image,
                                     .predicted = e.predicted,
                                     .probability = e.probability,
                                     .label = e.label,
                                     .correct = e.correct,
                                     .correct_top5 = e.correct_top5};
    vr_reliability(r.bins, VR_CALIBRATION_BINS, e.probability, e.correct, e.count);
    r.calibration = (vr_calibration){.ece = vr_ece(r.bins, VR_CALIBRATION_BINS),
                                     .mce = vr_max_calibration_error(r.bins, VR_CALIBRATION_BINS),
                                     .brier = e.brier / (double)e.count,
                                     .nll = e.nll / (double)e.count};
    *out = r;
    return true;
}
