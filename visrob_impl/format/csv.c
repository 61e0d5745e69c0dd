/* format/csv.c: eight bytes at a time.
 *
 * A word is searched for bytes that may be commas, line feeds or quotes at once, and all of them are handled before the
 * next word is loaded, so that fields of a few bytes cost a few operations each. Rejected: memchr, whose call costs more
 * than such a field; splitting into lines first, which quoted line feeds do not allow. */
#include "csv_impl.h"
#include "../base/names.h"
#include "../base/number.h"
#include "../base/os.h"
#include "textfile_impl.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- positions ---- */

/* Fails at byte `at` of the current row; the columns of a line count from 1. */
static bool vrp_csv_error(const vr_csv *c, const uint8_t *at, vr_err *err, const char *what) {
    int64_t line = c->line;
    const uint8_t *begin = c->row_begin;
    for (const uint8_t *p = begin; p < at; p++)
        if (*p == '\n') line++, begin = p + 1;
    return vr_fail(err, VR_ERR_FORMAT, "%s:%lld:%lld: %s", c->path, (long long)line,
                   (long long)(at - begin + 1), what);
}

bool vr_csv_fail(const vr_csv *csv, int64_t column, vr_err *err, const char *fmt, ...) {
    VR_CHECK(column >= 0 && column < csv->columns && csv->row >= 0, "column %lld of %lld, row %lld",
             (long long)column, (long long)csv->columns, (long long)csv->row);
    char what[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    return vrp_csv_error(csv, csv->begins[column], err, what);
}

/* ---- one row ---- */

/* Bytes p[0..7] as a number whose lowest byte is p[0]; bytes from `end` on are 255. */
static inline uint64_t vrp_csv_word(const uint8_t *p, const uint8_t *end) {
    uint8_t b[8] = {255, 255, 255, 255, 255, 255, 255, 255};
    if (end - p < 8)
        memcpy(b, p, (size_t)(end - p));
    else
        memcpy(b, p, 8);
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
           (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}

/* The highest bit of each byte below '-': commas, line feeds and quotes, and few others; without carries between bytes. */
static inline uint64_t vrp_csv_marks(uint64_t word) {
    const uint64_t each = (uint64_t)0x0101010101010101, low = each * 0x7f;
    return ~(((word & low) + each * (0x80 - '-')) | word | low);
}

/* s with "" replaced by ", in the pool, where it stays until the next row. */
static vr_bytes vrp_csv_undouble(vr_csv *c, const uint8_t *s, int64_t n) {
    if (c->pool_end - c->pool_at < n) {
        const int64_t room = vr_max(vr_max(2 * n, 4096), 2 * (c->pool_end - c->pool));
        c->pool = c->pool_at = (char *)vr_arena_alloc(c->arena, room, 1);
        c->pool_end = c->pool + room;
    }
    char *out = c->pool_at, *to = out;
    for (int64_t i = 0; i < n; i++) {
        *to++ = (char)s[i];
        if (s[i] == '"') i++;
    }
    c->pool_at = to;
    return (vr_bytes){(const uint8_t *)out, to - out};
}

/* The field whose opening quote is at `open`; returns the end of its closing quote, or NULL. */
static const uint8_t *vrp_csv_quoted(vr_csv *c, const uint8_t *open, vr_bytes *field, vr_err *err) {
    bool doubled = false;
    const uint8_t *close = open + 1;
    for (;; close += 2) {
        close = (const uint8_t *)memchr(close, '"', (size_t)(c->end - close));
        if (!close) {
            vrp_csv_error(c, open, err, "unterminated quoted field");
            return NULL;
        }
        if (close + 1 == c->end || close[1] != '"') break;
        doubled = true;
    }
    const int64_t n = close - open - 1;
    *field = doubled ? vrp_csv_undouble(c, open + 1, n) : (vr_bytes){open + 1, n};
    for (const uint8_t *p = open; (p = (const uint8_t *)memchr(p, '\n', (size_t)(close - p))) != NULL; p++)
        c->next_line++;
    const uint8_t *after = close + 1;
    if (after < c->end && *after == '\r' && (after + 1 == c->end || after[1] == '\n')) after++;
    if (after == c->end || *after == ',' || *after == '\n') return after;
    vrp_csv_error(c, after, err, "unexpected text after a closing quote");
    return NULL;
}

static inline void vrp_csv_store(vr_csv *c, int64_t n, const uint8_t *begin, vr_bytes field) {
    if (n >= c->columns) return; /* counted, and an error at the end of the row */
    c->fields[n] = field;
    c->begins[n] = begin;
}

/* Reads a row into the fields; returns their number, or -1. */
static int64_t vrp_csv_row(vr_csv *c, vr_err *err) {
    const uint8_t *from = c->at, *p = from;
    int64_t n = 0;
    c->row_begin = from;
    c->line = c->next_line++;
    c->pool_at = c->pool;
    for (;;) {
        const uint8_t *quote = NULL;
        for (uint64_t marks = vrp_csv_marks(vrp_csv_word(p, c->end)); marks; marks &= marks - 1) {
            const uint8_t *mark = p + __builtin_ctzll(marks) / 8;
            if (*mark == '"') {
                if (mark != from) continue;
                quote = mark;
                break;
            }
            const bool last = *mark == '\n';
            if (!last && *mark != ',') continue;
            const bool cr = last && mark > from && mark[-1] == '\r';
            vrp_csv_store(c, n++, from, (vr_bytes){from, mark - from - cr});
            from = mark + 1;
            if (!last) continue;
            c->at = from;
            return n;
        }
        p = c->end - p > 8 ? p + 8 : c->end;
        if (quote) {
            vr_bytes field;
            const uint8_t *after = vrp_csv_quoted(c, quote, &field, err);
            if (!after) return -1;
            vrp_csv_store(c, n++, quote, field);
            c->at = after < c->end ? after + 1 : c->end;
            if (after == c->end || *after == '\n') return n;
            from = p = c->at;
        }
        if (p < c->end) continue;
        const bool cr = c->end > from && c->end[-1] == '\r'; /* the last line need not end with a line feed */
        vrp_csv_store(c, n++, from, (vr_bytes){from, c->end - from - cr});
        c->at = c->end;
        return n;
    }
}

/* True where only blank lines are left. */
static bool vrp_csv_at_end(const vr_csv *c) {
    const uint8_t *p = c->at;
    if (c->columns > 1)
        while (p < c->end && (*p == '\n' || *p == '\r')) p++;
    return p == c->end;
}

bool vr_csv_next(vr_csv *csv, vr_err *err) {
    if (csv->ended || !csv->at) return false;
    if (csv->at == csv->end || ((*csv->at == '\n' || *csv->at == '\r') && vrp_csv_at_end(csv))) {
        csv->ended = true;
        return false;
    }
    const int64_t n = vrp_csv_row(csv, err);
    if (n == csv->columns) {
        csv->row++;
        return true;
    }
    csv->at = NULL; /* an error: no further rows */
    if (n < 0) return false;
    return vr_fail(err, VR_ERR_FORMAT, "%s:%lld: expected %lld fields, found %lld", csv->path,
                   (long long)csv->line, (long long)csv->columns, (long long)n);
}

/* ---- opening ---- */

/* The names: the first row, which is read twice, once to count its fields. */
static bool vrp_csv_names(vr_csv *c, vr_err *err) {
    const uint8_t *begin = c->at;
    const int64_t n = vrp_csv_row(c, err);
    if (n < 0) return false;
    c->columns = n;
    c->fields = VR_NEW(c->arena, vr_bytes, n);
    c->begins = VR_NEW(c->arena, const uint8_t *, n);
    c->at = begin;
    c->next_line = 1;
    vrp_csv_row(c, err);
    const char **names = VR_NEW(c->arena, const char *, n);
    for (int64_t i = 0; i < n; i++) {
        if (c->fields[i].size > 0 && memchr(c->fields[i].data, 0, (size_t)c->fields[i].size))
            return vrp_csv_error(c, c->begins[i], err, "column name with a zero byte");
        names[i] = vr_csv_string(c->arena, c, i);
    }
    c->names = names;
    if (n == 1 && strpbrk(names[0], "\t;"))
        return vrp_csv_error(c, c->begins[0] + strcspn(names[0], "\t;"), err,
                             strchr(names[0], '\t') ? "expected commas between columns, found tabs"
                                                    : "expected commas between columns, found semicolons");
    const vr_arena_mark mark = vr_arena_here(c->arena);
    vr_names seen = {.arena = c->arena};
    for (int64_t i = 0; i < n; i++) {
        const int64_t before = seen.count; /* any number of columns may be unnamed */
        if (names[i][0] && vr_names_add(&seen, names[i], (int64_t)strlen(names[i])) < before)
            return vr_fail(err, VR_ERR_FORMAT, "%s:1: duplicate column '%s'", c->path, names[i]);
    }
    vr_arena_rewind(c->arena, mark);
    return true;
}

static void vrp_csv_begin(vr_arena *arena, vr_csv *csv, vr_bytes text, const char *path) {
    *csv = (vr_csv){.path = vr_arena_string(arena, path, (int64_t)strlen(path)),
                    .row = -1,
                    .arena = arena,
                    .at = text.data,
                    .end = text.data + text.size,
                    .next_line = 1};
}

bool vrp_csv_parse_named(vr_arena *arena, vr_csv *csv, vr_bytes text, const char *path,
                         const char *const *names, int64_t columns, vr_err *err) {
    vrp_csv_begin(arena, csv, text, path);
    csv->columns = columns;
    csv->names = names;
    csv->fields = VR_NEW(arena, vr_bytes, columns);
    csv->begins = VR_NEW(arena, const uint8_t *, columns);
    if (csv->at < csv->end) return true;
    *csv = (vr_csv){0};
    return vr_fail(err, VR_ERR_FORMAT, "%s:1:1: the file is empty", path);
}

bool vr_csv_parse(vr_arena *arena, vr_csv *csv, vr_bytes text, const char *path, vr_err *err) {
    const vr_arena_mark mark = vr_arena_here(arena);
    *csv = (vr_csv){0};
    if (!vrp_textfile_open(arena, &text, path, err)) return false;
    vrp_csv_begin(arena, csv, text, path);
    const bool ok = csv->at < csv->end ? vrp_csv_names(csv, err)
                                       : vr_fail(err, VR_ERR_FORMAT, "%s:1:1: empty file", path);
    if (ok) return true;
    vr_arena_rewind(arena, mark);
    *csv = (vr_csv){0};
    return false;
}

bool vr_csv_load(vr_arena *arena, vr_csv *csv, const char *path, vr_err *err) {
    *csv = (vr_csv){0};
    const vr_arena_mark mark = vr_arena_here(arena);
    vr_bytes text;
    if (vr_file_map(arena, &text, path, err) && vr_csv_parse(arena, csv, text, path, err)) return true;
    vr_arena_rewind(arena, mark);
    return false;
}

/* ---- columns and fields ---- */

int64_t vr_csv_find(const vr_csv *csv, const char *name) {
    for (int64_t i = 0; i < csv->columns; i++)
        if (strcmp(csv->names[i], name) == 0) return i;
    return -1;
}

int64_t vr_csv_column(const vr_csv *csv, const char *name, vr_err *err) {
    const int64_t found = vr_csv_find(csv, name);
    if (found >= 0) return found;
    char list[300] = "";
    size_t used = 0;
    for (int64_t i = 0; i < csv->columns && used + 4 < sizeof list; i++) {
        const int n = snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", csv->names[i]);
        used = n < 0 ? used : (size_t)vr_min((int64_t)used + n, sizeof list - 1);
    }
    if (used == sizeof list - 1) memcpy(list + used - 3, "...", 3);
    vr_fail(err, VR_ERR_FORMAT, "%s:1: missing column '%s' (found: %s)", csv->path, name, list);
    return -1;
}

/* The field without surrounding blanks. */
static vr_bytes vrp_csv_trimmed(const vr_csv *c, int64_t column) {
    VR_CHECK(column >= 0 && column < c->columns, "column %lld of %lld", (long long)column,
             (long long)c->columns);
    vr_bytes f = c->fields[column];
    while (f.size > 0 && (f.data[0] == ' ' || f.data[0] == '\t')) f.data++, f.size--;
    while (f.size > 0 && (f.data[f.size - 1] == ' ' || f.data[f.size - 1] == '\t')) f.size--;
    return f;
}

static bool vrp_csv_expected(const vr_csv *c, int64_t column, const char *kind, vr_err *err) {
    const vr_bytes f = c->fields[column];
    return vr_csv_fail(c, column, err, "column '%s': expected %s, found '%.*s'", c->names[column], kind,
                       (int)vr_min(f.size, 60), (const char *)f.data);
}

bool vr_csv_int(int64_t *x, const vr_csv *csv, int64_t column, vr_err *err) {
    const vr_bytes f = vrp_csv_trimmed(csv, column);
    return vr_number_int(x, (const char *)f.data, f.size) || vrp_csv_expected(csv, column, "an integer", err);
}

bool vr_csv_double(double *x, const vr_csv *csv, int64_t column, vr_err *err) {
    const vr_bytes f = vrp_csv_trimmed(csv, column);
    return vr_number_double(x, (const char *)f.data, f.size) ||
           vrp_csv_expected(csv, column, "a number", err);
}

const char *vr_csv_string(vr_arena *arena, const vr_csv *csv, int64_t column) {
    VR_CHECK(column >= 0 && column < csv->columns, "column %lld of %lld", (long long)column,
             (long long)csv->columns);
    return vr_arena_string(arena, (const char *)csv->fields[column].data, csv->fields[column].size);
}

static bool vrp_csv_spreadsheet;

void vr_csv_spreadsheet(bool on) { vrp_csv_spreadsheet = on; }

void vr_csv_field(vr_text *t, const char *s) {
    const bool formula = vrp_csv_spreadsheet && *s && strchr("=+-@\t\r", *s);
    if (!formula && !strpbrk(s, ",\"\r\n")) {
        vr_text_add(t, s);
        return;
    }
    vr_text_add(t, formula ? "\"'" : "\"");
    for (; *s; s++) vr_text_bytes(t, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
    vr_text_add(t, "\"");
}
