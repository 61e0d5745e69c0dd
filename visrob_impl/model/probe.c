/* model/probe.c: ridge by the normal equations in double (one-hot labels make F^T Y a sum over the images of each
 * class), logistic regression by L-BFGS on two products per evaluation: logits F W^T and gradient F^T (P - Y). The
 * features are not copied and stay in float; sums are in double, because near the minimum the gradient is a
 * difference of sums a million times its size. */
#include "probe.h"
#include "../base/error.h"
#include "../base/par.h"
#include "../tensor/gemm64.h"
#include "../tensor/linalg.h"
#include <math.h>
#include <string.h>

/* The lower triangle of a = x x^T + ridge I. Shapes: a: [n,n]; x: [n,len]. Four dot products share each load of a
 * row. */
static void vrp_probe_gram(double *a, const double *x, int64_t n, int64_t len, double ridge) {
#pragma omp parallel for num_threads(vr_threads()) schedule(dynamic, 8) if (n * n * len > 100000)
    for (int64_t i = 0; i < n; i++) {
        const double *xi = x + i * len;
        for (int64_t j = 0; j <= i; j += 4) {
            /* Beyond the diagonal the last row is read again, and its product is not stored. */
            const double *y0 = x + j * len, *y1 = x + vr_min(j + 1, i) * len,
                         *y2 = x + vr_min(j + 2, i) * len, *y3 = x + vr_min(j + 3, i) * len;
            double s[4], s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3)
            for (int64_t k = 0; k < len; k++) {
                s0 += xi[k] * y0[k];
                s1 += xi[k] * y1[k];
                s2 += xi[k] * y2[k];
                s3 += xi[k] * y3[k];
            }
            s[0] = s0, s[1] = s1, s[2] = s2, s[3] = s3;
            for (int64_t k = 0; k < vr_min(4, i - j + 1); k++) a[i * n + j + k] = s[k];
        }
        a[i * n + i] += ridge;
    }
}

/* mean[D] of the features; x[n*row + d*col] = features[n,d] - mean[d]. */
static void vrp_probe_centre(double *x, double *mean, vr_tensor features, int64_t row, int64_t col) {
    const int64_t N = features.shape[0], D = features.shape[1];
    memset(mean, 0, (size_t)D * sizeof *mean);
    for (int64_t n = 0; n < N; n++)
        for (int64_t d = 0; d < D; d++)
            mean[d] += (double)features.data[n * features.stride[0] + d * features.stride[1]];
    for (int64_t d = 0; d < D; d++) mean[d] /= (double)N;
    for (int64_t n = 0; n < N; n++)
        for (int64_t d = 0; d < D; d++)
            x[n * row + d * col] =
                (double)features.data[n * features.stride[0] + d * features.stride[1]] - mean[d];
}

/* out [D,C] from centred columns x [D,N]: the equations of the weights. */
static bool vrp_probe_primal(double *out, const double *x, const int64_t *labels, int64_t N, int64_t D,
                             int64_t C, double ridge, vr_arena *scratch, vr_err *err) {
    double *a = (double *)vr_arena_alloc(scratch, D * D, sizeof(double));
    vrp_probe_gram(a, x, D, N, ridge);
    for (int64_t d = 0; d < D; d++)
        for (int64_t n = 0; n < N; n++) out[d * C + labels[n]] += x[d * N + n];
    return vr_solve_spd(a, out, D, C, err);
}

/* The same from centred rows x [N,D]: the equations of one coefficient per image. */
static bool vrp_probe_dual(double *out, const double *x, const int64_t *labels, const double *share,
                           int64_t N, int64_t D, int64_t C, double ridge, vr_arena *scratch, vr_err *err) {
    double *a = (double *)vr_arena_alloc(scratch, N * N, sizeof(double));
    double *alpha = (double *)vr_arena_alloc(scratch, N * C, sizeof(double));
    vrp_probe_gram(a, x, N, D, ridge);
    for (int64_t n = 0; n < N; n++)
        for (int64_t c = 0; c < C; c++) alpha[n * C + c] = (labels[n] == c) - share[c];
    if (!vr_solve_spd(a, alpha, N, C, err)) return false;
    for (int64_t n = 0; n < N; n++)
        for (int64_t d = 0; d < D; d++)
            for (int64_t c = 0; c < C; c++) out[d * C + c] += x[n * D + d] * alpha[n * C + c];
    return true;
}

