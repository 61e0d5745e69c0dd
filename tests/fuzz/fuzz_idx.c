/* tests/fuzz/fuzz_idx.c: IDX, plain and gzip. */
#include "fuzz.h"

FUZZ_TARGET(idx) {
    vr_array a;
    if (!vr_idx_parse(arena, &a, file, "x", err)) return false;
    fuzz_touch(&a);
    return true;
}
