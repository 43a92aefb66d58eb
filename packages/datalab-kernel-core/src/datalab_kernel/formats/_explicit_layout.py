"""Text files read as a person says: which lines are titles, which columns are x and y."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats import _table, _text
from datalab_kernel.formats._curves import Curve
from datalab_kernel.formats._header import Header, split_title
from datalab_kernel.formats._table_axis import Axis, axis_of
from datalab_kernel.formats._table_dates import moments_of
from datalab_kernel.formats._text_fields import is_day, is_moment
from datalab_kernel.formats._text_layout import find_layout

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.formats._table import TextTable
    from datalab_kernel.formats._table_numbers import Array
    from datalab_kernel.formats._text import TextLayout


def explicit_table(path: Path, options: ReadOptions) -> TextTable:
    """Read a table whose layout a person describes, in the words of pandas."""
    if options.header == "infer":
        layout = _table.found_layout(path, options)
        found = _table.read_table(path, layout)
        places = range(len(found.columns))
        titles = [*found.leading_titles, *(found.header.title(place) for place in places)]
        units = [*([""] * len(found.leading)), *(found.header.unit(place) for place in places)]
        columns = [*(np.array(texts, object) for texts in found.leading), *found.columns]
        notes = found.notes
    else:
        layout = _explicit_layout(path, options)
        told = {
            "header": options.header,
            "skiprows": options.skiprows,
            "decimal": layout.decimal,
            "sep": layout.delimiter,
            "comment": options.comment,
            "skipfooter": options.skipfooter or 0,
        }
        frame = _table.read_with_pandas(path, layout, told)
        texts = [""] * frame.shape[1] if options.header is None else [str(c) for c in frame]
        pairs = [split_title(text) for text in texts]
        titles, units = [title for title, _ in pairs], [unit for _, unit in pairs]
        columns = [frame.iloc[:, place].to_numpy() for place in range(frame.shape[1])]
        notes = ()
    return _table.TextTable(
        path=path,
        layout=layout,
        columns=tuple(columns),
        header=Header(titles=tuple(titles), units=tuple(units)),
        notes=notes,
    )


def _explicit_layout(path: Path, options: ReadOptions) -> TextLayout:
    encoding, lines = _text.head_of(path, options.encoding)
    found = find_layout(encoding, lines, delimiter=options.delimiter, decimal=options.decimal)
    return _text.TextLayout(
        encoding=encoding,
        delimiter=options.delimiter or (found.delimiter if found else ","),
        decimal=options.decimal or (found.decimal if found else "."),
        first=options.skiprows or 0,
        preamble=(),
        dayfirst=options.dayfirst,
        unit=options.unit,
    )


def explicit_curves(table: TextTable, options: ReadOptions) -> list[Curve]:
    """Make curves of the columns that a person names, or of all."""
    path, header, number = table.path, table.header, len(table.columns)
    x_place = None if options.x is None else _place(path, options.x, header.titles, number)
    if x_place == 0 and number == 1:
        x_place = None
    axis = _axis(table, x_place)
    wanted = options.y
    if wanted is None:
        places = [
            n
            for n in range(number)
            if n not in axis.places and not _table.is_blank(table.columns[n])
        ]
    else:
        given = [wanted] if isinstance(wanted, (str, int)) else wanted
        places = [_place(path, one, header.titles, number) for one in given]
    return [
        Curve(
            x=axis.x,
            y=_table.to_floats(path, table.layout, table.columns[n]),
            xlabel=axis.title,
            xunit=axis.unit,
            ylabel=header.title(n),
            yunit=header.unit(n),
            settings=axis.metadata,
            notes=axis.notes,
        )
        for n in places
    ]


def _axis(table: TextTable, place: int | None) -> Axis:
    """Return x: counted, or a column of numbers, or of dates (and the times behind it)."""
    if place is None:
        return Axis(x=np.arange(table.length, dtype=float))
    layout, columns, title = table.layout, table.columns, table.header.title(place)
    texts = [str(value).strip() for value in columns[place]] if _is_text(columns[place]) else []
    if layout.unit and not texts:
        texts = [str(value) for value in columns[place].tolist()]
    if not texts or not (layout.unit or is_moment(texts[0])):
        x = _table.to_floats(table.path, layout, columns[place])
        return Axis(x=x, title=title, unit=table.header.unit(place), places=(place,))
    places: tuple[int, ...] = (place,)
    parts = [texts]
    if is_day(texts[0]) and place + 1 < len(columns) and _is_text(columns[place + 1]):
        following = [str(value).strip() for value in columns[place + 1]]
        if is_moment(following[0]):
            places, parts = (place, place + 1), [texts, following]
    return axis_of(moments_of(table.path, layout, parts), title, places)


def _is_text(column: Array) -> bool:
    return column.dtype.kind not in "iufb"


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
