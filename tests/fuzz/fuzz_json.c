/* tests/fuzz/fuzz_json.c: JSON; what is read is written, read and written again: the same bytes. */
#include "fuzz.h"

/* The value in its shortest form. False where a text holds a 0, which vr_json_string cannot write. */
static bool fuzz_json_write(vr_text *t, const vr_json *v) {
    if (v->type == VR_JSON_NULL) vr_text_add(t, "null");
    if (v->type == VR_JSON_BOOL) vr_text_add(t, v->integer ? "true" : "false");
    if (v->type == VR_JSON_INT) vr_text_printf(t, "%lld", (long long)v->integer);
    if (v->type == VR_JSON_REAL) vr_json_real(t, v->real);
    if (v->type == VR_JSON_STRING) {
        if (strlen(v->string) != v->count) return false;
        vr_json_string(t, v->string);
    }
    if (v->type != VR_JSON_ARRAY && v->type != VR_JSON_OBJECT) return true;
    const bool object = v->type == VR_JSON_OBJECT;
    uint32_t count = 0;
    vr_text_add(t, object ? "{" : "[");
    for (const vr_json *c = vr_json_first(v); c; c = vr_json_next(v, c)) {
        if (count++) vr_text_add(t, ",");
        if (!object) {
            if (!fuzz_json_write(t, c)) return false;
            continue;
        }
        if (strlen(c->string) != c->count) return false;
        vr_json_string(t, c->string);
        vr_text_add(t, ":");
        if (!fuzz_json_write(t, vr_json_value(c))) return false;
    }
    FUZZ_CHECK(count == v->count);
    vr_text_add(t, object ? "}" : "]");
    return true;
}

FUZZ_TARGET(json) {
    vr_json_doc doc;
    if (!vr_json_parse(arena, &doc, file, "x", err)) return false;
    vr_text t[3] = {{.arena = arena}, {.arena = arena}, {.arena = arena}};
    if (!fuzz_json_write(&t[0], doc.root)) return true;
    for (int i = 1; i < 3; i++) {
        FUZZ_CHECK(
            vr_json_parse(arena, &doc, (vr_bytes){(const uint8_t *)t[i - 1].data, t[i - 1].size}, "x", err));
        FUZZ_CHECK(fuzz_json_write(&t[i], doc.root));
    }
    FUZZ_CHECK(strcmp(t[1].data, t[2].data) ==
               0); /* the first may hold -0., which becomes the whole number 0 */
    return true;
}
