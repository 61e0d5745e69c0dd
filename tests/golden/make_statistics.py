"""Writes statistics.h: inputs and reference values for test_distribution, test_hypothesis, test_regression, test_metric and
the BCa intervals of test_stats.

Origin: mpmath (350 digits; scipy agrees to 1e-9), scipy 1.17.1, statsmodels, scikit-learn 1.9.1, numpy 2.4.6.
    python tests/golden/make_statistics.py > tests/golden/statistics.h"""
import warnings
import mpmath as mp, numpy as np, scipy.stats as st, scipy.special as sp, statsmodels.api as sm
from scipy.spatial.distance import jensenshannon
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from compact import doubles, integers, text

mp.mp.dps = 350
rng = np.random.default_rng(7)
print("/* tests/golden/statistics.h: written by make_statistics.py (mpmath, scipy 1.17.1, statsmodels, numpy 2.4.6). */")
print("/* clang-format off: several numbers a line */")

# ---- distributions: rows of x, first parameter, second, cdf, sf
def beta(x, y, a, b):  # the series of all positive terms from the nearer end, with digits enough for 1 - it
    if x > y: return beta(y, x, b, a)[::-1]
    with mp.workdps(350):
        total = term = mp.mpf(1)
        k = 0
        while term > mp.mpf(10) ** -350 * total:
            k += 1; term *= (a + b + k - 1) / (a + k) * x; total += term
        p = mp.exp(a * mp.log(x) + b * mp.log(y) + mp.loggamma(a + b) - mp.loggamma(a + 1) - mp.loggamma(b)) * total
        return p, 1 - p
def normal(x, a, b): return mp.erfc(-x / mp.sqrt(2)) / 2, mp.erfc(x / mp.sqrt(2)) / 2
def t(x, df, b):
    both = beta(df / (df + x * x), x * x / (df + x * x), df / 2, mp.mpf(1) / 2)
    small, large = both[0] / 2, 1 - both[0] / 2
    return (small, large) if x < 0 else (large, small)
def chi2(x, df, b):  # the series of the lower tail, with digits enough for the upper one to be 1 - it
    with mp.workdps(350):
        a, x = df / 2, x / 2
        total = term = mp.mpf(1)
        k = 0
        while term > mp.mpf(10) ** -350 * total:
            k += 1; term *= x / (a + k); total += term
        p = mp.exp(a * mp.log(x) - x - mp.loggamma(a + 1)) * total
        return p, 1 - p
