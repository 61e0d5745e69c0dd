/* nn/convolution.c: packs and applies convolutions.
 *
 * Where 3 x 3 windows move by one pixel, nn/winograd.c computes the products with fewer operations; others are
 * products of windows that are read in place (nn/gather.c), one for each group; narrow groups have a kernel of their
 * own (nn/grouped.c). */
#include "packed.h"
#include "../base/error.h"
#include "../base/par.h"
#include "gather_impl.h"
#include "grouped_impl.h"
#include "winograd_impl.h"
#include <math.h>
#include <string.h>

enum { VRP_CONV_FEW = 4 }; /* channels */

/* ---- packing ---- */

/* order[(u*KW + v)*C + c] = w[o][c][u][v] * scale[o]. */
static void vrp_conv_reorder(float *order, vr_tensor w, int64_t o, const float *scale) {
    const int64_t C = w.shape[1], KH = w.shape[2], KW = w.shape[3];
    const float by = scale ? scale[o] : 1;
    for (int64_t u = 0; u < KH; u++)
        for (int64_t v = 0; v < KW; v++) {
            const float *from = w.data + o * w.stride[0] + u * w.stride[2] + v * w.stride[3];
            for (int64_t c = 0; c < C; c++) order[(u * KW + v) * C + c] = from[c * w.stride[1]] * by;
        }
}

/* Floats of a packed group, [K,O]. */
static int64_t vrp_conv_group_size(int64_t K, int64_t O) {
    return (vr_gemm_packed_size(K, O) + 15) / 16 * 16;
}

typedef struct vrp_conv_packing {
    vr_tensor w;
    const float *scale;
    float *packed, *order;      /* order: a panel's weights, for each thread */
    int64_t K, O, size, panels; /* of a group; size: vrp_conv_group_size */
} vrp_conv_packing;

