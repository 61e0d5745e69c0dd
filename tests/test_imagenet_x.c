/* tests/test_imagenet_x.c: ImageNet-X on hand-worked annotations, on everything that can be wrong with a file, and, where
 * ../shared/data is there, on the released tables and predictions, to the published digits. */
#include "test.h"
#include <sys/wait.h>

#define DATA "imagenetx/"

static vr_arena perm;
static char programs[512];

static int end(void **state) {
    (void)state;
    vr_arena_free(&perm);
    return 0;
}

static const char *const key_order[] = {"multiple_objects", "background", "color", "brighter", "darker", "style",
                                        "larger", "smaller", "object_blocking", "person_blocking", "partial_view",
                                        "pattern", "pose", "shape", "subcategory", "texture"};

/* Appends an annotation line; factors: names that are ticked, separated by blanks. */
static void line(vr_text *t, const char *name, int label, const char *factors) {
    vr_text_printf(t, "{\"file_name\":\"%s\",\"class\":%d", name, label);
    for (int k = 0; k < 16; k++) vr_text_printf(t, ",\"%s\":%d", key_order[k], strstr(factors, key_order[k]) != NULL);
    vr_text_add(t, ",\"justification\":\"a \\u00e9 \\/ \\n b\",\"one_word\":null}\n");
}

static const char *file(const char *name, const char *text) {
    const char *path = vr_arena_printf(&perm, "%s", test_tmp(name));
    vr_file_write(path, text, (int64_t)strlen(text), VR_FATAL);
    return path;
}

