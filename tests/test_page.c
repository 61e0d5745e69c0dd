/* tests/test_page.c: report/page: what stands in the file, and what a reader sees and can do in Chromium. */
#include "browser.h"
#include "visrob_impl/report/page_impl.h"
#include <signal.h>
#include <sys/resource.h>

TEST_ARENA(perm);
static const vr_page_info info = {.title = "Robustness of <b>resnet</b> & \"friends\"",
                                  .subtitle = "How, where & why",
                                  .n = 12345,
                                  .seed = 18446744073709551615u,
                                  .data = "data/<x>.tar",
                                  .model = "re'snet",
                                  .build = "visrob test",
                                  .command = "robustness \"a b\" <in"};
enum { ROWS = 30 };

static vr_table numbers(void) {
    static const char *const names[] = {"factor", "accuracy", "error <ratio>"};
    vr_table t = vr_table_new(&perm, names, 3);
    for (int i = 0; i < ROWS; i++) {
        vr_table_text(&t,
                      i == 7 ? "<script>window.stolen = 1</script>" : vr_arena_printf(&perm, "factor %d", i));
        vr_table_number(&t,
                        i == 3   ? NAN
                        : i == 4 ? INFINITY
                                 : (i * 7 % ROWS) / 100.0,
                        0); /* shown as 0: sorted by the number */
        vr_table_interval(&t, (vr_interval){-i, -i - 1, -i + 1}, 1);
    }
    return t;
}

static vr_image grey(int64_t width, int64_t height) {
    const vr_image image = vr_image_new(&perm, width, height);
    memset(image.pixels, 200, (size_t)(width * height * 3));
    return image;
}

static vr_page_image grey_image(int64_t width, int64_t height) {
    return (vr_page_image){vr_image_format_png(&perm, grey(width, height)), "a <grey> image"};
}

/* A page with one of everything. */
static vr_page sample(void) {
    static vr_interval ratios[25];
    static const char *names[25];
    for (int i = 0; i < 25; i++)
        ratios[i] = (vr_interval){1 + i * 0.1, 0.9 + i * 0.1, 1.2 + i * 0.1},
        names[i] = vr_arena_printf(&perm, "factor number %d", i);
    const vr_plot bars = {.kind = VR_PLOT_BARS,
                          .title = "Error <ratio>",
                          .names = names,
                          .intervals = ratios,
                          .count = 25,
                          .mark = 1};
    const double heat[40] = {0.5};
    const vr_plot wide = {
        .kind = VR_PLOT_HEAT, .title = "Many columns", .values = heat, .rows = 2, .columns = 20};
    const char *const values[] = {"71.3 %", "gaussian noise"}, *const labels[] = {"accuracy <clean>",
                                                                                  "worst factor"};
    vr_page_image images[12];
    for (int i = 0; i < 12; i++) images[i] = grey_image(32, 32);
    images[5].file = (vr_bytes){0};
    const vr_table table = numbers();
    vr_page page = vr_page_new(&perm, &info);
    vr_page_figures(&page, values, labels, 2);
    vr_page_lead(&page, "It breaks under %s & co.", "<fog>");
    vr_page_section(&page, "What <each> does");
    vr_page_strip(&page, images, names, names + 12, 12, "a strip");
    vr_page_fold(&page, "All <of> them");
    vr_page_grid(&page, images, names, names, 2, 6, "a grid");
    vr_page_fold(&page, NULL);
    vr_page_section(&page, "Bars");
    vr_page_plot(&page, &bars, "Bars & whiskers");
    vr_page_plot(&page, &wide, NULL);
    vr_page_strip(&page, (const vr_page_image[]){grey_image(300, 100)}, names, NULL, 1, NULL);
    vr_page_section(&page, "Numbers");
    vr_page_text(&page, "%d < %d", 1, 2);
    vr_page_table(&page, &table, "A <table>");
    return page;
}

static const char *html(void) {
    const vr_page page = sample();
    vr_text out = {.arena = &perm};
    vrp_page_format(&out, &page);
    return out.data;
}

