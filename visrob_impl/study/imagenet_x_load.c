/* study/imagenet_x_load.c: from the released files to arrays.
 *
 * Annotations are most of the bytes, so their lines are parsed on all threads, a piece of the file each; the images are
 * then taken in one by one in the order of the file, which gives the same set, and the same first fault, for any number
 * of threads. A program wrote these files, so a line is like the one before it but for its values: it is compared with
 * it, byte by byte between the values, at several times the speed of a parser. Whatever is not exactly so (another
 * order of keys, an escape, UTF-8, a fault) goes to the parser, whose verdict alone counts.
 *
 * Annotations and predictions are joined by file name: a hash table over one pool of names, and before it a guess,
 * that the next row is of the next image, which is right for files in the released order. Rejected: joining by row
 * number, as the original does, which refuses a file in another order. */
#include "../base/os.h"
#include "../base/par.h"
#include "../format/csv.h"
#include "../format/json.h"
#include "imagenet_x.h"
#include <math.h>
#include <string.h>

/* ---- names to numbers ---- */

typedef struct vrp_imagenet_x_slot {
    uint32_t hash;
    int32_t number; /* -1: empty */
} vrp_imagenet_x_slot;

/* At most half full; probed one by one. */
struct vr_imagenet_x_index {
    vr_arena *arena;
    vrp_imagenet_x_slot *slots;
    vr_bytes *names; /* [capacity] */
    int64_t count, capacity;
    uint64_t mask;
    uint8_t *pool, *pool_end; /* room for names to come */
};

static uint64_t vrp_imagenet_x_hash(vr_bytes s) {
    uint64_t h = (uint64_t)s.size * 0x9e3779b97f4a7c15u, w;
    int64_t i = 0;
    for (; i + 8 <= s.size; i += 8) {
        memcpy(&w, s.data + i, 8);
        h = (h ^ w) * 0xbf58476d1ce4e5b9u;
        h ^= h >> 32;
    }
    w = 0;
    if (i < s.size) memcpy(&w, s.data + i, (size_t)(s.size - i));
    h = (h ^ w) * 0x94d049bb133111ebu;
    return h ^ h >> 29;
}

/* memcmp(a, b, n) == 0 for texts of a few bytes: the call would cost more than the comparison. */
static inline bool vrp_imagenet_x_equal(const void *a, const void *b, int64_t n) {
    const uint8_t *p = (const uint8_t *)a, *q = (const uint8_t *)b;
    uint64_t x, y;
    uint32_t a4, b4;
    if (n < 4) {
        for (int64_t i = 0; i < n; i++)
            if (p[i] != q[i]) return false;
        return true;
    }
    if (n < 8) { /* two fours that overlap */
        memcpy(&a4, p, 4);
        memcpy(&b4, q, 4);
        if (a4 != b4) return false;
        memcpy(&a4, p + n - 4, 4);
        memcpy(&b4, q + n - 4, 4);
        return a4 == b4;
    }
    for (int64_t i = 0; i < n; i += 8) {
        const int64_t k = vr_min(i, n - 8); /* the last eight overlap those before */
        memcpy(&x, p + k, 8);
        memcpy(&y, q + k, 8);
        if (x != y) return false;
    }
    return true;
}

static bool vrp_imagenet_x_same(vr_bytes a, vr_bytes b) {
    return a.size == b.size && vrp_imagenet_x_equal(a.data, b.data, a.size);
}

static struct vr_imagenet_x_index *vrp_imagenet_x_index_new(vr_arena *arena) {
    struct vr_imagenet_x_index *x = VR_NEW(arena, struct vr_imagenet_x_index, 1);
    x->arena = arena;
    return x;
}

/* The slot of that name, or the empty one where it belongs. */
static vrp_imagenet_x_slot *vrp_imagenet_x_slot_of(const struct vr_imagenet_x_index *x, vr_bytes name,
                                                   uint64_t hash) {
    for (uint64_t at = hash & x->mask;; at = (at + 1) & x->mask) {
        vrp_imagenet_x_slot *s = &x->slots[at];
        if (s->number < 0 ||
            (s->hash == (uint32_t)(hash >> 32) && vrp_imagenet_x_same(x->names[s->number], name)))
            return s;
    }
}

