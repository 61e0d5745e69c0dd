/* study/dollar_street/data.c: the tables of Dollar Street, to columns. Metadata and annotations come as CSV and as pandas'
 * JSON with other sets of columns; one reader takes a field by its name from either, so that each rule (a region is
 * one of four, a factor is 0 or 1) is written once. Rejected: a loader for each file, which would drift apart. */
#include "../../base/os.h"
#include "../../format/csv.h"
#include "../../format/json.h"
#include "../../format/pylist.h"
#include "dollar_street_impl.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- names and buckets ---- */

static const char *const vrp_dollar_street_factor_names[VR_DOLLAR_STREET_FACTOR_COUNT] = {
#define X(ID, name) #name,
    VR_DOLLAR_STREET_FACTORS(X)
#undef X
};
static const char *const vrp_dollar_street_region_names[VR_DOLLAR_STREET_REGION_COUNT] = {
    "Africa", "Asia", "Europe", "The Americas"};
static const char *const vrp_dollar_street_income_names[VR_INCOME_COUNT] = {"low", "medium", "high"};

/* The place of a text in a list of names, or -1 with the list in `expected`: "low, medium, high". */
static int64_t vrp_dollar_street_choose(char expected[300], const char *text, const char *const *names,
                                        int64_t count) {
    int n = 0;
    for (int64_t i = 0; i < count; i++) {
        if (text && strcmp(text, names[i]) == 0) return i;
        n += snprintf(expected + n, (size_t)(300 - n), "%s%s", i ? ", " : "", names[i]);
    }
    return -1;
}

const char *vr_dollar_street_factor_name(vr_dollar_street_factor f) {
    VR_CHECK(f >= 0 && f < VR_DOLLAR_STREET_FACTOR_COUNT, "factor %d", (int)f);
    return vrp_dollar_street_factor_names[f];
}

bool vr_dollar_street_factor_parse(vr_dollar_street_factor *f, const char *name, vr_err *err) {
    char expected[300];
    const int64_t found = vrp_dollar_street_choose(expected, name, vrp_dollar_street_factor_names,
                                                   VR_DOLLAR_STREET_FACTOR_COUNT);
    *f = (vr_dollar_street_factor)vr_max(0, found);
    return found >= 0 ||
           vr_fail(err, VR_ERR_ARGUMENT, "unknown factor '%.60s' (expected one of %s)", name, expected);
}

const char *vr_dollar_street_region_name(vr_dollar_street_region region) {
    VR_CHECK(region >= 0 && region < VR_DOLLAR_STREET_REGION_COUNT, "region %d", (int)region);
    return vrp_dollar_street_region_names[region];
}

/* ---- a table, from CSV or JSON ---- */

/* X(ID, column): what is read of a table. */
#define VRP_DOLLAR_STREET_FIELDS(X)                                                                          \
    X(URL, "url")                                                                                            \
    X(COUNTRY, "country")                                                                                    \
    X(REGION, "region")                                                                                      \
    X(INCOME, "income")                                                                                      \
    X(BUCKET, "income_bucket")                                                                               \
    X(LATITUDE, "lat")                                                                                       \
    X(LONGITUDE, "lng")                                                                                      \
    X(LABEL, "label")                                                                                        \
    X(CLASS, "class")                                                                                        \
    X(TARGETS_22K, "sin21k_targets")                                                                         \
    X(NAMES_22K, "sin21k_labels")                                                                            \
    X(TARGETS_11K, "sin21k_targets_alibaba")                                                                 \
    X(NAMES_11K, "sin21k_labels_alibaba")                                                                    \
    X(RATED, "can_i_rate_this_job")                                                                          \
    X(REASON, "justification")                                                                               \
    X(WORD, "one_word")                                                                                      \
    X(IMAGE_ID, "image_id")                                                                                  \
    X(FULL_ID, "full_image_id")

enum {
#define X(ID, column) VRP_DOLLAR_STREET_##ID,
    VRP_DOLLAR_STREET_FIELDS(X)
#undef X
        VRP_DOLLAR_STREET_FACTOR0, /* and the 16 of them */
    VRP_DOLLAR_STREET_INDEX = VRP_DOLLAR_STREET_FACTOR0 + VR_DOLLAR_STREET_FACTOR_COUNT,
    VRP_DOLLAR_STREET_FIELD_COUNT
};

