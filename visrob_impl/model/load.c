/* model/load.c: the family of a checkpoint, its labels and constants of normalization. */
#include "model_impl.h"
#include "../base/error.h"
#include "../format/load.h"
#include "../base/os.h"
#include "checkpoint_impl.h"
#include "facts_impl.h"
#include "labels_impl.h"
#include "resnet_impl.h"
#include "vit_impl.h"
#include <string.h>

static vr_model *vrp_load_new(vr_arena *perm) {
    vr_model *model = VR_NEW(perm, vr_model, 1);
    model->net = VR_NEW(perm, vrp_model_net, 1);
    return model;
}

/* Options come first: what they say is not overridden. */
static bool vrp_load_options(vrp_facts *f, const vr_model_opts *opts, vr_err *err) {
    const struct {
        const char *text;
        vrp_fact fact;
    } words[] = {
        {opts->activation, VRP_FACT_ACT}, {opts->crop, VRP_FACT_CROP}, {opts->filter, VRP_FACT_FILTER}};
    double x;
    VR_CHECK(opts->image_size >= 0 && opts->heads >= 0, "an image size of %lld, %lld heads",
             (long long)opts->image_size, (long long)opts->heads);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].text) {
            if (!vrp_facts_word(&x, words[i].fact, words[i].text, err)) return false;
            vrp_facts_set(f, words[i].fact, x, VRP_FROM_OPTION);
        }
    if (opts->heads) vrp_facts_set(f, VRP_FACT_HEADS, (double)opts->heads, VRP_FROM_OPTION);
    if (opts->image_size) vrp_facts_set(f, VRP_FACT_SIZE, (double)opts->image_size, VRP_FROM_OPTION);
    if (opts->std[0] > 0) {
        memcpy(f->mean, opts->mean, sizeof f->mean);
        memcpy(f->std, opts->std, sizeof f->std);
        f->normalization = VRP_FROM_OPTION;
    }
    return !opts->model || vrp_facts_model(f, opts->model, VRP_FROM_OPTION, err);
}

/* The config's names, or those of a number of classes that only one data set is known for. */
static bool vrp_load_labels(vr_model *model, vrp_facts *f, vr_err *err) {
    if (model->classes == 0) return true;
    if (f->labels) {
        if (f->label_count != model->classes)
            return vr_fail(err, VR_ERR_FORMAT, "%s: names of %lld classes, but the head has %lld", f->config,
                           (long long)f->label_count, (long long)model->classes);
        model->labels = f->labels;
    } else if (model->classes == 1000) {
        model->labels = vr_labels_imagenet();
        vrp_facts_assume(f, "ImageNet's class names");
    } else if (model->classes == 10 && strcmp(model->dialect, "cifar") == 0) {
        model->labels = vrp_labels_cifar10();
        vrp_facts_assume(f, "CIFAR-10's class names");
    }
    return true;
}

static bool vrp_load_build(vr_arena *perm, vr_model *model, vrp_checkpoint *c, vrp_facts *f,
                           const vr_arrays *arrays, const vr_model_opts *opts, vr_err *err) {
    if (!vrp_load_options(f, opts, err) || (arrays->path && !vrp_config_read(perm, f, arrays->path, err)) ||
        !vrp_checkpoint_open(c, c->scratch, arrays, f, opts->prefix, err))
        return false;
    const bool ok = c->dialect->family == VRP_FAMILY_RESNET ? vrp_resnet_build(perm, model, c, f, opts, err)
                                                            : vrp_vit_build(perm, model, c, f, opts, err);
    if (!ok || (model->classes > 0 && !vrp_facts_agree(f, VRP_FACT_CLASSES, model->classes, c->path, err)) ||
        !vrp_load_labels(model, f, err))
        return false;
    model->assumed = vrp_facts_assumed(perm, f);
    model->path = vr_arena_string(perm, c->path, (int64_t)strlen(c->path));
    return true;
}

vr_model *vrp_model_from_arrays(vr_arena *perm, const vr_arrays *arrays, const vr_model_opts *opts,
                                vr_err *err) {
    static const vr_model_opts defaults = {0};
    if (!opts) opts = &defaults;
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_arena scratch = {0}, texts = {0}; /* scratch is rewound layer by layer */
    vr_model *model = vrp_load_new(perm);
    vrp_facts f = vrp_facts_none(&texts);
    vrp_checkpoint c = {.scratch = &scratch};
    vr_err own = {0}; /* also with VR_FATAL a message gets its context */
    const bool ok = vrp_load_build(perm, model, &c, &f, arrays, opts, &own);
    vr_arena_free(&scratch);
    vr_arena_free(&texts);
    if (ok) return model;
    vr_arena_rewind(perm, mark);
    vr_err_pass(err, &own);
    return NULL;
}

vr_model *vr_model_load(vr_arena *perm, const char *path, const vr_model_opts *opts, vr_err *err) {
    vr_arena load = {0};
    vr_arrays arrays;
    const bool ok = vr_arrays_load(&load, &arrays, path, err);
    vr_model *model = ok ? vrp_model_from_arrays(perm, &arrays, opts, err) : NULL;
    vr_arena_free(&load);
    return model;
}

vr_model *vr_model_random(vr_arena *perm, const char *name, uint64_t seed, vr_err *err) {
    vr_arena load = {0};
    vrp_checkpoint c;
    vrp_checkpoint_random(&c, &load, seed);
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_model *model = vrp_load_new(perm);
    vrp_facts f = vrp_facts_none(&load);
    const bool known =
        vrp_resnet_build_random(perm, model, name, &c, &f) || vrp_vit_build_random(perm, model, name, &c, &f);
    vr_arena_free(&load);
    if (!known) {
        vr_arena_rewind(perm, mark);
        vr_fail(
            err, VR_ERR_ARGUMENT,
            "unknown model '%s': expected resnet20, 32, 44, 56, 110, 1202, 18, 34, 50, 101, 152, "
            "wide_resnet50_2, wide_resnet101_2, resnext50_32x4d, resnext101_32x8d, resnext101_64x4d, or "
            "vit_SIZE_patchP_S with SIZE tiny, small, base, large, huge, and S the image size or 'dinov2'",
            name);
        return NULL;
    }
    return model;
}
