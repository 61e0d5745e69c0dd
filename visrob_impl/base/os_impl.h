/* base/os_impl.h: checks of output paths before the work begins; a process that is a program. */
#ifndef VISROB_BASE_OS_IMPL_H
#define VISROB_BASE_OS_IMPL_H
#include "os.h"
#ifdef __cplusplus
extern "C" {
#endif

/* True where vr_file_write is likely to succeed: the file, or for a new one its directory, is writable. Nothing is
 * written.
 * Errors:  VR_ERR_IO naming the path. */
VR_API bool vrp_file_writable(const char *path, vr_err *err);

/* What a program of its own does at its beginning, once:
 *     at its end a standard output that is full or closed is an error: a message and exit code 1;
 *     a closed standard input, output or error becomes /dev/null, so that no other file gets its number;
 *     a mapped file that shrinks while it is read (SIGBUS) is an error that names it, unless the host handles SIGBUS. */
VR_API void vrp_process_begin(void);

/* True for two paths of one regular file; of files that are not there yet, where the paths are equal. */
VR_API bool vrp_file_same(const char *a, const char *b);

#ifdef __cplusplus
}
#endif
#endif
