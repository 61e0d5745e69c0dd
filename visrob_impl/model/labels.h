/* model/labels.h: the names of ImageNet-1k's classes. */
#ifndef VISROB_MODEL_LABELS_H
#define VISROB_MODEL_LABELS_H
#include "../base/base.h"
#ifdef __cplusplus
extern "C" {
#endif



#ifdef __cplusplus
}
#endif
#endif
