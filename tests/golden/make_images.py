"""Writes images/ and images.h: small pictures of every kind that is read, what Pillow makes of them, and what it writes.

Origin: Pillow 13.0.0 with libjpeg-turbo 3.2.0 (and simplejpeg 1.9.0, which writes two forms that Pillow only reads). PNG files of 16 bits and of odd depths are put together here, since Pillow does not write them.
    cd tests/golden && python make_images.py > images.h"""
import io, os, struct, zlib
import numpy as np
import simplejpeg
from PIL import Image, ImageOps
from draws import picture

os.makedirs("images", exist_ok=True)
crc = lambda a: zlib.crc32(np.ascontiguousarray(a).tobytes())
rgb = picture(29, 23)
alpha = (np.arange(29)[None, :] * 8 + np.arange(23)[:, None]).astype(np.uint8)
listed = []
def listing(name, pixels): listed.append((name, pixels.shape[1], pixels.shape[0], crc(pixels)))
def saved(name, image, **how):
    image.save("images/" + name, **how)
    listing(name, np.asarray(Image.open("images/" + name).convert("RGB")))

def png(name, width, height, bits, kind, rows, want, chunks=()):
    def chunk(type, data): return struct.pack(">I", len(data)) + type + data + struct.pack(">I", zlib.crc32(type + data))
    raw = b"".join(b"\0" + r for r in rows)
    with open("images/" + name, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)) + b"".join(chunk(*c) for c in chunks) +
                chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))
    listing(name, want.astype(np.uint8))

# ---- PNG: alpha is dropped, grey is repeated, of 16 bits the high 8 stay ----
image = Image.fromarray(rgb)
saved("rgba.png", Image.merge("RGBA", (*image.split(), Image.fromarray(alpha))))
saved("grey_alpha.png", Image.merge("LA", (image.convert("L"), Image.fromarray(alpha))))
saved("grey.png", image.convert("L"))
saved("bits1.png", image.convert("1"))
saved("palette_clear.png", image.quantize(8), transparency=2)
saved("grey_clear.png", image.convert("L"), transparency=90)
small = rgb[:5, :7]
deep = lambda a: (a.astype(np.uint16) << 8 | (a[..., ::-1] ^ 255)).astype(">u2")
for name, kind, a in (("rgb16.png", 2, small), ("rgba16.png", 6, np.concatenate([small, small[..., :1]], 2)), ("grey16.png", 0, small[..., :1]), ("grey_alpha16.png", 4, small[..., :2])):
    colour = a[..., :3] if kind in (2, 6) else a[..., :1].repeat(3, 2)
    png(name, 7, 5, 16, kind, [deep(a)[y].tobytes() for y in range(5)], colour)
two = np.arange(35).reshape(5, 7) % 4
pack = lambda row, bits: np.packbits(((row[:, None] >> np.arange(bits)[::-1]) & 1).ravel().astype(np.uint8)).tobytes()
png("bits2.png", 7, 5, 2, 0, [pack(r, 2) for r in two], (two * 85)[..., None].repeat(3, 2))
png("bits4.png", 7, 5, 4, 0, [pack(r, 4) for r in two * 5], (two * 85)[..., None].repeat(3, 2))

# ---- JPEG ----
big = Image.fromarray(picture(61, 47))
for name, how in (("s420", dict(subsampling=2)), ("s422", dict(subsampling=1)), ("s444", dict(subsampling=0)), ("progressive420", dict(subsampling=2, progressive=True)),
                  ("progressive444", dict(subsampling=0, progressive=True)), ("optimized", dict(optimize=True)), ("restarts", dict(restart_marker_blocks=3)),
                  ("restart_rows", dict(restart_marker_rows=1, subsampling=0)), ("restart_progressive", dict(restart_marker_blocks=2, progressive=True)),
                  ("poor", dict(quality=5)), ("best", dict(quality=100, subsampling=0))):
    how.setdefault("quality", 85)
    saved(name + ".jpg", big, **how)
saved("grey_progressive.jpg", big.convert("L"), quality=80, progressive=True)
for w, h in ((1, 1), (2, 1), (1, 2), (3, 3), (8, 8), (9, 17), (16, 16), (17, 9)):
    saved("%dx%d.jpg" % (w, h), Image.fromarray(picture(w, h)), quality=90, subsampling=2)
Image.fromarray((np.arange(6).reshape(2, 3) * 40).astype(np.uint8).repeat(8, 0).repeat(8, 1)).save("images/blocks.jpg", quality=95)  # to turn
saved("cmyk.jpg", big.convert("CMYK"), quality=90)
saved("rgb.jpg", big, quality=85, subsampling=0, keep_rgb=True)
def written_as(name, data):
    with open("images/" + name, "wb") as f: f.write(data)
    listing(name, np.asarray(Image.open("images/" + name).convert("RGB")))
for form in ("440", "411"):
    written_as("s%s.jpg" % form, simplejpeg.encode_jpeg(picture(61, 47), quality=85, colorspace="RGB", colorsubsampling=form))
cmyk = open("images/cmyk.jpg", "rb").read()
adobe = cmyk.index(b"Adobe") + 11
written_as("ycck.jpg", cmyk[:adobe] + b"\2" + cmyk[adobe + 1:])   # the same data, read as YCCK

print("/* tests/golden/images.h: written by make_images.py (Pillow 13.0.0, libjpeg-turbo 3.2.0). */")
print("static const VR_UNUSED struct {\n    const char *name;\n    int width, height;\n    uint32_t crc;\n} golden_images[] = {")
for row in listed: print("    {\"%s\", %d, %d, 0x%08x}," % row)
print("};\n\n/* Files that Pillow writes of the picture of draws.py. */")
print("static const VR_UNUSED struct {\n    int width, height, quality;\n    uint32_t crc;\n} golden_written[] = {")
def written(w, h, quality):
    f = io.BytesIO()
    Image.fromarray(picture(w, h)).save(f, "JPEG", quality=quality, **({} if quality <= 90 else {"subsampling": 0}))
    return f
for w, h in ((1, 1), (8, 8), (9, 8), (16, 16), (33, 17), (15, 1), (61, 47)):
    for quality in (1, 10, 50, 75, 90, 91, 100): print("    {%d, %d, %d, 0x%08x}," % (w, h, quality, zlib.crc32(written(w, h, quality).getvalue())))
print("};\n\n/* jpeg_compression of the same picture at severities 1 .. 5: the qualities of make_{cifar,imagenet_64,imagenet}_c.py. */")
print("static const VR_UNUSED struct {\n    int width, height;\n    uint32_t crc[5];\n} golden_compressed[] = {")
for (w, h), qualities in (((31, 27), (80, 65, 58, 50, 40)), ((70, 61), (65, 58, 50, 40, 25)), ((170, 162), (25, 18, 15, 10, 7))):
    print("    {%d, %d, {%s}}," % (w, h, ", ".join("0x%08x" % crc(np.asarray(Image.open(written(w, h, q)))) for q in qualities)))
print("};\n\n/* exif_transpose of the pixels 0 1 2 / 3 4 5, by orientation. */")
print("static const VR_UNUSED struct {\n    int width, height, pixels[6];\n} golden_upright[9] = {\n    {0, 0, {0}},")
base = Image.fromarray(np.arange(6, dtype=np.uint8).reshape(2, 3))
for k in range(1, 9):
    base.getexif()[0x0112] = k
    out = np.asarray(ImageOps.exif_transpose(base))
    print("    {%d, %d, {%s}}," % (out.shape[1], out.shape[0], ", ".join(map(str, out.ravel()))))
print("};")
