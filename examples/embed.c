/* embed: a data set as features, for probes, search and plots.
 *
 *     build/embed dino_deitsmall16_pretrain.pth photos/ -o features.npy
 *
 * Writes features.npy, f32 [images,width], and beside it features.csv: row,file_name,label of each row.
 * With no arguments it embeds 100 drawn shapes with a random ResNet into features.npy.
 * Time on a laptop: that of the model; decoding runs on all cores. */
#include <stdio.h>
#include <string.h>
#include "visrob.h"

static const char about[] = "embed [WEIGHTS DATA]\n"
                            "Writes the features of every image. DATA: a folder, a .tar, CIFAR's binary "
                            "files, an .npy of pixels, an image\n";

/* "a/features.npy" -> "a/features.csv" */
static const char *index_path(vr_arena *arena, const char *path) {
    const int64_t n = (int64_t)strlen(path) - (vr_path_has_suffix(path, ".npy") ? 4 : 0);
    return vr_arena_printf(arena, "%.*s.csv", (int)n, path);
}

int main(int argc, char **argv) {
    const char *output = "features.npy", *normalize = NULL;
    int64_t threads = 0, limit = 0, seed = 0;
    bool quiet = false;
    vr_model_opts model_opts = {0};
    vr_evaluate_opts opts = {0};
    const vr_option options[] = {
        {"o,output", "FILE", VR_OPTION_OUTPUT, &output, "where to (features.npy)"},
        {"limit", "N", VR_OPTION_INT, &limit, "only N images, chosen at random"},
        {"seed", "N", VR_OPTION_INT, &seed, "of that choice (0)"},
        {"batch", "N", VR_OPTION_INT, &opts.batch, "images at a time"},
        {"image-size", "N", VR_OPTION_INT, &model_opts.image_size, "the side of the model's input"},
        {"normalize", "NAME", VR_OPTION_TEXT, &normalize,
         "imagenet, half, clip or m,m,m,s,s,s (the model's own)"},
        {"heads", "N", VR_OPTION_INT, &model_opts.heads, "attention heads, where they are not width / 64"},
        {"skip-bad", NULL, VR_OPTION_FLAG, &opts.skip_bad, "leave out images that cannot be decoded"},
        {"threads", "N", VR_OPTION_INT, &threads, "threads (the physical cores)"},
        {"quiet", NULL, VR_OPTION_FLAG, &quiet, "no progress on stderr"},
    };
    int code = vr_args_parse(&argc, argv, about, options, (int64_t)(sizeof options / sizeof *options));
    if (code >= 0) return code;
    if (argc != 1 && argc != 3) return fprintf(stderr, "embed: WEIGHTS and DATA are wanted; see --help\n"), 2;
    if (normalize) vr_model_normalization(model_opts.mean, model_opts.std, normalize, VR_FATAL);
    vr_threads_set((int)threads);
    vr_progress_quiet(quiet);

    /* load */
    vr_arena perm = {0};
    vr_model *model = argc > 1 ? vr_model_load(&perm, argv[1], &model_opts, VR_FATAL)
                               : vr_model_shapes(&perm, 0, 1, VR_FATAL);
    vr_dataset data;
    if (argc > 1)
        vr_dataset_open(&perm, &data, argv[2], NULL, VR_FATAL);
    else
        vr_dataset_shapes(&perm, &data, 100, model->preprocess.size, vr_rng_init(2));
    vr_dataset_limit(&perm, &data, limit, vr_rng_init((uint64_t)seed));

    /* compute */
    vr_tensor features;
    int64_t *index;
    vr_embed(&perm, &features, &index, model, &data, &opts, VR_FATAL);

    /* report */
    const vr_array array = vr_array_of("features", features);
    vr_npy_save(output, &array, VR_FATAL);
    vr_text rows = {.arena = &perm};
    vr_text_add(&rows, "row,file_name,label\n");
    for (int64_t i = 0; i < features.shape[0]; i++) {
        vr_text_printf(&rows, "%lld,", (long long)i);
        vr_csv_field(&rows, data.files[index[i]]);
        vr_text_add(&rows, ",");
        if (data.labels[index[i]] >= 0) vr_csv_field(&rows, data.classes[data.labels[index[i]]]);
        vr_text_add(&rows, "\n");
    }
    vr_file_write(index_path(&perm, output), rows.data, rows.size, VR_FATAL);
    printf("%s: %lld x %lld features of %s\n", output, (long long)features.shape[0],
           (long long)features.shape[1], model->name);
    vr_arena_free(&perm);
    return 0;
}
