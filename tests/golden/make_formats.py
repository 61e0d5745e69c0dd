"""Writes tests/golden/formats/: small files of the formats that make_checkpoints.py does not make, for test_json, test_csv,
test_data and the fuzz targets; what is in them follows from the formulas below, which the tests repeat.

Origin: Python 3.11 (json, csv, tarfile, gzip, float), numpy 2.4.6, Pillow 13.0.    python tests/golden/make_formats.py"""
import collections, csv, gzip, io, json, os, pathlib, pickle, random, struct, tarfile
import numpy as np
from PIL import Image

out = pathlib.Path(__file__).parent / "formats"
out.mkdir(exist_ok=True)
os.chdir(out)
random.seed(1)

# ---- numbers: the text, and the bits of the double that Python reads in it ----
texts = ["0", "-0", "1", "0.1", "1e22", "1e23", "9007199254740993", "9007199254740992.5", "123456789012345678901234567890",
         "2.2250738585072011e-308", "2.2250738585072014e-308", "4.9406564584124654e-324", "2.4703282292062327e-324",
         "2.4703282292062328e-324", "1.7976931348623157e308", "1.7976931348623158e308", "8.5e-300", "1e-400", "0e999999",
         "0.000000000000000000000000000000000000000000012345678901234567890", "1" * 400 + "e-390", "0." + "0" * 330 + "1",
         "9223372036854775807.0", "18446744073709551616.0", "6.02214076e23", "1.6e-19", "5e-1", "100000000000000000000.0"]
for i in range(600):
    x = struct.unpack("<d", struct.pack("<Q", random.getrandbits(63)))[0]
    if x == x and abs(x) != float("inf"): texts += [repr(x), "%.16e" % x, "%.*e" % (random.randint(1, 30), x)][i % 3:][:1]
texts += ["%.*f" % (random.randint(1, 12), random.uniform(-1000, 1000)) for _ in range(200)]
with open("numbers.txt", "w") as f:
    for t in texts: f.write("%s %016x\n" % (t, struct.unpack("<Q", struct.pack("<d", float(t)))[0]))

# ---- JSON: escaped and indented by Python; and as Python writes it without either ----
value = {"text": "caf\u00e9 \u4e2d \U0001f600 \"q\" \\ / \b\f\n\r\t \u0001 \u007f \u2028", "": [], "{": {}, "deep": [[[[{"a": [None]}]]]],
         "numbers": [0, -1, 2**63 - 1, -2**63, 0.5, -0.25, 1048576.125], "words": [True, False, None], "long": "x" * 100 + "\u00e9" * 50}
with open("escaped.json", "w") as f: json.dump(value, f, indent=2)
with open("plain.json", "w") as f: json.dump(value, f, ensure_ascii=False, separators=(",", ":"))
with open("lines.jsonl", "wb") as f: f.write(b"\xef\xbb\xbf{\"a\":1}\r\n\n  \n[2,\"\\ud83d\\ude00\"]\n3")

# ---- CSV: as Python's writer quotes it, and the same rows as JSON ----
rows = [["file_name", "class", "probability", "a \"quoted\" name", ""]]
for i in range(40):
    rows.append(["a/b%d.png" % i, str(i % 7), repr(random.random()), ["", "x,y", "say \"hi\"", "two\nlines", "\"", " blank ", "caf\u00e9", "\r\n"][i % 8], ""])
