/* image/dataset.c: every source is a list of paths and one function that decodes image n.
 *
 * Opening a data set only lists its files. They are in bytewise order of their paths, and labels are the indices of the
 * sorted class names: the same on any file system, and as in torchvision's ImageFolder. */
#include "dataset.h"
#include "../base/names.h"
#include "../base/os.h"
#include "../base/par.h"
#include "../base/text.h"
#include "../format/array.h"
#include "../format/cifar.h"
#include "../format/idx.h"
#include "../format/load.h"
#include "../format/npy.h"
#include "../format/tar.h"
#include "factor.h"
#include "image_impl.h"
#include "draw_impl.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A function that decodes an image, and its data; n is the index of the image in the source. */
struct vr_dataset_source {
    bool (*decode)(vr_arena *arena, vr_image *image, const vr_dataset *data, const char *file, int64_t n,
                   vr_err *err);
    const vr_tar_entry *entries; /* tar */
    const uint8_t *pixels;       /* an array of pixels */
    const uint8_t **arrays;      /* or several, of `rows` images each */
    int64_t rows;
    int64_t width, height; /* of each image of an array, or of a drawn image */
    int64_t channels;      /* of an array: 3, or 1 = grey */
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
    const struct vr_dataset_source *s = data->source;
    const uint8_t *from = s->arrays ? s->arrays[n / s->rows] : s->pixels;
    from += (s->arrays ? n % s->rows : n) * pixels * s->channels;
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
    int64_t unsupported; /* of the ignored files, images of another format */
    bool arrays;         /* one of them is an array */
    const char *ending;  /* the first one's */
    vr_names folders;    /* that were read, by their identity */
    int64_t again;       /* folders that were read before */
    vr_text note;
    vr_names annotated; /* names of files in val_annotations.txt, and their classes: */
    vr_bytes *annotation;
} vrp_dataset_list;

enum { VRP_DATASET_AGAIN = 100 };

/* Appends to the note; a sentence ends with "; " before the next one. */
static void vrp_dataset_note(vrp_dataset_list *list, const char *sentence) {
    if (list->note.size > 0) vr_text_add(&list->note, "; ");
    vr_text_add(&list->note, sentence);
}

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

/* The ending of an image that is not read: ".webp"; NULL for any other file. */
static const char *vrp_dataset_unsupported(const char *path) {
    static const char *const endings[] = {".tif", ".tiff", ".webp", ".avif", ".heic", ".heif",
                                          ".jp2", ".jxl",  ".exr",  ".hdr",  ".dng",  ".svg"};
    for (int i = 0; i < (int)(sizeof endings / sizeof *endings); i++)
        if (vr_path_has_suffix(path, endings[i])) return endings[i];
    return NULL;
}

/* Counts a file that is left out. */
static void vrp_dataset_ignore(vrp_dataset_list *list, const char *path) {
    const char *ending = path[0] == '.' ? NULL : vrp_dataset_unsupported(path);
    list->ignored++;
    list->arrays = list->arrays || vr_path_has_suffix(path, ".npy");
    if (!ending) return;
    list->unsupported++;
    if (!list->ending) list->ending = ending;
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
    uint64_t id[2];
} vrp_dataset_folder;

/* A link to a folder above would recurse forever, and one to a folder beside it, at each level, for as good as ever. */
static bool vrp_dataset_enter(vrp_dataset_list *list, vrp_dataset_folder *folder, vr_err *err) {
    if (!vr_path_identity(folder->id, folder->path))
        return vr_fail(err, VR_ERR_IO, "%s: no such file or directory", folder->path);
    for (const vrp_dataset_folder *f = folder->above; f; f = f->above)
        if (f->id[0] == folder->id[0] && f->id[1] == folder->id[1])
            return vr_fail(err, VR_ERR_ARGUMENT, "%s: a link to %s, which contains it", folder->path,
                           f->path);
    const int64_t count = list->folders.count;
    list->again += vr_names_add(&list->folders, (const char *)folder->id, sizeof folder->id) < count;
    return list->again <= VRP_DATASET_AGAIN ||
           vr_fail(err, VR_ERR_LIMIT, "%s: links lead to folders that were read before more than %d times",
                   folder->path, VRP_DATASET_AGAIN);
}

