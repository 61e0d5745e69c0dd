/* study/robustness/tables.c: a row a factor for the screen, a row a factor and severity for other programs. */
#include "../../metric/accuracy.h"
#include "../robustness.h"
#include <math.h>

vr_table vr_robustness_table(vr_arena *arena, const vr_robustness *r) {
    static const char *const names[] = {"factor", "accuracy %", "drop", "error ratio", "sev. 1",       "2",
                                        "3",      "4",          "5",    "ECE %",       "consistency %"};
    vr_table t = vr_table_new(arena, names, (int64_t)(sizeof names / sizeof *names));
    vr_table_text(&t, "(clean)");
    vr_table_interval(&t, (vr_interval){100 * r->clean.value, 100 * r->clean.low, 100 * r->clean.high}, 2);
    vr_table_number(&t, 0, 2);
    vr_table_interval(&t, (vr_interval){1, NAN, NAN}, 2);
    for (int s = 0; s < VR_SEVERITIES; s++) vr_table_number(&t, NAN, 1);
    vr_table_number(&t, 100 * r->clean_ece, 1);
    vr_table_number(&t, 100, 1);
    for (int64_t f = 0; f < r->factor_count; f++) {
        const vr_robustness_factor *x = &r->factors[f];
        vr_table_text(&t, vr_factor_name(x->factor));
        vr_table_interval(
            &t, (vr_interval){100 * x->accuracy.value, 100 * x->accuracy.low, 100 * x->accuracy.high}, 2);
        vr_table_number(&t, 100 * (r->clean.value - x->accuracy.value), 2);
        vr_table_interval(&t, x->error_ratio, 2);
        for (int s = 0; s < VR_SEVERITIES; s++) vr_table_number(&t, 100 * x->at[s].value, 1);
        vr_table_number(&t, 100 * x->ece, 1);
        vr_table_number(&t, 100 * x->consistency, 1);
    }
    return t;
}

vr_table vr_robustness_cells(vr_arena *arena, const vr_robustness *r) {
    static const char *const names[] = {"factor", "category", "severity", "amount",
                                        "n",      "accuracy", "drop",     "error_ratio"};
    vr_table t = vr_table_new(arena, names, (int64_t)(sizeof names / sizeof *names));
    vr_table_text(&t, "clean");
    vr_table_text(&t, "clean");
    vr_table_number(&t, 0, 0);
    vr_table_number(&t, NAN, 3);
    vr_table_number(&t, (double)r->count, 0);
    vr_table_interval(&t, r->clean, 6);
    vr_table_number(&t, 0, 6);
    vr_table_number(&t, 1, 6);
    for (int64_t f = 0; f < r->factor_count; f++)
        for (int s = 0; s < VR_SEVERITIES; s++) {
            const vr_robustness_factor *x = &r->factors[f];
            const bool continuous = vr_factor_is_continuous(x->factor);
            vr_table_text(&t, vr_factor_name(x->factor));
            vr_table_text(&t, vr_factor_category(x->factor));
            vr_table_number(&t, s + 1, 0);
            vr_table_number(&t, continuous ? vr_factor_amount(x->factor, s + 1) : NAN, 3);
            vr_table_number(&t, (double)r->count, 0);
            vr_table_interval(&t, x->at[s], 6);
            vr_table_number(&t, r->clean.value - x->at[s].value, 6);
            vr_table_number(&t, vr_error_ratio(x->at[s].value, r->clean.value), 6);
        }
    return t;
}
