"""BioLogic's EC-Lab texts (.mpt): a header that counts its lines, then columns under their titles.

References
----------
BioLogic, "EC-Lab Software User's Manual", export as text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats._curves import Curve, to_signals
from datalab_kernel.formats.instruments._text_file import (
    beginning,
    lines_of,
    number_of,
    refused,
    text_reader,
)
from datalab_kernel.notes import Note, attach_notes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from datalab_kernel.objects import DataObject

_COUNT = re.compile(r"Nb header lines\s*:\s*(\d+)")
_FLAGS = {
    "mode",
    "ox/red",
    "error",
    "control changes",
    "Ns changes",
    "counter inc.",
    "Ns",
    "I Range",
}
_X = ("time/s", "freq/Hz")
_LABELS = {"time": "Time", "freq": "Frequency"}


def _read(path: Path) -> list[DataObject]:
    lines = lines_of(path)
    count = next((int(found[1]) for line in lines[:5] if (found := _COUNT.match(line))), 0)
    if not 3 <= count <= len(lines):  # noqa: PLR2004 - what it is, how many lines, the titles
        raise refused(path, f"it was cut off: its header is of {count} lines")
    titles = [title.strip() for title in lines[count - 1].rstrip("\r\n").rstrip("\t").split("\t")]
    table = _table(path, lines[count:], count, len(titles))
    x_column = next((titles.index(title) for title in _X if title in titles), None)
    if x_column is None:
        how = f"skiprows={count - 1}, header=0, delimiter='\\t', x='Ewe/V'"
        advice = f"Say which column is x, such as read=dict({how}), and decimal=',' if it is so."
        raise refused(path, f"none of its columns is {' or '.join(_X)}", count, advice)
    skipped = [title for title in titles if title in _FLAGS]
    header = "\n".join(line.rstrip() for line in lines[: count - 1])
    curves = []
    for column, title in enumerate(titles):
        if column == x_column or title in _FLAGS:
            continue
        xlabel, xunit = _label(titles[x_column])
        ylabel, yunit = _label(title)
        curves.append(
            Curve(
                x=table[:, x_column],
                y=table[:, column],
                xlabel=xlabel,
                xunit=xunit,
                ylabel=ylabel,
                yunit=yunit,
                settings={"header": header},
            )
        )
    signals = to_signals(path, curves)
    if skipped:
        text = f"The columns {', '.join(skipped)} hold settings, and were skipped."
        for signal in signals:
            attach_notes(signal, Note(text, "Say read=dict(skiprows=, y=) to read them."))
    return [*signals]


def _table(
    path: Path, lines: Sequence[str], above: int, width: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Read the rows of numbers, of shape ``(n, width)``; the decimal sign is a point or a comma."""
    rows = []
    for number, line in enumerate(lines, start=above + 1):
        if not line.strip():
            continue
        fields = line.rstrip("\r\n").rstrip("\t").split("\t")
        if len(fields) != width:
            reason = f"it has {len(fields)} columns, and {width} titles"
            raise refused(path, reason, number)
        try:
            rows.append([number_of(text.replace(",", "."), "a value") for text in fields])
        except ValueError as error:
            advice = "Export the times in seconds." if ":" in line else ""
            raise refused(path, str(error), number, advice) from None
    if not rows:
        raise refused(path, "there is no row of numbers below its titles")
    return np.array(rows)


def _label(title: str) -> tuple[str, str]:
    """Split a title into label and unit.

    Examples
    --------
    >>> _label("Ewe/V"), _label("<I>/mA"), _label("cycle number")
    (('Ewe', 'V'), ('<I>', 'mA'), ('cycle number', ''))
    """
    name, slash, unit = title.rpartition("/")
    label = name if slash else title
    return _LABELS.get(label, label), unit if slash else ""


ECLAB = text_reader(
    "EC-Lab (.mpt)",
    (".mpt",),
    beginning(rb"EC-Lab ASCII FILE"),
    _read,
    keeps="time or frequency as x, units, the header; columns of settings are noted; not run on a real file",
)
