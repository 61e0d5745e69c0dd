/* nn/winograd.c: Y = A^T [ (G g G^T) . (B^T d B) ] A, summed over channels: for each of the (m+2)^2 positions of
 * the transformed tile a matrix product [tiles, C] x [C, O].
 *
 * B^T d B of all channels (V) is stored as [position][tile][channel], so that both transforms work on vectors of
 * channels and vr_gemm_gather reads V in place. The products of a column panel (P) are transformed to A^T P A with
 * bias, residual and activation while they are in L2. There are three ways, which give the same bits:
 *   - Small weights, many tiles: a thread takes a block of tiles whose V stays in L2, and all panels. The
 *     transformed weights (U) were computed at load; they are read again for every block.
 *   - Else, up to four tiles (a ResNet's last stage at one image): a vector of outputs at a time, so that P stays in
 *     L1, and U is computed from the plain weights in registers and not stored.
 *   - Else the threads compute V of up to a few hundred tiles together, then divide the column panels. U is computed
 *     from the plain weights when it is needed, some channels at a time, in L2: F(4x4)'s are 4 times as large, and
 *     reading them from memory takes longer than computing them (and the memory is saved).
 *
 * vrp_winograd_choose: the fewest products for the image's size, whatever the batch. Below 8 channels the
 * transforms take longer than the products that they save. Rejected: F(6x6), whose constants up to 21/4 lose two
 * digits. */
#include "winograd_impl.h"
#include "../base/error.h"
#include "../base/par.h"
#include "gather_impl.h"
#include <math.h>
#include <string.h>

enum {
    VRP_WINO_V = 64 * 1024,    /* floats of a thread's V: half of L2 */
    VRP_WINO_U = 160 * 1024,   /* floats of weights that may be read for every block */
    VRP_WINO_SHARED = 1 << 20, /* floats of a V of all threads */
    VRP_WINO_TILES = 64,       /* of a panel's products in L2 */
    VRP_WINO_CHANNELS = 64,    /* of a panel's transformed weights in L2 */
    VRP_WINO_FEW = 4,          /* tiles whose products of one vector of outputs stay in L1 */
    VRP_WINO_DEEP = 4,         /* channels that are added to them at a time */
    VRP_WINO_AHEAD = 8,        /* channels by which their weights are fetched early */
    VRP_WINO_POSITIONS = 36,   /* of the largest tile */
    /* Floats from position to position of a panel's transformed weights: a constant, and not the same lines of L1. */
    VRP_WINO_STEP = 2 * VRP_LANES * VRP_WINO_CHANNELS + 16
};
#define VRP_WINO_INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define VRP_WINO_UNROLL _Pragma("unroll")
#else
#define VRP_WINO_UNROLL _Pragma("GCC unroll 8")
#endif
typedef float vrp_wino_vec __attribute__((vector_size(VRP_LANES * 4), aligned(4), may_alias));

typedef struct vrp_wino_job {
    vrp_gather_image image;
    const float *weights, *transformed; /* packed plain weights; U, or NULL */
    const vrp_epilogue *e;
    int64_t C, O, OH, OW, pad, ldv;         /* ldv: floats from tile to tile of V */
    int64_t TH, TW, total;                  /* tiles of an image, of all */
    int64_t positions, panels, block, rows; /* block: of tiles; rows: the most of one panel's products */
    int64_t first, tiles, parts;            /* of the shared way; parts: of a block */
    float *v, *u, *products;                /* u, products: each thread has its own */
    int m;
} vrp_wino_job;

static int64_t vrp_wino_tiles(int64_t OH, int64_t OW, int64_t m) {
    return (OH + m - 1) / m * ((OW + m - 1) / m);
}

int vrp_winograd_choose(const vr_conv *layer, int64_t OH, int64_t OW) {
    if (layer->kh != 3 || layer->kw != 3 || layer->in < 8 || layer->out < 8) return 0;
    if (layer->opts.stride > 1 || layer->opts.groups > 1 || layer->opts.dilation > 1) return 0;
    const int64_t direct = 9 * OH * OW, two = 16 * vrp_wino_tiles(OH, OW, 2),
                  four = 36 * vrp_wino_tiles(OH, OW, 4);
    return direct <= vr_min(two, four) ? 0 : two <= four ? 2 : 4;
}