/* Makes room for `capacity` names, a power of two. */
static void vrp_imagenet_x_index_reserve(struct vr_imagenet_x_index *x, int64_t capacity) {
    vr_bytes *names = (vr_bytes *)vr_arena_alloc(x->arena, capacity, (int64_t)sizeof *names);
    if (x->count > 0) memcpy(names, x->names, (size_t)x->count * sizeof *names);
    x->names = names;
    x->capacity = capacity;
    x->mask = (uint64_t)capacity * 2 - 1;
    x->slots =
        (vrp_imagenet_x_slot *)vr_arena_alloc(x->arena, capacity * 2, (int64_t)sizeof(vrp_imagenet_x_slot));
    memset(x->slots, 0xff, (size_t)capacity * 2 * sizeof *x->slots);
    for (int64_t i = 0; i < x->count; i++) {
        const uint64_t hash = vrp_imagenet_x_hash(names[i]);
        *vrp_imagenet_x_slot_of(x, names[i], hash) =
            (vrp_imagenet_x_slot){(uint32_t)(hash >> 32), (int32_t)i};
    }
}

/* A copy of the name, and a 0 behind it, closely packed. */
static vr_bytes vrp_imagenet_x_index_copy(struct vr_imagenet_x_index *x, vr_bytes name) {
    if (x->pool_end - x->pool <= name.size) {
        const int64_t room = vr_max(1 << 16, name.size + 1);
        x->pool = (uint8_t *)vr_arena_alloc(x->arena, room, 1);
        x->pool_end = x->pool + room;
    }
    uint8_t *copy = x->pool;
    memcpy(copy, name.data, (size_t)name.size);
    copy[name.size] = 0;
    x->pool += name.size + 1;
    return (vr_bytes){copy, name.size};
}

/* The number of that name, or -1. */
static int64_t vrp_imagenet_x_index_find(const struct vr_imagenet_x_index *x, vr_bytes name, uint64_t hash) {
    return x && x->count > 0 ? vrp_imagenet_x_slot_of(x, name, hash)->number : -1;
}

/* Adds a copy of the name as the next number; where it is there already, returns its number, else -1. */
static int64_t vrp_imagenet_x_index_add(struct vr_imagenet_x_index *x, vr_bytes name, uint64_t hash) {
    if (x->count == x->capacity) vrp_imagenet_x_index_reserve(x, vr_max(1024, 2 * x->capacity));
    vrp_imagenet_x_slot *s = vrp_imagenet_x_slot_of(x, name, hash);
    if (s->number >= 0) return s->number;
    *s = (vrp_imagenet_x_slot){(uint32_t)(hash >> 32), (int32_t)x->count};
    x->names[x->count++] = vrp_imagenet_x_index_copy(x, name);
    return -1;
}

/* ---- annotations ---- */

/* The keys of a line: 16 factors, then these. */
enum {
    VRP_IMAGENET_X_FILE = VR_IMAGENET_X_FACTORS,
    VRP_IMAGENET_X_LABEL,
    VRP_IMAGENET_X_WHY,
    VRP_IMAGENET_X_WORD,
    VRP_IMAGENET_X_KEYS
};

static const char *vrp_imagenet_x_key(int key) {
    static const char *const more[] = {"file_name", "class", "justification", "one_word"};
    return key < VR_IMAGENET_X_FACTORS ? vr_imagenet_x_factor(key) : more[key - VR_IMAGENET_X_FACTORS];
}

/* One image as it stands in the file. */
typedef struct vrp_imagenet_x_image {
    vr_bytes name; /* in the file, or where it has escapes in the piece's pool */
    uint64_t hash;
    int64_t line;    /* counted on from the piece's `before` */
    uint32_t column; /* of the name */
    int16_t label;
    uint16_t factors;
    bool prototype;
} vrp_imagenet_x_image;

/* A piece of the file, whole lines, that one thread reads. */
typedef struct vrp_imagenet_x_piece {
    vr_arena arena; /* the thread's own */
    vr_bytes text;
    int64_t before,
        lines; /* the number of the line before it, or 1 where that is not known; lines of its own */
    const struct vr_imagenet_x_index *prototypes;
    vrp_imagenet_x_image *images;
    int64_t count, capacity;
    struct vr_imagenet_x_index pool; /* for its copies of names alone */
    vr_err err;
    vr_bytes keys[VRP_IMAGENET_X_KEYS];
    int guess[VRP_IMAGENET_X_KEYS]; /* the last line's keys, in its order: most often this line's too */
    vr_bytes between[VRP_IMAGENET_X_KEYS +
                     1]; /* of the last parsed line: what stands before each value, and behind all */
    int members;         /* values in it; 0: no line yet */
} vrp_imagenet_x_piece;

