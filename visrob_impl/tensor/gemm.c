/* tensor/gemm.c: BLIS's micro-kernel (or one in C vectors), and the loops around it.
 *
 * The micro-kernel is the assembly that BLIS chose for this processor, taken from its context. The loops are ours,
 * because weights are packed once, and BLIS's own sgemm packs them again in every call. Without BLIS (VR_NO_BLIS),
 * or where its kernel has another width than our panels, the same tile is computed in C vectors: equally fast where
 * the compiler may use the processor's vector registers.
 *
 * The sum over K is not cut into blocks: a panel streams from L2 as fast as the kernel reads it, partial sums are never
 * stored, and the finished tile is in L1 for its epilogue. Every output is one sum in the order of k, so that its
 * bits do not depend on how the work is divided.
 *
 * Division of the work: up to VRP_GEMM_FEW rows, the whole left operand is packed first and the tiles are divided
 * among the threads in two dimensions, columns first (each thread reads its own weights). With more rows, each
 * thread packs a block of rows that fits L2 and multiplies it by all panels. The images of a batch are just more
 * rows. */
#include "gemm_impl.h"
#include "../base/error.h"
#include "../base/par.h"
#include <string.h>
#ifndef VR_NO_BLIS
#include <blis.h>
#include <pthread.h>
#include <stdio.h>
#endif

/* Whether the C kernels may use vectors as wide as those that BLIS would find on an ordinary machine. */
#if defined(VR_NO_BLIS) || defined(__AVX__) || defined(__aarch64__)
#define VRP_GEMM_GATHERS true
#else
#define VRP_GEMM_GATHERS false
#endif

/* The tile of the C kernels: as many sums as fit the registers together with one row of weights. */
#if defined(__AVX512F__)
enum { VRP_GEMM_VEC = 16, VRP_GEMM_NR = 32, VRP_GEMM_MR = 12 };
#elif defined(__AVX__)
enum { VRP_GEMM_VEC = 8, VRP_GEMM_NR = 16, VRP_GEMM_MR = 6 };
#elif defined(__aarch64__)
enum { VRP_GEMM_VEC = 4, VRP_GEMM_NR = 16, VRP_GEMM_MR = 6 };
#else
enum { VRP_GEMM_VEC = 4, VRP_GEMM_NR = 16, VRP_GEMM_MR = 2 };
#endif
enum {
    VRP_GEMM_NV = VRP_GEMM_NR / VRP_GEMM_VEC,
    VRP_GEMM_FEW = 512,         /* rows */
    VRP_GEMM_BLOCK = 64 * 1024, /* floats of a packed block of rows: half of L2 */
    VRP_GEMM_AHEAD = 1024,      /* bytes of weights that are fetched early: some come from L3 */
    VRP_GEMM_MOST = 16          /* rows of any micro-kernel */
};
typedef float vrp_gemm_vec __attribute__((vector_size(VRP_GEMM_VEC * 4), may_alias));
#if defined(__clang__)
#define VRP_GEMM_UNROLL _Pragma("unroll")
#else
#define VRP_GEMM_UNROLL _Pragma("GCC unroll 16")
#endif

/* ---- the micro-kernel ---- */

/* The sums have to be in registers: their addresses are not taken, and both small loops are unrolled. */
static void vrp_gemm_tile_c(float *tile, const float *a, const float *b, int64_t K) {
    vrp_gemm_vec sum[VRP_GEMM_MR][VRP_GEMM_NV] = {{{0}}};
    const vrp_gemm_vec *bk = (const vrp_gemm_vec *)b;
    for (int64_t k = 0; k < K; k++, a += VRP_GEMM_MR, bk += VRP_GEMM_NV)
        VRP_GEMM_UNROLL for (int i = 0; i < VRP_GEMM_MR; i++)
            VRP_GEMM_UNROLL for (int v = 0; v < VRP_GEMM_NV; v++) sum[i][v] += bk[v] * a[i];
    vrp_gemm_vec *out = (vrp_gemm_vec *)tile;
    VRP_GEMM_UNROLL for (int i = 0; i < VRP_GEMM_MR; i++)
        VRP_GEMM_UNROLL for (int v = 0; v < VRP_GEMM_NV; v++) out[i * VRP_GEMM_NV + v] = sum[i][v];
}

