/* tests/test_imagenet_x_data.c: ImageNet-X's released tables and predictions (../shared/data), to the published digits and to
 * those of the sheet that lists what its authors' code and scipy give. */
#include "imagenet_x.h"

/* ---- released tables ---- */

/* The paper's repository shows this table in its README, but for the last number. */
static const char readme[] = "DINO,0.726197,1.06799,0.927478,1.1779,1.54369,1.64228,1.12906,1.95486,2.15032,"
                             "1.24805,1.46777,1.93051,2.03486,1.70361,0.924938,1.4244\n"
                             "ResNet50,0.694739,1.1417,0.771442,1.18883,1.49743,1.74423,1.13236,2.10548,2."
                             "39386,1.31592,1.71502,1.92327,2.17128,1.92798,1.16639,1.97389\n"
                             "SimCLR,0.774029,1.0867,0.911171,1.11955,1.54176,1.47304,1.01247,1.61814,2.0584,"
                             "1.0121,1.12238,1.75552,2.03412,1.17686,0.879497,1.1907\n"
                             "ViT,0.74067,1.09097,0.862456,1.15164,1.64401,1.53992,0.917235,2.01538,2.04465,"
                             "1.29087,1.83403,1.98596,1.93631,1.60108,0.782348,1.61359\n";

/* The rest of the sheet's table (../shared/specs): multi, class; top, metaclass; top, real_class with its human. */
static const char multi_class[] = "DINO,0.957822,1.03344,0.995213,1.31796,1.5157,1.80781,1.21278,2.25393,2."
                                  "03718,1.14787,1.67717,1.66915,2.093,1.14591,1.42873,1.91242\n"
                                  "ResNet50,0.936231,1.00991,0.834547,1.33783,1.39058,1.91021,1.17117,2."
                                  "54239,2.24111,1.24507,1.75028,1.87383,2.03028,0.990312,1.88989,2.08619\n"
                                  "SimCLR,0.980959,1.04857,0.981227,1.22551,1.47439,1.59778,1.15697,1.9154,1."
                                  "84566,1.03805,1.44187,1.57755,1.81441,1.07692,1.33004,1.72776\n"
                                  "ViT,0.972983,1.03429,0.938534,1.28354,1.57259,1.75211,1.11015,2.24816,1."
                                  "86019,1.20261,1.91614,1.64581,1.96705,1.18954,1.5106,1.97727\n";
static const char top_metaclass[] = "DINO,0.633381,1.01547,1.09934,1.1467,2.11461,1.79301,1.21562,2.21986,2."
                                    "43043,1.32267,1.84799,1.61865,2.70546,2.5167,0.409918,2.25455\n"
                                    "ResNet50,0.619279,1.106,0.86254,1.18353,2.00198,1.85217,1.25563,2.20868,"
                                    "2.56583,1.60792,2.11816,1.43564,3.01485,2.80451,0.783078,2.7995\n"
                                    "SimCLR,0.693425,1.01677,1.09792,1.08125,2.08247,1.64201,1.02979,1.95123,"
                                    "2.42395,1.19456,1.30553,1.87182,2.76518,2.00637,0.754141,1.82502\n"
                                    "ViT,0.648839,1.04218,1.0421,1.10235,2.22001,1.72394,0.993807,2.26774,2."
                                    "00627,1.49571,2.55858,2.126,2.60123,1.36111,0.886782,2.19479\n";
static const char top_real[] = "DINO,0.770005,1.02649,0.986718,1.1623,1.39059,1.71204,1.13299,1.82816,2."
                               "11359,1.38088,1.38596,1.57164,1.90223,1.5729,0.864649,0.951114\n"
                               "ResNet50,0.740664,1.0805,0.899331,1.17958,1.36047,1.74317,1.25674,1.79121,2."
                               "10613,1.35755,1.39093,1.57728,2.05046,1.87452,0.867751,1.16664\n"
                               "SimCLR,0.804714,1.04844,0.95217,1.10847,1.46302,1.55014,1.14411,1.54299,1."
                               "94133,1.15139,1.12183,1.29511,1.95519,1.43987,0.740604,0.977597\n"
                               "ViT,0.781259,1.02014,0.970065,1.18436,1.37781,1.68412,1.15073,1.77219,1."
                               "95651,1.18653,1.86003,1.31203,1.92811,1.34519,0.707872,0.889897\n"
                               "human,0.745696,1.03182,0.967415,1.269,0.970992,1.90373,1.27462,2.29262,2."
                               "19506,1.21374,0.945126,0.933647,1.31489,1.27019,0.82755,1.36546\n";