/* The number of a key, the place-th of its line, or -1. */
static int vrp_imagenet_x_which(vrp_imagenet_x_piece *r, const vr_json *key, int place) {
    const bool in = place < VRP_IMAGENET_X_KEYS;
    const int guess = in ? r->guess[place] : 0;
    if (key->count == r->keys[guess].size &&
        vrp_imagenet_x_equal(key->string, r->keys[guess].data, key->count))
        return guess;
    for (int k = 0; k < VRP_IMAGENET_X_KEYS; k++)
        if (key->count == r->keys[k].size && vrp_imagenet_x_equal(key->string, r->keys[k].data, key->count)) {
            if (in) r->guess[place] = k;
            return k;
        }
    return -1;
}

/* The values of one line, by key. */
static bool vrp_imagenet_x_values(vrp_imagenet_x_piece *r, const vr_json **values, const vr_json_doc *doc,
                                  vr_err *err) {
    int place = 0;
    uint32_t seen = 0;
    if (doc->root->type != VR_JSON_OBJECT)
        return vr_json_fail(doc, doc->root, err, "an object is wanted: one image a line");
    const vr_json *key = doc->root + 1; /* its keys follow it, each with its value behind it */
    for (uint32_t left = doc->root->count; left > 0; left--, key += key->skip, place++) {
        const int k = vrp_imagenet_x_which(r, key, place);
        if (k < 0)
            return vr_json_fail(doc, key, err,
                                "'%.60s' is none of ImageNet-X's 16 factors, nor another key of it",
                                key->string);
        if (seen & (uint32_t)1 << k) return vr_json_fail(doc, key, err, "'%s' is twice there", key->string);
        seen |= (uint32_t)1 << k;
        values[k] = key + 1;
        const vr_json_type type = values[k]->type;
        if (k >= VRP_IMAGENET_X_WHY && type != VR_JSON_STRING && type != VR_JSON_NULL)
            return vr_json_fail(doc, values[k], err, "'%s' should be a string or null", key->string);
    }
    const uint32_t needed = ((uint32_t)1 << VRP_IMAGENET_X_WHY) - 1;
    for (int k = 0; (seen & needed) != needed && k < VRP_IMAGENET_X_WHY; k++)
        if (!(seen & (uint32_t)1 << k))
            return vr_json_fail(doc, doc->root, err, "'%s' is missing", vrp_imagenet_x_key(k));
    return true;
}

static void vrp_imagenet_x_add(vrp_imagenet_x_piece *r, vr_bytes name, int64_t line, uint32_t column,
                               int64_t label, uint32_t factors) {
    if (r->count == r->capacity) {
        const int64_t capacity =
            vr_max(r->text.size / 256 + 64, 2 * r->capacity); /* a line has 300 bytes or more */
        vrp_imagenet_x_image *more =
            (vrp_imagenet_x_image *)vr_arena_alloc(&r->arena, capacity, (int64_t)sizeof *more);
        if (r->count > 0) memcpy(more, r->images, (size_t)r->count * sizeof *more);
        r->images = more, r->capacity = capacity;
    }
    const uint64_t hash = vrp_imagenet_x_hash(name);
    r->images[r->count++] =
        (vrp_imagenet_x_image){.name = name,
                               .hash = hash,
                               .line = line,
                               .column = column,
                               .label = (int16_t)label,
                               .factors = (uint16_t)factors,
                               .prototype = vrp_imagenet_x_index_find(r->prototypes, name, hash) >= 0};
}

/* ---- a line that is like the last one ---- */

/* The end of the value that the parser found at p. */
static const uint8_t *vrp_imagenet_x_value_end(const uint8_t *p, const vr_json *value) {
    if (value->type == VR_JSON_NULL) return p + 4;
    if (value->type == VR_JSON_INT) {
        while (*p == '-' || (*p >= '0' && *p <= '9')) p++;
        return p;
    }
    for (p++; *p != '"'; p++) p += *p == '\\'; /* an escaped quote is passed with its backslash */
    return p + 1;
}

/* Keeps what stands between the values of a line that the parser took. */
static void vrp_imagenet_x_keep(vrp_imagenet_x_piece *r, const vr_json_doc *doc) {
    const vr_json *key = doc->root + 1;
    const uint8_t *from = doc->text.data, *end = from + doc->text.size;
    r->members = (int)doc->root->count;
    for (int m = 0; m < r->members; m++, key += key->skip) {
        const uint8_t *value = doc->text.data + key[1].at;
        r->between[m] = (vr_bytes){from, value - from};
        from = vrp_imagenet_x_value_end(value, &key[1]);
    }
    r->between[r->members] = (vr_bytes){from, end - from};
}

