"""Prints the numbers of test_probe.c's golden test. Origin: scikit-learn's Ridge on one-hot labels.
Feature i is sin(0.37 (i mod 101)^2), rounded to float; the label of image n is (n n / 2, rounded down) mod 3."""
import numpy as np
from sklearn.linear_model import Ridge

for n, d in ((40, 6), (7, 12)):
    i = np.arange(n * d)
    x = np.sin(0.37 * (i % 101) ** 2).astype(np.float32).astype(float).reshape(n, d)
    k = np.arange(n)
    y = np.eye(3)[k * k // 2 % 3]
    r = Ridge(alpha=0.05 * n).fit(x, y)
    print("{%d, %d, {%s}, {%s}}," % (n, d, ", ".join("%.9g" % v for v in r.coef_.flatten()),
                                     ", ".join("%.9g" % v for v in r.intercept_)))