int64_t vrp_winograd_weights_size(int64_t C, int64_t O) {
    const int64_t nr = vr_gemm_columns(), size = VRP_WINO_POSITIONS * C * ((O + nr - 1) / nr * nr);
    return size <= VRP_WINO_U ? size : 0;
}

/* ---- the three transforms of one row or column ----
 *
 * G's rows 1 and 2 are without their factor -1/6 (m = 2: 1/2), 3 and 4 without 1/24, and row 0 without 1/4: A^T has
 * these factors, where they take fewer operations. */

/* out = G in: 3 -> m + 2. */
VRP_WINO_INLINE void vrp_wino_g(vrp_wino_vec *out, const vrp_wino_vec *in, const int m) {
    const vrp_wino_vec a = in[0], b = in[1], c = in[2], near = a + c, far = a + 4 * c;
    out[0] = a, out[1] = near + b, out[2] = near - b, out[m + 1] = c;
    if (m == 4) out[3] = far + 2 * b, out[4] = far - 2 * b;
}

/* d = B^T d: m + 2 -> m + 2. */
VRP_WINO_INLINE void vrp_wino_b(vrp_wino_vec *d, const int m) {
    if (m == 2) {
        const vrp_wino_vec d0 = d[0] - d[2], d1 = d[1] + d[2], d2 = d[2] - d[1], d3 = d[1] - d[3];
        d[0] = d0, d[1] = d1, d[2] = d2, d[3] = d3;
        return;
    }
    const vrp_wino_vec even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1], near = d[4] - d[2],
                       far = 2 * (d[3] - d[1]);
    const vrp_wino_vec first = 4 * (d[0] - d[2]) + near, last = 4 * d[1] - 5 * d[3] + d[5];
    d[0] = first, d[1] = even + odd, d[2] = even - odd, d[3] = near + far, d[4] = near - far, d[5] = last;
}

/* d = A^T d: m + 2 -> m. */
VRP_WINO_INLINE void vrp_wino_a(vrp_wino_vec *d, const int m) {
    const vrp_wino_vec sum = d[1] + d[2], difference = d[1] - d[2];
    if (m == 2) {
        d[0] += 0.5f * sum, d[1] = 0.5f * difference - d[3];
        return;
    }
    const float sixth = 1.0f / 6;
    const vrp_wino_vec sum2 = d[3] + d[4], difference2 = d[3] - d[4];
    d[0] = 0.25f * d[0] - sixth * sum + 0.25f * sixth * sum2,
    d[1] = sixth * (0.5f * difference2 - difference);
    d[2] = sixth * (sum2 - sum), d[3] = sixth * (2 * difference2 - difference) + d[5];
}

/* ---- weights ---- */

/* u[position][channel][column] = G g G^T of one vector of columns; g: its first tap, taps `tap` floats apart. */
VRP_WINO_INLINE void vrp_wino_weight(float *u, int64_t step, const float *g, int64_t tap, const int m) {
    const int n = m + 2;
    vrp_wino_vec rows[6][3], line[6];
    VRP_WINO_UNROLL for (int j = 0; j < 3; j++) { /* G g, then its rows times G^T */
        vrp_wino_vec in[3];
        VRP_WINO_UNROLL for (int i = 0; i < 3; i++) in[i] = *(const vrp_wino_vec *)(g + (3 * i + j) * tap);
        vrp_wino_g(line, in, m);
        VRP_WINO_UNROLL for (int i = 0; i < n; i++) rows[i][j] = line[i];
    }
    VRP_WINO_UNROLL for (int i = 0; i < n; i++) {
        vrp_wino_g(line, rows[i], m);
        VRP_WINO_UNROLL for (int j = 0; j < n; j++) * (vrp_wino_vec *)(u + (i * n + j) * step) = line[j];
    }
}

/* The same of `count` channels of a packed panel, [tap][channel][column]; u's positions are `step` floats apart. */
VRP_WINO_INLINE void vrp_wino_weights(float *u, const int64_t step, const float *panel, int64_t C,
                                      int64_t count, const int m) {
    const int64_t nr = vr_gemm_columns();
    for (int64_t i = 0; i < count * nr; i += VRP_LANES) vrp_wino_weight(u + i, step, panel + i, C * nr, m);
}