/* Reads the value of key k at p into the image; returns what is behind it, or NULL where the parser has to look. */
static inline const uint8_t *vrp_imagenet_x_plain_value(vr_bytes *name, int64_t *label, uint32_t *factors,
                                                        int k, const uint8_t *p, const uint8_t *end) {
    if (k < VR_IMAGENET_X_FACTORS) {
        *factors |= (uint32_t)(*p & 1) << k;
        return (*p | 1) == '1' ? p + 1 : NULL;
    }
    if (k == VRP_IMAGENET_X_LABEL) {
        const uint8_t *from = p;
        for (; p < end && *p >= '0' && *p <= '9' && p - from < 3; p++) *label = *label * 10 + (*p - '0');
        return p == from || (*from == '0' && p - from > 1) ? NULL : p;
    }
    if (k != VRP_IMAGENET_X_FILE && *p == 'n')
        return end - p >= 4 && memcmp(p, "null", 4) == 0 ? p + 4 : NULL;
    const uint8_t *after = vr_json_plain_string(p, end);
    if (k == VRP_IMAGENET_X_FILE && after) *name = (vr_bytes){p + 1, after - p - 2};
    return after;
}

/* Takes the next line if it is like the last one; false, and nothing is changed, where it is not. */
static bool vrp_imagenet_x_like_last(vrp_imagenet_x_piece *r, vr_json_lines *lines) {
    const uint8_t *const begin = r->text.data + lines->at, *const end = r->text.data + r->text.size,
                         *p = begin;
    vr_bytes name = {0};
    int64_t label = 0;
    uint32_t factors = 0;
    for (int m = 0; m < r->members; m++) {
        const vr_bytes b = r->between[m];
        if (end - p <= b.size || !vrp_imagenet_x_equal(p, b.data, b.size)) return false;
        p = vrp_imagenet_x_plain_value(&name, &label, &factors, r->guess[m], p + b.size, end);
        if (!p) return false;
    }
    const vr_bytes b = r->between[r->members];
    if (r->members == 0 || name.size == 0 || end - p < b.size || !vrp_imagenet_x_equal(p, b.data, b.size))
        return false;
    p += b.size;
    if (p < end && *p != '\n') return false;
    lines->at = vr_min(p + 1 - r->text.data, r->text.size);
    lines->line++;
    vrp_imagenet_x_add(r, name, lines->line, (uint32_t)(name.data - begin), label, factors);
    return true;
}

/* ---- any line ---- */

/* Reads the image of one line into the piece. */
static bool vrp_imagenet_x_line(vrp_imagenet_x_piece *r, const vr_json_doc *doc, vr_err *err) {
    const vr_json *v[VRP_IMAGENET_X_KEYS];
    if (!vrp_imagenet_x_values(r, v, doc, err)) return false;
    const vr_json *name = v[VRP_IMAGENET_X_FILE], *label = v[VRP_IMAGENET_X_LABEL];
    if (name->type != VR_JSON_STRING || name->count == 0)
        return vr_json_fail(doc, name, err, "'file_name' should be the name of a file");
    if (label->type != VR_JSON_INT || label->integer < 0 || label->integer >= VR_IMAGENET_X_CLASSES)
        return vr_json_fail(doc, label, err, "'class' should be a class of ImageNet, 0 to 999");
    uint32_t factors = 0;
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        if (v[f]->type != VR_JSON_INT || (v[f]->integer | 1) != 1)
            return vr_json_fail(doc, v[f], err, "'%s' should be 0 or 1", vr_imagenet_x_factor(f));
        factors |= (uint32_t)v[f]->integer << f;
    }
    const vr_bytes copy =
        vrp_imagenet_x_index_copy(&r->pool, (vr_bytes){(const uint8_t *)name->string, name->count});
    vrp_imagenet_x_add(r, copy, doc->line, name->at + 1, label->integer, factors);
    vrp_imagenet_x_keep(r, doc);
    return true;
}

