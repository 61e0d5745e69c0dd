/* tests/fuzz/fuzz_jsonl.c: JSON lines, to the first fault. */
#include "fuzz.h"

FUZZ_TARGET(jsonl) {
    vr_json_lines lines = {.text = file, .path = "x"};
    vr_json_doc doc;
    const vr_arena_mark mark = vr_arena_here(arena);
    int64_t before = -1;
    while (vr_json_lines_next(arena, &doc, &lines, err)) {
        FUZZ_CHECK(lines.at > before && lines.at <= file.size);
        before = lines.at;
        for (const vr_json *c = vr_json_first(doc.root); c; c = vr_json_next(doc.root, c))
            FUZZ_CHECK(c->skip > 0);
        vr_arena_rewind(arena, mark);
    }
    return err->code == VR_OK;
}
