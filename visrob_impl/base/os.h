/* base/os.h: files, folders, clock and memory of the machine. */
#ifndef VISROB_BASE_OS_H
#define VISROB_BASE_OS_H
#include "arena.h"
#include "error.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Reads a whole file into the arena; bytes.data[bytes.size] is a 0 that is not counted.
 * Errors:  VR_ERR_IO naming the path (missing, a folder, unreadable, changed while it was read). */
VR_API bool vr_file_read(vr_arena *arena, vr_bytes *bytes, const char *path, vr_err *err);

/* Maps a whole file read-only; it stays mapped until the arena is rewound, reset or freed.
 * Notes:   nothing is read before it is touched; do not change the file meanwhile. An empty file gives size 0.
 * Errors:  VR_ERR_IO naming the path. */
VR_API bool vr_file_map(vr_arena *arena, vr_bytes *bytes, const char *path, vr_err *err);

/* Tells the system that mapped bytes are not needed for now (they can be read again from the file). */
VR_API void vr_file_unneeded(const void *data, int64_t size);

/* Writes a whole file: to a temporary beside it, fsynced, then renamed, so that readers see the old or the
 * new file and never half of one.
 * Errors:  VR_ERR_IO naming the path (a full disk too); the temporary is removed and the old file is intact. */
VR_API bool vr_file_write(const char *path, const void *data, int64_t size, vr_err *err);

/* True where vr_file_write has a good chance: the folder is there and lets a file be made, nothing is touched.
 * Errors:  VR_ERR_IO naming the path. */
VR_API bool vr_file_writable(const char *path, vr_err *err);

/* True for a folder. */
VR_API bool vr_path_is_dir(const char *path);

/* True for a file or folder that is there. */
VR_API bool vr_path_exists(const char *path);

/* True where both paths lead to one file or folder, through links too. */
VR_API bool vr_path_same(const char *a, const char *b);

/* Case-insensitive test of a path's ending: vr_path_has_suffix("a/B.JPG", ".jpg"). */
VR_API bool vr_path_has_suffix(const char *path, const char *suffix);

/* The entries of a folder, sorted bytewise, without "." and "..": names, not paths.
 * Errors:  VR_ERR_IO naming the path. */
VR_API bool vr_dir_list(vr_arena *arena, const char ***names, int64_t *count, const char *path, vr_err *err);

/* Makes a folder; one that is there already is fine.
 * Errors:  VR_ERR_IO naming the path. */
VR_API bool vr_dir_make(const char *path, vr_err *err);

/* Seconds of a monotonic clock. */
VR_API double vr_time(void);

/* The most memory this process has had resident so far, in bytes (0 where the system does not tell). */
VR_API int64_t vr_memory_peak(void);

#ifdef __cplusplus
}
#endif
#endif
