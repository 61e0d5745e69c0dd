/* study/dollar_street.c: the tables of Dollar Street, to columns. Metadata and annotations come as CSV and as pandas'
 * JSON with other sets of columns; one reader takes a field by its name from either, so that each rule (a region is
 * one of four, a factor is 0 or 1) is written once. Rejected: a loader for each file, which would drift apart. */
#include "dollar_street.h"
#include "../base/os.h"
#include "../format/csv.h"
#include "../format/json.h"
#include "../format/pylist.h"
#include "../tensor/stats.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

const char *vr_dollar_street_factor_name(vr_dollar_street_factor f) {
    VR_CHECK(f >= 0 && f < VR_DOLLAR_STREET_FACTOR_COUNT, "factor %d", (int)f);
    return vrp_dollar_street_factor_names[f];
}

const char *vr_income_name(vr_income bucket) {
    VR_CHECK(bucket >= 0 && bucket < VR_INCOME_COUNT, "bucket %d", (int)bucket);
    return vrp_dollar_street_income_names[bucket];
}

const char *vr_dollar_street_region_name(vr_dollar_street_region region) {
    VR_CHECK(region >= 0 && region < VR_DOLLAR_STREET_REGION_COUNT, "region %d", (int)region);
    return vrp_dollar_street_region_names[region];
}