static void vrp_imagenet_x_piece_read(vrp_imagenet_x_piece *r, const char *path) {
    vr_arena step = {0};
    vr_json_lines lines = {.text = r->text, .path = path, .line = r->before};
    vr_json_doc doc;
    r->count = 0;
    r->pool.arena = &r->arena;
    for (int k = 0; k < VRP_IMAGENET_X_KEYS; k++) {
        const char *key = vrp_imagenet_x_key(k);
        r->keys[k] = (vr_bytes){(const uint8_t *)key, (int64_t)strlen(key)};
    }
    for (;;) {
        if (lines.at < r->text.size && vrp_imagenet_x_like_last(r, &lines)) continue;
        if (!vr_json_lines_next(&step, &doc, &lines, &r->err) || !vrp_imagenet_x_line(r, &doc, &r->err))
            break;
        vr_arena_reset(&step);
    }
    r->lines = lines.line - r->before;
    vr_arena_free(&step);
}

/* Cuts the text into `count` pieces of whole lines, some perhaps empty. */
static void vrp_imagenet_x_cut(vrp_imagenet_x_piece *pieces, int64_t count, vr_bytes text) {
    const uint8_t *from = text.data, *end = text.data + text.size;
    for (int64_t i = 0; i < count; i++) {
        const uint8_t *to = i + 1 < count ? text.data + text.size / count * (i + 1) : end;
        const uint8_t *lf = to < end ? (const uint8_t *)memchr(to, '\n', (size_t)(end - to)) : NULL;
        to = lf ? lf + 1 : end;
        if (to < from) to = from;
        pieces[i].text = (vr_bytes){from, to - from};
        from = to;
    }
}

/* Takes the images of one piece into the set. lines: [count], on which each one is; before: the lines in earlier pieces. */
static bool vrp_imagenet_x_take(vr_imagenet_x_set *set, int16_t *labels, uint16_t *factors, int64_t *lines,
                                vrp_imagenet_x_piece *piece, int64_t before, vr_err *err) {
    for (int64_t i = 0; i < piece->count; i++) {
        const vrp_imagenet_x_image *image = &piece->images[i];
        const int64_t line = before + image->line - piece->before;
        if (i + 16 < piece->count) /* the table is larger than a near cache */
            __builtin_prefetch(&set->index->slots[piece->images[i + 16].hash & set->index->mask]);
        if (image->prototype) {
            set->prototypes++;
            continue;
        }
        const int64_t first = vrp_imagenet_x_index_add(set->index, image->name, image->hash);
        if (first >= 0)
            return vr_fail(err, VR_ERR_FORMAT, "%s:%lld:%u: '%.*s' is twice there: on line %lld too",
                           set->path, (long long)line, image->column, (int)vr_min(image->name.size, 200),
                           (const char *)image->name.data, (long long)lines[first]);
        labels[set->count] = image->label;
        factors[set->count] = image->factors;
        lines[set->count++] = line;
        set->no_factor += image->factors == 0;
    }
    if (piece->err.code == VR_OK) return true;
    piece->before = before; /* read once more for the message: only now its line is known */
    piece->err = (vr_err){0};
    vrp_imagenet_x_piece_read(piece, set->path);
    return vr_err_pass(err, &piece->err);
}

static bool vrp_imagenet_x_annotations(vr_arena *arena, vr_imagenet_x_set *set, const char *path,
                                       vr_err *err) {
    vr_arena scratch = {0};
    vr_bytes text;
    vr_err own = {0};
    set->path = vr_arena_string(arena, path, (int64_t)strlen(path));
    if (!vr_file_map(&scratch, &text, path, err)) return false;
    const int64_t count = vr_clamp(text.size >> 16, 1, vr_threads()); /* a small file is not worth a thread */
    vrp_imagenet_x_piece *pieces = VR_NEW(&scratch, vrp_imagenet_x_piece, count);
    vrp_imagenet_x_cut(pieces, count, text);
#pragma omp parallel for num_threads((int)count)
    for (int64_t i = 0; i < count; i++) {
        pieces[i].prototypes = set->prototype_index;
        pieces[i].before = i > 0; /* only the file's first line may have a byte-order mark */
        vrp_imagenet_x_piece_read(&pieces[i], path);
    }
    int64_t n = 0, capacity = 1024, before = 0;
    for (int64_t i = 0; i < count; i++) n += pieces[i].count;
    while (capacity < n) capacity *= 2;
    set->index = vrp_imagenet_x_index_new(arena);
    bool ok = n <= INT32_MAX || vr_fail(&own, VR_ERR_LIMIT, "%s: more than 2^31-1 images", path);
    if (ok) vrp_imagenet_x_index_reserve(set->index, capacity);
    int16_t *labels = VR_NEW(arena, int16_t, n);
    uint16_t *factors = VR_NEW(arena, uint16_t, n);
    int64_t *lines = VR_NEW(&scratch, int64_t, n);
    for (int64_t i = 0; ok && i < count; before += pieces[i++].lines)
        ok = vrp_imagenet_x_take(set, labels, factors, lines, &pieces[i], before, &own);
    for (int64_t i = 0; i < count; i++) vr_arena_free(&pieces[i].arena);
    vr_arena_free(&scratch);
    if (!ok) return vr_err_pass(err, &own);
    set->names = set->index->names;
    set->labels = labels;
    set->factors = factors;
    if (set->count > 0) return true;
    return vr_fail(err, VR_ERR_ARGUMENT, "%s: %s", path,
                   set->prototypes > 0 ? "every image is a prototype" : "there is no image in it");
}

