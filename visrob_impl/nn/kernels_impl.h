/* nn/kernels_impl.h: the checks of shapes that a reference layer and its fast counterpart share. */
#ifndef VISROB_NN_KERNELS_IMPL_H
#define VISROB_NN_KERNELS_IMPL_H
#include "kernels.h"

/* A bug (VR_CHECK) unless y is [N,T,D] and qkv [N,T,3D], contiguous, and D is a multiple of heads. */
VR_API void vrp_attention_check(vr_tensor y, vr_tensor qkv, int64_t heads);

/* A bug (VR_CHECK) unless y has the shape of x [N,H,W,C] pooled over k x k windows, both contiguous. */
VR_API void vrp_pool_check(vr_tensor y, vr_tensor x, int64_t k, int64_t stride, int64_t pad);

#endif
