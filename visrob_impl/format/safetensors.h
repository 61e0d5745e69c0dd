/* format/safetensors.h: safetensors files, both ways. */
#ifndef VISROB_FORMAT_SAFETENSORS_H
#define VISROB_FORMAT_SAFETENSORS_H
#include "array.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Reads a safetensors file; it stays mapped as long as the arena lives, and the arrays point into it.
 * Notes:   as strict as the reference: the tensors cover the bytes behind the header without hole or overlap.
 * Errors:  VR_ERR_IO; VR_ERR_FORMAT naming path and byte, or the header's line and column; VR_ERR_UNSUPPORTED naming a
 *          tensor of an element type that is not in VR_DTYPES (8-bit floats, complex) or of more than 8 dimensions;
 *          *arrays = {0}.
 * Source:  github.com/huggingface/safetensors, README and safetensors/src/tensor.rs. */
VR_API bool vr_safetensors_load(vr_arena *arena, vr_arrays *arrays, const char *path, vr_err *err);

/* vr_safetensors_load for a file that is in memory and stays there as long as the arrays are used. */
VR_API bool vr_safetensors_parse(vr_arena *arena, vr_arrays *arrays, vr_bytes bytes, const char *path,
                                 vr_err *err);

/* Makes a safetensors file in the arena: byte for byte what the reference makes (larger elements first, then by name; the
 * header padded to 8), the metadata in the order given.
 * Errors:  VR_ERR_ARGUMENT for a name that is there twice, is "__metadata__" or is not UTF-8; *out = {0}. */
VR_API bool vr_safetensors_format(vr_arena *arena, vr_bytes *out, const vr_arrays *arrays, vr_err *err);

/* vr_safetensors_format into a file, which is complete or not there (vr_file_write). */
VR_API bool vr_safetensors_save(const char *path, const vr_arrays *arrays, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
