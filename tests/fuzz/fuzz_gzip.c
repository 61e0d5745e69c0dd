/* tests/fuzz/fuzz_gzip.c: a gzip file of at most 16 MB. */
#include "fuzz.h"
#include "../../visrob_impl/format/zip_impl.h"

FUZZ_TARGET(gzip) {
    vr_bytes b;
    if (!vrp_gunzip(arena, &b, file, 1 << 24, "x", err)) return false;
    FUZZ_CHECK(b.data[b.size] == 0 && b.size <= 1 << 24);
    return true;
}
