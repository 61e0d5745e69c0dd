/* format/idx.h: IDX files (MNIST and similar data sets), plain or gzip. */
#ifndef VISROB_FORMAT_IDX_H
#define VISROB_FORMAT_IDX_H
#include "array.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Reads an IDX file: u8, i8, i16, i32, f32 and f64 of 1 to 8 dimensions. It stays mapped as long as the arena lives.
 * Notes:   bytes are a view of the file; larger elements, which IDX stores big-endian, and gzip files are copied into
 *          the arena.
 * Errors:  VR_ERR_IO naming the path; VR_ERR_FORMAT naming the byte, also where the declared shape does not match the
 *          size of the file; VR_ERR_LIMIT for more than 2 GB in a gzip file; *array = {0}.
 * Source:  LeCun, Cortes and Burges, "The MNIST database", the IDX file format. */
VR_API bool vr_idx_load(vr_arena *arena, vr_array *array, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