static const char multi_metaclass[] = "DINO,0.91707,1.04172,1.04934,1.34643,2.07798,2.12698,1.21445,2.00932,"
                                      "2.31867,1.36429,2.0608,1.66234,2.57663,1.40044,1.2472,2.34335\n"
                                      "ResNet50,0.891684,1.02313,0.866506,1.35347,1.88587,2.24571,1.19446,2."
                                      "1702,2.4989,1.36938,2.06935,1.6672,2.4611,1.39645,1.7411,2.37494\n"
                                      "SimCLR,0.947802,1.054,1.0479,1.26324,1.96575,1.89512,1.15474,1.79353,"
                                      "2.1442,1.20817,1.62023,1.71263,2.27535,1.37032,1.05901,2.14922\n"
                                      "ViT,0.929242,1.03593,1.01907,1.28275,2.18316,2.09432,1.17706,1.98935,"
                                      "2.1196,1.30061,2.49581,1.79808,2.60123,1.43156,1.8679,2.37462\n";
static const char multi_real[] = "DINO,0.971825,1.0281,1.04437,1.30182,1.32568,1.76374,1.2287,1.96463,1."
                                 "95248,1.21396,1.51914,1.57788,1.69087,1.27681,1.25916,1.54935\n"
                                 "ResNet50,0.962152,1.02044,0.973562,1.3156,1.25218,1.80372,1.26987,2.03171,"
                                 "1.9981,1.26182,1.54116,1.7595,1.61613,1.18728,1.35394,1.63381\n"
                                 "SimCLR,0.989157,1.04434,1.02509,1.20606,1.39284,1.60606,1.23394,1.7107,1."
                                 "75723,1.128,1.38748,1.54674,1.61381,1.21226,1.10933,1.50098\n"
                                 "ViT,0.979412,1.02557,1.0257,1.28357,1.30248,1.76944,1.23102,1.96424,1."
                                 "89318,1.26639,1.87713,1.57885,1.65267,1.34396,1.04137,1.56754\n"
                                 "human,0.986046,1.00584,1.08961,1.4024,0.86394,2.10848,1.25015,2.88954,2."
                                 "29906,1.36935,1.23271,1.25849,1.04035,1.06668,1.61402,1.3047\n";

static const char *ratios(const vr_imagenet_x_table *t) {
    vr_text text = {.arena = &perm};
    for (int64_t m = 0; m < t->count; m++) {
        vr_text_add(&text, t->rows[m].model);
        for (int f = 0; f < 16; f++) vr_text_printf(&text, ",%.6g", vrp_imagenet_x_ratio(&t->rows[m], f, 0));
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
    } tables[] = {{"top/base/class", readme},
                  {"multi/base/class", multi_class},
                  {"top/base/metaclass", top_metaclass},
                  {"top/base/real_class", top_real},
                  {"multi/base/metaclass", multi_metaclass},
                  {"multi/base/real_class", multi_real}};
    for (int i = 0; i < 6; i++) {
        vr_imagenet_x_table t = {0};
        vr_imagenet_x_table_load(&perm, &t,
                                 test_data(vr_arena_printf(&perm, DATA "results/%s", tables[i].path)),
                                 VR_IMAGENET_X_CLASS, VR_FATAL);
        assert_string_equal(ratios(&t), tables[i].want);
    }
}

