/* tests/test_imagenet_x.c: ImageNet-X on hand-worked annotations, on everything that can be wrong with a file, its page in
 * Chromium, and the program. The released tables and predictions are tested in test_imagenet_x_data. */
#include "browser.h"
#include "imagenet_x.h"
#include "program.h"

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

static const char six_predictions[] =
    "file_name,predicted_class,predicted_probability\n"
    "a.JPEG,0,0.9\nb.JPEG,1,0.8\nc.JPEG,0,0.5\nd.JPEG,0,0.7\ne.JPEG,2,0.3\nf.JPEG,2,1.0\n";

static vr_imagenet_x_set six_set(void) {
    vr_imagenet_x_set set;
    assert_true(vr_imagenet_x_load(
        &perm, &set, &(vr_imagenet_x_files){.annotations = file("six.jsonl", six())}, VR_FATAL));
    return set;
}

static void accuracies_and_ratios_are_those_worked_by_hand(void **state) {
    (void)state;
    const vr_imagenet_x_set set = six_set();
    assert_int_equal(set.count, 6);
    assert_int_equal(set.no_factor, 1);
    assert_string_equal(vr_names_at(&set.images.whole, 2), "c.JPEG");
    vr_imagenet_x_table table;
    assert_true(vr_imagenet_x_run(&perm, &table, &set, file("m.csv", six_predictions),
                                  &(vr_imagenet_x_opts){.calibration = true}, VR_FATAL));
    const vr_imagenet_x_row *row = table.rows; /* correct: a b d f; wrong: c e */
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
    assert_close(vrp_imagenet_x_ratio(row, POSE, 0), 1, 1e-15);
    assert_close(vrp_imagenet_x_ratio(row, TEXTURE, 0), 1.5, 1e-15);
    assert_close(vrp_imagenet_x_ratio(row, BACKGROUND, 0), 0, 0);
    assert_true(isnan(vrp_imagenet_x_ratio(row, COLOR, 0)));
    assert_close(vrp_imagenet_x_rest_ratio(row, TEXTURE), (1.0 / 2) / (1.0 / 4), 1e-15);
    assert_int_equal(vrp_imagenet_x_worst(row, 0), TEXTURE);
    assert_int_equal(vrp_imagenet_x_worst(row, 3), POSE);
    assert_int_equal(vrp_imagenet_x_worst(row, 4), -1);
    double shift[16]; /* of wrong images: pose 1, texture 1; of all: pose 3, texture 2, background 1 */
    vrp_imagenet_x_shift(shift, row);
    assert_close(shift[POSE], 0.5 / 0.5 - 1, 1e-15);
    assert_close(shift[TEXTURE], 0.5 / (2.0 / 6) - 1, 1e-15);
    assert_close(shift[BACKGROUND], -1, 1e-15);
    assert_true(isnan(shift[COLOR]));
    assert_close(row->factor_ece[TEXTURE], (0.5 + 0.3) / 2, 1e-7); /* d: 0.7, correct; c: 0.5, wrong */
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
    vr_imagenet_x_load(
        &perm, &set,
        &(vr_imagenet_x_files){.annotations = file("six.jsonl", six()), .prototypes = prototypes}, VR_FATAL);
    assert_int_equal(set.count, 5);
    assert_int_equal(set.prototypes, 1);
    const char *few = "file_name,predicted_class\nf.JPEG,2\nd.JPEG,0\nnew.JPEG,7\na.JPEG,1\nnewer.JPEG,7\n";
    vr_imagenet_x_run(&perm, &t, &set, file("few.csv", few), NULL, VR_FATAL);
    const vr_join j = t.rows[0].join;
    assert_int_equal(j.scored, 2);
    assert_int_equal(t.rows[0].join.excluded, 1);
    assert_int_equal(j.extra, 2);
    assert_int_equal(j.missing, 3);
    assert_int_equal(j.unlabelled, 0);
    assert_int_equal(t.rows[0].n, 2);
    assert_close(t.rows[0].average, 0.5, 0);
    assert_true(isnan(t.rows[0].ece));
    vr_err err = {0};
    assert_false(vr_imagenet_x_run(&perm, &t, &set, file("few.csv", few),
                                   &(vr_imagenet_x_opts){.calibration = true}, &err));
    assert_message(err, "predicted_probability");
    assert_null(t.rows);
}

static void a_model_without_errors_has_no_ratio(void **state) {
    (void)state;
    const vr_imagenet_x_set set = six_set();
    vr_imagenet_x_table t;
    vr_imagenet_x_run(&perm, &t, &set, file("m.csv", "file_name,predicted_class\na.JPEG,0\nb.JPEG,1\n"), NULL,
                      VR_FATAL);
    assert_close(t.rows[0].average, 1, 0);
    assert_true(isnan(vrp_imagenet_x_ratio(&t.rows[0], POSE, 0)));
    assert_int_equal(vrp_imagenet_x_worst(&t.rows[0], 0), -1);
    const vr_interval i = vr_imagenet_x_error_ratio(&t.rows[0], POSE);
    assert_true(isnan(i.low) && isnan(i.high));
    const vr_table cells = vr_imagenet_x_cells(&perm, t.rows, 1);
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
        assert_false(vr_imagenet_x_load(
            &perm, &set, &(vr_imagenet_x_files){.annotations = file("bad.jsonl", text)}, &err));
        if (!strstr(err.msg, message)) fail_msg("'%s' does not name '%s'", err.msg, message);
        assert_int_equal(set.count, 0);
    }
    vr_threads_set(0);
}

