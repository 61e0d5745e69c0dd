/* base/log.c: the only part of the library that writes to stderr without a failure, and to stdout at all. */
#include "log.h"
#include "print_impl.h"
#include "arena.h"
#include "os.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool vrp_log_quiet;

void vr_progress_quiet(bool quiet) { vrp_log_quiet = quiet; }

void vr_log(const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vrp_print_line(stderr, isatty(2) ? "\r\033[K" : "", fmt, args, "\n");
    va_end(args);
}

void vr_print(FILE *file, const char *fmt, ...) {
    vr_arena scratch = {0};
    va_list args;
    va_start(args, fmt);
    char *line = vr_arena_vprintf(&scratch, fmt, args);
    va_end(args);
    const int64_t room = 4 * (int64_t)strlen(line) + 8;
    char *visible = (char *)vr_arena_alloc(&scratch, room, 1);
    for (char *end = line; end; line = end + 1) {
        end = strchr(line, '\n');
        if (end) *end = 0;
        vrp_print_visible(visible, (size_t)room, line);
        fputs(visible, file);
        if (end) fputc('\n', file);
    }
    vr_arena_free(&scratch);
}

vr_progress vr_progress_begin(const char *name, int64_t total, const char *unit) {
    double now = vr_time();
    return (vr_progress){.name = name, .unit = unit, .total = total, .start = now, .shown = now};
}

void vr_progress_step(vr_progress *p, int64_t n) {
    p->done += n;
    if (vrp_log_quiet) return;
    bool terminal = isatty(2);
    double now = vr_time(), elapsed = now - p->start;
    if (now - p->shown < (terminal ? 0.1 : 10.0) || elapsed <= 0) return;
    p->shown = now;
    double rate = (double)p->done / elapsed;
    fprintf(stderr, "%s%s: %lld", terminal ? "\r\033[K" : "", p->name, (long long)p->done);
    if (p->total > 0) fprintf(stderr, "/%lld", (long long)p->total);
    fprintf(stderr, " %s, %.4g %s/s", p->unit, rate, p->unit);
    if (p->total > p->done && rate > 0) fprintf(stderr, ", %.0f s left", (double)(p->total - p->done) / rate);
    if (!terminal) fputc('\n', stderr);
}

/* The length of the unit, "images", without its s after one. */
static int vrp_log_unit(const vr_progress *p) {
    const int n = (int)strlen(p->unit);
    return n - (p->done == 1 && n > 0 && p->unit[n - 1] == 's');
}

void vr_progress_end(vr_progress *p) {
    if (vrp_log_quiet) return;
    double elapsed = vr_time() - p->start;
    fprintf(stderr, "%s%s: %lld %.*s in %.2f s", isatty(2) ? "\r\033[K" : "", p->name, (long long)p->done,
            vrp_log_unit(p), p->unit, elapsed);
    if (elapsed > 0) fprintf(stderr, " (%.4g %s/s)", (double)p->done / elapsed, p->unit);
    fputc('\n', stderr);
}
