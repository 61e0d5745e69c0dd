/* nn/kernels.h: the layers as the papers define them: plain loops on tensors.
 *
 * The readable reference, and the oracle that the fast layers (nn/packed.h) are tested against. Pure functions, outputs
 * first, without a tape or a model. Images are channels-last, [N,H,W,C]. */
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

/* Oracle: y[i,o] = sum_k x[i,k] w[o,k] + b[o].
 * Shapes:  y: [N,O]; x: [N,K]; w: [O,K] as PyTorch stores it; b: [O] or {0}.
 * Source:  agrees with torch.nn.functional.linear. */
VR_API void vr_linear_forward(vr_tensor y, vr_tensor x, vr_tensor w, vr_tensor b);

/* Oracle: y[n,i,j,o] = b[o] + sum_{u,v,c} x[n, i*stride+u*dilation-pad, j*stride+v*dilation-pad, c] w[o,c,u,v].
 * Shapes:  y: [N,OH,OW,O] with OH = vr_conv_out_size(H, KH, opts); x: [N,H,W,C];
 *          w: [O,C/groups,KH,KW] as PyTorch stores it; b: [O] or {0}.
 * Notes:   outside the image x is 0. Source: agrees with torch.nn.functional.conv2d. */
VR_API void vr_conv2d_forward(vr_tensor y, vr_tensor x, vr_tensor w, vr_tensor b, vr_conv_opts opts);

/* Oracle: normalizes each row of x, then scales and shifts:
 *     y[i,c] = (x[i,c] - mean[i]) * rstd[i] * w[c] + b[c]
 * Shapes:  y, x: [N,C]; w, b: [C]; mean, rstd: [N], filled for the backward pass, or {0}.
 * Notes:   eps (1e-5 in torchvision, 1e-6 in timm) inside the root; variance divides by C; y may be x.
 * Source:  Ba et al. 2016, eq. 4; agrees with torch.nn.functional.layer_norm. */
VR_API void vr_layernorm_forward(vr_tensor y, vr_tensor mean, vr_tensor rstd, vr_tensor x, vr_tensor w,
                                 vr_tensor b, float eps);

/* Oracle: y[..,c] = (x[..,c] - mean[c]) / sqrt(var[c] + eps) * w[c] + b[c], with the running statistics of training.
 * Shapes:  y, x: [N,H,W,C]; the others [C]. Notes: y may be x.
 * Source:  Ioffe & Szegedy 2015; agrees with torch.nn.functional.batch_norm(training=False). */
VR_API void vr_batchnorm_forward(vr_tensor y, vr_tensor x, vr_tensor mean, vr_tensor var, vr_tensor w,
                                 vr_tensor b, float eps);

/* y[i,:] = exp(x[i,:] - max_i) / sum of the same.
 * Shapes:  y, x: [N,C]. Notes: y may be x. Source: agrees with torch.softmax(x, -1). */
VR_API void vr_softmax_forward(vr_tensor y, vr_tensor x);

/* Oracle: scaled dot-product attention of each head: y = softmax(q k^T / sqrt(D/heads)) v.
 * Shapes:  y: [N,T,D]; qkv: [N,T,3D], in each row q (D), k (D), v (D), heads side by side inside each.
 * Source:  Vaswani et al. 2017, eq. 1; agrees with torch.nn.functional.scaled_dot_product_attention. */
VR_API void vr_attention_forward(vr_tensor y, vr_tensor qkv, int64_t heads);

/* Oracle: the largest of each k x k window.
 * Shapes:  y: [N,OH,OW,C] with OH = (H + 2 pad - k)/stride + 1; x: [N,H,W,C].
 * Source:  agrees with torch.nn.functional.max_pool2d (padding counts as -infinity). */
VR_API void vr_maxpool2d_forward(vr_tensor y, vr_tensor x, int64_t k, int64_t stride, int64_t pad);

/* Oracle: the mean of each k x k window, padding counted as 0 and in the divisor.
 * Shapes:  as vr_maxpool2d_forward. Source: agrees with torch.nn.functional.avg_pool2d. */
VR_API void vr_avgpool2d_forward(vr_tensor y, vr_tensor x, int64_t k, int64_t stride, int64_t pad);

/* Oracle: the mean over all pixels.
 * Shapes:  y: [N,C]; x: [N,H,W,C]. Source: agrees with torch.nn.functional.adaptive_avg_pool2d(x, 1). */
VR_API void vr_global_avgpool_forward(vr_tensor y, vr_tensor x);

#ifdef __cplusplus
}
#endif
#endif
