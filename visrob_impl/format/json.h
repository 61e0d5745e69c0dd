/* format/json.h: JSON and JSON lines.
 *
 * A document is a flat array of nodes in the order of the text: a container is followed by its contents, and `skip` is
 * the number of nodes to its end. Strings are decoded, valid UTF-8, and terminated by a 0.
 *
 *     vr_json_doc doc;
 *     vr_json_load(&perm, &doc, "labels.json", VR_FATAL);
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
    VR_JSON_STRING, /* string, count bytes, which may contain a 0: \u0000 */
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
    vr_bytes text; /* the parsed text, in which line and column of messages are looked up */
    const char *path;
    int64_t line; /* of its first byte */
} vr_json_doc;

/* A file of one JSON value per line: {.text = bytes, .path = "x.jsonl"}. */
typedef struct vr_json_lines {
    vr_bytes text;
    const char *path;
    int64_t at, line; /* the byte of the next line, and the number of lines before it */
} vr_json_lines;

/* Reads one JSON value (RFC 8259): strict, in one pass.
 * Notes:   a UTF-8 byte-order mark at the start is skipped. Depth is limited to 512, size to 2^31-1 bytes. Duplicate
 *          keys are kept. `text` and `path` have to live as long as the document.
 * Errors:  VR_ERR_FORMAT as `path:line:column:` (columns count bytes, from 1), VR_ERR_LIMIT; *doc = {0}. */
VR_API bool vr_json_parse(vr_arena *arena, vr_json_doc *doc, vr_bytes text, const char *path, vr_err *err);

/* vr_json_parse of a file, which stays mapped as long as the arena lives; gzip of up to 1 GB of text is decompressed.
 * Errors:  also VR_ERR_IO; VR_ERR_UNSUPPORTED for UTF-16 and other kinds of compression; VR_ERR_LIMIT. */
VR_API bool vr_json_load(vr_arena *arena, vr_json_doc *doc, const char *path, vr_err *err);

/* Reads the value on the next line. Returns false at the end, with err unchanged, and on an error.
 * Notes:   blank lines are skipped; lines end with LF or CRLF, which the last line may lack. Reset the arena for each
 *          line to keep only one: `while (vr_json_lines_next(&step, &doc, &lines, &err)) { ...; vr_arena_reset(&step); }`
 * Errors:  as vr_json_parse, with the line number in the file. */
VR_API bool vr_json_lines_next(vr_arena *arena, vr_json_doc *doc, vr_json_lines *lines, vr_err *err);

/* The first element of an array or key of an object; NULL where it is empty, and for other types. */
VR_API const vr_json *vr_json_first(const vr_json *container);

/* The element or key after `child`, or NULL. */
VR_API const vr_json *vr_json_next(const vr_json *container, const vr_json *child);

/* The value of a key. */
VR_API const vr_json *vr_json_value(const vr_json *key);

/* The value of that key in an object, or NULL: also where `object` is another type or NULL.
 * Notes:   of duplicate keys the last one, as in Python and JavaScript. */
VR_API const vr_json *vr_json_get(const vr_json *object, const char *key);

/* Reports VR_ERR_FORMAT with a message that begins with the node's `path:line:column: `; returns false. */
VR_API bool vr_json_fail(const vr_json_doc *doc, const vr_json *node, vr_err *err, const char *fmt, ...)
    VR_PRINTF(4, 5);

/* Appends s as a JSON string, with its quotes.
 * Notes:   each byte that is not UTF-8 becomes U+FFFD. */
VR_API void vr_json_string(vr_text *t, const char *s);

/* Appends x with the fewest digits that read back as x; NaN and infinity, which JSON does not have, become null. */
VR_API void vr_json_real(vr_text *t, double x);

#ifdef __cplusplus
}
#endif
#endif
