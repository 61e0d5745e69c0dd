#!/usr/bin/env python3
"""Whole models in visrob, onnxruntime, OpenVINO, ncnn and PyTorch, interleaved in one run.

    tests/bench/peers.py build/bench/bench_models [--models a,b] [--batches 1,8] [--threads 1,2] [--rounds 11]
                         [--peers onnxruntime,ncnn] [--compile]

Every runner is a process of its own that loads the same weights from a file, predicts once (start-up: from process
start to there, twice, the better one; then its peak memory) and from then on predicts when it is told to. They take
turns, so that a change of the machine's speed meets all of them. Printed: the median in milliseconds, and the median
over the rounds of the ratio peer / visrob (above 1: visrob is faster), and the largest difference of the outputs as
a share of their largest value (1e-4 is allowed). --peers: only these. --compile adds torch.compile, which takes a
minute a case. ncnn needs pnnx (both are on PyPI); it predicts one image after the other, or "batch", all in one input.
"""
import argparse, importlib.util, os, subprocess, sys, tempfile, time, warnings

MODELS = {  # the name: batches, side
    "resnet20": ([1, 8, 64, 256], 32),
    "resnet18": ([1, 8], 224),
    "resnet50": ([1, 8], 224),
    "vit_tiny_patch8_64": ([1, 8, 64], 64),
    "vit_small_patch16_224": ([1, 8], 224),
    "vit_base_patch16_224": ([1, 8], 224),
}


# ---- the models in PyTorch ----

def make(name):
    import torch
    from torch import nn
    torch.manual_seed(1)
    if name == "resnet20":
        class Block(nn.Module):
            def __init__(self, i, o):
                super().__init__()
                self.conv1 = nn.Conv2d(i, o, 3, 1 if i == o else 2, 1, bias=False)
                self.bn1 = nn.BatchNorm2d(o)
                self.conv2 = nn.Conv2d(o, o, 3, 1, 1, bias=False)
                self.bn2 = nn.BatchNorm2d(o)
                self.grow = (o - i) // 2
                self.every_other = lambda x: x[:, :, ::2, ::2]

            def forward(self, x):
                y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
                if self.grow:  # option A
                    x = nn.functional.pad(self.every_other(x), (0, 0, 0, 0, self.grow, self.grow))
                return torch.relu(x + y)

        class ResNet20(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
                self.layer1 = nn.Sequential(Block(16, 16), Block(16, 16), Block(16, 16))
                self.layer2 = nn.Sequential(Block(16, 32), Block(32, 32), Block(32, 32))
                self.layer3 = nn.Sequential(Block(32, 64), Block(64, 64), Block(64, 64))
                self.linear = nn.Linear(64, 10)

            def forward(self, x):
                x = self.layer3(self.layer2(self.layer1(torch.relu(self.bn1(self.conv1(x))))))
                return self.linear(x.mean((2, 3)))

        model = ResNet20()
    elif name.startswith("resnet"):
        import torchvision
        model = getattr(torchvision.models, name)()
    else:
        import timm
        small = {"patch_size": 8, "img_size": 64} if name.endswith("64") else {}
        model = timm.create_model(name.replace("patch8_64", "patch16_224"), pretrained=False, **small)
    return model.eval()


def prepare(name, folder):
    """Writes weights.pt, weights.safetensors and model.onnx, with statistics as a trained batch-norm has them."""
    import torch
    from safetensors.torch import save_file
    model, side = make(name), MODELS[name][1]
    for m in model.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.running_mean.normal_(0, 0.1), m.running_var.uniform_(0.8, 1.2), m.weight.data.uniform_(0.4, 0.8)
    state = model.state_dict()
    torch.save(state, f"{folder}/weights.pt")
    save_file({k: v.contiguous() for k, v in state.items()}, f"{folder}/weights.safetensors")
    if importlib.util.find_spec("onnx"):
        for m in model.modules():  # spelled out, so that onnxruntime's optimizer finds the attention
            if hasattr(m, "fused_attn"): m.fused_attn = False
        warnings.simplefilter("ignore")
        torch.onnx.export(model, (torch.zeros(2, 3, side, side),), f"{folder}/model.onnx", opset_version=17, dynamo=False,
                          input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})
        if name.startswith("vit"):
            fuse(name, folder, model)
    if importlib.util.find_spec("ncnn") and importlib.util.find_spec("pnnx"):
        convert(name, folder, model, side)  # last: it changes the model


def fuse(name, folder, model):
    """model.onnx with attention, GELU and layer norms as onnxruntime's own operators, where its optimizer does that."""
    import logging
    logging.disable(logging.WARNING)
    try:
        from onnxruntime.transformers import optimizer
        block = model.blocks[0].attn
        o = optimizer.optimize_model(f"{folder}/model.onnx", model_type="vit", num_heads=block.num_heads,
                                     hidden_size=model.embed_dim, opt_level=0)
        o.save_model_to_file(f"{folder}/fused.onnx")
        print(f"{name}: onnxruntime's optimizer fused", {k: v for k, v in o.get_fused_operator_statistics().items() if v})
    except Exception as e:  # an optional package of another version
        print(f"{name}: onnxruntime's transformers optimizer does not work here: {e}")


