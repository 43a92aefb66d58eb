"""Bruker's diffractograms as text: .uxd with its ranges, .xy with one line above the pairs.

References
----------
Bruker AXS, "DIFFRAC plus file formats", the UXD format: ``_START``, ``_STEPSIZE``, ``_COUNTS``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats._curves import Curve, to_signals
from datalab_kernel.formats._header import Setting, value_of
from datalab_kernel.formats.instruments._text_file import (
    beginning,
    check_count,
    lines_of,
    number_of,
    numbers_of,
    refused,
    text_reader,
)

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.objects import DataObject

_SETTING = re.compile(r"_(\w+)\s*=\s*(.*)")
_DATA = {
    "COUNTS": (False, "Counts", ""),
    "CPS": (False, "Intensity", "1/s"),
    "2THETACOUNTS": (True, "Counts", ""),
    "2THETACPS": (True, "Intensity", "1/s"),
}
"""Of what begins the numbers: whether they are pairs with the angle, what they are, their unit."""
_PAIR = re.compile(r"""([A-Za-z][\w .%()/-]*?):\s*(?:"([^"]*)"|(\S+))""")


@dataclass(slots=True)
class _Range:
    """What is said above a range's numbers, and these."""

    settings: dict[str, str]
    kind: str = ""
    rows: list[tuple[int, str]] = field(default_factory=list)


def _read_uxd(path: Path) -> list[DataObject]:
    signals = to_signals(path, [_curve(path, one) for one in _ranges(path)])
    if len(signals) > 1:
        for number, signal in enumerate(signals, start=1):
            signal.title = f"{path.stem} range {number}"
    return [*signals]


def _ranges(path: Path) -> list[_Range]:
    """Return a file's ranges; what is said above the first holds for all."""
    common: dict[str, str] = {}
    ranges: list[_Range] = []
    pending: dict[str, str] = {}
    for number, line in enumerate(lines_of(path), start=1):
        text = line.strip()
        setting = _SETTING.match(text)
        if not text or text.startswith(";"):
            continue
        if setting:
            pending[setting[1].upper()] = setting[2].strip().strip("'")
        elif text.startswith("_"):
            common = common if ranges else pending
            ranges.append(_Range({**common, **pending}, _kind(path, number, text)))
            pending = {}
        elif not ranges or pending:
            raise refused(path, f"{text[:60]!r} is outside of a range", number)
        else:
            ranges[-1].rows.append((number, text))
    if not ranges or pending:
        raise refused(path, "it was cut off: a range has no numbers")
    return ranges


def _kind(path: Path, line: int, text: str) -> str:
    kind = text[1:].upper()
    if kind not in _DATA:
        raise refused(path, f"its numbers are {text!r}, which isn't read", line)
    return kind


def _curve(path: Path, one: _Range) -> Curve:
    has_angles, ylabel, yunit = _DATA[one.kind]
    values = numbers_of(path, one.rows)
    if has_angles:
        if len(values) % 2:
            raise refused(path, "its numbers aren't pairs", one.rows[-1][0])
        x, y = values.reshape(-1, 2).T
    else:
        start = number_of(one.settings.get("START", one.settings.get("2THETA", "")), "_START")
        step = number_of(one.settings.get("STEPSIZE", ""), "_STEPSIZE")
        x, y = start + np.arange(len(values)) * step, values
    check_count(path, len(y), float(one.settings.get("STEPCOUNT", len(y))))
    if not len(y):
        raise refused(path, "a range is empty")
    settings: dict[str, Setting] = {key: value_of(text) for key, text in one.settings.items()}
    return Curve(x=x, y=y, xlabel="2θ", xunit="°", ylabel=ylabel, yunit=yunit, settings=settings)


def _read_xy(path: Path) -> list[DataObject]:
    """Read pairs of angle and counts below one line of ``Name: "value"``."""
    first, *lines = lines_of(path)
    rows = [(number, text) for number, text in enumerate(lines, start=2) if text.strip()]
    for number, text in rows:
        if len(text.split()) != 2:  # noqa: PLR2004 - angle and counts
            raise refused(path, f"{text.strip()[:60]!r} isn't a pair", number)
    values = numbers_of(path, rows)
    if not len(values):
        raise refused(path, "there is no pair of numbers in it")
    x, y = values.reshape(-1, 2).T
    said = {found[1].strip(): found[2] or found[3] for found in _PAIR.finditer(first)}
    settings: dict[str, Setting] = {key: value_of(text) for key, text in said.items() if text}
    curve = Curve(x=x, y=y, xlabel="2θ", xunit="°", ylabel="Counts", settings=settings)
    return [*to_signals(path, [curve])]


UXD = text_reader(
    "Bruker UXD",
    (".uxd",),
    beginning(rb"(?:[ \t\r]*(?:;[^\n]*)?\n)*[ \t\r]*_FILEVERSION\s*="),
    _read_uxd,
    keeps="2θ by _START and _STEPSIZE, each range, all settings",
)
XY = text_reader(
    "Bruker XY",
    (".xy",),
    beginning(rb"'?Id:[^\n]*(?:Scantype|Operator|Anode):"),
    _read_xy,
    keeps="2θ, what the first line says",
)
