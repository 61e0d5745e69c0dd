/* tests/test_geography_progress.c: rates against scipy's on timm's results, effective robustness and retraining by hand and
 * against scikit-learn, the page in Chromium, the program as a user starts it. */
#include "browser.h"
#include "golden/geography.h"
#include "program.h"
#include <sys/stat.h>
#include "visrob_impl/study/geography/geography_impl.h"
#include "../visrob_impl/study/predictions_impl.h"

TEST_ARENA(perm);

/* ---- tables of models ---- */

static void pretraining_is_read_from_the_tag(void **state) {
    (void)state;
    static const struct {
        const char *name;
        vr_geography_pretraining seen;
    } cases[] = {
        {"resnet50.a1_in1k", VR_GEOGRAPHY_IN1K},
        {"resnet50", VR_GEOGRAPHY_IN1K},
        {"mixnet_l.ft_in1k", VR_GEOGRAPHY_IN1K},
        {"clipper_net.in1k", VR_GEOGRAPHY_IN1K}, /* the architecture's name does not count */
        {"vit_base_patch16_224.augreg_in21k_ft_in1k", VR_GEOGRAPHY_IN21K},
        {"hgnetv2_b1.ssld_stage2_ft_in1k", VR_GEOGRAPHY_IN21K},
        {"nextvit_large.bd_ssld_6m_in1k_384", VR_GEOGRAPHY_IN21K},
        {"beit_base.in22k_ft_in22k_in1k", VR_GEOGRAPHY_IN21K},
        {"vit_base_patch16_clip_224.laion2b_ft_in12k_in1k", VR_GEOGRAPHY_WEB},
        {"vit_so400m_patch14_siglip_378.webli_ft_in1k", VR_GEOGRAPHY_WEB},
        {"resnext101_32x8d.fb_swsl_ig1b_ft_in1k", VR_GEOGRAPHY_WEB},
        {"tf_efficientnet_b7.ns_jft_in1k", VR_GEOGRAPHY_WEB},
        {"eva02_large_patch14_448.mim_m38m_ft_in22k_in1k", VR_GEOGRAPHY_WEB},
    };
    for (int64_t k = 0; k < COUNT(cases); k++)
        if (vrp_geography_pretraining_of(cases[k].name) != cases[k].seen)
            fail_msg("%s: %s", cases[k].name,
                     vrp_geography_pretraining_name(vrp_geography_pretraining_of(cases[k].name)));
}

static void rates_on_timms_results_are_scipys(void **state) {
    (void)state;
    vr_geography_benchmarks b;
    vr_geography_progress p, again;
    vr_geography_benchmarks_load(&perm, &b, test_data("timm_results"), VR_FATAL);
    assert_int_equal(b.models, 1266);
    assert_int_equal(b.other_sizes, 290);
    assert_int_equal(b.unknown, 1); /* a size of -A that ImageNet's own list does not have */
    assert_true(vr_geography_progress_fit(&perm, &p, &b, NULL, VR_FATAL));
    const int64_t n = p.rate_count;
    const vr_geography_rate *r = p.rate;
    assert_int_equal(n, COUNT(golden_rates));
    for (int64_t k = 0; k < n; k++) {
        assert_string_equal(r[k].name, golden_rates[k].name);
        assert_int_equal(r[k].n, golden_rates[k].n);
        assert_close(r[k].rate.value, golden_rates[k].slope, 1e-10);
        assert_close(r[k].line.intercept, golden_rates[k].intercept, 1e-10);
        assert_close(r[k].line.r2, golden_rates[k].r2, 1e-10);
        assert_close(r[k].line.slope_se, golden_rates[k].se, 1e-10);
        assert_close(r[k].headroom, golden_rates[k].headroom, 1e-9);
        assert_close(r[k].top.value, golden_rates[k].top, 1e-9);
        assert_close(r[k].rate.high - r[k].rate.value, 1.962 * golden_rates[k].se, 1e-3 * golden_rates[k].se);
        assert_close(r[k].lag.value, golden_rates[0].slope / golden_rates[k].slope,
                     k == 0 ? 0 : 2e-3); /* -A lacks a model */
        assert_true(r[k].lag.low <= r[k].lag.value && r[k].lag.value <= r[k].lag.high);
    }
    for_threads (threads) {
        vr_geography_progress_fit(&perm, &again, &b, NULL, VR_FATAL);
        for (int64_t k = 0; k < n; k++) assert_memory_equal(&again.rate[k].lag, &r[k].lag, sizeof r[k].lag);
    }
}

static void the_embedded_models_are_timms(void **state) {
    (void)state;
    vr_geography_benchmarks b, e;
    vr_geography_benchmarks_example(&perm, &e);
    vr_geography_benchmarks_load(&perm, &b, test_data("timm_results"), VR_FATAL);
    assert_int_equal(e.models, 36);
    for (int64_t k = 0; k < e.count; k++) {
        const int64_t at = vrp_geography_benchmark_find(&b, e.benchmark[k].name);
        assert_true(at >= 0);
        for (int64_t m = 0; m < e.models; m++) {
            int64_t of = 0;
            while (of < b.models && strcmp(b.model[of], e.model[m]) != 0) of++;
            assert_true(of < b.models);
            assert_close(e.benchmark[k].value[m], b.benchmark[at].value[of], 1e-12);
        }
    }
}

#define TIMM "model,img_size,top1,param_count\n"

