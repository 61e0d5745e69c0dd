/* format/idx.h: IDX files (MNIST and its kin), plain or gzip. */
#ifndef VISROB_FORMAT_IDX_H
#define VISROB_FORMAT_IDX_H
#include "array.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Reads an IDX file that is in memory, or a gzip file of one: u8, i8, i16, i32, f32 and f64 of 1 to 8 dimensions.
 * Notes:   bytes are a view of the file; wider elements, which IDX stores from the highest byte on, are turned round in
 *          the arena. `name` is for messages.
 * Errors:  VR_ERR_FORMAT naming the byte (the declared shape has to be that of the bytes there are), VR_ERR_LIMIT for
 *          more than 2 GB in a gzip file; *array = {0}.
 * Source:  LeCun, Cortes and Burges, "The MNIST database", the IDX file format. */
VR_API bool vr_idx_parse(vr_arena *arena, vr_array *array, vr_bytes file, const char *name, vr_err *err);

/* vr_idx_parse of a file, which stays mapped as long as the arena lives. Errors: VR_ERR_IO naming the path, too. */
VR_API bool vr_idx_load(vr_arena *arena, vr_array *array, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
