/* tests/test_dollar_street.c: the tables of Dollar Street, the scores and the studies on them. The factor annotations
 * are not published with the code; rows are built to their format. The page and the program: test_dollar_street_page. */
#include "dollar_street.h"
#include "../visrob_impl/study/predictions_impl.h"
#include "../visrob_impl/study/income_impl.h"

/* ---- metadata ---- */

#define HEAD                                                                                                 \
    ",country,url,income,lat,lng,region,label,sin21k_targets_alibaba,sin21k_labels_alibaba,sin21k_targets,"  \
    "sin21k_labels\n"

static const char three[] = HEAD
    "0,Bangladesh,http://h/b%2010/image/0109f501-1e82/480x480-0109f501-1e82.jpg,175.2162332,24.0,90.0,Asia,"
    "['cooking_pots'],\"[64, 65]\",\"['pot', 'pan, cooking_pan']\",\"[65, 66]\",\"['pot', 'pan, "
    "cooking_pan']\"\n"
    "1,Bangladesh,http://h/b%2010/image/15d2/480x480-15d2%20plate,175.2162332,24.0,90.0,Asia,"
    "\"['beds', 'bedrooms']\",\"[27, 28]\",\"['bed', \"\"it's a bedroom\"\"]\",\"[27, 28]\",\"['bed', "
    "'room']\"\r\n"
    "4,Austria,http://h/a/c.jpg,10097.72176,47,13.3,Europe,['beds'],[27],['bed'],[27],['bed']\n";

static void metadata_becomes_columns(void **state) {
    (void)state;
    assert_true(parse(three));
    assert_int_equal(data.count, 3);
    assert_int_equal(data.image_count, 3);
    assert_int_equal(data.country_count, 2);
    assert_string_equal(data.countries[data.country[0]], "Bangladesh");
    assert_int_equal(data.region[0], VR_DOLLAR_STREET_ASIA);
    assert_int_equal(data.region[2], VR_DOLLAR_STREET_EUROPE);
    assert_close(data.income[0], 175.2162332, 0);
    assert_close(data.longitude[2], 13.3, 0);
    assert_int_equal(data.bucket[0], VRP_INCOME_MEDIUM);
    assert_int_equal(data.bucket[2], VRP_INCOME_HIGH);
    assert_int_equal(data.household_count, 2);
    assert_int_equal(data.household[0], 1); /* Austria's is 0 */
    assert_int_equal(data.household[1], 1);
    assert_int_equal(data.class_count, 3);
    assert_int_equal(data.labels.begin[2] - data.labels.begin[1], 2);
    assert_string_equal(data.classes[data.labels.label[data.labels.begin[1] + 1]], "bedrooms");
    assert_int_equal(data.targets_22k.label[data.targets_22k.begin[0] + 1], 66);
    assert_int_equal(data.targets_11k.label[data.targets_11k.begin[0] + 1], 65);
    assert_null(data.factors);
}

static void rows_are_found_by_url_and_by_image_id(void **state) {
    (void)state;
    assert_true(parse(three));
    const vr_image_index index = vrp_dollar_street_index(&perm, &data);
    static const char *const names[] = {
        "http://h/a/c.jpg", "0109f5011e82", "images/480x480-0109f501-1e82.jpeg", "c", "nowhere", ".jpg"};
    static const int64_t image[] = {2, 0, 0, 2, -1, -1};
    for (int i = 0; i < 6; i++)
        assert_int_equal(vrp_image_index_find(&index, names[i], (int64_t)strlen(names[i])), image[i]);
}

static void a_wrong_row_is_named_with_line_and_column(void **state) {
    (void)state;
    static const struct {
        const char *row, *message;
    } wrong[] = {
        {"0,A,u,-5,0,0,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:7: expected a positive income, found -5"},
        {"0,A,u,nan,0,0,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:7: expected a finite number"},
        {"0,A,u,1e999,0,0,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:7: "},
        {"0,A,u,x,0,0,Asia,['a'],[1],['x'],[1],['x']", "'x'"},
        {"0,A,u,5,91,0,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:9: expected degrees, -90 to 90, found 91"},
        {"0,A,u,5,0,-181,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:11: expected degrees, -180 to 180"},
        {"0,A,u,5,0,0,Mars,['a'],[1],['x'],[1],['x']",
         "expected one of Africa, Asia, Europe, The Americas, found 'Mars'"},
        {"0,A,u,5,0,0,Asia,a,[1],['x'],[1],['x']", "t.csv:2:18: "},
        {"0,A,u,5,0,0,Asia,[],[1],['x'],[1],['x']", "expected at least one class"},
        {"0,A,u,5,0,0,Asia,['a',[1],['x'],[1],['x']", "byte 4 of the list: expected"},
        {"0,A,u,5,0,0,Asia,['a],[1],['x'],[1],['x']", "unterminated string"},
        {"0,A,u,5,0,0,Asia,['a'],[99],['x'],[1],['x']", "expected a class, 0 to 98, found 99"},
        {"0,A,u,5,0,0,Asia,['a'],[1],['x'],[108],['x']", "expected a class, 0 to 107, found 108"},
        {"0,A,u,5,0,0,Asia,['a'],[1],['x'],[-1],['x']", "found -1"},
        {"0,A,u,5,0,0,Asia,['a'],[99999999999999999999],['x'],[1],['x']", "column 'sin21k_targets_alibaba'"},
        {"0,A,u,5,0,0,Asia,['a'],[1],[],[1],['x']", "expected a name for each of 1 ids, found 0"},
        {"0,A,u,5,0,0,Asia,['a'],[1],['x'],\"[1 2]\",['x']", "expected a name for each of 2 ids, found 1"},
        {"0,A,u,5,0,0,Asia,['a'],[1],['x'],[1]x,['x']", "the list"},
        {"0,A,u,5,0,0,Asia,['\\x41'],[1],['x'],[1],['x']", "'\\x'"},
        {"0,,u,5,0,0,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:3: expected a country"},
        {"0,A,,5,0,0,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:5: expected the name of a row"},
    };
    for (int64_t i = 0; i < COUNT(wrong); i++) {
        assert_false(parse(vr_arena_printf(&perm, HEAD "%s\n", wrong[i].row)));
        assert_message(err, wrong[i].message);
        assert_message(err, "t.csv:2:");
        assert_null(data.id);
    }
    assert_false(parse(
        vr_arena_printf(&perm, "%s0,A,http://h/a/c.jpg,5,0,0,Asia,['a'],[1],['x'],[1],['x']\n", three)));
    assert_message(err, "t.csv:5:1: duplicate row 'http://h/a/c.jpg' (first at line 4)");
    assert_false(parse("url,country\nu,A\n"));
    assert_message(err, "'region'");
    assert_false(parse(HEAD));
    assert_message(err, "no rows");
    assert_false(parse(""));
}