static void wrong_results_are_named_with_line_and_column(void **state) {
    (void)state;
    static const struct {
        const char *text, *where, *what;
    } cases[] = {
        {TIMM "a,224,101,1\n", "results-imagenet.csv:2:7:", "101"},
        {TIMM "a,224,nan,1\n", "results-imagenet.csv:2:7:", "nan"},
        {TIMM "a,224,x,1\n", "results-imagenet.csv:2:7:", "'x'"},
        {TIMM "a,0,50,1\n", "results-imagenet.csv:2:3:", "positive image size, found 0"},
        {TIMM ",224,50,1\n", "results-imagenet.csv:2:1:", "empty"},
        {TIMM "a,224,50,1\nb,224,50,1\na,224,51,1\n",
         "results-imagenet.csv:4:1:", "duplicate model 'a' at 224 pixels (first at line 2)"},
        {TIMM, "results-imagenet.csv", "no models"},
        {"model,top1\na,50\n", "results-imagenet.csv:1:", "img_size"},
        {TIMM "a,224,50,1\nb,224", "results-imagenet.csv:3:", ""},
    };
    const char *folder = test_tmp("timm");
    test_mkdir(folder);
    for (int64_t k = 0; k < COUNT(cases); k++) {
        vr_geography_benchmarks b;
        vr_err err = {0};
        test_write_text(vr_arena_printf(&perm, "%s/results-imagenet.csv", folder), cases[k].text);
        assert_false(vr_geography_benchmarks_load(&perm, &b, folder, &err));
        assert_message(err, cases[k].where);
        assert_message(err, cases[k].what);
        assert_int_equal(b.models, 0);
    }
    vr_geography_benchmarks b;
    vr_err err = {0};
    assert_false(vr_geography_benchmarks_load(&perm, &b, "/nowhere", &err));
    assert_int_equal(err.code, VR_ERR_IO);
    /* the best size comes first; a benchmark knows only the other one; an error of a third file names it */
    test_write_text(vr_arena_printf(&perm, "%s/results-imagenet.csv", folder),
                    TIMM "a,288,52,1\na,224,50,\"1,013.01\"\nb,224,40,1\nc,224,30,1\n");
    test_write_text(vr_arena_printf(&perm, "%s/results-imagenet-real.csv", folder),
                    TIMM "a,224,60,1\nb,224,51,1\nz,224,51,1\n");
    assert_true(vr_geography_benchmarks_load(&perm, &b, folder, VR_FATAL));
    assert_int_equal(b.models, 3);
    assert_int_equal(b.count, 2);
    assert_int_equal(b.other_sizes, 1);
    assert_int_equal(b.unknown, 1);
    assert_close(b.benchmark[0].value[0], .52, 1e-12);
    assert_true(isnan(b.benchmark[1].value[0])); /* not of that size */
    assert_close(b.benchmark[1].value[1], .51, 1e-12);
    vr_geography_progress p;
    err = (vr_err){0};
    assert_false(vr_geography_progress_fit(&perm, &p, &b, NULL, &err));
    assert_int_equal(p.rate_count, 0);
    assert_message(err, "'ImageNet-ReaL' have 1 models in common");
    test_write_text(vr_arena_printf(&perm, "%s/results-sketch.csv", folder), TIMM "a,224,-1,1\n");
    err = (vr_err){0};
    assert_false(vr_geography_benchmarks_load(&perm, &b, folder, &err));
    assert_message(err, "results-sketch.csv:2:7:");
}

/* The paper's own columns: regions become gaps. x = .5 .6 .7 .8; africa = x - .2, europe = 2x - .5, asia = .5 */
static const char measured[] =
    ",Model,imagenet_test_accuracy1,geode-africa_test_accuracy1,geode-europe_test_accuracy1,"
    "geode-asia_test_accuracy1,other\n"
    "0,m1,0.5,0.3,0.5,0.5,0.2\n0,m2,0.6,0.4,0.7,0.5,\n0,m3,0.7,0.5,0.9,0.5,0.4\n"
    "0,m4,0.8,0.6,1.0,,0.5\n";

static void rates_of_any_table_and_of_gaps_between_regions(void **state) {
    (void)state;
    vr_geography_benchmarks b;
    vr_geography_progress p;
    assert_true(vrp_geography_benchmarks_parse(&perm, &b, test_bytes_of(measured), "m.csv", VR_FATAL));
    assert_int_equal(b.models, 4);
    assert_int_equal(b.count, 7); /* five columns and two gaps */
    assert_string_equal(b.benchmark[5].name, "geode best - worst");
    assert_string_equal(b.benchmark[6].name, "geode europe - africa");
    assert_close(b.benchmark[5].value[1], .3, 1e-12);
    assert_true(isnan(b.benchmark[5].value[3])); /* of two regions the best of three is not known */
    assert_true(vr_geography_progress_fit(&perm, &p, &b, NULL, VR_FATAL));
    const vr_geography_rate *r = p.rate;
    assert_int_equal(p.rate_count, 6);
    assert_int_equal(p.effective_count, 4); /* not of gaps */
    assert_close(r[0].rate.value, 1, 1e-12);
    assert_close(r[0].line.intercept, -.2, 1e-12);
    assert_int_equal(r[3].n, 3);             /* "other" has a gap */
    assert_close(r[4].rate.value, 1, 1e-12); /* best - worst: .2 .3 .4 */
    assert_true(r[4].gap && isnan(r[4].headroom) && isnan(r[4].lag.value));
    assert_close(r[5].rate.value, (-.15 * .2 - .05 * .3 + .05 * .4 + .15 * .4) / .05, 1e-12);
    assert_close(r[1].lag.value, r[0].rate.value / r[1].rate.value, 1e-12);

    /* a number above 1 means percent */
    assert_true(vrp_geography_benchmarks_parse(
        &perm, &b, test_bytes_of("model,a,b\r\nx,50,1\r\ny,60,0.5\r\n"), "m.csv", VR_FATAL));
    assert_close(b.benchmark[0].value[1], .6, 1e-12);
    assert_close(b.benchmark[1].value[1], .005, 1e-12);
}

