"""The rows of a text file as arrays, by numpy's C parser, a part of the file at a time.

numpy reads a row of plain numbers to the nearest double and refuses every other row, so no row
is lost. Only a part that it refuses is looked at closer: numbers as other programs print them
are rewritten, and if it is refused again, ``_table_lines`` says which line is wrong.
"""

from __future__ import annotations

import csv
import re
import warnings
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.formats._table_lines import bad_line
from datalab_kernel.formats._text import open_text
from datalab_kernel.formats._text_fields import (
    MISSING,
    WHITESPACE,
    is_comment,
    without_comment,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from datalab_kernel.formats._text import TextLayout

Array = np.ndarray[Any, Any]
_BLOCK = 65_536  # rows
_PART = 1024 * 1024  # characters


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows of a file.

    Parameters
    ----------
    leading
        The texts of each leading column: dates, times.
    columns
        The other columns, each of shape ``(rows,)``; NaN where a field is blank.
    pairs
        For each column but the first, an array of shape ``(2, rows)`` whose second row is that
        column; the first row is the first column for the first pair, and free for the others.
        Empty for one column.
    """

    leading: tuple[list[str], ...]
    columns: tuple[Array, ...]
    pairs: tuple[Array, ...]


def read_rows(path: Path, layout: TextLayout, dtype: type[Any] = float) -> Rows:
    """Read the rows of a file, those without any value left out.

    Raises
    ------
    FileFormatError
        If a line isn't one of numbers, or has more or fewer fields than the first; it names
        the line.
    """
    if not (layout.leading or layout.footer or layout.decimal == ","):
        try:
            return _plain_rows(path, layout, dtype)
        except ValueError:
            pass  # looked at closer below
    leading: tuple[list[str], ...] = tuple([] for _ in range(layout.leading))
    numbers = _Growing(lambda: _count_lines(path, layout))
    for part in _parts(path, layout):
        texts, rest = _split_leading(part, layout) if layout.leading else ((), part)
        try:
            numbers.append(_numbers_of(rest, layout, dtype))
        except ValueError as error:
            raise bad_line(path, layout, str(error)) from error
        for column, found in zip(leading, texts, strict=True):
            column.extend(found)
    if any(len(column) != numbers.length for column in leading):
        raise bad_line(path, layout, "it has rows of dates without numbers")
    return replace(numbers.whole(), leading=leading)


def _plain_rows(path: Path, layout: TextLayout, dtype: type[Any]) -> Rows:
    """Read rows of plain numbers.

    Raises
    ------
    ValueError
        If there is anything else, or not one width.
    """
    numbers = _Growing(lambda: _count_lines(path, layout))
    between = None if layout.delimiter == WHITESPACE else layout.delimiter
    with open_text(path, layout) as file:
        for _ in range(layout.first):
            file.readline()
        while first := file.readline():
            if not first.isspace():
                lines = chain((first,), file)
                with warnings.catch_warnings():  # of an empty line, which isn't counted
                    warnings.filterwarnings("ignore", "Input line", UserWarning)
                    block = np.loadtxt(lines, dtype, None, between, ndmin=2, max_rows=_BLOCK)
                numbers.append(block)
    return numbers.whole()


class _Growing:
    """Blocks of rows put together, each column where the signal of it will have it.

    A second block makes room for all rows; what isn't written yet takes no memory.
    """

    def __init__(self, count_rows: Callable[[], int]) -> None:
        self._count_rows = count_rows
        self._pairs: list[Array] = []
        self._room = self._width = 0
        self.length = 0

    def append(self, rows: Array) -> None:
        """Add rows, of shape ``(rows, columns)``.

        Raises
        ------
        ValueError
            If they are wider or narrower than those before.
        """
        number, width = rows.shape
        if not number:
            return
        if self._width not in {0, width}:
            raise ValueError(f"the number of columns changed from {self._width} to {width}")
        self._width = width
        end = self.length + number
        if end > self._room:
            self._make_room(number if not self.length else max(end, self._count_rows()), rows.dtype)
        for column, values in zip(self._columns(), rows.T, strict=True):
            column[self.length : end] = values
        self.length = end

    def _make_room(self, room: int, dtype: np.dtype[Any]) -> None:
        earlier = self._columns()
        self._room = room
        self._pairs = [np.empty((2, room), dtype) for _ in range(max(1, self._width - 1))]
        for column, values in zip(self._columns(), earlier, strict=False):
            column[: self.length] = values[: self.length]

    def _columns(self) -> list[Array]:
        pairs = self._pairs
        return [*(pair[0] for pair in pairs[:1]), *(pair[1] for pair in pairs)][: self._width]

    def whole(self) -> Rows:
        """Return all rows."""
        if self._room > self.length:
            self._pairs = [pair[:, : self.length].copy() for pair in self._pairs]
        return Rows((), tuple(self._columns()), tuple(self._pairs) if self._width > 1 else ())


def _count_lines(path: Path, layout: TextLayout) -> int:
    """Return how many lines a file has from the first row on, or more."""
    found, last = {"\n": 0, "\r": 0}, b""
    with path.open("rb") as file:
        while piece := file.read(_PART):
            codes = np.frombuffer(piece, np.uint8)  # twice as fast as bytes.count
            found["\n"] += int(np.count_nonzero(codes == ord("\n")))
            if not found["\n"]:
                found["\r"] += int(np.count_nonzero(codes == ord("\r")))
            last = piece[-1:]
    return max(found.values()) + (last not in b"\r\n") - layout.first


def _parts(path: Path, layout: TextLayout) -> Iterator[str]:
    """Give what a file has between preamble and footer, in parts of whole lines."""
    with open_text(path, layout) as file:
        for _ in range(layout.first):
            file.readline()
        held = ""
        while part := file.read(_PART):
            part += file.readline()
            if not layout.footer:
                yield part
            elif len(part) < _PART:  # the footer may begin in the part before
                held += part
            else:
                if held:
                    yield held
                held = part
        if held:
            lines = held.split("\n")
            end = len(lines) - (not lines[-1]) - len(layout.footer)
            yield "\n".join(lines[:end])


def _split_leading(part: str, layout: TextLayout) -> tuple[tuple[list[str], ...], str]:
    """Split lines into the texts of the leading columns, and what follows them."""
    number = layout.leading
    between = None if layout.delimiter == WHITESPACE else layout.delimiter
    rows = [line.split(between, number) for line in _rows(part, layout)]
    rows = [row if len(row) > number else [*row, *[""] * (number + 1 - len(row))] for row in rows]
    texts = tuple([row[place].strip(' "') for row in rows] for place in range(number))
    return texts, "\n".join(row[-1] if row[-1].strip() else "nan" for row in rows)


def _rows(part: str, layout: TextLayout) -> list[str]:
    """Return the lines that hold anything, without comments."""
    nothing = f" \t\r{'' if layout.delimiter == WHITESPACE else layout.delimiter}"
    lines = [without_comment(line) for line in part.split("\n") if not is_comment(line)]
    return [line for line in lines if line.strip(nothing)]


def numbers_of_texts(texts: Sequence[str], decimal: str) -> Array:
    """Return texts, each of which is a number or blank, as an array of floats."""
    text = "\n".join(text.replace(decimal, ".") or "nan" for text in texts)
    plain = _in_plain_forms(_without_words(text, "\t"), "\t")
    return _parsed(plain, "\t", float)[:, 0] if texts else np.empty(0)


def _numbers_of(text: str, layout: TextLayout, dtype: type[Any]) -> Array:
    """Return the numbers of lines, of shape ``(rows, columns)``.

    Raises
    ------
    ValueError
        If something isn't a number, or the rows aren't of the same width.
    """
    is_plain = not any(sign in text for sign in '#"\N{MINUS SIGN}')
    if layout.decimal == ",":
        is_plain = is_plain and "." not in text and layout.delimiter != ","
    if is_plain:
        try:
            plain = text.replace(",", ".") if layout.decimal == "," else text
            return _parsed(plain, layout.delimiter, dtype)
        except ValueError:
            pass  # looked at closer below
    return _parsed(_rewritten(text, layout), layout.delimiter, dtype)


def _parsed(text: str, delimiter: str, dtype: type[Any]) -> Array:
    lines = text.rstrip("\n").split("\n")
    if lines == [""]:
        return np.empty((0, 0), dtype)
    between = None if delimiter == WHITESPACE else delimiter
    return np.loadtxt(lines, dtype, comments=None, delimiter=between, ndmin=2)


def _rewritten(text: str, layout: TextLayout) -> str:
    """Write numbers as numpy reads them, and leave out comments and blank lines.

    Raises
    ------
    ValueError
        If a number has a point where the decimal sign is a comma: it may stand for thousands.
    """
    text = _without_words("\n".join(_rows(text, layout)), layout.delimiter)
    if layout.decimal == ",":
        if "." in text:
            raise ValueError("a point stands in a number, and the decimal sign is a comma")
        text = _with_points(text, layout)
    elif '"' in text:
        text = text.replace('"', "")
    return _in_plain_forms(text, layout.delimiter)


def _without_words(text: str, delimiter: str) -> str:
    """Write what isn't a number, or infinite, as numpy reads it."""
    forms = _forms(delimiter)
    return forms.infinite.sub(
        r"\1inf", forms.missing.sub("nan", text.replace("\N{MINUS SIGN}", "-"))
    )


def _in_plain_forms(text: str, delimiter: str) -> str:
    """Write blank fields, hexadecimal numbers and Fortran's as numpy reads them."""
    forms = _forms(delimiter)
    text = forms.hexadecimal.sub(lambda found: str(int(found[0], 16)), text)
    return _FORTRAN.sub("e", forms.blank.sub("nan", text))


def _with_points(text: str, layout: TextLayout) -> str:
    """Return lines with decimal points for commas, and without quotes around them."""
    if layout.delimiter != ",":
        return text.replace(",", ".").replace('"', "")
    rows = csv.reader(text.split("\n"), skipinitialspace=True)
    return "\n".join(",".join(field.replace(",", ".") for field in row) for row in rows)


_FORTRAN = re.compile(r"(?<=[0-9.])d(?=[+-]?[0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Forms:
    """What finds whole fields."""

    missing: re.Pattern[str]
    infinite: re.Pattern[str]
    hexadecimal: re.Pattern[str]
    blank: re.Pattern[str]


@lru_cache(maxsize=8)
def _forms(delimiter: str) -> _Forms:
    sign = r"\s" if delimiter == WHITESPACE else re.escape(delimiter)
    start, end = rf'(?<![^{sign}\n "])', rf'(?=[ "]*(?:[{sign}\n]|\Z))'
    blank = r"(?!)" if delimiter == WHITESPACE else rf"(?<![^{sign}\n])[ ]*(?=[{sign}\n]|\Z)"
    return _Forms(
        re.compile(rf"{start}(?:{MISSING.pattern}){end}", re.IGNORECASE),
        re.compile(rf"{start}([+-]?)(?:infinity|inf|∞|1\.#inf[0-9]*|#div/0!){end}", re.IGNORECASE),
        re.compile(rf"{start}0x[0-9a-f]+{end}", re.IGNORECASE),
        re.compile(blank),
    )
