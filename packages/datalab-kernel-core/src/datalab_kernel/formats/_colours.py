"""Pixels of several samples (colours, opacity): one value of each, and a note that says which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.formats._table import wrong
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Array = np.ndarray[Any, Any]
COLOURS = ("red", "green", "blue")
_WEIGHTS = (0.2126, 0.7152, 0.0722)  # ITU-R BT.709, of sRGB's primaries
LUMINANCE = Note(
    "Colours were turned into luminance (0.2126 red + 0.7152 green + 0.0722 blue).",
    "read=dict(channel='red') gives one colour as it is.",
)
NO_ALPHA = Note(
    "The opacity (alpha) of the pixels was left out.",
    "read=dict(channel='alpha') gives it.",
)


def luminance(colours: Array) -> Array:
    """Return the luminance of colours in the type that they are of; integers are rounded.

    Parameters
    ----------
    colours
        Of shape ``(…, samples)``: red, green, blue, and what else there is.

    References
    ----------
    Recommendation ITU-R BT.709-6 (2015), item 3.2; the values are weighted as they are stored.

    Examples
    --------
    >>> luminance(np.array([[255, 0, 0], [255, 255, 255]], dtype=np.uint8))
    array([ 54, 255], dtype=uint8)
    """
    wide = np.float64 if colours.dtype.itemsize > 2 else np.float32  # noqa: PLR2004 - 16 bits fit
    total = np.zeros(colours.shape[:-1], wide)
    for place, weight in enumerate(_WEIGHTS):
        total += wide(weight) * colours[..., place]
    if colours.dtype.kind in "iu":
        np.rint(total, out=total)
    return total.astype(colours.dtype)


def chosen(path: Path, wanted: str | int, names: Sequence[str]) -> int:
    """Return which of a file's channels is meant, by its name or its number from 0.

    Raises
    ------
    FileFormatError
        If there is no such channel, with those that there are.

    Examples
    --------
    >>> chosen("a.tif", "Red", COLOURS), chosen("a.tif", 2, COLOURS)
    (0, 2)
    """
    if isinstance(wanted, int) and 0 <= wanted < len(names):
        return wanted
    lower = [name.lower() for name in names]
    if isinstance(wanted, str) and wanted.lower() in lower:
        return lower.index(wanted.lower())
    there = ", ".join(names) if names else "none: its pixels are single values"
    raise wrong(path, f"it has no channel {wanted!r}; there are {there}", hint="")
