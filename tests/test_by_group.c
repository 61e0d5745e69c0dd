/* tests/test_by_group.c: error ratios of the groups that a column of a predictions file names. */
#include "test.h"

TEST_ARENA(arena);

static const char *const csv = "file_name,predicted_class,label,region\n"
                               "a.jpg,1,1,Asia\nb.jpg,2,1,Asia\nc.jpg,3,3,Africa\nd.jpg,0,1,Africa\n"
                               "e.jpg,0,2,Africa\nf.jpg,4,4,Europe\ng.jpg,4,,Europe\nh.jpg,5,5,\n";

static void check_rows(const vr_table *t) {
    static const char *const names[] = {"all", "Africa", "Asia", "Europe"};
    static const double images[] = {7, 3, 2, 1}, accuracy[] = {4 / 7.0, 1 / 3.0, 0.5, 1};
    assert_int_equal(vr_table_rows(t), 4);
    for (int64_t i = 0; i < 4; i++) {
        assert_string_equal(t->cells[4 * i].text, names[i]);
        assert_close(t->cells[4 * i + 1].number.value, images[i], 0);
        assert_close(t->cells[4 * i + 2].number.value, accuracy[i], 1e-12);
        assert_close(t->cells[4 * i + 3].number.value, (1 - accuracy[i]) / (3 / 7.0), 1e-12);
    }
}

static void every_text_of_the_column_is_a_group_and_the_worst_is_first(void **state) {
    (void)state;
    const char *path = test_tmp("p.csv");
    test_write_text(path, csv);
    vr_table t;
    assert_true(vr_predictions_by_group(&arena, &t, path, "region", NULL, VR_FATAL));
    check_rows(&t);
    assert_string_equal(t.names[0], "region");
    assert_true(t.cells[7].number.low < t.cells[7].number.value);
}

static void json_lines_and_a_column_correct_serve_as_well(void **state) {
    (void)state;
    const char *path = test_tmp("p.jsonl");
    test_write_text(path, "{\"path\": \"a\", \"correct\": 1, \"region\": \"Asia\"}\n"
                          "{\"path\": \"b\", \"correct\": false, \"region\": \"Asia\"}\n"
                          "{\"path\": \"c\", \"correct\": true, \"region\": \"Africa\"}\n"
                          "{\"path\": \"d\", \"correct\": 0, \"region\": \"Africa\"}\n"
                          "{\"path\": \"e\", \"correct\": 0, \"region\": \"Africa\"}\n"
                          "{\"path\": \"f\", \"correct\": 1, \"region\": \"Europe\"}\n"
                          "{\"path\": \"g\", \"correct\": 1}\n");
    vr_table t;
    assert_true(vr_predictions_by_group(&arena, &t, path, "region", NULL, VR_FATAL));
    check_rows(&t);
    /* Of several labels a file can name the first only: what it says of itself counts. */
    path = test_tmp("several.csv");
    test_write_text(path, "file_name,predicted_class,label,correct,g\na,7,3,1,x\nb,3,3,0,x\n");
    assert_true(vr_predictions_by_group(&arena, &t, path, "g", NULL, VR_FATAL));
    assert_close(t.cells[2].number.value, 0.5, 0);
    assert_close(t.cells[7].number.value, 1, 0);
}

static void what_is_missing_is_named(void **state) {
    (void)state;
    const struct {
        const char *text, *column, *message;
    } cases[] = {
        {"file_name,predicted_class,label,g\na,7,\"3,7\",x\n", "g",
         "bad.csv: 1 row with several labels: expected a column correct"},
        {csv, "country", "bad.csv:1: missing column or key 'country'"},
        {"file_name,predicted_class,g\na,1,x\n", "g",
         "bad.csv:1: expected a column correct, or predicted_class and label"},
        {"file_name,predicted_class,label,g\na,1,,x\n", "g", "bad.csv: no row has a label"},
        {"file_name,predicted_class,label,g\na,x,1,x\n", "g", "bad.csv:2:3: "},
        {"predicted_class,label,g\n1,1,x\n", "g", "missing image names"},
        {"file_name,correct,g\na,1,x\na,1,x\n", "g", "bad.csv:3:1: duplicate image 'a'"},
    };
    const char *path = test_tmp("bad.csv");
    for (int64_t i = 0; i < COUNT(cases); i++) {
        test_write_text(path, cases[i].text);
        vr_table t;
        vr_err err = {0};
        const int64_t used = arena.used;
        assert_false(vr_predictions_by_group(&arena, &t, path, cases[i].column, NULL, &err));
        assert_message(err, cases[i].message);
        assert_null(t.cells);
        assert_int_equal(arena.used, used);
    }
    vr_table t;
    test_write_text(path, "file_name,correct,g\na,1,\n");
    assert_true(vr_predictions_by_group(&arena, &t, path, "g", NULL, VR_FATAL));
    assert_int_equal(vr_table_rows(&t), 1); /* all */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_of_the_column_is_a_group_and_the_worst_is_first),
        cmocka_unit_test(json_lines_and_a_column_correct_serve_as_well),
        cmocka_unit_test(what_is_missing_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
