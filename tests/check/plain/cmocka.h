/* tests/check/plain/cmocka.h: as much of cmocka as the tests of the layers use, for a machine that has none: the
 * one that portable.sh cross-compiles for. The first failure ends the program. */
#ifndef VISROB_PLAIN_CMOCKA_H
#define VISROB_PLAIN_CMOCKA_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
    int (*teardown)(void **state);
};
#define cmocka_unit_test(f)                                                                                  \
    { #f, f, NULL }
#define cmocka_unit_test_teardown(f, teardown)                                                               \
    { #f, f, teardown }
#define cmocka_run_group_tests(tests, setup, teardown)                                                       \
    plain_run(tests, (int)(sizeof(tests) / sizeof *(tests)))

static inline int plain_run(const struct CMUnitTest *tests, int count) {
    void *state = NULL;
    for (int i = 0; i < count; i++) {
        tests[i].run(&state);
        if (tests[i].teardown && tests[i].teardown(&state) != 0) exit(1);
    }
    printf("%d test(s)\n", count);
    return 0;
}

#define fail_msg(...)                                                                                        \
    (fprintf(stderr, "%s:%d: ", __FILE__, __LINE__), fprintf(stderr, __VA_ARGS__), fputc('\n', stderr),      \
     exit(1))
#define plain_assert(x)                  ((x) ? (void)0 : fail_msg("%s", #x))
#define skip()                           return NULL
#define assert_true(x)                   plain_assert(x)
#define assert_false(x)                  plain_assert(!(x))
#define assert_null(x)                   plain_assert((x) == NULL)
#define assert_non_null(x)               plain_assert((x) != NULL)
#define assert_int_equal(a, b)           plain_assert((long long)(a) == (long long)(b))
#define assert_string_equal(a, b)        plain_assert(strcmp(a, b) == 0)
#define assert_memory_equal(a, b, n)     plain_assert(memcmp(a, b, n) == 0)
#define assert_memory_not_equal(a, b, n) plain_assert(memcmp(a, b, n) != 0)
#endif
