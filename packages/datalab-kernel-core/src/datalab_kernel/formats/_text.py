"""Where in a text file the numbers are: encoding, delimiter, decimal sign, first line of data.

Only the head of the file is looked at; the numbers are read by ``_table``.
"""

from __future__ import annotations

import codecs
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from datalab_kernel.formats._reader import HEAD_BYTES, read_head

if TYPE_CHECKING:
    from pathlib import Path

WHITESPACE = r"\s+"
_TAIL_BYTES = 256 * 1024
_FIRST_LINES, _FIRST_BYTES = 100, 16 * 1024
_CANDIDATES = tuple(
    (delimiter, decimal) for delimiter in (",", ";", "\t", WHITESPACE) for decimal in ".,"
)
_NOT_DECIMAL = r"[+-]?(?:nan|na|inf|infinity|∞)|n/a|null|0x[0-9a-f]+"
_DATE = re.compile(
    r"(?:\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?:[ T]\d{1,2}:\d\d.*)?"
)
_NUMBERS = {
    decimal: re.compile(
        rf"[+-]?(?:\d+(?:{re.escape(decimal)}\d*)?|{re.escape(decimal)}\d+)(?:e[+-]?\d+)?"
        rf"|{_NOT_DECIMAL}",
        re.IGNORECASE,
    )
    for decimal in ".,"
}
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLayout:
    """How a text file is laid out.

    ``first`` is the index of the first line of data; ``preamble`` are the lines above it.
    """

    encoding: str
    delimiter: str
    decimal: str
    first: int
    preamble: tuple[str, ...]
    has_dates: bool = False

    def split(self, line: str) -> list[str]:
        """Split a line into fields, without quotes and blanks around them."""
        return split_line(line, self.delimiter)

    def is_data(self, line: str) -> bool:
        """Say whether a line is one of numbers (and dates)."""
        return _is_data(self.split(line), self.decimal)

    def is_number(self, field: str) -> bool:
        """Say whether a field is a number."""
        return bool(_NUMBERS[self.decimal].fullmatch(field))


def split_line(line: str, delimiter: str) -> list[str]:
    """Split a line into fields, without quotes and blanks around them.

    Examples
    --------
    >>> split_line('"Record Length", 2500,', ",")
    ['Record Length', '2500', '']
    """
    parts = line.split() if delimiter == WHITESPACE else line.rstrip("\r\n").split(delimiter)
    return [part.strip().strip('"').strip() for part in parts]


def head_of(path: Path, encoding: str | None = None) -> tuple[str, list[str]]:
    """Read the encoding and the first lines of a text file (the last one may be cut)."""
    data = read_head(path)
    name = encoding or _encoding_of(data)
    text = codecs.getincrementaldecoder(name)(errors="replace").decode(data)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(data) == HEAD_BYTES and len(lines) > 1:
        lines.pop()
    return name, lines


def _encoding_of(data: bytes) -> str:
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return "latin-1"  # as cp1252 for ° and µ, and no byte is an error
    return "utf-8"


def is_text(head: bytes) -> bool:
    """Say whether a file's head looks like text: it has no NUL, unless it is UTF-16."""
    return b"\0" not in head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def first_lines(head: bytes) -> list[str]:
    r"""Return the first lines of a text file, without their ends, to recognise it by.

    Returns
    -------
    list of str
        At least one and at most 100; one empty line if the file is none of text.

    Examples
    --------
    >>> first_lines(b"LECROYHDO6104,3\nSegments,1"), first_lines(b"II*\0")
    (['LECROYHDO6104,3', 'Segments,1'], [''])
    """
    if not is_text(head):
        return [""]
    start = head[:_FIRST_BYTES]
    text = codecs.getincrementaldecoder(_encoding_of(start))(errors="replace").decode(start)
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:_FIRST_LINES]


def ends_early(path: Path, layout: TextLayout) -> bool:
    """Say whether a file ends in the middle of a row: unended, with fewer fields than the one above.

    The only row is compared with the titles above it, unless blanks separate: text has more.
    """
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        # Where UTF-16 begins, it says in which order its bytes are
        file.seek(0 if layout.encoding == "utf-16" else max(0, size - _TAIL_BYTES))
        text = file.read().decode(layout.encoding, errors="replace")
    *ended, last = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    above = next((line for line in reversed(ended) if line.strip()), "")
    is_comparable = layout.is_data(above) or layout.delimiter != WHITESPACE
    if not (layout.is_data(last) and above and is_comparable):
        return False
    return len(layout.split(last)) < len(layout.split(above))


def find_layout(
    encoding: str, lines: list[str], *, delimiter: str | None = None, decimal: str | None = None
) -> TextLayout | None:
    """Find the longest run of lines of numbers, whatever separates them unless that is given.

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
    best: tuple[int, int, TextLayout] | None = None
    for between, point in _CANDIDATES:
        if (delimiter or between) != between or (decimal or point) != point:
            continue
        rows = [split_line(line, between) for line in lines]
        start, length = _longest_run(rows, point)
        if length == 0:
            continue
        width = max(len(row) for row in rows[start : start + length])
        start = _first_like(rows, start, point)
        if best is None or (length, width) > best[:2]:
            layout = TextLayout(
                encoding=encoding,
                delimiter=between,
                decimal=point,
                first=start,
                preamble=tuple(lines[:start]),
                has_dates=any(_DATE.fullmatch(field) for field in rows[start][:2]),
            )
            best = (length, width, layout)
    return best[2] if best else None


def _longest_run(rows: list[list[str]], decimal: str) -> tuple[int, int]:
    best = (0, 0)
    start = count = 0
    for place, row in enumerate(rows):
        if _is_data(row, decimal):
            start = place if count == 0 else start
            count += 1
            best = max(best, (start, count), key=lambda run: run[1])
        elif any(row) and not row[0].startswith("#"):
            count = 0
    return _without_counts(rows, *best, decimal)


def _first_like(rows: list[list[str]], start: int, decimal: str) -> int:
    """Return the first line of numbers as wide as the one at ``start``.

    What is between is no preamble but a line that is wrong: reading will name it.
    """
    width = len(rows[start])
    return next(n for n, row in enumerate(rows) if len(row) == width and _is_data(row, decimal))


def _without_counts(
    rows: list[list[str]], start: int, length: int, decimal: str
) -> tuple[int, int]:
    """Leave out a leading line of one number, such as a number of points, above wider ones."""
    if length > 1 and len(rows[start]) == 1:
        following = rows[start + 1]
        if len(following) > 1 and _is_data(following, decimal):
            return start + 1, length - 1
    return start, length


def _is_data(fields: list[str], decimal: str) -> bool:
    number = _NUMBERS[decimal]
    numbers = 0
    for place, field in enumerate(fields):
        if number.fullmatch(field):
            numbers += 1
        elif field and not (place <= 1 and _DATE.fullmatch(field)):
            return False
    return numbers > 0
