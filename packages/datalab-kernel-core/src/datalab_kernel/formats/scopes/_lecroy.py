"""Teledyne LeCroy: segments one below the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from datalab_kernel.formats._columns import check_number, curve_of
from datalab_kernel.formats._reader import Reader
from datalab_kernel.formats._text import first_lines
from datalab_kernel.formats._text_reader import ReadTable

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats._curves import Curve
    from datalab_kernel.formats._header import Setting
    from datalab_kernel.formats._table import TextTable


def _recognises(head: bytes, _: Path) -> bool:
    return first_lines(head)[0].lstrip(' "').upper().startswith("LECROY")


def _curves_of(table: TextTable) -> list[Curve]:
    words = [table.layout.split(line) for line in table.layout.preamble]
    told: dict[str, Any] = {}
    for fields in words:
        told.update(zip(fields[::2], fields[1::2], strict=False) if fields[0] == "Segments" else ())
    number, size = (int(told.get(name, 0)) for name in ("Segments", "SegmentSize"))
    times = {fields[0]: fields[1:] for fields in words if fields[0].startswith("#")}
    if number > 1:
        check_number(table.path, table.length, number * size)
    else:
        check_number(table.path, table.length, size or None)
        number, size = 1, table.length
    curves = []
    for place in range(number):
        rows = slice(place * size, (place + 1) * size)
        settings: dict[str, Setting] = {"Model": words[0][0], "Segment": place + 1}
        when = times.get(f"#{place + 1}", ())
        settings.update(zip(("TrigTime", "TimeSinceSegment1"), when, strict=False))
        for column in range(1, len(table.columns)):
            curve = curve_of(table, (0, column), settings, rows)
            label = curve.ylabel or "Ampl"
            label = label if number == 1 else f"{label} #{place + 1}"
            curves.append(replace(curve, xlabel="Time", xunit="s", ylabel=label))
    return curves


LECROY = Reader(
    name="Teledyne LeCroy",
    suffixes=(".csv", ".txt", ".dat"),
    recognises=_recognises,
    read=ReadTable(_curves_of),
    keeps="channels and segments, units, settings",
)
