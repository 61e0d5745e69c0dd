/* metric/prevalence.c: counts stay whole numbers until the one division of each result. */
#include "prevalence.h"
#include "../base/error.h"
#include <math.h>

static double vrp_prevalence_total(const int64_t *count, int64_t factors) {
    int64_t total = 0;
    for (int64_t f = 0; f < factors; f++) {
        VR_CHECK(count[f] >= 0, "factor %lld has the count %lld", (long long)f, (long long)count[f]);
        total += count[f];
    }
    return (double)total;
}

void vr_prevalence(double *share, const int64_t *count, int64_t factors) {
    const double total = vrp_prevalence_total(count, factors);
    for (int64_t f = 0; f < factors; f++) share[f] = total > 0 ? (double)count[f] / total : NAN;
}

void vr_prevalence_shift(double *shift, const int64_t *count, const int64_t *base, int64_t factors) {
    const double total = vrp_prevalence_total(count, factors),
                 base_total = vrp_prevalence_total(base, factors);
    for (int64_t f = 0; f < factors; f++) {
        const double share = (double)base[f] / base_total;
        shift[f] = total > 0 && base[f] > 0 ? ((double)count[f] / total - share) / share : NAN;
    }
}

double vr_jensen_shannon(const int64_t *a, const int64_t *b, int64_t factors) {
    const double all_a = vrp_prevalence_total(a, factors), all_b = vrp_prevalence_total(b, factors);
    if (!(all_a > 0 && all_b > 0)) return NAN;
    double sum = 0;
    for (int64_t f = 0; f < factors; f++) {
        const double p = (double)a[f] / all_a, q = (double)b[f] / all_b, m = (p + q) / 2;
        if (p > 0) sum += p * log(p / m);
        if (q > 0) sum += q * log(q / m);
    }
    return sqrt(fmax(sum, 0) / 2); /* equal shares may round to -1e-17 */
}
