"""Writes models/* and models.h: small checkpoints of every family with random weights, and what PyTorch makes of them.
Origin: torch, torchvision and timm themselves; the CIFAR ResNet and the DINO and DINOv2 rules, which no package has, are
written here after their papers' code (akamaster/pytorch_resnet_cifar10, facebookresearch/dino, facebookresearch/dinov2).

Weights are rounded to half precision and stored so; the forward pass is in double. Input element i of a case is
sin(0.7 i + 1). Run by hand: python make_models.py"""
import math
import os

import safetensors.torch
import timm
import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision
from timm.models.vision_transformer import VisionTransformer
from timm.models.deit import VisionTransformerDistilled
from timm.layers import SwiGLUPacked

HERE = os.path.dirname(os.path.abspath(__file__))
cases = []


def image(n, h, w):
    x = torch.sin(0.7 * torch.arange(n * h * w * 3, dtype=torch.float64) + 1).float().double()
    return x.reshape(n, h, w, 3).permute(0, 3, 1, 2)


def randomize(model, seed):
    """He-like weights, norms and statistics that are not trivial; everything rounded to half."""
    g = torch.Generator().manual_seed(seed)
    for name, t in list(model.named_parameters()) + list(model.named_buffers()):
        if not t.is_floating_point():
            continue
        r = torch.randn(t.shape, generator=g)
        if name.endswith("running_var"):
            r = 0.5 + torch.rand(t.shape, generator=g)
        elif name.endswith("weight") and t.ndim > 1:
            r *= math.sqrt(2 / t[0].numel())
        elif name.endswith("weight") or name.endswith("gamma"):
            r = 1 + 0.2 * r
        else:
            r *= 0.3
        t.data = r.half().double()
    return model.eval()


def halves(state, prefix=""):
    return {prefix + k: v.half() if v.is_floating_point() else v for k, v in state.items()}


def save(path, state):
    path = os.path.join(HERE, "models", path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if path.endswith(".safetensors"):
        safetensors.torch.save_file({k: v.contiguous() for k, v in state.items()}, path)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=not path.endswith((".th", ".tar")))


def case(file, dialect, name, y, n, h, w, heads=0, classes=None):
    y = y.detach()
    assert torch.isfinite(y).all() and y.abs().max() > 0.1, file
    cases.append((file, dialect, name, n, h, w, heads, y.shape[1] if classes is None else classes, y))


# ---- ResNets ----

class CifarBlock(nn.Module):
    def __init__(self, i, o, stride, option):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o)
        self.conv2, self.bn2 = nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o)
        self.pad, self.shortcut = None, nn.Sequential()
        if stride != 1 and option == "A":
            self.pad = (o - i) // 2
        elif stride != 1:
            self.shortcut = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.pad is not None:
            return F.relu(y + F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.pad, self.pad)))
        return F.relu(y + self.shortcut(x))


