/* tests/test_geography.c: GeoDE and Dollar Street by region against the figures that were counted on the released files
 * by pandas, and against values worked out by hand. */
#include "test.h"
#include "visrob_impl/study/geography/geography_impl.h"
#include "../visrob_impl/study/predictions_impl.h"
#include "../visrob_impl/study/class_map_impl.h"
#include "../visrob_impl/study/income_impl.h"

TEST_ARENA(perm);

#define GEODE_HEAD ",file_path,object,region,ip_country,date,gps_position,1k_index,object_index,id\n"

/* ---- the tables ---- */

static void geodes_objects_are_sorted_and_their_classes_are_imagenets(void **state) {
    (void)state;
    vr_class_map map;
    vrp_class_map_geode(&perm, &map);
    int64_t unmapped = 0;
    assert_int_equal(map.count, 40);
    for (int64_t i = 0; i < map.count; i++) {
        unmapped += vr_label_sets_size(&map.ids, i) == 0;
        assert_int_equal(vrp_class_map_find(&map, map.names[i]), i);
        for (int64_t k = map.ids.begin[i]; k < map.ids.begin[i + 1]; k++)
            assert_true(map.ids.label[k] > 0 && map.ids.label[k] < 1000);
    }
    assert_int_equal(unmapped, 6);
    assert_int_equal(vrp_class_map_find(&map, "waste_container"), 38);
    assert_int_equal(vrp_class_map_find(&map, "waste"), -1);
    assert_int_equal(vrp_class_map_find(&map, ""), -1);
    /* spot checks by name, so that a slip in a number shows; the order is the published one */
    const int64_t *label = map.ids.label, *begin = map.ids.begin;
    assert_string_equal(vr_labels_imagenet()[label[begin[1]]], "backpack");
    assert_string_equal(vr_labels_imagenet()[label[begin[39]]], "barrow");
    assert_string_equal(vr_labels_imagenet()[label[begin[31] + 1]], "stove");
}

static void topics_are_sorted_and_each_is_one_class(void **state) {
    (void)state;
    vr_class_map map;
    vrp_class_map_dollar_street_topics(&perm, &map);
    bool seen[1000] = {false};
    int64_t classes = 0;
    assert_int_equal(map.count, 96);
    for (int64_t i = 0; i < map.count; i++) {
        assert_int_equal(vr_label_sets_size(&map.ids, i), 1);
        assert_int_equal(vrp_class_map_find(&map, map.names[i]), i);
        const int64_t c = map.ids.label[map.ids.begin[i]];
        classes += !seen[c];
        seen[c] = true;
    }
    assert_int_equal(classes, 60); /* 64 words, of which four are synonyms */
    const int64_t stove = vrp_class_map_find(&map, "stove/hob");
    assert_true(stove >= 0);
    assert_string_equal(vr_labels_imagenet()[map.ids.label[map.ids.begin[stove]]], "stove");
    assert_int_equal(vrp_class_map_find(&map, "stove"), -1);
}

static void households_and_income_groups_are_the_published_ones(void **state) {
    (void)state;
    const double income[] = {90.0, 90.1, 4.0, 1808.0, 1808.1, 40000, 90.0, 90.0};
    const int64_t country[] = {1, 0, 0, 0, 0, 0, 1, 0}, expected[] = {0, 1, 0, 1, 2, 2, 0, 0},
                  order[] = {6, 2, 0, 3, 4, 5, 6, 1};
    int64_t household[8];
    const vr_groups g = vrp_income_groups(&perm, income, 8);
    assert_int_equal(g.count, 3);
    assert_string_equal(g.names[2], "high");
    assert_memory_equal(g.of, expected, sizeof expected);
    assert_int_equal(vrp_income_households(household, country, income, 8), 7);
    assert_memory_equal(household, order, sizeof order);
}

/* ---- loading ---- */

static int64_t unlabelled(const vr_geography_set *s) {
    int64_t n = 0;
    for (int64_t i = 0; i < s->count; i++) n += vr_label_sets_size(&s->labels, i) == 0;
    return n;
}

static const char geode[] =
    GEODE_HEAD "1,Africa/Nigeria/Nigeria_bag_011.jpg,bag,Africa,Nigeria,2022-03-24 15:48:03.111000,"
               "\"6 deg 18' 50.66\"\" N, 8 deg 5' 21.37\"\" E\",\"[414, 748, 747, 797, 728, 636, 790, "
               "709]\",1,urkrkxoqgy\n"
               "7,Europe/Italy/Italy_stove_1.jpg,stove,Europe,Italy,,\"\",\"[544, 827]\",31,aaaaaaaaaa\n"
               "9,Europe/Italy/Italy_tree_1.jpg,tree,Europe,Italy,,,[],36,bbbbbbbbbb\n"
               "12,Americas/Peru/Peru_stove_1.jpg,stove,Americas,Peru,,,\"[827, 827, 1]\",31,cccccccccc";

