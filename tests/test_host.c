/* tests/test_host.c: what a host, its shell and its disk may do to a program: locales, links, modes, full disks. */
#include "program.h"
#include "../visrob_impl/base/os_impl.h"
#include <fcntl.h>
#include <signal.h>
#include <locale.h>

TEST_ARENA(arena);

/* ---- locales ---- */

/* The library's numbers where the host's have a comma. */
static void numbers_have_a_point_where_the_host_has_a_comma(void **state) {
    (void)state;
    const char *folder = test_tmp("locale");
    test_mkdir(folder);
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8"};
    bool comma = false;
    for (int i = 0; i < 4 && !comma; i++)
        comma = setlocale(LC_ALL, names[i]) && localeconv()->decimal_point[0] == ',';
    if (!comma && system(vr_arena_printf(&arena, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >/dev/null 2>&1",
                                         folder)) == 0) {
        setenv("LOCPATH", folder, 1);
        comma = setlocale(LC_ALL, "de_DE.UTF-8") && localeconv()->decimal_point[0] == ',';
    }
    if (!comma) test_skip("there is no locale with a decimal comma, and no localedef to make one");
    char host[20];
    snprintf(host, sizeof host, "%.2f", 1.5);
    assert_string_equal(host, "1,50"); /* the host's own printf is as it was */
    vr_text t = {.arena = &arena};
    vr_text_printf(&t, "%.2f %g", 1.5, 0.25);
    vr_text_add(&t, " ");
    vr_text_number(&t, 2.5, 0);
    assert_string_equal(t.data, "1.50 0.25 2.5");
    assert_string_equal(vr_arena_printf(&arena, "%.1f", 1.5), "1.5");
    vr_err err = {0};
    vr_fail(&err, VR_ERR_NUMERIC, "x is %g", 1.5);
    assert_string_equal(err.msg, "x is 1.5");
    double x;
    assert_true(vr_number_double(&x, "1.0000000000000000000000001", 27) && x == 1);
    static const char *const columns[] = {"name", "x"};
    vr_table table = vr_table_new(&arena, columns, 2);
    vr_table_text(&table, "a");
    vr_table_interval(&table, (vr_interval){1.25, 0.5, 2.75}, 2);
    for (int form = VR_TABLE_TEXT; form <= VR_TABLE_JSON; form++) {
        vr_text out = {.arena = &arena};
        vr_table_format(&out, &table, (vr_table_form)form);
        assert_non_null(strstr(out.data, "1.25"));
        assert_null(strstr(out.data, "1,25"));
    }
    static const float probability[] = {0.5f};
    static const int64_t predicted[] = {3};
    const vr_bytes image = {(const uint8_t *)"a.jpg", 5};
    const vr_predictions p = {
        .count = 1, .k = 1, .image = &image, .predicted = predicted, .probability = probability};
    const char *path = test_tmp("p.csv");
    assert_true(vr_predictions_save(&p, path, VR_FATAL));
    assert_string_equal(test_text(&arena, "%s", path),
                        "file_name,predicted_class,predicted_probability\na.jpg,3,0.5\n");
    vr_page page = vr_page_new(&arena, &(vr_page_info){.title = "t", .data = "d", .build = "b"});
    vr_page_lead(&page, "%.1f times", 2.5);
    path = test_tmp("p.html");
    assert_true(vr_page_save(&page, path, VR_FATAL));
    assert_non_null(strstr(test_text(&arena, "%s", path), "2.5 times"));
    snprintf(host, sizeof host, "%.2f", 1.5);
    assert_string_equal(host, "1,50");
    setlocale(LC_ALL, "C");
}

/* ---- names ---- */

static void a_name_cannot_control_the_terminal(void **state) {
    (void)state;
    vr_err err = {0};
    vr_fail(&err, VR_ERR_IO, "%s: cannot open",
            "a\x1b[2J\r\x7f\xc2\x9b"
            "b\xc3\xa9");
    assert_string_equal(err.msg, "a\\x1b[2J\\x0d\\x7f\\xc2\\x9b"
                                 "b\xc3\xa9: cannot open");
    vr_err_context(&err, "%s: ", "\x07");
    assert_non_null(strstr(err.msg, "\\x07: a\\x1b"));
    err = (vr_err){0};
    char many[600];
    memset(many, '\x1b', sizeof many), many[599] = 0;
    vr_fail(&err, VR_ERR_IO, "%s", many);
    assert_int_equal(strlen(err.msg) % 4, 0); /* no half of one */
    int code;
    const char *said = shell(&arena, &code, "%s/embed 'no\033[31msuch' x 2>&1", programs());
    assert_int_equal(code, 1);
    assert_non_null(strstr(said, "no\\x1b[31msuch: cannot open"));
    assert_null(strchr(said, '\033'));
}