#ifdef VR_NO_BLIS
int64_t vrp_gemm_rows(void) { return VRP_GEMM_MR; }
const char *vrp_gemm_kernel(void) { return "C vectors"; }
void vrp_gemm_tile(float *tile, const float *a, const float *b, int64_t K) { vrp_gemm_tile_c(tile, a, b, K); }
#else
/* BLIS's kernel for this processor, from its context; run = NULL where its tile does not fit our panels. */
typedef struct vrp_gemm_blis {
    sgemm_ukr_ft run;
    cntx_t *context;
    int64_t rows;
    bool transposed; /* it prefers columns of C: our operands are exchanged, and its columns are our rows */
    char name[64];
} vrp_gemm_blis;

static vrp_gemm_blis vrp_gemm_blis_kernel;

static void vrp_gemm_blis_query(void) {
    vrp_gemm_blis *kernel = &vrp_gemm_blis_kernel;
    cntx_t *c = bli_gks_query_cntx();
    const int64_t mr = bli_cntx_get_blksz_def_dt(BLIS_FLOAT, BLIS_MR, c),
                  nr = bli_cntx_get_blksz_def_dt(BLIS_FLOAT, BLIS_NR, c);
    /* The "maximum" is the distance between the packed rows of a panel; ours have no gaps. */
    const bool dense = bli_cntx_get_blksz_max_dt(BLIS_FLOAT, BLIS_MR, c) == mr &&
                       bli_cntx_get_blksz_max_dt(BLIS_FLOAT, BLIS_NR, c) == nr;
    kernel->context = c;
    kernel->transposed = !bli_cntx_l3_nat_ukr_prefers_rows_dt(BLIS_FLOAT, BLIS_GEMM_UKR, c);
    kernel->rows = kernel->transposed ? nr : mr;
    union { /* ISO C has no cast from BLIS's void pointer to a function */
        void *data;
        sgemm_ukr_ft function;
    } pointer = {NULL};
    if (dense && (kernel->transposed ? mr : nr) == VRP_GEMM_NR && kernel->rows <= VRP_GEMM_MOST)
        pointer.data = bli_cntx_get_l3_nat_ukr_dt(BLIS_FLOAT, BLIS_GEMM_UKR, c);
    else
        kernel->rows = VRP_GEMM_MR;
    kernel->run = pointer.function;
    snprintf(kernel->name, sizeof kernel->name, "%s%s", pointer.data ? "BLIS " : "C vectors, not BLIS ",
             bli_arch_string(bli_arch_query_id()));
}

static const vrp_gemm_blis *vrp_gemm_blis_get(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, vrp_gemm_blis_query);
    return &vrp_gemm_blis_kernel;
}

int64_t vrp_gemm_rows(void) { return vrp_gemm_blis_get()->rows; }
const char *vrp_gemm_kernel(void) { return vrp_gemm_blis_get()->name; }

void vrp_gemm_tile(float *tile, const float *a, const float *b, int64_t K) {
    const vrp_gemm_blis *kernel = vrp_gemm_blis_get();
    if (!kernel->run) {
        vrp_gemm_tile_c(tile, a, b, K);
        return;
    }
    float one = 1, zero = 0, *x = (float *)a, *w = (float *)b; /* BLIS's signature is without const */
    /* Where the kernel may prefetch: the next tile multiplies the next rows by the same weights. */
    auxinfo_t next = {0};
    bli_auxinfo_set_next_a(kernel->transposed ? w : x + kernel->rows * K, &next);
    bli_auxinfo_set_next_b(kernel->transposed ? x + kernel->rows * K : w, &next);
    if (kernel->transposed)
        kernel->run(VRP_GEMM_NR, kernel->rows, K, &one, w, x, &zero, tile, 1, VRP_GEMM_NR, &next,
                    kernel->context);
    else
        kernel->run(kernel->rows, VRP_GEMM_NR, K, &one, x, w, &zero, tile, VRP_GEMM_NR, 1, &next,
                    kernel->context);
}
#endif

int64_t vr_gemm_columns(void) { return VRP_GEMM_NR; }
bool vr_gemm_gathers(void) { return VRP_GEMM_GATHERS; }
int64_t vr_gemm_gather_rows(void) { return VRP_GEMM_MR; }

