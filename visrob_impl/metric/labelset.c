/* metric/labelset.c: sets are a few numbers long, so that looking through them beats any index. */
#include "labelset.h"
#include "../base/error.h"
#include <math.h>

bool vr_label_sets_has(const vr_label_sets *sets, int64_t i, int64_t x) {
    VR_CHECK(i >= 0 && i < sets->count, "set %lld of %lld", (long long)i, (long long)sets->count);
    for (int64_t k = sets->offset[i]; k < sets->offset[i + 1]; k++)
        if (sets->label[k] == x) return true;
    return false;
}

int64_t vr_label_sets_empty(const vr_label_sets *sets) {
    int64_t empty = 0;
    for (int64_t i = 0; i < sets->count; i++) empty += sets->offset[i] == sets->offset[i + 1];
    return empty;
}

/* Is score a of class i ahead of score b of class j? NaN comes last, the lower class number first. */
static bool vrp_labelset_ahead(float a, int64_t i, float b, int64_t j) {
    if (isnan(a) || isnan(b)) return isnan(a) == isnan(b) ? i < j : isnan(b);
    return a != b ? a > b : i < j;
}

void vr_predict_top_k(int64_t *top, const float *scores, int64_t n, int64_t classes, int64_t k,
                      const int64_t *among, int64_t count) {
    if (!among) count = classes;
    VR_CHECK(n >= 0 && k >= 1 && k <= count, "the best %lld of %lld classes", (long long)k, (long long)count);
    for (int64_t m = 0; among && m < count; m++)
        VR_CHECK(among[m] >= 0 && among[m] < classes, "class %lld of %lld", (long long)among[m],
                 (long long)classes);
    for (int64_t i = 0; i < n; i++) {
        const float *row = scores + i * classes;
        int64_t *best = top + i * k, held = 0;
        for (int64_t m = 0; m < count;
             m++) { /* insertion: k is small, and most classes fail the first test */
            const int64_t c = among ? among[m] : m;
            if (held == k && !vrp_labelset_ahead(row[c], c, row[best[k - 1]], best[k - 1])) continue;
            int64_t at = held < k ? held++ : k - 1;
            for (; at > 0 && vrp_labelset_ahead(row[c], c, row[best[at - 1]], best[at - 1]); at--)
                best[at] = best[at - 1];
            best[at] = c;
        }
    }
}

/* Does what class c stands for meet label set i? */
static bool vrp_labelset_hits(const vr_label_sets *labels, int64_t i, const vr_label_sets *names, int64_t c) {
    if (c < 0) return false;
    if (!names) return vr_label_sets_has(labels, i, c);
    if (c >= names->count) return false;
    for (int64_t k = names->offset[c]; k < names->offset[c + 1]; k++)
        if (vr_label_sets_has(labels, i, names->label[k])) return true;
    return false;
}

void vr_correct_sets(uint8_t *correct, const int64_t *top, int64_t n, int64_t k, int64_t stride,
                     const vr_label_sets *labels, const vr_label_sets *names) {
    VR_CHECK(k >= 1 && k <= stride && labels->count >= n, "%lld of %lld predictions; %lld images, %lld sets",
             (long long)k, (long long)stride, (long long)n, (long long)labels->count);
    for (int64_t i = 0; i < n; i++) {
        correct[i] = 0;
        for (int64_t j = 0; j < k && !correct[i]; j++)
            correct[i] = vrp_labelset_hits(labels, i, names, top[i * stride + j]);
    }
}

void vr_correct_mapped(uint8_t *correct, const int64_t *top, int64_t n, int64_t k, int64_t stride,
                       const int64_t *labels, const int64_t *map, int64_t classes) {
    VR_CHECK(k >= 1 && k <= stride, "%lld of %lld predictions", (long long)k, (long long)stride);
    for (int64_t i = 0; i < n; i++) {
        VR_CHECK(labels[i] >= 0 && labels[i] < classes, "label %lld of image %lld, with %lld classes",
                 (long long)labels[i], (long long)i, (long long)classes);
        const int64_t wanted = map[labels[i]];
        correct[i] = 0;
        for (int64_t j = 0; j < k; j++) {
            const int64_t p = top[i * stride + j];
            VR_CHECK(p >= 0 && p < classes, "prediction %lld of image %lld, with %lld classes", (long long)p,
                     (long long)i, (long long)classes);
            if (wanted != -1 && map[p] == wanted) correct[i] = 1;
        }
    }
}
