"""Writes metrics.h: inputs and reference values for test_accuracy, test_calibration, test_metric and
test_stats.

Origin: scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6.    python tests/golden/make_metrics.py > tests/golden/metrics.h
Expected calibration error is not in scikit-learn: it is computed here from Guo et al. 2017, eq. 3, with numpy."""
import numpy as np, scipy.stats
from sklearn import metrics
from compact import doubles, floats, integers, text

rng = np.random.default_rng(2024)
N, C = 120, 6
labels = rng.integers(0, C, N)
logits = rng.normal(0, 1.5, (N, C)); logits[np.arange(N), labels] += 1.2
p = np.exp(logits - logits.max(1, keepdims=True)); p = (p / p.sum(1, keepdims=True)).astype(np.float32)
p[0] = 0; p[0, labels[0]] = 1                      # certain and right: confidence exactly 1
p[1] = 0; p[1, (labels[1] + 1) % C] = 1            # certain and wrong
predicted = p.argmax(1)
correct = predicted == labels
conf = p.max(1).astype(np.float64)

def calibration(bins=15):
    ece, mce = 0.0, 0.0
    for b in range(bins):
        lo, hi = b / bins, (b + 1) / bins
        m = (conf > lo) & (conf <= hi) if b else (conf <= hi)
        if m.any():
            gap = abs(correct[m].mean() - conf[m].mean())
            ece += m.mean() * gap
            mce = max(mce, gap)
    return ece, mce

def value(name, x): text("static const VR_UNUSED double %s = %r;" % (name, float(x)))

text("/* tests/golden/metrics.h: written by make_metrics.py (scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6). */")
text("/* clang-format off: several numbers a line */")
text("enum { GOLDEN_N = %d, GOLDEN_C = %d };" % (N, C))
integers("golden_labels", labels)
floats("golden_p", p)
integers("golden_predicted", predicted)
integers("golden_confusion", metrics.confusion_matrix(labels, predicted))
value("golden_accuracy", metrics.accuracy_score(labels, predicted))
value("golden_balanced", metrics.balanced_accuracy_score(labels, predicted))
doubles("golden_recall", metrics.recall_score(labels, predicted, average=None))
doubles("golden_top", [metrics.top_k_accuracy_score(labels[2:], p[2:], k=k, labels=range(C)) for k in range(1, C)])
ece, mce = calibration()
value("golden_ece", ece); value("golden_mce", mce)
value("golden_brier", metrics.brier_score_loss(labels, p, labels=list(range(C)), scale_by_half=False))
value("golden_nll", metrics.log_loss(labels, p, labels=range(C)))
x = rng.gamma(2.0, 1.5, 101).round(4)
q = [0, 0.025, 0.1, 0.25, 1 / 3, 0.5, 0.75, 0.975, 1]
doubles("golden_x", x); doubles("golden_q", q); doubles("golden_quantile", np.quantile(x, q))
value("golden_x_mean", x.mean()); value("golden_x_std", x.std(ddof=1))
b = scipy.stats.bootstrap((x,), np.mean, n_resamples=200000, method="percentile", rng=1, batch=5000)
doubles("golden_x_ends", b.confidence_interval)
clean = rng.random(400) < 0.8
fog = clean & (rng.random(400) < 0.75) | (rng.random(400) < 0.05)
integers("golden_clean", clean, "uint8_t"); integers("golden_fog", fog, "uint8_t")
ratio = lambda f, c, axis=-1: (1 - f.mean(axis)) / (1 - c.mean(axis))
b = scipy.stats.bootstrap((fog * 1.0, clean * 1.0), ratio, n_resamples=100000, method="percentile", paired=True,
                          vectorized=True, rng=1, batch=2000)
value("golden_ratio", ratio(fog, clean)); doubles("golden_ratio_ends", b.confidence_interval)
b = scipy.stats.bootstrap((fog * 1.0,), np.mean, n_resamples=100000, method="percentile", rng=1, batch=2000)
doubles("golden_rate_ends", b.confidence_interval)
