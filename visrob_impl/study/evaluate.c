/* study/evaluate.c: each batch's probabilities become a row an image, and sums of what needs the whole distribution. */
#include "../base/log.h"
#include "evaluate.h"
#include "../metric/accuracy.h"
#include "corruption_impl.h"
#include "../nn/kernels.h"
#include <math.h>
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
    bool *labelled = VR_NEW(perm, bool, data->count);
    int64_t n = 0;
    *kept = VR_NEW(perm, int64_t, data->count);
    for (int64_t i = 0; i < data->count; i++)
        if ((labelled[i] = data->labels[i] >= 0)) (*kept)[n++] = i;
    vr_dataset_keep(perm, &out, labelled);
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
    vr_evaluation r = {.model = model->name,
                       .labels = data->classes,
                       .classes = model->classes,
                       .index = e.index,
                       .unlabelled = data->count - n};
    const vr_over over = {.take = vrp_evaluate_take, .context = &e};
    const bool ok =
        n > 0 || model->classes == 0
            ? vr_over_run(&r.run, &over, model, &labelled, opts, err)
            : vr_fail(err, VR_ERR_ARGUMENT, "%s: no image has a label: folders name the classes", data->path);
    if (!ok || !vrp_corruptions_find(perm, &r.corruptions, data, err) ||
        (r.corruptions.count > 0 && e.count < data->count &&
         !vr_fail(err, VR_ERR_ARGUMENT,
                  "%s: %lld corrupted images are left out: each has to be there under all corruptions",
                  data->path, (long long)(data->count - e.count)))) {
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

/* ---- tables ---- */

static vr_interval vrp_evaluate_percent(vr_interval x) {
    return (vr_interval){100 * x.value, 100 * x.low, 100 * x.high};
}

/* The mean of the difference in correct predictions from those of the model `from`. */
static vr_interval vrp_evaluate_difference(vr_arena *scratch, const vr_predictions *p,
                                           const vr_predictions *from, const vr_bootstrap *opts) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    double *d = VR_NEW(scratch, double, p->count);
    for (int64_t i = 0; i < p->count; i++) d[i] = p->correct[i] - from->correct[i];
    const vr_interval difference = vr_bootstrap_mean(scratch, d, p->count, opts);
    vr_arena_rewind(scratch, mark);
    return vrp_evaluate_percent(difference);
}

/* The cells of some corruptions at a severity (0: at all): how right the model is on each image, each corruption alike, less
 * `from` (or NULL). Shapes: chosen: [VR_FACTOR_COUNT] -> [corruptions.images], NULL where there are no such cells. */
static double *vrp_evaluate_under(vr_arena *arena, const vr_evaluation *e, const vr_evaluation *from,
                                  const bool *chosen, int severity) {
    const vr_corruptions *c = &e->corruptions;
    double of[VR_FACTOR_COUNT] = {0}, factors = 0, *d = VR_NEW(arena, double, c->images);
    for (int64_t k = 0; k < c->count; k++)
        if (chosen[c->factor[k]] && (severity == 0 || severity == c->severity[k]))
            factors += of[c->factor[k]]++ == 0;
    for (int64_t k = 0; k < c->count; k++) {
        if (!chosen[c->factor[k]] || (severity != 0 && severity != c->severity[k])) continue;
        const double weight = 1 / (of[c->factor[k]] * factors);
        for (int64_t i = k * c->images, at = 0; at < c->images; i++, at++)
            d[at] += weight * (e->predictions.correct[i] - (from ? from->predictions.correct[i] : 0));
    }
    return factors > 0 ? d : NULL;
}

/* The error under a corruption divided by the baseline's, in percent; NaN where severities are missing. */
static double vrp_evaluate_ce(const vr_evaluation *e, int64_t factor) {
    int64_t severities = 0, correct = 0;
    const vr_corruptions *c = &e->corruptions;
    for (int64_t k = 0; k < c->count; k++)
        for (int64_t i = 0; (int64_t)c->factor[k] == factor && i < c->images; i++) {
            severities += i == 0;
            correct += e->predictions.correct[k * c->images + i];
        }
    if (severities < VR_SEVERITIES) return (double)NAN;
    return 100 * (1 - (double)correct / (double)(severities * c->images)) / e->baseline[factor];
}

