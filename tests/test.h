/* tests/test.h: what every test program needs: cmocka, visrob, and where the data is. */
#ifndef VISROB_TESTS_TEST_H
#define VISROB_TESTS_TEST_H
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "../visrob.h"
#include "../visrob_impl/base/error_impl.h"

/* |a - b| <= tol, written so that NaN fails. */
#define assert_close(a, b, tol)                                                                              \
    do {                                                                                                     \
        double a_ = (double)(a), b_ = (double)(b), tol_ = (double)(tol);                                     \
        if (!(fabs(a_ - b_) <= tol_))                                                                        \
            fail_msg("%s = %.9g but %s = %.9g, tolerance %g", #a, a_, #b, b_, tol_);                         \
    } while (0)

/* |a - b| <= tol |b|, written so that NaN fails. */
#define assert_relative(a, b, tol) assert_close((a) / (b), 1, tol)

/* err.msg contains text. */
#define assert_message(err, text)                                                                            \
    do {                                                                                                     \
        if (!strstr((err).msg, (text))) fail_msg("the message '%s' does not name '%s'", (err).msg, (text));  \
    } while (0)

static jmp_buf test_panicked;
static char test_panic_message[512];
static inline void test_on_panic(const char *msg) {
    snprintf(test_panic_message, sizeof test_panic_message, "%s", msg);
    longjmp(test_panicked, 1);
}

/* The statement panics (VR_CHECK), with a message that contains text. */
#define assert_panics(statement, text)                                                                       \
    do {                                                                                                     \
        vrp_panic_handler_set(test_on_panic);                                                                \
        if (setjmp(test_panicked) == 0) {                                                                    \
            statement;                                                                                       \
            vrp_panic_handler_set(NULL);                                                                     \
            fail_msg("%s did not panic", #statement);                                                        \
        }                                                                                                    \
        vrp_panic_handler_set(NULL);                                                                         \
        if (!strstr(test_panic_message, (text)))                                                             \
            fail_msg("the panic '%s' does not name '%s'", test_panic_message, (text));                       \
    } while (0)

/* Prints what is missing (a format and its values) and skips the test. */
#define test_skip(...)                                                                                       \
    do {                                                                                                     \
        printf("SKIP: " __VA_ARGS__);                                                                        \
        printf("\n");                                                                                        \
        fflush(stdout);                                                                                      \
        skip();                                                                                              \
    } while (0)

/* The path of a file of the project's test data folder ($VISROB_DATA or ../shared/data); where it is missing,
 * prints that and skips the test. */
static inline const char *test_data(const char *name) {
    static char path[4][1024];
    static int turn;
    char *p = path[turn++ % 4];
    const char *root = getenv("VISROB_DATA");
    snprintf(p, sizeof path[0], "%s/%s", root ? root : "../shared/data", name);
    if (!vr_path_exists(p)) test_skip("%s is missing", p);
    return p;
}

/* Makes a folder, unless it exists. */
static inline void test_mkdir(const char *path) {
    if (!vr_path_is_dir(path) && mkdir(path, 0777) != 0) fail_msg("cannot create %s", path);
}

/* A setup: makes build/gallery, where plots and pages are saved to be looked at. */
static inline int test_gallery(void **state) {
    (void)state;
    test_mkdir("build"), test_mkdir("build/gallery");
    return 0;
}

/* A path in a temporary folder of this process. It stays; a name has the same path each time. */
static inline const char *test_tmp(const char *name) {
    static char folder[200], paths[64][256];
    if (!folder[0]) {
        const char *root = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/visrob_test_XXXXXX", root ? root : "/tmp");
        if (!mkdtemp(folder)) abort();
    }
    for (int i = 0; i < 64; i++) {
        if (!paths[i][0]) snprintf(paths[i], sizeof paths[i], "%s/%s", folder, name);
        if (strcmp(paths[i] + strlen(folder) + 1, name) == 0) return paths[i];
    }
    fail_msg("more than 64 temporary files");
    return NULL;
}

/* A whole file, whose path is a format. */
static inline vr_bytes test_bytes(vr_arena *arena, const char *fmt, ...) {
    char path[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(path, sizeof path, fmt, args);
    va_end(args);
    vr_bytes bytes;
    assert_true(vr_file_read(arena, &bytes, path, VR_FATAL));
    return bytes;
}

/* The same as a text. */
#define test_text(...) ((const char *)test_bytes(__VA_ARGS__).data)

/* The bytes of a text, without its closing 0. */
static inline vr_bytes test_bytes_of(const char *text) {
    return (vr_bytes){(const uint8_t *)text, (int64_t)strlen(text)};
}

/* How often a part is in a text. */
static inline int64_t test_times(const char *text, const char *part) {
    int64_t n = 0;
    for (; (text = strstr(text, part)) != NULL; text++) n++;
    return n;
}

/* A copy in a block of exactly its size, so that a sanitizer sees what is read beyond it; the caller frees it. */
static inline uint8_t *test_block(const void *data, int64_t size) {
    uint8_t *block = (uint8_t *)malloc(size ? (size_t)size : 1);
    assert_non_null(block);
    return (uint8_t *)memcpy(block, data, (size_t)size);
}

/* Writes a file. vr_file_write waits for the disk each time, which is too long for thousands of files. */
static inline void test_write(const char *path, const void *data, int64_t size) {
    FILE *file = fopen(path, "wb");
    assert_true(file && fwrite(data, 1, (size_t)size, file) == (size_t)size && fclose(file) == 0);
}

static inline void test_write_text(const char *path, const char *text) {
    test_write(path, text, (int64_t)strlen(text));
}

/* TEST_ARENA(perm); is an arena of the test program, and perm_free the teardown that empties it. */
#define TEST_ARENA(name)                                                                                     \
    static vr_arena name;                                                                                    \
    static VR_UNUSED int name##_free(void **state) {                                                         \
        (void)state;                                                                                         \
        vr_arena_free(&name);                                                                                \
        return 0;                                                                                            \
    }                                                                                                        \
    static vr_arena name

/* for_threads (n) { ... }: the block with 1, 2, 3 and 7 threads; then there are as many as before. */
#define for_threads(n) for (int n = test_threads_next(0); n; n = test_threads_next(n))
static inline int test_threads_next(int n) {
    static int before;
    if (n == 0) before = vr_threads();
    const int next = n == 0 ? 1 : n == 1 ? 2 : n == 2 ? 3 : n == 3 ? 7 : 0;
    vr_threads_set(next ? next : before);
    return next;
}

/* How many elements an array has. */
#define COUNT(a) (int64_t)(sizeof(a) / sizeof *(a))
#endif
