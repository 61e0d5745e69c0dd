/* study/imagenet_x/data.c: from the released files to arrays.
 *
 * Annotations are most of the bytes: threads read parts of the file, whose images are added to the set in the order of the
 * file. The set, and the first error, are the same for any number of threads.
 * Rejected: joining annotations and predictions by row number, as the original does, which refuses any other order. */
#include "../../base/os.h"
#include "../../base/par.h"
#include "../../format/jsonrecord.h"
#include "imagenet_x_impl.h"
#include <stdlib.h>
#include <string.h>

const char *const *vrp_imagenet_x_names(void) {
    static const char *const names[VRP_IMAGENET_X_LABELS] = {
#define X(ID, name) #name,
        VR_IMAGENET_X_FACTOR_LIST(X)
#undef X
            "device",
        "dog",
        "commodity",
        "bird",
        "structure",
        "covering",
        "wheeled_vehicle",
        "food",
        "equipment",
        "insect",
        "vehicle",
        "furniture",
        "primate",
        "vessel",
        "snake",
        "natural_object",
        "other"};
    return names;
}

const char *const *vrp_imagenet_x_metaclasses(void) { return vrp_imagenet_x_names() + VR_IMAGENET_X_FACTORS; }

const char *vr_imagenet_x_factor(int64_t factor) {
    VR_CHECK(factor >= 0 && factor < VR_IMAGENET_X_FACTORS, "factor %lld of 16", (long long)factor);
    return vrp_imagenet_x_names()[factor];
}

int64_t vrp_imagenet_x_find(const char *const *names, int64_t count, const char *name, int64_t n) {
    for (int64_t i = 0; i < count; i++)
        if ((int64_t)strlen(names[i]) == n && memcmp(name, names[i], (size_t)n) == 0) return i;
    return -1;
}

bool vr_imagenet_x_target_parse(vr_imagenet_x_target *target, const char *name, vr_err *err) {
    static const char *const names[] = {"class", "metaclass", "real"};
    const int64_t t = vrp_imagenet_x_find(names, 3, name, (int64_t)strlen(name));
    if (t >= 0) *target = (vr_imagenet_x_target)t;
    return t >= 0 ||
           vr_fail(err, VR_ERR_USAGE, "unknown target '%s' (expected class, metaclass or real)", name);
}

bool vrp_imagenet_x_key(vr_names *keys, const vr_csv *csv, int64_t column, const char *what, vr_bytes key,
                        vr_err *err) {
    const int64_t n = keys->count, at = vr_names_add(keys, (const char *)key.data, key.size);
    if (at < n)
        return vr_csv_fail(csv, column, err, "duplicate %s '%.*s' (first at line %lld)", what,
                           (int)vr_min(key.size, 200), (const char *)key.data, (long long)keys->value[at]);
    keys->value[at] = csv->line;
    return true;
}

/* ---- annotations ---- */

/* The keys of a line: 16 factors, then these. */
enum { VRP_IMAGENET_X_FILE = VR_IMAGENET_X_FACTORS, VRP_IMAGENET_X_LABEL, VRP_IMAGENET_X_KEYS = 20 };

static const vr_json_field vrp_imagenet_x_fields[VRP_IMAGENET_X_KEYS] = {
#define X(ID, name) {#name, VR_JSON_INT, 1, false},
    VR_IMAGENET_X_FACTOR_LIST(X)
#undef X
        {"file_name", VR_JSON_STRING, 0, false},
    {"class", VR_JSON_INT, VR_IMAGENET_X_CLASSES - 1, false},
    {"justification", VR_JSON_STRING, 0, true},
    {"one_word", VR_JSON_STRING, 0, true}};

/* One line of the file; at: where the name is. */
typedef struct vrp_imagenet_x_image {
    vr_bytes name;
    int64_t at;
    int16_t label;
    uint16_t factors;
} vrp_imagenet_x_image;

/* Whole lines of the file. */
typedef struct vrp_imagenet_x_part {
    vr_arena arena;
    vrp_imagenet_x_image *images; /* [count] */
    int64_t count;
    vr_err err;
} vrp_imagenet_x_part;

/* The file, in parts, and its images while they are added: arrays with room for all lines. */
typedef struct vrp_imagenet_x_file {
    const char *path;
    vr_bytes text;
    int64_t count, *labels, *at; /* at: where the name is */
    uint16_t *factors;
} vrp_imagenet_x_file;

/* The most lines of so many bytes: the required keys of a line are 240 long. */
static int64_t vrp_imagenet_x_most(int64_t size) { return size / 240 + 1; }

