/* model/resnet.c: one description of a network (vrp_resnet_shape), read from keys or found by name; one function
 * that packs it, one that runs it. Every batch-norm is folded into its convolution; residual sums and ReLUs are part of
 * the convolution's epilogue.
 *
 * A block's sum is computed in place, on the shortcut; where that has another shape, two buffers alternate. What is
 * allocated inside a block is rewound at its end. */
#include "resnet_impl.h"
#include "../base/error.h"
#include "head_impl.h"
#include "model_impl.h"
#include "pool_impl.h"
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
    int64_t kernel, stem;  /* of the first convolution; channels before the blocks */
    int64_t stem_width[3]; /* of three convolutions (resnet50d, CLIP); 0: there is one */
    const char *stem_norm; /* the key of the last one's norm */
    int64_t stages, convs; /* convs a block: 2 = basic, 3 = bottleneck */
    int64_t blocks[VRP_RESNET_STAGES];
    int64_t width[VRP_RESNET_STAGES]; /* inside a block */
    int64_t out[VRP_RESNET_STAGES];
    int64_t groups;
    bool shortcut;  /* has keys; else option A */
    bool avg_down;  /* a shortcut's stride is an average pooling */
    bool attention; /* attention pooling at the end: CLIP */
    bool cifar;     /* by rule no stride and no pooling before the blocks */
    int64_t stem_stride, output_stride;
    bool pool;
    float eps;
    vrp_antialias antialias;
} vrp_resnet_shape;

typedef struct vrp_resnet_block {
    int64_t in, out, stride, convs;
    vr_conv conv[3];
    vr_conv shortcut;        /* out = 0: the identity, or option A */
    vrp_antialias antialias; /* how the branch, whose convolutions then have no stride, becomes smaller */
    bool avg_down;
} vrp_resnet_block;

typedef struct vrp_resnet {
    vr_conv stem[3];
    int64_t stem_count;
    bool pool;
    vrp_antialias antialias;
    vrp_resnet_block *blocks;
    int64_t count;
    const vrp_pool_attention *attention; /* or NULL: the mean of all pixels */
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
        s->cifar = s->kernel == 3;
        s->shortcut = !s->cifar;
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

static bool vrp_resnet_stem_by_keys(vrp_resnet_shape *s, vrp_checkpoint *c, vr_err *err) {
    int64_t w[4];
    static const char *const stems[] = {"stem.0.", "stem.3.", "stem.6."};
    const bool deep = vrp_checkpoint_has_below(c, "stem.");
    for (int i = 0; deep && i < 3; i++) {
        if (!vrp_checkpoint_shape(c, w, 4, stems[i], "weight", err)) return false;
        s->stem_width[i] = s->stem = w[0];
        s->kernel = 3;
    }
    s->stem_norm = deep && vrp_checkpoint_has_below(c, "stem.7.") ? "stem.7." : "bn1.";
    s->attention = vrp_checkpoint_has(c, "attnpool.c_proj.", "weight");
    if (deep) return true;
    if (!vrp_checkpoint_shape(c, w, 4, "conv1.", "weight", err)) return false;
    s->stem = w[0], s->kernel = w[2];
    s->cifar = s->kernel == 3;
    return s->kernel == 3 || s->kernel == 7 ||
           vr_fail(err, VR_ERR_UNSUPPORTED,
                   "%s: key '%sconv1.weight': expected a convolution of 3x3 or 7x7, found %lldx%lld", c->path,
                   c->prefix, (long long)w[2], (long long)w[3]);
}

/* Groups of w[0] outputs that read w[1] of `width` channels each. */
static bool vrp_resnet_groups(vrp_resnet_shape *s, vrp_checkpoint *c, const char *key, int64_t width,
                              const int64_t *w, vr_err *err) {
    if (width % w[1] != 0 || w[0] % (width / w[1]) != 0)
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: key '%s%sweight': %lld channels do not divide into groups of %lld", c->path,
                       c->prefix, key, (long long)(width % w[1] != 0 ? width : w[0]), (long long)w[1]);
    s->groups = width / w[1];
    return true;
}

