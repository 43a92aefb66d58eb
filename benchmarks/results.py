"""How long ``workspace.results()`` takes for each of 2,000 tables and geometry.

    python benchmarks/results.py [times]

A figure of issue 21: at most 0.1 ms of processor time each. Half are tables of statistics, half are
segments of ``fwhm``, of 1,000 signals.
"""

from __future__ import annotations

import sys
import time
import warnings

import numpy as np

from datalab_kernel import Workspace

SIGNALS, GOAL_MS = 1000, 0.1


def main() -> None:
    """Print the time of each table: the median of several calls, the least and the greatest."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    x = np.linspace(0.0, 1.0, 200)
    workspace = Workspace("standalone")
    workspace.add(
        {f"s{n}": (x, (1 + n) * np.exp(-(((x - 0.5) / 0.1) ** 2))) for n in range(SIGNALS)}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for function in ("stats", "fwhm"):
            workspace.calc(function, on="s*")
    taken_ms = []
    for _ in range(times):
        began = time.process_time()
        rows = len(workspace.results())
        taken_ms.append(1000 * (time.process_time() - began) / rows)
    median = float(np.median(taken_ms))
    reached = "reached" if min(taken_ms) <= GOAL_MS else "NOT reached"
    least, greatest = min(taken_ms), max(taken_ms)
    row = f"results() of {rows:,} tables, each"
    print(f"{row:50} {median:.3f} ms [{least:.3f}, {greatest:.3f}]  goal {GOAL_MS} ms  {reached}")


if __name__ == "__main__":
    main()
