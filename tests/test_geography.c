/* tests/test_geography.c: GeoDE and Dollar Street by region against the figures that were counted on the released files
 * by pandas, and against values worked out by hand. */
#include "test.h"

static vr_arena perm;

static vr_bytes bytes_of(const char *text) {
    return (vr_bytes){(const uint8_t *)text, (int64_t)strlen(text)};
}

#define GEODE_HEAD ",file_path,object,region,ip_country,date,gps_position,1k_index,object_index,id\n"

/* ---- the tables ---- */

static void geodes_objects_are_sorted_and_their_classes_are_imagenets(void **state) {
    (void)state;
    int64_t unmapped = 0;
    for (int64_t i = 0; i < VR_GEODE_OBJECTS; i++) {
        const vr_geo_object o = vr_geode_object(i);
        unmapped += o.count == 0;
        if (i > 0) assert_true(strcmp(vr_geode_object(i - 1).name, o.name) < 0);
        assert_int_equal(vr_geode_object_find(o.name), i);
        for (int64_t k = 0; k < o.count; k++) assert_true(o.ids[k] > 0 && o.ids[k] < 1000);
    }
    assert_int_equal(unmapped, 6);
    assert_int_equal(vr_geode_object_find("waste container"), 38);
    assert_int_equal(vr_geode_object_find("waste"), -1);
    assert_int_equal(vr_geode_object_find(""), -1);
    /* spot checks by name, so that a slip in a number shows */
    assert_string_equal(vr_labels_imagenet()[vr_geode_object(1).ids[0]], "backpack");
    assert_string_equal(vr_labels_imagenet()[vr_geode_object(36 + 3).ids[0]], "barrow");
    assert_string_equal(vr_labels_imagenet()[vr_geode_object(31).ids[1]], "stove");
}

static void topics_are_sorted_and_found_whatever_their_case(void **state) {
    (void)state;
    bool seen[1000] = {false};
    int64_t classes = 0;
    for (int64_t i = 0; i < VR_DOLLAR_STREET_TOPICS; i++) {
        const vr_geo_object o = vr_dollar_street_topic(i);
        assert_int_equal(o.count, 1);
        if (i > 0) assert_true(strcmp(vr_dollar_street_topic(i - 1).name, o.name) < 0);
        assert_int_equal(vr_dollar_street_topic_find(o.name), i);
        classes += !seen[o.ids[0]];
        seen[o.ids[0]] = true;
    }
    assert_int_equal(classes, 60); /* 64 words, of which four are synonyms */
    const int64_t stove = vr_dollar_street_topic_find(" Stove/Hob ");
    assert_true(stove >= 0);
    assert_string_equal(vr_labels_imagenet()[vr_dollar_street_topic(stove).ids[0]], "stove");
    assert_int_equal(vr_dollar_street_topic_find("stove"), -1);
}

/* ---- loading ---- */

static const char geode[] =
    GEODE_HEAD "1,Africa/Nigeria/Nigeria_bag_011.jpg,bag,Africa,Nigeria,2022-03-24 15:48:03.111000,"
               "\"6 deg 18' 50.66\"\" N, 8 deg 5' 21.37\"\" E\",\"[414, 748, 747, 797, 728, 636, 790, "
               "709]\",1,urkrkxoqgy\n"
               "7,Europe/Italy/Italy_stove_1.jpg,stove,Europe,Italy,,\"\",\"[544, 827]\",31,aaaaaaaaaa\n"
               "9,Europe/Italy/Italy_tree_1.jpg,tree,Europe,Italy,,,[],36,bbbbbbbbbb\n"
               "12,Americas/Peru/Peru_stove_1.jpg,stove,Americas,Peru,,,\"[827, 827, 1]\",31,cccccccccc";

