/* nn/gather.c: each output pixel's window is read in place, without unfolding the image (im2col).
 *
 * A row of the left operand is one output pixel's window. Channels-last makes it a few runs of contiguous floats, and
 * vr_gemm_gather takes one pointer for each run. Away from the left and right border a run is a whole row of the window
 * (KW * C floats, so that even a 7 x 7 window of 3 channels has runs of 21). At the border it is one pixel, and a pixel
 * outside points at zeros. The order of the sum is [u][v][c] in both. A 1 x 1 convolution of any stride, and a linear
 * layer, are the same with one run.
 * Rejected: packing the windows first, which is slower for every layer of a ResNet. */
#include "gather_impl.h"
#include "../base/par.h"

enum {
    VRP_GATHER_MOST = 16,        /* rows of a gathered tile */
    VRP_GATHER_TILES = 36,       /* most tiles of a block */
    VRP_GATHER_NEAR = 160 * 1024 /* floats of weights that stay in L2 */
};

bool vrp_pixels_even(vr_tensor x) {
    return x.ndim == 4 && x.stride[3] == 1 && x.stride[2] >= x.shape[3] &&
           x.stride[1] == x.shape[2] * x.stride[2] && x.stride[0] == x.shape[1] * x.stride[1];
}

/* Some output pixels, at most vr_gemm_gather_rows(), and how they read the input. */
typedef struct vrp_gather_span {
    int64_t first, count, taps, run;
} vrp_gather_span;

/* How a product is divided: into pieces of `step` tiles by `group` column panels. */
typedef struct vrp_gather_cut {
    const vrp_gather_job *job;
    const float **pointers; /* `each` for one thread */
    int64_t pixels, tiles;  /* of all outputs */
    int64_t panels, step, group, groups, each;
} vrp_gather_cut;

/* Tile t; pointers[tap][row] are the runs that its pixels read. Tiles are of equal height, as one of a single row
 * takes as long as one of four. */
static vrp_gather_span vrp_gather_point(const vrp_gather_cut *cut, const float **pointers, int64_t t) {
    const vrp_gather_job *job = cut->job;
    const vrp_gather_image *image = &job->image;
    const int64_t pixel = t * cut->pixels / cut->tiles, count = (t + 1) * cut->pixels / cut->tiles - pixel;
    const int64_t R = vr_gemm_gather_rows(), KH = job->KH, KW = job->KW, dilation = job->dilation;
    int64_t top[VRP_GATHER_MOST], left[VRP_GATHER_MOST];
    const float *base[VRP_GATHER_MOST];
    int64_t n = pixel / (job->OH * job->OW), i = pixel / job->OW % job->OH, j = pixel % job->OW;
    bool inside = dilation == 1 && image->ld == job->C;
    for (int64_t q = 0; q < count; q++) {
        top[q] = i * job->stride - job->pad, left[q] = j * job->stride - job->pad;
        base[q] = image->x + n * image->H * image->W * image->ld;
        inside = inside && left[q] >= 0 && left[q] + KW <= image->W;
        if (++j == job->OW) j = 0, i++;
        if (i == job->OH) i = 0, n++;
    }
    const int64_t steps = inside ? 1 : KW;
    for (int64_t u = 0; u < KH; u++)
        for (int64_t v = 0; v < steps; v++, pointers += R)
            for (int64_t q = 0; q < count; q++)
                pointers[q] = vrp_gather_pixel(image, base[q], top[q] + u * dilation, left[q] + v * dilation);
    return (vrp_gather_span){pixel, count, KH * steps, inside ? KW * job->C : job->C};
}

/* Fetches where a tile's results will be stored while the tile is computed (in a ResNet the residual is there too).
 * Not inlined, gcc takes it for a function without effects and removes the call. */
static inline __attribute__((always_inline)) void
vrp_gather_prefetch(const vrp_epilogue *e, const vrp_gather_span *tile, int64_t column, int64_t columns) {
    const float *y = e->y + tile->first * e->ldy + column;
    for (int64_t i = 0; i < tile->count; i++, y += e->ldy)
        for (int64_t c = 0; c < columns; c += 16) __builtin_prefetch(y + c, 1);
}