static void marks_carriage_returns_and_long_fields_are_read(void **state) {
    (void)state;
    vr_text t = {.arena = &perm};
    vr_text_add(&t, "\xEF\xBB\xBF");
    for (const char *c = three; *c; c++)
        if (*c != '\r') vr_text_bytes(&t, *c == '\n' ? "\r\n" : c, *c == '\n' ? 2 : 1);
    assert_true(parse(three));
    const vr_dollar_street same = data;
    assert_true(parse(t.data));
    assert_int_equal(data.count, same.count);
    for (int64_t i = 0; i < data.count; i++) assert_string_equal(data.url[i], same.url[i]);
    assert_memory_equal(data.income, same.income, (size_t)data.count * sizeof *data.income);
    const int64_t size = 10 << 20;
    char *ten_mb = (char *)vr_arena_alloc(&perm, size, 1);
    memset(ten_mb, 'x', (size_t)size - 1);
    ten_mb[size - 1] = 0;
    assert_true(
        parse(vr_arena_printf(&perm, HEAD "0,A,\"%s\",5,0,0,Asia,['a'],[1],['x'],[1],['x']\n", ten_mb)));
    assert_int_equal(strlen(data.url[0]), size - 1);
    assert_false(
        parse(vr_arena_printf(&perm, HEAD "0,A,\"%s,5,0,0,Asia,['a'],[1],['x'],[1],['x']\n", ten_mb)));
    assert_message(err, "t.csv:2:5: ");
}

static void every_prefix_gives_rows_or_an_error(void **state) {
    (void)state;
    const int64_t n = (int64_t)strlen(three);
    for (int64_t i = 0; i < n; i++) {
        uint8_t *cut = test_block(three, i);
        err = (vr_err){0};
        const bool ok = vrp_dollar_street_parse(&perm, &data, (vr_bytes){cut, i}, "t.csv", NULL, &err);
        assert_int_equal(ok, err.code == VR_OK);
        assert_true(ok ? data.count >= 1 && data.count <= 3 : data.count == 0);
        free(cut);
    }
}

static void income_buckets_round_half_to_even(void **state) {
    (void)state;
    assert_int_equal(vrp_income_bucket(exp(4.5) - 1e-9), VRP_INCOME_LOW);
    assert_int_equal(vrp_income_bucket(exp(4.5) + 1e-9), VRP_INCOME_MEDIUM);
    assert_int_equal(vrp_income_bucket(exp(7.5) - 1e-6), VRP_INCOME_MEDIUM);
    assert_int_equal(vrp_income_bucket(exp(7.5) + 1e-6), VRP_INCOME_HIGH);
    assert_int_equal(vrp_income_bucket(1), VRP_INCOME_LOW);
    assert_int_equal(vrp_income_bucket(1e6), VRP_INCOME_HIGH);
}

static void the_published_metadata_has_the_published_counts(void **state) {
    (void)state;
    const char *path = test_data("dollarstreet/metadata.csv");
    assert_true(vr_dollar_street_load(&perm, &data, path, NULL, VR_FATAL));
    assert_int_equal(data.count, 13565);
    assert_int_equal(data.image_count, 13565);
    assert_int_equal(data.country_count, 54);
    assert_int_equal(data.class_count, 84);
    assert_int_equal(data.household_count, 287);
    /* numpy.quantile of the 287 incomes, and how many are in each quarter */
    static const double quarters[5] = {26.99458113, 116.04880155000001, 398.91253, 1107.4158335, 10097.72176};
    static const int64_t in_quarter[4] = {72, 72, 71, 72};
    int64_t of_quarter[4] = {0};
    uint8_t *seen = VR_NEW(&perm, uint8_t, 287);
    for (int64_t i = 0; i < data.count; i++) {
        if (!seen[data.household[i]]++) of_quarter[data.quarter[i]]++;
        assert_true(data.income[i] <= data.quarters[data.quarter[i] + 1] &&
                    data.income[i] >= data.quarters[data.quarter[i]]);
    }
    for (int k = 0; k < 5; k++) assert_relative(data.quarters[k], quarters[k], 1e-12);
    for (int k = 0; k < 4; k++) assert_int_equal(of_quarter[k], in_quarter[k]);
    assert_int_equal(data.labels.begin[data.count], 14216);
    static const int64_t images[4][3] = {{1429, 890, 173}, {777, 5314, 891}, {0, 901, 935}, {185, 1299, 771}};
    int64_t count[4][3] = {{0}}, labels[9] = {0};
    bool seen_household[287] = {false};
    int64_t households[3] = {0};
    for (int64_t i = 0; i < data.count; i++) {
        count[data.region[i]][data.bucket[i]]++;
        labels[data.labels.begin[i + 1] - data.labels.begin[i]]++;
        if (!seen_household[data.household[i]]) households[data.bucket[i]]++;
        seen_household[data.household[i]] = true;
    }
    assert_memory_equal(count, images, sizeof images);
    const int64_t label_counts[] = {0, 13014, 472, 61, 15, 3, 0, 0, 0};
    assert_memory_equal(labels, label_counts, sizeof labels);
    assert_int_equal(households[0], 62);
    assert_int_equal(households[1], 176);
    assert_int_equal(households[2], 49);
}

/* ---- annotations ---- */

static const char tasks[] =
    "{\"columns\":[\"can_i_rate_this_job\",\"justification\",\"one_word\",\"multiple_objects\","
    "\"background\",\"color\","
    "\"brighter\",\"darker\",\"style\",\"larger\",\"smaller\",\"object_blocking\",\"person_blocking\","
    "\"partial_view\","
    "\"pattern\",\"pose\",\"shape\",\"subcategory\",\"texture\",\"location\",\"class\",\"url\",\"image_id\","
    "\"region\","
    "\"income_bucket\",\"income\",\"country\",\"lat\",\"lng\",\"full_image_id\",\"household_id\"],\n"
    "\"index\":[\"t0\",\"t1\",\"t2\",\"t3\"],\n\"data\":[\n"
    "[\"yes\",\"it\\u2019s dark\\n\",\"dark\",0,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,\"dish "
    "racks\",\"http://h/a.jpg\",\"a\","
    "\"Africa\",\"low\",50.5,\"Togo\",8.6,0.8,\"F1\",3],\n"
    "[\"yes\",null,null,0,0,0,0,0,0,0,0,0,0,0,0,1.0,0,0,true,0,\"plates\",\"http://h/"
    "a.jpg\",\"a\",\"Africa\",\"low\","
    "50.5,\"Togo\",8.6,0.8,\"F1\",3],\n"
    "[\"no\",null,null,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,9,0,\"plates\",\"http://h/"
    "b.jpg\",\"b\",\"Africa\",\"low\",50.5,"
    "\"Togo\",8.6,0.8,\"F2\",3],\n"
    "[\"yes\",\"\",\"x\",1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,\"plates\",\"http://h/"
    "c.jpg\",\"c\",\"Europe\",\"low\",200,"
    "\"Spain\",40,-3,\"F3\",1]]}\n";