/* ---- what stands in the file ---- */

static void every_text_is_escaped(void **state) {
    (void)state;
    const char *page = html();
    static const char *const shown[] = {
        "Robustness of &lt;b&gt;resnet&lt;/b&gt; &amp; &quot;friends&quot;</title>",
        "Robustness of &lt;b&gt;resnet&lt;/b&gt; &amp; &quot;friends&quot;</h1>",
        "How, where &amp; why",
        "data/&lt;x&gt;.tar",
        "re&#39;snet",
        "robustness &quot;a b&quot; &lt;in",
        "accuracy &lt;clean&gt;",
        "It breaks under &lt;fog&gt; &amp; co.",
        "What &lt;each&gt; does</h2>",
        "What &lt;each&gt; does</a>",
        "<summary>All &lt;of&gt; them</summary>",
        "Error &lt;ratio&gt;",
        "Bars &amp; whiskers",
        "a &lt;grey&gt; image",
        "1 &lt; 2",
        "A &lt;table&gt;",
        "error &lt;ratio&gt;</th>",
        "&lt;script&gt;window.stolen = 1&lt;/script&gt;"};
    for (int64_t i = 0; i < COUNT(shown); i++)
        if (!strstr(page, shown[i])) fail_msg("'%s' is missing", shown[i]);
    static const char *const raw[] = {"<b>resnet", "<x>",       "<in",           "<clean>",
                                      "<fog>",     "<each>",    "<of>",          "<ratio>",
                                      "<grey>",    "A <table>", "<script>window"};
    for (int64_t i = 0; i < COUNT(raw); i++)
        if (strstr(page, raw[i])) fail_msg("'%s' is not escaped", raw[i]);
}

static void a_page_says_once_where_its_numbers_are_from(void **state) {
    (void)state;
    const char *page = html();
    static const char *const once[] = {"<dd>12,345</dd>", "<dd>18446744073709551615</dd>",
                                       "<dd>data/&lt;x&gt;.tar</dd>", "<dd>visrob test</dd>"};
    for (int64_t i = 0; i < COUNT(once); i++) assert_int_equal(test_times(page, once[i]), 1);
    assert_string_equal(vr_page_note(&perm, &(vr_page_info){.n = 999, .data = "d", .build = "b"}),
                        "n = 999, seed 0, d, b");
    assert_string_equal(vr_page_note(&perm, &(vr_page_info){.n = 1234567, .data = "d", .build = "b"}),
                        "n = 1,234,567, seed 0, d, b");
}

static void absolute_paths_stay_on_the_authors_machine(void **state) {
    (void)state;
    static const char *const given[] = {"/home/ada/cifar/test.tar", "/home/ada/cifar/", "data/a/b.tar", "/",
                                        "run '/home/ada/my data/x' --out=/tmp/y.html /z 1/2 \"/q/r\""};
    static const char *const shown[] = {"test.tar", "cifar/", "data/a/b.tar", "/",
                                        "run 'my data/x' --out=y.html z 1/2 \"r\""};
    for (int64_t i = 0; i < COUNT(given); i++) {
        const vr_page page = vr_page_new(&perm, &(vr_page_info){"t", .data = given[i], .build = "b"});
        assert_string_equal(page.info.data, shown[i]);
    }
    vr_page page = vr_page_new(&perm, &(vr_page_info){"t", .data = "d", .build = "b"});
    const vr_table table = vr_table_new(&perm, (const char *const[]){"a"}, 1);
    vr_page_section(&page, "Results of /home/ada/x.csv");
    vr_page_text(&page, "%s on 1/2", "/home/ada/y.pth");
    vr_page_table(&page, &table, "of /home/ada/z.csv");
    assert_null(strstr(page.body.data, "ada"));
    assert_non_null(strstr(page.body.data, "Results of x.csv"));
    assert_non_null(strstr(page.body.data, "y.pth on 1/2"));
    assert_non_null(strstr(page.body.data, "of z.csv"));
}

