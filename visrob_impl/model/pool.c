/* model/pool.c: small loops; each runs once or a few times in a network. */
#include "pool_impl.h"
#include "../base/error.h"
#include "../base/par.h"
#include <math.h>
#include <string.h>

typedef struct vrp_pool_job {
    vr_tensor y, x;
} vrp_pool_job;

static const float *vrp_pool_pixel(vr_tensor x, int64_t n, int64_t i, int64_t j) {
    return x.data + n * x.stride[0] + i * x.stride[1] + j * x.stride[2];
}

/* ---- in the place of strides ---- */

static void vrp_pool_average_row(const void *context, int64_t row, int thread) {
    const vrp_pool_job *p = (const vrp_pool_job *)context;
    const int64_t OH = p->y.shape[1], OW = p->y.shape[2], C = p->y.shape[3], H = p->x.shape[1],
                  W = p->x.shape[2];
    const int64_t n = row / OH, i = row % OH;
    (void)thread;
    for (int64_t j = 0; j < OW; j++) {
        float *out = p->y.data + n * p->y.stride[0] + i * p->y.stride[1] + j * p->y.stride[2];
        const int64_t bottom = vr_min(2 * i + 2, H), right = vr_min(2 * j + 2, W);
        memset(out, 0, (size_t)C * sizeof *out);
        for (int64_t r = 2 * i; r < bottom; r++)
            for (int64_t s = 2 * j; s < right; s++) {
                const float *in = vrp_pool_pixel(p->x, n, r, s);
                for (int64_t c = 0; c < C; c++) out[c] += in[c];
            }
        const float by = 1 / (float)((bottom - 2 * i) * (right - 2 * j));
        for (int64_t c = 0; c < C; c++) out[c] *= by;
    }
}

void vrp_pool_average(vr_tensor y, vr_tensor x) {
    VR_CHECK(x.ndim == 4 && y.ndim == 4 && y.shape[0] == x.shape[0] && y.shape[3] == x.shape[3] &&
                 2 * y.shape[1] <= x.shape[1] + 1 && 2 * y.shape[2] <= x.shape[2] + 1,
             "y must be half of x, [N,H/2,W/2,C]");
    const vrp_pool_job job = {y, x};
    vr_parallel(y.shape[0] * y.shape[1], vrp_pool_average_row, &job);
}

static int64_t vrp_pool_mirrored(int64_t i, int64_t n) { return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i; }

static void vrp_pool_blur_row(const void *context, int64_t row, int thread) {
    static const float kernel[3] = {0.25f, 0.5f, 0.25f};
    const vrp_pool_job *p = (const vrp_pool_job *)context;
    const int64_t OH = p->y.shape[1], OW = p->y.shape[2], C = p->y.shape[3], H = p->x.shape[1],
                  W = p->x.shape[2];
    const int64_t n = row / OH, i = row % OH;
    (void)thread;
    for (int64_t j = 0; j < OW; j++) {
        float *out = p->y.data + n * p->y.stride[0] + i * p->y.stride[1] + j * p->y.stride[2];
        memset(out, 0, (size_t)C * sizeof *out);
        for (int64_t u = 0; u < 3; u++)
            for (int64_t v = 0; v < 3; v++) {
                const float *in = vrp_pool_pixel(p->x, n, vrp_pool_mirrored(2 * i + u - 1, H),
                                                 vrp_pool_mirrored(2 * j + v - 1, W));
                for (int64_t c = 0; c < C; c++) out[c] += kernel[u] * kernel[v] * in[c];
            }
    }
}

void vrp_pool_blur(vr_tensor y, vr_tensor x) {
    VR_CHECK(x.ndim == 4 && y.ndim == 4 && x.shape[1] >= 2 && x.shape[2] >= 2 && y.shape[0] == x.shape[0] &&
                 y.shape[1] == (x.shape[1] - 1) / 2 + 1 && y.shape[2] == (x.shape[2] - 1) / 2 + 1 &&
                 y.shape[3] == x.shape[3],
             "y must be half of x, [N,H/2,W/2,C]");
    const vrp_pool_job job = {y, x};
    vr_parallel(y.shape[0] * y.shape[1], vrp_pool_blur_row, &job);
}

/* ---- attention ---- */

