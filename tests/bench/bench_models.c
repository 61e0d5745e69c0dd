/* tests/bench/bench_models.c: milliseconds and images/s of whole models beside this machine's FMA peak, what two threads
 * bring over one, the time from process start to the first prediction, and the most memory.
 *
 *     bench_models [MODEL...]                             the table; thread counts take turns, medians
 *     bench_models --serve WEIGHTS INPUT OUTPUT THREADS   for the start-up column and for peers.py: loads, predicts
 *         once, writes the outputs (npy) unless OUTPUT is "-", prints the peak memory in bytes; then, for each line
 *         of stdin, predicts once and prints the seconds. INPUT: an npy of [N,H,W,3], or NxSIZE for a drawn one. */
#include <stdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include "bench.h"
#include "visrob_impl/tensor/gemm_impl.h"
#include "visrob_impl/image/image_impl.h"
#include "visrob_impl/format/safetensors_impl.h"

enum { RUNS = 11, STARTS = 5, BATCHES = 4 };

typedef struct bench_model {
    const char *name;
    int64_t side;
    double gflop; /* of one image, by the direct algorithm: 2 x multiply-adds */
    int64_t batches[BATCHES];
    /* ResNet: channels of the stem, of the bottleneck's expansion (1 = basic block), blocks a stage. */
    int64_t stem, expand, blocks[4];
    int64_t width, patch; /* ViT of 12 blocks */
} bench_model;

static const bench_model models[] = {
    {"resnet20", 32, 0.0816, {1, 8, 64, 256}, 16, 1, {3, 3, 3}, 0, 0},
    {"resnet18", 224, 3.63, {1, 8}, 64, 1, {2, 2, 2, 2}, 0, 0},
    {"resnet50", 224, 8.18, {1, 8}, 64, 4, {3, 4, 6, 3}, 0, 0},
    {"vit_tiny_patch8_64", 64, 0.734, {1, 8, 64}, 0, 0, {0}, 192, 8},
    {"vit_small_patch16_224", 224, 9.2, {1, 8}, 0, 0, {0}, 384, 16},
    {"vit_base_patch16_224", 224, 35.1, {1, 8}, 0, 0, {0}, 768, 16},
};
enum { MODELS = sizeof models / sizeof *models };

/* ---- checkpoints as PyTorch would save them, with random weights ---- */

typedef struct writer {
    vr_arena arena;
    vr_arrays arrays;
    vr_rng rng;
} writer;

static void put(writer *w, const char *name, int ndim, const int64_t *shape, float scale, float mean) {
    vr_tensor x = vr_tensor_raw(&w->arena, ndim, shape);
    const int64_t n = vr_tensor_count(x);
    if (scale > 0) vr_rng_normal_fill(x.data, n, vr_rng_split(w->rng, name), 0);
    for (int64_t i = 0; i < n; i++) x.data[i] = (scale > 0 ? x.data[i] * scale : 0) + mean;
    w->arrays.items[w->arrays.count++] = vr_array_of(name, x);
}

#define SHAPE(...)                                                                                           \
    (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]) { __VA_ARGS__ }
#define NAME(...) vr_arena_printf(&w->arena, __VA_ARGS__)

static void put_conv(writer *w, const char *stem, const char *conv, const char *norm, int64_t O, int64_t C,
                     int64_t k) {
    put(w, NAME("%s%s.weight", stem, conv), SHAPE(O, C, k, k), sqrtf(2.0f / (float)(C * k * k)), 0);
    put(w, NAME("%s%s.weight", stem, norm), SHAPE(O), 0, 0.5f);
    put(w, NAME("%s%s.bias", stem, norm), SHAPE(O), 0, 0);
    put(w, NAME("%s%s.running_mean", stem, norm), SHAPE(O), 0, 0);
    put(w, NAME("%s%s.running_var", stem, norm), SHAPE(O), 0, 1);
}

static void put_linear(writer *w, const char *name, int64_t O, int64_t K) {
    put(w, NAME("%s.weight", name), SHAPE(O, K), sqrtf(1.0f / (float)K), 0);
    put(w, NAME("%s.bias", name), SHAPE(O), 0, 0);
}

static void put_norm(writer *w, const char *name, int64_t C) {
    put(w, NAME("%s.weight", name), SHAPE(C), 0, 1);
    put(w, NAME("%s.bias", name), SHAPE(C), 0, 0);
}

static void put_resnet(writer *w, const bench_model *m) {
    int64_t in = m->stem;
    put_conv(w, "", "conv1", "bn1", m->stem, 3, m->side < 64 ? 3 : 7);
    for (int s = 0; s < 4; s++)
        for (int64_t b = 0; b < m->blocks[s]; b++) {
            const char *stem = NAME("layer%d.%d.", s + 1, (int)b);
            const int64_t width = m->stem << s, out = width * m->expand;
            const bool deep = m->expand > 1;
            put_conv(w, stem, "conv1", "bn1", width, in, deep ? 1 : 3);
            put_conv(w, stem, "conv2", "bn2", width, width, 3);
            if (deep) put_conv(w, stem, "conv3", "bn3", out, width, 1);
            if (in != out && m->side >= 64) put_conv(w, stem, "downsample.0", "downsample.1", out, in, 1);
            in = out;
        }
    put_linear(w, "fc", m->side < 64 ? 10 : 1000, in);
}

