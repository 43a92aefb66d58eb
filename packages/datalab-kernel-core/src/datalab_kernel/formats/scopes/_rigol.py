"""Rigol: x is counted, from the start and increment that the file names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from datalab_kernel.formats._columns import curves_of_columns
from datalab_kernel.formats._curves import Curve
from datalab_kernel.formats._header import value_of
from datalab_kernel.formats._reader import Reader
from datalab_kernel.formats._text import first_lines
from datalab_kernel.formats._text_reader import ReadTable

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats._header import Setting
    from datalab_kernel.formats._table import TextTable

_TIME_RULE = re.compile(r"t(0|Inc)\s*=\s*([-+0-9.eE]+)")
_CHANNEL = re.compile(r"(CH\d+|MATH\d*|D\d+)\s*([A-Za-zµΩ]*)")
_TITLES = re.compile(r"\bstart\b.*\bincrement\b|\bincrement\b.*\bstart\b", re.IGNORECASE)


class _Rule(NamedTuple):
    """How x is counted, and which columns are y."""

    start: float
    step: float
    columns: list[int]


def _recognises(head: bytes, _: Path) -> bool:
    return any(
        _TITLES.search(line) or {"0", "Inc"} <= dict(_TIME_RULE.findall(line)).keys()
        for line in first_lines(head)
        if "Inc" in line or "inc" in line
    )


def _curves_of(table: TextTable) -> list[Curve]:
    rule = _rule_of(table)
    return curves_of_columns(table) if rule is None else _counted(table, rule)


def _rule_of(table: TextTable) -> _Rule | None:
    """Find the rule in a table's header; None if the times are written."""
    header = table.header
    titles = [text.casefold() for text in header.titles]
    if "start" in titles and "increment" in titles:
        row = table.layout.split(table.layout.preamble[-1])
        places = titles.index("start"), titles.index("increment")
        values = [value_of(row[place]) for place in places if place < len(row)]
        if len(values) == len(places) and all(isinstance(v, (int, float)) for v in values):
            columns = [n for n in range(1, len(titles)) if n not in places and titles[n]]
            return _Rule(float(values[0]), float(values[1]), columns)
    rule = dict(_TIME_RULE.findall(" ".join(header.titles)))
    if {"0", "Inc"} <= rule.keys():
        columns = [n for n, text in enumerate(header.titles) if text and "=" not in text]
        is_timed = header.titles[0].casefold().startswith("time")
        return None if is_timed else _Rule(float(rule["0"]), float(rule["Inc"]), columns)
    return None


def _counted(table: TextTable, rule: _Rule) -> list[Curve]:
    x = rule.start + rule.step * np.arange(table.length)
    settings: dict[str, Setting] = {"Start": rule.start, "Increment": rule.step}
    curves = []
    for column in rule.columns:
        title, unit = table.header.title(column), table.header.unit(column)
        named = _CHANNEL.fullmatch(title)
        if named and not unit:
            title, unit = named[1], named[2]
        y = table.columns[column]
        curve = Curve(
            x=x, y=y, xlabel="Time", xunit="s", ylabel=title, yunit=unit, settings=settings
        )
        curves.append(curve)
    return curves


RIGOL = Reader(
    name="Rigol",
    suffixes=(".csv",),
    recognises=_recognises,
    read=ReadTable(_curves_of),
    keeps="times by the interval, units, settings",
)
