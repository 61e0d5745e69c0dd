/* image/corrupt.h: the fifteen corruptions of ImageNet-C. */
#ifndef VISROB_IMAGE_CORRUPT_H
#define VISROB_IMAGE_CORRUPT_H
#include "../base/rng.h"
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif



#ifdef __cplusplus
}
#endif
#endif
