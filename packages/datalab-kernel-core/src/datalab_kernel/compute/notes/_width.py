"""The default width at half maximum, where the level that it takes isn't half height."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np
from sigima.objects import NO_ROI

from datalab_kernel.compute.notes._arrays import pieces_of
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note
from datalab_kernel.objects._fields import value_of

if TYPE_CHECKING:
    from datalab_kernel.compute.notes._arrays import Array

TOLERANCE = 0.05
"""Of half height: so far from it the level may lie."""
ENDS = 20
"""Of one in so many points at each end the baseline is taken."""
FEW = 16
"""So many points between the crossings are enough to see that nothing is wrong."""
MAX_POINTS = 1000
"""And so many to count the dips, where there are many."""
DIPS = 0.05
"""The part of the points between the crossings that may lie below the level."""
FLAT = 1e-3
"""Of the difference of the ends: what rises no higher above the line between them is no peak."""
_parameters_of = itemgetter("_method", "_xmin", "_xmax")  # as value_of has them, all at once
_ADVICE = (
    "method='gauss', 'lorentz' or 'voigt' fits the peak together with its baseline; xmin and "
    "xmax take a part."
)


def _width_note(computed: Computed) -> Note | None:
    result = computed.value
    method, low, high = _parameters_of(vars(computed.parameters))
    if result is None or method != "zero-crossing":
        return None
    xydata = value_of(computed.inputs[0], "xydata")
    x, y = xydata[0], xydata[1]
    coords, rois = result.coords, result.roi_indices
    is_whole = len(rois) == 1 and rois.item(0) == NO_ROI
    if is_whole and low is None and high is None:
        return _note_of_one(x, y, coords.item(0), coords.item(1), coords.item(2))
    pieces = {NO_ROI: slice(None)} if is_whole else pieces_of(computed.inputs[0])
    for (left, level, right, *_), roi in zip(coords.tolist(), rois.tolist(), strict=False):
        part = _within(x, pieces[roi], low, high)
        if note := _note_of_one(x[part], y[part], left, level, right):
            return note
    return None


def _within(x: Array, piece: slice, low: float | None, high: float | None) -> slice:
    """Return the points of a piece that lie between two values, each where it is given."""
    first, last, _ = piece.indices(len(x))
    if low is not None:
        first = max(first, bisect_left(x, low))
    if high is not None:
        last = min(last, bisect_right(x, high))
    return slice(first, last)


def _note_of_one(x: Array, y: Array, left: float, level: float, right: float) -> Note | None:
    """Look at one width, by Python's numbers: a call of numpy takes as long as ten of these."""
    is_bounded = math.isfinite(left + right)
    if (
        len(y) < 3  # noqa: PLR2004 - neither ends nor a top
        or not math.isfinite(level)
        or (is_bounded and _is_half_height(x, y, left, level, right))
    ):
        return None
    first, last = _places_of(x, left, right) if is_bounded else (0, len(y))
    if first >= last:
        return None
    start, end = _ends(y)
    is_peak = level >= (start + end) / 2
    inside = y[first:last]
    place = first + int(inside.argmax() if is_peak else inside.argmin())
    base = start + (end - start) * place / (len(y) - 1)
    height = y.item(place) - base
    if abs(height) <= FLAT * abs(end - start):
        return _note_of_no_peak(start, end) if height or start != end else None
    share = (level - base) / height
    if abs(share - 0.5) > 0.5 * TOLERANCE:
        text = (
            f"fwhm measured at y = {level:.4g}: at {100 * share:.3g} % of the peak's height "
            "above the ends of the signal, and not at half of it."
        )
        return Note(text, _ADVICE)
    if is_bounded and _has_dips(inside, level, is_peak=is_peak):
        text = (
            f"fwhm took the outermost of several crossings of y = {level:.4g}: from x = "
            f"{left:.4g} to {right:.4g} the signal isn't above it everywhere."
        )
        return Note(text, _ADVICE)
    return None


def _is_half_height(x: Array, y: Array, left: float, level: float, right: float) -> bool:
    """Say whether a few points are enough to see that a level is right: none lies beyond it."""
    first, last = _places_of(x, left, right)
    step = 1 + (last - first) // FEW
    few: list[float] = y[first:last:step].tolist()
    if not few:
        return False
    start, end = _ends(y)
    top, lowest = max(few), min(few)
    if level >= (start + end) / 2:
        if lowest < level:
            return False
    elif top > level:
        return False
    else:
        top = lowest
    base = start + (end - start) * (first + step * few.index(top)) / (len(y) - 1)
    return top != base and abs((level - base) / (top - base) - 0.5) < 0.4 * TOLERANCE


def _note_of_no_peak(start: float, end: float) -> Note:
    text = (
        "fwhm found no peak: the signal doesn't leave the line between its ends "
        f"({start:.4g} and {end:.4g})."
    )
    return Note(text, "full_width_at_y, x_at_y or extract_pulse_features measure steps.")


def _places_of(x: Array, left: float, right: float) -> tuple[int, int]:
    """Return where two values would be inserted: of evenly spaced x, they lie where the ends say."""
    last = len(x) - 1
    low, high = x.item(0), x.item(last)
    if low < left <= right <= high and high - low < math.inf:
        first = math.ceil((left - low) / (high - low) * last)
        after = math.ceil((right - low) / (high - low) * last)
        if x.item(first - 1) < left <= x.item(first) and x.item(after - 1) < right <= x.item(after):
            return first, after
    return bisect_left(x, left), bisect_left(x, right)


def _has_dips(inside: Array, level: float, *, is_peak: bool) -> bool:
    """Say whether more than a few points between the crossings lie beyond the level."""
    some = inside[:: len(inside) // MAX_POINTS] if len(inside) > MAX_POINTS else inside
    if is_peak and some.item(some.argmin()) >= level:
        return False
    if not is_peak and some.item(some.argmax()) <= level:
        return False
    beyond = some < level if is_peak else some > level
    return bool(np.count_nonzero(beyond) > DIPS * len(some))


def _ends(y: Array) -> tuple[float, float]:
    """Return the means of both ends, of five points each: noise that matters moves the level more."""
    value, last, step = y.item, len(y) - 1, (len(y) + ENDS // 2) // ENDS // 5
    if not step:
        return value(0), value(last)
    start = value(0) + value(step) + value(2 * step) + value(3 * step) + value(4 * step)
    end = value(last) + value(last - step) + value(last - 2 * step)
    end += value(last - 3 * step) + value(last - 4 * step)
    return start / 5, end / 5


BEHAVIOURS = (
    Behaviour(
        title="The width at half maximum",
        functions=frozenset({("signal", "fwhm")}),
        does="The default method, `zero-crossing`, takes the mean of a plateau of 5 % of the "
        "range for the top: a Gaussian of sigma 1 (2.355) is 2.412 wide with an offset of 0, "
        "2.473 with 1 and 4.617 with 10. In noise its level can be anywhere: 99.5 was seen. "
        "`gauss` gives 2.3548 each time.",
        misleads="The peak stands on a pedestal or a slope, or there is noise.",
        advice='`calc("fwhm", …, method="gauss")`, `"lorentz"` or `"voigt"`; or '
        "`full_width_at_y` at a level that you know.",
        make=_width_note,
    ),
)
