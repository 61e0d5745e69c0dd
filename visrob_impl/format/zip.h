/* format/zip.h: the entries of a zip file, stored or deflated, and gzip; for npz and PyTorch files. */
#ifndef VISROB_FORMAT_ZIP_H
#define VISROB_FORMAT_ZIP_H
#include "../base/error.h"
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* One file inside of a zip. */
typedef struct vr_zip_entry {
    const char *name;
    int64_t at;                /* byte of the zip where its packed bytes begin */
    int64_t size, packed_size; /* bytes; equal where it is stored */
    uint32_t crc;              /* CRC-32 of the unpacked bytes */
    int method;                /* 0 = stored, 8 = deflated; others can be listed, not read */
} vr_zip_entry;

/* The directory of a zip; entries in the file's order. */
typedef struct vr_zip {
    const char *path;
    vr_bytes file;
    vr_zip_entry *entries;
    int64_t count;
    const int64_t *by_name; /* the entries' numbers in order of name */
} vr_zip;

/* Reads the directory of a zip file that is in memory: zip64 too; no entry's bytes are touched.
 * Notes:   `path` is for messages. Names are unique; entries neither overlap nor leave the file.
 * Errors:  VR_ERR_FORMAT naming path and byte, VR_ERR_UNSUPPORTED for encrypted and split zips; *zip = {0}. */
VR_API bool vr_zip_parse(vr_arena *arena, vr_zip *zip, vr_bytes file, const char *path, vr_err *err);

/* The entry of that name, or NULL. */
VR_API const vr_zip_entry *vr_zip_find(const vr_zip *zip, const char *name);

/* The bytes of an entry: where they are if it is stored, else unpacked into the arena. The checksum is checked.
 * Notes:   nothing beyond `limit` bytes is allocated, and no more than deflate could have packed.
 * Errors:  VR_ERR_FORMAT naming path, entry and byte; VR_ERR_LIMIT for an entry to unpack that has more than `limit`
 *          (or 2^31-1) bytes; VR_ERR_UNSUPPORTED for another method. */
VR_API bool vr_zip_read(vr_arena *arena, vr_bytes *out, const vr_zip *zip, const vr_zip_entry *entry,
                        int64_t limit, vr_err *err);

/* A file to be put into a zip: fill writes its `size` bytes. */
typedef struct vr_zip_item {
    const char *name;
    int64_t size;
    void (*fill)(void *to, int64_t size, const void *context);
    const void *context;
} vr_zip_item;

/* Makes a zip file of stored (not packed) entries in the arena, dated 1980-01-01, so that equal content gives equal bytes.
 * Notes:   zip64 where an entry or the whole needs it. Names are at most 65,535 bytes. */
VR_API vr_bytes vr_zip_format(vr_arena *arena, const vr_zip_item *items, int64_t count);

/* Unpacks a gzip file (RFC 1952) that is in memory; out->data[out->size] is a 0 that is not counted.
 * Notes:   its checksum and its declared size are checked; nothing beyond `limit` bytes is allocated. A file of
 *          several gzip members is refused.
 * Errors:  VR_ERR_FORMAT naming `name` and the byte, VR_ERR_LIMIT for more than `limit` bytes. */
VR_API bool vr_gunzip(vr_arena *arena, vr_bytes *out, vr_bytes in, int64_t limit, const char *name,
                      vr_err *err);

/* CRC-32 (zip, gzip, PNG) of n bytes; crc is the value of the bytes before them, 0 at first. */
VR_API uint32_t vr_crc32(uint32_t crc, const void *bytes, int64_t n);

#ifdef __cplusplus
}
#endif
#endif
