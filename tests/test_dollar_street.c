/* tests/test_dollar_street.c: the tables of Dollar Street, the scores and the studies on them. The factor annotations
 * are not published with the code; rows are built to their format. The page and the program: test_dollar_street_page. */
#include "dollar_street.h"

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
    assert_int_equal(data.bucket[0], VR_INCOME_MEDIUM);
    assert_int_equal(data.bucket[2], VR_INCOME_HIGH);
    assert_int_equal(data.household_count, 2);
    assert_int_equal(data.household[0], 1); /* Austria's is 0 */
    assert_int_equal(data.household[1], 1);
    assert_int_equal(data.class_count, 3);
    assert_int_equal(data.labels.begin[2] - data.labels.begin[1], 2);
    assert_string_equal(data.classes[data.labels.id[data.labels.begin[1] + 1]], "bedrooms");
    assert_int_equal(data.targets_22k.id[data.targets_22k.begin[0] + 1], 66);
    assert_int_equal(data.targets_11k.id[data.targets_11k.begin[0] + 1], 65);
    assert_null(data.factors);
}

static void rows_are_found_by_url_and_by_image_id(void **state) {
    (void)state;
    assert_true(parse(three));
    static const char *const names[] = {
        "http://h/a/c.jpg", "0109f5011e82", "images/480x480-0109f501-1e82.jpeg", "c", "nowhere", ".jpg"};
    int64_t row[6];
    vr_dollar_street_find(row, &data, names, 6);
    const int64_t expected[] = {2, 0, 0, 2, -1, -1};
    assert_memory_equal(row, expected, sizeof row);
}

