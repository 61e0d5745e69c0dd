"""Writes factors.h: what the corruptions and factors make of a small image, computed with public libraries from the
same random draws as image/corrupt.c's.

Origin: scipy 1.17.1, scikit-image 0.26.0, OpenCV 5.0.0, Pillow 13.0.0, and ImageMagick 6.9.11 (`convert -motion-blur`); the order of
operations and the constants are those of github.com/hendrycks/robustness, ImageNet-C/create_c/make_{cifar,imagenet_64,
imagenet}_c.py. Results of the corruptions are cut off to levels, of the other factors rounded. Of each image, 32 pixels are kept: the corners and 28 more.
    python tests/golden/make_factors.py > tests/golden/factors.h"""
import os, subprocess, tempfile
import cv2, numpy as np, scipy.ndimage, scipy.stats, skimage.color, skimage.filters
from PIL import Image
from draws import Rng, picture

# ---- the corruptions; x is 0..1 in double, s is the severity - 1, and c chooses by the size of the image ----
def gaussian_noise(x, rng, c): return x + c * rng.normal(x.size).reshape(x.shape)
def shot_noise(x, rng, c): return scipy.stats.poisson.ppf(np.maximum(rng.uniform(x.size).reshape(x.shape), 1e-300), x * c) / c
def impulse_noise(x, rng, c):
    u = rng.uniform(x.size).reshape(x.shape)
    return np.where(u < c, (u * 2**24).astype(int) & 1, x)

def defocus_blur(x, rng, c):
    radius, soft = c
    line = np.arange(-8, 9) if radius <= 8 else np.arange(-radius, radius + 1)
    a, b = np.meshgrid(line, line)
    disc = (a**2 + b**2 <= radius**2).astype(np.float32)
    kernel = cv2.GaussianBlur(disc / disc.sum(), ksize=(3, 3) if radius <= 8 else (5, 5), sigmaX=soft)
    return np.stack([cv2.filter2D(x[..., k], -1, kernel) for k in range(3)], -1)

def glass_blur(x, rng, c):
    sigma, reach, rounds = c
    H, W, _ = x.shape
    x = np.uint8(skimage.filters.gaussian(x, sigma=sigma, channel_axis=-1) * 255)
    for r in range(rounds):
        u = rng.uniform(2 * W * H, 2 * W * H * r).reshape(H, W, 2)
        d = np.floor(u * 2 * reach).astype(int) - reach
        for h in range(H - reach, reach, -1):
            for w in range(W - reach, reach, -1):
                x[h, w] = x[h + d[h, w, 1], w + d[h, w, 0]]
    return skimage.filters.gaussian(x / 255., sigma=sigma, channel_axis=-1)

def magick(x, radius, sigma, angle):
    with tempfile.TemporaryDirectory() as d:
        a, b = os.path.join(d, "a.tif"), os.path.join(d, "b.tif")
        cv2.imwrite(a, np.round(x * 65535).astype(np.uint16))
        subprocess.run(["convert", a, "-motion-blur", "%gx%g%+.9f" % (radius, sigma, angle), "-depth", "16", b], check=True)
        return cv2.imread(b, cv2.IMREAD_UNCHANGED) / 65535.
def levels(x): return np.round(x * 255) / 255                     # ImageMagick's 8 bits
def motion_blur(x, rng, c): return levels(magick(x, c[0], c[1], 90 * rng.uniform(1)[0] - 45))

