/* format/tar.h: the files in a tar archive, as views of its bytes.
 *
 *     vr_tar tar;
 *     vr_tar_load(&perm, &tar, "cifar10/test.tar", VR_FATAL);
 *     for (int64_t i = 0; i < tar.count; i++)
 *         printf("%s: %lld bytes\n", tar.entries[i].path, (long long)tar.entries[i].data.size);
 */
#ifndef VISROB_FORMAT_TAR_H
#define VISROB_FORMAT_TAR_H
#include "../base/error.h"
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* One regular file; a hard link has the data of the file it links to. */
typedef struct vr_tar_entry {
    const char
        *path; /* as in the tar, but "./", "//" and a leading "/" or "../" are taken out, and "a/../" */
    vr_bytes data;
} vr_tar_entry;

/* The regular files of a tar, in its order. */
typedef struct vr_tar {
    const char *path;
    vr_tar_entry *entries;
    int64_t count;
    int64_t
        others; /* symbolic links and devices, which are skipped, and files that a later one of the same path
                       replaces; directories are not counted */
} vr_tar;

/* Reads a tar file: v7, ustar, GNU (long names) and pax (path, linkpath, size), plain or gzip. Of entries of one path the
 * last one counts, as where tar unpacks them. It stays mapped as long as the arena lives; a gzip file is decompressed into the arena, up to 2 GB.
 * Notes:   only the paths are copied. An archive ends at its first block of zeros, which is required.
 * Errors:  VR_ERR_IO naming the path; VR_ERR_FORMAT naming the byte (a wrong checksum, a size beyond the end, a missing
 *          end-of-archive marker); VR_ERR_UNSUPPORTED for sparse files, multi-volume archives and
 *          other kinds of compression, by their name; VR_ERR_LIMIT; *tar = {0}.
 * Source:  POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format". */
VR_API bool vr_tar_load(vr_arena *arena, vr_tar *tar, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
