/* tests/bench/bench.h: what the benchmarks share: the machine's own peak, medians. */
#ifndef VISROB_BENCH_H
#define VISROB_BENCH_H
#include <stdlib.h>
#include "../../visrob.h"

static int bench_by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static VR_UNUSED double bench_median(double *seconds, int count) {
    qsort(seconds, (size_t)count, sizeof *seconds, bench_by_value);
    return seconds[count / 2];
}

/* Independent chains of multiply-adds that stay in registers: what the FMA units can do. */
static double bench_fma_once(void) {
#if defined(__AVX512F__)
    enum { VEC = 16, STEPS = 1500000 };
#else
    enum { VEC = 8, STEPS = 1500000 };
#endif
    typedef float vec __attribute__((vector_size(VEC * 4)));
    double start = vr_time(), total = 0;
#pragma omp parallel num_threads(vr_threads()) reduction(+ : total)
    {
        volatile float one = 0.999f;
        vec m = {0}, a, b, c, d, e, f, g, h, i, j;
        m += one;
        a = b = c = d = e = f = g = h = i = j = m;
        b *= 2, c *= 3, d *= 4, e *= 5, f *= 6, g *= 7, h *= 8, i *= 9, j *= 10;
        for (int s = 0; s < STEPS; s++) {
            a = a * m + m, b = b * m + m, c = c * m + m, d = d * m + m, e = e * m + m;
            f = f * m + m, g = g * m + m, h = h * m + m, i = i * m + m, j = j * m + m;
        }
        a += b + c + d + e + f + g + h + i + j;
        total += (double)a[0];
    }
    volatile double keep = total;
    (void)keep;
    return 2.0 * VEC * 10 * STEPS * vr_threads() / (vr_time() - start) / 1e9;
}

/* GFLOP/s of vr_threads() threads: the best of a few runs. */
static VR_UNUSED double bench_fma_peak(void) {
    double best = 0;
    for (int r = 0; r < 12; r++) {
        const double now = bench_fma_once();
        if (now > best) best = now;
    }
    return best;
}
#endif
