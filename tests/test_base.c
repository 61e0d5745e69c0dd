/* tests/test_base.c: arena, error, rng, os, text. */
#include "test.h"
#include "../visrob_impl/base/arena_impl.h"
#include <pthread.h>
#include <stdatomic.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void philox_agrees_with_the_published_vectors(void **state) {
    (void)state;
    /* Random123 kat_vectors, philox4x32 10 */
    static const uint32_t cases[3][10] = {{0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
                                          {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
                                           0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
                                          {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822,
                                           0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}};
    for (int i = 0; i < 3; i++) {
        uint32_t out[4];
        vr_philox4x32(out, cases[i], cases[i] + 4);
        for (int k = 0; k < 4; k++) assert_int_equal(out[k], cases[i][6 + k]);
    }
}

static void random_numbers_have_their_moments_and_do_not_depend_on_the_order_of_calls(void **state) {
    (void)state;
    enum { N = 100000 };
    vr_arena a = {0};
    float *x = VR_NEW(&a, float, N);
    vr_rng r = vr_rng_split(vr_rng_init(7), "test");
    vr_rng_normal_fill(x, N, r, 0);
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) sum += x[i], squares += x[i] * x[i];
    assert_close(sum / N, 0, 5 / sqrt(N)); /* five standard errors */
    assert_close(squares / N, 1, 5 * sqrt(2.0 / N));
    for (int i = N - 1; i >= 0; i -= 97) assert_true(vr_rng_normal(r, (uint64_t)i) == x[i]);
    float part[10];
    vr_rng_normal_fill(part, 10, r, 4321);
    assert_memory_equal(part, x + 4321, sizeof part);
    vr_rng_uniform_fill(x, N, r, 0);
    sum = 0;
    for (int i = 0; i < N; i++) {
        assert_true(x[i] >= 0 && x[i] < 1);
        sum += x[i];
    }
    assert_close(sum / N, 0.5, 5 * sqrt(1 / 12.0 / N));
    assert_true(vr_rng_u32(vr_rng_split(r, "a"), 0) != vr_rng_u32(vr_rng_split(r, "b"), 0));
    assert_true(vr_rng_u32(vr_rng_at(r, 0), 0) != vr_rng_u32(vr_rng_at(r, 1), 0));
    vr_arena_free(&a);
}

static void below_is_in_range_and_uniform(void **state) {
    (void)state;
    int64_t seen[7] = {0};
    for (uint64_t i = 0; i < 70000; i++) {
        int64_t k = vr_rng_below(vr_rng_init(1), i, 7);
        assert_true(k >= 0 && k < 7);
        seen[k]++;
    }
    for (int k = 0; k < 7; k++) assert_close(seen[k], 10000, 5 * sqrt(10000));
    assert_true(vr_rng_below(vr_rng_init(1), 3, INT64_MAX) >= 0);
    assert_int_equal(vr_rng_below(vr_rng_init(1), 3, 1), 0);
}

static void a_permutation_holds_each_number_once(void **state) {
    (void)state;
    int64_t p[1000], seen[1000] = {0}, moved = 0;
    vr_rng_permutation(p, 1000, vr_rng_init(3));
    for (int i = 0; i < 1000; i++) seen[p[i]]++, moved += p[i] != i;
    for (int i = 0; i < 1000; i++) assert_int_equal(seen[i], 1);
    assert_true(moved > 900);
}

static void an_arena_aligns_rewinds_and_reuses(void **state) {
    (void)state;
    vr_arena a = {0};
    char *p = vr_arena_alloc(&a, 3, 1);
    assert_int_equal((uintptr_t)p % 64, 0);
    vr_arena_mark mark = vr_arena_here(&a);
    char *q = vr_arena_alloc(&a, 10 << 20, 1);
    memset(q, 1, 10 << 20);
    int64_t peak = a.peak;
    vr_arena_rewind(&a, mark);
    assert_int_equal(a.used, mark.used);
    char *again = vr_arena_alloc(&a, 10 << 20, 1);
    assert_ptr_equal(q, again); /* no second malloc */
    assert_int_equal(a.peak, peak);
    int *z = VR_NEW(&a, int, 100);
    for (int i = 0; i < 100; i++) assert_int_equal(z[i], 0);
    vr_arena_free(&a);
    assert_null(a.first);
}

static void count_up(void *resource) { ++*(int *)resource; }

