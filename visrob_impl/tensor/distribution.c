/* tensor/distribution.c: two incomplete functions, gamma and beta, are the basis of all but the normal distribution.
 *
 * Both are a prefix (a density) times a series or continued fraction of a few terms. The prefix is where digits are
 * lost: exp(lgamma(a+b) - lgamma(a) - ...) subtracts numbers of the size of a. In Loader's form those leading parts are
 * cancelled by hand: the error of Stirling's formula and the deviance a log(a/m) + m - a remain, both small. Each
 * function computes the tail that is asked for, so that a small one is never 1 minus a large one.
 *
 * Quantiles bisect over the bit patterns of the doubles, which are in the order of their values: 63 steps, no starting
 * value, no failure to converge, and as exact as the function. Rejected: Newton's method, faster but with a special
 * case for each end; a quantile is computed once per interval. */
#include "distribution_impl.h"
#include <math.h>
#include <string.h>

#define VRP_HALF_LOG_2PI 0.91893853320467274178
#define VRP_2PI          6.28318530717958647693
#define VRP_ROOT_HALF    0.70710678118654752440
#define VRP_EPS          1e-17 /* a term that no longer changes the sum */
enum { VRP_DISTRIBUTION_STEPS = 10000000 };

/* log z! - (log of Stirling's approximation): about 1 / 12z. */
static double vrp_distribution_stirling(double z) {
    if (z < 16) return log(tgamma(z + 1)) - (z + 0.5) * log(z) + z - VRP_HALF_LOG_2PI;
    const double s = 1 / (z * z);
    return (1.0 / 12 -
            (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - (1.0 / 1188 - 691.0 / 360360 * s) * s) * s) * s) * s) /
           z;
}

/* A continued fraction by Lentz's method: h is its value so far. */
typedef struct vrp_distribution_lentz {
    double h, c, d;
} vrp_distribution_lentz;

/* One more term, over / (next + ...); true where it no longer changes the value. */
static bool vrp_distribution_step(vrp_distribution_lentz *l, double over, double next) {
    l->d = next + over * l->d;
    l->c = next + over / l->c;
    if (fabs(l->d) < 1e-300) l->d = 1e-300;
    if (fabs(l->c) < 1e-300) l->c = 1e-300;
    l->d = 1 / l->d;
    l->h *= l->c * l->d;
    return fabs(l->c * l->d - 1) < 1e-16;
}

/* x log(x/m) + m - x: near x = m a series in (x-m)/(x+m), whose leading terms cancel exactly. */
static double vrp_distribution_deviance(double x, double m) {
    if (fabs(x - m) >= 0.1 * (x + m)) return x * log(x / m) + m - x;
    const double v = (x - m) / (x + m), vv = v * v;
    double sum = (x - m) * v, term = 2 * x * v;
    for (int j = 3; j < 1000; j += 2) {
        const double next = sum + (term *= vv) / j;
        if (next == sum) break;
        sum = next;
    }
    return sum;
}

/* x^a e^-x / Gamma(a+1) */
static double vrp_distribution_poisson(double a, double x) {
    return exp(-vrp_distribution_stirling(a) - vrp_distribution_deviance(a, x)) / sqrt(VRP_2PI * a);
}

/* Q(a,x), the regularised incomplete gamma function. */
static double vrp_distribution_gamma(double a, double x) {
    if (isnan(x) || !(a > 0) || isinf(a)) return NAN;
    if (x <= 0) return 1;
    if (isinf(x)) return 0;
    if (x < a + 1) { /* (1 - Q) / density = 1 + x/(a+1) + x^2/((a+1)(a+2)) + ... */
        double sum = 1, term = 1;
        for (int k = 1; k < VRP_DISTRIBUTION_STEPS && term > VRP_EPS * sum; k++) sum += term *= x / (a + k);
        return 1 - vrp_distribution_poisson(a, x) * sum;
    }
    /* Q / density = a / (x+1-a - 1(1-a) / (x+3-a - 2(2-a) / ...)), by Lentz's method. */
    vrp_distribution_lentz l = {.h = 1 / (x + 1 - a), .c = 1e300, .d = 1 / (x + 1 - a)};
    double b = x + 1 - a;
    for (int k = 1; k < VRP_DISTRIBUTION_STEPS; k++) {
        b += 2;
        if (vrp_distribution_step(&l, -k * (k - a), b)) break;
    }
    return a * vrp_distribution_poisson(a, x) * l.h;
}

/* x^a y^b / (B(a,b) I_x(a,b)) for x below the mean a/(a+b), by Lentz's method. This fraction of the known ones takes
 * y = 1 - x as well: a y - b x is then exact where x is next to 1 (t with a million degrees of freedom).
 * Source: Didonato and Morris 1992, eq. 9. */
