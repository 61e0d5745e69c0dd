/* format/load.c: the format of an array file is detected from its first bytes, not from its name. */
#include "load.h"
#include "../base/names.h"
#include "../base/os.h"
#include "json_impl.h"
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

/* ---- shards ---- */

static bool vrp_load_file(vr_arena *arena, vr_arrays *arrays, const char *path, vr_err *err) {
    vr_bytes b;
    *arrays = (vr_arrays){0};
    if (!vr_file_map(arena, &b, path, err) || !vrp_load_parse(arena, arrays, b, path, err)) return false;
    arrays->file = b;
    return true;
}

/* The files of a weight_map, each once, in the index's folder. */
static bool vrp_load_shards(vr_names *files, const vr_json_doc *doc, const vr_json *map, vr_err *err) {
    for (const vr_json *key = vr_json_first(map); key; key = vr_json_next(map, key)) {
        const vr_json *file = vr_json_value(key);
        if (file->type != VR_JSON_STRING || file->count == 0 || strchr(file->string, '/') ||
            strlen(file->string) != file->count)
            return vr_json_fail(doc, file, err, "expected the name of a file in the same folder");
        vr_names_add(files, file->string, file->count);
    }
    return files->count > 0 || vr_json_fail(doc, map, err, "expected the files of the weights");
}

/* Every key of the index has to be in a shard. */
static bool vrp_load_complete(vr_arena *scratch, const vr_arrays *arrays, const vr_json_doc *doc,
                              const vr_json *map, vr_err *err) {
    vr_names names = {.arena = scratch};
    for (int64_t i = 0; i < arrays->count; i++)
        vr_names_add(&names, arrays->items[i].name, (int64_t)strlen(arrays->items[i].name));
    for (const vr_json *key = vr_json_first(map); key; key = vr_json_next(map, key))
        if (vr_names_find(&names, key->string, key->count) < 0)
            return vr_json_fail(doc, key, err, "'%.100s' is in no file of the index", key->string);
    return true;
}

/* transformers' *.index.json: {"weight_map": {"key": "model-00001-of-00002.safetensors"}} */
static bool vrp_load_index(vr_arena *arena, vr_arena *scratch, vr_arrays *arrays, const char *path,
                           vr_err *err) {
    vr_json_doc doc;
    vr_names files = {.arena = scratch};
    if (!vr_json_load(scratch, &doc, path, err)) return false;
    const vr_json *map = vrp_json_want(&doc, doc.root, "weight_map", VR_JSON_OBJECT, err);
    if (!map || !vrp_load_shards(&files, &doc, map, err)) return false;
    const char *slash = strrchr(path, '/');
    vr_arrays *shard = VR_NEW(scratch, vr_arrays, files.count), all = {0};
    for (int64_t i = 0; i < files.count; i++) {
        const char *file = vr_arena_printf(scratch, "%.*s%s", slash ? (int)(slash + 1 - path) : 0, path,
                                           vr_names_at(&files, i));
        if (!vrp_load_file(arena, &shard[i], file, err)) return false;
        all.count += shard[i].count;
    }
    all.items = VR_NEW(arena, vr_array, all.count);
    all.path = vr_arena_string(arena, path, (int64_t)strlen(path));
    vr_array *to = all.items;
    for (int64_t i = 0; i < files.count; i++) {
        if (shard[i].count > 0) memcpy(to, shard[i].items, (size_t)shard[i].count * sizeof *to);
        to += shard[i].count;
    }
    *arrays = all;
    return vrp_load_complete(scratch, arrays, &doc, map, err);
}

bool vr_arrays_load(vr_arena *arena, vr_arrays *arrays, const char *path, vr_err *err) {
    vr_arena_mark mark = vr_arena_here(arena);
    vr_arena scratch = {0};
    *arrays = (vr_arrays){0};
    vr_err own = {0};
    const bool ok = vr_path_has_suffix(path, ".json") ? vrp_load_index(arena, &scratch, arrays, path, &own)
                                                      : vrp_load_file(arena, arrays, path, &own);
    vr_arena_free(&scratch);
    if (ok) return true;
    *arrays = (vr_arrays){0};
    vr_arena_rewind(arena, mark);
    return vr_err_pass(err, &own);
}
