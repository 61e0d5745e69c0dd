/* study/embed_impl.h: the index beside features. */
#ifndef VISROB_STUDY_EMBED_IMPL_H
#define VISROB_STUDY_EMBED_IMPL_H
#include "embed.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The file that vr_features_save writes beside "a/features.npy": "a/features.csv". */
VR_API const char *vrp_features_index(vr_arena *arena, const char *path);

#ifdef __cplusplus
}
#endif
#endif
