"""JCAMP-DX: labelled records, a spectrum of each block, blocks within a compound file.

Notes
-----
The package jcamp isn't used: it prints where a check of a line fails, and reads on.

References
----------
As in ``_asdf``; of compound files and units: "JCAMP-DX 4.24", 1988, tables V and XI.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats._curves import Array, Curve, to_signals
from datalab_kernel.formats._header import Setting, value_of
from datalab_kernel.formats.instruments._asdf import Grid, TableError, ordinates, pairs
from datalab_kernel.formats.instruments._text_file import (
    beginning,
    check_count,
    ends_with_line,
    lines_of,
    number_of,
    refused,
    text_reader,
)
from datalab_kernel.notes import Note, attach_notes

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.objects import DataObject

_RECORD = re.compile(r"##([^=]*)=(.*)")
_COMMENT = re.compile(r"\$\$.*")
_TABLES = {"XYDATA", "XYPOINTS", "PEAKTABLE", "PEAKASSIGNMENTS", "RADATA", "DATATABLE", "NTUPLES"}
_ASSIGNMENTS = Note("The file also says what its peaks are (PEAK ASSIGNMENTS), which was skipped.")
_EVEN, _PAIRS = "(X++(Y..Y))", "(XY..XY)"
_X = {
    "1/CM": ("Wavenumber", "cm⁻¹"),
    "MICROMETERS": ("Wavelength", "µm"),
    "NANOMETERS": ("Wavelength", "nm"),
    "SECONDS": ("Time", "s"),
    "HZ": ("Frequency", "Hz"),
    "PPM": ("Chemical shift", "ppm"),
    "M/Z": ("m/z", ""),
}
_NOT_UNITS = {"TRANSMITTANCE", "REFLECTANCE", "ABSORBANCE", "KUBELKA-MUNK", "RELATIVE ABUNDANCE",
              "RELATIVE INTENSITY", "INTENSITY", "COUNTS"}  # fmt: skip


@dataclass(slots=True)
class _Block:
    """A block's records by their label without blanks and signs, and its tables."""

    line: int
    records: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    tables: list[_Table] = field(default_factory=list)
    is_ended: bool = False

    def number(self, label: str, default: float | None = None) -> float:
        if label not in self.records and default is not None:
            return default
        if label not in self.records:
            raise ValueError(f"##{label}= is missing")
        return number_of(self.records[label], f"##{label}=")


@dataclass(slots=True)
class _Table:
    """A table's label, its form, and its lines with their numbers."""

    label: str
    form: str
    lines: list[tuple[int, str]] = field(default_factory=list)


def _read(path: Path) -> list[DataObject]:
    blocks = _blocks(path)
    is_noted = _without_assignments(blocks)
    curves = [_curve(path, block, table) for block in blocks for table in block.tables]
    for block in blocks:
        is_counted = len(blocks) == 1 and "NPOINTS" in block.records and ends_with_line(path)
        if not (block.is_ended or is_counted):
            name = block.records.get("TITLE", "")
            raise refused(path, f"it was cut off: the block {name!r} has no ##END=", block.line)
    signals = to_signals(path, curves)
    if len(signals) > 1:  # told apart by the titles of their blocks
        owners = [(block, table) for block in blocks for table in block.tables]
        for signal, (block, table) in zip(signals, owners, strict=True):
            peaks = "peaks" if _is_beside(block, table) else ""
            signal.title = " ".join([path.stem, block.records.get("TITLE", ""), peaks]).strip()
    if is_noted:
        for signal in signals:
            attach_notes(signal, _ASSIGNMENTS)
    return [*signals]


def _without_assignments(blocks: list[_Block]) -> bool:
    """Leave out tables that only name peaks, beside others; say whether there were any."""
    tables = [table for block in blocks for table in block.tables]
    left_out = [table for table in tables if table.label == "PEAKASSIGNMENTS"]
    if not left_out or len(left_out) == len(tables):
        return False
    for block in blocks:
        block.tables = [table for table in block.tables if table not in left_out]
    return True


def _is_beside(block: _Block, table: _Table) -> bool:
    """Say whether a table is one of peaks beside the block's spectrum."""
    return table.label.startswith("PEAK") and len(block.tables) > 1


