"""Writes kernels.inc: what PyTorch computes on formula-made inputs. Origin: torch 2.15 on CPU, in double.
Input element i of the tensor with seed s is sin(0.7 i + s), rounded to float."""
import os
import torch
import torch.nn.functional as F


def t(seed, *shape):
    n = 1
    for d in shape:
        n *= d
    return torch.sin(0.7 * torch.arange(n, dtype=torch.float64) + seed).float().reshape(shape).double()


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


x = t(1, 2, 6, 5, 4)
row = t(2, 3, 8) * 3
qkv = t(3, 2, 5, 3, 2, 3).permute(2, 0, 3, 1, 4)  # [N,T,3D] as q, k, v by heads
out = {
    "linear": F.linear(row, t(4, 5, 8), t(5, 5)),
    "conv": nhwc(F.conv2d(nchw(x), t(4, 6, 4, 3, 3), t(5, 6), stride=2, padding=1)),
    "conv_groups": nhwc(F.conv2d(nchw(x), t(4, 4, 2, 2, 3), None, padding=2, dilation=2, groups=2)),
    "layernorm": F.layer_norm(row, (8,), t(4, 8), t(5, 8), 1e-5),
    "batchnorm": nhwc(F.batch_norm(nchw(x), t(4, 4), t(5, 4) ** 2 + 0.5, t(6, 4), t(7, 4), False, 0, 1e-5)),
    "softmax": torch.softmax(row, -1),
    "attention": F.scaled_dot_product_attention(*qkv).permute(0, 2, 1, 3),
    "maxpool": nhwc(F.max_pool2d(nchw(x), 3, 2, 1)),
    "avgpool": nhwc(F.avg_pool2d(nchw(x), 3, 2, 1)),
    "global_avgpool": x.mean((1, 2)),
    "relu": F.relu(row),
    "gelu": F.gelu(row),
    "gelu_tanh": F.gelu(row, approximate="tanh"),
    "quick_gelu": row * torch.sigmoid(1.702 * row),
    "silu": F.silu(row),
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "kernels.inc"), "w") as f:
    f.write("/* Made by make_kernels.py with torch %s; do not edit. */\n" % torch.__version__)
    for name, y in out.items():
        v = ["%.9ef" % e for e in y.contiguous().flatten().tolist()]
        lines = ",\n    ".join(", ".join(v[i:i + 6]) for i in range(0, len(v), 6))
        f.write("static const float golden_%s[%d] = {\n    %s};\n" % (name, len(v), lines))
