/* nn/grouped.c: a vector of output channels at a time, which belong to one group or to several.
 *
 * Output channel o of a group of C is the sum over taps and over c of w[o][c] x[o / C * C + c]: a vector of outputs needs
 * vectors of the input in which each group's c-th channel is repeated through the group. These C vectors of each pixel
 * ("spread") are made once for a strip of pixels, of which the last rows stay in the L1 cache (a ring), and read by all
 * taps; then each product of two vectors is one of useful numbers. Groups as wide as a vector need no spread, but one
 * number of the input for all lanes. Rejected: several groups as one product with a block-diagonal matrix, of which three quarters are zeros. */
#include "grouped_impl.h"
#include "../base/error.h"
#include "../base/par.h"
#include <string.h>

enum {
    VRP_GROUPED_BAND = 14,       /* rows of outputs */
    VRP_GROUPED_NEAR = 7 * 1024, /* floats of a ring that stays in the L1 cache beside the rest */
    VRP_GROUPED_MOST = 16,       /* channels of a group */
    VRP_GROUPED_WIDE = 14,       /* outputs side by side, as many sums as there are registers for */
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
    return layer->opts.groups > 1 && layer->in == layer->out && C <= VRP_GROUPED_MOST &&
           (VRP_LANES % C == 0 || C % VRP_LANES == 0);
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
    float *spread;                   /* `each` for one thread: a ring of rows of a strip */
    int64_t each, ring, row, plane;  /* ring: rows; row, plane: floats; plane: of one c of a row */
    int64_t strip, wide, pitch;      /* outputs side by side; pixels of a row; floats of one */
    int64_t channels, blocks, bands; /* bands: of an image */
    bool whole;                      /* a vector of outputs belongs to one group */
    vrp_grouped_mask mask[VRP_LANES];
} vrp_grouped_cut;

/* y[l] = x[mask[l]] */
static inline void vrp_grouped_pick(float *y, const vrp_grouped_vec *x, const vrp_grouped_mask *mask) {
#if defined(__clang__)
    for (int l = 0; l < VRP_LANES; l++) y[l] = (*x)[(*mask)[l]];
#else
    *(vrp_grouped_vec *)y = __builtin_shuffle(*x, *mask);
#endif
}

/* to[c][pixel][lane] = x[pixel][lane / C * C + c] for `count` pixels; the last block may have fewer channels than lanes.
 * `next`: floats to the row that is read after this one. */
VRP_GROUPED_INLINE void vrp_grouped_spread(const vrp_grouped_cut *cut, float *to, const float *x,
                                           int64_t count, int64_t lanes, int64_t next, const int64_t C) {
    const int64_t ld = cut->job->image.ld, plane = cut->plane;
    vrp_grouped_mask mask[VRP_LANES];
    VRP_GROUPED_UNROLL for (int c = 0; c < VRP_LANES; c++) mask[c] = cut->mask[c];
    for (int64_t j = 0; j < count; j++, x += ld, to += VRP_LANES) {
        __builtin_prefetch(x + next);
        vrp_grouped_vec pixel = {0};
        if (lanes == VRP_LANES)
            pixel = *(const vrp_grouped_vec *)x;
        else
            memcpy(&pixel, x, (size_t)lanes * sizeof *x);
        VRP_GROUPED_UNROLL for (int64_t c = 0; c < C; c++) vrp_grouped_pick(to + c * plane, &pixel, &mask[c]);
    }
}

/* With constants for ResNeXt's groups. */
static void vrp_grouped_spread_any(const vrp_grouped_cut *cut, float *to, const float *x, int64_t count,
                                   int64_t lanes, int64_t next) {
    if (lanes == VRP_LANES && cut->job->C == 4)
        vrp_grouped_spread(cut, to, x, count, VRP_LANES, next, 4);
    else if (lanes == VRP_LANES && cut->job->C == 8)
        vrp_grouped_spread(cut, to, x, count, VRP_LANES, next, 8);
    else
        vrp_grouped_spread(cut, to, x, count, lanes, next, cut->job->C);
}

/* to[pixel][c] = x[pixel][c] */
static void vrp_grouped_copy(const vrp_grouped_cut *cut, float *to, const float *x, int64_t count,
                             int64_t next) {
    const int64_t C = cut->job->C, ld = cut->job->image.ld;
    for (int64_t j = 0; j < count; j++, x += ld, to += VRP_GROUPED_MOST)
        for (int64_t c = 0; c < C; c += VRP_LANES) {
            __builtin_prefetch(x + next + c);
            *(vrp_grouped_vec *)(to + c) = *(const vrp_grouped_vec *)(x + c);
        }
}