void vrp_winograd_weights(float *u, const float *panels, int64_t C, int64_t O) {
    const int64_t nr = vr_gemm_columns(), count = (O + nr - 1) / nr;
    for (int64_t p = 0; p < count; p++)
        vrp_wino_weights(u + p * C * nr, count * C * nr, panels + p * 9 * C * nr, C, C, 4);
}

/* ---- one tile in, one tile out ---- */

/* B^T d B of one vector of channels, written to v, positions `step` floats apart. Inside the image the pixels are
 * `row` and `column` floats apart; else each has its pointer. Fewer lanes: the last channels. */
VRP_WINO_INLINE void vrp_wino_in_lanes(float *v, int64_t step, const float *x, int64_t row, int64_t column,
                                       const float *const *pixel, int64_t c, int64_t lanes, const int m) {
    const int n = m + 2;
    vrp_wino_vec d[6][6];
    VRP_WINO_UNROLL for (int j = 0; j < n; j++) {
        vrp_wino_vec line[6];
        VRP_WINO_UNROLL for (int i = 0; i < n; i++) {
            const float *at = (pixel ? pixel[i * n + j] : x + i * row + j * column) + c;
            if (lanes == VRP_LANES)
                line[i] = *(const vrp_wino_vec *)at;
            else {
                line[i] = (vrp_wino_vec){0};
                memcpy(&line[i], at, (size_t)lanes * sizeof(float));
            }
        }
        vrp_wino_b(line, m);
        VRP_WINO_UNROLL for (int i = 0; i < n; i++) d[i][j] = line[i];
    }
    VRP_WINO_UNROLL for (int i = 0; i < n; i++) {
        vrp_wino_b(d[i], m);
        VRP_WINO_UNROLL for (int j = 0; j < n; j++) * (vrp_wino_vec *)(v + (i * n + j) * step) = d[i][j];
    }
}

/* v[position][.. channels ..] = B^T d B of tile `index`; positions are `step` floats apart, vectors of channels
 * `next`. */
VRP_WINO_INLINE void vrp_wino_in(const vrp_wino_job *job, float *v, int64_t step, int64_t next, int64_t index,
                                 const int m) {
    const int n = m + 2;
    const vrp_gather_image g = job->image; /* a copy: stores to v cannot change it */
    const int64_t C = job->C, row = g.W * g.ld;
    const int64_t top = index / job->TW % job->TH * m - job->pad, left = index % job->TW * m - job->pad;
    const float *x = g.x + index / (job->TH * job->TW) * g.H * row, *pixel[VRP_WINO_POSITIONS];
    int64_t c = 0;
    if (top >= 0 && left >= 0 && top + n <= g.H && left + n <= g.W) {
        x += top * row + left * g.ld;
        for (; c + VRP_LANES <= C; c += VRP_LANES, v += next)
            vrp_wino_in_lanes(v, step, x, row, g.ld, NULL, c, VRP_LANES, m);
        if (c < C) vrp_wino_in_lanes(v, step, x, row, g.ld, NULL, c, C - c, m);
        return;
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) pixel[i * n + j] = vrp_gather_pixel(&g, x, top + i, left + j);
    for (; c + VRP_LANES <= C; c += VRP_LANES, v += next)
        vrp_wino_in_lanes(v, step, NULL, 0, 0, pixel, c, VRP_LANES, m);
    if (c < C) vrp_wino_in_lanes(v, step, NULL, 0, 0, pixel, c, C - c, m);
}

/* y = act(sum + residual) for a vector of channels; `least` is 0 for a ReLU, else -infinity. A NaN stays. */
VRP_WINO_INLINE void vrp_wino_store(float *y, const float *residual, vrp_wino_vec *sum,
                                    const vrp_wino_vec *least) {
    typedef int32_t bits __attribute__((vector_size(VRP_LANES * 4)));
    if (residual) *sum += *(const vrp_wino_vec *)residual;
    const bits low = (bits)(*sum < *least);
    *(vrp_wino_vec *)y = (vrp_wino_vec)(((bits)*least & low) | ((bits)*sum & ~low));
}

