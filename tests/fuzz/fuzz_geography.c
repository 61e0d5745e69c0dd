/* tests/fuzz/fuzz_geography.c: images of GeoDE and Dollar Street, and tables of models by benchmarks, from any bytes: an
 * error, or rows whose numbers are within their ranges. */
#include "../../visrob_impl/study/geography/geography_impl.h"
#include "fuzz.h"
#include "visrob_impl/study/predictions_impl.h"

static void fuzz_geography_touch(const vr_geography_set *s) {
    FUZZ_CHECK(s->count > 0 && s->remapped <= s->count && s->labels.count == s->count);
    for (int by = 0; by < VR_GEOGRAPHY_BY_COUNT; by++)
        for (int64_t i = 0; s->by[by].count > 0 && i < s->count; i++)
            FUZZ_CHECK(s->by[by].of[i] >= 0 && s->by[by].of[i] < s->by[by].count);
    for (int64_t i = 0; i < s->count; i++) {
        FUZZ_CHECK(!s->household || (s->household[i] >= 0 && s->household[i] < s->household_count));
        FUZZ_CHECK(vr_label_sets_size(&s->labels, i) >= 0);
        for (int64_t l = s->labels.begin[i]; l < s->labels.begin[i + 1]; l++)
            FUZZ_CHECK(s->labels.label[l] >= 0 && s->labels.label[l] < 1000);
        FUZZ_CHECK(vrp_image_index_find(&s->index, s->id[i], (int64_t)strlen(s->id[i])) == i);
    }
}

FUZZ_TARGET(geography) {
    vr_geography_set s;
    vr_geography_benchmarks b;
    vr_err of_set = {0};
    const bool set = vrp_geography_parse(arena, &s, file, "x", &of_set);
    FUZZ_CHECK(set == (of_set.code == VR_OK) && (set || s.count == 0));
    if (set) fuzz_geography_touch(&s);
    if (vrp_geography_benchmarks_parse(arena, &b, file, "x", err)) {
        FUZZ_CHECK(b.models > 0 && b.count > 0);
        for (int64_t k = 0; k < b.count; k++)
            for (int64_t m = 0; m < b.models; m++) {
                const double v = b.benchmark[k].value[m];
                FUZZ_CHECK(isnan(v) || (v >= -1 && v <= 1));
            }
    } else
        FUZZ_CHECK(b.models == 0);
    if (set) *err = (vr_err){0}; /* one of the two is enough */
    return err->code == VR_OK;
}
