/* format/json.c: recursive descent over bytes, into nodes of 24 bytes.
 *
 * All strings of a document go into one buffer: decoded they are never longer than with their quotes. Strings are scanned
 * eight bytes at a time. Numbers take the fast exact path of base/number where it applies, which is almost always. */
#include "json_impl.h"
#include "../base/number.h"
#include "../base/os.h"
#include "textfile_impl.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define VRP_DEPTH 512

typedef struct vrp_json_parser {
    const uint8_t *begin, *p, *end;
    vr_json *nodes;
    uint32_t count, capacity;
    char *text; /* the next string */
    int depth;
    const char *error; /* the error at p */
    vr_arena *arena;
} vrp_json_parser;

static bool vrp_json_error(vrp_json_parser *j, const uint8_t *at, const char *error) {
    j->p = at;
    j->error = error;
    return false;
}

static void vrp_json_grow(vrp_json_parser *j) {
    vr_json *more = (vr_json *)vr_arena_alloc(j->arena, (int64_t)j->capacity * 2, (int64_t)sizeof *more);
    memcpy(more, j->nodes, j->count * sizeof *more);
    j->nodes = more;
    j->capacity *= 2;
}

/* A new node's index; the caller sets its value. Field by field, since gcc clears a whole struct by a slow `rep stos`. */
static inline uint32_t vrp_json_node(vrp_json_parser *j, vr_json_type type, const uint8_t *at) {
    if (j->count == j->capacity) vrp_json_grow(j);
    vr_json *n = &j->nodes[j->count];
    n->type = type;
    n->count = 0;
    n->skip = 1;
    n->at = (uint32_t)(at - j->begin);
    n->integer = 0;
    return j->count++;
}

static inline const uint8_t *vrp_json_space(const uint8_t *p, const uint8_t *end) {
    if (p<end && * p> ' ') return p; /* the usual case */
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) p++;
    return p;
}

/* ---- text ---- */

/* The length of the UTF-8 character at p (RFC 3629: no surrogates, no overlong forms), or 0. */
static int vrp_json_utf8(const uint8_t *p, const uint8_t *end) {
    if (p == end) return 0;
    const uint8_t c = *p;
    if (c < 0x80) return 1;
    const int n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || end - p < n) return 0;
    const uint8_t lo = c == 0xe0   ? 0xa0
                       : c == 0xf0 ? 0x90
                                   : 0x80,
                  hi = c == 0xed   ? 0x9f
                       : c == 0xf4 ? 0x8f
                                   : 0xbf;
    if (p[1] < lo || p[1] > hi) return 0;
    for (int i = 2; i < n; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    return n;
}

static int vrp_json_hex4(const uint8_t *p, const uint8_t *end) {
    int v = 0;
    if (end - p < 4) return -1;
    for (int i = 0; i < 4; i++) {
        const int c = p[i], letter = c | 0x20;
        if (c >= '0' && c <= '9')
            v = v * 16 + c - '0';
        else if (letter >= 'a' && letter <= 'f')
            v = v * 16 + letter - 'a' + 10;
        else
            return -1;
    }
    return v;
}

static char *vrp_json_put_utf8(char *to, int c) {
    if (c < 0x80)
        *to++ = (char)c;
    else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        *to++ = (char)(0xe0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 63));
        *to++ = (char)(0x80 | (c & 63));
    } else {
        *to++ = (char)(0xf0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 63));
        *to++ = (char)(0x80 | (c >> 6 & 63));
        *to++ = (char)(0x80 | (c & 63));
    }
    return to;
}

/* The letters of escapes, and the characters they stand for. */
static const char vrp_json_letters[] = "\"\\/bfnrt", vrp_json_means[] = "\"\\/\b\f\n\r\t";

/* Decodes the escape at j->p, which is a backslash, to *to. */
static bool vrp_json_escape(vrp_json_parser *j, char **to) {
    const uint8_t *at = j->p;
    const int c = j->end - at >= 2 ? at[1] : 0;
    const char *known = c ? strchr(vrp_json_letters, c) : NULL;
    if (known) {
        *(*to)++ = vrp_json_means[known - vrp_json_letters];
        j->p += 2;
        return true;
    }
    int code = c == 'u' ? vrp_json_hex4(at + 2, j->end) : -1;
    if (code < 0) return vrp_json_error(j, at, "invalid escape");
    j->p += 6;
    if (code >= 0xd800 && code < 0xe000) {
        int low = code < 0xdc00 && j->end - j->p >= 2 && j->p[0] == '\\' && j->p[1] == 'u'
                      ? vrp_json_hex4(j->p + 2, j->end)
                      : -1;
        if (low < 0xdc00 || low >= 0xe000) return vrp_json_error(j, at, "unpaired surrogate");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        j->p += 6;
    }
    *to = vrp_json_put_utf8(*to, code);
    return true;
}

