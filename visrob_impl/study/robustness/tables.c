/* study/robustness/tables.c: a row a factor for the screen, a row a factor and severity for other programs. */
#include "../../metric/accuracy.h"
#include "robustness_impl.h"
#include "../corruption_impl.h"
#include <math.h>

static void vrp_robustness_percent(vr_table *t, vr_interval x) {
    vr_table_interval(t, (vr_interval){100 * x.value, 100 * x.low, 100 * x.high}, 2);
}

/* Of one model. */
static vr_table vrp_robustness_alone(vr_arena *arena, const vr_robustness *r) {
    const char *names[12] = {"factor", "accuracy %", "drop", "error ratio"};
    int64_t columns = 4;
    for (int64_t s = 0; s < r->severity_count; s++)
        names[columns++] = vr_arena_printf(arena, "%s%d", s ? "" : "sev. ", r->severity[s]);
    names[columns++] = "ECE %", names[columns++] = "consistency %";
    if (r->baseline) names[columns++] = "CE %";
    vr_table t = vr_table_new(arena, names, columns);
    vr_table_text(&t, "(clean)");
    vrp_robustness_percent(&t, r->clean);
    vr_table_number(&t, 0, 2);
    vr_table_interval(&t, (vr_interval){1, NAN, NAN}, 2);
    for (int64_t s = 0; s < r->severity_count; s++) vr_table_number(&t, NAN, 1);
    vr_table_number(&t, 100 * r->clean_ece, 1);
    vr_table_number(&t, 100, 1);
    if (r->baseline) vr_table_number(&t, NAN, 1);
    for (int64_t f = 0; f < r->factor_count; f++) {
        const vr_robustness_factor *x = &r->factors[f];
        vr_table_text(&t, vr_factor_name(x->factor));
        vrp_robustness_percent(&t, x->accuracy);
        vr_table_number(&t, 100 * (r->clean.value - x->accuracy.value), 2);
        vr_table_interval(&t, x->error_ratio, 2);
        for (int64_t s = 0; s < r->severity_count; s++) vr_table_number(&t, 100 * x->at[s].value, 1);
        vr_table_number(&t, 100 * x->ece, 1);
        vr_table_number(&t, 100 * x->consistency, 1);
        if (r->baseline) vr_table_number(&t, 100 * (1 - x->accuracy.value) / r->baseline[x->factor], 1);
    }
    return t;
}

vr_table vr_robustness_table(vr_arena *arena, const vr_robustness *r, int64_t count) {
    if (count == 1) return vrp_robustness_alone(arena, r);
    const char **names = VR_NEW(arena, const char *, 3 * count);
    int64_t columns = 0;
    names[columns++] = "factor";
    for (int64_t m = 0; m < count; m++)
        names[columns++] = vr_arena_printf(arena, "%s accuracy %%", vrp_model_letter(arena, m));
    for (int64_t m = 1; m < count; m++)
        names[columns++] = vr_arena_printf(arena, "%s - A", vrp_model_letter(arena, m));
    for (int64_t m = 0; m < count; m++)
        names[columns++] = vr_arena_printf(arena, "%s error ratio", vrp_model_letter(arena, m));
    vr_table t = vr_table_new(arena, names, columns);
    for (int64_t f = -1; f < r->factor_count; f++) { /* -1: clean */
        vr_table_text(&t, f < 0 ? "(clean)" : vr_factor_name(r->factors[f].factor));
        for (int64_t m = 0; m < count; m++)
            vrp_robustness_percent(&t, f < 0 ? r[m].clean : r[m].factors[f].accuracy);
        for (int64_t m = 1; m < count; m++)
            vrp_robustness_percent(&t, f < 0 ? r[m].clean_difference : r[m].factors[f].difference);
        for (int64_t m = 0; m < count; m++)
            vr_table_interval(&t, f < 0 ? (vr_interval){1, NAN, NAN} : r[m].factors[f].error_ratio, 2);
    }
    return t;
}

vr_table vr_robustness_cells(vr_arena *arena, const vr_robustness *r, int64_t count) {
    static const char *const names[] = {"model", "factor",   "category", "severity",   "amount",
                                        "n",     "accuracy", "drop",     "error_ratio"};
    const int64_t alone = count == 1;
    vr_table t = vr_table_new(arena, names + alone, (int64_t)(sizeof names / sizeof *names) - alone);
    for (int64_t m = 0; m < count; m++) {
        if (!alone) vr_table_text(&t, r[m].name);
        vr_table_text(&t, "clean");
        vr_table_text(&t, "clean");
        vr_table_number(&t, 0, 0);
        vr_table_number(&t, NAN, 3);
        vr_table_number(&t, (double)r[m].count, 0);
        vr_table_interval(&t, r[m].clean, 6);
        vr_table_number(&t, 0, 6);
        vr_table_number(&t, 1, 6);
        for (int64_t f = 0; f < r[m].factor_count; f++)
            for (int64_t s = 0; s < r[m].severity_count; s++) {
                const vr_robustness_factor *x = &r[m].factors[f];
                const bool continuous = vr_factor_is_continuous(x->factor);
                if (!alone) vr_table_text(&t, r[m].name);
                vr_table_text(&t, vr_factor_name(x->factor));
                vr_table_text(&t, vr_factor_category(x->factor));
                vr_table_number(&t, r[m].severity[s], 0);
                vr_table_number(&t, continuous ? vr_factor_amount(x->factor, r[m].severity[s]) : NAN, 3);
                vr_table_number(&t, (double)r[m].count, 0);
                vr_table_interval(&t, x->at[s], 6);
                vr_table_number(&t, r[m].clean.value - x->at[s].value, 6);
                vr_table_number(&t, vr_error_ratio(x->at[s].value, r[m].clean.value), 6);
            }
    }
    return t;
}
