/* tests/test_rows.c: format/rows and the texts below it: what files are wrapped in, and forms that pandas writes. */
#include "test.h"

TEST_ARENA(arena);

static const char *const fields[] = {"file_name|path|", "predicted_class"};
static const char *const plain = "file_name,predicted_class\na.jpg,3\nb.jpg,4\n";

/* Reads rows; 0 after an error. Their names and classes are "a.jpg 3;b.jpg 4;" in *out. */
static int64_t read_rows(const char **out, vr_bytes text, vr_err *err) {
    vr_rows rows;
    vr_text t = {.arena = &arena};
    vr_text_add(&t, "");
    int64_t n = 0;
    bool ok = vr_rows_parse(&arena, &rows, text, "p.csv", fields, 2, 2, err);
    while (ok && vr_rows_next(&rows, err)) {
        vr_bytes name;
        int64_t *classes, k = 0;
        ok = vr_rows_text(&name, &rows, 0, err) && vr_rows_ints(&arena, &classes, &k, &rows, 1, err);
        vr_text_printf(&t, "%.*s", (int)name.size, (const char *)name.data);
        for (int64_t i = 0; i < k; i++) vr_text_printf(&t, " %lld", (long long)classes[i]);
        vr_text_add(&t, ";");
        n++;
    }
    ok = ok && rows.ended;
    vr_rows_close(&rows);
    *out = t.data;
    return ok ? n : 0;
}

static void assert_rows(vr_bytes text, const char *expected) {
    const char *out;
    vr_err err = {0};
    if (read_rows(&out, text, &err) == 0) fail_msg("%s", err.msg);
    assert_string_equal(out, expected);
}

static void assert_refused(vr_bytes text, vr_err_code code, const char *why) {
    const char *out;
    vr_err err = {0};
    assert_int_equal(read_rows(&out, text, &err), 0);
    assert_int_equal(err.code, code);
    assert_message(err, "p.csv");
    assert_message(err, why);
}

static void gzip_and_cr_and_a_byte_order_mark_are_taken_off_in_every_form(void **state) {
    (void)state;
    static const char *const forms[] = {
        "file_name,predicted_class\na.jpg,3\nb.jpg,4\n", "a.jpg,3\nb.jpg,4",
        "{\"file_name\":\"a.jpg\",\"predicted_class\":3}\n{\"file_name\":\"b.jpg\",\"predicted_class\":4}\n",
        "[{\"file_name\":\"a.jpg\",\"predicted_class\":3},\n{\"file_name\":\"b.jpg\",\"predicted_class\":4}"
        "]"};
    const char *path = test_tmp("rows");
    for (int64_t i = 0; i < COUNT(forms); i++) {
        char *marked = vr_arena_printf(&arena, "\xEF\xBB\xBF%s", forms[i]);
        assert_rows(test_bytes_of(forms[i]), "a.jpg 3;b.jpg 4;");
        assert_rows(test_bytes_of(marked), "a.jpg 3;b.jpg 4;");
        test_write_text(path, marked);
        assert_int_equal(system(vr_arena_printf(&arena, "gzip -kf %s", path)), 0);
        assert_rows(test_bytes(&arena, "%s.gz", path), "a.jpg 3;b.jpg 4;");
        for (char *s = marked; *s; s++)
            if (*s == '\n') *s = '\r';
        assert_rows(test_bytes_of(marked), "a.jpg 3;b.jpg 4;");
    }
}

