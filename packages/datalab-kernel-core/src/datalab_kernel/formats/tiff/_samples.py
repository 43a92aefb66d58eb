"""Which images a frame of several samples a pixel becomes: its luminance, one colour, each sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats import _colours
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import tifffile

    from datalab_kernel.formats._colours import Array

_ALPHA = {1, 2}  # of the tag ExtraSamples: associated with the colours, or not
_JPEG = {6, 7, 34892}
_COLOURS_OF_PALETTE = Note(
    "The pixels are numbers of colours in the file's palette, not brightness.",
    "PIL.Image.open(path).convert('RGB') gives the colours.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pixels:
    """What the pixels of a series consist of.

    ``channels`` names the samples of colours (and opacity); it is empty where a pixel is one
    value, or several that nobody names.
    """

    channels: Sequence[str]
    is_colour: bool
    is_white_zero: bool
    notes: Sequence[Note]


def pixels_of(series: tifffile.TiffPageSeries) -> Pixels:
    """Read what the pixels of a series consist of, from its first page."""
    page = series.keyframe
    photometric, samples = int(page.photometric), int(page.samplesperpixel)
    extras = [int(extra) for extra in page.extrasamples]
    is_colour = samples >= len(_colours.COLOURS) and (
        photometric == _RGB or (photometric == _YCBCR and int(page.compression) in _JPEG)
    )
    named = [*_colours.COLOURS] if is_colour else ["grey"]
    has_alpha = samples == len(named) + 1 and extras[-1:] and extras[-1] in _ALPHA
    if has_alpha:
        named.append("alpha")
    is_named = samples > 1 and samples == len(named) and "S" in series.axes
    return Pixels(
        channels=named if is_named or is_colour else (),
        is_colour=is_colour,
        is_white_zero=photometric == _WHITE_IS_ZERO,
        notes=[_COLOURS_OF_PALETTE] if photometric == _PALETTE else [],
    )


_WHITE_IS_ZERO, _RGB, _PALETTE, _YCBCR = 0, 2, 3, 6


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