static void a_wrong_row_is_named_with_line_and_column(void **state) {
    (void)state;
    static const struct {
        const char *row, *says;
    } wrong[] = {
        {"0,A,u,-5,0,0,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:7: an income is positive"},
        {"0,A,u,nan,0,0,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:7: a finite number"},
        {"0,A,u,1e999,0,0,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:7: "},
        {"0,A,u,x,0,0,Asia,['a'],[1],['x'],[1],['x']",
         "t.csv:2:7: column 'income': expected a number, found 'x'"},
        {"0,A,u,5,91,0,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:9: a latitude"},
        {"0,A,u,5,0,-181,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:11: a longitude"},
        {"0,A,u,5,0,0,Mars,['a'],[1],['x'],[1],['x']",
         "'Mars' is none of Africa, Asia, Europe, The Americas"},
        {"0,A,u,5,0,0,Asia,a,[1],['x'],[1],['x']",
         "t.csv:2:18: column 'label': byte 0 of the list: expected '['"},
        {"0,A,u,5,0,0,Asia,[],[1],['x'],[1],['x']", "at least one class"},
        {"0,A,u,5,0,0,Asia,['a',[1],['x'],[1],['x']", "byte 4 of the list: expected ',' or ']'"},
        {"0,A,u,5,0,0,Asia,['a],[1],['x'],[1],['x']", "unterminated string"},
        {"0,A,u,5,0,0,Asia,['a'],[99],['x'],[1],['x']", "99 is not in 0..98"},
        {"0,A,u,5,0,0,Asia,['a'],[1],['x'],[108],['x']", "108 is not in 0..107"},
        {"0,A,u,5,0,0,Asia,['a'],[1],['x'],[-1],['x']", "-1 is not in"},
        {"0,A,u,5,0,0,Asia,['a'],[99999999999999999999],['x'],[1],['x']", "expected an integer"},
        {"0,A,u,5,0,0,Asia,['a'],[1],[],[1],['x']", "0 names for 1 ids"},
        {"0,A,u,5,0,0,Asia,['a'],[1],['x'],\"[1 2]\",['x']", "byte 3 of the list: expected ',' or ']'"},
        {"0,A,u,5,0,0,Asia,['a'],[1],['x'],[1]x,['x']", "unexpected text after the list"},
        {"0,A,u,5,0,0,Asia,['\\x41'],[1],['x'],[1],['x']", "unsupported escape '\\x'"},
        {"0,,u,5,0,0,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:3: a country"},
        {"0,A,,5,0,0,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:5: the row has no name"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(parse(vr_arena_printf(&perm, HEAD "%s\n", wrong[i].row)));
        assert_message(err, wrong[i].says);
        assert_message(err, "t.csv:2:");
        assert_null(data.id);
    }
    assert_false(parse(
        vr_arena_printf(&perm, "%s0,A,http://h/a/c.jpg,5,0,0,Asia,['a'],[1],['x'],[1],['x']\n", three)));
    assert_message(err, "t.csv:5:1: 'http://h/a/c.jpg' is in line 4 already");
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
    assert_message(err, "t.csv:2:5: unterminated quoted field");
}

static void every_prefix_gives_rows_or_an_error(void **state) {
    (void)state;
    const int64_t n = (int64_t)strlen(three);
    for (int64_t i = 0; i < n; i++) {
        char *copy = malloc((size_t)i + 1); /* its own block, so that asan sees a read beyond it */
        memcpy(copy, three, (size_t)i);
        err = (vr_err){0};
        const bool ok =
            vr_dollar_street_parse(&perm, &data, (vr_bytes){(uint8_t *)copy, i}, "t.csv", NULL, &err);
        assert_int_equal(ok, err.code == VR_OK);
        assert_true(ok ? data.count >= 1 && data.count <= 3 : data.count == 0);
        free(copy);
    }
}

static void income_buckets_round_half_to_even(void **state) {
    (void)state;
    assert_int_equal(vr_income_bucket(exp(4.5) - 1e-9), VR_INCOME_LOW);
    assert_int_equal(vr_income_bucket(exp(4.5) + 1e-9), VR_INCOME_MEDIUM);
    assert_int_equal(vr_income_bucket(exp(7.5) - 1e-6), VR_INCOME_MEDIUM);
    assert_int_equal(vr_income_bucket(exp(7.5) + 1e-6), VR_INCOME_HIGH);
    assert_int_equal(vr_income_bucket(1), VR_INCOME_LOW);
    assert_int_equal(vr_income_bucket(1e6), VR_INCOME_HIGH);
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
    bool home[287] = {false};
    int64_t homes[3] = {0};
    for (int64_t i = 0; i < data.count; i++) {
        count[data.region[i]][data.bucket[i]]++;
        labels[data.labels.begin[i + 1] - data.labels.begin[i]]++;
        if (!home[data.household[i]]) homes[data.bucket[i]]++;
        home[data.household[i]] = true;
    }
    assert_memory_equal(count, images, sizeof images);
    const int64_t label_counts[] = {0, 13014, 472, 61, 15, 3, 0, 0, 0};
    assert_memory_equal(labels, label_counts, sizeof labels);
    assert_int_equal(homes[0], 62);
    assert_int_equal(homes[1], 176);
    assert_int_equal(homes[2], 49);
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
    assert_string_equal(data.classes[data.labels.id[0]], "dish_racks"); /* a blank becomes "_" */
    assert_int_equal(data.bucket[2], VR_INCOME_LOW);                    /* as the file has it */
    assert_int_equal(data.rebucketed, 1);
    assert_int_equal(data.household_count, 2);
}

static void every_prefix_and_every_wrong_type_of_annotations_is_an_error(void **state) {
    (void)state;
    for (size_t i = 0; i + 2 < strlen(tasks); i++) {
        char *copy = malloc(i + 1);
        memcpy(copy, tasks, i);
        err = (vr_err){0};
        assert_false(vr_dollar_street_parse(&perm, &data, (vr_bytes){(uint8_t *)copy, (int64_t)i}, "t.json",
                                            NULL, &err));
        assert_int_not_equal(err.code, VR_OK);
        free(copy);
    }
    static const struct {
        const char *from, *to, *says;
    } wrong[] = {
        {"\"Togo\"", "7", "a string is wanted (column 'country')"},
        {"50.5", "\"50\"", "a finite number is wanted (column 'income')"},
        {"50.5", "null", "(column 'income')"},
        {",0,1,0,0,1,", ",2,1,0,0,1,", "a factor is 0 or 1, not 2"},
        {",0,1,0,0,1,", ",null,1,0,0,1,", "(column 'multiple_objects')"},
        {"\"t1\"", "\"t0\"", "t.csv:5:1: two rows are called 't0'"},
        {"\"t1\",", "", "4 rows, but the index has 3"},
        {"\"low\"", "\"poor\"", "'poor' is none of low, medium, high"},
        {"\"texture\",", "\"textures\",", "15 of the 16 factors are there, but not 'texture'"},
        {"\"style\"", "\"larger\"", "two columns are named 'larger'"},
        {"\"style\"", "3", "a column's name is no string"},
        {"\"F1\",3],", "\"F1\"],", "a row is an array of 31 values"},
        {"\"columns\"", "\"column\"", "columns"},
        {"\"Africa\"", "\"Afr\\u0000\"", "a zero byte"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *at = strstr(tasks, wrong[i].from);
        assert_non_null(at);
        assert_false(parse(vr_arena_printf(&perm, "%.*s%s%s", (int)(at - tasks), tasks, wrong[i].to,
                                           at + strlen(wrong[i].from))));
        assert_message(err, wrong[i].says);
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
    assert_true(vr_dollar_street_parse(&perm, &data, text, "f.csv", &metadata, &err));
    assert_int_equal(data.count, 1);
    assert_int_equal(data.unmatched, 1);
    assert_string_equal(data.countries[data.country[0]], "Bangladesh");
    assert_int_equal(data.bucket[0], VR_INCOME_MEDIUM);
    assert_string_equal(data.classes[data.labels.id[0]], "cooking_pots");
    assert_string_equal(data.reason[0], "a, b");
    assert_int_equal(data.factors[0], 1 << VR_DOLLAR_STREET_DARKER | 1 << VR_DOLLAR_STREET_TEXTURE);
    assert_false(vr_dollar_street_parse(&perm, &data, text, "f.csv", NULL, &err));
    assert_message(err, "no metadata is given");
}

/* ---- scores ---- */

static vr_dollar_street_predictions constant(const vr_dollar_street *d, const int64_t *five) {
    int64_t *predicted = VR_NEW(&perm, int64_t, (5 * d->count));
    for (int64_t i = 0; i < 5 * d->count; i++) predicted[i] = five[i % 5];
    return (vr_dollar_street_predictions){
        .path = "constant", .count = d->count, .k = 5, .id = d->id, .predicted = predicted};
}

static void a_constant_prediction_scores_the_published_counts(void **state) {
    (void)state;
    vr_dollar_street_load(&perm, &data, test_data("dollarstreet/metadata.csv"), NULL, VR_FATAL);
    static const int64_t five[5] = {4, 18, 34, 27, 73};
    const vr_dollar_street_predictions p = constant(&data, five);
    vr_dollar_street_hits hits;
    assert_true(vr_dollar_street_score(&perm, &hits, &data, &p, &data.targets_22k, VR_FATAL));
    assert_int_equal(hits.rows, 13565);
    static const int64_t region[][2] = {{418, 2492}, {1061, 6982}, {258, 1836}, {325, 2255}};
    static const int64_t income[][2] = {{397, 2391}, {1287, 8404}, {378, 2770}};
    vr_dollar_street_accuracy a[4];
    vr_dollar_street_accuracies(a, &data, &hits, VR_BY_REGION, NULL);
    for (int g = 0; g < 4; g++) {
        assert_int_equal(a[g].top5, region[g][0]);
        assert_int_equal(a[g].count, region[g][1]);
        assert_close(a[g].accuracy5.value, (double)region[g][0] / (double)region[g][1], 1e-12);
        assert_true(a[g].accuracy5.low < a[g].accuracy5.value && a[g].accuracy5.value < a[g].accuracy5.high);
    }
    vr_dollar_street_accuracies(a, &data, &hits, VR_BY_INCOME, NULL);
    for (int g = 0; g < 3; g++) {
        assert_int_equal(a[g].top5, income[g][0]);
        assert_int_equal(a[g].count, income[g][1]);
    }
}

static void the_class_map_is_the_targets_of_the_metadata(void **state) {
    (void)state;
    vr_dollar_street_load(&perm, &data, test_data("dollarstreet/metadata.csv"), NULL, VR_FATAL);
    vr_class_map map, file;
    assert_true(vr_class_map_load(&perm, &map, NULL, VR_FATAL));
    assert_true(vr_class_map_load(&perm, &file, test_data("dollarstreet/class_maps.csv"), VR_FATAL));
    assert_int_equal(map.count, 84);
    for (int space = 0; space < VR_SPACE_COUNT; space++) {
        const vr_lists a = map.ids[space], b = file.ids[space];
        assert_memory_equal(a.begin, b.begin, 85 * sizeof *a.begin);
        assert_memory_equal(a.id, b.id, (size_t)a.begin[84] * sizeof *a.id);
    }
    for (int space = 0; space < 2; space++) {
        const vr_lists want = space == VR_SPACE_IN22K ? data.targets_22k : data.targets_11k;
        vr_lists t;
        assert_true(vr_dollar_street_targets(&perm, &t, &data, &map, (vr_label_space)space, false, VR_FATAL));
        for (int64_t i = 0; i < data.count; i++) {
            uint64_t sets[2][2] = {{0}};
            for (int64_t j = t.begin[i]; j < t.begin[i + 1]; j++)
                sets[0][t.id[j] / 64] |= 1ull << t.id[j] % 64;
            for (int64_t j = want.begin[i]; j < want.begin[i + 1]; j++)
                sets[1][want.id[j] / 64] |= 1ull << want.id[j] % 64;
            assert_memory_equal(sets[0], sets[1], sizeof sets[0]);
        }
    }
    /* The released filter kept 39 classes of one word, with 6,747 pairs; mended, it keeps 70 and 11,920. */
    for (int published = 0; published < 2; published++) {
        int64_t pairs = 0, classes = 0;
        const vr_lists ids = map.ids[VR_SPACE_IN1K];
        bool kept[84];
        for (int64_t c = 0; c < 84; c++) {
            kept[c] = ids.begin[c + 1] > ids.begin[c] && !(published && strchr(data.classes[c], '_'));
            classes += kept[c];
        }
        for (int64_t l = 0; l < data.labels.begin[data.count]; l++) pairs += kept[data.labels.id[l]];
        assert_int_equal(classes, published ? 39 : 70);
        assert_int_equal(pairs, published ? 6747 : 11920);
        vr_lists t;
        vr_dollar_street_targets(&perm, &t, &data, &map, VR_SPACE_IN1K, published, VR_FATAL);
        for (int64_t i = 0; i < data.count; i++) {
            bool any = false;
            for (int64_t l = data.labels.begin[i]; l < data.labels.begin[i + 1]; l++)
                any = any || kept[data.labels.id[l]];
            assert_int_equal(any, t.begin[i + 1] > t.begin[i]);
        }
    }
}

static bool said(vr_dollar_street_predictions *p, const char *text) {
    err = (vr_err){0};
    return vr_dollar_street_predictions_parse(
        &perm, p, (vr_bytes){(const uint8_t *)text, (int64_t)strlen(text)}, "p.csv", &err);
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
        vr_dollar_street_predictions p;
        vr_dollar_street_hits hits;
        assert_true(said(&p, forms[form]));
        assert_true(
            vr_dollar_street_score(&perm, &hits, &data, &p, form == 2 ? NULL : &data.targets_22k, VR_FATAL));
        assert_int_equal(hits.rows, 2);
        assert_int_equal(hits.unmatched, 1);
        assert_int_equal(hits.unpredicted, 1);
        assert_int_equal(hits.top1[0], 1);
        assert_int_equal(hits.top1[2], 0);
        assert_int_equal(hits.top5[2], 1);
        assert_int_equal(hits.scored[1], 0);
    }
}

static void wrong_predictions_are_named(void **state) {
    (void)state;
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"ID,acc1\nu,1\n", "p.csv:1: wanted are"},
        {"ID,Prediction_Indices\nu,1|x\n", "p.csv:2:3: 'x' is not a class number"},
        {"ID,Prediction_Indices\nu,-1\n", "p.csv:2:3: '-1'"},
        {"ID,Prediction_Indices\nu,1|\n", "p.csv:2:3: a class number is wanted at the end"},
        {"ID,Prediction_Indices\nu,1|2\nv,1\n", "p.csv:3:3: 1 predictions, other rows have 2"},
        {"ID,Prediction_Indices\nu,\n", "p.csv:2:3: 0 predictions"},
        {"ID,Prediction_Indices\nu,1\nu,2\n", "two predictions for 'u'"},
        {"ID,Prediction_Indices\n,1\n", "the row has no name"},
        {"url,acc1,acc5\nu,0.5,1\n", "p.csv:2:3: 0.5 is neither 0 nor 1"},
        {"url,acc1,acc5\n", "no predictions"},
        {"{\"u\": {\"pred_indices\": [[1.5]]}}", "p.csv:1:26: a class number is wanted"},
        {"{\"u\": {\"pred_indices\": []}}", "0 predictions"},
        {"{\"u\": {\"pred_prob\": []}}", "pred_indices"},
        {"{\"u\": 3}", "pred_indices"},
        {"{\"u\": {\"pred_indices\": [[1", "p.csv:1:"},
        {"", "empty"},
    };
    vr_dollar_street_predictions p;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(said(&p, wrong[i].text));
        assert_message(err, wrong[i].says);
        assert_null(p.id);
    }
    vr_class_map map;
    const char *path = test_tmp("map.csv");
    static const struct {
        const char *rows, *says;
    } maps[] = {
        {"b,1,2 ,3,4\n", ":2:5: a class number is wanted at the end"},
        {"b,1,2,3,1000\n", ":2:9: 1000 is not in 0..999"},
        {"b,1,2 x,3,4\n", ":2:5: 'x'"},
        {"b,1,2,3,4\na,1,2,3,4\n", ":3:1: 'a' is not behind 'b'"},
        {"", "no classes"},
    };
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        const char *text = vr_arena_printf(
            &perm, "dollarstreet_class,images,sin21k_ids,sin21k_alibaba_ids,imagenet1k_ids\n%s",
            maps[i].rows);
        vr_file_write(path, text, (int64_t)strlen(text), VR_FATAL);
        err = (vr_err){0};
        assert_false(vr_class_map_load(&perm, &map, path, &err));
        assert_message(err, maps[i].says);
        assert_null(map.names);
    }
}

