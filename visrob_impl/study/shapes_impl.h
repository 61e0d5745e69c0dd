/* study/shapes_impl.h: a small model and a data set that need no download: what the programs run on without arguments.
 *
 * The model is made in closed form when it is asked for: a ResNet with random weights, whose features a ridge probe reads.
 * It is there to be measured, not to be good; a rendered world and a trained model would take its place here. */
#ifndef VISROB_STUDY_SHAPES_IMPL_H
#define VISROB_STUDY_SHAPES_IMPL_H
#include "embed.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A classifier of the ten drawn shapes (image/draw.h): a probe on so many images (0 = 8,000) of 32 x 32 pixels, of
 * the set that `seed` names.
 * Notes:   8,000 take three seconds on two cores; the same bits on any number of threads.
 * Errors:  VR_ERR_NUMERIC where the probe has no solution. */
VR_API vr_model *vrp_model_shapes(vr_arena *perm, int64_t images, uint64_t seed, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
