/* tests/test_args.c: options are read, wrong ones are named. */
#include "test.h"

typedef struct values {
    bool quiet;
    int64_t top;
    const char *labels;
} values;

static char printed[1024];

/* Parses words (ended by NULL); returns the code. *count becomes the number of arguments that are left; what went to
 * stderr is in `printed`. */
static int parse(values *v, char **words, int *count) {
    const vr_option options[] = {
        {"quiet", NULL, VR_OPTION_FLAG, &v->quiet, "no progress"},
        {"t,top", "N", VR_OPTION_INT, &v->top, "how many"},
        {"labels", "FILE", VR_OPTION_TEXT, &v->labels, "names"},
        {"classes", "FILE", VR_OPTION_TEXT, &v->labels, "or a table of them"},
    };
    for (*count = 0; words[*count];) ++*count;
    const char *path = test_tmp("stderr");
    const int before = dup(2);
    assert_non_null(freopen(path, "w", stderr));
    const int code = vr_args_parse(count, words, "about\n", options, 4);
    fflush(stderr);
    dup2(before, 2);
    close(before);
    FILE *f = fopen(path, "r");
    printed[fread(printed, 1, sizeof printed - 1, f)] = 0;
    fclose(f);
    return code;
}

static void options_are_taken_out_in_every_form(void **state) {
    (void)state;
    values v = {.top = 5};
    char *words[] = {"program", "a", "--quiet", "--top", "3", "b", "--labels=x=y", NULL};
    int count;
    assert_int_equal(parse(&v, words, &count), -1);
    assert_true(v.quiet);
    assert_int_equal(v.top, 3);
    assert_string_equal(v.labels, "x=y");
    assert_int_equal(count, 3);
    assert_string_equal(words[1], "a");
    assert_string_equal(words[2], "b");
    assert_null(words[3]);
    char *brief[] = {"program", "-t", "7", "--", "--quiet", NULL};
    v.quiet = false;
    assert_int_equal(parse(&v, brief, &count), -1);
    assert_int_equal(v.top, 7);
    assert_false(v.quiet);
    assert_string_equal(brief[1], "--quiet");
}

static void a_wrong_option_ends_with_2_and_is_named(void **state) {
    (void)state;
    static const struct {
        const char *words[4], *message;
    } cases[] = {
        {{"p", "--tops", "3"}, "error: unknown option '--tops' (did you mean '--top'?)\n"},
        {{"p", "--tpo=3"}, "error: unknown option '--tpo' (did you mean '--top'?)\n"},
        {{"p", "--hlep"}, "error: unknown option '--hlep' (did you mean '--help'?)\n"},
        {{"p", "--label", "x"}, "error: unknown option '--label' (did you mean '--labels'?)\n"},
        {{"p", "--verbose"}, "error: unknown option '--verbose'\n"},
        {{"p", "--quick=1"}, "error: unknown option '--quick' (did you mean '--quiet'?)\n"},
        {{"p", "-x"}, "error: unknown option '-x'\n"},
        {{"p", "-tt", "3"}, "error: unknown option '-tt'\n"},
        {{"p", "--top"}, "error: --top: expected a value\n"},
        {{"p", "--labels"}, "error: --labels: expected a value\n"},
        {{"p", "--top", "3x"}, "error: --top: expected a non-negative integer, found '3x'\n"},
        {{"p", "-t", "-3"}, "error: -t: expected a non-negative integer, found '-3'\n"},
        {{"p", "--top="}, "error: --top: expected a non-negative integer, found ''\n"},
        {{"p", "--top", " 3"}, "error: --top: expected a non-negative integer, found ' 3'\n"},
        {{"p", "--top", "99999999999999999999"},
         "error: --top: expected a non-negative integer, found '99999999999999999999'\n"},
        {{"p", "--labels=a", "--classes=b"}, "error: either --labels or --classes, not both\n"},
        {{"p", "--quiet=1"}, "error: --quiet takes no value\n"},
        {{"p", "--help=3"}, "error: --help takes no value\n"},
        {{"p", "--version=3"}, "error: --version takes no value\n"},
        {{"p", "--versoin"}, "error: unknown option '--versoin' (did you mean '--version'?)\n"},
        {{"p", "--\x1b[2J"}, "error: unknown option '--\\x1b[2J'\n"},
    };
    for (int64_t i = 0; i < COUNT(cases); i++) {
        values v = {0};
        char *words[4];
        int count;
        memcpy(words, cases[i].words, sizeof words);
        assert_int_equal(parse(&v, words, &count), 2);
        assert_string_equal(printed, cases[i].message);
    }
}

