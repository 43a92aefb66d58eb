"""The numbers of a text file as columns, read by pandas, and the line that is wrong with it."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats._header import Header, read_header
from datalab_kernel.formats._text import TextLayout, ends_early, find_layout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from datalab_kernel.formats._options import ReadOptions

_INFINITIES = {"∞": "inf", "+∞": "inf", "-∞": "-inf"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextTable:
    """The numbers of a text file as columns, where they stood, and what stands above them."""

    path: Path
    layout: TextLayout
    frame: pd.DataFrame
    header: Header


def found_layout(path: Path, encoding: str, lines: list[str], options: ReadOptions) -> TextLayout:
    """Find where the numbers are.

    Raises
    ------
    FileFormatError
        If there are none, or the file ends in the middle of a row.
    """
    skip = options.skiprows or 0
    kept = [""] * min(skip, len(lines)) + lines[skip:]
    layout = find_layout(encoding, kept, delimiter=options.delimiter, decimal=options.decimal)
    if layout is None:
        raise wrong(path, "there is no row of numbers in it")
    if ends_early(path, layout):
        raise wrong(path, "it was cut off: it ends in the middle of its last row")
    return layout


def read_table(path: Path, layout: TextLayout) -> TextTable:
    """Read a file's numbers and what stands above them.

    Raises
    ------
    FileFormatError
        If a line isn't one of numbers; it names the line.
    """
    frame = read_numbers(path, layout)
    return TextTable(
        path=path, layout=layout, frame=frame, header=read_header(layout, frame.shape[1])
    )


def read_numbers(path: Path, layout: TextLayout) -> pd.DataFrame:
    """Read the lines of numbers of a file.

    Returns
    -------
    pandas.DataFrame
        A column of numbers for each column of the file. The index counts the file's lines
        from the first one of numbers on, comments left out (:func:`line_of`).

    Raises
    ------
    FileFormatError
        If a line isn't one of numbers; it names the line.
    """
    import pandas as pd

    try:
        frame = pd.read_csv(
            path,
            sep=layout.delimiter,
            decimal=layout.decimal,
            encoding=layout.encoding,
            skiprows=layout.first,
            header=None,
            skip_blank_lines=False,
            skipinitialspace=True,
            comment="#",
            float_precision="round_trip",  # the nearest double; the default is a few bits off
            encoding_errors="replace",
        )
    except pd.errors.ParserError as error:
        raise _bad_line(path, layout, str(error)) from error
    for column in frame:
        if frame[column].dtype.kind not in "iufb":
            frame[column] = _to_numbers(path, layout, frame[column])
    return frame.dropna(how="all")


def _to_numbers(path: Path, layout: TextLayout, column: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    text = column.astype("string").str.strip().replace(_INFINITIES)
    if layout.decimal != ".":
        text = text.str.replace(layout.decimal, ".", regex=False)
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    is_hexadecimal = text.str.startswith("0x").fillna(value=False).astype(bool)
    if is_hexadecimal.any():  # logic channels of a mixed-signal oscilloscope
        words = text[is_hexadecimal].tolist()
        numbers[is_hexadecimal] = np.array([float(int(word, 16)) for word in words])
    is_wrong = numbers.isna() & text.notna() & (text != "") & (text.str.lower() != "nan")
    if is_wrong.any():
        place = int(is_wrong.to_numpy(dtype=bool).argmax())
        raise _bad_line(path, layout, f"{text.iloc[place]!r} isn't a number")
    return numbers


def line_of(path: Path, layout: TextLayout, place: int) -> int:
    """Return the number of a line, counted from 1, by its place in :func:`read_numbers`'s index."""
    with path.open(encoding=layout.encoding, errors="replace") as file:
        lines = islice(enumerate(file, start=1), layout.first, None)
        numbers = (number for number, line in lines if not line.lstrip().startswith("#"))
        return next(islice(numbers, place, None))


def _bad_line(path: Path, layout: TextLayout, reason: str) -> FileFormatError:
    """Name the first line that isn't one of numbers, or that has more columns than the first."""
    with path.open(encoding=layout.encoding, errors="replace") as file:
        lines = islice(enumerate(file), layout.first, None)
        width = 0
        for place, line in lines:
            if not line.strip() or line.startswith("#"):
                continue
            fields = layout.split(line)
            if not layout.is_data(line):
                shown = line.strip()[:60]
                return wrong(path, f"{shown!r} isn't a row of numbers", line=place + 1)
            if width and len(fields) > width:
                why = f"it has {len(fields)} columns, the first one has {width}"
                return wrong(path, why, line=place + 1)
            width = width or len(fields)
    return wrong(path, re.sub(r"\s+", " ", reason).strip())


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


def read_with_pandas(path: Path, layout: TextLayout, told: Mapping[str, Any]) -> pd.DataFrame:
    """Read a file as a person says, in pandas' words; columns keep their titles.

    Raises
    ------
    FileFormatError
        If pandas can't; it says why.
    """
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # it tells of a loss of data
            frame: pd.DataFrame = pd.read_csv(
                path,
                encoding=layout.encoding,
                index_col=False,
                float_precision="round_trip",
                **told,
            )
    except (ValueError, LookupError, TypeError, pd.errors.ParserWarning) as error:
        raise wrong(path, f"pandas says: {error}") from error
    return frame.dropna(how="all")


def to_floats(path: Path, layout: TextLayout, column: pd.Series[Any]) -> np.ndarray[Any, Any]:
    """Convert a column to numbers; a text that is none is an error."""
    if column.dtype.kind in "iufb":
        return column.to_numpy()
    return _to_numbers(path, layout, column).to_numpy()
