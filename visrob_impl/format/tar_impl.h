/* format/tar_impl.h: tar files in memory. */
#ifndef VISROB_FORMAT_TAR_IMPL_H
#define VISROB_FORMAT_TAR_IMPL_H
#include "tar.h"
#ifdef __cplusplus
extern "C" {
#endif

/* vr_tar_load of a tar in memory, to which the entries point; `name` is for messages. */
VR_API bool vrp_tar_parse(vr_arena *arena, vr_tar *tar, vr_bytes bytes, const char *name, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
