"""The points that show a part of a curve: samples where few, extremes of columns where many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.plot.rendering import finite_range, order_of, places_in
from datalab_kernel_interactive._extremes import BlockExtremes, known
from datalab_kernel_interactive._paths import LongPath

if TYPE_CHECKING:
    from datalab_kernel.plot import Curve

Array = np.ndarray[Any, Any]
Range = tuple[float, float]
ENOUGH_TO_REDUCE = 4
"""Samples for each column of pixels from which on a curve is shown by extremes."""
GAP_REACH = 2
MANY_GAPS = 0.25
STANDS_OUT = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """A part of a curve, as float64 arrays of one length; NaN interrupts the line.

    ``low`` and ``high`` are the ends of the errors where the samples aren't shown one by one.
    """

    x: Array
    y: Array
    x_error: Array | None = None
    y_error: Array | None = None
    low: Array | None = None
    high: Array | None = None
    is_reduced: bool = False


class CurveData:
    """What answers for each part of a curve; it holds the curve's arrays, and no copy.

    Parameters
    ----------
    curve
        The curve.
    is_log_x
        Whether columns of pixels are equally wide in the logarithm of x.

    Attributes
    ----------
    is_sorted
        Whether x never turns back: else columns of pixels aren't ranges of samples.
    is_turned
        Whether x descends; the points come in ascending order of x all the same.
    """

    def __init__(self, curve: Curve, *, is_log_x: bool = False) -> None:
        order = order_of(curve.x)
        self.is_sorted = order is not None
        self.is_turned = order == "descending"
        self._curve = _turned(curve) if self.is_turned else curve
        self._is_log_x = is_log_x
        self.size = len(curve.y)

    @cached_property
    def _extremes(self) -> BlockExtremes:
        read = self._curve.y.__getitem__
        return BlockExtremes(self.size, read, read)

    @cached_property
    def _ends(self) -> BlockExtremes:
        """The extremes of the errors' ends."""
        y, error = self._curve.y, self._curve.y_error
        if error is None:
            return self._extremes
        return BlockExtremes(self.size, lambda at: y[at] - error[at], lambda at: y[at] + error[at])

    @cached_property
    def _path(self) -> LongPath:
        return LongPath(self._curve.x, self._curve.y)

    def x_range(self) -> Range | None:
        """Return the least and the greatest x that can be shown."""
        return self._range(self._curve.x, is_positive=self._is_log_x)

    def y_range(self, *, is_positive: bool) -> Range | None:
        """Return the least and the greatest y that can be shown, errors included."""
        if not is_positive and self.size:
            found = self._ends.over(np.array([0, self.size]))
            known = float(found.low[0]), float(found.high[0])
            return None if np.isnan(known[0]) else known
        return self._range(self._curve.y, is_positive=is_positive)

    def _range(self, values: Array, *, is_positive: bool) -> Range | None:
        if self.size and values is self._curve.x and not is_positive and self.is_sorted:
            return float(values[0]), float(values[-1])
        return finite_range(values, is_positive=is_positive)

    def over(self, x_view: Range, y_view: Range, columns: int) -> Points:
        """Return the points that show what lies in a view.

        Parameters
        ----------
        x_view, y_view
            The part of the axes that is seen, as low and high ends. A curve whose x is
            sorted is shown in its whole height, so that only x counts.
        columns
            How many columns of pixels the view has.
        """
        if self.size <= ENOUGH_TO_REDUCE * columns:
            return self._samples(0, self.size)
        if not self.is_sorted:
            x, y, is_reduced = self._path.over(x_view, y_view)
            return Points(x=x, y=y, is_reduced=is_reduced)
        x = self._curve.x
        least = np.nextafter(0, 1) if self._is_log_x else -np.inf
        low, high = max(x_view[0], least), max(x_view[1], least)
        before, positive = places_in(x, np.array([low, least])).tolist()
        first = max(before - 1, positive)
        (behind,) = places_in(x, np.array([high]), is_after=True).tolist()
        last = min(behind + 1, self.size)
        if last - first <= ENOUGH_TO_REDUCE * columns:
            return self._samples(first, last)
        return self._columns(first, last, columns)

    def _samples(self, first: int, last: int) -> Points:
        curve, part = self._curve, slice(first, last)
        errors = (curve.x_error, curve.y_error)
        x_error, y_error = (None if error is None else known(error[part]) for error in errors)
        return Points(
            x=known(curve.x[part]), y=known(curve.y[part]), x_error=x_error, y_error=y_error
        )

    def _columns(self, first: int, last: int, columns: int) -> Points:
        x = self._curve.x
        space = np.geomspace if self._is_log_x else np.linspace
        edges = space(float(x[first]), float(x[last - 1]), columns + 1)
        bounds = np.clip(places_in(x, edges), first, last)
        bounds[0], bounds[-1] = first, last
        bounds = np.unique(bounds)
        found = self._extremes.over(bounds)
        places = np.stack([x[bounds[:-1]], x[bounds[1:] - 1]], axis=1).ravel()
        low, high = found.low, found.high
        if self._curve.style == "sticks":
            low, high = np.minimum(low, 0), np.maximum(high, 0)
        if found.has_gap.any():
            low, high = interrupted(low, high, found.has_gap)
        levels = np.stack([low, high], axis=1)
        falls = ~rises(low, high)
        levels[falls] = levels[falls, ::-1]
        band: dict[str, Array] = {}
        if self._curve.y_error is not None:
            ends_of_errors = self._ends.over(bounds)
            band = {
                "low": np.repeat(np.where(np.isnan(low), np.nan, ends_of_errors.low), 2),
                "high": np.repeat(np.where(np.isnan(low), np.nan, ends_of_errors.high), 2),
            }
        return Points(x=places.astype(float), y=levels.ravel(), is_reduced=True, **band)


