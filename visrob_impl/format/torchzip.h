/* format/torchzip.h: PyTorch checkpoints (.pt, .pth, .th, .bin), the zip form and the older one, without executing anything. */
#ifndef VISROB_FORMAT_TORCHZIP_H
#define VISROB_FORMAT_TORCHZIP_H
#include "array.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Reads a file that torch.save wrote. Nothing in it is executed: its pickle becomes data (format/pickle).
 * Notes:   dictionaries, lists and tuples are flattened, their keys and positions joined by dots:
 *          "optimizer.state.0.exp_avg". Tensors, parameters and numpy arrays are arrays, views of the mapped file
 *          wherever they are stored unpacked, strided as they were; tensors that share a storage share bytes. Text,
 *          numbers, True/False, None, torch.dtype, torch.device and paths are metadata in Python's words; an
 *          argparse.Namespace is read as a dictionary; of raw bytes the number is told.
 *          Empty containers, and the attributes of an OrderedDict (`_metadata`), leave nothing. The checksums of
 *          stored (not deflated) storages are not looked at: torch.load does not either, and torch.save may be told
 *          to leave them out.
 * Errors:  VR_ERR_IO; VR_ERR_FORMAT naming path and byte; VR_ERR_UNSUPPORTED for a name (a class, a function) that is
 *          not on the list, for TorchScript, big-endian files, and tensors that are complex, quantized, sparse or
 *          of more than 8 dimensions; VR_ERR_LIMIT for keys that nest over 100 deep or take over 1,023 bytes, for
 *          shared values that multiply, for a tensor that repeats its storage to over 2^28 elements, and for
 *          over 4 GiB to unpack. *arrays = {0}. */
VR_API bool vr_torch_load(vr_arena *arena, vr_arrays *arrays, const char *path, vr_err *err);

/* vr_torch_load for a file that is in memory and stays there as long as the arrays are used. */
VR_API bool vr_torch_parse(vr_arena *arena, vr_arrays *arrays, vr_bytes bytes, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
