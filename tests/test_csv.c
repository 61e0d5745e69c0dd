/* tests/test_csv.c: CSV against Python's csv module (tests/golden/make_formats.py), RFC 4180 case by case, and the numbers in
 * its fields (base/number). */
#include "test.h"

#define FORMATS "tests/golden/formats/"

TEST_ARENA(arena);

/* What is behind the text may not count. */
static bool open_text(vr_csv *csv, const char *text, vr_err *err) {
    *err = (vr_err){0};
    const char *copy = vr_arena_printf(&arena, "%s,\n\"\n,\n\"", text);
    const vr_bytes bytes = {(const uint8_t *)copy, (int64_t)strlen(text)};
    return vr_csv_parse(&arena, csv, bytes, "x.csv", err);
}

/* Reads all of it, the fields of a row joined by '|', rows by '/'. NULL with err filled after a fault. */
static const char *all(const char *text, vr_err *err) {
    vr_csv csv;
    vr_text t = {.arena = &arena};
    if (!open_text(&csv, text, err)) return NULL;
    for (int64_t i = 0; i < csv.columns; i++) vr_text_printf(&t, "%s%s", i ? "|" : "", csv.names[i]);
    while (vr_csv_next(&csv, err)) {
        for (int64_t i = 0; i < csv.columns; i++)
            vr_text_add(&t, i ? "|" : "/"), vr_text_bytes(&t, csv.fields[i].data, csv.fields[i].size);
    }
    assert_int_equal(csv.ended, err->code == VR_OK);
    assert_false(vr_csv_next(&csv, err)); /* and stays at its end */
    return csv.ended ? t.data : NULL;
}

static void reads_as(const char *text, const char *want) {
    vr_err err;
    const char *got = all(text, &err);
    if (!got) fail_msg("%s", err.msg);
    assert_string_equal(got, want);
}

static void refused(const char *text, const char *why) {
    vr_err err;
    if (all(text, &err)) fail_msg("'%s' is accepted", text);
    assert_int_equal(err.code, VR_ERR_FORMAT);
    assert_string_equal(err.msg, why);
}

static void a_zero_byte_in_a_name_is_refused(void **state) {
    (void)state;
    static const uint8_t text[] = "a,\"b\0c\"\n";
    vr_csv csv;
    vr_err err = {0};
    assert_false(vr_csv_parse(&arena, &csv, (vr_bytes){text, sizeof text - 1}, "x.csv", &err));
    assert_string_equal(err.msg, "x.csv:1:3: column name with a zero byte");
}

static void pythons_files_are_read_as_python_does(void **state) {
    (void)state;
    static const char *const files[] = {FORMATS "rows.csv", FORMATS "unix.csv"};
    for (int f = 0; f < 2; f++) {
        vr_json_doc want;
        vr_csv csv;
        assert_true(vr_json_load(&arena, &want, FORMATS "rows.json", VR_FATAL));
        assert_true(vr_csv_load(&arena, &csv, files[f], VR_FATAL));
        const vr_json *row = vr_json_first(want.root);
        int64_t i = 0;
        for (const vr_json *s = vr_json_first(row); s; s = vr_json_next(row, s))
            assert_string_equal(csv.names[i++], s->string);
        while (vr_csv_next(&csv, VR_FATAL)) {
            row = vr_json_next(want.root, row);
            assert_non_null(row);
            i = 0;
            for (const vr_json *s = vr_json_first(row); s; s = vr_json_next(row, s), i++) {
                assert_int_equal(csv.fields[i].size, s->count);
                assert_memory_equal(csv.fields[i].data, s->string, s->count);
            }
            int64_t class;
            double p;
            assert_true(vr_csv_int(&class, &csv, 1, VR_FATAL));
            assert_int_equal(class, csv.row % 7);
            assert_true(vr_csv_double(&p, &csv, 2, VR_FATAL) && p >= 0 && p < 1);
        }
        assert_null(vr_json_next(want.root, row));
        assert_int_equal(csv.row, 39);
    }
}

