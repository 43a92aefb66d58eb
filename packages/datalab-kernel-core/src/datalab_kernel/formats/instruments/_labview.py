"""LabVIEW's text measurements (.lvm): segments of channels, with or without columns of x.

References
----------
National Instruments, "Specification for the LabVIEW Measurement File (.lvm)".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats._curves import Array, Curve, to_signals
from datalab_kernel.formats._header import Setting, unit_of, value_of
from datalab_kernel.formats.instruments._text_file import (
    beginning,
    lines_of,
    number_of,
    refused,
    text_reader,
)
from datalab_kernel.notes import Note, attach_notes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from datalab_kernel.objects import DataObject

_END = "***End_of_Header***"
_SPECIAL = ("***Start_Special***", "***End_Special***")
_SPECIAL_NOTE = Note("Blocks of special data in the file were skipped.", "LabVIEW shows them.")
_COMMENTS = Note("Rows of the file have comments.", "They are in metadata['Comment'], one a row.")
_APPENDED = Note(
    "More was appended than the header counts; its times were taken to go on without a gap.",
    "Only who wrote the file knows whether there was one.",
    is_guess=True,
)
_KEPT = ("Writer_Version", "Operator", "Description", "Project", "Date", "Time", "Time_Pref")
_DIGITS = re.compile(r"[+-]?\d*\.?(\d*)(?:[Ee]([+-]?\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How the whole file is laid out: ``x_columns`` is ``"no"``, ``"one"`` or ``"multi"``."""

    delimiter: str
    decimal: str
    x_columns: str
    has_one_header: bool
    settings: Mapping[str, Setting]

    def number(self, text: str, what: str) -> float:
        return number_of(text.replace(self.decimal, "."), what)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    """A segment: its header's rows, the columns' titles, and lines of numbers."""

    line: int
    header: Mapping[str, Sequence[str]]
    titles: Sequence[str]
    rows: Sequence[tuple[int, list[str]]]


def _read(path: Path) -> list[DataObject]:
    lines, has_special = _without_special(path, lines_of(path))
    layout, start = _layout(path, lines)
    segments = _segments(path, lines, start, layout)
    if not segments:
        raise refused(path, "it was cut off: there is no segment with numbers in it")
    curves, titles = [], []
    for number, segment in enumerate(segments, start=1):
        for curve in _curves(path, segment, layout):
            curves.append(curve)
            title = curve.ylabel if len(segments) == 1 else f"{curve.ylabel} {number}"
            titles.append((title, _comments(segment)))
    signals = to_signals(path, curves)
    for signal, (title, comments) in zip(signals, titles, strict=True):
        signal.title = f"{path.stem} {title}" if len(signals) > 1 else path.stem
        if any(comments):
            signal.metadata["Comment"] = comments
            attach_notes(signal, _COMMENTS)
        if has_special:
            attach_notes(signal, _SPECIAL_NOTE)
    return [*signals]


def _without_special(path: Path, lines: list[str]) -> tuple[list[tuple[int, str]], bool]:
    """Give the lines numbers, and leave out the blocks that add-ons write."""
    kept: list[tuple[int, str]] = []
    is_special = has_special = False
    for number, line in enumerate(lines, start=1):
        word = line.strip()
        if word == _SPECIAL[0]:
            is_special = has_special = True
        elif word == _SPECIAL[1]:
            is_special = False
        elif not is_special:
            kept.append((number, line))
    if is_special:
        raise refused(path, "it was cut off within a block of special data")
    return kept, has_special


def _layout(path: Path, lines: list[tuple[int, str]]) -> tuple[_Layout, int]:
    """Read the file's header, and say where it ends."""
    settings: dict[str, str] = {}
    mark = next((n for n, (_, line) in enumerate(lines) if line.strip().startswith(_END)), None)
    if mark is None:
        raise refused(path, "it was cut off within its header")
    separator = next((line for _, line in lines[:mark] if line.startswith("Separator")), "")
    delimiter = "," if "Comma" in separator else "\t"
    for _, line in lines[1:mark]:
        key, _, value = line.partition(delimiter)
        settings[key.strip()] = value.strip().rstrip(delimiter)
    x_columns = settings.get("X_Columns", "One").lower()
    if x_columns not in {"no", "one", "multi"}:
        raise refused(path, f"its X_Columns are {x_columns!r}")
    decimal = settings.get("Decimal_Separator", ".")
    kept = {key: value_of(settings[key]) for key in _KEPT if settings.get(key)}
    layout = _Layout(
        delimiter=delimiter,
        decimal=decimal,
        x_columns=x_columns,
        has_one_header=settings.get("Multi_Headings", "No").lower() == "no",
        settings=kept,
    )
    return layout, mark + 1


def _segments(
    path: Path, lines: list[tuple[int, str]], start: int, layout: _Layout
) -> list[_Segment]:
    """Split a file into its segments; one without a header of its own has the last one's."""
    result: list[_Segment] = []
    header: dict[str, list[str]] = {}
    titles: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    is_header = True
    for number, line in lines[start:]:
        fields = [text.strip() for text in line.rstrip("\r\n").split(layout.delimiter)]
        if not any(fields):
            if rows:
                result.append(_Segment(line=number, header=header, titles=titles, rows=rows))
                rows = []
        elif fields[0] == "Channels":
            header, titles, is_header = {"Channels": fields[1:]}, [], True
        elif fields[0].startswith(_END):
            is_header = False
        elif fields[0] == "X_Value" or "X_Value" in fields[:2]:
            titles = fields
        elif is_header:
            header[fields[0]] = fields[1:]
        elif not titles:
            raise refused(path, "the titles of its columns are missing", number)
        else:
            rows.append((number, fields))
    if rows:
        result.append(_Segment(line=len(lines), header=header, titles=titles, rows=rows))
    return result


