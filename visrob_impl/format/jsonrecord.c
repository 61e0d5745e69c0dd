/* format/jsonrecord.c: such files are written by programs, so that a line differs from the one before it only in its
 * values. The next line is compared with the last parsed one, eight bytes at a time, at several times the speed of the
 * parser: from one value of any length to the next, with numbers of one digit (flags) masked. Every line that differs
 * (another order of keys, an escape, UTF-8, an error) goes to the parser, and only the parser reports errors. */
#include "jsonrecord.h"
#include "json_impl.h"
#include <string.h>

/* ---- a line like the last one ---- */

static inline uint64_t vrp_jsonrecord_load(const uint8_t *p) {
    uint64_t x;
    memcpy(&x, p, 8);
    return x;
}

/* a[i] == b[i] where mask[i] is 255, for i < n; up to 7 bytes behind are read too. */
static inline bool vrp_jsonrecord_equal(const uint8_t *a, const uint8_t *b, const uint8_t *mask, int64_t n) {
    uint64_t differ = 0;
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        differ |= (vrp_jsonrecord_load(a + i) ^ vrp_jsonrecord_load(b + i)) & vrp_jsonrecord_load(mask + i);
    if (i < n) /* little-endian, as in json.c */
        differ |= ((vrp_jsonrecord_load(a + i) ^ vrp_jsonrecord_load(b + i)) & vrp_jsonrecord_load(mask + i))
                  << (8 * (8 - n + i));
    return differ == 0;
}

/* Reads the value at p, behind which 8 bytes are left. Returns its end, or NULL where the parser has to read it. */
static inline const uint8_t *vrp_jsonrecord_value(vr_json *value, const vr_json_field *field,
                                                  const uint8_t *p, const uint8_t *end) {
    if (*p == 'n') {
        value->type = VR_JSON_NULL;
        return field->optional && memcmp(p, "null", 4) == 0 ? p + 4 : NULL;
    }
    value->type = field->type;
    if (field->type == VR_JSON_INT) {
        const uint8_t *from = p;
        int64_t x = 0;
        for (; p < end && *p >= '0' && *p <= '9' && p - from < 18; p++) x = x * 10 + (*p - '0');
        value->integer = x;
        return p > from && (*from != '0' || p - from == 1) && x <= field->max ? p : NULL;
    }
    const uint8_t *after = vrp_json_plain_string(p, end);
    if (!after || (after - p == 2 && !field->optional)) return NULL;
    value->string = (const char *)p + 1;
    value->count = (uint32_t)(after - p - 2);
    return after;
}

/* Reads the next line if it is like the last parsed one. */
static bool vrp_jsonrecord_like_last(vr_json_records *r) {
    const uint8_t *const text = r->lines.text.data, *const end = text + r->lines.text.size,
                         *const begin = text + r->lines.at, *p = begin;
    const struct vr_json_member *m = r->member, *flag = m, *last = m + r->members;
    for (int64_t from = 0;; m++) { /* the last member stands for the end of the line */
        if (m->digit) continue;
        const int64_t n = m->at - from;
        if (end - p < n + 8 || !vrp_jsonrecord_equal(p, r->line + from, r->mask + from, n)) return false;
        for (; flag < m; flag++) {
            const unsigned digit = (unsigned)p[flag->at - from] - '0';
            if (digit > r->fields[flag->field].max) return false;
            r->value[flag->field].integer = digit;
        }
        p += n;
        if (m == last) break;
        vr_json *value = &r->value[m->field];
        value->at = (uint32_t)(p - begin);
        p = vrp_jsonrecord_value(value, &r->fields[m->field], p, end);
        if (!p) return false;
        from = m->at + m->size;
        flag = m + 1;
    }
    if (*p != '\n') return false;
    r->at = r->lines.at;
    r->lines.at = p + 1 - text;
    r->lines.line++;
    return true;
}

/* ---- any line ---- */

static int vrp_jsonrecord_find(const vr_json_records *r, const vr_json *key) {
    for (int f = 0; f < r->count; f++)
        if (key->count == strlen(r->fields[f].key) && memcmp(key->string, r->fields[f].key, key->count) == 0)
            return f;
    return -1;
}

