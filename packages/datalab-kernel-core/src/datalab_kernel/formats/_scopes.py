"""Oscilloscopes' text files: what each maker writes, as curves with channels, units and settings.

Notes
-----
The forms are those of the makers' manuals: Tektronix (TDS/TBS with the settings beside the
numbers; MDO/DPO; MSO 4/5/6 with a block of columns for each source), Teledyne LeCroy
(``Segments``), Keysight InfiniiVision (``x-axis``) and Infiniium (``XInc``), Rigol
(``Start``/``Increment`` or ``t0``/``tInc``), Siglent (``Second,Value``), PicoScope (a row
of units in brackets).
What a file of no maker has (titles, units, ``key, value`` rows) is read the same way.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.formats._curves import Curve, shared_settings
from datalab_kernel.formats._header import Header, read_header, unit_of, value_of
from datalab_kernel.formats._table import line_of, wrong

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from datalab_kernel.formats._header import Setting
    from datalab_kernel.formats._text import TextLayout

_TIME_RULE = re.compile(r"t(0|Inc)\s*=\s*([-+0-9.eE]+)")
_LENGTH = re.compile(r"(?:[A-Za-z]\w*:)?([\d.]+(?:[eE]\+?\d+)?)")  # Siglent: "Analog:7000"
_GATES = re.compile(r"([\d.]+)\s*% to ([\d.]+)\s*%")  # what part of the record was written
_BESIDE = 3  # the column of x where Tektronix writes the settings beside the numbers


def curves_of(path: Path, layout: TextLayout, frame: pd.DataFrame) -> list[Curve]:
    """Make curves of a text file's numbers.

    Raises
    ------
    FileFormatError
        If x isn't finite somewhere, or the numbers aren't as many as the file says.
    """
    first = layout.split(layout.preamble[0]) if layout.preamble else []
    header = read_header(layout, frame.shape[1])
    if first and first[0].upper().startswith("LECROY"):
        return _lecroy(path, frame, header, layout)
    if rule := _rigol_rule(header, layout):
        return _counted(frame, header, *rule)
    if header.setting("XInc") and header.setting("Points", "XOrg"):
        return _infiniium(path, frame, header, first)
    return _blocks(path, layout, frame, header)


# -- settings beside the numbers (Tektronix TDS, TBS, DPO) --------------------------------


def has_settings_beside(lines: Sequence[str]) -> bool:
    """Say whether a file is one of Tektronix's with the settings beside the numbers."""
    from datalab_kernel.formats._text import split_line

    fields = split_line(lines[0], ",") if lines else []
    return len(fields) > _BESIDE and fields[0] == "Record Length" and bool(fields[_BESIDE])


def curves_beside(path: Path, encoding: str) -> list[Curve]:
    """Read the curve beside the settings.

    Raises
    ------
    FileFormatError
        If there are fewer points than the file says, or one isn't a number.
    """
    import pandas as pd

    try:
        frame = pd.read_csv(path, header=None, encoding=encoding, dtype=str, skipinitialspace=True)
        numbers = frame.iloc[:, _BESIDE : _BESIDE + 2].astype(float).to_numpy()
    except ValueError as error:
        raise wrong(path, str(error)) from error
    named = frame[frame[0].notna()]
    settings: dict[str, Setting] = {
        key.strip().rstrip(":"): value_of(value.strip())
        for key, value in zip(named[0], named[1].fillna(""), strict=True)
        if key.strip()
    }
    is_whole = ~np.isnan(numbers).any(axis=1)
    _check_number(path, int(is_whole.sum()), settings.get("Record Length"))
    return [
        Curve(
            x=numbers[:, 0],
            y=numbers[:, 1],
            xlabel="Time",
            xunit=unit_of(str(settings.get("Horizontal Units", "s"))),
            ylabel=str(settings.get("Source", "")),
            yunit=unit_of(str(settings.get("Vertical Units", ""))),
            settings=settings,
        )
    ]


