/* study/imagenet_x/example.c: the models of the paper's repository, as counts. */
#include "imagenet_x_impl.h"

vr_imagenet_x_table vr_imagenet_x_example(vr_arena *perm) {
    enum { MODELS = 4, N = 46110 };
    static const char *const names[MODELS] = {"DINO", "ResNet50", "SimCLR", "ViT"};
    static const int64_t all[MODELS] = {34780, 34430, 30620, 35394},
                         images[VR_IMAGENET_X_FACTORS] = {15064, 14751, 5972, 6150, 1450, 679, 638, 585,
                                                          282,   150,   122,  78,   60,   43,  44,  40},
                         correct[MODELS][VR_IMAGENET_X_FACTORS] = {
                             {12376, 10880, 4611, 4370, 900, 405, 461, 304, 133, 104, 78, 41, 30, 25, 34, 26},
                             {12413, 10485, 4805, 4298, 900, 379, 455, 273, 111, 100, 69, 40, 27, 22, 31, 20},
                             {11147, 9366, 4144, 3837, 699, 343, 421, 267, 87, 99, 76, 32, 19, 26, 31, 24},
                             {12471, 11011, 4775, 4504, 896, 436, 502, 311, 148, 105, 70, 42, 33, 27, 36,
                              25}};
    vr_imagenet_x_table t = {.rows = VR_NEW(perm, vr_imagenet_x_row, MODELS), .count = MODELS};
    for (int m = 0; m < MODELS; m++) {
        vr_group by[VR_IMAGENET_X_FACTORS + 1] = {[VR_IMAGENET_X_FACTORS] = {.count = N, .correct = all[m]}};
        for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++)
            by[f] = (vr_group){.count = images[f], .correct = correct[m][f]};
        t.rows[m] = vrp_imagenet_x_row_of(names[m], by);
        t.rows[m].join.scored = N;
    }
    return t;
}
