"""What looking for notes adds to the computations that are looked at.

    python benchmarks/calc_notes.py [pairs]

Figures of issue 18: at most 2 % of the processor time of ``workspace.calc`` with the function. Each
row takes both in turn, on data that are harmless (all of what is looked at has to be looked at)
and, where that costs more, on data that aren't.
"""

from __future__ import annotations

import sys
import time
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np

from _pairs import compare_times, print_rows
from datalab_kernel import Workspace
from datalab_kernel.compute import _jobs
from datalab_kernel.compute.notes import notes_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from _pairs import Ratio
    from datalab_kernel import Note
    from datalab_kernel.compute.notes import Computed

PART = 0.02
CHANCE = np.random.default_rng(0)
SIDE, SAMPLES = 1024, 1_000_000


def measured() -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Give functions with their parameters and what they are computed of."""
    x = np.linspace(-5.0, 5.0, SAMPLES)
    peak = np.exp(-(x**2) / 2)
    small = np.linspace(-5.0, 5.0, 1001)
    noise = CHANCE.normal(size=SAMPLES)
    yy, xx = np.mgrid[:SIDE, :SIDE] / SIDE
    spot = 100 * np.exp(-((xx - 0.6) ** 2 + (yy - 0.4) ** 2) / 0.01)
    counts = CHANCE.integers(0, 50, (SIDE, SIDE)).astype(np.uint8)
    yield "fwhm", {}, (small, np.exp(-(small**2) / 2))
    yield "fwhm", {}, (x, peak)
    yield "fwhm", {}, (x, peak + 1)
    yield "extract_peak_positions", {"threshold": 50.0}, (x, peak)
    yield "extract_peak_positions", {}, (x, peak + 0.01 * noise)
    yield "lowpass", {}, (x, peak)
    yield "moving_average", {"n": 5}, (x, peak)
    yield "absolute", {}, (x, peak)
    yield "normalize", {}, (x, peak)
    yield "resampling", {"xmin": -6.0, "xmax": 5.0, "nbpts": SAMPLES}, (x, peak)
    yield "psd", {}, (x, noise)
    yield "binning", {}, counts
    yield "binning", {}, counts * 5
    yield "sobel", {}, counts
    yield "gaussian_filter", {}, spot
    yield "normalize", {}, spot
    yield "centroid", {}, spot
    yield "centroid", {}, spot + 10
    yield "resampling", {}, spot


class Clock:
    """Adds up the processor time that looking for notes takes."""

    def __init__(self) -> None:
        self.spent_s = 0.0

    def notes_on(self, computed: Computed) -> tuple[Note, ...]:
        """Look for notes, with the clock running."""
        began = time.thread_time()
        found = notes_on(computed)
        self.spent_s += time.thread_time() - began
        return found


def rows(pairs: int) -> Iterator[tuple[str, Ratio, float]]:
    """Compare the time of looking with a part of the time of a whole call."""
    workspace = Workspace("standalone")
    clock = Clock()
    for function, parameters, data in measured():
        workspace.add("a", data, overwrite=True)
        call = partial(workspace.calc, function, on="a", store=False, **parameters)

        def looking_s(call: Callable[[], object] = call) -> float:
            clock.spent_s = 0.0
            call()
            return clock.spent_s

        def part_of_whole_s(call: Callable[[], object] = call) -> float:
            began = time.process_time()
            call()
            return PART * (time.process_time() - began)

        with mock.patch.object(_jobs, "notes_on", clock.notes_on):
            ratio = compare_times(looking_s, part_of_whole_s, pairs)
        yield f"notes on {function} ({np.shape(data)[-1]:,}) / 2 % of the call", ratio, 1.0


def main() -> None:
    """Print each ratio with its goal."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    warnings.simplefilter("ignore")
    print_rows(rows(pairs))


if __name__ == "__main__":
    main()