static bool vrp_jsonrecord_check(const vr_json_field *field, const vr_json_doc *doc, const vr_json *value,
                                 vr_err *err) {
    if (field->optional && value->type == VR_JSON_NULL) return true;
    const char *or_null = field->optional ? " or null" : "";
    if (field->type == VR_JSON_STRING)
        return (value->type == VR_JSON_STRING && (field->optional || value->count > 0)) ||
               vr_json_fail(doc, value, err, "'%s': expected a string%s", field->key, or_null);
    return (value->type == VR_JSON_INT && value->integer >= 0 && value->integer <= field->max) ||
           vr_json_fail(doc, value, err, "'%s': expected an integer from 0 to %lld%s", field->key,
                        (long long)field->max, or_null);
}

/* The size of the value that the parser found at p. */
static int64_t vrp_jsonrecord_size(const uint8_t *p, const vr_json *value) {
    const uint8_t *from = p;
    if (value->type == VR_JSON_NULL) return 4;
    if (value->type == VR_JSON_INT) {
        while (*p == '-' || (*p >= '0' && *p <= '9')) p++;
        return p - from;
    }
    for (p++; *p != '"'; p++) p += *p == '\\'; /* an escaped quote is skipped with its backslash */
    return p + 1 - from;
}

/* Takes the values of a parsed line, and notes where they are. */
static bool vrp_jsonrecord_parsed(vr_json_records *r, const vr_json_doc *doc, vr_err *err) {
    uint8_t *mask = (uint8_t *)vr_arena_alloc(r->step, doc->text.size + 8, 1);
    uint64_t seen = 0;
    memset(mask, 255, (size_t)doc->text.size + 8);
    for (int64_t f = 0; f < r->count; f++) r->value[f] = (vr_json){.type = VR_JSON_NULL};
    if (doc->root->type != VR_JSON_OBJECT) return vr_json_fail(doc, doc->root, err, "expected an object");
    struct vr_json_member *m = r->member;
    for (const vr_json *key = vr_json_first(doc->root); key; key = vr_json_next(doc->root, key), m++) {
        const vr_json *value = vr_json_value(key);
        const int f = vrp_jsonrecord_find(r, key);
        if (f < 0) return vr_json_fail(doc, key, err, "unknown key '%.60s'", key->string);
        if (seen >> f & 1) return vr_json_fail(doc, key, err, "duplicate key '%s'", key->string);
        if (!vrp_jsonrecord_check(&r->fields[f], doc, value, err)) return false;
        seen |= (uint64_t)1 << f;
        const uint8_t *at = doc->text.data + value->at;
        const int64_t size = vrp_jsonrecord_size(at, value);
        r->value[f] = *value;
        if (value->type == VR_JSON_STRING && size == value->count + 2) /* no escapes */
            r->value[f].string = (const char *)at + 1;
        const bool digit = value->type == VR_JSON_INT && size == 1 && r->fields[f].max <= 9;
        *m = (struct vr_json_member){value->at, size, f, digit};
        if (digit) mask[value->at] = 0;
    }
    for (int64_t f = 0; f < r->count; f++)
        if (!(seen >> f & 1) && !r->fields[f].optional)
            return vr_json_fail(doc, doc->root, err, "missing key '%s'", r->fields[f].key);
    *m = (struct vr_json_member){.at = doc->text.size};
    r->members = m - r->member;
    r->line = doc->text.data, r->mask = mask;
    r->at = doc->text.data - r->lines.text.data;
    return true;
}

bool vr_json_records_next(vr_json_records *r, vr_err *err) {
    VR_CHECK(r->count <= VR_JSON_RECORD_FIELDS, "%lld fields", (long long)r->count);
    if (r->line && vrp_jsonrecord_like_last(r)) return true;
    vr_json_doc doc;
    r->line = NULL;
    vr_arena_reset(r->step);
    return vr_json_lines_next(r->step, &doc, &r->lines, err) && vrp_jsonrecord_parsed(r, &doc, err);
}
