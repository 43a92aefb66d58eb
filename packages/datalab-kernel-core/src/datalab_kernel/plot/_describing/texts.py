"""Texts of a picture: what objects say, quantities, and numbers as people read them."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

FEWEST_DIGITS = 1e-4
"""Numbers below this are written with a power of ten, others with zeros."""
MOST_DIGITS = 1e7
MISSING = "\N{EN DASH}"


def plain(text: str | None) -> str:
    r"""Write what an object says so that it isn't read as mathematics.

    Examples
    --------
    >>> plain("US$"), plain(None)
    ('US\\$', '')
    """
    return (text or "").replace("$", r"\$")


def modulus(label: str | None) -> str:
    """Write the label of a complex quantity that is shown by its modulus.

    Examples
    --------
    >>> modulus("Field"), modulus("")
    ('|Field|', 'modulus')
    """
    return f"|{plain(label)}|" if label else "modulus"


def phase(label: str | None) -> str:
    """Write the label of a complex quantity's phase.

    Examples
    --------
    >>> phase("Field"), phase("")
    ('phase of Field', 'phase')
    """
    return f"phase of {plain(label)}" if label else "phase"


def number(value: Any, digits: int = 5) -> str:
    """Write a number with this many significant digits; what is no number as it is.

    Examples
    --------
    >>> number(0.98039022), number(37699.05), number(2), number(1234567), number(1.5e-9)
    ('0.98039', '37,699', '2', '1,234,567', '1.5e-9')
    >>> number(10000.25, 6)
    '10,000.2'
    >>> number(float("nan")) == number(None) == MISSING, number("step"), number(True)
    (True, 'step', 'yes')
    """
    if value is None:
        return MISSING
    if isinstance(value, (str, bytes)):
        return plain(str(value))
    if isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", "") == "b":
        return "yes" if value else "no"
    try:
        return _number(float(value), digits)
    except (TypeError, ValueError):
        return plain(str(value))


def _number(value: float, digits: int) -> str:
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    size = abs(value)
    if value == round(value) and size < MOST_DIGITS:
        return f"{round(value):,}"
    rounded = f"{value:.{digits}g}"
    if FEWEST_DIGITS <= size < MOST_DIGITS:
        whole, _, rest = f"{Decimal(rounded):.12f}".rstrip("0").partition(".")
        return f"{int(whole):,}" if not rest else _signed(whole, rest)
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}e{int(exponent)}"


def _signed(whole: str, rest: str) -> str:
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{abs(int(whole)):,}.{rest}"
