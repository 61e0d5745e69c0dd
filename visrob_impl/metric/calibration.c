/* metric/calibration.c: equal-width bins over the confidence of the predicted class, then sums in double.
 * Bins are (low, high] as Guo et al. draw them, so that a confidence of exactly 1, which float32 softmax often
 * gives, is in the last bin; rejected: torchmetrics' [low, high), which puts it in a bin of its own. */
#include "calibration.h"
#include "../base/error.h"
#include <math.h>

void vr_confidence(float *confidence, int64_t *predicted, const float *probability, int64_t n,
                   int64_t classes) {
    VR_CHECK(n >= 0 && classes >= 1, "n = %lld, classes = %lld", (long long)n, (long long)classes);
    for (int64_t i = 0; i < n; i++) {
        const float *row = probability + i * classes;
        int64_t best = 0;
        for (int64_t c = 1; c < classes; c++)
            if (row[c] > row[best] || (isnan(row[best]) && !isnan(row[c]))) best = c;
        if (confidence) confidence[i] = row[best];
        if (predicted) predicted[i] = best;
    }
}

void vr_reliability(vr_reliability_bin *bins, int64_t bin_count, const float *confidence,
                    const uint8_t *correct, int64_t n) {
    VR_CHECK(bin_count >= 1, "%lld bins", (long long)bin_count);
    for (int64_t b = 0; b < bin_count; b++)
        bins[b] = (vr_reliability_bin){.low = (double)b / (double)bin_count,
                                       .high = (double)(b + 1) / (double)bin_count};
    for (int64_t i = 0; i < n; i++) {
        const double p = (double)confidence[i];
        VR_CHECK(p >= 0 && p <= 1.000001, "a confidence is %g",
                 p); /* softmax may round to just above 1; NaN fails */
        int64_t b = vr_clamp((int64_t)ceil(p * (double)bin_count) - 1, 0, bin_count - 1);
        if (b > 0 && p <= bins[b].low) b--; /* the product was rounded up across an edge */
        bins[b].count++;
        bins[b].confidence += p;
        bins[b].accuracy += correct[i] != 0;
    }
    for (int64_t b = 0; b < bin_count; b++) { /* sums to means */
        const double count = (double)bins[b].count;
        bins[b].confidence = count > 0 ? bins[b].confidence / count : NAN;
        bins[b].accuracy = count > 0 ? bins[b].accuracy / count : NAN;
    }
}

double vr_ece(const vr_reliability_bin *bins, int64_t bin_count) {
    double sum = 0;
    int64_t n = 0;
    for (int64_t b = 0; b < bin_count; b++) {
        if (bins[b].count == 0) continue;
        sum += (double)bins[b].count * fabs(bins[b].accuracy - bins[b].confidence);
        n += bins[b].count;
    }
    return n > 0 ? sum / (double)n : NAN;
}

double vr_max_calibration_error(const vr_reliability_bin *bins, int64_t bin_count) {
    double most = NAN;
    for (int64_t b = 0; b < bin_count; b++) {
        if (bins[b].count == 0) continue;
        const double gap = fabs(bins[b].accuracy - bins[b].confidence);
        if (!(gap <= most)) most = gap;
    }
    return most;
}

static void vrp_calibration_check_label(int64_t label, int64_t i, int64_t classes) {
    VR_CHECK(label >= 0 && label < classes, "label %lld of image %lld, with %lld classes", (long long)label,
             (long long)i, (long long)classes);
}

double vr_brier(const float *probability, const int64_t *labels, int64_t n, int64_t classes) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        vrp_calibration_check_label(labels[i], i, classes);
        for (int64_t c = 0; c < classes; c++) {
            const double d = (double)probability[i * classes + c] - (c == labels[i] ? 1.0 : 0.0);
            sum += d * d;
        }
    }
    return n > 0 ? sum / (double)n : NAN;
}

double vr_nll(const float *probability, const int64_t *labels, int64_t n, int64_t classes) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        vrp_calibration_check_label(labels[i], i, classes);
        const double p = (double)probability[i * classes + labels[i]];
        sum -= log(p < 0x1p-23 ? 0x1p-23 : p); /* a NaN stays one */
    }
    return n > 0 ? sum / (double)n : NAN;
}
