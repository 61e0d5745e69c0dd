/* image/dataset.c: every source is a list of paths and one function that decodes image n.
 *
 * Opening a data set only lists its files. They are in bytewise order of their paths, and labels are the indices of the
 * sorted class names: the same on any file system, and as in torchvision's ImageFolder. */
#include "dataset.h"
#include "../base/names.h"
#include "../base/os.h"
#include "../base/par.h"
#include "../format/array.h"
#include "../format/cifar.h"
#include "../format/idx.h"
#include "../format/load.h"
#include "../format/tar.h"
#include "image_impl.h"
#include "draw_impl.h"
#include <stdlib.h>
#include <string.h>

/* A function that decodes an image, and its data; n is the index of the image in the source. */
struct vr_dataset_source {
    bool (*decode)(vr_arena *arena, vr_image *image, const vr_dataset *data, const char *file, int64_t n,
                   vr_err *err);
    const vr_tar_entry *entries; /* tar */
    const uint8_t *pixels;       /* an array of pixels */
    int64_t width, height;       /* of each image of an array, or of a drawn image */
    int64_t channels;            /* of an array: 3, or 1 = grey */
    vr_cifar cifar;
    vr_rng rng; /* drawn images */
};

/* ---- decoding ---- */

static bool vrp_dataset_decode_folder(vr_arena *arena, vr_image *image, const vr_dataset *data,
                                      const char *file, int64_t n, vr_err *err) {
    (void)n;
    return vr_image_load(arena, image, vr_arena_printf(arena, "%s/%s", data->path, file), &data->decode, err);
}

static bool vrp_dataset_decode_file(vr_arena *arena, vr_image *image, const vr_dataset *data,
                                    const char *file, int64_t n, vr_err *err) {
    (void)file, (void)n;
    return vr_image_load(arena, image, data->path, &data->decode, err);
}

static bool vrp_dataset_decode_tar(vr_arena *arena, vr_image *image, const vr_dataset *data, const char *file,
                                   int64_t n, vr_err *err) {
    const char *name = vr_arena_printf(arena, "%s: %s", data->path, file);
    return vrp_image_parse(arena, image, data->source->entries[n].data, name, &data->decode, err);
}

static bool vrp_dataset_decode_array(vr_arena *arena, vr_image *image, const vr_dataset *data,
                                     const char *file, int64_t n, vr_err *err) {
    (void)file, (void)err;
    *image = vr_image_new(arena, data->source->width, data->source->height);
    const int64_t pixels = image->width * image->height;
    const uint8_t *from = data->source->pixels + n * pixels * data->source->channels;
    if (data->source->channels == 3)
        memcpy(image->pixels, from, (size_t)pixels * 3);
    else
        for (int64_t i = 0; i < pixels; i++) memset(image->pixels + 3 * i, from[i], 3);
    return true;
}

static bool vrp_dataset_decode_cifar(vr_arena *arena, vr_image *image, const vr_dataset *data,
                                     const char *file, int64_t n, vr_err *err) {
    (void)file, (void)err;
    *image = vr_image_new(arena, VR_CIFAR_SIDE, VR_CIFAR_SIDE);
    vr_cifar_pixels(image->pixels, &data->source->cifar, n);
    return true;
}

static bool vrp_dataset_decode_shape(vr_arena *arena, vr_image *image, const vr_dataset *data,
                                     const char *file, int64_t n, vr_err *err) {
    (void)file, (void)err;
    vrp_shapes_set(arena, image, NULL, n, 1, data->source->width, data->source->rng);
    return true;
}

/* ---- listing ---- */

typedef struct vrp_dataset_item {
    const char *path;
    int64_t origin;
} vrp_dataset_item;

/* The files found in a source. `perm` holds the strings, `scratch` the growing list. */
typedef struct vrp_dataset_list {
    vr_arena *perm;
    vr_arena scratch;
    vrp_dataset_item *items;
    int64_t count, capacity, ignored;
} vrp_dataset_list;

