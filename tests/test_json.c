/* tests/test_json.c: JSON against Python's (tests/golden/make_formats.py), RFC 8259 case by case, and every position of a
 * fault by hand. */
#define FUZZ_REPLAY
#include "test.h"
#include "visrob_impl/format/json_impl.h"
#include "fuzz/fuzz.h"
#include "fuzz/fuzz_json.c" /* fuzz_json_write: a document in its shortest form */

#define FORMATS "tests/golden/formats/"

TEST_ARENA(arena);

/* Parses n bytes, of a block of exactly that size. */
static bool parse(vr_json_doc *doc, const void *text, size_t n, vr_err *err) {
    *err = (vr_err){0};
    uint8_t *copy = test_block(text, (int64_t)n);
    const bool ok = vr_json_parse(&arena, doc, (vr_bytes){copy, (int64_t)n}, "x.json", err);
    free(copy);
    return ok;
}
#define ACCEPTED(text)                                                                                       \
    do {                                                                                                     \
        vr_json_doc d_;                                                                                      \
        vr_err e_;                                                                                           \
        if (!parse(&d_, text, sizeof(text) - 1, &e_)) fail_msg("%s: %s", text, e_.msg);                      \
    } while (0)
#define REFUSED(text, why)                                                                                   \
    do {                                                                                                     \
        vr_json_doc d_;                                                                                      \
        vr_err e_;                                                                                           \
        if (parse(&d_, text, sizeof(text) - 1, &e_)) fail_msg("'%s' is accepted", text);                     \
        assert_int_equal(e_.code, VR_ERR_FORMAT);                                                            \
        assert_message(e_, "x.json:" why);                                                                   \
        assert_null(d_.root);                                                                                \
        assert_int_equal(arena.used, 0);                                                                     \
    } while (0)

static void what_python_escapes_reads_as_what_it_does_not(void **state) {
    (void)state;
    vr_json_doc doc;
    const vr_bytes plain = test_bytes(&arena, FORMATS "plain.json");
    vr_text t = {.arena = &arena};
    assert_true(vr_json_load(&arena, &doc, FORMATS "escaped.json", VR_FATAL));
    assert_true(fuzz_json_write(&t, doc.root));
    assert_int_equal(t.size, plain.size);
    assert_memory_equal(t.data, plain.data, (size_t)t.size);
}

static void every_prefix_of_a_document_is_refused_at_its_end_or_at_what_is_open(void **state) {
    (void)state;
    vr_arena file = {0};
    const vr_bytes b = test_bytes(&file, FORMATS "plain.json");
    for (int64_t n = 0; n < b.size; n++) {
        vr_json_doc doc;
        vr_err err;
        if (parse(&doc, b.data, (size_t)n, &err)) fail_msg("%d bytes are read", (int)n);
        assert_int_equal(strncmp(err.msg, "x.json:1:", 9), 0);
        assert_int_equal(arena.used, 0);
    }
    vr_arena_free(&file);
}

static void numbers_are_the_doubles_nearest_to_their_text(void **state) {
    (void)state;
    int64_t count = 0;
    char *lines = (char *)(uintptr_t)test_bytes(&arena, FORMATS "numbers.txt").data, *line;
    while ((line = strtok_r(lines, "\n", &lines)) != NULL) {
        char *bits, *text = strtok_r(line, " ", &bits);
        const uint64_t want = strtoull(bits, NULL, 16);
        double w, x;
        memcpy(&w, &want, 8);
        vr_json_doc doc;
        vr_err err;
        if (!parse(&doc, text, strlen(text), &err)) fail_msg("%s", err.msg);
        x = vrp_json_number(doc.root);
        if (x != w) fail_msg("JSON: '%s' is %a, not %a", text, x, w);
        if (!vr_number_double(&x, text, (int64_t)strlen(text))) fail_msg("'%s' is no number", text);
        if (memcmp(&x, &w, 8) != 0) fail_msg("'%s' is %a, not %a", text, x, w);
        vr_text t = {.arena = &arena}; /* and back: the writer's digits read as the same number */
        vr_json_real(&t, w);
        assert_true(vr_number_double(&x, t.data, t.size));
        if (memcmp(&x, &w, 8) != 0) fail_msg("%a is written as '%s'", w, t.data);
        count++;
    }
    assert_true(count > 800);
}

