/* tests/fuzz/fuzz_tar.c: tars; every byte of every file lies in the archive. */
#include "fuzz.h"

FUZZ_TARGET(tar) {
    vr_tar tar;
    if (!vr_tar_parse(arena, &tar, file, "x", err)) return false;
    for (int64_t i = 0; i < tar.count; i++) {
        const vr_tar_entry *e = &tar.entries[i];
        FUZZ_CHECK(strlen(e->path) > 0 && e->path[strlen(e->path) - 1] != '/');
        FUZZ_CHECK(e->data.data >= file.data && e->data.size <= file.data + file.size - e->data.data);
    }
    return true;
}
