/* format/rows.c: a field is a column of a CSV, or a node of JSON that is looked up once a row; what a value has to be is
 * then asked in one way. Rejected: turning JSON into CSV first, which loses the positions of messages. */
#include "rows.h"
#include "csv_impl.h"
#include "textfile_impl.h"
#include "../base/names.h"
#include "../base/number.h"
#include "json_impl.h"
#include "pylist.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { VRP_ROWS_CSV, VRP_ROWS_LINES, VRP_ROWS_OBJECTS, VRP_ROWS_NAMED, VRP_ROWS_SPLIT };

/* ---- names of fields ---- */

/* The rank of a name in "file_name|path": 0 is preferred; -1: it is not there. */
static int64_t vrp_rows_rank(const char *names, const char *name, int64_t n) {
    for (int64_t rank = 0;; rank++) {
        const char *bar = strchr(names, '|');
        const int64_t size = bar ? bar - names : (int64_t)strlen(names);
        if (size == n && memcmp(names, name, (size_t)n) == 0) return rank;
        if (!bar) return -1;
        names = bar + 1;
    }
}

/* The first of a field's names, for messages; of a CSV, the column's own. */
static void vrp_rows_name(char name[64], const vr_rows *r, int64_t field) {
    const char *names = r->fields[field];
    if (r->form == VRP_ROWS_CSV && r->column[field] >= 0) names = r->csv.names[r->column[field]];
    snprintf(name, 64, "%.*s", (int)strcspn(names, "|"), names);
}

bool vr_rows_fail(const vr_rows *r, int64_t field, vr_err *err, const char *fmt, ...) {
    char what[400], name[64];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    vrp_rows_name(name, r, field);
    if (r->form == VRP_ROWS_CSV && r->column[field] >= 0)
        return vr_csv_fail(&r->csv, r->column[field], err, "%s (column '%s')", what, name);
    if (r->form == VRP_ROWS_CSV)
        return vr_fail(err, VR_ERR_FORMAT, "%s:%lld: %s (column '%s')", r->path, (long long)r->line, what,
                       name);
    return vr_json_fail(&r->doc, r->node[field] ? r->node[field] : r->row, err, "%s (%s'%s')", what,
                        r->form == VRP_ROWS_SPLIT ? "column " : "key ", name);
}

/* ---- opening ---- */

/* The nodes of an object's fields. */
static void vrp_rows_members(vr_rows *r, const vr_json *object, const vr_json *key_of_row) {
    int64_t rank[VR_ROWS_FIELDS];
    for (int64_t f = 0; f < r->count; f++) {
        r->node[f] = key_of_row && vrp_rows_rank(r->fields[f], "", 0) >= 0 ? key_of_row : NULL;
        rank[f] = VR_ROWS_FIELDS;
    }
    const vr_json *first = object->type == VR_JSON_OBJECT ? vr_json_first(object) : NULL;
    for (const vr_json *key = first; key; key = vr_json_next(object, key))
        for (int64_t f = 0; f < r->count; f++) {
            const int64_t at = vrp_rows_rank(r->fields[f], key->string, key->count);
            if (at >= 0 && at <= rank[f]) r->node[f] = vr_json_value(key), rank[f] = at;
        }
    for (int64_t f = 0; f < r->count; f++)
        if (r->node[f] && r->node[f]->type == VR_JSON_NULL) r->node[f] = NULL;
}

/* column[f] = the place of the first of the field's names among those of the columns. */
static void vrp_rows_columns(vr_rows *r, const char *const *names, int64_t columns) {
    for (int64_t f = 0; f < r->count; f++) {
        int64_t best = INT64_MAX;
        r->column[f] = -1;
        for (int64_t c = 0; c < columns; c++) {
            const int64_t rank = vrp_rows_rank(r->fields[f], names[c], (int64_t)strlen(names[c]));
            if (rank >= 0 && rank < best) r->column[f] = c, best = rank;
        }
    }
}