static void every_error_in_an_annotation_is_reported_with_its_place(void **state) {
    (void)state;
    const char *s = six();
    assert_annotations_fail(replaced(s, "\"pose\":1", "\"blurry\":1"),
                            "bad.jsonl:1:33: unknown key 'blurry'");
    assert_annotations_fail(replaced(s, "\"pose\":1", "\"pose\":2"),
                            "bad.jsonl:1:40: 'pose': expected an integer from 0 to 1");
    assert_annotations_fail(replaced(s, "\"pose\":1", "\"pose\":true"),
                            "'pose': expected an integer from 0 to 1");
    assert_annotations_fail(replaced(s, "\"pose\":1", "\"pose\":1.0"),
                            "'pose': expected an integer from 0 to 1");
    assert_annotations_fail(replaced(s, "\"pose\":1,", ""), "bad.jsonl:1:1: missing key 'pose'");
    assert_annotations_fail(replaced(s, "\"pose\":1", "\"pose\":1,\"pose\":0"),
                            "bad.jsonl:1:42: duplicate key 'pose'");
    assert_annotations_fail(replaced(s, "\"class\":2", "\"class\":1000"),
                            "bad.jsonl:3:31: 'class': expected an integer from 0 to 999");
    assert_annotations_fail(replaced(s, "\"class\":2", "\"class\":-1"), "bad.jsonl:3:31: 'class'");
    assert_annotations_fail(replaced(s, "\"class\":2", "\"class\":\"2\""), "bad.jsonl:3:31: 'class'");
    assert_annotations_fail(replaced(s, "\"e.JPEG\"", "\"b.JPEG\""),
                            "bad.jsonl:5:14: duplicate image 'b.JPEG' (first at line 2)");
    assert_annotations_fail(replaced(s, "\"e.JPEG\"", "\"\""),
                            "bad.jsonl:5:14: 'file_name': expected a string");
    assert_annotations_fail(replaced(s, "\"e.JPEG\"", "null"),
                            "bad.jsonl:5:14: 'file_name': expected a string");
    assert_annotations_fail(replaced(s, "\"file_name\":\"e.JPEG\",", ""),
                            "bad.jsonl:5:1: missing key 'file_name'");
    assert_annotations_fail(replaced(s, "\"one_word\":null", "\"one_word\":3"),
                            "'one_word': expected a string or null");
    assert_annotations_fail(replaced(s, "\\u00e9", "\\x"), "bad.jsonl:1:");
    assert_annotations_fail(replaced(s, "\"texture\":1", "\"texture\":NaN"), "bad.jsonl:3:");
    assert_annotations_fail(vr_arena_printf(&perm, "%s[]\n", s), "bad.jsonl:7:1: expected an object");
    assert_annotations_fail("", "bad.jsonl: no images");
    assert_annotations_fail("\n\n", "bad.jsonl: no images");
    vr_err err = {0};
    vr_imagenet_x_set set;
    assert_false(
        vr_imagenet_x_load(&perm, &set, &(vr_imagenet_x_files){.annotations = "/nowhere.jsonl"}, &err));
    assert_message(err, "/nowhere.jsonl");
}

static void the_first_error_of_a_file_is_reported(void **state) {
    (void)state;
    const char *twice = replaced(six(), "\"b.JPEG\"", "\"a.JPEG\""); /* line 2 */
    assert_annotations_fail(replaced(twice, "\"f.JPEG\"", "7"),
                            "bad.jsonl:2:14: duplicate image 'a.JPEG' (first at line 1)");
    assert_annotations_fail(replaced(replaced(six(), "\"f.JPEG\"", "\"a.JPEG\""), "\"c.JPEG\"", "7"),
                            "bad.jsonl:3:14:");
}

/* A file of many parts, which threads read at once: the same set, and the same first error. */
static void a_long_file_is_read_by_many_threads(void **state) {
    (void)state;
    enum { IMAGES = 12000 };
    vr_text t = {.arena = &perm};
    int64_t start[IMAGES + 1];
    for (int i = 0; i < IMAGES; i++) {
        start[i] = t.size;
        line(&t, vr_arena_printf(&perm, "%05d.JPEG", i * 7919 % IMAGES), i % 1000,
             vr_imagenet_x_factor(i % 16));
        if (i % 1000 == 999) vr_text_add(&t, "\n"); /* a blank line */
    }
    start[IMAGES] = t.size;
    assert_true(t.size > 3 << 20);
    const char *path = test_tmp("long.jsonl");
    const vr_imagenet_x_files files = {.annotations = path};
    static const int threads[] = {1, 2, 3, 7};
    for (int k = 0; k < 4; k++) {
        vr_threads_set(threads[k]);
        vr_imagenet_x_set set;
        vr_err err = {0};
        test_write(path, t.data, t.size);
        assert_true(vr_imagenet_x_load(&perm, &set, &files, VR_FATAL));
        assert_int_equal(set.count, IMAGES);
        for (int i = 0; i < IMAGES; i++) {
            assert_string_equal(vr_names_at(&set.images.whole, i),
                                vr_arena_printf(&perm, "%05d.JPEG", i * 7919 % IMAGES));
            assert_true(set.labels[i] == i % 1000 && set.factors[i] == 1 << i % 16);
        }
        char *flag = strstr(t.data + start[9000], "\"pose\":");
        char was = flag[7];
        flag[7] = '2'; /* on line 9010, with nine blank lines before */
        test_write(path, t.data, t.size);
        assert_false(vr_imagenet_x_load(&perm, &set, &files, &err));
        assert_message(err, "long.jsonl:9010:");
        assert_message(err, "'pose': expected an integer from 0 to 1");
        flag[7] = was;
        char saved[5], *name = t.data + start[8000] + 14; /* behind {"file_name":" */
        memcpy(saved, name, 5);
        memcpy(name, t.data + start[50] + 14, 5);
        test_write(path, t.data, t.size);
        err = (vr_err){0};
        assert_false(vr_imagenet_x_load(&perm, &set, &files, &err));
        assert_message(err, "long.jsonl:8009:14: duplicate image '");
        assert_message(err, "(first at line 51)");
        memcpy(name, saved, 5);
    }
    vr_threads_set(0);
}

/* A line that is like the one before it is compared with it and not parsed: with any byte changed, it is accepted or refused
 * as by the parser, which reads it where it is the first line. */
