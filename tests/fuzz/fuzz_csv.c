/* tests/fuzz/fuzz_csv.c: CSV; rows that are read are written by vr_csv_field, and read back as they were. */
#include "fuzz.h"

static void fuzz_csv_again(vr_arena *arena, const vr_text *t, int64_t rows) {
    vr_csv csv;
    vr_err err = {0};
    vr_text again = {.arena = arena};
    FUZZ_CHECK(vr_csv_parse(arena, &csv, (vr_bytes){(const uint8_t *)t->data, t->size}, "x", &err));
    for (int64_t i = 0; i < csv.columns; i++) {
        vr_csv_field(&again, csv.names[i]);
        vr_text_add(&again, i + 1 < csv.columns ? "," : "\n");
    }
    for (; vr_csv_next(&csv, &err); rows--)
        for (int64_t i = 0; i < csv.columns; i++) {
            vr_csv_field(&again, vr_csv_string(arena, &csv, i));
            vr_text_add(&again, i + 1 < csv.columns ? "," : "\n");
        }
    FUZZ_CHECK(csv.ended && err.code == VR_OK && rows == 0);
    FUZZ_CHECK(again.size == t->size && memcmp(again.data, t->data, (size_t)t->size) == 0);
}

FUZZ_TARGET(csv) {
    vr_csv csv;
    if (!vr_csv_parse(arena, &csv, file, "x", err)) return false;
    vr_text t = {.arena = arena};
    const bool zeros = memchr(file.data, 0, (size_t)file.size) != NULL;
    for (int64_t i = 0; i < csv.columns; i++) {
        vr_csv_field(&t, csv.names[i]);
        vr_text_add(&t, i + 1 < csv.columns ? "," : "\n");
        FUZZ_CHECK(vr_csv_find(&csv, csv.names[i]) >= 0);
    }
    int64_t rows = 0;
    while (vr_csv_next(&csv, err)) {
        FUZZ_CHECK(csv.row == rows++);
        for (int64_t i = 0; i < csv.columns; i++) {
            vr_err none = {0};
            int64_t n;
            double x;
            vr_csv_int(&n, &csv, i, &none);
            none = (vr_err){0};
            FUZZ_CHECK(vr_csv_double(&x, &csv, i, &none) || strncmp(none.msg, "x:", 2) == 0);
            vr_csv_field(&t, vr_csv_string(arena, &csv, i));
            vr_text_add(&t, i + 1 < csv.columns ? "," : "\n");
        }
    }
    FUZZ_CHECK(csv.ended == (err->code == VR_OK));
    if (!csv.ended) return vr_arena_reset(arena), false;
    /* Not written back: what a C string cannot hold; one nameless column; a name that begins as another kind of file. */
    vr_bytes written = {(const uint8_t *)t.data, t.size};
    vr_err none = {0};
    const bool again = !zeros && t.size > 1 && vr_text_check(&written, "x", &none) && written.size == t.size;
    if (again) fuzz_csv_again(arena, &t, rows);
    return true;
}