static const char *vrp_dollar_street_field_name(int field) {
    static const char *const names[] = {
#define X(ID, column) column,
        VRP_DOLLAR_STREET_FIELDS(X)
#undef X
    };
    return field == VRP_DOLLAR_STREET_INDEX ? "" /* pandas' index has no name */
           : field < VRP_DOLLAR_STREET_FACTOR0
               ? names[field]
               : vrp_dollar_street_factor_names[field - VRP_DOLLAR_STREET_FACTOR0];
}

typedef struct vrp_dollar_street_table {
    bool json;
    vr_csv csv;
    vr_json_doc doc;
    const vr_json *index_list, *data_list;         /* of the JSON document */
    const vr_json *index, *data;                   /* of the current row */
    const vr_json **cells;                         /* [columns] of the current row */
    int64_t columns, most;                         /* most: no more rows than these */
    int64_t column[VRP_DOLLAR_STREET_FIELD_COUNT]; /* -1: the table lacks it */
    vr_err *err;
} vrp_dollar_street_table;

static bool vrp_dollar_street_has(const vrp_dollar_street_table *t, int field) {
    return t->column[field] >= 0;
}

static const vr_json *vrp_dollar_street_node(const vrp_dollar_street_table *t, int field) {
    return field == VRP_DOLLAR_STREET_INDEX ? t->index : t->cells[t->column[field]];
}

/* Fails at a field of the current row, which the table has. */
static bool vrp_dollar_street_fail(const vrp_dollar_street_table *t, int field, const char *fmt, ...)
    VR_PRINTF(3, 4);