/* Marks the highest bit of each byte of w that is a quote, a backslash, a control character or part of UTF-8. A borrow
 * only affects bytes above a marked one, so that the lowest mark is exact. */
static inline uint64_t vrp_json_marks(uint64_t w) {
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    const uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\';
    return (w | (w - ones * 0x20) | (quote - ones) | (slash - ones)) & tops;
}

/* Decodes the string whose opening quote is at j->p into the node: the general case. */
static bool vrp_json_text_any(vrp_json_parser *j, uint32_t node) {
    char *to = j->text;
    j->p++;
    for (;;) {
        for (int n = 8; n == 8 && j->end - j->p >= 8; to += n, j->p += n) {
            uint64_t w;
            memcpy(&w, j->p, 8);
            memcpy(to, &w, 8);
            const uint64_t marks = vrp_json_marks(w);
            n = marks ? __builtin_ctzll(marks) / 8 : 8;
        }
        if (j->p == j->end) return vrp_json_error(j, j->begin + j->nodes[node].at, "unterminated string");
        const uint8_t c = *j->p;
        if (c == '"') break;
        if (c == '\\') {
            if (!vrp_json_escape(j, &to)) return false;
            continue;
        }
        if (c < 0x20) return vrp_json_error(j, j->p, "control character in a string");
        const int n = vrp_json_utf8(j->p, j->end);
        if (n == 0) return vrp_json_error(j, j->p, "invalid UTF-8");
        for (int i = 0; i < n; i++) *to++ = (char)*j->p++;
    }
    j->p++;
    *to++ = 0;
    j->nodes[node].string = j->text;
    j->nodes[node].count = (uint32_t)(to - j->text - 1);
    j->text = to;
    return true;
}

/* Decodes the string whose opening quote is at p into the node. Returns its end, or NULL. */
static inline const uint8_t *vrp_json_text(vrp_json_parser *j, const uint8_t *p, uint32_t node) {
    const uint8_t *from = p + 1, *const end = j->end;
    char *const begin = j->text, *to = begin;
    while (end - from >= 8) {
        uint64_t w;
        memcpy(&w, from, 8);
        memcpy(to, &w, 8);
        const uint64_t marks = vrp_json_marks(w);
        if (!marks) { /* a predicted branch is faster than a computed step */
            to += 8, from += 8;
            continue;
        }
        const int n = __builtin_ctzll(marks) / 8;
        to += n, from += n;
        if (*from != '"') break;
        *to++ = 0;
        j->nodes[node].string = begin;
        j->nodes[node].count = (uint32_t)(to - begin - 1);
        j->text = to;
        return from + 1;
    }
    j->p = p; /* an escape, UTF-8, the end of the text, or an error */
    return vrp_json_text_any(j, node) ? j->p : NULL;
}

/* ---- numbers ---- */

static bool vrp_json_digits(vrp_json_parser *j, uint64_t *m, int *digits) {
    const uint8_t *from = j->p;
    for (; j->p < j->end && *j->p >= '0' && *j->p <= '9'; j->p++) {
        if (*digits < 19) *m = *m * 10 + (uint64_t)(*j->p - '0');
        if (*m != 0 && *digits < 99) ++*digits; /* more than 19: m is incomplete */
    }
    return j->p > from;
}

/* An exponent; beyond the range of a double its exact value does not matter. */
static bool vrp_json_exponent(vrp_json_parser *j, int *e) {
    bool negative = j->p < j->end && *j->p == '-';
    if (j->p < j->end && (*j->p == '-' || *j->p == '+')) j->p++;
    const uint8_t *from = j->p;
    int v = 0;
    for (; j->p < j->end && *j->p >= '0' && *j->p <= '9'; j->p++) v = v < 100000 ? v * 10 + (*j->p - '0') : v;
    *e += negative ? -v : v;
    return j->p > from;
}

