/* nn/grouped.c: a vector of output channels at a time, which belong to one group or to several.
 *
 * Output channel o of a group of C is the sum over taps and over c of w[o][c] x[o / C * C + c]: a vector of outputs needs
 * vectors of the input in which each group's c-th channel is repeated through the group. These C vectors of each pixel
 * ("spread") are made once for a band of rows and read by all taps; then each product of two vectors is one of useful
 * numbers. Rejected: several groups as one product with a block-diagonal matrix, of which three quarters are zeros. */
#include "grouped_impl.h"
#include "../base/error.h"
#include "../base/par.h"
#include <string.h>

enum {
    VRP_GROUPED_BAND = 8,  /* rows of outputs */
    VRP_GROUPED_WIDE = 14, /* outputs side by side, as many sums as there are registers for */
    VRP_GROUPED_HALF = VRP_GROUPED_WIDE / 2
};
typedef float vrp_grouped_vec __attribute__((vector_size(VRP_LANES * 4), aligned(4), may_alias));
typedef int32_t vrp_grouped_mask __attribute__((vector_size(VRP_LANES * 4)));
#define VRP_GROUPED_INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define VRP_GROUPED_UNROLL _Pragma("unroll")
#else
#define VRP_GROUPED_UNROLL _Pragma("GCC unroll 16")
#endif

bool vrp_grouped_applies(const vr_conv *layer) {
    const int64_t C = layer->in / layer->opts.groups;
    return layer->opts.groups > 1 && layer->in == layer->out && C < VRP_LANES && VRP_LANES % C == 0;
}

static int64_t vrp_grouped_blocks(int64_t channels) { return (channels + VRP_LANES - 1) / VRP_LANES; }

int64_t vrp_grouped_size(const vr_conv *layer) {
    const int64_t C = layer->in / layer->opts.groups;
    return vrp_grouped_blocks(layer->out) * layer->kh * layer->kw * C * VRP_LANES;
}

/* [block][u][v][c][lane] */
void vrp_grouped_pack(float *packed, const vr_conv *layer, vr_tensor w, const float *scale) {
    const int64_t C = layer->in / layer->opts.groups, K = layer->kh * layer->kw * C;
    memset(packed, 0, (size_t)vrp_grouped_size(layer) * sizeof *packed);
    for (int64_t o = 0; o < layer->out; o++)
        for (int64_t u = 0; u < layer->kh; u++)
            for (int64_t v = 0; v < layer->kw; v++)
                for (int64_t c = 0; c < C; c++)
                    packed[(o / VRP_LANES * K + (u * layer->kw + v) * C + c) * VRP_LANES + o % VRP_LANES] =
                        w.data[o * w.stride[0] + c * w.stride[1] + u * w.stride[2] + v * w.stride[3]] *
                        (scale ? scale[o] : 1);
}

typedef struct vrp_grouped_cut {
    const vrp_gather_job *job;
    float *spread;                   /* `each` for one thread: [row][c][pixel][lane] */
    int64_t each, row, plane;        /* floats; plane: of one c of a row, with its borders */
    int64_t channels, blocks, bands; /* bands: of an image */
} vrp_grouped_cut;

/* y[l] = x[mask[l]] */
static inline void vrp_grouped_pick(float *y, const vrp_grouped_vec *x, const vrp_grouped_mask *mask) {
#if defined(__clang__)
    for (int l = 0; l < VRP_LANES; l++) y[l] = (*x)[(*mask)[l]];
#else
    *(vrp_grouped_vec *)y = __builtin_shuffle(*x, *mask);
#endif
}

/* to[c][pixel][lane] = x[pixel][lane / C * C + c] for a row, with zeros beside it; the last block may have fewer channels
 * than lanes. */
static void vrp_grouped_spread(const vrp_grouped_cut *cut, float *to, const float *x, int64_t lanes) {
    const int64_t C = cut->job->C, ld = cut->job->image.ld;
    vrp_grouped_mask mask[VRP_LANES];
    for (int64_t c = 0; c < C; c++)
        for (int64_t l = 0; l < VRP_LANES; l++) mask[c][l] = (int32_t)(l / C * C + c);
    const int64_t before = cut->job->pad * VRP_LANES, inside = cut->job->image.W * VRP_LANES;
    for (int64_t c = 0; c < C; c++) {
        memset(to + c * cut->plane, 0, (size_t)before * sizeof *to);
        memset(to + c * cut->plane + before + inside, 0, (size_t)(cut->plane - before - inside) * sizeof *to);
    }
    to += before;
    for (int64_t j = 0; j < cut->job->image.W; j++, x += ld, to += VRP_LANES) {
        vrp_grouped_vec pixel = {0};
        if (lanes == VRP_LANES)
            pixel = *(const vrp_grouped_vec *)x;
        else
            for (int64_t l = 0; l < lanes; l++) pixel[l] = x[l];
        for (int64_t c = 0; c < C; c++) vrp_grouped_pick(to + c * cut->plane, &pixel, &mask[c]);
    }
}