def convert(name, folder, model, side):
    """net.ncnn.param and net.ncnn.bin by pnnx. Two steps that it cannot convert are first put in words it knows: timm's
    split of qkv in five dimensions becomes PyTorch's own attention, with the same weights, and x[::2, ::2] a pool."""
    import pnnx, torch

    class Attention(torch.nn.Module):
        def __init__(self, a):
            super().__init__()
            self.all = torch.nn.MultiheadAttention(a.proj.in_features, a.num_heads, batch_first=True)
            self.all.in_proj_weight, self.all.in_proj_bias = a.qkv.weight, a.qkv.bias
            self.all.out_proj.weight, self.all.out_proj.bias = a.proj.weight, a.proj.bias

        def forward(self, x, *_, **__): return self.all(x, x, x, need_weights=False)[0]

    for m in list(model.modules()):
        if hasattr(m, "attn"): m.attn = Attention(m.attn)
        if hasattr(m, "every_other"): m.every_other = lambda x: torch.nn.functional.max_pool2d(x, 1, 2)
    with torch.no_grad():
        net = torch.jit.trace(model.eval(), torch.zeros(1, 3, side, side), check_trace=False)  # compare() checks it
    net.save(f"{folder}/net.pt")
    done = subprocess.run([pnnx.EXEC_PATH, "net.pt", f"inputshape=[1,3,{side},{side}]", "fp16=0"], cwd=folder,
                          capture_output=True, text=True)
    if done.returncode or not os.path.exists(f"{folder}/net.ncnn.bin"):
        print(f"{name}: pnnx does not convert it: {done.stderr.strip()[-200:]}")


# ---- one runner, a process that predicts when it is told to ----

def runner_onnx(folder, name, x, threads, file="model"):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(f"{folder}/{file}.onnx", options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"x": x})[0]


def runner_fused(folder, name, x, threads): return runner_onnx(folder, name, x, threads, "fused")


def runner_openvino(folder, name, x, threads):
    import openvino as ov
    core = ov.Core()
    model = core.read_model(f"{folder}/model.onnx")
    model.reshape({"x": list(x.shape)})
    net = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY",
                                            "INFERENCE_PRECISION_HINT": "f32"})
    return lambda: net(x)[0]


def runner_ncnn(folder, name, x, threads, whole=False):
    import ncnn, numpy as np
    net = ncnn.Net()
    net.opt.num_threads = threads
    for half in ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_storage"): setattr(net.opt, f"use_{half}", False)
    if net.load_param(f"{folder}/net.ncnn.param") or net.load_model(f"{folder}/net.ncnn.bin"):
        sys.exit("ncnn does not load what pnnx converted")

    def run(x, **index):
        with net.create_extractor() as e:
            e.input("in0", ncnn.Mat(x, **index))
            return e.extract("out0")[1].numpy(**index).copy()
    return (lambda: run(x, batch_index=0)) if whole else lambda: np.stack([run(image) for image in x])


def runner_ncnn_batch(*a): return runner_ncnn(*a, whole=True)


def runner_torch(folder, name, x, threads, last=False, compiled=False):
    import torch
    torch.set_num_threads(threads)
    model, t = make(name), torch.from_numpy(x)
    model.load_state_dict(torch.load(f"{folder}/weights.pt", mmap=True))
    if last: model, t = model.to(memory_format=torch.channels_last), t.to(memory_format=torch.channels_last)
    if compiled: model = torch.compile(model)

    def run():
        with torch.inference_mode(): return model(t).numpy()
    return run


def runner_torch_last(*a): return runner_torch(*a, last=True)
def runner_torch_compile(*a): return runner_torch(*a, last=True, compiled=True)


PEERS = {"onnxruntime": (runner_onnx, "onnxruntime"), "onnxruntime fused": (runner_fused, "onnxruntime"),
         "openvino": (runner_openvino, "openvino"), "ncnn": (runner_ncnn, "ncnn"),
         "ncnn batch": (runner_ncnn_batch, "ncnn"), "torch": (runner_torch, "torch"),
         "torch channels-last": (runner_torch_last, "torch"), "torch compile": (runner_torch_compile, "torch")}


def serve(peer, folder, name, batch, threads):
    import numpy as np
    x = np.load(f"{folder}/x{batch}_nchw.npy")
    run = PEERS[peer][0](folder, name, x, int(threads))
    np.save(f"{folder}/{peer}.npy", run())
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        print(time.perf_counter() - start, flush=True)


# ---- the comparison ----

