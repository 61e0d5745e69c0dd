/* tests/test_dollar_street_page.c: Dollar Street's page in Chromium, and the program as a user starts it. */
#include "browser.h"
#include "dollar_street.h"
#include "program.h"
#include "../visrob_impl/study/income_impl.h"

/* ---- the page ---- */

/* The page after its script has run, in Chromium without a window; skips where there is none. */
static const char *browse(const char *page, const char *fragment) {
    int code;
    shell(&perm, &code, "command -v chromium");
    if (code != 0) test_skip("chromium is not installed");
    const char *dom =
        shell(&perm, &code,
              "timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir=%s --dump-dom "
              "'file://%s%s' 2>/dev/null",
              test_tmp("profile"), page, fragment);
    assert_int_equal(code, 0);
    return dom;
}

/* The text of the element of that id, up to the next tag. */
static const char *text_of(const char *dom, const char *id) {
    const char *at = strstr(dom, vr_arena_printf(&perm, "id=\"%s\"", id));
    assert_non_null(at);
    at = strchr(at, '>') + 1;
    return vr_arena_string(&perm, at, strcspn(at, "<"));
}

/* A page of small data with factors, scores, and a class whose name would end a script. */
static const char *small_page(vr_scores *scores) {
    enum { N = 60 };
    vr_text csv = {.arena = &perm};
    uint8_t *scored = VR_NEW(&perm, uint8_t, N), *correct = VR_NEW(&perm, uint8_t, N),
            *top5 = VR_NEW(&perm, uint8_t, N);
    vr_text_add(&csv, ANNOTATED);
    for (int i = 0; i < N; i++) {
        const int bucket = i % 3, dark = i % 2;
        vr_text_printf(&csv, "t%d,yes,,", i);
        for (int f = 0; f < 16; f++)
            vr_text_printf(&csv, ",%d", f == VR_DOLLAR_STREET_DARKER ? dark : f == VR_DOLLAR_STREET_POSE);
        vr_text_printf(&csv, ",%s,u%d,%s,%s,%d,\"A <b>land</b>\"\n", i % 5 ? "beds" : "</script><i>x", i,
                       i < 30 ? "Africa" : "Europe", vrp_income_name((vrp_income)bucket),
                       bucket == 0   ? 50 + i
                       : bucket == 1 ? 300 + i
                                     : 5000 + i);
        scored[i] = i != 59;
        top5[i] = scored[i] && (bucket == 2 || (bucket == 1 && !dark));
        correct[i] = top5[i] && i % 4 < 2;
    }
    assert_true(parse(csv.data));
    *scores = (vr_scores){.count = N,
                          .k = 5,
                          .scored = scored,
                          .correct = correct,
                          .correct_top5 = top5,
                          .join = {.scored = N - 1, .missing = 1}};
    const vr_dollar_street_model model = {"a <model>", *scores};
    const char *path = test_tmp("small.html");
    assert_true(vr_dollar_street_page_save(&data, &model, 1, NULL, path, VR_FATAL));
    return path;
}

static void the_page_escapes_names_and_needs_no_network(void **state) {
    (void)state;
    vr_scores scores;
    const char *page = small_page(&scores);
    const char *s = test_text(&perm, "%s", page);
    assert_null(strstr(s, "</script><i>"));
    assert_null(strstr(s, "<b>land"));
    assert_null(strstr(s, "a <model>"));
    assert_non_null(strstr(s, "a &lt;model&gt;"));
    assert_null(strstr(s, "http-equiv=\"refresh\""));
    for (const char *at = s; (at = strstr(at, "src=")) != NULL; at++)
        assert_true(strncmp(at, "src=\"data:", 10) == 0);
    const char *network = strstr(s, "http://");
    assert_true(network && strncmp(network, "http://www.w3.org/", 18) == 0); /* a namespace, not an address */
    assert_null(strstr(network + 1, "http://"));
    vr_err e = {0};
    const vr_dollar_street_model model = {"m", scores};
    assert_false(vr_dollar_street_page_save(&data, &model, 1, NULL, "/nowhere/x.html", &e));
    assert_message(e, "/nowhere/x.html");
}

