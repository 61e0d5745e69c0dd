/* tests/test_predictions.c: predictions of any program, in every form; joins by name; what is correct. */
#include "test.h"
#include "../visrob_impl/study/predictions_impl.h"

TEST_ARENA(arena);

static bool parse(vr_predictions *p, const char *text, int64_t classes, vr_err *err) {
    const vr_predictions_opts opts = {.classes = classes};
    return vrp_predictions_parse(&arena, p, test_bytes_of(text), "p.csv", &opts, err);
}

static void assert_name(const vr_predictions *p, int64_t i, const char *name) {
    assert_int_equal(p->image[i].size, strlen(name));
    assert_memory_equal(p->image[i].data, name, strlen(name));
}

/* ---- forms ---- */

static void each_form_gives_the_same_rows(void **state) {
    (void)state;
    static const char *const forms[] = {
        "file_name,predicted_class,predicted_probability,label\na.jpg,3,0.5,3\n\"b,\"\"c\"\".jpg\",4,0.25,\n",
        "\xEF\xBB\xBF,file_name,other,label,predicted_class,predicted_probability\r\n0,a.jpg,x,3,3,0.5\r\n1,"
        "\"b,\"\"c\"\".jpg\",,,4,0.25",
        "a.jpg,3,0.5,3\n\"b,\"\"c\"\".jpg\",4,0.25,\n", /* without names of columns */
        "{\"file_name\": \"a.jpg\", \"predicted_class\": 3, \"predicted_probability\": 0.5, \"label\": 3}\n"
        "{\"predicted_probability\": 0.25, \"label\": null, \"file_name\": \"b,\\\"c\\\".jpg\", "
        "\"predicted_class\": [4]}\n",
        "[{\"file_name\": \"a.jpg\", \"predicted_class\": 3, \"predicted_probability\": 0.5, \"label\": 3},\n"
        " {\"file_name\": \"b,\\\"c\\\".jpg\", \"predicted_class\": 4, \"predicted_probability\": 0.25}]",
        "{\"a.jpg\": {\"pred_indices\": [[3]], \"predicted_probability\": 0.5, \"label\": 3},\n"
        " \"b,\\\"c\\\".jpg\": {\"pred_indices\": [4], \"predicted_probability\": 0.25}}"};
    for (int64_t f = 0; f < COUNT(forms); f++) {
        vr_predictions p;
        assert_true(parse(&p, forms[f], 1000, VR_FATAL));
        assert_int_equal(p.count, 2);
        assert_int_equal(p.k, 1);
        assert_name(&p, 0, "a.jpg");
        assert_name(&p, 1, "b,\"c\".jpg");
        assert_memory_equal(p.predicted, ((int64_t[]){3, 4}), 2 * sizeof(int64_t));
        assert_memory_equal(p.label, ((int64_t[]){3, -1}), 2 * sizeof(int64_t));
        assert_true(p.probability[0] == 0.5f && p.probability[1] == 0.25f);
        assert_null(p.correct);
    }
}

static void several_classes_and_flags_are_read(void **state) {
    (void)state;
    static const char *const forms[] = {
        "ID,Prediction_Indices,acc5,acc1\nu1,4|18|34,1.0,0.0\nu2,1|2|3,True,False\n",
        "id,predictions,correct_top5,correct\nu1,\"[4, 18, 34]\",1,0\nu2,\"[1,2,3]\",1,0\n",
        "{\"u1\": {\"pred_indices\": [[4, 18, 34]], \"correct\": 0, \"correct_top5\": true},"
        "\"u2\": {\"pred_indices\": [1, 2, 3], \"correct\": false, \"correct_top5\": 1}}"};
    for (int64_t f = 0; f < COUNT(forms); f++) {
        vr_predictions p;
        assert_true(parse(&p, forms[f], 0, VR_FATAL));
        assert_int_equal(p.k, 3);
        assert_memory_equal(p.predicted, ((int64_t[]){4, 18, 34, 1, 2, 3}), 6 * sizeof(int64_t));
        assert_memory_equal(p.correct, ((uint8_t[]){0, 0}), 2);
        assert_memory_equal(p.correct_top5, ((uint8_t[]){1, 1}), 2);
    }
    vr_predictions p; /* flags only */
    assert_true(parse(&p, "url,acc1,acc5\nu1,1.0,1.0\nu2,0.0,1.0\n", 0, VR_FATAL));
    assert_int_equal(p.k, 0);
    assert_null(p.predicted);
    assert_memory_equal(p.correct, ((uint8_t[]){1, 0}), 2);
}

