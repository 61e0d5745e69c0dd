/* model/vit.c: one description (vrp_vit_shape), read from keys or from a name; one function that packs it, one that
 * runs it. Layer scale is folded into the layer before it, the position embedding is the residual of the patch
 * convolution, and after the last attention only the tokens that are pooled are computed. */
#include "vit_impl.h"
#include "../base/error.h"
#include "head_impl.h"
#include "model_impl.h"
#include "pool_impl.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The published sizes: the name, and the number of heads, which no shape determines. */
static const struct {
    const char *name;
    int64_t width, depth, heads;
} vrp_vit_sizes[] = {
    {"tiny", 192, 12, 3},    {"small", 384, 12, 6},      {"base", 768, 12, 12},
    {"large", 1024, 24, 16}, {"huge", 1280, 32, 16},     {"giant", 1408, 40, 16},
    {"giant", 1536, 40, 24}, {"gigantic", 1664, 48, 16}, {"so400m", 1152, 27, 16},
};
enum { VRP_VIT_SIZES = sizeof vrp_vit_sizes / sizeof *vrp_vit_sizes };

/* The table of dialects of model.h: the rules where nothing else says it. */
typedef struct vrp_vit_dialect {
    const char *name;
    const char *normalization;
    double crop, eps;
    bool squash;
    vr_filter filter;
    vrp_position_rule position;
} vrp_vit_dialect;
enum {
    VRP_VIT_TORCHVISION,
    VRP_VIT_CLIP,
    VRP_VIT_OPEN_CLIP,
    VRP_VIT_DINOV2,
    VRP_VIT_DINOV2_REG,
    VRP_VIT_DEIT,
    VRP_VIT_MAE,
    VRP_VIT_DINO,
    VRP_VIT_TIMM_SCALE,
    VRP_VIT_TIMM,
    VRP_VIT_TRANSFORMERS,
    VRP_VIT_TRANSFORMERS_DEIT,
    VRP_VIT_TRANSFORMERS_DINOV2,
    VRP_VIT_TRANSFORMERS_CLIP,
    VRP_VIT_TRANSFORMERS_SIGLIP
};
/* clang-format off */
static const vrp_vit_dialect vrp_vit_dialects[] = {
    [VRP_VIT_TORCHVISION] = {"torchvision", "imagenet", 0.875, 1e-6, false, VR_FILTER_BILINEAR, {.align_corners = true}},
    [VRP_VIT_CLIP] = {"clip", "clip", 0.9, 1e-5, false, VR_FILTER_BICUBIC, {.antialias = true}},
    [VRP_VIT_OPEN_CLIP] = {"open_clip", "clip", 1, 1e-5, false, VR_FILTER_BICUBIC, {.antialias = true}},
    [VRP_VIT_DINOV2] = {"dinov2", "imagenet", 0.875, 1e-6, false, VR_FILTER_BICUBIC, {.offset = 0.1f}},
    [VRP_VIT_DINOV2_REG] = {"dinov2", "imagenet", 0.875, 1e-6, false, VR_FILTER_BICUBIC, {.antialias = true}},
    [VRP_VIT_DEIT] = {"deit", "imagenet", 0.875, 1e-6, false, VR_FILTER_BICUBIC, {0}},
    [VRP_VIT_MAE] = {"mae", "imagenet", 0.875, 1e-6, false, VR_FILTER_BICUBIC, {0}},
    [VRP_VIT_DINO] = {"dino", "imagenet", 0.875, 1e-6, false, VR_FILTER_BICUBIC, {.offset = 0.1f}},
    [VRP_VIT_TIMM_SCALE] = {"timm", "imagenet", 0.9, 1e-6, false, VR_FILTER_BICUBIC, {.antialias = true}},
    [VRP_VIT_TIMM] = {"timm", "half", 0.9, 1e-6, false, VR_FILTER_BICUBIC, {.antialias = true}},
    [VRP_VIT_TRANSFORMERS] = {"transformers", "half", 1, 1e-12, true, VR_FILTER_BILINEAR, {0}},
    [VRP_VIT_TRANSFORMERS_DEIT] = {"transformers", "imagenet", 0.875, 1e-12, false, VR_FILTER_BICUBIC, {0}},
    [VRP_VIT_TRANSFORMERS_DINOV2] = {"transformers", "imagenet", 0.875, 1e-6, false, VR_FILTER_BICUBIC, {0}},
    [VRP_VIT_TRANSFORMERS_CLIP] = {"transformers", "clip", 1, 1e-5, false, VR_FILTER_BICUBIC, {0}},
    [VRP_VIT_TRANSFORMERS_SIGLIP] = {"transformers", "half", 1, 1e-6, true, VR_FILTER_BICUBIC, {0}},
};
/* clang-format on */

enum {
    VRP_VIT_CACHED = 512 * 1024, /* floats */
    VRP_VIT_SIDE = 128,          /* patches a side, at most */
    VRP_VIT_PATCH = 64
};

typedef struct vrp_vit_shape {
    const vrp_vit_dialect *dialect;
    int64_t width, depth, heads, patch, hidden, image_size;
    int64_t class_token, dist_token, registers;
    int64_t known_size;      /* of the input, by option, config or table; 0: unknown */
    int64_t positions, grid; /* rows of the position embedding, of which grid * grid are patches */
    const char *register_key;
    bool gated, gate_split;           /* SwiGLU, in one matrix or in two */
    bool scaled, qkv_bias, qkv_split; /* layer scale; q, k and v are three matrices */
    bool norm_pre, norm, fc_norm;     /* the norms outside the blocks */
    bool embed_bias, post_norm;
    const char *projection; /* the key of a matrix after the last norm, or NULL */
    bool projection_turned; /* it is [in,out] */
    int64_t projected;
    vrp_pool pool;
    vr_act act;
    float eps;
} vrp_vit_shape;

typedef struct vrp_vit_block {
    vr_norm norm1, norm2;
    vr_linear qkv, proj, fc1, gate, fc2; /* gate: SwiGLU only */
} vrp_vit_block;