static bool vrp_json_parse_number(vrp_json_parser *j) {
    const uint8_t *from = j->p;
    const bool negative = *j->p == '-';
    j->p += negative;
    uint64_t m = 0;
    int digits = 0, e = 0;
    bool integral = true;
    const bool zero = j->p < j->end && *j->p == '0';
    if (zero)
        j->p++;
    else if (!vrp_json_digits(j, &m, &digits))
        return vrp_json_error(j, from, "expected a digit");
    if (j->p < j->end && *j->p >= '0' && *j->p <= '9') return vrp_json_error(j, from, "leading zero");
    if (j->p < j->end && *j->p == '.') {
        const uint8_t *point = j->p++;
        integral = false;
        if (!vrp_json_digits(j, &m, &digits))
            return vrp_json_error(j, from, "expected a digit after the decimal point");
        e -= (int)vr_min(j->p - point - 1, 100000);
    }
    if (j->p < j->end && (*j->p | 0x20) == 'e') {
        j->p++;
        integral = false;
        if (!vrp_json_exponent(j, &e)) return vrp_json_error(j, from, "expected a digit in the exponent");
    }
    if (integral && digits <= 19 && m <= (uint64_t)INT64_MAX + negative) {
        const uint32_t n = vrp_json_node(j, VR_JSON_INT, from);
        j->nodes[n].integer = negative ? (int64_t)(0 - m) : (int64_t)m;
        return true;
    }
    double x;
    if (digits > 19 || !vr_number_scale(&x, m, e)) {
        if (!vr_number_double(&x, (const char *)from, j->p - from))
            return vrp_json_error(j, from, "number out of range");
    } else if (negative)
        x = -x;
    const uint32_t n = vrp_json_node(j, VR_JSON_REAL, from);
    j->nodes[n].real = x;
    return true;
}

/* ---- values ---- */

/* These take the position in the text and return the end of the value, or NULL on an error: as an argument the position
 * stays in a register, while *j would be stored and loaded for every byte. */
static const uint8_t *vrp_json_parse_value(vrp_json_parser *j, const uint8_t *p);

static const uint8_t *vrp_json_error_at(vrp_json_parser *j, const uint8_t *at, const char *error) {
    vrp_json_error(j, at, error);
    return NULL;
}

static const uint8_t *vrp_json_word(vrp_json_parser *j, const uint8_t *p, const char *word, vr_json_type type,
                                    int64_t value) {
    const size_t n = strlen(word);
    if ((size_t)(j->end - p) < n || memcmp(p, word, n) != 0)
        return vrp_json_error_at(j, p, "expected a value");
    const uint32_t node = vrp_json_node(j, type, p);
    j->nodes[node].integer = value;
    return p + n;
}

/* A key, its colon and its value. */
static inline const uint8_t *vrp_json_member(vrp_json_parser *j, const uint8_t *p) {
    const uint8_t *const end = j->end;
    if (p == end || *p != '"') return vrp_json_error_at(j, p, "expected a key in double quotes");
    const uint32_t key = vrp_json_node(j, VR_JSON_STRING, p);
    p = vrp_json_text(j, p, key);
    if (!p) return NULL;
    p = vrp_json_space(p, end);
    if (p == end || *p != ':') return vrp_json_error_at(j, p, "expected ':'");
    p = vrp_json_parse_value(j, vrp_json_space(p + 1, end));
    if (!p) return NULL;
    j->nodes[key].skip = j->count - key;
    return p;
}

/* The array or object at p. */
static const uint8_t *vrp_json_container(vrp_json_parser *j, const uint8_t *p, vr_json_type type,
                                         uint8_t close) {
    const uint8_t *const end = j->end;
    const uint32_t node = vrp_json_node(j, type, p);
    if (++j->depth > VRP_DEPTH) return vrp_json_error_at(j, p, "nested more than 512 deep");
    p = vrp_json_space(p + 1, end);
    uint32_t count = 0;
    bool more = p == end || *p != close;
    while (more) {
        p = type == VR_JSON_OBJECT ? vrp_json_member(j, p) : vrp_json_parse_value(j, p);
        if (!p) return NULL;
        count++;
        p = vrp_json_space(p, end);
        if (p < end && *p == ',') {
            p = vrp_json_space(p + 1, end);
            continue;
        }
        if (p < end && *p == close) break;
        return vrp_json_error_at(j, p,
                                 type == VR_JSON_OBJECT ? "expected ',' or '}'" : "expected ',' or ']'");
    }
    j->depth--;
    j->nodes[node].count = count;
    j->nodes[node].skip = j->count - node;
    return p + 1;
}

