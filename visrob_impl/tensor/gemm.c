/* tensor/gemm.c: a micro-kernel in C vectors, and the loops around it.
 *
 * The sum over K is not cut into blocks: with tiles this wide a panel of weights streams from L2 fast enough,
 * partial sums never touch memory, and the finished tile meets its epilogue in L1. Every output is one sum
 * in the order of k, so no partition of the work changes a bit. Few rows: all of the left operand is packed
 * first and the tiles are shared out in two dimensions. Many rows: each thread packs a block that fits L2 and
 * multiplies it by all panels. The plain BLAS call was rejected: it packs the weights again in each call. */
#include "gemm.h"
#include "../base/error.h"
#include "../base/par.h"
#include <string.h>

#if defined(__AVX512F__)
enum { VRP_GEMM_VEC = 16, VRP_GEMM_MR = 14, VRP_GEMM_NV = 2 }; /* 28 of 32 registers hold sums */
#elif defined(__AVX__)
enum { VRP_GEMM_VEC = 8, VRP_GEMM_MR = 6, VRP_GEMM_NV = 2 }; /* 12 of 16 */
#else
enum { VRP_GEMM_VEC = 4, VRP_GEMM_MR = 6, VRP_GEMM_NV = 2 };
#endif
enum {
    VRP_GEMM_NR = VRP_GEMM_VEC * VRP_GEMM_NV,
    VRP_GEMM_BLOCK = 128 * 1024 /* floats of a block of rows */
};
typedef float vrp_gemm_vec __attribute__((vector_size(VRP_GEMM_VEC * 4), may_alias));
#if defined(__clang__)
#define VRP_GEMM_UNROLL _Pragma("unroll")
#else
#define VRP_GEMM_UNROLL _Pragma("GCC unroll 16")
#endif

int64_t vr_gemm_rows(void) { return VRP_GEMM_MR; }
int64_t vr_gemm_columns(void) { return VRP_GEMM_NR; }

static int64_t vrp_gemm_panels(int64_t n, int64_t width) { return (n + width - 1) / width; }

int64_t vr_gemm_packed_size(int64_t K, int64_t N) {
    return vrp_gemm_panels(N, VRP_GEMM_NR) * VRP_GEMM_NR * K;
}

static void vrp_gemm_pack_panel(float *panel, const float *b, int64_t K, int64_t cols, int64_t stride_k,
                                int64_t stride_n) {
    enum { STEP = 16 }; /* a strip that stays in L1 while its rows are read along memory */
    if (cols < VRP_GEMM_NR) memset(panel, 0, (size_t)(K * VRP_GEMM_NR) * sizeof(float));
    for (int64_t k0 = 0; k0 < K; k0 += STEP) {
        const int64_t k1 = vr_min(K, k0 + STEP);
        if (stride_n == 1)
            for (int64_t k = k0; k < k1; k++)
                memcpy(panel + k * VRP_GEMM_NR, b + k * stride_k, (size_t)cols * sizeof(float));
        else
            for (int64_t j = 0; j < cols; j++)
                for (int64_t k = k0; k < k1; k++) panel[k * VRP_GEMM_NR + j] = b[k * stride_k + j * stride_n];
    }
}

void vr_gemm_pack(float *panels, const float *b, int64_t K, int64_t N, int64_t stride_k, int64_t stride_n) {
    const int64_t count = vrp_gemm_panels(N, VRP_GEMM_NR);
#pragma omp parallel for num_threads(vr_threads()) if (K * N > 50000)
    for (int64_t p = 0; p < count; p++)
        vrp_gemm_pack_panel(panels + p * K * VRP_GEMM_NR, b + p * VRP_GEMM_NR * stride_n, K,
                            vr_min(VRP_GEMM_NR, N - p * VRP_GEMM_NR), stride_k, stride_n);
}

void vr_gemm_pack_rows(float *panel, const float *a, int64_t rows, int64_t K, int64_t stride) {
    enum { STEP = 16 };
    if (rows < VRP_GEMM_MR) memset(panel, 0, (size_t)(K * VRP_GEMM_MR) * sizeof(float));
    for (int64_t k0 = 0; k0 < K; k0 += STEP)
        for (int64_t i = 0; i < rows; i++)
            for (int64_t k = k0; k < vr_min(K, k0 + STEP); k++)
                panel[k * VRP_GEMM_MR + i] = a[i * stride + k];
}

/* The sums have to become registers: no address of theirs is taken, and both small loops are unrolled. */
void vr_gemm_tile(float *tile, const float *a, const float *b, int64_t K) {
    vrp_gemm_vec sum[VRP_GEMM_MR][VRP_GEMM_NV] = {{{0}}};
    const vrp_gemm_vec *bk = (const vrp_gemm_vec *)b;
    for (int64_t k = 0; k < K; k++, a += VRP_GEMM_MR, bk += VRP_GEMM_NV)
        VRP_GEMM_UNROLL for (int i = 0; i < VRP_GEMM_MR; i++)
            VRP_GEMM_UNROLL for (int v = 0; v < VRP_GEMM_NV; v++) sum[i][v] += bk[v] * a[i];
    vrp_gemm_vec *out = (vrp_gemm_vec *)tile;
    VRP_GEMM_UNROLL for (int i = 0; i < VRP_GEMM_MR; i++)
        VRP_GEMM_UNROLL for (int v = 0; v < VRP_GEMM_NV; v++) out[i * VRP_GEMM_NV + v] = sum[i][v];
}

