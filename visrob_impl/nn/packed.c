/* nn/packed.c: linear layers: products of packed panels (tensor/gemm.h) with an epilogue (nn/epilogue.h) on each
 * finished tile. Convolutions are in convolution.c and winograd.c, attention in attention.c. */
#include "packed.h"
#include "../base/error.h"
#include "../tensor/gemm.h"
#include "epilogue.h"

typedef struct vrp_packed_linear {
    const float *x;
    int64_t ldx, K;
    vr_epilogue epilogue;
} vrp_packed_linear;

static void vrp_packed_fill(const void *context, float *panel, int64_t row, int64_t rows) {
    const vrp_packed_linear *p = (const vrp_packed_linear *)context;
    vr_gemm_pack_rows(panel, p->x + row * p->ldx, rows, p->K, p->ldx);
}

static void vrp_packed_finish(const void *context, float *tile, int64_t row, int64_t rows, int64_t column,
                              int64_t columns) {
    const vrp_packed_linear *p = (const vrp_packed_linear *)context;
    vr_epilogue_apply(&p->epilogue, tile, vr_gemm_columns(), row, rows, column, columns);
}

vr_linear vr_linear_pack(vr_arena *perm, vr_tensor w, vr_tensor b) {
    VR_CHECK(w.ndim == 2, "w must be [O,K]");
    const int64_t O = w.shape[0], K = w.shape[1];
    VR_CHECK(!b.data || vr_is_vec(b, O), "the bias must be [%lld]", (long long)O);
    float *panels = (float *)vr_arena_alloc(perm, vr_gemm_packed_size(K, O), sizeof(float));
    vr_gemm_pack(panels, w.data, K, O, w.stride[1], w.stride[0]);
    return (vr_linear){
        .in = K, .out = O, .panels = panels, .bias = b.data ? vr_tensor_copy(perm, b).data : NULL};
}

void vr_linear_apply(vr_tensor y, vr_tensor x, const vr_linear *layer, vr_act act, vr_tensor residual,
                     vr_arena *scratch) {
    const int64_t N = x.shape[0];
    VR_CHECK(vr_is_mat(x, N, layer->in) && vr_is_mat(y, N, layer->out) && x.stride[1] == 1 &&
                 y.stride[1] == 1,
             "x is [%lld,%lld], y [%lld,%lld], the layer %lld -> %lld", (long long)N, (long long)x.shape[1],
             (long long)y.shape[0], (long long)y.shape[1], (long long)layer->in, (long long)layer->out);
    VR_CHECK(!residual.data || (vr_is_mat(residual, N, layer->out) && residual.stride[1] == 1),
             "residual must have y's shape");
    const vrp_packed_linear p = {.x = x.data,
                                 .ldx = x.stride[0],
                                 .K = layer->in,
                                 .epilogue = {.bias = layer->bias,
                                              .residual = residual.data,
                                              .ld_residual = residual.stride[0],
                                              .y = y.data,
                                              .ldy = y.stride[0],
                                              .act = act}};
    const vr_gemm_job job = {N, layer->out, layer->in, layer->panels, vrp_packed_fill, vrp_packed_finish, &p};
    vr_gemm_run(&job, scratch);
}