static void geode_is_read_to_columns(void **state) {
    (void)state;
    vr_geography_set s;
    assert_true(vrp_geography_parse(&perm, &s, test_bytes_of(geode), "g.csv", VR_FATAL));
    assert_string_equal(s.path, "g.csv");
    assert_int_equal(s.count, 4);
    assert_int_equal(unlabelled(&s), 1);
    assert_int_equal(s.remapped, 1); /* the last row's classes are not the table's */
    assert_int_equal(s.labels.begin[1], 8);
    assert_int_equal(s.labels.label[1], 748);
    assert_int_equal(s.labels.begin[4] - s.labels.begin[3], 2); /* 827 once */
    assert_int_equal(s.by[VR_GEOGRAPHY_REGION].count, 6);
    assert_string_equal(s.by[VR_GEOGRAPHY_REGION].names[s.by[VR_GEOGRAPHY_REGION].of[3]], "Americas");
    assert_int_equal(s.by[VR_GEOGRAPHY_COUNTRY].count, 3);
    assert_string_equal(s.by[VR_GEOGRAPHY_COUNTRY].names[s.by[VR_GEOGRAPHY_COUNTRY].of[3]], "Peru");
    assert_int_equal(s.by[VR_GEOGRAPHY_OBJECT].count, 3);
    assert_int_equal(s.by[VR_GEOGRAPHY_OBJECT].of[1], s.by[VR_GEOGRAPHY_OBJECT].of[3]);
    assert_int_equal(s.by[VR_GEOGRAPHY_INCOME].count, 0);
    assert_string_equal(s.id[0], "urkrkxoqgy");
    assert_string_equal(s.file[1], "Europe/Italy/Italy_stove_1.jpg");

    /* GeoDE's own index has no classes and no ids */
    assert_true(vrp_geography_parse(
        &perm, &s,
        test_bytes_of("file_path,object,region,ip_country\r\na/b_1.jpg,light fixture,WestAsia,Jordan\r\n"),
        "index.csv", VR_FATAL));
    assert_int_equal(s.count, 1);
    assert_string_equal(s.id[0], "a/b_1.jpg");
    assert_string_equal(s.by[VR_GEOGRAPHY_OBJECT].names[0], "light_fixture");
    assert_int_equal(s.labels.begin[1], 4);
    assert_int_equal(s.labels.label[3], 470);
    assert_int_equal(s.remapped, 0);
}

#define SPLIT_HEAD ",id,country.name,imageRelPath,topics,imagenet_sysnet_id,Income_Group,Region,income\n"

static void a_split_of_dollar_street_is_read_to_columns(void **state) {
    (void)state;
    vr_geography_set s;
    const char *text =
        SPLIT_HEAD "0,5d4b,Nepal,assets/5d4b/5d4b.jpg,\"Stove/hob,oven\",\"[827, 827]\",q1,Asia,120.5\n"
                   "1,5d4c,Nepal,assets/5d4c/5d4c.jpg,drying,\"[]\",Q4,Asia,120.5\n"
                   "2,5d4d,Peru,assets/5d4d/5d4d.jpg,Sofa,\"[831]\",q4,The Americas,900\n";
    assert_true(vrp_geography_parse(&perm, &s, test_bytes_of(text), "test.csv", VR_FATAL));
    assert_int_equal(s.count, 3);
    assert_int_equal(unlabelled(&s), 1);
    assert_int_equal(s.remapped, 0);
    assert_int_equal(s.labels.begin[1], 1);
    assert_int_equal(s.household_count, 2);
    assert_int_equal(s.household[0], s.household[1]);
    assert_int_equal(s.by[VR_GEOGRAPHY_INCOME].of[1], 3);
    assert_string_equal(s.by[VR_GEOGRAPHY_OBJECT].names[s.by[VR_GEOGRAPHY_OBJECT].of[0]], "stove/hob");
    assert_string_equal(s.by[VR_GEOGRAPHY_REGION].names[s.by[VR_GEOGRAPHY_REGION].of[2]], "The Americas");
    /* without the column of classes they follow from the topics */
    text = "id,country.name,imageRelPath,topics,region.id\nx,Peru,a.jpg,\"Sofa, TV ,nothing\",am\n";
    assert_true(vrp_geography_parse(&perm, &s, test_bytes_of(text), "test.csv", VR_FATAL));
    assert_int_equal(s.labels.begin[1], 2);
    assert_int_equal(s.labels.label[0], 831);
    assert_int_equal(s.labels.label[1], 851);
    assert_null(s.household);
    assert_int_equal(s.by[VR_GEOGRAPHY_INCOME].count, 0);
}

#define META_HEAD "country,url,income,region,label\n"

