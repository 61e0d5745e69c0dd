/* tests/fuzz/fuzz_dollar_street.c: the tables of Dollar Street and predictions, from any bytes: an error, or rows whose
 * numbers are within their ranges. */
#include "fuzz.h"
#include "visrob_impl/study/dollar_street/dollar_street_impl.h"
#include "visrob_impl/study/predictions_impl.h"
#include "visrob_impl/study/income_impl.h"

static void fuzz_dollar_street_touch(vr_arena *arena, const vr_dollar_street *d) {
    FUZZ_CHECK(d->count > 0 && d->image_count <= d->count && d->household_count <= d->count);
    for (int64_t i = 0; i < d->count; i++) {
        FUZZ_CHECK(d->region[i] >= 0 && d->region[i] < VR_DOLLAR_STREET_REGION_COUNT);
        FUZZ_CHECK(d->bucket[i] >= 0 && d->bucket[i] < VRP_INCOME_COUNT && d->income[i] > 0);
        FUZZ_CHECK(d->country[i] >= 0 && d->country[i] < d->country_count);
        FUZZ_CHECK(d->household[i] >= 0 && d->household[i] < d->household_count);
        for (int64_t l = d->labels.begin[i]; l < d->labels.begin[i + 1]; l++)
            FUZZ_CHECK(d->labels.label[l] >= 0 && d->labels.label[l] < d->class_count);
    }
    const vr_image_index index = vrp_dollar_street_index(arena, d);
    for (int64_t i = 0; i < d->count; i++) {
        const int64_t at = vrp_image_index_find(&index, d->id[i], (int64_t)strlen(d->id[i]));
        FUZZ_CHECK(at >= 0 && at < d->image_count + d->count);
    }
}

FUZZ_TARGET(dollar_street) {
    vr_dollar_street d;
    vr_predictions p;
    vr_err as_table = {0};
    const bool table = vrp_dollar_street_parse(arena, &d, file, "x", NULL, &as_table);
    FUZZ_CHECK(table == (as_table.code == VR_OK) && (table || d.count == 0));
    if (table) fuzz_dollar_street_touch(arena, &d);
    if (vrp_predictions_parse(arena, &p, file, "x", NULL, err))
        FUZZ_CHECK(p.count > 0 && (p.predicted || p.correct));
    else
        FUZZ_CHECK(p.count == 0);
    if (table) *err = (vr_err){0}; /* one of the two is enough */
    return err->code == VR_OK;
}