/* Zeros for the pixels from .. end-1 of a row. */
static void vrp_grouped_zero(const vrp_grouped_cut *cut, float *to, int64_t from, int64_t end) {
    for (int64_t p = 0; p < cut->row && from < end; p += cut->plane)
        memset(to + p + from * cut->pitch, 0, (size_t)((end - from) * cut->pitch) * sizeof *to);
}

/* A row of a strip, with zeros outside of the image; left: its first pixel, x: the image's first one. */
static void vrp_grouped_fill(const vrp_grouped_cut *cut, float *to, const float *x, int64_t i, int64_t left,
                             int64_t lanes) {
    const vrp_gather_image *image = &cut->job->image;
    const int64_t from = vr_clamp(-left, 0, cut->wide), end = vr_clamp(image->W - left, from, cut->wide),
                  rows = i + cut->job->stride < image->H ? cut->job->stride : 0,
                  next = rows * image->W * image->ld;
    if (i < 0 || i >= image->H || from == end) {
        memset(to, 0, (size_t)cut->row * sizeof *to);
        return;
    }
    vrp_grouped_zero(cut, to, 0, from);
    vrp_grouped_zero(cut, to, end, cut->wide);
    x += (i * image->W + left + from) * image->ld;
    if (cut->whole)
        vrp_grouped_copy(cut, to + from * VRP_GROUPED_MOST, x, end - from, next);
    else
        vrp_grouped_spread_any(cut, to + from * VRP_LANES, x, end - from, lanes, next);
}

/* tile = sums of `count` outputs side by side, `stride` inputs apart; top: the first row of their windows. */
VRP_GROUPED_INLINE void vrp_grouped_sums(float *tile, const vrp_grouped_cut *cut, const float *ring,
                                         int64_t top, const float *w, const int count, const int64_t stride,
                                         const int64_t C, const bool whole) {
    const vrp_gather_job *job = cut->job;
    const int64_t slot = top % cut->ring, step = whole ? 1 : cut->plane,
                  pitch = whole ? VRP_GROUPED_MOST : VRP_LANES;
    vrp_grouped_vec sum[VRP_GROUPED_WIDE];
    VRP_GROUPED_UNROLL for (int i = 0; i < count; i++) sum[i] = (vrp_grouped_vec){0};
    for (int64_t u = 0; u < job->KH; u++)
        for (int64_t v = 0; v < job->KW; v++) {
            const int64_t at = slot + u * job->dilation;
            const float *in =
                ring + (at < cut->ring ? at : at - cut->ring) * cut->row + v * job->dilation * pitch;
            for (int64_t c = 0; c < C; c++, in += step, w += VRP_LANES) {
                const vrp_grouped_vec weights = *(const vrp_grouped_vec *)w;
                if (whole)
                    VRP_GROUPED_UNROLL for (int i = 0; i < count; i++) sum[i] +=
                        weights * in[i * stride * pitch];
                else
                    VRP_GROUPED_UNROLL for (int i = 0; i < count; i++) sum[i] +=
                        weights * *(const vrp_grouped_vec *)(in + i * stride * pitch);
            }
        }
    VRP_GROUPED_UNROLL for (int i = 0; i < count; i++)((vrp_grouped_vec *)tile)[i] = sum[i];
}

/* The sums, with constants for the usual strides. */
VRP_GROUPED_INLINE void vrp_grouped_tile(float *tile, const vrp_grouped_cut *cut, const float *ring,
                                         int64_t top, const float *w, int64_t count, const int64_t C,
                                         const bool whole) {
    const int64_t stride = cut->job->stride;
    if (stride == 1 && count > VRP_GROUPED_HALF)
        vrp_grouped_sums(tile, cut, ring, top, w, VRP_GROUPED_WIDE, 1, C, whole);
    else if (stride == 1)
        vrp_grouped_sums(tile, cut, ring, top, w, VRP_GROUPED_HALF, 1, C, whole);
    else if (stride == 2 && count > VRP_GROUPED_HALF)
        vrp_grouped_sums(tile, cut, ring, top, w, VRP_GROUPED_WIDE, 2, C, whole);
    else if (stride == 2)
        vrp_grouped_sums(tile, cut, ring, top, w, VRP_GROUPED_HALF, 2, C, whole);
    else if (count > VRP_GROUPED_HALF)
        vrp_grouped_sums(tile, cut, ring, top, w, VRP_GROUPED_WIDE, stride, C, whole);
    else
        vrp_grouped_sums(tile, cut, ring, top, w, VRP_GROUPED_HALF, stride, C, whole);
}

