"""Curves in different units over each other: drawn in the first one's, or named by the axis."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from datalab_kernel.plot._describing.texts import plain
from datalab_kernel.plot.rendering import with_unit
from datalab_kernel.units import relation, scaled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.objects import SignalObj
    from datalab_kernel.plot._spec import Curve, Shape

MOST_QUANTITIES = 3
_ONE = Fraction(1)


class AxisUnits(NamedTuple):
    """The unit that each curve is drawn in along an axis, and what its numbers are multiplied by."""

    units: tuple[str, ...]
    factors: tuple[Fraction, ...]

    def label(self, labels: Sequence[str]) -> tuple[str, str]:
        """Return an axis' label and unit; where curves are in several units, all are in the label.

        Parameters
        ----------
        labels
            What each curve shows along the axis.

        Examples
        --------
        >>> AxisUnits(("V", "A"), (1, 1)).label(["Voltage", ""])
        ('Voltage (V), (A)', '')
        """
        if len({*self.units}) == 1:
            return (labels[0] if len({*labels}) == 1 else ""), self.units[0]
        pairs = zip(labels, self.units, strict=True)
        shown = [
            *dict.fromkeys(with_unit(*pair) if pair[1] else _nameless(*pair) for pair in pairs)
        ]
        more = ["…"] if len(shown) > MOST_QUANTITIES else []
        return ", ".join(shown[:MOST_QUANTITIES] + more), ""


def _nameless(label: str, _unit: str) -> str:
    return f"{label} (no unit)".lstrip()


def axis_units(units: Sequence[str], first: str = "") -> AxisUnits:
    """Bring units into the first (or the one that is given), where they convert into it.

    Examples
    --------
    >>> axis_units(["V", "mV", "A"])
    AxisUnits(units=('V', 'V', 'A'), factors=(Fraction(1, 1), Fraction(1, 1000), Fraction(1, 1)))
    """
    first = first or units[0]
    if len({first, *units}) == 1 or not first:
        return AxisUnits(tuple(map(plain, units)), (_ONE,) * len(units))
    found = [relation(unit, first) if unit else None for unit in units]
    is_brought = [one is not None and one.kind in ("same", "convertible") for one in found]
    return AxisUnits(
        tuple(
            plain(first if brought else unit)
            for unit, brought in zip(units, is_brought, strict=True)
        ),
        tuple(
            one.factor if one is not None and brought else _ONE
            for one, brought in zip(found, is_brought, strict=True)
        ),
    )


class Overlay(NamedTuple):
    """Along both axes, what several signals are drawn in."""

    x: AxisUnits
    y: AxisUnits

    def curve(self, curve: Curve, number: int) -> Curve:
        """Return the curve of a signal in the axes' units."""
        across, up = self.x.factors[number], self.y.factors[number]
        if across != 1:
            error = None if curve.x_error is None else scaled(curve.x_error, across)
            curve = replace(curve, x=scaled(curve.x, across), x_error=error)
        if up != 1:
            error = None if curve.y_error is None else scaled(curve.y_error, up)
            curve = replace(curve, y=scaled(curve.y, up), y_error=error)
        return curve

    def shapes(self, shapes: Sequence[Shape], number: int) -> list[Shape]:
        """Return what is drawn over a signal in the axes' units."""
        across, up = float(self.x.factors[number]), float(self.y.factors[number])
        if across == up == 1:
            return [*shapes]
        return [_stretched(shape, across, up) for shape in shapes]

    def unconverted(self, signals: Sequence[SignalObj], letter: str) -> list[SignalObj]:
        """Return the signals whose numbers along an axis are drawn as they are."""
        factors = self.x.factors if letter == "x" else self.y.factors
        return [one for one, factor in zip(signals, factors, strict=True) if factor == 1]


def overlay_of(signals: Sequence[SignalObj], xunit: str = "") -> Overlay:
    """Say what signals over each other are drawn in; axes of dates stay.

    ``xunit`` is the unit of x where that isn't the first one's.
    """
    if any(one.is_x_datetime() for one in signals):
        x = AxisUnits(tuple(plain(one.xunit) for one in signals), (_ONE,) * len(signals))
    else:
        x = axis_units([one.xunit or "" for one in signals], xunit)
    return Overlay(x, axis_units([one.yunit or "" for one in signals]))


def _stretched(shape: Shape, across: float, up: float) -> Shape:
    """Return a shape with its coordinates in other units."""
    coords = shape.coords
    match shape.kind:
        case "interval":
            return replace(shape, coords=tuple(across * one for one in coords))
        case "circle" if across != up:
            x, y, radius = coords
            ellipse = (across * x, up * y, across * radius, up * radius, 0.0)
            return replace(shape, kind="ellipse", coords=ellipse)
        case "circle":
            return replace(shape, coords=tuple(up * one for one in coords))
        case "ellipse":
            x, y, first, second, turn = coords
            if math.sin(turn) ** 2 > 0.5:  # noqa: PLR2004 - nearer to upright
                across_axis, up_axis = up, across
            else:
                across_axis, up_axis = across, up
            ellipse = (across * x, up * y, across_axis * first, up_axis * second, turn)
            return replace(shape, coords=ellipse)
        case _:
            pairs = (across if place % 2 == 0 else up for place in range(len(coords)))
            return replace(
                shape, coords=tuple(one * size for one, size in zip(coords, pairs, strict=True))
            )
