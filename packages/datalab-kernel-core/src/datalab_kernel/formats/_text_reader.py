"""Text files of numbers: a table of any program, an image, or columns that a person describes.

A maker whose tables need more (``scopes``) brings a function from a table to curves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats import _arrays, _sigima, _table, _text
from datalab_kernel.formats._columns import curves_of_columns
from datalab_kernel.formats._curves import Curve, to_signals
from datalab_kernel.formats._explicit_layout import explicit_curves, explicit_table
from datalab_kernel.formats._plain_table import (
    check_image,
    check_table,
    split_at_blank_lines,
    with_plausible_x,
)
from datalab_kernel.formats._reader import Reader, read_head

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.formats._table import TextTable
    from datalab_kernel.objects import DataObject

_COORDINATED = re.compile(r"#\s*n[xy]\s*:\s*\d+", re.IGNORECASE)
_IMAGE_COLUMNS = 5


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
        table = _table.read_table(path, _table.found_layout(path, options))
        if options.kind is None:
            check_table(table)
        if _is_image(table, options):
            if options.kind is None:
                check_image(table)
            return _image_of(table)
        curves = [
            curve
            for part in split_at_blank_lines(table)
            for curve in with_plausible_x(part, self.curves_of(part))
        ]
        return [*to_signals(path, curves, table.notes)]


def read_explicit(path: Path, options: ReadOptions) -> list[DataObject]:
    """Read the columns that a person names, or all, as they say."""
    table = explicit_table(path, options)
    if options.kind == "image":
        return _image_of(table)
    return [*to_signals(path, explicit_curves(table, options), table.notes)]


_read_any = ReadTable(curves_of_columns)


def _read(path: Path, options: ReadOptions) -> list[DataObject]:
    may_be_coordinated = not options.lays_out_text and options.kind != "signal"
    if may_be_coordinated and _has_coordinates(read_head(path)):
        return _coordinated(path)
    return _read_any(path, options)


def _has_coordinates(head: bytes) -> bool:
    return any(_COORDINATED.match(line) for line in _text.first_lines(head))


TEXT = Reader(
    name="text",
    suffixes=(".csv", ".txt", ".tsv", ".asc", ".dat", ".tab", ".prn"),
    recognises=lambda head, _: _text.is_text(head),
    read=_read,
    keeps="titles, units, dates, settings above the numbers; only what is plainly a table",
)


def _coordinated(path: Path) -> list[DataObject]:
    from sigima.io import read_images

    return _sigima.as_ours(path, read_images(str(path)))


def _is_image(table: TextTable, options: ReadOptions) -> bool:
    """Say whether a table is an image: many columns without titles, and none that could be x."""
    if options.kind is not None:
        return options.kind == "image"
    if len(table.columns) < _IMAGE_COLUMNS or table.header.titles or table.leading:
        return False
    steps = np.diff(table.columns[0])
    return not ((steps > 0).all() or (steps < 0).all())


def _image_of(table: TextTable) -> list[DataObject]:
    from sigima.io.common.converters import convert_array_to_valid_dtype
    from sigima.objects import ImageObj

    columns = _table.whole_numbers(table)
    data = np.array(columns).T.copy()
    array = convert_array_to_valid_dtype(data, ImageObj.VALID_DTYPES)
    return _arrays.images_of(table.path, [array], table.path.stem)