static void a_wrong_table_is_named_with_line_and_column(void **state) {
    (void)state;
    static const struct {
        const char *text, *where, *what;
    } cases[] = {
        {"model,a\nx,-0.1\n", "m.csv:2:3:", "expected an accuracy, 0 to 100, found -0.1"},
        {"model,a\nx,100.5\n", "m.csv:2:3:", "100.5"},
        {"model,a\nx,nan\n", "m.csv:2:3:", "nan"},
        {"model,a\nx,inf\n", "m.csv:2:3:", "inf"},
        {"model,a\nx,good\n", "m.csv:2:3:", "'good'"},
        {"model,a\n,1\n", "m.csv:2:1:", "empty"},
        {"model,a\nx,1\ny,1\nx,1\n", "m.csv:4:1:", "duplicate model 'x' (first at line 2)"},
        {"name,a\nx,1\n", "m.csv:1:", "model"},
        {"model\nx\n", "m.csv:1:", "no benchmarks"},
        {"model,a\n", "m.csv", "no models"},
        {"model,a\nx,1,2\n", "m.csv:2:", ""},
        {"model,a\nx,0.4\ny,1.003\n", "m.csv", "1.003, is neither"},
    };
    for (int64_t k = 0; k < COUNT(cases); k++) {
        vr_geography_benchmarks b;
        vr_err err = {0};
        assert_false(vrp_geography_benchmarks_parse(&perm, &b, test_bytes_of(cases[k].text), "m.csv", &err));
        assert_message(err, cases[k].where);
        assert_message(err, cases[k].what);
        assert_int_equal(b.models, 0);
    }
    for (int64_t n = 0; n < (int64_t)sizeof measured - 1; n++) { /* cut anywhere: an error or fewer models */
        uint8_t *cut = test_block(measured, n);
        vr_arena a = {0};
        vr_geography_benchmarks b;
        vr_err err = {0};
        if (vrp_geography_benchmarks_parse(&a, &b, (vr_bytes){cut, n}, "m.csv", &err))
            assert_true(b.models >= 1 && b.models <= 4);
        else
            assert_true(err.code == VR_ERR_FORMAT && a.used == 0);
        free(cut);
        vr_arena_free(&a);
    }
    vr_geography_benchmarks b;
    vr_geography_progress p;
    vr_err err = {0};
    vrp_geography_benchmarks_parse(&perm, &b, test_bytes_of("model,a\nx,0.5\ny,0.6\nz,0.7\n"), "m.csv",
                                   VR_FATAL);
    assert_false(vr_geography_progress_fit(&perm, &p, &b, NULL, &err));
    assert_int_equal(err.code, VR_ERR_ARGUMENT);
    assert_message(err, "m.csv: expected a second benchmark");
    err = (vr_err){0};
    vrp_geography_benchmarks_parse(&perm, &b, test_bytes_of("model,a,b\nx,.5,.5\ny,.5,.6\nz,.5,.7\n"),
                                   "m.csv", VR_FATAL);
    assert_false(vr_geography_progress_fit(&perm, &p, &b, NULL, &err)); /* no line through one accuracy */
    assert_message(err, "m.csv: 'b': no line through 3 models of the same clean accuracy");
    err = (vr_err){0};
    vr_geography_benchmarks_example(&perm, &b);
    assert_false(
        vr_geography_progress_fit(&perm, &p, &b, &(vr_geography_opts){.standard = "ObjectNet"}, &err));
    assert_message(err, "no benchmark 'ObjectNet'");
}

/* Twelve ordinary models exactly on logit(y) = 0.5 + 1.2 logit(x), and two of the web 5 points above it. */
static void effective_robustness_is_the_distance_from_the_ordinary_line(void **state) {
    (void)state;
    vr_text t = {.arena = &perm};
    vr_text_add(&t, "model,clean,shifted\n");
    for (int i = 0; i < 14; i++) {
        const double x = .5 + .02 * i, z = .5 + 1.2 * log(x / (1 - x)), y = 1 / (1 + exp(-z));
        vr_text_printf(&t, "m%d.%s,%.17g,%.17g\n", i, i < 12 ? "in1k" : "openai", x, i < 12 ? y : y + .05);
    }
    vr_text_add(&t, "perfect.openai,1,1\n"); /* infinite on a logit axis */
    vr_geography_benchmarks b;
    vr_geography_progress p;
    vrp_geography_benchmarks_parse(&perm, &b, test_bytes_of(t.data), "m.csv", VR_FATAL);
    assert_true(vr_geography_progress_fit(&perm, &p, &b, NULL, VR_FATAL));
    const vr_geography_effective *r = p.effective;
    assert_int_equal(p.effective_count, 1);
    assert_close(r->trend.line.slope, 1.2, 1e-9);
    for (int i = 0; i < 14; i++) assert_close(r->above[i], i < 12 ? 0 : .05, 1e-9);
    assert_true(isnan(r->above[14]));
    assert_int_equal(r->n[VR_GEOGRAPHY_IN1K], 12);
    assert_int_equal(r->n[VR_GEOGRAPHY_WEB], 2);
    assert_close(r->mean[VR_GEOGRAPHY_WEB].value, .05, 1e-9);
    assert_true(isnan(r->mean[VR_GEOGRAPHY_IN21K].value));
    vr_table m = vrp_geography_models_table(&perm, &p, 3);
    assert_int_equal(vr_table_rows(&m), 3);
    assert_true(strncmp(m.cells[0].text, "m12", 3) == 0 || strncmp(m.cells[0].text, "m13", 3) == 0);
}

/* ---- the last layer ---- */