static void annotations_of_pandas_become_rows(void **state) {
    (void)state;
    assert_true(parse(tasks));
    assert_int_equal(data.count, 3);
    assert_int_equal(data.unrated, 1);
    assert_int_equal(data.image_count, 2);
    assert_int_equal(data.image[0], data.image[1]);
    assert_int_equal(data.image[2], 1);
    assert_string_equal(data.id[2], "t3");
    assert_string_equal(data.url[2], "http://h/c.jpg");
    assert_string_equal(data.reason[0], "it\xE2\x80\x99s dark\n");
    assert_null(data.reason[1]);
    assert_int_equal(data.factors[0], 1 << VR_DOLLAR_STREET_BACKGROUND | 1 << VR_DOLLAR_STREET_DARKER);
    assert_int_equal(data.factors[1], 1 << VR_DOLLAR_STREET_POSE | 1 << VR_DOLLAR_STREET_TEXTURE);
    assert_string_equal(data.classes[data.labels.label[0]], "dish_racks"); /* a blank becomes "_" */
    assert_int_equal(data.bucket[2], VRP_INCOME_LOW);                      /* as the file has it */
    assert_int_equal(data.rebucketed, 1);
    assert_int_equal(data.household_count, 2);
}

static void every_prefix_and_every_wrong_type_of_annotations_is_an_error(void **state) {
    (void)state;
    for (int64_t i = 0; i + 2 < (int64_t)strlen(tasks); i++) {
        uint8_t *cut = test_block(tasks, i);
        err = (vr_err){0};
        assert_false(vrp_dollar_street_parse(&perm, &data, (vr_bytes){cut, i}, "t.json", NULL, &err));
        assert_int_not_equal(err.code, VR_OK);
        free(cut);
    }
    static const struct {
        const char *from, *to, *message;
    } wrong[] = {
        {"\"Togo\"", "7", "expected a string (column 'country')"},
        {"50.5", "\"50\"", "t.csv:4:117: expected a number (column 'income')"},
        {"50.5", "null", "(column 'income')"},
        {",0,1,0,0,1,", ",2,1,0,0,1,", "expected 0 or 1, found 2"},
        {",0,1,0,0,1,", ",null,1,0,0,1,", "(column 'multiple_objects')"},
        {"\"t1\"", "\"t0\"", "t.csv:5:1: duplicate row 't0'"},
        {"\"t1\",", "", "expected 3 rows as in the index, found 4"},
        {"\"low\"", "\"poor\"", "expected one of low, medium, high, found 'poor'"},
        {"\"texture\",", "\"textures\",", "missing column 'texture': found 15 of the 16 factors"},
        {"\"style\"", "\"larger\"", "duplicate column 'larger'"},
        {"\"style\"", "3", "expected the name of a column"},
        {"\"F1\",3],", "\"F1\"],", "expected an array of 31 values"},
        {"\"columns\"", "\"column\"", "columns"},
        {"\"Africa\"", "\"Afr\\u0000\"", "unexpected zero byte"},
    };
    for (int64_t i = 0; i < COUNT(wrong); i++) {
        const char *at = strstr(tasks, wrong[i].from);
        assert_non_null(at);
        assert_false(parse(vr_arena_printf(&perm, "%.*s%s%s", (int)(at - tasks), tasks, wrong[i].to,
                                           at + strlen(wrong[i].from))));
        assert_message(err, wrong[i].message);
        assert_message(err, "t.csv:");
    }
}

static void factors_without_places_take_them_from_the_metadata(void **state) {
    (void)state;
    static const char csv[] = "," FACTORS ",one_word,justification,agree\n"
                              "0109f5011e82,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,1,dark,\"a, b\",yes\n"
                              "elsewhere,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,,,\n";
    assert_true(parse(three));
    const vr_dollar_street metadata = data;
    const vr_bytes text = {(const uint8_t *)csv, sizeof csv - 1};
    assert_true(vrp_dollar_street_parse(&perm, &data, text, "f.csv", &metadata, &err));
    assert_int_equal(data.count, 1);
    assert_int_equal(data.unmatched, 1);
    assert_string_equal(data.countries[data.country[0]], "Bangladesh");
    assert_int_equal(data.bucket[0], VRP_INCOME_MEDIUM);
    assert_string_equal(data.classes[data.labels.label[0]], "cooking_pots");
    assert_string_equal(data.reason[0], "a, b");
    assert_int_equal(data.factors[0], 1 << VR_DOLLAR_STREET_DARKER | 1 << VR_DOLLAR_STREET_TEXTURE);
    assert_false(vrp_dollar_street_parse(&perm, &data, text, "f.csv", NULL, &err));
    assert_message(err, "no metadata that has it");
}

/* ---- scores ---- */

static vr_predictions constant(const vr_dollar_street *d, const int64_t *five) {
    int64_t *predicted = VR_NEW(&perm, int64_t, (5 * d->count));
    vr_bytes *image = VR_NEW(&perm, vr_bytes, d->count);
    for (int64_t i = 0; i < 5 * d->count; i++) predicted[i] = five[i % 5];
    for (int64_t i = 0; i < d->count; i++) image[i] = test_bytes_of(d->id[i]);
    return (vr_predictions){
        .path = "constant", .count = d->count, .k = 5, .image = image, .predicted = predicted};
}

static void a_constant_prediction_scores_the_published_counts(void **state) {
    (void)state;
    vr_dollar_street_load(&perm, &data, test_data("dollarstreet/metadata.csv"), NULL, VR_FATAL);
    static const int64_t five[5] = {4, 18, 34, 27, 73};
    const vr_predictions p = constant(&data, five);
    vr_scores scores;
    assert_true(vr_dollar_street_score(&perm, &scores, &data, &p, &data.targets_22k, VR_FATAL));
    assert_int_equal(scores.join.scored, 13565);
    static const int64_t region[][2] = {{418, 2492}, {1061, 6982}, {258, 1836}, {325, 2255}};
    static const int64_t income[][2] = {{397, 2391}, {1287, 8404}, {378, 2770}};
    vr_groups groups = vrp_dollar_street_groups(&perm, &data, VRP_DOLLAR_STREET_BY_REGION);
    vr_group by[4];
    vr_group_accuracy(by, &groups, scores.correct_top5, scores.scored, data.count);
    const vr_table t =
        vrp_dollar_street_accuracy_table(&perm, &data, &scores, VRP_DOLLAR_STREET_BY_REGION, NULL);
    for (int g = 0; g < 4; g++) {
        assert_int_equal(by[g].correct, region[g][0]);
        assert_int_equal(by[g].count, region[g][1]);
        const vr_interval top5 = t.cells[4 * g + 3].number;
        assert_close(top5.value, (double)region[g][0] / (double)region[g][1], 1e-12);
        assert_true(top5.low < top5.value && top5.value < top5.high);
    }
    groups = vrp_dollar_street_groups(&perm, &data, VRP_DOLLAR_STREET_BY_INCOME);
    vr_group_accuracy(by, &groups, scores.correct_top5, scores.scored, data.count);
    for (int g = 0; g < 3; g++) {
        assert_int_equal(by[g].correct, income[g][0]);
        assert_int_equal(by[g].count, income[g][1]);
    }
}

