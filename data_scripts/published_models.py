#!/usr/bin/env python3
"""Writes the rows of visrob_impl/model/published.c: what timm's and torchvision's names say of a model that the keys of
a checkpoint do not: heads, eps, activation, pooling, stem, dilation, antialiasing, and how its images are prepared.

Origin: the packages themselves (timm: Apache-2.0; torchvision: BSD-3-Clause). Every architecture is built without
weights (device "meta") and its layers are read; nothing is downloaded. Needs torch, torchvision and timm:

    python data_scripts/published_models.py visrob_impl/model/published.c
"""
import math
import sys
import warnings

import timm
import torch
import torch.nn as nn
import torchvision
from timm.layers import BlurPool2d, SwiGLUPacked, GluMlp, Mlp, PatchEmbed
from timm.models.deit import VisionTransformerDistilled
from timm.models.resnet import ResNet, BasicBlock, Bottleneck
from timm.models.vision_transformer import Attention, AttentionPoolLatent, Block, ResPostBlock, VisionTransformer

warnings.filterwarnings("ignore")
NORMS = {(0.485, 0.456, 0.406, 0.229, 0.224, 0.225): "imagenet", (0.5,) * 6: "half", (0.0,) * 3 + (1.0,) * 3: "none",
         (0.48145466, 0.4578275, 0.40821073, 0.26862954, 0.26130258, 0.27577711): "clip"}
ACTS = {"GELU": "gelu", "GELUTanh": "gelu_tanh", "QuickGELU": "quick_gelu", "ReLU": "relu", "SiLU": "silu"}


def number(x):
    return "%.9g" % x


def act_of(layer):
    name = type(layer).__name__
    if name == "GELU" and getattr(layer, "approximate", "none") == "tanh":
        return "gelu_tanh"
    return ACTS.get(name)


def vit_facts(m):
    """The facts of a VisionTransformer, or None where it has a part that visrob does not know."""
    if type(m) not in (VisionTransformer, VisionTransformerDistilled) or type(m.patch_embed) is not PatchEmbed:
        return None
    b = m.blocks[0]
    if type(b) not in (Block, ResPostBlock) or type(b.attn) is not Attention or m.pos_embed is None:
        return None
    norms = [x for x in m.modules() if isinstance(x, nn.LayerNorm)]
    plain = [x for x in m.modules() if "Norm" in type(x).__name__ and not isinstance(x, nn.LayerNorm)]
    if plain or not isinstance(b.attn.q_norm, nn.Identity) or not isinstance(b.attn.norm, nn.Identity):
        return None
    if type(b.mlp) is Mlp:
        if not isinstance(b.mlp.norm, nn.Identity):
            return None
        act = act_of(b.mlp.act)
    elif type(b.mlp) in (SwiGLUPacked, GluMlp) and isinstance(b.mlp.act, nn.SiLU) and not b.mlp.gate_last:
        act = "gelu"  # of no effect
    else:
        return None
    eps = {x.eps for x in norms}
    if len(eps) != 1 or act is None or m.global_pool not in ("token", "avg", "map"):
        return None
    if m.pool_include_prefix or m.global_pool == "map" and (type(m.attn_pool) is not AttentionPoolLatent or m.attn_pool.latent_len != 1):
        return None
    facts = {"width": m.embed_dim, "depth": len(m.blocks), "heads": b.attn.num_heads}
    if eps != {1e-6}:
        facts["eps"] = number(eps.pop())
    if act != "gelu":
        facts["act"] = act
    if m.global_pool != "token":
        facts["pool"] = m.global_pool
    if type(b) is ResPostBlock:
        facts["post_norm"] = 1
    return facts


def resnet_facts(m):
    if type(m) is not ResNet or any("Norm" in type(x).__name__ and type(x) is not nn.BatchNorm2d and
                                    type(x).__name__ != "BatchNormAct2d" for x in m.modules()):
        return None
    blocks = [b for s in (m.layer1, m.layer2, m.layer3, m.layer4) for b in s]
    if any(type(b) not in (BasicBlock, Bottleneck) or b.se is not None for b in blocks):
        return None
    if any(type(x).__name__ in ("SiLU", "GELU", "LeakyReLU") for x in m.modules()):
        return None
    facts = {"width": blocks[0].conv1.in_channels, "depth": len(blocks)}
    eps = {x.eps for x in m.modules() if isinstance(x, nn.BatchNorm2d)}
    if len(eps) != 1:
        return None
    if eps != {1e-5}:
        facts["eps"] = number(eps.pop())
    aa = [b.aa for b in blocks if not isinstance(b.aa, nn.Identity)]
    if aa:
        facts["antialias"] = "blur" if isinstance(aa[0], BlurPool2d) else "avg" if isinstance(aa[0], nn.AvgPool2d) else None
    stem = m.conv1[0] if isinstance(m.conv1, nn.Sequential) else m.conv1
    if stem.stride[0] != 2:
        facts["stem_stride"] = stem.stride[0]
    if aa and facts["antialias"] is None:
        return None
    if not aa and not isinstance(m.maxpool, nn.MaxPool2d):
        return None  # a strided convolution in the place of the pooling
    return facts