class Runner:
    def __init__(self, name, command, starts):
        self.name, self.seconds, self.start_up = name, [], 1e9
        for i in range(starts):
            begin = time.perf_counter()
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            answer = self.process.stdout.readline()
            self.start_up = min(self.start_up, time.perf_counter() - begin)
            if not answer: break
            if i < starts - 1: self.close()
        self.memory = answer and self.peak_memory()

    def peak_memory(self):  # not ru_maxrss, which a child inherits from its parent
        with open(f"/proc/{self.process.pid}/status") as f:
            return next(int(line.split()[1]) * 1024 for line in f if line.startswith("VmHWM"))

    def once(self):
        self.process.stdin.write("\n"), self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self): self.process.stdin.close(), self.process.wait()


def compare(name, batch, threads, folder, bench, rounds, peers):
    import numpy as np
    x = np.random.default_rng(0).standard_normal((batch, 3, MODELS[name][1], MODELS[name][1]), np.float32)
    np.save(f"{folder}/x{batch}_nchw.npy", x)
    np.save(f"{folder}/x{batch}_nhwc.npy", np.ascontiguousarray(x.transpose(0, 2, 3, 1)))
    runners = [Runner("visrob", [bench, "--serve", f"{folder}/weights.safetensors", f"{folder}/x{batch}_nhwc.npy",
                                 f"{folder}/visrob.npy", str(threads)], 2)]
    for peer in peers:
        package = PEERS[peer][1]
        if not importlib.util.find_spec(package): continue
        if peer == "onnxruntime fused" and not os.path.exists(f"{folder}/fused.onnx"): continue
        if package == "ncnn" and not os.path.exists(f"{folder}/net.ncnn.bin"): continue
        if peer == "ncnn batch" and batch == 1: continue
        starts = 2 if batch == 1 and threads == 2 and package != "torch" else 1
        r = Runner(peer, [sys.executable, os.path.abspath(__file__), "--serve", peer, folder, name, str(batch), str(threads)], starts)
        if r.memory: runners.append(r)
        else: print(f"{name}: {peer} does not work here")
    ours = runners[0]
    repeat = 1
    for r in runners:
        r.once()
        r.once()
    repeat = max(1, int(0.01 / ours.once()))  # small models: the sum of a few predictions
    for _ in range(rounds):
        for r in runners:
            if threads > 1: time.sleep(0.2)  # some runners' threads spin that long after a prediction, in the next one's way
            r.seconds.append(np.mean([r.once() for _ in range(repeat)]) if repeat == 1 else
                             np.median([r.once() for _ in range(repeat)]))
    y = np.load(f"{folder}/visrob.npy")
    for r in runners:
        r.close()
        line = f"{name:22} {batch:4d} {threads:3d}  {r.name:20} {np.median(r.seconds) * 1e3:10.3f}"
        if r is not ours:
            want = np.load(f"{folder}/{r.name}.npy")
            error = np.abs(y - want).max() / np.abs(want).max()
            line += f" {np.median(np.divide(r.seconds, ours.seconds)):7.2f} {error:9.1e}"
            if not error <= 1e-4: line += "  DIFFERENT"
        else:
            line += " " * 18
        print(f"{line} {r.start_up:8.3f} {r.memory / 2**20:7.0f}", flush=True)


def main():
    if sys.argv[1:2] == ["--serve"]: return serve(*sys.argv[2:])
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("bench")
    p.add_argument("--models", default=",".join(MODELS))
    p.add_argument("--batches", default="")
    p.add_argument("--threads", default="1,2")
    p.add_argument("--rounds", type=int, default=11)
    p.add_argument("--peers", default=",".join(p for p in PEERS if p != "torch compile"))
    p.add_argument("--compile", action="store_true")
    a = p.parse_args()
    peers = a.peers.split(",") + ["torch compile"] * a.compile
    if not set(peers) <= set(PEERS): p.error(f"--peers are of {', '.join(PEERS)}")
    needed = [m for m in ("numpy", "torch", "timm", "torchvision", "safetensors") if not importlib.util.find_spec(m)]
    if needed: return print(f"peers: skipped, {sys.executable} lacks {', '.join(needed)} (set PYTHON to one that has them)")
    from importlib.metadata import version, PackageNotFoundError
    for m in ("torch", "onnxruntime", "openvino", "ncnn", "pnnx", "timm", "torchvision"):
        try: print(m, version(m), end="; ")
        except PackageNotFoundError: print(m, "not installed", end="; ")
    print("python", sys.version.split()[0])
    print(f"{'model':22} {'n':>4} {'thr':>3}  {'runner':20} {'ms':>10} {'ratio':>7} {'error':>9} {'start s':>8} {'MiB':>7}")
    for name in a.models.split(","):
        with tempfile.TemporaryDirectory() as folder:
            prepare(name, folder)
            for batch in [int(b) for b in a.batches.split(",")] if a.batches else MODELS[name][0]:
                for threads in a.threads.split(","):
                    compare(name, batch, int(threads), folder, a.bench, a.rounds, peers)


if __name__ == "__main__":
    main()
