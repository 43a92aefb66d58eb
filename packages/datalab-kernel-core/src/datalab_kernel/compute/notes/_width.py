"""The default width at half maximum, where the level that it takes isn't half height."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.compute.notes._arrays import pieces_of, values_of, x_of
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.compute.notes._arrays import Array

TOLERANCE = 0.05
"""Of half height: so far from it the level may lie."""
END = 0.05
"""The part of the points at each end that the baseline is taken of."""
MAX_POINTS = 200
"""So many points are enough, where there are many."""
DIPS = 0.05
"""The part of the points between the crossings that may lie below the level."""
_ADVICE = (
    "method='gauss', 'lorentz' or 'voigt' fits the peak together with its baseline; xmin and "
    "xmax take a part."
)


@np.errstate(all="ignore")
def _width_note(computed: Computed) -> Note | None:
    if computed.value is None or computed.parameters.method != "zero-crossing":
        return None
    signal, result = computed.inputs[0], computed.value
    pieces = pieces_of(signal)
    rois = [None] * len(result.coords) if None in pieces else result.roi_indices.tolist()
    for coords, roi in zip(result.coords.tolist(), rois, strict=True):
        x, y = x_of(signal)[pieces[roi]], values_of(signal)[pieces[roi]]
        within = _within(x, computed.parameters)
        if note := _note_of_one(x[within], y[within], coords):
            return note
    return None


def _within(x: Array, parameters: Any) -> slice:
    """Return the points that the parameters take."""
    low, high = parameters.xmin, parameters.xmax
    first = None if low is None else int(x.searchsorted(low))
    last = None if high is None else int(x.searchsorted(high, "right"))
    return slice(first, last)


def _note_of_one(x: Array, y: Array, coords: Sequence[float]) -> Note | None:
    left, level, right = coords[:3]
    if len(y) < 3:  # noqa: PLR2004 - neither ends nor a top
        return None
    start, end = _ends(y)
    is_peak = level >= (start + end) / 2
    is_bounded = math.isfinite(left + right)
    first, last = x.searchsorted((left, right)).tolist() if is_bounded else (0, len(y))
    inside = y[first:last]
    if not math.isfinite(level) or not len(inside):
        return None
    place = first + int(inside.argmax() if is_peak else inside.argmin())
    base = start + (end - start) * place / (len(y) - 1)
    height = float(y[place]) - base
    if not math.isfinite(height) or not height:
        return None
    share = (level - base) / height
    if abs(share - 0.5) > 0.5 * TOLERANCE:
        text = (
            f"fwhm measured at y = {level:.4g}: at {100 * share:.3g} % of the peak's height "
            "above the ends of the signal, and not at half of it."
        )
        return Note(text, _ADVICE)
    some = inside[:: 1 + len(inside) // MAX_POINTS]
    beyond = some < level if is_peak else some > level
    if is_bounded and np.count_nonzero(beyond) > DIPS * len(some):
        text = (
            f"fwhm took the outermost of several crossings of y = {level:.4g}: from x = "
            f"{left:.4g} to {right:.4g} the signal isn't above it everywhere."
        )
        return Note(text, _ADVICE)
    return None


def _ends(y: Array) -> tuple[float, float]:
    """Return the means of both ends, of so many points that noise averages out."""
    count = max(1, round(END * len(y)))
    start, end = y[: count : 1 + count // MAX_POINTS], y[-count :: 1 + count // MAX_POINTS]
    return float(start.sum()) / len(start), float(end.sum()) / len(end)


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