static bool vrp_dollar_street_fail(const vrp_dollar_street_table *t, int field, const char *fmt, ...) {
    char what[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    const char *name = vrp_dollar_street_field_name(field);
    if (!t->json) return vr_csv_fail(&t->csv, t->column[field], t->err, "%s (column '%s')", what, name);
    return vr_json_fail(&t->doc, vrp_dollar_street_node(t, field), t->err, "%s (column '%s')", what, name);
}

/* *text = the field in the arena, or NULL where the table or the row does not have it. */
static bool vrp_dollar_street_text(const vrp_dollar_street_table *t, vr_arena *arena, const char **text,
                                   int field) {
    *text = NULL;
    if (!vrp_dollar_street_has(t, field)) return true;
    const vr_json *node = t->json ? vrp_dollar_street_node(t, field) : NULL;
    if (node && node->type == VR_JSON_NULL) return true;
    if (node && node->type == VR_JSON_INT && field == VRP_DOLLAR_STREET_INDEX) {
        *text = vr_arena_printf(arena, "%lld", (long long)node->integer);
        return true;
    }
    if (node && node->type != VR_JSON_STRING) return vrp_dollar_street_fail(t, field, "expected a string");
    const vr_bytes s =
        node ? (vr_bytes){(const uint8_t *)node->string, node->count} : t->csv.fields[t->column[field]];
    if (s.size > 0 && memchr(s.data, 0, (size_t)s.size))
        return vrp_dollar_street_fail(t, field, "unexpected zero byte");
    if (s.size > 0) *text = vr_arena_string(arena, (const char *)s.data, s.size);
    return true;
}

/* *x = the field as a finite number. */
static bool vrp_dollar_street_number(const vrp_dollar_street_table *t, double *x, int field) {
    if (!t->json) {
        if (!vr_csv_double(x, &t->csv, t->column[field], t->err)) return false;
    } else {
        const vr_json *node = vrp_dollar_street_node(t, field);
        *x = node->type == VR_JSON_BOOL ? (double)node->integer : vr_json_number(node);
    }
    return isfinite(*x) || vrp_dollar_street_fail(t, field, "expected a finite number");
}

/* Opens pandas' {"columns": [...], "index": [...], "data": [[...]]}. */
static bool vrp_dollar_street_open_json(vrp_dollar_street_table *t, vr_arena *arena, vr_bytes text,
                                        const char *path) {
    if (!vr_json_parse(arena, &t->doc, text, path, t->err)) return false;
    const vr_json *root = t->doc.root, *names = vr_json_want(&t->doc, root, "columns", VR_JSON_ARRAY, t->err);
    if (!names) return false;
    t->index_list = vr_json_want(&t->doc, root, "index", VR_JSON_ARRAY, t->err);
    if (!t->index_list) return false;
    t->data_list = vr_json_want(&t->doc, root, "data", VR_JSON_ARRAY, t->err);
    if (!t->data_list) return false;
    t->most = t->data_list->count;
    if (t->index_list->count != t->data_list->count)
        return vr_json_fail(&t->doc, t->data_list, t->err, "expected %lld rows as in the index, found %lld",
                            (long long)t->index_list->count, (long long)t->most);
    t->columns = names->count;
    t->cells = VR_NEW(arena, const vr_json *, t->columns);
    int64_t c = 0;
    for (const vr_json *n = vr_json_first(names); n; n = vr_json_next(names, n), c++) {
        if (n->type != VR_JSON_STRING)
            return vr_json_fail(&t->doc, n, t->err, "expected the name of a column");
        for (int f = 0; f < VRP_DOLLAR_STREET_INDEX; f++) {
            if (strcmp(n->string, vrp_dollar_street_field_name(f)) != 0) continue;
            if (t->column[f] >= 0)
                return vr_json_fail(&t->doc, n, t->err, "duplicate column '%s'", n->string);
            t->column[f] = c;
        }
    }
    t->column[VRP_DOLLAR_STREET_INDEX] = 0;
    return true;
}

static bool vrp_dollar_street_open(vrp_dollar_street_table *t, vr_arena *arena, vr_bytes text,
                                   const char *path) {
    for (int f = 0; f < VRP_DOLLAR_STREET_FIELD_COUNT; f++) t->column[f] = -1;
    int64_t at = text.size >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (at < text.size && text.data[at] <= ' ') at++;
    t->json = at < text.size && text.data[at] == '{';
    if (t->json) return vrp_dollar_street_open_json(t, arena, text, path);
    if (!vr_csv_parse(arena, &t->csv, text, path, t->err)) return false;
    for (int f = 0; f < VRP_DOLLAR_STREET_FIELD_COUNT; f++)
        t->column[f] = vr_csv_find(&t->csv, vrp_dollar_street_field_name(f));
    t->most = 1;
    for (int64_t i = 0; i < text.size; i++) t->most += text.data[i] == '\n';
    return true;
}

/* Goes to the next row: 1 where there is one, 0 at the end, -1 after a failure. */
static int vrp_dollar_street_next(vrp_dollar_street_table *t) {
    if (!t->json) return vr_csv_next(&t->csv, t->err) ? 1 : t->csv.ended ? 0 : -1;
    t->index = t->index ? vr_json_next(t->index_list, t->index) : vr_json_first(t->index_list);
    t->data = t->data ? vr_json_next(t->data_list, t->data) : vr_json_first(t->data_list);
    if (!t->data) return 0;
    if (t->data->type != VR_JSON_ARRAY || t->data->count != t->columns) {
        vr_json_fail(&t->doc, t->data, t->err, "expected an array of %lld values", (long long)t->columns);
        return -1;
    }
    int64_t c = 0;
    for (const vr_json *n = vr_json_first(t->data); n; n = vr_json_next(t->data, n)) t->cells[c++] = n;
    return 1;
}

/* Fails where the table lacks a column that neither it nor `metadata` can do without. */
static bool vrp_dollar_street_columns(const vrp_dollar_street_table *t, const char *path, bool metadata) {
    static const int required[] = {VRP_DOLLAR_STREET_COUNTRY, VRP_DOLLAR_STREET_REGION,
                                   VRP_DOLLAR_STREET_INCOME};
    int factors = 0, missing = -1;
    for (int f = 0; f < VR_DOLLAR_STREET_FACTOR_COUNT; f++) {
        const bool has = vrp_dollar_street_has(t, VRP_DOLLAR_STREET_FACTOR0 + f);
        factors += has;
        if (!has) missing = f;
    }
    if (factors == 0 && !vrp_dollar_street_has(t, VRP_DOLLAR_STREET_URL))
        return vr_fail(t->err, VR_ERR_FORMAT, "%s:1: missing column 'url' or columns of the 16 factors",
                       path);
    if (factors > 0 && missing >= 0)
        return vr_fail(t->err, VR_ERR_FORMAT, "%s:1: missing column '%s': found %d of the 16 factors", path,
                       vrp_dollar_street_factor_names[missing], factors);
    for (int i = 0; !metadata && i < 3; i++)
        if (!vrp_dollar_street_has(t, required[i]))
            return vr_fail(t->err, VR_ERR_FORMAT, "%s:1: missing column '%s', and no metadata that has it",
                           path, vrp_dollar_street_field_name(required[i]));
    return metadata || vrp_dollar_street_has(t, VRP_DOLLAR_STREET_CLASS) ||
           vrp_dollar_street_has(t, VRP_DOLLAR_STREET_LABEL) ||
           vr_fail(t->err, VR_ERR_FORMAT, "%s:1: missing column 'label' or 'class'", path);
}

/* ---- one row ---- */

/* A row that is being read, in the step arena. */
typedef struct vrp_dollar_street_row {
    const char *id, *url, *image, *country, *reason, *word, **labels;
    double income, latitude, longitude;
    int64_t region, bucket, label_count, target_count[2], *targets[2];
    uint16_t factors;
    bool unrated, rebucketed;
} vrp_dollar_street_row;

/* *number = the place of the field's text in a list of names. */
static bool vrp_dollar_street_choice(const vrp_dollar_street_table *t, vr_arena *step, int64_t *number,
                                     int field, const char *const *names, int64_t count) {
    const char *text;
    char expected[300];
    if (!vrp_dollar_street_text(t, step, &text, field)) return false;
    *number = vrp_dollar_street_choose(expected, text, names, count);
    return *number >= 0 ||
           vrp_dollar_street_fail(t, field, "expected one of %s, found '%.60s'", expected, text ? text : "");
}

/* *x = the field as a number within -limit..limit, where the table has it. */
static bool vrp_dollar_street_degrees(const vrp_dollar_street_table *t, double *x, int field, double limit) {
    if (!vrp_dollar_street_has(t, field)) return true;
    if (!vrp_dollar_street_number(t, x, field)) return false;
    return fabs(*x) <= limit ||
           vrp_dollar_street_fail(t, field, "expected degrees, %g to %g, found %g", -limit, limit, *x);
}

/* Place, region and income, as far as the table has them. */
static bool vrp_dollar_street_read_place(const vrp_dollar_street_table *t, vr_arena *step,
                                         vrp_dollar_street_row *row) {
    row->latitude = row->longitude = row->income = NAN;
    row->bucket = row->region = -1;
    if (!vrp_dollar_street_text(t, step, &row->country, VRP_DOLLAR_STREET_COUNTRY)) return false;
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_COUNTRY) && !row->country)
        return vrp_dollar_street_fail(t, VRP_DOLLAR_STREET_COUNTRY, "expected a country");
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_REGION) &&
        !vrp_dollar_street_choice(t, step, &row->region, VRP_DOLLAR_STREET_REGION,
                                  vrp_dollar_street_region_names, VR_DOLLAR_STREET_REGION_COUNT))
        return false;
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_INCOME)) {
        if (!vrp_dollar_street_number(t, &row->income, VRP_DOLLAR_STREET_INCOME)) return false;
        if (row->income <= 0)
            return vrp_dollar_street_fail(t, VRP_DOLLAR_STREET_INCOME, "expected a positive income, found %g",
                                          row->income);
        row->bucket = vr_income_bucket(row->income);
    }
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_BUCKET)) {
        int64_t given;
        if (!vrp_dollar_street_choice(t, step, &given, VRP_DOLLAR_STREET_BUCKET,
                                      vrp_dollar_street_income_names, VR_INCOME_COUNT))
            return false;
        row->rebucketed = row->bucket >= 0 && row->bucket != given;
        row->bucket = given;
    }
    return vrp_dollar_street_degrees(t, &row->latitude, VRP_DOLLAR_STREET_LATITUDE, 90) &&
           vrp_dollar_street_degrees(t, &row->longitude, VRP_DOLLAR_STREET_LONGITUDE, 180);
}