/* One tile of `count` rows and `vectors` vectors, constants after inlining. A prefetch may pass the end of b. */
static inline __attribute__((always_inline)) void vrp_gemm_gather_n(float *tile, const float *const *rows,
                                                                    int64_t taps, int64_t run, const float *b,
                                                                    bool add, const int count,
                                                                    const int vectors) {
    vrp_gemm_vec sum[VRP_GEMM_MR][VRP_GEMM_NV], *out = (vrp_gemm_vec *)tile;
    VRP_GEMM_UNROLL for (int i = 0; i < count; i++) VRP_GEMM_UNROLL for (int v = 0; v < vectors; v++)
        sum[i][v] = add ? out[i * VRP_GEMM_NV + v] : (vrp_gemm_vec){0};
    const vrp_gemm_vec *bk = (const vrp_gemm_vec *)b;
    for (int64_t t = 0; t < taps; t++, rows += VRP_GEMM_MR) {
        const float *row[VRP_GEMM_MR];
        VRP_GEMM_UNROLL for (int i = 0; i < count; i++) row[i] = rows[i];
        for (int64_t k = 0; k < run; k++, bk += VRP_GEMM_NV) {
            VRP_GEMM_UNROLL for (int v = 0; v < vectors; v++)
                __builtin_prefetch((const char *)(bk + v) + VRP_GEMM_AHEAD);
            VRP_GEMM_UNROLL for (int i = 0; i < count; i++) VRP_GEMM_UNROLL for (int v = 0; v < vectors; v++)
                sum[i][v] += bk[v] * row[i][k];
        }
    }
    VRP_GEMM_UNROLL for (int i = 0; i < count; i++) VRP_GEMM_UNROLL for (int v = 0; v < vectors; v++)
        out[i * VRP_GEMM_NV + v] = sum[i][v];
}

void vr_gemm_gather(float *tile, const float *const *rows, int64_t count, int64_t taps, int64_t run,
                    const float *b, int64_t columns, bool add) {
    VR_CHECK(count <= VRP_GEMM_MR, "%lld rows in a tile of at most %d", (long long)count, (int)VRP_GEMM_MR);
#define VRP_GEMM_CASE(n, vectors)                                                                            \
    case n:                                                                                                  \
        if (n <= VRP_GEMM_MR)                                                                                \
            vrp_gemm_gather_n(tile, rows, taps, run, b, add, n <= VRP_GEMM_MR ? n : 1, vectors);             \
        break;
#define VRP_GEMM_CASES(vectors)                                                                              \
    VRP_GEMM_CASE(1, vectors)                                                                                \
    VRP_GEMM_CASE(2, vectors)                                                                                \
    VRP_GEMM_CASE(3, vectors)                                                                                \
    VRP_GEMM_CASE(4, vectors)                                                                                \
    VRP_GEMM_CASE(5, vectors)                                                                                \
    VRP_GEMM_CASE(6, vectors)                                                                                \
    VRP_GEMM_CASE(7, vectors)                                                                                \
    VRP_GEMM_CASE(8, vectors)                                                                                \
    VRP_GEMM_CASE(9, vectors)                                                                                \
    VRP_GEMM_CASE(10, vectors)                                                                               \
    VRP_GEMM_CASE(11, vectors)                                                                               \
    VRP_GEMM_CASE(12, vectors)
    if (columns > VRP_GEMM_NR / 2) switch (count) {
            VRP_GEMM_CASES(VRP_GEMM_NV)
        }
    else
        switch (count) { VRP_GEMM_CASES(VRP_GEMM_NV / 2) }
#undef VRP_GEMM_CASE
#undef VRP_GEMM_CASES
}

/* ---- packing ---- */

static int64_t vrp_gemm_panels(int64_t n, int64_t width) { return (n + width - 1) / width; }

/* One row more than needed: a kernel may read the row after the last one. */
int64_t vr_gemm_packed_size(int64_t K, int64_t N) {
    return vrp_gemm_panels(N, VRP_GEMM_NR) * VRP_GEMM_NR * K + VRP_GEMM_NR;
}

/* panel[k*width + i] = a[i*stride + k] for four rows i and k < K, four k at a time; returns the first k not done. */
static int64_t vrp_gemm_transpose_four(float *panel, const float *a, int64_t K, int64_t stride,
                                       int64_t width) {
    int64_t k = 0;
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
    typedef float four __attribute__((vector_size(16)));
    for (; k + 4 <= K; k += 4) {
        four r0, r1, r2, r3;
        memcpy(&r0, a + k, 16), memcpy(&r1, a + stride + k, 16);
        memcpy(&r2, a + 2 * stride + k, 16), memcpy(&r3, a + 3 * stride + k, 16);
        const four t0 = __builtin_shufflevector(r0, r1, 0, 4, 1, 5),
                   t1 = __builtin_shufflevector(r2, r3, 0, 4, 1, 5),
                   t2 = __builtin_shufflevector(r0, r1, 2, 6, 3, 7),
                   t3 = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
        const four c0 = __builtin_shufflevector(t0, t1, 0, 1, 4, 5),
                   c1 = __builtin_shufflevector(t0, t1, 2, 3, 6, 7),
                   c2 = __builtin_shufflevector(t2, t3, 0, 1, 4, 5),
                   c3 = __builtin_shufflevector(t2, t3, 2, 3, 6, 7);
        memcpy(panel + k * width, &c0, 16), memcpy(panel + (k + 1) * width, &c1, 16);
        memcpy(panel + (k + 2) * width, &c2, 16), memcpy(panel + (k + 3) * width, &c3, 16);
    }
#endif
#endif
    return k;
}

