"""Golden values of tests/test_geography_progress.c: prints them as C. Wants numpy, pandas, scipy, scikit-learn.

    python3 tests/golden/make_geography.py ../shared/data/timm_results > tests/golden/geography.h
"""
import sys
import numpy as np
import pandas as pd
from scipy.stats import linregress
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

folder = sys.argv[1]
print("/* Made by tests/golden/make_geography.py: scipy.stats.linregress, scikit-learn's LogisticRegression. */")


def read(name):
    return pd.read_csv(f"{folder}/results-{name}.csv")[["model", "img_size", "top1"]]


base = read("imagenet").drop_duplicates("model")
print("/* name, models, slope, intercept, r2, slope_se, errors' slope, slope of the better half */")
print("static const struct {\n    const char *name;\n    int n;\n    double slope, intercept, r2, se, headroom, top;\n} golden_rates[] = {")
for name, on, to in [("ImageNetV2", "imagenet", "imagenetv2-matched-frequency"), ("ImageNet-ReaL", "imagenet", "imagenet-real"),
                     ("ImageNet-R", "imagenet", "imagenet-r"), ("ImageNet-R, same classes", "imagenet-r-clean", "imagenet-r"),
                     ("ImageNet-Sketch", "imagenet", "sketch"), ("ImageNet-A", "imagenet", "imagenet-a"),
                     ("ImageNet-A, same classes", "imagenet-a-clean", "imagenet-a")]:
    j = base[["model", "img_size"]].merge(read(on), on=["model", "img_size"]).merge(read(to), on=["model", "img_size"], suffixes=("", "_to"))
    x, y = j.top1 / 100, j.top1_to / 100
    r = linregress(x, y)
    half = x >= np.median(x)
    print(f'    {{"{name}", {len(j)}, {r.slope!r}, {r.intercept!r}, {r.rvalue**2!r}, {r.stderr!r}, '
          f'{linregress(np.log(1 - x), np.log(1 - y)).slope!r}, {linregress(x[half], y[half]).slope!r}}},'.replace("np.float64(", "").replace(")", ""))
print("};")

# A probe on features that a formula gives: x[i,d] = sin(1 + 3 i + 7 d) + (label == d), label = i % 3.
x = np.array([[np.sin(1 + 3 * i + 7 * d) + (i % 3 == d) for d in range(4)] for i in range(45)], np.float32)
x[:, 3] = x[:, 3] * 50 + 10  # of another size
labels = np.arange(45) % 3
scaler = StandardScaler().fit(x)
model = LogisticRegression(C=0.5, solver="lbfgs", tol=1e-10, max_iter=10000).fit(scaler.transform(x), labels)
scores = model.decision_function(scaler.transform(x[:5]))
print("/* decision_function of the first five of 45 photographs */\nstatic const double golden_scores[5][3] = {")
for row in scores:
    print("    {" + ", ".join(repr(float(v)) for v in row) + "},")
print("};")