def _turned(curve: Curve) -> Curve:
    """Return the curve from its end to its begin; its arrays are views."""
    errors = (curve.x_error, curve.y_error)
    x_error, y_error = (None if error is None else error[::-1] for error in errors)
    return replace(curve, x=curve.x[::-1], y=curve.y[::-1], x_error=x_error, y_error=y_error)


def rises(low: Array, high: Array) -> Array:
    """Say of each column whether the line goes up there, as far as its neighbours tell.

    Examples
    --------
    >>> level = np.array([0.0, 1, 2, 1, 0])
    >>> rises(level, level).tolist()
    [True, True, True, False, False]
    """
    middle = np.nan_to_num(low / 2 + high / 2)
    before, after = np.append(middle[:1], middle[:-1]), np.append(middle[1:], middle[-1:])
    return after >= before


def interrupted(low: Array, high: Array, has_gap: Array) -> tuple[Array, Array]:
    """Leave out columns around missing values, so that the gap is seen.

    What stands out beside a gap is kept. Where values are missing nearly everywhere, only
    columns without any value interrupt the line.

    Examples
    --------
    >>> low, high = np.zeros(22), np.ones(22)
    >>> has_gap = np.arange(22) == 11
    >>> np.flatnonzero(np.isnan(interrupted(low, high, has_gap)[0])).tolist()
    [9, 10, 11, 12, 13]
    """
    near = np.convolve(has_gap, np.ones(2 * GAP_REACH + 1), "full")[GAP_REACH:-GAP_REACH] > 0
    kept = np.flatnonzero(~near)
    if kept.size == 0 or near.mean() > MANY_GAPS:
        return low, high
    after = np.searchsorted(kept, np.arange(len(low)))
    left, right = kept[np.maximum(after - 1, 0)], kept[np.minimum(after, kept.size - 1)]
    floor, ceiling = np.fmin(low[left], low[right]), np.fmax(high[left], high[right])
    margin = STANDS_OUT * (np.nanmax(high) - np.nanmin(low)) + (ceiling - floor) / 2
    is_dropped = near & ~((low < floor - margin) | (high > ceiling + margin))
    return np.where(is_dropped, np.nan, low), np.where(is_dropped, np.nan, high)