static void the_page_shows_the_numbers_and_opens_on_the_filters_of_its_address(void **state) {
    (void)state;
    vr_scores scores;
    const char *page = small_page(&scores), *dom = browse(page, "");
    const vr_groups all = vrp_dollar_street_groups(&perm, &data, VRP_DOLLAR_STREET_BY_ALL),
                    income = vrp_dollar_street_groups(&perm, &data, VRP_DOLLAR_STREET_BY_INCOME);
    vr_group by[3];
    vr_group_accuracy(by, &all, scores.correct_top5, scores.scored, data.count);
    assert_string_equal(text_of(dom, "count"), "59 of 59 images");
    assert_string_equal(text_of(dom, "accuracy"), vr_arena_printf(&perm, "%.1f %%", 100 * by[0].accuracy));
    vr_group_accuracy(by, &income, scores.correct_top5, scores.scored, data.count);
    for (int b = 0; b < 3; b++)
        assert_non_null(strstr(dom, vr_arena_printf(&perm, "<title>%s: %.1f %% of %lld</title>",
                                                    vrp_income_name((vrp_income)b), 100 * by[b].accuracy,
                                                    (long long)by[b].count)));
    vrp_dollar_street_association f[16];
    vrp_dollar_street_associate(f, &data, &scores, &all, 0);
    assert_int_equal(f[0].factor, VR_DOLLAR_STREET_DARKER);
    assert_non_null(strstr(dom, vr_arena_printf(&perm, "darker +%.2fx", f[0].shift)));
    assert_non_null(strstr(dom, "beds"));
    dom = browse(page, "#income=low,medium&region=Africa&factor=darker&top=1");
    assert_string_equal(text_of(dom, "count"),
                        "10 of 59 images"); /* of 30 in Africa 20 are not high, 10 of them dark */
    assert_string_equal(text_of(dom, "accuracy"), "0.0 %");
    dom = browse(page, "#class=nothing&region=Mars"); /* no such class; no region at all */
    assert_string_equal(text_of(dom, "count"), "0 of 59 images");
    assert_non_null(strstr(dom, "No images match."));
}

static const char *asked(const char *id) { return browser_text(&chromium, id); }

static void an_image_of_several_rows_counts_once_where_images_are_named(void **state) {
    (void)state;
    enum { N = 60 };
    vr_text csv = {.arena = &perm};
    uint8_t *scored = VR_NEW(&perm, uint8_t, N), *correct = VR_NEW(&perm, uint8_t, N);
    vr_text_add(&csv, ANNOTATED);
    for (int i = 0; i < N; i++) { /* three rows an image, a household of each ten images */
        vr_text_printf(&csv, "t%d,yes,,", i);
        for (int f = 0; f < 16; f++) vr_text_printf(&csv, ",%d", f == VR_DOLLAR_STREET_POSE);
        vr_text_printf(&csv, ",c%d,u%d,Asia,low,%d,X\n", i % 3, i / 3, 50 + i / 30);
        scored[i] = 1, correct[i] = i % 3 == 0 && i < 45;
    }
    assert_true(parse(csv.data));
    const vr_dollar_street_model model = {"m",
                                          {.count = N,
                                           .k = 1,
                                           .scored = scored,
                                           .correct = correct,
                                           .correct_top5 = correct,
                                           .join.scored = N}};
    const char *path = test_tmp("rows.html");
    assert_true(vr_dollar_street_page_save(&data, &model, 1, NULL, path, VR_FATAL));
    const char *page = test_text(&perm, "%s", path);
    assert_non_null(strstr(page, "60 rows of 20 images"));
    const char *once =
        strstr(page, "<td>low</td><td class=\"n\" data-v=\"20\">20</td><td class=\"n\" data-v=\"0.75\">");
    assert_non_null(once);
    const char *dom = browse(path, "");
    assert_string_equal(text_of(dom, "count"), "60 of 60 rows");
    assert_null(strstr(dom, "60 images"));
    FILE *file = tmpfile();
    vr_dollar_street_print(file, &data, (vr_dollar_street_model[]){model, model}, 2, VR_DOLLAR_STREET_POSE,
                           NULL);
    char *printed = VR_NEW(&perm, char, 20000);
    rewind(file);
    assert_true(fread(printed, 1, 19999, file) > 0);
    fclose(file);
    assert_non_null(strstr(printed, "low         20  0.750"));
    assert_non_null(strstr(printed, "m, all rows"));
    assert_non_null(strstr(printed, "rows  before  after"));
    assert_non_null(strstr(printed, "low       60   0.250"));
    vr_dollar_street_model half = model; /* the other household has no predictions */
    memset(scored + N / 2, 0, N / 2);
    half.scores.join.scored = N / 2;
    assert_true(vr_dollar_street_page_save(&data, &half, 1, NULL, path, VR_FATAL));
    page = test_text(&perm, "%s", path);
    assert_non_null(strstr(page, "m: 30 of 60 rows scored, of 1 of 2 households; "));
}