static void vrp_dataset_add(vrp_dataset_list *list, const char *path, int64_t origin) {
    if (list->count == list->capacity) {
        list->capacity = vr_max(256, 2 * list->capacity);
        vrp_dataset_item *more = VR_NEW(&list->scratch, vrp_dataset_item, list->capacity);
        if (list->count > 0) memcpy(more, list->items, (size_t)list->count * sizeof *more);
        list->items = more;
    }
    list->items[list->count++] = (vrp_dataset_item){.path = path, .origin = origin};
}

static const char *const vrp_dataset_endings[] = {".jpg", ".jpeg", ".png", ".bmp", ".gif",
                                                  ".tga", ".psd",  ".ppm", ".pgm", ".pnm"};
enum { VRP_DATASET_ENDINGS = sizeof vrp_dataset_endings / sizeof *vrp_dataset_endings };

static bool vrp_dataset_is_image(const char *path) {
    for (int i = 0; i < VRP_DATASET_ENDINGS; i++)
        if (vr_path_has_suffix(path, vrp_dataset_endings[i])) return true;
    return false;
}

/* ".jpg, .jpeg, ... or .pnm", for messages. */
static const char *vrp_dataset_endings_listed(vr_arena *arena) {
    const char *list = vrp_dataset_endings[0];
    for (int i = 1; i < VRP_DATASET_ENDINGS; i++)
        list = vr_arena_printf(arena, "%s%s%s", list, i + 1 < VRP_DATASET_ENDINGS ? ", " : " or ",
                               vrp_dataset_endings[i]);
    return list;
}

static bool vrp_dataset_is_hidden(const char *path) { return path[0] == '.' || strstr(path, "/.") != NULL; }

/* The folders above the current one. */
typedef struct vrp_dataset_folder {
    const char *path; /* for the system */
    const struct vrp_dataset_folder *above;
} vrp_dataset_folder;

/* Adds the images below a folder; `inside` is its path in the data set, "" or "train/cat/". A link to a folder above would
 * recurse forever. */
static bool vrp_dataset_walk(vrp_dataset_list *list, const vrp_dataset_folder *folder, const char *inside,
                             vr_err *err) {
    for (const vrp_dataset_folder *f = folder->above; f; f = f->above)
        if (vr_path_same(f->path, folder->path))
            return vr_fail(err, VR_ERR_ARGUMENT, "%s: a link to %s, which contains it", folder->path,
                           f->path);
    const char **names;
    int64_t n;
    if (!vr_dir_list(&list->scratch, &names, &n, folder->path, err)) return false;
    for (int64_t i = 0; i < n; i++) {
        if (names[i][0] == '.') {
            list->ignored++;
        } else if (vrp_dataset_is_image(names[i])) {
            vrp_dataset_add(list, vr_arena_printf(list->perm, "%s%s", inside, names[i]), 0);
        } else {
            const vrp_dataset_folder below = {
                vr_arena_printf(&list->scratch, "%s/%s", folder->path, names[i]), folder};
            if (!vr_path_is_dir(below.path))
                list->ignored++;
            else if (!vrp_dataset_walk(list, &below,
                                       vr_arena_printf(&list->scratch, "%s%s/", inside, names[i]), err))
                return false;
        }
    }
    return true;
}

static int vrp_dataset_by_path(const void *a, const void *b) {
    return strcmp(((const vrp_dataset_item *)a)->path, ((const vrp_dataset_item *)b)->path);
}

static int vrp_dataset_by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The name of the folder that contains a file: "b" of "a/b/c.jpg"; {0} at the top. */
static vr_bytes vrp_dataset_class(const char *path) {
    const char *end = strrchr(path, '/'), *from = end;
    if (!end) return (vr_bytes){0};
    while (from > path && from[-1] != '/') from--;
    return (vr_bytes){(const uint8_t *)from, end - from};
}

/* True where both files are in the same folder. */
static bool vrp_dataset_same_folder(const char *a, const char *b) {
    const char *end = strrchr(a, '/'), *end_b = strrchr(b, '/');
    const ptrdiff_t n = end ? end - a : -1, n_b = end_b ? end_b - b : -1;
    return n == n_b && (n < 0 || memcmp(a, b, (size_t)n) == 0);
}