static void names_on_stdout_and_in_pages_are_harmless(void **state) {
    (void)state;
    const char *labels = test_tmp("labels.txt");
    vr_text names = {.arena = &arena};
    for (int i = 0; i < 10; i++) vr_text_printf(&names, "\033[2J%d\n", i);
    test_write_text(labels, names.data);
    int code;
    const char *out = shell(
        &arena, &code, "%s/classify tests/golden/models/cifar_a.th tests/golden/formats/rgb.png --labels %s",
        programs(), labels);
    assert_int_equal(code, 0);
    assert_null(strchr(out, '\033'));
    assert_int_equal(test_times(out, "\\x1b[2J"), 5);
    assert_int_equal(test_times(out, "\n"), 6);
    vr_text html = {.arena = &arena};
    vr_text_html(&html, "a\033<b\n");
    assert_string_equal(html.data, "a\xEF\xBF\xBD&lt;b\n");
}

static void one_is_not_plural(void **state) {
    (void)state;
    int code;
    const char *said = shell(
        &arena, &code, "%s/embed tests/golden/models/cifar_a.th tests/golden/formats/rgb.png -o %s 2>&1",
        programs(), test_tmp("one.npy"));
    assert_int_equal(code, 0);
    assert_non_null(strstr(said, ": 1 image in "));
    assert_string_equal(vr_plural(0), "s");
    assert_string_equal(vr_plural(1), "");
}

/* ---- files ---- */

static mode_t mode_of(const char *path) {
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode;
}

static void write_text(const char *path, const char *text) {
    assert_true(vr_file_write(path, text, (int64_t)strlen(text), VR_FATAL));
}

static void a_replaced_file_keeps_its_mode_and_links_are_followed(void **state) {
    (void)state;
    const char *folder = test_tmp("files"), *file = test_tmp("files/file"), *link = test_tmp("link"),
               *far = test_tmp("far"), *dangling = test_tmp("dangling"), *fresh = test_tmp("files/fresh");
    test_mkdir(folder);
    test_write_text(file, "old");
    assert_int_equal(chmod(file, 0640), 0);
    write_text(file, "new");
    assert_int_equal(mode_of(file) & 07777, 0640);
    assert_int_equal(symlink("files/file", link), 0); /* relative to its own folder */
    assert_int_equal(symlink(link, far), 0);
    write_text(far, "linked");
    assert_true(S_ISLNK(mode_of(far)) && S_ISLNK(mode_of(link)));
    assert_string_equal(test_text(&arena, "%s", file), "linked");
    assert_int_equal(mode_of(file) & 07777, 0640);
    assert_int_equal(symlink(fresh, dangling), 0);
    write_text(dangling, "made");
    assert_true(S_ISLNK(mode_of(dangling)));
    assert_string_equal(test_text(&arena, "%s", fresh), "made");
    const char *loop = test_tmp("loop");
    assert_int_equal(symlink(loop, loop), 0);
    vr_err err = {0};
    assert_true(vr_file_write(loop, "x", 1, &err) || err.code == VR_ERR_IO); /* an end, and no hang */
    const char **names;
    int64_t count;
    assert_true(vr_dir_list(&arena, &names, NULL, &count, folder, VR_FATAL));
    assert_int_equal(count, 2); /* no temporary file */
}

