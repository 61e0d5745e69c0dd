/* study/embed.h: the features of every image of a data set, for probes, search and plots.
 *
 *     vr_features f;
 *     vr_embed(&perm, &f, model, &data, NULL, VR_FATAL);
 *     vr_features_save(&f, &data, "features.npy", VR_FATAL);       // and features.csv: row,file_name,label
 *     vr_features_load(&perm, &f, "features.npy", VR_FATAL); */
#ifndef VISROB_STUDY_EMBED_H
#define VISROB_STUDY_EMBED_H
#include "over.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Row i of x is of image[i]. */
typedef struct vr_features {
    const char *path; /* the file, or the data set */
    vr_tensor x;      /* [count,width] */
    const char *const *image;
    const int64_t *index; /* [count], the images' numbers in the data set; NULL for features of a file */
} vr_features;

/* The features of all images that can be decoded, in the data set's order. opts may be NULL. Errors: as vr_over_run. */
VR_API bool vr_embed(vr_arena *perm, vr_features *out, const vr_model *model, const vr_dataset *data,
                     const vr_over_opts *opts, vr_err *err);

/* Saves the features as npy, and beside it the index, row,file_name,label. Errors: VR_ERR_IO naming the path. */
VR_API bool vr_features_save(const vr_features *f, const vr_dataset *data, const char *path, vr_err *err);

/* Loads what vr_features_save wrote.
 * Errors:  VR_ERR_FORMAT where the array is not [count,width], the index has another count, a row out of its place, or an
 *          empty name; VR_ERR_NUMERIC for a number that is not finite; *out = {0}. */
VR_API bool vr_features_load(vr_arena *perm, vr_features *out, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
