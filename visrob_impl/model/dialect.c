/* model/dialect.c: the tables of names, and one function that applies them.
 *
 * A table is a list of beginnings, tried in order, again and again until none fits: first the place of a block, then its
 * parts. No name is renamed in a circle, since ours never begins with a theirs of its own table. */
#include "dialect_impl.h"
#include <stdio.h>
#include <string.h>

/* ---- tables ---- */

/* timm, DeiT, DINO, MAE, I-JEPA; DINOv2's blocks in chunks and its SwiGLU. */
static const vrp_rename vrp_dialect_timm[] = {
    {"blocks.*.#.", "blocks.#."},
    {"blocks.#.mlp.w12.", "blocks.#.mlp.fc1."},
    {"blocks.#.mlp.w3.", "blocks.#.mlp.fc2."},
    {"linear_head.", "head."},
    {NULL, NULL},
};

/* torchvision; linear_1 and linear_2 before its version 0.12. */
static const vrp_rename vrp_dialect_torchvision[] = {
    {"conv_proj.", "patch_embed.proj."},
    {"class_token$", "cls_token"},
    {"encoder.pos_embedding$", "pos_embed"},
    {"encoder.ln.", "norm."},
    {"heads.head.", "head."},
    {"encoder.layers.encoder_layer_#.", "blocks.#."},
    {"blocks.#.ln_1.", "blocks.#.norm1."},
    {"blocks.#.ln_2.", "blocks.#.norm2."},
    {"blocks.#.self_attention.in_proj_", "blocks.#.attn.qkv."},
    {"blocks.#.self_attention.out_proj.", "blocks.#.attn.proj."},
    {"blocks.#.mlp.0.", "blocks.#.mlp.fc1."},
    {"blocks.#.mlp.3.", "blocks.#.mlp.fc2."},
    {"blocks.#.mlp.linear_1.", "blocks.#.mlp.fc1."},
    {"blocks.#.mlp.linear_2.", "blocks.#.mlp.fc2."},
    {NULL, NULL},
};

/* OpenAI's CLIP and open_clip: the image tower, below `visual.`. */
static const vrp_rename vrp_dialect_open_clip[] = {
    {"conv1.", "patch_embed.proj."},
    {"class_embedding$", "cls_token"},
    {"positional_embedding$", "pos_embed"},
    {"ln_pre.", "norm_pre."},
    {"ln_post.", "norm."},
    {"proj$", "projection"},
    {"transformer.resblocks.#.", "blocks.#."},
    {"blocks.#.ln_1.", "blocks.#.norm1."},
    {"blocks.#.ln_2.", "blocks.#.norm2."},
    {"blocks.#.ls_1.", "blocks.#.ls1."},
    {"blocks.#.ls_2.", "blocks.#.ls2."},
    {"blocks.#.attn.in_proj_", "blocks.#.attn.qkv."},
    {"blocks.#.attn.out_proj.", "blocks.#.attn.proj."},
    {"blocks.#.mlp.c_fc.", "blocks.#.mlp.fc1."},
    {"blocks.#.mlp.c_proj.", "blocks.#.mlp.fc2."},
    {NULL, NULL},
};

/* transformers: ViT, DeiT, DINOv2, ViT-MAE, ViT-MSN, as saved, and as they are named in memory since version 5. */
static const vrp_rename vrp_dialect_transformers[] = {
    {"embeddings.patch_embeddings.projection.", "patch_embed.proj."},
    {"embeddings.position_embeddings$", "pos_embed"},
    {"embeddings.cls_token$", "cls_token"},
    {"embeddings.distillation_token$", "dist_token"},
    {"embeddings.register_tokens$", "register_tokens"},
    {"embeddings.mask_token$", "mask_token"},
    {"layernorm.", "norm."},
    {"classifier.", "head."},
    {"cls_classifier.", "head."},
    {"distillation_classifier.", "head_dist."},
    {"encoder.layer.#.", "blocks.#."},
    {"layers.#.", "blocks.#."},
    {"blocks.#.layernorm_before.", "blocks.#.norm1."},
    {"blocks.#.layernorm_after.", "blocks.#.norm2."},
    {"blocks.#.attention.attention.query.", "blocks.#.attn.q."},
    {"blocks.#.attention.attention.key.", "blocks.#.attn.k."},
    {"blocks.#.attention.attention.value.", "blocks.#.attn.v."},
    {"blocks.#.attention.output.dense.", "blocks.#.attn.proj."},
    {"blocks.#.attention.q_proj.", "blocks.#.attn.q."},
    {"blocks.#.attention.k_proj.", "blocks.#.attn.k."},
    {"blocks.#.attention.v_proj.", "blocks.#.attn.v."},
    {"blocks.#.attention.o_proj.", "blocks.#.attn.proj."},
    {"blocks.#.layer_scale1.lambda1$", "blocks.#.ls1.gamma"},
    {"blocks.#.layer_scale2.lambda1$", "blocks.#.ls2.gamma"},
    {"blocks.#.intermediate.dense.", "blocks.#.mlp.fc1."},
    {"blocks.#.output.dense.", "blocks.#.mlp.fc2."},
    {"blocks.#.mlp.gate_proj.", "blocks.#.mlp.gate."},
    {"blocks.#.mlp.up_proj.", "blocks.#.mlp.fc1."},
    {"blocks.#.mlp.down_proj.", "blocks.#.mlp.fc2."},
    {"blocks.#.mlp.weights_in.", "blocks.#.mlp.fc1."},
    {"blocks.#.mlp.weights_out.", "blocks.#.mlp.fc2."},
    {NULL, NULL},
};
static const char *const vrp_dialect_transformers_bodies[] = {
    "vit.", "deit.", "dinov2.", "dinov2_with_registers.", "vit_mae.", "vit_msn.", NULL};