/* Images "f0" .. of four objects in turn, two regions; income makes households of five. */
static void images(vr_geography_set *set, int64_t n, bool households) {
    static const char *const topics[] = {"sofa", "tv", "radio", "wardrobe"};
    vr_text t = {.arena = &perm};
    vr_text_printf(&t, "id,country.name,imageRelPath,topics,Region%s\n", households ? ",income" : "");
    for (int64_t i = 0; i < n; i++) {
        vr_text_printf(&t, "f%lld,X,f%lld.jpg,%s,%s", (long long)i, (long long)i, topics[i % 3],
                       i % 4 ? "Africa" : "Europe");
        if (households) vr_text_printf(&t, ",%lld", (long long)(100 + i / 5));
        vr_text_add(&t, "\n");
    }
    vrp_geography_parse(&perm, set, test_bytes_of(t.data), "p.csv", VR_FATAL);
}

static vr_features features(int64_t n, int64_t width) {
    vr_features f = {.path = "f.npy", .x = vr_tensor_2d(&perm, n, width)};
    const char **image = VR_NEW(&perm, const char *, n);
    for (int64_t i = 0; i < n; i++) {
        image[i] = vr_arena_printf(&perm, "f%lld", (long long)i);
        for (int64_t d = 0; d < width; d++)
            f.x.data[i * width + d] = (float)(sin(1 + 3 * (double)i + 7 * (double)d) + (i % 3 == d));
        if (width == 4) f.x.data[i * width + 3] = f.x.data[i * width + 3] * 50 + 10;
    }
    f.image = image;
    return f;
}

static void features_of_embed_are_loaded_and_checked(void **state) {
    (void)state;
    const char *npy = test_tmp("f.npy"), *csv = test_tmp("f.csv");
    const vr_features made = features(3, 4);
    const vr_array a = vr_array_of("features", made.x);
    vr_features f;
    vr_err err = {0};
    vr_npy_save(npy, &a, VR_FATAL);
    assert_false(vr_features_load(&perm, &f, npy, &err));
    assert_message(err, csv);
    test_write_text(csv, "row,file_name,label\n0,f0,\n1,\"f,1\",x\n2,f2,\n");
    assert_true(vr_features_load(&perm, &f, npy, VR_FATAL));
    assert_string_equal(f.image[1], "f,1");
    assert_int_equal(f.x.shape[0], 3);
    assert_true(f.x.data[4] == made.x.data[4]);
    static const struct {
        const char *text, *where, *what;
    } cases[] = {
        {"row,file_name\n0,f0\n1,f1\n", "f.csv", "expected 3 rows as in the features, found 2"},
        {"row,file_name\n0,f0\n2,f2\n1,f1\n", "f.csv:3:1:", "expected row 1 of 3, found 2"},
        {"row,file_name\n0,f0\n1,f1\n2,f2\n3,f3\n", "f.csv:5:1:", "found 3"},
        {"row,file_name\n0,f0\n1,\n2,f2\n", "f.csv:3:3:", "name of an image"},
        {"row,name\n0,f0\n", "f.csv:1:", "file_name"},
        {"row,file_name\nx,f0\n", "f.csv:2:1:", "'x'"},
    };
    for (int64_t k = 0; k < COUNT(cases); k++) {
        err = (vr_err){0};
        test_write_text(csv, cases[k].text);
        assert_false(vr_features_load(&perm, &f, npy, &err));
        assert_message(err, cases[k].where);
        assert_message(err, cases[k].what);
        assert_null(f.image);
    }
    vr_tensor flat = vr_tensor_1d(&perm, 3), bad = vr_tensor_2d(&perm, 3, 2);
    vr_array one = vr_array_of("f", flat);
    vr_npy_save(npy, &one, VR_FATAL);
    err = (vr_err){0};
    assert_false(vr_features_load(&perm, &f, npy, &err));
    assert_message(err, "[count,width]");
    bad.data[3] = NAN;
    one = vr_array_of("f", bad);
    vr_npy_save(npy, &one, VR_FATAL);
    err = (vr_err){0};
    assert_false(vr_features_load(&perm, &f, npy, &err));
    assert_int_equal(err.code, VR_ERR_NUMERIC);
    assert_message(err, npy);
}

static void a_sample_counts_what_it_leaves_out_and_households_stay_together(void **state) {
    (void)state;
    vr_geography_set set;
    vr_geography_sample all, train, test;
    images(&set, 60, true);
    vr_features f = features(50, 3);
    const char **image = VR_NEW(&perm, const char *, 50);
    for (int i = 0; i < 50; i++)
        image[i] = i == 7 ? "elsewhere.jpg" : vr_arena_printf(&perm, "images/f%d.jpg", 49 - i);
    f.image = image;
    assert_true(vr_geography_sample_join(&perm, &all, &set, &f, VR_FATAL));
    assert_int_equal(all.count, 49);
    assert_int_equal(all.join.extra, 1);
    assert_int_equal(all.join.missing, 11);
    for (int64_t i = 0; i < all.count; i++) /* image p's features are row 49 - p */
        assert_true(all.x.data[i * 3] == f.x.data[(49 - all.number[i]) * 3]);
    vr_geography_split(&perm, &train, &test, &all, 0.5, 3);
    assert_int_equal(train.count + test.count, 49);
    assert_true(train.count >= 15 && test.count >= 15);
    bool of_train[12] = {false};
    for (int64_t i = 0; i < train.count; i++) of_train[set.household[train.number[i]]] = true;
    for (int64_t i = 0; i < test.count; i++) assert_false(of_train[set.household[test.number[i]]]);

    vr_err err = {0};
    image[0] = "f3", image[1] = "f3.jpg";
    assert_false(vr_geography_sample_join(&perm, &all, &set, &f, &err));
    assert_message(err, "f.csv:3:1: 'f3.jpg' is the image of 'f3' (line 2)");
    err = (vr_err){0};
    for (int i = 0; i < 50; i++) image[i] = vr_arena_printf(&perm, "nobody%d", i);
    assert_false(vr_geography_sample_join(&perm, &all, &set, &f, &err));
    assert_message(err, "p.csv");
}