static void pythons_file_is_written_byte_for_byte(void **state) {
    (void)state;
    vr_csv csv;
    const vr_bytes want = test_bytes(&arena, FORMATS "rows.csv");
    vr_text t = {.arena = &arena};
    assert_true(vr_csv_load(&arena, &csv, FORMATS "rows.csv", VR_FATAL));
    for (int64_t i = 0; i < 5; i++) vr_csv_field(&t, csv.names[i]), vr_text_add(&t, i < 4 ? "," : "\r\n");
    while (vr_csv_next(&csv, VR_FATAL))
        for (int64_t i = 0; i < 5; i++)
            vr_csv_field(&t, vr_csv_string(&arena, &csv, i)), vr_text_add(&t, i < 4 ? "," : "\r\n");
    assert_int_equal(t.size, want.size);
    assert_memory_equal(t.data, want.data, (size_t)t.size);
}

static void rfc_4180_case_by_case(void **state) {
    (void)state;
    reads_as("a,b\n1,2\n", "a|b/1|2");
    reads_as("a,b\n1,2", "a|b/1|2");
    reads_as("a,b\r\n1,2\r\n", "a|b/1|2");
    reads_as("a,b\r\n1,2\r", "a|b/1|2");
    reads_as("\xEF\xBB\xBF"
             "a,b\n1,2\n",
             "a|b/1|2");
    reads_as("a,b", "a|b");
    reads_as("a,b\n1,2\n\n\r\n\n", "a|b/1|2");
    reads_as("a\n1\n\n2\n", "a/1//2"); /* one column: a blank line is an empty field */
    reads_as("a,b\n,\n", "a|b/|");
    reads_as("a,,\n1,2,3\n", "a||/1|2|3"); /* any number of columns may be unnamed */
    reads_as("a,b\n\"1\",\"2\"\n", "a|b/1|2");
    reads_as("a,b\n\"\",\"\"\"\"\n", "a|b/|\"");
    reads_as("a,b\n\"x,\ny\r\n\",\"\"\"q\"\"\"", "a|b/x,\ny\r\n|\"q\"");
    reads_as("\"a\"\"\",b\n1,2\n", "a\"|b/1|2");
    reads_as("a,b\nit\"s,\"2\"\r\n", "a|b/it\"s|2");
    reads_as("a,b\n 1 ,\t2\n", "a|b/ 1 |\t2"); /* blanks belong to the field */
    reads_as("a,b\n12345678,123456789\n1234567,1\n", "a|b/12345678|123456789/1234567|1");
    refused("", "x.csv:1:1: empty file");
    refused("\xEF\xBB\xBF", "x.csv:1:1: empty file");
    refused("a,b,a\n", "x.csv:1: duplicate column 'a'");
    refused("a,b\n1,2\n1\n", "x.csv:3: expected 2 fields, found 1");
    refused("a,b\n1,2,3\n", "x.csv:2: expected 2 fields, found 3");
    refused("a,b\n1,2\n\n3,4\n", "x.csv:3: expected 2 fields, found 1");
    refused("a,b\n\"x\ny\",1\n1\n", "x.csv:4: expected 2 fields, found 1");
    refused("a,b\n1,\"2\n3", "x.csv:2:3: unterminated quoted field");
    refused("a,b\n1,\"2\"3\n", "x.csv:2:6: unexpected text after a closing quote");
    refused("a,b\n\"x\ny\"z,1\n", "x.csv:3:3: unexpected text after a closing quote");
    refused("a,\"b\n", "x.csv:1:3: unterminated quoted field");
}

