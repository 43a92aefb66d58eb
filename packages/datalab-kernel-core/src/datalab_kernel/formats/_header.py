"""What stands above the numbers: titles and units of the columns, and an instrument's settings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.formats._text import TextLayout

Setting = str | int | float
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_TITLE_AND_UNIT = re.compile(r"(.*?)\s*[(\[]((?:[^()\[\]]|\([^()]*\))*)[)\]]")
_UNIT_WORDS = {
    "second": "s",
    "seconds": "s",
    "sec": "s",
    "volt": "V",
    "volts": "V",
    "ampere": "A",
    "amperes": "A",
    "amp": "A",
    "amps": "A",
    "watt": "W",
    "watts": "W",
    "hertz": "Hz",
    "sequence": "",
    "none": "",
    "unknown": "",
    "value": "",
}
_SETTING = re.compile(
    r"(?:record length|sample (?:interval|rate)|(?:vertical|horizontal) \w+|model.*|source|mode"
    r"|.* version|serial number|probe.*)",
    re.IGNORECASE,
)
_PLAIN_UNITS = {"s", "ms", "us", "µs", "ns", "ps", "V", "mV", "uV", "µV", "kV", "A", "mA", "W"}
_PLAIN_UNITS |= {"Hz", "kHz", "MHz", "GHz", "dB", "dBm", "Ω"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the lines above the numbers say.

    ``settings`` has a row's values by its title; ``comments`` are lines that begin with #.
    """

    titles: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    settings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    comments: tuple[str, ...] = ()

    def title(self, column: int) -> str:
        """Return a column's title, or an empty text."""
        return self.titles[column] if column < len(self.titles) else ""

    def unit(self, column: int) -> str:
        """Return a column's unit, or an empty text."""
        return self.units[column] if column < len(self.units) else ""

    def setting(self, *names: str) -> tuple[str, ...]:
        """Return the values of the first of these settings that is there."""
        return next((self.settings[name] for name in names if name in self.settings), ())

    def without(self, number: int) -> Header:
        """Return what is said of the columns after the first ones."""
        if not number:
            return self
        return replace(self, titles=self.titles[number:], units=self.units[number:])


def read_header(layout: TextLayout, columns: int) -> Header:
    """Read what stands above the numbers.

    Parameters
    ----------
    layout
        Where the numbers begin, and the lines above.
    columns
        How many columns of numbers there are.
    """
    lines = [line for line in layout.preamble if any(layout.split(line))]
    rows = [layout.split(line.lstrip("#")) for line in lines]
    titles: list[str] = []
    units: list[str] = []
    end = len(rows)
    if end and _are_units(rows[-1]) and len(rows[-1]) >= columns:
        units, end = [unit_of(text) for text in rows[-1]], end - 1
        if end and _are_titles(rows[end - 1], layout, columns, 0):
            titles, end = rows[end - 1], end - 1
    elif end and _are_titles(rows[-1], layout, columns, 0.5):
        titles, units, end = *_split_units(rows[-1]), end - 1
    comments = [line for line in lines[:end] if line.startswith("#")]
    return Header(
        titles=tuple(titles),
        units=tuple(units),
        settings=_settings(lines[:end], rows[:end]),
        comments=tuple(comments),
    )


def _are_titles(fields: Sequence[str], layout: TextLayout, columns: int, least: float) -> bool:
    """Say whether fields can be the columns' titles: enough of them, and no key with its value.

    Parameters
    ----------
    least
        Which part of the titles must be more than a number.
    """
    first = fields[0] if fields else ""
    if "=" in first or first.endswith(":") or _SETTING.fullmatch(first):
        return False
    named = [text for text in fields if text]
    texts = [text for text in named if not layout.is_number(text)]
    return len(fields) >= columns and len(texts) > least * len(named)


def _are_units(fields: Sequence[str]) -> bool:
    texts = [text for text in fields if text and not _is_float(text)]  # Rigol's has numbers too
    return bool(texts) and all(
        _IN_BRACKETS.fullmatch(text) or text.casefold() in _UNIT_WORDS or text in _PLAIN_UNITS
        for text in texts
    )


def _is_float(text: str) -> bool:
    return isinstance(value_of(text), (int, float))


def _split_units(titles: Sequence[str]) -> tuple[list[str], list[str]]:
    if titles[0].startswith("in "):  # Rohde & Schwarz: "in s,C1 in V"
        named = [text.rpartition("in ") for text in titles]
        return [title.strip() for title, _, _ in named], [unit_of(unit) for _, _, unit in named]
    pairs = [split_title(text) for text in titles]
    return [title for title, _ in pairs], [unit for _, unit in pairs]


def split_title(text: str) -> tuple[str, str]:
    """Split a column's title into label and unit.

    Examples
    --------
    >>> split_title("Acceleration (kg·m / s²)"), split_title("t [second]"), split_title("CH1")
    (('Acceleration', 'kg*m/s²'), ('t', 's'), ('CH1', ''))
    """
    text = " ".join(text.split())
    found = _TITLE_AND_UNIT.fullmatch(text)
    return (found[1], unit_of(found[2])) if found else (text, "")


def unit_of(text: str) -> str:
    """Write a unit as its symbol, as Sigima does.

    Examples
    --------
    >>> unit_of("(ms)"), unit_of("Volt"), unit_of("None")
    ('ms', 'V', '')
    """
    from sigima.io.signal.funcs import normalize_units

    found = _IN_BRACKETS.fullmatch(text.strip())
    unit = found[1] if found else text.strip()
    return str(_UNIT_WORDS.get(unit.casefold(), normalize_units(unit)))


def _settings(lines: Sequence[str], rows: Sequence[list[str]]) -> dict[str, tuple[str, ...]]:
    settings: dict[str, tuple[str, ...]] = {}
    for line, fields in zip(lines, rows, strict=True):
        if line.startswith("#"):
            continue
        texts = list(fields)
        while texts and not texts[-1]:
            texts.pop()
        if len(texts) == 1:
            key, mark, value = texts[0].partition("=" if "=" in texts[0] else ":")
            texts = [key.strip(), value.strip()] if mark and value.strip() else []
        if len(texts) > 1 and texts[0]:
            settings[texts[0].rstrip(":")] = tuple(texts[1:])
    return settings


def value_of(text: str) -> Setting:
    """Return a setting as a number if it is one.

    Examples
    --------
    >>> value_of("4e-09"), value_of("10"), value_of("ANALOG")
    (4e-09, 10, 'ANALOG')
    """
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            continue
    return text
