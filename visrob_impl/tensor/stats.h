/* tensor/stats.h: means, quantiles and bootstrap intervals, percentile or BCa.
 *
 * The bootstrap resamples images. Every cell (a factor at a severity) is measured on the same images, so that one
 * resample serves all cells at once and the ratio of two cells is paired: both are of the same images. */
#ifndef VISROB_TENSOR_STATS_H
#define VISROB_TENSOR_STATS_H
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* An estimate with the ends of its interval. */
typedef struct vr_interval {
    double value, low, high;
} vr_interval;

/* All zero: 1000 resamples, 95 % percentile intervals, seed 0.
 * bca corrects the ends for bias and for an error that grows with the value (bias-corrected and accelerated): better
 * for ratios, skewed values and rates near 0 or 1; it needs 2000 resamples or more. Its ends are NaN where it is not
 * defined: all values equal, or all resamples on one side of the estimate.
 * Source: Efron 1987; scipy.stats.bootstrap(method="BCa" or "percentile"). */
typedef struct vr_bootstrap {
    int64_t resamples;
    double level; /* 0.95 */
    uint64_t seed;
    bool bca;
} vr_bootstrap;

/* The mean of x[n], summed pairwise; NaN for n = 0. */
VR_API double vr_mean(const double *x, int64_t n);

/* Sorts x[n] in place in ascending order; NaN goes last. */
VR_API void vr_sort(double *x, int64_t n);

/* The q-quantile, q in 0..1, of n numbers in ascending order and without NaN: linear between
 * neighbours at position q (n - 1). NaN for n = 0.
 * Source:  type 7 of Hyndman and Fan 1996; numpy.quantile's default. */
VR_API double vr_quantile_sorted(const double *x, int64_t n, double q);

/* The mean of x[n] with its bootstrap interval.
 * Notes:   scratch is rewound. The same bits for any number of threads, as everything here; for n = 0 all NaN. Of more than
 *          65,536 values, 4096 random parts of them are resampled, which is as wide and does not take n times as long. */
VR_API vr_interval vr_bootstrap_mean(vr_arena *scratch, const double *x, int64_t n,
                                     const vr_bootstrap *options);

/* out[c] = the mean of correct[c,i] / trials over the images, with its interval: the accuracy of every cell.
 * Shapes:  out: [cells]; correct: [cells,n], each 0..trials; n <= 2^31 - 1; options NULL = all zero.
 * Notes:   trials is 1 for one prediction an image; where correct counts the correct predictions among a factor's five
 *          severities, trials = 5 and the cell is the whole factor. */
VR_API void vr_bootstrap_rates(vr_arena *scratch, vr_interval *out, const uint8_t *correct, int64_t trials,
                               int64_t cells, int64_t n, const vr_bootstrap *options);

/* out[c] = (1 - rate_c) / (1 - rate_clean) with its paired interval: the error ratio of every cell.
 * Shapes:  as vr_bootstrap_rates; clean: [n], each 0 or 1.
 * Notes:   a resample without a clean error counts as +infinity, or not at all where the cell has none either
 *          (0/0). Where the clean images themselves have no error, value is infinite or NaN. */
VR_API void vr_bootstrap_error_ratios(vr_arena *scratch, vr_interval *out, const uint8_t *correct,
                                      int64_t trials, const uint8_t *clean, int64_t cells, int64_t n,
                                      const vr_bootstrap *options);

/* A statistic of the images index[0..m-1], which may repeat; called from several threads at once. */
typedef double (*vr_statistic)(const void *context, const int64_t *index, int64_t m);

/* Any statistic of n images (or of n households: resample what was sampled) with its interval.
 * Notes:   calls it once per resample with m = n; bca leaves out one image at a time as well (m = n - 1), or, of more
 *          than 2000 images, every 2000th one together. A NaN is left out of the interval (bca: NaN ends). */
VR_API vr_interval vr_bootstrap_statistic(vr_arena *scratch, vr_statistic statistic, const void *context,
                                          int64_t n, const vr_bootstrap *options);

/* Fills values[0..count-1] with statistics of the images index[0..m-1]; called from several threads at once. */
typedef void (*vr_statistics)(const void *context, double *values, const int64_t *index, int64_t m);

/* out[c] = the c-th of `count` statistics of the same n images, with its interval: one resample serves all, so that
 * accuracies of groups and the gap between them are of the same images.
 * Notes:   as vr_bootstrap_statistic, which is this with count = 1. */
VR_API void vr_bootstrap_statistics(vr_arena *scratch, vr_interval *out, int64_t count,
                                    vr_statistics statistics, const void *context, int64_t n,
                                    const vr_bootstrap *options);

#ifdef __cplusplus
}
#endif
#endif