static bool vrp_imagenet_x_prototypes(vr_arena *arena, vr_imagenet_x_set *set, const char *path,
                                      vr_err *err) {
    vr_csv csv;
    vr_err own = {0};
    set->prototype_index = vrp_imagenet_x_index_new(arena);
    if (!vr_csv_load(arena, &csv, path, err)) return false;
    const int64_t name = vr_csv_column(&csv, "file_name", err);
    if (name < 0) return false;
    while (vr_csv_next(&csv, &own))
        if (csv.fields[name].size == 0)
            return vr_csv_fail(&csv, name, err, "a file name is missing");
        else if (vrp_imagenet_x_index_add(set->prototype_index, csv.fields[name],
                                          vrp_imagenet_x_hash(csv.fields[name])) >= 0)
            return vr_csv_fail(&csv, name, err, "'%.*s' is twice there",
                               (int)vr_min(csv.fields[name].size, 200), (const char *)csv.fields[name].data);
    return own.code == VR_OK || vr_err_pass(err, &own);
}

/* Row c is class c: the file has no column of class numbers. */
static bool vrp_imagenet_x_metaclasses(vr_arena *arena, vr_imagenet_x_set *set, const char *path,
                                       vr_err *err) {
    vr_csv csv;
    vr_err own = {0};
    if (!vr_csv_load(arena, &csv, path, err)) return false;
    const int64_t name = vr_csv_column(&csv, "name", err);
    if (name < 0) return false;
    int8_t *metaclass = VR_NEW(arena, int8_t, VR_IMAGENET_X_CLASSES);
    while (vr_csv_next(&csv, &own)) {
        if (csv.row >= VR_IMAGENET_X_CLASSES) return vr_csv_fail(&csv, name, err, "more than 1000 classes");
        int g = 0;
        while (g < VR_IMAGENET_X_METACLASSES - 1) {
            const char *known = vr_imagenet_x_metaclass(g);
            if (vrp_imagenet_x_same(csv.fields[name],
                                    (vr_bytes){(const uint8_t *)known, (int64_t)strlen(known)}))
                break;
            g++;
        }
        metaclass[csv.row] = (int8_t)g;
    }
    if (own.code != VR_OK) return vr_err_pass(err, &own);
    if (csv.row + 1 < VR_IMAGENET_X_CLASSES)
        return vr_fail(err, VR_ERR_FORMAT, "%s:%lld:1: %lld classes, 1000 are wanted", path,
                       (long long)csv.line, (long long)csv.row + 1);
    set->metaclass = metaclass;
    return true;
}

/* ILSVRC2012_val_00000001.JPEG is element 0; -1 for a name of another form. */
static int64_t vrp_imagenet_x_val_number(vr_bytes name) {
    static const char before[] = "ILSVRC2012_val_", after[] = ".JPEG";
    const int64_t b = (int64_t)sizeof before - 1, a = (int64_t)sizeof after - 1;
    if (name.size != b + 8 + a || memcmp(name.data, before, (size_t)b) != 0 ||
        memcmp(name.data + b + 8, after, (size_t)a) != 0)
        return -1;
    int64_t n = 0;
    for (int i = 0; i < 8; i++) {
        const int digit = name.data[b + i] - '0';
        if (digit < 0 || digit > 9) return -1;
        n = n * 10 + digit;
    }
    return n - 1;
}