/* panel[k*width + i] = a[i*stride + k] for i < rows, 0 for rows <= i < width. */
static void vrp_gemm_interleave(float *panel, const float *a, int64_t rows, int64_t K, int64_t stride,
                                int64_t width) {
    enum { STEP = 64 }; /* a part of the panel that stays in L1 while its rows are filled */
    if (rows < width) memset(panel, 0, (size_t)(K * width) * sizeof(float));
    for (int64_t k0 = 0; k0 < K; k0 += STEP, panel += STEP * width, a += STEP) {
        const int64_t n = vr_min(STEP, K - k0);
        int64_t i = 0;
        for (; i + 4 <= rows; i += 4)
            for (int64_t k = vrp_gemm_transpose_four(panel + i, a + i * stride, n, stride, width); k < n; k++)
                for (int64_t j = i; j < i + 4; j++) panel[k * width + j] = a[j * stride + k];
        for (; i + 2 <= rows; i += 2)
            for (int64_t k = 0; k < n; k++) {
                panel[k * width + i] = a[i * stride + k];
                panel[k * width + i + 1] = a[(i + 1) * stride + k];
            }
        for (; i < rows; i++)
            for (int64_t k = 0; k < n; k++) panel[k * width + i] = a[i * stride + k];
    }
}

static void vrp_gemm_pack_panel(float *panel, const float *b, int64_t K, int64_t cols, int64_t stride_k,
                                int64_t stride_n) {
    if (stride_k == 1) {
        vrp_gemm_interleave(panel, b, cols, K, stride_n, VRP_GEMM_NR);
        return;
    }
    if (cols < VRP_GEMM_NR) memset(panel, 0, (size_t)(K * VRP_GEMM_NR) * sizeof(float));
    for (int64_t k = 0; k < K; k++)
        if (stride_n == 1)
            memcpy(panel + k * VRP_GEMM_NR, b + k * stride_k, (size_t)cols * sizeof(float));
        else
            for (int64_t j = 0; j < cols; j++) panel[k * VRP_GEMM_NR + j] = b[k * stride_k + j * stride_n];
}

typedef struct vrp_gemm_packing {
    float *panels;
    const float *b;
    int64_t K, N, stride_k, stride_n;
} vrp_gemm_packing;

static void vrp_gemm_pack_one(const void *context, int64_t p, int thread) {
    const vrp_gemm_packing *j = (const vrp_gemm_packing *)context;
    (void)thread;
    vrp_gemm_pack_panel(j->panels + p * j->K * VRP_GEMM_NR, j->b + p * VRP_GEMM_NR * j->stride_n, j->K,
                        vr_min(VRP_GEMM_NR, j->N - p * VRP_GEMM_NR), j->stride_k, j->stride_n);
}

void vr_gemm_pack(float *panels, const float *b, int64_t K, int64_t N, int64_t stride_k, int64_t stride_n) {
    const vrp_gemm_packing job = {panels, b, K, N, stride_k, stride_n};
    vr_parallel(vrp_gemm_panels(N, VRP_GEMM_NR), vrp_gemm_pack_one, &job);
}

void vr_gemm_pack_rows(float *panel, const float *a, int64_t rows, int64_t K, int64_t stride) {
    vrp_gemm_interleave(panel, a, rows, K, stride, vrp_gemm_rows());
}

/* ---- the product ---- */