static void a_changed_byte_means_the_same_in_a_line_like_the_last_one(void **state) {
    (void)state;
    static const char put[] = "\"\\,:{}[]0129-. n\n\r\t\x01\x80\xc3"
                              "ae";
    vr_text t = {.arena = &perm};
    line(&t, "a.JPEG", 10, "pose");
    const int64_t one = t.size;
    line(&t, "b.JPEG", 7, "texture shape");
    const int64_t two = t.size;
    line(&t, "q.JPEG", 8, ""); /* the last line is always parsed */
    const char *alone = test_tmp("alone.jsonl"), *after = test_tmp("after.jsonl");
    int64_t taken = 0, refused = 0;
    char *text = t.data;
    for (int64_t at = one; at < two; at++)
        for (size_t k = 0; k < sizeof put - 1; k++) {
            const char was = text[at];
            text[at] = put[k];
            vr_arena a = {0};
            vr_err e1 = {0}, e2 = {0};
            vr_imagenet_x_set s1, s2;
            test_write(alone, text + one, t.size - one);
            test_write(after, text, t.size);
            const bool ok1 = vr_imagenet_x_load(&a, &s1, &(vr_imagenet_x_files){.annotations = alone}, &e1),
                       ok2 = vr_imagenet_x_load(&a, &s2, &(vr_imagenet_x_files){.annotations = after}, &e2);
            const int64_t n1 = ok1 ? s1.count : -1, n2 = ok2 ? s2.count : -1;
            if (ok1 && ok2) {
                taken++;
                assert_int_equal(n2, n1 + 1);
                assert_string_equal(vr_names_at(&s1.images.whole, 0), vr_names_at(&s2.images.whole, 1));
                assert_true(s1.labels[0] == s2.labels[1] && s1.factors[0] == s2.factors[1]);
            } else if (!strstr(e2.msg, "duplicate image 'a.JPEG'")) { /* b became a */
                const char *m1 = strchr(e1.msg, ':'), *m2 = strchr(e2.msg, ':');
                refused++;
                assert_true(!ok1 && !ok2 && m1 && m2);
                if (strtol(m1 + 1, NULL, 10) + 1 != strtol(m2 + 1, NULL, 10) ||
                    strcmp(strchr(m1 + 1, ':'), strchr(m2 + 1, ':')) != 0)
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
    vr_imagenet_x_table t;
    for (size_t n = 0; n < strlen(s); n++) {
        vr_err err = {0};
        vr_arena a = {0};
        vr_file_write(path, s, (int64_t)n, VR_FATAL);
        const bool complete = n > 0 && (s[n] == '\n' || s[n - 1] == '\n');
        assert_int_equal(vr_imagenet_x_load(&a, &set, &(vr_imagenet_x_files){.annotations = path}, &err),
                         complete);
        assert_int_equal(err.code != VR_OK, !complete);
        vr_arena_free(&a);
    }
    for (size_t n = 0; n < sizeof six_predictions - 1; n++) {
        vr_err err = {0};
        vr_arena a = {0};
        vr_file_write(path, six_predictions, (int64_t)n, VR_FATAL);
        if (!vr_imagenet_x_run(&a, &t, &whole, path, NULL, &err)) assert_non_null(strstr(err.msg, path));
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
    assert_true(vr_imagenet_x_load(
        &perm, &set, &(vr_imagenet_x_files){.annotations = file("crlf.jsonl", t.data)}, VR_FATAL));
    assert_int_equal(set.count, 6);
    assert_memory_equal(set.factors, six_set().factors, 6 * sizeof *set.factors);
    char *ten_mb = (char *)vr_arena_alloc(&perm, 10 << 20, 1);
    memset(ten_mb, 'x', (10 << 20) - 1);
    ten_mb[(10 << 20) - 1] = 0;
    const char *path = file("long.jsonl", replaced(s, "\\u00e9", ten_mb));
    assert_true(vr_imagenet_x_load(&perm, &set, &(vr_imagenet_x_files){.annotations = path}, VR_FATAL));
    assert_int_equal(set.count, 6);
    vr_imagenet_x_table table;
    path = file("long.csv",
                vr_arena_printf(&perm, "file_name,predicted_class,note\na.JPEG,0,%s\nb.JPEG,1,\"%s\"\n",
                                ten_mb, ten_mb));
    assert_true(vr_imagenet_x_run(&perm, &table, &set, path, NULL, VR_FATAL));
    assert_int_equal(table.rows[0].n, 2);
}

static void assert_predictions_fail(const char *text, const char *message) {
    const vr_imagenet_x_set set = six_set();
    vr_imagenet_x_table t;
    vr_err err = {0};
    assert_false(vr_imagenet_x_run(&perm, &t, &set, file("bad.csv", text), NULL, &err));
    if (!strstr(err.msg, message)) fail_msg("'%s' does not name '%s'", err.msg, message);
    assert_null(t.rows);
}

static void every_error_in_predictions_is_reported_with_its_place(void **state) {
    (void)state;
#define HEAD "file_name,predicted_class,predicted_probability\n"
    assert_predictions_fail(HEAD "a.JPEG,1000,0.5\n", "bad.csv:2:8: expected a class, 0 to 999, found 1000");
    assert_predictions_fail(HEAD "a.JPEG,-1,0.5\n", "bad.csv:2:8: expected a class, 0 to 999, found -1");
    assert_predictions_fail(HEAD "a.JPEG,1.5,0.5\n", "bad.csv:2:8: ");
    assert_predictions_fail(HEAD "a.JPEG,cat,0.5\n", "bad.csv:2:8: ");
    assert_predictions_fail(HEAD "a.JPEG,,0.5\n", "bad.csv:2:8: ");
    assert_predictions_fail(HEAD "a.JPEG,1,1.5\n", "bad.csv:2:10: expected a probability, 0 to 1, found 1.5");
    assert_predictions_fail(HEAD "a.JPEG,1,-0.1\n",
                            "bad.csv:2:10: expected a probability, 0 to 1, found -0.1");
    assert_predictions_fail(HEAD "a.JPEG,1,nan\n", "bad.csv:2:10: expected a probability, 0 to 1, found nan");
    assert_predictions_fail(HEAD "a.JPEG,1,\n", "bad.csv:2:10: ");
    assert_predictions_fail(HEAD "a.JPEG,1,0.5\nb.JPEG,1,0.5\na.JPEG,1,0.5\n",
                            "bad.csv:4:1: duplicate image 'a.JPEG' (first at line 2)");
    assert_predictions_fail(HEAD "a.JPEG,1,0.5\nb.JPEG,1,0.5\nval/a.png,1,0.5\n",
                            "bad.csv:4:1: 'val/a.png' is the image of 'a.JPEG' (line 2)");
    assert_predictions_fail(HEAD "q.JPEG,1,0.5\nb.JPEG,1,0.5\nq.JPEG,1,0.5\n",
                            "bad.csv:4:1: duplicate image 'q.JPEG' (first at line 2)");
    assert_predictions_fail(HEAD "a.JPEG,1,0.5\n,1,0.5\n", "bad.csv:3:1: expected the name of an image");
    assert_predictions_fail(HEAD "q.JPEG,1,0.5\n", "no prediction is of an image of");
    assert_predictions_fail(HEAD, "bad.csv: no predictions");
    assert_predictions_fail("file_name,class\na.JPEG,1\n", "missing predictions");
    assert_predictions_fail("where,predicted_class\na.JPEG,1\n", "missing image names");
    assert_predictions_fail(HEAD "a.JPEG,1\n", "bad.csv:2");
    assert_predictions_fail(HEAD "\"a.JPEG,1,0.5\n", "bad.csv:2:1: ");
    assert_predictions_fail("", "bad.csv:1:1: ");
#undef HEAD
}

static void a_folder_of_models_is_read_in_the_order_of_names_on_any_threads(void **state) {
    (void)state;
    const vr_imagenet_x_set set = six_set();
    const char *folder = test_tmp("models");
    test_mkdir(folder);
    for (int i = 0; i < 40; i++) {
        const char *path = vr_arena_printf(&perm, "%s/m%02d.csv", folder, i);
        const char *text =
            vr_arena_printf(&perm, "file_name,predicted_class\na.JPEG,%d\nb.JPEG,%d\n", i % 2, i % 3);
        vr_file_write(path, text, (int64_t)strlen(text), VR_FATAL);
    }
    vr_file_write(vr_arena_printf(&perm, "%s/README.txt", folder), "x", 1, VR_FATAL);
    vr_file_write(vr_arena_printf(&perm, "%s/.DS_Store", folder), "x", 1, VR_FATAL);
    vr_imagenet_x_table t[2];
    for (int k = 0; k < 2; k++) {
        vr_threads_set(k ? 7 : 1);
        assert_true(vr_imagenet_x_run(&perm, &t[k], &set, folder, NULL, VR_FATAL));
        assert_int_equal(t[k].count, 40);
        assert_int_equal(t[k].other_files.count, 2);
        for (int i = 0; i < 40; i++) {
            assert_string_equal(t[k].rows[i].model, vr_arena_printf(&perm, "m%02d", i));
            assert_close(t[k].rows[i].average, ((i % 2 == 0) + (i % 3 == 1)) / 2.0, 0);
            if (k) t[1].rows[i].model = t[0].rows[i].model;
        }
    }
    assert_memory_equal(t[0].rows, t[1].rows, 40 * sizeof *t[0].rows);
    vr_file_write(vr_arena_printf(&perm, "%s/m07.csv", folder), "file_name,predicted_class\na.JPEG,7000\n",
                  39, VR_FATAL);
    vr_file_write(vr_arena_printf(&perm, "%s/m31.csv", folder), "nothing\n", 8, VR_FATAL);
    vr_err err = {0};
    assert_false(vr_imagenet_x_run(&perm, &t[0], &set, folder, NULL, &err));
    assert_message(err, "m07.csv:2:8: expected a class, 0 to 999, found 7000");
    vr_threads_set(0);
    const char *empty = test_tmp("no-models");
    test_mkdir(empty);
    err = (vr_err){0};
    assert_false(vr_imagenet_x_run(&perm, &t[0], &set, empty, NULL, &err));
    assert_message(err, "no .csv file of predictions");
}

/* A table of classes to metaclasses in which class c is metaclass c % 17. */
static const char *metaclass_file(int rows) {
    vr_text t = {.arena = &perm};
    vr_text_add(&t, "wnid,name,metaclass\n");
    for (int c = 0; c < rows; c++)
        vr_text_printf(&t, "n%08d,%s,%d\n", c, c % 17 == 16 ? "fungus" : vrp_imagenet_x_metaclasses()[c % 17],
                       c % 17);
    return file("meta.csv", t.data);
}

static void metaclasses_group_and_count_as_correct(void **state) {
    (void)state;
    vr_imagenet_x_set set;
    vr_imagenet_x_table t;
    vr_err err = {0};
    const char *annotations = file("six.jsonl", six());
    vr_imagenet_x_load(
        &perm, &set, &(vr_imagenet_x_files){.annotations = annotations, .metaclasses = metaclass_file(1000)},
        VR_FATAL);
    assert_int_equal(set.metaclass[16], 16);
    assert_int_equal(set.metaclass[33], 16); /* a name that is none of the 16 is "other" */
    /* a: 17 is a device as 0 is; c: wrong; the others are correct */
    const char *predictions =
        file("m.csv", "file_name,predicted_class\na.JPEG,17\nb.JPEG,1\nc.JPEG,0\nd.JPEG,0\ne.JPEG,1\n");
    vr_imagenet_x_run(&perm, &t, &set, predictions,
                      &(vr_imagenet_x_opts){.target = VR_IMAGENET_X_METACLASS, .by_metaclass = true},
                      VR_FATAL);
    assert_close(t.rows[0].average, 4.0 / 5, 1e-15);
    assert_string_equal(t.metaclasses[2].metaclass, "commodity");
    assert_int_equal(t.metaclasses[0].n, 2);
    assert_int_equal(t.metaclasses[2].n, 1);
    assert_close(t.metaclasses[2].accuracy[POSE], 0,
                 0); /* nothing correct: 0, and in the original's way NaN */
    assert_true(isnan(t.metaclasses[5].average));
    vr_imagenet_x_run(
        &perm, &t, &set, predictions,
        &(vr_imagenet_x_opts){.target = VR_IMAGENET_X_METACLASS, .by_metaclass = true, .compat = true},
        VR_FATAL);
    assert_true(isnan(t.metaclasses[2].accuracy[POSE]));
    assert_close(t.metaclasses[2].average, 0, 0);
    const vr_imagenet_x_set bare = six_set();
    assert_false(
        vr_imagenet_x_run(&perm, &t, &bare, predictions, &(vr_imagenet_x_opts){.by_metaclass = true}, &err));
    assert_message(err, "metaclasses");
    static const int rows[] = {0, 999, 1001};
    for (int i = 0; i < 3; i++) {
        err = (vr_err){0};
        assert_false(vr_imagenet_x_load(
            &perm, &set,
            &(vr_imagenet_x_files){.annotations = annotations, .metaclasses = metaclass_file(rows[i])},
            &err));
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
    const char *predictions =
        file("m.csv", "file_name,predicted_class\nILSVRC2012_val_00000001.JPEG,9\n"
                      "ILSVRC2012_val_00000002.JPEG,7\nILSVRC2012_val_00000003.JPEG,6\n");
    vr_imagenet_x_set set;
    vr_imagenet_x_table table;
    vr_err err = {0};
    vr_imagenet_x_load(&perm, &set, &files, VR_FATAL);
    vr_imagenet_x_run(&perm, &table, &set, predictions,
                      &(vr_imagenet_x_opts){.target = VR_IMAGENET_X_REAL, .human = true}, VR_FATAL);
    assert_int_equal(table.count, 2);
    assert_int_equal(table.rows[0].n, 2);
    assert_int_equal(table.rows[0].join.unlabelled, 1);
    assert_close(table.rows[0].average, 0.5, 0);
    assert_string_equal(table.rows[1].model, "human");
    assert_close(table.rows[1].average, 1, 0);
    vr_imagenet_x_run(&perm, &table, &set, predictions,
                      &(vr_imagenet_x_opts){.target = VR_IMAGENET_X_REAL, .compat = true}, VR_FATAL);
    assert_int_equal(table.rows[0].n, 3);
    assert_close(table.rows[0].average, 1.0 / 3, 1e-15);
    static const char *const bad[][2] = {{"[[6],[],[5,1000]]", "real.json:1:12: expected a class"},
                                         {"[[6],[],5]", "real.json:1:9: expected an array"},
                                         {"{\"a\":1}", "real.json:1:1: expected an array"},
                                         {"[[6],[]]", "no labels for the image 'ILSVRC2012_val_00000003"},
                                         {"[[6],[],[5.0]]", "real.json:1:10: expected a class"},
                                         {"[[6],[],[", "real.json:1:10:"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err = (vr_err){0};
        vr_imagenet_x_files wrong = files;
        wrong.real = file("real.json", bad[i][0]);
        assert_false(vr_imagenet_x_load(&perm, &set, &wrong, &err));
        assert_message(err, bad[i][1]);
    }
    err = (vr_err){0};
    assert_false(vr_imagenet_x_load(
        &perm, &set,
        &(vr_imagenet_x_files){.annotations = file("six.jsonl", six()), .real = file("real.json", "[[1]]")},
        &err));
    assert_message(err, "no labels for the image 'a.JPEG'");
}

static void duplicate_and_missing_prototypes_are_named(void **state) {
    (void)state;
    static const char *const bad[][2] = {
        {"file_name\na\nb\na\n", "p.csv:4:1: duplicate image 'a'"},
        {"path\na\n", "'file_name'"},
        {"file_name,x\n,1\n", "p.csv:2:1: expected the name of an image"},
        {"file_name\na.JPEG\nb.JPEG\nc.JPEG\nd.JPEG\ne.JPEG\nf.JPEG\n", "all images of"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        vr_err err = {0};
        vr_imagenet_x_set set;
        const char *annotations = file("six.jsonl", six());
        assert_false(vr_imagenet_x_load(
            &perm, &set,
            &(vr_imagenet_x_files){.annotations = annotations, .prototypes = file("p.csv", bad[i][0])},
            &err));
        assert_message(err, bad[i][1]);
    }
}

/* ---- released tables ---- */

static const char table_head[] =
    "model,pose,background,pattern,color,smaller,shape,partial_view,subcategory,texture,larger,darker,"
    "object_blocking,person_blocking,style,brighter,multiple_objects,worst_factor,average,worst_100_"
    "classes\n";

static const char *table_text(const char *rows) { return vr_arena_printf(&perm, "%s%s", table_head, rows); }

#define TEN ".1,.2,.3,.4,.5,.6,.7,.8,.9,1"

static void every_error_in_a_table_is_reported_with_its_place(void **state) {
    (void)state;
    const struct {
        const char *text, *message;
    } bad[] = {
        {table_text("m," TEN ",0,0,0,0,0,,0,1.5,0\n"), "t.csv:2:45: expected an accuracy, 0 to 1, found 1.5"},
        {table_text("m," TEN ",0,0,0,0,0,x,0,0.5,0\n"), "t.csv:2:42: "},
        {table_text("," TEN ",0,0,0,0,0,,0,0.5,0\n"), "t.csv:2:1: expected the name of a model"},
        {table_text("m," TEN ",0,0,0,0,0,,0,0.5,0\nn," TEN ",0,0,0,0,0,,0,0.5,0\nm," TEN
                    ",0,0,0,0,0,,0,0.5,0\n"),
         "t.csv:4:1: duplicate model 'm' (first at line 2)"},
        {table_text("m,1\n"), "t.csv:2"},
        {table_text(""), "t.csv: no models"},
        {replaced(table_text("m\n"), "brighter", "blurry"), "'brighter'"},
        {replaced(table_text("m\n"), "average", "average,blurry"), "t.csv:1: unknown column 'blurry'"},
        {replaced(replaced(table_text("m,cat," TEN ",0,0,0,0,0,,0,0.5,0\n"), "model,", "model,metaclass,"),
                  "x", "x"),
         "t.csv:2:3: unknown metaclass 'cat'"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        vr_err err = {0};
        vr_imagenet_x_table t = {0};
        assert_false(
            vr_imagenet_x_table_load(&perm, &t, file("t.csv", bad[i].text), VR_IMAGENET_X_CLASS, &err));
        if (!strstr(err.msg, bad[i].message)) fail_msg("'%s' does not name '%s'", err.msg, bad[i].message);
        assert_int_equal(t.count, 0);
    }
    vr_err err = {0};
    vr_imagenet_x_table t = {0};
    const char *empty = test_tmp("no-tables");
    test_mkdir(empty);
    assert_false(vr_imagenet_x_table_load(&perm, &t, empty, VR_IMAGENET_X_REAL, &err));
    assert_message(err, "no table real_class/accuracies_per_factor.csv");
}

static const char *table_at(const char *path, const char *text) {
    vr_file_write(path, text, (int64_t)strlen(text), VR_FATAL);
    return path;
}

static void tables_of_different_kinds_are_refused(void **state) {
    (void)state;
    const char *root = test_tmp("kinds"), *paths[6];
    static const char *const folders[] = {"",       "/top",        "/top/class", "/top/metaclass",
                                          "/multi", "/multi/class"};
    for (int i = 0; i < 6; i++) test_mkdir(paths[i] = vr_arena_printf(&perm, "%s%s", root, folders[i]));
    const char *rows = table_text("m," TEN ",0,0,0,0,0,,0,0.5,0\n");
    const char *by_metaclass =
        "model,metaclass,pose,background,pattern,color,smaller,shape,partial_view,subcategory,texture,larger,"
        "darker,"
        "object_blocking,person_blocking,style,brighter,multiple_objects,worst_factor,average\n"
        "m,dog," TEN ",0,0,0,0,0,,0,0.5\n";
    const char *top = table_at(vr_arena_printf(&perm, "%s/accuracies_per_factor.csv", paths[2]), rows),
               *target = table_at(vr_arena_printf(&perm, "%s/accuracies_per_factor.csv", paths[3]), rows),
               *multi = table_at(vr_arena_printf(&perm, "%s/accuracies_per_factor.csv", paths[5]), rows),
               *by = table_at(vr_arena_printf(&perm, "%s/accuracies_per_factor_metaclass.csv", paths[2]),
                              by_metaclass),
               *plain = table_at(vr_arena_printf(&perm, "%s/accuracies.csv", root), rows);
    const struct {
        const char *first, *second, *message;
    } cases[] = {{top, multi, "different kinds: 'multi', but 'top' in"},
                 {top, target, "different kinds: 'metaclass', but 'class' in"},
                 {top, by, "different kinds: 'by metaclass', but 'all images' in"},
                 {by, plain, "different kinds: 'all images', but 'by metaclass' in"},
                 {root, NULL, "different kinds: 'top', but 'multi' in"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        vr_imagenet_x_table t = {0};
        vr_err err = {0};
        const bool both = cases[i].second != NULL;
        if (both)
            assert_true(vr_imagenet_x_table_load(&perm, &t, cases[i].first, VR_IMAGENET_X_CLASS, VR_FATAL));
        assert_false(vr_imagenet_x_table_load(&perm, &t, both ? cases[i].second : cases[i].first,
                                              VR_IMAGENET_X_CLASS, &err));
        assert_message(err, cases[i].message);
    }
    vr_imagenet_x_table t = {0};
    vr_err err = {0};
    assert_false(vr_imagenet_x_table_load(&perm, &t, top, VR_IMAGENET_X_REAL, &err));
    assert_message(err, "a table of the target 'class', not 'real_class'");
    t = (vr_imagenet_x_table){0}; /* one that does not tell agrees with all */
    assert_true(vr_imagenet_x_table_load(&perm, &t, plain, VR_IMAGENET_X_CLASS, VR_FATAL));
    assert_true(vr_imagenet_x_table_load(&perm, &t, paths[1], VR_IMAGENET_X_METACLASS, VR_FATAL));
    assert_int_equal(t.count, 2);
    assert_int_equal(t.other_tables.count, 2);
    assert_string_equal(t.other_tables.names, "class/accuracies_per_factor.csv (class), "
                                              "class/accuracies_per_factor_metaclass.csv (by metaclass)");
    assert_int_equal(t.other_files.count, 0);
    t = (vr_imagenet_x_table){0}; /* the metaclass stands beside the model */
    vr_imagenet_x_table_load(&perm, &t, by, VR_IMAGENET_X_CLASS, VR_FATAL);
    vr_table few = vrp_imagenet_x_by_factor(&perm, &t, 1);
    assert_string_equal(few.names[2], "m, dog");
    t.count = 9;
    t.rows = VR_NEW(&perm, vr_imagenet_x_row, 9);
    t.rows[0].model = "m", t.rows[0].metaclass = vrp_imagenet_x_metaclasses()[1];
    for (int i = 1; i < 9; i++) t.rows[i] = t.rows[0];
    vr_table many = vrp_imagenet_x_by_model(&perm, &t, 1, false);
    assert_string_equal(many.names[1], "metaclass");
    assert_string_equal(many.cells[1].text, "dog");
}

static void predictions_and_tables_in_one_folder_are_told_apart(void **state) {
    (void)state;
    const char *folder = test_tmp("mixed"), *model = vr_arena_printf(&perm, "%s/m.csv", folder);
    test_mkdir(folder);
    table_at(model, six_predictions);
    const vr_imagenet_x_set set = six_set();
    vr_imagenet_x_table t = {0};
    vr_err err = {0};
    assert_false(vr_imagenet_x_table_load(&perm, &t, folder, VR_IMAGENET_X_CLASS, &err));
    assert_message(err, "no table class/accuracies_per_factor.csv or accuracies_per_factor.class.csv; not "
                        "read: 1 other file: m.csv");
    err = (vr_err){0};
    assert_false(vr_imagenet_x_table_load(&perm, &t, model, VR_IMAGENET_X_CLASS, &err));
    assert_message(err, "m.csv:1: expected a table of accuracies (model, pose, ...), found predictions");
    table_at(vr_arena_printf(&perm, "%s/accuracies_per_factor.csv", folder),
             table_text("m," TEN ",0,0,0,0,0,,0,0.5,0\n"));
    assert_true(vr_imagenet_x_run(&perm, &t, &set, folder, NULL, VR_FATAL));
    assert_int_equal(t.count, 1);
    assert_string_equal(t.rows[0].model, "m");
    assert_string_equal(t.other_tables.names, "accuracies_per_factor.csv (accuracies)");
    for (int i = 0; i < 20; i++) table_at(vr_arena_printf(&perm, "%s/n%02d.txt", folder, i), "x");
    vr_imagenet_x_run(&perm, &t, &set, folder, NULL, VR_FATAL);
    assert_string_equal(
        vrp_imagenet_x_others_text(&perm, &t),
        "1 table: accuracies_per_factor.csv (accuracies); 20 other files: n00.txt, n01.txt, n02.txt, "
        "n03.txt, n04.txt, n05.txt, n06.txt, n07.txt and 12 more");
}

static void counts_come_back_from_accuracies(void **state) {
    (void)state;
    vr_imagenet_x_row rows[3] = {{0}};
    for (int m = 0; m < 3; m++) {
        for (int f = 0; f < 16; f++) rows[m].accuracy[f] = NAN;
        rows[m].accuracy[POSE] = (100 + 7 * m) / 199.0;
        rows[m].accuracy[TEXTURE] = (m + 1) / 8.0;     /* 1, 2, 3 of 8 */
        rows[m].accuracy[COLOR] = 0.1234567890123 + m; /* of no whole number of images */
        rows[m].average = 46109 / 46110.0 - m / 46110.0;
    }
    vrp_imagenet_x_recover(rows, 3);
    for (int m = 0; m < 3; m++) {
        assert_int_equal(rows[m].count[POSE], 199);
        assert_int_equal(rows[m].count[TEXTURE], 8);
        assert_int_equal(rows[m].count[BACKGROUND], 0);
        assert_int_equal(rows[m].count[COLOR], 0);
        assert_int_equal(rows[m].n, 46110);
    }
}
static void families_that_cannot_be_compared_are_refused(void **state) {
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
    assert_false(vr_imagenet_x_families_find(
        &perm, &x, &t, file("c.csv", "model,family\nViT,a\nDINO,b\nViT,b\n"), names, 2, &err));
    assert_message(err, "c.csv:4:1: duplicate model 'ViT' (first at line 2)");
    err = (vr_err){0};
    assert_false(
        vr_imagenet_x_families_find(&perm, &x, &t, file("c.csv", "model,family\nvit,a\n"), names, 2, &err));
    assert_message(err, "no family of the table's 4 models");
    err = (vr_err){0};
    assert_false(vr_imagenet_x_families_find(&perm, &x, &t, file("c.csv", "model\nvit\n"), names, 2, &err));
    assert_message(err, "'family'");
}
/* ---- the page and the program ---- */

static void the_page_shows_what_it_was_given(void **state) {
    (void)state;
    vr_imagenet_x_set set;
    vr_imagenet_x_table t;
    vr_imagenet_x_load(
        &perm, &set,
        &(vr_imagenet_x_files){.annotations = file("six.jsonl", six()), .metaclasses = metaclass_file(1000)},
        VR_FATAL);
    vr_imagenet_x_run(&perm, &t, &set, file("a<b>.csv", six_predictions),
                      &(vr_imagenet_x_opts){.by_metaclass = true}, VR_FATAL);
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
    const char *path = test_tmp("example.html");
    vr_imagenet_x_page_save(&report, path, VR_FATAL);
    browser_start(&chromium);
    browser_open(&chromium, path, 1280, 900, false);
    static const char first[] =
        "(() => { const r = [...document.querySelectorAll('.table tbody tr')].find(r => !r.hidden);"
        " return r.cells[0].textContent + ' ' + r.cells[4].textContent; })()";
    browser_click(&chromium, ".filter input");
    browser_type(&chromium, "texture");
    assert_string_equal(browser_ask(&chromium, "document.querySelector('.filter output').textContent"),
                        "4 of 68 rows");
    assert_string_equal(browser_ask(&chromium, first), "DINO 2.150 [1.926, 2.400]");
    browser_click(&chromium, ".table th:nth-child(5) button"); /* the error ratio, highest first */
    assert_string_equal(browser_ask(&chromium, first), "ResNet50 2.394 [2.179, 2.630]");
    browser_ask(
        &chromium,
        "(() => { const i = document.querySelector('.filter input'); i.value = 'vit'; i.dispatchEvent(new "
        "Event('input')); return 1; })()");
    assert_string_equal(browser_ask(&chromium, "document.querySelector('.filter output').textContent"),
                        "17 of 68 rows");
    assert_string_equal(browser_ask(&chromium, first), "ViT 2.045 [1.809, 2.311]");
    for (int k = 0; k < 4; k++) { /* a phone and a desk, light and dark */
        browser_open(&chromium, path, k & 1 ? 390 : 1280, 900, k & 2);
        assert_true(atoi(browser_ask(&chromium, "document.documentElement.scrollWidth")) <=
                    (k & 1 ? 390 : 1280));
        assert_non_null(
            strstr(browser_ask(&chromium, "document.body.innerText"),
                   "ResNet50 makes 2.39 times as many errors on images with the factor 'texture'"));
    }
    assert_string_equal(chromium.fault, "");
}

/* Runs the program with these arguments; what it prints goes to *out, and what on stderr to *errors. */
static int run(const char **out, const char **errors, const char *arguments) {
    const char *o = test_tmp("stdout"), *e = test_tmp("stderr");
    const int status =
        system(vr_arena_printf(&perm, "%s/imagenet_x %s >%s 2>%s", programs(), arguments, o, e));
    vr_bytes bytes;
    vr_file_read(&perm, &bytes, o, VR_FATAL);
    *out = (const char *)bytes.data;
    vr_file_read(&perm, &bytes, e, VR_FATAL);
    *errors = (const char *)bytes.data;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void the_program_without_arguments_prints_the_papers_models(void **state) {
    (void)state;
    const char *out, *errors;
    vr_bytes want;
    assert_int_equal(run(&out, &errors, ""), 0);
    assert_string_equal(errors, "");
    vr_file_read(&perm, &want, "examples/expected/imagenet_x.txt", VR_FATAL);
    assert_string_equal(out, (const char *)want.data);
    assert_int_equal(run(&out, &errors, "--help"), 0);
    assert_non_null(strstr(out, "--annotations"));
}

static void the_program_runs_on_a_users_own_model(void **state) {
    (void)state;
    const char *out, *errors, *csv = test_tmp("cells.csv"), *page = test_tmp("r.html");
    const char *annotations = file("six.jsonl", six()), *predictions = file("mine.csv", six_predictions);
    const char *prototypes = file("p.csv", "file_name\nf.JPEG\n");
    assert_int_equal(run(&out, &errors,
                         vr_arena_printf(&perm,
                                         "--annotations %s --predictions %s --prototypes %s --calibration "
                                         "--csv %s --report %s --threads 2",
                                         annotations, predictions, prototypes, csv, page)),
                     0);
    assert_non_null(strstr(out, "mine"));
    assert_non_null(strstr(errors, "mine: 5 scored; 1 prediction of an excluded image"));
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
    } bad[] = {
        {"--annotations /nowhere.jsonl --predictions x.csv", "/nowhere.jsonl", 1},
        {"--annotations only.jsonl", "--annotations and --predictions go together", 2},
        {"--predictions only.csv", "--annotations and --predictions go together", 2},
        {"--annotations a.jsonl --predictions p.csv table.csv", "either --predictions or released tables", 2},
        {"--annotations a --predictions p --target dog", "--target: unknown target 'dog'", 2},
        {"--annotations a --predictions p --calibration", "--calibration needs --csv, --json or --report", 2},
        {"--annotations a --predictions p --real r", "--real needs --target real", 2},
        {"--target real", "--target needs --predictions or released tables", 2},
        {"--calibration", "--calibration and --compat need --predictions", 2},
        {"--prototypes p.csv t.csv", "need --predictions", 2},
        {"--nonsense", "--nonsense", 2},
        {"/nowhere.csv", "/nowhere.csv", 1},
        {"--by-metaclass /tmp/visrob_x.csv", "--by-metaclass needs --metaclasses", 2},
        {"--augmentation crop", "strengths of 'crop'", 1},
        {"--csv /dev/full", "/dev/full", 2},
        {"--report /dev/full", "/dev/full", 1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *out, *errors;
        assert_int_equal(run(&out, &errors, bad[i].arguments), bad[i].code);
        if (!strstr(errors, bad[i].message))
            fail_msg("%s: '%s' does not name '%s'", bad[i].arguments, errors, bad[i].message);
    }
}

static void the_program_shows_names_of_files_harmlessly_and_is_quiet(void **state) {
    (void)state;
    const char *out, *errors, *folder = test_tmp("models-9");
    const char *red = file("\x1b[31m.csv", table_text("m," TEN ",0,0,0,0,0,,0,0.5,0\n"));
    assert_int_equal(run(&out, &errors, vr_arena_printf(&perm, "'%s'", red)), 0);
    assert_null(strchr(out, '\x1b'));
    assert_non_null(strstr(out, "\\x1b[31m.csv"));
    test_mkdir(folder);
    for (int i = 0; i < 9; i++) table_at(vr_arena_printf(&perm, "%s/m%d.csv", folder, i), six_predictions);
    const char *arguments =
        vr_arena_printf(&perm, "--annotations %s --predictions %s", file("six.jsonl", six()), folder);
    assert_int_equal(run(&out, &errors, arguments), 0);
    assert_non_null(strstr(errors, "9 models"));
    assert_int_equal(run(&out, &errors, vr_arena_printf(&perm, "%s --quiet", arguments)), 0);
    assert_string_equal(errors, "");
    assert_non_null(strstr(out, "m8"));
}

static void the_program_reads_the_released_tables(void **state) {
    (void)state;
    const char *out, *errors;
    const char *results = test_data(DATA "results/top"), *types = test_data(DATA "model_types.csv"),
               *page = test_tmp("families.html");
    assert_int_equal(
        run(&out, &errors, vr_arena_printf(&perm, "%s --families %s --report %s", results, types, page)), 0);
    assert_non_null(strstr(out, "all (209)"));
    assert_non_null(strstr(out, "results/top (top, class)\n"));
    assert_non_null(strstr(errors, "base/real_class/accuracies_per_factor.csv (real_class)"));
    assert_non_null(strstr(out, "subcategory          1.9728"));
    vr_bytes html;
    vr_file_read(&perm, &html, page, VR_FATAL);
    assert_non_null(strstr((const char *)html.data, "Families of models"));
    const char *base = test_data(DATA "results/top/base/class");
    assert_int_equal(run(&out, &errors, base), 0);
    assert_non_null(strstr(out, "282   2.15032   2.39386    2.0584   2.04465"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accuracies_and_ratios_are_those_worked_by_hand),
        cmocka_unit_test(the_order_of_rows_and_columns_does_not_matter),
        cmocka_unit_test(images_that_one_side_lacks_are_counted),
        cmocka_unit_test(a_model_without_errors_has_no_ratio),
        cmocka_unit_test(every_error_in_an_annotation_is_reported_with_its_place),
        cmocka_unit_test(the_first_error_of_a_file_is_reported),
        cmocka_unit_test(a_long_file_is_read_by_many_threads),
        cmocka_unit_test(a_changed_byte_means_the_same_in_a_line_like_the_last_one),
        cmocka_unit_test(every_prefix_of_the_files_is_an_error_or_whole_lines),
        cmocka_unit_test(blanks_marks_and_long_lines_are_read),
        cmocka_unit_test(every_error_in_predictions_is_reported_with_its_place),
        cmocka_unit_test(a_folder_of_models_is_read_in_the_order_of_names_on_any_threads),
        cmocka_unit_test(metaclasses_group_and_count_as_correct),
        cmocka_unit_test(real_labels_are_matched_by_number_and_images_without_are_left_out),
        cmocka_unit_test(duplicate_and_missing_prototypes_are_named),
        cmocka_unit_test(every_error_in_a_table_is_reported_with_its_place),
        cmocka_unit_test(tables_of_different_kinds_are_refused),
        cmocka_unit_test(predictions_and_tables_in_one_folder_are_told_apart),
        cmocka_unit_test(counts_come_back_from_accuracies),
        cmocka_unit_test(families_that_cannot_be_compared_are_refused),
        cmocka_unit_test(the_page_shows_what_it_was_given),
        cmocka_unit_test(a_filter_and_a_click_on_the_page_change_what_is_read),
        cmocka_unit_test(the_program_without_arguments_prints_the_papers_models),
        cmocka_unit_test(the_program_runs_on_a_users_own_model),
        cmocka_unit_test(the_program_names_what_is_wrong),
        cmocka_unit_test(the_program_shows_names_of_files_harmlessly_and_is_quiet),
        cmocka_unit_test(the_program_reads_the_released_tables),
    };
    return cmocka_run_group_tests(tests, NULL, perm_free);
}
