/* tests/fuzz/fuzz_dollar_street.c: the tables of Dollar Street and predictions, from any bytes: an error, or rows whose
 * numbers are within their ranges. */
#include "fuzz.h"

static void fuzz_dollar_street_touch(vr_arena *arena, const vr_dollar_street *d) {
    FUZZ_CHECK(d->count > 0 && d->image_count <= d->count && d->household_count <= d->count);
    for (int64_t i = 0; i < d->count; i++) {
        FUZZ_CHECK(d->region[i] >= 0 && d->region[i] < VR_DOLLAR_STREET_REGION_COUNT);
        FUZZ_CHECK(d->bucket[i] >= 0 && d->bucket[i] < VR_INCOME_COUNT && d->income[i] > 0);
        FUZZ_CHECK(d->country[i] >= 0 && d->country[i] < d->country_count);
        FUZZ_CHECK(d->household[i] >= 0 && d->household[i] < d->household_count);
        for (int64_t l = d->labels.begin[i]; l < d->labels.begin[i + 1]; l++)
            FUZZ_CHECK(d->labels.id[l] >= 0 && d->labels.id[l] < d->class_count);
    }
    int64_t *row = VR_NEW(arena, int64_t, d->count);
    vr_dollar_street_find(row, d, d->id, d->count);
    for (int64_t i = 0; i < d->count; i++) FUZZ_CHECK(row[i] >= 0 && row[i] < d->count);
}

FUZZ_TARGET(dollar_street) {
    vr_dollar_street d;
    vr_dollar_street_predictions p;
    vr_err as_table = {0};
    const bool table = vr_dollar_street_parse(arena, &d, file, "x", NULL, &as_table);
    FUZZ_CHECK(table == (as_table.code == VR_OK) && (table || d.count == 0));
    if (table) fuzz_dollar_street_touch(arena, &d);
    if (vr_dollar_street_predictions_parse(arena, &p, file, "x", err))
        FUZZ_CHECK(p.count > 0 && (p.predicted || (p.top1 && p.top5)));
    else
        FUZZ_CHECK(p.count == 0);
    if (table) *err = (vr_err){0}; /* one of the two is enough */
    return err->code == VR_OK;
}