static bool vrp_probe_inputs(vr_tensor features, const int64_t *labels, int64_t classes, vr_err *err) {
    const int64_t bad = vr_tensor_find_nonfinite(features), D = features.shape[1];
    if (bad >= 0)
        return vr_fail(err, VR_ERR_NUMERIC, "image %lld: feature %lld is not finite", (long long)(bad / D),
                       (long long)(bad % D));
    for (int64_t n = 0; n < features.shape[0]; n++)
        if (labels[n] < 0 || labels[n] >= classes)
            return vr_fail(err, VR_ERR_ARGUMENT, "image %lld: expected a label of 0..%lld, found %lld",
                           (long long)n, (long long)classes - 1, (long long)labels[n]);
    return true;
}

bool vr_probe_ridge(vr_tensor w, vr_tensor b, vr_tensor features, const int64_t *labels, double lambda,
                    vr_arena *scratch, vr_err *err) {
    const int64_t N = features.shape[0], D = features.shape[1], C = w.shape[0];
    VR_CHECK(vr_is_mat(features, N, D) && vr_is_mat(w, C, D) && vr_is_vec(b, C) && N >= 1 && lambda >= 0,
             "features are [%lld,%lld], w [%lld,%lld], lambda %g", (long long)N, (long long)D, (long long)C,
             (long long)w.shape[1], lambda);
    const vr_arena_mark mark = vr_arena_here(scratch);
    double *mean = VR_NEW(scratch, double, D), *share = VR_NEW(scratch, double, C),
           *out = VR_NEW(scratch, double, (D * C));
    bool ok = vrp_probe_inputs(features, labels, C, err);
    if (ok) {
        const bool dual = N < D;
        double *x = (double *)vr_arena_alloc(scratch, N * D, sizeof(double));
        vrp_probe_centre(x, mean, features, dual ? D : 1, dual ? 1 : N);
        for (int64_t n = 0; n < N; n++) share[labels[n]] += 1 / (double)N;
        const double ridge = lambda * (double)N;
        ok = dual ? vrp_probe_dual(out, x, labels, share, N, D, C, ridge, scratch, err)
                  : vrp_probe_primal(out, x, labels, N, D, C, ridge, scratch, err);
        if (!ok) {
            memset(out, 0, (size_t)(D * C) * sizeof *out);
            memset(share, 0, (size_t)C * sizeof *share);
            vr_err_context(err, "ridge regression with lambda %g: ", lambda);
        }
    }
    for (int64_t c = 0; c < C; c++) {
        double bias = share[c];
        for (int64_t d = 0; d < D; d++) {
            bias -= out[d * C + c] * mean[d];
            w.data[c * w.stride[0] + d * w.stride[1]] = (float)out[d * C + c];
        }
        b.data[c * b.stride[0]] = (float)bias;
    }
    vr_arena_rewind(scratch, mark);
    return ok;
}

/* ---- logistic regression ---- */

enum { VRP_PROBE_ROWS = 64 }; /* images of a chunk, whose losses are summed by one thread; chunks in order */

typedef struct vrp_probe_logistic {
    vr_operand features, transposed; /* [N,D] and [D,N], of the same data */
    const int64_t *labels;
    int64_t N, D, C;
    double penalty;       /* of |W|^2 / 2, in an objective that is divided by N */
    double *logits, *sum; /* [N,C]; one loss per chunk */
    vr_arena *scratch;
} vrp_probe_logistic;

/* One image's logits become softmax - one-hot; returns its loss. */
static double vrp_probe_softmax(double *z, int64_t label, int64_t C) {
    double most = z[0], total = 0;
    for (int64_t c = 1; c < C; c++) most = fmax(most, z[c]);
    const double own = z[label] - most;
    for (int64_t c = 0; c < C; c++) total += z[c] = exp(z[c] - most);
    for (int64_t c = 0; c < C; c++) z[c] /= total;
    z[label] -= 1;
    return log(total) - own;
}

