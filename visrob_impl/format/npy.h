/* format/npy.h: NumPy's npy files. */
#ifndef VISROB_FORMAT_NPY_H
#define VISROB_FORMAT_NPY_H
#include "array.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Reads an npy file (versions 1 to 3), which stays mapped as long as the arena lives. The array has no name ("").
 * Notes:   Fortran order becomes strides; big-endian elements are copied.
 * Errors:  VR_ERR_IO; VR_ERR_FORMAT naming path and byte; VR_ERR_UNSUPPORTED for strings, objects, structures, complex
 *          numbers and more than 8 dimensions; *out = {0}.
 * Source:  numpy.lib.format. */
VR_API bool vr_npy_load(vr_arena *arena, vr_array *out, const char *path, vr_err *err);

/* Writes an npy file atomically, byte for byte as numpy.save does for a C-ordered array.
 * Errors:  VR_ERR_IO; VR_ERR_ARGUMENT for bfloat16, which numpy does not have. */
VR_API bool vr_npy_save(const char *path, const vr_array *a, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
