/* format/pylist.c: one pass over the field. The commas are counted first, an upper bound of the elements (strings may
 * contain commas), so that the result is one allocation. */
#include "pylist.h"
#include "../base/number.h"
#include <string.h>

/* A field that is being read. */
typedef struct vrp_pylist {
    const vr_csv *csv;
    int64_t column;
    const char *begin, *at, *end;
    vr_err *err;
    bool blanks; /* between the elements, as numpy prints an array: [4 18 34] */
} vrp_pylist;

static bool vrp_pylist_error(const vrp_pylist *p, const char *what) {
    return vr_csv_fail(p->csv, p->column, p->err, "column '%s': byte %lld of the list: %s",
                       p->csv->names[p->column], (long long)(p->at - p->begin), what);
}

static void vrp_pylist_blanks(vrp_pylist *p) {
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r')) p->at++;
}

/* Opens the field; *most is an upper bound of its elements. Numbers may be without commas. */
static bool vrp_pylist_open(vrp_pylist *p, const vr_csv *csv, int64_t column, bool numbers, int64_t *most,
                            vr_err *err) {
    VR_CHECK(column >= 0 && column < csv->columns, "column %lld of %lld", (long long)column,
             (long long)csv->columns);
    const vr_bytes f = csv->fields[column];
    const char *begin = (const char *)f.data;
    *p = (vrp_pylist){csv, column, begin, begin, begin + f.size, err, false};
    p->blanks = numbers && f.size > 0 && !memchr(begin, ',', (size_t)f.size);
    *most = 1;
    for (const char *s = begin; s < p->end; s++)
        *most += *s == ',' || (p->blanks && strchr(" \t\r\n", *s) && *s);
    vrp_pylist_blanks(p);
    if (p->at == p->end || *p->at != '[') return vrp_pylist_error(p, "expected '['");
    p->at++;
    return true;
}

/* Moves to the next element: 1 where there is one, 0 at the end of the list, -1 on an error. */
static int vrp_pylist_next(vrp_pylist *p, int64_t count) {
    const char *before = p->at;
    vrp_pylist_blanks(p);
    const bool apart = p->blanks && before < p->at;
    if (count > 0 && p->at < p->end && *p->at == ',') {
        p->at++;
        vrp_pylist_blanks(p);
    } else if (count > 0 && !apart && (p->at == p->end || *p->at != ']'))
        return vrp_pylist_error(p, "expected ',' or ']'") ? 1 : -1;
    if (p->at == p->end) return vrp_pylist_error(p, "expected ']'") ? 1 : -1;
    if (*p->at != ']') return 1;
    p->at++;
    vrp_pylist_blanks(p);
    return p->at == p->end || vrp_pylist_error(p, "unexpected text after the list") ? 0 : -1;
}

bool vr_pylist_ints(vr_arena *arena, int64_t **x, int64_t *count, const vr_csv *csv, int64_t column,
                    vr_err *err) {
    *x = NULL;
    *count = 0;
    vrp_pylist p;
    int64_t most, n = 0;
    if (!vrp_pylist_open(&p, csv, column, true, &most, err)) return false;
    const vr_arena_mark mark = vr_arena_here(arena);
    int64_t *out = VR_NEW(arena, int64_t, most);
    int next;
    while ((next = vrp_pylist_next(&p, n)) == 1) {
        const char *from = p.at;
        while (p.at < p.end && *p.at && strchr("+-0123456789", *p.at)) p.at++;
        const char *to = p.at;
        if (p.at < p.end && *p.at == '.') /* 4.0 */
            for (p.at++; p.at < p.end && *p.at == '0';) p.at++;
        if (!vr_number_int(&out[n], from, to - from)) {
            p.at = from;
            vrp_pylist_error(&p, "expected an integer");
            next = -1;
            break;
        }
        n++;
    }
    if (next < 0) {
        vr_arena_rewind(arena, mark);
        return false;
    }
    *x = out;
    *count = n;
    return true;
}

/* The string whose opening quote is at p->at. */
static const char *vrp_pylist_string(vrp_pylist *p, vr_arena *arena) {
    const char quote = *p->at, *from = ++p->at;
    const char *close = from;
    while (close < p->end && *close != quote) close += *close == '\\' && close + 1 < p->end ? 2 : 1;
    if (close >= p->end) {
        vrp_pylist_error(p, "unterminated string");
        return NULL;
    }
    char *out = vr_arena_string(arena, from, close - from), *to = out;
    for (; p->at < close; p->at++) {
        if (*p->at != '\\') {
            *to++ = *p->at;
            continue;
        }
        static const char escapes[] = "\\'\"ntr", means[] = "\\'\"\n\t\r";
        const char *e = p->at[1] ? strchr(escapes, p->at[1]) : NULL;
        if (!e) {
            vr_fail(p->err, VR_ERR_UNSUPPORTED, "%s:%lld: column '%s': unsupported escape '\\%c'",
                    p->csv->path, (long long)p->csv->line, p->csv->names[p->column], p->at[1]);
            return NULL;
        }
        *to++ = means[e - escapes];
        p->at++;
    }
    *to = 0;
    p->at++;
    return out;
}

bool vr_pylist_strings(vr_arena *arena, const char ***x, int64_t *count, const vr_csv *csv, int64_t column,
                       vr_err *err) {
    *x = NULL;
    *count = 0;
    vrp_pylist p;
    int64_t most, n = 0;
    if (!vrp_pylist_open(&p, csv, column, false, &most, err)) return false;
    const vr_arena_mark mark = vr_arena_here(arena);
    const char **out = VR_NEW(arena, const char *, most);
    int next;
    while ((next = vrp_pylist_next(&p, n)) == 1) {
        if (*p.at != '\'' && *p.at != '"') {
            vrp_pylist_error(&p, "expected a quoted string");
            next = -1;
            break;
        }
        if (!(out[n] = vrp_pylist_string(&p, arena))) {
            next = -1;
            break;
        }
        n++;
    }
    if (next < 0) {
        vr_arena_rewind(arena, mark);
        return false;
    }
    *x = out;
    *count = n;
    return true;
}