static double vrp_distribution_fraction(double x, double y, double a, double b) {
    const double first = a * (a * y - b * x + 1) / (a + 1);
    vrp_distribution_lentz l = {first, first, 0};
    for (int m = 1; m < VRP_DISTRIBUTION_STEPS; m++) {
        const double below = a + 2 * m - 1, part = m * (b - m) * x / below,
                     over = (a + m - 1) / below * (a + b + m - 1) * part * x,
                     next = m + part + (a + m) / (below + 2) * (a * y - b * x + 1 + m * (1 + y));
        if (vrp_distribution_step(&l, over, next)) break;
    }
    return l.h;
}

/* I_x(a,b) or, if upper, 1 - I_x(a,b); y = 1 - x, which the caller has without rounding. */
static double vrp_distribution_beta(double x, double y, double a, double b, bool upper) {
    if (isnan(x) || isnan(y) || !(a > 0) || !(b > 0) || isinf(a) || isinf(b)) return NAN;
    if (x <= 0) return upper ? 1 : 0;
    if (y <= 0) return upper ? 0 : 1;
    const double n = a + b;
    const double density = /* x^a y^b / B(a,b) */
        sqrt(a / n * b / VRP_2PI) *
        exp(vrp_distribution_stirling(n) - vrp_distribution_stirling(a) - vrp_distribution_stirling(b) -
            vrp_distribution_deviance(a, n * x) - vrp_distribution_deviance(b, n * y));
    const bool swap = a * y < b * x;
    const double tail =
        density / (swap ? vrp_distribution_fraction(y, x, b, a) : vrp_distribution_fraction(x, y, a, b));
    return swap == upper ? tail : 1 - tail;
}

/* ---- quantiles ---- */

typedef double (*vrp_distribution_fn)(double x, double df);

static double vrp_distribution_from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The smallest x >= 0 at which f, which increases, reaches target (or f, which decreases, has come down to it). */
static double vrp_distribution_invert(vrp_distribution_fn f, bool increases, double target, double df) {
    if (isnan(f(INFINITY, df))) return NAN;
    if (!increases && target == 0) return INFINITY; /* not where the tail underflows */
    const double top = INFINITY;
    uint64_t low = 0, high;
    memcpy(&high, &top, sizeof high);
    if (increases ? f(0, df) >= target : f(0, df) <= target) return 0;
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        const double value = f(vrp_distribution_from_bits(middle), df);
        if (increases ? value >= target : value <= target)
            high = middle;
        else
            low = middle;
    }
    return vrp_distribution_from_bits(high);
}

/* A distribution symmetric about 0: centre(x) = P(0 < X <= x) keeps the digits of a p near 1/2. */
static double vrp_distribution_symmetric(vrp_distribution_fn centre, vrp_distribution_fn sf, double p,
                                         double df) {
    if (!(p >= 0 && p <= 1)) return NAN;
    const double x = fabs(p - 0.5) < 0.25 ? vrp_distribution_invert(centre, true, fabs(p - 0.5), df)
                                          : vrp_distribution_invert(sf, false, p < 0.5 ? p : 1 - p, df);
    return p < 0.5 ? -x : x;
}

/* ---- the distributions ---- */

double vr_normal_cdf(double x) { return 0.5 * erfc(-x * VRP_ROOT_HALF); }
double vrp_normal_sf(double x) { return 0.5 * erfc(x * VRP_ROOT_HALF); }

static double vrp_normal_centre(double x, double df) {
    (void)df;
    return 0.5 * erf(x * VRP_ROOT_HALF);
}

static double vrp_normal_upper(double x, double df) {
    (void)df;
    return vrp_normal_sf(x);
}

double vr_normal_quantile(double p) {
    return vrp_distribution_symmetric(vrp_normal_centre, vrp_normal_upper, p, 0);
}

/* P(|X| > |t|), or P(|X| <= |t|). */
static double vrp_t_both(double t, double df, bool inside) {
    if (isnan(t) || !(df > 0)) return NAN;
    if (isinf(df)) return inside ? erf(fabs(t) * VRP_ROOT_HALF) : erfc(fabs(t) * VRP_ROOT_HALF);
    const double tt = t * (t / df);
    return vrp_distribution_beta(1 / (1 + tt), isinf(tt) ? 1 : tt / (1 + tt), df / 2, 0.5, inside);
}

double vr_t_two_sided(double t, double df) { return vrp_t_both(t, df, false); }

static double vrp_t_centre(double t, double df) { return 0.5 * vrp_t_both(t, df, true); }
static double vrp_t_upper(double t, double df) { return 0.5 * vrp_t_both(t, df, false); }

double vrp_t_quantile(double p, double df) {
    return vrp_distribution_symmetric(vrp_t_centre, vrp_t_upper, p, df);
}

double vrp_chi2_sf(double x, double df) { return vrp_distribution_gamma(df / 2, x / 2); }

#undef VRP_HALF_LOG_2PI
#undef VRP_2PI
#undef VRP_ROOT_HALF
#undef VRP_EPS