static void rows_are_in_the_groups_of_their_columns(void **state) {
    (void)state;
    vr_dollar_street_load(&perm, &data, test_data("dollarstreet/metadata.csv"), NULL, VR_FATAL);
    static const struct {
        vrp_dollar_street_by by;
        int64_t count;
        const char *first, *last;
    } all[] = {{VRP_DOLLAR_STREET_BY_ALL, 1, "all", "all"},
               {VRP_DOLLAR_STREET_BY_INCOME, 3, "low", "high"},
               {VRP_DOLLAR_STREET_BY_REGION, 4, "Africa", "The Americas"},
               {VRP_DOLLAR_STREET_BY_REGION_INCOME, 12, "Africa, low", "The Americas, high"},
               {VRP_DOLLAR_STREET_BY_COUNTRY, 54, "Bangladesh", "Zimbabwe"},
               {VRP_DOLLAR_STREET_BY_CLASS, 84, "alcoholic_drinks", "wrist_watches"},
               {VRP_DOLLAR_STREET_BY_QUARTER, 4, "$27 to 116", "$1107 to 10098"}};
    for (int64_t k = 0; k < COUNT(all); k++) {
        const vr_groups g = vrp_dollar_street_groups(&perm, &data, all[k].by);
        assert_int_equal(g.count, all[k].count);
        assert_string_equal(g.names[0], all[k].first);
        assert_string_equal(g.names[g.count - 1], all[k].last);
    }
    const vr_groups cells = vrp_dollar_street_groups(&perm, &data, VRP_DOLLAR_STREET_BY_REGION_INCOME);
    for (int64_t i = 0; i < data.count; i++)
        assert_int_equal(cells.of[i], 3 * data.region[i] + data.bucket[i]);
    assert_int_equal(vrp_dollar_street_groups(&perm, &data, VRP_DOLLAR_STREET_BY_FACTOR).count, 0);
    assert_true(parse(tasks));
    const vr_groups factors = vrp_dollar_street_groups(&perm, &data, VRP_DOLLAR_STREET_BY_FACTOR);
    assert_int_equal(factors.count, 16);
    assert_int_equal(vr_label_sets_size(&factors.sets, 0), 2);
    assert_true(vr_groups_has(&factors, 0, VR_DOLLAR_STREET_DARKER));
}

static void the_class_map_is_the_targets_of_the_metadata(void **state) {
    (void)state;
    vr_dollar_street_load(&perm, &data, test_data("dollarstreet/metadata.csv"), NULL, VR_FATAL);
    vr_class_map map, file;
    for (int space = 0; space < VR_LABEL_SPACES; space++) {
        assert_true(vr_class_map_dollar_street(&perm, &map, NULL, (vr_label_space)space, VR_FATAL));
        assert_true(vr_class_map_dollar_street(&perm, &file, test_data("dollarstreet/class_maps.csv"),
                                               (vr_label_space)space, VR_FATAL));
        assert_int_equal(map.count, 84);
        assert_memory_equal(map.ids.begin, file.ids.begin, 85 * sizeof *map.ids.begin);
        assert_memory_equal(map.ids.label, file.ids.label, (size_t)map.ids.begin[84] * sizeof *map.ids.label);
        if (space == VR_LABELS_IN1K) continue;
        const vr_label_sets own = space == VR_LABELS_IN22K ? data.targets_22k : data.targets_11k;
        vr_label_sets t;
        assert_true(vr_dollar_street_targets(&perm, &t, &data, &map, false, VR_FATAL));
        for (int64_t i = 0; i < data.count; i++) {
            assert_int_equal(vr_label_sets_size(&t, i), vr_label_sets_size(&own, i));
            for (int64_t j = t.begin[i]; j < t.begin[i + 1]; j++)
                assert_true(vr_label_sets_has(&own, i, t.label[j]));
        }
    }
    /* The released filter kept 39 classes of one word, with 6,747 pairs; without its bug it keeps 70 and 11,920. */
    for (int published = 0; published < 2; published++) { /* the map is that of 1k */
        int64_t pairs = 0, classes = 0;
        bool kept[84];
        for (int64_t c = 0; c < 84; c++) {
            kept[c] = vr_label_sets_size(&map.ids, c) > 0 && !(published && strchr(data.classes[c], '_'));
            classes += kept[c];
        }
        for (int64_t l = 0; l < data.labels.begin[data.count]; l++) pairs += kept[data.labels.label[l]];
        assert_int_equal(classes, published ? 39 : 70);
        assert_int_equal(pairs, published ? 6747 : 11920);
        vr_label_sets t;
        vr_dollar_street_targets(&perm, &t, &data, &map, published, VR_FATAL);
        for (int64_t i = 0; i < data.count; i++) {
            bool any = false;
            for (int64_t l = data.labels.begin[i]; l < data.labels.begin[i + 1]; l++)
                any = any || kept[data.labels.label[l]];
            assert_int_equal(any, vr_label_sets_size(&t, i) > 0);
        }
    }
    map.count = 10; /* classes beyond the tenth are not in it */
    err = (vr_err){0};
    vr_label_sets t;
    assert_false(vr_dollar_street_targets(&perm, &t, &data, &map, false, &err));
    assert_message(err, "class 'ceilings' is not in the class map");
    assert_null(t.begin);
}

static bool predicted(vr_predictions *p, const char *text) {
    err = (vr_err){0};
    return vrp_predictions_parse(&perm, p, test_bytes_of(text), "p.csv", NULL, &err);
}

static void predictions_of_every_published_form_score_alike(void **state) {
    (void)state;
    static const char *const forms[] = {
        "ID,Model_Output,Prediction_Indices,Prediction_Classes,acc5,acc1\n"
        "http://h/a/c.jpg,0.1|0.2,7|27,\"a,b|c\",1.0,0.0\n"
        "http://h/b%2010/image/0109f501-1e82/480x480-0109f501-1e82.jpg,0.1|0.2,66|1,x|y,1.0,1.0\n"
        "http://other,0.1|0.2,66|1,x|y,1.0,1.0\n",
        "{\"http://h/a/c.jpg\": {\"pred_indices\": [[7, 27]], \"pred_prob\": [[0.5, 0.2]]},"
        "\"0109f5011e82\": {\"pred_indices\": [66, 1]}, \"other\": {\"pred_indices\": [[66, 1]]}}",
        "url,acc1,acc5\nhttp://h/a/c.jpg,0,1\n0109f5011e82,True,1.0\nother,False,0\n",
    };
    assert_true(parse(three));
    for (int form = 0; form < 3; form++) {
        vr_predictions p;
        vr_scores scores;
        assert_true(predicted(&p, forms[form]));
        assert_true(vr_dollar_street_score(&perm, &scores, &data, &p, form == 2 ? NULL : &data.targets_22k,
                                           VR_FATAL));
        assert_int_equal(scores.join.scored, 2);
        assert_int_equal(scores.join.extra, 1);
        assert_int_equal(scores.join.missing, 1);
        assert_int_equal(scores.correct[0], 1);
        assert_int_equal(scores.correct[2], 0);
        assert_int_equal(scores.correct_top5[2], 1);
        assert_int_equal(scores.scored[1], 0);
    }
}