/* The same for fewer channels of a pixel from o on, and for the activations that need a call. The sum is passed by
 * address, as without AVX a vector argument changes the ABI. */
static void vrp_wino_store_some(const vrp_epilogue *e, int64_t pixel, int64_t o, const vrp_wino_vec *sum,
                                int64_t lanes) {
    float out[VRP_LANES];
    memcpy(out, sum, sizeof out);
    for (int64_t l = 0; l < lanes; l++)
        out[l] += e->residual ? e->residual[pixel * e->ld_residual + o + l] : 0;
    vrp_act_fast(out, lanes, e->act);
    memcpy(e->y + pixel * e->ldy + o, out, (size_t)lanes * sizeof(float));
}

/* y = epilogue(A^T P A) for tile `index` and the `lanes` channels from o on. */
VRP_WINO_INLINE void vrp_wino_out(const vrp_wino_job *job, const float *p, int64_t step, int64_t index,
                                  int64_t o, const int m) {
    const int n = m + 2;
    const vrp_epilogue *e = job->e;
    const int64_t image = index / (job->TH * job->TW), top = index / job->TW % job->TH * m,
                  left = index % job->TW * m, lanes = vr_min(VRP_LANES, job->O - o);
    const int64_t first = (image * job->OH + top) * job->OW + left; /* pixel */
    vrp_wino_vec d[4][6], bias = {0}, least = {0};
    const float low = e->act == VR_ACT_RELU ? 0 : -INFINITY;
    VRP_WINO_UNROLL for (int l = 0; l < VRP_LANES; l++) least[l] = low;
    if (e->bias) memcpy(&bias, e->bias + o, (size_t)lanes * sizeof(float));
    VRP_WINO_UNROLL for (int j = 0; j < n; j++) {
        vrp_wino_vec line[6];
        VRP_WINO_UNROLL for (int i = 0; i < n; i++) line[i] = *(const vrp_wino_vec *)(p + (i * n + j) * step);
        vrp_wino_a(line, m);
        VRP_WINO_UNROLL for (int i = 0; i < m; i++) d[i][j] = line[i];
    }
    if (lanes == VRP_LANES && e->act <= VR_ACT_RELU && top + m <= job->OH && left + m <= job->OW) {
        float *y = e->y + first * e->ldy + o;
        const float *residual = e->residual ? e->residual + first * e->ld_residual + o : NULL;
        VRP_WINO_UNROLL for (int i = 0; i < m; i++) {
            vrp_wino_a(d[i], m);
            VRP_WINO_UNROLL for (int j = 0; j < m; j++) {
                const int64_t pixel = i * job->OW + j;
                vrp_wino_vec sum = d[i][j] + bias;
                vrp_wino_store(y + pixel * e->ldy, residual ? residual + pixel * e->ld_residual : NULL, &sum,
                               &least);
            }
        }
        return;
    }
    for (int i = 0; i < m && top + i < job->OH; i++) {
        vrp_wino_a(d[i], m);
        for (int j = 0; j < m && left + j < job->OW; j++) {
            const vrp_wino_vec sum = d[i][j] + bias;
            vrp_wino_store_some(e, first + i * job->OW + j, o, &sum, lanes);
        }
    }
}

/* ---- some tiles, one column panel ---- */

/* V of the t-th tile from `first` on; positions are `step` floats apart. */
static void vrp_wino_transform(const vrp_wino_job *job, float *v, int64_t step, int64_t first, int64_t t) {
    if (job->m == 2)
        vrp_wino_in(job, v + t * job->ldv, step, VRP_LANES, first + t, 2);
    else
        vrp_wino_in(job, v + t * job->ldv, step, VRP_LANES, first + t, 4);
}

/* products[tile][column] (+)= V of one position times the weights of K channels. Groups of tiles are of equal height,
 * as one of a single row takes as long as one of four. */
static void vrp_wino_multiply(const vrp_wino_job *job, float *products, const float *v, int64_t tiles,
                              const float *u, int64_t K, int64_t columns, bool add) {
    const int64_t R = vr_gemm_gather_rows(), nr = vr_gemm_columns(), groups = (tiles + R - 1) / R;
    for (int64_t g = 0; g < groups; g++) {
        const int64_t t = g * tiles / groups, count = (g + 1) * tiles / groups - t;
        vrp_gather_tile(products + t * nr, v + t * job->ldv, job->ldv, count, K, u, columns, add);
    }
}

