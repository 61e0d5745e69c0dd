/* classify: what does a model see in a photograph?
 *
 *     build/classify resnet50.pth photo.jpg other.jpg
 *
 * Loads a PyTorch or safetensors checkpoint of a ResNet or ViT and prints each image's five likeliest classes:
 *
 *     photo.jpg
 *        97.52 %  tench
 *         0.61 %  barracouta
 *
 * With no arguments it classifies drawn shapes with a model made on the spot, as `robustness` does.
 * Time on a laptop: a tenth of a second with a ResNet-50. */
#include <stdio.h>
#include "visrob.h"

static const char about[] =
    "classify [WEIGHTS IMAGE...]\n"
    "Prints the likeliest classes of each image. WEIGHTS: .safetensors, .pt, .pth, .th, .bin\n";

static void print_top(const char *name, const vr_model *model, const float *p, int64_t top) {
    printf("%s\n", name);
    for (int64_t k = 0, last = -1; k < top; k++) {
        int64_t best = -1;
        for (int64_t c = 0; c < model->classes; c++) { /* the next after `last` in order of (-p, c) */
            const bool after = last < 0 || p[c] < p[last] || (p[c] == p[last] && c > last);
            if (after && (best < 0 || p[c] > p[best])) best = c;
        }
        if (model->labels)
            printf("   %6.2f %%  %s\n", 100 * (double)p[best], model->labels[best]);
        else
            printf("   %6.2f %%  class %lld\n", 100 * (double)p[best], (long long)best);
        last = best;
    }
}

int main(int argc, char **argv) {
    const char *labels = NULL, *normalize = NULL;
    int64_t top = 5, threads = 0;
    vr_model_opts opts = {0};
    const vr_option options[] = {
        {"top", "N", VR_OPTION_INT, &top, "how many classes to print (5)"},
        {"labels", "FILE", VR_OPTION_TEXT, &labels, "the classes' names, one a line"},
        {"image-size", "N", VR_OPTION_INT, &opts.image_size,
         "the side of the model's input, where it can be chosen"},
        {"normalize", "NAME", VR_OPTION_TEXT, &normalize,
         "imagenet, half, clip or m,m,m,s,s,s (the model's own)"},
        {"heads", "N", VR_OPTION_INT, &opts.heads, "attention heads, where they are not width / 64"},
        {"threads", "N", VR_OPTION_INT, &threads, "threads (the physical cores)"},
    };
    int code = vr_args_parse(&argc, argv, about, options, (int64_t)(sizeof options / sizeof *options));
    if (code >= 0) return code;
    if (argc == 2) return fprintf(stderr, "classify: %s: and which image?\n", argv[1]), 2;
    if (normalize) vr_model_normalization(opts.mean, opts.std, normalize, VR_FATAL);
    vr_threads_set((int)threads);

    /* load */
    vr_arena perm = {0}, step = {0};
    vr_model *model =
        argc > 1 ? vr_model_load(&perm, argv[1], &opts, VR_FATAL) : vr_model_shapes(&perm, 0, 1, VR_FATAL);
    if (labels) model->labels = vr_labels_load(&perm, labels, model->classes, VR_FATAL);
    if (model->classes == 0)
        return fprintf(stderr, "classify: %s: the checkpoint has no classification head\n", argv[1]), 1;

    vr_dataset drawn;
    if (argc == 1) vr_dataset_shapes(&perm, &drawn, 3, model->preprocess.size, vr_rng_init(2));
    const int count = argc > 1 ? argc - 2 : 3;
    for (int i = 0; i < count; i++) {
        /* compute */
        vr_image photo;
        if (argc > 1)
            vr_image_load(&step, &photo, argv[2 + i], VR_FATAL);
        else
            vr_dataset_image(&step, &photo, &drawn, i, VR_FATAL);
        vr_tensor x = vr_tensor_4d(&step, 1, model->preprocess.size, model->preprocess.size, 3);
        vr_preprocess_apply(vr_tensor_row(x, 0), photo, &model->preprocess, &step);
        vr_tensor p = vr_model_logits(&step, model, x);
        vr_softmax_forward(p, p);

        /* report */
        print_top(argc > 1 ? argv[2 + i] : drawn.files[i], model, p.data, vr_min(top, model->classes));
        vr_arena_reset(&step);
    }
    vr_arena_free(&step);
    vr_arena_free(&perm);
    return 0;
}
