/* study/by_group.h: from a predictions file that says of which group each image is to the error ratio of every group.
 *
 *     vr_table t;
 *     vr_predictions_by_group(&perm, &t, "predictions.csv", "region", NULL, VR_FATAL);
 *     vr_table_print(stdout, &t);
 */
#ifndef VISROB_STUDY_BY_GROUP_H
#define VISROB_STUDY_BY_GROUP_H
#include "../report/table.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A table with a row for each text in the column, the highest error ratio first, below a row for all: group, images, accuracy
 * and error ratio with its bootstrap interval (vr_group_error_ratios).
 * Notes:   the file is CSV or JSON as for vr_predictions_load, with one more column or key. An image is right where
 *          `correct` says so; without that column, where predicted_class is label. Rows without either are left out and
 *          those of an empty group are in none; a line on stderr says how many. options may be NULL.
 * Errors:  vr_predictions_load's; VR_ERR_FORMAT where there is no such column, naming it, neither correct nor label, or rows
 *          of several labels without correct; VR_ERR_ARGUMENT where no row is scored; *out = {0}. */
VR_API bool vr_predictions_by_group(vr_arena *perm, vr_table *out, const char *path, const char *column,
                                    const vr_bootstrap *options, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
