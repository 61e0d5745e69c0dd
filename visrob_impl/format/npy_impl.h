/* format/npy_impl.h: npy and npz files in memory. */
#ifndef VISROB_FORMAT_NPY_IMPL_H
#define VISROB_FORMAT_NPY_IMPL_H
#include "npy.h"
#ifdef __cplusplus
extern "C" {
#endif

/* vr_npy_load of a file in memory, to which the array points. */
VR_API bool vrp_npy_parse(vr_arena *arena, vr_array *out, vr_bytes bytes, const char *path, vr_err *err);

/* Reads an npz file in memory, stored or deflated; the arrays have the names of the entries without ".npy".
 * Errors:  as vrp_npy_parse and vrp_zip_read; VR_ERR_LIMIT for more than 4 GiB to decompress; *arrays = {0}. */
VR_API bool vrp_npz_parse(vr_arena *arena, vr_arrays *arrays, vr_bytes bytes, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