static void a_trained_head_is_scikit_learns(void **state) {
    (void)state;
    vr_geography_set set;
    vr_geography_sample all;
    vr_geography_head head;
    vr_lbfgs_result result;
    images(&set, 45, false);
    const vr_features f = features(45, 4);
    vr_geography_sample_join(&perm, &all, &set, &f, VR_FATAL);
    assert_true(vrp_geography_head_train(&perm, &head, &result, &all, 0.5, VR_FATAL));
    assert_true(result.converged);
    assert_int_equal(head.layer.out, 3);
    /* sofa 831, television 851, radio 754: the classes are sorted, scikit-learn's are labels 0, 1, 2 */
    static const int64_t classes[] = {754, 831, 851};
    static const int of[] = {1, 2, 0};
    for (int c = 0; c < 3; c++) assert_int_equal(head.classes[c], classes[c]);
    vr_tensor y = vr_tensor_2d(&perm, 45, 3);
    vr_linear_apply(y, all.x, &head.layer, VR_ACT_NONE, (vr_tensor){0}, &perm);
    for (int i = 0; i < 5; i++) /* single precision and another order of sums */
        for (int c = 0; c < 3; c++) assert_close(y.data[i * 3 + of[c]], golden_scores[i][c], 2e-4);

    vr_err err = {0};
    vr_geography_sample few = all;
    few.count = 1;
    few.x = vr_tensor_slice(all.x, 0, 0, 1);
    assert_false(vrp_geography_head_train(&perm, &head, NULL, &few, 0, &err));
    assert_message(err, "two classes or more in the training images, found 1");
    assert_int_equal(head.layer.out, 0);
}

static void a_head_predicts_the_images_of_its_sample_only(void **state) {
    (void)state;
    vr_geography_set set;
    vr_geography_sample all;
    vr_predictions p;
    vr_scores h;
    images(&set, 8, false);
    const vr_features f = features(6, 3);
    vr_geography_sample_join(&perm, &all, &set, &f, VR_FATAL);
    vr_tensor w = vr_tensor_2d(&perm, 2, 3), b = vr_tensor_1d(&perm, 2);
    b.data[1] = 1; /* always its class 1 first, class 0 second */
    static const int64_t classes[] = {831, 851};
    const vr_geography_head head = {vr_linear_pack(&perm, w, b), classes};
    vrp_geography_head_predict(&perm, &p, &all, &head, "head");
    assert_true(vrp_geography_score(&perm, &h, &set, &p, VR_FATAL));
    assert_int_equal(h.join.scored, 6);
    assert_int_equal(h.join.missing, 2);
    assert_int_equal(h.k, 2);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(h.correct[i], i % 3 == 1); /* television */
        assert_int_equal(h.correct_top5[i], i % 3 != 2);
    }
}

static void retraining_narrows_the_gap_of_the_synthetic_world(void **state) {
    (void)state;
    vr_geography_world w;
    vr_geography_retraining r, again;
    vr_geography_retrain_opts o = {.shares = {0.25, 1}, .share_count = 2, .measure = {.resamples = 100}};
    const int threads = vr_threads();
    assert_true(vr_geography_world_example(&perm, &w, 1, VR_FATAL));
    assert_true(vr_geography_retrain(&perm, &r, &w.train, &w.test, &w.before, &o, VR_FATAL));
    assert_int_equal(r.row_count, 3);
    assert_int_equal(r.train, 1200);
    assert_int_equal(r.test, 1800);
    assert_close(r.rows[0].share, 0, 0);
    assert_int_equal(r.rows[0].images, 0);
    assert_int_equal(r.rows[1].images, 300);
    assert_int_equal(r.rows[2].images, 1200);
    assert_int_equal(r.rows[2].classes, 12);
    assert_true(r.rows[1].training.converged && r.rows[2].training.converged);
    assert_true(r.rows[2].measure.all.accuracy > r.rows[0].measure.all.accuracy);
    assert_true(r.rows[2].measure.interval.gap.high < r.rows[0].measure.interval.gap.low);
    vr_table t = vrp_geography_retrain_table(&perm, &r);
    assert_int_equal(vr_table_rows(&t), 3);
    assert_string_equal(t.cells[0].text, "before");
    vr_threads_set(3);
    vr_geography_retrain(&perm, &again, &w.train, &w.test, &w.before, &o, VR_FATAL);
    vr_threads_set(threads);
    for (int k = 0; k < 3; k++)
        assert_memory_equal(&again.rows[k].measure.interval.gap, &r.rows[k].measure.interval.gap,
                            sizeof(vr_interval));

    vr_err err = {0};
    o.shares[1] = 1.5;
    assert_false(vr_geography_retrain(&perm, &r, &w.train, &w.test, NULL, &o, &err));
    assert_message(err, "expected a share in (0,1], found 1.5");
    assert_int_equal(r.row_count, 0);
    err = (vr_err){0};
    vr_geography_sample narrow = w.test;
    narrow.x = vr_tensor_slice(w.test.x, 1, 0, 3);
    assert_false(vr_geography_retrain(&perm, &r, &w.train, &narrow, NULL, NULL, &err));
    assert_message(err, "3 test features");
    err = (vr_err){0};
    const vr_geography_head none = {0}; /* a model without a head */
    assert_false(vr_geography_retrain(&perm, &r, &w.train, &w.test, &none, NULL, &err));
    assert_message(err, "a head of 0");
}