/* Runs in a child that is not root, to whom all files are writable; its result is what the child returns. */
static int as_another_user(int (*what)(void)) {
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(77);
        _exit(what());
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static const char *only, *in_place;
static int refuse_read_only(void) {
    vr_err err = {0}, early = {0};
    return !vr_file_write(only, "new", 3, &err) && strstr(err.msg, "cannot write: Permission denied") &&
           !vrp_file_writable(only, &early) && strstr(early.msg, "Permission denied");
}
static int write_in_place(void) {
    vr_err err = {0};
    return vrp_file_writable(in_place, &err) && vr_file_write(in_place, "new", 3, &err);
}

static void a_read_only_file_is_refused_and_one_in_a_read_only_folder_is_written(void **state) {
    (void)state;
    static char folder[] = "/tmp/visrob_closed_XXXXXX"; /* TMPDIR may be closed to others */
    assert_non_null(mkdtemp(folder));
    only = vr_arena_printf(&arena, "%s/only", folder),
    in_place = vr_arena_printf(&arena, "%s/in_place", folder);
    test_write_text(only, "old"), test_write_text(in_place, "old and long");
    if (chmod(only, 0444) || chmod(in_place, 0666) || chmod(folder, 0777)) fail_msg("chmod");
    const int code = as_another_user(refuse_read_only);
    if (code == 77) {
        unlink(only), unlink(in_place), rmdir(folder);
        test_skip("cannot be another user");
    }
    assert_int_equal(code, 1);
    assert_string_equal(test_text(&arena, "%s", only), "old");
    assert_int_equal(chmod(folder, 0555), 0);
    assert_int_equal(as_another_user(write_in_place), 1);
    assert_string_equal(test_text(&arena, "%s", in_place), "new");
    assert_int_equal(mode_of(in_place) & 07777, 0666);
    chmod(folder, 0777);
    unlink(only), unlink(in_place), rmdir(folder);
}

/* ---- programs ---- */

static void a_full_or_closed_stdout_is_an_error_and_an_output_named_so_is_appended(void **state) {
    (void)state;
    int code;
    const char *out;
    static const char *const words[] = {"--help", "--version"};
    for (int i = 0; i < 2; i++) {
        out = shell(&arena, &code, "%s/embed %s 2>&1 >/dev/full", programs(), words[i]);
        assert_int_equal(code, 1);
        assert_string_equal(out, "error: cannot write to standard output: No space left on device\n");
        out = shell(&arena, &code, "%s/embed %s 2>&1 >&-", programs(), words[i]);
        assert_int_equal(code, 1);
        assert_non_null(strstr(out, "error: cannot write to standard output"));
    }
    const char *file = test_tmp("stdout.txt"), *csv = test_tmp("stdout.csv");
    assert_int_equal(symlink("/dev/stdout", csv), 0);
    shell(&arena, &code, "{ echo before; %s/imagenet_x --csv %s --report %s; echo after; } >%s 2>/dev/null",
          programs(), csv, test_tmp("x.html"), file);
    assert_int_equal(code, 0);
    out = test_text(&arena, "%s", file);
    assert_memory_equal(out, "before\n", 7);
    assert_string_equal(out + strlen(out) - 6, "after\n");
    assert_int_equal(test_times(out, "model,"), 1);
}

static void a_mapped_file_that_shrinks_is_an_error_that_names_it(void **state) {
    (void)state;
    const char *path = test_tmp("shrinks.bin"), *said = test_tmp("said");
    static uint8_t zeros[1 << 16];
    test_write(path, zeros, sizeof zeros);
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        if (!freopen(said, "w", stderr)) _exit(3);
        signal(SIGBUS, SIG_DFL); /* not that of a sanitizer */
        vrp_process_begin();
        vr_bytes bytes, other;
        if (!vr_file_map(&arena, &other, "/proc/self/exe", VR_FATAL) ||
            !vr_file_map(&arena, &bytes, path, VR_FATAL) || truncate(path, 100) != 0)
            _exit(4);
        _exit(*(volatile const uint8_t *)(bytes.data + 50000) + 10);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_string_equal(
        test_text(&arena, "%s", said),
        vr_arena_printf(&arena,
                        "error: %s: cannot read: the file was truncated while it was read, or its "
                        "disk failed\n",
                        path));
}

static void wrong_values_of_options_are_usage_errors_before_the_work(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"embed --threads 100000", "--threads: expected at most 1024"},
        {"embed --threads 9223372036854775807", "--threads: expected at most 1024"},
        {"embed --image-size 100000", "--image-size: expected at most 4096"},
        {"embed --batch 1000000", "--batch: expected at most 65536"},
        {"embed --normalize imagnet", "unknown normalization 'imagnet'"},
        {"embed -o -", "-o: expected a file name, found '-'"},
        {"evaluate --csv x.cvs", "--csv x.cvs: expected a file name that ends in .csv"},
        {"robustness --plot x.pdf", "--plot x.pdf: expected a file name that ends in .svg or .png"},
        {"evaluate --json x.csv", "--json x.csv: expected a file name that ends in .json"},
        {"robustness --factors fgo", "unknown factor 'fgo'"},
        {"robustness --severity 0", "severity '0': expected 1 to 5, each once"},
        {"robustness --severity 3 --baseline alexnet", "mCE is over all five severities"},
        {"robustness --npy", "--npy needs --save-images"},
        {"dollar_street tests/none.csv --predictions x --space 2k",
         "expected a label space 22k, 11k or 1k, found '2k'"},
        {"dollar_street tests/none.csv --predictions x --other y --on dark", "unknown factor 'dark'"},
    };
    for (int64_t i = 0; i < COUNT(cases); i++) {
        int code;
        const char *said = shell(&arena, &code, "%s/%s 2>&1", programs(), cases[i][0]);
        if (code != 2 || !strstr(said, cases[i][1]) || strchr(said, '\n') != said + strlen(said) - 1)
            fail_msg("%s: code %d, '%s'", cases[i][0], code, said);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, arena_free)
    const struct CMUnitTest tests[] = {
        TEST(numbers_have_a_point_where_the_host_has_a_comma),
        TEST(a_name_cannot_control_the_terminal),
        TEST(names_on_stdout_and_in_pages_are_harmless),
        TEST(one_is_not_plural),
        TEST(a_replaced_file_keeps_its_mode_and_links_are_followed),
        TEST(a_read_only_file_is_refused_and_one_in_a_read_only_folder_is_written),
        TEST(a_full_or_closed_stdout_is_an_error_and_an_output_named_so_is_appended),
        TEST(a_mapped_file_that_shrinks_is_an_error_that_names_it),
        TEST(wrong_values_of_options_are_usage_errors_before_the_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
