"""From a description's numbers to those of plotly's axes, and back. Pure.

An axis is stated in the unit with the metric prefix that fits what is first seen; times are
milliseconds there, and the ends of logarithmic axes powers of ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from datalab_kernel.plot.rendering import choose_unit

if TYPE_CHECKING:
    Array = np.ndarray[Any, Any]

Range = tuple[float, float]
Kind = Literal["linear", "log", "date"]
MS = 1e-3
"""One millisecond, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One axis: ``size`` is how much of the data's unit one of the figure's is.

    Examples
    --------
    >>> scale = Scale.of(1e-9, 2e-6, unit="s")
    >>> scale.unit, scale.number(5e-7), scale.from_end(1.5).__round__(9)
    ('µs', 0.5, 1.5e-06)
    >>> Scale.of(1, 100, kind="log").end(100)
    2.0
    """

    kind: Kind = "linear"
    unit: str = ""
    size: float = 1.0

    @classmethod
    def of(cls, low: float, high: float, *, kind: Kind = "linear", unit: str = "") -> Scale:
        """Choose the unit for an axis from ``low`` to ``high``."""
        if kind == "date":
            return cls(kind=kind, size=MS)
        if kind == "log" or not unit:
            return cls(kind=kind, unit=unit)
        chosen, size = choose_unit(unit, low, high)
        return cls(unit=chosen, size=size)

    def values(self, values: Array) -> Array:
        """Return data as the figure has them, as float64."""
        return values / self.size if self.size != 1 else np.asarray(values, dtype=float)

    def number(self, value: float) -> float:
        """Return one number of the data as the figure has it."""
        return float(value) / self.size

    def end(self, value: float) -> float:
        """Return an end of the axis as plotly takes it."""
        return float(np.log10(value)) if self.kind == "log" else self.number(value)

    def from_end(self, value: float | str) -> float:
        """Return what an end that plotly tells of is in the data's unit."""
        if self.kind == "log":
            return float(10.0 ** min(float(value), 308.0))
        if isinstance(value, str):
            moment = datetime.fromisoformat(value).replace(tzinfo=UTC)
            return moment.timestamp()
        return float(value) * self.size

    def pair(self, ends: tuple[float | str, float | str]) -> Range:
        """Return both ends in the data's unit, the lower one first."""
        first, second = (self.from_end(end) for end in ends)
        return min(first, second), max(first, second)


def padded(low: float, high: float, scale: str, share: float = 0.05) -> Range:
    """Return limits with a little room beyond the data.

    Examples
    --------
    >>> padded(0, 100, "linear"), padded(1, 1, "linear")
    ((-5.0, 105.0), (0.5, 1.5))
    """
    if scale == "log":
        room = 10 ** (share * (np.log10(high) - np.log10(low))) if high > low else 2.0
        return low / room, high * room
    room = share * (high - low) if high > low else 0.5 * abs(low) or 0.5
    return low - room, high + room