static void other_encodings_and_separators_are_refused_by_their_name(void **state) {
    (void)state;
    const struct {
        const char *text;
        int64_t n;
        vr_err_code code;
        const char *why;
    } cases[] = {
        {"\xFF\xFE"
         "f\0i\0",
         6, VR_ERR_UNSUPPORTED, "expected text in UTF-8, found UTF-16"},
        {"\xFE\xFF\0f\0i", 6, VR_ERR_UNSUPPORTED, "found UTF-16"},
        {"\xFF\xFE\0\0f\0\0\0", 8, VR_ERR_UNSUPPORTED, "found UTF-32"},
        {"\xFD\x37zXZ\0", 6, VR_ERR_UNSUPPORTED, "found xz"},
        {"BZh91AY&SY", 10, VR_ERR_UNSUPPORTED, "found bzip2"},
        {"\x28\xB5\x2F\xFD", 4, VR_ERR_UNSUPPORTED, "found zstd"},
        {"PK\x03\x04", 4, VR_ERR_UNSUPPORTED, "found zip"},
        {"\x1F\x8B\x08", 3, VR_ERR_FORMAT, "not a gzip file, or truncated"},
        {"file_name\tpredicted_class\na.jpg\t3\n", 34, VR_ERR_FORMAT,
         "p.csv:1:10: expected commas between columns, found tabs"},
        {"file_name;predicted_class\na.jpg;3\n", 34, VR_ERR_FORMAT,
         "p.csv:1:10: expected commas between columns, found semi"},
        {"{\"file_name\":{\"0\":\"a.jpg\"},\"predicted_class\":{\"0\":3}}", 53, VR_ERR_FORMAT,
         "expected rows, found the column 'file_name'"},
    };
    for (int64_t i = 0; i < COUNT(cases); i++)
        assert_refused((vr_bytes){(const uint8_t *)cases[i].text, cases[i].n}, cases[i].code, cases[i].why);
}

static void whole_numbers_with_a_point_are_integers(void **state) {
    (void)state;
    static const char *const forms[] = {
        "file_name,predicted_class\na.jpg,755.0\nb.jpg,4.\n",
        "file_name,predicted_class\na.jpg,\"[755.0]\"\nb.jpg,\"[4]\"\n",
        "[{\"file_name\":\"a.jpg\",\"predicted_class\":755.0},{\"file_name\":\"b.jpg\",\"predicted_class\":["
        "4.0]}]",
        "{\"schema\":{\"fields\":[]},\"data\":[{\"index\":0,\"file_name\":\"a.jpg\",\"predicted_class\":755},"
        "{\"index\":1,\"file_name\":\"b.jpg\",\"predicted_class\":4}]}"};
    for (int64_t i = 0; i < COUNT(forms); i++) assert_rows(test_bytes_of(forms[i]), "a.jpg 755;b.jpg 4;");
    assert_rows(test_bytes_of("file_name,predicted_class\na,4.0|18.00|0\n"), "a 4 18 0;");
    assert_rows(test_bytes_of("file_name,predicted_class\na,[4 18 34]\nb,\"[ 1  2\n 3 ]\"\n"),
                "a 4 18 34;b 1 2 3;");
    static const char *const lists[] = {"[4 ... 7]", "[4 18", "[4 18]]", "[4+18]", "\"[4 18, 7]\"", "[4 x]"};
    for (int64_t i = 0; i < COUNT(lists); i++)
        assert_refused(
            test_bytes_of(vr_arena_printf(&arena, "file_name,predicted_class\nc.jpg,%s\n", lists[i])),
            VR_ERR_FORMAT, "p.csv:2:7: column 'predicted_class': byte ");
    static const char *const wrong[] = {"4.5", "4.01", ".0", ".", "4.0.0", "1e3", "0x4", ""};
    for (int64_t i = 0; i < COUNT(wrong); i++)
        assert_refused(test_bytes_of(vr_arena_printf(&arena, "%sc.jpg,%s\n", plain, wrong[i])), VR_ERR_FORMAT,
                       "p.csv:4:7: expected an integer");
    assert_refused(test_bytes_of("[{\"file_name\":\"a\",\"predicted_class\":4.5}]"), VR_ERR_FORMAT,
                   "expected an array");
    assert_refused(test_bytes_of("[{\"file_name\":\"a\",\"predicted_class\":1e300}]"), VR_ERR_FORMAT,
                   "expected an array");
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, arena_free)
    const struct CMUnitTest tests[] = {
        TEST(gzip_and_cr_and_a_byte_order_mark_are_taken_off_in_every_form),
        TEST(other_encodings_and_separators_are_refused_by_their_name),
        TEST(whole_numbers_with_a_point_are_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