static const uint8_t *vrp_json_parse_value(vrp_json_parser *j, const uint8_t *p) {
    if (p == j->end) return vrp_json_error_at(j, p, "unexpected end of file");
    const uint8_t c = *p;
    if (c >= '0' && c <= '9' && j->end - p > 1 && (p[1] == ',' || p[1] == '}')) {
        const uint32_t n =
            vrp_json_node(j, VR_JSON_INT, p); /* a single digit, the most frequent value of many files */
        j->nodes[n].integer = c - '0';
        return p + 1;
    }
    switch (c) {
    case '{':
        return vrp_json_container(j, p, VR_JSON_OBJECT, '}');
    case '[':
        return vrp_json_container(j, p, VR_JSON_ARRAY, ']');
    case '"':
        return vrp_json_text(j, p, vrp_json_node(j, VR_JSON_STRING, p));
    case 't':
        return vrp_json_word(j, p, "true", VR_JSON_BOOL, 1);
    case 'f':
        return vrp_json_word(j, p, "false", VR_JSON_BOOL, 0);
    case 'n':
        return vrp_json_word(j, p, "null", VR_JSON_NULL, 0);
    default:
        if (c != '-' && (c < '0' || c > '9')) return vrp_json_error_at(j, p, "expected a value");
        j->p = p;
        return vrp_json_parse_number(j) ? j->p : NULL;
    }
}

/* ---- documents ---- */

static void vrp_json_position(int64_t *line, int64_t *column, const vr_json_doc *doc, int64_t at) {
    const uint8_t *from = doc->text.data, *stop = from + at;
    *line = doc->line;
    for (const uint8_t *lf;
         from < stop && (lf = (const uint8_t *)memchr(from, '\n', (size_t)(stop - from))) != NULL;
         from = lf + 1)
        ++*line;
    *column = stop - from + 1;
}

static bool vrp_json_parse_doc(vr_arena *arena, vr_json_doc *doc, vr_bytes text, const char *path,
                               int64_t line, vr_err *err) {
    *doc = (vr_json_doc){0};
    if (text.size > INT32_MAX)
        return vr_fail(err, VR_ERR_LIMIT, "%s:%lld:1: JSON value of more than 2^31-1 bytes", path,
                       (long long)line);
    vr_arena_mark mark = vr_arena_here(arena);
    vrp_json_parser j = {.begin = text.data, .p = text.data, .end = text.data + text.size, .arena = arena};
    j.capacity = (uint32_t)(text.size / 8 + 8);
    j.nodes = (vr_json *)vr_arena_alloc(arena, j.capacity, (int64_t)sizeof *j.nodes);
    j.text = (char *)vr_arena_alloc(arena, text.size + 16, 1); /* 8 bytes are written at once */
    const uint8_t *p = j.begin;
    if (text.size >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) p += 3;
    p = vrp_json_parse_value(&j, vrp_json_space(p, j.end));
    bool ok = p != NULL;
    if (ok) p = vrp_json_space(p, j.end);
    if (ok && p < j.end) ok = vrp_json_error(&j, p, "unexpected text after the value");
    const vr_json_doc parsed = {.root = j.nodes, .text = text, .path = path, .line = line};
    if (ok) {
        *doc = parsed;
        return true;
    }
    int64_t row, column;
    vrp_json_position(&row, &column, &parsed, j.p - text.data);
    vr_arena_rewind(arena, mark);
    return vr_fail(err, VR_ERR_FORMAT, "%s:%lld:%lld: %s", path, (long long)row, (long long)column, j.error);
}

bool vr_json_parse(vr_arena *arena, vr_json_doc *doc, vr_bytes text, const char *path, vr_err *err) {
    return vrp_json_parse_doc(arena, doc, text, path, 1, err);
}

bool vr_json_load(vr_arena *arena, vr_json_doc *doc, const char *path, vr_err *err) {
    *doc = (vr_json_doc){0};
    vr_arena_mark mark = vr_arena_here(arena);
    vr_bytes text;
    if (vr_file_map(arena, &text, path, err) && vrp_textfile_open(arena, &text, path, err) &&
        vr_json_parse(arena, doc, text, vr_arena_string(arena, path, (int64_t)strlen(path)), err))
        return true;
    vr_arena_rewind(arena, mark);
    return false;
}