/* classes = the sorted names of the folders that contain files; labels = their indices. */
static void vrp_dataset_label(vr_dataset *data, vrp_dataset_list *list, int64_t *labels) {
    vr_names names = {.arena = &list->scratch};
    for (int64_t i = 0; i < data->count; i++) {
        if (i > 0 && vrp_dataset_same_folder(data->files[i], data->files[i - 1])) {
            labels[i] = labels[i - 1];
            continue;
        }
        const vr_bytes folder = vrp_dataset_class(data->files[i]);
        labels[i] = folder.data ? vr_names_add(&names, (const char *)folder.data, folder.size) : -1;
    }
    const int64_t n = names.count;
    const char **classes = VR_NEW(list->perm, const char *, n);
    int64_t *rank = VR_NEW(&list->scratch, int64_t, n);
    for (int64_t k = 0; k < n; k++)
        classes[k] = vr_arena_string(list->perm, vr_names_at(&names, k), names.name[k].size);
    if (n > 0) qsort(classes, (size_t)n, sizeof *classes, vrp_dataset_by_name);
    for (int64_t k = 0; k < n; k++) rank[vr_names_find(&names, classes[k], (int64_t)strlen(classes[k]))] = k;
    for (int64_t i = 0; i < data->count; i++)
        if (labels[i] >= 0) labels[i] = rank[labels[i]];
    data->classes = classes;
    data->class_count = n;
}

/* Makes the data set of a list of paths. */
static bool vrp_dataset_finish(vr_dataset *data, vrp_dataset_list *list, vr_err *err) {
    if (list->count == 0)
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%s: no images found; expected files ending in %s (%lld other files)", data->path,
                       vrp_dataset_endings_listed(&list->scratch), (long long)list->ignored);
    qsort(list->items, (size_t)list->count, sizeof *list->items, vrp_dataset_by_path);
    const char **files = VR_NEW(list->perm, const char *, list->count);
    int64_t *labels = VR_NEW(list->perm, int64_t, list->count),
            *origin = VR_NEW(list->perm, int64_t, list->count);
    for (int64_t i = 0; i < list->count; i++) {
        files[i] = list->items[i].path;
        origin[i] = list->items[i].origin;
    }
    data->files = files;
    data->labels = labels;
    data->origin = origin;
    data->count = list->count;
    vrp_dataset_label(data, list, labels);
    return true;
}

/* ---- the kinds of sources ---- */

static bool vrp_dataset_open_folder(vr_dataset *data, vrp_dataset_list *list, vr_err *err) {
    const vrp_dataset_folder top = {data->path, NULL};
    struct vr_dataset_source *source = VR_NEW(list->perm, struct vr_dataset_source, 1);
    source->decode = vrp_dataset_decode_folder;
    data->source = source;
    return vrp_dataset_walk(list, &top, "", err) && vrp_dataset_finish(data, list, err);
}

