/* format/jsonrecord.h: JSON lines whose objects have known keys, one record a line.
 *
 *     static const vr_json_field fields[] = {{"file_name", VR_JSON_STRING, 0, false},
 *                                            {"class", VR_JSON_INT, 999, false}};
 *     vr_json_records r = {.fields = fields, .count = 2, .step = &step, .lines.path = "val.jsonl"};
 *     vr_file_read(&perm, &r.lines.text, "val.jsonl", VR_FATAL);
 *     while (vr_json_records_next(&r, VR_FATAL))
 *         printf("%.*s: %lld\n", (int)r.value[0].count, r.value[0].string, (long long)r.value[1].integer);
 */
#ifndef VISROB_FORMAT_JSONRECORD_H
#define VISROB_FORMAT_JSONRECORD_H
#include "json.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { VR_JSON_RECORD_FIELDS = 32 }; /* a record has at most so many */

/* A key of the objects. */
typedef struct vr_json_field {
    const char *key;
    vr_json_type type; /* VR_JSON_INT or VR_JSON_STRING */
    int64_t max;       /* an INT is 0 .. max */
    bool optional;     /* may be missing or null; a STRING that is not optional is not empty */
} vr_json_field;

/* A reader of records; lines, fields, count and step are set by the caller, what follows `at` is private. */
typedef struct vr_json_records {
    vr_json_lines lines;
    const vr_json_field *fields; /* [count]: all keys that an object may have */
    int64_t count;
    vr_arena *step; /* for parsed lines; reset by vr_json_records_next */
    vr_json
        value[VR_JSON_RECORD_FIELDS]; /* of the current line by field; VR_JSON_NULL where missing or null */
    int64_t at;                       /* where the current line begins */
    struct vr_json_member {
        int64_t at, size;
        int field;
        bool digit;
    } member[VR_JSON_RECORD_FIELDS + 1];
    int64_t members;
    const uint8_t *line, *mask;
} vr_json_records;

/* Reads the next line into r->value; r->lines.line is its number. Returns false at the end and on an error.
 * Notes:   a string is valid until the next call, has `count` bytes and no 0 behind it; it points into the text where it
 *          is written there as it is. `at` of a string counts from the beginning of the line.
 * Errors:  as vr_json_lines_next; VR_ERR_FORMAT for a line that is no object, a key that is unknown, duplicate or
 *          missing, a value of another type or range. */
VR_API bool vr_json_records_next(vr_json_records *r, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
