"""Writes tests/golden/checkpoints/: small files of every kind that format/ reads, for test_torch, test_safetensors,
test_npy and test_zip; their values follow from the formulas below, which the tests repeat.

Origin: torch 2.15.0, numpy 2.4.6, safetensors 0.8.0, Python 3.11.    python tests/golden/make_checkpoints.py"""
import argparse, datetime, enum, collections, gzip, io, os, pathlib, struct, zipfile
import numpy as np, torch
from safetensors.torch import save_file

out = pathlib.Path(__file__).parent / "checkpoints"
out.mkdir(exist_ok=True)
os.chdir(out)

# ---- PyTorch: the same dictionary in both forms ----
t = torch.arange(24.0).reshape(2, 3, 4) / 4
shared = torch.arange(10.0)
tensors = {
    "f32": t,
    "transposed": torch.arange(6.0).reshape(2, 3).t(),       # [3,2], stride [1,3]
    "slice": torch.arange(20.0).reshape(4, 5)[1:, 2:],       # [3,3], stride [5,1], offset 7
    "step": torch.arange(12.0)[1::3],                        # [4], stride 3
    "expanded": torch.tensor([7.0]).expand(3, 2),            # stride 0
    "shared.a": shared[:4], "shared.b": shared[4:],
    "half": torch.tensor([1.5, -2.0, 65504.0, 6e-8, float("inf")]).half(),
    "bf16": torch.tensor([1.5, -2.0, 3.0]).bfloat16(),
    "f64": torch.tensor([1 / 3, -1e300], dtype=torch.float64),
    "i64": torch.tensor([2**62, -1]), "i32": torch.tensor([-5, 6], dtype=torch.int32),
    "i16": torch.tensor([-7], dtype=torch.int16), "i8": torch.tensor([-8], dtype=torch.int8),
    "u8": torch.tensor([200], dtype=torch.uint8), "bool": torch.tensor([True, False]),
    "num_batches_tracked": torch.tensor(41),
    "parameter": torch.nn.Parameter(torch.tensor([[2.0]])),
    "empty": torch.zeros(0, 3),
    "array": np.arange(6, dtype=np.int64).reshape(2, 3), "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "list": [torch.tensor([1.0]), (torch.tensor([2.0]), {"x": torch.tensor([3.0])})],
}
words = {
    "epoch": 300, "best_prec1": 91.78, "arch": "resnet20", "none": None, "yes": True, "no": False, "long": 2**70,
    "minus": -(2**31), "numpy": np.float64(0.1), "numpy32": np.float32(0.5), "numpy_int": np.int64(-3),
    "numpy_bool": np.bool_(True), "args": argparse.Namespace(lr=0.1, out=pathlib.PosixPath("/a/b")),
    "dtype": torch.float32, "device": torch.device("cuda:1"), "size": torch.Size([5, 6]), "set": {9},
    "milestones": collections.Counter({30: 1}), "defaults": collections.defaultdict(int, {2: 3}), "bytes": b"abc\xff",
    "text": "caf\u00e9", "empty": {},
}
whole = {"state_dict": collections.OrderedDict(tensors), **words}
whole["state_dict"]._metadata = {"": {"version": 1}}
torch.save(whole, "zip.pt")
torch.save(whole, "legacy.pth", _use_new_zipfile_serialization=False)
torch.save(whole, "protocol4.pt", pickle_protocol=4)
torch.save({"u16": torch.tensor([65535, 1], dtype=torch.uint16), "w": t}, "untyped.pt")

# ---- PyTorch: an SSL checkpoint with optimizer and schedule ----
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
optimizer = torch.optim.AdamW(model.parameters())
model(torch.zeros(2, 3, 8, 8)).sum().backward()
optimizer.step()
schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [3, 4])
torch.save({"epoch": 3, "arch": "tiny", "state_dict": {"module." + k: v for k, v in model.state_dict().items()},
            "optimizer": optimizer.state_dict(), "scheduler": schedule.state_dict()}, "moco.pth")

# ---- PyTorch: what may be beside the weights ----
class Mode(enum.Enum):
    TRAIN = "train"
    EVAL = 2
