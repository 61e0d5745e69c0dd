/* tests/test_group.c: metric/group by hand, and its bootstrap against the sums it stands for. */
#include "test.h"
#include "golden/metrics.h"

TEST_ARENA(arena);

static void groups_count_their_rows_and_leave_out_the_rest(void **state) {
    (void)state;
    static const char *const names[] = {"a", "b", "c", "d"};
    const uint8_t correct[7] = {1, 0, 1, 1, 0, 0, 1}, scored[7] = {1, 0, 1, 1, 1, 1, 1};
    const int64_t of[7] = {0, 0, 2, 2, 2, -1, 0}, none[7] = {-1, -1, -1, -1, -1, -1, -1};
    const vr_groups groups = {.count = 4, .names = names, .of = of};
    vr_group g[4];
    vr_group_accuracy(g, &groups, correct, NULL, 7);
    assert_int_equal(g[0].count, 3);
    assert_int_equal(g[0].correct, 2);
    assert_close(g[2].accuracy, 2 / 3.0, 1e-15);
    assert_true(isnan(g[1].accuracy) && isnan(g[3].accuracy));
    assert_int_equal(vr_group_best(g, 4), 0); /* the first of equals */
    vr_group_accuracy(g, &groups, correct, scored, 7);
    assert_close(g[0].accuracy, 1, 0);
    assert_int_equal(vr_group_best(g, 4), 0);
    vr_group_accuracy(g, &(vr_groups){.count = 4, .of = none}, correct, NULL, 7);
    assert_int_equal(vr_group_best(g, 4), -1);
    assert_int_equal(vr_groups_find(&groups, "c"), 2);
    assert_int_equal(vr_groups_find(&groups, "e"), -1);
    assert_true(vr_groups_has(&groups, 2, 2) && !vr_groups_has(&groups, 5, 2));
}

static void a_row_may_be_in_several_groups(void **state) {
    (void)state;
    const uint8_t correct[3] = {1, 0, 1};
    vr_label_builder b = {.arena = &arena}; /* {0,1}, {}, {1} */
    vr_label_builder_next(&b), vr_label_builder_add(&b, 0), vr_label_builder_add(&b, 1);
    vr_label_builder_next(&b);
    vr_label_builder_next(&b), vr_label_builder_add(&b, 1);
    const vr_groups groups = {.count = 2, .sets = vr_label_builder_sets(&b)};
    vr_group g[2];
    vr_group_accuracy(g, &groups, correct, NULL, 3);
    assert_int_equal(g[0].count, 1);
    assert_int_equal(g[1].count, 2);
    assert_int_equal(g[1].correct, 2);
    vr_group_summary s;
    vr_group_bootstrap(&arena, &s, &groups, correct, NULL, 3, &(vr_group_opts){.permutations = 10});
    assert_close(s.all.value, 1, 0); /* row 1 is in no group */
    assert_true(isnan(s.p));
}

static void groups_of_names_are_sorted(void **state) {
    (void)state;
    static const char *const name[] = {"Mali", "Chad", NULL, "Mali", "Peru", "Chad"};
    const vr_groups g = vr_groups_of_names(&arena, name, 6);
    assert_int_equal(g.count, 3);
    assert_string_equal(g.names[0], "Chad");
    assert_string_equal(g.names[2], "Peru");
    const int64_t want[6] = {1, 0, -1, 1, 2, 0};
    assert_memory_equal(g.of, want, sizeof want);
}

static void with_classes_as_strata_it_is_sklearns_balanced_accuracy(void **state) {
    (void)state;
    static const int64_t zero[GOLDEN_N];
    uint8_t correct[GOLDEN_N];
    double balanced;
    const vr_groups all = {.count = 1, .of = zero}, classes = {.count = GOLDEN_C, .of = golden_labels};
    vr_correct(correct, golden_predicted, golden_labels, GOLDEN_N);
    assert_int_equal(vr_group_balanced(&balanced, &all, &classes, correct, NULL, GOLDEN_N), GOLDEN_C);
    assert_close(balanced, golden_balanced, 1e-15);
}

static void only_strata_that_every_group_has_are_balanced(void **state) {
    (void)state;
    /* group 0: stratum 0 correct, stratum 1 wrong; group 1: stratum 0 half correct; group 2: empty */
    const int64_t group[4] = {0, 0, 1, 1}, stratum[4] = {0, 1, 0, 0};
    const uint8_t correct[4] = {1, 0, 1, 0};
    double balanced[3];
    const vr_groups groups = {.count = 3, .of = group}, strata = {.count = 2, .of = stratum};
    assert_int_equal(vr_group_balanced(balanced, &groups, &strata, correct, NULL, 4), 1);
    assert_true(balanced[0] == 1 && balanced[1] == 0.5 && isnan(balanced[2]));
}

