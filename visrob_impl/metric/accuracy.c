/* metric/accuracy.c: counting. Every function is one pass over its arrays; correctness is kept per image, as
 * bytes, because the bootstrap and the groups need it so. Rejected: sorting each row for top-k, where counting
 * the classes that are ahead of the label is one pass and settles ties by a rule that can be stated. */
#include "accuracy.h"
#include "../base/error.h"
#include <math.h>
#include <string.h>

/* Is score a of class i ahead of score b of class j? NaN comes last, the lower class number first. */
static bool vrp_accuracy_ahead(float a, int64_t i, float b, int64_t j) {
    if (isnan(a) || isnan(b)) return isnan(a) == isnan(b) ? i < j : isnan(b);
    return a != b ? a > b : i < j;
}

void vr_predict_top_k(int64_t *top, const float *scores, int64_t n, int64_t classes, int64_t k) {
    VR_CHECK(n >= 0 && k >= 1 && k <= classes, "the best %lld of %lld classes", (long long)k,
             (long long)classes);
    for (int64_t i = 0; i < n; i++) {
        const float *row = scores + i * classes;
        int64_t *best = top + i * k, held = 0;
        for (int64_t c = 0; c < classes;
             c++) { /* insertion: k is small, and most classes fail the first test */
            if (held == k && !vrp_accuracy_ahead(row[c], c, row[best[k - 1]], best[k - 1])) continue;
            int64_t at = held < k ? held++ : k - 1;
            for (; at > 0 && vrp_accuracy_ahead(row[c], c, row[best[at - 1]], best[at - 1]); at--)
                best[at] = best[at - 1];
            best[at] = c;
        }
    }
}

void vr_correct_top_k(uint8_t *correct, const float *scores, const int64_t *labels, int64_t n,
                      int64_t classes, int64_t k) {
    VR_CHECK(k >= 1 && k <= classes, "k = %lld of %lld classes", (long long)k, (long long)classes);
    for (int64_t i = 0; i < n; i++) {
        const float *row = scores + i * classes;
        const int64_t label = labels[i];
        VR_CHECK(label >= 0 && label < classes, "label %lld of image %lld, with %lld classes",
                 (long long)label, (long long)i, (long long)classes);
        const float own = row[label];
        int64_t ahead = 0;
        for (int64_t c = 0; c < classes; c++) /* written so that a NaN is ahead */
            ahead += c != label && !(row[c] < own || (row[c] == own && c > label));
        correct[i] = !isnan(own) && ahead < k;
    }
}

void vr_correct(uint8_t *correct, const int64_t *predicted, const int64_t *labels, int64_t n) {
    for (int64_t i = 0; i < n; i++) correct[i] = predicted[i] == labels[i];
}

double vr_accuracy(const uint8_t *correct, int64_t n) {
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++) sum += correct[i];
    return n > 0 ? (double)sum / (double)n : NAN;
}

void vr_confusion(int64_t *counts, const int64_t *predicted, const int64_t *labels, int64_t n,
                  int64_t classes) {
    VR_CHECK(classes >= 1, "classes = %lld", (long long)classes);
    memset(counts, 0, (size_t)(classes * classes) * sizeof *counts);
    for (int64_t i = 0; i < n; i++) {
        VR_CHECK(labels[i] >= 0 && labels[i] < classes && predicted[i] >= 0 && predicted[i] < classes,
                 "image %lld: label %lld, prediction %lld, with %lld classes", (long long)i,
                 (long long)labels[i], (long long)predicted[i], (long long)classes);
        counts[labels[i] * classes + predicted[i]]++;
    }
}

void vr_class_accuracy(double *accuracy, const int64_t *counts, int64_t classes) {
    for (int64_t c = 0; c < classes; c++) {
        int64_t images = 0;
        for (int64_t p = 0; p < classes; p++) images += counts[c * classes + p];
        accuracy[c] = images > 0 ? (double)counts[c * classes + c] / (double)images : NAN;
    }
}

int64_t vr_worst(const double *accuracy, int64_t n) {
    int64_t worst = -1;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(accuracy[i]) && (worst < 0 || accuracy[i] < accuracy[worst])) worst = i;
    return worst;
}

double vr_error_ratio(double accuracy, double clean) { return (1 - accuracy) / (1 - clean); }

double vr_mce(const double *error, const double *baseline, int64_t corruptions, int64_t severities) {
    VR_CHECK(corruptions >= 0 && severities >= 1, "%lld corruptions, %lld severities", (long long)corruptions,
             (long long)severities);
    double mean = 0;
    for (int64_t c = 0; c < corruptions; c++) {
        double sum = 0, of = baseline ? 0 : (double)severities;
        for (int64_t s = 0; s < severities; s++) {
            sum += error[c * severities + s];
            if (baseline) of += baseline[c * severities + s];
        }
        mean += sum / of;
    }
    return corruptions > 0 ? mean / (double)corruptions : NAN;
}
