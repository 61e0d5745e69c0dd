"""Writes images/ and images.h: small pictures of every kind that is read, what Pillow makes of them, and what it writes.

Origin: Pillow 13.0.0 with libjpeg-turbo 3.2.0 (and simplejpeg 1.9.0, which writes two forms that Pillow only reads). Files that Pillow reads but does not write are put together here.
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

for transform in (0, 1): written_as("cmyk_adobe%d.jpg" % transform, cmyk[:adobe] + bytes([transform]) + cmyk[adobe + 1:])

# ---- indices beyond the palette, in every depth ----
for bits, colours in ((1, 1), (2, 3), (4, 5), (8, 200)):
    index = np.arange(35).reshape(5, 7) * 37 % (1 << bits)
    png("index%d.png" % bits, 7, 5, bits, 3, [pack(r, bits) for r in index], np.zeros((5, 7, 3)), [(b"PLTE", bytes(k * 11 % 251 + 1 for k in range(3 * colours)))])
    listed[-1] = listed[-1][:3] + (crc(np.asarray(Image.open("images/index%d.png" % bits).convert("RGB"))),)

# ---- BMP: headers, palettes and depths that Pillow does not write ----
le = lambda bytes_, v: (v & (1 << 8 * bytes_) - 1).to_bytes(bytes_, "little")
def bmp(name, header, bits, palette=b"", colours=0, masks=(), top=False, offset=True):
    W, H = 7, 5
    size = le(2, W) + le(2, H) if header == 12 else le(4, W) + le(4, -H if top else H)
    head = le(4, header) + size + le(2, 1) + le(2, bits)
    if header > 12: head += le(4, 3 if masks else 0) + le(4, 0) + le(8, 0) + le(4, colours) + le(4, 0)
    within = b"".join(le(4, m) for m in masks) + bytes(header)
    head = head + within[:header - len(head)]
    if masks and header == 40: head += within[:12]
    stride = (W * bits + 31) // 32 * 4
    data = bytes((k * 89 + k // 7 * 31) & 255 for k in range(stride * H))
    start = 14 + len(head) + len(palette)
    written_as(name, b"BM" + le(4, start + len(data)) + le(4, 0) + le(4, start if offset else 0) + head + palette + data)
colourful = bytes(k * 37 % 256 for k in range(1024))
bmp("os2_8.bmp", 12, 8, colourful[:768])
bmp("os2_4.bmp", 12, 4, colourful[:48])
bmp("few_8.bmp", 40, 8, colourful[:4 * 100], 100)
bmp("few_4.bmp", 40, 4, colourful[:4 * 5], 5)
bmp("few_1.bmp", 40, 1, colourful[4:8], 1)
bmp("grey_8.bmp", 40, 8, bytes(k // 4 for k in range(1024)))
bmp("bits16.bmp", 40, 16)
bmp("bits565.bmp", 40, 16, masks=(0xF800, 0x7E0, 0x1F))
bmp("v2.bmp", 52, 24)
bmp("v3_fields.bmp", 56, 32, masks=(0xFF, 0xFF00, 0xFF0000, 0xFF000000))
bmp("v5_top.bmp", 124, 32, masks=(0xFF000000, 0xFF0000, 0xFF00, 0xFF), top=True)
bmp("no_offset.bmp", 40, 8, colourful, offset=False)

# ---- GIF: a frame on a larger screen, transparent, interlaced, with its own colours, or with too few ----
def gif(name, colours, local=b"", clear=None, interlaced=False, grow=True, bits=4):
    frame = io.BytesIO()
    small = Image.fromarray((np.arange(13 * 11).reshape(11, 13) * 7 % (1 << bits)).astype(np.uint8), "P")
    small.putpalette(bytes(range(256)) * 3)
    small.save(frame, "GIF", interlace=interlaced, optimize=False)
    b = frame.getvalue()
    data = b[b.index(b",\0\0\0\0\x0d\0\x0b\0") + 10:]
    depth = lambda p: (len(p) // 3 - 1).bit_length() - 1
    out = b"GIF89a" + (le(2, 20) + le(2, 17) if grow else le(2, 5) + le(2, 4)) + bytes([0x80 | depth(colours), 1, 0]) + colours
    if clear is not None: out += b"!\xf9\4\1\0\0" + bytes([clear]) + b"\0"
    out += b"," + le(2, 3) + le(2, 2) + le(2, 13) + le(2, 11) + bytes([(0x40 if interlaced else 0) | (0x80 | depth(local) if local else 0)]) + local + data
    written_as(name, out)
gif("clear.gif", colourful[:48], clear=5)
gif("small_frame.gif", colourful[:48])
gif("large_frame.gif", colourful[:48], grow=False)
gif("interlaced.gif", colourful[:48], clear=2, interlaced=True)
gif("own_colours.gif", colourful[:6], colourful[100:148])
gif("few_colours.gif", colourful[:12], clear=14)
gif("grey.gif", bytes(k // 3 for k in range(48)))
gif("grey_own.gif", colourful[:48], bytes(k // 3 for k in range(48)))
noise = Image.fromarray(np.frombuffer(zlib.compress(picture(200, 200).tobytes())[:96 * 48], np.uint8).reshape(48, 96), "P")
noise.putpalette(colourful[:768])
noise.save("images/codes.gif", optimize=False)                     # more strings than there are codes
listing("codes.gif", np.asarray(Image.open("images/codes.gif").convert("RGB")))

# ---- TGA: a palette that begins late and ends early ----
written_as("few.tga", bytes([0, 1, 1]) + le(2, 5) + le(2, 20) + bytes([24]) + bytes(4) + le(2, 7) + le(2, 5) + bytes([8, 0x20]) + colourful[:60] + bytes(k * 3 % 40 for k in range(35)))

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