typedef struct vrp_vit {
    int64_t width, heads, patch, depth, hidden;
    vrp_pool pool;
    int64_t pooled; /* the first 1 or 2 tokens; 0: all tokens are needed to the end */
    bool post_norm;
    float eps;
    vr_act act;
    vr_conv embed;
    vr_tensor prefix;            /* [P,D], their position embeddings added, or {0} */
    vr_tensor position, resized; /* [grid,grid,D] as stored; for the image size of the preprocessing */
    vrp_position_rule rule;
    vrp_vit_block *blocks;
    vr_norm norm_pre, norm, fc_norm; /* w.data = NULL: none */
    const vrp_pool_map *map;         /* VRP_POOL_MAP */
    vr_linear projection;            /* out = 0: none */
} vrp_vit;

/* ---- the description ---- */

/* "blocks.3.norm1." */
static const char *vrp_vit_block_key(vrp_checkpoint *c, int64_t block, const char *rest) {
    return vr_arena_printf(c->scratch, "blocks.%lld.%s", (long long)block, rest);
}

/* transformers' rules follow the body's name, where the prefix has one. */
static int vrp_vit_choose_transformers(const vrp_vit_shape *s, const vrp_checkpoint *c) {
    if (strstr(c->dialect->anchor, "patch_embedding."))
        return s->norm_pre ? VRP_VIT_TRANSFORMERS_CLIP : VRP_VIT_TRANSFORMERS_SIGLIP;
    if (s->scaled) return VRP_VIT_TRANSFORMERS_DINOV2;
    if (s->dist_token || strcmp(c->body, "deit.") == 0) return VRP_VIT_TRANSFORMERS_DEIT;
    return VRP_VIT_TRANSFORMERS;
}

static const vrp_vit_dialect *vrp_vit_choose_dialect(const vrp_vit_shape *s, const vrp_checkpoint *c) {
    int d = VRP_VIT_TIMM;
    const bool below_model = strncmp(c->prefix, "model", 5) == 0;
    if (strcmp(c->dialect->name, "torchvision") == 0)
        d = VRP_VIT_TORCHVISION;
    else if (strcmp(c->dialect->name, "transformers") == 0)
        d = vrp_vit_choose_transformers(s, c);
    else if (strcmp(c->dialect->name, "open_clip") == 0)
        d = VRP_VIT_OPEN_CLIP;
    else if (s->norm_pre)
        d = VRP_VIT_CLIP;
    else if (s->register_key && strcmp(s->register_key, "register_tokens") == 0)
        d = VRP_VIT_DINOV2_REG;
    else if (s->scaled && vrp_checkpoint_has(c, "", "mask_token"))
        d = VRP_VIT_DINOV2;
    else if (s->dist_token)
        d = VRP_VIT_DEIT;
    else if (!s->class_token && !s->scaled) /* SigLIP */
        d = VRP_VIT_TIMM;
    else if (c->projector || !vrp_checkpoint_has_below(c, "head."))
        d = s->scaled ? VRP_VIT_TIMM_SCALE : VRP_VIT_DINO;
    else if (below_model)
        d = s->fc_norm ? VRP_VIT_MAE : VRP_VIT_DEIT;
    else if (s->scaled)
        d = VRP_VIT_TIMM_SCALE;
    return &vrp_vit_dialects[d];
}

static bool vrp_vit_choose_heads(vrp_vit_shape *s, vrp_facts *f, const vrp_checkpoint *c, vr_err *err) {
    int64_t rule = 0;
    const int64_t published = vrp_facts_published_heads(s->width, s->depth);
    for (int i = 0; i < VRP_VIT_SIZES && rule == 0; i++)
        if (vrp_vit_sizes[i].width == s->width) rule = vrp_vit_sizes[i].heads;
    if (rule == 24 && !s->gated) rule = 16; /* giantopt is as wide as DINOv2's giant */
    if (published > 0) rule = published;
    if (rule == 0 && s->width % 64 == 0) rule = s->width / 64;
    if (rule == 0 && f->from[VRP_FACT_HEADS] == VRP_FROM_NOTHING)
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%s: cannot tell the number of heads of a width of %lld: set the option heads",
                       c->path, (long long)s->width);
    s->heads = vrp_facts_int(f, VRP_FACT_HEADS, rule);
    if (published == 0)
        vrp_facts_note(f, "no published ViT is %lld wide and %lld deep", (long long)s->width,
                       (long long)s->depth);
    else if (published > 0 && s->heads != published)
        vrp_facts_note(f, "published ViTs of width %lld have %lld heads, not %lld", (long long)s->width,
                       (long long)published, (long long)s->heads);
    return s->width % s->heads == 0 ||
           vr_fail(err, VR_ERR_ARGUMENT, "%s: a width of %lld does not divide into %lld heads", c->path,
                   (long long)s->width, (long long)s->heads);
}

/* The feature: by keys where they tell, else by fact. */
static bool vrp_vit_choose_pool(vrp_vit_shape *s, vrp_facts *f, const vrp_checkpoint *c, vr_err *err) {
    vrp_pool rule = s->class_token ? VRP_POOL_TOKEN : VRP_POOL_AVG;
    int64_t w[2] = {0, 0};
    vr_err none = {0};
    const bool linear = vrp_checkpoint_dims(c, "head.", "weight") == 2 &&
                        vrp_checkpoint_shape((vrp_checkpoint *)(uintptr_t)c, w, 2, "head.", "weight", &none);
    if (vrp_checkpoint_has_below(c, "attn_pool."))
        vrp_facts_set(f, VRP_FACT_POOL, rule = VRP_POOL_MAP, VRP_FROM_KEYS);
    else if (s->fc_norm || !s->class_token)
        vrp_facts_set(f, VRP_FACT_POOL, rule = VRP_POOL_AVG, VRP_FROM_KEYS);
    else if (linear && w[1] == 2 * s->width && !s->dist_token)
        vrp_facts_set(f, VRP_FACT_POOL, rule = VRP_POOL_TOKEN_AVG, VRP_FROM_KEYS);
    s->pool = (vrp_pool)vrp_facts_int(f, VRP_FACT_POOL, rule);
    const bool map = vrp_checkpoint_has_below(c, "attn_pool.");
    if ((s->pool == VRP_POOL_MAP) != map || (!s->class_token && s->pool != VRP_POOL_AVG && !map))
        return vr_fail(err, VR_ERR_FORMAT, "%s: the file has %s", c->path,
                       map               ? "attention pooling, but another pooling is asked for"
                       : !s->class_token ? "no class token, but one is asked for"
                                         : "no attention pooling, but it is asked for");
    return true;
}

