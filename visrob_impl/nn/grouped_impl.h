/* nn/grouped_impl.h: convolutions in narrow groups (ResNeXt's 4 to 16 channels, depthwise ones), which would leave most
 * columns of a panel empty. */
#ifndef VISROB_NN_GROUPED_IMPL_H
#define VISROB_NN_GROUPED_IMPL_H
#include "gather_impl.h"
#include "packed.h"

/* True for groups of as many outputs as inputs that divide a vector. */
VR_API bool vrp_grouped_applies(const vr_conv *layer);

/* Floats of the packed weights. */
VR_API int64_t vrp_grouped_size(const vr_conv *layer);

/* packed = w, times scale[o] where it is not NULL. Shapes: w: [O,C/groups,KH,KW], any strides; scale: [O]. */
VR_API void vrp_grouped_pack(float *packed, const vr_conv *layer, vr_tensor w, const float *scale);

/* Computes the convolution on vr_threads() threads; job->C and job->O are those of a group.
 * Notes:   scratch is rewound. */
VR_API void vrp_grouped_run(const vrp_gather_job *job, int64_t groups, vr_arena *scratch);

#endif
