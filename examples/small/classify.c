/* What is in each image?  build/small/classify resnet50.pth a.jpg b.jpg */
#include "visrob.h"
#include <stdio.h>

int main(int argc, char **argv) {
    vr_arena perm = {0}, step = {0};
    if (argc < 3) return vr_program_usage("classify WEIGHTS IMAGE...");
    vr_model *model = vr_model_load(&perm, argv[1], NULL, VR_FATAL);
    for (int i = 2; i < argc; i++, vr_arena_reset(&step)) {
        vr_image photo;
        vr_image_load(&step, &photo, argv[i], NULL, VR_FATAL);
        vr_tensor x = vr_tensor_4d(&step, 1, model->preprocess.size, model->preprocess.size, 3);
        vr_preprocess_batch(x, &photo, &model->preprocess, &step);
        int64_t best;
        vr_predict_top_k(&best, vr_model_logits(&step, model, x).data, 1, model->classes, 1);
        printf("%s: %s\n", argv[i],
               model->labels ? model->labels[best] : vr_arena_printf(&step, "class %d", (int)best));
    }
    vr_arena_free(&step);
    vr_arena_free(&perm);
}
