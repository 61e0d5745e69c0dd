/* tests/test_dashboard.c: report/dashboard: the rows in the file, and in Chromium the filters and charts of rows that are
 * not Dollar Street's: frames of videos, with a number that is not logarithmic, and with or without clusters. */
#include "browser.h"
#include "visrob_impl/report/page_impl.h"

enum { N = 240 };

TEST_ARENA(perm);
static int64_t background[N], size[N], begin[N + 1], object[2 * N], video[N];
static uint32_t factor[N];
static uint8_t correct[2][N];
static double yaw[N];
static vr_dashboard_column columns[3];
static vr_dashboard_number number;
static vr_dashboard_model models[2];

/* Rows of three columns, a number and two factors. Row i is correct unless 4 divides it; the second model's frames of one
 * video are all correct or all wrong. */
static vr_dashboard sample(void) {
    static const char *const backgrounds[] = {"grass", "sea, deep", "</script><b>sand"},
                             *const sizes[] = {"small", "large"},
                             *const objects[] = {"red_car", "bus", "bicycle"},
                             *const factors[] = {"blurred", "cropped"};
    for (int i = 0; i < N; i++) {
        background[i] = i % 3, size[i] = i / 3 % 2, video[i] = 300 * (i / 8);
        begin[i + 1] = begin[i];
        object[begin[i + 1]++] = i % 4 == 1;
        if (i % 8 == 0) object[begin[i + 1]++] = 2;
        factor[i] = (uint32_t)(i % 4 == 0) | (uint32_t)(i % 5 == 0) << 1;
        yaw[i] = i % 10 == 9 ? NAN : -90 + 0.75 * i;
        correct[0][i] = i % 4 != 0, correct[1][i] = i / 8 % 3 != 0;
    }
    columns[0] = (vr_dashboard_column){
        .name = "background", .values = backgrounds, .value_count = 3, .of = background};
    columns[1] = (vr_dashboard_column){
        .name = "size", .title = "Size of the object", .values = sizes, .value_count = 2, .of = size};
    columns[2] = (vr_dashboard_column){.name = "object",
                                       .kind = VR_DASHBOARD_RANKED,
                                       .values = objects,
                                       .value_count = 3,
                                       .begin = begin,
                                       .of = object};
    number = (vr_dashboard_number){.name = "yaw", .of = yaw, .after = " deg"};
    for (int m = 0; m < 2; m++)
        models[m] = (vr_dashboard_model){.name = m ? "second" : "first", .correct = correct[m]};
    return (vr_dashboard){.rows = N,
                          .models = models,
                          .model_count = 2,
                          .columns = columns,
                          .column_count = 3,
                          .numbers = &number,
                          .number_count = 1,
                          .factors = factors,
                          .factor = factor,
                          .factor_count = 2,
                          .of = "frames"};
}

static const char *html(const vr_dashboard *d) {
    vr_page page = vr_page_new(&perm, &(vr_page_info){.title = "Videos", .data = "d", .build = "b"});
    vr_page_dashboard(&page, d);
    vr_text out = {.arena = &perm};
    vrp_page_format(&out, &page);
    return out.data;
}

static const char *saved(const vr_dashboard *d) {
    const char *text = html(d), *path = test_tmp("dashboard.html");
    test_write_text(path, text);
    return path;
}

/* ---- the file ---- */

/* "key":{"bytes":2,"base64":"..."}, which the page has to contain. */
static void assert_integers(const char *page, const char *key, int bytes, const void *expected,
                            int64_t count) {
    vr_text text = {.arena = &perm};
    vr_text_printf(&text, "\"%s\":{\"bytes\":%d,\"base64\":\"", key, bytes);
    vr_text_base64(&text, expected, bytes * count);
    vr_text_add(&text, "\"}");
    if (!strstr(page, text.data)) fail_msg("%s is missing", text.data);
}

static void integers_take_as_few_bytes_as_they_need(void **state) {
    (void)state;
    vr_dashboard d = sample();
    uint8_t one[N], bits[N];
    uint32_t four[N];
    for (int i = 0; i < N; i++)
        one[i] = (uint8_t)(i % 3), four[i] = (uint32_t)video[i] * 10,
        bits[i] = (uint8_t)(i % 7 == 0 ? 0 : 1 | correct[0][i] << 1 | (i % 2) << 2);
    int64_t ten[N];
    uint8_t scored[N], top[N];
    for (int i = 0; i < N; i++) ten[i] = 10 * video[i], scored[i] = i % 7 != 0, top[i] = i % 2;
    models[0].scored = scored, models[0].correct_top = top, models[1].correct_top = top;
    d.cluster = ten, d.top_k = 5; /* up to 87,000 */
    const char *page = html(&d);
    assert_integers(page, "of", 1, one, N);
    assert_integers(page, "clusters", 4, four, N);
    assert_integers(page, "bits", 1, bits, N);
    d.cluster = video; /* up to 8,700 */
    assert_non_null(strstr(html(&d), "\"clusters\":{\"bytes\":2,"));
}

