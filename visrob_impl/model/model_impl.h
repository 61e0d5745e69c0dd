/* model/model_impl.h: what a family provides, and a model from arrays in memory. */
#ifndef VISROB_MODEL_MODEL_IMPL_H
#define VISROB_MODEL_MODEL_IMPL_H
#include "model.h"

/* A family's forward pass. */
typedef struct vrp_model_ops {
    /* y [N,features] from x [N,H,W,3]; scratch is rewound. */
    void (*features)(vr_tensor y, const void *weights, vr_tensor x, vr_arena *scratch);
    /* How many H x W images a thread takes through the whole network at a time; 0: all threads work inside each
     * layer. */
    int64_t (*images_per_thread)(const void *weights, int64_t H, int64_t W);
} vrp_model_ops;

enum { VRP_MODEL_HIDDEN = 2 };

typedef struct vrp_model_net {
    const vrp_model_ops *ops;
    const void *weights; /* of the family */
    vr_linear
        hidden[VRP_MODEL_HIDDEN]; /* layers of the head before its last one, each followed by hidden_act */
    vr_act hidden_act[VRP_MODEL_HIDDEN];
    int hidden_count;
} vrp_model_net;

/* vr_model_load from arrays that were read or made already; they are not needed afterwards. */
VR_API vr_model *vrp_model_from_arrays(vr_arena *perm, const vr_arrays *arrays, const vr_model_opts *opts,
                                       vr_err *err);

#endif