static void arrays_of_classes_and_of_logits_are_read(void **state) {
    (void)state;
    const char *path = test_tmp("p.npy");
    const float logits[6] = {1, 3, 2, 9, 8, 7};
    const int64_t classes[2] = {1, 0};
    vr_array a = {.name = "", .data = logits, .dtype = VR_F32, .ndim = 2, .shape = {2, 3}, .stride = {3, 1}};
    vr_npy_save(path, &a, VR_FATAL);
    vr_predictions p;
    assert_true(
        vr_predictions_load(&arena, &p, path, &(vr_predictions_opts){.classes = 3, .k = 2}, VR_FATAL));
    assert_null(p.image);
    assert_int_equal(p.k, 2);
    assert_memory_equal(p.predicted, ((int64_t[]){1, 2, 0, 1}), 4 * sizeof(int64_t));
    vr_err err = {0};
    assert_false(vr_predictions_load(&arena, &p, path, &(vr_predictions_opts){.classes = 4}, &err));
    assert_message(err, "expected logits of 4 classes, found 3");
    const int64_t hot[4] = {0, 0, 1, 0}; /* one-hot labels are no classes, best first */
    err = (vr_err){0};
    a = (vr_array){.name = "", .data = hot, .dtype = VR_I64, .ndim = 2, .shape = {1, 4}, .stride = {4, 1}};
    vr_npy_save(path, &a, VR_FATAL);
    assert_false(vr_predictions_load(&arena, &p, path, NULL, &err));
    assert_message(err, "row 0: class 0 twice among the best");
    a = (vr_array){.name = "", .data = classes, .dtype = VR_I64, .ndim = 1, .shape = {2}, .stride = {1}};
    vr_npy_save(path, &a, VR_FATAL);
    assert_true(vr_predictions_load(&arena, &p, path, NULL, VR_FATAL));
    assert_int_equal(p.k, 1);
    assert_memory_equal(p.predicted, classes, sizeof classes);
    const vr_image_index none = {.arena = &arena};
    int64_t prediction[3];
    assert_true(vr_predictions_join(prediction, &p, &none, 2, "d.csv", VR_FATAL));
    assert_memory_equal(prediction, ((int64_t[]){0, 1}), 2 * sizeof *prediction);
    err = (vr_err){0};
    assert_false(vr_predictions_join(prediction, &p, &none, 3, "d.csv", &err));
    assert_message(err, "2 predictions without names for the 3 images of d.csv");
    err = (vr_err){0};
    assert_false(vr_predictions_load(&arena, &p, path, &(vr_predictions_opts){.classes = 1}, &err));
    assert_message(err, "row 0: 1 is no class");
}

/* ---- errors ---- */

