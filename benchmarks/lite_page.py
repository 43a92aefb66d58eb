"""The page's kernel against the same calls of NumPy and Sigima there, in headless Chromium.

    python3 tools/run.py bench-lite [pairs]

Needs the site that the task `test-lite` builds. It measures from opening the page to the first
result, what our packages add to that, three calls, and how much a page's memory grows.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

sys.path.insert(0, "tests")

from support.lite.page import new_kernel

from frontends.chromium import chromium
from lite._serving import served
from lite._site import FIRST_CELL, ROOT

SITE = ROOT / ".run" / "lite" / "0.8" / "tested-site"
IMPORTS = """
import time
begun = time.perf_counter()
import numpy as np, matplotlib.pyplot, sigima, sigima.proc.signal
from sigima.objects import create_signal
print(time.perf_counter() - begun)
"""
FIRST_RESULT = """
begun = time.perf_counter()
workspace["first"] = np.arange(1000.0)
print(time.perf_counter() - begun)
"""
CALLS = """
import json
import sigima.params
from sigima.proc import signal as functions
x = np.arange(1_000_000.0)
signal = create_signal("a", x, np.sin(x))
parameters = sigima.params.GaussianParam.create(sigma=2.0)
workspace["a"] = signal
copies = {}

def add():
    workspace.add("b", signal, overwrite=True)
def bare_add():
    copies["b"] = signal.copy()
def get():
    return workspace["a"]
def bare_get():
    return signal.copy()
def calc():
    return workspace.calc("gaussian_filter", on="a", sigma=2.0, store=False)
def bare_calc():
    return functions.gaussian_filter(signal, parameters)

def seconds(call):
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun

found = {}
for ours, bare in ((add, bare_add), (get, bare_get), (calc, bare_calc)):
    ours(), bare()
    found[ours.__name__] = [[seconds(ours), seconds(bare)] for _ in range(PAIRS)]
print("FOUND" + json.dumps(found))
"""
MEMORY = """
import gc, json, pyodide_js
def heap():
    gc.collect()
    return pyodide_js._module.HEAPU8.length
data = np.ones((5000, 2500))
before = heap()
workspace["large"] = data
added = heap()
view = workspace.get("large", copy=False)
print("FOUND" + json.dumps([data.nbytes, added - before, heap() - added]))
"""


def found_in(text: str) -> Any:
    """Return what a cell printed behind FOUND."""
    return json.loads(text.partition("FOUND")[2].splitlines()[0])


def main() -> None:
    """Measure, and print each figure beside its goal."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with served(SITE) as url, chromium() as context:
        begun = time.perf_counter()
        kernel = new_kernel(context, url)
        ready_s = time.perf_counter() - begun
        kernel.do(FIRST_CELL)
        installed_s = time.perf_counter() - begun
        theirs_s = float(kernel.do(IMPORTS).text)
        ours_s = float(kernel.do(FIRST_RESULT).text)
        print(f"kernel ready {ready_s:.1f} s, installed {installed_s:.1f} s after opening the page")
        print(f"imports of NumPy, matplotlib and Sigima {theirs_s:.2f} s")
        print(f"our part of the first result: {ours_s:.2f} s, goal 0.5 s")
        calls = found_in(kernel.do(CALLS.replace("PAIRS", str(pairs))).text)
        for name, times in calls.items():
            ratios = sorted(ours / bare for ours, bare in times)
            print(
                f"{name}: {ratios[len(ratios) // 2]:.2f} [{ratios[0]:.2f}, {ratios[-1]:.2f}], goal 1.5"
            )
        nbytes, added, viewed = found_in(kernel.do(MEMORY).text)
        print(f"add of {nbytes / 1e6:.0f} MB: heap +{added / nbytes:.2f} of the data, goal 1.1")
        print(f"get(copy=False) of it: heap +{viewed / 1e6:.1f} MB, goal 0")


if __name__ == "__main__":
    main()
