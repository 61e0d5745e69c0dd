/* format/cifar_impl.h: CIFAR files in memory. */
#ifndef VISROB_FORMAT_CIFAR_IMPL_H
#define VISROB_FORMAT_CIFAR_IMPL_H
#include "cifar.h"
#ifdef __cplusplus
extern "C" {
#endif

/* vr_cifar_load of a file in memory, to which `cifar` points; class names are looked for beside `path`. */
VR_API bool vrp_cifar_parse(vr_arena *arena, vr_cifar *cifar, vr_bytes file, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
