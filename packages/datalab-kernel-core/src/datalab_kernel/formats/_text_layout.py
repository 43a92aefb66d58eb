"""Where in a text file the numbers are: delimiter, decimal sign, first line of data, footer.

Only the head and the tail of a file are looked at. Most files are told by a few lines; whether
all the others are like them, ``_table_numbers`` finds when it reads them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from datalab_kernel.formats._text import TextLayout
from datalab_kernel.formats._text_fields import (
    NUMBERS,
    WHITESPACE,
    is_comment,
    is_row,
    leading_of,
    split_line,
    without_comment,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DELIMITERS = (",", ";", "\t", WHITESPACE)
_PROBED = 12


def find_layout(
    encoding: str,
    lines: Sequence[str],
    *,
    delimiter: str | None = None,
    decimal: str | None = None,
) -> TextLayout | None:
    """Find the lines of numbers, whatever separates them unless that is given.

    Where the last lines are rows of one width, they are those; else it is the longest run.

    Returns
    -------
    TextLayout or None
        None if no line is one of numbers.

    Examples
    --------
    >>> layout = find_layout("utf-8", ["Zeit;Kanal A", "(ms);(V)", "", "0,5;1,25", "1,0;1,5"])
    >>> layout.delimiter, layout.decimal, layout.first
    (';', ',', 3)
    """
    candidates = _candidates(delimiter, decimal)
    return _by_last_lines(encoding, lines, candidates) or _by_longest_run(
        encoding, lines, candidates
    )


def find_layout_by_end(
    encoding: str,
    lines: Sequence[str],
    *,
    delimiter: str | None = None,
    decimal: str | None = None,
) -> TextLayout | None:
    """Find the layout as :func:`find_layout`; None if the last lines aren't rows of one width."""
    return _by_last_lines(encoding, lines, _candidates(delimiter, decimal))


def _candidates(delimiter: str | None, decimal: str | None) -> list[tuple[str, str]]:
    """Return the delimiters and decimal signs that are possible."""
    delimiters = _DELIMITERS if delimiter is None else (delimiter,)
    return [(between, point) for between in delimiters for point in decimal or ".,"]


def _by_last_lines(
    encoding: str, lines: Sequence[str], candidates: Sequence[tuple[str, str]]
) -> TextLayout | None:
    """Find the layout by the last lines, if they are rows of one width."""
    probe = [line for line in lines[-4 * _PROBED :] if not is_comment(line)][-_PROBED:]
    if len(probe) < _PROBED:
        return None
    best: tuple[int, str, str] | None = None
    for between, point in _plausible(candidates, probe[-1]):
        rows = [split_line(without_comment(line), between) for line in probe]
        width = len(rows[0])
        # Blanks within dates separate only where nothing else does
        is_wider = best is None or (width > best[0] and between != WHITESPACE)
        if is_wider and all(len(row) == width and is_row(row, point) for row in rows):
            best = width, between, point
    if best is None:
        return None
    width, between, point = best
    for place, line in enumerate(lines):
        row = split_line(without_comment(line), between)
        if len(row) == width and not is_comment(line) and is_row(row, point):
            return _layout(encoding, lines, (between, point), place, row)
    return None


def _plausible(candidates: Sequence[tuple[str, str]], line: str) -> Iterator[tuple[str, str]]:
    """Give the candidates whose signs are in a line, which is one of numbers."""
    for between, point in candidates:
        if between not in line and between != WHITESPACE:
            continue
        if point == "," and ("," not in line or (between == "," and '"' not in line)):
            continue
        yield between, point


def _by_longest_run(
    encoding: str, lines: Sequence[str], candidates: Sequence[tuple[str, str]]
) -> TextLayout | None:
    best: tuple[tuple[int, bool, int], TextLayout] | None = None
    for between, point in candidates:
        rows = [
            [] if is_comment(line) else split_line(without_comment(line), between) for line in lines
        ]
        start, length = _longest_run(rows, point)
        if length == 0:
            continue
        width = max(len(row) for row in rows[start : start + length])
        start = _first_like(rows, start, point)
        rank = (length, between != WHITESPACE, width)
        if best is None or rank > best[0]:
            best = rank, _layout(encoding, lines, (between, point), start, rows[start])
    return best[1] if best else None


def _layout(
    encoding: str, lines: Sequence[str], signs: tuple[str, str], first: int, row: list[str]
) -> TextLayout:
    delimiter, decimal = signs
    layout = TextLayout(
        encoding=encoding,
        delimiter=delimiter,
        decimal=decimal,
        first=first,
        preamble=(),
        width=len(row),
        leading=leading_of(row),
    )
    for place in range(first - 1, -1, -1):
        fields = layout.split(without_comment(lines[place]))
        if layout.is_date_alone(fields):  # the first rows have no values
            first = place
        elif not is_comment(lines[place]):
            break
    return replace(layout, first=first, preamble=tuple(lines[:first]))


def _longest_run(rows: list[list[str]], decimal: str) -> tuple[int, int]:
    best = (0, 0)
    start = count = 0
    for place, row in enumerate(rows):
        if is_row(row, decimal):
            start = place if count == 0 else start
            count += 1
            best = max(best, (start, count), key=lambda run: run[1])
        elif any(row):
            count = 0
    return _without_counts(rows, *best, decimal)


def _first_like(rows: list[list[str]], start: int, decimal: str) -> int:
    """Return the first line of numbers as wide as the one at ``start``.

    What is between is no preamble but a line that is wrong: reading will name it.
    """
    width = len(rows[start])
    return next(n for n, row in enumerate(rows) if len(row) == width and is_row(row, decimal))


def _without_counts(
    rows: list[list[str]], start: int, length: int, decimal: str
) -> tuple[int, int]:
    """Leave out a leading line of one number, such as a number of points, above wider ones."""
    if length > 1 and len(rows[start]) == 1:
        following = rows[start + 1]
        if len(following) > 1 and is_row(following, decimal):
            return start + 1, length - 1
    return start, length


def with_footer(layout: TextLayout, tail: Sequence[str], skipfooter: int | None) -> TextLayout:
    """Return a layout that leaves out what stands below the last row.

    Parameters
    ----------
    layout
        Where the numbers begin.
    tail
        The file's last lines; the last one is what follows the last end of line.
    skipfooter
        How many lines to leave out; None: those that have no number in any field. A line
        that has one may be a row, and is left for the reader to name.
    """
    lines = [*tail[:-1], *([tail[-1]] if tail[-1] else [])]
    if skipfooter is None:
        skipfooter = _footer_length(layout, lines)
    return replace(layout, footer=tuple(lines[len(lines) - skipfooter :])) if skipfooter else layout


def _footer_length(layout: TextLayout, lines: Sequence[str]) -> int:
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        if is_comment(line):
            continue
        if layout.is_data(line):
            return _without_blank(lines, place + 1)
        if any(_has_number(layout, field) for field in layout.split(line)):
            return 0
    return 0


def _without_blank(lines: Sequence[str], start: int) -> int:
    """Return how many lines a footer has that begins at one; none if all are comments."""
    return len(lines) - start if any(not is_comment(line) for line in lines[start:]) else 0


def _has_number(layout: TextLayout, field: str) -> bool:
    return bool(NUMBERS[layout.decimal].fullmatch(field))
