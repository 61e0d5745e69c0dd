/* format/npy.h: NumPy's npy and npz, both ways. */
#ifndef VISROB_FORMAT_NPY_H
#define VISROB_FORMAT_NPY_H
#include "array.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Reads an npy file (versions 1 to 3); it stays mapped as long as the arena lives. The array has no name ("").
 * Notes:   Fortran order becomes strides; big-endian numbers are turned into a copy.
 * Errors:  VR_ERR_IO; VR_ERR_FORMAT naming path and byte; VR_ERR_UNSUPPORTED for text, objects, structures, complex
 *          numbers and more than 8 dimensions; *out = {0}.
 * Source:  numpy.lib.format. */
VR_API bool vr_npy_load(vr_arena *arena, vr_array *out, const char *path, vr_err *err);

/* vr_npy_load for a file that is in memory and stays there as long as the array is used. */
VR_API bool vr_npy_parse(vr_arena *arena, vr_array *out, vr_bytes bytes, const char *path, vr_err *err);

/* Writes an npy file, byte for byte as numpy.save does with a C-ordered array; it is complete or not there.
 * Errors:  VR_ERR_IO; VR_ERR_ARGUMENT for bfloat16, which numpy does not have. */
VR_API bool vr_npy_save(const char *path, const vr_array *a, vr_err *err);

/* Reads an npz file, stored or deflated: the arrays have the names of the entries without ".npy".
 * Errors:  as vr_npy_load and vr_zip_read; VR_ERR_LIMIT for more than 4 GiB to unpack; *arrays = {0}. */
VR_API bool vr_npz_load(vr_arena *arena, vr_arrays *arrays, const char *path, vr_err *err);

/* vr_npz_load for a file that is in memory and stays there as long as the arrays are used. */
VR_API bool vr_npz_parse(vr_arena *arena, vr_arrays *arrays, vr_bytes bytes, const char *path, vr_err *err);

/* Writes an npz file, stored as numpy.savez does; it is complete or not there. The metadata is not written.
 * Errors:  VR_ERR_IO; VR_ERR_ARGUMENT for bfloat16 and for a name that is there twice. */
VR_API bool vr_npz_save(const char *path, const vr_arrays *arrays, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
