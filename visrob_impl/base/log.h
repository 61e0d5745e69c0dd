/* base/log.h: progress and notices on stderr, results on an open file. */
#ifndef VISROB_BASE_LOG_H
#define VISROB_BASE_LOG_H
#include "base.h"
#include <stdio.h>
#ifdef __cplusplus
extern "C" {
#endif

/* A progress bar: one rewritten line with rate and remaining time on a terminal, one line every ten seconds
 * elsewhere. Used by one thread. The fields are private. */
typedef struct vr_progress {
    const char *name, *unit;
    int64_t total, done;
    double start, shown;
} vr_progress;

/* Turns progress bars off (true) or on (false, the default): `--quiet`. */
VR_API void vr_progress_quiet(bool quiet);

/* Starts a progress bar of `total` units: vr_progress_begin("evaluate", 10000, "images"). total 0 = unknown. */
VR_API vr_progress vr_progress_begin(const char *name, int64_t total, const char *unit);

/* Adds n completed units. */
VR_API void vr_progress_step(vr_progress *p, int64_t n);

/* Ends the progress bar with a line that reports the total time and rate. */
VR_API void vr_progress_end(vr_progress *p);

/* Prints one line to stderr, also with vr_progress_quiet(true): a notice that is not a failure. Control
 * characters are written as \x1b. */
VR_API void vr_log(const char *fmt, ...) VR_PRINTF(1, 2);

/* Prints to an open file as fprintf does, with a point in any locale; control characters other than line feeds, which names from
 * files may have, are written as \x1b. */
VR_API void vr_print(FILE *file, const char *fmt, ...) VR_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
