"""What a person may say about how a file is to be read, in pandas' words."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datalab_kernel.objects import Kind

_RAW = ("dtype", "width", "height", "offset", "count", "gap", "little_endian", "white_is_zero")
_ALIASES = {"sep": "delimiter"}
_LAYOUT = ("skiprows", "header", "decimal", "delimiter", "comment", "x", "y")
_UNITS = (None, "s", "ms", "us", "ns")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How to read a file where it doesn't say so itself.

    Parameters
    ----------
    skiprows
        How many lines to skip at the start.
    header
        The line with the column titles, counted after ``skiprows``; None: there is
        none; ``"infer"``: found out, as without options.
    decimal, delimiter, encoding, comment
        As in :func:`pandas.read_csv`.
    x
        The column of x, by title or position; None: there is none, the points are
        counted.
    y
        The column of y, or several; None: all others.
    skipfooter
        How many lines to leave out at the end.
    dayfirst
        Whether the day is first in dates such as ``01/02/2026``; None: the column decides.
    unit
        The unit in which x counts since 1970: ``"s"``, ``"ms"``, ``"us"`` or ``"ns"``.
    kind
        ``"signal"`` or ``"image"``, for files that can hold either (text, .npy, .mat).
    channel
        One channel of an image file, by name (``"red"``) or by its number from 0; of
        colours, otherwise their luminance is given.
    path
        Which of a file's data sets is read, by its path in it (HDF5): ``"/entry/data"``.
    raw
        The layout of a ``.raw`` image (dtype, width, height, offset, count, gap, …),
        given beside the others, as Sigima's ``RawImageImportParam`` has it.
    """

    skiprows: int | None = None
    header: int | Literal["infer"] | None = "infer"
    decimal: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    comment: str | None = None
    x: str | int | None = 0
    y: str | int | Sequence[str | int] | None = None
    skipfooter: int | None = None
    dayfirst: bool | None = None
    unit: str | None = None
    kind: Kind | None = None
    channel: str | int | None = None
    path: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def lays_out_text(self) -> bool:
        """Whether anything is said about columns and lines."""
        default = ReadOptions()
        return any(getattr(self, name) != getattr(default, name) for name in _LAYOUT)


def read_options(given: Mapping[str, Any] | None) -> ReadOptions:
    """Check what was given as ``read=``.

    Raises
    ------
    TypeError
        For an option that doesn't exist, with the nearest ones.
    ValueError
        For a kind that is neither ``"signal"`` nor ``"image"``, or an unknown unit.

    Examples
    --------
    >>> read_options({"sep": ";", "decimal": ","}).delimiter
    ';'
    """
    options = {_ALIASES.get(name, name): value for name, value in (given or {}).items()}
    known = [item.name for item in fields(ReadOptions) if item.name != "raw"]
    for name in options:
        if name not in (*known, *_RAW):
            near = difflib.get_close_matches(name, (*known, *_RAW, *_ALIASES), n=2)
            hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
            message = f"read has no option {name!r}.{hint} There are: {', '.join(known)}."
            raise TypeError(message)
    raw = {name: options.pop(name) for name in _RAW if name in options}
    if options.get("kind") not in (None, "signal", "image"):
        message = f"read's kind must be 'signal' or 'image', not {options['kind']!r}."
        raise ValueError(message)
    if options.get("unit") not in _UNITS:
        message = f"read's unit must be 's', 'ms', 'us' or 'ns', not {options['unit']!r}."
        raise ValueError(message)
    return ReadOptions(**options, raw=raw)
