/* How sure is the model? The five most probable classes.  build/small/top5 resnet50.pth photo.jpg */
#include "visrob.h"
#include <stdio.h>

int main(int argc, char **argv) {
    vr_arena perm = {0};
    vr_image photo;
    int64_t top[5];
    if (argc != 3) return vr_program_usage("top5 WEIGHTS IMAGE");
    vr_model *model = vr_model_load(&perm, argv[1], NULL, VR_FATAL);
    vr_image_load(&perm, &photo, argv[2], NULL, VR_FATAL);
    vr_tensor x = vr_tensor_4d(&perm, 1, model->preprocess.size, model->preprocess.size, 3);
    vr_preprocess_batch(x, &photo, &model->preprocess, &perm);
    vr_tensor p = vr_model_logits(&perm, model, x);
    vr_softmax_forward(p, p);
    const int64_t k = vr_min(5, model->classes);
    vr_predict_top_k(top, p.data, 1, model->classes, k);
    for (int64_t i = 0; i < k; i++)
        printf("%6.2f %%  class %d  %s\n", 100 * (double)p.data[top[i]], (int)top[i],
               model->labels ? model->labels[top[i]] : "");
    vr_arena_free(&perm);
}
