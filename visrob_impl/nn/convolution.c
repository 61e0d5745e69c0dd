/* nn/convolution.c: convolutions without unfolding: each output pixel's window is read where it lies.
 *
 * A row of the left operand is one output pixel's window; channels-last makes it a few runs of contiguous
 * floats, and vr_gemm_gather takes one pointer a run. Away from the left and right border a run is a whole
 * row of the window (kw * C floats, so that even a 7 x 7 window of 3 channels has runs of 21); at the border
 * it is one pixel, and what lies outside points at zeros. The order of the sum is [u][v][c] in both. A 1 x 1
 * convolution, of any stride, is the same with one run.
 * Packing windows first (im2col) was measured: 62 to 75 %
 * of the FMA peak on ResNet's 56 x 56 layers where this reaches 85 to 95 %.
 *
 * Where 3 x 3 windows move by one pixel, nn/winograd.c does the same with a fraction of the products. Groups are
 * one product each; a depthwise convolution is a loop over channels, which no product would speed up. */
#include "packed.h"
#include "../base/error.h"
#include "../base/par.h"
#include "../tensor/gemm.h"
#include "epilogue.h"
#include "winograd.h"
#include <math.h>
#include <string.h>

enum {
    VRP_CONV_MOST = 16,         /* rows of a gathered tile */
    VRP_CONV_TILES = 36,        /* most tiles of a block */
    VRP_CONV_NEAR = 160 * 1024, /* floats of weights that stay in L2 */
    VRP_CONV_FEW = 4            /* channels */
};

/* One product: all of a convolution, or one group of it. */
typedef struct vrp_conv_job {
    const vr_conv *layer;
    const float *x, *panels, *zeros; /* x: the group's first channel of the first pixel */
    int64_t N, H, W, OH, OW, C, O;   /* C, O: of the group */
    int64_t ld, pad;                 /* ld: floats from pixel to pixel */
    int64_t pixels, tiles;           /* of all outputs */
    vr_epilogue epilogue;
} vrp_conv_job;

typedef struct vrp_conv_widening {
    const float *from;
    float *to;
    int64_t rows, row, pad, border; /* rows of an image; floats of a row, of a row's border */
} vrp_conv_widening;

/* Some output pixels, at most vr_gemm_gather_rows(), and how they read the input. */
typedef struct vrp_conv_tile {
    int64_t first, count, taps, run;
} vrp_conv_tile;

static bool vrp_conv_depthwise(const vr_conv *c) {
    return c->opts.groups > 1 && c->opts.groups == c->in && c->in == c->out;
}

/* ---- packing ---- */

/* order[((u*KW + v)*C + c) * step] = w[o][c][u][v] * scale[o]. */
static void vrp_conv_reorder(float *order, int64_t step, vr_tensor w, int64_t o, const float *scale) {
    const int64_t C = w.shape[1], KH = w.shape[2], KW = w.shape[3];
    const float by = scale ? scale[o] : 1;
    for (int64_t u = 0; u < KH; u++)
        for (int64_t v = 0; v < KW; v++) {
            const float *from = w.data + o * w.stride[0] + u * w.stride[2] + v * w.stride[3];
            for (int64_t c = 0; c < C; c++) order[((u * KW + v) * C + c) * step] = from[c * w.stride[1]] * by;
        }
}

typedef struct vrp_conv_packing {
    vr_tensor w;
    const float *scale;
    float *packed, *order;      /* order: a panel's weights, for each thread */
    int64_t K, O, each, panels; /* O, panels: of a group; each: floats of a packed group */
} vrp_conv_packing;

/* Panel i % panels of group i / panels. */
static void vrp_conv_pack_panel(const void *context, int64_t i, int thread) {
    const vrp_conv_packing *j = (const vrp_conv_packing *)context;
    const int64_t nr = vr_gemm_columns(), g = i / j->panels, first = i % j->panels * nr,
                  count = vr_min(nr, j->O - first);
    float *order = j->order + thread * nr * j->K;
    for (int64_t o = 0; o < count; o++)
        vrp_conv_reorder(order + o * j->K, 1, j->w, g * j->O + first + o, j->scale);
    vr_gemm_pack(j->packed + g * j->each + first * j->K, order, j->K, count, 1, j->K);
}

