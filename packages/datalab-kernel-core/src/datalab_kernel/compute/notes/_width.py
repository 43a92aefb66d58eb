"""The default width at half maximum, where the level that it takes isn't half height."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.compute.notes._arrays import pieces_of, sample_of, values_of, x_of
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from datalab_kernel.compute.notes._arrays import Array

TOLERANCE = 0.05
"""Of half height: so far from it the level may lie."""
END = 0.05
"""The part of the points at each end that the baseline is taken of."""
DIPS = 0.05
"""The part of the points between the crossings that may lie below the level."""
_ADVICE = (
    "method='gauss', 'lorentz' or 'voigt' fits the peak together with its baseline; xmin and "
    "xmax take a part."
)


def _width_note(computed: Computed) -> Note | None:
    if computed.value is None or computed.parameters.method != "zero-crossing":
        return None
    signal, result = computed.inputs[0], computed.value
    pieces = pieces_of(signal)
    rois = result.roi_indices if None not in pieces else [None] * len(result.coords)
    for coords, roi in zip(result.coords, rois, strict=True):
        piece = pieces[None if roi is None else int(roi)]
        x, y = x_of(signal)[piece], values_of(signal)[piece]
        within = _within(x, computed.parameters)
        if note := _note_of_one(x[within], y[within], coords):
            return note
    return None


def _within(x: Array, parameters: Any) -> slice:
    """Return the points that the parameters take."""
    low, high = parameters.xmin, parameters.xmax
    first = 0 if low is None else int(np.searchsorted(x, low))
    last = len(x) if high is None else int(np.searchsorted(x, high, "right"))
    return slice(first, last)


def _note_of_one(x: Array, y: Array, coords: Array) -> Note | None:
    left, level, right = (float(value) for value in coords[:3])
    share = _share_of_height(y, level)
    if share is None:
        return None
    if abs(share - 0.5) > 0.5 * TOLERANCE:
        text = (
            f"fwhm measured at y = {level:.4g}: at {100 * share:.3g} % of the peak's height "
            "above the ends of the signal, and not at half of it."
        )
        return Note(text, _ADVICE)
    if not math.isfinite(left + right):
        return None
    first, last = (int(np.searchsorted(x, end)) for end in (left, right))
    inside = sample_of(y[first:last])
    sign = 1 if _is_peak(y) else -1
    if len(inside) and np.count_nonzero(sign * (inside - level) < 0) > DIPS * len(inside):
        text = (
            f"fwhm took the outermost of several crossings of y = {level:.4g}: from x = "
            f"{left:.4g} to {right:.4g} the signal isn't above it everywhere."
        )
        return Note(text, _ADVICE)
    return None


def _share_of_height(y: Array, level: float) -> float | None:
    """Return how high a level lies, from the baseline (0) to the top (1); None if there is none."""
    if len(y) < 3:  # noqa: PLR2004 - neither ends nor a top
        return None
    count = max(1, round(END * len(y)))
    start, end = float(y[:count].mean()), float(y[-count:].mean())
    place = int(y.argmax() if _is_peak(y) else y.argmin())
    base = start + (end - start) * place / (len(y) - 1)
    height = float(y[place]) - base
    if not (math.isfinite(level) and math.isfinite(height) and height):
        return None
    return (level - base) / height


def _is_peak(y: Array) -> bool:
    """Say whether it points upwards from its ends."""
    base = (float(y[0]) + float(y[-1])) / 2
    return bool(float(y.max()) - base >= base - float(y.min()))


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
