/* metric/group.c: one pass; groups are numbers, so that a group may be anything: a factor, a region, or class
 * times background. Rejected: groups named by strings, which belong to whoever read the annotations. */
#include "group.h"
#include "../base/error.h"
#include <math.h>
#include <string.h>

void vr_group_accuracy(vr_group *groups, const uint8_t *correct, const int64_t *group, int64_t n,
                       int64_t group_count) {
    VR_CHECK(n >= 0 && group_count >= 0, "n = %lld, %lld groups", (long long)n, (long long)group_count);
    for (int64_t g = 0; g < group_count; g++) groups[g] = (vr_group){0};
    for (int64_t i = 0; i < n; i++) {
        if (group[i] == -1) continue;
        VR_CHECK(group[i] >= 0 && group[i] < group_count, "image %lld is in group %lld of %lld", (long long)i,
                 (long long)group[i], (long long)group_count);
        groups[group[i]].count++;
        groups[group[i]].correct += correct[i];
    }
    for (int64_t g = 0; g < group_count; g++)
        groups[g].accuracy = groups[g].count > 0 ? (double)groups[g].correct / (double)groups[g].count : NAN;
}

int64_t vr_group_worst(const vr_group *groups, int64_t group_count) {
    int64_t worst = -1;
    for (int64_t g = 0; g < group_count; g++)
        if (groups[g].count > 0 && (worst < 0 || groups[g].accuracy < groups[worst].accuracy)) worst = g;
    return worst;
}

int64_t vr_group_best(const vr_group *groups, int64_t group_count) {
    int64_t best = -1;
    for (int64_t g = 0; g < group_count; g++)
        if (groups[g].count > 0 && (best < 0 || groups[g].accuracy > groups[best].accuracy)) best = g;
    return best;
}

double vr_group_mean(const vr_group *groups, const double *weight, int64_t group_count) {
    double sum = 0, weights = 0;
    for (int64_t g = 0; g < group_count; g++) {
        if (groups[g].count == 0) continue;
        const double w = weight ? weight[g] : 1;
        sum += w * groups[g].accuracy;
        weights += w;
    }
    return weights > 0 ? sum / weights : NAN;
}
