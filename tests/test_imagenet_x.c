/* tests/test_imagenet_x.c: ImageNet-X on hand-worked annotations, on everything that can be wrong with a file, and, where
 * ../shared/data is there, on the released tables and predictions, to the published digits. */
#include "browser.h"

#define DATA "imagenetx/"

static vr_arena perm;
static char programs[512];
static browser chromium;

static int end(void **state) {
    (void)state;
    browser_close(&chromium);
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
    const vr_table cells = vr_imagenet_x_cells(&perm, t.rows, 1, 0);
    vr_text csv = {.arena = &perm};
    vr_table_format(&csv, &cells, VR_TABLE_CSV);
    assert_non_null(strstr(csv.data, "m,,pose,2,1,0.342380228,1,,,,,,\n")); /* empty, not inf or 0 */
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
    assert_annotations_fail(replaced(s, "\"pose\":1", "\"blurry\":1"), "bad.jsonl:1:205: 'blurry' is none of ImageNet-X's");
    assert_annotations_fail(replaced(s, "\"pose\":1", "\"pose\":2"), "bad.jsonl:1:212: 'pose' should be 0 or 1");
    assert_annotations_fail(replaced(s, "\"pose\":1", "\"pose\":true"), "'pose' should be 0 or 1");
    assert_annotations_fail(replaced(s, "\"pose\":1", "\"pose\":1.0"), "'pose' should be 0 or 1");
    assert_annotations_fail(replaced(s, "\"pose\":1,", ""), "bad.jsonl:1:1: 'pose' is missing");
    assert_annotations_fail(replaced(s, "\"pose\":1", "\"pose\":1,\"pose\":0"), "bad.jsonl:1:214: 'pose' is twice there");
    assert_annotations_fail(replaced(s, "\"class\":2", "\"class\":1000"), "bad.jsonl:3:31: 'class' should be a class");
    assert_annotations_fail(replaced(s, "\"class\":2", "\"class\":-1"), "bad.jsonl:3:31: 'class'");
    assert_annotations_fail(replaced(s, "\"class\":2", "\"class\":\"2\""), "bad.jsonl:3:31: 'class'");
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

/* vr_file_write waits for the disk each time, which is too long for thousands of files. */
static void overwrite(const char *path, const char *text, int64_t size) {
    FILE *file = fopen(path, "wb");
    assert_true(file && fwrite(text, 1, (size_t)size, file) == (size_t)size && fclose(file) == 0);
}

/* A line that is like the one before it is compared with it and not parsed: with any byte changed, it is taken or refused
 * as the parser does, which sees it where it is the first line. */
static void a_changed_byte_means_the_same_behind_a_line_that_is_alike(void **state) {
    (void)state;
    static const char put[] = "\"\\,:{}[]0129-. n\n\r\t\x01\x80\xc3" "ae";
    vr_text t = {.arena = &perm};
    line(&t, "a.JPEG", 10, "pose");
    const int64_t one = t.size;
    line(&t, "b.JPEG", 7, "texture shape");
    const char *alone = test_tmp("alone.jsonl"), *behind = test_tmp("alike.jsonl");
    int64_t taken = 0, refused = 0;
    char *text = t.data;
    for (int64_t at = one; at < t.size; at++)
        for (size_t k = 0; k < sizeof put - 1; k++) {
            const char was = text[at];
            text[at] = put[k];
            vr_arena a = {0};
            vr_err e1 = {0}, e2 = {0};
            vr_imagenet_x_set s1, s2;
            overwrite(alone, text + one, t.size - one);
            overwrite(behind, text, t.size);
            const bool ok1 = vr_imagenet_x_load(&a, &s1, &(vr_imagenet_x_files){.annotations = alone}, &e1),
                       ok2 = vr_imagenet_x_load(&a, &s2, &(vr_imagenet_x_files){.annotations = behind}, &e2);
            const int64_t n1 = ok1 ? s1.count : -1, n2 = ok2 ? s2.count : -1;
            if (ok1 && ok2) {
                taken++;
                assert_int_equal(n2, n1 + 1);
                assert_string_equal((const char *)s1.names[0].data, (const char *)s2.names[1].data);
                assert_true(s1.labels[0] == s2.labels[1] && s1.factors[0] == s2.factors[1]);
            } else if (!strstr(e2.msg, "'a.JPEG' is twice there")) { /* b became a */
                const char *m1 = strchr(e1.msg, ':'), *m2 = strchr(e2.msg, ':');
                refused++;
                assert_true(!ok1 && !ok2 && m1 && m2);
                if (strtol(m1 + 1, NULL, 10) + 1 != strtol(m2 + 1, NULL, 10) || strcmp(strchr(m1 + 1, ':'), strchr(m2 + 1, ':')) != 0)
                    fail_msg("byte %d is '%c': '%s', but '%s'", (int)(at - one), put[k], e1.msg, e2.msg);
            }
            vr_arena_free(&a);
            text[at] = was;
        }
    printf("%d changes taken, %d refused\n", (int)taken, (int)refused);
    assert_true(taken > 300 && refused > 5000);
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

/* ---- released tables ---- */

static const char table_head[] = "model,pose,background,pattern,color,smaller,shape,partial_view,subcategory,texture,larger,darker,"
                                 "object_blocking,person_blocking,style,brighter,multiple_objects,worst_factor,average,worst_100_classes\n";

static const char *table_text(const char *rows) { return vr_arena_printf(&perm, "%s%s", table_head, rows); }

#define TEN ".1,.2,.3,.4,.5,.6,.7,.8,.9,1"

static void every_fault_of_a_table_is_named_with_its_place(void **state) {
    (void)state;
    const struct {
        const char *text, *message;
    } bad[] = {
        {table_text("m," TEN ",0,0,0,0,0,,0,1.5,0\n"), "t.csv:2:45: 1.5 is not an accuracy"},
        {table_text("m," TEN ",0,0,0,0,0,x,0,0.5,0\n"), "t.csv:2:42: 'x' is not a number"},
        {table_text("," TEN ",0,0,0,0,0,,0,0.5,0\n"), "t.csv:2:1: the model's name is missing"},
        {table_text("m," TEN ",0,0,0,0,0,,0,0.5,0\nn," TEN ",0,0,0,0,0,,0,0.5,0\nm," TEN ",0,0,0,0,0,,0,0.5,0\n"),
         "t.csv:4:1: the model 'm' is twice there: on line 2 too"},
        {table_text("m,1\n"), "t.csv:2"},
        {table_text(""), "there is no model in it"},
        {replaced(table_text("m\n"), "brighter", "blurry"), "no column is named 'brighter'"},
        {replaced(table_text("m\n"), "average", "average,blurry"), "t.csv:1: 'blurry' is none of ImageNet-X's 16 factors"},
        {replaced(replaced(table_text("m,cat," TEN ",0,0,0,0,0,,0,0.5,0\n"), "model,", "model,metaclass,"), "x", "x"),
         "t.csv:2:3: 'cat' is none of ImageNet-X's 17 metaclasses"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        vr_err err = {0};
        vr_imagenet_x_table t = {0};
        assert_false(vr_imagenet_x_table_load(&perm, &t, file("t.csv", bad[i].text), VR_IMAGENET_X_CLASS, &err));
        if (!strstr(err.msg, bad[i].message)) fail_msg("'%s' does not name '%s'", err.msg, bad[i].message);
        assert_int_equal(t.count, 0);
    }
    vr_err err = {0};
    vr_imagenet_x_table t = {0};
    const char *empty = test_tmp("no-tables");
    vr_dir_make(empty, VR_FATAL);
    assert_false(vr_imagenet_x_table_load(&perm, &t, empty, VR_IMAGENET_X_REAL, &err));
    assert_message(err, "there is no table real_class/accuracies_per_factor.csv");
}

static void counts_come_back_from_accuracies(void **state) {
    (void)state;
    vr_imagenet_x_row rows[3] = {{0}};
    for (int m = 0; m < 3; m++) {
        for (int f = 0; f < 16; f++) rows[m].accuracy[f] = NAN;
        rows[m].accuracy[POSE] = (100 + 7 * m) / 199.0;
        rows[m].accuracy[TEXTURE] = (m + 1) / 8.0; /* 1, 2, 3 of 8 */
        rows[m].accuracy[COLOR] = 0.1234567890123 + m; /* of no whole number of images */
        rows[m].average = 46109 / 46110.0 - m / 46110.0;
    }
    vr_imagenet_x_recover(rows, 3);
    for (int m = 0; m < 3; m++) {
        assert_int_equal(rows[m].count[POSE], 199);
        assert_int_equal(rows[m].count[TEXTURE], 8);
        assert_int_equal(rows[m].count[BACKGROUND], 0);
        assert_int_equal(rows[m].count[COLOR], 0);
        assert_int_equal(rows[m].n, 46110);
    }
}

/* The paper's repository shows this table in its README, but for the last number. */
static const char readme[] =
    "DINO,0.726197,1.06799,0.927478,1.1779,1.54369,1.64228,1.12906,1.95486,2.15032,1.24805,1.46777,1.93051,2.03486,1.70361,0.924938,1.4244\n"
    "ResNet50,0.694739,1.1417,0.771442,1.18883,1.49743,1.74423,1.13236,2.10548,2.39386,1.31592,1.71502,1.92327,2.17128,1.92798,1.16639,1.97389\n"
    "SimCLR,0.774029,1.0867,0.911171,1.11955,1.54176,1.47304,1.01247,1.61814,2.0584,1.0121,1.12238,1.75552,2.03412,1.17686,0.879497,1.1907\n"
    "ViT,0.74067,1.09097,0.862456,1.15164,1.64401,1.53992,0.917235,2.01538,2.04465,1.29087,1.83403,1.98596,1.93631,1.60108,0.782348,1.61359\n";

/* The rest of the sheet's table (../shared/specs): multi, class; top, metaclass; top, real_class with its human. */
static const char multi_class[] =
    "DINO,0.957822,1.03344,0.995213,1.31796,1.5157,1.80781,1.21278,2.25393,2.03718,1.14787,1.67717,1.66915,2.093,1.14591,1.42873,1.91242\n"
    "ResNet50,0.936231,1.00991,0.834547,1.33783,1.39058,1.91021,1.17117,2.54239,2.24111,1.24507,1.75028,1.87383,2.03028,0.990312,1.88989,2.08619\n"
    "SimCLR,0.980959,1.04857,0.981227,1.22551,1.47439,1.59778,1.15697,1.9154,1.84566,1.03805,1.44187,1.57755,1.81441,1.07692,1.33004,1.72776\n"
    "ViT,0.972983,1.03429,0.938534,1.28354,1.57259,1.75211,1.11015,2.24816,1.86019,1.20261,1.91614,1.64581,1.96705,1.18954,1.5106,1.97727\n";
static const char top_metaclass[] =
    "DINO,0.633381,1.01547,1.09934,1.1467,2.11461,1.79301,1.21562,2.21986,2.43043,1.32267,1.84799,1.61865,2.70546,2.5167,0.409918,2.25455\n"
    "ResNet50,0.619279,1.106,0.86254,1.18353,2.00198,1.85217,1.25563,2.20868,2.56583,1.60792,2.11816,1.43564,3.01485,2.80451,0.783078,2.7995\n"
    "SimCLR,0.693425,1.01677,1.09792,1.08125,2.08247,1.64201,1.02979,1.95123,2.42395,1.19456,1.30553,1.87182,2.76518,2.00637,0.754141,1.82502\n"
    "ViT,0.648839,1.04218,1.0421,1.10235,2.22001,1.72394,0.993807,2.26774,2.00627,1.49571,2.55858,2.126,2.60123,1.36111,0.886782,2.19479\n";
static const char top_real[] =
    "DINO,0.770005,1.02649,0.986718,1.1623,1.39059,1.71204,1.13299,1.82816,2.11359,1.38088,1.38596,1.57164,1.90223,1.5729,0.864649,0.951114\n"
    "ResNet50,0.740664,1.0805,0.899331,1.17958,1.36047,1.74317,1.25674,1.79121,2.10613,1.35755,1.39093,1.57728,2.05046,1.87452,0.867751,1.16664\n"
    "SimCLR,0.804714,1.04844,0.95217,1.10847,1.46302,1.55014,1.14411,1.54299,1.94133,1.15139,1.12183,1.29511,1.95519,1.43987,0.740604,0.977597\n"
    "ViT,0.781259,1.02014,0.970065,1.18436,1.37781,1.68412,1.15073,1.77219,1.95651,1.18653,1.86003,1.31203,1.92811,1.34519,0.707872,0.889897\n"
    "human,0.745696,1.03182,0.967415,1.269,0.970992,1.90373,1.27462,2.29262,2.19506,1.21374,0.945126,0.933647,1.31489,1.27019,0.82755,1.36546\n";

static const char *ratios(const vr_imagenet_x_table *t) {
    vr_text text = {.arena = &perm};
    for (int64_t m = 0; m < t->count; m++) {
        vr_text_add(&text, t->rows[m].model);
        for (int f = 0; f < 16; f++) vr_text_printf(&text, ",%.6g", vr_imagenet_x_error_ratio(&t->rows[m], f));
        vr_text_add(&text, "\n");
    }
    return text.data;
}

static void the_readmes_table_comes_out_digit_for_digit(void **state) {
    (void)state;
    const vr_imagenet_x_table example = vr_imagenet_x_example(&perm);
    assert_string_equal(ratios(&example), readme);
    const struct {
        const char *path, *want;
    } tables[] = {{"top/base/class", readme}, {"multi/base/class", multi_class}, {"top/base/metaclass", top_metaclass}, {"top/base/real_class", top_real}};
    for (int i = 0; i < 4; i++) {
        vr_imagenet_x_table t = {0};
        vr_imagenet_x_table_load(&perm, &t, test_data(vr_arena_printf(&perm, DATA "results/%s", tables[i].path)), VR_IMAGENET_X_CLASS, VR_FATAL);
        assert_string_equal(ratios(&t), tables[i].want);
    }
}

static void released_tables_are_saved_byte_for_byte(void **state) {
    (void)state;
    static const char *const files[] = {"top/imagenet_testbed/accuracies_per_factor.class.csv", "multi/base/real_class/accuracies_per_factor.csv",
                                        "top/base/class/accuracies_per_factor_metaclass.csv", "top/modelvshuman/accuracies_per_factor_metaclass.class.csv"};
    for (int i = 0; i < 4; i++) {
        const char *from = test_data(vr_arena_printf(&perm, DATA "results/%s", files[i])), *to = test_tmp("saved.csv");
        vr_imagenet_x_table t = {0};
        vr_bytes a, b;
        vr_imagenet_x_table_load(&perm, &t, from, VR_IMAGENET_X_CLASS, VR_FATAL);
        assert_true(vr_imagenet_x_table_save(t.rows, t.count, to, VR_FATAL));
        vr_file_read(&perm, &a, from, VR_FATAL);
        vr_file_read(&perm, &b, to, VR_FATAL);
        assert_string_equal((const char *)a.data, (const char *)b.data);
    }
    vr_err err = {0};
    const vr_imagenet_x_table example = vr_imagenet_x_example(&perm);
    assert_false(vr_imagenet_x_table_save(example.rows, example.count, "/dev/full", &err));
    assert_message(err, "/dev/full");
}

/* val_counts_recovered.csv and base_correct_counts_recovered.csv: found once from 1,218 models by another program. */
static void recovered_counts_agree_with_the_sheets(void **state) {
    (void)state;
    static const char *const which[] = {"top", "multi"};
    vr_csv csv;
    int64_t checked = 0;
    for (int w = 0; w < 2; w++) {
        vr_imagenet_x_table t = {0};
        vr_imagenet_x_table_load(&perm, &t, test_data(vr_arena_printf(&perm, DATA "results/%s", which[w])), VR_IMAGENET_X_CLASS, VR_FATAL);
        assert_true(t.count > 500);
        vr_imagenet_x_recover(t.rows, t.count);
        vr_csv_load(&perm, &csv, test_data(DATA "val_counts_recovered.csv"), VR_FATAL);
        while (vr_csv_next(&csv, VR_FATAL)) {
            if (strcmp(vr_csv_string(&perm, &csv, 0), which[w]) != 0 || strcmp(vr_csv_string(&perm, &csv, 1), "ALL") != 0) continue;
            for (int f = 0; f <= 16; f++) {
                int64_t n;
                vr_csv_int(&n, &csv, vr_csv_column(&csv, f < 16 ? vr_imagenet_x_factor(f) : "all_images", VR_FATAL), VR_FATAL);
                assert_int_equal(f < 16 ? t.rows[0].count[f] : t.rows[0].n, n);
                checked++;
            }
        }
        vr_csv_load(&perm, &csv, test_data(DATA "base_correct_counts_recovered.csv"), VR_FATAL);
        while (vr_csv_next(&csv, VR_FATAL)) {
            if (strcmp(vr_csv_string(&perm, &csv, 0), which[w]) != 0 || strcmp(vr_csv_string(&perm, &csv, 1), "class") != 0) continue;
            const vr_imagenet_x_row *row = NULL;
            for (int64_t i = 0; i < t.count; i++)
                if (strcmp(t.rows[i].model, vr_csv_string(&perm, &csv, 2)) == 0) row = &t.rows[i];
            for (int f = 0; f < 16; f++) {
                int64_t n;
                vr_csv_int(&n, &csv, vr_csv_column(&csv, vr_imagenet_x_factor(f), VR_FATAL), VR_FATAL);
                assert_close(row->accuracy[f] * (double)row->count[f], n, 1e-9);
                checked++;
            }
        }
    }
    assert_int_equal(checked, 2 * 17 + 2 * 4 * 16);
}

static void families_agree_with_the_papers_figure(void **state) {
    (void)state;
    /* The sheet's order: pose, pattern, brighter, ... ; scipy.stats.alexandergovern for A and p. */
    static const int order[16] = {0, 2, 14, 6, 1, 3, 9, 10, 4, 13, 5, 15, 12, 11, 7, 8};
    static const double all[16] = {.7324, .8934, .9488, 1.0572, 1.0809, 1.1722, 1.2048, 1.4300, 1.5648, 1.6060, 1.6169, 1.6229, 1.7862, 1.8340, 1.9728, 2.1672},
                        own[4][16] = {{.7217, .8877, .9219, 1.0608, 1.0884, 1.1808, 1.2007, 1.3552, 1.5322, 1.5695, 1.6302, 1.6590, 1.6093, 1.8240, 2.1345, 2.1524},
                                      {.7257, .8927, .9700, 1.0521, 1.0808, 1.1769, 1.2195, 1.4706, 1.5840, 1.6742, 1.6413, 1.6063, 1.8091, 1.8675, 1.9883, 2.2116},
                                      {.7691, .9063, .8898, 1.0567, 1.0777, 1.1183, 1.0994, 1.2892, 1.5980, 1.4083, 1.5160, 1.5400, 1.8826, 1.7013, 1.7514, 1.9930},
                                      {.7399, .8955, .9513, 1.0611, 1.0770, 1.1714, 1.2094, 1.4539, 1.5559, 1.5843, 1.5987, 1.6358, 1.8498, 1.8251, 1.8962, 2.1559}},
                        statistic[16] = {17.56175, 8.99875, 5.02300, 27.62514, 16.32739, 20.67351, 1.20383, 27.04249, 16.18736, 16.41580, 32.00279, 9.41007, 23.76216, 20.61170, 6.02049, 5.56341};
    static const int models[4] = {43, 83, 13, 70};
    vr_imagenet_x_table t = {0};
    vr_imagenet_x_families x;
    vr_imagenet_x_table_load(&perm, &t, test_data(DATA "results/top"), VR_IMAGENET_X_CLASS, VR_FATAL);
    assert_true(vr_imagenet_x_families_find(&perm, &x, &t, test_data(DATA "model_types.csv"), NULL, 0, VR_FATAL));
    assert_int_equal(x.all.models, 209);
    assert_int_equal(x.repeated, 9);
    assert_int_equal(x.other, 115 + 16 + 4);
    for (int k = 0; k < 4; k++) assert_int_equal(x.families[k].models, models[k]);
    for (int i = 0; i < 16; i++) {
        assert_close(x.all.ratio[order[i]], all[i], 0.5001e-4); /* the sheet has four decimals */
        for (int k = 0; k < 4; k++) assert_close(x.families[k].ratio[order[i]], own[k][i], 0.5001e-4);
        assert_close(x.statistic[i], statistic[i], 1e-5);
    }
    assert_close(x.p[POSE], 5.4e-4, 0.05e-4);
    assert_close(x.p[BACKGROUND], .0293, 0.00005);
    assert_close(x.p[COLOR], 4.35e-6, 0.005e-6);
    assert_close(x.p[6], .752, 0.0005);
    assert_close(x.p[15], .135, 0.0005);
}

static void families_that_cannot_be_compared_say_so(void **state) {
    (void)state;
    const vr_imagenet_x_table t = vr_imagenet_x_example(&perm);
    vr_imagenet_x_families x;
    vr_err err = {0};
    static const char *const names[] = {"a", "b"};
    const char *catalogue = file("c.csv", "model,family\nViT,a\nDINO,b\nSimCLR,b\nother,a\nResNet50,c\n");
    assert_true(vr_imagenet_x_families_find(&perm, &x, &t, catalogue, names, 2, VR_FATAL));
    assert_int_equal(x.families[0].models, 1);
    assert_int_equal(x.families[1].models, 2);
    assert_int_equal(x.other, 1);
    assert_close(x.families[1].ratio[POSE], (0.726197 + 0.774029) / 2, 1e-6);
    assert_true(isnan(x.p[POSE]));
    assert_false(vr_imagenet_x_families_find(&perm, &x, &t, file("c.csv", "model,family\nViT,a\nDINO,b\nViT,b\n"), names, 2, &err));
    assert_message(err, "c.csv:4:1: the model 'ViT' is twice there: on line 2 too");
    err = (vr_err){0};
    assert_false(vr_imagenet_x_families_find(&perm, &x, &t, file("c.csv", "model,family\nvit,a\n"), names, 2, &err));
    assert_message(err, "none of the table's 4 models");
    err = (vr_err){0};
    assert_false(vr_imagenet_x_families_find(&perm, &x, &t, file("c.csv", "model\nvit\n"), names, 2, &err));
    assert_message(err, "no column is named 'family'");
}

static void augmentations_agree_with_the_papers_figure(void **state) {
    (void)state;
    vr_imagenet_x_table t = {0};
    vr_imagenet_x_effects e;
    vr_err err = {0};
    vr_imagenet_x_table_load(&perm, &t, test_data(DATA "results/top/gaussian_blur"), VR_IMAGENET_X_CLASS, VR_FATAL);
    assert_true(vr_imagenet_x_augmentation(&e, &t, "smoothing", VR_FATAL));
    assert_int_equal(e.models, 161);
    assert_int_equal(e.levels, 8);
    assert_close(e.factors[7].t, 19.9362, 0.5e-4); /* the sheet's, of numpy.polyfit and scipy.stats.ttest_ind(equal_var=False) */
    assert_close(e.factors[COLOR].t, 15.1178, 0.5e-4);
    assert_close(e.factors[TEXTURE].t, 15.0866, 0.5e-4);
    assert_close(e.factors[14].t, -2.4845, 0.5e-4);
    assert_close(e.factors[BACKGROUND].t, -2.6296, 0.5e-4);
    assert_close(e.factors[POSE].t, -15.6977, 0.5e-4);
    assert_true(e.factors[14].p > 0.01 && e.factors[14].p < 0.05);
    assert_false(vr_imagenet_x_augmentation(&e, &t, "crop", &err));
    assert_message(err, "1 strengths of 'crop'");
}

/* ---- predictions on real images ---- */

/* ImageNet-X's validation annotations are not among the data: all 50,000 images with their labels, and factors made up. */
static const char *made_up_annotations(void) {
    static const char *path;
    if (path) return path;
    vr_csv csv;
    vr_csv_load(&perm, &csv, test_data(DATA "filename_label.csv"), VR_FATAL);
    vr_text t = {.arena = &perm};
    while (vr_csv_next(&csv, VR_FATAL)) {
        int64_t label;
        vr_csv_int(&label, &csv, 1, VR_FATAL);
        line(&t, vr_csv_string(&perm, &csv, 0), (int)label, csv.row % 3 == 0 ? "pose color" : csv.row % 5 == 0 ? "texture" : "shape");
    }
    path = vr_arena_printf(&perm, "%s", test_tmp("val.jsonl"));
    vr_file_write(path, t.data, t.size, VR_FATAL);
    return path;
}

static void real_predictions_give_the_sheets_numbers(void **state) {
    (void)state;
    const char *predictions = vr_arena_printf(&perm, "%s", test_data(DATA "predictions/ResNet50.csv"));
    vr_imagenet_x_files files = {.annotations = made_up_annotations(),
                                 .metaclasses = vr_arena_printf(&perm, "%s", test_data(DATA "imagenet_1k_classes_to_100_metaclasses.csv")),
                                 .real = vr_arena_printf(&perm, "%s", test_data(DATA "imagenet_real_labels.jsonl"))};
    static const int64_t right[2][3] = {{38065, 44530, 38855}, {35065, 41530, 35885}};
    static const double ece[2] = {.03730791, .04037723}, worst[2] = {.419200, .382128};
    for (int prototypes = 0; prototypes < 2; prototypes++) {
        vr_imagenet_x_set set;
        if (prototypes) files.prototypes = vr_arena_printf(&perm, "%s", test_data(DATA "prototypical_paths.csv"));
        vr_imagenet_x_load(&perm, &set, &files, VR_FATAL);
        assert_int_equal(set.count, prototypes ? 47000 : 50000);
        for (int target = 0; target < 3; target++) {
            vr_imagenet_x_table t;
            const vr_imagenet_x_opts opts = {.target = (vr_imagenet_x_target)target, .calibration = true, .by_metaclass = true, .compat = true, .human = target == 2};
            vr_imagenet_x_run(&perm, &t, &set, predictions, &opts, VR_FATAL);
            const vr_imagenet_x_row *row = t.rows;
            assert_string_equal(row->model, "ResNet50");
            assert_int_equal(row->join.prototypes, prototypes ? 3000 : 0);
            assert_int_equal(row->join.missing, 0);
            assert_close(row->average * (double)row->n, right[prototypes][target], 1e-6);
            if (target == 0) assert_close(row->ece, ece[prototypes], 1e-8);
            if (target == 0) assert_close(row->worst_classes, worst[prototypes], 0.5e-6);
            if (target == 2 && !prototypes) assert_close(t.rows[1].average, .84328, 1e-9);
            int64_t n = 0, hits = 0; /* the metaclasses' parts make the whole */
            for (int g = 0; g < 17; g++) {
                n += t.metaclasses[g * t.count].n;
                hits += (int64_t)rint(t.metaclasses[g * t.count].average * (double)t.metaclasses[g * t.count].n);
            }
            assert_int_equal(n, row->n);
            assert_int_equal(hits, right[prototypes][target]);
        }
    }
}

static void predictions_in_any_order_give_the_same_bits(void **state) {
    (void)state;
    vr_bytes bytes;
    vr_file_read(&perm, &bytes, test_data(DATA "predictions/ResNet50.csv"), VR_FATAL);
    const char *text = (const char *)bytes.data, *body = strchr(text, '\n') + 1;
    int64_t count = 0;
    const char **rows = VR_NEW(&perm, const char *, 50000);
    for (const char *at = body; *at; at = strchr(at, '\n') + 1) rows[count++] = at;
    assert_int_equal(count, 50000);
    const vr_rng rng = vr_rng_init(5);
    for (int64_t i = count - 1; i > 0; i--) {
        const int64_t j = (int64_t)(vr_rng_u64(rng, (uint64_t)i) % (uint64_t)(i + 1));
        const char *swap = rows[i];
        rows[i] = rows[j], rows[j] = swap;
    }
    vr_text t = {.arena = &perm};
    vr_text_bytes(&t, text, body - text);
    for (int64_t i = 0; i < count; i++) vr_text_bytes(&t, rows[i], strchr(rows[i], '\n') + 1 - rows[i]);
    const char *shuffled = test_tmp("ResNet50.csv");
    vr_file_write(shuffled, t.data, t.size, VR_FATAL);
    vr_imagenet_x_set set;
    vr_imagenet_x_table a, b;
    const vr_imagenet_x_opts opts = {.calibration = true};
    vr_imagenet_x_load(&perm, &set, &(vr_imagenet_x_files){.annotations = made_up_annotations()}, VR_FATAL);
    vr_imagenet_x_run(&perm, &a, &set, test_data(DATA "predictions/ResNet50.csv"), &opts, VR_FATAL);
    vr_imagenet_x_run(&perm, &b, &set, shuffled, &opts, VR_FATAL);
    b.rows[0].model = a.rows[0].model;
    assert_memory_equal(a.rows, b.rows, sizeof *a.rows);
}

static void the_intervals_of_ratios_are_those_of_the_bootstrap(void **state) {
    (void)state;
    vr_imagenet_x_set set;
    vr_imagenet_x_predictions p;
    vr_imagenet_x_row row;
    vr_imagenet_x_load(&perm, &set, &(vr_imagenet_x_files){.annotations = made_up_annotations()}, VR_FATAL);
    vr_imagenet_x_predictions_load(&perm, &p, &set, test_data(DATA "predictions/ResNet50.csv"), VR_FATAL);
    vr_imagenet_x_score(&row, NULL, &set, &p, NULL, VR_FATAL);
    const vr_interval exact = vr_imagenet_x_error_ratio_interval(&row, TEXTURE);
    /* Resampling images: their four kinds, by factor and error, are drawn from a multinomial. */
    enum { DRAWS = 400 };
    double ratio[DRAWS];
    const vr_rng rng = vr_rng_init(3);
    for (int d = 0; d < DRAWS; d++) {
        int64_t n_f = 0, w_f = 0, w = 0;
        for (int64_t i = 0; i < set.count; i++) {
            const int64_t k = (int64_t)(vr_rng_u64(rng, (uint64_t)(d * set.count + i)) % (uint64_t)set.count);
            const bool wrong = p.predicted[k] != set.labels[k], has = set.factors[k] >> TEXTURE & 1;
            n_f += has, w += wrong, w_f += has && wrong;
        }
        ratio[d] = (double)w_f / (double)n_f / ((double)w / (double)set.count);
    }
    vr_sort(ratio, DRAWS);
    /* 400 draws know a 2.5 % point to about a tenth of the interval's width. */
    assert_close(vr_quantile_sorted(ratio, DRAWS, 0.025), exact.low, 0.1 * (exact.high - exact.low));
    assert_close(vr_quantile_sorted(ratio, DRAWS, 0.975), exact.high, 0.1 * (exact.high - exact.low));
    assert_true(exact.low < exact.value && exact.value < exact.high);
}

static void real_training_annotations_are_read_whole(void **state) {
    (void)state;
    vr_imagenet_x_set top, multi, nulls, escapes;
    vr_imagenet_x_load(&perm, &top, &(vr_imagenet_x_files){.annotations = test_data(DATA "train/imagenet_x_train_top_factor.head1500.jsonl")}, VR_FATAL);
    vr_imagenet_x_load(&perm, &multi, &(vr_imagenet_x_files){.annotations = test_data(DATA "train/imagenet_x_train_multi_factor.head1500.jsonl")}, VR_FATAL);
    vr_imagenet_x_load(&perm, &nulls, &(vr_imagenet_x_files){.annotations = test_data(DATA "train/rows_with_null_top.jsonl")}, VR_FATAL);
    vr_imagenet_x_load(&perm, &escapes, &(vr_imagenet_x_files){.annotations = test_data(DATA "train/rows_with_escapes_top.jsonl")}, VR_FATAL);
    assert_int_equal(top.count, 1500);
    assert_int_equal(multi.count, 1500);
    assert_int_equal(escapes.count, 60);
    assert_true(nulls.no_factor >= 6); /* the six images without a factor have null texts */
    for (int64_t i = 0; i < 1500; i++) {
        assert_true(__builtin_popcount(top.factors[i]) <= 1);
        assert_int_equal(top.factors[i] & ~multi.factors[i], 0); /* the top factor is one of them */
        assert_int_equal(top.labels[i], multi.labels[i]);
    }
    vr_imagenet_x_predictions p;
    vr_err err = {0};
    assert_false(vr_imagenet_x_predictions_load(&perm, &p, &top, test_data(DATA "predictions/ResNet50.csv"), &err));
    assert_message(err, "none of its 50000 images is annotated"); /* the original gives an empty table */
}

static void correlations_are_spearmans(void **state) {
    (void)state;
    vr_imagenet_x_set set;
    vr_imagenet_x_load(&perm, &set,
                       &(vr_imagenet_x_files){.annotations = test_data(DATA "train/imagenet_x_train_multi_factor.head1500.jsonl"),
                                              .metaclasses = test_data(DATA "imagenet_1k_classes_to_100_metaclasses.csv")},
                       VR_FATAL);
    enum { L = VR_IMAGENET_X_LABELS, DOG = 16 + 1, BRIGHTER = 14 };
    double rho[L * L], p[L * L];
    vr_imagenet_x_spearman(rho, p, &set, false);
    static const struct {
        int i, j;
        double rho, p;
    } scipy[] = {/* scipy.stats.spearmanr of the same two columns */
                 {0, 1, -0.01689686871893152, 0.5131671889171726}, {0, 2, -0.05386679583641658, 0.03697614031359562},
                 {3, 8, 0.08524648213637706, 0.0009502831384257157}, {11, 12, -0.0036649219682742, 0.8872190552407578},
                 {7, 5, 0.05084511143698159, 0.048969794312956644}, {0, DOG, 0.11259495275588152, 1.2364798797468838e-05}};
    for (size_t k = 0; k < sizeof scipy / sizeof *scipy; k++) {
        assert_close(rho[scipy[k].i * L + scipy[k].j], scipy[k].rho, 1e-12);
        assert_close(p[scipy[k].i * L + scipy[k].j], scipy[k].p, 1e-10 * scipy[k].p);
        assert_close(rho[scipy[k].j * L + scipy[k].i], scipy[k].rho, 1e-12);
    }
    assert_close(rho[0], 1, 0);
    assert_true(isnan(rho[BRIGHTER])); /* no image of these has it */
    vr_imagenet_x_spearman(rho, p, &set, true);
    assert_close(rho[0], 0, 0);
    int64_t counts[16], dogs[16];
    vr_imagenet_x_counts(counts, &set, -1);
    vr_imagenet_x_counts(dogs, &set, 1);
    assert_int_equal(counts[POSE], 1371);
    assert_int_equal(counts[BRIGHTER], 0);
    assert_true(dogs[POSE] <= 198 && dogs[POSE] > 0);
    double share[16], sum = 0;
    vr_prevalence(share, counts, 16);
    for (int f = 0; f < 16; f++) sum += share[f];
    assert_close(sum, 1, 1e-12);
    assert_close(share[POSE], 1371.0 / 4574, 1e-15);
}

static void shifts_agree_with_the_sheet(void **state) {
    (void)state;
    static const double vit[16] = {-.2594, .0909, -.1376, .1516, .6439, .5399, -.0828, 1.0153, 1.0446, .2908, .8339, .9859, .9362, .6010, -.2177, .6135};
    const vr_imagenet_x_table t = vr_imagenet_x_example(&perm);
    double shift[16];
    vr_imagenet_x_shift(shift, &t.rows[3]);
    for (int f = 0; f < 16; f++) assert_close(shift[f], vit[f], 0.5001e-4); /* four decimals */
    vr_imagenet_x_shift(shift, &t.rows[1]);
    assert_close(shift[TEXTURE], 1.3938, 0.5001e-4);
}

/* ---- the page and the program ---- */

static void the_page_shows_what_it_was_given(void **state) {
    (void)state;
    vr_imagenet_x_set set;
    vr_imagenet_x_table t;
    vr_imagenet_x_load(&perm, &set, &(vr_imagenet_x_files){.annotations = file("six.jsonl", six()), .metaclasses = metaclass_file(1000)}, VR_FATAL);
    vr_imagenet_x_run(&perm, &t, &set, file("a<b>.csv", six_predictions), &(vr_imagenet_x_opts){.by_metaclass = true}, VR_FATAL);
    const char *path = test_tmp("page.html");
    const vr_imagenet_x_report report = {.table = &t, .set = &set, .data = "six images", .min_images = 1};
    assert_true(vr_imagenet_x_page_save(&report, path, VR_FATAL));
    vr_bytes html;
    vr_file_read(&perm, &html, path, VR_FATAL);
    const char *text = (const char *)html.data;
    assert_non_null(strstr(text, "a&lt;b&gt;: error ratio by factor"));
    assert_null(strstr(text, "a<b>"));
    assert_non_null(strstr(text, "Which factors go together"));
    assert_non_null(strstr(text, "By metaclass"));
    assert_non_null(strstr(text, "Prevalence shift by metaclass and factor"));
    assert_null(strstr(text, "src=\"http"));
    vr_err err = {0};
    assert_false(vr_imagenet_x_page_save(&report, "/dev/full", &err));
    assert_message(err, "/dev/full");
}

/* Types into the table's filter, sorts by a click on a column's heading, and reads the numbers that change. */
static void a_filter_and_a_click_on_the_page_change_what_is_read(void **state) {
    (void)state;
    const vr_imagenet_x_table t = vr_imagenet_x_example(&perm);
    const vr_imagenet_x_report report = {.table = &t, .data = "the example", .min_images = 1};
    const char *path = vr_arena_printf(&perm, "%s", test_tmp("example.html"));
    vr_imagenet_x_page_save(&report, path, VR_FATAL);
    browser_start(&chromium);
    browser_open(&chromium, path, 1280, 900, false);
    static const char first[] = "(() => { const r = [...document.querySelectorAll('.table tbody tr')].find(r => !r.hidden);"
                                " return r.cells[0].textContent + ' ' + r.cells[4].textContent; })()";
    browser_click(&chromium, ".filter input");
    browser_type(&chromium, "texture");
    assert_string_equal(browser_ask(&chromium, "document.querySelector('.filter output').textContent"), "4 of 68 rows");
    assert_string_equal(browser_ask(&chromium, first), "DINO 2.150 [1.926, 2.400]");
    browser_click(&chromium, ".table th:nth-child(5) button"); /* the error ratio, highest first */
    assert_string_equal(browser_ask(&chromium, first), "ResNet50 2.394 [2.179, 2.630]");
    browser_ask(&chromium, "(() => { const i = document.querySelector('.filter input'); i.value = 'vit'; i.dispatchEvent(new "
                           "Event('input')); return 1; })()");
    assert_string_equal(browser_ask(&chromium, "document.querySelector('.filter output').textContent"), "17 of 68 rows");
    assert_string_equal(browser_ask(&chromium, first), "ViT 2.045 [1.809, 2.311]");
    for (int k = 0; k < 4; k++) { /* a phone and a desk, light and dark */
        browser_open(&chromium, path, k & 1 ? 390 : 1280, 900, k & 2);
        assert_true(atoi(browser_ask(&chromium, "document.documentElement.scrollWidth")) <= (k & 1 ? 390 : 1280));
        assert_non_null(strstr(browser_ask(&chromium, "document.body.innerText"),
                               "ResNet50 makes 2.39 times as many errors on images with the factor 'texture'"));
    }
    assert_string_equal(chromium.fault, "");
}

/* Runs the program with these arguments; what it prints goes to *out, and what it says on stderr to *said. */
static int run(const char **out, const char **said, const char *arguments) {
    const char *o = vr_arena_printf(&perm, "%s", test_tmp("stdout")), *e = vr_arena_printf(&perm, "%s", test_tmp("stderr"));
    const int status = system(vr_arena_printf(&perm, "%s/imagenet_x %s >%s 2>%s", programs, arguments, o, e));
    vr_bytes bytes;
    vr_file_read(&perm, &bytes, o, VR_FATAL);
    *out = (const char *)bytes.data;
    vr_file_read(&perm, &bytes, e, VR_FATAL);
    *said = (const char *)bytes.data;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void the_program_without_arguments_prints_the_papers_models(void **state) {
    (void)state;
    const char *out, *said;
    vr_bytes want;
    assert_int_equal(run(&out, &said, ""), 0);
    assert_string_equal(said, "");
    vr_file_read(&perm, &want, "examples/expected/imagenet_x.txt", VR_FATAL);
    assert_string_equal(out, (const char *)want.data);
    assert_int_equal(run(&out, &said, "--help"), 0);
    assert_non_null(strstr(out, "--annotations"));
}

static void the_program_runs_on_a_users_own_model(void **state) {
    (void)state;
    const char *out, *said, *csv = vr_arena_printf(&perm, "%s", test_tmp("cells.csv")), *page = vr_arena_printf(&perm, "%s", test_tmp("r.html"));
    const char *annotations = file("six.jsonl", six()), *predictions = file("mine.csv", six_predictions);
    const char *prototypes = file("p.csv", "file_name\nf.JPEG\n");
    assert_int_equal(run(&out, &said, vr_arena_printf(&perm, "--annotations %s --predictions %s --prototypes %s --calibration --csv %s --report %s --threads 2",
                                                      annotations, predictions, prototypes, csv, page)),
                     0);
    assert_non_null(strstr(out, "mine"));
    assert_non_null(strstr(said, "mine: 6 predictions; left out: 1 of prototypes"));
    vr_bytes bytes;
    vr_file_read(&perm, &bytes, csv, VR_FATAL);
    assert_non_null(strstr((const char *)bytes.data, "mine,,texture,2,0.5,0.0945312057,0.905468794,1.25,"));
    assert_true(vr_path_exists(page));
}

static void the_program_names_what_is_wrong(void **state) {
    (void)state;
    const struct {
        const char *arguments, *message;
        int code;
    } bad[] = {{"--annotations /nowhere.jsonl --predictions x.csv", "/nowhere.jsonl", 1},
               {"--annotations only.jsonl", "are wanted", 2},
               {"--target dog", "--target dog", 2},
               {"--nonsense", "--nonsense", 2},
               {"/nowhere.csv", "/nowhere.csv", 1},
               {"--by-metaclass x.csv", "--by-metaclass wants", 2},
               {"--augmentation crop", "strengths of 'crop'", 1},
               {"--csv /dev/full", "/dev/full", 1},
               {"--report /dev/full", "/dev/full", 1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *out, *said;
        assert_int_equal(run(&out, &said, bad[i].arguments), bad[i].code);
        if (!strstr(said, bad[i].message)) fail_msg("%s: '%s' does not name '%s'", bad[i].arguments, said, bad[i].message);
    }
}

static void the_program_reads_the_released_tables(void **state) {
    (void)state;
    const char *out, *said;
    const char *results = test_data(DATA "results/top"), *types = test_data(DATA "model_types.csv"), *page = test_tmp("families.html");
    assert_int_equal(run(&out, &said, vr_arena_printf(&perm, "%s --families %s --report %s", results, types, page)), 0);
    assert_non_null(strstr(out, "all (209)"));
    assert_non_null(strstr(out, "subcategory          1.9728"));
    vr_bytes html;
    vr_file_read(&perm, &html, page, VR_FATAL);
    assert_non_null(strstr((const char *)html.data, "Families of models"));
    const char *base = test_data(DATA "results/top/base/class");
    assert_int_equal(run(&out, &said, base), 0);
    assert_non_null(strstr(out, "282   2.15032   2.39386    2.0584   2.04465"));
}

int main(int argc, char **argv) {
    (void)argc;
    const char *slash = strrchr(argv[0], '/');
    snprintf(programs, sizeof programs, "%.*s/..", slash ? (int)(slash - argv[0]) : 1, slash ? argv[0] : ".");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accuracies_and_ratios_are_those_worked_by_hand),
        cmocka_unit_test(the_order_of_rows_and_columns_does_not_matter),
        cmocka_unit_test(images_that_one_side_lacks_are_counted),
        cmocka_unit_test(a_model_without_errors_has_no_ratio),
        cmocka_unit_test(every_fault_of_an_annotation_is_named_with_its_place),
        cmocka_unit_test(the_first_fault_of_a_file_is_the_one_that_is_told),
        cmocka_unit_test(a_changed_byte_means_the_same_behind_a_line_that_is_alike),
        cmocka_unit_test(every_prefix_of_the_files_is_an_error_or_whole_lines),
        cmocka_unit_test(blanks_marks_and_long_lines_are_read),
        cmocka_unit_test(every_fault_of_predictions_is_named_with_its_place),
        cmocka_unit_test(a_folder_of_models_is_read_in_the_order_of_names_on_any_threads),
        cmocka_unit_test(metaclasses_group_and_count_as_right),
        cmocka_unit_test(real_labels_are_matched_by_number_and_images_without_are_left_out),
        cmocka_unit_test(prototypes_that_are_twice_there_or_missing_are_named),
        cmocka_unit_test(every_fault_of_a_table_is_named_with_its_place),
        cmocka_unit_test(counts_come_back_from_accuracies),
        cmocka_unit_test(the_readmes_table_comes_out_digit_for_digit),
        cmocka_unit_test(released_tables_are_saved_byte_for_byte),
        cmocka_unit_test(recovered_counts_agree_with_the_sheets),
        cmocka_unit_test(families_agree_with_the_papers_figure),
        cmocka_unit_test(families_that_cannot_be_compared_say_so),
        cmocka_unit_test(augmentations_agree_with_the_papers_figure),
        cmocka_unit_test(real_predictions_give_the_sheets_numbers),
        cmocka_unit_test(predictions_in_any_order_give_the_same_bits),
        cmocka_unit_test(the_intervals_of_ratios_are_those_of_the_bootstrap),
        cmocka_unit_test(real_training_annotations_are_read_whole),
        cmocka_unit_test(correlations_are_spearmans),
        cmocka_unit_test(shifts_agree_with_the_sheet),
        cmocka_unit_test(the_page_shows_what_it_was_given),
        cmocka_unit_test(a_filter_and_a_click_on_the_page_change_what_is_read),
        cmocka_unit_test(the_program_without_arguments_prints_the_papers_models),
        cmocka_unit_test(the_program_runs_on_a_users_own_model),
        cmocka_unit_test(the_program_names_what_is_wrong),
        cmocka_unit_test(the_program_reads_the_released_tables),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