static bool vrp_rows_split(vr_rows *r, vr_err *err) {
    const vr_json *root = r->doc.root, *columns = vrp_json_want(&r->doc, root, "columns", VR_JSON_ARRAY, err),
                  *index = columns ? vrp_json_want(&r->doc, root, "index", VR_JSON_ARRAY, err) : NULL;
    r->list = index ? vrp_json_want(&r->doc, root, "data", VR_JSON_ARRAY, err) : NULL;
    if (!r->list) return false;
    if (index->count != r->list->count)
        return vr_json_fail(&r->doc, r->list, err, "expected %lld rows as in the index, found %lld",
                            (long long)index->count, (long long)r->list->count);
    const char **names = VR_NEW(r->arena, const char *, columns->count + 1);
    vr_names seen = {.arena = &r->step};
    int64_t n = 0;
    for (const vr_json *name = vr_json_first(columns); name; name = vr_json_next(columns, name)) {
        if (name->type != VR_JSON_STRING || strlen(name->string) != name->count)
            return vr_json_fail(&r->doc, name, err, "expected the name of a column");
        if (vr_names_add(&seen, name->string, name->count) < n)
            return vr_json_fail(&r->doc, name, err, "duplicate column '%s'", name->string);
        names[n++] = name->string;
    }
    names[n] = ""; /* the index */
    r->index_list = index;
    vrp_rows_columns(r, names, n + 1);
    return true;
}

static bool vrp_rows_document(vr_rows *r, vr_bytes text, vr_err *err) {
    if (!vr_json_parse(r->arena, &r->doc, text, r->path, err)) return false;
    const vr_json *root = r->doc.root, *first = vr_json_first(root);
    const bool array = root->type == VR_JSON_ARRAY;
    r->most = root->count;
    r->row = root;
    if (!array && root->type != VR_JSON_OBJECT)
        return vr_json_fail(&r->doc, root, err, "expected an array or an object of rows");
    const vr_json *data = vr_json_get(root, "data");
    const vr_json *row = data && data->type == VR_JSON_ARRAY ? vr_json_first(data) : NULL;
    if (row && row->type == VR_JSON_OBJECT) {
        r->form = VRP_ROWS_OBJECTS;
        r->list = data, r->most = data->count;
        vrp_rows_members(r, row, NULL);
        return true;
    }
    if (data && data->type == VR_JSON_ARRAY) {
        r->form = VRP_ROWS_SPLIT;
        if (!vrp_rows_split(r, err)) return false;
        r->most = r->list->count;
        return true;
    }
    for (const vr_json *key = array ? NULL : first; key; key = vr_json_next(root, key))
        for (int64_t f = 0; f < r->count; f++)
            if (key->count > 0 && vrp_rows_rank(r->fields[f], key->string, key->count) >= 0)
                return vr_json_fail(&r->doc, key, err,
                                    "expected rows, found the column '%s' (pandas writes rows with "
                                    "orient=\"records\" or \"split\")",
                                    key->string);
    r->form = array ? VRP_ROWS_OBJECTS : VRP_ROWS_NAMED;
    r->list = root;
    if (first) vrp_rows_members(r, array ? first : vr_json_value(first), array ? NULL : first);
    return true;
}

/* Is the text JSON lines? Then its first line is a whole object, one of whose keys is a field (that is no column). */
static bool vrp_rows_is_lines(vr_rows *r, vr_bytes text) {
    vr_json_lines lines = {.text = text, .path = r->path};
    vr_json_doc doc;
    vr_err none = {0};
    bool yes = vr_json_lines_next(&r->step, &doc, &lines, &none) && doc.root->type == VR_JSON_OBJECT;
    if (yes) vrp_rows_members(r, doc.root, NULL);
    bool any = false;
    for (int64_t f = 0; f < r->count; f++)
        any = any || (yes && r->node[f] && r->node[f]->type != VR_JSON_OBJECT);
    return any;
}

/* True where the second field of the first line is a number: the names of columns are not there. */
static bool vrp_rows_nameless(vr_bytes text, int64_t *fields) {
    const char *s = (const char *)text.data, *end = s + text.size;
    const char *line = text.size > 0 ? (const char *)memchr(s, '\n', (size_t)text.size) : NULL;
    bool number = false;
    if (line) end = line - (line > s && line[-1] == '\r');
    *fields = 0;
    for (bool more = true; more; ++*fields) {
        const char *comma = s < end ? (const char *)memchr(s, ',', (size_t)(end - s)) : NULL;
        int64_t x;
        if (*fields == 1) number = vr_number_int(&x, s, (comma ? comma : end) - s);
        more = comma != NULL;
        s = more ? comma + 1 : end;
    }
    return number;
}

/* The number of lines; *zeros is set where the text has a zero byte. The counts of a block fit in bytes, many of which are
 * added at once. */