/* Panel i % panels of group i / panels. */
static void vrp_conv_pack_panel(const void *context, int64_t i, int thread) {
    const vrp_conv_packing *j = (const vrp_conv_packing *)context;
    const int64_t nr = vr_gemm_columns(), g = i / j->panels, first = i % j->panels * nr,
                  count = vr_min(nr, j->O - first);
    float *order = j->order + thread * nr * j->K;
    for (int64_t o = 0; o < count; o++)
        vrp_conv_reorder(order + o * j->K, j->w, g * j->O + first + o, j->scale);
    vr_gemm_pack(j->packed + g * j->size + first * j->K, order, j->K, count, 1, j->K);
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
    const bool narrow = vrp_grouped_applies(&conv);
    const int64_t size = vrp_conv_group_size(K, Og), nr = vr_gemm_columns();
    float *packed =
        (float *)vr_arena_alloc(perm, narrow ? vrp_grouped_size(&conv) : opts.groups * size, sizeof(float));
    if (narrow)
        vrp_grouped_pack(packed, &conv, w, scale);
    else {
        const vr_arena_mark mark = vr_arena_here(perm);
        const vrp_conv_packing job = {
            w, scale, packed, (float *)vr_arena_alloc(perm, vr_threads() * nr * K, sizeof(float)),
            K, Og,    size,   (Og + nr - 1) / nr};
        vr_parallel(opts.groups * job.panels, vrp_conv_pack_panel, &job);
        vr_arena_rewind(perm, mark);
    }
    conv.panels = packed;
    /* For an output of 4 x 4, F(4x4) is best if it applies at all. */
    const int64_t extra = vrp_winograd_choose(&conv, 4, 4) == 4 ? vrp_winograd_weights_size(C, O) : 0;
    if (extra > 0) {
        float *u = (float *)vr_arena_alloc(perm, extra, sizeof(float));
        vrp_winograd_weights(u, packed, C, O);
        conv.winograd = u;
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

/* ---- running ---- */

typedef struct vrp_conv_widening {
    const float *from;
    float *to;
    int64_t rows, row, pad, border; /* rows of an image; floats of a row, of a row's border */
} vrp_conv_widening;

/* Some output pixels, at most vr_gemm_gather_rows(), and how they read the input. */
typedef struct vrp_conv_tile {
    int64_t first, count, taps, run;
} vrp_conv_tile;

/* A copy of image row i with its border of zeros. */
static void vrp_conv_widen_row(const void *context, int64_t i, int thread) {
    const vrp_conv_widening *w = (const vrp_conv_widening *)context;
    (void)thread;
    memcpy(w->to + (i / w->rows * (w->rows + 2 * w->pad) + i % w->rows + w->pad) * (w->row + 2 * w->border) +
               w->border,
           w->from + i * w->row, (size_t)w->row * sizeof(float));
}

/* Few channels (an input image): runs of 3 floats at the border would take longer than a copy of the image. */
static void vrp_conv_widen(vrp_gather_job *job, vr_arena *scratch) {
    vrp_gather_image *image = &job->image;
    const int64_t pad = job->pad, C = job->C, H = image->H, W = image->W;
    if (pad == 0 || C > VRP_CONV_FEW || image->ld != C) return;
    float *wide = VR_NEW(scratch, float, (job->N * (H + 2 * pad) * (W + 2 * pad) * C));
    const vrp_conv_widening w = {image->x, wide, H, W * C, pad, pad * C};
    vr_parallel(job->N * H, vrp_conv_widen_row, &w);
    image->x = wide, image->H += 2 * pad, image->W += 2 * pad, job->pad = 0;
}

/* The groups' products, one after the other; job: of the first. */
static void vrp_conv_groups(vrp_gather_job *job, int64_t groups, vr_arena *scratch) {
    vrp_epilogue *e = &job->epilogue;
    const int64_t size = vrp_conv_group_size(job->KH * job->KW * job->C, job->O);
    for (int64_t g = 0; g < groups; g++) {
        vrp_gather_windows(job, scratch);
        job->image.x += job->C, job->panels += size, e->y += job->O;
        if (e->bias) e->bias += job->O;
        if (e->residual) e->residual += job->O;
    }
}

void vr_conv_apply(vr_tensor y, vr_tensor x, const vr_conv *layer, vr_tensor residual, vr_act act,
                   vr_arena *scratch) {
    const int64_t N = x.shape[0], H = x.shape[1], W = x.shape[2], G = layer->opts.groups;
    const int64_t OH = vr_conv_out_size(H, layer->kh, layer->opts),
                  OW = vr_conv_out_size(W, layer->kw, layer->opts);
    VR_CHECK(vrp_pixels_even(x) && x.shape[3] == layer->in, "x must be [N,H,W,%lld], its pixels evenly apart",
             (long long)layer->in);
    VR_CHECK(vrp_pixels_even(y) && y.shape[0] == N && y.shape[1] == OH && y.shape[2] == OW &&
                 y.shape[3] == layer->out,
             "y must be [%lld,%lld,%lld,%lld], its pixels evenly apart", (long long)N, (long long)OH,
             (long long)OW, (long long)layer->out);
    VR_CHECK(!residual.data || (vr_same_shape(residual, y) && vrp_pixels_even(residual)),
             "residual must have y's shape, its pixels evenly apart");
    const vrp_epilogue epilogue = {.bias = layer->bias,
                                   .residual = residual.data,
                                   .y = y.data,
                                   .ld_residual = residual.stride[2],
                                   .ldy = y.stride[2],
                                   .act = act,
                                   .residual_before_act = true};
    const int winograd = vrp_winograd_choose(layer, OH, OW);
    if (winograd) {
        vrp_winograd_run(x, layer, winograd, &epilogue, scratch);
        return;
    }
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t C = layer->in / G;
    const float *zeros = VR_NEW(scratch, float, (layer->kw * C));
    vrp_gather_job job = {.image = {.x = x.data, .zeros = zeros, .H = H, .W = W, .ld = x.stride[2]},
                          .panels = layer->panels,
                          .N = N,
                          .OH = OH,
                          .OW = OW,
                          .C = C,
                          .O = layer->out / G,
                          .KH = layer->kh,
                          .KW = layer->kw,
                          .stride = layer->opts.stride,
                          .dilation = layer->opts.dilation,
                          .pad = layer->opts.pad,
                          .epilogue = epilogue};
    if (vrp_grouped_applies(layer))
        vrp_grouped_run(&job, G, scratch);
    else {
        if (G == 1) vrp_conv_widen(&job, scratch);
        vrp_conv_groups(&job, G, scratch);
    }
    vr_arena_rewind(scratch, mark);
}
