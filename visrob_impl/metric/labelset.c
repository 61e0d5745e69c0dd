/* metric/labelset.c: sets are a few numbers long, so that looking through them beats any index. */
#include "labelset.h"
#include "../base/error.h"
#include <string.h>

/* x with room for one more than n numbers. */
static int64_t *vrp_labelset_grow(vr_arena *arena, int64_t *x, int64_t n, int64_t *capacity) {
    if (n < *capacity) return x;
    *capacity = vr_max(64, 2 * *capacity);
    int64_t *more = VR_NEW(arena, int64_t, *capacity);
    if (n > 0) memcpy(more, x, (size_t)n * sizeof *more);
    return more;
}

void vr_label_builder_next(vr_label_builder *b) {
    if (!b->begin) b->begin = vrp_labelset_grow(b->arena, NULL, 0, &b->capacity);
    b->count++;
    b->begin = vrp_labelset_grow(b->arena, b->begin, b->count, &b->capacity);
    b->begin[b->count] = b->begin[b->count - 1];
}

void vr_label_builder_add(vr_label_builder *b, int64_t x) {
    VR_CHECK(b->count > 0, "no set has been begun");
    const int64_t n = b->begin[b->count];
    for (int64_t k = b->begin[b->count - 1]; k < n; k++)
        if (b->label[k] == x) return;
    b->label = vrp_labelset_grow(b->arena, b->label, n, &b->label_capacity);
    b->label[n] = x;
    b->begin[b->count] = n + 1;
}

vr_label_sets vr_label_builder_sets(const vr_label_builder *b) {
    return (vr_label_sets){.count = b->count, .begin = b->begin, .label = b->label};
}

int64_t vr_label_sets_size(const vr_label_sets *sets, int64_t i) {
    VR_CHECK(i >= 0 && i < sets->count, "set %lld of %lld", (long long)i, (long long)sets->count);
    return sets->begin ? sets->begin[i + 1] - sets->begin[i] : sets->label[i] >= 0;
}

bool vr_label_sets_has(const vr_label_sets *sets, int64_t i, int64_t x) {
    VR_CHECK(i >= 0 && i < sets->count, "set %lld of %lld", (long long)i, (long long)sets->count);
    if (!sets->begin) return sets->label[i] == x && x >= 0;
    for (int64_t k = sets->begin[i]; k < sets->begin[i + 1]; k++)
        if (sets->label[k] == x) return true;
    return false;
}

/* Is one of the k predictions one of the labels? */
static bool vrp_labelset_meet(const int64_t *top, int64_t k, const int64_t *label, int64_t count) {
    for (int64_t j = 0; j < k; j++)
        for (int64_t l = 0; l < count; l++)
            if (top[j] == label[l] && top[j] >= 0) return true;
    return false;
}

void vr_correct_sets(uint8_t *correct, const int64_t *top, const int64_t *row, int64_t n, int64_t k,
                     int64_t stride, const vr_label_sets *labels) {
    VR_CHECK(k >= 1 && k <= stride && labels->count >= n, "%lld of %lld predictions; %lld images, %lld sets",
             (long long)k, (long long)stride, (long long)n, (long long)labels->count);
    const int64_t *const begin = labels->begin, *const label = labels->label;
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = row ? row[i] : i, first = begin ? begin[i] : i,
                      count = begin ? begin[i + 1] - first : 1;
        if (at < 0)
            correct[i] = 0;
        else if (k == 1 && count == 1) /* as most are: without a branch that half of the images take */
            correct[i] = (uint8_t)((top[at * stride] == label[first]) & (label[first] >= 0));
        else
            correct[i] = vrp_labelset_meet(top + at * stride, k, label + first, count);
    }
}
