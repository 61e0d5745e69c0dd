/* tests/test_table.c: report/table: each form by hand. */
#include "test.h"

static vr_arena arena;

static vr_table sample(void) {
    static const char *const names[] = {"factor", "accuracy", "ratio"};
    vr_table t = vr_table_new(&arena, names, 3);
    vr_table_text(&t, "fog");
    vr_table_number(&t, 0.71284, 2);
    vr_table_interval(&t, (vr_interval){1.5, 1.25, 1.75}, 1);
    vr_table_text(&t, "caf\xc3\xa9, a|b & \"50%\"");
    vr_table_number(&t, NAN, 2);
    vr_table_interval(&t, (vr_interval){12, NAN, NAN}, 1);
    return t;
}

static const char *formatted(vr_table_form form) {
    const vr_table t = sample();
    vr_text out = {.arena = &arena};
    vr_table_format(&out, &t, form);
    assert_int_equal(out.size, strlen(out.data));
    return out.data;
}

static void text_is_aligned_by_characters_and_numbers_are_flush_right(void **state) {
    (void)state;
    assert_string_equal(formatted(VR_TABLE_TEXT), "factor             accuracy           ratio\n"
                                                  "-----------------  --------  --------------\n"
                                                  "fog                    0.71  1.5 [1.2, 1.8]\n"
                                                  "caf\xc3\xa9, a|b & \"50%\"         -            12.0\n");
}

static void markdown_escapes_its_bar_and_says_which_side(void **state) {
    (void)state;
    assert_string_equal(formatted(VR_TABLE_MARKDOWN),
                        "| factor             | accuracy |          ratio |\n"
                        "| ------------------ | -------: | -------------: |\n"
                        "| fog                |     0.71 | 1.5 [1.2, 1.8] |\n"
                        "| caf\xc3\xa9, a\\|b & \"50%\" |        - |           12.0 |\n");
}

static void csv_keeps_all_digits_and_gives_intervals_three_columns(void **state) {
    (void)state;
    assert_string_equal(formatted(VR_TABLE_CSV), "factor,accuracy,ratio,ratio low,ratio high\n"
                                                 "fog,0.71284,1.5,1.25,1.75\n"
                                                 "\"caf\xc3\xa9, a|b & \"\"50%\"\"\",,12,,\n");
}

static void latex_is_booktabs_with_its_specials_escaped(void **state) {
    (void)state;
    assert_string_equal(formatted(VR_TABLE_LATEX),
                        "\\begin{tabular}{lrr}\n\\toprule\nfactor & accuracy & ratio \\\\\n"
                        "\\midrule\nfog & 0.71 & 1.5 [1.2, 1.8] \\\\\n"
                        "caf\xc3\xa9, a|b \\& \"50\\%\" & - & 12.0 \\\\\n"
                        "\\bottomrule\n\\end{tabular}\n");
    vr_table t = vr_table_new(&arena, (const char *const[]){"a_b"}, 1);
    vr_table_text(&t, "#${}~^\\");
    vr_text out = {.arena = &arena};
    vr_table_format(&out, &t, VR_TABLE_LATEX);
    assert_non_null(strstr(out.data, "a\\_b \\\\"));
    assert_non_null(
        strstr(out.data, "\\#\\$\\{\\}\\textasciitilde{}\\textasciicircum{}\\textbackslash{} \\\\"));
}

static void html_escapes_and_keeps_the_number_to_sort_by(void **state) {
    (void)state;
    const char *html = formatted(VR_TABLE_HTML);
    assert_non_null(strstr(html, "a|b &amp; &quot;50%&quot;"));
    assert_non_null(strstr(html, "data-v=\"0.71284\">0.71<"));
    assert_non_null(strstr(html, "data-v=\"1.5\">1.5 [1.2, 1.8]<"));
    assert_non_null(strstr(html, "<td class=\"n\">-</td>"));
}

static void numbers_show_no_negative_zero_and_name_infinity(void **state) {
    (void)state;
    vr_table t = vr_table_new(&arena, (const char *const[]){"x"}, 1);
    vr_table_number(&t, -0.001, 2);
    vr_table_number(&t, INFINITY, 2);
    vr_table_number(&t, -3.456, 1);
    vr_table_number(&t, 12345, 0);
    assert_string_equal(t.cells[0].text, "0.00");
    assert_string_equal(t.cells[1].text, "inf");
    assert_string_equal(t.cells[2].text, "-3.5");
    assert_string_equal(t.cells[3].text, "12345");
    assert_int_equal(vr_table_rows(&t), 4);
    for (int i = 0; i < 1000; i++) vr_table_number(&t, i, 0);
    assert_string_equal(t.cells[1003].text, "999");
}

static void the_ending_of_the_path_chooses_the_form(void **state) {
    (void)state;
    const vr_table t = sample();
    const int64_t before = arena.used;
    vr_err err = {0};
    vr_bytes bytes;
    const char *path = test_tmp("t.csv");
    assert_true(vr_table_save(&t, path, &err));
    assert_int_equal(arena.used, before);
    assert_true(vr_file_read(&arena, &bytes, path, &err));
    assert_string_equal((const char *)bytes.data, formatted(VR_TABLE_CSV));
    assert_false(vr_table_save(&t, test_tmp("t.xls"), &err));
    assert_int_equal(err.code, VR_ERR_ARGUMENT);
    assert_message(err, "t.xls");
    err = (vr_err){0};
    assert_false(vr_table_save(&t, "/nonexistent/t.md", &err));
    assert_int_equal(err.code, VR_ERR_IO);
}

static void an_empty_table_still_has_its_heading(void **state) {
    (void)state;
    const vr_table t = vr_table_new(&arena, (const char *const[]){"a", "b"}, 2);
    vr_text out = {.arena = &arena};
    vr_table_format(&out, &t, VR_TABLE_TEXT);
    assert_string_equal(out.data, "a  b\n-  -\n");
    out = (vr_text){.arena = &arena};
    vr_table_format(&out, &t, VR_TABLE_CSV);
    assert_string_equal(out.data, "a,b\n");
}

static int empty_arena(void **state) {
    (void)state;
    vr_arena_free(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_aligned_by_characters_and_numbers_are_flush_right),
        cmocka_unit_test(markdown_escapes_its_bar_and_says_which_side),
        cmocka_unit_test(csv_keeps_all_digits_and_gives_intervals_three_columns),
        cmocka_unit_test(latex_is_booktabs_with_its_specials_escaped),
        cmocka_unit_test(html_escapes_and_keeps_the_number_to_sort_by),
        cmocka_unit_test(numbers_show_no_negative_zero_and_name_infinity),
        cmocka_unit_test(the_ending_of_the_path_chooses_the_form),
        cmocka_unit_test(an_empty_table_still_has_its_heading),
    };
    return cmocka_run_group_tests(tests, NULL, empty_arena);
}