static void an_output_that_cannot_be_written_ends_with_1_at_once(void **state) {
    (void)state;
    const char *output;
    const vr_option options[] = {{"o,output", "FILE", VR_OPTION_OUTPUT, &output, "where to"}};
    const struct {
        const char *path;
        int code;
    } cases[] = {{NULL, -1},        {test_tmp("fine.npy"), -1},
                 {"/dev/null", -1}, {"/nowhere/x.npy", 1},
                 {"tests", 1},      {"", 1}};
    for (int64_t i = 0; i < COUNT(cases); i++) {
        char *words[] = {"p", NULL};
        int count = 1;
        output = cases[i].path;
        assert_int_equal(vr_args_parse(&count, words, "about\n", options, 1), cases[i].code);
        if (i == 1) assert_false(vr_path_exists(output));
    }
}

static void an_output_that_is_another_argument_is_refused(void **state) {
    (void)state;
    const char *in = test_tmp("in.csv"), *other = test_tmp("other.csv"), *output, *second, *text;
    test_write_text(in, "x\n");
    const vr_option options[] = {{"output", "FILE", VR_OPTION_OUTPUT, &output, ""},
                                 {"plot", "FILE", VR_OPTION_OUTPUT, &second, ""},
                                 {"other", "FILE", VR_OPTION_TEXT, &text, ""}};
    const struct {
        const char *argument, *output, *second, *text;
        int code;
    } cases[] = {{in, other, NULL, NULL, -1}, {in, in, NULL, NULL, 1},
                 {NULL, in, NULL, in, 1},     {NULL, other, other, NULL, 1},
                 {NULL, in, NULL, other, -1}, {NULL, "/dev/null", "/dev/null", NULL, -1}};
    for (int64_t i = 0; i < COUNT(cases); i++) {
        char *words[] = {"p", (char *)cases[i].argument, NULL};
        int count = cases[i].argument ? 2 : 1;
        output = cases[i].output, second = cases[i].second, text = cases[i].text;
        assert_int_equal(vr_args_parse(&count, words, "about\n", options, 3), cases[i].code);
    }
    char *dash[] = {"p", "--output", "-", NULL};
    int three = 3;
    assert_int_equal(vr_args_parse(&three, dash, "about\n", options, 3), 2);
    char *words[] = {"p", "--other", "--plot", NULL}; /* an option is no value */
    int count = 3;
    assert_int_equal(vr_args_parse(&count, words, "about\n", options, 3), 2);
}

static void help_ends_with_0(void **state) {
    (void)state;
    values v = {0};
    char *words[] = {"p", "--help", NULL}, *brief[] = {"p", "-h", NULL};
    char *version[] = {"p", "--version", NULL};
    int count;
    assert_int_equal(parse(&v, words, &count), 0);
    assert_int_equal(parse(&v, brief, &count), 0);
    assert_int_equal(parse(&v, version, &count), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_taken_out_in_every_form),
        cmocka_unit_test(a_wrong_option_ends_with_2_and_is_named),
        cmocka_unit_test(an_output_that_cannot_be_written_ends_with_1_at_once),
        cmocka_unit_test(an_output_that_is_another_argument_is_refused),
        cmocka_unit_test(help_ends_with_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
