/* model/resnet.c: one description of a network (vrp_resnet_shape), read from keys or found by name; one function
 * that packs it, one that runs it. Every batch-norm is folded into its convolution; residual sums and ReLUs are part of
 * the convolution's epilogue.
 *
 * A block's sum is computed in place, on the shortcut; where that has another shape, two buffers alternate. What is
 * allocated inside a block is rewound at its end. */
#include "resnet_impl.h"
#include "../base/error.h"
#include "model_impl.h"
#include <math.h>
#include <string.h>

enum {
    VRP_RESNET_STAGES = 4,
    VRP_RESNET_CACHED = 96 * 1024, /* floats of the largest activation of one thread's images: most of L2 */
    VRP_RESNET_SMALL =
        256 * 1024, /* floats of an image's activation at which the batch is no longer divided */
    VRP_RESNET_PART = 1024 * 1024 /* floats of the largest activation of a part of the batch before that */
};

typedef struct vrp_resnet_shape {
    int64_t kernel, stem;  /* of conv1: 3 or 7; its channels */
    int64_t stages, convs; /* convs a block: 2 = basic, 3 = bottleneck */
    int64_t blocks[VRP_RESNET_STAGES];
    int64_t width[VRP_RESNET_STAGES]; /* inside a block */
    int64_t out[VRP_RESNET_STAGES];
    int64_t groups;
    const char *shortcut; /* the key's word; NULL = option A */
} vrp_resnet_shape;

typedef struct vrp_resnet_block {
    int64_t in, out, stride, convs;
    vr_conv conv[3];
    vr_conv shortcut; /* out = 0: the identity, or option A */
} vrp_resnet_block;

typedef struct vrp_resnet {
    vr_conv stem;
    bool pool;
    vrp_resnet_block *blocks;
    int64_t count;
} vrp_resnet;

/* ---- the description ---- */

static const struct {
    const char *name;
    int64_t kernel, stem, convs, width, groups;
    int64_t blocks[VRP_RESNET_STAGES];
} vrp_resnet_names[] = {
    {"resnet20", 3, 16, 2, 16, 1, {3, 3, 3}},
    {"resnet32", 3, 16, 2, 16, 1, {5, 5, 5}},
    {"resnet44", 3, 16, 2, 16, 1, {7, 7, 7}},
    {"resnet56", 3, 16, 2, 16, 1, {9, 9, 9}},
    {"resnet110", 3, 16, 2, 16, 1, {18, 18, 18}},
    {"resnet1202", 3, 16, 2, 16, 1, {200, 200, 200}},
    {"resnet18", 7, 64, 2, 64, 1, {2, 2, 2, 2}},
    {"resnet34", 7, 64, 2, 64, 1, {3, 4, 6, 3}},
    {"resnet50", 7, 64, 3, 64, 1, {3, 4, 6, 3}},
    {"resnet101", 7, 64, 3, 64, 1, {3, 4, 23, 3}},
    {"resnet152", 7, 64, 3, 64, 1, {3, 8, 36, 3}},
    {"wide_resnet50_2", 7, 64, 3, 128, 1, {3, 4, 6, 3}},
    {"wide_resnet101_2", 7, 64, 3, 128, 1, {3, 4, 23, 3}},
    {"resnext50_32x4d", 7, 64, 3, 128, 32, {3, 4, 6, 3}},
    {"resnext101_32x8d", 7, 64, 3, 256, 32, {3, 4, 23, 3}},
    {"resnext101_64x4d", 7, 64, 3, 256, 64, {3, 4, 23, 3}},
};

static bool vrp_resnet_by_name(vrp_resnet_shape *s, const char *name) {
    for (size_t i = 0; i < sizeof vrp_resnet_names / sizeof *vrp_resnet_names; i++) {
        if (strcmp(vrp_resnet_names[i].name, name) != 0) continue;
        *s = (vrp_resnet_shape){.kernel = vrp_resnet_names[i].kernel,
                                .stem = vrp_resnet_names[i].stem,
                                .convs = vrp_resnet_names[i].convs,
                                .groups = vrp_resnet_names[i].groups};
        s->shortcut = s->kernel == 3 ? NULL : "downsample.";
        for (; s->stages < VRP_RESNET_STAGES && vrp_resnet_names[i].blocks[s->stages]; s->stages++) {
            s->blocks[s->stages] = vrp_resnet_names[i].blocks[s->stages];
            s->width[s->stages] = vrp_resnet_names[i].width << s->stages;
            s->out[s->stages] = (s->stem << s->stages) * (s->convs == 3 ? 4 : 1);
        }
        return true;
    }
    return false;
}