/* How many of the tokens before the patches have a position: all, all but the registers, or none, which only networks
 * with registers or a layer scale have, or of a known image size: 25 positions of a plain ViT may be 5 x 5 patches, or 4 x 6
 * and a class token. */
static int64_t vrp_vit_positioned(vrp_vit_shape *s) {
    const int64_t side = s->known_size / s->patch;

    const int64_t tokens = s->class_token + s->dist_token;
    const int64_t guesses[3] = {tokens + s->registers, tokens, 0};
    for (int i = 0; i < (tokens == 0 || s->registers || s->scaled || side * side == s->positions ? 3 : 2);
         i++) {
        const int64_t patches = s->positions - guesses[i];
        s->grid = patches > 0 ? (int64_t)lround(sqrt((double)patches)) : 0;
        if (s->grid > 0 && s->grid * s->grid == patches) return guesses[i];
    }
    return -1;
}

static bool vrp_vit_read_tokens(vrp_vit_shape *s, vrp_checkpoint *c, vr_err *err) {
    s->class_token = vrp_checkpoint_has(c, "cls_token", "");
    s->dist_token = vrp_checkpoint_has(c, "dist_token", "");
    if (vrp_checkpoint_has(c, "register_tokens", "")) s->register_key = "register_tokens";
    if (vrp_checkpoint_has(c, "reg_token", "")) s->register_key = "reg_token";
    if (s->register_key && !vrp_checkpoint_rows(c, &s->registers, s->register_key, s->width, err))
        return false;
    if (!vrp_checkpoint_rows(c, &s->positions, "pos_embed", s->width, err)) return false;
    if (vrp_vit_positioned(s) < 0)
        return vr_fail(
            err, VR_ERR_UNSUPPORTED,
            "%s: key '%s%spos_embed': expected positions of a square grid, found %lld positions and %lld "
            "tokens before the patches (--image-size tells the grid)",
            c->path, c->prefix, c->body, (long long)s->positions,
            (long long)(s->class_token + s->dist_token + s->registers));
    return true;
}

static bool vrp_vit_read_blocks(vrp_vit_shape *s, vrp_checkpoint *c, vr_err *err) {
    int64_t w[4];
    if (!vrp_checkpoint_shape(c, w, 4, "patch_embed.proj.", "weight", err)) return false;
    s->width = w[0], s->patch = w[2];
    while (vrp_checkpoint_has_below(c, vrp_vit_block_key(c, s->depth, ""))) s->depth++;
    if (!vrp_checkpoint_shape(c, w, 2, "blocks.0.mlp.fc2.", "weight", err)) return false;
    s->hidden = w[1];
    if (!vrp_checkpoint_shape(c, w, 2, "blocks.0.mlp.fc1.", "weight", err)) return false;
    s->gate_split = vrp_checkpoint_has(c, "blocks.0.mlp.gate.", "weight");
    s->gated = s->gate_split || w[0] == 2 * s->hidden;
    s->qkv_split = vrp_checkpoint_has(c, "blocks.0.attn.q.", "weight");
    s->qkv_bias = vrp_checkpoint_has(c, "blocks.0.attn.qkv.", "bias");
    s->scaled = vrp_checkpoint_has(c, "blocks.0.ls1.", "gamma");
    s->embed_bias = vrp_checkpoint_has(c, "patch_embed.proj.", "bias");
    s->norm_pre = vrp_checkpoint_has(c, "norm_pre.", "weight");
    s->fc_norm = vrp_checkpoint_has(c, "fc_norm.", "weight");
    s->norm = !s->fc_norm || vrp_checkpoint_has(c, "norm.", "weight");
    if (!s->norm_pre) s->embed_bias = true; /* CLIP has a norm before the blocks instead */
    return true;
}

/* CLIP's matrix after the last norm: [in,out] in open_clip, [out,in] in transformers. */
static bool vrp_vit_read_projection(vrp_vit_shape *s, vrp_checkpoint *c, vr_err *err) {
    int64_t w[2];
    if (vrp_checkpoint_has(c, "projection", ""))
        s->projection = "projection", s->projection_turned = true;
    else if (vrp_checkpoint_has(c, "visual_projection", ""))
        s->projection = "visual_projection";
    else
        return true;
    if (!vrp_checkpoint_shape(c, w, 2, s->projection, "", err)) return false;
    s->projected = w[s->projection_turned];
    return true;
}

/* An input is limited before anything of its size is allocated: at most 16,384 patches. */
static bool vrp_vit_choose_size(vrp_vit_shape *s, vrp_facts *f, const vrp_checkpoint *c, vr_err *err) {
    const bool dinov2 = strcmp(s->dialect->name, "dinov2") == 0 ||
                        s->dialect == &vrp_vit_dialects[VRP_VIT_TRANSFORMERS_DINOV2];
    if (f->from[VRP_FACT_SIZE] <= VRP_FROM_RULE && !(dinov2 && 224 % s->patch == 0))
        vrp_facts_set(f, VRP_FACT_SIZE, (double)(s->grid * s->patch), VRP_FROM_KEYS);
    s->image_size = vrp_facts_int(f, VRP_FACT_SIZE, 224);
    const int64_t side = s->image_size / s->patch;
    if (s->image_size % s->patch != 0)
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%s: the image size %lld is not a multiple of the patch size %lld", c->path,
                       (long long)s->image_size, (long long)s->patch);
    return (side >= 1 && side <= VRP_VIT_SIDE && s->image_size <= VRP_VIT_SIDE * VRP_VIT_PATCH) ||
           vr_fail(err, VR_ERR_LIMIT,
                   "%s: an input of %lld pixels in patches of %lld: expected at most %d patches a side",
                   c->path, (long long)s->image_size, (long long)s->patch, VRP_VIT_SIDE);
}