vr_income vr_income_bucket(double income) {
    const double third = log(income) / 3;
    return third < 1.5 ? VR_INCOME_LOW : third <= 2.5 ? VR_INCOME_MEDIUM : VR_INCOME_HIGH;
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
    const vr_json *index_list, *data_list; /* of the JSON document */
    const vr_json *index, *data;           /* of the current row */
    const vr_json **cells;                 /* [columns] of the current row */
    int64_t columns, rows;
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
static bool vrp_dollar_street_wrong(const vrp_dollar_street_table *t, int field, const char *fmt, ...)
    VR_PRINTF(3, 4);
static bool vrp_dollar_street_wrong(const vrp_dollar_street_table *t, int field, const char *fmt, ...) {
    char what[300];
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
    if (!t->json) {
        const vr_bytes f = t->csv.fields[t->column[field]];
        if (memchr(f.data, 0, (size_t)f.size)) return vrp_dollar_street_wrong(t, field, "a zero byte");
        if (f.size > 0) *text = vr_arena_string(arena, (const char *)f.data, f.size);
        return true;
    }
    const vr_json *node = vrp_dollar_street_node(t, field);
    if (node->type == VR_JSON_NULL) return true;
    if (node->type == VR_JSON_INT && field == VRP_DOLLAR_STREET_INDEX) {
        *text = vr_arena_printf(arena, "%lld", (long long)node->integer);
        return true;
    }
    if (node->type != VR_JSON_STRING) return vrp_dollar_street_wrong(t, field, "a string is wanted");
    if (strlen(node->string) != node->count) return vrp_dollar_street_wrong(t, field, "a zero byte");
    if (node->count > 0) *text = vr_arena_string(arena, node->string, node->count);
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
    return isfinite(*x) || vrp_dollar_street_wrong(t, field, "a finite number is wanted");
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
    if (t->index_list->count != t->data_list->count)
        return vr_json_fail(&t->doc, t->data_list, t->err, "%lld rows, but the index has %lld",
                            (long long)t->data_list->count, (long long)t->index_list->count);
    t->columns = names->count;
    t->cells = VR_NEW(arena, const vr_json *, t->columns);
    int64_t c = 0;
    for (const vr_json *n = vr_json_first(names); n; n = vr_json_next(names, n), c++) {
        if (n->type != VR_JSON_STRING)
            return vr_json_fail(&t->doc, n, t->err, "a column's name is no string");
        for (int f = 0; f < VRP_DOLLAR_STREET_INDEX; f++) {
            if (strcmp(n->string, vrp_dollar_street_field_name(f)) != 0) continue;
            if (t->column[f] >= 0)
                return vr_json_fail(&t->doc, n, t->err, "two columns are named '%s'", n->string);
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
    return true;
}

/* Goes to the next row: 1 where there is one, 0 at the end, -1 after a fault. */
static int vrp_dollar_street_next(vrp_dollar_street_table *t) {
    if (!t->json) return vr_csv_next(&t->csv, t->err) ? 1 : t->csv.ended ? 0 : -1;
    t->index = t->index ? vr_json_next(t->index_list, t->index) : vr_json_first(t->index_list);
    t->data = t->data ? vr_json_next(t->data_list, t->data) : vr_json_first(t->data_list);
    if (!t->data) return 0;
    if (t->data->type != VR_JSON_ARRAY || t->data->count != t->columns) {
        vr_json_fail(&t->doc, t->data, t->err, "a row is an array of %lld values", (long long)t->columns);
        return -1;
    }
    int64_t c = 0;
    for (const vr_json *n = vr_json_first(t->data); n; n = vr_json_next(t->data, n)) t->cells[c++] = n;
    return 1;
}

/* ---- one row ---- */

typedef struct vrp_dollar_street_row {
    const char *id, *url, *image, *country, *reason, *word;
    double income, latitude, longitude;
    int64_t region, bucket, line, label_count, count_22k, count_11k;
    const char **labels;
    int64_t *targets_22k, *targets_11k;
    uint16_t factors;
    bool unrated, rebucketed;
    const vr_json *node;
} vrp_dollar_street_row;

/* *number = the place of the field's text in a list of names. */
static bool vrp_dollar_street_choice(const vrp_dollar_street_table *t, int64_t *number, int field,
                                     const char *text, const char *const *names, int64_t count) {
    for (*number = 0; *number < count; ++*number)
        if (text && strcmp(text, names[*number]) == 0) return true;
    char list[120];
    int n = 0;
    for (int64_t i = 0; i < count; i++)
        n += snprintf(list + n, sizeof list - (size_t)n, "%s%s", i ? ", " : "", names[i]);
    return vrp_dollar_street_wrong(t, field, "'%.60s' is none of %s", text ? text : "", list);
}

/* Place, region and income, as far as the table has them. */
static bool vrp_dollar_street_read_place(const vrp_dollar_street_table *t, vr_arena *perm,
                                         vrp_dollar_street_row *row) {
    const char *text;
    row->latitude = row->longitude = row->income = NAN;
    row->bucket = row->region = -1;
    if (!vrp_dollar_street_text(t, perm, &row->country, VRP_DOLLAR_STREET_COUNTRY)) return false;
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_COUNTRY) && !row->country)
        return vrp_dollar_street_wrong(t, VRP_DOLLAR_STREET_COUNTRY, "a country is wanted");
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_REGION) &&
        (!vrp_dollar_street_text(t, perm, &text, VRP_DOLLAR_STREET_REGION) ||
         !vrp_dollar_street_choice(t, &row->region, VRP_DOLLAR_STREET_REGION, text,
                                   vrp_dollar_street_region_names, VR_DOLLAR_STREET_REGION_COUNT)))
        return false;
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_INCOME)) {
        if (!vrp_dollar_street_number(t, &row->income, VRP_DOLLAR_STREET_INCOME)) return false;
        if (row->income <= 0)
            return vrp_dollar_street_wrong(t, VRP_DOLLAR_STREET_INCOME, "an income is positive");
        row->bucket = vr_income_bucket(row->income);
    }
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_BUCKET)) {
        int64_t given;
        if (!vrp_dollar_street_text(t, perm, &text, VRP_DOLLAR_STREET_BUCKET) ||
            !vrp_dollar_street_choice(t, &given, VRP_DOLLAR_STREET_BUCKET, text,
                                      vrp_dollar_street_income_names, VR_INCOME_COUNT))
            return false;
        row->rebucketed = row->bucket >= 0 && row->bucket != given;
        row->bucket = given;
    }
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_LATITUDE)) {
        if (!vrp_dollar_street_number(t, &row->latitude, VRP_DOLLAR_STREET_LATITUDE)) return false;
        if (fabs(row->latitude) > 90)
            return vrp_dollar_street_wrong(t, VRP_DOLLAR_STREET_LATITUDE, "a latitude is in -90..90");
    }
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_LONGITUDE)) {
        if (!vrp_dollar_street_number(t, &row->longitude, VRP_DOLLAR_STREET_LONGITUDE)) return false;
        if (fabs(row->longitude) > 180)
            return vrp_dollar_street_wrong(t, VRP_DOLLAR_STREET_LONGITUDE, "a longitude is in -180..180");
    }
    return true;
}

