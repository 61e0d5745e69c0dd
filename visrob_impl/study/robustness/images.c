/* study/robustness/images.c: the corrupted images as files, in the published layouts. Everything that can fail for a reason
 * of the data set's fails before the work. Files are not synced one by one, which would take longer than the corruptions. */
#include "../../base/log.h"
#include "../../base/names.h"
#include "../../base/os.h"
#include "../../base/par.h"
#include "../../format/npy.h"
#include "robustness_impl.h"
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

struct vrp_robustness_images {
    const char *folder, **names; /* of each image: "n01440764/ILSVRC2012_val_00000293.png" */
    FILE **arrays;               /* [factor_count], CIFAR-10-C's; NULL: ImageNet-C's folders */
    int64_t header, count;       /* of an array: bytes before the first image; images at a severity */
};

static bool vrp_robustness_mkdir(const char *path, vr_err *err) {
    return mkdir(path, 0777) == 0 || (errno == EEXIST && vr_path_is_dir(path)) ||
           vr_fail(err, VR_ERR_IO, "%s: cannot make this folder: %s", path, strerror(errno));
}

/* "n01440764/x.png" of "val/n01440764/x.JPEG"; a file without a folder of its own has its class for one. */
static const char *vrp_robustness_image_name(vr_arena *perm, const vr_dataset *data, int64_t i) {
    const char *file = data->files[i], *slash = strrchr(file, '/'), *from = slash, *dot = strrchr(file, '.');
    const int64_t stem = (dot && (!slash || dot > slash) ? dot : file + strlen(file)) - file;
    while (from) { /* to the beginning of the folder; "images" is no class, but the folder above it */
        const char *end = from;
        while (from > file && from[-1] != '/') from--;
        if (end - from != 6 || strncasecmp(from, "images", 6) != 0)
            return vr_arena_printf(perm, "%.*s.png", (int)(file + stem - from), from);
        from = from > file ? from - 1 : NULL;
    }
    const int64_t label = data->labels[i], base = slash ? slash + 1 - file : 0;
    char *name = label < data->class_count
                     ? vr_arena_string(perm, data->classes[label], (int64_t)strlen(data->classes[label]))
                     : vr_arena_string(perm, "", 0);
    for (char *s = name; *s; s++) *s = *s == '/' ? '_' : *s;
    const char *class_ = *name && *name != '.' ? name : vr_arena_printf(perm, "%lld", (long long)label);
    return vr_arena_printf(perm, "%s/%.*s.png", class_, (int)(stem - base), file + base);
}

/* The folders of classes at each severity, and the name of each image. */
static bool vrp_robustness_folders(vr_arena *perm, vrp_robustness_run *run, vr_err *err) {
    const vr_dataset *data = &run->models->subject->data;
    struct vrp_robustness_images *out = run->images;
    vr_names images = {.arena = perm}, folders = {.arena = perm};
    out->names = VR_NEW(perm, const char *, data->count);
    for (int64_t i = 0; i < data->count; i++) {
        const char *name = out->names[i] = vrp_robustness_image_name(perm, data, i);
        if (vr_names_add(&images, name, (int64_t)strlen(name)) < i)
            return vr_fail(err, VR_ERR_ARGUMENT, "%s: %s and another image would both be saved as %s",
                           data->path, data->files[i], name);
        for (const char *slash = name; (slash = strchr(slash, '/')) != NULL; slash++)
            vr_names_add(&folders, name, slash - name);
    }
    for (int64_t cell = 1; cell < run->cells; cell++) {
        const char *factor = vr_arena_printf(perm, "%s/%s", out->folder,
                                             vr_factor_name(vrp_robustness_factor(run, cell))),
                   *severity = vr_arena_printf(perm, "%s/%d", factor, vrp_robustness_severity(run, cell));
        if (!vrp_robustness_mkdir(factor, err) || !vrp_robustness_mkdir(severity, err)) return false;
        for (int64_t c = 0; c < folders.count; c++)
            if (!vrp_robustness_mkdir(vr_arena_printf(perm, "%s/%s", severity, vr_names_at(&folders, c)),
                                      err))
                return false;
    }
    return true;
}