static const char *vrp_resnet_key(vrp_checkpoint *c, int64_t stage, int64_t block, const char *rest) {
    return vr_arena_printf(c->scratch, "layer%lld.%lld.%s", (long long)stage + 1, (long long)block, rest);
}

static bool vrp_resnet_by_keys(vrp_resnet_shape *s, vrp_checkpoint *c, vr_err *err) {
    int64_t w[4];
    *s = (vrp_resnet_shape){0};
    if (!vrp_checkpoint_shape(c, w, 4, "conv1.", "weight", err)) return false;
    s->stem = w[0], s->kernel = w[2];
    if (s->kernel != 3 && s->kernel != 7)
        return vr_fail(err, VR_ERR_UNSUPPORTED,
                       "%s: key '%sconv1.weight': expected a convolution of 3x3 or 7x7, found %lldx%lld",
                       c->path, c->prefix, (long long)w[2], (long long)w[3]);
    s->convs = vrp_checkpoint_has(c, "layer1.0.conv3.", "weight") ? 3 : 2;
    for (; s->stages < VRP_RESNET_STAGES; s->stages++) {
        const int64_t i = s->stages;
        while (vrp_checkpoint_has_below(c, vrp_resnet_key(c, i, s->blocks[i], ""))) s->blocks[i]++;
        if (s->blocks[i] == 0) break;
        if (!vrp_checkpoint_shape(c, w, 4, vrp_resnet_key(c, i, 0, "conv1."), "weight", err)) return false;
        s->width[i] = w[0];
        if (!vrp_checkpoint_shape(c, w, 4, vrp_resnet_key(c, i, 0, "conv2."), "weight", err)) return false;
        if (i == 0)
            s->groups =
                s->width[0] / w[1]; /* 0 where w[1] is too large: an error of packing, which names the key */
        if (s->convs == 3 && !vrp_checkpoint_shape(c, w, 4, vrp_resnet_key(c, i, 0, "conv3."), "weight", err))
            return false;
        s->out[i] = w[0];
        if (vrp_checkpoint_has(c, vrp_resnet_key(c, i, 0, "downsample.0."), "weight"))
            s->shortcut = "downsample.";
        if (vrp_checkpoint_has(c, vrp_resnet_key(c, i, 0, "shortcut.0."), "weight"))
            s->shortcut = "shortcut.";
    }
    if (!s->shortcut && s->kernel == 7) s->shortcut = "downsample."; /* option A belongs to the CIFAR form */
    s->groups = vr_max(s->groups, 1);
    return true;
}

/* "resnet50", "wide_resnet50_2", "resnext50_32x4d", ... */
static const char *vrp_resnet_name(vr_arena *perm, const vrp_resnet_shape *s) {
    int64_t blocks = 0;
    for (int64_t i = 0; i < s->stages; i++) blocks += s->blocks[i];
    const long long depth = blocks * s->convs + 2;
    if (s->groups > 1)
        return vr_arena_printf(perm, "resnext%lld_%lldx%lldd", depth, (long long)s->groups,
                               (long long)(s->width[0] / s->groups));
    if (s->convs == 3 && s->width[0] % s->stem == 0 && s->width[0] / s->stem > 1)
        return vr_arena_printf(perm, "wide_resnet%lld_%lld", depth, (long long)(s->width[0] / s->stem));
    return vr_arena_printf(perm, "resnet%lld", depth);
}

/* ---- packing ---- */

static bool vrp_resnet_shortcut(vr_arena *perm, vrp_resnet_block *b, const vrp_resnet_shape *s,
                                vrp_checkpoint *c, int64_t stage, int64_t block, vr_err *err) {
    const bool changes = b->stride != 1 || b->in != b->out;
    if (!s->shortcut) {
        if (changes && (b->out < b->in || (b->out - b->in) % 2 != 0))
            return vr_fail(err, VR_ERR_FORMAT,
                           "%s: '%slayer%lld' has %lld input and %lld output channels, but no shortcut key",
                           c->path, c->prefix, (long long)stage + 1, (long long)b->in, (long long)b->out);
        return true;
    }
    const char *stem = vrp_resnet_key(c, stage, block, s->shortcut);
    const char *conv = vr_arena_printf(c->scratch, "%s0.", stem),
               *norm = vr_arena_printf(c->scratch, "%s1.", stem);
    if (!changes && !vrp_checkpoint_has(c, conv, "weight")) return true;
    return vrp_checkpoint_conv_batchnorm(c, &b->shortcut, perm, conv, norm, VRP_SHAPE(b->out, b->in, 1, 1),
                                         (vr_conv_opts){.stride = b->stride}, 1, err);
}

