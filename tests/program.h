/* tests/program.h: a program run as a user starts it, and what it prints beside what is expected. */
#ifndef VISROB_TESTS_PROGRAM_H
#define VISROB_TESTS_PROGRAM_H
#include "test.h"
#include <errno.h>
#include <sys/wait.h>

/* The folder of the built programs, beside that of the tests. */
static inline const char *programs(void) {
    static char path[512];
    const char *test = program_invocation_name, *slash = strrchr(test, '/');
    snprintf(path, sizeof path, "%.*s/..", slash ? (int)(slash - test) : 1, slash ? test : ".");
    return path;
}

/* What a shell line prints, kept in the arena; *code is its exit code. */
static inline const char *shell(vr_arena *arena, int *code, const char *fmt, ...) {
    char line[4096];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    FILE *pipe = popen(line, "r");
    assert_non_null(pipe);
    vr_text out = {.arena = arena};
    vr_text_add(&out, "");
    char buffer[65536];
    size_t n;
    while ((n = fread(buffer, 1, sizeof buffer, pipe)) > 0) vr_text_bytes(&out, buffer, (int64_t)n);
    const int status = pclose(pipe);
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return out.data;
}

/* Past blanks, brackets, and the dashes of rules and empty cells, whose number depends on the widest cell. */
static inline const char *test_gap(const char *s) {
    for (;; s++) {
        s += strspn(s, " \n[],%");
        if (*s != '-' || (s[1] >= '0' && s[1] <= '9')) return s;
    }
}

/* Word by word; numbers may differ by absolute + relative |expected|: a processor's own GEMM kernel can move an image
 * across a border. */
static inline void assert_same_text(const char *text, const char *expected, double absolute,
                                    double relative) {
    const char *t = test_gap(text), *e = test_gap(expected);
    for (int word = 1; *t || *e; word++) {
        const size_t n = strcspn(t, " \n[],%"), m = strcspn(e, " \n[],%");
        char *t_end, *e_end;
        const double x = strtod(t, &t_end), y = strtod(e, &e_end);
        if (n > 0 && m > 0 && t_end == t + n && e_end == e + m) {
            if (!(fabs(x - y) <= absolute + relative * fabs(y)))
                fail_msg("word %d is %g, expected %g\n%s", word, x, y, text);
        } else if (n != m || memcmp(t, e, n) != 0)
            fail_msg("word %d is '%.*s', expected '%.*s'\n%s", word, (int)n, t, (int)m, e, text);
        t = test_gap(t + n), e = test_gap(e + m);
    }
}
#endif
