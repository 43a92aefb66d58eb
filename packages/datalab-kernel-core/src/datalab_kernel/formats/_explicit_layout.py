"""Text files read as a person says: which lines are titles, which columns are x and y."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats import _table, _text
from datalab_kernel.formats._curves import Curve
from datalab_kernel.formats._header import Header, split_title

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.formats._table import TextTable
    from datalab_kernel.formats._text import TextLayout


def explicit_table(path: Path, options: ReadOptions) -> TextTable:
    """Read a table whose layout a person describes, in the words of pandas."""
    encoding, lines = _text.head_of(path, options.encoding)
    if options.header == "infer":
        layout = _table.found_layout(path, encoding, lines, options)
        found = _table.read_table(path, layout)
        places = range(found.frame.shape[1])
        titles = [found.header.title(place) for place in places]
        units = [found.header.unit(place) for place in places]
        frame = found.frame
    else:
        layout = _explicit_layout(encoding, options, lines)
        told = {
            "header": options.header,
            "skiprows": options.skiprows,
            "decimal": layout.decimal,
            "sep": layout.delimiter,
            "comment": options.comment,
        }
        frame = _table.read_with_pandas(path, layout, told)
        texts = [""] * frame.shape[1] if options.header is None else [str(c) for c in frame]
        pairs = [split_title(text) for text in texts]
        titles, units = [title for title, _ in pairs], [unit for _, unit in pairs]
    header = Header(titles=tuple(titles), units=tuple(units))
    return _table.TextTable(path=path, layout=layout, frame=frame, header=header)


def _explicit_layout(encoding: str, options: ReadOptions, lines: list[str]) -> TextLayout:
    found = _text.find_layout(encoding, lines, delimiter=options.delimiter, decimal=options.decimal)
    return _text.TextLayout(
        encoding=encoding,
        delimiter=options.delimiter or (found.delimiter if found else ","),
        decimal=options.decimal or (found.decimal if found else "."),
        first=options.skiprows or 0,
        preamble=(),
    )


def explicit_curves(table: TextTable, options: ReadOptions) -> list[Curve]:
    """Make curves of the columns that a person names, or of all."""
    path, layout, frame, header = table.path, table.layout, table.frame, table.header
    number = frame.shape[1]
    x_place = None if options.x is None else _place(path, options.x, header.titles, number)
    if x_place == 0 and number == 1:
        x_place = None
    wanted = options.y
    if wanted is None:
        places = [n for n in range(number) if n != x_place and frame.iloc[:, n].notna().any()]
    else:
        given = [wanted] if isinstance(wanted, (str, int)) else wanted
        places = [_place(path, one, header.titles, number) for one in given]
    column = {
        n: _table.to_floats(path, layout, frame.iloc[:, n])
        for n in (*places, *([] if x_place is None else [x_place]))
    }
    x = np.arange(len(frame), dtype=float) if x_place is None else column[x_place]
    return [
        Curve(
            x=x,
            y=column[n],
            xlabel="" if x_place is None else header.title(x_place),
            xunit="" if x_place is None else header.unit(x_place),
            ylabel=header.title(n),
            yunit=header.unit(n),
        )
        for n in places
    ]


def _place(path: Path, wanted: str | int, titles: Sequence[str], number: int) -> int:
    """Return the place of a column that is named by its title or place."""
    if isinstance(wanted, int) and -number <= wanted < number:
        return wanted % number
    if isinstance(wanted, str):
        for text in (wanted, split_title(wanted)[0]):  # with its unit, or without
            if text in titles:
                return titles.index(text)
    there = ", ".join(repr(title) for title in titles if title) or "none has a title"
    reason = f"there is no column {wanted!r}; it has {number} columns: {there}"
    raise _table.wrong(path, reason, hint="Choose x= and y= among them, by title or place.")
