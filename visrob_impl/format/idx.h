/* format/idx.h: IDX files (MNIST), plain or gzip. */
#ifndef VISROB_FORMAT_IDX_H
#define VISROB_FORMAT_IDX_H
#include "array.h"
#ifdef __cplusplus
extern "C" {
#endif



#ifdef __cplusplus
}
#endif
#endif