/* scale: [O] or NULL, multiplied into the weights. */
static vr_conv vrp_conv_pack(vr_arena *perm, vr_tensor w, float *bias, const float *scale,
                             vr_conv_opts opts) {
    if (opts.stride == 0) opts.stride = 1;
    if (opts.groups == 0) opts.groups = 1;
    if (opts.dilation == 0) opts.dilation = 1;
    VR_CHECK(w.ndim == 4 && opts.groups >= 1 && w.shape[0] % opts.groups == 0, "%lld outputs in %lld groups",
             (long long)w.shape[0], (long long)opts.groups);
    VR_CHECK(opts.stride >= 1 && opts.dilation >= 1 && opts.pad >= 0,
             "stride, dilation or padding out of range");
    const int64_t O = w.shape[0], C = w.shape[1], K = w.shape[2] * w.shape[3] * C, Og = O / opts.groups;
    vr_conv conv = {
        .in = C * opts.groups, .out = O, .kh = w.shape[2], .kw = w.shape[3], .opts = opts, .bias = bias};
    const bool depthwise = vrp_conv_depthwise(&conv);
    const int64_t each = (vr_gemm_packed_size(K, Og) + 15) / 16 * 16, nr = vr_gemm_columns();
    float *packed = (float *)vr_arena_alloc(perm, depthwise ? O * K : opts.groups * each, sizeof(float));
    if (depthwise)
        for (int64_t o = 0; o < O; o++) vrp_conv_reorder(packed + o, O, w, o, scale);
    else {
        const vr_arena_mark mark = vr_arena_here(perm);
        const vrp_conv_packing job = {
            w, scale, packed, (float *)vr_arena_alloc(perm, vr_threads() * nr * K, sizeof(float)),
            K, Og,    each,   (Og + nr - 1) / nr};
        vr_parallel(opts.groups * job.panels, vrp_conv_pack_panel, &job);
        vr_arena_rewind(perm, mark);
    }
    if (opts.groups == 1)
        conv.gemm = (vr_linear){.in = K, .out = O, .panels = packed, .bias = bias};
    else
        conv.w = packed;
    /* A 4 x 4 image is where F(4x4) is best, if it applies at all. */
    const int64_t ready = vr_winograd_choose(&conv, 4, 4) == 4 ? vr_winograd_ready_size(C, O) : 0;
    if (ready > 0) {
        float *u = (float *)vr_arena_alloc(perm, ready, sizeof(float));
        vr_winograd_ready(u, packed, C, O);
        conv.ready = u;
    }
    return conv;
}

vr_conv vr_conv_pack(vr_arena *perm, vr_tensor w, vr_tensor b, vr_conv_opts opts) {
    VR_CHECK(!b.data || vr_is_vec(b, w.shape[0]), "the bias must be [%lld]", (long long)w.shape[0]);
    return vrp_conv_pack(perm, w, b.data ? vr_tensor_copy(perm, b).data : NULL, NULL, opts);
}

vr_conv vr_conv_pack_batchnorm(vr_arena *perm, vr_tensor w, vr_conv_opts opts, vr_tensor mean, vr_tensor var,
                               vr_tensor gamma, vr_tensor beta, float eps) {
    const int64_t O = w.shape[0];
    VR_CHECK(vr_is_vec(mean, O) && vr_is_vec(var, O) && vr_is_vec(gamma, O) && vr_is_vec(beta, O),
             "mean, var, gamma and beta must be [%lld]", (long long)O);
    float *bias = (float *)vr_arena_alloc(perm, 2 * O, sizeof(float)), *scale = bias + O;
    for (int64_t o = 0; o < O; o++) {
        scale[o] = gamma.data[o * gamma.stride[0]] / sqrtf(var.data[o * var.stride[0]] + eps);
        bias[o] = beta.data[o * beta.stride[0]] - mean.data[o * mean.stride[0]] * scale[o];
    }
    return vrp_conv_pack(perm, w, bias, scale, opts);
}

int64_t vr_conv_out_size(int64_t h, int64_t k, vr_conv_opts opts) {
    const int64_t stride = opts.stride ? opts.stride : 1, dilation = opts.dilation ? opts.dilation : 1;
    const int64_t room = h + 2 * opts.pad - dilation * (k - 1) - 1;
    return room < 0 ? 0 : room / stride + 1;
}

