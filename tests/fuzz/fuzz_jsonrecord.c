/* tests/fuzz/fuzz_jsonrecord.c: records of JSON lines; each line is read again by itself, where it is parsed. */
#include "fuzz.h"

FUZZ_TARGET(jsonrecord) {
    static const vr_json_field fields[] = {{"a", VR_JSON_INT, 1, false},
                                           {"b", VR_JSON_STRING, 0, false},
                                           {"c", VR_JSON_INT, 1000, true},
                                           {"d", VR_JSON_STRING, 0, true}};
    vr_arena step = {0}, again = {0};
    vr_json_records r = {.lines = {.text = file, .path = "x"}, .fields = fields, .count = 4, .step = &step};
    (void)arena;
    while (vr_json_records_next(&r, err)) {
        vr_json_records one = {.lines = {.text = {file.data + r.at, r.lines.at - r.at}, .path = "x"},
                               .fields = fields,
                               .count = 4,
                               .step = &again};
        vr_err none = {0};
        FUZZ_CHECK(vr_json_records_next(&one, &none));
        for (int f = 0; f < 4; f++) {
            const vr_json *v = &r.value[f], *w = &one.value[f];
            FUZZ_CHECK(v->type == w->type);
            if (v->type == VR_JSON_INT) FUZZ_CHECK(v->integer == w->integer);
            if (v->type == VR_JSON_STRING)
                FUZZ_CHECK(v->count == w->count && v->at == w->at &&
                           memcmp(v->string, w->string, v->count) == 0);
        }
    }
    vr_arena_free(&step);
    vr_arena_free(&again);
    return err->code == VR_OK;
}