bool vr_json_lines_next(vr_arena *arena, vr_json_doc *doc, vr_json_lines *lines, vr_err *err) {
    *doc = (vr_json_doc){0};
    vr_bytes begin = lines->text;
    if (lines->at == 0 && !vr_text_check(&begin, lines->path, err)) return false;
    while (lines->at < lines->text.size) {
        const uint8_t *from = lines->text.data + lines->at;
        const int64_t left = lines->text.size - lines->at;
        const uint8_t *lf = (const uint8_t *)memchr(from, '\n', (size_t)left);
        vr_bytes line = {.data = from, .size = lf ? lf - from : left};
        lines->at += line.size + (lf != NULL);
        lines->line++;
        int64_t blank = lines->line == 1 && line.size >= 3 && memcmp(from, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
        while (blank < line.size && (from[blank] == ' ' || from[blank] == '\t' || from[blank] == '\r'))
            blank++;
        if (blank == line.size) continue;
        return vrp_json_parse_doc(arena, doc, line, lines->path, lines->line, err);
    }
    return false;
}

const uint8_t *vrp_json_plain_string(const uint8_t *p, const uint8_t *end) {
    if (*p++ != '"') return NULL;
    for (; end - p >= 8; p += 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        const uint64_t marks = vrp_json_marks(w);
        if (!marks) continue;
        p += __builtin_ctzll(marks) / 8;
        return *p == '"' ? p + 1 : NULL;
    }
    return NULL;
}

/* ---- access ---- */

const vr_json *vr_json_first(const vr_json *c) {
    return (c->type == VR_JSON_ARRAY || c->type == VR_JSON_OBJECT) && c->count > 0 ? c + 1 : NULL;
}

const vr_json *vr_json_next(const vr_json *container, const vr_json *child) {
    const vr_json *next = child + child->skip;
    return next < container + container->skip ? next : NULL;
}

const vr_json *vr_json_value(const vr_json *key) { return key + 1; }

const vr_json *vr_json_get(const vr_json *object, const char *key) {
    if (!object || object->type != VR_JSON_OBJECT) return NULL;
    const size_t n = strlen(key);
    const vr_json *found = NULL;
    for (const vr_json *k = vr_json_first(object); k; k = vr_json_next(object, k))
        if (k->count == n && memcmp(k->string, key, n) == 0) found = vr_json_value(k);
    return found;
}

const vr_json *vrp_json_want(const vr_json_doc *doc, const vr_json *object, const char *key,
                             vr_json_type type, vr_err *err) {
    static const char *const names[] = {"null",     "a boolean", "an integer", "a number",
                                        "a string", "an array",  "an object"};
    if (object->type != VR_JSON_OBJECT) {
        vr_json_fail(doc, object, err, "expected an object with \"%s\", found %s", key, names[object->type]);
        return NULL;
    }
    const vr_json *v = vr_json_get(object, key);
    if (!v)
        vr_json_fail(doc, object, err, "missing key \"%s\"", key);
    else if (v->type == type || (type == VR_JSON_REAL && v->type == VR_JSON_INT))
        return v;
    else
        vr_json_fail(doc, v, err, "\"%s\": expected %s, found %s", key, names[type], names[v->type]);
    return NULL;
}

double vrp_json_number(const vr_json *node) {
    return node->type == VR_JSON_INT    ? (double)node->integer
           : node->type == VR_JSON_REAL ? node->real
                                        : (double)NAN;
}

bool vr_json_fail(const vr_json_doc *doc, const vr_json *node, vr_err *err, const char *fmt, ...) {
    int64_t line, column;
    char message[384];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    vrp_json_position(&line, &column, doc, node->at);
    return vr_fail(err, VR_ERR_FORMAT, "%s:%lld:%lld: %s", doc->path, (long long)line, (long long)column,
                   message);
}

/* ---- writing ---- */

bool vrp_json_is_utf8(const char *s) {
    const uint8_t *p = (const uint8_t *)s, *end = p + strlen(s);
    while (p < end) {
        const int n = vrp_json_utf8(p, end);
        if (n == 0) return false;
        p += n;
    }
    return true;
}

void vr_json_string(vr_text *t, const char *s) {
    const uint8_t *p = (const uint8_t *)s, *end = p + strlen(s), *from = p;
    vr_text_add(t, "\"");
    while (p < end) {
        const int n = vrp_json_utf8(p, end);
        if (n > 1 || (n == 1 && *p >= 0x20 && *p != '"' && *p != '\\')) {
            p += n;
            continue;
        }
        vr_text_bytes(t, from, p - from);
        if (n == 0)
            vr_text_add(t, "\xef\xbf\xbd");
        else if (strchr(vrp_json_means, *p))
            vr_text_printf(t, "\\%c", vrp_json_letters[strchr(vrp_json_means, *p) - vrp_json_means]);
        else
            vr_text_printf(t, "\\u%04x", *p);
        from = ++p;
    }
    vr_text_bytes(t, from, p - from);
    vr_text_add(t, "\"");
}

void vr_json_real(vr_text *t, double x) {
    if (isfinite(x))
        vr_text_number(t, x, 0);
    else
        vr_text_add(t, "null");
}

#undef VRP_DEPTH