/* A list of ids below `limit`, with as many names beside it. */
static bool vrp_dollar_street_read_targets(const vrp_dollar_street_table *t, vr_arena *perm, int64_t **ids,
                                           int64_t *count, int field, int names, int64_t limit) {
    if (t->json || !vrp_dollar_street_has(t, field)) return true;
    if (!vr_pylist_ints(perm, ids, count, &t->csv, t->column[field], t->err)) return false;
    for (int64_t i = 0; i < *count; i++)
        if ((*ids)[i] < 0 || (*ids)[i] >= limit)
            return vrp_dollar_street_wrong(t, field, "%lld is not in 0..%lld", (long long)(*ids)[i],
                                           (long long)limit - 1);
    if (!vrp_dollar_street_has(t, names)) return true;
    const char **unused;
    int64_t n;
    const vr_arena_mark mark = vr_arena_here(perm);
    if (!vr_pylist_strings(perm, &unused, &n, &t->csv, t->column[names], t->err)) return false;
    vr_arena_rewind(perm, mark);
    return n == *count ||
           vrp_dollar_street_wrong(t, names, "%lld names for %lld ids", (long long)n, (long long)*count);
}

static bool vrp_dollar_street_read_labels(const vrp_dollar_street_table *t, vr_arena *perm,
                                          vrp_dollar_street_row *row) {
    if (!t->json && vrp_dollar_street_has(t, VRP_DOLLAR_STREET_LABEL)) {
        if (!vr_pylist_strings(perm, &row->labels, &row->label_count, &t->csv,
                               t->column[VRP_DOLLAR_STREET_LABEL], t->err))
            return false;
        if (row->label_count == 0)
            return vrp_dollar_street_wrong(t, VRP_DOLLAR_STREET_LABEL, "an image has at least one class");
    } else if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_CLASS)) {
        row->labels = VR_NEW(perm, const char *, 1);
        row->label_count = 1;
        if (!vrp_dollar_street_text(t, perm, &row->labels[0], VRP_DOLLAR_STREET_CLASS)) return false;
        if (!row->labels[0]) return vrp_dollar_street_wrong(t, VRP_DOLLAR_STREET_CLASS, "a class is wanted");
    }
    for (int64_t i = 0; i < row->label_count; i++) {
        char *name = vr_arena_string(perm, row->labels[i], (int64_t)strlen(row->labels[i]));
        for (char *s = name; (s = strchr(s, ' ')) != NULL;) *s = '_';
        row->labels[i] = name;
    }
    return true;
}

static bool vrp_dollar_street_read_factors(const vrp_dollar_street_table *t, vr_arena *perm,
                                           vrp_dollar_street_row *row) {
    const char *rated;
    if (!vrp_dollar_street_text(t, perm, &rated, VRP_DOLLAR_STREET_RATED)) return false;
    row->unrated = rated && strcmp(rated, "no") == 0;
    if (row->unrated) return true;
    for (int f = 0; f < VR_DOLLAR_STREET_FACTOR_COUNT; f++) {
        const int field = VRP_DOLLAR_STREET_FACTOR0 + f;
        double x;
        if (!vrp_dollar_street_has(t, field)) continue;
        if (!vrp_dollar_street_number(t, &x, field)) return false;
        if (x != 0 && x != 1) return vrp_dollar_street_wrong(t, field, "a factor is 0 or 1, not %g", x);
        if (x == 1) row->factors = (uint16_t)(row->factors | 1 << f);
    }
    return vrp_dollar_street_text(t, perm, &row->reason, VRP_DOLLAR_STREET_REASON) &&
           vrp_dollar_street_text(t, perm, &row->word, VRP_DOLLAR_STREET_WORD);
}

