"""Loads checkpoints of many families with visrob and compares what they give with PyTorch. Run by hand where torch,
torchvision, timm, transformers and open_clip are installed:

    make && python tests/zoo.py [WORD...]        # only cases whose name contains one of the words

Weights are random; nothing is downloaded. Each case is a file as its package writes it, with or without the config.json beside
it. A line says `right` (within 1e-4 of the largest number), `assumed` (right or not, and a printed line that names what was
assumed), or `refused` with the message. `WRONG` is another number without a word: the exit code is then 1."""
import ctypes as C
import json
import os
import shutil
import sys
import tempfile
import warnings

os.environ["OMP_NUM_THREADS"] = "2"
warnings.filterwarnings("ignore")
import numpy as np
import open_clip
import safetensors.torch
import timm
import torch
import torch.nn as nn
import torchvision
import transformers as T

torch.set_grad_enabled(False)
torch.set_num_threads(2)
lib = C.CDLL(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "build", "libvisrob.so"))


class Tensor(C.Structure):
    _fields_ = [("data", C.POINTER(C.c_float)), ("shape", C.c_int64 * 4), ("stride", C.c_int64 * 4), ("ndim", C.c_int)]


class Preprocess(C.Structure):
    _fields_ = [("resize", C.c_int64), ("size", C.c_int64), ("filter", C.c_int), ("squash", C.c_bool),
                ("mean", C.c_float * 3), ("std", C.c_float * 3)]


class Model(C.Structure):
    _fields_ = [("name", C.c_char_p), ("dialect", C.c_char_p), ("classes", C.c_int64), ("features", C.c_int64),
                ("labels", C.POINTER(C.c_char_p)), ("path", C.c_char_p), ("assumed", C.c_char_p), ("preprocess", Preprocess)]


class Opts(C.Structure):
    _fields_ = [("image_size", C.c_int64), ("heads", C.c_int64), ("mean", C.c_float * 3), ("std", C.c_float * 3),
                ("no_head", C.c_bool), ("prefix", C.c_char_p), ("model", C.c_char_p), ("activation", C.c_char_p),
                ("crop", C.c_char_p), ("filter", C.c_char_p)]


class Err(C.Structure):
    _fields_ = [("code", C.c_int), ("msg", C.c_char * 512), ("file", C.c_char_p), ("line", C.c_int)]


lib.vr_model_load.restype = C.POINTER(Model)
lib.vr_model_logits.restype = lib.vr_model_features.restype = lib.vr_tensor_4d.restype = Tensor
lib.vr_tensor_4d.argtypes = [C.c_void_p] + [C.c_int64] * 4
lib.vr_model_logits.argtypes = lib.vr_model_features.argtypes = [C.c_void_p, C.POINTER(Model), Tensor]
lib.vr_arena_free.argtypes = [C.c_void_p]

words, counts, seen, families = sys.argv[1:], {}, [], set()
folder = tempfile.mkdtemp()


def randomize(m, seed=1):
    """Random weights whose outputs depend on everything: norms, statistics and biases are not trivial."""
    g = torch.Generator().manual_seed(seed)
    for name, t in list(m.named_parameters()) + list(m.named_buffers()):
        if not t.is_floating_point() or t.numel() == 0 or "filt" in name:
            continue
        r = torch.randn(t.shape, generator=g)
        if name.endswith("running_var"):
            r = (0.5 if seed % 2 else 2e-3) * (1 + torch.rand(t.shape, generator=g))
        elif t.ndim > 1 and ("pos" in name or "token" in name or "latent" in name or "probe" in name):
            r *= 0.5
        elif t.ndim > 1:
            r *= (1.5 / t[0].numel()) ** 0.5
        elif name.endswith("weight") or "gamma" in name or "lambda" in name:
            r = 1 + 0.2 * r
        else:
            r *= 0.2
        t.data.copy_(r)
    return m.eval()


