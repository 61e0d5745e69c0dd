/* study/shapes.c: random convolutions keep enough of an image for a linear probe (Jarrett et al. 2009), which is the
 * smallest honest model: no download, no training loop, and real weaknesses to find. */
#include "shapes_impl.h"
#include "../image/draw.h"
#include "../model/probe.h"

vr_model *vrp_model_shapes(vr_arena *perm, int64_t images, uint64_t seed, vr_err *err) {
    enum { SIDE = 32 };
    static const char *labels[VR_SHAPES_COUNT];
    for (int c = 0; c < VR_SHAPES_COUNT; c++) labels[c] = vr_shapes_class_name((vr_shapes_class)c);
    vr_model *model = vr_model_random(perm, "resnet18", seed, err);
    if (!model) return NULL;
    if (images == 0) images = 8000;
    model->preprocess.size = model->preprocess.resize = SIDE;
    vr_arena scratch = {0};
    vr_dataset data;
    vr_dataset_shapes(&scratch, &data, images, SIDE, vr_rng_split(vr_rng_init(seed), "pictures"));
    vr_features features;
    vr_tensor w = vr_tensor_2d(&scratch, VR_SHAPES_COUNT, model->features),
              b = vr_tensor_1d(&scratch, VR_SHAPES_COUNT);
    const bool ok = vr_embed(&scratch, &features, model, &data, NULL, err) &&
                    vr_probe_ridge(w, b, features.x, data.labels, 1e-4, &scratch, err);
    if (ok) vr_model_set_head(perm, model, w, b, labels);
    vr_arena_free(&scratch);
    return ok ? model : NULL;
}