static void nothing_is_fetched(void **state) {
    (void)state;
    const char *page = html();
    static const char *const outside[] = {"http://", "https://", "src=\"/", "url(",
                                          "@import", "<link",    "<iframe"};
    for (int64_t i = 0; i < COUNT(outside); i++)
        if (strstr(page, outside[i])) fail_msg("the page has '%s'", outside[i]);
    assert_non_null(strstr(page, "default-src 'none'"));
    assert_int_equal(test_times(page, "<script"), 1);
}

static void the_policy_names_the_hash_of_the_script(void **state) {
    (void)state;
    const char *page = html(), *script = strstr(page, "<script>") + 8, *policy = strstr(page, "'sha256-") + 8;
    const char *hash = script_hash(&perm, script);
    if (strncmp(policy, hash, strlen(hash)) != 0) fail_msg("the script's hash is %s", hash);
}

static void an_image_that_is_neither_png_nor_jpeg_shows_its_text(void **state) {
    (void)state;
    const char *const names[] = {"name"};
    static const char *const bytes[] = {"", "GIF89a", "\x89PNG\r\n\x1a\n", "\xFF\xD8\xFF\xE0\x01",
                                        "\xFF\xD8\xFF\xC0\x00\x11\x08\x00\x00\x00\x00"};
    for (int64_t i = 0; i < COUNT(bytes); i++) {
        vr_page page = vr_page_new(&perm, &info);
        const vr_page_image image = {test_bytes_of(bytes[i]), "no <image>"};
        vr_page_strip(&page, &image, names, NULL, 1, NULL);
        assert_non_null(strstr(page.body.data, "no &lt;image&gt;"));
        assert_null(strstr(page.body.data, "<img"));
    }
    vr_page page = vr_page_new(&perm, &info);
    const vr_page_image image = {vr_image_format_jpeg(&perm, grey(30, 10), 90), NULL};
    vr_page_strip(&page, &image, names, NULL, 1, NULL);
    assert_non_null(
        strstr(page.body.data,
               "<img width=\"90\" height=\"30\" class=\"whole\" alt=\"\" src=\"data:image/jpeg;base64,/9j/"));
}

static void an_empty_page_and_an_empty_table_are_pages(void **state) {
    (void)state;
    const vr_table table = vr_table_new(&perm, (const char *const[]){"a"}, 1);
    vr_page page = vr_page_new(&perm, &(vr_page_info){.title = "t", .data = "d", .build = "b"});
    vr_page_table(&page, &table, NULL);
    vr_page_figures(&page, NULL, NULL, 0);
    vr_page_strip(&page, NULL, NULL, NULL, 0, NULL);
    vr_page_grid(&page, NULL, NULL, NULL, 0, 0, NULL);
    vr_text out = {.arena = &perm};
    vrp_page_format(&out, &page);
    assert_null(strstr(out.data, "<nav"));
    assert_non_null(strstr(out.data, "<tbody>\n</tbody>"));
}

/* ---- the disk ---- */

static void a_full_disk_is_named_and_leaves_nothing_half_written(void **state) {
    (void)state;
    const vr_page page = sample();
    const char *folder = test_tmp("disk"), *path = vr_arena_printf(&perm, "%s/report.html", folder);
    test_mkdir(folder);
    vr_err err = {0};
    assert_false(vr_page_save(&page, "/dev/full", &err));
    assert_int_equal(err.code, VR_ERR_IO);
    assert_message(err, "/dev/full: cannot write: ");
    test_write_text(path, "the old one");
    struct rlimit before, small;
    getrlimit(RLIMIT_FSIZE, &before);
    small = before,
    small.rlim_cur = 4096; /* a page is larger: the second block of the file cannot be written */
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    err = (vr_err){0};
    const bool ok = vr_page_save(&page, path, &err);
    vr_err plot_err = {0};
    static double heat[10000];
    const vr_plot plot = {.kind = VR_PLOT_HEAT, .values = heat, .rows = 100, .columns = 100};
    const char *png = vr_arena_printf(&perm, "%s/plot.png", folder);
    const bool plot_ok = vr_plot_save(&plot, png, &plot_err);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    assert_false(ok);
    assert_int_equal(err.code, VR_ERR_IO);
    assert_message(err, path);
    assert_false(plot_ok);
    assert_message(plot_err, png);
    assert_string_equal(test_text(&perm, "%s", path), "the old one");
    const char **names;
    int64_t count;
    assert_true(vr_dir_list(&perm, &names, NULL, &count, folder, VR_FATAL));
    assert_int_equal(count, 1); /* no temporary, no half a plot */
    assert_true(vr_page_save(&page, path, VR_FATAL));
    assert_non_null(strstr(test_text(&perm, "%s", path), "</html>"));
}