/* One array of arrays: element i holds the labels of validation image i + 1. */
static bool vrp_imagenet_x_real(vr_arena *arena, vr_imagenet_x_set *set, const char *path, vr_err *err) {
    vr_arena scratch = {0};
    vr_json_doc doc;
    vr_err own = {0};
    bool ok = vr_json_load(&scratch, &doc, path, &own);
    if (ok && doc.root->type != VR_JSON_ARRAY)
        ok = vr_json_fail(&doc, doc.root, &own, "an array of arrays of labels is wanted");
    const int64_t n = ok ? doc.root->count : 0;
    const vr_json **lists = VR_NEW(&scratch, const vr_json *, n);
    int64_t i = 0, labels = 0;
    for (const vr_json *list = ok ? vr_json_first(doc.root) : NULL; ok && list;
         list = vr_json_next(doc.root, list)) {
        if (list->type != VR_JSON_ARRAY) ok = vr_json_fail(&doc, list, &own, "an array of labels is wanted");
        for (const vr_json *l = vr_json_first(list); ok && l; l = vr_json_next(list, l))
            if (l->type != VR_JSON_INT || l->integer < 0 || l->integer >= VR_IMAGENET_X_CLASSES)
                ok = vr_json_fail(&doc, l, &own, "a label should be a class of ImageNet, 0 to 999");
        labels += list->count;
        lists[i++] = list;
    }
    int32_t *at = VR_NEW(arena, int32_t, set->count + 1);
    int16_t *real = VR_NEW(arena, int16_t, labels); /* each element is used at most once: names are unique */
    for (int64_t k = 0; ok && k < set->count; k++) {
        const int64_t number = vrp_imagenet_x_val_number(set->names[k]);
        if (number < 0 || number >= n) {
            ok = vr_fail(&own, VR_ERR_ARGUMENT, "%s: it has no labels for '%.200s' of %s", path,
                         (const char *)set->names[k].data, set->path);
            break;
        }
        at[k + 1] = at[k];
        for (const vr_json *l = vr_json_first(lists[number]); l; l = vr_json_next(lists[number], l))
            real[at[k + 1]++] = (int16_t)l->integer;
    }
    set->real_at = at;
    set->real = real;
    vr_arena_free(&scratch);
    return ok || vr_err_pass(err, &own);
}

bool vr_imagenet_x_load(vr_arena *arena, vr_imagenet_x_set *set, const vr_imagenet_x_files *files,
                        vr_err *err) {
    *set = (vr_imagenet_x_set){0};
    const vr_arena_mark mark = vr_arena_here(arena);
    vr_imagenet_x_set s = {0};
    VR_CHECK(files->annotations != NULL, "no file of annotations is named");
    if ((!files->prototypes || vrp_imagenet_x_prototypes(arena, &s, files->prototypes, err)) &&
        vrp_imagenet_x_annotations(arena, &s, files->annotations, err) &&
        (!files->metaclasses || vrp_imagenet_x_metaclasses(arena, &s, files->metaclasses, err)) &&
        (!files->real || vrp_imagenet_x_real(arena, &s, files->real, err))) {
        *set = s;
        return true;
    }
    vr_arena_rewind(arena, mark);
    return false;
}

/* ---- predictions ---- */

/* "models/ViT.csv" -> "ViT" */
static const char *vrp_imagenet_x_stem(vr_arena *arena, const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    return vr_arena_string(arena, name, dot && dot > name ? dot - name : (int64_t)strlen(name));
}

/* The columns of a predictions file that is being read, and where its rows go. */
typedef struct vrp_imagenet_x_columns {
    vr_csv csv;
    int64_t name, label, probability; /* probability -1: there is none */
    int16_t *predicted;
    float *sure;
    struct vr_imagenet_x_index *others; /* names of rows without an image: they too may be there but once */
} vrp_imagenet_x_columns;

/* The current row's image, which is `guess` in a file in the set's order; -1: none. */
static int64_t vrp_imagenet_x_find(const vr_imagenet_x_set *set, vr_bytes name, int64_t guess) {
    if (guess < set->count && vrp_imagenet_x_same(set->names[guess], name)) return guess;
    return vrp_imagenet_x_index_find(set->index, name, vrp_imagenet_x_hash(name));
}

/* A row of an image that is not in the set. */
static bool vrp_imagenet_x_other(vrp_imagenet_x_columns *c, const vr_imagenet_x_set *set,
                                 vr_imagenet_x_join *join, vr_err *err) {
    const vr_bytes name = c->csv.fields[c->name];
    if (name.size == 0) return vr_csv_fail(&c->csv, c->name, err, "a file name is missing");
    const uint64_t hash = vrp_imagenet_x_hash(name);
    if (vrp_imagenet_x_index_add(c->others, name, hash) >= 0)
        return vr_csv_fail(&c->csv, c->name, err, "'%.*s' is twice there", (int)vr_min(name.size, 200),
                           (const char *)name.data);
    if (vrp_imagenet_x_index_find(set->prototype_index, name, hash) >= 0)
        join->prototypes++;
    else
        join->unknown++;
    return true;
}

