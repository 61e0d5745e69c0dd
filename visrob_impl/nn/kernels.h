/* nn/kernels.h: the layers as the papers define them: plain loops on tensors.
 *
 * The readable reference, and the oracle that the fast layers (nn/packed.h) are tested against. Pure functions, outputs
 * first, without a tape or a model. Images are channels-last, [N,H,W,C].
 *
 * A layer's backward function takes dy, the gradient of a loss by its output, and adds to dx, dw and db those by its inputs
 * (+=, so that a tensor that is used twice gets the sum); {0} for one that is not wanted. Gradients have the shapes of what
 * they are of. Source of all: the chain rule; agrees with torch.autograd. */
#ifndef VISROB_NN_KERNELS_H
#define VISROB_NN_KERNELS_H
#include "../tensor/tensor.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef enum vr_act {
    VR_ACT_NONE = 0,
    VR_ACT_RELU,
    VR_ACT_GELU,       /* x * Phi(x), by erf: torch.nn.GELU() */
    VR_ACT_GELU_TANH,  /* the tanh approximation: torch.nn.GELU(approximate="tanh") */
    VR_ACT_QUICK_GELU, /* x * sigmoid(1.702 x): CLIP */
    VR_ACT_SILU        /* x * sigmoid(x): SwiGLU's gate */
} vr_act;

/* Geometry of a convolution; the all-zero value means stride 1, no padding, one group, no dilation. */
typedef struct vr_conv_opts {
    int64_t stride, pad, groups, dilation;
} vr_conv_opts;

/* A convolution's output height for an input of height h and a window of height k; widths follow the same rule. */
VR_API int64_t vr_conv_out_size(int64_t h, int64_t k, vr_conv_opts opts);

/* Oracle: y = act(x).
 * Shapes:  y, x: the same, contiguous. Notes: y may be x. Source: Hendrycks & Gimpel 2016 (GELU). */
VR_API void vr_act_forward(vr_tensor y, vr_tensor x, vr_act act);

/* Oracle: dx += dy act'(x). Notes: the slope of ReLU at 0 is 0. */
VR_API void vr_act_backward(vr_tensor dx, vr_tensor dy, vr_tensor x, vr_act act);

/* Oracle: y[i,o] = sum_k x[i,k] w[o,k] + b[o].
 * Shapes:  y: [N,O]; x: [N,K]; w: [O,K] as PyTorch stores it; b: [O] or {0}.
 * Source:  agrees with torch.nn.functional.linear. */
VR_API void vr_linear_forward(vr_tensor y, vr_tensor x, vr_tensor w, vr_tensor b);

/* Oracle: dx[i,k] += sum_o dy[i,o] w[o,k]; dw[o,k] += sum_i dy[i,o] x[i,k]; db[o] += sum_i dy[i,o]. */
VR_API void vr_linear_backward(vr_tensor dx, vr_tensor dw, vr_tensor db, vr_tensor dy, vr_tensor x,
                               vr_tensor w);

/* Oracle: y[n,i,j,o] = b[o] + sum_{u,v,c} x[n, i*stride+u*dilation-pad, j*stride+v*dilation-pad, c] w[o,c,u,v].
 * Shapes:  y: [N,OH,OW,O] with OH = vr_conv_out_size(H, KH, opts); x: [N,H,W,C];
 *          w: [O,C/groups,KH,KW] as PyTorch stores it; b: [O] or {0}.
 * Notes:   outside the image x is 0. Source: agrees with torch.nn.functional.conv2d. */
VR_API void vr_conv2d_forward(vr_tensor y, vr_tensor x, vr_tensor w, vr_tensor b, vr_conv_opts opts);

/* Oracle: with (r,s) the pixel that output (i,j) sees through (u,v),
 *     dx[n,r,s,c] += sum_{i,j,u,v,o} dy[n,i,j,o] w[o,c,u,v]
 *     dw[o,c,u,v] += sum_{n,i,j} dy[n,i,j,o] x[n,r,s,c]
 *     db[o] += sum_{n,i,j} dy[n,i,j,o] */
VR_API void vr_conv2d_backward(vr_tensor dx, vr_tensor dw, vr_tensor db, vr_tensor dy, vr_tensor x,
                               vr_tensor w, vr_conv_opts opts);

/* Oracle: normalizes each row of x, then scales and shifts:
 *     y[i,c] = (x[i,c] - mean[i]) * rstd[i] * w[c] + b[c]
 * Shapes:  y, x: [N,C]; w, b: [C]; mean, rstd: [N], filled for the backward pass, or {0}.
 * Notes:   eps (1e-5 in torchvision, 1e-6 in timm) inside the root; variance divides by C; y may be x.
 * Source:  Ba et al. 2016, eq. 4; agrees with torch.nn.functional.layer_norm. */
VR_API void vr_layernorm_forward(vr_tensor y, vr_tensor mean, vr_tensor rstd, vr_tensor x, vr_tensor w,
                                 vr_tensor b, float eps);

/* Oracle: with h = (x - mean) rstd and g = dy w, both of a row, and their means over c,
 *     dx[i,c] += rstd[i] (g - mean(g) - h mean(g h)); dw[c] += sum_i dy h; db[c] += sum_i dy. */
VR_API void vr_layernorm_backward(vr_tensor dx, vr_tensor dw, vr_tensor db, vr_tensor dy, vr_tensor x,
                                  vr_tensor w, vr_tensor mean, vr_tensor rstd);

/* Oracle: y[..,c] = (x[..,c] - mean[c]) / sqrt(var[c] + eps) * w[c] + b[c], with the running statistics of training.
 * Shapes:  y, x: [N,H,W,C]; the others [C]. Notes: y may be x.
 * Source:  Ioffe & Szegedy 2015; agrees with torch.nn.functional.batch_norm(training=False). */