static void a_prediction_serves_all_rows_of_its_image_unless_a_row_has_its_own(void **state) {
    (void)state;
    assert_true(parse(tasks)); /* t0 and t1 of a.jpg, t3 of c.jpg */
    vr_predictions p;
    vr_scores scores;
    assert_true(predicted(&p, "url,acc1,acc5\nhttp://h/a.jpg,1,1\nt1,0,1\n"));
    assert_true(vr_dollar_street_score(&perm, &scores, &data, &p, NULL, VR_FATAL));
    assert_memory_equal(scores.scored, ((uint8_t[]){1, 1, 0}), 3);
    assert_memory_equal(scores.correct, ((uint8_t[]){1, 0, 0}), 3);
    assert_int_equal(scores.join.missing, 1);
    assert_int_equal(scores.join.extra, 0);
    assert_true(predicted(&p, "url,acc1,acc5\nhttp://h/a.jpg,1,1\nimages/480x480-a.jpeg,0,1\n"));
    assert_false(vr_dollar_street_score(&perm, &scores, &data, &p, NULL, &err));
    assert_message(err, "p.csv:3:1: 'images/480x480-a.jpeg'"); /* two of one image: both are named */
    assert_message(err, "'http://h/a.jpg' (line 2)");
    assert_true(predicted(&p, "url,acc1,acc5\nnowhere,1,1\n")); /* err is reset */
    assert_false(vr_dollar_street_score(&perm, &scores, &data, &p, NULL, &err));
    assert_message(err, "t.csv");
    assert_null(scores.scored);
    static const uint8_t in_order[3] = {0, 1, 1}; /* without names: row by row */
    p = (vr_predictions){.path = "p.npy", .count = 3, .correct = in_order, .correct_top5 = in_order};
    assert_true(vr_dollar_street_score(&perm, &scores, &data, &p, NULL, VR_FATAL));
    assert_memory_equal(scores.correct, in_order, 3);
    p.count = 2;
    err = (vr_err){0};
    assert_false(vr_dollar_street_score(&perm, &scores, &data, &p, NULL, &err));
    assert_message(err, "2 predictions without names");
}

static void wrong_predictions_are_named(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"ID,acc5\nu,1\n", "p.csv:1: missing predictions"},
        {"ID,Prediction_Indices\nu,1|x\n",
         "p.csv:2:3: expected an integer or a list of them, found '1|x' (column 'Prediction_Indices')"},
        {"ID,Prediction_Indices\nu,-1\n",
         "p.csv:2:3: expected a class number, found -1 (column 'Prediction_Indices')"},
        {"ID,Prediction_Indices\nu,1|\n",
         "p.csv:2:3: expected an integer or a list of them, found '1|' (column 'Prediction_Indices')"},
        {"ID,Prediction_Indices\nu,1|2\nv,1\n",
         "p.csv:3:3: expected 2 classes as in the rows before, found 1 (column 'Prediction_Indices')"},
        {"ID,Prediction_Indices\nu,\n",
         "p.csv:2:3: expected an integer or a list of them, found '' (column 'Prediction_Indices')"},
        {"ID,Prediction_Indices\nu,1\nu,2\n", "p.csv:3:1: duplicate image 'u' (first at line 2)"},
        {"ID,Prediction_Indices\n,1\n", "expected the name of an image"},
        {"url,acc1,acc5\nu,0.5,1\n", "p.csv:2:3: expected 0 or 1, found 0.5"},
        {"url,acc1,acc5\n", "no predictions"},
        {"{\"u\": {\"pred_indices\": [[1.5]]}}", "p.csv:1:26: expected an integer"},
        {"{\"u\": {\"pred_indices\": []}}", "p.csv:1:"},
        {"{\"u\": {\"pred_prob\": []}}", "p.csv:1:"},
        {"{\"u\": 3}", "p.csv:1:"},
        {"{\"u\": {\"pred_indices\": [[1", "p.csv:1:"},
        {"", "empty"},
    };
    vr_predictions p;
    for (int64_t i = 0; i < COUNT(wrong); i++) {
        assert_false(predicted(&p, wrong[i].text));
        assert_message(err, wrong[i].message);
        assert_null(p.image);
    }
    vr_class_map map;
    const char *path = test_tmp("map.csv");
    static const struct {
        const char *rows;
        vr_label_space space;
        const char *message;
    } maps[] = {
        {"b,1,2 ,3,4\n", VR_LABELS_IN22K, ":2:5: expected a class after the last blank"},
        {"b,1,2,3,1000\n", VR_LABELS_IN1K, ":2:9: expected a class, 0 to 999, found '1000'"},
        {"b,1,2,99,4\n", VR_LABELS_IN11K, ":2:7: expected a class, 0 to 98, found '99'"},
        {"b,1,2 x,3,4\n", VR_LABELS_IN22K, ":2:5: expected a class, 0 to 107, found 'x'"},
        {"b,1,2,3,4\na,1,2,3,4\n", VR_LABELS_IN1K, ":3:1: expected classes sorted by name"},
        {"", VR_LABELS_IN1K, "no classes"},
    };
    for (int64_t i = 0; i < COUNT(maps); i++) {
        const char *text = vr_arena_printf(
            &perm, "dollarstreet_class,images,sin21k_ids,sin21k_alibaba_ids,imagenet1k_ids\n%s",
            maps[i].rows);
        test_write_text(path, text);
        err = (vr_err){0};
        assert_false(vr_class_map_dollar_street(&perm, &map, path, maps[i].space, &err));
        assert_message(err, maps[i].message);
        assert_null(map.names);
    }
    vr_label_space space;
    assert_true(vr_label_space_parse(&space, "11k", VR_FATAL) && space == VR_LABELS_IN11K);
    err = (vr_err){0};
    assert_false(vr_label_space_parse(&space, "2k", &err));
    assert_message(err, "'2k'");
    vr_dollar_street_factor f;
    assert_true(vr_dollar_street_factor_parse(&f, "texture", VR_FATAL) && f == VR_DOLLAR_STREET_TEXTURE);
    err = (vr_err){0};
    assert_false(vr_dollar_street_factor_parse(&f, "blur", &err));
    assert_message(err, "unknown factor 'blur' (expected one of multiple_objects, background");
}

