/* tests/fuzz/fuzz_torch.c: PyTorch checkpoints of both forms. */
#include "fuzz.h"
#include "../../visrob_impl/format/torchzip_impl.h"

FUZZ_TARGET(torch) {
    vr_arrays all;
    if (!vrp_torch_parse(arena, &all, file, "x", err)) return false;
    fuzz_touch_all(&all);
    return true;
}
