"""Tektronix TDS, TBS and DPO: the settings stand beside the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats._columns import check_number
from datalab_kernel.formats._curves import Curve, to_signals
from datalab_kernel.formats._header import unit_of, value_of
from datalab_kernel.formats._intervals import by_interval
from datalab_kernel.formats._reader import Reader
from datalab_kernel.formats._table import wrong
from datalab_kernel.formats._text import first_lines, head_of
from datalab_kernel.formats._text_fields import split_line
from datalab_kernel.formats._text_reader import read_explicit

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats._header import Setting
    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.objects import DataObject

_X = 3  # the column of x, beyond the settings


def _recognises(head: bytes, _: Path) -> bool:
    fields = split_line(first_lines(head)[0], ",")
    return len(fields) > _X and fields[0] == "Record Length" and bool(fields[_X])


def _read(path: Path, options: ReadOptions) -> list[DataObject]:
    if options.lays_out_text:
        return read_explicit(path, options)
    encoding, _ = head_of(path, options.encoding)
    return [*to_signals(path, [_curve(path, encoding)])]


def _curve(path: Path, encoding: str) -> Curve:
    """Read the curve beside the settings.

    Raises
    ------
    FileFormatError
        If there are fewer points than the file says, or one isn't a number.
    """
    import pandas as pd

    try:
        frame = pd.read_csv(path, header=None, encoding=encoding, dtype=str, skipinitialspace=True)
        numbers = frame.iloc[:, _X : _X + 2].astype(float).to_numpy()
    except ValueError as error:
        raise wrong(path, str(error)) from error
    named = frame[frame[0].notna()]
    settings: dict[str, Setting] = {
        key.strip().rstrip(":"): value_of(value.strip())
        for key, value in zip(named[0], named[1].fillna(""), strict=True)
        if key.strip()
    }
    is_whole = ~np.isnan(numbers).any(axis=1)
    check_number(path, int(is_whole.sum()), settings.get("Record Length"))
    times = by_interval(numbers[:, 0], settings)
    return Curve(
        x=times.x,
        y=numbers[:, 1],
        xlabel="Time",
        xunit=unit_of(str(settings.get("Horizontal Units", "s"))),
        ylabel=str(settings.get("Source", "")),
        yunit=unit_of(str(settings.get("Vertical Units", ""))),
        settings=settings,
        notes=times.notes,
    )


TEKTRONIX = Reader(
    name="Tektronix TDS and TBS",
    suffixes=(".csv",),
    recognises=_recognises,
    read=_read,
    keeps="units, settings",
)