static bool vrp_vit_by_keys(vrp_vit_shape *s, vrp_checkpoint *c, vrp_facts *f, vr_err *err) {
    *s = (vrp_vit_shape){0};
    if (f->from[VRP_FACT_SIZE] > VRP_FROM_KEYS) s->known_size = (int64_t)f->value[VRP_FACT_SIZE];
    if (!vrp_vit_read_blocks(s, c, err) || !vrp_vit_read_tokens(s, c, err) ||
        !vrp_vit_read_projection(s, c, err) || !vrp_facts_agree(f, VRP_FACT_WIDTH, s->width, c->path, err) ||
        !vrp_facts_agree(f, VRP_FACT_DEPTH, s->depth, c->path, err) ||
        !vrp_facts_agree(f, VRP_FACT_PATCH, s->patch, c->path, err) || !vrp_vit_choose_heads(s, f, c, err) ||
        !vrp_vit_choose_pool(s, f, c, err))
        return false;
    s->dialect = vrp_vit_choose_dialect(s, c);
    const bool clip = s->dialect == &vrp_vit_dialects[VRP_VIT_TRANSFORMERS_CLIP];
    if (clip &&
        vrp_checkpoint_has_below(c, "head.")) { /* CLIPForImageClassification: patches before the last norm */
        s->pool = VRP_POOL_AVG, s->norm = false;
        vrp_facts_set(f, VRP_FACT_POOL, VRP_POOL_AVG, VRP_FROM_CONFIG);
    }
    s->post_norm = vrp_facts_int(f, VRP_FACT_POST_NORM, 0) != 0;
    const bool siglip = s->dialect == &vrp_vit_dialects[VRP_VIT_TRANSFORMERS_SIGLIP];
    if (s->gated) vrp_facts_set(f, VRP_FACT_ACT, VR_ACT_SILU, VRP_FROM_KEYS);
    s->act = (vr_act)vrp_facts_int(f, VRP_FACT_ACT,
                                   clip     ? VR_ACT_QUICK_GELU
                                   : siglip ? VR_ACT_GELU_TANH
                                            : VR_ACT_GELU);
    s->eps = (float)vrp_facts_get(f, VRP_FACT_EPS, s->dialect->eps);
    return vrp_vit_choose_size(s, f, c, err);
}

/* vit_SIZE_patchP_S, S = the image size or [regN_]dinov2 */
static bool vrp_vit_by_name(vrp_vit_shape *s, const char *name) {
    char size[16], rest[32];
    int patch = 0, end = 0, registers = 0, side = 0;
    if (sscanf(name, "vit_%15[a-z]_patch%3d_%31s", size, &patch, rest) != 3 || patch < 1) return false;
    *s =
        (vrp_vit_shape){.patch = patch, .class_token = 1, .qkv_bias = true, .norm = true, .embed_bias = true};
    s->eps = 1e-6f, s->act = VR_ACT_GELU;
    const char *tail = rest;
    if (sscanf(tail, "reg%2d_%n", &registers, &end) == 1 && end > 0) tail += end;
    s->scaled = strcmp(tail, "dinov2") == 0;
    if (!s->scaled && (registers || sscanf(tail, "%4d%n", &side, &end) != 1 || tail[end] || side < patch))
        return false;
    for (int i = 0; i < VRP_VIT_SIZES && s->width == 0; i++)
        if (strcmp(vrp_vit_sizes[i].name, size) == 0 && (!s->scaled || vrp_vit_sizes[i].width != 1408))
            s->width = vrp_vit_sizes[i].width, s->depth = vrp_vit_sizes[i].depth,
            s->heads = vrp_vit_sizes[i].heads;
    s->gated = s->scaled && s->width == 1536;
    s->hidden = s->gated ? 4096 : 4 * s->width;
    s->image_size = s->scaled ? 518 : side;
    s->grid = s->image_size / patch;
    s->positions = s->grid * s->grid + 1;
    s->registers = registers;
    s->register_key = registers ? "register_tokens" : NULL;
    s->dialect = &vrp_vit_dialects[!s->scaled  ? VRP_VIT_TIMM
                                   : registers ? VRP_VIT_DINOV2_REG
                                               : VRP_VIT_DINOV2];
    return s->width > 0 && s->image_size % patch == 0;
}

static const char *vrp_vit_name(vr_arena *perm, const vrp_vit_shape *s) {
    const char *size = vr_arena_printf(perm, "%lldx%lld", (long long)s->width, (long long)s->depth);
    for (int i = 0; i < VRP_VIT_SIZES; i++)
        if (vrp_vit_sizes[i].width == s->width && vrp_vit_sizes[i].depth == s->depth)
            size = vrp_vit_sizes[i].name;
    const char *registers = s->registers ? vr_arena_printf(perm, "_reg%lld", (long long)s->registers) : "";
    if (strcmp(s->dialect->name, "dinov2") == 0)
        return vr_arena_printf(perm, "vit_%s_patch%lld%s_dinov2", size, (long long)s->patch, registers);
    return vr_arena_printf(perm, "%s_%s_patch%lld%s_%lld", s->dist_token ? "deit_distilled" : "vit", size,
                           (long long)s->patch, registers, (long long)s->image_size);
}

/* ---- packing ---- */

/* SwiGLU's first layer holds two: the gate's rows, then the values'. */
static bool vrp_vit_pack_gated(vr_arena *perm, vrp_vit_block *b, const vrp_vit_shape *s, vrp_checkpoint *c,
                               const char *stem, const char *gate, vr_err *err) {
    const vr_arena_mark mark = vr_arena_here(c->scratch);
    const int64_t H = s->hidden;
    vr_tensor w, bias;
    if (s->gate_split)
        return vrp_checkpoint_linear(c, &b->fc1, perm, stem, true, NULL, s->width, H, err) &&
               vrp_checkpoint_linear(c, &b->gate, perm, gate, true, NULL, s->width, H, err);
    const bool ok = vrp_checkpoint_take(c, &w, stem, "weight", VRP_SHAPE(2 * H, s->width), err) &&
                    vrp_checkpoint_take(c, &bias, stem, "bias", VRP_SHAPE(2 * H), err);
    if (ok) {
        b->gate = vr_linear_pack(perm, vr_tensor_slice(w, 0, 0, H), vr_tensor_slice(bias, 0, 0, H));
        b->fc1 = vr_linear_pack(perm, vr_tensor_slice(w, 0, H, 2 * H), vr_tensor_slice(bias, 0, H, 2 * H));
    }
    vr_arena_rewind(c->scratch, mark);
    return ok;
}

