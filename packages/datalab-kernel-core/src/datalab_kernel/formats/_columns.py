"""Columns under titles as curves, with units, settings and the length that a header promises.

Notes
-----
What a file of no maker has (titles, units, ``key, value`` rows) is read this way, and what
these write, after their manuals: Tektronix MDO and DPO; MSO 4, 5 and 6 with a block of columns
for each source; Keysight InfiniiVision (``x-axis``); Siglent (``Second,Value``); Rohde &
Schwarz (``in s``); PicoScope (a row of units in brackets). What needs more is in ``scopes``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats._curves import Array, Curve, shared_settings
from datalab_kernel.formats._header import Header, unit_of
from datalab_kernel.formats._intervals import by_interval
from datalab_kernel.formats._table import TextTable, line_of, wrong
from datalab_kernel.formats._table_axis import axis_of_dates, counts_before, is_time
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from datalab_kernel.formats._header import Setting

_LENGTH = re.compile(r"(?:[A-Za-z]\w*:)?([\d.]+(?:[eE]\+?\d+)?)")  # Siglent: "Analog:7000"
_GATES = re.compile(r"([\d.]+)\s*% to ([\d.]+)\s*%")  # Tektronix: what part was written
_TIME = {"TIME": "Time", "x-axis": "Time"}


def curves_of_columns(table: TextTable) -> list[Curve]:
    """Make curves of columns; a column with the title of the first one begins a new block.

    Raises
    ------
    FileFormatError
        If x isn't finite somewhere, or the numbers aren't as many as the file says.
    """
    header, used = table.header, table.used
    if table.leading:
        return _curves_by_date(table)
    if len(used) == 1:
        return [_only_y(table, used[0])]
    titles, units = [header.title(n) for n in used], [header.unit(n) for n in used]
    counts = counts_before(titles, units)
    notes = tuple(
        Note(f"The column {title!r} counts the points: x is {titles[1]!r}.")
        for title in titles[:counts]
    )
    used = used[counts:]
    title = header.title(used[0])
    starts = [
        place for place in used if place == used[0] or (title and header.title(place) == title)
    ]
    sources = [_grouped(header, place, len(starts)) for place in range(len(starts))]
    curves = []
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else used[-1] + 1
        columns = [place for place in used if start < place < end]
        for place, column in enumerate(columns):
            settings = shared_settings(sources[number], place, len(columns))
            curve = curve_of(table, (start, column), settings)
            check_number(table.path, len(curve.x), _recorded(settings))
            curves.append(replace(curve, notes=(*notes, *curve.notes)) if notes else curve)
    return curves


def _curves_by_date(table: TextTable) -> list[Curve]:
    """Make curves of the columns of numbers, by the dates or times in those before."""
    header = table.header
    axis = axis_of_dates(table)
    places = table.used
    return [
        Curve(
            x=axis.x,
            y=table.columns[column],
            xlabel=axis.title,
            xunit="s",
            ylabel=header.title(column),
            yunit=header.unit(column),
            settings={
                **shared_settings(header.settings, number, len(places)),
                **axis.metadata,
                **_comment(header),
            },
            notes=axis.notes,
        )
        for number, column in enumerate(places)
    ]


def _only_y(table: TextTable, column: int) -> Curve:
    """Make a curve of the only column there is: the points are counted."""
    header = table.header
    settings = shared_settings(header.settings, 0, 1)
    check_number(table.path, table.length, _recorded(settings))
    return Curve(
        x=np.arange(table.length, dtype=float),
        y=table.columns[column],
        ylabel=header.title(column),
        yunit=header.unit(column),
        settings={**settings, **_comment(header)},
    )


def curve_of(
    table: TextTable,
    columns: tuple[int, int],
    settings: dict[str, Setting],
    rows: slice = slice(None),
) -> Curve:
    """Make a curve of the columns of x and y, of all of a table's rows or some.

    Raises
    ------
    FileFormatError
        If x isn't finite where there is a y.
    """
    header = table.header
    x_column, y_column = columns
    x, y = (table.columns[column][rows] for column in columns)
    is_whole = x_column == 0 and rows == slice(None)
    if not np.isfinite(x).all():
        _check_x(table, rows.start or 0, x, y)
        is_there = ~(np.isnan(x) & np.isnan(y))  # a shorter block ends before the others
        x, y = x[is_there], y[is_there]
        is_whole = False
    x_title, y_title = header.title(x_column), header.title(y_column)
    times = by_interval(x, settings)
    return Curve(
        x=times.x,
        y=y,
        xlabel=_TIME.get(x_title, x_title),
        xunit=_x_unit(x_title, header.unit(x_column) or unit_setting(settings, "Horizontal Units")),
        ylabel=_channel(y_title) or str(settings.get("Source", "")),
        yunit=header.unit(y_column) or unit_setting(settings, "Vertical Units"),
        settings={**settings, **_comment(header)},
        xydata=table.xydata(y_column) if is_whole and times.x is x else None,
        notes=times.notes,
    )


def _x_unit(title: str, unit: str) -> str:
    """Return the unit of x: times in S, as Scopy writes them, are seconds, not siemens."""
    return "s" if unit == "S" and is_time(title, "") else unit


def _check_x(table: TextTable, start: int, x: Array, y: Array) -> None:
    """Check that x is finite wherever there is a y."""
    is_wrong = ~np.isfinite(x) & ~(np.isnan(x) & np.isnan(y))
    if is_wrong.any():
        line = line_of(table.path, table.layout, start + int(is_wrong.argmax()))
        raise wrong(table.path, "x isn't a finite number there", line=line)


def check_number(path: Path, found: int, told: Setting | None) -> None:
    """Check that there are as many points as the file says, if it does.

    Raises
    ------
    FileFormatError
        If there are fewer.
    """
    if isinstance(told, (int, float)) and found < told:
        raise wrong(path, f"it has {found:,} points and says that there are {int(told):,}")


def _recorded(settings: Mapping[str, Setting]) -> float | None:
    """Return how many points the settings say that there are; None if they don't."""
    told = _LENGTH.fullmatch(str(settings.get("Record Length", "")))
    gates = _GATES.fullmatch(str(settings.get("Gating", "0% to 100%")))
    if told is None or gates is None:
        return None
    part = (float(gates[2]) - float(gates[1])) / 100
    # How the ends of a part are rounded isn't known
    return float(told[1]) if part == 1 else float(told[1]) * part - 1


def _grouped(header: Header, place: int, number: int) -> dict[str, tuple[str, ...]]:
    """Return the settings of a block: rows of several blocks repeat the key for each."""
    result = {}
    for name, values in header.settings.items():
        groups: list[list[str]] = [[]]
        for text in (name, *values):
            if text:
                groups[-1].append(text)
            else:
                groups.append([])
        groups = [group for group in groups if group]
        is_repeated = number > 1 and len(groups) == number and all(g[0] == name for g in groups)
        result[name] = tuple(groups[place][1:]) if is_repeated else values
    return result


def _channel(title: str) -> str:
    return f"Channel {title}" if title.isdecimal() else title


def unit_setting(settings: Mapping[str, Setting], name: str) -> str:
    """Return the unit that a setting names, as its symbol; Siglent writes ``CH1:V``."""
    return unit_of(str(settings.get(name, "")).rpartition(":")[2])


def _comment(header: Header) -> dict[str, Setting]:
    return {"header": "\n".join(header.comments)} if header.comments else {}