static void names_cannot_end_the_data(void **state) {
    (void)state;
    const vr_dashboard d = sample();
    const char *page = html(&d);
    assert_null(strstr(page, "</script><b>"));
    assert_non_null(strstr(page, "\"\\u003c/script>\\u003cb>sand\""));
}

static void the_policy_allows_each_script_by_its_hash(void **state) {
    (void)state;
    const vr_dashboard d = sample();
    const char *page = html(&d);
    int scripts = 0;
    for (const char *s = page; (s = strstr(s, "<script>")) != NULL; scripts++) {
        s += 8;
        const char *hash = script_hash(&perm, s);
        if (!strstr(page, vr_arena_printf(&perm, "'sha256-%s'", hash)))
            fail_msg("the policy does not name sha256-%s", hash);
    }
    assert_int_equal(scripts, 3);
    assert_non_null(strstr(page, "default-src 'none'"));
}

static void bugs_of_the_caller_are_named(void **state) {
    (void)state;
    static const char *const messages[] = {"not in 0..1", "two columns are named 'background'",
                                           "a column cannot be named 'model'"};
#ifdef __SANITIZE_ADDRESS__
    enum { FIRST = 1 }; /* the first one leaves memory behind, as a panic does */
#else
    enum { FIRST = 0 };
#endif
    for (volatile int k = FIRST; k < 3; k++) {
        const vr_dashboard d = sample();
        if (k == 0) size[7] = 2;
        if (k == 1) columns[2].name = "background";
        if (k == 2) columns[2].name = "model";
        assert_panics(html(&d), messages[k]);
    }
}

/* ---- in the browser ---- */

static const char *shown(const char *id) { return browser_text(&chromium, id); }

/* Follows a link to another address of the page. */
static void follow(const char *fragment) {
    browser_ask(&chromium, vr_arena_printf(&perm, "(location.hash = '%s', 1)", fragment));
    browser_ask(&chromium, "document.readyState"); /* the event comes first */
    usleep(50000);
}

/* Wilson's 95 % interval of a share of m rows, as the page shows it. */
static const char *wilson(double share, double m) {
    const double z = 1.959964, z2 = z * z / m, centre = share + z2 / 2,
                 half = z * sqrt(share * (1 - share) / m + z2 / (4 * m));
    return vr_arena_printf(&perm, "%.1f %% to %.1f %%", 100 * (centre - half) / (1 + z2),
                           100 * (centre + half) / (1 + z2));
}

static void intervals_are_wilsons_and_wider_for_clusters(void **state) {
    (void)state;
    vr_dashboard d = sample();
    browser_start(&chromium);
    browser_open(&chromium, saved(&d), 1280, 900, false);
    assert_string_equal(shown("count"), "240 of 240 frames");
    assert_string_equal(shown("accuracy"), "75.0 %");
    assert_string_equal(shown("interval"), wilson(0.75, N));
    d.cluster = video, d.cluster_name = "video";
    browser_open(&chromium, saved(&d), 1280, 900, false);
    assert_string_equal(shown("interval"), wilson(0.75, N)); /* each video has as many errors: no wider */
    follow("#model=second");
    /* 30 videos of 8 frames, of which 20 are correct: the variance is 8 * 30 / 29 times that of single frames */
    assert_string_equal(shown("accuracy"), "66.7 %");
    assert_string_equal(shown("interval"), wilson(2.0 / 3, N / (8.0 * 30 / 29)));
    assert_string_equal(chromium.fault, "");
}

static void filters_are_in_the_address_and_taken_from_it(void **state) {
    (void)state;
    if (!chromium.pid) skip();
    const vr_dashboard d = sample();
    browser_open(&chromium, saved(&d), 1280, 900, false);
    browser_click(&chromium, "#background-0");
    assert_string_equal(shown("count"), "160 of 240 frames");
    assert_string_equal(browser_ask(&chromium, "decodeURIComponent(location.hash)"),
                        "#background=1,</script><b>sand"); /* a name with a comma stands as its number */
    follow("#background=1&size=large");
    assert_string_equal(shown("count"), "40 of 240 frames");
    assert_string_equal(shown("active"), "1; large");
    follow("#object=bicycle&factor=without+cropped"); /* 8 divides the row, 5 does not */
    assert_string_equal(shown("count"), "24 of 240 frames");
    assert_string_equal(shown("accuracy"), "0.0 %");
    follow("#size=&object=nothing");
    assert_string_equal(shown("count"), "0 of 240 frames");
    assert_string_equal(shown("active"), "no size");
    assert_string_equal(shown("cards-note"), "No frames match.");
    browser_click(&chromium, "#clear");
    usleep(50000);
    assert_string_equal(shown("count"), "240 of 240 frames");
    assert_string_equal(browser_ask(&chromium, "location.hash"), "");
    assert_string_equal(chromium.fault, "");
}

/* The tooltips of the chart below a heading, joined. */
static const char *tooltips(const char *heading) {
    return browser_ask(
        &chromium,
        vr_arena_printf(&perm,
                        "[...[...document.querySelectorAll('section')].find(s => s.querySelector('h2')"
                        ".textContent === '%s').querySelectorAll('title')].map(t => t.textContent).join('|')",
                        heading));
}

