/* tests/test_args.c: the command line. */
#include "test.h"

typedef struct values {
    bool quiet;
    int64_t top;
    const char *labels;
} values;

/* Parses words (ended by NULL) and gives back the code, what is left and how many. */
static int parse(values *v, char **words, int *count) {
    const vr_option options[] = {
        {"quiet", NULL, VR_OPTION_FLAG, &v->quiet, "no progress"},
        {"t,top", "N", VR_OPTION_INT, &v->top, "how many"},
        {"labels", "FILE", VR_OPTION_TEXT, &v->labels, "names"},
    };
    for (*count = 0; words[*count];) ++*count;
    return vr_args_parse(count, words, "about\n", options, 3);
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

static void a_wrong_option_ends_with_2(void **state) {
    (void)state;
    char *wrong[][4] = {{"p", "--tops", "3", NULL},     {"p", "--top", NULL, NULL},
                        {"p", "--top", "3x", NULL},     {"p", "--top", "-3", NULL},
                        {"p", "--quiet=1", NULL, NULL}, {"p", "--top", "99999999999999999999", NULL},
                        {"p", "-x", NULL, NULL},        {"p", "--top=", NULL, NULL},
                        {"p", "--top", " 3", NULL},     {"p", "--labels", NULL, NULL},
                        {"p", "--to=3", NULL, NULL},    {"p", "-tt", "3", NULL}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        values v = {0};
        int count;
        assert_int_equal(parse(&v, wrong[i], &count), 2);
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
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *words[] = {"p", NULL};
        int count = 1;
        output = cases[i].path;
        assert_int_equal(vr_args_parse(&count, words, "about\n", options, 1), cases[i].code);
        if (i == 1) assert_false(vr_path_exists(output));
    }
}

static void help_ends_with_0(void **state) {
    (void)state;
    values v = {0};
    char *words[] = {"p", "--help", NULL};
    int count;
    assert_int_equal(parse(&v, words, &count), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_taken_out_in_every_form),
        cmocka_unit_test(a_wrong_option_ends_with_2),
        cmocka_unit_test(an_output_that_cannot_be_written_ends_with_1_at_once),
        cmocka_unit_test(help_ends_with_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
