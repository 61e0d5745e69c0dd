/* format/load.h: any checkpoint or array file. */
#ifndef VISROB_FORMAT_LOAD_H
#define VISROB_FORMAT_LOAD_H
#include "array.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Reads a checkpoint or an array file: safetensors, PyTorch (.pt, .pth, .th, .bin; zip or legacy pickle), npz, npy.
 * Notes:   the format is detected from the first bytes; a `.json` is transformers' index of several files, which are read
 *          from its folder. Arrays are views of the mapped file where possible; it stays
 *          mapped as long as the arena lives. Nothing in a pickle is executed. Nested dictionaries, lists and tuples
 *          are flattened, keys joined by dots: "state_dict.module.conv1.weight"; numbers, strings and the like become
 *          metadata. An npy array has the name "", the arrays of an npz file the names of its entries.
 * Errors:  VR_ERR_IO, VR_ERR_FORMAT, VR_ERR_UNSUPPORTED (complex, quantized, sparse or structured elements, more than
 *          8 dimensions, TorchScript, big-endian PyTorch files, classes other than tensors) and VR_ERR_LIMIT (over
 *          4 GiB to decompress) naming path and byte; *arrays = {0}. */
VR_API bool vr_arrays_load(vr_arena *arena, vr_arrays *arrays, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