static bool vrp_resnet_by_keys(vrp_resnet_shape *s, vrp_checkpoint *c, vr_err *err) {
    int64_t w[4];
    *s = (vrp_resnet_shape){.groups = 1};
    if (!vrp_resnet_stem_by_keys(s, c, err)) return false;
    s->convs = vrp_checkpoint_has(c, "layer1.0.conv3.", "weight") ? 3 : 2;
    for (; s->stages < VRP_RESNET_STAGES; s->stages++) {
        const int64_t i = s->stages;
        while (vrp_checkpoint_has_below(c, vrp_resnet_key(c, i, s->blocks[i], ""))) s->blocks[i]++;
        if (s->blocks[i] == 0) break;
        if (!vrp_checkpoint_shape(c, w, 4, vrp_resnet_key(c, i, 0, "conv1."), "weight", err)) return false;
        s->width[i] = w[0];
        const char *second = vrp_resnet_key(c, i, 0, "conv2.");
        if (!vrp_checkpoint_shape(c, w, 4, second, "weight", err) ||
            (i == 0 && s->convs == 3 && !vrp_resnet_groups(s, c, second, s->width[0], w, err)) ||
            (s->convs == 3 &&
             !vrp_checkpoint_shape(c, w, 4, vrp_resnet_key(c, i, 0, "conv3."), "weight", err)))
            return false;
        s->out[i] = w[0];
        s->shortcut = s->shortcut || vrp_checkpoint_has_below(c, vrp_resnet_key(c, i, 0, "downsample."));
        s->avg_down =
            s->avg_down || vrp_checkpoint_dims(c, vrp_resnet_key(c, i, 0, "downsample.1."), "weight") == 4;
        if (s->width[i] % s->groups != 0)
            return vr_fail(err, VR_ERR_FORMAT,
                           "%s: key '%s%sweight': %lld channels do not divide into %lld groups", c->path,
                           c->prefix, second, (long long)s->width[i], (long long)s->groups);
    }
    s->shortcut = s->shortcut || !s->cifar; /* option A belongs to the CIFAR form */
    return true;
}

/* What the keys do not tell. */
static bool vrp_resnet_facts(vrp_resnet_shape *s, vrp_facts *f, const vrp_checkpoint *c, vr_err *err) {
    int64_t blocks = 0;
    for (int64_t i = 0; i < s->stages; i++) blocks += s->blocks[i];
    if (!vrp_facts_agree(f, VRP_FACT_WIDTH, s->stem, c->path, err) ||
        !vrp_facts_agree(f, VRP_FACT_DEPTH, blocks, c->path, err))
        return false;
    const bool segmentation =
        vrp_checkpoint_beside(c, "classifier.") || vrp_checkpoint_beside(c, "aux_classifier.");
    s->stem_stride = vrp_facts_int(f, VRP_FACT_STEM_STRIDE, s->cifar ? 1 : 2);
    s->pool = vrp_facts_int(f, VRP_FACT_STEM_POOL, !s->cifar) != 0;
    s->output_stride = vrp_facts_int(f, VRP_FACT_OUTPUT_STRIDE, segmentation ? 8 : 32);
    s->eps = (float)vrp_facts_get(f, VRP_FACT_EPS, 1e-5);
    if (s->attention) { /* CLIP's own network */
        vrp_facts_set(f, VRP_FACT_ANTIALIAS, VRP_ANTIALIAS_AVG, VRP_FROM_KEYS);
        s->avg_down = true;
    }
    s->antialias = (vrp_antialias)vrp_facts_int(f, VRP_FACT_ANTIALIAS, VRP_ANTIALIAS_NONE);
    const int64_t act = vrp_facts_int(f, VRP_FACT_ACT, VR_ACT_RELU);
    if (act != VR_ACT_RELU)
        return vr_fail(err, VR_ERR_UNSUPPORTED, "%s: expected a ResNet with ReLU as its activation", c->path);
    if (s->output_stride < 32 && (s->avg_down || s->antialias || s->convs == 2))
        return vr_fail(
            err, VR_ERR_UNSUPPORTED,
            "%s: unsupported: dilation of basic blocks, or with average pooling in shortcuts or before "
            "strides",
            c->path);
    return true;
}