static int64_t vrp_rows_lines(vr_bytes text, bool *zeros) {
    enum { BLOCK = 192 };
    int64_t lines = 1, i = 0;
    uint8_t zero = 0;
    for (; i + BLOCK <= text.size; i += BLOCK) {
        uint8_t n = 0;
        for (int64_t k = i; k < i + BLOCK; k++) {
            n = (uint8_t)(n + (text.data[k] == '\n'));
            zero |= text.data[k] == 0;
        }
        lines += n;
    }
    for (; i < text.size; i++) lines += text.data[i] == '\n', zero |= text.data[i] == 0;
    *zeros = zero;
    return lines;
}

static bool vrp_rows_open(vr_rows *r, vr_bytes text, int64_t nameless, vr_err *err) {
    if (!vrp_textfile_open(r->arena, &text, r->path, err)) return false;
    int64_t at = 0, fields;
    while (at < text.size && text.data[at] <= ' ') at++;
    const bool json = at < text.size && (text.data[at] == '{' || text.data[at] == '[');
    r->most = vrp_rows_lines(text, &r->zeros);
    r->json = json;
    r->zeros = r->zeros || json; /* JSON may write one as \\u0000 */
    if (json && text.data[at] == '{' && vrp_rows_is_lines(r, text)) {
        r->form = VRP_ROWS_LINES;
        r->lines = (vr_json_lines){.text = text, .path = r->path};
        return true;
    }
    if (json) return vrp_rows_document(r, text, err);
    r->form = VRP_ROWS_CSV;
    if (nameless > 0 && vrp_rows_nameless(text, &fields) && fields <= nameless) {
        const char **names = VR_NEW(r->arena, const char *, fields);
        for (int64_t f = 0; f < fields; f++)
            names[f] = vr_arena_string(r->arena, r->fields[f], (int64_t)strcspn(r->fields[f], "|"));
        if (!vrp_csv_parse_named(r->arena, &r->csv, text, r->path, names, fields, err)) return false;
    } else if (!vr_csv_parse(r->arena, &r->csv, text, r->path, err))
        return false;
    vrp_rows_columns(r, r->csv.names, r->csv.columns);
    return true;
}

bool vr_rows_parse(vr_arena *arena, vr_rows *rows, vr_bytes text, const char *path, const char *const *fields,
                   int64_t count, int64_t nameless, vr_err *err) {
    VR_CHECK(count <= VR_ROWS_FIELDS, "%lld fields", (long long)count);
    *rows = (vr_rows){.path = vr_arena_string(arena, path, (int64_t)strlen(path)),
                      .arena = arena,
                      .fields = fields,
                      .count = count};
    vr_err own = {0}; /* VR_FATAL may not leave the step arena behind */
    if (vrp_rows_open(rows, text, nameless, &own)) return true;
    vr_rows_close(rows);
    return vr_err_pass(err, &own);
}

void vr_rows_close(vr_rows *rows) { vr_arena_free(&rows->step); }

/* ---- rows ---- */

/* The line of a node, which comes after the last one asked for: lines are counted on from there. */
static void vrp_rows_count_lines(vr_rows *r, const vr_json *node) {
    if (r->line == 0) r->line = r->doc.line;
    for (; r->counted < node->at; r->counted++) r->line += r->doc.text.data[r->counted] == '\n';
}

/* The next row of a JSON document. */
static bool vrp_rows_next_node(vr_rows *r, vr_err *err) {
    const bool begun = r->row != r->doc.root;
    r->row = begun ? vr_json_next(r->list, r->row) : vr_json_first(r->list);
    if (r->index_list)
        r->index = begun ? vr_json_next(r->index_list, r->index) : vr_json_first(r->index_list);
    r->ended = !r->row;
    if (!r->row) return false;
    vrp_rows_count_lines(r, r->row);
    if (r->form == VRP_ROWS_SPLIT) {
        const vr_json *columns = vr_json_get(r->doc.root, "columns");
        if (r->row->type != VR_JSON_ARRAY || r->row->count != columns->count)
            return vr_json_fail(&r->doc, r->row, err, "expected an array of %lld values",
                                (long long)columns->count);
        int64_t c = 0;
        for (int64_t f = 0; f < r->count; f++) r->node[f] = r->column[f] == columns->count ? r->index : NULL;
        for (const vr_json *n = vr_json_first(r->row); n; n = vr_json_next(r->row, n), c++)
            for (int64_t f = 0; f < r->count; f++)
                if (r->column[f] == c) r->node[f] = n->type == VR_JSON_NULL ? NULL : n;
        return true;
    }
    const vr_json *object = r->form == VRP_ROWS_NAMED ? vr_json_value(r->row) : r->row;
    if (object->type != VR_JSON_OBJECT)
        return vr_json_fail(&r->doc, object, err, "expected an object: one row");
    vrp_rows_members(r, object, r->form == VRP_ROWS_NAMED ? r->row : NULL);
    return true;
}