static void an_arena_calls_its_defers_once_on_rewind(void **state) {
    (void)state;
    vr_arena a = {0};
    int outer = 0, inner = 0;
    vrp_arena_defer_call(&a, count_up, &outer);
    vr_arena_mark mark = vr_arena_here(&a);
    vrp_arena_defer_call(&a, count_up, &inner);
    vr_arena_rewind(&a, mark);
    assert_int_equal(inner, 1);
    assert_int_equal(outer, 0);
    vr_arena_free(&a);
    assert_int_equal(inner, 1);
    assert_int_equal(outer, 1);
}

static void out_of_memory_and_overflow_are_panics_that_name_the_size(void **state) {
    (void)state;
    vr_arena a = {0};
    assert_panics(vr_arena_alloc(&a, INT64_MAX / 2, 8), "elements of 8 bytes");
    vrp_arena_fail_after(1);
    assert_panics(vr_arena_alloc(&a, 1 << 20, 1), "out of memory: cannot allocate ");
    assert_non_null(vr_arena_alloc(&a, 1 << 20, 1)); /* and the arena still works */
    vr_arena_free(&a);
}

static void an_error_keeps_the_first_failure_and_takes_context(void **state) {
    (void)state;
    vr_err err = {0};
    assert_false(vr_fail(&err, VR_ERR_FORMAT, "a.csv:%d: bad", 3));
    assert_false(vr_fail(&err, VR_ERR_IO, "second"));
    assert_int_equal(err.code, VR_ERR_FORMAT);
    assert_int_equal(err.src_line, __LINE__ - 3);
    vr_err_context(&err, "while reading %s: ", "x");
    assert_string_equal(err.msg, "while reading x: a.csv:3: bad");
}

static void an_error_is_passed_on_with_its_origin(void **state) {
    (void)state;
    vr_err from = {0}, err = {0};
    assert_false(vr_err_pass(&err, &from)); /* nothing to hand up */
    assert_int_equal(err.code, VR_OK);
    vr_fail(&from, VR_ERR_LIMIT, "a.csv:3:1: 100%% too much");
    assert_false(vr_err_pass(&err, &from));
    assert_string_equal(err.msg, "a.csv:3:1: 100% too much");
    assert_int_equal(err.code, VR_ERR_LIMIT);
    assert_int_equal(err.src_line, from.src_line);
    assert_ptr_equal(err.src_file, from.src_file);
}

static void names_are_numbered_in_the_order_of_adding(void **state) {
    (void)state;
    enum { N = 5000 };
    vr_arena a = {0};
    vr_names names = {.arena = &a};
    char name[32];
    assert_int_equal(vr_names_find(&names, "0", 1), -1); /* of an empty table */
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < N; i++) {
            const int n = sprintf(name, "%d%s", i, i % 3 ? "" : " some longer name");
            assert_int_equal(vr_names_add(&names, name, n), i);
            assert_int_equal(names.value[i], round ? 7 * i + 1 : 0);
            names.value[i] = 7 * i + 1; /* stays when the table grows */
            assert_int_equal(names.count, round ? N : i + 1);
        }
    for (int i = 0; i < N; i++) {
        const int n = sprintf(name, "%d%s", i, i % 3 ? "" : " some longer name");
        assert_int_equal(vr_names_find(&names, name, n), i);
        assert_string_equal(vr_names_at(&names, i), name);
        assert_int_equal(names.value[i], 7 * i + 1);
        assert_int_equal(vr_names_find(&names, name, n - 1), i % 3 && i > 9 ? i / 10 % 3 ? i / 10 : -1 : -1);
    }
    assert_int_equal(vr_names_add(&names, "", 0), N); /* an empty name is a name, and a 0 byte a byte */
    assert_int_equal(vr_names_add(&names, "a\0b", 3), N + 1);
    assert_int_equal(vr_names_add(&names, "a\0c", 3), N + 2);
    assert_int_equal(vr_names_find(&names, "a", 1), -1);
    vr_arena_free(&a);
}