/* Adds the images below a folder; `inside` is its path in the data set, "" or "train/cat/". */
static bool vrp_dataset_walk(vrp_dataset_list *list, vrp_dataset_folder *folder, const char *inside,
                             vr_err *err) {
    const char **names;
    bool *folders;
    int64_t n;
    if (!vrp_dataset_enter(list, folder, err) ||
        !vr_dir_list(&list->scratch, &names, &folders, &n, folder->path, err))
        return false;
    for (int64_t i = 0; i < n; i++) {
        if (names[i][0] == '.') {
            list->ignored++;
        } else if (folders[i]) { /* whatever its name */
            vrp_dataset_folder below = {
                .path = vr_arena_printf(&list->scratch, "%s/%s", folder->path, names[i]), .above = folder};
            const char *path = vr_arena_printf(&list->scratch, "%s%s/", inside, names[i]);
            if (!vrp_dataset_walk(list, &below, path, err)) return false;
        } else if (vrp_dataset_is_image(names[i]))
            vrp_dataset_add(list, vr_arena_printf(list->perm, "%s%s", inside, names[i]), 0);
        else if (!list->annotation || *inside || strcmp(names[i], "val_annotations.txt") != 0)
            vrp_dataset_ignore(list, names[i]);
    }
    return true;
}

static int vrp_dataset_by_path(const void *a, const void *b) {
    return strcmp(((const vrp_dataset_item *)a)->path, ((const vrp_dataset_item *)b)->path);
}

static int vrp_dataset_by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The name of the folder that contains a file: "b" of "a/b/c.jpg", and of "a/b/images/c.jpg"; {0} where there is none. */
static vr_bytes vrp_dataset_class(const char *path, bool *images) {
    static const char skipped[] = "images";
    const char *end = strrchr(path, '/'), *from = end;
    if (!end) return (vr_bytes){0};
    while (from > path && from[-1] != '/') from--;
    int same = 0;
    while (same < end - from && same < 6 && tolower((unsigned char)from[same]) == skipped[same]) same++;
    if (same < 6 || end - from != 6) return (vr_bytes){(const uint8_t *)from, end - from};
    *images = true;
    if (from == path) return (vr_bytes){0};
    end = --from;
    while (from > path && from[-1] != '/') from--;
    return (vr_bytes){(const uint8_t *)from, end - from};
}

/* The folder of a file: "a/b" of "a/b/c.jpg". */
static vr_bytes vrp_dataset_folder_of(const char *path) {
    const char *end = strrchr(path, '/');
    return (vr_bytes){(const uint8_t *)path, end ? end - path : 0};
}