/* Lists of the file's own ids below a limit, with as many names beside them. */
static bool vrp_dollar_street_read_targets(const vrp_dollar_street_table *t, vr_arena *step,
                                           vrp_dollar_street_row *row) {
    static const int ids[2] = {VRP_DOLLAR_STREET_TARGETS_22K, VRP_DOLLAR_STREET_TARGETS_11K},
                     names[2] = {VRP_DOLLAR_STREET_NAMES_22K, VRP_DOLLAR_STREET_NAMES_11K},
                     limits[2] = {108, 99};
    for (int k = 0; k < 2; k++) {
        if (t->json || !vrp_dollar_street_has(t, ids[k])) continue;
        const char **name;
        int64_t *id, n, count;
        if (!vr_pylist_ints(step, &id, &n, &t->csv, t->column[ids[k]], t->err)) return false;
        for (int64_t i = 0; i < n; i++)
            if (id[i] < 0 || id[i] >= limits[k])
                return vrp_dollar_street_fail(t, ids[k], "expected a class, 0 to %d, found %lld",
                                              limits[k] - 1, (long long)id[i]);
        row->targets[k] = id, row->target_count[k] = n;
        if (!vrp_dollar_street_has(t, names[k])) continue;
        if (!vr_pylist_strings(step, &name, &count, &t->csv, t->column[names[k]], t->err)) return false;
        if (count != n)
            return vrp_dollar_street_fail(t, names[k], "expected a name for each of %lld ids, found %lld",
                                          (long long)n, (long long)count);
    }
    return true;
}