/* The line of a byte. */
static int64_t vrp_imagenet_x_line(vr_bytes text, int64_t at) {
    int64_t n = 1;
    for (int64_t i = 0; i < at; i++) n += text.data[i] == '\n';
    return n;
}

/* Reads file->text[from..to), whose first line is the file's line `first`. */
static void vrp_imagenet_x_read(vrp_imagenet_x_part *part, const vrp_imagenet_x_file *file, int64_t from,
                                int64_t to, int64_t first) {
    vr_arena step = {0};
    const vr_bytes text = {file->text.data + from, to - from};
    vr_json_records r = {.lines = {.text = text, .path = file->path, .line = first - 1},
                         .fields = vrp_imagenet_x_fields,
                         .count = VRP_IMAGENET_X_KEYS,
                         .step = &step};
    part->count = 0, part->err = (vr_err){0};
    part->images = (vrp_imagenet_x_image *)vr_arena_alloc(&part->arena, vrp_imagenet_x_most(text.size),
                                                          sizeof *part->images);
    while (vr_json_records_next(&r, &part->err)) {
        const vr_json *name = &r.value[VRP_IMAGENET_X_FILE];
        const uint8_t *data = (const uint8_t *)name->string;
        if (data < text.data || data >= text.data + text.size)
            data = (const uint8_t *)vr_arena_string(&part->arena, name->string, name->count);
        uint32_t factors = 0;
        for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) factors |= (uint32_t)r.value[f].integer << f;
        part->images[part->count++] =
            (vrp_imagenet_x_image){.name = {data, name->count},
                                   .at = from + r.at + name->at,
                                   .label = (int16_t)r.value[VRP_IMAGENET_X_LABEL].integer,
                                   .factors = (uint16_t)factors};
    }
    vr_arena_free(&step);
}

/* Where the i-th part begins. */
static int64_t vrp_imagenet_x_begin(const vrp_imagenet_x_file *file, int64_t i) {
    const vr_bytes text = file->text;
    const int64_t at = text.size / file->count * i;
    if (i == 0 || i == file->count) return i == 0 ? 0 : text.size;
    const uint8_t *lf = (const uint8_t *)memchr(text.data + at, '\n', (size_t)(text.size - at));
    return lf ? lf + 1 - text.data : text.size;
}

/* An image that an earlier line has, whose name is at byte `first`. */
static void vrp_imagenet_x_duplicate(const vrp_imagenet_x_file *file, const vrp_imagenet_x_image *image,
                                     int64_t first, vr_err *err) {
    int64_t column = 1;
    while (column <= image->at && file->text.data[image->at - column] != '\n') column++;
    vr_fail(err, VR_ERR_FORMAT, "%s:%lld:%lld: duplicate image '%.*s' (first at line %lld)", file->path,
            (long long)vrp_imagenet_x_line(file->text, image->at), (long long)column,
            (int)vr_min(image->name.size, 200), (const char *)image->name.data,
            (long long)vrp_imagenet_x_line(file->text, first));
}

/* Adds a part's images to the set, up to the first error. */
static void vrp_imagenet_x_add(vr_imagenet_x_set *set, const vrp_imagenet_x_file *file,
                               vrp_imagenet_x_part *part, vr_err *err) {
    for (int64_t i = 0; err->code == VR_OK && i < part->count; i++) {
        const vrp_imagenet_x_image *image = &part->images[i];
        const int64_t at = vrp_image_index_add(&set->images, image->name, set->count);
        if (at < set->count) {
            vrp_imagenet_x_duplicate(file, image, file->at[at], err);
            break;
        }
        file->labels[at] = image->label;
        file->factors[at] = image->factors;
        file->at[at] = image->at;
        set->count++;
    }
    if (err->code == VR_OK && part->err.code != VR_OK) vr_err_pass(err, &part->err);
    vr_arena_free(&part->arena);
}

/* Reads part i of the file. */
static void vrp_imagenet_x_part_read(vrp_imagenet_x_part *part, const vrp_imagenet_x_file *file, int64_t i) {
    const int64_t from = vrp_imagenet_x_begin(file, i), to = vrp_imagenet_x_begin(file, i + 1);
    /* only the file's first line may have a byte-order mark; lines are counted where a message needs them */
    vrp_imagenet_x_read(part, file, from, to, i == 0 ? 1 : 2);
    if (part->err.code != VR_OK && i > 0)
        vrp_imagenet_x_read(part, file, from, to, vrp_imagenet_x_line(file->text, from));
}

