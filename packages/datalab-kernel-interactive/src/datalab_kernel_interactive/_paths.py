"""Long curves whose x isn't sorted, such as loops: true samples of each part that is seen.

Samples are reduced along the curve, not by columns of pixels: of each run of samples, those
with the least and the greatest x and y stay. What is seen is refined run by run.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Range = tuple[float, float]
RUN = 256
FACTOR = 8
MOST_POINTS = 40_000
EXTREMES = 4


class LongPath:
    """A line through many points in any order.

    Parameters
    ----------
    x, y
        Positions and values, of shape ``(n,)``.

    Examples
    --------
    >>> angle = np.linspace(0, 20 * np.pi, 100_000)
    >>> x, y, is_reduced = LongPath(np.cos(angle), np.sin(angle)).over((-1, 1), (-1, 1))
    >>> is_reduced, len(x) <= MOST_POINTS, float(x.min().round(3)), float(y.max().round(3))
    (True, True, -1.0, 1.0)
    """

    def __init__(self, x: Array, y: Array) -> None:
        self._x, self._y = x, y

    @cached_property
    def _levels(self) -> list[tuple[int, Array]]:
        """Lengths of runs with their extremes' indices, ``(runs, 4)`` each, from fine to coarse."""
        whole = -(-len(self._x) // RUN)
        fine = np.empty((whole, EXTREMES), dtype=np.intp)
        for run in range(0, whole, RUN):
            stop = min((run + RUN) * RUN, len(self._x))
            fine[run : run + RUN] = self._extremes(_in_runs(np.arange(run * RUN, stop), RUN))
        levels = [(RUN, fine)]
        while levels[-1][1].size > MOST_POINTS:
            length, indices = levels[-1]
            runs = _in_runs(indices.ravel(), FACTOR * EXTREMES)
            levels.append((length * FACTOR, self._extremes(runs)))
        return levels

    def _extremes(self, runs: Array) -> Array:
        """Return which of the samples of each run are extreme, in the curve's order."""
        rows = np.arange(len(runs))
        found = []
        for values in (self._x[runs], self._y[runs]):
            clean = values.astype(float)
            for sign in (1, -1):
                ranked = np.where(np.isfinite(clean), sign * clean, np.inf)
                found.append(runs[rows, np.argmin(ranked, axis=1)])
        return np.sort(np.stack(found, axis=1), axis=1)

    def over(self, x_view: Range, y_view: Range) -> tuple[Array, Array, bool]:
        """Return the points of the parts that are seen, and whether some were left out."""
        runs = self._seen(*self._levels[0], x_view, y_view)
        if len(runs) * RUN <= MOST_POINTS:
            return *self._samples(runs), False
        for length, indices in self._levels:
            runs = self._seen(length, indices, x_view, y_view)
            if len(runs) * EXTREMES <= MOST_POINTS:
                break
        return *self._joined(indices[runs], runs), True

    def _seen(self, length: int, indices: Array, x_view: Range, y_view: Range) -> Array:
        """Return the runs whose bounding box, up to the next run's begin, meets the view."""
        is_seen = np.ones(len(indices), dtype=bool)
        begins = np.arange(1, len(indices)) * length
        for values, (low, high) in ((self._x, x_view), (self._y, y_view)):
            box = values[indices].astype(float)
            least, most = np.fmin.reduce(box, axis=1), np.fmax.reduce(box, axis=1)
            least[:-1] = np.fmin(least[:-1], values[begins])
            most[:-1] = np.fmax(most[:-1], values[begins])
            is_seen &= (most >= low) & (least <= high)
        return np.flatnonzero(is_seen)

    def _samples(self, runs: Array) -> tuple[Array, Array]:
        places = runs[:, None] * RUN + np.arange(RUN + 1)
        return self._joined(np.minimum(places, len(self._x) - 1), runs)

    def _joined(self, indices: Array, runs: Array) -> tuple[Array, Array]:
        """Return the points of some runs as one line, interrupted where runs are left out."""
        if not len(runs):
            return np.empty(0), np.empty(0)
        is_last = np.append(np.diff(runs) > 1, False)
        kept = np.ones((len(runs), indices.shape[1] + 1), dtype=bool)
        kept[:, -1] = is_last
        ends = np.full((len(runs), 1), np.nan)
        x, y = (
            np.hstack([values[indices].astype(float), ends])[kept] for values in (self._x, self._y)
        )
        is_known = np.isfinite(x) & np.isfinite(y)
        return np.where(is_known, x, np.nan), np.where(is_known, y, np.nan)


def _in_runs(indices: Array, length: int) -> Array:
    """Divide indices into rows of one length, the last one filled up with its last index."""
    missing = -len(indices) % length
    filled = np.append(indices, np.full(missing, indices[-1]))
    return filled.reshape(-1, length)