/* Whether a published network has these blocks and widths: a file that lacks its last block is a network too. */
static bool vrp_resnet_known(const vrp_resnet_shape *s) {
    static const int64_t known[][4] = {{1, 1, 1, 1},    {2, 2, 2, 2},   {3, 4, 6, 3},  {3, 4, 23, 3},
                                       {3, 8, 36, 3},   {3, 24, 36, 3}, {4, 6, 10, 6}, {6, 8, 18, 8},
                                       {3, 15, 36, 10}, {3, 30, 48, 8}};
    const int64_t *b = s->blocks;
    const int64_t n = b[0];
    bool found = s->cifar && b[1] == n && b[2] == n && (b[3] == 0 || b[3] == n);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        found = found || memcmp(known[i], b, sizeof known[i]) == 0;
    return found;
}

/* "resnet50", "wide_resnet50_2", "resnext50_32x4d", ... */
static const char *vrp_resnet_name(vr_arena *perm, const vrp_resnet_shape *s) {
    int64_t blocks = 0;
    for (int64_t i = 0; i < s->stages; i++) blocks += s->blocks[i];
    const long long depth = blocks * s->convs + 2;
    if (s->groups > 1)
        return vr_arena_printf(perm, "resnext%lld_%lldx%lldd", depth, (long long)s->groups,
                               (long long)(s->width[0] / s->groups));
    if (s->convs == 3 && s->stem > 0 && s->width[0] % s->stem == 0 && s->width[0] / s->stem > 1)
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
    const bool second = vrp_checkpoint_has_below(c, vrp_resnet_key(c, stage, block, "downsample.2."));
    const char *conv = vrp_resnet_key(c, stage, block, second ? "downsample.1." : "downsample.0."),
               *norm = vrp_resnet_key(c, stage, block, second ? "downsample.2." : "downsample.1.");
    if (!changes && !vrp_checkpoint_has(c, conv, "weight")) return true;
    b->avg_down = s->avg_down && b->stride > 1;
    return vrp_checkpoint_conv_batchnorm(c, &b->shortcut, perm, conv, norm, VRP_SHAPE(b->out, b->in, 1, 1),
                                         (vr_conv_opts){.stride = b->avg_down ? 1 : b->stride}, s->eps, 1,
                                         err);
}

/* dilation: of the block's 3 x 3 convolution. */
static bool vrp_resnet_pack_block(vr_arena *perm, vrp_resnet_block *b, const vrp_resnet_shape *s,
                                  vrp_checkpoint *c, int64_t stage, int64_t block, int64_t dilation,
                                  float gain, vr_err *err) {
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
        const vr_conv_opts opts = {.stride = i == strided && !b->antialias ? b->stride : 1,
                                   .pad = k == 3 ? dilation : 0,
                                   .groups = groups,
                                   .dilation = dilation};
        if (!vrp_checkpoint_conv_batchnorm(c, &b->conv[i], perm, stem, norm,
                                           VRP_SHAPE(out, in / groups, k, k), opts, s->eps, last ? gain : 1,
                                           err))
            return false;
    }
    return vrp_resnet_shortcut(perm, b, s, c, stage, block, err);
}

static bool vrp_resnet_pack_stem(vr_arena *perm, vrp_resnet *net, const vrp_resnet_shape *s,
                                 vrp_checkpoint *c, vr_err *err) {
    static const char *const convs[] = {"stem.0.", "stem.3.", "stem.6."}, *const norms[] = {"stem.1.",
                                                                                            "stem.4."};
    net->stem_count = s->stem_width[0] ? 3 : 1;
    const vr_conv_opts first = {.stride = s->stem_stride, .pad = s->kernel / 2}, other = {.pad = 1};
    if (net->stem_count == 1)
        return vrp_checkpoint_conv_batchnorm(c, &net->stem[0], perm, "conv1.", "bn1.",
                                             VRP_SHAPE(s->stem, 3, s->kernel, s->kernel), first, s->eps, 1,
                                             err);
    for (int i = 0; i < 3; i++)
        if (!vrp_checkpoint_conv_batchnorm(c, &net->stem[i], perm, convs[i], i < 2 ? norms[i] : s->stem_norm,
                                           VRP_SHAPE(s->stem_width[i], i ? s->stem_width[i - 1] : 3, 3, 3),
                                           i ? other : first, s->eps, 1, err))
            return false;
    return true;
}

