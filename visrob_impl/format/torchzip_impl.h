/* format/torchzip_impl.h: PyTorch checkpoints (.pt, .pth, .th, .bin), zip and legacy, without executing anything. */
#ifndef VISROB_FORMAT_TORCHZIP_IMPL_H
#define VISROB_FORMAT_TORCHZIP_IMPL_H
#include "array.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Reads a file that torch.save wrote, in memory; its pickle becomes data (format/pickle_impl.h).
 * Notes:   dictionaries, lists and tuples are flattened, their keys and positions joined by dots:
 *          "optimizer.state.0.exp_avg". Tensors, parameters and numpy arrays are arrays: views of the file where they
 *          are stored uncompressed, with their strides; tensors that share a storage share bytes. Strings, numbers,
 *          True/False, None, torch.dtype, torch.device and paths are metadata as Python prints them; an
 *          argparse.Namespace is read as a dictionary; raw bytes become "N bytes". Empty containers, and the
 *          attributes of an OrderedDict (`_metadata`), are left out. The checksums of stored (not deflated) storages
 *          are not verified: neither does torch.load, and torch.save can omit them.
 * Errors:  VR_ERR_FORMAT naming path and byte; VR_ERR_UNSUPPORTED for a class or function that is not on the list in
 *          torchzip.c, for TorchScript, big-endian files, and tensors that are complex, quantized, sparse or of more
 *          than 8 dimensions; VR_ERR_LIMIT for keys nested more than 100 deep or longer than 1,023 bytes, for shared
 *          values that multiply, for a tensor that repeats its storage to over 2^28 elements, and for over 4 GiB to
 *          decompress. *arrays = {0}. */
VR_API bool vrp_torch_parse(vr_arena *arena, vr_arrays *arrays, vr_bytes bytes, const char *path,
                            vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
