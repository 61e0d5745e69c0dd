/* image/augment.h: the random views of training: crops, flips, jitter. */
#ifndef VISROB_IMAGE_AUGMENT_H
#define VISROB_IMAGE_AUGMENT_H
#include "../base/rng.h"
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif



#ifdef __cplusplus
}
#endif
#endif
