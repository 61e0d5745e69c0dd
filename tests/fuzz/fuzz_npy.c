/* tests/fuzz/fuzz_npy.c: an npy file. */
#include "fuzz.h"

FUZZ_TARGET(npy) {
    vr_array a;
    if (!vr_npy_parse(arena, &a, file, "x", err)) return false;
    fuzz_touch(&a);
    return true;
}
