/* tensor/lbfgs.c: the two-loop recursion and a line search that brackets and then zooms.
 *
 * Near the minimum the decrease of f is less than its rounding while the gradient still has digits: a step is also
 * taken where f is no more than rounding above and the slope has shrunk (Hager and Zhang's approximate Wolfe
 * condition), so that a small gradient tolerance can be met. Sums have a fixed order: nothing here depends on
 * threads. */
#include "lbfgs.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { VRP_LBFGS_TRIALS = 40 };

typedef struct vrp_lbfgs {
    int64_t n;
    vr_objective f;
    void *context;
    const double *x, *direction; /* the line */
    double *trial, *gradient;    /* the last trial point, and the gradient there */
    double value0, slope0;       /* at step 0 */
    int64_t evaluations;
} vrp_lbfgs;

/* A point of the line. */
typedef struct vrp_lbfgs_point {
    double step, value, slope;
} vrp_lbfgs_point;

static double vrp_lbfgs_dot(const double *a, const double *b, int64_t n) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

static double vrp_lbfgs_largest(const double *x, int64_t n) {
    double largest = 0;
    for (int64_t i = 0; i < n; i++)
        if (!(fabs(x[i]) <= largest)) largest = fabs(x[i]); /* keeps a NaN */
    return largest;
}

static vrp_lbfgs_point vrp_lbfgs_try(vrp_lbfgs *s, double step) {
    for (int64_t i = 0; i < s->n; i++) s->trial[i] = s->x[i] + step * s->direction[i];
    s->evaluations++;
    const double value = s->f(s->context, s->gradient, s->trial, s->n),
                 slope = vrp_lbfgs_dot(s->gradient, s->direction, s->n);
    const bool finite = isfinite(value) && isfinite(slope);
    return (vrp_lbfgs_point){step, finite ? value : INFINITY, finite ? slope : INFINITY};
}

/* The rounding of f. */
static double vrp_lbfgs_rounding(const vrp_lbfgs *s) { return 1e-14 * fabs(s->value0); }

/* Whether f has decreased enough; within its rounding, a slope that is no longer steep serves as well. */
static bool vrp_lbfgs_decreases(const vrp_lbfgs *s, vrp_lbfgs_point p) {
    if (p.value <= s->value0 + 1e-4 * p.step * s->slope0) return true;
    return p.value <= s->value0 + vrp_lbfgs_rounding(s) && p.slope <= (2e-4 - 1) * s->slope0;
}

static bool vrp_lbfgs_flat(const vrp_lbfgs *s, vrp_lbfgs_point p) {
    return fabs(p.slope) <= -0.9 * s->slope0;
}

/* Where a cubic through two points with their slopes is lowest, away from both ends; the middle where there is none. */
static double vrp_lbfgs_cubic(vrp_lbfgs_point a, vrp_lbfgs_point b) {
    const double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step),
                 root = d1 * d1 - a.slope * b.slope, d2 = copysign(sqrt(root), b.step - a.step),
                 step = b.step - (b.step - a.step) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2),
                 low = fmin(a.step, b.step), margin = 0.1 * fabs(b.step - a.step);
    if (!isfinite(step) || step < low + margin || step > low + 9 * margin) return (a.step + b.step) / 2;
    return step;
}

/* Algorithm 3.6: `low` decreases enough and is the lowest so far; the minimum is between it and `high`. */
static bool vrp_lbfgs_zoom(vrp_lbfgs *s, vrp_lbfgs_point low, vrp_lbfgs_point high, vrp_lbfgs_point *found) {
    for (int64_t k = 0; k < VRP_LBFGS_TRIALS; k++) {
        const vrp_lbfgs_point p = vrp_lbfgs_try(s, vrp_lbfgs_cubic(low, high));
        if (!vrp_lbfgs_decreases(s, p) || p.value > low.value + vrp_lbfgs_rounding(s)) {
            high = p;
        } else {
            if (vrp_lbfgs_flat(s, p)) {
                *found = p;
                return true;
            }
            if (p.slope * (high.step - low.step) >= 0) high = low;
            low = p;
        }
        if (fabs(high.step - low.step) <= 1e-15 * fabs(low.step)) break;
    }
    if (low.step == 0) return false; /* rounding: nothing lower was found */
    *found = vrp_lbfgs_try(s, low.step);
    return true;
}

/* Algorithm 3.5: a step that meets the strong Wolfe conditions; trial and gradient are then there. */
static bool vrp_lbfgs_search(vrp_lbfgs *s, double step, vrp_lbfgs_point *found) {
    vrp_lbfgs_point last = {0, s->value0, s->slope0};
    for (int64_t k = 0; k < VRP_LBFGS_TRIALS; k++) {
        const vrp_lbfgs_point p = vrp_lbfgs_try(s, step);
        if (!vrp_lbfgs_decreases(s, p) || p.value > last.value + vrp_lbfgs_rounding(s))
            return vrp_lbfgs_zoom(s, last, p, found);
        *found = p;
        if (vrp_lbfgs_flat(s, p)) return true;
        if (p.slope >= 0) return vrp_lbfgs_zoom(s, p, last, found);
        last = p;
        step *= 4;
    }
    return true; /* it decreases all the way; the last point is the best */
}

/* The last steps: s_k and y_k in a ring, rho_k = 1 / s_k y_k. */
typedef struct vrp_lbfgs_memory {
    int64_t room, count, next;
    double *step, *change, *rho, *alpha;
} vrp_lbfgs_memory;