/* ---- factors among errors: hand-worked ---- */

/* n rows of one home each, as a table and with hits. */
static void made(int64_t n, const uint16_t *factors, const int64_t *bucket, const uint8_t *right,
                 vr_dollar_street_hits *hits) {
    vr_text csv = {.arena = &perm};
    vr_text_add(&csv, ANNOTATED);
    for (int64_t i = 0; i < n; i++) {
        vr_text_printf(&csv, "t%lld,yes,,", (long long)i);
        for (int f = 0; f < 16; f++) vr_text_printf(&csv, ",%d", factors[i] >> f & 1);
        vr_text_printf(&csv, ",beds,u%lld,Asia,%s,%lld,India\n", (long long)i,
                       vr_income_name((vr_income)bucket[i]), (long long)(10 + i));
    }
    assert_true(parse(csv.data));
    uint8_t *scored = VR_NEW(&perm, uint8_t, n), *top = VR_NEW(&perm, uint8_t, n);
    memset(scored, 1, (size_t)n);
    memcpy(top, right, (size_t)n);
    *hits =
        (vr_dollar_street_hits){.count = n, .scored = scored, .top1 = top, .top5 = top, .k = 5, .rows = n};
}

static void a_shift_is_the_share_among_errors_over_the_share_among_all(void **state) {
    (void)state;
    enum { N = 60 };
    uint16_t factors[N];
    int64_t bucket[N];
    uint8_t right[N];
    /* texture: 20 rows, 12 wrong; pose: 40 rows, 6 wrong; darker: 5 rows, all wrong, too few to count. */
    for (int i = 0; i < N; i++) {
        factors[i] = (uint16_t)(i < 20 ? 1 << VR_DOLLAR_STREET_TEXTURE : 1 << VR_DOLLAR_STREET_POSE);
        right[i] = !(i < 12 || (i >= 20 && i < 26));
        if (i < 5) factors[i] |= 1 << VR_DOLLAR_STREET_DARKER;
        bucket[i] = i % 2 ? VR_INCOME_LOW : VR_INCOME_HIGH;
    }
    vr_dollar_street_hits hits;
    made(N, factors, bucket, right, &hits);
    vr_dollar_street_association a[16];
    vr_dollar_street_associate(a, &data, &hits, VR_BY_ALL, 0, NULL);
    assert_int_equal(a[0].factor, VR_DOLLAR_STREET_TEXTURE);
    assert_close(a[0].shift, (12. / 18 - 20. / 60) / (20. / 60), 1e-12); /* +1.0x */
    assert_int_equal(a[1].factor, VR_DOLLAR_STREET_POSE);
    assert_close(a[1].shift, (6. / 18 - 40. / 60) / (40. / 60), 1e-12);
    assert_true(isnan(a[2].shift)); /* no ticks: last */
    const vr_test test = vr_dollar_street_chi_square(a, 5);
    assert_close(test.statistic, 36. / 6 + 36. / 12, 1e-12);
    assert_true(test.df == 1 && isnan(vr_dollar_street_chi_square(a, 1).p));
    vr_dollar_street_associate(a, &data, &hits, VR_BY_ALL, 0,
                               &(vr_dollar_street_association_opts){.few = -1});
    assert_int_equal(a[0].factor, VR_DOLLAR_STREET_DARKER);
    assert_close(a[0].shift, (5. / 23) / (5. / 65) - 1, 1e-12);
    /* In the low bucket (odd rows) 6 texture, 3 pose wrong; the threshold takes the pose away. */
    vr_dollar_street_associate(a, &data, &hits, VR_BY_INCOME, VR_INCOME_LOW, NULL);
    assert_close(a[0].shift, 1 / (20. / 60) - 1, 1e-12);
    vr_dollar_street_associate(a, &data, &hits, VR_BY_INCOME, VR_INCOME_LOW,
                               &(vr_dollar_street_association_opts){.few = -1, .own = true});
    assert_int_equal(a[1].factor,
                     VR_DOLLAR_STREET_TEXTURE); /* of 10 texture, 2 darker, 20 pose: 6, 2, 3 wrong */
    assert_close(a[1].shift, (6. / 11) / (10. / 32) - 1, 1e-12);
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
    uint8_t right[N];
    for (int i = 0; i < N;
         i++) { /* low 0..39: texture 12 wrong 8 right, else 5 wrong 15 right; high: pose on all, 40..79 */
        bucket[i] = i < 40 ? VR_INCOME_LOW : VR_INCOME_HIGH;
        factors[i] = (uint16_t)((i < 20 || i >= 65 ? 1 << TEXTURE : 0) | (i >= 40 ? 1 << POSE : 0));
        right[i] = i < 40 ? i >= 12 && !(i >= 20 && i < 25) : i % 4 != 0;
    }
    vr_dollar_street_hits hits;
    made(N, factors, bucket, right, &hits);
    vr_dollar_street_odds odds[3 * F];
    vr_dollar_street_odds_ratios(odds, &data, &hits, VR_BY_INCOME);
    const vr_dollar_street_odds *low = &odds[VR_INCOME_LOW * F + TEXTURE],
                                *high = &odds[VR_INCOME_HIGH * F + TEXTURE];
    assert_int_equal(low->group, VR_INCOME_LOW);
    assert_int_equal(low->factor, TEXTURE);
    assert_memory_equal(low->wrong, ((int64_t[]){12, 5}), sizeof low->wrong);
    assert_memory_equal(low->right, ((int64_t[]){8, 15}), sizeof low->right);
    assert_close(low->odds.value, 4.5, 1e-12);
    assert_close(low->odds.low, 1.1656343450444522, 1e-12);
    assert_close(low->odds.high, 17.372514876633772, 1e-11);
    assert_close(low->odds.p, 0.029084090581609667, 1e-13);
    assert_memory_equal(high->wrong, ((int64_t[]){3, 7}), sizeof high->wrong); /* 68 72 76 of 15 */
    assert_close(high->odds.p, 0.5731841878802106, 1e-13);
    assert_close(low->holm, 2 * low->odds.p, 1e-15); /* two tests have an answer */
    assert_close(low->bh, 2 * low->odds.p, 1e-15);
    assert_close(high->holm, high->odds.p, 1e-15);
    assert_true(isnan(odds[VR_INCOME_HIGH * F + POSE].odds.p)); /* all of its rows have it */
    assert_true(isnan(odds[VR_INCOME_MEDIUM * F + TEXTURE].odds.value) &&
                isnan(odds[VR_INCOME_MEDIUM * F + TEXTURE].holm));
    const vr_table t = vr_dollar_street_association_table(&perm, &data, &hits, VR_BY_INCOME, 5, NULL);
    vr_text text = {.arena = &perm};
    vr_table_format(&text, &t, VR_TABLE_TEXT);
    assert_non_null(strstr(text.data, "4.50 [1.17, 17.37]"));
}