def _recorded(settings: Mapping[str, Setting]) -> float | None:
    """Return how many points the settings say that there are; None if they don't."""
    told = _LENGTH.fullmatch(str(settings.get("Record Length", "")))
    gates = _GATES.fullmatch(str(settings.get("Gating", "0% to 100%")))
    if told is None or gates is None:
        return None
    part = (float(gates[2]) - float(gates[1])) / 100
    # How the ends of a part are rounded isn't known
    return float(told[1]) if part == 1 else float(told[1]) * part - 1


def _check_number(path: Path, found: int, told: Setting | None) -> None:
    if isinstance(told, (int, float)) and found < told:
        raise wrong(path, f"it has {found:,} points and says that there are {int(told):,}")


# -- one column of x, or a block of columns for each source ---------------------------------


def _blocks(path: Path, layout: TextLayout, frame: pd.DataFrame, header: Header) -> list[Curve]:
    """Make curves of columns; a column with the title of the first one begins a new block."""
    used = [place for place, name in enumerate(frame) if frame[name].notna().any()]
    title = header.title(used[0])
    starts = [
        place for place in used if place == used[0] or (title and header.title(place) == title)
    ]
    sources = [_grouped(header, place, len(starts)) for place in range(len(starts))]
    if len(used) == 1:
        return [_only_y(path, frame, header, used[0])]
    curves = []
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else used[-1] + 1
        columns = [place for place in used if start < place < end]
        for place, column in enumerate(columns):
            settings = shared_settings(sources[number], place, len(columns))
            _check_x(path, layout, frame, start, column)
            curve = _curve(frame, header, (start, column), settings)
            _check_number(path, len(curve.x), _recorded(settings))
            curves.append(curve)
    return curves


def _check_x(
    path: Path, layout: TextLayout, frame: pd.DataFrame, x_column: int, y_column: int
) -> None:
    """Check that x is finite wherever there is a y."""
    x, y = (frame[frame.columns[place]].to_numpy(dtype=float) for place in (x_column, y_column))
    is_wrong = ~np.isfinite(x) & ~(np.isnan(x) & np.isnan(y))
    if is_wrong.any():
        place = int(frame.index[int(is_wrong.argmax())])
        line = line_of(path, layout, place)
        raise wrong(path, "x isn't a finite number there", line=line)


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


def _only_y(path: Path, frame: pd.DataFrame, header: Header, column: int) -> Curve:
    """Make a curve of the only column there is: the points are counted."""
    settings = shared_settings(header.settings, 0, 1)
    _check_number(path, len(frame), _recorded(settings))
    return Curve(
        x=np.arange(len(frame), dtype=float),
        y=frame[frame.columns[column]].to_numpy(),
        ylabel=header.title(column),
        yunit=header.unit(column),
        settings={**settings, **_comment(header)},
    )


def _curve(
    frame: pd.DataFrame, header: Header, columns: tuple[int, int], settings: dict[str, Setting]
) -> Curve:
    """Make a curve of the columns of x and y."""
    x_column, y_column = columns
    x, y = (frame[frame.columns[column]].to_numpy() for column in columns)
    is_there = ~(np.isnan(x) & np.isnan(y))  # a shorter block ends before the others
    return Curve(
        x=x[is_there],
        y=y[is_there],
        xlabel=_nice(header.title(x_column)),
        xunit=header.unit(x_column) or _told_unit(settings, "Horizontal Units"),
        ylabel=_channel(header.title(y_column)) or str(settings.get("Source", "")),
        yunit=header.unit(y_column) or _told_unit(settings, "Vertical Units"),
        settings={**settings, **_comment(header)},
    )


def _nice(title: str) -> str:
    return {"TIME": "Time", "x-axis": "Time"}.get(title, title)


def _channel(title: str) -> str:
    return f"Channel {title}" if title.isdecimal() else title


def _told_unit(settings: dict[str, Setting], name: str) -> str:
    return unit_of(str(settings.get(name, "")).rpartition(":")[2])  # Siglent: "CH1:V"


def _comment(header: Header) -> dict[str, Setting]:
    return {"header": "\n".join(header.comments)} if header.comments else {}


# -- Teledyne LeCroy: segments one below the other -----------------------------------------


