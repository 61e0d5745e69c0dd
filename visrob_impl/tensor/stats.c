/* tensor/stats.c: quantiles and the bootstrap.
 *
 * A resample of n images is a vector of counts (how often each image was drawn), and the mean of any cell under
 * it is a dot product with that cell. The counts are drawn once per resample and used for all cells: for
 * 10,000 images, 1,000 resamples and 125 cells that is 10^7 random numbers instead of 1.25 * 10^9, and the rest
 * is integer multiply-adds over bytes. Sums are integers, hence exact in any order: the same bits for any number
 * of threads. Rejected: one GEMM of floats (a matrix of 40 MB for the counts, and inexact above 2^24), and
 * binomial draws in place of resampling, which would lose the pairing. */
#include "stats_impl.h"
#include "../base/error.h"
#include "../base/par.h"
#include "../base/rng.h"
#include "distribution.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Resamples that one thread works on at a time: their counts stay in its cache while the cells stream by. */
#define VRP_STATS_GROUP 8
/* Images whose products are summed in 32 bits: 2^12 * 2^15 * 2^4 would still fit, counts are far smaller. */
#define VRP_STATS_CHUNK 4096
/* The most blocks of a jackknife: with one image a block, a general statistic would cost n^2. */
#define VRP_STATS_BLOCKS 2000
/* The mean of more values than this is resampled in so many random parts. */
#define VRP_STATS_MANY  65536
#define VRP_STATS_PARTS 4096

/* Pairwise: the rounding error grows with log n, not with n. */
static double vrp_stats_sum(const double *x, int64_t n) {
    if (n > 128) return vrp_stats_sum(x, n / 2) + vrp_stats_sum(x + n / 2, n - n / 2);
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += x[i];
    return sum;
}

double vr_mean(const double *x, int64_t n) { return n > 0 ? vrp_stats_sum(x, n) / (double)n : NAN; }

double vrp_std(const double *x, int64_t n) {
    if (n < 2) return NAN;
    const double mean = vr_mean(x, n);
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (x[i] - mean) * (x[i] - mean);
    return sqrt(sum / (double)(n - 1));
}

static int vrp_stats_compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    if (isnan(x) || isnan(y)) return (int)isnan(x) - (int)isnan(y);
    return (x > y) - (x < y);
}

void vr_sort(double *x, int64_t n) {
    if (n > 1) qsort(x, (size_t)n, sizeof *x, vrp_stats_compare);
}

double vr_quantile_sorted(const double *x, int64_t n, double q) {
    VR_CHECK(q >= 0 && q <= 1, "the quantile %g is outside 0..1", q);
    if (n <= 0) return NAN;
    const double at = q * (double)(n - 1);
    const int64_t i = vr_min((int64_t)at, n - 1), j = vr_min(i + 1, n - 1);
    const double part = at - (double)i;
    if (part == 0 || x[i] == x[j]) return x[i]; /* also keeps infinity - infinity out */
    return x[i] + part * (x[j] - x[i]);
}

static vr_bootstrap vrp_stats_options(const vr_bootstrap *options) {
    vr_bootstrap o = options ? *options : (vr_bootstrap){0};
    if (o.resamples == 0) o.resamples = 1000;
    if (o.level == 0) o.level = 0.95;
    VR_CHECK(o.resamples > 0 && o.level > 0 && o.level < 1, "%lld resamples at level %g",
             (long long)o.resamples, o.level);
    return o;
}

/* counts[i] = how often image i is in resample r: n draws from n, four per Philox block. Multiply-shift of 32
 * bits favours no image by more than n / 2^32. */
static void vrp_stats_resample(uint16_t *counts, int64_t n, uint64_t seed, int64_t r) {
    const vr_rng rng = vr_rng_at(vr_rng_split(vr_rng_init(seed), "bootstrap"), (uint64_t)r);
    const uint32_t key[2] = {(uint32_t)rng.seed, (uint32_t)(rng.seed >> 32)};
    memset(counts, 0, (size_t)n * sizeof *counts);
    for (int64_t i = 0; i < n; i += 4) {
        const uint32_t counter[4] = {(uint32_t)(i / 4), 0, (uint32_t)rng.stream,
                                     (uint32_t)(rng.stream >> 32)};
        uint32_t bits[4];
        vr_philox4x32(bits, counter, key);
        const int64_t draws = vr_min(4, n - i);
        for (int64_t k = 0; k < draws; k++) counts[(uint64_t)bits[k] * (uint64_t)n >> 32]++;
    }
}