/* The sheet's figures of single models: the worst classes as shipped, and metaclasses (figure 5, and a ratio of one image). */
static void the_released_tables_hold_the_sheets_single_numbers(void **state) {
    (void)state;
    static const double worst[4] = {.37373958790004386, .3820796460176991, .2832496178204848,
                                    .4187267556333406};
    vr_imagenet_x_table t = {0}, by = {0};
    vr_imagenet_x_table_load(&perm, &t, test_data(DATA "results/top/base/class"), VR_IMAGENET_X_CLASS,
                             VR_FATAL);
    for (int m = 0; m < 4; m++) /* a copy of the table may leave that column empty */
        assert_true(isnan(t.rows[m].worst_classes) || t.rows[m].worst_classes == worst[m]);
    vr_imagenet_x_table_load(&perm, &by,
                             test_data(DATA "results/top/base/class/accuracies_per_factor_metaclass.csv"),
                             VR_IMAGENET_X_CLASS, VR_FATAL);
    static const struct {
        const char *metaclass;
        double average;
    } vit[3] = {{"vessel", .6527}, {"snake", .7092}, {"commodity", .7147}};
    int found = 0, lower = 0;
    for (int64_t i = 0; i < by.count; i++) {
        const vr_imagenet_x_row *row = &by.rows[i];
        if (strcmp(row->model, "ViT") != 0) continue;
        for (int k = 0; k < 3; k++)
            if (strcmp(row->metaclass, vit[k].metaclass) == 0) {
                assert_close(row->average, vit[k].average, 0.5001e-4);
                found++;
            }
        lower += row->average < .7147 + 0.5e-4;
        if (strcmp(row->metaclass, "dog") != 0) continue;
        assert_close(vrp_imagenet_x_ratio(row, 15, 0), 3.903, 0.0005);
        assert_int_equal(row->count[15], 1);
        found++;
    }
    assert_int_equal(found, 4);
    assert_int_equal(lower, 3);
}

static int64_t number_of(const vr_csv *csv, const char *column) {
    int64_t n;
    vr_csv_int(&n, csv, vr_csv_column(csv, column, VR_FATAL), VR_FATAL);
    return n;
}

/* Images per metaclass: recovered here from the released tables by metaclass, once by another program in the data's file. */
static void metaclasses_have_the_sheets_numbers_of_images(void **state) {
    (void)state;
    static const char *const files[] = {"base/class/accuracies_per_factor_metaclass.csv",
                                        "modelvshuman/accuracies_per_factor_metaclass.class.csv"};
    vr_imagenet_x_table t = {0};
    for (int i = 0; i < 2; i++)
        vr_imagenet_x_table_load(&perm, &t,
                                 test_data(vr_arena_printf(&perm, DATA "results/top/%s", files[i])),
                                 VR_IMAGENET_X_CLASS, VR_FATAL);
    vr_csv csv;
    int64_t groups = 0, images = 0;
    vr_csv_load(&perm, &csv, test_data(DATA "val_counts_recovered.csv"), VR_FATAL);
    while (vr_csv_next(&csv, VR_FATAL)) {
        const char *metaclass = vr_csv_string(&perm, &csv, 1);
        if (strcmp(vr_csv_string(&perm, &csv, 0), "top") != 0 || strcmp(metaclass, "ALL") == 0) continue;
        const vr_imagenet_x_row *row = NULL;
        for (int64_t i = 0; i < t.count && !row; i++)
            if (strcmp(t.rows[i].metaclass, metaclass) == 0) row = &t.rows[i];
        assert_int_equal(row->n, number_of(&csv, "all_images"));
        assert_int_equal(row->count[POSE], number_of(&csv, "pose"));
        images += row->n, groups++;
    }
    assert_int_equal(groups, 17);
    assert_int_equal(images, 46110);
}

/* Lines through 335 models: accuracy under a factor on accuracy at large; numpy's and scipy's numbers of the sheet. */
static void accuracies_under_factors_lie_on_the_sheets_lines(void **state) {
    (void)state;
    static const struct {
        int factor; /* 16: worst_factor, 17: worst_100_classes, 18: most - least over the factors */
        double slope, intercept, r2;
    } sheet[] = {{POSE, 1.049217, .030968, .997738}, {BACKGROUND, .980180, -.004863, .999843},
                 {2, 1.036330, -.001271, .999194},   {COLOR, .997258, -.043502, .996691},
                 {4, .877832, -.054513, .974872},    {5, .802003, -.006077, .983352},
                 {7, .694089, -.003691, .991589},    {TEXTURE, .678471, -.050253, .938297},
                 {11, .710852, .009470, .947856},    {12, .879214, -.118215, .894613},
                 {16, .722604, -.092144, .935207},   {17, .635217, -.088633, .938205},
                 {18, .297284, .145516, .629870}};
    vr_imagenet_x_table t = {0};
    vr_imagenet_x_table_load(&perm, &t,
                             test_data(DATA "results/top/imagenet_testbed/accuracies_per_factor.class.csv"),
                             VR_IMAGENET_X_CLASS, VR_FATAL);
    assert_int_equal(t.count, 335);
    double x[335], y[335];
    for (size_t k = 0; k < sizeof sheet / sizeof *sheet; k++) {
        for (int m = 0; m < 335; m++) {
            const vr_imagenet_x_row *row = &t.rows[m];
            const int f = sheet[k].factor;
            x[m] = row->average;
            y[m] = f < 16    ? row->accuracy[f]
                   : f == 16 ? row->worst_factor
                   : f == 17 ? row->worst_classes
                             : vr_disparity_of(row->accuracy, 16).gap;
        }
        const vr_line line = vr_fit_line(x, y, 335);
        assert_close(line.slope, sheet[k].slope, 0.6e-6);
        assert_close(line.intercept, sheet[k].intercept, 0.6e-6);
        assert_close(line.r2, sheet[k].r2, 0.6e-6);
    }
    assert_close(vr_mean(y, 335), .302149, 0.6e-6); /* the mean spread */
}