/* Some parts are read while those before, which are still in the caches, are added. */
static bool vrp_imagenet_x_parts(vr_arena *scratch, vr_imagenet_x_set *set, const vrp_imagenet_x_file *file,
                                 vr_err *err) {
    const int64_t threads = vr_threads(), most = threads > 1 ? 2 * threads : 1;
    vrp_imagenet_x_part *now = VR_NEW(scratch, vrp_imagenet_x_part, 2 * most), *before = now + most;
    vr_err own = {0}; /* VR_FATAL may not leave the parts behind */
    int64_t added = 0;
    for (int64_t first = 0; added < file->count; first += most) {
        const int64_t count = own.code == VR_OK ? vr_clamp(file->count - first, 0, most) : 0,
                      read = vr_min(first, file->count) - added;
#pragma omp parallel for schedule(dynamic) num_threads((int)vr_min(threads, count + 1))
        for (int64_t i = -1; i < count; i++) {
            if (i >= 0) vrp_imagenet_x_part_read(&now[i], file, first + i);
            for (int64_t k = 0; i < 0 && k < read; k++) vrp_imagenet_x_add(set, file, &before[k], &own);
        }
        added = own.code == VR_OK ? added + read : file->count;
        if (own.code != VR_OK)
            for (int64_t i = 0; i < count; i++) vr_arena_free(&now[i].arena);
        vrp_imagenet_x_part *swap = before;
        before = now, now = swap;
    }
    return own.code == VR_OK || vr_err_pass(err, &own);
}

static bool vrp_imagenet_x_annotations(vr_arena *perm, vr_arena *scratch, vr_imagenet_x_set *set,
                                       const char *path, vr_err *err) {
    vrp_imagenet_x_file file = {.path = vr_arena_string(perm, path, (int64_t)strlen(path))};
    set->path = file.path;
    if (!vr_file_map(scratch, &file.text, path, err)) return false;
    const int64_t most = vrp_imagenet_x_most(file.text.size);
    set->labels = file.labels = (int64_t *)vr_arena_alloc(perm, most, sizeof *file.labels);
    set->factors = file.factors = (uint16_t *)vr_arena_alloc(perm, most, sizeof *file.factors);
    file.at = (int64_t *)vr_arena_alloc(scratch, most, sizeof *file.at);
    file.count = vr_max(1, file.text.size >> 19);
    set->images.whole.arena = perm;
    vr_names_reserve(&set->images.whole, file.text.size / 340); /* a usual line */
    return vrp_imagenet_x_parts(scratch, set, &file, err) &&
           (set->count > 0 || vr_fail(err, VR_ERR_ARGUMENT, "%s: no images", path));
}

/* ---- the other files ---- */

/* Leaves the images of this file out of the set: in the index their numbers follow those of the others. */
static bool vrp_imagenet_x_prototypes(vr_arena *scratch, vr_imagenet_x_set *set, const char *path,
                                      vr_err *err) {
    vr_csv csv;
    const int64_t all = set->count;
    bool *left_out = VR_NEW(scratch, bool, all);
    vr_names keys = {.arena = scratch};
    if (!vr_csv_load(scratch, &csv, path, err)) return false;
    const int64_t column = vr_csv_column(&csv, "file_name", err);
    if (column < 0) return false;
    while (vr_csv_next(&csv, err)) {
        const vr_bytes name = csv.fields[column];
        if (name.size == 0) return vr_csv_fail(&csv, column, err, "expected the name of an image");
        if (!vrp_imagenet_x_key(&keys, &csv, column, "image", name, err)) return false;
        const int64_t at = vrp_image_index_add(&set->images, name, set->images.whole.count);
        if (at < all) left_out[at] = true, set->prototypes++;
    }
    if (!csv.ended) return false;
    int64_t *labels = (int64_t *)set->labels, after = all - set->prototypes;
    uint16_t *factors = (uint16_t *)set->factors;
    set->count = 0;
    for (int64_t i = 0; i < all; i++) {
        if (left_out[i]) {
            set->images.whole.value[i] = after++;
            continue;
        }
        labels[set->count] = labels[i], factors[set->count] = factors[i];
        set->images.whole.value[i] = set->count++;
    }
    return set->count > 0 ||
           vr_fail(err, VR_ERR_ARGUMENT, "%s: all images of %s are prototypes", path, set->path);
}

