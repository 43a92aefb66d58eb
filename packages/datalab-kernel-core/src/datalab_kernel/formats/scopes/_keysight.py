"""Keysight Infiniium: one column, and x counted from ``XOrg`` in steps of ``XInc``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats._columns import check_number, curves_of_columns, unit_setting
from datalab_kernel.formats._curves import Curve, shared_settings
from datalab_kernel.formats._reader import Reader
from datalab_kernel.formats._text import first_lines
from datalab_kernel.formats._text_reader import ReadTable

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats._table import TextTable

_STEP = re.compile(r'\s*"?XInc\b')


def _recognises(head: bytes, _: Path) -> bool:
    return any(_STEP.match(line) for line in first_lines(head))


def _curves_of(table: TextTable) -> list[Curve]:
    header = table.header
    if not (header.setting("XInc") and header.setting("Points", "XOrg")):
        return curves_of_columns(table)
    settings = shared_settings(header.settings, 0, 1)
    columns = [table.columns[place] for place in table.used]
    check_number(table.path, table.length, settings.get("Points"))
    if len(columns) == 1:
        start, step = (float(settings.get(name, 0)) for name in ("XOrg", "XInc"))
        x = start + step * np.arange(table.length)
    else:
        x = columns[0]
    first = table.layout.split(table.layout.preamble[0])[0]
    return [
        Curve(
            x=x,
            y=columns[-1],
            xlabel="Time",
            ylabel=first if first.startswith("Channel") else "",
            xunit=unit_setting(settings, "X Units") or unit_setting(settings, "XUnits"),
            yunit=unit_setting(settings, "Y Units") or unit_setting(settings, "YUnits"),
            settings=settings,
        )
    ]


KEYSIGHT = Reader(
    name="Keysight Infiniium",
    suffixes=(".csv", ".txt", ".tsv"),
    recognises=_recognises,
    read=ReadTable(_curves_of),
    keeps="channels and segments, units, settings",
)