/* ---- in the browser ---- */

static const char *saved(void) {
    const char *path = test_tmp("page.html");
    const vr_page page = sample();
    vr_page_save(&page, path, VR_FATAL);
    return path;
}

/* The text of a column's first rows, joined: what the reader sees. */
static const char *column(int i, int rows) {
    return browser_ask(
        &chromium, vr_arena_printf(
                       &perm,
                       "[...document.querySelectorAll('.table tbody tr')].filter(r => !r.hidden).slice(0, %d)"
                       ".map(r => r.cells[%d].textContent).join('|')",
                       rows, i));
}

static void a_click_sorts_by_the_number_and_a_second_one_turns_it(void **state) {
    (void)state;
    browser_start(&chromium);
    browser_open(&chromium, saved(), 1280, 900, false);
    assert_string_equal(column(0, 2), "factor 0|factor 1");
    browser_click(&chromium, ".table th:nth-child(2) button");
    assert_string_equal(column(0, 3),
                        "factor 4|factor 17|factor 21"); /* infinity, 0.29, 0.27: factor 4 would be 0.28 */
    assert_string_equal(
        browser_ask(&chromium, "document.querySelector('.table th:nth-child(2)').getAttribute('aria-sort')"),
        "descending");
    assert_string_equal(
        browser_ask(&chromium, "document.querySelector('.table tbody tr:last-child').cells[0].textContent"),
        "factor 3"); /* NaN */
    browser_click(&chromium, ".table th:nth-child(2) button");
    assert_string_equal(column(0, 2), "factor 0|factor 13");
    assert_string_equal(
        browser_ask(&chromium, "document.querySelector('.table tbody tr:last-child').cells[0].textContent"),
        "factor 3");
    browser_click(&chromium, ".table th:nth-child(1) button"); /* names: upwards first, and 9 before 10 */
    assert_string_equal(column(0, 4), "<script>window.stolen = 1</script>|factor 0|factor 1|factor 2");
    assert_string_equal(browser_ask(&chromium, "document.querySelectorAll('[aria-sort]').length"), "1");
    assert_string_equal(browser_ask(&chromium, "window.stolen"), "undefined");
    if (chromium.faults) fail_msg("%s", chromium.fault);
}

static void what_is_typed_filters_and_is_counted(void **state) {
    (void)state;
    if (!chromium.pid) skip();
    browser_open(&chromium, saved(), 1280, 900, false);
    browser_click(&chromium, ".filter input");
    browser_type(&chromium, "FACTOR");
    assert_string_equal(browser_ask(&chromium, "document.querySelector('.filter output').textContent"),
                        "29 of 30 rows");
    browser_type(&chromium, " 29"); /* in any cell: 28 has it as the end of its interval */
    assert_string_equal(column(0, 9), "factor 28|factor 29");
    assert_string_equal(browser_ask(&chromium, "document.querySelector('.filter output').textContent"),
                        "2 of 30 rows");
    browser_type(&chromium, " nothing has this");
    assert_string_equal(column(0, 9), "");
    assert_string_equal(browser_ask(&chromium, "document.querySelector('.filter output').textContent"),
                        "0 of 30 rows");
    if (chromium.faults) fail_msg("%s", chromium.fault);
}

