/* base/error_impl.h: a panic seen by a test. */
#ifndef VISROB_BASE_ERROR_IMPL_H
#define VISROB_BASE_ERROR_IMPL_H
#include "error.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Sets the function that a panic calls with its message before it aborts; it may longjmp. NULL removes it. */
VR_API void vrp_panic_handler_set(void (*handler)(const char *msg));

#ifdef __cplusplus
}
#endif
#endif
