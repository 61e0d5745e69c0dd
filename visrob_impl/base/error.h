/* base/error.h: two tiers of failure.
 *
 * I/O and format errors (a file, a format, the disk) are returned: the function gives false or NULL and fills
 * a vr_err with a message that is ready to print. Passing VR_FATAL instead of a vr_err means "print it and
 * exit(1)": the right choice in a student's main().
 *
 *     vr_err err = {0};
 *     if (!vr_file_read(&arena, &bytes, "a.json", &err)) fprintf(stderr, "%s\n", err.msg);
 *     vr_file_read(&arena, &bytes, "a.json", VR_FATAL);      // the same, in one line
 *
 * Bugs of the caller (a wrong shape, a NULL) are not returned: VR_CHECK prints where and aborts. */
#ifndef VISROB_BASE_ERROR_H
#define VISROB_BASE_ERROR_H
#include "base.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef enum vr_err_code {
    VR_OK = 0,
    VR_ERR_IO,          /* the operating system said no: missing file, full disk */
    VR_ERR_FORMAT,      /* the bytes are not what the format says */
    VR_ERR_UNSUPPORTED, /* right by the format, but outside what is read here */
    VR_ERR_LIMIT,       /* larger than a stated limit */
    VR_ERR_ARGUMENT,    /* an option or a combination of inputs that cannot be */
    VR_ERR_NUMERIC      /* NaN, infinity, a singular matrix, a diverged run */
} vr_err_code;

/* All zero means "no error". msg starts with `path:line:column:` (or `path: byte N:`) where there is a path. */
typedef struct vr_err {
    vr_err_code code;
    char msg[512];
    const char *src_file; /* where in visrob's source it was found */
    int src_line;
} vr_err;

/* In place of a vr_err pointer: print the message to stderr and exit(1). */
#define VR_FATAL ((vr_err *)0)

/* Fills err, keeping an earlier failure, and returns false: `return vr_fail(err, VR_ERR_FORMAT, "...");` */
#define vr_fail(err, code, ...) vr_err_set((err), (code), __FILE__, __LINE__, __VA_ARGS__)

/* Fills err unless it holds an earlier failure; with err = VR_FATAL prints and exits.
 * Notes:   returns false, always; use it through vr_fail. A message over 511 bytes is cut. */
VR_API bool vr_err_set(vr_err *err, vr_err_code code, const char *src_file, int src_line, const char *fmt,
                       ...) VR_PRINTF(5, 6);

/* Hands an error up as it is, with the place in the source where it was found; err keeps an earlier failure, and
 * VR_FATAL prints and exits. Notes: returns false, so that it can end a function; from without a failure does nothing. */
VR_API bool vr_err_pass(vr_err *err, const vr_err *from);

/* Puts a prefix in front of the message that err holds: `while loading model.pth: ...`.
 * Notes:   returns false, so that it can end a function; does nothing where err holds no failure. */
VR_API bool vr_err_context(vr_err *err, const char *fmt, ...) VR_PRINTF(2, 3);

/* Called with the whole message before a bug ends the program; NULL restores the default (stderr). */
typedef void (*vr_panic_handler)(const char *msg);

/* Sets the function that is told of a bug (VR_CHECK, out of memory). It may not return: longjmp or exit
 * are its own choice; when it returns, the program aborts. */
VR_API void vr_panic_handler_set(vr_panic_handler handler);

/* Reports a bug at file:line and ends the program. Use it through VR_CHECK. */
VR_API VR_NORETURN void vr_panic(const char *file, int line, const char *cond, const char *fmt, ...)
    VR_PRINTF(4, 5);

/* A condition that only a bug can break; on in release, per call and never per element. */
#define VR_CHECK(cond, ...) ((cond) ? (void)0 : vr_panic(__FILE__, __LINE__, #cond, __VA_ARGS__))

#ifdef __cplusplus
}
#endif
#endif
