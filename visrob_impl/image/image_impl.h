/* image/image_impl.h: image files in memory. */
#ifndef VISROB_IMAGE_IMAGE_IMPL_H
#define VISROB_IMAGE_IMAGE_IMPL_H
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* vr_image_load of a file in memory; name is for messages. */
VR_API bool vrp_image_parse(vr_arena *arena, vr_image *image, vr_bytes file, const char *name,
                            const vr_image_opts *opts, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
