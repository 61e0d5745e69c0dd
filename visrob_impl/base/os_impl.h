/* base/os_impl.h: a check of output paths before the work begins. */
#ifndef VISROB_BASE_OS_IMPL_H
#define VISROB_BASE_OS_IMPL_H
#include "os.h"
#ifdef __cplusplus
extern "C" {
#endif

/* True where vr_file_write is likely to succeed: the directory exists and is writable. Nothing is written.
 * Errors:  VR_ERR_IO naming the path. */
VR_API bool vrp_file_writable(const char *path, vr_err *err);

/* True for two paths of one regular file; of files that are not there yet, where the paths are equal. */
VR_API bool vrp_file_same(const char *a, const char *b);

#ifdef __cplusplus
}
#endif
#endif
