/* base/os.h: files, directories, the clock and the memory of the process. */
#ifndef VISROB_BASE_OS_H
#define VISROB_BASE_OS_H
#include "arena.h"
#include "error.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Reads a whole file into the arena; bytes.data[bytes.size] is a 0 that size does not count.
 * Errors:  VR_ERR_IO naming the path (missing, a directory, unreadable, truncated while it was read). */
VR_API bool vr_file_read(vr_arena *arena, vr_bytes *bytes, const char *path, vr_err *err);

/* Maps a whole file read-only; it stays mapped until the arena is rewound, reset or freed.
 * Notes:   bytes are read when they are first accessed; the file must not change until then: where it is
 *          truncated, reading it raises SIGBUS, which vr_args_parse turns into a message and exit code 1. An empty file
 *          has size 0.
 * Errors:  VR_ERR_IO naming the path. */
VR_API bool vr_file_map(vr_arena *arena, vr_bytes *bytes, const char *path, vr_err *err);

/* Releases the memory of mapped bytes; they are read from the file again when they are accessed. */
VR_API void vr_file_unneeded(const void *data, int64_t size);

/* Writes a whole file atomically: to a temporary file beside it, fsynced, then renamed, so that readers see the old or
 * the new file and never a part of one.
 * Notes:   a replaced file keeps its mode; a link is followed, and the file that it leads to is replaced. Where only the
 *          file and not its directory is writable it is written in place, and so are devices and pipes. /dev/stdout is
 *          appended to, whatever it is redirected to.
 * Errors:  VR_ERR_IO naming the path (a full disk, a read-only file); the temporary file is removed and the old file is
 *          intact. */
VR_API bool vr_file_write(const char *path, const void *data, int64_t size, vr_err *err);

/* True for a directory. */
VR_API bool vr_path_is_dir(const char *path);

/* True for an existing file or directory. */
VR_API bool vr_path_exists(const char *path);

/* A number pair of its own for every file and directory, whatever path or link leads to it; false where there is none. */
VR_API bool vr_path_identity(uint64_t id[2], const char *path);

/* Case-insensitive test of a path's ending: vr_path_has_suffix("a/B.JPG", ".jpg"). */
VR_API bool vr_path_has_suffix(const char *path, const char *suffix);

/* The entries of a directory, sorted bytewise, without "." and "..": names, not paths; folders[i] where entry i is a
 * directory or a link to one (folders may be NULL).
 * Errors:  VR_ERR_IO naming the path. */
VR_API bool vr_dir_list(vr_arena *arena, const char ***names, bool **folders, int64_t *count,
                        const char *path, vr_err *err);

/* The time of a monotonic clock, in seconds. */
VR_API double vr_time(void);

/* The peak resident memory of this process, in bytes (0 where the system does not report it). */
VR_API int64_t vr_memory_peak(void);

#ifdef __cplusplus
}
#endif
#endif
