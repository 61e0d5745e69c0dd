/* base/log.h: progress on stderr; stdout is for results only. */
#ifndef VISROB_BASE_LOG_H
#define VISROB_BASE_LOG_H
#include "base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* How far a long loop is: one rewritten line with rate and time left on a terminal, one line every ten
 * seconds elsewhere. It belongs to one thread. */
typedef struct vr_progress {
    const char *name, *unit;
    int64_t total, done;
    double start, shown;
} vr_progress;

/* Turns progress off (true) or on (false, the default): `--quiet`. */
VR_API void vr_progress_quiet(bool quiet);

/* Begins a loop of `total` units: vr_progress_begin("evaluate", 10000, "images"). total 0 = not known. */
VR_API vr_progress vr_progress_begin(const char *name, int64_t total, const char *unit);

/* Prints one line to stderr, quiet or not: something the user should know that is not a failure. */
VR_API void vr_log(const char *fmt, ...) VR_PRINTF(1, 2);

/* n more units are done. */
VR_API void vr_progress_step(vr_progress *p, int64_t n);

/* Ends the loop with a line that gives the whole time and rate. */
VR_API void vr_progress_end(vr_progress *p);

#ifdef __cplusplus
}
#endif
#endif
