/* format/npy.h: NumPy's npy and npz. */
#ifndef VISROB_FORMAT_NPY_H
#define VISROB_FORMAT_NPY_H
#include "array.h"
#ifdef __cplusplus
extern "C" {
#endif



#ifdef __cplusplus
}
#endif
#endif