static bool vrp_rows_next_line(vr_rows *r, vr_err *err) {
    vr_err own = {0};
    vr_arena_reset(&r->step);
    if (!vr_json_lines_next(&r->step, &r->doc, &r->lines, &own)) {
        r->ended = own.code == VR_OK;
        return vr_err_pass(err, &own);
    }
    r->line = r->doc.line;
    r->row = r->doc.root;
    if (r->row->type != VR_JSON_OBJECT)
        return vr_json_fail(&r->doc, r->row, err, "expected an object: one row");
    vrp_rows_members(r, r->row, NULL);
    return true;
}

bool vr_rows_next(vr_rows *r, vr_err *err) {
    if (r->form == VRP_ROWS_CSV) {
        const bool more = vr_csv_next(&r->csv, err);
        r->line = r->csv.line;
        r->ended = r->csv.ended;
        return more;
    }
    return r->form == VRP_ROWS_LINES ? vrp_rows_next_line(r, err) : vrp_rows_next_node(r, err);
}

/* ---- values ---- */

bool vr_rows_has(const vr_rows *r, int64_t field) {
    return r->form == VRP_ROWS_CSV || r->form == VRP_ROWS_SPLIT ? r->column[field] >= 0
                                                                : r->node[field] != NULL;
}

bool vr_rows_empty(const vr_rows *r, int64_t field) {
    if (r->form != VRP_ROWS_CSV)
        return !r->node[field] || (r->node[field]->type == VR_JSON_STRING && r->node[field]->count == 0);
    return r->column[field] < 0 || r->csv.fields[r->column[field]].size == 0;
}

/* The field has to be there. */
static bool vrp_rows_there(const vr_rows *r, int64_t field, vr_err *err) {
    return (r->form == VRP_ROWS_CSV ? r->column[field] >= 0 : r->node[field] != NULL) ||
           vr_rows_fail(r, field, err, "missing value");
}

bool vr_rows_text(vr_bytes *s, vr_rows *r, int64_t field, vr_err *err) {
    *s = (vr_bytes){0};
    if (r->form == VRP_ROWS_CSV) {
        if (r->column[field] >= 0) *s = r->csv.fields[r->column[field]];
    } else if (r->node[field] && r->node[field] == r->index && r->index->type == VR_JSON_INT) {
        const char *digits = vr_arena_printf(&r->step, "%lld", (long long)r->node[field]->integer);
        *s = (vr_bytes){(const uint8_t *)digits, (int64_t)strlen(digits)};
    } else if (r->node[field]) {
        if (r->node[field]->type != VR_JSON_STRING) return vr_rows_fail(r, field, err, "expected a string");
        *s = (vr_bytes){(const uint8_t *)r->node[field]->string, r->node[field]->count};
    }
    if (!r->zeros || s->size == 0 || !memchr(s->data, 0, (size_t)s->size)) return true;
    *s = (vr_bytes){0};
    return vr_rows_fail(r, field, err, "unexpected zero byte");
}

/* "755" or "755.0". */
static bool vrp_rows_whole(int64_t *x, const char *s, int64_t n) {
    if (vr_number_int(x, s, n)) return true;
    while (n > 1 && s[n - 1] == '0') n--;
    return n > 1 && s[n - 1] == '.' && vr_number_int(x, s, n - 1);
}

/* The same of JSON. */
static bool vrp_rows_whole_node(int64_t *x, const vr_json *node) {
    *x = 0;
    if (node->type == VR_JSON_INT) *x = node->integer;
    if (node->type != VR_JSON_REAL) return node->type == VR_JSON_INT;
    if (!(node->real >= -9007199254740992.0 && node->real <= 9007199254740992.0)) return false;
    *x = (int64_t)node->real;
    return (double)*x == node->real;
}

bool vr_rows_is_int(int64_t *x, const vr_rows *r, int64_t field) {
    *x = 0;
    if (r->form == VRP_ROWS_CSV) {
        if (r->column[field] < 0) return false;
        const vr_bytes f = r->csv.fields[r->column[field]];
        return vrp_rows_whole(x, (const char *)f.data, f.size);
    }
    return r->node[field] && vrp_rows_whole_node(x, r->node[field]);
}

/* "True" and "False", as Python writes them. */
static bool vrp_rows_word(double *x, vr_bytes s) {
    *x = s.size == 4 && memcmp(s.data, "True", 4) == 0;
    return *x == 1 || (s.size == 5 && memcmp(s.data, "False", 5) == 0);
}