static bool vrp_dollar_street_read_labels(const vrp_dollar_street_table *t, vr_arena *step,
                                          vrp_dollar_street_row *row) {
    if (!t->json && vrp_dollar_street_has(t, VRP_DOLLAR_STREET_LABEL)) {
        if (!vr_pylist_strings(step, &row->labels, &row->label_count, &t->csv,
                               t->column[VRP_DOLLAR_STREET_LABEL], t->err))
            return false;
        if (row->label_count == 0)
            return vrp_dollar_street_fail(t, VRP_DOLLAR_STREET_LABEL, "expected at least one class");
    } else if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_CLASS)) {
        row->labels = VR_NEW(step, const char *, 1);
        row->label_count = 1;
        if (!vrp_dollar_street_text(t, step, &row->labels[0], VRP_DOLLAR_STREET_CLASS)) return false;
        if (!row->labels[0]) return vrp_dollar_street_fail(t, VRP_DOLLAR_STREET_CLASS, "expected a class");
    }
    for (int64_t i = 0; i < row->label_count; i++) {
        char *name = vr_arena_string(step, row->labels[i], (int64_t)strlen(row->labels[i]));
        for (char *s = name; (s = strchr(s, ' ')) != NULL;) *s = '_';
        row->labels[i] = name;
    }
    return true;
}

static bool vrp_dollar_street_read_factors(const vrp_dollar_street_table *t, vr_arena *step,
                                           vrp_dollar_street_row *row) {
    const char *rated;
    if (!vrp_dollar_street_text(t, step, &rated, VRP_DOLLAR_STREET_RATED)) return false;
    row->unrated = rated && strcmp(rated, "no") == 0;
    if (row->unrated) return true;
    for (int f = 0; f < VR_DOLLAR_STREET_FACTOR_COUNT; f++) {
        const int field = VRP_DOLLAR_STREET_FACTOR0 + f;
        double x;
        if (!vrp_dollar_street_has(t, field)) continue;
        if (!vrp_dollar_street_number(t, &x, field)) return false;
        if (x != 0 && x != 1) return vrp_dollar_street_fail(t, field, "expected 0 or 1, found %g", x);
        if (x == 1) row->factors = (uint16_t)(row->factors | 1 << f);
    }
    return vrp_dollar_street_text(t, step, &row->reason, VRP_DOLLAR_STREET_REASON) &&
           vrp_dollar_street_text(t, step, &row->word, VRP_DOLLAR_STREET_WORD);
}

/* Names the row and its image. Metadata has one row an image, named by its url; a table of tasks has an index. */
static bool vrp_dollar_street_read_names(const vrp_dollar_street_table *t, vr_arena *step,
                                         vrp_dollar_street_row *row) {
    const char *index, *image_id, *full_id;
    if (!vrp_dollar_street_text(t, step, &row->url, VRP_DOLLAR_STREET_URL) ||
        !vrp_dollar_street_text(t, step, &index, VRP_DOLLAR_STREET_INDEX) ||
        !vrp_dollar_street_text(t, step, &image_id, VRP_DOLLAR_STREET_IMAGE_ID) ||
        !vrp_dollar_street_text(t, step, &full_id, VRP_DOLLAR_STREET_FULL_ID))
        return false;
    const bool images = !t->json && vrp_dollar_street_has(t, VRP_DOLLAR_STREET_LABEL);
    row->id = images || !index ? row->url : index;
    row->image = full_id ? full_id : row->url ? row->url : image_id ? image_id : row->id;
    if (row->id) return true;
    const int at =
        vrp_dollar_street_has(t, VRP_DOLLAR_STREET_URL) ? VRP_DOLLAR_STREET_URL : VRP_DOLLAR_STREET_INDEX;
    return vrp_dollar_street_fail(t, at, "expected the name of a row");
}

static bool vrp_dollar_street_read(const vrp_dollar_street_table *t, vr_arena *step,
                                   vrp_dollar_street_row *row) {
    *row = (vrp_dollar_street_row){0};
    return vrp_dollar_street_read_factors(t, step, row) &&
           (row->unrated ||
            (vrp_dollar_street_read_names(t, step, row) && vrp_dollar_street_read_place(t, step, row) &&
             vrp_dollar_street_read_labels(t, step, row) && vrp_dollar_street_read_targets(t, step, row)));
}

