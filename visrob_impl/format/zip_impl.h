/* format/zip_impl.h: the entries of a zip file, stored or deflated, and gzip. */
#ifndef VISROB_FORMAT_ZIP_IMPL_H
#define VISROB_FORMAT_ZIP_IMPL_H
#include "../base/error.h"
#include "../base/names.h"
#ifdef __cplusplus
extern "C" {
#endif

/* One file in a zip. */
typedef struct vrp_zip_entry {
    const char *name;
    int64_t at;                /* byte of the zip where its data begin */
    int64_t size, packed_size; /* bytes; equal where it is stored */
    uint32_t crc;              /* CRC-32 of the decompressed bytes */
    int method;                /* 0 = stored, 8 = deflated; others are listed but cannot be read */
} vrp_zip_entry;

/* The directory of a zip; entries in the file's order. */
typedef struct vrp_zip {
    const char *path;
    vr_bytes file;
    vrp_zip_entry *entries;
    int64_t count;
    vr_names names; /* of the entries */
} vrp_zip;

/* Reads the directory of a zip file in memory, also zip64; the data of the entries are not read.
 * Notes:   `path` is for messages. Names are unique; entries neither overlap nor exceed the file.
 * Errors:  VR_ERR_FORMAT naming path and byte, VR_ERR_UNSUPPORTED for encrypted and split zips; *zip = {0}. */
VR_API bool vrp_zip_parse(vr_arena *arena, vrp_zip *zip, vr_bytes file, const char *path, vr_err *err);

/* The entry of that name, or NULL. */
VR_API const vrp_zip_entry *vrp_zip_find(const vrp_zip *zip, const char *name);

/* The bytes of an entry: a view where it is stored, else decompressed into the arena. The checksum is verified.
 * Notes:   allocates at most `limit` bytes, and no more than deflate can expand to.
 * Errors:  VR_ERR_FORMAT naming path, entry and byte; VR_ERR_LIMIT for a deflated entry of more than `limit` (or
 *          2^31-1) bytes; VR_ERR_UNSUPPORTED for another method. */
VR_API bool vrp_zip_read(vr_arena *arena, vr_bytes *out, const vrp_zip *zip, const vrp_zip_entry *entry,
                         int64_t limit, vr_err *err);

/* Decompresses a gzip file (RFC 1952) in memory; out->data[out->size] is a 0 that size does not count.
 * Notes:   checksum and declared size are verified; allocates at most `limit` bytes. A file of several gzip members is
 *          refused.
 * Errors:  VR_ERR_FORMAT naming `name` and the byte, VR_ERR_LIMIT for more than `limit` bytes. */
VR_API bool vrp_gunzip(vr_arena *arena, vr_bytes *out, vr_bytes in, int64_t limit, const char *name,
                       vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
