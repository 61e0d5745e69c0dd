/* study/embed.c: one tensor for all images, and an index that names its rows. */
#include "embed_impl.h"
#include "../base/os.h"
#include "../base/text.h"
#include "../format/csv.h"
#include "../format/npy.h"
#include <string.h>

typedef struct vrp_embed {
    vr_features *out;
    const vr_dataset *data;
    const char **image;
    int64_t *index, count;
} vrp_embed;

static bool vrp_embed_take(void *context, int64_t pass, const vr_batch *batch, vr_tensor features,
                           vr_err *err) {
    (void)pass, (void)err;
    vrp_embed *e = (vrp_embed *)context;
    vr_tensor_assign(vr_tensor_slice(e->out->x, 0, e->count, e->count + batch->count), features);
    for (int64_t i = 0; i < batch->count; i++) {
        e->index[e->count] = batch->index[i];
        e->image[e->count++] = e->data->files[batch->index[i]];
    }
    return true;
}

bool vr_embed(vr_arena *perm, vr_features *out, const vr_model *model, const vr_dataset *data,
              const vr_over_opts *opts, vr_err *err) {
    *out = (vr_features){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_features f = {.path = data->path, .x = vr_tensor_2d(perm, data->count, model->features)};
    vrp_embed e = {&f, data, VR_NEW(perm, const char *, data->count), VR_NEW(perm, int64_t, data->count), 0};
    const vr_over over = {.features = true, .take = vrp_embed_take, .context = &e};
    if (!vr_over_run(NULL, &over, model, data, opts, err)) {
        vr_arena_rewind(perm, mark);
        return false;
    }
    f.x = vr_tensor_slice(f.x, 0, 0, e.count);
    f.image = e.image, f.index = e.index;
    *out = f;
    return true;
}

const char *vrp_features_index(vr_arena *arena, const char *path) {
    const int64_t n = (int64_t)strlen(path) - (vr_path_has_suffix(path, ".npy") ? 4 : 0);
    return vr_arena_printf(arena, "%.*s.csv", (int)n, path);
}

bool vr_features_save(const vr_features *f, const vr_dataset *data, const char *path, vr_err *err) {
    const vr_array array = vr_array_of("features", f->x);
    if (!vr_npy_save(path, &array, err)) return false;
    vr_arena scratch = {0};
    vr_text rows = {.arena = &scratch};
    vr_text_add(&rows, "row,file_name,label\n");
    for (int64_t i = 0; i < f->x.shape[0]; i++) {
        const int64_t label = data->labels[f->index[i]];
        vr_text_printf(&rows, "%lld,", (long long)i);
        vr_csv_field(&rows, f->image[i]);
        vr_text_add(&rows, ",");
        if (label >= 0) vr_csv_field(&rows, data->classes[label]);
        vr_text_add(&rows, "\n");
    }
    vr_err own = {0}; /* VR_FATAL may not leave the scratch arena behind */
    const bool ok = vr_file_write(vrp_features_index(&scratch, path), rows.data, rows.size, &own);
    vr_arena_free(&scratch);
    return ok || vr_err_pass(err, &own);
}

static bool vrp_embed_names(vr_arena *perm, vr_arena *scratch, const char **image, int64_t count,
                            const char *path, vr_err *err) {
    vr_csv csv;
    if (!vr_csv_load(scratch, &csv, path, err)) return false;
    const int64_t row = vr_csv_column(&csv, "row", err),
                  name = row < 0 ? -1 : vr_csv_column(&csv, "file_name", err);
    if (name < 0) return false;
    while (vr_csv_next(&csv, err)) {
        int64_t i;
        if (!vr_csv_int(&i, &csv, row, err)) return false;
        if (i != csv.row || i >= count)
            return vr_csv_fail(&csv, row, err, "expected row %lld of %lld, found %lld", (long long)csv.row,
                               (long long)count, (long long)i);
        image[i] = vr_csv_string(perm, &csv, name);
        if (!*image[i] || strlen(image[i]) != (size_t)csv.fields[name].size)
            return vr_csv_fail(&csv, name, err, "expected the name of an image");
    }
    if (!csv.ended) return false;
    return csv.row + 1 == count ||
           vr_fail(err, VR_ERR_FORMAT, "%s: expected %lld rows as in the features, found %lld", path,
                   (long long)count, (long long)csv.row + 1);
}

static bool vrp_embed_load(vr_arena *perm, vr_arena *scratch, vr_features *out, const char *path,
                           vr_err *err) {
    vr_array a;
    if (!vr_npy_load(perm, &a, path, err)) return false;
    if (a.ndim != 2 || a.shape[0] < 1 || a.shape[1] < 1)
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: expected features [count,width], found %d dimensions or no rows", path, a.ndim);
    if (!vr_array_tensor(perm, &out->x, &a, err)) return vr_err_context(err, "%s: ", path);
    const char **image = VR_NEW(perm, const char *, a.shape[0]);
    out->path = vr_arena_string(perm, path, (int64_t)strlen(path));
    out->image = image;
    return vrp_embed_names(perm, scratch, image, a.shape[0], vrp_features_index(scratch, path), err);
}

bool vr_features_load(vr_arena *perm, vr_features *out, const char *path, vr_err *err) {
    *out = (vr_features){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_arena scratch = {0};
    vr_err own = {0};
    const bool ok = vrp_embed_load(perm, &scratch, out, path, &own);
    vr_arena_free(&scratch);
    if (ok) return true;
    vr_arena_rewind(perm, mark);
    *out = (vr_features){0};
    return vr_err_pass(err, &own);
}
