/* model/checkpoint.h: the tensors that a model asks for, by key and shape: a file's, or random ones.
 *
 * A model is put together once, whatever its numbers come from:
 *
 *     vr_checkpoint c;
 *     vr_checkpoint_open(&c, &load, &arrays, anchors, count, NULL, err);  // finds the subtree of the model
 *     vr_checkpoint_conv(&c, &conv, &perm, "conv1.", "bn1.", VR_SHAPE(64, 3, 7, 7), opts, err);
 *     vr_checkpoint_close(&c, "resnet50", err);                           // no key may be left over
 *
 * Checkpoints wrap a model's keys (`state_dict.module.`, `teacher.backbone.`, ...). The rule: the prefix is what
 * stands before the model's anchor key, a key that every model of the family has ("layer1.0.conv1.weight").
 * Only that subtree counts, so optimizers, queues and second networks do not matter. Where there are several
 * subtrees, the table at the top of checkpoint.c says which one is the model; a tie is an error. */
#ifndef VISROB_MODEL_CHECKPOINT_H
#define VISROB_MODEL_CHECKPOINT_H
#include "../base/rng.h"
#include "../format/array.h"
#include "../nn/packed.h"
#ifdef __cplusplus
extern "C" {
#endif

/* `int ndim, const int64_t *shape` in one argument: vr_checkpoint_take(..., VR_SHAPE(64, 3, 7, 7), err). */
#define VR_SHAPE(...)                                                                                        \
    (int)(sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[]) { __VA_ARGS__ }

/* The fields are for reading. */
typedef struct vr_checkpoint {
    const char *path, *prefix;
    bool projector; /* a self-supervised subtree: what looks like its head is a projector */
    bool random;    /* no file: every key is there, with random numbers */
    vr_rng rng;
    vr_arena *scratch;              /* what is taken lives here */
    vr_bytes file;                  /* mapped bytes whose pages are given back once they are packed */
    struct vr_checkpoint_key *keys; /* of the subtree, sorted, without prefix */
    struct vr_checkpoint_key *unpacked;
    int64_t count;
} vr_checkpoint;

/* Finds the subtree with one of the anchors; returns the anchor's index, or -1.
 * Notes:   prefix NULL = by the rule above, else the subtree of that name (a closing dot may be left out).
 *          The arrays and scratch have to live as long as the checkpoint.
 * Errors:  VR_ERR_FORMAT: no subtree, or several that are equally good, naming them. */
VR_API int vr_checkpoint_open(vr_checkpoint *c, vr_arena *scratch, const vr_arrays *arrays,
                              const char *const *anchors, int anchor_count, const char *prefix, vr_err *err);

/* Has every key in every shape, filled by the key's ending: weights N(0, 2/fan_in) (He et al. 2015); the weight of a
 * norm, its variance and a layer scale 1; biases and means 0; tokens and position embeddings N(0, 0.02^2).
 * Notes:   a tensor's numbers depend on seed and key alone. */
VR_API void vr_checkpoint_random(vr_checkpoint *c, vr_arena *scratch, uint64_t seed);

/* True where the key stem + leaf is there. A random checkpoint has no key by this test: what is optional is absent. */
VR_API bool vr_checkpoint_has(const vr_checkpoint *c, const char *stem, const char *leaf);

/* True where any key begins with stem. */
VR_API bool vr_checkpoint_has_below(const vr_checkpoint *c, const char *stem);

/* shape = the key's shape, before it is taken.
 * Errors:  VR_ERR_FORMAT where it is missing, has not ndim dimensions, or has an empty one. */
VR_API bool vr_checkpoint_shape(vr_checkpoint *c, int64_t *shape, int ndim, const char *stem,
                                const char *leaf, vr_err *err);

/* out = the tensor of key stem + leaf, which lives in c->scratch, or in the mapped file (then it is read-only).
 * Errors:  VR_ERR_FORMAT where it is missing or has another shape, VR_ERR_NUMERIC for a NaN; both name the key. */
VR_API bool vr_checkpoint_take(vr_checkpoint *c, vr_tensor *out, const char *stem, const char *leaf, int ndim,
                               const int64_t *shape, vr_err *err);

/* Packs the convolution stem + "weight" of this shape, with stem + "bias" where `bias` says so. */
VR_API bool vr_checkpoint_conv(vr_checkpoint *c, vr_conv *conv, vr_arena *perm, const char *stem, bool bias,
                               int ndim, const int64_t *shape, vr_conv_opts opts, vr_err *err);

/* Packs the convolution stem + "weight" with the batch-norm `norm` folded in (eps 1e-5, PyTorch's default).
 * Notes:   gain multiplies the norm's scale in a random checkpoint. */
VR_API bool vr_checkpoint_conv_batchnorm(vr_checkpoint *c, vr_conv *conv, vr_arena *perm, const char *stem,
                                         const char *norm, int ndim, const int64_t *shape, vr_conv_opts opts,
                                         float gain, vr_err *err);

/* Packs the linear layer stem + "weight" [out,in], with stem + "bias" where `bias` says so.
 * Notes:   a scale that is not NULL names a layer scale, scale + "gamma" [out], to fold in: y = gamma (x w^T + b). */
VR_API bool vr_checkpoint_linear(vr_checkpoint *c, vr_linear *linear, vr_arena *perm, const char *stem,
                                 bool bias, const char *scale, int64_t in, int64_t out, vr_err *err);

/* Copies a norm's stem + "weight" and stem + "bias", both [C]. */
VR_API bool vr_checkpoint_norm(vr_checkpoint *c, vr_norm *norm, vr_arena *perm, const char *stem, int64_t C,
                               vr_err *err);

/* Keys that begin with this pattern are none of the model's; '#' stands for a digit, a leading '*' for any beginning. */
VR_API void vr_checkpoint_skip(vr_checkpoint *c, const char *pattern);

/* Ends the taking.
 * Errors:  VR_ERR_FORMAT naming a key that nobody took and that is not on the list of what may be there besides. */
VR_API bool vr_checkpoint_close(vr_checkpoint *c, const char *model, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
