/* tests/bench/bench_kernels.c: GFLOP/s of the layers on the models' shapes, beside this machine's own FMA peak
 * measured in the same run. `bench_kernels [THREADS]`; medians of 9 runs. */
#include <stdio.h>
#include "bench.h"

enum { RUNS = 9 };

static double peak;

static void report(const char *name, double flop, double seconds[RUNS]) {
    const double t = bench_median(seconds, RUNS), speed = flop / t / 1e9;
    printf("%-28s %9.3f ms %8.1f GFLOP/s %4.0f %% of peak\n", name, t * 1e3, speed, 100 * speed / peak);
}

static void linear(const char *name, int64_t M, int64_t N, int64_t K, vr_act act) {
    vr_arena a = {0};
    vr_tensor w = vr_tensor_2d(&a, N, K), x = vr_tensor_2d(&a, M, K), y = vr_tensor_2d(&a, M, N);
    vr_rng_normal_fill(w.data, N * K, vr_rng_init(1), 0);
    vr_rng_normal_fill(x.data, M * K, vr_rng_init(2), 0);
    vr_linear layer = vr_linear_pack(&a, w, vr_tensor_1d(&a, N));
    double seconds[RUNS + 1];
    for (int r = 0; r <= RUNS; r++) {
        const double start = vr_time();
        vr_linear_apply(y, x, &layer, act, (vr_tensor){0}, &a);
        seconds[(r + RUNS) % (RUNS + 1)] = vr_time() - start; /* the first, cold run is left out */
    }
    report(name, 2.0 * M * N * K, seconds);
    vr_arena_free(&a);
}

static void conv(const char *name, int64_t batch, int64_t size, int64_t C, int64_t O, int64_t k,
                 int64_t stride) {
    vr_arena a = {0};
    const vr_conv_opts opts = {.stride = stride, .pad = k / 2};
    const int64_t out = vr_conv_out_size(size, k, opts);
    vr_tensor w = vr_tensor_4d(&a, O, C, k, k), x = vr_tensor_4d(&a, batch, size, size, C);
    vr_tensor y = vr_tensor_4d(&a, batch, out, out, O);
    vr_rng_normal_fill(w.data, vr_tensor_count(w), vr_rng_init(1), 0);
    vr_rng_normal_fill(x.data, vr_tensor_count(x), vr_rng_init(2), 0);
    vr_conv layer = vr_conv_pack(&a, w, vr_tensor_1d(&a, O), opts);
    double seconds[RUNS + 1];
    for (int r = 0; r <= RUNS; r++) {
        const double start = vr_time();
        vr_conv_apply(y, x, &layer, (vr_tensor){0}, VR_ACT_RELU, &a);
        seconds[(r + RUNS) % (RUNS + 1)] = vr_time() - start;
    }
    report(name, 2.0 * batch * out * out * O * C * k * k, seconds);
    vr_arena_free(&a);
}

static void attention(const char *name, int64_t N, int64_t T, int64_t D) {
    vr_arena a = {0};
    vr_tensor qkv = vr_tensor_3d(&a, N, T, 3 * D), y = vr_tensor_3d(&a, N, T, D);
    vr_rng_normal_fill(qkv.data, vr_tensor_count(qkv), vr_rng_init(1), 0);
    double seconds[RUNS + 1];
    for (int r = 0; r <= RUNS; r++) {
        const double start = vr_time();
        vr_attention_apply(y, qkv, D / 64, &a);
        seconds[(r + RUNS) % (RUNS + 1)] = vr_time() - start;
    }
    report(name, 4.0 * N * T * T * D, seconds);
    vr_arena_free(&a);
}

int main(int argc, char **argv) {
    vr_threads_set(argc > 1 ? atoi(argv[1]) : 0);
    peak = bench_fma_peak();
    printf("FMA peak, %d threads: %.1f GFLOP/s\n", vr_threads(), peak);
    linear("ViT-B qkv 197x768>2304", 197, 2304, 768, VR_ACT_NONE);
    linear("ViT-B proj 197x768>768", 197, 768, 768, VR_ACT_NONE);
    linear("ViT-B fc1 197x768>3072 gelu", 197, 3072, 768, VR_ACT_GELU);
    linear("ViT-B fc2 197x3072>768", 197, 768, 3072, VR_ACT_NONE);
    linear("ViT-B head 1x768>1000", 1, 1000, 768, VR_ACT_NONE);
    linear("ViT-B batch 8 fc1", 8 * 197, 3072, 768, VR_ACT_GELU);
    attention("ViT-B attention 197", 1, 197, 768);
    conv("conv 7x7/2 224:3>64", 1, 224, 3, 64, 7, 2);
    conv("conv 1x1 56:64>256", 1, 56, 64, 256, 1, 1);
    conv("conv 1x1 56:256>64", 1, 56, 256, 64, 1, 1);
    conv("conv 3x3 56:64>64", 1, 56, 64, 64, 3, 1);
    conv("conv 3x3 28:128>128", 1, 28, 128, 128, 3, 1);
    conv("conv 1x1 14:1024>256", 1, 14, 1024, 256, 1, 1);
    conv("conv 3x3 14:256>256", 1, 14, 256, 256, 3, 1);
    conv("conv 1x1 7:512>2048", 1, 7, 512, 2048, 1, 1);
    conv("conv 3x3 7:512>512", 1, 7, 512, 512, 3, 1);
    conv("conv 3x3 32:16>16", 1, 32, 16, 16, 3, 1);
    return 0;
}