static void what_is_wrong_is_named_with_line_and_column(void **state) {
    (void)state;
    static const struct {
        const char *text, *where, *what;
    } cases[] = {
        {GEODE_HEAD "1,a.jpg,bag,Atlantis,N,,,[414],1,x\n", "g.csv:2:13:", "found 'Atlantis'"},
        {GEODE_HEAD "1,a.jpg,broom,Africa,N,,,[414],1,x\n", "g.csv:2:9:", "found 'broom'"},
        {GEODE_HEAD "1,a.jpg,bag,Africa,N,,,[414],2,x\n",
         "g.csv:2:30:", "expected object_index 1 of 'bag', found 2"},
        {GEODE_HEAD "1,a.jpg,bag,Africa,N,,,[1000],1,x\n", "g.csv:2:24:", "0 to 999, found 1000"},
        {GEODE_HEAD "1,a.jpg,bag,Africa,N,,,[-1],1,x\n", "g.csv:2:24:", "found -1"},
        {GEODE_HEAD "1,a.jpg,bag,Africa,N,,,[nan],1,x\n", "g.csv:2:24:", "1k_index"},
        {GEODE_HEAD "1,a.jpg,bag,Africa,N,,,414,1,x\n", "g.csv:2:24:", "'['"},
        {GEODE_HEAD "1,,bag,Africa,N,,,[414],1,x\n", "g.csv:2:3:", "empty"},
        {GEODE_HEAD "1,a.jpg,bag,Africa,N,,,[414],1,\n", "g.csv:2:32:", "empty"},
        {GEODE_HEAD "1,a.jpg,bag,Africa,N,,,[414],1\n", "g.csv:2:", ""},
        {GEODE_HEAD "1,a,bag,Africa,N,,,[],1,x\n2,b,bag,Africa,N,,,[],1,x\n",
         "g.csv:3:25:", "duplicate image 'x' (first at line 2)"},
        {GEODE_HEAD, "g.csv:", "no images"},
        {"file_path,object,region\na,bag,Africa\n", "g.csv:1:", "ip_country"},
        {"file,object,region\na,bag,Africa\n", "g.csv:1:", "file_path (GeoDE), imageRelPath or url"},
        {SPLIT_HEAD "0,a,N,a.jpg,sofa,[831],q5,Asia,1\n",
         "g.csv:2:24:", "income group q1, q2, q3 or q4, found 'q5'"},
        {SPLIT_HEAD "0,a,N,a.jpg,sofa,[831],q1,asia,1\n", "g.csv:2:27:", "found 'asia'"},
        {SPLIT_HEAD "0,a,N,a.jpg,sofa,[831],q1,Asia,-1\n", "g.csv:2:32:", "positive income"},
        {SPLIT_HEAD "0,a,N,a.jpg,sofa,[831],q1,Asia,nan\n", "g.csv:2:32:", "positive income"},
        {SPLIT_HEAD "0,a,N,a.jpg,,[831],q1,Asia,1\n", "g.csv:2:13:", "empty"},
        {META_HEAD "Peru,u,10,Asia,['spoons']\n", "g.csv:2:16:", "'spoons' is not a class of Dollar Street"},
        {META_HEAD "Peru,u,10,Asia,[]\n", "g.csv:2:16:", "at least one class"},
        {META_HEAD "Peru,u,10,Asia,cups\n", "g.csv:2:16:", "'['"},
        {META_HEAD "Peru,u,0,Asia,['cups']\n", "g.csv:2:8:", "positive income"},
        {META_HEAD "Peru,u,10,EastAsia,['cups']\n", "g.csv:2:11:", "found 'EastAsia'"},
        {META_HEAD ",u,10,Asia,['cups']\n", "g.csv:2:1:", "empty"},
        {META_HEAD "Peru,u,10,Asia,['cups']\nPeru,u,10,Asia,['cups']\n",
         "g.csv:3:6:", "duplicate image 'u' (first at line 2)"},
        {"country,url,region,label\nPeru,u,Asia,['cups']\n", "g.csv:1:", "income"},
    };
    for (int64_t k = 0; k < COUNT(cases); k++) {
        vr_geography_set s;
        vr_err err = {0};
        assert_false(vrp_geography_parse(&perm, &s, test_bytes_of(cases[k].text), "g.csv", &err));
        assert_int_equal(err.code, VR_ERR_FORMAT);
        assert_message(err, cases[k].where);
        assert_message(err, cases[k].what);
        assert_int_equal(s.count, 0);
    }
    vr_geography_set s;
    vr_err err = {0};
    assert_false(vr_geography_load(&perm, &s, "/nowhere/geode.csv", &err));
    assert_int_equal(err.code, VR_ERR_IO);
    assert_message(err, "/nowhere/geode.csv");
}