static int64_t vrp_stats_dot(const uint16_t *counts, const uint8_t *correct, int64_t n) {
    int64_t total = 0;
    for (int64_t from = 0; from < n; from += VRP_STATS_CHUNK) {
        const int64_t to = vr_min(from + VRP_STATS_CHUNK, n);
        int32_t sum = 0;
        for (int64_t i = from; i < to; i++) sum += (int32_t)counts[i] * (int32_t)correct[i];
        total += sum;
    }
    return total;
}

/* sums[c*resamples + r] = the correct predictions of cell c in resample r. */
static void vrp_stats_sums(vr_arena *scratch, int64_t *sums, const uint8_t *const *cell, int64_t cells,
                           int64_t n, const vr_bootstrap *o) {
    VR_CHECK(n >= 0 && n <= INT32_MAX && cells >= 0, "n = %lld, %lld cells", (long long)n, (long long)cells);
    const int64_t R = o->resamples, groups = (R + VRP_STATS_GROUP - 1) / VRP_STATS_GROUP;
    const int threads = vr_threads();
    uint16_t *buffer = VR_NEW(scratch, uint16_t, (n * VRP_STATS_GROUP * threads));
#pragma omp parallel for num_threads(threads) schedule(dynamic)
    for (int64_t g = 0; g < groups; g++) {
        uint16_t *counts = buffer + (int64_t)vr_thread_index() * n * VRP_STATS_GROUP;
        const int64_t first = g * VRP_STATS_GROUP, members = vr_min(VRP_STATS_GROUP, R - first);
        for (int64_t m = 0; m < members; m++) vrp_stats_resample(counts + m * n, n, o->seed, first + m);
        for (int64_t c = 0; c < cells; c++)
            for (int64_t m = 0; m < members; m++)
                sums[c * R + first + m] = vrp_stats_dot(counts + m * n, cell[c], n);
    }
}

/* sum U^3 / (6 (sum U^2)^1.5) of U = mean - without[i]: how fast the error grows with the value, from the statistic
 * without each image. Any increasing linear function of it does as well: -x[i] for the mean of x. */
static double vrp_stats_acceleration(const double *without, int64_t n) {
    const double mean = vr_mean(without, n);
    double squares = 0, cubes = 0;
    for (int64_t i = 0; i < n; i++) {
        const double u = mean - without[i];
        squares += u * u;
        cubes += u * u * u;
    }
    return cubes / (6 * squares * sqrt(squares)); /* NaN where all are equal */
}

/* BCa's level in place of `level`. */
static double vrp_stats_moved(double level, double bias, double acceleration) {
    const double z = bias + vr_normal_quantile(level);
    return vr_normal_cdf(bias + z / (1 - acceleration * z));
}

/* The ends of out->value's interval from its resamples x[R], which is sorted. `without` [n]: see above, used by bca. */
static void vrp_stats_ends(vr_interval *out, double *x, const vr_bootstrap *o, const double *without,
                           int64_t n) {
    int64_t R = o->resamples, below = 0;
    double low = (1 - o->level) / 2, high = (1 + o->level) / 2;
    vr_sort(x, R);
    while (R > 0 && isnan(x[R - 1])) R--;
    if (o->bca) {
        for (int64_t r = 0; r < R; r++) below += (x[r] < out->value) + (x[r] <= out->value);
        const double bias = vr_normal_quantile((double)below / (2 * (double)R)),
                     acceleration = vrp_stats_acceleration(without, n);
        low = vrp_stats_moved(low, bias, acceleration);
        high = vrp_stats_moved(high, bias, acceleration);
        if (R < o->resamples || !isfinite(bias) || isnan(low) || isnan(high)) R = 0;
    }
    out->low = R > 0 ? vr_quantile_sorted(x, R, low) : NAN;
    out->high = R > 0 ? vr_quantile_sorted(x, R, high) : NAN;
}

static int64_t vrp_stats_total(const uint8_t *correct, int64_t n, int64_t trials) {
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++) {
        VR_CHECK(correct[i] <= trials, "image %lld has %d correct of %lld", (long long)i, correct[i],
                 (long long)trials);
        sum += correct[i];
    }
    return sum;
}

