/* model/load.c: the family of a checkpoint, its labels and constants of normalization. */
#include "model_impl.h"
#include "../base/error.h"
#include "../format/load.h"
#include "checkpoint_impl.h"
#include "labels_impl.h"
#include "resnet_impl.h"
#include "vit_impl.h"
#include <string.h>

/* The anchor key of each family. */
static const struct {
    const char *anchor;
    bool (*build)(vr_arena *perm, vr_model *model, vrp_checkpoint *c, const vr_model_opts *opts, vr_err *err);
} vrp_load_families[] = {
    {"layer1.0.conv1.weight", vrp_resnet_build},
    {"patch_embed.proj.weight", vrp_vit_build},
    {"conv_proj.weight", vrp_vit_build},
};
enum { VRP_LOAD_FAMILIES = sizeof vrp_load_families / sizeof *vrp_load_families };

static vr_model *vrp_load_new(vr_arena *perm) {
    vr_model *model = VR_NEW(perm, vr_model, 1);
    model->net = VR_NEW(perm, vrp_model_net, 1);
    return model;
}

static void vrp_load_constants(vr_model *model, const vr_model_opts *opts) {
    vr_preprocess *p = &model->preprocess;
    if (opts->std[0] > 0) {
        memcpy(p->mean, opts->mean, sizeof p->mean);
        memcpy(p->std, opts->std, sizeof p->std);
    } else if (p->std[0] == 0) { /* the family does not set its own */
        vr_model_normalization(p->mean, p->std, "imagenet", VR_FATAL);
    }
    if (model->classes == 1000) model->labels = vr_labels_imagenet();
    if (model->classes == 10 && strcmp(model->dialect, "cifar") == 0) model->labels = vrp_labels_cifar10();
}

vr_model *vrp_model_from_arrays(vr_arena *perm, const vr_arrays *arrays, const vr_model_opts *opts,
                                vr_err *err) {
    static const vr_model_opts defaults = {0};
    if (!opts) opts = &defaults;
    VR_CHECK(opts->image_size >= 0 && opts->heads >= 0, "an image size of %lld, %lld heads",
             (long long)opts->image_size, (long long)opts->heads);
    const char *anchors[VRP_LOAD_FAMILIES];
    for (int i = 0; i < VRP_LOAD_FAMILIES; i++) anchors[i] = vrp_load_families[i].anchor;
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_arena scratch = {0};
    vr_model *model = vrp_load_new(perm);
    vrp_checkpoint c;
    const int family =
        vrp_checkpoint_open(&c, &scratch, arrays, anchors, VRP_LOAD_FAMILIES, opts->prefix, err);
    const bool ok = family >= 0 && vrp_load_families[family].build(perm, model, &c, opts, err);
    vr_arena_free(&scratch);
    if (!ok) {
        vr_arena_rewind(perm, mark);
        return NULL;
    }
    vrp_load_constants(model, opts);
    return model;
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
    const bool known =
        vrp_resnet_build_random(perm, model, name, &c) || vrp_vit_build_random(perm, model, name, &c);
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
    const vr_model_opts opts = {0};
    vrp_load_constants(model, &opts);
    return model;
}
