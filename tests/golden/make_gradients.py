"""Writes gradients.inc: gradients by PyTorch's autograd on formula-made inputs. Origin: torch 2.15 on CPU, in double.
Element i of the tensor with seed s is sin(0.7 i + s), rounded to float; the gradient of the output has seed 9."""
import os
import torch
import torch.nn.functional as F


def t(seed, *shape, scale=1.0):
    n = 1
    for d in shape:
        n *= d
    x = (scale * torch.sin(0.7 * torch.arange(n, dtype=torch.float64) + seed)).float().reshape(shape).double()
    return x.requires_grad_()


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


out = {}


def case(name, y, **inputs):
    dy = t(9, *y.shape).detach()
    for (of, x), g in zip(inputs.items(), torch.autograd.grad((y * dy).sum(), list(inputs.values()))):
        out[name + "_" + of] = g


x, w, b = t(2, 3, 8, scale=3), t(4, 5, 8), t(5, 5)
case("linear", F.linear(x, w, b), dx=x, dw=w, db=b)
x, w, b = t(1, 2, 6, 5, 4), t(4, 6, 4, 3, 3), t(5, 6)
case("conv", nhwc(F.conv2d(nchw(x), w, b, stride=2, padding=1)), dx=x, dw=w, db=b)
w = t(4, 4, 2, 2, 3)
case("conv_groups", nhwc(F.conv2d(nchw(x), w, None, padding=2, dilation=2, groups=2)), dx=x, dw=w)
x, w, b = t(2, 3, 8, scale=3), t(4, 8), t(5, 8)
case("layernorm", F.layer_norm(x, (8,), w, b, 1e-5), dx=x, dw=w, db=b)
x, w, b = t(1, 2, 6, 5, 4), t(6, 4), t(7, 4)
y = nhwc(F.batch_norm(nchw(x), None, None, w, b, True, 0, 1e-5))
out["batchnorm_y"] = y.detach()
case("batchnorm", y, dx=x, dw=w, db=b)
x = t(2, 3, 8, scale=3)
case("softmax", torch.softmax(x, -1), dx=x)
target = torch.softmax(t(3, 3, 8), -1).detach().float().double()
y = F.cross_entropy(x, target, reduction="none")
out["cross_entropy_y"] = y.detach()
case("cross_entropy", y, dx=x)
x = t(3, 2, 5, 18)
q, k, v = x.reshape(2, 5, 3, 2, 3).permute(2, 0, 3, 1, 4)
case("attention", F.scaled_dot_product_attention(q, k, v).permute(0, 2, 1, 3).reshape(2, 5, 6), dx=x)
x = t(1, 2, 6, 5, 4)
case("maxpool", nhwc(F.max_pool2d(nchw(x), 3, 2, 1)), dx=x)
case("avgpool", nhwc(F.avg_pool2d(nchw(x), 3, 2, 1)), dx=x)
case("global_avgpool", x.mean((1, 2)), dx=x)
x = t(2, 3, 8, scale=3)
case("relu", F.relu(x), dx=x)
case("gelu", F.gelu(x), dx=x)
case("gelu_tanh", F.gelu(x, approximate="tanh"), dx=x)
case("quick_gelu", x * torch.sigmoid(1.702 * x), dx=x)
case("silu", F.silu(x), dx=x)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "gradients.inc"), "w") as f:
    f.write("/* Made by make_gradients.py with torch %s; do not edit. */\n" % torch.__version__)
    for name, y in out.items():
        v = ["%.9ef" % e for e in y.contiguous().flatten().tolist()]
        lines = ",\n    ".join(", ".join(v[i:i + 6]) for i in range(0, len(v), 6))
        f.write("static const float golden_%s[%d] = {\n    %s};\n" % (name, len(v), lines))
