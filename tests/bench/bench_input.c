/* tests/bench/bench_input.c: from files to the input of a model, and what each factor takes.
 *
 *     bench_input                          milliseconds of every factor: severity 3 at 32 and 224 pixels, 5 at 224
 *     bench_input --serve FOLDER OUT THREADS
 *
 * --serve decodes, resizes (256), crops (224) and normalizes the images of a folder on THREADS threads, saves the first
 * result as OUT (.npy, [N,224,224,3]), says "ready", and then once more for each line on stdin, answering the seconds: the runner of
 * peers_input.py. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "bench.h"
#include "../../visrob_impl/image/draw_impl.h"

enum { RUNS = 15 };

static const vr_preprocess imagenet = {
    .resize = 256, .size = 224, .mean = {0.485f, 0.456f, 0.406f}, .std = {0.229f, 0.224f, 0.225f}};

/* As study/over does it, an image a thread. */
static void read_all(vr_tensor x, const vr_dataset *data) {
#pragma omp parallel num_threads(vr_threads())
    {
        vr_arena own = {0};
#pragma omp for schedule(dynamic)
        for (int64_t i = 0; i < data->count; i++) {
            vr_image image;
            vr_dataset_image(&own, &image, data, i, VR_FATAL);
            vr_preprocess_apply(vr_tensor_row(x, i), image, &imagenet, &own);
            vr_arena_reset(&own);
        }
        vr_arena_free(&own);
    }
}

static int serve(const char *folder, const char *out, int threads) {
    vr_arena perm = {0};
    vr_dataset data;
    vr_threads_set(threads);
    vr_dataset_open(&perm, &data, folder, NULL, VR_FATAL);
    vr_tensor x = vr_tensor_4d(&perm, data.count, 224, 224, 3);
    read_all(x, &data);
    const vr_array saved = vr_array_of("", x);
    vr_npy_save(out, &saved, VR_FATAL);
    printf("ready\n"), fflush(stdout);
    for (char line[64]; fgets(line, sizeof line, stdin);) {
        const double start = vr_time();
        read_all(x, &data);
        printf("%.9f\n", vr_time() - start), fflush(stdout);
    }
    return 0;
}

/* A crop of a picture of the drawn set, with grain, so that nothing is flat. */
static vr_image picture(vr_arena *arena, int64_t side) {
    vr_image image;
    vrp_shapes_set(arena, &image, NULL, 4, 1, side, vr_rng_init(5));
    for (int64_t i = 0; i < side * side * 3; i++)
        image.pixels[i] = (uint8_t)vr_clamp(image.pixels[i] + (int64_t)(i * 7919 % 23) - 11, 0, 255);
    return image;
}

static double factor_ms(vr_factor f, vr_image in, int severity) {
    vr_arena step = {0};
    double best = 1e9;
    const int64_t loop = in.width < 100 ? 20 : 1;
    for (int r = 0; r < RUNS; r++) {
        const double start = vr_time();
        for (int64_t k = 0; k < loop; k++) {
            vr_factor_apply(&step, in, f, severity, vr_rng_at(vr_rng_init(1), (uint64_t)k));
            vr_arena_reset(&step);
        }
        best = fmin(best, (vr_time() - start) / (double)loop);
    }
    vr_arena_free(&step);
    return best * 1e3;
}

int main(int argc, char **argv) {
    if (argc == 5 && strcmp(argv[1], "--serve") == 0) return serve(argv[2], argv[3], atoi(argv[4]));
    vr_arena perm = {0};
    const vr_image small = picture(&perm, 32), large = picture(&perm, 224);
    vr_threads_set(1);
    printf("%-20s %10s %10s %10s   ms an image, the best of 15 runs, one thread\n", "factor", "32 px",
           "224 px", "224, sev 5");
    double sum[3] = {0};
    for (int f = 0; f < VR_FACTOR_COUNT; f++) {
        const double ms[3] = {factor_ms((vr_factor)f, small, 3), factor_ms((vr_factor)f, large, 3),
                              factor_ms((vr_factor)f, large, 5)};
        printf("%-20s %10.3f %10.2f %10.2f\n", vr_factor_name((vr_factor)f), ms[0], ms[1], ms[2]);
        for (int k = 0; k < 3; k++) sum[k] += ms[k] / VR_FACTOR_COUNT;
    }
    printf("%-20s %10.3f %10.2f %10.2f\n", "mean", sum[0], sum[1], sum[2]);
    vr_arena_free(&perm);
    return 0;
}
