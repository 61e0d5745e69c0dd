"""What the make_*.py of the image room share: base/rng.c in numpy (Philox4x32-10 written again), and the picture of the tests,
made by whole numbers."""
import numpy as np

def philox(counter, key):
    c = [np.asarray(x, np.uint64) for x in counter]; k0, k1 = key
    low, s = np.uint64(0xffffffff), np.uint64(32)
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        c = [(p1 >> s) ^ c[1] ^ np.uint64(k0), p1 & low, (p0 >> s) ^ c[3] ^ np.uint64(k1), p0 & low]
        k0, k1 = (k0 + 0x9E3779B9) & 0xffffffff, (k1 + 0xBB67AE85) & 0xffffffff
    return c

class Rng:
    def __init__(self, seed, stream=0): self.seed, self.stream = seed, stream
    def derive(self, number, kind):
        halves = [number & 0xffffffff, number >> 32, self.stream & 0xffffffff, self.stream >> 32]
        out = philox(halves, ((self.seed & 0xffffffff) ^ kind, (self.seed >> 32) ^ 0x76697372))
        return Rng(self.seed, int(out[1]) << 32 | int(out[0]))
    def split(self, purpose):
        h = 0xcbf29ce484222325
        for c in purpose.encode(): h = (h ^ c) * 0x100000001b3 % 2**64
        return self.derive(h, 0x6e616d65)
    def at(self, index): return self.derive(index, 0x696e6478)
    def u32(self, n, first=0):
        i = np.arange(first, first + n, dtype=np.uint64); block = i // np.uint64(4)
        c = philox([block & np.uint64(0xffffffff), block >> np.uint64(32), np.full(n, self.stream & 0xffffffff, np.uint64),
                    np.full(n, self.stream >> 32, np.uint64)], (self.seed & 0xffffffff, self.seed >> 32))
        return np.stack(c, 1)[np.arange(n), (i % np.uint64(4)).astype(int)]
    def uniform(self, n, first=0): return (self.u32(n, first) >> np.uint64(8)) * 2.0**-24
    def u64(self, i):
        u = self.u32(2, 2 * i)
        return int(u[1]) << 32 | int(u[0])
    def below(self, i, n): return self.u64(i) * n >> 64
    def permutation(self, n):
        out = list(range(n))
        for i in range(n - 1, 0, -1):
            j = self.below(i, i + 1)
            out[i], out[j] = out[j], out[i]
        return out
    def normal(self, n):
        u = self.u32((n + 3) // 4 * 4).reshape(-1, 2).astype(np.float64)
        r, a = np.sqrt(-2 * np.log((u[:, 0] + 1) * 2.0**-32)), 2 * np.pi * u[:, 1] * 2.0**-32
        return np.stack([r * np.cos(a), r * np.sin(a)], 1).ravel()[:n]

def picture(W, H):
    y, x, c = np.mgrid[0:H, 0:W, 0:3]
    return (np.abs((x * (2 + c) + y * 3) % 160 - 80) + np.abs((x * 5 + 400 - y * 2 + 31 * c) % 120 - 60) +
            90 * ((x // 11 + y // 8) % 2)).astype(np.uint8)
