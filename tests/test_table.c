/* tests/test_table.c: report/table: each form by hand. */
#include <locale.h>
#include "test.h"

TEST_ARENA(arena);

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

static void markdown_escapes_its_bar_and_gives_the_alignment(void **state) {
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
                        "caf\xc3\xa9, a\\textbar{}b \\& \"50\\%\" & -- & 12.0 \\\\\n"
                        "\\bottomrule\n\\end{tabular}\n");
    vr_table t = vr_table_new(&arena, (const char *const[]){"a_b"}, 1);
    vr_table_text(&t, "#${}~^\\");
    vr_text out = {.arena = &arena};
    vr_table_format(&out, &t, VR_TABLE_LATEX);
    assert_non_null(strstr(out.data, "a\\_b \\\\"));
    assert_non_null(
        strstr(out.data, "\\#\\$\\{\\}\\textasciitilde{}\\textasciicircum{}\\textbackslash{} \\\\"));
}

/* One row of one cell below one name, in a form; what stands before and after is cut off. */
static const char *cell_in(vr_table_form form, const char *s) {
    vr_table t = vr_table_new(&arena, (const char *const[]){"n"}, 1);
    vr_table_text(&t, s);
    vr_text out = {.arena = &arena};
    vr_table_format(&out, &t, form);
    const char *from = out.data; /* the third line of text and Markdown, the fifth of LaTeX */
    for (int i = 0; i < (form == VR_TABLE_LATEX ? 4 : 2); i++) from = strchr(from, '\n') + 1;
    return vr_arena_string(&arena, from, strcspn(from, "\n"));
}

static void a_cell_stays_on_one_line_and_cannot_control_the_terminal(void **state) {
    (void)state;
    assert_string_equal(cell_in(VR_TABLE_TEXT, "a\nb\r\tc\x1b[31m\xc2\x9b"
                                               "d\x7f"),
                        "a b  c [31m d ");
    assert_string_equal(cell_in(VR_TABLE_TEXT, "a\xff"
                                               "b"),
                        "a\xef\xbf\xbd"
                        "b");
    assert_string_equal(cell_in(VR_TABLE_MARKDOWN, "a\nb"), "| a b |");
    assert_string_equal(cell_in(VR_TABLE_LATEX, "a\n\nb"), "a  b \\\\");
}

static void markdown_escapes_what_it_would_read_as_markup(void **state) {
    (void)state;
    assert_string_equal(cell_in(VR_TABLE_MARKDOWN, "*a* `b` <c> [d](e) ~f~ $g$"),
                        "| \\*a\\* \\`b\\` \\<c> \\[d\\](e) \\~f\\~ \\$g\\$ |");
    assert_string_equal(cell_in(VR_TABLE_MARKDOWN, "gaussian_noise & fog"), "| gaussian_noise & fog |");
    assert_string_equal(cell_in(VR_TABLE_MARKDOWN, "_a_ &lt; &#65; \\"), "| \\_a\\_ \\&lt; \\&#65; \\\\ |");
}

static void latex_rows_may_begin_with_a_bracket_or_a_star(void **state) {
    (void)state;
    assert_string_equal(cell_in(VR_TABLE_LATEX, "[2pt] x"), "{[}2pt] x \\\\");
    assert_string_equal(cell_in(VR_TABLE_LATEX, "*"), "{*} \\\\");
    assert_string_equal(cell_in(VR_TABLE_LATEX, "a<b>c`"), "a\\textless{}b\\textgreater{}c\\`{} \\\\");
    vr_table t = vr_table_new(&arena, (const char *const[]){"x"}, 1);
    vr_table_interval(&t, (vr_interval){-1, -2, -0.5}, 1);
    vr_table_number(&t, -INFINITY, 1);
    vr_text out = {.arena = &arena};
    vr_table_format(&out, &t, VR_TABLE_LATEX);
    assert_non_null(strstr(out.data, "$-$1.0 [$-$2.0, $-$0.5] \\\\\n$-$inf \\\\"));
}

static void text_is_aligned_by_the_columns_of_a_terminal(void **state) {
    (void)state;
    vr_table t = vr_table_new(&arena, (const char *const[]){"name", "n"}, 2);
    static const char *const names[] = {
        "abcdef", "\xe7\x8c\xab\xe7\x8a\xac", "e\xcc\x81t\xc3\xa9",
        "\xf0\x9f\x90\xb1"}; /* two wide, a mark set over its letter, a cat's face */
    for (int i = 0; i < 4; i++) vr_table_text(&t, names[i]), vr_table_number(&t, i, 0);
    vr_text out = {.arena = &arena};
    vr_table_format(&out, &t, VR_TABLE_TEXT);
    assert_string_equal(out.data, "name    n\n------  -\nabcdef  0\n"
                                  "\xe7\x8c\xab\xe7\x8a\xac    1\n"
                                  "e\xcc\x81t\xc3\xa9     2\n"
                                  "\xf0\x9f\x90\xb1      3\n");
}

static void programs_read_a_point_whatever_the_locale(void **state) {
    (void)state;
    static const char *const comma[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "nl_NL.UTF-8"};
    const char *found = NULL;
    for (int i = 0; i < 4 && !found; i++) found = setlocale(LC_NUMERIC, comma[i]);
    if (!found) test_skip("no locale with a decimal comma is installed");
    const char *csv = formatted(VR_TABLE_CSV), *html = formatted(VR_TABLE_HTML);
    setlocale(LC_NUMERIC, "C");
    assert_non_null(strstr(csv, "fog,0.71284,1.5,1.25,1.75\n"));
    assert_non_null(strstr(html, "data-v=\"0.71284\""));
}