scipys = {normal: lambda x, a, b: st.norm, t: lambda x, a, b: st.t(a), chi2: lambda x, a, b: st.chi2(a)}
def table(name, fn, cases):
    rows = []
    for x, a, b in cases:
        if min(scipys[fn](x, a, b).cdf(x), scipys[fn](x, a, b).sf(x)) < 1e-300: continue
        cdf, sf = fn(mp.mpf(x), mp.mpf(a), mp.mpf(b))
        for ours, theirs in ((cdf, scipys[fn](x, a, b).cdf(x)), (sf, scipys[fn](x, a, b).sf(x))):
            assert abs(float(ours) - theirs) <= 1e-9 * abs(float(ours)), (name, x, a, b, ours, theirs)
        rows += [x, a, b, float(cdf), float(sf)]
    text("enum { %s_ROWS = %d };" % (name.upper(), len(rows) // 5))
    doubles(name, rows)
table("golden_normal", normal, [(x, 0, 0) for x in (-37, -20, -8, -3, -1, -0.1, 0, 1e-8, 0.5, 2, 6, 12, 37)])
table("golden_t", t, [(x, df, 0) for df in (1, 2.5, 5, 30, 200.75, 1e4, 1e6) for x in (-50, -3, -0.5, 1e-6, 0.7, 2, 6, 35, 1e30)])
table("golden_chi2", chi2, [(df * x, df, 0) for df in (0.1, 1, 2, 3.5, 15, 100, 1e4, 1e6)
                            for x in (2.0**-20, 2.0**-8, 0.5, 0.9375, 1, 1.0625, 2, 8, 30)])
P = [1e-300, 1e-20, 1e-5, 0.025, 0.4, 0.5, 0.6, 0.95, 0.999]
doubles("golden_quantile_p", P)
doubles("golden_normal_quantile", [mp.sqrt(2) * mp.erfinv(2 * mp.mpf(p) - 1) if p > 1e-15 else st.norm.ppf(p) for p in P])
doubles("golden_t_quantile", st.t.ppf(P[2:], 4.5))

# ---- tests
g = [rng.normal(m, s, n).round(3) for m, s, n in ((0.5, 1, 12), (1.4, 2.5, 15), (0.2, 0.5, 9))]
doubles("golden_groups", np.concatenate(g)); integers("golden_group_size", [len(x) for x in g])
w = st.ttest_ind(g[0], g[1], equal_var=False)
doubles("golden_welch", [w.statistic, w.df, w.pvalue])
a = st.alexandergovern(*g)
doubles("golden_alexander_govern", [a.statistic, 2, a.pvalue])
counts = np.array([[12, 30, 7, 9], [25, 14, 22, 5], [8, 16, 11, 17]])
integers("golden_counts", counts)
two = [[12, 5], [7, 20]]
share = np.array([3.0, 1, 1, 5]); seen = np.array([31, 14, 6, 49])
c = st.chisquare(seen, share / 10 * 100); doubles("golden_shares", [c.statistic, 3, c.pvalue])
odds = []
for tab in (two, [[0.5, 8.5], [9.5, 3.5]]):  # Table2x2 itself adds 1/2 to the empty cell alone
    o = Table2x2(np.array(tab)); odds += [o.oddsratio, *o.oddsratio_confint(0.05), o.log_oddsratio_se, o.oddsratio_pvalue()]
doubles("golden_odds", odds)
doubles("golden_wilson", [v for k, n in ((3, 40), (0, 7), (7, 7), (4000, 46110)) for v in proportion_confint(k, n, 0.05, "wilson")])
p = np.array([0.01, 0.02, 0.03, 0.04, 0.005, 0.6, 0.04, 0.9, 1e-9, 0.3])
doubles("golden_many", p); doubles("golden_holm", multipletests(p, method="holm")[1]); doubles("golden_bh", st.false_discovery_control(p))

# ---- regressions
n = 30
X = rng.normal(0, 1, (n, 3)).round(3); X[:, 1] += 1e4; X[:, 2] *= 1e-3
y = (0.5 + 2 * X[:, 0] - 0.3 * (X[:, 1] - 1e4) + 800 * X[:, 2] + rng.normal(0, 0.7, n)).round(3)
doubles("golden_x3", X); doubles("golden_y", y)
l = st.linregress(X[:, 0], y)
doubles("golden_line", [l.slope, l.intercept, l.stderr, l.intercept_stderr, l.rvalue, l.pvalue])
m = sm.OLS(y, sm.add_constant(X[:, :1])).fit()
at = m.get_prediction([[1, 1.25]]).summary_frame(0.1).iloc[0]
doubles("golden_line_more", [np.sqrt(m.mse_resid), *m.conf_int(0.1)[1], *at[["mean", "mean_ci_lower", "mean_ci_upper", "obs_ci_lower", "obs_ci_upper"]]])
u = np.linspace(0, 92, n); v = (1 + ((u - 40) / 30) ** 3 + rng.normal(0, 0.2, n)).round(4)
q = np.polynomial.Polynomial.fit(u, v, 3)
doubles("golden_cubic_y", v); doubles("golden_cubic", q.coef)
rng.integers(0, 6, (4, 40))  # drawn and left, so that the numbers below stay as they are

# ---- effective robustness, prevalence
clean = rng.uniform(0.55, 0.9, 20).round(4); shifted = sp.expit(1.1 * sp.logit(clean) - 1 + rng.normal(0, 0.05, 20)).round(4)
doubles("golden_clean_accuracy", clean); doubles("golden_shifted_accuracy", shifted)
rows = []
for there, back in ((lambda a: a, lambda a: a), (sp.logit, sp.expit), (st.norm.ppf, st.norm.cdf)):
    l = st.linregress(there(clean), there(shifted)); rows += [l.slope, l.intercept, l.rvalue**2, 0.7 - back(l.slope * there(0.8) + l.intercept)]
doubles("golden_effective", rows)
doubles("golden_jensen_shannon", [jensenshannon(counts[0], counts[1]), jensenshannon([1, 0, 0], [0, 2, 3])])
rng.random((2, 60))  # as above

# ---- disparity (the last section to draw numbers but BCa's, so that those above stay as they are)
regions = np.random.default_rng(8).uniform(0.3, 0.8, 12).round(3)
doubles("golden_regions", regions)
gini = abs(regions[:, None] - regions).sum() / (2 * len(regions) ** 2 * regions.mean())
doubles("golden_disparity", [np.ptp(regions), regions.max() / regions.min(), regions.mean(), regions.std(ddof=1), gini])
doubles("golden_quantile_gap", [regions[regions > np.quantile(regions, 1 - k)].mean() - regions[regions < np.quantile(regions, k)].mean() for k in (0.05, 0.1, 0.25)])

# ---- BCa
x = rng.gamma(1.0, 1.5, 60).round(4)
doubles("golden_bca_x", x)
def ends(data, f, **k): return st.bootstrap(data, f, n_resamples=200000, method="BCa", rng=1, batch=5000, vectorized=True, **k).confidence_interval
doubles("golden_bca_mean", ends((x,), np.mean)); doubles("golden_bca_std", ends((x,), lambda x, axis=-1: x.std(axis, ddof=1)))