enum { N = 300, H = 40 };

/* Rows in three groups, of households that are either good or bad as a whole. */
static void make(int64_t *group, int64_t *household, uint8_t *correct, uint8_t *scored) {
    const vr_rng rng = vr_rng_init(3);
    for (int64_t i = 0; i < N; i++) {
        household[i] = vr_rng_below(rng, (uint64_t)(4 * i), H);
        group[i] = household[i] % 3;
        correct[i] =
            vr_rng_uniform(vr_rng_at(rng, (uint64_t)household[i]), 7) < 0.5f + 0.15f * (float)group[i];
        scored[i] = household[i] != 11 && vr_rng_uniform(rng, (uint64_t)(4 * i + 1)) < 0.9f;
    }
}

/* Correct scored rows over scored rows, of the households that are drawn. */
typedef struct sums {
    double above[H], below[H];
} sums;

static double ratio(const void *context, const int64_t *index, int64_t m) {
    const sums *s = (const sums *)context;
    double above = 0, below = 0;
    for (int64_t i = 0; i < m; i++) above += s->above[index[i]], below += s->below[index[i]];
    return above / below;
}

/* The interval of a group's accuracy is that of a ratio of the households' sums. */
static void intervals_are_those_of_sums_over_clusters(void **state) {
    (void)state;
    int64_t group[N], household[N], rank[H];
    uint8_t correct[N], scored[N];
    make(group, household, correct, scored);
    const vr_groups groups = {.count = 3, .of = group};
    vr_group_summary s;
    const vr_group_opts opts = {
        .cluster = household, .bootstrap = {.seed = 5, .resamples = 400}, .high = 2, .low = 0};
    vr_group_bootstrap(&arena, &s, &groups, correct, scored, N, &opts);
    int64_t drawn = 0;
    for (int h = 0; h < H; h++) { /* households without a scored row are not drawn */
        bool any = false;
        for (int i = 0; i < N; i++) any = any || (scored[i] && household[i] == h);
        rank[h] = any ? drawn++ : -1;
    }
    assert_true(drawn < H);
    for (int g = 0; g < 3; g++) {
        sums of = {{0}, {0}};
        for (int i = 0; i < N; i++)
            if (scored[i] && group[i] == g)
                of.above[rank[household[i]]] += correct[i], of.below[rank[household[i]]]++;
        const vr_interval want = vr_bootstrap_statistic(&arena, ratio, &of, drawn, &opts.bootstrap);
        assert_close(s.accuracy[g].value, want.value, 1e-15);
        assert_close(s.accuracy[g].low, want.low, 1e-15);
        assert_close(s.accuracy[g].high, want.high, 1e-15);
        assert_true(want.high - want.low > 0.1); /* wider than over rows: see below */
    }
    vr_group by[3];
    vr_group_accuracy(by, &groups, correct, scored, N);
    assert_close(s.gap.value,
                 by[vr_group_best(by, 3)].accuracy -
                     fmin(by[0].accuracy, fmin(by[1].accuracy, by[2].accuracy)),
                 1e-15);
    assert_close(s.pair.value, by[2].accuracy - by[0].accuracy, 1e-15);
    vr_group_summary rows;
    vr_group_bootstrap(&arena, &rows, &groups, correct, scored, N,
                       &(vr_group_opts){.bootstrap = opts.bootstrap});
    assert_true(rows.accuracy[0].high - rows.accuracy[0].low < s.accuracy[0].high - s.accuracy[0].low);
    assert_true(isnan(rows.pair.value) && isnan(rows.p));
}

static void paired_differences_are_of_the_same_rows(void **state) {
    (void)state;
    const int64_t group[4] = {0, 0, 1, 1};
    const uint8_t before[4] = {0, 1, 0, 0}, after[4] = {1, 1, 0, 1};
    vr_group_summary s;
    vr_group_bootstrap(&arena, &s, &(vr_groups){.count = 2, .of = group}, after, NULL, 4,
                       &(vr_group_opts){.before = before});
    assert_close(s.accuracy[0].value, 0.5, 0);
    assert_close(s.accuracy[1].value, 0.5, 0);
    assert_close(s.all.value, 0.5, 0);
    vr_group_bootstrap(&arena, &s, &(vr_groups){.count = 2, .of = group}, before, NULL, 4,
                       &(vr_group_opts){.before = after});
    assert_close(s.accuracy[0].value, -0.5, 0);
    assert_true(s.accuracy[0].low >= -1 && s.accuracy[0].high <= 0);
}

