/* tests/fuzz/fuzz_pickle.c: a pickle as data; its tree is walked, a little way into what contains itself. */
#include "fuzz.h"

static void fuzz_pickle_walk(vr_pickle_value v, int depth, int64_t *left) {
    volatile char c;
    if (depth == 0 || --*left < 0) return;
    switch (v.kind) {
    case VR_PICKLE_LONG:
    case VR_PICKLE_TEXT:
    case VR_PICKLE_BYTES:
    case VR_PICKLE_GLOBAL:
        for (int32_t i = 0; i < v.bytes; i++) c = v.text[i];
        (void)c;
        break;
    case VR_PICKLE_OBJECT:
        fuzz_pickle_walk(v.node->callable, depth - 1, left);
        fuzz_pickle_walk(v.node->args, depth - 1, left);
        fuzz_pickle_walk(v.node->state, depth - 1, left);
        /* fall through */
    case VR_PICKLE_LIST:
    case VR_PICKLE_TUPLE:
    case VR_PICKLE_SET:
    case VR_PICKLE_DICT:
    case VR_PICKLE_PERSISTENT:
        FUZZ_CHECK(v.kind != VR_PICKLE_DICT || v.node->count % 2 == 0);
        for (int64_t i = 0; i < v.node->count; i++) fuzz_pickle_walk(v.node->items[i], depth - 1, left);
        break;
    default:
        FUZZ_CHECK(v.kind != VR_PICKLE_MARK);
    }
}

FUZZ_TARGET(pickle) {
    vr_pickle p;
    if (!vr_pickle_parse(arena, &p, file, "x", 0, err)) return false;
    int64_t left = 100000;
    FUZZ_CHECK(p.size > 0 && p.size <= file.size);
    fuzz_pickle_walk(p.root, 50, &left);
    for (int64_t i = 0; i < p.global_count; i++)
        FUZZ_CHECK(p.globals[i].kind == VR_PICKLE_GLOBAL &&
                   strlen(p.globals[i].text) == (size_t)p.globals[i].bytes);
    FUZZ_CHECK(arena->used < 65536 + 300 * file.size); /* as format/pickle.h says, and the first nodes */
    return true;
}