/* The outputs of column panel p of tile `index`; its products' positions are `step` floats apart. */
static void vrp_wino_inverse(const vrp_wino_job *job, const float *products, int64_t step, int64_t index,
                             int64_t p) {
    const int64_t nr = vr_gemm_columns();
    for (int64_t j = 0; j < nr && p * nr + j < job->O; j += VRP_LANES)
        if (job->m == 2)
            vrp_wino_out(job, products + j, step, index, p * nr + j, 2);
        else
            vrp_wino_out(job, products + j, step, index, p * nr + j, 4);
}

/* Column panel p of `tiles` tiles from `index` on; v: of the first of them, positions are `step` floats apart. */
static void vrp_wino_panel(const vrp_wino_job *job, const float *v, int64_t step, int64_t index,
                           int64_t tiles, int64_t p, int thread) {
    const int64_t nr = vr_gemm_columns(), C = job->C, columns = job->O - p * nr, most = VRP_WINO_CHANNELS;
    const int64_t each = job->rows * nr, chunk = job->transformed ? C : vr_min(C, most),
                  step_u = job->transformed ? job->panels * C * nr : VRP_WINO_STEP;
    float *products = job->products + thread * job->positions * each,
          *made = job->u + thread * job->positions * VRP_WINO_STEP;
    for (int64_t c = 0; c < C; c += chunk) {
        const int64_t count = vr_min(chunk, C - c);
        const float *u = job->transformed ? job->transformed + p * C * nr : made;
        const float *from = job->weights + (p * 9 * C + c) * nr;
        if (!job->transformed && job->m == 2) vrp_wino_weights(made, VRP_WINO_STEP, from, C, count, 2);
        if (!job->transformed && job->m == 4) vrp_wino_weights(made, VRP_WINO_STEP, from, C, count, 4);
        for (int64_t position = 0; position < job->positions; position++)
            vrp_wino_multiply(job, products + position * each, v + position * step + c, tiles,
                              u + position * step_u, count, columns, c > 0);
    }
    for (int64_t t = 0; t < tiles; t++) vrp_wino_inverse(job, products + t * nr, each, index + t, p);
}

/* ---- few tiles: neither U nor P leaves L1 ---- */

/* p[position][tile] += U V of a few channels and one vector of columns; g: their packed weights, taps `tap` floats
 * apart; V: [position][tile][channel]. All strides but those of g are constants. */
VRP_WINO_INLINE void vrp_wino_few_channels(vrp_wino_vec *p, const float *v, const float *g, int64_t tap,
                                           int64_t nr, const int tiles) {
    _Alignas(64) vrp_wino_vec rows[VRP_WINO_DEEP][6][3], u[VRP_WINO_DEEP][6];
    for (int c = 0; c < VRP_WINO_DEEP; c++, g += nr) /* G g */
        VRP_WINO_UNROLL for (int j = 0; j < 3; j++) {
            vrp_wino_vec in[3], column[6];
            VRP_WINO_UNROLL for (int i = 0; i < 3; i++) {
                __builtin_prefetch(g + (3 * i + j) * tap + VRP_WINO_AHEAD * nr);
                in[i] = *(const vrp_wino_vec *)(g + (3 * i + j) * tap);
            }
            vrp_wino_g(column, in, 4);
            VRP_WINO_UNROLL for (int i = 0; i < 6; i++) rows[c][i][j] = column[i];
        }
    for (int i = 0; i < 6; i++, p += 6 * tiles, v += 6 * tiles * VRP_LANES) {
        VRP_WINO_UNROLL for (int c = 0; c < VRP_WINO_DEEP; c++) vrp_wino_g(u[c], rows[c][i], 4);
        /* Two positions at a time: a sum has to wait four cycles for the one before. */
        VRP_WINO_UNROLL for (int j = 0; j < 6; j += 2) {
            vrp_wino_vec sum[2 * VRP_WINO_FEW];
            VRP_WINO_UNROLL for (int t = 0; t < 2 * tiles; t++) sum[t] = p[j * tiles + t];
            VRP_WINO_UNROLL for (int c = 0; c < VRP_WINO_DEEP; c++)
                VRP_WINO_UNROLL for (int t = 0; t < 2 * tiles; t++) sum[t] +=
                u[c][j + t / tiles] * v[(j * tiles + t) * VRP_LANES + c];
            VRP_WINO_UNROLL for (int t = 0; t < 2 * tiles; t++) p[j * tiles + t] = sum[t];
        }
    }
}

