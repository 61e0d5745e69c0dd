/* model/head.c: a head is a list of linear layers; a batch-norm is folded into the layer after it or, behind a layer, into
 * that one. */
#include "head_impl.h"
#include "../base/error.h"
#include <math.h>
#include <string.h>

enum { VRP_HEAD_NUMBERS = 8 }; /* of a Sequential */

/* y = scale x + shift of a batch-norm. */
typedef struct vrp_head_norm {
    vr_tensor scale, shift; /* data = NULL: none */
} vrp_head_norm;

/* A linear layer while norms are folded into it. */
typedef struct vrp_head_layer {
    vr_tensor w, b; /* copies */
} vrp_head_layer;

static bool vrp_head_read_norm(vrp_head_norm *n, vrp_checkpoint *c, vrp_facts *f, const char *stem, int64_t C,
                               vr_err *err) {
    const bool affine = vrp_checkpoint_has(c, stem, "weight");
    const double eps = affine ? 1e-5 : 1e-6; /* PyTorch's default; MAE's linear probe */
    vr_tensor mean, var, w = {0}, b = {0};
    if (!vrp_checkpoint_take(c, &mean, stem, "running_mean", 1, &C, err) ||
        !vrp_checkpoint_take(c, &var, stem, "running_var", 1, &C, err) ||
        (affine && !vrp_checkpoint_take(c, &w, stem, "weight", 1, &C, err)) ||
        (affine && !vrp_checkpoint_take(c, &b, stem, "bias", 1, &C, err)))
        return false;
    n->scale = vr_tensor_1d(c->scratch, C), n->shift = vr_tensor_1d(c->scratch, C);
    for (int64_t i = 0; i < C; i++) {
        if (!(var.data[i * var.stride[0]] + eps > 0))
            return vr_fail(err, VR_ERR_NUMERIC,
                           "%s: key '%s%srunning_var': expected a variance of at least 0", c->path, c->prefix,
                           stem);
        n->scale.data[i] =
            (affine ? w.data[i * w.stride[0]] : 1) / (float)sqrt((double)var.data[i * var.stride[0]] + eps);
        n->shift.data[i] =
            (affine ? b.data[i * b.stride[0]] : 0) - mean.data[i * mean.stride[0]] * n->scale.data[i];
    }
    vrp_facts_assume(f, "eps %s in the head's batch-norm", affine ? "1e-5" : "1e-6");
    return true;
}

static bool vrp_head_read_layer(vrp_head_layer *l, vrp_checkpoint *c, const char *stem, int64_t in,
                                vr_err *err) {
    int64_t w[2];
    vr_tensor t;
    if (!vrp_checkpoint_shape(c, w, 2, stem, "weight", err) ||
        !vrp_checkpoint_take(c, &t, stem, "weight", VRP_SHAPE(w[0], in), err))
        return false;
    l->w = vr_tensor_copy(c->scratch, t);
    l->b = vr_tensor_1d(c->scratch, w[0]);
    if (!vrp_checkpoint_has(c, stem, "bias")) return true;
    if (!vrp_checkpoint_take(c, &t, stem, "bias", VRP_SHAPE(w[0]), err)) return false;
    vr_tensor_assign(l->b, t);
    return true;
}

/* w (scale x + shift) + b */
static void vrp_head_fold_before(vrp_head_layer *l, const vrp_head_norm *n) {
    const int64_t in = l->w.shape[1];
    for (int64_t o = 0; o < l->w.shape[0]; o++)
        for (int64_t i = 0; i < in; i++) {
            l->b.data[o] += l->w.data[o * in + i] * n->shift.data[i];
            l->w.data[o * in + i] *= n->scale.data[i];
        }
}

/* scale (w x + b) + shift */
static void vrp_head_fold_after(vrp_head_layer *l, const vrp_head_norm *n) {
    const int64_t in = l->w.shape[1];
    for (int64_t o = 0; o < l->w.shape[0]; o++) {
        for (int64_t i = 0; i < in; i++) l->w.data[o * in + i] *= n->scale.data[o];
        l->b.data[o] = l->b.data[o] * n->scale.data[o] + n->shift.data[o];
    }
}

static bool vrp_head_sequence(vr_arena *perm, vr_model *model, vrp_checkpoint *c, vrp_facts *f,
                              const char *stem, vr_err *err) {
    vrp_head_layer layer[VRP_MODEL_HIDDEN + 1];
    vrp_head_norm before = {0};
    bool gap[VRP_MODEL_HIDDEN + 1] = {false};
    int count = 0, last = -1;
    int64_t width = model->features;
    for (int i = 0; i < VRP_HEAD_NUMBERS; i++) {
        const char *part = vr_arena_printf(c->scratch, "%s%d.", stem, i);
        if (vrp_checkpoint_has(c, part, "running_mean")) {
            vrp_head_norm norm;
            if (!vrp_head_read_norm(&norm, c, f, part, width, err)) return false;
            if (count > 0 && last == i - 1)
                vrp_head_fold_after(&layer[count - 1], &norm);
            else
                before = norm;
            last = i;
        } else if (vrp_checkpoint_dims(c, part, "weight") == 2) {
            if (count > VRP_MODEL_HIDDEN)
                return vr_fail(err, VR_ERR_UNSUPPORTED,
                               "%s: key '%s%sweight': expected a head of at most %d layers", c->path,
                               c->prefix, part, VRP_MODEL_HIDDEN + 1);
            if (!vrp_head_read_layer(&layer[count], c, part, width, err)) return false;
            gap[count] = count > 0 && last < i - 1;
            if (before.scale.data) vrp_head_fold_before(&layer[count], &before);
            before = (vrp_head_norm){0};
            width = layer[count++].w.shape[0];
            last = i;
        }
    }
    if (count == 0 || before.scale.data)
        return vr_fail(err, VR_ERR_UNSUPPORTED, "%s: key '%s%s...': expected linear layers and batch-norms",
                       c->path, c->prefix, stem);
    vrp_model_net *net = model->net;
    for (int i = 0; i < count - 1; i++) {
        net->hidden[i] = vr_linear_pack(perm, layer[i].w, layer[i].b);
        net->hidden_act[i] = gap[i + 1] ? VR_ACT_RELU : VR_ACT_NONE;
        if (gap[i + 1]) vrp_facts_assume(f, "ReLU between the layers of '%s'", stem);
    }
    net->hidden_count = count - 1;
    model->head = vr_linear_pack(perm, layer[count - 1].w, layer[count - 1].b);
    model->classes = width;
    return true;
}

bool vrp_head_build(vr_arena *perm, vr_model *model, vrp_checkpoint *c, vrp_facts *f, const char *stem,
                    bool skip, vr_err *err) {
    int64_t w[2];
    if (skip || c->projector) {
        vrp_checkpoint_skip(c, stem);
        return true;
    }
    if (!vrp_checkpoint_has_below(c, stem)) return true;
    if (!vrp_checkpoint_has(c, stem, "weight") && !vrp_checkpoint_has(c, stem, "bias"))
        return vrp_head_sequence(perm, model, c, f, stem, err);
    if (!vrp_checkpoint_shape(c, w, 2, stem, "weight", err)) return false;
    model->classes = w[0];
    return vrp_checkpoint_linear(c, &model->head, perm, stem, vrp_checkpoint_has(c, stem, "bias"), NULL,
                                 model->features, w[0], err);
}
