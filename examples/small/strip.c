/* An image at the five severities of a factor, side by side.  build/small/strip photo.jpg fog strip.png */
#include "visrob.h"

int main(int argc, char **argv) {
    vr_arena perm = {0};
    vr_image strip[6];
    vr_factor *factor;
    int64_t count;
    if (argc != 4) return vr_program_usage("strip IMAGE FACTOR OUTPUT");
    vr_factors_parse(&perm, &factor, &count, argv[2], VR_FATAL);
    vr_image_load(&perm, &strip[0], argv[1], NULL, VR_FATAL);
    for (int severity = 1; severity <= 5; severity++)
        strip[severity] = vr_factor_apply(&perm, strip[0], factor[0], severity, vr_rng_init(1));
    vr_image_save(vr_image_grid(&perm, strip, 6, 6, 4), argv[3], VR_FATAL);
    vr_arena_free(&perm);
}