/* ---- rows to columns ---- */

/* Columns that grow, with room for all rows of the table. */
typedef struct vrp_dollar_street_build {
    vr_arena *perm;
    int64_t count, unrated, unmatched, rebucketed;
    const char **id, **url, **reason, **word;
    double *income, *latitude, *longitude;
    int64_t *image, *region, *bucket, *country, *line;
    uint16_t *factors;
    vr_names ids, images, countries, classes;
    vr_label_builder labels, targets[2];
    const vr_dollar_street *metadata; /* or NULL; with its names, and the first row of each image */
    vr_image_index index;
    int64_t *first;
} vrp_dollar_street_build;

static void vrp_dollar_street_begin(vrp_dollar_street_build *b, vr_arena *perm, vr_arena *scratch, int64_t n,
                                    const vr_dollar_street *metadata) {
    *b = (vrp_dollar_street_build){.perm = perm, .metadata = metadata};
    b->ids.arena = b->labels.arena = b->targets[0].arena = b->targets[1].arena = perm;
    b->images.arena = b->countries.arena = b->classes.arena = scratch;
    b->id = VR_NEW(perm, const char *, n), b->url = VR_NEW(perm, const char *, n);
    b->reason = VR_NEW(perm, const char *, n), b->word = VR_NEW(perm, const char *, n);
    b->income = VR_NEW(perm, double, n);
    b->latitude = VR_NEW(perm, double, n), b->longitude = VR_NEW(perm, double, n);
    b->image = VR_NEW(perm, int64_t, n), b->region = VR_NEW(perm, int64_t, n);
    b->bucket = VR_NEW(perm, int64_t, n), b->country = VR_NEW(perm, int64_t, n);
    b->line = VR_NEW(scratch, int64_t, n);
    b->factors = VR_NEW(perm, uint16_t, n);
    if (!metadata) return;
    b->index = vrp_dollar_street_index(scratch, metadata);
    b->first = VR_NEW(scratch, int64_t, metadata->image_count);
    for (int64_t i = metadata->count - 1; i >= 0; i--) b->first[metadata->image[i]] = i;
}

/* Gives the row what its table lacks and its image in the metadata has; false where the image is not there. */
static bool vrp_dollar_street_complete(const vrp_dollar_street_build *b, vr_arena *step,
                                       vrp_dollar_street_row *row, bool bucket_given) {
    const vr_dollar_street *m = b->metadata;
    const char *name = row->url ? row->url : row->image;
    const int64_t found = vr_image_index_find(&b->index, name, (int64_t)strlen(name));
    if (found < 0) return false;
    const int64_t k = found < m->image_count ? b->first[found] : found - m->image_count;
    row->image = m->url && m->url[k] ? m->url[k] : m->id[k];
    if (!row->url) row->url = row->image;
    if (!row->country) row->country = m->countries[m->country[k]];
    if (row->region < 0) row->region = m->region[k];
    if (isnan(row->income)) {
        row->income = m->income[k];
        row->rebucketed = bucket_given && row->bucket != m->bucket[k];
        if (!bucket_given) row->bucket = m->bucket[k];
    }
    if (isnan(row->latitude) && m->latitude) row->latitude = m->latitude[k];
    if (isnan(row->longitude) && m->longitude) row->longitude = m->longitude[k];
    if (row->label_count > 0) return true;
    row->label_count = vr_label_sets_size(&m->labels, k);
    row->labels = VR_NEW(step, const char *, row->label_count);
    for (int64_t j = 0; j < row->label_count; j++)
        row->labels[j] = m->classes[m->labels.label[m->labels.begin[k] + j]];
    return true;
}

static int64_t vrp_dollar_street_add(vr_names *names, const char *name) {
    return vr_names_add(names, name, (int64_t)strlen(name));
}

static const char *vrp_dollar_street_keep(vr_arena *perm, const char *s) {
    return s ? vr_arena_string(perm, s, (int64_t)strlen(s)) : NULL;
}

