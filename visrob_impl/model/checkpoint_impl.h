/* model/checkpoint_impl.h: the tensors that a model needs, by key and shape: a file's, or random ones.
 *
 * A model is built by the same code, whatever its weights come from:
 *
 *     vrp_checkpoint c;
 *     vrp_checkpoint_open(&c, &load, &arrays, &facts, NULL, err);          // finds the subtree of the model
 *     vrp_checkpoint_conv(&c, &conv, &perm, "conv1.", "bn1.", VRP_SHAPE(64, 3, 7, 7), opts, err);
 *     vrp_checkpoint_close(&c, "resnet50", err);                           // no key may be left over
 *
 * The subtree is that of the keys with the model's prefix; model.h has the rule. Its keys have the names of one dialect
 * (dialect_impl.h); here they are asked for by torchvision's and timm's. */
#ifndef VISROB_MODEL_CHECKPOINT_IMPL_H
#define VISROB_MODEL_CHECKPOINT_IMPL_H
#include "../base/names.h"
#include "../base/rng.h"
#include "../format/array.h"
#include "../nn/packed.h"
#include "dialect_impl.h"
#include "facts_impl.h"

/* `int ndim, const int64_t *shape` in one argument: vrp_checkpoint_take(..., VRP_SHAPE(64, 3, 7, 7), err). */
#define VRP_SHAPE(...)                                                                                       \
    (int)(sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[]) { __VA_ARGS__ }

typedef struct vrp_checkpoint {
    const char *path, *prefix;
    const char *
        body; /* "vit.", which the keys of the network, but not those of its head, have after the prefix; or "" */
    const vrp_dialect *dialect;
    const vr_arrays *arrays;
    bool renamed;   /* some of its keys */
    bool projector; /* a self-supervised subtree: its head is a projector */
    bool random;    /* no file: every key exists, with random numbers */
    vr_rng rng;
    vr_arena *scratch;     /* what is taken is allocated here */
    vr_bytes file;         /* mapped; its pages are released once they are packed */
    vr_names names, stems; /* the subtree's keys without the prefix; their beginnings up to each dot */
    struct vrp_checkpoint_key *keys; /* one for each name */
    struct vrp_checkpoint_key *unpacked;
} vrp_checkpoint;

/* Finds the subtree with the anchor of a dialect.
 * Notes:   prefix NULL = by the rule of model.h, else the subtree of that name (a closing dot may be omitted). Where the
 *          rule chose one of several, a note is added to the facts. The arrays and scratch have to outlive the checkpoint.
 * Errors:  VR_ERR_FORMAT: no subtree, several of equal rank, or a duplicate key, naming them. */
VR_API bool vrp_checkpoint_open(vrp_checkpoint *c, vr_arena *scratch, const vr_arrays *arrays,
                                vrp_facts *facts, const char *prefix, vr_err *err);

/* A checkpoint with every key in every shape, filled by the key's ending: weights N(0, 2/fan_in) (He et al. 2015);
 * the weight of a norm, its variance and a layer scale 1; biases and means 0; tokens and position embeddings
 * N(0, 0.02^2).
 * Notes:   a tensor's numbers depend only on seed and key. */
VR_API void vrp_checkpoint_random(vrp_checkpoint *c, vr_arena *scratch, uint64_t seed);

/* True where the key stem + leaf exists; never in a random checkpoint, so that optional parts are absent. */
VR_API bool vrp_checkpoint_has(const vrp_checkpoint *c, const char *stem, const char *leaf);

/* True where a key begins with stem, which ends with a dot. */
VR_API bool vrp_checkpoint_has_below(const vrp_checkpoint *c, const char *stem);

/* shape = the key's shape, before it is taken.
 * Errors:  VR_ERR_FORMAT where the key is missing, or has another number of dimensions or one of size 0. */
VR_API bool vrp_checkpoint_shape(vrp_checkpoint *c, int64_t *shape, int ndim, const char *stem,
                                 const char *leaf, vr_err *err);

/* The number of dimensions of the key stem + leaf; -1 where it is missing. */
VR_API int vrp_checkpoint_dims(const vrp_checkpoint *c, const char *stem, const char *leaf);

/* *rows of [1,rows,width], [rows,width] or, where rows is 1, [width]: tokens and positions.
 * Errors:  VR_ERR_FORMAT naming the key, where it is missing or is not of that width. */
VR_API bool vrp_checkpoint_rows(vrp_checkpoint *c, int64_t *rows, const char *key, int64_t width,
                                vr_err *err);

/* True where a key of the file that is outside the subtree, beside its last part, begins with `stem` and is a
 * convolution's weight: `classifier.` beside `backbone.` belongs to a segmentation model. */
VR_API bool vrp_checkpoint_beside(const vrp_checkpoint *c, const char *stem);

/* out = the tensor of key stem + leaf, in c->scratch, or in the mapped file (then it is read-only).
 * Notes:   leading dimensions of size 1 may be missing in the file.
 * Errors:  VR_ERR_FORMAT where it is missing or has another shape, VR_ERR_NUMERIC for a NaN or infinity; both name
 *          the key. */
VR_API bool vrp_checkpoint_take(vrp_checkpoint *c, vr_tensor *out, const char *stem, const char *leaf,
                                int ndim, const int64_t *shape, vr_err *err);

/* Packs the convolution stem + "weight" of this shape, with stem + "bias" if `bias`. */
VR_API bool vrp_checkpoint_conv(vrp_checkpoint *c, vr_conv *conv, vr_arena *perm, const char *stem, bool bias,
                                int ndim, const int64_t *shape, vr_conv_opts opts, vr_err *err);

/* Packs the convolution stem + "weight" with the batch-norm `norm` folded into it.
 * Notes:   gain multiplies the norm's scale in a random checkpoint. */
VR_API bool vrp_checkpoint_conv_batchnorm(vrp_checkpoint *c, vr_conv *conv, vr_arena *perm, const char *stem,
                                          const char *norm, int ndim, const int64_t *shape, vr_conv_opts opts,
                                          float eps, float gain, vr_err *err);

/* Packs the linear layer stem + "weight" [out,in], with stem + "bias" if `bias`.
 * Notes:   a scale that is not NULL names a layer scale, scale + "gamma" [out], folded into it:
 *          y = gamma (x w^T + b). */
VR_API bool vrp_checkpoint_linear(vrp_checkpoint *c, vr_linear *linear, vr_arena *perm, const char *stem,
                                  bool bias, const char *scale, int64_t in, int64_t out, vr_err *err);

/* The same of `count` (at most 4) layers that read the same input, one below the other: q, k and v. A missing bias is 0,
 * if any of them has one. */
VR_API bool vrp_checkpoint_linear_stack(vrp_checkpoint *c, vr_linear *linear, vr_arena *perm,
                                        const char *const *stems, int count, int64_t in, int64_t each,
                                        vr_err *err);

/* Copies a norm's stem + "weight" and stem + "bias", both [C]; a scale that is not NULL is folded into it as above. */
VR_API bool vrp_checkpoint_norm(vrp_checkpoint *c, vr_norm *norm, vr_arena *perm, const char *stem,
                                const char *scale, int64_t C, vr_err *err);

/* Keys that begin with this pattern are not part of the model; '#' is any digit, a leading '*' any beginning. */
VR_API void vrp_checkpoint_skip(vrp_checkpoint *c, const char *pattern);

/* Checks that every key was taken.
 * Errors:  VR_ERR_FORMAT naming a key that was not, and is not on the list of what a training checkpoint may add. */
VR_API bool vrp_checkpoint_close(vrp_checkpoint *c, const char *model, vr_err *err);

#endif