def run(path, x, opts, features):
    """visrob's numbers, the model's assumed line, and its preprocessing; or the message of the error."""
    perm, err, o = (C.c_int64 * 16)(), Err(), Opts()
    for k, v in opts.items():
        setattr(o, k, v.encode() if isinstance(v, str) else v)
    m = lib.vr_model_load(perm, path.encode(), C.byref(o), C.byref(err))
    if not m:
        lib.vr_arena_free(perm)
        return None, err.msg.decode(errors="replace"), None
    n, _, h, w = x.shape
    t = lib.vr_tensor_4d(perm, n, h, w, 3)
    pixels = np.ascontiguousarray(x.permute(0, 2, 3, 1).numpy())
    C.memmove(t.data, pixels.ctypes.data, pixels.nbytes)
    k = m.contents
    if not features and k.classes == 0:
        y = None
    else:
        r = (lib.vr_model_features if features else lib.vr_model_logits)(perm, m, t)
        y = np.ctypeslib.as_array(r.data, shape=(r.shape[0], r.shape[1])).copy()
    p = k.preprocess
    info = dict(size=p.size, resize=p.resize, filter=p.filter, squash=p.squash, mean=list(p.mean), std=list(p.std),
                name=k.name.decode(), features=k.features, classes=k.classes,
                labels=[k.labels[i].decode() for i in range(k.classes)] if k.labels else None)
    said = k.assumed.decode() if k.assumed else ""
    lib.vr_arena_free(perm)
    return y, said, info


def case(name, net, state, size, reference=None, config=None, files=None, features=False, expect=None, images=None,
         batch=1, **opts):
    """expect: what must come out ('right', 'refused'); images: preprocessing that must be read."""
    if words and not any(w in name for w in words):
        return
    at = os.path.join(folder, "case")
    shutil.rmtree(at, ignore_errors=True)
    os.makedirs(at)
    path = os.path.join(at, "model.safetensors")
    if callable(state):
        path = state(at)
    elif all(isinstance(v, torch.Tensor) for v in state.values()):
        safetensors.torch.save_file({k: v.clone().contiguous() for k, v in state.items()}, path)
    else:
        path = os.path.join(at, "model.pth")
        torch.save(state, path)
    for file, text in (files or {}).items():
        json.dump(text, open(os.path.join(at, file), "w"))
    if config is not None:
        json.dump(config, open(os.path.join(at, "config.json"), "w"))
    x = torch.sin(0.7 * torch.arange(batch * 3 * size * size) + 1).reshape(batch, 3, size, size)
    expected = (reference or net)(x)
    expected = expected.detach().reshape(batch, -1).numpy()
    y, said, info = run(path, x, opts, features)
    if y is None and info is None:
        verdict = "refused"
    elif y is None:
        verdict, said = "refused", "no classification head"
    else:
        close = y.shape == expected.shape and np.abs(y - expected).max() <= 1e-4 * np.abs(expected).max()
        wrong = [k for k, v in (images or {}).items() if not np.allclose(info[k], v, atol=1e-6)] if images else []
        if close and not wrong:
            verdict = "right"
        elif said.find("assumed") >= 0 and not expect == "right":
            verdict = "assumed"
        else:
            verdict = "WRONG"
            info.pop("labels")
            said += " %s: %s expected, %s found, images %s, %s" % (wrong, expected.shape, y.shape, info,
                                                             np.abs(y - expected).max() if y.shape == expected.shape else "")
    if verdict == "refused" and expect == "right":
        verdict = "WRONG"
    counts[verdict] = counts.get(verdict, 0) + 1
    seen.append(name)
    print("%-8s %-58s %s" % (verdict, name, said[:150] if verdict != "WRONG" else said), flush=True)


def prefixed(state, prefix):
    return {prefix + k: v for k, v in state.items()}


# ---- torchvision ----

def tv(name, size=64, **kw):
    return randomize(torchvision.models.get_model(name, weights=None, **kw))


IMAGENET = dict(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])
for name in ("resnet18", "resnet50", "wide_resnet50_2", "resnext50_32x4d", "resnet101"):
    if not words or any(w in "torchvision " + name for w in words):
        m = tv(name)
        case("torchvision " + name, m, m.state_dict(), 64, expect="right")
        case("torchvision %s --model" % name, m, m.state_dict(), 64, expect="right", model=name + ".IMAGENET1K_V1",
             images=dict(size=224, resize=256, filter=0, squash=False, **IMAGENET))
