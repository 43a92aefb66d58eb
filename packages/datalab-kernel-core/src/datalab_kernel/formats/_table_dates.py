"""Columns of dates and times as the x of curves: exact moments, or seconds of a day.

Notes
-----
With dots the day is first; with slashes or dashes the whole column decides, and where both
orders fit, a person is asked. Moments with an offset are kept in UTC. Times without a date are
seconds since midnight.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.formats._table_lines import line_of, wrong
from datalab_kernel.formats._text_fields import DATE
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from datalab_kernel.formats._text import TextLayout

Array = np.ndarray[Any, Any]
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = re.compile(
    r"(\d{1,4}):(\d{1,2})(?::(\d{1,2}))?(?:[.,](\d+))?(?: ?([AaPp])[Mm])?"
    r"(?: ?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?",
    re.ASCII,
)
_DAY = re.compile(r"(\d{1,4})([-/.])(\d{1,2}|[A-Za-z]{3})\2(\d{1,4})", re.ASCII)
_ASK = "Say which comes first: read=dict(dayfirst=True), or False."
_UNITS = ("s", "ms", "us", "ns")
_CENTURY = 69  # POSIX: two digits from 69 on are of the last century
_NOON, _HOURS = 12, 24
_DAY_SECONDS = 86_400.0
_FIRST_NS, _LAST_NS = np.datetime64("1678-01-01"), np.datetime64("2262-01-01")
_NUMBER = re.compile(r"([+-]?\d+)(?:[.,](\d*))?", re.ASCII)
_HAS_FRACTION = re.compile(r"[.,]").search
_SIGNS = re.compile(r"[A-Za-z+-]")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """What columns of dates and times say.

    Parameters
    ----------
    values
        Of shape ``(n,)``: moments in UTC, of dtype datetime64; of times without a date, seconds
        since midnight.
    zone
        The offset that all moments are written with, as pandas names it.
    notes
        What was guessed.
    """

    values: Array
    zone: str = ""
    notes: tuple[Note, ...] = ()


class _MomentError(ValueError):
    """What can't be read as a moment, in which row, and what would help."""

    def __init__(self, row: int | None, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.row, self.reason, self.hint = row, reason, hint


def moments_of(path: Path, layout: TextLayout, columns: Sequence[Sequence[str]]) -> Moments:
    """Read columns of dates and times, the texts of one row together.

    Parameters
    ----------
    path, layout
        Where they are from, and what a person says: whether the day is first where slashes or
        dashes leave it open; the unit of numbers since 1970.
    columns
        Dates (with times or without), or times, or dates and then times.

    Raises
    ------
    FileFormatError
        If one can't be read, or either the day or the month may be first.
    """
    texts = [" ".join(parts).strip() for parts in zip(*columns, strict=True)]
    try:
        return _since_1970(texts, layout.unit) if layout.unit else _moments(texts, layout.dayfirst)
    except _MomentError as error:
        line = None if error.row is None else line_of(path, layout, error.row)
        more = {"hint": error.hint} if error.hint else {}
        raise wrong(path, error.reason, line=line, **more) from error


def _since_1970(texts: Sequence[str], unit: str) -> Moments:
    """Read numbers of a unit since 1970."""
    wholes, parts = [], []
    for row, text in enumerate(texts):
        found = _NUMBER.fullmatch(text)
        if found is None:
            raise _MomentError(row, f"{text!r} isn't a number of {unit} since 1970")
        wholes.append(int(found[1]))
        parts.append(found[2] or "")
    finer = _UNITS.index(unit) + -(-max(map(len, parts), default=0) // 3)
    if finer >= len(_UNITS):
        row = max(range(len(parts)), key=lambda place: len(parts[place]))
        raise _MomentError(row, f"{texts[row]} is finer than nanoseconds")
    digits = 3 * (finer - _UNITS.index(unit))
    ticks = [
        (whole * 10**digits) + int(part.ljust(digits, "0") or 0) * (-1 if text[0] == "-" else 1)
        for whole, part, text in zip(wholes, parts, texts, strict=True)
    ]
    try:
        return Moments(values=np.array(ticks, np.int64).astype(f"M8[{_UNITS[finer]}]"))
    except OverflowError as error:
        raise _MomentError(None, f"they are no {unit} since 1970") from error


def _moments(texts: Sequence[str], dayfirst: bool | None) -> Moments:
    if DATE.match(texts[0]) is None:
        return _times_of_day([*texts])
    pairs = [text.replace("T", " ", 1).partition(" ") for text in texts]
    days = _days([day for day, _, _ in pairs], dayfirst)
    ticks, offsets = _seconds([clock.strip() or "0:0" for _, _, clock in pairs], hours=_HOURS)
    unit = _coarsest(ticks)
    step = 10 ** (9 - 3 * _UNITS.index(unit))
    if unit == "ns" and not ((days >= _FIRST_NS) & (days < _LAST_NS)).all():
        raise _MomentError(None, "nanoseconds can be kept from 1678 to 2261 only")
    stamps = days.astype(f"M8[{unit}]") + ticks // step - offsets * (10**9 // step)
    return Moments(values=stamps, zone=_zone(offsets, pairs[0][2]))


def _times_of_day(texts: list[str]) -> Moments:
    """Read times without dates, which go on after midnight."""
    ticks, _ = _seconds(texts)
    seconds = ticks / 1e9
    notes = [Note("The times have no date: x is seconds since midnight, or since the start.")]
    if texts[0].count(":") == 1:
        parts = "minutes and seconds" if any(map(_HAS_FRACTION, texts)) else "hours and minutes"
        advice = "If they are others, choose x by read=dict(x=), or None."
        notes.append(Note(f"Times such as {texts[0]} were read as {parts}.", advice, is_guess=True))
    if len(seconds) and seconds.max() < _DAY_SECONDS:
        is_next_day = np.diff(seconds, prepend=seconds[0]) < -_DAY_SECONDS / 2
        seconds = seconds + _DAY_SECONDS * is_next_day.cumsum()
        if is_next_day.any():
            advice = "read=dict(x=None) counts the points instead."
            text = "Where times fall back to midnight, they were counted on: the next day begins."
            notes.append(Note(text, advice, is_guess=True))
    return Moments(values=seconds, notes=tuple(notes))


def _coarsest(ticks: Array) -> str:
    """Return the coarsest unit of which nanoseconds are whole numbers."""
    for unit, step in zip(_UNITS, (10**9, 10**6, 10**3), strict=False):
        if not (ticks % step).any():
            return unit
    return "ns"


def _zone(offsets: Array, first: str) -> str:
    """Return the offset of all moments as pandas names it; an empty text: none is written."""
    found = _CLOCK.fullmatch(first.strip())
    if found is None or found[6] is None:
        return ""
    minutes = int(offsets[0]) // 60
    if minutes == 0 or (offsets != offsets[0]).any():
        return "UTC"
    return f"UTC{'+' if minutes > 0 else '-'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _days(texts: Sequence[str], dayfirst: bool | None) -> Array:
    """Return dates, of dtype datetime64[D]; each one is read once."""
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    parts = []
    for text in places:
        found = _DAY.fullmatch(text)
        if not text:
            raise _MomentError(texts.index(text), "the date is missing there")
        if found is None:
            raise _MomentError(texts.index(text), f"{text!r} isn't a date")
        parts.append((found[1], found[3], found[4], found[2]))
    year, month, day = _order(parts, dayfirst)
    dates = []
    for text, part in zip(places, parts, strict=True):
        try:
            dates.append(_date(part[year], part[month], part[day]))
        except ValueError as error:
            raise _MomentError(
                texts.index(text), f"the date there can't be read: {text}"
            ) from error
    codes = np.fromiter((places[text] for text in texts), int, len(texts))
    result: Array = np.array(dates, "M8[D]")[codes]
    return result


def _order(
    parts: Sequence[tuple[str, str, str, str]], dayfirst: bool | None
) -> tuple[int, int, int]:
    """Return where year, month and day are; the whole column decides."""
    first = parts[0]
    if len(first[0]) > 2:  # noqa: PLR2004 - a year of four digits
        return 0, 1, 2
    if first[3] == "." or first[1].isalpha():
        return 2, 1, 0
    if all(part[1].isdecimal() and part[0].isdecimal() for part in parts):
        is_day_first = any(int(part[0]) > 12 for part in parts)  # noqa: PLR2004 - months
        is_month_first = any(int(part[1]) > 12 for part in parts)  # noqa: PLR2004 - months
        if dayfirst is None and not is_day_first and not is_month_first:
            shown = first[3].join(first[:3])
            raise _MomentError(
                None, f"the dates are ambiguous: in {shown} the day or the month may be first", _ASK
            )
        if dayfirst is None:
            dayfirst = is_day_first
    return (2, 1, 0) if dayfirst else (2, 0, 1)


def _date(year: str, month: str, day: str) -> datetime.date:
    number = int(year)
    if len(year) == 2:  # noqa: PLR2004 - without the century
        number += 1900 if number >= _CENTURY else 2000
    name = month.casefold()
    return datetime.date(
        number, _MONTHS.index(name) + 1 if name in _MONTHS else int(month), int(day)
    )


def _seconds(texts: list[str], hours: int | None = None) -> tuple[Array, Array]:
    """Return times as nanoseconds since midnight, and the seconds that their offsets are.

    Parameters
    ----------
    texts
        Hours, minutes and perhaps seconds with a fraction; AM or PM; an offset or Z.
    hours
        Of how many hours a day has; None: they are counted on.
    """
    offsets = np.zeros(len(texts), np.int64)
    if _SIGNS.search("".join(texts)):
        texts, offsets = _plain_clocks(texts)
    try:
        parts = np.loadtxt([text.replace(",", ".") for text in texts], delimiter=":", ndmin=2)
    except ValueError:
        parts = np.empty((0, 0))
    if parts.shape[0] != len(texts) or parts.shape[1] not in {2, 3}:
        raise _first_wrong(texts)
    if parts.shape[1] == 2:  # noqa: PLR2004 - hours and minutes, or minutes and seconds
        blank = np.zeros(len(parts))
        is_fine = hours is None and (parts[:, 1] % 1 > 0).any()
        parts = np.column_stack([blank, parts] if is_fine else [parts, blank])
    limits = (hours or np.inf, 60, 60)
    is_right = ((parts >= 0) & (parts < limits)).all(axis=1) & (parts[:, :2] % 1 == 0).all(axis=1)
    nanoseconds = np.rint(np.where(is_right, parts[:, 2], 0) * 1e9)
    is_right &= np.abs(parts[:, 2] * 1e9 - nanoseconds) < 1e-3  # noqa: PLR2004 - of a nanosecond
    if not is_right.all():
        row = int((~is_right).argmax())
        raise _MomentError(row, f"the time there can't be read: {texts[row]}")
    minutes = parts[:, 0].astype(np.int64) * 60 + parts[:, 1].astype(np.int64)
    return minutes * 60 * 10**9 + nanoseconds.astype(np.int64), offsets


def _plain_clocks(texts: Sequence[str]) -> tuple[list[str], Array]:
    """Write times with AM, PM or an offset as hours of the day; return the offsets in seconds."""
    plain, offsets = [], []
    has_zone = None
    for row, text in enumerate(texts):
        found = _CLOCK.fullmatch(text)
        is_same = found is not None and (has_zone is None or has_zone == (found[6] is not None))
        if found is None or not is_same:
            raise _MomentError(row, f"the time there can't be read: {text}")
        has_zone = found[6] is not None
        hour = int(found[1])
        if found[5]:
            if not 1 <= hour <= _NOON:
                raise _MomentError(row, f"the time there can't be read: {text}")
            hour = hour % _NOON + (_NOON if found[5] in "Pp" else 0)
        plain.append(f"{hour}:{found[2]}:{found[3] or 0}.{found[4] or 0}")
        offsets.append(_offset(found[6] or "Z"))
    return plain, np.array(offsets, np.int64)


def _offset(text: str) -> int:
    """Return an offset in seconds."""
    if text[0] not in "+-":
        return 0
    digits = text[1:].replace(":", "").ljust(4, "0")
    seconds = (int(digits[:2]) * 60 + int(digits[2:])) * 60
    return -seconds if text[0] == "-" else seconds


def _first_wrong(texts: Sequence[str]) -> _MomentError:
    """Name the first time that isn't one, or isn't written as the one above it."""
    width = texts[0].count(":")
    for row, text in enumerate(texts):
        if _CLOCK.fullmatch(text) is None or text.count(":") != width:
            return _MomentError(row, f"the time there can't be read: {text!r}")
    return _MomentError(None, "the times can't be read")
