"""How fast the DataLab kernel starts, against bare xpython in the same run.

    python benchmarks/startup.py [pairs]

Rows of DESIGN section 8: kernel ready, first cell, `import datalab_kernel`, first
`create_signal` after the warm-up and the first ten cells meanwhile. Needs an environment
with the built wheels (kernelspecs "datalab" and "xpython") and jupyter_client. Waits on
ZeroMQ's events: requests are sent before the kernel listens, and its sockets reconnect
every few milliseconds.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import zmq
from jupyter_client import KernelManager

from _pairs import Ratio, compare_times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jupyter_client import BlockingKernelClient

OURS, REFERENCE, FLOOR = "datalab", "xpython", "floor"
"""The last is bare xpython behind a process that only copies bytes (``kernels/floor``)."""
os.environ["JUPYTER_PATH"] = str(Path(__file__).parent)
TIMEOUT_S = 60.0
HEAVY = ("numpy", "sigima", "matplotlib", "h5py")
NOTEBOOK = (
    "import numpy as np",
    "rng = np.random.default_rng(0)",
    "x = np.linspace(0, 10, 200_000)",
    "y = np.sin(x) + 0.1 * rng.normal(size=x.size)",
    "y.mean(), y.std(), y.min(), y.max()",
    "spectrum = np.abs(np.fft.rfft(y))",
    "peak = spectrum[1:].argmax() + 1\npeak / (x[-1] - x[0])",
    "smooth = np.convolve(y, np.ones(25) / 25, mode='same')",
    "image = np.outer(smooth[:500], smooth[:500])\nimage.shape",
    "np.linalg.svd(image[:200, :200], compute_uv=False)[:5]",
)
"""Cells as people begin with: an import, data, some figures of them."""
CONTEXT = zmq.Context()
CONTEXT.setsockopt(zmq.RECONNECT_IVL, 5)  # ms


@contextmanager
def kernel(name: str) -> Iterator[tuple[BlockingKernelClient, float, float]]:
    """Start a kernel; give a client, and the seconds to its first reply and first result."""
    manager = KernelManager(kernel_name=name, context=CONTEXT)
    began = time.perf_counter()
    manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = manager.blocking_client()
    client.start_channels(hb=False, iopub=False, stdin=False)
    try:
        client.kernel_info()
        client.get_shell_msg(timeout=TIMEOUT_S)
        ready_s = time.perf_counter() - began
        run(client, "1 + 1")
        yield client, ready_s, time.perf_counter() - began
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run(client: BlockingKernelClient, code: str) -> float:
    """Run a cell; return the seconds to its reply."""
    began = time.perf_counter()
    client.execute(code)
    reply = client.get_shell_msg(timeout=TIMEOUT_S)
    if reply["content"]["status"] != "ok":
        raise RuntimeError(reply["content"])
    return time.perf_counter() - began


def ready_s(name: str) -> float:
    """Return the seconds from spawning to the first reply."""
    with kernel(name) as (_client, seconds, _first):
        return seconds


def first_cell_s(name: str) -> float:
    """Return the seconds from spawning to the first cell's result."""
    with kernel(name) as (_client, _ready, seconds):
        return seconds


def first_cell_processor_s(name: str) -> float:
    """Return the processor time that a kernel uses up to the first cell's result.

    Unlike the times above it isn't blurred by what else the machine does.
    """
    manager = KernelManager(kernel_name=name, context=CONTEXT)
    manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = manager.blocking_client()
    client.start_channels(hb=False, iopub=False, stdin=False)
    try:
        run(client, "1 + 1")
        times = psutil.Process(manager.provisioner.pid).cpu_times()
        return float(times.user + times.system)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def ten_cells_s(name: str, cells: tuple[str, ...], pause_s: float) -> float:
    """Return the seconds that ten cells after the first one take together, pauses left out."""
    with kernel(name) as (client, _ready, _first):
        total_s = 0.0
        for code in cells:
            total_s += run(client, code)
            time.sleep(pause_s)
        return total_s


def first_create_signal_s(import_s: float, pause_s: float) -> float:
    """Return what the first `create_signal` takes, twice the time of an import after the first cell."""
    with kernel(OURS) as (client, _ready, _first):
        deadline = time.perf_counter() + 2 * import_s
        for _ in range(10):
            run(client, "1 + 1")
            time.sleep(pause_s)
        time.sleep(max(0.0, deadline - time.perf_counter()))
        return run(client, "create_signal('a')")


def python_s(code: str) -> float:
    """Return the seconds that a fresh Python takes for some code."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - began


def heavy_modules_imported() -> str:
    """Return which of the heavy modules `import datalab_kernel` brings along."""
    code = f"import sys, datalab_kernel; print(*({{*{HEAVY!r}}} & {{*sys.modules}}))"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def show(what: str, ratio: Ratio, goal: float) -> None:
    """Print a row: reached when the lower bound is within the goal."""
    verdict = "reached" if ratio.low <= goal else "MISSED"
    print(f"{what:46} {ratio}  goal {goal:.2f}  {verdict}", flush=True)


def main() -> None:
    """Print every row."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for name in (OURS, REFERENCE):
        ready_s(name)  # files into the cache

    def against(measure: Callable[..., float], *arguments: object, kernel: str = OURS) -> Ratio:
        return compare_times(
            lambda: measure(kernel, *arguments), lambda: measure(REFERENCE, *arguments), pairs=pairs
        )

    print(f"{os.cpu_count()} processors, {pairs} interleaved pairs, median [95 % interval]")
    show("spawn to kernel_info reply", against(ready_s), 1.05)
    show("spawn to first cell's result", against(first_cell_s), 1.10)
    show("the same, processor time", against(first_cell_processor_s), 1.10)
    for label, cells, pause_s in (
        ("a notebook's first ten cells, 0.25 s apart", NOTEBOOK, 0.25),
        ("a notebook's first ten cells, back to back", NOTEBOOK, 0.0),
        ("ten cells of some 25 ms, 0.25 s apart", 10 * ("sum(range(1_500_000))",), 0.25),
    ):
        show(label, against(ten_cells_s, cells, pause_s), 1.10)
    for label, pause_s, name in (
        ("back to back", 0.0, OURS),
        ("0.25 s apart", 0.25, OURS),
        ("0.25 s apart, only copied", 0.25, FLOOR),
    ):
        ratio = against(ten_cells_s, 10 * ("1 + 1",), pause_s, kernel=name)
        added_ms = 1e3 * (ratio.ours_s - ratio.reference_s) / 10
        print(f"ten empty cells, {label:28} {ratio}  {added_ms:+.2f} ms a cell", flush=True)
    bare = [python_s("pass") for _ in range(pairs)]
    package = [python_s("import datalab_kernel") for _ in range(pairs)]
    added_ms = 1e3 * (statistics.median(package) - statistics.median(bare))
    print(
        f"import datalab_kernel: +{added_ms:.1f} ms (goal 60), {heavy_modules_imported() or 'none'} heavy"
    )
    import_s = statistics.median(python_s("import sigima") for _ in range(5))
    for pause_s in (0.0, 0.1):
        times = [first_create_signal_s(import_s, pause_s) for _ in range(5)]
        print(
            f"first create_signal {2 * import_s:.2f} s after the first cell, ten cells {pause_s} s apart: "
            f"median {statistics.median(times):.3f} s, largest {max(times):.3f} s (goal 0.1)",
            flush=True,
        )


if __name__ == "__main__":
    main()
