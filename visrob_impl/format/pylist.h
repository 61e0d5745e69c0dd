/* format/pylist.h: Python's list literals in a CSV field, as pandas writes a column of lists: "[64, 65]".
 *
 *     vr_csv csv;
 *     int64_t *x, count;
 *     vr_csv_load(&perm, &csv, "objects.csv", VR_FATAL);
 *     while (vr_csv_next(&csv, VR_FATAL)) vr_pylist_ints(&perm, &x, &count, &csv, 0, VR_FATAL);
 */
#ifndef VISROB_FORMAT_PYLIST_H
#define VISROB_FORMAT_PYLIST_H
#include "csv.h"
#ifdef __cplusplus
extern "C" {
#endif

/* *x = the field's *count integers.
 * Notes:   blanks are ignored; a trailing comma is allowed, as in Python; [] has no elements. As numpy prints an array, blanks
 *          alone may stand between the numbers: [ 4 18 34]; one that it shortened, [4 18 ... 7], is an error.
 * Errors:  VR_ERR_FORMAT at the field's line and column, naming the byte of the field; *x = NULL, *count = 0. */
VR_API bool vr_pylist_ints(vr_arena *arena, int64_t **x, int64_t *count, const vr_csv *csv, int64_t column,
                           vr_err *err);

/* *x = the field's strings, in single or double quotes.
 * Notes:   the escapes \\ \' \" \n \t \r are decoded, as repr() writes them; all other bytes are copied.
 * Errors:  as vr_pylist_ints; another escape is VR_ERR_UNSUPPORTED. */
VR_API bool vr_pylist_strings(vr_arena *arena, const char ***x, int64_t *count, const vr_csv *csv,
                              int64_t column, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