vr_interval vr_bootstrap_mean(vr_arena *scratch, const double *x, int64_t n, const vr_bootstrap *options) {
    const vr_bootstrap o = vrp_stats_options(options);
    VR_CHECK(n >= 0 && n <= INT32_MAX, "n = %lld", (long long)n);
    vr_interval out = {vr_mean(x, n), NAN, NAN};
    if (n == 0) return out;
    const vr_arena_mark mark = vr_arena_here(scratch);
    const vr_rng rng = vr_rng_split(vr_rng_init(o.seed), "parts");
    const int64_t parts = n > VRP_STATS_MANY ? VRP_STATS_PARTS : n;
    const int threads = vr_threads();
    double *means = VR_NEW(scratch, double, o.resamples), *without = VR_NEW(scratch, double, n),
           *sums = VR_NEW(scratch, double, parts), *sizes = VR_NEW(scratch, double, parts);
    uint16_t *buffer = VR_NEW(scratch, uint16_t, (parts * threads));
    for (int64_t i = 0; i < n; i++) {
        const int64_t part = parts < n ? vr_rng_below(rng, (uint64_t)i, parts) : i;
        sums[part] += x[i] - out.value; /* centred: little to round */
        sizes[part] += 1;
        without[i] = -x[i];
    }
#pragma omp parallel for num_threads(threads)
    for (int64_t r = 0; r < o.resamples; r++) {
        uint16_t *counts = buffer + (int64_t)vr_thread_index() * parts;
        vrp_stats_resample(counts, parts, o.seed, r);
        double sum = 0, size = 0;
        for (int64_t i = 0; i < parts; i++) sum += counts[i] * sums[i], size += counts[i] * sizes[i];
        means[r] = out.value + sum / size;
    }
    vrp_stats_ends(&out, means, &o, without, n);
    vr_arena_rewind(scratch, mark);
    return out;
}

void vr_bootstrap_rates(vr_arena *scratch, vr_interval *out, const uint8_t *correct, int64_t trials,
                        int64_t cells, int64_t n, const vr_bootstrap *options) {
    const vr_bootstrap o = vrp_stats_options(options);
    VR_CHECK(trials >= 1 && trials <= 255, "trials = %lld", (long long)trials);
    const vr_arena_mark mark = vr_arena_here(scratch);
    const double full = (double)n * (double)trials;
    const uint8_t **cell = VR_NEW(scratch, const uint8_t *, cells);
    int64_t *sums = VR_NEW(scratch, int64_t, (cells * o.resamples));
    double *rates = VR_NEW(scratch, double, o.resamples), *without = VR_NEW(scratch, double, n);
    for (int64_t c = 0; c < cells; c++) cell[c] = correct + c * n;
    vrp_stats_sums(scratch, sums, cell, cells, n, &o);
    for (int64_t c = 0; c < cells; c++) {
        for (int64_t r = 0; r < o.resamples; r++) rates[r] = (double)sums[c * o.resamples + r] / full;
        out[c].value = (double)vrp_stats_total(cell[c], n, trials) / full;
        for (int64_t i = 0; i < n && o.bca; i++) without[i] = -(double)cell[c][i];
        vrp_stats_ends(&out[c], rates, &o, without, n);
    }
    vr_arena_rewind(scratch, mark);
}

/* Error counts keep the ratio exact until its one division. */
static double vrp_stats_ratio(int64_t correct, int64_t clean, int64_t trials, int64_t n) {
    return (double)(n * trials - correct) / ((double)trials * (double)(n - clean));
}