static void a_field_that_is_not_a_number_is_named_with_line_and_column(void **state) {
    (void)state;
    vr_csv csv;
    vr_err err;
    int64_t n;
    double x;
    assert_true(open_text(&csv, "name,class,p\n\"two\nlines\",7, 0.5 \nb,x7,nan\n", &err));
    assert_int_equal(vr_csv_column(&csv, "class", VR_FATAL), 1);
    assert_int_equal(vr_csv_find(&csv, "Class"), -1);
    assert_int_equal(vr_csv_column(&csv, "Class", &err), -1);
    assert_string_equal(err.msg, "x.csv:1: missing column 'Class' (found: name, class, p)");
    err = (vr_err){0};
    assert_true(vr_csv_next(&csv, VR_FATAL));
    assert_true(vr_csv_int(&n, &csv, 1, VR_FATAL));
    assert_int_equal(n, 7);
    assert_true(vr_csv_double(&x, &csv, 2, VR_FATAL)); /* surrounding blanks are ignored */
    assert_close(x, 0.5, 0);
    assert_false(vr_csv_int(&n, &csv, 2, &err));
    assert_string_equal(err.msg, "x.csv:3:10: column 'p': expected an integer, found ' 0.5 '");
    assert_int_equal(n, 0);
    err = (vr_err){0};
    assert_true(vr_csv_next(&csv, VR_FATAL));
    assert_false(vr_csv_double(&x, &csv, 1, &err));
    assert_string_equal(err.msg, "x.csv:4:3: column 'class': expected a number, found 'x7'");
    assert_true(vr_csv_double(&x, &csv, 2, VR_FATAL) &&
                isnan(x)); /* the caller decides whether it is valid */
    assert_false(vr_csv_next(&csv, VR_FATAL));
}

static void a_line_of_ten_megabytes_and_a_million_columns_are_read(void **state) {
    (void)state;
    const int64_t n = 10 << 20;
    vr_text t = {.arena = &arena};
    vr_text_add(&t, "a,b\n1,");
    char *line = (char *)vr_arena_alloc(&arena, n, 1);
    memset(line, 'x', (size_t)n);
    vr_text_bytes(&t, line, n);
    vr_csv csv;
    assert_true(vr_csv_parse(&arena, &csv, test_bytes_of(t.data), "x.csv", VR_FATAL));
    assert_true(vr_csv_next(&csv, VR_FATAL));
    assert_int_equal(csv.fields[1].size, n);
    memset(line, ',', (size_t)n);
    line[1 << 20] = '\n';
    assert_true(vr_csv_parse(&arena, &csv, (vr_bytes){(uint8_t *)line, 1 << 20}, "x.csv", VR_FATAL));
    assert_int_equal(csv.columns, (1 << 20) + 1);
}

static void fields_with_doubled_quotes_stay_until_the_next_row(void **state) {
    (void)state;
    vr_text t = {.arena = &arena};
    for (int i = 0; i < 3000; i++) vr_text_printf(&t, "%sc%d", i ? "," : "", i);
    vr_text_add(&t, "\n");
    for (int i = 0; i < 3000; i++) vr_text_printf(&t, "%s\"%d\"\"\"", i ? "," : "", i);
    vr_csv csv;
    assert_true(vr_csv_parse(&arena, &csv, test_bytes_of(t.data), "x.csv", VR_FATAL));
    assert_true(vr_csv_next(&csv, VR_FATAL));
    for (int i = 0; i < 3000; i++)
        assert_string_equal(vr_csv_string(&arena, &csv, i), vr_arena_printf(&arena, "%d\"", i));
}

/* ---- base/number ---- */