static void metadata_of_dollar_street_is_read_to_columns(void **state) {
    (void)state;
    vr_geography_set s;
    const char *text = META_HEAD "Peru,http://x/a.jpg,80,The Americas,\"['cups', 'dish racks']\"\n"
                                 "Nepal,http://x/b.jpg,2000,Asia,\"['car_keys']\"\n"
                                 "Nepal,http://x/c.jpg,2000,Asia,\"['Cups']\"\n";
    assert_true(vrp_geography_parse(&perm, &s, test_bytes_of(text), "m.csv", VR_FATAL));
    assert_int_equal(s.count, 3);
    assert_int_equal(unlabelled(&s), 1); /* no class of ImageNet-1k is a car key */
    assert_int_equal(vr_label_sets_size(&s.labels, 0), 4);
    assert_true(vr_label_sets_has(&s.labels, 0, 504) && vr_label_sets_has(&s.labels, 0, 729));
    assert_string_equal(s.by[VR_GEOGRAPHY_OBJECT].names[s.by[VR_GEOGRAPHY_OBJECT].of[2]], "cups");
    assert_int_equal(s.by[VR_GEOGRAPHY_INCOME].of[0], 0);
    assert_string_equal(s.by[VR_GEOGRAPHY_INCOME].names[s.by[VR_GEOGRAPHY_INCOME].of[1]], "high");
    assert_int_equal(s.household_count, 2);
    assert_int_equal(s.household[1], s.household[2]);
    assert_string_equal(s.id[1], "http://x/b.jpg");
    assert_int_equal(vrp_image_index_find(&s.index, "b.png", 5), 1);
}

static void marks_carriage_returns_and_long_fields_are_read(void **state) {
    (void)state;
    vr_geography_set s, same;
    vr_text t = {.arena = &perm};
    vr_text_add(&t, "\xEF\xBB\xBF");
    for (const char *c = geode; *c; c++) vr_text_bytes(&t, *c == '\n' ? "\r\n" : c, *c == '\n' ? 2 : 1);
    assert_true(vrp_geography_parse(&perm, &s, test_bytes_of(t.data), "g.csv", VR_FATAL));
    vrp_geography_parse(&perm, &same, test_bytes_of(geode), "g.csv", VR_FATAL);
    assert_int_equal(s.count, same.count);
    for (int64_t i = 0; i < s.count; i++) assert_string_equal(s.id[i], same.id[i]);
    assert_memory_equal(s.labels.begin, same.labels.begin, 5 * sizeof *s.labels.begin);
    const int64_t size = 10 << 20;
    char *long_name = (char *)vr_arena_alloc(&perm, size, 1);
    memset(long_name, 'x', (size_t)size - 1);
    long_name[size - 1] = 0;
    const char *one = vr_arena_printf(
        &perm, "file_path,object,region,ip_country,note\na.jpg,bag,Africa,N,\"%s\"\n", long_name);
    assert_true(vrp_geography_parse(&perm, &s, test_bytes_of(one), "g.csv", VR_FATAL));
    assert_int_equal(s.count, 1);
}

/* A text that ends anywhere is an error or fewer rows, and never more than it holds (under ASan: nor read beyond). */
static void every_prefix_is_an_error_or_fewer_rows(void **state) {
    (void)state;
    for (int64_t n = 0; n < (int64_t)sizeof geode - 1; n++) {
        uint8_t *cut = test_block(geode, n);
        vr_arena a = {0};
        vr_geography_set s;
        vr_err err = {0};
        if (vrp_geography_parse(&a, &s, (vr_bytes){cut, n}, "g.csv", &err))
            assert_true(s.count >= 1 && s.count <= 4);
        else
            assert_true(err.code == VR_ERR_FORMAT && s.count == 0 && a.used == 0);
        free(cut);
        vr_arena_free(&a);
    }
}

/* ---- scoring ---- */

static void score(vr_scores *scores, const vr_geography_set *set, const char *text) {
    vr_predictions p;
    vrp_predictions_parse(&perm, &p, test_bytes_of(text), "p.csv", NULL, VR_FATAL);
    vrp_geography_score(&perm, scores, set, &p, VR_FATAL);
}

