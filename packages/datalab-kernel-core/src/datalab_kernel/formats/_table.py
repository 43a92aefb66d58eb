"""The numbers of a text file as columns, and what stands above them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats._header import Header, read_header
from datalab_kernel.formats._reader import read_head
from datalab_kernel.formats._table_lines import line_of, rows_of, wrong
from datalab_kernel.formats._table_numbers import Array, Rows, numbers_of_texts, read_rows
from datalab_kernel.formats._text import FIRST_BYTES, TextLayout, ends_early, head_of, tail_of
from datalab_kernel.formats._text_fields import WHITESPACE, is_comment, is_moment
from datalab_kernel.formats._text_layout import find_layout, find_layout_by_end, with_footer
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from datalab_kernel.formats._options import ReadOptions

__all__ = [
    "TextTable",
    "found_layout",
    "is_blank",
    "line_of",
    "read_table",
    "to_floats",
    "whole_numbers",
    "wrong",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextTable:
    """The columns of a text file, where they stood, and what stands above them.

    ``columns`` are arrays of numbers, each of shape ``(rows,)``; those of dates and times are
    ``leading``, and have no place among them nor in ``header``. ``pairs`` are where signals of
    the first column and each other one lie, see :class:`Rows`.
    """

    path: Path
    layout: TextLayout
    columns: tuple[Array, ...]
    header: Header
    leading: tuple[list[str], ...] = ()
    leading_titles: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    pairs: tuple[Array, ...] = ()

    @property
    def length(self) -> int:
        """How many rows there are."""
        return len(self.columns[0])

    def xydata(self, column: int) -> Array | None:
        """Return the first column and another one, of shape ``(2, rows)``; once for each."""
        if not self.pairs or column == 0:
            return None
        pair = self.pairs[column - 1]
        if column > 1:
            pair[0] = self.columns[0]
        return pair

    @property
    def used(self) -> list[int]:
        """The places of the columns that hold any number."""
        return [n for n, column in enumerate(self.columns) if not is_blank(column)]


def is_blank(column: Array) -> bool:
    """Say whether a column holds no number."""
    if column.dtype == object:
        return all(value is None or value != value for value in column)  # noqa: PLR0124 - NaN
    if column.dtype.kind != "f" or (len(column) and column[0] == column[0]):
        return False
    return bool(np.isnan(column).all())


def found_layout(path: Path, options: ReadOptions) -> TextLayout:
    """Find where the numbers are.

    Raises
    ------
    FileFormatError
        If there are none, or the file ends in the middle of a row.
    """
    encoding, layout = _layout_of_head(path, options)
    if layout is None:
        raise wrong(path, "there is no row of numbers in it")
    tail = tail_of(path, encoding)
    layout = with_footer(layout, tail, options.skipfooter)
    _check_preamble(path, layout)
    if not layout.footer and ends_early(tail, layout):
        raise wrong(path, "it was cut off: it ends in the middle of its last row")
    return replace(
        layout,
        leading=max(1, layout.leading) if options.unit else layout.leading,
        dayfirst=options.dayfirst,
        unit=options.unit,
        has_nuls=encoding != "utf-16" and b"\0" in read_head(path),
    )


def _check_preamble(path: Path, layout: TextLayout) -> None:
    """Check that no line above the first row is one that is wrong: as wide, and begun by a number.

    Where blanks separate, words are as many as columns by chance: each must hold a digit.
    """
    for number, line in enumerate(layout.preamble, start=1):
        fields = layout.split(line)
        if len(fields) != layout.width or is_comment(line):
            continue
        is_like_one = all(any(map(str.isdigit, field)) for field in fields)
        is_begun = layout.is_number(fields[0]) or is_moment(fields[0])
        if is_begun and (is_like_one or layout.delimiter != WHITESPACE):
            raise wrong(path, f"{line.strip()[:60]!r} isn't a row of numbers", line=number)


def _layout_of_head(path: Path, options: ReadOptions) -> tuple[str, TextLayout | None]:
    """Find the layout in the first lines if they end among the numbers, else in more of them."""
    skip = options.skiprows or 0
    signs = {"delimiter": options.delimiter, "decimal": options.decimal}
    encoding, lines = head_of(path, options.encoding, FIRST_BYTES)
    layout = find_layout_by_end(encoding, _skipped(lines, skip), **signs)
    if layout is None:
        _, lines = head_of(path, encoding)
        layout = find_layout(encoding, _skipped(lines, skip), **signs)
    return encoding, layout


def _skipped(lines: list[str], number: int) -> list[str]:
    return [""] * min(number, len(lines)) + lines[number:] if number else lines


def read_table(path: Path, layout: TextLayout) -> TextTable:
    """Read a file's numbers and what stands above them.

    Raises
    ------
    FileFormatError
        If a line isn't one of numbers; it names the line.
    """
    layout, rows = _rows_of(path, layout)
    used = [place for place, column in enumerate(rows.columns) if not is_blank(column)]
    header = read_header(layout, layout.leading + (used[-1] + 1 if used else 0))
    return TextTable(
        path=path,
        layout=layout,
        columns=rows.columns,
        header=header.without(layout.leading),
        leading=rows.leading,
        leading_titles=tuple(header.title(place) for place in range(layout.leading)),
        pairs=rows.pairs,
        notes=_notes_of(layout),
    )


def _notes_of(layout: TextLayout) -> tuple[Note, ...]:
    """Return what is to be said of the lines that were left out."""
    footer = [line.strip() for line in layout.footer if not is_comment(line)]
    if not footer:
        return ()
    lines = "1 line" if len(footer) == 1 else f"{len(footer)} lines"
    return (Note(f"{lines} below the numbers left out: {' / '.join(footer)[:100]}"),)


def _rows_of(path: Path, layout: TextLayout) -> tuple[TextLayout, Rows]:
    """Read the rows; where the first ones were read as what they can't be, the others decide."""
    try:
        return layout, read_rows(path, layout)
    except FileFormatError as error:
        other = _other_layout(path, layout, error.line)
        if other is None:
            raise
    return other, read_rows(path, other)


