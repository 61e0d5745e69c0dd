/* tests/test_dollar_street.c: the tables of Dollar Street, the scores and the studies on them. The factor annotations
 * are not published with the code; rows are built to their format. */
#include "test.h"

static vr_arena perm;
static vr_dollar_street data;
static vr_err err;

static bool parse(const char *text) {
    err = (vr_err){0};
    return vr_dollar_street_parse(&perm, &data, (vr_bytes){(const uint8_t *)text, (int64_t)strlen(text)},
                                  "t.csv", NULL, &err);
}

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
        {"0,A,u,x,0,0,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:7: 'x' is not a number"},
        {"0,A,u,5,91,0,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:9: a latitude"},
        {"0,A,u,5,0,-181,Asia,['a'],[1],['x'],[1],['x']", "t.csv:2:11: a longitude"},
        {"0,A,u,5,0,0,Mars,['a'],[1],['x'],[1],['x']",
         "'Mars' is none of Africa, Asia, Europe, The Americas"},
        {"0,A,u,5,0,0,Asia,a,[1],['x'],[1],['x']", "t.csv:2:18: '[' is wanted"},
        {"0,A,u,5,0,0,Asia,[],[1],['x'],[1],['x']", "at least one class"},
        {"0,A,u,5,0,0,Asia,['a',[1],['x'],[1],['x']", "',' or ']' is wanted at byte 4"},
        {"0,A,u,5,0,0,Asia,['a],[1],['x'],[1],['x']", "closing quote"},
        {"0,A,u,5,0,0,Asia,['a'],[99],['x'],[1],['x']", "99 is not in 0..98"},
        {"0,A,u,5,0,0,Asia,['a'],[1],['x'],[108],['x']", "108 is not in 0..107"},
        {"0,A,u,5,0,0,Asia,['a'],[1],['x'],[-1],['x']", "-1 is not in"},
        {"0,A,u,5,0,0,Asia,['a'],[99999999999999999999],['x'],[1],['x']", "a whole number is wanted"},
        {"0,A,u,5,0,0,Asia,['a'],[1],[],[1],['x']", "0 names for 1 ids"},
        {"0,A,u,5,0,0,Asia,['a'],[1],['x'],\"[1 2]\",['x']", "',' or ']' is wanted at byte 3"},
        {"0,A,u,5,0,0,Asia,['a'],[1],['x'],[1]x,['x']", "text behind the list"},
        {"0,A,u,5,0,0,Asia,['\\x41'],[1],['x'],[1],['x']", "the escape '\\x'"},
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metadata_becomes_columns),
        cmocka_unit_test(rows_are_found_by_url_and_by_image_id),
        cmocka_unit_test(a_wrong_row_is_named_with_line_and_column),
        cmocka_unit_test(every_prefix_gives_rows_or_an_error),
        cmocka_unit_test(income_buckets_round_half_to_even),
        cmocka_unit_test(the_published_metadata_has_the_published_counts),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    vr_arena_free(&perm);
    return failed;
}
