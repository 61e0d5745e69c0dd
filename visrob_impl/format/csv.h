/* format/csv.h: comma-separated values, row by row; errors name line and column.
 *
 *     vr_csv csv;
 *     vr_csv_load(&perm, &csv, "predictions.csv", VR_FATAL);
 *     int64_t file = vr_csv_column(&csv, "file_name", VR_FATAL), label = vr_csv_column(&csv, "label", VR_FATAL), c;
 *     while (vr_csv_next(&csv, VR_FATAL)) {
 *         vr_csv_int(&c, &csv, label, VR_FATAL);
 *         printf("%s: %lld\n", vr_csv_string(&perm, &csv, file), (long long)c);
 *     }
 */
#ifndef VISROB_FORMAT_CSV_H
#define VISROB_FORMAT_CSV_H
#include "../base/error.h"
#include "../base/arena.h"
#include "../base/text.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A file that is being read. A field is a view of the file without its quotes, valid until the next row. Fields after
 * `ended` are private. */
typedef struct vr_csv {
    const char *path;
    const char *const *names; /* [columns], from the first row */
    int64_t columns;
    vr_bytes *fields; /* [columns], of the current row */
    int64_t row;      /* its index, from 0; -1 before the first */
    int64_t line;     /* the line where it begins, from 1 (the names) */
    bool ended;       /* true after the last row, unless there was an error */
    vr_arena *arena;
    const uint8_t *at, *end;
    const uint8_t *row_begin;
    const uint8_t **begins; /* [columns], each field with its quotes */
    int64_t next_line;
    char *pool, *pool_at, *pool_end;
} vr_csv;

/* Opens a text in memory and reads its first row, the names of the columns. `path` is for messages.
 * Notes:   RFC 4180: fields in quotes may contain commas, doubled quotes and line ends. Lines end with LF or CRLF, which
 *          the last line may lack, or all with CR; blank lines at the end and a byte-order mark are skipped. A quote
 *          inside of a field that does not begin with one is an ordinary character. A gzip file of up to 1 GB of text is
 *          decompressed into the arena.
 * Errors:  VR_ERR_FORMAT as `path:line:column:` (columns count bytes, from 1): an empty file, a duplicate name, a name
 *          with a zero byte, columns separated by tabs or semicolons; VR_ERR_UNSUPPORTED for UTF-16 and other kinds of
 *          compression; VR_ERR_LIMIT; *csv = {0}. */
VR_API bool vr_csv_parse(vr_arena *arena, vr_csv *csv, vr_bytes text, const char *path, vr_err *err);

/* vr_csv_parse of a file, which stays mapped as long as the arena lives. Errors: also VR_ERR_IO naming the path. */
VR_API bool vr_csv_load(vr_arena *arena, vr_csv *csv, const char *path, vr_err *err);

/* Reads the next row into csv->fields. Returns false at the end (csv->ended is then true) and on an error.
 * Errors:  VR_ERR_FORMAT for a row with more or fewer fields than there are names, for text after a closing quote, and
 *          for an unterminated quote. */
VR_API bool vr_csv_next(vr_csv *csv, vr_err *err);

/* The index of the column of that name. Errors: -1, and VR_ERR_FORMAT that lists the existing names. */
VR_API int64_t vr_csv_column(const vr_csv *csv, const char *name, vr_err *err);

/* The index of the column of that name, or -1. */
VR_API int64_t vr_csv_find(const vr_csv *csv, const char *name);

/* The field as an integer; surrounding blanks are ignored. Errors: VR_ERR_FORMAT; *x = 0. */
VR_API bool vr_csv_int(int64_t *x, const vr_csv *csv, int64_t column, vr_err *err);

/* The field as a number, also "nan" and "inf"; surrounding blanks are ignored. Errors: VR_ERR_FORMAT; *x = 0. */
VR_API bool vr_csv_double(double *x, const vr_csv *csv, int64_t column, vr_err *err);

/* The field as a string in the arena. */
VR_API const char *vr_csv_string(vr_arena *arena, const vr_csv *csv, int64_t column);

/* Reports VR_ERR_FORMAT with a message that begins with the field's `path:line:column: `; returns false. */
VR_API bool vr_csv_fail(const vr_csv *csv, int64_t column, vr_err *err, const char *fmt, ...) VR_PRINTF(4, 5);

/* Appends s as a field, quoted where it contains a comma, a quote or a line end (RFC 4180). */
VR_API void vr_csv_field(vr_text *t, const char *s);

/* Writes fields that begin with = + - @, a tab or CR, which spreadsheets run as formulas, with a ' before (true), or as they
 * are (false, the default, which other programs read back): `--spreadsheet`.
 * Source:  OWASP, "CSV Injection". */
VR_API void vr_csv_spreadsheet(bool on);

#ifdef __cplusplus
}
#endif
#endif
