"""EMSA/MAS spectra (.msa, .ems): keywords that begin with #, then the spectrum.

References
----------
ISO 22029, "Microbeam analysis: EMSA/MAS standard file format for spectral-data exchange".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats._curves import Curve, to_signals
from datalab_kernel.formats._header import value_of
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

if TYPE_CHECKING:
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
    count = number_of(said.get("NPOINTS", ""), "#NPOINTS")
    if said.get("DATATYPE", "").strip().upper() == "XY":
        check_count(path, len(values), 2 * count, "numbers")
        x, y = values.reshape(-1, 2).T
    else:
        check_count(path, len(values), count)
        step = number_of(said.get("XPERCHAN", ""), "#XPERCHAN")
        x = number_of(said.get("OFFSET", "0"), "#OFFSET") + np.arange(len(values)) * step
        y = values
    if not len(y):
        raise refused(path, "its spectrum is empty")
    xunit = said.get("XUNITS", "")
    yunit = said.get("YUNITS", "")
    curve = Curve(
        x=x,
        y=y,
        xlabel=said.get("XLABEL", "") or _LABELS.get(xunit, ""),
        xunit=xunit,
        ylabel=said.get("YLABEL", "") or ("Counts" if yunit.lower() == "counts" else ""),
        yunit="" if yunit.lower() == "counts" else yunit,
        settings={key: value_of(text) for key, text in said.items() if text},
    )
    return [*to_signals(path, [curve])]


EMSA = text_reader(
    "EMSA/MAS spectrum",
    (".msa", ".ems", ".emsa"),
    beginning(rb"\s*#FORMAT\s*:\s*EMSA"),
    _read,
    keeps="x by OFFSET and XPERCHAN, units, labels, all keywords",
)