static bool vrp_resnet_pack_block(vr_arena *perm, vrp_resnet_block *b, const vrp_resnet_shape *s,
                                  vrp_checkpoint *c, int64_t stage, int64_t block, float gain, vr_err *err) {
    const int64_t width = s->width[stage];
    const bool bottleneck = b->convs == 3;
    for (int64_t i = 0; i < b->convs; i++) {
        const bool last = i == b->convs - 1;
        const int64_t k = bottleneck && i != 1 ? 1 : 3, in = i == 0 ? b->in : width,
                      out = last ? b->out : width;
        const int64_t groups = bottleneck && i == 1 ? s->groups : 1, strided = bottleneck ? 1 : 0;
        const char *stem = vr_arena_printf(c->scratch, "layer%lld.%lld.conv%lld.", (long long)stage + 1,
                                           (long long)block, (long long)i + 1);
        const char *norm = vr_arena_printf(c->scratch, "layer%lld.%lld.bn%lld.", (long long)stage + 1,
                                           (long long)block, (long long)i + 1);
        const vr_conv_opts opts = {.stride = i == strided ? b->stride : 1, .pad = k / 2, .groups = groups};
        if (!vrp_checkpoint_conv_batchnorm(c, &b->conv[i], perm, stem, norm,
                                           VRP_SHAPE(out, in / groups, k, k), opts, last ? gain : 1, err))
            return false;
    }
    return vrp_resnet_shortcut(perm, b, s, c, stage, block, err);
}

static bool vrp_resnet_pack(vr_arena *perm, vrp_resnet *net, const vrp_resnet_shape *s, vrp_checkpoint *c,
                            vr_err *err) {
    for (int64_t i = 0; i < s->stages; i++) net->count += s->blocks[i];
    net->pool = s->kernel == 7;
    net->blocks = VR_NEW(perm, vrp_resnet_block, net->count);
    const vr_conv_opts stem = {.stride = net->pool ? 2 : 1, .pad = s->kernel / 2};
    if (!vrp_checkpoint_conv_batchnorm(c, &net->stem, perm, "conv1.", "bn1.",
                                       VRP_SHAPE(s->stem, 3, s->kernel, s->kernel), stem, 1, err))
        return false;
    const float gain = 1 / sqrtf((float)net->count);
    vrp_resnet_block *b = net->blocks;
    for (int64_t stage = 0, in = s->stem; stage < s->stages; in = s->out[stage++])
        for (int64_t block = 0; block < s->blocks[stage]; block++, b++) {
            b->in = block == 0 ? in : s->out[stage];
            b->out = s->out[stage];
            b->stride = block == 0 && stage > 0 ? 2 : 1;
            b->convs = s->convs;
            if (!vrp_resnet_pack_block(perm, b, s, c, stage, block, gain, err)) return false;
        }
    return true;
}

/* ---- running ---- */

/* Option A: every second pixel; the new channels, half of them before and half after the others, are zero. */
static void vrp_resnet_option_a(vr_tensor y, vr_tensor x, const vrp_resnet_block *b) {
    const int64_t front = (b->out - b->in) / 2;
    for (int64_t n = 0; n < y.shape[0]; n++)
        for (int64_t i = 0; i < y.shape[1]; i++)
            for (int64_t j = 0; j < y.shape[2]; j++) {
                float *to = y.data + n * y.stride[0] + i * y.stride[1] + j * y.stride[2];
                memset(to, 0, (size_t)b->out * sizeof(float));
                memcpy(to + front,
                       x.data + n * x.stride[0] + i * b->stride * x.stride[1] + j * b->stride * x.stride[2],
                       (size_t)b->in * sizeof(float));
            }
}

static bool vrp_resnet_identity(const vrp_resnet_block *b) {
    return !b->shortcut.out && b->stride == 1 && b->in == b->out;
}

static vr_tensor vrp_resnet_output(float *buffer, vr_tensor x, const vr_conv *conv) {
    return vr_pixels_view(buffer, x.shape[0], vr_conv_out_size(x.shape[1], conv->kh, conv->opts),
                          vr_conv_out_size(x.shape[2], conv->kw, conv->opts), conv->out);
}

static vr_tensor vrp_resnet_pixels(vr_arena *scratch, const int64_t shape[4]) {
    const int64_t pixels = shape[0] * shape[1] * shape[2];
    float *data = (float *)vr_arena_alloc(scratch, pixels * vr_pixel_stride(shape[3]), sizeof(float));
    return vr_pixels_view(data, shape[0], shape[1], shape[2], shape[3]);
}

