"""JCAMP-DX's tables of numbers: plain, packed, squeezed, as differences, with repeats.

References
----------
R. S. McDonald and P. A. Wilks, "JCAMP-DX: A Standard Form for Exchange of Infrared Spectra in
Computer Readable Form", Applied Spectroscopy 42 (1988) 151, section "ASDF forms"; J. C. Lindon
and others, "JCAMP-DX 5.01", 1999.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from datalab_kernel.formats._curves import Array

# An exponent has a sign, or a decimal point before it: in "12E34", E is a squeezed digit
_PLAIN = r"[+-]?(?:\d+\.\d*|\.\d+)(?:[Ee][+-]?\d+)?|[+-]?\d+(?:[Ee][+-]\d{1,3}(?!\d))?"
_ABSCISSA = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]\d{1,3}(?!\d))?)")
_TOKEN = re.compile(rf"[\s,;]*(?:(\?)|([@A-Ia-i]\d*)|([%J-Rj-r]\d*)|([S-Zs]\d*)|({_PLAIN}))")
_SQUEEZED = {"@": "0", **dict(zip("ABCDEFGHI", "123456789", strict=True))}
_SQUEEZED |= dict(zip("abcdefghi", (f"-{digit}" for digit in "123456789"), strict=True))
_DIFFERENCE = {"%": "0", **dict(zip("JKLMNOPQR", "123456789", strict=True))}
_DIFFERENCE |= dict(zip("jklmnopqr", (f"-{digit}" for digit in "123456789"), strict=True))
_REPEATS = dict(zip("STUVWXYZs", "123456789", strict=True))


class TableError(ValueError):
    """A line of a table that is wrong; ``line`` is its number in the file."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Where the points of a table ``X++(Y..Y)`` lie: of line beginnings, ``x * factor``."""

    first: float
    step: float
    factor: float

    def check(self, line: int, text: str, place: int) -> None:
        """Check the abscissa that a line begins with against that of its first point.

        Raises
        ------
        TableError
            If it is more than a point away, as after a line that is missing.
        """
        expected = self.first + place * self.step
        decimals = len(text.partition(".")[2]) if "e" not in text.lower() else 0
        rounding = abs(self.factor) * 10.0**-decimals
        if not abs(float(text) * self.factor - expected) <= abs(self.step) + rounding:
            reason = f"it begins at x = {text} x {self.factor:g}, where point {place + 1} is at {expected:g}"
            raise TableError(line, reason)


def ordinates(lines: Sequence[tuple[int, str]], grid: Grid) -> Array:
    """Read the values of a table ``X++(Y..Y)``, of shape ``(n,)``; ``?`` is NaN.

    Raises
    ------
    TableError
        If a line can't be read, begins at another x, or doesn't go on where the last one of
        differences ended.
    """
    values: list[float] = []
    ends_with_difference = False
    for line, text in lines:
        abscissa = _ABSCISSA.match(text)
        if abscissa is None:
            raise TableError(line, f"{text.strip()[:60]!r} doesn't begin with an x")
        found, is_difference = _values(line, text[abscissa.end() :])
        if ends_with_difference and found:
            grid.check(line, abscissa[1], len(values) - 1)
            if found[0] != values[-1]:
                reason = f"it begins with {found[0]:g}, and the line above ended at {values[-1]:g}"
                raise TableError(line, reason)
            found = found[1:]
        else:
            grid.check(line, abscissa[1], len(values))
        values += found
        ends_with_difference = is_difference
    return np.array(values)


def _values(line: int, text: str) -> tuple[list[float], bool]:
    """Return a line's values, and whether the last one was written as a difference."""
    values: list[float] = []
    difference: float | None = None
    for kind, token in _tokens(line, text):
        if kind == "value":
            values.append(float(token))
            difference = None
        elif not values:
            raise TableError(line, "it begins with a difference or a repeat")
        elif kind == "difference":
            difference = float(token)
            values.append(values[-1] + difference)
        else:
            step = difference or 0.0
            values += [values[-1] + step * n for n in range(1, int(token))]
    return values, difference is not None


def _tokens(line: int, text: str) -> Iterator[tuple[str, str]]:
    text = text.rstrip()
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            if not text[place:].strip(" ,;"):
                return
            raise TableError(line, f"{text[place : place + 30]!r} isn't a number")
        missing, squeezed, difference, repeats, plain = match.groups()
        if missing:
            yield "value", "nan"
        elif squeezed:
            yield "value", _SQUEEZED[squeezed[0]] + squeezed[1:]
        elif difference:
            yield "difference", _DIFFERENCE[difference[0]] + difference[1:]
        elif repeats:
            yield "repeats", _REPEATS[repeats[0]] + repeats[1:]
        else:
            yield "value", plain
        place = match.end()


def pairs(lines: Sequence[tuple[int, str]]) -> Array:
    """Read a table ``XY..XY``, of shape ``(2, n)``.

    Raises
    ------
    TableError
        If a line isn't one of pairs.
    """
    values: list[float] = []
    for line, text in lines:
        words = [word for word in re.split(r"[\s,;]+", text.strip()) if word]
        if len(words) % 2 or not all(re.fullmatch(_PLAIN, word) for word in words):
            raise TableError(line, f"{text.strip()[:60]!r} isn't a row of pairs x, y")
        values += [float(word) for word in words]
    return np.array(values).reshape(-1, 2).T
