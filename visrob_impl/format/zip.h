/* format/zip.h: the entries of a zip file, stored or deflated, and gzip; for npz and PyTorch files. */
#ifndef VISROB_FORMAT_ZIP_H
#define VISROB_FORMAT_ZIP_H
#include "../base/error.h"
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Unpacks a gzip file (RFC 1952) that is in memory; out->data[out->size] is a 0 that is not counted.
 * Notes:   its checksum and its declared size are checked; nothing beyond `limit` bytes is allocated.
 * Errors:  VR_ERR_FORMAT naming `name` and the byte, VR_ERR_LIMIT for more than `limit` bytes. */
VR_API bool vr_gunzip(vr_arena *arena, vr_bytes *out, vr_bytes in, int64_t limit, const char *name, vr_err *err);


#ifdef __cplusplus
}
#endif
#endif
