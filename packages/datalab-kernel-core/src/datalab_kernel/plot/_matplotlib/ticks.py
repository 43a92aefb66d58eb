"""Numbers along axes: in a metric prefix that fits the limits, or as dates.

Coordinates stay in the unit of the data: only what is written is scaled, again whenever
the limits change.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib import dates
from matplotlib.artist import Artist
from matplotlib.ticker import Formatter, Locator, ScalarFormatter

from datalab_kernel.plot.rendering import choose_unit, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axis import Axis

_dates: Any = dates  # it has no types
SECONDS_OF_A_DAY = 86_400.0


def label_axis(axis: Axis, label: str, unit: str) -> None:
    """Write an axis' label; its unit gets the metric prefix that fits the limits."""
    axis.set_label_text(with_unit(label, unit))
    if type(axis.get_major_formatter()) in {ScalarFormatter, ScaledNumbers}:
        axis.set_major_formatter(ScaledNumbers())
    if unit:
        keeper = _LabelKeeper(axis, label, unit)
        axis.axes.add_artist(keeper)
        keeper.update_label()
        for signal in ("xlim_changed", "ylim_changed"):
            axis.axes.callbacks.connect(signal, keeper.update_label)


def write_dates(axis: Axis, label: str) -> None:
    """Write seconds since 1970-01-01 UTC as dates and times."""
    locator = _DatesLocator()
    axis.set_major_locator(locator)
    axis.set_major_formatter(_Dates(locator))
    axis.set_label_text(with_unit(label or "Time", "UTC"))


class ScaledNumbers(ScalarFormatter):
    """Numbers divided by ``size``; a common offset or exponent is left where they need one."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 1.0
        self._scaled: Any = None

    def set_locs(self, locs: Any) -> None:
        """Take the ticks' places, in the unit of the data."""
        if self.size == 1 or self.axis is None:
            self._scaled = None
            super().set_locs(locs)
            return
        scaled: Any = ScalarFormatter()
        scaled.create_dummy_axis()
        low, high = self.axis.get_view_interval()
        scaled.axis.set_view_interval(low / self.size, high / self.size)
        scaled.set_locs([place / self.size for place in locs])
        self._scaled = scaled

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Write the number at a tick."""
        if self._scaled is None:
            return super().__call__(x, pos)
        return str(self._scaled(x / self.size, pos))

    def get_offset(self) -> str:
        """Return what is common to all ticks."""
        numbers: Any = self if self._scaled is None else self._scaled
        is_mathematics = numbers.get_useMathText()
        numbers.set_useMathText(True)  # a raised power and not 1e-6
        try:
            return str(ScalarFormatter.get_offset(numbers))
        finally:
            numbers.set_useMathText(is_mathematics)


class _LabelKeeper(Artist):
    """Keeps an axis' label and numbers together, whatever is done to the axes later.

    It draws nothing; it is drawn before the axis. If somebody writes a label of their own,
    numbers are in the unit of the data again; on a logarithmic axis powers of ten are.
    """

    def __init__(self, axis: Axis, label: str, unit: str) -> None:
        super().__init__()
        self.set_zorder(-1e9)
        self.set_in_layout(False)
        self._axis, self._label, self._unit = axis, label, unit
        self._formatter = axis.get_major_formatter()
        self._written = axis.label.get_text()

    def draw(self, renderer: Any) -> None:
        """Look whether something changed."""
        del renderer
        self.update_label()

    def update_label(self, _axes: Any = None) -> None:
        """Choose the prefix for the limits as they are."""
        is_ours = self._axis.label.get_text() == self._written
        unit, size = self._unit, 1.0
        formatter = self._formatter
        if isinstance(formatter, ScaledNumbers) and formatter is self._axis.get_major_formatter():
            if is_ours:
                unit, size = choose_unit(self._unit, *self._axis.get_view_interval())
            formatter.size = size
        if is_ours:
            self._written = with_unit(self._label, unit)
            self._axis.set_label_text(self._written)


class _DatesLocator(Locator):
    """matplotlib's places for dates, on an axis in seconds."""

    def __init__(self) -> None:
        self.days = _dates.AutoDateLocator(minticks=4, maxticks=8)

    def __call__(self) -> Sequence[float]:
        """Return the places of ticks."""
        axis: Any = self.axis
        return self.tick_values(*sorted(axis.get_view_interval()))

    def tick_values(self, vmin: float, vmax: float) -> Sequence[float]:
        """Return the places of ticks between two times."""
        limits = [_dates.num2date(value / SECONDS_OF_A_DAY) for value in (vmin, vmax)]
        return [SECONDS_OF_A_DAY * day for day in self.days.tick_values(*limits)]


class _Dates(Formatter):
    """matplotlib's short dates, on an axis in seconds."""

    def __init__(self, locator: _DatesLocator) -> None:
        self._days = _dates.ConciseDateFormatter(locator.days, tz="UTC")

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Write one time."""
        del pos
        return f"{_dates.num2date(x / SECONDS_OF_A_DAY):%Y-%m-%d %H:%M:%S.%f}"

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Write the ticks, and what they have in common beside the axis."""
        if not all(math.isfinite(value) for value in values):
            return [""] * len(values)
        written: list[str] = self._days.format_ticks([value / SECONDS_OF_A_DAY for value in values])
        return written

    def get_offset(self) -> str:
        """Return what the ticks have in common."""
        return str(self._days.get_offset())
