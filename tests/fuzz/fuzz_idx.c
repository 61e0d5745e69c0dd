/* tests/fuzz/fuzz_idx.c: IDX, plain and gzip. */
#include "fuzz.h"
#include "../../visrob_impl/format/idx_impl.h"

FUZZ_TARGET(idx) {
    vr_array a;
    if (!vrp_idx_parse(arena, &a, file, "x", err)) return false;
    fuzz_touch(&a);
    return true;
}