/* The name of a path's last part. */
static const char *vrp_dataset_last(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool vrp_dataset_open_file(vr_dataset *data, vrp_dataset_list *list, vr_err *err) {
    struct vr_dataset_source *source = VR_NEW(list->perm, struct vr_dataset_source, 1);
    source->decode = vrp_dataset_decode_file;
    data->source = source;
    vrp_dataset_add(list, vrp_dataset_last(data->path), 0);
    return vrp_dataset_finish(data, list, err);
}

static bool vrp_dataset_open_tar(vr_dataset *data, vrp_dataset_list *list, vr_err *err) {
    vr_tar tar;
    if (!vr_tar_load(list->perm, &tar, data->path, err)) return false;
    struct vr_dataset_source *source = VR_NEW(list->perm, struct vr_dataset_source, 1);
    *source = (struct vr_dataset_source){.decode = vrp_dataset_decode_tar, .entries = tar.entries};
    data->source = source;
    list->ignored = tar.others;
    for (int64_t i = 0; i < tar.count; i++) {
        const char *path = tar.entries[i].path;
        if (vrp_dataset_is_image(path) && !vrp_dataset_is_hidden(path))
            vrp_dataset_add(list, path, i);
        else
            list->ignored++;
    }
    return vrp_dataset_finish(data, list, err);
}

/* The files of numbered images: "00017", in the order of the source. */
static int64_t *vrp_dataset_number(vr_arena *perm, vr_dataset *data, int64_t count) {
    int digits = 5;
    for (int64_t n = 100000; count > n; n *= 10) digits++;
    const char **files = VR_NEW(perm, const char *, count);
    int64_t *labels = VR_NEW(perm, int64_t, count), *origin = VR_NEW(perm, int64_t, count);
    char *names = VR_NEW(perm, char, (count * (digits + 1)));
    for (int64_t i = 0; i < count; i++) {
        char *name = names + i * (digits + 1);
        int64_t value = i;
        for (int k = digits - 1; k >= 0; k--, value /= 10) name[k] = (char)('0' + value % 10);
        files[i] = name;
        labels[i] = -1;
        origin[i] = i;
    }
    data->files = files;
    data->labels = labels;
    data->origin = origin;
    data->count = count;
    return labels;
}

/* An array of pixels: u8 [N,H,W,3], grey [N,H,W], or where `one` is true one image [H,W,3]: nobody has grey images three pixels
 * wide. */
static bool vrp_dataset_open_array(vr_dataset *data, vr_arena *perm, const vr_array *a, bool one,
                                   vr_err *err) {
    one = one && a->ndim == 3 && a->shape[2] == 3;
    const int64_t *shape = one ? a->shape - 1 : a->shape; /* [1] and [2] are height and width */
    const bool grey = a->ndim == 3 && !one, colour = one || (a->ndim == 4 && a->shape[3] == 3);
    if (a->dtype != VR_U8 || (!grey && !colour) || !vr_array_contiguous(a) || vr_array_count(a) == 0 ||
        shape[1] > VR_IMAGE_MAX_PIXELS / shape[2])
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%s: expected a row-major u8 array [N,H,W,3], [N,H,W] or [H,W,3]", data->path);
    struct vr_dataset_source *source = VR_NEW(perm, struct vr_dataset_source, 1);
    *source = (struct vr_dataset_source){.decode = vrp_dataset_decode_array,
                                         .pixels = (const uint8_t *)a->data,
                                         .height = shape[1],
                                         .width = shape[2],
                                         .channels = grey ? 1 : 3};
    data->source = source;
    vrp_dataset_number(perm, data, one ? 1 : a->shape[0]);
    return true;
}

static bool vrp_dataset_open_npy(vr_dataset *data, vrp_dataset_list *list, vr_err *err) {
    vr_arrays arrays;
    if (!vr_arrays_load(list->perm, &arrays, data->path, err)) return false;
    if (arrays.count != 1)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: expected one array, found %lld", data->path,
                       (long long)arrays.count);
    return vrp_dataset_open_array(data, list->perm, &arrays.items[0], true, err);
}

/* "0", "1", ...: class names where there are none. */
static const char *const *vrp_dataset_numbers(vr_arena *perm, int64_t n) {
    const char **names = VR_NEW(perm, const char *, n);
    for (int64_t i = 0; i < n; i++) names[i] = vr_arena_printf(perm, "%lld", (long long)i);
    return names;
}