/* Reads val_annotations.txt of Tiny ImageNet, "val_0.JPEG<tab>n03444034<tab>...", where it is in the folder. */
static bool vrp_dataset_annotations(vrp_dataset_list *list, const char *folder, vr_err *err) {
    const char *path = vr_arena_printf(&list->scratch, "%s/val_annotations.txt", folder);
    vr_bytes text;
    if (!vr_path_exists(path)) return true;
    if (!vr_file_read(&list->scratch, &text, path, err) || !vr_text_check(&text, path, err)) return false;
    int64_t most = 1, line = 0;
    for (int64_t i = 0; i < text.size; i++) most += text.data[i] == '\n';
    list->annotated.arena = &list->scratch;
    list->annotation = VR_NEW(&list->scratch, vr_bytes, most);
    for (const char *s = (const char *)text.data, *end = s + text.size; s < end; line++) {
        const char *stop = (const char *)memchr(s, '\n', (size_t)(end - s)), *tab, *second;
        if (!stop) stop = end;
        tab = (const char *)memchr(s, '\t', (size_t)(stop - s));
        second = tab ? (const char *)memchr(tab + 1, '\t', (size_t)(stop - tab - 1)) : NULL;
        if (!second || tab == s || second == tab + 1)
            return vr_fail(err, VR_ERR_FORMAT, "%s:%lld:1: expected a file name, a tab, a class and a tab",
                           path, (long long)line + 1);
        const int64_t at = vr_names_add(&list->annotated, s, tab - s);
        if (at < line)
            return vr_fail(err, VR_ERR_FORMAT, "%s:%lld:1: '%.*s' is annotated before", path,
                           (long long)line + 1, (int)vr_min(tab - s, 200), s);
        list->annotation[at] = (vr_bytes){(const uint8_t *)tab + 1, second - tab - 1};
        s = stop + 1;
    }
    vrp_dataset_note(list, "classes are those of val_annotations.txt");
    return true;
}

/* The class of a file by its annotation, else by its folder. */
static vr_bytes vrp_dataset_named(const vrp_dataset_list *list, const char *path, bool *images) {
    if (!list->annotation) return vrp_dataset_class(path, images);
    const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
    const int64_t at = vr_names_find(&list->annotated, last, (int64_t)strlen(last));
    return at >= 0 ? list->annotation[at] : (vr_bytes){0};
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
    vr_bytes *folder_of = VR_NEW(&list->scratch, vr_bytes, data->count); /* the first one of each class */
    const char *merged = NULL;
    bool images = false;
    for (int64_t i = 0; i < data->count; i++) {
        if (i > 0 && !list->annotation && vrp_dataset_same_folder(data->files[i], data->files[i - 1])) {
            labels[i] = labels[i - 1];
            continue;
        }
        const vr_bytes name = vrp_dataset_named(list, data->files[i], &images),
                       folder = vrp_dataset_folder_of(data->files[i]);
        labels[i] = -1;
        if (!name.data) continue;
        const int64_t count = names.count,
                      k = labels[i] = vr_names_add(&names, (const char *)name.data, name.size);
        if (k == count) folder_of[k] = folder;
        if (k < count && !merged && !list->annotation &&
            (folder.size != folder_of[k].size ||
             memcmp(folder.data, folder_of[k].data, (size_t)folder.size) != 0))
            merged = vr_arena_printf(&list->scratch,
                                     "folders of one name are one class: '%.*s' and '%.*s' for one",
                                     (int)folder_of[k].size, (const char *)folder_of[k].data,
                                     (int)folder.size, (const char *)folder.data);
    }
    if (images && names.count > 0 && !list->annotation)
        vrp_dataset_note(list, "the folder above 'images' is taken as the class");
    if (merged) vrp_dataset_note(list, merged);
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
    const long long others = list->ignored - list->unsupported, unsupported = list->unsupported;
    if (list->count == 0 && unsupported > 0)
        return vr_fail(err, VR_ERR_UNSUPPORTED,
                       "%s: no images found that can be read: %lld %s file%s, a format that is not supported",
                       data->path, unsupported, list->ending, vr_plural(unsupported));
    if (list->count == 0)
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%s: no images found; expected files ending in %s (%lld other file%s%s)", data->path,
                       vrp_dataset_endings_listed(&list->scratch), others, vr_plural(others),
                       list->arrays ? "; arrays of images need a labels.npy beside them" : "");
    if (unsupported > 0)
        vrp_dataset_note(
            list, vr_arena_printf(
                      &list->scratch, "%lld image%s of a format that is not supported (%s) %s left out",
                      unsupported, vr_plural(unsupported), list->ending, unsupported == 1 ? "is" : "are"));
    if (others > 0)
        vrp_dataset_note(list, vr_arena_printf(&list->scratch, "%lld file%s no image%s left out", others,
                                               others == 1 ? " that is" : "s that are",
                                               others == 1 ? " is" : "s are"));
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
    vrp_dataset_folder top = {.path = data->path};
    struct vr_dataset_source *source = VR_NEW(list->perm, struct vr_dataset_source, 1);
    source->decode = vrp_dataset_decode_folder;
    data->source = source;
    return vrp_dataset_annotations(list, data->path, err) && vrp_dataset_walk(list, &top, "", err) &&
           vrp_dataset_finish(data, list, err);
}

