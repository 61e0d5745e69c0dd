/* base/text.h: a growing string, for everything that is written: CSV, JSON, HTML, SVG. */
#ifndef VISROB_BASE_TEXT_H
#define VISROB_BASE_TEXT_H
#include "arena.h"
#include "error.h"
#ifdef __cplusplus
extern "C" {
#endif

/* {.arena = &a} is an empty text. data is NULL or terminated by a 0 that size does not count. */
typedef struct vr_text {
    vr_arena *arena;
    char *data;
    int64_t size, capacity;
} vr_text;

/* The ending of a noun: "%lld image%s", n, vr_plural(n). */
static inline VR_UNUSED const char *vr_plural(int64_t n) { return n == 1 ? "" : "s"; }

/* Appends n bytes. */
VR_API void vr_text_bytes(vr_text *t, const void *bytes, int64_t n);

/* Appends a string. */
VR_API void vr_text_add(vr_text *t, const char *s);

/* Appends printf's output, in the C locale. */
VR_API void vr_text_printf(vr_text *t, const char *fmt, ...) VR_PRINTF(2, 3);

/* Appends x as %g does, with a point in any locale. digits: the most significant digits, 1..17; 0 = the fewest of
 * 15 to 17 that read back as x. */
VR_API void vr_text_number(vr_text *t, double x, int digits);

/* Appends s with & < > " ' escaped, for HTML and SVG; control characters, which XML may not have, are U+FFFD. */
VR_API void vr_text_html(vr_text *t, const char *s);

/* Appends bytes in base64 (RFC 4648), for data: URIs. */
VR_API void vr_text_base64(vr_text *t, const void *bytes, int64_t n);

/* Moves the beginning of a file's text behind its byte-order mark.
 * Errors:  VR_ERR_UNSUPPORTED for what is no UTF-8 by its first bytes: UTF-16, UTF-32, and compressed files (gzip, xz,
 *          bzip2, zstd, zip), each by its name. */
VR_API bool vr_text_check(vr_bytes *text, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