static void predictions_find_images_by_id_path_and_name(void **state) {
    (void)state;
    vr_geography_set s;
    vr_scores h;
    vrp_geography_parse(&perm, &s, test_bytes_of(geode), "g.csv", VR_FATAL);
    score(&h, &s,
          "index,id,predictions,label\n0,urkrkxoqgy,\"[5, 414, 6, 7, 8]\",\"414,748\"\n"
          "0,aaaaaaaaaa,\"[827, 1, 2, 3, 4]\",544\n0,bbbbbbbbbb,\"[1, 2, 3, 4, 5]\",\n0,elsewhere,\"[1, 2, "
          "3, 4, 5]\",\n");
    assert_int_equal(h.join.scored, 2);
    assert_int_equal(h.k, 5);
    assert_int_equal(h.join.missing, 1);    /* Peru's stove */
    assert_int_equal(h.join.unlabelled, 1); /* the tree */
    assert_int_equal(h.join.extra, 1);      /* elsewhere */
    assert_int_equal(h.correct[0], 0);
    assert_int_equal(h.correct_top5[0], 1);
    assert_int_equal(h.correct[1], 1);
    assert_int_equal(h.scored[2], 0);
    score(&h, &s, "file_name,predicted_class\nPeru_stove_1.jpg,1\nAfrica/Nigeria/Nigeria_bag_011.jpg,709\n");
    assert_int_equal(h.join.scored, 2);
    assert_int_equal(h.k, 1);
    assert_int_equal(h.correct[3], 1);
    assert_int_equal(h.correct[0], 1);

    vr_predictions p;
    vr_err err = {0};
    vrp_predictions_parse(&perm, &p,
                          test_bytes_of("id,predictions\nurkrkxoqgy,[1]\nNigeria_bag_011.jpg,[2]\n"), "p.csv",
                          NULL, VR_FATAL);
    assert_false(vrp_geography_score(&perm, &h, &s, &p, &err));
    assert_message(err, "p.csv:3:1: 'Nigeria_bag_011.jpg' is the image of 'urkrkxoqgy' (line 2)");
    assert_int_equal(h.join.scored, 0);
    err = (vr_err){0};
    vrp_predictions_parse(&perm, &p, test_bytes_of("id,predictions\nzzz,[1]\n"), "p.csv", NULL, VR_FATAL);
    vr_geography_result r;
    assert_false(vr_geography_run(&perm, &r, &s, &p, NULL, &err));
    assert_message(err, "p.csv");
    assert_message(err, "g.csv");
    assert_null(r.set);
}

/* Scores of a model that predicts the same k classes for every image. */
static vr_scores constant(const vr_geography_set *set, const int64_t *classes, int64_t k) {
    int64_t *predicted = VR_NEW(&perm, int64_t, (set->count * k));
    for (int64_t i = 0; i < set->count * k; i++) predicted[i] = classes[i % k];
    const vr_predictions p = {.path = "constant", .count = set->count, .k = k, .predicted = predicted};
    vr_scores scores;
    vrp_geography_score(&perm, &scores, set, &p, VR_FATAL);
    return scores;
}

static const int64_t five[5] = {728, 463, 412, 427, 569};

/* correct, count: by region in the order Africa, Americas, EastAsia, Europe, SouthEastAsia, WestAsia. */
static void assert_regions(const vr_geography_measure *m, const int64_t *correct, const int64_t *count) {
    assert_int_equal(m->group_count, 6);
    for (int g = 0; g < 6; g++) {
        assert_int_equal(m->groups[g].correct, correct[g]);
        assert_int_equal(m->groups[g].count, count[g]);
        assert_close(m->interval.accuracy[g].value, (double)correct[g] / (double)count[g], 1e-12);
        assert_true(m->interval.accuracy[g].low <= m->interval.accuracy[g].value);
        assert_true(m->interval.accuracy[g].high >= m->interval.accuracy[g].value);
    }
}

static void every_third_row_of_geode_gives_the_sheets_counts(void **state) {
    (void)state;
    vr_geography_set s;
    vr_geography_measure m;
    vr_geography_load(&perm, &s, test_data("dollarstreet/geode/metadata_test_1k_final.every3rd.csv"),
                      VR_FATAL);
    assert_int_equal(s.count, 3445);
    assert_int_equal(s.remapped, 0); /* the built-in table is the file's */
    assert_int_equal(unlabelled(&s), 0);
    assert_int_equal(s.by[VR_GEOGRAPHY_OBJECT].count, 34);
    assert_int_equal(s.by[VR_GEOGRAPHY_COUNTRY].count, 32);
    const vr_scores h = constant(&s, five, 1);
    vrp_geography_measure(&perm, &m, &s, &h, VR_GEOGRAPHY_REGION, &(vr_geography_opts){.resamples = 200});
    assert_regions(&m, (const int64_t[]){64, 48, 53, 70, 64, 52},
                   (const int64_t[]){672, 534, 523, 619, 581, 516});
    assert_int_equal(m.all.correct, 351);
    assert_string_equal(s.by[VR_GEOGRAPHY_REGION].names[m.disparity.best], "Europe");
    assert_close(m.interval.gap.value, 70. / 619 - 48. / 534, 1e-12);
    assert_close(m.interval.pair.value, 70. / 619 - 64. / 672, 1e-12);
}