static void errors_name_file_line_and_column(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "empty"},
        {"\n", "p.csv"},
        {"file_name,predicted_class\n", "p.csv: no predictions"},
        {"a,b\nx,y\n", "p.csv:1: missing image names"},
        {"file_name,guess\nx,1\n", "p.csv:1: missing predictions"},
        {"file_name,predicted_class\na,1\nb,10\n", "p.csv:3:3: expected a class, 0 to 9, found 10"},
        {"file_name,predicted_class\na,-1\n", "p.csv:2:3: expected a class, 0 to 9, found -1"},
        {"file_name,predicted_class\na,1.5\n", "p.csv:2:3:"},
        {"file_name,predicted_class\n,1\n", "p.csv:2:1: expected the name of an image"},
        {"file_name,predicted_class\na\n", "p.csv:2: "},
        {"file_name,predicted_class\na,1\nb,2\na,3\n", "p.csv:4:1: duplicate image 'a' (first at line 2)"},
        {"file_name,predicted_class,predicted_probability\na,1,1.5\n",
         "p.csv:2:5: expected a probability, 0 to 1, found 1.5"},
        {"file_name,predicted_class,predicted_probability\na,1,nan\n", "expected a probability"},
        {"file_name,predicted_class,label\na,1,\"3,10\"\n",
         "p.csv:2:5: expected a class, 0 to 9, found 10 (column 'label')"},
        {"file_name,predicted_class,label\na,1,\"3,x\"\n", "found '3,x' (column 'label')"},
        {"file_name,predicted_class,label\na,1,10\n",
         "p.csv:2:5: expected a class, 0 to 9, found 10 (column 'label')"},
        {"file_name,correct\na,2\n", "p.csv:2:3: expected 0 or 1, found 2"},
        {"ID,Prediction_Indices\na,1|2\nb,1\n",
         "p.csv:3:3: expected 2 classes as in the rows before, found 1"},
        {"ID,Prediction_Indices\na,1|\n", "p.csv:2:3: expected an integer or a list of them, found '1|'"},
        {"ID,Prediction_Indices\na,\n", "p.csv:2:3: expected an integer or a list of them, found ''"},
        {"id,predictions\na,[1\n", "p.csv:2:3"},
        {"id,predictions\na,[]\n", "expected 1 classes as in the rows before, found 0"},
        {"a,1,0.5,0,7\n", "missing image names"}, /* five fields are no known form */
        {"{\"a\": 1}", "p.csv:1: missing predictions"},
        {"[1]", "p.csv:1: missing image names"},
        {"[]", "p.csv: no predictions"},
        {"{", "p.csv:1:"},
        {"[{\"predicted_class\": 1}]", "missing image names"},
        {"[{\"file_name\": \"a\"}]", "missing predictions"},
        {"[{\"file_name\": \"a\", \"predicted_class\": 1},\n{\"file_name\": \"b\"}]",
         "p.csv:2:1: missing value"},
        {"[{\"file_name\": \"a\", \"predicted_class\": 1},\n{\"file_name\": \"a\", \"predicted_class\": 2}]",
         "p.csv:2:1: duplicate image 'a' (first at line 1)"},
        {"{\"file_name\": \"a\", \"predicted_class\": 1}\n\n{\"file_name\": \"a\", \"predicted_class\": 1}\n",
         "p.csv:3:1: duplicate image 'a' (first at line 1)"},
        {"{\"file_name\": \"a\", \"predicted_class\": 1}\n{\"file_name\": [7], \"predicted_class\": 1}\n",
         "p.csv:2:15: expected a string (key 'file_name')"},
        {"{\"file_name\": \"a\", \"predicted_class\": 11}\n", "expected a class, 0 to 9"},
        {"{\"file_name\": \"a\", \"predicted_class\": 1, \"label\": \"x\"}\n",
         "expected an array (key 'label')"},
    };
    for (int64_t i = 0; i < COUNT(cases); i++) {
        vr_predictions p;
        vr_err err = {0};
        if (parse(&p, cases[i].text, 10, &err)) fail_msg("accepted: %s", cases[i].text);
        assert_message(err, cases[i].message);
        assert_int_equal(p.count, 0);
    }
}

static void every_prefix_is_read_or_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "file_name,predicted_class,predicted_probability,label,correct,correct_top5\na.jpg,3,0.5,3,1,"
        "1\n\"b\".jpg,4,0.25,,0,1\n",
        "ID,Prediction_Indices\nu1,4|18|34\nu2,1|2|3\n", "id,predictions\nu1,\"[4, 18]\"\nu2,\"[1,2]\"\n",
        "{\"u1\": {\"pred_indices\": [[4, 18, 34]]}, \"u2\": {\"pred_indices\": [1, 2, 3]}}",
        "{\"file_name\": \"a\", \"predicted_class\": 3, \"label\": 3}\n{\"file_name\": \"b\", "
        "\"predicted_class\": 3}\n"};
    for (int64_t t = 0; t < COUNT(texts); t++)
        for (size_t n = 0; n < strlen(texts[t]); n++) {
            vr_predictions p;
            vr_err err = {0};
            uint8_t *cut = test_block(texts[t], (int64_t)n);
            const bool ok = vrp_predictions_parse(&arena, &p, (vr_bytes){cut, (int64_t)n}, "p", NULL, &err);
            assert_int_equal(ok, err.code == VR_OK);
            free(cut);
        }
}

/* ---- joins ---- */

static int64_t found(const vr_image_index *index, const char *name) {
    return vrp_image_index_find(index, name, (int64_t)strlen(name));
}

