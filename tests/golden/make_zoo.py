"""Writes zoo/*/ and zoo.h: small checkpoints as other packages write them, with their config.json, and what PyTorch makes of
them. Origin: torch, torchvision, timm, transformers and open_clip themselves; random weights, rounded to half precision.
Input element i of a case is sin(0.7 i + 1). Run by hand: python make_zoo.py"""
import json
import math
import os
import shutil

import safetensors.torch
import torch
import torch.nn as nn
import torchvision
import transformers as T
from open_clip.modified_resnet import ModifiedResNet
from open_clip.transformer import VisionTransformer as ClipVit
from timm.layers import BlurPool2d
from timm.models.resnet import Bottleneck, BasicBlock, ResNet
from timm.models.vision_transformer import ResPostBlock, VisionTransformer

torch.set_grad_enabled(False)
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "zoo")
cases = []


def randomize(m, seed=1):
    g = torch.Generator().manual_seed(seed)
    for name, t in list(m.named_parameters()) + list(m.named_buffers()):
        if not t.is_floating_point() or t.numel() == 0 or "filt" in name:
            continue
        r = torch.randn(t.shape, generator=g)
        if name.endswith("running_var"):
            r = 0.5 + torch.rand(t.shape, generator=g)
        elif name.endswith("weight") and t.ndim > 1:
            r *= math.sqrt(2 / t[0].numel())
        elif name.endswith("weight") or "gamma" in name or "lambda" in name:
            r = 1 + 0.2 * r
        else:
            r *= 0.3
        t.data = r.half().float()
    return m.eval()


def case(name, state, y, side, facts="", features=False, prefix="", files=None, said="", kept="model.safetensors"):
    """said: what the assumed line has to contain."""
    at = os.path.join(HERE, name)
    os.makedirs(at, exist_ok=True)
    if state is not None:
        safetensors.torch.save_file({k: v.half().contiguous() if v.is_floating_point() else v for k, v in state.items()
                                     if not k.endswith("num_batches_tracked")}, os.path.join(at, kept))
    for file, text in (files or {}).items():
        with open(os.path.join(at, file), "w") as f:
            json.dump(text, f)
    y = y.detach().reshape(-1)
    assert torch.isfinite(y).all() and y.abs().max() > 0.05, name
    cases.append((name + "/" + kept, facts, prefix, said, side, int(features), len(y), [float(v) for v in y[:16]]))


def image(side):
    return torch.sin(0.7 * torch.arange(side * side * 3, dtype=torch.float64) + 1).float().reshape(1, side, side, 3).permute(0, 3, 1, 2)


shutil.rmtree(HERE, ignore_errors=True)
X = image(24)

# ---- transformers ----
HF = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, image_size=24, patch_size=8)
NAMES = dict(id2label={0: "cat", 1: "dog", 2: "a \"quoted\" name"}, label2id={"cat": 0, "dog": 1, "a \"quoted\" name": 2})
PROCESSOR = {"do_resize": True, "size": {"height": 24, "width": 24}, "resample": 3, "do_normalize": True, "image_mean": [0.1, 0.2, 0.3],
             "image_std": [0.4, 0.5, 0.6], "rescale_factor": 1 / 255}


def hf(name, m, y, side=24, features=False, processor=None, shards=False):
    m = randomize(m)
    case(name, None, y(m), side, features=features, kept="model.safetensors.index.json" if shards else "model.safetensors",
         files={"preprocessor_config.json": processor} if processor else None)
    m.half().save_pretrained(os.path.join(HERE, name), max_shard_size="6KB" if shards else "1GB")


