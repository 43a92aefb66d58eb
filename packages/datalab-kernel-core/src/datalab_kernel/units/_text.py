"""Units as texts, and as products of powers of symbols: each from the other.

A symbol may be one of nobody's table (``counts``): products and quotients have it all the same.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from datalab_kernel.units._symbols import SYMBOLS, UNCONVERTED, WHOLE, canonical

Unit = tuple[tuple[str, Fraction], ...]
"""Symbols with their powers (none is 0), each symbol once, in the order in which they are written."""
NONE: Unit = ()
"""Of a number."""

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_TO_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<times>[·*\u00d7⋅∙](?!\*))|(?P<over>/)|(?P<open>\()|(?P<close>\))"
    r"|(?P<root>√)"
    r"|(?P<raised>(?:\^|\*\*)\s*(?:[-\u2212]?\d+(?:\.\d+)?|\([-\u2212]?\d+(?:/\d+|\.\d+)?\)))"
    r"|(?P<super>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<digits>[-\u2212]?\d+)"
    r"|(?P<symbol>[^\s/·*\u00d7⋅∙^()√⁰¹²³⁴⁵⁶⁷⁸⁹⁻\d+\u2212-]+)"
)
"""U+00D7 is a cross, U+2212 a minus sign."""
_LARGEST_DENOMINATOR = 10


@lru_cache(maxsize=4096)
def parse(text: str) -> Unit:
    """Take a unit's text apart.

    What can't be read, or not in one way only (``J/kg·K``), is a symbol of its own.

    Examples
    --------
    >>> parse("V²/Hz") == parse("V^2 Hz-1") == (("V", 2), ("Hz", -1))
    True
    >>> parse("counts/us"), parse("arb. units"), parse("")
    ((('counts', Fraction(1, 1)), ('µs', Fraction(-1, 1))), (('arb. units', Fraction(1, 1)),), ())
    """
    plain = text.strip()
    if plain in ("", "1"):
        return NONE
    if canonical(plain) in SYMBOLS or plain in UNCONVERTED or plain in WHOLE:
        return ((canonical(plain), Fraction(1)),)
    found = _Reading(plain).unit()
    return ((plain, Fraction(1)),) if found is None else found


class _Reading:
    """One text, token by token; what can't be read is None."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        end = 0
        while (token := _TOKEN.match(text, end)) is not None:
            self._tokens.append((token.lastgroup or "", token[0]))
            end = token.end()
        self._is_whole = end == len(text)
        self._next = 0
        self._is_spaced = False

    def unit(self) -> Unit | None:
        """Read all of it."""
        if not self._is_whole:
            return None
        found = self._product()
        if found is None or self._next < len(self._tokens):
            return None
        is_known = all(symbol in SYMBOLS or symbol in UNCONVERTED for symbol, _ in found)
        return found if is_known or not self._is_spaced else None

    def _peek(self) -> str:
        return self._tokens[self._next][0] if self._next < len(self._tokens) else ""

    def _take(self) -> str:
        self._next += 1
        return self._tokens[self._next - 1][1]

    def _product(self) -> Unit | None:
        """Read factors; a product behind a slash has brackets, or its reader would have to guess."""
        factors: list[tuple[str, Fraction]] = []
        sign, is_below = 1, False
        while True:
            found = self._factor()
            if found is None:
                return None
            factors += [(symbol, sign * power) for symbol, power in found]
            self._skip_space(before=("times", "over", "close", ""))
            match self._peek():
                case "over":
                    sign, is_below = -1, True
                    self._take()
                case "times" | "space" if is_below:
                    return None
                case "times":
                    self._take()
                case "space":
                    self._is_spaced = True
                    self._take()
                case _:
                    return combined(tuple(factors))
            self._skip_space(before=("symbol", "root", "open", "digits"))

    def _skip_space(self, before: tuple[str, ...]) -> None:
        following = self._tokens[self._next + 1][0] if self._next + 1 < len(self._tokens) else ""
        if self._peek() == "space" and following in before:
            self._take()

    def _factor(self) -> Unit | None:
        match self._peek():
            case "root":
                self._take()
                inner = self._factor()
                return None if inner is None else raised(inner, Fraction(1, 2))
            case "open":
                return self._bracketed()
            case "digits":
                return NONE if self._take() == "1" else None
            case "symbol":
                symbol = canonical(self._take())
                power = self._power(is_known=symbol in SYMBOLS)
                return None if power is None else ((symbol, power),)
            case _:
                return None

    def _bracketed(self) -> Unit | None:
        self._take()
        inner = self._inner()
        power = self._power(is_known=False)
        return None if inner is None or power is None else raised(inner, power)

    def _inner(self) -> Unit | None:
        """Read what is between brackets; what is no product there is a symbol."""
        begin, depth = self._next, 1
        while depth and self._next < len(self._tokens):
            depth += {"open": 1, "close": -1}.get(self._peek(), 0)
            self._take()
        if depth:
            return None
        return parse("".join(text for _, text in self._tokens[begin : self._next - 1])) or None

    def _power(self, *, is_known: bool) -> Fraction | None:
        """Read a power, 1 where there is none; bare digits are one only of known units."""
        match self._peek():
            case "raised":
                text = self._take().lstrip("^*").strip().strip("()")
            case "super":
                text = self._take().translate(_SUPERSCRIPTS)
            case "digits" if is_known:
                text = self._take()
                if text in ("1", "0"):
                    return None
            case "digits":
                return None
            case _:
                return Fraction(1)
        try:
            return Fraction(text.replace("\N{MINUS SIGN}", "-")) or None
        except ZeroDivisionError:
            return None


