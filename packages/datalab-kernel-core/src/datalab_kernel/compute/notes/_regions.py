"""Regions of interest that a function doesn't look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.compute.notes._arrays import has_region, is_object, values_of
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from datalab_kernel.objects import Kind

THRESHOLDS = ("isodata", "li", "mean", "minimum", "otsu", "triangle", "yen")
WHOLE: dict[Kind, frozenset[str]] = {
    "signal": frozenset(
        {
            *("allan_deviation", "allan_variance", "hadamard_variance", "modified_allan_variance"),
            *("overlapping_allan_variance", "time_deviation", "total_variance"),
            *("fft", "magnitude_spectrum", "phase_spectrum", "psd"),
        }
    ),
    "image": frozenset(
        {
            *("canny", "fft", "horizontal_projection", "magnitude_spectrum", "psd"),
            *("threshold", *(f"threshold_{name}" for name in THRESHOLDS), "vertical_projection"),
        }
    ),
}
"""What is computed of all values, also of those outside."""
POINTWISE: dict[Kind, frozenset[str]] = {
    "signal": frozenset({"absolute", "clip"}),
    "image": frozenset({"absolute", "adjust_brightness_contrast", "adjust_gamma", "clip"}),
}
"""What changes the values outside too, where others of its kind leave these as they were."""
_ADVICE = "calc('roi_extraction', …) takes the region out before."


def _region_note(computed: Computed) -> Note | None:
    source = computed.inputs[0]
    if not has_region(source) or not is_object(computed.value):
        return None
    function, kind = computed.function, computed.kind
    if function in WHOLE[kind]:
        return Note(f"{function} took the whole {kind}, not its regions of interest.", _ADVICE)
    before, after = values_of(source), values_of(computed.value)
    if before.shape == after.shape and np.array_equal(before, after, equal_nan=True):
        return None
    text = f"{function} changed the values outside of the regions of interest too."
    return Note(text, _ADVICE)


BEHAVIOURS = (
    Behaviour(
        title="Regions of interest that are ignored",
        functions=frozenset(
            (kind, name)
            for table in (WHOLE, POINTWISE)
            for kind, names in table.items()
            for name in names
        ),
        does="Most functions that keep an object's size leave what is outside of its regions as "
        "it was, and analyses look at each region. Spectra, projections, thresholds, `canny` and "
        "Allan variances take all of it; `absolute`, `clip` and a few more change all of it.",
        misleads="The spectrum, or the threshold, is that of everything.",
        advice='`calc("roi_extraction", …)` before.',
        make=_region_note,
    ),
)