static bool vrp_evaluate_has(const vr_evaluation *e, int severity) {
    bool has = false;
    for (int64_t k = 0; k < e->corruptions.count; k++) has = has || e->corruptions.severity[k] == severity;
    return has;
}

/* One row: the accuracies of all models under the chosen corruptions, differences or severities, and CE. */
static void vrp_evaluate_row(vr_table *t, const vr_evaluation *e, int64_t count, const bool *chosen,
                             const vr_bootstrap *opts) {
    const int64_t n = e->corruptions.images;
    vr_arena scratch = {0};
    for (int64_t m = 0; m < 2 * count - 1; m++) { /* accuracies, then differences from the first */
        const double *d = m < count ? vrp_evaluate_under(&scratch, &e[m], NULL, chosen, 0)
                                    : vrp_evaluate_under(&scratch, &e[m - count + 1], e, chosen, 0);
        vr_table_interval(t, vrp_evaluate_percent(vr_bootstrap_mean(&scratch, d, n, opts)), 2);
    }
    for (int severity = 1; count == 1 && severity <= VR_SEVERITIES; severity++) {
        if (!vrp_evaluate_has(e, severity)) continue;
        const double *d = vrp_evaluate_under(&scratch, e, NULL, chosen, severity);
        vr_table_number(t, d ? 100 * vr_mean(d, n) : (double)NAN, 1);
    }
    for (int64_t m = 0; e->baseline && m < count; m++) {
        double sum = 0, factors = 0;
        for (int64_t f = 0; f < VR_FACTOR_COUNT; f++)
            if (chosen[f]) sum += vrp_evaluate_ce(&e[m], f), factors++;
        vr_table_number(t, sum / factors, 1);
    }
    vr_arena_free(&scratch);
}

static vr_table vrp_evaluate_corruptions(vr_arena *arena, const vr_evaluation *e, int64_t count,
                                         const vr_bootstrap *opts) {
    const char **names = VR_NEW(arena, const char *, 3 * count + VR_SEVERITIES + 1);
    int64_t columns = 0;
    names[columns++] = "corruption";
    for (int64_t m = 0; m < count; m++)
        names[columns++] =
            count == 1 ? "accuracy %" : vr_arena_printf(arena, "%s accuracy %%", vrp_model_letter(arena, m));
    for (int64_t m = 1; m < count; m++)
        names[columns++] = vr_arena_printf(arena, "%s - A", vrp_model_letter(arena, m));
    for (int s = 1, first = 1; count == 1 && s <= VR_SEVERITIES; s++)
        if (vrp_evaluate_has(e, s))
            names[columns++] = vr_arena_printf(arena, "%s%d", first ? "sev. " : "", s), first = 0;
    for (int64_t m = 0; e->baseline && m < count; m++)
        names[columns++] =
            count == 1 ? "CE %" : vr_arena_printf(arena, "%s CE %%", vrp_model_letter(arena, m));
    vr_table t = vr_table_new(arena, names, columns);
    bool present[VR_FACTOR_COUNT] = {false}, fifteen[VR_FACTOR_COUNT] = {false};
    for (int64_t k = 0; k < e->corruptions.count; k++) present[e->corruptions.factor[k]] = true;
    int64_t counted = 0;
    for (int64_t f = 0; f < VR_FACTOR_COUNT; f++) {
        bool one[VR_FACTOR_COUNT] = {false};
        if (!present[f]) continue;
        one[f] = true;
        counted += fifteen[f] = vrp_corruption_counts((vr_factor)f);
        vr_table_text(&t, vr_factor_name((vr_factor)f));
        vrp_evaluate_row(&t, e, count, one, opts);
    }
    if (counted > 0) {
        vr_table_text(&t, vr_arena_printf(arena, "(mean of %lld)", (long long)counted));
        vrp_evaluate_row(&t, e, count, fifteen, opts);
    }
    return t;
}