/* A vector of outputs, from o on, of all tiles. */
VRP_WINO_INLINE void vrp_wino_few_outputs(const vrp_wino_job *job, int64_t o, const int tiles) {
    const int64_t nr = vr_gemm_columns(), C = job->C;
    const float *g = job->weights + o / nr * 9 * C * nr + o % nr, *v = job->v;
    _Alignas(64) vrp_wino_vec p[VRP_WINO_POSITIONS * VRP_WINO_FEW];
    for (int i = 0; i < VRP_WINO_POSITIONS * tiles; i++) p[i] = (vrp_wino_vec){0};
    for (int64_t c = 0; c < C; c += VRP_LANES, v += VRP_WINO_POSITIONS * tiles * VRP_LANES)
        for (int k = 0; k < VRP_LANES; k += VRP_WINO_DEEP, g += VRP_WINO_DEEP * nr)
            vrp_wino_few_channels(p, v + k, g, C * nr, nr, tiles);
    for (int t = 0; t < tiles; t++) vrp_wino_out(job, (const float *)(p + t), tiles * VRP_LANES, t, o, 4);
}

static void vrp_wino_few_in(const void *context, int64_t t, int thread) {
    const vrp_wino_job *job = (const vrp_wino_job *)context;
    const int64_t step = job->total * VRP_LANES;
    (void)thread;
    vrp_wino_in(job, job->v + t * VRP_LANES, step, VRP_WINO_POSITIONS * step, t, 4);
}

static void vrp_wino_few_out(const void *context, int64_t i, int thread) {
    const vrp_wino_job *job = (const vrp_wino_job *)context;
    (void)thread;
    if (job->total == 4) vrp_wino_few_outputs(job, i * VRP_LANES, 4);
    if (job->total == 3) vrp_wino_few_outputs(job, i * VRP_LANES, 3);
    if (job->total == 2) vrp_wino_few_outputs(job, i * VRP_LANES, 2);
    if (job->total == 1) vrp_wino_few_outputs(job, i * VRP_LANES, 1);
}

static void vrp_wino_few(vrp_wino_job *job, vr_arena *scratch) {
    job->v = (float *)vr_arena_alloc(scratch, job->total * VRP_WINO_POSITIONS * job->C, sizeof(float));
    vr_parallel(job->total, vrp_wino_few_in, job);
    vr_parallel((job->O + VRP_LANES - 1) / VRP_LANES, vrp_wino_few_out, job);
}

/* ---- a block for each thread ---- */

static void vrp_wino_block(const void *context, int64_t i, int thread) {
    const vrp_wino_job *job = (const vrp_wino_job *)context;
    const int64_t first = i * job->block, tiles = vr_min(job->block, job->total - first),
                  step = tiles * job->ldv;
    float *v = job->v + thread * job->block * job->positions * job->ldv;
    for (int64_t t = 0; t < tiles; t++) vrp_wino_transform(job, v, step, first, t);
    for (int64_t p = 0; p < job->panels; p++) vrp_wino_panel(job, v, step, first, tiles, p, thread);
}

/* ---- a block for all threads, in two steps ---- */

static void vrp_wino_shared_in(const void *context, int64_t t, int thread) {
    const vrp_wino_job *job = (const vrp_wino_job *)context;
    (void)thread;
    vrp_wino_transform(job, job->v, job->tiles * job->ldv, job->first, t);
}

static void vrp_wino_shared_panel(const void *context, int64_t i, int thread) {
    const vrp_wino_job *job = (const vrp_wino_job *)context;
    const int64_t part = i % job->parts, t = part * job->tiles / job->parts,
                  tiles = (part + 1) * job->tiles / job->parts - t;
    vrp_wino_panel(job, job->v + t * job->ldv, job->tiles * job->ldv, job->first + t, tiles, i / job->parts,
                   thread);
}