bool vrp_pool_attention_pack(vr_arena *perm, vrp_pool_attention *p, int64_t *out, vrp_checkpoint *c,
                             int64_t width, vr_err *err) {
    static const char *const stems[] = {"attnpool.q_proj.", "attnpool.k_proj.", "attnpool.v_proj."};
    int64_t rows, w[2];
    vr_tensor t;
    if (!vrp_checkpoint_rows(c, &rows, "attnpool.positional_embedding", width, err) ||
        !vrp_checkpoint_take(c, &t, "attnpool.positional_embedding", "", VRP_SHAPE(rows, width), err) ||
        !vrp_checkpoint_shape(c, w, 2, "attnpool.c_proj.", "weight", err))
        return false;
    *p = (vrp_pool_attention){.width = width, .heads = vr_max(1, width / 64)};
    p->grid = (int64_t)lround(sqrt((double)rows - 1));
    if (p->grid < 1 || p->grid * p->grid + 1 != rows || width % p->heads != 0)
        return vr_fail(
            err, VR_ERR_FORMAT,
            "%s: key '%sattnpool.positional_embedding': expected positions of a square grid and its "
            "mean, found %lld of %lld channels",
            c->path, c->prefix, (long long)rows, (long long)width);
    p->position = vr_tensor_copy(perm, t);
    *out = w[0];
    return vrp_checkpoint_linear_stack(c, &p->qkv, perm, stems, 3, width, width, err) &&
           vrp_checkpoint_linear(c, &p->proj, perm, "attnpool.c_proj.", true, NULL, width, w[0], err);
}

void vrp_pool_attention_apply(vr_tensor y, vr_tensor x, const vrp_pool_attention *p, vr_arena *scratch) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t N = x.shape[0], D = p->width, P = p->grid * p->grid, T = P + 1;
    VR_CHECK(x.shape[1] == p->grid && x.shape[2] == p->grid,
             "attention pooling of %lldx%lld positions, not %lldx%lld", (long long)x.shape[1],
             (long long)x.shape[2], (long long)p->grid, (long long)p->grid);
    vr_tensor tokens = vr_tensor_3d(scratch, N, T, D);
    for (int64_t n = 0; n < N; n++) {
        float *mean = tokens.data + n * T * D;
        for (int64_t i = 0; i < P; i++) {
            const float *in = vrp_pool_pixel(x, n, i / p->grid, i % p->grid);
            for (int64_t d = 0; d < D; d++) mean[d] += in[d] / (float)P;
            for (int64_t d = 0; d < D; d++) mean[(i + 1) * D + d] = in[d] + p->position.data[(i + 1) * D + d];
        }
        for (int64_t d = 0; d < D; d++) mean[d] += p->position.data[d];
    }
    const int64_t shape[3] = {N, T, 3 * D};
    const vr_tensor qkv = vr_tensor_raw(scratch, 3, shape);
    vr_linear_apply(vr_tensor_rows(qkv), vr_tensor_rows(tokens), &p->qkv, VR_ACT_NONE, (vr_tensor){0},
                    scratch);
    vr_attention_apply(tokens, qkv, p->heads, scratch);
    vr_tensor first = vr_tensor_2d(scratch, N, D);
    for (int64_t n = 0; n < N; n++)
        memcpy(first.data + n * D, tokens.data + n * T * D, (size_t)D * sizeof(float));
    vr_linear_apply(y, first, &p->proj, VR_ACT_NONE, (vr_tensor){0}, scratch);
    vr_arena_rewind(scratch, mark);
}

/* q = latent w^T + b, once for all images. w, b: [3D,D], [3D] or [D,D], [D]. */
static vr_tensor vrp_pool_map_query(vr_arena *perm, vr_tensor latent, vr_tensor w, vr_tensor b) {
    const int64_t D = w.shape[1];
    vr_tensor q = vr_tensor_1d(perm, D);
    for (int64_t o = 0; o < D; o++) {
        double sum = b.data ? b.data[o * b.stride[0]] : 0;
        for (int64_t i = 0; i < D; i++)
            sum += (double)latent.data[i * latent.stride[2]] * w.data[o * w.stride[0] + i * w.stride[1]];
        q.data[o] = (float)sum;
    }
    return q;
}

