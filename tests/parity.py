#!/usr/bin/env python3
"""Full-size models against PyTorch: random weights, saved as a checkpoint, loaded by build/libvisrob.so.

    make && python3 tests/parity.py            # needs torch, torchvision, timm, numpy; a few GB of /tmp; a minute or two

Prints, per model, the largest difference relative to the largest output, seconds of loading and running on both sides, and
the peak memory of a process that loads and runs it; exits 1 where a difference is above 1e-4."""
import ctypes as C
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Arena(C.Structure):
    _fields_ = [("first", C.c_void_p), ("current", C.c_void_p), ("defers", C.c_void_p), ("used", C.c_int64),
                ("peak", C.c_int64)]


class Tensor(C.Structure):
    _fields_ = [("data", C.POINTER(C.c_float)), ("shape", C.c_int64 * 4), ("stride", C.c_int64 * 4), ("ndim", C.c_int)]


class Model(C.Structure):  # the first fields of vr_model
    _fields_ = [("name", C.c_char_p), ("dialect", C.c_char_p), ("classes", C.c_int64), ("features", C.c_int64)]


def memory(field):
    """VmRSS or VmHWM of this process, in MB; getrusage's figure would count the parent's memory at the fork."""
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith(field)) / 1024


def run_visrob(weights, images, out):
    """In a process of its own, so that peak memory is the model's (numpy and ctypes cost about 30 MB)."""
    lib = C.CDLL(os.path.join(ROOT, "build/libvisrob.so"))
    lib.vr_model_load.restype = C.POINTER(Model)
    for f in (lib.vr_model_logits, lib.vr_model_features):
        f.restype, f.argtypes = Tensor, [C.POINTER(Arena), C.POINTER(Model), Tensor]
    x = np.ascontiguousarray(np.load(images))
    n, h, w, c = x.shape
    t = Tensor(x.ctypes.data_as(C.POINTER(C.c_float)), (n, h, w, c), (h * w * c, w * c, c, 1), 4)
    before = memory("VmRSS")
    perm, step = Arena(), Arena()
    t0 = time.time()
    model = lib.vr_model_load(C.byref(perm), weights.encode(), None, None)
    t1 = time.time()
    run = lib.vr_model_logits if model.contents.classes else lib.vr_model_features
    y = run(C.byref(step), model, t)
    t2 = time.time()
    peak = memory("VmHWM") - before
    np.save(out, np.ctypeslib.as_array(y.data, (n, y.shape[1])))
    print(model.contents.name.decode(), model.contents.dialect.decode(), t1 - t0, t2 - t1, peak)


def dinov2(**kw):
    """DINOv2's ViT in timm's clothes; its own keys are the same but for the mask token."""
    import timm
    return timm.models.vision_transformer.VisionTransformer(img_size=518, patch_size=14, num_classes=0, init_values=1.0, **kw)


def models():
    import timm
    import torchvision.models as tv
    yield "resnet18.pth", tv.resnet18(), 224, {}
    yield "resnet50.pth", tv.resnet50(), 224, {}
    yield "resnet50_f16.pth", tv.resnet50(), 224, {"half": True}
    yield "resnext50.pth", tv.resnext50_32x4d(), 224, {}
    yield "wide_resnet50_2.pth", tv.wide_resnet50_2(), 224, {}
    yield "resnet152.pth", timm.create_model("resnet152"), 224, {}
    yield "vit_b_16.pth", tv.vit_b_16(), 224, {}
    yield "vit_base_patch16_224.pth", timm.create_model("vit_base_patch16_224"), 224, {}
    yield "deit_base_distilled.pth", timm.create_model("deit_base_distilled_patch16_224"), 224, {}
    yield "dinov2_vits14.pth", dinov2(embed_dim=384, depth=12, num_heads=6), 518, {"mask_token": True}
    yield "vit_huge.pth", timm.create_model("vit_huge_patch14_224"), 224, {}


def main():
    import torch
    torch.manual_seed(0)
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, model, side, how in models():
            if len(sys.argv) > 1 and not any(a in name for a in sys.argv[1:]):
                continue
            for key, t in list(model.named_parameters()) + list(model.named_buffers()):
                if key.endswith("running_var"):
                    t.data = 0.5 + torch.rand(t.shape)
                elif key.endswith("running_mean") or key.endswith("bias") or "token" in key or "pos_embed" in key:
                    t.data = 0.1 * torch.randn(t.shape)
                elif t.ndim == 1 and t.is_floating_point():
                    t.data = 0.5 + 0.2 * torch.randn(t.shape)
                elif t.ndim == 2 and not t.any():  # torchvision's heads begin at zero
                    t.data = 0.02 * torch.randn(t.shape)
            model.eval()
            state = model.state_dict()
            if how.get("half"):
                state = {k: v.half() if v.is_floating_point() else v for k, v in state.items()}
                model.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()})
            if how.get("mask_token"):
                state = {**state, "mask_token": torch.zeros(1, 384)}
            path, images, out = (os.path.join(folder, f) for f in (name, "x.npy", "y.npy"))
            torch.save(state, path)
            x = torch.randn(2, 3, side, side)
            np.save(images, x.permute(0, 2, 3, 1).contiguous().numpy())
            with torch.no_grad():
                start = time.time()
                want = model(x).numpy()
                seconds = time.time() - start
            said = subprocess.run([sys.executable, __file__, "--run", path, images, out], check=True, capture_output=True,
                                  text=True).stdout.split()
            got = np.load(out)
            relative = np.abs(got - want).max() / np.abs(want).max()
            worst = max(worst, relative)
            print("%-26s read as %-26s %-11s difference %.1e  load %4.0f ms  run %5.0f ms (torch %5.0f)  peak %5.0f MB, file %5.0f MB"
                  % (name, said[0], said[1], relative, float(said[2]) * 1e3, float(said[3]) * 1e3, seconds * 1e3,
                     float(said[4]), os.path.getsize(path) / 2**20), flush=True)
            os.remove(path)
    print("largest difference: %.1e" % worst)
    return 0 if worst <= 1e-4 else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run_visrob(*sys.argv[2:])
    else:
        sys.exit(main())