static void a_number_is_the_whole_text_or_an_error(void **state) {
    (void)state;
    static const char *const no_int[] = {"",
                                         "-",
                                         "+",
                                         " 1",
                                         "1 ",
                                         "1.0",
                                         "0x1",
                                         "1e3",
                                         "--1",
                                         "9223372036854775808",
                                         "-9223372036854775809",
                                         "99999999999999999999",
                                         "1,0",
                                         "one"};
    static const char *const no_double[] = {"",      "-",       ".",     "+.",     "1 ",    " 1",
                                            "1.2.3", "1e",      "1e+",   "e5",     "0x1p3", "1_000",
                                            "nano",  "infinit", "1e400", "-1e400", "1,5",   "--1"};
    static const struct {
        const char *text;
        int64_t n;
    } ints[] = {{"42", 42},
                {"-7", -7},
                {"+3", 3},
                {"0007", 7},
                {"9223372036854775807", INT64_MAX},
                {"-9223372036854775808", INT64_MIN}};
    static const struct {
        const char *text;
        double x;
    } doubles[] = {{"1", 1},          {"-0.5", -0.5},    {".5", 0.5},
                   {"5.", 5},         {"1e-3", 1e-3},    {"1E3", 1000},
                   {"+2", 2},         {"inf", INFINITY}, {"-Infinity", -INFINITY},
                   {"INF", INFINITY}, {"1e-400", 0}};
    int64_t n;
    double x;
    for (int64_t i = 0; i < COUNT(no_int); i++) {
        if (vr_number_int(&n, no_int[i], (int64_t)strlen(no_int[i])))
            fail_msg("'%s' is an integer", no_int[i]);
        assert_int_equal(n, 0);
    }
    for (int64_t i = 0; i < COUNT(no_double); i++) {
        if (vr_number_double(&x, no_double[i], (int64_t)strlen(no_double[i])))
            fail_msg("'%s' is a number", no_double[i]);
        assert_true(x == 0);
    }
    for (int64_t i = 0; i < COUNT(ints); i++) {
        assert_true(vr_number_int(&n, ints[i].text, (int64_t)strlen(ints[i].text)));
        assert_int_equal(n, ints[i].n);
    }
    for (int64_t i = 0; i < COUNT(doubles); i++) {
        assert_true(vr_number_double(&x, doubles[i].text, (int64_t)strlen(doubles[i].text)));
        assert_true(x == doubles[i].x);
    }
    assert_true(vr_number_double(&x, "NaN", 3) && isnan(x));
    assert_true(vr_number_double(&x, "-0", 2) && x == 0 && signbit(x));
    assert_true(vr_number_int(&n, "123456", 3) && n == 123); /* only what it was given */
}

static void a_field_that_a_spreadsheet_would_run_is_made_a_text_where_it_is_asked_for(void **state) {
    (void)state;
    static const char *const names[] = {"=1+1", "+1", "-x.jpg", "@a", "\tx", "a=1", "", "=\"a\",b"};
    vr_text plain = {.arena = &arena}, safe = {.arena = &arena};
    for (int on = 0; on < 2; on++) {
        vr_csv_spreadsheet(on);
        for (int64_t i = 0; i < COUNT(names); i++) {
            vr_csv_field(on ? &safe : &plain, names[i]);
            vr_text_add(on ? &safe : &plain, "|");
        }
    }
    vr_csv_spreadsheet(false);
    assert_string_equal(plain.data, "=1+1|+1|-x.jpg|@a|\tx|a=1||\"=\"\"a\"\",b\"|");
    assert_string_equal(safe.data, "\"'=1+1\"|\"'+1\"|\"'-x.jpg\"|\"'@a\"|\"'\tx\"|a=1||\"'=\"\"a\"\",b\"|");
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, arena_free)
    const struct CMUnitTest tests[] = {
        TEST(a_zero_byte_in_a_name_is_refused),
        TEST(pythons_files_are_read_as_python_does),
        TEST(pythons_file_is_written_byte_for_byte),
        TEST(rfc_4180_case_by_case),
        TEST(a_field_that_is_not_a_number_is_named_with_line_and_column),
        TEST(a_line_of_ten_megabytes_and_a_million_columns_are_read),
        TEST(fields_with_doubled_quotes_stay_until_the_next_row),
        TEST(a_number_is_the_whole_text_or_an_error),
        TEST(a_field_that_a_spreadsheet_would_run_is_made_a_text_where_it_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
