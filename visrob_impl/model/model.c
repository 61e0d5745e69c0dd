/* model/model.c: which family a checkpoint belongs to, and what all families have in common: the head, the labels,
 * the constants of normalization, and how a batch is cut.
 *
 * Where a batch has two images a thread and the family says so (ViTs, small ResNets), the threads share out the images: a
 * few at a time go through the whole network, so that what one layer writes is still in a cache when the next reads it,
 * and no layer waits for another thread. Else all threads work inside each layer. The bits are the same. */
#include "model.h"
#include "../base/error.h"
#include "../base/number.h"
#include "../base/par.h"
#include "../format/load.h"
#include "checkpoint.h"
#include "labels.h"
#include "resnet.h"
#include "vit.h"
#include <math.h>
#include <string.h>

/* The key by which each family is known. */
static const struct {
    const char *anchor;
    bool (*build)(vr_arena *perm, vr_model *model, vr_checkpoint *c, const vr_model_opts *opts, vr_err *err);
} vrp_model_families[] = {
    {"layer1.0.conv1.weight", vr_resnet_build},
    {"patch_embed.proj.weight", vr_vit_build},
    {"conv_proj.weight", vr_vit_build},
};
enum { VRP_MODEL_FAMILIES = sizeof vrp_model_families / sizeof *vrp_model_families };

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
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "normalization is imagenet, half, clip, none or mean and std as m,m,m,s,s,s, not '%s'",
                       text);
    memcpy(mean, x, 3 * sizeof *x);
    memcpy(std, x + 3, 3 * sizeof *x);
    return true;
}

static void vrp_model_constants(vr_model *model, const vr_model_opts *opts) {
    vr_preprocess *p = &model->preprocess;
    if (opts->std[0] > 0) {
        memcpy(p->mean, opts->mean, sizeof p->mean);
        memcpy(p->std, opts->std, sizeof p->std);
    } else if (p->std[0] == 0) { /* the family has none of its own */
        vr_model_normalization(p->mean, p->std, "imagenet", VR_FATAL);
    }
    if (model->classes == 1000) model->labels = vr_labels_imagenet();
    if (model->classes == 10 && strcmp(model->dialect, "cifar") == 0) model->labels = vr_labels_cifar10();
}

static vr_model *vrp_model_build(vr_arena *perm, vr_arena *load, const vr_arrays *arrays, vr_bytes file,
                                 const vr_model_opts *opts, vr_err *err) {
    static const vr_model_opts defaults = {0};
    if (!opts) opts = &defaults;
    VR_CHECK(opts->image_size >= 0 && opts->heads >= 0, "an image size of %lld, %lld heads",
             (long long)opts->image_size, (long long)opts->heads);
    const char *anchors[VRP_MODEL_FAMILIES];
    for (int i = 0; i < VRP_MODEL_FAMILIES; i++) anchors[i] = vrp_model_families[i].anchor;
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_model *model = VR_NEW(perm, vr_model, 1);
    vr_checkpoint c;
    const int family = vr_checkpoint_open(&c, load, arrays, anchors, VRP_MODEL_FAMILIES, opts->prefix, err);
    c.file = file;
    if (family < 0 || !vrp_model_families[family].build(perm, model, &c, opts, err)) {
        vr_arena_rewind(perm, mark);
        return NULL;
    }
    vrp_model_constants(model, opts);
    return model;
}

vr_model *vr_model_load(vr_arena *perm, const char *path, const vr_model_opts *opts, vr_err *err) {
    vr_arena load = {0};
    vr_arrays arrays;
    vr_model *model = NULL;
    if (vr_arrays_load(&load, &arrays, path, err))
        model = vrp_model_build(perm, &load, &arrays, arrays.file, opts, err);
    vr_arena_free(&load);
    return model;
}

vr_model *vr_model_from_arrays(vr_arena *perm, const vr_arrays *arrays, const vr_model_opts *opts,
                               vr_err *err) {
    vr_arena load = {0};
    vr_model *model = vrp_model_build(perm, &load, arrays, (vr_bytes){0}, opts, err);
    vr_arena_free(&load);
    return model;
}