static void quarters_of_distances_hold_the_mean_gaps(void **state) {
    (void)state;
    vr_dollar_street_divergence d[6] = {0};
    static const double distance[6] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.5}, gap[6] = {0.0, 0.1, 0.2, 0.4, 0.3, 0.5};
    for (int i = 0; i < 6; i++) d[5 - i].distance = distance[i], d[5 - i].accuracy[i % 2] = gap[i];
    vr_dollar_street_quartile q[4];
    vr_dollar_street_quartiles(q, d, 6); /* limits .1 .225 .35 .475 .5 */
    static const double limit[5] = {0.1, 0.225, 0.35, 0.475, 0.5}, mean[4] = {0.05, 0.2, 0.4, 0.4};
    static const int64_t pairs[4] = {2, 1, 1, 2};
    for (int k = 0; k < 4; k++) {
        assert_close(q[k].low, limit[k], 1e-12);
        assert_close(q[k].high, limit[k + 1], 1e-12);
        assert_int_equal(q[k].pairs, pairs[k]);
        assert_close(q[k].gap, mean[k], 1e-12);
    }
    vr_dollar_street_quartiles(q, d, 0);
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
    int64_t both[2][16]; /* do training and validation images differ? The paper says that they do not */
    memcpy(both[0], train_top, sizeof train_top), memcpy(both[1], val_top, sizeof val_top);
    vr_test test = vr_chi2_table(NULL, both[0], 2, 16, false);
    assert_close(test.statistic, 775.5672344877994, 1e-9);
    assert_true(test.df == 15 && test.p < 1e-100);
    memcpy(both[0], train_multi, sizeof train_multi), memcpy(both[1], val_multi, sizeof val_multi);
    assert_close(vr_chi2_table(NULL, both[0], 2, 16, false).statistic, 1386.0362880477046, 1e-9);
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
    uint8_t right[N];
    for (int i = 0; i < N;
         i++) { /* low: 10 rows, 2 right, texture; medium: 12, 9 right, pose; high: 8, 8 right, pose */
        bucket[i] = i < 10 ? 0 : i < 22 ? 1 : 2;
        right[i] = i < 2 || (i >= 10 && i < 19) || i >= 22;
        factors[i] = (uint16_t)(1 << (i < 10 ? VR_DOLLAR_STREET_TEXTURE : VR_DOLLAR_STREET_POSE));
    }
    vr_dollar_street_hits hits;
    made(N, factors, bucket, right, &hits);
    vr_dollar_street_gap *gaps;
    assert_int_equal(vr_dollar_street_gaps(&perm, &gaps, &data, &hits, VR_BY_INCOME, 0, false), 3);
    assert_int_equal(gaps[0].group, VR_INCOME_LOW);
    assert_close(gaps[0].gap, 1 - 0.2, 1e-12);
    assert_close(gaps[1].gap, 0.25, 1e-12);
    assert_int_equal(vr_dollar_street_gaps(&perm, &gaps, &data, &hits, VR_BY_INCOME, 9, false), 2);
    assert_int_equal(vr_dollar_street_gaps(&perm, &gaps, &data, &hits, VR_BY_INCOME, 9, true), 0);
    vr_dollar_street_divergence *d;
    assert_int_equal(vr_dollar_street_divergences(&perm, &d, &data, &hits, VR_BY_INCOME, 0), 3);
    assert_close(d[0].distance, sqrt(log(2)), 1e-12); /* low against medium: disjoint */
    assert_close(d[2].distance, 0, 0);                /* medium against high: alike */
    assert_true(d[0].distinct[0] == VR_DOLLAR_STREET_POSE || d[0].distinct[0] == VR_DOLLAR_STREET_TEXTURE);
    assert_close(d[0].accuracy[0], 0.2, 1e-12);
}