/* ---- running ---- */

/* Tile t; pointers[tap][row] lead to what its pixels see. Tiles are of equal height, as one of a single row costs as
 * much as one of four. */
static vrp_conv_tile vrp_conv_point(const vrp_conv_job *job, const float **pointers, int64_t t) {
    const int64_t pixel = t * job->pixels / job->tiles, count = (t + 1) * job->pixels / job->tiles - pixel;
    const vr_conv *c = job->layer;
    const int64_t R = vr_gemm_gather_rows(), KH = c->kh, KW = c->kw, ld = job->ld,
                  dilation = c->opts.dilation;
    int64_t top[VRP_CONV_MOST], left[VRP_CONV_MOST];
    const float *base[VRP_CONV_MOST];
    int64_t n = pixel / (job->OH * job->OW), i = pixel / job->OW % job->OH, j = pixel % job->OW;
    bool inside = dilation == 1 && ld == job->C;
    for (int64_t q = 0; q < count; q++) {
        top[q] = i * c->opts.stride - job->pad, left[q] = j * c->opts.stride - job->pad;
        base[q] = job->x + n * job->H * job->W * ld;
        inside = inside && left[q] >= 0 && left[q] + KW <= job->W;
        if (++j == job->OW) j = 0, i++;
        if (i == job->OH) i = 0, n++;
    }
    const int64_t steps = inside ? 1 : KW;
    for (int64_t u = 0; u < KH; u++)
        for (int64_t v = 0; v < steps; v++, pointers += R)
            for (int64_t q = 0; q < count; q++) {
                const int64_t r = top[q] + u * dilation, s = left[q] + v * dilation;
                const bool seen = r >= 0 && r < job->H && s >= 0 && s < job->W;
                pointers[q] = seen ? base[q] + (r * job->W + s) * ld : job->zeros;
            }
    return (vrp_conv_tile){pixel, count, KH * steps, inside ? KW * job->C : job->C};
}

/* Where a tile's results will go is fetched while the tile is made (what is added to them lies there too, in a ResNet).
 * Not inlined, gcc takes it for a function without effects and removes the call. */
static inline __attribute__((always_inline)) void
vrp_conv_prefetch(const vr_epilogue *e, const vrp_conv_tile *tile, int64_t column, int64_t columns) {
    const float *y = e->y + tile->first * e->ldy + column;
    for (int64_t i = 0; i < tile->count; i++, y += e->ldy)
        for (int64_t c = 0; c < columns; c += 16) __builtin_prefetch(y + c, 1);
}

/* Tiles t0..t1 times column panels p0..p1: a panel meets all tiles, as the input is near and weights come from afar.
 * Where all of the weights are near, a tile meets all panels, and its pixels are written side by side. */
static void vrp_conv_block(const vrp_conv_job *job, const float **pointers, int64_t t0, int64_t t1,
                           int64_t p0, int64_t p1) {
    const int64_t places = job->layer->kh * job->layer->kw, each = places * vr_gemm_gather_rows();
    const int64_t NR = vr_gemm_columns(), panel = places * job->C * NR, rows = t1 - t0, columns = p1 - p0;
    const bool near = panel * columns <= VRP_CONV_NEAR;
    vrp_conv_tile tiles[VRP_CONV_TILES];
    _Alignas(64) float sums[VRP_CONV_MOST * 32];
    for (int64_t t = 0; t < rows; t++) tiles[t] = vrp_conv_point(job, pointers + t * each, t0 + t);
    for (int64_t i = 0; i < (near ? rows : columns); i++)
        for (int64_t j = 0; j < (near ? columns : rows); j++) {
            const int64_t t = near ? i : j, p = p0 + (near ? j : i), column = p * NR,
                          count = vr_min(NR, job->O - column);
            vrp_conv_prefetch(&job->epilogue, &tiles[t], column, count);
            vr_gemm_gather(sums, pointers + t * each, tiles[t].count, tiles[t].taps, tiles[t].run,
                           job->panels + p * panel, count, false);
            vr_epilogue_apply(&job->epilogue, sums, NR, tiles[t].first, tiles[t].count, column, count);
        }
}

/* How a product is cut: into pieces of `step` tiles by `group` column panels. */
typedef struct vrp_conv_cut {
    const vrp_conv_job *job;
    const float **pointers; /* `each` for one thread */
    int64_t panels, step, group, groups, each;
} vrp_conv_cut;

