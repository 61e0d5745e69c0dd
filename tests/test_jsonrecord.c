/* tests/test_jsonrecord.c: records of JSON lines: lines like the last one, which are compared with it, and all others. */
#include "test.h"

static vr_arena arena, step;

static int end(void **state) {
    (void)state;
    vr_arena_free(&arena);
    vr_arena_free(&step);
    return 0;
}

enum { NAME, FLAG, SMALL, LARGE, NOTE, WORD, FIELDS };
static const vr_json_field fields[FIELDS] = {
    {"name", VR_JSON_STRING, 0, false}, {"flag", VR_JSON_INT, 1, false},
    {"small", VR_JSON_INT, 9, true},    {"large", VR_JSON_INT, 1234567, false},
    {"note", VR_JSON_STRING, 0, true},  {"word", VR_JSON_STRING, 0, true}};

static vr_json_records records(const char *text, int64_t size) {
    return (vr_json_records){.lines = {.text = {(const uint8_t *)text, size}, .path = "x"},
                             .fields = fields,
                             .count = FIELDS,
                             .step = &step};
}

/* "name,flag,small,large,note,word;" of each record; - where missing or null; then the message. */
static const char *records_of(const char *text, int64_t size) {
    vr_text out = {.arena = &arena};
    vr_err err = {0};
    char *copy = (char *)malloc((size_t)size + 1); /* of that size, so that ASan sees a read beyond it */
    memcpy(copy, text, (size_t)size);
    char *exact = (char *)realloc(copy, size > 0 ? (size_t)size : 1);
    vr_json_records r = records(exact, size);
    vr_text_add(&out, "");
    while (vr_json_records_next(&r, &err)) {
        vr_text_printf(&out, "%lld:", (long long)r.lines.line);
        for (int f = 0; f < FIELDS; f++) {
            const vr_json *v = &r.value[f];
            if (v->type == VR_JSON_STRING)
                vr_text_printf(&out, "%.*s%s", (int)v->count, v->string, f + 1 < FIELDS ? "," : ";");
            else if (v->type == VR_JSON_INT)
                vr_text_printf(&out, "%lld%s", (long long)v->integer, f + 1 < FIELDS ? "," : ";");
            else
                vr_text_add(&out, f + 1 < FIELDS ? "-," : "-;");
        }
        assert_true(r.at >= 0 && exact[r.at + r.value[NAME].at] == '"');
    }
    vr_text_add(&out, err.msg);
    free(exact);
    return out.data;
}

#define LINE(name, flag, small, large, note)                                                                 \
    "{\"name\":\"" name "\",\"flag\":" flag ",\"small\":" small ",\"large\":" large ",\"note\":" note "}\n"

static void values_are_read_by_key(void **state) {
    (void)state;
    const char *text = LINE("a", "0", "3", "1234567", "\"x\"") LINE("bcd", "1", "9", "0", "null")
        LINE("e", "1", "null", "12", "\"\"") "\n" LINE("f", "0", "1", "5", "\"\\u00e9 \\n\"") LINE(
            "g", "1", "2", "6", "\"y\"") "{\"large\": 7, \"word\": \"w\", \"flag\": 1, \"name\": \"h\"}\r\n"
                                         "{\"large\": 8, \"word\": \"v\", \"flag\": 0, \"name\": \"i\"}\r\n"
                                         "{\"large\": 9, \"word\": \"u\", \"flag\": 1, \"name\": \"j\"}";
    assert_string_equal(records_of(text, (int64_t)strlen(text)),
                        "1:a,0,3,1234567,x,-;2:bcd,1,9,0,-,-;3:e,1,-,12,,-;5:f,0,1,5,\xC3\xA9 \n,-;"
                        "6:g,1,2,6,y,-;7:h,1,-,7,-,w;8:i,0,-,8,-,v;9:j,1,-,9,-,u;");
    assert_string_equal(records_of("", 0), "");
    assert_string_equal(records_of("\n\n", 2), "");
    text = "\xEF\xBB\xBF{\"name\":\"a\",\"flag\":1,\"large\":2}\n";
    assert_string_equal(records_of(text, (int64_t)strlen(text)), "1:a,1,-,2,-,-;");
}

