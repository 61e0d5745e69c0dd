/* format/load.c: the format of an array file is detected from its first bytes, not from its name. */
#include "load.h"
#include "../base/os.h"
#include "npy_impl.h"
#include "safetensors_impl.h"
#include "torchzip_impl.h"
#include "zip_impl.h"
#include <string.h>

static bool vrp_load_starts(vr_bytes b, const char *with, int64_t n) {
    return b.size >= n && memcmp(b.data, with, (size_t)n) == 0;
}

static bool vrp_load_zip(vr_arena *arena, vr_arrays *arrays, vr_bytes b, const char *path, vr_err *err) {
    vr_arena scratch = {0};
    vrp_zip zip;
    bool ok = vrp_zip_parse(&scratch, &zip, b, path, err), npz = ok;
    for (int64_t i = 0; ok && i < zip.count; i++)
        npz = npz && vr_path_has_suffix(zip.entries[i].name, ".npy");
    vr_arena_free(&scratch);
    if (!ok) return false;
    return npz ? vrp_npz_parse(arena, arrays, b, path, err) : vrp_torch_parse(arena, arrays, b, path, err);
}

/* True for a length that fits the file, followed by a JSON object. Tested before the magic numbers of other formats, since
 * the length may look like them: 80 00 (128 bytes) like a pickle, "PK" (19,280 bytes) like a zip. */
static bool vrp_load_is_safetensors(vr_bytes b) {
    uint64_t n = 0;
    if (b.size < 9 || b.data[8] != '{') return false;
    for (int i = 7; i >= 0; i--) n = n << 8 | b.data[i];
    return n <= (uint64_t)b.size - 8;
}

static bool vrp_load_parse(vr_arena *arena, vr_arrays *arrays, vr_bytes b, const char *path, vr_err *err) {
    if (vrp_load_is_safetensors(b)) return vrp_safetensors_parse(arena, arrays, b, path, err);
    if (vrp_load_starts(b, "\x93NUMPY", 6)) {
        arrays->items = VR_NEW(arena, vr_array, 1);
        if (!vrp_npy_parse(arena, arrays->items, b, path, err)) return false;
        arrays->path = vr_arena_string(arena, path, (int64_t)strlen(path));
        arrays->count = 1;
        return true;
    }
    if (vrp_load_starts(b, "PK", 2)) return vrp_load_zip(arena, arrays, b, path, err);
    if (vrp_load_starts(b, "\x80", 1) && b.size >= 2 && b.data[1] <= 5)
        return vrp_torch_parse(arena, arrays, b, path, err);
    if (b.size >= 9 && b.data[8] == '{') /* truncated: report where */
        return vrp_safetensors_parse(arena, arrays, b, path, err);
    if (vrp_load_starts(b, "version https://git-lfs", 23))
        return vr_fail(err, VR_ERR_FORMAT, "%s: a git-lfs pointer, not the file itself; run `git lfs pull`",
                       path);
    if (b.size > 0 && b.data[0] == '<')
        return vr_fail(err, VR_ERR_FORMAT, "%s: starts with '<': an HTML page, not an array file", path);
    if (b.size == 0) return vr_fail(err, VR_ERR_FORMAT, "%s: byte 0: empty file", path);
    return vr_fail(err, VR_ERR_FORMAT,
                   "%s: byte 0: unknown format; expected safetensors, PyTorch, npz or npy", path);
}

bool vr_arrays_load(vr_arena *arena, vr_arrays *arrays, const char *path, vr_err *err) {
    *arrays = (vr_arrays){0};
    vr_arena_mark mark = vr_arena_here(arena);
    vr_bytes b;
    if (!vr_file_map(arena, &b, path, err)) return false;
    if (vrp_load_parse(arena, arrays, b, path, err)) {
        arrays->file = b;
        return true;
    }
    *arrays = (vr_arrays){0};
    vr_arena_rewind(arena, mark);
    return false;
}