m = tv("resnet50", replace_stride_with_dilation=[False, True, True])
case("dilated resnet50, no word", m, m.state_dict(), 64)
case("dilated resnet50 --model", m, m.state_dict(), 64, expect="right", model="output_stride=8")
m = tv("fcn_resnet50", weights_backbone=None)
body = lambda x: m.backbone(x)["out"].mean((2, 3))
case("torchvision fcn_resnet50's body", m, m.state_dict(), 64, reference=body, features=True, expect="right")
case("torchvision fcn_resnet50 --model", m, m.state_dict(), 64, reference=body, features=True, expect="right",
     model="fcn_resnet50")
d = tv("deeplabv3_resnet50", weights_backbone=None)
case("torchvision deeplabv3_resnet50's body", d, d.state_dict(), 64, reference=lambda x: d.backbone(x)["out"].mean((2, 3)),
     features=True, expect="right")


class Stem(torchvision.models.ResNet):
    def __init__(self, stride, pool, eps=1e-5, classes=10):
        super().__init__(torchvision.models.resnet.BasicBlock, [2, 2, 2, 2], num_classes=classes,
                         norm_layer=lambda c: nn.BatchNorm2d(c, eps=eps))
        self.conv1 = nn.Conv2d(3, 64, 3, stride, 1, bias=False)
        if not pool:
            self.maxpool = nn.Identity()


for stride, pool in ((1, 0), (1, 1), (2, 0), (2, 1)):
    m = randomize(Stem(stride, pool))
    case("3x3 stem, stride %d, pooling %d" % (stride, pool), m, m.state_dict(), 32)
    case("3x3 stem, stride %d, pooling %d --model" % (stride, pool), m, m.state_dict(), 32, expect="right",
         model="stem_stride=%d,stem_pool=%d" % (stride, pool))
m = randomize(Stem(1, 0, 1e-3), 2)
case("batch-norm with eps 1e-3", m, m.state_dict(), 32)
case("batch-norm with eps 1e-3 --model", m, m.state_dict(), 32, expect="right", model="eps=1e-3")
m = randomize(torchvision.models.ResNet(torchvision.models.resnet.BasicBlock, [2, 2, 2, 1]))
case("resnet18 without its last block", m, m.state_dict(), 64)
m = tv("resnet18", num_classes=7)
tv_state = m.state_dict()
seq = nn.Sequential(*list(m.children())[:-1])
case("Sequential of resnet18's children", m, seq.state_dict(), 64, reference=lambda x: seq(x).flatten(1), features=True,
     expect="right")
case("lightly: backbone.0..7", m, prefixed(seq.state_dict(), "backbone."), 64, reference=lambda x: seq(x).flatten(1),
     features=True, expect="right")
case("torchvision resnet18 with 7 classes", m, tv_state, 64, expect="right")


def with_head(head):
    r = tv("resnet18")
    r.fc = head
    return randomize(r)


for name, head in (("fc.1", nn.Sequential(nn.Dropout(0.5), nn.Linear(512, 9))),
                   ("fc.0, fc.2", nn.Sequential(nn.Linear(512, 32), nn.ReLU(), nn.Linear(32, 9))),
                   ("fc.0, fc.1", nn.Sequential(nn.Linear(512, 32), nn.Linear(32, 9))),
                   ("fc.0, fc.1 norm, fc.3", nn.Sequential(nn.Linear(512, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 9))),
                   ("fc.0, fc.2 tanh", nn.Sequential(nn.Linear(512, 32), nn.Tanh(), nn.Linear(32, 9))),
                   ("without bias", nn.Linear(512, 9, bias=False))):
    m = with_head(head)
    case("head " + name, m, m.state_dict(), 64, expect=None if "tanh" in name else "right")
m = tv("resnet18", num_classes=9)
case("head classifier", m, {k.replace("fc.", "classifier."): v for k, v in m.state_dict().items()}, 64, expect="right")

