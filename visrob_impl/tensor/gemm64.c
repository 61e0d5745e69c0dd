/* tensor/gemm64.c: the same tiles as gemm.c's in C vectors, of doubles.
 *
 * b is packed once into panels of NR columns; each thread packs a block of rows of a, converting floats on the way, and
 * multiplies it by all panels. K is cut into blocks so that a packed block of a stays in L2; each element of y is
 * summed over k within a block and over the blocks in order, in every thread alike. Rejected: BLIS's dgemm, which
 * would need the features copied to double first (twice their memory), and a second path for VR_NO_BLIS. */
#include "gemm64.h"
#include "../base/error.h"
#include "../base/par.h"
#include <string.h>

#if defined(__AVX512F__)
enum { VRP_GEMM64_VEC = 8, VRP_GEMM64_NV = 2, VRP_GEMM64_MR = 12 };
#elif defined(__AVX__)
enum { VRP_GEMM64_VEC = 4, VRP_GEMM64_NV = 2, VRP_GEMM64_MR = 6 };
#elif defined(__aarch64__)
enum { VRP_GEMM64_VEC = 2, VRP_GEMM64_NV = 4, VRP_GEMM64_MR = 6 };
#else
enum { VRP_GEMM64_VEC = 2, VRP_GEMM64_NV = 4, VRP_GEMM64_MR = 2 };
#endif
enum {
    VRP_GEMM64_NR = VRP_GEMM64_VEC * VRP_GEMM64_NV,
    VRP_GEMM64_KC = 256,              /* a block of K: one panel of b is 32 KB, in L1 */
    VRP_GEMM64_MC = VRP_GEMM64_MR * 8 /* rows of a block: 192 KB packed, in L2 */
};
typedef double vrp_gemm64_vec __attribute__((vector_size(VRP_GEMM64_VEC * 8), may_alias));
#if defined(__clang__)
#define VRP_GEMM64_UNROLL _Pragma("unroll")
#else
#define VRP_GEMM64_UNROLL _Pragma("GCC unroll 16")
#endif

static inline double vrp_gemm64_at(const vr_operand *o, int64_t i, int64_t j) {
    const int64_t at = i * o->row + j * o->column;
    return o->f64 ? o->f64[at] : (double)o->f32[at];
}

/* panel[k][i] = a[row + i, k0 + k], 0 beyond rows. */
static void vrp_gemm64_pack_rows(double *panel, const vr_operand *a, int64_t row, int64_t rows, int64_t k0,
                                 int64_t K) {
    enum { MR = VRP_GEMM64_MR };
    if (rows < MR) memset(panel, 0, (size_t)(K * MR) * sizeof *panel);
    const int64_t first = row * a->row + k0 * a->column;
    if (a->row == 1 && a->f32) { /* the transpose of a row-major matrix: the rows of one k are side by side */
        const float *from = a->f32 + first;
        for (int64_t k = 0; k < K; k++, from += a->column, panel += MR)
            for (int64_t i = 0; i < rows; i++) panel[i] = (double)from[i];
        return;
    }
    for (int64_t i = 0; i < rows; i++) {
        const int64_t at = first + i * a->row;
        const float *f32 = a->f32 ? a->f32 + at : NULL;
        const double *f64 = a->f64 ? a->f64 + at : NULL;
        if (f32)
            for (int64_t k = 0; k < K; k++, f32 += a->column) panel[k * MR + i] = (double)*f32;
        else
            for (int64_t k = 0; k < K; k++, f64 += a->column) panel[k * MR + i] = *f64;
    }
}

/* panels[p][k][j] = b[k, p*NR + j], 0 beyond N. */
static void vrp_gemm64_pack(double *panels, const vr_operand *b, int64_t K, int64_t N) {
    const int64_t count = (N + VRP_GEMM64_NR - 1) / VRP_GEMM64_NR;
#pragma omp parallel for num_threads(vr_threads()) if (K * N > 50000)
    for (int64_t p = 0; p < count; p++)
        for (int64_t k = 0; k < K; k++)
            for (int64_t j = 0; j < VRP_GEMM64_NR; j++)
                panels[(p * K + k) * VRP_GEMM64_NR + j] =
                    p * VRP_GEMM64_NR + j < N ? vrp_gemm64_at(b, k, p * VRP_GEMM64_NR + j) : 0;
}