static void tasks_of_one_image_count_once(void **state) {
    (void)state;
    assert_true(parse(tasks));
    static const uint8_t scored[3] = {1, 1, 1}, right[3] = {0, 1, 0};
    const vr_dollar_street_hits hits = {
        .count = 3, .scored = scored, .top1 = right, .top5 = right, .k = 5, .rows = 3};
    vr_dollar_street_hits first = vr_dollar_street_hits_per_image(&perm, &data, &hits, false),
                          any = vr_dollar_street_hits_per_image(&perm, &data, &hits, true);
    assert_int_equal(first.rows, 2);
    assert_int_equal(first.top5[0], 0);
    assert_int_equal(any.top5[0], 1);
    assert_int_equal(any.scored[1], 0);
}

static void the_same_bits_on_any_number_of_threads(void **state) {
    (void)state;
    vr_dollar_street_load(&perm, &data, test_data("dollarstreet/metadata.csv"), NULL, VR_FATAL);
    static const int64_t five[5] = {4, 18, 34, 27, 73};
    const vr_dollar_street_predictions p = constant(&data, five);
    vr_dollar_street_hits hits;
    vr_dollar_street_score(&perm, &hits, &data, &p, &data.targets_22k, VR_FATAL);
    vr_dollar_street_accuracy a[7][3];
    const int threads = vr_threads();
    for (int t = 1; t < 7; t++) {
        vr_threads_set(t);
        vr_dollar_street_accuracies(a[t], &data, &hits, VR_BY_INCOME, NULL);
        assert_memory_equal(a[t], a[1], sizeof a[1]);
    }
    vr_threads_set(threads);
}