static bool vrp_dataset_open_file(vr_dataset *data, vrp_dataset_list *list, vr_err *err) {
    struct vr_dataset_source *source = VR_NEW(list->perm, struct vr_dataset_source, 1);
    source->decode = vrp_dataset_decode_file;
    data->source = source;
    const char *slash = strrchr(data->path, '/');
    vrp_dataset_add(list, slash ? slash + 1 : data->path, 0);
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
            vrp_dataset_ignore(list, vrp_dataset_is_hidden(path) ? "." : path);
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

/* An array of pixels: u8 [N,H,W,3], or grey [N,H,W] or [N,H,W,1]. */
static bool vrp_dataset_open_array(vr_dataset *data, vr_arena *perm, const vr_array *a, vr_err *err) {
    const bool grey = a->ndim == 3 || (a->ndim == 4 && a->shape[3] == 1),
               colour = a->ndim == 4 && a->shape[3] == 3;
    if (a->dtype == VR_U8 && a->ndim == 4 && !grey && !colour && a->shape[1] == 3)
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%s: expected a row-major u8 array [N,H,W,3], found channels first, [N,3,H,W]",
                       data->path);
    if (a->dtype != VR_U8 || (!grey && !colour) || !vr_array_contiguous(a) || vr_array_count(a) == 0 ||
        a->shape[1] > VR_IMAGE_MAX_PIXELS / a->shape[2])
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%s: expected a row-major u8 array [N,H,W,3] or [N,H,W], or one image [H,W,3]",
                       data->path);
    struct vr_dataset_source *source = VR_NEW(perm, struct vr_dataset_source, 1);
    *source = (struct vr_dataset_source){.decode = vrp_dataset_decode_array,
                                         .pixels = (const uint8_t *)a->data,
                                         .height = a->shape[1],
                                         .width = a->shape[2],
                                         .channels = grey ? 1 : 3};
    data->source = source;
    vrp_dataset_number(perm, data, a->shape[0]);
    return true;
}

/* "0", "1", ...: class names where there are none. */
static const char *const *vrp_dataset_numbers(vr_arena *perm, int64_t n) {
    const char **names = VR_NEW(perm, const char *, n);
    for (int64_t i = 0; i < n; i++) names[i] = vr_arena_printf(perm, "%lld", (long long)i);
    return names;
}

/* The number of the class of each image from an array: labels[n], which stays NULL where there are not n of them. */
static bool vrp_dataset_labels(vr_dataset *data, vrp_dataset_list *list, int64_t **labels, int64_t n,
                               const char *path, vr_err *err) {
    enum { MOST = 100000 };
    vr_array a;
    *labels = NULL;
    if (!vr_npy_load(list->perm, &a, path, err)) return false;
    if (a.ndim != 1 || a.shape[0] != n) {
        vrp_dataset_note(list,
                         vr_arena_printf(&list->scratch, "%s does not hold %lld labels, and is not used",
                                         path, (long long)n));
        return true;
    }
    int64_t *numbers = VR_NEW(list->perm, int64_t, n);
    vr_err own = {0};
    if (!vr_array_to_i64(numbers, &a, &own)) return vr_fail(err, own.code, "%s: %s", path, own.msg);
    for (int64_t i = 0; i < n; i++) {
        if (numbers[i] < 0 || numbers[i] >= MOST)
            return vr_fail(err, VR_ERR_FORMAT, "%s: label %lld of image %lld is not the number of a class",
                           path, (long long)numbers[i], (long long)i);
        data->class_count = vr_max(data->class_count, numbers[i] + 1);
    }
    data->classes = vrp_dataset_numbers(list->perm, data->class_count);
    *labels = numbers;
    return true;
}

