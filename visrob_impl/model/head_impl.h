/* model/head_impl.h: the classification head of any family. */
#ifndef VISROB_MODEL_HEAD_IMPL_H
#define VISROB_MODEL_HEAD_IMPL_H
#include "checkpoint_impl.h"
#include "model_impl.h"

/* Fills model->head and classes from the keys below stem ("fc."): one linear layer, with or without bias, or a Sequential of
 * linear layers, batch-norms and what has no weights (`fc.1.`, `fc.0.` and `fc.2.`). Without such keys, or where the
 * subtree's head is a projector, there is no head.
 * Notes:   what the numbers of a Sequential leave open becomes a note of the facts: a ReLU where a number is missing between
 *          two linear layers; eps of a batch-norm.
 * Errors:  VR_ERR_FORMAT naming a key that is missing or misshapen, VR_ERR_UNSUPPORTED for other layers. */
VR_API bool vrp_head_build(vr_arena *perm, vr_model *model, vrp_checkpoint *c, vrp_facts *f, const char *stem,
                           bool skip, vr_err *err);

#endif
