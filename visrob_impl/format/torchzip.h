/* format/torchzip.h: PyTorch checkpoints (.pt, .pth, .th, .bin), the zip form and the older one, without executing anything. */
#ifndef VISROB_FORMAT_TORCHZIP_H
#define VISROB_FORMAT_TORCHZIP_H
#include "array.h"
#ifdef __cplusplus
extern "C" {
#endif



#ifdef __cplusplus
}
#endif
#endif