# ---- frameworks and self-supervised repositories ----
a, b = tv("resnet18", num_classes=9), randomize(torchvision.models.resnet18(num_classes=9), 5)
A, B = a.state_dict(), b.state_dict()
nohead = lambda s: {k: v for k, v in s.items() if not k.startswith("fc.")}
feat = lambda m: lambda x: nn.Sequential(*list(m.children())[:-1])(x).flatten(1)
case("lightning", a, {"state_dict": prefixed(A, "model."), "epoch": 3, "pytorch-lightning_version": "2.0"}, 64, expect="right")
case("lightning, model and ema_model", b, {"state_dict": {**prefixed(A, "model."), **prefixed(B, "ema_model.")}}, 64,
     expect="right")
case("lightning, model and ema_model --prefix", a, {"state_dict": {**prefixed(A, "model."), **prefixed(B, "ema_model.")}}, 64,
     expect="right", prefix="state_dict.model")
case("timm's train.py with state_dict_ema", b, {"state_dict": A, "state_dict_ema": B, "arch": "resnet18"}, 64, expect="right")
case("DataParallel", a, prefixed(A, "module."), 64, expect="right")
case("torch.compile", a, prefixed(A, "_orig_mod."), 64, expect="right")
case("BYOL online_encoder and target_encoder", a, {**prefixed(nohead(A), "online_encoder.net."), **prefixed(nohead(B), "target_encoder.net.")},
     64, reference=feat(a), features=True, expect="right")
case("MoCo v2", a, {"state_dict": {**prefixed(nohead(A), "module.encoder_q."), **prefixed(nohead(B), "module.encoder_k."),
                               "module.encoder_q.fc.0.weight": torch.randn(128, 512), "module.encoder_q.fc.2.weight": torch.randn(9, 128)}},
     64, reference=feat(a), features=True, expect="right")
case("SwAV", a, {**prefixed(nohead(A), "module."), "module.projection_head.0.weight": torch.randn(8, 512),
                 "module.prototypes.weight": torch.randn(8, 8)}, 64, reference=feat(a), features=True, expect="right")
case("Barlow Twins", a, nohead(A), 64, reference=feat(a), features=True, expect="right")
case("lightly BYOL", a, {**prefixed(nohead(A), "backbone."), **prefixed(nohead(B), "backbone_momentum.")}, 64,
     reference=feat(a), features=True, expect="right")

# ---- timm ----


def hub_config(m, name):
    """As timm.models.push_to_hf_hub writes it."""
    cfg = {k: list(v) if isinstance(v, tuple) else v for k, v in m.pretrained_cfg.items() if v is not None}
    return {"architecture": name, "num_classes": m.num_classes, "num_features": m.num_features,
            "global_pool": getattr(m, "global_pool", "avg") if isinstance(getattr(m, "global_pool", "avg"), str) else "avg",
            "pretrained_cfg": cfg}


def timm_images(m):
    c = timm.data.resolve_data_config({}, model=m)
    import math
    return dict(size=c["input_size"][1], resize=math.floor(c["input_size"][1] / c["crop_pct"]),
                filter={"bilinear": 0, "bicubic": 1}[c["interpolation"]], squash=c["crop_mode"] == "squash",
                mean=list(c["mean"]), std=list(c["std"]))


def timm_case(name, size=None, supported=True, **kw):
    label = "timm " + name + "".join(" %s=%s" % i for i in kw.items())
    if words and not any(w in label for w in words):
        return
    m = randomize(timm.create_model(name, pretrained=False, **kw))
    m.pretrained_cfg = timm.get_pretrained_cfg(name).to_dict()
    size = size or (m.patch_embed.img_size[0] if hasattr(m, "patch_embed") else 96)
    images = timm_images(m)
    features = m.num_classes == 0
    case(label + ", no word", m, m.state_dict(), size, features=features)
    if not kw:
        case(label + " --model", m, m.state_dict(), size, model=name, features=features)
    case(label + ", config.json", m, m.state_dict(), size, config=hub_config(m, name), features=features, images=images,
         expect="right" if supported else None)