/* ---- factors among errors: hand-worked ---- */

/* n rows of one household each, as a table and with scores. */
static void made(int64_t n, const uint16_t *factors, const int64_t *bucket, const uint8_t *correct,
                 vr_scores *scores) {
    vr_text csv = {.arena = &perm};
    vr_text_add(&csv, ANNOTATED);
    for (int64_t i = 0; i < n; i++) {
        vr_text_printf(&csv, "t%lld,yes,,", (long long)i);
        for (int f = 0; f < 16; f++) vr_text_printf(&csv, ",%d", factors[i] >> f & 1);
        vr_text_printf(&csv, ",beds,u%lld,Asia,%s,%lld,India\n", (long long)i,
                       vrp_income_name((vrp_income)bucket[i]), (long long)(10 + i));
    }
    assert_true(parse(csv.data));
    uint8_t *scored = VR_NEW(&perm, uint8_t, n), *top = VR_NEW(&perm, uint8_t, n);
    memset(scored, 1, (size_t)n);
    memcpy(top, correct, (size_t)n);
    *scores = (vr_scores){
        .count = n, .k = 5, .scored = scored, .correct = top, .correct_top5 = top, .join = {.scored = n}};
}

static void a_shift_is_the_share_among_errors_over_the_share_among_all(void **state) {
    (void)state;
    enum { N = 60 };
    uint16_t factors[N];
    int64_t bucket[N];
    uint8_t correct[N];
    /* texture: 20 rows, 12 wrong; pose: 40 rows, 6 wrong; darker: 5 rows, all wrong, too few to count. */
    for (int i = 0; i < N; i++) {
        factors[i] = (uint16_t)(i < 20 ? 1 << VR_DOLLAR_STREET_TEXTURE : 1 << VR_DOLLAR_STREET_POSE);
        correct[i] = !(i < 12 || (i >= 20 && i < 26));
        if (i < 5) factors[i] |= 1 << VR_DOLLAR_STREET_DARKER;
        bucket[i] = i % 2 ? VRP_INCOME_LOW : VRP_INCOME_HIGH;
    }
    vr_scores scores;
    made(N, factors, bucket, correct, &scores);
    const vr_groups all = vrp_dollar_street_groups(&perm, &data, VRP_DOLLAR_STREET_BY_ALL),
                    income = vrp_dollar_street_groups(&perm, &data, VRP_DOLLAR_STREET_BY_INCOME);
    vrp_dollar_street_association a[16];
    vrp_dollar_street_associate(a, &data, &scores, &all, 0);
    assert_int_equal(a[0].factor, VR_DOLLAR_STREET_TEXTURE);
    assert_close(a[0].shift, (12. / 18 - 20. / 60) / (20. / 60), 1e-12); /* +1.0x */
    assert_int_equal(a[1].factor, VR_DOLLAR_STREET_POSE);
    assert_close(a[1].shift, (6. / 18 - 40. / 60) / (40. / 60), 1e-12);
    assert_true(isnan(a[2].shift)); /* no ticks: last */
    const vr_test test = vrp_dollar_street_chi_square(a, 5);
    assert_close(test.statistic, 36. / 6 + 36. / 12, 1e-12);
    assert_true(test.df == 1 && isnan(vrp_dollar_street_chi_square(a, 1).p));
    /* In the low bucket (odd rows) 6 texture, 3 pose wrong; the threshold takes the pose away. */
    vrp_dollar_street_associate(a, &data, &scores, &income, VRP_INCOME_LOW);
    assert_close(a[0].shift, 1 / (20. / 60) - 1, 1e-12);
}

/* Two groups and two factors, counted by hand; odds, p and corrections as statsmodels' Table2x2 and multipletests give
 * them. */
static void odds_ratios_are_of_each_groups_own_rows(void **state) {
    (void)state;
    enum {
        N = 80,
        TEXTURE = VR_DOLLAR_STREET_TEXTURE,
        POSE = VR_DOLLAR_STREET_POSE,
        F = VR_DOLLAR_STREET_FACTOR_COUNT
    };
    uint16_t factors[N];
    int64_t bucket[N];
    uint8_t correct[N];
    /* low 0..39: texture 12 wrong 8 correct, else 5 wrong 15 correct; high: pose on all, 40..79 */
    for (int i = 0; i < N; i++) {
        bucket[i] = i < 40 ? VRP_INCOME_LOW : VRP_INCOME_HIGH;
        factors[i] = (uint16_t)((i < 20 || i >= 65 ? 1 << TEXTURE : 0) | (i >= 40 ? 1 << POSE : 0));
        correct[i] = i < 40 ? i >= 12 && !(i >= 20 && i < 25) : i % 4 != 0;
    }
    vr_scores scores;
    made(N, factors, bucket, correct, &scores);
    const vr_groups income = vrp_dollar_street_groups(&perm, &data, VRP_DOLLAR_STREET_BY_INCOME);
    vrp_dollar_street_odds odds[3 * F];
    vrp_dollar_street_odds_ratios(odds, &data, &scores, &income);
    const vrp_dollar_street_odds *low = &odds[VRP_INCOME_LOW * F + TEXTURE],
                                 *high = &odds[VRP_INCOME_HIGH * F + TEXTURE];
    assert_int_equal(low->group, VRP_INCOME_LOW);
    assert_int_equal(low->factor, TEXTURE);
    assert_memory_equal(low->wrong, ((int64_t[]){12, 5}), sizeof low->wrong);
    assert_memory_equal(low->correct, ((int64_t[]){8, 15}), sizeof low->correct);
    assert_close(low->odds.value, 4.5, 1e-12);
    assert_close(low->odds.low, 1.1656343450444522, 1e-12);
    assert_close(low->odds.high, 17.372514876633772, 1e-11);
    assert_close(low->odds.p, 0.029084090581609667, 1e-13);
    assert_memory_equal(high->wrong, ((int64_t[]){3, 7}), sizeof high->wrong); /* 68 72 76 of 15 */
    assert_close(high->odds.p, 0.5731841878802106, 1e-13);
    assert_close(low->holm, 2 * low->odds.p, 1e-15); /* two tests have an answer */
    assert_close(low->bh, 2 * low->odds.p, 1e-15);
    assert_close(high->holm, high->odds.p, 1e-15);
    assert_true(isnan(odds[VRP_INCOME_HIGH * F + POSE].odds.p)); /* all of its rows have it */
    assert_true(isnan(odds[VRP_INCOME_MEDIUM * F + TEXTURE].odds.value) &&
                isnan(odds[VRP_INCOME_MEDIUM * F + TEXTURE].holm));
    const vr_table t =
        vrp_dollar_street_association_table(&perm, &data, &scores, VRP_DOLLAR_STREET_BY_INCOME, 5);
    vr_text text = {.arena = &perm};
    vr_table_format(&text, &t, VR_TABLE_TEXT);
    assert_non_null(strstr(text.data, "4.50 [1.17, 17.37]"));
}