static void a_click_on_a_filter_changes_the_numbers(void **state) {
    (void)state;
    vr_scores scores;
    const char *page = small_page(&scores);
    browser_start(&chromium);
    browser_open(&chromium, page, 1280, 900, false);
    assert_string_equal(asked("count"), "59 of 59 images");
    browser_click(&chromium, "#income-0");
    browser_click(&chromium, "#top-1");
    browser_ask(&chromium,
                "(() => { const f = document.getElementById('filter-factor'); f.value = 'without darker';"
                " f.dispatchEvent(new Event('input', {bubbles: true})); return 1; })()");
    int64_t count = 0, correct = 0; /* medium and high, not darker, by the first class */
    for (int64_t i = 0; i < data.count; i++) {
        if (!scores.scored[i] || data.bucket[i] == 0 || data.factors[i] >> VR_DOLLAR_STREET_DARKER & 1)
            continue;
        count++;
        correct += scores.correct[i];
    }
    assert_true(count > 0 && correct > 0 && correct < count);
    assert_string_equal(asked("count"), vr_arena_printf(&perm, "%lld of 59 images", (long long)count));
    assert_string_equal(asked("accuracy"),
                        vr_arena_printf(&perm, "%.1f %%", 100 * (double)correct / (double)count));
    browser_click(&chromium, "#clear");
    for (int i = 0; i < 40 && strcmp(asked("count"), "59 of 59 images") != 0; i++)
        usleep(50000); /* it runs after the event */
    assert_string_equal(asked("count"), "59 of 59 images");
    browser_open(&chromium, page, 390, 900, true); /* a phone: the filters are folded, and open by a touch */
    assert_true(atoi(browser_ask(&chromium, "document.documentElement.scrollWidth")) <= 390);
    assert_string_equal(browser_ask(&chromium, "document.getElementById('panel').open"), "false");
    browser_click(&chromium, "#panel summary");
    browser_click(&chromium, "#region-2"); /* the last 30 rows, of which one has no prediction */
    assert_string_equal(asked("count"), "30 of 59 images");
    assert_string_equal(chromium.fault, "");
}

static void images_are_found_by_name_and_thinned_evenly(void **state) {
    (void)state;
    vr_dataset images;
    vr_label_sets targets;
    vr_dollar_street_example(&perm, &data, &images, &targets, 1);
    assert_int_equal(data.count, 480);
    assert_int_equal(data.household_count, 48);
    uint8_t *one = VR_NEW(&perm, uint8_t, 480);
    memset(one, 1, 480);
    const vr_dollar_street_model model = {
        "m",
        {.count = 480, .k = 1, .scored = one, .correct = one, .correct_top5 = one, .join = {.scored = 480}}};
    const char *path = test_tmp("images.html");
    for (int most = 0; most <= 100; most += 50) {
        vr_dollar_street_page_opts o = {.images = &images, .image_limit = most};
        assert_true(vr_dollar_street_page_save(&data, &model, 1, &o, path, VR_FATAL));
        assert_int_equal(test_times(test_text(&perm, "%s", path), "\"/9j/"), most ? most : 480);
    }
}