static void a_gap_by_chance_has_a_large_p_and_a_real_one_a_small(void **state) {
    (void)state;
    int64_t group[N];
    uint8_t even[N], apart[N];
    for (int i = 0; i < N; i++) {
        group[i] = i % 3;
        even[i] = i / 3 % 2 == 0;
        apart[i] = i % 3 == 0 ? i / 3 % 4 != 0 : i / 3 % 4 == 0;
    }
    const vr_groups groups = {.count = 3, .of = group};
    const vr_group_opts opts = {.permutations = 199};
    vr_group_summary s;
    vr_group_bootstrap(&arena, &s, &groups, even, NULL, N, &opts);
    assert_close(s.p, 1, 0); /* no gap is as small as 0 */
    vr_group_bootstrap(&arena, &s, &groups, apart, NULL, N, &opts);
    assert_close(s.p, 1 / 200.0, 1e-15);
}

static void an_error_ratio_compares_a_group_with_the_whole(void **state) {
    (void)state;
    enum { ROWS = 400 };
    static int64_t group[ROWS];
    static uint8_t correct[ROWS], scored[ROWS];
    for (int i = 0; i < ROWS; i++) {
        group[i] = i % 4 == 3 ? -1 : i % 4; /* 0, 1, 2, none */
        correct[i] = i % 4 == 0 ? i % 8 != 0 : i % 4 == 1 ? i % 16 != 1 : 1;
        scored[i] = i % 4 != 2;
    }
    static const char *const names[] = {"a", "b", "c"};
    const vr_groups groups = {.count = 3, .names = names, .of = group};
    vr_interval ratio[3];
    vr_group_error_ratios(&arena, ratio, &groups, correct, scored, ROWS, NULL);
    /* of 100 in a 50 are wrong, of b 25, of those in no group none: 75 of 300 */
    assert_close(ratio[0].value, 0.5 / 0.25, 1e-12);
    assert_close(ratio[1].value, 0.25 / 0.25, 1e-12);
    assert_true(isnan(ratio[2].value)); /* none of c is scored */
    /* The logarithm's deviation is some 0.08: e^(log 2 -+ 2 x 0.08). */
    assert_close(ratio[0].low, 1.70, 0.08);
    assert_close(ratio[0].high, 2.35, 0.08);
    memset(correct, 1, ROWS);
    vr_group_error_ratios(&arena, ratio, &groups, correct, NULL, ROWS, NULL);
    for (int g = 0; g < 3; g++) assert_true(isnan(ratio[g].value)); /* no error at all */
}

static void a_summary_has_the_same_bits_on_any_number_of_threads(void **state) {
    (void)state;
    int64_t group[N], household[N];
    uint8_t correct[N], scored[N];
    make(group, household, correct, scored);
    const vr_groups groups = {.count = 3, .of = group};
    const vr_group_opts opts = {.cluster = household, .permutations = 50, .high = 1};
    vr_group_summary first, s;
    for_threads (threads) {
        vr_group_bootstrap(&arena, threads == 1 ? &first : &s, &groups, correct, scored, N, &opts);
        if (threads == 1) continue;
        assert_memory_equal(s.accuracy, first.accuracy, 3 * sizeof *s.accuracy);
        assert_memory_equal(&s.all, &first.all, 3 * sizeof s.all + sizeof s.p);
    }
}

static void a_group_outside_of_the_groups_is_a_bug(void **state) {
    (void)state;
    vr_group g[1];
    const uint8_t correct = 1;
    const int64_t one = 1;
    const vr_groups groups = {.count = 1, .of = &one};
    assert_panics(vr_group_accuracy(g, &groups, &correct, NULL, 1), "row 0 is in group 1 of 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_count_their_rows_and_leave_out_the_rest),
        cmocka_unit_test(a_row_may_be_in_several_groups),
        cmocka_unit_test(groups_of_names_are_sorted),
        cmocka_unit_test(with_classes_as_strata_it_is_sklearns_balanced_accuracy),
        cmocka_unit_test(only_strata_that_every_group_has_are_balanced),
        cmocka_unit_test(intervals_are_those_of_sums_over_clusters),
        cmocka_unit_test(paired_differences_are_of_the_same_rows),
        cmocka_unit_test(a_gap_by_chance_has_a_large_p_and_a_real_one_a_small),
        cmocka_unit_test(a_summary_has_the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(an_error_ratio_compares_a_group_with_the_whole),
        cmocka_unit_test(a_group_outside_of_the_groups_is_a_bug),
    };
    return cmocka_run_group_tests(tests, NULL, arena_free);
}