for name in ("resnet18.a1_in1k", "resnet26d", "resnet26t", "resnet50d", "resnetaa50", "resnetaa50d", "resnetblur18", "resnetblur50",
             "resnet34d", "resnext50d_32x4d", "resnet50c", "resnet50s"):
    timm_case(name)
for name in ("seresnet50", "ecaresnet26t", "resnet50_gn", "test_resnet", "vit_pwee_patch16_reg1_gap_256", "eva02_tiny_patch14_224",
             "vit_small_patch16_dinov3", "vit_relpos_small_patch16_224", "beit_base_patch16_224", "test_vit3"):
    timm_case(name, supported=False)
for name in ("vit_tiny_patch16_224", "vit_small_patch16_224", "vit_small_patch32_224", "deit_tiny_patch16_224", "deit_tiny_distilled_patch16_224",
             "deit3_small_patch16_224", "vit_base_patch32_clip_224", "vit_base_patch32_clip_quickgelu_224", "vit_medium_patch16_gap_240",
             "vit_base_patch16_rpn_224", "vit_base_patch32_siglip_256", "vit_base_patch32_siglip_gap_256", "vit_little_patch16_reg4_gap_256",
             "vit_wee_patch16_reg1_gap_256", "vit_so150m_patch16_reg4_map_256", "vit_so150m2_patch16_reg1_gap_256", "flexivit_small", "test_vit", "test_vit2",
             "vit_small_patch14_dinov2", "vit_small_patch14_reg4_dinov2", "vit_xsmall_patch16_clip_224",
             "vit_mediumd_patch16_reg4_gap_256"):
    timm_case(name)
timm_case("vit_tiny_patch16_224", global_pool="avg")
timm_case("vit_tiny_patch16_224", num_classes=0)
timm_case("vit_tiny_patch16_224", num_classes=11)
# so400m and giant-opt are as wide as published, but two blocks deep
for name, heads in (("vit_so400m_patch14_siglip_gap_224", 16), ("vit_giantopt_patch16_siglip_gap_256", 16), ("vit_giant_patch14_dinov2", 24)):
    if not words or any(w in "timm " + name for w in words):
        m = randomize(timm.create_model(name, pretrained=False, depth=2))
        case("timm %s, depth 2" % name, m, m.state_dict(), m.patch_embed.img_size[0], features=m.num_classes == 0, expect="right",
             **(dict(model="act=gelu_tanh") if "giantopt" in name else {}))
from timm.models.vision_transformer import VisionTransformer
KW = dict(img_size=32, patch_size=8, embed_dim=64, depth=3, num_heads=2, num_classes=7)
for name, kw, model in (("avg beside a class token", dict(global_pool="avg", fc_norm=False), "heads=2,pool=avg"),
                        ("ReLU", dict(act_layer=nn.ReLU), "heads=2,act=relu"),
                        ("res-post-norm", dict(block_fn=timm.models.vision_transformer.ResPostBlock, init_values=1e-1), "heads=2,post_norm=1"),
                        ("eps 1e-3", dict(norm_layer=lambda d, **k: nn.LayerNorm(d, eps=1e-3)), "heads=2,eps=1e-3"),
                        ("quick GELU", dict(act_layer=timm.layers.QuickGELU), "heads=2,act=quick_gelu")):
    m = randomize(VisionTransformer(**{**KW, **kw}))
    case("ViT with %s, no word" % name, m, m.state_dict(), 32, heads=2)
    case("ViT with %s --model" % name, m, m.state_dict(), 32, model=model, expect="right")