static void files_are_written_whole_or_not_at_all(void **state) {
    (void)state;
    vr_arena a = {0};
    vr_err err = {0};
    vr_bytes got;
    const char *path = test_tmp("file.bin");
    assert_true(vr_file_write(path, "hello", 5, &err));
    assert_true(vr_file_read(&a, &got, path, &err));
    assert_int_equal(got.size, 5);
    assert_memory_equal(got.data, "hello", 6);
    vr_bytes map;
    assert_true(vr_file_map(&a, &map, path, &err));
    assert_memory_equal(map.data, "hello", 5);
    assert_false(vr_file_write("/nowhere/at/all", "x", 1, &err));
    assert_message(err, "/nowhere/at/all: cannot write: No such file");
    err = (vr_err){0};
    if (vr_path_exists("/dev/full")) {
        assert_false(vr_file_write("/dev/full", "x", 1, &err));
        assert_message(err, "No space left");
    }
    err = (vr_err){0};
    assert_false(vr_file_read(&a, &got, "/tmp", &err));
    assert_message(err, "/tmp: expected a file, found a directory");
    err = (vr_err){0};
    assert_false(vr_file_map(&a, &got, test_tmp("missing"), &err));
    assert_message(err, "missing: cannot open: No such file");
    vr_arena_free(&a);
}

static void a_folder_lists_sorted(void **state) {
    (void)state;
    vr_arena a = {0};
    vr_err err = {0};
    const char *folder = test_tmp("folder");
    test_mkdir(folder);
    for (int i = 99; i >= 0; i--) test_write_text(vr_arena_printf(&a, "%s/%02d", folder, i), "");
    const char **names;
    int64_t count;
    assert_true(vr_dir_list(&a, &names, NULL, &count, folder, &err));
    assert_int_equal(count, 100);
    for (int i = 0; i < 100; i++) assert_int_equal(atoi(names[i]), i);
    test_mkdir(vr_arena_printf(&a, "%s/a.jpg", folder)); /* folders, and links to one */
    assert_int_equal(symlink("a.jpg", vr_arena_printf(&a, "%s/b", folder)), 0);
    assert_int_equal(symlink("00", vr_arena_printf(&a, "%s/c", folder)), 0);
    assert_int_equal(symlink("nowhere", vr_arena_printf(&a, "%s/d", folder)), 0);
    bool *folders;
    assert_true(vr_dir_list(&a, &names, &folders, &count, folder, &err));
    assert_int_equal(count, 104);
    for (int i = 0; i < 104; i++) assert_int_equal(folders[i], i == 100 || i == 101);
    vr_arena_free(&a);
}