/* The released file (CC BY-NC, 10,333 rows) is not in the shared data by default: put it there to check it whole. */
static void the_whole_of_geodes_test_set_gives_the_sheets_counts(void **state) {
    (void)state;
    vr_geography_set s;
    vr_geography_measure m;
    vr_geography_load(&perm, &s, test_data("dollarstreet/geode/metadata_test_1k_final.csv"), VR_FATAL);
    const int64_t count[] = {2049, 1611, 1586, 1885, 1743, 1459};
    assert_int_equal(s.count, 10333);
    assert_int_equal(s.remapped, 0);
    assert_int_equal(s.by[VR_GEOGRAPHY_COUNTRY].count, 37);
    vr_scores h = constant(&s, five, 1);
    vrp_geography_measure(&perm, &m, &s, &h, VR_GEOGRAPHY_REGION, &(vr_geography_opts){.resamples = 100});
    assert_regions(&m, (const int64_t[]){200, 140, 174, 197, 201, 135}, count);
    assert_close(m.all.accuracy, .101326, 5e-7);
    assert_close(m.interval.gap.value, .028416, 5e-7);
    assert_close(m.interval.pair.value, .006901, 5e-7);
    assert_string_equal(s.by[VR_GEOGRAPHY_REGION].names[m.disparity.best], "SouthEastAsia");
    assert_string_equal(s.by[VR_GEOGRAPHY_REGION].names[m.disparity.worst], "Americas");
    h = constant(&s, five, 5);
    vrp_geography_measure(&perm, &m, &s, &h, VR_GEOGRAPHY_REGION,
                          &(vr_geography_opts){.top5 = true, .resamples = 100});
    assert_regions(&m, (const int64_t[]){358, 266, 334, 409, 346, 275}, count);
    assert_close(m.all.accuracy, .192393, 5e-7);
    assert_close(m.interval.gap.value, .051861, 5e-7);
    assert_close(m.interval.pair.value, .042257, 5e-7);
    assert_string_equal(s.by[VR_GEOGRAPHY_REGION].names[m.disparity.best], "Europe");
}

static void dollar_streets_metadata_gives_the_sheets_counts(void **state) {
    (void)state;
    vr_geography_set s;
    vr_csv csv;
    const char *path = test_data("dollarstreet/metadata.csv");
    vr_geography_load(&perm, &s, path, VR_FATAL);
    assert_int_equal(s.count, 13565);
    assert_int_equal(unlabelled(&s), 2152);
    assert_int_equal(s.by[VR_GEOGRAPHY_OBJECT].count, 84);
    /* the sheet's counts are of the 108 classes of ImageNet-21k */
    vr_label_builder b = {.arena = &perm};
    vr_csv_load(&perm, &csv, path, VR_FATAL);
    const int64_t column = vr_csv_column(&csv, "sin21k_targets", VR_FATAL);
    while (vr_csv_next(&csv, VR_FATAL)) {
        int64_t *ids, n;
        vr_pylist_ints(&perm, &ids, &n, &csv, column, VR_FATAL);
        vr_label_builder_next(&b);
        for (int64_t k = 0; k < n; k++) vr_label_builder_add(&b, ids[k]);
    }
    s.labels = vr_label_builder_sets(&b);
    const vr_scores h = constant(&s, (const int64_t[]){4, 18, 34, 27, 73}, 5);
    vr_geography_measure m;
    vrp_geography_measure(&perm, &m, &s, &h, VR_GEOGRAPHY_REGION,
                          &(vr_geography_opts){.top5 = true, .resamples = 100});
    const int64_t region[] = {418, 1061, 258, 325}, income[] = {397, 1287, 378};
    for (int g = 0; g < 4; g++) assert_int_equal(m.groups[g].correct, region[g]);
    assert_close(m.interval.pair.value, 258. / 1836 - 418. / 2492, 1e-12);
    vrp_geography_measure(&perm, &m, &s, &h, VR_GEOGRAPHY_INCOME,
                          &(vr_geography_opts){.top5 = true, .resamples = 100});
    for (int g = 0; g < 3; g++) assert_int_equal(m.groups[g].correct, income[g]);
    assert_close(m.interval.pair.value, 378. / 2770 - 397. / 2391, 1e-12);
}

/* ---- disparity by hand ---- */

/* Ten images: region and object by name. */
static const char world[] = "id,file_path,object,region,ip_country\n"
                            "a,a,stove,Africa,A\nb,b,stove,Africa,A\nc,c,bag,Africa,A\nd,d,bag,Africa,B\n"
                            "e,e,stove,Europe,C\nf,f,stove,Europe,C\ng,g,stove,Europe,C\nh,h,bag,Europe,D\n"
                            "i,i,stove,Americas,E\nj,j,hat,Americas,F\n";

