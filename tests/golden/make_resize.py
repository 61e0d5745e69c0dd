"""Writes resize.h: checksums of what Pillow and torchvision make of a drawn picture and of the photographs.

Origin: Pillow 13.0.0 with libjpeg-turbo 3.2.0, torchvision 0.29.2.
    cd tests/golden && python make_resize.py ../../../shared/data/photos > resize.h"""
import glob, os, sys, zlib
import numpy as np, torch
from PIL import Image
from draws import picture
from torchvision.transforms import v2, functional as F, InterpolationMode as M

crc = lambda a: zlib.crc32(np.ascontiguousarray(a).tobytes())
FILTERS = [("BILINEAR", Image.BILINEAR, M.BILINEAR), ("BICUBIC", Image.BICUBIC, M.BICUBIC), ("NEAREST", Image.NEAREST, M.NEAREST),
           ("BOX", Image.BOX, M.BOX)]

print("/* tests/golden/resize.h: written by make_resize.py (Pillow 13.0.0, torchvision 0.29.2). */")
base = Image.fromarray(picture(40, 30))

print("\n/* The picture of 40 x 30 resized to 7 x 5 and to 9 x 11, whole. */")
print("static const struct {\n    vr_filter filter;\n    int width, height;\n    uint8_t pixels[9 * 11 * 3];\n} golden_pixels[] = {")
for name, pil, _ in FILTERS:
    for w, h in ((7, 5), (9, 11)):
        print("    {VR_FILTER_%s, %d, %d, {%s}}," % (name, w, h, ", ".join(map(str, np.asarray(base.resize((w, h), pil)).ravel()))))
print("};")

print("\n/* The same picture, by checksum. */")
print("static const struct {\n    int width, height;\n    uint32_t crc[4];\n} golden_resize[] = {")
for w, h in ((7, 5), (80, 60), (20, 15), (13, 29), (40, 6), (6, 30), (41, 29), (39, 31), (1, 1), (1, 30), (40, 1), (300, 3), (3, 300), (40, 30), (113, 113)):
    print("    {%d, %d, {%s}}," % (w, h, ", ".join("0x%08x" % crc(np.asarray(base.resize((w, h), p))) for _, p, _ in FILTERS)))
print("};")

print("\n/* resized_crop(picture, top y, left x, height, width, size) */")
print("static const struct {\n    vrp_rect rect;\n    int width, height;\n    vr_filter filter;\n    uint32_t crc;\n} golden_crop[] = {")
for i, (x, y, w, h, W, H) in enumerate(((0, 0, 40, 30, 24, 24), (3, 5, 20, 18, 32, 32), (39, 29, 1, 1, 4, 4), (10, 0, 30, 30, 224, 224), (0, 7, 40, 3, 9, 9))):
    for name, _, tv in FILTERS[:2]:
        print("    {{%d, %d, %d, %d}, %d, %d, VR_FILTER_%s, 0x%08x}," % (x, y, w, h, W, H, name, crc(np.asarray(F.resized_crop(base, y, x, h, w, [H, W], tv)))))
print("};")

print("\n/* Resize(resize), CenterCrop(size) of pictures of many sizes: the arithmetic of sides and offsets. */")
print("static const struct {\n    int width, height, resize, size;\n    vr_filter filter;\n    uint32_t crc;\n} golden_preprocess[] = {")
cases = [(w, h, r, s) for w, h in ((40, 30), (30, 40), (31, 31), (53, 17), (17, 53), (64, 33)) for r, s in ((16, 14), (17, 14), (24, 24), (33, 30), (20, 32), (7, 5), (24, 25))]
for i, (w, h, r, s) in enumerate(cases):
    name, _, tv = FILTERS[i % 2]
    x = F.center_crop(F.resize(Image.fromarray(picture(w, h)), r, tv), s)
    print("    {%d, %d, %d, %d, VR_FILTER_%s, 0x%08x}," % (w, h, r, s, name, crc(np.asarray(x))))
print("};")

print("\n/* ToTensor, Normalize of the picture: channels last, as the bits of 32-bit floats, by checksum. */")
mean, std = (.485, .456, .406), (.229, .224, .225)
x = v2.Normalize(mean, std)(F.to_tensor(base)).permute(1, 2, 0).contiguous()
print("static const float golden_normalized[] = {%s};" % ", ".join("%.9gf" % v for v in x.reshape(-1)[:30].tolist()))

print("\n/* Photographs: CRCs of the pixels, of bilinear and bicubic copies up and down, of Resize(256), CenterCrop(224). */")
print("static const struct {\n    const char *name;\n    uint32_t decoded, half[2], fifth[2], twice[2], odd[2], crop[2];\n} golden_photo[] = {")
photos = sorted(glob.glob(os.path.join(sys.argv[1], "*.jp*g")))
sizes = lambda w, h: ((w // 2, h // 2), (w // 5, h // 5), (w * 2, h * 2), (w + 13, h // 7))
for path in photos:
    im = Image.open(path).convert("RGB"); a = np.asarray(im)
    rows = ["{" + ", ".join("0x%08x" % crc(np.asarray(im.resize(s, p))) for _, p, _ in FILTERS[:2]) + "}" for s in sizes(*im.size)]
    rows.append("{" + ", ".join("0x%08x" % crc(np.asarray(F.center_crop(F.resize(im, 256, tv), 224))) for _, _, tv in FILTERS[:2]) + "}")
    print("    {\"%s\", 0x%08x,\n     %s}," % (os.path.basename(path), crc(a), ", ".join(rows)))
print("};")