/* Tiles t0..t1 times column panels p0..p1. A panel is multiplied by all tiles, as the input is in L2 and the weights
 * are not. Where all of the weights are in L2, a tile is multiplied by all panels, and its pixels are written in
 * order. */
static void vrp_gather_block(const vrp_gather_cut *cut, const float **pointers, int64_t t0, int64_t t1,
                             int64_t p0, int64_t p1) {
    const vrp_gather_job *job = cut->job;
    const int64_t taps = job->KH * job->KW, each = taps * vr_gemm_gather_rows();
    const int64_t NR = vr_gemm_columns(), panel = taps * job->C * NR, rows = t1 - t0, columns = p1 - p0;
    const bool near = panel * columns <= VRP_GATHER_NEAR;
    vrp_gather_span tiles[VRP_GATHER_TILES];
    _Alignas(64) float sums[VRP_GATHER_MOST * 32];
    for (int64_t t = 0; t < rows; t++) tiles[t] = vrp_gather_point(cut, pointers + t * each, t0 + t);
    for (int64_t i = 0; i < (near ? rows : columns); i++)
        for (int64_t j = 0; j < (near ? columns : rows); j++) {
            const int64_t t = near ? i : j, p = p0 + (near ? j : i), column = p * NR,
                          count = vr_min(NR, job->O - column);
            vrp_gather_prefetch(&job->epilogue, &tiles[t], column, count);
            vr_gemm_gather(sums, pointers + t * each, tiles[t].count, tiles[t].taps, tiles[t].run,
                           job->panels + p * panel, count, false);
            vrp_epilogue_apply(&job->epilogue, sums, NR, tiles[t].first, tiles[t].count, column, count);
        }
}

static void vrp_gather_piece(const void *context, int64_t i, int thread) {
    const vrp_gather_cut *cut = (const vrp_gather_cut *)context;
    const int64_t t = i / cut->groups * cut->step, p = i % cut->groups * cut->group;
    const int64_t t1 = vr_min(t + cut->step, cut->tiles), p1 = vr_min(p + cut->group, cut->panels);
    vrp_gather_block(cut, cut->pointers + thread * cut->each, t, t1, p, p1);
}

/* Pixels are the rows of one product, all images one after another. They are divided into blocks; where that gives each
 * thread fewer than four, the columns are divided too, into sixteen pieces a thread, so that no thread waits long
 * for the last one. */
void vrp_gather_windows(const vrp_gather_job *job, vr_arena *scratch) {
    const int64_t R = vr_gemm_gather_rows(), NR = vr_gemm_columns();
    vrp_gather_cut cut = {.job = job, .pixels = job->N * job->OH * job->OW, .panels = (job->O + NR - 1) / NR};
    cut.tiles = (cut.pixels + R - 1) / R;
    if (cut.tiles == 0 || cut.panels == 0) return;
    const int threads = vr_threads();
    int64_t blocks = (cut.tiles + VRP_GATHER_TILES - 1) / VRP_GATHER_TILES;
    cut.step = (cut.tiles + blocks - 1) / blocks;
    blocks = (cut.tiles + cut.step - 1) / cut.step;
    cut.groups = threads == 1 || blocks >= 4 * threads ? 1 : vr_min(16 * threads / blocks, cut.panels);
    cut.group = (cut.panels + cut.groups - 1) / cut.groups;
    cut.groups = (cut.panels + cut.group - 1) / cut.group;
    cut.each = cut.step * job->KH * job->KW * R;
    const vr_arena_mark mark = vr_arena_here(scratch);
    cut.pointers = (const float **)vr_arena_alloc(scratch, threads * cut.each, sizeof(float *));
    vr_parallel(blocks * cut.groups, vrp_gather_piece, &cut);
    vr_arena_rewind(scratch, mark);
}

void vrp_gather_rows(const vrp_epilogue *e, const float *x, int64_t ld, int64_t rows, const float *panels,
                     int64_t K, int64_t O, vr_arena *scratch) {
    const vrp_gather_job job = {.image = {.x = x, .H = 1, .W = rows, .ld = ld},
                                .panels = panels,
                                .N = 1,
                                .OH = 1,
                                .OW = rows,
                                .C = K,
                                .O = O,
                                .KH = 1,
                                .KW = 1,
                                .stride = 1,
                                .dilation = 1,
                                .epilogue = *e};
    vrp_gather_windows(&job, scratch);
}