static vr_tensor vrp_resnet_inner(vr_arena *scratch, vr_tensor x, const vr_conv *conv, vr_act act) {
    vr_tensor y = vrp_resnet_output(NULL, x, conv);
    y = vrp_resnet_pixels(scratch, y.shape);
    vr_conv_apply(y, x, conv, (vr_tensor){0}, act, scratch);
    return y;
}

/* y = relu(branch(x) + shortcut(x)): the sum replaces the shortcut, which is x itself or in `buffer`. */
static vr_tensor vrp_resnet_run_block(float *buffer, vr_tensor x, const vrp_resnet_block *b,
                                      vr_arena *scratch) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    vr_tensor t = x, y = x;
    for (int64_t i = 0; i < b->convs - 1; i++) t = vrp_resnet_inner(scratch, t, &b->conv[i], VR_ACT_RELU);
    const vr_conv *last = &b->conv[b->convs - 1];
    if (!vrp_resnet_identity(b)) {
        y = vrp_resnet_output(buffer, t, last);
        if (b->shortcut.out)
            vr_conv_apply(y, x, &b->shortcut, (vr_tensor){0}, VR_ACT_NONE, scratch);
        else
            vrp_resnet_option_a(y, x, b);
    }
    vr_conv_apply(y, t, last, y, VR_ACT_RELU, scratch);
    vr_arena_rewind(scratch, mark);
    return y;
}

/* Floats of the largest input or output of a block, for images of H x W. */
static int64_t vrp_resnet_largest(const vrp_resnet *net, int64_t N, int64_t H, int64_t W) {
    H = vr_conv_out_size(H, net->stem.kh, net->stem.opts),
    W = vr_conv_out_size(W, net->stem.kw, net->stem.opts);
    int64_t most = N * H * W * vr_pixel_stride(net->stem.out);
    if (net->pool) H = (H - 1) / 2 + 1, W = (W - 1) / 2 + 1;
    for (int64_t i = 0; i < net->count; i++) {
        H = (H - 1) / net->blocks[i].stride + 1, W = (W - 1) / net->blocks[i].stride + 1;
        most = vr_max(most, N * H * W * vr_pixel_stride(net->blocks[i].out));
    }
    return most;
}

/* The stem and the first `early` blocks; y: [N,H,W,C] of the last of them, or of the pooled stem. */
static void vrp_resnet_begin(vr_tensor y, const vrp_resnet *net, vr_tensor x, int64_t early,
                             vr_arena *scratch) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t largest = vrp_resnet_largest(net, x.shape[0], x.shape[1], x.shape[2]);
    float *now = (float *)vr_arena_alloc(scratch, largest, sizeof(float));
    float *next = (float *)vr_arena_alloc(scratch, largest, sizeof(float));
    int64_t last = early - 1; /* the last block that does not work in place */
    while (last >= 0 && vrp_resnet_identity(&net->blocks[last])) last--;
    vr_tensor t = vrp_resnet_output(!net->pool && last < 0 ? y.data : now, x, &net->stem);
    vr_conv_apply(t, x, &net->stem, (vr_tensor){0}, VR_ACT_RELU, scratch);
    if (net->pool) {
        const vr_tensor pooled =
            vr_pixels_view(last < 0 ? y.data : next, t.shape[0], (t.shape[1] - 1) / 2 + 1,
                           (t.shape[2] - 1) / 2 + 1, t.shape[3]);
        vr_maxpool2d_apply(pooled, t, 3, 2, 1);
        t = pooled;
    }
    for (int64_t i = 0; i < early; i++) {
        float *buffer = i == last ? y.data : t.data == now ? next : now;
        t = vrp_resnet_run_block(buffer, t, &net->blocks[i], scratch);
    }
    vr_arena_rewind(scratch, mark);
}

/* The number of blocks before the output of an image has at most `small` floats; shape: of the last one's output. */
static int64_t vrp_resnet_early(const vrp_resnet *net, vr_tensor x, int64_t small, int64_t shape[4]) {
    const vr_tensor stem = vrp_resnet_output(NULL, x, &net->stem);
    memcpy(shape, stem.shape, sizeof stem.shape);
    if (net->pool) shape[1] = (shape[1] - 1) / 2 + 1, shape[2] = (shape[2] - 1) / 2 + 1;
    for (int64_t i = 0;; i++) {
        if (i == net->count) return i;
        const vrp_resnet_block *b = &net->blocks[i];
        const int64_t H = (shape[1] - 1) / b->stride + 1, W = (shape[2] - 1) / b->stride + 1;
        if (H * W * vr_pixel_stride(b->out) <= small) return i;
        shape[1] = H, shape[2] = W, shape[3] = b->out;
    }
}

