"""One file to its objects: which reader, by content, and a check of what came out."""

from __future__ import annotations

import re
import struct
import tokenize
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.errors import DataLabKernelError, FileFormatError, MissingPackageError
from datalab_kernel.formats import _arrays, _scopes, _sigima, _table, _text, _tiff
from datalab_kernel.formats._curves import Curve, titles_of, to_signals
from datalab_kernel.formats._header import Header, read_header, split_title

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from datalab_kernel._objects import DataObject
    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.formats._text import TextLayout

_TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_TIFF_SUFFIXES = {"", ".tif", ".tiff"}
_TABLE_SUFFIXES = {"", ".csv", ".txt", ".tsv", ".asc", ".dat", ".tab", ".prn"}
_COORDINATED = re.compile(r"#\s*n[xy]\s*:\s*\d+", re.IGNORECASE)
_IMAGE_COLUMNS = 5
_NO_DATE = -9.2e9  # seconds: in the year 1678, the first that pandas takes
# What the readers of foreign formats raise for files that aren't what they expect
_DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    tokenize.TokenError,
    zlib.error,
)


def read_file(path: Path, options: ReadOptions) -> list[DataObject]:
    """Read the signals and images of a measurement file.

    Parameters
    ----------
    path
        An existing file that isn't a DataLab workspace.
    options
        What a person says about it.

    Returns
    -------
    list of SignalObj or ImageObj
        At least one; each has finite x and can be kept exactly.

    Raises
    ------
    FileFormatError
        If nothing reads this kind of file, or it is damaged; it names the file, and the
        line where there is one.
    MissingPackageError
        If this kind of file is read with a package that isn't installed.
    """
    from datalab_kernel.storage import check_storable

    try:
        objects = _read(path, options)
        if not objects:
            raise _table.wrong(path, "there is no signal and no image in it", hint="")
        for obj in objects:
            _check_x(path, obj)
            check_storable(obj)
    except (FileFormatError, MissingPackageError):
        raise
    except DataLabKernelError as error:
        raise _table.wrong(path, error.message, hint="") from error
    except MemoryError as error:
        raise _table.wrong(path, f"it is damaged or too large ({error})", hint="") from error
    except _DAMAGE as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise _table.wrong(path, f"it is damaged or of another kind ({reason})", hint="") from error
    return objects


def _check_x(path: Path, obj: DataObject) -> None:
    data: Any = getattr(obj, "xydata", None)
    if data is None:
        return
    is_wrong = ~np.isfinite(data[0])
    if is_wrong.any():
        reason = f"x of {obj.title!r} isn't a finite number at point {int(is_wrong.argmax())}"
        raise _table.wrong(path, reason)


def _read(path: Path, options: ReadOptions) -> list[DataObject]:
    with path.open("rb") as file:
        start = file.read(128)
    if not start:
        raise _table.wrong(path, "it is empty", hint="")
    suffix = path.suffix.lower()
    if suffix == ".raw" and options.raw:
        return _sigima.read_raw(path, options)
    if start.startswith(b"\x93NUMPY"):
        return _arrays.read_npy(path, options.kind)
    if start.startswith(b"MATLAB 5.0"):
        return _arrays.read_mat(path, options.kind)
    if start.startswith(_TIFF_MARKS) and suffix in _TIFF_SUFFIXES:
        return _tiff.read_tiff(path)
    if suffix not in _TABLE_SUFFIXES and (found := _sigima.read_by_suffix(path, suffix)):
        return found
    if _text.is_text(path):
        return _read_text(path, options)
    raise _table.wrong(path, "no reader knows this kind of file", hint="")


# -- text -----------------------------------------------------------------------------------


def _read_text(path: Path, options: ReadOptions) -> list[DataObject]:
    encoding, lines = _text.head_of(path, options.encoding)
    if options.lays_out_text:
        return [*_as_told(path, options, encoding, lines)]
    if any(_COORDINATED.match(line) for line in lines[:50]) and options.kind != "signal":
        return _coordinated(path)
    if _scopes.has_settings_beside(lines):
        return [*to_signals(path, _scopes.curves_beside(path, encoding))]
    layout = _found_layout(path, encoding, lines, options)
    if layout.has_dates:
        return _with_dates(path, layout)
    frame = _table.read_numbers(path, layout)
    if _is_image(frame, layout, options):
        return _image_of(path, frame)
    return [*to_signals(path, _scopes.curves_of(path, layout, frame))]