static bool vrp_vit_pack_attention(vr_arena *perm, vrp_vit_block *b, const vrp_vit_shape *s,
                                   vrp_checkpoint *c, int64_t i, const char *scale, vr_err *err) {
    const int64_t D = s->width;
    const char *split[3] = {vrp_vit_block_key(c, i, "attn.q."), vrp_vit_block_key(c, i, "attn.k."),
                            vrp_vit_block_key(c, i, "attn.v.")};
    return (s->qkv_split ? vrp_checkpoint_linear_stack(c, &b->qkv, perm, split, 3, D, D, err)
                         : vrp_checkpoint_linear(c, &b->qkv, perm, vrp_vit_block_key(c, i, "attn.qkv."),
                                                 s->qkv_bias, NULL, D, 3 * D, err)) &&
           vrp_checkpoint_linear(c, &b->proj, perm, vrp_vit_block_key(c, i, "attn.proj."), true, scale, D, D,
                                 err);
}

/* A layer scale belongs to what is added to x: the last linear layer, or the norm behind it. */
static bool vrp_vit_pack_block(vr_arena *perm, vrp_vit_block *b, const vrp_vit_shape *s, vrp_checkpoint *c,
                               int64_t i, vr_err *err) {
    const int64_t D = s->width, H = s->hidden;
    const char *ls1 = s->scaled ? vrp_vit_block_key(c, i, "ls1.") : NULL;
    const char *ls2 = s->scaled ? vrp_vit_block_key(c, i, "ls2.") : NULL;
    const char *fc1 = vrp_vit_block_key(c, i, "mlp.fc1."), *fc2 = vrp_vit_block_key(c, i, "mlp.fc2.");
    const bool post = s->post_norm;
    return vrp_checkpoint_norm(c, &b->norm1, perm, vrp_vit_block_key(c, i, "norm1."), post ? ls1 : NULL, D,
                               err) &&
           vrp_vit_pack_attention(perm, b, s, c, i, post ? NULL : ls1, err) &&
           vrp_checkpoint_norm(c, &b->norm2, perm, vrp_vit_block_key(c, i, "norm2."), post ? ls2 : NULL, D,
                               err) &&
           (s->gated ? vrp_vit_pack_gated(perm, b, s, c, fc1, vrp_vit_block_key(c, i, "mlp.gate."), err)
                     : vrp_checkpoint_linear(c, &b->fc1, perm, fc1, true, NULL, D, H, err)) &&
           vrp_checkpoint_linear(c, &b->fc2, perm, fc2, true, post ? NULL : ls2, H, D, err);
}

/* The tokens before the patches with their positions, and the patches' positions. */
static bool vrp_vit_pack_tokens(vr_arena *perm, vrp_vit *net, vrp_vit_shape *s, vrp_checkpoint *c,
                                vr_err *err) {
    const int64_t D = s->width, counts[3] = {s->class_token, s->dist_token, s->registers};
    const char *keys[3] = {"cls_token", "dist_token", s->register_key};
    const int64_t P = counts[0] + counts[1] + counts[2], positioned = vrp_vit_positioned(s);
    if (P > 0) net->prefix = vr_tensor_2d(perm, P, D);
    vr_tensor t;
    for (int64_t k = 0, row = 0; k < 3; row += counts[k++])
        if (counts[k] > 0) {
            if (!vrp_checkpoint_take(c, &t, keys[k], "", VRP_SHAPE(1, counts[k], D), err)) return false;
            vr_tensor_assign(vr_tensor_slice(net->prefix, 0, row, row + counts[k]), vr_tensor_row(t, 0));
        }
    if (!vrp_checkpoint_take(c, &t, "pos_embed", "", VRP_SHAPE(1, s->positions, D), err)) return false;
    t = vr_tensor_copy(perm, vr_tensor_row(t, 0));
    for (int64_t i = 0; i < positioned * D; i++) net->prefix.data[i] += t.data[i];
    const int64_t shape[3] = {s->grid, s->grid, D};
    net->position = vr_tensor_view(t.data + positioned * D, 3, shape);
    net->rule = s->dialect->position;
    net->resized = net->position;
    const int64_t now = s->image_size / s->patch;
    if (now != s->grid) {
        net->resized = vr_tensor_3d(perm, now, now, D);
        vrp_position_resize(net->resized, net->position, net->rule, c->scratch);
    }
    return true;
}

static bool vrp_vit_pack_projection(vr_arena *perm, vrp_vit *net, const vrp_vit_shape *s, vrp_checkpoint *c,
                                    vr_err *err) {
    const int64_t in = s->width, out = s->projected;
    vr_tensor w;
    if (!vrp_checkpoint_take(
            c, &w, s->projection, "", 2,
            (const int64_t[2]){s->projection_turned ? in : out, s->projection_turned ? out : in}, err))
        return false;
    if (s->projection_turned) {
        const int64_t step[2] = {w.stride[1], w.stride[0]};
        w.shape[0] = out, w.shape[1] = in;
        w.stride[0] = step[0], w.stride[1] = step[1];
    }
    net->projection = vr_linear_pack(perm, w, (vr_tensor){0});
    return true;
}

static bool vrp_vit_pack_end(vr_arena *perm, vrp_vit *net, const vrp_vit_shape *s, vrp_checkpoint *c,
                             vr_err *err) {
    if (!s->norm) vrp_checkpoint_skip(c, "norm.");
    if (s->pool == VRP_POOL_MAP) {
        vrp_pool_map *map = VR_NEW(perm, vrp_pool_map, 1);
        if (!vrp_pool_map_pack(perm, map, c, s->width, s->heads, err)) return false;
        net->map = map;
    }
    return (!s->norm_pre || vrp_checkpoint_norm(c, &net->norm_pre, perm, "norm_pre.", NULL, s->width, err)) &&
           (!s->norm || vrp_checkpoint_norm(c, &net->norm, perm, "norm.", NULL, s->width, err)) &&
           (!s->fc_norm || vrp_checkpoint_norm(c, &net->fc_norm, perm, "fc_norm.", NULL, s->width, err)) &&
           (!s->projection || vrp_vit_pack_projection(perm, net, s, c, err));
}