static void vrp_conv_piece(const void *context, int64_t i, int thread) {
    const vrp_conv_cut *cut = (const vrp_conv_cut *)context;
    const int64_t t = i / cut->groups * cut->step, p = i % cut->groups * cut->group;
    const int64_t t1 = vr_min(t + cut->step, cut->job->tiles), p1 = vr_min(p + cut->group, cut->panels);
    const float **pointers = cut->pointers + thread * cut->each;
    vrp_conv_block(cut->job, pointers, t, t1, p, p1);
}

/* Pixels are the rows of one product, all images one after another. They are cut into blocks; where that gives each
 * thread fewer than four, the columns are cut too, into sixteen pieces a thread, so that no thread waits long for the
 * last one. */
static void vrp_conv_run(vrp_conv_job *job, vr_arena *scratch) {
    const int64_t R = vr_gemm_gather_rows(), NR = vr_gemm_columns(), places = job->layer->kh * job->layer->kw;
    job->pixels = job->N * job->OH * job->OW, job->tiles = (job->pixels + R - 1) / R;
    vrp_conv_cut cut = {.job = job, .panels = (job->O + NR - 1) / NR};
    if (job->tiles == 0 || cut.panels == 0) return;
    const int threads = vr_threads();
    int64_t blocks = (job->tiles + VRP_CONV_TILES - 1) / VRP_CONV_TILES;
    cut.step = (job->tiles + blocks - 1) / blocks;
    blocks = (job->tiles + cut.step - 1) / cut.step;
    cut.groups = threads == 1 || blocks >= 4 * threads ? 1 : vr_min(16 * threads / blocks, cut.panels);
    cut.group = (cut.panels + cut.groups - 1) / cut.groups;
    cut.groups = (cut.panels + cut.group - 1) / cut.group;
    cut.each = cut.step * places * R;
    const vr_arena_mark mark = vr_arena_here(scratch);
    cut.pointers = (const float **)vr_arena_alloc(scratch, threads * cut.each, sizeof(float *));
    vr_parallel(blocks * cut.groups, vrp_conv_piece, &cut);
    vr_arena_rewind(scratch, mark);
}

/* A copy of image row i with its border of zeros. */
static void vrp_conv_widen_row(const void *context, int64_t i, int thread) {
    const vrp_conv_widening *w = (const vrp_conv_widening *)context;
    (void)thread;
    memcpy(w->to + (i / w->rows * (w->rows + 2 * w->pad) + i % w->rows + w->pad) * (w->row + 2 * w->border) +
               w->border,
           w->from + i * w->row, (size_t)w->row * sizeof(float));
}

/* Few channels (the image itself): runs of 3 floats at the border would cost more than a copy of all of it. */
static void vrp_conv_widen(vrp_conv_job *job, vr_arena *scratch) {
    const int64_t pad = job->pad, C = job->C;
    if (pad == 0 || C > VRP_CONV_FEW || job->ld != C || job->layer->opts.groups > 1) return;
    float *wide = VR_NEW(scratch, float, (job->N * (job->H + 2 * pad) * (job->W + 2 * pad) * C));
    const vrp_conv_widening w = {job->x, wide, job->H, job->W * C, pad, pad * C};
    vr_parallel(job->N * job->H, vrp_conv_widen_row, &w);
    job->x = wide, job->H += 2 * pad, job->W += 2 * pad, job->pad = 0;
}

void vr_rows_run(const vr_epilogue *e, const float *x, int64_t ld, int64_t rows, const vr_linear *layer,
                 vr_arena *scratch) {
    const vr_conv point = {.in = layer->in, .out = layer->out, .kh = 1, .kw = 1, .opts = {1, 0, 1, 1}};
    vrp_conv_job job = {.layer = &point,
                        .x = x,
                        .panels = layer->panels,
                        .N = 1,
                        .H = 1,
                        .W = rows,
                        .OH = 1,
                        .OW = rows,
                        .C = layer->in,
                        .O = layer->out,
                        .ld = ld,
                        .epilogue = *e};
    vrp_conv_run(&job, scratch);
}

