"""Showing more samples than pixels: nothing that a person could see is lost. Pure numpy."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
CHUNK = 1 << 18
GAP_REACH = 3
"""Columns on each side of a missing value that are left out, so that the gap is seen."""
MANY_GAPS = 0.25
"""Share of columns near a gap from which on gaps are no longer shown one by one."""
STANDS_OUT = 0.01
"""Share of the whole range by which a value beside a gap must stand out to be kept."""


def is_sorted(x: Array) -> bool:
    """Say whether x never decreases (NaN counts as unsorted); memory stays bounded."""
    for start in range(0, len(x) - 1, CHUNK):
        part = x[start : start + CHUNK + 1]
        if not (part[1:] >= part[:-1]).all():
            return False
    return True


def min_max(x: Array, y: Array, edges: Array) -> tuple[Array, Array]:
    """Keep the least and the greatest value of each column of pixels.

    Parameters
    ----------
    x, y
        Sorted positions and real values, of shape ``(n,)``.
    edges
        Where columns begin and end, of shape ``(columns + 1,)``, increasing. What lies
        outside is left out.

    Returns
    -------
    x, y
        Two points for each column that has samples, as one line: up in one column, down
        in the next. Spikes of one sample are among them. Where values are missing (NaN),
        the line is interrupted for at least seven columns, unless what lies there stands
        out; where they are missing nearly everywhere, only columns without any value
        interrupt it.

    Examples
    --------
    >>> x, y = min_max(np.arange(6.0), np.array([0, 9, 1, 2, -5, 3.0]), np.array([0, 3, 6.0]))
    >>> x.tolist(), y.tolist()
    ([1.0, 1.0, 4.0, 4.0], [0.0, 9.0, 3.0, -5.0])
    """
    starts = np.append(np.searchsorted(x, edges[:-1]), np.searchsorted(x, edges[-1], side="right"))
    columns = np.flatnonzero(starts[1:] > starts[:-1])
    if columns.size == 0:
        return x[:0], y[:0]
    first, end = starts[columns], starts[-1]
    low, high = _extremes(y[:end], first)
    if np.isnan(low).any():
        low, high = _interrupt(y[:end], first, columns, low)
    last = np.append(first[1:], end) - 1
    places = x[first] / 2 + x[last] / 2
    levels = np.stack([low, high], axis=1)
    levels[1::2] = levels[1::2, ::-1]
    return np.repeat(places, 2), levels.ravel()


def _extremes(y: Array, first: Array) -> tuple[Array, Array]:
    return np.minimum.reduceat(y, first), np.maximum.reduceat(y, first)


def _interrupt(y: Array, first: Array, columns: Array, marked: Array) -> tuple[Array, Array]:
    """Return each column's least and greatest value, NaN where the line is interrupted."""
    low, high = np.fmin.reduceat(y, first), np.fmax.reduceat(y, first)
    has_gap = np.isnan(marked)
    near = np.zeros(columns[-1] + 1, dtype=bool)
    for step in range(-GAP_REACH, GAP_REACH + 1):
        near[np.clip(columns[has_gap] + step, 0, columns[-1])] = True
    is_near = near[columns]
    kept = np.flatnonzero(~is_near)
    if kept.size == 0 or is_near.mean() > MANY_GAPS:
        return low, high
    after = np.searchsorted(kept, np.arange(len(low)))
    left, right = kept[np.maximum(after - 1, 0)], kept[np.minimum(after, kept.size - 1)]
    floor, ceiling = np.fmin(low[left], low[right]), np.fmax(high[left], high[right])
    margin = STANDS_OUT * (np.nanmax(high) - np.nanmin(low)) + (ceiling - floor) / 2
    is_dropped = is_near & ~((low < floor - margin) | (high > ceiling + margin))
    return np.where(is_dropped, np.nan, low), np.where(is_dropped, np.nan, high)


def crossings(x: Array, y: Array) -> float:
    """Return how often a line through ``(x, y)`` goes across all that it spans.

    Examples
    --------
    >>> crossings(np.array([0, 1, 0, 1.0]), np.array([0, 0, 2, 2.0]))
    4.0
    """
    return sum(_length(values) for values in (x, y))


def _length(values: Array) -> float:
    known = values[np.isfinite(values)]
    if known.size < 2 or not (span := float(known.max() / 2 - known.min() / 2)):  # noqa: PLR2004
        return 0.0
    with np.errstate(over="ignore"):
        return float(np.abs(np.diff(known / 2)).sum(dtype=float)) / span


def block_starts(size: int, wanted: int) -> Array:
    """Return where blocks begin that divide ``size`` pixels into at most ``wanted``.

    Examples
    --------
    >>> block_starts(6, 3), block_starts(2, 3)
    (array([0, 2, 4]), array([0, 1]))
    """
    count = min(size, wanted)
    return (np.arange(count) * size) // max(count, 1)


def area_mean(data: Array, row_starts: Array, column_starts: Array) -> Array:
    """Average an image's pixels over blocks.

    Parameters
    ----------
    data
        Real or bool pixels of shape ``(ny, nx)``; masked ones count as missing, like NaN.
    row_starts, column_starts
        Where blocks begin, as :func:`block_starts` says.

    Returns
    -------
    ndarray of float
        Means of what isn't missing; NaN where more than half of a block is.
    """
    ends = np.append(row_starts[1:], data.shape[0])
    widths = np.diff(np.append(column_starts, data.shape[1]))
    means = np.empty((len(row_starts), len(column_starts)))
    for row, (start, end) in enumerate(zip(row_starts, ends, strict=True)):
        block = data[start:end]
        is_missing = np.ma.getmaskarray(block) if np.ma.isMaskedArray(block) else None
        sums = np.sum(np.ma.getdata(block), axis=0, dtype=float)
        if is_missing is not None or np.isnan(sums).any():
            means[row] = _mean_of_known(block, column_starts, widths)
        else:
            means[row] = np.add.reduceat(sums, column_starts) / (widths * (end - start))
    return means


def _mean_of_known(block: Array, column_starts: Array, widths: Array) -> Array:
    values = np.ma.filled(block.astype(float), np.nan)
    is_known = ~np.isnan(values)
    sums = np.add.reduceat(np.where(is_known, values, 0).sum(axis=0), column_starts)
    counts = np.add.reduceat(is_known.sum(axis=0), column_starts)
    is_enough = 2 * counts >= widths * len(values)
    return np.where(is_enough & (counts > 0), sums / np.maximum(counts, 1), np.nan)


def finite_range(data: Array) -> tuple[float, float] | None:
    """Return an image's least and greatest finite value, None where there is none."""
    if data.size == 0:
        return None
    with np.errstate(invalid="ignore"):
        low, high = float(np.ma.min(data)), float(np.ma.max(data))
    if np.isfinite(low) and np.isfinite(high):
        return low, high
    known = np.ma.compressed(np.ma.masked_invalid(data))
    return (float(known.min()), float(known.max())) if known.size else None
