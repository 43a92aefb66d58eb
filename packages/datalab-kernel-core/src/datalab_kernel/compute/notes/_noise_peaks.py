"""Peaks that are noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.compute.notes._arrays import blocks_of, is_object, values_of, x_of
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from datalab_kernel.compute.notes._arrays import Array

PROMINENCE = 3.0
"""So many standard deviations of the noise a peak rises above its surroundings, at least."""
SHARE = 0.2
"""The part of the peaks that may be lower."""
REACH = 50
"""The points at each side of a peak that are its surroundings."""
MAX_PEAKS = 40
"""So many of the peaks are looked at."""
_MAD_TO_SIGMA = 1.4826
_GAIN_OF_SECOND_DIFFERENCE = 6.0**0.5


@np.errstate(all="ignore")
def _peaks_note(computed: Computed) -> Note | None:
    if computed.value is None:
        return None
    count, some = _positions(computed)
    signal = computed.inputs[0]
    x, y = x_of(signal), values_of(signal)
    if count < 2 or y.dtype.kind == "c":  # noqa: PLR2004 - one may be anything
        return None
    places = [int(np.abs(x - one).argmin()) for one in some]  # x may fall
    noise = _noise_of(y)
    if not noise > 1e-9 * abs(float(y[places[0]])):
        return None
    low = [place for place in places if _prominence(y, place) < PROMINENCE * noise]
    if len(low) <= SHARE * len(some):
        return None
    text = (
        f"{computed.function} found {count:,} peaks, of which about "
        f"{len(low) / len(some):.0%} rise less than {PROMINENCE:g} times the noise "
        f"({noise:.2g}) above their surroundings."
    )
    return Note(text, _advice(_threshold(y, noise), computed.parameters.threshold))


def _advice(above_noise: float, given: float) -> str:
    if given < above_noise < 100:  # noqa: PLR2004 - percent
        return (
            f"threshold={above_noise:.2g} would be above the noise: it is in percent of the "
            f"range, here {given:g}. min_dist= keeps peaks apart."
        )
    return "calc('gaussian_filter', …) before takes noise off; min_dist= keeps peaks apart."


def _positions(computed: Computed) -> tuple[int, Array]:
    """Return how many peaks there are, and where some of them are, in x."""
    rows = x_of(computed.value) if is_object(computed.value) else computed.value.data
    some = rows[:: 1 + len(rows) // MAX_PEAKS]
    return len(rows), some if is_object(computed.value) else [row[0] for row in some]


def _noise_of(y: Array) -> float:
    """Return the standard deviation of what changes from point to point."""
    bends = np.concatenate([np.diff(block, 2) for block in blocks_of(y)])
    return float(np.median(np.abs(bends))) * _MAD_TO_SIGMA / _GAIN_OF_SECOND_DIFFERENCE


def _prominence(y: Array, place: int) -> float:
    """Return how far a peak rises above the higher of the lowest points beside it.

    A side ends where the signal gets higher than the peak.
    """
    top = y[place]
    feet = []
    for side in (y[max(0, place - REACH) : place][::-1], y[place + 1 : place + 1 + REACH]):
        higher = side > top
        until = int(higher.argmax()) if higher.any() else len(side)
        feet.append(side[:until].min(initial=top))
    return float(top - max(feet))


def _threshold(y: Array, noise: float) -> float:
    """Return what is above the noise of a flat baseline, in percent of the range."""
    level = float(np.median(np.concatenate([*blocks_of(y)]))) + 5 * noise
    low, high = float(y.min()), float(y.max())
    return 100 * (level - low) / (high - low)


BEHAVIOURS = (
    Behaviour(
        title="Peaks in noise",
        functions=frozenset({("signal", "extract_peak_positions"), ("signal", "peak_detection")}),
        does="`threshold` is in percent of the range from the lowest to the highest value, "
        "0.1 if it isn't given: every local maximum above that is a peak.",
        misleads="A signal with 0.5 % noise has hundreds of peaks.",
        advice="A `threshold` above the noise, `min_dist`, or a smoothing filter before.",
        make=_peaks_note,
    ),
)