def _other_layout(path: Path, layout: TextLayout, line: int | None) -> TextLayout | None:
    """Find signs with which the first rows and a line that is wrong are rows of one width."""
    if line is None:
        return None
    probe: list[str] = []
    for number, text, _ in rows_of(path, layout):
        if number < line and len(probe) < 12:  # noqa: PLR2004 - as many as tell
            probe.append(text)
        if number == line:
            probe.append(text)
            break
    preamble = list(layout.preamble)
    found = find_layout(layout.encoding, preamble + probe)
    if found is None or found.first != layout.first or found.decimal == layout.decimal:
        return None
    widths = {len(found.split(text)) for text in probe}
    is_row = all(found.is_data(text) for text in probe)
    if not is_row or len(widths) > 1:
        return None
    tail = tail_of(path, layout.encoding)
    return with_footer(found, tail, len(layout.footer) or None)


def whole_numbers(table: TextTable) -> list[Array]:
    """Return the columns of a table that aren't blank, as whole numbers if all of them are."""
    used = [table.columns[place] for place in table.used]
    if any((column % 1 != 0).any() for column in used):
        return used
    first = next((line for _, line, _ in rows_of(table.path, table.layout)), "")
    if not all(field.lstrip("+-").isdecimal() for field in table.layout.split(first) if field):
        return used
    try:
        return [*read_rows(table.path, table.layout, np.int64).columns]
    except FileFormatError:
        return used


def read_with_pandas(path: Path, layout: TextLayout, told: Mapping[str, Any]) -> pd.DataFrame:
    """Read a file as a person says, in pandas' words; columns keep their titles.

    Raises
    ------
    FileFormatError
        If pandas can't; it says why.
    """
    import pandas as pd

    # pandas' C parser knows no footer
    parser = {"engine": "python"} if told.get("skipfooter") else {"float_precision": "round_trip"}
    words: dict[str, Any] = {**parser, **told}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # it tells of a loss of data
            frame: pd.DataFrame = pd.read_csv(
                path, encoding=layout.encoding, index_col=False, **words
            )
    except (ValueError, LookupError, TypeError, pd.errors.ParserWarning) as error:
        raise wrong(path, f"pandas says: {error}") from error
    return frame.dropna(how="all")


def to_floats(path: Path, layout: TextLayout, column: Array) -> Array:
    """Convert a column that pandas read to numbers; a text that is none is an error."""
    if column.dtype.kind in "iufb":
        return column
    texts = ["nan" if value != value else str(value).strip() for value in column]  # noqa: PLR0124 - NaN
    for text in texts:
        if text and not layout.is_number(text):
            raise wrong(path, f"{text!r} isn't a number")
    return numbers_of_texts(texts, layout.decimal)