m = randomize(VisionTransformer(**{**KW, "img_size": (32, 48)}))
case("positions of 4 x 6", m, m.state_dict(), 32, reference=lambda x: m(torch.nn.functional.pad(x, (0, 16))), heads=2)
m = randomize(VisionTransformer(**{**KW, "num_heads": 4}))
case("ViT of unpublished width", m, m.state_dict(), 32)
h = VisionTransformer(**KW)
h.head = nn.Sequential(nn.BatchNorm1d(64, affine=False, eps=1e-6), nn.Linear(64, 7))
h = randomize(h)
case("MAE's linear probe: head.0, head.1", h, {"model": h.state_dict()}, 32, heads=2, expect="right")
m = randomize(VisionTransformer(**KW))
S = m.state_dict()
nh = {k: v for k, v in S.items() if not k.startswith("head.")}
f = lambda x: m.forward_head(m.forward_features(x), pre_logits=True)
case("DINO teacher", m, {"teacher": {**prefixed(nh, "backbone."), "backbone.head.mlp.0.weight": torch.randn(4, 64)},
                     "student": prefixed(nh, "module.backbone."), "args": {"lr": 0.1}}, 32, reference=f, features=True, heads=2,
     expect="right")
case("iBOT with masked_embed", m, {"state_dict": {**nh, "masked_embed": torch.zeros(1, 64)}}, 32, reference=f, features=True,
     heads=2, expect="right")
case("MSN target_encoder", m, {"target_encoder": {**prefixed(nh, "module."), "module.fc.fc1.weight": torch.randn(4, 64)},
                           "encoder": prefixed(nh, "module."), "prototypes": torch.randn(4, 4)}, 32, reference=f, features=True,
     heads=2, expect="right")
case("MAE pre-trained with its decoder", m, {"model": {**nh, "mask_token": torch.zeros(1, 1, 8), "decoder_embed.weight": torch.randn(8, 64),
                                               "decoder_blocks.0.norm1.weight": torch.randn(8)}}, 32, reference=f, features=True, heads=2,
     expect="right")