with open("rows.csv", "w", newline="") as f: csv.writer(f).writerows(rows)
with open("unix.csv", "w", newline="") as f: csv.writer(f, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
with open("rows.json", "w") as f: json.dump(rows, f)

# ---- IDX ----
def idx(a, code): return struct.pack(">BBBB", 0, 0, code, a.ndim) + struct.pack(">%dI" % a.ndim, *a.shape) + a.astype(a.dtype.newbyteorder(">")).tobytes()
for name, code, dtype in [("u8", 8, "u1"), ("i8", 9, "i1"), ("i16", 11, "i2"), ("i32", 12, "i4"), ("f32", 13, "f4"), ("f64", 14, "f8")]:
    with open(name + ".idx", "wb") as f: f.write(idx((np.arange(12).reshape(3, 2, 2) * 3 - (5 if dtype != "u1" else 0)).astype(dtype), code))
with open("u8.idx.gz", "wb") as f: f.write(gzip.compress(open("u8.idx", "rb").read(), mtime=0))

# ---- CIFAR ----
pixels = [bytes((7 * i + 13 * r) & 255 for i in range(3072)) for r in range(2)]
with open("cifar10.bin", "wb") as f: f.write(bytes([3]) + pixels[0] + bytes([9]) + pixels[1])
with open("cifar100.bin", "wb") as f: f.write(bytes([4, 57]) + pixels[0] + bytes([19, 99]) + pixels[1])

# ---- tar: each file holds its own path ----
long = "/".join(["folder%02d" % i for i in range(9)]) + "/" + "n" * 70 + ".png"      # 152 bytes: ustar splits it
longer = long.replace("folder", "a-longer-folder-name-") + "\u00e9"                   # 270 bytes: GNU and pax only
def tar(name, form, names, links=()):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=form) as t:
        def add(n, **more):
            info = tarfile.TarInfo(n)
            for k, v in more.items(): setattr(info, k, v)
            data = n.encode() if info.type == tarfile.REGTYPE else b""
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
        add("dir", type=tarfile.DIRTYPE)
        for n in names: add(n)
        for n, target in links: add(n, type=tarfile.LNKTYPE, linkname=target)
        add("symbolic", type=tarfile.SYMTYPE, linkname=names[0])
    data = raw.getvalue().rstrip(b"\0")
    with open(name, "wb") as f: f.write(data + bytes(-len(data) % 512 + 1024))
tar("ustar.tar", tarfile.USTAR_FORMAT, ["./a.png", long], [("hard", "./a.png")])
tar("gnu.tar", tarfile.GNU_FORMAT, ["a.png", longer], [("hard", longer), ("lost", "nowhere"), ("again", "hard")])
tar("pax.tar", tarfile.PAX_FORMAT, ["a.png", longer, "caf\u00e9.png"], [("hard", longer), ("again", "hard")])
with open("gnu.tar.gz", "wb") as f: f.write(gzip.compress(open("gnu.tar", "rb").read(), mtime=0))

# ---- images, seeds of the fuzz target: one of every kind ----
y, x = np.mgrid[:9, :11]
rgb = Image.fromarray(np.stack([x * 20, y * 25, x * y], 2).astype(np.uint8))
exif = Image.Exif()
exif[0x0112] = 6
rgb.save("turned.jpg", quality=80, exif=exif)
rgb.save("progressive.jpg", quality=60, progressive=True, subsampling=2)
rgb.convert("L").save("grey.jpg", quality=70)
rgb.save("rgb.png")
Image.fromarray((np.asarray(rgb.convert("L")).astype(np.uint16) * 257)).save("grey16.png")
rgb.convert("P").save("palette.png")
rgb.save("frames.gif", save_all=True, append_images=[rgb.transpose(Image.FLIP_LEFT_RIGHT)])
for ending in ("bmp", "ppm", "tga"): rgb.save("rgb." + ending)

# ---- pickles of every protocol that is read, and one of each that is not ----
tree = {"a": [1, -2, 2**40, 2**80, -1.5, True, None], "t": (1, (2,), (3, 4, 5)), "s": {7}, "f": frozenset([8]), "b": b"bytes", "u": "caf\u00e9 " + "x" * 300,
        "o": collections.OrderedDict([("k", "v")]), "long": list(range(300)), "bytes": bytearray(b"ab")}
tree["again"] = tree["a"]
tree["self"] = tree["long"]
for protocol in range(0, 6):
    with open("protocol%d.pkl" % protocol, "wb") as f: f.write(pickle.dumps(tree, protocol))