/* Names the row and its image. Metadata has one row an image, named by its url; a table of tasks has an index. */
static bool vrp_dollar_street_read_names(const vrp_dollar_street_table *t, vr_arena *perm,
                                         vrp_dollar_street_row *row) {
    const char *index, *image_id, *full_id;
    if (!vrp_dollar_street_text(t, perm, &row->url, VRP_DOLLAR_STREET_URL) ||
        !vrp_dollar_street_text(t, perm, &index, VRP_DOLLAR_STREET_INDEX) ||
        !vrp_dollar_street_text(t, perm, &image_id, VRP_DOLLAR_STREET_IMAGE_ID) ||
        !vrp_dollar_street_text(t, perm, &full_id, VRP_DOLLAR_STREET_FULL_ID))
        return false;
    const bool images = !t->json && vrp_dollar_street_has(t, VRP_DOLLAR_STREET_LABEL);
    row->id = images || !index ? row->url : index;
    row->image = full_id ? full_id : row->url ? row->url : image_id ? image_id : row->id;
    if (row->id) return true;
    const int at =
        vrp_dollar_street_has(t, VRP_DOLLAR_STREET_URL) ? VRP_DOLLAR_STREET_URL : VRP_DOLLAR_STREET_INDEX;
    return vrp_dollar_street_wrong(t, at, "the row has no name");
}

static bool vrp_dollar_street_read(const vrp_dollar_street_table *t, vr_arena *perm,
                                   vrp_dollar_street_row *row) {
    *row = (vrp_dollar_street_row){.line = t->json ? 0 : t->csv.line, .node = t->data};
    return vrp_dollar_street_read_factors(t, perm, row) &&
           (row->unrated ||
            (vrp_dollar_street_read_names(t, perm, row) && vrp_dollar_street_read_place(t, perm, row) &&
             vrp_dollar_street_read_labels(t, perm, row) &&
             vrp_dollar_street_read_targets(t, perm, &row->targets_22k, &row->count_22k,
                                            VRP_DOLLAR_STREET_TARGETS_22K, VRP_DOLLAR_STREET_NAMES_22K,
                                            108) &&
             vrp_dollar_street_read_targets(t, perm, &row->targets_11k, &row->count_11k,
                                            VRP_DOLLAR_STREET_TARGETS_11K, VRP_DOLLAR_STREET_NAMES_11K, 99)));
}

/* ---- all rows ---- */

typedef struct vrp_dollar_street_key {
    const char *s;
    int64_t row;
} vrp_dollar_street_key;