def _blocks(path: Path) -> list[_Block]:
    """Return the blocks of a file, in their order; a block may be within another."""
    blocks: list[_Block] = []
    open_blocks: list[_Block] = []
    label, table = "", None
    for number, line in enumerate(lines_of(path), start=1):
        text = _COMMENT.sub("", line).rstrip()
        match = _RECORD.match(text.lstrip())
        if match is None:
            if table is not None and text.strip():
                table.lines.append((number, text))
            elif open_blocks and label and text.strip():
                records = open_blocks[-1].records
                records[label] = f"{records[label]}\n{text.strip()}".strip()
            continue
        label, value = re.sub(r"[\s\-/_]", "", match[1]).upper(), match[2].strip()
        table = None
        if label == "TITLE":
            open_blocks.append(_Block(number))
            blocks.append(open_blocks[-1])
        if not open_blocks:
            raise refused(path, f"##{match[1]}= stands outside of a block", number)
        block = open_blocks[-1]
        if label == "END":
            block.is_ended = True
            open_blocks.pop()
        elif label in _TABLES:
            table = _Table(label, _form(value))
            block.tables.append(table)
        elif label:
            block.records[label], block.labels[label] = value, match[1].strip()
    return blocks


def _form(value: str) -> str:
    """Return the form of a table, of which some writers leave out the last bracket."""
    form = re.sub(r"\s", "", value).upper()
    return next((one for one in (_EVEN, _PAIRS) if one.startswith(form) and form[3:]), form)


def _curve(path: Path, block: _Block, table: _Table) -> Curve:
    """Read a table with what its block says of it."""
    if table.label in {"NTUPLES", "DATATABLE"}:
        advice = "Export it as XYDATA where it was made, a spectrum a block."
        raise refused(path, "it holds NTUPLES, which isn't read", block.line, advice)
    if table.form not in {_EVEN, _PAIRS} or table.label == "RADATA":
        reason = f"it holds a table ##{table.label}= {table.form}, which isn't read"
        raise refused(path, reason, block.line)
    try:
        x, y = _points(block, table)
    except TableError as error:
        raise refused(path, str(error), error.line) from None
    if not _is_beside(block, table):
        check_count(path, len(y), block.number("NPOINTS", len(y)))
    if not len(y):
        raise refused(path, f"the table ##{table.label}= is empty", block.line)
    xlabel, xunit = _axis(block.records.get("XUNITS", ""), block.records.get("XLABEL", ""))
    ylabel, yunit = _axis(block.records.get("YUNITS", ""), block.records.get("YLABEL", ""))
    return Curve(
        x=x,
        y=y,
        xlabel=xlabel,
        xunit=xunit,
        ylabel=ylabel,
        yunit=yunit,
        settings=_settings(block),
    )


def _points(block: _Block, table: _Table) -> tuple[Array, Array]:
    factors = block.number("XFACTOR", 1.0), block.number("YFACTOR", 1.0)
    if table.form == _PAIRS:
        x, y = pairs(table.lines)
        return x * factors[0], y * factors[1]
    count = int(block.number("NPOINTS"))
    first, last = block.number("FIRSTX"), block.number("LASTX")
    if not (count >= 1 and np.isfinite([first, last, *factors]).all()):
        raise ValueError(f"##NPOINTS= is {count}, x from {first} to {last}")
    step = (last - first) / (count - 1) if count > 1 else 0.0
    y = ordinates(table.lines, Grid(first=first, step=step, factor=factors[0])) * factors[1]
    return np.linspace(first, last, len(y)), y


def _axis(units: str, label: str) -> tuple[str, str]:
    """Return label and unit of an axis, of which JCAMP-DX has quantities and units in one record."""
    known = _X.get(units.upper())
    if known:
        return label or known[0], known[1]
    if units.upper() in _NOT_UNITS or not units:
        return label or units.capitalize(), ""
    return label, "a.u." if units.upper() == "ARBITRARY UNITS" else units


def _settings(block: _Block) -> dict[str, Setting]:
    """Return a block's records, as they are labelled; numbers as numbers."""
    return {block.labels[key]: value_of(text) for key, text in block.records.items() if text}


JCAMP = text_reader(
    "JCAMP-DX",
    (".jdx", ".dx", ".jcm", ".jcamp"),
    beginning(rb"\s*(?:\$\$[^\n]*\n\s*)*##\s*TITLE\s*="),
    _read,
    keeps="units, labels, all records; plain, packed, squeezed, DIF/DUP, peak tables, compound files",
)
