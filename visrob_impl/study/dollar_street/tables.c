/* study/dollar_street/tables.c: what is measured, as tables, and the tables in order. */
#include "../../base/log.h"
#include "dollar_street_impl.h"
#include <math.h>

/* What the first column of a table by these groups is called. */
static const char *const vrp_dollar_street_by_names[] = {"images",  "income", "region", "region, income",
                                                         "country", "class",  "factor", "income a month"};

const char *vrp_dollar_street_unit(const vr_dollar_street *data) {
    return data->image_count < data->count ? "rows" : "images";
}

const char *vrp_dollar_street_left_out(vr_arena *arena, const vr_dollar_street *data) {
    if (data->unrated + data->unmatched == 0) return NULL;
    return vr_arena_printf(
        arena,
        "%lld rows that the annotator could not rate and %lld that are not in the metadata are "
        "left out.",
        (long long)data->unrated, (long long)data->unmatched);
}

const char *vrp_dollar_street_scored(vr_arena *arena, const vr_dollar_street *data, const vr_scores *scores) {
    bool *seen = VR_NEW(arena, bool, data->household_count);
    int64_t households = 0;
    for (int64_t i = 0; i < data->count; i++) {
        if (!scores->scored[i] || seen[data->household[i]]) continue;
        seen[data->household[i]] = true;
        households++;
    }
    return vr_arena_printf(arena, "%lld of %lld rows scored, of %lld of %lld households",
                           (long long)scores->join.scored, (long long)data->count, (long long)households,
                           (long long)data->household_count);
}

static vr_group_opts vrp_dollar_street_bootstrap(const vr_dollar_street *data, const vr_bootstrap *opts) {
    return (vr_group_opts){.bootstrap = opts ? *opts : (vr_bootstrap){0}, .cluster = data->household};
}

vr_table vrp_dollar_street_accuracy_table(vr_arena *arena, const vr_dollar_street *data,
                                          const vr_scores *scores, vrp_dollar_street_by by,
                                          const vr_bootstrap *opts) {
    const bool both = scores->k > 1; /* with one prediction an image, top-1 is all there is */
    const char *names[] = {vrp_dollar_street_by_names[by], "images", "top-1",
                           vr_arena_printf(arena, "top-%lld", (long long)scores->k)};
    vr_table t = vr_table_new(arena, names, both ? 4 : 3);
    const vr_groups groups = vrp_dollar_street_groups(arena, data, by);
    const vr_group_opts o = vrp_dollar_street_bootstrap(data, opts);
    vr_group *count = VR_NEW(arena, vr_group, groups.count);
    vr_group_summary one, five;
    vr_group_accuracy(count, &groups, scores->correct, scores->scored, data->count);
    vr_group_bootstrap(arena, &one, &groups, scores->correct, scores->scored, data->count, &o);
    if (both)
        vr_group_bootstrap(arena, &five, &groups, scores->correct_top5, scores->scored, data->count, &o);
    for (int64_t g = 0; g < groups.count; g++) {
        vr_table_text(&t, groups.names[g]);
        vr_table_number(&t, (double)count[g].count, 0);
        vr_table_interval(&t, one.accuracy[g], 3);
        if (both) vr_table_interval(&t, five.accuracy[g], 3);
    }
    return t;
}

vr_table vr_dollar_street_table(vr_arena *arena, const vr_dollar_street *data,
                                const vr_dollar_street_model *model, const vr_bootstrap *opts) {
    const vr_scores once = vrp_dollar_street_per_image(arena, data, &model->scores);
    return vrp_dollar_street_accuracy_table(arena, data, &once, VRP_DOLLAR_STREET_BY_REGION_INCOME, opts);
}

vr_table vrp_dollar_street_association_table(vr_arena *arena, const vr_dollar_street *data,
                                             const vr_scores *scores, vrp_dollar_street_by by, int64_t most) {
    static const char *const names[] = {"group", "factor",     "wrong",  "among errors", "baseline",
                                        "shift", "odds ratio", "p Holm", "p BH"};
    enum { F = VR_DOLLAR_STREET_FACTOR_COUNT };
    const vr_groups groups = vrp_dollar_street_groups(arena, data, by);
    vrp_dollar_street_odds *odds = VR_NEW(arena, vrp_dollar_street_odds, (groups.count * F));
    vrp_dollar_street_odds_ratios(odds, data, scores, &groups);
    vr_table t = vr_table_new(arena, names, (int64_t)(sizeof names / sizeof *names));
    for (int64_t g = 0; g < groups.count; g++) {
        vrp_dollar_street_association a[F];
        vrp_dollar_street_associate(a, data, scores, &groups, g);
        for (int64_t k = 0; k < vr_min(most, F) && a[k].shift > 0; k++) {
            const vrp_dollar_street_odds *o = &odds[g * F + (int64_t)a[k].factor];
            vr_table_text(&t, groups.names[g]);
            vr_table_text(&t, vrp_dollar_street_factor_name(a[k].factor));
            vr_table_number(&t, (double)a[k].wrong, 0);
            vr_table_number(&t, a[k].share_wrong, 3);
            vr_table_number(&t, a[k].share, 3);
            vr_table_number(&t, a[k].shift, 2);
            vr_table_interval(&t, (vr_interval){o->odds.value, o->odds.low, o->odds.high}, 2);
            vr_table_p(&t, o->holm);
            vr_table_p(&t, o->bh);
        }
    }
    return t;
}