static void names_are_matched_exactly_else_by_their_last_part(void **state) {
    (void)state;
    vr_image_index index = {.arena = &arena};
    vr_image_index_add(&index, "val/n01/a.JPEG", 0);
    vr_image_index_add(&index, "val/n02/b.JPEG", 1);
    vr_image_index_add(&index, "val/n03/b.JPEG", 2);
    vr_image_index_add(&index, "c.v2.png", 3);
    vr_image_index_add(&index, "id-4", 4);
    vr_image_index_add(&index, "val/n02/b.JPEG", 5); /* the first one keeps it */
    assert_int_equal(found(&index, "val/n01/a.JPEG"), 0);
    assert_int_equal(found(&index, "a.JPEG"), 0);
    assert_int_equal(found(&index, "a"), 0);
    assert_int_equal(found(&index, "elsewhere/a.png"), 0);
    assert_int_equal(found(&index, "val/n03/b.JPEG"), 2);
    assert_int_equal(found(&index, "b.JPEG"), -1); /* of two images */
    assert_int_equal(found(&index, "c.v2"), 3);
    assert_int_equal(found(&index, "id-4"), 4);
    assert_int_equal(found(&index, "id-5"), -1);
    assert_int_equal(found(&index, ""), -1);
    vr_image_index plain = {.arena = &arena}; /* without folders, and with one ending */
    vr_image_index_add(&plain, "a.JPEG", 0);
    vr_image_index_add(&plain, "b.JPEG", 1);
    for (int more = 0; more < 3; more++) {
        assert_int_equal(found(&plain, "a.JPEG"), 0);
        assert_int_equal(found(&plain, "val/b.JPEG"), 1);
        assert_int_equal(found(&plain, "b"), 1);
        assert_int_equal(found(&plain, "x/a.png"), more < 2 ? 0 : -1);
        assert_int_equal(found(&plain, "c.JPEG"), more > 0 ? 2 : -1);
        assert_int_equal(found(&plain, "c"), more > 0 ? 2 : -1);
        assert_int_equal(found(&plain, ""), -1);
        vr_image_index_add(&plain, more == 0 ? "c.png" : "val/a.JPEG", 2 + more); /* no longer plain */
    }
    static const char *const strip[] = {"480x480-", "-", NULL};
    vr_image_index street = {.arena = &arena, .strip = strip};
    vr_image_index_add(&street, "https://x/480x480-5d4b-e2.jpg", 7);
    assert_int_equal(found(&street, "5d4be2"), 7);
    assert_int_equal(found(&street, "y/5d4be2.png"), 7);
}

static void joins_count_what_has_no_partner(void **state) {
    (void)state;
    static const char *const files[] = {"x/a.png", "x/b.png", "x/c.png", "x/d.png"};
    vr_image_index index = {.arena = &arena};
    for (int i = 0; i < 4; i++) vr_image_index_add(&index, files[i], i);
    vr_predictions p;
    int64_t prediction[4];
    assert_true(parse(&p, "file_name,predicted_class\nd,1\nz,1\nx/a.png,2\nb.png,7\n", 10, VR_FATAL));
    assert_true(vr_predictions_join(prediction, &p, &index, 4, "d", VR_FATAL));
    assert_memory_equal(prediction, ((int64_t[]){2, 3, -1, 0}), sizeof prediction);
    const int64_t begin[5] = {0, 1, 3, 4, 4}, label[4] = {2, 5, 7, 1}; /* d has no label */
    const vr_label_sets labels = {.count = 4, .begin = begin, .label = label};
    vr_scores s;
    assert_true(vr_predictions_score(&arena, &s, &p, prediction, &labels, VR_FATAL));
    assert_memory_equal(s.scored, ((uint8_t[]){1, 1, 0, 0}), 4);
    assert_memory_equal(s.correct, ((uint8_t[]){1, 1, 0, 0}), 4);
    assert_int_equal(s.join.scored, 2);
    assert_int_equal(s.join.missing, 1);
    assert_int_equal(s.join.extra, 1);
    assert_int_equal(s.join.unlabelled, 1);
    assert_string_equal(
        vr_join_text(&arena, &s.join),
        "2 scored; 1 without a prediction, 1 prediction of an unknown image, 1 without a label");
    assert_string_equal(vr_join_text(&arena, &(vr_join){.scored = 5}), "5 scored");
    vr_err err = {0};
    vr_scores none;
    const int64_t nothing[4] = {-1, -1, -1, 0};
    assert_false(vr_predictions_score(&arena, &none, &p, nothing, &labels, &err));
    assert_message(err, "p.csv: no image is scored: 3 without a prediction, 1 without a label");
    assert_null(none.correct);
}

