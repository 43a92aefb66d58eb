"""Text files of numbers: a table of any program, an image, or columns that a person describes.

A maker whose tables need more (``scopes``) brings a function from a table to curves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.formats import _arrays, _sigima, _table, _text
from datalab_kernel.formats._columns import curves_of_columns
from datalab_kernel.formats._curves import Curve, titles_of, to_signals
from datalab_kernel.formats._explicit_layout import explicit_curves, explicit_table
from datalab_kernel.formats._header import split_title
from datalab_kernel.formats._reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.formats._table import TextTable
    from datalab_kernel.formats._text import TextLayout
    from datalab_kernel.objects import DataObject

_COORDINATED = re.compile(r"#\s*n[xy]\s*:\s*\d+", re.IGNORECASE)
_IMAGE_COLUMNS = 5
_NO_DATE = -9.2e9  # seconds: in the year 1678, the first that pandas takes


@dataclass(frozen=True, slots=True)
class ReadTable:
    """Read a text file of numbers as one maker writes it.

    Parameters
    ----------
    curves_of
        Makes curves of the file's table.
    """

    curves_of: Callable[[TextTable], list[Curve]]

    def __call__(self, path: Path, options: ReadOptions) -> list[DataObject]:
        """Read a file; what a person says about its lines and columns goes first."""
        if options.lays_out_text:
            return read_explicit(path, options)
        encoding, lines = _text.head_of(path, options.encoding)
        layout = _table.found_layout(path, encoding, lines, options)
        if layout.has_dates:
            return _with_dates(path, layout)
        table = _table.read_table(path, layout)
        if _is_image(table, options):
            return _image_of(table)
        return [*to_signals(path, self.curves_of(table))]


def read_explicit(path: Path, options: ReadOptions) -> list[DataObject]:
    """Read the columns that a person names, or all, as they say."""
    table = explicit_table(path, options)
    if options.kind == "image":
        return _image_of(table)
    return [*to_signals(path, explicit_curves(table, options))]


_read_any = ReadTable(curves_of_columns)


def _read(path: Path, options: ReadOptions) -> list[DataObject]:
    if not options.lays_out_text and options.kind != "signal":
        _, lines = _text.head_of(path, options.encoding)
        if any(_COORDINATED.match(line) for line in lines[:50]):
            return _coordinated(path)
    return _read_any(path, options)


TEXT = Reader(
    name="text",
    suffixes=(".csv", ".txt", ".tsv", ".asc", ".dat", ".tab", ".prn"),
    recognises=lambda head, _: _text.is_text(head),
    read=_read,
)


def _coordinated(path: Path) -> list[DataObject]:
    from sigima.io import read_images

    return _sigima.as_ours(path, read_images(str(path)))


def _with_dates(path: Path, layout: TextLayout) -> list[DataObject]:
    """Read a table with dates by Sigima, which finds out their form, and count the points."""
    from sigima.io import read_signals

    objects: list[Any] = [*read_signals(str(path))]
    for obj in objects:
        label, unit = split_title(obj.ylabel)
        obj.ylabel, obj.yunit = label, obj.yunit or unit
    for obj, title in zip(objects, titles_of(path, [obj.ylabel for obj in objects]), strict=True):
        obj.title = title
    with path.open(encoding=layout.encoding, errors="replace") as file:
        lines = [number for number, line in enumerate(file, start=1) if layout.is_data(line)]
    for obj in objects:
        x = obj.xydata[0]
        if len(x) < len(lines):
            reason = f"{len(x):,} points were read of {len(lines):,} rows of numbers"
            raise _table.wrong(path, reason)
        if (x < _NO_DATE).any():  # where Sigima puts what it can't read
            line = lines[int((x < _NO_DATE).argmax())]
            raise _table.wrong(path, "the date there can't be read", line=line)
    return objects


def _is_image(table: TextTable, options: ReadOptions) -> bool:
    """Say whether a table is an image: many columns without titles, and none that could be x."""
    if options.kind is not None:
        return options.kind == "image"
    if table.frame.shape[1] < _IMAGE_COLUMNS or table.header.titles:
        return False
    steps = np.diff(table.frame.iloc[:, 0].to_numpy(dtype=float))
    return not ((steps > 0).all() or (steps < 0).all())


def _image_of(table: TextTable) -> list[DataObject]:
    from sigima.io.common.converters import convert_array_to_valid_dtype
    from sigima.objects import ImageObj

    data = table.frame.dropna(axis=1, how="all").to_numpy()
    array = convert_array_to_valid_dtype(data, ImageObj.VALID_DTYPES)
    return _arrays.images_of(table.path, [array], table.path.stem)
