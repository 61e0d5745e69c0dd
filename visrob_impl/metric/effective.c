/* metric/effective.c: a straight line on linear, logit or probit axes. */
#include "effective.h"
#include "../tensor/distribution.h"
#include <math.h>

/* An accuracy on the axis: infinite at 0 and 1 but for VR_SCALE_LINEAR, NaN outside 0..1. */
static double vrp_effective_to_axis(vr_axis_scale scale, double accuracy) {
    if (!(accuracy >= 0 && accuracy <= 1)) return NAN;
    if (scale == VR_SCALE_LOGIT) return log(accuracy / (1 - accuracy));
    return scale == VR_SCALE_PROBIT ? vr_normal_quantile(accuracy) : accuracy;
}

/* Back from the axis to an accuracy. */
static double vrp_effective_from_axis(vr_axis_scale scale, double x) {
    if (scale == VR_SCALE_LOGIT) return 1 / (1 + exp(-x));
    return scale == VR_SCALE_PROBIT ? vr_normal_cdf(x) : x;
}

bool vr_trend_fit(vr_trend *trend, const double *clean, const double *shifted, int64_t n, vr_axis_scale scale,
                  vr_arena *scratch, vr_err *err) {
    *trend = (vr_trend){.scale = scale};
    const vr_arena_mark mark = vr_arena_here(scratch);
    double *x = VR_NEW(scratch, double, n), *y = VR_NEW(scratch, double, n);
    bool ok = true;
    for (int64_t i = 0; i < n && ok; i++) {
        x[i] = vrp_effective_to_axis(scale, clean[i]);
        y[i] = vrp_effective_to_axis(scale, shifted[i]);
        if (!isfinite(x[i]) || !isfinite(y[i]))
            ok = vr_fail(err, VR_ERR_NUMERIC, "model %lld has the accuracies %g and %g: %s", (long long)i,
                         clean[i], shifted[i],
                         isnan(x[i]) || isnan(y[i]) ? "not in 0..1" : "0 and 1 are infinite on this scale");
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

/* beta(clean): the accuracy on shifted images that an ordinary model of this clean accuracy has. */
static double vrp_effective_trend(const vr_trend *trend, double clean) {
    const double x = vrp_effective_to_axis(trend->scale, clean), slope = trend->line.slope;
    /* 0 times an infinite logit would be NaN: a flat line is flat to the very end. */
    return vrp_effective_from_axis(trend->scale,
                                   trend->line.intercept + (slope == 0 && isinf(x) ? 0 : slope * x));
}

double vr_effective_robustness(const vr_trend *trend, double clean, double shifted) {
    return shifted - vrp_effective_trend(trend, clean);
}