def images(cfg):
    """How timm evaluates: size, crop, filter, normalization."""
    c, h, w = cfg["input_size"]
    if c != 3 or h != w:
        return None
    norm = tuple(float(x) for x in tuple(cfg["mean"]) + tuple(cfg["std"]))
    out = {"size": h, "crop": number(cfg["crop_pct"]), "filter": cfg["interpolation"],
           "norm": NORMS.get(norm) or "/".join(number(x) for x in norm)}
    if cfg.get("crop_mode") == "squash":
        out["squash"] = 1
    elif cfg.get("crop_mode") not in (None, "center"):
        return None
    return out


def text(facts):
    return ",".join("%s=%s" % (k, v) for k, v in facts.items())


def timm_rows():
    for module in ("resnet", "vision_transformer", "deit", "eva"):
        for arch in timm.list_models(module=module):
            with torch.device("meta"):
                m = timm.create_model(arch, pretrained=False)
            facts = resnet_facts(m) if module == "resnet" else vit_facts(m)
            if facts is None:
                print("not supported: " + arch, file=sys.stderr)
                continue
            groups = {}
            cfgs = timm.models.get_arch_pretrained_cfgs(arch)
            for name, cfg in cfgs.items():
                tag = name.split(".", 1)[1] if "." in name else ""
                im = images(cfg.to_dict())
                if im:
                    groups.setdefault(text(im), []).append(tag or "-")
            for im, tags in groups.items():
                yield arch, tags, text(facts) + "," + im


def torchvision_rows():
    for name in torchvision.models.list_models():
        family = name.startswith(("resnet", "resnext", "wide_resnet", "vit_", "fcn_resnet", "deeplabv3_resnet"))
        if not family or name.startswith("resnet") and "quantized" in name:
            continue
        with torch.device("meta"):
            kw = {"weights_backbone": None} if name.startswith(("fcn", "deeplab")) else {}
            m = torchvision.models.get_model(name, weights=None, **kw)
        if name.startswith("vit_"):
            l = m.encoder.layers[0]
            facts = {"width": m.hidden_dim, "depth": len(m.encoder.layers), "heads": l.num_heads}
            assert l.ln_1.eps == 1e-6 and type(l.mlp[1]) is nn.GELU
        else:
            body = m.backbone if kw else m
            facts = {"width": 64, "depth": sum(len(getattr(body, "layer%d" % i)) for i in range(1, 5))}
            if kw:
                facts["output_stride"] = 8
        groups = {}
        for weights in torchvision.models.get_model_weights(name):
            t = weights.transforms()
            size = t.crop_size[0] if hasattr(t, "crop_size") else 520
            resize = t.resize_size[0]
            norm = NORMS[tuple(t.mean) + tuple(t.std)]
            im = {"size": size, "crop": number(size / resize), "filter": t.interpolation.value, "norm": norm}
            groups.setdefault(text(im), []).append(weights.name)
        for im, tags in groups.items():
            yield name, tags, text(facts) + "," + im


def main(path):
    rows, count, lines = {}, 0, []
    for arch, tags, facts in list(timm_rows()) + list(torchvision_rows()):
        rows.setdefault(arch, []).append((tags, facts))
    versions = "timm %s and torchvision %s" % (timm.__version__, torchvision.__version__.split("+")[0])
    lines.append("    /* From %s. Written by data_scripts/published_models.py. */" % versions)
    for arch in sorted(rows):
        for tags, facts in rows[arch]:
            lines.append('    {"%s", "%s", "%s"},' % (arch, " ".join(tags), facts))
            count += 1
    source = open(path).read()
    begin, end = "/* clang-format off */\n", "/* clang-format on */\n"
    at, to = source.index(begin) + len(begin), source.index(end)
    with open(path, "w") as f:
        f.write(source[:at] + "\n".join(lines) + "\n" + source[to:])
    print("%d names, %d rows" % (len(rows), count))


if __name__ == "__main__":
    main(sys.argv[1])