/* A quarter of the images is of Europe: balanced, as many of Africa are trained on. */
static void balanced_shares_take_as_many_of_each_region(void **state) {
    (void)state;
    vr_geography_set set;
    vr_geography_sample all;
    vr_geography_retraining r;
    images(&set, 80, false);
    const vr_features f = features(80, 3);
    vr_geography_sample_join(&perm, &all, &set, &f, VR_FATAL);
    vr_geography_retrain_opts o = {
        .shares = {0.5, 1}, .share_count = 2, .balanced = true, .measure = {.resamples = 20}};
    assert_true(vr_geography_retrain(&perm, &r, &all, &all, NULL, &o, VR_FATAL));
    assert_int_equal(r.row_count, 2);
    assert_int_equal(r.rows[0].images, 20);
    assert_int_equal(r.rows[1].images, 40);
    o.balanced = false;
    vr_geography_retrain(&perm, &r, &all, &all, NULL, &o, VR_FATAL);
    assert_int_equal(r.rows[0].images, 40);
    assert_int_equal(r.rows[1].images, 80);
}

/* ---- the page ---- */

/* Every part; the arrays live in perm. */
static vr_geography_report report(void) {
    static vr_geography_benchmarks b;
    static vr_geography_world w;
    static vr_geography_progress p;
    static vr_geography_result r;
    static vr_geography_retraining t;
    const vr_geography_retrain_opts o = {.shares = {1}, .share_count = 1, .measure = {.resamples = 50}};
    vr_geography_benchmarks_example(&perm, &b);
    vr_geography_world_example(&perm, &w, 1, VR_FATAL);
    w.predictions.path = "<b>model</b>";
    vr_geography_progress_fit(&perm, &p, &b, &o.measure, VR_FATAL);
    vr_geography_run(&perm, &r, &w.test_set, &w.predictions, &o.measure, VR_FATAL);
    vr_geography_retrain(&perm, &t, &w.train, &w.test, &w.before, &o, VR_FATAL);
    return (vr_geography_report){.progress = &p, .result = &r, .retraining = &t};
}

/* A page with every part, and a model whose name would be a tag. */
static const char *page(void) {
    const vr_geography_report r = report();
    const char *path = test_tmp("geography.html");
    assert_true(vr_geography_page_save(&r, path, VR_FATAL));
    vr_err err = {0};
    assert_false(vr_geography_page_save(&r, "/nowhere/x.html", &err));
    assert_message(err, "/nowhere/x.html");
    return path;
}

static void the_page_holds_every_part_and_needs_no_network(void **state) {
    (void)state;
    const char *s = test_text(&perm, "%s", page());
    static const char *const parts[] = {"What a point on ImageNet is worth",
                                        "Which models are above the line",
                                        "A synthetic world",
                                        "Accuracy by object and region",
                                        "The last layer, retrained",
                                        "best - worst",
                                        "36 models of ",
                                        "; 1800 images of ",
                                        "; retraining tested on ",
                                        "Where the odds of a correct answer on ImageNet double, they grow ",
                                        " permutations). Best / worst: ",
                                        "trailer truck"};
    for (int64_t k = 0; k < COUNT(parts); k++)
        if (!strstr(s, parts[k])) fail_msg("the page lacks '%s'", parts[k]);
    assert_null(strstr(s, "<b>model"));
    assert_null(strstr(s, ">nan"));
    assert_null(strstr(s, "src=\"http"));
}

/* Types into the field above the table of models, sorts by a click, and reads the numbers that change. */
static void a_filter_and_a_click_on_the_page_change_what_is_read(void **state) {
    (void)state;
    const char *path = page();
    browser_start(&chromium);
    browser_open(&chromium, path, 1280, 900, false);
    static const char first[] =
        "(() => { const r = [...document.querySelector('input[type=search]').closest('figure')"
        ".querySelectorAll('tbody tr')].find(r => !r.hidden);"
        " return r.cells[0].textContent + ' ' + r.cells[2].textContent; })()";
    static const char found[] =
        "document.querySelector('input[type=search]').closest('figure').querySelector('output').textContent";
    browser_click(&chromium, "input[type=search]");
    browser_type(&chromium, "eva02");
    assert_string_equal(browser_ask(&chromium, found), "1 of 20 rows");
    assert_string_equal(browser_ask(&chromium, first), "eva02_large_patch14_448.mim_m38m_ft_in22k_in1k 90.1");
    browser_ask(&chromium,
                "(() => { const i = document.querySelector('input[type=search]'); i.value = 'ImageNet-21k';"
                " i.dispatchEvent(new Event('input')); return 1; })()");
    const char *rows = browser_ask(&chromium, found);
    assert_true(atoi(rows) > 1 && atoi(rows) < 20);
    const double before = atof(strrchr(browser_ask(&chromium, first), ' '));
    browser_ask(&chromium, "(() => { document.querySelector('input[type=search]').closest('figure')"
                           ".querySelector('th:nth-child(3) button').id = 'by-accuracy'; return 1; })()");
    browser_click(&chromium, "#by-accuracy"); /* highest first */
    browser_click(&chromium, "#by-accuracy"); /* lowest first */
    assert_true(atof(strrchr(browser_ask(&chromium, first), ' ')) < before);
    for (int k = 0; k < 4; k++) { /* a phone and a desk, light and dark */
        browser_open(&chromium, path, k & 1 ? 390 : 1280, 900, k & 2);
        assert_true(atoi(browser_ask(&chromium, "document.documentElement.scrollWidth")) <=
                    (k & 1 ? 390 : 1280));
    }
    assert_string_equal(chromium.fault, "");
}