static bool vrp_vit_pack(vr_arena *perm, vrp_vit *net, vrp_vit_shape *s, vrp_checkpoint *c, vr_err *err) {
    net->blocks = VR_NEW(perm, vrp_vit_block, s->depth);
    const vr_conv_opts stride = {.stride = s->patch};
    if (!vrp_checkpoint_conv(c, &net->embed, perm, "patch_embed.proj.", s->embed_bias,
                             VRP_SHAPE(s->width, 3, s->patch, s->patch), stride, err) ||
        !vrp_vit_pack_tokens(perm, net, s, c, err))
        return false;
    for (int64_t i = 0; i < s->depth; i++)
        if (!vrp_vit_pack_block(perm, &net->blocks[i], s, c, i, err)) return false;
    return vrp_vit_pack_end(perm, net, s, c, err);
}

/* The mean of DeiT's two heads: one head on both tokens side by side. */
static bool vrp_vit_pack_two_heads(vr_arena *perm, vr_model *model, vrp_checkpoint *c, int64_t classes,
                                   int64_t D, vr_err *err) {
    const char *stems[2] = {"head.", "head_dist."};
    vr_tensor w = vr_tensor_2d(c->scratch, classes, 2 * D), b = vr_tensor_1d(c->scratch, classes), one, bias;
    for (int h = 0; h < 2; h++) {
        if (!vrp_checkpoint_take(c, &one, stems[h], "weight", VRP_SHAPE(classes, D), err) ||
            !vrp_checkpoint_take(c, &bias, stems[h], "bias", VRP_SHAPE(classes), err))
            return false;
        vr_tensor_assign(vr_tensor_slice(w, 1, h * D, (h + 1) * D), one);
        for (int64_t o = 0; o < classes; o++) b.data[o] += 0.5f * bias.data[o * bias.stride[0]];
    }
    for (int64_t i = 0; i < classes * 2 * D; i++) w.data[i] *= 0.5f;
    model->head = vr_linear_pack(perm, w, b);
    return true;
}

static bool vrp_vit_pack_head(vr_arena *perm, vr_model *model, vrp_checkpoint *c, vrp_facts *f, bool skip,
                              vr_err *err) {
    int64_t w[2];
    if (skip || c->projector) vrp_checkpoint_skip(c, "head_dist.");
    if (c->projector) vrp_checkpoint_skip(c, "fc."); /* MSN's */
    if (skip || c->projector || !vrp_checkpoint_has_below(c, "head_dist."))
        return vrp_head_build(perm, model, c, f, "head.", skip, err);
    if (!vrp_checkpoint_shape(c, w, 2, "head.", "weight", err)) return false;
    model->classes = w[0];
    return vrp_vit_pack_two_heads(perm, model, c, w[0], model->features / 2, err);
}

/* ---- positions for another grid ---- */

/* Keys' cubic kernel. */
static double vrp_vit_cubic(double x, double a) {
    x = fabs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/* weights[i][k] of x[first[i] + k], k < taps, for each of n outputs from m inputs; returns taps. */
static int64_t vrp_vit_taps(float **weights, int64_t **first, int64_t n, int64_t m, vrp_position_rule rule,
                            vr_arena *scratch) {
    double scale = (double)m / ((double)n + (double)rule.offset);
    if (rule.align_corners) scale = n > 1 ? (double)(m - 1) / (double)(n - 1) : 0;
    const double wide = rule.antialias && scale > 1 ? scale : 1;
    const int64_t taps = vr_min(m, 2 * (int64_t)ceil(2 * wide) + 1);
    *weights = VR_NEW(scratch, float, (n * taps));
    *first = VR_NEW(scratch, int64_t, n);
    for (int64_t i = 0; i < n; i++) {
        const double at = rule.align_corners ? scale * (double)i : scale * ((double)i + 0.5) - 0.5;
        const int64_t low = (int64_t)ceil(at - 2 * wide), high = (int64_t)floor(at + 2 * wide);
        const int64_t from = vr_clamp(low, 0, m - taps);
        double sum = 0;
        (*first)[i] = from;
        for (int64_t j = low; j <= high; j++) {
            const double w = vrp_vit_cubic(((double)j - at) / wide, rule.antialias ? -0.5 : -0.75);
            if (rule.antialias && (j < 0 || j >= m))
                continue; /* the kernel ends at the border; else the border repeats */
            (*weights)[i * taps + vr_clamp(j, 0, m - 1) - from] += (float)w;
            sum += w;
        }
        for (int64_t k = 0; k < taps; k++) (*weights)[i * taps + k] /= (float)sum;
    }
    return taps;
}

void vrp_position_resize(vr_tensor y, vr_tensor x, vrp_position_rule rule, vr_arena *scratch) {
    const int64_t h = x.shape[0], w = x.shape[1], D = x.shape[2], H = y.shape[0], W = y.shape[1];
    VR_CHECK(x.ndim == 3 && y.ndim == 3 && y.shape[2] == D && vr_tensor_contiguous(x) &&
                 vr_tensor_contiguous(y),
             "y must be [H,W,D] and x [h,w,D], without gaps");
    const vr_arena_mark mark = vr_arena_here(scratch);
    float *across, *down;
    int64_t *left, *top;
    const int64_t wide = vrp_vit_taps(&across, &left, W, w, rule, scratch);
    const int64_t high = vrp_vit_taps(&down, &top, H, h, rule, scratch);
    vr_tensor t = vr_tensor_3d(scratch, H, w, D);
    for (int64_t i = 0; i < H; i++)
        for (int64_t k = 0; k < high; k++)
            for (int64_t j = 0; j < w * D; j++)
                t.data[i * w * D + j] += down[i * high + k] * x.data[(top[i] + k) * w * D + j];
    memset(y.data, 0, (size_t)(H * W * D) * sizeof(float));
    for (int64_t i = 0; i < H; i++)
        for (int64_t j = 0; j < W; j++)
            for (int64_t k = 0; k < wide; k++)
                for (int64_t d = 0; d < D; d++)
                    y.data[(i * W + j) * D + d] +=
                        across[j * wide + k] * t.data[(i * w + left[j] + k) * D + d];
    vr_arena_rewind(scratch, mark);
}

/* ---- running ---- */

static vr_tensor vrp_vit_matrix(float *data, int64_t rows, int64_t cols) {
    const int64_t shape[2] = {rows, cols};
    return vr_tensor_view(data, 2, shape);
}

/* x [N,T,D] = the prefix tokens, then the embedded patches plus their positions. */
static vr_tensor vrp_vit_embed(const vrp_vit *net, vr_tensor images, vr_arena *scratch) {
    const int64_t N = images.shape[0], D = net->width, P = net->prefix.shape[0];
    const int64_t gh = images.shape[1] / net->patch, gw = images.shape[2] / net->patch,
                  shape[3] = {N, P + gh * gw, D};
    vr_tensor x = vr_tensor_raw(scratch, 3, shape);
    const vr_arena_mark mark = vr_arena_here(scratch);
    vr_tensor position = gh == net->position.shape[0] && gw == gh ? net->position : net->resized;
    if (gh != position.shape[0] || gw != position.shape[1]) {
        position = vr_tensor_3d(scratch, gh, gw, D);
        vrp_position_resize(position, net->position, net->rule, scratch);
    }
    for (int64_t n = 0; n < N; n++) {
        float *tokens = x.data + n * x.stride[0];
        const int64_t grid[4] = {1, gh, gw, D};
        if (P > 0) memcpy(tokens, net->prefix.data, (size_t)(P * D) * sizeof(float));
        vr_conv_apply(vr_tensor_view(tokens + P * D, 4, grid), vr_tensor_slice(images, 0, n, n + 1),
                      &net->embed, vr_tensor_view(position.data, 4, grid), VR_ACT_NONE, scratch);
    }
    vr_arena_rewind(scratch, mark);
    if (net->norm_pre.w.data)
        vr_layernorm_apply(vr_tensor_rows(x), vr_tensor_rows(x), &net->norm_pre, net->eps);
    return x;
}

/* h = attention(norm1(x)), or of x itself where the norms are behind */
static void vrp_vit_attend(const vrp_vit *net, const vrp_vit_block *b, vr_tensor h, vr_tensor x,
                           vr_arena *scratch) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t shape[3] = {x.shape[0], x.shape[1], 3 * net->width};
    const vr_tensor qkv = vr_tensor_raw(scratch, 3, shape);
    if (net->post_norm)
        vr_linear_apply(vr_tensor_rows(qkv), vr_tensor_rows(x), &b->qkv, VR_ACT_NONE, (vr_tensor){0},
                        scratch);
    else
        vr_linear_apply_norm(vr_tensor_rows(qkv), vr_tensor_rows(x), &b->norm1, net->eps, &b->qkv,
                             VR_ACT_NONE, scratch);
    vr_attention_apply(h, qkv, net->heads, scratch);
    vr_arena_rewind(scratch, mark);
}

