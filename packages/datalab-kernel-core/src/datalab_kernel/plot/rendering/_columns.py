"""A long line by columns of pixels: the least and the greatest value of each. Pure numpy.

For samples in the order of x, ascending or descending. What is drawn of others is
:mod:`._scribble`'s.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from datalab_kernel.plot.rendering._finite import finite_range
from datalab_kernel.plot.rendering._ordered import places_in

Array = np.ndarray[Any, Any]
CHUNK = 1 << 18
GAP_REACH = 3
"""Columns on each side of a missing value that are left out, so that the gap is seen."""
MANY_GAPS = 0.25
"""Share of columns near a gap from which on gaps are no longer shown one by one."""
STANDS_OUT = 0.01
"""Share of the whole range by which a value beside a gap must stand out to be kept."""


def min_max(x: Array, y: Array, edges: Array) -> tuple[Array, Array]:
    """Keep the least and the greatest value of each column of pixels.

    Parameters
    ----------
    x, y
        Positions in ascending or descending order and real values, of shape ``(n,)``.
    edges
        Where columns begin and end, of shape ``(columns + 1,)``, in the direction of x. What
        lies outside is left out.

    Returns
    -------
    x, y
        Two points for each column that has samples, as one line: up in one column, down
        in the next; where columns are empty, also the samples from and to which the line
        crosses them. Spikes of one sample are among them. Where values are missing (NaN
        or infinite), the line is interrupted for at least seven columns, unless what lies
        there stands out; where they are missing nearly everywhere, only columns without any
        value interrupt it. A value that has nothing to draw a line to stands between NaN.

    Examples
    --------
    >>> x, y = min_max(np.arange(6.0), np.array([0, 9, 1, 2, -5, 3.0]), np.array([0, 3, 6.0]))
    >>> x.tolist(), y.tolist()
    ([0.0, 1.0, 1.0, 4.0, 4.0, 5.0], [0.0, 0.0, 9.0, 3.0, -5.0, 3.0])
    """
    first, end, columns = divide(x, edges)
    if columns.size == 0:
        return x[:0], y[:0]
    low, high = _extremes(y, first, end)
    is_missing = ~(np.isfinite(low) & np.isfinite(high))
    last = np.append(first[1:], end) - 1
    is_dropped = np.zeros(len(columns), dtype=bool)
    if is_missing.any():
        for column in np.flatnonzero(is_missing):
            found = finite_range(y[first[column] : last[column] + 1])
            low[column], high[column] = found or (np.nan, np.nan)
        is_dropped = _beside_gaps(columns, is_missing, low, high)
    levels = np.stack([_known(y[first]), low, high, _known(y[last])], axis=1)
    levels[1::2, 1:3] = levels[1::2, 2:0:-1]
    levels[is_dropped] = np.nan
    levels[_without_neighbours(np.isnan(levels[:, 1])) & (low == high), 0::2] = np.nan
    middle = x[first] / 2 + x[last] / 2
    places = np.stack([x[first], middle, middle, x[last]], axis=1)
    is_jump = np.diff(columns) > 1
    is_kept = np.ones(levels.shape, dtype=bool)
    is_kept[:, 0], is_kept[:, 3] = np.append(True, is_jump), np.append(is_jump, True)
    return places[is_kept], levels[is_kept]


def band(y: Array, error: Array, first: Array, end: int) -> tuple[Array, Array]:
    """Return the least of ``y - error`` and the greatest of ``y + error`` of each column.

    Columns are as :func:`divide` says; NaN where a column has no value with an error.
    """
    low, high = np.full((2, len(first)), np.nan)
    ends = np.append(first[1:], end)
    for column, (start, stop) in enumerate(zip(first, ends, strict=True)):
        for begin in range(start, stop, CHUNK):
            part = slice(begin, min(begin + CHUNK, stop))
            low[column] = np.fmin(low[column], np.fmin.reduce(y[part] - error[part]))
            high[column] = np.fmax(high[column], np.fmax.reduce(y[part] + error[part]))
    return low, high


def divide(x: Array, edges: Array) -> tuple[Array, int, Array]:
    """Return where the samples of each column begin, where the last's end, and which it is.

    Columns without samples are left out.
    """
    starts = np.append(places_in(x, edges[:-1]), places_in(x, edges[-1:], is_after=True))
    columns = np.flatnonzero(starts[1:] > starts[:-1])
    return starts[columns], int(starts[-1]), columns


def _extremes(y: Array, first: Array, end: int) -> tuple[Array, Array]:
    """Return each column's least and greatest value as float, NaN where one is missing."""
    known = y[:end]
    low, high = np.minimum.reduceat(known, first), np.maximum.reduceat(known, first)
    return low.astype(float, copy=False), high.astype(float, copy=False)


def _known(values: Array) -> Array:
    return np.where(np.isfinite(values), values, np.nan)


def _beside_gaps(columns: Array, is_missing: Array, low: Array, high: Array) -> Array:
    """Say which columns are left out so that gaps are seen."""
    near = np.zeros(columns[-1] + 1, dtype=bool)
    for step in range(-GAP_REACH, GAP_REACH + 1):
        near[np.clip(columns[is_missing] + step, 0, columns[-1])] = True
    is_near: Array = near[columns]
    kept = np.flatnonzero(~is_near)
    if kept.size == 0 or is_near.mean() > MANY_GAPS:
        return np.zeros(len(columns), dtype=bool)
    after = np.searchsorted(kept, np.arange(len(low)))
    left, right = kept[np.maximum(after - 1, 0)], kept[np.minimum(after, kept.size - 1)]
    floor, ceiling = np.fmin(low[left], low[right]), np.fmax(high[left], high[right])
    span = np.nanmax(high) / 2 - np.nanmin(low) / 2  # in halves, which can't overflow
    margin = 2 * STANDS_OUT * span + (ceiling / 2 - floor / 2)
    found: Array = is_near & ~((low < floor - margin) | (high > ceiling + margin))
    return found


def _without_neighbours(is_nan: Array) -> Array:
    """Say which values have nothing before and behind them to draw a line to."""
    before, after = np.append(True, is_nan[:-1]), np.append(is_nan[1:], True)
    found: Array = ~is_nan & before & after
    return found