static bool vrp_imagenet_x_row_read(vrp_imagenet_x_columns *c, const vr_imagenet_x_set *set, int64_t *next,
                                    vr_imagenet_x_join *join, vr_err *err) {
    vr_csv *csv = &c->csv;
    const vr_bytes name = csv->fields[c->name];
    int64_t label;
    double probability = 1;
    if (!vr_csv_int(&label, csv, c->label, err)) return false;
    if (label < 0 || label >= VR_IMAGENET_X_CLASSES)
        return vr_csv_fail(csv, c->label, err, "class %lld: ImageNet's are 0 to 999", (long long)label);
    if (c->probability >= 0 && !vr_csv_double(&probability, csv, c->probability, err)) return false;
    if (!(probability >= 0 && probability <= 1.000001)) /* a softmax may round to just above 1; NaN fails */
        return vr_csv_fail(csv, c->probability, err, "%g is not a probability", probability);
    join->rows++;
    const int64_t image = vrp_imagenet_x_find(set, name, *next);
    if (image < 0) return vrp_imagenet_x_other(c, set, join, err);
    *next = image + 1;
    if (c->predicted[image] >= 0)
        return vr_csv_fail(csv, c->name, err, "'%.*s' is twice there", (int)vr_min(name.size, 200),
                           (const char *)name.data);
    c->predicted[image] = (int16_t)label;
    c->sure[image] = (float)probability;
    join->joined++;
    return true;
}

static bool vrp_imagenet_x_predictions(vr_arena *arena, vr_arena *scratch, vr_imagenet_x_predictions *p,
                                       const vr_imagenet_x_set *set, const char *path, vr_err *err) {
    vrp_imagenet_x_columns c = {.others = vrp_imagenet_x_index_new(scratch)};
    if (!vr_csv_load(scratch, &c.csv, path, err)) return false;
    c.name = vr_csv_column(&c.csv, "file_name", err);
    c.label = c.name < 0 ? -1 : vr_csv_column(&c.csv, "predicted_class", err);
    c.probability = vr_csv_find(&c.csv, "predicted_probability");
    if (c.label < 0) return false;
    c.predicted = (int16_t *)vr_arena_alloc(arena, set->count, (int64_t)sizeof *c.predicted);
    c.sure = (float *)vr_arena_alloc(arena, set->count, (int64_t)sizeof *c.sure);
    memset(c.predicted, 0xff, (size_t)set->count * sizeof *c.predicted);
    for (int64_t i = 0; i < set->count; i++) c.sure[i] = (float)NAN;
    vr_imagenet_x_join join = {0};
    vr_err own = {0};
    int64_t next = 0;
    while (own.code == VR_OK && vr_csv_next(&c.csv, &own))
        vrp_imagenet_x_row_read(&c, set, &next, &join, &own);
    if (own.code != VR_OK) return vr_err_pass(err, &own);
    if (join.joined == 0)
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%s: none of its %lld images is annotated in %s, whose names are like '%.100s'", path,
                       (long long)join.rows, set->path, (const char *)set->names[0].data);
    join.missing = set->count - join.joined;
    *p = (vr_imagenet_x_predictions){.model = vrp_imagenet_x_stem(arena, path),
                                     .predicted = c.predicted,
                                     .probability = c.probability >= 0 ? c.sure : NULL,
                                     .join = join};
    return true;
}

bool vr_imagenet_x_predictions_load(vr_arena *arena, vr_imagenet_x_predictions *p,
                                    const vr_imagenet_x_set *set, const char *path, vr_err *err) {
    *p = (vr_imagenet_x_predictions){0};
    const vr_arena_mark mark = vr_arena_here(arena);
    vr_arena scratch = {0};
    vr_err own = {0};
    const bool ok = vrp_imagenet_x_predictions(arena, &scratch, p, set, path, &own);
    vr_arena_free(&scratch);
    if (ok) return true;
    vr_arena_rewind(arena, mark);
    return vr_err_pass(err, &own);
}

vr_imagenet_x_predictions vr_imagenet_x_human(vr_arena *arena, const vr_imagenet_x_set *set) {
    float *sure = VR_NEW(arena, float, set->count);
    for (int64_t i = 0; i < set->count; i++) sure[i] = 1;
    return (vr_imagenet_x_predictions){.model = "human",
                                       .predicted = set->labels,
                                       .probability = sure,
                                       .join = {.rows = set->count, .joined = set->count}};
}
