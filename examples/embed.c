/* embed: a data set as features, for probes, search and plots.
 *
 *     build/embed dino_deitsmall16_pretrain.pth photos/ -o features.npy
 *
 * Writes features.npy, f32 [images,width], and beside it features.csv: row,file_name,label of each row.
 * Without arguments it embeds 100 drawn shapes with a small example model into features.npy.
 * Time on a laptop: that of the model; decoding runs on all cores. */
#include <stdio.h>
#include "visrob.h"

static const char about[] =
    "embed [WEIGHTS DATA]\n"
    "Writes the features of every image, and beside them a CSV of row,file_name,label.\n"
    "DATA: a folder, a .tar, CIFAR's binary files, an .npy of pixels, an image\n";

int main(int argc, char **argv) {
    static vr_arena perm; /* static: reachable from every exit */
    vr_program run = {0};
    const char *output = "features.npy";
    const vr_option options[] = {
        {"o,output", "FILE", VR_OPTION_OUTPUT, &output, "the features to write (features.npy)"},
        VR_MODEL_OPTIONS(run),
        VR_DATA_OPTIONS(run),
        VR_RUN_OPTIONS(run),
    };
    const int code = vr_program_start(&run, &perm, &argc, argv, about, options,
                                      (int64_t)(sizeof options / sizeof *options));
    if (code >= 0) return code;
    if (argc == 2) return vr_program_usage("missing DATA argument after '%s'", argv[1]);
    if (argc > 3) return vr_program_usage("unexpected argument '%s'", argv[3]);

    /* load */
    vr_program_model(&run, &perm, argc > 1 ? argv[1] : NULL, VR_FATAL);
    vr_program_data(&run, &perm, argc > 1 ? argv[2] : NULL, 100, false, VR_FATAL);

    /* compute */
    vr_features features;
    vr_embed(&perm, &features, run.model, &run.data, &run.over, VR_FATAL);

    /* report */
    vr_features_save(&features, &run.data, output, VR_FATAL);
    vr_print(stdout, "%s: %lld x %lld features of %s\n", output, (long long)features.x.shape[0],
             (long long)features.x.shape[1], run.model->name);
    vr_arena_free(&perm);
    return 0;
}