/* ---- the program ---- */

static void the_program_runs_without_arguments(void **state) {
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    test_skip("the model of the example takes minutes under asan");
#endif
    int code;
    const char *page = test_tmp("program.html"), *csv = test_tmp("program.csv");
    const char *out = shell(&perm, &code, "%s/dollar_street --quiet --report %s --csv %s 2>/dev/null",
                            programs(), page, csv);
    assert_int_equal(code, 0);
    assert_same_text(out, test_text(&perm, "examples/expected/dollar_street.txt"), 0.1, 0.1);
    assert_true(vr_path_exists(page) && vr_path_exists(csv));
}

static void the_program_explains_itself_and_names_what_is_wrong(void **state) {
    (void)state;
    int code;
    shell(&perm, &code, "%s/dollar_street --help", programs());
    assert_int_equal(code, 0);
    shell(&perm, &code, "%s/dollar_street --nonsense 2>/dev/null", programs());
    assert_int_equal(code, 2);
    shell(&perm, &code, "%s/dollar_street only-metadata.csv 2>/dev/null", programs());
    assert_int_equal(code, 2);
    const char *out =
        shell(&perm, &code, "%s/dollar_street /nowhere.csv --predictions x.csv 2>&1", programs());
    assert_int_equal(code, 1);
    assert_non_null(strstr(out, "/nowhere.csv"));
    static const struct {
        const char *arguments, *message;
        int code;
    } bad[] = {{"--on blur", "unknown factor 'blur'", 2},
               {"a.csv b.csv --predictions p.csv", "one METADATA file", 2},
               {"--weights w.pth", "missing METADATA argument", 2},
               {"--published", "missing METADATA argument", 2},
               {"a.csv --weights w.pth", "weights need --images", 2},
               {"a.csv --predictions p.csv --other-weights w.pth", "weights need --images", 2},
               {"a.csv --predictions p.csv --weights w.pth", "either --predictions, or --weights", 2},
               {"a.csv --predictions p.csv --brighten", "--brighten needs --weights", 2},
               {"a.csv --predictions p.csv --on pose", "--on needs --other", 2},
               {"a.csv --predictions p.csv --space 3k", "found '3k'", 2},
               {"a.csv --weights w.pth --images f --other p.csv --brighten", "one of --other", 2}};
    for (int64_t i = 0; i < COUNT(bad); i++) {
        out = shell(&perm, &code, "%s/dollar_street %s 2>&1", programs(), bad[i].arguments);
        assert_int_equal(code, bad[i].code);
        if (!strstr(out, bad[i].message))
            fail_msg("%s: '%s' does not name '%s'", bad[i].arguments, out, bad[i].message);
    }
}

