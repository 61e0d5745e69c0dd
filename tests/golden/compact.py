"""Prints C arrays, as many numbers a line as fit: what the make_*.py beside it share."""
import numpy as np

def array(type, name, items, width=110):
    line = "static const VR_UNUSED %s %s[%d] = {" % (type, name, len(items))
    for k, item in enumerate(items):
        item += "};" if k == len(items) - 1 else ","
        if len(line) + 1 + len(item) > width:
            print(line)
            line = "    " + item
        else:
            line += item if line.endswith("{") else " " + item
    print(line)

def doubles(name, x): array("double", name, [np.format_float_scientific(v, trim="-", exp_digits=1) if v and not 1e-4 <= abs(v) < 1e6 else ("%d" % v if v == int(v) else repr(v)) for v in np.asarray(x, float).ravel().tolist()])
def floats(name, x): array("float", name, ["%d" % v if v == int(v) else str(v) + "f" for v in np.asarray(x, np.float32).ravel()])
def integers(name, x, type="int64_t"): array(type, name, [str(int(v)) for v in np.asarray(x).ravel()])
def text(line): print(line)