def _found_layout(path: Path, encoding: str, lines: list[str], options: ReadOptions) -> TextLayout:
    skip = options.skiprows or 0
    kept = [""] * min(skip, len(lines)) + lines[skip:]
    layout = _text.find_layout(encoding, kept, delimiter=options.delimiter, decimal=options.decimal)
    if layout is None:
        raise _table.wrong(path, "there is no row of numbers in it")
    if _text.ends_early(path, layout):
        raise _table.wrong(path, "it was cut off: it ends in the middle of its last row")
    return layout


def _coordinated(path: Path) -> list[DataObject]:
    from sigima.io import read_images

    return _sigima.as_ours(path, read_images(str(path)))


def _with_dates(path: Path, layout: TextLayout) -> list[DataObject]:
    """Read a table with dates by Sigima, which finds out their form, and count the points."""
    from sigima.io import read_signals

    objects: list[Any] = [*read_signals(str(path))]
    for obj in objects:
        label, unit = split_title(obj.ylabel)
        obj.ylabel, obj.yunit = label, obj.yunit or unit
    for obj, title in zip(objects, titles_of(path, [obj.ylabel for obj in objects]), strict=True):
        obj.title = title
    with path.open(encoding=layout.encoding, errors="replace") as file:
        lines = [number for number, line in enumerate(file, start=1) if layout.is_data(line)]
    for obj in objects:
        x = obj.xydata[0]
        if len(x) < len(lines):
            reason = f"{len(x):,} points were read of {len(lines):,} rows of numbers"
            raise _table.wrong(path, reason)
        if (x < _NO_DATE).any():  # where Sigima puts what it can't read
            line = lines[int((x < _NO_DATE).argmax())]
            raise _table.wrong(path, "the date there can't be read", line=line)
    return objects


def _is_image(frame: Any, layout: TextLayout, options: ReadOptions) -> bool:
    """Say whether a table is an image: many columns without titles, and none that could be x."""
    if options.kind is not None:
        return options.kind == "image"
    if frame.shape[1] < _IMAGE_COLUMNS or read_header(layout, frame.shape[1]).titles:
        return False
    steps = np.diff(frame.iloc[:, 0].to_numpy(dtype=float))
    return not ((steps > 0).all() or (steps < 0).all())


def _image_of(path: Path, frame: Any) -> list[DataObject]:
    from sigima.io.common.converters import convert_array_to_valid_dtype
    from sigima.objects import ImageObj

    data = frame.dropna(axis=1, how="all").to_numpy()
    array = convert_array_to_valid_dtype(data, ImageObj.VALID_DTYPES)
    return _arrays.images_of(path, [array], path.stem)


# -- text, as a person says -----------------------------------------------------------------


def _as_told(path: Path, options: ReadOptions, encoding: str, lines: list[str]) -> list[DataObject]:
    """Read the columns that a person names, or all, as they say."""
    if options.header == "infer":
        layout = _found_layout(path, encoding, lines, options)
        frame = _table.read_numbers(path, layout)
        header = read_header(layout, frame.shape[1])
        titles = [header.title(place) for place in range(frame.shape[1])]
        units = [header.unit(place) for place in range(frame.shape[1])]
    else:
        layout = _layout_as_told(encoding, options, lines)
        told = {
            "header": options.header,
            "skiprows": options.skiprows,
            "decimal": layout.decimal,
            "sep": layout.delimiter,
            "comment": options.comment,
        }
        frame = _table.read_as_told(path, layout, told)
        texts = [""] * frame.shape[1] if options.header is None else [str(c) for c in frame]
        titles, units = _table_titles(texts)
    if options.kind == "image":
        return _image_of(path, frame)
    plain = Header(titles=tuple(titles), units=tuple(units))
    return [*to_signals(path, _chosen(path, layout, frame, plain, options))]


def _layout_as_told(encoding: str, options: ReadOptions, lines: list[str]) -> TextLayout:
    found = _text.find_layout(encoding, lines, delimiter=options.delimiter, decimal=options.decimal)
    return _text.TextLayout(
        encoding=encoding,
        delimiter=options.delimiter or (found.delimiter if found else ","),
        decimal=options.decimal or (found.decimal if found else "."),
        first=options.skiprows or 0,
        preamble=(),
    )


def _table_titles(texts: list[str]) -> tuple[list[str], list[str]]:
    pairs = [split_title(text) for text in texts]
    return [title for title, _ in pairs], [unit for _, unit in pairs]


def _chosen(
    path: Path, layout: TextLayout, frame: Any, header: Header, options: ReadOptions
) -> list[Curve]:
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