static void vrp_vit_add(vr_tensor x, vr_tensor y) {
    for (int64_t i = 0; i < x.shape[0]; i++)
        for (int64_t d = 0; d < x.shape[1]; d++) x.data[i * x.stride[0] + d] += y.data[i * y.stride[0] + d];
}

/* x += norm1(proj(h)); x += norm2(mlp(x)) */
static void vrp_vit_mix_post(const vrp_vit *net, const vrp_vit_block *b, vr_tensor x, vr_tensor h,
                             vr_tensor inner, vr_arena *scratch) {
    const vr_tensor y = vr_rows_new(scratch, x.shape[0], x.shape[1]);
    vr_linear_apply(y, h, &b->proj, VR_ACT_NONE, (vr_tensor){0}, scratch);
    vr_layernorm_apply(y, y, &b->norm1, net->eps);
    vrp_vit_add(x, y);
    vr_linear_apply(inner, x, &b->fc1, net->act, (vr_tensor){0}, scratch);
    vr_linear_apply(y, inner, &b->fc2, VR_ACT_NONE, (vr_tensor){0}, scratch);
    vr_layernorm_apply(y, y, &b->norm2, net->eps);
    vrp_vit_add(x, y);
}

/* x += proj(h); x += mlp(norm2(x)), for any rows of tokens */
static void vrp_vit_mix(const vrp_vit *net, const vrp_vit_block *b, vr_tensor x, vr_tensor h,
                        vr_arena *scratch) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    const vr_tensor inner = vr_rows_new(scratch, x.shape[0], net->hidden);
    if (net->post_norm) {
        vrp_vit_mix_post(net, b, x, h, inner, scratch);
        vr_arena_rewind(scratch, mark);
        return;
    }
    vr_linear_apply(x, h, &b->proj, VR_ACT_NONE, x, scratch);
    vr_linear_apply_norm(inner, x, &b->norm2, net->eps, &b->fc1, b->gate.out ? VR_ACT_NONE : net->act,
                         scratch);
    if (b->gate.out) {
        const vr_tensor gate = vr_rows_new(scratch, x.shape[0], net->hidden);
        vr_linear_apply_norm(gate, x, &b->norm2, net->eps, &b->gate, VR_ACT_SILU, scratch);
        for (int64_t i = 0; i < x.shape[0] * inner.stride[0]; i++) inner.data[i] *= gate.data[i];
    }
    vr_linear_apply(x, inner, &b->fc2, VR_ACT_NONE, x, scratch);
    vr_arena_rewind(scratch, mark);
}

/* y = the first `count` tokens of each image, contiguous; y may be x. */
static void vrp_vit_gather(vr_tensor y, vr_tensor x, int64_t count) {
    const int64_t D = x.shape[2];
    for (int64_t n = 0; n < x.shape[0]; n++)
        memmove(y.data + n * count * D, x.data + n * x.stride[0], (size_t)(count * D) * sizeof(float));
}

/* y[n] = the mean of the patch tokens */
static void vrp_vit_mean(vr_tensor y, vr_tensor x, int64_t prefix) {
    const int64_t D = x.shape[2], shape[4] = {1, 1, x.shape[1] - prefix, D};
    for (int64_t n = 0; n < x.shape[0]; n++)
        vr_global_avgpool_apply(vr_tensor_slice(y, 0, n, n + 1),
                                vr_tensor_view(x.data + n * x.stride[0] + prefix * D, 4, shape));
}