static void quarters_of_distances_hold_the_mean_gaps(void **state) {
    (void)state;
    vrp_dollar_street_divergence d[6] = {0};
    static const double distance[6] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.5}, gap[6] = {0.0, 0.1, 0.2, 0.4, 0.3, 0.5};
    for (int i = 0; i < 6; i++) d[5 - i].distance = distance[i], d[5 - i].accuracy[i % 2] = gap[i];
    vrp_dollar_street_quartile q[4];
    vrp_dollar_street_quartiles(q, d, 6); /* limits .1 .225 .35 .475 .5 */
    static const double limit[5] = {0.1, 0.225, 0.35, 0.475, 0.5}, mean[4] = {0.05, 0.2, 0.4, 0.4};
    static const int64_t pairs[4] = {2, 1, 1, 2};
    for (int k = 0; k < 4; k++) {
        assert_close(q[k].low, limit[k], 1e-12);
        assert_close(q[k].high, limit[k + 1], 1e-12);
        assert_int_equal(q[k].pairs, pairs[k]);
        assert_close(q[k].gap, mean[k], 1e-12);
    }
    vrp_dollar_street_quartiles(q, d, 0);
    assert_true(isnan(q[0].low) && isnan(q[3].gap) && q[0].pairs == 0);
}

static void distances_of_factor_shares_are_the_published_ones(void **state) {
    (void)state;
    /* Counts per factor of ImageNet-X, val and train, top and multi (the sheet's recovered counts). */
    static const int64_t val_top[16] = {15064, 14751, 5972, 6150, 1450, 679, 638, 585,
                                        282,   150,   122,  78,   60,   43,  44,  40},
                         train_top[16] = {3260, 2914, 2525, 1443, 495, 127, 118, 129,
                                          95,   35,   26,   18,   16,  17,  4,   5},
                         val_multi[16] = {39974, 35537, 15478, 13034, 2873, 1891, 1500, 3604,
                                          879,   390,   512,   217,   105,  586,  94,   1828},
                         train_multi[16] = {10347, 9617, 6869, 3749, 1192, 514, 362, 717,
                                            293,   82,   99,   69,   34,   357, 7,   462};
    assert_close(vr_jensen_shannon(train_top, val_top, 16), .09821310193177984, 1e-12);
    assert_close(vr_jensen_shannon(train_multi, val_multi, 16), .07755927418663296, 1e-12);
    const int64_t p[2] = {1, 0}, q[2] = {0, 3}, none[2] = {0, 0};
    assert_close(vr_jensen_shannon(p, q, 2), sqrt(log(2)), 1e-15);
    assert_close(vr_jensen_shannon(q, q, 2), 0, 0);
    assert_true(isnan(vr_jensen_shannon(p, none, 2)));
}

static void gaps_and_divergences_are_those_counted_by_hand(void **state) {
    (void)state;
    enum { N = 30 };
    uint16_t factors[N];
    int64_t bucket[N];
    uint8_t correct[N];
    /* low: 10 rows, 2 correct, texture; medium: 12, 9 correct, pose; high: 8, all correct, pose */
    for (int i = 0; i < N; i++) {
        bucket[i] = i < 10 ? 0 : i < 22 ? 1 : 2;
        correct[i] = i < 2 || (i >= 10 && i < 19) || i >= 22;
        factors[i] = (uint16_t)(1 << (i < 10 ? VR_DOLLAR_STREET_TEXTURE : VR_DOLLAR_STREET_POSE));
    }
    vr_scores scores;
    made(N, factors, bucket, correct, &scores);
    const vr_groups income = vrp_dollar_street_groups(&perm, &data, VRP_DOLLAR_STREET_BY_INCOME);
    vrp_dollar_street_gap *gaps;
    assert_int_equal(vrp_dollar_street_gaps(&perm, &gaps, &data, &scores, &income, 0, false), 3);
    assert_int_equal(gaps[0].group, VRP_INCOME_LOW);
    assert_close(gaps[0].gap, 1 - 0.2, 1e-12);
    assert_close(gaps[1].gap, 0.25, 1e-12);
    assert_int_equal(vrp_dollar_street_gaps(&perm, &gaps, &data, &scores, &income, 9, false), 2);
    assert_int_equal(vrp_dollar_street_gaps(&perm, &gaps, &data, &scores, &income, 9, true), 0);
    vrp_dollar_street_divergence *d;
    assert_int_equal(vrp_dollar_street_divergences(&perm, &d, &data, &scores, &income), 3);
    assert_close(d[0].distance, sqrt(log(2)), 1e-12); /* low against medium: disjoint */
    assert_close(d[2].distance, 0, 0);                /* medium against high: alike */
    assert_close(d[0].accuracy[0], 0.2, 1e-12);
}

/* Without errors no factor goes with errors, and without a group's rows there is no accuracy. */
static void what_cannot_be_computed_is_printed_as_a_dash(void **state) {
    (void)state;
    enum { N = 8 };
    static const uint16_t factors[N] = {1, 1, 2, 2};
    static const int64_t bucket[N] = {VRP_INCOME_LOW};
    static const uint8_t correct[N] = {1, 1, 1, 1, 1, 1, 1, 1};
    vr_dollar_street_model model = {.name = "m"};
    made(N, factors, bucket, correct, &model.scores);
    FILE *file = tmpfile();
    assert_non_null(file);
    vr_dollar_street_print(file, &data, &model, 1, VR_DOLLAR_STREET_TEXTURE, NULL);
    rewind(file);
    char text[20000];
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    assert_non_null(strstr(text, "low p = -, medium p = -, high p = -"));
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
}

static void tasks_of_one_image_count_once(void **state) {
    (void)state;
    assert_true(parse(tasks));
    static const uint8_t scored[3] = {1, 1, 1}, correct[3] = {0, 1, 0};
    const vr_scores scores = {.count = 3,
                              .k = 5,
                              .scored = scored,
                              .correct = correct,
                              .correct_top5 = correct,
                              .join = {.scored = 3}};
    const vr_scores first = vrp_dollar_street_per_image(&perm, &data, &scores);
    assert_int_equal(first.join.scored, 2);
    assert_int_equal(first.correct_top5[0], 0);
    assert_int_equal(first.scored[0], 1);
    assert_int_equal(first.scored[1], 0);
}

static void the_same_bits_on_any_number_of_threads(void **state) {
    (void)state;
    vr_dollar_street_load(&perm, &data, test_data("dollarstreet/metadata.csv"), NULL, VR_FATAL);
    static const int64_t five[5] = {4, 18, 34, 27, 73};
    const vr_predictions p = constant(&data, five);
    vr_scores scores;
    vr_dollar_street_score(&perm, &scores, &data, &p, &data.targets_22k, VR_FATAL);
    vr_interval first[3], now[3];
    for_threads (threads) {
        const vr_table table =
            vrp_dollar_street_accuracy_table(&perm, &data, &scores, VRP_DOLLAR_STREET_BY_INCOME, NULL);
        for (int g = 0; g < 3; g++) now[g] = table.cells[4 * g + 3].number;
        if (threads == 1) memcpy(first, now, sizeof now);
        assert_memory_equal(now, first, sizeof now);
    }
}

