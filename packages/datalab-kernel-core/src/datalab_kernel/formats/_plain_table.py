"""Whether a text is plainly a table: one block of rows, with an x that a measurement can have.

What isn't is refused with what was found, or read with a guess that is said: text has no
signature, and a wrong axis is worse than an error.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats._table_lines import rows_of, wrong
from datalab_kernel.formats._text_fields import is_comment, is_row
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.formats._curves import Array, Curve
    from datalab_kernel.formats._table import TextTable

_FEW = 8
"""Of fewer points, any x is plausible."""
_MOST_TURNS = 0.3
"""How often x may turn round, in parts of its steps: of a loop or a sweep seldom, of noise 0.67."""
_ONE_WAY = 0.4
"""The mean direction of steps, from -1 to 1, of which most go one way."""
_OTHER_ROWS = 3
"""So many rows of another width above the table are another table."""
_TAKE_IT = "To take it for x, say read=dict(header=None); to count the points, read=dict(x=None)."


def check_table(table: TextTable) -> None:
    """Check that a file has one table, with columns rather than one series in rows.

    Raises
    ------
    FileFormatError
        If there is another table above, if what stands above the columns are coordinates, or
        if each row goes on where the last one ended.
    """
    _check_preamble(table)
    first = table.columns[0]
    if _has_titles(table) or table.leading or first.dtype.kind != "f":
        return
    if len(first) > 1 and np.isnan(first[0]) and not np.isnan(first[1:]).any():
        reason = "its first row begins with an empty field: these may be coordinates of an image"
        raise wrong(table.path, reason, line=table.layout.first + 1)
    width = len(table.used)
    if width > 2 and _is_series(np.array([table.columns[place] for place in table.used])):  # noqa: PLR2004 - x, y
        reason = f"its rows of {width} numbers go on from one to the next, as one series does"
        raise wrong(table.path, f"{reason}, and nothing says what x is")


def _check_preamble(table: TextTable) -> None:
    """Check the lines of several numbers above a table: another table, or what says where x is.

    One such line is a setting if titles stand below it.
    """
    layout = table.layout
    least = _OTHER_ROWS if _has_titles(table) else 1
    rows = [[] if is_comment(line) else _fields(table, line) for line in layout.preamble]
    widths = [len(row) if len(row) > 1 and is_row(row, layout.decimal) else 0 for row in rows]
    line = 1
    for width, run in groupby(widths):
        length = len([*run])
        if width and length >= least:
            lines = (
                f"lines {line} to {line + length - 1} have" if length > 1 else f"line {line} has"
            )
            reason = (
                f"{lines} {width} numbers, the rows from line {layout.first + 1} on {layout.width}: "
                "these are several tables, or what stands above says where x begins and ends"
            )
            raise wrong(table.path, reason, line=line)
        line += length


def _has_titles(table: TextTable) -> bool:
    """Say whether words stand above the columns, and not only numbers."""
    titles = [title for title in table.header.titles if title]
    return not all(is_row(title.split(), table.layout.decimal) for title in titles)


def _fields(table: TextTable, line: str) -> list[str]:
    """Split a line above a table, at blanks where the table's own delimiter isn't in it."""
    fields = table.layout.split(line)
    return fields if len(fields) > 1 else line.split()


def _is_series(columns: Array) -> bool:
    """Say whether rows, one after the other, are as smooth as each column is.

    Parameters
    ----------
    columns
        Of shape ``(width, rows)``.
    """
    if columns.shape[1] < _FEW or not np.isfinite(columns).all():
        return False
    with np.errstate(over="ignore"):  # sums of the largest numbers are infinite
        along = np.abs(np.diff(columns.T.ravel())).sum()
        down = np.abs(np.diff(columns, axis=1)).sum(axis=1)
    return bool(down.min() > 0 and along <= 1.5 * down.min())


def check_image(table: TextTable) -> None:
    """Check that columns without titles may be an image's: nothing is said above them.

    Raises
    ------
    FileFormatError
        If there is, and it isn't a comment: an instrument's series in rows looks the same.
    """
    said = [line for line in table.layout.preamble if not is_comment(line)]
    if said:
        reason = (
            f"its rows of {len(table.used)} numbers could be an image or a series, "
            f"and {said[-1].strip()[:60]!r} above them doesn't say which"
        )
        hint = "Say read=dict(kind='image') or read=dict(skiprows=, x=, y=)."
        raise wrong(table.path, reason, hint=hint)


def split_at_blank_lines(table: TextTable) -> list[TextTable]:
    """Split a table where a blank line stands before an x that begins anew: so blocks are written."""
    first = table.columns[0]
    if len(first) < 4 or first.dtype.kind not in "iuf":  # noqa: PLR2004 - two blocks of two
        return [table]
    if table.leading or _goes_one_way(first):  # the first column beside dates is no x
        return [table]
    steps = np.diff(first)
    direction = np.sign(np.median(steps))
    back = np.flatnonzero(np.sign(steps) == -direction) + 1
    if not direction or not len(back):
        return [table]
    after_blank = _rows_after_blank_lines(table)
    places = [0, *(place for place in back.tolist() if place in after_blank), len(first)]
    if len(places) == 2:  # noqa: PLR2004 - the begin and the end
        return [table]
    return [_part(table, slice(*pair)) for pair in pairwise(places)]


def _rows_after_blank_lines(table: TextTable) -> set[int]:
    """Return which rows have a line above that is none of numbers."""
    found: set[int] = set()
    above = table.layout.first
    for row, (number, _, _) in enumerate(rows_of(table.path, table.layout)):
        if number != above + 1:
            found.add(row)
        above = number
    return found


def _part(table: TextTable, rows: slice) -> TextTable:
    return replace(
        table,
        columns=tuple(column[rows] for column in table.columns),
        leading=tuple(texts[rows] for texts in table.leading),
        pairs=(),
    )


def with_plausible_x(table: TextTable, curves: Sequence[Curve]) -> list[Curve]:
    """Return the curves, with a guess where the first column may not be their x.

    Raises
    ------
    FileFormatError
        If it isn't likely, and no title says what the columns are.
    """
    if table.leading or len(table.used) == 1:
        return [*curves]
    return [curve if is_plausible_x(curve.x) else _guessed(table, curve) for curve in curves]


def is_plausible_x(x: Array) -> bool:
    """Say whether x grows, falls, or turns round now and then, as of a loop or repeated sweeps.

    Examples
    --------
    >>> is_plausible_x(np.arange(9.0)), is_plausible_x(np.tile([0.0, 1, 2, 3, 4], 3))
    (True, True)
    >>> is_plausible_x(np.ones(9)), is_plausible_x(np.tile([3.0, 1, 2], 4))
    (False, False)
    """
    if len(x) < _FEW or _goes_one_way(x):
        return True
    steps = np.diff(x)
    steps = np.sign(steps[steps != 0])
    if not len(steps):
        return False
    turns = int((steps[1:] != steps[:-1]).sum())
    # Short sweeps that begin again and again turn often, and still go one way
    return turns <= _MOST_TURNS * len(x) or bool(abs(steps.mean()) > _ONE_WAY)


def _goes_one_way(x: Array) -> bool:
    """Say whether x grows or falls at each step; it costs no copy of x."""
    after, before = x[1:], x[:-1]
    return bool((after > before).all() or (after < before).all())


def _guessed(table: TextTable, curve: Curve) -> Curve:
    title = table.header.title(table.used[0])
    behaviour = "is always the same" if np.ptp(curve.x) == 0 else "goes up and down"
    if not title:
        reason = f"its first column {behaviour}, and isn't likely to be x"
        raise wrong(table.path, reason, hint=_TAKE_IT)
    text = f"The column {title!r} was taken for x, although it {behaviour}."
    advice = "Say read=dict(x='title of another column'), or x=None to count the points."
    return replace(curve, notes=(*curve.notes, Note(text, advice, is_guess=True)))