static char *replaced(const char *text, const char *from, const char *to) {
    const char *at = strstr(text, from);
    assert_non_null(at);
    return vr_arena_printf(&perm, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

/* Six images: a..f, classes 0 1 2 0 1 2. */
static const char *six(void) {
    vr_text t = {.arena = &perm};
    line(&t, "a.JPEG", 0, "pose");
    line(&t, "b.JPEG", 1, "pose");
    line(&t, "c.JPEG", 2, "pose texture");
    line(&t, "d.JPEG", 0, "texture");
    line(&t, "e.JPEG", 1, "");
    line(&t, "f.JPEG", 2, "background");
    return t.data;
}

static const char six_predictions[] = "file_name,predicted_class,predicted_probability\n"
                                      "a.JPEG,0,0.9\nb.JPEG,1,0.8\nc.JPEG,0,0.5\nd.JPEG,0,0.7\ne.JPEG,2,0.3\nf.JPEG,2,1.0\n";

static vr_imagenet_x_set six_set(void) {
    vr_imagenet_x_set set;
    assert_true(vr_imagenet_x_load(&perm, &set, &(vr_imagenet_x_files){.annotations = file("six.jsonl", six())}, VR_FATAL));
    return set;
}

enum { POSE = 0, BACKGROUND = 1, COLOR = 3, TEXTURE = 8 };

static void accuracies_and_ratios_are_those_worked_by_hand(void **state) {
    (void)state;
    const vr_imagenet_x_set set = six_set();
    assert_int_equal(set.count, 6);
    assert_int_equal(set.no_factor, 1);
    assert_string_equal((const char *)set.names[2].data, "c.JPEG");
    vr_imagenet_x_table table;
    assert_true(vr_imagenet_x_run(&perm, &table, &set, file("m.csv", six_predictions),
                                  &(vr_imagenet_x_opts){.calibration = true}, VR_FATAL));
    const vr_imagenet_x_row *row = table.rows; /* right: a b d f; wrong: c e */
    assert_int_equal(table.count, 1);
    assert_string_equal(row->model, "m");
    assert_int_equal(row->n, 6);
    assert_close(row->average, 4.0 / 6, 1e-15);
    assert_int_equal(row->count[POSE], 3);
    assert_close(row->accuracy[POSE], 2.0 / 3, 1e-15);
    assert_close(row->accuracy[TEXTURE], 0.5, 0);
    assert_close(row->accuracy[BACKGROUND], 1, 0);
    assert_true(isnan(row->accuracy[COLOR])); /* an empty group */
    assert_int_equal(row->count[COLOR], 0);
    assert_close(row->worst_factor, 0.5, 0);
    assert_close(vr_imagenet_x_error_ratio(row, POSE), 1, 1e-15);
    assert_close(vr_imagenet_x_error_ratio(row, TEXTURE), 1.5, 1e-15);
    assert_close(vr_imagenet_x_error_ratio(row, BACKGROUND), 0, 0);
    assert_true(isnan(vr_imagenet_x_error_ratio(row, COLOR)));
    assert_close(vr_imagenet_x_rest_ratio(row, TEXTURE), (1.0 / 2) / (1.0 / 4), 1e-15);
    assert_int_equal(vr_imagenet_x_worst(row, 0), TEXTURE);
    assert_int_equal(vr_imagenet_x_worst(row, 3), POSE);
    assert_int_equal(vr_imagenet_x_worst(row, 4), -1);
    double shift[16]; /* wrong ticks: pose 1, texture 1; all ticks: pose 3, texture 2, background 1 */
    vr_imagenet_x_shift(shift, row);
    assert_close(shift[POSE], 0.5 / 0.5 - 1, 1e-15);
    assert_close(shift[TEXTURE], 0.5 / (2.0 / 6) - 1, 1e-15);
    assert_close(shift[BACKGROUND], -1, 1e-15);
    assert_true(isnan(shift[COLOR]));
    assert_close(row->factor_ece[TEXTURE], (0.5 + 0.3) / 2, 1e-7); /* d: 0.7, right; c: 0.5, wrong */
    assert_true(isnan(row->factor_ece[COLOR]));
}

static void the_order_of_rows_and_columns_does_not_matter(void **state) {
    (void)state;
    const vr_imagenet_x_set set = six_set();
    const vr_imagenet_x_opts opts = {.calibration = true};
    vr_imagenet_x_table a, b;
    vr_imagenet_x_run(&perm, &a, &set, file("m.csv", six_predictions), &opts, VR_FATAL);
    vr_imagenet_x_run(&perm, &b, &set,
                      file("m.csv", "\xEF\xBB\xBFnote,predicted_probability,predicted_class,file_name\r\n"
                                    "\"x, \"\"y\"\"\",1.0,2,\"f.JPEG\"\r\n,0.5,0,c.JPEG\r\n,0.9,0,a.JPEG\r\n"
                                    ",0.3,2,e.JPEG\r\n,0.7,0,d.JPEG\r\n,0.8,1,b.JPEG"),
                      &opts, VR_FATAL);
    b.rows[0].model = a.rows[0].model;
    assert_memory_equal(a.rows, b.rows, sizeof *a.rows);
}

static void images_that_one_side_lacks_are_counted(void **state) {
    (void)state;
    const char *prototypes = file("p.csv", "file_name\nd.JPEG\nz.JPEG\n");
    vr_imagenet_x_set set;
    vr_imagenet_x_table t;
    vr_imagenet_x_load(&perm, &set,
                       &(vr_imagenet_x_files){.annotations = file("six.jsonl", six()), .prototypes = prototypes}, VR_FATAL);
    assert_int_equal(set.count, 5);
    assert_int_equal(set.prototypes, 1);
    const char *few = "file_name,predicted_class\nf.JPEG,2\nd.JPEG,0\nnew.JPEG,7\na.JPEG,1\nnewer.JPEG,7\n";
    vr_imagenet_x_run(&perm, &t, &set, file("few.csv", few), NULL, VR_FATAL);
    const vr_imagenet_x_join j = t.rows[0].join;
    assert_int_equal(j.rows, 5);
    assert_int_equal(j.joined, 2);
    assert_int_equal(j.prototypes, 1);
    assert_int_equal(j.unknown, 2);
    assert_int_equal(j.missing, 3);
    assert_int_equal(t.rows[0].n, 2);
    assert_close(t.rows[0].average, 0.5, 0);
    assert_true(isnan(t.rows[0].ece));
    vr_err err = {0};
    assert_false(vr_imagenet_x_run(&perm, &t, &set, file("few.csv", few), &(vr_imagenet_x_opts){.calibration = true}, &err));
    assert_message(err, "predicted_probability");
    assert_null(t.rows);
}

static void a_model_without_errors_has_no_ratio(void **state) {
    (void)state;
    const vr_imagenet_x_set set = six_set();
    vr_imagenet_x_table t;
    vr_imagenet_x_run(&perm, &t, &set, file("m.csv", "file_name,predicted_class\na.JPEG,0\nb.JPEG,1\n"), NULL, VR_FATAL);
    assert_close(t.rows[0].average, 1, 0);
    assert_true(isnan(vr_imagenet_x_error_ratio(&t.rows[0], POSE)));
    assert_int_equal(vr_imagenet_x_worst(&t.rows[0], 0), -1);
    const vr_interval i = vr_imagenet_x_error_ratio_interval(&t.rows[0], POSE);
    assert_true(isnan(i.low) && isnan(i.high));
    const vr_table cells = vr_imagenet_x_cells(&perm, t.rows, 1);
    vr_text csv = {.arena = &perm};
    vr_table_format(&csv, &cells, VR_TABLE_CSV);
    assert_non_null(strstr(csv.data, "m,,pose,2,1,,,,,,\n")); /* empty, not inf or 0 */
}

/* Checks that loading annotations fails with that message. */
static void assert_annotations_fail(const char *text, const char *message) {
    vr_err err = {0};
    vr_imagenet_x_set set;
    for (int threads = 1; threads <= 3; threads += 2) {
        err = (vr_err){0};
        vr_threads_set(threads);
        assert_false(vr_imagenet_x_load(&perm, &set, &(vr_imagenet_x_files){.annotations = file("bad.jsonl", text)}, &err));
        if (!strstr(err.msg, message)) fail_msg("'%s' does not name '%s'", err.msg, message);
        assert_int_equal(set.count, 0);
    }
    vr_threads_set(0);
}

static void every_fault_of_an_annotation_is_named_with_its_place(void **state) {
    (void)state;
    const char *s = six();
    assert_annotations_fail(replaced(s, "\"pose\":1", "\"blurry\":1"), "bad.jsonl:1:223: 'blurry' is none of ImageNet-X's");
    assert_annotations_fail(replaced(s, "\"pose\":1", "\"pose\":2"), "bad.jsonl:1:230: 'pose' should be 0 or 1");
    assert_annotations_fail(replaced(s, "\"pose\":1", "\"pose\":true"), "'pose' should be 0 or 1");
    assert_annotations_fail(replaced(s, "\"pose\":1", "\"pose\":1.0"), "'pose' should be 0 or 1");
    assert_annotations_fail(replaced(s, "\"pose\":1,", ""), "bad.jsonl:1:1: 'pose' is missing");
    assert_annotations_fail(replaced(s, "\"pose\":1", "\"pose\":1,\"pose\":0"), "bad.jsonl:1:232: 'pose' is twice there");
    assert_annotations_fail(replaced(s, "\"class\":2", "\"class\":1000"), "bad.jsonl:3:32: 'class' should be a class");
    assert_annotations_fail(replaced(s, "\"class\":2", "\"class\":-1"), "bad.jsonl:3:32: 'class'");
    assert_annotations_fail(replaced(s, "\"class\":2", "\"class\":\"2\""), "bad.jsonl:3:32: 'class'");
    assert_annotations_fail(replaced(s, "\"e.JPEG\"", "\"b.JPEG\""), "bad.jsonl:5:14: 'b.JPEG' is twice there: on line 2 too");
    assert_annotations_fail(replaced(s, "\"e.JPEG\"", "\"\""), "bad.jsonl:5:14: 'file_name'");
    assert_annotations_fail(replaced(s, "\"e.JPEG\"", "null"), "bad.jsonl:5:14: 'file_name'");
    assert_annotations_fail(replaced(s, "\"file_name\":\"e.JPEG\",", ""), "bad.jsonl:5:1: 'file_name' is missing");
    assert_annotations_fail(replaced(s, "\"one_word\":null", "\"one_word\":3"), "'one_word' should be a string or null");
    assert_annotations_fail(replaced(s, "\\u00e9", "\\x"), "bad.jsonl:1:");
    assert_annotations_fail(replaced(s, "\"texture\":1", "\"texture\":NaN"), "bad.jsonl:3:");
    assert_annotations_fail(vr_arena_printf(&perm, "%s[]\n", s), "bad.jsonl:7:1: an object is wanted");
    assert_annotations_fail("", "there is no image in it");
    assert_annotations_fail("\n\n", "there is no image in it");
    vr_err err = {0};
    vr_imagenet_x_set set;
    assert_false(vr_imagenet_x_load(&perm, &set, &(vr_imagenet_x_files){.annotations = "/nowhere.jsonl"}, &err));
    assert_message(err, "/nowhere.jsonl");
}

static void the_first_fault_of_a_file_is_the_one_that_is_told(void **state) {
    (void)state;
    const char *twice = replaced(six(), "\"b.JPEG\"", "\"a.JPEG\""); /* line 2 */
    assert_annotations_fail(replaced(twice, "\"f.JPEG\"", "7"), "bad.jsonl:2:14: 'a.JPEG' is twice there: on line 1 too");
    assert_annotations_fail(replaced(replaced(six(), "\"f.JPEG\"", "\"a.JPEG\""), "\"c.JPEG\"", "7"), "bad.jsonl:3:14:");
}

static void every_prefix_of_the_files_is_an_error_or_whole_lines(void **state) {
    (void)state;
    const char *s = six(), *path = test_tmp("prefix");
    vr_imagenet_x_set set, whole = six_set();
    vr_imagenet_x_predictions p;
    for (size_t n = 0; n < strlen(s); n++) {
        vr_err err = {0};
        vr_arena a = {0};
        vr_file_write(path, s, (int64_t)n, VR_FATAL);
        const bool complete = n > 0 && (s[n] == '\n' || s[n - 1] == '\n');
        assert_int_equal(vr_imagenet_x_load(&a, &set, &(vr_imagenet_x_files){.annotations = path}, &err), complete);
        assert_int_equal(err.code != VR_OK, !complete);
        vr_arena_free(&a);
    }
    for (size_t n = 0; n < sizeof six_predictions - 1; n++) {
        vr_err err = {0};
        vr_arena a = {0};
        vr_file_write(path, six_predictions, (int64_t)n, VR_FATAL);
        if (!vr_imagenet_x_predictions_load(&a, &p, &whole, path, &err)) assert_non_null(strstr(err.msg, path));
        vr_arena_free(&a);
    }
}

static void blanks_marks_and_long_lines_are_read(void **state) {
    (void)state;
    const char *s = six();
    vr_text t = {.arena = &perm};
    vr_text_add(&t, "\xEF\xBB\xBF");
    for (const char *c = s; *c; c++) vr_text_bytes(&t, *c == '\n' ? "\r\n\r\n" : c, *c == '\n' ? 4 : 1);
    vr_imagenet_x_set set;
    assert_true(vr_imagenet_x_load(&perm, &set, &(vr_imagenet_x_files){.annotations = file("crlf.jsonl", t.data)}, VR_FATAL));
    assert_int_equal(set.count, 6);
    assert_memory_equal(set.factors, six_set().factors, 6 * sizeof *set.factors);
    char *ten_mb = (char *)vr_arena_alloc(&perm, 10 << 20, 1);
    memset(ten_mb, 'x', (10 << 20) - 1);
    ten_mb[(10 << 20) - 1] = 0;
    const char *path = file("long.jsonl", replaced(s, "\\u00e9", ten_mb));
    assert_true(vr_imagenet_x_load(&perm, &set, &(vr_imagenet_x_files){.annotations = path}, VR_FATAL));
    assert_int_equal(set.count, 6);
    vr_imagenet_x_table table;
    path = file("long.csv", vr_arena_printf(&perm, "file_name,predicted_class,note\na.JPEG,0,%s\nb.JPEG,1,\"%s\"\n", ten_mb, ten_mb));
    assert_true(vr_imagenet_x_run(&perm, &table, &set, path, NULL, VR_FATAL));
    assert_int_equal(table.rows[0].n, 2);
}

static void assert_predictions_fail(const char *text, const char *message) {
    const vr_imagenet_x_set set = six_set();
    vr_imagenet_x_predictions p;
    vr_err err = {0};
    assert_false(vr_imagenet_x_predictions_load(&perm, &p, &set, file("bad.csv", text), &err));
    if (!strstr(err.msg, message)) fail_msg("'%s' does not name '%s'", err.msg, message);
    assert_null(p.predicted);
}

static void every_fault_of_predictions_is_named_with_its_place(void **state) {
    (void)state;
#define HEAD "file_name,predicted_class,predicted_probability\n"
    assert_predictions_fail(HEAD "a.JPEG,1000,0.5\n", "bad.csv:2:8: class 1000: ImageNet's are 0 to 999");
    assert_predictions_fail(HEAD "a.JPEG,-1,0.5\n", "bad.csv:2:8: class -1");
    assert_predictions_fail(HEAD "a.JPEG,1.0,0.5\n", "bad.csv:2:8: '1.0' is not a whole number");
    assert_predictions_fail(HEAD "a.JPEG,cat,0.5\n", "bad.csv:2:8: 'cat'");
    assert_predictions_fail(HEAD "a.JPEG,,0.5\n", "bad.csv:2:8: ''");
    assert_predictions_fail(HEAD "a.JPEG,1,1.5\n", "bad.csv:2:10: 1.5 is not a probability");
    assert_predictions_fail(HEAD "a.JPEG,1,-0.1\n", "bad.csv:2:10: -0.1");
    assert_predictions_fail(HEAD "a.JPEG,1,nan\n", "bad.csv:2:10: nan");
    assert_predictions_fail(HEAD "a.JPEG,1,\n", "bad.csv:2:10: '' is not a number");
    assert_predictions_fail(HEAD "a.JPEG,1,0.5\nb.JPEG,1,0.5\na.JPEG,1,0.5\n", "bad.csv:4:1: 'a.JPEG' is twice there");
    assert_predictions_fail(HEAD "q.JPEG,1,0.5\nb.JPEG,1,0.5\nq.JPEG,1,0.5\n", "bad.csv:4:1: 'q.JPEG' is twice there");
    assert_predictions_fail(HEAD "a.JPEG,1,0.5\n,1,0.5\n", "bad.csv:3:1: a file name is missing");
    assert_predictions_fail(HEAD "q.JPEG,1,0.5\n", "none of its 1 images is annotated");
    assert_predictions_fail(HEAD, "none of its 0 images");
    assert_predictions_fail("file_name,class\na.JPEG,1\n", "no column is named 'predicted_class'");
    assert_predictions_fail("image,predicted_class\na.JPEG,1\n", "no column is named 'file_name'");
    assert_predictions_fail(HEAD "a.JPEG,1\n", "bad.csv:2");
    assert_predictions_fail(HEAD "\"a.JPEG,1,0.5\n", "bad.csv:2:1: a quoted field without");
    assert_predictions_fail("", "the file is empty");
#undef HEAD
}

static void a_folder_of_models_is_read_in_the_order_of_names_on_any_threads(void **state) {
    (void)state;
    const vr_imagenet_x_set set = six_set();
    const char *folder = vr_arena_printf(&perm, "%s", test_tmp("models"));
    vr_dir_make(folder, VR_FATAL);
    for (int i = 0; i < 40; i++) {
        const char *path = vr_arena_printf(&perm, "%s/m%02d.csv", folder, i);
        const char *text = vr_arena_printf(&perm, "file_name,predicted_class\na.JPEG,%d\nb.JPEG,%d\n", i % 2, i % 3);
        vr_file_write(path, text, (int64_t)strlen(text), VR_FATAL);
    }
    vr_file_write(vr_arena_printf(&perm, "%s/README.txt", folder), "x", 1, VR_FATAL);
    vr_file_write(vr_arena_printf(&perm, "%s/.DS_Store", folder), "x", 1, VR_FATAL);
    vr_imagenet_x_table t[2];
    for (int k = 0; k < 2; k++) {
        vr_threads_set(k ? 7 : 1);
        assert_true(vr_imagenet_x_run(&perm, &t[k], &set, folder, NULL, VR_FATAL));
        assert_int_equal(t[k].count, 40);
        assert_int_equal(t[k].passed_over, 2);
        for (int i = 0; i < 40; i++) {
            assert_string_equal(t[k].rows[i].model, vr_arena_printf(&perm, "m%02d", i));
            assert_close(t[k].rows[i].average, ((i % 2 == 0) + (i % 3 == 1)) / 2.0, 0);
            if (k) t[1].rows[i].model = t[0].rows[i].model;
        }
    }
    assert_memory_equal(t[0].rows, t[1].rows, 40 * sizeof *t[0].rows);
    vr_file_write(vr_arena_printf(&perm, "%s/m07.csv", folder), "file_name,predicted_class\na.JPEG,7000\n", 39, VR_FATAL);
    vr_file_write(vr_arena_printf(&perm, "%s/m31.csv", folder), "nothing\n", 8, VR_FATAL);
    vr_err err = {0};
    assert_false(vr_imagenet_x_run(&perm, &t[0], &set, folder, NULL, &err));
    assert_message(err, "m07.csv:2:8: class 7000");
    vr_threads_set(0);
    const char *empty = test_tmp("no-models");
    vr_dir_make(empty, VR_FATAL);
    err = (vr_err){0};
    assert_false(vr_imagenet_x_run(&perm, &t[0], &set, empty, NULL, &err));
    assert_message(err, "there is no .csv file of predictions");
}

/* A table of classes to metaclasses in which class c is metaclass c % 17. */
static const char *metaclass_file(int rows) {
    vr_text t = {.arena = &perm};
    vr_text_add(&t, "wnid,name,metaclass\n");
    for (int c = 0; c < rows; c++)
        vr_text_printf(&t, "n%08d,%s,%d\n", c, c % 17 == 16 ? "fungus" : vr_imagenet_x_metaclass(c % 17), c % 17);
    return file("meta.csv", t.data);
}

static void metaclasses_group_and_count_as_right(void **state) {
    (void)state;
    vr_imagenet_x_set set;
    vr_imagenet_x_table t;
    vr_err err = {0};
    const char *annotations = file("six.jsonl", six());
    vr_imagenet_x_load(&perm, &set, &(vr_imagenet_x_files){.annotations = annotations, .metaclasses = metaclass_file(1000)}, VR_FATAL);
    assert_int_equal(set.metaclass[16], 16);
    assert_int_equal(set.metaclass[33], 16); /* a name that is none of the 16 is "other" */
    /* a: 17 is a device as 0 is; c: wrong; the others right */
    const char *predictions = file("m.csv", "file_name,predicted_class\na.JPEG,17\nb.JPEG,1\nc.JPEG,0\nd.JPEG,0\ne.JPEG,1\n");
    vr_imagenet_x_run(&perm, &t, &set, predictions,
                      &(vr_imagenet_x_opts){.target = VR_IMAGENET_X_METACLASS, .by_metaclass = true}, VR_FATAL);
    assert_close(t.rows[0].average, 4.0 / 5, 1e-15);
    assert_string_equal(t.metaclasses[2].metaclass, "commodity");
    assert_int_equal(t.metaclasses[0].n, 2);
    assert_int_equal(t.metaclasses[2].n, 1);
    assert_close(t.metaclasses[2].accuracy[POSE], 0, 0); /* nothing right: 0, and in the original's way NaN */
    assert_true(isnan(t.metaclasses[5].average));
    vr_imagenet_x_run(&perm, &t, &set, predictions,
                      &(vr_imagenet_x_opts){.target = VR_IMAGENET_X_METACLASS, .by_metaclass = true, .compat = true}, VR_FATAL);
    assert_true(isnan(t.metaclasses[2].accuracy[POSE]));
    assert_close(t.metaclasses[2].average, 0, 0);
    const vr_imagenet_x_set bare = six_set();
    assert_false(vr_imagenet_x_run(&perm, &t, &bare, predictions, &(vr_imagenet_x_opts){.by_metaclass = true}, &err));
    assert_message(err, "metaclasses");
    static const int rows[] = {0, 999, 1001};
    for (int i = 0; i < 3; i++) {
        err = (vr_err){0};
        assert_false(vr_imagenet_x_load(
            &perm, &set, &(vr_imagenet_x_files){.annotations = annotations, .metaclasses = metaclass_file(rows[i])}, &err));
        assert_message(err, "meta.csv:");
        assert_message(err, "1000");
    }
}

static void real_labels_are_matched_by_number_and_images_without_are_left_out(void **state) {
    (void)state;
    vr_text t = {.arena = &perm};
    line(&t, "ILSVRC2012_val_00000003.JPEG", 5, "pose");
    line(&t, "ILSVRC2012_val_00000001.JPEG", 6, "pose");
    line(&t, "ILSVRC2012_val_00000002.JPEG", 7, "pose");
    const vr_imagenet_x_files files = {.annotations = file("val.jsonl", t.data),
                                       .real = file("real.json", "[[6,9],[],[5, 8]]")};
    const char *predictions = file("m.csv", "file_name,predicted_class\nILSVRC2012_val_00000001.JPEG,9\n"
                                            "ILSVRC2012_val_00000002.JPEG,7\nILSVRC2012_val_00000003.JPEG,6\n");
    vr_imagenet_x_set set;
    vr_imagenet_x_table table;
    vr_err err = {0};
    vr_imagenet_x_load(&perm, &set, &files, VR_FATAL);
    vr_imagenet_x_run(&perm, &table, &set, predictions, &(vr_imagenet_x_opts){.target = VR_IMAGENET_X_REAL, .human = true}, VR_FATAL);
    assert_int_equal(table.count, 2);
    assert_int_equal(table.rows[0].n, 2);
    assert_int_equal(table.rows[0].join.unlabelled, 1);
    assert_close(table.rows[0].average, 0.5, 0);
    assert_string_equal(table.rows[1].model, "human");
    assert_close(table.rows[1].average, 1, 0);
    vr_imagenet_x_run(&perm, &table, &set, predictions, &(vr_imagenet_x_opts){.target = VR_IMAGENET_X_REAL, .compat = true}, VR_FATAL);
    assert_int_equal(table.rows[0].n, 3);
    assert_close(table.rows[0].average, 1.0 / 3, 1e-15);
    static const char *const bad[][2] = {{"[[6],[],[5,1000]]", "real.json:1:12: a label"}, {"[[6],[],5]", "real.json:1:9: an array"},
                                         {"{\"a\":1}", "real.json:1:1: an array"},         {"[[6],[]]", "no labels for 'ILSVRC2012_val_00000003"},
                                         {"[[6],[],[5.0]]", "real.json:1:10: a label"},    {"[[6],[],[", "real.json:1:10:"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err = (vr_err){0};
        vr_imagenet_x_files wrong = files;
        wrong.real = file("real.json", bad[i][0]);
        assert_false(vr_imagenet_x_load(&perm, &set, &wrong, &err));
        assert_message(err, bad[i][1]);
    }
    err = (vr_err){0};
    assert_false(vr_imagenet_x_load(&perm, &set,
                                    &(vr_imagenet_x_files){.annotations = file("six.jsonl", six()), .real = file("real.json", "[[1]]")}, &err));
    assert_message(err, "no labels for 'a.JPEG'");
}

static void prototypes_that_are_twice_there_or_missing_are_named(void **state) {
    (void)state;
    static const char *const bad[][2] = {{"file_name\na\nb\na\n", "p.csv:4:1: 'a' is twice there"},
                                         {"path\na\n", "no column is named 'file_name'"},
                                         {"file_name,x\n,1\n", "p.csv:2:1: a file name is missing"},
                                         {"file_name\na.JPEG\nb.JPEG\nc.JPEG\nd.JPEG\ne.JPEG\nf.JPEG\n", "every image is a prototype"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        vr_err err = {0};
        vr_imagenet_x_set set;
        const char *annotations = file("six.jsonl", six());
        assert_false(vr_imagenet_x_load(&perm, &set,
                                        &(vr_imagenet_x_files){.annotations = annotations, .prototypes = file("p.csv", bad[i][0])}, &err));
        assert_message(err, bad[i][1]);
    }
}