static void vrp_dollar_street_append(vrp_dollar_street_build *b, const vrp_dollar_street_row *row) {
    const int64_t i = b->count++;
    b->id[i] = vr_names_at(&b->ids, b->ids.count - 1);
    b->url[i] = row->url == row->id ? b->id[i] : vrp_dollar_street_keep(b->perm, row->url);
    b->reason[i] = vrp_dollar_street_keep(b->perm, row->reason);
    b->word[i] = vrp_dollar_street_keep(b->perm, row->word);
    b->image[i] = vrp_dollar_street_add(&b->images, row->image);
    b->country[i] = vrp_dollar_street_add(&b->countries, row->country);
    b->income[i] = row->income, b->latitude[i] = row->latitude, b->longitude[i] = row->longitude;
    b->region[i] = row->region, b->bucket[i] = row->bucket, b->factors[i] = row->factors;
    b->rebucketed += row->rebucketed;
    vr_label_builder_next(&b->labels);
    for (int64_t j = 0; j < row->label_count; j++)
        vr_label_builder_add(&b->labels, vrp_dollar_street_add(&b->classes, row->labels[j]));
    for (int k = 0; k < 2; k++) {
        vr_label_builder_next(&b->targets[k]);
        for (int64_t j = 0; j < row->target_count[k]; j++)
            vr_label_builder_add(&b->targets[k], row->targets[k][j]);
    }
}

/* Reads the rows that there are. */
static bool vrp_dollar_street_rows(vrp_dollar_street_build *b, vrp_dollar_street_table *t, vr_arena *step,
                                   const char *path) {
    vrp_dollar_street_row row;
    int next;
    for (; (next = vrp_dollar_street_next(t)) == 1; vr_arena_reset(step)) {
        if (!vrp_dollar_street_read(t, step, &row)) return false;
        b->unrated += row.unrated;
        if (row.unrated) continue;
        const int64_t known = b->ids.count, number = vrp_dollar_street_add(&b->ids, row.id);
        if (number < known && t->json)
            return vr_json_fail(&t->doc, t->data, t->err, "duplicate row '%.200s'", row.id);
        if (number < known)
            return vr_fail(t->err, VR_ERR_FORMAT, "%s:%lld:1: duplicate row '%.200s' (first at line %lld)",
                           path, (long long)t->csv.line, row.id, (long long)b->line[number]);
        b->line[number] = t->csv.line;
        if (!b->metadata ||
            vrp_dollar_street_complete(b, step, &row, vrp_dollar_street_has(t, VRP_DOLLAR_STREET_BUCKET)))
            vrp_dollar_street_append(b, &row);
        else
            b->unmatched++;
    }
    return next == 0;
}

/* The names in order; the numbers of names become their places in it. */
static const char *const *vrp_dollar_street_sort(vr_arena *perm, vr_arena *scratch, const vr_names *names,
                                                 int64_t *number, int64_t n) {
    const char **name = VR_NEW(scratch, const char *, names->count);
    for (int64_t i = 0; i < names->count; i++) name[i] = vr_names_at(names, i);
    const vr_groups sorted = vr_groups_of_names(perm, name, names->count);
    for (int64_t i = 0; i < n; i++) number[i] = sorted.of[number[i]];
    return sorted.names;
}

/* Households, and their quarters by income. */
static void vrp_dollar_street_households(vr_arena *perm, vr_arena *scratch, vr_dollar_street *out) {
    int64_t *household = VR_NEW(perm, int64_t, out->count), *quarter = VR_NEW(perm, int64_t, out->count);
    out->household_count = vr_income_households(household, out->country, out->income, out->count);
    double *income = VR_NEW(scratch, double, out->household_count); /* each counts once */
    for (int64_t i = 0; i < out->count; i++) income[household[i]] = out->income[i];
    vr_sort(income, out->household_count);
    for (int k = 0; k <= 4; k++)
        out->quarters[k] = vr_quantile_sorted(income, out->household_count, 0.25 * k);
    for (int64_t i = 0; i < out->count; i++)
        while (quarter[i] < 3 && out->income[i] > out->quarters[quarter[i] + 1]) quarter[i]++;
    out->household = household, out->quarter = quarter;
}

