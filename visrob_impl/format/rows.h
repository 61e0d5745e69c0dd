/* format/rows.h: rows of named fields, in whatever form a program wrote them: CSV, JSON lines, JSON.
 *
 *     const char *const fields[] = {"file_name|path", "predicted_class"};
 *     vr_bytes file, text = {(const uint8_t *)"file_name,predicted_class\na.jpg,3\n", 34};
 *     int64_t predicted;
 *     vr_rows rows;
 *     vr_rows_parse(&perm, &rows, text, "predictions.csv", fields, 2, 0, VR_FATAL);
 *     while (vr_rows_next(&rows, VR_FATAL) && vr_rows_text(&file, &rows, 0, VR_FATAL) &&
 *            vr_rows_is_int(&predicted, &rows, 1))
 *         printf("%.*s: %lld\n", (int)file.size, (const char *)file.data, (long long)predicted);
 *
 * The forms:
 *     CSV          the first row names the columns; or, where its second field is a number, it is data (`nameless`)
 *     JSON lines   an object a line, {"file_name": "a.jpg", "predicted_class": 3}
 *     JSON         an array of such objects; an object of such objects, whose keys are the field ""; or pandas'
 *                  orient="split", {"columns": [...], "index": [...], "data": [[...]]}, whose index is the field "", or
 *                  "table", {"schema": {...}, "data": [{...}]}; its orient="columns" is refused
 * A whole number that is written with a point, as pandas does in a column with missing values ("755.0"), is an integer. */
#ifndef VISROB_FORMAT_ROWS_H
#define VISROB_FORMAT_ROWS_H
#include "csv.h"
#include "json.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { VR_ROWS_FIELDS = 40 }; /* a row has at most so many */

/* A text that is being read. Fields after `ended` are private. */
typedef struct vr_rows {
    const char *path;
    int64_t line; /* of the current row */
    int64_t most; /* the text has no more rows than these */
    bool json;    /* the text is JSON */
    bool ended;   /* true after the last row, unless there was an error */
    vr_arena *arena, step;
    const char *const *fields;
    int64_t count;
    int form;
    bool zeros; /* the text has zero bytes */
    vr_csv csv;
    vr_json_doc doc;
    vr_json_lines lines;
    const vr_json *list, *row, *index_list, *index; /* of a JSON document */
    int64_t counted;                                /* its bytes up to which lines are counted */
    int64_t column[VR_ROWS_FIELDS];                 /* -1: there is no such column */
    const vr_json *node[VR_ROWS_FIELDS];            /* of the current row; NULL: it has none */
} vr_rows;

/* Opens a text in memory, which stays there as long as the rows are read. `path` is for messages.
 * Shapes:  fields: [count], each a list of names in order of preference, "file_name|path|url"; other fields are ignored.
 * Notes:   `nameless` fields of a CSV without names of columns are the first ones; 0: a CSV has names.
 *          gzip, CR line ends and a byte-order mark as in vr_csv_parse, for every form.
 * Errors:  vr_csv_parse's and vr_json_parse's; VR_ERR_FORMAT for another JSON document, a duplicate column. */
VR_API bool vr_rows_parse(vr_arena *arena, vr_rows *rows, vr_bytes text, const char *path,
                          const char *const *fields, int64_t count, int64_t nameless, vr_err *err);

/* Reads the next row. Returns false at the end (rows->ended is then true) and on an error. */
VR_API bool vr_rows_next(vr_rows *rows, vr_err *err);

/* True where the rows have the field: a column of that name, or, of objects, a key in the current one (before the first:
 * in the first one) that is not null. */
VR_API bool vr_rows_has(const vr_rows *rows, int64_t field);

/* True where the current row's field is empty, null or missing. */
VR_API bool vr_rows_empty(const vr_rows *rows, int64_t field);

/* *s = the field, valid until the next row; empty where the row does not have it. An integer of pandas' index is
 * its digits.
 * Errors:  VR_ERR_FORMAT for a field that is no string, and for one with a zero byte. */
VR_API bool vr_rows_text(vr_bytes *s, vr_rows *rows, int64_t field, vr_err *err);

/* True where the field is one integer, *x, and nothing else: a fast path before vr_rows_ints. */
VR_API bool vr_rows_is_int(int64_t *x, const vr_rows *rows, int64_t field);

/* *x = the field as a number; True and False are 1 and 0. Errors: VR_ERR_FORMAT, also where the row
 * does not have it. */
VR_API bool vr_rows_number(double *x, const vr_rows *rows, int64_t field, vr_err *err);

/* *x = the field's integers, in the arena: "[4, 18]", "4|18", "4,18", 4; a JSON array, or an array of one array.
 * Errors:  as vr_rows_number. */
VR_API bool vr_rows_ints(vr_arena *arena, int64_t **x, int64_t *n, const vr_rows *rows, int64_t field,
                         vr_err *err);

/* *s = the field's strings, in the arena: a list as Python writes it, "['pot', 'pan']"; a JSON array.
 * Errors:  as vr_rows_number. */
VR_API bool vr_rows_strings(vr_arena *arena, const char ***s, int64_t *n, const vr_rows *rows, int64_t field,
                            vr_err *err);

/* Reports VR_ERR_FORMAT as `path:line:column: message (column 'name')` at a field of the current row; returns false. */
VR_API bool vr_rows_fail(const vr_rows *rows, int64_t field, vr_err *err, const char *fmt, ...)
    VR_PRINTF(4, 5);

/* Gives back what reading took beside the arena; rows that ended or failed have done so. */
VR_API void vr_rows_close(vr_rows *rows);

#ifdef __cplusplus
}
#endif
#endif
