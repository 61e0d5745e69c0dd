/* format/cifar.h: CIFAR-10 and CIFAR-100, binary version. */
#ifndef VISROB_FORMAT_CIFAR_H
#define VISROB_FORMAT_CIFAR_H
#include "../base/error.h"
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif



#ifdef __cplusplus
}
#endif
#endif