/* Each channel its own window: one row of outputs. */
static void vrp_conv_depthwise_row(const void *context, int64_t row, int thread) {
    const vrp_conv_job *job = (const vrp_conv_job *)context;
    const vr_conv *layer = job->layer;
    const vr_epilogue *e = &job->epilogue;
    const int64_t C = layer->in, stride = layer->opts.stride, dilation = layer->opts.dilation;
    (void)thread;
    for (int64_t j = 0; j < job->OW; j++) {
        const int64_t pixel = row * job->OW + j;
        float *y = e->y + pixel * e->ldy;
        for (int64_t c = 0; c < C; c++) y[c] = e->bias ? e->bias[c] : 0;
        for (int64_t u = 0; u < layer->kh; u++)
            for (int64_t v = 0; v < layer->kw; v++) {
                const int64_t r = row % job->OH * stride + u * dilation - layer->opts.pad;
                const int64_t s = j * stride + v * dilation - layer->opts.pad;
                if (r < 0 || r >= job->H || s < 0 || s >= job->W) continue;
                const float *x = job->x + ((row / job->OH * job->H + r) * job->W + s) * job->ld;
                const float *w = layer->w + (u * layer->kw + v) * C;
                for (int64_t c = 0; c < C; c++) y[c] += x[c] * w[c];
            }
        if (e->residual)
            for (int64_t c = 0; c < C; c++) y[c] += e->residual[pixel * e->ld_residual + c];
        vr_act_fast(y, C, e->act);
    }
}

void vr_conv_apply(vr_tensor y, vr_tensor x, const vr_conv *layer, vr_act act, vr_tensor residual,
                   vr_arena *scratch) {
    const int64_t N = x.shape[0], H = x.shape[1], W = x.shape[2], G = layer->opts.groups;
    const int64_t OH = vr_conv_out_size(H, layer->kh, layer->opts),
                  OW = vr_conv_out_size(W, layer->kw, layer->opts);
    VR_CHECK(vr_pixels_even(x) && x.shape[3] == layer->in, "x must be [N,H,W,%lld], its pixels evenly apart",
             (long long)layer->in);
    VR_CHECK(vr_pixels_even(y) && y.shape[0] == N && y.shape[1] == OH && y.shape[2] == OW &&
                 y.shape[3] == layer->out,
             "y must be [%lld,%lld,%lld,%lld], its pixels evenly apart", (long long)N, (long long)OH,
             (long long)OW, (long long)layer->out);
    VR_CHECK(!residual.data || (vr_same_shape(residual, y) && vr_pixels_even(residual)),
             "residual must have y's shape, its pixels evenly apart");
    const int64_t C = layer->in / G, O = layer->out / G, K = layer->kh * layer->kw * C;
    const vr_epilogue epilogue = {.bias = layer->bias,
                                  .residual = residual.data,
                                  .y = y.data,
                                  .ld_residual = residual.stride[2],
                                  .ldy = y.stride[2],
                                  .act = act,
                                  .residual_first = true};
    const int winograd = vr_winograd_choose(layer, OH, OW);
    if (winograd) {
        vr_winograd_run(x, layer, winograd, &epilogue, scratch);
        return;
    }
    const vr_arena_mark mark = vr_arena_here(scratch);
    vrp_conv_job job = {.layer = layer,
                        .x = x.data,
                        .zeros = VR_NEW(scratch, float, (layer->kw * C)),
                        .N = N,
                        .H = H,
                        .W = W,
                        .OH = OH,
                        .OW = OW,
                        .C = C,
                        .O = O,
                        .ld = x.stride[2],
                        .pad = layer->opts.pad,
                        .epilogue = epilogue};
    if (!vrp_conv_depthwise(layer)) vrp_conv_widen(&job, scratch);
    if (vrp_conv_depthwise(layer))
        vr_parallel(N * OH, vrp_conv_depthwise_row, &job);
    else
        for (int64_t g = 0; g < G; g++) {
            const int64_t each = (vr_gemm_packed_size(K, O) + 15) / 16 * 16;
            job.panels = G == 1 ? layer->gemm.panels : layer->w + g * each;
            vrp_conv_run(&job, scratch);
            job.x += C, job.epilogue.y += O;
            if (job.epilogue.bias) job.epilogue.bias += O;
            if (job.epilogue.residual) job.epilogue.residual += O;
        }
    vr_arena_rewind(scratch, mark);
}
