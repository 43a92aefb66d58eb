"""What ``workspace.calc`` adds to calling Sigima's function, and what a second core gains.

    python benchmarks/calc.py [pairs]

Figures of issue 4. The reference of ``calc`` on a signal of 1M samples is Sigima's function
on the same signal, with a tenth of its time and one copy of the arrays on top; that of 200
images on two cores is the same on one.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np
import sigima.proc.signal as functions
from sigima.params import MovingAverageParam

from _pairs import Ratio, compare, compare_times, print_rows
from datalab_kernel import Workspace, create_signal

if TYPE_CHECKING:
    from collections.abc import Iterator

MILLION = 1_000_000
IMAGES, SIDE = 200, 512
CORES = "datalab_kernel.compute._pool.number_of_cores"


def overhead(pairs: int) -> Iterator[tuple[str, Ratio, float]]:
    """Compare calc with the bare function."""
    x = np.linspace(0.0, 1.0, MILLION)
    signal = create_signal("", x, np.sin(x))
    workspace = Workspace("standalone")
    workspace["a"] = signal
    param = MovingAverageParam.create(n=5)

    def bare_s() -> float:
        began = time.perf_counter()
        kept = functions.moving_average(signal, param)
        computed = time.perf_counter()
        kept.xydata.copy()
        return 1.1 * (computed - began) + (time.perf_counter() - computed)

    def calc_s() -> float:
        began = time.perf_counter()
        workspace.calc("moving_average", on="a", n=5)
        return time.perf_counter() - began

    yield "moving_average / 1.10 bare and a copy", compare_times(calc_s, bare_s, pairs), 1.0


def cores(pairs: int, images: int = IMAGES) -> Iterator[tuple[str, Ratio, float]]:
    """Compare two cores with one."""
    random = np.random.default_rng(0)
    workspace = Workspace("standalone")
    workspace.add({f"i{number}": random.random((SIDE, SIDE)) for number in range(images)})

    def run(number: int) -> None:
        with mock.patch(CORES, return_value=number):
            workspace.calc("gaussian_filter", on="i*", sigma=3, store=False)

    ratio = compare(lambda: run(2), lambda: run(1), pairs)
    yield f"gaussian_filter of {images} images: 2 cores / 1", ratio, 1 / 1.5


def main() -> None:
    """Print each ratio with its goal."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for rows in (overhead(pairs), cores(pairs)):
        print_rows(rows)


if __name__ == "__main__":
    main()
