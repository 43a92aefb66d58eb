"""What a person meets in the first minute of a kernel.

    python benchmarks/first_minute.py [pairs]

A first cell that uses the workspace, against an empty one of bare xpython; the first Tab; a
command and a pool while Sigima is imported, against the same without that; and what a kernel
uses that is left alone. Needs the kernelspecs "datalab" and "xpython".
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil
from jupyter_client import KernelManager

import startup
from _pairs import compare_times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_client import BlockingKernelClient

POOL = """\
import multiprocessing
with multiprocessing.get_context("fork").Pool(2) as pool:
    pool.map(abs, [1, 2])
"""
WARM_UP = "DATALAB_KERNEL_WARMUP"
SETTLE_S, IDLE_S = 15.0, 60.0
"""The wait until Sigima is there, and how long an idle kernel is watched."""


@contextmanager
def fresh(name: str) -> Iterator[BlockingKernelClient]:
    """Start a kernel and wait until it answers; no cell has run."""
    manager = KernelManager(kernel_name=name, context=startup.CONTEXT)
    manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = manager.blocking_client()
    client.start_channels(hb=False, iopub=False, stdin=False)
    try:
        client.kernel_info()
        client.get_shell_msg(timeout=startup.TIMEOUT_S)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def first_cell_s(name: str, code: str) -> float:
    """Return what the first cell takes once the kernel has answered."""
    with fresh(name) as client:
        return startup.run(client, code)


def first_tab_s(name: str, text: str) -> float:
    """Return what the first completion takes in a kernel in which no cell has run."""
    with fresh(name) as client:
        began = time.perf_counter()
        client.complete(text, len(text))
        client.get_shell_msg(timeout=startup.TIMEOUT_S)
        return time.perf_counter() - began


def meanwhile_s(warm_up: str, code: str, delay_s: float) -> float:
    """Return what a cell takes a moment after the first one, with or without the import behind it."""
    before = os.environ.get(WARM_UP)
    os.environ[WARM_UP] = warm_up
    try:
        with startup.kernel(startup.OURS) as (client, _ready, _first):
            time.sleep(delay_s)
            return startup.run(client, code)
    finally:
        del os.environ[WARM_UP]
        if before is not None:
            os.environ[WARM_UP] = before


def idle_share(name: str) -> float:
    """Return the share of one processor that an idle kernel uses over 60 s, with all its processes."""
    with startup.kernel(name) as (client, _ready, _first):
        startup.run(client, "1 + 1")
        time.sleep(SETTLE_S)
        [process] = [p for p in psutil.Process().children() if "launcher" in " ".join(p.cmdline())]
        processes = [process, *process.children(recursive=True)]
        before_s = sum(sum(one.cpu_times()[:2]) for one in processes)
        time.sleep(IDLE_S)
        return float(sum(sum(one.cpu_times()[:2]) for one in processes) - before_s) / IDLE_S


def main() -> None:
    """Print every row."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for code in ("workspace", "workspace.list()"):
        ratio = compare_times(
            lambda code=code: first_cell_s(startup.OURS, code),
            lambda: first_cell_s(startup.REFERENCE, "1 + 1"),
            pairs=pairs,
        )
        added_s = ratio.ours_s - ratio.reference_s
        print(f"first cell {code!r}: {added_s:+.3f} s (goal +0.3)", flush=True)
    for text in ("workspace.", "np.lin", "sigima.proc.si"):
        times = [first_tab_s(startup.OURS, text) for _ in range(5)]
        print(f"first Tab {text!r}: largest {max(times):.2f} s (front ends wait 1 s)", flush=True)
    for label, code in (("!echo hi", "!echo hi"), ("a Pool", POOL)):
        for delay_s in (0.1, 0.4, 0.8, 1.6):
            ratio = compare_times(
                lambda code=code, delay_s=delay_s: meanwhile_s("on", code, delay_s),
                lambda code=code, delay_s=delay_s: meanwhile_s("off", code, delay_s),
                pairs=max(3, pairs // 4),
            )
            added_s = ratio.ours_s - ratio.reference_s
            print(
                f"{label} {delay_s} s after the first cell: {added_s:+.3f} s (goal +0.2)",
                flush=True,
            )
    print(f"idle, {IDLE_S:.0f} s: {100 * idle_share(startup.OURS):.3f} % of a processor (goal 0.1)")


if __name__ == "__main__":
    main()
