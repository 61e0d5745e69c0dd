#!/usr/bin/env python3
"""From JPEG files to the input of a model, in visrob and in torchvision with Pillow, interleaved in one run.

    tests/bench/peers_input.py build/bench/bench_input [--photos FOLDER] [--threads 1,2] [--rounds 11]

24 photographs of 500 x 375 in each of four forms (parts of those in FOLDER, saved by Pillow) are read, resized (256), cropped
(224) and normalized. On two threads torchvision runs as a pool of threads, where Pillow lets go of the interpreter's lock,
and as a DataLoader with two processes. Printed: the median in milliseconds an image, the median over the rounds of
peer / visrob (above 1: visrob is faster) and the largest difference of the inputs (both decode to the same pixels: 1e-5 is
allowed).
"""
import argparse, glob, importlib.util, os, subprocess, sys, tempfile, time

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def write_photos(folder, photos):
    from PIL import Image
    forms = [("baseline 4:2:0", dict(quality=95, subsampling=2)), ("baseline 4:4:4", dict(quality=95, subsampling=0)),
             ("baseline 4:2:0, quality 75", dict(quality=75, subsampling=2)),
             ("progressive", dict(quality=85, subsampling=2, progressive=True))]
    paths = sorted(glob.glob(os.path.join(photos, "*.jp*g")))
    for name, form in forms:
        target = os.path.join(folder, name.replace(" ", "_").replace(":", "").replace(",", ""))
        os.makedirs(target)
        for i in range(24):
            image = Image.open(paths[i % len(paths)]).convert("RGB")
            w, h = image.size
            k = 1 - 0.08 * (i // len(paths))
            s = min(w / 500, h / 375) * k * 0.999
            x, y = (w - 500 * s) / 2, (h - 375 * s) / 2
            image.resize((500, 375), Image.BICUBIC, (x, y, x + 500 * s, y + 375 * s)).save(os.path.join(target, "%02d.jpg" % i), **form)
        yield name, target


def transform():
    from torchvision import transforms as T
    return T.Compose([T.Resize(256), T.CenterCrop(224), T.ToTensor(), T.Normalize(MEAN, STD)])


class Files:
    def __init__(self, folder): self.paths, self.transform = sorted(glob.glob(folder + "/*.jpg")), transform()
    def __len__(self): return len(self.paths)

    def __getitem__(self, i):
        from PIL import Image
        with Image.open(self.paths[i]) as image: return self.transform(image.convert("RGB"))


def runner_plain(data, threads):
    import torch
    torch.set_num_threads(threads)
    return lambda: torch.stack([data[i] for i in range(len(data))])


def runner_threads(data, threads):
    import torch
    from concurrent.futures import ThreadPoolExecutor
    torch.set_num_threads(1)
    pool = ThreadPoolExecutor(threads)
    return lambda: torch.stack(list(pool.map(data.__getitem__, range(len(data)))))


def runner_loader(data, threads):
    import torch
    loader = torch.utils.data.DataLoader(data, batch_size=8, num_workers=threads, persistent_workers=True)
    return lambda: torch.cat(list(loader))


PEERS = {"torchvision": runner_plain, "torchvision, threads": runner_threads, "torchvision, DataLoader": runner_loader}


def serve(peer, folder, out, threads):
    import numpy as np
    run = PEERS[peer](Files(folder), int(threads))
    np.save(out, run().permute(0, 2, 3, 1).contiguous().numpy())
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        print(time.perf_counter() - start, flush=True)


class Runner:
    def __init__(self, name, command):
        self.name, self.seconds = name, []
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n", name

    def once(self):
        self.process.stdin.write("\n"), self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self): self.process.stdin.close(), self.process.wait()


def compare(form, folder, bench, threads, rounds):
    import numpy as np
    out = lambda name: os.path.join(os.path.dirname(folder), name.replace(" ", "_") + ".npy")
    runners = [Runner("visrob", [bench, "--serve", folder, out("visrob"), str(threads)])]
    for peer in PEERS:
        if (peer == "torchvision") == (threads == 1):
            runners.append(Runner(peer, [sys.executable, os.path.abspath(__file__), "--serve", peer, folder, out(peer), str(threads)]))
    for r in runners: r.once()
    for _ in range(rounds):
        for r in runners: r.seconds.append(r.once())
    ours = np.load(out("visrob"))
    for r in runners:
        r.close()
        line = f"{form:28} {threads:3d}  {r.name:24} {np.median(r.seconds) * 1e3 / len(ours):8.2f}"
        if r is not runners[0]:
            error = np.abs(np.load(out(r.name)) - ours).max()
            line += f" {np.median(np.divide(r.seconds, runners[0].seconds)):7.2f} {error:8.1e}" + ("" if error <= 1e-5 else "  DIFFERENT")
        print(line, flush=True)


def main():
    if sys.argv[1:2] == ["--serve"]: return serve(*sys.argv[2:])
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("bench")
    p.add_argument("--photos", default=os.environ.get("VISROB_DATA", "../shared/data") + "/photos")
    p.add_argument("--threads", default="1,2")
    p.add_argument("--rounds", type=int, default=11)
    a = p.parse_args()
    needed = [m for m in ("numpy", "torch", "torchvision", "PIL") if not importlib.util.find_spec(m)]
    if needed: return print(f"peers_input: skipped, {sys.executable} lacks {', '.join(needed)} (set PYTHON to one that has them)")
    if not glob.glob(a.photos + "/*.jp*g"): return print(f"peers_input: skipped, there are no photographs in {a.photos}")
    import PIL, torchvision
    from PIL import features
    print(f"torchvision {torchvision.__version__}, Pillow {PIL.__version__}, libjpeg-turbo {features.version('libjpeg_turbo')}")
    print(f"{'photographs':28} {'thr':>3}  {'runner':24} {'ms':>8} {'ratio':>7} {'error':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for form, target in list(write_photos(folder, a.photos)):
            for threads in a.threads.split(","): compare(form, target, a.bench, int(threads), a.rounds)


if __name__ == "__main__":
    main()