static void geode_is_read_to_columns(void **state) {
    (void)state;
    vr_geo_set s;
    assert_true(vr_geode_parse(&perm, &s, bytes_of(geode), "g.csv", VR_FATAL));
    assert_string_equal(s.path, "g.csv");
    assert_int_equal(s.count, 4);
    assert_int_equal(s.unlabelled, 1);
    assert_int_equal(s.remapped, 1); /* the last row's classes are not the table's */
    assert_int_equal(s.labels.begin[1], 8);
    assert_int_equal(s.labels.id[1], 748);
    assert_int_equal(s.labels.begin[4] - s.labels.begin[3], 2); /* 827 once */
    assert_int_equal(s.by[VR_GEO_REGION].count, 6);
    assert_string_equal(s.by[VR_GEO_REGION].names[s.by[VR_GEO_REGION].of[3]], "Americas");
    assert_int_equal(s.by[VR_GEO_COUNTRY].count, 3);
    assert_string_equal(s.by[VR_GEO_COUNTRY].names[s.by[VR_GEO_COUNTRY].of[3]], "Peru");
    assert_int_equal(s.by[VR_GEO_OBJECT].count, 3);
    assert_int_equal(s.by[VR_GEO_OBJECT].of[1], s.by[VR_GEO_OBJECT].of[3]);
    assert_int_equal(s.by[VR_GEO_INCOME].count, 0);
    assert_string_equal(s.id[0], "urkrkxoqgy");
    assert_string_equal(s.file[1], "Europe/Italy/Italy_stove_1.jpg");

    /* GeoDE's own index has no classes and no ids */
    assert_true(vr_geode_parse(
        &perm, &s,
        bytes_of("file_path,object,region,ip_country\r\na/b_1.jpg,light fixture,WestAsia,Jordan\r\n"),
        "index.csv", VR_FATAL));
    assert_int_equal(s.count, 1);
    assert_string_equal(s.id[0], "a/b_1.jpg");
    assert_string_equal(s.by[VR_GEO_OBJECT].names[0], "light_fixture");
    assert_int_equal(s.labels.begin[1], 4);
    assert_int_equal(s.labels.id[3], 470);
    assert_int_equal(s.remapped, 0);
}

#define SPLIT_HEAD ",id,country.name,imageRelPath,topics,imagenet_sysnet_id,Income_Group,Region,income\n"

static void a_split_of_dollar_street_is_read_to_columns(void **state) {
    (void)state;
    vr_geo_set s;
    const char *text =
        SPLIT_HEAD "0,5d4b,Nepal,assets/5d4b/5d4b.jpg,\"Stove/hob,oven\",\"[827, 827]\",q1,Asia,120.5\n"
                   "1,5d4c,Nepal,assets/5d4c/5d4c.jpg,drying,\"[]\",Q4,Asia,120.5\n"
                   "2,5d4d,Peru,assets/5d4d/5d4d.jpg,Sofa,\"[831]\",q4,The Americas,900\n";
    assert_true(vr_dollar_street_split_parse(&perm, &s, bytes_of(text), "test.csv", VR_FATAL));
    assert_int_equal(s.count, 3);
    assert_int_equal(s.unlabelled, 1);
    assert_int_equal(s.remapped, 0);
    assert_int_equal(s.labels.begin[1], 1);
    assert_int_equal(s.household_count, 2);
    assert_int_equal(s.household[0], s.household[1]);
    assert_int_equal(s.by[VR_GEO_INCOME].of[1], 3);
    assert_string_equal(s.by[VR_GEO_OBJECT].names[s.by[VR_GEO_OBJECT].of[0]], "stove/hob");
    assert_string_equal(s.by[VR_GEO_REGION].names[s.by[VR_GEO_REGION].of[2]], "The Americas");
    /* without the column of classes they follow from the topics */
    text = "id,country.name,imageRelPath,topics,region.id\nx,Peru,a.jpg,\"Sofa, TV ,nothing\",am\n";
    assert_true(vr_dollar_street_split_parse(&perm, &s, bytes_of(text), "test.csv", VR_FATAL));
    assert_int_equal(s.labels.begin[1], 2);
    assert_int_equal(s.labels.id[0], 831);
    assert_int_equal(s.labels.id[1], 851);
    assert_null(s.household);
    assert_int_equal(s.by[VR_GEO_INCOME].count, 0);
}