hf("hf_vit", T.ViTForImageClassification(T.ViTConfig(hidden_act="relu", layer_norm_eps=1e-2, **NAMES, **HF)), lambda m: m(X).logits, processor=PROCESSOR)
hf("hf_vit_shards", T.ViTForImageClassification(T.ViTConfig(**NAMES, **HF)), lambda m: m(X).logits, shards=True)
hf("hf_deit", T.DeiTForImageClassificationWithTeacher(T.DeiTConfig(num_labels=3, **HF)), lambda m: m(X).logits)
D = {k: v for k, v in HF.items() if k != "intermediate_size"}
hf("hf_dinov2", T.Dinov2ForImageClassification(T.Dinov2Config(num_labels=3, mlp_ratio=2, **D)), lambda m: m(X).logits)
hf("hf_mae", T.ViTMAEForPreTraining(T.ViTMAEConfig(mask_ratio=0.0, decoder_hidden_size=8, decoder_num_attention_heads=2,
   decoder_num_hidden_layers=1, decoder_intermediate_size=8, **HF)), lambda m: m.vit(X, noise=torch.arange(9.0)[None]).last_hidden_state[:, 0], features=True)
hf("hf_resnet", T.ResNetForImageClassification(T.ResNetConfig(embedding_size=4, hidden_sizes=[8, 8, 12, 16], depths=[1, 1, 1, 1],
   layer_type="bottleneck", num_labels=3)), lambda m: m(image(64)).logits, side=64)
hf("hf_clip", T.CLIPVisionModelWithProjection(T.CLIPVisionConfig(projection_dim=6, **HF)), lambda m: m(X).image_embeds, features=True)
hf("hf_siglip", T.SiglipVisionModel(T.SiglipVisionConfig(**HF)), lambda m: m(X).pooler_output, features=True)

# ---- open_clip and OpenAI ----
CLIP = {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "interpolation": "bicubic", "resize_mode": "shortest"}
m = randomize(ClipVit(image_size=24, patch_size=8, width=16, layers=2, heads=2, mlp_ratio=2, output_dim=6))
case("open_clip", {"visual." + k: v for k, v in m.state_dict().items()}, m(X), 24, features=True,
     files={"open_clip_config.json": {"model_cfg": {"embed_dim": 6, "vision_cfg": {"image_size": 24, "layers": 2, "width": 16, "head_width": 8,
                                                                           "patch_size": 8}}, "preprocess_cfg": CLIP}})
m = randomize(ModifiedResNet(layers=[1, 1, 1, 1], output_dim=6, heads=1, image_size=64, width=2))
case("clip_resnet", {"visual." + k: v for k, v in m.state_dict().items()}, m(image(64)), 64, features=True, said="clip normalization")

# ---- ResNets whose keys do not tell all ----


def timm_resnet(block=Bottleneck, **kw):
    return randomize(ResNet(block, [1, 1, 1, 1], num_classes=3, channels=(4, 4, 6, 8), stem_width=4, **kw))


m = timm_resnet(stem_type="deep", avg_down=True, aa_layer=nn.AvgPool2d)
case("resnetaa_d", m.state_dict(), m(image(64)), 64, "antialias=avg")
m = timm_resnet(BasicBlock, aa_layer=BlurPool2d)
case("resnetblur", m.state_dict(), m(image(64)), 64, "antialias=blur")


class Tiny(torchvision.models.ResNet):
    def _make_layer(self, block, planes, *args, **kw):
        if planes == 64:
            self.inplanes = 4
        return super()._make_layer(block, {64: 4, 128: 6, 256: 6, 512: 8}[planes], *args, **kw)


def tiny(block=torchvision.models.resnet.BasicBlock, stem=None, classes=3, **kw):
    m = Tiny(block, [1, 1, 1, 1], **kw)
    m.conv1, m.bn1 = stem or nn.Conv2d(3, 4, 7, 2, 3, bias=False), m._norm_layer(4)
    m.fc = nn.Linear(8 * block.expansion, classes)
    return randomize(m)


m = tiny(torchvision.models.resnet.Bottleneck, replace_stride_with_dilation=[False, True, True])
case("dilated", m.state_dict(), m(image(64)), 64, "output_stride=8")
body = {k: v for k, v in m.state_dict().items() if not k.startswith("fc.")}
case("segmentation", {**{"backbone." + k: v for k, v in body.items()}, "classifier.0.weight": torch.zeros(2, 32, 3, 3)},
     nn.Sequential(*list(m.children())[:-1])(image(64)).flatten(1), 64, features=True, said="dilation to output stride 8")
