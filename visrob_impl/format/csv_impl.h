/* format/csv_impl.h: a CSV without names of columns. */
#ifndef VISROB_FORMAT_CSV_IMPL_H
#define VISROB_FORMAT_CSV_IMPL_H
#include "csv.h"
#ifdef __cplusplus
extern "C" {
#endif

/* vr_csv_parse of a text whose first row is data: the columns have these names, which stay where they are. */
VR_API bool vrp_csv_parse_named(vr_arena *arena, vr_csv *csv, vr_bytes text, const char *path,
                                const char *const *names, int64_t columns, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