/* y = what of all tokens is the feature. */
static void vrp_vit_pool(const vrp_vit *net, vr_tensor y, vr_tensor x, vr_arena *scratch) {
    const int64_t D = net->width, N = x.shape[0], prefix = net->prefix.shape[0];
    if (net->pool == VRP_POOL_MAP) {
        vrp_pool_map_apply(y, x, prefix, net->map, net->eps, net->act, scratch);
        return;
    }
    if (net->pool == VRP_POOL_AVG) {
        vrp_vit_mean(y, x, prefix);
        return;
    }
    const vr_tensor mean = vr_tensor_2d(scratch, N, D);
    vrp_vit_mean(mean, x, prefix);
    for (int64_t n = 0; n < N; n++) {
        memcpy(y.data + n * 2 * D, x.data + n * x.stride[0], (size_t)D * sizeof(float));
        memcpy(y.data + n * 2 * D + D, mean.data + n * D, (size_t)D * sizeof(float));
    }
}

static void vrp_vit_features(vr_tensor y, const void *weights, vr_tensor images, vr_arena *scratch) {
    const vrp_vit *net = (const vrp_vit *)weights;
    VR_CHECK(images.shape[1] % net->patch == 0 && images.shape[2] % net->patch == 0,
             "images of %lldx%lld do not divide into patches of %lld", (long long)images.shape[1],
             (long long)images.shape[2], (long long)net->patch);
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t D = net->width, N = images.shape[0];
    const vr_tensor features = y;
    if (net->projection.out) y = vr_tensor_2d(scratch, N, net->projection.in);
    vr_tensor x = vrp_vit_embed(net, images, scratch);
    vr_tensor h = vr_tensor_raw(scratch, 3, x.shape);
    vr_tensor rows = vr_tensor_rows(x), pooled = net->pooled ? vrp_vit_matrix(y.data, N * net->pooled, D) : y;
    for (int64_t i = 0; i < net->depth; i++) {
        vrp_vit_attend(net, &net->blocks[i], h, x, scratch);
        vr_tensor mixed = vr_tensor_rows(h);
        if (net->pooled && i == net->depth - 1) { /* the other tokens are not needed any more */
            vrp_vit_gather(mixed = vr_tensor_slice(mixed, 0, 0, N * net->pooled), h, net->pooled);
            vrp_vit_gather(rows = pooled, x, net->pooled);
        }
        vrp_vit_mix(net, &net->blocks[i], rows, mixed, scratch);
    }
    if (net->norm.w.data) vr_layernorm_apply(rows, rows, &net->norm, net->eps);
    if (!net->pooled) vrp_vit_pool(net, y, x, scratch);
    if (net->fc_norm.w.data) vr_layernorm_apply(pooled, pooled, &net->fc_norm, net->eps);
    if (net->projection.out)
        vr_linear_apply(features, y, &net->projection, VR_ACT_NONE, (vr_tensor){0}, scratch);
    vr_arena_rewind(scratch, mark);
}

/* Enough images for products of 500 rows, as long as the MLP's activations stay in a cache. */
static int64_t vrp_vit_images(const void *weights, int64_t H, int64_t W) {
    const vrp_vit *net = (const vrp_vit *)weights;
    const int64_t tokens = net->prefix.shape[0] + H / net->patch * (W / net->patch);
    return vr_clamp(VRP_VIT_CACHED / vr_max(1, tokens * net->hidden), 1, vr_max(1, 512 / vr_max(1, tokens)));
}

static const vrp_model_ops vrp_vit_ops = {.features = vrp_vit_features, .images_per_thread = vrp_vit_images};

/* ---- building ---- */

static vrp_vit *vrp_vit_describe(vr_arena *perm, vr_model *model, const vrp_vit_shape *s, vrp_facts *f,
                                 bool two_tokens) {
    vrp_vit *net = VR_NEW(perm, vrp_vit, 1);
    *net = (vrp_vit){.width = s->width,
                     .heads = s->heads,
                     .patch = s->patch,
                     .depth = s->depth,
                     .hidden = s->hidden,
                     .pool = s->pool,
                     .post_norm = s->post_norm,
                     .eps = s->eps,
                     .act = s->act};
    net->pooled = s->pool == VRP_POOL_TOKEN ? 1 + two_tokens : 0;
    model->name = vrp_vit_name(perm, s);
    model->dialect = s->dialect->name;
    model->features =
        s->projection ? s->projected : s->width * (1 + (two_tokens || s->pool == VRP_POOL_TOKEN_AVG));
    model->net->ops = &vrp_vit_ops;
    model->net->weights = net;
    vrp_facts_int(f, VRP_FACT_SIZE, s->image_size);
    /* From 384 on timm crops nothing; torchvision's SWAG weights are bicubic as well. */
    const bool large = s->image_size >= 384 && strcmp(s->dialect->name, "dinov2") != 0 &&
                       strcmp(s->dialect->name, "transformers") != 0;
    vrp_facts_get(f, VRP_FACT_CROP, large ? 1 : s->dialect->crop);
    vrp_facts_get(f, VRP_FACT_FILTER, large ? VR_FILTER_BICUBIC : s->dialect->filter);
    vrp_facts_int(f, VRP_FACT_SQUASH, s->dialect->squash);
    if (f->normalization == VRP_FROM_NOTHING)
        vrp_facts_normalize(f, s->dialect->normalization, VRP_FROM_RULE, VR_FATAL);
    vrp_facts_preprocess(&model->preprocess, f);
    return net;
}

bool vrp_vit_build(vr_arena *perm, vr_model *model, vrp_checkpoint *c, vrp_facts *f,
                   const vr_model_opts *opts, vr_err *err) {
    vrp_vit_shape s;
    if (!vrp_vit_by_keys(&s, c, f, err)) return false;
    /* DeiT's two heads, or their input; transformers' DeiTForImageClassification has one head, of the class token. */
    const bool two =
        s.dist_token && s.pool == VRP_POOL_TOKEN &&
        (vrp_checkpoint_has_below(c, "head_dist.") || strcmp(c->dialect->name, "transformers") != 0);
    vrp_vit *net = vrp_vit_describe(perm, model, &s, f, two);
    return vrp_vit_pack(perm, net, &s, c, err) && vrp_vit_pack_head(perm, model, c, f, opts->no_head, err) &&
           vrp_checkpoint_close(c, model->name, err);
}

bool vrp_vit_build_random(vr_arena *perm, vr_model *model, const char *name, vrp_checkpoint *c,
                          vrp_facts *f) {
    vrp_vit_shape s;
    if (!vrp_vit_by_name(&s, name)) return false;
    return vrp_vit_pack(perm, vrp_vit_describe(perm, model, &s, f, false), &s, c, VR_FATAL);
}