static void text_grows_escapes_and_encodes(void **state) {
    (void)state;
    vr_arena a = {0};
    vr_text t = {.arena = &a};
    for (int i = 0; i < 1000; i++) vr_text_printf(&t, "%d,", i);
    assert_int_equal(t.size, 10 * 2 + 90 * 3 + 900 * 4);
    assert_int_equal(strlen(t.data), t.size);
    t.size = 0;
    vr_text_html(&t, "<a href=\"x\">'&");
    assert_string_equal(t.data, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
    static const char *cases[][2] = {
        {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}};
    for (int i = 0; i < 5; i++) { /* RFC 4648, section 10 */
        t.size = 0;
        vr_text_base64(&t, cases[i][0], (int64_t)strlen(cases[i][0]));
        assert_string_equal(t.data, cases[i][1]);
    }
    vr_arena_free(&a);
}

enum { LOOP = 1000, ROUNDS = 300 };
typedef struct loop_seen {
    atomic_int *times;
    int64_t inner; /* above 0: each index runs a loop of its own */
    int threads;
} loop_seen;

static void loop_count(const void *context, int64_t i, int thread) {
    const loop_seen *seen = context;
    if (thread < 0 || thread >= seen->threads) abort();
    atomic_fetch_add(&seen->times[i], 1);
    if (seen->inner > 0) {
        const loop_seen own = {seen->times + LOOP * (i + 1), 0, seen->threads};
        vr_parallel(seen->inner, loop_count, &own);
    }
}

static void *loop_many(void *argument) {
    atomic_int *times = calloc(LOOP, sizeof *times);
    const loop_seen seen = {times, 0, vr_threads()};
    bool *correct = argument;
    for (int r = 0; r < ROUNDS; r++) vr_parallel(r % 7 == 0 ? 1 : LOOP, loop_count, &seen);
    *correct = true;
    for (int i = 0; i < LOOP; i++)
        *correct = *correct && atomic_load(&times[i]) == (i == 0 ? ROUNDS : ROUNDS - (ROUNDS + 6) / 7);
    free(times);
    return NULL;
}

static void a_loop_visits_each_index_once_nested_and_concurrent(void **state) {
    (void)state;
    for (int round = 0; round < 2; round++)
        for_threads (threads) { /* also from more threads to fewer */
            atomic_int *times = calloc(LOOP * 11, sizeof *times);
            const loop_seen seen = {times, 20, vr_threads()};
            vr_parallel(0, loop_count, &seen);
            vr_parallel(10, loop_count, &seen);
            for (int i = 0; i < LOOP * 11; i++)
                assert_int_equal(atomic_load(&times[i]), i < LOOP ? i < 10 : i % LOOP < 20);
            free(times);
            pthread_t other;
            bool correct[2] = {false, false};
            assert_int_equal(pthread_create(&other, NULL, loop_many, &correct[1]), 0);
            loop_many(&correct[0]);
            pthread_join(other, NULL);
            assert_true(correct[0] && correct[1]);
        }
}

#ifdef _OPENMP
enum { NUMBERS = 20011 };

/* Normal numbers, uniforms and bounded ones, drawn in parallel in blocks of another size for each number of threads. */
static void draw_in_parallel(float *out, int threads) {
    const vr_rng rng = vr_rng_split(vr_rng_init(11), "parallel");
    assert_int_equal(vr_threads(), threads);
    const int64_t block = 64 + 3 * threads, blocks = (NUMBERS + block - 1) / block;
#pragma omp parallel for schedule(dynamic)
    for (int64_t b = 0; b < blocks; b++) {
        const int64_t from = b * block, n = vr_min(block, NUMBERS - from);
        vr_rng_normal_fill(out + from, n, rng, (uint64_t)from);
        vr_rng_uniform_fill(out + NUMBERS + from, n, rng, (uint64_t)from);
        for (int64_t i = from; i < from + n; i++)
            out[2 * NUMBERS + i] =
                (float)vr_rng_below(vr_rng_at(rng, (uint64_t)i), 0, 1000) + vr_rng_uniform(rng, (uint64_t)i);
    }
}

static void random_numbers_have_the_same_bits_for_any_number_of_threads(void **state) {
    (void)state;
    static float one[3 * NUMBERS], more[3 * NUMBERS];
    for_threads (threads) {
        memset(more, 0, sizeof more);
        draw_in_parallel(threads == 1 ? one : more, threads);
        if (threads > 1) assert_memory_equal(one, more, sizeof one);
    }
}

static void thread_numbers_are_below_their_count(void **state) {
    (void)state;
    const int before = vr_threads();
    int64_t outside = 0;
    vr_threads_set(5);
#pragma omp parallel for reduction(+ : outside)
    for (int i = 0; i < 1000; i++) outside += vr_thread_index() < 0 || vr_thread_index() >= 5;
    assert_int_equal(outside, 0);
    vr_threads_set(0);
    assert_true(vr_threads() >= 1);
    vr_threads_set(before);
}
#endif

static void below_is_the_high_half_of_the_product(void **state) {
    (void)state;
    const vr_rng rng = vr_rng_init(9);
    static const int64_t bounds[] = {1, 2, 10, 1000003, (int64_t)1 << 40, INT64_MAX};
    for (uint64_t i = 0; i < 200; i++)
        for (int k = 0; k < 6; k++) {
            const uint64_t bits = (uint64_t)vr_rng_u32(rng, 2 * i + 1) << 32 | vr_rng_u32(rng, 2 * i);
            const long double x = (long double)bits, n = (long double)bounds[k];
            const int64_t below = vr_rng_below(rng, i, bounds[k]);
            assert_true(below >= 0 && below < bounds[k]);
            /* 64 bits of mantissa: the quotient is exact to one part in 2^64 of n, so to 1 */
            assert_true(fabsl((long double)below - floorl(x * n / 18446744073709551616.0L)) <= 1);
        }
}

static void uniform_numbers_are_the_same_one_at_a_time(void **state) {
    (void)state;
    const vr_rng rng = vr_rng_at(vr_rng_init(5), 77);
    float x[7];
    vr_rng_uniform_fill(x, 7, rng, 3);
    for (uint64_t i = 0; i < 7; i++) assert_true(x[i] == vr_rng_uniform(rng, 3 + i));
}

static void a_pipe_a_device_and_a_folder_are_no_files(void **state) {
    (void)state;
    vr_arena a = {0};
    vr_bytes b;
    const char *pipe = test_tmp("pipe");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    const char *const paths[] = {pipe, "/dev/null", "/tmp"};
    for (int i = 0; i < 3; i++)
        for (int map = 0; map < 2; map++) {
            vr_err err = {0};
            alarm(20); /* to open a pipe without a writer must not wait for one */
            assert_false(map ? vr_file_map(&a, &b, paths[i], &err) : vr_file_read(&a, &b, paths[i], &err));
            alarm(0);
            assert_int_equal(err.code, VR_ERR_IO);
            assert_message(err, i < 2 ? ": not a regular file" : ": expected a file, found a directory");
            assert_message(err, paths[i]);
        }
    assert_int_equal(a.used, 0);
    vr_arena_free(&a);
}

static void an_empty_file_is_read_and_mapped_as_nothing(void **state) {
    (void)state;
    vr_arena a = {0};
    vr_bytes b;
    const char *path = test_tmp("empty");
    assert_true(vr_file_write(path, "", 0, VR_FATAL));
    assert_true(vr_file_read(&a, &b, path, VR_FATAL));
    assert_true(b.size == 0 && b.data[0] == 0);
    assert_true(vr_file_map(&a, &b, path, VR_FATAL));
    assert_true(b.size == 0 && b.data != NULL);
    vr_arena_free(&a);
}

static void a_write_that_fails_leaves_the_old_file_and_no_other(void **state) {
    (void)state;
    vr_arena a = {0};
    vr_bytes b;
    vr_err err = {0};
    const char **names;
    int64_t count;
    const char *folder = test_tmp("kept");
    test_mkdir(folder);
    const char *path = vr_arena_printf(&a, "%s/file", folder);
    assert_true(vr_file_write(path, "old", 3, VR_FATAL));
    struct rlimit before;
    getrlimit(RLIMIT_FSIZE, &before);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE,
              &(struct rlimit){1000, before.rlim_max}); /* as a full disk: half of it is written */
    const bool ok = vr_file_write(path, VR_NEW(&a, char, 5000), 5000, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    assert_false(ok);
    assert_message(err, "file: cannot write: File too large");
    assert_true(vr_file_read(&a, &b, path, VR_FATAL));
    assert_int_equal(b.size, 3);
    assert_true(vr_dir_list(&a, &names, NULL, &count, folder, VR_FATAL));
    assert_int_equal(count, 1); /* no temporary is left */
    err = (vr_err){0};
    assert_false(vr_dir_list(&a, &names, NULL, &count, path, &err));
    assert_message(err, "file: cannot list: Not a directory");
    vr_arena_free(&a);
}

static void paths_are_compared_by_ending_and_by_where_they_lead(void **state) {
    (void)state;
    assert_true(vr_path_has_suffix("a/B.JPG", ".jpg"));
    assert_true(vr_path_has_suffix(".jpg", ".JPG"));
    assert_false(vr_path_has_suffix("jpg", ".jpg"));
    assert_false(vr_path_has_suffix("a.jpg.txt", ".jpg"));
    const char *file = test_tmp("one"), *other = test_tmp("two");
    test_write_text(file, "x"), test_write_text(other, "x");
    uint64_t a[2], b[2];
    assert_true(vr_path_identity(a, file) && vr_path_identity(b, other));
    assert_memory_not_equal(a, b, sizeof a);
    unlink(other);
    assert_false(vr_path_identity(b, other));
    assert_int_equal(symlink(file, other), 0);
    assert_true(vr_path_identity(b, other));
    assert_memory_equal(a, b, sizeof a);
    assert_true(vr_path_exists(other) && !vr_path_is_dir(other) && vr_path_is_dir("/tmp"));
}

static void a_message_that_is_too_long_is_cut_and_closed(void **state) {
    (void)state;
    vr_err err = {0};
    char lengthy[2000];
    memset(lengthy, 'x', sizeof lengthy - 1), lengthy[sizeof lengthy - 1] = 0;
    vr_fail(&err, VR_ERR_IO, "%s", lengthy);
    assert_int_equal(strlen(err.msg), sizeof err.msg - 1);
    vr_err_context(&err, "in %s: ", "context");
    assert_int_equal(strncmp(err.msg, "in context: xxx", 15), 0);
    assert_int_equal(strlen(err.msg), sizeof err.msg - 1);
    err = (vr_err){0};
    vr_err_context(&err, "nothing failed");
    assert_string_equal(err.msg, "");
}

static void numbers_of_any_length_are_the_nearest_doubles(void **state) {
    (void)state;
    const vr_rng rng = vr_rng_init(9);
    for (uint64_t i = 0; i < 200000; i++) {
        char text[64];
        const uint64_t bits = (uint64_t)vr_rng_u32(rng, 6 * i) << 32 | vr_rng_u32(rng, 6 * i + 1);
        const uint64_t m = bits >> vr_rng_below(rng, 3 * i + 1, 64);
        const int64_t e = vr_rng_below(rng, 3 * i + 2, 64) - 32;
        const int n = snprintf(text, sizeof text, "%llue%lld", (unsigned long long)m, (long long)e);
        double x;
        assert_true(vr_number_double(&x, text, n));
        if (x != strtod(text, NULL)) fail_msg("%s is %.17g, not %.17g", text, x, strtod(text, NULL));
    }
}

static void numbers_are_digits_with_at_most_one_point(void **state) {
    (void)state;
    const vr_rng rng = vr_rng_init(10);
    static const char others[] = "/:;x \x80\xb5.";
    for (uint64_t i = 0; i < 200000; i++) {
        char text[32];
        const uint64_t draw = 32 * i;
        const int n = 1 + (int)vr_rng_below(rng, draw, 24), point = (int)vr_rng_below(rng, draw + 1, 25);
        for (int k = 0; k < n; k++)
            text[k] = k == point ? '.' : (char)('0' + vr_rng_below(rng, draw + 2 + (uint64_t)k, 10));
        text[n] = 0;
        const int zeros = (int)vr_rng_below(rng, draw + 26, 8);
        for (int k = 0; k < zeros && k < n; k++) text[k] = k == point ? '.' : '0';
        double x;
        const bool number = vr_number_double(&x, text, n);
        if (number != (n > 1 || point != 0) || x != strtod(text, NULL)) fail_msg("%s is %.17g", text, x);
        if (point >= n) continue;
        text[vr_rng_below(rng, draw + 27, n)] = others[vr_rng_below(rng, draw + 28, sizeof others - 1)];
        char *end;
        strtod(text, &end);
        if (*end && vr_number_double(&x, text, n)) fail_msg("'%s' is no number, not %.17g", text, x);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_agrees_with_the_published_vectors),
        cmocka_unit_test(random_numbers_have_their_moments_and_do_not_depend_on_the_order_of_calls),
        cmocka_unit_test(below_is_in_range_and_uniform),
        cmocka_unit_test(a_permutation_holds_each_number_once),
        cmocka_unit_test(an_arena_aligns_rewinds_and_reuses),
        cmocka_unit_test(an_arena_calls_its_defers_once_on_rewind),
        cmocka_unit_test(out_of_memory_and_overflow_are_panics_that_name_the_size),
        cmocka_unit_test(an_error_keeps_the_first_failure_and_takes_context),
        cmocka_unit_test(an_error_is_passed_on_with_its_origin),
        cmocka_unit_test(names_are_numbered_in_the_order_of_adding),
        cmocka_unit_test(files_are_written_whole_or_not_at_all),
        cmocka_unit_test(a_folder_lists_sorted),
        cmocka_unit_test(numbers_of_any_length_are_the_nearest_doubles),
        cmocka_unit_test(numbers_are_digits_with_at_most_one_point),
        cmocka_unit_test(text_grows_escapes_and_encodes),
        cmocka_unit_test(a_loop_visits_each_index_once_nested_and_concurrent),
#ifdef _OPENMP
        cmocka_unit_test(random_numbers_have_the_same_bits_for_any_number_of_threads),
        cmocka_unit_test(thread_numbers_are_below_their_count),
#endif
        cmocka_unit_test(below_is_the_high_half_of_the_product),
        cmocka_unit_test(uniform_numbers_are_the_same_one_at_a_time),
        cmocka_unit_test(a_pipe_a_device_and_a_folder_are_no_files),
        cmocka_unit_test(an_empty_file_is_read_and_mapped_as_nothing),
        cmocka_unit_test(a_write_that_fails_leaves_the_old_file_and_no_other),
        cmocka_unit_test(paths_are_compared_by_ending_and_by_where_they_lead),
        cmocka_unit_test(a_message_that_is_too_long_is_cut_and_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