static void the_plot_is_written_as_svg_and_png(void **state) {
    (void)state;
    const vr_geography_report r = report();
    const vr_plot plot = vr_geography_plot(&perm, &r);
    assert_int_equal(plot.series_count, 5);
    const char *svg = test_tmp("p.svg"), *png = test_tmp("p.png");
    assert_true(vr_plot_save(&plot, svg, VR_FATAL));
    assert_true(vr_plot_save(&plot, png, VR_FATAL));
    const char *text = test_text(&perm, "%s", svg);
    assert_non_null(strstr(text, "ImageNet-A, slope 3.07"));
    assert_non_null(strstr(text, r.progress->benchmarks->model[0]));
}

/* Without the parts before it each part gives table and plot of its own. */
static void the_first_part_of_a_report_is_its_table_and_plot(void **state) {
    (void)state;
    vr_geography_report r = report();
    vr_table t = vr_geography_table(&perm, &r);
    assert_string_equal(t.names[0], "benchmark");
    r.progress = NULL;
    t = vr_geography_table(&perm, &r);
    assert_int_equal(vr_table_rows(&t), 7 + 13); /* six regions, twelve objects, and all of them */
    assert_string_equal(t.cells[1].text, "Africa");
    assert_string_equal(t.cells[7 * 6].text, "object");
    assert_close(t.cells[4].number.value, r.result->by[VR_GEOGRAPHY_REGION]->groups[0].accuracy, 0);
    assert_int_equal(vr_geography_plot(&perm, &r).count, 6);
    r.result = NULL;
    t = vr_geography_table(&perm, &r);
    assert_string_equal(t.names[0], "last layer");
    assert_int_equal(vr_geography_plot(&perm, &r).series_count, 6);
}

/* ---- the program ---- */

static void the_program_runs_without_arguments(void **state) {
    (void)state;
    int code;
    const char *html = test_tmp("g.html"), *csv = test_tmp("g.csv");
    const char *out =
        shell(&perm, &code, "%s/geography --report %s --csv %s 2>/dev/null", programs(), html, csv);
    assert_int_equal(code, 0);
    assert_same_text(out, test_text(&perm, "examples/expected/geography.txt"), 0.02, 0.1);
    assert_true(vr_path_exists(html) && vr_path_exists(csv));
}

static void the_program_explains_itself_and_names_what_is_wrong(void **state) {
    (void)state;
    int code;
    const char *html = test_tmp("none.html");
    const char *out = shell(&perm, &code, "%s/geography --help", programs());
    assert_int_equal(code, 0);
    assert_non_null(strstr(out, "--timm"));
    shell(&perm, &code, "%s/geography --nonsense 2>/dev/null", programs());
    assert_int_equal(code, 2);
    shell(&perm, &code, "%s/geography --geode x.csv 2>/dev/null", programs());
    assert_int_equal(code, 2);
    static const char *const wrong[][2] = {
        {"--features x.npy", "go with"},
        {"--timm x --head y", "--head need --features"},
        {"--geode x --predictions y --train z --train-features z", "--train and --head need --features"},
        {"--geode x --features y --train z", "go together"},
        {"--geode x --features y --train-features z", "go together"},
        {"--timm x --top5", "--top5 needs"},
        {"--geode x --predictions y --balanced", "--balanced needs --features"},
        {"x.csv", "unexpected argument 'x.csv'"},
    };
    for (int64_t k = 0; k < COUNT(wrong); k++) {
        out = shell(&perm, &code, "%s/geography --report %s %s 2>&1", programs(), html, wrong[k][0]);
        assert_int_equal(code, 2);
        if (!strstr(out, wrong[k][1])) fail_msg("%s: %s", wrong[k][0], out);
    }
    out = shell(&perm, &code, "%s/geography --timm /nowhere --report %s 2>&1", programs(), html);
    assert_int_equal(code, 1);
    assert_non_null(strstr(out, "/nowhere"));
    out = shell(&perm, &code, "%s/geography --geode /nowhere.csv --predictions x.csv --report %s 2>&1",
                programs(), html);
    assert_int_equal(code, 1);
    assert_non_null(strstr(out, "/nowhere.csv"));
    assert_false(vr_path_exists(html));
}

static void the_program_scores_predictions_and_retrains_on_geode(void **state) {
    (void)state;
    int code;
    const char *meta = test_data("dollarstreet/geode/metadata_test_1k_final.every3rd.csv"),
               *model = test_tmp("model.csv"), *table = test_tmp("t.csv"), *plot = test_tmp("t.svg"),
               *html = test_tmp("s.html"), *npy = test_tmp("e.npy"), *csv = test_tmp("e.csv");
    vr_geography_set s;
    vr_geography_load(&perm, &s, meta, VR_FATAL);
    vr_text p = {.arena = &perm}, index = {.arena = &perm};
    vr_text_add(&p, ",id,predictions\n");
    vr_text_add(&index, "row,file_name,label\n");
    vr_tensor x = vr_tensor_2d(&perm, s.count, 5); /* features that tell five objects apart */
    for (int64_t i = 0; i < s.count; i++) {
        vr_text_printf(&p, "%lld,%s,\"[728, 463, 412, 427, 569]\"\n", (long long)(i % 32), s.id[i]);
        vr_text_printf(&index, "%lld,%s,\n", (long long)i, s.file[i]);
        const int64_t object = s.by[VR_GEOGRAPHY_OBJECT].of[i];
        if (object < 5) x.data[i * 5 + object] = 1;
    }
    const vr_array a = vr_array_of("features", x);
    vr_npy_save(npy, &a, VR_FATAL);
    test_write_text(csv, index.data);
    test_write_text(model, p.data);
    const char *out =
        shell(&perm, &code,
              "%s/geography --geode %s --predictions %s --features %s --report %s --csv %s --plot "
              "%s 2>&1",
              programs(), meta, model, npy, html, table, plot);
    assert_int_equal(code, 0);
    assert_non_null(strstr(out, "3445 of 3445 images"));
    assert_non_null(strstr(out, "3445 scored"));
    assert_non_null(strstr(out, "best 5 % - worst 5 %"));
    assert_non_null(strstr(test_text(&perm, "%s", table), "region,Europe,619,70,0.113085622,"));
    assert_non_null(strstr(test_text(&perm, "%s", plot), "Accuracy by region"));
    assert_non_null(strstr(out, vr_arena_printf(&perm, "%.4f", 70. / 619)));
    assert_non_null(strstr(out, "Europe - Africa"));
    assert_non_null(strstr(out, "100 % of training"));
    out = shell(&perm, &code, "%s/geography --timm %s --report %s 2>&1", programs(),
                test_data("timm_results"), html);
    assert_int_equal(code, 0);
    assert_non_null(strstr(out, "1.136 [1.128, 1.145]"));
}

