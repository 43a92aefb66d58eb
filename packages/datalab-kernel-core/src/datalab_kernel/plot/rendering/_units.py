"""Metric prefixes for axes: which one fits, and how a label states it. Pure, for any renderer."""

from __future__ import annotations

import math

PREFIXES = {
    "a": -18, "f": -15, "p": -12, "n": -9, "µ": -6, "m": -3, "": 0,
    "k": 3, "M": 6, "G": 9, "T": 12, "P": 15,
}  # fmt: skip
SYMBOLS = {power: prefix for prefix, power in PREFIXES.items()}
READ_ONLY = {"u": -6, "\N{GREEK SMALL LETTER MU}": -6, "c": -2}
"""Prefixes that people write and that aren't chosen: other letters for micro, and centi."""
LEAST, MOST = -18, 15
UNITS: dict[str, tuple[int, int]] = {
    "s": (LEAST, 0), "m": (LEAST, 3), "g": (LEAST, 3), "rad": (LEAST, 0), "mol": (LEAST, 3),
    "T": (LEAST, 0), "F": (LEAST, 0), "H": (LEAST, 0), "S": (LEAST, 3), "L": (LEAST, 0),
    "V": (LEAST, MOST), "A": (LEAST, MOST), "W": (LEAST, MOST), "J": (LEAST, MOST),
    "Hz": (LEAST, MOST), "N": (LEAST, MOST), "Pa": (LEAST, MOST), "eV": (LEAST, MOST),
    "Wb": (LEAST, MOST), "Bq": (LEAST, MOST), "Sv": (LEAST, 0), "Gy": (LEAST, 0),
    "ohm": (LEAST, MOST), "Ohm": (LEAST, MOST), "\N{GREEK CAPITAL LETTER OMEGA}": (LEAST, MOST),
    "\N{OHM SIGN}": (LEAST, MOST), "B": (0, MOST), "bit": (0, MOST),
}  # fmt: skip
"""Units that take prefixes, and the powers of ten that the field uses with them (no ks)."""
DENOMINATORS = frozenset(
    {"s", "s²", "s^2", "m", "m²", "m^2", "m³", "m^3", "Hz", "√Hz", "K", "A", "V"}
)
"""What a unit may be divided by and still take a prefix: never ``m/z``, nor ``km/h``."""
MEANS_SOMETHING_ELSE = frozenset({"pH"})
SMALLEST, LARGEST = 0.1, 1e4
"""Between these a number is as readable in the unit as it was stated."""


def choose_unit(unit: str, low: float, high: float) -> tuple[str, float]:
    """Choose the metric prefix with which an axis from ``low`` to ``high`` reads well.

    Parameters
    ----------
    unit
        As the object states it: ``"s"``, ``"mm"``, ``"V/m"``.
    low, high
        The axis' limits in that unit.

    Returns
    -------
    unit, size
        The unit to write, and how much of the stated unit one of it is: numbers are shown
        divided by ``size``. A unit that takes no prefix (``dB``, ``°C``, ``px``, ``a.u.``)
        comes back with 1, and so does one that reads well as it is.

    Examples
    --------
    >>> choose_unit("s", 0, 2e-6)
    ('µs', 1e-06)
    >>> choose_unit("mm", 0, 25_000)
    ('m', 1000.0)
    >>> choose_unit("V", -0.5, 0.5), choose_unit("dB", 0, 1e-9)
    (('V', 1.0), ('dB', 1.0))
    """
    most = max(abs(low), abs(high))
    found = _parse(unit)
    if found is None or not 0 < most < math.inf or SMALLEST <= most < LARGEST:
        return unit, 1.0
    power, base, rest = found
    least_power, most_power = UNITS[base]
    wanted = 3 * math.floor((math.log10(most) + power + 1e-9) / 3)
    chosen = min(max(wanted, least_power), most_power)
    if chosen == power:
        return unit, 1.0
    return f"{SYMBOLS[chosen]}{base}{rest}", _power_of_ten(chosen - power)


def _parse(unit: str) -> tuple[int, str, str] | None:
    """Split a unit into the power of its prefix, what has the prefix, and what follows."""
    head, slash, below = unit.strip().partition("/")
    if head in MEANS_SOMETHING_ELSE or (slash and below not in DENOMINATORS):
        return None
    if head in UNITS:
        return 0, head, slash + below
    power = {**PREFIXES, **READ_ONLY}.get(head[:1])
    base = head[1:]
    if power is None or base not in UNITS:
        return None
    least, most = UNITS[base]
    if not least <= power <= most or (head[0] == "c" and base != "m"):
        return None
    return power, base, slash + below


def _power_of_ten(power: int) -> float:
    """Return the number that is written so: ``10.0 ** -6`` may be its neighbour."""
    return float(f"1e{power}")


def with_unit(label: str, unit: str) -> str:
    """Write an axis' label as the field does.

    Examples
    --------
    >>> with_unit("Voltage", "mV"), with_unit("", "V"), with_unit("U", "")
    ('Voltage (mV)', '(V)', 'U')
    """
    return " ".join(filter(None, [label, f"({unit})" if unit else ""]))