bool vr_rows_number(double *x, const vr_rows *r, int64_t field, vr_err *err) {
    *x = 0;
    if (!vrp_rows_there(r, field, err)) return false;
    if (r->form == VRP_ROWS_CSV)
        return vrp_rows_word(x, r->csv.fields[r->column[field]]) ||
               vr_csv_double(x, &r->csv, r->column[field], err);
    const vr_json *node = r->node[field];
    if (node->type != VR_JSON_BOOL && node->type != VR_JSON_INT && node->type != VR_JSON_REAL)
        return vr_rows_fail(r, field, err, "expected a number");
    *x = node->type == VR_JSON_BOOL ? (double)node->integer : vrp_json_number(node);
    return true;
}

/* "4|18|34" or "4,18,34", or one integer. */
static bool vrp_rows_plain_list(vr_arena *arena, int64_t **x, int64_t *n, const vr_rows *r, int64_t field,
                                vr_err *err) {
    const vr_bytes f = r->csv.fields[r->column[field]];
    const char *s = (const char *)f.data, *end = s + f.size;
    int64_t most = 1;
    for (const char *p = s; p < end; p++) most += *p == '|' || *p == ',';
    *x = VR_NEW(arena, int64_t, most);
    for (*n = 0; *n < most; ++*n) {
        const char *stop = s;
        while (stop < end && *stop != '|' && *stop != ',') stop++;
        if (!vrp_rows_whole(&(*x)[*n], s, stop - s))
            return vr_rows_fail(r, field, err, "expected an integer or a list of them, found '%.*s'",
                                (int)vr_min(f.size, 60), (const char *)f.data);
        s = stop + 1;
    }
    return true;
}

/* The elements of the field's array, an array of one array counting as that; NULL and an error where it is none. */
static const vr_json *vrp_rows_array(const vr_rows *r, int64_t field, vr_err *err) {
    const vr_json *list = r->node[field];
    if (list->type == VR_JSON_ARRAY && list->count == 1 && vr_json_first(list)->type == VR_JSON_ARRAY)
        list = vr_json_first(list);
    if (list->type != VR_JSON_ARRAY) vr_rows_fail(r, field, err, "expected an array");
    return list->type == VR_JSON_ARRAY ? list : NULL;
}

bool vr_rows_ints(vr_arena *arena, int64_t **x, int64_t *n, const vr_rows *r, int64_t field, vr_err *err) {
    *x = NULL, *n = 0;
    if (!vrp_rows_there(r, field, err)) return false;
    if (r->form == VRP_ROWS_CSV) {
        const vr_bytes f = r->csv.fields[r->column[field]];
        return f.size > 0 && memchr(f.data, '[', (size_t)f.size)
                   ? vr_pylist_ints(arena, x, n, &r->csv, r->column[field], err)
                   : vrp_rows_plain_list(arena, x, n, r, field, err);
    }
    int64_t one;
    if (vrp_rows_whole_node(&one, r->node[field])) {
        *x = VR_NEW(arena, int64_t, 1);
        *n = 1, (*x)[0] = one;
        return true;
    }
    const vr_json *list = vrp_rows_array(r, field, err);
    if (!list) return false;
    *x = VR_NEW(arena, int64_t, list->count);
    for (const vr_json *c = vr_json_first(list); c; c = vr_json_next(list, c)) {
        if (!vrp_rows_whole_node(&(*x)[(*n)++], c))
            return vr_json_fail(&r->doc, c, err, "expected an integer");
    }
    return true;
}

bool vr_rows_strings(vr_arena *arena, const char ***s, int64_t *n, const vr_rows *r, int64_t field,
                     vr_err *err) {
    *s = NULL, *n = 0;
    if (!vrp_rows_there(r, field, err)) return false;
    if (r->form == VRP_ROWS_CSV) return vr_pylist_strings(arena, s, n, &r->csv, r->column[field], err);
    const vr_json *list = vrp_rows_array(r, field, err);
    if (!list) return false;
    *s = VR_NEW(arena, const char *, list->count);
    for (const vr_json *c = vr_json_first(list); c; c = vr_json_next(list, c)) {
        if (c->type != VR_JSON_STRING || strlen(c->string) != c->count)
            return vr_json_fail(&r->doc, c, err, "expected a string");
        (*s)[(*n)++] = vr_arena_string(arena, c->string, c->count);
    }
    return true;
}
