/* tests/fuzz/fuzz_npy.c: an npy file. */
#include "fuzz.h"
#include "../../visrob_impl/format/npy_impl.h"

FUZZ_TARGET(npy) {
    vr_array a;
    if (!vrp_npy_parse(arena, &a, file, "x", err)) return false;
    fuzz_touch(&a);
    return true;
}