static void put_vit(writer *w, const bench_model *m) {
    const int64_t D = m->width, grid = m->side / m->patch;
    put(w, "cls_token", SHAPE(1, 1, D), 0.02f, 0);
    put(w, "pos_embed", SHAPE(1, grid * grid + 1, D), 0.02f, 0);
    put(w, "patch_embed.proj.weight", SHAPE(D, 3, m->patch, m->patch), 0.04f, 0);
    put(w, "patch_embed.proj.bias", SHAPE(D), 0, 0);
    for (int b = 0; b < 12; b++) {
        put_norm(w, NAME("blocks.%d.norm1", b), D);
        put_linear(w, NAME("blocks.%d.attn.qkv", b), 3 * D, D);
        put_linear(w, NAME("blocks.%d.attn.proj", b), D, D);
        put_norm(w, NAME("blocks.%d.norm2", b), D);
        put_linear(w, NAME("blocks.%d.mlp.fc1", b), 4 * D, D);
        put_linear(w, NAME("blocks.%d.mlp.fc2", b), D, 4 * D);
    }
    put_norm(w, "norm", D);
    put_linear(w, "head", 1000, D);
}

static void write_checkpoint(const char *path, const bench_model *m) {
    writer w = {.rng = vr_rng_init(1)};
    w.arrays.items = VR_NEW(&w.arena, vr_array, 512);
    if (m->width)
        put_vit(&w, m);
    else
        put_resnet(&w, m);
    vrp_safetensors_save(path, &w.arrays, VR_FATAL);
    vr_arena_free(&w.arena);
}

/* ---- one process that predicts when it is told to ---- */

static int serve(char **argv) {
    vr_arena perm = {0}, step = {0};
    vr_threads_set(atoi(argv[5]));
    vr_model *model = vr_model_load(&perm, argv[2], NULL, VR_FATAL);
    vr_tensor x;
    long long n, side;
    if (sscanf(argv[3], "%lldx%lld", &n, &side) == 2 && !vr_path_has_suffix(argv[3], ".npy")) {
        x = vr_tensor_4d(&perm, n, side, side, 3);
        vr_rng_normal_fill(x.data, vr_tensor_count(x), vr_rng_init(2), 0);
    } else {
        vr_array a;
        if (!vr_npy_load(&perm, &a, argv[3], VR_FATAL) || !vr_array_tensor(&perm, &x, &a, VR_FATAL)) return 1;
    }
    const vr_tensor y = vr_model_logits(&step, model, x);
    const vr_array out = vr_array_of("", y);
    if (strcmp(argv[4], "-") != 0) vr_npy_save(argv[4], &out, VR_FATAL);
    printf("%lld\n", (long long)vr_memory_peak());
    fflush(stdout);
    for (char line[16]; fgets(line, sizeof line, stdin);) {
        vr_arena_reset(&step);
        const double start = vr_time();
        vr_model_logits(&step, model, x);
        printf("%.9f\n", vr_time() - start);
        fflush(stdout);
    }
    return 0;
}

/* ---- the table ---- */

/* Seconds from starting this program anew to its first prediction, in the median; its peak memory. */
static double first_prediction(const char *self, const char *weights, const bench_model *m, int64_t *memory) {
    double seconds[STARTS];
    char command[4096];
    snprintf(command, sizeof command, "'%s' --serve '%s' 1x%d - 2 </dev/null", self, weights, (int)m->side);
    for (int i = 0; i < STARTS; i++) {
        const double start = vr_time();
        FILE *child = popen(command, "r");
        long long peak = 0;
        if (!child || fscanf(child, "%lld", &peak) != 1) fprintf(stderr, "cannot run %s\n", command), exit(1);
        seconds[i] = vr_time() - start;
        *memory = peak;
        pclose(child);
    }
    return bench_median(seconds, STARTS);
}

static void time_batch(const bench_model *m, const vr_model *model, int64_t batch, const double peak[2]) {
    vr_arena step = {0};
    vr_tensor x = vr_tensor_4d(&step, batch, m->side, m->side, 3);
    vr_rng_normal_fill(x.data, vr_tensor_count(x), vr_rng_init(2), 0);
    const vr_arena_mark mark = vr_arena_here(&step);
    double seconds[2][RUNS];
    const int64_t loop = vr_max(1, (int64_t)(0.005 / (m->gflop * (double)batch / peak[0])));
    for (int r = -1; r < RUNS; r++) /* the first is cold and left out */
        for (int t = 0; t < 2; t++) {
            vr_threads_set(t + 1);
            const double start = vr_time();
            for (int64_t i = 0; i < loop; i++) {
                vr_arena_rewind(&step, mark);
                vr_model_logits(&step, model, x);
            }
            seconds[t][vr_max(r, 0)] = (vr_time() - start) / (double)loop;
        }
    const double one = bench_median(seconds[0], RUNS), two = bench_median(seconds[1], RUNS);
    printf("%-22s %5d %10.3f %8.1f %5.0f %10.3f %8.1f %5.0f %7.2f\n", m->name, (int)batch, one * 1e3,
           (double)batch / one, 100 * m->gflop * (double)batch / one / peak[0], two * 1e3,
           (double)batch / two, 100 * m->gflop * (double)batch / two / peak[1], one / two);
    fflush(stdout);
    vr_arena_free(&step);
}