/* MNIST's images; the labels are in the file beside it with "labels" instead of "images" and "idx1" instead of "idx3". */
static bool vrp_dataset_open_idx(vr_dataset *data, vrp_dataset_list *list, vr_err *err) {
    vr_arena *perm = list->perm;
    vr_array images, labels;
    if (!vr_idx_load(perm, &images, data->path, err) ||
        !vrp_dataset_open_array(data, perm, &images, false, err))
        return false;
    const char *part = strstr(vrp_dataset_last(data->path), "images"),
               *kind = part ? strstr(part, "idx3") : NULL;
    if (!kind) return true;
    const char *between = part + strlen("images");
    const char *path = vr_arena_printf(perm, "%.*slabels%.*sidx1%s", (int)(part - data->path), data->path,
                                       (int)(kind - between), between, kind + strlen("idx3"));
    if (!vr_path_exists(path)) return true;
    if (!vr_idx_load(perm, &labels, path, err)) return false;
    if (labels.dtype != VR_U8 || labels.ndim != 1 || labels.shape[0] != data->count)
        return vr_fail(err, VR_ERR_FORMAT, "%s: expected %lld labels of one byte each, for %s", path,
                       (long long)data->count, data->path);
    int64_t *numbers = VR_NEW(perm, int64_t, data->count);
    for (int64_t i = 0; i < data->count; i++) {
        numbers[i] = ((const uint8_t *)labels.data)[i];
        data->class_count = vr_max(data->class_count, numbers[i] + 1);
    }
    data->labels = numbers;
    data->classes = vrp_dataset_numbers(perm, data->class_count);
    return true;
}

static bool vrp_dataset_open_cifar(vr_dataset *data, vrp_dataset_list *list, const char *path, vr_err *err) {
    struct vr_dataset_source *source = VR_NEW(list->perm, struct vr_dataset_source, 1);
    source->decode = vrp_dataset_decode_cifar;
    if (!vr_cifar_load(list->perm, &source->cifar, path, err)) return false;
    data->source = source;
    data->classes = source->cifar.classes;
    data->class_count = source->cifar.class_count;
    int64_t *labels = vrp_dataset_number(list->perm, data, source->cifar.count);
    for (int64_t i = 0; i < data->count; i++) labels[i] = vr_cifar_label(&source->cifar, i);
    return true;
}

/* The test part of a folder with CIFAR's binary files, or NULL. */
static const char *vrp_dataset_cifar_test(vr_arena *perm, const char *folder) {
    static const char *const names[][2] = {{"test_batch.bin", "batches.meta.txt"},
                                           {"test.bin", "fine_label_names.txt"}};
    for (int i = 0; i < 2; i++)
        if (vr_path_exists(vr_arena_printf(perm, "%s/%s", folder, names[i][1]))) {
            const char *path = vr_arena_printf(perm, "%s/%s", folder, names[i][0]);
            if (vr_path_exists(path)) return path;
        }
    return NULL;
}

static bool vrp_dataset_open_any(vr_dataset *data, vrp_dataset_list *list, vr_err *err) {
    const char *path = data->path;
    if (!vr_path_exists(path)) return vr_fail(err, VR_ERR_IO, "%s: no such file or directory", path);
    if (vr_path_is_dir(path)) {
        const char *cifar = vrp_dataset_cifar_test(list->perm, path);
        return cifar ? vrp_dataset_open_cifar(data, list, cifar, err)
                     : vrp_dataset_open_folder(data, list, err);
    }
    if (vr_path_has_suffix(path, ".tar") || vr_path_has_suffix(path, ".tar.gz") ||
        vr_path_has_suffix(path, ".tgz"))
        return vrp_dataset_open_tar(data, list, err);
    if (vr_path_has_suffix(path, ".npy")) return vrp_dataset_open_npy(data, list, err);
    if (vr_path_has_suffix(path, ".bin")) return vrp_dataset_open_cifar(data, list, path, err);
    if (strstr(vrp_dataset_last(path), "idx3-ubyte")) return vrp_dataset_open_idx(data, list, err);
    if (vrp_dataset_is_image(path)) return vrp_dataset_open_file(data, list, err);
    return vr_fail(err, VR_ERR_ARGUMENT,
                   "%s: unknown kind of data set; expected a folder, .tar, .tar.gz, CIFAR's .bin, MNIST's "
                   "idx3-ubyte, .npy, or "
                   "an image ending in %s",
                   path, vrp_dataset_endings_listed(&list->scratch));
}