static int vrp_dollar_street_by_name(const void *a, const void *b) {
    const vrp_dollar_street_key *x = (const vrp_dollar_street_key *)a, *y = (const vrp_dollar_street_key *)b;
    const int order = strcmp(x->s, y->s);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

/* What a table without the columns that a study needs can do about it. */
static bool vrp_dollar_street_columns(const vrp_dollar_street_table *t, const vr_dollar_street *metadata,
                                      const char *path) {
    static const int wanted[] = {VRP_DOLLAR_STREET_COUNTRY, VRP_DOLLAR_STREET_REGION,
                                 VRP_DOLLAR_STREET_INCOME};
    int factors = 0;
    for (int f = 0; f < VR_DOLLAR_STREET_FACTOR_COUNT; f++)
        factors += vrp_dollar_street_has(t, VRP_DOLLAR_STREET_FACTOR0 + f);
    if (factors != 0 && factors != VR_DOLLAR_STREET_FACTOR_COUNT)
        for (int f = 0; f < VR_DOLLAR_STREET_FACTOR_COUNT; f++)
            if (!vrp_dollar_street_has(t, VRP_DOLLAR_STREET_FACTOR0 + f))
                return vr_fail(t->err, VR_ERR_FORMAT, "%s:1: %d of the 16 factors are there, but not '%s'",
                               path, factors, vrp_dollar_street_factor_names[f]);
    if (factors == 0 && !vrp_dollar_street_has(t, VRP_DOLLAR_STREET_URL))
        return vr_fail(t->err, VR_ERR_FORMAT, "%s:1: neither a column 'url' nor the 16 factors", path);
    if (!metadata)
        for (int i = 0; i < 3; i++)
            if (!vrp_dollar_street_has(t, wanted[i]))
                return vr_fail(t->err, VR_ERR_FORMAT,
                               "%s:1: no column is named '%s', and no metadata is given to take it from",
                               path, vrp_dollar_street_field_name(wanted[i]));
    if (!metadata && !vrp_dollar_street_has(t, VRP_DOLLAR_STREET_CLASS) &&
        !vrp_dollar_street_has(t, VRP_DOLLAR_STREET_LABEL))
        return vr_fail(t->err, VR_ERR_FORMAT, "%s:1: neither a column 'label' nor 'class'", path);
    return true;
}

/* Refuses two rows of one id. */
static bool vrp_dollar_street_unique(const vrp_dollar_street_table *t, vr_arena *scratch,
                                     const vrp_dollar_street_row *rows, int64_t n, const char *path) {
    vrp_dollar_street_key *keys = VR_NEW(scratch, vrp_dollar_street_key, n);
    for (int64_t i = 0; i < n; i++) keys[i] = (vrp_dollar_street_key){rows[i].id, i};
    qsort(keys, (size_t)n, sizeof *keys, vrp_dollar_street_by_name);
    for (int64_t i = 1; i < n; i++) {
        if (strcmp(keys[i - 1].s, keys[i].s) != 0) continue;
        const vrp_dollar_street_row *first = &rows[keys[i - 1].row], *second = &rows[keys[i].row];
        if (t->json)
            return vr_json_fail(&t->doc, second->node, t->err, "two rows are called '%.200s'", second->id);
        return vr_fail(t->err, VR_ERR_FORMAT, "%s:%lld:1: '%.200s' is in line %lld already", path,
                       (long long)second->line, second->id, (long long)first->line);
    }
    return true;
}

/* Gives each row what its table lacks and its image in the metadata has; returns how many rows are left. */
static int64_t vrp_dollar_street_complete(vr_arena *perm, vr_arena *scratch, vrp_dollar_street_row *rows,
                                          int64_t n, const vr_dollar_street *m, bool bucket_given) {
    const char **names = VR_NEW(scratch, const char *, n);
    int64_t *at = VR_NEW(scratch, int64_t, n), kept = 0;
    for (int64_t i = 0; i < n; i++) names[i] = rows[i].url ? rows[i].url : rows[i].image;
    vr_dollar_street_find(at, m, names, n);
    for (int64_t i = 0; i < n; i++) {
        vrp_dollar_street_row row = rows[i];
        const int64_t k = at[i];
        if (k < 0) continue;
        row.image = m->url && m->url[k] ? m->url[k] : m->id[k];
        if (!row.url) row.url = row.image;
        if (!row.country) row.country = m->countries[m->country[k]];
        if (row.region < 0) row.region = m->region[k];
        if (isnan(row.income)) {
            row.income = m->income[k];
            row.rebucketed = bucket_given && row.bucket != m->bucket[k];
            if (!bucket_given) row.bucket = m->bucket[k];
        }
        if (isnan(row.latitude)) row.latitude = m->latitude ? m->latitude[k] : NAN;
        if (isnan(row.longitude)) row.longitude = m->longitude ? m->longitude[k] : NAN;
        if (row.label_count == 0) {
            row.label_count = m->labels.begin[k + 1] - m->labels.begin[k];
            row.labels = VR_NEW(perm, const char *, row.label_count);
            for (int64_t j = 0; j < row.label_count; j++)
                row.labels[j] = m->classes[m->labels.id[m->labels.begin[k] + j]];
        }
        rows[kept++] = row;
    }
    return kept;
}

/* number[i] = the place of s[i] in the sorted list of the different strings; returns how many there are. */
static int64_t vrp_dollar_street_intern(vr_arena *perm, vr_arena *scratch, const char *const **names,
                                        int64_t *number, const char *const *s, int64_t n) {
    vrp_dollar_street_key *keys = VR_NEW(scratch, vrp_dollar_street_key, n);
    for (int64_t i = 0; i < n; i++) keys[i] = (vrp_dollar_street_key){s[i], i};
    qsort(keys, (size_t)n, sizeof *keys, vrp_dollar_street_by_name);
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        if (i > 0 && strcmp(keys[i - 1].s, keys[i].s) != 0) count++;
        number[keys[i].row] = count;
    }
    count += n > 0;
    const char **out = VR_NEW(perm, const char *, count);
    for (int64_t i = 0; i < n; i++) out[number[i]] = s[i];
    *names = out;
    return count;
}

typedef struct vrp_dollar_street_home {
    int64_t country, row;
    double income;
} vrp_dollar_street_home;

