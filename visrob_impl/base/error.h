/* base/error.h: two tiers of failure.
 *
 * I/O and format errors are returned: the function returns false or NULL and fills a vr_err with a message that can
 * be printed as it is. VR_FATAL in place of a vr_err prints the message and exits with code 1, which is what most
 * programs want.
 *
 *     vr_bytes bytes;
 *     if (!vr_file_read(&perm, &bytes, "a.json", &err)) fprintf(stderr, "error: %s\n", err.msg);
 *     vr_file_read(&perm, &bytes, "a.json", VR_FATAL);      // the same in one line, and exit(1)
 *
 * Bugs of the caller (a wrong shape, a NULL) are not returned: VR_CHECK prints the place and aborts. */
#ifndef VISROB_BASE_ERROR_H
#define VISROB_BASE_ERROR_H
#include "base.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef enum vr_err_code {
    VR_OK = 0,
    VR_ERR_IO,          /* an error of the operating system: missing file, full disk */
    VR_ERR_FORMAT,      /* malformed or truncated data */
    VR_ERR_UNSUPPORTED, /* valid data that visrob does not read */
    VR_ERR_LIMIT,       /* larger than a documented limit */
    VR_ERR_ARGUMENT,    /* an invalid option or combination of inputs */
    VR_ERR_NUMERIC,     /* NaN, infinity, a singular matrix, a diverged run */
    VR_ERR_USAGE /* a word that is none of an option's values: VR_FATAL exits with 2, as for a wrong option */
} vr_err_code;

/* All zero means "no error". msg starts with `path:line:column:` (or `path: byte N:`) where there is a path. */
typedef struct vr_err {
    vr_err_code code;
    char msg[512];
    const char *src_file; /* the place in visrob's source that reported it */
    int src_line;
} vr_err;

/* In place of a vr_err pointer: print `error: <message>` to stderr and exit(1); exit(2) for VR_ERR_USAGE. */
#define VR_FATAL ((vr_err *)0)

/* Fills err, keeping an earlier failure, and returns false: `return vr_fail(err, VR_ERR_FORMAT, "...");` */
#define vr_fail(err, code, ...) vr_err_set((err), (code), __FILE__, __LINE__, __VA_ARGS__)

/* Fills err unless it holds an earlier failure; with err = VR_FATAL prints and exits. Called through vr_fail.
 * Notes:   always returns false. A message of more than 511 bytes is truncated. Control characters, which names in files
 *          may have, are written as \x1b, and numbers with a point in any locale. */
VR_API bool vr_err_set(vr_err *err, vr_err_code code, const char *src_file, int src_line, const char *fmt,
                       ...) VR_PRINTF(5, 6);

/* Copies the failure in `from` to err, with its place in the source; err keeps an earlier failure.
 * Notes:   always returns false, so that it can end a function; does nothing where `from` holds no failure. With
 *          err = VR_FATAL prints and exits. */
VR_API bool vr_err_pass(vr_err *err, const vr_err *from);

/* Prepends context to the message in err: `while loading model.pth: ...`.
 * Notes:   always returns false, so that it can end a function; does nothing where err holds no failure. */
VR_API bool vr_err_context(vr_err *err, const char *fmt, ...) VR_PRINTF(2, 3);

/* Reports a bug at file:line and aborts. Called through VR_CHECK. */
VR_API VR_NORETURN void vr_panic(const char *file, int line, const char *cond, const char *fmt, ...)
    VR_PRINTF(4, 5);

/* Panics unless cond holds: for bugs of the caller. Enabled in release builds; per call, never per element. */
#define VR_CHECK(cond, ...) ((cond) ? (void)0 : vr_panic(__FILE__, __LINE__, #cond, __VA_ARGS__))

#ifdef __cplusplus
}
#endif
#endif
