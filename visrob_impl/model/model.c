/* model/model.c: what all families have in common: normalization, the head, and how a batch is divided.
 *
 * Where a batch has two images a thread and the family allows it (ViTs, small ResNets), the threads divide the
 * images: a few at a time go through the whole network, so that what one layer writes is still in a cache when the
 * next reads it, and no layer waits for another thread. Else all threads work inside each layer. The bits are the
 * same. */
#include "model_impl.h"
#include "../base/error.h"
#include "../base/number.h"
#include "../base/par.h"
#include <math.h>
#include <string.h>

bool vr_model_normalization(float mean[3], float std[3], const char *text, vr_err *err) {
    static const struct {
        const char *name;
        float x[6];
    } known[] = {{"imagenet", {0.485f, 0.456f, 0.406f, 0.229f, 0.224f, 0.225f}},
                 {"half", {0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f}},
                 {"clip", {0.48145466f, 0.4578275f, 0.40821073f, 0.26862954f, 0.26130258f, 0.27577711f}},
                 {"none", {0, 0, 0, 1, 1, 1}}};
    float x[6];
    int64_t n = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(text, known[i].name) == 0) memcpy(x, known[i].x, sizeof x), n = 6;
    for (const char *s = text; n < 6; s++) {
        const size_t length = strcspn(s, ",");
        double v;
        if (!vr_number_double(&v, s, (int64_t)length) || !(fabs(v) < 1e6) || (n >= 3 && !(v > 1e-6))) break;
        x[n++] = (float)v;
        s += length;
        if (*s != (n < 6 ? ',' : 0)) n = 7;
    }
    if (n != 6)
        return vr_fail(
            err, VR_ERR_USAGE,
            "unknown normalization '%s': expected imagenet, half, clip, none, or mean and std as m,m,m,s,s,s",
            text);
    memcpy(mean, x, 3 * sizeof *x);
    memcpy(std, x + 3, 3 * sizeof *x);
    return true;
}

void vr_model_set_head(vr_arena *perm, vr_model *model, vr_tensor w, vr_tensor b, const char *const *labels) {
    const int64_t C = w.shape[0];
    VR_CHECK(vr_is_mat(w, C, model->features) && C >= 1, "w is [%lld,%lld], the model has %lld features",
             (long long)C, (long long)w.shape[1], (long long)model->features);
    model->head = vr_linear_pack(perm, w, b);
    model->net->hidden_count = 0;
    model->classes = C;
    model->labels = labels;
}

/* Each thread takes `share` images, in `rounds` parts: in one round all parts have the same size, so that threads of equal
 * speed end together. */
typedef struct vrp_model_parts {
    const vrp_model_net *net;
    vr_tensor y, x;
    int64_t threads, share, rounds;
    vr_arena *scratch; /* one for each thread */
} vrp_model_parts;

static void vrp_model_part(const void *context, int64_t i, int thread) {
    const vrp_model_parts *p = (const vrp_model_parts *)context;
    const int64_t round = i / p->threads, begin = round * p->share / p->rounds,
                  size = (round + 1) * p->share / p->rounds - begin,
                  from = p->threads * begin + i % p->threads * size;
    vr_arena_reset(&p->scratch[thread]);
    p->net->ops->features(vr_tensor_slice(p->y, 0, from, from + size), p->net->weights,
                          vr_tensor_slice(p->x, 0, from, from + size), &p->scratch[thread]);
}

/* Whole images for each thread; what is left over of the batch is shared inside of each layer. */
static void vrp_model_run(vr_tensor y, const vrp_model_net *net, vr_tensor x, vr_arena *scratch) {
    const int64_t N = x.shape[0], threads = vr_threads(),
                  images = net->ops->images_per_thread(net->weights, x.shape[1], x.shape[2]);
    const bool shared = images > 0 && N >= 2 * threads;
    const int64_t share = shared ? N / threads : 0, rest = N - share * threads;
    const vr_arena_mark mark = vr_arena_here(scratch);
    if (shared) {
        vrp_model_parts parts = {.net = net, .y = y, .x = x, .threads = threads, .share = share};
        parts.rounds =
            vr_max(2, (share + images - 1) / images); /* a slow thread leaves its second to others */
        parts.scratch = VR_NEW(scratch, vr_arena, threads);
        vr_parallel(threads * parts.rounds, vrp_model_part, &parts);
        for (int64_t t = 0; t < threads; t++) vr_arena_free(&parts.scratch[t]);
        vr_arena_rewind(scratch, mark);
    }
    if (rest > 0)
        net->ops->features(vr_tensor_slice(y, 0, N - rest, N), net->weights,
                           vr_tensor_slice(x, 0, N - rest, N), scratch);
}

vr_tensor vr_model_features(vr_arena *step, const vr_model *model, vr_tensor x) {
    VR_CHECK(x.ndim == 4 && x.shape[3] == 3 && vr_tensor_contiguous(x), "x must be [N,H,W,3], contiguous");
    VR_CHECK(x.shape[1] >= 1 && x.shape[2] >= 1, "the images are %lldx%lld", (long long)x.shape[1],
             (long long)x.shape[2]);
    const int64_t shape[2] = {x.shape[0], model->features};
    vr_tensor y = vr_tensor_raw(step, 2, shape);
    vrp_model_run(y, model->net, x, step);
    return y;
}

vr_tensor vr_model_logits(vr_arena *step, const vr_model *model, vr_tensor x) {
    VR_CHECK(model->classes > 0, "the model %s has no head: it has features, but no logits", model->name);
    const int64_t shape[2] = {x.shape[0], model->classes};
    vr_tensor y = vr_tensor_raw(step, 2, shape);
    const vr_arena_mark mark = vr_arena_here(step);
    vr_tensor features = vr_model_features(step, model, x);
    for (int i = 0; x.shape[0] > 0 && i < model->net->hidden_count; i++) {
        const vr_linear *layer = &model->net->hidden[i];
        const vr_tensor inner = vr_rows_new(step, x.shape[0], layer->out);
        vr_linear_apply(inner, features, layer, model->net->hidden_act[i], (vr_tensor){0}, step);
        features = inner;
    }
    if (x.shape[0] > 0) vr_linear_apply(y, features, &model->head, VR_ACT_NONE, (vr_tensor){0}, step);
    vr_arena_rewind(step, mark);
    return y;
}
