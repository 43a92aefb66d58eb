"""What one field of a text file can be: a number as programs print it, a date, a time of day."""

from __future__ import annotations

import csv
import re

WHITESPACE = r"\s+"
_MISSING = r"[+-]?nan(?:\(\w*\))?|[+-]?na|n/a|null|[+-]?1\.#(?:[qs]?nan|ind)\d*|#n/a|#num!|#value!"
_INFINITE = r"[+-]?(?:inf|infinity|∞|1\.#inf\d*)|#div/0!"
_NOT_DECIMAL = rf"{_MISSING}|{_INFINITE}|0x[0-9a-f]+"
NUMBERS = {
    decimal: re.compile(
        rf"[+\-\u2212]?(?:[0-9]+(?:{re.escape(decimal)}[0-9]*)?|{re.escape(decimal)}[0-9]+)"
        rf"(?:[ed][+-]?[0-9]+)?|{_NOT_DECIMAL}",
        re.IGNORECASE,
    )
    for decimal in ".,"
}
MISSING = re.compile(_MISSING, re.IGNORECASE)
_CLOCK = r"\d{1,4}:\d{1,2}(?::\d{1,2})?(?:[.,]\d{1,})?(?: ?[AaPp][Mm])?"
_ZONE = r"(?: ?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?"
_DAY = r"\d{1,4}([-/.])(?:\d{1,2}|[A-Za-z]{3})\1\d{1,4}"
DATE = re.compile(rf"{_DAY}(?:[ T]+{_CLOCK}{_ZONE})?", re.ASCII)
TIME = re.compile(rf"{_CLOCK}{_ZONE}", re.ASCII)
LEADING = 3
"""In how many columns from the left dates and times may be, a count before them included."""


def split_line(line: str, delimiter: str) -> list[str]:
    """Split a line into fields, without quotes and blanks around them.

    Examples
    --------
    >>> split_line('"Record Length", 2500,', ",")
    ['Record Length', '2500', '']
    """
    if delimiter == WHITESPACE:
        return [part.strip('"') for part in line.split()]
    line = line.rstrip("\r\n")
    if '"' in line:
        parts = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
        return [part.strip().strip('"').strip() for part in parts]
    return [part.strip() for part in line.split(delimiter)]


def is_comment(line: str) -> bool:
    """Say whether a line among the numbers is a comment or empty."""
    start = line.lstrip()
    return not start or (start.startswith("#") and MISSING.match(start) is None)


def without_comment(line: str) -> str:
    """Return a line of numbers without the comment behind them.

    Examples
    --------
    >>> without_comment("1,2 # the lamp was off"), without_comment("1,#N/A")
    ('1,2 ', '1,#N/A')
    """
    return _COMMENT.sub("", line) if "#" in line else line


_COMMENT = re.compile(r"(?<![.])#(?!(?:n/a|num!|value!|div/0!)).*", re.IGNORECASE)


def is_row(fields: list[str], decimal: str) -> bool:
    """Say whether fields are a row of numbers, with dates or times in the first columns."""
    number = NUMBERS[decimal]
    numbers = 0
    for place, field in enumerate(fields):
        if number.fullmatch(field):
            numbers += 1
        elif field and not (place < LEADING and is_moment(field)):
            return False
    return numbers > 0


def is_moment(field: str) -> bool:
    """Say whether a field is a date, a time of day or both."""
    return bool(DATE.fullmatch(field) or TIME.fullmatch(field))


def leading_of(fields: list[str]) -> int:
    """Return how many columns from the left hold dates and times, and what is before them."""
    moments = [place for place, field in enumerate(fields[:LEADING]) if is_moment(field)]
    return moments[-1] + 1 if moments else 0


def is_day(field: str) -> bool:
    """Say whether a field is a date without a time of day."""
    return ":" not in field and DATE.fullmatch(field) is not None
