/* metric/consistency.c: everything here is a count of equal pairs. */
#include "consistency.h"
#include "../base/error.h"
#include <math.h>

double vr_agreement(const int64_t *a, const int64_t *b, int64_t n) {
    int64_t same = 0;
    for (int64_t i = 0; i < n; i++) same += a[i] == b[i];
    return n > 0 ? (double)same / (double)n : NAN;
}

double vr_consistency(const int64_t *predicted, int64_t runs, int64_t n) {
    VR_CHECK(runs >= 0 && n >= 0, "%lld runs of %lld images", (long long)runs, (long long)n);
    int64_t same = 0;
    for (int64_t a = 0; a < runs; a++)
        for (int64_t b = 0; b < a; b++)
            for (int64_t i = 0; i < n; i++) same += predicted[a * n + i] == predicted[b * n + i];
    const double pairs = (double)runs * (double)(runs - 1) / 2 * (double)n;
    return pairs > 0 ? (double)same / pairs : NAN;
}

double vr_flip_rate(const int64_t *predicted, int64_t videos, int64_t frames) {
    VR_CHECK(videos >= 0 && frames >= 0, "%lld videos of %lld frames", (long long)videos, (long long)frames);
    int64_t flips = 0;
    for (int64_t v = 0; v < videos; v++)
        for (int64_t f = 1; f < frames; f++)
            flips += predicted[v * frames + f] != predicted[v * frames + f - 1];
    return videos > 0 && frames > 1 ? (double)flips / ((double)videos * (double)(frames - 1)) : NAN;
}

double vr_error_consistency(const uint8_t *correct_a, const uint8_t *correct_b, int64_t n) {
    int64_t right_a = 0, right_b = 0, same = 0;
    for (int64_t i = 0; i < n; i++) {
        right_a += correct_a[i] != 0;
        right_b += correct_b[i] != 0;
        same += !correct_a[i] == !correct_b[i];
    }
    const double a = (double)right_a / (double)n, b = (double)right_b / (double)n,
                 expected = a * b + (1 - a) * (1 - b);
    return ((double)same / (double)n - expected) / (1 - expected);
}
