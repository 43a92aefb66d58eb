"""Which line of a text file is wrong, and the number of a row's line: read line by line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats._text import open_text
from datalab_kernel.formats._text_fields import is_comment, without_comment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from datalab_kernel.formats._text import TextLayout

_HINT = (
    "If the file is as it should be, say how to read it: "
    "read=dict(skiprows=, header=, decimal=, delimiter=, x=, y=)."
)


def wrong(
    path: Path, reason: str, *, line: int | None = None, hint: str = _HINT
) -> FileFormatError:
    """Build the error for a file that can't be read as it should be, with what helps."""
    where = f", line {line}" if line else ""
    message = f"Can't load {str(path)!r}{where}: {reason.rstrip('.')}. {hint}".rstrip()
    return FileFormatError(message, path=str(path), line=line, reason=reason)


def rows_of(path: Path, layout: TextLayout) -> Iterator[tuple[int, str, list[str]]]:
    """Give the rows of a file: the line's number, counted from 1, the line, and its fields."""
    with open_text(path, layout) as file:
        for number, line in enumerate(file, start=1):
            if number > layout.first and not is_comment(line):
                fields = layout.split(without_comment(line))
                if any(fields):
                    yield number, line, fields


def line_of(path: Path, layout: TextLayout, row: int) -> int:
    """Return the number of a row's line, counted from 1."""
    return next(
        number for place, (number, _, _) in enumerate(rows_of(path, layout)) if place == row
    )


def bad_line(path: Path, layout: TextLayout, reason: str) -> FileFormatError:
    """Name the first line that isn't one of numbers, or isn't as wide as the first."""
    width = 0
    for number, line, fields in rows_of(path, layout):
        if not layout.is_data(line):
            shown = line.strip()[:60]
            return wrong(
                path, f"{shown!r} isn't a row of numbers", line=number, hint=_hint(layout, line)
            )
        width = width or len(fields)
        if len(fields) != width:
            columns = f"{len(fields)} column" + ("s" if len(fields) > 1 else "")
            return wrong(path, f"it has {columns}, the first one has {width}", line=number)
    return wrong(path, re.sub(r"\s+", " ", reason).strip())


def _hint(layout: TextLayout, line: str) -> str:
    fields = [field for field in layout.split(line) if field]
    if fields and not layout.is_number(fields[0]):
        return f"{_HINT} Lines below the numbers are left out by read=dict(skipfooter=)."
    return _HINT
