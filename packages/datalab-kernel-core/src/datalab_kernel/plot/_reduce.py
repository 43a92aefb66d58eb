"""Showing more samples than pixels: nothing that a person could see is lost."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
CHUNK = 1 << 20


def is_sorted(x: Array) -> bool:
    """Say whether x never decreases (NaN counts as unsorted); memory stays bounded."""
    for start in range(0, len(x) - 1, CHUNK):
        part = x[start : start + CHUNK + 1]
        if not (part[1:] >= part[:-1]).all():
            return False
    return True


def min_max(x: Array, y: Array, bins: int) -> tuple[Array, Array]:
    """Keep the least and the greatest value of each bin, and where values are missing.

    Parameters
    ----------
    x, y
        Sorted positions and values, of shape ``(n,)``.
    bins
        How many bins of equally many samples.

    Returns
    -------
    x, y
        At most ``3 * bins + 3`` points: spikes of one sample are among them, and a bin
        with a NaN ends in one, so that the line is interrupted there.
    """
    width = len(y) // bins
    if width <= 2:  # noqa: PLR2004 - two points a bin are kept anyway
        return x, y
    whole = width * bins
    blocks = y[:whole].reshape(bins, width)
    low, high = blocks.min(axis=1), blocks.max(axis=1)
    has_gap = np.isnan(low)
    if has_gap.any():
        low[has_gap], high[has_gap] = _ignoring_nan(blocks[has_gap])
    points = np.full((bins, 3), np.nan)
    points[:, 0], points[:, 1] = low, high
    places = np.repeat(x[:whole:width].astype(float)[:, None], 3, axis=1)
    places[:, 1:] += ((x[width - 1 : whole : width] - x[:whole:width]) / 2)[:, None]
    keep = np.ones((bins, 3), dtype=bool)
    keep[:, 2] = has_gap
    rest = slice(whole, None)
    return (
        np.concatenate([places[keep], x[rest]]),
        np.concatenate([points[keep], y[rest]]),
    )


def _ignoring_nan(blocks: Array) -> tuple[Array, Array]:
    is_missing = np.isnan(blocks)
    low = np.where(is_missing, np.inf, blocks).min(axis=1)
    high = np.where(is_missing, -np.inf, blocks).max(axis=1)
    nothing = is_missing.all(axis=1)
    low[nothing] = high[nothing] = np.nan
    return low, high


def area_mean(data: Array, rows: int, columns: int) -> Array:
    """Average an image's pixels over areas, to at most ``(rows, columns)``; NaN spreads.

    Masked pixels count as missing.
    """
    if np.ma.isMaskedArray(data):
        data = np.ma.filled(data.astype(float), np.nan)
    for axis, wanted in ((0, rows), (1, columns)):
        size = data.shape[axis]
        if size > wanted:
            starts = (np.arange(wanted) * size) // wanted
            counts = np.diff(np.append(starts, size))
            sums = np.add.reduceat(data, starts, axis=axis, dtype=float)
            data = sums / (counts[:, None] if axis == 0 else counts)
    return data