static void disparities_are_the_ones_made_by_hand(void **state) {
    (void)state;
    vr_geography_set s;
    vr_scores h;
    vr_geography_measure m;
    vrp_geography_parse(&perm, &s, test_bytes_of(world), "w.csv", VR_FATAL);
    /* correct: b of Africa's stoves, none of its bags; all of Europe's stoves, its bag not; Americas' stove */
    score(&h, &s,
          "id,predictions\na,[1]\nb,[827]\nc,[1]\nd,[1]\ne,[827]\nf,[827]\ng,[544]\nh,[1]\ni,[827]\nj,[1]\n");
    vrp_geography_measure(&perm, &m, &s, &h, VR_GEOGRAPHY_REGION, NULL);
    assert_close(m.interval.accuracy[0].value, 0.25, 1e-12);
    assert_close(m.interval.accuracy[3].value, 0.75, 1e-12);
    assert_int_equal(m.groups[2].count, 0);
    assert_true(isnan(m.interval.accuracy[2].value) && isnan(m.balanced[2]));
    assert_close(m.interval.gap.value, 0.5, 1e-12);
    assert_close(m.interval.pair.value, 0.5, 1e-12);
    assert_close(m.all.accuracy, 0.5, 1e-12);
    /* only stove is in all three: Africa 1/2, Americas 1, Europe 1 */
    assert_int_equal(m.objects, 1);
    assert_close(m.balanced[0], 0.5, 1e-12);
    assert_close(m.balanced_gap, 0.5, 1e-12);
    assert_close(m.balanced_pair, 0.5, 1e-12);
    assert_true(m.interval.p > 0.3 && m.interval.p <= 1); /* ten images prove nothing */
    /* countries: A 1/3, B 0, C 1, D 0, E 1, F 0; quantiles at 0.25: below none is strictly */
    vrp_geography_measure(&perm, &m, &s, &h, VR_GEOGRAPHY_COUNTRY, NULL);
    assert_true(isnan(m.quantile_gap[2]));
    vr_table t = vrp_geography_disparity_table(&perm, &s, &m);
    assert_int_equal(vr_table_rows(&t), 4);
    score(&h, &s,
          "id,predictions\na,[1]\nb,[1]\nc,[709]\nd,[1]\ne,[827]\nf,[827]\ng,[1]\nh,[1]\ni,[827]\nj,[433]\n");
    /* A 1/3, B 0, C 2/3, D 0, E 1, F 1: above 11/12 are two of 1, below 1/12 two of 0 */
    vrp_geography_measure(&perm, &m, &s, &h, VR_GEOGRAPHY_COUNTRY, NULL);
    assert_close(m.quantile_gap[2], 1, 1e-12);
    vr_group cells[6 * 3];
    vrp_geography_cross(cells, &s, &h, false, VR_GEOGRAPHY_REGION, VR_GEOGRAPHY_OBJECT);
    assert_int_equal(cells[0 * 3 + 0].count, 2); /* Africa's bags */
    assert_int_equal(cells[0 * 3 + 0].correct, 1);
    assert_int_equal(cells[3 * 3 + 2].correct, 2); /* Europe's stoves */
}

static void a_named_pair_is_used_and_an_unknown_one_gives_none(void **state) {
    (void)state;
    vr_geography_set s;
    vr_geography_measure m;
    vrp_geography_parse(&perm, &s, test_bytes_of(world), "w.csv", VR_FATAL);
    const vr_scores h = constant(&s, (const int64_t[]){827}, 1);
    vrp_geography_measure(&perm, &m, &s, &h, VR_GEOGRAPHY_REGION,
                          &(vr_geography_opts){.high = "Americas", .low = "Africa", .resamples = 50});
    assert_close(m.interval.pair.value, 0.5 - 0.5, 1e-12);
    vrp_geography_measure(&perm, &m, &s, &h, VR_GEOGRAPHY_REGION,
                          &(vr_geography_opts){.high = "Mars", .resamples = 50});
    assert_int_equal(m.high, -1);
    assert_true(isnan(m.interval.pair.value));
    vr_table t = vrp_geography_disparity_table(&perm, &s, &m);
    assert_int_equal(vr_table_rows(&t), 1);
}

/* 6 regions x 300, correct with 0.9 in Africa and 0.6 elsewhere: the intervals hold the truth, chance does not explain it. */
static void intervals_hold_the_truth_and_threads_change_no_bit(void **state) {
    (void)state;
    static const char *const regions[] = {"Africa", "Americas",      "EastAsia",
                                          "Europe", "SouthEastAsia", "WestAsia"};
    vr_text text = {.arena = &perm}, predicted = {.arena = &perm};
    vr_text_add(&text, "file_path,object,region,ip_country\n");
    vr_text_add(&predicted, "file_path,predicted_class\n");
    const vr_rng rng = vr_rng_init(3);
    for (int i = 0; i < 1800; i++) {
        vr_text_printf(&text, "f%d,stove,%s,X\n", i, regions[i % 6]);
        vr_text_printf(&predicted, "f%d,%d\n", i,
                       vr_rng_uniform(rng, (uint64_t)i) < (i % 6 ? 0.6f : 0.9f) ? 827 : 3);
    }
    vr_geography_set s;
    vr_scores h;
    vr_geography_measure m, again;
    vrp_geography_parse(&perm, &s, test_bytes_of(text.data), "w.csv", VR_FATAL);
    score(&h, &s, predicted.data);
    vrp_geography_measure(&perm, &m, &s, &h, VR_GEOGRAPHY_REGION, NULL);
    for_threads (threads) {
        vrp_geography_measure(&perm, &again, &s, &h, VR_GEOGRAPHY_REGION, NULL);
        assert_memory_equal(again.interval.accuracy, m.interval.accuracy, 6 * sizeof(vr_interval));
        assert_memory_equal(&again.interval.gap, &m.interval.gap, sizeof(vr_interval));
        assert_true(again.interval.p == m.interval.p);
    }
    assert_int_equal(m.disparity.best, 0);
    for (int g = 0; g < 6; g++) {
        const double truth = g ? 0.6 : 0.9, half = 1.96 * sqrt(truth * (1 - truth) / 300);
        const vr_interval a = m.interval.accuracy[g];
        assert_true(a.low - 0.01 < truth && truth < a.high + 0.01);
        assert_close(a.high - a.low, 2 * half, 0.4 * half); /* the width is the binomial one */
    }
    assert_close(m.interval.p, 1. / 1001, 1e-12);
    assert_true(m.interval.pair.low < -0.3 + 0.08 && m.interval.pair.high > -0.3 - 0.08 &&
                m.interval.pair.high < 0);
}

