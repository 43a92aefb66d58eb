"""The page's kernel against the same calls of NumPy and Sigima there, in headless Chromium.

    python3 tools/run.py bench-lite [pairs]

Needs the site that the task `test-lite` builds. It measures from opening the page to the first
result, what our packages add to that, three calls, and how much a page's memory grows.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, "tests")

from support.lite.page import new_kernel

import _pairs
from frontends.chromium import chromium
from lite._serving import served
from lite._site import FIRST_CELL, ROOT

if TYPE_CHECKING:
    from support.lite.page import LiteKernel

SITE = ROOT / ".run" / "lite" / "0.8" / "tested-site"
FIRST_GOAL_S, CALL_GOAL, ADD_GOAL, VIEW_GOAL = 0.5, 1.5, 1.1, 0.0
IMPORTS = """
import time
begun = time.perf_counter()
import numpy as np, matplotlib.pyplot, sigima, sigima.proc.signal
from sigima.objects import create_signal
print("FOUND" + repr(time.perf_counter() - begun))
"""
FIRST_RESULT = """
begun = time.perf_counter()
workspace["first"] = np.arange(1000.0)
print("FOUND" + repr(time.perf_counter() - begun))
"""
CALLS = """
import json, sys
from dataclasses import asdict
from pathlib import Path
import sigima.params
from sigima.proc import signal as functions
Path("/tmp/_pairs.py").write_text({module!r})
sys.path.insert(0, "/tmp")
from _pairs import compare
x = np.arange(1_000_000.0)
signal = create_signal("a", x, np.sin(x))
parameters = sigima.params.GaussianParam.create(sigma=2.0)
workspace["a"] = signal
copies = {{}}

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

calls = ((add, bare_add), (get, bare_get), (calc, bare_calc))
found = {{ours.__name__: asdict(compare(ours, bare, {pairs})) for ours, bare in calls}}
print("FOUND" + json.dumps(found))
"""
MEMORY = """
import gc, json, pyodide_js, tracemalloc
def heap():
    gc.collect()
    return pyodide_js._module.HEAPU8.length
def peak(call):
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    result = call()
    return tracemalloc.get_traced_memory()[1] - before
data = np.ones((5000, 2500))
tracemalloc.start()
before = heap()
taken = peak(lambda: workspace.add("large", data))
added = heap()
seen = peak(lambda: workspace.get("large", copy=False))
print("FOUND" + json.dumps([data.nbytes, added - before, taken, heap() - added, seen]))
tracemalloc.stop()
"""


def found(kernel: LiteKernel, code: str) -> Any:
    """Run a cell, and return what it printed behind FOUND."""
    return json.loads(kernel.do(code).text.partition("FOUND")[2].splitlines()[0])


def report(label: str, value: str, goal: str, *, is_reached: bool) -> None:
    """Print a figure, its goal, and whether it was reached."""
    verdict = "reached" if is_reached else "MISSED"
    print(f"{label:62} {value:20} goal {goal:6} {verdict}", flush=True)


def first_result(kernel: LiteKernel, begun_s: float) -> None:
    """Report how long it takes from opening the page to the first result, step by step."""
    print(f"kernel ready {time.perf_counter() - begun_s:.1f} s after opening the page")
    kernel.do(FIRST_CELL)
    print(f"everything installed after {time.perf_counter() - begun_s:.1f} s")
    theirs_s = found(kernel, IMPORTS)
    ours_s = found(kernel, FIRST_RESULT)
    print(f"first result after {time.perf_counter() - begun_s:.1f} s; of these")
    print(f"  imports of NumPy, matplotlib and Sigima {theirs_s:.2f} s")
    label = "our part beyond Pyodide, NumPy and Sigima (s)"
    report(label, f"{ours_s:.2f}", f"{FIRST_GOAL_S}", is_reached=ours_s <= FIRST_GOAL_S)


def calls(kernel: LiteKernel, pairs: int) -> None:
    """Report our calls beside Sigima's."""
    module = Path(_pairs.__file__).read_text(encoding="utf-8")
    for name, fields in found(kernel, CALLS.format(module=module, pairs=pairs)).items():
        ratio = _pairs.Ratio(**fields)
        label = f"{name} of 1M samples / Sigima's own"
        report(label, f"{ratio}", f"{CALL_GOAL}", is_reached=ratio.low <= CALL_GOAL)


def memory(kernel: LiteKernel) -> None:
    """Report how much the worker's heap grows, and what Python and NumPy take of it meanwhile."""
    nbytes, added, taken, viewed, seen = found(kernel, MEMORY)
    for label, grown, peak, goal in (
        (f"add of {nbytes / 1e6:.0f} MB", added, taken, ADD_GOAL),
        ("get(copy=False) of it", viewed, seen, VIEW_GOAL),
    ):
        share = grown / nbytes
        report(
            f"{label}: heap grows, of the data", f"{share:.2f}", f"{goal}", is_reached=share <= goal
        )
        print(f"  most taken at a time: {peak / nbytes:.2f} of the data")


def main() -> None:
    """Measure, and print each figure beside its goal."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with served(SITE) as url, chromium() as context:
        begun_s = time.perf_counter()
        kernel = new_kernel(context, url)
        first_result(kernel, begun_s)
        calls(kernel, pairs)
        memory(kernel)


if __name__ == "__main__":
    main()