VR_API void vr_batchnorm_forward(vr_tensor y, vr_tensor x, vr_tensor mean, vr_tensor var, vr_tensor w,
                                 vr_tensor b, float eps);

/* Oracle: batch-norm with the statistics of the batch, as in training:
 *     y[..,c] = (x[..,c] - mean[c]) rstd[c] w[c] + b[c]
 * Shapes:  as vr_batchnorm_forward; mean, rstd: [C], filled for the backward pass.
 * Notes:   rstd = 1 / sqrt(var + eps); var divides by the number of pixels of all images, n; the running variance of a
 *          layer is moved towards var n / (n - 1). y may be x.
 * Source:  Ioffe & Szegedy 2015, algorithm 1; agrees with torch.nn.functional.batch_norm(training=True). */
VR_API void vr_batchnorm_train_forward(vr_tensor y, vr_tensor mean, vr_tensor rstd, vr_tensor x, vr_tensor w,
                                       vr_tensor b, float eps);

/* Oracle: with h = (x - mean) rstd and means over all pixels of a channel,
 *     dx += w rstd (dy - mean(dy) - h mean(dy h)); dw += sum dy h; db += sum dy. */
VR_API void vr_batchnorm_train_backward(vr_tensor dx, vr_tensor dw, vr_tensor db, vr_tensor dy, vr_tensor x,
                                        vr_tensor w, vr_tensor mean, vr_tensor rstd);

/* y[i,:] = exp(x[i,:] - max_i) / sum of the same.
 * Shapes:  y, x: [N,C]. Notes: y may be x. Source: agrees with torch.softmax(x, -1). */
VR_API void vr_softmax_forward(vr_tensor y, vr_tensor x);

/* Oracle: dx[i,c] += y[i,c] (dy[i,c] - sum_k dy[i,k] y[i,k]), from the softmax y. */
VR_API void vr_softmax_backward(vr_tensor dx, vr_tensor dy, vr_tensor y);

/* Oracle: loss[i] = log(sum_c exp x[i,c]) - sum_c t[i,c] x[i,c], where the targets of a row sum to 1.
 * Shapes:  loss: [N]; x: logits [N,C]; t: [N,C], a 1 for the class, or what mixup and label smoothing make of it.
 * Source:  agrees with torch.nn.functional.cross_entropy(reduction="none"). */
VR_API void vr_cross_entropy_forward(vr_tensor loss, vr_tensor x, vr_tensor t);

/* Oracle: dx[i,c] += dloss[i] (softmax(x)[i,c] - t[i,c]). */
VR_API void vr_cross_entropy_backward(vr_tensor dx, vr_tensor dloss, vr_tensor x, vr_tensor t);

/* Oracle: scaled dot-product attention of each head: y = softmax(q k^T / sqrt(D/heads)) v.
 * Shapes:  y: [N,T,D]; qkv: [N,T,3D], in each row q (D), k (D), v (D), heads side by side inside each.
 * Source:  Vaswani et al. 2017, eq. 1; agrees with torch.nn.functional.scaled_dot_product_attention. */
VR_API void vr_attention_forward(vr_tensor y, vr_tensor qkv, int64_t heads);

/* Oracle: with p = softmax(q k^T s) and s = 1 / sqrt(D/heads), for queries t and keys u of a head,
 *     dv[u] += sum_t p[t,u] dy[t];  g[t,u] = p[t,u] (dy[t].v[u] - dy[t].y[t])
 *     dq[t] += s sum_u g[t,u] k[u];  dk[u] += s sum_t g[t,u] q[t]
 * Source:  Dao et al. 2022 (FlashAttention), appendix B.2, where dy[t].y[t] stands for the sum over a row. */
VR_API void vr_attention_backward(vr_tensor dqkv, vr_tensor dy, vr_tensor qkv, int64_t heads);

/* Oracle: the largest of each k x k window.
 * Shapes:  y: [N,OH,OW,C] with OH = (H + 2 pad - k)/stride + 1; x: [N,H,W,C].
 * Source:  agrees with torch.nn.functional.max_pool2d (padding counts as -infinity). */
VR_API void vr_maxpool2d_forward(vr_tensor y, vr_tensor x, int64_t k, int64_t stride, int64_t pad);

/* Oracle: adds dy to the first pixel of each window that is the largest. */
VR_API void vr_maxpool2d_backward(vr_tensor dx, vr_tensor dy, vr_tensor x, int64_t k, int64_t stride,
                                  int64_t pad);

/* Oracle: the mean of each k x k window, padding counted as 0 and in the divisor.
 * Shapes:  as vr_maxpool2d_forward. Source: agrees with torch.nn.functional.avg_pool2d. */
VR_API void vr_avgpool2d_forward(vr_tensor y, vr_tensor x, int64_t k, int64_t stride, int64_t pad);

/* Oracle: adds dy / k^2 to each pixel of a window. */
VR_API void vr_avgpool2d_backward(vr_tensor dx, vr_tensor dy, int64_t k, int64_t stride, int64_t pad);

/* Oracle: the mean over all pixels.
 * Shapes:  y: [N,C]; x: [N,H,W,C]. Source: agrees with torch.nn.functional.adaptive_avg_pool2d(x, 1). */
VR_API void vr_global_avgpool_forward(vr_tensor y, vr_tensor x);

/* Oracle: dx[n,..,c] += dy[n,c] / (H W). */
VR_API void vr_global_avgpool_backward(vr_tensor dx, vr_tensor dy);

#ifdef __cplusplus
}
#endif
#endif