def clipped_zoom(x, zoom):
    cut = [(n, int(np.ceil(n / zoom))) for n in x.shape[:2]]
    part = x[tuple(slice((n - k) // 2, (n - k) // 2 + k) for n, k in cut)]
    big = scipy.ndimage.zoom(part, (zoom, zoom) + (1,) * (x.ndim - 2), order=1, mode="nearest")
    trim = [(b - n) // 2 for b, n in zip(big.shape, x.shape)]
    return big[trim[0]:trim[0] + x.shape[0], trim[1]:trim[1] + x.shape[1]]
def zoom_blur(x, rng, c):
    zooms = np.arange(*c)
    return (x + sum(clipped_zoom(x, z) for z in zooms)) / (len(zooms) + 1)

def snow(x, rng, c):
    layer = clipped_zoom(c[0] + c[1] * rng.normal(x.shape[0] * x.shape[1]).reshape(x.shape[:2]), c[2])
    layer = np.uint8(np.where(layer < c[3], 0, np.minimum(layer, 1)) * 255) / 255.
    layer = levels(magick(layer, c[4], c[5], -135 + 90 * rng.split("wind").uniform(1)[0]))[..., None]
    grey = cv2.cvtColor(x.astype(np.float32), cv2.COLOR_RGB2GRAY)[..., None]
    return c[6] * x + (1 - c[6]) * np.maximum(x, grey * 1.5 + 0.5) + layer + np.rot90(layer, k=2)

def plasma(size, decay, rng):
    u = 2 * rng.uniform(size * size).reshape(size, size) - 1
    m = np.zeros((size, size)); step, wibble = size, 100.
    while step >= 2:
        half = step // 2
        corner = m[::step, ::step]
        middle = (corner + np.roll(corner, -1, 0) + np.roll(corner, -1, 1) + np.roll(corner, (-1, -1), (0, 1))) / 4
        m[half::step, half::step] = middle + wibble**2 * u[half::step, half::step]
        middle = m[half::step, half::step]
        m[::step, half::step] = (middle + np.roll(middle, 1, 0) + corner + np.roll(corner, -1, 1)) / 4 + wibble**2 * u[::step, half::step]
        m[half::step, ::step] = (middle + np.roll(middle, 1, 1) + corner + np.roll(corner, -1, 0)) / 4 + wibble**2 * u[half::step, ::step]
        step, wibble = half, wibble / decay
    m -= m.min()
    return m / m.max()
def fog(x, rng, c):
    size = 1 << (max(x.shape[:2]) - 1).bit_length()
    return (x + c[0] * plasma(size, c[1], rng)[:x.shape[0], :x.shape[1], None]) * x.max() / (x.max() + c[0])

def brightness(x, rng, c):
    hsv = skimage.color.rgb2hsv(x)
    hsv[..., 2] = np.clip(hsv[..., 2] + c, 0, 1)
    return skimage.color.hsv2rgb(hsv)
def contrast(x, rng, c):
    mean = x.mean((0, 1), keepdims=True)
    return (x - mean) * c + mean

def sample(x, px, py, mode):
    return np.stack([scipy.ndimage.map_coordinates(x[..., k], [py, px], order=1, mode=mode) for k in range(3)], -1)
def elastic_transform(x, rng, c):
    H, W, _ = x.shape
    y, i = np.mgrid[0:H, 0:W].astype(np.float64)
    q, middle = min(H, W) // 3, np.array([W // 2, H // 2])
    one = (middle + np.array([[q, q], [q, -q], [-q, -q]])).astype(np.float32)
    two = one + (c[2] * (2 * rng.split("affine").uniform(6).reshape(3, 2) - 1)).astype(np.float32)
    a = cv2.getAffineTransform(two, one)                       # where a pixel of the result comes from
    x = sample(x, a[0, 0] * i + a[0, 1] * y + a[0, 2], a[1, 0] * i + a[1, 1] * y + a[1, 2], "mirror")
    if c[0] == 0: return x
    dx, dy = (c[0] * skimage.filters.gaussian(2 * rng.split(name).uniform(H * W).reshape(H, W) - 1, sigma=c[1], mode="reflect", truncate=3)
              for name in ("right", "down"))
    return sample(x, i + dx, y + dy, "reflect")

def pixelate(x, rng, c):
    image = Image.fromarray(np.round(x * 255).astype(np.uint8))
    few = image.resize((int(image.width * c), int(image.height * c)), Image.BOX)
    return np.asarray(few.resize(image.size, Image.BOX)) / 255.

# ---- the four extra ones ----
def speckle_noise(x, rng, c): return x + x * c * rng.normal(x.size).reshape(x.shape)
def gaussian_blur(x, rng, c): return skimage.filters.gaussian(x, sigma=c, channel_axis=-1)
def saturate(x, rng, c):
    hsv = skimage.color.rgb2hsv(x)
    hsv[..., 1] = np.clip(hsv[..., 1] * c[0] + c[1], 0, 1)
    return skimage.color.hsv2rgb(hsv)
def spatter(x, rng, c):
    liquid = skimage.filters.gaussian(c[0] + c[1] * rng.normal(x.shape[0] * x.shape[1]).reshape(x.shape[:2]), sigma=c[2])
    liquid[liquid < c[3]] = 0
    if c[5]:
        m = skimage.filters.gaussian((liquid > c[3]).astype(np.float32), sigma=c[4])[..., None]
        m[m < 0.8] = 0
        return x * (1 - m) + np.array([63, 42, 20]) / 255. * m
    liquid = (liquid * 255).astype(np.uint8)
    d = cv2.distanceTransform(255 - cv2.Canny(liquid, 50, 150), cv2.DIST_L2, 5)
    d = cv2.equalizeHist(cv2.blur(np.minimum(d, 20), (3, 3)).astype(np.uint8))
    d = cv2.filter2D(d, cv2.CV_8U, np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]))
    m = liquid * cv2.blur(d, (3, 3)).astype(np.float32)
    return x + c[4] * (m / m.max())[..., None] * np.array([175, 238, 238]) / 255.

L = lambda *k: [[np.array(v) * s for v in row] for s, row in zip((32, 64, 244), k)]
CONSTANTS = {
 gaussian_noise: [[.04, .06, .08, .09, .10], [.04, .08, .12, .15, .18], [.08, .12, .18, .26, .38]],
 shot_noise: [[500, 250, 100, 75, 50], [250, 100, 50, 30, 15], [60, 25, 12, 5, 3]],
 impulse_noise: [[.01, .02, .03, .05, .07], [.01, .02, .05, .08, .14], [.03, .06, .09, .17, .27]],
 defocus_blur: [[(.3, .4), (.4, .5), (.5, .6), (1, .2), (1.5, .1)], [(.5, .6), (1, .1), (1.5, .1), (2.5, .01), (3, .1)],
                [(3, .1), (4, .5), (6, .5), (8, .5), (10, .5)]],
 glass_blur: [[(.05, 1, 1), (.25, 1, 1), (.4, 1, 1), (.25, 1, 2), (.4, 1, 2)], [(.1, 1, 1), (.5, 1, 1), (.6, 1, 2), (.7, 2, 1), (.9, 2, 2)],
              [(.7, 1, 2), (.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2)]],
 motion_blur: [[(6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5)], [(10, 1), (10, 1.5), (10, 2), (10, 2.5), (12, 3)],
               [(10, 3), (15, 5), (15, 8), (15, 12), (20, 15)]],
 zoom_blur: [[(1, e, .01) for e in (1.06, 1.11, 1.16, 1.21, 1.26)]] * 2 +
            [[(1, 1.11, .01), (1, 1.16, .01), (1, 1.21, .02), (1, 1.26, .02), (1, 1.31, .03)]],
 snow: [[(.1, .2, 1, .6, 8, 3, .95), (.1, .2, 1, .5, 10, 4, .9), (.15, .3, 1.75, .55, 10, 4, .9), (.25, .3, 2.25, .6, 12, 6, .85),
         (.3, .3, 1.25, .65, 14, 12, .8)],
        [(.1, .2, 1, .6, 8, 3, .8), (.1, .2, 1, .5, 10, 4, .8), (.15, .3, 1.75, .55, 10, 4, .7), (.25, .3, 2.25, .6, 12, 6, .65),
         (.3, .3, 1.25, .65, 14, 12, .6)],
        [(.1, .3, 3, .5, 10, 4, .8), (.2, .3, 2, .5, 12, 4, .7), (.55, .3, 4, .9, 12, 8, .7), (.55, .3, 4.5, .85, 12, 8, .65),
         (.55, .3, 2.5, .85, 12, 12, .55)]],
 fog: [[(.2, 3), (.5, 3), (.75, 2.5), (1, 2), (1.5, 1.75)], [(.4, 3), (.7, 3), (1, 2.5), (1.5, 2), (2, 1.75)],
       [(1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)]],
 brightness: [[.05, .1, .15, .2, .3], [.1, .2, .3, .4, .5], [.1, .2, .3, .4, .5]],
 contrast: [[.75, .5, .4, .3, .15], [.4, .3, .2, .1, .05], [.4, .3, .2, .1, .05]],
 elastic_transform: L([(0, 0, .08), (.05, .2, .07), (.08, .06, .06), (.1, .04, .05), (.1, .03, .03)],
                      [(0, 0, .08), (.05, .3, .06), (.1, .08, .06), (.1, .03, .03), (.16, .03, .02)],
                      [(2, .7, .1), (2, .08, .2), (.05, .01, .02), (.07, .01, .02), (.12, .01, .02)]),
 speckle_noise: [[.06, .1, .12, .16, .2], [.15, .2, .25, .3, .35], [.15, .2, .35, .45, .6]],
 gaussian_blur: [[.4, .6, .7, .8, 1], [.5, .75, 1, 1.25, 1.5], [1, 2, 3, 4, 6]],
 spatter: [[(.62, .1, .7, .7, .5, 0), (.65, .1, .8, .7, .5, 0), (.65, .3, 1, .69, .5, 0), (.65, .1, .7, .69, .6, 1), (.65, .1, .5, .68, .6, 1)],
           [(.62, .1, .7, .7, .6, 0), (.65, .1, .8, .7, .6, 0), (.65, .3, 1, .69, .6, 0), (.65, .1, .7, .68, .6, 1), (.65, .1, .5, .67, .6, 1)],
           [(.65, .3, 4, .69, .6, 0), (.65, .3, 3, .68, .6, 0), (.65, .3, 2, .68, .5, 0), (.65, .3, 1, .65, 1.5, 1), (.67, .4, 1, .65, 1.5, 1)]],
 saturate: [[(.3, 0), (.1, 0), (1.5, 0), (2, .1), (2.5, .2)], [(.3, 0), (.1, 0), (2, 0), (5, .1), (30, .2)], [(.3, 0), (.1, 0), (2, 0), (5, .1), (20, .2)]],
 pixelate: [[.95, .9, .85, .75, .65], [.9, .8, .7, .6, .5], [.6, .5, .4, .3, .25]],
}
SIZES = [(31, 27), (70, 61), (170, 162)]

def kept(x, half=0):
    H, W = x.shape[:2]
    at = [0, W - 1, (H - 1) * W, H * W - 1] + [(k * 7919 + 13) % (H * W) for k in range(28)]
    return np.floor(np.clip(x, 0, 1) * 255 + half).astype(int).reshape(-1, 3)[at].ravel()

def rows(name, data):
    print("    {VR_FACTOR_%s," % name.upper())
    print("     {" + ",\n      ".join("{" + ", ".join(map(str, d)) + "}" for d in data) + "}},")

print("/* tests/golden/factors.h: written by make_factors.py (scipy, scikit-image, OpenCV, Pillow, ImageMagick). */")
print("enum { GOLDEN_SIZES = 3, GOLDEN_PIXELS = 32 };")
print("static const int64_t golden_size[GOLDEN_SIZES][2] = {%s};" % ", ".join("{%d, %d}" % s for s in SIZES))
image_rng = Rng(2024).split("factors").at(17)
for index, (W, H) in enumerate(SIZES):
    print("static const struct {\n    vr_factor factor;\n    uint8_t pixels[5][3 * GOLDEN_PIXELS];\n} golden_corrupt_%d[] = {" % index)
    for f, c in CONSTANTS.items():
        rows(f.__name__, [kept(f(picture(W, H) / 255., image_rng.split(f.__name__), c[index][s])) for s in range(5)])
    print("};")

# ---- continuous factors, on the smallest image ----
def rotation(x, degrees):
    H, W, _ = x.shape
    y, i = np.mgrid[0:H, 0:W] - np.array([(H - 1) / 2, (W - 1) / 2])[:, None, None]
    a = np.radians(degrees)                                    # clockwise, y down: the source lies anticlockwise
    return sample(x, np.cos(a) * i + np.sin(a) * y + (W - 1) / 2, -np.sin(a) * i + np.cos(a) * y + (H - 1) / 2, "reflect")
def hue(x, degrees):
    hsv = skimage.color.rgb2hsv(x)
    hsv[..., 0] = (hsv[..., 0] + degrees / 360) % 1
    return skimage.color.hsv2rgb(hsv)
def saturation(x, taken):
    grey = x @ np.array([.299, .587, .114])
    return x * (1 - taken) + grey[..., None] * taken
def scale(x, size):                                            # up: plain bilinear; down: Pillow's triangle, on a reflected frame
    H, W, _ = x.shape
    for axis, n in ((1, W), (0, H)):
        at, reach = (np.arange(n) + .5 - n / 2) / size + n / 2 - .5, max(1, 1 / size)
        j = np.arange(-3 * n, 4 * n)
        w = np.maximum(0, 1 - np.abs(j[None] - at[:, None]) / reach)
        fold = np.pad(np.arange(n), 3 * n, mode="symmetric")
        x = np.moveaxis(np.tensordot(w / w.sum(1, keepdims=True), np.take(x, fold, axis), (1, axis)), 0, axis)
    return x
AMOUNTS = [(rotation, 17.), (rotation, -120.), (hue, 75.), (hue, -200.), (saturation, .6), (saturation, -.5), (scale, .55), (scale, 1.7), (scale, .25)]
print("static const struct {\n    vr_factor factor;\n    double amount;\n    uint8_t pixels[3 * GOLDEN_PIXELS];\n} golden_amount[] = {")
for f, amount in AMOUNTS:
    print("    {VR_FACTOR_%s, %g, {%s}}," % (f.__name__.upper(), amount, ", ".join(map(str, kept(f(picture(*SIZES[0]) / 255., amount), 0.5)))))
print("};")
