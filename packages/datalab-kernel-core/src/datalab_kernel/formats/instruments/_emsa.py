"""EMSA/MAS spectra (.msa, .ems): keywords that begin with #, then the spectrum.

References
----------
ISO 22029, "Microbeam analysis: EMSA/MAS standard file format for spectral-data exchange".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats._curves import Curve, to_signals
from datalab_kernel.formats._header import split_title, value_of
from datalab_kernel.formats.instruments._text_file import (
    beginning,
    check_count,
    ends_with_line,
    lines_of,
    number_of,
    numbers_of,
    refused,
    text_reader,
)
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from datalab_kernel.objects import DataObject

_LABELS = {"eV": "Energy", "keV": "Energy", "nm": "Wavelength", "s": "Time"}


def _read(path: Path) -> list[DataObject]:
    said: dict[str, str] = {}
    rows: list[tuple[int, str]] = []
    is_data = is_ended = False
    for number, line in enumerate(lines_of(path), start=1):
        if line.lstrip().startswith("#"):
            key, _, value = line.strip().lstrip("#").partition(":")
            key = key.strip().partition(" ")[0].upper()
            is_data = is_data or key == "SPECTRUM"
            is_ended = is_ended or key == "ENDOFDATA"
            said[key] = value.strip()
        elif line.strip():
            if not is_data or is_ended:
                raise refused(path, f"{line.strip()[:60]!r} is outside of the spectrum", number)
            rows.append((number, line))
    if not is_ended and rows and not ends_with_line(path):
        raise refused(path, "it was cut off: its last line has no end, and #ENDOFDATA is missing")
    values = numbers_of(path, rows)
    notes: tuple[Note, ...] = ()
    count = number_of(said.get("NPOINTS", ""), "#NPOINTS")
    if said.get("DATATYPE", "").strip().upper() == "XY":
        is_longer = is_ended and len(values) > 2 * count and len(values) % 2 == 0
        if is_longer:  # as the standard's own example is
            notes = (
                Note(f"All {len(values) // 2} points were read, although #NPOINTS is {count:g}."),
            )
        else:
            check_count(path, len(values), 2 * count, "numbers")
        x, y = values.reshape(-1, 2).T
    else:
        check_count(path, len(values), count)
        step = number_of(said.get("XPERCHAN", ""), "#XPERCHAN")
        x = number_of(said.get("OFFSET", "0"), "#OFFSET") + np.arange(len(values)) * step
        y = values
    if not len(y):
        raise refused(path, "its spectrum is empty")
    xlabel, xunit = _label_and_unit(said, "X")
    ylabel, yunit = _label_and_unit(said, "Y")
    curve = Curve(
        x=x,
        y=y,
        xlabel=xlabel or _LABELS.get(xunit, ""),
        xunit=xunit,
        ylabel=ylabel,
        yunit=yunit,
        settings={key: value_of(text) for key, text in said.items() if text},
        notes=notes,
    )
    return [*to_signals(path, [curve])]


def _label_and_unit(said: Mapping[str, str], axis: str) -> tuple[str, str]:
    """Return an axis' label and unit; ``Energy Loss (eV)`` may be both, ``Counts`` is no unit."""
    units = said.get(f"{axis}UNITS", "")
    label, unit = split_title(units)
    if unit:
        return said.get(f"{axis}LABEL", "") or label, unit
    is_quantity = units.lower() in {"counts", "intensity"}
    label = said.get(f"{axis}LABEL", "") or (units.capitalize() if is_quantity else "")
    return label, "" if is_quantity else units


EMSA = text_reader(
    "EMSA/MAS spectrum",
    (".msa", ".ems", ".emsa"),
    beginning(rb"\s*#FORMAT\s*:\s*EMSA"),
    _read,
    keeps="x by OFFSET and XPERCHAN, units, labels, all keywords",
)
