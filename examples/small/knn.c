/* Do images of one class have features of one kind?  build/small/knn dino_deitsmall16_pretrain.pth train/ test/ */
#include "visrob.h"
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    vr_arena perm = {0};
    vr_dataset train, test;
    vr_features a, b;
    if (argc != 4) return vr_program_usage("knn WEIGHTS TRAIN TEST");
    vr_model *model = vr_model_load(&perm, argv[1], NULL, VR_FATAL);
    vr_dataset_open(&perm, &train, argv[2], NULL, VR_FATAL);
    vr_dataset_open(&perm, &test, argv[3], NULL, VR_FATAL);
    vr_embed(&perm, &a, model, &train, NULL, VR_FATAL);
    vr_embed(&perm, &b, model, &test, NULL, VR_FATAL);
    vr_tensor votes = vr_tensor_2d(&perm, test.count, train.class_count);
    vr_knn_classify(votes, b.x, a.x, train.labels, NULL, &perm, VR_FATAL);
    int64_t *best = VR_NEW(&perm, int64_t, test.count), right = 0, n = 0;
    vr_predict_top_k(best, votes.data, test.count, train.class_count, 1);
    for (int64_t i = 0; i < test.count; i++)
        if (test.labels[i] >= 0) n++, right += !strcmp(train.classes[best[i]], test.classes[test.labels[i]]);
    printf("20-NN: %.2f %% of %lld images right\n", 100 * (double)right / (double)n, (long long)n);
    vr_arena_free(&perm);
}
