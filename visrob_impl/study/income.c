/* study/income.c: thresholds in place of rint(), whose halves depend on the rounding mode. */
#include "income_impl.h"
#include "../base/error.h"
#include <math.h>
#include <stdlib.h>

static const char *const vrp_income_names[VRP_INCOME_COUNT] = {"low", "medium", "high"};

const char *vrp_income_name(vrp_income bucket) {
    VR_CHECK(bucket >= 0 && bucket < VRP_INCOME_COUNT, "bucket %d", (int)bucket);
    return vrp_income_names[bucket];
}

vrp_income vrp_income_bucket(double income) {
    const double third = log(income) / 3;
    return third < 1.5 ? VRP_INCOME_LOW : third <= 2.5 ? VRP_INCOME_MEDIUM : VRP_INCOME_HIGH;
}

vr_groups vrp_income_groups(vr_arena *perm, const double *income, int64_t n) {
    int64_t *of = VR_NEW(perm, int64_t, n);
    for (int64_t i = 0; i < n; i++) of[i] = (int64_t)vrp_income_bucket(income[i]);
    return (vr_groups){.count = VRP_INCOME_COUNT, .names = vrp_income_names, .of = of};
}

/* A household's key, and the image that it is of. */
typedef struct vrp_income_row {
    int64_t country, row;
    double income;
} vrp_income_row;

static int vrp_income_order(const void *a, const void *b) {
    const vrp_income_row *x = (const vrp_income_row *)a, *y = (const vrp_income_row *)b;
    if (x->country != y->country) return x->country < y->country ? -1 : 1;
    return (x->income > y->income) - (x->income < y->income);
}

int64_t vrp_income_households(int64_t *household, const int64_t *country, const double *income, int64_t n) {
    vr_arena scratch = {0};
    vrp_income_row *rows = VR_NEW(&scratch, vrp_income_row, n);
    for (int64_t i = 0; i < n; i++) rows[i] = (vrp_income_row){country[i], i, income[i]};
    qsort(rows, (size_t)n, sizeof *rows, vrp_income_order);
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        count += i == 0 || vrp_income_order(&rows[i - 1], &rows[i]) != 0;
        household[rows[i].row] = count - 1;
    }
    vr_arena_free(&scratch);
    return count;
}