static void rfc_8259_case_by_case(void **state) {
    (void)state;
    ACCEPTED("null");
    ACCEPTED(" \t\r\n[ ] ");
    ACCEPTED("\xEF\xBB\xBF{}");
    ACCEPTED("-0");
    ACCEPTED("-0.0e-0");
    ACCEPTED("1E+2");
    ACCEPTED("\"\\u0000\\uD83D\\uDE00\\\"\\\\\\/\\b\\f\\n\\r\\t\x7f\"");
    ACCEPTED("\"\xF4\x8F\xBF\xBF\xED\x9F\xBF\xEE\x80\x80\"");
    ACCEPTED("{\"a\":1,\"a\":2,\"\":3}");
    ACCEPTED("9223372036854775807");
    ACCEPTED("1e-999");
    arena_free(NULL);
    REFUSED("", "1:1: unexpected end of file");
    REFUSED(" \n ", "2:2: unexpected end of file");
    REFUSED("\xEF\xBB", "1:1: expected a value");
    REFUSED("NaN", "1:1: expected a value");
    REFUSED("[Infinity]", "1:2: expected a value");
    REFUSED("[-Infinity]", "1:2: expected a digit");
    REFUSED("nul", "1:1: expected a value");
    REFUSED("True", "1:1: expected a value");
    REFUSED("'a'", "1:1: expected a value");
    REFUSED("[1,\n2,]", "2:3: expected a value");
    REFUSED("[1 2]", "1:4: expected ',' or ']'");
    REFUSED("[1", "1:3: expected ',' or ']'");
    REFUSED("[1]]", "1:4: unexpected text after the value");
    REFUSED("{a:1}", "1:2: expected a key in double quotes");
    REFUSED("{1:1}", "1:2: expected a key in double quotes");
    REFUSED("{\"a\" 1}", "1:6: expected ':'");
    REFUSED("{\"a\":}", "1:6: expected a value");
    REFUSED("{\"a\":1,}", "1:8: expected a key in double quotes");
    REFUSED("{\"a\":1]", "1:7: expected ',' or '}'");
    REFUSED("{\r\n  \"a\":\r\n  01}", "3:3: leading zero");
    REFUSED("+1", "1:1: expected a value");
    REFUSED(".5", "1:1: expected a value");
    REFUSED("[1.]", "1:2: expected a digit after the decimal point");
    REFUSED("1e", "1:1: expected a digit in the exponent");
    REFUSED("1e+", "1:1: expected a digit in the exponent");
    REFUSED("0x10", "1:2: unexpected text after the value");
    REFUSED("1e400", "1:1: number out of range");
    REFUSED("\"abc", "1:1: unterminated string");
    REFUSED("[\"ab\nc\"]", "1:5: control character in a string");
    REFUSED("\"\0\"", "1:2: control character in a string");
    REFUSED("\"a\\x\"", "1:3: invalid escape");
    REFUSED("\"a\\u12G4\"", "1:3: invalid escape");
    REFUSED("\"\\u12\"", "1:2: invalid escape");
    REFUSED("\"\\uD83D\"", "1:2: unpaired surrogate");
    REFUSED("\"\\uD83D\\u0041\"", "1:2: unpaired surrogate");
    REFUSED("\"\\uDE00\\uD83D\"", "1:2: unpaired surrogate");
    REFUSED("\"ab\\", "1:4: invalid escape");
    REFUSED("\"a\xC0\x80\"", "1:3: invalid UTF-8");         /* an overlong 0 */
    REFUSED("\"a\xED\xA0\x80\"", "1:3: invalid UTF-8");     /* an unpaired surrogate */
    REFUSED("\"a\xF4\x90\x80\x80\"", "1:3: invalid UTF-8"); /* beyond U+10FFFF */
    REFUSED("\"a\xE4\xB8\"", "1:3: invalid UTF-8");
    REFUSED("[1]\0", "1:4: unexpected text after the value");
    REFUSED("[1] // comment", "1:5: unexpected text after the value");
}

static void nesting_is_limited_to_512(void **state) {
    (void)state;
    char deep[2 * 513];
    vr_json_doc doc;
    vr_err err;
    memset(deep, '[', 512), memset(deep + 512, ']', 512);
    assert_true(parse(&doc, deep, 1024, &err));
    memset(deep, '[', 513), memset(deep + 513, ']', 513);
    assert_false(parse(&doc, deep, 1026, &err));
    assert_message(err, "x.json:1:513: nested more than 512 deep");
}

static void a_missing_or_mistyped_value_is_named_with_its_position(void **state) {
    (void)state;
    static const char text[] = "{\n \"n\": 3,\n \"x\": 0.5, \"n\": 4,\n \"list\": [1, \"two\"]\n}";
    vr_json_doc doc;
    vr_err err = {0};
    assert_true(vr_json_parse(&arena, &doc, test_bytes_of(text), "x.json", VR_FATAL));
    assert_int_equal(vr_json_get(doc.root, "n")->integer, 4); /* the last of two, as in Python */
    assert_int_equal(doc.root->count, 4);
    assert_non_null(vrp_json_want(&doc, doc.root, "n", VR_JSON_REAL, &err)); /* an integer is a number */
    assert_null(vrp_json_want(&doc, doc.root, "x", VR_JSON_INT, &err));
    assert_string_equal(err.msg, "x.json:3:7: \"x\": expected an integer, found a number");
    err = (vr_err){0};
    assert_null(vrp_json_want(&doc, doc.root, "y", VR_JSON_INT, &err));
    assert_string_equal(err.msg, "x.json:1:1: missing key \"y\"");
    const vr_json *list = vr_json_get(doc.root, "list"), *two = vr_json_next(list, vr_json_first(list));
    err = (vr_err){0};
    assert_null(vrp_json_want(&doc, two, "k", VR_JSON_INT, &err));
    assert_string_equal(err.msg, "x.json:4:14: expected an object with \"k\", found a string");
    assert_null(vr_json_next(list, two));
    assert_null(vr_json_first(two));
    assert_true(isnan(vrp_json_number(two)));
}