static int vrp_dollar_street_by_home(const void *a, const void *b) {
    const vrp_dollar_street_home *x = (const vrp_dollar_street_home *)a,
                                 *y = (const vrp_dollar_street_home *)b;
    if (x->country != y->country) return x->country < y->country ? -1 : 1;
    return (x->income > y->income) - (x->income < y->income);
}

/* Households as pandas' groupby(["country", "income"]).ngroup() numbers them. */
static void vrp_dollar_street_households(vr_arena *perm, vr_arena *scratch, vr_dollar_street *out) {
    int64_t *household = VR_NEW(perm, int64_t, out->count);
    vrp_dollar_street_home *homes = VR_NEW(scratch, vrp_dollar_street_home, out->count);
    for (int64_t i = 0; i < out->count; i++)
        homes[i] = (vrp_dollar_street_home){out->country[i], i, out->income[i]};
    qsort(homes, (size_t)out->count, sizeof *homes, vrp_dollar_street_by_home);
    for (int64_t i = 0; i < out->count; i++) {
        if (i == 0 || vrp_dollar_street_by_home(&homes[i - 1], &homes[i]) != 0) out->household_count++;
        household[homes[i].row] = out->household_count - 1;
    }
    out->household = household;
    /* quarters: a home counts once, however many photographs it gave */
    double *income = VR_NEW(scratch, double, out->household_count);
    int64_t *quarter = VR_NEW(perm, int64_t, out->count);
    for (int64_t i = 0; i < out->count; i++) income[household[i]] = out->income[i];
    vr_sort(income, out->household_count);
    for (int k = 0; k <= 4; k++)
        out->quarters[k] = vr_quantile_sorted(income, out->household_count, 0.25 * k);
    for (int64_t i = 0; i < out->count; i++)
        while (quarter[i] < 3 && out->income[i] > out->quarters[quarter[i] + 1]) quarter[i]++;
    out->quarter = quarter;
}

/* The images, numbered in the order in which they come. */
static void vrp_dollar_street_images(vr_arena *perm, vr_arena *scratch, vr_dollar_street *out,
                                     const vrp_dollar_street_row *rows) {
    const int64_t n = out->count;
    const char **s = VR_NEW(scratch, const char *, n), *const * unused;
    int64_t *image = VR_NEW(perm, int64_t, n);
    for (int64_t i = 0; i < n; i++) s[i] = rows[i].image;
    const int64_t count = vrp_dollar_street_intern(scratch, scratch, &unused, image, s, n);
    int64_t *seen = VR_NEW(scratch, int64_t, count);
    for (int64_t i = 0; i < n; i++) {
        if (seen[image[i]] == 0) seen[image[i]] = ++out->image_count;
        image[i] = seen[image[i]] - 1;
    }
    out->image = image;
}

static void vrp_dollar_street_labels(vr_arena *perm, vr_arena *scratch, vr_dollar_street *out,
                                     const vrp_dollar_street_row *rows) {
    int64_t *begin = VR_NEW(perm, int64_t, out->count + 1);
    for (int64_t i = 0; i < out->count; i++) begin[i + 1] = begin[i] + rows[i].label_count;
    const int64_t total = begin[out->count];
    const char **s = VR_NEW(scratch, const char *, total);
    int64_t *id = VR_NEW(perm, int64_t, total);
    for (int64_t i = 0; i < out->count; i++)
        for (int64_t j = 0; j < rows[i].label_count; j++) s[begin[i] + j] = rows[i].labels[j];
    out->class_count = vrp_dollar_street_intern(perm, scratch, &out->classes, id, s, total);
    out->labels = (vr_lists){begin, id};
}

static vr_lists vrp_dollar_street_targets(vr_arena *perm, const vrp_dollar_street_row *rows, int64_t n,
                                          bool alibaba) {
    int64_t *begin = VR_NEW(perm, int64_t, n + 1);
    for (int64_t i = 0; i < n; i++)
        begin[i + 1] = begin[i] + (alibaba ? rows[i].count_11k : rows[i].count_22k);
    int64_t *id = VR_NEW(perm, int64_t, begin[n]);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < begin[i + 1] - begin[i]; j++)
            id[begin[i] + j] = alibaba ? rows[i].targets_11k[j] : rows[i].targets_22k[j];
    return (vr_lists){begin, id};
}

