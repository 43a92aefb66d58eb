"""Which images pixels of several samples become: their luminance, one colour, or each sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats import _colours
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from datalab_kernel.formats._colours import Array

PALETTE = Note(
    "The pixels are numbers of colours in the file's palette, not brightness.",
    "PIL.Image.open(path).convert('RGB') gives the colours.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pixels:
    """What pixels consist of.

    ``channels`` names the samples of colours (and opacity); it is empty where a pixel is one
    value, or several that nobody names.
    """

    channels: Sequence[str] = ()
    is_colour: bool = False
    is_white_zero: bool = False
    notes: Sequence[Note] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One image of a frame: which sample it is (None: all that there is), and its values."""

    place: int | None = None
    name: str = ""
    values: Array
    notes: Sequence[Note] = ()


def samples_of(
    path: Path, values: Array, pixels: Pixels, wanted: str | int | None
) -> Iterator[Sample]:
    """Make one image of colours, or of grey with opacity; of other samples, one of each.

    Parameters
    ----------
    path
        The file, for errors.
    values
        Of shape ``(ny, nx)`` or ``(ny, nx, samples)``.
    pixels
        What they consist of.
    wanted
        The channel that is wanted, or None.

    Raises
    ------
    FileFormatError
        If there is no channel of that name.
    """
    if values.ndim == 2:  # noqa: PLR2004 - one value a pixel
        yield Sample(values=values)
    elif wanted is not None and pixels.channels:
        place = _colours.chosen(path, wanted, pixels.channels)
        yield Sample(name=pixels.channels[place], values=_own(values, place))
    elif pixels.is_colour:
        notes = [_colours.LUMINANCE]
        if values.shape[-1] > len(_colours.COLOURS):
            notes.append(_colours.NO_ALPHA)
        yield Sample(values=_colours.luminance(values), notes=notes)
    elif pixels.channels:
        yield Sample(values=_own(values, 0), notes=[_colours.NO_ALPHA])
    else:
        for place in range(values.shape[-1]):
            yield Sample(place=place, values=_own(values, place))


def _own(values: Array, place: int) -> Array:
    return np.ascontiguousarray(values[..., place])