/* A page with one table of so many rows and columns. */
static const char *saved_table(int rows, int columns) {
    static const char *const names[] = {"name",           "a long heading", "a long heading",
                                        "a long heading", "a long heading", "a long heading",
                                        "a long heading", "a long heading", "a long heading",
                                        "a long heading", "a long heading", "a long heading"};
    vr_table table = vr_table_new(&perm, names, columns);
    for (int r = 0; r < rows; r++) {
        vr_table_text(&table, vr_arena_printf(&perm, "row %d", r));
        for (int k = 1; k < columns; k++) vr_table_number(&table, r, 3);
    }
    vr_page page = vr_page_new(&perm, &info);
    vr_page_table(&page, &table, "Rows");
    const char *path = test_tmp("table.html");
    vr_page_save(&page, path, VR_FATAL);
    return path;
}

static void a_long_table_shows_its_first_rows_until_all_are_asked_for(void **state) {
    (void)state;
    if (!chromium.pid) skip();
    static const char shown[] =
        "[...document.querySelectorAll('.table tbody tr')].filter(r => r.offsetHeight > 0).length";
    browser_open(&chromium, saved_table(30, 2), 1280, 900, false);
    assert_int_equal(browser_number(&chromium, shown), 30);
    browser_open(&chromium, saved_table(31, 2), 1280, 900, false);
    assert_int_equal(browser_number(&chromium, shown), 20);
    browser_click(&chromium, ".table th:nth-child(2) button"); /* the highest of all rows come first */
    assert_string_equal(column(0, 1), "row 30");
    assert_int_equal(browser_number(&chromium, shown), 20);
    assert_string_equal(browser_ask(&chromium, "document.querySelector('.more').textContent"),
                        "Show all 31 rows");
    browser_click(&chromium, ".more");
    assert_int_equal(browser_number(&chromium, shown), 31);
    assert_string_equal(browser_ask(&chromium, "document.querySelector('.more')"), "null");
    browser_open(&chromium, saved_table(31, 2), 1280, 900, false);
    browser_click(&chromium, ".filter input");
    browser_type(&chromium, "row 2");                       /* looks in all rows */
    assert_int_equal(browser_number(&chromium, shown), 12); /* 2, 12, 20 to 29 */
    if (chromium.faults) fail_msg("%s", chromium.fault);
}

static void a_wide_table_takes_the_window_and_a_wider_one_says_that_it_scrolls(void **state) {
    (void)state;
    if (!chromium.pid) skip();
    static const char hidden[] = "document.querySelector('.scroll').scrollWidth - "
                                 "document.querySelector('.scroll').clientWidth";
    static const char says[] = "getComputedStyle(document.querySelector('figure.table'), '::after').content";
    browser_open(&chromium, saved_table(3, 12), 1700, 900, false);
    assert_int_equal(browser_number(&chromium, hidden), 0);
    assert_true(browser_number(&chromium, "document.querySelector('.scroll').clientWidth") > 1000);
    assert_string_equal(browser_ask(&chromium, says), "none");
    browser_open(&chromium, saved_table(3, 12), 400, 900, false);
    assert_true(browser_number(&chromium, hidden) > 400);
    assert_non_null(strstr(browser_ask(&chromium, says), "Scroll"));
    assert_int_equal(browser_number(&chromium, "document.documentElement.scrollWidth"), 400);
    browser_ask(&chromium, "document.querySelector('.scroll').scrollLeft = 300");
    assert_true(
        browser_number(&chromium, "document.querySelector('.table td').getBoundingClientRect().left") < 20);
    assert_true(
        browser_number(&chromium, "document.querySelector('.table td').getBoundingClientRect().left") >= 0);
    if (chromium.faults) fail_msg("%s", chromium.fault);
}

