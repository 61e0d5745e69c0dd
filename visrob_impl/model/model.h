/* model/model.h: one model, whatever its family: load a checkpoint, get logits or features.
 *
 *     vr_model *model = vr_model_load(&perm, "resnet50.pth", NULL, VR_FATAL);
 *     vr_tensor logits = vr_model_logits(&step, model, x);      // x: [N,size,size,3] -> [N,classes]
 *
 * Family, widths, depth and dialect (timm, torchvision, DINO, MAE, ...) are read from the checkpoint's keys and
 * shapes; what they cannot tell is a documented rule and an option. */
#ifndef VISROB_MODEL_MODEL_H
#define VISROB_MODEL_MODEL_H
#include "../format/array.h"
#include "../image/resize.h"
#include "../nn/packed.h"
#ifdef __cplusplus
extern "C" {
#endif

/* What a checkpoint's keys and shapes cannot tell. All zero = the documented rules. */
typedef struct vr_model_opts {
    int64_t image_size; /* 0: 32 for CIFAR ResNets, 224 for the others; a ViT's from its position embedding */
    int64_t heads;      /* 0: the rule of the published ViTs, see vit.h */
    float mean[3], std[3]; /* std 0: ImageNet's .485 .456 .406 / .229 .224 .225, or the family's own */
    bool no_head;          /* ignore a classification head that is there */
    bool quick_gelu;       /* OpenAI's CLIP was trained with x * sigmoid(1.702 x) */
    const char *prefix; /* NULL: the rule of checkpoint.h; else the subtree of the keys, "student.backbone" */
} vr_model_opts;

/* The constants of normalization, of pixels as 0..1, by name: "imagenet", "half" (0.5 and 0.5: Inception's, most of
 * timm's ViTs'), "clip", "none", or six numbers "m,m,m,s,s,s".
 * Errors:  VR_ERR_ARGUMENT for anything else, and for a std that is not above 0; mean and std are then unchanged. */
VR_API bool vr_model_normalization(float mean[3], float std[3], const char *text, vr_err *err);

/* A family's forward pass: y [N,features] from x [N,H,W,3]; scratch is rewound. */
typedef struct vr_model_ops {
    void (*features)(vr_tensor y, const void *weights, vr_tensor x, vr_arena *scratch);
    /* How many images a thread takes through the network by itself; 0: the threads work together inside each layer. */
    int64_t (*alone)(const void *weights, int64_t H, int64_t W);
} vr_model_ops;

typedef struct vr_model {
    const char *name;    /* "resnet50", "vit_base_patch16_224": family and size, as timm would call it */
    const char *dialect; /* "torchvision", "timm", "dino", "dinov2", "mae", "cifar", ... */
    int64_t classes;     /* 0 = no head: only features */
    int64_t features;    /* the width of the features */
    const char *const *labels; /* [classes] or NULL; ImageNet's names where classes = 1000 */
    vr_preprocess preprocess;
    vr_linear head; /* of features -> classes */
    const vr_model_ops *ops;
    void *weights;
} vr_model;

/* Loads a checkpoint: .safetensors, .pt, .pth, .th, .bin, .npz.
 * Notes:   the file is mapped while it is read and unmapped afterwards; weights are packed once. opts may be NULL.
 * Errors:  the reader's own; VR_ERR_FORMAT naming a missing, extra or misshapen key. */
VR_API vr_model *vr_model_load(vr_arena *perm, const char *path, const vr_model_opts *opts, vr_err *err);

/* The same from arrays that were read or made already; they are not needed afterwards. */
VR_API vr_model *vr_model_from_arrays(vr_arena *perm, const vr_arrays *arrays, const vr_model_opts *opts,
                                      vr_err *err);

/* A model of that architecture ("resnet20", "resnet50", "vit_tiny_patch16_224") with random weights (He et al. 2015),
 * without a head: random features for a probe, and for benchmarks.
 * Errors:  VR_ERR_ARGUMENT naming what there is. */
VR_API vr_model *vr_model_random(vr_arena *perm, const char *name, uint64_t seed, vr_err *err);

/* Class scores before softmax. Shapes: x: [N,H,W,3], normalized -> [N,classes]. A model without head is a bug here. */
VR_API vr_tensor vr_model_logits(vr_arena *step, const vr_model *model, vr_tensor x);

/* What the head sees: pooled activations of a ResNet, the class token (or mean) of a ViT after its last norm.
 * Shapes: x: [N,H,W,3] -> [N,features]. */
VR_API vr_tensor vr_model_features(vr_arena *step, const vr_model *model, vr_tensor x);

#ifdef __cplusplus
}
#endif
#endif
