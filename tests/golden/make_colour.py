"""Writes colour.h: what torchvision's colour transforms, crops and jitter make of drawn pictures, given the draws of base/rng.

Origin: Pillow 13.0.0, torchvision 0.29.2. Pictures by checksum, but for the blur (32 pixels), which is right within a level.
    python tests/golden/make_colour.py > tests/golden/colour.h"""
import zlib
import numpy as np, torch
from PIL import Image, ImageOps
from torchvision import transforms as T
from torchvision.transforms import functional as F
from draws import Rng, picture

crc = lambda image: zlib.crc32(np.asarray(image).tobytes())

def palette():                                                 # 2^18 colours from all over the cube, 512 x 512
    i = np.arange(1 << 18)
    r, g, b = (i & 63) * 4 + (i >> 12 & 3), (i >> 6 & 63) * 4 + (i & 3), (i >> 12) * 4 + (i >> 6 & 3)
    return Image.fromarray(np.stack([r, g, b], 1).astype(np.uint8).reshape(512, 512, 3))

print("/* tests/golden/colour.h: written by make_colour.py (Pillow 13.0.0, torchvision 0.29.2). */")
print("static const struct {\n    const char *name;\n    double amount;\n    uint32_t crc;\n} golden_colour[] = {")
CASES = [(name, f, a) for name, f in (("brightness", F.adjust_brightness), ("contrast", F.adjust_contrast), ("saturation", F.adjust_saturation))
         for a in (0, .3, .77, 1, 1.4, 2.9)]
CASES += [("hue", F.adjust_hue, a) for a in (-.5, -.37, -.1, 0, .003, .2, .5)] + [("solarize", F.solarize, a) for a in (0, 128, 200)]
CASES += [("grey", lambda image, a: F.to_grayscale(image, 3), 0), ("flip", lambda image, a: F.hflip(image), 0)]
for name, f, a in CASES: print("    {\"%s\", %g, 0x%08x}," % (name, a, crc(f(palette(), a))))
print("};\n\n/* gaussian_blur of the picture of 40 x 30: kernel, sigma; the corners and 28 more pixels. */")
print("static const struct {\n    int size;\n    double sigma;\n    uint8_t pixels[32 * 3];\n} golden_blur[] = {")
at = [0, 39, 29 * 40, 30 * 40 - 1] + [(k * 7919 + 13) % 1200 for k in range(28)]
for size, sigma in ((3, .5), (9, 1.3), (23, 2.), (23, .1), (5, 30.)):
    x = np.asarray(F.gaussian_blur(Image.fromarray(picture(40, 30)), size, sigma)).reshape(-1, 3)[at].ravel()
    print("    {%d, %g, {%s}}," % (size, sigma, ", ".join(map(str, x))))
print("};")

class Draws:
    """In place of torch's generator: uniform_ and randint answer from base/rng's streams."""
    def __init__(self, uniforms, below, order=None): self.uniforms, self.below, self.order = iter(uniforms), iter(below), order
    def __enter__(self):
        self.kept = torch.Tensor.uniform_, torch.randint, torch.randperm
        torch.Tensor.uniform_ = lambda t, a, b: t.double().fill_(float(a) + (float(b) - float(a)) * next(self.uniforms))
        torch.randint = lambda low, high, size: torch.tensor([next(self.below)(high)])
        torch.randperm = lambda n: torch.tensor(self.order)
    def __exit__(self, *a): torch.Tensor.uniform_, torch.randint, torch.randperm = self.kept

print("\n/* RandomResizedCrop.get_params with the draws of (seed 7).at(index). */")
print("static const struct {\n    int64_t width, height;\n    double area[2], ratio[2];\n    uint64_t index;\n    vrp_rect part;\n} golden_part[] = {")
sizes = [(500, 375), (375, 500), (32, 32), (1000, 10), (7, 900), (1, 1), (64, 48)]
ranges = [((.08, 1), (3 / 4, 4 / 3)), ((.05, .14), (3 / 4, 4 / 3)), ((.9, 1), (1, 1)), ((.2, .2), (.1, 10)), ((1, 1), (2, 3))]
for k, (size, (area, ratio)) in enumerate((s, r) for s in sizes for r in ranges):
    for index in (k, 100 + k):
        rng = Rng(7).at(index)
        place = rng.split("place")
        with Draws((float(v) for v in rng.uniform(20)), [lambda n: place.below(0, n), lambda n: place.below(1, n)]):
            y, x, h, w = T.RandomResizedCrop.get_params(Image.new("RGB", size), list(area), list(ratio))
        if not (0 < w <= size[0] and 0 < h <= size[1]): continue       # torchvision's fallback may be empty
        print("    {%d, %d, {%.17g, %.17g}, {%.17g, %.17g}, %d, {%d, %d, %d, %d}}," % (*size, *area, *ratio, index, x, y, w, h))
print("};")

print("\n/* ColorJitter of the picture of 40 x 30 with the draws of (seed 7).at(index). */")
print("static const struct {\n    double brightness, contrast, saturation, hue;\n    uint64_t index;\n    uint32_t crc;\n} golden_jitter[] = {")
for k, factors in enumerate([(.8, .8, .8, .2), (.4, .4, .2, .1), (0, .5, 0, .5), (1.5, 0, 2, 0), (0, 0, 0, .1), (0, 0, 0, 0)]):
    for index in range(4 * k, 4 * k + 4):
        rng = Rng(7).at(index)
        u = [float(v) for v, f in zip(rng.uniform(4), factors) if f > 0]
        with Draws(u, [], rng.split("order").permutation(4)):
            image = T.ColorJitter(*factors)(Image.fromarray(picture(40, 30)))
        print("    {%g, %g, %g, %g, %d, 0x%08x}," % (*factors, index, crc(image)))
print("};")
