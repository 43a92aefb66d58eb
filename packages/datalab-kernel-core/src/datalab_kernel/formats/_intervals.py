"""Times that a file prints rounded, computed anew from the sample interval that it names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from datalab_kernel.formats._header import Setting

Array = np.ndarray[Any, Any]
_NUMBER = re.compile(r"(?:[A-Za-z]\w*:)?([\d.]+(?:[eE][+-]?\d+)?)\s*s?")  # Siglent: "Analog:1e-7"
_DIGITS = 6e-4
"""How far off a number of four digits may be, and a little."""
_EVEN = 1e-6
"""How much steps may differ, relative, that aren't rounded."""


class Times(NamedTuple):
    """The x of a curve, and what is to be said of it."""

    x: Array
    notes: tuple[Note, ...] = ()


def by_interval(x: Array, settings: Mapping[str, Setting]) -> Times:
    """Return times, computed from the sample interval if they are printed rounded.

    Notes
    -----
    The first time is the printed one if it fits, else what fits all printed ones best. An
    interval that the printed times contradict, or that is rounded itself, isn't used.
    """
    found = _NUMBER.fullmatch(str(settings.get("Sample Interval", "")))
    number = len(x)
    if found is None or number < 3 or not np.isfinite(x).all():  # noqa: PLR2004 - two steps
        return Times(x)
    interval = float(found[1])
    steps = np.diff(x)
    if not interval or np.abs(steps - interval).max() <= _EVEN * interval:
        return Times(x)
    counts = np.arange(number)
    offsets = x - interval * counts
    start = float(offsets.mean())
    residuals = offsets - start
    scatter = float(np.sqrt((residuals**2).mean()))
    centred = counts - counts.mean()
    slope = float((residuals * centred).sum() / (centred**2).sum())
    is_same_slope = abs(slope) <= 10 * np.sqrt(12) * scatter / number**1.5
    if np.abs(residuals).max() > 2 * _DIGITS * np.abs(x).max() or not is_same_slope:
        text = (
            f"The times in the file don't fit its sample interval of {interval:g}, and were kept."
        )
        return Times(x, (Note(text),))
    if abs(x[0] - start) <= 3 * scatter / np.sqrt(number):
        start = float(x[0])
    text = f"The times in the file are rounded: x was computed from its interval of {interval:g}."
    return Times(start + interval * counts, (Note(text),))
