/* format/safetensors_impl.h: safetensors files. */
#ifndef VISROB_FORMAT_SAFETENSORS_IMPL_H
#define VISROB_FORMAT_SAFETENSORS_IMPL_H
#include "array.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Reads a safetensors file in memory, to which the arrays point.
 * Notes:   as strict as the reference: the tensors cover the bytes after the header without gap or overlap.
 * Errors:  VR_ERR_FORMAT naming path and byte, or line and column of the header; VR_ERR_UNSUPPORTED naming a tensor
 *          whose element type is not in VR_DTYPES (8-bit floats, complex) or of more than 8 dimensions; *arrays = {0}.
 * Source:  github.com/huggingface/safetensors, README and safetensors/src/tensor.rs. */
VR_API bool vrp_safetensors_parse(vr_arena *arena, vr_arrays *arrays, vr_bytes bytes, const char *path,
                                  vr_err *err);

/* Makes a safetensors file in the arena, byte for byte as the reference does (larger elements first, then by name; the
 * header padded to 8 bytes), with the metadata in the given order.
 * Errors:  VR_ERR_ARGUMENT for a name that is a duplicate, "__metadata__" or not UTF-8; *out = {0}. */
VR_API bool vrp_safetensors_format(vr_arena *arena, vr_bytes *out, const vr_arrays *arrays, vr_err *err);

/* Writes vrp_safetensors_format to a file, atomically. */
VR_API bool vrp_safetensors_save(const char *path, const vr_arrays *arrays, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
