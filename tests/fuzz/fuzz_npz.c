/* tests/fuzz/fuzz_npz.c: an npz file. */
#include "fuzz.h"
#include "../../visrob_impl/format/npy_impl.h"

FUZZ_TARGET(npz) {
    vr_arrays all;
    if (!vrp_npz_parse(arena, &all, file, "x", err)) return false;
    fuzz_touch_all(&all);
    return true;
}