def _lecroy(path: Path, frame: pd.DataFrame, header: Header, layout: TextLayout) -> list[Curve]:
    words = [layout.split(line) for line in layout.preamble]
    told: dict[str, Any] = {}
    for fields in words:
        told.update(zip(fields[::2], fields[1::2], strict=False) if fields[0] == "Segments" else ())
    number, size = (int(told.get(name, 0)) for name in ("Segments", "SegmentSize"))
    times = {fields[0]: fields[1:] for fields in words if fields[0].startswith("#")}
    if number > 1:
        _check_number(path, len(frame), number * size)
    else:
        _check_number(path, len(frame), size or None)
        number, size = 1, len(frame)
    curves = []
    for place in range(number):
        part = frame.iloc[place * size : (place + 1) * size]
        settings: dict[str, Setting] = {"Model": words[0][0], "Segment": place + 1}
        when = times.get(f"#{place + 1}", ())
        settings.update(zip(("TrigTime", "TimeSinceSegment1"), when, strict=False))
        for column in range(1, frame.shape[1]):
            _check_x(path, layout, part, 0, column)
            curve = _curve(part, header, (0, column), settings)
            label = curve.ylabel or "Ampl"
            label = label if number == 1 else f"{label} #{place + 1}"
            curves.append(replace(curve, xlabel="Time", xunit="s", ylabel=label))
    return curves


# -- x that is counted: Rigol, Keysight Infiniium -------------------------------------------


def _rigol_rule(header: Header, layout: TextLayout) -> tuple[float, float, list[int]] | None:
    """Return the start, the step and the columns of y where Rigol doesn't write the times."""
    titles = [text.casefold() for text in header.titles]
    if "start" in titles and "increment" in titles:
        row = layout.split(layout.preamble[-1])
        places = titles.index("start"), titles.index("increment")
        values = [value_of(row[place]) for place in places if place < len(row)]
        if len(values) == len(places) and all(isinstance(v, (int, float)) for v in values):
            columns = [n for n in range(1, len(titles)) if n not in places and titles[n]]
            return float(values[0]), float(values[1]), columns
    rule = dict(_TIME_RULE.findall(" ".join(header.titles)))
    if {"0", "Inc"} <= rule.keys():
        columns = [n for n, text in enumerate(header.titles) if text and "=" not in text]
        is_timed = header.titles[0].casefold().startswith("time")
        return None if is_timed else (float(rule["0"]), float(rule["Inc"]), columns)
    return None


def _counted(
    frame: pd.DataFrame, header: Header, start: float, step: float, columns: Sequence[int]
) -> list[Curve]:
    x = start + step * np.arange(len(frame))
    settings: dict[str, Setting] = {"Start": start, "Increment": step}
    curves = []
    for column in columns:
        title, unit = header.title(column), header.unit(column)
        named = re.fullmatch(r"(CH\d+|MATH\d*|D\d+)\s*([A-Za-zµΩ]*)", title)
        if named and not unit:
            title, unit = named[1], named[2]
        y = frame[frame.columns[column]].to_numpy()
        curve = Curve(
            x=x, y=y, xlabel="Time", xunit="s", ylabel=title, yunit=unit, settings=settings
        )
        curves.append(curve)
    return curves


def _infiniium(
    path: Path, frame: pd.DataFrame, header: Header, first: Sequence[str]
) -> list[Curve]:
    settings = shared_settings(header.settings, 0, 1)
    numbers = frame.dropna(axis=1, how="all").to_numpy(dtype=float)
    _check_number(path, len(numbers), settings.get("Points"))
    if numbers.shape[1] == 1:
        start, step = (float(settings.get(name, 0)) for name in ("XOrg", "XInc"))
        x = start + step * np.arange(len(numbers))
    else:
        x = numbers[:, 0]
    return [
        Curve(
            x=x,
            y=numbers[:, -1],
            xlabel="Time",
            ylabel=first[0] if first[0].startswith("Channel") else "",
            xunit=_told_unit(settings, "X Units") or _told_unit(settings, "XUnits"),
            yunit=_told_unit(settings, "Y Units") or _told_unit(settings, "YUnits"),
            settings=settings,
        )
    ]
