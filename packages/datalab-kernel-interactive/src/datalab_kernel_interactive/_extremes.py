"""Least and greatest values of any ranges of a long array, in milliseconds. Pure numpy.

One pass over the data keeps the extremes of each block of 256 samples, which is about one
percent of float64 data. A range is then answered exactly from whole blocks and the samples
at its two ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Read = Callable[[Any], Array]
BLOCK = 256
CHUNK = 256 * BLOCK
FEW = 1 << 20
"""Samples that are looked at one by one: that takes a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Extremes:
    """What is known of each of several ranges, as arrays of shape ``(ranges,)``.

    ``low`` and ``high`` are float64, NaN where a range has no finite value; ``has_gap`` says
    that values are missing in it: NaN or infinite ones.
    """

    low: Array
    high: Array
    has_gap: Array


class BlockExtremes:
    """The extremes of ranges of samples.

    Parameters
    ----------
    size
        Number of samples.
    low, high
        Return the values for a slice or an array of indices: the same ones, or the lower and
        the upper end of each sample's error.

    Examples
    --------
    >>> y = np.sin(np.arange(10_000.0))
    >>> found = BlockExtremes(y.size, y.__getitem__, y.__getitem__).over(np.array([0, 4, 10_000]))
    >>> found.low.round(3).tolist(), found.high.round(3).tolist()
    ([0.0, -1.0], [0.909, 1.0])
    """

    def __init__(self, size: int, low: Read, high: Read) -> None:
        self._read_low, self._read_high = low, high
        self._is_one = low is high
        whole = size // BLOCK
        self.size = size
        self._low = np.empty(whole, low(slice(0, 0)).dtype)
        self._high = np.empty(whole, high(slice(0, 0)).dtype)
        self._has_gap = np.zeros(whole, dtype=bool)
        for start in range(0, whole * BLOCK, CHUNK):
            stop = min(start + CHUNK, whole * BLOCK)
            blocks = slice(start // BLOCK, stop // BLOCK)
            part = slice(start, stop)
            self._low[blocks], low_gap = _reduced(np.minimum, low(part))
            self._high[blocks], high_gap = _reduced(np.maximum, high(part))
            self._has_gap[blocks] = low_gap | high_gap

    @property
    def size_bytes(self) -> int:
        """Memory that the blocks take."""
        return self._low.nbytes + self._high.nbytes + self._has_gap.nbytes

    def over(self, bounds: Array) -> Extremes:
        """Return the extremes of the samples between neighbouring bounds.

        Parameters
        ----------
        bounds
            Indices of shape ``(ranges + 1,)``, never decreasing, from 0 to the number of
            samples. Nothing between two equal ones: NaN, and no gap.
        """
        bounds = np.asarray(bounds, dtype=np.intp)
        starts, stops = bounds[:-1], bounds[1:]
        if bounds[-1] - bounds[0] <= FEW:
            return self._samples(starts, stops)
        first = -(-starts // BLOCK)
        last = np.maximum(stops // BLOCK, first)
        heads = self._samples(starts, np.minimum(first * BLOCK, stops))
        tails = self._samples(np.maximum(last * BLOCK, starts), stops)
        whole = self._blocks(first, last)
        parts = (heads, whole, tails)
        return Extremes(
            np.fmin.reduce([part.low for part in parts]),
            np.fmax.reduce([part.high for part in parts]),
            np.logical_or.reduce([part.has_gap for part in parts]),
        )

    def _blocks(self, first: Array, last: Array) -> Extremes:
        found = _nothing(len(first))
        used = np.flatnonzero(last > first)
        if used.size:
            pairs = np.stack([first[used], last[used]], axis=1).ravel()
            end = pairs[-1]
            pairs = pairs[:-1]  # the last range goes to the end
            found.low[used] = np.fmin.reduceat(self._low[:end], pairs)[::2]
            found.high[used] = np.fmax.reduceat(self._high[:end], pairs)[::2]
            found.has_gap[used] = np.logical_or.reduceat(self._has_gap[:end], pairs)[::2]
        return found

    def _samples(self, starts: Array, stops: Array) -> Extremes:
        found = _nothing(len(starts))
        lengths = np.maximum(stops - starts, 0)
        used = np.flatnonzero(lengths)
        if used.size:
            lengths, starts = lengths[used], starts[used]
            places = np.cumsum(lengths) - lengths
            key = _key(starts, lengths, places)
            low = known(self._read_low(key))
            high = low if self._is_one else known(self._read_high(key))
            found.low[used] = np.fmin.reduceat(low, places)
            found.high[used] = np.fmax.reduceat(high, places)
            found.has_gap[used] = np.logical_or.reduceat(np.isnan(low) | np.isnan(high), places)
        return found


def _key(starts: Array, lengths: Array, places: Array) -> Any:
    """Return what takes all the ranges' samples, one range after another."""
    if (starts[1:] == starts[:-1] + lengths[:-1]).all():
        return slice(int(starts[0]), int(starts[-1] + lengths[-1]))
    return np.repeat(starts - places, lengths) + np.arange(int(lengths.sum()))


def _nothing(count: int) -> Extremes:
    return Extremes(np.full(count, np.nan), np.full(count, np.nan), np.zeros(count, dtype=bool))


def known(values: Array) -> Array:
    """Return float64 values, NaN for those that are infinite."""
    found = values.astype(float)
    found[~np.isfinite(found)] = np.nan
    return found


def _reduced(extreme: np.ufunc, values: Array) -> tuple[Array, Array]:
    """Return each block's extreme value, and which blocks have values that are missing."""
    blocks = values.reshape(-1, BLOCK)
    found: Array = extreme.reduce(blocks, axis=1)
    if values.dtype.kind != "f":
        return found, np.zeros(len(found), dtype=bool)
    has_gap = ~np.isfinite(found)  # an infinite value of the other sign is the other extreme's
    if has_gap.any():
        with_gap = blocks[has_gap]
        known = np.where(np.isfinite(with_gap), with_gap, np.nan)
        least = np.fmin if extreme is np.minimum else np.fmax
        found[has_gap] = least.reduce(known, axis=1)
    return found, has_gap