static void json_has_a_row_an_object_and_null_for_what_is_missing(void **state) {
    (void)state;
    vr_table t = vr_table_new(&arena, (const char *const[]){"na\"me", "ratio"}, 2);
    vr_table_text(&t, "a\\b\n"), vr_table_interval(&t, (vr_interval){1.5, 1.25, INFINITY}, 1);
    vr_table_text(&t, ""), vr_table_number(&t, NAN, 1);
    vr_text out = {.arena = &arena};
    vr_table_format(&out, &t, VR_TABLE_JSON);
    assert_string_equal(
        out.data,
        "[\n {\"na\\\"me\": \"a\\\\b\\n\", \"ratio\": 1.5, \"ratio low\": 1.25, \"ratio high\": null},\n"
        " {\"na\\\"me\": \"\", \"ratio\": null, \"ratio low\": null, \"ratio high\": null}\n]\n");
    vr_json_doc doc;
    assert_true(vr_json_parse(&arena, &doc, test_bytes_of(out.data), "t.json", VR_FATAL));
    assert_int_equal(doc.root->count, 2);
    const vr_table none = vr_table_new(&arena, (const char *const[]){"x"}, 1);
    vr_text empty = {.arena = &arena};
    vr_table_format(&empty, &none, VR_TABLE_JSON);
    assert_string_equal(empty.data, "[\n]\n");
}

static void html_escapes_and_keeps_the_number_to_sort_by(void **state) {
    (void)state;
    const char *html = formatted(VR_TABLE_HTML);
    assert_non_null(strstr(html, "a|b &amp; &quot;50%&quot;"));
    assert_non_null(strstr(html, "data-v=\"0.71284\">0.71<"));
    assert_non_null(strstr(html, "data-v=\"1.5\">1.5 [1.2, 1.8]<"));
    assert_non_null(strstr(html, "<td class=\"n\">-</td>"));
    vr_table t = vr_table_new(&arena, (const char *const[]){"<b>&"}, 1);
    vr_table_text(&t, "<script>alert('x')</script>");
    vr_text out = {.arena = &arena};
    vr_table_format(&out, &t, VR_TABLE_HTML);
    assert_non_null(strstr(out.data, "&lt;b&gt;&amp;</th>"));
    assert_non_null(strstr(out.data, "<td>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</td>"));
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

static void digits_that_matter_are_kept_whatever_the_size(void **state) {
    (void)state;
    vr_arena a = {0};
    static const char *const names[] = {"p"};
    const double p[5] = {3.84e-12, 0.0625, 1, NAN, 1.17793};
    vr_table t = vr_table_new(&a, names, 1);
    for (int i = 0; i < 5; i++) vr_table_digits(&t, p[i], 2);
    vr_text csv = {.arena = &a}, text = {.arena = &a};
    vr_table_format(&csv, &t, VR_TABLE_CSV);
    vr_table_format(&text, &t, VR_TABLE_TEXT);
    assert_string_equal(csv.data, "p\n3.84e-12\n0.0625\n1\n\n1.17793\n");
    assert_string_equal(text.data, "      p\n-------\n3.8e-12\n  0.062\n      1\n      -\n    1.2\n");
    vr_arena_free(&a);
}

static void the_file_extension_chooses_the_format(void **state) {
    (void)state;
    const vr_table t = sample();
    const int64_t before = arena.used;
    vr_err err = {0};
    const char *path = test_tmp("t.csv");
    assert_true(vr_table_save(&t, path, &err));
    assert_int_equal(arena.used, before);
    assert_string_equal(test_text(&arena, "%s", path), formatted(VR_TABLE_CSV));
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

static void a_p_value_is_never_printed_as_0(void **state) {
    (void)state;
    static const char *const names[] = {"p"};
    static const double p[] = {0, 1e-320, 0.00123, 1, NAN};
    static const char *const text[] = {"<1e-300", "1e-320", "0.0012", "1", "-"};
    vr_table t = vr_table_new(&arena, names, 1);
    for (int i = 0; i < 5; i++) {
        vr_table_p(&t, p[i]);
        assert_string_equal(t.cells[i].text, text[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_aligned_by_characters_and_numbers_are_flush_right),
        cmocka_unit_test(markdown_escapes_its_bar_and_gives_the_alignment),
        cmocka_unit_test(csv_keeps_all_digits_and_gives_intervals_three_columns),
        cmocka_unit_test(latex_is_booktabs_with_its_specials_escaped),
        cmocka_unit_test(a_cell_stays_on_one_line_and_cannot_control_the_terminal),
        cmocka_unit_test(markdown_escapes_what_it_would_read_as_markup),
        cmocka_unit_test(latex_rows_may_begin_with_a_bracket_or_a_star),
        cmocka_unit_test(text_is_aligned_by_the_columns_of_a_terminal),
        cmocka_unit_test(programs_read_a_point_whatever_the_locale),
        cmocka_unit_test(json_has_a_row_an_object_and_null_for_what_is_missing),
        cmocka_unit_test(html_escapes_and_keeps_the_number_to_sort_by),
        cmocka_unit_test(numbers_show_no_negative_zero_and_name_infinity),
        cmocka_unit_test(digits_that_matter_are_kept_whatever_the_size),
        cmocka_unit_test(the_file_extension_chooses_the_format),
        cmocka_unit_test(an_empty_table_still_has_its_heading),
        cmocka_unit_test(a_p_value_is_never_printed_as_0),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