static void lines_are_read_one_by_one_and_errors_have_the_files_line(void **state) {
    (void)state;
    vr_json_doc doc;
    vr_err err = {0};
    vr_json_lines lines = {.text = test_bytes(&arena, FORMATS "lines.jsonl"), .path = "x.jsonl"};
    assert_true(vr_json_lines_next(&arena, &doc, &lines, &err)); /* after a byte-order mark, before CRLF */
    assert_int_equal(vr_json_get(doc.root, "a")->integer, 1);
    assert_true(vr_json_lines_next(&arena, &doc, &lines, &err)); /* two blank lines are skipped */
    assert_string_equal(doc.root[2].string, "\xF0\x9F\x98\x80");
    assert_int_equal(doc.line, 4);
    assert_true(vr_json_lines_next(&arena, &doc, &lines, &err));
    assert_int_equal(doc.root->integer, 3);
    assert_false(vr_json_lines_next(&arena, &doc, &lines, &err));
    assert_int_equal(err.code, VR_OK);
    static const char bad[] = "1\n\n[1,\n2]\n";
    lines = (vr_json_lines){.text = {(const uint8_t *)bad, sizeof bad - 1}, .path = "x.jsonl"};
    assert_true(vr_json_lines_next(&arena, &doc, &lines, &err));
    assert_false(vr_json_lines_next(&arena, &doc, &lines, &err));
    assert_string_equal(err.msg, "x.jsonl:3:4: unexpected end of file");
}

static void a_string_of_ten_megabytes_is_read(void **state) {
    (void)state;
    const int64_t n = 10 << 20;
    char *text = (char *)vr_arena_alloc(&arena, n + 2, 1);
    memset(text, 'x', (size_t)n + 2);
    text[0] = text[n + 1] = '"';
    vr_json_doc doc;
    assert_true(vr_json_parse(&arena, &doc, (vr_bytes){(uint8_t *)text, n + 2}, "x.json", VR_FATAL));
    assert_int_equal(doc.root->count, n);
    assert_int_equal(strlen(doc.root->string), n);
}

static void a_plain_string_is_skipped_and_any_other_is_not(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t end; /* -1: not plain */
    } cases[] = {{"\"\",........", 2},         {"\"abc\" .......", 5},       {"\"1234567\"........", 9},
                 {"\"12345678\"........", 10}, {"\"a\\n\"............", -1}, {"\"a\nb\"..........", -1},
                 {"\"\xc3\xa9\"........", -1}, {"abc.............", -1},     {"\"no end of it here", -1}};
    for (int64_t i = 0; i < COUNT(cases); i++) {
        const uint8_t *p = (const uint8_t *)cases[i].text,
                      *end = vrp_json_plain_string(p, p + strlen(cases[i].text));
        if ((end ? end - p : -1) != cases[i].end)
            fail_msg("%s: %d", cases[i].text, (int)(end ? end - p : -1));
    }
}

static void what_is_written_is_escaped(void **state) {
    (void)state;
    vr_text t = {.arena = &arena};
    vr_json_string(&t, "a\"\\\b\f\n\r\t\x01/\x7f\xc3\xa9\xff");
    assert_string_equal(t.data, "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001/\x7f\xc3\xa9\xef\xbf\xbd\"");
    t.size = 0;
    vr_json_real(&t, (double)NAN), vr_text_add(&t, " "), vr_json_real(&t, 0.1), vr_text_add(&t, " "),
        vr_json_real(&t, 1e300);
    assert_string_equal(t.data, "null 0.1 1e+300");
    assert_true(vrp_json_is_utf8("caf\xc3\xa9"));
    assert_false(vrp_json_is_utf8("caf\xe9"));
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, arena_free)
    const struct CMUnitTest tests[] = {
        TEST(what_python_escapes_reads_as_what_it_does_not),
        TEST(every_prefix_of_a_document_is_refused_at_its_end_or_at_what_is_open),
        TEST(numbers_are_the_doubles_nearest_to_their_text),
        TEST(rfc_8259_case_by_case),
        TEST(nesting_is_limited_to_512),
        TEST(a_missing_or_mistyped_value_is_named_with_its_position),
        TEST(lines_are_read_one_by_one_and_errors_have_the_files_line),
        TEST(a_string_of_ten_megabytes_is_read),
        TEST(a_plain_string_is_skipped_and_any_other_is_not),
        TEST(what_is_written_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