/* transformers: the image towers of CLIP and SigLIP. */
static const vrp_rename vrp_dialect_transformers_clip[] = {
    {"embeddings.patch_embedding.", "patch_embed.proj."},
    {"embeddings.position_embedding.weight$", "pos_embed"},
    {"embeddings.class_embedding$", "cls_token"},
    {"pre_layrnorm.", "norm_pre."},
    {"post_layernorm.", "norm."},
    {"visual_projection.weight$", "visual_projection"},
    {"classifier.", "head."},
    {"head.probe$", "attn_pool.latent"},
    {"head.attention.in_proj_", "attn_pool.qkv."},
    {"head.attention.out_proj.", "attn_pool.proj."},
    {"head.layernorm.", "attn_pool.norm."},
    {"head.mlp.", "attn_pool.mlp."},
    {"encoder.layers.#.", "blocks.#."},
    {"blocks.#.layer_norm1.", "blocks.#.norm1."},
    {"blocks.#.layer_norm2.", "blocks.#.norm2."},
    {"blocks.#.self_attn.q_proj.", "blocks.#.attn.q."},
    {"blocks.#.self_attn.k_proj.", "blocks.#.attn.k."},
    {"blocks.#.self_attn.v_proj.", "blocks.#.attn.v."},
    {"blocks.#.self_attn.out_proj.", "blocks.#.attn.proj."},
    {NULL, NULL},
};
static const char *const vrp_dialect_clip_bodies[] = {"vision_model.", NULL};

static const vrp_rename vrp_dialect_transformers_resnet[] = {
    {"embedder.embedder.convolution.", "conv1."},
    {"embedder.embedder.normalization.", "bn1."},
    {"encoder.stages.#.layers.#.layer.#.convolution.", "layer+.#.conv+."},
    {"encoder.stages.#.layers.#.layer.#.normalization.", "layer+.#.bn+."},
    {"encoder.stages.#.layers.#.shortcut.convolution.", "layer+.#.downsample.0."},
    {"encoder.stages.#.layers.#.shortcut.normalization.", "layer+.#.downsample.1."},
    {"classifier.1.", "fc."},
    {NULL, NULL},
};
static const char *const vrp_dialect_resnet_bodies[] = {"resnet.", NULL};

/* OpenAI's CLIP and open_clip: the residual image tower, three convolutions before the blocks. */
static const vrp_rename vrp_dialect_clip_resnet[] = {
    {"conv1.", "stem.0."}, {"bn1.", "stem.1."}, {"conv2.", "stem.3."}, {"bn2.", "stem.4."},
    {"conv3.", "stem.6."}, {"bn3.", "stem.7."}, {NULL, NULL},
};

/* timm's networks with three convolutions before the blocks (resnet50d), and everybody's plain ones. */
static const vrp_rename vrp_dialect_resnet[] = {
    {"conv1.0.", "stem.0."}, {"conv1.1.", "stem.1."}, {"conv1.3.", "stem.3."},
    {"conv1.4.", "stem.4."}, {"conv1.6.", "stem.6."}, {"layer#.#.shortcut.", "layer#.#.downsample."},
    {"linear.", "fc."},      {"classifier.", "fc."},  {NULL, NULL},
};