static void vrp_wino_shared(vrp_wino_job *job) {
    for (job->first = 0; job->first < job->total; job->first += job->block) {
        job->tiles = vr_min(job->block, job->total - job->first);
        vr_parallel(job->tiles, vrp_wino_shared_in, job);
        vr_parallel(job->panels * job->parts, vrp_wino_shared_panel, job);
    }
}

/* The number of tiles of a block, and the rows of a panel's products. */
static void vrp_wino_cut(vrp_wino_job *job, bool shared) {
    const int64_t R = vr_gemm_gather_rows(), threads = vr_threads(), tile = job->positions * job->ldv;
    int64_t blocks;
    if (shared) {
        blocks = (job->total * tile + VRP_WINO_SHARED - 1) / VRP_WINO_SHARED;
    } else { /* of equal size, and up to three a thread */
        blocks = (job->total * tile + VRP_WINO_V - 1) / VRP_WINO_V;
        if (threads > 1) blocks = vr_max(blocks, threads * vr_clamp(job->total / (2 * R * threads), 1, 3));
    }
    job->block = (job->total + blocks - 1) / blocks, job->rows = job->block;
    if (!shared) return;
    job->parts = (job->block + VRP_WINO_TILES - 1) / VRP_WINO_TILES;
    if (threads > 1) /* four pieces a thread, unless they have fewer rows than a tile */
        job->parts =
            vr_max(job->parts, vr_min((4 * threads + job->panels - 1) / job->panels, job->block / R));
    job->rows = (job->block + job->parts - 1) / job->parts;
}

static void vrp_wino_many(vrp_wino_job *job, vr_arena *scratch) {
    const int64_t threads = vr_threads(), nr = vr_gemm_columns(), made = job->transformed ? 0 : VRP_WINO_STEP;
    const bool shared = !job->transformed || (threads > 1 && job->total < 8 * threads);
    vrp_wino_cut(job, shared);
    const int64_t tiles = (shared ? 1 : threads) * job->block;
    job->v = (float *)vr_arena_alloc(scratch, tiles * job->positions * job->ldv, sizeof(float));
    job->products =
        (float *)vr_arena_alloc(scratch, threads * job->positions * job->rows * nr, sizeof(float));
    job->u = (float *)vr_arena_alloc(scratch, threads * job->positions * made, sizeof(float));
    if (shared)
        vrp_wino_shared(job);
    else
        vr_parallel((job->total + job->block - 1) / job->block, vrp_wino_block, job);
}

void vrp_winograd_run(vr_tensor x, const vr_conv *layer, int m, const vrp_epilogue *e, vr_arena *scratch) {
    const int64_t N = x.shape[0], H = x.shape[1], W = x.shape[2], C = layer->in, O = layer->out,
                  pad = layer->opts.pad, OH = H + 2 * pad - 2, OW = W + 2 * pad - 2;
    VR_CHECK((m == 2 || m == 4) && (e->residual_before_act || !e->residual),
             "m = 2 or 4, the residual before the activation");
    if (N == 0 || OH <= 0 || OW <= 0) return;
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t nr = vr_gemm_columns();
    const float *zeros = VR_NEW(scratch, float, C);
    vrp_wino_job job = {.image = {.x = x.data, .zeros = zeros, .H = H, .W = W, .ld = x.stride[2]},
                        .weights = layer->panels,
                        .transformed = m == 4 ? layer->winograd : NULL,
                        .e = e,
                        .C = C,
                        .O = O,
                        .OH = OH,
                        .OW = OW,
                        .TH = (OH + m - 1) / m,
                        .TW = (OW + m - 1) / m,
                        .pad = pad,
                        .ldv = (C + VRP_LANES - 1) / VRP_LANES * VRP_LANES,
                        .m = m,
                        .positions = (m + 2) * (m + 2),
                        .panels = (O + nr - 1) / nr};
    job.total = N * job.TH * job.TW;
    if (!job.transformed && m == 4 && job.total <= VRP_WINO_FEW && C % VRP_LANES == 0)
        vrp_wino_few(&job, scratch);
    else
        vrp_wino_many(&job, scratch);
    vr_arena_rewind(scratch, mark);
}

#undef VRP_WINO_INLINE
#undef VRP_WINO_UNROLL