/* Two small ResNets on twelve images: mitigation by another model, and by brighter images. */
static void the_program_runs_two_models_on_a_folder_of_images(void **state) {
    (void)state;
    enum { N = 12, SIDE = 40 };
    int code;
    const char *folder = test_tmp("images"), *html = test_tmp("two.html"), *csv = test_tmp("households.csv"),
               *map = test_tmp("map.csv");
    test_mkdir(folder);
    vr_text rows = {.arena = &perm};
    vr_text_add(&rows, "url,country,region,income,label\n");
    for (int i = 0; i < N; i++) {
        uint8_t pixels[SIDE * SIDE * 3];
        for (int k = 0; k < SIDE * SIDE * 3; k++)
            pixels[k] = (uint8_t)(vr_rng_u32(vr_rng_init((uint64_t)i), (uint64_t)(k / 300)) & 127);
        vr_image_save((vr_image){pixels, SIDE, SIDE}, vr_arena_printf(&perm, "%s/p%02d.png", folder, i),
                      VR_FATAL);
        vr_text_printf(&rows, "http://h/p%02d.png,A,Asia,%d,['beds']\n", i, 30 * (i + 1));
    }
    test_write_text(csv, rows.data);
    test_write_text(
        map, "dollarstreet_class,images,sin21k_ids,sin21k_alibaba_ids,imagenet1k_ids\nbeds,12,,,0 1\n");
    const char *run = vr_arena_printf(&perm,
                                      "%s/dollar_street %s --images %s --class-map %s --weights "
                                      "tests/golden/models/cifar_b.safetensors --report %s",
                                      programs(), csv, folder, map, html);
    const char *out = shell(&perm, &code, "%s --other-weights tests/golden/models/cifar_a.th 2>&1", run);
    assert_int_equal(code, 0);
    assert_non_null(strstr(out, "12 of 12 rows scored, of 12 of 12 households"));
    assert_non_null(strstr(out, "tests/golden/models/cifar_a.th, all images"));
    out = shell(&perm, &code, "%s --brighten 2>&1", run);
    assert_int_equal(code, 0);
    assert_non_null(strstr(out, "on brighter images, all images"));
    out = shell(&perm, &code, "%s --brighten --on texture 2>&1", run);
    assert_int_equal(code, 2);
    assert_non_null(strstr(out, "expected columns of the 16 factors"));
    out = shell(&perm, &code, "%s --factors %s 2>&1", run, csv);
    assert_int_equal(code, 2);
    assert_non_null(strstr(out, "expected columns of the 16 factors"));
    test_write_text(vr_arena_printf(&perm, "%s/p00.png", folder), "no image");
    out = shell(&perm, &code, "%s 2>&1", run);
    assert_int_equal(code, 1);
    assert_non_null(strstr(out, "p00.png"));
    out = shell(&perm, &code, "%s --skip-bad --batch 5 2>&1", run);
    assert_int_equal(code, 0);
    assert_non_null(strstr(out, "11 of 12 rows scored, of 11 of 12 households"));
    out = shell(&perm, &code, "%s/dollar_street %s --predictions x.csv --crop 0.9 2>&1", programs(), csv);
    assert_int_equal(code, 2);
    assert_non_null(strstr(out, "options of a model's run need --weights"));
}

static void the_program_scores_predictions_on_the_published_metadata(void **state) {
    (void)state;
    int code;
    const char *path = test_data("dollarstreet/metadata.csv"), *csv = test_tmp("predictions.csv"),
               *page = test_tmp("m.html");
    vr_dollar_street_load(&perm, &data, path, NULL, VR_FATAL);
    vr_text text = {.arena = &perm};
    vr_text_add(&text, "ID,Prediction_Indices\n");
    for (int64_t i = 0; i < data.count; i++) vr_text_printf(&text, "%s,4|18|34|27|73\n", data.id[i]);
    test_write_text(csv, text.data);
    const char *out = shell(&perm, &code, "%s/dollar_street %s --predictions %s --space 22k --report %s 2>&1",
                            programs(), path, csv, page);
    assert_int_equal(code, 0);
    assert_non_null(strstr(out, "13565 of 13565 rows scored, of 287 of 287 households"));
    assert_non_null(strstr(out, vr_arena_printf(&perm, "%.3f", 418. / 2492)));
    const char *dom = browse(page, "#region=Africa");
    assert_string_equal(text_of(dom, "count"), "2,492 of 13,565 images");
    assert_string_equal(text_of(dom, "accuracy"), "16.8 %");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_escapes_names_and_needs_no_network),
        cmocka_unit_test(the_page_shows_the_numbers_and_opens_on_the_filters_of_its_address),
        cmocka_unit_test(an_image_of_several_rows_counts_once_where_images_are_named),
        cmocka_unit_test(a_click_on_a_filter_changes_the_numbers),
        cmocka_unit_test(images_are_found_by_name_and_thinned_evenly),
        cmocka_unit_test(the_program_runs_without_arguments),
        cmocka_unit_test(the_program_explains_itself_and_names_what_is_wrong),
        cmocka_unit_test(the_program_runs_two_models_on_a_folder_of_images),
        cmocka_unit_test(the_program_scores_predictions_on_the_published_metadata),
    };
    return cmocka_run_group_tests(tests, NULL, perm_free);
}