/* The arrays with their headers (numpy.lib.format, version 1.0), and the labels. */
static bool vrp_robustness_arrays(vr_arena *perm, vrp_robustness_run *run, vr_err *err) {
    const vr_subject *first = run->models->subject;
    struct vrp_robustness_images *out = run->images;
    const int64_t n = out->count = run->capacity, size = first->model->preprocess.size;
    char header[192];
    const int used = snprintf(
        header, sizeof header,
        "\x93NUMPY\x01%cv%c{'descr': '|u1', 'fortran_order': False, 'shape': (%lld, %lld, %lld, 3), }", 0, 0,
        (long long)(VR_SEVERITIES * n), (long long)size, (long long)size);
    out->header = (used + 64) / 64 * 64;
    memset(header + used, ' ', (size_t)(out->header - used));
    header[8] = (char)(out->header - 10), header[out->header - 1] = '\n';
    out->arrays = VR_NEW(perm, FILE *, run->factor_count);
    for (int64_t f = 0; f < run->factor_count; f++) {
        const char *path = vr_arena_printf(perm, "%s/%s.npy", out->folder, vr_factor_name(run->factors[f]));
        out->arrays[f] = fopen(path, "wbe");
        if (!out->arrays[f] || fwrite(header, 1, (size_t)out->header, out->arrays[f]) != (size_t)out->header)
            return vr_fail(err, VR_ERR_IO, "%s: cannot write: %s", path, strerror(errno));
    }
    vr_log("%s: labels.npy holds the numbers of the classes of %s", out->folder, first->model->name);
    int64_t *labels = VR_NEW(perm, int64_t, VR_SEVERITIES * n);
    for (int64_t i = 0; i < VR_SEVERITIES * n; i++) labels[i] = first->data.labels[i % n];
    const vr_array array = {.name = "labels",
                            .data = labels,
                            .dtype = VR_I64,
                            .ndim = 1,
                            .shape = {VR_SEVERITIES * n},
                            .stride = {1}};
    return vr_npy_save(vr_arena_printf(perm, "%s/labels.npy", out->folder), &array, err);
}

bool vrp_robustness_images_open(vr_arena *perm, vrp_robustness_run *run, const vr_robustness_opts *opts,
                                vr_err *err) {
    if (!opts->images) return true;
    if (opts->npy && (run->severities < VR_SEVERITIES || opts->over.skip_bad))
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%s: CIFAR-10-C's arrays hold every image at all five severities: %s", opts->images,
                       opts->over.skip_bad ? "none may be skipped" : "none may be left out");
    const char **entries;
    int64_t count = 0;
    if (!vrp_robustness_mkdir(opts->images, err) ||
        !vr_dir_list(perm, &entries, NULL, &count, opts->images, err))
        return false;
    if (count > 0)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: expected a new or an empty folder, found '%s' in it",
                       opts->images, entries[0]);
    run->images = VR_NEW(perm, struct vrp_robustness_images, 1);
    run->images->folder = opts->images;
    return opts->npy ? vrp_robustness_arrays(perm, run, err) : vrp_robustness_folders(perm, run, err);
}

static bool vrp_robustness_png(vr_arena *scratch, vr_image image, const char *path, vr_err *err) {
    const vr_bytes png = vr_image_format_png(scratch, image);
    FILE *file = fopen(path, "wbe");
    bool ok = file && fwrite(png.data, 1, (size_t)png.size, file) == (size_t)png.size;
    ok = file && fclose(file) == 0 && ok;
    return ok || vr_fail(err, VR_ERR_IO, "%s: cannot write: %s", path, strerror(errno));
}

bool vrp_robustness_images_save(vrp_robustness_run *run, int64_t cell, const vr_batch *batch, vr_err *err) {
    const struct vrp_robustness_images *out = run->images;
    if (!out || cell == 0) return true;
    const char *factor = vr_factor_name(vrp_robustness_factor(run, cell));
    const int severity = vrp_robustness_severity(run, cell);
    if (out->arrays) {
        FILE *file = out->arrays[(cell - 1) / VR_SEVERITIES];
        const int64_t size = batch->images->width * batch->images->height * 3,
                      at = (severity - 1) * out->count + run->count;
        bool ok = fseeko(file, (off_t)(out->header + at * size), SEEK_SET) == 0;
        for (int64_t i = 0; ok && i < batch->count; i++)
            ok = fwrite(batch->images[i].pixels, 1, (size_t)size, file) == (size_t)size;
        return ok ||
               vr_fail(err, VR_ERR_IO, "%s/%s.npy: cannot write: %s", out->folder, factor, strerror(errno));
    }
    vr_arena scratch = {0};
    vr_err *errors = VR_NEW(&scratch, vr_err, batch->count);
#pragma omp parallel num_threads(vr_threads())
    {
        vr_arena own = {0};
#pragma omp for schedule(dynamic)
        for (int64_t i = 0; i < batch->count; i++) {
            vrp_robustness_png(&own, batch->images[i],
                               vr_arena_printf(&own, "%s/%s/%d/%s", out->folder, factor, severity,
                                               out->names[batch->index[i]]),
                               &errors[i]);
            vr_arena_reset(&own);
        }
        vr_arena_free(&own);
    }
    bool ok = true;
    for (int64_t i = 0; ok && i < batch->count; i++)
        ok = errors[i].code == VR_OK || vr_err_pass(err, &errors[i]);
    vr_arena_free(&scratch);
    return ok;
}

bool vrp_robustness_images_close(vrp_robustness_run *run, vr_err *err) {
    bool ok = true;
    for (int64_t f = 0; run->images && run->images->arrays && f < run->factor_count; f++) {
        FILE *file = run->images->arrays[f];
        if (file && fclose(file) != 0)
            ok = vr_fail(err, VR_ERR_IO, "%s/%s.npy: cannot write: %s", run->images->folder,
                         vr_factor_name(run->factors[f]), strerror(errno));
    }
    return ok;
}