/* Row panels r0..r1 (packed, from `packed` on) times column panels p0..p1. */
static void vrp_gemm_block(const vr_gemm_job *job, const float *packed, int64_t r0, int64_t r1, int64_t p0,
                           int64_t p1) {
    const int64_t mr = vrp_gemm_rows();
    _Alignas(64) float tile[VRP_GEMM_MOST * VRP_GEMM_NR];
    for (int64_t p = p0; p < p1; p++)
        for (int64_t r = r0; r < r1; r++) {
            vrp_gemm_tile(tile, packed + (r - r0) * mr * job->K, job->panels + p * VRP_GEMM_NR * job->K,
                          job->K);
            job->finish(job->context, tile, r * mr, vr_min(mr, job->M - r * mr), p * VRP_GEMM_NR,
                        vr_min(VRP_GEMM_NR, job->N - p * VRP_GEMM_NR));
        }
}

/* How a product is divided: into pieces of `part` row panels by `group` column panels. */
typedef struct vrp_gemm_cut {
    const vr_gemm_job *job;
    float *packed;
    int64_t rows, cols, part, group; /* in panels */
    int64_t parts;                   /* rows / part, rounded up */
} vrp_gemm_cut;

static void vrp_gemm_fill(const vrp_gemm_cut *cut, float *packed, int64_t r0, int64_t r1) {
    const vr_gemm_job *job = cut->job;
    const int64_t mr = vrp_gemm_rows();
    for (int64_t r = r0; r < r1; r++)
        job->fill(job->context, packed + (r - r0) * mr * job->K, r * mr, vr_min(mr, job->M - r * mr));
}

static void vrp_gemm_fill_one(const void *context, int64_t i, int thread) {
    const vrp_gemm_cut *cut = (const vrp_gemm_cut *)context;
    (void)thread;
    vrp_gemm_fill(cut, cut->packed + i * vrp_gemm_rows() * cut->job->K, i, i + 1);
}

/* Few rows, all packed before. Consecutive pieces have the same columns. */
static void vrp_gemm_piece(const void *context, int64_t i, int thread) {
    const vrp_gemm_cut *cut = (const vrp_gemm_cut *)context;
    const int64_t r = i % cut->parts * cut->part, p = i / cut->parts * cut->group;
    (void)thread;
    vrp_gemm_block(cut->job, cut->packed + r * vrp_gemm_rows() * cut->job->K, r,
                   vr_min(r + cut->part, cut->rows), p, vr_min(p + cut->group, cut->cols));
}

/* Many rows: each piece packs its own, into the thread's buffer. */
static void vrp_gemm_rows_piece(const void *context, int64_t i, int thread) {
    const vrp_gemm_cut *cut = (const vrp_gemm_cut *)context;
    const int64_t r = i * cut->part, end = vr_min(r + cut->part, cut->rows);
    float *packed = cut->packed + thread * cut->part * vrp_gemm_rows() * cut->job->K;
    vrp_gemm_fill(cut, packed, r, end);
    vrp_gemm_block(cut->job, packed, r, end, 0, cut->cols);
}

void vr_gemm_run(const vr_gemm_job *job, vr_arena *scratch) {
    const int64_t mr = vrp_gemm_rows(), panel = mr * job->K;
    vrp_gemm_cut cut = {
        .job = job, .rows = vrp_gemm_panels(job->M, mr), .cols = vrp_gemm_panels(job->N, VRP_GEMM_NR)};
    if (cut.rows == 0 || cut.cols == 0) return;
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int threads = vr_threads();
    if (job->M > VRP_GEMM_FEW) {
        cut.part = vr_clamp(VRP_GEMM_BLOCK / vr_max(panel, 1), 1, vrp_gemm_panels(cut.rows, 4 * threads));
        cut.packed = (float *)vr_arena_alloc(scratch, threads * cut.part * panel + mr, sizeof(float));
        vr_parallel(vrp_gemm_panels(cut.rows, cut.part), vrp_gemm_rows_piece, &cut);
    } else {
        cut.packed = (float *)vr_arena_alloc(scratch, cut.rows * panel + mr, sizeof(float));
        cut.group = vr_max(1, cut.cols / (4 * threads));
        const int64_t groups = vrp_gemm_panels(cut.cols, cut.group);
        cut.part = vrp_gemm_panels(cut.rows, vr_min(cut.rows, vrp_gemm_panels(4 * threads, groups)));
        cut.parts = vrp_gemm_panels(cut.rows, cut.part);
        vr_parallel(cut.rows, vrp_gemm_fill_one, &cut);
        vr_parallel(groups * cut.parts, vrp_gemm_piece, &cut);
    }
    vr_arena_rewind(scratch, mark);
}

#undef VRP_GEMM_UNROLL
#undef VRP_GEMM_GATHERS
