/* model/model.h: one model, whatever its family: load a checkpoint, get logits or features.
 *
 *     vr_model *model = vr_model_load(&perm, "resnet50.pth", NULL, VR_FATAL);
 *     const int64_t size = model->preprocess.size;
 *     vr_tensor x = vr_tensor_4d(&step, 8, size, size, 3);      // eight images (vr_preprocess_apply)
 *     vr_tensor logits = vr_model_logits(&step, model, x);      // [8,classes]
 *
 * Architecture and dialect are read from the checkpoint's keys and shapes. What these do not tell is taken from the first of:
 *
 *   1. options (vr_model_opts)
 *   2. config.json, preprocessor_config.json or open_clip_config.json beside the file, as timm's hub, transformers and
 *      open_clip write them: heads, eps, activation, pooling, size, crop, filter, normalization, class names
 *   3. the table of 200 published names (model/published.c): opts->model, or the architecture that the config names
 *   4. the rules below; model->assumed is then a sentence that lists every rule that was used, for the program to print
 *
 * A config or a name that contradicts the keys is an error.
 *
 * Prefix. Checkpoints wrap a model's keys (`state_dict.module.`, `teacher.backbone.`, ...). The model's prefix is what
 * precedes the anchor key of its dialect (the list in model/dialect.c: `layer1.0.conv1.weight`, `patch_embed.proj.weight`,
 * ...). Only the keys with that prefix count, so that optimizers, queues and second networks are ignored. Among several
 * prefixes the model is the one with a word (between dots) of the first row of this list, which is said; a tie is an error:
 *
 *   state_dict_ema, model_ema, ema_model, ema_state_dict, ema   averaged weights (timm, DeiT, Lightning)
 *   online_encoder, online_network, online_net                  BYOL
 *   teacher, teacher_backbone, target_encoder                   DINO, DINOv2, iBOT; I-JEPA, MSN
 *   encoder_q, base_encoder, student, student_backbone          MoCo; MoCo v3; DINO
 *   any other: state_dict, model, module, backbone, net, ""
 *   encoder_k, momentum_encoder, momentum_backbone, backbone_momentum, target_network, target_net, attacker
 *
 * ResNet (He et al. 2016). From keys and shapes: basic or bottleneck blocks, their number and widths, groups
 * (ResNeXt), a stem of one convolution or three, the shortcuts (with average pooling in resnet-d; without any in a network
 * with a 3x3 stem, option A: every second pixel, new channels zero), CLIP's attention pooling, the head. The stride of a
 * bottleneck is in its 3x3 convolution, as in torchvision and timm. By rule: a 7x7 stem has stride 2 and pooling, a 3x3 stem
 * neither (the CIFAR form); no dilation, but output stride 8 where `classifier.` beside the network is a convolution (the
 * segmentation models); no antialiasing; eps 1e-5; ImageNet normalization, 256/224 bilinear.
 *
 * ViT (Dosovitskiy et al. 2021). From keys and shapes: width, depth, patch, MLP or SwiGLU, layer scale, biases, the
 * class, distillation and register tokens, the grid of the position embedding, the norms, attention pooling, CLIP's
 * projection, whose output are the features. By rule:
 *
 *   heads    those of the published ViTs of this width and depth, else width/64
 *   eps      1e-6; 1e-5 in CLIP; 1e-12 in transformers' ViT, DeiT and MAE
 *   act      GELU; in transformers quick GELU (CLIP) and GELU by tanh (SigLIP)
 *   features the class token after the last norm; the class and the distillation token side by side (DeiT); the mean of
 *            the patch tokens where there is a `fc_norm.` (timm's avg, MAE fine-tuned) or no class token; the class token
 *            and that mean where the head is twice as wide (DINOv2)
 *
 *   dialect      recognized by                       normalization   resize, filter     other image sizes: positions by
 *   torchvision  `conv_proj.`                        ImageNet        256/224 bilinear   bicubic, corners aligned
 *   clip         `norm_pre.`                         CLIP            1/0.9 bicubic      antialiased bicubic (timm)
 *   open_clip    `ln_pre.`                           CLIP            1 bicubic          antialiased bicubic
 *   dinov2       `register_tokens`, or layer scale   ImageNet        256/224 bicubic    bicubic, scale (grid + 0.1)/old;
 *                and `mask_token`                                                       antialiased with registers
 *   deit         `dist_token`, or a head below       ImageNet        256/224 bicubic    bicubic
 *                `model.` (mae: with `fc_norm.`)
 *   dino         no head, or a projector             ImageNet        256/224 bicubic    bicubic, scale (grid + 0.1)/old
 *   timm         any other                           0.5 / 0.5, with 1/0.9 bicubic, 1   antialiased bicubic
 *                                                    layer scale     from 384 on
 *                                                    ImageNet
 *   transformers `embeddings.patch_embed...`         0.5 / 0.5; ImageNet for DeiT and   bicubic
 *                                                    DINOv2 (256/224 bicubic); CLIP; else squashed to the input
 *
 * The image size is the position embedding's grid times the patch, at most 128 patches a side; 224 for dinov2, as in its
 * repository's evaluations. */