static bool vrp_resnet_pack(vr_arena *perm, vrp_resnet *net, const vrp_resnet_shape *s, vrp_checkpoint *c,
                            vr_err *err) {
    for (int64_t i = 0; i < s->stages; i++) net->count += s->blocks[i];
    net->pool = s->pool;
    net->antialias = s->antialias;
    net->blocks = VR_NEW(perm, vrp_resnet_block, net->count);
    if (!vrp_resnet_pack_stem(perm, net, s, c, err)) return false;
    const float gain = 1 / sqrtf((float)net->count);
    vrp_resnet_block *b = net->blocks;
    int64_t reached = 4, dilation = 1; /* from the published networks' stem */
    for (int64_t stage = 0, in = s->stem; stage < s->stages; in = s->out[stage++]) {
        const int64_t before = dilation, by = stage > 0 ? 2 : 1;
        const bool dilate = by * reached > s->output_stride;
        if (dilate)
            dilation *= by;
        else
            reached *= by;
        for (int64_t block = 0; block < s->blocks[stage]; block++, b++) {
            b->in = block == 0 ? in : s->out[stage];
            b->out = s->out[stage];
            b->stride = block == 0 && !dilate ? by : 1;
            b->convs = s->convs;
            b->antialias = b->stride > 1 ? s->antialias : VRP_ANTIALIAS_NONE;
            if (!vrp_resnet_pack_block(perm, b, s, c, stage, block, block == 0 ? before : dilation, gain,
                                       err))
                return false;
        }
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

/* x at half the size, in scratch; ceil: an odd side is rounded up also by average pooling. */
static vr_tensor vrp_resnet_halved(vr_arena *scratch, vr_tensor x, vrp_antialias how, bool ceil) {
    const int64_t round = how == VRP_ANTIALIAS_AVG && !ceil ? 0 : 1;
    const int64_t shape[4] = {x.shape[0], (x.shape[1] + round) / 2, (x.shape[2] + round) / 2, x.shape[3]};
    const vr_tensor y = vrp_resnet_pixels(scratch, shape);
    if (how == VRP_ANTIALIAS_AVG)
        vrp_pool_average(y, x);
    else
        vrp_pool_blur(y, x);
    return y;
}

/* y = relu(branch(x) + shortcut(x)): the sum replaces the shortcut, which is x itself or in `buffer`. */
static vr_tensor vrp_resnet_run_block(float *buffer, vr_tensor x, const vrp_resnet_block *b,
                                      vr_arena *scratch) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    vr_tensor t = x, y = x;
    for (int64_t i = 0; i < b->convs - 1; i++) t = vrp_resnet_inner(scratch, t, &b->conv[i], VR_ACT_RELU);
    if (b->antialias) t = vrp_resnet_halved(scratch, t, b->antialias, false);
    const vr_conv *last = &b->conv[b->convs - 1];
    if (!vrp_resnet_identity(b)) {
        y = vrp_resnet_output(buffer, t, last);
        if (b->shortcut.out)
            vr_conv_apply(y, b->avg_down ? vrp_resnet_halved(scratch, x, VRP_ANTIALIAS_AVG, true) : x,
                          &b->shortcut, (vr_tensor){0}, VR_ACT_NONE, scratch);
        else
            vrp_resnet_option_a(y, x, b);
    }
    vr_conv_apply(y, t, last, y, VR_ACT_RELU, scratch);
    vr_arena_rewind(scratch, mark);
    return y;
}

/* A side after pooling or a stride of 2. */
static int64_t vrp_resnet_half(int64_t side, vrp_antialias how) {
    return how == VRP_ANTIALIAS_AVG ? side / 2 : (side - 1) / 2 + 1;
}

/* [N,H,W,C] before the first block. */
static void vrp_resnet_stem_shape(int64_t shape[4], const vrp_resnet *net, int64_t N, int64_t H, int64_t W) {
    const vr_conv *first = &net->stem[0];
    shape[0] = N, shape[3] = net->stem[net->stem_count - 1].out;
    shape[1] = vr_conv_out_size(H, first->kh, first->opts);
    shape[2] = vr_conv_out_size(W, first->kw, first->opts);
    for (int d = 1; net->pool && d < 3; d++) shape[d] = vrp_resnet_half(shape[d], net->antialias);
}

/* The same after a block. */
static void vrp_resnet_block_shape(int64_t shape[4], const vrp_resnet_block *b) {
    for (int d = 1; b->stride > 1 && d < 3; d++) shape[d] = vrp_resnet_half(shape[d], b->antialias);
    shape[3] = b->out;
}

/* Floats of the largest input or output of a block, or of the stem, for images of H x W. */
static int64_t vrp_resnet_largest(const vrp_resnet *net, int64_t N, int64_t H, int64_t W) {
    const vr_conv *first = &net->stem[0];
    int64_t shape[4], channels = 1;
    for (int64_t i = 0; i < net->stem_count; i++)
        channels = vr_max(channels, vr_pixel_stride(net->stem[i].out));
    int64_t most = N * vr_conv_out_size(H, first->kh, first->opts) *
                   vr_conv_out_size(W, first->kw, first->opts) * channels;
    vrp_resnet_stem_shape(shape, net, N, H, W);
    for (int64_t i = 0; i < net->count; i++) {
        vrp_resnet_block_shape(shape, &net->blocks[i]);
        most = vr_max(most, N * shape[1] * shape[2] * vr_pixel_stride(shape[3]));
    }
    return most;
}

/* The pooling before the blocks: y is half of x. */
static void vrp_resnet_pool(vr_tensor y, vr_tensor x, vrp_antialias how, vr_arena *scratch) {
    if (how == VRP_ANTIALIAS_NONE) {
        vr_maxpool2d_apply(y, x, 3, 2, 1);
    } else if (how == VRP_ANTIALIAS_AVG) {
        vrp_pool_average(y, x);
    } else {
        const vr_arena_mark mark = vr_arena_here(scratch);
        const vr_tensor t = vrp_resnet_pixels(scratch, x.shape);
        vr_maxpool2d_apply(t, x, 3, 1, 1);
        vrp_pool_blur(y, t);
        vr_arena_rewind(scratch, mark);
    }
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
    vr_tensor t = x;
    for (int64_t i = 0; i < net->stem_count; i++) {
        const bool ends = i == net->stem_count - 1 && !net->pool && last < 0;
        const vr_tensor out = vrp_resnet_output(ends ? y.data : t.data == now ? next : now, t, &net->stem[i]);
        vr_conv_apply(out, t, &net->stem[i], (vr_tensor){0}, VR_ACT_RELU, scratch);
        t = out;
    }
    if (net->pool) {
        int64_t shape[4];
        vrp_resnet_stem_shape(shape, net, x.shape[0], x.shape[1], x.shape[2]);
        const vr_tensor pooled = vr_pixels_view(last < 0        ? y.data
                                                : t.data == now ? next
                                                                : now,
                                                shape[0], shape[1], shape[2], shape[3]);
        vrp_resnet_pool(pooled, t, net->antialias, scratch);
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
    vrp_resnet_stem_shape(shape, net, x.shape[0], x.shape[1], x.shape[2]);
    for (int64_t i = 0;; i++) {
        if (i == net->count) return i;
        int64_t after[4];
        memcpy(after, shape, sizeof after);
        vrp_resnet_block_shape(after, &net->blocks[i]);
        if (after[1] * after[2] * vr_pixel_stride(after[3]) <= small) return i;
        memcpy(shape, after, sizeof after);
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
    shape[0] = N;
    vr_tensor t = vrp_resnet_pixels(scratch, shape);
    for (int64_t n = 0; n < N; n += part) {
        const int64_t to = vr_min(n + part, N);
        vrp_resnet_begin(vr_tensor_slice(t, 0, n, to), net, vr_tensor_slice(x, 0, n, to), early, scratch);
    }
    float *buffers[2] = {NULL, NULL};
    int64_t room = 0; /* of the largest output of a late block */
    for (int64_t i = early; i < net->count; i++) {
        vrp_resnet_block_shape(shape, &net->blocks[i]);
        room = vr_max(room, shape[1] * shape[2] * vr_pixel_stride(shape[3]));
    }
    for (int64_t i = early; i < net->count; i++) {
        float **next = &buffers[t.data == buffers[0]];
        if (!*next && !vrp_resnet_identity(&net->blocks[i]))
            *next = (float *)vr_arena_alloc(scratch, N * room, sizeof(float));
        t = vrp_resnet_run_block(*next, t, &net->blocks[i], scratch);
    }
    if (net->attention)
        vrp_pool_attention_apply(y, t, net->attention, scratch);
    else
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
                                       vrp_facts *f, const vr_model_opts *opts) {
    vrp_resnet *net = VR_NEW(perm, vrp_resnet, 1);
    model->name = vrp_resnet_name(perm, s);
    model->dialect = s->cifar ? "cifar" : s->attention ? "clip" : "torchvision";
    model->features = s->stages > 0 ? s->out[s->stages - 1] : 0;
    model->net->ops = &vrp_resnet_ops;
    model->net->weights = net;
    vrp_facts_int(f, VRP_FACT_SIZE, s->cifar ? 32 : 224);
    if (s->attention) {
        vrp_facts_get(f, VRP_FACT_CROP, 1);
        vrp_facts_get(f, VRP_FACT_FILTER, VR_FILTER_BICUBIC);
        if (f->normalization == VRP_FROM_NOTHING) vrp_facts_normalize(f, "clip", VRP_FROM_RULE, VR_FATAL);
    }
    vrp_facts_get(f, VRP_FACT_CROP,
                  !s->cifar          ? 0.875
                  : opts->image_size ? 1
                                     : 0); /* torchvision's 256 for 224 */
    vrp_facts_preprocess(&model->preprocess, f);
    return net;
}

static bool vrp_resnet_attention(vr_arena *perm, vr_model *model, vrp_resnet *net, vrp_checkpoint *c,
                                 vr_err *err) {
    vrp_pool_attention *attention = VR_NEW(perm, vrp_pool_attention, 1);
    if (!vrp_pool_attention_pack(perm, attention, &model->features, c, model->features, err)) return false;
    net->attention = attention;
    if (attention->grid == model->preprocess.size / 32 && model->preprocess.size % 32 == 0) return true;
    return vr_fail(err, VR_ERR_ARGUMENT, "%s: expected an image size of %lld, as its positions are, not %lld",
                   c->path, (long long)attention->grid * 32, (long long)model->preprocess.size);
}

bool vrp_resnet_build(vr_arena *perm, vr_model *model, vrp_checkpoint *c, vrp_facts *f,
                      const vr_model_opts *opts, vr_err *err) {
    vrp_resnet_shape s;
    int64_t rows;
    if (!vrp_resnet_by_keys(&s, c, err) || !vrp_resnet_facts(&s, f, c, err)) return false;
    if (s.attention && s.stages > 0) {
        if (!vrp_checkpoint_rows(c, &rows, "attnpool.positional_embedding", s.out[s.stages - 1], err))
            return false;
        vrp_facts_set(f, VRP_FACT_SIZE, 32 * floor(sqrt((double)rows)), VRP_FROM_KEYS);
    }
    if (!vrp_resnet_known(&s))
        vrp_facts_note(f, "no published ResNet has %lld, %lld, %lld and %lld blocks", (long long)s.blocks[0],
                       (long long)s.blocks[1], (long long)s.blocks[2], (long long)s.blocks[3]);
    vrp_resnet *net = vrp_resnet_describe(perm, model, &s, f, opts);
    if (s.antialias == VRP_ANTIALIAS_AVG && model->preprocess.size % 32 != 0)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: expected an image size that is a multiple of 32, not %lld",
                       c->path, (long long)model->preprocess.size);
    return vrp_resnet_pack(perm, net, &s, c, err) &&
           (!s.attention || vrp_resnet_attention(perm, model, net, c, err)) &&
           vrp_head_build(perm, model, c, f, "fc.", opts->no_head, err) &&
           vrp_checkpoint_close(c, model->name, err);
}

bool vrp_resnet_build_random(vr_arena *perm, vr_model *model, const char *name, vrp_checkpoint *c,
                             vrp_facts *f) {
    vrp_resnet_shape s;
    if (!vrp_resnet_by_name(&s, name) || !vrp_resnet_facts(&s, f, c, VR_FATAL)) return false;
    const vr_model_opts opts = {0};
    return vrp_resnet_pack(perm, vrp_resnet_describe(perm, model, &s, f, &opts), &s, c, VR_FATAL);
}