vr_table vrp_dollar_street_gap_table(vr_arena *arena, const vr_dollar_street *data, const vr_scores *scores,
                                     vrp_dollar_street_by by, int64_t most) {
    const char *const names[] = {"class", vrp_dollar_street_by_names[by], "images", "accuracy", "behind"};
    const vr_groups groups = vrp_dollar_street_groups(arena, data, by);
    vrp_dollar_street_gap *gaps;
    const int64_t n = vrp_dollar_street_gaps(arena, &gaps, data, scores, &groups, 5, true);
    vr_table t = vr_table_new(arena, names, 5);
    for (int64_t k = 0; k < vr_min(n, most); k++) {
        vr_table_text(&t, data->classes[gaps[k].class_number]);
        vr_table_text(&t, groups.names[gaps[k].group]);
        vr_table_number(&t, (double)gaps[k].count, 0);
        vr_table_number(&t, gaps[k].accuracy, 3);
        vr_table_number(&t, gaps[k].gap, 3);
    }
    return t;
}

vr_table vrp_dollar_street_quartile_table(vr_arena *arena, const vr_dollar_street *data,
                                          const vr_scores *scores, vrp_dollar_street_by by) {
    static const char *const names[] = {"quarter", "distance from", "to", "pairs", "gap in accuracy"};
    const vr_groups groups = vrp_dollar_street_groups(arena, data, by);
    vrp_dollar_street_divergence *d;
    vrp_dollar_street_quartile q[4];
    const int64_t n = vrp_dollar_street_divergences(arena, &d, data, scores, &groups);
    vrp_dollar_street_quartiles(q, d, n);
    vr_table t = vr_table_new(arena, names, 5);
    for (int k = 0; k < 4 && n >= 4; k++) {
        vr_table_number(&t, k + 1, 0);
        vr_table_number(&t, q[k].low, 3);
        vr_table_number(&t, q[k].high, 3);
        vr_table_number(&t, (double)q[k].pairs, 0);
        vr_table_number(&t, q[k].gap, 3);
    }
    return t;
}

vr_table vrp_dollar_street_compare_table(vr_arena *arena, const vr_dollar_street *data,
                                         const vr_scores *before, const vr_scores *after,
                                         vr_dollar_street_factor factor, vrp_dollar_street_by by,
                                         const vr_bootstrap *opts) {
    const char *const names[] = {"group", vrp_dollar_street_unit(data), "before", "after", "difference"};
    const bool any = factor == VR_DOLLAR_STREET_FACTOR_COUNT;
    VR_CHECK(any || data->factors, "%s has no factors", data->path);
    vr_table t = vr_table_new(arena, names, 5);
    const vr_groups groups = vrp_dollar_street_groups(arena, data, by);
    const int64_t n = data->count;
    uint8_t *both = VR_NEW(arena, uint8_t, n);
    for (int64_t i = 0; i < n; i++)
        both[i] = before->scored[i] && after->scored[i] && (any || data->factors[i] >> factor & 1);
    vr_group *first = VR_NEW(arena, vr_group, groups.count), *second = VR_NEW(arena, vr_group, groups.count);
    vr_group_summary difference;
    vr_group_opts o = vrp_dollar_street_bootstrap(data, opts);
    o.before = before->correct_top5;
    vr_group_accuracy(first, &groups, before->correct_top5, both, n);
    vr_group_accuracy(second, &groups, after->correct_top5, both, n);
    vr_group_bootstrap(arena, &difference, &groups, after->correct_top5, both, n, &o);
    for (int64_t g = 0; g < groups.count; g++) {
        vr_table_text(&t, groups.names[g]);
        vr_table_number(&t, (double)first[g].count, 0);
        vr_table_number(&t, first[g].accuracy, 3);
        vr_table_number(&t, second[g].accuracy, 3);
        vr_table_interval(&t, difference.accuracy[g], 3);
    }
    return t;
}