#ifndef VISROB_MODEL_MODEL_H
#define VISROB_MODEL_MODEL_H
#include "../format/array.h"
#include "../image/resize.h"
#include "../nn/packed.h"
#ifdef __cplusplus
extern "C" {
#endif

/* What a checkpoint's keys and shapes do not determine. All zero = the rules above. */
typedef struct vr_model_opts {
    int64_t
        image_size; /* 0: 32 for CIFAR ResNets, 224 for other ResNets; a ViT's from its position embedding */
    int64_t heads;  /* of a ViT */
    float mean[3], std[3]; /* std 0: ImageNet's .485 .456 .406 / .229 .224 .225, or the dialect's own */
    bool no_head;          /* ignore a classification head */
    const char *prefix;    /* NULL: by the rule above; else the prefix of the keys, "student.backbone" */
    const char *model;     /* a published name, "vit_base_patch16_224.augreg_in21k", or KEY=VALUE,... */
    const char
        *activation;  /* of a ViT's MLPs: "gelu", "gelu_tanh", "quick_gelu" (OpenAI's CLIP), "relu", "silu" */
    const char *crop; /* size / resized shorter side: "0.875" */
    const char *filter; /* of resizing: "bilinear", "bicubic", "nearest", "box" */
} vr_model_opts;

/* A loaded model. */
typedef struct vr_model {
    const char *name;          /* "resnet50", "vit_base_patch16_224": family and size, as timm calls it */
    const char *dialect;       /* "torchvision", "timm", "dino", "dinov2", "mae", "cifar", ... */
    int64_t classes;           /* 0 = no head: only features */
    int64_t features;          /* the width of the features */
    const char *const *labels; /* [classes] or NULL; ImageNet's names where classes = 1000 */
    const char *path;          /* the file, or NULL */
    const char
        *assumed; /* what neither options, a config.json, --model nor keys say, or NULL: to be printed */
    vr_preprocess preprocess;
    vr_linear head;            /* of features -> classes */
    struct vrp_model_net *net; /* the packed weights before the head */
} vr_model;

/* The constants of normalization, of pixels as 0..1, by name: "imagenet", "half" (0.5 and 0.5, as Inception and most of
 * timm's ViTs), "clip", "none", or six numbers "m,m,m,s,s,s".
 * Errors:  VR_ERR_USAGE for anything else, and for a std that is not above 0; mean and std are then unchanged. */
VR_API bool vr_model_normalization(float mean[3], float std[3], const char *text, vr_err *err);

/* Loads a checkpoint: .safetensors, .pt, .pth, .th, .bin, .npz.
 * Notes:   the file is mapped while it is read and unmapped afterwards; weights are packed once. opts may be NULL.
 * Errors:  the reader's own; VR_ERR_FORMAT naming a missing, unexpected or misshapen key, VR_ERR_NUMERIC naming the
 *          key of a NaN, VR_ERR_ARGUMENT for an option that is needed or does not fit. */
VR_API vr_model *vr_model_load(vr_arena *perm, const char *path, const vr_model_opts *opts, vr_err *err);

/* A model of that architecture ("resnet20", "resnet50", "vit_tiny_patch16_224") with random weights (He et al. 2015),
 * without a head: random features for a probe, and for benchmarks.
 * Errors:  VR_ERR_ARGUMENT naming the known architectures. */
VR_API vr_model *vr_model_random(vr_arena *perm, const char *name, uint64_t seed, vr_err *err);

/* Gives a model a new classification head.
 * Shapes:  w: [classes,features]; b: [classes] or {0}; labels: [classes] names or NULL, which are not copied. */
VR_API void vr_model_set_head(vr_arena *perm, vr_model *model, vr_tensor w, vr_tensor b,
                              const char *const *labels);

/* Class scores before softmax. Shapes: x: [N,H,W,3], normalized -> [N,classes]. Notes: no head is a bug (VR_CHECK). */
VR_API vr_tensor vr_model_logits(vr_arena *step, const vr_model *model, vr_tensor x);

/* The input of the head: pooled activations of a ResNet, the class token (or mean) of a ViT after its last norm.
 * Shapes:  x: [N,H,W,3] -> [N,features]. */
VR_API vr_tensor vr_model_features(vr_arena *step, const vr_model *model, vr_tensor x);

#ifdef __cplusplus
}
#endif
#endif
