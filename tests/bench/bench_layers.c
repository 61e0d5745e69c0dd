/* tests/bench/bench_layers.c: where a whole model's time goes, layer by layer, with the caches as the network leaves them:
 * milliseconds, and the share of this machine's FMA peak by the direct algorithm's FLOPs (so Winograd may pass 100 %).
 *
 *     bench_layers MODEL [BATCH [THREADS]]
 *
 * The linker gives each public layer function a wrapper (--wrap, see the Makefile) that reads the clock. */
#include <stdio.h>
#include <string.h>
#include "bench.h"
#include "visrob_impl/nn/winograd_impl.h"

enum { RUNS = 21, MOST = 512 };

typedef struct call {
    char name[64];
    double flop, seconds[RUNS];
} call;

static call calls[MOST];
static int run, at;

static void stop(double start, double flop, const char *kind, int64_t a, int64_t b, int64_t c) {
    const double now = vr_time();
    if (at >= MOST || run < 0) return;
    call *k = &calls[at++];
    k->seconds[run] = now - start, k->flop = flop;
    snprintf(k->name, sizeof k->name, "%s %lld:%lld>%lld", kind, (long long)a, (long long)b, (long long)c);
}

/* What the linker calls the function itself, and the wrapper that calls it. */
#define WRAP(name, parameters, arguments, flop, kind, a, b, c)                                               \
    void __real_##name parameters;                                                                           \
    void __wrap_##name parameters;                                                                           \
    void __wrap_##name parameters {                                                                          \
        const double start = vr_time();                                                                      \
        __real_##name arguments;                                                                             \
        stop(start, flop, kind, a, b, c);                                                                    \
    }

static const char *conv_kind(const vr_conv *l, vr_tensor y) {
    static char kind[32];
    const int m = vrp_winograd_choose(l, y.shape[1], y.shape[2]);
    snprintf(kind, sizeof kind, "conv %dx%d%s%s", (int)l->kh, (int)l->kw, l->opts.stride > 1 ? "/2" : "",
             m == 4   ? " F(4x4)"
             : m == 2 ? " F(2x2)"
                      : "");
    return kind;
}

WRAP(vr_conv_apply,
     (vr_tensor y, vr_tensor x, const vr_conv *l, vr_tensor residual, vr_act act, vr_arena *scratch),
     (y, x, l, residual, act, scratch),
     2.0 * (double)vr_tensor_count(y) * (double)(l->in / l->opts.groups * l->kh * l->kw), conv_kind(l, y),
     x.shape[1], l->in, l->out)
WRAP(vr_linear_apply,
     (vr_tensor y, vr_tensor x, const vr_linear *l, vr_act act, vr_tensor residual, vr_arena *scratch),
     (y, x, l, act, residual, scratch), 2.0 * (double)vr_tensor_count(y) * (double)l->in, "linear",
     x.shape[0], l->in, l->out)
WRAP(vr_linear_apply_norm,
     (vr_tensor y, vr_tensor x, const vr_norm *norm, float eps, const vr_linear *l, vr_act act,
      vr_arena *scratch),
     (y, x, norm, eps, l, act, scratch), 2.0 * (double)vr_tensor_count(y) * (double)l->in,
     act == VR_ACT_NONE ? "norm, linear" : "norm, linear, act", x.shape[0], l->in, l->out)
WRAP(vr_attention_apply, (vr_tensor y, vr_tensor qkv, int64_t heads, vr_arena *scratch),
     (y, qkv, heads, scratch), 4.0 * (double)vr_tensor_count(y) * (double)y.shape[1], "attention", y.shape[1],
     y.shape[2], heads)
WRAP(vr_maxpool2d_apply, (vr_tensor y, vr_tensor x, int64_t k, int64_t stride, int64_t pad),
     (y, x, k, stride, pad), 0, "max-pool", x.shape[1], x.shape[3], k)
WRAP(vr_global_avgpool_apply, (vr_tensor y, vr_tensor x), (y, x), 0, "mean", x.shape[1], x.shape[3], 1)
WRAP(vr_layernorm_apply, (vr_tensor y, vr_tensor x, const vr_norm *norm, float eps), (y, x, norm, eps), 0,
     "norm", x.shape[0], x.shape[1], 1)

/* One line for all calls of a name, in the order of their first. */
static void report(double total, int count, double peak) {
    double listed = 0;
    for (int i = 0; i < count; i++) {
        double seconds = 0, flop = 0;
        int times = 0;
        for (int j = 0; j < count; j++) {
            if (strcmp(calls[i].name, calls[j].name) != 0) continue;
            if (j < i) break;
            seconds += bench_median(calls[j].seconds, RUNS), flop += calls[j].flop, times++;
        }
        if (times == 0) continue;
        listed += seconds;
        printf("%3d x %-34s %9.3f ms %5.1f %%", times, calls[i].name, seconds * 1e3, 100 * seconds / total);
        if (flop > 0)
            printf(" %7.1f GFLOP/s %4.0f %% of peak", flop / seconds / 1e9,
                   100 * flop / seconds / 1e9 / peak);
        printf("\n");
    }
    printf("      %-34s %9.3f ms %5.1f %%\n", "elsewhere", (total - listed) * 1e3,
           100 * (total - listed) / total);
}

int main(int argc, char **argv) {
    vr_arena perm = {0}, step = {0};
    const char *name = argc > 1 ? argv[1] : "resnet50";
    const int64_t batch = argc > 2 ? atoi(argv[2]) : 1;
    vr_threads_set(argc > 3 ? atoi(argv[3]) : 1);
    const double peak = bench_fma_peak();
    const vr_model *model = vr_model_random(&perm, name, 1, VR_FATAL);
    const int64_t side = model->preprocess.size;
    vr_tensor x = vr_tensor_4d(&perm, batch, side, side, 3);
    vr_rng_normal_fill(x.data, vr_tensor_count(x), vr_rng_init(2), 0);
    double seconds[RUNS];
    for (run = -2; run < RUNS; run++) {
        at = 0;
        const double start = vr_time();
        vr_arena_reset(&step);
        vr_model_features(&step, model, x);
        if (run >= 0) seconds[run] = vr_time() - start;
    }
    const double total = bench_median(seconds, RUNS);
    printf("%s, batch %d, %d thread(s): %.3f ms; FMA peak %.1f GFLOP/s\n", name, (int)batch, vr_threads(),
           total * 1e3, peak);
    report(total, at, peak);
    return 0;
}