/* Sequential(*resnet.children()): torchvision's, and lightly's CIFAR form, which has no ReLU and pooling among them. */
static const vrp_rename vrp_dialect_sequential[] = {
    {"0.", "conv1."},  {"1.", "bn1."}, {"4.", "layer1."}, {"5.", "layer2."}, {"6.", "layer3."},
    {"7.", "layer4."}, {"9.", "fc."},  {"10.", "fc."},    {NULL, NULL},
};
static const vrp_rename vrp_dialect_sequential_short[] = {
    {"0.", "conv1."},  {"1.", "bn1."},    {"2.", "layer1."}, {"3.", "layer2."},
    {"4.", "layer3."}, {"5.", "layer4."}, {NULL, NULL},
};

static const vrp_dialect vrp_dialect_list[] = {
    {"clip", VRP_FAMILY_RESNET, "attnpool.c_proj.weight", NULL, vrp_dialect_clip_resnet},
    {"torchvision", VRP_FAMILY_RESNET, "layer1.0.conv1.weight", NULL, vrp_dialect_resnet},
    {"timm", VRP_FAMILY_VIT, "patch_embed.proj.weight", NULL, vrp_dialect_timm},
    {"torchvision", VRP_FAMILY_VIT, "conv_proj.weight", NULL, vrp_dialect_torchvision},
    {"open_clip", VRP_FAMILY_VIT, "ln_pre.weight", NULL, vrp_dialect_open_clip},
    {"transformers", VRP_FAMILY_VIT, "embeddings.patch_embeddings.projection.weight",
     vrp_dialect_transformers_bodies, vrp_dialect_transformers},
    {"transformers", VRP_FAMILY_VIT, "embeddings.patch_embedding.weight", vrp_dialect_clip_bodies,
     vrp_dialect_transformers_clip},
    {"transformers", VRP_FAMILY_RESNET, "embedder.embedder.convolution.weight", vrp_dialect_resnet_bodies,
     vrp_dialect_transformers_resnet},
    {"torchvision", VRP_FAMILY_RESNET, "2.0.conv1.weight", NULL, vrp_dialect_sequential_short},
    {"torchvision", VRP_FAMILY_RESNET, "4.0.conv1.weight", NULL, vrp_dialect_sequential},
};

const vrp_dialect *vrp_dialects(int *count) {
    *count = (int)(sizeof vrp_dialect_list / sizeof *vrp_dialect_list);
    return vrp_dialect_list;
}

/* ---- applying them ---- */

enum { VRP_DIALECT_NUMBERS = 4, VRP_DIALECT_PASSES = 4 };

/* The length of name that `theirs` describes, or -1; number[k], digits[k] = the numbers that ours repeats. */
static int vrp_dialect_match(const char *theirs, const char *name, const char *number[VRP_DIALECT_NUMBERS],
                             int digits[VRP_DIALECT_NUMBERS]) {
    const char *s = name;
    for (int k = 0; *theirs; theirs++) {
        if (*theirs == '$') return *s ? -1 : (int)(s - name);
        if (*theirs != '#' && *theirs != '*') {
            if (*s++ != *theirs) return -1;
            continue;
        }
        const int n = (int)strspn(s, "0123456789");
        if (n == 0 || n > 6) return -1;
        if (*theirs == '#') number[k] = s, digits[k++] = n;
        s += n;
    }
    return (int)(s - name);
}

static bool vrp_dialect_apply(char *out, int size, const vrp_rename *r, const char *name) {
    const char *number[VRP_DIALECT_NUMBERS];
    int digits[VRP_DIALECT_NUMBERS], k = 0, n = 0;
    const int length = vrp_dialect_match(r->theirs, name, number, digits);
    if (length < 0) return false;
    for (const char *s = r->ours; *s && n < size; s++) {
        if (*s == '#') {
            n += snprintf(out + n, (size_t)(size - n), "%.*s", digits[k], number[k]);
            k++;
        } else if (*s == '+') {
            int value = 0;
            for (int d = 0; d < digits[k]; d++) value = 10 * value + (number[k][d] - '0');
            n += snprintf(out + n, (size_t)(size - n), "%d", value + 1);
            k++;
        } else {
            out[n++] = *s;
        }
    }
    if (n < size) snprintf(out + n, (size_t)(size - n), "%s", name + length);
    return true;
}

bool vrp_dialect_rename(char *out, int size, const vrp_dialect *dialect, const char *name) {
    char now[256];
    if ((int)strlen(name) >= (int)sizeof now / 2 || size < (int)sizeof now) return false;
    snprintf(out, (size_t)size, "%s", name);
    for (int pass = 0; pass < VRP_DIALECT_PASSES; pass++) {
        const vrp_rename *r = dialect->renames;
        snprintf(now, sizeof now, "%s", out);
        while (r->theirs && !vrp_dialect_apply(out, size, r, now)) r++;
        if (!r->theirs) break;
    }
    return true;
}
