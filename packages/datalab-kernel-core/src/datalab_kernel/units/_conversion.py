"""How two units stand to each other; pint is imported when two known ones differ."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from datalab_kernel.units._symbols import SYMBOLS, UNCONVERTED
from datalab_kernel.units._text import Unit, combined, parse, raised

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["same", "convertible", "different", "unknown"]


class Relation(NamedTuple):
    """``same``, or ``convertible`` by a factor; of ``different`` quantities; or ``unknown``."""

    kind: Kind
    factor: Fraction = Fraction(1)


@cache
def relation(source: str, target: str) -> Relation:
    """Say how numbers in one unit become numbers in another.

    Units with an offset, logarithmic ones and those that nobody's table has are ``unknown``
    to every unit but themselves.

    Examples
    --------
    >>> relation("mV", "V"), relation("us", "µs").kind
    (Relation(kind='convertible', factor=Fraction(1, 1000)), 'same')
    >>> [relation(*pair).kind for pair in (("V", "s"), ("counts", "ADU"), ("°C", "K"))]
    ['different', 'unknown', 'unknown']
    """
    quotient = combined(parse(source) + raised(parse(target), Fraction(-1)))
    if not quotient:
        return Relation("same")
    if not _is_known(parse(source)) or not _is_known(parse(target)):
        return Relation("unknown")
    if any(_sums(quotient, "dimension").values()):
        return Relation("different")
    if any(_sums(quotient, "quantity").values()):
        return Relation("unknown")  # such as rad/s and Hz: of one dimension, and no factor
    factor = Fraction(1)
    for symbol, power in quotient:
        size = _size(symbol)
        factor *= (
            size**power.numerator if power.denominator == 1 else Fraction(float(size) ** power)
        )
    return Relation("same") if factor == 1 else Relation("convertible", factor)


def factor(source: str, target: str) -> Fraction:
    """Return what numbers in one unit are multiplied by to be in another.

    Parameters
    ----------
    source, target
        As objects state them: ``"mV"``, ``"V²/Hz"``.

    Raises
    ------
    ValueError
        If one can't be converted into the other.

    Examples
    --------
    >>> factor("ms", "s"), factor("V²/Hz", "mV²/kHz")
    (Fraction(1, 1000), Fraction(1000000000, 1))
    """
    found = relation(source, target)
    if found.kind not in ("same", "convertible"):
        message = f"{source!r} can't be converted into {target!r}: give two units of one quantity."
        raise ValueError(message)
    return found.factor


def scaled(values: Any, by: Fraction) -> Any:
    """Return an array times a factor, where it can be rounded once."""
    if by.numerator == 1:
        return values / by.denominator
    return values * float(by)


def is_proportional(unit: str) -> bool:
    """Say whether numbers in a unit are a quantity's: not those with an offset, nor logarithms.

    Examples
    --------
    >>> is_proportional("K/s"), is_proportional("counts"), is_proportional("dB/Hz")
    (True, True, False)
    """
    return UNCONVERTED.isdisjoint(symbol for symbol, _ in parse(unit))


def _is_known(unit: Unit) -> bool:
    return all(symbol in SYMBOLS for symbol, _ in unit)


def _sums(unit: Unit, what: Literal["dimension", "quantity"]) -> Mapping[str, Fraction]:
    """Add up the powers of dimensions, or of quantities that dimensions don't tell."""
    sums: dict[str, Fraction] = {}
    for symbol, power in unit:
        parts = _dimension(symbol) if what == "dimension" else {SYMBOLS[symbol].quantity: 1}
        for name, own in parts.items():
            sums[name] = sums.get(name, Fraction(0)) + power * Fraction(own) * bool(name)
    return sums


@cache
def _registry() -> Any:
    from pint import UnitRegistry

    return UnitRegistry(non_int_type=Fraction)


@cache
def _dimension(symbol: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _registry().get_dimensionality(SYMBOLS[symbol].name)
    return found


@cache
def _size(symbol: str) -> Fraction:
    """Return how much of pint's base units one is."""
    return Fraction(_registry().get_root_units(SYMBOLS[symbol].name)[0])