def _curves(path: Path, segment: _Segment, layout: _Layout) -> list[Curve]:
    """Make a curve of each channel: with its own x, that of all, or one by its interval."""
    count = int(layout.number(segment.header.get("Channels", ["0"])[0], "Channels"))
    step = 2 if layout.x_columns == "multi" else 1
    columns = [1 + step * channel for channel in range(count)]
    if count < 1 or len(segment.titles) <= columns[-1]:
        raise refused(
            path, f"it says that there are {count} channels, and has others", segment.line
        )
    curves = []
    for channel, column in enumerate(columns):
        y = _column(path, segment, column, layout)
        x = _x(path, segment, layout, (channel, column), len(y))
        is_appended = 0 < _told(segment, layout, column) < len(y)
        curves.append(
            Curve(
                x=x,
                y=y,
                xlabel=_of_channel(segment, "X_Dimension", channel, column),
                xunit="s" if _of_channel(segment, "X_Dimension", channel, column) == "Time" else "",
                ylabel=segment.titles[column] or f"channel {channel + 1}",
                yunit=unit_of(_of_channel(segment, "Y_Unit_Label", channel, column)),
                notes=(_APPENDED,) if layout.x_columns == "no" and is_appended else (),
                settings=dict(layout.settings)
                | {
                    key: value_of(text)
                    for key in ("Date", "Time")
                    if (text := _of_channel(segment, key, channel, column))
                },
            )
        )
    return curves


def _comments(segment: _Segment) -> list[str]:
    """Return what stands in the column of comments, a text for each row."""
    if not segment.titles or segment.titles[-1] != "Comment":
        return []
    place = len(segment.titles) - 1
    return [fields[place] if place < len(fields) else "" for _, fields in segment.rows]


def _of_channel(segment: _Segment, key: str, channel: int, column: int) -> str:
    """Return what a header's row says of a channel: they stand above the columns, or close up."""
    values = segment.header.get(key, [])
    place = column - 1
    if place < len(values) and values[place]:
        return values[place]
    return values[channel] if channel < len(values) else ""


def _column(path: Path, segment: _Segment, column: int, layout: _Layout) -> Array:
    """Return a channel's values; one that is shorter than the others ends in empty fields."""
    texts = [
        (number, fields[column] if column < len(fields) else "") for number, fields in segment.rows
    ]
    while texts and not texts[-1][1]:
        texts.pop()
    values = []
    for number, text in texts:
        try:
            values.append(layout.number(text, "a value") if text else np.nan)
        except ValueError as error:
            raise refused(path, str(error), number) from None
    told = _told(segment, layout, column)
    if told and (len(values) < told or (len(values) > told and not layout.has_one_header)):
        raise refused(path, f"it has {len(values)} samples and says {told:g}", segment.line)
    return np.array(values)


def _told(segment: _Segment, layout: _Layout, column: int) -> float:
    """Return how many samples the header says that there are; 0 if it doesn't."""
    text = _of_channel(segment, "Samples", column - 1, column)
    return layout.number(text, "Samples") if text else 0


def _x(path: Path, segment: _Segment, layout: _Layout, place: tuple[int, int], count: int) -> Array:
    """Return a channel's x: by the header's interval, which is exact, unless the column says otherwise."""
    channel, column = place
    start, step = (_of_channel(segment, key, channel, column) for key in ("X0", "Delta_X"))
    is_even = bool(start and step)
    even: Array = np.zeros(0)
    if is_even:
        interval = layout.number(step, "Delta_X")
        even = layout.number(start, "X0") + np.arange(count) * interval
    if layout.x_columns == "no":
        if not is_even:
            raise refused(path, "it has no column of x, and no X0 and Delta_X", segment.line)
        return even
    printed_column = 0 if layout.x_columns == "one" else column - 1
    texts = [(number, fields[printed_column]) for number, fields in segment.rows[:count]]
    values, rounding = [], []
    for number, text in texts:
        try:
            values.append(layout.number(text, "x"))
        except ValueError as error:
            raise refused(path, str(error), number) from None
        rounding.append(_last_place(text.replace(layout.decimal, ".")))
    printed = np.array(values)
    if is_even and (np.abs(printed - even) <= 0.51 * np.array(rounding)).all():
        return even
    return printed


def _last_place(text: str) -> float:
    """Return what the last digit of a number counts.

    Examples
    --------
    >>> _last_place("1.25"), _last_place("3.000E-6")
    (0.01, 1e-09)
    """
    found = _DIGITS.fullmatch(text)
    return 10.0 ** (int(found[2] or 0) - len(found[1])) if found else 0.0


LABVIEW = text_reader(
    "LabVIEW measurement (.lvm)",
    (".lvm",),
    beginning(rb"LabVIEW Measurement"),
    _read,
    keeps="x by the header's interval, units, names of channels; each segment",
)