/* Names the images of arrays by what they are: "fog/3/00017" is row 2 * rows/5 + 17 of the array "fog.npy". */
static bool vrp_dataset_cells(vr_dataset *data, vr_arena *perm, const char *const *names, int64_t count,
                              int64_t rows, vr_err *err) {
    if (rows % VR_SEVERITIES != 0)
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: %s.npy: expected the images of %d severities, found %lld images", data->path,
                       names[0], VR_SEVERITIES, (long long)rows);
    const int64_t each = rows / VR_SEVERITIES;
    vrp_dataset_number(perm, data, count * rows);
    const char **files = VR_NEW(perm, const char *, (count * rows));
    for (int64_t i = 0; i < count * rows; i++)
        files[i] = vr_arena_printf(perm, "%s/%lld/%s", names[i / rows], (long long)(i % rows / each + 1),
                                   data->files[i % each]);
    data->files = files;
    return true;
}

/* The name of a corruption of which `name` is the array: "fog" of "fog.npy"; NULL for any other. */
static const char *vrp_dataset_corruption(const char *name) {
    for (int f = 0; f < VR_FACTOR_COUNT; f++) {
        const char *factor = vr_factor_name((vr_factor)f);
        const size_t n = strlen(factor);
        if (strncmp(name, factor, n) == 0 && strcmp(name + n, ".npy") == 0) return factor;
    }
    return NULL;
}

/* The labels of an array, from labels.npy beside it. */
static bool vrp_dataset_beside(vr_dataset *data, vrp_dataset_list *list, vr_err *err) {
    const char *slash = strrchr(data->path, '/'), *name = slash ? slash + 1 : data->path;
    const char *path = vr_arena_printf(list->perm, "%.*slabels.npy", (int)(name - data->path), data->path);
    int64_t *labels;
    if (strcmp(name, "labels.npy") == 0 || !vr_path_exists(path)) return true;
    if (!vrp_dataset_labels(data, list, &labels, data->count, path, err)) return false;
    const char *corruption = vrp_dataset_corruption(name);
    if (labels && corruption && !vrp_dataset_cells(data, list->perm, &corruption, 1, data->count, err))
        return false;
    if (labels) vrp_dataset_note(list, "labels are those of labels.npy beside it");
    if (labels) data->labels = labels;
    return true;
}

static bool vrp_dataset_open_npy(vr_dataset *data, vrp_dataset_list *list, vr_err *err) {
    vr_arrays arrays;
    if (!vr_arrays_load(list->perm, &arrays, data->path, err)) return false;
    if (arrays.count != 1)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: expected one array, found %lld", data->path,
                       (long long)arrays.count);
    vr_array a = arrays.items[0];
    if (a.ndim == 3 && a.shape[2] == 3) { /* [H,W,3]: images of width 3 are not likely */
        vrp_dataset_note(list,
                         vr_arena_printf(&list->scratch,
                                         "taken as one image of %lld x %lld, not as grey images of width 3",
                                         (long long)a.shape[1], (long long)a.shape[0]));
        memmove(a.shape + 1, a.shape, 3 * sizeof *a.shape),
            memmove(a.stride + 1, a.stride, 3 * sizeof *a.stride);
        a.ndim = 4, a.shape[0] = 1, a.stride[0] = a.shape[1] * a.stride[1];
    }
    return vrp_dataset_open_array(data, list->perm, &a, err) && vrp_dataset_beside(data, list, err);
}

