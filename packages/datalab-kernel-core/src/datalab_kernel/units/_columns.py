"""What unit each column of a table or of geometry has: by what an analysis measures there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from datalab_kernel.units._rules import ImageUnits, SignalUnits, frequency_unit
from datalab_kernel.units._text import of_powers, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

X, VALUE, AREA, RATE, LEVEL, BITS = "x", "value", "area", "rate", "level", "bits"
SQUARE, DEGREES = "square", "degrees"
"""What is measured: along x, y of signals and z of images, value times x, 1/x, decibels, bits; an
area of images, an angle."""
_PULSE = {
    **dict.fromkeys(("amplitude", "offset"), VALUE),
    **dict.fromkeys(
        (
            "foot_duration", "xstartmin", "xstartmax", "xendmin", "xendmax", "xplateaumin",
            "xplateaumax", "rise_time", "fall_time", "fwhm", "x0", "x50", "x100",
        ),
        X,
    ),
}  # fmt: skip
TABLES: Mapping[str, Mapping[str, str]] = {
    "stats": {
        **dict.fromkeys(("min", "max", "mean", "median", "std", "ptp", "sum"), VALUE),
        "trapz": AREA,
    },
    "sampling_rate_period": {"fs": RATE, "T": X},
    "dynamic_parameters": {
        "freq": RATE,
        "enob": BITS,
        **dict.fromkeys(("snr", "sinad", "thd", "sfdr"), LEVEL),
    },
    "x_at_minmax": {"X@Ymin": X, "X@Ymax": X},
    "extract_pulse_features": _PULSE,
    "fit_statistics": {"rms_residual": VALUE},
    "region_properties": {
        "area": SQUARE,
        "orientation": DEGREES,
        **dict.fromkeys(
            ("x", "y", "perimeter", "equivalent_diameter", "axis_major", "axis_minor"), X
        ),
        **dict.fromkeys(
            ("intensity_min", "intensity_mean", "intensity_max", "intensity_sum"), VALUE
        ),
    },
}
"""Of tables, by the function's name and their columns; other columns are numbers, or unknown."""
_PLACE = re.compile(r"[xy]\d*")
_SIZES = {"width": "x", "height": "y", "Δx": "x", "Δy": "y"}
_ALONG_BOTH = frozenset({"r", "a", "b", "length"})


class Measured(NamedTuple):
    """What an analysis measured, and in which units.

    Parameters
    ----------
    function
        Its name, as Sigima has it.
    units
        Of the axes and values of what was analysed.
    has_places
        Whether the columns are coordinates, as those of geometry and of marked points.
    level
        The unit of levels, where the function was asked for one (``"dBc"``).
    """

    function: str
    units: SignalUnits | ImageUnits
    has_places: bool = False
    level: str = ""


_FORMULAS: Mapping[str, Callable[[Measured], str]] = {
    X: lambda measured: measured.units.x,
    VALUE: lambda measured: measured.units[-1],
    AREA: lambda measured: of_powers((measured.units[-1], 1), (measured.units.x, 1)),
    RATE: lambda measured: frequency_unit(measured.units.x),
    LEVEL: lambda measured: measured.level,
    BITS: lambda _: "bit",
    SQUARE: lambda measured: of_powers((measured.units.x, 2)) if measured.units.x else "",
    DEGREES: lambda _: "°",
}


def column_unit(measured: Measured, column: str) -> str:
    """Return the unit of a column; empty for numbers, for what isn't known, and for texts.

    Examples
    --------
    >>> pulse = SignalUnits("ms", "V")
    >>> [column_unit(Measured("stats", pulse), name) for name in ("mean", "trapz", "snr")]
    ['V', 'V·ms', '']
    >>> column_unit(Measured("sampling_rate_period", pulse), "fs")
    'kHz'
    >>> spot = Measured("contour_shape", ImageUnits("mm", "mm", "lx"), has_places=True)
    >>> [column_unit(spot, name) for name in ("x", "y", "a", "θ")]
    ['mm', 'mm', 'mm', 'rad']
    """
    if measured.has_places:
        return _unit_of_place(measured.units, column)
    formula = _FORMULAS.get(TABLES.get(measured.function, {}).get(column, ""))
    return formula(measured) if formula else ""


def _unit_of_place(units: SignalUnits | ImageUnits, column: str) -> str:
    """Return the unit of a coordinate or size; none of a length across axes in different units."""
    if column == "θ":
        return "rad"
    if column in _ALONG_BOTH:
        return units.x if parse(units.x) == parse(units.y) else ""
    letter = _SIZES.get(column) or (column[0] if _PLACE.fullmatch(column) else "")
    return str(getattr(units, letter)) if letter else ""
