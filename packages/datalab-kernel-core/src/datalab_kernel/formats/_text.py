"""The head and the tail of a text file: encoding, first and last lines, whether it is text.

How its numbers are laid out is found by ``_text_layout``, and they are read by ``_table``.
"""

from __future__ import annotations

import codecs
import io
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TextIO

from datalab_kernel.formats._reader import HEAD_BYTES, read_head
from datalab_kernel.formats._text_fields import (
    NUMBERS,
    WHITESPACE,
    is_row,
    leading_of,
    split_line,
    without_comment,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_TAIL_BYTES = 16 * 1024
_FIRST_LINES, FIRST_BYTES = 100, 16 * 1024
_NULS = re.compile(rb"\0+")
_CONTROL = bytes({*range(32)} - {*b"\0\t\n\f\r\x1a"})
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLayout:
    """How a text file is laid out.

    ``first`` is the index of the first line of data; ``preamble`` are the lines above it and
    ``footer`` those below the last one. A row has ``width`` fields. ``leading`` says how many columns from the left hold
    dates and times (and a count before them), ``dayfirst`` and ``unit`` how a person says they
    are written.
    """

    encoding: str
    delimiter: str
    decimal: str
    first: int
    preamble: tuple[str, ...]
    width: int = 0
    leading: int = 0
    footer: tuple[str, ...] = ()
    dayfirst: bool | None = None
    unit: str | None = None
    has_nuls: bool = False

    @property
    def has_dates(self) -> bool:
        """Whether there are dates or times in the first columns."""
        return self.leading > 0

    def split(self, line: str) -> list[str]:
        """Split a line into fields, without quotes and blanks around them."""
        return split_line(line, self.delimiter)

    def is_data(self, line: str) -> bool:
        """Say whether a line is one of numbers (and dates)."""
        fields = self.split(without_comment(line))
        return is_row(fields, self.decimal) or self.is_date_alone(fields)

    def is_date_alone(self, fields: Sequence[str]) -> bool:
        """Say whether a row of a table by date has no number in any field."""
        if not self.leading or len(fields) != self.width:
            return False
        return leading_of([*fields]) == self.leading and not any(fields[self.leading :])

    def is_number(self, field: str) -> bool:
        """Say whether a field is a number."""
        return bool(NUMBERS[self.decimal].fullmatch(field))


def head_of(
    path: Path, encoding: str | None = None, size: int = HEAD_BYTES
) -> tuple[str, list[str]]:
    """Read the encoding and the first lines of a text file, of at most ``size`` bytes.

    A line that may go on beyond is left out, if it isn't the only one.
    """
    data = read_head(path)
    name = encoding or _encoding_of(data)
    text = codecs.getincrementaldecoder(name)(errors="replace").decode(data[:size])
    lines = _lines_of(text)
    if len(data) >= size and len(lines) > 1:
        lines.pop()
    return name, lines


def open_text(path: Path, layout: TextLayout) -> TextIO:
    """Open a text file at its beginning, with lines as ``head_of`` gives them."""
    file = path.open(encoding=layout.encoding, errors="replace")
    if not layout.has_nuls:
        return file
    with file:
        return io.StringIO(_without_nuls(file.read()))


def _without_nuls(text: str) -> str:
    """Return a text without the NULs that fill up its lines, or end them."""
    return re.sub("\0+", "\n", re.sub("\0+(?=\n|\\Z)", "", text))


def _lines_of(text: str) -> list[str]:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        text = _without_nuls(text)
    return text.split("\n")


def _encoding_of(data: bytes) -> str:
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            return name
    if data.isascii():
        return "utf-8"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return "latin-1"  # as cp1252 for ° and µ, and no byte is an error
    return "utf-8"


def is_text(head: bytes) -> bool:
    """Say whether a file's head looks like text: UTF-16, or bytes that are printed.

    NULs between such bytes are what some instruments fill up the lines of their headers with.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    if b"\0" not in head:
        return True
    is_printed = len(head.translate(None, _CONTROL)) == len(head)
    return is_printed and len(_NULS.findall(head)) <= head.count(b"\n")


def first_lines(head: bytes) -> tuple[str, ...]:
    r"""Return the first lines of a text file, without their ends, to recognise it by.

    Returns
    -------
    tuple of str
        At least one and at most 100; one empty line if the file is none of text.

    Examples
    --------
    >>> first_lines(b"LECROYHDO6104,3\nSegments,1"), first_lines(b"II*\0")
    (('LECROYHDO6104,3', 'Segments,1'), ('',))
    """
    start = head[:FIRST_BYTES]
    return _first_lines(start) if is_text(start) else ("",)


@lru_cache(maxsize=1)  # each maker's reader asks for those of the same file
def _first_lines(start: bytes) -> tuple[str, ...]:
    text = codecs.getincrementaldecoder(_encoding_of(start))(errors="replace").decode(start)
    return tuple(_lines_of(text)[:_FIRST_LINES])


def tail_of(path: Path, encoding: str) -> list[str]:
    """Read the last lines of a text file; the first one may lack its start.

    The last one is what follows the last end of line: empty in most files.
    """
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        # Where UTF-16 begins, it says in which order its bytes are
        file.seek(0 if encoding == "utf-16" else max(0, size - _TAIL_BYTES))
        return _lines_of(file.read().decode(encoding, errors="replace"))


def ends_early(tail: Sequence[str], layout: TextLayout) -> bool:
    """Say whether a file ends in the middle of a row: unended, with fewer fields than the one above.

    The only row is compared with the titles above it, unless blanks separate: text has more.
    """
    *ended, last = tail
    above = next((line for line in reversed(ended) if line.strip()), "")
    is_comparable = layout.is_data(above) or layout.delimiter != WHITESPACE
    if not (layout.is_data(last) and above and is_comparable):
        return False
    return len(layout.split(last)) < len(layout.split(above))