/* x: W^T [D,C], then b [C]. f = mean loss + penalty |W|^2 / 2. */
static double vrp_probe_objective(void *context, double *gradient, const double *x, int64_t n) {
    const vrp_probe_logistic *p = (const vrp_probe_logistic *)context;
    const int64_t N = p->N, D = p->D, C = p->C, chunks = (N + VRP_PROBE_ROWS - 1) / VRP_PROBE_ROWS;
    const double *bias = x + D * C;
    vr_matmul_f64(p->logits, p->features, (vr_operand){.f64 = x, .row = C, .column = 1}, N, C, D, p->scratch);
#pragma omp parallel for num_threads(vr_threads()) if (N * C > 10000)
    for (int64_t k = 0; k < chunks; k++) {
        double sum = 0;
        for (int64_t i = k * VRP_PROBE_ROWS; i < vr_min(N, (k + 1) * VRP_PROBE_ROWS); i++) {
            for (int64_t c = 0; c < C; c++) p->logits[i * C + c] += bias[c];
            sum += vrp_probe_softmax(p->logits + i * C, p->labels[i], C);
        }
        p->sum[k] = sum;
    }
    vr_matmul_f64(gradient, p->transposed, (vr_operand){.f64 = p->logits, .row = C, .column = 1}, D, C, N,
                  p->scratch);
    double loss = 0, squares = 0;
    for (int64_t k = 0; k < chunks; k++) loss += p->sum[k];
    memset(gradient + D * C, 0, (size_t)C * sizeof *gradient);
    for (int64_t i = 0; i < N; i++)
        for (int64_t c = 0; c < C; c++) gradient[D * C + c] += p->logits[i * C + c];
    for (int64_t k = 0; k < n; k++) gradient[k] /= (double)N;
    for (int64_t k = 0; k < D * C; k++) {
        gradient[k] += p->penalty * x[k];
        squares += x[k] * x[k];
    }
    return loss / (double)N + p->penalty * squares / 2;
}

static bool vrp_probe_options(vr_logistic *o, vr_err *err) {
    if (o->c == 0) o->c = 1;
    if (o->iterations == 0) o->iterations = 1000;
    if (o->tolerance == 0) o->tolerance = 1e-7;
    if (o->c > 0 && isfinite(o->c) && o->tolerance > 0 && o->iterations > 0) return true;
    return vr_fail(err, VR_ERR_ARGUMENT,
                   "expected a positive c, tolerance and number of iterations, found %g, %g and %lld", o->c,
                   o->tolerance, (long long)o->iterations);
}

bool vr_probe_logistic(vr_tensor w, vr_tensor b, vr_lbfgs_result *result, vr_tensor features,
                       const int64_t *labels, const vr_logistic *options, vr_arena *scratch, vr_err *err) {
    const int64_t N = features.shape[0], D = features.shape[1], C = w.shape[0];
    VR_CHECK(vr_is_mat(features, N, D) && vr_is_mat(w, C, D) && vr_is_vec(b, C) && N >= 1 && C >= 2,
             "features are [%lld,%lld], w [%lld,%lld]", (long long)N, (long long)D, (long long)C,
             (long long)w.shape[1]);
    vr_logistic o = options ? *options : (vr_logistic){0};
    const vr_arena_mark mark = vr_arena_here(scratch);
    double *x = VR_NEW(scratch, double, (D + 1) * C);
    if (result) *result = (vr_lbfgs_result){0};
    bool ok = vrp_probe_options(&o, err) && vrp_probe_inputs(features, labels, C, err);
    if (ok) {
        /* Two rows in place of scikit-learn's one: |w/2|^2 + |w/2|^2 is half of |w|^2. */
        const double penalty = (C == 2 ? 2 : 1) / (o.c * (double)N);
        vrp_probe_logistic p = {{NULL, features.data, features.stride[0], features.stride[1]},
                                {NULL, features.data, features.stride[1], features.stride[0]},
                                labels,
                                N,
                                D,
                                C,
                                penalty,
                                VR_NEW(scratch, double, (N * C)),
                                VR_NEW(scratch, double, N / VRP_PROBE_ROWS + 1),
                                scratch};
        ok = vr_lbfgs(scratch, result, x, (D + 1) * C, vrp_probe_objective, &p,
                      &(vr_lbfgs_options){.iterations = o.iterations, .gradient = o.tolerance}, err);
    }
    for (int64_t c = 0; c < C; c++) {
        for (int64_t d = 0; d < D; d++) w.data[c * w.stride[0] + d * w.stride[1]] = (float)x[d * C + c];
        b.data[c * b.stride[0]] = (float)x[D * C + c];
    }
    vr_arena_rewind(scratch, mark);
    return ok;
}