bool vr_dataset_open(vr_arena *perm, vr_dataset *data, const char *path, int64_t *ignored, vr_err *err) {
    if (ignored) *ignored = 0;
    const vr_arena_mark mark = vr_arena_here(perm);
    vrp_dataset_list list = {.perm = perm};
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    *data = (vr_dataset){.path = vr_arena_string(perm, path, (int64_t)n)};
    const bool ok = vrp_dataset_open_any(data, &list, err);
    if (ok && ignored) *ignored = list.ignored;
    vr_arena_free(&list.scratch);
    if (ok) return true;
    vr_arena_rewind(perm, mark);
    *data = (vr_dataset){0};
    return false;
}

void vr_dataset_shapes(vr_arena *perm, vr_dataset *data, int64_t count, int64_t size, vr_rng rng) {
    VR_CHECK(count >= 0 && size >= 16, "%lld images of %lld pixels", (long long)count, (long long)size);
    static const char *const names[] = {
#define X(ID, name) #name,
        VR_SHAPES_CLASSES(X)
#undef X
    };
    struct vr_dataset_source *source = VR_NEW(perm, struct vr_dataset_source, 1);
    *source = (struct vr_dataset_source){
        .decode = vrp_dataset_decode_shape, .width = size, .height = size, .rng = rng};
    *data =
        (vr_dataset){.path = "shapes", .source = source, .classes = names, .class_count = VR_SHAPES_COUNT};
    int64_t *labels = vrp_dataset_number(perm, data, count);
    for (int64_t i = 0; i < count; i++) labels[i] = i % VR_SHAPES_COUNT;
}

void vr_dataset_pixels(vr_arena *perm, vr_dataset *data, const uint8_t *pixels, int64_t count, int64_t width,
                       int64_t height, const int64_t *labels, const char *const *classes,
                       int64_t class_count) {
    VR_CHECK(count >= 0 && width >= 1 && height >= 1, "%lld images of %lld x %lld", (long long)count,
             (long long)width, (long long)height);
    struct vr_dataset_source *source = VR_NEW(perm, struct vr_dataset_source, 1);
    *source = (struct vr_dataset_source){.decode = vrp_dataset_decode_array,
                                         .pixels = pixels,
                                         .width = width,
                                         .height = height,
                                         .channels = 3};
    *data = (vr_dataset){
        .path = "images in memory", .source = source, .classes = classes, .class_count = class_count};
    int64_t *own = vrp_dataset_number(perm, data, count);
    for (int64_t i = 0; labels && i < count; i++) own[i] = labels[i];
}

void vr_dataset_limit(vr_arena *perm, vr_dataset *data, int64_t n, vr_rng rng) {
    if (n <= 0 || n >= data->count) return;
    const char **files = VR_NEW(perm, const char *, n);
    int64_t *labels = VR_NEW(perm, int64_t, n), *origin = VR_NEW(perm, int64_t, n);
    vr_arena scratch = {0};
    int64_t *order = VR_NEW(&scratch, int64_t, data->count);
    bool *kept = VR_NEW(&scratch, bool, data->count);
    vr_rng_permutation(order, data->count, rng);
    for (int64_t i = 0; i < n; i++) kept[order[i]] = true;
    for (int64_t i = 0, k = 0; i < data->count; i++) {
        if (!kept[i]) continue;
        files[k] = data->files[i];
        labels[k] = data->labels[i];
        origin[k++] = data->origin[i];
    }
    vr_arena_free(&scratch);
    data->files = files;
    data->labels = labels;
    data->origin = origin;
    data->count = n;
}

bool vr_dataset_image(vr_arena *arena, vr_image *image, const vr_dataset *data, int64_t i, vr_err *err) {
    VR_CHECK(i >= 0 && i < data->count, "image %lld of %lld", (long long)i, (long long)data->count);
    *image = (vr_image){0};
    const vr_arena_mark mark = vr_arena_here(arena);
    if (data->source->decode(arena, image, data, data->files[i], data->origin[i], err)) return true;
    vr_arena_rewind(arena, mark);
    return false;
}