static void charts_ignore_their_own_filter_only(void **state) {
    (void)state;
    if (!chromium.pid) skip();
    const vr_dashboard d = sample();
    browser_open(&chromium, saved(&d), 1280, 900, false);
    follow("#size=small&object=red_car"); /* of 12 rows 0, 2, 6, 7 and 8 pass; 0 and 8 are wrong */
    assert_string_equal(tooltips("By size"), "small: 60.0 % of 100|large: 75.0 % of 80");
    assert_non_null(strstr(tooltips("By object, worst first"), "bus: 100.0 % of 20"));
    assert_string_equal(
        tooltips("Factors among errors"),
        "blurred: 40 among errors, 60 in the baseline|cropped: 8 among errors, 48 in the baseline");
    assert_string_equal(browser_ask(&chromium, "document.querySelector('#cells tbody tr').textContent"),
                        "small50.0 %40100.0 %2050.0 %40");
    assert_string_equal(shown("size-gap"), "\xE2\x80\x93"); /* of one size there is no gap */
    assert_string_equal(chromium.fault, "");
}

static void a_curve_leaves_out_nan(void **state) {
    (void)state;
    if (!chromium.pid) skip();
    const vr_dashboard d = sample();
    browser_open(&chromium, saved(&d), 1280, 900, false);
    double sum = 0; /* 216 rows in ten groups: the first has the 22 lowest */
    int count = 0, hits = 0;
    for (int i = 0; count < 22; i++)
        if (!isnan(yaw[i])) sum += yaw[i], count++, hits += correct[0][i];
    const char *first = vr_arena_printf(&perm, "about %.1f deg: %.1f %% of 22|", sum / 22, 100.0 * hits / 22);
    if (strncmp(tooltips("Along yaw"), first, strlen(first)) != 0)
        fail_msg("'%s' does not begin with '%s'", tooltips("Along yaw"), first);
    int64_t rows = 0;
    for (const char *s = tooltips("Along yaw"); (s = strstr(s, "% of ")) != NULL; s++) rows += atoi(s + 5);
    assert_int_equal(rows, N * 9 / 10);
    assert_string_equal(chromium.fault, "");
}

static void the_keyboard_reaches_the_filters(void **state) {
    (void)state;
    if (!chromium.pid) skip();
    const vr_dashboard d = sample();
    browser_open(&chromium, saved(&d), 1280, 900, false);
    for (int i = 0; i < 20 && strcmp(browser_ask(&chromium, "document.activeElement.id"), "size-1") != 0; i++)
        browser_key(&chromium, "Tab");
    assert_string_equal(browser_ask(&chromium, "document.activeElement.id"), "size-1");
    browser_key(&chromium, " ");
    assert_string_equal(shown("count"), "120 of 240 frames");
    assert_string_not_equal(browser_ask(&chromium, "getComputedStyle(document.activeElement).outlineStyle"),
                            "none");
}

static void it_fits_a_phone_and_shows_values_in_tooltips(void **state) {
    (void)state;
    if (!chromium.pid) skip();
    const vr_dashboard d = sample();
    for (int width = 320; width <= 1280; width += 320) {
        browser_open(&chromium, saved(&d), width, 900, width == 320);
        assert_true(browser_number(&chromium, "document.documentElement.scrollWidth") <= width);
    }
    browser_click(&chromium, ".charts svg rect");
    assert_string_equal(browser_ask(&chromium, "document.querySelector('.tip').textContent"),
                        "grass: 75.0 % of 80");
    browser_screenshot(&chromium, "build/gallery/dashboard.png");
    assert_string_equal(chromium.fault, "");
}

static void no_rows_and_no_columns_are_a_page(void **state) {
    (void)state;
    if (!chromium.pid) skip();
    vr_dashboard d = sample();
    d.rows = 0;
    browser_open(&chromium, saved(&d), 1280, 900, false);
    assert_string_equal(shown("count"), "0 of 0 frames");
    d = (vr_dashboard){.rows = N, .models = models, .model_count = 1};
    browser_open(&chromium, saved(&d), 1280, 900, false);
    assert_string_equal(shown("count"), "240 of 240 images");
    assert_string_equal(browser_ask(&chromium, "document.querySelectorAll('.charts svg').length"), "0");
    assert_string_equal(chromium.fault, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_take_as_few_bytes_as_they_need),
        cmocka_unit_test(names_cannot_end_the_data),
        cmocka_unit_test(the_policy_allows_each_script_by_its_hash),
        cmocka_unit_test(bugs_of_the_caller_are_named),
        cmocka_unit_test(intervals_are_wilsons_and_wider_for_clusters),
        cmocka_unit_test(filters_are_in_the_address_and_taken_from_it),
        cmocka_unit_test(charts_ignore_their_own_filter_only),
        cmocka_unit_test(a_curve_leaves_out_nan),
        cmocka_unit_test(the_keyboard_reaches_the_filters),
        cmocka_unit_test(it_fits_a_phone_and_shows_values_in_tooltips),
        cmocka_unit_test(no_rows_and_no_columns_are_a_page),
    };
    return cmocka_run_group_tests(tests, test_gallery, perm_free);
}