/* tile = sums of `count` outputs side by side, `stride` inputs apart; x: where their windows begin. */
VRP_GROUPED_INLINE void vrp_grouped_sums(float *tile, const vrp_grouped_cut *cut, const float *x,
                                         const float *w, const int count, const int64_t stride) {
    const vrp_gather_job *job = cut->job;
    const int64_t C = job->C, plane = cut->plane;
    vrp_grouped_vec sum[VRP_GROUPED_WIDE];
    VRP_GROUPED_UNROLL for (int i = 0; i < count; i++) sum[i] = (vrp_grouped_vec){0};
    for (int64_t u = 0; u < job->KH; u++)
        for (int64_t v = 0; v < job->KW; v++) {
            const float *in = x + u * job->dilation * cut->row + v * job->dilation * VRP_LANES;
            for (int64_t c = 0; c < C; c++, in += plane, w += VRP_LANES) {
                const vrp_grouped_vec *pixels = (const vrp_grouped_vec *)in;
                VRP_GROUPED_UNROLL for (int i = 0; i < count; i++) sum[i] +=
                    *(const vrp_grouped_vec *)w * pixels[i * stride];
            }
        }
    VRP_GROUPED_UNROLL for (int i = 0; i < count; i++)((vrp_grouped_vec *)tile)[i] = sum[i];
}

/* The sums, with constants for the usual strides. */
static void vrp_grouped_tile(float *tile, const vrp_grouped_cut *cut, const float *x, const float *w,
                             int64_t count) {
    const int64_t stride = cut->job->stride;
    if (stride == 1 && count > VRP_GROUPED_HALF)
        vrp_grouped_sums(tile, cut, x, w, VRP_GROUPED_WIDE, 1);
    else if (stride == 1)
        vrp_grouped_sums(tile, cut, x, w, VRP_GROUPED_HALF, 1);
    else if (stride == 2 && count > VRP_GROUPED_HALF)
        vrp_grouped_sums(tile, cut, x, w, VRP_GROUPED_WIDE, 2);
    else if (stride == 2)
        vrp_grouped_sums(tile, cut, x, w, VRP_GROUPED_HALF, 2);
    else
        vrp_grouped_sums(tile, cut, x, w, VRP_GROUPED_WIDE, stride);
}

/* A band of rows of one image, for one block of channels. */
static void vrp_grouped_piece(const void *context, int64_t piece, int thread) {
    const vrp_grouped_cut *cut = (const vrp_grouped_cut *)context;
    const vrp_gather_job *job = cut->job;
    const vrp_gather_image *image = &job->image;
    const int64_t block = piece % cut->blocks, band = piece / cut->blocks % cut->bands,
                  n = piece / cut->blocks / cut->bands, top = band * VRP_GROUPED_BAND,
                  rows = vr_min(VRP_GROUPED_BAND, job->OH - top), first = block * VRP_LANES,
                  lanes = vr_min(VRP_LANES, cut->channels - first),
                  reach = (rows - 1) * job->stride + (job->KH - 1) * job->dilation + 1;
    const float *w = job->panels + block * job->KH * job->KW * job->C * VRP_LANES;
    float *spread = cut->spread + thread * cut->each;
    _Alignas(64) float tile[VRP_GROUPED_WIDE * VRP_LANES];
    for (int64_t r = 0; r < reach; r++) {
        const int64_t i = top * job->stride + r - job->pad;
        float *to = spread + r * cut->row;
        if (i < 0 || i >= image->H)
            memset(to, 0, (size_t)cut->row * sizeof *to);
        else
            vrp_grouped_spread(cut, to, image->x + (n * image->H + i) * image->W * image->ld + first, lanes);
    }
    for (int64_t r = 0; r < rows; r++)
        for (int64_t j = 0; j < job->OW; j += VRP_GROUPED_WIDE) {
            const int64_t count = vr_min(VRP_GROUPED_WIDE, job->OW - j);
            vrp_grouped_tile(tile, cut, spread + job->stride * (r * cut->row + j * VRP_LANES), w, count);
            vrp_epilogue_apply(&job->epilogue, tile, VRP_LANES, (n * job->OH + top + r) * job->OW + j, count,
                               first, lanes);
        }
}

void vrp_grouped_run(const vrp_gather_job *job, int64_t groups, vr_arena *scratch) {
    const int64_t C = job->C, threads = vr_threads(),
                  reach = (VRP_GROUPED_BAND - 1) * job->stride + (job->KH - 1) * job->dilation + 1,
                  tiles = (job->OW + VRP_GROUPED_WIDE - 1) / VRP_GROUPED_WIDE,
                  last = (tiles * VRP_GROUPED_WIDE - 1) * job->stride + (job->KW - 1) * job->dilation + 1;
    vrp_grouped_cut cut = {.job = job,
                           .plane = vr_max(job->image.W + 2 * job->pad, last) * VRP_LANES,
                           .channels = groups * C,
                           .blocks = vrp_grouped_blocks(groups * C),
                           .bands = (job->OH + VRP_GROUPED_BAND - 1) / VRP_GROUPED_BAND};
    cut.row = C * cut.plane;
    cut.each = reach * cut.row;
    const vr_arena_mark mark = vr_arena_here(scratch);
    cut.spread = (float *)vr_arena_alloc(scratch, threads * cut.each, sizeof(float));
    vr_parallel(job->N * cut.bands * cut.blocks, vrp_grouped_piece, &cut);
    vr_arena_rewind(scratch, mark);
}

#undef VRP_GROUPED_INLINE
#undef VRP_GROUPED_UNROLL