m = tiny(stem=nn.Conv2d(3, 4, 3, 2, 1, bias=False))
case("stem3_pool", m.state_dict(), m(image(64)), 64, "stem_stride=2,stem_pool=1")
m = tiny(norm_layer=lambda c: nn.BatchNorm2d(c, eps=0.1))
case("eps", m.state_dict(), m(image(64)), 64, "eps=0.1")

# ---- heads ----
for name, head, said in (("fc1", nn.Sequential(nn.Dropout(0.5), nn.Linear(8, 3)), ""),
                         ("fc02", nn.Sequential(nn.Linear(8, 5), nn.ReLU(), nn.Linear(5, 3)), "ReLU between the layers of 'fc.'"),
                         ("fc013", nn.Sequential(nn.Linear(8, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 3, bias=False)), "ReLU between"),
                         ("fc01", nn.Sequential(nn.Linear(8, 5), nn.Linear(5, 3)), ""), ("nobias", nn.Linear(8, 3, bias=False), "")):
    m = tiny()
    m.fc = head
    m = randomize(m)
    case("head_" + name, m.state_dict(), m(image(64)), 64, said=said)
m = tiny()
seq = nn.Sequential(*list(m.children())[:-1])
case("sequential", {"backbone." + k: v for k, v in seq.state_dict().items()}, seq(image(64)).flatten(1), 64, features=True)

# ---- ViTs whose keys do not tell all ----
KW = dict(img_size=24, patch_size=8, embed_dim=16, depth=2, num_heads=2, mlp_ratio=2, num_classes=3)


def vit(**kw):
    return randomize(VisionTransformer(**{**KW, **kw}))


m = vit(global_pool="avg", fc_norm=False)
case("vit_avg", m.state_dict(), m(X), 24, files={"config.json": {
    "architecture": "vit_own", "num_classes": 3, "global_pool": "avg", "model_args": {"num_heads": 2, "img_size": 24},
    "label_names": ["a", "b", "c"], "label_descriptions": {"a": "an a", "b": "a b"},
    "pretrained_cfg": {"input_size": [3, 24, 24], "interpolation": "bilinear", "crop_pct": 0.5, "crop_mode": "squash",
                       "mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6]}}})
m = vit(block_fn=ResPostBlock, init_values=0.1, act_layer=nn.ReLU)
case("vit_post", m.state_dict(), m(X), 24, "heads=2,post_norm=1,act=relu")
m = vit(class_token=False, global_pool="map", act_layer="gelu_tanh")
case("vit_map", m.state_dict(), m(X), 24, "heads=2,act=gelu_tanh")
m = vit()
case("vit_chunks", {("blocks.%d.%s" % (int(k[7]), k[7:]) if k.startswith("blocks.") else k): v for k, v in m.state_dict().items()}, m(X), 24,
     "heads=2", said="no published ViT is 16 wide and 2 deep")
m = vit()
m.head = nn.Sequential(nn.BatchNorm1d(16, affine=False, eps=1e-6), nn.Linear(16, 3))
m = randomize(m)
case("vit_probe", {"model." + k: v for k, v in m.state_dict().items()}, m(X), 24, "heads=2", said="eps 1e-6 in the head's batch-norm")

with open(HERE + ".h", "w") as f:
    f.write("/* tests/golden/zoo.h: written by make_zoo.py. */\nstatic const struct golden_zoo {\n    const char *file, *facts, *prefix, "
            "*said;\n    int64_t side, features, width;\n    double y[16];\n} golden_zoo[] = {\n")
    for file, facts, prefix, said, side, features, width, y in cases:
        f.write('    {"%s", "%s", "%s", "%s", %d, %d, %d,\n     {%s}},\n' % (file, facts, prefix, said, side, features, width,
                                                                     ", ".join("%.9g" % v for v in y)))
    f.write("};\n")
print(len(cases), "cases")