static void a_mitigation_is_compared_on_the_rows_of_its_factor(void **state) {
    (void)state;
    enum { N = 12 };
    uint16_t factors[N];
    int64_t bucket[N];
    uint8_t right[N], mended[N];
    for (int i = 0; i < N; i++) {
        factors[i] = (uint16_t)(i < 8 ? 1 << VR_DOLLAR_STREET_DARKER : 0);
        bucket[i] = i % 2;
        right[i] = i % 4 == 0;
        mended[i] = i % 4 != 1;
    }
    vr_dollar_street_hits before, after;
    made(N, factors, bucket, right, &before);
    after = before;
    after.top5 = mended;
    vr_dollar_street_change c[3];
    vr_dollar_street_compare(c, &data, &before, &after, VR_DOLLAR_STREET_DARKER, VR_BY_INCOME, NULL);
    assert_int_equal(c[0].count, 4); /* rows 0 2 4 6: 2 right, then 4 */
    assert_close(c[0].before, 0.5, 0);
    assert_close(c[0].after, 1, 0);
    assert_close(c[0].difference.value, 0.5, 0);
    assert_true(c[0].difference.low >= 0 && c[0].difference.high <= 1);
    assert_close(c[1].before, 0, 0);
    assert_close(c[1].after, 0.5, 0);
    assert_int_equal(c[2].count, 0);
    assert_true(isnan(c[2].before) && isnan(c[2].difference.value));
    vr_dollar_street_compare(c, &data, &before, &after, VR_DOLLAR_STREET_FACTOR_COUNT, VR_BY_ALL, NULL);
    assert_int_equal(c[0].count, 12);
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
    vr_dollar_street_predictions p, bright, twice, published;
    assert_true(vr_dollar_street_predict(&perm, &p, model, &images, NULL, VR_FATAL));
    vr_predictions e;
    vr_evaluate(&perm, &e, model, &images, NULL, VR_FATAL);
    for (int64_t i = 0; i < 40; i++) {
        assert_int_equal(p.predicted[5 * i], e.predicted[i]);
        bool top5 = false;
        for (int r = 0; r < 5; r++) top5 = top5 || p.predicted[5 * i + r] == images.labels[i];
        assert_int_equal(top5, e.correct_top5[i]);
    }
    vr_dollar_street_predict_opts o = {.changed = true, .factor = VR_FACTOR_BRIGHTEN, .amount = 1};
    assert_true(vr_dollar_street_predict(&perm, &bright, model, &images, &o, VR_FATAL));
    assert_memory_equal(p.predicted, bright.predicted, 40 * 5 * sizeof *p.predicted);
    o.amount = 2, o.evaluate.batch = 7;
    assert_true(vr_dollar_street_predict(&perm, &bright, model, &images, &o, VR_FATAL));
    o.evaluate.batch = 40;
    assert_true(vr_dollar_street_predict(&perm, &twice, model, &images, &o, VR_FATAL));
    assert_memory_equal(bright.predicted, twice.predicted, 40 * 5 * sizeof *p.predicted);
    assert_memory_not_equal(p.predicted, bright.predicted, 40 * 5 * sizeof *p.predicted);
    /* The released code ranks an image's classes against other images: alone in a batch, all scores are 1. */
    o = (vr_dollar_street_predict_opts){.published = true, .evaluate = {.batch = 1}};
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
        cmocka_unit_test(the_class_map_is_the_targets_of_the_metadata),
        cmocka_unit_test(predictions_of_every_published_form_score_alike),
        cmocka_unit_test(wrong_predictions_are_named),
        cmocka_unit_test(a_shift_is_the_share_among_errors_over_the_share_among_all),
        cmocka_unit_test(odds_ratios_are_of_each_groups_own_rows),
        cmocka_unit_test(quarters_of_distances_hold_the_mean_gaps),
        cmocka_unit_test(distances_of_factor_shares_are_the_published_ones),
        cmocka_unit_test(gaps_and_divergences_are_those_counted_by_hand),
        cmocka_unit_test(tasks_of_one_image_count_once),
        cmocka_unit_test(the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(a_mitigation_is_compared_on_the_rows_of_its_factor),
        cmocka_unit_test(a_model_is_asked_for_its_five_best_classes),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    vr_arena_free(&perm);
    return failed;
}