/* True for a folder with labels.npy and an array of a corruption. */
static bool vrp_dataset_is_corrupted(vr_arena *scratch, const char *path) {
    if (!vr_path_exists(vr_arena_printf(scratch, "%s/labels.npy", path))) return false;
    bool array = false;
    for (int f = 0; f < VR_FACTOR_COUNT; f++)
        array = array ||
                vr_path_exists(vr_arena_printf(scratch, "%s/%s.npy", path, vr_factor_name((vr_factor)f)));
    return array;
}

/* CIFAR-10-C: labels.npy, and an array of each corruption with the images of five severities one after another. */
static bool vrp_dataset_open_corrupted(vr_dataset *data, vrp_dataset_list *list, vr_err *err) {
    vr_arena *perm = list->perm;
    const char **entries, *path = vr_arena_printf(perm, "%s/labels.npy", data->path);
    int64_t n, count = 0, rows = 0, *labels;
    if (!vr_dir_list(perm, &entries, NULL, &n, data->path, err)) return false;
    const char **names = VR_NEW(perm, const char *, n);
    const uint8_t **arrays = VR_NEW(perm, const uint8_t *, n);
    struct vr_dataset_source *source = NULL;
    for (int64_t i = 0; i < n; i++) {
        vr_array a;
        const char *corruption = vrp_dataset_corruption(entries[i]);
        if (!corruption) {
            list->ignored += strcmp(entries[i], "labels.npy") != 0;
            continue;
        }
        vr_dataset one = {.path = vr_arena_printf(perm, "%s/%s", data->path, entries[i])};
        if (!vr_npy_load(perm, &a, one.path, err) || !vrp_dataset_open_array(&one, perm, &a, err))
            return false;
        if (source && (one.count != rows || one.source->width != source->width ||
                       one.source->height != source->height || one.source->channels != source->channels))
            return vr_fail(err, VR_ERR_FORMAT, "%s: its shape is not that of %s.npy", one.path, names[0]);
        if (!source) {
            source = VR_NEW(perm, struct vr_dataset_source, 1);
            *source = *one.source;
        }
        rows = one.count, arrays[count] = one.source->pixels, names[count++] = corruption;
    }
    source->arrays = arrays, source->rows = rows;
    data->source = source;
    if (!vrp_dataset_cells(data, perm, names, count, rows, err) ||
        !vrp_dataset_labels(data, list, &labels, rows, path, err))
        return false;
    if (!labels)
        return vr_fail(err, VR_ERR_FORMAT, "%s: expected %lld labels, as many as %s.npy has images", path,
                       (long long)rows, names[0]);
    int64_t *all = VR_NEW(perm, int64_t, data->count);
    for (int64_t i = 0; i < data->count; i++) all[i] = labels[i % rows];
    data->labels = all;
    if (list->ignored > 0)
        vrp_dataset_note(list, vr_arena_printf(&list->scratch, "%lld file%s no corruption's array left out",
                                               (long long)list->ignored,
                                               list->ignored == 1 ? " that is" : "s that are"));
    return true;
}

/* The file of labels beside MNIST's images, NULL where there is none: "labels" for "images", idx1 for idx3, with either
 * mark before it, packed or not. */
static const char *vrp_dataset_idx_labels(vr_arena *perm, const char *images) {
    const char *slash = strrchr(images, '/'), *name = slash ? slash + 1 : images,
               *part = strstr(name, "images");
    if (!part || (strncmp(part + 6, "-idx3-ubyte", 11) != 0 && strncmp(part + 6, ".idx3-ubyte", 11) != 0))
        return NULL;
    const bool dot = part[6] == '.', packed = vr_path_has_suffix(images, ".gz");
    for (int k = 0; k < 4; k++) {
        const char *path = vr_arena_printf(perm, "%.*slabels%sidx1-ubyte%s", (int)(part - images), images,
                                           dot != (k >= 2) ? "." : "-", packed != (k % 2 == 1) ? ".gz" : "");
        if (vr_path_exists(path)) return path;
    }
    return NULL;
}