/* Row c is class c: the file has no column of class numbers. */
static bool vrp_imagenet_x_classes(vr_arena *perm, vr_imagenet_x_set *set, const char *path, vr_err *err) {
    vr_csv csv;
    if (!vr_csv_load(perm, &csv, path, err)) return false;
    const int64_t name = vr_csv_column(&csv, "name", err);
    if (name < 0) return false;
    int64_t *metaclass = VR_NEW(perm, int64_t, VR_IMAGENET_X_CLASSES);
    while (vr_csv_next(&csv, err)) {
        if (csv.row >= VR_IMAGENET_X_CLASSES)
            return vr_csv_fail(&csv, name, err, "expected 1000 classes, found more");
        const vr_bytes field = csv.fields[name];
        const int64_t known = vrp_imagenet_x_find(vrp_imagenet_x_metaclasses(), VR_IMAGENET_X_METACLASSES,
                                                  (const char *)field.data, field.size);
        metaclass[csv.row] = known < 0 ? VR_IMAGENET_X_METACLASSES - 1 : known; /* the rest is "other" */
    }
    if (!csv.ended) return false;
    if (csv.row + 1 < VR_IMAGENET_X_CLASSES)
        return vr_fail(err, VR_ERR_FORMAT, "%s:%lld:1: expected 1000 classes, found %lld", path,
                       (long long)csv.line, (long long)csv.row + 1);
    set->metaclass = metaclass;
    return true;
}

/* ILSVRC2012_val_00000001.JPEG is element 0; -1 for a name of another form. */
static int64_t vrp_imagenet_x_val_number(const char *name) {
    static const char before[] = "ILSVRC2012_val_", after[] = ".JPEG";
    const size_t b = sizeof before - 1;
    if (strncmp(name, before, b) != 0 || strspn(name + b, "0123456789") != 8 ||
        strcmp(name + b + 8, after) != 0)
        return -1;
    return (int64_t)strtol(name + b, NULL, 10) - 1;
}

/* One array of arrays: element i holds the labels of validation image i + 1. */
static bool vrp_imagenet_x_real(vr_arena *perm, vr_arena *scratch, vr_imagenet_x_set *set, const char *path,
                                vr_err *err) {
    vr_json_doc doc;
    if (!vr_json_load(scratch, &doc, path, err)) return false;
    if (doc.root->type != VR_JSON_ARRAY)
        return vr_json_fail(&doc, doc.root, err, "expected an array of arrays of labels");
    const vr_json **lists = VR_NEW(scratch, const vr_json *, doc.root->count);
    int64_t n = 0;
    for (const vr_json *list = vr_json_first(doc.root); list; list = vr_json_next(doc.root, list)) {
        if (list->type != VR_JSON_ARRAY) return vr_json_fail(&doc, list, err, "expected an array of labels");
        for (const vr_json *l = vr_json_first(list); l; l = vr_json_next(list, l))
            if (l->type != VR_JSON_INT || l->integer < 0 || l->integer >= VR_IMAGENET_X_CLASSES)
                return vr_json_fail(&doc, l, err, "expected a class, 0 to 999");
        lists[n++] = list;
    }
    vr_label_builder b = {.arena = perm};
    for (int64_t i = 0; i < set->images.whole.count; i++) { /* in the order of the images */
        if (set->images.whole.value[i] >= set->count) continue;
        const char *name = vr_names_at(&set->images.whole, i);
        const int64_t number = vrp_imagenet_x_val_number(name);
        if (number < 0 || number >= n)
            return vr_fail(err, VR_ERR_ARGUMENT, "%s: no labels for the image '%.200s' of %s", path, name,
                           set->path);
        vr_label_builder_next(&b);
        for (const vr_json *l = vr_json_first(lists[number]); l; l = vr_json_next(lists[number], l))
            vr_label_builder_add(&b, l->integer);
    }
    set->real = vr_label_builder_sets(&b);
    return true;
}

/* ---- the set ---- */

bool vr_imagenet_x_load(vr_arena *perm, vr_imagenet_x_set *set, const vr_imagenet_x_files *files,
                        vr_err *err) {
    *set = (vr_imagenet_x_set){0};
    VR_CHECK(files->annotations != NULL, "no file of annotations");
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_arena scratch = {0};
    vr_imagenet_x_set s = {.images = {.arena = perm}};
    vr_err own = {0};
    const bool ok =
        vrp_imagenet_x_annotations(perm, &scratch, &s, files->annotations, &own) &&
        (!files->prototypes || vrp_imagenet_x_prototypes(&scratch, &s, files->prototypes, &own)) &&
        (!files->metaclasses || vrp_imagenet_x_classes(perm, &s, files->metaclasses, &own)) &&
        (!files->real || vrp_imagenet_x_real(perm, &scratch, &s, files->real, &own));
    vr_arena_free(&scratch);
    if (!ok) {
        vr_arena_rewind(perm, mark);
        return vr_err_pass(err, &own);
    }
    for (int64_t i = 0; i < s.count; i++) s.no_factor += s.factors[i] == 0;
    *set = s;
    return true;
}
