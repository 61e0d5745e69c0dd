/* tests/fuzz/fuzz_geography.c: photographs of GeoDE and of Dollar Street's splits, and tables of models by benchmarks, from any
 * bytes: an error, or rows whose numbers are within their ranges. */
#include "fuzz.h"

static void fuzz_geography_touch(vr_arena *arena, const vr_geo_set *s) {
    FUZZ_CHECK(s->count > 0 && s->unlabelled <= s->count && s->remapped <= s->count);
    for (int by = 0; by < VR_GEO_BY_COUNT; by++)
        for (int64_t i = 0; s->by[by].count > 0 && i < s->count; i++)
            FUZZ_CHECK(s->by[by].of[i] >= 0 && s->by[by].of[i] < s->by[by].count);
    for (int64_t i = 0; i < s->count; i++) {
        FUZZ_CHECK(!s->household || (s->household[i] >= 0 && s->household[i] < s->household_count));
        FUZZ_CHECK(s->labels.begin[i] <= s->labels.begin[i + 1]);
        for (int64_t l = s->labels.begin[i]; l < s->labels.begin[i + 1]; l++)
            FUZZ_CHECK(s->labels.id[l] >= 0 && s->labels.id[l] < 1000);
    }
    int64_t *row = VR_NEW(arena, int64_t, s->count);
    vr_geo_find(row, s, s->id, s->count);
    for (int64_t i = 0; i < s->count; i++) FUZZ_CHECK(row[i] == i);
}

FUZZ_TARGET(geography) {
    vr_geo_set s;
    vr_benchmarks b;
    vr_err as_geode = {0}, as_split = {0};
    const bool geode = vr_geode_parse(arena, &s, file, "x", &as_geode);
    FUZZ_CHECK(geode == (as_geode.code == VR_OK) && (geode || s.count == 0));
    if (geode) fuzz_geography_touch(arena, &s);
    const bool split = vr_dollar_street_split_parse(arena, &s, file, "x", &as_split);
    FUZZ_CHECK(split == (as_split.code == VR_OK) && (split || s.count == 0));
    if (split) fuzz_geography_touch(arena, &s);
    if (vr_benchmarks_parse(arena, &b, file, "x", err)) {
        FUZZ_CHECK(b.models > 0 && b.count > 0);
        for (int64_t k = 0; k < b.count; k++)
            for (int64_t m = 0; m < b.models; m++) {
                const double v = b.benchmark[k].value[m];
                FUZZ_CHECK(isnan(v) || (v >= -1 && v <= 1));
            }
    } else
        FUZZ_CHECK(b.models == 0);
    if (geode || split) *err = (vr_err){0}; /* one of the three is enough */
    return err->code == VR_OK;
}
