/* base/print_impl.h: printf with a decimal point in any locale, and text that cannot control a terminal. */
#ifndef VISROB_BASE_PRINT_IMPL_H
#define VISROB_BASE_PRINT_IMPL_H
#include "base.h"
#include <stdarg.h>
#include <stdio.h>
#ifdef __cplusplus
extern "C" {
#endif

/* vsnprintf in the C locale, whatever the host has set; other threads are not touched. */
VR_API int vrp_print_format(char *out, size_t room, const char *fmt, va_list args);

/* Copies s, at most room - 1 bytes of it, with control characters (also those of two bytes, U+0080 to U+009F) written as
 * \x1b. */
VR_API void vrp_print_visible(char *out, size_t room, const char *s);

/* Prints before, the formatted text made visible, and after; a text of over 8,000 bytes is truncated. */
VR_API void vrp_print_line(FILE *file, const char *before, const char *fmt, va_list args, const char *after);

#ifdef __cplusplus
}
#endif
#endif