torch.save({"w": t, "date": datetime.date(2024, 2, 29), "when": datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.timezone.utc),
            "took": datetime.timedelta(seconds=3), "mode": Mode.TRAIN, "modes": [Mode.EVAL, Mode.EVAL], "z": 1 + 2j,
            "buffer": bytearray(b"abc"), "path": pathlib.PurePosixPath("/a/b"), "slice": slice(1, 2)}, "beside.pt")

# ---- PyTorch: what is refused ----
torch.save({"w": torch.quantize_per_tensor(t, 0.1, 0, torch.qint8)}, "quantized.pt")
class Config: pass
torch.save({"w": t, "config": Config()}, "foreign.pt")
torch.save(model, "module.pt")
torch.save({"good": t, "wave": torch.tensor([1 + 2j])}, "complex.pt")
torch.jit.script(torch.nn.Linear(2, 2)).save("script.pt")

def rezip(source, target, method, change=lambda name, data: data):
    with zipfile.ZipFile(source) as a, zipfile.ZipFile(target, "w", method) as b:
        for info in a.infolist():
            b.writestr(zipfile.ZipInfo(info.filename), change(info.filename, a.read(info)), method)
rezip("zip.pt", "deflated.pt", zipfile.ZIP_DEFLATED)
rezip("zip.pt", "big_endian.pt", zipfile.ZIP_STORED, lambda n, d: b"big" if n.endswith("byteorder") else d)

# ---- safetensors ----
safe = {"b.f32": t, "a.f32": torch.tensor(3.0), "h": tensors["half"], "bf": tensors["bf16"], "d": tensors["f64"],
        "i64": tensors["i64"], "i32": tensors["i32"], "i16": tensors["i16"], "i8": tensors["i8"], "u8": tensors["u8"],
        "bool": tensors["bool"], "none": torch.zeros(0, 2), "caf\u00e9 \"q\"/\n": torch.ones(1)}
save_file(safe, "all.safetensors", metadata={"format": "pt"})
save_file({"x": torch.ones(2)}, "plain.safetensors")
save_file({"good": torch.ones(2), "eight": torch.ones(4).to(torch.float8_e4m3fn)}, "f8.safetensors")

# ---- npy and npz ----
a = np.arange(6, dtype=np.float32).reshape(2, 3)
np.save("c.npy", a)
np.save("fortran.npy", np.asfortranarray(a.astype(np.float64)))
np.save("big.npy", a.astype(">f4"))
np.save("scalar.npy", np.int64(-9))
np.save("bool.npy", np.array([True, False, True]))
np.save("half.npy", np.array([1.5, 6e-8], np.float16))
np.save("text.npy", np.array(["ab", "c"]))
np.save("struct.npy", np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f4")]))
np.save("complex.npy", np.array([1j]))
for version in (2, 3):
    with open("version%d.npy" % version, "wb") as f: np.lib.format.write_array(f, a, version=(version, 0))
np.savez("stored.npz", x=a, y=np.arange(3))
np.savez_compressed("deflated.npz", x=a, zeros=np.zeros((64, 64)))

# ---- zip and gzip ----
zipfile.ZIP64_LIMIT = 10          # so that Python writes zip64 records for small files
zipfile.ZIP_FILECOUNT_LIMIT = 1
with zipfile.ZipFile("zip64.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.comment = b"a comment"
    z.writestr(zipfile.ZipInfo("folder/long.txt"), b"0123456789" * 100, zipfile.ZIP_DEFLATED)
    z.writestr(zipfile.ZipInfo("short.txt"), b"a file that is stored", zipfile.ZIP_STORED)
body = gzip.compress(b"0123456789" * 100, mtime=0)[10:]
with open("plain.gz", "wb") as f: f.write(b"\x1f\x8b\x08\x00" + bytes(4) + b"\x00\x03" + body)
with open("named.gz", "wb") as f:  # extra field, name, comment, header checksum
    head = b"\x1f\x8b\x08\x1e" + bytes(4) + b"\x00\x03" + struct.pack("<H", 3) + b"xyz" + b"name\0" + b"comment\0"
    import zlib
    f.write(head + struct.pack("<H", zlib.crc32(head) & 0xffff) + body)
