/* tests/fuzz/fuzz_pickle.c: a pickle as data; its tree is walked, a little way into what contains itself. */
#include "fuzz.h"
#include "../../visrob_impl/format/pickle_impl.h"

static void fuzz_pickle_walk(vrp_pickle_value v, int depth, int64_t *left) {
    volatile char c;
    if (depth == 0 || --*left < 0) return;
    switch (v.kind) {
    case VRP_PICKLE_LONG:
    case VRP_PICKLE_TEXT:
    case VRP_PICKLE_BYTES:
    case VRP_PICKLE_GLOBAL:
        for (int32_t i = 0; i < v.bytes; i++) c = v.text[i];
        (void)c;
        break;
    case VRP_PICKLE_OBJECT:
        fuzz_pickle_walk(v.node->callable, depth - 1, left);
        fuzz_pickle_walk(v.node->args, depth - 1, left);
        fuzz_pickle_walk(v.node->state, depth - 1, left);
        /* fall through */
    case VRP_PICKLE_LIST:
    case VRP_PICKLE_TUPLE:
    case VRP_PICKLE_SET:
    case VRP_PICKLE_DICT:
    case VRP_PICKLE_PERSISTENT:
        FUZZ_CHECK(v.kind != VRP_PICKLE_DICT || v.node->count % 2 == 0);
        for (int64_t i = 0; i < v.node->count; i++) fuzz_pickle_walk(v.node->items[i], depth - 1, left);
        break;
    default:
        FUZZ_CHECK(v.kind != VRP_PICKLE_MARK);
    }
}

FUZZ_TARGET(pickle) {
    vrp_pickle p;
    if (!vrp_pickle_parse(arena, &p, file, "x", 0, err)) return false;
    int64_t left = 100000;
    FUZZ_CHECK(p.size > 0 && p.size <= file.size);
    fuzz_pickle_walk(p.root, 50, &left);
    for (int64_t i = 0; i < p.global_count; i++)
        FUZZ_CHECK(p.globals[i].kind == VRP_PICKLE_GLOBAL &&
                   strlen(p.globals[i].text) == (size_t)p.globals[i].bytes);
    FUZZ_CHECK(arena->used < 65536 + 300 * file.size); /* the bound in pickle_impl.h, and the first nodes */
    return true;
}