static void the_keyboard_reaches_and_sorts(void **state) {
    (void)state;
    if (!chromium.pid) skip();
    browser_open(&chromium, saved(), 1280, 900, false);
    static const char focus[] = "document.activeElement.textContent";
    for (int i = 0; i < 40 && strcmp(browser_ask(&chromium, focus), "accuracy") != 0; i++)
        browser_key(&chromium, "Tab");
    assert_string_equal(browser_ask(&chromium, focus), "accuracy");
    browser_key(&chromium, "Enter");
    assert_string_equal(column(0, 2), "factor 4|factor 17");
    assert_string_not_equal(browser_ask(&chromium, "getComputedStyle(document.activeElement).outlineStyle"),
                            "none");
}

static void it_fits_a_phone_and_a_desk_in_light_and_dark(void **state) {
    (void)state;
    if (!chromium.pid) skip();
    static const int widths[] = {320, 400, 681, 1280};
    double light = 0;
    for (int i = 0; i < 8; i++) {
        const bool dark = i >= 4;
        const int width = widths[i % 4];
        browser_open(&chromium, saved(), width, 900, dark);
        assert_true(browser_number(&chromium, "document.documentElement.scrollWidth") <= width);
        const char *shown = browser_ask(
            &chromium,
            "[...document.querySelectorAll('svg')].filter(s => s.getBoundingClientRect().width > 0).length");
        assert_string_equal(shown, "2"); /* of the plot that is drawn twice, one */
        const double ground =
            browser_number(&chromium, "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/)[0]");
        const double ink = browser_number(
            &chromium, "getComputedStyle(document.querySelector('svg text')).fill.match(/[0-9]+/)[0]");
        assert_true(dark ? ground < 60 && ink > 180 : ground > 240 && ink < 60);
        if (!dark) light = ground;
    }
    assert_true(light > 0);
    /* at a desk nothing scrolls by a pixel or two */
    browser_open(&chromium, saved(), 1280, 900, false);
    browser_ask(&chromium, "document.querySelector('details').open = true");
    assert_string_equal(browser_ask(&chromium,
                                    "[...document.querySelectorAll('.scroll')].filter(s => s.scrollWidth > "
                                    "s.clientWidth || s.scrollHeight > s.clientHeight).length"),
                        "0");
    browser_screenshot(&chromium, "build/gallery/page.png");
    if (chromium.faults) fail_msg("%s", chromium.fault);
}

static void a_shape_shows_its_value_under_the_pointer(void **state) {
    (void)state;
    if (!chromium.pid) skip();
    browser_open(&chromium, saved(), 1280, 900, false);
    browser_click(&chromium, ".wide svg rect");
    assert_string_equal(browser_ask(&chromium, "document.querySelector('.tip').textContent"),
                        "factor number 0: 1.00 [0.90, 1.20]");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_is_escaped),
        cmocka_unit_test(a_page_says_once_where_its_numbers_are_from),
        cmocka_unit_test(absolute_paths_stay_on_the_authors_machine),
        cmocka_unit_test(nothing_is_fetched),
        cmocka_unit_test(the_policy_names_the_hash_of_the_script),
        cmocka_unit_test(an_image_that_is_neither_png_nor_jpeg_shows_its_text),
        cmocka_unit_test(an_empty_page_and_an_empty_table_are_pages),
        cmocka_unit_test(a_full_disk_is_named_and_leaves_nothing_half_written),
        cmocka_unit_test(a_click_sorts_by_the_number_and_a_second_one_turns_it),
        cmocka_unit_test(what_is_typed_filters_and_is_counted),
        cmocka_unit_test(a_long_table_shows_its_first_rows_until_all_are_asked_for),
        cmocka_unit_test(a_wide_table_takes_the_window_and_a_wider_one_says_that_it_scrolls),
        cmocka_unit_test(the_keyboard_reaches_and_sorts),
        cmocka_unit_test(it_fits_a_phone_and_a_desk_in_light_and_dark),
        cmocka_unit_test(a_shape_shows_its_value_under_the_pointer),
    };
    return cmocka_run_group_tests(tests, test_gallery, perm_free);
}