vr_model *vr_model_random(vr_arena *perm, const char *name, uint64_t seed, vr_err *err) {
    vr_arena load = {0};
    vr_checkpoint c;
    vr_checkpoint_random(&c, &load, seed);
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_model *model = VR_NEW(perm, vr_model, 1);
    const bool known =
        vr_resnet_build_random(perm, model, name, &c) || vr_vit_build_random(perm, model, name, &c);
    vr_arena_free(&load);
    if (!known) {
        vr_arena_rewind(perm, mark);
        vr_fail(
            err, VR_ERR_ARGUMENT,
            "no model is called '%s': there are resnet20, 32, 44, 56, 110, 1202, 18, 34, 50, 101, 152, "
            "wide_resnet50_2, "
            "wide_resnet101_2, resnext50_32x4d, resnext101_32x8d, resnext101_64x4d, and vit_SIZE_patchP_S: "
            "SIZE tiny, small, base, large, huge, S the side of the image or `dinov2`",
            name);
        return NULL;
    }
    const vr_model_opts opts = {0};
    vrp_model_constants(model, &opts);
    return model;
}

typedef struct vrp_model_parts {
    const vr_model *model;
    vr_tensor y, x;
    int64_t part;
    vr_arena *own; /* one for each thread */
} vrp_model_parts;

static void vrp_model_part(const void *context, int64_t i, int thread) {
    const vrp_model_parts *p = (const vrp_model_parts *)context;
    const int64_t from = i * p->part, to = vr_min(from + p->part, p->x.shape[0]);
    vr_arena_reset(&p->own[thread]);
    p->model->ops->features(vr_tensor_slice(p->y, 0, from, to), p->model->weights,
                            vr_tensor_slice(p->x, 0, from, to), &p->own[thread]);
}

static void vrp_model_run(vr_tensor y, const vr_model *model, vr_tensor x, vr_arena *scratch) {
    const int64_t N = x.shape[0], threads = vr_threads();
    const int64_t alone = model->ops->alone(model->weights, x.shape[1], x.shape[2]);
    if (N < 2 * threads || alone == 0) {
        if (N > 0) model->ops->features(y, model->weights, x, scratch);
        return;
    }
    const vr_arena_mark mark = vr_arena_here(scratch);
    vrp_model_parts parts = {.model = model, .y = y, .x = x, .own = VR_NEW(scratch, vr_arena, threads)};
    parts.part = vr_min(alone, (N + 2 * threads - 1) / (2 * threads));
    vr_parallel((N + parts.part - 1) / parts.part, vrp_model_part, &parts);
    for (int64_t t = 0; t < threads; t++) vr_arena_free(&parts.own[t]);
    vr_arena_rewind(scratch, mark);
}

vr_tensor vr_model_features(vr_arena *step, const vr_model *model, vr_tensor x) {
    VR_CHECK(x.ndim == 4 && x.shape[3] == 3 && vr_tensor_contiguous(x), "x must be [N,H,W,3] without gaps");
    VR_CHECK(x.shape[1] >= 1 && x.shape[2] >= 1, "the images are %lldx%lld", (long long)x.shape[1],
             (long long)x.shape[2]);
    const int64_t shape[2] = {x.shape[0], model->features};
    vr_tensor y = vr_tensor_raw(step, 2, shape);
    vrp_model_run(y, model, x, step);
    return y;
}

vr_tensor vr_model_logits(vr_arena *step, const vr_model *model, vr_tensor x) {
    VR_CHECK(model->classes > 0, "this %s has no head: it gives features, not logits", model->name);
    const int64_t shape[2] = {x.shape[0], model->classes};
    vr_tensor y = vr_tensor_raw(step, 2, shape);
    const vr_arena_mark mark = vr_arena_here(step);
    const vr_tensor features = vr_model_features(step, model, x);
    if (x.shape[0] > 0) vr_linear_apply(y, features, &model->head, VR_ACT_NONE, (vr_tensor){0}, step);
    vr_arena_rewind(step, mark);
    return y;
}