/* Rows to columns. */
static void vrp_dollar_street_fill(vr_arena *perm, vr_arena *scratch, vr_dollar_street *out,
                                   const vrp_dollar_street_table *t, const vrp_dollar_street_row *rows) {
    const int64_t n = out->count;
    const char **id = VR_NEW(perm, const char *, n), **url = VR_NEW(perm, const char *, n),
               **reason = VR_NEW(perm, const char *, n), **word = VR_NEW(perm, const char *, n),
               **country = VR_NEW(scratch, const char *, n);
    double *income = VR_NEW(perm, double, n), *latitude = VR_NEW(perm, double, n),
           *longitude = VR_NEW(perm, double, n);
    int64_t *region = VR_NEW(perm, int64_t, n), *bucket = VR_NEW(perm, int64_t, n),
            *number = VR_NEW(perm, int64_t, n);
    uint16_t *factors = VR_NEW(perm, uint16_t, n);
    bool urls = false, places = false;
    for (int64_t i = 0; i < n; i++) {
        const vrp_dollar_street_row *r = &rows[i];
        id[i] = r->id, url[i] = r->url, reason[i] = r->reason, word[i] = r->word, country[i] = r->country;
        income[i] = r->income, latitude[i] = r->latitude, longitude[i] = r->longitude;
        region[i] = r->region, bucket[i] = r->bucket, factors[i] = r->factors;
        out->rebucketed += r->rebucketed;
        urls = urls || r->url;
        places = places || !isnan(r->latitude);
    }
    out->id = id;
    out->url = urls ? url : NULL;
    out->income = income, out->region = region, out->bucket = bucket;
    if (places) out->latitude = latitude, out->longitude = longitude;
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_FACTOR0)) out->factors = factors;
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_REASON)) out->reason = reason;
    if (vrp_dollar_street_has(t, VRP_DOLLAR_STREET_WORD)) out->word = word;
    out->country_count = vrp_dollar_street_intern(perm, scratch, &out->countries, number, country, n);
    out->country = number;
    vrp_dollar_street_images(perm, scratch, out, rows);
    vrp_dollar_street_labels(perm, scratch, out, rows);
    vrp_dollar_street_households(perm, scratch, out);
    if (!t->json && vrp_dollar_street_has(t, VRP_DOLLAR_STREET_TARGETS_22K))
        out->targets_22k = vrp_dollar_street_targets(perm, rows, n, false);
    if (!t->json && vrp_dollar_street_has(t, VRP_DOLLAR_STREET_TARGETS_11K))
        out->targets_11k = vrp_dollar_street_targets(perm, rows, n, true);
}

static bool vrp_dollar_street_rows(vr_arena *perm, vr_arena *scratch, vr_dollar_street *out, vr_bytes text,
                                   const char *path, const vr_dollar_street *metadata, vr_err *err) {
    vrp_dollar_street_table t = {.err = err};
    if (!vrp_dollar_street_open(&t, scratch, text, path) || !vrp_dollar_street_columns(&t, metadata, path))
        return false;
    int64_t n = 0, capacity = 0;
    vrp_dollar_street_row *rows = NULL;
    int next;
    while ((next = vrp_dollar_street_next(&t)) == 1) {
        if (n == capacity) {
            capacity = vr_max(1024, 2 * capacity);
            vrp_dollar_street_row *more = VR_NEW(scratch, vrp_dollar_street_row, capacity);
            if (n > 0) memcpy(more, rows, (size_t)n * sizeof *rows);
            rows = more;
        }
        if (!vrp_dollar_street_read(&t, perm, &rows[n])) return false;
        if (rows[n].unrated)
            out->unrated++;
        else
            n++;
    }
    if (next < 0 || !vrp_dollar_street_unique(&t, scratch, rows, n, path)) return false;
    out->count = n;
    if (metadata)
        out->count = vrp_dollar_street_complete(perm, scratch, rows, n, metadata,
                                                vrp_dollar_street_has(&t, VRP_DOLLAR_STREET_BUCKET));
    out->unmatched = n - out->count;
    if (out->count == 0)
        return vr_fail(err, VR_ERR_FORMAT, "%s: no rows (%lld not rated, %lld not in the metadata)", path,
                       (long long)out->unrated, (long long)out->unmatched);
    out->path = vr_arena_string(perm, path, (int64_t)strlen(path));
    vrp_dollar_street_fill(perm, scratch, out, &t, rows);
    return true;
}