/* Where all images of a household are correct or wrong together, the interval is as wide as the households are few. */
static void intervals_are_over_households_where_these_are_known(void **state) {
    (void)state;
    vr_text text = {.arena = &perm}, predicted = {.arena = &perm};
    vr_text_add(&text, "id,country.name,imageRelPath,topics,Region,income\n");
    vr_text_add(&predicted, "id,predicted_class\n");
    for (int i = 0; i < 1000; i++) { /* 20 households of 50 images */
        vr_text_printf(&text, "i%d,Nepal,i%d.jpg,sofa,Asia,%d\n", i, i, 100 + i / 50);
        vr_text_printf(&predicted, "i%d,%d\n", i, i / 50 % 2 ? 831 : 1);
    }
    vr_geography_set s;
    vr_scores h;
    vr_geography_measure m;
    vrp_geography_parse(&perm, &s, test_bytes_of(text.data), "w.csv", VR_FATAL);
    score(&h, &s, predicted.data);
    assert_int_equal(s.household_count, 20);
    vrp_geography_measure(&perm, &m, &s, &h, VR_GEOGRAPHY_REGION, NULL);
    assert_close(m.interval.accuracy[1].value, 0.5, 1e-12);
    assert_close(m.interval.accuracy[1].high - m.interval.accuracy[1].low, 2 * 1.96 * 0.5 / sqrt(20), 0.08);
    s.household = NULL;
    vrp_geography_measure(&perm, &m, &s, &h, VR_GEOGRAPHY_REGION, NULL);
    assert_close(m.interval.accuracy[1].high - m.interval.accuracy[1].low, 2 * 1.96 * 0.5 / sqrt(1000), 0.01);
}

static void the_map_table_shows_which_objects_share_classes(void **state) {
    (void)state;
    vr_geography_set s;
    vrp_geography_parse(
        &perm, &s,
        test_bytes_of("file_path,object,region,ip_country\na,dustbin,Africa,A\nb,waste_container,"
                      "Africa,A\nc,flag,Africa,A\n"
                      "d,tree,Africa,A\n"),
        "w.csv", VR_FATAL);
    vr_table t = vrp_geography_map_table(&perm, &s);
    assert_int_equal(vr_table_rows(&t), 4);
    assert_string_equal(t.cells[0].text, "dustbin");
    assert_string_equal(t.cells[3].text, "waste_container");
    assert_non_null(strstr(t.cells[2].text, "bucket"));
    assert_string_equal(t.cells[4 + 2].text, "flagpole");
    assert_string_equal(t.cells[4 + 3].text, "-");
    assert_string_equal(t.cells[8 + 2].text, "-"); /* the tree has no class */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(geodes_objects_are_sorted_and_their_classes_are_imagenets),
        cmocka_unit_test(topics_are_sorted_and_each_is_one_class),
        cmocka_unit_test(households_and_income_groups_are_the_published_ones),
        cmocka_unit_test(geode_is_read_to_columns),
        cmocka_unit_test(a_split_of_dollar_street_is_read_to_columns),
        cmocka_unit_test(metadata_of_dollar_street_is_read_to_columns),
        cmocka_unit_test(what_is_wrong_is_named_with_line_and_column),
        cmocka_unit_test(marks_carriage_returns_and_long_fields_are_read),
        cmocka_unit_test(every_prefix_is_an_error_or_fewer_rows),
        cmocka_unit_test(predictions_find_images_by_id_path_and_name),
        cmocka_unit_test(every_third_row_of_geode_gives_the_sheets_counts),
        cmocka_unit_test(the_whole_of_geodes_test_set_gives_the_sheets_counts),
        cmocka_unit_test(dollar_streets_metadata_gives_the_sheets_counts),
        cmocka_unit_test(disparities_are_the_ones_made_by_hand),
        cmocka_unit_test(a_named_pair_is_used_and_an_unknown_one_gives_none),
        cmocka_unit_test(intervals_hold_the_truth_and_threads_change_no_bit),
        cmocka_unit_test(intervals_are_over_households_where_these_are_known),
        cmocka_unit_test(the_map_table_shows_which_objects_share_classes),
    };
    return cmocka_run_group_tests(tests, NULL, perm_free);
}
