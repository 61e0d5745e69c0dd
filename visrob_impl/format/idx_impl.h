/* format/idx_impl.h: IDX files in memory. */
#ifndef VISROB_FORMAT_IDX_IMPL_H
#define VISROB_FORMAT_IDX_IMPL_H
#include "idx.h"
#ifdef __cplusplus
extern "C" {
#endif

/* vr_idx_load of a file in memory, to which the array points where it can. */
VR_API bool vrp_idx_parse(vr_arena *arena, vr_array *array, vr_bytes file, const char *name, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