class Cifar(nn.Module):
    def __init__(self, option, blocks=2, widths=(4, 6, 8)):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, widths[0], 3, 1, 1, bias=False), nn.BatchNorm2d(widths[0])
        i = widths[0]
        for s, o in enumerate(widths):
            stage = []
            for b in range(blocks):
                stage.append(CifarBlock(i, o, 2 if s and not b else 1, option))
                i = o
            setattr(self, "layer%d" % (s + 1), nn.Sequential(*stage))
        self.linear = nn.Linear(i, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


class TinyResNet(torchvision.models.ResNet):
    """torchvision's own network with a few channels in each stage."""

    def _make_layer(self, block, planes, *args, **kw):
        if planes == 64:
            self.inplanes = 4
        return super()._make_layer(block, {64: 4, 128: 6, 256: 6, 512: 8}[planes], *args, **kw)


def resnet(block, layers, classes=7, **kw):
    m = TinyResNet(block, layers, **kw)
    m.conv1, m.bn1 = nn.Conv2d(3, 4, 7, 2, 3, bias=False), nn.BatchNorm2d(4)
    m.fc = nn.Linear(8 * block.expansion, classes) if classes else nn.Identity()
    return m


Basic, Bottleneck = torchvision.models.resnet.BasicBlock, torchvision.models.resnet.Bottleneck

m = randomize(Cifar("A"), 1)
save("cifar_a.th", {"state_dict": halves(m.state_dict(), "module."), "best_prec1": 12.5})
case("cifar_a.th", "cifar", "resnet14", m(image(2, 32, 32)), 2, 32, 32)

m = randomize(Cifar("B"), 2)
save("cifar_b.safetensors", halves(m.state_dict()))
case("cifar_b.safetensors", "cifar", "resnet14", m(image(2, 32, 32)), 2, 32, 32)

m = randomize(resnet(Basic, [2, 1, 1, 1]), 3)
save("resnet_basic.safetensors", halves(m.state_dict()))
case("resnet_basic.safetensors", "torchvision", "resnet12", m(image(2, 64, 64)), 2, 64, 64)
case("resnet_basic.safetensors", "torchvision", "resnet12", m(image(1, 51, 75)), 1, 51, 75)

m = randomize(resnet(Bottleneck, [1, 1, 1, 1], width_per_group=128), 4)
save("resnet_wide.safetensors", halves(m.state_dict()))
case("resnet_wide.safetensors", "torchvision", "wide_resnet14_2", m(image(2, 64, 64)), 2, 64, 64)

m = randomize(resnet(Bottleneck, [1, 1, 1, 1], groups=4, width_per_group=32), 5)
save("resnext.safetensors", halves(m.state_dict()))
case("resnext.safetensors", "torchvision", "resnext14_4x2d", m(image(2, 64, 64)), 2, 64, 64)

# MoCo v2: the query encoder is the model; its head is a projector; the key encoder, the queue and the optimizer are not.
m = randomize(resnet(Basic, [1, 1, 1, 1], classes=0), 6)
k = randomize(resnet(Basic, [1, 1, 1, 1], classes=0), 7)
state = {**halves(m.state_dict(), "module.encoder_q."), **halves(k.state_dict(), "module.encoder_k.")}
for e in "qk":
    state.update({"module.encoder_%s.fc.%d.%s" % (e, i, p): torch.ones((4, 8) if p == "weight" else 4).half()
                  for i in (0, 2) for p in ("weight", "bias")})
state["module.queue"] = torch.ones(4, 16).half()
save("moco.pth.tar", {"epoch": 200, "arch": "resnet50", "state_dict": state,
                  "optimizer": {"state": {0: {"momentum_buffer": torch.ones(3)}}, "param_groups": [{"lr": 0.1}]}})
case("moco.pth.tar", "torchvision", "resnet10", m(image(2, 64, 64)), 2, 64, 64, classes=0)

# ---- ViTs ----

KW = dict(img_size=24, patch_size=4, embed_dim=16, depth=2, num_heads=2, mlp_ratio=2, num_classes=7)


def vit(seed, cls=VisionTransformer, **kw):
    return randomize(cls(**{**KW, **kw}), seed)


m = vit(11, dynamic_img_size=True)
save("vit_timm.safetensors", halves(m.state_dict()))
for n, h, w in ((3, 24, 24), (1, 16, 16), (1, 36, 28)):
    case("vit_timm.safetensors", "timm", "vit_16x2_patch4_24", m(image(n, h, w)), n, h, w, 2)

m = vit(12, class_token=False, global_pool="avg", fc_norm=False, qkv_bias=False)
save("vit_gap.safetensors", halves(m.state_dict()))
case("vit_gap.safetensors", "timm", "vit_16x2_patch4_24", m(image(2, 24, 24)), 2, 24, 24, 2)

m = vit(13, global_pool="avg")  # MAE, fine-tuned: a norm behind the mean
save("vit_mae.pth", {"model": halves(m.state_dict())})
case("vit_mae.pth", "mae", "vit_16x2_patch4_24", m(image(2, 24, 24)), 2, 24, 24, 2)

m = vit(14, cls=VisionTransformerDistilled)
save("deit_distilled.pth", {"model": halves(m.state_dict())})
case("deit_distilled.pth", "deit", "deit_distilled_16x2_patch4_24", m(image(2, 24, 24)), 2, 24, 24, 2)

m = vit(15, pre_norm=True, norm_layer=lambda d, **_: nn.LayerNorm(d, eps=1e-5))
save("vit_clip.safetensors", halves(m.state_dict()))
case("vit_clip.safetensors", "clip", "vit_16x2_patch4_24", m(image(2, 24, 24)), 2, 24, 24, 2)

m = vit(16, init_values=1e-5, reg_tokens=3, no_embed_class=True, mlp_layer=SwiGLUPacked, act_layer=nn.SiLU)
save("vit_reg_swiglu.safetensors", halves(m.state_dict()))
case("vit_reg_swiglu.safetensors", "timm", "vit_16x2_patch4_reg3_24", m(image(2, 24, 24)), 2, 24, 24, 2)

m = torchvision.models.VisionTransformer(image_size=24, patch_size=4, num_layers=2, num_heads=2, hidden_dim=16,
                                         mlp_dim=32, num_classes=7)
m = randomize(m, 17)
save("vit_torchvision.safetensors", halves(m.state_dict()))
case("vit_torchvision.safetensors", "torchvision", "vit_16x2_patch4_24", m(image(2, 24, 24)), 2, 24, 24, 2)
old = {k.replace("mlp.0", "mlp.linear_1").replace("mlp.3", "mlp.linear_2"): v for k, v in m.state_dict().items()}
save("vit_torchvision_old.safetensors", halves(old))
case("vit_torchvision_old.safetensors", "torchvision", "vit_16x2_patch4_24", m(image(1, 24, 24)), 1, 24, 24, 2)
big = torchvision.models.VisionTransformer(image_size=36, patch_size=4, num_layers=2, num_heads=2, hidden_dim=16,
                                           mlp_dim=32, num_classes=7).double().eval()
big.load_state_dict(torchvision.models.vision_transformer.interpolate_embeddings(36, 4, m.state_dict()))
case("vit_torchvision.safetensors", "torchvision", "vit_16x2_patch4_24", big(image(1, 36, 36)), 1, 36, 36, 2)


def dino_positions(grid_pos, h, w, offset, antialias):
    """DINO: scale = (h + 0.1) / sqrt(N); DINOv2 the same, with registers a size and antialiasing instead."""
    n = int(math.sqrt(grid_pos.shape[1]))
    p = grid_pos.reshape(1, n, n, -1).permute(0, 3, 1, 2)
    if offset:
        p = F.interpolate(p, scale_factor=((h + offset) / n, (w + offset) / n), mode="bicubic", antialias=antialias)
    else:
        p = F.interpolate(p, size=(h, w), mode="bicubic", antialias=antialias)
    assert p.shape[-2:] == (h, w)
    return p.permute(0, 2, 3, 1).reshape(1, h * w, -1)


def dino(m, x, positions, offset, antialias, registers=None):
    """prepare_tokens, the blocks, and the normalized class token, of both repositories."""
    h, w = x.shape[-2] // 4, x.shape[-1] // 4
    grid = positions[:, 1:]
    if (h, w) != (6, 6):
        grid = dino_positions(grid, h, w, offset, antialias)
    t = m.patch_embed.proj(x).flatten(2).transpose(1, 2)
    t = torch.cat((m.cls_token.expand(len(x), -1, -1), t), 1) + torch.cat((positions[:, :1], grid), 1)
    if registers is not None:
        t = torch.cat((t[:, :1], registers.expand(len(x), -1, -1), t[:, 1:]), 1)
    for block in m.blocks:
        t = block(t)
    return m.norm(t)[:, 0]


def chunked(k):  # DINOv2's trainer: two chunks of one block
    return k.replace("blocks.1.", "blocks.1.1.").replace("blocks.0.", "blocks.0.0.")


m = vit(18, num_classes=0)
student = vit(19, num_classes=0, depth=1)
state = {"teacher": {**halves(m.state_dict(), "backbone."), "head.last_layer.weight_v": torch.ones(3, 3).half()},
         "student": halves(student.state_dict(), "module.backbone.")}
save("dino.pth", state)
for n, h, w in ((2, 24, 24), (1, 32, 20)):
    case("dino.pth", "dino", "vit_16x2_patch4_24", dino(m, image(n, h, w), m.pos_embed, 0.1, False), n, h, w, 2, classes=0)

m = vit(20, num_classes=0, init_values=1e-5)
save("dinov2.safetensors", {**{chunked(k): v for k, v in halves(m.state_dict()).items()}, "mask_token": torch.ones(1, 16).half()})
for n, h, w in ((2, 24, 24), (1, 32, 20)):
    case("dinov2.safetensors", "dinov2", "vit_16x2_patch4_dinov2", dino(m, image(n, h, w), m.pos_embed, 0.1, False), n, h,
         w, 2, classes=0)

m = vit(21, num_classes=0, init_values=1e-5, mlp_layer=SwiGLUPacked, act_layer=nn.SiLU)
registers = (0.3 * torch.randn(1, 4, 16, generator=torch.Generator().manual_seed(22))).half()
state = {k.replace("mlp.fc1", "mlp.w12").replace("mlp.fc2", "mlp.w3"): v for k, v in halves(m.state_dict()).items()}
save("dinov2_giant_reg.safetensors", {**state, "register_tokens": registers, "mask_token": torch.ones(1, 16).half()})
for n, h, w in ((2, 24, 24), (1, 16, 36)):
    y = dino(m, image(n, h, w), m.pos_embed, 0, True, registers.double())
    case("dinov2_giant_reg.safetensors", "dinov2", "vit_16x2_patch4_reg4_dinov2", y, n, h, w, 2, classes=0)

with open(os.path.join(HERE, "models.h"), "w") as f:
    f.write("/* Made by make_models.py with torch %s, torchvision %s, timm %s; do not edit. */\n" %
            (torch.__version__, torchvision.__version__, timm.__version__))
    f.write("static const struct golden_model {\n    const char *file, *dialect, *name;\n    int64_t n, h, w, heads, classes, "
            "width;\n    double y[32];\n} golden_models[] = {\n")
    for file, dialect, name, n, h, w, heads, classes, y in cases:
        y = y.flatten().tolist()
        # two rows of a wide feature vector would be long: the first 16 numbers of the first and the last row
        width = len(y) // n
        keep = min(width, 16)
        rows = y[:keep] + y[(n - 1) * width:(n - 1) * width + keep]
        f.write('    {"%s", "%s", "%s", %d, %d, %d, %d, %d, %d,\n     {%s}},\n' %
                (file, dialect, name, n, h, w, heads, classes, width, ", ".join("%.8g" % v for v in rows)))
    f.write("};\n")