/* tile[i][j] += sum_k a[k][i] b[k][j]; the sums are registers. */
static void vrp_gemm64_tile(double *tile, const double *a, const double *b, int64_t K) {
    vrp_gemm64_vec sum[VRP_GEMM64_MR][VRP_GEMM64_NV] = {{{0}}};
    const vrp_gemm64_vec *bk = (const vrp_gemm64_vec *)b;
    for (int64_t k = 0; k < K; k++, a += VRP_GEMM64_MR, bk += VRP_GEMM64_NV)
        VRP_GEMM64_UNROLL for (int i = 0; i < VRP_GEMM64_MR; i++)
            VRP_GEMM64_UNROLL for (int v = 0; v < VRP_GEMM64_NV; v++) sum[i][v] += bk[v] * a[i];
    vrp_gemm64_vec *out = (vrp_gemm64_vec *)tile;
    VRP_GEMM64_UNROLL for (int i = 0; i < VRP_GEMM64_MR; i++)
        VRP_GEMM64_UNROLL for (int v = 0; v < VRP_GEMM64_NV; v++) out[i * VRP_GEMM64_NV + v] = sum[i][v];
}

/* Rows row .. row+rows-1 of y; packed: [MC * KC]. */
static void vrp_gemm64_block(double *y, const vr_operand *a, const double *panels, double *packed,
                             int64_t row, int64_t rows, int64_t N, int64_t K) {
    _Alignas(64) double tile[VRP_GEMM64_MR * VRP_GEMM64_NR];
    memset(y + row * N, 0, (size_t)(rows * N) * sizeof *y);
    for (int64_t k0 = 0; k0 < K; k0 += VRP_GEMM64_KC) {
        const int64_t kc = vr_min(VRP_GEMM64_KC, K - k0);
        for (int64_t r = 0; r < rows; r += VRP_GEMM64_MR)
            vrp_gemm64_pack_rows(packed + r * kc, a, row + r, vr_min(VRP_GEMM64_MR, rows - r), k0, kc);
        for (int64_t c = 0; c < N; c += VRP_GEMM64_NR)
            for (int64_t r = 0; r < rows; r += VRP_GEMM64_MR) {
                vrp_gemm64_tile(tile, packed + r * kc, panels + c * K + k0 * VRP_GEMM64_NR, kc);
                for (int64_t i = 0; i < vr_min(VRP_GEMM64_MR, rows - r); i++)
                    for (int64_t j = 0; j < vr_min(VRP_GEMM64_NR, N - c); j++)
                        y[(row + r + i) * N + c + j] += tile[i * VRP_GEMM64_NR + j];
            }
    }
}

void vr_matmul_f64(double *y, vr_operand a, vr_operand b, int64_t M, int64_t N, int64_t K,
                   vr_arena *scratch) {
    VR_CHECK(M >= 0 && N >= 0 && K >= 0 && !a.f64 != !a.f32 && !b.f64 != !b.f32,
             "[%lld,%lld] times [%lld,%lld], each in float or in double", (long long)M, (long long)K,
             (long long)K, (long long)N);
    const vr_arena_mark mark = vr_arena_here(scratch);
    const int64_t wide = (N + VRP_GEMM64_NR - 1) / VRP_GEMM64_NR * VRP_GEMM64_NR;
    const int threads = (double)M * (double)N * (double)K < 100e3 ? 1 : vr_threads();
    double *panels = (double *)vr_arena_alloc(scratch, wide * K, sizeof(double)),
           *packed = (double *)vr_arena_alloc(scratch, (int64_t)threads * VRP_GEMM64_MC * VRP_GEMM64_KC,
                                              sizeof(double));
    vrp_gemm64_pack(panels, &b, K, N);
#pragma omp parallel for num_threads(threads) schedule(dynamic) if (threads > 1)
    for (int64_t row = 0; row < M; row += VRP_GEMM64_MC)
        vrp_gemm64_block(y, &a, panels,
                         packed +
                             (threads > 1 ? vr_thread_index() : 0) * (int64_t)VRP_GEMM64_MC * VRP_GEMM64_KC,
                         row, vr_min(VRP_GEMM64_MC, M - row), N, K);
    vr_arena_rewind(scratch, mark);
}

#undef VRP_GEMM64_UNROLL
