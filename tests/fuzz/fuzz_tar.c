/* tests/fuzz/fuzz_tar.c: tars; every byte of every file lies in the archive. Read as they come, and once more with right
 * checksums, which a fuzzer does not find by itself but an attacker does. */
#include "fuzz.h"
#include "../../visrob_impl/format/tar_impl.h"

static void fuzz_tar_repair(uint8_t *p, int64_t n) {
    for (int64_t at = 0; n - at >= 512;) {
        unsigned sum = 8 * ' ';
        for (int i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 0 : p[at + i];
        if (sum == 8 * ' ') return; /* the end mark, its sum too */
        for (int i = 5; i >= 0; i--, sum >>= 3) p[at + 148 + i] = (uint8_t)('0' + (sum & 7));
        p[at + 154] = 0, p[at + 155] = ' ';
        int64_t size = 0;
        for (int i = 124; i < 136 && p[at + i] >= '0' && p[at + i] <= '7'; i++)
            size = size * 8 + p[at + i] - '0';
        at += 512 + (size + 511) / 512 * 512;
    }
}

static void fuzz_tar_touch(const vr_tar *tar, vr_bytes file) {
    for (int64_t i = 0; i < tar->count; i++) {
        const vr_tar_entry *e = &tar->entries[i];
        FUZZ_CHECK(strlen(e->path) > 0 && e->path[strlen(e->path) - 1] != '/');
        FUZZ_CHECK(e->data.data >= file.data && e->data.size <= file.data + file.size - e->data.data);
    }
}

FUZZ_TARGET(tar) {
    vr_tar tar;
    vr_err ignored = {0};
    const vr_arena_mark mark = vr_arena_here(arena);
    uint8_t *copy = (uint8_t *)vr_arena_alloc(arena, file.size, 1);
    if (file.size > 0) memcpy(copy, file.data, (size_t)file.size);
    fuzz_tar_repair(copy, file.size);
    if (vrp_tar_parse(arena, &tar, (vr_bytes){copy, file.size}, "x", &ignored))
        fuzz_tar_touch(&tar, (vr_bytes){copy, file.size});
    vr_arena_rewind(arena, mark);
    if (!vrp_tar_parse(arena, &tar, file, "x", err)) return false;
    fuzz_tar_touch(&tar, file);
    return true;
}