static void what_is_wrong_is_named_with_line_and_column(void **state) {
    (void)state;
    static const struct {
        bool split;
        const char *text, *where, *what;
    } cases[] = {
        {false, GEODE_HEAD "1,a.jpg,bag,Atlantis,N,,,[414],1,x\n", "g.csv:2:13:", "'Atlantis' is no region"},
        {false, GEODE_HEAD "1,a.jpg,broom,Africa,N,,,[414],1,x\n", "g.csv:2:9:", "'broom' is no object"},
        {false, GEODE_HEAD "1,a.jpg,bag,Africa,N,,,[414],2,x\n", "g.csv:2:30:", "'bag' is number 1"},
        {false, GEODE_HEAD "1,a.jpg,bag,Africa,N,,,[1000],1,x\n", "g.csv:2:24:", "class 1000"},
        {false, GEODE_HEAD "1,a.jpg,bag,Africa,N,,,[-1],1,x\n", "g.csv:2:24:", "class -1"},
        {false, GEODE_HEAD "1,a.jpg,bag,Africa,N,,,[nan],1,x\n", "g.csv:2:24:", "expected an integer"},
        {false, GEODE_HEAD "1,a.jpg,bag,Africa,N,,,414,1,x\n", "g.csv:2:24:", "'['"},
        {false, GEODE_HEAD "1,,bag,Africa,N,,,[414],1,x\n", "g.csv:2:3:", "empty"},
        {false, GEODE_HEAD "1,a.jpg,bag,Africa,N,,,[414],1,\n", "g.csv:2:32:", "empty"},
        {false, GEODE_HEAD "1,a.jpg,bag,Africa,N,,,[414],1\n", "g.csv:2:", ""},
        {false, GEODE_HEAD "1,a,bag,Africa,N,,,[],1,x\n2,b,bag,Africa,N,,,[],1,x\n",
         "g.csv:3:1:", "'x' is twice there: on line 2 too"},
        {false, GEODE_HEAD, "g.csv:", "no photographs"},
        {false, "file_path,object,region\na,bag,Africa\n", "g.csv:1:", "ip_country"},
        {true, SPLIT_HEAD "0,a,N,a.jpg,sofa,[831],q5,Asia,1\n", "g.csv:2:24:", "'q5' is no income group"},
        {true, SPLIT_HEAD "0,a,N,a.jpg,sofa,[831],q1,asia,1\n", "g.csv:2:27:", "'asia' is no region"},
        {true, SPLIT_HEAD "0,a,N,a.jpg,sofa,[831],q1,Asia,-1\n", "g.csv:2:32:", "income"},
        {true, SPLIT_HEAD "0,a,N,a.jpg,sofa,[831],q1,Asia,nan\n", "g.csv:2:32:", "income"},
        {true, SPLIT_HEAD "0,a,N,a.jpg,,[831],q1,Asia,1\n", "g.csv:2:13:", "empty"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        vr_geo_set s;
        vr_err err = {0};
        const bool ok = cases[k].split
                            ? vr_dollar_street_split_parse(&perm, &s, bytes_of(cases[k].text), "g.csv", &err)
                            : vr_geode_parse(&perm, &s, bytes_of(cases[k].text), "g.csv", &err);
        assert_false(ok);
        assert_int_equal(err.code, VR_ERR_FORMAT);
        assert_message(err, cases[k].where);
        assert_message(err, cases[k].what);
        assert_int_equal(s.count, 0);
    }
    vr_geo_set s;
    vr_err err = {0};
    assert_false(vr_geode_load(&perm, &s, "/nowhere/geode.csv", &err));
    assert_int_equal(err.code, VR_ERR_IO);
    assert_message(err, "/nowhere/geode.csv");
}

static void marks_carriage_returns_and_long_fields_are_read(void **state) {
    (void)state;
    vr_geo_set s, same;
    vr_text t = {.arena = &perm};
    vr_text_add(&t, "\xEF\xBB\xBF");
    for (const char *c = geode; *c; c++) vr_text_bytes(&t, *c == '\n' ? "\r\n" : c, *c == '\n' ? 2 : 1);
    assert_true(vr_geode_parse(&perm, &s, (vr_bytes){(const uint8_t *)t.data, t.size}, "g.csv", VR_FATAL));
    vr_geode_parse(&perm, &same, bytes_of(geode), "g.csv", VR_FATAL);
    assert_int_equal(s.count, same.count);
    for (int64_t i = 0; i < s.count; i++) assert_string_equal(s.id[i], same.id[i]);
    assert_memory_equal(s.labels.begin, same.labels.begin, 5 * sizeof *s.labels.begin);
    const int64_t size = 10 << 20;
    char *long_name = (char *)vr_arena_alloc(&perm, size, 1);
    memset(long_name, 'x', (size_t)size - 1);
    long_name[size - 1] = 0;
    const char *one = vr_arena_printf(
        &perm, "file_path,object,region,ip_country,note\na.jpg,bag,Africa,N,\"%s\"\n", long_name);
    assert_true(vr_geode_parse(&perm, &s, bytes_of(one), "g.csv", VR_FATAL));
    assert_int_equal(s.count, 1);
}

/* A text that ends anywhere is an error or fewer rows, and never more than it holds (under ASan: nor read beyond). */
static void every_prefix_is_an_error_or_fewer_rows(void **state) {
    (void)state;
    for (int64_t n = 0; n < (int64_t)sizeof geode - 1; n++) {
        uint8_t *cut = malloc((size_t)n + 1); /* its own block, so that a read beyond shows */
        memcpy(cut, geode, (size_t)n);
        vr_arena a = {0};
        vr_geo_set s;
        vr_err err = {0};
        if (vr_geode_parse(&a, &s, (vr_bytes){cut, n}, "g.csv", &err))
            assert_true(s.count >= 1 && s.count <= 4);
        else
            assert_true(err.code == VR_ERR_FORMAT && s.count == 0 && a.used == 0);
        free(cut);
        vr_arena_free(&a);
    }
}

/* ---- scoring ---- */

static void score(vr_dollar_street_hits *hits, const vr_geo_set *set, const char *text) {
    vr_dollar_street_predictions p;
    vr_dollar_street_predictions_parse(&perm, &p, bytes_of(text), "p.csv", VR_FATAL);
    vr_geo_score(&perm, hits, set, &p, VR_FATAL);
}

static void predictions_find_photographs_by_id_path_and_name(void **state) {
    (void)state;
    vr_geo_set s;
    vr_dollar_street_hits h;
    vr_geode_parse(&perm, &s, bytes_of(geode), "g.csv", VR_FATAL);
    score(&h, &s,
          "index,id,predictions,label\n0,urkrkxoqgy,\"[5, 414, 6, 7, 8]\",\"414,748\"\n"
          "0,aaaaaaaaaa,\"[827, 1, 2, 3, 4]\",544\n0,bbbbbbbbbb,\"[1, 2, 3, 4, 5]\",\n0,elsewhere,\"[1, 2, "
          "3, 4, 5]\",\n");
    assert_int_equal(h.rows, 2);
    assert_int_equal(h.k, 5);
    assert_int_equal(h.unpredicted, 1); /* Peru's stove */
    assert_int_equal(h.unmapped, 1);    /* the tree */
    assert_int_equal(h.unmatched, 1);   /* elsewhere */
    assert_int_equal(h.top1[0], 0);
    assert_int_equal(h.top5[0], 1);
    assert_int_equal(h.top1[1], 1);
    assert_int_equal(h.scored[2], 0);
    score(&h, &s, "file_name,predicted_class\nPeru_stove_1.jpg,1\nAfrica/Nigeria/Nigeria_bag_011.jpg,709\n");
    assert_int_equal(h.rows, 2);
    assert_int_equal(h.k, 1);
    assert_int_equal(h.top1[3], 1);
    assert_int_equal(h.top1[0], 1);

    vr_dollar_street_predictions p;
    vr_err err = {0};
    vr_dollar_street_predictions_parse(
        &perm, &p, bytes_of("id,predictions\nurkrkxoqgy,[1]\nNigeria_bag_011.jpg,[2]\n"), "p.csv", VR_FATAL);
    assert_false(vr_geo_score(&perm, &h, &s, &p, &err));
    assert_message(err, "two predictions for 'urkrkxoqgy'");
    assert_int_equal(h.rows, 0);
    err = (vr_err){0};
    vr_dollar_street_predictions_parse(&perm, &p, bytes_of("id,predictions\nzzz,[1]\n"), "p.csv", VR_FATAL);
    assert_false(vr_geo_score(&perm, &h, &s, &p, &err));
    assert_message(err, "p.csv");
    assert_message(err, "g.csv");
    err = (vr_err){0};
    assert_false(vr_dollar_street_predictions_parse(&perm, &p, bytes_of("id,predictions\nzzz,\"[1, -2]\"\n"),
                                                    "p.csv", &err));
    assert_message(err, "p.csv:2:5:");
    assert_message(err, "-2");
}

/* Hits of a model that says the same k classes of every photograph. */
static vr_dollar_street_hits constant(const vr_geo_set *set, const int64_t *classes, int64_t k) {
    int64_t *predicted = VR_NEW(&perm, int64_t, (set->count * k));
    for (int64_t i = 0; i < set->count * k; i++) predicted[i] = classes[i % k];
    const vr_dollar_street_predictions p = {
        .path = "constant", .count = set->count, .k = k, .id = set->id, .predicted = predicted};
    vr_dollar_street_hits hits;
    vr_geo_score(&perm, &hits, set, &p, VR_FATAL);
    return hits;
}

static const int64_t five[5] = {728, 463, 412, 427, 569};

/* correct, count: by region in the order Africa, Americas, EastAsia, Europe, SouthEastAsia, WestAsia. */
static void assert_regions(const vr_geo_measure *m, const int64_t *correct, const int64_t *count) {
    assert_int_equal(m->group_count, 6);
    for (int g = 0; g < 6; g++) {
        assert_int_equal(m->groups[g].correct, correct[g]);
        assert_int_equal(m->groups[g].count, count[g]);
        assert_close(m->groups[g].accuracy.value, (double)correct[g] / (double)count[g], 1e-12);
        assert_true(m->groups[g].accuracy.low <= m->groups[g].accuracy.value);
        assert_true(m->groups[g].accuracy.high >= m->groups[g].accuracy.value);
    }
}

static void every_third_row_of_geode_gives_the_sheets_counts(void **state) {
    (void)state;
    vr_geo_set s;
    vr_geo_measure m;
    vr_geode_load(&perm, &s, test_data("dollarstreet/geode/metadata_test_1k_final.every3rd.csv"), VR_FATAL);
    assert_int_equal(s.count, 3445);
    assert_int_equal(s.remapped, 0); /* the built-in table is the file's */
    assert_int_equal(s.unlabelled, 0);
    assert_int_equal(s.by[VR_GEO_OBJECT].count, 34);
    assert_int_equal(s.by[VR_GEO_COUNTRY].count, 32);
    const vr_dollar_street_hits h = constant(&s, five, 1);
    vr_geo_measure_run(&perm, &m, &s, &h, VR_GEO_REGION, &(vr_geo_opts){.resamples = 200});
    assert_regions(&m, (const int64_t[]){64, 48, 53, 70, 64, 52},
                   (const int64_t[]){672, 534, 523, 619, 581, 516});
    assert_int_equal(m.all.correct, 351);
    assert_string_equal(s.by[VR_GEO_REGION].names[m.disparity.best], "Europe");
    assert_close(m.spread.value, 70. / 619 - 48. / 534, 1e-12);
    assert_close(m.pair.value, 70. / 619 - 64. / 672, 1e-12);
}

/* The released file (CC BY-NC, 10,333 rows) is not in the shared data by default: put it there to check it whole. */
static void the_whole_of_geodes_test_set_gives_the_sheets_counts(void **state) {
    (void)state;
    vr_geo_set s;
    vr_geo_measure m;
    vr_geode_load(&perm, &s, test_data("dollarstreet/geode/metadata_test_1k_final.csv"), VR_FATAL);
    const int64_t count[] = {2049, 1611, 1586, 1885, 1743, 1459};
    assert_int_equal(s.count, 10333);
    assert_int_equal(s.remapped, 0);
    assert_int_equal(s.by[VR_GEO_COUNTRY].count, 37);
    vr_dollar_street_hits h = constant(&s, five, 1);
    vr_geo_measure_run(&perm, &m, &s, &h, VR_GEO_REGION, &(vr_geo_opts){.resamples = 100});
    assert_regions(&m, (const int64_t[]){200, 140, 174, 197, 201, 135}, count);
    assert_close(m.all.accuracy.value, .101326, 5e-7);
    assert_close(m.spread.value, .028416, 5e-7);
    assert_close(m.pair.value, .006901, 5e-7);
    assert_string_equal(s.by[VR_GEO_REGION].names[m.disparity.best], "SouthEastAsia");
    assert_string_equal(s.by[VR_GEO_REGION].names[m.disparity.worst], "Americas");
    h = constant(&s, five, 5);
    vr_geo_measure_run(&perm, &m, &s, &h, VR_GEO_REGION, &(vr_geo_opts){.top5 = true, .resamples = 100});
    assert_regions(&m, (const int64_t[]){358, 266, 334, 409, 346, 275}, count);
    assert_close(m.all.accuracy.value, .192393, 5e-7);
    assert_close(m.spread.value, .051861, 5e-7);
    assert_close(m.pair.value, .042257, 5e-7);
    assert_string_equal(s.by[VR_GEO_REGION].names[m.disparity.best], "Europe");
}

static void dollar_streets_metadata_gives_the_sheets_counts(void **state) {
    (void)state;
    vr_dollar_street data;
    vr_dollar_street_load(&perm, &data, test_data("dollarstreet/metadata.csv"), NULL, VR_FATAL);
    const vr_geo_set s = vr_geo_from_dollar_street(&perm, &data, &data.targets_22k);
    const vr_dollar_street_hits h = constant(&s, (const int64_t[]){4, 18, 34, 27, 73}, 5);
    vr_geo_measure m;
    vr_geo_measure_run(&perm, &m, &s, &h, VR_GEO_REGION, &(vr_geo_opts){.top5 = true, .resamples = 100});
    const int64_t region[] = {418, 1061, 258, 325}, income[] = {397, 1287, 378};
    for (int g = 0; g < 4; g++) assert_int_equal(m.groups[g].correct, region[g]);
    assert_close(m.pair.value, 258. / 1836 - 418. / 2492, 1e-12);
    vr_geo_measure_run(&perm, &m, &s, &h, VR_GEO_INCOME, &(vr_geo_opts){.top5 = true, .resamples = 100});
    for (int g = 0; g < 3; g++) assert_int_equal(m.groups[g].correct, income[g]);
    assert_close(m.pair.value, 378. / 2770 - 397. / 2391, 1e-12);
    assert_close(m.normalised, m.pair.value / (378. / 2770), 1e-12);
}

/* ---- disparity by hand ---- */

/* `rows` photographs: region and object by name, whether the model (which always says 827 or 1) is right. */
static const char world[] = "id,file_path,object,region,ip_country\n"
                            "a,a,stove,Africa,A\nb,b,stove,Africa,A\nc,c,bag,Africa,A\nd,d,bag,Africa,B\n"
                            "e,e,stove,Europe,C\nf,f,stove,Europe,C\ng,g,stove,Europe,C\nh,h,bag,Europe,D\n"
                            "i,i,stove,Americas,E\nj,j,hat,Americas,F\n";

static void disparities_are_the_ones_made_by_hand(void **state) {
    (void)state;
    vr_geo_set s;
    vr_dollar_street_hits h;
    vr_geo_measure m;
    vr_geode_parse(&perm, &s, bytes_of(world), "w.csv", VR_FATAL);
    /* right: b of Africa's stoves, none of its bags; all of Europe's stoves, its bag not; Americas' stove */
    score(&h, &s,
          "id,predictions\na,[1]\nb,[827]\nc,[1]\nd,[1]\ne,[827]\nf,[827]\ng,[544]\nh,[1]\ni,[827]\nj,[1]\n");
    vr_geo_measure_run(&perm, &m, &s, &h, VR_GEO_REGION, NULL);
    assert_close(m.groups[0].accuracy.value, 0.25, 1e-12);
    assert_close(m.groups[3].accuracy.value, 0.75, 1e-12);
    assert_int_equal(m.groups[2].count, 0);
    assert_true(isnan(m.groups[2].accuracy.value) && isnan(m.groups[2].balanced));
    assert_close(m.spread.value, 0.5, 1e-12);
    assert_close(m.pair.value, 0.5, 1e-12);
    assert_close(m.normalised, 0.5 / 0.75, 1e-12);
    assert_close(m.all.accuracy.value, 0.5, 1e-12);
    /* stove alone is in all three: Africa 1/2, Americas 1, Europe 1 */
    assert_int_equal(m.objects, 1);
    assert_close(m.groups[0].balanced, 0.5, 1e-12);
    assert_close(m.balanced_spread, 0.5, 1e-12);
    assert_close(m.balanced_pair, 0.5, 1e-12);
    assert_true(m.p > 0.3 && m.p <= 1); /* ten photographs prove nothing */
    /* countries: A 1/3, B 0, C 1, D 0, E 1, F 0; quantiles at 0.25: below none is strictly */
    assert_true(isnan(vr_geo_country_gap(&s, &h, false, 0.25)));
    score(
        &h, &s,
        "id,predictions\na,[827]\nb,[827]\nc,[709]\nd,[1]\ne,[827]\nf,[1]\ng,[1]\nh,[1]\ni,[827]\nj,[433]\n");
    /* A 1, B 0, C 1/3, D 0, E 1, F 1: sorted 0 0 1/3 1 1 1; 0.5-quantile 2/3; above 1, below 1/9 */
    assert_close(vr_geo_country_gap(&s, &h, false, 0.5), 1 - 1. / 9, 1e-12);
    vr_group cells[6 * 3];
    vr_geo_cross(cells, &s, &h, false, VR_GEO_REGION, VR_GEO_OBJECT);
    assert_int_equal(cells[0 * 3 + 0].count, 2); /* Africa's bags */
    assert_int_equal(cells[0 * 3 + 0].correct, 1);
    assert_int_equal(cells[3 * 3 + 2].correct, 1); /* Europe's stoves */
}

static void a_named_pair_is_used_and_an_unknown_one_gives_none(void **state) {
    (void)state;
    vr_geo_set s;
    vr_geo_measure m;
    vr_geode_parse(&perm, &s, bytes_of(world), "w.csv", VR_FATAL);
    const vr_dollar_street_hits h = constant(&s, (const int64_t[]){827}, 1);
    vr_geo_measure_run(&perm, &m, &s, &h, VR_GEO_REGION,
                       &(vr_geo_opts){.high = "Americas", .low = "Africa", .resamples = 50});
    assert_close(m.pair.value, 0.5 - 0.5, 1e-12);
    vr_geo_measure_run(&perm, &m, &s, &h, VR_GEO_REGION, &(vr_geo_opts){.high = "Mars", .resamples = 50});
    assert_int_equal(m.high, -1);
    assert_true(isnan(m.pair.value) && isnan(m.normalised));
    vr_table t = vr_geo_disparity_table(&perm, &s, &m);
    assert_int_equal(vr_table_rows(&t), 1);
}

/* 6 regions x 300, right with 0.9 in Africa and 0.6 elsewhere: the intervals hold the truth, chance does not explain it. */
static void intervals_hold_the_truth_and_threads_change_no_bit(void **state) {
    (void)state;
    static const char *const regions[] = {"Africa", "Americas",      "EastAsia",
                                          "Europe", "SouthEastAsia", "WestAsia"};
    vr_text text = {.arena = &perm}, said = {.arena = &perm};
    vr_text_add(&text, "file_path,object,region,ip_country\n");
    vr_text_add(&said, "file_path,predicted_class\n");
    const vr_rng rng = vr_rng_init(3);
    for (int i = 0; i < 1800; i++) {
        vr_text_printf(&text, "f%d,stove,%s,X\n", i, regions[i % 6]);
        vr_text_printf(&said, "f%d,%d\n", i,
                       vr_rng_uniform(rng, (uint64_t)i) < (i % 6 ? 0.6f : 0.9f) ? 827 : 3);
    }
    vr_geo_set s;
    vr_dollar_street_hits h;
    vr_geo_measure m[2];
    vr_geode_parse(&perm, &s, bytes_of(text.data), "w.csv", VR_FATAL);
    score(&h, &s, said.data);
    const int threads = vr_threads();
    for (int k = 0; k < 2; k++) {
        vr_threads_set(k ? 3 : 1);
        vr_geo_measure_run(&perm, &m[k], &s, &h, VR_GEO_REGION, NULL);
    }
    vr_threads_set(threads);
    assert_int_equal(m[0].disparity.best, 0);
    for (int g = 0; g < 6; g++) {
        const double truth = g ? 0.6 : 0.9, half = 1.96 * sqrt(truth * (1 - truth) / 300);
        const vr_interval a = m[0].groups[g].accuracy;
        assert_true(a.low - 0.01 < truth && truth < a.high + 0.01);
        assert_close(a.high - a.low, 2 * half, 0.4 * half); /* the width is the binomial one */
        assert_memory_equal(&a, &m[1].groups[g].accuracy, sizeof a);
    }
    assert_close(m[0].p, 1. / 1001, 1e-12);
    assert_memory_equal(&m[0].spread, &m[1].spread, sizeof m[0].spread);
    assert_true(m[0].p == m[1].p);
    assert_true(m[0].pair.low < -0.3 + 0.08 && m[0].pair.high > -0.3 - 0.08 && m[0].pair.high < 0);
}

/* Where all photographs of a home are right or wrong together, the interval is as wide as the homes are few. */
static void intervals_are_over_homes_where_these_are_known(void **state) {
    (void)state;
    vr_text text = {.arena = &perm}, said = {.arena = &perm};
    vr_text_add(&text, "id,country.name,imageRelPath,topics,Region,income\n");
    vr_text_add(&said, "id,predicted_class\n");
    for (int i = 0; i < 1000; i++) { /* 20 homes of 50 photographs */
        vr_text_printf(&text, "i%d,Nepal,i%d.jpg,sofa,Asia,%d\n", i, i, 100 + i / 50);
        vr_text_printf(&said, "i%d,%d\n", i, i / 50 % 2 ? 831 : 1);
    }
    vr_geo_set s;
    vr_dollar_street_hits h;
    vr_geo_measure m;
    vr_dollar_street_split_parse(&perm, &s, bytes_of(text.data), "w.csv", VR_FATAL);
    score(&h, &s, said.data);
    assert_int_equal(s.household_count, 20);
    vr_geo_measure_run(&perm, &m, &s, &h, VR_GEO_REGION, NULL);
    assert_close(m.groups[1].accuracy.value, 0.5, 1e-12);
    assert_close(m.groups[1].accuracy.high - m.groups[1].accuracy.low, 2 * 1.96 * 0.5 / sqrt(20), 0.08);
    s.household = NULL;
    vr_geo_measure_run(&perm, &m, &s, &h, VR_GEO_REGION, NULL);
    assert_close(m.groups[1].accuracy.high - m.groups[1].accuracy.low, 2 * 1.96 * 0.5 / sqrt(1000), 0.01);
}

static void the_map_table_shows_which_objects_share_classes(void **state) {
    (void)state;
    vr_geo_set s;
    vr_geode_parse(&perm, &s,
                   bytes_of("file_path,object,region,ip_country\na,dustbin,Africa,A\nb,waste_container,"
                            "Africa,A\nc,flag,Africa,A\n"
                            "d,tree,Africa,A\n"),
                   "w.csv", VR_FATAL);
    vr_table t = vr_geo_map_table(&perm, &s);
    assert_int_equal(vr_table_rows(&t), 4);
    assert_string_equal(t.cells[0].text, "dustbin");
    assert_string_equal(t.cells[3].text, "waste_container");
    assert_non_null(strstr(t.cells[2].text, "bucket"));
    assert_string_equal(t.cells[4 + 2].text, "flagpole");
    assert_string_equal(t.cells[4 + 3].text, "-");
    assert_string_equal(t.cells[8 + 2].text, "-"); /* the tree has no class */
}

static int end(void **state) {
    (void)state;
    vr_arena_free(&perm);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(geodes_objects_are_sorted_and_their_classes_are_imagenets),
        cmocka_unit_test(topics_are_sorted_and_found_whatever_their_case),
        cmocka_unit_test(geode_is_read_to_columns),
        cmocka_unit_test(a_split_of_dollar_street_is_read_to_columns),
        cmocka_unit_test(what_is_wrong_is_named_with_line_and_column),
        cmocka_unit_test(marks_carriage_returns_and_long_fields_are_read),
        cmocka_unit_test(every_prefix_is_an_error_or_fewer_rows),
        cmocka_unit_test(predictions_find_photographs_by_id_path_and_name),
        cmocka_unit_test(every_third_row_of_geode_gives_the_sheets_counts),
        cmocka_unit_test(the_whole_of_geodes_test_set_gives_the_sheets_counts),
        cmocka_unit_test(dollar_streets_metadata_gives_the_sheets_counts),
        cmocka_unit_test(disparities_are_the_ones_made_by_hand),
        cmocka_unit_test(a_named_pair_is_used_and_an_unknown_one_gives_none),
        cmocka_unit_test(intervals_hold_the_truth_and_threads_change_no_bit),
        cmocka_unit_test(intervals_are_over_homes_where_these_are_known),
        cmocka_unit_test(the_map_table_shows_which_objects_share_classes),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