/* MNIST's images. */
static bool vrp_dataset_open_idx(vr_dataset *data, vrp_dataset_list *list, vr_err *err) {
    vr_arena *perm = list->perm;
    vr_array images, labels;
    if (!vr_idx_load(perm, &images, data->path, err) || !vrp_dataset_open_array(data, perm, &images, err))
        return false;
    const char *path = vrp_dataset_idx_labels(perm, data->path);
    if (!path) {
        vrp_dataset_note(list, "no file of labels (labels-idx1-ubyte) is beside it");
        return true;
    }
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

/* Also those that vr_tar_load refuses by the name of their compression. */
static bool vrp_dataset_is_tar(const char *path) {
    static const char *const endings[] = {".tar", ".tar.gz", ".tgz",     ".tar.xz",
                                          ".txz", ".tbz2",   ".tar.bz2", ".tar.zst"};
    for (int i = 0; i < (int)(sizeof endings / sizeof *endings); i++)
        if (vr_path_has_suffix(path, endings[i])) return true;
    return false;
}

static bool vrp_dataset_open_any(vr_dataset *data, vrp_dataset_list *list, vr_err *err) {
    const char *path = data->path;
    if (!vr_path_exists(path)) return vr_fail(err, VR_ERR_IO, "%s: no such file or directory", path);
    if (vr_path_is_dir(path)) {
        if (vrp_dataset_is_corrupted(list->perm, path)) return vrp_dataset_open_corrupted(data, list, err);
        const char *cifar = vrp_dataset_cifar_test(list->perm, path);
        if (!cifar) return vrp_dataset_open_folder(data, list, err);
        vrp_dataset_note(
            list, vr_arena_printf(&list->scratch, "its test part, %s, is used", strrchr(cifar, '/') + 1));
        return vrp_dataset_open_cifar(data, list, cifar, err);
    }
    if (vrp_dataset_is_tar(path)) return vrp_dataset_open_tar(data, list, err);
    if (vr_path_has_suffix(path, ".npy")) return vrp_dataset_open_npy(data, list, err);
    if (vr_path_has_suffix(path, ".bin")) return vrp_dataset_open_cifar(data, list, path, err);
    if (strstr(path, "-idx3-ubyte") || strstr(path, ".idx3-ubyte"))
        return vrp_dataset_open_idx(data, list, err);
    if (vrp_dataset_is_image(path)) return vrp_dataset_open_file(data, list, err);
    if (vrp_dataset_unsupported(path))
        return vr_fail(err, VR_ERR_UNSUPPORTED, "%s: unsupported image format; expected a file ending in %s",
                       path, vrp_dataset_endings_listed(&list->scratch));
    if (vr_path_has_suffix(path, ".zip") || vr_path_has_suffix(path, ".7z") ||
        vr_path_has_suffix(path, ".rar"))
        return vr_fail(err, VR_ERR_UNSUPPORTED, "%s: unsupported archive; expected its folder, or a .tar",
                       path);
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
    list.folders.arena = list.note.arena = &list.scratch;
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    *data = (vr_dataset){.path = vr_arena_string(perm, path, (int64_t)n)};
    const bool ok = vrp_dataset_open_any(data, &list, err);
    if (ok && ignored) *ignored = list.ignored;
    if (ok && list.note.size > 0) data->note = vr_arena_string(perm, list.note.data, list.note.size);
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

void vr_dataset_keep(vr_arena *perm, vr_dataset *data, const bool *kept) {
    int64_t n = 0;
    for (int64_t i = 0; i < data->count; i++) n += kept[i];
    const char **files = VR_NEW(perm, const char *, n);
    int64_t *labels = VR_NEW(perm, int64_t, n), *origin = VR_NEW(perm, int64_t, n);
    for (int64_t i = 0, k = 0; i < data->count; i++) {
        if (!kept[i]) continue;
        files[k] = data->files[i];
        labels[k] = data->labels[i];
        origin[k++] = data->origin[i];
    }
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