static void two_predictions_of_one_image_are_an_error_with_both_lines(void **state) {
    (void)state;
    vr_image_index index = {.arena = &arena};
    vr_image_index_add(&index, "x/a.png", 0);
    vr_predictions p;
    vr_err err = {0};
    int64_t prediction[1];
    assert_true(parse(&p, "file_name,predicted_class\na.png,1\nx/a.png,1\n", 10, VR_FATAL));
    assert_false(vr_predictions_join(prediction, &p, &index, 1, "d", &err));
    assert_message(err, "p.csv:3:1: 'x/a.png' is the image of 'a.png' (line 2)");
    err = (vr_err){0};
    assert_true(parse(&p, "file_name,predicted_class\nq.png,1\n", 10, VR_FATAL));
    assert_false(vr_predictions_join(prediction, &p, &index, 1, "val.csv", &err));
    assert_message(
        err,
        "p.csv: no prediction is of an image of val.csv: names are like 'q.png', expected like 'x/a.png'");
}

static void the_first_five_classes_count_for_top_5(void **state) {
    (void)state;
    vr_predictions p;
    const int64_t prediction[2] = {0, 1}, begin[3] = {0, 1, 2}, label[2] = {6, 5};
    const vr_label_sets labels = {.count = 2, .begin = begin, .label = label};
    vr_scores s;
    assert_true(parse(&p, "ID,Prediction_Indices\na,1|2|3|4|5|6\nb,1|2|3|4|5|6\n", 10, VR_FATAL));
    assert_true(vr_predictions_score(&arena, &s, &p, prediction, &labels, VR_FATAL));
    assert_int_equal(s.k, 5);
    assert_memory_equal(s.correct, ((uint8_t[]){0, 0}), 2);
    assert_memory_equal(s.correct_top5, ((uint8_t[]){0, 1}), 2);
    assert_true(parse(&p, "url,acc1,acc5\na,1,1\nb,0,1\n", 0, VR_FATAL)); /* the file's own word */
    assert_true(vr_predictions_score(&arena, &s, &p, prediction, &labels, VR_FATAL));
    assert_memory_equal(s.correct, ((uint8_t[]){1, 0}), 2);
    assert_memory_equal(s.correct_top5, ((uint8_t[]){1, 1}), 2);
}

/* ---- saving ---- */

static void saved_names_are_short_where_they_are_unique(void **state) {
    (void)state;
    vr_bytes image[2] = {{(const uint8_t *)"x/a.png", 7}, {(const uint8_t *)"y/b,\"c\".png", 11}};
    const int64_t predicted[] = {3, 4};
    const float probability[] = {0.5f, 0.25f};
    const vr_predictions p = {
        .count = 2, .k = 1, .image = image, .predicted = predicted, .probability = probability};
    const char *path = test_tmp("s.csv");
    assert_true(vr_predictions_save(&p, path, VR_FATAL));
    assert_string_equal(
        test_text(&arena, "%s", path),
        "file_name,predicted_class,predicted_probability\na.png,3,0.5\n\"b,\"\"c\"\".png\",4,0.25\n");
    image[1] = test_bytes_of("y/a.png");
    assert_true(vr_predictions_save(&p, path, VR_FATAL));
    assert_non_null(strstr(test_text(&arena, "%s", path), "\ny/a.png,4,"));
    vr_err err = {0};
    assert_false(vr_predictions_save(&p, "/dev/full", &err));
    assert_message(err, "/dev/full");
}

static void published_predictions_are_read(void **state) {
    (void)state;
    vr_predictions p;
    const char *path = test_data("imagenetx/predictions/ResNet50.csv");
    assert_true(vr_predictions_load(&arena, &p, path, &(vr_predictions_opts){.classes = 1000}, VR_FATAL));
    assert_int_equal(p.count, 50000);
    assert_non_null(p.probability);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_gives_the_same_rows),
        cmocka_unit_test(several_classes_and_flags_are_read),
        cmocka_unit_test(arrays_of_classes_and_of_logits_are_read),
        cmocka_unit_test(errors_name_file_line_and_column),
        cmocka_unit_test(every_prefix_is_read_or_refused),
        cmocka_unit_test(names_are_matched_exactly_else_by_their_last_part),
        cmocka_unit_test(joins_count_what_has_no_partner),
        cmocka_unit_test(two_predictions_of_one_image_are_an_error_with_both_lines),
        cmocka_unit_test(the_first_five_classes_count_for_top_5),
        cmocka_unit_test(saved_names_are_short_where_they_are_unique),
        cmocka_unit_test(published_predictions_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