/* A 500 x 375 JPEG of waves and grain (about 80 KB, as photographs of that size have) to a 224 x 224 input: decode,
 * resize to 256, cut, normalize. */
static void time_decode(void) {
    vr_arena a = {0};
    vr_image photo = vr_image_new(&a, 500, 375);
    const vr_rng rng = vr_rng_init(3);
    float *grain = VR_NEW(&a, float, (500 * 375 * 3));
    vr_rng_normal_fill(grain, 500 * 375 * 3, rng, 0);
    for (int64_t i = 0; i < 500 * 375 * 3; i++) {
        const double x = (double)(i / 3 % 500), y = (double)(i / 1500);
        photo.pixels[i] = (uint8_t)vr_clamp(
            (int64_t)(128 + 60 * sin(x / 17 + (double)(i % 3)) * cos(y / 23) + 8 * grain[i]), 0, 255);
    }
    const vr_bytes file = vr_image_format_jpeg(&a, photo, 90);
    const vr_preprocess p = {
        .resize = 256, .size = 224, .mean = {0.5f, 0.5f, 0.5f}, .std = {0.25f, 0.25f, 0.25f}};
    vr_tensor out = vr_tensor_3d(&a, 224, 224, 3);
    double decode[RUNS], resize[RUNS];
    const vr_arena_mark mark = vr_arena_here(&a);
    vr_threads_set(1);
    for (int r = -1; r < RUNS; r++) {
        const double start = vr_time();
        vrp_image_parse(&a, &photo, file, "photo.jpg", NULL, VR_FATAL);
        const double middle = vr_time();
        vr_preprocess_apply(out, photo, &p, &a);
        decode[vr_max(r, 0)] = middle - start, resize[vr_max(r, 0)] = vr_time() - middle;
        vr_arena_rewind(&a, mark);
    }
    const double d = bench_median(decode, RUNS), z = bench_median(resize, RUNS);
    printf("JPEG of 500x375 (%d KB) to 224x224, one thread: decode %.2f ms, resize and normalize %.2f ms, "
           "%.0f images/s\n",
           (int)(file.size / 1024), d * 1e3, z * 1e3, 1 / (d + z));
    vr_arena_free(&a);
}

int main(int argc, char **argv) {
    if (argc == 6 && strcmp(argv[1], "--serve") == 0) return serve(argv);
    char weights[1024];
    const char *folder = getenv("TMPDIR");
    double peak[2];
    for (int t = 0; t < 2; t++) vr_threads_set(t + 1), peak[t] = bench_fma_peak();
    printf("FMA peak: %.1f GFLOP/s on one thread, %.1f on two; kernel: %s\n", peak[0], peak[1],
           vrp_gemm_kernel());
    printf("%% of peak: of the direct algorithm's operations (Winograd does fewer, so it may pass 100)\n");
    printf("%-22s %5s %10s %8s %5s %10s %8s %5s %7s\n", "model", "batch", "1 thr: ms", "img/s", "%",
           "2 thr: ms", "img/s", "%", "scaling");
    double start_up[MODELS] = {0};
    int64_t memory[MODELS] = {0}, size[MODELS] = {0};
    for (int i = 0; i < MODELS; i++) {
        bool selected = argc == 1;
        for (int k = 1; k < argc; k++) selected = selected || strcmp(argv[k], models[i].name) == 0;
        if (!selected) continue;
        snprintf(weights, sizeof weights, "%s/visrob_bench_%d.safetensors", folder ? folder : "/tmp",
                 (int)getpid());
        write_checkpoint(weights, &models[i]);
        start_up[i] = first_prediction(argv[0], weights, &models[i], &memory[i]);
        vr_arena perm = {0};
        vr_bytes file;
        vr_file_map(&perm, &file, weights, VR_FATAL);
        size[i] = file.size;
        const vr_model *model = vr_model_load(&perm, weights, NULL, VR_FATAL);
        remove(weights);
        for (int b = 0; b < BATCHES && models[i].batches[b]; b++)
            time_batch(&models[i], model, models[i].batches[b], peak);
        vr_arena_free(&perm);
    }
    printf("%-22s %28s %18s %18s\n", "model", "start to first prediction", "peak memory", "checkpoint");
    for (int i = 0; i < MODELS; i++)
        if (size[i])
            printf("%-22s %25.3f s %14.0f MiB %14.0f MiB\n", models[i].name, start_up[i],
                   (double)memory[i] / 1048576, (double)size[i] / 1048576);
    time_decode();
    return 0;
}