static void strings_without_escapes_point_into_the_text(void **state) {
    (void)state;
    const char *text = LINE("a", "0", "3", "1", "\"x\"") LINE("b", "0", "3", "1", "\"\\n\"")
        LINE("c", "0", "3", "1", "null");
    vr_json_records r = records(text, (int64_t)strlen(text));
    for (int i = 0; i < 3; i++) {
        assert_true(vr_json_records_next(&r, VR_FATAL));
        assert_true(r.value[NAME].string > text && r.value[NAME].string < text + strlen(text));
    }
}

static void errors_name_line_and_column(void **state) {
    (void)state;
    static const struct {
        const char *second, *message;
    } cases[] = {{"[]\n", "x:2:1: expected an object"},
                 {LINE("b", "2", "3", "1", "null"), "x:2:20: 'flag': expected an integer from 0 to 1"},
                 {LINE("b", "-1", "3", "1", "null"), "x:2:20: 'flag': expected an integer from 0 to 1"},
                 {LINE("b", "1", "10", "1", "null"), "'small': expected an integer from 0 to 9 or null"},
                 {LINE("b", "1", "1", "1234568", "null"), "'large': expected an integer from 0 to 1234567"},
                 {LINE("b", "1", "1", "1.5", "null"), "'large': expected an integer from 0 to 1234567"},
                 {LINE("b", "1", "1", "01", "null"), "x:2:"},
                 {LINE("b", "1", "1", "null", "null"), "'large': expected an integer"},
                 {LINE("", "1", "1", "1", "null"), "x:2:9: 'name': expected a string"},
                 {LINE("b", "1", "1", "1", "7"), "'note': expected a string or null"},
                 {"{\"name\":\"b\",\"flag\":1}\n", "x:2:1: missing key 'large'"},
                 {"{\"name\":\"b\",\"flag\":1,\"name\":\"c\",\"large\":1}\n", "x:2:22: duplicate key 'name'"},
                 {"{\"name\":\"b\",\"flag\":1,\"large\":1,\"what\":1}\n", "x:2:32: unknown key 'what'"},
                 {"{\"name\":\"b\",\"flag\":1,\"large\":1\n", "x:2:"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = vr_arena_printf(&arena, "%s%s%s", LINE("a", "0", "3", "1", "\"x\""),
                                           cases[i].second, LINE("c", "0", "3", "1", "\"x\""));
        const char *got = records_of(text, (int64_t)strlen(text));
        assert_int_equal(strncmp(got, "1:a,0,3,1,x,-;x:2:", 18), 0);
        if (!strstr(got, cases[i].message)) fail_msg("'%s' does not name '%s'", got, cases[i].message);
    }
}

/* With any byte changed, a line after one like it means what it means where it is the first, which is parsed. */
static void a_line_like_the_last_one_is_read_as_if_parsed(void **state) {
    (void)state;
    static const char put[] = "\"\\,:{}[]0129-. n\n\r\t\x01\x80\xc3"
                              "ae";
    char text[400];
    const int one = snprintf(text, sizeof text, "%s", LINE("a", "1", "3", "12", "\"note\""));
    const int two =
        one + snprintf(text + one, sizeof text - (size_t)one, "%s", LINE("bcd", "0", "5", "345", "\"no\""));
    const int all =
        two + snprintf(text + two, sizeof text - (size_t)two, "%s", LINE("e", "0", "5", "345", "\"no\""));
    int64_t accepted = 0, refused = 0;
    for (int at = one; at < two; at++)
        for (size_t k = 0; k < sizeof put - 1; k++) {
            const char was = text[at];
            text[at] = put[k];
            const vr_arena_mark mark = vr_arena_here(&arena);
            const char *after = records_of(text, all);
            text[one - 1] = '\n'; /* a blank line in place of the first */
            const char *alone = records_of(text + one - 1, all - one + 1);
            if (strcmp(after, vr_arena_printf(&arena, "1:a,1,3,12,note,-;%s", alone)) != 0)
                fail_msg("byte %d: '%s', but '%s'", at - one, after, alone);
            accepted += strstr(after, "x:") == NULL;
            refused += strstr(after, "x:") != NULL;
            vr_arena_rewind(&arena, mark);
            text[at] = was;
        }
    assert_true(accepted > 100 && refused > 500);
    for (int n = 0; n <= all; n++) records_of(text, n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read_by_key),
        cmocka_unit_test(strings_without_escapes_point_into_the_text),
        cmocka_unit_test(errors_name_line_and_column),
        cmocka_unit_test(a_line_like_the_last_one_is_read_as_if_parsed),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
