"""What readers of instruments' texts share: the text itself, numbers in it, refusals, and a reader of both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats import _text
from datalab_kernel.formats._reader import Reader
from datalab_kernel.formats._text_reader import read_explicit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from datalab_kernel.formats._curves import Array
    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.objects import DataObject

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][+-]?\d+)?")
_NONE = {"nan", "inf", "+inf", "-inf", "infinity"}


def text_reader(
    name: str,
    suffixes: tuple[str, ...],
    recognises: Callable[[bytes, Path], bool],
    read: Callable[[Path], Sequence[DataObject]],
    *,
    keeps: str,
) -> Reader:
    """Make a reader of a text format; where a person says how columns lie, that is done."""

    def read_either(path: Path, options: ReadOptions) -> Sequence[DataObject]:
        return read_explicit(path, options) if options.lays_out_text else read(path)

    return Reader(
        name=name, suffixes=suffixes, recognises=recognises, read=read_either, keeps=keeps
    )


def beginning(pattern: bytes) -> Callable[[bytes, Path], bool]:
    """Recognise files whose beginning a regular expression matches, in any case."""
    compiled = re.compile(rb"(?:\xef\xbb\xbf)?" + pattern, re.IGNORECASE)
    return lambda head, _: compiled.match(head) is not None


def lines_of(path: Path) -> list[str]:
    """Return a file's lines without their ends."""
    encoding, _ = _text.head_of(path)
    return path.read_text(encoding, errors="replace").split("\n")


def ends_with_line(path: Path) -> bool:
    """Say whether a file's last line is ended: if not, its last number may have been cut."""
    return path.read_bytes()[-1:] in {b"\n", b"\r"}


def refused(path: Path, reason: str, line: int | None = None, advice: str = "") -> FileFormatError:
    """Build the error for a file that isn't read, and why."""
    where = f", line {line}" if line else ""
    message = f"Can't load {str(path)!r}{where}: {reason}. {advice}".rstrip()
    return FileFormatError(message, path=str(path), line=line, reason=reason)


def number_of(text: str, what: str) -> float:
    """Return a text as a number.

    Raises
    ------
    ValueError
        If it is none; it says what was to be one.
    """
    text = text.strip()
    if NUMBER.fullmatch(text):
        return float(text.upper().replace("D", "E"))
    if text.lower() in _NONE:
        return float(text)
    raise ValueError(f"{what} is {text[:40]!r}, which is no number")


def numbers_of(path: Path, rows: Sequence[tuple[int, str]], decimal: str = ".") -> Array:
    """Return all numbers of some lines, separated by blanks or commas, of shape ``(n,)``.

    Parameters
    ----------
    rows
        The lines with their numbers in the file.

    Raises
    ------
    FileFormatError
        If something else is between them; it names the line.
    """
    values: list[float] = []
    for place, text in rows:
        if decimal != ".":
            text = text.replace(decimal, ".")  # noqa: PLW2901 - the same line
        try:
            values += [number_of(word, "it") for word in re.split(r"[\s,;]+", text) if word]
        except ValueError:
            raise refused(path, f"{text.strip()[:60]!r} isn't a row of numbers", place) from None
    return np.array(values)


def check_count(path: Path, found: int, told: float, what: str = "points") -> None:
    """Check that there are as many as the file says.

    Raises
    ------
    FileFormatError
        If not.
    """
    if found != told:
        raise refused(path, f"it says that there are {told:g} {what}, and has {found:,}")