static bool vrp_pool_map_project(vr_arena *perm, vrp_pool_map *p, vrp_checkpoint *c, vr_err *err) {
    const int64_t D = p->width;
    vr_tensor latent, w, b = {0}, kw, kb = {0};
    if (!vrp_checkpoint_take(c, &latent, "attn_pool.latent", "", VRP_SHAPE(1, 1, D), err)) return false;
    if (vrp_checkpoint_has(c, "attn_pool.qkv.", "weight")) { /* transformers: one matrix */
        if (!vrp_checkpoint_take(c, &w, "attn_pool.qkv.", "weight", VRP_SHAPE(3 * D, D), err) ||
            !vrp_checkpoint_take(c, &b, "attn_pool.qkv.", "bias", VRP_SHAPE(3 * D), err))
            return false;
        kw = vr_tensor_slice(w, 0, D, 3 * D), kb = vr_tensor_slice(b, 0, D, 3 * D);
    } else if (!vrp_checkpoint_take(c, &w, "attn_pool.q.", "weight", VRP_SHAPE(D, D), err) ||
               !vrp_checkpoint_take(c, &kw, "attn_pool.kv.", "weight", VRP_SHAPE(2 * D, D), err) ||
               (vrp_checkpoint_has(c, "attn_pool.q.", "bias") &&
                (!vrp_checkpoint_take(c, &b, "attn_pool.q.", "bias", VRP_SHAPE(D), err) ||
                 !vrp_checkpoint_take(c, &kb, "attn_pool.kv.", "bias", VRP_SHAPE(2 * D), err)))) {
        return false;
    }
    p->query = vrp_pool_map_query(perm, latent, w, b);
    p->kv = vr_linear_pack(perm, kw, kb);
    return true;
}

bool vrp_pool_map_pack(vr_arena *perm, vrp_pool_map *p, vrp_checkpoint *c, int64_t width, int64_t heads,
                       vr_err *err) {
    int64_t w[2];
    const vr_arena_mark mark = vr_arena_here(c->scratch);
    *p = (vrp_pool_map){.width = width, .heads = heads};
    if (!vrp_checkpoint_shape(c, w, 2, "attn_pool.mlp.fc1.", "weight", err)) return false;
    p->hidden = w[0];
    if (!vrp_pool_map_project(perm, p, c, err)) return false;
    vr_arena_rewind(c->scratch, mark);
    return vrp_checkpoint_linear(c, &p->proj, perm, "attn_pool.proj.", true, NULL, width, width, err) &&
           vrp_checkpoint_norm(c, &p->norm, perm, "attn_pool.norm.", NULL, width, err) &&
           vrp_checkpoint_linear(c, &p->fc1, perm, "attn_pool.mlp.fc1.", true, NULL, width, p->hidden, err) &&
           vrp_checkpoint_linear(c, &p->fc2, perm, "attn_pool.mlp.fc2.", true, NULL, p->hidden, width, err);
}

/* y = softmax(q k^T / sqrt(d)) v of one query; kv: [T,2D]. */
static void vrp_pool_map_attend(float *y, const float *q, const float *kv, int64_t T, const vrp_pool_map *p,
                                float *scores) {
    const int64_t D = p->width, d = D / p->heads;
    const float scale = 1 / sqrtf((float)d);
    for (int64_t h = 0; h < p->heads; h++) {
        float max = -INFINITY, sum = 0;
        for (int64_t t = 0; t < T; t++) {
            float s = 0;
            for (int64_t i = 0; i < d; i++) s += q[h * d + i] * kv[t * 2 * D + h * d + i];
            scores[t] = s * scale;
            max = fmaxf(max, scores[t]);
        }
        memset(y + h * d, 0, (size_t)d * sizeof *y);
        for (int64_t t = 0; t < T; t++) {
            const float e = expf(scores[t] - max);
            sum += e;
            for (int64_t i = 0; i < d; i++) y[h * d + i] += e * kv[t * 2 * D + D + h * d + i];
        }
        for (int64_t i = 0; i < d; i++) y[h * d + i] /= sum;
    }
}

void vrp_pool_map_apply(vr_tensor y, vr_tensor x, int64_t prefix, const vrp_pool_map *p, float eps,
                        vr_act act, vr_arena *scratch) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t N = x.shape[0], T = x.shape[1], D = p->width;
    const vr_tensor kv = vr_tensor_2d(scratch, N * T, 2 * D), asked = vr_tensor_2d(scratch, N, D);
    float *scores = VR_NEW(scratch, float, T);
    vr_linear_apply(kv, vr_tensor_rows(x), &p->kv, VR_ACT_NONE, (vr_tensor){0}, scratch);
    for (int64_t n = 0; n < N; n++)
        vrp_pool_map_attend(asked.data + n * D, p->query.data, kv.data + (n * T + prefix) * 2 * D, T - prefix,
                            p, scores);
    vr_linear_apply(y, asked, &p->proj, VR_ACT_NONE, (vr_tensor){0}, scratch);
    const vr_tensor inner = vr_tensor_2d(scratch, N, p->hidden);
    vr_linear_apply_norm(inner, y, &p->norm, eps, &p->fc1, act, scratch);
    vr_linear_apply(y, inner, &p->fc2, VR_ACT_NONE, y, scratch);
    vr_arena_rewind(scratch, mark);
}