/* The early layers have small weights and large activations: a few images at a time stay in the caches. The late layers
 * have large weights and small activations: the weights are read once for the whole batch. */
static void vrp_resnet_features(vr_tensor y, const void *weights, vr_tensor x, vr_arena *scratch) {
    const vrp_resnet *net = (const vrp_resnet *)weights;
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t N = x.shape[0], largest = vrp_resnet_largest(net, 1, x.shape[1], x.shape[2]);
    const int64_t part = vr_clamp(VRP_RESNET_PART / largest, 1, N);
    int64_t shape[4];
    const int64_t early = vrp_resnet_early(net, x, N > part ? VRP_RESNET_SMALL : -1, shape);
    vr_tensor t = vrp_resnet_pixels(scratch, shape);
    for (int64_t n = 0; n < N; n += part) {
        const int64_t to = vr_min(n + part, N);
        vrp_resnet_begin(vr_tensor_slice(t, 0, n, to), net, vr_tensor_slice(x, 0, n, to), early, scratch);
    }
    float *buffers[2] = {NULL, NULL};
    for (int64_t i = early; i < net->count; i++) {
        float **next = &buffers[t.data == buffers[0]];
        if (!*next && !vrp_resnet_identity(&net->blocks[i]))
            *next = (float *)vr_arena_alloc(scratch, N * VRP_RESNET_SMALL, sizeof(float));
        t = vrp_resnet_run_block(*next, t, &net->blocks[i], scratch);
    }
    vr_global_avgpool_apply(y, t);
    vr_arena_rewind(scratch, mark);
}

static int64_t vrp_resnet_images(const void *weights, int64_t H, int64_t W) {
    return VRP_RESNET_CACHED / vr_max(1, vrp_resnet_largest((const vrp_resnet *)weights, 1, H, W));
}

static const vrp_model_ops vrp_resnet_ops = {.features = vrp_resnet_features,
                                             .images_per_thread = vrp_resnet_images};

/* ---- building ---- */

static vrp_resnet *vrp_resnet_describe(vr_arena *perm, vr_model *model, const vrp_resnet_shape *s,
                                       const vr_model_opts *opts) {
    vrp_resnet *net = VR_NEW(perm, vrp_resnet, 1);
    const bool cifar = s->kernel == 3;
    model->name = vrp_resnet_name(perm, s);
    model->dialect = cifar ? "cifar" : "torchvision";
    model->features = s->stages > 0 ? s->out[s->stages - 1] : 0;
    model->net->ops = &vrp_resnet_ops;
    model->net->weights = net;
    vr_preprocess *p = &model->preprocess;
    p->size = opts->image_size ? opts->image_size : cifar ? 32 : 224;
    p->resize = !cifar ? (p->size * 256 + 112) / 224 : opts->image_size; /* torchvision's 256 for 224 */
    p->filter = VR_FILTER_BILINEAR;
    return net;
}

bool vrp_resnet_build(vr_arena *perm, vr_model *model, vrp_checkpoint *c, const vr_model_opts *opts,
                      vr_err *err) {
    vrp_resnet_shape s;
    if (!vrp_resnet_by_keys(&s, c, err)) return false;
    vrp_resnet *net = vrp_resnet_describe(perm, model, &s, opts);
    if (!vrp_resnet_pack(perm, net, &s, c, err)) return false;
    const char *head = vrp_checkpoint_has_below(c, "linear.") ? "linear." : "fc.";
    if (opts->no_head || c->projector) {
        vrp_checkpoint_skip(c, head);
    } else if (vrp_checkpoint_has(c, head, "weight") || vrp_checkpoint_has(c, head, "bias")) {
        int64_t w[2];
        if (!vrp_checkpoint_shape(c, w, 2, head, "weight", err) ||
            !vrp_checkpoint_linear(c, &model->head, perm, head, true, NULL, model->features, w[0], err))
            return false;
        model->classes = w[0];
    }
    return vrp_checkpoint_close(c, model->name, err);
}

bool vrp_resnet_build_random(vr_arena *perm, vr_model *model, const char *name, vrp_checkpoint *c) {
    vrp_resnet_shape s;
    if (!vrp_resnet_by_name(&s, name)) return false;
    const vr_model_opts opts = {0};
    return vrp_resnet_pack(perm, vrp_resnet_describe(perm, model, &s, &opts), &s, c, VR_FATAL);
}