vr_table vr_evaluation_table(vr_arena *arena, const vr_evaluation *evaluations, int64_t count,
                             const vr_bootstrap *opts) {
    for (int64_t m = 0; m < count; m++)
        VR_CHECK(evaluations[m].predictions.count == evaluations->predictions.count &&
                     memcmp(evaluations[m].index, evaluations->index,
                            (size_t)evaluations->predictions.count * sizeof *evaluations->index) == 0,
                 "%s and %s have not seen the same images", evaluations->model, evaluations[m].model);
    if (count > 0 && evaluations->corruptions.count > 1)
        return vrp_evaluate_corruptions(arena, evaluations, count, opts);
    const char *names[6] = {"model", "images", "accuracy %"};
    const bool several = count > 1, top5 = count > 0 && evaluations->classes > 5;
    int64_t columns = 3;
    if (several) names[columns++] = "difference";
    if (top5) names[columns++] = "top-5 %";
    names[columns++] = "ECE %";
    vr_table t = vr_table_new(arena, names, columns);
    for (int64_t m = 0; m < count; m++) {
        const vr_evaluation *e = &evaluations[m];
        const vr_predictions *p = &e->predictions, *first = &evaluations->predictions;
        vr_interval accuracy;
        vr_bootstrap_rates(arena, &accuracy, p->correct, 1, 1, p->count, opts);
        vr_table_text(&t, e->model);
        vr_table_number(&t, (double)p->count, 0);
        vr_table_interval(&t, vrp_evaluate_percent(accuracy), 2);
        if (several && m == 0) vr_table_number(&t, (double)NAN, 2);
        if (m > 0) vr_table_interval(&t, vrp_evaluate_difference(arena, p, first, opts), 2);
        if (top5) vr_table_number(&t, 100 * vr_accuracy(p->correct_top5, p->count), 2);
        vr_table_number(&t, 100 * e->calibration.ece, 2);
    }
    return t;
}

/* The worst `rows` classes, and what each is most often taken for. confusion: [C,C]. */
static vr_table vrp_evaluate_classes(vr_arena *arena, const vr_evaluation *e, const int64_t *confusion,
                                     int64_t rows) {
    static const char *const columns[] = {"class", "images", "accuracy %", "most often taken for", "times"};
    const int64_t C = e->classes;
    vr_table t = vr_table_new(arena, columns, 5);
    double *accuracy = VR_NEW(arena, double, C);
    vr_class_accuracy(accuracy, confusion, C);
    for (int64_t row = 0; row < vr_min(rows, C); row++) {
        const int64_t c = vr_worst(accuracy, C);
        if (c < 0) break;
        int64_t images = 0, mistake = -1;
        for (int64_t k = 0; k < C; k++) {
            images += confusion[c * C + k];
            if (k != c && confusion[c * C + k] > (mistake < 0 ? 0 : confusion[c * C + mistake])) mistake = k;
        }
        vr_table_text(&t, e->labels[c]);
        vr_table_number(&t, (double)images, 0);
        vr_table_number(&t, 100 * accuracy[c], 2);
        vr_table_text(&t, mistake < 0 ? "-" : e->labels[mistake]);
        vr_table_number(&t, mistake < 0 ? 0 : (double)confusion[c * C + mistake], 0);
        accuracy[c] = (double)NAN;
    }
    return t;
}

static vr_table vrp_evaluate_confusion(vr_arena *arena, const vr_evaluation *e, const int64_t *confusion) {
    const int64_t C = e->classes;
    const char **columns = VR_NEW(arena, const char *, C + 1);
    columns[0] = "label \\ predicted";
    for (int64_t c = 0; c < C; c++) columns[c + 1] = e->labels[c];
    vr_table t = vr_table_new(arena, columns, C + 1);
    for (int64_t c = 0; c < C; c++) {
        vr_table_text(&t, e->labels[c]);
        for (int64_t k = 0; k < C; k++) vr_table_number(&t, (double)confusion[c * C + k], 0);
    }
    return t;
}

void vr_evaluation_print(FILE *file, const vr_evaluation *e, int64_t rows) {
    vr_arena arena = {0};
    const int64_t C = e->classes;
    int64_t *confusion = VR_NEW(&arena, int64_t, (C * C));
    vr_confusion(confusion, e->predictions.predicted, e->predictions.label, e->predictions.count, C);
    const vr_table worst = vrp_evaluate_classes(&arena, e, confusion, rows);
    vr_print(file, "\n%s classes\n", rows < C ? "The worst" : "The");
    vr_table_print(file, &worst);
    if (C <= 12) {
        const vr_table all = vrp_evaluate_confusion(&arena, e, confusion);
        vr_print(file, "\nConfusion\n");
        vr_table_print(file, &all);
    }
    vr_arena_free(&arena);
}
