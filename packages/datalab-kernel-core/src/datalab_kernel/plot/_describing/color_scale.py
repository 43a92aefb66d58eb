"""The colour scale of images: which map, from where to where, and what it says about that.

User's choices win, then what DataLab stored, then what the data are like: a map that is
centred on zero where both signs matter, and limits that a few outliers don't decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from datalab_kernel.plot._describing.texts import number
from datalab_kernel.plot._describing.values import extent
from datalab_kernel.plot._options import given

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = np.ndarray[Any, Any]
ValueRange = tuple[float | None, float | None]
Extend = Literal["neither", "min", "max", "both"]

DEFAULT_MAP = "viridis"
DIVERGING_MAP = "RdBu_r"
SAMPLE = 1 << 18
"""Values that are looked at, at most, to see what the data are like."""
SMALLER_SIDE = 0.1
"""Both signs matter if the smaller side has at least this share of the larger one."""
BULK = (0.5, 99.5)
"""Percentiles between which the bulk of the values lies."""
OUTLIER_MARGIN = 0.25
"""By how much of its width the bulk is widened on each side; what is beyond is far out."""
HIDDEN = 3.0
"""Outliers hide the rest if all values span this many times the widened bulk."""
FEW = 0.002
"""Share of the values up to which those far out are outliers, and not a part of the image."""
FEW_LEVELS = 32
"""Integers that span no more than this (labels, counts) are shown with all their levels."""
WITHOUT_OUTLIERS = "without outliers"
KEPT = "limits as the image keeps them"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColorScale:
    """How values become colours, and what the picture says about it."""

    cmap: Any = DEFAULT_MAP
    vmin: float | None = None
    vmax: float | None = None
    extend: Extend = "neither"
    note: str = ""


def default_map() -> str | None:
    """Return the user's own colour map: what rcParams say, where they were changed."""
    from matplotlib import rcParams, rcParamsDefault

    name = str(rcParams["image.cmap"])
    return None if name == rcParamsDefault["image.cmap"] else name


def color_scale(
    arrays: Sequence[Array],
    *,
    cmap: Any = None,
    asked: ValueRange = (None, None),
    kept: ValueRange = (None, None),
) -> ColorScale:
    """Choose the colour scale for one image, or for several in common.

    Parameters
    ----------
    arrays
        Real values, each of shape ``(ny, nx)``. NaN and infinite ones don't count.
    cmap
        The colour map that somebody chose; None for what the data ask for.
    asked
        Limits that were asked for; None on a side that is to be found.
    kept
        Limits that the image keeps, as DataLab shows it. They count if they have to do with
        its data: a result inherits those of its source.

    Returns
    -------
    ColorScale
        Limits are those of all values, unless few outliers would hide the rest: then
        ``note`` says what the values' range is, and ``extend`` on which side they go on.
        Values of both signs are shown by a diverging map centred on zero.

    Examples
    --------
    >>> scale = color_scale([np.array([[0.0, 5.0], [10.0, 2.0]])])
    >>> scale.cmap, scale.vmin, scale.vmax
    ('viridis', 0.0, 10.0)
    >>> scale = color_scale([np.array([[-4.0, 5.0]])])
    >>> scale.cmap, scale.vmin, scale.vmax
    ('RdBu_r', -5.0, 5.0)
    """
    chosen = given(cmap, default_map())
    data = extent(arrays)
    if data is None or all(array.dtype.kind == "b" for array in arrays):
        low, high = (None, None) if data is None else (0.0, 1.0)
        cmap = given(chosen, DEFAULT_MAP)
        return ColorScale(cmap=cmap, vmin=given(asked[0], low), vmax=given(asked[1], high))
    limits, note = _value_range(arrays, data, asked, kept)
    if chosen is None and not note.startswith(KEPT) and asked == (None, None):
        low, high = limits
        if low < 0 < high and min(-low, high) >= SMALLER_SIDE * max(-low, high):
            chosen, limits = DIVERGING_MAP, (-max(-low, high), max(-low, high))
    return ColorScale(
        cmap=given(chosen, DEFAULT_MAP),
        vmin=limits[0],
        vmax=limits[1],
        extend=_extend(is_below=data[0] < limits[0], is_above=data[1] > limits[1]),
        note=note,
    )


def _value_range(
    arrays: Sequence[Array], data: tuple[float, float], asked: ValueRange, kept: ValueRange
) -> tuple[tuple[float, float], str]:
    """Return the range of values that colours are spread over, and why it isn't the data's."""
    found, note = data, ""
    if None not in asked:
        found = data
    elif kept != (None, None) and _overlap(
        (given(kept[0], data[0]), given(kept[1], data[1])), data
    ):
        found, note = (given(kept[0], data[0]), given(kept[1], data[1])), KEPT
    else:
        with np.errstate(over="ignore"):  # the widths of huge values are infinite, rightly
            found, note = _without_outliers(arrays, *data), WITHOUT_OUTLIERS
    is_cut = (asked[0] is None and data[0] < found[0]) or (asked[1] is None and data[1] > found[1])
    span = f"{note}; data: {number(data[0], 4)} to {number(data[1], 4)}"
    return (given(asked[0], found[0]), given(asked[1], found[1])), span if is_cut else ""


def _overlap(limits: tuple[float, float], data: tuple[float, float]) -> bool:
    return limits[0] < limits[1] and limits[0] < data[1] and limits[1] > data[0]


def _without_outliers(
    arrays: Sequence[Array], lowest: float, highest: float
) -> tuple[float, float]:
    """Return the limits without outliers, where there are few and they hide the rest."""
    is_counted = all(array.dtype.kind in "iu" for array in arrays)
    if is_counted and highest - lowest <= FEW_LEVELS:
        return lowest, highest
    values = np.concatenate([_sample(array, SAMPLE // len(arrays)) for array in arrays])
    if values.size == 0:
        return lowest, highest
    low, high = (float(value) for value in np.percentile(values, BULK))
    margin = OUTLIER_MARGIN * (high - low)
    low, high = low - margin, high + margin
    if low == high or highest - lowest <= HIDDEN * (high - low):
        return lowest, highest
    beyond = np.count_nonzero((values < low) | (values > high))
    if beyond > FEW * values.size:
        return lowest, highest
    reach = high - low  # a side that ends not far beyond has no outliers
    return lowest if lowest > low - reach else low, highest if highest < high + reach else high


def _sample(array: Array, count: int) -> Array:
    """Return at most ``count`` finite values from all over an image."""
    if array.size == 0:
        return np.empty(0)
    side = max(1, int(count**0.5))
    rows, columns = array.shape
    if rows < side:
        steps = (1, -(-columns * rows // count))
    elif columns < side:
        steps = (-(-columns * rows // count), 1)
    else:
        steps = (-(-rows // side), -(-columns // side))
    values: Array = np.ma.compressed(array[:: steps[0], :: steps[1]]).astype(float)
    return values[np.isfinite(values)]


def _extend(*, is_below: bool, is_above: bool) -> Extend:
    if is_below and is_above:
        return "both"
    if is_below or is_above:
        return "min" if is_below else "max"
    return "neither"