/* Algorithm 7.4: direction = - H gradient. */
static void vrp_lbfgs_direction(const vrp_lbfgs_memory *m, double *direction, const double *gradient,
                                int64_t n) {
    for (int64_t i = 0; i < n; i++) direction[i] = -gradient[i];
    for (int64_t k = 1; k <= m->count; k++) {
        const int64_t at = (m->next - k + m->room) % m->room;
        m->alpha[at] = m->rho[at] * vrp_lbfgs_dot(m->step + at * n, direction, n);
        for (int64_t i = 0; i < n; i++) direction[i] -= m->alpha[at] * m->change[at * n + i];
    }
    if (m->count > 0) { /* the scale of H: eq. 7.20 */
        const int64_t at = (m->next - 1 + m->room) % m->room;
        const double *y = m->change + at * n, gamma = 1 / (m->rho[at] * vrp_lbfgs_dot(y, y, n));
        for (int64_t i = 0; i < n; i++) direction[i] *= gamma;
    }
    for (int64_t k = m->count; k >= 1; k--) {
        const int64_t at = (m->next - k + m->room) % m->room;
        const double beta = m->rho[at] * vrp_lbfgs_dot(m->change + at * n, direction, n);
        for (int64_t i = 0; i < n; i++) direction[i] += (m->alpha[at] - beta) * m->step[at * n + i];
    }
}

/* Stores the step from x to trial, and moves there. */
static void vrp_lbfgs_remember(vrp_lbfgs_memory *m, vrp_lbfgs *s, double *x, double *gradient) {
    const int64_t n = s->n;
    double *step = m->step + m->next * n, *change = m->change + m->next * n;
    for (int64_t i = 0; i < n; i++) {
        step[i] = s->trial[i] - x[i];
        change[i] = s->gradient[i] - gradient[i];
    }
    const double curvature = vrp_lbfgs_dot(step, change, n);
    if (curvature > DBL_EPSILON * vrp_lbfgs_dot(change, change, n)) { /* else H would not stay positive */
        m->rho[m->next] = 1 / curvature;
        m->next = (m->next + 1) % m->room;
        m->count = vr_min(m->count + 1, m->room);
    }
    memcpy(x, s->trial, (size_t)n * sizeof *x);
    memcpy(gradient, s->gradient, (size_t)n * sizeof *x);
}

static vr_lbfgs_options vrp_lbfgs_defaults(const vr_lbfgs_options *options) {
    vr_lbfgs_options o = options ? *options : (vr_lbfgs_options){0};
    if (o.memory == 0) o.memory = 10;
    if (o.iterations == 0) o.iterations = 1000;
    if (o.gradient == 0) o.gradient = 1e-6;
    VR_CHECK(o.memory > 0 && o.iterations > 0 && o.gradient >= 0 && o.decrease >= 0,
             "memory %lld, %lld iterations, tolerances %g and %g", (long long)o.memory,
             (long long)o.iterations, o.gradient, o.decrease);
    return o;
}

/* One iteration; false where no lower point is found, even along the gradient. */
static bool vrp_lbfgs_iterate(vrp_lbfgs *s, vrp_lbfgs_memory *m, double *x, double *gradient,
                              double *direction, vr_lbfgs_result *r) {
    vrp_lbfgs_point found;
    for (;;) {
        vrp_lbfgs_direction(m, direction, gradient, s->n);
        s->value0 = r->value;
        s->slope0 = vrp_lbfgs_dot(direction, gradient, s->n);
        const double first = m->count > 0 ? 1 : fmin(1, 1 / sqrt(vrp_lbfgs_dot(gradient, gradient, s->n)));
        if (s->slope0 < 0 && vrp_lbfgs_search(s, first, &found)) break;
        if (m->count == 0) return false;
        m->count = 0; /* without the curvature, once more */
    }
    r->value = found.value;
    vrp_lbfgs_remember(m, s, x, gradient);
    r->gradient = vrp_lbfgs_largest(gradient, s->n);
    return true;
}

bool vr_lbfgs(vr_arena *scratch, vr_lbfgs_result *result, double *x, int64_t n, vr_objective f, void *context,
              const vr_lbfgs_options *options, vr_err *err) {
    const vr_lbfgs_options o = vrp_lbfgs_defaults(options);
    const vr_arena_mark mark = vr_arena_here(scratch);
    double *gradient = VR_NEW(scratch, double, n), *direction = VR_NEW(scratch, double, n);
    vrp_lbfgs s = {n, f, context, x, direction, VR_NEW(scratch, double, n), VR_NEW(scratch, double, n),
                   0, 0, 1};
    vrp_lbfgs_memory m = {.room = o.memory,
                          .step = VR_NEW(scratch, double, (o.memory * n)),
                          .change = VR_NEW(scratch, double, (o.memory * n)),
                          .rho = VR_NEW(scratch, double, o.memory),
                          .alpha = VR_NEW(scratch, double, o.memory)};
    vr_lbfgs_result r = {.value = f(context, gradient, x, n)};
    r.gradient = vrp_lbfgs_largest(gradient, n);
    const bool ok = isfinite(r.value) && isfinite(r.gradient);
    if (!ok)
        vr_fail(err, VR_ERR_NUMERIC, "the objective at the starting point is %g, its largest derivative %g",
                r.value, r.gradient);
    r.converged = ok && r.gradient <= o.gradient;
    while (ok && !r.converged && r.iterations < o.iterations) {
        const double before = r.value;
        if (!vrp_lbfgs_iterate(&s, &m, x, gradient, direction, &r)) break;
        r.iterations++;
        r.converged = r.gradient <= o.gradient ||
                      (o.decrease > 0 && before - r.value < o.decrease * fmax(fabs(before), 1));
    }
    r.evaluations = s.evaluations;
    if (result) *result = r;
    vr_arena_rewind(scratch, mark);
    return ok;
}