static void a_mitigation_is_compared_on_the_rows_of_its_factor(void **state) {
    (void)state;
    enum { N = 12 };
    uint16_t factors[N];
    int64_t bucket[N];
    uint8_t correct[N], mended[N];
    for (int i = 0; i < N; i++) {
        factors[i] = (uint16_t)(i < 8 ? 1 << VR_DOLLAR_STREET_DARKER : 0);
        bucket[i] = i % 2;
        correct[i] = i % 4 == 0;
        mended[i] = i % 4 != 1;
    }
    vr_scores before, after;
    made(N, factors, bucket, correct, &before);
    after = before;
    after.correct_top5 = mended;
    vr_table t = vrp_dollar_street_compare_table(&perm, &data, &before, &after, VR_DOLLAR_STREET_DARKER,
                                                 VRP_DOLLAR_STREET_BY_INCOME, NULL);
    /* group, count, before, after, difference; rows 0 2 4 6 of low: 2 correct, then 4 */
    const vr_cell *low = t.cells, *medium = low + 5, *high = medium + 5;
    assert_close(low[1].number.value, 4, 0);
    assert_close(low[2].number.value, 0.5, 0);
    assert_close(low[3].number.value, 1, 0);
    assert_close(low[4].number.value, 0.5, 0);
    assert_true(low[4].number.low >= 0 && low[4].number.high <= 1);
    assert_close(medium[2].number.value, 0, 0);
    assert_close(medium[3].number.value, 0.5, 0);
    assert_close(high[1].number.value, 0, 0);
    assert_true(isnan(high[2].number.value) && isnan(high[4].number.value));
    t = vrp_dollar_street_compare_table(&perm, &data, &before, &after, VR_DOLLAR_STREET_FACTOR_COUNT,
                                        VRP_DOLLAR_STREET_BY_ALL, NULL);
    assert_close(t.cells[1].number.value, 12, 0);
}

static void a_model_is_asked_for_its_five_best_classes(void **state) {
    (void)state;
    vr_progress_quiet(true);
    vr_model *model =
        vr_model_random(&perm, "resnet20", 1, VR_FATAL); /* its head is random, too: any model will do */
    vr_tensor w = vr_tensor_2d(&perm, 10, model->features);
    vr_rng_normal_fill(w.data, 10 * model->features, vr_rng_init(5), 0);
    vr_model_set_head(&perm, model, w, (vr_tensor){0}, NULL);
    vr_dataset images;
    vr_dataset_shapes(&perm, &images, 40, model->preprocess.size, vr_rng_init(2));
    vr_predictions p, bright, twice, published;
    assert_true(vr_dollar_street_predict(&perm, &p, model, &images, NULL, VR_FATAL));
    vr_evaluation e;
    vr_evaluate(&perm, &e, model, &images, NULL, VR_FATAL);
    for (int64_t i = 0; i < 40; i++) {
        assert_int_equal(p.predicted[5 * i], e.predictions.predicted[i]);
        bool top5 = false;
        for (int r = 0; r < 5; r++) top5 = top5 || p.predicted[5 * i + r] == images.labels[i];
        assert_int_equal(top5, e.predictions.correct_top5[i]);
    }
    vr_dollar_street_predict_opts o = {.changed = true, .factor = VR_FACTOR_BRIGHTEN, .amount = 1};
    assert_true(vr_dollar_street_predict(&perm, &bright, model, &images, &o, VR_FATAL));
    assert_memory_equal(p.predicted, bright.predicted, 40 * 5 * sizeof *p.predicted);
    o.amount = 2, o.over.batch = 7;
    assert_true(vr_dollar_street_predict(&perm, &bright, model, &images, &o, VR_FATAL));
    o.over.batch = 40;
    assert_true(vr_dollar_street_predict(&perm, &twice, model, &images, &o, VR_FATAL));
    assert_memory_equal(bright.predicted, twice.predicted, 40 * 5 * sizeof *p.predicted);
    assert_memory_not_equal(p.predicted, bright.predicted, 40 * 5 * sizeof *p.predicted);
    /* The released code ranks an image's classes against other images: in a batch of one, all scores are 1. */
    o = (vr_dollar_street_predict_opts){.published = true, .over = {.batch = 1}};
    assert_true(vr_dollar_street_predict(&perm, &published, model, &images, &o, VR_FATAL));
    for (int r = 0; r < 5; r++) assert_int_equal(published.predicted[5 * 7 + r], r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metadata_becomes_columns),
        cmocka_unit_test(rows_are_found_by_url_and_by_image_id),
        cmocka_unit_test(a_wrong_row_is_named_with_line_and_column),
        cmocka_unit_test(marks_carriage_returns_and_long_fields_are_read),
        cmocka_unit_test(every_prefix_gives_rows_or_an_error),
        cmocka_unit_test(income_buckets_round_half_to_even),
        cmocka_unit_test(the_published_metadata_has_the_published_counts),
        cmocka_unit_test(annotations_of_pandas_become_rows),
        cmocka_unit_test(every_prefix_and_every_wrong_type_of_annotations_is_an_error),
        cmocka_unit_test(factors_without_places_take_them_from_the_metadata),
        cmocka_unit_test(a_constant_prediction_scores_the_published_counts),
        cmocka_unit_test(rows_are_in_the_groups_of_their_columns),
        cmocka_unit_test(the_class_map_is_the_targets_of_the_metadata),
        cmocka_unit_test(predictions_of_every_published_form_score_alike),
        cmocka_unit_test(a_prediction_serves_all_rows_of_its_image_unless_a_row_has_its_own),
        cmocka_unit_test(wrong_predictions_are_named),
        cmocka_unit_test(a_shift_is_the_share_among_errors_over_the_share_among_all),
        cmocka_unit_test(odds_ratios_are_of_each_groups_own_rows),
        cmocka_unit_test(quarters_of_distances_hold_the_mean_gaps),
        cmocka_unit_test(distances_of_factor_shares_are_the_published_ones),
        cmocka_unit_test(gaps_and_divergences_are_those_counted_by_hand),
        cmocka_unit_test(what_cannot_be_computed_is_printed_as_a_dash),
        cmocka_unit_test(tasks_of_one_image_count_once),
        cmocka_unit_test(the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(a_mitigation_is_compared_on_the_rows_of_its_factor),
        cmocka_unit_test(a_model_is_asked_for_its_five_best_classes),
    };
    return cmocka_run_group_tests(tests, NULL, perm_free);
}