/* A region without a correct image makes best / worst infinite. */
static void a_worst_group_of_0_is_not_divided_by(void **state) {
    (void)state;
    static vr_geography_set set;
    static vr_geography_result r;
    const char *csv = "file_path,object,region,ip_country\na,bag,Africa,Nigeria\nb,bag,Europe,France\n";
    const char *predictions = "file_name,predicted_class\na,0\nb,414\n";
    vr_predictions p;
    assert_true(vrp_geography_parse(&perm, &set, test_bytes_of(csv), "t.csv", VR_FATAL));
    assert_true(vrp_predictions_parse(&perm, &p, test_bytes_of(predictions), "p.csv", NULL, VR_FATAL));
    assert_true(vr_geography_run(&perm, &r, &set, &p, NULL, VR_FATAL));
    const char *path = test_tmp("zero.html");
    assert_true(vr_geography_page_save(&(vr_geography_report){.result = &r}, path, VR_FATAL));
    const char *s = test_text(&perm, "%s", path);
    assert_non_null(strstr(s, "Best / worst: not defined, as the worst is 0;"));
    assert_null(strstr(s, "inf,"));
}

/* A million models would otherwise take minutes and a page of hundreds of megabytes. */
static void very_many_models_are_measured_soon_and_give_a_small_page(void **state) {
    (void)state;
    enum { N = 150000 };
    vr_text csv = {.arena = &perm};
    vr_text_add(&csv, "model,ImageNet,other\n");
    for (int64_t i = 0; i < N; i++) {
        const double x = 0.2 + 0.6 * (double)(i % 1000) / 1000,
                     e = 0.05 * (double)(vr_rng_uniform(vr_rng_init(1), (uint64_t)i) - 0.5f);
        vr_text_printf(&csv, "m%lld,%.5f,%.5f\n", (long long)i, x, 0.1 + 0.8 * x + e);
    }
    vr_geography_benchmarks b;
    vr_geography_progress p;
    assert_true(vrp_geography_benchmarks_parse(&perm, &b, (vr_bytes){(const uint8_t *)csv.data, csv.size},
                                               "many.csv", VR_FATAL));
    const double start = vr_time();
    assert_true(vr_geography_progress_fit(&perm, &p, &b, NULL, VR_FATAL));
    assert_true(vr_time() - start < 3);
    assert_true(fabs(p.rate[0].rate.value - 0.8) < 0.002);
    assert_true(p.rate[0].lag.low < 1.000001 && p.rate[0].lag.high > 0.999999); /* over itself */
    const char *path = test_tmp("many.html");
    assert_true(vr_geography_page_save(&(vr_geography_report){.progress = &p}, path, VR_FATAL));
    assert_true((int64_t)strlen(test_text(&perm, "%s", path)) < 3000000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pretraining_is_read_from_the_tag),
        cmocka_unit_test(rates_on_timms_results_are_scipys),
        cmocka_unit_test(the_embedded_models_are_timms),
        cmocka_unit_test(wrong_results_are_named_with_line_and_column),
        cmocka_unit_test(rates_of_any_table_and_of_gaps_between_regions),
        cmocka_unit_test(a_wrong_table_is_named_with_line_and_column),
        cmocka_unit_test(effective_robustness_is_the_distance_from_the_ordinary_line),
        cmocka_unit_test(features_of_embed_are_loaded_and_checked),
        cmocka_unit_test(a_sample_counts_what_it_leaves_out_and_households_stay_together),
        cmocka_unit_test(a_trained_head_is_scikit_learns),
        cmocka_unit_test(a_head_predicts_the_images_of_its_sample_only),
        cmocka_unit_test(retraining_narrows_the_gap_of_the_synthetic_world),
        cmocka_unit_test(balanced_shares_take_as_many_of_each_region),
        cmocka_unit_test(the_page_holds_every_part_and_needs_no_network),
        cmocka_unit_test(a_filter_and_a_click_on_the_page_change_what_is_read),
        cmocka_unit_test(the_plot_is_written_as_svg_and_png),
        cmocka_unit_test(the_first_part_of_a_report_is_its_table_and_plot),
        cmocka_unit_test(the_program_runs_without_arguments),
        cmocka_unit_test(the_program_explains_itself_and_names_what_is_wrong),
        cmocka_unit_test(the_program_scores_predictions_and_retrains_on_geode),
        cmocka_unit_test(a_worst_group_of_0_is_not_divided_by),
        cmocka_unit_test(very_many_models_are_measured_soon_and_give_a_small_page),
    };
    return cmocka_run_group_tests(tests, NULL, perm_free);
}
