/* format/csv.h: comma-separated values, row by row, with line and column of every fault.
 *
 *     vr_csv csv;
 *     vr_csv_load(&arena, &csv, "predictions.csv", VR_FATAL);
 *     int64_t file = vr_csv_column(&csv, "file_name", VR_FATAL), class = vr_csv_column(&csv, "predicted_class", VR_FATAL);
 *     while (vr_csv_next(&csv, VR_FATAL)) {
 *         int64_t c;
 *         vr_csv_int(&c, &csv, class, VR_FATAL);
 *         printf("%.*s is %lld\n", (int)csv.fields[file].size, (const char *)csv.fields[file].data, (long long)c);
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

/* A file that is being read. A field is a view of the file without its quotes, good until the next row. */
typedef struct vr_csv {
    const char *path;
    const char *const *names; /* [columns], of the first row */
    int64_t columns;
    vr_bytes *fields; /* [columns], of the current row */
    int64_t row;      /* its number, from 0; -1 before the first */
    int64_t line;     /* the line on which it begins, from 1 (the names) */
    bool ended;       /* true once every row was read without a fault */
    /* the reader's own: */
    vr_arena *arena;
    const uint8_t *at, *end;  /* what is not read yet */
    const uint8_t *row_begin; /* of the current row */
    const uint8_t **begins;   /* [columns], each field with its quotes */
    int64_t next_line;
    char *pool, *pool_at, *pool_end; /* fields whose doubled quotes were undone */
} vr_csv;

/* Opens a text that is in memory: reads its first row, the columns' names. `path` is for messages.
 * Notes:   RFC 4180: fields in quotes may hold commas, doubled quotes and line ends. Lines end with LF or CRLF; the
 *          last one need not; blank lines may follow it. A byte-order mark is passed over. A quote inside of a field
 *          that does not begin with one stands for itself.
 * Errors:  VR_ERR_FORMAT as `path:line:column:` (columns count bytes, from 1): no names, two of one name, a name with a
 *          zero byte; *csv = {0}. */
VR_API bool vr_csv_parse(vr_arena *arena, vr_csv *csv, vr_bytes text, const char *path, vr_err *err);

/* vr_csv_parse of a text whose first row is data: the columns have these names, which stay where they are. */
VR_API bool vr_csv_parse_named(vr_arena *arena, vr_csv *csv, vr_bytes text, const char *path,
                               const char *const *names, int64_t columns, vr_err *err);

/* vr_csv_parse of a file, which stays mapped as long as the arena lives. Errors: VR_ERR_IO naming the path, too. */
VR_API bool vr_csv_load(vr_arena *arena, vr_csv *csv, const char *path, vr_err *err);

/* Reads the next row into csv->fields. Returns false at the end (csv->ended is then true) and after a fault.
 * Errors:  VR_ERR_FORMAT for a row with more or fewer fields than there are names, for text behind a closing quote, and
 *          for a quote that is not closed. */
VR_API bool vr_csv_next(vr_csv *csv, vr_err *err);

/* The number of the column of that name. Errors: -1, and VR_ERR_FORMAT that lists the names there are. */
VR_API int64_t vr_csv_column(const vr_csv *csv, const char *name, vr_err *err);

/* The number of the column of that name, or -1. */
VR_API int64_t vr_csv_find(const vr_csv *csv, const char *name);

/* The field as a whole number; blanks around it do not count. Errors: VR_ERR_FORMAT; *x = 0. */
VR_API bool vr_csv_int(int64_t *x, const vr_csv *csv, int64_t column, vr_err *err);

/* The field as a number, "nan" and "inf" among them; blanks around it do not count. Errors: VR_ERR_FORMAT; *x = 0. */
VR_API bool vr_csv_double(double *x, const vr_csv *csv, int64_t column, vr_err *err);

/* The field as a string in the arena. */
VR_API const char *vr_csv_string(vr_arena *arena, const vr_csv *csv, int64_t column);

/* Fails with VR_ERR_FORMAT and a message that begins with the field's `path:line:column: `; returns false. */
VR_API bool vr_csv_fail(const vr_csv *csv, int64_t column, vr_err *err, const char *fmt, ...) VR_PRINTF(4, 5);

/* Appends s as a field, in quotes where it has a comma, a quote or a line end (RFC 4180). */
VR_API void vr_csv_field(vr_text *t, const char *s);

#ifdef __cplusplus
}
#endif
#endif
