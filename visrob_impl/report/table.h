/* report/table.h: a table, filled cell by cell, written as text, Markdown, CSV, LaTeX, HTML or JSON.
 *
 *     static const char *const names[] = {"factor", "accuracy", "error ratio"};
 *     vr_table t = vr_table_new(&perm, names, 3);
 *     vr_table_text(&t, "fog");
 *     vr_table_number(&t, 0.713, 3);
 *     vr_table_interval(&t, (vr_interval){1.52, 1.40, 1.66}, 2);
 *     vr_table_print(stdout, &t);
 */
#ifndef VISROB_REPORT_TABLE_H
#define VISROB_REPORT_TABLE_H
#include "../base/error.h"
#include "../base/text.h"
#include "../tensor/stats.h"
#include <stdio.h>
#ifdef __cplusplus
extern "C" {
#endif

/* The kinds of cells: text is aligned left, numbers right. */
typedef enum vr_cell_kind { VR_CELL_TEXT, VR_CELL_NUMBER, VR_CELL_INTERVAL } vr_cell_kind;

/* One cell: its text and its number. */
typedef struct vr_cell {
    const char *text;
    vr_interval number; /* only its value for VR_CELL_NUMBER */
    vr_cell_kind kind;
} vr_cell;

/* Cells in row-major order; the last row may be unfinished until the table is written. */
typedef struct vr_table {
    vr_arena *arena;
    const char *const *names; /* [columns] */
    vr_cell *cells;
    int64_t columns, count, capacity;
} vr_table;

/* The forms in which a table is written. HTML gives a bare <table> that report/page makes sortable. */
typedef enum vr_table_form {
    VR_TABLE_TEXT,
    VR_TABLE_MARKDOWN,
    VR_TABLE_CSV,
    VR_TABLE_LATEX,
    VR_TABLE_HTML,
    VR_TABLE_JSON
} vr_table_form;

/* An empty table; the column names are copied. */
VR_API vr_table vr_table_new(vr_arena *arena, const char *const *names, int64_t columns);

/* The next cell is a text (UTF-8, copied). */
VR_API void vr_table_text(vr_table *t, const char *s);

/* The next cell is a number with so many decimals; NaN is "-", and empty in CSV. */
VR_API void vr_table_number(vr_table *t, double x, int decimals);

/* The next cell is a number shown with so many significant digits, "1.1779" or "3.2e-07". */
VR_API void vr_table_digits(vr_table *t, double x, int digits);

/* The next cell is a p value, with two significant digits; one too small for a double is "<1e-300". */
VR_API void vr_table_p(vr_table *t, double p);

/* The next cell is a number with its interval: "1.52 [1.40, 1.66]". */
VR_API void vr_table_interval(vr_table *t, vr_interval x, int decimals);

/* The number of finished rows. */
VR_API int64_t vr_table_rows(const vr_table *t);

/* Writes the table; an unfinished last row is a bug (VR_CHECK).
 * Notes:   CSV is for programs: numbers have nine significant digits, a column of intervals
 *          becomes three (name, name low, name high), fields are quoted as RFC 4180 says. JSON is an array of objects, a
 *          row each, with the CSV's names and numbers; a number that is not finite is null. LaTeX is booktabs. */
VR_API void vr_table_format(vr_text *out, const vr_table *t, vr_table_form form);

/* Writes the table as aligned text to an open file, usually stdout. */
VR_API void vr_table_print(FILE *file, const vr_table *t);

/* Saves the table; the path's ending decides: .txt, .md, .csv, .tex, .html or .json.
 * Errors:  VR_ERR_ARGUMENT for another ending, VR_ERR_IO naming the path. */
VR_API bool vr_table_save(const vr_table *t, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