@lru_cache(maxsize=4096)
def combined(factors: tuple[tuple[str, Fraction], ...]) -> Unit:
    """Multiply powers of symbols."""
    found: dict[str, Fraction] = {}
    for symbol, power in factors:
        found[symbol] = found.get(symbol, Fraction(0)) + power
    return tuple((symbol, power) for symbol, power in found.items() if power)


@lru_cache(maxsize=4096)
def raised(unit: Unit, power: Fraction) -> Unit:
    """Raise a unit to a power."""
    return tuple((symbol, own * power) for symbol, own in unit if power)


@lru_cache(maxsize=4096)
def written(unit: Unit) -> str:
    """Write a unit as axes show it.

    Examples
    --------
    >>> [written(parse(text)) for text in ("V^2/Hz", "mm-1", "V/(s·A)", "V/Hz^0.5", "us", "N A^-1")]
    ['V²/Hz', '1/mm', 'V/(s·A)', 'V/√Hz', 'µs', 'N·A⁻¹']
    """
    if len(unit) == 1 and unit[0][1] == 1:
        return unit[0][0]
    above = [_power_text(symbol, power) for symbol, power in unit if power > 0]
    below = [_power_text(symbol, -power) for symbol, power in unit if power < 0]
    if not below:
        return "·".join(above)
    under = "·".join(below)
    text = f"{'·'.join(above) or '1'}/{f'({under})' if len(below) > 1 else under}"
    if text in WHOLE:  # newtons per ampere aren't "not applicable"
        return "·".join(_power_text(symbol, power) for symbol, power in unit)
    return text


def of_powers(*powers: tuple[str, float | Fraction]) -> str:
    """Return the unit of a product of powers of units; one alone is left as it is written.

    Examples
    --------
    >>> of_powers(("V", 1), ("s", -2)), of_powers(("counts", 0), ("cm-1", 1))
    ('V/s²', 'cm-1')
    """
    counted = [(unit, power) for unit, power in powers if power]
    if len(counted) == 1 and counted[0][1] == 1:
        return counted[0][0]
    factors = (raised(parse(unit), Fraction(power)) for unit, power in counted)
    return written(combined(tuple(factor for unit in factors for factor in unit)))


def _power_text(symbol: str, power: Fraction) -> str:
    token = _TOKEN.fullmatch(symbol)
    base = symbol if token and token.lastgroup == "symbol" else f"({symbol})"
    if power == 1:
        return base
    if power == Fraction(1, 2):
        return f"√{base}"
    if power.denominator == 1:
        return f"{base}{str(power).translate(_TO_SUPERSCRIPTS)}"
    if power.denominator <= _LARGEST_DENOMINATOR:
        return f"{base}^({power})"
    return f"{base}^{float(power)!r}"
