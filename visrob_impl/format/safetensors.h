/* format/safetensors.h: safetensors files, both ways. */
#ifndef VISROB_FORMAT_SAFETENSORS_H
#define VISROB_FORMAT_SAFETENSORS_H
#include "array.h"
#ifdef __cplusplus
extern "C" {
#endif



#ifdef __cplusplus
}
#endif
#endif
