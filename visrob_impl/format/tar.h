/* format/tar.h: the files inside of a tar, as views of its bytes.
 *
 *     vr_tar tar;
 *     vr_tar_load(&perm, &tar, "cifar10/test.tar", VR_FATAL);
 *     for (int64_t i = 0; i < tar.count; i++) use(tar.entries[i].path, tar.entries[i].data);
 */
#ifndef VISROB_FORMAT_TAR_H
#define VISROB_FORMAT_TAR_H
#include "../base/error.h"
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* One regular file; a hard link is the file it points to. */
typedef struct vr_tar_entry {
    const char *path; /* as in the tar, without a leading "./" */
    vr_bytes data;
} vr_tar_entry;

/* The regular files of a tar, in its order. */
typedef struct vr_tar {
    const char *path;
    vr_tar_entry *entries;
    int64_t count;
    int64_t others; /* symbolic links and devices, which are left out; folders are not counted */
} vr_tar;

/* Reads a tar that is in memory: v7, ustar, GNU (long names) and pax (path, linkpath, size). `name` is for messages.
 * Notes:   nothing is copied but the paths. An archive ends at its first block of zeros, which has to be there.
 * Errors:  VR_ERR_FORMAT naming the byte (a wrong checksum, a size beyond the end, a missing end mark),
 *          VR_ERR_UNSUPPORTED for sparse files and archives in several volumes; *tar = {0}.
 * Source:  POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format". */
VR_API bool vr_tar_parse(vr_arena *arena, vr_tar *tar, vr_bytes bytes, const char *name, vr_err *err);

/* vr_tar_parse of a file, which stays mapped as long as the arena lives; a gzip file is unpacked into the arena.
 * Errors:  VR_ERR_IO naming the path, vr_gunzip's (2 GB at most) and vr_tar_parse's. */
VR_API bool vr_tar_load(vr_arena *arena, vr_tar *tar, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
