/* format/json.h: JSON and JSON lines.
 *
 * A document is one flat array of nodes in the order of the text: a container is followed by what it holds, and
 * says how many nodes to skip to go past it. Text is unescaped, checked UTF-8, and ends with a 0.
 *
 *     vr_json_doc doc;
 *     vr_json_load(&arena, &doc, "labels.json", VR_FATAL);
 *     for (const vr_json *key = vr_json_first(doc.root); key; key = vr_json_next(doc.root, key))
 *         printf("%s is %lld\n", key->string, (long long)vr_json_value(key)->integer);
 */
#ifndef VISROB_FORMAT_JSON_H
#define VISROB_FORMAT_JSON_H
#include "../base/arena.h"
#include "../base/error.h"
#include "../base/text.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef enum vr_json_type {
    VR_JSON_NULL,
    VR_JSON_BOOL,   /* integer: 0 or 1 */
    VR_JSON_INT,    /* integer: a number without point and exponent that fits in 64 bits */
    VR_JSON_REAL,   /* real: every other number */
    VR_JSON_STRING, /* string, count bytes (a 0 may be among them: \u0000) */
    VR_JSON_ARRAY,  /* count elements */
    VR_JSON_OBJECT  /* count members; keys are STRING nodes, each followed by its value */
} vr_json_type;

typedef struct vr_json {
    vr_json_type type;
    uint32_t count;
    uint32_t skip; /* nodes to the next sibling; a key's sibling is the next key */
    uint32_t at;   /* byte of the document's text */
    union {
        int64_t integer;
        double real;
        const char *string;
    };
} vr_json;

typedef struct vr_json_doc {
    const vr_json *root;
    vr_bytes text; /* as given: positions in messages are looked up in it */
    const char *path;
    int64_t line; /* the number of its first line */
} vr_json_doc;

/* A file of one JSON value per line: {.text = bytes, .path = "x.jsonl"}. */
typedef struct vr_json_lines {
    vr_bytes text;
    const char *path;
    int64_t at, line; /* where the next line begins, and how many are behind it */
} vr_json_lines;

/* Reads one JSON value (RFC 8259): strict, in one pass.
 * Notes:   a UTF-8 byte-order mark at the start is skipped. Depth is limited to 512, size to 2^31-1 bytes. Keys that
 *          are there twice are kept. `text` and `path` have to stay as long as the document is used.
 * Errors:  VR_ERR_FORMAT as `path:line:column:` (columns count bytes, from 1), VR_ERR_LIMIT; *doc = {0}. */
VR_API bool vr_json_parse(vr_arena *arena, vr_json_doc *doc, vr_bytes text, const char *path, vr_err *err);

/* vr_json_parse for a file, which is mapped as long as the arena lives. Errors: VR_ERR_IO too. */
VR_API bool vr_json_load(vr_arena *arena, vr_json_doc *doc, const char *path, vr_err *err);

/* Reads the value on the next line. Returns false at the end, with err untouched, and after a failure.
 * Notes:   blank lines are passed over; lines end with LF or CRLF, the last one need not. Reset the arena for each
 *          line to keep only one: `while (vr_json_lines_next(&step, &doc, &lines, &err)) { ...; vr_arena_reset(&step); }`
 * Errors:  as vr_json_parse; the line is the file's. */
VR_API bool vr_json_lines_next(vr_arena *arena, vr_json_doc *doc, vr_json_lines *lines, vr_err *err);

/* What is behind the string whose opening quote is at p, where the string is plain: ASCII without escapes or control
 * characters. NULL for another string, and where fewer than 8 bytes are left before `end`: for a reader who knows what a
 * line should look like, and goes to the parser where it does not. p < end. */
VR_API const uint8_t *vr_json_plain_string(const uint8_t *p, const uint8_t *end);

/* The first element of an array, the first key of an object; NULL where there is none, or of anything else. */
VR_API const vr_json *vr_json_first(const vr_json *container);

/* The element or key after `child`, or NULL. */
VR_API const vr_json *vr_json_next(const vr_json *container, const vr_json *child);

/* The value of a key. */
VR_API const vr_json *vr_json_value(const vr_json *key);

/* The value of that key in an object, or NULL: also where `object` is none, or NULL itself.
 * Notes:   of keys that are there twice the last one counts, as in Python and JavaScript. */
VR_API const vr_json *vr_json_get(const vr_json *object, const char *key);

/* The value of that key, which has to be of that type; REAL is content with an INT.
 * Errors:  NULL, and VR_ERR_FORMAT that names key, wanted type, path, line and column. */
VR_API const vr_json *vr_json_want(const vr_json_doc *doc, const vr_json *object, const char *key,
                                   vr_json_type type, vr_err *err);

/* An INT or a REAL as a double; NaN for anything else. */
VR_API double vr_json_number(const vr_json *node);

/* Fails with VR_ERR_FORMAT and a message that begins with the node's `path:line:column: `; returns false. */
VR_API bool vr_json_fail(const vr_json_doc *doc, const vr_json *node, vr_err *err, const char *fmt, ...)
    VR_PRINTF(4, 5);

/* Appends s as a JSON string, with its quotes.
 * Notes:   text that is not UTF-8 loses the wrong bytes: each becomes U+FFFD. */
VR_API void vr_json_string(vr_text *t, const char *s);

/* True for a string that is UTF-8 (RFC 3629). */
VR_API bool vr_json_is_utf8(const char *s);

/* Appends x with the fewest digits that read back as x; NaN and infinity, which JSON lacks, become null. */
VR_API void vr_json_real(vr_text *t, double x);

#ifdef __cplusplus
}
#endif
#endif