chunks = {}
for k, v in S.items():
    p = k.split(".")
    chunks[".".join(p[:1] + [str(int(p[1]) // 2)] + p[1:]) if p[0] == "blocks" else k] = v
case("blocks in chunks", m, chunks, 32, heads=2, expect="right")
case("FSDP: _fsdp_wrapped_module", m, prefixed(S, "_fsdp_wrapped_module."), 32, heads=2, expect="right")

# ---- transformers ----
HF = dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=96, image_size=32, patch_size=8)


def hf_case(name, m, reference, features=False, images=None, processor=None, size=32, no_word=True, **opts):
    m = randomize(m)
    reference = reference(m)

    def save(at):
        m.save_pretrained(at)
        if processor:
            json.dump(processor, open(os.path.join(at, "preprocessor_config.json"), "w"))
        return os.path.join(at, "model.safetensors")

    def bare(at):
        os.remove(os.path.join(os.path.dirname(save(at)), "config.json"))
        return os.path.join(at, "model.safetensors")

    def in_memory(at):
        torch.save(m.state_dict(), os.path.join(at, "student.pth"))
        m.config.save_pretrained(at)
        return os.path.join(at, "student.pth")

    def sharded(at):
        m.save_pretrained(at, max_shard_size="20KB")
        return os.path.join(at, "model.safetensors.index.json")
    case("transformers %s, config.json" % name, m, save, size, reference=reference, features=features, images=images, expect="right")
    case("transformers %s, shards" % name, m, sharded, size, reference=reference, features=features, expect="right")
    case("transformers %s, torch.save" % name, m, in_memory, size, reference=reference, features=features, expect="right")
    case("transformers %s, no word" % name, m, bare, size, reference=reference, features=features, **opts)


logits = lambda m: lambda x: m(x).logits
token = lambda m: lambda x: m(x).last_hidden_state[:, 0]
VIT = {"do_resize": True, "size": {"height": 32, "width": 32}, "resample": 2, "do_normalize": True, "image_mean": [0.5] * 3,
       "image_std": [0.5] * 3, "do_rescale": True, "rescale_factor": 1 / 255}
hf_case("ViTForImageClassification", T.ViTForImageClassification(T.ViTConfig(num_labels=5, **HF)), logits,
        processor=VIT, images=dict(size=32, resize=32, squash=True, filter=0, mean=[0.5] * 3))
hf_case("ViTModel", T.ViTModel(T.ViTConfig(**HF)), token, features=True)
hf_case("ViT, relu and eps 1e-3", T.ViTForImageClassification(T.ViTConfig(num_labels=5, hidden_act="relu", layer_norm_eps=1e-3, **HF)), logits)
hf_case("ViT without qkv bias", T.ViTForImageClassification(T.ViTConfig(num_labels=5, qkv_bias=False, **HF)), logits)
hf_case("DeiTForImageClassification", T.DeiTForImageClassification(T.DeiTConfig(num_labels=5, **HF)), logits)
hf_case("DeiTForImageClassificationWithTeacher", T.DeiTForImageClassificationWithTeacher(T.DeiTConfig(num_labels=5, **HF)), logits)
D = {k: v for k, v in HF.items() if k != "intermediate_size"}
DINO = {"do_resize": True, "size": {"shortest_edge": 256}, "do_center_crop": True, "crop_size": {"height": 224, "width": 224},
        "resample": 3, "image_mean": IMAGENET["mean"], "image_std": IMAGENET["std"]}
hf_case("Dinov2ForImageClassification", T.Dinov2ForImageClassification(T.Dinov2Config(num_labels=5, **D)), logits, processor=DINO,
        images=dict(size=224, resize=256, squash=False, filter=1, **IMAGENET))
hf_case("Dinov2Model", T.Dinov2Model(T.Dinov2Config(**D)), token, features=True)
hf_case("Dinov2Model, swiglu", T.Dinov2Model(T.Dinov2Config(use_swiglu_ffn=True, **D)), token, features=True)
hf_case("Dinov2WithRegistersModel", T.Dinov2WithRegistersModel(T.Dinov2WithRegistersConfig(**D)), token, features=True)
mae = T.ViTMAEModel(T.ViTMAEConfig(mask_ratio=0.0, **HF))
hf_case("ViTMAEModel", mae, token, features=True)
hf_case("ViTMAEForPreTraining", T.ViTMAEForPreTraining(T.ViTMAEConfig(mask_ratio=0.0, decoder_hidden_size=16, decoder_num_attention_heads=2,
        decoder_num_hidden_layers=1, decoder_intermediate_size=32, **HF)), lambda m: lambda x: m.vit(x).last_hidden_state[:, 0], features=True)
hf_case("ViTMSNModel", T.ViTMSNModel(T.ViTMSNConfig(**HF)), token, features=True)
hf_case("ViTMSNForImageClassification", T.ViTMSNForImageClassification(T.ViTMSNConfig(num_labels=5, **HF)), logits)
R = dict(embedding_size=16, hidden_sizes=[32, 64, 64, 128], num_labels=5)
hf_case("ResNetForImageClassification", T.ResNetForImageClassification(T.ResNetConfig(depths=[1, 2, 1, 1], layer_type="bottleneck", **R)), logits,
        size=64, processor={"do_resize": True, "size": {"shortest_edge": 224}, "crop_pct": 0.875, "resample": 3,
                            "image_mean": IMAGENET["mean"], "image_std": IMAGENET["std"]},
        images=dict(size=224, resize=256, filter=1, squash=False))
hf_case("ResNet, basic", T.ResNetForImageClassification(T.ResNetConfig(depths=[2, 2, 2, 2], layer_type="basic", **R)), logits, size=64)
hf_case("ResNet, downsample_in_first_stage", T.ResNetModel(T.ResNetConfig(depths=[1, 1, 1, 1], downsample_in_first_stage=True, **R)),
        lambda m: lambda x: m(x).pooler_output, features=True, size=64) if False else None
TEXT = dict(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, vocab_size=100)
hf_case("CLIPVisionModel", T.CLIPVisionModel(T.CLIPVisionConfig(**HF)), lambda m: lambda x: m(x).pooler_output, features=True)
hf_case("CLIPVisionModelWithProjection", T.CLIPVisionModelWithProjection(T.CLIPVisionConfig(projection_dim=24, **HF)),
        lambda m: lambda x: m(x).image_embeds, features=True)
clip = lambda **kw: T.CLIPConfig(text_config=TEXT, vision_config={**HF, **kw}, projection_dim=24)


def image_features(m):
    def f(x):
        y = m.get_image_features(pixel_values=x)
        return y if isinstance(y, torch.Tensor) else y.pooler_output
    return f


hf_case("CLIPModel", T.CLIPModel(clip()), image_features, features=True)
hf_case("CLIPModel, gelu", T.CLIPModel(clip(hidden_act="gelu")), image_features, features=True)
hf_case("CLIPForImageClassification", T.CLIPForImageClassification(clip()), logits)
hf_case("SiglipVisionModel", T.SiglipVisionModel(T.SiglipVisionConfig(**HF)), lambda m: lambda x: m(x).pooler_output, features=True)
hf_case("SiglipModel", T.SiglipModel(T.SiglipConfig(text_config=dict(TEXT, projection_size=64), vision_config=HF)), image_features, features=True)
case("transformers Swin", (m := randomize(T.SwinModel(T.SwinConfig(image_size=32, patch_size=4, embed_dim=16, depths=[1, 1], num_heads=[2, 2], window_size=4)))), m.state_dict(), 32,
     reference=lambda x: m(x).pooler_output, features=True)
case("transformers ConvNext", (m := randomize(T.ConvNextModel(T.ConvNextConfig(hidden_sizes=[8, 16, 16, 16], depths=[1, 1, 1, 1])))), m.state_dict(), 32,
     reference=lambda x: m(x).pooler_output, features=True)
case("transformers BEiT", (m := randomize(T.BeitModel(T.BeitConfig(**HF)))), m.state_dict(), 32, reference=lambda x: m(x).pooler_output, features=True)
case("transformers DINOv3", (m := randomize(T.DINOv3ViTModel(T.DINOv3ViTConfig(**HF)))), m.state_dict(), 32, reference=lambda x: m(x).pooler_output, features=True)

# ---- open_clip, OpenAI's CLIP ----
for name in ("ViT-B-32", "ViT-B-32-quickgelu", "ViT-S-32", "RN50", "RN50x4", "RN101"):
    if words and not any(w in "open_clip " + name for w in words):
        continue
    m = open_clip.create_model(name)
    size = m.visual.image_size[0] if isinstance(m.visual.image_size, tuple) else m.visual.image_size
    m = randomize(m)
    cfg = {"model_cfg": open_clip.get_model_config(name), "preprocess_cfg": {"mean": list(open_clip.OPENAI_DATASET_MEAN),
                                                                       "std": list(open_clip.OPENAI_DATASET_STD)}}
    images = dict(size=size, resize=size, filter=1, squash=False, mean=list(open_clip.OPENAI_DATASET_MEAN))
    case("open_clip %s, open_clip_config.json" % name, m, m.state_dict(), size, reference=m.encode_image, features=True,
         files={"open_clip_config.json": cfg}, images=images, expect="right")
    case("open_clip %s, no word" % name, m, m.state_dict(), size, reference=m.encode_image, features=True)
    case("open_clip %s --activation quick_gelu" % name, m, m.state_dict(), size, reference=m.encode_image, features=True,
         activation="relu" if name.startswith("RN") else "quick_gelu")
    if name == "ViT-B-32-quickgelu":
        case("open_clip %s, visual alone" % name, m, m.visual.state_dict(), size, reference=m.encode_image, features=True,
             activation="quick_gelu", expect="right")

# ---- what is refused ----
q = torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 4)), {nn.Linear}, dtype=torch.qint8)
case("a quantized state dict", a, {**A, **q.state_dict()}, 64)
case("weights in int8", a, {k: (v * 10).to(torch.int8) if v.ndim > 1 else v for k, v in A.items()}, 64)
half = {k: v.half() if v.is_floating_point() else v for k, v in A.items()}
case("half precision", a.half().float(), half, 64, expect="right")

shutil.rmtree(folder)
print(", ".join("%d %s" % (counts[k], k) for k in sorted(counts)), "of", len(seen))
sys.exit(counts.get("WRONG", 0) > 0)
