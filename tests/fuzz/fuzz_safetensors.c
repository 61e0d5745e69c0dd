/* tests/fuzz/fuzz_safetensors.c: safetensors; what is read is written, and what that gives is read as the same. */
#include "fuzz.h"
#include "../../visrob_impl/format/safetensors_impl.h"

FUZZ_TARGET(safetensors) {
    vr_arrays all, again;
    vr_bytes out[2];
    if (!vrp_safetensors_parse(arena, &all, file, "x", err)) return false;
    fuzz_touch_all(&all);
    FUZZ_CHECK(vrp_safetensors_format(arena, &out[0], &all, err));
    FUZZ_CHECK(vrp_safetensors_parse(arena, &again, out[0], "x", err));
    FUZZ_CHECK(again.count == all.count && again.meta_count == all.meta_count);
    FUZZ_CHECK(vrp_safetensors_format(arena, &out[1], &again, err));
    FUZZ_CHECK(out[0].size == out[1].size && memcmp(out[0].data, out[1].data, (size_t)out[0].size) == 0);
    return true;
}
