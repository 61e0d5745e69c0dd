/* metric/effective.c: a straight line on the axes of the space. */
#include "effective.h"
#include "../tensor/distribution.h"
#include <math.h>

double vr_space_of(vr_space space, double accuracy) {
    if (!(accuracy >= 0 && accuracy <= 1)) return NAN;
    if (space == VR_SPACE_LOGIT) return log(accuracy / (1 - accuracy));
    return space == VR_SPACE_PROBIT ? vr_normal_quantile(accuracy) : accuracy;
}

double vr_space_back(vr_space space, double x) {
    if (space == VR_SPACE_LOGIT) return 1 / (1 + exp(-x));
    return space == VR_SPACE_PROBIT ? vr_normal_cdf(x) : x;
}

bool vr_trend_fit(vr_trend *trend, const double *clean, const double *shifted, int64_t n, vr_space space,
                  vr_arena *scratch, vr_err *err) {
    *trend = (vr_trend){.space = space};
    const vr_arena_mark mark = vr_arena_here(scratch);
    double *x = VR_NEW(scratch, double, n), *y = VR_NEW(scratch, double, n);
    bool ok = true;
    for (int64_t i = 0; i < n && ok; i++) {
        x[i] = vr_space_of(space, clean[i]);
        y[i] = vr_space_of(space, shifted[i]);
        if (!isfinite(x[i]) || !isfinite(y[i]))
            ok = vr_fail(err, VR_ERR_NUMERIC, "model %lld has the accuracies %g and %g: %s", (long long)i,
                         clean[i], shifted[i],
                         isnan(x[i]) || isnan(y[i]) ? "not in 0..1" : "0 and 1 have no place on these axes");
    }
    if (ok) {
        const vr_line line = vr_fit_line(x, y, n);
        if (isnan(line.slope))
            ok = vr_fail(err, VR_ERR_ARGUMENT, "no line through %lld models%s", (long long)n,
                         n < 2 ? "" : " of the same clean accuracy");
        else
            trend->line = line;
    }
    vr_arena_rewind(scratch, mark);
    return ok;
}

double vr_trend_at(const vr_trend *trend, double clean) {
    const double x = vr_space_of(trend->space, clean), slope = trend->line.slope;
    /* 0 times an infinite logit would be NaN: a flat line is flat to the very end. */
    return vr_space_back(trend->space, trend->line.intercept + (slope == 0 && isinf(x) ? 0 : slope * x));
}

double vr_effective_robustness(const vr_trend *trend, double clean, double shifted) {
    return shifted - vr_trend_at(trend, clean);
}
