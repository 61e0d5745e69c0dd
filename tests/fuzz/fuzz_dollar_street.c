/* tests/fuzz/fuzz_dollar_street.c: the tables of Dollar Street, predictions and lists from any bytes: an error or rows
 * whose numbers are within their ranges, and no read beyond the text. */
#define VISROB_IMPLEMENTATION
#include "../../visrob.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void want(bool ok) {
    if (!ok) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    vr_arena perm = {0};
    const vr_bytes text = {bytes, (int64_t)size};
    vr_dollar_street d;
    vr_dollar_street_predictions p;
    vr_err err = {0};
    if (vr_dollar_street_parse(&perm, &d, text, "x", NULL, &err)) {
        want(d.count > 0 && d.image_count <= d.count && d.household_count <= d.count);
        for (int64_t i = 0; i < d.count; i++) {
            want(d.region[i] >= 0 && d.region[i] < VR_DOLLAR_STREET_REGION_COUNT);
            want(d.bucket[i] >= 0 && d.bucket[i] < VR_INCOME_COUNT && d.income[i] > 0);
            want(d.country[i] >= 0 && d.country[i] < d.country_count);
            want(d.household[i] >= 0 && d.household[i] < d.household_count);
            for (int64_t l = d.labels.begin[i]; l < d.labels.begin[i + 1]; l++)
                want(d.labels.id[l] >= 0 && d.labels.id[l] < d.class_count);
        }
        int64_t *row = VR_NEW(&perm, int64_t, d.count);
        vr_dollar_street_find(row, &d, d.id, d.count);
        for (int64_t i = 0; i < d.count; i++) want(row[i] >= 0 && row[i] < d.count);
    } else
        want(err.code != VR_OK && d.count == 0);
    err = (vr_err){0};
    if (vr_dollar_street_predictions_parse(&perm, &p, text, "x", &err))
        want(p.count > 0 && (p.predicted || (p.top1 && p.top5)));
    else
        want(err.code != VR_OK && p.count == 0);
    vr_arena_free(&perm);
    return 0;
}
