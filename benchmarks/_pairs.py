"""Ratios of two times, measured in interleaved pairs so that a busy machine slows both alike.

Numpy only; every benchmark here uses it.
"""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

RESAMPLINGS = 2000


@dataclass(frozen=True, slots=True)
class Ratio:
    """Our time over the reference's: the median of the pairs and its 95 % bootstrap interval.

    ``ours_s`` and ``reference_s`` are the medians of the times themselves, in seconds.
    """

    median: float
    low: float
    high: float
    pairs: int
    ours_s: float
    reference_s: float

    def __str__(self) -> str:
        """Give median and interval in one line."""
        return f"{self.median:6.2f} [{self.low:.2f}, {self.high:.2f}]"


def print_rows(rows: Iterable[tuple[str, Ratio, float]]) -> None:
    """Print each ratio with its goal, and whether it was reached."""
    for name, ratio, goal in rows:
        reached = "reached" if ratio.low <= goal else "NOT reached"
        print(f"{name:50} {ratio}  goal {goal:.2f}  {reached}", flush=True)


def compare(ours: Callable[[], object], reference: Callable[[], object], pairs: int = 20) -> Ratio:
    """Time two callables in turn; what they return is thrown away outside the clock."""
    return compare_times(lambda: _timed_s(ours), lambda: _timed_s(reference), pairs=pairs)


def compare_times(
    ours_s: Callable[[], float], reference_s: Callable[[], float], pairs: int = 20
) -> Ratio:
    """Compare two callables that measure themselves, in turn; each returns seconds.

    The first of a pair changes from pair to pair; one pair beforehand warms both up.
    """
    ours_s(), reference_s()
    times = np.empty((pairs, 2))
    for number in range(pairs):
        if number % 2:
            times[number] = ours_s(), reference_s()
        else:
            times[number, 1], times[number, 0] = reference_s(), ours_s()
    ratios = times[:, 0] / times[:, 1]
    picks = np.random.default_rng(0).integers(pairs, size=(RESAMPLINGS, pairs))
    low, high = np.quantile(np.median(ratios[picks], axis=1), [0.025, 0.975])
    ours, reference = np.median(times, axis=0)
    return Ratio(
        float(np.median(ratios)), float(low), float(high), pairs, float(ours), float(reference)
    )


def processor_s(function: Callable[[], object]) -> float:
    """Return how long the processor was busy with a call, in all threads."""
    return _timed_s(function, time.process_time)


def wall_s(function: Callable[[], object]) -> float:
    """Return how long a call took."""
    return _timed_s(function)


def _timed_s(
    function: Callable[[], object], clock_s: Callable[[], float] = time.perf_counter
) -> float:
    gc.collect()  # what the other one left behind is not on this one's clock
    began = clock_s()
    result = function()
    elapsed_s = clock_s() - began
    del result
    return elapsed_s