/* Row panels r0..r1 (packed, from `packed` on) times column panels p0..p1. */
static void vrp_gemm_block(const vr_gemm_job *job, const float *packed, int64_t r0, int64_t r1, int64_t p0,
                           int64_t p1) {
    _Alignas(64) float tile[VRP_GEMM_MR * VRP_GEMM_NR];
    for (int64_t p = p0; p < p1; p++)
        for (int64_t r = r0; r < r1; r++) {
            vr_gemm_tile(tile, packed + (r - r0) * VRP_GEMM_MR * job->K,
                         job->panels + p * VRP_GEMM_NR * job->K, job->K);
            job->finish(job->context, tile, r * VRP_GEMM_MR, vr_min(VRP_GEMM_MR, job->M - r * VRP_GEMM_MR),
                        p * VRP_GEMM_NR, vr_min(VRP_GEMM_NR, job->N - p * VRP_GEMM_NR));
        }
}

static void vrp_gemm_fill(const vr_gemm_job *job, float *packed, int64_t r0, int64_t r1) {
    for (int64_t r = r0; r < r1; r++)
        job->fill(job->context, packed + (r - r0) * VRP_GEMM_MR * job->K, r * VRP_GEMM_MR,
                  vr_min(VRP_GEMM_MR, job->M - r * VRP_GEMM_MR));
}

void vr_gemm_run(const vr_gemm_job *job, vr_arena *scratch) {
    const int64_t rows = vrp_gemm_panels(job->M, VRP_GEMM_MR), cols = vrp_gemm_panels(job->N, VRP_GEMM_NR);
    if (rows == 0 || cols == 0) return;
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t panel = VRP_GEMM_MR * job->K;
    int threads = vr_threads();
    if ((double)job->M * (double)job->N * (double)job->K < 200e3)
        threads = 1; /* a few microseconds of work */
    if (job->M > 512) {
        const int64_t step =
            vr_clamp(VRP_GEMM_BLOCK / vr_max(panel, 1), 1, vrp_gemm_panels(rows, 4 * threads));
        float *buffers = (float *)vr_arena_alloc(scratch, threads * step * panel, sizeof(float));
#pragma omp parallel for num_threads(threads) schedule(dynamic) if (threads > 1)
        for (int64_t r = 0; r < rows; r += step) {
            float *packed = buffers + vr_thread_index() * (threads > 1 ? step * panel : 0);
            vrp_gemm_fill(job, packed, r, vr_min(r + step, rows));
            vrp_gemm_block(job, packed, r, vr_min(r + step, rows), 0, cols);
        }
    } else {
        float *packed = (float *)vr_arena_alloc(scratch, rows * panel, sizeof(float));
        const int64_t group = vr_max(1, cols / (4 * threads)), groups = vrp_gemm_panels(cols, group);
        const int64_t parts = vr_min(rows, vrp_gemm_panels(4 * threads, groups)),
                      part = vrp_gemm_panels(rows, parts);
#pragma omp parallel num_threads(threads) if (threads > 1)
        {
#pragma omp for
            for (int64_t r = 0; r < rows; r++) vrp_gemm_fill(job, packed + r * panel, r, r + 1);
#pragma omp for collapse(2) schedule(dynamic)
            for (int64_t g = 0; g < groups; g++)
                for (int64_t r = 0; r < rows; r += part)
                    vrp_gemm_block(job, packed + r * panel, r, vr_min(r + part, rows), g * group,
                                   vr_min((g + 1) * group, cols));
        }
    }
    vr_arena_rewind(scratch, mark);
}

typedef struct vrp_gemm_plain {
    vr_tensor y, a;
} vrp_gemm_plain;

static void vrp_gemm_plain_fill(const void *context, float *panel, int64_t row, int64_t rows) {
    const vr_tensor a = ((const vrp_gemm_plain *)context)->a;
    for (int64_t k = 0; k < a.shape[1]; k++)
        for (int64_t i = 0; i < VRP_GEMM_MR; i++)
            panel[k * VRP_GEMM_MR + i] = i < rows ? a.data[(row + i) * a.stride[0] + k * a.stride[1]] : 0;
}

static void vrp_gemm_plain_finish(const void *context, const float *tile, int64_t row, int64_t rows,
                                  int64_t column, int64_t columns) {
    const vr_tensor y = ((const vrp_gemm_plain *)context)->y;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            y.data[(row + i) * y.stride[0] + (column + j) * y.stride[1]] = tile[i * VRP_GEMM_NR + j];
}

void vr_matmul(vr_tensor y, vr_tensor a, vr_tensor b, vr_arena *scratch) {
    const int64_t M = a.shape[0], K = a.shape[1], N = b.shape[1];
    VR_CHECK(vr_is_mat(a, M, K) && vr_is_mat(b, K, N) && vr_is_mat(y, M, N),
             "a is [%lld,%lld], b [%lld,%lld], y [%lld,%lld]", (long long)M, (long long)K,
             (long long)b.shape[0], (long long)N, (long long)y.shape[0], (long long)y.shape[1]);
    const vr_arena_mark mark = vr_arena_here(scratch);
    float *panels = (float *)vr_arena_alloc(scratch, vr_gemm_packed_size(K, N), sizeof(float));
    vr_gemm_pack(panels, b.data, K, N, b.stride[0], b.stride[1]);
    const vrp_gemm_plain context = {y, a};
    const vr_gemm_job job = {M, N, K, panels, vrp_gemm_plain_fill, vrp_gemm_plain_finish, &context};
    vr_gemm_run(&job, scratch);
    vr_arena_rewind(scratch, mark);
}

#undef VRP_GEMM_UNROLL