bool vr_dollar_street_parse(vr_arena *perm, vr_dollar_street *out, vr_bytes text, const char *path,
                            const vr_dollar_street *metadata, vr_err *err) {
    *out = (vr_dollar_street){0};
    vr_arena scratch = {0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_err own = {0}; /* VR_FATAL may not leave the scratch arena behind */
    const bool ok = vrp_dollar_street_rows(perm, &scratch, out, text, path, metadata, &own);
    vr_arena_free(&scratch);
    if (ok) return true;
    vr_arena_rewind(perm, mark);
    *out = (vr_dollar_street){0};
    return vr_err_pass(err, &own);
}

bool vr_dollar_street_load(vr_arena *perm, vr_dollar_street *out, const char *path,
                           const vr_dollar_street *metadata, vr_err *err) {
    *out = (vr_dollar_street){0};
    vr_arena file = {0};
    vr_err own = {0};
    vr_bytes text;
    const bool ok = vr_file_map(&file, &text, path, &own) &&
                    vr_dollar_street_parse(perm, out, text, path, metadata, &own);
    vr_arena_free(&file);
    return ok || vr_err_pass(err, &own);
}

/* ---- rows by name ---- */

/* The last part of a url or path without what the published code takes out of it. */
static const char *vrp_dollar_street_image_id(vr_arena *arena, const char *name) {
    static const char *const out[] = {".jpeg", ".jpg", ".png", "480x480-", "-"};
    const char *slash = strrchr(name, '/');
    if (slash) name = slash + 1;
    char *s = vr_arena_string(arena, name, (int64_t)strlen(name));
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        for (char *at = s; (at = strstr(at, out[i])) != NULL;)
            memmove(at, at + strlen(out[i]), strlen(at + strlen(out[i])) + 1);
    return s;
}

/* The first of the sorted keys of that name, or NULL. */
static const vrp_dollar_street_key *vrp_dollar_street_lookup(const vrp_dollar_street_key *keys, int64_t n,
                                                             const char *name) {
    int64_t low = 0, high = n;
    while (low < high) {
        const int64_t mid = low + (high - low) / 2;
        if (strcmp(keys[mid].s, name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n && strcmp(keys[low].s, name) == 0 ? &keys[low] : NULL;
}

void vr_dollar_street_find(int64_t *row, const vr_dollar_street *data, const char *const *name, int64_t n) {
    vr_arena scratch = {0};
    const int64_t rows = data->count;
    vrp_dollar_street_key *whole = VR_NEW(&scratch, vrp_dollar_street_key, (2 * rows)),
                          *part = VR_NEW(&scratch, vrp_dollar_street_key, (2 * rows));
    int64_t keys = 0;
    for (int64_t i = 0; i < rows; i++) {
        whole[keys++] = (vrp_dollar_street_key){data->id[i], i};
        if (data->url && data->url[i] && data->url[i] != data->id[i])
            whole[keys++] = (vrp_dollar_street_key){data->url[i], i};
    }
    for (int64_t i = 0; i < keys; i++)
        part[i] = (vrp_dollar_street_key){vrp_dollar_street_image_id(&scratch, whole[i].s), whole[i].row};
    qsort(whole, (size_t)keys, sizeof *whole, vrp_dollar_street_by_name);
    qsort(part, (size_t)keys, sizeof *part, vrp_dollar_street_by_name);
    for (int64_t i = 0; i < n; i++) {
        const vrp_dollar_street_key *found = vrp_dollar_street_lookup(whole, keys, name[i]);
        row[i] = found ? found->row : -1;
        if (found) continue;
        const char *id = vrp_dollar_street_image_id(&scratch, name[i]);
        found = *id ? vrp_dollar_street_lookup(part, keys, id) : NULL;
        if (!found) continue;
        row[i] = found->row;
        for (const vrp_dollar_street_key *k = found; k < part + keys && strcmp(k->s, id) == 0; k++)
            if (data->image[k->row] != data->image[found->row]) row[i] = -1;
    }
    vr_arena_free(&scratch);
}

#undef VRP_DOLLAR_STREET_FIELDS