static void vrp_dollar_street_end(vr_dollar_street *out, vr_arena *scratch, vrp_dollar_street_build *b,
                                  const vrp_dollar_street_table *t) {
    const int64_t n = b->count;
    bool urls = false, places = false;
    for (int64_t i = 0; i < n; i++) {
        urls = urls || b->url[i];
        places = places || !isnan(b->latitude[i]);
    }
    *out = (vr_dollar_street){.count = n,
                              .id = b->id,
                              .url = urls ? b->url : NULL,
                              .image = b->image,
                              .image_count = b->images.count,
                              .country_count = b->countries.count,
                              .country = b->country,
                              .region = b->region,
                              .income = b->income,
                              .bucket = b->bucket,
                              .latitude = places ? b->latitude : NULL,
                              .longitude = places ? b->longitude : NULL,
                              .class_count = b->classes.count,
                              .labels = vr_label_builder_sets(&b->labels),
                              .unrated = b->unrated,
                              .unmatched = b->unmatched,
                              .rebucketed = b->rebucketed};
    out->countries = vrp_dollar_street_sort(b->perm, scratch, &b->countries, b->country, n);
    out->classes =
        vrp_dollar_street_sort(b->perm, scratch, &b->classes, b->labels.label, out->labels.begin[n]);
    if (!t->json && vrp_dollar_street_has(t, VRP_DOLLAR_STREET_TARGETS_22K))
        out->targets_22k = vr_label_builder_sets(&b->targets[0]);
    if (!t->json && vrp_dollar_street_has(t, VRP_DOLLAR_STREET_TARGETS_11K))
        out->targets_11k = vr_label_builder_sets(&b->targets[1]);
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_FACTOR0)) out->factors = b->factors;
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_REASON)) out->reason = b->reason;
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_WORD)) out->word = b->word;
    vrp_dollar_street_households(b->perm, scratch, out);
}

static bool vrp_dollar_street_text_read(vr_arena *perm, vr_arena *scratch, vr_arena *step,
                                        vr_dollar_street *out, vr_bytes text, const char *path,
                                        const vr_dollar_street *metadata, vr_err *err) {
    vrp_dollar_street_table t = {.err = err};
    vrp_dollar_street_build b;
    if (!vrp_dollar_street_open(&t, scratch, text, path) ||
        !vrp_dollar_street_columns(&t, path, metadata != NULL))
        return false;
    vrp_dollar_street_begin(&b, perm, scratch, t.most, metadata);
    if (!vrp_dollar_street_rows(&b, &t, step, path)) return false;
    if (b.count == 0)
        return vr_fail(err, VR_ERR_FORMAT, "%s: no rows (%lld not rated, %lld not in the metadata)", path,
                       (long long)b.unrated, (long long)b.unmatched);
    vrp_dollar_street_end(out, scratch, &b, &t);
    out->path = vrp_dollar_street_keep(perm, path);
    return true;
}

bool vrp_dollar_street_parse(vr_arena *perm, vr_dollar_street *out, vr_bytes text, const char *path,
                             const vr_dollar_street *metadata, vr_err *err) {
    const vr_dollar_street known = metadata ? *metadata : (vr_dollar_street){0}; /* it may be out */
    *out = (vr_dollar_street){0};
    vr_arena scratch = {0}, step = {0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_err own = {0}; /* VR_FATAL may not leave the scratch arenas behind */
    const bool ok =
        vrp_dollar_street_text_read(perm, &scratch, &step, out, text, path, metadata ? &known : NULL, &own);
    vr_arena_free(&step);
    vr_arena_free(&scratch);
    if (ok) return true;
    vr_arena_rewind(perm, mark);
    return vr_err_pass(err, &own);
}

bool vr_dollar_street_load(vr_arena *perm, vr_dollar_street *out, const char *path,
                           const vr_dollar_street *metadata, vr_err *err) {
    vr_arena file = {0};
    vr_err own = {0};
    vr_bytes text;
    const bool ok = vr_file_map(&file, &text, path, &own) &&
                    vrp_dollar_street_parse(perm, out, text, path, metadata, &own);
    vr_arena_free(&file);
    if (!ok) *out = (vr_dollar_street){0};
    return ok || vr_err_pass(err, &own);
}

/* ---- rows by name ---- */

vr_image_index vrp_dollar_street_index(vr_arena *arena, const vr_dollar_street *data) {
    static const char *const strip[] = {"480x480-", "-", NULL}; /* what the published code takes out */
    vr_image_index index = {.arena = arena, .strip = strip};
    for (int64_t i = 0; data->url && i < data->count; i++)
        if (data->url[i]) vr_image_index_add(&index, data->url[i], data->image[i]);
    for (int64_t i = 0; i < data->count; i++) { /* an id may be a name of the image */
        const int64_t at = vr_image_index_find(&index, data->id[i], (int64_t)strlen(data->id[i]));
        vr_image_index_add(&index, data->id[i], at == data->image[i] ? at : data->image_count + i);
    }
    return index;
}

#undef VRP_DOLLAR_STREET_FIELDS