static void released_tables_are_saved_byte_for_byte(void **state) {
    (void)state;
    static const char *const files[] = {"top/imagenet_testbed/accuracies_per_factor.class.csv",
                                        "multi/base/real_class/accuracies_per_factor.csv",
                                        "top/base/class/accuracies_per_factor_metaclass.csv",
                                        "top/modelvshuman/accuracies_per_factor_metaclass.class.csv"};
    for (int i = 0; i < 4; i++) {
        const char *from = test_data(vr_arena_printf(&perm, DATA "results/%s", files[i])),
                   *to = test_tmp("saved.csv");
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
        vr_imagenet_x_table_load(&perm, &t, test_data(vr_arena_printf(&perm, DATA "results/%s", which[w])),
                                 VR_IMAGENET_X_CLASS, VR_FATAL);
        assert_true(t.count > 500);
        vr_csv_load(&perm, &csv, test_data(DATA "val_counts_recovered.csv"), VR_FATAL);
        while (vr_csv_next(&csv, VR_FATAL)) {
            if (strcmp(vr_csv_string(&perm, &csv, 0), which[w]) != 0 ||
                strcmp(vr_csv_string(&perm, &csv, 1), "ALL") != 0)
                continue;
            for (int f = 0; f <= 16; f++) {
                int64_t n;
                vr_csv_int(&n, &csv,
                           vr_csv_column(&csv, f < 16 ? vr_imagenet_x_factor(f) : "all_images", VR_FATAL),
                           VR_FATAL);
                assert_int_equal(f < 16 ? t.rows[0].count[f] : t.rows[0].n, n);
                checked++;
            }
        }
        vr_csv_load(&perm, &csv, test_data(DATA "base_correct_counts_recovered.csv"), VR_FATAL);
        while (vr_csv_next(&csv, VR_FATAL)) {
            if (strcmp(vr_csv_string(&perm, &csv, 0), which[w]) != 0 ||
                strcmp(vr_csv_string(&perm, &csv, 1), "class") != 0)
                continue;
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
    static const double all[16] = {.7324,  .8934,  .9488,  1.0572, 1.0809, 1.1722, 1.2048, 1.4300,
                                   1.5648, 1.6060, 1.6169, 1.6229, 1.7862, 1.8340, 1.9728, 2.1672},
                        own[4][16] = {{.7217, .8877, .9219, 1.0608, 1.0884, 1.1808, 1.2007, 1.3552, 1.5322,
                                       1.5695, 1.6302, 1.6590, 1.6093, 1.8240, 2.1345, 2.1524},
                                      {.7257, .8927, .9700, 1.0521, 1.0808, 1.1769, 1.2195, 1.4706, 1.5840,
                                       1.6742, 1.6413, 1.6063, 1.8091, 1.8675, 1.9883, 2.2116},
                                      {.7691, .9063, .8898, 1.0567, 1.0777, 1.1183, 1.0994, 1.2892, 1.5980,
                                       1.4083, 1.5160, 1.5400, 1.8826, 1.7013, 1.7514, 1.9930},
                                      {.7399, .8955, .9513, 1.0611, 1.0770, 1.1714, 1.2094, 1.4539, 1.5559,
                                       1.5843, 1.5987, 1.6358, 1.8498, 1.8251, 1.8962, 2.1559}},
                        statistic[16] = {17.56175, 8.99875,  5.02300,  27.62514, 16.32739, 20.67351,
                                         1.20383,  27.04249, 16.18736, 16.41580, 32.00279, 9.41007,
                                         23.76216, 20.61170, 6.02049,  5.56341};
    static const int models[4] = {43, 83, 13, 70};
    vr_imagenet_x_table t = {0};
    vr_imagenet_x_families x;
    vr_imagenet_x_table_load(&perm, &t, test_data(DATA "results/top"), VR_IMAGENET_X_CLASS, VR_FATAL);
    assert_true(
        vr_imagenet_x_families_find(&perm, &x, &t, test_data(DATA "model_types.csv"), NULL, 0, VR_FATAL));
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
static void augmentations_agree_with_the_papers_figure(void **state) {
    (void)state;
    vr_imagenet_x_table t = {0};
    vr_imagenet_x_effects e;
    vr_err err = {0};
    vr_imagenet_x_table_load(&perm, &t, test_data(DATA "results/top/gaussian_blur"), VR_IMAGENET_X_CLASS,
                             VR_FATAL);
    assert_true(vr_imagenet_x_augmentation(&e, &t, "smoothing", VR_FATAL));
    assert_int_equal(e.models, 161);
    assert_int_equal(e.levels, 8);
    assert_close(e.factors[7].t, 19.9362,
                 0.5e-4); /* the sheet's, of numpy.polyfit and scipy.stats.ttest_ind(equal_var=False) */
    assert_close(e.factors[COLOR].t, 15.1178, 0.5e-4);
    assert_close(e.factors[TEXTURE].t, 15.0866, 0.5e-4);
    assert_close(e.factors[14].t, -2.4845, 0.5e-4);
    assert_close(e.factors[BACKGROUND].t, -2.6296, 0.5e-4);
    assert_close(e.factors[POSE].t, -15.6977, 0.5e-4);
    assert_true(e.factors[14].p > 0.01 && e.factors[14].p < 0.05);
    assert_false(vr_imagenet_x_augmentation(&e, &t, "crop", &err));
    assert_message(err,
                   "expected four strengths of 'crop' with more than four models each, found 1 among 161");
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
        line(&t, vr_csv_string(&perm, &csv, 0), (int)label,
             csv.row % 3 == 0   ? "pose color"
             : csv.row % 5 == 0 ? "texture"
                                : "shape");
    }
    path = test_tmp("val.jsonl");
    vr_file_write(path, t.data, t.size, VR_FATAL);
    return path;
}

static void real_predictions_give_the_sheets_numbers(void **state) {
    (void)state;
    const char *predictions = vr_arena_printf(&perm, "%s", test_data(DATA "predictions/ResNet50.csv"));
    vr_imagenet_x_files files = {
        .annotations = made_up_annotations(),
        .metaclasses =
            vr_arena_printf(&perm, "%s", test_data(DATA "imagenet_1k_classes_to_100_metaclasses.csv")),
        .real = vr_arena_printf(&perm, "%s", test_data(DATA "imagenet_real_labels.jsonl"))};
    static const int64_t correct[2][3] = {{38065, 44530, 38855}, {35065, 41530, 35885}};
    static const double ece[2] = {.03730791, .04037723}, worst[2] = {.419200, .382128};
    for (int prototypes = 0; prototypes < 2; prototypes++) {
        vr_imagenet_x_set set;
        if (prototypes)
            files.prototypes = vr_arena_printf(&perm, "%s", test_data(DATA "prototypical_paths.csv"));
        vr_imagenet_x_load(&perm, &set, &files, VR_FATAL);
        assert_int_equal(set.count, prototypes ? 47000 : 50000);
        for (int target = 0; target < 3; target++) {
            vr_imagenet_x_table t;
            const vr_imagenet_x_opts opts = {.target = (vr_imagenet_x_target)target,
                                             .calibration = true,
                                             .by_metaclass = true,
                                             .compat = true,
                                             .human = target == 2};
            vr_imagenet_x_run(&perm, &t, &set, predictions, &opts, VR_FATAL);
            const vr_imagenet_x_row *row = t.rows;
            assert_string_equal(row->model, "ResNet50");
            assert_int_equal(row->join.excluded, prototypes ? 3000 : 0);
            assert_int_equal(row->join.extra, 0);
            assert_int_equal(row->join.missing, 0);
            assert_close(row->average * (double)row->n, correct[prototypes][target], 1e-6);
            if (target == 0) assert_close(row->ece, ece[prototypes], 1e-8);
            if (target == 0) assert_close(row->worst_classes, worst[prototypes], 0.5e-6);
            if (target == 2 && !prototypes) assert_close(t.rows[1].average, .84328, 1e-9);
            int64_t n = 0, sum = 0; /* the metaclasses' parts make the whole */
            for (int g = 0; g < 17; g++) {
                n += t.metaclasses[g * t.count].n;
                sum +=
                    (int64_t)rint(t.metaclasses[g * t.count].average * (double)t.metaclasses[g * t.count].n);
            }
            assert_int_equal(n, row->n);
            assert_int_equal(sum, correct[prototypes][target]);
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
        const int64_t j = vr_rng_below(rng, (uint64_t)i, i + 1);
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
    vr_predictions p;
    vr_imagenet_x_table t;
    const char *predictions = test_data(DATA "predictions/ResNet50.csv");
    vr_imagenet_x_load(&perm, &set, &(vr_imagenet_x_files){.annotations = made_up_annotations()}, VR_FATAL);
    vr_predictions_load(&perm, &p, predictions, NULL, VR_FATAL);
    vr_imagenet_x_run(&perm, &t, &set, predictions, NULL, VR_FATAL);
    const vr_interval exact = vr_imagenet_x_error_ratio(&t.rows[0], TEXTURE);
    /* Resampling images: their four kinds, by factor and error, are drawn from a multinomial. */
    enum { DRAWS = 400 };
    double ratio[DRAWS];
    const vr_rng rng = vr_rng_init(3);
    for (int d = 0; d < DRAWS; d++) {
        int64_t n_f = 0, w_f = 0, w = 0;
        for (int64_t i = 0; i < set.count; i++) {
            const int64_t k = vr_rng_below(rng, (uint64_t)(d * set.count + i), set.count);
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
    vr_imagenet_x_load(&perm, &top,
                       &(vr_imagenet_x_files){
                           .annotations = test_data(DATA "train/imagenet_x_train_top_factor.head1500.jsonl")},
                       VR_FATAL);
    vr_imagenet_x_load(&perm, &multi,
                       &(vr_imagenet_x_files){.annotations = test_data(
                                                  DATA "train/imagenet_x_train_multi_factor.head1500.jsonl")},
                       VR_FATAL);
    vr_imagenet_x_load(
        &perm, &nulls,
        &(vr_imagenet_x_files){.annotations = test_data(DATA "train/rows_with_null_top.jsonl")}, VR_FATAL);
    vr_imagenet_x_load(
        &perm, &escapes,
        &(vr_imagenet_x_files){.annotations = test_data(DATA "train/rows_with_escapes_top.jsonl")}, VR_FATAL);
    assert_int_equal(top.count, 1500);
    assert_int_equal(multi.count, 1500);
    assert_int_equal(escapes.count, 60);
    assert_true(nulls.no_factor >= 6); /* the six images without a factor have null texts */
    for (int64_t i = 0; i < 1500; i++) {
        assert_true(__builtin_popcount(top.factors[i]) <= 1);
        assert_int_equal(top.factors[i] & ~multi.factors[i], 0); /* the top factor is one of them */
        assert_int_equal(top.labels[i], multi.labels[i]);
    }
    vr_imagenet_x_table t;
    vr_err err = {0};
    assert_false(vr_imagenet_x_run(&perm, &t, &top, test_data(DATA "predictions/ResNet50.csv"), NULL, &err));
    assert_message(err, "no prediction is of an image of"); /* the original gives an empty table */
}

static void correlations_are_spearmans(void **state) {
    (void)state;
    vr_imagenet_x_set set;
    vr_imagenet_x_load(
        &perm, &set,
        &(vr_imagenet_x_files){.annotations =
                                   test_data(DATA "train/imagenet_x_train_multi_factor.head1500.jsonl"),
                               .metaclasses = test_data(DATA "imagenet_1k_classes_to_100_metaclasses.csv")},
        VR_FATAL);
    enum { L = VRP_IMAGENET_X_LABELS, DOG = 16 + 1, BRIGHTER = VR_IMAGENET_X_BRIGHTER };
    static double rho[L][L], p[L][L];
    static int64_t both[L][L];
    vrp_imagenet_x_together(both, &set);
    vrp_imagenet_x_spearman(rho, p, both, set.count);
    static const struct {
        int i, j;
        double rho, p;
    } scipy[] = {/* scipy.stats.spearmanr of the same two columns */
                 {0, 1, -0.01689686871893152, 0.5131671889171726},
                 {0, 2, -0.05386679583641658, 0.03697614031359562},
                 {3, 8, 0.08524648213637706, 0.0009502831384257157},
                 {11, 12, -0.0036649219682742, 0.8872190552407578},
                 {7, 5, 0.05084511143698159, 0.048969794312956644},
                 {0, DOG, 0.11259495275588152, 1.2364798797468838e-05}};
    for (size_t k = 0; k < sizeof scipy / sizeof *scipy; k++) {
        assert_close(rho[scipy[k].i][scipy[k].j], scipy[k].rho, 1e-12);
        assert_close(p[scipy[k].i][scipy[k].j], scipy[k].p, 1e-10 * scipy[k].p);
        assert_close(rho[scipy[k].j][scipy[k].i], scipy[k].rho, 1e-12);
    }
    assert_close(rho[0][0], 1, 0);
    assert_close(p[0][0], 0, 0);
    assert_true(isnan(rho[BRIGHTER][BRIGHTER])); /* no image of these has it */
    assert_int_equal(both[POSE][POSE], 1371);
    assert_int_equal(both[BRIGHTER][BRIGHTER], 0);
    assert_true(both[DOG][POSE] <= 198 && both[DOG][POSE] > 0);
    int64_t sum = 0;
    for (int f = 0; f < 16; f++) sum += both[f][f];
    assert_int_equal(sum, 4574);
}

static void shifts_agree_with_the_sheet(void **state) {
    (void)state;
    static const double vit[16] = {-.2594, .0909, -.1376, .1516, .6439, .5399, -.0828, 1.0153,
                                   1.0446, .2908, .8339,  .9859, .9362, .6010, -.2177, .6135};
    const vr_imagenet_x_table t = vr_imagenet_x_example(&perm);
    double shift[16];
    vrp_imagenet_x_shift(shift, &t.rows[3]);
    for (int f = 0; f < 16; f++) assert_close(shift[f], vit[f], 0.5001e-4); /* four decimals */
    static const double texture[3] = {1.1502, 1.3938, 1.0583};              /* DINO, ResNet50, SimCLR */
    for (int m = 0; m < 3; m++) {
        vrp_imagenet_x_shift(shift, &t.rows[m]);
        assert_close(shift[TEXTURE], texture[m], 0.5001e-4);
    }
}

static void two_images_have_a_correlation_and_no_p(void **state) {
    (void)state;
    enum { L = VRP_IMAGENET_X_LABELS };
    static double rho[L][L], p[L][L];
    static int64_t both[L][L];
    both[0][0] = both[1][1] = both[0][1] = both[1][0] = 1, both[2][2] = 1; /* 2 is of the other image */
    vrp_imagenet_x_spearman(rho, p, both, 2);
    assert_true(rho[0][1] == 1 && rho[0][2] == -1);
    assert_true(isnan(p[0][1]) && isnan(p[0][2]) && isnan(p[0][0]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_readmes_table_comes_out_digit_for_digit),
        cmocka_unit_test(the_released_tables_hold_the_sheets_single_numbers),
        cmocka_unit_test(metaclasses_have_the_sheets_numbers_of_images),
        cmocka_unit_test(accuracies_under_factors_lie_on_the_sheets_lines),
        cmocka_unit_test(released_tables_are_saved_byte_for_byte),
        cmocka_unit_test(recovered_counts_agree_with_the_sheets),
        cmocka_unit_test(families_agree_with_the_papers_figure),
        cmocka_unit_test(augmentations_agree_with_the_papers_figure),
        cmocka_unit_test(real_predictions_give_the_sheets_numbers),
        cmocka_unit_test(predictions_in_any_order_give_the_same_bits),
        cmocka_unit_test(the_intervals_of_ratios_are_those_of_the_bootstrap),
        cmocka_unit_test(real_training_annotations_are_read_whole),
        cmocka_unit_test(correlations_are_spearmans),
        cmocka_unit_test(shifts_agree_with_the_sheet),
        cmocka_unit_test(two_images_have_a_correlation_and_no_p),
    };
    return cmocka_run_group_tests(tests, NULL, perm_free);
}