/* ---- the tables in order ---- */

static void vrp_dollar_street_section(FILE *file, const char *title, vr_table table) {
    if (vr_table_rows(&table) == 0) return;
    vr_print(file, "\n%s\n\n", title);
    vr_table_print(file, &table);
}

/* The factors among errors by income, and whether the first five of each income could be there by chance. */
static void vrp_dollar_street_print_factors(FILE *file, vr_arena *arena, const vr_dollar_street *data,
                                            const vr_scores *scores) {
    enum { FIRST = 5 };
    const vr_groups groups = vrp_dollar_street_groups(arena, data, VRP_DOLLAR_STREET_BY_INCOME);
    vrp_dollar_street_section(
        file,
        vr_arena_printf(
            arena,
            "Factors among errors more often than among all %s (shift), and their odds within the income",
            vrp_dollar_street_unit(data)),
        vrp_dollar_street_association_table(arena, data, scores, VRP_DOLLAR_STREET_BY_INCOME, FIRST));
    vr_print(file, "\nThe first %d factors of an income, among errors as among all %s (chi-square):", FIRST,
             vrp_dollar_street_unit(data));
    for (int64_t g = 0; g < groups.count; g++) {
        vrp_dollar_street_association a[VR_DOLLAR_STREET_FACTOR_COUNT];
        vrp_dollar_street_associate(a, data, scores, &groups, g);
        const double p = vrp_dollar_street_chi_square(a, FIRST).p;
        vr_print(file, "%s %s p = %s", g ? "," : "", groups.names[g],
                 isnan(p) ? "-" : vr_arena_printf(arena, "%.2g", p));
    }
    vr_print(file, "\n");
}

/* What the second model changes: on all images, and on those with the factor. */
static void vrp_dollar_street_print_changes(FILE *file, vr_arena *arena, const vr_dollar_street *data,
                                            const vr_dollar_street_model *models,
                                            vr_dollar_street_factor factor, const vr_bootstrap *opts) {
    static const vrp_dollar_street_by by[] = {VRP_DOLLAR_STREET_BY_INCOME, VRP_DOLLAR_STREET_BY_INCOME,
                                              VRP_DOLLAR_STREET_BY_REGION};
    for (int k = 0; k < (data->factors ? 3 : 1); k++)
        vrp_dollar_street_section(
            file,
            vr_arena_printf(arena, k ? "%s, %s with '%s' ticked" : "%s, all %s", models[1].name,
                            vrp_dollar_street_unit(data), vrp_dollar_street_factor_name(factor)),
            vrp_dollar_street_compare_table(arena, data, &models[0].scores, &models[1].scores,
                                            k ? factor : VR_DOLLAR_STREET_FACTOR_COUNT, by[k], opts));
}

void vr_dollar_street_print(FILE *file, const vr_dollar_street *data, const vr_dollar_street_model *models,
                            int64_t model_count, vr_dollar_street_factor factor, const vr_bootstrap *opts) {
    static const struct {
        vrp_dollar_street_by by;
        const char *title;
    } groups[] = {
        {VRP_DOLLAR_STREET_BY_INCOME, "Accuracy by income, with 95 % intervals over households"},
        {VRP_DOLLAR_STREET_BY_REGION, "By region"},
        {VRP_DOLLAR_STREET_BY_QUARTER, "By quarter of the households"},
    };
    vr_arena arena = {0};
    const vr_scores *scores = &models[0].scores;
    const vr_scores once = vrp_dollar_street_per_image(&arena, data, scores);
    const char *left_out = vrp_dollar_street_left_out(&arena, data);
    vr_print(file, "%s on %s: %s\n", models[0].name, data->path,
             vrp_dollar_street_scored(&arena, data, scores));
    if (left_out) vr_print(file, "%s\n", left_out);
    for (int k = 0; k < 3; k++)
        vrp_dollar_street_section(file, groups[k].title,
                                  vrp_dollar_street_accuracy_table(&arena, data, &once, groups[k].by, opts));
    if (data->factors) vrp_dollar_street_print_factors(file, &arena, data, scores);
    vrp_dollar_street_section(
        file, "Classes furthest behind their best income",
        vrp_dollar_street_gap_table(&arena, data, scores, VRP_DOLLAR_STREET_BY_INCOME, 10));
    if (data->factors)
        vrp_dollar_street_section(
            file, "Classes by how far their factors differ between two incomes",
            vrp_dollar_street_quartile_table(&arena, data, scores, VRP_DOLLAR_STREET_BY_INCOME));
    if (model_count > 1) vrp_dollar_street_print_changes(file, &arena, data, models, factor, opts);
    vr_arena_free(&arena);
}