void vr_bootstrap_error_ratios(vr_arena *scratch, vr_interval *out, const uint8_t *correct, int64_t trials,
                               const uint8_t *clean, int64_t cells, int64_t n, const vr_bootstrap *options) {
    const vr_bootstrap o = vrp_stats_options(options);
    VR_CHECK(trials >= 1 && trials <= 255, "trials = %lld", (long long)trials);
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t R = o.resamples, clean_total = vrp_stats_total(clean, n, 1);
    const uint8_t **cell = VR_NEW(scratch, const uint8_t *, cells + 1);
    int64_t *sums = VR_NEW(scratch, int64_t, (cells + 1) * R);
    double *ratios = VR_NEW(scratch, double, R), *without = VR_NEW(scratch, double, n);
    for (int64_t c = 0; c < cells; c++) cell[c] = correct + c * n;
    cell[cells] = clean; /* the same resamples for numerator and denominator: the interval is paired */
    vrp_stats_sums(scratch, sums, cell, cells + 1, n, &o);
    for (int64_t c = 0; c < cells; c++) {
        for (int64_t r = 0; r < R; r++)
            ratios[r] = vrp_stats_ratio(sums[c * R + r], sums[cells * R + r], trials, n);
        const int64_t total = vrp_stats_total(cell[c], n, trials);
        out[c].value = vrp_stats_ratio(total, clean_total, trials, n);
        for (int64_t i = 0; i < n && o.bca; i++)
            without[i] = vrp_stats_ratio(total - cell[c][i], clean_total - clean[i], trials, n - 1);
        vrp_stats_ends(&out[c], ratios, &o, without, n);
    }
    vr_arena_rewind(scratch, mark);
}

/* index = the images of resample r in ascending order: the same draws as everywhere here. */
static void vrp_stats_indices(int64_t *index, uint16_t *counts, int64_t n, uint64_t seed, int64_t r) {
    vrp_stats_resample(counts, n, seed, r);
    for (int64_t i = 0, k = 0; i < n; i++)
        for (int64_t c = 0; c < counts[i]; c++) index[k++] = i;
}

void vr_bootstrap_statistics(vr_arena *scratch, vr_interval *out, int64_t count, vr_statistics statistics,
                             const void *context, int64_t n, const vr_bootstrap *options) {
    const vr_bootstrap o = vrp_stats_options(options);
    VR_CHECK(n >= 0 && n <= INT32_MAX && count >= 0, "n = %lld, %lld statistics", (long long)n,
             (long long)count);
    for (int64_t c = 0; c < count; c++) out[c] = (vr_interval){NAN, NAN, NAN};
    if (n == 0) return;
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int threads = vr_threads();
    const int64_t R = o.resamples, blocks = o.bca && n > 1 ? vr_min(n, VRP_STATS_BLOCKS) : 0;
    double *values = VR_NEW(scratch, double, (count * R)),
           *without = VR_NEW(scratch, double, (count * blocks)),
           *buffer = VR_NEW(scratch, double, (count * threads));
    uint16_t *counts = VR_NEW(scratch, uint16_t, (n * threads));
    int64_t *indices = VR_NEW(scratch, int64_t, (n * threads));
    for (int64_t i = 0; i < n; i++) indices[i] = i;
    statistics(context, buffer, indices, n);
    for (int64_t c = 0; c < count; c++) out[c].value = buffer[c];
#pragma omp parallel for num_threads(threads)
    for (int64_t r = 0; r < R + blocks; r++) { /* the resamples, then those without a block */
        const int64_t t = vr_thread_index(), g = r - R;
        int64_t *index = indices + t * n, m = 0;
        double *own = buffer + t * count;
        if (g < 0) vrp_stats_indices(index, counts + t * n, m = n, o.seed, r);
        for (int64_t i = 0; g >= 0 && i < n; i++)
            if (i % blocks != g) index[m++] = i;
        statistics(context, own, index, m);
        for (int64_t c = 0; c < count; c++) *(g < 0 ? &values[c * R + r] : &without[c * blocks + g]) = own[c];
    }
    for (int64_t c = 0; c < count; c++)
        vrp_stats_ends(&out[c], values + c * R, &o, without + c * blocks, blocks);
    vr_arena_rewind(scratch, mark);
}

typedef struct vrp_stats_single {
    vr_statistic statistic;
    const void *context;
} vrp_stats_single;

static void vrp_stats_one(const void *context, double *values, const int64_t *index, int64_t m) {
    const vrp_stats_single *s = (const vrp_stats_single *)context;
    values[0] = s->statistic(s->context, index, m);
}

vr_interval vr_bootstrap_statistic(vr_arena *scratch, vr_statistic statistic, const void *context, int64_t n,
                                   const vr_bootstrap *options) {
    const vrp_stats_single single = {statistic, context};
    vr_interval out;
    vr_bootstrap_statistics(scratch, &out, 1, vrp_stats_one, &single, n, options);
    return out;
}

#undef VRP_STATS_GROUP
#undef VRP_STATS_CHUNK
#undef VRP_STATS_BLOCKS
#undef VRP_STATS_MANY
#undef VRP_STATS_PARTS