/* With constants for ResNeXt's groups. */
static void vrp_grouped_tile_any(float *tile, const vrp_grouped_cut *cut, const float *ring, int64_t top,
                                 const float *w, int64_t count) {
    const int64_t C = cut->job->C;
    if (cut->whole)
        vrp_grouped_tile(tile, cut, ring, top, w, count, C, true);
    else if (C == 4)
        vrp_grouped_tile(tile, cut, ring, top, w, count, 4, false);
    else if (C == 8)
        vrp_grouped_tile(tile, cut, ring, top, w, count, 8, false);
    else
        vrp_grouped_tile(tile, cut, ring, top, w, count, C, false);
}

/* Where a tile's results will be stored: pixels are far apart, so that no prefetcher of the processor knows. */
VRP_GROUPED_INLINE void vrp_grouped_prefetch(const vrp_epilogue *e, int64_t pixel, int64_t count,
                                             int64_t column) {
    const float *y = e->y + pixel * e->ldy + column;
    for (int64_t i = 0; i < count; i++, y += e->ldy) __builtin_prefetch(y, 1);
}

/* A band of rows of one image, for one block of channels: in strips, of whose input the L1 cache holds the rows that
 * a window reaches. */
static void vrp_grouped_piece(const void *context, int64_t piece, int thread) {
    const vrp_grouped_cut *cut = (const vrp_grouped_cut *)context;
    const vrp_gather_job *job = cut->job;
    const vrp_gather_image *image = &job->image;
    const int64_t block = piece % cut->blocks, band = piece / cut->blocks % cut->bands,
                  n = piece / cut->blocks / cut->bands, top = band * VRP_GROUPED_BAND,
                  end = vr_min(top + VRP_GROUPED_BAND, job->OH), first = block * VRP_LANES,
                  lanes = vr_min(VRP_LANES, cut->channels - first),
                  channel = cut->whole ? first / job->C * job->C : first;
    const float *w = job->panels + block * job->KH * job->KW * job->C * VRP_LANES,
                *x = image->x + n * image->H * image->W * image->ld + channel;
    float *ring = cut->spread + thread * cut->each;
    _Alignas(64) float tile[VRP_GROUPED_WIDE * VRP_LANES];
    for (int64_t j = 0; j < job->OW; j += cut->strip) {
        const int64_t count = vr_min(cut->strip, job->OW - j);
        int64_t filled = 0; /* rows of the input with its border */
        for (int64_t r = top; r < end; r++) {
            const int64_t pixel = (n * job->OH + r) * job->OW + j;
            vrp_grouped_prefetch(&job->epilogue, pixel, count, first);
            for (filled = vr_max(filled, r * job->stride); filled < r * job->stride + cut->ring; filled++)
                vrp_grouped_fill(cut, ring + filled % cut->ring * cut->row, x, filled - job->pad,
                                 j * job->stride - job->pad, lanes);
            vrp_grouped_tile_any(tile, cut, ring, r * job->stride, w, count);
            vrp_epilogue_apply(&job->epilogue, tile, VRP_LANES, pixel, count, first, lanes);
        }
    }
}

/* Sets the sizes of strips of `strip` outputs. */
static void vrp_grouped_size_strips(vrp_grouped_cut *cut, int64_t strip) {
    const vrp_gather_job *job = cut->job;
    cut->strip = strip;
    cut->wide = (strip - 1) * job->stride + (job->KW - 1) * job->dilation + 1;
    cut->pitch = cut->whole ? VRP_GROUPED_MOST : VRP_LANES;
    cut->plane = cut->wide * cut->pitch;
    cut->row = cut->whole ? cut->plane : job->C * cut->plane;
    cut->each = cut->ring * cut->row;
}

void vrp_grouped_run(const vrp_gather_job *job, int64_t groups, vr_arena *scratch) {
    const int64_t C = job->C;
    vrp_grouped_cut cut = {.job = job,
                           .ring = (job->KH - 1) * job->dilation + 1,
                           .channels = groups * C,
                           .blocks = vrp_grouped_blocks(groups * C),
                           .bands = (job->OH + VRP_GROUPED_BAND - 1) / VRP_GROUPED_BAND,
                           .whole = C % VRP_LANES == 0};
    for (int64_t c = 0; c < C && !cut.whole; c++)
        for (int64_t l = 0; l < VRP_LANES; l++) cut.mask[c][l] = (int32_t)(l / C * C + c);
    vrp_grouped_size_strips(&cut, VRP_GROUPED_WIDE);
    if (cut.each > VRP_GROUPED_NEAR) vrp_grouped_size_strips(&cut, VRP_GROUPED_HALF);
    const vr_arena_mark mark = vr_arena_here(scratch);
    cut.spread = (float *)vr_arena_alloc(scratch, vr_threads() * cut.each, sizeof(float));
    vr_parallel(job->N * cut.bands * cut.blocks, vrp_grouped_piece, &cut);
    vr_arena_rewind(scratch, mark);
}

#undef VRP_GROUPED_INLINE
#undef VRP_GROUPED_UNROLL
